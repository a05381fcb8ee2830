//! The expected discounted sum of a quantity.
//!
//! The Bellman operator contracts, so its fixed point is unique and nothing has to be decided by sets. Both sides start from a constant: if `k` is
//! the least quantity of any choice, then `k / (1 - γ)` is below every value, and one application of the operator does not lower it.

use crate::bound::{Bound, NO_ROW};
use crate::error::Error;
use crate::game::{Game, Side};
use crate::plan::{assemble, gap_at_start};
use crate::reach::whole_row;
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
    let rows = (0u32..).take(states).map(|state| {
        model
            .choices(state)
            .map(|choice| whole_row(problem, choice))
            .collect()
    });
    let game = Game::new((problem.agent, problem.nature), rows.collect())?.with_gains(quantity, discount)?;
    let bounds = (
        Bound::new(Side::Lower, false, vec![least; states]),
        Bound::new(Side::Upper, false, vec![most; states]),
    );
    let mut solver = Solver::new(&game, settings, bounds, None);
    let gap = |lower: &[f64], upper: &[f64]| gap_at_start(problem, lower, upper);
    let stop = solver.solve(problem.precision, &gap);
    let (lower, upper, sweeps) = (solver.lower, solver.upper, solver.sweeps);
    let followed = if problem.agent == Direction::Maximize {
        &lower.row
    } else {
        &upper.row
    };
    // Where a bound never moved, the constant it started from holds for every choice.
    let policy = (0u32..).zip(followed).map(|(state, &row)| match row {
        NO_ROW => model.choices(state).start,
        row => game.row(row).choice,
    });
    let policy = Policy::Memoryless(policy.collect());
    let rank = vec![0; states];
    let proof = Proof::FixedPoint {
        lower: lower.values,
        upper: upper.values,
        rank,
    };
    assemble(problem, Certificate { policy, proof }, stop, sweeps)
}
