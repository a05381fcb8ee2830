//! The shortest way to something: of the shortest, the one that Nature makes most likely.

use crate::arena::Arena;
use crate::error::Error;
use crate::nature::Asked;
use crate::record::record_from;
use crate::settings::SimulationSettings;
use crate::simulate::{Move, Simulator};
use crate::trace::{Outcome, Role, Trace};
use murphy_problem::{Plan, Policy, Problem};
use murphy_world::StateId;
use std::collections::BTreeMap;

/// The most (layer, state) pairs that a search keeps.
const VISITED_MAX: usize = 1 << 23;

/// How a state was come to.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    /// The state before, and the branch taken there; `None` where runs start.
    from: Option<(StateId, usize)>,
    /// The greatest probability of a way of this length.
    probability: f64,
}

type Layer = BTreeMap<StateId, Arrival>;

/// Returns the most likely of the shortest traces that end with the goal broken (or with a quantity that grows for ever), if there is one.
///
/// # Errors
/// As [`crate::simulate`].
///
/// # Cost
/// One visit of every state that the policy can come to, or of every (step, state) pair under a policy by steps.
pub fn shortest_to_failure(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
) -> Result<Option<Trace>, Error> {
    let simulator = Simulator::new(problem, plan, settings)?;
    let bad = |state, step| {
        matches!(
            simulator.arena.end(state, step),
            Some(Outcome::Failed | Outcome::Endless)
        )
    };
    let trace = shortest(&simulator, &bad)?;
    Ok(trace.map(|trace| {
        let words = match trace.outcome {
            Outcome::Endless => "the end is missed",
            _ => "the goal is broken",
        };
        Trace {
            leads_to: Some(words.to_owned()),
            ..trace
        }
    }))
}

/// Returns the most likely of the shortest traces to a state with a label, if there is one.
///
/// The trace ends where the label first holds; runs that are over before are not followed.
///
/// # Errors
/// As [`crate::simulate`], and [`Error::Label`] for a label that the world does not have.
pub fn shortest_to_label(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    label: &str,
) -> Result<Option<Trace>, Error> {
    let Some(states) = problem.model.label(label) else {
        return Err(Error::Label {
            found: label.to_owned(),
            known: problem.model.labels().keys().cloned().collect(),
        });
    };
    let simulator = Simulator::new(problem, plan, settings)?;
    let trace = shortest(&simulator, &|state, _| states.contains(state))?;
    Ok(trace.map(|trace| Trace {
        leads_to: Some(label.to_owned()),
        ..trace
    }))
}

/// Goes layer by layer from where runs start, keeping for each state the most likely way of its length.
fn shortest(
    simulator: &Simulator<'_>,
    wanted: &dyn Fn(StateId, u32) -> bool,
) -> Result<Option<Trace>, Error> {
    let arena = &simulator.arena;
    // Where the step matters a state may be come to again; otherwise coming back to it is never shorter.
    let by_step = arena.horizon.is_some() || matches!(arena.plan.policy, Policy::Stepwise(_));
    let starts = arena.problem.model.initial().iter();
    let mut layers: Vec<Layer> = vec![
        starts
            .map(|(state, weight)| {
                let probability = weight.to_f64();
                (
                    *state,
                    Arrival {
                        from: None,
                        probability,
                    },
                )
            })
            .collect(),
    ];
    let mut seen = vec![false; arena.problem.model.state_count()];
    let mut kept = 0;
    for step in 0..simulator.settings.steps_max {
        let Some(layer) = layers.last() else { break };
        kept += layer.len();
        if let Some((state, arrival)) = likeliest(layer, |state| wanted(state, step)) {
            return told(simulator, &layers, state, arrival.probability).map(Some);
        }
        if layer.is_empty() || kept > VISITED_MAX {
            break;
        }
        if !by_step {
            for state in layer.keys() {
                seen[*state as usize] = true;
            }
        }
        let next = next_layer(simulator, layer, step, &seen)?;
        layers.push(next);
    }
    Ok(None)
}

fn likeliest(layer: &Layer, wanted: impl Fn(StateId) -> bool) -> Option<(StateId, Arrival)> {
    let mut best: Option<(StateId, Arrival)> = None;
    for (state, arrival) in layer.iter().filter(|(state, _)| wanted(**state)) {
        if best.is_none_or(|(_, found)| arrival.probability > found.probability) {
            best = Some((*state, *arrival));
        }
    }
    best
}

fn next_layer(simulator: &Simulator<'_>, layer: &Layer, step: u32, seen: &[bool]) -> Result<Layer, Error> {
    let mut next = Layer::new();
    for (state, arrival) in layer {
        if simulator.end(*state, step).is_some() {
            continue;
        }
        let asked = asked(&simulator.arena, *state, step)?;
        let pick = simulator.nature.pick(&simulator.arena, 0, asked)?;
        let targets = simulator.arena.problem.model.targets(asked.choice);
        for (branch, (target, share)) in targets.iter().zip(&pick).enumerate() {
            let probability = arrival.probability * share;
            if probability <= 0.0 || seen[*target as usize] {
                continue;
            }
            let better = next
                .get(target)
                .is_none_or(|known| probability > known.probability);
            if better {
                let from = Some((*state, branch));
                next.insert(*target, Arrival { from, probability });
            }
        }
    }
    Ok(next)
}

fn asked(arena: &Arena<'_>, state: StateId, step: u32) -> Result<Asked, Error> {
    let choice = arena.choice(state, step)?;
    Ok(Asked { step, state, choice })
}

/// Records the way that was found.
fn told(
    simulator: &Simulator<'_>,
    layers: &[Layer],
    last: StateId,
    probability: f64,
) -> Result<Trace, Error> {
    let mut branches = Vec::with_capacity(layers.len());
    let mut state = last;
    for layer in layers.iter().rev() {
        if let Some((before, branch)) = layer.get(&state).and_then(|arrival| arrival.from) {
            branches.push(branch);
            state = before;
        }
    }
    branches.reverse();
    let made = |state: StateId, step: u32| {
        let Some(branch) = branches.get(step as usize) else {
            return Ok(None);
        };
        let asked = asked(&simulator.arena, state, step)?;
        let targets = simulator.arena.problem.model.targets(asked.choice);
        let next = *targets.get(*branch).ok_or(Error::Policy { state })?;
        Ok(Some(Move {
            asked,
            branch: *branch,
            next,
        }))
    };
    let trace = record_from(simulator, (0, Role::Shortest), state, made)?;
    Ok(Trace {
        probability: Some(probability),
        ..trace
    })
}
