//! Checking the bracket of a discounted problem in which the agent sees signs of the state.
//!
//! *Below*: ways of acting that go on with one another are a controller with finite memory. If every number is not above what the action pays plus,
//! discounted, the numbers that come next, then all are below what the controller pays (the operator is monotone and contracts). Where an environment's unknowns may
//! be anything in a part of their ranges, the worst of its ends counts, so that the numbers are below what it pays in every world of that part.
//!
//! *Above*: let `U(b)` interpolate between the corners and any one point, `U(b) = min over points of Σ b·corner + φ·(bound - Σ weight·corner)`, with `φ` the most of
//! the point that fits into `b`. If at every corner and point the bound is not below the best backup of `U`, then nothing is worth more than `U` anywhere: if `M` is
//! the most by which the true value, which is convex, exceeds `U` per unit of weight, then `M <= discount·M`, so that `M <= 0`.

use crate::decision::{DecisionChecked, DecisionRejection};
use murphy_notation::Rational;
use murphy_problem::decision::{Hidden, HiddenPoint, HiddenProof};
use std::collections::BTreeMap;

/// Proves both sides of a bracket.
///
/// # Errors
/// What does not hold.
pub fn check_hidden(problem: &Hidden, proof: &HiddenProof) -> Result<DecisionChecked, DecisionRejection> {
    let below = check_ways(problem, proof)?;
    let above = check_points(problem, proof)?;
    let lower = guaranteed(problem, proof)?;
    let upper = held(problem, proof)?;
    DecisionChecked {
        lower,
        upper,
        inequalities: below + above,
    }
    .holding(&proof.lower, &proof.upper)
}

fn check_ways(problem: &Hidden, proof: &HiddenProof) -> Result<u64, DecisionRejection> {
    let mut count = 0;
    for way in &proof.ways {
        let rows = problem.rows.get(way.action).ok_or(DecisionRejection::Policy)?;
        if way.next.len() != problem.sights.len() || way.worth.len() != problem.seen.len() {
            return Err(DecisionRejection::Policy);
        }
        for (row, worth) in rows.iter().zip(&way.worth) {
            for branches in std::iter::once(&row.branches).chain(&row.ends) {
                let mut then = Rational::ZERO;
                for (state, p) in branches {
                    let next = proof
                        .ways
                        .get(way.next[problem.seen[*state]])
                        .ok_or(DecisionRejection::Policy)?;
                    then += p * next.worth.get(*state).ok_or(DecisionRejection::Policy)?;
                }
                if *worth > &row.gain + &problem.discount * then {
                    return Err(DecisionRejection::Policy);
                }
                count += 1;
            }
        }
    }
    Ok(count)
}

/// What is known: weights of states, ascending.
type Weights = BTreeMap<usize, Rational>;

struct Interpolation<'a> {
    proof: &'a HiddenProof,
    /// For each point, how far its bound is under that of the corners; not above zero where it says something.
    drops: Vec<Rational>,
}

impl<'a> Interpolation<'a> {
    fn new(proof: &'a HiddenProof) -> Self {
        let drop = |point: &HiddenPoint| {
            let base: Rational = point
                .weights
                .iter()
                .map(|(state, w)| w * &proof.corners[*state])
                .sum();
            &point.bound - base
        };
        Self {
            drops: proof.points.iter().map(drop).collect(),
            proof,
        }
    }

    fn value(&self, weights: &Weights) -> Rational {
        let base: Rational = weights
            .iter()
            .map(|(state, w)| w * &self.proof.corners[*state])
            .sum();
        let mut best = Rational::ZERO;
        for (point, drop) in self.proof.points.iter().zip(&self.drops) {
            if !drop.is_negative() || point.weights.len() > weights.len() {
                continue;
            }
            let mut fits: Option<Rational> = None;
            for (state, weight) in &point.weights {
                let Some(share) = weights.get(state).and_then(|own| own.checked_div(weight)) else {
                    fits = None;
                    break;
                };
                if fits.as_ref().is_none_or(|fits| share < *fits) {
                    fits = Some(share);
                }
            }
            if let Some(fits) = fits {
                best = best.min(fits * drop);
            }
        }
        base + best
    }
}

