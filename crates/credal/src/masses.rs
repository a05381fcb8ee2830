//! Exact probabilities in little memory: parts of one whole while they fit machine words, fractions of their own where they do not.
//!
//! # Why
//! A model holds such a list for each of its choices, often millions. Nearly all that people and tools write are decimals, which over a common
//! whole take 4 bytes each; and whole numbers are what both a planner's kernel and a checker want, without a search for common denominators.

use murphy_notation::{Rational, gcd};
use std::num::NonZeroU64;

use crate::number::Shares;

/// A list of exact numbers between zero and one.
///
/// The invariant: the shortest of the forms that can hold the list, its parts and whole without a common factor, so that equal lists are
/// represented equally.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Masses {
    Short { whole: u32, parts: Box<[u32]> },
    Long { whole: u64, parts: Box<[u64]> },
    Exact(Box<[Rational]>),
}

/// Whole numbers over a common denominator, as a set holds them: the fast way to its data.
///
/// # Example
/// ```
/// use murphy_credal::{Interval, Parts};
/// use murphy_notation::Rational;
/// let tenths = |n| Rational::new(n, 10);
/// let set = Interval::new(vec![tenths(2), tenths(3)], vec![tenths(5), tenths(7)])?;
/// // Tightened: the second outcome has at least what the first cannot take.
/// assert_eq!(set.parts(), Parts::Short { whole: 10, lower: &[3, 5], upper: &[5, 7] });
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts<'a> {
    /// In 32 bits.
    Short {
        /// The denominator of all parts.
        whole: u32,
        /// The least part of each outcome.
        lower: &'a [u32],
        /// The greatest part of each outcome.
        upper: &'a [u32],
    },
    /// In 64 bits.
    Long {
        /// The denominator of all parts.
        whole: u64,
        /// The least part of each outcome.
        lower: &'a [u64],
        /// The greatest part of each outcome.
        upper: &'a [u64],
    },
    /// No common denominator fits.
    Exact {
        /// The least probability of each outcome.
        lower: &'a [Rational],
        /// The greatest probability of each outcome.
        upper: &'a [Rational],
    },
}

impl Parts<'_> {
    /// Returns the number of outcomes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Short { lower, .. } => lower.len(),
            Self::Long { lower, .. } => lower.len(),
            Self::Exact { lower, .. } => lower.len(),
        }
    }

    /// Returns the least probability of each outcome.
    #[must_use]
    pub fn lower(&self) -> Vec<Rational> {
        match *self {
            Self::Short { whole, lower, .. } => shares(whole.into(), lower),
            Self::Long { whole, lower, .. } => shares(whole, lower),
            Self::Exact { lower, .. } => lower.to_vec(),
        }
    }

    /// Returns the greatest probability of each outcome.
    #[must_use]
    pub fn upper(&self) -> Vec<Rational> {
        match *self {
            Self::Short { whole, upper, .. } => shares(whole.into(), upper),
            Self::Long { whole, upper, .. } => shares(whole, upper),
            Self::Exact { upper, .. } => upper.to_vec(),
        }
    }
}

/// Returns parts of a whole as fractions.
fn shares<T: Copy + Into<u64>>(whole: u64, parts: &[T]) -> Vec<Rational> {
    let shares = NonZeroU64::new(whole).map(Shares::of);
    let share = |part: &T| shares.map_or(Rational::ZERO, |shares| shares.share((*part).into()));
    parts.iter().map(share).collect()
}

impl Masses {
    /// Returns the list of the lower bounds, and of the upper ones after them if they are wanted.
    pub(crate) fn from_parts(parts: Parts<'_>, both: bool) -> Self {
        fn list<T: Clone>(lower: &[T], upper: &[T], both: bool) -> Box<[T]> {
            if both {
                [lower, upper].concat().into()
            } else {
                lower.into()
            }
        }
        match parts {
            Parts::Short { whole, lower, upper } => Self::Short {
                whole,
                parts: list(lower, upper, both),
            },
            Parts::Long { whole, lower, upper } => Self::Long {
                whole,
                parts: list(lower, upper, both),
            },
            Parts::Exact { lower, upper } => Self::Exact(list(lower, upper, both)),
        }
    }

    /// Returns the list with these entries, which are not negative.
    pub(crate) fn of(list: Vec<Rational>) -> Self {
        match common_whole(&list) {
            Some(whole) => {
                let parts = list.iter().map(|entry| part(entry, whole));
                match parts.collect::<Option<Vec<u64>>>() {
                    Some(parts) => Self::reduced(whole, parts),
                    None => Self::Exact(list.into()),
                }
            }
            None => Self::Exact(list.into()),
        }
    }

    /// Returns the list of `parts` of `whole`.
    ///
    /// # Why
    /// Readers make millions of these: the parts are gone through where they are, and one piece of memory is taken.
    pub(crate) fn over(whole: NonZeroU64, parts: impl Iterator<Item = u64> + Clone) -> Self {
        let shared = common_factor(whole.get(), parts.clone());
        let most = parts.clone().max().unwrap_or(0);
        let (whole, reduced) = match shared {
            1 => (whole.get(), None),
            _ => (whole.get() / shared, Some(shared)),
        };
        let part = move |part: u64| reduced.map_or(part, |shared| part / shared);
        match (u32::try_from(whole), u32::try_from(part(most))) {
            (Ok(whole), Ok(most)) => Self::Short {
                whole,
                parts: parts
                    .map(|entry| u32::try_from(part(entry)).unwrap_or(most))
                    .collect(),
            },
            _ => Self::Long {
                whole,
                parts: parts.map(part).collect(),
            },
        }
    }

