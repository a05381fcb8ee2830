//! Looking the names of an expression up and checking its types, once, so that evaluating it is quick.

use crate::affine::Affine;
use crate::diagnostic::Diagnostic;
use crate::expression::Expression;
use crate::rational::Rational;
use crate::source::Place;
use crate::value::{Type, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Binding {
    /// A variable: its place in the slice of values that an evaluation is given, and its type.
    Variable {
        /// The index into the slice.
        slot: usize,
        /// Its type.
        kind: Type,
    },
    /// A constant, or a symbol of an enumerated variable.
    Constant(Value),
    /// A number that is not known, by its index.
    Unknown(usize),
    /// Another expression, which was resolved over the same slots and unknowns.
    Defined(Arc<Resolved>),
}

/// Where names are looked up.
pub trait Names {
    /// Returns what the name stands for.
    fn lookup(&self, name: &str) -> Option<Binding>;

    /// Returns the names there are, for "did you mean".
    fn candidates(&self) -> Vec<String>;
}

impl Names for BTreeMap<String, Binding> {
    fn lookup(&self, name: &str) -> Option<Binding> {
        self.get(name).cloned()
    }

    fn candidates(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// An expression whose names are looked up and whose types fit: evaluating it can only fail by dividing by zero and the like.
#[derive(Clone, Debug)]
pub struct Resolved {
    kind: Type,
    place: Place,
}

impl Expression {
    /// Looks every name up and checks the types.
    ///
    /// # Errors
    /// A name that is not known, or operands of the wrong type, with the place.
    pub fn resolve(&self, names: &dyn Names) -> Result<Resolved, Diagnostic> {
        let _ = names;
        Err(Diagnostic::at(self.place(), "expressions cannot be resolved yet"))
    }

    /// Does the same and checks that the expression is of a type; `what` says in the message what it is for (`a label`).
    ///
    /// # Errors
    /// As [`Self::resolve`], and if the type is another one.
    pub fn resolve_as(&self, kind: Type, what: &str, names: &dyn Names) -> Result<Resolved, Diagnostic> {
        let resolved = self.resolve(names)?;
        if resolved.kind == kind {
            return Ok(resolved);
        }
        Err(Diagnostic::at(self.place(), format!("{what} must be {kind}"))
            .label(format!("this is {}", resolved.kind)))
    }
}

impl Resolved {
    /// Returns its type.
    #[must_use]
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// Returns where it is written.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns its value, if it depends neither on variables nor on unknowns.
    #[must_use]
    pub fn constant(&self) -> Option<&Value> {
        None
    }

    /// Returns the slots it reads, ascending.
    #[must_use]
    pub fn slots(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Returns the unknowns it depends on, ascending.
    #[must_use]
    pub fn unknowns(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Returns its value where the variables have these values.
    ///
    /// # Errors
    /// Division by zero; a slot that the slice does not have; an unknown.
    pub fn evaluate(&self, slots: &[Value]) -> Result<Value, Diagnostic> {
        let _ = slots;
        Err(Diagnostic::at(
            self.place.clone(),
            "expressions cannot be evaluated yet",
        ))
    }

    /// Says whether it holds.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and if it is not a truth value.
    pub fn holds(&self, slots: &[Value]) -> Result<bool, Diagnostic> {
        self.evaluate(slots)?
            .as_bool()
            .ok_or_else(|| self.not(Type::Bool))
    }

    /// Returns the number it is worth.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and if it is not a number.
    pub fn number(&self, slots: &[Value]) -> Result<Rational, Diagnostic> {
        self.evaluate(slots)?
            .to_rational()
            .ok_or_else(|| self.not(Type::Number))
    }

    /// Returns it as an affine function of the unknowns, where the variables have these values.
    ///
    /// # Errors
    /// As [`Self::evaluate`], and where it is not affine: a product of two unknowns, a comparison of one.
    pub fn evaluate_affine(&self, slots: &[Value]) -> Result<Affine, Diagnostic> {
        let _ = slots;
        Err(Diagnostic::at(
            self.place.clone(),
            "expressions cannot be evaluated yet",
        ))
    }

    fn not(&self, kind: Type) -> Diagnostic {
        Diagnostic::at(self.place.clone(), format!("expected {kind}")).label(format!("this is {}", self.kind))
    }
}
