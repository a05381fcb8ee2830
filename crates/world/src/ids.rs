//! Indices of states, actions and choices.

/// A state of a [`Model`](crate::Model): an index below its `state_count`.
pub type StateId = u32;

/// An action name of a [`Model`](crate::Model): an index into its `actions`.
pub type ActionId = u32;

/// A choice, one action in one state: an index below a model's `choice_count`, counted over all states in order.
pub type ChoiceId = u32;
