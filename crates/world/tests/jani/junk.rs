//! Whatever is read, nothing panics and nothing runs away.

use crate::{Text, automaton, bounded, edge, op, set, transient};
use murphy_notation::Source;
use murphy_world::{Limits, jani};
use proptest::prelude::*;

const TOKENS: [&str; 42] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "0.5",
    "1e-9",
    "1e4000",
    "9223372036854775807",
    "\"x\"",
    "\"y\"",
    "\"cost\"",
    "\"l\"",
    "\"go\"",
    "\"op\"",
    "\"+\"",
    "\"∧\"",
    "\"F\"",
    "\"U\"",
    "\"Pmax\"",
    "\"Emin\"",
    "\"exp\"",
    "\"left\"",
    "\"right\"",
    "\"index\"",
    "\"call\"",
    "\"pow\"",
    "\"bool\"",
    "\"real\"",
    "\"dtmc\"",
    "\\u0041",
    "\\",
    "é",
    "\"initial-value\"",
];

/// Returns a model with a bit of everything.
fn whole() -> String {
    let x = |sign: &str, value: &str| op(sign, r#""x""#, value);
    let up = [set("x", &x("+", "1")), set("cost", "2")].join(",");
    let automata = [
        automaton(
            "A",
            &bounded("x", 0, 3),
            &[edge("go", &x("<", "3"), &[("\"p\"", &up), (&op("-", "1", "\"p\""), "")])],
        )
        .replace(
            r#"{"name": "l"}"#,
            &format!(r#"{{"name": "l", "transient-values": [{}]}}"#, set("top", &x("=", "3"))),
        ),
        r#"{"name": "B", "variables": [{"name": "y", "type": "bool"}], "locations": [{"name": "l"}, {"name": "m"}], "initial-locations": ["l"], "edges": [
            {"location": "l", "action": "go", "destinations": [{"location": "m", "assignments": [{"ref": "y", "value": {"op": "¬", "exp": "y"}, "index": 1}]}]},
            {"location": "m", "guard": {"exp": {"op": "≤", "left": {"op": "call", "function": "f", "args": [2]}, "right": 3}}, "destinations": [{"location": "l"}]}]}"#
            .to_owned(),
    ]
    .join(",");
    let more = r#""constants": [{"name": "p", "type": "real", "value": 0.25}],
        "functions": [{"name": "f", "type": "int", "parameters": [{"name": "n", "type": "int"}], "body": {"op": "pow", "left": "n", "right": 2}}],
        "restrict-initial": {"exp": {"op": "⇒", "left": "y", "right": true}},
        "properties": [
            {"name": "a", "expression": {"op": "filter", "fun": "max", "states": {"op": "initial"}, "values": {"op": "Pmax", "exp": {"op": "U", "left": true, "right": "top", "step-bounds": {"upper": 5}}}}},
            {"name": "b", "expression": {"op": "Emin", "exp": {"op": "+", "left": 1, "right": "cost"}, "accumulate": ["steps", "exit"], "reach": "top"}},
            {"name": "c", "expression": {"op": "≥", "left": {"op": "Pmin", "exp": {"op": "F", "exp": "top", "reward-bounds": [{"exp": "cost", "accumulate": ["steps"], "bounds": {"upper": 7}}]}}, "right": 0.5}}]"#;
    Text {
        variables: &[transient("top", "bool", "false"), transient("cost", "real", "0")].join(","),
        automata: &automata,
        system: r#""elements": [{"automaton": "A"}, {"automaton": "B"}], "syncs": [{"synchronise": ["go", "go"], "result": "go"}]"#,
        more,
        ..Text::default()
    }
    .written()
}

/// Reads, unfolds and asks within small limits; returns how many properties were answered with a model.
fn try_all(text: &str) -> usize {
    let limits = Limits {
        states_max: 2000,
        branches_max: 20_000,
    };
    let Ok(program) = jani::parse(Source::new("junk.jani", text)) else {
        return 0;
    };
    let names: Vec<String> = program.properties().map(str::to_owned).collect();
    let _ = program.unfold(&[], &limits);
    let asked = names
        .iter()
        .filter(|name| program.ask(name, &[], &limits).is_ok());
    asked.count()
}

#[test]
fn the_seed_itself_is_read() {
    assert_eq!(try_all(&whole()), 3);
}

#[test]
fn texts_cut_short_are_mistakes() {
    let whole = whole();
    for (end, _) in whole.char_indices() {
        let cut = Source::new("cut.jani", &whole[..end]);
        assert!(jani::parse(cut).is_err(), "cut at {end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_models_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, prop::sample::select(&TOKENS[..])), 1..4)) {
        let mut text = whole();
        for (at, removed, token) in changes {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let from = at.index(starts.len());
            let to = (from + removed).min(starts.len() - 1);
            text.replace_range(starts[from]..starts[to], token);
        }
        let _ = try_all(&text);
    }

    /// Whole values are put in the place of others: the text stays JSON.
    #[test]
    fn values_in_other_places_do_no_harm(moves in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4)) {
        let mut text = whole();
        for (from, to) in moves {
            let spans = values(&text);
            let (from, to) = (from.get(&spans), to.get(&spans));
            let moved = text[from.0..from.1].to_owned();
            text.replace_range(to.0..to.1, &moved);
            if text.len() > 100_000 {
                break;
            }
        }
        let _ = try_all(&text);
    }
}

/// Returns where values stand: texts, numbers, words and whole brackets, keys as well.
fn values(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut spans, mut open) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => open.push(at),
            b'}' | b']' => spans.extend(open.pop().map(|start| (start, at + 1))),
            b'"' => {
                let end = text[at + 1..]
                    .find('"')
                    .map_or(text.len(), |length| at + length + 2);
                spans.push((at, end));
                at = end - 1;
            }
            b'0'..=b'9' => {
                let length = text[at..]
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(1);
                spans.push((at, at + length));
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    spans
}
