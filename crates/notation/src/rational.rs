//! Exact rational numbers: 16 bytes and machine arithmetic while they fit, big integers when they do not.
//!
//! The invariant: the fraction is in lowest terms, the denominator is positive, and a value that fits into
//! `i64 / u64` is always stored that way, so equality and hashing may compare the representation.
//!
//! # Why
//! Nearly every probability that a person writes fits into 64 bits, and a checker visits each of them many times;
//! only sums over value vectors outgrow it. The general case is `dashu-ratio`.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::num::NonZeroU64;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

/// The longest text that is read as one number.
const LENGTH_MAX: usize = 4096;
/// The largest decimal exponent, either way: enough for every `f64` and far from exhausting memory.
const EXPONENT_MAX: i64 = 4096;

/// The powers of ten that fit.
const POWERS_OF_TEN: [u64; 20] = powers(10);
/// As many powers of five.
const POWERS_OF_FIVE: [u64; 20] = powers(5);

const fn powers(base: u64) -> [u64; 20] {
    let mut powers = [1; 20];
    let mut place = 1;
    while place < 20 {
        powers[place] = powers[place - 1] * base;
        place += 1;
    }
    powers
}

/// An exact rational number.
///
/// # Example
/// ```
/// use murphy_notation::Rational;
/// let third = Rational::new(1, 3);
/// assert_eq!(&third + &third, Rational::new(2, 3));
/// assert!(third.floor_f64() < third.ceil_f64());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { numerator: i64, denominator: NonZeroU64 },
    Big(Box<RBig>),
}

/// Why a text is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseRationalError {
    /// The text is empty or has a character that no number has.
    Malformed(String),
    /// The denominator is zero.
    ZeroDenominator(String),
    /// More than 4096 characters, or an exponent beyond ±4096.
    TooLarge,
}

impl fmt::Display for ParseRationalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(text) => {
                write!(
                    f,
                    "`{text}` is not a number; write it like `0.25`, `1/4` or `2.5e-1`"
                )
            }
            Self::ZeroDenominator(text) => write!(f, "`{text}` divides by zero"),
            Self::TooLarge => write!(
                f,
                "the number has more than {LENGTH_MAX} characters or an exponent beyond {EXPONENT_MAX}"
            ),
        }
    }
}

impl std::error::Error for ParseRationalError {}

const ONE: NonZeroU64 = NonZeroU64::MIN;

/// The binary algorithm: shifts and subtractions, where divisions would be software.
fn gcd_u128(mut a: u128, mut b: u128) -> u128 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    loop {
        b >>= b.trailing_zeros();
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd(x, y)) << twos;
        }
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
        if b == 0 {
            return a << twos;
        }
    }
}

/// Returns the greatest common divisor; of zero and a number, the number.
///
/// # Example
/// ```
/// assert_eq!(murphy_notation::gcd(12, 18), 6);
/// assert_eq!(murphy_notation::gcd(0, 7), 7);
/// ```
#[must_use]
pub fn gcd(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    loop {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
        if b == 0 {
            return a << twos;
        }
    }
}

