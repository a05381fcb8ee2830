//! What worlds of entities mean: composition, guards, unknowns, and each kind of set.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Rational, Source};
use murphy_world::{Limits, Model, NoFiles, World};

fn unfold(text: &str, settings: &[(&str, &str)]) -> Result<Model, Diagnostic> {
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    World::parse(Source::new("test.ron", text), &NoFiles, &settings)?.unfold(&Limits::default())
}

fn model(text: &str) -> Model {
    unfold(text, &[]).expect("the world is right")
}

fn ratio(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator, denominator)
}

/// Returns the least and the greatest probability that the choice leads to a state where the label holds.
fn chance(model: &Model, choice: u32, label: &str) -> (Rational, Rational) {
    let label = model.label(label).expect("the label is there");
    let event: Vec<bool> = model
        .targets(choice)
        .iter()
        .map(|&state| label.contains(state))
        .collect();
    let set = model.set(choice);
    (set.lower_probability(&event), set.upper_probability(&event))
}

/// A world with one variable `x` in `0..9` from 0, and one step.
fn one_step(then: &str) -> String {
    format!(
        r#"World(name: "w", constants: {{ "half": 0.5 }}, unknowns: {{ "u": Unknown(within: "0.1..0.3"), "v": Unknown(within: "0..1/4") }},
        entities: {{ "a": Entity(state: {{ "x": Int("0..9") }}, start: {{ "x": 0 }}, steps: [Step(when: "x == 0", then: {then})]) }},
        labels: {{ "one": "a.x == 1", "two": "a.x == 2", "some": "one || two" }})"#
    )
}

const COINS: &str = r#"World(
    name: "two coins",
    unknowns: { "p": Unknown(within: "0.4..0.6"), "q": Unknown(within: "0.4..0.6") },
    entities: {
        "first": Entity(state: { "side": OneOf(["none", "heads", "tails"]) }, start: { "side": "none" },
            steps: [Step(when: "side == none", then: Chance([("p", { "side": "heads" }), ("1 - p", { "side": "tails" })]))]),
        "second": Entity(state: { "side": OneOf(["none", "heads", "tails"]) }, start: { "side": "none" },
            steps: [Step(when: "side == none", then: Chance([("q", { "side": "heads" }), ("1 - q", { "side": "tails" })]))]),
    },
    labels: { "same": "first.side == second.side", "heads_twice": "same && first.side == heads" },
)"#;

#[test]
fn the_second_coin_is_settled_after_the_first_is_seen() {
    let coins = model(COINS);
    let toss = coins.choices(0).start;
    assert!(matches!(*coins.set(toss), CredalSet::Semidirect(_)));
    assert_eq!(coins.targets(toss).len(), 4);
    // Nature sees the first side, so she can turn the second against it whichever it is: 0.4 to 0.6 and not, as with
    // coins tossed apart, 12/25 to 13/25.
    assert_eq!(chance(&coins, toss, "same"), (ratio(2, 5), ratio(3, 5)));
    assert_eq!(chance(&coins, toss, "heads_twice"), (ratio(4, 25), ratio(9, 25)));
    assert!(
        coins
            .notes()
            .iter()
            .any(|note| note.contains("`first`, `second`"))
    );
}

#[test]
fn a_coin_tossed_after_a_known_one_is_bounded_by_itself() {
    // Known: with p = 0.4 and q in [0.4, 0.6], same = 0.4·q + 0.6·(1 − q) lies in [12/25, 13/25] if q may not depend on the
    // first side; settled after it, it is 0.4 to 0.6 again.
    let coins = unfold(COINS, &[("p", "0.4")]).expect("right");
    let toss = coins.choices(0).start;
    assert_eq!(chance(&coins, toss, "same"), (ratio(2, 5), ratio(3, 5)));
    // One coin that is drawn by both sides at once: the unknown is the same whatever the first shows.
    let together = r#"World(name: "w", unknowns: { "q": Unknown(within: "0.4..0.6") },
        entities: { "coins": Entity(state: { "first": Int("0..2"), "second": Int("0..2") }, start: { "first": 0, "second": 0 },
            steps: [Step(when: "first == 0", then: Chance([
                ("0.4 * q", { "first": 1, "second": 1 }), ("0.4 * (1 - q)", { "first": 1, "second": 2 }),
                ("0.6 * q", { "first": 2, "second": 1 }), ("0.6 * (1 - q)", { "first": 2, "second": 2 }),
            ]))]) },
        labels: { "same": "coins.first == coins.second" })"#;
    let coins = model(together);
    assert_eq!(chance(&coins, 0, "same"), (ratio(12, 25), ratio(13, 25)));
}

#[test]
fn precise_parts_are_multiplied_out() {
    let coins = unfold(COINS, &[("p", "1/2"), ("q", "1/3")]).expect("right");
    let CredalSet::Precise(set) = &*coins.set(0) else {
        panic!("the parts are precise");
    };
    assert_eq!(
        set.probabilities(),
        [ratio(1, 6), ratio(1, 3), ratio(1, 6), ratio(1, 3)]
    );
    assert!(
        coins
            .notes()
            .iter()
            .any(|note| note.contains("`p` is set to 0.5 (the world says 0.4..0.6)"))
    );
}

