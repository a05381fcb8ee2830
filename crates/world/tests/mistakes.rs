//! What a person reads when a world is wrong: the place, the rule, and a way out.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_notation::{Source, render};
use murphy_world::{Limits, NoFiles, World};

/// Returns the message that a world is refused with.
fn refused_with(text: &str, settings: &[(&str, &str)], limits: Limits) -> String {
    let settings: Vec<(String, String)> = settings
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let world = World::parse(Source::new("field.ron", text), &NoFiles, &settings);
    match world.and_then(|world| world.unfold(&limits)) {
        Ok(model) => panic!("accepted, with {} states", model.state_count()),
        Err(error) => render(&error),
    }
}

fn refused(text: &str) -> String {
    refused_with(text, &[], Limits::default())
}

/// A small right world; each test breaks it in one place.
const FIELD: &str = r#"World(
    name: "field",
    constants: { "far": 3 },
    unknowns: { "slip": Unknown(within: "0.05..0.2", settled: EachAction) },
    entities: {
        "robot": Entity(
            state: { "x": Int("0..far"), "mud": OneOf(["dry", "wet"]) },
            start: { "x": 0, "mud": "dry" },
            steps: [
                Step(on: "east", when: "x < far", then: Chance([("1 - slip", { "x": "x + 1" }), ("slip", {})])),
                Step(on: "west", when: "x > 0",
                    then: Interval([("0.5..1", { "x": "x - 1" }), ("0..0.5", {})])),
            ],
        ),
    },
    actions: ["east", "west"],
    labels: { "goal": "robot.x == far" },
    quantities: { "moves": "1" },
    picture: Grid(x: "robot.x", y: "robot.x", paint: { "goal": "green" }),
)"#;

/// Returns the message for the field with one text replaced by another.
fn field(from: &str, to: &str) -> String {
    assert!(FIELD.contains(from), "`{from}` is in the world");
    refused(&FIELD.replacen(from, to, 1))
}

#[test]
fn the_field_itself_is_right() {
    let world = World::parse(Source::new("field.ron", FIELD), &NoFiles, &[]).expect("right");
    assert_eq!(world.unfold(&Limits::default()).expect("right").state_count(), 4);
}

#[test]
fn a_misspelt_variable_is_answered_with_the_nearest_one() {
    let message = field("\"robot.x == far\"", "\"robto.x == far\"");
    assert!(message.contains("field.ron:17:"), "{message}");
    assert!(
        message.contains("robto.x") && message.contains("did you mean `robot.x`?"),
        "{message}"
    );
}

#[test]
fn lower_bounds_that_sum_to_more_than_one_name_their_sum_and_the_state() {
    let message = field("(\"0..0.5\", {})", "(\"0.75..0.8\", {})");
    assert_eq!(
        message,
        r#"error: no distribution lies within the bounds, on `west`, in the state robot.x=1, robot.mud=dry
  --> field.ron:12:27
   |
12 |                     then: Interval([("0.5..1", { "x": "x - 1" }), ("0.75..0.8", {})])),
   |                           ^^^^^^^^ the lower bounds sum to 1.25, but must not exceed 1
hint: lower them by at least 0.25 in all
"#,
    );
}

#[test]
fn probabilities_must_sum_to_one_over_all_the_unknowns_ranges() {
    let message = field("(\"slip\", {})", "(\"2 * slip\", {})");
    assert!(message.contains("anything from 1.05 to 1.2"), "{message}");
    assert!(message.contains("in the state robot.x=0"), "{message}");
    let message = field("(\"slip\", {})", "(\"slip / 2\", {}), (0.1, {})");
    assert!(message.contains("anything from 1 to 1.075"), "{message}");
    let message = field("\"1 - slip\"", "\"slip - 0.1\"");
    assert!(
        message.contains("a probability must not be negative") && message.contains("-0.05"),
        "{message}"
    );
    let message = field(
        "(\"1 - slip\", { \"x\": \"x + 1\" }), (\"slip\", {})",
        "(0.5, { \"x\": \"x + 1\" }), (0.25, {})",
    );
    assert!(message.contains("they sum to 0.75"), "{message}");
}

#[test]
fn overlapping_guards_show_both_places_and_the_state() {
    let message = field(
        "Step(on: \"west\", when: \"x > 0\"",
        "Step(on: [\"west\", \"east\"], when: \"x > 0\"",
    );
    assert!(
        message.contains("guards overlap: two steps of `robot` are possible on `east`"),
        "{message}"
    );
    assert!(message.contains("in the state robot.x=1"), "{message}");
    assert!(
        message.contains("field.ron:11:") && message.contains("field.ron:10:"),
        "{message}"
    );
}

