//! Writes a world of Murphy's own language: a table of transitions, its start, a table of the states, and the RON file that names them.

use super::bounds::{Bounds, bounds};
use super::{Outputs, WriteError, cannot, left_out, number, of_choice, of_states};
use crate::ids::StateId;
use crate::model::{InitialKind, Model, ModelKind, VariableKind};
use murphy_notation::{Rational, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};

const FORMAT: &str = "Murphy's RON table";

/// A column of the table of states.
struct Column<'m> {
    name: String,
    cell: Box<dyn Fn(StateId) -> String + 'm>,
}

/// What the world says in its own words, beside the tables.
#[derive(Default)]
struct Words {
    labels: Vec<(String, String)>,
    quantities: Vec<(String, String)>,
}

/// Writes `stem.ron`, `stem.csv`, `stem_start.csv` and `stem_states.csv`.
pub(in super::super) fn write(
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    if model.observations().is_some() {
        return Err(cannot(FORMAT, "partial observation"));
    }
    if model.initial_kind() == InitialKind::OneOf && model.initial().len() > 1 {
        return Err(cannot(FORMAT, "several initial states without probabilities"));
    }
    transitions(model, BufWriter::new(outputs.create(&format!("{stem}.csv"))?))?;
    let mut start = BufWriter::new(outputs.create(&format!("{stem}_start.csv"))?);
    writeln!(start, "state,probability")?;
    for (state, weight) in model.initial() {
        writeln!(start, "{state},{}", number(weight))?;
    }
    start.flush()?;
    drop(start);
    let mut words = Words::default();
    let mut columns = variables(model);
    for (index, (name, states)) in model.labels().iter().enumerate() {
        let column = format!("label_{index}");
        words.labels.push((name.clone(), format!("{column} == 1")));
        let cell = Box::new(move |state| u8::from(states.contains(state)).to_string());
        columns.push(Column { name: column, cell });
    }
    for (index, name) in model.quantity_order().iter().enumerate() {
        let (text, more) = quantity(model, index, name)?;
        words.quantities.push((name.clone(), text));
        columns.extend(more);
    }
    let mut out = BufWriter::new(outputs.create(&format!("{stem}_states.csv"))?);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    writeln!(out, "{}", [&["state"], names.as_slice()].concat().join(","))?;
    for state in states(model) {
        let cells: Vec<String> = columns.iter().map(|column| (column.cell)(state)).collect();
        writeln!(out, "{}", [vec![state.to_string()], cells].concat().join(","))?;
    }
    out.flush()?;
    drop(out);
    world(
        model,
        stem,
        &words,
        BufWriter::new(outputs.create(&format!("{stem}.ron"))?),
    )?;
    let mut remarks = left_out(model, true);
    if model.kind() == ModelKind::Chain {
        remarks.push("that there is nothing to choose".to_owned());
    }
    Ok(remarks)
}

fn states(model: &Model) -> std::ops::Range<StateId> {
    0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX)
}

fn transitions(model: &Model, mut out: impl Write) -> Result<(), WriteError> {
    let precise = |choice| matches!(bounds(&model.set(choice)), Some(Bounds::Precise(_)));
    let all_precise = (0..u32::try_from(model.choice_count()).unwrap_or(u32::MAX)).all(precise);
    let what = if all_precise { "probability" } else { "lower,upper" };
    writeln!(out, "state,action,next_state,{what}")?;
    for state in states(model) {
        let mut seen = BTreeSet::new();
        for choice in model.choices(state) {
            let action = model.action_name(choice);
            if !seen.insert(action) {
                return Err(cannot(
                    FORMAT,
                    format!("two choices of the action `{action}` in state {state}"),
                ));
            }
            let set = model.set(choice);
            let Some(numbers) = bounds(&set) else {
                return Err(cannot(
                    FORMAT,
                    format!("a set of the kind {}, in state {state}", set.kind()),
                ));
            };
            let mut rows: BTreeMap<StateId, (Rational, Rational)> = BTreeMap::new();
            for (branch, target) in model.targets(choice).iter().enumerate() {
                let Some((lower, upper)) = numbers.at(branch) else {
                    continue;
                };
                let upper = upper.unwrap_or(lower);
                let row = rows.entry(*target).or_default();
                if !row.1.is_zero() && matches!(numbers, Bounds::Interval(..)) {
                    return Err(cannot(
                        FORMAT,
                        format!("two bounded branches from state {state} to state {target}"),
                    ));
                }
                row.0 += lower;
                row.1 += upper;
            }
            let action = action.replace('"', "\"\"");
            for (target, (lower, upper)) in rows {
                write!(out, "{state},\"{action}\",{target},{}", number(&lower))?;
                if !all_precise {
                    write!(out, ",{}", number(&upper))?;
                }
                writeln!(out)?;
            }
        }
    }
    out.flush()?;
    Ok(())
}

