//! Expressions compiled to typed nodes over the values of variables.
//!
//! Parts without variables are worked out once. Whole numbers have 64 bits and overflow is a fault; all other numbers
//! are exact, except logarithms and roots that no fraction equals, which [`Code::inexact`] reports.

use super::expression::{Comparison, Kind};
use murphy_notation::{Rational, Span};
use std::cell::Cell;

/// A node of a [`Code`].
pub(crate) type Id = u32;

/// The most nodes.
const NODES_MAX: usize = 4_000_000;
/// The most operators that one expression may expand to, counting shared parts as often as they are used.
const WEIGHT_MAX: u32 = 1_000_000;
/// The deepest nesting, formulas included.
const DEPTH_MAX: u16 = 600;

/// A stretch of the list of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct List {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    // Truth values.
    Truth(bool),
    Flag(u32),
    Not(Id),
    All(List),
    Any(List),
    Iff(Id, Id),
    /// A variable against a constant: by far the most frequent comparison.
    Holds(Comparison, u32, i64),
    CompareInt(Comparison, Id, Id),
    Compare(Comparison, Id, Id),
    // Whole numbers.
    Int(i64),
    Variable(u32),
    NegateInt(Id),
    SumInt(List, List),
    ProductInt(Id, Id),
    LeastInt(List),
    GreatestInt(List),
    PowerInt(Id, Id),
    Modulo(Id, Id),
    Floor(Id),
    Ceil(Id),
    Round(Id),
    /// A number that must be whole.
    Exactly(Id),
    // Any numbers.
    Number(u32),
    Whole(Id),
    Negate(Id),
    Sum(List, List),
    Product(Id, Id),
    Quotient(Id, Id),
    Least(List),
    Greatest(List),
    Power(Id, Id),
    Logarithm(Id, Id),
    // Any type: condition, value, condition, value, ..., value otherwise.
    Case(Kind, List),
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Overflow,
    TooLarge,
    DivisionByZero,
    Modulus,
    NegativeExponent,
    NotWhole,
    NoPower,
    NoLogarithm,
    /// A node of another type: a mistake of the compiler, never of its input.
    Type,
}

/// An expression without a value, and the part that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: Id,
    pub(crate) reason: Reason,
}

impl Reason {
    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Overflow => "the whole number has more than 64 bits",
            Self::TooLarge => "the exact number has too many digits",
            Self::DivisionByZero => "division by zero",
            Self::Modulus => "the second argument of `mod` is not positive",
            Self::NegativeExponent => "a power of whole numbers with a negative exponent is not whole",
            Self::NotWhole => "the number must be whole, but is not",
            Self::NoPower => "the power is not a real number",
            Self::NoLogarithm => "the logarithm is not a real number",
            Self::Type => "the expression has another type than its context",
        }
    }
}

/// Why a node cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overgrown {
    Deep,
    Heavy,
    Many,
}

impl Overgrown {
    pub(crate) fn message(self) -> String {
        match self {
            Self::Deep => {
                format!("with its formulas written out, the expression nests more than {DEPTH_MAX} levels")
            }
            Self::Heavy => {
                format!("with its formulas written out, the expression has more than {WEIGHT_MAX} operators")
            }
            Self::Many => format!("the model has more than {NODES_MAX} operators"),
        }
    }
}

/// What is known of a node beside what it computes.
#[derive(Clone, Copy, Debug)]
struct About {
    span: Span,
    weight: u32,
    depth: u16,
    /// Whether it reads a variable.
    open: bool,
}

/// All compiled expressions of a model.
#[derive(Debug, Default)]
pub(crate) struct Code {
    pub(crate) nodes: Vec<Node>,
    about: Vec<About>,
    operands: Vec<Id>,
    numbers: Vec<Rational>,
    inexact: Cell<bool>,
}

impl Code {
    /// Says whether some value had to be rounded.
    pub(crate) fn inexact(&self) -> bool {
        self.inexact.get()
    }

    pub(crate) fn round(&self) {
        self.inexact.set(true);
    }

    pub(crate) fn node(&self, id: Id) -> Node {
        self.nodes.get(id as usize).copied().unwrap_or(Node::Truth(false))
    }

    pub(crate) fn span(&self, id: Id) -> Span {
        self.about
            .get(id as usize)
            .map(|about| about.span)
            .unwrap_or_default()
    }

    /// Says whether the value depends on variables.
    pub(crate) fn is_open(&self, id: Id) -> bool {
        self.about.get(id as usize).is_some_and(|about| about.open)
    }

    pub(crate) fn operands(&self, list: List) -> &[Id] {
        let start = list.start as usize;
        self.operands
            .get(start..start + list.length as usize)
            .unwrap_or(&[])
    }

    pub(crate) fn number_at(&self, index: u32) -> Rational {
        self.numbers.get(index as usize).cloned().unwrap_or_default()
    }

