//! Names of a spec looked up in a model: state formulas become sets of states.

use murphy_notation::{Binding, Diagnostic, Expression, Names, Type, Value};
use murphy_spec::{Bound, Formula, Operand, Operator};
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
            bindings.insert(
                name,
                Binding::Variable {
                    slot,
                    kind: Type::Bool,
                },
            );
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

/// Returns the states where a formula holds, or `None` if it has a temporal operator.
///
/// # Errors
/// As [`states_where`].
pub fn state_formula(model: &Model, operand: &Operand) -> Result<Option<StateSet>, Diagnostic> {
    let both = |a: &Operand, b: &Operand| -> Result<Option<(StateSet, StateSet)>, Diagnostic> {
        Ok(state_formula(model, a)?.zip(state_formula(model, b)?))
    };
    Ok(match &operand.kind {
        Operator::True => Some(StateSet::all(model.state_count())),
        Operator::False => Some(StateSet::none(model.state_count())),
        Operator::State(expression) => Some(states_where(model, expression)?),
        Operator::Not(a) => state_formula(model, a)?.map(|states| states.complement()),
        Operator::And(a, b) => both(a, b)?.map(|(a, b)| a.intersection(&b)),
        Operator::Or(a, b) => both(a, b)?.map(|(a, b)| a.union(&b)),
        Operator::Next(_)
        | Operator::Eventually(..)
        | Operator::Globally(..)
        | Operator::Until(..)
        | Operator::WeakUntil(..)
        | Operator::Release(..) => None,
    })
}

/// A probability as a reachability, or as one minus a reachability.
#[derive(Clone, Debug)]
pub struct Reachability {
    /// Where it is won.
    pub target: StateSet,
    /// Where it is lost.
    pub avoid: StateSet,
    /// The number of steps allowed, if bounded.
    pub steps: Option<u32>,
    /// Whether the formula's probability is one minus that of the reachability.
    pub complemented: bool,
}

/// Returns the reachability that a formula with one temporal operator on top comes to.
///
/// `G a` is `!F !a`, `a W b` is `!((a && !b) U (!a && !b))` and `a R b` is `!(!a U !b)`; a formula of one state is reached in no step or never.
///
/// # Errors
/// A name that the model does not have, or temporal operators inside one another.
pub fn reachability(model: &Model, formula: &Formula) -> Result<Reachability, Diagnostic> {
    reduce(model, formula, &formula.root)
}

fn reduce(model: &Model, formula: &Formula, operand: &Operand) -> Result<Reachability, Diagnostic> {
    if let Some(target) = state_formula(model, operand)? {
        let avoid = StateSet::none(model.state_count());
        return Ok(Reachability {
            target,
            avoid,
            steps: Some(0),
            complemented: false,
        });
    }
    let inner = |part: &Operand| {
        state_formula(model, part)?.ok_or_else(|| {
            Diagnostic::at(formula.place_of(part), "temporal operators inside one another are not supported yet")
                .label("this must be a condition on one state")
                .hint("ask for one of `F a`, `a U b`, `G a`, `a W b`, `a R b`, with or without a bound such as `<=10`")
        })
    };
    let none = || StateSet::none(model.state_count());
    let (target, avoid, bound, complemented) = match &operand.kind {
        Operator::Eventually(bound, a) => (inner(a)?, none(), bound, false),
        Operator::Globally(bound, a) => (inner(a)?.complement(), none(), bound, true),
        Operator::Until(bound, a, b) => {
            let (a, b) = (inner(a)?, inner(b)?);
            let avoid = a.union(&b).complement();
            (b, avoid, bound, false)
        }
        Operator::WeakUntil(bound, a, b) => {
            let (a, b) = (inner(a)?, inner(b)?);
            (a.union(&b).complement(), b, bound, true)
        }
        Operator::Release(bound, a, b) => {
            let (a, b) = (inner(a)?, inner(b)?);
            let avoid = a.intersection(&b);
            (b.complement(), avoid, bound, true)
        }
        Operator::Not(a) => {
            let inside = reduce(model, formula, a)?;
            return Ok(Reachability {
                complemented: !inside.complemented,
                ..inside
            });
        }
        _ => {
            return Err(Diagnostic::at(formula.place_of(operand), "this formula is not supported yet")
                .label("one temporal operator must be outermost, and it must not be `X`")
                .hint("ask for one of `F a`, `a U b`, `G a`, `a W b`, `a R b`, with or without a bound such as `<=10`"));
        }
    };
    let steps = bound.as_ref().map(steps).transpose()?;
    Ok(Reachability {
        target,
        avoid,
        steps,
        complemented,
    })
}

fn steps(bound: &Bound) -> Result<u32, Diagnostic> {
    let constants: BTreeMap<String, Binding> = BTreeMap::new();
    let steps = bound.steps(&constants)?;
    u32::try_from(steps).map_err(|_| {
        Diagnostic::at(bound.limit.place(), "the bound is too large")
            .label(format!("at most {} steps", u32::MAX))
    })
}
