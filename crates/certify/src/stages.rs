//! Checking a plan on states against a Nature that settles once: every vector is at least what it says, and Nature's mixture holds every plan to the bound.
//!
//! *Below*: each point's value is its gains plus what the points that it goes on with are worth, environment by environment; the start's mixture
//! of points is then worth the least that any environment of each hypothesis pays. *Above*: one backward induction against Nature's mixture, on
//! nodes with the weights that the environments still have there; a node that is come to with the same weights, up to a factor, is worth the same. Where those
//! are too many, weights are mixtures of the nearest on a grid instead: what can be had is convex in the weights, so that the mixture of bounds is a bound.

use crate::decision::{DecisionChecked, DecisionRejection, Space, boxed, check_settlements};
use murphy_notation::Rational;
use murphy_problem::decision::{StageLaw, StagePlan, StageProof, Stages};
use std::collections::BTreeMap;

/// The most pairs of a node and weights that are tried.
const PAIRS_MAX: usize = 400_000;

/// Proves both sides of a plan on states.
///
/// # Errors
/// What does not hold; [`DecisionRejection::Uncovered`] if there are too many weights to try.
pub fn check_stages(stages: &Stages, plan: &StagePlan) -> Result<DecisionChecked, DecisionRejection> {
    let points = check_points(stages, plan)?;
    let lower = guaranteed(stages, plan)?;
    let (upper, pairs) = held(stages, &plan.nature, plan.grid)?;
    as_claimed(plan, lower, upper, points + pairs)
}

/// Proves both sides of a plan on states for a law whose unknowns are settled once.
///
/// # Errors
/// As [`check_stages`], or if boxes do not cover what the unknowns may be.
pub fn check_on_states(law: &StageLaw, proof: &StageProof) -> Result<DecisionChecked, DecisionRejection> {
    if law.is_anew() {
        return Err(DecisionRejection::Kind);
    }
    let spaces: Vec<Space<'_>> = law
        .hypotheses
        .iter()
        .map(|one| Space {
            prior: &one.prior,
            unknowns: &one.unknowns,
        })
        .collect();
    if law.repeated.is_none() {
        // The worst is at the ends of ranges, all of which are environments.
        return if proof.settlements == law.ends()? {
            check_stages(&law.among(&proof.settlements)?, &proof.plan)
        } else {
            Err(DecisionRejection::Nature)
        };
    }
    check_settlements(&spaces, &proof.settlements)?;
    let plan = &proof.plan;
    let sum: Rational = plan.mixture.iter().sum();
    if plan.mixture.iter().any(Rational::is_negative) || sum != Rational::ONE {
        return Err(DecisionRejection::Policy);
    }
    let pays = law.pays(plan)?;
    let (lower, boxes) = boxed(&spaces, law.has_prior, (&pays, &proof.boxes))?;
    let (upper, pairs) = held(&law.among(&proof.settlements)?, &plan.nature, plan.grid)?;
    as_claimed(plan, lower, upper, boxes + pairs)
}

fn as_claimed(
    plan: &StagePlan,
    lower: Rational,
    upper: Rational,
    inequalities: u64,
) -> Result<DecisionChecked, DecisionRejection> {
    DecisionChecked {
        lower,
        upper,
        inequalities,
    }
    .holding(&plan.lower, &plan.upper)
}

