//! The states of a page, column by column: what a page of a hundred thousand states can hold and search.

use super::compact::Compact;
use super::data::PageTrace;
use crate::arena::Arena;
use crate::error::Error;
use crate::record::reading;
use crate::trace::Reading;
use murphy_problem::Policy;
use murphy_world::StateId;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A page has at most this many states.
const STATES_MAX: usize = 100_000;
/// More branches than this are not told.
const BRANCHES_MAX: usize = 120_000;
/// More alternatives than this are not told.
const ALTERNATIVES_MAX: usize = 150_000;

/// The states that a page shows: all of them, or those of the traces and the most visited ones.
#[derive(Clone, Debug, Serialize)]
pub(super) struct States {
    /// How many the model has.
    pub(super) total: usize,
    /// Whether the policy changes with the step; the columns then say what it does first.
    pub(super) stepwise: bool,
    /// The index of each row's state in the model; left out where rows are all states.
    pub(super) ids: Option<Vec<StateId>>,
    pub(super) variables: Vec<String>,
    /// By variable, then by row.
    pub(super) values: Vec<Vec<Reading>>,
    /// Each label with the rows where it holds.
    pub(super) labels: Vec<(String, Vec<u32>)>,
    /// The rows where runs start.
    pub(super) starts: Vec<u32>,
    /// Indices into the actions of the page; -1 where the goal is settled and no action matters.
    pub(super) action: Vec<i64>,
    pub(super) lower: Vec<Compact>,
    pub(super) upper: Vec<Compact>,
    pub(super) visits: Vec<u64>,
    pub(super) detail: Detail,
}

/// What can be done and what can happen, for as many rows as the page has room for: rows to choices to branches, as offsets.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Detail {
    /// `choices[r]..choices[r + 1]` are the choices of row `r`.
    pub(super) choices: Vec<usize>,
    pub(super) action: Vec<u32>,
    pub(super) lower: Vec<Compact>,
    pub(super) upper: Vec<Compact>,
    pub(super) kinds: Vec<&'static str>,
    pub(super) kind: Vec<usize>,
    /// `branches[c]..branches[c + 1]` are the branches of choice `c`; none where they are not told.
    pub(super) branches: Vec<usize>,
    /// Rows; -1 for a state that the page does not have.
    pub(super) target: Vec<i64>,
    pub(super) low: Vec<Compact>,
    pub(super) high: Vec<Compact>,
    pub(super) nature: Vec<Compact>,
    /// For each choice, how likely the plan takes it, where it draws lots; empty where it never does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) own: Vec<Compact>,
}

/// Which rows there are, and in which order they matter.
pub(super) struct Rows {
    /// The states, ascending.
    pub(super) states: Vec<StateId>,
    /// Rows, the most important first.
    order: Vec<u32>,
    cut: bool,
}

impl Rows {
    pub(super) fn new(arena: &Arena<'_>, visits: &[u64], traces: &[PageTrace]) -> Self {
        let model = &arena.problem.model;
        let steps = traces.iter().flat_map(|trace| &trace.steps);
        let told: BTreeSet<StateId> = steps.clone().map(|step| step.state).collect();
        let branches = steps.flat_map(|step| &step.decision).flat_map(|d| &d.branches);
        let near: BTreeSet<StateId> = branches.map(|branch| branch.state).collect();
        let starts: BTreeSet<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
        let seen = |state: &StateId| visits.get(*state as usize).copied().unwrap_or(0);
        let mut order: Vec<StateId> = (0..).take(model.state_count()).collect();
        order.sort_by_key(|state| {
            let rank = if told.contains(state) || starts.contains(state) {
                0
            } else {
                1 + u8::from(!near.contains(state))
            };
            (rank, Reverse(seen(state)), *state)
        });
        order.truncate(STATES_MAX);
        let mut states = order.clone();
        states.sort_unstable();
        let row = |state: StateId| states.binary_search(&state).unwrap_or_default();
        let order = order
            .into_iter()
            .map(|state| u32::try_from(row(state)).unwrap_or_default())
            .collect();
        Self {
            cut: states.len() < model.state_count(),
            states,
            order,
        }
    }

    fn row(&self, state: StateId) -> Option<usize> {
        if self.cut {
            self.states.binary_search(&state).ok()
        } else {
            Some(state as usize)
        }
    }
}

