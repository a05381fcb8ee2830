//! Draws a model for Graphviz: states as boxes, choices as dots, branches as arrows.

use super::bounds::bounds;
use super::{Outputs, WriteError, number};
use crate::formats::draft::INITIAL;
use crate::ids::StateId;
use crate::model::{Model, ModelKind};
use std::io::{BufWriter, Write};

/// Writes `stem.dot`.
pub(in super::super) fn write(
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    let mut out = BufWriter::new(outputs.create(&format!("{stem}.dot"))?);
    writeln!(
        out,
        "digraph \"{}\" {{\n\tnode [shape=box];",
        quoted(model.name())
    )?;
    for (state, _) in model.initial() {
        writeln!(
            out,
            "\tinit{state} [shape=none, label=\"\"];\n\tinit{state} -> s{state};"
        )?;
    }
    let mut other_sets = false;
    for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
        let mut lines = vec![model.state_name(state)];
        let labels = model
            .labels()
            .iter()
            .filter(|(name, states)| *name != INITIAL && states.contains(state));
        lines.extend(labels.map(|(name, _)| format!("{{{name}}}")));
        let text: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
        writeln!(out, "\ts{state} [label=\"{}\"];", text.join("\\n"))?;
        for choice in model.choices(state) {
            let from = if model.kind() == ModelKind::Chain {
                format!("s{state}")
            } else {
                let action = quoted(model.action_name(choice));
                writeln!(
                    out,
                    "\tc{choice} [shape=point];\n\ts{state} -> c{choice} [label=\"{action}\", dir=none];"
                )?;
                format!("c{choice}")
            };
            let set = model.set(choice);
            let numbers = bounds(&set);
            other_sets |= numbers.is_none();
            for (branch, target) in model.targets(choice).iter().enumerate() {
                let text = match numbers.as_ref().and_then(|numbers| numbers.at(branch)) {
                    Some((probability, None)) => number(probability),
                    Some((lower, Some(upper))) => format!("[{}, {}]", number(lower), number(upper)),
                    None => {
                        let (lower, upper) = set.outcome_bounds(branch);
                        format!("{} [{}, {}]", set.kind(), number(&lower), number(&upper))
                    }
                };
                writeln!(out, "\t{from} -> s{target} [label=\"{}\"];", quoted(&text))?;
            }
        }
    }
    writeln!(out, "}}")?;
    out.flush()?;
    let mut remarks = Vec::new();
    if other_sets {
        remarks.push("what sets other than intervals say beyond the bounds on each branch".to_owned());
    }
    if !model.quantities().is_empty() {
        remarks.push("the quantities".to_owned());
    }
    Ok(remarks)
}

/// Returns a text as it stands between double quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace(['\n', '\r'], " ")
}
