//! Labels, quantities and the picture: what a world can be asked, whatever it is made of.

use crate::builder::ModelBuilder;
use crate::ids::{ActionId, StateId};
use crate::model::{Model, Picture, Variable};
use crate::scope::{Scope, Symbols, resolve_known};
use crate::state_set::StateSet;
use murphy_credal::CredalSet;
use murphy_notation::{Binding, Diagnostic, Kind, Node, Rational, Resolved, Type, Value};
use std::sync::Arc;

/// What can be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measures {
    pub(crate) labels: Vec<(String, Arc<Resolved>)>,
    pub(crate) quantities: Vec<(String, Resolved)>,
    pub(crate) picture: Option<Picture>,
}

/// A model without its labels and quantities.
#[derive(Debug)]
pub(crate) struct Explored {
    pub(crate) variables: Vec<Variable>,
    pub(crate) actions: Vec<String>,
    /// The values of all variables, state by state.
    pub(crate) valuation: Vec<Value>,
    /// How many choices each state has.
    pub(crate) choice_counts: Vec<usize>,
    pub(crate) choices: Vec<(ActionId, CredalSet, Vec<StateId>)>,
    /// The states where the run is over, in which nothing is measured any more; empty if there is no such thing.
    pub(crate) ended: Vec<bool>,
    pub(crate) initial: Vec<(StateId, Rational)>,
    pub(crate) notes: Vec<String>,
}

/// Reads `labels: {"goal": "robot.x == 6"}`; later labels may use earlier ones, and so may all expressions after them.
pub(crate) fn labels(
    node: Option<&Node>,
    scope: &mut Scope,
) -> Result<Vec<(String, Arc<Resolved>)>, Diagnostic> {
    let mut labels = Vec::new();
    for entry in node.map_or_else(|| Ok(Vec::new()), Node::entries)? {
        let name = entry.key.as_str();
        if name.trim().is_empty() {
            return Err(entry.key_node.error("a label needs a name"));
        }
        let resolved = Arc::new(resolve_known(
            &entry.value.expression()?,
            Type::Bool,
            "a label",
            scope,
        )?);
        scope.declare(
            name,
            Binding::Defined(Arc::clone(&resolved)),
            "a label",
            &entry.key_node.place,
        )?;
        labels.push((name.to_owned(), resolved));
    }
    Ok(labels)
}

/// Reads `quantities: {"moves": "1"}`, in which `action` is the action of the choice; its slot is the one after the variables.
pub(crate) fn quantities(
    node: Option<&Node>,
    actions: &[String],
    variables: usize,
    scope: &Scope,
    symbols: &mut Symbols,
) -> Result<Vec<(String, Resolved)>, Diagnostic> {
    let mut scope = scope.clone();
    let kind = Type::Symbol;
    scope.declare_if_free(
        "action",
        Binding::Variable {
            slot: variables,
            kind,
        },
        "the action",
    );
    for action in actions.iter().map(String::as_str).chain(["stay"]) {
        scope.declare_if_free(action, Binding::Constant(symbols.intern(action)), "an action");
    }
    let mut quantities = Vec::new();
    for entry in node.map_or_else(|| Ok(Vec::new()), Node::entries)? {
        let expression = match &entry.value.kind {
            Kind::Bool(_) => return Err(entry.value.error("expected a number or an expression in quotes")),
            _ => entry.value.expression()?,
        };
        let resolved = resolve_known(&expression, Type::Number, "a quantity", &scope)?;
        quantities.push((entry.key.as_str().to_owned(), resolved));
    }
    Ok(quantities)
}

