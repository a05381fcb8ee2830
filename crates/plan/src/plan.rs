//! From vectors to a plan: the bracket at the start, rounded outward from exact sums.

use crate::error::Error;
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Plan, Problem, Proof, StopReason};

/// Returns the exact expectation of a vector over the initial states, or `None` if it is infinite.
fn at_start(problem: &Problem, values: &[f64]) -> Option<Rational> {
    let mut total = Rational::ZERO;
    for (state, weight) in problem.model.initial() {
        total += weight * Rational::from_f64(*values.get(*state as usize)?)?;
    }
    Some(total)
}

/// Returns the gap between two vectors at the start.
pub(crate) fn gap_at_start(problem: &Problem, lower: &[f64], upper: &[f64]) -> f64 {
    match (at_start(problem, lower), at_start(problem, upper)) {
        (Some(lower), Some(upper)) => (upper - lower).ceil_f64(),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

/// Returns the bracket that two vectors give the goal at the start.
pub(crate) fn bracket_at_start(problem: &Problem, lower: &[f64], upper: &[f64]) -> Bracket {
    let (mut lower, mut upper) = (at_start(problem, lower), at_start(problem, upper));
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
