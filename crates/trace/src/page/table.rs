//! The policy as a table: one row a state, the most visited ones first.

use crate::arena::Arena;
use crate::error::Error;
use crate::number::Number;
use crate::record::{labels_of, reading};
use crate::trace::Reading;
use murphy_problem::Policy;
use murphy_world::StateId;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A page has at most this many rows.
const ROWS_MAX: usize = 2_000;

/// The rows of the policy that a page shows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PolicyTable {
    variables: Vec<String>,
    /// How many states the model has.
    total: usize,
    /// Whether the policy changes with the step; the rows then say what it does first.
    stepwise: bool,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Serialize)]
struct Row {
    state: StateId,
    values: Vec<Reading>,
    labels: Vec<String>,
    action: String,
    lower: Number,
    upper: Number,
    visits: u64,
    /// Whether runs start here.
    start: bool,
}

impl PolicyTable {
    pub(super) fn new(arena: &Arena<'_>, visits: &[u64]) -> Result<Self, Error> {
        let model = &arena.problem.model;
        let seen = |state: StateId| visits.get(state as usize).copied().unwrap_or(0);
        let starts: BTreeSet<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
        let mut order: Vec<StateId> = (0..).take(model.state_count()).collect();
        order.sort_by_key(|state| (Reverse(seen(*state)), !starts.contains(state), *state));
        order.truncate(ROWS_MAX);
        let rows = order.into_iter().map(|state| {
            let bracket = arena.bracket(state, 0);
            Ok(Row {
                state,
                values: model
                    .values(state)
                    .iter()
                    .map(|value| reading(model, value))
                    .collect(),
                labels: labels_of(model, state),
                action: action(arena, state)?,
                lower: Number(bracket.lower),
                upper: Number(bracket.upper),
                visits: seen(state),
                start: starts.contains(&state),
            })
        });
        Ok(Self {
            variables: model
                .variables()
                .iter()
                .map(|variable| variable.name.clone())
                .collect(),
            total: model.state_count(),
            stepwise: matches!(arena.plan.policy, Policy::Stepwise(_)),
            rows: rows.collect::<Result<_, Error>>()?,
        })
    }
}

/// Returns the action of a state; nothing where the goal is settled and no action matters.
pub(super) fn action(arena: &Arena<'_>, state: StateId) -> Result<String, Error> {
    if arena.end(state, 0).is_some() {
        return Ok(String::new());
    }
    Ok(arena
        .problem
        .model
        .action_name(arena.choice(state, 0)?)
        .to_owned())
}
