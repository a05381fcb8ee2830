//! The checker: whether a certificate proves a bracket, decided in exact arithmetic.
//!
//! It shares no code with whatever found the certificate, searches for nothing, and decides nothing in floats. It reads as the proof: each
//! objective has one module, and that module states the theorem whose hypotheses it verifies.
//!
//! | objective | what is verified | where |
//! | --- | --- | --- |
//! | reach | a sub-solution with progress, a super-solution | `reach` |
//! | sum until | a sub-solution where the value is finite, a strict super-solution | `until`, `qualitative` |
//! | discounted sum | a sub- and a super-solution | `discounted` |
//! | step-bounded | nothing: it is recomputed, backward | `backward` |
//!
//! All of them come down to two statements about one credal set, *some distribution has `p·x ≥ y`* and *every distribution has it*; module
//! `expectation` says how they are shown. On the side that the agent guarantees, the inequalities follow the policy of the certificate, so
//! that what is proved is what *this* policy is worth; on the other side they hold for every choice.
//!
//! # Trust
//! Beside this crate: the membership test and the weak-duality bound of `murphy-credal`, for sets other than single distributions and
//! bounds on each probability, and the arithmetic of `dashu`.

mod arena;
mod backward;
mod checked;
pub mod decision;
mod discounted;
mod dyadic;
mod expectation;
pub mod hidden;
mod member;
mod qualitative;
mod quick;
mod reach;
mod rejection;
pub mod stages;
mod until;
mod whole;

pub use checked::Checked;
pub use decision::{DecisionChecked, DecisionRejection, check_decision};
pub use expectation::Failure;
pub use hidden::check_hidden;
pub use rejection::{Place, Rejection, Side};
pub use stages::check_stages;

use arena::Arena;
use backward::Aim;
use murphy_notation::Rational;
use murphy_problem::{Certificate, Objective, Policy, Problem, Proof, Settled, Stance};
use murphy_world::StateSet;
use reach::Ends;
use until::Sum;

/// Returns what the certificate proves of the value of the problem at its start.
///
/// Compare it with what a plan claims by [`Checked::proves`].
///
/// # Errors
/// [`Rejection`]: the first inequality that does not hold, in the order lower side, upper side, states.
pub fn check(problem: &Problem, certificate: &Certificate) -> Result<Checked, Rejection> {
    let arena = Arena {
        problem,
        policy: &certificate.policy,
    };
    well_posed(problem)?;
    policy_fits(&arena)?;
    let (lower, upper) = match (&problem.objective, &certificate.proof) {
        (Objective::Reach { target, avoid }, Proof::FixedPoint { lower, upper, rank }) => {
            vectors_fit(&arena, [lower, upper])?;
            length("rank", arena.model().state_count(), rank.len())?;
            let ends = Ends { target, avoid };
            (
                reach::lower(&arena, ends, lower, rank)?,
                reach::upper(&arena, ends, upper)?,
            )
        }
        (Objective::Until { quantity, target }, Proof::FixedPoint { lower, upper, .. }) => {
            vectors_fit(&arena, [lower, upper])?;
            let sum = Sum { quantity, target };
            (
                until::lower(&arena, sum, lower)?,
                until::upper(&arena, sum, upper)?,
            )
        }
        (Objective::Discounted { quantity, discount }, Proof::FixedPoint { lower, upper, .. }) => {
            vectors_fit(&arena, [lower, upper])?;
            let sum = (quantity.as_slice(), discount);
            (
                discounted::side(&arena, Side::Lower, sum, lower)?,
                discounted::side(&arena, Side::Upper, sum, upper)?,
            )
        }
        (Objective::BoundedReach { target, avoid, steps }, Proof::Backward) => {
            let aim = Aim::Ends(Ends { target, avoid });
            (
                backward::side(&arena, Side::Lower, aim, *steps)?,
                backward::side(&arena, Side::Upper, aim, *steps)?,
            )
        }
        (Objective::Horizon { quantity, steps }, Proof::Backward) => {
            let aim = Aim::Sum(quantity);
            (
                backward::side(&arena, Side::Lower, aim, *steps)?,
                backward::side(&arena, Side::Upper, aim, *steps)?,
            )
        }
        (Objective::BoundedReach { .. } | Objective::Horizon { .. }, _) => {
            return Err(Rejection::Kind {
                expected: "none but a policy, from which the values are recomputed",
            });
        }
        _ => {
            return Err(Rejection::Kind {
                expected: "a lower and an upper value of every state",
            });
        }
    };
    Ok(Checked::new(
        lower,
        upper,
        problem.complemented,
        problem.model.state_count(),
    ))
}

