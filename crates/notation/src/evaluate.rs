//! Evaluating resolved expressions, exactly: machine integers while they fit, rationals otherwise.

use crate::affine::Affine;
use crate::diagnostic::Diagnostic;
use crate::expression::{BinaryOperator, Function};
use crate::passage::Passage;
use crate::rational::Rational;
use crate::resolve::Resolved;
use crate::source::Span;
use crate::value::{Type, Value};
use dashu_int::ops::BitTest;
use std::cmp::Ordering;
use std::sync::Arc;

/// One operation of a resolved expression, with what is below it.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) operation: Operation,
    /// Where it is written in the passage of the expression.
    pub(crate) span: Span,
    /// How many steps an evaluation takes at most, definitions counted as often as they are used.
    pub(crate) size: u64,
    /// How deep an evaluation recurses.
    pub(crate) height: usize,
    /// Whether an unknown is below.
    unknown: bool,
}

/// What a step does; types have been checked.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Constant(Value),
    Slot(usize),
    Unknown(usize),
    Defined(Arc<Resolved>),
    Negate(Box<[Step; 1]>),
    Not(Box<[Step; 1]>),
    Arithmetic(BinaryOperator, Box<[Step; 2]>),
    Compare(BinaryOperator, Box<[Step; 2]>),
    Equal(bool, Box<[Step; 2]>),
    And(Box<[Step; 2]>),
    Or(Box<[Step; 2]>),
    Implies(Box<[Step; 2]>),
    Choice(Box<[Step; 3]>),
    Between(Box<[Step; 3]>),
    /// The first is one of the others.
    Among(Vec<Step>),
    Call(Function, Vec<Step>),
}

/// The most bits that numerator and denominator may have together.
const BITS_MAX: usize = 1 << 17;
/// The greatest exponent of `pow`, either way.
const POWER_MAX: i64 = 1024;

/// Why an evaluation has no value; the place is added on the way out.
enum Fault {
    At(Span, &'static str, &'static str),
    Inside(Box<Diagnostic>),
}

impl Fault {
    fn diagnostic(self, passage: &Passage) -> Diagnostic {
        match self {
            Self::At(span, message, label) => Diagnostic::at(passage.place(span), message).label(label),
            Self::Inside(diagnostic) => *diagnostic,
        }
    }
}

impl Operation {
    fn parts(&self) -> &[Step] {
        match self {
            Self::Constant(_) | Self::Slot(_) | Self::Unknown(_) | Self::Defined(_) => &[],
            Self::Negate(parts) | Self::Not(parts) => &**parts,
            Self::Arithmetic(_, parts)
            | Self::Compare(_, parts)
            | Self::Equal(_, parts)
            | Self::And(parts)
            | Self::Or(parts)
            | Self::Implies(parts) => &**parts,
            Self::Choice(parts) | Self::Between(parts) => &**parts,
            Self::Among(parts) | Self::Call(_, parts) => parts,
        }
    }
}

impl Step {
    /// Returns a step; one whose parts are all constant becomes its value, unless it has none.
    pub(crate) fn new(operation: Operation, span: Span) -> Self {
        let parts = operation.parts();
        let (mut size, mut height, mut unknown) = (1_u64, 1, matches!(operation, Operation::Unknown(_)));
        for part in parts {
            size = size.saturating_add(part.size);
            height = height.max(part.height + 1);
            unknown |= part.unknown;
        }
        if let Operation::Defined(resolved) = &operation {
            size = size.saturating_add(resolved.root.size);
            height += resolved.root.height;
            unknown = resolved.root.unknown;
        }
        let folds = !parts.is_empty()
            && parts
                .iter()
                .all(|part| matches!(part.operation, Operation::Constant(_)));
        let step = Self {
            operation,
            span,
            size,
            height,
            unknown,
        };
        if !folds {
            return step;
        }
        match step.value(&[]) {
            Ok(value) => Self {
                operation: Operation::Constant(value),
                span,
                size: 1,
                height: 1,
                unknown: false,
            },
            Err(_) => step,
        }
    }

    /// Calls `visit` on every operation, definitions included.
    pub(crate) fn visit(&self, visit: &mut dyn FnMut(&Operation)) {
        visit(&self.operation);
        if let Operation::Defined(resolved) = &self.operation {
            resolved.root.visit(visit);
        }
        for part in self.operation.parts() {
            part.visit(visit);
        }
    }

