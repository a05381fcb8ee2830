//! Linear programs: the value of a policy, or of a problem in which both want the same, as one program.
//!
//! With the outer player's answers fixed only one direction is left, and its values are the greatest (the least, if it maximises) numbers that
//! stay below (above) all that its rows come to. Where Nature answers, what a row comes to is itself an optimum over her set. For
//! bounds on each probability it is replaced by its dual, which turns "for all distributions" into a few variables ([`crate::policy::dual`]). For other
//! sets distributions are added one by one as they are found to be violated, which ends because a polytope has finitely many corners.
//!
//! `good_lp` with the backend `microlp` shows no prices, and its tolerances prove nothing: answers are read off the values, the chain they make is solved, and
//! the bounds have to prove themselves like any other.

use crate::error::Error;
use crate::policy::dual::{Layout, bounds};
use crate::policy::iteration::{
    Answers, answer_elsewhere, closed, evaluate_chain, improve, iterate, start, worth,
};
use crate::policy::progress::{Helpers, answers_at, rank_towards};
use crate::policy::table::{Table, TableRow};
use crate::witness::witness;
use good_lp::{Expression, Variable, variable};
use murphy_problem::{Direction, Objective};

/// The largest program that is laid out, in branches.
const BRANCHES_MAX: usize = 20_000;
/// What the tolerances of the solver may leave, as a part of the largest value.
const TOLERANCE: f64 = 1e-7;
/// How often distributions are added.
const CUTS_MAX: usize = 60;

/// Returns the answers that linear programs find, `None` if they fail.
pub(crate) fn answers(table: &Table<'_>) -> Result<Option<Answers>, Error> {
    let branches = table.branches();
    if branches > BRANCHES_MAX {
        return Err(Error::ProgramTooLarge {
            branches,
            limit: BRANCHES_MAX,
        });
    }
    Ok(found(table))
}

fn found(table: &Table<'_>) -> Option<Answers> {
    let (agent, nature) = (table.problem.agent, table.problem.nature);
    let mut answers = if agent == nature {
        let all = Free {
            agent: true,
            nature: true,
            direction: agent,
        };
        // Sets have decided where one who minimises alone can keep the value at zero: everything else is open.
        let mut arriving = start(table)?;
        if agent == Direction::Minimize {
            let ends: Vec<bool> = table.open().iter().map(|open| !open).collect();
            arrive(table, &mut arriving, &ends)?;
        }
        let values = solve(table, (None, &arriving), (all, &table.open()))?;
        answers_at(table, values, 4.0 * TOLERANCE)?
    } else {
        iterate(table, TOLERANCE, &by_program)?
    };
    // The figures that the solver leaves open.
    evaluate_chain(table, &mut answers, &table.open())?;
    answer_elsewhere(table, &mut answers)?;
    Some(answers)
}

/// The value of the outer player's answers.
fn by_program(table: &Table<'_>, answers: &mut Answers) -> Option<()> {
    let inner = table.outer.opposite();
    let free = Free {
        agent: table.problem.agent == inner,
        nature: table.problem.nature == inner,
        direction: inner,
    };
    let mut open = table.open();
    for (open, closed) in open.iter_mut().zip(closed(table, answers)) {
        *open &= !closed;
    }
    let mut arriving = answers.clone();
    if inner == Direction::Minimize {
        let ends: Vec<bool> = open.iter().map(|open| !open).collect();
        arrive(table, &mut arriving, &ends)?;
    }
    answers.values = solve(table, (Some(answers), &arriving), (free, &open))?;
    improve(table, answers, (inner, 0.0))?;
    Some(())
}

/// Gives those who minimise answers that arrive, where that can be: they keep the first programs from being unbounded.
fn arrive(table: &Table<'_>, answers: &mut Answers, ends: &[bool]) -> Option<()> {
    match (&table.problem.objective, table.outer) {
        (Objective::Discounted { .. }, _) => Some(()),
        (_, Direction::Maximize) => rank_towards(table, answers, (Helpers::Against(table.outer), ends)),
        (_, Direction::Minimize) => rank_towards(table, answers, (Helpers::All(table.outer), ends)),
    }
}

/// Who is left, and what they want.
#[derive(Clone, Copy)]
struct Free {
    agent: bool,
    nature: bool,
    direction: Direction,
}

