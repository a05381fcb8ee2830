//! A belief for each outcome of another.

use super::inframeasure::Inframeasure;
use super::semidirect::Semidirect;
use crate::error::{Error, not_empty, same_length};
use murphy_notation::Rational;

/// An infrakernel: for each outcome `x` an inframeasure `K(x)` over the same further outcomes.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), infrakernels and push-forward along them.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Inframeasure, Infrakernel};
/// use murphy_credal::{CredalSet, Precise};
/// use murphy_notation::Rational;
/// let coin = |n| Precise::new(vec![Rational::new(n, 4), Rational::new(4 - n, 4)]).map(CredalSet::from);
/// let kernel = Infrakernel::new(vec![
///     Inframeasure::crisp(&coin(1)?)?,
///     Inframeasure::total_ignorance(2)?,
/// ])?;
/// let fair = Inframeasure::crisp(&coin(2)?)?;
/// // One half of the time a quarter, the other half whatever Nature likes.
/// let heads = [Rational::ONE, Rational::ZERO];
/// assert_eq!(kernel.push_forward(&fair)?.points()?.expectation(&heads)?.value, Rational::new(1, 8));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Infrakernel {
    images: Vec<Inframeasure>,
}

impl Infrakernel {
    /// Returns the kernel with these images.
    ///
    /// # Errors
    /// If there is none, or they are over different outcomes.
    pub fn new(images: Vec<Inframeasure>) -> Result<Self, Error> {
        not_empty(&images)?;
        for image in &images {
            same_length(images[0].outcomes(), image.outcomes())?;
        }
        Ok(Self { images })
    }

    /// Returns the images.
    #[must_use]
    pub fn images(&self) -> &[Inframeasure] {
        &self.images
    }

    /// Returns the number of outcomes of each image.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.images[0].outcomes()
    }

    /// Returns `x ↦ K(x)(f)`.
    ///
    /// # Errors
    /// If there is not one value for each outcome of the images.
    pub fn expectations(&self, values: &[Rational]) -> Result<Vec<Rational>, Error> {
        let each = self.images.iter().map(|image| image.expectation(values));
        each.map(|expectation| Ok(expectation?.value)).collect()
    }

    /// Returns the belief about the second outcome alone, `(K_* h)(f) = h( x ↦ K(x)(f) )`, as the part of the
    /// [`Semidirect`] product that forgets the first.
    ///
    /// # Errors
    /// If the belief is not over the arguments of the kernel.
    pub fn push_forward(&self, belief: &Inframeasure) -> Result<Semidirect, Error> {
        Ok(Semidirect::new(belief.clone(), self.clone())?.forgetting_the_first())
    }

    /// Says whether `K(x)(c) = c` for all `x` and constants `c`, as for credal sets: every image is C-additive and secures nothing.
    ///
    /// Only then is the first marginal of a semidirect product the belief it was made from.
    #[must_use]
    pub fn preserves_constants(&self) -> bool {
        let preserves = |image: &Inframeasure| image.classes().c_additive && image.secured().is_zero();
        self.images.iter().all(preserves)
    }
}
