//! `murphy info`: what a world holds, and how a spec's names resolve in it.

use crate::cli::args::{Format, GoalArguments, InfoArguments, MethodArgument};
use crate::cli::failure::Failure;
use crate::cli::load::{Loaded, LoadedWorld};
use crate::cli::report::{self, line};
use crate::cli::{Outcome, Terminal};
use murphy_problem::{Objective, Problem};
use murphy_world::Model;
use serde_json::json;
use std::collections::BTreeMap;

pub(crate) fn run(arguments: &InfoArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let goal = GoalArguments {
        precision: None,
        sweeps_max: None,
        method: MethodArgument::Auto,
    };
    let (model, problems) = match &arguments.spec {
        None => (
            LoadedWorld::read(&arguments.world, &arguments.world_arguments)?.unfold()?,
            Vec::new(),
        ),
        Some(spec) => {
            let loaded = Loaded::read(&arguments.world, spec, &arguments.world_arguments, &goal)?;
            let model = loaded.problem.model.clone();
            let problems = match loaded.questions {
                None => vec![loaded.problem],
                Some(questions) => {
                    let required = questions
                        .requirements
                        .into_iter()
                        .map(|required| required.problem);
                    questions.goals.into_iter().chain(required).collect()
                }
            };
            (model, problems)
        }
    };
    match arguments.format {
        Format::Json => terminal.data(&format!("{}\n", as_json(&model, &problems)))?,
        Format::Text => terminal.data(&as_text(&model, &problems))?,
    }
    Ok(Outcome::Met)
}

/// Returns how many choices have a set of each kind.
fn kinds(model: &Model) -> BTreeMap<&'static str, u64> {
    let mut kinds = BTreeMap::new();
    for choice in (0..).take(model.choice_count()) {
        *kinds.entry(model.set(choice).kind()).or_default() += 1;
    }
    kinds
}

fn as_json(model: &Model, problems: &[Problem]) -> serde_json::Value {
    let labels: BTreeMap<_, _> = model
        .labels()
        .iter()
        .map(|(name, states)| (name, states.len()))
        .collect();
    let mut object = json!({
        "name": model.name(),
        "about": model.about(),
        "states": model.state_count(),
        "choices": model.choice_count(),
        "branches": model.branch_count(),
        "sets": kinds(model),
        "actions": model.actions(),
        "variables": model.variables().iter().map(|variable| &variable.name).collect::<Vec<_>>(),
        "labels": labels,
        "quantities": model.quantities().keys().collect::<Vec<_>>(),
        "notes": model.notes(),
    });
    if let Some(problem) = problems.first() {
        object["goal"] = json!(problem.goal);
    }
    if problems.len() > 1 {
        object["goals"] = problems.iter().map(|problem| problem.goal.as_str()).collect();
    }
    object
}

fn as_text(model: &Model, problems: &[Problem]) -> String {
    let mut text = line("World", model.name());
    if !model.about().is_empty() {
        text += &line("", model.about());
    }
    text += &line("Size", &report::size(model));
    let kinds: Vec<String> = kinds(model)
        .into_iter()
        .map(|(kind, number)| format!("{} {kind}", report::count(number)))
        .collect();
    text += &line("Sets", &kinds.join(", "));
    text += &line("Start", &start(model));
    let shown: Vec<&str> = model.actions().iter().take(12).map(String::as_str).collect();
    let more = model.actions().len().saturating_sub(shown.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    text += &line("Actions", &format!("{}{more}", shown.join(", ")));
    for variable in model.variables() {
        text += &line("Variable", &variable.name);
    }
    for (name, states) in model.labels() {
        text += &line(
            "Label",
            &format!("{name}: {} states", report::count(states.len() as u64)),
        );
    }
    for name in model.quantities().keys() {
        text += &line("Quantity", name);
    }
    for note in model.notes() {
        text += &line("Note", note);
    }
    for problem in problems {
        text += &goal(problem);
    }
    text
}

fn start(model: &Model) -> String {
    match model.initial() {
        [(state, _)] => model.state_name(*state),
        several => format!("drawn from {} states", report::count(several.len() as u64)),
    }
}

fn goal(problem: &Problem) -> String {
    let mut text = line("Goal", &problem.goal);
    text += &line("Nature", &report::nature(problem));
    let about = match &problem.objective {
        Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
            let ends = if problem.complemented {
                "violated"
            } else {
                "fulfilled"
            };
            let lost = if problem.complemented { "safe" } else { "lost" };
            format!("{ends} in {} states, {lost} in {}", target.len(), avoid.len())
        }
        Objective::Until { target, .. } => format!("ends in {} states", target.len()),
        Objective::Horizon { steps, .. } => format!("over {steps} steps"),
        Objective::Total { .. } => "summed for ever".to_owned(),
        Objective::LongRun { .. } => "on average in the long run".to_owned(),
        Objective::Discounted { discount, .. } => format!("discounted by {discount} a step"),
    };
    text + &line("", &about)
}
