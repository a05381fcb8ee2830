//! Takes away what a bound owes to plays that are held for ever.
//!
//! Seen from above, a reachability may seem worth more than it is, because whoever maximises can hold the play in an end component and
//! "reach the target later"; seen from below, a sum may seem to cost less than it does, because whoever minimises can hold the play where
//! nothing is counted. Held for ever it is worth nothing in the first case and infinity in the second. So the **holder** (the maximiser, or
//! the minimiser) gets at most the best way out, and the bound of the whole end component moves there at once:
//!
//! | holder | rows that hold | ways out |
//! | --- | --- | --- |
//! | the agent alone | Nature (almost) loses nothing by staying | the worth of each other row |
//! | both | Nature can stay | as above, and each state outside that Nature can go to from a row that holds |
//! | Nature alone | as above, where the agent (almost) loses nothing by the row | each state outside that Nature can go to from them |
//! | nobody | | there is nothing to take away |
//!
//! Moving an end component `C` to the best way out `b` keeps the bound valid, whatever was taken for "almost". Take the upper side; the
//! other is its mirror. A row that leaves is worth at most `b` by choice of `b`, and less when values fall. At a row that holds, if Nature
//! minimises, some distribution stays in `C`, decided exactly, so its least expectation is at most the greatest value in `C`, which is `b`;
//! if she maximises, everything in `C` and every state outside that the row can reach has at most `b`.

use crate::bound::Bound;
use crate::end_component::{EndComponent, end_components, face_of_row};
use crate::game::{Game, Side};
use murphy_problem::Direction;

/// The tolerances for "almost", relative to the values at hand, tried in turn.
const TOLERANCES: [f64; 6] = [1e-9, 1e-6, 1e-12, 1e-4, 1e-14, 1e-2];

/// The end components of one component of the graph in which a play could be held.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    /// Who would hold it.
    holder: Direction,
    /// The largest such sets under full cooperation.
    places: Vec<Vec<u32>>,
    /// Which tolerance is next.
    turn: usize,
}

impl Holding {
    /// Returns where in a component of the graph the bound of one side can owe something to held plays, or `None` if nowhere.
    pub(crate) fn find(game: &Game<'_>, states: &[u32], side: Side) -> Option<Self> {
        let holder = match side {
            Side::Upper => Direction::Maximize,
            Side::Lower => Direction::Minimize,
        };
        if game.agent != holder && game.nature != holder {
            return None;
        }
        let mut stay = |row: u32, inside: &[bool]| {
            if gains_nothing(game, row) {
                face_of_row(game, row, inside)
            } else {
                None
            }
        };
        let places: Vec<_> = end_components(game, states, &mut stay)
            .into_iter()
            .map(|found| found.states)
            .collect();
        (!places.is_empty()).then_some(Self {
            holder,
            places,
            turn: 0,
        })
    }

    /// Returns the side of the bracket that owes.
    pub(crate) fn side(&self) -> Side {
        match self.holder {
            Direction::Maximize => Side::Upper,
            Direction::Minimize => Side::Lower,
        }
    }

    /// Returns after how many releases every tolerance has been tried.
    pub(crate) fn round_length(&self) -> u64 {
        TOLERANCES.len() as u64
    }

    /// Moves every end component that seems to be held to its best way out; returns the largest move.
    ///
    /// `guide` is the other side of the bracket, by which it is judged what one loses by staying.
    pub(crate) fn release(&mut self, game: &Game<'_>, bound: &mut Bound, guide: &[f64]) -> f64 {
        let tolerance = TOLERANCES[self.turn];
        self.turn = (self.turn + 1) % TOLERANCES.len();
        let mut largest = 0.0f64;
        for place in &self.places {
            let scale = place
                .iter()
                .map(|state| guide[*state as usize].abs())
                .fold(0.0, f64::max);
            let slack = tolerance * scale;
            let mut stay = |row: u32, inside: &[bool]| self.stays(game, guide, slack, (row, inside));
            for held in end_components(game, place, &mut stay) {
                largest = largest.max(self.move_out(game, bound, &held));
            }
        }
        largest
    }

