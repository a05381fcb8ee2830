//! The open part of a problem as a table: what the methods that look at whole policies work on.
//!
//! Reaching, sums until a target, sums for ever and discounted sums become the same thing: rows that gain something and lead on, among states
//! of which some are decided. What sets decide is decided here, exactly, so that what is left needs nothing but care about who may
//! hold the play for ever:
//!
//! | objective | decided | who must not be improved from any start |
//! | --- | --- | --- |
//! | reach | where it is worth zero or one | who minimises |
//! | sum for ever | where it is zero or infinite | who minimises |
//! | sum until | the target, and where it is infinite | who maximises |
//! | discounted | nothing | nobody |

use crate::error::Error;
use crate::qualitative::{Arena, Region};
use crate::total;
use murphy_credal::CredalSet;
use murphy_notation::Rational;
use murphy_problem::{Direction, Objective, Problem};
use murphy_world::{ChoiceId, StateId};
use std::borrow::Cow;

/// One choice of an open state.
#[derive(Clone, Debug)]
pub(crate) struct TableRow<'a> {
    pub(crate) choice: ChoiceId,
    pub(crate) set: Cow<'a, CredalSet>,
    pub(crate) targets: Cow<'a, [StateId]>,
    pub(crate) gain: f64,
}

/// The open part of a problem.
pub(crate) struct Table<'a> {
    pub(crate) problem: &'a Problem,
    /// The rows of each state; none where it is decided.
    pub(crate) rows: Vec<Vec<TableRow<'a>>>,
    /// The values of decided states; zero elsewhere.
    pub(crate) values: Vec<f64>,
    pub(crate) discount: f64,
    /// A choice for each decided state.
    pub(crate) choice: Vec<ChoiceId>,
    /// Where the value is exactly one, the rank of each state.
    pub(crate) rank: Vec<u32>,
    /// The player whose policies are improved from outside: the one who may be started anywhere, or must be started well.
    pub(crate) outer: Direction,
}

/// What sets decide of a problem.
struct Decided {
    value: Vec<Option<f64>>,
    choice: Vec<ChoiceId>,
    rank: Vec<u32>,
}

impl<'a> Table<'a> {
    /// Lays the open part of a problem out.
    ///
    /// # Errors
    /// If its numbers do not fit floats, or its objective is none of those above.
    pub(crate) fn new(problem: &'a Problem) -> Result<Self, Error> {
        let decided = decide(problem)?;
        let (quantity, discount) = gains(&problem.objective);
        let finite: Vec<bool> = decided
            .value
            .iter()
            .map(|value| *value != Some(f64::INFINITY))
            .collect();
        let rows = (0u32..).take(decided.value.len()).map(|state| {
            let open = decided.value[state as usize].is_none();
            let choices = problem.model.choices(state).filter(|_| open);
            choices
                .filter_map(|choice| kept_row(problem, choice, (quantity, &finite)))
                .collect()
        });
        Ok(Self {
            problem,
            rows: rows.collect(),
            values: decided.value.iter().map(|value| value.unwrap_or(0.0)).collect(),
            discount,
            choice: decided.choice,
            rank: decided.rank,
            outer: match &problem.objective {
                Objective::Until { .. } => Direction::Minimize,
                _ => Direction::Maximize,
            },
        })
    }

    /// Says of each state whether it is open.
    pub(crate) fn open(&self) -> Vec<bool> {
        self.rows.iter().map(|rows| !rows.is_empty()).collect()
    }

    /// Returns the number of branches of all rows.
    pub(crate) fn branches(&self) -> usize {
        self.rows.iter().flatten().map(|row| row.targets.len()).sum()
    }
}

impl TableRow<'_> {
    /// Returns what stands at the branches.
    pub(crate) fn gather<T: Copy>(&self, vector: &[T]) -> Vec<T> {
        self.targets.iter().map(|to| vector[*to as usize]).collect()
    }
}

