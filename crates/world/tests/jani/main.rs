//! JANI: what models and their properties mean, what is refused, and that no text can do harm.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::too_many_lines,
    reason = "a test may fail where it builds its cases"
)]

mod junk;
mod meaning;
mod mistakes;
mod questions;

use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Source};
use murphy_world::{Limits, Model, StateId, jani};

/// A model as text: its type, its variables, its automata, its system, and whatever else it has (each part without outer brackets).
pub(crate) struct Text<'a> {
    pub(crate) of_type: &'a str,
    pub(crate) variables: &'a str,
    pub(crate) automata: &'a str,
    pub(crate) system: &'a str,
    pub(crate) more: &'a str,
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self {
            of_type: "mdp",
            variables: "",
            automata: "",
            system: r#""elements": [{"automaton": "A"}]"#,
            more: "",
        }
    }
}

impl Text<'_> {
    fn written(&self) -> String {
        let Self {
            of_type,
            variables,
            automata,
            system,
            more,
        } = self;
        format!(
            r#"{{"jani-version": 1, "name": "test", "type": "{of_type}", "features": ["derived-operators"],
 "variables": [{variables}],
 "automata": [{automata}],
 "system": {{{system}}}{}{more}}}"#,
            if more.is_empty() { "" } else { ", " }
        )
    }

    fn unfold(&self) -> Result<Model, Diagnostic> {
        self.unfold_with(&[])
    }

    fn unfold_with(&self, constants: &[(&str, &str)]) -> Result<Model, Diagnostic> {
        jani::parse(Source::new("test.jani", self.written()))?
            .unfold(&settings(constants), &Limits::default())
    }

    fn model(&self) -> Model {
        self.unfold().unwrap_or_else(|error| panic!("{error}"))
    }

    fn ask(&self, property: &str) -> Result<jani::Asked, Diagnostic> {
        jani::parse(Source::new("test.jani", self.written()))?.ask(property, &[], &Limits::default())
    }
}

fn settings(constants: &[(&str, &str)]) -> Vec<(String, String)> {
    constants
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Writes a bounded variable that starts at its least value.
fn bounded(name: &str, low: i64, high: i64) -> String {
    format!(
        r#"{{"name": "{name}", "type": {{"kind": "bounded", "base": "int", "lower-bound": {low}, "upper-bound": {high}}}, "initial-value": {low}}}"#
    )
}

/// Writes a transient variable.
fn transient(name: &str, of_type: &str, initial: &str) -> String {
    format!(r#"{{"name": "{name}", "type": "{of_type}", "transient": true, "initial-value": {initial}}}"#)
}

/// Writes an automaton with one location `l`.
fn automaton(name: &str, variables: &str, edges: &[String]) -> String {
    format!(
        r#"{{"name": "{name}", "variables": [{variables}], "locations": [{{"name": "l"}}], "initial-locations": ["l"], "edges": [{}]}}"#,
        edges.join(",\n")
    )
}

/// Writes an edge of an automaton with one location; destinations are probabilities with assignments.
fn edge(action: &str, guard: &str, destinations: &[(&str, &str)]) -> String {
    let action = match action {
        "" => String::new(),
        name => format!(r#""action": "{name}", "#),
    };
    let destinations: Vec<String> = destinations
        .iter()
        .map(|(probability, assignments)| {
            format!(
                r#"{{"location": "l", "probability": {{"exp": {probability}}}, "assignments": [{assignments}]}}"#
            )
        })
        .collect();
    format!(
        r#"{{"location": "l", {action}"guard": {{"exp": {guard}}}, "destinations": [{}]}}"#,
        destinations.join(", ")
    )
}

fn set(name: &str, value: &str) -> String {
    format!(r#"{{"ref": "{name}", "value": {value}}}"#)
}

fn op(operator: &str, left: &str, right: &str) -> String {
    format!(r#"{{"op": "{operator}", "left": {left}, "right": {right}}}"#)
}

/// Returns the choices of the state with this name, as `action: 1/2 x=1 | 1/2 x=2`.
fn choices(model: &Model, state: &str) -> Vec<String> {
    let text = |choice: u32| {
        let CredalSet::Precise(set) = &*model.set(choice) else {
            panic!("the sets of JANI models are precise");
        };
        let branches: Vec<String> = set
            .probabilities()
            .iter()
            .zip(model.targets(choice))
            .map(|(probability, target)| format!("{probability} {}", model.state_name(*target)))
            .collect();
        format!("{}: {}", model.action_name(choice), branches.join(" | "))
    };
    model.choices(state_called(model, state)).map(text).collect()
}

fn state_called(model: &Model, name: &str) -> StateId {
    (0..u32::try_from(model.state_count()).unwrap())
        .find(|state| model.state_name(*state) == name)
        .unwrap_or_else(|| panic!("no state {name} among {:?}", names(model)))
}

fn names(model: &Model) -> Vec<String> {
    (0..u32::try_from(model.state_count()).unwrap())
        .map(|state| model.state_name(state))
        .collect()
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
    model
        .choices(state_called(model, state))
        .map(|choice| values[choice as usize].to_string())
        .collect()
}
