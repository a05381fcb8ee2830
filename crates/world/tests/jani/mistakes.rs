//! What is refused: one message, at its place, with the way to it.

use crate::{Text, automaton, bounded, edge, op, set, transient};
use murphy_notation::{Diagnostic, Source};
use murphy_world::{Limits, jani};

/// Checks the message, the underlined text, and the way to it.
fn check(text: &Text<'_>, message: &str, underlined: &str, path: &str) {
    check_error(&text.unfold().expect_err("a mistake"), message, underlined, path);
}

fn check_error(error: &Diagnostic, message: &str, underlined: &str, path: &str) {
    assert!(error.message.contains(message), "{error}");
    let place = error.place.clone().unwrap_or_else(|| panic!("no place: {error}"));
    assert_eq!(
        &place.source.text[place.span.start..place.span.end],
        underlined,
        "{error}"
    );
    let end = format!("{path}:");
    assert!(error.label == path || error.label.starts_with(&end), "{error}");
}

#[test]
fn other_kinds_of_model_are_refused_by_name() {
    let automata = automaton("A", "", &[]);
    let text = |of_type, more| Text {
        of_type,
        automata: &automata,
        more,
        ..Text::default()
    };
    check(
        &text("ctmc", ""),
        "models of type `ctmc` are not supported",
        "\"ctmc\"",
        "type",
    );
    check(&text("mpd", ""), "there is no such type", "\"mpd\"", "type");
    check(
        &text("mdp", r#""actions": [], "rates": 1"#),
        "`rates` is not known",
        "\"rates\"",
        "",
    );
    let arrays = text("mdp", "").written().replace("derived-operators", "arrays");
    let error = jani::parse(Source::new("m", arrays)).unwrap_err();
    check_error(
        &error,
        "the feature `arrays` is not supported",
        "\"arrays\"",
        "features[0]",
    );
    let other = text("mdp", "")
        .written()
        .replace("\"jani-version\": 1", "\"jani-version\": 2");
    let error = jani::parse(Source::new("m", other)).unwrap_err();
    check_error(&error, "only version 1", "2", "jani-version");
}

#[test]
fn mistakes_in_edges_say_where() {
    let variables = [bounded("x", 0, 2), transient("cost", "real", "0")].join(",");
    let of = |edges: &[String]| {
        automaton(
            "A",
            r#"{"name": "b", "type": "bool", "initial-value": false}"#,
            edges,
        )
    };
    let check = |edges: &[String], message: &str, underlined: &str, path: &str| {
        let automata = of(edges);
        let text = Text {
            automata: &automata,
            variables: &variables,
            ..Text::default()
        };
        check(&text, message, underlined, path);
    };
    let fine = edge("", "true", &[("1", "")]);
    let guard = [fine.clone(), edge("", r#""x""#, &[("1", "")])];
    check(
        &guard,
        "a guard must be a truth value",
        "\"x\"",
        "automata[0].edges[1].guard.exp",
    );
    let unknown = [edge("", "true", &[("1", &set("y", "1"))])];
    check(
        &unknown,
        "there is no variable `y`",
        "\"y\"",
        "automata[0].edges[0].destinations[0].assignments[0].ref",
    );
    let typed = [edge("", "true", &[("1", &set("b", "1"))])];
    check(
        &typed,
        "must be a truth value",
        "1",
        "automata[0].edges[0].destinations[0].assignments[0].value",
    );
    let twice = [edge(
        "",
        "true",
        &[("1", &[set("b", "true"), set("b", "false")].join(","))],
    )];
    check(
        &twice,
        "assigned twice at the same time",
        "\"b\"",
        "automata[0].edges[0].destinations[0].assignments[1].ref",
    );
    let outside = [edge("", "true", &[("1", &set("x", "3"))])];
    check(
        &outside,
        "`x` becomes 3, outside its range 0 to 2",
        "3",
        "automata[0].edges[0].destinations[0].assignments[0].value",
    );
    let sums = [edge("", "true", &[("0.5", ""), ("0.4", "")])];
    check(
        &sums,
        "the probabilities sum to 0.9",
        &sums[0],
        "automata[0].edges[0]",
    );
    let below = [edge("", "true", &[("-0.5", ""), ("1.5", "")])];
    check(
        &below,
        "below zero",
        "-0.5",
        "automata[0].edges[0].destinations[0].probability.exp",
    );
    let reads = [edge("", "true", &[("1", &set("x", r#""cost""#))])];
    check(
        &reads,
        "`cost` has no value here",
        "\"cost\"",
        "automata[0].edges[0].destinations[0].assignments[0].value",
    );
    let rate = [fine.replace("\"guard\"", r#""rate": {"exp": 3}, "guard""#)];
    check(
        &rate,
        "rates (continuous time) are not supported",
        r#"{"exp": 3}"#,
        "automata[0].edges[0].rate",
    );
    let nowhere = [fine.replacen("\"l\"", "\"m\"", 1)];
    check(
        &nowhere,
        "no location `m`",
        "\"m\"",
        "automata[0].edges[0].location",
    );
    let operator = [edge("", &op("===", "1", "1"), &[("1", "")])];
    check(
        &operator,
        "the operator `===` is not supported",
        &op("===", "1", "1"),
        "automata[0].edges[0].guard.exp",
    );
    let missing = [edge("", r#"{"op": "∧", "left": true}"#, &[("1", "")])];
    check(
        &missing,
        "`right` is missing",
        "{",
        "automata[0].edges[0].guard.exp",
    );
    let array = [edge("", "true", &[("1", r#"{"ref": {"op": "aa"}, "value": 1}"#)])];
    check(
        &array,
        "arrays are not supported",
        r#"{"op": "aa"}"#,
        "automata[0].edges[0].destinations[0].assignments[0].ref",
    );
}

#[test]
fn what_moves_together_must_be_clear() {
    let go = |assignments: &str| [edge("go", "true", &[("1", assignments)])];
    let variables = [
        bounded("x", 0, 2),
        bounded("y", 0, 2),
        transient("cost", "real", "0"),
    ]
    .join(",");
    let system = r#""elements": [{"automaton": "A"}, {"automaton": "B"}], "syncs": [{"synchronise": ["go", "go"], "result": "go"}]"#;
    let refusal = |a: &str, b: &str, system: &str| {
        let automata = [automaton("A", "", &go(a)), automaton("B", "", &go(b))].join(",");
        let text = Text {
            automata: &automata,
            variables: &variables,
            system,
            ..Text::default()
        };
        text.unfold().err().map(|error| error.message).unwrap_or_default()
    };
    assert_eq!(refusal(&set("x", "1"), &set("y", "1"), system), "");
    assert!(refusal(&set("x", "1"), &set("x", "1"), system).contains("both set the global variable `x`"));
    assert!(
        refusal(&set("cost", "1"), &set("cost", "1"), system)
            .contains("both set the transient variable `cost`")
    );
    let later = r#"{"ref": "y", "value": "x", "index": 1}"#;
    assert!(refusal(&set("x", "1"), later, system).contains("several indices"));
    let alone = r#""elements": [{"automaton": "A"}, {"automaton": "B"}]"#;
    assert!(refusal("", "", alone).contains("in no synchronisation"));
    let other = system.replace("[\"go\", \"go\"]", "[\"go\", null]");
    assert!(refusal("", "", &other).contains("`go` of this automaton is in no synchronisation"));
    let short = system.replace("[\"go\", \"go\"]", "[\"go\"]");
    assert!(refusal("", "", &short).contains("the system has 2 automata"));
    let twice = system.replace("\"B\"", "\"A\"");
    assert!(refusal("", "", &twice).contains("the same automaton twice"));
    let nobody = system.replace("\"B\"", "\"C\"");
    assert!(refusal("", "", &nobody).contains("there is no automaton `C`"));
}

#[test]
fn names_mean_one_thing() {
    let automata = automaton("A", "", &[]);
    let refusal = |variables: &str, more: &str| {
        let text = Text {
            automata: &automata,
            variables,
            more,
            ..Text::default()
        };
        text.unfold().err().map(|error| error.message).unwrap_or_default()
    };
    let x = bounded("x", 0, 1);
    assert!(refusal(&format!("{x}, {x}"), "").contains("`x` is declared twice"));
    assert!(refusal(&format!("{x}, {}", transient("x", "int", "0")), "").contains("`x` is declared twice"));
    assert!(
        refusal(&x, r#""constants": [{"name": "x", "type": "int", "value": 1}]"#)
            .contains("`x` is declared twice")
    );
    let function = r#"{"name": "f", "type": "int", "parameters": [], "body": {"op": "call", "function": "f", "args": []}}"#;
    let constant = r#""constants": [{"name": "c", "type": "int", "value": {"op": "call", "function": "f", "args": []}}]"#;
    assert!(
        refusal("", &format!(r#""functions": [{function}, {function}]"#)).contains("`f` is declared twice")
    );
    assert!(
        refusal("", &format!(r#""functions": [{function}], {constant}"#))
            .contains("`f` is defined through itself")
    );
    assert!(refusal("", constant).contains("there is no function `f`"));
    let reads = r#""functions": [{"name": "f", "type": "int", "parameters": [], "body": "t"}]"#;
    assert!(refusal(&transient("t", "int", "0"), reads).contains("functions that read transient variables"));
    assert!(
        refusal(r#"{"name": "x", "type": "real", "initial-value": 0}"#, "")
            .contains("type `real` that are part of the state")
    );
    assert!(refusal(r#"{"name": "x", "type": "clock"}"#, "").contains("the type `clock` is not supported"));
    let property = r#"{"name": "p", "expression": true}"#;
    assert!(
        refusal("", &format!(r#""properties": [{property}, {property}]"#)).contains("two properties `p`")
    );
}

#[test]
fn properties_are_asked_by_name_and_odd_ones_leave_the_model_alone() {
    let automata = automaton("A", "", &[]);
    let text = Text {
        automata: &automata,
        more: r#""properties": [{"name": "odd", "expression": {"op": "Emax", "exp": 1}}, {"name": "even", "expression": {"op": "Pmax", "exp": {"op": "F", "exp": true}}}]"#,
        ..Text::default()
    };
    assert_eq!(text.model().state_count(), 1);
    assert_eq!(text.ask("even").unwrap().property, "Pmax=? [ F (true) ]");
    check_error(
        &text.ask("odd").unwrap_err(),
        "not supported",
        r#"{"op": "Emax", "exp": 1}"#,
        "properties[0].expression",
    );
    let error = text.ask("evne").unwrap_err();
    assert_eq!(error.hint.as_deref(), Some("did you mean `even`?"));
}

#[test]
fn limits_are_kept() {
    let count = edge(
        "",
        "true",
        &[("1", &set("x", &op("%", &op("+", r#""x""#, "1"), "1000000")))],
    );
    let automata = automaton("A", &bounded("x", 0, 1_000_000), &[count]);
    let text = Text {
        automata: &automata,
        ..Text::default()
    };
    let program = jani::parse(Source::new("m", text.written())).unwrap();
    let limits = Limits {
        states_max: 1000,
        ..Limits::default()
    };
    assert!(
        program
            .unfold(&[], &limits)
            .unwrap_err()
            .message
            .contains("more than 1000 states")
    );
    // Functions that double at every level.
    let functions: Vec<String> = (0..60)
        .map(|level| {
            let call = format!(r#"{{"op": "call", "function": "f{}", "args": ["x"]}}"#, level + 1);
            let body = if level == 59 { "\"x\"".to_owned() } else { op("+", &call, &call) };
            format!(r#"{{"name": "f{level}", "type": "int", "parameters": [{{"name": "x", "type": "int"}}], "body": {body}}}"#)
        })
        .collect();
    let explode = edge(
        "",
        &op("<", r#"{"op": "call", "function": "f0", "args": ["x"]}"#, "0"),
        &[("1", "")],
    );
    let automata = automaton("A", &bounded("x", 0, 1), &[explode]);
    let more = format!(r#""functions": [{}]"#, functions.join(","));
    let text = Text {
        automata: &automata,
        more: &more,
        ..Text::default()
    };
    let error = text.unfold().unwrap_err();
    assert!(error.message.contains("operators"), "{error}");
    // A long chain is not a deep one.
    let chain = (0..240).fold("true".to_owned(), |so_far, _| op("∧", &so_far, "true"));
    let automata = automaton("A", "", &[edge("", &chain, &[("1", "")])]);
    let text = Text {
        automata: &automata,
        ..Text::default()
    };
    assert_eq!(text.model().state_count(), 1);
    let deep = (0..300).fold("true".to_owned(), |so_far, _| op("∧", "true", &so_far));
    let automata = automaton("A", "", &[edge("", &deep, &[("1", "")])]);
    let text = Text {
        automata: &automata,
        ..Text::default()
    };
    assert!(text.unfold().unwrap_err().message.contains("nested more than"));
}