    fn value(&self, slots: &[Value]) -> Result<Value, Fault> {
        Ok(match &self.operation {
            Operation::Constant(value) => value.clone(),
            Operation::Slot(slot) => match slots.get(*slot) {
                Some(value) => value.clone(),
                None => return Err(self.fault("this variable has no value here", "")),
            },
            Operation::Unknown(_) => {
                return Err(self.fault(
                    "an unknown has no fixed value",
                    "only probabilities may depend on it",
                ));
            }
            Operation::Defined(resolved) => resolved
                .evaluate(slots)
                .map_err(|inner| Fault::Inside(Box::new(inner)))?,
            Operation::Negate(parts) => match parts[0].value(slots)? {
                Value::Int(a) if a != i64::MIN => Value::Int(-a),
                a => Value::from(-&parts[0].rational(&a)?),
            },
            Operation::Arithmetic(operator, parts) => {
                let (a, b) = (parts[0].value(slots)?, parts[1].value(slots)?);
                self.arithmetic(*operator, &a, &b)?
            }
            Operation::Call(function, parts) => self.call(*function, parts, slots)?,
            Operation::Choice(parts) => {
                let chosen = if parts[0].truth(slots)? {
                    &parts[1]
                } else {
                    &parts[2]
                };
                chosen.value(slots)?
            }
            _ => Value::Bool(self.truth(slots)?),
        })
    }

    fn truth(&self, slots: &[Value]) -> Result<bool, Fault> {
        Ok(match &self.operation {
            Operation::Not(parts) => !parts[0].truth(slots)?,
            Operation::And(parts) => parts[0].truth(slots)? && parts[1].truth(slots)?,
            Operation::Or(parts) => parts[0].truth(slots)? || parts[1].truth(slots)?,
            Operation::Implies(parts) => !parts[0].truth(slots)? || parts[1].truth(slots)?,
            Operation::Equal(wanted, parts) => (parts[0].value(slots)? == parts[1].value(slots)?) == *wanted,
            Operation::Compare(operator, parts) => {
                let order = self.order(&parts[0].value(slots)?, &parts[1].value(slots)?)?;
                match operator {
                    BinaryOperator::Less => order.is_lt(),
                    BinaryOperator::LessOrEqual => order.is_le(),
                    BinaryOperator::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }
            }
            Operation::Between(parts) => {
                let x = parts[0].value(slots)?;
                self.order(&parts[1].value(slots)?, &x)?.is_le()
                    && self.order(&x, &parts[2].value(slots)?)?.is_le()
            }
            Operation::Among(parts) => {
                let mut values = parts.iter().map(|part| part.value(slots));
                let first = values.next().transpose()?;
                for value in values {
                    if Some(value?) == first {
                        return Ok(true);
                    }
                }
                false
            }
            _ => match self.value(slots)? {
                Value::Bool(value) => value,
                _ => {
                    return Err(self.fault(
                        "expected a truth value",
                        "the variable has a value of another type",
                    ));
                }
            },
        })
    }

    fn fault(&self, message: &'static str, label: &'static str) -> Fault {
        Fault::At(self.span, message, label)
    }

    /// Returns the number; a slot may hold something else than was declared.
    fn rational(&self, value: &Value) -> Result<Rational, Fault> {
        value
            .to_rational()
            .ok_or_else(|| self.fault("expected a number", "the variable has a value of another type"))
    }

    fn order(&self, a: &Value, b: &Value) -> Result<Ordering, Fault> {
        a.compare(b)
            .ok_or_else(|| self.fault("expected numbers", "a variable has a value of another type"))
    }

    fn arithmetic(&self, operator: BinaryOperator, a: &Value, b: &Value) -> Result<Value, Fault> {
        if let (Value::Int(a), Value::Int(b)) = (a, b) {
            let fast = match operator {
                BinaryOperator::Add => a.checked_add(*b),
                BinaryOperator::Subtract => a.checked_sub(*b),
                BinaryOperator::Multiply => a.checked_mul(*b),
                BinaryOperator::Remainder if *b != 0 => floored_remainder(*a, *b),
                BinaryOperator::Divide if *b != 0 && a.checked_rem(*b) == Some(0) => a.checked_div(*b),
                _ => None,
            };
            if let Some(value) = fast {
                return Ok(Value::Int(value));
            }
        }
        let (a, b) = (self.rational(a)?, self.rational(b)?);
        self.combine(operator, &a, &b).map(Value::from)
    }

