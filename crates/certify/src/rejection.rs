//! Why a certificate proves nothing, or less than is claimed, and where.

use crate::expectation::Failure;
use murphy_notation::Rational;
use murphy_world::{ChoiceId, StateId};
use std::fmt;

/// One side of a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The value is not below.
    Lower,
    /// The value is not above.
    Upper,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
        })
    }
}

/// Where a certificate fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which side of the bracket is not proved.
    pub side: Side,
    /// The state.
    pub state: StateId,
    /// The state by its variables.
    pub name: String,
    /// The choice and the name of its action, where one is at fault.
    pub choice: Option<(ChoiceId, String)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the {} side fails in state {} ({})",
            self.side, self.state, self.name
        )?;
        match &self.choice {
            Some((_, action)) => write!(f, " under `{action}`"),
            None => Ok(()),
        }
    }
}

/// Why a certificate is not accepted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rejection {
    /// The problem itself is not one that certificates speak of.
    Problem {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The certificate is of a kind that belongs to other objectives.
    Kind {
        /// What the objective needs.
        expected: &'static str,
    },
    /// A vector of the certificate does not fit the model.
    Length {
        /// Which vector.
        what: &'static str,
        /// Entries needed.
        expected: usize,
        /// Entries found.
        found: usize,
    },
    /// The policy names a choice that the state does not have.
    ForeignChoice {
        /// The state.
        state: StateId,
        /// The state by its variables.
        name: String,
        /// The choice named.
        choice: ChoiceId,
    },
    /// A value is not a number, or infinite where it must not be.
    NotFinite {
        /// Where.
        place: Place,
    },
    /// A value breaks what the objective fixes beforehand (on the target, where it is lost, or the sign).
    Boundary {
        /// Where.
        place: Place,
        /// The value that the certificate has.
        value: Rational,
        /// What it must not be above (lower side) or below (upper side).
        limit: Rational,
    },
    /// The lower value is above what follows from the values of the next states.
    LowerInequality {
        /// Where.
        place: Place,
        /// The value that the certificate has.
        value: Rational,
        /// What is proved.
        proved: Rational,
    },
    /// The lower value is met exactly, but nothing shows that the play moves on.
    NoProgress {
        /// Where.
        place: Place,
        /// The value that is met.
        value: Rational,
    },
    /// The upper value is below what follows from the values of the next states.
    UpperInequality {
        /// Where.
        place: Place,
        /// The value that the certificate has.
        value: Rational,
        /// What is proved.
        proved: Rational,
    },
    /// The upper value is met exactly where it must be undercut, so nothing shows that the target is reached.
    NotStrict {
        /// Where.
        place: Place,
        /// The value that is met.
        value: Rational,
    },
    /// The lower value is infinite where the target is reached almost surely.
    InfiniteClaimed {
        /// Where.
        place: Place,
    },
    /// The lower value of a sum for ever is infinite where nothing shows that something is added again and again.
    EndlessClaimed {
        /// Where.
        place: Place,
    },
    /// The mean of the next states is met exactly, but what is added now and their bias do not make up for it.
    Bias {
        /// Where.
        place: Place,
        /// Mean and bias together, as the certificate has them.
        value: Rational,
        /// What is proved.
        proved: Rational,
    },
    /// The upper value is finite, but the play may move to where it is infinite.
    ReachesInfinite {
        /// Where.
        place: Place,
    },
    /// The set of a choice cannot be evaluated.
    Evaluation {
        /// Where.
        place: Place,
        /// What happened.
        failure: Failure,
    },
    /// Going backward would take too long.
    TooLarge {
        /// The number of steps.
        steps: u64,
        /// The number of branches of the model.
        branches: u64,
        /// The largest product of both that is gone through.
        limit: u64,
    },
    /// The certificate holds, but proves less than is claimed.
    BracketNotProved {
        /// The side.
        side: Side,
        /// What is claimed.
        claimed: f64,
        /// What is proved; `None` for infinity.
        proved: Option<Rational>,
    },
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem { what } => write!(f, "no certificate can be checked: {what}"),
            Self::Kind { expected } => {
                write!(
                    f,
                    "the certificate is of the wrong kind: the objective needs {expected}"
                )
            }
            Self::Length {
                what,
                expected,
                found,
            } => {
                write!(
                    f,
                    "the certificate has {found} entries of `{what}` where {expected} are needed"
                )
            }
            Self::ForeignChoice { state, name, choice } => {
                write!(
                    f,
                    "the policy names choice {choice} in state {state} ({name}), which does not have it"
                )
            }
            Self::TooLarge {
                steps,
                branches,
                limit,
            } => {
                write!(
                    f,
                    "{steps} steps over {branches} branches are more than the {limit} that are gone through"
                )
            }
            Self::BracketNotProved {
                side,
                claimed,
                proved,
            } => {
                let proved = proved.as_ref().map_or_else(|| "infinity".to_owned(), shown);
                write!(
                    f,
                    "the plan claims a {side} bound of {claimed:?}, but the certificate proves only {proved}"
                )
            }
            Self::NotFinite { place }
            | Self::Boundary { place, .. }
            | Self::LowerInequality { place, .. }
            | Self::NoProgress { place, .. }
            | Self::UpperInequality { place, .. }
            | Self::NotStrict { place, .. }
            | Self::InfiniteClaimed { place }
            | Self::EndlessClaimed { place }
            | Self::Bias { place, .. }
            | Self::ReachesInfinite { place }
            | Self::Evaluation { place, .. } => write!(f, "{place}: {}", self.fault()),
        }
    }
}

