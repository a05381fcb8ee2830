//! The expected discounted sum of a quantity.
//!
//! The Bellman operator contracts, so its fixed point is unique and nothing has to be decided by sets. Both sides start from a constant: if `k` is
//! the least quantity of any choice, then `k / (1 - γ)` is below every value, and one application of the operator does not lower it.

use crate::bound::Bound;
use crate::draft::Row;
use crate::error::Error;
use crate::game::{Game, Side, Terms};
use crate::plan::assemble;
use crate::settings::Settings;
use crate::solve::Solver;
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Plan, Policy, Problem, Proof};

/// Plans for a discounted sum.
pub(crate) fn plan_discounted(
    problem: &Problem,
    quantity: &[Rational],
    discount: &Rational,
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    if discount.is_negative() || *discount >= Rational::ONE {
        return Err(Error::Discount {
            found: discount.clone(),
        });
    }
    let model = &problem.model;
    let states = model.state_count();
    let (Some(least), Some(most)) = (quantity.iter().min(), quantity.iter().max()) else {
        return Err(Error::Mismatch);
    };
    let rest = Rational::ONE - discount;
    let (least, most) = ((least / &rest).floor_f64(), (most / &rest).ceil_f64());
    if !least.is_finite() || !most.is_finite() {
        return Err(Error::FloatRange);
    }
    let known = vec![0.0; states];
    let terms = Terms {
        agent: problem.agent,
        nature: problem.nature,
        known: &known,
        gains: Some((quantity, discount)),
        goes: false,
    };
    let game = Game::new(model, &terms, |state, rows| {
        rows.extend(model.choices(state).map(Row::whole));
    })?;
    let bounds = (
        Bound::new(Side::Lower, false, vec![least; states]),
        Bound::new(Side::Upper, false, vec![most; states]),
    );
    let mut solver = Solver::new(&game, settings, bounds, None);
    let stop = solver.solve(problem);
    let (lower, upper, sweeps) = solver.finish();
    let followed = if problem.agent == Direction::Maximize {
        &lower.choices
    } else {
        &upper.choices
    };
    // Where a bound never moved, the constant it started from holds for every choice.
    let policy = (0u32..)
        .zip(followed)
        .map(|(state, followed)| followed.unwrap_or(model.choices(state).start));
    let policy = Policy::Memoryless(policy.collect());
    let rank = vec![0; states];
    let proof = Proof::FixedPoint {
        lower: lower.values,
        upper: upper.values,
        rank,
    };
    assemble(problem, Certificate { policy, proof }, stop, sweeps)
}