#[test]
fn an_unknown_is_imaged_exactly_and_not_by_its_hull() {
    // Three outcomes that move together: the hull of intervals would allow both `one` and `two` to be as likely as can be.
    let world = model(&one_step(
        r#"Chance([("u", { "x": 1 }), ("0.5 - u", { "x": 2 }), ("half", {})])"#,
    ));
    assert!(matches!(&*world.set(0), CredalSet::Vertices(set) if set.vertices().len() == 2));
    assert_eq!(chance(&world, 0, "one"), (ratio(1, 10), ratio(3, 10)));
    assert_eq!(chance(&world, 0, "some"), (ratio(1, 2), ratio(1, 2)));
    // Two unknowns: the four corners, of which none coincide.
    let world = model(&one_step(
        r#"Chance([("u", { "x": 1 }), ("v", { "x": 2 }), ("1 - u - v", {})])"#,
    ));
    assert!(matches!(&*world.set(0), CredalSet::Vertices(set) if set.vertices().len() == 4));
    assert_eq!(chance(&world, 0, "some"), (ratio(1, 10), ratio(11, 20)));
    // Two outcomes: bounds say the same.
    let world = model(&one_step(r#"Chance([("u + v", { "x": 1 }), ("1 - v - u", {})])"#));
    assert!(matches!(*world.set(0), CredalSet::Interval(_)));
    assert_eq!(chance(&world, 0, "one"), (ratio(1, 10), ratio(11, 20)));
}

#[test]
fn each_kind_of_set_means_what_it_says() {
    let bounds = |then: &str, label: &str| {
        let world = model(&one_step(then));
        let (low, high) = chance(&world, 0, label);
        (low.to_string(), high.to_string())
    };
    let both = |low: &str, high: &str| (low.to_owned(), high.to_owned());
    assert_eq!(
        bounds(r#"Interval([("0.1..half", { "x": 1 }), ("0.2..1", {})])"#, "one"),
        both("1/10", "1/2")
    );
    assert_eq!(
        bounds(
            r#"Near(metric: L1, radius: 0.2, of: [(0.5, { "x": 1 }), (0.5, { "x": 2 }), (0, {})])"#,
            "some"
        ),
        both("9/10", "1")
    );
    assert_eq!(
        bounds(
            r#"Near(radius: 0.2, of: [(0.5, { "x": 1 }), (0.5, { "x": 2 }), (0, {})], restricted: true)"#,
            "some"
        ),
        both("1", "1")
    );
    assert_eq!(
        bounds(
            r#"Contaminated(by: 0.1, of: [(0.5, { "x": 1 }), (0.5, {})])"#,
            "one"
        ),
        both("9/20", "11/20")
    );
    assert_eq!(
        bounds(
            r#"Vertices(outcomes: [{ "x": 1 }, { "x": 2 }, {}], points: [[0.2, 0.3, "half"], ["1/3", "1/3", "1/3"]])"#,
            "some"
        ),
        both("1/2", "2/3")
    );
    assert_eq!(
        bounds(
            r#"Such(outcomes: { "hit": { "x": 1 }, "near": { "x": 2 }, "miss": {} }, that: ["near == 2 * hit", "miss in 0.1..half"])"#,
            "one"
        ),
        both("1/6", "3/10")
    );
    assert_eq!(
        bounds(r#"Anything([{ "x": 1 }, { "x": 2 }, {}])"#, "one"),
        both("0", "1")
    );
    assert_eq!(bounds(r#"{ "x": "x + 1" }"#, "one"), both("1", "1"));
}

#[test]
fn outcomes_that_lead_to_the_same_state_are_merged_where_that_is_exact() {
    let same = r#"Interval([("0.1..0.2", { "x": 1 }), ("0.2..0.3", { "x": "0 + 1" }), ("0..1", {})])"#;
    let world = model(&one_step(same));
    assert_eq!(world.targets(0).len(), 2);
    assert_eq!(chance(&world, 0, "one"), (ratio(3, 10), ratio(1, 2)));
    // A polytope has no image of its own kind: the state then occurs twice, and the bounds are the same.
    let such = r#"Such(outcomes: { "a": { "x": 1 }, "b": { "x": 1 }, "c": {} }, that: ["a in 0.1..0.2", "b in 0.2..0.3"])"#;
    let world = model(&one_step(such));
    assert_eq!(world.targets(0).len(), 3);
    assert_eq!(chance(&world, 0, "one"), (ratio(3, 10), ratio(1, 2)));
}

#[test]
fn outcomes_without_mass_are_not_followed() {
    // `x` would leave its range.
    let world = model(&one_step(
        r#"Chance([("x", { "x": "x - 1" }), ("1 - x", { "x": 2 })])"#,
    ));
    assert_eq!(world.state_count(), 2);
    assert_eq!(world.targets(0).len(), 1);
    let such = r#"Such(outcomes: { "a": { "x": "x - 1" }, "b": { "x": 1 }, "c": { "x": 1 }, "d": {} }, that: ["a <= 0", "b in 0.1..0.2"])"#;
    let world = model(&one_step(such));
    assert_eq!(world.targets(0).len(), 3);
    assert_eq!(chance(&world, 0, "one"), (ratio(1, 10), ratio(1, 1)));
}

#[test]
fn what_is_seen_is_new_and_everything_else_is_old() {
    let world = |sees: &str| {
        model(&format!(
            r#"World(name: "w", entities: {{
                "wind": Entity(state: {{ "gust": Bool }}, start: {{ "gust": false }}, steps: [Step(then: {{ "gust": "!gust" }})]),
                "kite": Entity(state: {{ "high": Bool }}, start: {{ "high": false }}, {sees} steps: [Step(then: {{ "high": "wind.gust" }})]),
            }}, labels: {{ "aloft": "kite.high" }})"#
        ))
    };
    assert_eq!(
        chance(&world(r#"sees: ["wind"],"#), 0, "aloft"),
        (ratio(1, 1), ratio(1, 1))
    );
    assert_eq!(chance(&world(""), 0, "aloft"), (ratio(0, 1), ratio(0, 1)));
}

#[test]
fn an_action_needs_every_entity_that_names_it() {
    let world = model(
        r#"World(name: "w", actions: ["push", "wait"], ends: "cart.at == 2", entities: {
            "cart": Entity(state: { "at": Int("0..2") }, start: { "at": 0 }, steps: [
                Step(on: "push", when: "at < 2", then: { "at": "at + 1" }), Step(on: "wait", then: {})]),
            "arm": Entity(state: { "tired": Bool }, start: { "tired": false }, steps: [
                Step(on: "push", when: "!tired", then: { "tired": true }), Step(on: "wait", when: "tired", then: { "tired": false })]),
        }, quantities: { "pushes": "action == push ? 1 : 0", "time": 1 })"#,
    );
    let actions = |state: u32| -> Vec<&str> {
        world
            .choices(state)
            .map(|choice| world.action_name(choice))
            .collect()
    };
    // Nobody may wait before the arm is tired, nor push before it has rested.
    assert_eq!(world.state_count(), 4);
    assert_eq!(actions(0), ["push"]);
    assert_eq!(world.state_name(1), "cart.at=1, arm.tired=true");
    assert_eq!(actions(1), ["wait"]);
    assert_eq!(actions(3), ["stay"]);
    let quantity = |name: &str| -> Vec<String> {
        world
            .quantity(name)
            .expect("it is there")
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    assert_eq!(quantity("pushes"), ["1", "0", "1", "0"]);
    // Where the run is over, nothing is measured.
    assert_eq!(quantity("time"), ["1", "1", "1", "0"]);
}

#[test]
fn a_state_without_actions_stays_and_is_counted() {
    let world = model(&one_step(r#"{ "x": 1 }"#));
    assert_eq!(world.action_name(1), "stay");
    assert_eq!(world.targets(1), [1]);
    let note = "1 state has no available action and stays as it is".to_owned();
    assert!(world.notes().contains(&note));
    assert!(
        world
            .notes()
            .iter()
            .any(|note| note.contains("the label `two` holds in no state"))
    );
}

#[test]
fn constants_and_variants_are_set_by_name() {
    let text = r#"World(name: "w", constants: { "n": 3, "twice": "2 * n", "mode": "Slow" },
        variants: { "fast": { "mode": "Fast", "n": 1 } },
        entities: { "a": Entity(state: { "x": Int("0..twice") }, start: { "x": 0 },
            steps: [Step(when: "x < twice", then: { "x": "mode == Slow ? x + 1 : twice" })]) })"#;
    let world = World::parse(Source::new("w", text), &NoFiles, &[]).expect("right");
    assert_eq!(world.unfold(&Limits::default()).expect("right").state_count(), 7);
    let variant = &world.variants()[0];
    assert_eq!(variant.name, "fast");
    let world = World::parse(Source::new("w", text), &NoFiles, &variant.constants).expect("right");
    assert_eq!(world.unfold(&Limits::default()).expect("right").state_count(), 2);
    let n = [("n".to_owned(), "1".to_owned())];
    let world = World::parse(Source::new("w", text), &NoFiles, &n).expect("right");
    assert_eq!(world.unfold(&Limits::default()).expect("right").state_count(), 3);
    assert_eq!(world.constants()[0].written.as_deref(), Some("3"));
}

#[test]
fn unfolding_twice_gives_the_same_model() {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../worlds/lava_crossing.ron"
    ));
    let text = text.expect("the world is in the repository");
    let (a, b) = (model(&text), model(&text));
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
    assert_eq!(a.state_name(0), "robot.x=0, robot.y=0");
}

#[test]
fn the_world_that_the_readme_shows_is_right() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../worlds/README.md"));
    let readme = readme.expect("the page is in the repository");
    let shown = readme
        .split("```ron")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let boat = model(shown.expect("there is an example"));
    assert!(boat.label("there").is_some_and(|there| !there.is_empty()));
    assert_eq!(boat.actions(), ["row", "hoist", "lower", "stay"]);
    assert_eq!(boat.constants().len(), 2);
}
