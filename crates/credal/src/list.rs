//! Many sets in a few long arrays: what a model holds one of for each of its choices, often millions.
//!
//! # Why
//! A set of its own takes a box, a length and a denominator beside its numbers. Here a distribution or bounds over a short denominator take 4 bytes for
//! each number and 8 for each set; other sets are kept as they are.

use crate::error::Error;
use crate::interval::Interval;
use crate::masses::{Masses, Parts};
use crate::precise::Precise;
use crate::set::CredalSet;
use std::borrow::Cow;
use std::ops::Range;

/// The set is kept as it is.
const KEPT: u32 = 0;

/// Credal sets one after another, by number.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Precise, SetList};
/// use murphy_notation::Rational;
/// let coin = CredalSet::from(Precise::new(vec![Rational::new(1, 4), Rational::new(3, 4)])?);
/// let mut list = SetList::default();
/// list.push(coin.clone())?;
/// assert_eq!(list.view(0).to_set().into_owned(), coin);
/// assert_eq!(list.outcomes(0), 0..2);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SetList {
    /// Where the outcomes of each set end among all outcomes.
    ends: Vec<u32>,
    /// The denominator of each set, or [`KEPT`].
    wholes: Vec<u32>,
    /// The parts of each set's outcomes from below and, where the list has bounds, those from above after them: what is asked together lies
    /// together. Where a set is kept its place among those comes first.
    parts: Vec<u32>,
    /// There are bounds that are no distributions, so that all sets have parts from above.
    bounds: bool,
    kept: Vec<CredalSet>,
}

/// The parts of all sets of a list where they lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Lent<'a> {
    parts: &'a [u32],
    bounds: bool,
}

impl<'a> Lent<'a> {
    /// Says whether there is nothing.
    pub(crate) fn is_empty(self) -> bool {
        self.parts.is_empty()
    }

    /// Returns the number at a place.
    #[inline]
    pub(crate) fn at(self, place: usize) -> u32 {
        self.parts.get(place).copied().unwrap_or(0)
    }

    /// Returns the lower and the upper bounds of so many outcomes whose parts begin at a place; none if they are not there.
    #[inline]
    pub(crate) fn of(self, start: usize, count: usize) -> (&'a [u32], &'a [u32]) {
        if self.bounds {
            let both = self.parts.get(start..start + 2 * count);
            return both
                .and_then(|both| both.split_at_checked(count))
                .unwrap_or_default();
        }
        let both = self.parts.get(start..start + count).unwrap_or_default();
        (both, both)
    }
}

/// A set of a list where it lies, or any other set.
#[derive(Clone, Copy, Debug)]
pub enum SetView<'a> {
    /// A single distribution.
    Precise(Parts<'a>),
    /// Bounds on each probability.
    Interval(Parts<'a>),
    /// A set of another kind.
    Other(&'a CredalSet),
}

impl SetList {
    /// Adds a set, which has the next number.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if 32 bits do not count all outcomes.
    pub fn push(&mut self, set: CredalSet) -> Result<(), Error> {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        let end = start.saturating_add(set.outcomes());
        let end = u32::try_from(end).map_err(|_| Error::TooLarge {
            size: end,
            limit: u32::MAX as usize,
            what: "outcomes",
        })?;
        self.parts.resize(self.stride() * end as usize, 0);
        self.ends.push(end);
        self.wholes.push(KEPT);
        self.put(self.ends.len() - 1, set);
        Ok(())
    }

    /// Puts another set in the place of one, and says whether there is one with as many outcomes.
    pub fn replace(&mut self, index: usize, set: CredalSet) -> bool {
        let fits = index < self.len() && self.outcomes(index).len() == set.outcomes();
        if fits {
            self.put(index, set);
        }
        fits
    }

    /// Returns how many numbers an outcome has.
    fn stride(&self) -> usize {
        1 + usize::from(self.bounds)
    }

    fn put(&mut self, index: usize, set: CredalSet) {
        if let Some((whole, lower, upper)) = short(&set) {
            if upper.is_some() && !self.bounds {
                self.spread();
            }
            self.wholes[index] = whole;
            let range = self.numbers(index);
            let (below, above) = self.parts[range].split_at_mut(lower.len());
            below.copy_from_slice(lower);
            if !above.is_empty() {
                above.copy_from_slice(upper.unwrap_or(lower));
            }
            return;
        }
        // There are no more sets than outcomes, which 32 bits count.
        let place = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        self.wholes[index] = KEPT;
        let first = self.numbers(index).start;
        self.parts[first] = place;
        self.kept.push(set);
    }

    /// Makes room for parts from above, which are as those from below so far.
    fn spread(&mut self) {
        let mut parts = Vec::with_capacity(2 * self.parts.capacity());
        for index in 0..self.len() {
            let own = &self.parts[self.outcomes(index)];
            parts.extend_from_slice(own);
            parts.extend_from_slice(own);
        }
        (self.parts, self.bounds) = (parts, true);
    }

    /// Makes room for so many more sets with so many outcomes together.
    pub fn reserve(&mut self, sets: usize, outcomes: usize) {
        self.ends.reserve_exact(sets);
        self.wholes.reserve_exact(sets);
        self.parts.reserve_exact(self.stride() * outcomes);
    }

    /// Gives back the memory that was taken for sets to come.
    pub fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.wholes.shrink_to_fit();
        self.parts.shrink_to_fit();
        self.kept.shrink_to_fit();
    }

    /// Returns the number of sets.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Says whether there is no set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the numbers of a set's outcomes among all outcomes.
    ///
    /// # Panics
    /// If there is no such set.
    #[must_use]
    #[inline]
    pub fn outcomes(&self, index: usize) -> Range<usize> {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        start as usize..self.ends[index] as usize
    }

    /// Returns where the numbers of a set stand.
    #[inline]
    fn numbers(&self, index: usize) -> Range<usize> {
        let (range, stride) = (self.outcomes(index), self.stride());
        stride * range.start..stride * range.end
    }

    /// Returns the parts of all sets, those of each from below and then from above, or the same numbers for both.
    pub(crate) fn parts(&self) -> Lent<'_> {
        Lent {
            parts: &self.parts,
            bounds: self.bounds,
        }
    }

    /// Returns the denominator of a set whose parts lie in the list, and where they begin.
    pub(crate) fn lent(&self, index: usize) -> Option<(u32, usize)> {
        let whole = *self.wholes.get(index)?;
        (whole != KEPT).then(|| (whole, self.numbers(index).start))
    }

    /// Returns a set where it lies.
    ///
    /// # Panics
    /// If there is no such set.
    #[must_use]
    #[inline]
    pub fn view(&self, index: usize) -> SetView<'_> {
        let (range, whole) = (self.numbers(index), self.wholes[index]);
        if whole == KEPT {
            return SetView::Other(&self.kept[self.parts[range.start] as usize]);
        }
        let (lower, upper) = self.parts().of(range.start, self.outcomes(index).len());
        let parts = Parts::Short { whole, lower, upper };
        // Bounds that all meet are kept, so that these are a distribution.
        if lower == upper {
            SetView::Precise(parts)
        } else {
            SetView::Interval(parts)
        }
    }
}

