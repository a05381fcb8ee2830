//! Where the numbers of most rows lie, so that rows that are asked one after another are read one after another.
//!
//! A row holds `Σ lowerᵢ·vᵢ + loose·min v + min { Σ gᵢ·vᵢ : 0 ≤ g ≤ gap, Σ g = budget }`; without gaps ([`super::fixed`]) the last part is left out,
//! with them ([`super::greedy`]) it is a search. Outcomes that never have mass are left out, so the columns of a row are where it can lead.
//!
//! # Why
//! The bounds of a large model are most of what it takes in memory. Where a [list](crate::SetList) has them as parts of a whole they are lent and not
//! copied: such a row has but its columns and 16 bytes of its own, and its weights become floats as they are read, which is exact. They lie in the order of
//! the list and not in that of the rows, though, so that going through them costs up to a third more; a small list is copied.

use super::enclosure::Enclosure;
use super::greedy::{Bounds, Floats, Greedy, Row};
use super::scale::Scale;
use super::{fixed, value_at};
use crate::error::Error;
use crate::list::{Lent, SetList};
use crate::masses::Parts;
use murphy_notation::Rational;

/// The row has no gaps.
const NO_GAPS: u32 = u32::MAX;

/// Where a row stands; its columns end where the next begin.
#[derive(Clone, Copy, Debug)]
struct Header {
    start: u32,
    /// Where its weights begin: among those lent, or among the rows' own.
    weights: u32,
    /// The denominator of weights that are lent; zero if the weights are the rows' own.
    whole: u32,
    /// Of weights that are lent, in parts of the whole: what is spent on gaps. Else the place of the row's [`Terms`].
    budget: u32,
}

/// What a row with weights of its own has besides.
#[derive(Clone, Copy, Debug)]
struct Terms {
    gaps: u32,
    budget: f64,
    loose: f64,
    /// One over the common denominator of the weights (rounded), or zero if they are rounded fractions.
    unit: f64,
}

/// Rows that are sums, and rows that spend a budget.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlatRows<'w> {
    headers: Vec<Header>,
    columns: Vec<u32>,
    lent: Lent<'w>,
    terms: Vec<Terms>,
    lower: Vec<f64>,
    gap: Vec<f64>,
}

/// From so many branches on the weights of a list are lent.
const LENT_MIN: usize = 1 << 20;

/// A row as it is asked.
enum Kind<'a> {
    /// It leads to one column.
    Sure(u32),
    /// A sum of parts of a whole.
    Parts { weights: &'a [u32], unit: f64 },
    /// Bounds in parts of a whole.
    Bounds(Row<'a, Bounds<'a>>),
    /// A sum, and what goes to the least value.
    Sum {
        weights: &'a [f64],
        loose: f64,
        unit: f64,
    },
    /// Anything with gaps.
    Greedy(Row<'a, Floats<'a>>),
}

impl<'w> FlatRows<'w> {
    /// Returns no rows, with room for so many and so many branches, that are lent the weights of a list if there are many.
    pub(crate) fn over(list: &'w SetList, (rows, branches): (usize, usize)) -> Self {
        let lend = branches >= LENT_MIN;
        let mut all = Self {
            lent: if lend { list.parts() } else { Lent::default() },
            ..Self::default()
        };
        all.headers.reserve(rows);
        all.columns.reserve(branches);
        if !lend {
            all.lower.reserve(branches);
            all.gap.reserve(branches);
        }
        all
    }

    /// Says whether weights are lent.
    pub(crate) fn borrows(&self) -> bool {
        !self.lent.is_empty()
    }

    /// Reads where the weights of some rows begin, and returns something of it.
    pub(crate) fn first_weights(&self, rows: std::ops::Range<usize>) -> u32 {
        let headers = self.headers.get(rows).unwrap_or_default();
        headers
            .iter()
            .fold(0, |all, header| all ^ self.lent.at(header.weights as usize))
    }

