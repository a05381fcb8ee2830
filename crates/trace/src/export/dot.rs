//! Graphs for Graphviz: a trace with its side branches, and a policy with Nature's answers.

use super::{state_text, title};
use crate::arena::Arena;
use crate::error::Error;
use crate::trace::{Header, Trace};
use murphy_problem::{Plan, Problem};
use murphy_world::StateId;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

/// A graph of a policy has at most this many states: no layout program draws more of them readably.
const STATES_MAX: usize = 500;

/// Returns a trace as a graph from left to right: what happened in bold, what could have happened beside it.
#[must_use]
pub fn dot_trace(header: &Header, trace: &Trace) -> String {
    let mut text = opening(&format!("{}: {}", header.world, title(trace)));
    for (index, step) in trace.steps.iter().enumerate() {
        let worth = format!("worth {:.4} to {:.4}", step.bracket.lower.0, step.bracket.upper.0);
        let name = quoted(&format!("{}\n{}\n{worth}", step.step, state_text(step)));
        // Writing into a text cannot fail.
        let _ = writeln!(text, "  s{index} [label={name}, style=bold];");
        let Some(decision) = &step.decision else { continue };
        for (branch, other) in decision.branches.iter().enumerate() {
            let edge = quoted(&format!(
                "{}\n{:.4} in [{:.4}, {:.4}]",
                decision.action, other.nature, other.lower, other.upper
            ));
            if branch == decision.outcome as usize {
                let _ = writeln!(text, "  s{index} -> s{} [label={edge}, style=bold];", index + 1);
            } else {
                let name = quoted(&other.target);
                let _ = writeln!(
                    text,
                    "  s{index}_{branch} [label={name}, color=gray, fontcolor=gray];"
                );
                let _ = writeln!(
                    text,
                    "  s{index} -> s{index}_{branch} [label={edge}, color=gray, fontcolor=gray];"
                );
            }
        }
    }
    text + "}\n"
}

/// Returns the states that a plan comes to, the nearest to where runs start first, with its actions and Nature's answers at the first step.
///
/// # Errors
/// A plan that does not fit the problem.
pub fn dot_policy(problem: &Problem, plan: &Plan) -> Result<String, Error> {
    let arena = Arena::new(problem, plan)?;
    let model = &problem.model;
    let mut text = opening(model.name());
    let mut seen: BTreeMap<StateId, bool> = model.initial().iter().map(|(s, _)| (*s, true)).collect();
    let mut open: VecDeque<StateId> = seen.keys().copied().collect();
    let mut left_out = 0;
    while let Some(state) = open.pop_front() {
        let bracket = arena.bracket(state, 0);
        let labels = crate::record::labels_of(model, state).join(", ");
        let name = format!(
            "{}\n{labels}\nworth {:.4} to {:.4}",
            model.state_name(state),
            bracket.lower,
            bracket.upper
        );
        let shape = if seen.get(&state) == Some(&true) {
            ", penwidth=2"
        } else {
            ""
        };
        let _ = writeln!(text, "  s{state} [label={}{shape}];", quoted(&name));
        if arena.end(state, 0).is_some() {
            continue;
        }
        let choice = arena.choice(state, 0)?;
        let pick = arena.witness(choice, 0)?;
        for (target, share) in model.targets(choice).iter().zip(pick) {
            if share <= 0.0 {
                continue;
            }
            if !seen.contains_key(target) {
                if seen.len() >= STATES_MAX {
                    left_out += 1;
                    continue;
                }
                seen.insert(*target, false);
                open.push_back(*target);
            }
            let edge = quoted(&format!("{}\n{share:.4}", model.action_name(choice)));
            let _ = writeln!(text, "  s{state} -> s{target} [label={edge}];");
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "  // {left_out} branches lead to states beyond the {STATES_MAX} nearest."
        );
    }
    Ok(text + "}\n")
}

fn opening(name: &str) -> String {
    format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=9];\n",
        quoted(name)
    )
}

/// Returns a text as DOT quotes it.
fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}
