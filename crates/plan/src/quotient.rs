//! Expected moves: what pays for rounding.
//!
//! Each end component of a problem of one player counts as one place, and each other state as one. A *move* is a step that leaves a place,
//! or that is made outside all of them. Since no play can be held between places, the greatest expected number of moves is finite. With `w` at least that,
//! numbers that are off by a little in each state become a proof by taking a little more than that times `w` away: then the expectation of each move is
//! strictly above the number, and steps within a place tie.

use crate::opponent::Opponent;
use murphy_problem::EndComponent;
use murphy_world::{ChoiceId, StateId};

/// No end component.
const NONE: u32 = u32::MAX;
/// How often the count is improved.
const SWEEPS_MAX: usize = 20_000;
/// By how much at least the count falls with each move.
pub(crate) const FALL: f64 = 0.5;

/// The places of a problem of one player.
pub(crate) struct Quotient<'a> {
    opponent: &'a Opponent,
    /// Where the play can be held.
    pub(crate) held: Vec<EndComponent>,
    /// The end component of each state.
    place: Vec<u32>,
    /// The states outside end components.
    single: Vec<StateId>,
    /// For each choice, whether it counts as a move where it does not stay.
    counts: Vec<bool>,
}

/// A way for the play to leave a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Move {
    /// By a choice that cannot stay.
    By(ChoiceId),
    /// To a state, by a choice that could stay.
    To(StateId),
    /// By a choice that could stay, to states that only come together.
    Leaving(ChoiceId),
}

impl<'a> Quotient<'a> {
    /// Every choice can hold the play, and every other step is a move.
    pub(crate) fn new(opponent: &'a Opponent) -> Self {
        Self::of_steps(opponent, &|_| true, &|_| true)
    }

    /// Only choices that `hold` can hold the play, and only those that `count` are moves.
    pub(crate) fn of_steps(
        opponent: &'a Opponent,
        hold: &dyn Fn(ChoiceId) -> bool,
        count: &dyn Fn(ChoiceId) -> bool,
    ) -> Self {
        let held = opponent.held(hold);
        let choices = 0..u32::try_from(opponent.model.choice_count()).unwrap_or(0);
        let mut place = vec![NONE; opponent.model.state_count()];
        for (index, component) in (0u32..).zip(&held) {
            for state in &component.states {
                place[*state as usize] = index;
            }
        }
        let single = opponent
            .states()
            .filter(|state| place[*state as usize] == NONE)
            .collect();
        Self {
            opponent,
            held,
            place,
            single,
            counts: choices.map(count).collect(),
        }
    }

    /// Says whether two states are of one end component.
    pub(crate) fn together(&self, a: StateId, b: StateId) -> bool {
        self.place[a as usize] != NONE && self.place[a as usize] == self.place[b as usize]
    }

    /// Calls `visit` with the states of each place and the moves out of it, ends of the play last.
    pub(crate) fn each_place(&self, visit: &mut dyn FnMut(&[StateId], &[Move])) {
        for state in self.single.iter().rev() {
            let moves = self
                .opponent
                .model
                .choices(*state)
                .filter(|choice| self.counts[*choice as usize]);
            let moves: Vec<Move> = moves.map(Move::By).collect();
            visit(std::slice::from_ref(state), &moves);
        }
        for component in &self.held {
            visit(&component.states, &self.ways_out(component));
        }
    }

    fn ways_out(&self, component: &EndComponent) -> Vec<Move> {
        let (first, model) = (component.states[0], &self.opponent.model);
        let mut moves = Vec::new();
        for choice in component.states.iter().flat_map(|state| model.choices(*state)) {
            if component.choices.binary_search(&choice).is_err() {
                if self.counts[choice as usize] {
                    moves.push(Move::By(choice));
                }
            } else {
                let mut out = self
                    .opponent
                    .leads(choice)
                    .filter(|to| !self.together(first, *to));
                if self.opponent.leaves_singly(choice) {
                    moves.extend(out.map(Move::To));
                } else {
                    moves.extend(out.next().map(|_| Move::Leaving(choice)));
                }
            }
        }
        moves
    }

    /// Returns a count of moves for each state, constant on each place, that falls by at least [`FALL`] in expectation with each move.
    pub(crate) fn moves(&self) -> Option<Vec<f64>> {
        let mut places: Vec<(Vec<StateId>, Vec<Move>)> = Vec::new();
        self.each_place(&mut |states, moves| places.push((states.to_vec(), moves.to_vec())));
        let mut count = vec![0.0f64; self.place.len()];
        for _ in 0..SWEEPS_MAX {
            let mut largest = 0.0f64;
            for (states, moves) in &places {
                let now = count[states[0] as usize];
                let less = |next: StateId| -count[next as usize];
                let worths = moves.iter().map(|way| 1.0 - self.least(*way, states[0], &less));
                let next = worths.fold(0.0, f64::max);
                if next > now {
                    largest = largest.max(next - now);
                    for state in states {
                        count[*state as usize] = next;
                    }
                }
            }
            if !largest.is_finite() {
                return None;
            }
            if largest < 1.0 - FALL {
                return Some(count);
            }
        }
        None
    }

    /// Returns about the least expectation that a move out of a place can have.
    pub(crate) fn least(&self, way: Move, from: StateId, number: &dyn Fn(StateId) -> f64) -> f64 {
        match way {
            Move::By(choice) => self.opponent.least(choice, number),
            Move::To(state) => number(state),
            Move::Leaving(choice) => {
                let inside = |state: StateId| self.together(from, state);
                self.opponent.least_leaving(choice, &inside, number)
            }
        }
    }
}
