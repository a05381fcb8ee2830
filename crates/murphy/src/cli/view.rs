//! `murphy view`: the page of a plan, with the same question under other assumptions beside it.

use crate::cli::args::ViewArguments;
use crate::cli::export::{self, ExportFormat};
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::load::Loaded;
use crate::cli::report::line;
use crate::cli::saved::Saved;
use crate::cli::story::{self, Tale};
use crate::cli::{Outcome, Terminal, progress, several, simulate};
use murphy::tiers::AimPlan;
use murphy_certify::check;
use murphy_problem::{Plan, Problem};
use murphy_spec::Stance;
use murphy_trace::{
    Beside, Checked, NatureMode, Page, PageData, PageExtras, SimulationSettings, VariantRow,
    shortest_to_failure,
};
use std::path::Path;

/// What a page is made from.
pub(crate) struct PageRequest<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) plan: &'a Plan,
    /// How many inequalities the checker proved; `None` if it did not accept the plan.
    pub(crate) inequalities: Option<u64>,
    pub(crate) runs: u64,
    pub(crate) seed: u64,
    pub(crate) nature: NatureMode,
    /// The hash of the plan file.
    pub(crate) plan_hash: String,
    /// A second plan to compare with, and what to call it.
    pub(crate) beside: Option<(&'a Saved, String)>,
    /// The plan by each goal and requirement, where there are several.
    pub(crate) aims: Vec<AimPlan>,
}

pub(crate) fn run(arguments: &ViewArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(tale) = Tale::read(&arguments.plan, terminal)? {
        return story::view(&tale, arguments, terminal);
    }
    let saved = read_saved(&arguments.plan, terminal)?;
    let beside = arguments
        .beside
        .as_ref()
        .map(|path| Ok::<_, Failure>((read_saved(path, terminal)?, named(path))))
        .transpose()?;
    let request = PageRequest {
        loaded: &saved.loaded,
        plan: &saved.plan,
        inequalities: None,
        runs: arguments.runs,
        seed: arguments.seed,
        nature: simulate::mode(&arguments.nature),
        plan_hash: saved.origin.hash.clone(),
        beside: beside.as_ref().map(|(other, name)| (other, name.clone())),
        aims: several::aims(&saved),
    };
    if let Some(format) = ExportFormat::of(&arguments.out) {
        let told = export::write_export(&request, format, arguments, terminal)?;
        terminal.data(&line("Export", &told))?;
        return Ok(Outcome::Met);
    }
    let request = PageRequest {
        inequalities: proved(&saved),
        ..request
    };
    write_page(&request, &arguments.out, terminal)?;
    terminal.data(&line("Page", &arguments.out.display().to_string()))?;
    Ok(Outcome::Met)
}

fn read_saved(path: &Path, terminal: &Terminal) -> Result<Saved, Failure> {
    let saved = Saved::read(path)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    Ok(saved)
}

/// Returns the name of a file without its ending.
fn named(path: &Path) -> String {
    path.file_stem().map_or_else(
        || path.display().to_string(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Returns how many inequalities the checker proves of a plan that nothing was changed about.
fn proved(saved: &Saved) -> Option<u64> {
    check(&saved.loaded.problem, &saved.plan.certificate)
        .ok()
        .filter(|checked| saved.changes.is_empty() && checked.proves(&saved.document.bracket).is_ok())
        .map(|checked| checked.inequalities)
}

/// Returns the settings of the simulation that a page or an export is made from.
pub(crate) fn settings(request: &PageRequest<'_>) -> SimulationSettings {
    SimulationSettings {
        runs: request.runs,
        seed: request.seed,
        nature: request.nature,
        ..SimulationSettings::default()
    }
}

/// Writes the page and returns the other readings that it shows.
pub(crate) fn write_page(
    request: &PageRequest<'_>,
    path: &Path,
    terminal: &Terminal,
) -> Result<Vec<VariantRow>, Failure> {
    let problem = &request.loaded.problem;
    let settings = settings(request);
    let simulation = simulate::shown_by_all((problem, request.plan, &request.aims), &settings, terminal)?;
    let shortest = shortest_to_failure(problem, request.plan, &settings).map_err(Failure::new)?;
    let variants = variants(request.loaded, terminal)?;
    let other = request
        .beside
        .as_ref()
        .map(|(other, _)| simulate::shown(&other.loaded.problem, &other.plan, &settings, terminal))
        .transpose()?;
    let beside = request.beside.as_ref().map(|(saved, name)| Beside {
        name: name.clone(),
        problem: &saved.loaded.problem,
        plan: &saved.plan,
        simulation: other.as_ref(),
        checked: proved(saved).map(|inequalities| Checked { inequalities }),
    });
    let extras = PageExtras {
        simulation: Some(&simulation),
        traces: shortest.into_iter().collect(),
        variants: variants.clone(),
        checked: request.inequalities.map(|inequalities| Checked { inequalities }),
        plan_hash: Some(request.plan_hash.clone()),
        beside,
        aims: request.aims.iter().map(AimPlan::aim).collect(),
        pins: request.loaded.spec.pins.iter().map(pinned).collect(),
    };
    let data = PageData::new(problem, request.plan, extras).map_err(Failure::new)?;
    write(path, Page::render(&data).as_bytes())?;
    Ok(variants)
}

/// Returns a pin in a sentence.
fn pinned(pin: &murphy_spec::Pin) -> String {
    let why = pin.why.as_ref().map(|why| format!(": {why}"));
    let when = pin.when.passage.as_str();
    format!("`{}` where `{when}`{}", pin.act, why.unwrap_or_default())
}

/// Answers the same question under the other stances, and under the variants that the world names.
fn variants(loaded: &Loaded, terminal: &Terminal) -> Result<Vec<VariantRow>, Failure> {
    let mut rows = Vec::new();
    if loaded.questions.is_some() {
        // Another reading would be another plan for all the goals, not another value of this one.
        return Ok(rows);
    }
    for stance in [Stance::Pessimistic, Stance::Nominal, Stance::Optimistic] {
        if stance == loaded.problem.stance {
            continue;
        }
        let mut spec = loaded.spec.clone();
        spec.nature.stance = stance;
        // The nominal stance is not defined where a set has no centre; then there is nothing to show.
        let Ok(problem) = Problem::new(loaded.problem.model.clone(), &spec) else {
            continue;
        };
        let problem = problem.with_precision(loaded.problem.precision);
        let (name, note) = match stance {
            Stance::Pessimistic => ("worst case", "Nature works against the goal"),
            Stance::Nominal => ("taken at face value", "every set is replaced by its centre"),
            Stance::Optimistic => ("best case", "Nature works for the goal"),
        };
        let answer = progress::solve(&problem, None, terminal)?;
        rows.push(VariantRow {
            name: name.to_owned(),
            bracket: answer.plan.bracket,
            note: note.to_owned(),
        });
    }
    for variant in loaded.world.variants() {
        let world = loaded.world.with(&variant.constants)?;
        let problem = Problem::new(world.unfold()?, &loaded.spec)?.with_precision(loaded.problem.precision);
        let answer = progress::solve(&problem, None, terminal)?;
        let changed: Vec<String> = variant
            .constants
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        rows.push(VariantRow {
            name: variant.name.clone(),
            bracket: answer.plan.bracket,
            note: changed.join(", "),
        });
    }
    Ok(rows)
}
