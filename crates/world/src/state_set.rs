//! A set of states.

use crate::ids::StateId;

/// A set of states of one model, stored as one flag a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateSet {
    members: Vec<bool>,
}

impl StateSet {
    /// Returns the empty set over `state_count` states.
    #[must_use]
    pub fn none(state_count: usize) -> Self {
        Self {
            members: vec![false; state_count],
        }
    }

    /// Returns the set of all `state_count` states.
    #[must_use]
    pub fn all(state_count: usize) -> Self {
        Self {
            members: vec![true; state_count],
        }
    }

    /// Returns the set whose members are flagged.
    #[must_use]
    pub fn from_flags(members: Vec<bool>) -> Self {
        Self { members }
    }

    /// Returns the number of states of the model, not of the set.
    #[must_use]
    pub fn state_count(&self) -> usize {
        self.members.len()
    }

    /// Says whether the state is in the set; a state that the model does not have is not.
    #[must_use]
    pub fn contains(&self, state: StateId) -> bool {
        self.members.get(state as usize).copied().unwrap_or(false)
    }

    /// Adds a state and says whether it is new.
    pub fn insert(&mut self, state: StateId) -> bool {
        match self.members.get_mut(state as usize) {
            Some(flag) => !std::mem::replace(flag, true),
            None => false,
        }
    }

    /// Takes a state out.
    pub fn remove(&mut self, state: StateId) {
        if let Some(flag) = self.members.get_mut(state as usize) {
            *flag = false;
        }
    }

    /// Returns the states that are not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self {
            members: self.members.iter().map(|flag| !flag).collect(),
        }
    }

    /// Returns the states in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self {
            members: self
                .members
                .iter()
                .zip(&other.members)
                .map(|(a, b)| *a && *b)
                .collect(),
        }
    }

    /// Returns the states in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            members: self
                .members
                .iter()
                .zip(&other.members)
                .map(|(a, b)| *a || *b)
                .collect(),
        }
    }

    /// Returns how many states are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.iter().filter(|flag| **flag).count()
    }

    /// Says whether no state is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.members.contains(&true)
    }

    /// Returns the members in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = StateId> + '_ {
        (0u32..)
            .zip(&self.members)
            .filter(|(_, flag)| **flag)
            .map(|(state, _)| state)
    }

    /// Returns one flag a state.
    #[must_use]
    pub fn flags(&self) -> &[bool] {
        &self.members
    }
}
