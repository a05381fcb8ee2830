//! A nominal distribution, except that with a small probability anything may happen.

use crate::core_measure::CoreMeasure;
use crate::error::{Error, distribution};
use crate::expectation::{Expectation, Multiplier};
use crate::number::Number;
use crate::set::CredalSet;
use crate::shape::Shape;
use murphy_notation::Rational;

/// The distributions `(1 − ε)·nominal + ε·anything`, also called linear-vacuous.
///
/// # Example
/// ```
/// use murphy_credal::{Contamination, CredalSet};
/// use murphy_notation::Rational;
/// let nominal = vec![Rational::new(1, 2), Rational::new(1, 2)];
/// let set = CredalSet::from(Contamination::new(nominal, Rational::new(1, 4))?);
/// assert_eq!(set.lower_expectation(&[0.0, 1.0])?.value, 0.375);
/// assert_eq!(set.upper_expectation(&[0.0, 1.0])?.value, 0.625);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Contamination {
    nominal: Vec<Rational>,
    epsilon: Rational,
    pub(crate) core: CoreMeasure,
}

impl Contamination {
    /// Returns the contaminated distribution.
    ///
    /// # Errors
    /// If the nominal list is not a distribution or ε is not between zero and one.
    pub fn new(nominal: Vec<Rational>, epsilon: Rational) -> Result<Self, Error> {
        distribution(&nominal)?;
        if epsilon.is_negative() || epsilon > Rational::ONE {
            return Err(Error::NotAWeight { value: epsilon });
        }
        let rest = Rational::ONE - &epsilon;
        let core = CoreMeasure {
            fixed: nominal.iter().map(|p| p * &rest).collect(),
            free: epsilon.clone(),
            movable: Rational::ZERO,
            allowed: vec![true; nominal.len()],
        };
        Ok(Self {
            nominal,
            epsilon,
            core,
        })
    }

    /// Returns the distribution that is contaminated.
    #[must_use]
    pub fn nominal(&self) -> &[Rational] {
        &self.nominal
    }

    /// Returns the weight of anything else.
    #[must_use]
    pub fn epsilon(&self) -> &Rational {
        &self.epsilon
    }
}

impl Shape for Contamination {
    const KIND: &'static str = "contamination";

    fn outcomes(&self) -> usize {
        self.nominal.len()
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
        Some(self.nominal.clone())
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.core.may_have(outcome)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        self.core.lower_probability(event)
    }
}

/// Returns the bound of a core of which nothing can be moved: any price from the greatest value on is the right one.
pub(crate) fn closed_bound(
    core: &CoreMeasure,
    values: &[Rational],
    multiplier: &Multiplier<Rational>,
) -> Option<Rational> {
    match multiplier {
        Multiplier::ClosedForm => values.iter().max().map(|most| core.bound(values, most)),
        _ => None,
    }
}

/// Returns the face of a core of which nothing can be moved: the fixed mass as counts, the free mass as strength.
pub(crate) fn free_face(core: CoreMeasure) -> Option<CredalSet> {
    crate::ImpreciseDirichlet::new(core.fixed, core.free)
        .ok()
        .map(CredalSet::from)
}
