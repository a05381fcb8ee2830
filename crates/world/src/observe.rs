//! What the agent sees of a state, and whether it remembers what it saw.

use crate::scope::{Scope, Symbols};
use murphy_notation::{Diagnostic, Kind, Node, Resolved, Value};

/// What the agent sees: expressions over the variables, each with its text.
#[derive(Clone, Debug)]
pub(crate) struct Observe {
    expressions: Vec<(String, Resolved)>,
    /// Whether the agent remembers all that it saw and did.
    pub(crate) remembers: bool,
}

impl Observe {
    /// Reads `observe: ["room.at"]` or `observe: Observe(["room.at"], recall: Imperfect)`.
    pub(crate) fn parse(node: &Node, scope: &Scope) -> Result<Self, Diagnostic> {
        let mut remembers = true;
        let list = if let Kind::List(items) = &node.kind {
            items.as_slice()
        } else {
            let mut fields = node.fields("Observe")?;
            let list = fields.item("a list of what is seen")?.list()?;
            if let Some(recall) = fields.optional("recall") {
                remembers = recall.variant(&["Perfect", "Imperfect"])? == "Perfect";
            }
            fields.finish()?;
            list
        };
        let mut expressions = Vec::new();
        for item in list {
            let expression = item.expression()?;
            let resolved = expression.resolve(scope)?;
            if !resolved.unknowns().is_empty() {
                return Err(item.error("what is seen cannot depend on an unknown"));
            }
            expressions.push((expression.text().to_owned(), resolved));
        }
        Ok(Self {
            expressions,
            remembers,
        })
    }

    /// Returns what is seen of a state, as a person reads it.
    pub(crate) fn seen(&self, values: &[Value], symbols: &Symbols) -> Result<String, Diagnostic> {
        let parts: Result<Vec<String>, Diagnostic> = self
            .expressions
            .iter()
            .map(|(text, expression)| Ok(format!("{text}={}", symbols.text(&expression.evaluate(values)?))))
            .collect();
        Ok(parts?.join(", "))
    }
}
