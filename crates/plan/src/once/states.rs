//! Decision problems on states, each by the method that fits: vectors, answers and counter-answers, boxes of what is settled.

use crate::once::law::DecisionError;
use crate::once::oracle::solve_by_answers;
use crate::once::split::split_stages;
use crate::once::vector::solve_stages;
use murphy_notation::Rational;
use murphy_problem::decision::{StageLaw, StagePlan, StageProof, Stages};

/// Returns a plan of a decision problem on states with what proves it.
///
/// - Every unknown matters once in a run: Nature's worst is at the ends of their ranges, which are finitely many environments.
/// - One matters again and again: the same against ever more of its values, and bounds on boxes of them, in a bracket of `precision`, or as narrow as it becomes.
///
/// # Errors
/// [`DecisionError`].
pub fn solve_on_states(law: &StageLaw, precision: &Rational) -> Result<StageProof, DecisionError> {
    if law.repeated.is_some() {
        return split_stages(law, precision);
    }
    let settlements = law.ends()?;
    Ok(StageProof {
        plan: solve_once(&law.among(&settlements)?, precision)?,
        settlements,
        boxes: Vec::new(),
    })
}

/// Returns a plan against finitely many environments: exactly by vectors, or where these are too many by answers and counter-answers.
pub(crate) fn solve_once(stages: &Stages, precision: &Rational) -> Result<StagePlan, DecisionError> {
    match solve_stages(stages) {
        Err(DecisionError::TooLarge { .. }) => solve_by_answers(stages, precision),
        plan => plan,
    }
}