/// Refuses a problem that the theorems do not speak of.
fn well_posed(problem: &Problem) -> Result<(), Rejection> {
    let refuse = |what| Err(Rejection::Problem { what });
    if problem.settled != Settled::EachAction && problem.stance != Stance::Nominal {
        return refuse("certificates assume that Nature settles each time, after seeing the action");
    }
    let fits = |set: &StateSet| set.state_count() == problem.model.state_count();
    let summed = |quantity: &[Rational]| quantity.len() == problem.model.choice_count();
    let complete = match &problem.objective {
        Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
            reach::disjoint(Ends { target, avoid })?;
            fits(target) && fits(avoid)
        }
        Objective::Until { quantity, target } => {
            if quantity.iter().any(Rational::is_negative) {
                return refuse("a quantity that is summed until a target must not be negative");
            }
            summed(quantity) && fits(target)
        }
        Objective::Horizon { quantity, .. } => summed(quantity),
        Objective::Discounted { quantity, discount } => {
            if discount.is_negative() || *discount >= Rational::ONE {
                return refuse("a discount must not be below 0 and must be below 1");
            }
            summed(quantity)
        }
    };
    let probability = matches!(
        problem.objective,
        Objective::Reach { .. } | Objective::BoundedReach { .. }
    );
    match (complete, problem.complemented && !probability) {
        (false, _) => refuse("the objective is of another model"),
        (_, true) => refuse("only a probability has a complement"),
        _ => Ok(()),
    }
}

/// Refuses a policy that is not one of the model.
fn policy_fits(arena: &Arena<'_>) -> Result<(), Rejection> {
    let model = arena.model();
    let bounded = matches!(
        arena.problem.objective,
        Objective::BoundedReach { .. } | Objective::Horizon { .. }
    );
    let rows = match arena.policy {
        Policy::Memoryless(row) => std::slice::from_ref(row),
        Policy::Stepwise(rows) if bounded => rows,
        Policy::Stepwise(_) => {
            return Err(Rejection::Kind {
                expected: "a policy without memory",
            });
        }
    };
    let steps = match arena.problem.objective {
        Objective::BoundedReach { steps, .. } | Objective::Horizon { steps, .. } => steps,
        _ => 1,
    };
    if rows.is_empty() && steps > 0 {
        return Err(Rejection::Length {
            what: "policy",
            expected: steps as usize,
            found: 0,
        });
    }
    for row in rows {
        length("policy", model.state_count(), row.len())?;
        for (state, &choice) in (0..).zip(row) {
            if !model.choices(state).contains(&choice) {
                return Err(Rejection::ForeignChoice {
                    state,
                    name: model.state_name(state),
                    choice,
                });
            }
        }
    }
    Ok(())
}

fn vectors_fit(arena: &Arena<'_>, [lower, upper]: [&[f64]; 2]) -> Result<(), Rejection> {
    length("lower", arena.model().state_count(), lower.len())?;
    length("upper", arena.model().state_count(), upper.len())
}

fn length(what: &'static str, expected: usize, found: usize) -> Result<(), Rejection> {
    if expected == found {
        Ok(())
    } else {
        Err(Rejection::Length {
            what,
            expected,
            found,
        })
    }
}
