//! One choice as it is read: targets with probabilities or bounds, and the credal set they make.

use super::number::Number;
use crate::ids::StateId;
use murphy_credal::{CredalSet, Error, Interval, Precise};
use murphy_notation::Rational;
use std::num::NonZeroU64;

/// The branches of one choice; kept and refilled, so that reading allocates nothing but the model.
#[derive(Debug, Default)]
pub(super) struct Row {
    targets: Vec<StateId>,
    lower: Vec<Stored>,
    /// Empty while every probability is precise.
    upper: Vec<Stored>,
    /// The numbers that are no short decimals.
    exact: Vec<Rational>,
    /// The same in parts of one whole, while a set is made.
    parts: (Vec<u64>, Vec<u64>),
}

/// A number of a row: a short decimal, or the place of an exact number.
#[derive(Clone, Copy, Debug)]
struct Stored {
    /// The digits, or the place.
    figures: i64,
    /// How many digits stand after the point, or [`EXACT`].
    places: u32,
}

/// Says that the number is kept as a fraction.
const EXACT: u32 = u32::MAX;

/// How far a sum of probabilities may be from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sums {
    /// Not at all.
    Exact,
    /// By a millionth: decimals were rounded when they were written.
    Rounded,
    /// By a hundred-thousandth and a bit: decimals were rounded by hand.
    Coarse,
}

impl Sums {
    /// Returns how far a sum may be from one.
    pub(super) fn tolerance(self) -> Rational {
        match self {
            Self::Exact => Rational::ZERO,
            Self::Rounded => Rational::new(1, 1_000_000),
            Self::Coarse => Rational::new(1, 20_000),
        }
    }
}

/// Why a row is not a credal set.
#[derive(Debug)]
pub(super) enum RowError {
    /// It has no branch.
    Empty,
    /// The credal set refuses it.
    Set(Error),
}

impl Row {
    /// Forgets the branches.
    pub(super) fn clear(&mut self) {
        self.targets.clear();
        self.lower.clear();
        self.upper.clear();
        self.exact.clear();
    }

    #[inline]
    fn store(&mut self, number: Number) -> Stored {
        match number {
            Number::Decimal { figures, places } => Stored { figures, places },
            Number::Exact(value) => {
                self.exact.push(value);
                Stored {
                    figures: i64::try_from(self.exact.len() - 1).unwrap_or(i64::MAX),
                    places: EXACT,
                }
            }
        }
    }

    fn rational(&self, stored: Stored) -> Rational {
        if stored.places == EXACT {
            let place = usize::try_from(stored.figures).unwrap_or(usize::MAX);
            return self.exact.get(place).cloned().unwrap_or_default();
        }
        Rational::decimal(stored.figures, stored.places).unwrap_or_default()
    }

    fn rationals(&self, list: &[Stored]) -> Vec<Rational> {
        list.iter().map(|stored| self.rational(*stored)).collect()
    }

    /// Returns where the branches lead.
    pub(super) fn targets(&self) -> &[StateId] {
        &self.targets
    }

    /// Returns what a choice is worth whose branches are worth `values`: what they have in common, or their expectation.
    ///
    /// `None` if they differ and the probabilities have bounds.
    pub(super) fn worth(&self, values: &[Rational]) -> Option<Rational> {
        let first = values.first()?;
        if values.iter().all(|value| value == first) {
            return Some(first.clone());
        }
        let weights = self.rationals(&self.lower);
        if self.has_bounds() && self.rationals(&self.upper) != weights {
            return None;
        }
        let sum: Rational = weights.iter().sum();
        let total: Rational = weights
            .iter()
            .zip(values)
            .map(|(weight, value)| weight * value)
            .sum();
        total.checked_div(&sum)
    }

    /// Says whether some branch has bounds.
    pub(super) fn has_bounds(&self) -> bool {
        !self.upper.is_empty()
    }

    /// Adds a branch with a probability.
    #[inline]
    pub(super) fn precise(&mut self, target: StateId, probability: Number) {
        let stored = self.store(probability);
        if self.has_bounds() {
            self.upper.push(stored);
        }
        self.targets.push(target);
        self.lower.push(stored);
    }

    /// Adds a branch with bounds on its probability.
    #[inline]
    pub(super) fn bounds(&mut self, target: StateId, lower: Number, upper: Number) {
        if self.upper.is_empty() {
            self.upper.extend_from_slice(&self.lower);
        }
        let (lower, upper) = (self.store(lower), self.store(upper));
        self.targets.push(target);
        self.lower.push(lower);
        self.upper.push(upper);
    }

    /// Returns the credal set of the row, and whether its sums had to be corrected.
    pub(super) fn set(&mut self, sums: Sums) -> Result<(CredalSet, bool), RowError> {
        if self.targets.is_empty() {
            return Err(RowError::Empty);
        }
        if let Some(whole) = self.fill_parts() {
            let (lower, upper) = (&self.parts.0, &self.parts.1);
            // Where all bounds meet, the set is one distribution.
            if upper.is_empty() || lower == upper {
                if lower.iter().map(|part| u128::from(*part)).sum::<u128>() == u128::from(whole.get()) {
                    return Precise::over(whole, lower)
                        .map(|set| (set.into(), false))
                        .map_err(RowError::Set);
                }
            } else if let Ok(set) = Interval::over(whole, lower, upper) {
                return Ok((settled(set), false));
            }
        }
        self.exact(sums)
    }

