//! Goals: what is to be made large or small.

use crate::formula::Formula;
use murphy_notation::{Expression, Place, Rational};

/// One thing wanted.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Whether more is better.
    pub direction: Direction,
    /// What is measured.
    pub objective: Objective,
    /// Where it is written.
    pub place: Place,
}

/// Whether more is better: to the agent, and to Nature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// More is better.
    Maximize,
    /// Less is better.
    Minimize,
}

impl Direction {
    /// Returns the other direction.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Maximize => Self::Minimize,
            Self::Minimize => Self::Maximize,
        }
    }
}

/// What a goal measures.
#[derive(Clone, Debug)]
pub enum Objective {
    /// The probability that a run satisfies the formula.
    Probability(Formula),
    /// The expected accumulation of a quantity.
    Expected {
        /// The quantity's name in the world.
        quantity: String,
        /// Where the name is written.
        quantity_place: Place,
        /// How long it accumulates.
        horizon: ExpectedHorizon,
    },
}

/// How long a quantity accumulates.
#[derive(Clone, Debug)]
pub enum ExpectedHorizon {
    /// Until the first state where the expression holds; infinite where that may never come.
    Until(Expression),
    /// Over this many steps.
    Steps(u64),
    /// For ever, each step worth this factor less than the one before; strictly between 0 and 1.
    Discounted(Rational),
    /// For ever.
    Total,
    /// On average, the longer the run the more nearly.
    LongRun,
}