    /// Returns the type of a node's value.
    pub(crate) fn kind(&self, id: Id) -> Kind {
        match self.node(id) {
            Node::Truth(_)
            | Node::Flag(_)
            | Node::Not(_)
            | Node::All(_)
            | Node::Any(_)
            | Node::Iff(..)
            | Node::Holds(..)
            | Node::CompareInt(..)
            | Node::Compare(..) => Kind::Bool,
            Node::Int(_)
            | Node::Variable(_)
            | Node::NegateInt(_)
            | Node::SumInt(..)
            | Node::ProductInt(..)
            | Node::LeastInt(_)
            | Node::GreatestInt(_)
            | Node::PowerInt(..)
            | Node::Modulo(..)
            | Node::Floor(_)
            | Node::Ceil(_)
            | Node::Round(_)
            | Node::Exactly(_) => Kind::Int,
            Node::Case(kind, _) => kind,
            _ => Kind::Double,
        }
    }

    /// Returns the truth value of a node that is one written out.
    pub(crate) fn known_truth(&self, id: Id) -> Option<bool> {
        match self.node(id) {
            Node::Truth(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn list(&mut self, operands: &[Id]) -> List {
        let start = u32::try_from(self.operands.len()).unwrap_or(u32::MAX);
        self.operands.extend_from_slice(operands);
        List {
            start,
            length: u32::try_from(operands.len()).unwrap_or(0),
        }
    }

    /// Adds a number written out.
    pub(crate) fn number(&mut self, value: Rational, span: Span) -> Result<Id, Overgrown> {
        let index = u32::try_from(self.numbers.len()).map_err(|_| Overgrown::Many)?;
        self.numbers.push(value);
        self.add(Node::Number(index), span)
    }

    /// Adds a node, or its value if it reads no variable and has one.
    pub(crate) fn add(&mut self, node: Node, span: Span) -> Result<Id, Overgrown> {
        let parts = self.parts(node);
        let mut about = About {
            span,
            weight: 1,
            depth: 1,
            open: matches!(node, Node::Flag(_) | Node::Variable(_) | Node::Holds(..)),
        };
        for part in &parts {
            if let Some(of) = self.about.get(*part as usize) {
                about.weight = about.weight.saturating_add(of.weight);
                about.depth = about.depth.max(of.depth.saturating_add(1));
                about.open |= of.open;
            }
        }
        if about.depth > DEPTH_MAX {
            return Err(Overgrown::Deep);
        }
        if about.weight > WEIGHT_MAX {
            return Err(Overgrown::Heavy);
        }
        if self.nodes.len() >= NODES_MAX || self.operands.len() >= NODES_MAX {
            return Err(Overgrown::Many);
        }
        let id = u32::try_from(self.nodes.len()).map_err(|_| Overgrown::Many)?;
        self.nodes.push(node);
        self.about.push(about);
        if !about.open && !parts.is_empty() {
            self.settle(id);
        }
        Ok(id)
    }

    /// Writes the value in place of the node; a node without a value stays, in case nobody asks for it.
    fn settle(&mut self, id: Id) {
        let settled = match self.kind(id) {
            Kind::Bool => self.truth(id, &[]).ok().map(Node::Truth),
            Kind::Int => self.int(id, &[]).ok().map(Node::Int),
            Kind::Double => self.rational(id, &[]).ok().and_then(|value| {
                let index = u32::try_from(self.numbers.len()).ok()?;
                self.numbers.push(value);
                Some(Node::Number(index))
            }),
        };
        let at = id as usize;
        if let (Some(node), Some(slot), Some(about)) =
            (settled, self.nodes.get_mut(at), self.about.get_mut(at))
        {
            *slot = node;
            about.weight = 1;
            about.depth = 1;
        }
    }

    pub(crate) fn parts(&self, node: Node) -> Vec<Id> {
        match node {
            Node::Truth(_)
            | Node::Flag(_)
            | Node::Holds(..)
            | Node::Int(_)
            | Node::Variable(_)
            | Node::Number(_) => Vec::new(),
            Node::Not(a)
            | Node::NegateInt(a)
            | Node::Floor(a)
            | Node::Ceil(a)
            | Node::Round(a)
            | Node::Exactly(a)
            | Node::Whole(a)
            | Node::Negate(a) => vec![a],
            Node::Iff(a, b)
            | Node::CompareInt(_, a, b)
            | Node::Compare(_, a, b)
            | Node::ProductInt(a, b)
            | Node::PowerInt(a, b)
            | Node::Modulo(a, b)
            | Node::Product(a, b)
            | Node::Quotient(a, b)
            | Node::Power(a, b)
            | Node::Logarithm(a, b) => vec![a, b],
            Node::All(list)
            | Node::Any(list)
            | Node::LeastInt(list)
            | Node::GreatestInt(list)
            | Node::Least(list)
            | Node::Greatest(list)
            | Node::Case(_, list) => self.operands(list).to_vec(),
            Node::SumInt(plus, minus) | Node::Sum(plus, minus) => {
                [self.operands(plus), self.operands(minus)].concat()
            }
        }
    }
}
