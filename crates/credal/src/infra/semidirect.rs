//! A belief, and a belief for each of its outcomes: Nature picks again after the first outcome is seen.

use super::POINTS_MAX;
use super::a_measure::AMeasure;
use super::infrakernel::Infrakernel;
use super::inframeasure::Inframeasure;
use crate::error::{Error, same_length};
use murphy_notation::Rational;

/// The semidirect product `(h ⋉ K)(f) = h( x ↦ K(x)( f(x, ·) ) )`, over pairs `(x, y)` numbered `x·|Y| + y`.
///
/// It is kept factored, for its points are exponentially many: for each point `(m, b)` of `h` and each selection of a point `(kₓ, cₓ)` of `K(x)`,
/// the measure `m(x)·kₓ(y)` with `b + Σ m(x)·cₓ` secured. Expectations are nested minima.
///
/// **The first marginal need not be `h`.** `K(x)` may value a constant at other than itself, so that forgetting `y` gives `h` back only if no image does
/// ([`Infrakernel::preserves_constants`]), as with credal sets.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), semidirect product; the formula for the points is ours.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Inframeasure, Infrakernel, Semidirect};
/// use murphy_credal::{CredalSet, Interval};
/// use murphy_notation::Rational;
/// let (four, six) = (Rational::new(2, 5), Rational::new(3, 5));
/// let bounds = Interval::new(vec![four.clone(); 2], vec![six; 2])?;
/// let coin = Inframeasure::crisp(&CredalSet::from(bounds))?;
/// let two = Semidirect::new(coin.clone(), Infrakernel::new(vec![coin.clone(), coin])?)?;
/// let equal = [1i64, 0, 0, 1].map(Rational::from);
/// assert_eq!(two.expectation(&equal)?, four);
/// assert_eq!(two.points()?.expectation(&equal)?.value, four);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Semidirect {
    first: Inframeasure,
    kernel: Infrakernel,
    /// Whether outcomes are `y` alone instead of pairs.
    forgets: bool,
}

impl Semidirect {
    /// Returns the product.
    ///
    /// # Errors
    /// If the kernel does not have one image for each outcome of the first belief.
    pub fn new(first: Inframeasure, kernel: Infrakernel) -> Result<Self, Error> {
        same_length(first.outcomes(), kernel.images().len())?;
        Ok(Self {
            first,
            kernel,
            forgets: false,
        })
    }

    /// Returns the belief about the second outcome alone.
    pub(crate) fn forgetting_the_first(self) -> Self {
        Self {
            forgets: true,
            ..self
        }
    }

    /// Returns the number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        if self.forgets {
            self.kernel.outcomes()
        } else {
            self.first.outcomes() * self.kernel.outcomes()
        }
    }

    /// Returns the expectation, by nested minima.
    ///
    /// # Errors
    /// If there is not one value for each outcome.
    ///
    /// # Cost
    /// One product sum for each point of each part.
    pub fn expectation(&self, values: &[Rational]) -> Result<Rational, Error> {
        same_length(self.outcomes(), values.len())?;
        let part = |x: usize| {
            let start = if self.forgets {
                0
            } else {
                x * self.kernel.outcomes()
            };
            &values[start..start + self.kernel.outcomes()]
        };
        let inner = self.kernel.images().iter().enumerate();
        let inner: Vec<Rational> = inner.map(|(x, image)| image.least(part(x)).value).collect();
        Ok(self.first.least(&inner).value)
    }

    /// Returns all points, where they are few.
    ///
    /// Outcomes without mass are not branched over.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there are more than 2¹⁴.
    pub fn points(&self) -> Result<Inframeasure, Error> {
        let mut points = Vec::new();
        for point in self.first.points() {
            let start = AMeasure::raw(vec![Rational::ZERO; self.outcomes()], point.secured().clone());
            let mut partial = vec![start];
            for (x, mass) in point.measure().iter().enumerate().filter(|(_, m)| !m.is_zero()) {
                let options = self.kernel.images()[x].points();
                let size = partial.len().saturating_mul(options.len()) + points.len();
                if size > POINTS_MAX {
                    return Err(Error::TooLarge {
                        size,
                        limit: POINTS_MAX,
                        what: "points",
                    });
                }
                let longer = partial.iter().flat_map(|start| {
                    options
                        .iter()
                        .map(|option| start.plus(&self.placed(x, mass, option)))
                });
                partial = longer.collect();
            }
            points.extend(partial);
        }
        Inframeasure::new(points)
    }

    /// Returns a point of `K(x)` weighted by the mass of `x`, among the joint outcomes.
    fn placed(&self, x: usize, mass: &Rational, option: &AMeasure) -> AMeasure {
        let start = if self.forgets {
            0
        } else {
            x * self.kernel.outcomes()
        };
        let mut measure = vec![Rational::ZERO; self.outcomes()];
        for (cell, k) in measure[start..].iter_mut().zip(option.measure()) {
            *cell = mass * k;
        }
        AMeasure::raw(measure, mass * option.secured())
    }
}
