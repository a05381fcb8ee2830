//! A second plan beside the first, state by state.

use super::compact::Compact;
use super::data::{Checked, PageTrace, Wanted};
use super::states::{Rows, action};
use super::words;
use crate::arena::Arena;
use crate::error::Error;
use crate::record::range;
use crate::simulate::Simulation;
use crate::summary::Summary;
use crate::trace::Range;
use murphy_problem::{Plan, Problem};
use murphy_world::{Model, StateId};
use serde::Serialize;
use std::collections::HashMap;

/// A second plan to compare the first one with.
#[derive(Clone, Debug)]
pub struct Beside<'a> {
    /// What to call it, such as the name of its file.
    pub name: String,
    /// Its problem; the world may be another one, states are matched by their variables.
    pub problem: &'a Problem,
    /// The plan.
    pub plan: &'a Plan,
    /// Its runs.
    pub simulation: Option<&'a Simulation>,
    /// What the checker said of it.
    pub checked: Option<Checked>,
}

/// The second plan, in the rows of the first.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BesideData {
    name: String,
    world: String,
    goal: String,
    goal_in_words: String,
    wanted: Wanted,
    bracket: Range,
    checked: Option<Checked>,
    simulation: Option<Summary>,
    actions: Vec<String>,
    /// By row of the first plan: -1 where its goal is settled, -2 where its world has no such state.
    action: Vec<i64>,
    lower: Vec<Option<Compact>>,
    upper: Vec<Option<Compact>>,
    visits: Vec<u64>,
    /// States of its world that the first world does not have.
    only_there: usize,
    traces: Vec<PageTrace>,
}

impl BesideData {
    pub(super) fn new(model: &Model, rows: &Rows, beside: &Beside<'_>) -> Result<Self, Error> {
        let arena = Arena::new(beside.problem, beside.plan)?;
        let other = &beside.problem.model;
        let matched = Matched::new(model, other);
        let visits: &[u64] = beside.simulation.map_or(&[], |s| &s.summary.visits);
        let states = || rows.states.iter().map(|state| matched.there(*state));
        let brackets = states().map(|there| there.map(|state| Compact::bracket(arena.bracket(state, 0))));
        Ok(Self {
            name: beside.name.clone(),
            world: other.name().to_owned(),
            goal: beside.problem.goal.clone(),
            goal_in_words: words::goal(&beside.problem.goal),
            wanted: Wanted::new(&arena),
            bracket: range(beside.plan.bracket),
            checked: beside.checked,
            simulation: beside.simulation.map(|simulation| simulation.summary.clone()),
            actions: other.actions().to_vec(),
            action: states()
                .map(|there| there.map_or(Ok(-2), |state| action(&arena, state)))
                .collect::<Result<_, Error>>()?,
            lower: brackets.clone().map(|b| b.map(|(lower, _)| lower)).collect(),
            upper: brackets.map(|b| b.map(|(_, upper)| upper)).collect(),
            visits: states()
                .map(|there| there.and_then(|s| visits.get(s as usize).copied()).unwrap_or(0))
                .collect(),
            only_there: other.state_count() - matched.common,
            traces: beside.simulation.map_or(Vec::new(), |simulation| {
                simulation.traces.iter().map(PageTrace::new).collect()
            }),
        })
    }
}

/// States of one world by those of another.
struct Matched {
    there: Vec<Option<StateId>>,
    common: usize,
}

impl Matched {
    fn new(model: &Model, other: &Model) -> Self {
        let names: HashMap<String, StateId> = (0..)
            .take(other.state_count())
            .map(|state| (other.state_name(state), state))
            .collect();
        let there: Vec<Option<StateId>> = (0..)
            .take(model.state_count())
            .map(|state| names.get(&model.state_name(state)).copied())
            .collect();
        let common = there.iter().flatten().count();
        Self { there, common }
    }

    fn there(&self, state: StateId) -> Option<StateId> {
        self.there.get(state as usize).copied().flatten()
    }
}
