//! The probability of reaching the target: the least fixed point of the robust Bellman operator.
//!
//! Write `T` for the target and `A` for where it is lost. Whatever the vectors of the certificate say, the value is 1 on `T` and 0 on `A`;
//! let `y` be the vector with those entries put in (and, on the lower side, negative entries raised to 0: a probability is not negative).
//!
//! **Upper.** *If `x ≥ 0` everywhere, `x ≥ 1` on `T`, and every obliged choice has `nat(y) ≤ y(s)` outside `T ∪ A`, then the value is at
//! most `y`.* Let the agent or Nature, whoever wants the value small, follow the choices and the distributions that the inequalities show. Then
//! `y` along the play, stopped at `T ∪ A`, is a non-negative supermartingale, so `P(T reached) ≤ y(s)`. (Park induction.)
//!
//! **Lower.** Let `D(s)` be `T`, where `y = 0`, and the states of smaller rank than `s`. *If outside `T`, where `y(s) > 0`, every obliged
//! choice has `nat(y) ≥ y(s)`, and either strictly so or also gives `D(s)` positive probability, then the value is at least `y`.* (Where
//! Nature minimises, each of her distributions must; where she maximises, one distribution that attains the first must do the second.)
//!
//! *Proof.* Against the strategies that the inequalities show, `y` along the play, stopped at `Z = T ∪ {y = 0}`, is a bounded
//! submartingale. By compactness there is one `δ > 0` that all strict states gain by, in expectation, at each visit, and that bounds the
//! probability of `D(s)` from below in all others. The total expected gain is bounded, so almost surely strict states are visited only finitely
//! often. But from any other state the rank falls with probability at least `δ` at each step, and it can fall only as often as there are ranks:
//! in every so many steps there is, with probability at least a power of `δ`, a visit to `Z` or to a strict state. A play that
//! never came to `Z` would visit strict states infinitely often, so `Z` is reached almost surely, and by optional stopping
//! `y(s) ≤ E[y at Z] ≤ P(T reached)`. ∎ (Without progress the claim is false: a self-loop meets any value exactly.)

use crate::arena::Arena;
use crate::checked::Proved;
use crate::dyadic::Dyadic;
use crate::expectation::{Question, Step};
use crate::rejection::{Rejection, Side};
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId, StateSet};
use std::cmp::Ordering;

/// Where it is won and where it is lost.
#[derive(Clone, Copy)]
pub(crate) struct Ends<'a> {
    pub(crate) target: &'a StateSet,
    pub(crate) avoid: &'a StateSet,
}

impl Ends<'_> {
    pub(crate) fn contains(&self, state: StateId) -> bool {
        self.target.contains(state) || self.avoid.contains(state)
    }

    /// Returns the value of a state, from a number that stands for it where it is open.
    pub(crate) fn value(&self, state: StateId, open: Dyadic) -> Dyadic {
        if self.target.contains(state) {
            Dyadic::ONE
        } else if self.avoid.contains(state) {
            Dyadic::ZERO
        } else {
            open
        }
    }
}

/// Checks the upper side.
pub(crate) fn upper(arena: &Arena<'_>, ends: Ends<'_>, vector: &[f64]) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Upper;
    let mut values = arena.finite(SIDE, vector)?;
    for (state, value) in (0..).zip(&mut values) {
        let least = if ends.target.contains(state) {
            Dyadic::ONE
        } else {
            Dyadic::ZERO
        };
        if *value < least {
            return Err(arena.beyond(SIDE, state, *value, least.to_rational()));
        }
        *value = ends.value(state, *value);
    }
    let inequalities = arena.every_state(|state| {
        if ends.contains(state) {
            return Ok(0);
        }
        let value = values[state as usize];
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            let order = arena.compare((SIDE, choice), &values, Step::PLAIN, value);
            if order.map_err(arena.failed(SIDE, state, choice))?.is_gt() {
                let branches = arena.gather(choice, &values);
                return Err(arena.unequal(SIDE, (state, choice), (&branches, Step::PLAIN), value));
            }
            count += 1;
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&values, &[], inequalities))
}

