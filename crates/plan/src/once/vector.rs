//! Vector-valued dynamic programming: what can be had from a state is a set of vectors, one number an environment, and only those on its upper hull matter.
//!
//! Going backward, every choice adds its gains to every combination of points of where it leads, weighted in each environment by that
//! environment's probabilities. At the start the best mixture of points is a small matrix game. No histories are listed: the policy
//! remembers which point it is after.
//!
//! # Source
//! `W_t(s) = conv ∪_a { r(s,a) + Σ P(s'|s,a)∘w(s') : w(s') ∈ W_{t+1}(s') }`; multi-objective planning in which each objective has a kernel of its own.

use crate::once::game::solve_game;
use crate::once::law::DecisionError;
use murphy_credal::simplex::minimise;
use murphy_credal::{Constraint, Relation};
use murphy_notation::Rational;
use murphy_problem::decision::{
    AgentSet, Compiled, InformationSet, NatureSet, Point, SequenceForm, StagePlan, Stages,
};
use std::collections::{BTreeMap, BTreeSet};

/// The most points that a state may have before pruning.
const POINTS_MAX: usize = 20_000;

/// The most columns, over all nodes, of the linear programs that hold each point of a node against mixtures of the others.
const COLUMNS_MAX: usize = 60_000;

/// Returns an optimal plan of a decision problem on states.
///
/// # Errors
/// If a state has too many points.
pub fn solve_stages(stages: &Stages) -> Result<StagePlan, DecisionError> {
    let mut points: Vec<Vec<Point>> = vec![Vec::new(); stages.nodes.len()];
    let mut columns = 0;
    for node in (0..stages.nodes.len()).rev() {
        let found = reachable(stages, node, &points)?;
        points[node] = hull(found, &mut columns)?;
    }
    let first = points.first().ok_or(DecisionError::Unsolved)?;
    let Equilibrium {
        mixture,
        nature,
        lower,
        upper,
    } = equilibrium(stages, first)?;
    Ok(StagePlan {
        points,
        mixture,
        nature,
        grid: None,
        lower,
        upper,
    })
}

/// What picking a point at the start is worth against Nature's pick of an environment.
pub(crate) struct Equilibrium {
    pub(crate) mixture: Vec<Rational>,
    pub(crate) nature: Vec<Rational>,
    pub(crate) lower: Rational,
    pub(crate) upper: Rational,
}

/// Solves the game of points at the start against environments.
pub(crate) fn equilibrium(stages: &Stages, first: &[Point]) -> Result<Equilibrium, DecisionError> {
    let game = solve_game(&matrix(stages, first))?;
    let mut nature = vec![Rational::ZERO; stages.environments.len()];
    let mut weights = game.nature.iter().skip(1);
    for (prior, members) in &stages.hypotheses {
        for &k in members {
            nature[k] = weights.next().map(|weight| weight * prior).unwrap_or_default();
        }
    }
    Ok(Equilibrium {
        mixture: game.policy.at(0).to_vec(),
        nature,
        lower: game.lower,
        upper: game.upper,
    })
}

/// Returns every point of a node that a choice and points of where it leads come to, each value once.
fn reachable(stages: &Stages, node: usize, points: &[Vec<Point>]) -> Result<Vec<Point>, DecisionError> {
    let stage = &stages.nodes[node];
    if stage.choices.is_empty() {
        return Ok(vec![Point {
            value: stage.arrival.clone(),
            choice: 0,
            next: Vec::new(),
        }]);
    }
    let mut found: BTreeMap<Vec<Rational>, Point> = BTreeMap::new();
    for (index, choice) in stage.choices.iter().enumerate() {
        let begun: Vec<Rational> = choice
            .gain
            .iter()
            .zip(&stage.arrival)
            .map(|(a, b)| a + b)
            .collect();
        let mut sums: Vec<(Vec<Rational>, Vec<usize>)> = vec![(begun, Vec::new())];
        for (to, probability) in &choice.branches {
            let mut longer: BTreeMap<Vec<Rational>, Vec<usize>> = BTreeMap::new();
            if sums.len().saturating_mul(points[*to].len()) > POINTS_MAX {
                return Err(DecisionError::TooLarge {
                    rows: sums.len(),
                    columns: points[*to].len(),
                });
            }
            for (sum, next) in &sums {
                for (at, point) in points[*to].iter().enumerate() {
                    let value = sum.iter().zip(probability).zip(&point.value);
                    let value: Vec<Rational> = value.map(|((sum, p), w)| sum + p * w).collect();
                    longer.entry(value).or_insert_with(|| {
                        let mut next = next.clone();
                        next.push(at);
                        next
                    });
                }
            }
            sums = undominated(longer.into_iter().collect());
        }
        for (value, next) in sums {
            found.entry(value.clone()).or_insert(Point {
                value,
                choice: index,
                next,
            });
        }
    }
    Ok(found.into_values().collect())
}

