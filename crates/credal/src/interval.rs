//! Bounds on the probability of each outcome.
//!
//! The invariant: the bounds are tight, so that each of them is attained by some distribution in the set, and they
//! satisfy `0 ≤ lower ≤ upper ≤ 1` and `Σ lower ≤ 1 ≤ Σ upper`.

use crate::error::{Error, not_empty, not_negative, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::masses::{Masses, Parts};
use crate::number::{Number, Shares, ascending, smaller};
use crate::set::CredalSet;
use crate::shape::{Shape, kept, mass};
use murphy_notation::Rational;
use std::num::NonZeroU64;

/// The distributions with `lower[i] ≤ p[i] ≤ upper[i]` for each outcome.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Interval};
/// use murphy_notation::Rational;
/// let quarter = Rational::new(1, 4);
/// let set = Interval::new(vec![Rational::ZERO; 2], vec![quarter, Rational::ONE])?;
/// // At most a quarter can go to the first outcome, so the second has at least three.
/// assert_eq!(set.lower()[1], Rational::new(3, 4));
/// assert_eq!(CredalSet::from(set).lower_expectation(&[0.0, 1.0])?.value, 0.75);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Interval {
    /// The lower bounds, then the upper bounds: in one piece, since a model has one of these for each choice.
    bounds: Masses,
}

impl Interval {
    /// Returns the distributions within the bounds, and tightens the bounds to what those distributions attain.
    ///
    /// # Errors
    /// If the lists differ in length or are empty, a lower bound is negative or above its upper bound, or no
    /// distribution lies within the bounds.
    ///
    /// # Source
    /// Weichselberger and Pöhlmann's feasible bounds for probability intervals; see de Campos, Huete, Moral 1994.
    pub fn new(mut lower: Vec<Rational>, mut upper: Vec<Rational>) -> Result<Self, Error> {
        not_empty(&lower)?;
        same_length(lower.len(), upper.len())?;
        not_negative(&lower)?;
        for (outcome, (l, u)) in lower.iter().zip(&upper).enumerate() {
            if l > u {
                return Err(Error::Crossed {
                    outcome,
                    lower: l.clone(),
                    upper: u.clone(),
                });
            }
        }
        let lower_sum: Rational = lower.iter().sum();
        if lower_sum > Rational::ONE {
            return Err(Error::LowerSumAboveOne { sum: lower_sum });
        }
        let upper_sum: Rational = upper.iter().sum();
        if upper_sum < Rational::ONE {
            return Err(Error::UpperSumBelowOne { sum: upper_sum });
        }
        // Both sides by the sums as given: one pass reaches the fixed point.
        for (l, u) in lower.iter_mut().zip(upper.iter_mut()) {
            let least = Rational::ONE - (&upper_sum - &*u);
            let most = Rational::ONE - (&lower_sum - &*l);
            if least > *l {
                *l = least;
            }
            if most < *u {
                *u = most;
            }
        }
        lower.append(&mut upper);
        Ok(Self {
            bounds: Masses::of(lower),
        })
    }

    /// Returns the distributions within the bounds `lower` and `upper` in parts of `whole`, checked and tightened in whole numbers.
    ///
    /// # Errors
    /// As for [`Self::new`].
    ///
    /// # Example
    /// ```
    /// use murphy_credal::Interval;
    /// use murphy_notation::Rational;
    /// use std::num::NonZeroU64;
    /// let ten = NonZeroU64::new(10).unwrap();
    /// let set = Interval::over(ten, &[2, 3], &[5, 7])?;
    /// assert_eq!(set.lower()[1], Rational::new(1, 2));
    /// # Ok::<(), murphy_credal::Error>(())
    /// ```
    pub fn over(whole: NonZeroU64, lower: &[u64], upper: &[u64]) -> Result<Self, Error> {
        not_empty(lower)?;
        same_length(lower.len(), upper.len())?;
        let sum = |parts: &[u64]| parts.iter().try_fold(0u64, |sum, part| sum.checked_add(*part));
        let ordered = lower.iter().zip(upper).all(|(l, u)| l <= u);
        let (parts_of, whole, shares) = (whole, whole.get(), Shares::of(whole));
        let sums = sum(lower).zip(sum(upper));
        let sums = sums.filter(|(lower_sum, upper_sum)| *lower_sum <= whole && *upper_sum >= whole);
        let Some((lower_sum, upper_sum)) = sums.filter(|_| ordered) else {
            let exact = |parts: &[u64]| parts.iter().map(|part| shares.share(*part)).collect();
            return Self::new(exact(lower), exact(upper));
        };
        let least = |l: u64, u: u64| l.max(whole.saturating_sub(upper_sum - u));
        let most = |l: u64, u: u64| u.min(whole - (lower_sum - l));
        let pairs = || lower.iter().zip(upper);
        let tight = pairs().map(|(l, u)| least(*l, *u));
        let bounds = tight.chain(pairs().map(|(l, u)| most(*l, *u)));
        Ok(Self {
            bounds: Masses::over(parts_of, bounds),
        })
    }

