//! Finitely many a-measures, of which Nature picks the worst.

use super::a_measure::AMeasure;
use super::corners::corners;
use super::infradistribution::Infradistribution;
use crate::error::{Error, not_empty, same_length};
use crate::number::Number;
use crate::set::CredalSet;
use murphy_notation::Rational;

/// A finite inframeasure: the list `V` of a-measures that stands for the set `(conv V)↑`.
///
/// As a functional on utilities in `[0, 1]` it is `h(f) = min { m·f + b : (m, b) ∈ V }`: concave, monotone and Lipschitz. Every concave, monotone,
/// polyhedral functional that is not negative at 0 comes from exactly one such set, and [`canonical`](Self::canonical) is the shortest list for it.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), definitions of inframeasure and minimal points, and the duality with functionals.
///
/// # Example
/// ```
/// use murphy_credal::infra::{AMeasure, Inframeasure};
/// use murphy_notation::Rational;
/// let (zero, half, one) = (Rational::ZERO, Rational::new(1, 2), Rational::ONE);
/// let fair = AMeasure::new(vec![half.clone(), half.clone()], zero.clone())?;
/// let capped = AMeasure::new(vec![zero.clone(), zero.clone()], half.clone())?;
/// let belief = Inframeasure::new(vec![fair, capped])?;
/// assert_eq!(belief.expectation(&[one.clone(), zero])?.value, half);
/// assert_eq!(belief.expectation(&[one.clone(), one])?.point, 1);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inframeasure {
    points: Vec<AMeasure>,
}

/// The expectation of an inframeasure, and which of its points attains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfraExpectation<T> {
    /// `min { m·f + b }`.
    pub value: T,
    /// The first point that attains it: Nature's pick, the witness that the value is not higher.
    pub point: usize,
}

impl Inframeasure {
    /// Returns the inframeasure with these points, which need not all be extreme.
    ///
    /// # Errors
    /// If there is no point, or they are over different outcomes.
    pub fn new(points: Vec<AMeasure>) -> Result<Self, Error> {
        not_empty(&points)?;
        for point in &points {
            same_length(points[0].outcomes(), point.outcomes())?;
        }
        Ok(Self { points })
    }

    /// Returns the inframeasure of a credal set: its corners, nothing secured.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if the set has too many corners to list.
    pub fn crisp(set: &CredalSet) -> Result<Self, Error> {
        let corner = |measure| AMeasure::raw(measure, Rational::ZERO);
        Self::new(corners(set)?.into_iter().map(corner).collect())
    }

    /// Returns total ignorance over `outcomes` outcomes, `h(f) = min f`: the top of the order.
    ///
    /// # Errors
    /// If there is no outcome.
    pub fn total_ignorance(outcomes: usize) -> Result<Self, Error> {
        Self::new((0..outcomes).map(|at| unit(outcomes, at)).collect())
    }

    /// Returns the points.
    #[must_use]
    pub fn points(&self) -> &[AMeasure] {
        &self.points
    }

    /// Returns the number of outcomes, at least one.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.points[0].outcomes()
    }

    /// Returns `min { m·f + b }` and the point that attains it.
    ///
    /// With exact values the answer is exact.
    ///
    /// # Errors
    /// If there is not one finite value for each outcome.
    ///
    /// # Cost
    /// One product sum a point; no linear program.
    pub fn expectation<T: Number>(&self, values: &[T]) -> Result<InfraExpectation<T>, Error> {
        same_length(self.outcomes(), values.len())?;
        if let Some(outcome) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::NotFinite { outcome });
        }
        Ok(self.least(values))
    }

    /// As [`Self::expectation`], for values known to fit.
    pub(crate) fn least<T: Number>(&self, values: &[T]) -> InfraExpectation<T> {
        let mut best = InfraExpectation {
            value: self.points[0].expectation(values),
            point: 0,
        };
        for (at, point) in self.points.iter().enumerate().skip(1) {
            let value = point.expectation(values);
            if value < best.value {
                best = InfraExpectation { value, point: at };
            }
        }
        best
    }

    /// Returns `h(0) = min b`: what is secured whatever happens here.
    #[must_use]
    pub fn secured(&self) -> Rational {
        self.least::<Rational>(&[]).value
    }

    /// Returns `h(1) − h(0)`: how much the outcome can still change.
    #[must_use]
    pub fn at_stake(&self) -> Rational {
        self.least(&vec![Rational::ONE; self.outcomes()]).value - self.secured()
    }

    /// Returns `(h − h(0)) / (h(1) − h(0))`, the normalised form.
    ///
    /// Normalising changes no preference between utilities: it is for looking at.
    ///
    /// # Errors
    /// [`Error::NothingAtStake`] if `h(0) = h(1)`: Nature holds a point at which no outcome matters, at the lowest price.
    pub fn normalised(&self) -> Result<Infradistribution, Error> {
        let (secured, at_stake) = (self.secured(), self.at_stake());
        if !at_stake.is_positive() {
            return Err(Error::NothingAtStake { secured });
        }
        let factor = Rational::ONE / &at_stake;
        let normal = |point: &AMeasure| {
            let measure = point.measure().iter().map(|m| m * &factor).collect();
            AMeasure::raw(measure, (point.secured() - &secured) * &factor)
        };
        Ok(Infradistribution::raw(Self::raw(
            self.points.iter().map(normal).collect(),
        )))
    }

    /// Says whether `h(0) = 0` and `h(1) = 1`.
    #[must_use]
    pub fn is_normalised(&self) -> bool {
        self.secured().is_zero() && self.at_stake() == Rational::ONE
    }

    /// Builds from points that the caller knows to be some, over the same outcomes.
    pub(crate) fn raw(points: Vec<AMeasure>) -> Self {
        Self { points }
    }
}

/// Returns the point mass on an outcome.
pub(crate) fn unit(outcomes: usize, at: usize) -> AMeasure {
    let mut measure = vec![Rational::ZERO; outcomes];
    measure[at] = Rational::ONE;
    AMeasure::raw(measure, Rational::ZERO)
}
