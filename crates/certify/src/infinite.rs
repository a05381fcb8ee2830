//! Where a sum for ever is infinite, decided exactly.
//!
//! Write `K(s)` for the choices that the agent is obliged to on the lower side: that of its policy where it wants the sum large, all where it wants it small. The set grows
//! from `I = ∅` by rounds of two steps, until neither adds anything:
//!
//! > `W = νW μX. {s : all a ∈ K(s): stays(a, W ∪ I), and c > 0 or hits(a, X ∪ I)}`, and `I ← μX. I ∪ W ∪ {s : all a ∈ K(s): hits(a, X)}`
//!
//! where *stays* and *hits* are said of every distribution of the choice (where Nature minimises) or of one and the same distribution (where
//! she maximises).
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
    let states = arena.model().state_count();
    let mut endless = StateSet::none(states);
    loop {
        let recurring = recurring(arena, quantity, &endless)?;
        let before = endless.len();
        endless = grown(arena, &endless.union(&recurring), &mut |choice, reached| {
            moves(arena, choice, &StateSet::all(states), Some(reached))
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
        let allowed = within.union(endless);
        let found = grown(arena, endless, &mut |choice, reached| {
            let hit = (!quantity[choice as usize].is_positive()).then_some(reached);
            moves(arena, choice, &allowed, hit)
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

/// Says whether every distribution of a choice (or some one) stays in a set and, if asked, hits another.
fn moves(
    arena: &Arena<'_>,
    choice: ChoiceId,
    stay: &StateSet,
    hit: Option<&StateSet>,
) -> Result<bool, crate::Failure> {
    let (targets, set) = (arena.model().targets(choice), arena.model().set(choice));
    let leaves: Vec<bool> = targets.iter().map(|&next| !stay.contains(next)).collect();
    let hits: Vec<bool> = targets
        .iter()
        .map(|&next| hit.is_some_and(|hit| hit.contains(next)))
        .collect();
    match arena.problem.nature {
        Direction::Minimize => {
            let leaving = Question {
                set,
                nature: Direction::Maximize,
                side: Side::Upper,
            };
            let hitting = Question {
                set,
                nature: Direction::Minimize,
                side: Side::Lower,
            };
            let may_leave = leaves.contains(&true) && leaving.probability_sign(&leaves)?.is_gt();
            Ok(!may_leave && (hit.is_none() || hitting.probability_sign(&hits)?.is_gt()))
        }
        Direction::Maximize => {
            let worth = |(leaves, hits): (&bool, &bool)| match (leaves, hits) {
                (true, _) => Dyadic::MINUS_HUGE,
                (false, true) => Dyadic::ONE,
                (false, false) => Dyadic::ZERO,
            };
            let values: Vec<Dyadic> = leaves.iter().zip(&hits).map(worth).collect();
            let question = Question {
                set,
                nature: Direction::Maximize,
                side: Side::Lower,
            };
            let order = question.compare_off(&values, Step::PLAIN, Dyadic::ZERO, &leaves)?;
            Ok(order.is_some_and(|order| order.is_gt() || hit.is_none()))
        }
    }
}
