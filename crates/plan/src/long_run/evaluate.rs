//! The chain of everybody's answers, solved at once for its means and biases, however slowly it mixes.
//!
//! In a part that keeps to itself the mean is what a round trip from one of its states gains over how long it takes, and the bias is what is gained,
//! less the mean for each step, until that state is met. Elsewhere both follow from where the play comes to.

use crate::links::{Link, parts, solve_part};
use crate::long_run::iterate::Iteration;
use crate::witness::witness;
use murphy_notation::Rational;
use murphy_problem::Problem;
use murphy_world::StateId;
use std::collections::BTreeMap;

/// Returns the means and biases of the chain that everybody's answers at the values make.
pub(crate) fn evaluate(
    problem: &Problem,
    quantity: &[Rational],
    iteration: &Iteration<'_>,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let rows = answers(problem, quantity, iteration)?;
    let states = rows.len();
    let (mut mean, mut bias) = (vec![0.0; states], vec![0.0; states]);
    let found = parts(&rows, &vec![true; states]);
    let mut part_of = vec![u32::MAX; states];
    for (index, part) in (0u32..).zip(found.iter()) {
        part.iter().for_each(|state| part_of[*state as usize] = index);
    }
    for (index, part) in (0u32..).zip(found.iter()) {
        let leads = part.iter().flat_map(|state| &rows[*state as usize].leads);
        let closed = leads.map(|(to, _)| part_of[*to as usize]).all(|to| to == index);
        let gain = |state: StateId| rows[state as usize].gain;
        if closed {
            let (first, rest) = part.split_first()?;
            let (gained, gains) = round(&rows, (*first, rest), &gain)?;
            let (length, lengths) = round(&rows, (*first, rest), &|_| 1.0)?;
            let level = gained / length;
            part.iter().for_each(|state| mean[*state as usize] = level);
            for (state, (gain, length)) in rest.iter().zip(gains.iter().zip(&lengths)) {
                bias[*state as usize] = gain - level * length;
            }
        } else {
            let means = solve_part(&rows, part, 1.0, (&|_| 0.0, &|to| mean[to as usize]))?;
            part.iter()
                .zip(&means)
                .for_each(|(state, value)| mean[*state as usize] = *value);
            let left = |state: StateId| gain(state) - mean[state as usize];
            let biases = solve_part(&rows, part, 1.0, (&left, &|to| bias[to as usize]))?;
            part.iter()
                .zip(&biases)
                .for_each(|(state, value)| bias[*state as usize] = *value);
        }
    }
    let finite = mean.iter().chain(&bias).all(|number| number.is_finite());
    finite.then_some((mean, bias))
}

/// Returns what a round trip from the first state of a closed part adds up, and what is added from each other state until that one is met.
fn round(
    rows: &[Link],
    (first, rest): (StateId, &[StateId]),
    known: &dyn Fn(StateId) -> f64,
) -> Option<(f64, Vec<f64>)> {
    let until = solve_part(rows, rest, 1.0, (known, &|_| 0.0))?;
    let values: BTreeMap<StateId, f64> = rest.iter().copied().zip(until.iter().copied()).collect();
    let back = rows[first as usize]
        .leads
        .iter()
        .map(|(to, p)| p * values.get(to).copied().unwrap_or(0.0));
    Some((known(first) + back.sum::<f64>(), until))
}

fn answers(problem: &Problem, quantity: &[Rational], iteration: &Iteration<'_>) -> Option<Vec<Link>> {
    let model = &problem.model;
    let row = |choice: &u32| -> Option<Link> {
        let targets = model.targets(*choice);
        let there: Vec<f64> = targets.iter().map(|to| iteration.values[*to as usize]).collect();
        let chances = witness(&model.set(*choice), &there, problem.nature)?;
        let leads = targets.iter().copied().zip(chances).filter(|(_, p)| *p > 0.0);
        Some(Link {
            leads: leads.collect(),
            gain: quantity[*choice as usize].to_f64(),
        })
    };
    iteration.policy.iter().map(row).collect()
}
