//! What a PRISM model says, as it is written.

use murphy_notation::{Rational, Source, Span};
use std::sync::Arc;

/// The deepest nesting of an expression.
pub(super) const DEPTH_MAX: u16 = 250;

/// A name with its place.
#[derive(Clone, Debug)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) span: Span,
}

/// An expression. Its depth never exceeds [`DEPTH_MAX`].
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: ExprKind,
    pub(super) span: Span,
    pub(super) depth: u16,
}

#[derive(Clone, Debug)]
pub(super) enum ExprKind {
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
    /// `c1 ? a1 : c2 ? a2 : b`: cases in order, and what holds otherwise.
    Case(Vec<(Expr, Expr)>, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    /// Says whether two things so ordered compare like this.
    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
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
    pub(super) fn turned(self) -> Self {
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
pub(super) enum Function {
    Min,
    Max,
    Floor,
    Ceil,
    Round,
    Pow,
    Mod,
    Log,
}

impl Function {
    /// Returns the function of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
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
    pub(super) fn takes(self, count: usize) -> bool {
        match self {
            Self::Min | Self::Max => count >= 1,
            Self::Floor | Self::Ceil | Self::Round => count == 1,
            Self::Pow | Self::Mod | Self::Log => count == 2,
        }
    }
}

/// The type of an expression, a constant or a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Int,
    Double,
}

impl Kind {
    /// Returns what an expression of this type is called.
    pub(super) fn phrase(self) -> &'static str {
        match self {
            Self::Bool => "a truth value",
            Self::Int => "a whole number",
            Self::Double => "a number that need not be whole",
        }
    }

    /// Returns what an expression must be where this type is wanted.
    pub(super) fn wish(self) -> &'static str {
        match self {
            Self::Double => "a number",
            other => other.phrase(),
        }
    }
}

/// `const int N = 3;`, or `const int N;`.
#[derive(Clone, Debug)]
pub(super) struct Constant {
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) value: Option<Expr>,
}

/// `formula f = ...;` or `label "f" = ...;`.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) name: Name,
    pub(super) value: Expr,
}

/// The values a variable ranges over.
#[derive(Clone, Debug)]
pub(super) enum Range {
    Bool,
    Between(Box<[Expr; 2]>),
    /// `x : int;`
    Int,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub(super) name: Name,
    pub(super) range: Range,
    pub(super) initial: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(super) enum Probability {
    One,
    Exactly(Expr),
    Between(Box<[Expr; 2]>),
}

/// `p : (x'=1) & (y'=2)`.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) probability: Probability,
    pub(super) assignments: Vec<(Name, Expr)>,
    pub(super) span: Span,
}

/// `[a] guard -> branch + branch;`.
#[derive(Clone, Debug)]
pub(super) struct Command {
    pub(super) action: Option<Name>,
    pub(super) guard: Expr,
    pub(super) branches: Vec<Branch>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    Written {
        variables: Vec<Variable>,
        commands: Vec<Command>,
    },
    /// `module b = a [x=y]`: the module copied, and old names with new ones.
    Renamed { base: Name, pairs: Vec<(Name, Name)> },
}

#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) name: Name,
    pub(super) body: Body,
}

#[derive(Clone, Debug)]
pub(super) enum Occasion {
    /// While in the state.
    State,
    /// When a choice with this action, or without any, is taken.
    Choice(Option<Name>),
}

#[derive(Clone, Debug)]
pub(super) struct RewardItem {
    pub(super) occasion: Occasion,
    pub(super) guard: Expr,
    pub(super) value: Expr,
}

#[derive(Clone, Debug)]
pub(super) struct Rewards {
    pub(super) name: Option<Name>,
    pub(super) items: Vec<RewardItem>,
    pub(super) span: Span,
}

/// How modules run together.
#[derive(Clone, Debug)]
pub(super) enum System {
    Module(Name),
    /// `||`: together on every action that both know.
    Full(Vec<System>),
    /// `|||`: never together.
    Interleaved(Vec<System>),
    /// `|[a, b]|`: together on these actions.
    On(Box<[System; 2]>, Vec<Name>),
    /// `/ {a, b}`: these actions become nameless.
    Hidden(Box<System>, Vec<Name>),
    /// `{a <- b}`: `a` is called `b` outside.
    Renamed(Box<System>, Vec<(Name, Name)>),
}

/// The kinds of model that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModelType {
    Dtmc,
    Mdp,
    Pomdp,
}

/// A PRISM model as it is written: read, but with its constants open.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) source: Arc<Source>,
    pub(super) model_type: Option<(ModelType, Span)>,
    pub(super) constants: Vec<Constant>,
    pub(super) formulas: Vec<Definition>,
    pub(super) labels: Vec<Definition>,
    pub(super) globals: Vec<Variable>,
    pub(super) modules: Vec<Module>,
    pub(super) rewards: Vec<Rewards>,
    pub(super) initial: Option<Expr>,
    pub(super) system: Option<(System, Span)>,
    pub(super) observables: Vec<Definition>,
}
