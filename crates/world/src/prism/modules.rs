//! Copies modules out: variables with their ranges, commands with their names replaced, all compiled.

use super::syntax::{self, Body, Probability, Program, Range};
use crate::unfolding::{
    ActionIndex, Branch, Command, Compiler, Expr, Kind, Name, Node, RenamingId, Variable, known_sum,
};
use murphy_notation::{Diagnostic, Rational, Value};
use std::collections::HashMap;

const VARIABLES_MAX: usize = 20_000;
const COMMANDS_MAX: usize = 500_000;

/// A module that runs: which commands take part in what.
#[derive(Clone, Debug, Default)]
pub(super) struct Running {
    pub(super) name: String,
    /// Commands without an action.
    pub(super) silent: Vec<usize>,
    /// Commands by action, in the order of the first command of each.
    pub(super) by_action: Vec<(ActionIndex, Vec<usize>)>,
}

/// All modules of a program, copied out.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) variables: Vec<Variable>,
    pub(super) commands: Vec<Command>,
    pub(super) modules: Vec<Running>,
    pub(super) actions: Vec<String>,
}

/// A module as it is written, and the names that its copy replaces.
struct Copied<'p> {
    name: &'p Name,
    variables: &'p [syntax::Variable],
    commands: &'p [syntax::Command],
    renaming: RenamingId,
}

/// What each module copies, and all variables.
pub(super) struct Copies<'p> {
    modules: Vec<Copied<'p>>,
    variables: Vec<Declared<'p>>,
}

impl<'p> Copies<'p> {
    /// Finds what each module copies, and makes all variables known: their ranges are not needed for that.
    pub(super) fn new(program: &'p Program, compiler: &mut Compiler<'_>) -> Result<Self, Diagnostic> {
        let modules = copied(program, compiler)?;
        let variables = declare(program, &modules, compiler)?;
        Ok(Self { modules, variables })
    }
}

/// Compiles the variables and commands of all modules.
pub(super) fn instances(
    program: &Program,
    copies: &Copies<'_>,
    compiler: &mut Compiler<'_>,
) -> Result<Instance, Diagnostic> {
    let mut instance = Instance::default();
    for (written, renaming, owner) in &copies.variables {
        let variable = variable(written, *renaming, *owner, compiler)?;
        if program.initial.is_some() && written.initial.is_some() {
            return Err(compiler
                .error(
                    written.name.span,
                    format!("`{}` has a start of its own", variable.name),
                )
                .hint("`init ... endinit` says where all variables start"));
        }
        instance.variables.push(variable);
    }
    let mut actions = HashMap::new();
    for (index, module) in copies.modules.iter().enumerate() {
        let mut running = Running {
            name: module.name.text.clone(),
            ..Running::default()
        };
        for (number, written) in module.commands.iter().enumerate() {
            let mut command = command(written, module.renaming, compiler, (index, &instance.variables))?;
            command.number = number + 1;
            let at = instance.commands.len();
            instance.commands.push(command);
            let Some(action) = &written.action else {
                running.silent.push(at);
                continue;
            };
            let name = compiler.renamed(&action.text, module.renaming);
            let action = *actions.entry(name).or_insert_with_key(|name| {
                instance.actions.push(name.clone());
                u32::try_from(instance.actions.len() - 1).unwrap_or(u32::MAX)
            });
            match running.by_action.iter_mut().find(|(known, _)| *known == action) {
                Some((_, commands)) => commands.push(at),
                None => running.by_action.push((action, vec![at])),
            }
        }
        instance.modules.push(running);
    }
    Ok(instance)
}

/// Finds what each module copies.
fn copied<'p>(program: &'p Program, compiler: &mut Compiler<'_>) -> Result<Vec<Copied<'p>>, Diagnostic> {
    let mut by_name: HashMap<&str, usize> = HashMap::new();
    for (index, module) in program.modules.iter().enumerate() {
        if let Some(first) = by_name.insert(&module.name.text, index) {
            let first = program
                .modules
                .get(first)
                .map_or(module.name.span, |first| first.name.span);
            return Err(compiler.twice(&module.name.text, module.name.span, first));
        }
    }
    // What is written behind each module, as far as that is known.
    let mut known: Vec<Option<Origin<'p>>> = vec![None; program.modules.len()];
    let mut modules = Vec::new();
    let mut command_count = 0;
    for (index, module) in program.modules.iter().enumerate() {
        let (variables, commands, renaming) = origin(index, program, &by_name, &mut known, compiler)?;
        command_count += commands.len();
        if command_count > COMMANDS_MAX {
            let message = format!("with its copies the model has more than {COMMANDS_MAX} commands");
            return Err(compiler.error(module.name.span, message));
        }
        modules.push(Copied {
            name: &module.name,
            variables,
            commands,
            renaming,
        });
    }
    Ok(modules)
}

