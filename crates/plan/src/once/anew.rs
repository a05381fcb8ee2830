//! Problems on states in which Nature settles anew: a small matrix game at every node, from the last one backward.
//!
//! The agent draws an action, Nature settled before that what she settles at each state, and settles the rest after the action is seen. Where she settles nothing
//! before, no lots are needed.
//!
//! # Source
//! Wiesemann, Kuhn, Rustem, "Robust Markov decision processes", Mathematics of Operations Research 38, 2013 (s-rectangular sets).

use crate::once::game::solve_game;
use crate::once::law::DecisionError;
use murphy_notation::{Polynomial, Rational};
use murphy_problem::decision::{
    AgentSet, AnewPlan, Compiled, InformationSet, LawChoice, NatureSet, SequenceForm, StageLaw,
};
use std::collections::BTreeMap;

/// Fractions with more bits than this are rounded, away from what is claimed.
const BITS_MAX: usize = 192;

/// Returns an optimal plan, exact but for rounding where fractions become long.
///
/// # Errors
/// If an unknown matters with a power, or Nature has too much to choose from.
pub fn solve_anew(law: &StageLaw) -> Result<AnewPlan, DecisionError> {
    let count = law.nodes.len();
    let (mut policy, mut nature) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    let (mut lower, mut upper) = (vec![Rational::ZERO; count], vec![Rational::ZERO; count]);
    for (node, stage) in law.nodes.iter().enumerate().rev() {
        let mut arrival = stage.arrival.first().cloned().unwrap_or_default();
        let mut most = arrival.clone();
        if !stage.choices.is_empty() {
            let mut below: Vec<Vec<Rational>> = Vec::new();
            let mut above: Vec<Vec<Rational>> = Vec::new();
            for (_, settled) in law.before(stage)? {
                let row = |worth: &[Rational]| {
                    let entries = stage
                        .choices
                        .iter()
                        .map(|choice| worst(law, choice, &settled, worth));
                    entries.collect::<Result<Vec<_>, _>>()
                };
                below.push(row(&lower)?);
                above.push(row(&upper)?);
            }
            let (x, y) = equilibrium(&below)?;
            let pays = below.iter().map(|row| mean(&x, row)).min();
            arrival += pays.unwrap_or_default();
            let held = (0..x.len()).map(|action| {
                let column: Vec<Rational> = above.iter().map(|row| row[action].clone()).collect();
                mean(&y, &column)
            });
            most += held.max().unwrap_or_default();
            policy[node] = x;
            nature[node] = y;
        }
        lower[node] = rounded(arrival, Rational::floor_f64);
        upper[node] = rounded(most, Rational::ceil_f64);
    }
    let total = |worth: &[Rational]| {
        let one = law.hypotheses.first()?;
        Some(&one.prior * (&one.weight * worth.first()? + &one.secured))
    };
    let (low, high) = total(&lower).zip(total(&upper)).ok_or(DecisionError::Unsolved)?;
    Ok(AnewPlan {
        policy,
        nature,
        lower: low,
        upper: high,
    })
}

fn rounded(value: Rational, round: impl Fn(&Rational) -> f64) -> Rational {
    if value.bit_length() <= BITS_MAX {
        return value;
    }
    Rational::from_f64(round(&value)).unwrap_or(value)
}

/// Returns what a choice is worth where something was settled before it, and Nature settles the rest as badly as she can.
fn worst(
    law: &StageLaw,
    choice: &LawChoice,
    settled: &BTreeMap<usize, Rational>,
    worth: &[Rational],
) -> Result<Rational, DecisionError> {
    let mut least: Option<Rational> = None;
    for (_, mut values) in law.after(choice)? {
        values.extend(settled.clone());
        let value = |symbol: usize| values.get(&symbol).cloned().map(Polynomial::from);
        let mut then = Rational::ZERO;
        for (to, probability) in &choice.branches {
            let p = probability.first().map(|p| p.substituted(value).as_constant());
            then += p.flatten().unwrap_or_default() * &worth[*to];
        }
        if least.as_ref().is_none_or(|least| then < *least) {
            least = Some(then);
        }
    }
    let gain = choice.gain.first().cloned().unwrap_or_default();
    Ok(gain + least.unwrap_or_default())
}

fn mean(weights: &[Rational], values: &[Rational]) -> Rational {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

/// Returns optimal mixtures of columns and of rows, where the columns are to be made large.
fn equilibrium(rows: &[Vec<Rational>]) -> Result<(Vec<Rational>, Vec<Rational>), DecisionError> {
    let columns = rows.first().map_or(0, Vec::len);
    let sure = |chosen: usize, count: usize| -> Vec<Rational> {
        let one = |at| {
            if at == chosen {
                Rational::ONE
            } else {
                Rational::ZERO
            }
        };
        (0..count).map(one).collect()
    };
    if let [only] = rows {
        let best = (0..columns).reduce(|a, b| if only[b] > only[a] { b } else { a });
        return Ok((sure(best.unwrap_or(0), columns), vec![Rational::ONE]));
    }
    if columns == 1 {
        let worst = (0..rows.len()).reduce(|a, b| if rows[b][0] < rows[a][0] { b } else { a });
        return Ok((vec![Rational::ONE], sure(worst.unwrap_or(0), rows.len())));
    }
    let mut payoff = vec![BTreeMap::new()];
    payoff.extend(
        rows.iter()
            .map(|row| (1..).zip(row.iter().cloned()).collect::<BTreeMap<_, _>>()),
    );
    let form = SequenceForm {
        agent: vec![AgentSet {
            after: 0,
            first: 1,
            actions: columns,
            only: None,
        }],
        nature: vec![NatureSet {
            name: String::new(),
            after: 0,
            first: 1,
            choices: vec![String::new(); rows.len()],
        }],
        payoff,
    };
    let sets = vec![InformationSet {
        name: String::new(),
        actions: vec![String::new(); columns],
        after: None,
        histories: vec![0],
    }];
    let game = solve_game(&Compiled { form, sets })?;
    Ok((
        game.policy.at(0).to_vec(),
        game.nature.into_iter().skip(1).collect(),
    ))
}