impl Rational {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small {
        numerator: 0,
        denominator: ONE,
    });
    /// One.
    pub const ONE: Self = Self(Repr::Small {
        numerator: 1,
        denominator: ONE,
    });

    /// Returns `numerator / denominator` in lowest terms.
    ///
    /// # Panics
    /// If the denominator is zero: that is a mistake of the calling code, never of its input.
    #[must_use]
    pub fn new(numerator: i64, denominator: i64) -> Self {
        assert!(denominator != 0, "a fraction needs a denominator other than zero");
        let sign = if denominator < 0 { -1 } else { 1 };
        Self::from_i128(
            i128::from(numerator) * sign,
            u128::from(denominator.unsigned_abs()),
        )
    }

    /// Returns `numerator / denominator` in lowest terms, quickly where the denominator is a power of ten.
    ///
    /// `None` if the denominator is zero.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::Rational;
    /// assert_eq!(Rational::ratio(250, 1000), Some(Rational::new(1, 4)));
    /// ```
    #[must_use]
    #[inline]
    pub fn ratio(numerator: i64, denominator: u64) -> Option<Self> {
        let places = denominator.checked_ilog10()?;
        if POWERS_OF_TEN[places as usize] == denominator {
            Self::decimal(numerator, places)
        } else {
            Some(Self::from_i128(i128::from(numerator), u128::from(denominator)))
        }
    }

    /// Returns `figures / 10^places` in lowest terms, or `None` if there are more than 19 places.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::Rational;
    /// assert_eq!(Rational::decimal(250, 3), Some(Rational::new(1, 4)));
    /// ```
    #[must_use]
    #[inline]
    pub fn decimal(figures: i64, places: u32) -> Option<Self> {
        if figures == 0 {
            return Some(Self::ZERO);
        }
        // The only common factors are twos and fives.
        let twos = figures.trailing_zeros().min(places);
        let (mut numerator, mut fives) = (figures >> twos, 0);
        while fives < places && numerator % 5 == 0 {
            (numerator, fives) = (numerator / 5, fives + 1);
        }
        let power = POWERS_OF_FIVE.get((places - fives) as usize)?;
        let denominator = NonZeroU64::new(power << (places - twos))?;
        Some(Self(Repr::Small {
            numerator,
            denominator,
        }))
    }

    fn from_i128(numerator: i128, denominator: u128) -> Self {
        // Divisions of 128 bits are software; nearly all fractions fit the machine's own.
        if let (Ok(n), Ok(d)) = (i64::try_from(numerator), u64::try_from(denominator)) {
            return Self::from_words(n, d);
        }
        let divisor = gcd_u128(numerator.unsigned_abs(), denominator).max(1);
        let (n, d) = if divisor == 1 {
            (numerator, denominator)
        } else {
            (numerator / divisor.cast_signed(), denominator / divisor)
        };
        match (i64::try_from(n), u64::try_from(d).ok().and_then(NonZeroU64::new)) {
            (Ok(numerator), Some(denominator)) => Self(Repr::Small {
                numerator,
                denominator,
            }),
            _ => Self(Repr::Big(Box::new(RBig::from_parts(
                IBig::from(n),
                UBig::from(d),
            )))),
        }
    }

    fn from_words(numerator: i64, denominator: u64) -> Self {
        let divisor = gcd(numerator.unsigned_abs(), denominator).max(1);
        let magnitude = numerator.unsigned_abs() / divisor;
        let small = i64::try_from(i128::from(magnitude) * i128::from(numerator.signum()));
        match (small, NonZeroU64::new(denominator / divisor)) {
            (Ok(numerator), Some(denominator)) => Self(Repr::Small {
                numerator,
                denominator,
            }),
            _ => Self(Repr::Big(Box::new(RBig::from_parts(
                IBig::from(numerator),
                UBig::from(denominator),
            )))),
        }
    }

    fn from_big(value: RBig) -> Self {
        let small = i64::try_from(value.numerator())
            .ok()
            .zip(u64::try_from(value.denominator()).ok().and_then(NonZeroU64::new));
        match small {
            Some((numerator, denominator)) => Self(Repr::Small {
                numerator,
                denominator,
            }),
            None => Self(Repr::Big(Box::new(value))),
        }
    }

    /// Returns the same number in the arithmetic library's own type.
    #[must_use]
    pub fn to_big(&self) -> RBig {
        match &self.0 {
            Repr::Small {
                numerator,
                denominator,
            } => RBig::from_parts(IBig::from(*numerator), UBig::from(denominator.get())),
            Repr::Big(value) => (**value).clone(),
        }
    }

    /// Returns the number that `value` stands for exactly, or `None` if it is infinite or not a number.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if value == 0.0 {
            return Some(Self::ZERO);
        }
        RBig::try_from(value).ok().map(Self::from_big)
    }

    /// Returns the numerator and the denominator when both fit into 64 bits.
    #[must_use]
    pub fn as_small(&self) -> Option<(i64, u64)> {
        match &self.0 {
            Repr::Small {
                numerator,
                denominator,
            } => Some((*numerator, denominator.get())),
            Repr::Big(_) => None,
        }
    }

    /// Returns the numerator.
    #[must_use]
    pub fn numerator(&self) -> IBig {
        match &self.0 {
            Repr::Small { numerator, .. } => IBig::from(*numerator),
            Repr::Big(value) => value.numerator().clone(),
        }
    }

    /// Returns the denominator, which is positive.
    #[must_use]
    pub fn denominator(&self) -> UBig {
        match &self.0 {
            Repr::Small { denominator, .. } => UBig::from(denominator.get()),
            Repr::Big(value) => value.denominator().clone(),
        }
    }

    /// Returns how many bits the longer of numerator and denominator has; at least 64 is said of what fits into machine words.
    #[must_use]
    pub fn bit_length(&self) -> usize {
        use dashu_int::ops::BitTest;
        match &self.0 {
            Repr::Small { .. } => 64,
            Repr::Big(value) => value.numerator().bit_len().max(value.denominator().bit_len()),
        }
    }

    /// Returns the integer it is, if it is one that fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.as_small().and_then(|(n, d)| (d == 1).then_some(n))
    }

    /// Says whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Says whether it is greater than zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small { numerator, .. } => *numerator > 0,
            Repr::Big(value) => **value > RBig::ZERO,
        }
    }

    /// Says whether it is less than zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { numerator, .. } => *numerator < 0,
            Repr::Big(value) => **value < RBig::ZERO,
        }
    }

    /// Returns the absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// Returns the largest integer that is not greater.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self::from_big(RBig::from(self.to_big().floor()))
    }

    /// Returns the smallest integer that is not less.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self::from_big(RBig::from(self.to_big().ceil()))
    }

    /// Returns the quotient, or `None` when dividing by zero.
    #[must_use]
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| self / divisor)
    }

    /// Returns the nearest `f64`; beyond its range, an infinity.
    ///
    /// When numerator and denominator are below `2^53` the quotient is correctly rounded; otherwise it is within one unit
    /// in the last place. Use [`Self::floor_f64`] and [`Self::ceil_f64`] where a side matters.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "guarded: both sides are below 2^53")]
    pub fn to_f64(&self) -> f64 {
        const EXACT: u64 = 1 << 53;
        match &self.0 {
            Repr::Small {
                numerator,
                denominator,
            } if numerator.unsigned_abs() <= EXACT && denominator.get() <= EXACT => {
                *numerator as f64 / denominator.get() as f64
            }
            _ => self.to_big().to_f64().value(),
        }
    }

    /// Returns the greatest `f64` that is not above the number.
    #[must_use]
    pub fn floor_f64(&self) -> f64 {
        let near = self.to_f64();
        if let Some(below) = self.small_floor(near) {
            return below;
        }
        match Self::from_f64(near) {
            Some(exact) if exact <= *self => {
                let next = near.next_up();
                if Self::from_f64(next).is_some_and(|up| up <= *self) {
                    next
                } else {
                    near
                }
            }
            None if near < 0.0 => f64::NEG_INFINITY,
            _ => near.next_down(),
        }
    }

    /// Returns the greatest float that is not above the number from the nearest one, if numerator and denominator are floats themselves.
    #[expect(clippy::cast_precision_loss, reason = "guarded: both sides are below 2^53")]
    fn small_floor(&self, near: f64) -> Option<f64> {
        const EXACT: u64 = 1 << 53;
        let (numerator, denominator) = self.as_small()?;
        if numerator.unsigned_abs() > EXACT || denominator > EXACT {
            return None;
        }
        if denominator == 1 {
            return Some(near);
        }
        // Rounded once, so that the sign is that of the exact difference.
        let above = near.mul_add(denominator as f64, -(numerator as f64)) > 0.0;
        Some(if above { near.next_down() } else { near })
    }

    /// Returns the least `f64` that is not below the number.
    #[must_use]
    pub fn ceil_f64(&self) -> f64 {
        0.0 - (-self).floor_f64()
    }
}

