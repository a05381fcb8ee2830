//! Tells a run of a decision problem step by step.

use super::Story;
use super::runs::{Runs, Walked};
use crate::error::Error;
use crate::number::Number;
use crate::settings::SimulationSettings;
use crate::trace::{Alternative, Branch, Decision, Outcome, Owed, Range, Rest, Role, Step, Trace};
use murphy_problem::decision::{Move, Way};
use std::collections::BTreeMap;

/// Records one run of a simulation again, step by step.
///
/// # Errors
/// As [`super::simulate_decision`].
pub fn record_decision_run(
    story: &Story<'_>,
    settings: &SimulationSettings,
    run: u64,
) -> Result<Trace, Error> {
    let runs = Runs::new(story, settings)?;
    Ok(record(story, &runs.walk(run), (run, Role::Asked), settings))
}

/// Returns the trace of a way that was walked.
pub(super) fn record(
    story: &Story<'_>,
    walked: &Walked,
    (run, role): (u64, Role),
    settings: &SimulationSettings,
) -> Trace {
    let world = walked.world;
    let mut telling = Telling {
        story,
        weights: story.nature.clone(),
        possible: vec![true; story.nature.len()],
        so_far: 0.0,
        walked,
        branches_max: settings.branches_max,
    };
    let steps = (0..walked.places.len()).map(|at| telling.step(at)).collect();
    let quantity = !story.is_probability();
    Trace {
        run,
        role,
        outcome: walked.outcome,
        total: quantity.then(|| Number(story.asked(walked.total))),
        leads_to: None,
        settled: (story.played.worlds.len() > 1).then(|| story.played.world_name(world)),
        probability: None,
        steps,
    }
}

/// Where the telling of a run is.
struct Telling<'s, 'a> {
    story: &'s Story<'a>,
    walked: &'s Walked,
    /// Nature's weight of each world, times how likely the way so far is in it.
    weights: Vec<f64>,
    /// Which worlds the way so far is possible in.
    possible: Vec<bool>,
    so_far: f64,
    branches_max: usize,
}

impl Telling<'_, '_> {
    fn step(&mut self, at: usize) -> Step {
        let story = self.story;
        let place = self.walked.places[at];
        let here = &story.played.places[place];
        self.so_far += here.arrival[self.walked.world].to_f64();
        let last = at + 1 == self.walked.places.len();
        let made = self.walked.made.get(at);
        let step = Step {
            step: u32::try_from(at).unwrap_or(u32::MAX),
            state: u32::try_from(place).unwrap_or(u32::MAX),
            values: story.names[place].clone(),
            labels: story.told.labels.get(&here.name).cloned().unwrap_or_default(),
            bracket: story.worth(place, &self.weights, &self.possible),
            owed: Owed {
                open: !last,
                steps_left: None,
                so_far: (!story.is_probability()).then(|| Number(story.asked(self.so_far))),
            },
            aims: Vec::new(),
            at_stake: here
                .knows
                .and_then(|knows| story.told.stakes.get(knows).cloned().flatten()),
            decision: made.map(|(action, way)| self.decision(place, *action, *way)),
        };
        if let Some((action, way)) = made {
            let one = &here.moves[*action];
            self.so_far += one.gain[self.walked.world].to_f64();
            for (k, p) in one.ways[*way].probability.iter().enumerate() {
                self.weights[k] *= p.to_f64();
                self.possible[k] &= !p.is_zero();
            }
        }
        step
    }