impl Explored {
    /// Returns the model with its labels and quantities.
    pub(crate) fn finish(
        self,
        (name, about): (&str, &str),
        constants: Vec<(String, Value)>,
        measures: &Measures,
        symbols: &Symbols,
    ) -> Result<Model, Diagnostic> {
        let labels = self.labels(measures, symbols)?;
        let quantities = self.quantities(measures, symbols)?;
        let mut builder = ModelBuilder::new(name, self.actions)
            .about(about)
            .symbols(symbols.names().to_vec())
            .constants(constants)
            .picture(measures.picture.clone());
        for note in self.notes {
            builder = builder.note(note);
        }
        let width = self.variables.len();
        builder = builder.variables(self.variables);
        let (mut values, mut choices) = (self.valuation.into_iter(), self.choices.into_iter());
        for count in self.choice_counts {
            builder.add_state(values.by_ref().take(width).collect());
            for (action, set, targets) in choices.by_ref().take(count) {
                builder
                    .add_choice(action, set, targets)
                    .map_err(|error| Diagnostic::new(error.to_string()))?;
            }
        }
        for (name, states) in labels {
            if states.is_empty() {
                builder = builder.note(format!(
                    "the label `{name}` holds in no state that can be reached"
                ));
            }
            builder = builder.label(name, states);
        }
        for (name, values) in quantities {
            builder = builder.quantity(name, values);
        }
        builder
            .start(self.initial)
            .finish()
            .map_err(|error| Diagnostic::new(error.to_string()))
    }

    fn labels(&self, measures: &Measures, symbols: &Symbols) -> Result<Vec<(String, StateSet)>, Diagnostic> {
        let mut labels = Vec::new();
        for (name, label) in &measures.labels {
            let flags: Result<Vec<bool>, _> = self
                .states()
                .map(|values| {
                    label
                        .holds(values)
                        .map_err(|error| self.in_state(error, values, symbols))
                })
                .collect();
            labels.push((name.clone(), StateSet::from_flags(flags?)));
        }
        Ok(labels)
    }

    fn quantities(
        &self,
        measures: &Measures,
        symbols: &Symbols,
    ) -> Result<Vec<(String, Vec<Rational>)>, Diagnostic> {
        let action_values: Vec<Value> = self.actions.iter().map(|action| symbols.get(action)).collect();
        let mut quantities = Vec::new();
        for (name, quantity) in &measures.quantities {
            let mut all = Vec::with_capacity(self.choices.len());
            let mut choices = self.choices.iter();
            for (state, (values, count)) in self.states().zip(&self.choice_counts).enumerate() {
                let mut slots = values.to_vec();
                let over = self.ended.get(state).copied().unwrap_or(false);
                for (action, ..) in choices.by_ref().take(*count) {
                    slots.truncate(values.len());
                    slots.push(action_values[*action as usize].clone());
                    all.push(if over {
                        Rational::ZERO
                    } else {
                        quantity
                            .number(&slots)
                            .map_err(|error| self.in_state(error, values, symbols))?
                    });
                }
            }
            quantities.push((name.clone(), all));
        }
        Ok(quantities)
    }

    /// Returns the values of each state.
    fn states(&self) -> impl Iterator<Item = &[Value]> {
        let width = self.variables.len();
        (0..self.choice_counts.len()).map(move |state| &self.valuation[state * width..(state + 1) * width])
    }

    fn in_state(&self, error: Diagnostic, values: &[Value], symbols: &Symbols) -> Diagnostic {
        let names = self.variables.iter().map(|variable| variable.name.as_str());
        in_state(error, &state_text(names, values, symbols))
    }
}

/// Returns a state by its variables, as `x=1, y=2`.
pub(crate) fn state_text<'a>(
    names: impl Iterator<Item = &'a str>,
    values: &[Value],
    symbols: &Symbols,
) -> String {
    let pairs: Vec<String> = names
        .zip(values)
        .map(|(name, value)| format!("{name}={}", symbols.text(value)))
        .collect();
    pairs.join(", ")
}

/// Adds the state to a message.
pub(crate) fn in_state(mut error: Diagnostic, state: &str) -> Diagnostic {
    if !state.is_empty() {
        error.message = format!("{}, in the state {state}", error.message);
    }
    error
}
