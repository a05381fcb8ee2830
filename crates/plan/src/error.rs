//! Why a problem cannot be planned for.

use murphy_notation::Rational;
use murphy_world::ChoiceId;
use std::fmt;

/// What a problem asks that this planner cannot do. Stopping early is not among it: see [`murphy_problem::StopReason`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A sum until a label needs a quantity that is never negative.
    NegativeQuantity {
        /// The first choice whose quantity is.
        choice: ChoiceId,
        /// Its value.
        value: Rational,
    },
    /// A quantity, or the value of the problem, is beyond the range of floats.
    FloatRange,
    /// The discount is not in `[0, 1)`.
    Discount {
        /// What it is.
        found: Rational,
    },
    /// The precision is not a positive number.
    Precision {
        /// What it is.
        found: f64,
    },
    /// A step-bounded objective with more states times steps than [`crate::Settings::backward_max`].
    TooManySteps {
        /// The steps asked for.
        steps: u32,
        /// The states of the model.
        states: usize,
        /// The limit on the product.
        limit: u64,
    },
    /// The method asked for does not know the objective.
    Method,
    /// The model is too large for linear programs.
    ProgramTooLarge {
        /// Its branches, as far as sets of states do not decide it.
        branches: usize,
        /// The most that are laid out.
        limit: usize,
    },
    /// A set, a quantity or a set of states does not fit the model.
    Mismatch,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegativeQuantity { choice, value } => {
                write!(
                    f,
                    "the quantity of choice {choice} is {value}, but a sum until a label needs one that is never negative"
                )
            }
            Self::FloatRange => write!(
                f,
                "the values of this problem are beyond the range of 64-bit floats"
            ),
            Self::Discount { found } => {
                write!(f, "the discount is {found}, but must be at least 0 and below 1")
            }
            Self::Precision { found } => write!(f, "the precision is {found}, but must be a positive number"),
            Self::TooManySteps { steps, states, limit } => {
                write!(
                    f,
                    "{steps} steps over {states} states are more than the {limit} values that are allowed; ask for fewer steps, or leave the bound on them out"
                )
            }
            Self::Method => write!(
                f,
                "no method can be chosen for what has a step bound: it is computed backward, step by step"
            ),
            Self::ProgramTooLarge { branches, limit } => write!(
                f,
                "linear programs are for models with at most {limit} open branches, and this one has {branches}; policy-iteration is a second opinion on larger ones"
            ),
            Self::Mismatch => write!(f, "the objective does not fit the model"),
        }
    }
}

impl std::error::Error for Error {}
