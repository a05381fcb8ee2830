//! The order in which states are numbered for solving, and so laid out in memory: component after component, each after those it leads to, and
//! within a component in the order of a sweep.
//!
//! # Why
//! A sweep then reads the rows from the first to the last. On a model that does not fit a cache that is worth several times the time of all else.

use crate::graph::{Lists, components, sweep_order};
use murphy_problem::Direction;
use murphy_world::StateId;
use std::ops::Range;

/// A component: the places of its states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) places: Range<u32>,
    /// One state that does not lead back to itself.
    pub(crate) single: bool,
}

/// Which state stands at which place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// The state at each place: the undecided ones first, component after component, then the others.
    pub(crate) states: Vec<StateId>,
    /// The place of each state.
    pub(crate) places: Vec<u32>,
    pub(crate) components: Vec<Span>,
}

impl Layout {
    /// Orders the states; `ahead` has the successors of each, none where it is decided, and `known` what a decided state is worth.
    pub(crate) fn new(ahead: &Lists, known: &[f64], agent: Direction) -> Self {
        let count = ahead.len();
        let inside: Vec<bool> = ahead.iter().map(|list| !list.is_empty()).collect();
        let found = components(|state| ahead.get(state), &inside);
        let mut component_of = vec![u32::MAX; count];
        for (index, states) in (0u32..).zip(found.iter()) {
            for state in states {
                component_of[*state as usize] = index;
            }
        }
        let behind = ahead.inverted(count);
        let mut layout = Self {
            states: Vec::with_capacity(count),
            places: vec![0; count],
            components: Vec::with_capacity(found.len()),
        };
        let mut local = vec![u32::MAX; count];
        for (index, states) in (0u32..).zip(found.iter()) {
            let start = layout.next();
            let single = matches!(states, [only] if !ahead.get(*only).contains(only));
            if let [only] = states {
                layout.states.push(*only);
            } else {
                let members = Members {
                    ahead,
                    known,
                    agent,
                    outside: &|state| component_of[state as usize] != index,
                };
                layout
                    .states
                    .extend(members.in_order(states, &behind, &mut local));
            }
            let places = start..layout.next();
            layout.components.push(Span { places, single });
        }
        let others = (0u32..).zip(&inside).filter(|(_, inside)| !**inside);
        layout.states.extend(others.map(|(state, _)| state));
        for (place, state) in (0u32..).zip(&layout.states) {
            layout.places[*state as usize] = place;
        }
        layout
    }

    fn next(&self) -> u32 {
        u32::try_from(self.states.len()).unwrap_or(u32::MAX)
    }

    /// Returns the entries by place of a list by state.
    pub(crate) fn by_place<T: Copy>(&self, by_state: &[T]) -> Vec<T> {
        self.states
            .iter()
            .map(|state| by_state[*state as usize])
            .collect()
    }

    /// Returns the entries by state of a list by place.
    pub(crate) fn by_state<T: Copy>(&self, by_place: &[T]) -> Vec<T> {
        self.places
            .iter()
            .map(|place| by_place[*place as usize])
            .collect()
    }
}

/// The states of a component, before they are in order.
struct Members<'a> {
    ahead: &'a Lists,
    known: &'a [f64],
    agent: Direction,
    outside: &'a dyn Fn(StateId) -> bool,
}

impl Members<'_> {
    /// Returns the members backward from where they leave the component for what the agent goes for; `local` is lent, and put back.
    fn in_order(&self, states: &[StateId], behind: &Lists, local: &mut [u32]) -> Vec<StateId> {
        let mut members = states.to_vec();
        members.sort_unstable();
        for (index, state) in (0u32..).zip(&members) {
            local[*state as usize] = index;
        }
        let exits: Vec<Option<(f64, usize)>> = members.iter().map(|state| self.exit(*state)).collect();
        let better = |a: f64, b: f64| match self.agent {
            Direction::Maximize => a > b,
            Direction::Minimize => a < b,
        };
        let best = exits
            .iter()
            .flatten()
            .copied()
            .reduce(|best, exit| if better(exit.0, best.0) { exit } else { best });
        let aims = |exit: &(f64, usize)| best.is_some_and(|best| !better(best.0, exit.0));
        let most = exits
            .iter()
            .flatten()
            .filter(|exit| aims(exit))
            .map(|exit| exit.1)
            .max();
        let seeds = exits.iter().enumerate().filter_map(|(index, exit)| {
            let exit = exit.as_ref().filter(|exit| aims(exit))?;
            most.is_some_and(|most| 2 * exit.1 >= most).then_some(index)
        });
        let place = |state: u32| match local[state as usize] {
            u32::MAX => None,
            index => Some(index as usize),
        };
        let order = sweep_order(&members, seeds, place, behind);
        for state in &members {
            local[*state as usize] = u32::MAX;
        }
        order
    }

    /// Returns the best of what a state leaves the component for, and how many of its branches leave; none if none does.
    ///
    /// What is not decided yet counts as what the agent goes for.
    fn exit(&self, state: StateId) -> Option<(f64, usize)> {
        let hope = match self.agent {
            Direction::Maximize => f64::INFINITY,
            Direction::Minimize => f64::NEG_INFINITY,
        };
        let leaving = self.ahead.get(state).iter().filter(|next| (self.outside)(**next));
        let worth = leaving.clone().map(|next| {
            if self.ahead.get(*next).is_empty() {
                self.known[*next as usize]
            } else {
                hope
            }
        });
        let best = worth.reduce(|best, worth| match self.agent {
            Direction::Maximize => best.max(worth),
            Direction::Minimize => best.min(worth),
        });
        best.map(|best| (best, leaving.count()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_stand_after_what_they_lead_to_and_begin_where_they_are_left() {
        // 0 ⇄ 1 ⇄ 2 → 3 (decided), 4 → 0.
        let ahead = Lists::collect([vec![1], vec![0, 2], vec![1, 3], vec![], vec![0]]);
        let layout = Layout::new(&ahead, &[0.0, 0.0, 0.0, 1.0, 0.0], Direction::Maximize);
        assert_eq!(layout.states, [2, 1, 0, 4, 3]);
        let spans: Vec<_> = layout
            .components
            .iter()
            .map(|span| (span.places.clone(), span.single))
            .collect();
        assert_eq!(spans, [(0..3, false), (3..4, true)]);
        assert_eq!(
            layout.by_state(&layout.by_place(&[5, 6, 7, 8, 9])),
            [5, 6, 7, 8, 9]
        );
    }
}
