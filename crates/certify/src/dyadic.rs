//! Numbers `m · 2^e`: what every float is, exactly.

use crate::rejection::Side;
use crate::whole::Whole;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use murphy_notation::Rational;
use std::cmp::Ordering;

/// Significant bits that rounding keeps: more than a float has, so that recomputing is never coarser than a planner in floats, and few enough
/// that most sums fit into machine integers.
const SIGNIFICANT: i64 = 56;
/// The exponent of the finest grid that rounding uses, finer than that of the least positive float.
const FINEST: i64 = -1200;

/// The number `mantissa · 2^exponent`; the mantissa is odd, or both are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Dyadic {
    mantissa: i64,
    exponent: i32,
}

impl Dyadic {
    pub(crate) const ZERO: Self = Self {
        mantissa: 0,
        exponent: 0,
    };
    pub(crate) const ONE: Self = Self {
        mantissa: 1,
        exponent: 0,
    };
    /// Greater than every float: stands where a value is infinite.
    pub(crate) const HUGE: Self = Self::power_of_two(2048);
    /// The negative of [`Self::HUGE`].
    pub(crate) const MINUS_HUGE: Self = Self {
        mantissa: -1,
        exponent: 2048,
    };

    pub(crate) const fn power_of_two(exponent: i32) -> Self {
        Self {
            mantissa: 1,
            exponent,
        }
    }

    fn new(mantissa: i64, exponent: i32) -> Self {
        if mantissa == 0 {
            return Self::ZERO;
        }
        let zeros = mantissa.trailing_zeros();
        Self {
            mantissa: mantissa >> zeros,
            exponent: exponent.saturating_add_unsigned(zeros),
        }
    }

    /// Reads the bits of a float; `None` if it is not finite.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        let bits = value.to_bits();
        let field = i32::try_from(bits >> 52 & 0x7ff)
            .ok()
            .filter(|field| *field < 0x7ff)?;
        let fraction = i64::try_from(bits & ((1 << 52) - 1)).ok()?;
        let magnitude = if field == 0 { fraction } else { fraction | 1 << 52 };
        let mantissa = if bits >> 63 == 1 { -magnitude } else { magnitude };
        Some(Self::new(mantissa, field.max(1) - 1075))
    }

    pub(crate) fn is_positive(self) -> bool {
        self.mantissa > 0
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub(crate) fn to_rational(self) -> Rational {
        fraction(IBig::from(self.mantissa), &IBig::ONE, self.exponent)
    }

    /// Returns a whole number.
    pub(crate) fn whole(number: i64) -> Self {
        Self::new(number, 0)
    }

    /// Returns the exponent, if the number is not zero.
    pub(crate) fn exponent(self) -> Option<i32> {
        (self.mantissa != 0).then_some(self.exponent)
    }

    /// Returns the number in units of `2^base`, which is not above its exponent, or `None` if that has more than so many bits.
    pub(crate) fn aligned(self, base: i32, bits: u32) -> Option<i128> {
        if self.mantissa == 0 {
            return Some(0);
        }
        let shift = u32::try_from(self.exponent.checked_sub(base)?).ok()?;
        let length = i64::BITS - self.mantissa.unsigned_abs().leading_zeros();
        (shift <= bits && length + shift <= bits).then(|| i128::from(self.mantissa) << shift)
    }

    /// Returns the place above its leading bit: it is below `2^magnitude` in absolute value and not below half of that.
    fn magnitude(self) -> i64 {
        i64::from(self.exponent) + i64::from(i64::BITS - self.mantissa.unsigned_abs().leading_zeros())
    }
}

impl Ord for Dyadic {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs.is_ne() || self.mantissa == 0 {
            return signs;
        }
        let magnitudes = self.magnitude().cmp(&other.magnitude());
        if magnitudes.is_ne() {
            return if self.mantissa > 0 {
                magnitudes
            } else {
                magnitudes.reverse()
            };
        }
        // The same leading place: the exponents differ by less than 64, and the aligned mantissas fit.
        let base = self.exponent.min(other.exponent);
        let aligned = |number: &Self| i128::from(number.mantissa) << (number.exponent - base);
        aligned(self).cmp(&aligned(other))
    }
}

