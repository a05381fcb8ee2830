//! Rows whose mass is fixed but for what goes to the least value: precise sets, contaminations, Dirichlet models.

use super::enclosure::{Enclosure, Sum};
use super::scale::Scale;
use super::value_at;
use murphy_notation::Rational;

/// Where a row stands and what it has besides its weights.
#[derive(Clone, Debug)]
struct Header {
    start: usize,
    end: usize,
    loose: f64,
    unit: f64,
}

/// Rows `Σ weightᵢ·vᵢ + loose·min v`.
#[derive(Clone, Debug, Default)]
pub(crate) struct FixedRows {
    headers: Vec<Header>,
    columns: Vec<u32>,
    weights: Vec<f64>,
}

impl FixedRows {
    /// Adds a row and returns its place. Outcomes that never have mass are left out.
    pub(crate) fn push(&mut self, columns: &[u32], weights: &[Rational], loose: &Rational) -> usize {
        let start = self.columns.len();
        let scale = Scale::of(weights.iter().chain([loose]), 1);
        for (&column, weight) in columns.iter().zip(weights) {
            if weight.is_positive() || loose.is_positive() {
                self.columns.push(column);
                self.weights.push(scale.apply(weight));
            }
        }
        self.headers.push(Header {
            start,
            end: self.columns.len(),
            loose: scale.apply(loose),
            unit: scale.unit(),
        });
        self.headers.len() - 1
    }

    /// Encloses the lower (or upper) expectation of one row.
    pub(crate) fn enclose<const UPPER: bool>(&self, at: usize, values: &[f64]) -> Enclosure {
        let Some(header) = self.headers.get(at) else {
            return Enclosure::EVERYTHING;
        };
        let range = header.start..header.end;
        let (columns, weights) = (&self.columns[range.clone()], &self.weights[range]);
        if let &[column] = columns {
            return Enclosure::exactly(value_at::<false>(values, column));
        }
        enclose::<UPPER>(columns, weights, header.loose, header.unit, values)
    }
}

/// Encloses `Σ weight·v + loose·min v`, or with `max` for the upper side.
pub(super) fn enclose<const UPPER: bool>(
    columns: &[u32],
    weights: &[f64],
    loose: f64,
    unit: f64,
    values: &[f64],
) -> Enclosure {
    let (mut total, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for (&column, &weight) in columns.iter().zip(weights) {
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
        let absolute = |(&column, &weight): (&u32, &f64)| weight * value_at::<false>(values, column).abs();
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
