//! A program with its constants set and its modules copied out: all that unfolding needs, compiled.

use super::composition::syncs;
use super::modules::{Copies, Instance, instances};
use super::syntax::{Occasion, Program};
use crate::unfolding::{
    ActionIndex, Compiler, Counted, Design, Expr, Id, Item, Kind, ModelType, Quantity, check_writers,
    settle_constants,
};
use murphy_notation::Diagnostic;
use std::collections::HashMap;

/// Sets the constants and compiles everything.
pub(super) fn design(program: &Program, settings: &[(String, String)]) -> Result<Design, Diagnostic> {
    let mut compiler = Compiler::new(&program.definitions)?;
    let mut notes = Vec::new();
    let copies = Copies::new(program, &mut compiler)?;
    let constants = settle_constants(&program.definitions, settings, &mut compiler, &mut notes)?;
    let Instance {
        variables,
        commands,
        modules,
        actions,
    } = instances(program, &copies, &mut compiler)?;
    let syncs = syncs(program, &modules, &actions)?;
    check_writers(&compiler, &syncs, &commands, &variables)?;
    let labels = labels(program, &mut compiler)?;
    let quantities = quantities(program, &mut compiler, &actions)?;
    let mut observables = Vec::new();
    for observable in &program.observables {
        observables.push(compiler.expression(&observable.value, 0)?);
    }
    let initial = initial(program, &mut compiler)?;
    let model_type = program.model_type.map_or(ModelType::Mdp, |(found, _)| found);
    if let (ModelType::Pomdp, []) = (model_type, observables.as_slice()) {
        let span = program.model_type.map(|(_, span)| span).unwrap_or_default();
        let error = compiler.error(span, "a pomdp needs `observables ... endobservables`");
        return Err(error.hint("without partial observability it is an `mdp`"));
    }
    Ok(Design {
        code: compiler.code,
        model_type,
        product: program.product,
        variables,
        commands,
        modules: modules.into_iter().map(|module| module.name).collect(),
        actions,
        syncs,
        labels,
        quantities,
        observables,
        initial,
        constants,
        notes,
    })
}

fn labels(program: &Program, compiler: &mut Compiler<'_>) -> Result<Vec<(String, Id)>, Diagnostic> {
    let mut seen = HashMap::new();
    let mut labels = Vec::new();
    for label in &program.labels {
        let name = &label.name;
        if matches!(name.text.as_str(), "init" | "deadlock") {
            let message = format!("the label \"{}\" always exists and cannot be defined", name.text);
            return Err(compiler.error(name.span, message));
        }
        if let Some(first) = seen.insert(name.text.as_str(), name.span) {
            return Err(compiler.twice(&name.text, name.span, first));
        }
        labels.push((name.text.clone(), truth(&label.value, compiler, "a label")?));
    }
    Ok(labels)
}

fn truth(expr: &Expr, compiler: &mut Compiler<'_>, what: &str) -> Result<Id, Diagnostic> {
    compiler.typed(expr, 0, Kind::Bool, what)
}

fn initial(program: &Program, compiler: &mut Compiler<'_>) -> Result<Option<Id>, Diagnostic> {
    let Some(states) = &program.initial else {
        return Ok(None);
    };
    truth(states, compiler, "what stands in `init ... endinit`").map(Some)
}

fn quantities(
    program: &Program,
    compiler: &mut Compiler<'_>,
    actions: &[String],
) -> Result<Vec<Quantity>, Diagnostic> {
    let numbers: HashMap<&str, ActionIndex> = actions.iter().map(String::as_str).zip(0..).collect();
    let mut seen = HashMap::new();
    for rewards in &program.rewards {
        if let Some(name) = &rewards.name
            && let Some(first) = seen.insert(name.text.clone(), name.span)
        {
            return Err(compiler.twice(&name.text, name.span, first));
        }
    }
    let mut quantities = Vec::new();
    for (index, rewards) in program.rewards.iter().enumerate() {
        // A nameless structure is called by its number, as properties do.
        let mut name = match &rewards.name {
            Some(name) => name.text.clone(),
            None => (index + 1).to_string(),
        };
        while rewards.name.is_none() && seen.contains_key(&name) {
            name.push('\'');
        }
        let mut items = Vec::with_capacity(rewards.items.len());
        for item in &rewards.items {
            let counted = match &item.occasion {
                Occasion::State => Counted::InState,
                Occasion::Choice(None) => Counted::WithChoice(None),
                Occasion::Choice(Some(action)) => match numbers.get(action.text.as_str()) {
                    Some(number) => Counted::WithChoice(Some(*number)),
                    None => Counted::Never,
                },
            };
            let guard = truth(&item.guard, compiler, "the guard of a reward")?;
            let value = compiler.typed(&item.value, 0, Kind::Double, "a reward")?;
            items.push(Item {
                counted,
                guard,
                value,
            });
        }
        seen.insert(name.clone(), rewards.span);
        quantities.push(Quantity { name, items });
    }
    Ok(quantities)
}
