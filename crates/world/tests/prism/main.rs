//! The PRISM language: what models mean, what is refused, and that no text can do harm.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail"
)]

mod expressions;
mod junk;
mod meaning;
mod mistakes;
mod products;

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Source};
use murphy_world::{Limits, Model, StateId, prism};

/// Unfolds a model with constants like `K=2`.
fn unfold_with(text: &str, constants: &[(&str, &str)]) -> Result<Model, Diagnostic> {
    let constants: Vec<(String, String)> = constants
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    prism::parse(Source::new("test.prism", text))?.unfold(&constants, &Limits::default())
}

fn unfold(text: &str) -> Model {
    unfold_with(text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a choice as `action: 1/2 x=1 | 1/2 x=2`, with `[l,u]` for bounds.
fn choice_text(model: &Model, choice: u32) -> String {
    let probabilities: Vec<String> = match &*model.set(choice) {
        CredalSet::Precise(set) => set.probabilities().iter().map(ToString::to_string).collect(),
        CredalSet::Interval(set) => set
            .lower()
            .iter()
            .zip(set.upper())
            .map(|(lower, upper)| format!("[{lower},{upper}]"))
            .collect(),
        other => vec![other.kind().to_owned()],
    };
    let branches: Vec<String> = probabilities
        .iter()
        .zip(model.targets(choice))
        .map(|(probability, target)| format!("{probability} {}", model.state_name(*target)))
        .collect();
    format!("{}: {}", model.action_name(choice), branches.join(" | "))
}

/// Returns the choices of the state with this name.
fn choices(model: &Model, state: &str) -> Vec<String> {
    model
        .choices(state_called(model, state))
        .map(|choice| choice_text(model, choice))
        .collect()
}

fn state_called(model: &Model, name: &str) -> StateId {
    (0..u32::try_from(model.state_count()).unwrap())
        .find(|state| model.state_name(*state) == name)
        .unwrap_or_else(|| panic!("no state {name}"))
}

/// Returns the names of the states with a label.
fn labelled(model: &Model, label: &str) -> Vec<String> {
    let states = model.label(label).unwrap_or_else(|| panic!("no label {label}"));
    states.iter().map(|state| model.state_name(state)).collect()
}

/// Returns what a quantity is worth in the choices of a state.
fn worth(model: &Model, quantity: &str, state: &str) -> Vec<String> {
    let values = model
        .quantity(quantity)
        .unwrap_or_else(|| panic!("no quantity {quantity}"));
    let choices = model.choices(state_called(model, state));
    choices
        .map(|choice| values[choice as usize].to_string())
        .collect()
}
