//! A distribution as whole-number thresholds, so that a draw is one 64-bit word and one search.

use murphy_notation::Rational;

/// Draws the index of an outcome from a distribution.
///
/// The invariant: `thresholds` ascends and its last entry is the largest word, so every word falls somewhere; an
/// outcome without mass has the threshold of the one before it and is never drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sampler {
    /// The first outcome whose threshold is above the word is drawn.
    thresholds: Vec<u64>,
    /// The last outcome that has mass; it takes what rounding leaves over.
    last: usize,
}

/// `2^64`, the number of words.
const WORDS: u128 = 1 << 64;

impl Sampler {
    /// Returns the sampler of exact probabilities: outcome `i` is drawn by `⌊2⁶⁴·Σ_{j≤i} pⱼ⌋ - ⌊2⁶⁴·Σ_{j<i} pⱼ⌋` words.
    pub(crate) fn exact(probabilities: &[Rational]) -> Self {
        let mut sum = Rational::ZERO;
        let cumulative = probabilities.iter().map(|p| {
            sum += p;
            words(&sum)
        });
        Self::new(
            cumulative.collect(),
            probabilities.iter().rposition(Rational::is_positive),
        )
    }

    /// Returns the sampler of floats; each is taken exactly, and what they lack of one goes to the last that has mass.
    pub(crate) fn floats(probabilities: &[f64]) -> Self {
        let mut sum: u128 = 0;
        let cumulative = probabilities.iter().map(|p| {
            sum = (sum + share(*p)).min(WORDS);
            sum
        });
        Self::new(cumulative.collect(), probabilities.iter().rposition(|p| *p > 0.0))
    }

    fn new(cumulative: Vec<u128>, last: Option<usize>) -> Self {
        let last = last.unwrap_or(0);
        let thresholds = cumulative
            .into_iter()
            .map(|sum| u64::try_from(sum).unwrap_or(u64::MAX))
            .collect();
        Self { thresholds, last }
    }

    /// Returns the thresholds up to the last outcome that has mass.
    pub(crate) fn thresholds(&self) -> &[u64] {
        self.thresholds.get(..=self.last).unwrap_or(&self.thresholds)
    }

    /// Returns the outcome that a uniformly random word stands for.
    pub(crate) fn draw(&self, word: u64) -> usize {
        self.thresholds
            .partition_point(|threshold| *threshold <= word)
            .min(self.last)
    }
}

/// Returns `⌊2⁶⁴·p⌋` for a probability.
fn words(p: &Rational) -> u128 {
    match p.as_small() {
        Some((numerator, denominator)) => {
            let numerator = u128::from(u64::try_from(numerator).unwrap_or(0));
            ((numerator << 64) / u128::from(denominator)).min(WORDS)
        }
        None => share(p.floor_f64()),
    }
}

/// Returns `⌊2⁶⁴·p⌋` for a float, zero for what is no probability.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of probabilities; scaling by a power of two is exact"
)]
fn share(p: f64) -> u128 {
    (p.clamp(0.0, 1.0) * 18_446_744_073_709_551_616.0) as u128
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thirds_are_exact_to_the_word() {
        let third = Rational::new(1, 3);
        let sampler = Sampler::exact(&[third.clone(), third.clone(), third]);
        let bound = 6_148_914_691_236_517_205; // ⌊2⁶⁴/3⌋
        assert_eq!((sampler.draw(bound - 1), sampler.draw(bound)), (0, 1));
        assert_eq!((sampler.draw(2 * bound - 1), sampler.draw(2 * bound + 1)), (1, 2));
        assert_eq!((sampler.draw(0), sampler.draw(u64::MAX)), (0, 2));
    }

    #[test]
    fn what_has_no_mass_is_never_drawn() {
        for sampler in [
            Sampler::exact(&[Rational::ZERO, Rational::ONE, Rational::ZERO]),
            Sampler::floats(&[0.0, 1.0, 0.0]),
            Sampler::floats(&[0.0, 0.999_999_999_999, 0.0]),
        ] {
            for word in [0, 1, u64::MAX / 2, u64::MAX] {
                assert_eq!(sampler.draw(word), 1);
            }
        }
    }

    proptest! {
        #[test]
        fn floats_and_rationals_draw_alike(weights in proptest::collection::vec(0u32..1000, 1..8), word: u64) {
            let total: u32 = weights.iter().sum();
            prop_assume!(total > 0);
            let exact: Vec<Rational> =
                weights.iter().map(|w| Rational::new(i64::from(*w), i64::from(total))).collect();
            let floats: Vec<f64> = exact.iter().map(Rational::to_f64).collect();
            let (a, b) = (Sampler::exact(&exact), Sampler::floats(&floats));
            prop_assert!(weights[a.draw(word)] > 0 && weights[b.draw(word)] > 0);
            // They can differ only on the few words that rounding moves.
            let near = a.thresholds.iter().any(|t| t.abs_diff(word) < 1 << 16);
            prop_assert!(near || a.draw(word) == b.draw(word));
        }
    }
}
