//! Exports: each holds the rules of its format, and tells the same as the trace that it was made from.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{lava, planned_within, reach};
use murphy_problem::{Direction, Plan, Problem};
use murphy_trace::{Reading, Simulation, SimulationSettings, export, simulate};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

static CROSSING: LazyLock<(Problem, Plan, Simulation)> = LazyLock::new(|| {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    let settings = SimulationSettings {
        runs: 2_000,
        ..Default::default()
    };
    let simulation = simulate(&problem, &plan, &settings).unwrap();
    (problem, plan, simulation)
});

/// The expressions of ADR-015, "Informal Trace Format in JSON".
fn is_itf_expression(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|n| n.abs() < 1 << 53),
        Value::Array(items) => items.iter().all(is_itf_expression),
        Value::Null => false,
        Value::Object(fields) => match fields.iter().next() {
            Some((key, inner)) if key.starts_with('#') && fields.len() == 1 => match (key.as_str(), inner) {
                ("#bigint", Value::String(text)) => {
                    let digits = text.strip_prefix('-').unwrap_or(text);
                    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
                }
                ("#tup" | "#set", Value::Array(items)) => items.iter().all(is_itf_expression),
                ("#map", Value::Array(pairs)) => pairs.iter().all(|pair| {
                    pair.as_array()
                        .is_some_and(|pair| pair.len() == 2 && pair.iter().all(is_itf_expression))
                }),
                ("#unserializable", Value::String(_)) => true,
                _ => false,
            },
            _ => fields
                .iter()
                .all(|(key, inner)| !key.starts_with('#') && is_itf_expression(inner)),
        },
    }
}

/// What is wrong with a file as ADR-015 has it, if anything.
fn itf_fault(file: &Value) -> Option<String> {
    let Some(fields) = file.as_object() else {
        return Some("not an object".into());
    };
    let known = ["#meta", "params", "vars", "states", "loop"];
    if let Some(key) = fields.keys().find(|key| !known.contains(&key.as_str())) {
        return Some(format!("no field {key}"));
    }
    let names = |key: &str| -> Option<BTreeSet<String>> {
        let items = fields.get(key)?.as_array()?;
        items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    };
    let Some(vars) = names("vars") else {
        return Some("vars".into());
    };
    let Some(states) = fields.get("states").and_then(Value::as_array) else {
        return Some("states".into());
    };
    if states.is_empty() {
        return Some("a trace has a state".into());
    }
    for (index, state) in states.iter().enumerate() {
        let Some(state) = state.as_object() else {
            return Some(format!("state {index}"));
        };
        let held: BTreeSet<String> = state.keys().filter(|key| *key != "#meta").cloned().collect();
        if held != vars {
            return Some(format!("state {index} has other variables"));
        }
        if let Some((name, _)) = state
            .iter()
            .find(|(name, value)| *name != "#meta" && !is_itf_expression(value))
        {
            return Some(format!("{name} in state {index}"));
        }
        if state.get("#meta").is_some_and(|meta| !meta.is_object()) {
            return Some(format!("#meta of state {index}"));
        }
    }
    None
}

#[test]
fn itf_holds_its_schema() {
    let (_, _, simulation) = &*CROSSING;
    for trace in &simulation.traces {
        let mut file: Value = serde_json::from_str(&export::itf(&simulation.header, trace)).unwrap();
        assert_eq!(itf_fault(&file), None);
        assert_eq!(file["#meta"]["format"], "ITF");
        assert_eq!(file["states"].as_array().unwrap().len(), trace.steps.len());
        let first = &file["states"][0];
        assert_eq!(first["robot.y"], 4);
        assert_eq!(first["action"], trace.steps[0].decision.as_ref().unwrap().action);
        // The fraction is the float, exactly.
        let part = |name: &str| {
            first["lower"][name]["#bigint"]
                .as_str()
                .unwrap()
                .parse::<f64>()
                .unwrap()
        };
        assert_eq!(
            (part("num") / part("den")).to_bits(),
            trace.steps[0].bracket.lower.0.to_bits()
        );
        // The checker finds what is wrong.
        file["states"][0]["lower"] = serde_json::json!(0.5);
        assert_eq!(itf_fault(&file).as_deref(), Some("lower in state 0"));
        file["states"][0].as_object_mut().unwrap().remove("lower");
        assert_eq!(itf_fault(&file).as_deref(), Some("state 0 has other variables"));
    }
}

