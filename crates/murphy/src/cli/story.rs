//! Plans of decision problems, read back to be walked: for `simulate`, `view` and `explain`.

use crate::cli::args::{Format, PlanArguments, SimulateArguments, ViewArguments};
use crate::cli::export::{self, ExportFormat};
use crate::cli::failure::Failure;
use crate::cli::files::{read_source, write};
use crate::cli::report::line;
use crate::cli::saved_decision::{SavedDecision, SavedStages};
use crate::cli::{Outcome, Terminal, decision_report, simulate};
use murphy::story::{stakes, tell_stakes};
use murphy_certify::{check_decision, check_on_states};
use murphy_notation::Source;
use murphy_problem::decision::{
    DecisionDocument, DecisionProof, Law, PlanText, Played, StageDocument, Supposed,
};
use murphy_trace::{
    Checked, Page, PageData, Simulation, SimulationSettings, Story, StoryExtras, Told, Trace, label_way,
    record_decision_run, simulate_decision,
};
use std::collections::BTreeMap;
use std::path::Path;

/// A plan of a decision problem with how it plays out.
pub(crate) struct Tale {
    pub(crate) played: Played,
    pub(crate) told: Told,
    /// The law and the proof, where the plan is one on histories.
    pub(crate) law: Option<(Law, DecisionProof)>,
    /// The hash of the plan file.
    plan_hash: String,
    /// How many comparisons the checker proved; none if it did not accept the plan, or something was changed since.
    pub(crate) inequalities: Option<u64>,
}

impl Tale {
    /// Reads a plan file, if it is the plan of a decision problem.
    pub(crate) fn read(path: &Path, terminal: &Terminal) -> Result<Option<Self>, Failure> {
        let (source, origin) = read_source(path)?;
        let tale = if DecisionDocument::recognises(&source.text) {
            Self::of_histories(path, &source)?
        } else if StageDocument::recognises(&source.text) {
            Self::of_states(path, &source)?
        } else {
            return Ok(None);
        };
        let (tale, changes) = tale;
        for change in &changes {
            terminal.remark(&format!("note: {change}"));
        }
        Ok(Some(Self {
            plan_hash: origin.hash,
            inequalities: tale.inequalities.filter(|_| changes.is_empty()),
            ..tale
        }))
    }

    fn of_histories(path: &Path, source: &Source) -> Result<(Self, Vec<String>), Failure> {
        let saved = SavedDecision::read(path, &source.text)?;
        let law = saved.decision.law;
        let checked = check_decision(&law, &saved.proof);
        let played = law.played(&saved.proof).map_err(Failure::new)?;
        let tale = Self {
            told: Told {
                stakes: stakes(&played).map_err(Failure::new)?,
                nature: decision_report::nature(&law),
                ..about(&saved.decision.supposed)
            },
            played,
            law: Some((law, saved.proof)),
            plan_hash: String::new(),
            inequalities: checked.ok().map(|checked| checked.inequalities),
        };
        Ok((tale, saved.changes))
    }

    fn of_states(path: &Path, source: &Source) -> Result<(Self, Vec<String>), Failure> {
        let saved = SavedStages::read(path, &source.text)?;
        let checked = check_on_states(&saved.law, &saved.proof);
        let played = saved
            .stages
            .played(&saved.name, &saved.goal, &saved.proof.plan)
            .map_err(Failure::new)?;
        let tale = Self {
            played,
            told: Told {
                nature: vec![STATES.to_owned()],
                ..about(&saved.supposed)
            },
            law: None,
            plan_hash: String::new(),
            inequalities: checked.ok().map(|checked| checked.inequalities),
        };
        Ok((tale, saved.changes))
    }

    /// Simulates, and says what is at stake along the traces.
    fn simulated(
        &self,
        story: &Story<'_>,
        settings: &SimulationSettings,
        terminal: &Terminal,
    ) -> Result<Simulation, Failure> {
        let simulation = simulate::watched(settings, terminal, &|watch| {
            simulate_decision(story, settings, watch)
        });
        let mut simulation = simulation?;
        for trace in &mut simulation.traces {
            tell_stakes(&self.played, trace);
        }
        Ok(simulation)
    }

    /// Writes the page.
    pub(crate) fn write_page(
        &self,
        settings: &SimulationSettings,
        path: &Path,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let story = Story::new(&self.played, &self.told);
        let simulation = self.simulated(&story, settings, terminal)?;
        let extras = StoryExtras {
            simulation: Some(&simulation),
            traces: Vec::new(),
            checked: self.inequalities.map(|inequalities| Checked { inequalities }),
            plan_hash: Some(self.plan_hash.clone()),
        };
        write(path, Page::render(&PageData::of_story(&story, extras)).as_bytes())
    }
}

