//! What counts say when no prior is preferred: Walley's imprecise Dirichlet model.

use crate::contamination::{closed_bound, free_face};
use crate::core_measure::CoreMeasure;
use crate::error::{Error, not_empty, not_negative};
use crate::expectation::{Expectation, Multiplier};
use crate::number::Number;
use crate::set::CredalSet;
use crate::shape::Shape;
use murphy_notation::Rational;

/// The distributions `(countsᵢ + strength·tᵢ) / (Σ counts + strength)`, for every distribution `t`.
///
/// The set consists of the posterior means under all Dirichlet priors of the given strength. An outcome never seen has the count zero.
///
/// # Source
/// Walley, "Inferences from multinomial data: learning about a bag of marbles", JRSS B 58, 1996.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, ImpreciseDirichlet};
/// use murphy_notation::Rational;
/// let counts = vec![Rational::from(3i64), Rational::ZERO];
/// let set = CredalSet::from(ImpreciseDirichlet::new(counts, Rational::ONE)?);
/// assert_eq!(set.outcome_bounds(0), (Rational::new(3, 4), Rational::ONE));
/// assert_eq!(set.outcome_bounds(1), (Rational::ZERO, Rational::new(1, 4)));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ImpreciseDirichlet {
    counts: Vec<Rational>,
    strength: Rational,
    pub(crate) core: CoreMeasure,
}

impl ImpreciseDirichlet {
    /// Returns the posterior means.
    ///
    /// # Errors
    /// If there is no outcome, a count or the strength is negative, or all of them are zero.
    pub fn new(counts: Vec<Rational>, strength: Rational) -> Result<Self, Error> {
        not_empty(&counts)?;
        not_negative(&counts)?;
        not_negative(std::slice::from_ref(&strength))?;
        let total = counts.iter().sum::<Rational>() + &strength;
        if total.is_zero() {
            return Err(Error::NoEvidence);
        }
        let core = CoreMeasure {
            fixed: counts.iter().map(|n| n / &total).collect(),
            free: &strength / &total,
            movable: Rational::ZERO,
            allowed: vec![true; counts.len()],
        };
        Ok(Self {
            counts,
            strength,
            core,
        })
    }

    /// Returns how often each outcome was seen.
    #[must_use]
    pub fn counts(&self) -> &[Rational] {
        &self.counts
    }

    /// Returns the strength of the priors, in observations.
    #[must_use]
    pub fn strength(&self) -> &Rational {
        &self.strength
    }
}

impl Shape for ImpreciseDirichlet {
    const KIND: &'static str = "imprecise Dirichlet";

    fn outcomes(&self) -> usize {
        self.counts.len()
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        let (value, witness, _) = self.core.lower(values);
        Expectation {
            value,
            witness: witness.iter().map(T::from_rational).collect(),
            multiplier: Multiplier::ClosedForm,
        }
    }

    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        closed_bound(&self.core, values, multiplier)
    }

    fn contains(&self, p: &[Rational]) -> bool {
        self.core.contains(p)
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        self.core.restrict(keep).and_then(free_face)
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        let total: Rational = self.counts.iter().sum();
        total
            .is_positive()
            .then(|| self.counts.iter().map(|n| n / &total).collect())
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.core.may_have(outcome)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        self.core.lower_probability(event)
    }
}
