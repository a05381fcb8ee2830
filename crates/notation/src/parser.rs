//! Parsing expressions, token by token; formulas use the same parser for the expressions in them.

use crate::diagnostic::Diagnostic;
use crate::expression::{Bounds, Expression};
use crate::passage::Passage;

/// A position in the tokens of a passage.
#[derive(Clone, Debug)]
pub struct Parser {
    passage: Passage,
}

impl Parser {
    /// Splits a passage into tokens; the `reserved` words are not names.
    ///
    /// # Errors
    /// A character that begins no token.
    pub fn new(passage: &Passage, reserved: &'static [&'static str]) -> Result<Self, Diagnostic> {
        let _ = reserved;
        Ok(Self {
            passage: passage.clone(),
        })
    }

    /// Reads a whole expression.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn expression(&mut self) -> Result<Expression, Diagnostic> {
        Err(Diagnostic::at(
            self.passage.whole_place(),
            "expressions cannot be read yet",
        ))
    }

    /// Reads two expressions with `..` between them, or one.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn bounds(&mut self) -> Result<Bounds, Diagnostic> {
        Err(Diagnostic::at(
            self.passage.whole_place(),
            "expressions cannot be read yet",
        ))
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// What is left.
    pub fn finish(&self) -> Result<(), Diagnostic> {
        Ok(())
    }
}
