//! One side of the bracket of every state, improved sweep by sweep and valid at every moment.

use crate::game::{Game, Side};
use rayon::prelude::*;

/// No row has been chosen.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// Components of at least this many states are swept in blocks.
const PARALLEL_MIN: usize = 1 << 15;
/// Into how many; never as many as there are threads, so that the result does not depend on them.
const BLOCKS: usize = 8;

/// A vector of values that only ever moves towards the true ones, with the row that justified the last move of each state.
///
/// The invariant: at every undecided state that has moved, the exact operator, following `row` where the agent's guarantee is on this side, is
/// at least (for [`Side::Lower`]; for the upper side at most) the value; strictly so if `strict`. It survives every later move of
/// other states, because the operator is monotone and all moves go the same way.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) side: Side,
    pub(crate) strict: bool,
    pub(crate) values: Vec<f64>,
    pub(crate) row: Vec<u32>,
}

impl Bound {
    /// Returns the bound that starts from these values.
    pub(crate) fn new(side: Side, strict: bool, values: Vec<f64>) -> Self {
        let row = vec![NO_ROW; values.len()];
        Self {
            side,
            strict,
            values,
            row,
        }
    }

    /// Says whether `worth` is closer to the true value than `incumbent`, for a number on this side of it.
    pub(crate) fn tighter(side: Side, worth: f64, incumbent: f64) -> bool {
        match side {
            Side::Lower => worth > incumbent,
            Side::Upper => worth < incumbent,
        }
    }

    /// Returns the value that a state may take if its rows are worth `worth`.
    fn admissible(side: Side, strict: bool, worth: f64) -> f64 {
        match (side, strict) {
            (_, false) => worth,
            (Side::Lower, true) => worth.next_down(),
            (Side::Upper, true) => worth.next_up(),
        }
    }

    /// Moves one state if it can be, and returns by how much.
    pub(crate) fn improve(&mut self, game: &Game<'_>, state: u32) -> f64 {
        let Some((value, row)) = improved(self, game, state, &self.values) else {
            return 0.0;
        };
        let at = state as usize;
        let change = (value - self.values[at]).abs();
        self.values[at] = value;
        self.row[at] = row;
        change
    }

    /// Moves the states once each, in order, and returns the largest move.
    ///
    /// Every state sees the moves before it. A large component is cut into a fixed number of blocks; a block sees its own moves and the
    /// other blocks as they were before the sweep.
    pub(crate) fn sweep(&mut self, game: &Game<'_>, order: &[u32]) -> f64 {
        if order.len() < PARALLEL_MIN {
            return order
                .iter()
                .map(|state| self.improve(game, *state))
                .fold(0.0, f64::max);
        }
        let bound = &*self;
        let moves: Vec<Vec<(u32, f64, u32)>> = order
            .par_chunks(order.len().div_ceil(BLOCKS))
            .map(|block| {
                let mut values = bound.values.clone();
                let mut moves = Vec::new();
                for &state in block {
                    if let Some((value, row)) = improved(bound, game, state, &values) {
                        values[state as usize] = value;
                        moves.push((state, value, row));
                    }
                }
                moves
            })
            .collect();
        let mut largest = 0.0f64;
        for (state, value, row) in moves.into_iter().flatten() {
            largest = largest.max((value - self.values[state as usize]).abs());
            self.values[state as usize] = value;
            self.row[state as usize] = row;
        }
        largest
    }
}

/// Returns the better value of a state and the row behind it, if there is one.
fn improved(bound: &Bound, game: &Game<'_>, state: u32, values: &[f64]) -> Option<(f64, u32)> {
    let (worth, row) = game.best(state, values, bound.side)?;
    let value = Bound::admissible(bound.side, bound.strict, worth);
    Bound::tighter(bound.side, value, values[state as usize]).then_some((value, row))
}