    fn combine(&self, operator: BinaryOperator, a: &Rational, b: &Rational) -> Result<Rational, Fault> {
        if bits(a) + bits(b) > BITS_MAX {
            return Err(self.too_large());
        }
        let by_zero = || self.fault("this divides by zero", "the divisor is 0 here");
        Ok(match operator {
            BinaryOperator::Add => a + b,
            BinaryOperator::Subtract => a - b,
            BinaryOperator::Multiply => a * b,
            BinaryOperator::Divide => a.checked_div(b).ok_or_else(by_zero)?,
            _ => {
                let quotient = a.checked_div(b).ok_or_else(by_zero)?.floor();
                a - quotient * b
            }
        })
    }

    fn too_large(&self) -> Fault {
        self.fault("this number is too large", "it has more than 100000 bits")
    }

    fn call(&self, function: Function, parts: &[Step], slots: &[Value]) -> Result<Value, Fault> {
        let mut values = parts.iter().map(|part| part.value(slots));
        let Some(first) = values.next().transpose()? else {
            return Err(self.fault("this function lacks its argument", ""));
        };
        match function {
            Function::Min | Function::Max => {
                let keeps = if function == Function::Min {
                    Ordering::Greater
                } else {
                    Ordering::Less
                };
                let mut best = first;
                for value in values {
                    let value = value?;
                    if self.order(&best, &value)? == keeps {
                        best = value;
                    }
                }
                Ok(best)
            }
            Function::Abs => Ok(match first {
                Value::Int(a) if a != i64::MIN => Value::Int(a.abs()),
                a => Value::from(self.rational(&a)?.abs()),
            }),
            Function::Floor | Function::Ceil => Ok(match first {
                Value::Int(a) => Value::Int(a),
                a if function == Function::Floor => Value::from(self.rational(&a)?.floor()),
                a => Value::from(self.rational(&a)?.ceil()),
            }),
            Function::Mod | Function::Pow => {
                let Some(second) = values.next().transpose()? else {
                    return Err(self.fault("this function lacks its second argument", ""));
                };
                if function == Function::Mod {
                    return self.arithmetic(BinaryOperator::Remainder, &first, &second);
                }
                self.power(&self.rational(&first)?, &second).map(Value::from)
            }
        }
    }

    fn power(&self, base: &Rational, exponent: &Value) -> Result<Rational, Fault> {
        let exponent = match exponent.as_int() {
            Some(exponent) if exponent.abs() <= POWER_MAX => exponent,
            _ => {
                return Err(self.fault(
                    "the exponent of `pow` is a whole number from -1024 to 1024",
                    "this one is not",
                ));
            }
        };
        let times = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if bits(base).saturating_mul(times) > BITS_MAX {
            return Err(self.too_large());
        }
        let power = (0..times).fold(Rational::ONE, |power, _| &power * base);
        if exponent >= 0 {
            return Ok(power);
        }
        Rational::ONE
            .checked_div(&power)
            .ok_or_else(|| self.fault("this divides by zero", "a negative power of 0"))
    }

    fn affine(&self, slots: &[Value]) -> Result<Affine, Fault> {
        if !self.unknown {
            return Ok(Affine::from(self.rational(&self.value(slots)?)?));
        }
        match &self.operation {
            Operation::Unknown(index) => Ok(Affine::unknown(*index)),
            Operation::Defined(resolved) => resolved
                .evaluate_affine(slots)
                .map_err(|inner| Fault::Inside(Box::new(inner))),
            Operation::Negate(parts) => Ok(parts[0].affine(slots)?.times(&Rational::from(-1_i64))),
            Operation::Choice(parts) => {
                let chosen = if parts[0].truth(slots)? {
                    &parts[1]
                } else {
                    &parts[2]
                };
                chosen.affine(slots)
            }
            Operation::Arithmetic(operator, parts) => {
                let (a, b) = (parts[0].affine(slots)?, parts[1].affine(slots)?);
                self.affine_arithmetic(*operator, &a, &b)
            }
            _ => Err(self.fault(
                "this is not affine in the unknowns",
                "an unknown may only be added, subtracted, and multiplied by numbers",
            )),
        }
    }

