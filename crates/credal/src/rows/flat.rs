//! Where the numbers of most rows lie: one long list each of columns, least weights and gaps, so that rows that are asked one after another
//! are read one after another.
//!
//! A row holds `Σ lowerᵢ·vᵢ + loose·min v + min { Σ gᵢ·vᵢ : 0 ≤ g ≤ gap, Σ g = budget }`; without gaps ([`super::fixed`]) the last part is left out,
//! with them ([`super::greedy`]) it is a search. Outcomes that never have mass are left out, so the columns of a row are where it can lead.

use super::enclosure::Enclosure;
use super::greedy::{Greedy, Row};
use super::scale::Scale;
use super::{fixed, value_at};
use crate::error::Error;
use crate::masses::Parts;
use murphy_notation::Rational;

/// The row has no gaps.
const NO_GAPS: u32 = u32::MAX;

/// Where a row stands and what it has besides its weights; it ends where the next begins.
#[derive(Clone, Copy, Debug)]
struct Header {
    start: u32,
    gaps: u32,
    budget: f64,
    loose: f64,
    /// One over the common denominator of the weights (rounded), or zero if they are rounded fractions.
    unit: f64,
}

/// Rows that are sums, and rows that spend a budget.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlatRows {
    headers: Vec<Header>,
    columns: Vec<u32>,
    lower: Vec<f64>,
    gap: Vec<f64>,
}

impl FlatRows {
    /// Adds a row of fixed weights and returns its place.
    pub(crate) fn push_fixed(
        &mut self,
        columns: &[u32],
        weights: &[Rational],
        loose: &Rational,
    ) -> Result<u32, Error> {
        let scale = Scale::of(weights.iter().chain([loose]), 1);
        let row = self.open(NO_GAPS, (0.0, scale.apply(loose), scale.unit()))?;
        for (&column, weight) in columns.iter().zip(weights) {
            if weight.is_positive() || loose.is_positive() {
                self.columns.push(column);
                self.lower.push(scale.apply(weight));
            }
        }
        Ok(row)
    }

    /// Adds a row with a budget and returns its place.
    pub(crate) fn push_greedy(&mut self, columns: &[u32], row: &Greedy) -> Result<u32, Error> {
        if !row.budget.is_positive() {
            return self.push_fixed(columns, &row.lower, &row.loose);
        }
        let weights = row.lower.iter().chain(&row.gap).chain([&row.budget, &row.loose]);
        let scale = Scale::of(weights, columns.len());
        let header = (scale.apply(&row.budget), scale.apply(&row.loose), scale.unit());
        let place = self.open(self.gaps()?, header)?;
        for ((&column, lower), gap) in columns.iter().zip(&row.lower).zip(&row.gap) {
            if lower.is_positive() || gap.is_positive() || row.loose.is_positive() {
                self.columns.push(column);
                self.lower.push(scale.apply(lower));
                self.gap.push(scale.apply(gap));
            }
        }
        Ok(place)
    }

