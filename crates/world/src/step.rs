//! One step of an entity: on which actions, when, and what follows.

use crate::outcomes::{Outcomes, Reader};
use crate::scope::{Scope, resolve_known};
use murphy_notation::{Diagnostic, Kind, Node, Place, Resolved, Type, unknown_name};

/// A step of an entity.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The actions it answers; all of them if there is no list.
    pub(crate) on: Option<Vec<usize>>,
    /// Where it is possible; everywhere if there is no guard.
    pub(crate) when: Option<Resolved>,
    pub(crate) then: Outcomes,
    /// What messages point at.
    pub(crate) place: Place,
}

impl Step {
    /// Reads `Step(on: "east", when: "x < 6", then: Chance([…]))`; guards read the values before the step.
    pub(crate) fn parse(
        node: &Node,
        actions: &[String],
        before: &Scope,
        reader: &Reader<'_>,
    ) -> Result<Self, Diagnostic> {
        let mut fields = node.fields("Step")?;
        let on_node = fields.optional("on");
        let on = on_node.map(|node| listed_actions(node, actions)).transpose()?;
        let when_node = fields.optional("when");
        let when = when_node
            .map(|node| resolve_known(&node.expression()?, Type::Bool, "a guard", before))
            .transpose()?;
        let then = Outcomes::parse(fields.required("then")?, reader)?;
        fields.finish()?;
        let place = when_node
            .or(on_node)
            .map_or_else(|| then.place.clone(), |node| node.place.clone());
        Ok(Self {
            on,
            when,
            then,
            place,
        })
    }

    /// Says whether the step answers an action.
    pub(crate) fn covers(&self, action: usize) -> bool {
        self.on.as_ref().is_none_or(|on| on.contains(&action))
    }
}

fn listed_actions(node: &Node, actions: &[String]) -> Result<Vec<usize>, Diagnostic> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut listed = Vec::new();
    for item in items {
        let name = item.text()?.as_str();
        let index = actions.iter().position(|action| action == name);
        let index = index.ok_or_else(|| unknown_name(item.place.clone(), "action", name, actions))?;
        if listed.contains(&index) {
            return Err(item.error(format!("`{name}` is listed twice")));
        }
        listed.push(index);
    }
    if listed.is_empty() {
        return Err(node
            .error("a step needs at least one action")
            .hint("leave `on` out if it answers every action"));
    }
    Ok(listed)
}
