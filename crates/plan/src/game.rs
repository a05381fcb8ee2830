//! The part of a model that is left to numbers, laid out for sweeps: the Bellman operator with rigorous rounding.

use crate::error::Error;
use crate::graph::Lists;
use crate::support::support;
use murphy_credal::{CredalSet, Enclosure, Rows};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

/// One choice of an undecided state.
#[derive(Clone, Debug)]
pub(crate) struct Row<'a> {
    /// The choice in the model.
    pub(crate) choice: ChoiceId,
    /// What Nature picks from; a face of the model's set where leaving that face is out of the question.
    pub(crate) set: Cow<'a, CredalSet>,
    /// Where the outcomes of `set` lead.
    pub(crate) targets: Cow<'a, [StateId]>,
}

/// Undecided states, their choices and what is gained on the way.
///
/// Values are one vector over all states of the model; decided states keep theirs. The operator is `x ↦ opt over rows of
/// cost + discount · nat(x)`, where `nat` is the lower or the upper expectation, as Nature wants it.
pub(crate) struct Game<'a> {
    /// What the agent wants.
    pub(crate) agent: Direction,
    /// What Nature wants.
    pub(crate) nature: Direction,
    /// The rows of state `s` are `start[s]..start[s + 1]`; none where it is decided.
    start: Vec<u32>,
    rows: Vec<Row<'a>>,
    kernel: Rows,
    /// Where each row looks first, for either side of the bracket. It never changes an answer, so it does not matter who wrote it.
    hints: [Vec<AtomicU32>; 2],
    /// The exact gain of each row, enclosed; empty if there is none anywhere.
    cost: Vec<Enclosure>,
    discount: Enclosure,
    /// Where each row can lead with positive probability.
    pub(crate) supports: Lists,
    /// Where each undecided state can lead.
    pub(crate) successors: Lists,
    /// From which undecided states each state can be entered.
    pub(crate) predecessors: Lists,
}

/// Returns floats around an exact number.
///
/// # Errors
/// [`Error::FloatRange`] if it is beyond them.
pub(crate) fn enclose(value: &Rational) -> Result<Enclosure, Error> {
    let enclosure = Enclosure {
        below: value.floor_f64(),
        above: value.ceil_f64(),
    };
    if enclosure.below.is_finite() && enclosure.above.is_finite() {
        Ok(enclosure)
    } else {
        Err(Error::FloatRange)
    }
}

const ONE: Enclosure = Enclosure {
    below: 1.0,
    above: 1.0,
};

impl<'a> Game<'a> {
    /// Lays out the rows of each state in order.
    pub(crate) fn new(
        (agent, nature): (Direction, Direction),
        rows_of_states: Vec<Vec<Row<'a>>>,
    ) -> Result<Self, Error> {
        let states = rows_of_states.len();
        let mut start = vec![0u32];
        let mut rows: Vec<Row<'a>> = Vec::new();
        for of_state in rows_of_states {
            rows.extend(of_state);
            start.push(u32::try_from(rows.len()).map_err(|_| Error::Mismatch)?);
        }
        let kernel = Rows::compile(rows.iter().map(|row| (&*row.set, &*row.targets)));
        let supports = Lists::collect(rows.iter().map(|row| {
            let carries = support(&row.set);
            let mut leads: Vec<u32> = row
                .targets
                .iter()
                .zip(carries)
                .filter(|(_, carries)| *carries)
                .map(|(t, _)| *t)
                .collect();
            leads.sort_unstable();
            leads.dedup();
            leads
        }));
        let successors = Lists::collect(start.windows(2).map(|pair| {
            let mut leads: Vec<u32> = (pair[0]..pair[1])
                .flat_map(|row| supports.get(row))
                .copied()
                .collect();
            leads.sort_unstable();
            leads.dedup();
            leads
        }));
        let hints = || rows.iter().map(|_| AtomicU32::new(0)).collect();
        Ok(Self {
            agent,
            nature,
            start,
            hints: [hints(), hints()],
            kernel: kernel.map_err(|_| Error::Mismatch)?,
            rows,
            cost: Vec::new(),
            discount: ONE,
            predecessors: successors.inverted(states),
            supports,
            successors,
        })
    }

    /// Gives each choice of the model a gain and each step a discount.
    ///
    /// # Errors
    /// [`Error::FloatRange`].
    pub(crate) fn with_gains(mut self, gain: &[Rational], discount: &Rational) -> Result<Self, Error> {
        let gains = self
            .rows
            .iter()
            .map(|row| gain.get(row.choice as usize).ok_or(Error::Mismatch));
        self.cost = gains.map(|gain| enclose(gain?)).collect::<Result<_, _>>()?;
        self.discount = enclose(discount)?;
        Ok(self)
    }

