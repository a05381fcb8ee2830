//! One of several beliefs, and nobody says which.

use super::inframeasure::Inframeasure;
use crate::error::{Error, not_empty, same_length};

/// Returns the Knightian union `h = min hᵢ`: all points of all parts.
///
/// A union of infradistributions is normalised ([`super::Infradistribution::or`]).
///
/// # Errors
/// If there is no part, or they are over different outcomes.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), disjunction.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Inframeasure, union};
/// use murphy_credal::{CredalSet, Precise};
/// use murphy_notation::Rational;
/// let coin = |n| Precise::new(vec![Rational::new(n, 10), Rational::new(10 - n, 10)]).map(CredalSet::from);
/// let (low, high) = (Inframeasure::crisp(&coin(2)?)?, Inframeasure::crisp(&coin(9)?)?);
/// let either = union(&[&low, &high])?;
/// assert_eq!(either.expectation(&[Rational::ONE, Rational::ZERO])?.value, Rational::new(1, 5));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn union(parts: &[&Inframeasure]) -> Result<Inframeasure, Error> {
    not_empty(parts)?;
    for part in parts {
        same_length(parts[0].outcomes(), part.outcomes())?;
    }
    Inframeasure::new(parts.iter().flat_map(|part| part.points().to_vec()).collect())
}
