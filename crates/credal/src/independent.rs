//! Independent sets at once: the strong product.
//!
//! Nature picks a distribution from each factor, none of them in view of another's outcome, and the outcomes are independent. The products of distributions are
//! not convex; mixing them changes no expectation, and the mixtures are those of the products of extreme points.

use crate::error::Error;
use crate::interval::Interval;
use crate::set::CredalSet;
use crate::vertices::Vertices;
use murphy_notation::Rational;
use std::collections::BTreeSet;

/// How many numbers the extreme points of a product may have together.
const ENTRIES_MAX: usize = 1 << 16;
/// How many outcomes a set of bounds may have to be taken apart into extreme points.
const BOUNDED_MAX: usize = 16;

impl CredalSet {
    /// Returns the distributions of which the set is all mixtures, in a fixed order; `None` for kinds that are not taken apart.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there are too many.
    ///
    /// # Example
    /// ```
    /// use murphy_credal::{CredalSet, Interval};
    /// use murphy_notation::Rational;
    /// let fifth = |n| Rational::new(n, 5);
    /// let coin = CredalSet::from(Interval::new(vec![fifth(2); 2], vec![fifth(3); 2])?);
    /// let ends = vec![vec![fifth(2), fifth(3)], vec![fifth(3), fifth(2)]];
    /// assert_eq!(coin.extreme_points()?, Some(ends));
    /// # Ok::<(), murphy_credal::Error>(())
    /// ```
    pub fn extreme_points(&self) -> Result<Option<Vec<Vec<Rational>>>, Error> {
        Ok(match self {
            Self::Precise(set) => Some(vec![set.probabilities()]),
            Self::Vertices(set) => Some(set.vertices().to_vec()),
            Self::Interval(set) => Some(corners(set)?),
            _ => None,
        })
    }
}

fn too_many(size: usize) -> Error {
    Error::TooLarge {
        size,
        limit: ENTRIES_MAX,
        what: "numbers in the extreme points of a product of independent sets",
    }
}

/// Returns the extreme points within bounds: all entries but one are at a bound.
fn corners(set: &Interval) -> Result<Vec<Vec<Rational>>, Error> {
    let (lower, upper) = (set.lower(), set.upper());
    let open: Vec<usize> = (0..lower.len()).filter(|i| lower[*i] < upper[*i]).collect();
    if open.len() > BOUNDED_MAX {
        return Err(too_many(1 << open.len().min(63)));
    }
    let budget = set.budget();
    let mut found = BTreeSet::new();
    for filled in 0..1usize << open.len() {
        let mut point = lower.clone();
        let mut left = budget.clone();
        for (bit, outcome) in open.iter().enumerate() {
            if filled >> bit & 1 == 1 {
                left -= &upper[*outcome] - &lower[*outcome];
                point[*outcome].clone_from(&upper[*outcome]);
            }
        }
        if left.is_negative() {
            continue;
        }
        if left.is_zero() {
            found.insert(point);
            continue;
        }
        for (bit, outcome) in open.iter().enumerate() {
            let room = &upper[*outcome] - &lower[*outcome];
            if filled >> bit & 1 == 0 && left < room {
                let mut point = point.clone();
                point[*outcome] += &left;
                found.insert(point);
            }
        }
        if found.len().saturating_mul(lower.len()) > ENTRIES_MAX {
            return Err(too_many(found.len().saturating_mul(lower.len())));
        }
    }
    Ok(found.into_iter().collect())
}

/// Returns the distributions of independent factors, each given by its extreme points: the mixtures of all products of these.
///
/// A joint outcome is one outcome of each factor; they are numbered with the last factor's outcome changing fastest.
///
/// # Errors
/// If there is no factor, one has no point, or the products are too many to list.
///
/// # Example
/// Two coins that show heads with a probability between 2/5 and 3/5 are equal with at least 12/25. If Nature could see the first coin
/// before she settles the second, it would be 2/5.
/// ```
/// use murphy_credal::{CredalSet, independent};
/// use murphy_notation::Rational;
/// let fifth = |n| Rational::new(n, 5);
/// let coin = vec![vec![fifth(2), fifth(3)], vec![fifth(3), fifth(2)]];
/// let both = CredalSet::from(independent(&[coin.clone(), coin])?);
/// let equal = [Rational::ONE, Rational::ZERO, Rational::ZERO, Rational::ONE];
/// assert_eq!(both.lower_expectation(&equal)?.value, Rational::new(12, 25));
/// assert_eq!(both.upper_expectation(&equal)?.value, Rational::new(13, 25));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
pub fn independent(factors: &[Vec<Vec<Rational>>]) -> Result<Vertices, Error> {
    let mut points: Vec<Vec<Rational>> = vec![vec![Rational::ONE]];
    for factor in factors {
        let outcomes = factor.first().map_or(0, Vec::len);
        let width = points.first().map_or(0, Vec::len).saturating_mul(outcomes);
        let size = points.len().saturating_mul(factor.len()).saturating_mul(width);
        if size > ENTRIES_MAX {
            return Err(too_many(size));
        }
        let mut longer = Vec::with_capacity(points.len() * factor.len());
        for point in &points {
            for extreme in factor {
                let joint = point.iter().flat_map(|p| extreme.iter().map(move |q| p * q));
                longer.push(joint.collect());
            }
        }
        points = longer;
    }
    Vertices::new(points)
}
