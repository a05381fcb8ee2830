//! Finds a first vector that is strictly above the operator of a sum, where nothing is known from above yet.
//!
//! Something extra is counted on every step, so that nobody gains by going round for ever, and the operator is iterated from below. Once no
//! value moves by as much as the extra, what was iterated is strictly above the operator without the extra. Where a component mixes
//! slowly, it is tried now and then to go at once where the iteration is heading, and a little further.

use crate::bound::{Bound, NO_ROW};
use crate::game::{Game, Side};

/// How much further than the estimate a try goes.
const BEYOND: f64 = 1.25;

/// Gives the upper bound finite values on a component, if it can within so many sweeps; returns how many were made.
pub(crate) fn find_upper(
    game: &Game<'_>,
    order: &[u32],
    (lower, upper): (&Bound, &mut Bound),
    sweeps_max: u64,
) -> Option<u64> {
    let rows = order.iter().flat_map(|state| game.rows(*state));
    let extra = rows.map(|row| game.gain(row).above).fold(1.0, f64::max);
    for &state in order {
        upper.values[state as usize] = lower.values[state as usize];
    }
    let mut earlier = f64::INFINITY;
    for sweep in 1..=sweeps_max {
        let before: Option<Vec<f64>> = sweep
            .is_power_of_two()
            .then(|| order.iter().map(|state| upper.values[*state as usize]).collect());
        let (largest, total) = iterate(game, order, upper, extra);
        if !largest.is_finite() {
            break;
        }
        if largest < 0.75 * extra && holds(game, order, upper) {
            return Some(sweep);
        }
        if let Some(before) = before
            && total < earlier
        {
            let ahead = BEYOND * total / (earlier - total);
            let now: Vec<f64> = order.iter().map(|state| upper.values[*state as usize]).collect();
            for ((&state, now), before) in order.iter().zip(&now).zip(&before) {
                upper.values[state as usize] = now + (now - before) * ahead;
            }
            if holds(game, order, upper) {
                return Some(sweep);
            }
            for (&state, now) in order.iter().zip(now) {
                upper.values[state as usize] = now;
            }
        }
        earlier = total;
    }
    for &state in order {
        upper.values[state as usize] = f64::INFINITY;
        upper.row[state as usize] = NO_ROW;
    }
    None
}

/// Iterates once with the extra; returns the largest move and the sum of all.
fn iterate(game: &Game<'_>, order: &[u32], upper: &mut Bound, extra: f64) -> (f64, f64) {
    let (mut largest, mut total) = (0.0f64, 0.0);
    for &state in order {
        if let Some((worth, _)) = game.best(state, &upper.values, Side::Upper) {
            let change = worth + extra - upper.values[state as usize];
            largest = largest.max(change);
            total += change.abs();
            upper.values[state as usize] = worth + extra;
        }
    }
    (largest, total)
}

/// Says whether the values are strictly above the operator, and names the rows if they are.
fn holds(game: &Game<'_>, order: &[u32], upper: &mut Bound) -> bool {
    let mut rows = Vec::with_capacity(order.len());
    for &state in order {
        match game.best(state, &upper.values, Side::Upper) {
            Some((worth, row)) if worth < upper.values[state as usize] => rows.push(row),
            _ => return false,
        }
    }
    for (&state, row) in order.iter().zip(rows) {
        upper.row[state as usize] = row;
    }
    true
}
