//! Rows given by vertices: the least of finitely many sums. Polytopes with few vertices are read the same way.

use super::enclosure::Enclosure;
use super::fixed;
use super::scale::Scale;
use murphy_notation::Rational;

/// Where a row stands.
#[derive(Clone, Debug)]
struct Header {
    columns: (usize, usize),
    vertices: (usize, usize),
    weights: usize,
}

/// Rows `min over vertices of Σ vertexᵢ·vᵢ`.
#[derive(Clone, Debug, Default)]
pub(crate) struct HullRows {
    headers: Vec<Header>,
    columns: Vec<u32>,
    units: Vec<f64>,
    weights: Vec<f64>,
}

impl HullRows {
    /// Adds a row and returns its place.
    pub(crate) fn push(&mut self, columns: &[u32], vertices: &[Vec<Rational>]) -> usize {
        let header = Header {
            columns: (self.columns.len(), self.columns.len() + columns.len()),
            vertices: (self.units.len(), self.units.len() + vertices.len()),
            weights: self.weights.len(),
        };
        self.columns.extend_from_slice(columns);
        for vertex in vertices {
            let scale = Scale::of(vertex, 1);
            self.units.push(scale.unit());
            self.weights.extend(vertex.iter().map(|p| scale.apply(p)));
        }
        self.headers.push(header);
        self.headers.len() - 1
    }

    /// Encloses the lower (or upper) expectation of one row.
    pub(crate) fn enclose<const UPPER: bool>(&self, at: usize, values: &[f64]) -> Enclosure {
        let Some(header) = self.headers.get(at) else {
            return Enclosure::EVERYTHING;
        };
        let columns = &self.columns[header.columns.0..header.columns.1];
        let units = &self.units[header.vertices.0..header.vertices.1];
        let weights = self.weights[header.weights..].chunks_exact(columns.len().max(1));
        units
            .iter()
            .zip(weights)
            .map(|(&unit, weights)| {
                fixed::enclose::<UPPER>(columns, weights.iter().copied(), (0.0, unit), values)
            })
            .reduce(|best, next| {
                if UPPER {
                    most(best, next)
                } else {
                    least(best, next)
                }
            })
            .unwrap_or(Enclosure::EVERYTHING)
    }
}

fn least(a: Enclosure, b: Enclosure) -> Enclosure {
    Enclosure {
        below: if b.below < a.below { b.below } else { a.below },
        above: if b.above < a.above { b.above } else { a.above },
    }
}

fn most(a: Enclosure, b: Enclosure) -> Enclosure {
    least(a.negated(), b.negated()).negated()
}
