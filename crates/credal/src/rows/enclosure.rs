//! Two floats between which an exact number lies, and how a computed sum becomes one.
//!
//! # Rounding
//! Write `u = 2⁻⁵³`. A sum of `n` products, each of a weight and a value, is off by at most `(n + 6)·u·M` to first order, where `M` is the sum of the
//! absolute terms and the weights may themselves be off by an ulp. The slack used is `(n + 8)·2u·M`, more than twice that, which also covers the
//! terms of higher order and the rounding of the slack. Products that underflow matter only where `M` is next to nothing, and there
//! the enclosure is widened by an absolute amount. An expectation never leaves the range of its values, so that the enclosure
//! is cut to it: constants are reproduced exactly.

/// Below this sum of absolute terms underflow may matter.
const TINY: f64 = f64::from_bits((1023 - 960) << 52);
/// More than all the underflows of one sum: `2⁻¹⁰⁴⁰`, while each of them is at most `2⁻¹⁰⁷⁵`.
const UNDERFLOW: f64 = f64::from_bits(1 << (1074 - 1040));

/// Two floats between which an exact number lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enclosure {
    /// Not above the number.
    pub below: f64,
    /// Not below the number.
    pub above: f64,
}

impl Enclosure {
    /// The enclosure that says nothing: the answer to values that are missing or not finite.
    pub const EVERYTHING: Self = Self {
        below: f64::NEG_INFINITY,
        above: f64::INFINITY,
    };

    /// Returns the enclosure of a number that is a float.
    #[must_use]
    pub(crate) fn exactly(value: f64) -> Self {
        if value.is_finite() {
            Self {
                below: value,
                above: value,
            }
        } else {
            Self::EVERYTHING
        }
    }

    /// Returns the enclosure of the number with the opposite sign.
    pub(crate) fn negated(self) -> Self {
        Self {
            below: 0.0 - self.above,
            above: 0.0 - self.below,
        }
    }
}

/// A computed sum, and what is needed to say how far off it may be.
pub(crate) struct Sum {
    /// The sum of `terms` products.
    pub(crate) value: f64,
    /// The sum of their absolute values.
    pub(crate) magnitude: f64,
    /// What rounded weights may have misplaced, times the largest value; zero if the weights are exact.
    pub(crate) misplaced: f64,
    /// The number of products.
    pub(crate) terms: usize,
    /// One over the common denominator of the weights (rounded), or zero if they are rounded fractions.
    pub(crate) unit: f64,
    /// The least and the greatest of the values.
    pub(crate) range: (f64, f64),
}

impl Sum {
    /// Returns the enclosure of the exact sum.
    #[expect(clippy::cast_precision_loss, reason = "a row has far fewer than 2^53 entries")]
    pub(crate) fn enclosure(&self) -> Enclosure {
        let exact = self.unit > 0.0;
        // With whole weights a product is zero only if its value is.
        if exact && self.magnitude == 0.0 {
            return Enclosure::exactly(0.0);
        }
        let slack = (self.terms as f64 + 8.0) * f64::EPSILON * (self.magnitude + self.misplaced);
        let unit = if exact { self.unit } else { 1.0 };
        let mut below = (self.value - slack) * unit;
        let mut above = (self.value + slack) * unit;
        if self.magnitude * unit < TINY {
            below -= UNDERFLOW;
            above += UNDERFLOW;
        }
        below = if below < self.range.0 { self.range.0 } else { below };
        above = if above > self.range.1 { self.range.1 } else { above };
        if below.is_finite() && above.is_finite() && below <= above {
            Enclosure { below, above }
        } else {
            Enclosure::EVERYTHING
        }
    }
}
