//! What a page shows, as plain data.

use super::beside::{Beside, BesideData};
use super::compact::Compact;
use super::decision::DecisionData;
use super::picture::Grid;
use super::states::{Rows, States};
use super::words;
use crate::aims::Aim;
use crate::arena::Arena;
use crate::error::Error;
use crate::number::Number;
use crate::record::range;
use crate::simulate::Simulation;
use crate::summary::Summary;
use crate::trace::{Outcome, Range, Role, Step, Trace};
use murphy_problem::{Bracket, Direction, Plan, Problem, Side, StopReason};
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
    /// More traces, shown after those of the simulation.
    pub traces: Vec<Trace>,
    /// Other answers to compare with.
    pub variants: Vec<VariantRow>,
    /// What the checker said; `None` if it was not asked.
    pub checked: Option<Checked>,
    /// The BLAKE3 hash of the plan file in hexadecimal, which reviews made on the page are bound to.
    pub plan_hash: Option<String>,
    /// A second plan.
    pub beside: Option<Beside<'a>>,
    /// All goals and requirements, the first goal first, where there are several.
    pub aims: Vec<Aim<'a>>,
    /// Where a person said what is done, in sentences.
    pub pins: Vec<String>,
}

/// Everything that a page shows.
#[derive(Clone, Debug, Serialize)]
pub struct PageData {
    pub(super) world: String,
    pub(super) about: String,
    pub(super) notes: Vec<String>,
    pub(super) goal: String,
    pub(super) goal_in_words: String,
    pub(super) wanted: Wanted,
    pub(super) stance: String,
    pub(super) settled: String,
    pub(super) precision: f64,
    pub(super) stop: &'static str,
    pub(super) sweeps: u64,
    pub(super) size: [usize; 3],
    pub(super) bracket: Range,
    pub(super) checked: Option<Checked>,
    pub(super) plan_hash: Option<String>,
    pub(super) variants: Vec<Variant>,
    pub(super) simulation: Option<Summary>,
    /// As text: the script's numbers do not hold 64 bits.
    pub(super) seed: Option<String>,
    pub(super) actions: Vec<String>,
    pub(super) states: States,
    pub(super) grid: Option<Grid>,
    pub(super) traces: Vec<PageTrace>,
    pub(super) beside: Option<BesideData>,
    /// What a decision problem has besides: worlds, what is known, what is at stake.
    pub(super) decision: Option<DecisionData>,
    /// All goals and requirements, the first goal first, where there are several.
    pub(super) aims: Vec<AimData>,
    /// Where a person said what is done, in sentences.
    pub(super) pins: Vec<String>,
}

/// A goal or a requirement.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AimData {
    name: String,
    goal: String,
    goal_in_words: String,
    wanted: Wanted,
    bracket: Range,
    /// The bound of a requirement in words.
    bound: Option<String>,
    holds: Option<bool>,
    /// By row.
    lower: Vec<Compact>,
    upper: Vec<Compact>,
}

impl AimData {
    fn new(aim: &Aim<'_>, rows: &Rows) -> Result<Self, Error> {
        let arena = Arena::new(aim.problem, aim.plan)?;
        let brackets = rows
            .states
            .iter()
            .map(|state| Compact::bracket(arena.bracket(*state, 0)));
        let (lower, upper) = brackets.unzip();
        let bound = aim.required.map(|(side, bound, _)| match side {
            Side::AtLeast => format!("at least {bound}"),
            Side::AtMost => format!("at most {bound}"),
        });
        Ok(Self {
            name: aim.name.to_owned(),
            goal: aim.problem.goal.clone(),
            goal_in_words: words::goal(&aim.problem.goal),
            wanted: Wanted::new(&arena),
            bracket: range(aim.bracket),
            bound,
            holds: aim.required.and_then(|(_, _, holds)| holds),
            lower,
            upper,
        })
    }
}

/// What kind of number the goal asks for.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Wanted {
    pub(super) more: bool,
    pub(super) kind: &'static str,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Variant {
    name: String,
    bracket: Range,
    note: String,
}

/// A trace, if need be without its middle.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PageTrace {
    run: String,
    role: Role,
    outcome: Outcome,
    total: Option<Number>,
    leads_to: Option<String>,
    settled: Option<String>,
    probability: Option<f64>,
    length: usize,
    pub(super) steps: Vec<Step>,
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
        let simulation = extras.simulation;
        let visits: &[u64] = simulation.map_or(&[], |simulation| &simulation.summary.visits);
        let told = simulation.map_or(&[][..], |simulation| &simulation.traces);
        let traces: Vec<PageTrace> = told.iter().chain(&extras.traces).map(PageTrace::new).collect();
        let rows = Rows::new(&arena, visits, &traces);
        let beside = extras.beside.as_ref();
        Ok(Self {
            world: model.name().to_owned(),
            about: model.about().to_owned(),
            notes: model.notes().to_vec(),
            goal: problem.goal.clone(),
            goal_in_words: words::goal(&problem.goal),
            wanted: Wanted::new(&arena),
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
            // Of several goals the first is worth less to whoever has to keep the others.
            bracket: range(extras.aims.first().map_or(plan.bracket, |aim| aim.bracket)),
            checked: extras.checked,
            plan_hash: extras.plan_hash,
            variants: extras.variants.into_iter().map(Variant::new).collect(),
            simulation: simulation.map(|simulation| simulation.summary.clone()),
            seed: simulation.map(|simulation| simulation.summary.seed.to_string()),
            actions: model.actions().to_vec(),
            states: States::new(&arena, &rows, visits)?,
            grid: Grid::new(model, &rows.states),
            traces,
            beside: beside
                .map(|beside| BesideData::new(model, &rows, beside))
                .transpose()?,
            decision: None,
            aims: extras
                .aims
                .iter()
                .map(|aim| AimData::new(aim, &rows))
                .collect::<Result<_, _>>()?,
            pins: extras.pins,
        })
    }

    /// Returns the answer in one sentence.
    pub(super) fn answer(&self) -> String {
        format!(
            "{} of {} lies between {} and {} ({} Nature).",
            if self.wanted.more {
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

impl Wanted {
    pub(super) fn new(arena: &Arena<'_>) -> Self {
        let problem = arena.problem;
        Self {
            more: (problem.agent == Direction::Maximize) != problem.complemented,
            kind: if arena.is_quantity() {
                "quantity"
            } else {
                "probability"
            },
        }
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
    pub(super) fn new(trace: &Trace) -> Self {
        let length = trace.steps.len();
        let half = STEPS_MAX / 2;
        let shown = |step: &usize| length <= STEPS_MAX || *step < half || *step >= length - half;
        let steps = (0..length).filter(shown).filter_map(|step| trace.steps.get(step));
        Self {
            run: trace.run.to_string(),
            role: trace.role,
            outcome: trace.outcome,
            total: trace.total,
            leads_to: trace.leads_to.clone(),
            settled: trace.settled.clone(),
            probability: trace.probability,
            length,
            steps: steps.cloned().collect(),
        }
    }
}
