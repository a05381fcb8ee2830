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
use super::scale::Scale;
use super::value_at;
use murphy_notation::Rational;

/// Up to this length the critical value is searched step by step, beyond it by halving the candidates.
const STEPWISE: usize = 12;

/// Where a row stands and what it has besides its bounds.
#[derive(Clone, Debug)]
struct Header {
    start: usize,
    end: usize,
    budget: f64,
    loose: f64,
    unit: f64,
}

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

/// Rows `Σ lowerᵢ·vᵢ + loose·min v + min { Σ gᵢ·vᵢ : 0 ≤ g ≤ gap, Σ g = budget }`.
#[derive(Clone, Debug, Default)]
pub(crate) struct GreedyRows {
    headers: Vec<Header>,
    columns: Vec<u32>,
    lower: Vec<f64>,
    gap: Vec<f64>,
}

/// One row laid out.
#[derive(Clone, Copy)]
struct Row<'a> {
    columns: &'a [u32],
    lower: &'a [f64],
    gap: &'a [f64],
}

/// What one look at a row finds for a candidate critical value.
struct Look {
    sum: f64,
    before: f64,
    upto: f64,
    low: f64,
    high: f64,
}

impl GreedyRows {
    /// Adds a row and returns its place. Outcomes that never have mass are left out.
    pub(crate) fn push(&mut self, columns: &[u32], row: &Greedy) -> usize {
        let start = self.columns.len();
        let weights = row.lower.iter().chain(&row.gap).chain([&row.budget, &row.loose]);
        let scale = Scale::of(weights, columns.len());
        for ((&column, lower), gap) in columns.iter().zip(&row.lower).zip(&row.gap) {
            if lower.is_positive() || gap.is_positive() || row.loose.is_positive() {
                self.columns.push(column);
                self.lower.push(scale.apply(lower));
                self.gap.push(scale.apply(gap));
            }
        }
        self.headers.push(Header {
            start,
            end: self.columns.len(),
            budget: scale.apply(&row.budget),
            loose: scale.apply(&row.loose),
            unit: scale.unit(),
        });
        self.headers.len() - 1
    }

    /// Encloses the lower (or upper) expectation of one row, looking first at the outcome that the hint names.
    pub(crate) fn enclose<const UPPER: bool>(&self, at: usize, values: &[f64], hint: &mut u32) -> Enclosure {
        let Some(header) = self.headers.get(at) else {
            return Enclosure::EVERYTHING;
        };
        let range = header.start..header.end;
        let row = Row {
            columns: &self.columns[range.clone()],
            lower: &self.lower[range.clone()],
            gap: &self.gap[range],
        };
        if let &[column] = row.columns {
            return Enclosure::exactly(value_at::<false>(values, column));
        }
        let (critical, look) = row.critical::<UPPER>(values, header.budget, hint);
        let rest = header.budget - look.before;
        let mut total = look.sum + rest * critical;
        total += if header.loose > 0.0 {
            header.loose * look.low
        } else {
            0.0
        };
        let magnitude = if look.low >= 0.0 {
            total
        } else if look.high <= 0.0 {
            -total
        } else {
            row.magnitude::<UPPER>(values, critical)
                + rest.abs() * critical.abs()
                + header.loose * look.low.abs()
        };
        let largest = if look.high > -look.low {
            look.high
        } else {
            -look.low
        };
        let enclosure = Sum {
            value: total,
            magnitude,
            misplaced: if header.unit > 0.0 {
                0.0
            } else {
                // A rounded budget may run out one outcome too early or too late, wherever that one's value lies.
                2.0 * header.budget * largest
            },
            terms: row.columns.len() + 2,
            unit: header.unit,
            range: (look.low, look.high),
        }
        .enclosure();
        if UPPER { enclosure.negated() } else { enclosure }
    }
}

impl Row<'_> {
    /// Finds the critical value; the hint becomes the place of an outcome that has it.
    fn critical<const UPPER: bool>(&self, values: &[f64], budget: f64, hint: &mut u32) -> (f64, Look) {
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
        for ((&column, &lower), &gap) in self.columns.iter().zip(self.lower).zip(self.gap) {
            let value = value_at::<UPPER>(values, column);
            let before = if value < critical { gap } else { 0.0 };
            look.before += before;
            look.upto += if value <= critical { gap } else { 0.0 };
            look.sum += (lower + before) * value;
            look.low = if value < look.low { value } else { look.low };
            look.high = if value > look.high { value } else { look.high };
        }
        look
    }

    /// Adds the absolute terms up.
    fn magnitude<const UPPER: bool>(&self, values: &[f64], critical: f64) -> f64 {
        let mut total = 0.0;
        for ((&column, &lower), &gap) in self.columns.iter().zip(self.lower).zip(self.gap) {
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
