//! Entities: parts of the world with their own variables, which step one after the other in the order written.
//!
//! Where an expression stands decides what it reads: guards read the values before the step; what stands after `then:`
//! reads the new values of the earlier entities that are listed in `sees`, and the old values of everything else.

use crate::outcomes::Reader;
use crate::scope::{Scope, Symbols, constant_value, resolve_known};
use crate::settings::identifier;
use crate::step::Step;
use crate::variable::{Declared, Domain};
use murphy_notation::{
    Binding, Diagnostic, Entry, Kind, Node, Place, Resolved, Type, Value, hint_for, unknown_name,
};
use std::ops::Range;

/// How many entities a world may have: each is a level of recursion where their steps are composed.
const ENTITIES_MAX: usize = 60;

/// An entity.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub(crate) name: String,
    /// Its variables among all.
    pub(crate) variables: Range<usize>,
    pub(crate) steps: Vec<Step>,
    /// For each action, the steps that answer it.
    pub(crate) answers: Vec<Vec<usize>>,
    /// For each action, whether a step names it.
    pub(crate) named: Vec<bool>,
}

/// The entities of a world and what they share.
#[derive(Clone, Debug)]
pub(crate) struct Entities {
    pub(crate) entities: Vec<Entity>,
    pub(crate) variables: Vec<Declared>,
    pub(crate) start: Vec<Value>,
    /// The actions of the agent, without `stay`.
    pub(crate) actions: Vec<String>,
    /// Where the run ends.
    pub(crate) ends: Option<Resolved>,
    /// What messages about all of it point at.
    pub(crate) place: Place,
}

/// An entity whose variables are declared and whose steps are not read yet.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    name: String,
    variables: Range<usize>,
    sees: Vec<usize>,
    start: &'a Node,
    steps: &'a [Node],
}

/// Reads the entities' names and variables, and declares the variables under their full names.
pub(crate) fn declare<'a>(
    node: &'a Node,
    variables: &mut Vec<Declared>,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Vec<Draft<'a>>, Diagnostic> {
    let mut drafts: Vec<Draft<'a>> = Vec::new();
    let entries = node.entries()?;
    if entries.is_empty() {
        return Err(node.error("a world needs at least one entity"));
    }
    if entries.len() > ENTITIES_MAX {
        return Err(node
            .error(format!("at most {ENTITIES_MAX} entities are supported"))
            .label(format!("these are {}", entries.len())));
    }
    for entry in entries {
        let mut fields = entry.value.fields("Entity")?;
        identifier(entry.key)?;
        let name = entry.key.as_str().to_owned();
        let first = variables.len();
        for variable in fields.required("state")?.entries()? {
            variables.push(declared(&name, &variable, scope, symbols)?);
        }
        let sees = match fields.optional("sees") {
            Some(sees) => seen(sees, &name, &drafts)?,
            None => Vec::new(),
        };
        let (start, steps) = (fields.required("start")?, fields.required("steps")?.list()?);
        fields.finish()?;
        for (slot, variable) in variables.iter().enumerate().skip(first) {
            let kind = variable.domain.kind();
            scope.declare(
                &variable.name,
                Binding::Variable { slot, kind },
                "a variable",
                &variable.place,
            )?;
        }
        drafts.push(Draft {
            name,
            variables: first..variables.len(),
            sees,
            start,
            steps,
        });
    }
    Ok(drafts)
}

fn declared(
    entity: &str,
    entry: &Entry<'_>,
    scope: &mut Scope,
    symbols: &mut Symbols,
) -> Result<Declared, Diagnostic> {
    identifier(entry.key)?;
    let own = entry.key.as_str().to_owned();
    Ok(Declared {
        name: format!("{entity}.{own}"),
        own,
        domain: Domain::parse(entry.value, scope, symbols)?,
        place: entry.key_node.place.clone(),
    })
}

