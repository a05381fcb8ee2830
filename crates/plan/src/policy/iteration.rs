//! Robust policy iteration: whole policies are evaluated, and improved where something is strictly better.
//!
//! One direction is *outer*: whoever wants it keeps an answer in each state, the others respond to it as well as they can, and then it is
//! improved. Which direction that is matters, because values of a policy that holds the play for ever are no values ([`crate::policy::table`]):
//! strict improvement of one who wants a reachability large cannot make her stuck, while one who wants it small may be stuck at a tie for ever.
//! Responses are found the same way, inside: a chain is solved for each ([`crate::chain`]).

use crate::links::{Link, solve};
use crate::policy::progress::{Helpers, rank_towards};
use crate::policy::table::{Table, TableRow};
use crate::witness::witness;
use murphy_problem::{Direction, Objective};

/// How often answers may change, outside and inside.
const ROUNDS: usize = 500;
/// Answers whose worth differs by less than this part are as good as each other.
pub(crate) const ROUNDING: f64 = 32.0 * f64::EPSILON;

/// What everybody does, and what that is worth.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    /// The value of each state.
    pub(crate) values: Vec<f64>,
    /// The agent's row in each open state.
    pub(crate) row: Vec<usize>,
    /// Nature's distribution at each row of each open state.
    pub(crate) pick: Vec<Vec<Vec<f64>>>,
}

/// How the value of the outer player's answers is found.
pub(crate) type Evaluate<'e> = dyn Fn(&Table<'_>, &mut Answers) -> Option<()> + 'e;

/// Iterates until the outer player cannot improve by more than a part `rounding`; `None` if that takes too long or leaves the range of floats.
pub(crate) fn iterate(table: &Table<'_>, rounding: f64, evaluate: &Evaluate<'_>) -> Option<Answers> {
    let mut answers = start(table)?;
    for _ in 0..ROUNDS {
        evaluate(table, &mut answers)?;
        if !improve(table, &mut answers, (table.outer, rounding))? {
            answer_elsewhere(table, &mut answers)?;
            return Some(answers);
        }
    }
    None
}

/// Lets a Nature who responds answer the rows that are not taken, too: a bound from her side speaks of all of them.
pub(crate) fn answer_elsewhere(table: &Table<'_>, answers: &mut Answers) -> Option<()> {
    if table.problem.nature == table.outer {
        return Some(());
    }
    for (at, rows) in table.rows.iter().enumerate() {
        for (index, row) in rows
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != answers.row[at])
        {
            answers.pick[at][index] = witness(&row.set, &row.gather(&answers.values), table.problem.nature)?;
        }
    }
    Some(())
}

/// Returns first answers: any, and such that reach the end where the outer player must see to that.
pub(crate) fn start(table: &Table<'_>) -> Option<Answers> {
    let zeros = vec![0.0; table.values.len()];
    let mut answers = Answers {
        values: table.values.clone(),
        row: vec![0; table.rows.len()],
        pick: Vec::with_capacity(table.rows.len()),
    };
    for rows in &table.rows {
        let picks = rows
            .iter()
            .map(|row| witness(&row.set, &row.gather(&zeros), table.problem.nature));
        answers.pick.push(picks.collect::<Option<Vec<_>>>()?);
    }
    if matches!(table.problem.objective, Objective::Until { .. }) {
        let ends: Vec<bool> = table.rows.iter().map(Vec::is_empty).collect();
        rank_towards(table, &mut answers, (Helpers::All(table.outer), &ends))?;
    }
    Some(answers)
}

/// The value of the outer player's answers: the others respond by policy iteration of their own.
pub(crate) fn respond(table: &Table<'_>, answers: &mut Answers) -> Option<()> {
    let inner = table.outer.opposite();
    let mut open = table.open();
    let closed = closed(table, answers);
    for (at, closed) in closed.iter().enumerate() {
        open[at] &= !closed;
    }
    if matches!(table.problem.objective, Objective::Total { .. }) {
        let ends: Vec<bool> = open.iter().map(|open| !open).collect();
        rank_towards(table, answers, (Helpers::Against(table.outer), &ends))?;
    }
    for _ in 0..ROUNDS {
        evaluate_chain(table, answers, &open)?;
        if !improve(table, answers, (inner, ROUNDING))? {
            return Some(());
        }
    }
    None
}

/// Returns the open states where the others can hold the value at zero, against the outer player's answers.
pub(crate) fn closed(table: &Table<'_>, answers: &Answers) -> Vec<bool> {
    let count = table.rows.len();
    match &table.problem.objective {
        Objective::Reach { .. } => {
            let worth: Vec<bool> = table.values.iter().map(|value| *value > 0.0).collect();
            let mut forced = worth;
            loop {
                let joins = |at: &usize| {
                    let rows = &table.rows[*at];
                    let hits = |index: usize| hits(table, answers, (*at, index), &forced);
                    !forced[*at]
                        && !rows.is_empty()
                        && if table.problem.agent == table.outer {
                            hits(answers.row[*at])
                        } else {
                            (0..rows.len()).all(hits)
                        }
                };
                let joining: Vec<usize> = (0..count).filter(joins).collect();
                if joining.is_empty() {
                    break;
                }
                joining.into_iter().for_each(|at| forced[at] = true);
            }
            forced.iter().map(|forced| !forced).collect()
        }
        Objective::Total { .. } => {
            let mut kept = vec![true; count];
            loop {
                let leaves = |at: &usize| {
                    let rows = &table.rows[*at];
                    let keeps = |index: usize| keeps(table, answers, (*at, index), &kept);
                    kept[*at]
                        && !rows.is_empty()
                        && !if table.problem.agent == table.outer {
                            keeps(answers.row[*at])
                        } else {
                            (0..rows.len()).any(keeps)
                        }
                };
                let leaving: Vec<usize> = (0..count).filter(leaves).collect();
                if leaving.is_empty() {
                    return kept;
                }
                leaving.into_iter().for_each(|at| kept[at] = false);
            }
        }
        _ => vec![false; count],
    }
}

