//! Where the target is reached almost surely, decided exactly.
//!
//! For a sum until the target the value is infinite where the target may be missed. Write `K(s)` for the choices that the agent has: that of its
//! policy where it wants the sum large, all where it wants it small. The finite region is
//!
//! > `νY μX. T ∪ {s ∈ Y : ∃a ∈ K(s): N(a, Y, X)}`
//!
//! with `N` = *every* distribution stays in `Y` and gives `X` mass (Nature wants the sum large), or *some* distribution does (she wants it
//! small).
//!
//! *Outside it the value is infinite.* A state that round `k` removed has `N(a, Y, X)` false for all its choices, where `X` is the
//! result of that round. So whoever wants the sum large can answer with a distribution (or, if that is the agent, suffers only distributions) that
//! leaves `Y` with positive probability or gives `X ⊇ T` none. The play then either stays in `Y \ X` for ever and misses the target, or with
//! positive probability comes to a state removed in an earlier round, where by induction the target is missed with positive probability. ∎
//!
//! That the region is not *too large* is what this needs, and each "false" below rests on a proof: a distribution that belongs to
//! the set, or, for "none stays in `Y` and gives `X` mass", the bound `E[1_X − M·1_{not Y}] ≤ 0` over the whole set.

use crate::arena::Arena;
use crate::dyadic::Dyadic;
use crate::expectation::{Question, Step};
use crate::rejection::{Rejection, Side};
use murphy_problem::Direction;
use murphy_world::{ChoiceId, StateId, StateSet};

/// Returns the states outside of which a sum until `target` is infinite.
pub(crate) fn finite_region(arena: &Arena<'_>, target: &StateSet) -> Result<StateSet, Rejection> {
    let predecessors = Predecessors::new(arena);
    let mut region = StateSet::all(arena.model().state_count());
    loop {
        let attracted = attractor(arena, target, &region, &predecessors)?;
        if attracted.len() == region.len() {
            return Ok(region);
        }
        region = attracted;
    }
}

/// Returns `μX. T ∪ {s ∈ Y : ∃a ∈ K(s): N(a, Y, X)}`, layer by layer.
fn attractor(
    arena: &Arena<'_>,
    target: &StateSet,
    region: &StateSet,
    predecessors: &Predecessors,
) -> Result<StateSet, Rejection> {
    let mut attracted = target.intersection(region);
    let mut layer: Vec<StateId> = attracted.iter().collect();
    while !layer.is_empty() {
        let mut seen = StateSet::none(region.state_count());
        let mut next = Vec::new();
        for &state in layer.iter().flat_map(|&state| predecessors.of(state)) {
            if !region.contains(state) || attracted.contains(state) || !seen.insert(state) {
                continue;
            }
            for choice in arena.obliged(Side::Lower, state, 0) {
                let moves = moves_on(arena, choice, region, &attracted);
                if moves.map_err(arena.failed(Side::Lower, state, choice))? {
                    next.push(state);
                    break;
                }
            }
        }
        for &state in &next {
            attracted.insert(state);
        }
        layer = next;
    }
    Ok(attracted)
}

/// Says whether `N(a, Y, X)` holds: Nature must (or, if she wants the sum small, can) stay in `region` and hit `hit`, a part of it.
fn moves_on(
    arena: &Arena<'_>,
    choice: ChoiceId,
    region: &StateSet,
    hit: &StateSet,
) -> Result<bool, crate::Failure> {
    let targets = arena.model().targets(choice);
    let set = arena.model().view(choice);
    match arena.problem.nature {
        Direction::Maximize => {
            let leaves: Vec<bool> = targets.iter().map(|&next| !region.contains(next)).collect();
            let hits: Vec<bool> = targets.iter().map(|&next| hit.contains(next)).collect();
            // Some distribution leaves: its probability is a lower bound of the greatest. Some distribution misses: likewise.
            let most_leaving = Question {
                set,
                nature: Direction::Maximize,
                side: Side::Lower,
            };
            let least_hitting = Question {
                set,
                nature: Direction::Minimize,
                side: Side::Upper,
            };
            let may_leave = leaves.contains(&true) && most_leaving.probability_sign(&leaves)?.is_gt();
            Ok(!may_leave && least_hitting.probability_sign(&hits)?.is_gt())
        }
        Direction::Minimize => {
            let worth = |&next: &StateId| match (region.contains(next), hit.contains(next)) {
                (false, _) => Dyadic::MINUS_HUGE,
                (true, true) => Dyadic::ONE,
                (true, false) => Dyadic::ZERO,
            };
            let values: Vec<Dyadic> = targets.iter().map(worth).collect();
            let question = Question {
                set,
                nature: Direction::Maximize,
                side: Side::Upper,
            };
            Ok(question.compare(&values, Step::PLAIN, Dyadic::ZERO)?.is_gt())
        }
    }
}

/// For each state, the states with a branch to it.
struct Predecessors {
    start: Vec<usize>,
    states: Vec<StateId>,
}

impl Predecessors {
    fn new(arena: &Arena<'_>) -> Self {
        let model = arena.model();
        let states = || (0..).take(model.state_count());
        let branches = |state| {
            arena
                .obliged(Side::Lower, state, 0)
                .flat_map(|choice| model.targets(choice).iter())
        };
        let mut start = vec![0; model.state_count() + 1];
        for &target in states().flat_map(branches) {
            start[target as usize + 1] += 1;
        }
        for index in 1..start.len() {
            start[index] += start[index - 1];
        }
        let mut filled = start.clone();
        let mut sources = vec![0; start.last().copied().unwrap_or(0)];
        for state in states() {
            for &target in branches(state) {
                let slot = &mut filled[target as usize];
                sources[*slot] = state;
                *slot += 1;
            }
        }
        Self {
            start,
            states: sources,
        }
    }

    fn of(&self, state: StateId) -> &[StateId] {
        &self.states[self.start[state as usize]..self.start[state as usize + 1]]
    }
}
