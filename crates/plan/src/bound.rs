//! One side of the bracket of every state, improved sweep by sweep and valid at every moment.

use crate::game::{Game, Side};
use murphy_problem::Direction;
use rayon::prelude::*;

/// No row has been chosen.
pub(crate) const NO_ROW: u32 = u32::MAX;

/// Components of at least this many states are swept in blocks.
const PARALLEL_MIN: usize = 1 << 16;
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
    /// What each row was worth when last asked. The worth moves one way, which spares asking rows that cannot be the agent's best. Empty before the first
    /// sweep, and on the side that the agent's policy guarantees, where only the row it follows is asked, or all.
    asked: Vec<f64>,
}

/// How many rows of a state a sweep asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// All that may matter.
    Full,
    /// On the side that the agent guarantees, only the row it follows: less to do, and no less valid.
    Follow,
}

/// A move of one state, and the worth of the rows that were asked for it.
struct Look {
    value: f64,
    row: u32,
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
            asked: Vec::new(),
        }
    }

    /// Makes room for what the rows of a game are worth, once it is needed.
    fn prepare(&mut self, game: &Game<'_>) {
        if self.guaranteed(game) || !self.asked.is_empty() {
            return;
        }
        let unknown = match game.agent {
            Direction::Maximize => f64::INFINITY,
            Direction::Minimize => f64::NEG_INFINITY,
        };
        self.asked = vec![unknown; game.row_count()];
    }

    /// Says whether `worth` is closer to the true value than `incumbent`, for a number on this side of it.
    pub(crate) fn tighter(side: Side, worth: f64, incumbent: f64) -> bool {
        match side {
            Side::Lower => worth > incumbent,
            Side::Upper => worth < incumbent,
        }
    }

    /// Returns the value that a state may take if its rows are worth `worth`.
    pub(crate) fn admissible(&self, worth: f64) -> f64 {
        admissible(self.side, self.strict, worth)
    }

    /// Says whether this is the side that the agent's policy guarantees.
    pub(crate) fn guaranteed(&self, game: &Game<'_>) -> bool {
        (game.agent == Direction::Maximize) == (self.side == Side::Lower)
    }

    /// Moves one state if it can be, and returns by how much.
    fn improve(&mut self, game: &Game<'_>, state: u32, care: Care) -> f64 {
        let guaranteed = self.guaranteed(game);
        let Self {
            side,
            strict,
            values,
            row,
            asked,
        } = self;
        let view = View {
            side: *side,
            strict: *strict,
            guaranteed,
            values,
            row,
        };
        let look = view.look(game, (state, care), |row, worth| match worth {
            Some(worth) => std::mem::replace(&mut asked[row as usize], worth),
            None => asked[row as usize],
        });
        let Some(look) = look else {
            return 0.0;
        };
        let at = state as usize;
        let change = (look.value - values[at]).abs();
        values[at] = look.value;
        row[at] = look.row;
        change
    }

    /// Moves the states once each, in order, and returns the largest move.
    ///
    /// Every state sees the moves before it. A large component is cut into a fixed number of blocks; a block sees its own moves and the
    /// other blocks as they were before the sweep.
    pub(crate) fn sweep(&mut self, game: &Game<'_>, order: &[u32], care: Care) -> f64 {
        self.prepare(game);
        if order.len() < PARALLEL_MIN {
            let moves = order.iter().enumerate().map(|(index, state)| {
                game.bring(order, index);
                self.improve(game, *state, care)
            });
            return moves.fold(0.0, f64::max);
        }
        let bound = &*self;
        let guaranteed = self.guaranteed(game);
        let blocks: Vec<(Vec<(u32, Look)>, Vec<(u32, f64)>)> = order
            .par_chunks(order.len().div_ceil(BLOCKS))
            .map(|block| {
                let mut values = bound.values.clone();
                let (mut moves, mut answers) = (Vec::new(), Vec::new());
                for (index, &state) in block.iter().enumerate() {
                    game.bring(block, index);
                    // A row is asked at most once a sweep, so the answers of this sweep are not needed before its end.
                    let view = View {
                        side: bound.side,
                        strict: bound.strict,
                        guaranteed,
                        values: &values,
                        row: &bound.row,
                    };
                    let look = view.look(game, (state, care), |row, worth| {
                        answers.extend(worth.map(|worth| (row, worth)));
                        bound.asked[row as usize]
                    });
                    if let Some(look) = look {
                        values[state as usize] = look.value;
                        moves.push((state, look));
                    }
                }
                (moves, answers)
            })
            .collect();
        let mut largest = 0.0f64;
        for (moves, answers) in blocks {
            for (state, look) in moves {
                largest = largest.max((look.value - self.values[state as usize]).abs());
                self.values[state as usize] = look.value;
                self.row[state as usize] = look.row;
            }
            for (row, worth) in answers {
                self.asked[row as usize] = worth;
            }
        }
        largest
    }
}

/// A bound as it is while a state is looked at.
#[derive(Clone, Copy)]
struct View<'a> {
    side: Side,
    strict: bool,
    /// This is the side that the agent's policy guarantees.
    guaranteed: bool,
    values: &'a [f64],
    row: &'a [u32],
}

impl View<'_> {
    /// Returns the better value of a state and the row behind it, if there is one.
    ///
    /// `asked` returns what a row was worth when last asked, and remembers what it is worth now.
    #[inline]
    fn look(
        self,
        game: &Game<'_>,
        (state, care): (u32, Care),
        asked: impl FnMut(u32, Option<f64>) -> f64,
    ) -> Option<Look> {
        let incumbent = self.row[state as usize];
        let (worth, row) = if !self.guaranteed {
            self.best_of_asked(game, state, asked)?
        } else if care == Care::Follow && incumbent != NO_ROW {
            (game.end(incumbent, self.values, self.side), incumbent)
        } else {
            game.best(state, self.values, self.side)?
        };
        let value = admissible(self.side, self.strict, worth);
        Bound::tighter(self.side, value, self.values[state as usize]).then_some(Look { value, row })
    }

    /// Returns the agent's best row where every row counts: a row whose last worth does not beat the incumbent's has only got worse.
    fn best_of_asked(
        self,
        game: &Game<'_>,
        state: u32,
        mut asked: impl FnMut(u32, Option<f64>) -> f64,
    ) -> Option<(f64, u32)> {
        let rows = game.rows(state);
        let incumbent = self.row[state as usize];
        let first = if incumbent == NO_ROW {
            rows.clone().next()?
        } else {
            incumbent
        };
        let mut best = (game.end(first, self.values, self.side), first);
        asked(first, Some(best.0));
        for row in rows.filter(|row| *row != first) {
            if game.prefers(asked(row, None), best.0) {
                let worth = game.end(row, self.values, self.side);
                asked(row, Some(worth));
                if game.prefers(worth, best.0) {
                    best = (worth, row);
                }
            }
        }
        Some(best)
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
