//! Temporal formulas as they are written: what should hold along a run.
//!
//! | written | holds at a step of a run if |
//! | --- | --- |
//! | `X a` | `a` holds at the next step |
//! | `F a`, `F<=k a` | `a` holds now or at some later step (at most `k` steps later) |
//! | `G a`, `G<=k a` | `a` holds now and at every later step (up to `k` steps later) |
//! | `a U b`, `a U<=k b` | `b` holds now or later (within `k`), and `a` at every step before |
//! | `a W b`, `a W<=k b` | `a U b`, or `a` for ever (for `k` steps) |
//! | `a R b`, `a R<=k b` | `b` holds up to and including the first step where `a` does, or for ever (for `k` steps) |
//!
//! `<k` allows one step less than `<=k`. From loose to tight: `=>`, `||`, `&&`, `U W R` (which group to the right), and `! X F G`,
//! which bind to the one thing after them: `F a && b` is `(F a) && b`. The things themselves are labels, in quotes or bare, and
//! comparisons of variables. `F G U X W R` are words of the language in formulas only; a label `F` is written `"F"`.

use murphy_notation::{Diagnostic, Expression, Names, Passage, Place, Span, Value};
use std::fmt;

/// A temporal formula with its text.
///
/// # Example
/// ```
/// use murphy_notation::Passage;
/// use murphy_spec::Formula;
/// let formula = Formula::parse(&Passage::named("--property", "!lava U<=10 (goal && robot.x == 6)"))?;
/// assert_eq!(formula.to_string(), "!lava U<=10 (goal && robot.x == 6)");
/// assert_eq!(formula.names().iter().map(|name| name.0).collect::<Vec<_>>(), ["lava", "goal", "robot.x"]);
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Formula {
    /// The tree.
    pub root: Operand,
    /// The text whose offsets the spans of the tree are.
    pub passage: Passage,
}

/// A part of a formula.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it is.
    pub kind: Operator,
    /// Which part of the passage it is, the parentheses around it included.
    pub span: Span,
}

/// What a part of a formula is.
#[derive(Clone, Debug)]
pub enum Operator {
    /// `true`
    True,
    /// `false`
    False,
    /// An expression of one state: a label, or a comparison of variables.
    State(Expression),
    /// `!a`
    Not(Box<Operand>),
    /// `a && b`
    And(Box<Operand>, Box<Operand>),
    /// `a || b`; `a => b` is read as `!a || b`
    Or(Box<Operand>, Box<Operand>),
    /// `X a`
    Next(Box<Operand>),
    /// `F a`
    Eventually(Option<Bound>, Box<Operand>),
    /// `G a`
    Globally(Option<Bound>, Box<Operand>),
    /// `a U b`
    Until(Option<Bound>, Box<Operand>, Box<Operand>),
    /// `a W b`
    WeakUntil(Option<Bound>, Box<Operand>, Box<Operand>),
    /// `a R b`
    Release(Option<Bound>, Box<Operand>, Box<Operand>),
}

/// How many steps a temporal operator looks ahead: `<=k` or `<k`.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The number written.
    pub limit: Expression,
    /// Whether it is `<`, which allows one step less.
    pub strict: bool,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(passage: &Passage) -> Result<Self, Diagnostic> {
        crate::grammar::parse(passage)
    }

    /// Returns where all of it is written.
    #[must_use]
    pub fn place(&self) -> Place {
        self.passage.place(self.root.span)
    }

    /// Returns where a part of it is written.
    #[must_use]
    pub fn place_of(&self, operand: &Operand) -> Place {
        self.passage.place(operand.span)
    }

    /// Returns every name in it with its place, in the order written, repeats included; names in bounds too.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, Place)> {
        let mut names = Vec::new();
        self.root
            .visit(&mut |expression| names.extend(expression.names()));
        names
    }
}

impl Operand {
    /// Returns the formulas directly below.
    #[must_use]
    pub fn parts(&self) -> Vec<&Operand> {
        match &self.kind {
            Operator::True | Operator::False | Operator::State(_) => Vec::new(),
            Operator::Not(a) | Operator::Next(a) | Operator::Eventually(_, a) | Operator::Globally(_, a) => {
                vec![a]
            }
            Operator::And(a, b)
            | Operator::Or(a, b)
            | Operator::Until(_, a, b)
            | Operator::WeakUntil(_, a, b)
            | Operator::Release(_, a, b) => vec![a, b],
        }
    }

    /// Returns the bound of the operator, if it has one.
    #[must_use]
    pub fn bound(&self) -> Option<&Bound> {
        match &self.kind {
            Operator::Eventually(bound, _)
            | Operator::Globally(bound, _)
            | Operator::Until(bound, ..)
            | Operator::WeakUntil(bound, ..)
            | Operator::Release(bound, ..) => bound.as_ref(),
            _ => None,
        }
    }

