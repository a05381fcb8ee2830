//! The expected sum of a non-negative quantity until the target, infinite where the target may be missed.
//!
//! Whatever the vectors say, the value is 0 on the target `T` and nowhere negative; let `y` be the vector with that put in.
//!
//! **Upper.** *If `x ≥ 0` on every state, and, where `y(s)` is finite outside `T`, every obliged choice has `c + nat(y) < y(s)` strictly, with all
//! mass on states of finite `y`, then the value is at most `y`.* By compactness the inequality has a uniform slack `δ > 0`. Against the
//! strategies that the inequalities show, `y(sₙ) + Σ_{t<n} (cₜ + δ)` is a non-negative supermartingale until `T`, so the expected number of
//! steps is at most `y(s)/δ`: the target is reached almost surely, and the expected sum is at most `y(s)`. ∎
//!
//! **Lower.** Let `F` be any set of states outside of which the value is infinite ([`crate::qualitative`] finds the smallest). *If `x ≤ 0` on
//! `T`, and in `F \ T`, where `y(s) > 0`, every obliged choice has `c + nat(y) ≥ y(s)`, and `y` is finite in `F`, then the value is at least
//! `y`.* If the target is missed with positive probability or `F` is left, the sum is infinite. Otherwise `y(s) ≤ E[Σ_{t<n} cₜ] + E[y(sₙ)]` for every `n`, and
//! the last term vanishes because `y` is bounded in `F` and 0 on `T`. ∎ Outside `F` every number is a lower bound, so the
//! proof may put any large one where the certificate says infinity.

use crate::arena::Arena;
use crate::checked::Proved;
use crate::dyadic::Dyadic;
use crate::expectation::Step;
use crate::qualitative::finite_region;
use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId, StateSet};
use std::cmp::Ordering;

/// A quantity to be summed and where the sum ends.
#[derive(Clone, Copy)]
pub(crate) struct Sum<'a> {
    pub(crate) quantity: &'a [Rational],
    pub(crate) target: &'a StateSet,
}

impl Sum<'_> {
    fn step(&self, choice: ChoiceId) -> Step<'_> {
        Step {
            gain: &self.quantity[choice as usize],
            discount: &Rational::ONE,
        }
    }
}

/// A vector whose entries may be infinite: those are flagged, and [`Dyadic::HUGE`] stands for them.
pub(crate) struct Extended {
    pub(crate) values: Vec<Dyadic>,
    pub(crate) infinite: Vec<bool>,
}

impl Extended {
    pub(crate) fn new(arena: &Arena<'_>, side: Side, vector: &[f64]) -> Result<Self, Rejection> {
        let infinite: Vec<bool> = vector.iter().map(|value| *value == f64::INFINITY).collect();
        let finite: Vec<f64> = vector
            .iter()
            .map(|&value| if value == f64::INFINITY { 0.0 } else { value })
            .collect();
        let mut values = arena.finite(side, &finite)?;
        for (value, _) in values
            .iter_mut()
            .zip(&infinite)
            .filter(|(_, infinite)| **infinite)
        {
            *value = Dyadic::HUGE;
        }
        Ok(Self { values, infinite })
    }
}

/// Checks the upper side.
pub(crate) fn upper(arena: &Arena<'_>, sum: Sum<'_>, vector: &[f64]) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Upper;
    let mut bound = Extended::new(arena, SIDE, vector)?;
    for (state, value) in (0..).zip(&mut bound.values) {
        if *value < Dyadic::ZERO {
            return Err(arena.beyond(SIDE, state, *value, Rational::ZERO));
        }
        if sum.target.contains(state) {
            *value = Dyadic::ZERO;
            bound.infinite[state as usize] = false;
        }
    }
    let inequalities = arena.every_state(|state| {
        if sum.target.contains(state) || bound.infinite[state as usize] {
            return Ok(0);
        }
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            undercut(arena, sum, &bound, (state, choice))?;
            count += 1;
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&bound.values, &bound.infinite, inequalities))
}

