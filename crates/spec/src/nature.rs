//! What is assumed of the one who picks the distributions.

use murphy_notation::Place;

/// Nature as a spec declares it.
#[derive(Clone, Debug, Default)]
pub struct Nature {
    /// On whose side it is.
    pub stance: Stance,
    /// When it picks.
    pub settled: Settled,
    /// Where it says when, or else where all of it is written, unless it is the default.
    pub place: Option<Place>,
}

/// On whose side Nature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stance {
    /// Against the agent: the guarantee.
    #[default]
    Pessimistic,
    /// With the agent: what is possible at best.
    Optimistic,
    /// On neither: the centre of each set.
    Nominal,
}

/// When Nature picks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Settled {
    /// Each time, after seeing the action.
    #[default]
    EachAction,
    /// Each time, before the agent's coin is seen.
    EachState,
    /// Once for the whole run.
    Once,
}
