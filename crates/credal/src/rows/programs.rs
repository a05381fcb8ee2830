//! Rows of polytopes with too many vertices to list: each call solves a linear program exactly.
//!
//! Slow, and right. A feasible basis is kept, so that no call has to find one.

use super::{Enclosure, value_at};
use crate::polytope::Polytope;
use crate::simplex::Tableau;
use murphy_notation::Rational;
use std::sync::Arc;

/// How many polytopes are remembered while rows are laid out: a world writes the same one in many states.
const REMEMBERED: usize = 16;

/// What was found out about a polytope: its vertices, or, if they are too many, a feasible basis.
#[derive(Clone, Debug)]
struct Known {
    set: Polytope,
    vertices: Option<Vec<Vec<Rational>>>,
    tableau: Option<Arc<Tableau>>,
}

/// Columns and a feasible tableau for each polytope.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProgramRows {
    rows: Vec<(Vec<u32>, Option<Arc<Tableau>>)>,
    known: Vec<Known>,
}

impl ProgramRows {
    /// Returns all vertices of a polytope, if they are few.
    pub(crate) fn vertices(&mut self, set: &Polytope) -> Option<Vec<Vec<Rational>>> {
        self.know(set).vertices.clone()
    }

    /// Adds a row and returns its place.
    pub(crate) fn push(&mut self, columns: &[u32], set: &Polytope) -> usize {
        let tableau = self.know(set).tableau.clone();
        self.rows.push((columns.to_vec(), tableau));
        self.rows.len() - 1
    }

    /// Forgets what is only of use while rows are laid out.
    pub(crate) fn forget(&mut self) {
        self.known = Vec::new();
    }

    fn know(&mut self, set: &Polytope) -> &Known {
        let at = match self.known.iter().position(|known| known.set == *set) {
            Some(at) => at,
            None => {
                if self.known.len() >= REMEMBERED {
                    self.known.remove(0);
                }
                self.known.push(Known::of(set));
                self.known.len() - 1
            }
        };
        &self.known[at]
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
        let mut tableau = Tableau::clone(tableau.as_ref()?);
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

impl Known {
    fn of(set: &Polytope) -> Self {
        let vertices = set.vertices();
        Self {
            set: set.clone(),
            tableau: if vertices.is_none() {
                set.tableau().map(Arc::new)
            } else {
                None
            },
            vertices,
        }
    }
}
