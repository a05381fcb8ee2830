//! The expected sum of a non-negative quantity for ever: the least fixed point of `c + nat`.
//!
//! The value is nowhere negative; on the lower side let `y` be the vector with negative entries raised to 0.
//!
//! **Upper.** *If `y ≥ 0`, and, where `y(s)` is finite, every obliged choice has `c + nat(y) ≤ y(s)`, with all mass on states of finite `y`,
//! then the value is at most `y`.* Against the strategies that the inequalities show, `y(sₙ) + Σ_{t<n} cₜ` is a non-negative
//! supermartingale, so the expected sum of any number of steps is at most `y(s)`. ∎
//!
//! **Lower.** Let `I` be a set of states where the value is infinite ([`crate::infinite`] finds one). *If outside `I`, where `y(s) > 0`, `y(s)` is finite, and
//! every obliged choice has `c + nat(y) ≥ y(s)`, and either strictly so or with `c > 0`, then the value is at least `y`.*
//!
//! *Proof.* Suppose that against the strategies that the inequalities show the expected sum from `s` is finite (else there is nothing to
//! prove). Then `I` is never reached, and `y` is bounded on the play. `y(sₙ) + Σ_{t<n} cₜ`, stopped where `y = 0`, is a submartingale whose
//! expectation is bounded, and by compactness it grows by some fixed `δ > 0` at each strict state, so those are visited finitely often;
//! so are choices with `c > 0`, for otherwise the sum were infinite. There are no other states, so the play is stopped almost surely, and `y(s)`
//! is at most the expected sum until then, since what is left of `y` fades. ∎

use crate::arena::Arena;
use crate::checked::Proved;
use crate::dyadic::Dyadic;
use crate::expectation::Step;
use crate::infinite::infinite_region;
use crate::rejection::{Rejection, Side};
use crate::until::Extended;
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId, StateSet};
use std::cmp::Ordering;

/// Checks the upper side.
pub(crate) fn upper(arena: &Arena<'_>, quantity: &[Rational], vector: &[f64]) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Upper;
    let bound = Extended::new(arena, SIDE, vector)?;
    for (state, value) in (0..).zip(&bound.values) {
        if *value < Dyadic::ZERO {
            return Err(arena.beyond(SIDE, state, *value, Rational::ZERO));
        }
    }
    let inequalities = arena.every_state(|state| {
        if bound.infinite[state as usize] {
            return Ok(0);
        }
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            at_most(arena, &quantity[choice as usize], &bound, (state, choice))?;
            count += 1;
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&bound.values, &bound.infinite, inequalities))
}

/// Checks `c + nat(y) ≤ y(s)`, with no mass where `y` is infinite.
fn at_most(
    arena: &Arena<'_>,
    gain: &Rational,
    bound: &Extended,
    (state, choice): (StateId, ChoiceId),
) -> Result<(), Rejection> {
    const SIDE: Side = Side::Upper;
    let failed = arena.failed(SIDE, state, choice);
    let step = Step {
        gain,
        discount: &Rational::ONE,
    };
    let branches = arena.gather(choice, &bound.values);
    let infinite = arena.gather(choice, &bound.infinite);
    let value = bound.values[state as usize];
    let order = arena
        .question(SIDE, choice)
        .compare_finite(&branches, step, value, &infinite)
        .map_err(&failed)?;
    match order {
        Some(Ordering::Less | Ordering::Equal) => Ok(()),
        Some(Ordering::Greater) => Err(arena.unequal(SIDE, (state, choice), (&branches, step), value)),
        None => Err(Rejection::ReachesInfinite {
            place: arena.place(SIDE, state, Some(choice)),
        }),
    }
}

/// Checks the lower side.
pub(crate) fn lower(arena: &Arena<'_>, quantity: &[Rational], vector: &[f64]) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Lower;
    let mut bound = Extended::new(arena, SIDE, vector)?;
    for value in &mut bound.values {
        *value = (*value).max(Dyadic::ZERO);
    }
    let endless = if bound.infinite.contains(&true) {
        infinite_region(arena, quantity)?
    } else {
        StateSet::none(arena.model().state_count())
    };
    let inequalities = arena.every_state(|state| {
        let value = bound.values[state as usize];
        if endless.contains(state) || value.is_zero() {
            return Ok(0);
        }
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            if bound.infinite[state as usize] {
                return Err(Rejection::EndlessClaimed {
                    place: arena.place(SIDE, state, Some(choice)),
                });
            }
            let gain = &quantity[choice as usize];
            let step = Step {
                gain,
                discount: &Rational::ONE,
            };
            let branches = arena.gather(choice, &bound.values);
            let order = arena.question(SIDE, choice).compare(&branches, step, value);
            match order.map_err(arena.failed(SIDE, state, choice))? {
                Ordering::Less => {
                    return Err(arena.unequal(SIDE, (state, choice), (&branches, step), value));
                }
                Ordering::Equal if !gain.is_positive() => {
                    return Err(Rejection::NoProgress {
                        place: arena.place(SIDE, state, Some(choice)),
                        value: value.to_rational(),
                    });
                }
                _ => count += 1,
            }
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&bound.values, &bound.infinite, inequalities))
}

impl crate::expectation::Question<'_> {
    /// Compares a proved upper bound of `gain + discount·nat(values)` with `with`, where Nature must keep off an event (if she
    /// maximises), or does by a distribution that is found (if she minimises); `None` if the event may not be kept off.
    pub(crate) fn compare_finite(
        &self,
        values: &[Dyadic],
        step: Step<'_>,
        with: Dyadic,
        off: &[bool],
    ) -> Result<Option<Ordering>, crate::Failure> {
        if !off.contains(&true) {
            return self.compare(values, step, with).map(Some);
        }
        if self.nature == Direction::Minimize {
            return self.compare_off(values, step, with, off);
        }
        if self.probability_sign(off)?.is_gt() {
            return Ok(None);
        }
        // No distribution has mass there, so that what stands there does not matter.
        let kept: Vec<Dyadic> = values
            .iter()
            .zip(off)
            .map(|(value, off)| if *off { Dyadic::ZERO } else { *value })
            .collect();
        self.compare(&kept, step, with).map(Some)
    }
}
