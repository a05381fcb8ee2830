//! Whole numbers, twice: machine integers that refuse to overflow, and integers of any size.
//!
//! Every inequality is decided by the same generic code. It runs in `i128` first, where each step may answer `None` for "does not fit",
//! and then again in [`IBig`], where everything fits. So the fast path cannot differ from the exact one: it either makes the same
//! exact computation or none.

use dashu_int::IBig;
use dashu_int::ops::{Abs, BitTest, DivEuclid, Gcd};
use murphy_notation::Rational;

/// An integer with operations that are exact or refused.
pub(crate) trait Whole: Clone + Ord {
    /// Whether it has any size: only then are sets handled that need big fractions anyway.
    const UNBOUNDED: bool;
    fn from_i64(value: i64) -> Self;
    fn numerator(value: &Rational) -> Option<Self>;
    fn denominator(value: &Rational) -> Option<Self>;
    fn plus(&self, other: &Self) -> Option<Self>;
    fn minus(&self, other: &Self) -> Option<Self>;
    fn times(&self, other: &Self) -> Option<Self>;
    /// Returns `self · 2^bits`.
    fn shifted(&self, bits: u64) -> Option<Self>;
    /// Returns the greatest integer not above `self / divisor`, for a positive divisor.
    fn quotient(&self, divisor: &Self) -> Self;
    /// Returns the least common multiple of two positive integers.
    fn common_multiple(&self, other: &Self) -> Option<Self>;
    /// Returns the length of the absolute value in bits.
    fn bits(&self) -> u64;
    fn to_i64(&self) -> Option<i64>;
    fn to_big(&self) -> IBig;

    /// Compares with zero.
    fn sign(&self) -> std::cmp::Ordering {
        self.cmp(&Self::from_i64(0))
    }
}

impl Whole for i128 {
    const UNBOUNDED: bool = false;

    fn from_i64(value: i64) -> Self {
        value.into()
    }

    fn numerator(value: &Rational) -> Option<Self> {
        value.as_small().map(|(numerator, _)| numerator.into())
    }

    fn denominator(value: &Rational) -> Option<Self> {
        value.as_small().map(|(_, denominator)| denominator.into())
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        self.checked_sub(*other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        self.checked_mul(*other)
    }

    fn shifted(&self, bits: u64) -> Option<Self> {
        (*self == 0 || self.bits() + bits < 127).then(|| if *self == 0 { 0 } else { *self << bits })
    }

    fn quotient(&self, divisor: &Self) -> Self {
        self.div_euclid(*divisor)
    }

    fn common_multiple(&self, other: &Self) -> Option<Self> {
        if self % other == 0 {
            return Some(*self);
        }
        let (mut a, mut b) = (*self, *other);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        (self / a).checked_mul(*other)
    }

    fn bits(&self) -> u64 {
        u64::from(Self::BITS - self.unsigned_abs().leading_zeros())
    }

    fn to_i64(&self) -> Option<i64> {
        i64::try_from(*self).ok()
    }

    fn to_big(&self) -> IBig {
        IBig::from(*self)
    }
}

impl Whole for IBig {
    const UNBOUNDED: bool = true;

    fn from_i64(value: i64) -> Self {
        value.into()
    }

    fn numerator(value: &Rational) -> Option<Self> {
        Some(value.numerator())
    }

    fn denominator(value: &Rational) -> Option<Self> {
        Some(value.denominator().into())
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }

    fn minus(&self, other: &Self) -> Option<Self> {
        Some(self - other)
    }

    fn times(&self, other: &Self) -> Option<Self> {
        Some(self * other)
    }

    fn shifted(&self, bits: u64) -> Option<Self> {
        Some(self << usize::try_from(bits).ok()?)
    }

    fn quotient(&self, divisor: &Self) -> Self {
        self.div_euclid(divisor)
    }

    fn common_multiple(&self, other: &Self) -> Option<Self> {
        Some(self / &Self::from(self.gcd(other)) * other)
    }

    fn bits(&self) -> u64 {
        self.clone().abs().bit_len() as u64
    }

    fn to_i64(&self) -> Option<i64> {
        i64::try_from(self).ok()
    }

    fn to_big(&self) -> IBig {
        self.clone()
    }
}

/// Runs a computation in machine integers and, where they are too small, in big ones.
macro_rules! exactly {
    ($function:ident($($argument:expr),* $(,)?)) => {
        match $function::<i128>($($argument),*) {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => match $function::<dashu_int::IBig>($($argument),*) {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => Err($crate::expectation::Failure::NoDistribution),
                Err(failure) => Err(failure),
            },
            Err(failure) => Err(failure),
        }
    };
}
pub(crate) use exactly;
