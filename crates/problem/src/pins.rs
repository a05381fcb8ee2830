//! Pins: choices that a person has made for the agent. What is left is planned for.

use crate::resolve::states_where;
use murphy_notation::{Diagnostic, hint_for};
use murphy_spec::Pin;
use murphy_world::{Model, StateId};

/// Returns the model in which the agent acts as the pins say where they hold. States where nothing is to be chosen stay as they are.
///
/// # Errors
/// A name that the model does not have, a pinned action that is not available where the pin holds, or two pins that contradict each other.
pub fn pinned(model: Model, pins: &[Pin]) -> Result<Model, Diagnostic> {
    if pins.is_empty() {
        return Ok(model);
    }
    let mut by_state: Vec<Option<usize>> = vec![None; model.state_count()];
    for (index, pin) in pins.iter().enumerate() {
        if !model.actions().contains(&pin.act) {
            let names: Vec<&String> = model.actions().iter().collect();
            let mut diagnostic = Diagnostic::at(
                pin.act_place.clone(),
                format!("the world has no action `{}`", pin.act),
            );
            diagnostic.hint = hint_for(&pin.act, &names);
            return Err(diagnostic);
        }
        for state in states_where(&model, &pin.when)?.iter() {
            if model.choices(state).len() < 2 {
                continue;
            }
            available(&model, state, pin)?;
            match by_state[state as usize] {
                Some(other) if pins[other].act != pin.act => {
                    return Err(contradiction(&model, state, &pins[other], pin));
                }
                _ => by_state[state as usize] = Some(index),
            }
        }
    }
    let mut keep = vec![true; model.choice_count()];
    for (state, pin) in (0..).zip(&by_state) {
        let Some(pin) = pin else { continue };
        for choice in model.choices(state) {
            keep[choice as usize] = model.action_name(choice) == pins[*pin].act;
        }
    }
    match model.restricted(|choice| keep[choice as usize]) {
        Some(restricted) => Ok(restricted.model),
        None => Err(Diagnostic::new("the pins leave a state without any action")),
    }
}

fn available(model: &Model, state: StateId, pin: &Pin) -> Result<(), Diagnostic> {
    let mut names: Vec<&str> = model
        .choices(state)
        .map(|choice| model.action_name(choice))
        .collect();
    if names.contains(&pin.act.as_str()) {
        return Ok(());
    }
    names.dedup();
    let message = format!(
        "the pin cannot be followed: `{}` is not available in state `{}`",
        pin.act,
        model.state_name(state)
    );
    Err(Diagnostic::at(pin.when.place(), message)
        .label("this condition holds there")
        .hint(format!("what can be done there: {}", names.join(", "))))
}

fn contradiction(model: &Model, state: StateId, first: &Pin, second: &Pin) -> Diagnostic {
    let message = format!(
        "two pins contradict each other in state `{}`: `{}` and `{}`",
        model.state_name(state),
        first.act,
        second.act
    );
    Diagnostic::at(second.place.clone(), message).related(first.place.clone(), "the first one")
}