/// Writes the page of a plan that was just written, if one was asked for.
pub(crate) fn page_after(arguments: &PlanArguments, terminal: &Terminal) -> Result<(), Failure> {
    let Some(page) = &arguments.view else {
        return Ok(());
    };
    let tale = Tale::read(&arguments.out, terminal)?.ok_or_else(|| Failure::new("this plan has no page"))?;
    let settings = SimulationSettings {
        seed: 1,
        ..SimulationSettings::default()
    };
    tale.write_page(&settings, page, terminal)?;
    match arguments.format {
        Format::Text => terminal.data(&line("Page", &page.display().to_string())),
        Format::Json => Ok(()),
    }
}

/// How Nature settles what is hidden where places are states.
const STATES: &str = "pessimistic; settles all unknowns and the hypothesis once for the whole run, and the agent sees the state";

/// Returns what the worlds of hypotheses say of themselves and of their states.
fn about(supposed: &[Supposed]) -> Told {
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for one in supposed {
        let model = &one.world.model;
        for (label, states) in model.labels() {
            for state in states.iter() {
                let held = labels.entry(model.state_name(state)).or_default();
                if !held.contains(label) {
                    held.push(label.clone());
                }
            }
        }
    }
    Told {
        labels,
        about: supposed
            .first()
            .map(|one| one.world.model.about().to_owned())
            .unwrap_or_default(),
        ..Told::default()
    }
}

/// `murphy simulate` for the plan of a decision problem.
pub(crate) fn simulate(
    tale: &Tale,
    arguments: &SimulateArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    if arguments.rare {
        return Err(
            Failure::new("--rare splits runs by the value of states, and this plan has histories")
                .hint("leave --rare out; `murphy value` has the exact number"),
        );
    }
    let settings = simulate::settings(arguments);
    let story = Story::new(&tale.played, &tale.told);
    let simulation = tale.simulated(&story, &settings, terminal)?;
    let mut ways = Vec::new();
    for label in &arguments.to_label {
        let mut way = label_way(&story, &settings, label).map_err(Failure::new)?;
        if let Some(way) = &mut way {
            tell_stakes(&tale.played, way);
        }
        ways.push((label.as_str(), way));
    }
    let range = story.bracket();
    let bracket = murphy_problem::Bracket {
        lower: range.lower.0,
        upper: range.upper.0,
    };
    simulate::report(
        (&simulation, &ways, None),
        (&tale.played.goal, &bracket),
        (arguments, terminal),
    )
}

/// `murphy view` for the plan of a decision problem.
pub(crate) fn view(tale: &Tale, arguments: &ViewArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if arguments.beside.is_some() {
        return Err(
            Failure::new("--beside compares plans state by state, and this plan has histories")
                .hint("view each of them alone; their files say what is done at each choice"),
        );
    }
    let settings = SimulationSettings {
        runs: arguments.runs,
        seed: arguments.seed,
        nature: simulate::mode(&arguments.nature),
        ..SimulationSettings::default()
    };
    let Some(format) = ExportFormat::of(&arguments.out) else {
        tale.write_page(&settings, &arguments.out, terminal)?;
        terminal.data(&line("Page", &arguments.out.display().to_string()))?;
        return Ok(Outcome::Met);
    };
    let story = Story::new(&tale.played, &tale.told);
    let simulation = tale.simulated(&story, &settings, terminal)?;
    let single = format.is_single();
    let traces: Vec<Trace> = match arguments.trace.as_deref() {
        None if single => simulation.traces.iter().take(1).cloned().collect(),
        None => simulation.traces.clone(),
        Some("shortest") => {
            return Err(Failure::new("a decision problem has no shortest failure")
                .hint("write worst, typical, best, or the number of a run"));
        }
        Some(which) => match export::role(which) {
            Some(role) => {
                let found = simulation.traces.iter().find(|trace| trace.role == role);
                found.or(simulation.traces.first()).cloned().into_iter().collect()
            }
            None => {
                let mut trace =
                    record_decision_run(&story, &settings, export::number(which)?).map_err(Failure::new)?;
                tell_stakes(&tale.played, &mut trace);
                vec![trace]
            }
        },
    };
    let bytes = export::bytes(format, &simulation.header, &traces)?;
    write(&arguments.out, &bytes)?;
    terminal.data(&line("Export", &export::told(&traces, &arguments.out)))?;
    Ok(Outcome::Met)
}
