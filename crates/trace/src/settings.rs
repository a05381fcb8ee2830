//! What a simulation is asked to do.

/// Who picks the distribution at each step.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum NatureMode {
    /// Nature as the problem declares her: against the agent in a pessimistic plan (the worst case), with it in an optimistic one.
    ///
    /// She answers with the witness of the side that she guarantees: at the certificate's upper vector where she minimises,
    /// at its lower vector where she maximises. Against the plan's policy, that pair has a value inside the
    /// bracket, so a simulation must agree with it. For plans with a step bound, whose certificate has no vectors, the values of the plan
    /// are computed backward first.
    #[default]
    Worst,
    /// The distribution that each set is built around. Sets without one are an error.
    Nominal,
    /// A point of the set drawn anew each time: a random mixture of distributions that are extreme in random directions.
    Sampled,
    /// The declared Nature with this share, the centre of the set with the rest: a point of the set, because it is convex.
    Mixed {
        /// The share of the declared Nature, in `[0, 1]`.
        worst: f64,
    },
}

impl NatureMode {
    /// Returns the word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Worst => "worst",
            Self::Nominal => "nominal",
            Self::Sampled => "sampled",
            Self::Mixed { .. } => "mixed",
        }
    }
}

/// How to simulate.
///
/// # Example
/// ```
/// use murphy_trace::{NatureMode, SimulationSettings};
/// let settings = SimulationSettings { runs: 1_000_000, nature: NatureMode::Sampled, ..Default::default() };
/// assert_eq!(settings.seed, 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulationSettings {
    /// How many runs.
    pub runs: u64,
    /// The key of all random numbers.
    pub seed: u64,
    /// Who picks the distributions.
    pub nature: NatureMode,
    /// A run is cut after this many steps.
    pub steps_max: u32,
    /// The confidence of the interval, in `(0, 1)`.
    pub confidence: f64,
    /// The worst, a typical and the best trace are chosen among this many first runs; none if it is zero.
    pub sample: u64,
    /// A decision of a trace shows at most this many branches.
    pub branches_max: usize,
}

impl Default for SimulationSettings {
    fn default() -> Self {
        Self {
            runs: 10_000,
            seed: 0,
            nature: NatureMode::Worst,
            steps_max: 10_000,
            confidence: 0.99,
            sample: 10_000,
            branches_max: 64,
        }
    }
}