    /// Adds the row of a set of the list and returns its place, or `None` if its weights cannot be lent.
    pub(crate) fn push_lent(
        &mut self,
        list: &SetList,
        index: usize,
        columns: &[u32],
    ) -> Result<Option<u32>, Error> {
        let Some((whole, start)) = list.lent(index) else {
            return Ok(None);
        };
        if !self.borrows() {
            return Ok(None);
        }
        let (lower, upper) = self.lent.of(start, columns.len());
        // Long rows may need rounding, outcomes that never have mass have no column, and what lies too far along a list is copied.
        let (Ok(weights), true) = (u32::try_from(start), Scale::fits(whole.into(), columns.len())) else {
            return Ok(None);
        };
        if upper.contains(&0) {
            return Ok(None);
        }
        let budget = u64::from(whole).saturating_sub(lower.iter().copied().map(u64::from).sum());
        let row = place(self.headers.len())?;
        self.headers.push(Header {
            start: place(self.columns.len())?,
            weights,
            whole,
            // At most the whole.
            budget: u32::try_from(budget).unwrap_or(whole),
        });
        self.columns.extend_from_slice(columns);
        Ok(Some(row))
    }

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

    /// Returns where a row leads in any case: the columns whose least weight is positive.
    pub(crate) fn sure(&self, at: u32) -> impl Iterator<Item = u32> + '_ {
        let columns = self.columns(at);
        let header = self.headers.get(at as usize);
        let (parts, own): (&[u32], &[f64]) = match header {
            Some(header) if header.whole > 0 => {
                let (lower, _) = self.lent.of(header.weights as usize, columns.len());
                (lower, &[])
            }
            Some(header) => (&[], slice(&self.lower, header.weights, columns.len())),
            None => (&[], &[]),
        };
        let parts = columns.iter().zip(parts).filter(|(_, part)| **part > 0);
        let own = columns.iter().zip(own).filter(|(_, weight)| **weight > 0.0);
        parts
            .map(|(column, _)| *column)
            .chain(own.map(|(column, _)| *column))
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
            weights: place(self.lower.len())?,
            whole: 0,
            budget: place(self.terms.len())?,
        });
        self.terms.push(Terms {
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

    /// Returns a row as it is asked, if it is there.
    #[inline]
    fn kind(&self, at: u32) -> Option<Kind<'_>> {
        let header = self.headers.get(at as usize)?;
        let columns = self.columns.get(self.range(at))?;
        if let [column] = columns {
            return Some(Kind::Sure(*column));
        }
        if header.whole == 0 {
            return self.own(header, columns);
        }
        let unit = 1.0 / f64::from(header.whole);
        let (lower, upper) = self.lent.of(header.weights as usize, columns.len());
        if header.budget == 0 {
            return Some(Kind::Parts { weights: lower, unit });
        }
        Some(Kind::Bounds(Row {
            columns,
            weights: Bounds { lower, upper },
            budget: f64::from(header.budget),
            loose: 0.0,
            unit,
        }))
    }

    /// Returns a row with weights of its own.
    fn own<'s>(&'s self, header: &Header, columns: &'s [u32]) -> Option<Kind<'s>> {
        let terms = self.terms.get(header.budget as usize)?;
        let lower = slice(&self.lower, header.weights, columns.len());
        let (loose, unit) = (terms.loose, terms.unit);
        if terms.gaps == NO_GAPS {
            return Some(Kind::Sum {
                weights: lower,
                loose,
                unit,
            });
        }
        let gap = slice(&self.gap, terms.gaps, columns.len());
        Some(Kind::Greedy(Row {
            columns,
            weights: Floats { lower, gap },
            budget: terms.budget,
            loose,
            unit,
        }))
    }

    /// Encloses the lower (or upper) expectation of one row, looking first at the outcome that the hint names.
    #[inline]
    pub(crate) fn enclose<const UPPER: bool>(&self, at: u32, values: &[f64], hint: &mut u32) -> Enclosure {
        let columns = self.columns(at);
        match self.kind(at) {
            None => Enclosure::EVERYTHING,
            Some(Kind::Sure(column)) => Enclosure::exactly(value_at::<false>(values, column)),
            Some(Kind::Parts { weights, unit }) => {
                let weights = weights.iter().copied().map(f64::from);
                fixed::enclose::<UPPER>(columns, weights, (0.0, unit), values)
            }
            Some(Kind::Sum { weights, loose, unit }) => {
                fixed::enclose::<UPPER>(columns, weights.iter().copied(), (loose, unit), values)
            }
            Some(Kind::Bounds(row)) => row.enclose::<UPPER>(values, hint),
            Some(Kind::Greedy(row)) => row.enclose::<UPPER>(values, hint),
        }
    }

    /// Returns about the lower (or upper) expectation of one row.
    #[inline]
    pub(crate) fn about<const UPPER: bool>(&self, at: u32, values: &[f64], hint: &mut u32) -> f64 {
        let columns = self.columns(at);
        match self.kind(at) {
            None => f64::NAN,
            Some(Kind::Sure(column)) => value_at::<false>(values, column),
            Some(Kind::Parts { weights, unit }) => {
                fixed::about(columns, weights.iter().copied().map(f64::from), values) * unit
            }
            Some(Kind::Sum { weights, loose, unit }) => {
                let mut total = fixed::about(columns, weights.iter().copied(), values);
                if loose > 0.0 {
                    let worth = |column: &u32| value_at::<UPPER>(values, *column);
                    let least = columns.iter().map(worth).fold(f64::INFINITY, f64::min);
                    total += loose * if UPPER { -least } else { least };
                }
                total * or_one(unit)
            }
            Some(Kind::Bounds(row)) => row.about::<UPPER>(values, hint) * row.unit,
            Some(Kind::Greedy(row)) => row.about::<UPPER>(values, hint) * or_one(row.unit),
        }
    }

    /// Returns what alone decides about [`Self::answer`], where that is little; the hint is as the last call left it.
    #[inline]
    pub(crate) fn pattern<const UPPER: bool>(&self, at: u32, values: &[f64], hint: u32) -> Option<u64> {
        match self.kind(at)? {
            Kind::Sure(_) | Kind::Parts { .. } => Some(0),
            Kind::Sum { loose, .. } => (loose == 0.0).then_some(0),
            Kind::Bounds(row) => row.pattern::<UPPER>(values, hint),
            Kind::Greedy(row) => row.pattern::<UPPER>(values, hint),
        }
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
        let columns = self.columns(at);
        let (loose, unit) = match self.kind(at) {
            None => return,
            Some(Kind::Sure(_)) => {
                out.push(1.0);
                return;
            }
            Some(Kind::Parts { weights, unit }) => {
                out.extend(weights.iter().map(|weight| f64::from(*weight) * unit));
                return;
            }
            Some(Kind::Bounds(row)) => return row.answer::<UPPER>(values, hint, (out, row.unit)),
            Some(Kind::Sum { weights, loose, unit }) => {
                let unit = or_one(unit);
                out.extend(weights.iter().map(|weight| weight * unit));
                (loose, unit)
            }
            Some(Kind::Greedy(row)) => {
                let unit = or_one(row.unit);
                row.answer::<UPPER>(values, hint, (out, unit));
                (row.loose, unit)
            }
        };
        if loose > 0.0 {
            let worth = |place: &usize| value_at::<UPPER>(values, columns[*place]);
            let least = (0..columns.len()).min_by(|a, b| worth(a).total_cmp(&worth(b)));
            if let Some(weight) = least.and_then(|least| out.get_mut(least)) {
                *weight += loose * unit;
            }
        }
    }
}

/// Returns the unit of weights, which is one where they are fractions.
fn or_one(unit: f64) -> f64 {
    if unit > 0.0 { unit } else { 1.0 }
}

/// Returns so many numbers from a place on.
#[inline]
fn slice<T>(all: &[T], from: u32, count: usize) -> &[T] {
    let from = from as usize;
    all.get(from..from + count).unwrap_or_default()
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