/// Checks the lower side.
pub(crate) fn lower(
    arena: &Arena<'_>,
    ends: Ends<'_>,
    vector: &[f64],
    rank: &[u32],
) -> Result<Proved, Rejection> {
    const SIDE: Side = Side::Lower;
    let mut values = arena.finite(SIDE, vector)?;
    for (state, value) in (0..).zip(&mut values) {
        let most = if ends.target.contains(state) {
            Dyadic::ONE
        } else {
            Dyadic::ZERO
        };
        if ends.contains(state) && *value > most {
            return Err(arena.beyond(SIDE, state, *value, most.to_rational()));
        }
        *value = ends.value(state, (*value).max(Dyadic::ZERO));
    }
    let proof = Lower {
        arena,
        ends,
        values: &values,
        rank,
    };
    let inequalities = arena.every_state(|state| {
        if ends.contains(state) || values[state as usize].is_zero() {
            return Ok(0);
        }
        let mut count = 0;
        for choice in arena.obliged(SIDE, state, 0) {
            proof.check(state, choice)?;
            count += 1;
        }
        Ok(count)
    })?;
    Ok(arena.at_start(&values, &[], inequalities))
}

struct Lower<'a> {
    arena: &'a Arena<'a>,
    ends: Ends<'a>,
    values: &'a [Dyadic],
    rank: &'a [u32],
}

impl Lower<'_> {
    fn check(&self, state: StateId, choice: ChoiceId) -> Result<(), Rejection> {
        const SIDE: Side = Side::Lower;
        let failed = self.arena.failed(SIDE, state, choice);
        let value = self.values[state as usize];
        let compared = self
            .arena
            .compare((SIDE, choice), self.values, Step::PLAIN, value);
        let order = compared.map_err(&failed)?;
        if order.is_gt() {
            return Ok(());
        }
        let branches = self.arena.gather(choice, self.values);
        let question = self.arena.question(SIDE, choice);
        match order {
            Ordering::Greater => Ok(()),
            Ordering::Less => Err(self
                .arena
                .unequal(SIDE, (state, choice), (&branches, Step::PLAIN), value)),
            Ordering::Equal
                if self
                    .progresses(&question, state, choice, &branches)
                    .map_err(&failed)? =>
            {
                Ok(())
            }
            Ordering::Equal => {
                let place = self.arena.place(SIDE, state, Some(choice));
                Err(Rejection::NoProgress {
                    place,
                    value: value.to_rational(),
                })
            }
        }
    }

    fn progresses(
        &self,
        question: &Question<'_>,
        state: StateId,
        choice: ChoiceId,
        branches: &[Dyadic],
    ) -> Result<bool, crate::Failure> {
        let (value, rank) = (self.values[state as usize], self.rank[state as usize]);
        let onward = |&next: &StateId| {
            self.ends.contains(next)
                || self.values[next as usize].is_zero()
                || self.rank[next as usize] < rank
        };
        let onward: Vec<bool> = self.arena.model().targets(choice).iter().map(onward).collect();
        match question.nature {
            Direction::Minimize => Ok(question.probability_sign(&onward)?.is_gt()),
            // Where all branches are worth the same, every distribution attains it.
            Direction::Maximize if branches.iter().all(|branch| *branch == value) => {
                Ok(question.probability_sign(&onward)?.is_gt())
            }
            Direction::Maximize => question.some_hits(branches, value, &onward),
        }
    }
}

/// Refuses a state that is won and lost at once.
pub(crate) fn disjoint(ends: Ends<'_>) -> Result<(), Rejection> {
    if ends.target.iter().any(|state| ends.avoid.contains(state)) {
        return Err(Rejection::Problem {
            what: "a state is both to be reached and to be avoided",
        });
    }
    Ok(())
}
