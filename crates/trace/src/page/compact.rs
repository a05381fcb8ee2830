//! Numbers as a page keeps them: twelve digits, rounded outward, so that a page of many states stays small and no bracket is made
//! narrower.

use crate::number::Number;
use murphy_problem::Bracket;
use serde::Serialize;

/// A float with at most twelve significant digits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Compact(Number);

/// Digits after the first one.
const DIGITS: usize = 11;

impl Compact {
    pub(super) fn nearest(value: f64) -> Self {
        Self(Number(rounded(value)))
    }

    /// Returns a number not above `value`.
    pub(super) fn below(value: f64) -> Self {
        let near = rounded(value);
        Self(Number(if near > value { near - digit(value) } else { near }))
    }

    /// Returns a number not below `value`.
    pub(super) fn above(value: f64) -> Self {
        let near = rounded(value);
        Self(Number(if near < value { near + digit(value) } else { near }))
    }

    /// Returns both sides of a bracket.
    pub(super) fn bracket(bracket: Bracket) -> (Self, Self) {
        (Self::below(bracket.lower), Self::above(bracket.upper))
    }
}

fn rounded(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // A float written out is always read back.
    format!("{value:.DIGITS$e}").parse().unwrap_or(value)
}

/// Returns what the last digit of a number is worth.
fn digit(value: f64) -> f64 {
    libm::exp10(libm::floor(libm::log10(value.abs().max(f64::MIN_POSITIVE)))) * 1e-11
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_is_outward_and_small(value in -1e6f64..1e6) {
            let (low, high) = (Compact::below(value).0.0, Compact::above(value).0.0);
            prop_assert!(low <= value && value <= high, "{low} {value} {high}");
            prop_assert!(high - low <= 3e-11 * value.abs().max(1e-300));
        }
    }

    #[test]
    fn short_numbers_stay_as_they_are() {
        for value in [0.0, 1.0, 0.1, 0.25, -3.5, f64::INFINITY] {
            for kept in [
                Compact::below(value),
                Compact::above(value),
                Compact::nearest(value),
            ] {
                assert_eq!(kept.0.0.to_bits(), value.to_bits());
            }
        }
    }
}
