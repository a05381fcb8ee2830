//! Why a set cannot be built or a question about it cannot be answered.

use crate::infra::Conflict;
use murphy_notation::Rational;
use std::fmt;

/// What is wrong with the data of a set, or with a question about it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A set needs at least one outcome (and, where it lists something, at least one entry).
    Empty,
    /// Two lists that belong together differ in length.
    LengthMismatch {
        /// How many entries there should be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A probability, a count, a radius or a strength is below zero.
    Negative {
        /// The place in its list, or 0 where there is no list.
        outcome: usize,
        /// The number found.
        value: Rational,
    },
    /// Probabilities that should sum to one do not.
    NotOne {
        /// Their sum.
        sum: Rational,
    },
    /// A lower bound is above the upper bound of the same outcome.
    Crossed {
        /// The outcome.
        outcome: usize,
        /// Its lower bound.
        lower: Rational,
        /// Its upper bound.
        upper: Rational,
    },
    /// Lower bounds that no distribution can meet together.
    LowerSumAboveOne {
        /// Their sum.
        sum: Rational,
    },
    /// Upper bounds that no distribution can fill.
    UpperSumBelowOne {
        /// Their sum.
        sum: Rational,
    },
    /// A weight that must lie between zero and one does not.
    NotAWeight {
        /// The number found.
        value: Rational,
    },
    /// Counts and strength are all zero, so that nothing says where the mass goes.
    NoEvidence,
    /// No distribution satisfies all the constraints.
    Infeasible,
    /// The set is larger than this library accepts.
    TooLarge {
        /// Its size, in the unit of the limit.
        size: usize,
        /// The largest size accepted.
        limit: usize,
        /// What is counted.
        what: &'static str,
    },
    /// A value is infinite or not a number.
    NotFinite {
        /// The outcome whose value it is.
        outcome: usize,
    },
    /// The multiplier is not of the shape that this kind of set uses.
    WrongMultiplier {
        /// The kind of the set.
        kind: &'static str,
    },
    /// Credal sets that are said to hold together have nothing in common.
    Contradiction(Box<Conflict>),
    /// The points do not give zero to zero and one to one.
    NotNormalised {
        /// What they give to zero.
        zero: Rational,
        /// What they give to one.
        one: Rational,
    },
    /// No outcome matters any more, so there is nothing to normalise by.
    NothingAtStake {
        /// What is had whatever happens.
        secured: Rational,
    },
    /// Nature can rule the event out, or hold a world in which nothing is at stake in it: there is no belief after it.
    NotUpdatable {
        /// What is had whatever happens in the event.
        secured: Rational,
    },
    /// A map names an outcome that does not exist.
    NoSuchOutcome {
        /// The outcome named.
        outcome: usize,
        /// How many there are.
        outcomes: usize,
    },
    /// A belief cannot be pulled back along a map that never takes one of its outcomes.
    NoPreimage {
        /// The outcome.
        outcome: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a credal set needs at least one outcome"),
            Self::LengthMismatch { expected, found } => {
                write!(f, "there are {found} entries where {expected} are needed")
            }
            Self::Negative { outcome, value } => {
                write!(f, "entry {outcome} is {value}, but must not be negative")
            }
            Self::NotOne { sum } => write!(f, "the probabilities sum to {sum}, but must sum to 1"),
            Self::Crossed {
                outcome,
                lower,
                upper,
            } => write!(
                f,
                "outcome {outcome} has the lower bound {lower} above its upper bound {upper}"
            ),
            Self::LowerSumAboveOne { sum } => {
                write!(f, "the lower bounds sum to {sum}, but must not exceed 1")
            }
            Self::UpperSumBelowOne { sum } => {
                write!(f, "the upper bounds sum to {sum}, but must reach 1")
            }
            Self::NotAWeight { value } => write!(f, "{value} is not between 0 and 1"),
            Self::NoEvidence => write!(
                f,
                "all counts and the strength are 0, so no distribution is named"
            ),
            Self::Infeasible => write!(f, "no distribution satisfies all the constraints"),
            Self::TooLarge { size, limit, what } => {
                write!(f, "the set has {size} {what}; at most {limit} are supported")
            }
            Self::NotFinite { outcome } => write!(f, "the value of outcome {outcome} is not a finite number"),
            Self::WrongMultiplier { kind } => {
                write!(
                    f,
                    "the multiplier is not of the shape that a set of kind `{kind}` uses"
                )
            }
            Self::Contradiction(conflict) => write!(
                f,
                "the {} credal sets contradict one another: no distribution lies in all of them",
                conflict.bets.len()
            ),
            Self::NotNormalised { zero, one } => write!(
                f,
                "an infradistribution gives 0 to 0 and 1 to 1, but these points give {zero} and {one}"
            ),
            Self::NothingAtStake { secured } => write!(
                f,
                "nothing is at stake: the value is {secured} whatever happens, so it cannot be normalised"
            ),
            Self::NotUpdatable { secured } => write!(
                f,
                "there is no update: Nature can rule the event out, or hold a world in which nothing is at stake in it; \
                 the value is {secured} whatever happens there"
            ),
            Self::NoSuchOutcome { outcome, outcomes } => {
                write!(
                    f,
                    "there is no outcome {outcome}; there are {outcomes}, counted from 0"
                )
            }
            Self::NoPreimage { outcome } => {
                write!(
                    f,
                    "no outcome is mapped to outcome {outcome}, so that its mass has nowhere to go"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// Refuses an empty list.
pub(crate) fn not_empty<T>(list: &[T]) -> Result<(), Error> {
    if list.is_empty() {
        Err(Error::Empty)
    } else {
        Ok(())
    }
}

/// Refuses lists of different lengths.
pub(crate) fn same_length(expected: usize, found: usize) -> Result<(), Error> {
    if expected == found {
        Ok(())
    } else {
        Err(Error::LengthMismatch { expected, found })
    }
}

/// Refuses negative entries.
pub(crate) fn not_negative(list: &[Rational]) -> Result<(), Error> {
    match list.iter().position(Rational::is_negative) {
        None => Ok(()),
        Some(outcome) => Err(Error::Negative {
            outcome,
            value: list[outcome].clone(),
        }),
    }
}

/// Refuses what is not a distribution.
pub(crate) fn distribution(list: &[Rational]) -> Result<(), Error> {
    not_empty(list)?;
    not_negative(list)?;
    let sum: Rational = list.iter().sum();
    if sum == Rational::ONE {
        Ok(())
    } else {
        Err(Error::NotOne { sum })
    }
}

/// Says whether a list is a distribution.
pub(crate) fn is_distribution(list: &[Rational]) -> bool {
    distribution(list).is_ok()
}