    fn decision(&self, place: usize, action: usize, happened: usize) -> Decision {
        let story = self.story;
        let one = &story.played.places[place].moves[action];
        let shown = shown(one, self, happened);
        let told: f64 = shown.iter().map(|index| self.share(&one.ways[*index])).sum();
        let rest = Rest {
            branches: (one.ways.len() - shown.len()) as u64,
            nature: (1.0 - told).clamp(0.0, 1.0),
        };
        let outcome = shown.iter().position(|index| *index == happened).unwrap_or(0);
        let chosen = story.played.places[place].moves.len() > 1;
        Decision {
            action: action_name(one),
            aim: None,
            alternatives: if chosen {
                let alternatives = story.alternatives(place, &self.weights);
                alternatives
                    .into_iter()
                    .map(|(action, bracket)| Alternative { action, bracket })
                    .collect()
            } else {
                Vec::new()
            },
            set: set_kind(one).to_owned(),
            branches: shown.iter().map(|index| self.branch(&one.ways[*index])).collect(),
            rest: (rest.branches > 0).then_some(rest),
            outcome: u32::try_from(outcome).unwrap_or(0),
            quantity: (!story.is_probability())
                .then(|| Number(story.asked(one.gain[self.walked.world].to_f64()))),
            measured: BTreeMap::new(),
        }
    }

    fn share(&self, way: &Way) -> f64 {
        self.story.share(way, &self.weights, &self.possible)
    }

    fn branch(&self, way: &Way) -> Branch {
        let (lower, upper) = spread(way, &self.possible);
        let to = way.to.unwrap_or_default();
        let weights: Vec<f64> = self
            .weights
            .iter()
            .zip(&way.probability)
            .map(|(w, p)| w * p.to_f64())
            .collect();
        let possible: Vec<bool> = self
            .possible
            .iter()
            .zip(&way.probability)
            .map(|(w, p)| *w && !p.is_zero())
            .collect();
        Branch {
            state: u32::try_from(to).unwrap_or(u32::MAX),
            target: way.name.clone(),
            lower,
            upper,
            nature: self.share(way).clamp(lower, upper),
            value: way.to.map_or(
                Range {
                    lower: Number(0.0),
                    upper: Number(0.0),
                },
                |to| self.story.worth(to, &weights, &possible),
            ),
        }
    }
}

/// Returns what an action is called, even where there is nothing to choose.
pub(crate) fn action_name(one: &Move) -> String {
    if one.action.is_empty() {
        "go on".to_owned()
    } else {
        one.action.clone()
    }
}

/// Says what leaves the probabilities of a move open.
pub(crate) fn set_kind(one: &Move) -> &'static str {
    let anew = one.ways.iter().any(|way| way.may.is_some());
    if anew { "settled anew" } else { "settled once" }
}

/// Returns between which probabilities a way lies in the worlds that are possible.
pub(crate) fn spread(way: &Way, possible: &[bool]) -> (f64, f64) {
    if let Some((low, high)) = &way.may {
        return (low.to_f64(), high.to_f64());
    }
    let each = || {
        way.probability
            .iter()
            .zip(possible)
            .filter(|(_, possible)| **possible)
            .map(|(p, _)| p)
    };
    match (each().min(), each().max()) {
        (Some(low), Some(high)) => (low.to_f64(), high.to_f64()),
        _ => (0.0, 1.0),
    }
}

/// Returns the ways to show, ascending: the heaviest ones, and the one that happened.
fn shown(one: &Move, telling: &Telling<'_, '_>, happened: usize) -> Vec<usize> {
    // A way that no possible world has is none.
    let there = |index: &usize| {
        let probability = one.ways[*index].probability.iter().zip(&telling.possible);
        *index == happened
            || probability
                .into_iter()
                .any(|(p, possible)| *possible && !p.is_zero())
    };
    let mut order: Vec<usize> = (0..one.ways.len()).filter(there).collect();
    order.sort_by(|a, b| {
        let first = (*b == happened).cmp(&(*a == happened));
        let heavier = telling
            .share(&one.ways[*b])
            .total_cmp(&telling.share(&one.ways[*a]));
        first.then(heavier).then(a.cmp(b))
    });
    order.truncate(telling.branches_max.max(1));
    order.sort_unstable();
    order
}

/// Says how a run ended that came to this payoff.
pub(super) fn outcome(story: &Story<'_>, total: f64) -> Outcome {
    if !story.is_probability() {
        Outcome::Summed
    } else if story.asked(total) > 0.5 {
        Outcome::Held
    } else {
        Outcome::Failed
    }
}
