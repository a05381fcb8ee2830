//! Finite decision problems: hidden facts, predictors, a Nature that settles once. Solved exactly, then proved.

use murphy_certify::{
    DecisionChecked, DecisionRejection, check_anew, check_decision, check_hidden, check_on_states,
};
use murphy_notation::Rational;
use murphy_plan::once::{DecisionError, solve_anew, solve_hidden, solve_law, solve_on_states};
use murphy_problem::decision::{AnewPlan, DecisionProof, Hidden, HiddenProof, Law, StageLaw, StageProof};
use std::fmt;

/// A proof together with what the checker made of it.
#[derive(Clone, Debug)]
pub struct DecisionAnswer {
    /// The policy, the bracket, and what proves it.
    pub proof: DecisionProof,
    /// What was proved.
    pub checked: DecisionChecked,
}

/// Why there is no proved answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum DecisionUnproved {
    /// None was found.
    Planning(DecisionError),
    /// The checker did not accept what was found: a mistake of this program, kept from becoming a wrong answer.
    Rejected(DecisionRejection),
}

impl fmt::Display for DecisionUnproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Planning(error) => error.fmt(f),
            Self::Rejected(rejection) => write!(
                f,
                "a plan was found but could not be proved, so it is withheld; this is a mistake in Murphy, please report it: {rejection}"
            ),
        }
    }
}

impl std::error::Error for DecisionUnproved {}

/// Returns the plan of a decision problem on states, proved from both sides, in a bracket of `precision` or as narrow as it becomes.
///
/// # Errors
/// [`DecisionUnproved`].
pub fn decide_on_states(
    law: &StageLaw,
    precision: &Rational,
) -> Result<(StageProof, DecisionChecked), DecisionUnproved> {
    let proof = solve_on_states(law, precision).map_err(DecisionUnproved::Planning)?;
    let checked = check_on_states(law, &proof).map_err(DecisionUnproved::Rejected)?;
    Ok((proof, checked))
}

/// Returns the plan of a decision problem on states in which Nature settles anew, proved from both sides.
///
/// # Errors
/// [`DecisionUnproved`].
pub fn decide_anew(law: &StageLaw) -> Result<(AnewPlan, DecisionChecked), DecisionUnproved> {
    let plan = solve_anew(law).map_err(DecisionUnproved::Planning)?;
    let checked = check_anew(law, &plan).map_err(DecisionUnproved::Rejected)?;
    Ok((plan, checked))
}

/// Returns a bracket of a discounted problem in which the agent sees signs of the state, proved from both sides.
///
/// # Errors
/// [`DecisionUnproved`].
pub fn decide_hidden(
    problem: &Hidden,
    precision: &Rational,
) -> Result<(HiddenProof, DecisionChecked), DecisionUnproved> {
    let proof = solve_hidden(problem, precision).map_err(DecisionUnproved::Planning)?;
    let checked = check_hidden(problem, &proof).map_err(DecisionUnproved::Rejected)?;
    Ok((proof, checked))
}

/// Returns the value of a finite decision problem, proved from both sides.
///
/// # Errors
/// [`DecisionUnproved`].
pub fn decide(law: &Law, precision: &Rational) -> Result<DecisionAnswer, DecisionUnproved> {
    let proof = solve_law(law, precision).map_err(DecisionUnproved::Planning)?;
    let checked = check_decision(law, &proof).map_err(DecisionUnproved::Rejected)?;
    Ok(DecisionAnswer { proof, checked })
}
