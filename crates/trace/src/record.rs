//! Tells one run of a simulation step by step.

use crate::arena::Arena;
use crate::error::Error;
use crate::number::Number;
use crate::simulate::{Move, Simulator};
use crate::trace::{Alternative, Branch, Decision, Outcome, Owed, Range, Reading, Rest, Role, Step, Trace};
use murphy_notation::{Rational, Value};
use murphy_problem::Bracket;
use murphy_world::{ChoiceId, Model, StateId};
use std::collections::BTreeMap;

/// Makes a run again and records it.
pub(crate) fn record(simulator: &Simulator<'_>, run: u64, role: Role) -> Result<Trace, Error> {
    if !simulator.others.is_empty() {
        return record_by_all(simulator, run, role);
    }
    let start = simulator.start(run);
    record_from(simulator, (run, role), start, |state, step| {
        if simulator.end(state, step).is_some() {
            return Ok(None);
        }
        simulator.advance(run, state, step).map(Some)
    })
}

/// Makes a run again until all that is asked is settled, and records it.
fn record_by_all(simulator: &Simulator<'_>, run: u64, role: Role) -> Result<Trace, Error> {
    let mut steps = Vec::new();
    let tracks = simulator.track(run, |tracks, (state, step), made| {
        let first = simulator.aim_step(tracks, 0, (state, step));
        let decision = made.map(|made| {
            let leading = tracks.leading().unwrap_or(0);
            let told = decision_by(simulator, leading, (run, made))?;
            Ok::<_, Error>(Decision {
                aim: (leading > 0).then(|| u32::try_from(leading).unwrap_or(u32::MAX)),
                ..told
            })
        });
        steps.push(Step {
            bracket: first.bracket,
            owed: first.owed,
            aims: simulator.aim_steps(tracks, state, step),
            decision: decision.transpose()?,
            ..visited(&simulator.arena, state, step)
        });
        Ok(())
    })?;
    Ok(Trace {
        run,
        role,
        outcome: tracks.ended[0].unwrap_or(Outcome::Unfinished),
        total: simulator.arena.is_quantity().then(|| Number(tracks.totals[0])),
        leads_to: None,
        settled: None,
        probability: None,
        steps,
    })
}

/// Records the run that `advance` makes, until it makes no more steps.
pub(crate) fn record_from(
    simulator: &Simulator<'_>,
    (run, role): (u64, Role),
    start: StateId,
    advance: impl Fn(StateId, u32) -> Result<Option<Move>, Error>,
) -> Result<Trace, Error> {
    let arena = &simulator.arena;
    let (mut state, mut step, mut total, mut weight) = (start, 0u32, 0.0, 1.0);
    let mut steps = Vec::new();
    loop {
        let mut told = visited(arena, state, step);
        let outcome = simulator.end(state, step);
        told.owed = owed(arena, step, outcome, total);
        let Some(made) = advance(state, step)? else {
            steps.push(told);
            let outcome = outcome.unwrap_or(Outcome::Unfinished);
            let total = if outcome == Outcome::Endless {
                f64::INFINITY
            } else {
                total
            };
            return Ok(Trace {
                run,
                role,
                outcome,
                total: arena.is_quantity().then_some(Number(total)),
                leads_to: None,
                settled: None,
                probability: None,
                steps,
            });
        };
        told.decision = Some(decision(simulator, run, &made)?);
        steps.push(told);
        total += weight * arena.added(made.asked.choice);
        weight *= arena.discount();
        state = made.next;
        step += 1;
    }
}

fn owed(arena: &Arena<'_>, step: u32, outcome: Option<Outcome>, total: f64) -> Owed {
    Owed {
        open: matches!(outcome, None | Some(Outcome::Unfinished)),
        steps_left: arena.horizon.map(|horizon| horizon.saturating_sub(step)),
        so_far: arena.is_quantity().then_some(Number(total)),
    }
}

pub(crate) fn range(bracket: Bracket) -> Range {
    Range {
        lower: Number(bracket.lower),
        upper: Number(bracket.upper),
    }
}

