//! What a planner returns: a bracket, a policy, and the proof of both.

use crate::certificate::Certificate;
use murphy_world::{ChoiceId, StateId};
use serde::{Deserialize, Serialize};

/// Two numbers between which the true value lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bracket {
    /// Not above the value.
    pub lower: f64,
    /// Not below the value. May be infinite.
    pub upper: f64,
}

impl Bracket {
    /// Returns `upper - lower`; zero when both are the same infinity.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.lower.is_infinite() && self.upper.is_infinite() {
            0.0
        } else {
            self.upper - self.lower
        }
    }

    /// Returns the bracket of one minus the value, rounded outward.
    #[must_use]
    pub fn complement(&self) -> Self {
        let below = |x: f64| {
            if x <= 0.0 {
                1.0
            } else {
                (1.0 - x).next_down().max(0.0)
            }
        };
        let above = |x: f64| {
            if x >= 1.0 {
                0.0
            } else {
                (1.0 - x).next_up().min(1.0)
            }
        };
        Self {
            lower: below(self.upper),
            upper: above(self.lower),
        }
    }
}

/// Why a planner stopped. Every reason leaves a bracket that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// The gap is within the precision asked for.
    Precise,
    /// The budget of sweeps was spent.
    SweepsSpent,
    /// Rounding leaves nothing to gain: more precision needs another arithmetic.
    Stalled,
}

/// Which choice to take where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Policy {
    /// One choice for each state, whenever it is reached.
    Memoryless(Vec<ChoiceId>),
    /// `steps[t][s]` is the choice in state `s` when `t` steps have been made; after the last one nothing matters.
    Stepwise(Vec<Vec<ChoiceId>>),
}

impl Policy {
    /// Returns the choice in `state` after `step` steps; past the last step, that of the last.
    #[must_use]
    pub fn choice(&self, state: StateId, step: usize) -> Option<ChoiceId> {
        let row = match self {
            Self::Memoryless(choices) => choices,
            Self::Stepwise(steps) => steps.get(step.min(steps.len().saturating_sub(1)))?,
        };
        row.get(state as usize).copied()
    }
}

/// A policy with what it is worth, proved from both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the agent does.
    pub policy: Policy,
    /// The value of the goal at the start, as the spec asks for it (so already complemented for `G`).
    pub bracket: Bracket,
    /// What proves it.
    pub certificate: Certificate,
    /// Why the planner stopped.
    pub stop: StopReason,
    /// How many sweeps it made over all components: a measure of work that is the same on every machine.
    pub sweeps: u64,
}
