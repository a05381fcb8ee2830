//! L1 balls around frequencies that contain the truth with a given probability.

use murphy_notation::Rational;

/// Radii are rounded up to multiples of one over this.
const GRID: i64 = 1 << 20;

/// Returns a radius within which the frequencies of `total` observations of `outcomes` outcomes lie around the truth, except
/// with probability `error`.
///
/// # Source
/// Weissman, Ordentlich, Seroussi, Verdu, Weinberger, "Inequalities for the L1 deviation of the empirical distribution",
/// HPL-2003-97: `P(‖p̂ − p‖₁ ≥ r) ≤ (2ⁿ − 2)·exp(−N·r²/2)`.
pub(crate) fn l1_radius(outcomes: usize, total: &Rational, error: f64) -> Rational {
    let two = Rational::from(2i64);
    if outcomes < 2 {
        return Rational::ZERO;
    }
    #[expect(clippy::cast_precision_loss, reason = "a row has fewer than 2^53 outcomes")]
    let n = outcomes as f64;
    // ln(2ⁿ − 2), which beyond 60 outcomes is n·ln 2 to the last bit.
    let events = if outcomes <= 60 {
        libm::log(libm::exp2(n) - 2.0)
    } else {
        n * std::f64::consts::LN_2
    };
    let square = 2.0 * (events - libm::log(error)) / total.floor_f64();
    let radius = square.sqrt();
    if !radius.is_finite() || radius >= 2.0 {
        return two;
    }
    // The relative error of the floats is some 1e-15; one step of the grid is more.
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 2^21")]
    let steps = (radius * 1_048_576.0).ceil() as i64 + 1;
    let radius = Rational::new(steps, GRID);
    if radius > two { two } else { radius }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_radius_is_the_published_one_rounded_up() {
        // n = 3, N = 100, δ = 0.05: sqrt(2·ln(6/0.05)/100) = sqrt(2·4.787491742782046/100) = 0.30943…
        let radius = l1_radius(3, &Rational::from(100i64), 0.05).to_f64();
        assert!((0.309_435_7..0.309_438_5).contains(&radius), "{radius}");
        assert_eq!(l1_radius(1, &Rational::from(100i64), 0.05), Rational::ZERO);
        assert_eq!(l1_radius(716, &Rational::from(20i64), 0.05), Rational::from(2i64));
    }
}
