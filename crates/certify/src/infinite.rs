//! Where a sum for ever is infinite, decided exactly.
//!
//! Write `K(s)` for the choices that the agent is obliged to on the lower side: that of its policy where it wants the sum large, all where it wants it small. The set grows
//! from `I = ∅` by rounds of two steps, until neither adds anything:
//!
//! > `W = νW μX. {s : all a ∈ K(s): hits(a, I), or stays(a, W), and c > 0 or hits(a, X)}`, and `I ← μX. I ∪ W ∪ {s : all a ∈ K(s): hits(a, X)}`
//!
//! where this is said of every distribution of the choice by itself (where Nature minimises) or of one distribution (where she maximises).
//!
//! *In `I` the sum is infinite.* Follow what the rounds show. From `W` the play comes to `I` of earlier rounds with positive probability, which is
//! infinite by induction, or it stays in `W` almost surely. Then in every so many steps there is, with probability bounded from below, a choice with
//! `c > 0`, so that there are infinitely many of them, and the sum is infinite. From the rest of `I` the play comes to `W` or to
//! `I` of earlier rounds with positive probability. ∎ Not all infinite sums need be found for this to be sound.

use crate::arena::Arena;
use crate::dyadic::Dyadic;
use crate::expectation::{Question, Step};
use crate::rejection::{Rejection, Side};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId, StateSet};

/// Returns states where the sum is infinite.
pub(crate) fn infinite_region(arena: &Arena<'_>, quantity: &[Rational]) -> Result<StateSet, Rejection> {
    let mut endless = StateSet::none(arena.model().state_count());
    loop {
        let recurring = recurring(arena, quantity, &endless)?;
        let before = endless.len();
        endless = grown(arena, &endless.union(&recurring), &mut |choice, reached| {
            hits(arena, choice, reached)
        })?;
        if endless.len() == before {
            return Ok(endless);
        }
    }
}

/// Returns `W`: where something is added again and again, if the play does not come to where the sum is infinite anyway.
fn recurring(arena: &Arena<'_>, quantity: &[Rational], endless: &StateSet) -> Result<StateSet, Rejection> {
    let mut within = endless.complement();
    loop {
        let found = grown(arena, endless, &mut |choice, reached| {
            let hit = (!quantity[choice as usize].is_positive()).then_some(reached);
            goes_on(arena, choice, endless, (&within, hit))
        })?;
        let found = found.intersection(&within);
        if found.len() == within.len() {
            return Ok(found);
        }
        within = found;
    }
}

/// Returns the least set that holds `first` and every state all of whose obliged choices move on into it.
fn grown(
    arena: &Arena<'_>,
    first: &StateSet,
    moves_on: &mut dyn FnMut(ChoiceId, &StateSet) -> Result<bool, crate::Failure>,
) -> Result<StateSet, Rejection> {
    let mut reached = first.clone();
    loop {
        let mut layer: Vec<StateId> = Vec::new();
        for state in (0u32..).take(reached.state_count()) {
            if reached.contains(state) {
                continue;
            }
            let mut all = true;
            for choice in arena.obliged(Side::Lower, state, 0) {
                let moves = moves_on(choice, &reached).map_err(arena.failed(Side::Lower, state, choice))?;
                all &= moves;
                if !all {
                    break;
                }
            }
            if all {
                layer.push(state);
            }
        }
        if layer.is_empty() {
            return Ok(reached);
        }
        for state in layer {
            reached.insert(state);
        }
    }
}

/// Says whether every distribution of a choice (or some one) hits a set.
fn hits(arena: &Arena<'_>, choice: ChoiceId, set: &StateSet) -> Result<bool, crate::Failure> {
    let event: Vec<bool> = arena
        .model()
        .targets(choice)
        .iter()
        .map(|&next| set.contains(next))
        .collect();
    if !event.contains(&true) {
        return Ok(false);
    }
    Ok(arena
        .question(Side::Lower, choice)
        .probability_sign(&event)?
        .is_gt())
}

/// Says whether every distribution of a choice (or some one) goes to `endless`, or stays in `stay` and, if asked, hits `hit`.
fn goes_on(
    arena: &Arena<'_>,
    choice: ChoiceId,
    endless: &StateSet,
    (stay, hit): (&StateSet, Option<&StateSet>),
) -> Result<bool, crate::Failure> {
    let targets = arena.model().targets(choice);
    let worth = |endless_worth: Dyadic, left: Dyadic, hit_worth: Dyadic| -> Vec<Dyadic> {
        let of = |&next: &StateId| match (endless.contains(next), stay.contains(next)) {
            (true, _) => endless_worth,
            (_, false) => left,
            _ if hit.is_some_and(|hit| hit.contains(next)) => hit_worth,
            _ => Dyadic::ZERO,
        };
        targets.iter().map(of).collect()
    };
    let question = arena.question(Side::Lower, choice);
    match arena.problem.nature {
        Direction::Minimize => {
            // Whoever leaves `stay` goes to `endless`, too: p(left) is at most a multiple of p(endless).
            let most_leaving = Question {
                nature: Direction::Maximize,
                side: Side::Upper,
                ..question
            };
            let leaving = worth(Dyadic::MINUS_HUGE, Dyadic::ONE, Dyadic::ZERO);
            let never_leaves = !leaving.contains(&Dyadic::ONE)
                || most_leaving.compare(&leaving, Step::PLAIN, Dyadic::ZERO)?.is_le();
            let hitting = worth(Dyadic::ONE, Dyadic::ZERO, Dyadic::ONE);
            Ok(never_leaves
                && (hit.is_none() || question.compare(&hitting, Step::PLAIN, Dyadic::ZERO)?.is_gt()))
        }
        Direction::Maximize => {
            if hits(arena, choice, endless)? {
                return Ok(true);
            }
            let values = worth(Dyadic::ZERO, Dyadic::MINUS_HUGE, Dyadic::ONE);
            let leaves: Vec<bool> = targets
                .iter()
                .map(|&next| !stay.contains(next) && !endless.contains(next))
                .collect();
            let order = question.compare_off(&values, Step::PLAIN, Dyadic::ZERO, &leaves)?;
            Ok(order.is_some_and(|order| order.is_gt() || hit.is_none()))
        }
    }
}
