//! Writes PRISM's explicit files: transitions, labels, variables and rewards.

use super::bounds::bounds;
use super::{Outputs, WriteError, cannot, initial, left_out, number, of_choice, of_states};
use crate::formats::draft::{DEADLOCK, INITIAL};
use crate::ids::StateId;
use crate::model::{Model, ModelKind, VariableKind};
use murphy_notation::{Rational, Value};
use std::io::{BufWriter, Write};

const FORMAT: &str = "PRISM explicit";

/// Writes `stem.tra`, `stem.lab`, and where there is something to say `stem.sta` and `stem.srew`, `stem.trew` or their numbered kin.
pub(in super::super) fn write(
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    let starts = initial(model, FORMAT)?;
    transitions(model, BufWriter::new(outputs.create(&format!("{stem}.tra"))?))?;
    labels(
        model,
        &starts,
        BufWriter::new(outputs.create(&format!("{stem}.lab"))?),
    )?;
    let plain = |kind: &VariableKind| !matches!(kind, VariableKind::Symbol(_));
    let variables = !model.variables().is_empty() && model.variables().iter().all(|v| plain(&v.kind));
    if variables {
        states(model, BufWriter::new(outputs.create(&format!("{stem}.sta"))?))?;
    }
    for (index, name) in model.quantity_order().iter().enumerate() {
        let suffix = if model.quantity_order().len() == 1 {
            String::new()
        } else {
            (index + 1).to_string()
        };
        if name.contains(['"', '\n']) {
            return Err(cannot(FORMAT, format!("a quantity called `{name}`")));
        }
        let values = model.quantity(name).unwrap_or_default();
        if let Some(per_state) = of_states(model, name) {
            let out = BufWriter::new(outputs.create(&format!("{stem}{suffix}.srew"))?);
            state_rewards(name, per_state, out)?;
        }
        let out = BufWriter::new(outputs.create(&format!("{stem}{suffix}.trew"))?);
        branch_rewards(model, name, values, out)?;
    }
    Ok(left_out(model, variables))
}

fn all_states(model: &Model) -> std::ops::Range<StateId> {
    0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX)
}

