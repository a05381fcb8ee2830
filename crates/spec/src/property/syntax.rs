//! Properties as they are written: expressions, temporal operators, and the operators that ask for probabilities and sums.

use crate::goal::Direction;
use murphy_notation::{BinaryOperator, Expression, Function, Passage, Place, Span};

/// A property with its text.
///
/// # Example
/// ```
/// use murphy_notation::Passage;
/// use murphy_spec::property::{PartKind, Property};
/// let property = Property::parse(&Passage::named("--property", "Pmaxmin=? [ F \"goal\" & x<3 ]"))?;
/// assert!(matches!(property.root.kind, PartKind::Probability(..)));
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Property {
    /// The tree.
    pub root: Part,
    /// The text whose offsets the spans of the tree are.
    pub passage: Passage,
}

impl Property {
    /// Returns where a part of it is written.
    #[must_use]
    pub fn place_of(&self, part: &Part) -> Place {
        self.passage.place(part.span)
    }

    /// Returns all parts, each before the parts that it is made of.
    #[must_use]
    pub fn all_parts(&self) -> Vec<&Part> {
        let mut parts = vec![&self.root];
        let mut next = 0;
        while let Some(part) = parts.get(next).copied() {
            parts.extend(part.parts());
            next += 1;
        }
        parts
    }
}

/// A part of a property.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Which part of the passage it is, the parentheses around it included.
    pub span: Span,
}

impl Part {
    /// Says whether it speaks of paths: it has a temporal operator outside of the questions in it.
    #[must_use]
    pub fn is_temporal(&self) -> bool {
        match &self.kind {
            PartKind::Next(..)
            | PartKind::Eventually(..)
            | PartKind::Globally(..)
            | PartKind::Until(..)
            | PartKind::WeakUntil(..)
            | PartKind::Release(..)
            | PartKind::OnCondition(..)
            | PartKind::Automaton(..) => true,
            PartKind::Not(a) => a.is_temporal(),
            PartKind::Binary(_, a, b) => a.is_temporal() || b.is_temporal(),
            PartKind::Choice(parts) => parts.iter().any(Self::is_temporal),
            _ => false,
        }
    }
}

impl Part {
    /// Returns the parts that it is made of.
    fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            PartKind::Plain(_) | PartKind::Reference(_) => Vec::new(),
            PartKind::Not(a)
            | PartKind::Negate(a)
            | PartKind::Next(_, a)
            | PartKind::Eventually(_, a)
            | PartKind::Globally(_, a)
            | PartKind::EveryPath(a)
            | PartKind::SomePath(a) => vec![a],
            PartKind::Binary(_, a, b)
            | PartKind::Until(_, a, b)
            | PartKind::WeakUntil(_, a, b)
            | PartKind::Release(_, a, b)
            | PartKind::OnCondition(a, b) => vec![a, b],
            PartKind::Choice(parts) => parts.iter().collect(),
            PartKind::Call(_, parts) | PartKind::Several(parts) => parts.iter().collect(),
            PartKind::Automaton(automaton) => automaton.propositions.iter().map(|(_, part)| part).collect(),
            PartKind::Probability(question, a) | PartKind::LongRun(question, a) => {
                question.state.as_deref().into_iter().chain([&**a]).collect()
            }
            PartKind::Expected(question, _, sum) => {
                let until = match &**sum {
                    Accumulation::Until(part) => Some(part),
                    _ => None,
                };
                question.state.as_deref().into_iter().chain(until).collect()
            }
            PartKind::Filter(_, a, states) => [&**a].into_iter().chain(states.as_deref()).collect(),
        }
    }
}

