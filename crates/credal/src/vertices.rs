//! All mixtures of finitely many distributions.

use crate::error::{Error, distribution, not_empty, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::number::{Number, dot};
use crate::set::CredalSet;
use crate::shape::{Shape, kept, mass};
use crate::simplex;
use murphy_notation::Rational;

/// The convex hull of finitely many distributions: each is a hypothesis, and Nature may mix them.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Vertices};
/// use murphy_notation::Rational;
/// let (zero, one) = (Rational::ZERO, Rational::ONE);
/// let set = CredalSet::from(Vertices::new(vec![vec![one.clone(), zero.clone()], vec![zero, one]])?);
/// assert_eq!(set.lower_expectation(&[1.0, 2.0])?.value, 1.0);
/// assert!(set.contains(&[Rational::new(1, 3), Rational::new(2, 3)]));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Vertices {
    vertices: Vec<Vec<Rational>>,
}

impl Vertices {
    /// Returns the mixtures of these distributions, which need not all be extreme.
    ///
    /// # Errors
    /// If there is none, they differ in length, or one is not a distribution.
    pub fn new(vertices: Vec<Vec<Rational>>) -> Result<Self, Error> {
        not_empty(&vertices)?;
        for vertex in &vertices {
            same_length(vertices[0].len(), vertex.len())?;
            distribution(vertex)?;
        }
        Ok(Self { vertices })
    }

    /// Returns the distributions that are mixed.
    #[must_use]
    pub fn vertices(&self) -> &[Vec<Rational>] {
        &self.vertices
    }
}

impl Shape for Vertices {
    const KIND: &'static str = "vertices";

    fn outcomes(&self) -> usize {
        self.vertices[0].len()
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        let mut best = (0, dot(&self.vertices[0], values));
        for (i, vertex) in self.vertices.iter().enumerate().skip(1) {
            let value = dot(vertex, values);
            if value < best.1 {
                best = (i, value);
            }
        }
        Expectation {
            value: best.1,
            witness: self.vertices[best.0].iter().map(T::from_rational).collect(),
            multiplier: Multiplier::ClosedForm,
        }
    }

    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        matches!(multiplier, Multiplier::ClosedForm)
            .then(|| self.vertices.iter().map(|vertex| dot(vertex, values)).min())
            .flatten()
    }

    fn contains(&self, p: &[Rational]) -> bool {
        self.vertices.iter().any(|vertex| vertex == p) || simplex::is_mixture(&self.vertices, p)
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        // Mass off `keep` in a mixture is mass off `keep` in a part of it.
        let inside: Vec<_> = self
            .vertices
            .iter()
            .filter(|vertex| mass(vertex, keep, false).is_zero())
            .map(|vertex| kept(vertex, keep))
            .collect();
        Self::new(inside).ok().map(CredalSet::from)
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.vertices.iter().any(|vertex| vertex[outcome].is_positive())
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        let first = &self.vertices[0];
        self.vertices
            .iter()
            .all(|vertex| vertex == first)
            .then(|| first.clone())
    }
}
