//! Affine functions of unknowns: a constant plus a multiple of each.

use crate::rational::Rational;

/// `constant + Σ coefficient · unknown`.
///
/// The invariant: unknowns ascend and no coefficient is zero.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Affine {
    /// The part that depends on no unknown.
    pub constant: Rational,
    /// Each unknown's index with its coefficient.
    pub coefficients: Vec<(usize, Rational)>,
}

impl From<Rational> for Affine {
    fn from(constant: Rational) -> Self {
        Self {
            constant,
            coefficients: Vec::new(),
        }
    }
}

impl Affine {
    /// Returns the unknown itself.
    #[must_use]
    pub fn unknown(index: usize) -> Self {
        Self {
            constant: Rational::ZERO,
            coefficients: vec![(index, Rational::ONE)],
        }
    }

    /// Returns the number it is, if it depends on no unknown.
    #[must_use]
    pub fn as_constant(&self) -> Option<&Rational> {
        self.coefficients.is_empty().then_some(&self.constant)
    }

    /// Returns its value where the unknowns are worth `values`; an unknown beyond the slice counts as zero.
    #[must_use]
    pub fn value(&self, values: &[Rational]) -> Rational {
        self.coefficients
            .iter()
            .fold(
                self.constant.clone(),
                |total, (index, coefficient)| match values.get(*index) {
                    Some(value) => total + coefficient * value,
                    None => total,
                },
            )
    }

    /// Returns `self + factor * other`.
    #[must_use]
    pub fn plus(&self, factor: &Rational, other: &Self) -> Self {
        let mut coefficients: Vec<(usize, Rational)> = Vec::new();
        let mut mine = self.coefficients.iter().peekable();
        let mut theirs = other.coefficients.iter().peekable();
        loop {
            let next = match (mine.peek(), theirs.peek()) {
                (None, None) => break,
                (Some((i, _)), Some((j, _))) => *i.min(j),
                (Some((i, _)), None) | (None, Some((i, _))) => *i,
            };
            let a = mine.next_if(|term| term.0 == next).map(|term| term.1.clone());
            let b = theirs.next_if(|term| term.0 == next).map(|term| factor * &term.1);
            let sum = a.unwrap_or_default() + b.unwrap_or_default();
            if !sum.is_zero() {
                coefficients.push((next, sum));
            }
        }
        Self {
            constant: &self.constant + factor * &other.constant,
            coefficients,
        }
    }

    /// Returns `factor * self`.
    #[must_use]
    pub fn times(&self, factor: &Rational) -> Self {
        Self::default().plus(factor, self)
    }
}