fn check_points(stages: &Stages, plan: &StagePlan) -> Result<u64, DecisionRejection> {
    if plan.points.len() != stages.nodes.len() {
        return Err(DecisionRejection::Policy);
    }
    let mut count = 0;
    for (stage, points) in stages.nodes.iter().zip(&plan.points) {
        for point in points {
            count += 1;
            let mut value = stage.arrival.clone();
            if let Some(choice) = stage.choices.get(point.choice) {
                if choice.branches.len() != point.next.len() {
                    return Err(DecisionRejection::Policy);
                }
                for (sum, gain) in value.iter_mut().zip(&choice.gain) {
                    *sum += gain;
                }
                for ((to, probability), next) in choice.branches.iter().zip(&point.next) {
                    let then = plan.points[*to].get(*next).ok_or(DecisionRejection::Policy)?;
                    for ((sum, p), w) in value.iter_mut().zip(probability).zip(&then.value) {
                        *sum += p * w;
                    }
                }
            } else if !stage.choices.is_empty() {
                return Err(DecisionRejection::Policy);
            }
            // A value that is too small makes what it is a part of smaller, for probabilities are not negative.
            if point.value.len() != value.len() || point.value.iter().zip(&value).any(|(a, b)| a > b) {
                return Err(DecisionRejection::Policy);
            }
        }
    }
    Ok(count)
}

fn guaranteed(stages: &Stages, plan: &StagePlan) -> Result<Rational, DecisionRejection> {
    let first = plan.points.first().ok_or(DecisionRejection::Policy)?;
    let sum: Rational = plan.mixture.iter().sum();
    let sound = plan.mixture.len() == first.len()
        && plan.mixture.iter().all(|weight| !weight.is_negative())
        && sum == Rational::ONE;
    if !sound {
        return Err(DecisionRejection::Policy);
    }
    let pays = |k: usize| {
        let (_, weight, secured) = &stages.environments[k];
        let mean: Rational = plan
            .mixture
            .iter()
            .zip(first)
            .map(|(m, point)| m * &point.value[k])
            .sum();
        weight * mean + secured
    };
    Ok(stages
        .hypotheses
        .iter()
        .map(|(prior, members)| prior * members.iter().map(|&k| pays(k)).min().unwrap_or_default())
        .sum())
}

/// A node with the weights of the environments there, scaled to sum to one.
type Pair = (usize, Vec<Rational>);

/// Returns what no plan exceeds against a mixture of environments.
fn held(
    stages: &Stages,
    nature: &[Rational],
    grid: Option<u32>,
) -> Result<(Rational, u64), DecisionRejection> {
    let sound = grid != Some(0)
        && nature.len() == stages.environments.len()
        && nature.iter().all(|weight| !weight.is_negative())
        && stages.hypotheses.iter().all(|(prior, members)| {
            let sum: Rational = members.iter().map(|&k| &nature[k]).sum();
            sum == *prior
        });
    if !sound {
        return Err(DecisionRejection::Nature);
    }
    let secured: Rational = nature
        .iter()
        .zip(&stages.environments)
        .map(|(w, (_, _, b))| w * b)
        .sum();
    let weights: Vec<Rational> = nature
        .iter()
        .zip(&stages.environments)
        .map(|(w, (_, weight, _))| w * weight)
        .collect();
    let Some((total, scaled)) = scaled(weights) else {
        return Ok((secured, 0));
    };
    let start = Weighed { grid }.mixture(scaled);
    // Forward: every pair that can be come to. Nodes lead to later ones, so that going through them in order meets all.
    let mut pairs: Vec<BTreeMap<Vec<Rational>, Rational>> = vec![BTreeMap::new(); stages.nodes.len()];
    pairs[0].extend(start.iter().map(|(weights, _)| (weights.clone(), Rational::ZERO)));
    let mut count = start.len();
    let weighed = Weighed { grid };
    for node in 0..stages.nodes.len() {
        let here: Vec<Vec<Rational>> = pairs[node].keys().cloned().collect();
        for weights in here {
            for choice in &stages.nodes[node].choices {
                for (to, probability) in &choice.branches {
                    let Some((_, next)) = after(&weights, probability) else {
                        continue;
                    };
                    for (next, _) in weighed.mixture(next) {
                        count += usize::from(pairs[*to].insert(next, Rational::ZERO).is_none());
                    }
                }
            }
        }
        if count > PAIRS_MAX {
            return Err(DecisionRejection::Uncovered);
        }
    }
    // Backward: the best choice at each pair.
    for node in (0..stages.nodes.len()).rev() {
        let here: Vec<Vec<Rational>> = pairs[node].keys().cloned().collect();
        for weights in here {
            let worth = weighed.best(stages, (node, weights.clone()), &pairs);
            pairs[node].insert(weights, worth);
        }
    }
    let worth: Rational = start
        .iter()
        .filter_map(|(weights, share)| Some(share * pairs[0].get(weights)?))
        .sum();
    Ok((total * worth + secured, count as u64))
}

