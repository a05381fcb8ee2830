//! What the names in a property stand for, and the expressions built from them alone.

use crate::property::worth::Worth;
use murphy_notation::{Binding, Diagnostic, Expression, Names, Rational, Resolved, Type, Value};
use murphy_world::{Model, StateId, StateSet, VariableKind};
use std::collections::BTreeMap;

/// The names of a model and those that come with a property.
///
/// Bare names are constants, variables and symbols, and labels whose names mean nothing else; names in quotes are labels.
pub(super) struct Vocabulary {
    bindings: BTreeMap<String, Binding>,
    labels: Vec<StateSet>,
    width: usize,
}

/// What an expression is worth in some states.
pub(super) enum Plain {
    /// It is true or false.
    Truth(Vec<bool>),
    /// It is a number.
    Numbers(Vec<Worth>),
}

impl Vocabulary {
    pub(super) fn new(model: &Model, constants: &[(String, Value)]) -> Self {
        let mut vocabulary = Self {
            bindings: BTreeMap::new(),
            labels: Vec::new(),
            width: model.variables().len(),
        };
        for (name, states) in model.labels() {
            vocabulary.add_label(name, states.clone());
        }
        let states = model.state_count();
        if model.label("init").is_none() {
            let mut initial = StateSet::none(states);
            for (state, _) in model.initial() {
                initial.insert(*state);
            }
            vocabulary.add_label("init", initial);
        }
        if model.label("deadlock").is_none() {
            vocabulary.add_label("deadlock", StateSet::none(states));
        }
        for (index, name) in (0u32..).zip(model.symbols()) {
            vocabulary
                .bindings
                .insert(name.clone(), Binding::Constant(Value::Symbol(index)));
        }
        for (slot, variable) in model.variables().iter().enumerate() {
            let kind = match variable.kind {
                VariableKind::Bool => Type::Bool,
                VariableKind::Int | VariableKind::Number => Type::Number,
                VariableKind::Symbol(_) => Type::Symbol,
            };
            vocabulary
                .bindings
                .insert(variable.name.clone(), Binding::Variable { slot, kind });
        }
        for (name, value) in model.constants().iter().chain(constants) {
            vocabulary
                .bindings
                .entry(name.clone())
                .or_insert_with(|| Binding::Constant(value.clone()));
        }
        vocabulary
    }

    /// Adds a label, in quotes and, unless the name is taken, bare.
    pub(super) fn add_label(&mut self, name: &str, states: StateSet) {
        let binding = Binding::Variable {
            slot: self.width + self.labels.len(),
            kind: Type::Bool,
        };
        self.labels.push(states);
        self.bindings.insert(format!("\"{name}\""), binding.clone());
        self.bindings.entry(name.to_owned()).or_insert(binding);
    }

    /// Says where a label holds, if there is one of the name.
    pub(super) fn label(&self, name: &str, wanted: &[StateId]) -> Option<Vec<bool>> {
        let Some(Binding::Variable { slot, .. }) = self.bindings.get(&format!("\"{name}\"")) else {
            return None;
        };
        let states = self.labels.get(slot.checked_sub(self.width)?)?;
        Some(wanted.iter().map(|state| states.contains(*state)).collect())
    }

    /// Adds a constant, unless the name is taken.
    pub(super) fn add_constant(&mut self, name: &str, value: Value) {
        self.bindings
            .entry(name.to_owned())
            .or_insert(Binding::Constant(value));
    }

    /// Returns the exact number of an expression that depends on no state.
    pub(super) fn number(&self, expression: &Expression, what: &str) -> Result<Rational, Diagnostic> {
        let resolved = expression.resolve_as(Type::Number, what, self)?;
        match resolved.constant().and_then(Value::to_rational) {
            Some(number) => Ok(number),
            None if resolved.slots().is_empty() => resolved.number(&[]),
            None => Err(Diagnostic::at(
                expression.place(),
                format!("{what} must not depend on the state"),
            )),
        }
    }

    /// Returns the number of steps that an expression stands for.
    pub(super) fn steps(&self, expression: &Expression) -> Result<u32, Diagnostic> {
        let number = self.number(expression, "a number of steps")?;
        let whole = number.to_i64().and_then(|number| u32::try_from(number).ok());
        whole.ok_or_else(|| {
            Diagnostic::at(
                expression.place(),
                "a number of steps is a whole number from 0 on",
            )
            .label(format!("this is {number}"))
        })
    }

    /// Returns what an expression is worth in some states.
    pub(super) fn evaluate(
        &self,
        expression: &Expression,
        model: &Model,
        wanted: &[StateId],
    ) -> Result<Plain, Diagnostic> {
        let resolved = expression.resolve(self)?;
        match resolved.kind() {
            Type::Bool => {
                let mut flags = Vec::with_capacity(wanted.len());
                self.each(&resolved, model, wanted, &mut |slots| {
                    flags.push(resolved.holds(slots)?);
                    Ok(())
                })?;
                Ok(Plain::Truth(flags))
            }
            Type::Number => {
                let mut numbers = Vec::with_capacity(wanted.len());
                self.each(&resolved, model, wanted, &mut |slots| {
                    numbers.push(Worth::exactly(resolved.number(slots)?));
                    Ok(())
                })?;
                Ok(Plain::Numbers(numbers))
            }
            Type::Symbol => Err(Diagnostic::at(expression.place(), "a symbol is not an answer")
                .hint("compare it with another one")),
        }
    }

    fn each(
        &self,
        resolved: &Resolved,
        model: &Model,
        wanted: &[StateId],
        visit: &mut dyn FnMut(&[Value]) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let used: Vec<usize> = resolved
            .slots()
            .into_iter()
            .filter(|slot| *slot >= self.width)
            .collect();
        let mut slots = vec![Value::Bool(false); self.width + self.labels.len()];
        for &state in wanted {
            slots[..self.width].clone_from_slice(model.values(state));
            for &slot in &used {
                let label = self.labels.get(slot - self.width);
                slots[slot] = Value::Bool(label.is_some_and(|states| states.contains(state)));
            }
            visit(&slots)?;
        }
        Ok(())
    }
}

impl Names for Vocabulary {
    fn lookup(&self, name: &str) -> Option<Binding> {
        self.bindings.get(name).cloned()
    }

    fn candidates(&self) -> Vec<String> {
        let quoted = self.bindings.keys().filter(|name| name.starts_with('"'));
        let bare = self.bindings.keys().filter(|name| !name.starts_with('"'));
        bare.chain(quoted).cloned().collect()
    }
}
