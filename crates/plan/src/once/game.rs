//! The sequence-form linear program, solved exactly: the agent's realization plan is a vertex, Nature's plan are its prices.
//!
//! ```text
//! maximise   A(0)·x + Σ { q(I) : I follows nothing }
//! subject to q(I) <= A(s)·x + Σ { q(J) : J follows s }     for each choice s of each of Nature's sets I
//!            Σ { x(q) : q an action of S } = x(after S)     for each information set S;   x(empty) = 1, x >= 0
//! ```
//!
//! # Source
//! Koller, Megiddo, von Stengel, "Fast algorithms for finding randomized strategies in game trees", STOC 1994.

use crate::once::law::DecisionError;
use murphy_credal::simplex::{Optimum, minimise};
use murphy_credal::{Constraint, Relation};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, Compiled, GameProof, SequenceForm};

/// The most cells of a tableau that is solved in exact arithmetic.
const CELLS_MAX: usize = 4_000_000;

/// Returns an optimal policy with Nature's optimal plan.
///
/// # Errors
/// If the game is too large for exact arithmetic.
///
/// # Cost
/// A dense tableau with one row for each information set and each choice of Nature's.
pub fn solve_game(compiled: &Compiled) -> Result<GameProof, DecisionError> {
    let form = &compiled.form;
    let program = Program::new(form);
    let rows = program.constraints.len();
    if rows.saturating_mul(program.width + 2 * rows) > CELLS_MAX {
        return Err(DecisionError::TooLarge {
            rows,
            columns: program.width,
        });
    }
    let optimum = minimise(&program.costs, &program.constraints).map_err(|_| DecisionError::Unsolved)?;
    let (x, nature) = program.plans(form, &optimum);
    let policy = behaviour(compiled, &x, &nature)?;
    let lower = form.worst(&form.realization(&policy)).0;
    let upper = form.best(&nature);
    Ok(GameProof {
        policy,
        nature,
        lower,
        upper,
    })
}

/// The program in columns that are not negative: sequences but the empty one, then the worth of Nature's sets above a bound.
struct Program {
    costs: Vec<Rational>,
    constraints: Vec<Constraint>,
    width: usize,
    agent_rows: usize,
}

impl Program {
    fn new(form: &SequenceForm) -> Self {
        let sequences = form.sequences();
        let width = sequences - 1 + form.nature.len();
        let low = below(form);
        let mut costs = vec![Rational::ZERO; width];
        for (q, a) in &form.payoff[0] {
            if *q > 0 {
                costs[q - 1] = -a;
            }
        }
        let mut constraints = Vec::new();
        for set in &form.agent {
            let mut coefficients = vec![Rational::ZERO; width];
            for action in 0..set.actions {
                coefficients[set.first + action - 1] = match set.only {
                    Some(only) if only != action => Rational::ZERO,
                    _ => Rational::ONE,
                };
            }
            let bound = if set.after == 0 {
                Rational::ONE
            } else {
                coefficients[set.after - 1] = -Rational::ONE;
                Rational::ZERO
            };
            constraints.push(Constraint {
                coefficients,
                relation: Relation::Equal,
                bound,
            });
        }
        let agent_rows = constraints.len();
        for (index, set) in form.nature.iter().enumerate() {
            let column = sequences - 1 + index;
            if set.after == 0 {
                costs[column] = -Rational::ONE;
            }
            for s in set.first..set.first + set.choices.len() {
                let mut coefficients = vec![Rational::ZERO; width];
                let mut bound = -&low[index];
                coefficients[column] = Rational::ONE;
                for (q, a) in &form.payoff[s] {
                    if *q == 0 {
                        bound += a;
                    } else {
                        coefficients[q - 1] = -a;
                    }
                }
                for (other, below) in form.nature.iter().enumerate() {
                    if below.after == s {
                        coefficients[sequences - 1 + other] = -Rational::ONE;
                        bound += &low[other];
                    }
                }
                constraints.push(Constraint {
                    coefficients,
                    relation: Relation::AtMost,
                    bound,
                });
            }
        }
        let mut program = Self {
            costs,
            constraints,
            width,
            agent_rows,
        };
        program.rule_out(form);
        program
    }

