//! A single distribution: nothing is left to Nature.

use crate::error::{Error, distribution, not_empty};
use crate::expectation::{Expectation, Multiplier};
use crate::masses::{Masses, Parts};
use crate::number::{Number, dot};
use crate::set::CredalSet;
use crate::shape::{Shape, kept, mass};
use murphy_notation::Rational;
use std::num::NonZeroU64;

/// The set of exactly one distribution.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Precise};
/// use murphy_notation::Rational;
/// let coin = CredalSet::from(Precise::new(vec![Rational::new(1, 4), Rational::new(3, 4)])?);
/// assert_eq!(coin.lower_expectation(&[0.0, 1.0])?.value, 0.75);
/// assert_eq!(coin.upper_expectation(&[0.0, 1.0])?.value, 0.75);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Precise {
    probabilities: Masses,
}

impl Precise {
    /// Returns the set of this one distribution.
    ///
    /// # Errors
    /// If there is no outcome, a probability is negative, or they do not sum to exactly one.
    pub fn new(probabilities: Vec<Rational>) -> Result<Self, Error> {
        distribution(&probabilities)?;
        Ok(Self {
            probabilities: Masses::of(probabilities),
        })
    }

    /// Returns the distribution whose probabilities are `parts` of `whole`, checked in whole numbers.
    ///
    /// # Errors
    /// As for [`Self::new`].
    ///
    /// # Example
    /// ```
    /// use murphy_credal::Precise;
    /// use murphy_notation::Rational;
    /// use std::num::NonZeroU64;
    /// let ten = NonZeroU64::new(10).unwrap();
    /// let set = Precise::over(ten, &[4, 6])?;
    /// assert_eq!(set.probabilities()[1], Rational::new(3, 5));
    /// # Ok::<(), murphy_credal::Error>(())
    /// ```
    pub fn over(whole: NonZeroU64, parts: &[u64]) -> Result<Self, Error> {
        not_empty(parts)?;
        let sum: u128 = parts.iter().map(|part| u128::from(*part)).sum();
        let probabilities = Masses::over(whole, parts.iter().copied());
        if sum == u128::from(whole.get()) {
            Ok(Self { probabilities })
        } else {
            Self::new(probabilities.to_rationals(0..parts.len()))
        }
    }

    /// Returns the distribution with these probabilities, which were those of one.
    pub(crate) fn from_masses(probabilities: Masses) -> Self {
        Self { probabilities }
    }

    /// Returns the probability of each outcome.
    ///
    /// # Cost
    /// A list of fractions; [`Self::parts`] shows the data as they are held.
    #[must_use]
    pub fn probabilities(&self) -> Vec<Rational> {
        self.probabilities.to_rationals(0..self.probabilities.len())
    }

    /// Returns the distribution as it is held, as bounds that leave no choice.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        self.probabilities.both()
    }
}

impl Shape for Precise {
    const KIND: &'static str = "precise";

    fn outcomes(&self) -> usize {
        self.probabilities.len()
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        Expectation {
            value: dot(&self.probabilities(), values),
            witness: self.probabilities().iter().map(T::from_rational).collect(),
            multiplier: Multiplier::ClosedForm,
        }
    }

    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        matches!(multiplier, Multiplier::ClosedForm).then(|| dot(&self.probabilities(), values))
    }

    fn contains(&self, p: &[Rational]) -> bool {
        p == self.probabilities()
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        Self::new(kept(&self.probabilities(), keep))
            .ok()
            .map(CredalSet::from)
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        Some(self.probabilities())
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.probabilities.is_positive(outcome)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        mass(&self.probabilities(), event, true)
    }
}
