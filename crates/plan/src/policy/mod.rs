//! Methods that look at whole policies: policy iteration, and linear programs. They propose values and answers; bounds are proved apart.

pub(crate) mod dual;
pub(crate) mod iteration;
mod program;
pub(crate) mod progress;
pub(crate) mod prove;
mod sweeps;
pub(crate) mod table;

use crate::error::Error;
use crate::game::Side;
use crate::opponent::defends;
use crate::plan::{assemble, gap_at_start};
use crate::settings::{Method, Settings};
use iteration::Answers;
use murphy_problem::{Certificate, Objective, Plan, Policy, Problem, Proof, StopReason};
use murphy_world::{ChoiceId, StateId};
use table::Table;

/// Up to how many branches a second opinion is asked for.
const SECOND_MAX: usize = 20_000;

/// Plans by looking at whole policies.
pub(crate) fn plan(problem: &Problem, settings: &Settings<'_>) -> Result<Plan, Error> {
    let table = Table::new(problem)?;
    let answers = match settings.method {
        Method::Auto | Method::PolicyIteration => {
            iteration::iterate(&table, iteration::ROUNDING, &iteration::respond)
        }
        Method::ValueIteration => sweeps::answers(&table, settings.sweeps_max),
        Method::LinearProgram => program::answers(&table)?,
    };
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
    let stop = if gap_at_start(problem, (&lower, &upper), |state| state) <= problem.precision {
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

/// Returns the better of both sides of two plans: the one at hand, and one that looks at whole policies, if the model is small enough for that.
pub(crate) fn second_opinion(problem: &Problem, first: Plan) -> Result<Plan, Error> {
    if problem.model.branch_count() > SECOND_MAX {
        return Ok(first);
    }
    let second = plan(problem, &Settings::default())?;
    let (
        Proof::FixedPoint { lower, upper, rank },
        Proof::FixedPoint {
            lower: lower2,
            upper: upper2,
            rank: rank2,
        },
    ) = (&first.certificate.proof, &second.certificate.proof)
    else {
        return Ok(first);
    };
    let at_start = |vector: &[f64]| -> f64 {
        let starts = problem.model.initial().iter();
        starts
            .map(|(state, weight)| weight.to_f64() * vector[*state as usize])
            .sum()
    };
    let (raised, lowered) = (
        at_start(lower2) > at_start(lower),
        at_start(upper2) < at_start(upper),
    );
    let guaranteed = if defends(problem.agent, Side::Lower) {
        raised
    } else {
        lowered
    };
    let proof = Proof::FixedPoint {
        lower: if raised { lower2 } else { lower }.clone(),
        upper: if lowered { upper2 } else { upper }.clone(),
        rank: if raised { rank2 } else { rank }.clone(),
    };
    let policy = if guaranteed { second.policy } else { first.policy };
    let mut both = assemble(problem, Certificate { policy, proof }, first.stop, first.sweeps)?;
    if both.bracket.gap() <= problem.precision {
        both.stop = StopReason::Precise;
    }
    Ok(both)
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
