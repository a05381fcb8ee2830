//! Expressions over variables as they are written: the syntax tree with places.
//!
//! | written | means |
//! | --- | --- |
//! | `2`, `0.25`, `1e-6` | numbers, read exactly |
//! | `true`, `false` | truth values |
//! | `robot.x`, `"robot.x"` | a name; in quotes it may hold any character |
//! | `+ - * / %` | exact arithmetic; `5 / 2` is 2½, `a % b` has the sign of `b` |
//! | `== != < <= > >=` | comparisons; `=` is read as `==`; they do not chain |
//! | `! && \|\| => <=>` | also `& \| not and or` |
//! | `c ? a : b` | `a` where `c` holds, else `b` |
//! | `x in 1..5` | `1 <= x && x <= 5`: **both ends are included** |
//! | `x in {red, green}` | equal to one of them |
//! | `min max abs floor ceil mod pow` | functions |
//!
//! From loose to tight: `? :`, `<=>`, `=>`, `||`, `&&`, `!`, `== !=`, `< <= > >= in`, `+ -`, `* / %`, unary `-`. `!` before a
//! comparison negates the comparison: `!x == 3` is `x != 3`.

use crate::diagnostic::Diagnostic;
use crate::document::{Kind, Node};
use crate::parser::Parser;
use crate::passage::Passage;
use crate::rational::Rational;
use crate::source::{Place, Span};

/// An expression as it is written, its names not yet looked up.
///
/// # Example
/// ```
/// use murphy_notation::{Binding, Expression, Passage, Type, Value};
/// use std::collections::BTreeMap;
/// let expression = Expression::parse(&Passage::named("label", "robot.x in 1..5 && !lava"))?;
/// let names = BTreeMap::from([
///     ("robot.x".to_owned(), Binding::Variable { slot: 0, kind: Type::Number }),
///     ("lava".to_owned(), Binding::Variable { slot: 1, kind: Type::Bool }),
/// ]);
/// let resolved = expression.resolve(&names)?;
/// assert_eq!(resolved.evaluate(&[Value::Int(5), Value::Bool(false)])?, Value::Bool(true));
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Expression {
    /// The tree.
    pub root: Term,
    /// The text whose offsets the spans of the tree are.
    pub passage: Passage,
}

/// Two expressions with `..` between them, both included; a single expression is both.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// The lower end.
    pub low: Expression,
    /// The upper end.
    pub high: Expression,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is.
    pub kind: TermKind,
    /// Which part of the passage it is, the parentheses around it included.
    pub span: Span,
    height: usize,
}

/// What a part of an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// A number.
    Number(Rational),
    /// A truth value.
    Bool(bool),
    /// A name, bare or in quotes.
    Name(String),
    /// `-a` or `!a`.
    Unary(UnaryOperator, Box<Term>),
    /// `a + b`, `a && b`, `a < b` and the like.
    Binary(BinaryOperator, Box<Term>, Box<Term>),
    /// `condition ? then : otherwise`.
    Choice(Box<[Term; 3]>),
    /// `x in low..high`, both ends included.
    Between(Box<[Term; 3]>),
    /// `x in {a, b}`.
    Among(Box<Term>, Vec<Term>),
    /// `min(a, b)`.
    Call(Function, Vec<Term>),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, exact
    Divide,
    /// `%`, with the sign of the divisor
    Remainder,
    /// `==`
    Equal,
    /// `!=`
    Differs,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `=>`
    Implies,
    /// `<=>`
    Iff,
}

/// A function of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The least of its arguments.
    Min,
    /// The greatest of its arguments.
    Max,
    /// The absolute value.
    Abs,
    /// The greatest whole number that is not greater.
    Floor,
    /// The least whole number that is not less.
    Ceil,
    /// `mod(a, b)` is `a % b`.
    Mod,
    /// `pow(a, n)`: a power with a whole exponent from -1024 to 1024.
    Pow,
}

impl BinaryOperator {
    /// Returns how it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Equal => "==",
            Self::Differs => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::And => "&&",
            Self::Or => "||",
            Self::Implies => "=>",
            Self::Iff => "<=>",
        }
    }
}

impl Function {
    /// Returns how it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Abs => "abs",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Mod => "mod",
            Self::Pow => "pow",
        }
    }
}

