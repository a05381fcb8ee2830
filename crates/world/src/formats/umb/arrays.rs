//! The arrays of a UMB archive: flat, little-endian, checked against the sizes that the index gives.

use super::blocks::Blocks;
use super::index::{Kind, Slot, Type};
use crate::formats::number::Number;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use murphy_notation::{Rational, Value};

/// A whole-number array that cuts a list into consecutive parts: part `i` is `starts[i]..starts[i + 1]`.
pub(super) enum Parts<'a> {
    /// The array of the file.
    Array(&'a Blocks<'a>),
    /// No file: part `i` is `i` alone.
    Single,
}

impl<'a> Parts<'a> {
    /// Checks that `count` parts cover a list of `total` entries.
    pub(super) fn new(
        array: Option<&'a Blocks<'a>>,
        name: &str,
        count: u64,
        total: u64,
    ) -> Result<Self, String> {
        let Some(array) = array else {
            return if count == total {
                Ok(Self::Single)
            } else {
                Err(format!(
                    "there is no {name}, though {count} parts are cut from {total} entries"
                ))
            };
        };
        let expected = count.checked_add(1).and_then(|count| count.checked_mul(8));
        if Some(array.len()) != expected {
            return Err(format!(
                "{name} has {} bytes, which is not what {count} parts need",
                array.len()
            ));
        }
        let mut last = 0;
        for part in 0..=count {
            let start = array.word(part).map_err(|error| error.to_string())?;
            if start < last || start > total || (part == 0 && start != 0) {
                return Err(format!("{name} does not ascend from 0 to {total} at part {part}"));
            }
            last = start;
        }
        if last != total {
            return Err(format!("{name} ends at {last}, but there are {total} entries"));
        }
        Ok(Self::Array(array))
    }

    /// Returns a part.
    pub(super) fn part(&self, index: u64) -> Result<std::ops::Range<u64>, String> {
        match self {
            Self::Array(array) => {
                let at = |index| array.word(index).map_err(|error| error.to_string());
                Ok(at(index)?..at(index + 1)?)
            }
            Self::Single => Ok(index..index + 1),
        }
    }
}

/// Returns the number whose bytes these are, of which there are at most eight.
pub(super) fn word(bytes: &[u8]) -> u64 {
    let mut whole = [0; 8];
    let count = bytes.len().min(8);
    whole[..count].copy_from_slice(&bytes[..count]);
    u64::from_le_bytes(whole)
}

/// Says whether a bit is set; bits beyond the end are not.
pub(super) fn bit(bytes: &[u8], index: usize) -> bool {
    bytes
        .get(index / 8)
        .is_some_and(|byte| byte >> (index % 8) & 1 == 1)
}

/// Numbers of one type.
pub(super) struct Numbers<'a> {
    array: &'a Blocks<'a>,
    of: Type,
    name: String,
}

impl<'a> Numbers<'a> {
    /// Checks that there are `count` numbers.
    pub(super) fn new(array: &'a Blocks<'a>, of: Type, count: u64, name: &str) -> Result<Self, String> {
        if Some(array.len()) != count.checked_mul(of.bits / 8) {
            let found = array.len();
            return Err(format!(
                "{name} has {found} bytes, which is not what {count} numbers need"
            ));
        }
        Ok(Self {
            array,
            of,
            name: name.to_owned(),
        })
    }

    /// Returns one number, and its upper bound where it is an interval.
    pub(super) fn get(&self, index: u64) -> Result<(Number, Option<Number>), String> {
        let size = self.of.bits / 8;
        let count = usize::try_from(size).unwrap_or(usize::MAX);
        let read = |bytes: &[u8]| self.read(index, bytes);
        let number = self.array.with(index.saturating_mul(size), count, read);
        number.map_err(|error| error.to_string())?
    }

    fn read(&self, index: u64, bytes: &[u8]) -> Result<(Number, Option<Number>), String> {
        let half = bytes.split_at(bytes.len() / 2);
        let wrong = || {
            format!(
                "number {index} of {} is not finite, or divides by zero",
                self.name
            )
        };
        let read = |bytes: &[u8]| match self.of.kind {
            Kind::Double | Kind::DoubleInterval => double(bytes),
            _ => rational(bytes),
        };
        match self.of.kind {
            Kind::DoubleInterval | Kind::RationalInterval => {
                let (lower, upper) = (read(half.0), read(half.1));
                Ok((lower.ok_or_else(wrong)?, Some(upper.ok_or_else(wrong)?)))
            }
            _ => Ok((read(bytes).ok_or_else(wrong)?, None)),
        }
    }
}

/// Reads a float as the shortest decimal that rounds to it: what the text formats would have written.
fn double(bytes: &[u8]) -> Option<Number> {
    let value = f64::from_bits(word(bytes));
    if !value.is_finite() {
        return None;
    }
    let magnitude = value.abs();
    if let Some(decimal) = short_decimal(value) {
        return Some(decimal);
    }
    let text = if magnitude == 0.0 || (1e-9..1e15).contains(&magnitude) {
        format!("{value}")
    } else {
        format!("{value:e}")
    };
    Number::from_bytes(text.as_bytes())
}

