//! Lower expectations over a polytope in floats, by `good_lp`: the primal for the witness, the dual for the prices.
//!
//! The solver shows no prices, so that the dual is solved as a program of its own. Its tolerances prove nothing: the answer is used only if
//! both programs agree and the witness satisfies the constraints up to rounding, and is never more than a float answer.

use crate::constraint::{Constraint, Relation};
use crate::expectation::{Expectation, Multiplier};
use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, microlp, variable};
use murphy_notation::Rational;

/// How far the two programs may disagree, and constraints be missed, relative to the largest number involved.
const TOLERANCE: f64 = 1e-9;

/// A constraint in floats.
struct Side {
    coefficients: Vec<f64>,
    relation: Relation,
    bound: f64,
}

/// Returns the lower expectation, its witness and its prices, or `None` if the solver failed or contradicts itself.
pub(crate) fn least(constraints: &[Constraint], values: &[f64]) -> Option<Expectation<f64>> {
    let largest = values.iter().fold(0.0f64, |most, v| most.max(v.abs()));
    if largest == 0.0 {
        return None;
    }
    // Tolerances are absolute, so that the values are brought to the size of one.
    let scaled: Vec<f64> = values.iter().map(|v| v / largest).collect();
    let sides: Vec<Side> = constraints
        .iter()
        .map(|constraint| Side {
            coefficients: constraint.coefficients.iter().map(Rational::to_f64).collect(),
            relation: constraint.relation,
            bound: constraint.bound.to_f64(),
        })
        .collect();
    let witness = primal(&sides, &scaled)?;
    let prices = dual(&sides, &scaled)?;
    let value = sum(&witness, &scaled);
    if (value - bound(&sides, &scaled, &prices)).abs() > TOLERANCE {
        return None;
    }
    Some(Expectation {
        value: value * largest,
        witness,
        multiplier: Multiplier::Prices(prices.iter().map(|price| price * largest).collect()),
    })
}

fn sum(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn weighted(variables: &[Variable], weights: impl Iterator<Item = f64>) -> Expression {
    variables.iter().zip(weights).map(|(&x, weight)| weight * x).sum()
}

/// Minimises the expected value over the distributions that satisfy the constraints.
fn primal(sides: &[Side], values: &[f64]) -> Option<Vec<f64>> {
    let mut problem = ProblemVariables::new();
    let p: Vec<Variable> = values.iter().map(|_| problem.add(variable().min(0.0))).collect();
    let mut model = problem
        .minimise(weighted(&p, values.iter().copied()))
        .using(microlp)
        .with(p.iter().sum::<Expression>().eq(1.0));
    for side in sides {
        let left = weighted(&p, side.coefficients.iter().copied());
        model.add_constraint(match side.relation {
            Relation::AtMost => left.leq(side.bound),
            Relation::AtLeast => left.geq(side.bound),
            Relation::Equal => left.eq(side.bound),
        });
    }
    let solution = model.solve().ok()?;
    let mut witness: Vec<f64> = p.iter().map(|&p| solution.value(p).max(0.0)).collect();
    let total: f64 = witness.iter().sum();
    if !(total - 1.0).abs().le(&TOLERANCE) {
        return None;
    }
    witness.iter_mut().for_each(|p| *p /= total);
    sides.iter().all(|side| side.holds(&witness)).then_some(witness)
}

/// Maximises the bound of weak duality over the prices.
///
/// Every variable has a bound: the solver can run forever on free variables that depend on each other, so that a price of either sign is
/// the difference of two prices, and the price of the sum of the probabilities is that of an equation like the others.
fn dual(sides: &[Side], values: &[f64]) -> Option<Vec<f64>> {
    let mut problem = ProblemVariables::new();
    let mut price = |relation| {
        let mut at_least_zero = || Expression::from(problem.add(variable().min(0.0)));
        match relation {
            Relation::AtMost => -at_least_zero(),
            Relation::AtLeast => at_least_zero(),
            Relation::Equal => at_least_zero() - at_least_zero(),
        }
    };
    let prices: Vec<Expression> = sides.iter().map(|side| price(side.relation)).collect();
    let rest = price(Relation::Equal);
    let weighted = |weight: &dyn Fn(&Side) -> f64| {
        let terms = prices
            .iter()
            .zip(sides)
            .map(|(price, side)| price.clone() * weight(side));
        terms.sum::<Expression>() + rest.clone()
    };
    let mut model = problem.maximise(weighted(&|side| side.bound)).using(microlp);
    for (i, &value) in values.iter().enumerate() {
        model.add_constraint(weighted(&|side| side.coefficients[i]).leq(value));
    }
    let solution = model.solve().ok()?;
    Some(prices.iter().map(|price| price.eval_with(&solution)).collect())
}

/// Returns the bound of weak duality in floats.
fn bound(sides: &[Side], values: &[f64], prices: &[f64]) -> f64 {
    let rest = |i: usize| {
        let paid: f64 = sides
            .iter()
            .zip(prices)
            .map(|(side, price)| side.coefficients[i] * price)
            .sum();
        values[i] - paid
    };
    let least = (0..values.len()).map(rest).fold(f64::INFINITY, f64::min);
    least
        + sides
            .iter()
            .zip(prices)
            .map(|(side, price)| side.bound * price)
            .sum::<f64>()
}

impl Side {
    /// Says whether a point satisfies the constraint up to rounding.
    fn holds(&self, p: &[f64]) -> bool {
        let size = self
            .coefficients
            .iter()
            .fold(self.bound.abs(), |most, c| most.max(c.abs()));
        let excess = sum(&self.coefficients, p) - self.bound;
        let allowed = TOLERANCE * size.max(1.0);
        match self.relation {
            Relation::AtMost => excess <= allowed,
            Relation::AtLeast => excess >= -allowed,
            Relation::Equal => excess.abs() <= allowed,
        }
    }
}
