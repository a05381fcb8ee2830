//! What is still at stake along the plan of a decision problem: the a-measures that the planner keeps, beside what the reader of a trace sees.

use murphy_notation::Rational;
use murphy_plan::consistency::{Belief, Remaining, beliefs, normalise};
use murphy_problem::decision::{Hypothesis, Played, PolicyError};
use murphy_trace::{AtStake, Fraction, Trace, WorldAtStake};

/// The most worlds of a belief that a step tells.
const WORLDS_MAX: usize = 64;

/// Returns what is still at stake wherever the plan and some world lead to a choice, by what the agent knows there; nothing where the agent
/// forgets, or where places are states (see [`tell_stakes`]).
///
/// # Errors
/// If the plan is none of the tree, which no checked plan is.
///
/// # Cost
/// As [`beliefs`].
pub fn stakes(played: &Played) -> Result<Vec<Option<AtStake>>, PolicyError> {
    let Some((tree, policy)) = &played.tree else {
        return Ok(vec![None; played.knowledge.len()]);
    };
    let found = beliefs(tree, policy)?.into_iter();
    Ok(found
        .map(|belief| {
            let belief = belief?;
            let knowledge = played.knowledge.get(belief.information_set)?;
            Some(told(played, (&knowledge.name, knowledge.places.len()), &belief))
        })
        .collect())
}

/// Adds to a trace what is at stake at each of its choices, where the agent sees the state, so that what it knows is its way.
pub fn tell_stakes(played: &Played, trace: &mut Trace) {
    if played.continuations.is_empty() {
        return;
    }
    let pays = played.pays();
    let to_come = played.to_come();
    let worlds = played.worlds.len();
    // How likely the way so far is in each world, the plan's own lots included, and what was paid on it.
    let (mut reach, mut gained) = (vec![Rational::ONE; worlds], vec![Rational::ZERO; worlds]);
    for at in 0..trace.steps.len() {
        let Some(place) = trace.steps.get(at).map(|step| step.state as usize) else {
            return;
        };
        let Some(here) = played.places.get(place) else {
            return;
        };
        for (sum, paid) in gained.iter_mut().zip(&here.arrival) {
            *sum += paid;
        }
        if here.moves.len() > 1 {
            let part = |k: usize| {
                let measure = &played.worlds[k].weight * &reach[k];
                let through = &measure * &(&gained[k] + &to_come[place][k]);
                Remaining {
                    environment: k,
                    measure: vec![measure],
                    secured: &pays[k] - &through,
                    normalised: None,
                }
            };
            let mut remaining: Vec<Remaining> = (0..worlds).map(part).collect();
            let (at_stake, posterior) = normalise(&played.hypotheses, &mut remaining, &played.range);
            let belief = Belief {
                information_set: 0,
                histories: Vec::new(),
                own: Rational::ONE,
                remaining,
                at_stake,
                posterior,
            };
            trace.steps[at].at_stake = Some(told(played, (&here.name, 1), &belief));
        }
        let Some(next) = trace.steps.get(at + 1).map(|step| step.state as usize) else {
            return;
        };
        let way = here.moves.iter().find_map(|one| {
            let way = one.ways.iter().find(|way| way.to == Some(next))?;
            (!one.own.is_zero()).then_some((one, way))
        });
        let Some((one, way)) = way else { return };
        for k in 0..worlds {
            reach[k] *= &(&one.own * &way.probability[k]);
            gained[k] += &one.gain[k];
        }
    }
}

/// Returns a belief as a trace tells it.
fn told(played: &Played, (knows, alike): (&str, usize), belief: &Belief) -> AtStake {
    let has_prior = played.hypotheses.len() > 1;
    let share = |part: &Remaining| -> Rational {
        let reached: Rational = part.measure.iter().sum();
        let world = &played.worlds[part.environment];
        // Nature weighs worlds by how likely they lead here, whatever they count.
        reached.checked_div(&world.weight).unwrap_or_default() * world.nature.clone()
    };
    let all: Rational = belief.remaining.iter().map(share).sum();
    let posterior = |k: usize| {
        let of = |one: &Hypothesis| one.environments.contains(&k);
        let hypothesis = played.hypotheses.iter().position(of)?;
        Some(Fraction::new(belief.posterior.as_ref()?.get(hypothesis)?))
    };
    let world = |part: &Remaining| {
        let pair = part.normalised.as_ref();
        WorldAtStake {
            world: played.world_name(part.environment),
            reached: Fraction::new(&part.measure.iter().sum()),
            secured: Fraction::new(&played.asked(&part.secured)),
            lambda: pair.map(|(weight, _)| Fraction::new(weight)),
            b: pair.map(|(_, secured)| Fraction::new(secured)),
            posterior: has_prior.then(|| posterior(part.environment)).flatten(),
            nature: share(part).checked_div(&all).map(|share| share.to_f64()),
        }
    };
    let shown = belief.remaining.iter().take(WORLDS_MAX);
    let more = belief.remaining.len().saturating_sub(WORLDS_MAX);
    AtStake {
        knows: knows.to_owned(),
        alike: u32::try_from(alike).unwrap_or(u32::MAX),
        share: Fraction::new(&belief.at_stake),
        worlds: shown.map(world).collect(),
        more: u32::try_from(more).unwrap_or(u32::MAX),
    }
}
