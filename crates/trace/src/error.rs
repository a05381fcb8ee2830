//! Why a plan cannot be simulated.

use murphy_world::StateId;
use std::fmt;

/// What is wrong with a problem, a plan or the settings of a simulation.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The nominal Nature was asked for, but the set of this choice is built around no distribution.
    NoCentre {
        /// The state, by its variables.
        state: String,
        /// The action.
        action: String,
        /// The kind of the set.
        kind: &'static str,
    },
    /// The policy does not say what to do in a state, or takes a choice of another state.
    Policy {
        /// The state.
        state: StateId,
    },
    /// The vectors of the certificate, or the data of the objective, are not of the length of the model.
    Length {
        /// What does not fit.
        what: &'static str,
    },
    /// A declared Nature that settles less often than at each action cannot be played step by step.
    Settled {
        /// When she settles.
        found: String,
    },
    /// There are more (step, state) pairs than are kept in memory.
    TooLarge {
        /// How many there are.
        pairs: u64,
        /// How many there may be.
        limit: u64,
    },
    /// The confidence is not between zero and one.
    Confidence {
        /// The number found.
        found: f64,
    },
    /// The world has no such label.
    Label {
        /// The name found.
        found: String,
        /// The labels that there are.
        known: Vec<String>,
    },
    /// A share of a mixture is not between zero and one.
    Share {
        /// The number found.
        found: f64,
    },
    /// The rare-event estimate was asked for a goal that is not about a probability, or that has a step bound.
    NotRare,
    /// A credal set refused the values.
    Set(murphy_credal::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCentre { state, action, kind } => write!(
                f,
                "nominal Nature needs a distribution at the centre of each set, but the {kind} of `{action}` in state `{state}` has none; \
                 simulate against the worst case or a sampled Nature instead"
            ),
            Self::Policy { state } => write!(f, "the policy takes no choice that state {state} has"),
            Self::Length { what } => write!(f, "{what} does not fit the model"),
            Self::Settled { found } => write!(
                f,
                "the worst case is simulated only where Nature settles at each action, and here it is {found}"
            ),
            Self::TooLarge { pairs, limit } => {
                write!(
                    f,
                    "the plan has {pairs} pairs of step and state; at most {limit} can be simulated"
                )
            }
            Self::Confidence { found } => write!(f, "the confidence {found} is not between 0 and 1"),
            Self::Label { found, known } => {
                write!(f, "the world has no label `{found}`")?;
                match murphy_notation::hint_for(found, known) {
                    Some(hint) => write!(f, "; {hint}"),
                    None => Ok(()),
                }
            }
            Self::Share { found } => write!(f, "the share {found} is not between 0 and 1"),
            Self::NotRare => write!(
                f,
                "rare events are estimated for goals about a probability without a step bound"
            ),
            Self::Set(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Set(error) => Some(error),
            _ => None,
        }
    }
}

impl From<murphy_credal::Error> for Error {
    fn from(error: murphy_credal::Error) -> Self {
        Self::Set(error)
    }
}