    /// Brings the numbers over one power of ten, if they are decimals that allow it.
    fn fill_parts(&mut self) -> Option<NonZeroU64> {
        let all = || self.lower.iter().chain(&self.upper);
        if !self.exact.is_empty() || all().any(|stored| stored.figures < 0) {
            return None;
        }
        let most = all().map(|stored| stored.places).max()?;
        fill(&mut self.parts.0, &self.lower, most)?;
        fill(&mut self.parts.1, &self.upper, most)?;
        NonZeroU64::new(10u64.pow(most))
    }

    /// Makes the set in fractions, and corrects sums that are a little off.
    fn exact(&self, sums: Sums) -> Result<(CredalSet, bool), RowError> {
        let (mut lower, mut upper) = (self.rationals(&self.lower), self.rationals(&self.upper));
        let tolerance = sums.tolerance();
        if upper.is_empty() || lower == upper {
            let corrected = scale_to_one(&mut lower, &tolerance, |_| true);
            return Precise::new(lower)
                .map(|set| (set.into(), corrected))
                .map_err(RowError::Set);
        }
        let corrected = scale_to_one(&mut lower, &tolerance, |sum| *sum > Rational::ONE)
            || scale_to_one(&mut upper, &tolerance, |sum| *sum < Rational::ONE);
        Interval::new(lower, upper)
            .map(|set| (settled(set), corrected))
            .map_err(RowError::Set)
    }
}

/// Returns the set as a single distribution if it is one.
fn settled(set: Interval) -> CredalSet {
    if set.is_precise()
        && let Ok(precise) = Precise::new(set.lower())
    {
        return precise.into();
    }
    set.into()
}

fn fill(parts: &mut Vec<u64>, numbers: &[Stored], most: u32) -> Option<()> {
    parts.clear();
    for number in numbers {
        let figures = number.figures.unsigned_abs();
        parts.push(figures.checked_mul(10u64.pow(most - number.places))?);
    }
    Some(())
}

/// Divides by the sum if it is wrong in the given way and by no more than the tolerance, and says whether it did.
pub(super) fn scale_to_one(
    list: &mut [Rational],
    tolerance: &Rational,
    wrong: impl Fn(&Rational) -> bool,
) -> bool {
    let sum: Rational = list.iter().sum();
    let off = (&sum - &Rational::ONE).abs();
    if off.is_zero() || !wrong(&sum) || off > *tolerance || list.iter().any(Rational::is_negative) {
        return false;
    }
    for entry in list {
        *entry = &*entry / &sum;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::from_bytes(text.as_bytes()).unwrap()
    }

    fn precise(texts: &[&str], sums: Sums) -> Result<(CredalSet, bool), RowError> {
        let mut row = Row::default();
        for (target, text) in (0..).zip(texts) {
            row.precise(target, number(text));
        }
        row.set(sums)
    }

    fn interval(texts: &[(&str, &str)], sums: Sums) -> Result<(CredalSet, bool), RowError> {
        let mut row = Row::default();
        for (target, (lower, upper)) in (0..).zip(texts) {
            row.bounds(target, number(lower), number(upper));
        }
        row.set(sums)
    }

    #[test]
    fn rounded_decimals_are_divided_by_their_sum() {
        let (set, corrected) = precise(&["0.333333", "0.333333", "0.333333"], Sums::Rounded).unwrap();
        assert!(corrected);
        assert_eq!(set.centre().unwrap(), vec![Rational::new(1, 3); 3]);
        assert!(precise(&["0.333333", "0.666666"], Sums::Exact).is_err());
        assert!(precise(&["0.33", "0.66"], Sums::Rounded).is_err());
        assert!(!precise(&["0.25", "0.75"], Sums::Rounded).unwrap().1);
    }

    #[test]
    fn bounds_that_miss_each_other_by_rounding_are_met() {
        let third = ("0.333333333", "0.333333333");
        let (set, corrected) = interval(&[third, third, third], Sums::Rounded).unwrap();
        assert!(corrected);
        assert_eq!(set.centre().unwrap(), vec![Rational::new(1, 3); 3]);
        let (set, _) = interval(&[("0.1", "0.5"), ("0.2", "0.4999999")], Sums::Rounded).unwrap();
        assert_eq!(set.kind(), "precise");
        assert!(interval(&[("0.1", "0.5"), ("0.2", "0.4")], Sums::Rounded).is_err());
        assert!(interval(&[("0.6", "0.7"), ("0.5", "1")], Sums::Rounded).is_err());
    }

    #[test]
    fn a_row_of_meeting_bounds_is_one_distribution() {
        let (set, corrected) = interval(&[("0.4", "0.4"), ("0.60", "0.6")], Sums::Exact).unwrap();
        assert_eq!((set.kind(), corrected), ("precise", false));
        let (set, _) = interval(&[("0", "1"), ("1", "1")], Sums::Exact).unwrap();
        assert_eq!(set.centre().unwrap(), vec![Rational::ZERO, Rational::ONE]);
    }

    #[test]
    fn fractions_and_decimals_may_stand_together() {
        let (set, _) = precise(&["1/4", "0.75"], Sums::Exact).unwrap();
        assert_eq!(set.centre().unwrap()[1], Rational::new(3, 4));
        let (set, _) = interval(&[("1e-1", "0.3"), ("1/2", "0.9")], Sums::Exact).unwrap();
        assert_eq!(
            set.outcome_bounds(1),
            (Rational::new(7, 10), Rational::new(9, 10))
        );
        assert!(precise(&["-0.5", "1.5"], Sums::Rounded).is_err());
        assert!(precise(&[], Sums::Rounded).is_err());
    }
}
