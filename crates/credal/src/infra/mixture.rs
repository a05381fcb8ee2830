//! A prior over beliefs.

use super::POINTS_MAX;
use super::inframeasure::Inframeasure;
use crate::error::{Error, distribution, not_empty, same_length};
use murphy_notation::Rational;

/// Returns the mixture `h = Σ zᵢ·hᵢ`: one point of each part, weighted.
///
/// In contrast to the [`union`](super::union) the weights are known. The result is canonical after every part, which keeps
/// the list short.
///
/// # Errors
/// If there is no part, they are over different outcomes, the weights are not a distribution, or the list grows too long.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), mixtures.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Inframeasure, mixture};
/// use murphy_credal::{CredalSet, Interval};
/// use murphy_notation::Rational;
/// let tenths = |low, high| {
///     let number = |n| Rational::new(n, 10);
///     let set = Interval::new(vec![number(10 - high), number(low)], vec![number(10 - low), number(high)])?;
///     Inframeasure::crisp(&CredalSet::from(set))
/// };
/// let half = Rational::new(1, 2);
/// let mixed = mixture(&[(half.clone(), &tenths(2, 6)?), (half, &tenths(5, 9)?)])?;
/// assert_eq!(mixed.expectation(&[Rational::ZERO, Rational::ONE])?.value, Rational::new(7, 20));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn mixture(parts: &[(Rational, &Inframeasure)]) -> Result<Inframeasure, Error> {
    not_empty(parts)?;
    let weights: Vec<Rational> = parts.iter().map(|(weight, _)| weight.clone()).collect();
    distribution(&weights)?;
    let mut mixed: Option<Inframeasure> = None;
    for (weight, part) in parts {
        same_length(parts[0].1.outcomes(), part.outcomes())?;
        if weight.is_zero() {
            continue;
        }
        let weighted: Vec<_> = part.points().iter().map(|point| point.scaled(weight)).collect();
        let points = match &mixed {
            None => weighted,
            Some(mixed) => {
                let size = mixed.points().len().saturating_mul(weighted.len());
                if size > POINTS_MAX {
                    return Err(Error::TooLarge {
                        size,
                        limit: POINTS_MAX,
                        what: "points",
                    });
                }
                let sums = mixed
                    .points()
                    .iter()
                    .flat_map(|one| weighted.iter().map(|other| one.plus(other)));
                sums.collect()
            }
        };
        mixed = Some(Inframeasure::new(points)?.canonical());
    }
    mixed.ok_or(Error::Empty)
}
