//! Works out compiled expressions.

use super::code::{Code, Fault, Id, List, Node, Reason};
use murphy_notation::Rational;
use std::cmp::Ordering;

/// The most bits of a numerator or a denominator.
const BITS_MAX: usize = 1 << 16;

impl Code {
    /// Returns a truth value; `values` has one entry a variable, 0 or 1 for truth values.
    pub(crate) fn truth(&self, id: Id, values: &[i64]) -> Result<bool, Fault> {
        Ok(match self.node(id) {
            Node::Truth(value) => value,
            Node::Flag(variable) => read(values, variable) != 0,
            Node::Holds(comparison, variable, bound) => comparison.holds(read(values, variable).cmp(&bound)),
            Node::Not(a) => !self.truth(a, values)?,
            Node::All(list) => {
                for part in self.operands(list) {
                    if !self.truth(*part, values)? {
                        return Ok(false);
                    }
                }
                true
            }
            Node::Any(list) => {
                for part in self.operands(list) {
                    if self.truth(*part, values)? {
                        return Ok(true);
                    }
                }
                false
            }
            Node::Iff(a, b) => self.truth(a, values)? == self.truth(b, values)?,
            Node::CompareInt(comparison, a, b) => {
                comparison.holds(self.int(a, values)?.cmp(&self.int(b, values)?))
            }
            Node::Compare(comparison, a, b) => {
                comparison.holds(self.rational(a, values)?.cmp(&self.rational(b, values)?))
            }
            Node::Case(_, list) => self.truth(self.case(list, values)?, values)?,
            _ => return fault(id, Reason::Type),
        })
    }

    /// Returns a whole number.
    pub(crate) fn int(&self, id: Id, values: &[i64]) -> Result<i64, Fault> {
        let checked = |value: Option<i64>| {
            value.ok_or(Fault {
                at: id,
                reason: Reason::Overflow,
            })
        };
        match self.node(id) {
            Node::Int(value) => Ok(value),
            Node::Variable(variable) => Ok(read(values, variable)),
            Node::NegateInt(a) => checked(self.int(a, values)?.checked_neg()),
            Node::SumInt(plus, minus) => {
                let mut sum: i64 = 0;
                for part in self.operands(plus) {
                    sum = checked(sum.checked_add(self.int(*part, values)?))?;
                }
                for part in self.operands(minus) {
                    sum = checked(sum.checked_sub(self.int(*part, values)?))?;
                }
                Ok(sum)
            }
            Node::ProductInt(a, b) => checked(self.int(a, values)?.checked_mul(self.int(b, values)?)),
            Node::LeastInt(list) => self.extreme(list, values, Ordering::Less),
            Node::GreatestInt(list) => self.extreme(list, values, Ordering::Greater),
            Node::PowerInt(a, b) => {
                let (base, exponent) = (self.int(a, values)?, self.int(b, values)?);
                if exponent < 0 {
                    return fault(id, Reason::NegativeExponent);
                }
                checked(power_of_int(base, exponent))
            }
            Node::Modulo(a, b) => {
                let (a, b) = (self.int(a, values)?, self.int(b, values)?);
                if b <= 0 {
                    return fault(id, Reason::Modulus);
                }
                Ok(a.rem_euclid(b))
            }
            Node::Floor(a) => checked(self.rational(a, values)?.floor().to_i64()),
            Node::Ceil(a) => checked(self.rational(a, values)?.ceil().to_i64()),
            Node::Round(a) => {
                let half_up = self.rational(a, values)? + Rational::new(1, 2);
                checked(half_up.floor().to_i64())
            }
            Node::Exactly(a) => self.rational(a, values)?.to_i64().ok_or(Fault {
                at: id,
                reason: Reason::NotWhole,
            }),
            Node::Case(_, list) => self.int(self.case(list, values)?, values),
            _ => fault(id, Reason::Type),
        }
    }

    /// Returns a number, exactly.
    pub(crate) fn rational(&self, id: Id, values: &[i64]) -> Result<Rational, Fault> {
        let value = match self.node(id) {
            Node::Number(index) => return Ok(self.number_at(index)),
            Node::Whole(a) => return Ok(Rational::from(self.int(a, values)?)),
            Node::Int(value) => return Ok(Rational::from(value)),
            Node::Case(_, list) => return self.rational(self.case(list, values)?, values),
            Node::Negate(a) => -self.rational(a, values)?,
            Node::Sum(plus, minus) => {
                let mut sum = Rational::ZERO;
                for part in self.operands(plus) {
                    sum = sized(sum + self.rational(*part, values)?, id)?;
                }
                for part in self.operands(minus) {
                    sum = sized(sum - self.rational(*part, values)?, id)?;
                }
                sum
            }
            Node::Product(a, b) => self.rational(a, values)? * self.rational(b, values)?,
            Node::Quotient(a, b) => {
                let (above, below) = (self.rational(a, values)?, self.rational(b, values)?);
                let quotient = above.checked_div(&below);
                quotient.ok_or(Fault {
                    at: id,
                    reason: Reason::DivisionByZero,
                })?
            }
            Node::Least(list) | Node::Greatest(list) => {
                let want = match self.node(id) {
                    Node::Least(_) => Ordering::Less,
                    _ => Ordering::Greater,
                };
                let mut best: Option<Rational> = None;
                for part in self.operands(list) {
                    let value = self.rational(*part, values)?;
                    if best.as_ref().is_none_or(|best| value.cmp(best) == want) {
                        best = Some(value);
                    }
                }
                best.ok_or(Fault {
                    at: id,
                    reason: Reason::Type,
                })?
            }
            Node::Power(a, b) => {
                let (base, exponent) = (self.rational(a, values)?, self.rational(b, values)?);
                self.power(&base, &exponent)
                    .map_err(|reason| Fault { at: id, reason })?
            }
            Node::Logarithm(a, b) => {
                let (argument, base) = (self.rational(a, values)?, self.rational(b, values)?);
                self.logarithm(&argument, &base)
                    .map_err(|reason| Fault { at: id, reason })?
            }
            _ => return fault(id, Reason::Type),
        };
        sized(value, id)
    }

