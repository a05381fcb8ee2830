//! The simplest fraction between two numbers.

use murphy_notation::Rational;

/// Returns the fraction of least denominator between two numbers, both included.
#[must_use]
pub(super) fn simplest(low: &Rational, high: &Rational) -> Option<Rational> {
    let (mut low, mut high) = (low.clone(), high.clone());
    let mut whole: Vec<Rational> = Vec::new();
    for _ in 0..256 {
        let floor = low.floor();
        if floor == low || floor < high.floor() {
            let last = if floor == low {
                floor
            } else {
                floor + Rational::ONE
            };
            return whole.iter().rev().try_fold(last, |value, part| {
                Some(part + Rational::ONE.checked_div(&value)?)
            });
        }
        let (a, b) = (&low - &floor, &high - &floor);
        whole.push(floor);
        low = Rational::ONE.checked_div(&b)?;
        high = Rational::ONE.checked_div(&a)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simplest_fraction_is_found() {
        let r = |a, b| Rational::new(a, b);
        assert_eq!(simplest(&r(6666, 10000), &r(6667, 10000)), Some(r(2, 3)));
        assert_eq!(simplest(&r(-1, 10), &r(1, 10)), Some(Rational::ZERO));
        assert_eq!(simplest(&r(9, 10), &r(11, 10)), Some(Rational::ONE));
        assert_eq!(simplest(&r(1428, 10000), &r(1429, 10000)), Some(r(1, 7)));
        assert_eq!(simplest(&r(100, 101), &r(100, 101)), Some(r(100, 101)));
    }
}
