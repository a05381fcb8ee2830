//! What happens beside the goal: how often each label is come by, and what each quantity of the world comes to.

use crate::arena::Arena;
use crate::confidence::{clopper_pearson, normal_quantile};
use crate::number::Number;
use crate::trace::Range;
use murphy_notation::Rational;
use murphy_world::{ChoiceId, StateId};
use serde::{Deserialize, Serialize};

/// The most labels and quantities that are watched.
const WATCHED_MAX: usize = 64;

/// How often runs come by a label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelShare {
    /// The label.
    pub label: String,
    /// In how many runs it held at some step.
    pub runs: u64,
    /// Where the true share lies with the confidence of the summary (Clopper–Pearson), for this Nature.
    pub interval: Range,
}

/// What a quantity of the world comes to in a run, summed without discount.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantityMean {
    /// The quantity.
    pub quantity: String,
    /// Its mean over runs, each up to where it ends for the goal.
    pub mean: Number,
    /// The mean with a normal estimate of its error, which is no guarantee.
    pub interval: Range,
}

/// Which labels hold in each state and what each choice adds, in a form that a step reads in one look.
pub(crate) struct Watch {
    names: Vec<String>,
    /// One bit a label, by state.
    masks: Vec<u64>,
    quantities: Vec<(String, Vec<f64>)>,
}

/// What one run came by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    mask: u64,
    sums: Vec<f64>,
}

/// Counts over runs; merged in a fixed order they are the same on any number of threads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Side {
    runs: u64,
    labels: Vec<u64>,
    /// Mean and sum of squared deviations for each quantity.
    moments: Vec<(f64, f64)>,
}

impl Watch {
    pub(crate) fn new(arena: &Arena<'_>) -> Self {
        let model = &arena.problem.model;
        let mut masks = vec![0u64; model.state_count()];
        let mut names = Vec::new();
        for (bit, (name, states)) in model.labels().iter().take(WATCHED_MAX).enumerate() {
            for state in states.iter() {
                masks[state as usize] |= 1 << bit;
            }
            names.push(name.clone());
        }
        let quantities = model.quantities().iter().take(WATCHED_MAX);
        let quantities = quantities
            .map(|(name, values)| (name.clone(), values.iter().map(Rational::to_f64).collect()))
            .collect();
        Self {
            names,
            masks,
            quantities,
        }
    }

    /// Returns what a run has come by before its first state.
    pub(crate) fn nothing(&self) -> Seen {
        Seen {
            mask: 0,
            sums: vec![0.0; self.quantities.len()],
        }
    }

    #[inline]
    pub(crate) fn state(&self, seen: &mut Seen, state: StateId) {
        seen.mask |= self.masks[state as usize];
    }

    #[inline]
    pub(crate) fn choice(&self, seen: &mut Seen, choice: ChoiceId) {
        for (sum, (_, added)) in seen.sums.iter_mut().zip(&self.quantities) {
            *sum += added.get(choice as usize).copied().unwrap_or(0.0);
        }
    }

    /// Returns what all runs say together.
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
    pub(crate) fn told(&self, side: &Side, confidence: f64) -> (Vec<LabelShare>, Vec<QuantityMean>) {
        let labels = self.names.iter().zip(&side.labels).map(|(label, runs)| {
            let interval = clopper_pearson(*runs, side.runs, confidence);
            LabelShare {
                label: label.clone(),
                runs: *runs,
                interval: Range {
                    lower: Number(interval.lower),
                    upper: Number(interval.upper),
                },
            }
        });
        let quantities = self.quantities.iter().zip(&side.moments);
        let quantities = quantities.map(|((quantity, _), (mean, squares))| {
            let n = side.runs.max(2) as f64;
            let half = normal_quantile(confidence) * (squares / (n - 1.0) / n).sqrt();
            QuantityMean {
                quantity: quantity.clone(),
                mean: Number(*mean),
                interval: Range {
                    lower: Number(mean - half),
                    upper: Number(mean + half),
                },
            }
        });
        (labels.collect(), quantities.collect())
    }
}

impl Side {
    /// Counts one run.
    pub(crate) fn add(&mut self, seen: &Seen) {
        self.labels.resize(WATCHED_MAX, 0);
        for (bit, count) in self.labels.iter_mut().enumerate() {
            *count += seen.mask >> bit & 1;
        }
        let moments = seen.sums.iter().map(|sum| (*sum, 0.0)).collect();
        self.merge_moments(1, moments);
        self.runs += 1;
    }

    /// Adds the counts of later runs.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.labels.resize(WATCHED_MAX, 0);
        for (count, more) in self.labels.iter_mut().zip(&other.labels) {
            *count += more;
        }
        self.merge_moments(other.runs, other.moments.clone());
        self.runs += other.runs;
    }

    /// Merges means and squared deviations (Chan, Golub, LeVeque 1979).
    #[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
    fn merge_moments(&mut self, runs: u64, other: Vec<(f64, f64)>) {
        if self.runs == 0 || runs == 0 {
            if runs > 0 {
                self.moments = other;
            }
            return;
        }
        let (a, b) = (self.runs as f64, runs as f64);
        for ((mean, squares), (other_mean, other_squares)) in self.moments.iter_mut().zip(other) {
            let apart = other_mean - *mean;
            *mean += apart * (b / (a + b));
            *squares += other_squares + apart * apart * (a * b / (a + b));
        }
    }
}
