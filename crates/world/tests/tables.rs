//! Worlds made of tables: what each column and rule means, and what a person reads when a table is wrong.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Rational, Source, Value, render};
use murphy_world::{Limits, Model, VariableKind, World};
use std::collections::BTreeMap;

/// Reads a world with the given fields of its table and the given files.
fn table(fields: &str, files: &[(&str, &str)]) -> Result<Model, Diagnostic> {
    let text = format!(
        r#"World(name: "t", table: Table(file: "t.csv", {fields}), labels: {{ "end": "state == 2" }})"#
    );
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    World::parse(Source::new("t.ron", text), &files, &[])?.unfold(&Limits::default())
}

fn refused(fields: &str, files: &[(&str, &str)]) -> String {
    render(&table(fields, files).expect_err("the table is wrong"))
}

const COUNTS: &str = "\
# seen last winter
action,state,count,next_state,remark
1,0,3,1,
0,0,1,2,
0,0,2,0,
1,1,5,2,sure
";

const PRECISE: &str = "state,action,next_state,prob\n0,go,1,0.5\n0,go,2,0.5\n1,go,2,1\n";

fn learned(by: &str, over: &str) -> Model {
    let fields = format!("start: 0, sets: Learned(by: {by}, over: {over})");
    table(&fields, &[("t.csv", COUNTS)]).expect("right")
}

#[test]
fn counts_become_dirichlet_models_over_what_was_seen_or_over_all_states() {
    let seen = learned("Imprecise(strength: 1)", "Observed");
    assert_eq!((seen.state_count(), seen.choice_count()), (3, 4));
    assert_eq!(seen.actions(), ["0", "1", "stay"]);
    let choice = seen.choices(0).start;
    assert_eq!(seen.targets(choice), [0, 2]);
    assert_eq!(
        seen.set(choice).outcome_bounds(1),
        (Rational::new(1, 4), Rational::new(1, 2))
    );
    assert!(
        matches!(*seen.set(choice + 1), CredalSet::Precise(_)),
        "only one successor was seen"
    );
    assert!(
        seen.notes()[0].starts_with("learned from 11 observations in 3 rows"),
        "{:?}",
        seen.notes()
    );
    let all = learned("Imprecise(strength: 1)", "AllStates");
    let choice = all.choices(0).start + 1;
    assert_eq!(all.targets(choice), [0, 1, 2]);
    assert_eq!(
        all.set(choice).outcome_bounds(2),
        (Rational::ZERO, Rational::new(1, 4))
    );
}

#[test]
fn a_strength_of_zero_is_the_frequencies() {
    for by in ["Imprecise(strength: 0)", "Frequencies"] {
        let model = learned(by, "AllStates");
        let CredalSet::Precise(set) = &*model.set(0) else {
            panic!("{by} is precise");
        };
        assert_eq!(set.probabilities(), [Rational::new(2, 3), Rational::new(1, 3)]);
    }
}

#[test]
fn balls_and_bounds_contain_the_frequencies_and_say_what_they_cost() {
    let ball = learned("L1(radius: 0.2)", "Observed");
    assert_eq!(
        ball.set(0).outcome_bounds(1),
        (Rational::new(7, 30), Rational::new(13, 30))
    );
    let frequencies = [Rational::new(2, 3), Rational::new(1, 3)];
    let sure = learned("L1(confidence: 0.9)", "Observed");
    assert!(sure.set(0).contains(&frequencies));
    assert!(
        sure.notes()[0].contains("the error probability 0.1 is split evenly over 1 rows"),
        "{:?}",
        sure.notes()
    );
    let bounds = learned("ClopperPearson(confidence: 0.9)", "Observed");
    assert!(bounds.set(0).contains(&frequencies));
    assert!(matches!(*bounds.set(0), CredalSet::Interval(_)));
    assert!(
        bounds.notes()[0].contains("over 2 probabilities"),
        "{:?}",
        bounds.notes()
    );
    // With all states there are nine probabilities to bound, and the bounds are wider.
    let all = learned("ClopperPearson(confidence: 0.9)", "AllStates");
    assert!(all.notes()[0].contains("over 9 probabilities"));
    let (narrow, wide) = (bounds.set(0).outcome_bounds(1), all.set(0).outcome_bounds(2));
    assert!(wide.0 < narrow.0 && narrow.1 < wide.1, "{narrow:?} {wide:?}");
}

