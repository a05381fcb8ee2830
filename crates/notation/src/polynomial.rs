//! Polynomials with rational coefficients in finitely many symbols: what a probability is as a function of what is not known.

use crate::affine::Affine;
use crate::rational::Rational;
use std::collections::{BTreeMap, BTreeSet};

/// A product of powers of symbols: symbols ascend, powers are positive.
pub type Monomial = Vec<(usize, u32)>;

/// A sum of monomials, each with its coefficient.
///
/// The invariant: no coefficient is zero, so that equal polynomials are equal values.
///
/// # Example
/// ```
/// use murphy_notation::{Polynomial, Rational};
/// let x = Polynomial::symbol(0);
/// let rest = Polynomial::from(Rational::ONE).minus(&x);
/// let product = x.times(&rest);
/// assert_eq!(product.value(&[Rational::new(1, 2)]), Rational::new(1, 4));
/// assert_eq!(product.degree_in(0), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Polynomial {
    terms: BTreeMap<Monomial, Rational>,
}

impl From<Rational> for Polynomial {
    fn from(constant: Rational) -> Self {
        let mut polynomial = Self::default();
        polynomial.add_term(Vec::new(), constant);
        polynomial
    }
}

impl Polynomial {
    /// Returns the symbol itself.
    #[must_use]
    pub fn symbol(index: usize) -> Self {
        Self {
            terms: BTreeMap::from([(vec![(index, 1)], Rational::ONE)]),
        }
    }

    /// Returns an affine function with a polynomial in the place of each of its unknowns.
    #[must_use]
    pub fn of_affine(affine: &Affine, unknown: impl Fn(usize) -> Self) -> Self {
        affine.coefficients.iter().fold(
            Self::from(affine.constant.clone()),
            |sum, (index, coefficient)| sum.plus(&unknown(*index).scaled(coefficient)),
        )
    }

    /// Returns the terms, each monomial with its coefficient, in a fixed order.
    pub fn terms(&self) -> impl Iterator<Item = (&[(usize, u32)], &Rational)> {
        self.terms
            .iter()
            .map(|(monomial, coefficient)| (monomial.as_slice(), coefficient))
    }

    /// Says whether it is zero everywhere.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Returns the number it is, if it depends on no symbol.
    #[must_use]
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.iter().next() {
            None => Some(Rational::ZERO),
            Some((monomial, coefficient)) if monomial.is_empty() && self.terms.len() == 1 => {
                Some(coefficient.clone())
            }
            Some(_) => None,
        }
    }

    /// Returns the symbols that occur.
    #[must_use]
    pub fn symbols(&self) -> BTreeSet<usize> {
        self.terms.keys().flatten().map(|(symbol, _)| *symbol).collect()
    }

    /// Returns the highest power of a symbol.
    #[must_use]
    pub fn degree_in(&self, symbol: usize) -> u32 {
        let power = |monomial: &Monomial| {
            monomial
                .iter()
                .find(|(index, _)| *index == symbol)
                .map_or(0, |(_, power)| *power)
        };
        self.terms.keys().map(power).max().unwrap_or(0)
    }

    fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        let sum = match self.terms.remove(&monomial) {
            Some(known) => known + coefficient,
            None => coefficient,
        };
        if !sum.is_zero() {
            self.terms.insert(monomial, sum);
        }
    }

    /// Returns `self + other`.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (monomial, coefficient) in &other.terms {
            sum.add_term(monomial.clone(), coefficient.clone());
        }
        sum
    }

    /// Returns `self - other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.scaled(&-Rational::ONE))
    }

    /// Returns `factor * self`.
    #[must_use]
    pub fn scaled(&self, factor: &Rational) -> Self {
        let mut scaled = Self::default();
        for (monomial, coefficient) in &self.terms {
            scaled.add_term(monomial.clone(), factor * coefficient);
        }
        scaled
    }

    /// Returns `self * other`.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Self::default();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                product.add_term(merged(a, b), x * y);
            }
        }
        product
    }

    /// Returns its value where the symbols are worth `values`; a symbol beyond the slice counts as zero.
    #[must_use]
    pub fn value(&self, values: &[Rational]) -> Rational {
        self.terms
            .iter()
            .map(|(monomial, coefficient)| {
                monomial
                    .iter()
                    .fold(coefficient.clone(), |product, (symbol, power)| {
                        let value = values.get(*symbol).cloned().unwrap_or_default();
                        (0..*power).fold(product, |product, _| product * &value)
                    })
            })
            .sum()
    }

    /// Returns the polynomial with others in the place of some symbols; where `of` is silent a symbol stays.
    #[must_use]
    pub fn substituted(&self, of: impl Fn(usize) -> Option<Self>) -> Self {
        let mut sum = Self::default();
        for (monomial, coefficient) in &self.terms {
            let mut product = Self::from(coefficient.clone());
            for (symbol, power) in monomial {
                let factor = of(*symbol).unwrap_or_else(|| Self::symbol(*symbol));
                for _ in 0..*power {
                    product = product.times(&factor);
                }
            }
            sum = sum.plus(&product);
        }
        sum
    }
}