    /// Adds a row of bounds in parts of a whole and returns its place, or `None` if they do not fit floats.
    pub(crate) fn push_parts(&mut self, columns: &[u32], parts: Parts<'_>) -> Result<Option<u32>, Error> {
        match parts {
            Parts::Short { whole, lower, upper } if Scale::fits(whole.into(), columns.len()) => self
                .push_whole(columns, f64::from(whole), (lower, upper), f64::from)
                .map(Some),
            #[expect(
                clippy::cast_precision_loss,
                reason = "the scale fits, so all parts are below 2^53"
            )]
            Parts::Long { whole, lower, upper } if Scale::fits(whole, columns.len()) => self
                .push_whole(columns, whole as f64, (lower, upper), |part| part as f64)
                .map(Some),
            _ => Ok(None),
        }
    }

    fn push_whole<T: Copy + Default + PartialEq>(
        &mut self,
        columns: &[u32],
        whole: f64,
        (lower, upper): (&[T], &[T]),
        float: impl Fn(T) -> f64,
    ) -> Result<u32, Error> {
        let budget = whole - lower.iter().map(|part| float(*part)).sum::<f64>();
        let gaps = if budget > 0.0 { self.gaps()? } else { NO_GAPS };
        let place = self.open(gaps, (budget, 0.0, 1.0 / whole))?;
        let none = T::default();
        if upper.iter().all(|upper| *upper != none) {
            self.columns.extend_from_slice(columns);
            self.lower.extend(lower.iter().map(|lower| float(*lower)));
            if budget > 0.0 {
                let bounds = lower.iter().zip(upper);
                self.gap
                    .extend(bounds.map(|(lower, upper)| float(*upper) - float(*lower)));
            }
            return Ok(place);
        }
        for ((&column, &lower), &upper) in columns.iter().zip(lower).zip(upper) {
            let (lower, upper) = (float(lower), float(upper));
            if upper > 0.0 {
                self.columns.push(column);
                self.lower.push(lower);
                if budget > 0.0 {
                    self.gap.push(upper - lower);
                }
            }
        }
        Ok(place)
    }

    /// Makes room for so many rows and branches more.
    pub(crate) fn reserve(&mut self, rows: usize, branches: usize) {
        self.headers.reserve(rows);
        self.columns.reserve(branches);
        self.lower.reserve(branches);
        self.gap.reserve(branches);
    }

    /// Returns what each of [`Self::columns`] has in any case, in parts of some whole.
    pub(crate) fn least(&self, at: u32) -> &[f64] {
        self.lower.get(self.range(at)).unwrap_or_default()
    }

    /// Returns the number of rows.
    pub(crate) fn count(&self) -> Result<u32, Error> {
        place(self.headers.len())
    }

    fn gaps(&self) -> Result<u32, Error> {
        place(self.gap.len())
    }

    fn open(&mut self, gaps: u32, (budget, loose, unit): (f64, f64, f64)) -> Result<u32, Error> {
        let row = place(self.headers.len())?;
        self.headers.push(Header {
            start: place(self.columns.len())?,
            gaps,
            budget,
            loose,
            unit,
        });
        Ok(row)
    }

    /// Returns where a row can lead.
    pub(crate) fn columns(&self, at: u32) -> &[u32] {
        self.columns.get(self.range(at)).unwrap_or_default()
    }

    /// Returns where the rows from one place to before another lead, one after another.
    pub(crate) fn columns_between(&self, from: u32, to: u32) -> &[u32] {
        let start = |at: u32| {
            let header = self.headers.get(at as usize);
            header.map_or(self.columns.len(), |header| header.start as usize)
        };
        self.columns.get(start(from)..start(to)).unwrap_or_default()
    }

    #[inline]
    fn range(&self, at: u32) -> std::ops::Range<usize> {
        let at = at as usize;
        let start = |header: &Header| header.start as usize;
        let end = self.columns.len();
        self.headers.get(at).map_or(end, start)..self.headers.get(at + 1).map_or(end, start)
    }

    /// Returns the slices of a row that has gaps.
    #[inline]
    fn row(&self, header: &Header, range: std::ops::Range<usize>) -> Row<'_> {
        let gaps = header.gaps as usize;
        Row {
            gap: &self.gap[gaps..gaps + range.len()],
            columns: &self.columns[range.clone()],
            lower: &self.lower[range],
            budget: header.budget,
            loose: header.loose,
            unit: header.unit,
        }
    }

    /// Encloses the lower (or upper) expectation of one row, looking first at the outcome that the hint names.
    #[inline]
    pub(crate) fn enclose<const UPPER: bool>(&self, at: u32, values: &[f64], hint: &mut u32) -> Enclosure {
        let Some(header) = self.headers.get(at as usize) else {
            return Enclosure::EVERYTHING;
        };
        let range = self.range(at);
        if range.len() == 1 {
            return Enclosure::exactly(value_at::<false>(values, self.columns[range.start]));
        }
        if header.gaps == NO_GAPS {
            let (columns, weights) = (&self.columns[range.clone()], &self.lower[range]);
            return fixed::enclose::<UPPER>(columns, weights, header.loose, header.unit, values);
        }
        self.row(header, range).enclose::<UPPER>(values, hint)
    }

    /// Returns about the lower (or upper) expectation of one row.
    #[inline]
    pub(crate) fn about<const UPPER: bool>(&self, at: u32, values: &[f64], hint: &mut u32) -> f64 {
        let Some(header) = self.headers.get(at as usize) else {
            return f64::NAN;
        };
        let range = self.range(at);
        let unit = if header.unit > 0.0 { header.unit } else { 1.0 };
        if range.len() == 1 {
            return value_at::<false>(values, self.columns[range.start]);
        }
        if header.gaps != NO_GAPS {
            return self.row(header, range).about::<UPPER>(values, hint) * unit;
        }
        let (columns, weights) = (&self.columns[range.clone()], &self.lower[range]);
        let mut total = 0.0;
        for (column, weight) in columns.iter().zip(weights) {
            total += weight * value_at::<false>(values, *column);
        }
        if header.loose > 0.0 {
            let worth = |column: &u32| value_at::<UPPER>(values, *column);
            let least = columns.iter().map(worth).fold(f64::INFINITY, f64::min);
            total += header.loose * if UPPER { -least } else { least };
        }
        total * unit
    }

    /// Returns what alone decides about [`Self::answer`], where that is little; the hint is as the last call left it.
    #[inline]
    pub(crate) fn pattern<const UPPER: bool>(&self, at: u32, values: &[f64], hint: u32) -> Option<u64> {
        let header = self.headers.get(at as usize)?;
        if header.gaps == NO_GAPS {
            return (header.loose == 0.0).then_some(0);
        }
        let range = self.range(at);
        if range.len() == 1 {
            return Some(0);
        }
        self.row(header, range).pattern::<UPPER>(values, hint)
    }

    /// Writes a distribution that about attains the expectation, one probability for each of [`Self::columns`].
    pub(crate) fn answer<const UPPER: bool>(
        &self,
        at: u32,
        values: &[f64],
        hint: &mut u32,
        out: &mut Vec<f64>,
    ) {
        out.clear();
        let Some(header) = self.headers.get(at as usize) else {
            return;
        };
        let range = self.range(at);
        if range.len() == 1 {
            out.push(1.0);
            return;
        }
        let unit = if header.unit > 0.0 { header.unit } else { 1.0 };
        if header.gaps == NO_GAPS {
            out.extend(self.lower[range.clone()].iter().map(|weight| weight * unit));
        } else {
            self.row(header, range.clone())
                .answer::<UPPER>(values, hint, (out, unit));
        }
        if header.loose > 0.0 {
            let worth = |place: &usize| value_at::<UPPER>(values, self.columns[range.start + place]);
            let least = (0..range.len()).min_by(|a, b| worth(a).total_cmp(&worth(b)));
            if let Some(weight) = least.and_then(|least| out.get_mut(least)) {
                *weight += header.loose * unit;
            }
        }
    }
}

/// Returns a place as it is stored.
pub(super) fn place(at: usize) -> Result<u32, Error> {
    match u32::try_from(at) {
        Ok(place) if place < NO_GAPS => Ok(place),
        _ => Err(Error::TooLarge {
            size: at,
            limit: NO_GAPS as usize,
            what: "rows and branches",
        }),
    }
}
