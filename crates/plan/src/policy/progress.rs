//! Answers that move on: towards the end of the play, rank by rank.

use crate::policy::iteration::{Answers, worth};
use crate::policy::table::{Table, TableRow};
use crate::witness::witness;
use murphy_problem::Direction;

/// Who helps to move on, against whom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Helpers {
    /// Everybody who wants this direction, whatever the others do.
    All(Direction),
    /// Everybody who does not want this direction, against the answers at hand of those who do.
    Against(Direction),
}

/// Gives those who help answers by which the play comes to `ends` from every open state; `None` if they cannot see to it.
pub(crate) fn rank_towards(
    table: &Table<'_>,
    answers: &mut Answers,
    (helpers, ends): (Helpers, &[bool]),
) -> Option<()> {
    let mut reached = ends.to_vec();
    loop {
        let mut joining = Vec::new();
        for (at, rows) in table.rows.iter().enumerate() {
            if reached[at] {
                continue;
            }
            if let Some((row, picks)) = moves_on(table, answers, (at, rows), (helpers, &reached)) {
                joining.push((at, row, picks));
            }
        }
        if joining.is_empty() {
            return reached.iter().all(|reached| *reached).then_some(());
        }
        for (at, row, picks) in joining {
            reached[at] = true;
            if let Some(row) = row {
                answers.row[at] = row;
            }
            for (index, pick) in picks {
                answers.pick[at][index] = pick;
            }
        }
    }
}

/// A row, if the agent helps, and distributions at rows, if Nature does.
type Onward = (Option<usize>, Vec<(usize, Vec<f64>)>);

