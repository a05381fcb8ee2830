//! The means and biases of a policy, or of a problem in which both want the same, as one linear program.
//!
//! With the agent's policy fixed, or with an agent who wants what Nature wants, one direction is left. If it maximises, the means are the least
//! numbers `g` for which there are biases `h` with
//!
//! ```text
//! g(s) ≥ Σ p·g   and   g(s) + h(s) ≥ r + Σ p·h     for every row of s that is left and every distribution p of its set
//! ```
//!
//! and if it minimises, they are the greatest the other way round. What comes out is a claim of the certificate as it stands, and biases that add enough of
//! the means satisfy the second inequality wherever the first is strict, so that one program does for chains of many parts. Sets are taken care of as in
//! [`crate::policy::dual`]: by duals, and by distributions that are added where they are found to be violated.
//!
//! # Source
//! Hordijk and Kallenberg, "Linear programming and Markov decision chains", Management Science 25 (1979), for single distributions.

use crate::error::Error;
use crate::long_run::iterate::Iteration;
use crate::policy::dual::{Layout, bounds};
use crate::witness::witness;
use good_lp::{Expression, Variable, variable};
use murphy_credal::CredalSet;
use murphy_problem::{Direction, Problem};
use murphy_world::{ChoiceId, StateId};
use std::borrow::Cow;

/// The largest program that is laid out, in branches: each counts twice.
const BRANCHES_MAX: usize = 10_000;
/// By how much a distribution may violate the program, as a part of the largest number.
const TOLERANCE: f64 = 1e-9;
/// How often distributions are added.
const CUTS_MAX: usize = 60;

/// A row that is left.
struct Row<'a> {
    state: StateId,
    set: Cow<'a, CredalSet>,
    targets: &'a [StateId],
    gain: f64,
}

/// Refuses models that are too large.
pub(crate) fn check_size(problem: &Problem) -> Result<(), Error> {
    let branches = problem.model.branch_count();
    if branches > BRANCHES_MAX {
        return Err(Error::ProgramTooLarge {
            branches,
            limit: BRANCHES_MAX,
        });
    }
    Ok(())
}

/// Returns means and biases where Nature answers the policy of the iteration, or where both do their best if they want the same.
pub(crate) fn evaluate(problem: &Problem, iteration: &Iteration<'_>) -> Option<(Vec<f64>, Vec<f64>)> {
    let rows = rows(problem, iteration);
    let mut cuts: Vec<(usize, Vec<f64>)> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        if bounds(&row.set).is_none() {
            cuts.push((index, row.best(problem, &iteration.values)?));
        }
    }
    for _ in 0..CUTS_MAX {
        let mut program = Program::new(problem, &rows);
        for row in &rows {
            if let Some(bounds) = bounds(&row.set) {
                program.by_dual(row, &bounds);
            }
        }
        for (index, pick) in &cuts {
            program.by_pick(&rows[*index], pick);
        }
        let (mean, bias) = program.solve()?;
        let before = cuts.len();
        for (index, row) in rows.iter().enumerate() {
            if bounds(&row.set).is_none() {
                cuts.extend(row.violated(problem, (&mean, &bias))?.map(|pick| (index, pick)));
            }
        }
        if cuts.len() == before {
            return Some((mean, bias));
        }
    }
    None
}

/// Returns the rows that are left: all of them, or those of the policy.
fn rows<'a>(problem: &'a Problem, iteration: &Iteration<'_>) -> Vec<Row<'a>> {
    let model = &problem.model;
    let mut rows = Vec::new();
    for (state, taken) in (0..).zip(&iteration.policy) {
        let left = if problem.agent == problem.nature {
            model.choices(state)
        } else {
            *taken..*taken + 1
        };
        rows.extend(left.map(|choice: ChoiceId| Row {
            state,
            set: model.set(choice),
            targets: model.targets(choice),
            gain: iteration.gain[choice as usize],
        }));
    }
    rows
}

