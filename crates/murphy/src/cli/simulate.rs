//! `murphy simulate`: many runs of a plan, and the few that are worth a look.

use crate::cli::args::{Format, NatureArgument, SimulateArguments};
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::report::{self, bracket_text, line};
use crate::cli::saved::Saved;
use crate::cli::{Outcome, Terminal, progress};
use murphy_problem::{Plan, Problem};
use murphy_trace::{NatureMode, Simulation, SimulationSettings, Summary, simulate_with, write_jsonl};
use std::ops::ControlFlow;

pub(crate) fn run(arguments: &SimulateArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let saved = Saved::read(&arguments.plan)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    let settings = SimulationSettings {
        runs: arguments.runs,
        seed: arguments.seed,
        nature: mode(arguments.nature),
        steps_max: arguments.steps_max,
        ..SimulationSettings::default()
    };
    let simulation = shown(&saved.loaded.problem, &saved.plan, &settings, terminal)?;
    if let Some(path) = &arguments.traces {
        let texts: Vec<String> = simulation
            .traces
            .iter()
            .map(|trace| write_jsonl(trace, &simulation.header))
            .collect();
        write(path, texts.concat().as_bytes())?;
    }
    match arguments.format {
        Format::Json => {
            let text = serde_json::to_string(&simulation.summary).map_err(Failure::new)?;
            terminal.data(&format!("{text}\n"))?;
        }
        Format::Text => {
            terminal.data(&as_text(&saved.loaded.problem, &saved.plan, &simulation.summary))?;
            if let Some(path) = &arguments.traces {
                let told = format!("{} in {}", simulation.traces.len(), path.display());
                terminal.data(&line("Traces", &told))?;
            }
        }
    }
    Ok(Outcome::Met)
}

/// Returns the Nature that an argument names.
pub(crate) fn mode(nature: NatureArgument) -> NatureMode {
    match nature {
        NatureArgument::Worst => NatureMode::Worst,
        NatureArgument::Nominal => NatureMode::Nominal,
        NatureArgument::Sampled => NatureMode::Sampled,
    }
}

/// Simulates and shows how far it is.
pub(crate) fn shown(
    problem: &Problem,
    plan: &Plan,
    settings: &SimulationSettings,
    terminal: &Terminal,
) -> Result<Simulation, Failure> {
    let bar = progress::bar(terminal, settings.runs, "simulating");
    let watch = |done: u64| {
        bar.set_position(done);
        ControlFlow::Continue(())
    };
    let simulation = simulate_with(problem, plan, settings, &watch).map_err(Failure::new);
    bar.finish_and_clear();
    simulation
}

fn as_text(problem: &Problem, plan: &Plan, summary: &Summary) -> String {
    let runs = report::count(summary.runs);
    let mut text = line("Goal", &problem.goal);
    text += &line(
        "Runs",
        &format!(
            "{runs} against the {} Nature, seed {}",
            summary.nature, summary.seed
        ),
    );
    let percent = 100.0 * summary.confidence;
    let interval = format!(
        "[{:.6}, {:.6}] with {percent} % confidence",
        summary.interval.lower.0, summary.interval.upper.0
    );
    text += &line(
        "Mean",
        &format!("{:.6}, true value in {interval}", summary.mean.0),
    );
    text += &line("Plan", &format!("proved bracket {}", bracket_text(&plan.bracket)));
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