impl Default for Rational {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small {
                numerator,
                denominator,
            } if *denominator == ONE => write!(f, "{numerator}"),
            Repr::Small {
                numerator,
                denominator,
            } => write!(f, "{numerator}/{denominator}"),
            Repr::Big(value) => write!(f, "{value}"),
        }
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Self(Repr::Small {
            numerator: value,
            denominator: ONE,
        })
    }
}

impl From<u64> for Rational {
    fn from(value: u64) -> Self {
        Self::from_i128(i128::from(value), 1)
    }
}

impl From<u32> for Rational {
    fn from(value: u32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<RBig> for Rational {
    fn from(value: RBig) -> Self {
        Self::from_big(value)
    }
}

impl FromStr for Rational {
    type Err = ParseRationalError;

    /// Reads `12`, `-0.25`, `1/3`, `2.5e-3` or `0.1/0.3` exactly.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > LENGTH_MAX {
            return Err(ParseRationalError::TooLarge);
        }
        match text.split_once('/') {
            None => decimal(text),
            Some((above, below)) => {
                let (above, below) = (decimal(above.trim())?, decimal(below.trim())?);
                above
                    .checked_div(&below)
                    .ok_or_else(|| ParseRationalError::ZeroDenominator(text.to_owned()))
            }
        }
    }
}

