//! Bounds on a probability from the number of successes: the Clopper-Pearson interval, rounded outward.

use murphy_notation::Rational;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Bounds lie on multiples of one over this, one step further out than the floats say.
const GRID: i64 = 1 << 30;

/// Clopper-Pearson bounds of one error probability, remembered because few pairs of numbers make up a table.
#[derive(Debug)]
pub(crate) struct ClopperPearson {
    tail: f64,
    known: RefCell<BTreeMap<(u64, u64), (i64, i64)>>,
}

impl ClopperPearson {
    /// Returns the bounds that are wrong with probability `error` at most.
    pub(crate) fn new(error: f64) -> Self {
        Self {
            tail: error / 2.0,
            known: RefCell::default(),
        }
    }

    /// Returns the bounds after `successes` in `total` trials.
    pub(crate) fn bounds(&self, successes: u64, total: u64) -> (Rational, Rational) {
        let key = (successes, total);
        let found = self.known.borrow().get(&key).copied();
        let (low, high) = found.unwrap_or_else(|| {
            let low = lower(successes, total, self.tail);
            let high = GRID - lower(total.saturating_sub(successes), total, self.tail);
            self.known.borrow_mut().insert(key, (low, high));
            (low, high)
        });
        (Rational::new(low, GRID), Rational::new(high, GRID))
    }
}

/// Returns the greatest multiple of the grid at which `successes` or more have at most the probability `tail`, less one.
fn lower(successes: u64, total: u64, tail: f64) -> i64 {
    if successes == 0 || total == 0 {
        return 0;
    }
    // The upper tail rises with the probability, from 0 to 1.
    let (mut low, mut high) = (0, GRID);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if upper_tail(successes, total, middle) <= tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low - 1).max(0)
}

/// Returns the probability of `successes` or more in `total` trials that succeed with probability `step / GRID`.
#[expect(clippy::cast_precision_loss, reason = "counts are below 2^53")]
fn upper_tail(successes: u64, total: u64, step: i64) -> f64 {
    let (k, n) = (successes as f64, total as f64);
    let p = step as f64 / GRID as f64;
    // Past the mode the terms only fall; before it the tail is above any level that is asked for.
    if p <= 0.0 || p * n >= k {
        return if p <= 0.0 { 0.0 } else { 1.0 };
    }
    let log_term = libm::lgamma(n + 1.0) - libm::lgamma(k + 1.0) - libm::lgamma(n - k + 1.0)
        + k * libm::log(p)
        + (n - k) * libm::log1p(-p);
    let odds = p / (1.0 - p);
    let (mut term, mut sum, mut i) = (libm::exp(log_term), 0.0, k);
    while i <= n && term > sum * 1e-18 {
        sum += term;
        term *= (n - i) / (i + 1.0) * odds;
        i += 1.0;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_the_tabulated_ones_and_never_inside_them() {
        let intervals = ClopperPearson::new(0.05);
        // Closed forms: 0 of n gives 1 - (α/2)^(1/n); 5 of 10 is in every table as 0.1871 to 0.8129.
        let (low, high) = intervals.bounds(0, 10);
        let exact = 1.0 - libm::pow(0.025, 0.1);
        assert_eq!(low, Rational::ZERO);
        assert!(high.to_f64() >= exact && high.to_f64() - exact < 1e-8);
        let (low, high) = intervals.bounds(5, 10);
        assert!((low.to_f64() - 0.187_086_0).abs() < 1e-6, "{low}");
        assert!((high.to_f64() - 0.812_914_0).abs() < 1e-6, "{high}");
        assert_eq!(intervals.bounds(10, 10).1, Rational::ONE);
    }

    #[test]
    fn the_lower_bound_of_one_success_has_a_closed_form() {
        for n in [1u64, 7, 881, 100_000] {
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let exact = -libm::expm1(libm::log1p(-0.025) / n as f64);
            let (low, _) = ClopperPearson::new(0.05).bounds(1, n);
            let distance = exact - low.to_f64();
            assert!((0.0..4e-9).contains(&distance), "{n}: {distance}");
        }
    }
}
