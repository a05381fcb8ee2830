//! The long-run mean of a quantity: what a step adds on average.
//!
//! Two vectors a side: `y` bounds the mean, and the *bias* `h` says what a state is ahead of the others in the beginning.
//!
//! **Lower.** *If in every state, for every obliged choice, every distribution `p` (where Nature minimises; one distribution, where she
//! maximises) has `p·y ≥ y(s)`, and either strictly so or `c + p·h ≥ y(s) + h(s)`, then the mean is at least `y`.*
//!
//! *Proof.* Sets are polytopes, so there is one `K ≥ 0` with `c + p·h ≥ y(s) + h(s) − K (p·y − y(s))` for all of these choices and
//! distributions: where `p·y = y(s)` nothing is taken away, and the finitely many corners off that face have a least `p·y − y(s)`. Follow the strategies that the
//! inequalities show for `n` steps and add up: `E[Σ cₜ] ≥ Σ E[y(sₜ)] + h(s₀) − E[h(sₙ)] − K (E[y(sₙ)] − y(s₀))`. Since `y` never falls in
//! expectation, the first sum is at least `n·y(s₀)`, and the rest is bounded: dividing by `n`, even the least limit is at least `y(s₀)`. ∎
//!
//! **Upper** is its mirror.

use crate::arena::Arena;
use crate::checked::Proved;
use crate::lexicographic::{Claim, Verdict};
use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;

/// Checks one side.
pub(crate) fn side(
    arena: &Arena<'_>,
    side: Side,
    quantity: &[Rational],
    (mean, bias): (&[f64], &[f64]),
) -> Result<Proved, Rejection> {
    let (means, biases) = (arena.finite(side, mean)?, arena.finite(side, bias)?);
    let inequalities = arena.every_state(|state| {
        let at = state as usize;
        let mut count = 0;
        for choice in arena.obliged(side, state, 0) {
            let claim = Claim {
                first: means[at],
                second: biases[at],
                gain: &quantity[choice as usize],
            };
            let (first, second) = (arena.gather(choice, &means), arena.gather(choice, &biases));
            let verdict = arena.question(side, choice).holds_up(&first, &second, &claim);
            let place = || arena.place(side, state, Some(choice));
            match verdict.map_err(arena.failed(side, state, choice))? {
                Verdict::Holds => count += 1,
                Verdict::FirstFails(proved) => {
                    let (place, value) = (place(), means[at].to_rational());
                    return Err(match side {
                        Side::Lower => Rejection::LowerInequality { place, value, proved },
                        Side::Upper => Rejection::UpperInequality { place, value, proved },
                    });
                }
                Verdict::SecondFails(proved) => {
                    return Err(Rejection::Bias {
                        place: place(),
                        value: means[at].to_rational() + biases[at].to_rational(),
                        proved,
                    });
                }
            }
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&means, &[], inequalities))
}