/// Variables that are called as the format or as our own columns do not collide.
#[test]
fn itf_keeps_names_apart() {
    let (_, _, simulation) = &*CROSSING;
    let mut header = simulation.header.clone();
    header.variables = vec!["#meta".into(), "action".into(), "lower".into()];
    let mut trace = simulation.traces[0].clone();
    for step in &mut trace.steps {
        let big = Reading::Int(i64::MAX);
        step.values = [
            ("#meta".into(), big),
            ("action".into(), Reading::Bool(true)),
            ("lower".into(), Reading::Text("x".into())),
        ]
        .into();
    }
    let file: Value = serde_json::from_str(&export::itf(&header, &trace)).unwrap();
    assert_eq!(itf_fault(&file), None);
    assert_eq!(file["states"][0]["_#meta"]["#bigint"], i64::MAX.to_string());
    assert_eq!(file["states"][0]["action"], true);
    assert!(file["states"][0]["action_"].is_string());
}

#[test]
fn csv_has_a_row_a_step() {
    let (_, _, simulation) = &*CROSSING;
    let text = export::csv(&simulation.header, &simulation.traces);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().unwrap().clone();
    // The reader refuses rows of another length.
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let steps: usize = simulation.traces.iter().map(|trace| trace.steps.len()).sum();
    assert_eq!(rows.len(), steps);
    let column = |name: &str| head.iter().position(|other| other == name).unwrap();
    let first = &rows[0];
    let step = &simulation.traces[0].steps[0];
    assert_eq!(&first[column("robot.y")], "4");
    assert_eq!(
        first[column("lower")].parse::<f64>().unwrap().to_bits(),
        step.bracket.lower.0.to_bits()
    );
    assert_eq!(first[column("action")], step.decision.as_ref().unwrap().action);
    assert_eq!(&first[column("open")], "true");
    assert_ne!(first[column("runner_up")], first[column("action")]);
}

#[test]
fn timelines_nest_and_name_their_tracks() {
    let (_, _, simulation) = &*CROSSING;
    let file: Value =
        serde_json::from_str(&export::perfetto(&simulation.header, &simulation.traces)).unwrap();
    let events = file["traceEvents"].as_array().unwrap();
    let of = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
    let steps: usize = simulation.traces.iter().map(|trace| trace.steps.len()).sum();
    assert_eq!(
        (of("X"), of("C"), of("M")),
        (steps, steps, 1 + simulation.traces.len())
    );
    for event in events.iter().filter(|event| event["ph"] == "X") {
        assert!(event["ts"].is_u64() && event["dur"].as_u64() == Some(1_000) && event["tid"].is_u64());
    }
}

#[test]
fn graphs_are_balanced_and_hostile_names_stay_inside_quotes() {
    let (problem, plan, simulation) = &*CROSSING;
    let policy = export::dot_policy(problem, plan).unwrap();
    let mut header = simulation.header.clone();
    header.world = "a \"quoted\" \\ world\n}".into();
    let trace = export::dot_trace(&header, &simulation.traces[0]);
    for text in [&policy, &trace] {
        assert!(text.starts_with("digraph \"") && text.ends_with("}\n"));
        // Outside of quoted texts braces are balanced and every line is a statement.
        let (mut quoted, mut escaped, mut depth) = (false, false, 0);
        for c in text.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                '{' if !quoted => depth += 1,
                '}' if !quoted => depth -= 1,
                '\n' => assert!(!quoted, "a line break inside quotes"),
                _ => {}
            }
        }
        assert!(!quoted && depth == 0);
    }
    let happened = trace.matches("style=bold];").count();
    assert_eq!(happened, 2 * simulation.traces[0].steps.len() - 1);
}

#[test]
fn plots_are_xml_with_a_line_a_trace() {
    let (_, _, simulation) = &*CROSSING;
    let mut header = simulation.header.clone();
    header.goal = "a < b && \"c\"".into();
    let text = export::svg(&header, &simulation.traces);
    assert_eq!(text.matches("<polyline").count(), simulation.traces.len());
    assert!(text.contains("a &lt; b &amp;&amp; &quot;c&quot;") && text.starts_with("<svg xmlns="));
    assert!(!text.contains("NaN") && !text.contains("inf"));
    let picture = export::png(&header, &simulation.traces).unwrap();
    // The signature of PNG, then the size in the header: 1440 by 720.
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(&picture[16..24], [0, 0, 5, 160, 0, 0, 2, 208]);
    assert_eq!(export::png(&header, &simulation.traces).unwrap(), picture);
    assert_ne!(export::png(&header, &simulation.traces[..1]).unwrap(), picture);
    assert!(export::png(&header, &[]).is_some());
    let none = export::svg(&header, &[]);
    assert!(none.ends_with("</svg>\n") && !none.contains("NaN"));
}
