//! Numbers that are known to lie between two floats, and sometimes exactly.

use murphy_notation::{BinaryOperator, Rational};
use murphy_problem::Bracket;
use std::cmp::Ordering;

/// What something is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Worth {
    /// Two floats around it, rounded outward.
    pub bracket: Bracket,
    /// The number itself, if it is known and finite.
    pub exact: Option<Rational>,
}

impl Worth {
    /// Returns a number that is known exactly.
    #[must_use]
    pub fn exactly(value: Rational) -> Self {
        Self {
            bracket: Bracket {
                lower: value.floor_f64(),
                upper: value.ceil_f64(),
            },
            exact: Some(value),
        }
    }

    /// Returns a number that lies between two floats.
    #[must_use]
    pub fn between(lower: f64, upper: f64) -> Self {
        // Where both are the same there is only one number between them.
        let exact = Rational::from_f64(lower).filter(|_| lower.to_bits() == upper.to_bits());
        Self {
            bracket: Bracket { lower, upper },
            exact,
        }
    }

    /// Returns the infinite worth.
    #[must_use]
    pub fn infinite() -> Self {
        Self::between(f64::INFINITY, f64::INFINITY)
    }

    fn ends(&self) -> (Option<Rational>, Option<Rational>) {
        match &self.exact {
            Some(exact) => (Some(exact.clone()), Some(exact.clone())),
            None => (
                Rational::from_f64(self.bracket.lower),
                Rational::from_f64(self.bracket.upper),
            ),
        }
    }

    /// Returns the number between the least and the greatest of candidates.
    fn spanning(candidates: &[Rational]) -> Option<Self> {
        let (least, greatest) = (candidates.iter().min()?, candidates.iter().max()?);
        if least == greatest {
            return Some(Self::exactly(least.clone()));
        }
        Some(Self {
            bracket: Bracket {
                lower: least.floor_f64(),
                upper: greatest.ceil_f64(),
            },
            exact: None,
        })
    }

    /// Returns minus it.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            bracket: Bracket {
                lower: -self.bracket.upper,
                upper: -self.bracket.lower,
            },
            exact: self.exact.as_ref().map(|value| -value.clone()),
        }
    }

    /// Returns one minus it, for a probability.
    #[must_use]
    pub fn complement(&self) -> Self {
        match &self.exact {
            Some(value) => Self::exactly(Rational::ONE - value),
            None => Self {
                bracket: self.bracket.complement(),
                exact: None,
            },
        }
    }

    /// Returns the sum of weighted worths.
    #[must_use]
    pub fn mean(items: &[(Self, Rational)]) -> Self {
        let mut total = Self::exactly(Rational::ZERO);
        for (item, weight) in items {
            let scaled = Self::exactly(weight.clone()).combine(BinaryOperator::Multiply, item);
            match scaled.and_then(|scaled| total.combine(BinaryOperator::Add, &scaled)) {
                Some(sum) => total = sum,
                None => return Self::between(f64::NEG_INFINITY, f64::INFINITY),
            }
        }
        total
    }

    /// Returns `self operator other`, rounded outward; `None` where that has no meaning.
    #[must_use]
    pub fn combine(&self, operator: BinaryOperator, other: &Self) -> Option<Self> {
        use BinaryOperator as O;
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let (Some(a), Some(b), Some(c), Some(d)) = (a, b, c, d) else {
            return self.combine_infinite(operator, other);
        };
        let candidates = match operator {
            O::Add => vec![a + c, b + d],
            O::Subtract => vec![a - d, b - c],
            O::Multiply => vec![&a * &c, &a * &d, &b * &c, &b * &d],
            O::Divide if c.is_positive() || d.is_negative() => vec![
                a.checked_div(&c)?,
                a.checked_div(&d)?,
                b.checked_div(&c)?,
                b.checked_div(&d)?,
            ],
            _ => return None,
        };
        Self::spanning(&candidates)
    }

    /// Sums and differences with one infinite end; the rest has no meaning here.
    fn combine_infinite(&self, operator: BinaryOperator, other: &Self) -> Option<Self> {
        let other = match operator {
            BinaryOperator::Add => other.clone(),
            BinaryOperator::Subtract => other.negated(),
            BinaryOperator::Multiply => {
                let factor = self.exact.as_ref().filter(|factor| factor.is_positive())?;
                let scale = |x: f64, down: bool| match Rational::from_f64(x) {
                    Some(x) if down => (&x * factor).floor_f64(),
                    Some(x) => (&x * factor).ceil_f64(),
                    None => x,
                };
                let (lower, upper) = (
                    scale(other.bracket.lower, true),
                    scale(other.bracket.upper, false),
                );
                return Some(Self::between(lower, upper));
            }
            _ => return None,
        };
        let (lower, upper) = (
            self.bracket.lower + other.bracket.lower,
            self.bracket.upper + other.bracket.upper,
        );
        let known = !lower.is_nan() && !upper.is_nan();
        known.then(|| Self::between(lower.next_down(), upper.next_up()))
    }

    /// Compares with a number; `None` if the bracket does not decide.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if let (Some(a), Some(b)) = (&self.exact, &other.exact) {
            return Some(a.cmp(b));
        }
        let above = |x: &Self, y: &Self| match (x.ends().0, y.ends().1) {
            (Some(x), Some(y)) => x > y,
            (None, Some(_)) => x.bracket.lower == f64::INFINITY,
            (Some(_), None) => y.bracket.upper == f64::NEG_INFINITY,
            (None, None) => false,
        };
        if above(self, other) {
            Some(Ordering::Greater)
        } else if above(other, self) {
            Some(Ordering::Less)
        } else {
            None
        }
    }
}