#[test]
fn probabilities_and_bounds_are_read_exactly() {
    let model = table("start: 0", &[("t.csv", PRECISE)]).expect("right");
    assert_eq!(model.targets(0), [1, 2]);
    assert_eq!(model.action_name(0), "go");
    assert_eq!(model.values(2), [Value::Int(2)]);
    let bounds =
        "lower,upper,state,next_state\n0.1,0.3,0,1\n0,1/3,0,2\n0,1,0,0\n0,0,0,3\n1,1,1,1\n1,1,2,2\n1,1,3,3\n";
    let model = table("start: 0", &[("t.csv", bounds)]).expect("right");
    assert_eq!(model.action_name(0), "step");
    // The successor that can have no probability is left out.
    assert_eq!(model.targets(0), [0, 1, 2]);
    assert_eq!(
        model.set(0).outcome_bounds(0),
        (Rational::new(11, 30), Rational::new(9, 10))
    );
    let near = table("start: 0, sets: Near(radius: 0.2)", &[("t.csv", PRECISE)]).expect("right");
    assert_eq!(
        near.set(0).outcome_bounds(0),
        (Rational::new(2, 5), Rational::new(3, 5))
    );
    let contaminated = table(
        "start: 0, sets: Contaminated(by: 0.1, over: AllStates)",
        &[("t.csv", PRECISE)],
    );
    let set = contaminated.expect("right").set(0).outcome_bounds(0);
    assert_eq!(set, (Rational::ZERO, Rational::new(1, 10)));
}

#[test]
fn rounded_rows_are_divided_by_their_sums_when_that_is_asked_for() {
    let rounded = "state,next_state,prob\n0,0,0.333333333333\n0,1,0.333333333333\n0,2,0.333333333333\n";
    let message = refused("start: 0", &[("t.csv", rounded)]);
    assert!(
        message.contains("t.csv:2:1") && message.contains("0.000000000001 off"),
        "{message}"
    );
    assert!(message.contains("normalise: true"), "{message}");
    let model = table("start: 0, normalise: true", &[("t.csv", rounded)]).expect("right");
    assert_eq!(
        model.set(0).outcome_bounds(1),
        (Rational::new(1, 3), Rational::new(1, 3))
    );
    assert!(
        model.notes()[0].contains("1 rows of `t.csv` were rounded"),
        "{:?}",
        model.notes()
    );
    let wrong = "state,next_state,prob\n0,0,0.3\n0,1,0.3\n";
    let message = refused("start: 0, normalise: true", &[("t.csv", wrong)]);
    assert!(
        message.contains("sum to 0.6, which is 0.4 off") && !message.contains("hint"),
        "{message}"
    );
}