impl Rejection {
    /// Says what is wrong at the place.
    fn fault(&self) -> String {
        match self {
            Self::NotFinite { .. } => "the value is not a finite number".into(),
            Self::Boundary { place, value, limit } => {
                let relation = if place.side == Side::Lower {
                    "above"
                } else {
                    "below"
                };
                format!(
                    "the value is {}, but must not be {relation} {}",
                    shown(value),
                    shown(limit)
                )
            }
            Self::LowerInequality { value, proved, .. } => {
                format!(
                    "at least {} is claimed, but the next states guarantee only {}",
                    shown(value),
                    shown(proved)
                )
            }
            Self::UpperInequality { value, proved, .. } => {
                format!(
                    "at most {} is claimed, but the next states allow {}",
                    shown(value),
                    shown(proved)
                )
            }
            Self::NoProgress { value, .. } => {
                format!(
                    "{} is met exactly, and nothing shows that the play moves on to a smaller rank",
                    shown(value)
                )
            }
            Self::NotStrict { value, .. } => {
                format!(
                    "{} is met exactly, not undercut, so nothing shows that the target is reached",
                    shown(value)
                )
            }
            Self::InfiniteClaimed { .. } => {
                "infinity is claimed, but the target can be reached almost surely".into()
            }
            Self::EndlessClaimed { .. } => {
                "infinity is claimed, but nothing shows that something is added again and again".into()
            }
            Self::Bias { place, value, proved } => {
                let relation = if place.side == Side::Lower {
                    "at least"
                } else {
                    "at most"
                };
                format!(
                    "mean and bias together must come to {relation} {}, but what is added now and the next states come to {}",
                    shown(value),
                    shown(proved)
                )
            }
            Self::ReachesInfinite { .. } => {
                "a finite value is claimed, but the play may move to where infinity is claimed".into()
            }
            Self::Evaluation { failure, .. } => format!("the set cannot be evaluated: {failure}"),
            _ => String::new(),
        }
    }
}

impl std::error::Error for Rejection {}

/// Writes a rational exactly while it is short, and otherwise to the digits of a float.
fn shown(value: &Rational) -> String {
    let exact = value.to_string();
    if exact.len() <= 24 {
        exact
    } else {
        format!("about {:?}", value.to_f64())
    }
}
