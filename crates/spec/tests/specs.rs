//! Specs: what is read, what is refused and how the refusal looks.
#![expect(clippy::expect_used, reason = "the helpers of tests fail loudly")]

use murphy_notation::{Diagnostic, Rational, Source, render};
use murphy_spec::{Direction, ExpectedHorizon, Objective, Settled, Side, Spec, Stance};
use proptest::prelude::*;

fn read(text: &str) -> Result<Spec, Diagnostic> {
    Spec::parse(&Source::new("specs/goal.ron", text))
}

fn refused(text: &str) -> String {
    let error = read(text)
        .and_then(|spec| {
            spec.check_supported()?;
            spec.only_goal().map(drop)
        })
        .expect_err(text);
    render(&error)
}

const FULL: &str = r#"Spec(
    name: "reach the goal, stay out of the lava, waste little",
    about: "Everything that the language has.",
    goals: [                                                       // tiers, most important first
        Maximize(Probability("!lava U goal")),
        Minimize(Expected("moves", until: "goal")),
        Minimize(Expected("cost", horizon: 50)),
        Minimize(Expected("cost", discount: 0.95)),
        Maximize(Expected("cost", discount: "19/20")),
    ],
    require: [ AtLeast(0.95, Probability("G<=50 !lava")), AtMost(3, Expected("moves", until: "goal")) ],
    nature: Nature(stance: Optimistic, settled: Once),
    precision: 1e-4,
    pins: [ Pin(when: "robot.x == 0", act: "east", why: "the operator wants a straight start") ],
    revisions: [ Revision(on: "2026-11-22", why: "the first plan hugged the lava", was: "F goal") ],
)"#;

#[test]
fn everything_written_is_read() {
    let spec = read(FULL).unwrap();
    assert_eq!(spec.goals.len(), 5);
    assert_eq!(spec.goals[0].direction, Direction::Maximize);
    let Objective::Probability(formula) = &spec.goals[0].objective else {
        panic!("a probability")
    };
    assert_eq!(formula.to_string(), "!lava U goal");
    let horizon = |at: usize| match &spec.goals[at].objective {
        Objective::Expected {
            quantity, horizon, ..
        } => (quantity.as_str(), horizon),
        Objective::Probability(_) => panic!("an expectation"),
    };
    assert!(
        matches!(horizon(1), ("moves", ExpectedHorizon::Until(until)) if until.as_name() == Some("goal"))
    );
    assert!(matches!(horizon(2), ("cost", ExpectedHorizon::Steps(50))));
    for at in [3, 4] {
        assert!(matches!(horizon(at).1, ExpectedHorizon::Discounted(by) if *by == Rational::new(19, 20)));
    }
    assert_eq!(
        (spec.require[0].side, spec.require[1].side),
        (Side::AtLeast, Side::AtMost)
    );
    assert_eq!(
        (spec.nature.stance, spec.nature.settled),
        (Stance::Optimistic, Settled::Once)
    );
    assert_eq!(spec.precision, Rational::new(1, 10_000));
    assert_eq!(spec.pins[0].act, "east");
    assert_eq!(spec.revisions[0].was.as_deref(), Some("F goal"));
}

