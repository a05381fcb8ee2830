//! What the names in a world stand for.

use murphy_notation::{Binding, Diagnostic, Expression, Names, Place, Rational, Resolved, Type, Value};
use std::collections::BTreeMap;

/// The symbols of a world, numbered in the order in which they are first met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols {
    names: Vec<String>,
    index: BTreeMap<String, u32>,
}

impl Symbols {
    /// Returns the symbol of that name, which is the same wherever the name occurs.
    pub(crate) fn intern(&mut self, name: &str) -> Value {
        let next = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let index = *self.index.entry(name.to_owned()).or_insert_with(|| {
            self.names.push(name.to_owned());
            next
        });
        Value::Symbol(index)
    }

    /// Returns a symbol that was met before.
    pub(crate) fn get(&self, name: &str) -> Value {
        Value::Symbol(self.index.get(name).copied().unwrap_or(u32::MAX))
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns a value as a person writes it.
    pub(crate) fn text(&self, value: &Value) -> String {
        match value {
            Value::Symbol(index) => match self.names.get(*index as usize) {
                Some(name) => name.clone(),
                None => value.to_string(),
            },
            Value::Number(number) => crate::decimal::decimal(number),
            _ => value.to_string(),
        }
    }
}

/// A table of names, in which no name has two meanings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    names: BTreeMap<String, (Binding, &'static str)>,
}

impl Scope {
    /// Adds a name; `what` says in messages what it is (`a constant`).
    pub(crate) fn declare(
        &mut self,
        name: &str,
        binding: Binding,
        what: &'static str,
        place: &Place,
    ) -> Result<(), Diagnostic> {
        if let Some((_, other)) = self.names.get(name) {
            let message = format!("`{name}` is {other} already and cannot be {what} too");
            return Err(Diagnostic::at(place.clone(), message).hint("give one of them another name"));
        }
        self.names.insert(name.to_owned(), (binding, what));
        Ok(())
    }

    /// Adds a symbol, unless the name is a symbol already.
    pub(crate) fn declare_symbol(
        &mut self,
        name: &str,
        value: Value,
        place: &Place,
    ) -> Result<(), Diagnostic> {
        match self.names.get(name) {
            Some((Binding::Constant(known), _)) if *known == value => Ok(()),
            _ => self.declare(name, Binding::Constant(value), "a symbol", place),
        }
    }

    /// Adds a name unless it has a meaning.
    pub(crate) fn declare_if_free(&mut self, name: &str, binding: Binding, what: &'static str) {
        self.names.entry(name.to_owned()).or_insert((binding, what));
    }

    /// Gives a variable another slot.
    pub(crate) fn redirect(&mut self, name: &str, slot: usize) {
        if let Some((Binding::Variable { slot: old, .. }, _)) = self.names.get_mut(name) {
            *old = slot;
        }
    }

    /// Takes the unknowns out, so that other names can be counted in their place.
    pub(crate) fn forget_unknowns(&mut self) {
        self.names
            .retain(|_, (binding, _)| !matches!(binding, Binding::Unknown(_)));
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }
}

impl Names for Scope {
    fn lookup(&self, name: &str) -> Option<Binding> {
        self.names.get(name).map(|(binding, _)| binding.clone())
    }

    fn candidates(&self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }
}

/// Resolves an expression in which no unknown may occur.
pub(crate) fn resolve_known(
    expression: &Expression,
    kind: Type,
    what: &str,
    scope: &Scope,
) -> Result<Resolved, Diagnostic> {
    let resolved = expression.resolve_as(kind, what, scope)?;
    if resolved.unknowns().is_empty() {
        return Ok(resolved);
    }
    Err(
        Diagnostic::at(expression.place(), format!("{what} cannot depend on an unknown"))
            .hint("unknowns may occur in the probabilities of a `Chance`, and nowhere else"),
    )
}

/// Returns what an expression over constants is worth.
pub(crate) fn constant_value(
    expression: &Expression,
    kind: Type,
    what: &str,
    scope: &Scope,
) -> Result<Value, Diagnostic> {
    let resolved = resolve_known(expression, kind, what, scope)?;
    if resolved.slots().is_empty() {
        return resolved.evaluate(&[]);
    }
    Err(Diagnostic::at(
        expression.place(),
        format!("{what} cannot depend on a variable"),
    ))
}

/// Returns the number that an expression over constants is worth.
pub(crate) fn constant_number(
    expression: &Expression,
    what: &str,
    scope: &Scope,
) -> Result<Rational, Diagnostic> {
    let value = constant_value(expression, Type::Number, what, scope)?;
    value
        .to_rational()
        .ok_or_else(|| Diagnostic::at(expression.place(), format!("{what} must be a number")))
}

/// Returns the whole number that an expression over constants is worth.
pub(crate) fn constant_integer(
    expression: &Expression,
    what: &str,
    scope: &Scope,
) -> Result<i64, Diagnostic> {
    let number = constant_number(expression, what, scope)?;
    number.to_i64().ok_or_else(|| {
        Diagnostic::at(expression.place(), format!("{what} must be a whole number"))
            .label(format!("this is {}", crate::decimal::decimal(&number)))
    })
}
