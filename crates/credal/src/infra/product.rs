//! Two credal sets side by side: what a joint distribution may be depends on what is known about their connection.

use super::POINTS_MAX;
use super::conjunction::Conjunction;
use super::corners::corners;
use super::lifted::SIZE_MAX;
use crate::error::Error;
use crate::independent::independent;
use crate::set::CredalSet;

/// Returns the strong product: mixtures of products `p × q`, over pairs numbered `x·|Y| + y`.
///
/// The outcomes are independent given which corner Nature took in each set, and Nature took both before either was seen. It lies in the semidirect
/// product (Nature picks `q` after seeing `x`), which lies in the [free product](free_product) (nothing is known of the connection). For two coins whose bias is
/// within `[0.4, 0.6]` the least probability that they agree is 12/25, 2/5 and 0.
///
/// # Errors
/// [`Error::TooLarge`] if there are too many corners to list.
///
/// # Source
/// Walley, *Statistical Reasoning with Imprecise Probabilities* (1991), type-1 (strong) product.
///
/// # Example
/// ```
/// use murphy_credal::infra::{free_product, strong_product};
/// use murphy_credal::{CredalSet, Interval};
/// use murphy_notation::Rational;
/// let coin = CredalSet::from(Interval::new(vec![Rational::new(2, 5); 2], vec![Rational::new(3, 5); 2])?);
/// let agree = [1i64, 0, 0, 1].map(Rational::from);
/// let strong = strong_product(&coin, &coin)?;
/// assert_eq!(strong.lower_expectation(&agree)?.value, Rational::new(12, 25));
/// let free = free_product(&coin, &coin)?;
/// assert_eq!(free.lower_expectation(&agree)?.value, Rational::ZERO);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn strong_product(first: &CredalSet, second: &CredalSet) -> Result<CredalSet, Error> {
    let (first, second) = (corners(first)?, corners(second)?);
    let size = first.len().saturating_mul(second.len());
    if size > POINTS_MAX {
        return Err(Error::TooLarge {
            size,
            limit: POINTS_MAX,
            what: "corners",
        });
    }
    independent(&[first, second]).map(CredalSet::from)
}

/// Returns the free product: all joint distributions with marginals in the two sets, over pairs numbered `x·|Y| + y`.
///
/// # Errors
/// [`Error::TooLarge`] if a set is too large.
pub fn free_product(first: &CredalSet, second: &CredalSet) -> Result<Conjunction, Error> {
    let (rows, columns) = (first.outcomes(), second.outcomes());
    let size = rows.saturating_mul(columns);
    if size > SIZE_MAX {
        return Err(Error::TooLarge {
            size,
            limit: SIZE_MAX,
            what: "joint outcomes",
        });
    }
    let pairs = || (0..rows).flat_map(|x| (0..columns).map(move |y| (x, y)));
    let parts = vec![
        (pairs().map(|(x, _)| x).collect(), first),
        (pairs().map(|(_, y)| y).collect(), second),
    ];
    Conjunction::of_images(size, parts)
}