/// Solves the program of those who are left, the others answering as the first answers say; the second ones are where to begin.
fn solve(
    table: &Table<'_>,
    (answers, begin): (Option<&Answers>, &Answers),
    (free, open): (Free, &[bool]),
) -> Option<Vec<f64>> {
    let mut cuts: Vec<(usize, usize, Vec<f64>)> = Vec::new();
    let asked = |at: usize| match answers {
        Some(answers) if !free.agent => answers.row[at]..answers.row[at] + 1,
        _ => 0..table.rows[at].len(),
    };
    let places = || {
        (0..open.len())
            .filter(|at| open[*at])
            .flat_map(|at| asked(at).map(move |index| (at, index)))
    };
    if free.nature {
        for (at, index) in places() {
            let row = &table.rows[at][index];
            if bounds(&row.set).is_none() {
                cuts.push((at, index, begin.pick[at][index].clone()));
            }
        }
    }
    for _ in 0..CUTS_MAX {
        let mut program = Program::new(table, open, free.direction)?;
        for (at, index) in places() {
            let row = &table.rows[at][index];
            match answers {
                Some(answers) if !free.nature => program.by_pick(at, row, &answers.pick[at][index]),
                _ if bounds(&row.set).is_some() => program.by_dual(at, row),
                _ => {}
            }
        }
        for (at, index, pick) in &cuts {
            program.by_pick(*at, &table.rows[*at][*index], pick);
        }
        let values = program.solve(table)?;
        if !free.nature {
            return Some(values);
        }
        let finite = values.iter().filter(|value| value.is_finite());
        let size = finite.fold(0.0f64, |most, value| most.max(value.abs()));
        let before = cuts.len();
        for (at, index) in places() {
            let row = &table.rows[at][index];
            if bounds(&row.set).is_some() {
                continue;
            }
            let pick = witness(&row.set, &row.gather(&values), free.direction)?;
            let comes_to = worth(table, row, &pick, &values);
            let violated = match free.direction {
                Direction::Maximize => comes_to - values[at],
                Direction::Minimize => values[at] - comes_to,
            };
            if violated > TOLERANCE * 1e-2 * size {
                cuts.push((at, index, pick));
            }
        }
        if cuts.len() == before {
            return Some(values);
        }
    }
    None
}

/// A linear program over the values of the open states, all divided by one size so that tolerances mean something.
struct Program {
    layout: Layout,
    values: Vec<Option<Variable>>,
    fixed: Vec<f64>,
    discount: f64,
    size: f64,
    /// Between which numbers all values lie, in parts of the size.
    ends: (f64, f64),
}

impl Program {
    fn new(table: &Table<'_>, open: &[bool], direction: Direction) -> Option<Self> {
        let gains = table.rows.iter().flatten().map(|row| row.gain);
        let size = gains.fold(0.0f64, |most, gain| most.max(gain.abs()));
        let size = if size > 0.0 { size } else { 1.0 };
        let ends = match &table.problem.objective {
            Objective::Reach { .. } => (0.0, 1.0),
            Objective::Discounted { .. } => (-1.0 / (1.0 - table.discount), 1.0 / (1.0 - table.discount)),
            _ => (0.0, f64::INFINITY),
        };
        let mut layout = Layout::new(direction);
        let bounded = || variable().min(ends.0).max(ends.1);
        let values = open
            .iter()
            .map(|open| open.then(|| layout.variables.add(bounded())))
            .collect();
        Some(Self {
            layout,
            values,
            fixed: table
                .values
                .iter()
                .map(|value| if value.is_finite() { value / size } else { 0.0 })
                .collect(),
            discount: table.discount,
            size,
            ends,
        })
    }

    fn value(&self, state: u32) -> Expression {
        let at = state as usize;
        self.values[at].map_or_else(|| Expression::from(self.fixed[at]), Expression::from)
    }

    /// Asks that a value be on the right side of what a row comes to.
    fn bound(&mut self, at: usize, row: &TableRow<'_>, mean: Expression) {
        let comes_to = self.discount * mean + row.gain / self.size;
        let value = self.value(u32::try_from(at).unwrap_or(u32::MAX));
        self.layout.ask(value, comes_to);
    }

    fn by_pick(&mut self, at: usize, row: &TableRow<'_>, pick: &[f64]) {
        let terms = row.targets.iter().zip(pick).filter(|(_, p)| **p > 0.0);
        if self.discount >= 1.0 && terms.clone().all(|(to, _)| *to as usize == at) {
            // Going round for nothing says nothing, and the solver is not asked about 0 ≤ 0.
            return;
        }
        let mean = terms.map(|(to, p)| *p * self.value(*to)).sum();
        self.bound(at, row, mean);
    }

    fn by_dual(&mut self, at: usize, row: &TableRow<'_>) {
        let Some((low, high)) = bounds(&row.set) else {
            return;
        };
        let there: Vec<Expression> = row.targets.iter().map(|to| self.value(*to)).collect();
        let value = |outcome: usize| there[outcome].clone();
        let mean = self.layout.best((&low, &high), &value, self.ends);
        self.bound(at, row, mean);
    }

    fn solve(self, table: &Table<'_>) -> Option<Vec<f64>> {
        let sum: Expression = self
            .values
            .iter()
            .flatten()
            .map(|value| Expression::from(*value))
            .sum();
        let found = self.layout.solve(sum)?;
        let value = |(variable, known): (&Option<Variable>, &f64)| match variable {
            Some(variable) => found(*variable) * self.size,
            None => *known,
        };
        Some(self.values.iter().zip(&table.values).map(value).collect())
    }
}
