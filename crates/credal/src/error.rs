//! Why a set cannot be built or a question about it cannot be answered.

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