#[test]
fn an_unknown_label_is_answered_with_those_there_are() {
    let message = field("paint: { \"goal\"", "paint: { \"gaol\"");
    assert!(
        message.contains("there is no label `gaol`") && message.contains("did you mean `goal`?"),
        "{message}"
    );
}

#[test]
fn a_value_that_leaves_its_range_names_the_variable_the_value_and_the_state() {
    let message = field("when: \"x < far\"", "when: \"true\"");
    assert!(
        message.contains("`robot.x` leaves its range 0..3, on `east`, in the state robot.x=3"),
        "{message}"
    );
    assert!(
        message.contains("this is 4") && message.contains("its range is declared here"),
        "{message}"
    );
    let message = field("\"x\": \"x + 1\"", "\"x\": \"x + 1/2\"");
    assert!(message.contains("this is 0.5"), "{message}");
    let message = field("\"mud\": \"dry\"", "\"mud\": \"far\"");
    assert!(message.contains("the start of `robot.mud` must be"), "{message}");
    let message = field("start: { \"x\": 0", "start: { \"x\": -1");
    assert!(message.contains("this is -1"), "{message}");
}

#[test]
fn a_duplicate_key_is_an_error() {
    let message = field("labels: {", "labels: { \"goal\": \"true\",");
    assert!(message.contains("goal") && message.contains("twice"), "{message}");
    let message = field("{ \"x\": \"x + 1\" }", "{ \"x\": \"x + 1\", \"robot.x\": 0 }");
    assert!(message.contains("`robot.x` is given two values"), "{message}");
}

#[test]
fn the_limits_on_states_and_branches_say_what_to_do() {
    let limits = Limits {
        states_max: 3,
        ..Limits::default()
    };
    let message = refused_with(FIELD, &[], limits);
    assert!(
        message.contains("more than 3 states") && message.contains("--states-max"),
        "{message}"
    );
    let limits = Limits {
        branches_max: 5,
        ..Limits::default()
    };
    let message = refused_with(FIELD, &[], limits);
    assert!(message.contains("more branches than the limit"), "{message}");
}

