//! A trace in the Informal Trace Format.
//!
//! # Source
//! Apalache, ADR-015 "Informal Trace Format in JSON". Integers beyond 2^53 are `#bigint`; there are no fractions, so values are records of
//! a numerator and a denominator, exactly, with the decimal beside them in `#meta`.

use super::title;
use crate::number::Number;
use crate::trace::{Header, Reading, Step, Trace};
use murphy_notation::Rational;
use serde_json::{Map, Value, json};

/// Integers up to this size are plain JSON numbers in ITF.
const PLAIN_MAX: i64 = (1 << 53) - 1;

/// Returns a trace as an `.itf.json` file.
///
/// The variables are those of the world, and `action` (empty in the last state), `labels`, `lower` and `upper`. What Nature picked is in the
/// `#meta` of each state.
#[must_use]
pub fn itf(header: &Header, trace: &Trace) -> String {
    let mut vars: Vec<String> = header.variables.iter().map(|name| safe(name)).collect();
    if header.variables.is_empty() {
        vars.push("state".to_owned());
    }
    let extra = ["action", "labels", "lower", "upper"];
    vars.extend(extra.iter().map(|name| own(name, &header.variables)));
    let file = json!({
        "#meta": {
            "format": "ITF",
            "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
            "source": header.world,
            "description": format!("{}: {}, {} Nature, seed {}", title(trace), header.goal, header.nature, header.seed),
        },
        "vars": vars,
        "states": trace.steps.iter().map(|step| state(header, step)).collect::<Vec<_>>(),
    });
    // Plain data with string keys always has a JSON text.
    serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
}

fn state(header: &Header, step: &Step) -> Value {
    let mut state = Map::new();
    state.insert("#meta".to_owned(), meta(step));
    for name in &header.variables {
        let value = step.values.get(name).map_or(json!(""), reading);
        state.insert(safe(name), value);
    }
    if header.variables.is_empty() {
        state.insert("state".to_owned(), json!(step.state));
    }
    let action = step.decision.as_ref().map_or("", |decision| &decision.action);
    let mut put = |name: &str, value: Value| state.insert(own(name, &header.variables), value);
    put("action", json!(action));
    put("labels", json!({ "#set": step.labels }));
    put("lower", fraction(step.bracket.lower));
    put("upper", fraction(step.bracket.upper));
    Value::Object(state)
}

fn meta(step: &Step) -> Value {
    let branches = step.decision.iter().flat_map(|decision| &decision.branches);
    json!({
        "index": step.step,
        "lower": step.bracket.lower,
        "upper": step.bracket.upper,
        "owed": step.owed,
        "nature": branches.map(|b| json!({ "to": b.target, "low": b.lower, "high": b.upper, "picked": b.nature })).collect::<Vec<_>>(),
    })
}

/// Returns a name that is no keyword of the format.
fn safe(name: &str) -> String {
    if name.starts_with('#') {
        format!("_{name}")
    } else {
        name.to_owned()
    }
}

/// Returns a name of ours that no variable of the world has.
fn own(name: &str, variables: &[String]) -> String {
    let mut name = name.to_owned();
    while variables.contains(&name) {
        name.push('_');
    }
    name
}

fn reading(value: &Reading) -> Value {
    match value {
        Reading::Bool(value) => json!(value),
        Reading::Int(value) if value.abs() <= PLAIN_MAX => json!(value),
        Reading::Int(value) => json!({ "#bigint": value.to_string() }),
        Reading::Text(text) => json!(text),
    }
}

/// Returns a float as an exact fraction, or as a text where it is none.
fn fraction(number: Number) -> Value {
    let Some(exact) = Rational::from_f64(number.0) else {
        return json!(number);
    };
    let text = exact.to_string();
    let (numerator, denominator) = text.split_once('/').unwrap_or((&text, "1"));
    json!({ "num": { "#bigint": numerator }, "den": { "#bigint": denominator } })
}
