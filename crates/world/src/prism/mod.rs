//! The PRISM modelling language: modules of guarded commands that move together, unfolded to a [`Model`].
//!
//! Read are discrete-time models: `dtmc`, `mdp`, `pomdp`, and with interval probabilities `[l,u]` what PRISM calls
//! `idtmc` and `imdp`. Everything is exact: a decimal is the fraction it writes, and whether probabilities sum to
//! one is decided in fractions. What PRISM says of deadlocks (a loop and a label), of several enabled commands in a
//! chain (equal shares) and of intervals that move together (multiplied bound by bound) holds here, and a note says so.
//!
//! # Names
//! Variables, labels and quantities keep their names; a nameless reward structure is called by its number from one. A
//! choice without an action is called `module#n` after its command; no action of PRISM contains a `#`.

mod composition;
mod cursor;
mod cycles;
mod design;
mod expression;
mod lexer;
mod modules;
mod parser;
mod syntax;

pub use syntax::Program;

use crate::limits::Limits;
use crate::model::Model;
use crate::product::Product;
use crate::unfolding::{Expr, unfold};
use murphy_notation::{Diagnostic, Source};
use std::sync::Arc;

/// Reads a model; its constants may stay open.
///
/// # Errors
/// The first mistake, with its place.
///
/// # Example
/// ```
/// use murphy_notation::{Rational, Source};
/// use murphy_world::{Limits, prism};
///
/// let source = Source::new("coin.prism", "
///     dtmc
///     const double p;
///     module coin
///         side : [0..2];
///         [toss] side=0 -> p:(side'=1) + 1-p:(side'=2);
///         [] side>0 -> true;
///     endmodule
///     label \"heads\" = side=1;
/// ");
/// let program = prism::parse(source)?;
/// assert_eq!(program.open_constants().collect::<Vec<_>>(), ["p"]);
/// let model = program.unfold(&[("p".into(), "1/3".into())], &Limits::default())?;
/// assert_eq!(model.state_count(), 3);
/// assert_eq!(model.set(0).centre(), Some(vec![Rational::new(1, 3), Rational::new(2, 3)]));
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
pub fn parse(source: Arc<Source>) -> Result<Program, Diagnostic> {
    parser::program(&source)
}

/// Reads an expression and nothing else.
pub(crate) fn expression(source: &Arc<Source>) -> Result<Expr, Diagnostic> {
    let mut cursor = cursor::Cursor::new(source)?;
    let expression = cursor.expression()?;
    if cursor.peek().kind != lexer::TokenKind::End {
        return Err(cursor.unexpected("the end of the value"));
    }
    Ok(expression)
}

impl Program {
    /// Returns the names of all constants, in the order written.
    pub fn constants(&self) -> impl Iterator<Item = &str> {
        self.definitions
            .constants
            .iter()
            .map(|constant| constant.name.text.as_str())
    }

    /// Returns the names of the constants that need a value from outside.
    pub fn open_constants(&self) -> impl Iterator<Item = &str> {
        let open = self
            .definitions
            .constants
            .iter()
            .filter(|constant| constant.value.is_none());
        open.map(|constant| constant.name.text.as_str())
    }

    /// Sets how the bounds of modules that move together are combined; by default bound by bound, as the language has it.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::{Rational, Source};
    /// use murphy_world::{Limits, Product, prism};
    /// let text = "mdp
    ///   module first  a:[0..2]; [toss] a=0 -> [2/5,3/5]:(a'=1) + [2/5,3/5]:(a'=2); endmodule
    ///   module second b:[0..2]; [toss] b=0 -> [2/5,3/5]:(b'=1) + [2/5,3/5]:(b'=2); endmodule";
    /// let coins = |product| -> Result<_, murphy_notation::Diagnostic> {
    ///     let program = prism::parse(Source::new("coins.prism", text))?.product(product);
    ///     program.unfold(&[], &Limits::default())
    /// };
    /// // Outcomes 0 and 3 are those in which the coins are equal.
    /// let equal = [true, false, false, true];
    /// let hull = coins(Product::Hull)?;
    /// assert_eq!(hull.set(0).lower_probability(&equal), Rational::new(8, 25));
    /// let apart = coins(Product::Independent)?;
    /// assert_eq!(apart.set(0).lower_probability(&equal), Rational::new(12, 25));
    /// # Ok::<(), murphy_notation::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn product(mut self, product: Product) -> Self {
        self.product = product;
        self
    }

    /// Unfolds the model with these constants, of which the last for a name holds.
    ///
    /// Values are expressions without names, like `0.1`, `1/3` or `true`. Constants that the model does not have are passed
    /// over with a note, for a property may have constants of its own.
    ///
    /// # Errors
    /// The first mistake: constants without a value (all are named), names and types that do not fit, a probability, a
    /// variable or a state count out of its bounds.
    pub fn unfold(&self, constants: &[(String, String)], limits: &Limits) -> Result<Model, Diagnostic> {
        let design = design::design(self, constants)?;
        unfold(&self.definitions.source, &design, limits)
    }
}
