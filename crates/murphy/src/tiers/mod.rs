//! Several goals, most important first, under requirements: one policy, and a proof of what it is worth by each of them.
//!
//! A tier only breaks the ties that the tiers above leave. The choices that the proof of a tier shows to be worse are ruled out for
//! the tiers below ([`ruled_out`]); what is left contains every policy that is optimal for the tiers above wherever it comes to.
//!
//! What is printed of a goal is `[what the plan achieves, what the best plan could]`:
//! - *achieved* is proved on the model in which the agent follows the policy and only Nature picks;
//! - *best* is proved on the model without the choices that the tiers above rule out, and without those that no plan could make that keeps
//!   every requirement of certainty.
//!
//! How the policy was found matters to neither.

mod aims;
pub(crate) mod chain;
mod primary;
pub(crate) mod proof;
mod search;

pub use aims::{AimPlan, aim_plans};
pub use chain::{Ruled, ruled_out};
pub use primary::first_goal;
pub use proof::{TierProof, check_tiers};
pub use search::solve_tiers;

use crate::answer::Unproved;
use murphy_notation::Rational;
use murphy_problem::{Bracket, Policy, Side, StageError};
use std::fmt;

/// A policy for several goals, with what is proved of it.
#[derive(Clone, Debug)]
pub struct Tiered {
    /// What the agent does.
    pub policy: Policy,
    /// What is proved.
    pub claims: Claims,
    /// What proves it.
    pub proof: TierProof,
    /// Why a goal is not pursued as far as it could be, in a sentence each.
    pub notes: Vec<String>,
}

/// What is proved of a policy by each requirement and each goal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claims {
    /// One entry a requirement.
    pub requirements: Vec<RequirementClaim>,
    /// One entry a goal, most important first.
    pub goals: Vec<GoalClaim>,
    /// How many inequalities were decided.
    pub inequalities: u64,
}

/// What is proved of a policy by a requirement.
#[derive(Clone, Debug, PartialEq)]
pub struct RequirementClaim {
    /// The requirement as it is written.
    pub text: String,
    /// On which side of the bound the value must be.
    pub side: Side,
    /// The bound.
    pub bound: Rational,
    /// What the policy's value lies between.
    pub value: Bracket,
    /// Whether the value is proved to be on the right side (`true`), or on the wrong one (`false`).
    pub holds: Option<bool>,
}

/// What is proved of a policy by a goal.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalClaim {
    /// The goal as it is written.
    pub text: String,
    /// What the policy's value lies between.
    pub achieved: Bracket,
    /// From what the policy guarantees to what no policy exceeds, among those that the goals above and certain requirements leave.
    pub bracket: Bracket,
}

/// Why there is no policy for several goals.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum TierError {
    /// A problem could not be solved or proved.
    Unproved(Unproved),
    /// A proof was not accepted.
    Rejected(Box<murphy_certify::Rejection>),
    /// The problems could not be put on one stage.
    Stage(StageError),
    /// No plan keeps this requirement: the best value that any plan can have lies within the bracket, on the wrong side of the bound.
    Impossible {
        /// The requirement as it is written.
        text: String,
        /// The best that any plan could do.
        best: Bracket,
    },
    /// No plan was found that keeps the requirements, and it was not proved that there is none.
    Undecided {
        /// The requirement that the best plan found does not keep, as it is written.
        text: String,
        /// What that plan's value lies between.
        value: Bracket,
        /// What the best plan for this requirement alone could do.
        best: Bracket,
    },
    /// The proof has not the parts that the questions ask for.
    Shape,
}

impl fmt::Display for TierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unproved(error) => write!(f, "{error}"),
            Self::Rejected(rejection) => write!(f, "{rejection}"),
            Self::Stage(error) => write!(f, "{error}"),
            Self::Impossible { text, best } => write!(
                f,
                "no plan keeps the requirement `{text}`: the best that any plan can do lies in [{}, {}]",
                best.lower, best.upper
            ),
            Self::Undecided { text, value, best } => write!(
                f,
                "no plan was found that keeps all requirements: the plan found has [{}, {}] by `{text}`, of which any plan can have at best [{}, {}]",
                value.lower, value.upper, best.lower, best.upper
            ),
            Self::Shape => write!(f, "the proof is not one of this spec's goals and requirements"),
        }
    }
}

impl std::error::Error for TierError {}

impl From<Unproved> for TierError {
    fn from(error: Unproved) -> Self {
        Self::Unproved(error)
    }
}

impl From<StageError> for TierError {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl From<Box<murphy_certify::Rejection>> for TierError {
    fn from(rejection: Box<murphy_certify::Rejection>) -> Self {
        Self::Rejected(rejection)
    }
}
