//! Discounted problems without end, in which the agent sees only signs of the state: brackets around known values, and proofs that are checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy::decision::decide_hidden;
use murphy::prelude::*;
use murphy_certify::{DecisionRejection, check_hidden};
use murphy_problem::decision::{Supposed, hidden};

fn supposed(world: &str) -> Supposed {
    let world = World::parse(Source::new("world.ron", world), &NoFiles, &[]).unwrap();
    Supposed::only(world.parametric(&Limits::default()).unwrap())
}

fn spec_of(text: &str) -> Spec {
    Spec::parse(&Source::new("spec.ron", text)).unwrap()
}

/// The tiger that is put behind a door anew whenever one is opened; the first step only puts it there.
const TIGER: &str = r#"World(
    name: "tiger",
    entities: { "doors": Entity(
        state: { "set": Bool, "left": Bool, "heard": OneOf(["none", "l", "r"]) },
        start: { "set": false, "left": false, "heard": "none" },
        steps: [
            Step(on: ["listen", "open_left", "open_right"], when: "not set", then: Chance([
                ("1/2", { "set": "true", "left": "true" }), ("1/2", { "set": "true", "left": "false" })])),
            Step(on: "listen", when: "set", then: Chance([
                ("0.85", { "heard": "left ? l : r" }), ("0.15", { "heard": "left ? r : l" })])),
            Step(on: ["open_left", "open_right"], when: "set", then: Chance([
                ("1/2", { "left": "true", "heard": "none" }), ("1/2", { "left": "false", "heard": "none" })])),
        ],
    ) },
    actions: ["listen", "open_left", "open_right"],
    observe: ["doors.set", "doors.heard"],
    quantities: { "payoff": "not doors.set ? 0 : action == listen ? -1 : action == open_left ? (doors.left ? -100 : 10) : (doors.left ? 10 : -100)" },
)"#;

#[test]
fn the_tiger_for_ever_is_bracketed_around_its_known_value() {
    let spec = "Spec(name: \"all\", goals: [Maximize(Expected(\"payoff\", discount: 0.95))], precision: 0.1)";
    let spec = spec_of(spec);
    let problem = hidden(&[supposed(TIGER)], &spec).unwrap();
    let (proof, checked) = decide_hidden(&problem, &spec.precision).unwrap();
    // Cassandra's tiger with a discount of 0.95 is worth 19.3714 where both doors look alike, and the first step is lost.
    let known = 0.95 * 19.371_368;
    let (lower, upper) = (checked.lower.to_f64(), checked.upper.to_f64());
    assert!(
        lower <= known + 1e-4 && known - 1e-4 <= upper,
        "[{lower}, {upper}]"
    );
    assert!(upper - lower < 0.5, "[{lower}, {upper}]");
    let mut wrong = proof.clone();
    wrong.ways[0].worth[0] += Rational::new(1, 16);
    assert!(check_hidden(&problem, &wrong).is_err());
    let mut wrong = proof.clone();
    wrong.corners[1] -= Rational::from(1000i64);
    assert!(check_hidden(&problem, &wrong).is_err());
    let mut wrong = proof;
    wrong.lower += Rational::from(1i64);
    assert!(matches!(
        check_hidden(&problem, &wrong),
        Err(DecisionRejection::Lower { .. })
    ));
}

/// The tiger whose listener hears right with a probability that is not known, and which is put behind the doors unevenly.
fn doubtful_tiger(ear: &str, left: &str, settled: &str) -> String {
    let unknowns = format!(
        r#"unknowns: {{ "ear": Unknown(within: "{ear}", settled: {settled}), "side": Unknown(within: "{left}", settled: {settled}) }},
    entities:"#
    );
    TIGER
        .replacen("entities:", &unknowns, 1)
        .replace("(\"0.85\", {", "(\"ear\", {")
        .replace("(\"0.15\", {", "(\"1 - ear\", {")
        .replace(
            "(\"1/2\", { \"left\": \"true\"",
            "(\"side\", { \"left\": \"true\"",
        )
        .replace(
            "(\"1/2\", { \"left\": \"false\"",
            "(\"1 - side\", { \"left\": \"false\"",
        )
}

#[test]
fn ranges_without_an_end_are_bracketed_under_every_world_in_them() {
    let spec = spec_of(
        "Spec(name: \"all\", goals: [Maximize(Expected(\"payoff\", discount: 0.8))], precision: 0.5)",
    );
    let bracket = |text: &str| {
        let problem = hidden(&[supposed(text)], &spec).unwrap();
        let (proof, checked) = decide_hidden(&problem, &spec.precision).unwrap();
        (problem, proof, checked)
    };
    let (problem, proof, once) = bracket(&doubtful_tiger("0.75..0.9", "0.4..0.6", "Once"));
    assert_eq!(problem.environments.len(), 16);
    assert!(once.lower <= once.upper);
    let (.., action) = bracket(&doubtful_tiger("0.75..0.9", "0.4..0.6", "EachAction"));
    assert!(action.lower <= once.upper);
    for (ear, left) in [
        ("0.75", "0.5"),
        ("0.9", "0.4"),
        ("0.8", "0.45"),
        ("0.75", "0.6"),
        ("0.77", "0.52"),
    ] {
        let text = doubtful_tiger(&format!("{ear}..{ear}"), &format!("{left}..{left}"), "Once");
        let (.., known) = bracket(&text);
        assert!(
            once.lower <= known.upper && action.lower <= known.upper,
            "{ear} {left}"
        );
    }
    // What the worst end of a part does not allow is rejected, though the middle of the part allows it.
    let mut wrong = proof.clone();
    for row in wrong.ways.iter_mut().flat_map(|way| &mut way.worth) {
        *row += Rational::new(1, 100);
    }
    assert_eq!(check_hidden(&problem, &wrong), Err(DecisionRejection::Policy));
    let mut held = problem.clone();
    for row in held.rows.iter_mut().flatten() {
        row.ends.clear();
    }
    // Without the ends it is another problem, which the same proof proves as well: Nature has less to choose from.
    check_hidden(&held, &proof).unwrap();
}
