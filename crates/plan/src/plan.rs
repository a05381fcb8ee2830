//! From vectors to a plan: the bracket at the start, rounded outward from exact sums.

use crate::error::Error;
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Plan, Problem, Proof, StopReason};
use murphy_world::StateId;

/// Returns the exact expectation of a vector over the initial states, or `None` if it is infinite; `place` says where a state's value stands.
fn at_start(problem: &Problem, values: &[f64], place: impl Fn(StateId) -> u32) -> Option<Rational> {
    let mut total = Rational::ZERO;
    for (state, weight) in problem.model.initial() {
        total += weight * Rational::from_f64(*values.get(place(*state) as usize)?)?;
    }
    Some(total)
}

/// Returns the gap between two vectors at the start; `place` says where a state's value stands.
pub(crate) fn gap_at_start(
    problem: &Problem,
    (lower, upper): (&[f64], &[f64]),
    place: impl Fn(StateId) -> u32,
) -> f64 {
    match (at_start(problem, lower, &place), at_start(problem, upper, &place)) {
        (Some(lower), Some(upper)) => (upper - lower).ceil_f64(),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

/// Returns the bracket that two vectors give the goal at the start.
pub(crate) fn bracket_at_start(problem: &Problem, lower: &[f64], upper: &[f64]) -> Bracket {
    let (mut lower, mut upper) = (
        at_start(problem, lower, |state| state),
        at_start(problem, upper, |state| state),
    );
    if problem.complemented {
        let complement = |value: Option<Rational>| value.map(|value| Rational::ONE - value);
        (lower, upper) = (complement(upper), complement(lower));
    }
    Bracket {
        lower: lower.map_or(f64::INFINITY, |value| value.floor_f64()),
        upper: upper.map_or(f64::INFINITY, |value| value.ceil_f64()),
    }
}

/// Returns the plan that a certificate without a step bound proves.
pub(crate) fn assemble(
    problem: &Problem,
    certificate: Certificate,
    stop: StopReason,
    sweeps: u64,
) -> Result<Plan, Error> {
    let bracket = match &certificate.proof {
        Proof::FixedPoint { lower, upper, .. } => bracket_at_start(problem, lower, upper),
        Proof::Backward | Proof::LongRun { .. } => return Err(Error::Mismatch),
    };
    Ok(Plan {
        policy: certificate.policy.clone(),
        bracket,
        certificate,
        stop,
        sweeps,
    })
}
