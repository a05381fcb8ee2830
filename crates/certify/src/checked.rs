//! What a certificate was found to prove.

use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;
use murphy_problem::Bracket;

/// What is proved of the value at the start, and how much was gone through for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The bracket of the goal as the spec asks for it (complemented where it says so), rounded outward to floats.
    pub bracket: Bracket,
    /// Its lower end exactly; `None` for infinity.
    pub exact_lower: Option<Rational>,
    /// Its upper end exactly; `None` for infinity.
    pub exact_upper: Option<Rational>,
    /// The number of states of the model.
    pub states: usize,
    /// The number of inequalities that were decided, or of values that were recomputed, on both sides.
    pub inequalities: u64,
}

impl Checked {
    /// Puts together what the two sides prove of the resolved objective.
    pub(crate) fn new(lower: Proved, upper: Proved, complemented: bool, states: usize) -> Self {
        let inequalities = lower.inequalities + upper.inequalities;
        let (exact_lower, exact_upper) = if complemented {
            let complement = |value: Rational| Rational::ONE - value;
            (upper.start.map(complement), lower.start.map(complement))
        } else {
            (lower.start, upper.start)
        };
        let bracket = Bracket {
            lower: exact_lower.as_ref().map_or(f64::INFINITY, Rational::floor_f64),
            upper: exact_upper.as_ref().map_or(f64::INFINITY, Rational::ceil_f64),
        };
        Self {
            bracket,
            exact_lower,
            exact_upper,
            states,
            inequalities,
        }
    }

    /// Accepts a claimed bracket if the proved one lies within it.
    ///
    /// # Errors
    /// [`Rejection::BracketNotProved`], for the first side that claims more than is proved or is not a number.
    pub fn proves(&self, claimed: &Bracket) -> Result<(), Rejection> {
        let below = match (Rational::from_f64(claimed.lower), &self.exact_lower) {
            (Some(claimed), Some(proved)) => claimed <= *proved,
            (Some(_), None) => true,
            (None, proved) => {
                claimed.lower == f64::NEG_INFINITY || claimed.lower == f64::INFINITY && proved.is_none()
            }
        };
        if !below {
            let proved = self.exact_lower.clone();
            return Err(Rejection::BracketNotProved {
                side: Side::Lower,
                claimed: claimed.lower,
                proved,
            });
        }
        let above = match (Rational::from_f64(claimed.upper), &self.exact_upper) {
            (Some(claimed), Some(proved)) => *proved <= claimed,
            (Some(_), None) => false,
            (None, _) => claimed.upper == f64::INFINITY,
        };
        if !above {
            let proved = self.exact_upper.clone();
            return Err(Rejection::BracketNotProved {
                side: Side::Upper,
                claimed: claimed.upper,
                proved,
            });
        }
        Ok(())
    }
}

/// What one side proves of the resolved objective.
pub(crate) struct Proved {
    /// The bound at the start; `None` for infinity.
    pub(crate) start: Option<Rational>,
    /// How many inequalities were decided.
    pub(crate) inequalities: u64,
}