/// A symbol with the ends of its range.
pub type SymbolRange = (usize, Rational, Rational);

impl Polynomial {
    /// Returns the Bernstein coefficients of the polynomial over a box, with at least the given degree in each symbol of the box.
    ///
    /// Everywhere in the box its value is a weighted mean of them, so that the largest bounds it from above and the least from below; those at
    /// corners are its values there. Two polynomials with coefficients of the same degrees are added coefficient by coefficient. Symbols
    /// outside the box count as zero.
    ///
    /// # Cost
    /// One number for each combination of powers: the product of the degrees plus one.
    ///
    /// # Source
    /// Garloff, "The Bernstein algorithm", Interval Computations 2, 1993.
    #[must_use]
    pub fn bernstein(&self, ranges: &[SymbolRange], degrees: &[u32]) -> Vec<Rational> {
        let degrees: Vec<u32> = ranges
            .iter()
            .enumerate()
            .map(|(at, (symbol, ..))| self.degree_in(*symbol).max(degrees.get(at).copied().unwrap_or(0)))
            .collect();
        let count: usize = degrees.iter().map(|degree| *degree as usize + 1).product();
        let mut coefficients = vec![Rational::ZERO; count];
        for (monomial, coefficient) in self.terms() {
            let known = |(symbol, _): &(usize, u32)| ranges.iter().any(|(known, ..)| known == symbol);
            if !monomial.iter().all(known) {
                continue;
            }
            let at = ranges.iter().zip(&degrees).fold(0, |at, ((symbol, ..), degree)| {
                let power = monomial.iter().find(|(known, _)| known == symbol);
                at * (*degree as usize + 1) + power.map_or(0, |(_, power)| *power as usize)
            });
            coefficients[at] = coefficient.clone();
        }
        let mut stride = count;
        for ((_, low, high), degree) in ranges.iter().zip(&degrees) {
            let size = *degree as usize + 1;
            stride /= size;
            to_bernstein(&mut coefficients, (size, stride), (low, &(high - low)));
        }
        coefficients
    }
}

