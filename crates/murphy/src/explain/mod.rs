//! Questions about a plan: why this action, what if another, how likely is it, what would change it, and what happens besides.
//!
//! Every number is the bracket of a problem that was solved and proved for the answer: on the model in which the agent follows the plan
//! ([`Followed`]), or on the model as it is.

mod carry;
mod compare;
mod doubts;
mod followed;
mod side_effects;
mod unknowns;
mod why;

pub use carry::carried;
pub use compare::{Comparison, Parting, compare, likeliest};
pub use doubts::{Doubt, doubts};
pub use followed::{Followed, Likelihood};
pub use side_effects::{Apart, SideEffect, side_effects};
pub use unknowns::{Again, Carried, Change, Flip, Known, Tightened, flips, tighten};
pub use why::{Aim, Alternative, Leaves, Worths, aims, why};

use crate::answer::Unproved;
use crate::tiers::TierError;
use murphy_notation::Diagnostic;
use murphy_problem::StageError;
use std::fmt;

/// Why a question has no answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExplainError {
    /// A mistake in a formula or a condition.
    Written(Box<Diagnostic>),
    /// A problem could not be solved or proved.
    Unproved(Unproved),
    /// The plan could not be put on a stage.
    Stage(StageError),
    /// The goals could not be pursued together.
    Tiers(TierError),
    /// The plan is of another model.
    Mismatch,
    /// Anything else, in a sentence.
    Other(String),
}

impl fmt::Display for ExplainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(error) => write!(f, "{error}"),
            Self::Unproved(error) => write!(f, "{error}"),
            Self::Stage(error) => write!(f, "{error}"),
            Self::Tiers(error) => write!(f, "{error}"),
            Self::Mismatch => write!(f, "the plan is not one of this model"),
            Self::Other(message) => write!(f, "{message}"),
        }
    }
}

impl std::error::Error for ExplainError {}

impl From<Diagnostic> for ExplainError {
    fn from(error: Diagnostic) -> Self {
        Self::Written(Box::new(error))
    }
}

impl From<Unproved> for ExplainError {
    fn from(error: Unproved) -> Self {
        Self::Unproved(error)
    }
}

impl From<StageError> for ExplainError {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl From<TierError> for ExplainError {
    fn from(error: TierError) -> Self {
        Self::Tiers(error)
    }
}
