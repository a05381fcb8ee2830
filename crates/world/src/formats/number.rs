//! A number as a file writes it: a short decimal as two machine words, anything else as an exact fraction.

use super::text::{Fault, Scan};
use murphy_notation::Rational;

/// One more figure than this may not fit.
const FIGURES_MAX: i64 = (i64::MAX - 9) / 10;
/// The most figures after the point for which the power of ten fits.
const PLACES_MAX: usize = 18;

/// An exact number that is not yet a fraction in lowest terms.
#[derive(Clone, Debug)]
pub(super) enum Number {
    /// `figures / 10^places`.
    Decimal {
        /// The digits, without the point.
        figures: i64,
        /// How many of them stand after the point, at most 18.
        places: u32,
    },
    /// Any other number.
    Exact(Rational),
}

impl Number {
    /// Returns the number in lowest terms.
    pub(super) fn to_rational(&self) -> Rational {
        match self {
            Self::Decimal { figures, places } => Rational::decimal(*figures, *places).unwrap_or_default(),
            Self::Exact(value) => value.clone(),
        }
    }

    /// Reads bytes that hold nothing else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (number, length) = quick(bytes);
        match number {
            Some(number) if length == bytes.len() => Some(number),
            _ => slow(bytes),
        }
    }
}

/// Reads a short decimal from the beginning of the bytes, and says how many it took.
#[inline]
pub(super) fn quick(bytes: &[u8]) -> (Option<Number>, usize) {
    let negative = bytes.first() == Some(&b'-');
    let first = usize::from(negative || bytes.first() == Some(&b'+'));
    let (figures, whole) = digits(bytes, first, 0);
    let (mut figures, mut at, mut places) = (figures, whole, 0);
    if bytes.get(at) == Some(&b'.') {
        (figures, at) = digits(bytes, whole + 1, figures);
        places = at - whole - 1;
    }
    if places > PLACES_MAX || whole - first + places == 0 {
        return (None, 0);
    }
    let number = Number::Decimal {
        figures: if negative { -figures } else { figures },
        places: u32::try_from(places).unwrap_or(0),
    };
    (Some(number), at)
}

/// Appends the digits from a place on to a number, as far as it surely fits.
#[inline]
fn digits(bytes: &[u8], from: usize, mut figures: i64) -> (i64, usize) {
    let mut at = from;
    for byte in bytes.get(from..).unwrap_or_default() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 || figures > FIGURES_MAX {
            break;
        }
        figures = figures * 10 + i64::from(digit);
        at += 1;
    }
    (figures, at)
}

/// Reads a decimal without a sign from the beginning of the bytes, eight digits at a time: its figures, how many of them stand after the point, and
/// how many bytes it took. `None` for anything else, for more than 18 figures, and near the end of the bytes.
#[inline(always)]
pub(super) fn swift(bytes: &[u8]) -> Option<(u64, u32, usize)> {
    let (whole, length) = eight_digits(bytes, 0)?;
    if length == 0 || length == 8 {
        return None;
    }
    if bytes[length] != b'.' {
        return Some((whole, 0, length));
    }
    let (first, count) = eight_digits(bytes, length + 1)?;
    let mut figures = whole * TENS[count] + first;
    let mut places = count;
    if count == 8 {
        let (second, count) = eight_digits(bytes, length + 9)?;
        if count == 8 {
            // Seventeen digits are what shortest floats may take.
            let (third, count) = eight_digits(bytes, length + 17)?;
            if count > 2 || length > 1 || whole > 1 {
                return None;
            }
            figures = (figures * TENS[8] + second)
                .checked_mul(TENS[count])?
                .checked_add(third)?;
            places = 16 + count;
        } else {
            figures = figures.checked_mul(TENS[count])?.checked_add(second)?;
            places = 8 + count;
        }
    }
    Some((figures, u32::try_from(places).ok()?, length + 1 + places))
}

