//! Weights as whole numbers over a common denominator, so that sums of them are exact in floats.
//!
//! Probabilities that people write have small denominators: ten intervals `[0, 0.1]` become ten times `1` over `10`, whose sum is exactly `10`. Where
//! the common denominator is too large for that, weights are rounded, and the slack accounts for it.

use murphy_notation::{Rational, gcd};

/// Whole numbers up to here are floats.
const WHOLE: u64 = 1 << 53;

/// The common denominator of a row's weights, if it is small enough.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale(Option<u64>);

impl Scale {
    /// Returns the least common denominator, if `terms` weights up to one over it add up without rounding.
    pub(crate) fn of<'a>(weights: impl IntoIterator<Item = &'a Rational>, terms: usize) -> Self {
        let limit = WHOLE / (terms.max(1) as u64).max(1);
        let mut common = 1u64;
        for weight in weights {
            let Some((_, denominator)) = weight.as_small() else {
                return Self(None);
            };
            let shared = gcd(common, denominator);
            match common.checked_mul(denominator / shared) {
                Some(product) if product <= limit => common = product,
                _ => return Self(None),
            }
        }
        Self(Some(common))
    }

    /// Says whether `terms` parts up to a whole add up in floats without rounding.
    pub(crate) fn fits(whole: u64, terms: usize) -> bool {
        whole <= WHOLE / (terms.max(1) as u64)
    }

    /// Returns the weight over the common denominator, or the nearest float if there is none.
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
    pub(crate) fn apply(self, weight: &Rational) -> f64 {
        match (self.0, weight.as_small()) {
            (Some(common), Some((numerator, denominator))) => {
                (i128::from(numerator) * i128::from(common / denominator)) as f64
            }
            _ => weight.to_f64(),
        }
    }

    /// Returns one over the common denominator, or zero if there is none.
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
    pub(crate) fn unit(self) -> f64 {
        self.0.map_or(0.0, |common| 1.0 / common as f64)
    }
}