fn transitions(model: &Model, mut out: impl Write) -> Result<(), WriteError> {
    let (states, branches) = (model.state_count(), model.branch_count());
    let choices = model.choice_count();
    let mut intervals = false;
    for state in all_states(model) {
        for choice in model.choices(state) {
            let set = model.set(choice);
            let Some(numbers) = bounds(&set) else {
                let (kind, state) = (set.kind(), model.state_name(state));
                return Err(cannot(
                    FORMAT,
                    format!("a set of the kind {kind}, in state {state}"),
                ));
            };
            intervals |= matches!(numbers, super::bounds::Bounds::Interval(..));
        }
    }
    let chain = model.kind() == ModelKind::Chain;
    let letter = if intervals { "I" } else { "" };
    match (model.observations(), chain) {
        (Some(seen), _) => {
            let [(start, _)] = model.initial() else {
                return Err(cannot(FORMAT, "several initial states under partial observation"));
            };
            let count = seen.iter().max().map_or(0, |most| most + 1);
            writeln!(
                out,
                "# Transitions ({letter}POMDP)\n{states} {choices} {branches} {count}"
            )?;
            let at_start = seen.get(*start as usize).copied().unwrap_or(0);
            writeln!(out, "- - {start} - {at_start}")?;
        }
        (None, true) => writeln!(out, "# Transitions ({letter}DTMC)\n{states} {branches}")?,
        (None, false) => writeln!(out, "# Transitions ({letter}MDP)\n{states} {choices} {branches}")?,
    }
    for state in all_states(model) {
        for (local, choice) in model.choices(state).enumerate() {
            let action = model.action_name(choice);
            if action.contains(char::is_whitespace) || action.contains('"') {
                return Err(cannot(
                    FORMAT,
                    format!("an action called `{action}`, which has a blank or a quote"),
                ));
            }
            let set = model.set(choice);
            let Some(numbers) = bounds(&set) else {
                continue;
            };
            for (branch, target) in model.targets(choice).iter().enumerate() {
                let text = match numbers.at(branch) {
                    Some((lower, upper)) if intervals => {
                        format!("[{},{}]", number(lower), number(upper.unwrap_or(lower)))
                    }
                    Some((probability, _)) => number(probability),
                    None => continue,
                };
                match (model.observations(), chain) {
                    (Some(seen), _) => {
                        let seen = seen.get(*target as usize).copied().unwrap_or(0);
                        writeln!(out, "{state} {local} {target} {text} {seen} {action}")?;
                    }
                    (None, true) => writeln!(out, "{state} {target} {text}")?,
                    (None, false) => writeln!(out, "{state} {local} {target} {text} {action}")?,
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}

fn labels(model: &Model, starts: &crate::state_set::StateSet, mut out: impl Write) -> Result<(), WriteError> {
    let mut sets = vec![(INITIAL, Some(starts)), (DEADLOCK, model.label(DEADLOCK))];
    for (name, states) in model.labels() {
        if name.contains(['"', '\n']) {
            return Err(cannot(FORMAT, format!("a label called `{name}`")));
        }
        if name != INITIAL && name != DEADLOCK {
            sets.push((name, Some(states)));
        }
    }
    let heading: Vec<String> = sets
        .iter()
        .enumerate()
        .map(|(id, (name, _))| format!("{id}=\"{name}\""))
        .collect();
    writeln!(out, "{}", heading.join(" "))?;
    for state in all_states(model) {
        let here: Vec<String> = sets
            .iter()
            .enumerate()
            .filter(|(_, (_, states))| states.is_some_and(|states| states.contains(state)))
            .map(|(id, _)| id.to_string())
            .collect();
        if !here.is_empty() {
            writeln!(out, "{state}: {}", here.join(" "))?;
        }
    }
    out.flush()?;
    Ok(())
}

fn states(model: &Model, mut out: impl Write) -> Result<(), WriteError> {
    let names: Vec<&str> = model
        .variables()
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    if let Some(name) = names
        .iter()
        .find(|name| name.contains(['"', ',', '(', ')', '\n', ' ']))
    {
        return Err(cannot(FORMAT, format!("a variable called `{name}`")));
    }
    writeln!(out, "({})", names.join(","))?;
    for state in all_states(model) {
        let value = |value: &Value| match value {
            Value::Number(value) => number(value),
            other => model.value_text(other),
        };
        let values: Vec<String> = model.values(state).iter().map(value).collect();
        writeln!(out, "{state}:({})", values.join(","))?;
    }
    out.flush()?;
    Ok(())
}

fn state_rewards(name: &str, values: &[Rational], mut out: impl Write) -> Result<(), WriteError> {
    let count = values.iter().filter(|value| !value.is_zero()).count();
    writeln!(
        out,
        "# Reward structure \"{name}\"\n# State rewards\n{} {count}",
        values.len()
    )?;
    for (state, value) in values.iter().enumerate().filter(|(_, value)| !value.is_zero()) {
        writeln!(out, "{state} {}", number(value))?;
    }
    out.flush()?;
    Ok(())
}

fn branch_rewards(
    model: &Model,
    name: &str,
    values: &[Rational],
    mut out: impl Write,
) -> Result<(), WriteError> {
    let per_state = of_states(model, name);
    let own = |state, choice| of_choice(values, per_state, state, choice);
    let mut count = 0;
    for state in all_states(model) {
        for choice in model
            .choices(state)
            .filter(|choice| !own(state, *choice).is_zero())
        {
            count += model.targets(choice).len();
        }
    }
    writeln!(out, "# Reward structure \"{name}\"\n# Transition rewards")?;
    let chain = model.kind() == ModelKind::Chain;
    match chain {
        true => writeln!(out, "{} {count}", model.state_count())?,
        false => writeln!(out, "{} {} {count}", model.state_count(), model.choice_count())?,
    }
    for state in all_states(model) {
        for (local, choice) in model.choices(state).enumerate() {
            let value = own(state, choice);
            if value.is_zero() {
                continue;
            }
            for target in model.targets(choice) {
                match chain {
                    true => writeln!(out, "{state} {target} {}", number(&value))?,
                    false => writeln!(out, "{state} {local} {target} {}", number(&value))?,
                }
            }
        }
    }
    out.flush()?;
    Ok(())
}