impl States {
    pub(super) fn new(arena: &Arena<'_>, rows: &Rows, visits: &[u64]) -> Result<Self, Error> {
        let model = &arena.problem.model;
        let row = |state: StateId| rows.row(state).and_then(|row| u32::try_from(row).ok());
        let kept = rows.states.iter();
        let brackets = kept
            .clone()
            .map(|state| Compact::bracket(arena.bracket(*state, 0)));
        let (lower, upper) = brackets.unzip();
        let values = (0..model.variables().len())
            .map(|variable| {
                let cell = |state: &StateId| reading(model, &model.values(*state)[variable]);
                kept.clone().map(cell).collect()
            })
            .collect();
        let labels = model.labels().iter();
        Ok(Self {
            total: model.state_count(),
            stepwise: matches!(arena.plan.policy, Policy::Stepwise(_)),
            ids: rows.cut.then(|| rows.states.clone()),
            variables: model.variables().iter().map(|v| v.name.clone()).collect(),
            values,
            labels: labels
                .map(|(name, states)| (name.clone(), states.iter().filter_map(row).collect()))
                .collect(),
            starts: model
                .initial()
                .iter()
                .filter_map(|(state, _)| row(*state))
                .collect(),
            action: kept
                .clone()
                .map(|state| action(arena, *state))
                .collect::<Result<_, Error>>()?,
            lower,
            upper,
            visits: kept
                .map(|state| visits.get(*state as usize).copied().unwrap_or(0))
                .collect(),
            detail: Detail::new(arena, rows)?,
        })
    }
}

/// Returns the action of a state as an index; -1 where the goal is settled and no action matters.
pub(super) fn action(arena: &Arena<'_>, state: StateId) -> Result<i64, Error> {
    if arena.end(state, 0).is_some() {
        return Ok(-1);
    }
    let choice = arena.choice(state, 0)?;
    Ok(i64::from(arena.problem.model.action(choice)))
}

impl Detail {
    fn new(arena: &Arena<'_>, rows: &Rows) -> Result<Self, Error> {
        let model = &arena.problem.model;
        let all = model.branch_count() <= BRANCHES_MAX;
        let (branches, alternatives) = Self::afforded(arena, rows)?;
        let mut detail = Self {
            choices: vec![0],
            branches: vec![0],
            ..Self::default()
        };
        for (row, state) in rows.states.iter().enumerate() {
            let open = arena.end(*state, 0).is_none();
            let taken = arena.choice(*state, 0)?;
            for choice in model.choices(*state) {
                let mine = choice == taken;
                if !open || !(alternatives[row] || mine && branches[row]) {
                    continue;
                }
                let (lower, upper) = Compact::bracket(arena.choice_bracket(choice, 0)?);
                detail.action.push(model.action(choice));
                detail.lower.push(lower);
                detail.upper.push(upper);
                detail.set_kind(model.set(choice).kind());
                if all || mine && branches[row] {
                    detail.add_branches(arena, rows, choice)?;
                }
                detail.branches.push(detail.target.len());
            }
            detail.choices.push(detail.action.len());
        }
        Ok(detail)
    }

    /// Says of which rows there is room for the branches of the plan's choice, and for the alternatives.
    fn afforded(arena: &Arena<'_>, rows: &Rows) -> Result<(Vec<bool>, Vec<bool>), Error> {
        let model = &arena.problem.model;
        let (mut branches, mut alternatives) = (0, 0);
        let mut told = (vec![false; rows.states.len()], vec![false; rows.states.len()]);
        for row in &rows.order {
            let row = *row as usize;
            let state = rows.states[row];
            if arena.end(state, 0).is_some() {
                continue;
            }
            branches += model.targets(arena.choice(state, 0)?).len();
            alternatives += model.choices(state).len();
            told.0[row] = branches <= BRANCHES_MAX;
            told.1[row] = alternatives <= ALTERNATIVES_MAX;
        }
        Ok(told)
    }

    pub(super) fn set_kind(&mut self, kind: &'static str) {
        let known = self.kinds.iter().position(|known| *known == kind);
        let index = known.unwrap_or(self.kinds.len());
        if known.is_none() {
            self.kinds.push(kind);
        }
        self.kind.push(index);
    }

    fn add_branches(&mut self, arena: &Arena<'_>, rows: &Rows, choice: u32) -> Result<(), Error> {
        let model = &arena.problem.model;
        let set = model.set(choice);
        let pick = arena.witness(choice, 0)?;
        for (index, target) in model.targets(choice).iter().enumerate() {
            let (low, high) = set.outcome_bounds(index);
            let row = rows.row(*target).and_then(|row| i64::try_from(row).ok());
            self.target.push(row.unwrap_or(-1));
            let (low, high) = Compact::rough_bounds(low.to_f64(), high.to_f64());
            self.low.push(low);
            self.high.push(high);
            self.nature.push(Compact::rough(pick[index].clamp(0.0, 1.0)));
        }
        Ok(())
    }
}
