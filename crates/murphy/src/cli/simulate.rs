//! `murphy simulate`: many runs of a plan, and the few that are worth a look.

use crate::cli::args::{Format, NatureArgument, NatureArguments, SimulateArguments};
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::report::{self, bracket_text, line};
use crate::cli::saved::Saved;
use crate::cli::story::{self, Tale};
use crate::cli::{Outcome, Terminal, progress, several, stop};
use murphy::tiers::AimPlan;
use murphy_problem::{Bracket, Plan, Problem};
use murphy_trace::{
    Aim, NatureMode, RareEvent, Simulation, SimulationSettings, SplittingSettings, Summary, Trace,
    rare_event, shortest_to_label, simulate_aims, simulate_with, write_jsonl,
};
use std::ops::ControlFlow;

pub(crate) fn run(arguments: &SimulateArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(tale) = Tale::read(&arguments.plan, terminal)? {
        return story::simulate(&tale, arguments, terminal);
    }
    let saved = Saved::read(&arguments.plan)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    let settings = settings(arguments);
    let aims = several::aims(&saved);
    let simulation = shown_by_all((&saved.loaded.problem, &saved.plan, &aims), &settings, terminal)?;
    let (problem, plan) = (&saved.loaded.problem, &saved.plan);
    let mut ways = Vec::new();
    for label in &arguments.to_label {
        let way = shortest_to_label(problem, plan, &settings, label).map_err(Failure::new)?;
        ways.push((label.as_str(), way));
    }
    let rare = arguments
        .rare
        .then(|| rare_event(problem, plan, &settings, &SplittingSettings::default()))
        .transpose()
        .map_err(Failure::new)?;
    report(
        (&simulation, &ways, rare.as_ref()),
        (&problem.goal, &plan.bracket),
        (arguments, terminal),
    )
}

/// Returns the settings that the arguments name.
pub(crate) fn settings(arguments: &SimulateArguments) -> SimulationSettings {
    SimulationSettings {
        runs: arguments.runs,
        seed: arguments.seed,
        nature: mode(&arguments.nature),
        steps_max: arguments.steps_max,
        ..SimulationSettings::default()
    }
}

/// What was found: the simulation, the shortest way to each label that was asked for, and the rare event.
pub(crate) type Found<'a> = (
    &'a Simulation,
    &'a [(&'a str, Option<Trace>)],
    Option<&'a RareEvent>,
);

/// Writes the traces and prints what was found.
pub(crate) fn report(
    (simulation, ways, rare): Found<'_>,
    (goal, bracket): (&str, &Bracket),
    (arguments, terminal): (&SimulateArguments, &Terminal),
) -> Result<Outcome, Failure> {
    if let Some(path) = &arguments.traces {
        let shortest = ways.iter().filter_map(|(_, way)| way.as_ref());
        let texts: Vec<String> = simulation
            .traces
            .iter()
            .chain(shortest)
            .map(|trace| write_jsonl(trace, &simulation.header))
            .collect();
        write(path, texts.concat().as_bytes())?;
    }
    if arguments.format == Format::Json {
        let object = as_json(&simulation.summary, ways, rare)?;
        return terminal.data(&format!("{object}\n")).map(|()| Outcome::Met);
    }
    if simulation.summary.runs < arguments.runs {
        terminal.remark("stopped early; what was found until then follows");
    }
    terminal.data(&as_text(goal, bracket, &simulation.summary))?;
    for (label, way) in ways {
        terminal.data(&way_text(label, way.as_ref()))?;
    }
    if let Some(rare) = rare {
        terminal.data(&rare_text(rare))?;
    }
    if let Some(path) = &arguments.traces {
        let told = simulation.traces.len() + ways.iter().filter(|(_, way)| way.is_some()).count();
        let told = format!("{told} in {}", path.display());
        terminal.data(&line("Traces", &told))?;
    }
    Ok(Outcome::Met)
}

/// Returns the Nature that the arguments name.
pub(crate) fn mode(arguments: &NatureArguments) -> NatureMode {
    match arguments.nature {
        NatureArgument::Worst => NatureMode::Worst,
        NatureArgument::Nominal => NatureMode::Nominal,
        NatureArgument::Sampled => NatureMode::Sampled,
        NatureArgument::Mixed => NatureMode::Mixed {
            worst: arguments.worst_share,
        },
    }
}

/// Simulates until all that is asked is settled, and shows how far it is.
pub(crate) fn shown_by_all(
    (problem, plan, aims): (&Problem, &Plan, &[AimPlan]),
    settings: &SimulationSettings,
    terminal: &Terminal,
) -> Result<Simulation, Failure> {
    if aims.is_empty() {
        return shown(problem, plan, settings, terminal);
    }
    let aims: Vec<Aim<'_>> = aims.iter().map(AimPlan::aim).collect();
    watched(settings, terminal, &|watch| simulate_aims(&aims, settings, watch))
}

/// Simulates and shows how far it is.
pub(crate) fn shown(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    terminal: &Terminal,
) -> Result<Simulation, Failure> {
    watched(settings, terminal, &|watch| {
        simulate_with(problem, plan, settings, watch)
    })
}

/// What a simulation tells its progress to; the answer may stop it.
type Watch<'a> = &'a dyn Fn(u64) -> ControlFlow<()>;

