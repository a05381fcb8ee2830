//! Rows where a budget goes to the least values first, each up to its gap: intervals, and L1 balls read the same way.
//!
//! An interval set gives every outcome its lower bound and then spends the rest, at most `upper − lower` each, where the values are least.
//! An L1 ball keeps what it cannot move, which is its nominal mass less the movable part, spent where the values are
//! least, and sends all else to the least value of all.
//!
//! Nothing is sorted. The *critical* value `c` is the one at which the budget runs out: `Σ {gapᵢ : vᵢ < c} < budget ≤ Σ {gapᵢ : vᵢ ≤ c}`. It is unique, so
//! that a hint where to look first changes the time and never the answer.
//!
//! # Source
//! Givan, Leach, Dean, "Bounded-parameter Markov decision processes", AIJ 122, 2000, for the greedy rule.

use super::enclosure::{Enclosure, Sum};
use super::value_at;
use murphy_notation::Rational;

/// Up to this length the critical value is searched step by step, beyond it by halving the candidates.
const STEPWISE: usize = 12;

/// A row before it is laid out.
pub(crate) struct Greedy {
    /// What each outcome has in any case.
    pub(crate) lower: Vec<Rational>,
    /// What it may have beside that.
    pub(crate) gap: Vec<Rational>,
    /// How much is spent on gaps.
    pub(crate) budget: Rational,
    /// How much goes to the least value.
    pub(crate) loose: Rational,
}

/// What each outcome of a row has in any case and what it may have beside that, wherever these lie.
pub(super) trait Weights: Copy {
    /// Returns both of each outcome.
    fn pairs(self) -> impl Iterator<Item = (f64, f64)>;
}

/// Numbers of a row's own.
#[derive(Clone, Copy)]
pub(super) struct Floats<'a> {
    pub(super) lower: &'a [f64],
    pub(super) gap: &'a [f64],
}

impl Weights for Floats<'_> {
    #[inline]
    fn pairs(self) -> impl Iterator<Item = (f64, f64)> {
        self.lower.iter().copied().zip(self.gap.iter().copied())
    }
}

/// Bounds where a list of sets has them; no upper bound is below its lower one.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    pub(super) lower: &'a [u32],
    pub(super) upper: &'a [u32],
}

impl Weights for Bounds<'_> {
    #[inline]
    fn pairs(self) -> impl Iterator<Item = (f64, f64)> {
        let bounds = self.lower.iter().zip(self.upper);
        bounds.map(|(&lower, &upper)| (f64::from(lower), f64::from(upper.wrapping_sub(lower))))
    }
}

/// One row laid out: `Σ lowerᵢ·vᵢ + loose·min v + min { Σ gᵢ·vᵢ : 0 ≤ g ≤ gap, Σ g = budget }`.
#[derive(Clone, Copy)]
pub(super) struct Row<'a, W> {
    pub(super) columns: &'a [u32],
    pub(super) weights: W,
    pub(super) budget: f64,
    pub(super) loose: f64,
    pub(super) unit: f64,
}

/// Returns the number if the condition holds and zero otherwise, without a branch: which outcomes are better than the critical one is as
/// good as random to a processor.
#[inline]
fn only(condition: bool, number: f64) -> f64 {
    f64::from_bits(number.to_bits() & u64::from(condition).wrapping_neg())
}

/// What one look at a row finds for a candidate critical value.
struct Look {
    sum: f64,
    before: f64,
    upto: f64,
    low: f64,
    high: f64,
}