/// The variables and commands of a written module, and the names that a copy replaces.
type Origin<'p> = (&'p [syntax::Variable], &'p [syntax::Command], RenamingId);

/// Follows a module to what it copies, and notes what lies on the way.
fn origin<'p>(
    index: usize,
    program: &'p Program,
    by_name: &HashMap<&str, usize>,
    known: &mut [Option<Origin<'p>>],
    compiler: &mut Compiler<'_>,
) -> Result<Origin<'p>, Diagnostic> {
    let mut chain: Vec<(usize, &Vec<(Name, Name)>)> = Vec::new();
    let mut at = index;
    let mut found = loop {
        let Some(module) = program.modules.get(at) else {
            return Err(Diagnostic::new("a module without declaration"));
        };
        if let Some(Some(origin)) = known.get(at) {
            break *origin;
        }
        match &module.body {
            Body::Written { variables, commands } => break (variables.as_slice(), commands.as_slice(), 0),
            Body::Renamed { base, pairs } => {
                chain.push((at, pairs));
                if chain.len() > program.modules.len() {
                    let message = format!("the module `{}` is a copy of itself", module.name.text);
                    return Err(compiler.error(module.name.span, message));
                }
                let next = by_name.get(base.text.as_str()).copied();
                at = next.ok_or_else(|| no_module(program, base, compiler))?;
            }
        }
    };
    for (copy, pairs) in chain.into_iter().rev() {
        let pairs = renames(pairs, compiler)?;
        let Some(renaming) = compiler.rename(found.2, &pairs) else {
            let module = program.modules.get(copy);
            let span = module.map(|module| module.name.span).unwrap_or_default();
            return Err(compiler.error(span, "copies of copies replace too many names"));
        };
        found.2 = renaming;
        if let Some(slot) = known.get_mut(copy) {
            *slot = Some(found);
        }
    }
    Ok(found)
}

fn no_module(program: &Program, name: &Name, compiler: &Compiler<'_>) -> Diagnostic {
    let error = compiler.error(name.span, format!("there is no module `{}`", name.text));
    let names: Vec<&str> = program
        .modules
        .iter()
        .map(|module| module.name.text.as_str())
        .collect();
    match murphy_notation::hint_for(&name.text, &names) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

fn renames(pairs: &[(Name, Name)], compiler: &Compiler<'_>) -> Result<HashMap<String, String>, Diagnostic> {
    let mut map = HashMap::new();
    for (old, new) in pairs {
        if map.insert(old.text.clone(), new.text.clone()).is_some() {
            return Err(compiler.error(old.span, format!("`{}` is replaced twice", old.text)));
        }
    }
    Ok(map)
}

type Declared<'p> = (&'p syntax::Variable, RenamingId, Option<usize>);

/// Makes all variables known, before any expression is compiled.
fn declare<'p>(
    program: &'p Program,
    modules: &[Copied<'p>],
    compiler: &mut Compiler<'_>,
) -> Result<Vec<Declared<'p>>, Diagnostic> {
    let mut declared: Vec<Declared<'p>> = program
        .globals
        .iter()
        .map(|variable| (variable, 0, None))
        .collect();
    for (index, module) in modules.iter().enumerate() {
        declared.extend(
            module
                .variables
                .iter()
                .map(|variable| (variable, module.renaming, Some(index))),
        );
        if declared.len() > VARIABLES_MAX {
            let message = format!("the model has more than {VARIABLES_MAX} variables");
            return Err(compiler.error(module.name.span, message));
        }
    }
    for (variable, renaming, owner) in &declared {
        let name = compiler.renamed(&variable.name.text, *renaming);
        let kind = match variable.range {
            Range::Bool => Kind::Bool,
            Range::Between(_) | Range::Int => Kind::Int,
        };
        compiler
            .declare(&name, kind, variable.name.span)
            .map_err(|error| match owner {
                Some(owner) if *renaming != 0 => {
                    let copy = modules.get(*owner).map_or("", |module| &module.name.text);
                    error.hint(format!("each variable needs a new name in the copy `{copy}`"))
                }
                _ => error,
            })?;
    }
    Ok(declared)
}