/// How weights are looked at: as they are, or as mixtures of those on a grid.
struct Weighed {
    grid: Option<u32>,
}

impl Weighed {
    /// Returns weights that sum to one as a mixture of weights that are looked at, with the shares.
    ///
    /// # Source
    /// Lovejoy, "Computationally feasible bounds for partially observed Markov decision processes", Operations Research 39, 1991.
    fn mixture(&self, weights: Vec<Rational>) -> Vec<(Vec<Rational>, Rational)> {
        let Some(grid) = self.grid else {
            return vec![(weights, Rational::ONE)];
        };
        let parts = Rational::from(i64::from(grid));
        let mut tails = vec![Rational::ZERO; weights.len()];
        let mut sum = Rational::ZERO;
        for (tail, weight) in tails.iter_mut().zip(&weights).rev() {
            sum += weight * &parts;
            *tail = sum.clone();
        }
        let mut corner: Vec<Rational> = tails.iter().map(Rational::floor).collect();
        let over: Vec<Rational> = tails.iter().zip(&corner).map(|(x, low)| x - low).collect();
        let mut order: Vec<usize> = (0..over.len()).collect();
        order.sort_by(|a, b| over[*b].cmp(&over[*a]));
        let mut before = Rational::ONE;
        let mut mixture = Vec::new();
        for step in 0..=order.len() {
            let next = order.get(step).map_or(Rational::ZERO, |at| over[*at].clone());
            let share = before - &next;
            if share.is_positive() {
                let tail = corner.iter().skip(1).chain([&Rational::ZERO]);
                let own = corner.iter().zip(tail).map(|(a, b)| (a - b) / &parts);
                mixture.push((own.collect(), share));
            }
            if let Some(at) = order.get(step) {
                corner[*at] += Rational::ONE;
            }
            before = next;
        }
        mixture
    }

    fn best(
        &self,
        stages: &Stages,
        (node, weights): Pair,
        pairs: &[BTreeMap<Vec<Rational>, Rational>],
    ) -> Rational {
        let stage = &stages.nodes[node];
        let mean = |values: &[Rational]| -> Rational { weights.iter().zip(values).map(|(w, v)| w * v).sum() };
        let choices = stage.choices.iter().map(|choice| {
            let mut worth = mean(&choice.gain);
            for (to, probability) in &choice.branches {
                if let Some((mass, next)) = after(&weights, probability) {
                    let then: Rational = self
                        .mixture(next)
                        .iter()
                        .filter_map(|(next, share)| Some(share * pairs[*to].get(next)?))
                        .sum();
                    worth += mass * then;
                }
            }
            worth
        });
        let worth = mean(&stage.arrival) + choices.max().unwrap_or_default();
        // On a grid numbers would grow with every step; a bound that is rounded up is a bound.
        match self.grid {
            Some(_) => Rational::from_f64(worth.ceil_f64()).unwrap_or(worth),
            None => worth,
        }
    }
}

fn after(weights: &[Rational], probability: &[Rational]) -> Option<(Rational, Vec<Rational>)> {
    scaled(weights.iter().zip(probability).map(|(w, p)| w * p).collect())
}

/// Returns the sum of weights and the weights divided by it; none if it is zero.
fn scaled(weights: Vec<Rational>) -> Option<(Rational, Vec<Rational>)> {
    let total: Rational = weights.iter().sum();
    let scaled: Option<Vec<Rational>> = weights.iter().map(|w| w.checked_div(&total)).collect();
    if total.is_positive() {
        Some((total, scaled?))
    } else {
        None
    }
}