    /// Returns the set with these lower and then upper bounds, which were those of one.
    pub(crate) fn from_masses(bounds: Masses) -> Self {
        Self { bounds }
    }

    /// Returns the least probability of each outcome.
    ///
    /// # Cost
    /// A list of fractions; [`Self::parts`] shows the data as they are held.
    #[must_use]
    pub fn lower(&self) -> Vec<Rational> {
        self.bounds.to_rationals(0..self.outcomes())
    }

    /// Returns the greatest probability of each outcome.
    ///
    /// # Cost
    /// As for [`Self::lower`].
    #[must_use]
    pub fn upper(&self) -> Vec<Rational> {
        self.bounds.to_rationals(self.outcomes()..self.bounds.len())
    }

    /// Returns both bounds as they are held.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        self.bounds.halves()
    }

    /// Says whether the bounds leave exactly one distribution.
    #[must_use]
    pub fn is_precise(&self) -> bool {
        match self.parts() {
            Parts::Short { lower, upper, .. } => lower == upper,
            Parts::Long { lower, upper, .. } => lower == upper,
            Parts::Exact { lower, upper } => lower == upper,
        }
    }

    /// Returns the mass that the lower bounds leave to Nature.
    #[must_use]
    pub fn budget(&self) -> Rational {
        Rational::ONE - self.lower().iter().sum::<Rational>()
    }
}

impl Shape for Interval {
    const KIND: &'static str = "interval";

    fn outcomes(&self) -> usize {
        self.bounds.len() / 2
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        // The exact budget decides who gets what, so that the witness is exact up to its conversion.
        let mut left = self.budget();
        let (mut witness, upper) = (self.lower(), self.upper());
        let order = ascending(values);
        let mut critical = values[order[0]].clone();
        for i in order {
            if !left.is_positive() {
                break;
            }
            let given = smaller(&upper[i] - &witness[i], left.clone());
            left -= &given;
            witness[i] += given;
            critical = values[i].clone();
        }
        let value = crate::number::dot(&witness, values);
        Expectation {
            value,
            witness: witness.iter().map(T::from_rational).collect(),
            multiplier: Multiplier::Critical(critical),
        }
    }

    /// `λ·budget + Σ (lowerᵢ·vᵢ + gapᵢ·min(0, vᵢ − λ))`, for any λ.
    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        let Multiplier::Critical(critical) = multiplier else {
            return None;
        };
        let mut total = critical * &self.budget();
        for ((l, u), v) in self.lower().iter().zip(self.upper()).zip(values) {
            total += l * v;
            if v < critical {
                total += (&u - l) * (v - critical);
            }
        }
        Some(total)
    }

    fn contains(&self, p: &[Rational]) -> bool {
        crate::error::is_distribution(p)
            && p.iter()
                .zip(self.lower().into_iter().zip(self.upper()))
                .all(|(p, (l, u))| l <= *p && *p <= u)
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        // Lower bounds are never negative: one that is positive and dropped settles it without a sum.
        if (0..self.outcomes())
            .zip(keep)
            .any(|(at, keep)| !keep && self.bounds.is_positive(at))
        {
            return None;
        }
        Self::new(kept(&self.lower(), keep), kept(&self.upper(), keep))
            .ok()
            .map(CredalSet::from)
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        self.is_precise().then(|| self.lower())
    }

    fn may_have(&self, outcome: usize) -> bool {
        // Tight bounds: each upper bound is attained.
        self.bounds.is_positive(self.outcomes() + outcome)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        let inside = mass(&self.lower(), event, true);
        let outside = Rational::ONE - mass(&self.upper(), event, false);
        crate::number::larger(inside, outside)
    }

    fn must_hit(&self, event: &[bool]) -> bool {
        let hit = |at: usize| event[at] && self.bounds.is_positive(at);
        if (0..self.outcomes()).any(hit) {
            return true;
        }
        match self.parts() {
            Parts::Short { whole, upper, .. } => {
                let off = upper.iter().zip(event).filter(|(_, inside)| !**inside);
                off.map(|(part, _)| u64::from(*part)).sum::<u64>() < u64::from(whole)
            }
            Parts::Long { whole, upper, .. } => {
                let off = upper.iter().zip(event).filter(|(_, inside)| !**inside);
                off.map(|(part, _)| u128::from(*part)).sum::<u128>() < u128::from(whole)
            }
            Parts::Exact { upper, .. } => mass(upper, event, false) < Rational::ONE,
        }
    }
}
