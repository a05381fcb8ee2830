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
    /// The numbers in parts of ten to the power of `places`, as long as they are decimals that fit.
    lower: Vec<u64>,
    /// Empty while every probability is precise.
    upper: Vec<u64>,
    places: u32,
    /// The same as fractions, once some number was no such decimal.
    exact: Option<(Vec<Rational>, Vec<Rational>)>,
}

/// The powers of ten that fit.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut place = 1;
    while place < 20 {
        powers[place] = powers[place - 1] * 10;
        place += 1;
    }
    powers
};

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
        self.places = 0;
        self.exact = None;
    }

    /// Returns a decimal in parts of the whole of the row, which is made finer where it must be; `None` if it does not fit.
    #[inline]
    fn part(&mut self, figures: u64, places: u32) -> Option<u64> {
        if places > self.places {
            let finer = *POWERS.get((places - self.places) as usize)?;
            let all = || self.lower.iter().chain(&self.upper);
            all().max().map_or(Some(0), |most| most.checked_mul(finer))?;
            for part in self.lower.iter_mut().chain(&mut self.upper) {
                *part *= finer;
            }
            self.places = places;
        }
        figures.checked_mul(*POWERS.get((self.places - places) as usize)?)
    }

    fn rational(&self, part: u64) -> Rational {
        let figures = i64::try_from(part).ok();
        let decimal = figures.and_then(|figures| Rational::decimal(figures, self.places));
        decimal.unwrap_or_else(|| {
            let whole = POWERS.get(self.places as usize).copied().unwrap_or(1);
            Rational::from(part) / Rational::from(whole)
        })
    }

    /// Returns the numbers as fractions.
    fn rationals(&self) -> (Vec<Rational>, Vec<Rational>) {
        let fractions = |parts: &[u64]| parts.iter().map(|part| self.rational(*part)).collect();
        match &self.exact {
            Some(exact) => exact.clone(),
            None => (fractions(&self.lower), fractions(&self.upper)),
        }
    }

    /// Adds a branch whose number is no short decimal, or among such.
    #[cold]
    fn exactly(&mut self, target: StateId, lower: Number, upper: Option<Number>) {
        let (mut lowers, mut uppers) = match self.exact.take() {
            Some(exact) => exact,
            None => self.rationals(),
        };
        if upper.is_some() && uppers.is_empty() {
            uppers.clone_from(&lowers);
        }
        let lower = lower.to_rational();
        match upper {
            Some(upper) => uppers.push(upper.to_rational()),
            None if !uppers.is_empty() => uppers.push(lower.clone()),
            None => {}
        }
        lowers.push(lower);
        self.targets.push(target);
        self.exact = Some((lowers, uppers));
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
        let (weights, upper) = self.rationals();
        if !upper.is_empty() && upper != weights {
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

    /// Adds a branch with a probability.
    #[inline]
    pub(super) fn precise(&mut self, target: StateId, probability: Number) {
        match probability {
            Number::Decimal { figures, places } if figures >= 0 => {
                self.decimal(target, (figures.unsigned_abs(), places));
            }
            number => self.exactly(target, number, None),
        }
    }

    /// Adds a branch with bounds on its probability.
    #[inline]
    pub(super) fn bounds(&mut self, target: StateId, lower: Number, upper: Number) {
        match (&lower, &upper) {
            (
                Number::Decimal {
                    figures: l,
                    places: p,
                },
                Number::Decimal {
                    figures: u,
                    places: q,
                },
            ) if *l >= 0 && *u >= 0 => {
                self.decimals(target, (l.unsigned_abs(), *p), (u.unsigned_abs(), *q));
            }
            _ => self.exactly(target, lower, Some(upper)),
        }
    }

    /// Adds a branch whose probability is so many figures over so many powers of ten.
    #[inline]
    pub(super) fn decimal(&mut self, target: StateId, (figures, places): (u64, u32)) {
        let part = if self.exact.is_none() {
            self.part(figures, places)
        } else {
            None
        };
        let Some(part) = part else {
            return self.exactly(target, number(figures, places), None);
        };
        if !self.upper.is_empty() {
            self.upper.push(part);
        }
        self.targets.push(target);
        self.lower.push(part);
    }

    /// Adds a branch with bounds that are decimals.
    #[inline]
    pub(super) fn decimals(&mut self, target: StateId, lower: (u64, u32), upper: (u64, u32)) {
        let made = if self.exact.is_none() && self.part(lower.0, lower.1).is_some() {
            // The second number may make the whole finer, which changes the part that the first one is.
            self.part(upper.0, upper.1)
        } else {
            None
        };
        let Some((high, low)) = made.zip(self.part(lower.0, lower.1)) else {
            let (lower, upper) = (number(lower.0, lower.1), number(upper.0, upper.1));
            return self.exactly(target, lower, Some(upper));
        };
        if self.upper.is_empty() {
            self.upper.extend_from_slice(&self.lower);
        }
        self.targets.push(target);
        self.lower.push(low);
        self.upper.push(high);
    }

    /// Returns the credal set of the row, and whether its sums had to be corrected.
    pub(super) fn set(&mut self, sums: Sums) -> Result<(CredalSet, bool), RowError> {
        if self.targets.is_empty() {
            return Err(RowError::Empty);
        }
        if let Some(whole) = self.whole() {
            let (lower, upper) = (&self.lower, &self.upper);
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

    /// Returns the number of parts of one, if all numbers are such parts.
    fn whole(&self) -> Option<NonZeroU64> {
        let whole = POWERS.get(self.places as usize).copied();
        whole.filter(|_| self.exact.is_none()).and_then(NonZeroU64::new)
    }

    /// Makes the set in fractions, and corrects sums that are a little off.
    fn exact(&self, sums: Sums) -> Result<(CredalSet, bool), RowError> {
        let (mut lower, mut upper) = self.rationals();
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

/// Returns a decimal that may have been read in another way.
fn number(figures: u64, places: u32) -> Number {
    match i64::try_from(figures) {
        Ok(figures) => Number::Decimal { figures, places },
        Err(_) => Number::Exact(Rational::from(figures) / Rational::from(POWERS[places.min(19) as usize])),
    }
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
