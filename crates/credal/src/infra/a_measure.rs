//! A measure on what can still happen, and the utility secured elsewhere.

use crate::error::{Error, not_empty, not_negative};
use crate::number::{Number, dot};
use murphy_notation::Rational;

/// An a-measure `(m, b)`: it values a utility `f` at `m·f + b`.
///
/// `m` is a measure, not normalised: how much this branch of this world still counts. `b ≥ 0` is utility already secured off the branch.
/// The total `λ = m(1)` is the [`weight`](Self::weight); a distribution is `λ = 1`, `b = 0`. With `λ = 0` nothing is at stake any more,
/// but the point still caps the value at `b`, so it is kept.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), affine measures with positive measure part.
///
/// # Example
/// ```
/// use murphy_credal::infra::AMeasure;
/// use murphy_notation::Rational;
/// let (half, quarter) = (Rational::new(1, 2), Rational::new(1, 4));
/// let point = AMeasure::new(vec![quarter.clone(), half.clone()], quarter.clone())?;
/// assert_eq!(point.weight(), Rational::new(3, 4));
/// assert_eq!(point.expectation(&[Rational::ONE, Rational::ZERO]), half);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AMeasure {
    measure: Vec<Rational>,
    secured: Rational,
}

impl AMeasure {
    /// Returns `(measure, secured)`.
    ///
    /// # Errors
    /// If the measure has no outcome, or anything is negative.
    pub fn new(measure: Vec<Rational>, secured: Rational) -> Result<Self, Error> {
        not_empty(&measure)?;
        not_negative(&measure)?;
        not_negative(std::slice::from_ref(&secured))?;
        Ok(Self { measure, secured })
    }

    /// Returns the measure `m`, an entry an outcome.
    #[must_use]
    pub fn measure(&self) -> &[Rational] {
        &self.measure
    }

    /// Returns `b`, the utility secured off this branch.
    #[must_use]
    pub fn secured(&self) -> &Rational {
        &self.secured
    }

    /// Returns `λ = m(1)`: how much is still at stake.
    #[must_use]
    pub fn weight(&self) -> Rational {
        self.measure.iter().sum()
    }

    /// Returns the number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.measure.len()
    }

    /// Returns `m/λ`, what an ordinary Bayesian would believe, or `None` if nothing is at stake.
    #[must_use]
    pub fn distribution(&self) -> Option<Vec<Rational>> {
        let weight = self.weight();
        weight
            .is_positive()
            .then(|| self.measure.iter().map(|m| m / &weight).collect())
    }

    /// Returns `m·f + b`; values that the list does not reach count as zero.
    #[must_use]
    pub fn expectation<T: Number>(&self, values: &[T]) -> T {
        dot(&self.measure, values) + T::from_rational(&self.secured)
    }

    /// Returns `factor·(m, b)`; the factor must not be negative.
    pub(crate) fn scaled(&self, factor: &Rational) -> Self {
        Self {
            measure: self.measure.iter().map(|m| m * factor).collect(),
            secured: &self.secured * factor,
        }
    }

    /// Returns the sum of two a-measures over the same outcomes.
    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self {
            measure: self
                .measure
                .iter()
                .zip(&other.measure)
                .map(|(a, b)| a + b)
                .collect(),
            secured: &self.secured + &other.secured,
        }
    }

    /// Builds what the caller knows to be non-negative.
    pub(crate) fn raw(measure: Vec<Rational>, secured: Rational) -> Self {
        Self { measure, secured }
    }
}