/// Says whether a row hits a set, by the outer Nature's pick or whatever the inner one picks.
fn hits(table: &Table<'_>, answers: &Answers, (at, index): (usize, usize), set: &[bool]) -> bool {
    let row = &table.rows[at][index];
    let event = row.gather(set);
    if table.problem.nature == table.outer {
        answers.pick[at][index]
            .iter()
            .zip(event)
            .any(|(p, hit)| *p > 0.0 && hit)
    } else {
        row.set.must_hit(&event)
    }
}

/// Says whether a row adds nothing and stays in a set, by the outer Nature's pick or by one that the inner one has.
fn keeps(table: &Table<'_>, answers: &Answers, (at, index): (usize, usize), set: &[bool]) -> bool {
    let row = &table.rows[at][index];
    let event = row.gather(set);
    row.gain <= 0.0
        && if table.problem.nature == table.outer {
            answers.pick[at][index]
                .iter()
                .zip(event)
                .all(|(p, inside)| *p <= 0.0 || inside)
        } else {
            row.set.restrict(&event).is_some()
        }
}

/// Solves the chain that all answers make; says whether it could be.
pub(crate) fn evaluate_chain(table: &Table<'_>, answers: &mut Answers, open: &[bool]) -> Option<()> {
    let links: Vec<Link> = (0..table.rows.len()).map(|at| link(table, answers, at)).collect();
    let mut values = table.values.clone();
    solve(&links, open, table.discount, &mut values)?;
    answers.values = values;
    Some(())
}

/// Returns the link of the chain in a state.
fn link(table: &Table<'_>, answers: &Answers, at: usize) -> Link {
    let Some(row) = table.rows[at].get(answers.row[at]) else {
        return Link::default();
    };
    let chances = answers.pick[at][answers.row[at]].iter();
    Link {
        leads: row
            .targets
            .iter()
            .copied()
            .zip(chances.copied())
            .filter(|(_, p)| *p > 0.0)
            .collect(),
        gain: row.gain,
    }
}

/// Returns what a row comes to by a distribution.
pub(crate) fn worth(table: &Table<'_>, row: &TableRow<'_>, pick: &[f64], values: &[f64]) -> f64 {
    let there = row.targets.iter().map(|to| values[*to as usize]);
    let mean: f64 = pick
        .iter()
        .zip(there)
        .map(|(p, value)| if *p > 0.0 { p * value } else { 0.0 })
        .sum();
    row.gain + table.discount * mean
}

/// Improves the answers of those who want one direction, where something is better by more than rounding; says whether something was.
pub(crate) fn improve(
    table: &Table<'_>,
    answers: &mut Answers,
    (player, rounding): (Direction, f64),
) -> Option<bool> {
    let mut changed = false;
    // Exact chains are right to the last figures of each value; programs to a part of the largest.
    let size = answers
        .values
        .iter()
        .filter(|value| value.is_finite())
        .fold(0.0f64, |most, value| most.max(value.abs()));
    let floor = if rounding > ROUNDING { rounding * size } else { 0.0 };
    for at in 0..table.rows.len() {
        if table.rows[at].is_empty() {
            continue;
        }
        changed |= improve_at(table, answers, (player, rounding, floor), at)?;
    }
    Some(changed)
}

fn improve_at(
    table: &Table<'_>,
    answers: &mut Answers,
    (player, rounding, floor): (Direction, f64, f64),
    at: usize,
) -> Option<bool> {
    let (agent, nature) = (table.problem.agent, table.problem.nature);
    let Answers { values, row, pick } = answers;
    let rows = &table.rows[at];
    let now = worth(table, &rows[row[at]], &pick[at][row[at]], values);
    let better = |new: f64, old: f64| match player {
        Direction::Maximize => new > old + rounding * new.abs().max(old.abs()) + floor,
        Direction::Minimize => new < old - rounding * new.abs().max(old.abs()) - floor,
    };
    let mut changed = false;
    if agent != player {
        // Only Nature: at the row that is taken, or at every one where the agent is to respond to her.
        let asked = if player == table.outer {
            0..rows.len()
        } else {
            row[at]..row[at] + 1
        };
        for index in asked {
            let fresh = witness(&rows[index].set, &rows[index].gather(values), nature)?;
            let old = worth(table, &rows[index], &pick[at][index], values);
            if nature == player && better(worth(table, &rows[index], &fresh, values), old) {
                pick[at][index] = fresh;
                changed = true;
            }
        }
        return Some(changed);
    }
    let mut best = (now, row[at], None);
    for (index, candidate) in rows.iter().enumerate() {
        // Where Nature wants the same or responds, she answers here and now; where she is outside, she has answered.
        let answered = nature != player && player != table.outer;
        let fresh = if answered {
            None
        } else {
            Some(witness(&candidate.set, &candidate.gather(values), nature)?)
        };
        let found = worth(
            table,
            candidate,
            fresh.as_ref().unwrap_or(&pick[at][index]),
            values,
        );
        if better(found, best.0) {
            best = (found, index, fresh);
            changed = true;
        }
    }
    row[at] = best.1;
    if let Some(fresh) = best.2 {
        pick[at][best.1] = fresh;
    }
    Some(changed)
}
