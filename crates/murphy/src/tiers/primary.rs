//! The plan for several goals as a plan for the first of them, which everything that reads plans understands.

use crate::answer::{Answer, solve};
use crate::tiers::proof::following;
use crate::tiers::{TierError, Tiered};
use murphy_certify::check;
use murphy_plan::Settings;
use murphy_problem::{Certificate, Direction, Plan, Policy, Problem, Proof, Questions, StopReason};

/// Returns the plan as one for the first goal alone. Its bracket goes from what the policy guarantees to what no policy exceeds, requirements
/// or not.
///
/// # Errors
/// [`TierError`], if a proof fails.
pub fn first_goal(
    questions: &Questions,
    tiered: &Tiered,
    settings: &Settings<'_>,
) -> Result<Answer, TierError> {
    let goal = &questions.goals[0];
    let certificate = match &tiered.policy {
        Policy::Stepwise(_) => Certificate {
            policy: tiered.policy.clone(),
            proof: Proof::Backward,
        },
        Policy::Memoryless(row) => Certificate {
            policy: tiered.policy.clone(),
            proof: both_sides(goal, row, settings)?,
        },
    };
    let checked = check(goal, &certificate).map_err(Box::new)?;
    let stop = if checked.bracket.gap() <= goal.precision {
        StopReason::Precise
    } else {
        StopReason::Stalled
    };
    let plan = Plan {
        policy: tiered.policy.clone(),
        bracket: checked.bracket,
        certificate,
        stop,
        sweeps: 0,
    };
    Ok(Answer { plan, checked })
}

/// Puts together what proves the policy's side, where only Nature picks, and what proves the side that holds for every policy.
fn both_sides(goal: &Problem, row: &[u32], settings: &Settings<'_>) -> Result<Proof, TierError> {
    let followed = following(goal, row).ok_or(TierError::Shape)?;
    let achieved = solve(&followed, settings)?.plan.certificate.proof;
    let best = solve(goal, settings)?.plan.certificate.proof;
    match (achieved, best) {
        (
            Proof::FixedPoint { lower, upper, rank },
            Proof::FixedPoint {
                lower: best_lower,
                upper: best_upper,
                rank: best_rank,
            },
        ) => Ok(match goal.agent {
            Direction::Maximize => Proof::FixedPoint {
                lower,
                upper: best_upper,
                rank,
            },
            Direction::Minimize => Proof::FixedPoint {
                lower: best_lower,
                upper,
                rank: best_rank,
            },
        }),
        (
            Proof::LongRun {
                lower,
                upper,
                lower_bias,
                upper_bias,
            },
            Proof::LongRun {
                lower: best_lower,
                upper: best_upper,
                lower_bias: best_lower_bias,
                upper_bias: best_upper_bias,
            },
        ) => Ok(match goal.agent {
            Direction::Maximize => Proof::LongRun {
                lower,
                upper: best_upper,
                lower_bias,
                upper_bias: best_upper_bias,
            },
            Direction::Minimize => Proof::LongRun {
                lower: best_lower,
                upper,
                lower_bias: best_lower_bias,
                upper_bias,
            },
        }),
        _ => Err(TierError::Shape),
    }
}