    /// Returns the part of a case distinction that applies.
    fn case(&self, list: List, values: &[i64]) -> Result<Id, Fault> {
        let mut operands = self.operands(list).chunks_exact(2);
        for pair in &mut operands {
            if self.truth(pair[0], values)? {
                return Ok(pair[1]);
            }
        }
        Ok(operands.remainder().first().copied().unwrap_or_default())
    }

    fn extreme(&self, list: List, values: &[i64], want: Ordering) -> Result<i64, Fault> {
        let mut best: Option<i64> = None;
        for part in self.operands(list) {
            let value = self.int(*part, values)?;
            if best.is_none_or(|best| value.cmp(&best) == want) {
                best = Some(value);
            }
        }
        Ok(best.unwrap_or_default())
    }

    /// Returns `base^exponent`, exactly if the exponent is whole.
    fn power(&self, base: &Rational, exponent: &Rational) -> Result<Rational, Reason> {
        if let Some(whole) = exponent.to_i64() {
            let magnitude = power_of_rational(base, whole.unsigned_abs())?;
            return match whole < 0 {
                true => Rational::ONE
                    .checked_div(&magnitude)
                    .ok_or(Reason::DivisionByZero),
                false => Ok(magnitude),
            };
        }
        self.round();
        Rational::from_f64(libm::pow(base.to_f64(), exponent.to_f64())).ok_or(Reason::NoPower)
    }

    /// Returns the logarithm, exactly if it is whole.
    fn logarithm(&self, argument: &Rational, base: &Rational) -> Result<Rational, Reason> {
        if !argument.is_positive() || !base.is_positive() || *base == Rational::ONE {
            return Err(Reason::NoLogarithm);
        }
        let near = libm::log(argument.to_f64()) / libm::log(base.to_f64());
        let nearest = Rational::from_f64(libm::round(near)).and_then(|whole| whole.to_i64());
        if let Some(whole) = nearest {
            let magnitude = power_of_rational(base, whole.unsigned_abs());
            let back = match whole < 0 {
                true => magnitude.ok().and_then(|m| Rational::ONE.checked_div(&m)),
                false => magnitude.ok(),
            };
            if back.is_some_and(|back| back == *argument) {
                return Ok(Rational::from(whole));
            }
        }
        self.round();
        Rational::from_f64(near).ok_or(Reason::NoLogarithm)
    }
}

fn read(values: &[i64], variable: u32) -> i64 {
    values.get(variable as usize).copied().unwrap_or_default()
}

fn fault<T>(at: Id, reason: Reason) -> Result<T, Fault> {
    Err(Fault { at, reason })
}

fn sized(value: Rational, at: Id) -> Result<Rational, Fault> {
    if value.bit_length() > BITS_MAX {
        return fault(at, Reason::TooLarge);
    }
    Ok(value)
}

fn power_of_int(base: i64, exponent: i64) -> Option<i64> {
    match base {
        0 | 1 => Some(if exponent == 0 { 1 } else { base }),
        -1 => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        _ => base.checked_pow(u32::try_from(exponent).ok()?),
    }
}

fn power_of_rational(base: &Rational, exponent: u64) -> Result<Rational, Reason> {
    if base.is_zero() || *base == Rational::ONE {
        return Ok(if exponent == 0 {
            Rational::ONE
        } else {
            base.clone()
        });
    }
    if *base == -Rational::ONE {
        return Ok(if exponent.is_multiple_of(2) {
            Rational::ONE
        } else {
            base.clone()
        });
    }
    // Every other base has at least two in its numerator or denominator, so it grows by a bit a step.
    if exponent > BITS_MAX as u64 {
        return Err(Reason::TooLarge);
    }
    let (mut result, mut square, mut left) = (Rational::ONE, base.clone(), exponent);
    while left > 0 {
        if left % 2 == 1 {
            result = result * square.clone();
        }
        left /= 2;
        if result.bit_length().max(square.bit_length()) > BITS_MAX {
            return Err(Reason::TooLarge);
        }
        if left > 0 {
            square = &square * &square;
        }
    }
    Ok(result)
}
