//! Expressions, and the constants and formulas they may name, as they are written.

use murphy_notation::{Rational, Source, Span};
use std::sync::Arc;

/// The deepest nesting of an expression.
pub(crate) const DEPTH_MAX: u16 = 250;

/// A name with its place.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// An expression. Its depth never exceeds [`DEPTH_MAX`].
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
    pub(crate) depth: u16,
}

impl Expr {
    /// Visits the expression and all its parts; its depth is bounded.
    pub(crate) fn visit<'e>(&'e self, visitor: &mut impl FnMut(&'e Expr)) {
        visitor(self);
        match &self.kind {
            ExprKind::Truth(_) | ExprKind::Whole(_) | ExprKind::Number(_) | ExprKind::Name(_) => {}
            ExprKind::Not(part) | ExprKind::Negate(part) => part.visit(visitor),
            ExprKind::All(parts)
            | ExprKind::Any(parts)
            | ExprKind::Call(_, parts)
            | ExprKind::Apply(_, parts) => parts.iter().for_each(|part| part.visit(visitor)),
            ExprKind::Implies(sides)
            | ExprKind::Iff(sides)
            | ExprKind::Compare(_, sides)
            | ExprKind::Product(sides)
            | ExprKind::Quotient(sides) => sides.iter().for_each(|side| side.visit(visitor)),
            ExprKind::Sum(terms) => terms.iter().for_each(|(_, term)| term.visit(visitor)),
            ExprKind::Case(cases, otherwise) => {
                for (condition, value) in cases {
                    condition.visit(visitor);
                    value.visit(visitor);
                }
                otherwise.visit(visitor);
            }
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Truth(bool),
    Whole(i64),
    Number(Rational),
    Name(String),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
    Implies(Box<[Expr; 2]>),
    Iff(Box<[Expr; 2]>),
    Compare(Comparison, Box<[Expr; 2]>),
    /// Terms, each added or, if flagged, taken away.
    Sum(Vec<(bool, Expr)>),
    Product(Box<[Expr; 2]>),
    Quotient(Box<[Expr; 2]>),
    Call(Function, Vec<Expr>),
    /// A function that the model defines.
    Apply(String, Vec<Expr>),
    /// `c1 ? a1 : c2 ? a2 : b`: cases in order, and what holds otherwise.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    /// Says whether two things so ordered compare like this.
    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    /// Returns the comparison with its sides exchanged.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Min,
    Max,
    Floor,
    Ceil,
    Round,
    Pow,
    Mod,
    Log,
    /// The absolute value, which PRISM does not have.
    Abs,
    /// The sign, which PRISM does not have.
    Sign,
}

impl Function {
    /// Returns the function of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "max" => Self::Max,
            "floor" => Self::Floor,
            "ceil" => Self::Ceil,
            "round" => Self::Round,
            "pow" => Self::Pow,
            "mod" => Self::Mod,
            "log" => Self::Log,
            _ => return None,
        })
    }

    /// Says whether it takes this many arguments.
    pub(crate) fn takes(self, count: usize) -> bool {
        match self {
            Self::Min | Self::Max => count >= 1,
            Self::Floor | Self::Ceil | Self::Round | Self::Abs | Self::Sign => count == 1,
            Self::Pow | Self::Mod | Self::Log => count == 2,
        }
    }
}

/// The type of an expression, a constant or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Double,
}

impl Kind {
    /// Returns what an expression of this type is called.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Bool => "a truth value",
            Self::Int => "a whole number",
            Self::Double => "a number that need not be whole",
        }
    }

    /// Returns what an expression must be where this type is wanted.
    pub(crate) fn wish(self) -> &'static str {
        match self {
            Self::Double => "a number",
            other => other.phrase(),
        }
    }
}

/// `const int N = 3;`, or `const int N;`.
#[derive(Clone, Debug)]
pub(crate) struct Constant {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
    pub(crate) value: Option<Expr>,
}

/// `formula f = ...;` or `label "f" = ...;`.
#[derive(Clone, Debug)]
pub(crate) struct Definition {
    pub(crate) name: Name,
    pub(crate) value: Expr,
}

/// A function that the model defines.
#[derive(Clone, Debug)]
pub(crate) struct FunctionDefinition {
    pub(crate) name: Name,
    pub(crate) parameters: Vec<(Name, Kind)>,
    pub(crate) result: Kind,
    pub(crate) body: Expr,
}

/// What expressions may name beside variables.
#[derive(Clone, Debug)]
pub(crate) struct Definitions {
    /// The text that all spans are parts of.
    pub(crate) source: Arc<Source>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) formulas: Vec<Definition>,
    pub(crate) functions: Vec<FunctionDefinition>,
}

impl Definitions {
    pub(crate) fn new(source: &Arc<Source>) -> Self {
        Self {
            source: Arc::clone(source),
            constants: Vec::new(),
            formulas: Vec::new(),
            functions: Vec::new(),
        }
    }
}