fn seen(node: &Node, name: &str, earlier: &[Draft<'_>]) -> Result<Vec<usize>, Diagnostic> {
    let mut seen = Vec::new();
    for item in node.list()? {
        let other = item.text()?.as_str();
        let index = earlier
            .iter()
            .position(|draft| draft.name == other)
            .ok_or_else(|| {
                let names: Vec<&str> = earlier.iter().map(|draft| draft.name.as_str()).collect();
                let error = item
                    .error(format!("`{name}` cannot see `{other}`"))
                    .label("an entity sees the new values of entities written before it");
                match hint_for(other, &names) {
                    Some(hint) => error.hint(hint),
                    None => error,
                }
            })?;
        seen.push(index);
    }
    Ok(seen)
}

/// Reads `actions: ["north", "east"]`; a world in which no step names an action has the single action `step`.
pub(crate) fn actions(node: Option<&Node>, drafts: &[Draft<'_>]) -> Result<Vec<String>, Diagnostic> {
    let Some(node) = node else {
        let naming = drafts.iter().flat_map(|draft| draft.steps).find_map(|step| {
            let mut fields = step.fields("Step").ok()?;
            fields.optional("on")
        });
        return match naming {
            Some(on) => Err(on
                .error("this world lists no actions")
                .hint("add `actions: [\"…\"]` to the world")),
            None => Ok(vec!["step".to_owned()]),
        };
    };
    let mut actions: Vec<String> = Vec::new();
    for item in node.list()? {
        let name = item.text()?.as_str();
        if actions.iter().any(|action| action == name) {
            return Err(item.error(format!("`{name}` is listed twice")));
        }
        actions.push(name.to_owned());
    }
    if actions.is_empty() {
        return Err(node
            .error("a world needs at least one action")
            .hint("leave `actions` out if nothing is to be decided"));
    }
    Ok(actions)
}

impl Entity {
    /// Reads the steps of an entity, in which its own variables go by their short names.
    pub(crate) fn parse(
        draft: &Draft<'_>,
        drafts: &[Draft<'_>],
        variables: &[Declared],
        actions: &[String],
        scope: &Scope,
    ) -> Result<Self, Diagnostic> {
        let mut before = scope.clone();
        for slot in draft.variables.clone() {
            let variable = &variables[slot];
            let kind = variable.domain.kind();
            before.declare(
                &variable.own,
                Binding::Variable { slot, kind },
                "a variable",
                &variable.place,
            )?;
        }
        let mut after = before.clone();
        for slot in draft
            .sees
            .iter()
            .flat_map(|&index| drafts[index].variables.clone())
        {
            after.redirect(&variables[slot].name, new_slot(slot, variables.len()));
        }
        let reader = Reader {
            scope: &after,
            entity: &draft.name,
            variables: &variables[draft.variables.clone()],
        };
        let steps = draft
            .steps
            .iter()
            .map(|node| Step::parse(node, actions, &before, &reader))
            .collect::<Result<Vec<_>, _>>()?;
        let answers = |action| {
            (0..steps.len())
                .filter(|&step| steps[step].covers(action))
                .collect()
        };
        let named = |action| {
            steps
                .iter()
                .any(|step: &Step| step.on.is_some() && step.covers(action))
        };
        Ok(Self {
            name: draft.name.clone(),
            variables: draft.variables.clone(),
            answers: (0..actions.len()).map(answers).collect(),
            named: (0..actions.len()).map(named).collect(),
            steps,
        })
    }
}

/// Returns the values at the start of all variables of a draft.
pub(crate) fn start_values(
    draft: &Draft<'_>,
    variables: &[Declared],
    constants: &Scope,
    symbols: &Symbols,
) -> Result<Vec<Value>, Diagnostic> {
    let own = &variables[draft.variables.clone()];
    let entries = draft.start.entries()?;
    let names: Vec<&str> = own.iter().map(|variable| variable.own.as_str()).collect();
    if let Some(entry) = entries.iter().find(|entry| !names.contains(&entry.key.as_str())) {
        let what = format!("variable of `{}` named", draft.name);
        return Err(unknown_name(
            entry.key_node.place.clone(),
            &what,
            entry.key.as_str(),
            &names,
        ));
    }
    own.iter()
        .map(|variable| {
            let entry = entries.iter().find(|entry| entry.key.as_str() == variable.own);
            let entry = entry.ok_or_else(|| {
                draft
                    .start
                    .error(format!("`{}` has no value at the start", variable.name))
                    .related(variable.place.clone(), "it is declared here")
            })?;
            if let Kind::Name(_) = entry.value.kind {
                return Err(entry.value.error("expected a value in quotes"));
            }
            let what = format!("the start of `{}`", variable.name);
            let expression = entry.value.expression()?;
            let value = constant_value(&expression, variable.domain.kind(), &what, constants)?;
            match variable.domain.code(&value) {
                Some(_) => Ok(value),
                None => Err(out_of_range(variable, &value, &expression.place(), symbols)),
            }
        })
        .collect()
}

/// Returns the error for a value that a variable cannot have.
pub(crate) fn out_of_range(
    variable: &Declared,
    value: &Value,
    place: &Place,
    symbols: &Symbols,
) -> Diagnostic {
    let range = variable.domain.text(symbols);
    Diagnostic::at(
        place.clone(),
        format!("`{}` leaves its range {range}", variable.name),
    )
    .label(format!("this is {}", symbols.text(value)))
    .related(variable.place.clone(), "its range is declared here")
}

/// Returns where the new value of a variable stands: after the old values and the action.
pub(crate) fn new_slot(slot: usize, variables: usize) -> usize {
    variables + 1 + slot
}

/// Reads `ends: "goal || lava"`.
pub(crate) fn ends(node: Option<&Node>, scope: &Scope) -> Result<Option<Resolved>, Diagnostic> {
    node.map(|node| resolve_known(&node.expression()?, Type::Bool, "the end of a run", scope))
        .transpose()
}

/// Refuses actions that no step answers.
pub(crate) fn check_answers(
    entities: &[Entity],
    actions: &[String],
    node: Option<&Node>,
) -> Result<(), Diagnostic> {
    let Some(node) = node else {
        return Ok(());
    };
    for (index, (name, item)) in actions.iter().zip(node.list()?).enumerate() {
        if !entities.iter().any(|entity| entity.named[index]) && actions.len() > 1 {
            return Err(item
                .error(format!("no entity has a step on `{name}`"))
                .hint(format!(
                    "add `Step(on: \"{name}\", then: {{}})` to an entity if nothing changes"
                )));
        }
    }
    Ok(())
}
