//! How large a model may become before its construction stops.

/// The most states and branches that an unfolding may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most states.
    pub states_max: usize,
    /// The most branches over all choices.
    pub branches_max: usize,
}

impl Limits {
    /// Returns the limits of a model with so many states: ten times as many branches, and never less than by default.
    #[must_use]
    pub fn with_states(states_max: usize) -> Self {
        let usual = Self::default();
        Self {
            states_max,
            branches_max: states_max.saturating_mul(10).max(usual.branches_max),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            states_max: 5_000_000,
            branches_max: 50_000_000,
        }
    }
}
