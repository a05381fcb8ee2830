//! The two kinds of numbers that expectations are computed in: exact rationals, and floats to search with.

use crate::constraint::Constraint;
use crate::expectation::Expectation;
use murphy_notation::Rational;
use std::cmp::Ordering;
use std::fmt::Debug;
use std::num::NonZeroU64;
use std::ops::{Add, Mul, Neg, Sub};

mod sealed {
    /// Keeps [`super::Number`] to the two types whose rounding is understood here.
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for murphy_notation::Rational {}
}

/// A number that values and probabilities may be given in: [`Rational`] or `f64`.
pub trait Number:
    sealed::Sealed
    + Clone
    + Debug
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
{
    /// Zero.
    const ZERO: Self;
    /// Returns the number itself, or the nearest float.
    fn from_rational(value: &Rational) -> Self;
    /// Returns the number as an exact rational, or `None` if it is not finite.
    fn to_rational(&self) -> Option<Rational>;
    /// Says whether it is an ordinary number.
    fn is_finite(&self) -> bool;
    /// Compares two finite numbers.
    fn order(&self, other: &Self) -> Ordering;
    /// Solves the linear program of a polytope in this arithmetic, if that is cheaper than exactly.
    #[doc(hidden)]
    fn solve(constraints: &[Constraint], values: &[Self]) -> Option<Expectation<Self>>;
}

/// Turns parts of one whole into fractions, quickly where the whole is a power of ten.
#[derive(Clone, Copy)]
pub(crate) struct Shares {
    whole: NonZeroU64,
    /// The whole is ten to this power.
    places: Option<u32>,
}

impl Shares {
    /// Returns shares of a whole.
    pub(crate) fn of(whole: NonZeroU64) -> Self {
        let places = whole.ilog10();
        let is_power = 10u64.pow(places) == whole.get();
        Self {
            whole,
            places: is_power.then_some(places),
        }
    }

    /// Returns `part / whole`.
    #[inline]
    pub(crate) fn share(self, part: u64) -> Rational {
        let quick = self
            .places
            .zip(i64::try_from(part).ok())
            .and_then(|(places, part)| Rational::decimal(part, places));
        quick.unwrap_or_else(|| Rational::from(part) / Rational::from(self.whole.get()))
    }
}

impl Number for Rational {
    const ZERO: Self = Rational::ZERO;
    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }
    fn to_rational(&self) -> Option<Rational> {
        Some(self.clone())
    }
    fn is_finite(&self) -> bool {
        true
    }
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
    fn solve(_: &[Constraint], _: &[Self]) -> Option<Expectation<Self>> {
        None
    }
}

impl Number for f64 {
    const ZERO: Self = 0.0;
    fn from_rational(value: &Rational) -> Self {
        value.to_f64()
    }
    fn to_rational(&self) -> Option<Rational> {
        Rational::from_f64(*self)
    }
    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
    fn order(&self, other: &Self) -> Ordering {
        self.partial_cmp(other).unwrap_or(Ordering::Equal)
    }
    fn solve(constraints: &[Constraint], values: &[Self]) -> Option<Expectation<Self>> {
        crate::linear_program::least(constraints, values)
    }
}

/// Returns the sum of products of probabilities and values.
pub(crate) fn dot<T: Number>(probabilities: &[Rational], values: &[T]) -> T {
    probabilities
        .iter()
        .zip(values)
        .filter(|(p, _)| !p.is_zero())
        .fold(T::ZERO, |total, (p, v)| total + T::from_rational(p) * v.clone())
}

/// Returns the outcomes from the least value to the greatest, equal ones in their own order.
pub(crate) fn ascending<T: Number>(values: &[T]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].order(&values[j]));
    order
}

/// Returns the smaller of two numbers, the first if they are equal.
pub(crate) fn smaller<T: Number>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

/// Returns the larger of two numbers, the first if they are equal.
pub(crate) fn larger<T: Number>(a: T, b: T) -> T {
    if b > a { b } else { a }
}
