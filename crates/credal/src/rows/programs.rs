//! Rows of polytopes with too many vertices to list: each call solves a linear program exactly.
//!
//! Slow, and right. A feasible basis is kept, so that no call has to find one.

use super::{Enclosure, value_at};
use crate::polytope::Polytope;
use crate::simplex::Tableau;
use murphy_notation::Rational;

/// Columns and a feasible tableau for each polytope.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProgramRows {
    rows: Vec<(Vec<u32>, Option<Tableau>)>,
}

impl ProgramRows {
    /// Adds a row and returns its place.
    pub(crate) fn push(&mut self, columns: &[u32], set: &Polytope) -> usize {
        self.rows.push((columns.to_vec(), set.tableau()));
        self.rows.len() - 1
    }

    /// Encloses the lower (or upper) expectation of one row.
    pub(crate) fn enclose<const UPPER: bool>(&self, at: usize, values: &[f64]) -> Enclosure {
        self.solve::<UPPER>(at, values).unwrap_or(Enclosure::EVERYTHING)
    }

    fn solve<const UPPER: bool>(&self, at: usize, values: &[f64]) -> Option<Enclosure> {
        let (columns, tableau) = self.rows.get(at)?;
        let costs: Option<Vec<Rational>> = columns
            .iter()
            .map(|&column| Rational::from_f64(value_at::<UPPER>(values, column)))
            .collect();
        let costs = costs?;
        let mut tableau = tableau.clone()?;
        if !tableau.minimise(&costs) {
            return None;
        }
        let value = crate::number::dot(&tableau.point(), &costs);
        let enclosure = Enclosure {
            below: value.floor_f64(),
            above: value.ceil_f64(),
        };
        Some(if UPPER { enclosure.negated() } else { enclosure })
    }
}