/// Returns the value of a variable as it is read.
pub(crate) fn reading(model: &Model, value: &Value) -> Reading {
    match value {
        Value::Bool(value) => Reading::Bool(*value),
        Value::Int(value) => Reading::Int(*value),
        Value::Number(_) | Value::Symbol(_) => Reading::Text(model.value_text(value)),
    }
}

/// Returns the names of the labels that hold in a state.
pub(crate) fn labels_of(model: &Model, state: StateId) -> Vec<String> {
    let holding = model.labels().iter().filter(|(_, states)| states.contains(state));
    holding.map(|(name, _)| name.clone()).collect()
}

fn visited(arena: &Arena<'_>, state: StateId, step: u32) -> Step {
    let model = &arena.problem.model;
    let names = model.variables().iter().map(|variable| variable.name.clone());
    Step {
        step,
        state,
        values: names
            .zip(model.values(state).iter().map(|value| reading(model, value)))
            .collect(),
        labels: labels_of(model, state),
        bracket: range(arena.bracket(state, step)),
        owed: Owed::default(),
        aims: Vec::new(),
        at_stake: None,
        decision: None,
    }
}

fn decision(simulator: &Simulator<'_>, run: u64, made: &Move) -> Result<Decision, Error> {
    decision_by(simulator, 0, (run, made))
}

/// Tells a decision by one of what is asked.
fn decision_by(simulator: &Simulator<'_>, aim: usize, (run, made): (u64, &Move)) -> Result<Decision, Error> {
    let (arena, nature) = simulator.of(aim);
    let model = &arena.problem.model;
    let asked = made.asked;
    let alternatives: Result<Vec<Alternative>, Error> = model
        .choices(asked.state)
        .map(|choice| {
            let bracket = range(arena.choice_bracket(choice, asked.step)?);
            Ok(Alternative {
                action: model.action_name(choice).to_owned(),
                bracket,
            })
        })
        .collect();
    let pick = nature.pick(arena, run, asked)?;
    let shown = shown(&pick, made.branch, simulator.settings.branches_max);
    let set = model.set(asked.choice);
    let targets = model.targets(asked.choice);
    let branch = |index: &usize| {
        let (lower, upper) = set.outcome_bounds(*index);
        let target = targets[*index];
        Branch {
            state: target,
            target: model.state_name(target),
            lower: lower.to_f64(),
            upper: upper.to_f64(),
            nature: pick[*index].clamp(0.0, 1.0),
            value: range(arena.bracket(target, asked.step + 1)),
        }
    };
    let hidden: Vec<usize> = (0..pick.len())
        .filter(|index| shown.binary_search(index).is_err())
        .collect();
    let mass: f64 = hidden.iter().map(|index| pick[*index]).sum();
    let rest = Rest {
        branches: hidden.len() as u64,
        nature: mass.clamp(0.0, 1.0),
    };
    let outcome = shown.iter().position(|index| *index == made.branch).unwrap_or(0);
    Ok(Decision {
        action: model.action_name(asked.choice).to_owned(),
        aim: None,
        alternatives: alternatives?,
        set: set.kind().to_owned(),
        branches: shown.iter().map(branch).collect(),
        rest: (!hidden.is_empty()).then_some(rest),
        outcome: u32::try_from(outcome).unwrap_or(0),
        quantity: arena.is_quantity().then(|| Number(arena.added(asked.choice))),
        measured: measured(model, asked.choice),
    })
}

/// Returns what a choice adds to each quantity of the world.
fn measured(model: &Model, choice: ChoiceId) -> BTreeMap<String, Number> {
    let added = |values: &[Rational]| values.get(choice as usize).map(Rational::to_f64);
    let quantities = model.quantities().iter();
    quantities
        .filter_map(|(name, values)| Some((name.clone(), Number(added(values)?))))
        .collect()
}

/// Returns the branches to show, ascending: the heaviest ones, and the one that happened.
fn shown(pick: &[f64], happened: usize, limit: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..pick.len()).collect();
    order.sort_by(|a, b| {
        let first = (*b == happened).cmp(&(*a == happened));
        first.then(pick[*b].total_cmp(&pick[*a])).then(a.cmp(b))
    });
    order.truncate(limit.max(1));
    order.sort_unstable();
    order
}