#[test]
fn too_many_outcomes_at_once_are_refused_before_they_are_all_held() {
    let wide: Vec<String> = (0..1000).map(|index| format!(r#""v{index}": Bool"#)).collect();
    let start = wide.join(", ").replace("Bool", "false");
    let mut entities = vec![format!(
        r#""wide": Entity(state: {{ {} }}, start: {{ {start} }}, steps: [])"#,
        wide.join(", ")
    )];
    entities.extend((0..15).map(|index| {
        format!(
            r#""coin{index}": Entity(state: {{ "up": Bool }}, start: {{ "up": false }},
                steps: [Step(then: Chance([(0.5, {{ "up": true }}), (0.5, {{ "up": false }})]))])"#
        )
    }));
    let message = refused(&format!(
        r#"World(name: "coins", entities: {{ {} }}, actions: ["throw"])"#,
        entities.join(", ")
    ));
    assert!(
        message.contains("one action leads to more than 16529 outcomes at once"),
        "{message}"
    );
}

#[test]
fn settings_from_outside_are_checked_by_name_and_type() {
    let set = |name, value| refused_with(FIELD, &[(name, value)], Limits::default());
    assert!(set("slop", "0.1").contains("did you mean `slip`?"));
    assert!(set("weather", "0.1").contains("there are `far`, `slip`"));
    assert!(set("far", "Away").contains("the constant must be a number"));
    assert!(set("far", "3 +").contains("--const far"));
    assert!(set("slip", "0.3..0.2").contains("must not end before it begins"));
    assert!(set("slip", "2").contains("a probability must not be negative"));
}

#[test]
fn hidden_facts_and_predictors_answer_mistakes_by_name() {
    let more = |text: &str| field("actions: [", &format!("{text}, actions: ["));
    let prior = "hypotheses: { \"near\": Hypothesis(set: { \"far\": 1 }, prior: 0.5), \"away\": Hypothesis(set: { \"far\": 2 }, prior: 0.4) }";
    assert!(more(prior).contains("they sum to 9/10"), "{}", more(prior));
    let part =
        "hypotheses: { \"near\": Hypothesis(set: { \"far\": 1 }, prior: 1), \"away\": { \"far\": 2 } }";
    assert!(more(part).contains("1 of 2 hypotheses have a part"));
    assert!(more("hypotheses: { \"near\": { \"fat\": 1 } }").contains("did you mean `far`?"));
    assert!(more("hypotheses: {}").contains("needs at least one"));
    let predictor = |text: &str| more(&format!("predictors: {{ \"omega\": Predictor({text}) }}"));
    assert!(predictor("of: [\"east\"]").contains("at least two actions"));
    assert!(predictor("of: [\"east\", \"wets\"]").contains("did you mean `west`?"));
    assert!(predictor("of: [\"east\", \"west\"], accuracy: 1.2").contains("an accuracy is a probability"));
    assert!(predictor("of: [\"east\", \"west\"], reads: Minds").contains("MixedPolicy"));
    assert!(more("observe: [\"robto.x\"]").contains("did you mean `robot.x`?"));
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    assert!(field("EachAction", "Once").contains("does not come down to one credal set for each choice"));
    assert!(field("Interval([", "Focal([").contains("`Focal` sets are not supported"));
    assert!(
        field("actions: [", "observe: [\"robot.x\"], actions: [")
            .contains("does not come down to one credal set")
    );
    assert!(field("Interval([", "Intervals([").contains("did you mean `Interval`?"));
    let metric = field(
        "Interval([(\"0.5..1\", { \"x\": \"x - 1\" }), (\"0..0.5\", {})])",
        "Near(metric: L2, radius: 1, of: [(1, {})])",
    );
    assert!(metric.contains("the metric `L2` is not supported"), "{metric}");
}

#[test]
fn names_have_one_meaning_and_a_place() {
    assert!(field("\"far\": 3", "\"far\": 3, \"slip\": 1").contains("`slip` is a constant already"));
    assert!(field("\"far\": 3", "\"far away\": 3").contains("cannot be a name here"));
    assert!(field("on: \"west\"", "on: \"wets\"").contains("did you mean `west`?"));
    assert!(field("actions: [\"east\", \"west\"],", "").contains("this world lists no actions"));
    assert!(field("\"west\"],", "\"west\", \"north\"],").contains("no entity has a step on `north`"));
    assert!(field("{ \"x\": \"x - 1\" }", "{ \"y\": \"x - 1\" }").contains("variable of `robot` named `y`"));
    assert!(field("x: \"robot.x\"", "x: \"robot.mud\"").contains("not an `Int`"));
    assert!(field("\"goal\": \"green\"", "\"goal\": \"url(x)\"").contains("expected a colour"));
    assert!(field("\"robot.x == far\"", "\"slip > 0.1\"").contains("a label cannot depend on an unknown"));
    assert!(field("when: \"x < far\"", "when: \"x\"").contains("a guard must be a truth value"));
    assert!(field("start: { \"x\": 0, ", "start: { ").contains("`robot.x` has no value at the start"));
    assert!(field("\"moves\": \"1\"", "\"moves\": \"1 / (robot.x - 2)\"").contains("in the state robot.x=2"));
}

#[test]
fn one_unknown_cannot_serve_two_entities_at_once() {
    let other = r#"entities: { "dog": Entity(state: { "up": Bool }, start: { "up": true },
        steps: [Step(then: Chance([("slip", { "up": false }), ("1 - slip", {})]))]),"#;
    let message = field("entities: {", other);
    assert!(
        message.contains("`dog` and `robot` depend on the same unknown `slip` in one step"),
        "{message}"
    );
    // Pinned, it is a number like any other.
    let text = FIELD.replacen("entities: {", other, 1);
    let pinned = [("slip".to_owned(), "0.1".to_owned())];
    let world = World::parse(Source::new("field.ron", text), &NoFiles, &pinned).expect("right");
    assert_eq!(world.unfold(&Limits::default()).expect("right").state_count(), 8);
}

#[test]
fn entities_see_earlier_ones_only_and_change_only_themselves() {
    let other = r#""dog": Entity(state: { "up": Bool }, start: { "up": true }, SEES steps: [Step(then: { KEY: "!up" })]),
    },
    actions"#;
    let with = |sees: &str, key: &str| {
        let text = other.replace("SEES", sees).replace("KEY", key);
        let text = FIELD.replacen("    },\n    actions", &text, 1);
        refused(&text)
    };
    assert!(with(r#"sees: ["cat"],"#, "\"up\"").contains("`dog` cannot see `cat`"));
    assert!(with(r#"sees: ["dog"],"#, "\"up\"").contains("written before it"));
    assert!(with("", "\"robot.x\"").contains("`dog` cannot change `robot.x`"));
}
