//! The chain of everybody's answers, solved at once for its means and biases, however slowly it mixes.
//!
//! In a part that keeps to itself the mean is what a round trip from one of its states gains over how long it takes, and the bias is what is gained,
//! less the mean for each step, until that state is met. Elsewhere both follow from where the play comes to.

use crate::elimination::Chain;
use crate::graph::{Lists, components};
use crate::long_run::iterate::Iteration;
use crate::witness::witness;
use murphy_notation::Rational;
use murphy_problem::Problem;
use murphy_world::StateId;

/// How many operations one part may take.
const OPERATIONS_MAX: u64 = 1 << 28;

/// One row of the chain: where it leads and what it gains.
struct Row {
    leads: Vec<(StateId, f64)>,
    gain: f64,
}

/// Returns the means and biases of the chain that everybody's answers at the values make.
pub(crate) fn evaluate(
    problem: &Problem,
    quantity: &[Rational],
    iteration: &Iteration<'_>,
) -> Option<(Vec<f64>, Vec<f64>)> {
    let rows = answers(problem, quantity, iteration)?;
    let states = rows.len();
    let edges = Lists::collect(rows.iter().map(|row| row.leads.iter().map(|(to, _)| *to)));
    let (mut mean, mut bias) = (vec![0.0; states], vec![0.0; states]);
    let mut done = vec![false; states];
    for part in components(&edges, &vec![true; states]).iter() {
        part.iter().for_each(|state| done[*state as usize] = true);
        let closed = part.iter().all(|state| {
            rows[*state as usize]
                .leads
                .iter()
                .all(|(to, _)| part.contains(to))
        });
        let gain = |state: StateId| rows[state as usize].gain;
        if closed {
            let (first, rest) = part.split_first()?;
            let round = |known: &dyn Fn(StateId) -> f64| -> Option<(f64, Vec<f64>)> {
                let rest_values = solve(&rows, rest, known, &|_| 0.0)?;
                let back = rows[*first as usize].leads.iter().map(|(to, p)| {
                    rest.iter()
                        .position(|state| state == to)
                        .map_or(0.0, |index| p * rest_values[index])
                });
                Some((known(*first) + back.sum::<f64>(), rest_values))
            };
            let (gained, gains) = round(&gain)?;
            let (length, lengths) = round(&|_| 1.0)?;
            let level = gained / length;
            part.iter().for_each(|state| mean[*state as usize] = level);
            for (state, (gain, length)) in rest.iter().zip(gains.iter().zip(&lengths)) {
                bias[*state as usize] = gain - level * length;
            }
        } else {
            let means = solve(&rows, part, &|_| 0.0, &|to| mean[to as usize])?;
            part.iter()
                .zip(&means)
                .for_each(|(state, value)| mean[*state as usize] = *value);
            let left = |state: StateId| gain(state) - mean[state as usize];
            let biases = solve(&rows, part, &left, &|to| bias[to as usize])?;
            part.iter()
                .zip(&biases)
                .for_each(|(state, value)| bias[*state as usize] = *value);
        }
    }
    let finite = mean.iter().chain(&bias).all(|number| number.is_finite());
    finite.then_some((mean, bias))
}

fn answers(problem: &Problem, quantity: &[Rational], iteration: &Iteration<'_>) -> Option<Vec<Row>> {
    let model = &problem.model;
    let row = |choice: &u32| -> Option<Row> {
        let targets = model.targets(*choice);
        let there: Vec<f64> = targets.iter().map(|to| iteration.values[*to as usize]).collect();
        let chances = witness(model.set(*choice), &there, problem.nature)?;
        let leads = targets.iter().copied().zip(chances).filter(|(_, p)| *p > 0.0);
        Some(Row {
            leads: leads.collect(),
            gain: quantity[*choice as usize].to_f64(),
        })
    };
    iteration.policy.iter().map(row).collect()
}

/// Solves `x = known + P x` on a part, where `outside` is known.
fn solve(
    rows: &[Row],
    part: &[StateId],
    known: &dyn Fn(StateId) -> f64,
    outside: &dyn Fn(StateId) -> f64,
) -> Option<Vec<f64>> {
    let mut order: Vec<(StateId, u32)> = part.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let place = |state: StateId| {
        let found = order.binary_search_by_key(&state, |entry| entry.0).ok()?;
        order.get(found).map(|entry| entry.1)
    };
    let mut chain = Chain::default();
    let mut right = Vec::with_capacity(part.len());
    for state in part {
        let (mut inside, mut exit, mut sum) = (Vec::new(), 0.0, known(*state));
        for (to, p) in &rows[*state as usize].leads {
            match place(*to) {
                Some(index) => inside.push((index, *p)),
                None => {
                    exit += p;
                    sum += p * outside(*to);
                }
            }
        }
        chain.push(inside, exit);
        right.push(sum);
    }
    Some(chain.eliminate(OPERATIONS_MAX)?.solve(&right))
}