/// Converts along one dimension, in which the box begins at `low` and is `width` wide: `b(j) = Σ { a(i)·C(j, i)/C(d, i) : i <= j }`, where `a` are the
/// coefficients in the part of the width.
fn to_bernstein(
    coefficients: &mut [Rational],
    (size, stride): (usize, usize),
    (low, width): (&Rational, &Rational),
) {
    let starts: Vec<usize> = (0..coefficients.len())
        .filter(|at| (at / stride).is_multiple_of(size))
        .collect();
    let chosen: Vec<Vec<Rational>> = (0..size)
        .map(|j| (0..=j).map(|i| binomial(j, i) / binomial(size - 1, i)).collect())
        .collect();
    for start in starts {
        let mut line: Vec<Rational> = Vec::with_capacity(size);
        // Horner's rule, in `low + width·t`.
        for i in (0..size).rev() {
            let shifted = line.iter().map(|a| a * width);
            let mut next: Vec<Rational> = std::iter::once(Rational::ZERO).chain(shifted).collect();
            for (sum, a) in next.iter_mut().zip(&line) {
                *sum += a * low;
            }
            next[0] += &coefficients[start + i * stride];
            line = next;
        }
        for (j, chosen) in chosen.iter().enumerate() {
            coefficients[start + j * stride] = line.iter().zip(chosen).map(|(a, share)| a * share).sum();
        }
    }
}

fn binomial(n: usize, k: usize) -> Rational {
    (0..k).fold(Rational::ONE, |product, i| {
        let (above, below) = (i64::try_from(n - i), i64::try_from(i + 1));
        product * Rational::new(above.unwrap_or(i64::MAX), below.unwrap_or(i64::MAX))
    })
}

fn merged(a: &[(usize, u32)], b: &[(usize, u32)]) -> Monomial {
    let mut powers: BTreeMap<usize, u32> = a.iter().copied().collect();
    for (symbol, power) in b {
        *powers.entry(*symbol).or_insert(0) += power;
    }
    powers.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_products_agree_with_their_values() {
        let (x, y) = (Polynomial::symbol(0), Polynomial::symbol(1));
        let two = Polynomial::from(Rational::from(2i64));
        let p = x.times(&y).plus(&two.times(&x)).minus(&y);
        let at = [Rational::new(1, 3), Rational::new(2, 5)];
        assert_eq!(
            p.value(&at),
            Rational::new(2, 15) + Rational::new(2, 3) - Rational::new(2, 5)
        );
        let square = p.times(&p);
        assert_eq!(square.value(&at), p.value(&at) * p.value(&at));
        assert_eq!(square.degree_in(0), 2);
        assert!(p.minus(&p).is_zero());
        let fixed = p.substituted(|symbol| (symbol == 0).then(|| Polynomial::from(at[0].clone())));
        assert_eq!(fixed.symbols().into_iter().collect::<Vec<_>>(), [1]);
        assert_eq!(fixed.value(&at), p.value(&at));
    }

    #[test]
    fn bernstein_coefficients_enclose_and_meet_the_corners() {
        let (x, y) = (Polynomial::symbol(0), Polynomial::symbol(1));
        // x^2 y - 3 x + y^2
        let p = x
            .times(&x)
            .times(&y)
            .plus(&x.scaled(&Rational::from(-3i64)))
            .plus(&y.times(&y));
        let ranges = [
            (0, Rational::new(-1, 2), Rational::new(3, 2)),
            (1, Rational::new(1, 3), Rational::from(2i64)),
        ];
        for degrees in [vec![], vec![3, 4]] {
            let b = p.bernstein(&ranges, &degrees);
            let corner = |i: bool, j: bool| {
                let pick = |at: usize, high: bool| {
                    if high {
                        ranges[at].2.clone()
                    } else {
                        ranges[at].1.clone()
                    }
                };
                p.value(&[pick(0, i), pick(1, j)])
            };
            assert_eq!(b[0], corner(false, false));
            assert_eq!(b[b.len() - 1], corner(true, true));
            let (least, most) = (b.iter().min().unwrap(), b.iter().max().unwrap());
            for i in 0..=8i64 {
                for j in 0..=8i64 {
                    let at = [
                        &ranges[0].1 + (&ranges[0].2 - &ranges[0].1) * Rational::new(i, 8),
                        &ranges[1].1 + (&ranges[1].2 - &ranges[1].1) * Rational::new(j, 8),
                    ];
                    let value = p.value(&at);
                    assert!(*least <= value && value <= *most);
                }
            }
        }
    }
}