    /// Gives actions that are ruled out a cost and no weight in any row, so that nothing takes them.
    fn rule_out(&mut self, form: &SequenceForm) {
        for set in &form.agent {
            let Some(only) = set.only else { continue };
            for action in (0..set.actions).filter(|action| *action != only) {
                let column = set.first + action - 1;
                for constraint in &mut self.constraints {
                    constraint.coefficients[column] = Rational::ZERO;
                }
                self.costs[column] = Rational::ONE;
            }
        }
    }

    /// Returns the two realization plans at an optimum.
    fn plans(&self, form: &SequenceForm, optimum: &Optimum) -> (Vec<Rational>, Vec<Rational>) {
        let mut x = vec![Rational::ONE];
        x.extend(optimum.point.iter().take(form.sequences() - 1).cloned());
        let mut nature = vec![Rational::ONE; form.payoff.len()];
        let mut prices = optimum.prices.iter().skip(self.agent_rows);
        for set in &form.nature {
            for weight in &mut nature[set.first..set.first + set.choices.len()] {
                *weight = prices.next().map(|price| -price).unwrap_or_default();
            }
        }
        (x, nature)
    }
}

/// Returns for each of Nature's sets a number strictly below what it can be worth.
fn below(form: &SequenceForm) -> Vec<Rational> {
    let mut worth: Vec<Rational> = form
        .payoff
        .iter()
        .map(|row| row.values().filter(|a| a.is_negative()).sum())
        .collect();
    let mut low = vec![Rational::ZERO; form.nature.len()];
    for (index, set) in form.nature.iter().enumerate().rev() {
        let least = worth[set.first..set.first + set.choices.len()].iter().min();
        low[index] = least.cloned().unwrap_or_default() - Rational::ONE;
        worth[set.after] += &low[index];
    }
    low
}

/// Returns the policy of a realization plan; where the plan never comes, the best answer to Nature's.
fn behaviour(
    compiled: &Compiled,
    x: &[Rational],
    nature: &[Rational],
) -> Result<BehaviourPolicy, DecisionError> {
    let form = &compiled.form;
    let answers = best_answers(form, nature);
    let rows = form
        .agent
        .iter()
        .zip(answers)
        .map(|(set, best)| {
            let own = &x[set.first..set.first + set.actions];
            let total: Rational = own
                .iter()
                .enumerate()
                .filter(|(action, _)| set.only.is_none_or(|only| only == *action))
                .map(|(_, weight)| weight)
                .sum();
            (0..set.actions)
                .map(|action| {
                    let allowed = set.only.is_none_or(|only| only == action);
                    match own[action].checked_div(&total) {
                        Some(p) if allowed && total.is_positive() => p,
                        None if action == best => Rational::ONE,
                        _ => Rational::ZERO,
                    }
                })
                .collect()
        })
        .collect();
    BehaviourPolicy::over(&compiled.sets, rows).map_err(|_| DecisionError::Unsolved)
}

/// Returns at each information set the first action that is best against a plan of Nature's.
pub(crate) fn best_answers(form: &SequenceForm, nature: &[Rational]) -> Vec<usize> {
    let mut worth = vec![Rational::ZERO; form.sequences()];
    for (row, weight) in form.payoff.iter().zip(nature) {
        for (q, a) in row {
            worth[*q] += weight * a;
        }
    }
    let mut answers = vec![0; form.agent.len()];
    for (index, set) in form.agent.iter().enumerate().rev() {
        let allowed = (0..set.actions).filter(|action| set.only.is_none_or(|only| only == *action));
        let best = allowed.reduce(|a, b| {
            if worth[set.first + b] > worth[set.first + a] {
                b
            } else {
                a
            }
        });
        answers[index] = best.unwrap_or(0);
        let most = worth[set.first + answers[index]].clone();
        worth[set.after] += most;
    }
    answers
}
