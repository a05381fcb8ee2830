//! What each action is worth where it can be taken, against Nature's mixture: if the plan is followed afterwards, and if the best is done.

use super::Story;
use crate::trace::Range;
use murphy_notation::Rational;
use murphy_problem::decision::{Deciding, Move};

/// By piece of knowledge and action: what it is worth if the plan is followed afterwards, and if the best is done.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub(super) by_knowledge: Vec<Vec<(f64, f64)>>,
}

/// What is still to come from each place, summed over worlds weighted by Nature and by how chance alone leads there.
struct Sums<'s, 'a> {
    story: &'s Story<'a>,
    /// With the best answers; filled from the last piece of knowledge backward.
    best: Vec<Option<f64>>,
    /// The action that answers best, by knowledge.
    chosen: Vec<Option<usize>>,
}

impl Answers {
    pub(super) fn new(story: &Story<'_>) -> Self {
        let knowledge = &story.played.knowledge;
        let mut sums = Sums {
            story,
            best: vec![None; story.played.places.len()],
            chosen: vec![None; knowledge.len()],
        };
        let mut by_knowledge = vec![Vec::new(); knowledge.len()];
        // What is known comes before what its own moves lead to.
        for (at, one) in knowledge.iter().enumerate().rev() {
            let weight: f64 = one.places.iter().flat_map(|place| sums.weights(*place)).sum();
            let row: Vec<(f64, f64)> = (0..one.actions.len())
                .map(|action| {
                    let each = one.places.iter().map(|place| {
                        let moved = &story.played.places[*place].moves[action];
                        (sums.followed(*place, moved), sums.best_after(*place, moved))
                    });
                    let (followed, best) = each.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                    (followed, best.max(followed))
                })
                .collect();
            sums.chosen[at] = match one.deciding {
                Deciding::ByLot(action) => Some(action),
                // The earliest of the best.
                _ => (0..row.len())
                    .rev()
                    .max_by(|a, b| row[*a].1.total_cmp(&row[*b].1)),
            };
            if weight > 0.0 {
                by_knowledge[at] = row.iter().map(|(a, b)| (a / weight, b / weight)).collect();
            }
        }
        Self { by_knowledge }
    }
}

impl Sums<'_, '_> {
    /// Returns the weight of each world at a place, by chance alone.
    fn weights(&self, place: usize) -> Vec<f64> {
        let led = self.story.led.get(place).map_or(&[][..], Vec::as_slice);
        self.story
            .nature
            .iter()
            .zip(led)
            .map(|(nature, p)| nature * p)
            .collect()
    }

    /// Returns what is paid at once and on the way by a move.
    fn at_once(&self, place: usize, one: &Move) -> f64 {
        let story = self.story;
        let weights = self.weights(place);
        let past = |k: usize| {
            if story.is_probability() {
                story.gained[place][k]
            } else {
                0.0
            }
        };
        let each = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        each.map(|(k, weight)| weight * story.weight[k] * (past(k) + one.gain[k].to_f64()))
            .sum()
    }

    fn arrival(&self, place: usize) -> f64 {
        let arrival = &self.story.played.places[place].arrival;
        let weights = self.weights(place);
        let each = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        each.map(|(k, weight)| weight * self.story.weight[k] * arrival[k].to_f64())
            .sum()
    }