/// Checks `c + nat(y) < y(s)`, with no mass where `y` is infinite.
fn undercut(
    arena: &Arena<'_>,
    sum: Sum<'_>,
    bound: &Extended,
    (state, choice): (StateId, ChoiceId),
) -> Result<(), Rejection> {
    const SIDE: Side = Side::Upper;
    let failed = arena.failed(SIDE, state, choice);
    let question = arena.question(SIDE, choice);
    let (value, step) = (bound.values[state as usize], sum.step(choice));
    let targets = arena.model().targets(choice);
    if targets.iter().all(|next| !bound.infinite[*next as usize])
        && arena
            .compare((SIDE, choice), &bound.values, step, value)
            .map_err(&failed)?
            .is_lt()
    {
        return Ok(());
    }
    let mut branches = arena.gather(choice, &bound.values);
    let infinite = arena.gather(choice, &bound.infinite);
    let order = if !infinite.contains(&true) {
        Some(question.compare(&branches, step, value).map_err(&failed)?)
    } else if question.nature == Direction::Minimize {
        // Some distribution must keep to the finite part and undercut there.
        question
            .compare_off(&branches, step, value, &infinite)
            .map_err(&failed)?
    } else if question.probability_sign(&infinite).map_err(&failed)?.is_gt() {
        None
    } else {
        // No distribution leaves the finite part, so that what stands there does not matter.
        for (branch, _) in branches
            .iter_mut()
            .zip(&infinite)
            .filter(|(_, infinite)| **infinite)
        {
            *branch = Dyadic::ZERO;
        }
        Some(question.compare(&branches, step, value).map_err(&failed)?)
    };
    let place = || arena.place(SIDE, state, Some(choice));
    match order {
        Some(Ordering::Less) => Ok(()),
        Some(Ordering::Equal) => Err(Rejection::NotStrict {
            place: place(),
            value: value.to_rational(),
        }),
        Some(Ordering::Greater) => Err(arena.unequal(SIDE, (state, choice), (&branches, step), value)),
        None => Err(Rejection::ReachesInfinite { place: place() }),
    }
}

/// Checks the lower side.
pub(crate) fn lower(arena: &Arena<'_>, sum: Sum<'_>, vector: &[f64]) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Lower;
    let mut bound = Extended::new(arena, SIDE, vector)?;
    for (state, value) in (0..).zip(&mut bound.values) {
        if sum.target.contains(state) && value.is_positive() {
            return Err(match bound.infinite[state as usize] {
                true => Rejection::InfiniteClaimed {
                    place: arena.place(SIDE, state, None),
                },
                false => arena.beyond(SIDE, state, *value, Rational::ZERO),
            });
        }
        *value = (*value).max(Dyadic::ZERO);
    }
    // Any set outside of which the value is infinite will do, so the smallest is looked for only if all states do not.
    let everywhere = StateSet::all(arena.model().state_count());
    let inequalities = match subsolution(arena, sum, &bound, &everywhere) {
        Ok(inequalities) => inequalities,
        Err(_) => subsolution(arena, sum, &bound, &finite_region(arena, sum.target)?)?,
    };
    Ok(arena.at_start(&bound.values, &bound.infinite, inequalities))
}

/// Checks `c + nat(y) ≥ y(s)` in a region that holds all states of finite value.
fn subsolution(
    arena: &Arena<'_>,
    sum: Sum<'_>,
    bound: &Extended,
    region: &StateSet,
) -> Result<u64, Rejection> {
    const SIDE: Side = Side::Lower;
    arena.every_state(|state| {
        let value = bound.values[state as usize];
        if sum.target.contains(state) || !region.contains(state) || value.is_zero() {
            return Ok(0);
        }
        if bound.infinite[state as usize] {
            return Err(Rejection::InfiniteClaimed {
                place: arena.place(SIDE, state, None),
            });
        }
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            let step = sum.step(choice);
            let order = arena.compare((SIDE, choice), &bound.values, step, value);
            if order.map_err(arena.failed(SIDE, state, choice))?.is_lt() {
                let branches = arena.gather(choice, &bound.values);
                return Err(arena.unequal(SIDE, (state, choice), (&branches, step), value));
            }
            count += 1;
        }
        Ok(count)
    })
}
