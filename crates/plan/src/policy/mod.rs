//! Methods that look at whole policies: policy iteration, and linear programs. They propose values and answers; bounds are proved apart.

pub(crate) mod iteration;
pub(crate) mod progress;
pub(crate) mod prove;
pub(crate) mod table;

use crate::error::Error;
use crate::game::Side;
use crate::plan::{assemble, gap_at_start};
use crate::settings::Settings;
use iteration::Answers;
use murphy_problem::{Certificate, Objective, Plan, Policy, Problem, Proof, StopReason};
use murphy_world::{ChoiceId, StateId};
use table::Table;

/// Plans by looking at whole policies.
pub(crate) fn plan(problem: &Problem, settings: &Settings<'_>) -> Result<Plan, Error> {
    let table = Table::new(problem)?;
    let answers = iteration::iterate(&table, &iteration::respond);
    let _ = settings;
    let (lower, upper) = match &answers {
        Some(answers) => (
            prove::prove(&table, answers, Side::Lower)?,
            prove::prove(&table, answers, Side::Upper)?,
        ),
        None => (None, None),
    };
    let lower = lower.map_or_else(|| nothing(&table, Side::Lower), Ok)?;
    let upper = upper.map_or_else(|| nothing(&table, Side::Upper), Ok)?;
    let policy = (0u32..)
        .zip(&table.rows)
        .map(|(state, rows)| choice(&table, answers.as_ref(), (state, rows)));
    let policy = Policy::Memoryless(policy.collect());
    let stop = if gap_at_start(problem, &lower, &upper) <= problem.precision {
        StopReason::Precise
    } else {
        StopReason::Stalled
    };
    let proof = Proof::FixedPoint {
        lower,
        upper,
        rank: table.rank.clone(),
    };
    assemble(problem, Certificate { policy, proof }, stop, 0)
}

/// Returns the agent's choice in a state.
fn choice(
    table: &Table<'_>,
    answers: Option<&Answers>,
    (state, rows): (StateId, &Vec<table::TableRow<'_>>),
) -> ChoiceId {
    let at = state as usize;
    let row = answers
        .and_then(|answers| rows.get(answers.row[at]))
        .or(rows.first());
    row.map_or(table.choice[at], |row| row.choice)
}

/// Returns the bound that needs no proof.
fn nothing(table: &Table<'_>, side: Side) -> Result<Vec<f64>, Error> {
    let open = match (&table.problem.objective, side) {
        (Objective::Discounted { quantity, discount }, _) => {
            let rest = murphy_notation::Rational::ONE - discount;
            let (Some(least), Some(most)) = (quantity.iter().min(), quantity.iter().max()) else {
                return Err(Error::Mismatch);
            };
            match side {
                Side::Lower => (least / &rest).floor_f64(),
                Side::Upper => (most / &rest).ceil_f64(),
            }
        }
        (_, Side::Lower) => 0.0,
        (Objective::Reach { .. }, Side::Upper) => 1.0,
        (_, Side::Upper) => f64::INFINITY,
    };
    let value =
        |(rows, value): (&Vec<table::TableRow<'_>>, &f64)| if rows.is_empty() { *value } else { open };
    Ok(table.rows.iter().zip(&table.values).map(value).collect())
}
