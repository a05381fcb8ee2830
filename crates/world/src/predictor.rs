//! Predictors: parts of the world whose say depends on what the agent's policy does at one place.
//!
//! `predictors: {"omega": Predictor(of: ["one", "two"], at: "room.at == choice", reads: Policy, accuracy: 0.99)}` makes
//! `omega.one` a probability: that of the predictor saying `one`. It may stand in a `Chance` like any other.

use crate::scope::{Scope, constant_number, resolve_known};
use crate::settings::identifier;
use crate::unknown::{Settled, Unknown};
use murphy_notation::{
    Binding, Diagnostic, Entry, Node, Place, Polynomial, Rational, Resolved, Type, Value, unknown_name,
};

/// What of the policy a predictor reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// The action that will be taken: if the policy draws lots, their outcome.
    Action,
    /// The policy, which therefore may not draw lots there.
    #[default]
    Policy,
    /// The probabilities with which the policy draws, but not the outcome.
    MixedPolicy,
}

/// A predictor.
#[derive(Clone, Debug)]
pub struct Predictor {
    /// Its name.
    pub name: String,
    /// The actions that it tells apart, by their numbers, in the order written.
    pub of: Vec<usize>,
    /// What it reads.
    pub reads: Reads,
    /// Where it is declared.
    pub place: Place,
    /// Where the choice is that it predicts.
    pub(crate) at: Option<Resolved>,
    /// How often it is right, over the unknowns.
    accuracy: Polynomial,
}

/// Reads `predictors:` and makes what they say names of the scope. A range of accuracies becomes an unknown, settled once.
pub(crate) fn predictors(
    node: Option<&Node>,
    actions: &[String],
    unknowns: &mut Vec<Unknown>,
    scope: &mut Scope,
) -> Result<Vec<Predictor>, Diagnostic> {
    let entries = node.map_or_else(|| Ok(Vec::new()), Node::entries)?;
    let mut predictors = Vec::new();
    for entry in &entries {
        predictors.push(predictor(entry, actions, unknowns, scope)?);
    }
    let mut next = unknowns.len();
    for (entry, predictor) in entries.iter().zip(&predictors) {
        for &action in &predictor.of {
            let name = format!("{}.{}", predictor.name, actions[action]);
            let place = &entry.key_node.place;
            scope.declare(&name, Binding::Unknown(next), "what a predictor says", place)?;
            next += 1;
        }
    }
    Ok(predictors)
}

fn predictor(
    entry: &Entry<'_>,
    actions: &[String],
    unknowns: &mut Vec<Unknown>,
    scope: &Scope,
) -> Result<Predictor, Diagnostic> {
    identifier(entry.key)?;
    let mut fields = entry.value.fields("Predictor")?;
    let of_node = fields.required("of")?;
    let of = predicted(of_node, actions)?;
    let at = fields.optional("at");
    let at = at
        .map(|node| resolve_known(&node.expression()?, Type::Bool, "where a choice is", scope))
        .transpose()?;
    let reads = match fields.optional("reads") {
        None => Reads::default(),
        Some(node) => match node.variant(&["Action", "Policy", "MixedPolicy"])? {
            "Action" => Reads::Action,
            "MixedPolicy" => Reads::MixedPolicy,
            _ => Reads::Policy,
        },
    };
    let accuracy = match fields.optional("accuracy") {
        None => Polynomial::from(Rational::ONE),
        Some(node) => accuracy(node, entry.key.as_str(), unknowns, scope)?,
    };
    fields.finish()?;
    Ok(Predictor {
        name: entry.key.as_str().to_owned(),
        of,
        reads,
        place: entry.key_node.place.clone(),
        at,
        accuracy,
    })
}

fn predicted(node: &Node, actions: &[String]) -> Result<Vec<usize>, Diagnostic> {
    let mut of = Vec::new();
    for item in node.list()? {
        let name = item.text()?.as_str();
        let action = actions.iter().position(|action| action == name);
        let action = action.ok_or_else(|| unknown_name(item.place.clone(), "action", name, actions))?;
        if of.contains(&action) {
            return Err(item.error(format!("`{name}` is listed twice")));
        }
        of.push(action);
    }
    if of.len() < 2 {
        return Err(node
            .error("a predictor tells at least two actions apart")
            .hint("list all actions of the choice that it predicts, as in `of: [\"one\", \"two\"]`"));
    }
    Ok(of)
}

fn accuracy(
    node: &Node,
    predictor: &str,
    unknowns: &mut Vec<Unknown>,
    scope: &Scope,
) -> Result<Polynomial, Diagnostic> {
    let bounds = node.bounds()?;
    let within = |low: &Rational, high: &Rational| {
        if low.is_negative() || *high > Rational::ONE || low > high {
            return Err(node
                .error("an accuracy is a probability, or a range of probabilities")
                .label(format!("this is {low}..{high}")));
        }
        Ok(())
    };
    if bounds.low.place() != bounds.high.place() {
        let low = constant_number(&bounds.low, "an accuracy", scope)?;
        let high = constant_number(&bounds.high, "an accuracy", scope)?;
        within(&low, &high)?;
        let unknown = Polynomial::symbol(unknowns.len());
        unknowns.push(Unknown {
            name: format!("{predictor}.accuracy"),
            low,
            high,
            settled: Settled::Once,
            place: node.place.clone(),
            note: None,
        });
        return Ok(unknown);
    }
    let resolved = bounds.low.resolve_as(Type::Number, "an accuracy", scope)?;
    if !resolved.slots().is_empty() {
        return Err(node.error("an accuracy cannot depend on a variable"));
    }
    let affine = resolved.evaluate_affine(&[])?;
    let (low, high) = crate::unknown::extremes(&affine, unknowns);
    within(&low, &high)?;
    Ok(Polynomial::of_affine(&affine, Polynomial::symbol))
}

impl Predictor {
    /// Says whether the choice that it predicts is in a state.
    pub(crate) fn is_at(&self, values: &[Value]) -> Result<bool, Diagnostic> {
        self.at.as_ref().map_or(Ok(true), |at| at.holds(values))
    }

    /// Returns the probability of saying each of its actions, where `policy` gives the symbol of each action but the last.
    ///
    /// It says what the policy does with the probability of being right, and each of the others equally often.
    pub(crate) fn says(&self, policy: &[usize]) -> Vec<Polynomial> {
        let one = Polynomial::from(Rational::ONE);
        let mut does: Vec<Polynomial> = policy.iter().map(|&symbol| Polynomial::symbol(symbol)).collect();
        let rest = does.iter().fold(one.clone(), |rest, p| rest.minus(p));
        does.push(rest);
        let others = i64::try_from(self.of.len().saturating_sub(1)).unwrap_or(1).max(1);
        let wrong = one.minus(&self.accuracy).scaled(&Rational::new(1, others));
        does.iter()
            .map(|p| {
                let right = self.accuracy.times(p);
                right.plus(&wrong.times(&one.minus(p)))
            })
            .collect()
    }
}