#[test]
fn states_are_described_by_columns_and_start_with_weights() {
    let states = "level,state,kind\n1.5,0,calm\n2,1,calm\n0.5,2,\"the end\"\n";
    let start = "state,count,prob\n0,1,0.333\n1,2,0.667\n2,0,0\n";
    let files = [("t.csv", PRECISE), ("s.csv", states), ("i.csv", start)];
    let fields = r#"start: "i.csv", states: "s.csv", actions: {"go": "walk on"}"#;
    let model = table(fields, &files).expect("right");
    let kinds: Vec<&VariableKind> = model.variables().iter().map(|variable| &variable.kind).collect();
    let words = VariableKind::Symbol(vec!["calm".into(), "the end".into()]);
    assert_eq!(kinds, [&VariableKind::Int, &VariableKind::Number, &words]);
    assert_eq!(model.state_name(2), "state=2, kind=the end");
    assert_eq!(
        model.initial(),
        [(0, Rational::new(1, 3)), (1, Rational::new(2, 3))]
    );
    assert_eq!(model.action_name(0), "walk on");
    let short = "state,level\n0,1\n1,1\n";
    let files = [("t.csv", PRECISE), ("s.csv", short)];
    let message = refused(r#"start: 0, states: "s.csv""#, &files);
    assert!(
        message.contains("there is no state 2") && message.contains("otherwise"),
        "{message}"
    );
    let model = table(r#"start: 0, states: "s.csv", otherwise: { "level": 0 }"#, &files).expect("right");
    assert_eq!(model.values(2), [Value::Int(2), Value::Int(0)]);
}

#[test]
fn numbered_actions_are_named_by_a_pattern() {
    let files = [("t.csv", COUNTS)];
    let fields =
        r#"start: 0, sets: Learned(by: Frequencies), actions: "dose {action * 2}, {action == 0 ? 7 : 8}th""#;
    let model = table(fields, &files).expect("right");
    assert_eq!(model.actions()[..2], ["dose 0, 7th", "dose 2, 8th"]);
    let same = refused(
        r#"start: 0, sets: Learned(by: Frequencies), actions: "dose""#,
        &files,
    );
    assert!(same.contains("two actions are called `dose`"), "{same}");
    let open = refused(
        r#"start: 0, sets: Learned(by: Frequencies), actions: "dose {action""#,
        &files,
    );
    assert!(open.contains("t.ron:1:") && open.contains("not closed"), "{open}");
    let missing = refused(
        r#"start: 0, sets: Learned(by: Frequencies), actions: {"0": "rest"}"#,
        &files,
    );
    assert!(
        missing.contains("the action `1` has no name") && missing.contains("t.csv:3:1"),
        "{missing}"
    );
}

#[test]
fn a_missing_file_names_itself_and_says_where_it_was_looked_for() {
    let message = refused("start: 0", &[]);
    assert!(
        message.contains("`t.csv` cannot be read") && message.contains("there is no such file"),
        "{message}"
    );
    assert!(
        message.contains("t.ron:1:") && message.contains("the folder of the world file"),
        "{message}"
    );
}

/// Wrong tables, where the message points, and what it says.
const WRONG: [(&str, &str, &str); 14] = [
    (
        "state,next_state,prob\n0,0,1\n1,x,1\n",
        "t.csv:3:3",
        "`next_state` must be a whole number",
    ),
    (
        "state,next_state,prob\n0,0,1\n# note\n\n1,1,-0.5\n",
        "t.csv:5:5",
        "`prob` must not be negative",
    ),
    (
        "state,next_state,prob\n0,0,one\n",
        "t.csv:2:5",
        "`prob` must be a number",
    ),
    (
        "state,next_state,prob\n0,0\n",
        "t.csv:2:1",
        "2 fields, where the header has 3",
    ),
    (
        "state,nextstate,prob\n0,0,1\n",
        "t.csv:1:1",
        "lacks the column `next_state`",
    ),
    (
        "state,next_state,weight\n0,0,1\n",
        "t.csv:1:1",
        "lacks the column `probability`",
    ),
    (
        "state,next_state,prob,prob\n0,0,1,1\n",
        "t.csv:1:1",
        "the column `prob` occurs twice",
    ),
    (
        "state,next_state,count\n0,0,1\n",
        "t.csv:1:1",
        "counts become credal sets by a rule",
    ),
    (
        "state,next_state,lower\n0,0,1\n",
        "t.csv:1:1",
        "lacks the column `upper`",
    ),
    (
        "state,next_state,lower,upper\n0,0,0.5,0.4\n",
        "t.csv:2:5",
        "must not end before it begins",
    ),
    (
        "state,next_state,prob\n0,0,0.5\n0,1,0.4\n0,0,0.1\n",
        "t.csv:4:1",
        "this transition occurs twice",
    ),
    ("state,next_state,prob\n", "t.csv:1:1", "holds no transitions"),
    (
        "state,next_state,lower,upper\n0,0,0.75,1\n0,1,0.5,1\n",
        "t.csv:2:1",
        "the lower bounds sum to 1.25",
    ),
    ("", "t.csv:1:1", "lacks the column `state`"),
];

#[test]
fn mistakes_in_a_table_have_a_line_and_a_column() {
    let wrong = |text: &str| refused("start: 0", &[("t.csv", text)]);
    for (text, place, what) in WRONG {
        let message = wrong(text);
        assert!(
            message.contains(place) && message.contains(what),
            "{text:?} gave {message}"
        );
    }
}

#[test]
fn mistakes_about_a_table_point_into_the_world() {
    let counts = [("t.csv", COUNTS)];
    let wrong = |fields: &str| refused(fields, &counts);
    assert!(wrong("start: 7, sets: Learned(by: Frequencies)").contains("there is no state 7"));
    let over = wrong("start: 0, sets: Learned(by: Frequencies, over: AllState)");
    assert!(over.contains("did you mean `AllStates`?"), "{over}");
    assert!(wrong("start: 0, sets: Learned(by: Imprecise(strength: -1))").contains("must not be negative"));
    assert!(wrong("start: 0, sets: Learned(by: L1())").contains("one of the two"));
    assert!(wrong("start: 0, sets: Learned(by: ClopperPearson(confidence: 1))").contains("below 1"));
    assert!(wrong("start: 0, sets: Near(radius: 0.1)").contains("around probabilities"));
    let nothing = [("t.csv", "state,next_state,count\n0,0,0\n")];
    let message = refused("start: 0, sets: Learned(by: Imprecise(strength: 1))", &nothing);
    assert!(message.contains("nothing was observed"), "{message}");
    let halves = [("t.csv", "state,next_state,count\n0,0,0.5\n0,1,1.5\n")];
    let message = refused(
        "start: 0, sets: Learned(by: ClopperPearson(confidence: 0.9))",
        &halves,
    );
    assert!(message.contains("need whole counts"), "{message}");
}
