//! What models mean.

use crate::{
    Text, automaton, bounded, choices, edge, labelled, names, op, set, state_called, transient, worth,
};
use murphy_notation::Value;
use murphy_world::{InitialKind, ModelKind};

#[test]
fn locations_are_a_variable_and_numbers_are_exact() {
    let automata = r#"{"name": "A", "locations": [{"name": "start"}, {"name": "left"}, {"name": "right"}], "initial-locations": ["start"],
        "edges": [{"location": "start", "destinations": [
            {"location": "left", "probability": {"exp": 0.1}}, {"location": "right", "probability": {"exp": 9e-1}}]},
            {"location": "left", "action": "stay", "destinations": [{"location": "left"}]},
            {"location": "right", "destinations": [{"location": "start"}]}]}"#;
    let model = Text {
        automata,
        of_type: "dtmc",
        ..Text::default()
    }
    .model();
    assert_eq!(model.kind(), ModelKind::Chain);
    assert_eq!(names(&model), ["A.location=0", "A.location=1", "A.location=2"]);
    assert_eq!(
        choices(&model, "A.location=0"),
        ["A#1: 1/10 A.location=1 | 9/10 A.location=2"]
    );
    assert_eq!(choices(&model, "A.location=1"), ["stay: 1 A.location=1"]);
    assert_eq!(choices(&model, "A.location=2"), ["A#3: 1 A.location=0"]);
}

#[test]
fn vectors_say_who_moves_together() {
    let step = |action: &str, name: &str| {
        edge(
            action,
            &op("<", &format!("\"{name}\""), "2"),
            &[("1", &set(name, &op("+", &format!("\"{name}\""), "1")))],
        )
    };
    let automata = [
        automaton("A", &bounded("x", 0, 2), &[step("a", "x"), step("", "x")]),
        automaton("B", &bounded("y", 0, 2), &[step("b", "y"), step("c", "y")]),
        automaton("C", &bounded("z", 0, 2), &[step("c", "z")]),
    ]
    .join(",");
    let system = r#""elements": [{"automaton": "A"}, {"automaton": "B"}, {"automaton": "C"}], "syncs": [
        {"synchronise": ["a", "b", null], "result": "both"},
        {"synchronise": [null, "c", "c"], "result": "c"},
        {"synchronise": ["a", null, null]},
        {"synchronise": ["a", "nobody", null], "result": "never"}]"#;
    let model = Text {
        automata: &automata,
        system,
        ..Text::default()
    }
    .model();
    assert_eq!(model.kind(), ModelKind::Decision);
    // `c` keeps `z` below `y`, which `both` raises no more often than `x` is raised.
    assert_eq!(model.state_count(), 14);
    assert_eq!(
        choices(&model, "x=0, y=0, z=0"),
        [
            "A#2: 1 x=1, y=0, z=0",
            "both: 1 x=1, y=1, z=0",
            "c: 1 x=0, y=1, z=1",
            "A#1: 1 x=1, y=0, z=0",
        ]
    );
    assert_eq!(
        choices(&model, "x=2, y=1, z=0"),
        ["c: 1 x=2, y=2, z=1"],
        "`both` and the lone `a` need `x` below 2"
    );
    let mut stuck = labelled(&model, "deadlock");
    stuck.sort_unstable();
    assert_eq!(stuck, ["x=2, y=2, z=0", "x=2, y=2, z=1", "x=2, y=2, z=2"]);
}

