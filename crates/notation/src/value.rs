//! The values of expressions: truth values, numbers, and the symbols of enumerated variables.

use crate::rational::Rational;
use std::cmp::Ordering;
use std::fmt;

/// What an expression or a variable can be worth.
///
/// The invariant: a whole number that fits into 64 bits is an `Int`, so equality of values is equality of numbers. Build
/// numbers with `Value::from`.
///
/// # Example
/// ```
/// use murphy_notation::{Rational, Value};
/// assert_eq!(Value::from(Rational::new(6, 3)), Value::Int(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// Any other number.
    Number(Rational),
    /// One of the names an enumerated variable ranges over; who resolves the names deals the numbers out.
    Symbol(u32),
}

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// True or false.
    Bool,
    /// Any number, whole or not.
    Number,
    /// A symbol of an enumerated variable; only equality is defined.
    Symbol,
}

impl Value {
    /// Returns its type.
    #[must_use]
    pub fn kind(&self) -> Type {
        match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) | Self::Number(_) => Type::Number,
            Self::Symbol(_) => Type::Symbol,
        }
    }

    /// Returns the truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the whole number, if it is one that fits.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the number, if it is one.
    #[must_use]
    pub fn to_rational(&self) -> Option<Rational> {
        match self {
            Self::Int(value) => Some(Rational::from(*value)),
            Self::Number(value) => Some(value.clone()),
            Self::Bool(_) | Self::Symbol(_) => None,
        }
    }

    /// Compares two numbers; `None` if either is not a number.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            _ => Some(self.to_rational()?.cmp(&other.to_rational()?)),
        }
    }
}

impl Type {
    /// Returns what several of them are called.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Bool => "truth values",
            Self::Number => "numbers",
            Self::Symbol => "symbols",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<Rational> for Value {
    fn from(value: Rational) -> Self {
        value.to_i64().map_or(Self::Number(value), Self::Int)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Symbol(value) => write!(f, "symbol {value}"),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a truth value",
            Self::Number => "a number",
            Self::Symbol => "a symbol",
        })
    }
}
