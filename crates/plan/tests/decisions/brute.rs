//! Brute force: all pure plans, and Nature's game against their mixtures.

use murphy_credal::{Constraint, Relation, simplex};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, InformationSetId};

/// What every environment pays each pure plan; off the given information sets the plan is as the policy says.
pub(crate) fn pure_payoffs(
    tree: &DecisionTree,
    policy: &BehaviourPolicy,
    sets: &[InformationSetId],
) -> Vec<Vec<Rational>> {
    let plans = 1usize << sets.len();
    let payoffs = |plan: usize| {
        let mut rows = policy.probabilities().to_vec();
        for (bit, &set) in sets.iter().enumerate() {
            let action = plan >> bit & 1;
            rows[set] = (0..2)
                .map(|a| {
                    if a == action {
                        Rational::ONE
                    } else {
                        Rational::ZERO
                    }
                })
                .collect();
        }
        tree.payoffs(&BehaviourPolicy::new(tree, rows).unwrap())
    };
    let mut rows: Vec<_> = (0..plans).map(payoffs).collect();
    rows.sort();
    rows.dedup();
    rows
}

/// The greatest `Σ prior · min` of a mixture of rows.
pub(crate) fn game(tree: &DecisionTree, rows: &[Vec<Rational>]) -> Rational {
    let groups = tree.hypotheses();
    let width = rows.len() + 2 * groups.len();
    let mut costs = vec![Rational::ZERO; width];
    let mut constraints = Vec::new();
    let row = |coefficients, relation, bound| Constraint {
        coefficients,
        relation,
        bound,
    };
    for (at, group) in groups.iter().enumerate() {
        let column = rows.len() + 2 * at;
        costs[column] = -&group.prior;
        costs[column + 1] = group.prior.clone();
        for &k in &group.environments {
            let mut coefficients: Vec<Rational> = rows.iter().map(|row| -&row[k]).collect();
            coefficients.resize(width, Rational::ZERO);
            coefficients[column] = Rational::ONE;
            coefficients[column + 1] = Rational::from(-1i64);
            constraints.push(row(coefficients, Relation::AtMost, Rational::ZERO));
        }
    }
    let mut all = vec![Rational::ONE; rows.len()];
    all.resize(width, Rational::ZERO);
    constraints.push(row(all, Relation::Equal, Rational::ONE));
    -simplex::minimise(&costs, &constraints).unwrap().value
}

/// The information sets from one on.
pub(crate) fn following(tree: &DecisionTree, start: InformationSetId) -> Vec<InformationSetId> {
    let leads = |mut set: InformationSetId| {
        loop {
            if set == start {
                return true;
            }
            match tree.information_sets()[set].after {
                Some((before, _)) => set = before,
                None => return false,
            }
        }
    };
    (0..tree.information_sets().len())
        .filter(|&set| leads(set))
        .collect()
}
