//! What properties mean: their text in PRISM's syntax, and what the model is given for them.

use crate::{Text, automaton, bounded, edge, labelled, op, set, transient, worth};
use murphy_world::{Model, jani::Asked};

/// Asks a property of a walk from 0 to 4 that steps up with probability 1/3 for a cost of 2, and down for a cost of 1.
fn ask(expression: &str) -> Result<Asked, murphy_notation::Diagnostic> {
    let x = |sign: &str, value: &str| op(sign, r#""x""#, value);
    let up = [set("x", &x("+", "1")), set("cost", "2")].join(",");
    let down = [
        set(
            "x",
            &format!(r#"{{"op": "max", "left": 0, "right": {}}}"#, x("-", "1")),
        ),
        set("cost", "1.0"),
    ]
    .join(",");
    let third = op("/", "1", "3");
    let automata = automaton(
        "A",
        "",
        &[edge(
            "step",
            &x("<", "4"),
            &[(&third, &up), (&op("-", "1", &third), &down)],
        )],
    )
    .replace(
        r#"{"name": "l"}"#,
        &format!(
            r#"{{"name": "l", "transient-values": [{}, {}]}}"#,
            set("top", &x("=", "4")),
            set("here", r#""x""#)
        ),
    );
    let variables = [
        bounded("x", 0, 4),
        transient("top", "bool", "false"),
        transient("cost", "real", "0"),
        transient("here", "int", "0"),
    ]
    .join(",");
    let more = format!(
        r#""constants": [{{"name": "K", "type": "int", "value": 3}}], "properties": [{{"name": "p", "expression": {expression}}}]"#
    );
    Text {
        of_type: "dtmc",
        automata: &automata,
        variables: &variables,
        more: &more,
        ..Text::default()
    }
    .ask("p")
}

fn asked(expression: &str) -> Asked {
    ask(expression).unwrap_or_else(|error| panic!("{error}"))
}

fn text(expression: &str) -> String {
    asked(expression).property
}

fn refusal(expression: &str) -> String {
    match ask(expression) {
        Ok(asked) => panic!("{expression} became {}", asked.property),
        Err(error) => error.message,
    }
}

const ABOVE: &str = r#"{"op": ">", "left": "x", "right": 1}"#;

#[test]
fn filters_become_filters() {
    let filter = |fun: &str, states: &str| {
        format!(
            r#"{{"op": "filter", "fun": "{fun}", "states": {states}, "values": {{"op": "Pmax", "exp": {{"op": "F", "exp": "top"}}}}}}"#
        )
    };
    let initial = r#"{"op": "initial"}"#;
    assert_eq!(text(&filter("values", initial)), r#"Pmax=? [ F ("top") ]"#);
    assert_eq!(
        text(&filter("min", initial)),
        r#"filter(min, Pmax=? [ F ("top") ], "init")"#
    );
    assert_eq!(
        text(&filter("avg", ABOVE)),
        r#"filter(avg, Pmax=? [ F ("top") ], "x>1")"#
    );
    assert_eq!(
        text(&filter("∀", r#"{"op": "deadlock"}"#)),
        r#"filter(forall, Pmax=? [ F ("top") ], "deadlock")"#
    );
    assert!(refusal(&filter("values", ABOVE)).contains("`values` over these states is not supported"));
    assert!(refusal(&filter("argmax", initial)).contains("`argmax`"));
}

#[test]
fn conditions_on_states_become_labels() {
    let both = op("∧", ABOVE, r#"{"op": "¬", "exp": "top"}"#);
    let asked = asked(&format!(
        r#"{{"op": "Pmin", "exp": {{"op": "U", "left": {both}, "right": {}}}}}"#,
        op("=", r#""x""#, r#""K""#)
    ));
    assert_eq!(asked.property, r#"Pmin=? [ ("x>1 & !top") U ("x=K") ]"#);
    assert_eq!(labelled(&asked.model, "x>1 & !top"), ["x=2", "x=3"]);
    assert_eq!(labelled(&asked.model, "x=K"), ["x=3"]);
    // Nothing that was not asked for.
    assert!(asked.model.label("top").is_none());
    assert!(asked.model.quantity("cost").is_none());
    let long = (0..40).fold(ABOVE.to_owned(), |so_far, _| op("∨", &so_far, ABOVE));
    assert_eq!(
        text(&format!(
            r#"{{"op": "Pmin", "exp": {{"op": "G", "exp": {long}}}}}"#
        )),
        r#"Pmin=? [ G ("question.1") ]"#
    );
    assert_eq!(
        text(r#"{"op": "Pmin", "exp": {"op": "U", "left": true, "right": "top"}}"#),
        r#"Pmin=? [ (true) U ("top") ]"#
    );
}

#[test]
fn bounds_on_steps_are_both_included() {
    let bounded = |bounds: &str| {
        text(&format!(
            r#"{{"op": "Pmax", "exp": {{"op": "F", "exp": "top", "step-bounds": {bounds}}}}}"#
        ))
    };
    assert_eq!(bounded(r#"{"upper": "K"}"#), r#"Pmax=? [ F<=3 ("top") ]"#);
    assert_eq!(
        bounded(r#"{"upper": "K", "upper-exclusive": true}"#),
        r#"Pmax=? [ F<=2 ("top") ]"#
    );
    assert_eq!(
        bounded(r#"{"lower": 2, "lower-exclusive": true, "upper": 9}"#),
        r#"Pmax=? [ F[3,9] ("top") ]"#
    );
    assert_eq!(bounded(r#"{"lower": 2}"#), r#"Pmax=? [ F>=2 ("top") ]"#);
    let wrong = |bounds: &str| {
        refusal(&format!(
            r#"{{"op": "Pmax", "exp": {{"op": "F", "exp": "top", "step-bounds": {bounds}}}}}"#
        ))
    };
    assert!(wrong(r#"{"upper": 0, "upper-exclusive": true}"#).contains("nothing lies within"));
    assert!(wrong(r#"{"upper": 1, "lower": 2}"#).contains("nothing lies within"));
    assert!(wrong(r#"{"upper": 1.5}"#).contains("whole number"));
}

#[test]
fn formulas_nest() {
    let reach = r#"{"op": "Pmin", "exp": {"op": "F", "exp": "top"}}"#;
    assert_eq!(text(&op("≥", reach, "0.5")), r#"(Pmin=? [ F ("top") ] >= 1/2)"#);
    assert_eq!(
        text(&op("∧", &op("<", reach, "1"), ABOVE)),
        r#"((Pmin=? [ F ("top") ] < 1) & "x>1")"#
    );
    let again = r#"{"op": "Pmax", "exp": {"op": "G", "exp": {"op": "F", "exp": "top"}}}"#;
    assert_eq!(text(again), r#"Pmax=? [ G (F ("top")) ]"#);
    let either = format!(
        r#"{{"op": "Pmax", "exp": {}}}"#,
        op("∨", r#"{"op": "G", "exp": "top"}"#, ABOVE)
    );
    assert_eq!(text(&either), r#"Pmax=? [ (G ("top") | "x>1") ]"#);
    assert_eq!(
        text(r#"{"op": "∀", "exp": {"op": "F", "exp": "top"}}"#),
        r#"A [ F ("top") ]"#
    );
    assert_eq!(text(r#"{"op": "Smax", "exp": "top"}"#), r#"Smax=? [ "top" ]"#);
    assert_eq!(
        text(r#"{"op": "Smin", "exp": "cost", "accumulate": ["steps"]}"#),
        r#"R{"cost"}min=? [ S ]"#
    );
}

/// Asks for an expected sum and returns the text, the model and the name of its quantity.
fn sum(more: &str) -> (String, Model) {
    let asked = asked(&format!(r#"{{"op": "Emin", {more}}}"#));
    (asked.property, asked.model)
}

#[test]
fn sums_count_steps_and_states_as_asked() {
    let (text, model) = sum(r#""exp": "cost", "accumulate": ["steps"], "reach": "top""#);
    assert_eq!(text, r#"R{"cost"}min=? [ F ("top") ]"#);
    // 2 with probability 1/3, 1 otherwise.
    assert_eq!(worth(&model, "cost", "x=2"), ["4/3"]);
    let (text, model) = sum(r#""exp": "here", "accumulate": ["exit"], "step-instant": "K""#);
    assert_eq!(text, r#"R{"here"}min=? [ C<=3 ]"#);
    assert_eq!(worth(&model, "here", "x=2"), ["2"]);
    let (text, model) = sum(r#""exp": "here", "accumulate": ["steps"], "reach": "top""#);
    assert_eq!(text, r#"R{"here"}min=? [ F ("top") ]"#);
    assert_eq!(
        worth(&model, "here", "x=2"),
        ["0"],
        "no edge says what it is worth"
    );
    let (text, model) = sum(r#""exp": 1, "accumulate": ["steps"], "reach": "top""#);
    assert_eq!(text, r#"R{"question.2"}min=? [ F ("top") ]"#);
    assert_eq!(worth(&model, "question.2", "x=2"), ["1"]);
    let mixed = r#"{"op": "+", "left": {"op": "/", "left": "cost", "right": 2}, "right": {"op": "-", "left": 1, "right": {"op": "*", "left": 3, "right": "here"}}}"#;
    let (_, model) = sum(&format!(
        r#""exp": {mixed}, "accumulate": ["steps"], "reach": "top""#
    ));
    assert_eq!(worth(&model, "question.2", "x=2"), ["5/3"]);
    let (_, model) = sum(&format!(
        r#""exp": {mixed}, "accumulate": ["steps", "exit"], "reach": "top""#
    ));
    // Left are 0/2 + 1 - 3·2, and with the step comes 4/6 + 1.
    assert_eq!(worth(&model, "question.2", "x=2"), ["-10/3"]);
    let (text, model) = sum(r#""exp": {"op": "*", "left": "x", "right": "x"}, "step-instant": 2"#);
    assert_eq!(text, r#"R{"question.1"}min=? [ I=2 ]"#);
    assert_eq!(model.state_quantity("question.1").unwrap()[2].to_string(), "4");
    assert_eq!(
        sum(r#""exp": "cost", "accumulate": ["steps"]"#).0,
        r#"R{"cost"}min=? [ C ]"#
    );
}

#[test]
fn sums_that_would_be_guesses_are_refused() {
    let refused = |more: &str| refusal(&format!(r#"{{"op": "Emax", {more}}}"#));
    assert!(
        refused(r#""exp": "x", "accumulate": ["steps"], "reach": "top""#).contains("depends on variables")
    );
    let square = r#""exp": {"op": "*", "left": "cost", "right": "cost"}"#;
    assert!(!refused(&format!(r#"{square}, "accumulate": ["steps"], "reach": "top""#)).is_empty());
    assert!(refused(r#""exp": "cost", "accumulate": ["time"], "reach": "top""#).contains("over time"));
    assert!(refused(r#""exp": "cost", "reach": "top""#).contains("not supported"));
    assert!(
        refused(r#""exp": "cost", "accumulate": ["steps"], "reach": "top", "step-instant": 3"#)
            .contains("not supported")
    );
}

#[test]
fn bounded_sums_are_added_up_by_a_variable() {
    let bounded = |bounds: &str| {
        asked(&format!(
            r#"{{"op": "Pmax", "exp": {{"op": "U", "left": true, "right": "top", "reward-bounds": [{{"exp": "cost", "accumulate": ["steps"], "bounds": {bounds}}}]}}}}"#
        ))
    };
    let asked = bounded(r#"{"upper": 8}"#);
    assert_eq!(
        asked.property,
        r#"Pmax=? [ (true) U (("top") & "question.1<=8") ]"#.replace("(((", "((")
    );
    // Four steps up cost 8: with at most that, only the straight way is left.
    let model = &asked.model;
    let within: Vec<String> = labelled(model, "question.1<=8");
    assert!(within.contains(&"x=4, question.1=8".to_owned()));
    assert!(
        labelled(model, "top").contains(&"x=4, question.1=9".to_owned()),
        "sums beyond the bound fall together"
    );
    assert!(!within.contains(&"x=4, question.1=9".to_owned()));
    let least = bounded(r#"{"lower": 3, "lower-exclusive": true}"#);
    assert!(least.property.contains("question.1>=4"), "{}", least.property);
    let inside = r#"{"op": "Pmax", "exp": {"op": "G", "exp": {"op": "F", "exp": "top", "reward-bounds": [{"exp": "cost", "accumulate": ["steps"], "bounds": {"upper": 8}}]}}}"#;
    assert!(refusal(inside).contains("do not begin with the first state"));
}

/// Asks a walk from 0 to 2 that counts its steps by an expression, and asks for a state by another.
fn counting(
    counts: &str,
    wanted: &str,
    fun: &str,
    states: &str,
) -> Result<Asked, murphy_notation::Diagnostic> {
    let step = [set("x", &op("+", r#""x""#, "1")), set("seen", counts)].join(",");
    let back = [set("x", "0"), set("seen", counts)].join(",");
    let half = op("/", "1", "2");
    let moving = edge("step", &op("<", r#""x""#, "2"), &[(&half, &step), (&half, &back)]);
    let more = format!(
        r#""properties": [{{"name": "p", "expression": {{"op": "filter", "fun": "{fun}", "states": {states},
            "values": {{"op": "Pmax", "exp": {{"op": "F", "exp": {wanted}}}}}}}}}]"#
    );
    Text {
        of_type: "mdp",
        automata: &automaton("A", "", &[moving]),
        variables: &[bounded("x", 0, 2), bounded("seen", 0, 9)].join(","),
        more: &more,
        ..Text::default()
    }
    .ask("p")
}

#[test]
fn variables_that_do_not_matter_are_left_out() {
    let first = r#"{"op": "initial"}"#;
    let up_to_nine = r#"{"op": "min", "left": 9, "right": {"op": "+", "left": "seen", "right": 1}}"#;
    let arrived = op("=", r#""x""#, "2");
    let asked = counting(up_to_nine, &arrived, "max", first).unwrap();
    assert_eq!(asked.model.state_count(), 3);
    assert_eq!(
        asked.model.notes()[0],
        "variables that the property does not depend on are left out: seen"
    );
    // Here they matter: where the property reads them, where states are counted, and where the first is to be told from others.
    for (wanted, fun, states) in [
        (op("=", r#""seen""#, "9"), "max", first),
        (arrived.clone(), "avg", first),
        (arrived.clone(), "max", arrived.as_str()),
        (op("∧", first, &arrived), "max", first),
    ] {
        let asked = counting(up_to_nine, &wanted, fun, states).unwrap();
        assert!(asked.model.state_count() > 20, "{wanted} {fun} {states}");
        assert!(asked.model.notes().iter().all(|note| !note.contains("left out")));
    }
    // A value that may fall out of its range is not left out: the mistake of the model is found.
    let further = op("+", r#""seen""#, "1");
    let error = counting(&further, &arrived, "max", first).unwrap_err();
    assert!(error.message.contains("`seen` becomes 10"), "{error}");
}
