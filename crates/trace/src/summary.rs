//! What many runs say together.

use crate::aims::AimSeen;
use crate::confidence::{Interval, clopper_pearson, normal_quantile};
use crate::number::Number;
use crate::settings::{NatureMode, SimulationSettings};
use crate::side::{LabelShare, QuantityMean};
use crate::trace::{Outcome, Range};
use murphy_problem::Bracket;
use serde::{Deserialize, Serialize};

/// The result of a simulation, in the words of the goal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// How many runs were made; fewer than asked for if the simulation was stopped.
    pub runs: u64,
    /// The seed.
    pub seed: u64,
    /// Which Nature was played.
    pub nature: String,
    /// Runs in which the formula of the goal held; zero for goals about a quantity.
    pub held: u64,
    /// Runs in which it did not.
    pub failed: u64,
    /// Runs whose quantity grows for ever.
    pub endless: u64,
    /// Runs that were cut at the longest length.
    pub unfinished: u64,
    /// The mean of the goal: the share of runs in which the formula held, or the mean of the quantity.
    pub mean: Number,
    /// Where the true value lies with the confidence below, for this Nature.
    ///
    /// For probabilities the exact Clopper–Pearson interval, in which unfinished runs count as failed at the lower end and as held at the
    /// upper. For quantities whose total is bounded (a horizon, a discount) the better of Hoeffding's and the empirical Bernstein bound;
    /// for others the mean with a normal estimate of its error, which is no guarantee.
    pub interval: Range,
    /// Whether the interval misses the true value with probability at most `1 - confidence`, whatever the distribution.
    pub exact: bool,
    /// The confidence of the interval.
    pub confidence: f64,
    /// The standard deviation of the quantity over runs, if the goal is about one.
    pub deviation: Option<Number>,
    /// How much a run that was cut by discounting can still miss, either way.
    pub truncation: f64,
    /// The mean number of steps of a run.
    pub steps_mean: f64,
    /// The number of steps of the longest run.
    pub steps_longest: u32,
    /// How often runs come by each label of the world (the first 64 by name).
    #[serde(default)]
    pub labels: Vec<LabelShare>,
    /// What each quantity of the world comes to (the first 64 by name), whether the goal speaks of it or not.
    #[serde(default)]
    pub quantities: Vec<QuantityMean>,
    /// What runs come to by every goal and requirement, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub aims: Vec<AimSeen>,
    /// How often each state was visited, over all runs.
    #[serde(skip)]
    pub visits: Vec<u64>,
}

impl Summary {
    /// Says whether a certified bracket and the simulated interval have a number in common.
    ///
    /// Under the declared Nature they must, but for bad luck of the probability `1 - confidence`.
    #[must_use]
    pub fn agrees_with(&self, bracket: &Bracket) -> bool {
        // A mean of floats is rounded, even where all runs cost the same.
        let rounding = 1e-12 * self.mean.0.abs().min(f64::MAX);
        self.interval.lower.0 - rounding <= bracket.upper && bracket.lower <= self.interval.upper.0 + rounding
    }
}

/// What is known of a goal before any run is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// It asks for a probability.
    Probability,
    /// It asks for the mean of a quantity.
    Quantity {
        /// Between which numbers the total of every run lies, where that is known.
        range: Option<(f64, f64)>,
        /// How much a run that was cut can still miss.
        truncation: f64,
    },
}

/// Sums over runs; merging in a fixed order gives the same bits on any number of threads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    held: u64,
    failed: u64,
    endless: u64,
    unfinished: u64,
    steps: u64,
    steps_longest: u32,
    /// Mean and sum of squared deviations of the totals so far.
    mean: f64,
    squares: f64,
    totals: u64,
}

impl Tally {
    /// Counts one run.
    pub(crate) fn add(&mut self, outcome: Outcome, total: f64, steps: u32) {
        self.runs += 1;
        self.steps += u64::from(steps);
        self.steps_longest = self.steps_longest.max(steps);
        match outcome {
            Outcome::Held => self.held += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::Endless => self.endless += 1,
            Outcome::Unfinished => self.unfinished += 1,
            Outcome::Summed => {}
        }
        // A run that was cut has cost at least this much; only sums of non-negative quantities are ever cut.
        if matches!(outcome, Outcome::Summed | Outcome::Unfinished) {
            let one = Self {
                totals: 1,
                mean: total,
                ..Self::default()
            };
            self.merge_totals(&one);
        }
    }