const TENS: [u64; 9] = [
    1,
    10,
    100,
    1000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// Returns the number that the digits from a place on are, and how many they are, at most eight; `None` if there are not eight bytes.
#[inline(always)]
pub(super) fn eight_digits(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let word = u64::from_le_bytes(*bytes.get(at..)?.first_chunk::<8>()?) ^ 0x3030_3030_3030_3030;
    // Digits are 0 to 9 now; the first byte that is not has its high bit here, whatever is carried beyond it.
    let others = (word.wrapping_add(0x7676_7676_7676_7676) | word) & 0x8080_8080_8080_8080;
    let count = (others.trailing_zeros() / 8) as usize;
    if count == 0 {
        return Some((0, 0));
    }
    // The digits end at the highest byte, with zeros before them; then pairs, fours and eights are joined.
    let digits = word << (64 - 8 * count);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    const EVEN: u64 = 0x0000_00FF_0000_00FF;
    let high = (pairs & EVEN).wrapping_mul(0x000F_4240_0000_0064);
    let low = (pairs >> 16 & EVEN).wrapping_mul(0x0000_2710_0000_0001);
    Some((high.wrapping_add(low) >> 32, count))
}

#[cold]
fn slow(bytes: &[u8]) -> Option<Number> {
    let text = std::str::from_utf8(bytes).ok()?;
    text.parse().ok().map(Number::Exact)
}

impl Scan<'_> {
    /// Reads a number up to a blank or one of the stops.
    #[inline(always)]
    pub(super) fn number(&mut self, what: &str, stops: &[u8]) -> Result<Number, Fault> {
        self.blanks();
        let rest = self.line.bytes.get(self.at..).unwrap_or_default();
        if let Some((figures, places, length)) = swift(rest)
            && let Ok(figures) = i64::try_from(figures)
            && let Some(next) = rest.get(length)
            && (matches!(next, b' ' | b'\t') || stops.contains(next))
        {
            self.at += length;
            return Ok(Number::Decimal { figures, places });
        }
        if let (Some(number), length) = quick(rest) {
            let next = rest.get(length).copied().unwrap_or(b' ');
            if next == b' ' || next == b'\t' || stops.contains(&next) {
                self.at += length;
                return Ok(number);
            }
        }
        self.long_number(what, stops)
    }

    #[cold]
    fn long_number(&mut self, what: &str, stops: &[u8]) -> Result<Number, Fault> {
        let start = self.at;
        let word = self.word(stops);
        match Number::from_bytes(word) {
            Some(number) => Ok(number),
            None if word.is_empty() => Err(self.here(format!("expected {what}, a number"))),
            None => Err(self.bad_number(start, word, what)),
        }
    }

    /// Says what is wrong with a word that is not a number.
    fn bad_number(&self, start: usize, word: &[u8], what: &str) -> Fault {
        let text = String::from_utf8_lossy(word);
        let shown: String = text.chars().take(40).collect();
        let lower = shown.trim_start_matches(['-', '+']).to_ascii_lowercase();
        let message = if ["inf", "infinity", "nan"].contains(&lower.as_str()) {
            format!("{what} must be a finite number, not `{shown}`")
        } else {
            format!("{what} must be a number like `0.25`, `1/4` or `2.5e-1`, not `{shown}`")
        };
        self.fault_from(start, message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, eight_digits, swift};
    use murphy_notation::Rational;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_quick_path_agrees_with_the_slow_one(text in "[-+]?[0-9]{0,20}[.]?[0-9]{0,20}(e-?[0-9])?(/[0-9]{1,3})?") {
            let quick = Number::from_bytes(text.as_bytes()).map(|number| number.to_rational());
            prop_assert_eq!(quick, text.parse().ok());
        }

        #[test]
        fn the_swift_path_agrees_with_the_slow_one(text in "[0-9]{0,9}([.][0-9]{0,20})?[,x:;.]", after in "[0-9:;/ -~]{32}") {
            let whole = format!("{text}{after}");
            if let Some((figures, places, length)) = swift(whole.as_bytes()) {
                let expected: Rational = whole[..length].trim_end_matches('.').parse().unwrap();
                let found = Rational::from(figures) / Rational::from(10u64.pow(places));
                prop_assert_eq!(found, expected, "{}", whole);
                let next = whole.as_bytes()[length];
                prop_assert!(!next.is_ascii_digit(), "{} is cut after {} bytes", whole, length);
            }
        }

        #[test]
        fn eight_digits_are_read_at_once(text in "[0-9]{0,8}", after in "[:/ -~\u{ff}\u{100}]{8}") {
            prop_assume!(!after.starts_with(|c: char| c.is_ascii_digit()));
            let whole = format!("{text}{after}");
            let expected = (text.parse().unwrap_or(0), text.len());
            prop_assert_eq!(eight_digits(whole.as_bytes(), 0), Some(expected));
        }
    }

    #[test]
    fn short_decimals_are_machine_words() {
        let quick = |text: &str| matches!(Number::from_bytes(text.as_bytes()), Some(Number::Decimal { .. }));
        assert!(quick("0.33333333333333331") && quick("1") && quick("-0.5") && quick("1."));
        assert!(
            !quick("1e-3") && !quick("0.3333333333333333333") && !quick("1/3") && !quick("") && !quick(".")
        );
    }
}
