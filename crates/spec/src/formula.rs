//! Temporal formulas as they are written: what should hold along a run.
//!
//! `X a` next, `F a` eventually, `G a` always, `a U b` until, `a W b` weak until, `a R b` release; `F<=k`, `F<k`, `U<=k` and so on
//! bound the number of steps. `F G U X W R` are words of the language in formulas only. From loose to tight: `=>`, `||`, `&&`,
//! `U W R` (to the right), and `! X F G`, which bind to the one thing after them.

use murphy_notation::{Diagnostic, Expression, Names, Passage, Place, Span};

/// A temporal formula with its text.
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
    /// Which part of the passage it is.
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
        Err(Diagnostic::at(
            passage.whole_place(),
            "formulas cannot be read yet",
        ))
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
}

impl Bound {
    /// Returns the greatest number of steps allowed; `names` knows the constants.
    ///
    /// # Errors
    /// If it is not a constant whole number from 0 on.
    pub fn steps(&self, names: &dyn Names) -> Result<u64, Diagnostic> {
        let resolved = self.limit.resolve(names)?;
        let _ = resolved;
        Err(Diagnostic::at(self.limit.place(), "bounds cannot be read yet"))
    }
}
