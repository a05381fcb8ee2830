//! Writing models: what a writer is given, what it may say instead of writing, and what all writers need.

mod bounds;
mod dot;
mod drn;
mod table;
mod tra;
mod umb;

pub(super) use dot::write as dot;
pub(super) use drn::write as drn;
pub(super) use table::write as table;
pub(super) use tra::write as tra;
pub(super) use umb::write as umb;

use super::draft::INITIAL;
use crate::ids::StateId;
use crate::model::{InitialKind, Model, VariableKind};
use crate::state_set::StateSet;
use murphy_notation::Rational;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

/// Writes a model under a stem into outputs, and says what it left out.
pub(super) type Writer = fn(&Model, &str, &mut dyn Outputs) -> Result<Vec<String>, WriteError>;

/// Where the files of a model go; a format may need several.
pub trait Outputs {
    /// Begins the file of this name.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>>;
}

/// Files held in memory, by name.
impl Outputs for BTreeMap<String, Vec<u8>> {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        let file = self.entry(name.to_owned()).or_default();
        file.clear();
        Ok(Box::new(file))
    }
}

/// Why a model was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// Files of this format are not written.
    ReadOnly {
        /// The name of the format.
        format: &'static str,
    },
    /// The format has no way to say something that decides what the model means.
    Inexpressible {
        /// The name of the format.
        format: &'static str,
        /// What it cannot say, and where in the model that is.
        what: String,
    },
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly { format } => write!(f, "files in the format {format} are read, not written"),
            Self::Inexpressible { format, what } => write!(f, "the format {format} cannot express {what}"),
            Self::Output(error) => write!(f, "writing failed: {error}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Says of a format what it cannot express.
fn cannot(format: &'static str, what: impl Into<String>) -> WriteError {
    WriteError::Inexpressible {
        format,
        what: what.into(),
    }
}

/// Returns the initial states of a model whose weights mean nothing, or of which there is one.
fn initial(model: &Model, format: &'static str) -> Result<StateSet, WriteError> {
    let mut set = StateSet::none(model.state_count());
    for (state, _) in model.initial() {
        set.insert(*state);
    }
    if model.initial().len() > 1 && model.initial_kind() == InitialKind::Weighted {
        let count = model.initial().len();
        return Err(cannot(
            format,
            format!("that runs start in {count} states with given probabilities"),
        ));
    }
    match model.label(INITIAL) {
        Some(other) if *other != set => Err(cannot(
            format,
            "that the label `init` holds elsewhere than in the initial states",
        )),
        _ => Ok(set),
    }
}

/// Returns the part of a quantity that states have, one value a state.
fn of_states<'m>(model: &'m Model, name: &str) -> Option<&'m [Rational]> {
    model.state_quantity(name)
}

/// Returns what a choice has of a quantity besides what its state has.
fn of_choice(values: &[Rational], per_state: Option<&[Rational]>, state: StateId, choice: u32) -> Rational {
    let value = values.get(choice as usize).cloned().unwrap_or_default();
    match per_state.and_then(|list| list.get(state as usize)) {
        Some(part) => value - part,
        None => value,
    }
}

/// Returns a finite decimal of at most 18 figures after the point, if the number is one.
fn decimal(value: &Rational) -> Option<String> {
    let (numerator, denominator) = value.as_small()?;
    let (twos, fives) = (denominator.trailing_zeros(), {
        let (mut rest, mut fives) = (denominator >> denominator.trailing_zeros(), 0);
        while rest > 1 {
            if rest % 5 != 0 {
                return None;
            }
            (rest, fives) = (rest / 5, fives + 1);
        }
        fives
    });
    let places = twos.max(fives);
    if places > 18 {
        return None;
    }
    let scale = 10u128.pow(places);
    let figures = u128::from(numerator.unsigned_abs()) * (scale / u128::from(denominator));
    let sign = if numerator < 0 { "-" } else { "" };
    Some(match places {
        0 => format!("{sign}{figures}"),
        places => format!(
            "{sign}{}.{:0width$}",
            figures / scale,
            figures % scale,
            width = places as usize
        ),
    })
}

/// Returns a number as a decimal if it is a finite one, and as a fraction otherwise.
fn number(value: &Rational) -> String {
    decimal(value).unwrap_or_else(|| value.to_string())
}

/// Says which parts of a model no format of numbers keeps.
fn left_out(model: &Model, with_variables: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let symbolic = |kind: &VariableKind| matches!(kind, VariableKind::Symbol(_));
    if !with_variables && !model.variables().is_empty() {
        remarks.push("the variables of the states".to_owned());
    } else if model.variables().iter().any(|variable| symbolic(&variable.kind)) {
        remarks.push("the names of the values of variables".to_owned());
    }
    if !model.constants().is_empty() {
        remarks.push("the constants".to_owned());
    }
    if model.picture().is_some() {
        remarks.push("the picture".to_owned());
    }
    remarks
}