    /// Returns the number of states of the model.
    pub(crate) fn state_count(&self) -> usize {
        self.start.len() - 1
    }

    /// Returns the number of rows.
    pub(crate) fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Returns the rows of a state.
    pub(crate) fn rows(&self, state: StateId) -> Range<u32> {
        self.start[state as usize]..self.start[state as usize + 1]
    }

    /// Returns what a row stands for.
    pub(crate) fn row(&self, row: u32) -> &Row<'a> {
        &self.rows[row as usize]
    }

    /// Returns the state that a row belongs to.
    pub(crate) fn owner(&self, row: u32) -> StateId {
        let after = self.start.partition_point(|start| *start <= row);
        u32::try_from(after - 1).unwrap_or(0)
    }

    /// Returns the number of outcomes of the rows of a state.
    pub(crate) fn branches(&self, state: StateId) -> usize {
        self.rows(state)
            .map(|row| self.rows[row as usize].targets.len())
            .sum()
    }

    /// Encloses the gain of a row.
    pub(crate) fn gain(&self, row: u32) -> Enclosure {
        self.cost.get(row as usize).copied().unwrap_or(Enclosure {
            below: 0.0,
            above: 0.0,
        })
    }

    /// Returns the discount, enclosed.
    pub(crate) fn discount(&self) -> Enclosure {
        self.discount
    }

    /// Encloses Nature's expectation at a row; `side` says whose values they are like.
    pub(crate) fn expectation(&self, row: u32, values: &[f64], side: Side) -> Enclosure {
        let place = &self.hints[side as usize][row as usize];
        let mut hint = place.load(Ordering::Relaxed);
        let answer = match self.nature {
            Direction::Minimize => self.kernel.lower_from(row as usize, values, &mut hint),
            Direction::Maximize => self.kernel.upper_from(row as usize, values, &mut hint),
        };
        place.store(hint, Ordering::Relaxed);
        answer
    }

    /// Encloses what a row is worth at these values: its gain and Nature's discounted expectation.
    pub(crate) fn value(&self, row: u32, values: &[f64], side: Side) -> Enclosure {
        let mut worth = self.expectation(row, values, side);
        if self.cost.is_empty() {
            return worth;
        }
        if self.discount != ONE {
            worth = times(worth, self.discount);
        }
        plus(worth, self.gain(row))
    }

    /// Returns one end of what a row is worth.
    pub(crate) fn end(&self, row: u32, values: &[f64], side: Side) -> f64 {
        let worth = self.value(row, values, side);
        match side {
            Side::Lower => worth.below,
            Side::Upper => worth.above,
        }
    }

    /// Says whether the agent strictly prefers `worth` to `incumbent`.
    pub(crate) fn prefers(&self, worth: f64, incumbent: f64) -> bool {
        match self.agent {
            Direction::Maximize => worth > incumbent,
            Direction::Minimize => worth < incumbent,
        }
    }

    /// Returns the row the agent prefers by one end of what its rows are worth, and that end; `None` where the state is decided.
    pub(crate) fn best(&self, state: StateId, values: &[f64], side: Side) -> Option<(f64, u32)> {
        let mut best: Option<(f64, u32)> = None;
        for row in self.rows(state) {
            let worth = self.end(row, values, side);
            if best.is_none_or(|(incumbent, _)| self.prefers(worth, incumbent)) {
                best = Some((worth, row));
            }
        }
        best
    }
}

/// One side of a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// From below.
    Lower,
    /// From above.
    Upper,
}

/// Adds; a zero that is exact adds no rounding.
pub(crate) fn plus(a: Enclosure, b: Enclosure) -> Enclosure {
    let end = |x: f64, y: f64, outward: fn(f64) -> f64| {
        if x == 0.0 || y == 0.0 {
            x + y
        } else {
            outward(x + y)
        }
    };
    Enclosure {
        below: end(a.below, b.below, f64::next_down),
        above: end(a.above, b.above, f64::next_up),
    }
}

/// Multiplies by a factor that is not negative.
pub(crate) fn times(a: Enclosure, factor: Enclosure) -> Enclosure {
    let below = if a.below < 0.0 { factor.above } else { factor.below };
    let above = if a.above < 0.0 { factor.below } else { factor.above };
    let end = |x: f64, y: f64, outward: fn(f64) -> f64| {
        // A product with a zero is exact; any other may have been rounded, even to zero.
        if x == 0.0 || y == 0.0 { 0.0 } else { outward(x * y) }
    };
    Enclosure {
        below: end(a.below, below, f64::next_down),
        above: end(a.above, above, f64::next_up),
    }
}