/// Returns the quantity of an objective, if it has one, and its discount.
pub(crate) fn gains(objective: &Objective) -> (Option<&[Rational]>, f64) {
    match objective {
        Objective::Until { quantity, .. } | Objective::Total { quantity } => (Some(quantity), 1.0),
        Objective::Discounted { quantity, discount } => (Some(quantity), discount.to_f64()),
        _ => (None, 1.0),
    }
}

fn decide(problem: &Problem) -> Result<Decided, Error> {
    let model = &problem.model;
    let states = model.state_count();
    let first: Vec<ChoiceId> = (0u32..)
        .take(states)
        .map(|state| model.choices(state).start)
        .collect();
    let none = vec![0; states];
    Ok(match &problem.objective {
        Objective::Reach { target, avoid } => {
            let arena = Arena::new(model, problem.agent, problem.nature);
            let positive = arena.positive(target.flags(), avoid.flags());
            let sure = arena.almost_sure(target.flags(), avoid.flags());
            let value = |at: usize| match (sure.inside[at], positive.inside[at]) {
                (true, _) => Some(1.0),
                (_, false) => Some(0.0),
                _ => None,
            };
            let rank = sure
                .rank
                .iter()
                .zip(&sure.inside)
                .map(|(rank, inside)| if *inside { *rank } else { 0 });
            Decided {
                value: (0..states).map(value).collect(),
                choice: merged(&sure, &positive, target.flags(), &first),
                rank: rank.collect(),
            }
        }
        Objective::Until { target, .. } => {
            let arena = Arena::new(model, problem.agent.opposite(), problem.nature.opposite());
            let finite = arena.almost_sure(target.flags(), &vec![false; states]);
            let value = |at: usize| match (target.flags()[at], finite.inside[at]) {
                (true, _) => Some(0.0),
                (_, false) => Some(f64::INFINITY),
                _ => None,
            };
            Decided {
                value: (0..states).map(value).collect(),
                choice: finite.choice,
                rank: none,
            }
        }
        Objective::Total { quantity } => {
            let sets = total::decide(problem, quantity);
            Decided {
                value: sets.value,
                choice: sets.choice,
                rank: none,
            }
        }
        Objective::Discounted { .. } => Decided {
            value: vec![None; states],
            choice: first,
            rank: none,
        },
        _ => return Err(Error::Method),
    })
}

/// Returns a choice of each state that the sets of a reachability decide.
fn merged(sure: &Region, positive: &Region, target: &[bool], first: &[ChoiceId]) -> Vec<ChoiceId> {
    let choice = |at: usize| match (target[at], sure.inside[at]) {
        (true, _) => first[at],
        (_, true) => sure.choice[at],
        _ => positive.choice[at],
    };
    (0..target.len()).map(choice).collect()
}

/// Returns the row of a choice without the branches to infinity, or `None` if it may (or must) lead there.
fn kept_row<'a>(
    problem: &'a Problem,
    choice: ChoiceId,
    (quantity, finite): (Option<&[Rational]>, &[bool]),
) -> Option<TableRow<'a>> {
    let (set, targets) = (problem.model.set(choice), problem.model.targets(choice));
    let gain = quantity.map_or(0.0, |quantity| quantity[choice as usize].to_f64());
    let event: Vec<bool> = targets.iter().map(|state| finite[*state as usize]).collect();
    if event.iter().all(|inside| *inside) {
        return Some(TableRow {
            choice,
            set,
            targets: Cow::Borrowed(targets),
            gain,
        });
    }
    if problem.nature == Direction::Maximize && !set.must_stay(&event) {
        return None;
    }
    let kept = targets.iter().copied().filter(|state| finite[*state as usize]);
    Some(TableRow {
        choice,
        set: Cow::Owned(set.restrict(&event)?),
        targets: Cow::Owned(kept.collect()),
        gain,
    })
}