    /// Says whether it speaks of one state only: no temporal operator is in it.
    #[must_use]
    pub fn is_propositional(&self) -> bool {
        match &self.kind {
            Operator::True | Operator::False | Operator::State(_) => true,
            Operator::Not(a) => a.is_propositional(),
            Operator::And(a, b) | Operator::Or(a, b) => a.is_propositional() && b.is_propositional(),
            _ => false,
        }
    }

    /// Calls `visit` on every expression in it, from left to right as written, as far as that is a tree's order.
    fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Expression)) {
        if let Operator::State(expression) = &self.kind {
            visit(expression);
        }
        let parts = self.parts();
        let bound = self.bound();
        // The bound of a binary operator stands between its sides.
        let before = usize::from(parts.len() == 2);
        for (at, part) in parts.into_iter().enumerate() {
            if let (Some(bound), true) = (bound, at == before) {
                visit(&bound.limit);
            }
            part.visit(visit);
        }
    }
}

impl Bound {
    /// Returns the greatest number of steps allowed; `names` knows the constants.
    ///
    /// # Errors
    /// If it is not a constant whole number from 0 on.
    pub fn steps(&self, names: &dyn Names) -> Result<u64, Diagnostic> {
        let resolved = self.limit.resolve(names)?;
        let wrong = |what: String| {
            Diagnostic::at(
                self.limit.place(),
                "a bound on steps is a constant whole number from 0 on",
            )
            .label(what)
        };
        let steps = match resolved.constant() {
            Some(Value::Int(steps)) if self.strict => steps - 1,
            Some(Value::Int(steps)) => *steps,
            Some(other) => return Err(wrong(format!("this is {other}"))),
            None => return Err(wrong("this depends on more than constants".to_owned())),
        };
        u64::try_from(steps).map_err(|_| {
            let sign = if self.strict { "<" } else { "<=" };
            let limit = if self.strict {
                steps.saturating_add(1)
            } else {
                steps
            };
            wrong(format!("no step lies within `{sign}{limit}`"))
        })
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.root, f)
    }
}

impl fmt::Display for Operand {
    /// Writes the formula so that reading it gives the same formula.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Operator::True => f.write_str("true"),
            Operator::False => f.write_str("false"),
            Operator::State(expression) => f.write_str(expression.text()),
            Operator::Not(a) => write!(f, "!{}", Bracketed(a, self)),
            Operator::Next(a) => write!(f, "X {}", Bracketed(a, self)),
            Operator::Eventually(bound, a) => write!(f, "F{} {}", Written(bound), Bracketed(a, self)),
            Operator::Globally(bound, a) => write!(f, "G{} {}", Written(bound), Bracketed(a, self)),
            Operator::And(a, b) => write!(f, "{} && {}", Bracketed(a, self), Bracketed(b, self)),
            Operator::Or(a, b) => write!(f, "{} || {}", Bracketed(a, self), Bracketed(b, self)),
            Operator::Until(bound, a, b) => binary(f, self, ("U", bound), (a, b)),
            Operator::WeakUntil(bound, a, b) => binary(f, self, ("W", bound), (a, b)),
            Operator::Release(bound, a, b) => binary(f, self, ("R", bound), (a, b)),
        }
    }
}

fn binary(
    f: &mut fmt::Formatter<'_>,
    parent: &Operand,
    (sign, bound): (&str, &Option<Bound>),
    (a, b): (&Operand, &Operand),
) -> fmt::Result {
    write!(
        f,
        "{} {sign}{} {}",
        Bracketed(a, parent),
        Written(bound),
        Bracketed(b, parent)
    )
}

/// A bound as it is written.
struct Written<'a>(&'a Option<Bound>);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some(bound) => write!(
                f,
                "{}{}",
                if bound.strict { "<" } else { "<=" },
                bound.limit.text()
            ),
        }
    }
}

/// A part of a formula, in parentheses where the whole needs them.
struct Bracketed<'a>(&'a Operand, &'a Operand);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Temporal binary operators always get them: few people know by heart which binds tighter.
        let tightness = |operand: &Operand| match &operand.kind {
            Operator::Or(..) => 0,
            Operator::And(..) => 1,
            Operator::Until(..) | Operator::WeakUntil(..) | Operator::Release(..) => 2,
            _ => 3,
        };
        let (inner, outer) = (tightness(self.0), tightness(self.1));
        if inner < outer || (inner == 2 && outer == 2) {
            write!(f, "({})", self.0)
        } else {
            write!(f, "{}", self.0)
        }
    }
}