impl Row<'_> {
    /// Returns the distribution that is best for Nature at some values.
    fn best(&self, problem: &Problem, values: &[f64]) -> Option<Vec<f64>> {
        let there: Vec<f64> = self.targets.iter().map(|to| values[*to as usize]).collect();
        witness(&self.set, &there, problem.nature)
    }

    /// Returns distributions that violate one of the two inequalities.
    fn violated(
        &self,
        problem: &Problem,
        (mean, bias): (&[f64], &[f64]),
    ) -> Option<impl Iterator<Item = Vec<f64>>> {
        let at = self.state as usize;
        let sign = match problem.nature {
            Direction::Maximize => 1.0,
            Direction::Minimize => -1.0,
        };
        let size = |numbers: &[f64]| numbers.iter().fold(1.0f64, |most, number| most.max(number.abs()));
        let beyond = |numbers: &[f64], added: f64| -> Option<Option<Vec<f64>>> {
            let pick = self.best(problem, numbers)?;
            let comes_to = pick
                .iter()
                .zip(self.targets)
                .map(|(p, to)| p * numbers[*to as usize]);
            let excess = sign * (added + comes_to.sum::<f64>() - numbers[at]);
            Some((excess > TOLERANCE * size(numbers)).then_some(pick))
        };
        let found = [beyond(mean, 0.0)?, beyond(bias, self.gain - mean[at])?];
        Some(found.into_iter().flatten())
    }
}

/// A linear program over the means and biases of all states, all divided by one size so that tolerances mean something.
struct Program {
    layout: Layout,
    means: Vec<Variable>,
    biases: Vec<Variable>,
    size: f64,
    /// Between which numbers the means lie, in parts of the size.
    ends: (f64, f64),
}

/// Biases count from the least of them.
const BIASES: (f64, f64) = (0.0, f64::INFINITY);

impl Program {
    fn new(problem: &Problem, rows: &[Row<'_>]) -> Self {
        let gains = || rows.iter().map(|row| row.gain);
        let size = gains().fold(0.0f64, |most, gain| most.max(gain.abs()));
        let size = if size > 0.0 { size } else { 1.0 };
        let ends = (
            gains().fold(f64::INFINITY, f64::min) / size,
            gains().fold(f64::NEG_INFINITY, f64::max) / size,
        );
        let mut layout = Layout::new(problem.nature);
        let mut each = |(least, most): (f64, f64)| -> Vec<Variable> {
            let states = 0..problem.model.state_count();
            states
                .map(|_| layout.variables.add(variable().min(least).max(most)))
                .collect()
        };
        let (means, biases) = (each(ends), each(BIASES));
        Self {
            layout,
            means,
            biases,
            size,
            ends,
        }
    }

    /// Asks both inequalities of a row, whose best expectations of means and biases are these.
    fn ask(&mut self, row: &Row<'_>, (mean, bias): (Option<Expression>, Expression)) {
        let (own_mean, own_bias) = (self.means[row.state as usize], self.biases[row.state as usize]);
        if let Some(mean) = mean {
            self.layout.ask(own_mean.into(), mean);
        }
        self.layout.ask(own_mean + own_bias, bias + row.gain / self.size);
    }

    fn by_pick(&mut self, row: &Row<'_>, pick: &[f64]) {
        let terms = || row.targets.iter().zip(pick).filter(|(_, p)| **p > 0.0);
        let sum =
            |numbers: &[Variable]| -> Expression { terms().map(|(to, p)| *p * numbers[*to as usize]).sum() };
        // Going round says nothing of means, and the solver is not asked about 0 ≤ 0.
        let moves = terms().any(|(to, _)| *to != row.state);
        let (mean, bias) = (moves.then(|| sum(&self.means)), sum(&self.biases));
        self.ask(row, (mean, bias));
    }

    fn by_dual(&mut self, row: &Row<'_>, (low, high): &(Vec<f64>, Vec<f64>)) {
        if row.targets.iter().all(|to| *to == row.state) || low == high {
            return self.by_pick(row, low);
        }
        let (means, biases) = (&self.means, &self.biases);
        let mean = |outcome: usize| Expression::from(means[row.targets[outcome] as usize]);
        let bias = |outcome: usize| Expression::from(biases[row.targets[outcome] as usize]);
        let mean = self.layout.best((low, high), &mean, self.ends);
        let bias = self.layout.best((low, high), &bias, BIASES);
        self.ask(row, (Some(mean), bias));
    }

    fn solve(self) -> Option<(Vec<f64>, Vec<f64>)> {
        let sum: Expression = self.means.iter().map(|mean| Expression::from(*mean)).sum();
        let found = self.layout.solve(sum)?;
        let numbers = |variables: &[Variable]| -> Vec<f64> {
            variables
                .iter()
                .map(|variable| found(*variable) * self.size)
                .collect()
        };
        Some((numbers(&self.means), numbers(&self.biases)))
    }
}
