//! The algorithms: policies, brackets and certificates out.
//!
//! [`plan`] takes a [`Problem`] and returns a policy with a bracket on what it is worth, and a certificate of both sides that an independent
//! checker can verify in exact arithmetic.

mod backward;
mod bound;
mod chain;
pub mod consistency;
mod course;
mod discounted;
mod draft;
mod elimination;
mod end_component;
pub mod error;
mod evaluate;
mod first_upper;
mod game;
mod graph;
mod holding;
mod krylov;
mod layout;
mod leap;
mod links;
mod long_run;
mod near;
pub mod once;
mod opponent;
mod oracle;
mod patience;
mod plan;
mod players;
mod policy;
mod qualitative;
mod quotient;
mod reach;
pub mod rules;
pub mod settings;
mod solve;
mod support;
mod total;
mod until;
mod vectors;
mod witness;

pub use error::Error;
pub use settings::{Method, Progress, Settings};

use murphy_problem::{Objective, Plan, Problem, StopReason};
use murphy_world::StateSet;

/// Returns a policy, a bracket on its value and the proof of both.
///
/// # Errors
/// What the planner cannot do, see [`Error`]. A budget that is spent is no error: the bracket is only wider.
pub fn plan(problem: &Problem, settings: &Settings<'_>) -> Result<Plan, Error> {
    let found = by_method(problem, settings)?;
    let swept = matches!(
        problem.objective,
        Objective::Reach { .. } | Objective::Until { .. } | Objective::Discounted { .. }
    );
    // Sweeps may also stop early because they found nothing to start from.
    let stuck = match found.stop {
        StopReason::Precise => false,
        StopReason::Stalled => true,
        StopReason::SweepsSpent => found.sweeps < settings.sweeps_max,
    };
    if settings.method == Method::Auto && swept && stuck {
        return policy::second_opinion(problem, found);
    }
    Ok(found)
}

fn by_method(problem: &Problem, settings: &Settings<'_>) -> Result<Plan, Error> {
    check(problem)?;
    let by_sweeps = matches!(settings.method, Method::Auto | Method::ValueIteration);
    match &problem.objective {
        Objective::Reach { .. } | Objective::Until { .. } | Objective::Discounted { .. } if !by_sweeps => {
            policy::plan(problem, settings)
        }
        Objective::BoundedReach { .. } | Objective::Horizon { .. } if settings.method != Method::Auto => {
            Err(Error::Method)
        }
        Objective::Reach { target, avoid } => reach::plan_reach(problem, (target, avoid), settings),
        Objective::BoundedReach { target, avoid, steps } => {
            backward::plan_bounded_reach(problem, (target, avoid), *steps, settings)
        }
        Objective::Until { quantity, target } => until::plan_until(problem, quantity, target, settings),
        Objective::Horizon { quantity, steps } => backward::plan_horizon(problem, quantity, *steps, settings),
        Objective::Total { quantity } => total::plan_total(problem, quantity, settings),
        Objective::LongRun { quantity } => long_run::plan_long_run(problem, quantity, settings),
        Objective::Discounted { quantity, discount } => {
            discounted::plan_discounted(problem, quantity, discount, settings)
        }
    }
}

/// Returns where reaching `target` outside `avoid` is worth more than zero, and where it is worth one, decided exactly and by sets alone.
#[must_use]
pub fn possible_and_sure(problem: &Problem, target: &StateSet, avoid: &StateSet) -> (StateSet, StateSet) {
    let arena = qualitative::Arena::new(&problem.model, problem.agent, problem.nature);
    let possible = arena.positive(target.flags(), avoid.flags());
    let sure = arena.almost_sure(target.flags(), avoid.flags());
    (
        StateSet::from_flags(possible.inside),
        StateSet::from_flags(sure.inside),
    )
}

/// Refuses what does not fit together.
fn check(problem: &Problem) -> Result<(), Error> {
    if problem.precision.is_nan() || problem.precision <= 0.0 {
        return Err(Error::Precision {
            found: problem.precision,
        });
    }
    let (states, choices) = (problem.model.state_count(), problem.model.choice_count());
    let fits = match &problem.objective {
        Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
            target.state_count() == states
                && avoid.state_count() == states
                && target.intersection(avoid).is_empty()
        }
        Objective::Until { quantity, target } => target.state_count() == states && quantity.len() == choices,
        Objective::Horizon { quantity, .. }
        | Objective::Discounted { quantity, .. }
        | Objective::Total { quantity }
        | Objective::LongRun { quantity } => quantity.len() == choices,
    };
    if fits { Ok(()) } else { Err(Error::Mismatch) }
}
