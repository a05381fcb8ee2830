//! Linear constraints on a distribution.

use murphy_notation::Rational;

/// On which side of its bound a weighted sum must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `Σ coefficients·p ≤ bound`.
    AtMost,
    /// `Σ coefficients·p ≥ bound`.
    AtLeast,
    /// `Σ coefficients·p = bound`.
    Equal,
}

/// One linear constraint: a weighted sum of the probabilities and what it must be.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// The weight of each outcome.
    pub coefficients: Vec<Rational>,
    /// The side.
    pub relation: Relation,
    /// The bound.
    pub bound: Rational,
}

impl Constraint {
    /// Says whether a point satisfies it exactly.
    #[must_use]
    pub fn holds(&self, p: &[Rational]) -> bool {
        let sum = crate::number::dot(&self.coefficients, p);
        match self.relation {
            Relation::AtMost => sum <= self.bound,
            Relation::AtLeast => sum >= self.bound,
            Relation::Equal => sum == self.bound,
        }
    }
}