/// Reads a decimal with an optional sign, point and exponent.
fn decimal(text: &str) -> Result<Rational, ParseRationalError> {
    let malformed = || ParseRationalError::Malformed(text.chars().take(40).collect());
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        None => (text, 0),
        Some(at) => {
            let exponent: i64 = text[at + 1..].parse().map_err(|_| malformed())?;
            (&text[..at], exponent)
        }
    };
    let (negative, digits) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = format!("{whole}{fraction}");
    if figures.is_empty() || !figures.bytes().all(|b| b.is_ascii_digit()) {
        return Err(malformed());
    }
    if exponent.abs() > EXPONENT_MAX {
        return Err(ParseRationalError::TooLarge);
    }
    let scale = exponent - i64::try_from(fraction.len()).map_err(|_| ParseRationalError::TooLarge)?;
    let power = usize::try_from(scale.unsigned_abs()).map_err(|_| ParseRationalError::TooLarge)?;
    let magnitude = UBig::from_str_radix(&figures, 10).map_err(|_| malformed())?;
    let ten = UBig::from(10u8).pow(power);
    let value = if scale < 0 {
        RBig::from_parts(IBig::from(magnitude), ten)
    } else {
        RBig::from(IBig::from(magnitude * ten))
    };
    let value = Rational::from_big(value);
    Ok(if negative { -&value } else { value })
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (
                Repr::Small {
                    numerator: a,
                    denominator: b,
                },
                Repr::Small {
                    numerator: c,
                    denominator: d,
                },
            ) => (i128::from(*a) * i128::from(d.get())).cmp(&(i128::from(*c) * i128::from(b.get()))),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Applies `small` to machine fractions unless it overflows, and `big` otherwise.
fn combine(
    a: &Rational,
    b: &Rational,
    small: impl Fn(i128, i128, i128, i128) -> Option<(i128, i128)>,
    big: impl Fn(RBig, RBig) -> RBig,
) -> Rational {
    if let (Some((n, d)), Some((m, e))) = (a.as_small(), b.as_small())
        && let Some((above, below)) = small(n.into(), d.into(), m.into(), e.into())
    {
        return Rational::from_i128(above, below.unsigned_abs());
    }
    Rational::from_big(big(a.to_big(), b.to_big()))
}

fn add(a: &Rational, b: &Rational) -> Rational {
    combine(
        a,
        b,
        |n, d, m, e| {
            if d == e {
                return Some((n + m, d));
            }
            n.checked_mul(e)?
                .checked_add(m.checked_mul(d)?)
                .zip(d.checked_mul(e))
        },
        |x, y| x + y,
    )
}

fn sub(a: &Rational, b: &Rational) -> Rational {
    add(a, &-b)
}

fn mul(a: &Rational, b: &Rational) -> Rational {
    combine(
        a,
        b,
        |n, d, m, e| (n.checked_mul(m)).zip(d.checked_mul(e)),
        |x, y| x * y,
    )
}

/// Divides; the callers have ruled a zero divisor out or accept the panic that `/` on integers has too.
fn div(a: &Rational, b: &Rational) -> Rational {
    assert!(!b.is_zero(), "division of a rational by zero");
    combine(
        a,
        b,
        |n, d, m, e| {
            n.checked_mul(e)?
                .checked_mul(m.signum())
                .zip(d.checked_mul(m.abs()))
        },
        |x, y| x / y,
    )
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        match &self.0 {
            Repr::Small {
                numerator,
                denominator,
            } if *numerator != i64::MIN => Rational(Repr::Small {
                numerator: -numerator,
                denominator: *denominator,
            }),
            _ => Rational::from_big(-self.to_big()),
        }
    }
}

impl Neg for Rational {
    type Output = Self;
    fn neg(self) -> Self {
        -&self
    }
}

macro_rules! operator {
    ($($name:ident, $method:ident, $function:ident;)*) => {$(
        impl $name<&Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational { $function(self, other) }
        }
        impl $name for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational { $function(&self, &other) }
        }
        impl $name<&Rational> for Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational { $function(&self, other) }
        }
        impl $name<Rational> for &Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational { $function(self, &other) }
        }
    )*};
}
operator! { Add, add, add; Sub, sub, sub; Mul, mul, mul; Div, div, div; }

impl AddAssign<&Rational> for Rational {
    fn add_assign(&mut self, other: &Rational) {
        *self = add(self, other);
    }
}
impl AddAssign for Rational {
    fn add_assign(&mut self, other: Rational) {
        *self = add(self, &other);
    }
}
impl SubAssign<&Rational> for Rational {
    fn sub_assign(&mut self, other: &Rational) {
        *self = sub(self, other);
    }
}
impl SubAssign for Rational {
    fn sub_assign(&mut self, other: Rational) {
        *self = sub(self, &other);
    }
}
impl MulAssign<&Rational> for Rational {
    fn mul_assign(&mut self, other: &Rational) {
        *self = mul(self, other);
    }
}

impl Sum for Rational {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, |total, item| total + item)
    }
}
impl<'a> Sum<&'a Rational> for Rational {
    fn sum<I: Iterator<Item = &'a Self>>(items: I) -> Self {
        items.fold(Self::ZERO, |total, item| total + item)
    }
}

#[cfg(test)]
mod tests;
