//! The Clopper–Pearson interval: which success probabilities a count of successes does not rule out.
//!
//! It is exact in the statistical sense: whatever the true probability, the interval misses it with probability at most
//! one minus the confidence. Nothing is approximated by a normal distribution.

/// Two numbers between which the true one lies with the confidence asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// Returns the interval for `successes` out of `trials` at a confidence in `(0, 1)`.
///
/// Without trials, and for counts that make no sense, it is `[0, 1]`.
///
/// # Example
/// ```
/// use murphy_trace::confidence::clopper_pearson;
/// // The rule of three, exactly: nothing bad in 100 runs rules out more than 1 - 0.025^(1/100).
/// let interval = clopper_pearson(0, 100, 0.95);
/// assert!((interval.upper - (1.0 - 0.025f64.powf(0.01))).abs() < 1e-12);
/// ```
///
/// # Source
/// Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26, 1934.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Interval {
    if trials == 0 || successes > trials || !(confidence > 0.0 && confidence < 1.0) {
        return Interval {
            lower: 0.0,
            upper: 1.0,
        };
    }
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (successes as f64, trials as f64);
    let lower = if successes == 0 {
        0.0
    } else {
        beta_quantile(k, n - k + 1.0, tail)
    };
    let upper = if successes == trials {
        1.0
    } else {
        1.0 - beta_quantile(n - k, k + 1.0, tail)
    };
    Interval { lower, upper }
}

/// Returns the `x` at which the regularised incomplete beta function reaches `level`, by bisection.
///
/// Bisection halves down to neighbouring floats: slow beside Newton, and it cannot fail.
fn beta_quantile(a: f64, b: f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 1.0f64);
    for _ in 0..1_100 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if incomplete_beta(a, b, middle) < level {
            low = middle
        } else {
            high = middle
        }
    }
    low
}

/// Returns the regularised incomplete beta function `I_x(a, b)` for positive `a`, `b` and `x` in `(0, 1)`.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    let log_front =
        a * libm::log(x) + b * libm::log1p(-x) - (libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b));
    let front = libm::exp(log_front);
    // The fraction converges fast on the near side of the mean; the other side is its complement.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

/// Evaluates the continued fraction of the incomplete beta function by Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    let mut m = 0.0;
    // About sqrt(a) terms are needed; the limit is for counts far beyond any simulation.
    for _ in 0..1_000_000 {
        m += 1.0;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d);
            c = nonzero(1.0 + term / c);
            product *= c * d;
        }
        if (c * d - 1.0).abs() < 1e-16 {
            break;
        }
    }
    product
}

/// Returns the number of standard errors that a normal estimate is taken at, for a confidence in `(0, 1)`.
#[must_use]
pub fn normal_quantile(confidence: f64) -> f64 {
    let (mut low, mut high) = (0.0f64, 40.0f64);
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if libm::erf(middle / std::f64::consts::SQRT_2) < confidence {
            low = middle
        } else {
            high = middle
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    /// Figures that R's `binom.test` prints.
    #[test]
    fn known_values() {
        let cases = [
            (682, 925, 0.95, 0.707_668_3, 0.765_406_6),
            (5, 10, 0.95, 0.187_086_0, 0.812_914_0),
            (1, 20, 0.95, 0.001_265_1, 0.248_732_8),
        ];
        for (k, n, confidence, lower, upper) in cases {
            let interval = clopper_pearson(k, n, confidence);
            near(interval.lower, lower, 6e-7);
            near(interval.upper, upper, 6e-7);
        }
    }

    #[test]
    fn the_ends_have_closed_forms() {
        let all = clopper_pearson(50, 50, 0.99);
        near(all.lower, 0.005f64.powf(1.0 / 50.0), 1e-13);
        near(all.upper, 1.0, 0.0);
        let million = clopper_pearson(0, 1_000_000, 0.95);
        near(million.upper, -libm::expm1(libm::log(0.025) / 1e6), 1e-15);
        assert_eq!(
            clopper_pearson(3, 2, 0.95),
            Interval {
                lower: 0.0,
                upper: 1.0
            }
        );
    }

    #[test]
    fn normal_quantiles_are_those_of_the_tables() {
        near(normal_quantile(0.95), 1.959_963_984_540_054, 1e-12);
        near(normal_quantile(0.99), 2.575_829_303_548_901, 1e-12);
    }

    /// The tail of the binomial distribution, summed term by term.
    fn tail_at_least(k: u64, n: u64, p: f64) -> f64 {
        (k..=n)
            .map(|i| {
                let choose: f64 = (0..i).map(|j| (n - j) as f64 / (i - j) as f64).product();
                choose * p.powi(i as i32) * (1.0 - p).powi((n - i) as i32)
            })
            .sum()
    }

    proptest! {
        /// The definition: at each end, the tail beyond the count has exactly half of what may be missed.
        #[test]
        fn each_end_leaves_its_tail(n in 1u64..60, share in 0.0f64..1.0, confidence in 0.5f64..0.999) {
            let k = (share * (n + 1) as f64) as u64;
            let interval = clopper_pearson(k, n, confidence);
            let tail = (1.0 - confidence) / 2.0;
            if k > 0 {
                near(tail_at_least(k, n, interval.lower), tail, 1e-9);
            }
            if k < n {
                near(1.0 - tail_at_least(k + 1, n, interval.upper), tail, 1e-9);
            }
            prop_assert!(interval.lower <= k as f64 / n as f64 && k as f64 / n as f64 <= interval.upper);
        }
    }
}