/// Simulates with a bar, until Ctrl-C.
pub(crate) fn watched(
    settings: &SimulationSettings,
    terminal: &Terminal,
    simulate: &dyn Fn(Watch<'_>) -> Result<Simulation, murphy_trace::Error>,
) -> Result<Simulation, Failure> {
    let bar = progress::bar(terminal, settings.runs, "simulating");
    let watch = |done: u64| {
        bar.set_position(done);
        if stop::asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    stop::listen();
    let simulation = simulate(&watch).map_err(Failure::new);
    bar.finish_and_clear();
    simulation
}

/// Returns what runs came to by each goal and requirement.
fn aims_text(summary: &Summary) -> String {
    let mut text = String::new();
    for aim in &summary.aims {
        text += &line(&aim.name, &aim.text);
        let bracket = Bracket {
            lower: aim.bracket.lower.0,
            upper: aim.bracket.upper.0,
        };
        let holds = match aim.holds {
            Some(true) => ", which is enough",
            Some(false) => ", which is NOT enough",
            None => "",
        };
        text += &line("", &format!("proved {}{holds}", bracket_text(&bracket)));
        let sure = if aim.exact { "" } else { ", estimated" };
        text += &line(
            "",
            &format!(
                "seen {:.6}, true mean in [{:.6}, {:.6}]{sure}",
                aim.mean.0, aim.interval.lower.0, aim.interval.upper.0
            ),
        );
    }
    text
}

fn as_text(goal: &str, bracket: &Bracket, summary: &Summary) -> String {
    let runs = report::count(summary.runs);
    let mut text = if summary.aims.is_empty() {
        line("Goal", goal)
    } else {
        String::new()
    };
    text += &line(
        "Runs",
        &format!(
            "{runs} against the {} Nature, seed {}",
            summary.nature, summary.seed
        ),
    );
    let percent = 100.0 * summary.confidence;
    let interval = format!(
        "[{:.6}, {:.6}] with {percent} % confidence{}",
        summary.interval.lower.0,
        summary.interval.upper.0,
        if summary.exact { "" } else { ", estimated" }
    );
    if summary.aims.is_empty() {
        text += &line(
            "Mean",
            &format!("{:.6}, true value in {interval}", summary.mean.0),
        );
        text += &line("Plan", &format!("proved bracket {}", bracket_text(bracket)));
    } else {
        text += &line(
            "",
            "she works against the first goal, and turns to the next when that is settled",
        );
        text += &aims_text(summary);
    }
    text += &line(
        "Steps",
        &format!(
            "{:.2} on average, {} at most",
            summary.steps_mean,
            report::count(u64::from(summary.steps_longest))
        ),
    );
    if summary.unfinished > 0 {
        text += &line(
            "",
            &format!(
                "{} runs were cut at the longest length",
                report::count(summary.unfinished)
            ),
        );
    }
    text
}

/// Returns the summary as one object, with the shortest ways and the rare event where they were asked for.
fn as_json(
    summary: &Summary,
    ways: &[(&str, Option<Trace>)],
    rare: Option<&RareEvent>,
) -> Result<serde_json::Value, Failure> {
    let mut object = serde_json::to_value(summary).map_err(Failure::new)?;
    if !ways.is_empty() {
        let ways = ways.iter().map(|(label, way)| {
            serde_json::json!({
                "label": label,
                "steps": way.as_ref().map(|way| way.steps.len() - 1),
                "probability": way.as_ref().and_then(|way| way.probability),
            })
        });
        object["shortest"] = ways.collect();
    }
    if let Some(rare) = rare {
        object["rare"] = serde_json::json!({
            "event": rare.event,
            "mean": rare.mean,
            "standard_error": rare.error,
            "levels": rare.levels,
            "steps": rare.steps,
        });
    }
    Ok(object)
}

/// Returns the shortest way to a label, state by state.
fn way_text(label: &str, way: Option<&Trace>) -> String {
    let Some(way) = way else {
        return line("Shortest", &format!("no run of the plan comes to `{label}`"));
    };
    let steps = report::count(way.steps.len() as u64 - 1);
    let probability = way.probability.unwrap_or_default();
    let mut text = line(
        "Shortest",
        &format!("to `{label}` in {steps} steps, exactly this way with probability {probability:.3e}"),
    );
    const SHOWN_MAX: usize = 12;
    for step in way.steps.iter().take(SHOWN_MAX) {
        let values: Vec<String> = step
            .values
            .iter()
            .map(|(name, value)| format!("{name}={}", value.text()))
            .collect();
        let state = if values.is_empty() {
            format!("state {}", step.state)
        } else {
            values.join(" ")
        };
        let action = step.decision.as_ref().map_or("", |decision| &decision.action);
        text += &line("", format!("{}  {state}  {action}", step.step).trim_end());
    }
    if way.steps.len() > SHOWN_MAX {
        let more = report::count((way.steps.len() - SHOWN_MAX) as u64);
        text += &line("", &format!("and {more} more; --traces writes them all"));
    }
    text
}

fn rare_text(rare: &RareEvent) -> String {
    let event = match rare.event {
        murphy_trace::Outcome::Held => "the goal is met",
        _ => "the goal is missed",
    };
    line(
        "Rare",
        &format!(
            "{event} with probability {:.4e}, standard error {:.1e}, over {} levels of the certified value, {} steps",
            rare.mean,
            rare.error,
            rare.levels.len(),
            report::count(rare.steps)
        ),
    )
}
