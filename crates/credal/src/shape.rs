//! What each kind of set has to say for itself; everything else follows from it in [`crate::CredalSet`].

use crate::expectation::{Expectation, Multiplier};
use crate::number::Number;
use crate::set::CredalSet;
use murphy_notation::Rational;

/// The part of a credal set that depends on its kind.
pub(crate) trait Shape {
    /// The word for the kind.
    const KIND: &'static str;

    /// Returns the number of outcomes, at least one.
    fn outcomes(&self) -> usize;

    /// Returns the lower expectation; `values` has the right length and is finite.
    fn least<T: Number>(&self, values: &[T]) -> Expectation<T>;

    /// Returns a lower bound on the lower expectation by weak duality, or `None` if the multiplier has the wrong shape.
    ///
    /// This is trusted by the checker: no search and no sorting, only sums and comparisons.
    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational>;

    /// Says whether a distribution belongs to the set; it has the right length. Trusted by the checker.
    fn contains(&self, p: &[Rational]) -> bool;

    /// Returns the distributions that put all their mass on `keep`, over the kept outcomes.
    fn restrict(&self, keep: &[bool]) -> Option<CredalSet>;

    /// Returns the distribution the set is built around, if it has one.
    fn centre(&self) -> Option<Vec<Rational>>;

    /// Returns the least probability of an event.
    fn lower_probability(&self, event: &[bool]) -> Rational {
        self.least(&indicator(event)).value
    }

    /// Says whether every distribution in the set gives the event some mass.
    fn must_hit(&self, event: &[bool]) -> bool {
        self.lower_probability(event).is_positive()
    }

    /// Says whether some distribution in the set gives the outcome mass.
    fn may_have(&self, outcome: usize) -> bool;

    /// Says for each outcome whether it may have mass.
    fn support(&self) -> Vec<bool> {
        (0..self.outcomes()).map(|i| self.may_have(i)).collect()
    }

    /// Says whether some distribution in the set gives the event some mass.
    fn may_hit(&self, event: &[bool]) -> bool {
        event
            .iter()
            .enumerate()
            .any(|(i, &inside)| inside && self.may_have(i))
    }

    /// Says whether every distribution in the set gives the event all its mass.
    fn must_stay(&self, event: &[bool]) -> bool {
        event
            .iter()
            .enumerate()
            .all(|(i, &inside)| inside || !self.may_have(i))
    }
}

/// Returns one on the event and zero off it.
pub(crate) fn indicator(event: &[bool]) -> Vec<Rational> {
    event
        .iter()
        .map(|&inside| if inside { Rational::ONE } else { Rational::ZERO })
        .collect()
}

/// Returns the entries that are kept.
pub(crate) fn kept<T: Clone>(list: &[T], keep: &[bool]) -> Vec<T> {
    list.iter()
        .zip(keep)
        .filter(|(_, keep)| **keep)
        .map(|(entry, _)| entry.clone())
        .collect()
}

/// Returns the sum of the entries on one side of an event.
pub(crate) fn mass(list: &[Rational], event: &[bool], inside: bool) -> Rational {
    list.iter()
        .zip(event)
        .filter(|(_, within)| **within == inside)
        .map(|(entry, _)| entry)
        .sum()
}
