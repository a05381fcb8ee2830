//! Programs whose constraints speak of whole sets: what a row comes to at its best, in a few variables instead of all its distributions.

use good_lp::{Constraint, Expression, ProblemVariables, Solution, SolverModel, Variable, microlp, variable};
use murphy_credal::CredalSet;
use murphy_problem::Direction;

/// A budget below this is none.
const BUDGET_MIN: f64 = 1e-12;

/// A linear program in the making, for those who want one direction: their numbers are bounds on what they can reach.
pub(crate) struct Layout {
    pub(crate) variables: ProblemVariables,
    constraints: Vec<Constraint>,
    pub(crate) direction: Direction,
}

impl Layout {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            variables: ProblemVariables::new(),
            constraints: Vec::new(),
            direction,
        }
    }

    /// Asks that a number be on the right side of what a row comes to.
    pub(crate) fn ask(&mut self, number: Expression, comes_to: Expression) {
        self.constraints.push(match self.direction {
            Direction::Maximize => number.geq(comes_to),
            Direction::Minimize => number.leq(comes_to),
        });
    }

    /// Returns what bounds on each probability come to at their best: `Σ l·v + b·λ + Σ (u − l)·β` with `λ + β ≥ v`, `β ≥ 0` and the budget `b = 1 − Σ l`.
    ///
    /// The level `λ` is between the ends, as all numbers are.
    pub(crate) fn best(
        &mut self,
        (low, high): (&[f64], &[f64]),
        value: &dyn Fn(usize) -> Expression,
        ends: (f64, f64),
    ) -> Expression {
        let budget = 1.0 - low.iter().sum::<f64>();
        let sure = low.iter().enumerate().filter(|(_, low)| **low > 0.0);
        let mut mean: Expression = sure.map(|(outcome, low)| *low * value(outcome)).sum();
        if budget <= BUDGET_MIN {
            return mean;
        }
        let level = self.variables.add(variable().min(ends.0).max(ends.1));
        mean += budget * level;
        for (outcome, (low, high)) in low.iter().zip(high).enumerate().filter(|(_, (l, h))| h > l) {
            let extra = self.variables.add(variable().min(0.0));
            let value = value(outcome);
            let (weight, level) = ((high - low).min(budget), Expression::from(level));
            // What is filled beyond the level: above it where the best is wanted, below it where the least is.
            match self.direction {
                Direction::Maximize => {
                    mean += weight * extra;
                    self.constraints.push((level + extra).geq(value));
                }
                Direction::Minimize => {
                    mean -= weight * extra;
                    self.constraints.push((level - extra).leq(value));
                }
            }
        }
        mean
    }

    /// Returns the least (greatest) numbers, by their sum, and what these variables are then.
    pub(crate) fn solve(self, sum: Expression) -> Option<impl Fn(Variable) -> f64> {
        let mut model = match self.direction {
            Direction::Maximize => self.variables.minimise(sum),
            Direction::Minimize => self.variables.maximise(sum),
        }
        .using(microlp);
        for constraint in self.constraints {
            model.add_constraint(constraint);
        }
        let solution = model.solve().ok()?;
        Some(move |variable| solution.value(variable))
    }
}

/// Returns the bounds on each probability of a set that has nothing else.
pub(crate) fn bounds(set: &CredalSet) -> Option<(Vec<f64>, Vec<f64>)> {
    match set {
        CredalSet::Precise(_) | CredalSet::Interval(_) => {
            let bounds = (0..set.outcomes()).map(|outcome| set.outcome_bounds(outcome));
            Some(bounds.map(|(low, high)| (low.to_f64(), high.to_f64())).unzip())
        }
        _ => None,
    }
}
