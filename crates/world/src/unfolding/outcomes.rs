//! What commands do in one state: their probabilities and the values they set, worked out and checked.

use super::code::Fault;
use super::design::Command;
use super::design::Design;
use super::expression::Kind;
use crate::decimal::decimal;
use murphy_notation::{Diagnostic, Place, Rational, Source, Span};
use std::ops::Range;
use std::sync::Arc;

/// Sums that differ from one by at most this are taken for rounded ones, and scaled.
const ROUNDED: (i64, i64) = (1, 1_000_000_000);

/// One outcome of a command in a state.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) lower: Rational,
    /// `None` if the probability is precise.
    pub(crate) upper: Option<Rational>,
    /// Which entries of [`Outcomes::changes`] it makes.
    pub(crate) changes: Range<usize>,
}

/// The outcomes of commands in one state.
#[derive(Debug)]
pub(crate) struct Outcomes {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) changes: Vec<(u32, i64)>,
    /// For each command, the state it was last worked out in, and its outcomes there.
    known: Vec<(u32, Range<usize>)>,
    /// Whether some probabilities had to be scaled to sum to one.
    pub(crate) scaled: bool,
}

/// A state as it is being left.
pub(crate) struct From<'a> {
    pub(crate) design: &'a Design,
    pub(crate) source: &'a Arc<Source>,
    pub(crate) values: &'a [i64],
}

impl From<'_> {
    /// Returns a mistake that shows in this state.
    pub(crate) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(self.source, span), message).label(format!("in the state {}", self.name()))
    }

    pub(crate) fn fault(&self, fault: Fault) -> Diagnostic {
        self.error(self.design.code.span(fault.at), fault.reason.message())
    }

    /// Returns the state by its variables.
    fn name(&self) -> String {
        const SHOWN_MAX: usize = 24;
        let pairs = self.design.variables.iter().zip(self.values);
        let mut shown: Vec<String> = pairs
            .take(SHOWN_MAX)
            .map(|(variable, value)| match variable.kind {
                Kind::Bool => format!("{}={}", variable.name, *value != 0),
                _ => format!("{}={value}", variable.name),
            })
            .collect();
        if self.values.len() > SHOWN_MAX {
            shown.push("...".to_owned());
        }
        shown.join(", ")
    }
}

impl Outcomes {
    pub(crate) fn new(command_count: usize) -> Self {
        Self {
            outcomes: Vec::new(),
            changes: Vec::new(),
            known: vec![(u32::MAX, 0..0); command_count],
            scaled: false,
        }
    }

    /// Forgets what was worked out in other states.
    pub(crate) fn clear(&mut self) {
        self.outcomes.clear();
        self.changes.clear();
    }

    /// Returns the outcomes of a command in a state, none of which is impossible.
    pub(crate) fn of(
        &mut self,
        index: usize,
        state: u32,
        from: &From<'_>,
    ) -> Result<Range<usize>, Diagnostic> {
        if let Some((known, range)) = self.known.get(index)
            && *known == state
        {
            return Ok(range.clone());
        }
        let start = self.outcomes.len();
        if let Some(command) = from.design.commands.get(index) {
            self.work_out(command, from)?;
        }
        let range = start..self.outcomes.len();
        if let Some(slot) = self.known.get_mut(index) {
            *slot = (state, range.clone());
        }
        Ok(range)
    }

    fn work_out(&mut self, command: &Command, from: &From<'_>) -> Result<(), Diagnostic> {
        let code = &from.design.code;
        let start = self.outcomes.len();
        let mut imprecise = false;
        for branch in &command.branches {
            let number = |id| code.rational(id, from.values).map_err(|fault| from.fault(fault));
            let lower = number(branch.lower)?;
            let upper = branch.upper.map(number).transpose()?;
            if lower.is_negative() {
                return Err(from.error(
                    code.span(branch.lower),
                    format!("the probability is {}, below zero", decimal(&lower)),
                ));
            }
            if let (Some(upper), Some(id)) = (&upper, branch.upper) {
                imprecise = true;
                if *upper < lower {
                    let message = format!(
                        "the lower bound {} is above the upper bound {}",
                        decimal(&lower),
                        decimal(upper)
                    );
                    return Err(from.error(code.span(branch.lower).to(code.span(id)), message));
                }
            }
            if upper.as_ref().unwrap_or(&lower).is_zero() {
                continue;
            }
            let changes = self.changes.len();
            for (variable, value) in &branch.assignments {
                let value = new_value(*variable, *value, from)?;
                self.changes.push((*variable, value));
            }
            self.outcomes.push(Outcome {
                lower,
                upper,
                changes: changes..self.changes.len(),
            });
        }
        if command.sums_to_one {
            return Ok(());
        }
        let outcomes = self.outcomes.get_mut(start..).unwrap_or_default();
        if imprecise {
            return feasible(outcomes, command, from);
        }
        let sum: Rational = outcomes.iter().map(|outcome| &outcome.lower).sum();
        if sum != Rational::ONE {
            let distance = (&sum - &Rational::ONE).abs();
            if distance > Rational::new(ROUNDED.0, ROUNDED.1) {
                let message = format!("the probabilities sum to {}, but must sum to 1", decimal(&sum));
                return Err(from.error(command.span, message));
            }
            for outcome in outcomes {
                outcome.lower = &outcome.lower / &sum;
            }
            self.scaled = true;
        }
        Ok(())
    }
}

/// Checks that some distribution lies within the bounds.
fn feasible(outcomes: &[Outcome], command: &Command, from: &From<'_>) -> Result<(), Diagnostic> {
    let lower: Rational = outcomes.iter().map(|outcome| &outcome.lower).sum();
    let upper: Rational = outcomes
        .iter()
        .map(|outcome| outcome.upper.as_ref().unwrap_or(&outcome.lower))
        .sum();
    if lower > Rational::ONE {
        let message = format!(
            "the lower bounds sum to {}, but must not exceed 1",
            decimal(&lower)
        );
        return Err(from.error(command.span, message));
    }
    if upper < Rational::ONE {
        let message = format!("the upper bounds sum to {}, but must reach 1", decimal(&upper));
        return Err(from.error(command.span, message));
    }
    Ok(())
}

/// Returns the value that an assignment gives a variable, if it is in range.
fn new_value(index: u32, id: super::code::Id, from: &From<'_>) -> Result<i64, Diagnostic> {
    let code = &from.design.code;
    let Some(variable) = from.design.variables.get(index as usize) else {
        return Err(from.error(code.span(id), "an unknown variable is set"));
    };
    let value = match variable.kind {
        Kind::Bool => code.truth(id, from.values).map(i64::from),
        _ => code.int(id, from.values),
    }
    .map_err(|fault| from.fault(fault))?;
    if value < variable.low || value > variable.high {
        let message = format!(
            "`{}` becomes {value}, outside its range {} to {}",
            variable.name, variable.low, variable.high
        );
        return Err(from.error(code.span(id), message));
    }
    Ok(value)
}
