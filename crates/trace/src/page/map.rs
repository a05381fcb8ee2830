//! The map of a world that wants to be drawn as a grid.

use super::table::action;
use crate::arena::Arena;
use crate::error::Error;
use crate::number::Number;
use crate::trace::Trace;
use murphy_world::{Model, Picture, StateId};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A map has at most this many states.
const STATES_MAX: usize = 20_000;
/// A map has at most this many cells.
const CELLS_MAX: i64 = 10_000;

/// Cells with what holds in them. Several states can share a cell; they differ in their context, the other variables.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Map {
    x: String,
    y: String,
    /// The least and the greatest column.
    columns: [i64; 2],
    /// The least and the greatest row.
    rows: [i64; 2],
    /// Label and colour.
    paint: Vec<(String, String)>,
    /// The other variables by context, as text.
    contexts: Vec<String>,
    states: Vec<Cell>,
    /// How many states are left out.
    omitted: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Cell {
    state: StateId,
    at: [i64; 2],
    /// Index into the paint of the map.
    paint: Option<usize>,
    context: usize,
    action: String,
    lower: Number,
    upper: Number,
    visits: u64,
    start: bool,
}

/// A state and its place.
type Placed = (StateId, [i64; 2]);

/// Returns the column and the row of a state, if the world is drawn as a grid.
pub(super) fn cell(model: &Model, state: StateId) -> Option<[i64; 2]> {
    let Picture::Grid { x, y, .. } = model.picture()?;
    let values = model.values(state);
    Some([values.get(*x)?.as_int()?, values.get(*y)?.as_int()?])
}

/// Returns a colour that is only a colour: a name or hexadecimal digits. Anything else is drawn grey.
fn colour(text: &str) -> String {
    let name = text.chars().all(|c| c.is_ascii_alphabetic());
    let digits = text
        .strip_prefix('#')
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit()));
    if !text.is_empty() && text.len() <= 24 && (name || digits) {
        text.to_owned()
    } else {
        "grey".to_owned()
    }
}

impl Map {
    /// Returns the map, or nothing for worlds without a grid or with one that is too large to see.
    pub(super) fn new(arena: &Arena<'_>, visits: &[u64], traces: &[Trace]) -> Result<Option<Self>, Error> {
        let model = &arena.problem.model;
        let Some(Picture::Grid { x, y, paint }) = model.picture() else {
            return Ok(None);
        };
        let all = (0..).take(model.state_count());
        let placed: Vec<Placed> = all
            .filter_map(|state| cell(model, state).map(|at| (state, at)))
            .collect();
        let Some((columns, rows)) = extent(&placed) else {
            return Ok(None);
        };
        let kept = kept(&placed, traces, visits);
        let starts: BTreeSet<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
        let mut contexts: BTreeMap<String, usize> = BTreeMap::new();
        let mut states = Vec::with_capacity(kept.len());
        for (state, at) in kept {
            let next = contexts.len();
            let bracket = arena.bracket(state, 0);
            let holds =
                |(label, _): &(String, String)| model.label(label).is_some_and(|set| set.contains(state));
            states.push(Cell {
                state,
                at,
                paint: paint.iter().position(holds),
                context: *contexts.entry(context(model, state, [*x, *y])).or_insert(next),
                action: action(arena, state)?,
                lower: Number(bracket.lower),
                upper: Number(bracket.upper),
                visits: visits.get(state as usize).copied().unwrap_or(0),
                start: starts.contains(&state),
            });
        }
        let mut names: Vec<(usize, String)> =
            contexts.into_iter().map(|(name, index)| (index, name)).collect();
        names.sort_unstable();
        let name = |variable: usize| {
            model
                .variables()
                .get(variable)
                .map_or(String::new(), |v| v.name.clone())
        };
        Ok(Some(Self {
            x: name(*x),
            y: name(*y),
            columns,
            rows,
            paint: paint
                .iter()
                .map(|(label, paint)| (label.clone(), colour(paint)))
                .collect(),
            contexts: names.into_iter().map(|(_, name)| name).collect(),
            omitted: placed.len() - states.len(),
            states,
        }))
    }
}

/// Returns the least and greatest column and row, unless there are too many cells.
fn extent(placed: &[Placed]) -> Option<([i64; 2], [i64; 2])> {
    let range = |axis: usize| {
        let values = || placed.iter().map(|(_, at)| at[axis]);
        Some([values().min()?, values().max()?])
    };
    let (columns, rows) = (range(0)?, range(1)?);
    let length = |[low, high]: [i64; 2]| high.checked_sub(low)?.checked_add(1);
    let cells = length(columns)?.checked_mul(length(rows)?)?;
    (cells <= CELLS_MAX).then_some((columns, rows))
}

/// Returns the states that a map shows, ascending: those of the traces, and of the others the most visited ones.
fn kept(placed: &[Placed], traces: &[Trace], visits: &[u64]) -> Vec<Placed> {
    let told: BTreeSet<StateId> = traces
        .iter()
        .flat_map(|t| &t.steps)
        .map(|step| step.state)
        .collect();
    let seen = |state: StateId| visits.get(state as usize).copied().unwrap_or(0);
    let mut order = placed.to_vec();
    order.sort_by_key(|(state, _)| (!told.contains(state), Reverse(seen(*state)), *state));
    order.truncate(STATES_MAX);
    order.sort_unstable();
    order
}

/// Returns the variables of a state other than its place.
fn context(model: &Model, state: StateId, place: [usize; 2]) -> String {
    let others = model.variables().iter().zip(model.values(state)).enumerate();
    let others = others.filter(|(index, _)| !place.contains(index));
    let pairs: Vec<String> = others
        .map(|(_, (variable, value))| format!("{}={}", variable.name, model.value_text(value)))
        .collect();
    pairs.join(", ")
}

#[cfg(test)]
mod tests {
    use super::colour;

    #[test]
    fn only_colours_are_colours() {
        assert_eq!(colour("orange"), "orange");
        assert_eq!(colour("#12aB9f"), "#12aB9f");
        for text in ["", "url(x)", "red;background:blue", "#12\"", "var(--x)"] {
            assert_eq!(colour(text), "grey", "{text}");
        }
    }
}
