//! Normalised inframeasures.

use super::a_measure::AMeasure;
use super::inframeasure::Inframeasure;
use super::union::union;
use super::update::{Update, Updated};
use crate::error::Error;
use crate::set::CredalSet;
use murphy_notation::Rational;
use std::ops::Deref;

/// An infradistribution: an [`Inframeasure`] with `h(0) = 0` and `h(1) = 1`.
///
/// It is what a distribution is among measures. Note that `h(c) = c` for other constants holds only if it is C-additive
/// (see [`Inframeasure::classes`]).
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020).
///
/// # Example
/// ```
/// use murphy_credal::infra::{AMeasure, Infradistribution};
/// use murphy_credal::Error;
/// use murphy_notation::Rational;
/// let (zero, half, one) = (Rational::ZERO, Rational::new(1, 2), Rational::ONE);
/// let first = AMeasure::new(vec![half.clone(), zero.clone()], half.clone())?;
/// let second = AMeasure::new(vec![one.clone(), zero.clone()], zero.clone())?;
/// let belief = Infradistribution::new(vec![first.clone(), second])?;
/// assert_eq!(belief.expectation(&[half.clone(), zero.clone()])?.value, half);
/// // The first point alone secures a half, so it is not normalised.
/// assert!(matches!(Infradistribution::new(vec![first]), Err(Error::NotNormalised { .. })));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infradistribution(Inframeasure);

impl Infradistribution {
    /// Returns the infradistribution with these points.
    ///
    /// # Errors
    /// As for [`Inframeasure::new`], and [`Error::NotNormalised`] if `min b ≠ 0` or `min (λ + b) ≠ 1`.
    pub fn new(points: Vec<AMeasure>) -> Result<Self, Error> {
        Self::try_from(Inframeasure::new(points)?)
    }

    /// Returns the infradistribution of a credal set.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the set has too many corners to list.
    pub fn crisp(set: &CredalSet) -> Result<Self, Error> {
        Inframeasure::crisp(set).map(Self)
    }

    /// Returns total ignorance, `h(f) = min f`.
    ///
    /// # Errors
    /// If there is no outcome.
    pub fn total_ignorance(outcomes: usize) -> Result<Self, Error> {
        Inframeasure::total_ignorance(outcomes).map(Self)
    }

    /// Returns the Knightian union with another: one of the two, and nobody says which.
    ///
    /// # Errors
    /// If they are over different outcomes.
    pub fn or(&self, other: &Self) -> Result<Self, Error> {
        union(&[&self.0, &other.0]).map(Self)
    }

    /// Returns the mixture with weights that sum to one: a prior over infradistributions.
    ///
    /// # Errors
    /// If there is none, they are over different outcomes, the weights are not a distribution, or the result is too large.
    pub fn mixture(parts: &[(Rational, &Self)]) -> Result<Self, Error> {
        let parts: Vec<_> = parts
            .iter()
            .map(|(weight, part)| (weight.clone(), &part.0))
            .collect();
        super::mixture::mixture(&parts).map(Self)
    }

    /// Returns the normalised update and what was at stake.
    ///
    /// # Errors
    /// If the update is over other outcomes, and [`Error::NotUpdatable`] if nothing is at stake where it happens.
    pub fn update(&self, update: &Update) -> Result<Updated, Error> {
        update.of(&self.0)
    }

    /// Returns it without the promise that it is normalised.
    #[must_use]
    pub fn into_inframeasure(self) -> Inframeasure {
        self.0
    }

    /// Wraps what the caller knows to be normalised.
    pub(crate) fn raw(inframeasure: Inframeasure) -> Self {
        Self(inframeasure)
    }
}

impl TryFrom<Inframeasure> for Infradistribution {
    type Error = Error;

    fn try_from(inframeasure: Inframeasure) -> Result<Self, Error> {
        if inframeasure.is_normalised() {
            return Ok(Self(inframeasure));
        }
        let secured = inframeasure.secured();
        Err(Error::NotNormalised {
            one: inframeasure.at_stake() + &secured,
            zero: secured,
        })
    }
}

impl Deref for Infradistribution {
    type Target = Inframeasure;

    fn deref(&self) -> &Inframeasure {
        &self.0
    }
}
