//! Two plans side by side: where they come to, and where they do different things.

use crate::explain::Followed;
use murphy_notation::Rational;
use murphy_world::{ChoiceId, StateId};
use std::collections::{HashMap, HashSet};

/// A state that a plan comes to and in which the other does something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// The state by its variables.
    pub state: String,
    /// The number of steps made before, where a plan depends on it.
    pub step: Option<u32>,
    /// What the first plan does.
    pub first: String,
    /// What the second plan does.
    pub second: String,
    /// Whether the first plan comes here.
    pub first_comes: bool,
    /// Whether the second plan comes here.
    pub second_comes: bool,
}

/// Two policies compared, state by state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Where they differ, among the states that one of them comes to; nearest first.
    pub partings: Vec<Parting>,
    /// How many states both come to.
    pub both: usize,
    /// How many states only the first comes to.
    pub only_first: usize,
    /// How many states only the second comes to.
    pub only_second: usize,
    /// How many states one of them comes to and the other's world has not.
    pub foreign: usize,
}

/// Returns what two plans do in the states that one of them comes to. States are the same if they have the same name; the models may differ.
#[must_use]
pub fn compare(first: &Followed, second: &Followed) -> Comparison {
    let timed = first.steps().is_some() || second.steps().is_some();
    let mut comparison = Comparison::default();
    let of_second = Named::new(second);
    let of_first = Named::new(first);
    let comes_first = keys(first, timed);
    let comes_second = keys(second, timed);
    let second_set: HashSet<&(String, u32)> = comes_second.iter().collect();
    let first_set: HashSet<&(String, u32)> = comes_first.iter().collect();
    let only_second = comes_second.iter().filter(|key| !first_set.contains(key));
    for key in comes_first.iter().chain(only_second) {
        let (here, there) = (first_set.contains(key), second_set.contains(key));
        let (Some(one), Some(other)) = (of_first.action(first, key), of_second.action(second, key)) else {
            comparison.foreign += 1;
            continue;
        };
        if one != other {
            comparison.partings.push(Parting {
                state: key.0.clone(),
                step: timed.then_some(key.1),
                first: one,
                second: other,
                first_comes: here,
                second_comes: there,
            });
        }
    }
    let names =
        |keys: &[(String, u32)]| -> HashSet<String> { keys.iter().map(|(name, _)| name.clone()).collect() };
    let (one, other) = (names(&comes_first), names(&comes_second));
    comparison.both = one.intersection(&other).count();
    comparison.only_first = one.len() - comparison.both;
    comparison.only_second = other.len() - comparison.both;
    comparison
}

/// The states of a stage by name and step.
struct Named {
    states: HashMap<(String, u32), StateId>,
    timed: bool,
}

impl Named {
    fn new(followed: &Followed) -> Self {
        let timed = followed.steps().is_some();
        let states = (0..).take(followed.stage.model.state_count());
        Self {
            states: states.map(|state| (key(followed, state), state)).collect(),
            timed,
        }
    }

    fn action(&self, followed: &Followed, (name, step): &(String, u32)) -> Option<String> {
        let step = if self.timed { *step } else { 0 };
        let state = *self.states.get(&(name.clone(), step))?;
        let choice = *followed.row.get(state as usize)?;
        Some(followed.stage.model.action_name(choice).to_owned())
    }
}

fn key(followed: &Followed, state: StateId) -> (String, u32) {
    let (of_model, step) = followed.stage.state(state);
    (followed.name(of_model), step)
}

/// Returns the states that a plan comes to by name and step, before its time is over, each once. A plan that does not depend on the step
/// is counted through the steps only where the other does.
fn keys(followed: &Followed, timed: bool) -> Vec<(String, u32)> {
    let last = followed.steps().unwrap_or(u32::MAX);
    if followed.steps().is_some() || !timed {
        let states = followed.reached.iter().map(|state| key(followed, *state));
        return states.filter(|(_, step)| *step < last).collect();
    }
    // How soon each state can be come to.
    let mut step_of: HashMap<StateId, u32> = HashMap::new();
    let mut order = Vec::new();
    let mut layer: Vec<StateId> = followed.reached.iter().take(1).copied().collect();
    let mut step = 0;
    while !layer.is_empty() {
        let mut next = Vec::new();
        for state in layer {
            if step_of.contains_key(&state) {
                continue;
            }
            step_of.insert(state, step);
            order.push((key(followed, state).0, step));
            let choice = followed.row.get(state as usize).copied().unwrap_or(0);
            next.extend(followed.stage.model.targets(choice));
        }
        layer = next;
        step += 1;
    }
    order
}

/// One run of a plan, in which each step goes where it can go with the greatest probability.
#[must_use]
pub fn likeliest(followed: &Followed, most: usize) -> Vec<(String, String)> {
    let model = &followed.stage.model;
    let mut run = Vec::new();
    let mut seen: HashSet<StateId> = HashSet::new();
    let mut at = followed.reached.first().copied();
    while let Some(state) = at.filter(|state| run.len() < most && seen.insert(*state)) {
        let choice: ChoiceId = followed.row.get(state as usize).copied().unwrap_or(0);
        let (of_model, _) = followed.stage.state(state);
        let targets = model.targets(choice);
        if targets
            .iter()
            .all(|target| followed.stage.state(*target).0 == of_model)
            && model.choices(state).len() == 1
        {
            break;
        }
        run.push((followed.name(of_model), model.action_name(choice).to_owned()));
        let set = model.set(choice);
        let mut best: Option<(Rational, StateId)> = None;
        for (index, target) in targets.iter().enumerate() {
            let (_, high) = set.outcome_bounds(index);
            if best.as_ref().is_none_or(|(most, _)| high > *most) {
                best = Some((high, *target));
            }
        }
        at = best.map(|(_, target)| target);
    }
    run
}