    /// Returns what a move is worth if the plan is followed afterwards.
    fn followed(&self, place: usize, one: &Move) -> f64 {
        let story = self.story;
        let later = one.ways.iter().filter_map(|way| way.to).map(|to| {
            let weights = self.weights(to);
            let each = weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0);
            let to_come: f64 = each
                .map(|(k, weight)| weight * story.weight[k] * story.to_come[to][k])
                .sum();
            self.arrival(to) + to_come
        });
        self.at_once(place, one) + later.sum::<f64>()
    }

    /// Returns what a move is worth if the best is done afterwards.
    fn best_after(&mut self, place: usize, one: &Move) -> f64 {
        let ways: Vec<usize> = one.ways.iter().filter_map(|way| way.to).collect();
        let later: f64 = ways.into_iter().map(|to| self.arrival(to) + self.best(to)).sum();
        self.at_once(place, one) + later
    }

    /// Returns what is still to come after arriving at a place, with the best answers that are chosen already.
    fn best(&mut self, place: usize) -> f64 {
        let mut open = vec![place];
        while let Some(&at) = open.last() {
            if self.best[at].is_some() {
                open.pop();
                continue;
            }
            let moves = self.answering(at);
            let missing: Vec<usize> = moves
                .iter()
                .flat_map(|(_, one)| one.ways.iter().filter_map(|way| way.to))
                .filter(|to| self.best[*to].is_none())
                .collect();
            if !missing.is_empty() {
                open.extend(missing);
                continue;
            }
            let sum = moves.iter().map(|(own, one)| {
                let later: f64 = one
                    .ways
                    .iter()
                    .filter_map(|way| way.to)
                    .map(|to| self.arrival(to) + self.best[to].unwrap_or(0.0))
                    .sum();
                let weights = self.weights(at);
                let gain: f64 = weights
                    .iter()
                    .enumerate()
                    .filter(|(_, weight)| **weight > 0.0)
                    .map(|(k, weight)| weight * self.story.weight[k] * one.gain[k].to_f64())
                    .sum();
                own * (gain + later)
            });
            self.best[at] = Some(sum.sum());
            open.pop();
        }
        self.best[place].unwrap_or(0.0)
    }

    /// Returns the moves that answer best at a place, each with its share; the plan's own where only whole policies can be compared.
    fn answering(&self, place: usize) -> Vec<(f64, &Move)> {
        let at = &self.story.played.places[place];
        let knowledge = at.knows.map(|knows| (knows, &self.story.played.knowledge[knows]));
        let chosen = knowledge.filter(|(_, one)| !matches!(one.deciding, Deciding::Whole(_)));
        match chosen.and_then(|(knows, _)| self.chosen[knows]) {
            Some(action) => at.moves.get(action).map(|one| (1.0, one)).into_iter().collect(),
            None => {
                let own = at.moves.iter().filter(|one| !one.own.is_zero());
                own.map(|one| (one.own.to_f64(), one)).collect()
            }
        }
    }
}

/// Returns what each action is worth where the agent sees the state: if the plan is followed, and if the best way of going on is.
pub(super) fn on_states(story: &Story<'_>, place: usize, weights: &[f64]) -> Vec<(String, Range)> {
    let at = &story.played.places[place];
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 || at.moves.len() < 2 {
        return Vec::new();
    }
    let past = |k: usize| {
        if story.is_probability() {
            story.gained[place][k]
        } else {
            0.0
        }
    };
    let worth = |one: &Move| {
        let now: f64 = (0..weights.len())
            .map(|k| weights[k] * story.weight[k] * (past(k) + one.gain[k].to_f64()))
            .sum();
        let each = one.ways.iter().map(|way| {
            let mass = |k: usize| weights[k] * story.weight[k] * way.probability[k].to_f64();
            let value =
                |worth: &[Rational]| -> f64 { (0..weights.len()).map(|k| mass(k) * worth[k].to_f64()).sum() };
            let ways = way.from.and_then(|from| story.played.continuations.get(from));
            let best = ways
                .into_iter()
                .flatten()
                .map(|worth| value(worth))
                .fold(f64::NEG_INFINITY, f64::max);
            let best = if best.is_finite() { best } else { 0.0 };
            // The plan says nothing of what would follow an action that it does not take.
            let followed = way.to.map_or(best, |to| {
                let arrival = &story.played.places[to].arrival;
                (0..weights.len())
                    .map(|k| mass(k) * (arrival[k].to_f64() + story.to_come[to][k]))
                    .sum()
            });
            (followed, best.max(followed))
        });
        let (followed, best) = each.fold((now, now), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        (followed / sum, best / sum)
    };
    at.moves
        .iter()
        .map(|one| {
            let (low, high) = worth(one);
            (one.action.clone(), story.asked_range(low, high))
        })
        .collect()
}
