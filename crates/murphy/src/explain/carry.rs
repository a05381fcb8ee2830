//! A policy carried from one model to another by the names of states and actions.

use murphy_problem::Policy;
use murphy_world::{ChoiceId, Model, StateId};
use std::collections::HashMap;

/// Returns the policy in another model, and how many of its states it says nothing about: there it takes the first choice.
///
/// States are the same if they have the same name, and so are choices of one state, in their order where names repeat.
#[must_use]
pub fn carried(policy: &Policy, from: &Model, to: &Model) -> (Policy, usize) {
    let names: HashMap<String, StateId> = (0..)
        .take(from.state_count())
        .map(|state| (from.state_name(state), state))
        .collect();
    let old: Vec<Option<StateId>> = (0..)
        .take(to.state_count())
        .map(|state| names.get(&to.state_name(state)).copied())
        .collect();
    let mut unknown = 0;
    let mut carry = |row: &[ChoiceId]| -> Vec<ChoiceId> {
        unknown = 0;
        let choice = |(state, old): (StateId, &Option<StateId>)| {
            let found = old.and_then(|old| {
                let choice = *row.get(old as usize)?;
                let name = from.action_name(choice);
                let before = from
                    .choices(old)
                    .take_while(|other| *other < choice)
                    .filter(|other| from.action_name(*other) == name)
                    .count();
                to.choices(state)
                    .filter(|other| to.action_name(*other) == name)
                    .nth(before)
            });
            found.unwrap_or_else(|| {
                unknown += 1;
                to.choices(state).start
            })
        };
        (0..).zip(&old).map(choice).collect()
    };
    let policy = match policy {
        Policy::Memoryless(row) => Policy::Memoryless(carry(row)),
        Policy::Stepwise(rows) => Policy::Stepwise(rows.iter().map(|row| carry(row)).collect()),
    };
    (policy, unknown)
}
