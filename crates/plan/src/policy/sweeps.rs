//! Value iteration over the open part of a problem: from below where the least fixed point is wanted, until nothing moves.

use crate::policy::iteration::{Answers, answer_elsewhere, worth};
use crate::policy::progress::answers_at;
use crate::policy::table::Table;
use crate::witness::witness;
use murphy_problem::Direction;

/// Values that move by less than this part of the largest have settled.
const SETTLED: f64 = 1e-15;
/// By how much answers may seem worse than the best and still be taken, if they move on.
const TOLERANCE: f64 = 1e-9;

/// Returns answers at the values that sweeps settle on.
pub(crate) fn answers(table: &Table<'_>, sweeps_max: u64) -> Option<Answers> {
    let mut values = table.values.clone();
    for _ in 0..sweeps_max {
        let mut largest = 0.0f64;
        let mut size = f64::MIN_POSITIVE;
        for at in 0..table.rows.len() {
            let Some(next) = best(table, at, &values) else {
                continue;
            };
            largest = largest.max((next - values[at]).abs());
            size = size.max(next.abs());
            values[at] = next;
        }
        if !largest.is_finite() {
            return None;
        }
        if largest <= SETTLED * size {
            break;
        }
    }
    let mut answers = answers_at(table, values, TOLERANCE)?;
    answer_elsewhere(table, &mut answers)?;
    Some(answers)
}

/// Returns what the agent's best row of an open state comes to.
fn best(table: &Table<'_>, at: usize, values: &[f64]) -> Option<f64> {
    let worths = table.rows[at].iter().filter_map(|row| {
        let pick = witness(&row.set, &row.gather(values), table.problem.nature)?;
        Some(worth(table, row, &pick, values))
    });
    worths.reduce(match table.problem.agent {
        Direction::Maximize => f64::max,
        Direction::Minimize => f64::min,
    })
}
