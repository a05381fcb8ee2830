//! Which modules move together: the actions of a composition, each with the commands that take part.

use super::modules::Running;
use super::syntax::{Program, System};
use crate::unfolding::{ActionIndex, Name, Sync};
use murphy_notation::{Diagnostic, Place, Span};
use std::collections::{BTreeSet, HashMap};

/// The most ways to move together.
const SYNCS_MAX: usize = 10_000;

/// Returns all ways to move: first those without an action, then by action in the order of first use.
pub(super) fn syncs(
    program: &Program,
    modules: &[Running],
    actions: &[String],
) -> Result<Vec<Sync>, Diagnostic> {
    let composer = Composer {
        program,
        modules,
        actions: actions.iter().map(String::as_str).zip(0..).collect(),
        by_name: modules
            .iter()
            .map(|module| module.name.as_str())
            .zip(0..)
            .collect(),
    };
    let mut syncs = match &program.system {
        None => {
            let parts: Vec<Vec<Sync>> = modules.iter().map(module_syncs).collect();
            composer.together(parts, None, Span::default())?
        }
        Some((system, span)) => {
            let mut used = BTreeSet::new();
            let syncs = composer.compose(system, &mut used)?;
            if used.len() < modules.len() {
                let left = modules.iter().zip(0..).find(|(_, index)| !used.contains(index));
                let name = left.map_or("", |(module, _)| &module.name);
                return Err(composer.error(*span, format!("the composition leaves out the module `{name}`")));
            }
            syncs
        }
    };
    syncs.sort_by_key(|sync| sync.action);
    Ok(syncs)
}

fn module_syncs(module: &Running) -> Vec<Sync> {
    let silent = (!module.silent.is_empty()).then(|| Sync {
        action: None,
        parts: vec![module.silent.clone()],
    });
    let named = module.by_action.iter().map(|(action, commands)| Sync {
        action: Some(*action),
        parts: vec![commands.clone()],
    });
    silent.into_iter().chain(named).collect()
}

struct Composer<'a> {
    program: &'a Program,
    modules: &'a [Running],
    actions: HashMap<&'a str, ActionIndex>,
    by_name: HashMap<&'a str, usize>,
}

impl Composer<'_> {
    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(&self.program.definitions.source, span), message)
    }

    fn action(&self, name: &Name) -> Result<ActionIndex, Diagnostic> {
        let known = self.actions.get(name.text.as_str()).copied();
        known.ok_or_else(|| self.error(name.span, format!("no module has an action `{}`", name.text)))
    }

    fn compose(&self, system: &System, used: &mut BTreeSet<usize>) -> Result<Vec<Sync>, Diagnostic> {
        match system {
            System::Module(name) => {
                let Some(&index) = self.by_name.get(name.text.as_str()) else {
                    return Err(self.error(name.span, format!("there is no module `{}`", name.text)));
                };
                if !used.insert(index) {
                    return Err(self.error(name.span, format!("the module `{}` is used twice", name.text)));
                }
                Ok(self.modules.get(index).map(module_syncs).unwrap_or_default())
            }
            System::Full(parts) => {
                let parts = self.each(parts, used)?;
                self.together(parts, None, Span::default())
            }
            System::Interleaved(parts) => Ok(self.each(parts, used)?.concat()),
            System::On(sides, on) => {
                let mut shared = BTreeSet::new();
                for name in on {
                    shared.insert(self.action(name)?);
                }
                let parts = self.each(sides.as_slice(), used)?;
                let span = on.first().map(|name| name.span).unwrap_or_default();
                self.together(parts, Some(&shared), span)
            }
            System::Hidden(inner, names) => {
                let mut hidden = BTreeSet::new();
                for name in names {
                    hidden.insert(self.action(name)?);
                }
                let mut syncs = self.compose(inner, used)?;
                for sync in &mut syncs {
                    sync.action = sync.action.filter(|action| !hidden.contains(action));
                }
                Ok(syncs)
            }
            System::Renamed(inner, pairs) => {
                let mut names = HashMap::new();
                for (old, new) in pairs {
                    let new = self.action(new).map_err(|error| {
                        error.hint("an action can only be given a name that some command has")
                    })?;
                    names.insert(self.action(old)?, new);
                }
                let mut syncs = self.compose(inner, used)?;
                for sync in &mut syncs {
                    sync.action = sync
                        .action
                        .map(|action| names.get(&action).copied().unwrap_or(action));
                }
                Ok(syncs)
            }
        }
    }

    fn each(&self, systems: &[System], used: &mut BTreeSet<usize>) -> Result<Vec<Vec<Sync>>, Diagnostic> {
        systems.iter().map(|system| self.compose(system, used)).collect()
    }

    /// Joins components on the actions that they share, or on `only` these: there, a component without the action blocks it.
    fn together(
        &self,
        components: Vec<Vec<Sync>>,
        only: Option<&BTreeSet<ActionIndex>>,
        span: Span,
    ) -> Result<Vec<Sync>, Diagnostic> {
        let component_count = components.len();
        let mut joined: Vec<Sync> = Vec::new();
        // Actions in the order of their first occurrence, and how each component can take part in them.
        let mut order: Vec<ActionIndex> = Vec::new();
        let mut takers: HashMap<ActionIndex, Vec<(usize, Vec<Sync>)>> = HashMap::new();
        for (index, component) in components.into_iter().enumerate() {
            for sync in component {
                let Some(action) = sync.action else {
                    joined.push(sync);
                    continue;
                };
                let lists = takers.entry(action).or_insert_with(|| {
                    order.push(action);
                    Vec::new()
                });
                match lists.last_mut() {
                    Some((last, list)) if *last == index => list.push(sync),
                    _ => lists.push((index, vec![sync])),
                }
            }
        }
        for action in order {
            let lists = takers.remove(&action).unwrap_or_default();
            let shared = only.is_none_or(|only| only.contains(&action));
            if !shared {
                joined.extend(lists.into_iter().flat_map(|(_, list)| list));
            } else if only.is_none() || lists.len() == component_count {
                joined.extend(self.product(action, lists, span)?);
            }
        }
        Ok(joined)
    }

    /// Returns the ways to move with one way of each list.
    fn product(
        &self,
        action: ActionIndex,
        lists: Vec<(usize, Vec<Sync>)>,
        span: Span,
    ) -> Result<Vec<Sync>, Diagnostic> {
        let mut product = vec![Sync {
            action: Some(action),
            parts: Vec::new(),
        }];
        for (_, list) in lists {
            if product.len().saturating_mul(list.len()) > SYNCS_MAX {
                let message = format!("the modules can move together in more than {SYNCS_MAX} ways");
                return Err(self.error(span, message));
            }
            product = product
                .iter()
                .flat_map(|before| {
                    list.iter().map(|more| Sync {
                        action: Some(action),
                        parts: [before.parts.as_slice(), more.parts.as_slice()].concat(),
                    })
                })
                .collect();
        }
        Ok(product)
    }
}
