//! Numbers as a page keeps them: twelve digits (six for probabilities of branches), rounded outward, so that a page of many states stays small and no bracket is made
//! narrower.

use crate::number::Number;
use murphy_problem::Bracket;
use serde::Serialize;

/// A float with few significant digits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Compact(Number);

/// Digits after the first one.
const DIGITS: usize = 11;
/// The same for probabilities of branches, of which there are many.
const DIGITS_ROUGH: usize = 5;

impl Compact {
    /// Returns a probability that is only looked at.
    pub(super) fn rough(value: f64) -> Self {
        Self(Number(rounded(value, DIGITS_ROUGH)))
    }

    /// Returns probabilities that are only looked at, between which both bounds lie.
    pub(super) fn rough_bounds(lower: f64, upper: f64) -> (Self, Self) {
        (down(lower, DIGITS_ROUGH), up(upper, DIGITS_ROUGH))
    }

    /// Returns both sides of a bracket.
    pub(super) fn bracket(bracket: Bracket) -> (Self, Self) {
        (down(bracket.lower, DIGITS), up(bracket.upper, DIGITS))
    }
}

fn down(value: f64, digits: usize) -> Compact {
    let near = rounded(value, digits);
    Compact(Number(if near > value {
        rounded(near - digit(value, digits), digits)
    } else {
        near
    }))
}

fn up(value: f64, digits: usize) -> Compact {
    let near = rounded(value, digits);
    Compact(Number(if near < value {
        rounded(near + digit(value, digits), digits)
    } else {
        near
    }))
}

fn rounded(value: f64, digits: usize) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // A float written out is always read back.
    format!("{value:.digits$e}").parse().unwrap_or(value)
}

/// Returns what the last digit of a number is worth.
fn digit(value: f64, digits: usize) -> f64 {
    let size = libm::floor(libm::log10(value.abs().max(f64::MIN_POSITIVE)));
    libm::exp10(size - f64::from(u32::try_from(digits).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_is_outward_and_small(value in -1e6f64..1e6) {
            for (digits, width) in [(DIGITS, 3e-11), (DIGITS_ROUGH, 3e-5)] {
                let (low, high) = (down(value, digits).0.0, up(value, digits).0.0);
                prop_assert!(low <= value && value <= high, "{low} {value} {high}");
                prop_assert!(high - low <= width * value.abs().max(1e-300));
            }
        }
    }

    #[test]
    fn short_numbers_stay_as_they_are() {
        for value in [0.0, 1.0, 0.1, 0.25, -3.5, f64::INFINITY] {
            for kept in [down(value, DIGITS), up(value, DIGITS), Compact::rough(value)] {
                assert_eq!(kept.0.0.to_bits(), value.to_bits());
            }
        }
    }
}
