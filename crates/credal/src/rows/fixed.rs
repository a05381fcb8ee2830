//! Rows whose mass is fixed but for what goes to the least value: precise sets, contaminations, Dirichlet models.

use super::enclosure::{Enclosure, Sum};
use super::value_at;

/// Encloses `Σ weight·v + loose·min v`, or with `max` for the upper side.
pub(super) fn enclose<const UPPER: bool>(
    columns: &[u32],
    weights: impl Iterator<Item = f64> + Clone,
    (loose, unit): (f64, f64),
    values: &[f64],
) -> Enclosure {
    let (mut total, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for (&column, weight) in columns.iter().zip(weights.clone()) {
        let value = value_at::<UPPER>(values, column);
        total += weight * value;
        low = if value < low { value } else { low };
        high = if value > high { value } else { high };
    }
    total += if loose > 0.0 { loose * low } else { 0.0 };
    let magnitude = if low >= 0.0 {
        total
    } else if high <= 0.0 {
        -total
    } else {
        let absolute = |(&column, weight): (&u32, f64)| weight * value_at::<false>(values, column).abs();
        columns.iter().zip(weights).map(absolute).sum::<f64>() + loose * low.abs()
    };
    let enclosure = Sum {
        value: total,
        magnitude,
        misplaced: 0.0,
        terms: columns.len() + 1,
        unit,
        range: (low, high),
    }
    .enclosure();
    if UPPER { enclosure.negated() } else { enclosure }
}

/// Returns about `Σ weight·v`.
#[inline]
pub(super) fn about(columns: &[u32], weights: impl Iterator<Item = f64>, values: &[f64]) -> f64 {
    let mut total = 0.0;
    for (column, weight) in columns.iter().zip(weights) {
        total += weight * value_at::<false>(values, *column);
    }
    total
}
