//! What a page shows, as plain data.

use super::map::Map;
use super::table::PolicyTable;
use super::words;
use crate::arena::Arena;
use crate::error::Error;
use crate::number::Number;
use crate::record::{labels_of, range};
use crate::simulate::Simulation;
use crate::summary::Summary;
use crate::trace::{Outcome, Range, Role, Step, Trace};
use murphy_problem::{Bracket, Direction, Plan, Problem, StopReason};
use murphy_world::{Model, StateId};
use serde::Serialize;

/// A trace longer than this is shown without its middle.
const STEPS_MAX: usize = 400;

/// The same plan under another assumption, or another plan, to compare with.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantRow {
    /// What differs, like `over: AllStates`.
    pub name: String,
    /// The certified bracket of the goal.
    pub bracket: Bracket,
    /// What it means, in a sentence.
    pub note: String,
}

/// What the independent checker said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// How many inequalities it proved.
    pub inequalities: u64,
}

/// What a page can show beside the plan.
#[derive(Clone, Debug, Default)]
pub struct PageExtras<'a> {
    /// Runs and traces.
    pub simulation: Option<&'a Simulation>,
    /// Other answers to compare with.
    pub variants: Vec<VariantRow>,
    /// What the checker said; `None` if it was not asked.
    pub checked: Option<Checked>,
}

/// Everything that a page shows.
#[derive(Clone, Debug, Serialize)]
pub struct PageData {
    pub(super) world: String,
    pub(super) about: String,
    notes: Vec<String>,
    goal: String,
    goal_in_words: String,
    wants: &'static str,
    kind: &'static str,
    stance: String,
    settled: String,
    precision: f64,
    stop: &'static str,
    sweeps: u64,
    size: [usize; 3],
    bracket: Range,
    checked: Option<Checked>,
    variants: Vec<Variant>,
    simulation: Option<Summary>,
    /// As text: the script's numbers do not hold 64 bits.
    seed: Option<String>,
    policy: PolicyTable,
    map: Option<Map>,
    traces: Vec<PageTrace>,
}

#[derive(Clone, Debug, Serialize)]
struct Variant {
    name: String,
    bracket: Range,
    note: String,
}

/// A trace with what its branches are called on the page.
#[derive(Clone, Debug, Serialize)]
struct PageTrace {
    run: String,
    role: Role,
    outcome: Outcome,
    total: Option<Number>,
    length: usize,
    steps: Vec<PageStep>,
}

#[derive(Clone, Debug, Serialize)]
struct PageStep {
    #[serde(flatten)]
    step: Step,
    /// What each branch changes, in the order of the branches.
    moves: Vec<String>,
    /// The labels that hold where each branch leads.
    tags: Vec<Vec<String>>,
    /// Where the state lies on the map.
    cell: Option<[i64; 2]>,
    /// Where the branches lead on the map.
    cells: Vec<Option<[i64; 2]>>,
}

impl PageData {
    /// Gathers what a page shows of a plan.
    ///
    /// Large plans are cut down to what matters: the states that are visited most, and traces without their middle. The
    /// page says what it leaves out.
    ///
    /// # Errors
    /// A plan that does not fit the problem.
    pub fn new(problem: &Problem, plan: &Plan, extras: PageExtras<'_>) -> Result<Self, Error> {
        let arena = Arena::new(problem, plan)?;
        let model = &problem.model;
        let wants_more = (problem.agent == Direction::Maximize) != problem.complemented;
        let visits: &[u64] = extras
            .simulation
            .map_or(&[], |simulation| &simulation.summary.visits);
        let traces: &[Trace] = extras.simulation.map_or(&[], |simulation| &simulation.traces);
        Ok(Self {
            world: model.name().to_owned(),
            about: model.about().to_owned(),
            notes: model.notes().to_vec(),
            goal: problem.goal.clone(),
            goal_in_words: words::goal(&problem.goal),
            wants: if wants_more { "large" } else { "small" },
            kind: if arena.is_quantity() {
                "quantity"
            } else {
                "probability"
            },
            stance: format!("{:?}", problem.stance),
            settled: format!("{:?}", problem.settled),
            precision: problem.precision,
            stop: match plan.stop {
                StopReason::Precise => "precise",
                StopReason::SweepsSpent => "sweeps spent",
                StopReason::Stalled => "stalled",
            },
            sweeps: plan.sweeps,
            size: [model.state_count(), model.choice_count(), model.branch_count()],
            bracket: range(plan.bracket),
            checked: extras.checked,
            variants: extras.variants.into_iter().map(Variant::new).collect(),
            simulation: extras.simulation.map(|simulation| simulation.summary.clone()),
            seed: extras
                .simulation
                .map(|simulation| simulation.summary.seed.to_string()),
            policy: PolicyTable::new(&arena, visits)?,
            map: Map::new(&arena, visits, traces)?,
            traces: traces.iter().map(|trace| PageTrace::new(model, trace)).collect(),
        })
    }

    /// Returns the answer in one sentence.
    pub(super) fn answer(&self) -> String {
        format!(
            "{} of {} lies between {} and {} ({} Nature).",
            if self.wants == "large" {
                "The largest value"
            } else {
                "The smallest value"
            },
            self.goal_in_words,
            self.bracket.lower.0,
            self.bracket.upper.0,
            self.stance.to_lowercase(),
        )
    }
}

impl Variant {
    fn new(row: VariantRow) -> Self {
        Self {
            name: row.name,
            bracket: range(row.bracket),
            note: row.note,
        }
    }
}

impl PageTrace {
    fn new(model: &Model, trace: &Trace) -> Self {
        let length = trace.steps.len();
        let shown =
            |step: &usize| length <= STEPS_MAX || *step < STEPS_MAX / 2 || *step >= length - STEPS_MAX / 2;
        let steps = (0..length).filter(shown).filter_map(|step| trace.steps.get(step));
        Self {
            run: trace.run.to_string(),
            role: trace.role,
            outcome: trace.outcome,
            total: trace.total,
            length,
            steps: steps.map(|step| PageStep::new(model, step)).collect(),
        }
    }
}

impl PageStep {
    fn new(model: &Model, step: &Step) -> Self {
        let branches = step.decision.iter().flat_map(|decision| &decision.branches);
        let targets: Vec<StateId> = branches.map(|branch| branch.state).collect();
        Self {
            tags: targets.iter().map(|target| labels_of(model, *target)).collect(),
            moves: targets
                .iter()
                .map(|target| change(model, step.state, *target))
                .collect(),
            cell: super::map::cell(model, step.state),
            cells: targets
                .iter()
                .map(|target| super::map::cell(model, *target))
                .collect(),
            step: step.clone(),
        }
    }
}

/// Returns the variables that change on the way to a state.
fn change(model: &Model, from: StateId, to: StateId) -> String {
    if from == to {
        return "stays".to_owned();
    }
    let changed = model
        .variables()
        .iter()
        .zip(model.values(from))
        .zip(model.values(to));
    let changed: Vec<String> = changed
        .filter(|((_, before), after)| before != after)
        .map(|((variable, _), after)| format!("{}={}", variable.name, model.value_text(after)))
        .collect();
    if changed.is_empty() {
        model.state_name(to)
    } else {
        changed.join(", ")
    }
}