    /// Answers whether a row seems to hold the play inside, and where it leads then.
    fn stays(
        &self,
        game: &Game<'_>,
        guide: &[f64],
        slack: f64,
        (row, inside): (u32, &[bool]),
    ) -> Option<Vec<u32>> {
        if !gains_nothing(game, row) {
            return None;
        }
        if game.nature != self.holder {
            return opposed_face(game, guide, slack, (row, inside));
        }
        if game.agent != self.holder && !nearly_best(game, guide, slack, row) {
            return None;
        }
        face_of_row(game, row, inside)
    }

    /// Moves one end component to its best way out.
    fn move_out(&self, game: &Game<'_>, bound: &mut Bound, held: &EndComponent) -> f64 {
        let better = |a: f64, b: f64| {
            if self.holder == Direction::Maximize {
                a.max(b)
            } else {
                a.min(b)
            }
        };
        // Held for ever, a reachability is worth nothing and a sum infinitely much.
        let mut out = if self.holder == Direction::Maximize {
            0.0
        } else {
            f64::INFINITY
        };
        let mut members = held.states.clone();
        members.sort_unstable();
        for (&state, kept) in held.states.iter().zip(&held.kept) {
            for row in game.rows(state) {
                if kept.contains(&row) {
                    if game.nature == self.holder {
                        let leads = game.supports.get(row).iter();
                        let ways = leads.filter(|to| members.binary_search(to).is_err());
                        out = ways.map(|to| bound.values[*to as usize]).fold(out, better);
                    }
                } else if game.agent == self.holder {
                    let worth = game.value(row, &bound.values, bound.side);
                    out = better(
                        out,
                        if bound.side == Side::Upper {
                            worth.above
                        } else {
                            worth.below
                        },
                    );
                }
            }
        }
        let mut largest = 0.0f64;
        if !out.is_finite() {
            return largest;
        }
        for (&state, kept) in held.states.iter().zip(&held.kept) {
            let at = state as usize;
            if Bound::tighter(bound.side, out, bound.values[at]) {
                largest = largest.max((out - bound.values[at]).abs());
                bound.values[at] = out;
                if let Some(&row) = kept.first() {
                    bound.row[at] = row;
                }
            }
        }
        largest
    }
}

/// Says whether a row counts exactly nothing.
fn gains_nothing(game: &Game<'_>, row: u32) -> bool {
    let gain = game.gain(row);
    gain.below == 0.0 && gain.above == 0.0
}

/// Answers for a Nature who would rather end the play: she stays only if that (almost) costs her nothing.
fn opposed_face(
    game: &Game<'_>,
    guide: &[f64],
    slack: f64,
    (row, inside): (u32, &[bool]),
) -> Option<Vec<u32>> {
    let (set, targets) = (&game.row(row).set, &game.row(row).targets);
    let event: Vec<bool> = targets.iter().map(|state| inside[*state as usize]).collect();
    let face = set.restrict(&event)?;
    let stayers: Vec<u32> = targets
        .iter()
        .copied()
        .filter(|state| inside[*state as usize])
        .collect();
    let values: Vec<f64> = stayers.iter().map(|state| guide[*state as usize]).collect();
    let free = game.expectation(row, guide, Side::Lower);
    let (bound_by_face, loses) = match game.nature {
        Direction::Minimize => {
            let bound = face.lower_expectation(&values).ok()?;
            let loses = bound.value - free.above;
            (bound, loses)
        }
        Direction::Maximize => {
            let bound = face.upper_expectation(&values).ok()?;
            let loses = free.below - bound.value;
            (bound, loses)
        }
    };
    if loses > slack {
        return None;
    }
    let leads = stayers
        .iter()
        .zip(&bound_by_face.witness)
        .filter(|(_, p)| **p > 0.0);
    Some(leads.map(|(state, _)| *state).collect())
}

/// Says whether the agent (almost) loses nothing by a row.
fn nearly_best(game: &Game<'_>, guide: &[f64], slack: f64, row: u32) -> bool {
    let owner = game.owner(row);
    let Some((best, _)) = game.best(owner, guide, Side::Lower) else {
        return false;
    };
    (game.value(row, guide, Side::Lower).below - best).abs() <= slack
}
