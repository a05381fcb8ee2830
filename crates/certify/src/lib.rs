//! The checker: whether a certificate proves a bracket, decided in exact arithmetic.
//!
//! It shares no code with whatever found the certificate, searches for nothing, and decides nothing in floats. It reads as the proof: each
//! objective has one module, and that module states the theorem whose hypotheses it verifies.
//!
//! | objective | what is verified | where |
//! | --- | --- | --- |
//! | reach | a sub-solution with progress, a super-solution | `reach` |
//! | sum until | a sub-solution where the value is finite, a strict super-solution | `until`, `qualitative` |
//! | sum for ever | a sub-solution with progress where the value is finite, a super-solution | `total`, `infinite` |
//! | long-run mean | means that do not fall, and biases where they tie | `long_run`, `lexicographic` |
//! | discounted sum | a sub- and a super-solution | `discounted` |
//! | step-bounded | nothing: it is recomputed, backward | `backward` |
//! | any of them, as a fraction | a fixed point with progress, in fractions of any size | `exact`, `fractions` |
//!
//! All of them come down to two statements about one credal set, *some distribution has `p·x ≥ y`* and *every distribution has it*; module
//! `expectation` says how they are shown. On the side that the agent guarantees, the inequalities follow the policy of the certificate, so
//! that what is proved is what *this* policy is worth; on the other side they hold for every choice.
//!
//! # Trust
//! Beside this crate: the membership test and the weak-duality bound of `murphy-credal`, for sets other than single distributions and
//! bounds on each probability, and the arithmetic of `dashu`.

pub mod anew;
mod arena;
mod backward;
mod checked;
pub mod decision;
mod discounted;
mod dyadic;
mod exact;
mod expectation;
mod fractions;
pub mod hidden;
mod hope;
mod infinite;
mod lexicographic;
mod long_run;
mod member;
mod qualitative;
mod quick;
mod reach;
mod rejection;
pub mod stages;
mod total;
mod until;
mod whole;

pub use anew::check_anew;
pub use checked::Checked;
pub use decision::{DecisionChecked, DecisionRejection, check_decision};
pub use exact::{ExactValues, check_exact, exact_steps};
pub use expectation::Failure;
pub use hidden::check_hidden;
pub use rejection::{Place, Rejection, Side};
pub use stages::{check_on_states, check_stages};

use arena::Arena;
use backward::Aim;
use checked::Proved;
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
    let (lower, upper) = match &problem.objective {
        Objective::BoundedReach { .. } | Objective::Horizon { .. } => backward(&arena, &certificate.proof)?,
        Objective::LongRun { quantity } => in_the_long_run(&arena, quantity, &certificate.proof)?,
        _ => by_fixed_point(&arena, &certificate.proof)?,
    };
    Ok(Checked::new(
        lower,
        upper,
        problem.complemented,
        problem.model.state_count(),
    ))
}

/// Checks both sides of an objective whose values are a fixed point.
fn by_fixed_point(arena: &Arena<'_>, proof: &Proof) -> Result<(Proved, Proved), Rejection> {
    let Proof::FixedPoint { lower, upper, rank } = proof else {
        return Err(Rejection::Kind {
            expected: "a lower and an upper value of every state",
        });
    };
    vectors_fit(arena, [lower, upper])?;
    match &arena.problem.objective {
        Objective::Until { quantity, target } => {
            let sum = Sum { quantity, target };
            Ok((until::lower(arena, sum, lower)?, until::upper(arena, sum, upper)?))
        }
        Objective::Total { quantity } => Ok((
            total::lower(arena, quantity, lower)?,
            total::upper(arena, quantity, upper)?,
        )),
        Objective::Discounted { quantity, discount } => {
            let sum = (&**quantity, discount);
            Ok((
                discounted::side(arena, Side::Lower, sum, lower)?,
                discounted::side(arena, Side::Upper, sum, upper)?,
            ))
        }
        Objective::Reach { target, avoid } => {
            length("rank", arena.model().state_count(), rank.len())?;
            let ends = Ends { target, avoid };
            Ok((
                reach::lower(arena, ends, lower, rank)?,
                reach::upper(arena, ends, upper)?,
            ))
        }
        _ => Err(Rejection::Problem {
            what: "the values of this objective are not a fixed point",
        }),
    }
}

/// Checks both sides of a long-run mean.
fn in_the_long_run(
    arena: &Arena<'_>,
    quantity: &[Rational],
    proof: &Proof,
) -> Result<(Proved, Proved), Rejection> {
    let Proof::LongRun {
        lower,
        upper,
        lower_bias,
        upper_bias,
    } = proof
    else {
        return Err(Rejection::Kind {
            expected: "a lower and an upper mean and bias of every state",
        });
    };
    vectors_fit(arena, [lower, upper])?;
    vectors_fit(arena, [lower_bias, upper_bias])?;
    Ok((
        long_run::side(arena, Side::Lower, quantity, (lower, lower_bias))?,
        long_run::side(arena, Side::Upper, quantity, (upper, upper_bias))?,
    ))
}

/// Recomputes both sides of an objective with a step bound.
fn backward(arena: &Arena<'_>, proof: &Proof) -> Result<(Proved, Proved), Rejection> {
    let (aim, steps) = match (&arena.problem.objective, proof) {
        (Objective::BoundedReach { target, avoid, steps }, Proof::Backward) => {
            (Aim::Ends(Ends { target, avoid }), *steps)
        }
        (Objective::Horizon { quantity, steps }, Proof::Backward) => (Aim::Sum(quantity), *steps),
        _ => {
            return Err(Rejection::Kind {
                expected: "none but a policy, from which the values are recomputed",
            });
        }
    };
    Ok((
        backward::side(arena, Side::Lower, aim, steps)?,
        backward::side(arena, Side::Upper, aim, steps)?,
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
        Objective::Total { quantity } => {
            if quantity.iter().any(Rational::is_negative) {
                return refuse("a quantity that is summed for ever must not be negative");
            }
            summed(quantity)
        }
        Objective::Horizon { quantity, .. } | Objective::LongRun { quantity } => summed(quantity),
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
