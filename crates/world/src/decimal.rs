//! Exact numbers as a person writes them.

use murphy_notation::Rational;

/// Returns the number as a decimal if it is a short one, and as a fraction otherwise.
pub(crate) fn decimal(value: &Rational) -> String {
    const DIGITS_MAX: usize = 15;
    let Some((numerator, denominator)) = value.as_small() else {
        return format!("about {}", value.to_f64());
    };
    let mut scale: u64 = 1;
    for digits in 0..=DIGITS_MAX {
        if scale.is_multiple_of(denominator) {
            let figures = u128::from(numerator.unsigned_abs()) * u128::from(scale / denominator);
            let sign = if numerator < 0 { "-" } else { "" };
            let scale = u128::from(scale);
            let whole = figures / scale;
            return match digits {
                0 => format!("{sign}{whole}"),
                _ => format!("{sign}{whole}.{:0digits$}", figures % scale),
            };
        }
        scale *= 10;
    }
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::decimal;
    use murphy_notation::Rational;

    #[test]
    fn short_decimals_are_written_out_and_others_stay_fractions() {
        let text = |n, d| decimal(&Rational::new(n, d));
        assert_eq!(text(5, 4), "1.25");
        assert_eq!(text(-1, 20), "-0.05");
        assert_eq!(text(3, 1), "3");
        assert_eq!(text(1, 3), "1/3");
        assert_eq!(text(999_999_999_999, 1_000_000_000_000), "0.999999999999");
    }
}
