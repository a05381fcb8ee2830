//! The discounted sum of a quantity: the only fixed point of a contraction.
//!
//! *If every obliged choice has `c + γ·nat(x) ≥ x(s)` (or `≤`) in every state, then the value is at least (at most) `x`.* Against the
//! strategies that the inequalities show, `x(s) ≤ E[Σ_{t<n} γᵗcₜ] + γⁿ·E[x(sₙ)]` for every `n`, and the last term vanishes because
//! `x` is bounded and `0 ≤ γ < 1`. ∎

use crate::arena::Arena;
use crate::checked::Proved;
use crate::expectation::Step;
use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;

/// Checks one side.
pub(crate) fn side(
    arena: &Arena<'_>,
    side: Side,
    (quantity, discount): (&[Rational], &Rational),
    vector: &[f64],
) -> Result<Proved, Rejection> {
    let values = arena.finite(side, vector)?;
    let inequalities = arena.every_state(|state| {
        let value = values[state as usize];
        let mut count = 0;
        for choice in arena.obliged(side, state, 0) {
            let step = Step {
                gain: &quantity[choice as usize],
                discount,
            };
            let order = arena.compare((side, choice), &values, step, value);
            let order = order.map_err(arena.failed(side, state, choice))?;
            let holds = match side {
                Side::Lower => order.is_ge(),
                Side::Upper => order.is_le(),
            };
            if !holds {
                let branches = arena.gather(choice, &values);
                return Err(arena.unequal(side, (state, choice), (&branches, step), value));
            }
            count += 1;
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&values, &[], inequalities))
}