impl PartialOrd for Dyadic {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The number `numerator / denominator · 2^exponent`, not reduced; the denominator is positive.
#[derive(Clone, Debug)]
pub(crate) struct Fraction<W> {
    pub(crate) numerator: W,
    pub(crate) denominator: W,
    pub(crate) exponent: i32,
}

impl<W: Whole> Fraction<W> {
    /// Returns the fraction of a rational.
    pub(crate) fn from_rational(value: &Rational) -> Option<Self> {
        Some(Self {
            numerator: W::numerator(value)?,
            denominator: W::denominator(value)?,
            exponent: 0,
        })
    }

    /// Returns `Σ weights·values / denominator`.
    pub(crate) fn mean(weights: &[W], denominator: &W, values: &[Dyadic]) -> Option<Self> {
        let exponent = values
            .iter()
            .filter(|v| !v.is_zero())
            .map(|v| v.exponent)
            .min()
            .unwrap_or(0);
        let mut numerator = W::from_i64(0);
        for (weight, value) in weights.iter().zip(values).filter(|(_, v)| !v.is_zero()) {
            let term = W::from_i64(value.mantissa).shifted(distance(value.exponent, exponent))?;
            numerator = numerator.plus(&term.times(weight)?)?;
        }
        Some(Self {
            numerator,
            denominator: denominator.clone(),
            exponent,
        })
    }

    /// Returns `gain + discount · self`.
    pub(crate) fn stepped(self, gain: &Rational, discount: &Rational) -> Option<Self> {
        let mut step = self;
        if *discount != Rational::ONE {
            step.numerator = step.numerator.times(&W::numerator(discount)?)?;
            step.denominator = step.denominator.times(&W::denominator(discount)?)?;
        }
        if gain.is_zero() {
            return Some(step);
        }
        let exponent = step.exponent.min(0);
        let gain_denominator = W::denominator(gain)?;
        let scaled = step
            .numerator
            .times(&gain_denominator)?
            .shifted(distance(step.exponent, exponent))?;
        let added = W::numerator(gain)?
            .times(&step.denominator)?
            .shifted(distance(0, exponent))?;
        Some(Self {
            numerator: scaled.plus(&added)?,
            denominator: step.denominator.times(&gain_denominator)?,
            exponent,
        })
    }

    /// Compares with a dyadic number by multiplying the denominator out.
    pub(crate) fn compare(&self, other: Dyadic) -> Option<Ordering> {
        if other.is_zero() {
            return Some(self.numerator.sign());
        }
        let exponent = self.exponent.min(other.exponent);
        let left = self.numerator.shifted(distance(self.exponent, exponent))?;
        let right = W::from_i64(other.mantissa).times(&self.denominator)?;
        Some(left.cmp(&right.shifted(distance(other.exponent, exponent))?))
    }

    /// Returns the nearest number on the side asked for with 56 significant bits, or on the finest grid.
    pub(crate) fn rounded(&self, side: Side) -> Option<Dyadic> {
        let length = signed(self.numerator.bits()) - signed(self.denominator.bits());
        let shift = (SIGNIFICANT - 1 - length).min(i64::from(self.exponent) - FINEST);
        let numerator = self.numerator.shifted(u64::try_from(shift).unwrap_or(0))?;
        let denominator = self.denominator.shifted(u64::try_from(-shift).unwrap_or(0))?;
        let mantissa = match side {
            Side::Lower => numerator.quotient(&denominator),
            Side::Upper => {
                let zero = W::from_i64(0);
                zero.minus(&zero.minus(&numerator)?.quotient(&denominator))?
            }
        };
        let exponent = i32::try_from(i64::from(self.exponent) - shift).ok()?;
        Some(Dyadic::new(mantissa.to_i64()?, exponent))
    }