/// Returns answers of a state that hit what is reached.
fn moves_on(
    table: &Table<'_>,
    answers: &Answers,
    (at, rows): (usize, &[TableRow<'_>]),
    (helpers, reached): (Helpers, &[bool]),
) -> Option<Onward> {
    let helps = |player: Direction| match helpers {
        Helpers::All(direction) => player == direction,
        Helpers::Against(direction) => player != direction,
    };
    let answered = |player: Direction| matches!(helpers, Helpers::Against(direction) if player == direction);
    // What Nature does at a row: `Err` if the row does not move on.
    let by_nature = |index: usize| -> Option<Option<Vec<f64>>> {
        let (row, event) = (&rows[index], rows[index].gather(reached));
        if helps(table.problem.nature) {
            let bonus: Vec<f64> = event.iter().map(|hit| if *hit { 1.0 } else { 0.0 }).collect();
            let pick = witness(&row.set, &bonus, Direction::Maximize)?;
            let hits = row.set.may_hit(&event) && pick.iter().zip(&event).any(|(p, hit)| *p > 0.0 && *hit);
            hits.then_some(Some(pick))
        } else if answered(table.problem.nature) {
            let hits = answers.pick[at][index]
                .iter()
                .zip(&event)
                .any(|(p, hit)| *p > 0.0 && *hit);
            hits.then_some(None)
        } else {
            row.set.must_hit(&event).then_some(None)
        }
    };
    if helps(table.problem.agent) {
        let found = (0..rows.len()).find_map(|index| Some((index, by_nature(index)?)));
        return found
            .map(|(index, pick)| (Some(index), pick.map(|pick| (index, pick)).into_iter().collect()));
    }
    let asked = if answered(table.problem.agent) {
        answers.row[at]..answers.row[at] + 1
    } else {
        0..rows.len()
    };
    let mut picks = Vec::new();
    for index in asked {
        picks.extend(by_nature(index)?.map(|pick| (index, pick)));
    }
    Some((None, picks))
}

/// Returns answers that are about best at the values, and by which those of the outer direction come to the end or gain something on the way.
///
/// Values alone do not say which of several equally good answers arrives.
pub(crate) fn answers_at(table: &Table<'_>, values: Vec<f64>, tolerance: f64) -> Option<Answers> {
    let nature = table.problem.nature;
    let mut answers = Answers {
        row: vec![0; table.rows.len()],
        pick: Vec::with_capacity(table.rows.len()),
        values,
    };
    for rows in &table.rows {
        let picks = rows
            .iter()
            .map(|row| witness(&row.set, &row.gather(&answers.values), nature));
        answers.pick.push(picks.collect::<Option<Vec<_>>>()?);
    }
    take_best_rows(table, &mut answers);
    if table.discount < 1.0 {
        // Everything fades: nothing has to arrive.
        return Some(answers);
    }
    let mut reached: Vec<bool> = table.rows.iter().map(Vec::is_empty).collect();
    let best = |answers: &Answers, at: usize| {
        let worths = table.rows[at].iter().zip(&answers.pick[at]);
        let worths = worths.map(|(row, pick)| worth(table, row, pick, &answers.values));
        match table.problem.agent {
            Direction::Maximize => worths.fold(f64::NEG_INFINITY, f64::max),
            Direction::Minimize => worths.fold(f64::INFINITY, f64::min),
        }
    };
    loop {
        let mut joined = false;
        for at in 0..reached.len() {
            if reached[at] {
                continue;
            }
            let level = best(&answers, at);
            let slack = tolerance * (1.0 + level.abs());
            let mut all = true;
            let mut some = None;
            for index in 0..table.rows[at].len() {
                let row = &table.rows[at][index];
                let old = worth(table, row, &answers.pick[at][index], &answers.values);
                if (old - level).abs() > slack {
                    continue;
                }
                let pick = onward(table, &answers, (at, index), (&reached, slack));
                match pick {
                    Some(pick) => {
                        answers.pick[at][index] = pick;
                        some = some.or(Some(index));
                    }
                    None => all = false,
                }
            }
            let joins = if table.problem.agent == table.outer {
                some.is_some()
            } else {
                all && some.is_some()
            };
            if let Some(index) = some.filter(|_| joins) {
                answers.row[at] = index;
                reached[at] = true;
                joined = true;
            }
        }
        if !joined {
            break;
        }
    }
    reached.iter().all(|reached| *reached).then_some(answers)
}

/// Gives the agent the row of each state that comes to most (or least).
fn take_best_rows(table: &Table<'_>, answers: &mut Answers) {
    for (at, rows) in table.rows.iter().enumerate() {
        let mut best: Option<(f64, usize)> = None;
        for (index, (row, pick)) in rows.iter().zip(&answers.pick[at]).enumerate() {
            let found = worth(table, row, pick, &answers.values);
            let better = |incumbent: f64| match table.problem.agent {
                Direction::Maximize => found > incumbent,
                Direction::Minimize => found < incumbent,
            };
            if best.is_none_or(|(incumbent, _)| better(incumbent)) {
                best = Some((found, index));
            }
        }
        answers.row[at] = best.map_or(0, |(_, index)| index);
    }
}

/// Returns a distribution at a row that is about best for Nature and moves on.
fn onward(
    table: &Table<'_>,
    answers: &Answers,
    (at, index): (usize, usize),
    (reached, slack): (&[bool], f64),
) -> Option<Vec<f64>> {
    let (row, old) = (&table.rows[at][index], &answers.pick[at][index]);
    let event = row.gather(reached);
    let hits = |pick: &[f64]| pick.iter().zip(&event).any(|(p, hit)| *p > 0.0 && *hit);
    if row.gain > 0.0 || hits(old) {
        return Some(old.clone());
    }
    if table.problem.nature != table.outer {
        return None;
    }
    let bonus = if table.outer == Direction::Maximize {
        slack
    } else {
        -slack
    };
    let there: Vec<f64> = row.gather(&answers.values);
    let tilted: Vec<f64> = there
        .iter()
        .zip(&event)
        .map(|(value, hit)| if *hit { value + bonus } else { *value })
        .collect();
    let pick = witness(&row.set, &tilted, table.problem.nature)?;
    let lost = (worth(table, row, &pick, &answers.values) - worth(table, row, old, &answers.values)).abs();
    (hits(&pick) && lost <= 2.0 * slack).then_some(pick)
}