    /// Chooses the form for parts and a whole without a common factor.
    fn reduced(whole: u64, parts: Vec<u64>) -> Self {
        let Ok(short) = u32::try_from(whole) else {
            return Self::Long {
                whole,
                parts: parts.into(),
            };
        };
        match parts.iter().map(|part| u32::try_from(*part)).collect() {
            Ok(parts) => Self::Short { whole: short, parts },
            Err(_) => Self::Long {
                whole,
                parts: parts.into(),
            },
        }
    }

    /// Returns the number of entries.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Short { parts, .. } => parts.len(),
            Self::Long { parts, .. } => parts.len(),
            Self::Exact(list) => list.len(),
        }
    }

    /// Says whether an entry is positive.
    pub(crate) fn is_positive(&self, at: usize) -> bool {
        match self {
            Self::Short { parts, .. } => parts.get(at).is_some_and(|part| *part > 0),
            Self::Long { parts, .. } => parts.get(at).is_some_and(|part| *part > 0),
            Self::Exact(list) => list.get(at).is_some_and(Rational::is_positive),
        }
    }

    /// Returns the entries from one place to before another.
    pub(crate) fn to_rationals(&self, range: std::ops::Range<usize>) -> Vec<Rational> {
        match self {
            Self::Short { whole, parts } => shares(u64::from(*whole), &parts[range]),
            Self::Long { whole, parts } => shares(*whole, &parts[range]),
            Self::Exact(list) => list[range].to_vec(),
        }
    }

    /// Returns the list as two halves of one.
    pub(crate) fn halves(&self) -> Parts<'_> {
        let middle = self.len() / 2;
        self.view(0..middle, middle..2 * middle)
    }

    /// Returns the list as both its own lower and its own upper bounds.
    pub(crate) fn both(&self) -> Parts<'_> {
        self.view(0..self.len(), 0..self.len())
    }

    fn view(&self, lower: std::ops::Range<usize>, upper: std::ops::Range<usize>) -> Parts<'_> {
        match self {
            Self::Short { whole, parts } => Parts::Short {
                whole: *whole,
                lower: &parts[lower],
                upper: &parts[upper],
            },
            Self::Long { whole, parts } => Parts::Long {
                whole: *whole,
                lower: &parts[lower],
                upper: &parts[upper],
            },
            Self::Exact(list) => Parts::Exact {
                lower: &list[lower],
                upper: &list[upper],
            },
        }
    }
}

/// Returns the least common denominator, if it fits.
fn common_whole(list: &[Rational]) -> Option<u64> {
    let mut common = 1u64;
    for entry in list {
        let (_, denominator) = entry.as_small()?;
        if common.is_multiple_of(denominator) {
            continue;
        }
        common = (common / gcd(common, denominator)).checked_mul(denominator)?;
    }
    Some(common)
}

fn part(entry: &Rational, whole: u64) -> Option<u64> {
    let (numerator, denominator) = entry.as_small()?;
    u64::try_from(numerator).ok()?.checked_mul(whole / denominator)
}

/// Returns the greatest number that divides the whole and all parts.
fn common_factor(whole: u64, parts: impl Iterator<Item = u64> + Clone) -> u64 {
    let twos = parts.clone().fold(whole, |all, part| all | part).trailing_zeros();
    let mut shared = whole >> whole.trailing_zeros();
    for part in parts {
        if shared == 1 {
            break;
        }
        // Most wholes are powers of ten, of which two and five are all.
        if part % 5 != 0 {
            while shared.is_multiple_of(5) {
                shared /= 5;
            }
        }
        if shared != 1 {
            shared = gcd(part, shared);
        }
    }
    shared << twos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_list_has_one_form_however_it_is_given() {
        let ten = NonZeroU64::new(10).unwrap();
        let quarter = |n| Rational::new(n, 4);
        assert_eq!(
            Masses::over(NonZeroU64::new(100).unwrap(), [25, 75].into_iter()),
            Masses::of(vec![quarter(1), quarter(3)])
        );
        assert_eq!(
            Masses::over(ten, [2, 8].into_iter()).to_rationals(0..2),
            [Rational::new(1, 5), Rational::new(4, 5)]
        );
    }

    #[test]
    fn common_factors() {
        let divides = |d: u64, parts: &[u64]| parts.iter().all(|part| part.is_multiple_of(d));
        for whole in 1..=200u64 {
            for a in (0..=whole).step_by(3) {
                let parts = [a, whole - a, 10 * a];
                let expected = (1..=whole).rev().find(|d| whole % d == 0 && divides(*d, &parts));
                assert_eq!(
                    Some(common_factor(whole, parts.into_iter())),
                    expected,
                    "{whole} {a}"
                );
            }
        }
    }

    #[test]
    fn what_has_no_common_denominator_stays_as_it_is() {
        let primes = [4_294_967_291i64, 4_294_967_279, 4_294_967_231];
        let list: Vec<Rational> = primes.iter().map(|p| Rational::new(1, *p)).collect();
        let masses = Masses::of(list.clone());
        assert!(matches!(masses, Masses::Exact(_)));
        assert_eq!(masses.to_rationals(0..3), list);
        let long = Masses::of(list[..2].to_vec());
        assert!(matches!(long, Masses::Long { .. }));
        assert_eq!(long.to_rationals(0..2), list[..2]);
    }

    #[test]
    fn zeros_and_ones() {
        let masses = Masses::of(vec![Rational::ZERO, Rational::ONE]);
        assert_eq!(
            masses,
            Masses::Short {
                whole: 1,
                parts: [0, 1].into()
            }
        );
        assert!(!masses.is_positive(0) && masses.is_positive(1));
    }
}
