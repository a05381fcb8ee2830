//! Readers and writers of other tools' formats.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the helpers of the tests fail where they build a case"
)]

mod drn;
mod junk;
mod prism_explicit;
mod round_trips;
mod tables;
mod umb;

use murphy_notation::{Diagnostic, Rational};
use murphy_world::{Limits, Model, NoFiles, formats};
use std::collections::BTreeMap;

/// Reads a file that stands alone.
fn read(name: &str, text: impl AsRef<[u8]>) -> Result<Model, Diagnostic> {
    formats::read(name, &mut text.as_ref(), &NoFiles, &Limits::default())
}

/// Reads a file with others beside it.
fn read_beside(name: &str, text: &str, files: &[(&str, &str)]) -> Result<Model, Diagnostic> {
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()))
        .collect();
    formats::read(name, &mut text.as_bytes(), &files, &Limits::default())
}

/// Returns the whole message of the error.
fn message(result: Result<Model, Diagnostic>) -> String {
    match result {
        Ok(model) => format!("no error, {} states", model.state_count()),
        Err(error) => error.to_string(),
    }
}

/// Returns the members of a label.
fn members(model: &Model, label: &str) -> Vec<u32> {
    model
        .label(label)
        .map(|states| states.iter().collect())
        .unwrap_or_default()
}

/// Returns the lower and upper bounds of the branches of a choice.
fn bounds(model: &Model, choice: u32) -> Vec<(Rational, Rational)> {
    let set = model.set(choice);
    (0..set.outcomes())
        .map(|outcome| set.outcome_bounds(outcome))
        .collect()
}

fn fraction(numerator: i64, denominator: i64) -> Rational {
    Rational::new(numerator, denominator)
}