#[test]
fn assignments_are_made_at_once_or_one_after_the_other() {
    let at = |name: &str, value: &str, index: i64| {
        format!(r#"{{"ref": "{name}", "value": {value}, "index": {index}}}"#)
    };
    let variables = [bounded("x", 0, 9), bounded("y", 0, 9)].join(",");
    let after = |assignments: &str| {
        let one = op("=", r#""x""#, "0");
        let automata = automaton("A", "", &[edge("go", &one, &[("1", assignments)])]);
        let text = Text {
            automata: &automata,
            variables: &variables,
            ..Text::default()
        };
        choices(&text.model(), "x=0, y=0")
    };
    let up = |name: &str, by: i64| op("+", &format!("\"{name}\""), &by.to_string());
    // At once: `y` sees the old `x`.
    assert_eq!(
        after(&[set("x", "3"), set("y", &up("x", 1))].join(",")),
        ["go: 1 x=3, y=1"]
    );
    // One after the other, whatever the order written.
    assert_eq!(
        after(&[at("y", &up("x", 1), 2), at("x", "3", 1)].join(",")),
        ["go: 1 x=3, y=4"]
    );
    // A variable set twice keeps the later value, and what stands between sees the earlier one.
    let thrice = [at("x", "2", 0), at("y", &up("x", 5), 1), at("x", &up("y", 1), 2)].join(",");
    assert_eq!(after(&thrice), ["go: 1 x=8, y=7"]);
}

#[test]
fn functions_read_parameters_and_what_was_assigned_before() {
    let more = r#""functions": [
        {"name": "twice", "type": "int", "parameters": [{"name": "x", "type": "int"}], "body": {"op": "*", "left": 2, "right": "x"}},
        {"name": "next", "type": "int", "parameters": [], "body": {"op": "+", "left": {"op": "call", "function": "twice", "args": ["x"]}, "right": 1}}]"#;
    let call = r#"{"op": "call", "function": "next", "args": []}"#;
    let nested =
        r#"{"op": "call", "function": "twice", "args": [{"op": "call", "function": "twice", "args": [1]}]}"#;
    let assignments = format!(
        r#"{{"ref": "y", "value": {call}, "index": 1}}, {}"#,
        set("x", nested)
    );
    let automata = automaton(
        "A",
        "",
        &[edge("go", &op("=", r#""x""#, "1"), &[("1", &assignments)])],
    );
    let text = Text {
        automata: &automata,
        variables: &[bounded("x", 1, 9), bounded("y", 0, 9)].join(","),
        more,
        ..Text::default()
    };
    assert_eq!(choices(&text.model(), "x=1, y=0"), ["go: 1 x=4, y=9"]);
}

#[test]
fn transient_variables_are_labels_and_quantities() {
    let variables = [
        bounded("x", 0, 2),
        transient("done", "bool", "false"),
        transient("cost", "real", "0.0"),
        transient("count", "int", "0"),
    ]
    .join(",");
    let x = |sign: &str, value: &str| op(sign, r#""x""#, value);
    let done = set("done", &x("=", "2"));
    let cost = set("cost", r#"{"op": "*", "left": 0.5, "right": "x"}"#);
    let pay = [set("x", "2"), set("cost", &x("+", "3")), set("count", "1")].join(",");
    let edges = [
        edge("go", &x("<", "2"), &[("0.25", &pay), ("0.75", &set("x", "1"))]),
        edge("wait", "true", &[("1", "")]),
    ];
    let automata = automaton("A", "", &edges).replace(
        r#"{"name": "l"}"#,
        &format!(r#"{{"name": "l", "transient-values": [{done}, {cost}]}}"#),
    );
    let model = Text {
        automata: &automata,
        variables: &variables,
        ..Text::default()
    }
    .model();
    assert_eq!(labelled(&model, "done"), ["x=2"]);
    // A quarter of 3 + x, and half of x for the state.
    assert_eq!(worth(&model, "cost", "x=0"), ["3/4", "0"]);
    assert_eq!(worth(&model, "cost", "x=1"), ["3/2", "1/2"]);
    assert_eq!(worth(&model, "cost", "x=2"), ["1"]);
    assert_eq!(worth(&model, "count", "x=1"), ["1/4", "0"]);
    let state = state_called(&model, "x=1") as usize;
    assert_eq!(model.state_quantity("cost").unwrap()[state].to_string(), "1/2");
}

#[test]
fn initial_states_are_all_that_the_restrictions_leave() {
    let free = r#"{"name": "x", "type": {"kind": "bounded", "base": "int", "lower-bound": 0, "upper-bound": 3}}, {"name": "b", "type": "bool"}"#;
    let automata = r#"{"name": "A", "locations": [{"name": "l"}, {"name": "m"}, {"name": "n"}], "initial-locations": ["n", "l"],
        "restrict-initial": {"exp": {"op": "∨", "left": "b", "right": {"op": "=", "left": "x", "right": 2}}}, "edges": []}"#;
    let model = Text {
        automata,
        variables: free,
        more: r#""restrict-initial": {"exp": {"op": "≥", "left": "x", "right": 2}}"#,
        ..Text::default()
    }
    .model();
    assert_eq!(model.initial_kind(), InitialKind::OneOf);
    assert_eq!(
        names(&model),
        [
            "x=2, b=false, A.location=0",
            "x=2, b=false, A.location=2",
            "x=2, b=true, A.location=0",
            "x=2, b=true, A.location=2",
            "x=3, b=true, A.location=0",
            "x=3, b=true, A.location=2",
        ]
    );
    assert_eq!(labelled(&model, "init").len(), 6);
}

#[test]
fn automata_may_call_variables_the_same() {
    let toggle = [edge("", r#""x""#, &[("1", &set("x", "false"))])];
    let local = r#"{"name": "x", "type": "bool", "initial-value": true}"#;
    let automata = [automaton("A", local, &toggle), automaton("B", local, &toggle)].join(",");
    let model = Text {
        automata: &automata,
        system: r#""elements": [{"automaton": "A"}, {"automaton": "B"}]"#,
        ..Text::default()
    }
    .model();
    assert_eq!(
        choices(&model, "A.x=true, B.x=true"),
        ["A#1: 1 A.x=false, B.x=true", "B#1: 1 A.x=true, B.x=false"]
    );
}

#[test]
fn operators_mean_what_the_format_says() {
    let value = |text: &str| {
        let more = format!(
            r#""constants": [{{"name": "k", "type": "int"}}, {{"name": "c", "type": "real", "value": {text}}}]"#
        );
        let automata = automaton("A", "", &[]);
        let model = Text {
            automata: &automata,
            more: &more,
            ..Text::default()
        };
        let model = model
            .unfold_with(&[("k", "7")])
            .unwrap_or_else(|error| panic!("{error}"));
        model.constants()[1].1.to_rational().unwrap().to_string()
    };
    let one = |operator: &str, operand: &str| value(&format!(r#"{{"op": "{operator}", "exp": {operand}}}"#));
    let two = |operator: &str, left: &str, right: &str| value(&op(operator, left, right));
    assert_eq!(two("/", "1", r#""k""#), "1/7");
    assert_eq!(two("-", &op("-", "1", "2"), &op("-", "3", "5")), "1");
    assert_eq!(two("%", "-7", "3"), "2");
    assert_eq!(two("pow", "0.5", "3"), "1/8");
    assert_eq!(two("log", "8", "2"), "3");
    assert_eq!(two("min", "0.3", "1"), "3/10");
    assert_eq!(two("max", "0.3", "1"), "1");
    assert_eq!(one("floor", "-1.5"), "-2");
    assert_eq!(one("ceil", "-1.5"), "-1");
    assert_eq!(one("abs", "-1.5"), "3/2");
    assert_eq!(one("abs", r#""k""#), "7");
    assert_eq!(one("sgn", "-1.5"), "-1");
    assert_eq!(one("sgn", "0"), "0");
    assert_eq!(one("sgn", r#""k""#), "1");
    let cases = |condition: &str| {
        value(&format!(
            r#"{{"op": "ite", "if": {condition}, "then": 1, "else": 0}}"#
        ))
    };
    assert_eq!(cases(&op("⇒", "false", "false")), "1");
    assert_eq!(cases(&op("⇒", "true", "false")), "0");
    assert_eq!(cases(&op("≠", "true", "false")), "1");
    assert_eq!(cases(&op("=", "1", "1.0")), "1");
    assert_eq!(cases(&op("∧", &op("≤", "1", "1"), &op(">", "1", "1"))), "0");
    assert_eq!(cases(r#"{"op": "¬", "exp": false}"#), "1");
}

#[test]
fn constants_are_settled_and_must_fit_their_types() {
    let more = r#""constants": [{"name": "N", "type": {"kind": "bounded", "base": "int", "lower-bound": 1, "upper-bound": "M"}},
        {"name": "M", "type": "int", "value": 5}, {"name": "fast", "type": "bool", "value": true}]"#;
    let automata = automaton("A", "", &[]);
    let text = Text {
        automata: &automata,
        more,
        ..Text::default()
    };
    let model = text.unfold_with(&[("N", "4"), ("fast", "false")]).unwrap();
    assert_eq!(model.constants()[0], ("N".to_owned(), Value::Int(4)));
    assert_eq!(model.constants()[2], ("fast".to_owned(), Value::Bool(false)));
    let outside = text.unfold_with(&[("N", "6")]).unwrap_err();
    assert!(
        outside.message.contains("outside the range of its type"),
        "{outside}"
    );
    let open = text.unfold().unwrap_err();
    assert!(open.message.contains("the constant `N` has no value"), "{open}");
    let typed = text.unfold_with(&[("N", "1.5")]).unwrap_err();
    assert!(typed.message.contains("must be a whole number"), "{typed}");
}
