//! Traces as a table: one row a step.

use super::word;
use crate::number::Number;
use crate::trace::{Decision, Header, Step, Trace};
use std::collections::BTreeSet;

/// Returns traces as comma-separated values with a header line; columns of variables and quantities carry their names.
///
/// The columns: `role, run, step, state`, the variables, `labels` (separated by blanks), `lower, upper, open, steps_left, so_far`,
/// `action, runner_up, runner_up_lower, runner_up_upper, set, outcomes, happened, happened_low, happened_high, happened_picked`, then
/// what the step adds to each quantity as `add:NAME`. Cells that do not apply are empty; infinities are `inf`.
#[must_use]
pub fn csv(header: &Header, traces: &[Trace]) -> String {
    let quantities: BTreeSet<&String> = traces
        .iter()
        .flat_map(|trace| &trace.steps)
        .filter_map(|step| step.decision.as_ref())
        .flat_map(|decision| decision.measured.keys())
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let fixed = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut head = fixed(&["role", "run", "step", "state"]);
    head.extend(header.variables.iter().cloned());
    head.extend(fixed(&[
        "labels",
        "lower",
        "upper",
        "open",
        "steps_left",
        "so_far",
    ]));
    head.extend(fixed(&[
        "action",
        "runner_up",
        "runner_up_lower",
        "runner_up_upper",
        "set",
    ]));
    head.extend(fixed(&[
        "outcomes",
        "happened",
        "happened_low",
        "happened_high",
        "happened_picked",
    ]));
    head.extend(quantities.iter().map(|name| format!("add:{name}")));
    // Writing to memory cannot fail, and all rows have the length of the first.
    let _ = writer.write_record(&head);
    for trace in traces {
        for step in &trace.steps {
            let mut row = vec![
                word(trace.role).to_owned(),
                trace.run.to_string(),
                step.step.to_string(),
                step.state.to_string(),
            ];
            row.extend(header.variables.iter().map(|name| {
                let value = step.values.get(name);
                value.map(crate::trace::Reading::text).unwrap_or_default()
            }));
            row.extend(goal_cells(step));
            row.extend(decision_cells(step.decision.as_ref()));
            row.extend(quantities.iter().map(|name| {
                let decision = step.decision.as_ref();
                let added = decision.and_then(|decision| decision.measured.get(*name));
                added.map(|added| number(*added)).unwrap_or_default()
            }));
            let _ = writer.write_record(&row);
        }
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn goal_cells(step: &Step) -> [String; 6] {
    [
        step.labels.join(" "),
        number(step.bracket.lower),
        number(step.bracket.upper),
        step.owed.open.to_string(),
        step.owed
            .steps_left
            .map(|left| left.to_string())
            .unwrap_or_default(),
        step.owed.so_far.map(number).unwrap_or_default(),
    ]
}

fn decision_cells(decision: Option<&Decision>) -> [String; 10] {
    let Some(decision) = decision else {
        return Default::default();
    };
    let rival = decision
        .alternatives
        .iter()
        .filter(|other| other.action != decision.action)
        .min_by(|a, b| {
            let taken = decision.alternatives.iter().find(|x| x.action == decision.action);
            let apart = |x: &crate::trace::Alternative| {
                taken.map_or(0.0, |taken| (x.bracket.lower.0 - taken.bracket.lower.0).abs())
            };
            apart(a).total_cmp(&apart(b))
        });
    let happened = decision.branches.get(decision.outcome as usize);
    let outcomes = decision.branches.len() as u64 + decision.rest.map_or(0, |rest| rest.branches);
    [
        decision.action.clone(),
        rival.map(|other| other.action.clone()).unwrap_or_default(),
        rival.map(|other| number(other.bracket.lower)).unwrap_or_default(),
        rival.map(|other| number(other.bracket.upper)).unwrap_or_default(),
        decision.set.clone(),
        outcomes.to_string(),
        happened.map(|branch| branch.target.clone()).unwrap_or_default(),
        happened
            .map(|branch| branch.lower.to_string())
            .unwrap_or_default(),
        happened
            .map(|branch| branch.upper.to_string())
            .unwrap_or_default(),
        happened
            .map(|branch| branch.nature.to_string())
            .unwrap_or_default(),
    ]
}

fn number(number: Number) -> String {
    number.0.to_string()
}
