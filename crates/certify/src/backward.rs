//! Objectives with a step bound: the checker goes backward itself.
//!
//! With `n` steps left the value is the optimum over the choices of `c + nat(value with n − 1 left)`, from `0` (a sum) or from 1 on the target (a
//! probability) with none left. Each number is exact up to a last rounding to 56 significant bits, downward on the lower side and upward on the
//! upper, so by monotonicity both sides hold after every step. Where the agent guarantees a side, its policy's choice takes the place of
//! the optimum, so that the side is what the policy is worth and not only what some policy is.

use crate::arena::Arena;
use crate::checked::Proved;
use crate::dyadic::Dyadic;
use crate::expectation::Step;
use crate::member::Bounds;
use crate::reach::Ends;
use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;
use murphy_world::StateId;

/// The most branches that are gone through, over all steps.
const LIMIT: u64 = 20_000_000_000;

/// What is summed, or what is to be reached.
#[derive(Clone, Copy)]
pub(crate) enum Aim<'a> {
    /// A quantity of each choice.
    Sum(&'a [Rational]),
    /// Won or lost at these states.
    Ends(Ends<'a>),
}

/// Recomputes one side.
pub(crate) fn side(arena: &Arena<'_>, side: Side, aim: Aim<'_>, steps: u32) -> Result<Proved, Rejection> {
    let branches = arena.model().branch_count() as u64;
    if branches.saturating_mul(steps.into()) > LIMIT {
        return Err(Rejection::TooLarge {
            steps: steps.into(),
            branches,
            limit: LIMIT,
        });
    }
    let pass = Pass {
        arena,
        side,
        aim,
        bounds: prepared(arena, steps),
    };
    let mut values: Vec<Dyadic> = (0..)
        .take(arena.model().state_count())
        .map(|state| match aim {
            Aim::Sum(_) => Dyadic::ZERO,
            Aim::Ends(ends) => ends.value(state, Dyadic::ZERO),
        })
        .collect();
    for made in (0..steps as usize).rev() {
        values = arena.for_states(|state| match aim {
            Aim::Ends(ends) if ends.contains(state) => Ok(values[state as usize]),
            _ => pass.before(state, made, &values),
        })?;
    }
    let recomputed = u64::from(steps).saturating_mul(values.len() as u64);
    Ok(arena.at_start(&values, &[], recomputed))
}

/// Returns the bounds of all sets that have nothing else, where enough steps make it worth their memory.
fn prepared(arena: &Arena<'_>, steps: u32) -> Vec<Option<Bounds<i128>>> {
    let count = if steps > 3 {
        arena.model().choice_count()
    } else {
        0
    };
    (0..)
        .take(count)
        .map(|choice| Bounds::of(arena.model().view(choice)))
        .collect()
}

/// One side of the recomputation.
struct Pass<'a> {
    arena: &'a Arena<'a>,
    side: Side,
    aim: Aim<'a>,
    /// By choice; shorter or empty where nothing is prepared.
    bounds: Vec<Option<Bounds<i128>>>,
}

impl Pass<'_> {
    /// Returns the value of a state when `made` steps have been made, from the values of one step later.
    fn before(&self, state: StateId, made: usize, after: &[Dyadic]) -> Result<Dyadic, Rejection> {
        let mut best: Option<Dyadic> = None;
        for choice in self.arena.obliged(self.side, state, made) {
            let step = match self.aim {
                Aim::Sum(quantity) => Step {
                    gain: &quantity[choice as usize],
                    discount: &Rational::ONE,
                },
                Aim::Ends(_) => Step::PLAIN,
            };
            let bounds = self.bounds.get(choice as usize).and_then(Option::as_ref);
            let branches = self.arena.gather(choice, after);
            let value = self
                .arena
                .question(self.side, choice)
                .rounded(bounds, &branches, step);
            let value = value.map_err(self.arena.failed(self.side, state, choice))?;
            // Several choices are obliged only on the side that is not the agent's, where it does as well as it can.
            best = Some(match (best, self.side) {
                (None, _) => value,
                (Some(best), Side::Lower) => best.min(value),
                (Some(best), Side::Upper) => best.max(value),
            });
        }
        best.ok_or(Rejection::Problem {
            what: "a state has no choice",
        })
    }
}