#[test]
fn what_is_left_out_has_its_default() {
    let spec = read(r#"Spec(name: "go", goals: [Maximize(Probability("F goal"))])"#).unwrap();
    assert_eq!(
        (spec.nature.stance, spec.nature.settled),
        (Stance::Pessimistic, Settled::EachAction)
    );
    assert_eq!(spec.precision, Rational::new(1, 1_000_000));
    assert!(spec.about.is_none() && spec.require.is_empty() && spec.pins.is_empty());
    spec.check_supported().unwrap();
}

#[test]
fn an_unknown_field_is_named() {
    assert_eq!(
        refused("Spec(\n    name: \"go\",\n    goal: [Maximize(Probability(\"F goal\"))],\n)"),
        r#"error: `Spec` lacks its field `goals`
 --> specs/goal.ron:1:1
  |
1 | Spec(
  | ^^^^
hint: is `goal` meant to be `goals`?
"#
    );
    assert_eq!(
        refused("Spec(name: \"go\", goals: [Maximize(Probability(\"F goal\"))], precison: 1e-3)"),
        r#"error: `Spec` has no field `precison`
 --> specs/goal.ron:1:60
  |
1 | Spec(name: "go", goals: [Maximize(Probability("F goal"))], precison: 1e-3)
  |                                                            ^^^^^^^^ expected one of `name`, `about`, `goals`, `require`, `nature`, `precision`, `pins`, `revisions`
hint: did you mean `precision`?
"#
    );
}

#[test]
fn a_formula_cut_short_is_shown_where_it_ends() {
    assert_eq!(
        refused("Spec(\n    name: \"go\",\n    goals: [Maximize(Probability(\"F<=\"))],\n)"),
        r#"error: expected a number of steps, but the text ends here
 --> specs/goal.ron:3:38
  |
3 |     goals: [Maximize(Probability("F<="))],
  |                                      ^
"#
    );
}

#[test]
fn a_second_goal_is_refused_by_name() {
    assert_eq!(
        refused(
            "Spec(\n    name: \"go\",\n    goals: [\n        Maximize(Probability(\"!lava U goal\")),\n        \
             Minimize(Expected(\"moves\", until: \"goal\")),\n    ],\n)"
        ),
        r#"error: this asks for one goal, but the spec has several
 --> specs/goal.ron:5:9
  |
5 |         Minimize(Expected("moves", until: "goal")),
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is the second goal
hint: ask for one goal at a time
"#
    );
}

#[test]
fn what_is_not_planned_for_is_refused_by_name() {
    let with = |more: &str| format!("Spec(name: \"go\", goals: [Maximize(Probability(\"F goal\"))], {more})");
    for (more, part) in [
        (
            "require: [AtLeast(0.5, Probability(\"F goal\"))]",
            "the spec has a requirement, too",
        ),
        (
            "nature: Nature(settled: EachState)",
            "settles `EachState` is not supported in a model without named unknowns",
        ),
        ("nature: Nature(settled: Once)", "settles `Once`"),
    ] {
        let message = refused(&with(more));
        assert!(
            message.contains(part) && message.contains("specs/goal.ron:1:"),
            "{message}"
        );
    }
    let pinned = "pins: [Pin(when: \"x == 0\", act: \"east\")]";
    read(&with(&format!(
        "require: [], {pinned}, nature: Nature(), revisions: []"
    )))
    .unwrap()
    .check_supported()
    .unwrap();
}

#[test]
fn wrong_values_are_refused_with_the_rule() {
    let with = |goal: &str, more: &str| format!("Spec(name: \"go\", goals: [{goal}], {more})");
    let reach = "Maximize(Probability(\"F goal\"))";
    for (text, part) in [
        (
            with(reach, "precision: 0"),
            "the precision lies strictly between 0 and 1",
        ),
        (with(reach, "precision: 1"), "this is 1"),
        (with(reach, "precision: \"1/0\""), "this divides by zero"),
        (with(reach, "nature: Pessimistic"), "expected `Nature`"),
        (
            with(reach, "nature: Nature(stance: Pesimistic)"),
            "did you mean `Pessimistic`?",
        ),
        (
            with(reach, "revisions: [Revision(on: \"2026-11-22\")]"),
            "`Revision` lacks its field `why`",
        ),
        (with("", ""), "a spec needs a goal"),
        (
            with("Maximise(Probability(\"F goal\"))", ""),
            "did you mean `Maximize`?",
        ),
        (with("Maximize", ""), "`Maximize` lacks what it measures"),
        (
            with("Maximize(Probability(\"F goal\"), 2)", ""),
            "takes no such value",
        ),
        (
            with("Maximize(Probability)", ""),
            "`Probability` lacks its formula",
        ),
        (with("Maximize(Expected(\"moves\"))", ""), "does not say how long"),
        (
            with("Maximize(Expected(\"moves\", untill: \"goal\"))", ""),
            "did you mean `until`?",
        ),
        (
            with("Maximize(Expected(\"moves\", until: \"goal\", horizon: 3))", ""),
            "more than one horizon",
        ),
        (
            with("Maximize(Expected(\"moves\", horizon: -3))", ""),
            "a whole number from 0 on",
        ),
        (
            with("Maximize(Expected(\"moves\", discount: 1))", ""),
            "strictly between 0 and 1",
        ),
        (
            with("Maximize(Expected(moves, horizon: 3))", ""),
            "write \"moves\"",
        ),
        (
            "Spec(name: \"go\", name: \"go\", goals: [])".to_owned(),
            "the field `name` comes twice",
        ),
        ("Goal()".to_owned(), "expected `Spec`"),
        ("[]".to_owned(), "expected `Spec(…)`"),
    ] {
        assert!(refused(&text).contains(part), "{text}\n{}", refused(&text));
    }
}

proptest! {
    #[test]
    fn no_spec_makes_the_reader_panic(
        cut in 0..FULL.len(), length in 0_usize..40, junk in "[\\[\\](){}:,\"FGUX<=&|!.0-9a-z \n]{0,12}"
    ) {
        let text = format!("{}{junk}{}", &FULL[..cut], &FULL[(cut + length).min(FULL.len())..]);
        if let Err(error) = read(&text).and_then(|spec| spec.check_supported()) {
            prop_assert!(render(&error).contains("specs/goal.ron:"));
        }
    }
}