    fn affine_arithmetic(&self, operator: BinaryOperator, a: &Affine, b: &Affine) -> Result<Affine, Fault> {
        match (operator, a.as_constant(), b.as_constant()) {
            (BinaryOperator::Add, _, _) => Ok(a.plus(&Rational::ONE, b)),
            (BinaryOperator::Subtract, _, _) => Ok(a.plus(&Rational::from(-1_i64), b)),
            (BinaryOperator::Multiply, Some(factor), _) => Ok(b.times(factor)),
            (BinaryOperator::Multiply, _, Some(factor)) => Ok(a.times(factor)),
            (BinaryOperator::Multiply, None, None) => Err(self.fault(
                "a product of two unknowns is not affine",
                "both sides depend on an unknown",
            )),
            (BinaryOperator::Divide, _, Some(divisor)) => match Rational::ONE.checked_div(divisor) {
                Some(factor) => Ok(a.times(&factor)),
                None => Err(self.fault("this divides by zero", "the divisor is 0 here")),
            },
            (_, Some(a), Some(b)) => self.combine(operator, a, b).map(Affine::from),
            _ => Err(self.fault(
                "this is not affine in the unknowns",
                "the divisor depends on an unknown",
            )),
        }
    }
}

impl Resolved {
    /// Returns its value where the variables have these values.
    ///
    /// `&&`, `||`, `=>` and `? :` evaluate only what they need, so `x != 0 && 1 / x > 2` never divides by zero.
    ///
    /// # Errors
    /// Division by zero; a number of more than 100,000 bits; a slot that the slice does not have; an unknown.
    pub fn evaluate(&self, slots: &[Value]) -> Result<Value, Diagnostic> {
        self.root
            .value(slots)
            .map_err(|fault| fault.diagnostic(&self.passage))
    }

    /// Says whether it holds.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and if it is not a truth value.
    pub fn holds(&self, slots: &[Value]) -> Result<bool, Diagnostic> {
        self.root
            .truth(slots)
            .map_err(|fault| fault.diagnostic(&self.passage))
    }

    /// Returns the number it is worth.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and if it is not a number.
    pub fn number(&self, slots: &[Value]) -> Result<Rational, Diagnostic> {
        self.evaluate(slots)?.to_rational().ok_or_else(|| {
            Diagnostic::at(self.place(), format!("expected {}", Type::Number))
                .label(format!("this is {}", self.kind()))
        })
    }

    /// Returns it as an affine function of the unknowns, where the variables have these values.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and where it is not affine: a product of two unknowns, a comparison of one.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::{Binding, Expression, Passage, Rational};
    /// use std::collections::BTreeMap;
    /// let names = BTreeMap::from([("slip".to_owned(), Binding::Unknown(0))]);
    /// let stays = Expression::parse(&Passage::named("then", "1 - slip / 2"))?.resolve(&names)?;
    /// let affine = stays.evaluate_affine(&[])?;
    /// assert_eq!(affine.constant, Rational::ONE);
    /// assert_eq!(affine.coefficients, [(0, Rational::new(-1, 2))]);
    /// # Ok::<(), murphy_notation::Diagnostic>(())
    /// ```
    pub fn evaluate_affine(&self, slots: &[Value]) -> Result<Affine, Diagnostic> {
        self.root
            .affine(slots)
            .map_err(|fault| fault.diagnostic(&self.passage))
    }
}

/// Returns `a - b * floor(a / b)`, or `None` on overflow.
fn floored_remainder(a: i64, b: i64) -> Option<i64> {
    let remainder = a.checked_rem(b)?;
    if remainder != 0 && (remainder < 0) != (b < 0) {
        remainder.checked_add(b)
    } else {
        Some(remainder)
    }
}

/// Returns how many bits numerator and denominator have together, at least.
fn bits(value: &Rational) -> usize {
    match value.as_small() {
        Some((0, _)) => 0,
        Some((numerator, denominator)) => {
            let free = numerator.unsigned_abs().leading_zeros() + denominator.leading_zeros();
            usize::try_from(128_u32.saturating_sub(free)).unwrap_or(128)
        }
        None => value.numerator().bit_len() + value.denominator().bit_len(),
    }
}