    /// Returns the same number in lowest terms.
    pub(crate) fn to_rational(&self) -> Rational {
        fraction(self.numerator.to_big(), &self.denominator.to_big(), self.exponent)
    }
}

/// Returns `numerator / denominator · 2^exponent`.
fn fraction(numerator: IBig, denominator: &IBig, exponent: i32) -> Rational {
    let scale = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
    let (_, below) = denominator.clone().into_parts();
    let (above, below): (IBig, UBig) = if exponent < 0 {
        (numerator, below << scale)
    } else {
        (numerator << scale, below)
    };
    Rational::from(RBig::from_parts(above, below))
}

/// Returns how far `exponent` is above `base`.
fn distance(exponent: i32, base: i32) -> u64 {
    u64::try_from(i64::from(exponent) - i64::from(base)).unwrap_or(0)
}

fn signed(bits: u64) -> i64 {
    i64::try_from(bits).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn finite() -> impl Strategy<Value = f64> {
        any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |value| value.is_finite())
    }

    /// Floats that are often close to each other.
    fn near() -> impl Strategy<Value = f64> {
        (-40i16..40, -3i16..3).prop_map(|(a, b)| f64::from(a) * 2f64.powi(b.into()))
    }

    fn dyadic(value: f64) -> Dyadic {
        Dyadic::from_f64(value).unwrap()
    }

    proptest! {
        #[test]
        fn floats_are_read_exactly(value in finite()) {
            prop_assert_eq!(dyadic(value).to_rational(), Rational::from_f64(value).unwrap());
        }

        #[test]
        fn order_is_that_of_the_numbers(a in prop_oneof![finite(), near()], b in prop_oneof![finite(), near()]) {
            let exact = Rational::from_f64(a).unwrap().cmp(&Rational::from_f64(b).unwrap());
            prop_assert_eq!(dyadic(a).cmp(&dyadic(b)), exact);
        }

        #[test]
        fn machine_and_big_integers_agree_or_the_machine_declines(
            weights in prop::collection::vec(0i64..1 << 40, 3), values in prop::collection::vec(prop_oneof![finite(), near()], 3),
            gain in (-100i64..100, 1i64..100), discount in (0i64..100, 1i64..100), with in near(),
        ) {
            let values: Vec<Dyadic> = values.into_iter().map(dyadic).collect();
            let (gain, discount) = (Rational::new(gain.0, gain.1), Rational::new(discount.0, discount.1));
            let exact: Rational = weights.iter().zip(&values).map(|(w, v)| Rational::from(*w) * v.to_rational()).sum();
            let exact = &gain + &discount * &(exact / Rational::from(7i64));
            let big: Vec<IBig> = weights.iter().map(|w| IBig::from(*w)).collect();
            let big = Fraction::mean(&big, &IBig::from(7), &values).unwrap().stepped(&gain, &discount).unwrap();
            prop_assert_eq!(big.to_rational(), exact.clone());
            prop_assert_eq!(big.compare(dyadic(with)).unwrap(), exact.cmp(&Rational::from_f64(with).unwrap()));
            let machine: Vec<i128> = weights.iter().map(|w| i128::from(*w)).collect();
            let machine = Fraction::mean(&machine, &7, &values).and_then(|q| q.stepped(&gain, &discount));
            if let Some(machine) = machine {
                prop_assert_eq!(machine.to_rational(), exact.clone());
                let order = machine.compare(dyadic(with));
                prop_assert!(order.is_none_or(|order| order == exact.cmp(&Rational::from_f64(with).unwrap())));
                for side in [Side::Lower, Side::Upper] {
                    let rounded = machine.rounded(side);
                    prop_assert!(rounded.is_none() || rounded == big.rounded(side));
                }
            }
            // Rounding encloses, and never more loosely than floats do.
            let (below, above) = (big.rounded(Side::Lower).unwrap(), big.rounded(Side::Upper).unwrap());
            prop_assert!(below.to_rational() <= exact && exact <= above.to_rational());
            prop_assert!(Dyadic::from_f64(exact.floor_f64()).is_none_or(|float| float <= below));
            prop_assert!(Dyadic::from_f64(exact.ceil_f64()).is_none_or(|float| above <= float));
        }
    }

    #[test]
    fn rounding_has_a_finest_grid() {
        let tiny: Rational = "1e-1000".parse().unwrap();
        let fraction = Fraction::<IBig>::from_rational(&tiny).unwrap();
        assert_eq!(fraction.rounded(Side::Lower), Some(Dyadic::ZERO));
        assert_eq!(fraction.rounded(Side::Upper), Some(Dyadic::power_of_two(-1200)));
    }
}
