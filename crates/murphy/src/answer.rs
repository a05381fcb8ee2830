//! Plan, then prove: an answer is given only when the checker accepts it.

use murphy_certify::{Checked, Rejection, check};
use murphy_plan::{Settings, plan};
use murphy_problem::{Plan, Problem};
use std::fmt;

/// A plan together with what the checker proved of it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The policy, the bracket and the certificate.
    pub plan: Plan,
    /// What was proved.
    pub checked: Checked,
}

/// Why there is no proved answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Unproved {
    /// The planner found none.
    Planning(murphy_plan::Error),
    /// The checker did not accept what the planner found: a mistake of this program, kept from becoming a wrong answer.
    Rejected(Box<Rejection>),
}

impl fmt::Display for Unproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planning(error) => write!(f, "{error}"),
            Self::Rejected(rejection) => write!(
                f,
                "a plan was found but could not be proved, so it is withheld; this is a mistake in Murphy, please report it: {rejection}"
            ),
        }
    }
}

impl std::error::Error for Unproved {}

/// Returns a plan whose bracket the checker has proved. The bracket is the proved one.
///
/// # Errors
/// [`Unproved::Planning`] if the problem is not one that is planned for or its numbers are out of range,
/// [`Unproved::Rejected`] if the proof fails.
pub fn solve(problem: &Problem, settings: &Settings<'_>) -> Result<Answer, Unproved> {
    let mut plan = plan(problem, settings).map_err(Unproved::Planning)?;
    let checked =
        check(problem, &plan.certificate).map_err(|rejection| Unproved::Rejected(Box::new(rejection)))?;
    plan.bracket = checked.bracket;
    Ok(Answer { plan, checked })
}
