//! What a step may lead to: outcomes with their updates, and what is known of their probabilities.

use crate::rule::Rule;
use crate::scope::{Scope, resolve_known};
use crate::unknown::Unknown;
use crate::variable::Declared;
use murphy_credal::CredalSet;
use murphy_notation::{Diagnostic, Kind, Node, Place, Record, Resolved, Value, unknown_name};

/// One new value of one variable.
#[derive(Clone, Debug)]
pub(crate) struct Update {
    /// Which of the entity's own variables.
    pub(crate) variable: usize,
    pub(crate) value: Resolved,
}

/// The outcomes of a step.
#[derive(Clone, Debug)]
pub(crate) struct Outcomes {
    /// The updates of each outcome.
    pub(crate) updates: Vec<Vec<Update>>,
    rule: Rule,
    /// The name of the rule in the text.
    pub(crate) place: Place,
}

/// What the expressions of an entity are read with.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    /// The names, of which those the entity sees mean the new values.
    pub(crate) scope: &'a Scope,
    pub(crate) entity: &'a str,
    /// The entity's own variables.
    pub(crate) variables: &'a [Declared],
}

impl Outcomes {
    /// Reads what stands after `then:`.
    pub(crate) fn parse(node: &Node, reader: &Reader<'_>) -> Result<Self, Diagnostic> {
        let place = head(node);
        let (rule, updates) = match &node.kind {
            Kind::Map(_) => (Rule::Certain, vec![node]),
            _ => Rule::parse(node, reader.scope)?,
        };
        let updates = updates
            .into_iter()
            .map(|node| reader.updates(node))
            .collect::<Result<Vec<_>, _>>()?;
        if updates.is_empty() {
            return Err(Diagnostic::at(place, "a step needs at least one outcome"));
        }
        Ok(Self { updates, rule, place })
    }

    /// Returns the unknowns that the probabilities depend on.
    pub(crate) fn unknowns(&self) -> Vec<usize> {
        self.rule.unknowns()
    }

    /// Returns the probabilities as they are written, if each is written alone.
    pub(crate) fn weights(&self) -> Option<&[Resolved]> {
        match &self.rule {
            Rule::Chance(weights) => Some(weights),
            _ => None,
        }
    }

    /// Returns the credal set over the outcomes where the variables have these values.
    pub(crate) fn set(&self, slots: &[Value], unknowns: &[Unknown]) -> Result<CredalSet, Diagnostic> {
        self.rule.set(slots, unknowns, &self.place)
    }
}

impl Reader<'_> {
    /// Reads `{ "x": "x + 1" }`.
    fn updates(&self, node: &Node) -> Result<Vec<Update>, Diagnostic> {
        let mut updates: Vec<Update> = Vec::new();
        for entry in node.entries()? {
            let variable = self.variable(entry.key.as_str(), &entry.key_node.place)?;
            if updates.iter().any(|update| update.variable == variable) {
                let message = format!("`{}` is given two values", self.variables[variable].name);
                return Err(entry.key_node.error(message));
            }
            let declared = &self.variables[variable];
            let what = format!("the new value of `{}`", declared.name);
            let expression = match &entry.value.kind {
                Kind::Name(_) => return Err(entry.value.error("expected an expression in quotes")),
                _ => entry.value.expression()?,
            };
            let value = resolve_known(&expression, declared.domain.kind(), &what, self.scope)?;
            updates.push(Update { variable, value });
        }
        Ok(updates)
    }

    /// Returns which of the entity's variables a key names.
    fn variable(&self, key: &str, place: &Place) -> Result<usize, Diagnostic> {
        let found = self.variables.iter().position(|v| v.own == key || v.name == key);
        found.ok_or_else(|| {
            if self.scope.contains(key) && key.contains('.') {
                return Diagnostic::at(place.clone(), format!("`{}` cannot change `{key}`", self.entity))
                    .label("each entity changes only its own variables")
                    .hint("change it in a step of the entity that it belongs to");
            }
            let own: Vec<&str> = self.variables.iter().map(|v| v.own.as_str()).collect();
            unknown_name(
                place.clone(),
                &format!("variable of `{}` named", self.entity),
                key,
                &own,
            )
        })
    }
}

/// Returns the name before the parenthesis, or all of the node if it has none.
pub(crate) fn head(node: &Node) -> Place {
    match &node.kind {
        Kind::Record(Record {
            name: Some((_, place)),
            ..
        }) => place.clone(),
        _ => node.place.clone(),
    }
}