impl Term {
    /// Returns a term.
    #[must_use]
    pub fn new(kind: TermKind, span: Span) -> Self {
        let highest = |terms: &[Self]| terms.iter().map(|term| term.height).max().unwrap_or_default();
        let below = match &kind {
            TermKind::Number(_) | TermKind::Bool(_) | TermKind::Name(_) => 0,
            TermKind::Unary(_, a) => a.height,
            TermKind::Binary(_, a, b) => a.height.max(b.height),
            TermKind::Choice(parts) | TermKind::Between(parts) => highest(&**parts),
            TermKind::Among(a, items) => a.height.max(highest(items)),
            TermKind::Call(_, items) => highest(items),
        };
        Self {
            kind,
            span,
            height: below + 1,
        }
    }

    /// Returns the number of terms on the longest way down.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }
}

impl Expression {
    /// The longest expression, in bytes.
    pub const BYTES_MAX: usize = 1 << 16;
    /// How deep brackets and operators before an operand may be nested.
    pub const DEPTH_MAX: usize = 64;
    /// How many operators may hang on each other, as in `1 - 1 - 1 - …`; lists of `&&` and `||` are not so limited.
    pub const HEIGHT_MAX: usize = 256;

    /// Reads an expression.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(passage: &Passage) -> Result<Self, Diagnostic> {
        let mut parser = Parser::new(passage, &[])?;
        let expression = parser.expression()?;
        parser.finish()?;
        Ok(expression)
    }

    /// Returns the expression that a plain number or truth value in a document is.
    pub(crate) fn constant(node: &Node) -> Result<Self, Diagnostic> {
        let kind = match &node.kind {
            Kind::Number(value) => TermKind::Number(value.clone()),
            Kind::Bool(value) => TermKind::Bool(*value),
            _ => return Err(node.error("expected a number")),
        };
        Ok(Self::at(kind, node))
    }

    fn at(kind: TermKind, node: &Node) -> Self {
        let passage = Passage::verbatim(&node.place);
        let span = Span::new(0, passage.as_str().len());
        Self {
            root: Term::new(kind, span),
            passage,
        }
    }

    /// Returns where all of it is written.
    #[must_use]
    pub fn place(&self) -> Place {
        self.passage.place(self.root.span)
    }

    /// Returns where a part of it is written.
    #[must_use]
    pub fn place_of(&self, term: &Term) -> Place {
        self.passage.place(term.span)
    }

    /// Returns the text of it, as written.
    #[must_use]
    pub fn text(&self) -> &str {
        let span = self.root.span;
        self.passage
            .as_str()
            .get(span.start..span.end)
            .unwrap_or_default()
    }

    /// Returns the name, if the expression is nothing but a name (a label, say).
    #[must_use]
    pub fn as_name(&self) -> Option<&str> {
        match &self.root.kind {
            TermKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Returns every name in it with its place, in the order written, repeats included.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, Place)> {
        let mut names = Vec::new();
        let mut rest = vec![&self.root];
        while let Some(term) = rest.pop() {
            match &term.kind {
                TermKind::Number(_) | TermKind::Bool(_) => {}
                TermKind::Name(name) => names.push((name.as_str(), self.place_of(term))),
                TermKind::Unary(_, a) => rest.push(a),
                TermKind::Binary(_, a, b) => rest.extend([&**b, &**a]),
                TermKind::Choice(parts) | TermKind::Between(parts) => rest.extend(parts.iter().rev()),
                TermKind::Among(a, items) => {
                    rest.extend(items.iter().rev());
                    rest.push(a);
                }
                TermKind::Call(_, items) => rest.extend(items.iter().rev()),
            }
        }
        names
    }
}

impl Bounds {
    /// Reads `low..high`, or a single expression, which is both ends.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::{Bounds, Passage};
    /// let bounds = Bounds::parse(&Passage::named("slip", "0.05..2 * slip"))?;
    /// assert_eq!((bounds.low.text(), bounds.high.text()), ("0.05", "2 * slip"));
    /// # Ok::<(), murphy_notation::Diagnostic>(())
    /// ```
    pub fn parse(passage: &Passage) -> Result<Self, Diagnostic> {
        let mut parser = Parser::new(passage, &[])?;
        let bounds = parser.bounds()?;
        parser.finish()?;
        Ok(bounds)
    }

    /// Returns the bounds that a plain number or range in a document is.
    pub(crate) fn constant(node: &Node) -> Result<Self, Diagnostic> {
        let (low, high) = match &node.kind {
            Kind::Number(value) => (value, value),
            Kind::Range(low, high) => (low, high),
            _ => return Err(node.error("expected a number or a range")),
        };
        let end = |value: &Rational| Expression::at(TermKind::Number(value.clone()), node);
        Ok(Self {
            low: end(low),
            high: end(high),
        })
    }

    /// Returns where both are written.
    #[must_use]
    pub fn place(&self) -> Place {
        self.low.passage.place(self.low.root.span.to(self.high.root.span))
    }
}
