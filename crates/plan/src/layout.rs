//! The order in which states are numbered for solving, and so laid out in memory: component after component, each after those it leads to, and
//! within a component in the order of a sweep.
//!
//! # Why
//! A sweep then reads the rows from the first to the last. On a model that does not fit a cache that is worth several times the time of all else.

use crate::bound::NO_ROW;
use crate::draft::Draft;
use crate::game::Terms;
use crate::graph::{Lists, components, sweep_order};
use crate::near::{self, Near};
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
    /// Orders `count` states; `ahead` has the successors of each, none where it is decided. Members of a component stand as in `near`, where there is one.
    pub(crate) fn new<'l>(
        count: usize,
        ahead: &impl Fn(StateId) -> &'l [StateId],
        terms: &Terms<'_>,
        near: Option<&[StateId]>,
    ) -> Self {
        let inside: Vec<bool> = (0u32..)
            .take(count)
            .map(|state| !ahead(state).is_empty())
            .collect();
        let found = components(ahead, &inside);
        let mut layout = Self {
            states: Vec::with_capacity(count),
            places: vec![u32::MAX; count],
            components: Vec::with_capacity(found.len()),
        };
        for states in found.iter() {
            let start = layout.next();
            let single = matches!(states, [only] if !ahead(*only).contains(only));
            layout.states.extend(states);
            let places = start..layout.next();
            layout.components.push(Span { places, single });
        }
        match near {
            Some(near) => layout.order_by(near, &found),
            None => layout.order_from_exits(count, ahead, terms, &found),
        }
        let others = (0u32..).zip(&inside).filter(|(_, inside)| !**inside);
        layout.states.extend(others.map(|(state, _)| state));
        for (place, state) in (0u32..).zip(&layout.states) {
            layout.places[*state as usize] = place;
        }
        layout
    }

    /// Puts the members of each component in the order in which they stand in a list; those that do not after them.
    fn order_by(&mut self, near: &[StateId], found: &Lists) {
        let mut component_of = std::mem::take(&mut self.places);
        let mut next: Vec<usize> = Vec::with_capacity(found.len());
        for (index, states) in (0u32..).zip(found.iter()) {
            for state in states {
                component_of[*state as usize] = index;
            }
            next.push(self.components[index as usize].places.start as usize);
        }
        let count = component_of.len();
        let mut listed = vec![false; count];
        let rest = (0u32..).take(count);
        for state in near.iter().copied().chain(rest) {
            let component = component_of[state as usize] as usize;
            if component < next.len() && !std::mem::replace(&mut listed[state as usize], true) {
                self.states[next[component]] = state;
                next[component] += 1;
            }
        }
        self.places = component_of;
    }

    /// Puts the members of each component in order backward from where they leave it for what the agent goes for.
    fn order_from_exits<'l>(
        &mut self,
        count: usize,
        ahead: &impl Fn(StateId) -> &'l [StateId],
        terms: &Terms<'_>,
        found: &Lists,
    ) {
        let mut component_of = vec![u32::MAX; count];
        for (index, states) in (0u32..).zip(found.iter()) {
            for state in states {
                component_of[*state as usize] = index;
            }
        }
        let behind = Lists::inverse(count, ahead);
        let mut local = vec![u32::MAX; count];
        for (index, states) in (0u32..).zip(found.iter()) {
            if states.len() == 1 {
                continue;
            }
            let members = Members {
                ahead,
                known: terms.known,
                agent: terms.agent,
                outside: &|state| component_of[state as usize] != index,
            };
            let order = members.in_order(states, &behind, &mut local);
            let start = self.components[index as usize].places.start as usize;
            self.states[start..start + order.len()].copy_from_slice(&order);
        }
    }

    /// Returns the values and rows of a first guess by place.
    pub(crate) fn first_guess(&self, draft: &Draft<'_>, near: &Near) -> (Vec<f64>, Vec<u32>) {
        let mut start = 0;
        let rows = self.states.iter().map(|state| {
            let (rows, row) = (draft.rows(*state), near.rows[*state as usize]);
            let from = start;
            start += rows.end - rows.start;
            if row == near::NONE {
                NO_ROW
            } else {
                from + row - rows.start
            }
        });
        let rows = rows.collect();
        (self.by_place(&near.values), rows)
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
struct Members<'a, 'l> {
    ahead: &'a dyn Fn(StateId) -> &'l [StateId],
    known: &'a [f64],
    agent: Direction,
    outside: &'a dyn Fn(StateId) -> bool,
}

impl Members<'_, '_> {
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
        let leaving = (self.ahead)(state).iter().filter(|next| (self.outside)(**next));
        let worth = leaving.clone().map(|next| {
            if (self.ahead)(*next).is_empty() {
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
        let terms = Terms {
            agent: Direction::Maximize,
            nature: Direction::Minimize,
            known: &[0.0, 0.0, 0.0, 1.0, 0.0],
            gains: None,
            goes: true,
        };
        let layout = Layout::new(5, &|state| ahead.get(state), &terms, None);
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
