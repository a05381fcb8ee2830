//! The distributions within a given L1 distance of a nominal one.

use crate::core_measure::CoreMeasure;
use crate::error::{Error, distribution, not_negative, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::number::Number;
use crate::set::CredalSet;
use crate::shape::Shape;
use murphy_notation::Rational;

/// The distributions `p` with `Σ |pᵢ − nominalᵢ| ≤ radius`.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, L1Ball};
/// use murphy_notation::Rational;
/// let nominal = vec![Rational::new(1, 2), Rational::new(1, 2), Rational::ZERO];
/// // A radius of a half moves a quarter of the mass.
/// let restricted = CredalSet::from(L1Ball::new(nominal.clone(), Rational::new(1, 2), true)?);
/// assert_eq!(restricted.lower_expectation(&[0.0, 1.0, -1.0])?.value, 0.25);
/// let anywhere = CredalSet::from(L1Ball::new(nominal, Rational::new(1, 2), false)?);
/// assert_eq!(anywhere.lower_expectation(&[0.0, 1.0, -1.0])?.value, 0.0);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct L1Ball {
    pub(crate) core: CoreMeasure,
}

impl L1Ball {
    /// Returns the ball; a restricted one has no mass where the nominal distribution has none.
    ///
    /// # Errors
    /// If the nominal list is not a distribution or the radius is negative.
    pub fn new(nominal: Vec<Rational>, radius: Rational, restricted: bool) -> Result<Self, Error> {
        distribution(&nominal)?;
        not_negative(std::slice::from_ref(&radius))?;
        let allowed = nominal.iter().map(|p| !restricted || p.is_positive()).collect();
        Ok(Self {
            core: CoreMeasure {
                fixed: nominal,
                free: Rational::ZERO,
                movable: radius / Rational::from(2i64),
                allowed,
            },
        })
    }

    /// Returns the ball whose mass may only go where `allowed` says; the nominal distribution must already lie there.
    ///
    /// # Errors
    /// As for [`Self::new`], and if a list differs in length or the nominal distribution has mass where none is allowed.
    pub fn within(nominal: Vec<Rational>, radius: Rational, allowed: Vec<bool>) -> Result<Self, Error> {
        same_length(nominal.len(), allowed.len())?;
        let mut ball = Self::new(nominal, radius, false)?;
        if ball
            .core
            .fixed
            .iter()
            .zip(&allowed)
            .any(|(p, &a)| !a && p.is_positive())
        {
            return Err(Error::Infeasible);
        }
        ball.core.allowed = allowed;
        Ok(ball)
    }

    /// Returns the nominal distribution (the part of it that is left, if the ball was cut down to a face).
    #[must_use]
    pub fn nominal(&self) -> &[Rational] {
        &self.core.fixed
    }

    /// Returns twice the mass that may be moved.
    #[must_use]
    pub fn radius(&self) -> Rational {
        &self.core.movable + &self.core.movable
    }

    /// Says for each outcome whether it may have mass.
    #[must_use]
    pub fn allowed(&self) -> &[bool] {
        &self.core.allowed
    }
}

impl Shape for L1Ball {
    const KIND: &'static str = "L1 ball";

    fn outcomes(&self) -> usize {
        self.core.fixed.len()
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        let (value, witness, critical) = self.core.lower(values);
        Expectation {
            value,
            witness: witness.iter().map(T::from_rational).collect(),
            multiplier: Multiplier::Critical(critical),
        }
    }

    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        match multiplier {
            Multiplier::Critical(critical) => Some(self.core.bound(values, critical)),
            _ => None,
        }
    }

    fn contains(&self, p: &[Rational]) -> bool {
        self.core.contains(p)
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        self.core
            .restrict(keep)
            .map(|core| CredalSet::from(Self { core }))
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        self.core.free.is_zero().then(|| self.core.fixed.clone())
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.core.may_have(outcome)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        self.core.lower_probability(event)
    }
}
