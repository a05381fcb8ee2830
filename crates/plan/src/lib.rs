//! The algorithms: policies, brackets and certificates out.
//!
//! [`plan`] takes a [`Problem`] and returns a policy with a bracket on what it is worth, and a certificate of both sides that an independent
//! checker can verify in exact arithmetic.

pub mod error;
mod graph;
pub mod settings;

pub use error::Error;
pub use settings::{Progress, Settings};

use murphy_problem::{Plan, Problem};

/// Returns a policy, a bracket on its value and the proof of both.
///
/// # Errors
/// What the planner cannot do, see [`Error`]. A budget that is spent is no error: the bracket is only wider.
pub fn plan(problem: &Problem, settings: &Settings<'_>) -> Result<Plan, Error> {
    let _ = (problem, settings);
    Err(Error::Mismatch)
}