/// Returns the shortest decimal that rounds to a float, quickly, if it has few figures.
///
/// # Why
/// A decimal of at most 15 figures that rounds to the float is the only one of so few: two of them never round to the same float. So it is the
/// shortest one, whatever zeros stand at its end.
fn short_decimal(value: f64) -> Option<Number> {
    const WHOLES: [(u32, f64); 4] = [(0, 1.0), (6, 1e6), (12, 1e12), (15, 1e15)];
    for (places, whole) in WHOLES {
        let figures = (value * whole).round();
        if !figures.is_finite() || figures.abs() >= 1e15 {
            return None;
        }
        // Both are whole numbers below 2^53, so that the quotient is the float nearest to the decimal.
        let nearest = figures / whole;
        if nearest.to_bits() == value.to_bits() {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 10^15")]
            let figures = figures as i64;
            return Some(Number::Decimal { figures, places });
        }
    }
    None
}

/// Says whether a number survives being written as a float and read as the shortest decimal of it.
pub(in super::super) fn round_trips(value: &Rational) -> bool {
    let read = double(&value.to_f64().to_le_bytes());
    read.is_some_and(|read| read.to_rational() == *value)
}

/// Reads a signed numerator and an unsigned denominator of the same size.
fn rational(bytes: &[u8]) -> Option<Number> {
    let (above, below) = bytes.split_at(bytes.len() / 2);
    if bytes.len() == 16 {
        let (numerator, denominator) = (word(above).cast_signed(), word(below));
        return Rational::ratio(numerator, denominator).map(Number::Exact);
    }
    let denominator = UBig::from_le_bytes(below);
    let magnitude = UBig::from_le_bytes(above);
    let negative = above.last().is_some_and(|byte| byte >> 7 == 1);
    let mut numerator = IBig::from(magnitude);
    if negative {
        numerator -= IBig::from(UBig::ONE << (8 * above.len()));
    }
    if denominator == UBig::ZERO {
        return None;
    }
    Some(Number::Exact(Rational::from(RBig::from_parts(
        numerator,
        denominator,
    ))))
}

/// Reads the variables of one state from their packed bits.
pub(super) fn unpack(bytes: &[u8], slots: &[Slot], values: &mut Vec<Value>) -> Result<(), String> {
    let mut at = 0usize;
    for slot in slots {
        let bits = usize::try_from(slot.of.bits).unwrap_or(usize::MAX);
        let start = at;
        at = at.saturating_add(bits);
        let Some(name) = &slot.name else { continue };
        let value = match slot.of.kind {
            Kind::Bool => Value::Bool(take(bytes, start, bits) != 0),
            Kind::Uint => whole(i128::from(take(bytes, start, bits)), slot.offset),
            Kind::Int => {
                let raw = i128::from(take(bytes, start, bits));
                let negative = bits > 0 && raw >> (bits - 1) & 1 == 1;
                whole(if negative { raw - (1 << bits) } else { raw }, slot.offset)
            }
            Kind::Double => {
                let raw = take(bytes, start, 64).to_le_bytes();
                let number = double(&raw).ok_or_else(|| format!("a value of `{name}` is not finite"))?;
                Value::Number(number.to_rational())
            }
            _ => {
                let (above, below) = (take(bytes, start, 64), take(bytes, start + 64, 64));
                let number = Rational::ratio(above.cast_signed(), below);
                Value::Number(number.ok_or_else(|| format!("a value of `{name}` divides by zero"))?)
            }
        };
        values.push(value);
    }
    Ok(())
}

fn whole(raw: i128, offset: i64) -> Value {
    let value = raw + i128::from(offset);
    match i64::try_from(value) {
        Ok(value) => Value::Int(value),
        Err(_) => Value::Number(Rational::from(RBig::from(IBig::from(value)))),
    }
}

/// Returns up to 64 bits from a bit on.
fn take(bytes: &[u8], start: usize, bits: usize) -> u64 {
    (0..bits.min(64)).rev().fold(0, |word, place| {
        word << 1 | u64::from(bit(bytes, start.saturating_add(place)))
    })
}

#[cfg(test)]
mod tests {
    use super::{double, short_decimal};
    use murphy_notation::Rational;
    use proptest::prelude::*;

    /// The shortest decimal, as the standard library finds it.
    fn shortest(value: f64) -> Rational {
        format!("{value:e}").parse().unwrap()
    }

    proptest! {
        #[test]
        fn short_decimals_are_the_shortest(figures in 0i64..2_000_000_000_000_000, places in 0i32..20, any in any::<f64>()) {
            let value: f64 = format!("{figures}e-{places}").parse().unwrap();
            for value in [value, -value, f64::from_bits(value.to_bits() + 1), any] {
                if let Some(found) = short_decimal(value) {
                    prop_assert_eq!(found.to_rational(), shortest(value), "{}", value);
                }
                if value.is_finite() {
                    let found = double(&value.to_le_bytes()).unwrap();
                    prop_assert_eq!(found.to_rational(), shortest(value), "{}", value);
                }
            }
        }
    }

    #[test]
    fn the_quick_path_is_taken() {
        for value in [0.0, 1.0, 0.25, 0.1, 0.123456, 1e-12, 0.000000000000001, 12.5] {
            assert!(short_decimal(value).is_some(), "{value}");
        }
        assert!(short_decimal(1.0 / 3.0).is_none() && short_decimal(1e-20).is_none());
    }
}
