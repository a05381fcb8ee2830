//! Writes Storm's DRN.

use super::bounds::{Bounds, bounds};
use super::{Outputs, WriteError, cannot, decimal, initial, left_out, number, of_choice, of_states};
use crate::formats::draft::INITIAL;
use crate::ids::StateId;
use crate::model::{Model, ModelKind};
use murphy_notation::Rational;
use std::io::{BufWriter, Write};

const FORMAT: &str = "Storm DRN";

/// One quantity: its values by choice, and the part that states have.
type Quantity<'m> = (&'m [Rational], Option<&'m [Rational]>);

/// Writes `stem.drn`.
pub(in super::super) fn write(
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    let (decimals, intervals) = survey(model)?;
    let starts = initial(model, FORMAT)?;
    let order = model.quantity_order();
    let quantities: Vec<Quantity<'_>> = order
        .iter()
        .filter_map(|name| Some((model.quantity(name)?, of_states(model, name))))
        .collect();
    for name in model.labels().keys() {
        word(name).ok_or_else(|| cannot(FORMAT, format!("a label called `{name}`")))?;
    }
    let mut out = BufWriter::new(outputs.create(&format!("{stem}.drn"))?);
    let kind = match (model.kind(), model.observations()) {
        (_, Some(_)) => "POMDP",
        (ModelKind::Chain, None) => "DTMC",
        (ModelKind::Decision, None) => "MDP",
    };
    let values = if decimals { "double" } else { "rational" };
    let values = if intervals {
        format!("{values}-interval")
    } else {
        values.to_owned()
    };
    writeln!(
        out,
        "@type: {kind}\n@value_type: {values}\n@parameters\n\n@reward_models"
    )?;
    let names: Option<Vec<String>> = order.iter().map(|name| word(name)).collect();
    let names = names.ok_or_else(|| cannot(FORMAT, "a quantity whose name has a quote or a line end"))?;
    writeln!(out, "{}\n@nr_states\n{}", names.join(" "), model.state_count())?;
    writeln!(out, "@nr_choices\n{}\n@model", model.choice_count())?;
    for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
        write!(out, "state {state}")?;
        if let Some(seen) = model.observations() {
            write!(out, " {{{}}}", seen.get(state as usize).copied().unwrap_or(0))?;
        }
        let zero = Rational::ZERO;
        let here = quantities
            .iter()
            .map(|(_, states)| states.and_then(|list| list.get(state as usize)).unwrap_or(&zero));
        rewards(&mut out, here.cloned())?;
        if starts.contains(state) {
            write!(out, " {INITIAL}")?;
        }
        for (name, states) in model.labels() {
            if name != INITIAL && states.contains(state) {
                write!(out, " {}", word(name).unwrap_or_default())?;
            }
        }
        writeln!(out)?;
        for choice in model.choices(state) {
            let action = model.action_name(choice);
            let action =
                word(action).ok_or_else(|| cannot(FORMAT, format!("an action called `{action}`")))?;
            write!(out, "\taction {action}")?;
            let own = quantities
                .iter()
                .map(|(values, states)| of_choice(values, *states, state, choice));
            rewards(&mut out, own)?;
            writeln!(out)?;
            branches(&mut out, model, choice, intervals)?;
        }
    }
    out.flush()?;
    let mut remarks = left_out(model, false);
    if model.labels().values().any(crate::state_set::StateSet::is_empty) {
        remarks.push("labels that hold nowhere".to_owned());
    }
    Ok(remarks)
}

fn branches(out: &mut impl Write, model: &Model, choice: u32, intervals: bool) -> Result<(), WriteError> {
    let set = model.set(choice);
    let Some(numbers) = bounds(&set) else {
        return Ok(());
    };
    for (branch, target) in model.targets(choice).iter().enumerate() {
        match numbers.at(branch) {
            Some((lower, upper)) if intervals => {
                let upper = upper.unwrap_or(lower);
                writeln!(out, "\t\t{target} : [{}, {}]", number(lower), number(upper))?;
            }
            Some((probability, _)) => writeln!(out, "\t\t{target} : {}", number(probability))?,
            None => {}
        }
    }
    Ok(())
}

/// Writes ` [1, 2]`, or nothing where there are no quantities.
fn rewards(out: &mut impl Write, values: impl Iterator<Item = Rational>) -> Result<(), WriteError> {
    let texts: Vec<String> = values.map(|value| number(&value)).collect();
    if !texts.is_empty() {
        write!(out, " [{}]", texts.join(", "))?;
    }
    Ok(())
}

/// Says whether all numbers are decimals and whether some are bounds; refuses sets that bounds do not describe.
fn survey(model: &Model) -> Result<(bool, bool), WriteError> {
    let (mut decimals, mut intervals) = (true, false);
    for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
        for choice in model.choices(state) {
            let set = model.set(choice);
            let Some(numbers) = bounds(&set) else {
                let (kind, state) = (set.kind(), model.state_name(state));
                return Err(cannot(
                    FORMAT,
                    format!("a set of the kind {kind}, in state {state}"),
                ));
            };
            intervals |= matches!(numbers, Bounds::Interval(..));
            decimals = decimals && numbers.all(|value| decimal(value).is_some());
        }
    }
    for values in model.quantities().values() {
        decimals = decimals && values.iter().all(|value| decimal(value).is_some());
    }
    Ok((decimals, intervals))
}

/// Returns a name as a word of the format, quoted where it must be.
fn word(name: &str) -> Option<String> {
    if name.contains(['"', '\n', '\r']) || name.is_empty() {
        return None;
    }
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.+<>=&|'".contains(&b));
    Some(if plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    })
}
