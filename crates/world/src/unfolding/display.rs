//! Expressions written out, for people to read.

use super::expression::{Comparison, Expr, ExprKind, Function};
use std::fmt::{self, Display as _};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Truth(value) => write!(f, "{value}"),
            ExprKind::Whole(value) => write!(f, "{value}"),
            ExprKind::Number(value) => write!(f, "{value}"),
            ExprKind::Name(name) => f.write_str(name),
            ExprKind::Not(part) => write!(f, "!{}", Operand(part)),
            ExprKind::Negate(part) => write!(f, "-{}", Operand(part)),
            ExprKind::All(parts) => joined(f, parts, "&"),
            ExprKind::Any(parts) => joined(f, parts, "|"),
            ExprKind::Implies(sides) => joined(f, sides.as_slice(), "=>"),
            ExprKind::Iff(sides) => joined(f, sides.as_slice(), "<=>"),
            ExprKind::Compare(comparison, sides) => {
                write!(f, "{}{comparison}{}", Operand(&sides[0]), Operand(&sides[1]))
            }
            ExprKind::Sum(terms) => {
                for (index, (minus, term)) in terms.iter().enumerate() {
                    let sign = match (minus, index) {
                        (true, _) => "-",
                        (false, 0) => "",
                        (false, _) => "+",
                    };
                    write!(f, "{sign}{}", Operand(term))?;
                }
                Ok(())
            }
            ExprKind::Product(sides) => write!(f, "{}*{}", Operand(&sides[0]), Operand(&sides[1])),
            ExprKind::Quotient(sides) => write!(f, "{}/{}", Operand(&sides[0]), Operand(&sides[1])),
            ExprKind::Call(function, parts) => call(f, &function.to_string(), parts),
            ExprKind::Apply(name, parts) => call(f, name, parts),
            ExprKind::Case(cases, otherwise) => {
                for (condition, value) in cases {
                    write!(f, "{} ? {} : ", Operand(condition), Operand(value))?;
                }
                write!(f, "{}", Operand(otherwise))
            }
        }
    }
}

/// A part, in brackets where it would be torn apart otherwise.
struct Operand<'a>(&'a Expr);

impl fmt::Display for Operand<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExprKind::Truth(_)
            | ExprKind::Whole(_)
            | ExprKind::Name(_)
            | ExprKind::Call(..)
            | ExprKind::Apply(..)
            | ExprKind::Not(_) => self.0.fmt(f),
            _ => write!(f, "({})", self.0),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], sign: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            write!(f, " {sign} ")?;
        }
        match part.kind {
            ExprKind::Compare(..) => part.fmt(f)?,
            _ => Operand(part).fmt(f)?,
        }
    }
    Ok(())
}

fn call(f: &mut fmt::Formatter<'_>, name: &str, parts: &[Expr]) -> fmt::Result {
    write!(f, "{name}(")?;
    for (index, part) in parts.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        write!(f, "{separator}{part}")?;
    }
    f.write_str(")")
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Round => "round",
            Self::Pow => "pow",
            Self::Mod => "mod",
            Self::Log => "log",
            Self::Abs => "abs",
            Self::Sign => "sgn",
        })
    }
}
