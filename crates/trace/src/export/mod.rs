//! Traces for other programs: tables, the formal-methods world, graphs, timelines and plots.
//!
//! [`csv`](fn@csv) is one row a step, for data frames. [`itf`](fn@itf) is Apalache's Informal Trace Format. [`dot_trace`] and
//! [`dot_policy`] are for Graphviz, [`perfetto`](fn@perfetto) for the Perfetto and Chrome timelines, [`svg`](fn@svg) and [`png`](fn@png) for papers. All are made
//! from the same [`crate::Trace`]s; the canonical file is that of [`crate::jsonl`], and only it is read back.

mod csv;
mod dot;
mod itf;
mod perfetto;
mod plot;
mod png;
mod strokes;
mod svg;

pub use csv::csv;
pub use dot::{dot_policy, dot_trace};
pub use itf::itf;
pub use perfetto::perfetto;
pub use png::png;
pub use svg::svg;

use crate::trace::{Role, Step, Trace};

/// Returns what a trace is called.
fn title(trace: &Trace) -> String {
    match (trace.role, &trace.leads_to) {
        (Role::Shortest, Some(what)) => format!("shortest way: {what}"),
        (Role::Shortest, None) => "shortest way".to_owned(),
        (role, _) => format!("{} run {}", word(role), trace.run),
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Worst => "worst",
        Role::Typical => "typical",
        Role::Best => "best",
        Role::Asked => "asked",
        Role::Shortest => "shortest",
    }
}

/// Returns a state by its variables, or by its number where there are none.
fn state_text(step: &Step) -> String {
    if step.values.is_empty() {
        return format!("state {}", step.state);
    }
    let pairs: Vec<String> = step
        .values
        .iter()
        .map(|(name, value)| format!("{name}={}", value.text()))
        .collect();
    pairs.join(", ")
}