/// Drops what another one is at least as good as in every environment.
fn undominated(mut sums: Vec<(Vec<Rational>, Vec<usize>)>) -> Vec<(Vec<Rational>, Vec<usize>)> {
    let beaten = |value: &[Rational], other: &[Rational]| {
        value != other && value.iter().zip(other).all(|(a, b)| a <= b)
    };
    let values: Vec<Vec<Rational>> = sums.iter().map(|(value, _)| value.clone()).collect();
    sums.retain(|(value, _)| !values.iter().any(|other| beaten(value, other)));
    sums
}

/// Keeps the points that no mixture of others is at least as good as in every environment.
fn hull(points: Vec<Point>, columns: &mut usize) -> Result<Vec<Point>, DecisionError> {
    let mut kept: BTreeSet<usize> = (0..points.len()).collect();
    let beaten = |a: &[Rational], b: &[Rational]| a != b && a.iter().zip(b).all(|(a, b)| a <= b);
    for at in 0..points.len() {
        if kept
            .iter()
            .any(|other| beaten(&points[at].value, &points[*other].value))
        {
            kept.remove(&at);
        }
    }
    *columns += kept.len() * kept.len();
    if *columns > COLUMNS_MAX {
        return Err(DecisionError::TooLarge {
            rows: kept.len(),
            columns: points.first().map_or(0, |point| point.value.len()),
        });
    }
    for at in 0..points.len() {
        if !kept.contains(&at) || kept.len() < 3 {
            continue;
        }
        let others: Vec<&Point> = kept
            .iter()
            .filter(|other| **other != at)
            .map(|other| &points[*other])
            .collect();
        if mixed(&points[at].value, &others)? {
            kept.remove(&at);
        }
    }
    Ok(points
        .into_iter()
        .enumerate()
        .filter(|(at, _)| kept.contains(at))
        .map(|(_, point)| point)
        .collect())
}

/// Says whether a mixture of points is at least as good as a value in every environment.
fn mixed(value: &[Rational], points: &[&Point]) -> Result<bool, DecisionError> {
    // maximise t subject to Σ m·w_e - t >= value_e, Σ m = 1; t is not below the least difference.
    let low = points
        .iter()
        .flat_map(|point| point.value.iter().zip(value).map(|(w, v)| w - v))
        .min()
        .unwrap_or_default();
    let mut costs = vec![Rational::ZERO; points.len()];
    costs.push(-Rational::ONE);
    let mut constraints: Vec<Constraint> = value
        .iter()
        .enumerate()
        .map(|(e, v)| {
            let mut coefficients: Vec<Rational> = points.iter().map(|point| point.value[e].clone()).collect();
            coefficients.push(-Rational::ONE);
            Constraint {
                coefficients,
                relation: Relation::AtLeast,
                bound: v + &low,
            }
        })
        .collect();
    let mut coefficients = vec![Rational::ONE; points.len()];
    coefficients.push(Rational::ZERO);
    constraints.push(Constraint {
        coefficients,
        relation: Relation::Equal,
        bound: Rational::ONE,
    });
    let optimum = minimise(&costs, &constraints).map_err(|_| DecisionError::Unsolved)?;
    Ok(!(low - optimum.value).is_negative())
}

/// Returns the game of picking a point at the start against Nature's pick of an environment.
fn matrix(stages: &Stages, first: &[Point]) -> Compiled {
    let mut form = SequenceForm {
        agent: vec![AgentSet {
            after: 0,
            first: 1,
            actions: first.len(),
            only: None,
        }],
        nature: Vec::new(),
        payoff: vec![BTreeMap::new()],
    };
    for (prior, members) in &stages.hypotheses {
        form.nature.push(NatureSet {
            name: String::new(),
            after: 0,
            first: form.payoff.len(),
            choices: members
                .iter()
                .map(|&k| stages.environments[k].0.clone())
                .collect(),
        });
        for &k in members {
            let (_, weight, secured) = &stages.environments[k];
            let pays = |point: &Point| prior * (weight * &point.value[k] + secured);
            form.payoff.push(
                first
                    .iter()
                    .enumerate()
                    .map(|(at, point)| (at + 1, pays(point)))
                    .collect(),
            );
        }
    }
    let actions = (0..first.len()).map(|at| at.to_string()).collect();
    Compiled {
        form,
        sets: vec![InformationSet {
            name: "the start".to_owned(),
            actions,
            after: None,
            histories: vec![0],
        }],
    }
}