fn check_points(problem: &Hidden, proof: &HiddenProof) -> Result<u64, DecisionRejection> {
    let states = problem.seen.len();
    let sound = |point: &HiddenPoint| {
        !point.weights.is_empty()
            && point.weights.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && point
                .weights
                .iter()
                .all(|(state, weight)| *state < states && weight.is_positive())
    };
    if proof.corners.len() != states || !proof.points.iter().all(sound) {
        return Err(DecisionRejection::Nature);
    }
    let interpolation = Interpolation::new(proof);
    let mut count = 0;
    for (state, corner) in proof.corners.iter().enumerate() {
        let weights = Weights::from([(state, Rational::ONE)]);
        if *corner < backup(problem, &interpolation, &weights) {
            return Err(DecisionRejection::Nature);
        }
        count += 1;
    }
    for point in &proof.points {
        let weights: Weights = point.weights.iter().cloned().collect();
        if point.bound < backup(problem, &interpolation, &weights) {
            return Err(DecisionRejection::Nature);
        }
        count += 1;
    }
    Ok(count)
}

/// Returns the most that any action pays at once plus, discounted, what is interpolated after each sight.
fn backup(problem: &Hidden, interpolation: &Interpolation<'_>, weights: &Weights) -> Rational {
    let mut best: Option<Rational> = None;
    for rows in &problem.rows {
        let mut worth = Rational::ZERO;
        let mut after: BTreeMap<usize, Weights> = BTreeMap::new();
        for (state, weight) in weights {
            let row = &rows[*state];
            worth += weight * &row.gain;
            for (target, p) in &row.branches {
                let known = after.entry(problem.seen[*target]).or_default();
                *known.entry(*target).or_insert(Rational::ZERO) += weight * p;
            }
        }
        let then: Rational = after.values().map(|known| interpolation.value(known)).sum();
        worth += &problem.discount * then;
        if best.as_ref().is_none_or(|best| worth > *best) {
            best = Some(worth);
        }
    }
    best.unwrap_or_default()
}

fn guaranteed(problem: &Hidden, proof: &HiddenProof) -> Result<Rational, DecisionRejection> {
    let sum: Rational = proof.mixture.iter().sum();
    let sound = proof.mixture.len() == proof.ways.len()
        && proof.mixture.iter().all(|weight| !weight.is_negative())
        && sum == Rational::ONE;
    if !sound {
        return Err(DecisionRejection::Policy);
    }
    let pays = |k: usize| {
        let (_, weight, secured) = &problem.environments[k];
        let mut mean = Rational::ZERO;
        for (way, share) in proof.ways.iter().zip(&proof.mixture) {
            if share.is_positive() {
                let start: Rational = problem.start[k]
                    .iter()
                    .map(|(state, p)| p * &way.worth[*state])
                    .sum();
                mean += share * start;
            }
        }
        weight * mean + secured
    };
    Ok(problem
        .hypotheses
        .iter()
        .map(|(prior, members)| prior * members.iter().map(|&k| pays(k)).min().unwrap_or_default())
        .sum())
}

fn held(problem: &Hidden, proof: &HiddenProof) -> Result<Rational, DecisionRejection> {
    let sound = proof.nature.len() == problem.environments.len()
        && proof.nature.iter().all(|weight| !weight.is_negative())
        && problem.hypotheses.iter().all(|(prior, members)| {
            let sum: Rational = members.iter().map(|&k| &proof.nature[k]).sum();
            sum == *prior
        });
    if !sound {
        return Err(DecisionRejection::Nature);
    }
    let mut known = Weights::new();
    let mut secured = Rational::ZERO;
    for ((share, (_, weight, b)), start) in proof.nature.iter().zip(&problem.environments).zip(&problem.start)
    {
        secured += share * b;
        for (state, p) in start {
            let mass = share * weight * p;
            if mass.is_positive() {
                *known.entry(*state).or_insert(Rational::ZERO) += mass;
            }
        }
    }
    Ok(Interpolation::new(proof).value(&known) + secured)
}
