//! `murphy view`: the page of a plan, with the same question under other assumptions beside it.

use crate::cli::args::ViewArguments;
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::load::Loaded;
use crate::cli::report::line;
use crate::cli::saved::Saved;
use crate::cli::{Outcome, Terminal, progress, simulate};
use murphy_certify::check;
use murphy_problem::{Plan, Problem};
use murphy_spec::Stance;
use murphy_trace::{Checked, NatureMode, Page, PageData, PageExtras, SimulationSettings, VariantRow};
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
}

pub(crate) fn run(arguments: &ViewArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let saved = Saved::read(&arguments.plan)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    let proved = check(&saved.loaded.problem, &saved.plan.certificate);
    let inequalities = proved
        .ok()
        .filter(|checked| saved.changes.is_empty() && checked.proves(&saved.document.bracket).is_ok())
        .map(|checked| checked.inequalities);
    let request = PageRequest {
        loaded: &saved.loaded,
        plan: &saved.plan,
        inequalities,
        runs: arguments.runs,
        seed: arguments.seed,
        nature: simulate::mode(arguments.nature),
    };
    write_page(&request, &arguments.out, terminal)?;
    terminal.data(&line("Page", &arguments.out.display().to_string()))?;
    Ok(Outcome::Met)
}

/// Writes the page and returns the other readings that it shows.
pub(crate) fn write_page(
    request: &PageRequest<'_>,
    path: &Path,
    terminal: &Terminal,
) -> Result<Vec<VariantRow>, Failure> {
    let problem = &request.loaded.problem;
    let settings = SimulationSettings {
        runs: request.runs,
        seed: request.seed,
        nature: request.nature,
        ..SimulationSettings::default()
    };
    let simulation = simulate::shown(problem, request.plan, &settings, terminal)?;
    let variants = variants(request.loaded, terminal)?;
    let extras = PageExtras {
        simulation: Some(&simulation),
        variants: variants.clone(),
        checked: request.inequalities.map(|inequalities| Checked { inequalities }),
    };
    let data = PageData::new(problem, request.plan, extras).map_err(Failure::new)?;
    write(path, Page::render(&data).as_bytes())?;
    Ok(variants)
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