    /// Adds the counts of later runs.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        self.held += other.held;
        self.failed += other.failed;
        self.endless += other.endless;
        self.unfinished += other.unfinished;
        self.steps += other.steps;
        self.steps_longest = self.steps_longest.max(other.steps_longest);
        self.merge_totals(other);
    }

    /// Merges means and squared deviations (Chan, Golub, LeVeque 1979).
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
    fn merge_totals(&mut self, other: &Self) {
        if other.totals == 0 {
            return;
        }
        let (a, b) = (self.totals as f64, other.totals as f64);
        let apart = other.mean - self.mean;
        self.mean += apart * (b / (a + b));
        self.squares += other.squares + apart * apart * (a * b / (a + b));
        self.totals += other.totals;
    }

    /// Returns the summary.
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
    pub(crate) fn summary(&self, settings: &SimulationSettings, kind: Kind) -> Summary {
        let runs = self.runs.max(1) as f64;
        let (mean, interval, deviation) = match kind {
            Kind::Quantity { range, .. } => self.of_quantity(settings.confidence, range),
            Kind::Probability => {
                let low = clopper_pearson(self.held, self.runs, settings.confidence);
                let high = clopper_pearson(self.held + self.unfinished, self.runs, settings.confidence);
                let interval = Interval {
                    lower: low.lower,
                    upper: high.upper,
                };
                (self.held as f64 / runs, interval, None)
            }
        };
        let (exact, truncation) = match kind {
            Kind::Probability => (true, 0.0),
            Kind::Quantity { range, truncation } => (range.is_some() && self.unfinished == 0, truncation),
        };
        Summary {
            runs: self.runs,
            seed: settings.seed,
            nature: NatureMode::word(settings.nature).to_owned(),
            held: self.held,
            failed: self.failed,
            endless: self.endless,
            unfinished: self.unfinished,
            mean: Number(mean),
            interval: Range {
                lower: Number(interval.lower - truncation),
                upper: Number(interval.upper + truncation),
            },
            exact,
            confidence: settings.confidence,
            deviation: deviation.map(Number),
            truncation,
            steps_mean: self.steps as f64 / runs,
            steps_longest: self.steps_longest,
            labels: Vec::new(),
            quantities: Vec::new(),
            aims: Vec::new(),
            visits: Vec::new(),
        }
    }

    /// Returns the mean of the totals, an interval around it and the standard deviation.
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
    fn of_quantity(&self, confidence: f64, range: Option<(f64, f64)>) -> (f64, Interval, Option<f64>) {
        let unknown = Interval {
            lower: f64::NEG_INFINITY,
            upper: f64::INFINITY,
        };
        if self.endless > 0 {
            // An endless run has probability above zero, so the expectation is infinite.
            return (
                f64::INFINITY,
                Interval {
                    lower: f64::INFINITY,
                    upper: f64::INFINITY,
                },
                None,
            );
        }
        if self.totals < 2 {
            return (self.mean, unknown, None);
        }
        let n = self.totals as f64;
        let deviation = (self.squares / (n - 1.0)).sqrt();
        let half = match range {
            Some((low, high)) => bounded_half(n, high - low, (deviation, confidence)),
            None => normal_quantile(confidence) * deviation / n.sqrt(),
        };
        // A run that was cut can cost any amount more.
        let interval = if self.unfinished > 0 {
            Interval {
                lower: self.mean - half,
                ..unknown
            }
        } else {
            Interval {
                lower: self.mean - half,
                upper: self.mean + half,
            }
        };
        (self.mean, interval, Some(deviation))
    }
}

/// Returns how far the mean of `n` totals in a range of this width can be from the true one: the better of two bounds, each of which
/// fails with half of what may fail.
///
/// # Source
/// Hoeffding, "Probability inequalities for sums of bounded random variables", JASA 58, 1963. Maurer and Pontil, "Empirical Bernstein
/// bounds and sample variance penalization", COLT 2009, theorem 4 on both sides.
fn bounded_half(n: f64, width: f64, (deviation, confidence): (f64, f64)) -> f64 {
    let miss = (1.0 - confidence) / 2.0;
    let hoeffding = width * (libm::log(2.0 / miss) / (2.0 * n)).sqrt();
    let log = libm::log(4.0 / miss);
    let bernstein = deviation * (2.0 * log / n).sqrt() + 7.0 * width * log / (3.0 * (n - 1.0));
    hoeffding.min(bernstein)
}
