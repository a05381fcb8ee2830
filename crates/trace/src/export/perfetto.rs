//! Traces as timelines: the Chrome trace-event format, which Perfetto and `chrome://tracing` open.

use super::{state_text, title};
use crate::trace::{Header, Trace};
use serde_json::{Value, json};

/// A step takes this many microseconds on the timeline.
const STEP_US: u64 = 1_000;

/// Returns traces as a timeline: a track a trace, a slice a step, and the worth of the goal as counters.
///
/// # Source
/// "Trace Event Format", Google, 2016: complete events (`X`), counters (`C`) and metadata (`M`).
#[must_use]
pub fn perfetto(header: &Header, traces: &[Trace]) -> String {
    let process = json!({ "name": "process_name", "ph": "M", "pid": 1, "args": { "name": format!("{}: {}", header.world, header.goal) } });
    let mut events = vec![process];
    for (track, trace) in (1u64..).zip(traces) {
        events.push(json!({ "name": "thread_name", "ph": "M", "pid": 1, "tid": track, "args": { "name": title(trace) } }));
        for step in &trace.steps {
            let at = u64::from(step.step) * STEP_US;
            events.push(slice(track, at, step));
            let finite = step.bracket.lower.0.is_finite() && step.bracket.upper.0.is_finite();
            if finite {
                events.push(json!({
                    "name": format!("worth, {}", title(trace)), "ph": "C", "pid": 1, "ts": at,
                    "args": { "lower": step.bracket.lower, "upper": step.bracket.upper },
                }));
            }
        }
    }
    let file = json!({ "displayTimeUnit": "ms", "traceEvents": events });
    // Plain data with string keys always has a JSON text.
    serde_json::to_string(&file).unwrap_or_default() + "\n"
}

fn slice(track: u64, at: u64, step: &crate::trace::Step) -> Value {
    let action = step.decision.as_ref().map_or("end", |decision| &decision.action);
    let happened = step
        .decision
        .as_ref()
        .and_then(|decision| decision.branches.get(decision.outcome as usize))
        .map(|branch| json!({ "to": branch.target, "picked": branch.nature, "low": branch.lower, "high": branch.upper }));
    json!({
        "name": action, "cat": step.labels.join(","), "ph": "X", "pid": 1, "tid": track, "ts": at, "dur": STEP_US,
        "args": { "state": state_text(step), "labels": step.labels, "worth": step.bracket, "owed": step.owed, "happened": happened },
    })
}