impl<W: Weights> Row<'_, W> {
    /// Encloses the lower (or upper) expectation, looking first at the outcome that the hint names.
    #[inline]
    pub(super) fn enclose<const UPPER: bool>(&self, values: &[f64], hint: &mut u32) -> Enclosure {
        let (critical, look) = self.critical::<UPPER>(values, hint);
        let rest = self.budget - look.before;
        let mut total = look.sum + rest * critical;
        total += if self.loose > 0.0 {
            self.loose * look.low
        } else {
            0.0
        };
        let magnitude = if look.low >= 0.0 {
            total
        } else if look.high <= 0.0 {
            -total
        } else {
            self.magnitude::<UPPER>(values, critical)
                + rest.abs() * critical.abs()
                + self.loose * look.low.abs()
        };
        let largest = if look.high > -look.low {
            look.high
        } else {
            -look.low
        };
        let enclosure = Sum {
            value: total,
            magnitude,
            misplaced: if self.unit > 0.0 {
                0.0
            } else {
                // A rounded budget may run out one outcome too early or too late, wherever that one's value lies.
                2.0 * self.budget * largest
            },
            terms: self.columns.len() + 2,
            unit: self.unit,
            range: (look.low, look.high),
        }
        .enclosure();
        if UPPER { enclosure.negated() } else { enclosure }
    }

    /// Returns about the lower (or upper) expectation, in parts of the whole and without a promise: one pass where the hint is right.
    #[inline]
    pub(super) fn about<const UPPER: bool>(&self, values: &[f64], hint: &mut u32) -> f64 {
        let count = self.columns.len();
        let first = (*hint as usize).min(count - 1);
        let critical = value_at::<UPPER>(values, self.columns[first]);
        let (mut sum, mut before, mut upto) = (0.0, 0.0, 0.0);
        for (&column, (lower, gap)) in self.columns.iter().zip(self.weights.pairs()) {
            let value = value_at::<UPPER>(values, column);
            let less = only(value < critical, gap);
            before += less;
            upto += only(value <= critical, gap);
            sum += (lower + less) * value;
        }
        let mut total = sum + (self.budget - before) * critical;
        if before >= self.budget || upto < self.budget {
            let (critical, look) = self.critical::<UPPER>(values, hint);
            total = look.sum + (self.budget - look.before) * critical;
        }
        if self.loose > 0.0 {
            let worth = |column: &u32| value_at::<UPPER>(values, *column);
            total += self.loose * self.columns.iter().map(worth).fold(f64::INFINITY, f64::min);
        }
        if UPPER { -total } else { total }
    }

    /// Writes how the budget is spent, each weight times `unit`; outcomes at the critical value share what is left in proportion to their gaps.
    pub(super) fn answer<const UPPER: bool>(
        &self,
        values: &[f64],
        hint: &mut u32,
        (out, unit): (&mut Vec<f64>, f64),
    ) {
        let (critical, look) = self.critical::<UPPER>(values, hint);
        let tied = look.upto - look.before;
        let share = if tied > 0.0 {
            ((self.budget - look.before) / tied).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let weights = self.columns.iter().zip(self.weights.pairs());
        out.extend(weights.map(|(&column, (lower, gap))| {
            let value = value_at::<UPPER>(values, column);
            let given = if value < critical {
                gap
            } else if value <= critical {
                share * gap
            } else {
                0.0
            };
            (lower + given) * unit
        }));
    }

    /// Returns which outcomes have less than the critical value and which at most it, as bits, if the hint names one that has it and
    /// there are few enough; how the budget is spent depends on that alone.
    #[inline]
    pub(super) fn pattern<const UPPER: bool>(&self, values: &[f64], hint: u32) -> Option<u64> {
        if self.columns.len() > 32 || self.loose > 0.0 {
            return None;
        }
        let critical = value_at::<UPPER>(values, *self.columns.get(hint as usize)?);
        let mut bits = 0;
        for (at, column) in self.columns.iter().enumerate() {
            let value = value_at::<UPPER>(values, *column);
            bits |= u64::from(value < critical) << at | u64::from(value <= critical) << (at + 32);
        }
        Some(bits)
    }

    /// Finds the critical value; the hint becomes the place of an outcome that has it.
    fn critical<const UPPER: bool>(&self, values: &[f64], hint: &mut u32) -> (f64, Look) {
        let budget = self.budget;
        let (mut floor, mut ceiling) = (f64::NEG_INFINITY, f64::INFINITY);
        if *hint as usize >= self.columns.len() {
            *hint = 0;
        }
        loop {
            let critical = value_at::<UPPER>(values, self.columns[*hint as usize]);
            let look = self.look::<UPPER>(values, critical);
            let too_high = look.before >= budget;
            if !too_high && look.upto >= budget {
                return (critical, look);
            }
            if too_high {
                ceiling = critical;
            } else {
                floor = critical;
            }
            let next = if self.columns.len() <= STEPWISE {
                self.neighbour::<UPPER>(values, (floor, ceiling), too_high)
            } else {
                self.middle::<UPPER>(values, (floor, ceiling))
            };
            match next {
                Some(next) => *hint = next,
                // Rounded gaps may add up to less than the rounded budget: then the greatest value is critical.
                None => return (critical, look),
            }
        }
    }

    /// Adds everything up as if `critical` were the critical value.
    fn look<const UPPER: bool>(&self, values: &[f64], critical: f64) -> Look {
        let mut look = Look {
            sum: 0.0,
            before: 0.0,
            upto: 0.0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        };
        for (&column, (lower, gap)) in self.columns.iter().zip(self.weights.pairs()) {
            let value = value_at::<UPPER>(values, column);
            let before = only(value < critical, gap);
            look.before += before;
            look.upto += only(value <= critical, gap);
            look.sum += (lower + before) * value;
            look.low = if value < look.low { value } else { look.low };
            look.high = if value > look.high { value } else { look.high };
        }
        look
    }

    /// Adds the absolute terms up.
    fn magnitude<const UPPER: bool>(&self, values: &[f64], critical: f64) -> f64 {
        let mut total = 0.0;
        for (&column, (lower, gap)) in self.columns.iter().zip(self.weights.pairs()) {
            let value = value_at::<UPPER>(values, column);
            let before = if value < critical { gap } else { 0.0 };
            total += (lower + before) * value.abs();
        }
        total
    }

    /// Returns the outcome strictly between the bounds whose value is nearest to the one just tried.
    fn neighbour<const UPPER: bool>(
        &self,
        values: &[f64],
        (floor, ceiling): (f64, f64),
        downwards: bool,
    ) -> Option<u32> {
        let (mut best, mut at) = (if downwards { floor } else { ceiling }, None);
        for (&column, i) in self.columns.iter().zip(0u32..) {
            let value = value_at::<UPPER>(values, column);
            let nearer = if downwards {
                value < ceiling && value > best
            } else {
                value > floor && value < best
            };
            if nearer {
                (best, at) = (value, Some(i));
            }
        }
        at
    }

    /// Returns the middle one of the outcomes whose values lie strictly between the bounds.
    fn middle<const UPPER: bool>(&self, values: &[f64], (floor, ceiling): (f64, f64)) -> Option<u32> {
        let between = |column: u32| {
            let value = value_at::<UPPER>(values, column);
            floor < value && value < ceiling
        };
        let count = self.columns.iter().filter(|&&column| between(column)).count();
        self.columns
            .iter()
            .zip(0u32..)
            .filter(|(column, _)| between(**column))
            .nth(count / 2)
            .map(|(_, i)| i)
    }
}