fn variable(
    written: &syntax::Variable,
    renaming: RenamingId,
    owner: Option<usize>,
    compiler: &mut Compiler<'_>,
) -> Result<Variable, Diagnostic> {
    let name = compiler.renamed(&written.name.text, renaming);
    let what = format!("the range of `{name}`");
    let (kind, low, high) = match &written.range {
        Range::Bool => (Kind::Bool, 0, 1),
        Range::Int => (Kind::Int, i64::from(i32::MIN), i64::from(i32::MAX)),
        Range::Between(ends) => {
            let [low, high] = &**ends;
            let low = whole(low, renaming, compiler, &what)?;
            let high = whole(high, renaming, compiler, &what)?;
            if low > high || high.checked_sub(low).is_none() {
                let message = format!("the range of `{name}` is {low} to {high}");
                let label = if low > high {
                    "it is empty"
                } else {
                    "it is too long"
                };
                return Err(compiler.error(written.name.span, message).label(label));
            }
            (Kind::Int, low, high)
        }
    };
    let initial = match (&written.initial, &written.range) {
        (None, Range::Int) => 0,
        (None, _) => low,
        (Some(start), _) => {
            let what = format!("the start of `{name}`");
            let id = compiler.typed(start, renaming, kind, &what)?;
            let value = match compiler.closed_value(id, &what)? {
                Value::Bool(value) => i64::from(value),
                value => value.as_int().unwrap_or_default(),
            };
            if value < low || value > high {
                let message = format!("`{name}` starts at {value}, outside its range {low} to {high}");
                return Err(compiler.error(start.span, message));
            }
            value
        }
    };
    Ok(Variable {
        name,
        kind,
        low,
        high,
        initial,
        owner,
    })
}

fn whole(
    expr: &Expr,
    renaming: RenamingId,
    compiler: &mut Compiler<'_>,
    what: &str,
) -> Result<i64, Diagnostic> {
    let id = compiler.typed(expr, renaming, Kind::Int, what)?;
    Ok(compiler.closed_value(id, what)?.as_int().unwrap_or_default())
}

fn command(
    written: &syntax::Command,
    renaming: RenamingId,
    compiler: &mut Compiler<'_>,
    (module, variables): (usize, &[Variable]),
) -> Result<Command, Diagnostic> {
    let guard = compiler.typed(&written.guard, renaming, Kind::Bool, "a guard")?;
    let mut branches = Vec::with_capacity(written.branches.len());
    for branch in &written.branches {
        let mut probability = |expr| compiler.typed(expr, renaming, Kind::Double, "a probability");
        let (lower, upper) = match &branch.probability {
            Probability::One => {
                let one = compiler.add(Node::Int(1), branch.span)?;
                (compiler.add(Node::Whole(one), branch.span)?, None)
            }
            Probability::Exactly(expr) => (probability(expr)?, None),
            Probability::Between(ends) => (probability(&ends[0])?, Some(probability(&ends[1])?)),
        };
        let mut assignments = Vec::with_capacity(branch.assignments.len());
        for (name, value) in &branch.assignments {
            let variable = assigned(name, renaming, compiler, (module, variables))?;
            if assignments.iter().any(|(known, _)| *known == variable) {
                return Err(compiler.error(name.span, format!("`{}` is assigned twice", name.text)));
            }
            let kind = variables
                .get(variable as usize)
                .map_or(Kind::Int, |variable| variable.kind);
            let what = format!("the new value of `{}`", name.text);
            assignments.push((variable, compiler.typed(value, renaming, kind, &what)?));
        }
        branches.push(Branch {
            lower,
            upper,
            assignments,
            span: branch.span,
        });
    }
    let sums_to_one = known_sum(&branches, compiler) == Some(Rational::ONE);
    Ok(Command {
        module,
        number: 0,
        guard,
        branches,
        span: written.span,
        sums_to_one,
        gains: Vec::new(),
    })
}

/// Returns the variable that an update sets, if the module may set it.
fn assigned(
    name: &Name,
    renaming: RenamingId,
    compiler: &Compiler<'_>,
    (module, variables): (usize, &[Variable]),
) -> Result<u32, Diagnostic> {
    let renamed = compiler.renamed(&name.text, renaming);
    let Some((index, _)) = compiler.variable(&renamed) else {
        let names: Vec<&str> = variables.iter().map(|variable| variable.name.as_str()).collect();
        let error = compiler.error(name.span, format!("there is no variable `{renamed}`"));
        return Err(match murphy_notation::hint_for(&renamed, &names) {
            Some(hint) => error.hint(hint),
            None => error,
        });
    };
    match variables.get(index as usize).and_then(|variable| variable.owner) {
        Some(owner) if owner != module => {
            let message = format!("`{renamed}` belongs to another module, which alone may change it");
            Err(compiler
                .error(name.span, message)
                .hint("declare it `global` if several modules change it"))
        }
        _ => Ok(index),
    }
}