/// Returns the variables that a column can hold.
fn variables(model: &Model) -> Vec<Column<'_>> {
    let fits = |name: &str| {
        identifier(name) && name != "state" && !name.starts_with("label_") && !name.starts_with("per_")
    };
    let listed = model.variables().iter().enumerate();
    listed
        .filter(|(_, v)| matches!(v.kind, VariableKind::Int | VariableKind::Number) && fits(&v.name))
        .map(|(place, variable)| Column {
            name: variable.name.clone(),
            cell: Box::new(move |state| match model.values(state).get(place) {
                Some(Value::Number(value)) => number(value),
                Some(value) => model.value_text(value),
                None => "0".to_owned(),
            }),
        })
        .collect()
}

/// Says whether an expression can name it.
fn identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Returns a quantity as an expression over columns, and those columns.
fn quantity<'m>(model: &'m Model, index: usize, name: &str) -> Result<(String, Vec<Column<'m>>), WriteError> {
    let values = model.quantity(name).unwrap_or_default();
    let per_state = of_states(model, name);
    let mut columns = Vec::new();
    let mut terms = Vec::new();
    if let Some(per_state) = per_state {
        let column = format!("per_state_{index}");
        terms.push(column.clone());
        let cell = move |state: StateId| per_state.get(state as usize).map_or_else(String::new, number);
        columns.push(Column {
            name: column,
            cell: Box::new(cell),
        });
    }
    let mut own: BTreeMap<u32, BTreeMap<StateId, Rational>> = BTreeMap::new();
    for state in states(model) {
        for choice in model.choices(state) {
            let value = of_choice(values, per_state, state, choice);
            if !value.is_zero() {
                own.entry(model.action(choice)).or_default().insert(state, value);
            }
        }
    }
    for (action, by_state) in own {
        let action_name = model.actions().get(action as usize).map_or("", String::as_str);
        if !identifier(action_name) {
            return Err(cannot(
                FORMAT,
                format!("the quantity `{name}` of the action `{action_name}`, which no expression can name"),
            ));
        }
        let column = format!("per_action_{index}_{action}");
        terms.push(format!("(action == {action_name} ? {column} : 0)"));
        let cell = move |state: StateId| by_state.get(&state).map_or_else(|| "0".to_owned(), number);
        columns.push(Column {
            name: column,
            cell: Box::new(cell),
        });
    }
    let text = if terms.is_empty() {
        "0".to_owned()
    } else {
        terms.join(" + ")
    };
    Ok((text, columns))
}

fn world(model: &Model, stem: &str, words: &Words, mut out: impl Write) -> Result<(), WriteError> {
    let file = stem.rsplit(['/', '\\']).next().unwrap_or(stem);
    let text = |text: &str| {
        format!(
            "\"{}\"",
            text.replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        )
    };
    writeln!(out, "World(\n    name: {},", text(model.name()))?;
    if !model.about().is_empty() {
        writeln!(out, "    about: {},", text(model.about()))?;
    }
    writeln!(
        out,
        "    table: Table(\n        file: {},",
        text(&format!("{file}.csv"))
    )?;
    writeln!(out, "        start: {},", text(&format!("{file}_start.csv")))?;
    writeln!(
        out,
        "        states: {},\n    ),",
        text(&format!("{file}_states.csv"))
    )?;
    for (field, list) in [("labels", &words.labels), ("quantities", &words.quantities)] {
        if list.is_empty() {
            continue;
        }
        writeln!(out, "    {field}: {{")?;
        for (name, meaning) in list {
            writeln!(out, "        {}: {},", text(name), text(meaning))?;
        }
        writeln!(out, "    }},")?;
    }
    writeln!(out, ")")?;
    out.flush()?;
    Ok(())
}