/// Returns the numbers of a set that the arrays can hold; without upper bounds for a distribution.
fn short(set: &CredalSet) -> Option<(u32, &[u32], Option<&[u32]>)> {
    let (parts, precise) = match set {
        CredalSet::Precise(set) => (set.parts(), true),
        CredalSet::Interval(set) => (set.parts(), false),
        _ => return None,
    };
    match parts {
        Parts::Short { whole, lower, .. } if precise => Some((whole, lower, None)),
        Parts::Short { whole, lower, upper } if lower != upper => Some((whole, lower, Some(upper))),
        _ => None,
    }
}

impl<'a> From<&'a CredalSet> for SetView<'a> {
    fn from(set: &'a CredalSet) -> Self {
        match set {
            CredalSet::Precise(set) => Self::Precise(set.parts()),
            CredalSet::Interval(set) => Self::Interval(set.parts()),
            set => Self::Other(set),
        }
    }
}

impl<'a> SetView<'a> {
    /// Returns the number of outcomes, at least one.
    #[must_use]
    pub fn outcomes(self) -> usize {
        match self {
            Self::Precise(parts) | Self::Interval(parts) => parts.len(),
            Self::Other(set) => set.outcomes(),
        }
    }

    /// Returns the bounds of the set, if it has nothing else.
    #[must_use]
    pub fn parts(self) -> Option<Parts<'a>> {
        match self {
            Self::Precise(parts) | Self::Interval(parts) => Some(parts),
            Self::Other(_) => None,
        }
    }

    /// Returns the set.
    ///
    /// # Cost
    /// A copy of its numbers, unless it is of another kind than those that a list lays open.
    #[must_use]
    pub fn to_set(self) -> Cow<'a, CredalSet> {
        let set = match self {
            Self::Precise(parts) => Precise::from_masses(Masses::from_parts(parts, false)).into(),
            Self::Interval(parts) => Interval::from_masses(Masses::from_parts(parts, true)).into(),
            Self::Other(set) => return Cow::Borrowed(set),
        };
        Cow::Owned(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vertices;
    use murphy_notation::Rational;

    fn tenths(list: &[i64]) -> Vec<Rational> {
        list.iter().map(|n| Rational::new(*n, 10)).collect()
    }

    fn sets() -> Vec<CredalSet> {
        let primes = [4_294_967_291i64, 4_294_967_279, 4_294_967_231];
        let odd: Vec<Rational> = primes.iter().map(|p| Rational::new(1, *p)).collect();
        vec![
            Precise::new(tenths(&[2, 8])).unwrap().into(),
            Vertices::new(vec![tenths(&[0, 10, 0]), tenths(&[0, 2, 8])])
                .unwrap()
                .into(),
            Interval::new(tenths(&[0, 2]), tenths(&[7, 10])).unwrap().into(),
            Interval::new(tenths(&[3, 7]), tenths(&[3, 7])).unwrap().into(),
            Interval::new(odd, vec![Rational::ONE; 3]).unwrap().into(),
            Precise::new(vec![Rational::ONE]).unwrap().into(),
        ]
    }

    #[test]
    fn every_set_comes_back_as_it_was() {
        let sets = sets();
        for rotation in 0..sets.len() {
            let mut order = sets.clone();
            order.rotate_left(rotation);
            let mut list = SetList::default();
            for set in &order {
                list.push(set.clone()).unwrap();
            }
            for (index, set) in order.iter().enumerate() {
                assert_eq!(*list.view(index).to_set(), *set);
                assert_eq!(list.outcomes(index).len(), set.outcomes());
            }
        }
    }

    #[test]
    fn a_set_is_replaced_by_one_with_as_many_outcomes_only() {
        let sets = sets();
        for (at, new) in [(0, 2), (2, 0), (1, 4), (4, 1), (0, 3)] {
            let mut list = SetList::default();
            for set in &sets {
                list.push(set.clone()).unwrap();
            }
            assert!(list.replace(at, sets[new].clone()));
            assert!(!list.replace(at, sets[5].clone()) && !list.replace(6, sets[0].clone()));
            for (index, set) in sets.iter().enumerate() {
                let expected = if index == at { &sets[new] } else { set };
                assert_eq!(*list.view(index).to_set(), *expected);
            }
        }
    }
}
