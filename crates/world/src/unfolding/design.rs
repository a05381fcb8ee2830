//! A model with its constants set: all that unfolding needs, compiled.

use super::code::{Code, Id};
use super::compile::Compiler;
use super::expression::Kind;
use crate::product::Product;
use murphy_notation::{Diagnostic, Rational, Span, Value};
use std::collections::HashMap;

/// The kinds of model that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModelType {
    Dtmc,
    Mdp,
    Pomdp,
}

/// Index of an action name.
pub(crate) type ActionIndex = u32;

/// When an item of a reward structure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    InState,
    /// With a choice of this action, or of none.
    WithChoice(Option<ActionIndex>),
    /// With every choice.
    Always,
    /// With an action that no module has.
    Never,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) counted: Counted,
    pub(crate) guard: Id,
    pub(crate) value: Id,
}

#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    pub(crate) name: String,
    pub(crate) items: Vec<Item>,
}

/// A compiled model.
#[derive(Debug)]
pub(crate) struct Design {
    pub(crate) code: Code,
    pub(crate) model_type: ModelType,
    /// How the bounds of modules that move together are combined.
    pub(crate) product: Product,
    pub(crate) variables: Vec<Variable>,
    pub(crate) commands: Vec<Command>,
    /// The names of the modules.
    pub(crate) modules: Vec<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) syncs: Vec<Sync>,
    pub(crate) labels: Vec<(String, Id)>,
    pub(crate) quantities: Vec<Quantity>,
    pub(crate) observables: Vec<Id>,
    pub(crate) initial: Option<Id>,
    pub(crate) constants: Vec<(String, Value)>,
    pub(crate) notes: Vec<String>,
}

/// A variable with what it ranges over.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) low: i64,
    pub(crate) high: i64,
    pub(crate) initial: i64,
    /// The module that owns it; `None` if it is global.
    pub(crate) owner: Option<usize>,
}

/// One outcome of a command.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) lower: Id,
    /// `None` if the probability is precise.
    pub(crate) upper: Option<Id>,
    pub(crate) assignments: Vec<(u32, Id)>,
    pub(crate) span: Span,
}

/// A command of a module that runs.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) module: usize,
    /// Counted from one, within the module.
    pub(crate) number: usize,
    pub(crate) guard: Id,
    pub(crate) branches: Vec<Branch>,
    pub(crate) span: Span,
    /// The probabilities are known and sum to exactly one.
    pub(crate) sums_to_one: bool,
    /// What it adds, in expectation, to quantities.
    pub(crate) gains: Vec<(u32, Id)>,
}

/// One way to move: one command of each list, all at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sync {
    /// The action it shows, if any.
    pub(crate) action: Option<ActionIndex>,
    /// For each module that takes part, the commands it can take part with.
    pub(crate) parts: Vec<Vec<usize>>,
}

/// Returns the sum of precise probabilities that are known and none of which is negative.
pub(crate) fn known_sum(branches: &[Branch], compiler: &Compiler<'_>) -> Option<Rational> {
    let mut sum = Rational::ZERO;
    for branch in branches {
        if branch.upper.is_some() || compiler.code.is_open(branch.lower) {
            return None;
        }
        let probability = compiler.code.rational(branch.lower, &[]).ok()?;
        if probability.is_negative() {
            return None;
        }
        sum += probability;
    }
    Some(sum)
}

/// Refuses commands that move together and set the same global variable.
pub(crate) fn check_writers(
    compiler: &Compiler<'_>,
    syncs: &[Sync],
    commands: &[Command],
    variables: &[Variable],
) -> Result<(), Diagnostic> {
    if variables.iter().all(|variable| variable.owner.is_some()) {
        return Ok(());
    }
    let is_global = |variable: u32| {
        variables
            .get(variable as usize)
            .is_some_and(|found| found.owner.is_none())
    };
    for sync in syncs.iter().filter(|sync| sync.parts.len() > 1) {
        let mut writers: HashMap<u32, usize> = HashMap::new();
        for (part, list) in sync.parts.iter().enumerate() {
            let written = list
                .iter()
                .filter_map(|index| commands.get(*index))
                .flat_map(|command| &command.branches)
                .flat_map(|branch| {
                    branch
                        .assignments
                        .iter()
                        .map(move |(variable, _)| (*variable, branch.span))
                });
            for (variable, span) in written.filter(|(variable, _)| is_global(*variable)) {
                if *writers.entry(variable).or_insert(part) != part {
                    let name = variables.get(variable as usize).map_or("", |found| &found.name);
                    let message = format!("modules that move together both set the global variable `{name}`");
                    return Err(compiler.error(span, message));
                }
            }
        }
    }
    Ok(())
}
