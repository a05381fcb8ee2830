//! Philox4x32-10: random numbers that are a function of a key and a counter, and of nothing else.
//!
//! # Why
//! With a counter for each (run, step, purpose) there is no generator to pass around: any step of any run can be
//! drawn again alone, and the number of threads cannot matter.
//!
//! # Source
//! Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// What a random number is for. Numbers for different purposes are independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Purpose {
    /// Where a run starts.
    Start = 0,
    /// Which branch a step takes.
    Branch = 1,
    /// Which point of its set a sampled Nature picks.
    Nature = 2,
    /// The value vectors whose witnesses span what a sampled Nature picks from.
    Pool = 3,
    /// Which member of its mixture a sampled Nature uses.
    Member = 4,
    /// Steps of the particles of a rare-event estimate.
    Particle = 5,
    /// Where the particles of a stage begin.
    Entrance = 6,
    /// Which world Nature settles for a run.
    World = 7,
    /// The lots that the agent draws.
    Lot = 8,
}

/// The generator of one seed.
///
/// # Example
/// ```
/// use murphy_trace::philox::{Philox, Purpose};
/// let generator = Philox::new(7);
/// assert_eq!(generator.draw(3, 5, Purpose::Branch), generator.draw(3, 5, Purpose::Branch));
/// assert_ne!(generator.draw(3, 5, Purpose::Branch), generator.draw(3, 6, Purpose::Branch));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Philox {
    key: [u32; 2],
}

/// Returns the low and the high half of a 64-bit word.
#[expect(clippy::cast_possible_truncation, reason = "each half has 32 bits")]
fn halves(word: u64) -> [u32; 2] {
    [word as u32, (word >> 32) as u32]
}

impl Philox {
    /// Returns the generator of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { key: halves(seed) }
    }

    /// Returns the word that decides a step of a run: two steps share the two words of a block.
    #[must_use]
    #[inline]
    pub fn step(&self, run: u64, step: u32, purpose: Purpose) -> u64 {
        self.draw(run, step >> 1, purpose)[(step & 1) as usize]
    }

    /// Returns two independent 64-bit words for this run, step and purpose.
    #[must_use]
    pub fn draw(&self, run: u64, step: u32, purpose: Purpose) -> [u64; 2] {
        let [run_low, run_high] = halves(run);
        let block = philox4x32_10([run_low, run_high, step, purpose as u32], self.key);
        let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        [join(block[0], block[1]), join(block[2], block[3])]
    }
}

/// Returns the block of a counter under a key.
#[inline]
#[must_use]
pub fn philox4x32_10(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for round in 0..ROUNDS {
        if round > 0 {
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        let [low0, high0] = halves(u64::from(MULTIPLIERS[0]) * u64::from(counter[0]));
        let [low1, high1] = halves(u64::from(MULTIPLIERS[1]) * u64::from(counter[2]));
        counter = [
            high1 ^ counter[1] ^ key[0],
            low1,
            high0 ^ counter[3] ^ key[1],
            low0,
        ];
    }
    counter
}

/// Returns the number of `[0, 1)` that the upper 53 bits of a word stand for.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "53 bits fit into the mantissa")]
pub fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines for `philox4x32 10` in the file `kat_vectors` of Random123.
    #[test]
    fn known_answers() {
        let cases = [
            (
                [0; 4],
                [0; 2],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8],
            ),
            (
                [u32::MAX; 4],
                [u32::MAX; 2],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd],
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, block) in cases {
            assert_eq!(philox4x32_10(counter, key), block);
        }
    }

    #[test]
    fn every_part_of_the_counter_matters() {
        let base = Philox::new(1).draw(2, 3, Purpose::Start);
        for other in [
            Philox::new(1 << 32).draw(2, 3, Purpose::Start),
            Philox::new(1).draw(2 + (1 << 32), 3, Purpose::Start),
            Philox::new(1).draw(2, 4, Purpose::Start),
            Philox::new(1).draw(2, 3, Purpose::Branch),
        ] {
            assert_ne!(base, other);
        }
        assert!(base[0] != base[1]);
    }

    #[test]
    fn unit_stays_below_one() {
        assert!(unit(u64::MAX) < 1.0);
        assert_eq!(unit(1 << 63).to_bits(), 0.5f64.to_bits());
    }
}
