//! Objectives with a step bound: backward induction, each step rounded outward.

use crate::draft::Row;
use crate::error::Error;
use crate::game::{Game, Side, Terms};
use crate::plan::bracket_at_start;
use crate::settings::{Progress, Settings};
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Plan, Policy, Problem, Proof, StopReason};
use murphy_world::{ChoiceId, StateSet};
use rayon::prelude::*;

/// How many states one task goes through.
const BLOCK: usize = 1 << 10;

/// Plans for reaching `target` outside `avoid` within `steps`.
pub(crate) fn plan_bounded_reach(
    problem: &Problem,
    (target, avoid): (&StateSet, &StateSet),
    steps: u32,
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    let decided = target.union(avoid);
    let game = undecided(problem, &decided, None)?;
    let start = target
        .flags()
        .iter()
        .map(|inside| if *inside { 1.0 } else { 0.0 })
        .collect();
    induce(problem, &game, (start, steps), settings)
}

/// Plans for the sum of `quantity` over `steps`.
pub(crate) fn plan_horizon(
    problem: &Problem,
    quantity: &[Rational],
    steps: u32,
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    let states = problem.model.state_count();
    let game = undecided(problem, &StateSet::none(states), Some((quantity, &Rational::ONE)))?;
    induce(problem, &game, (vec![0.0; states], steps), settings)
}

fn undecided<'a>(
    problem: &'a Problem,
    decided: &StateSet,
    gains: Option<(&[Rational], &Rational)>,
) -> Result<Game<'a>, Error> {
    let terms = Terms {
        agent: problem.agent,
        nature: problem.nature,
        known: &vec![0.0; problem.model.state_count()],
        gains,
        goes: false,
    };
    Game::new(&problem.model, &terms, |state, rows| {
        if !decided.contains(state) {
            rows.extend(problem.model.choices(state).map(Row::whole));
        }
    })
}

/// Goes back from the last step to the first.
fn induce(
    problem: &Problem,
    game: &Game<'_>,
    (start, steps): (Vec<f64>, u32),
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    let states = start.len();
    if (states as u64).saturating_mul(u64::from(steps)) > settings.backward_max {
        return Err(Error::TooManySteps {
            steps,
            states,
            limit: settings.backward_max,
        });
    }
    let first: Vec<ChoiceId> = (0u32..)
        .take(states)
        .map(|state| problem.model.choices(state).start)
        .collect();
    let start = game.layout.by_place(&start);
    let (mut lower, mut upper) = (start.clone(), start);
    let mut policy: Vec<Vec<ChoiceId>> = Vec::with_capacity(steps as usize);
    let guaranteed = match problem.agent {
        Direction::Maximize => Side::Lower,
        Direction::Minimize => Side::Upper,
    };
    for step in 0..steps {
        let (new_lower, new_upper) = rayon::join(
            || backup(game, &lower, Side::Lower),
            || backup(game, &upper, Side::Upper),
        );
        let chosen = if guaranteed == Side::Lower {
            &new_lower
        } else {
            &new_upper
        };
        let row = first.iter().zip(&game.layout.places).map(|(first, place)| {
            let (_, row) = chosen[*place as usize];
            row.map_or(*first, |row| game.choice(row))
        });
        policy.push(row.collect());
        lower = new_lower.into_iter().map(|(value, _)| value).collect();
        upper = new_upper.into_iter().map(|(value, _)| value).collect();
        if !lower.iter().chain(&upper).all(|value| value.is_finite()) {
            return Err(Error::FloatRange);
        }
        if step.is_power_of_two() {
            settings.report(Progress {
                component: step as usize,
                of: steps as usize,
                sweeps: u64::from(step),
                gap: widest(&lower, &upper),
            });
        }
    }
    policy.reverse();
    if policy.is_empty() {
        policy.push(first);
    }
    let (lower, upper) = (game.layout.by_state(&lower), game.layout.by_state(&upper));
    let bracket = bracket_at_start(problem, &lower, &upper);
    let stop = if bracket.gap() <= problem.precision {
        StopReason::Precise
    } else {
        StopReason::Stalled
    };
    let policy = Policy::Stepwise(policy);
    Ok(Plan {
        certificate: Certificate {
            policy: policy.clone(),
            proof: Proof::Backward,
        },
        policy,
        bracket,
        stop,
        sweeps: u64::from(steps),
    })
}

/// Returns the widest bracket of a state.
fn widest(lower: &[f64], upper: &[f64]) -> f64 {
    lower
        .iter()
        .zip(upper)
        .map(|(low, high)| high - low)
        .fold(0.0, f64::max)
}

/// Goes one step back; decided states keep their values.
fn backup(game: &Game<'_>, values: &[f64], side: Side) -> Vec<(f64, Option<u32>)> {
    let one = |state: usize| {
        let id = u32::try_from(state).unwrap_or(u32::MAX);
        game.best(id, values, side)
            .map_or((values[state], None), |(worth, row)| (worth, Some(row)))
    };
    if values.len() <= BLOCK {
        return (0..values.len()).map(one).collect();
    }
    (0..values.len())
        .into_par_iter()
        .with_min_len(BLOCK)
        .map(one)
        .collect()
}