/// What a part of a property is.
#[derive(Clone, Debug)]
pub enum PartKind {
    /// An expression of variables, constants and labels with no other kind of part in it. Labels stand in it as names in quotes.
    Plain(Expression),
    /// `!a`
    Not(Box<Part>),
    /// `-a`
    Negate(Box<Part>),
    /// `a & b`, `a = b`, `a + b` and the like.
    Binary(BinaryOperator, Box<Part>, Box<Part>),
    /// `condition ? then : otherwise`
    Choice(Box<[Part; 3]>),
    /// `min(a, b)` and the like.
    Call(Function, Vec<Part>),
    /// `X a`
    Next(Window, Box<Part>),
    /// `F a`
    Eventually(Window, Box<Part>),
    /// `G a`
    Globally(Window, Box<Part>),
    /// `a U b`
    Until(Window, Box<Part>, Box<Part>),
    /// `a W b`
    WeakUntil(Window, Box<Part>, Box<Part>),
    /// `a R b`
    Release(Window, Box<Part>, Box<Part>),
    /// `a || b`: that `a` is so, given that `b` is.
    OnCondition(Box<Part>, Box<Part>),
    /// `HOA: {"file.hoa", "a" <- x=1}`
    Automaton(Automaton),
    /// `P=? [ … ]`
    Probability(Question, Box<Part>),
    /// `R{"name"}=? [ … ]`
    Expected(Question, Reward, Box<Accumulation>),
    /// `S=? [ … ]`
    LongRun(Question, Box<Part>),
    /// `A [ … ]`: on every path.
    EveryPath(Box<Part>),
    /// `E [ … ]`: on some path.
    SomePath(Box<Part>),
    /// `filter(…)`
    Filter(Filter, Box<Part>, Option<Box<Part>>),
    /// `multi(…)`
    Several(Vec<Part>),
    /// The name of another property of the same file.
    Reference(String),
}

/// An automaton in a file of its own, in the place of a path formula.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// The file.
    pub file: String,
    /// Where its name is written.
    pub place: Span,
    /// What its propositions are; those that are not here are labels.
    pub propositions: Vec<(String, Part)>,
}

/// Which steps a temporal operator looks at, counted from the present: from `from`, if written, to `to`, if written.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// `>=k`, `>k`, or the first number of `[a,b]`.
    pub from: Option<Limit>,
    /// `<=k`, `<k`, or the second number of `[a,b]`.
    pub to: Option<Limit>,
}

impl Window {
    /// Says whether no bound is written.
    #[must_use]
    pub fn is_unbounded(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// One end of a [`Window`].
#[derive(Clone, Debug)]
pub struct Limit {
    /// The number written.
    pub number: Expression,
    /// Whether the number itself is left out, as by `<` and `>`.
    pub strict: bool,
}

/// Who optimises which way, and what is asked: the `maxmin=?` of `Pmaxmin=?`.
#[derive(Clone, Debug)]
pub struct Question {
    /// None, one, or two: of the policy first, then of Nature.
    pub directions: Vec<Direction>,
    /// A comparison, or nothing where the value is asked for.
    pub threshold: Option<Threshold>,
    /// The state in braces at the end of the brackets, an old way of writing `filter(state, …)`.
    pub state: Option<Box<Part>>,
}

/// `>= 0.5` and the like.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// The sign.
    pub comparison: Comparison,
    /// The number compared with.
    pub number: Expression,
}

/// The sign of a [`Threshold`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Says whether it bounds from below.
    #[must_use]
    pub fn is_lower(self) -> bool {
        matches!(self, Self::Greater | Self::GreaterOrEqual)
    }
}

/// Which quantity is summed.
#[derive(Clone, Debug)]
pub enum Reward {
    /// The first one.
    First,
    /// The one of this name, and where the name is written.
    Named(String, Span),
    /// The one of this number, counted from one.
    Numbered(Expression),
}

/// How long a quantity is summed.
#[derive(Clone, Debug)]
pub enum Accumulation {
    /// `C`, for ever; perhaps with a discount.
    Total(Option<Expression>),
    /// `C<=k`; perhaps with a discount.
    Steps(Limit, Option<Expression>),
    /// `I=k`: what the state after `k` steps is worth.
    At(Expression),
    /// `S`: on average over a long time.
    LongRun,
    /// Until a formula is satisfied.
    Until(Part),
}

/// How the values of several states become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The sum.
    Sum,
    /// The mean.
    Mean,
    /// How many satisfy it.
    Count,
    /// That of the first state.
    First,
    /// The least and the greatest.
    Range,
    /// Whether all satisfy it.
    All,
    /// Whether some state satisfies it.
    Some,
    /// That of the only state.
    State,
    /// The states where it is least.
    LeastStates,
    /// The states where it is greatest.
    GreatestStates,
    /// All of them, printed.
    Print,
}
