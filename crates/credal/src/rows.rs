//! Many sets at once, in floats, each answer enclosed rigorously: what the sweeps of a planner call.

use crate::error::{Error, same_length};
use crate::set::CredalSet;
use murphy_notation::Rational;

/// Two floats between which an exact number lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enclosure {
    /// Not above the number.
    pub below: f64,
    /// Not below the number.
    pub above: f64,
}

impl Enclosure {
    /// The enclosure that says nothing: the answer to values that are missing or not finite.
    pub const EVERYTHING: Self = Self {
        below: f64::NEG_INFINITY,
        above: f64::INFINITY,
    };
}

/// Credal sets laid out for repeated expectations of one long vector of values.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    rows: Vec<(CredalSet, Vec<u32>)>,
}

impl Rows {
    /// Lays the sets out; the outcomes of each have their values at its columns.
    ///
    /// # Errors
    /// If a set has another number of outcomes than columns.
    pub fn compile<'a>(rows: impl IntoIterator<Item = (&'a CredalSet, &'a [u32])>) -> Result<Self, Error> {
        let mut compiled = Vec::new();
        for (set, columns) in rows {
            same_length(set.outcomes(), columns.len())?;
            compiled.push((set.clone(), columns.to_vec()));
        }
        Ok(Self { rows: compiled })
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Says whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Encloses the lower expectation of the exact set at exactly these values.
    #[must_use]
    pub fn lower(&self, row: usize, values: &[f64]) -> Enclosure {
        self.exact(row, values, false).unwrap_or(Enclosure::EVERYTHING)
    }

    /// Encloses the upper expectation of the exact set at exactly these values.
    #[must_use]
    pub fn upper(&self, row: usize, values: &[f64]) -> Enclosure {
        self.exact(row, values, true).unwrap_or(Enclosure::EVERYTHING)
    }

    fn exact(&self, row: usize, values: &[f64], upper: bool) -> Option<Enclosure> {
        let (set, columns) = self.rows.get(row)?;
        let gathered: Option<Vec<Rational>> = columns
            .iter()
            .map(|&column| Rational::from_f64(*values.get(column as usize)?))
            .collect();
        let gathered = gathered?;
        let value = if upper {
            set.upper_expectation(&gathered).ok()?.value
        } else {
            set.lower_expectation(&gathered).ok()?.value
        };
        Some(Enclosure {
            below: value.floor_f64(),
            above: value.ceil_f64(),
        })
    }
}
