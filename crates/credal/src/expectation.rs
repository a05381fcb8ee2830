//! What an expectation is answered with: the value, the distribution that attains it, and the multiplier that proves it.

use crate::number::Number;

/// A lower or an upper expectation with both halves of its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation<T> {
    /// The least (or greatest) expected value over the set.
    pub value: T,
    /// A distribution in the set that attains it: proves that the value can be as extreme as this.
    pub witness: Vec<T>,
    /// Proves that it cannot be more extreme: see [`crate::CredalSet::bound_below`].
    pub multiplier: Multiplier<T>,
}

/// What proves one side of an expectation without a search: shadow prices in the unit of the values.
///
/// Any multiplier of the right shape gives a true bound; the one found by the search gives the tight bound.
#[derive(Clone, Debug, PartialEq)]
pub enum Multiplier<T> {
    /// The bound is a closed formula of the set and the values (precise, vertices, contamination, Dirichlet).
    ClosedForm,
    /// The value of the critical outcome (interval, L1 ball): at it mass is neither taken nor given in full.
    Critical(T),
    /// One price for each constraint (polytope).
    Prices(Vec<T>),
    /// Multipliers of the parts (semidirect product).
    Nested {
        /// That of the first part.
        first: Box<Multiplier<T>>,
        /// Those of what follows each of its outcomes.
        then: Vec<Multiplier<T>>,
    },
}

impl<T: Number> Multiplier<T> {
    /// Returns the multiplier for the values with opposite sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        match self {
            Self::ClosedForm => Self::ClosedForm,
            Self::Critical(value) => Self::Critical(-value.clone()),
            Self::Prices(prices) => Self::Prices(prices.iter().map(|p| -p.clone()).collect()),
            Self::Nested { first, then } => Self::Nested {
                first: Box::new(first.negated()),
                then: then.iter().map(Self::negated).collect(),
            },
        }
    }
}
