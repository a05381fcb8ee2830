//! All that the agent may still do, as realisation plans: the sequence form, from the start or from an information set on.
//!
//! A realisation plan gives each of the agent's own sequences of moves the probability with which the agent makes it. Payoffs are linear in it, so that maximin problems
//! are linear programs. These are solved exactly: they are as large as a tree that a person audits, not as large as a model.
//!
//! # Source
//! von Stengel, "Efficient computation of behavior strategies", Games and Economic Behavior 14, 1996.

use murphy_credal::simplex;
use murphy_credal::{Constraint, Relation};
use murphy_notation::Rational;
use murphy_problem::decision::{
    BehaviourPolicy, DecisionTree, Environment, HistoryId, InformationSetId, PolicyError, Turn,
};

/// The agent's plans from some information set on, or from the start.
pub(crate) struct Continuations<'t> {
    tree: &'t DecisionTree,
    /// The information sets that may come, ascending.
    sets: Vec<InformationSetId>,
    /// For each information set of the tree, the column of its first action, if it may come.
    first: Vec<Option<usize>>,
    columns: usize,
}

/// A linear function of a realisation plan.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) coefficients: Vec<Rational>,
    pub(crate) constant: Rational,
}

/// The best plan against several groups of lines, of each of which Nature picks the least.
#[derive(Clone, Debug)]
pub(crate) struct Best {
    pub(crate) value: Rational,
    pub(crate) point: Vec<Rational>,
    /// For each line of each group the weight that Nature gives it; those of a group sum to its prior.
    pub(crate) weights: Vec<Vec<Rational>>,
}

impl Line {
    /// Returns its value at a plan.
    pub(crate) fn at(&self, point: &[Rational]) -> Rational {
        let terms = self.coefficients.iter().zip(point);
        let moving: Rational = terms.filter(|(c, _)| !c.is_zero()).map(|(c, x)| c * x).sum();
        moving + &self.constant
    }

    /// Returns `factor · line + constant`.
    pub(crate) fn scaled(&self, factor: &Rational, constant: &Rational) -> Self {
        Self {
            coefficients: self.coefficients.iter().map(|c| c * factor).collect(),
            constant: &self.constant * factor + constant,
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let terms = self.coefficients.iter().zip(&other.coefficients);
        Self {
            coefficients: terms.map(|(a, b)| a + b).collect(),
            constant: &self.constant + &other.constant,
        }
    }
}

impl<'t> Continuations<'t> {
    /// Returns all plans for the tree.
    pub(crate) fn from_the_start(tree: &'t DecisionTree) -> Self {
        Self::over(tree, (0..tree.information_sets().len()).collect())
    }

    /// Returns all plans from an information set on.
    pub(crate) fn from(tree: &'t DecisionTree, start: InformationSetId) -> Self {
        let mut follows = vec![false; tree.information_sets().len()];
        // A set comes before those that its moves lead to.
        for (at, set) in tree.information_sets().iter().enumerate() {
            follows[at] = at == start || set.after.is_some_and(|(before, _)| follows[before]);
        }
        Self::over(tree, (0..follows.len()).filter(|&at| follows[at]).collect())
    }

    fn over(tree: &'t DecisionTree, sets: Vec<InformationSetId>) -> Self {
        let mut first = vec![None; tree.information_sets().len()];
        let mut columns = 0;
        for &set in &sets {
            first[set] = Some(columns);
            columns += tree.information_sets()[set].actions.len();
        }
        Self {
            tree,
            sets,
            first,
            columns,
        }
    }

    /// Returns the column of an action.
    fn column(&self, set: InformationSetId, action: usize) -> Option<usize> {
        self.first[set].map(|first| first + action)
    }

    /// What the plan sends into an information set, its actions share out.
    fn flow(&self) -> Vec<Constraint> {
        let row = |&set: &InformationSetId| {
            let information_set = &self.tree.information_sets()[set];
            let mut coefficients = vec![Rational::ZERO; self.columns];
            for action in 0..information_set.actions.len() {
                if let Some(column) = self.column(set, action) {
                    coefficients[column] = Rational::ONE;
                }
            }
            let before = information_set
                .after
                .and_then(|(set, action)| self.column(set, action));
            if let Some(column) = before {
                coefficients[column] -= Rational::ONE;
            }
            Constraint {
                coefficients,
                relation: Relation::Equal,
                bound: if before.is_some() {
                    Rational::ZERO
                } else {
                    Rational::ONE
                },
            }
        };
        self.sets.iter().map(row).collect()
    }

    /// Returns what an environment pays, as a function of the plan, from some histories on, each with the probability that chance leads there. What was gained
    /// on the way there does not count.
    pub(crate) fn payoff(&self, environment: &Environment, from: &[(HistoryId, Rational)]) -> Line {
        let histories = self.tree.histories();
        let mut line = Line {
            coefficients: vec![Rational::ZERO; self.columns],
            constant: Rational::ZERO,
        };
        let starts = from
            .iter()
            .map(|(history, probability)| (*history, probability.clone(), None));
        let mut open: Vec<(HistoryId, Rational, Option<usize>)> = starts.collect();
        while let Some((at, weight, own)) = open.pop() {
            for (action, &next) in histories[at].turn.next().iter().enumerate() {
                let own = match &histories[at].turn {
                    Turn::Agent { information_set, .. } => self.column(*information_set, action),
                    Turn::Chance { .. } | Turn::End => own,
                };
                let weight = &weight * &environment.probability[next];
                if weight.is_zero() {
                    continue;
                }
                let gain = &weight * &environment.payoff[next];
                match own {
                    Some(column) => line.coefficients[column] += gain,
                    None => line.constant += gain,
                }
                open.push((next, weight, own));
            }
        }
        line
    }

    /// Returns what an environment pays in all, from the start: `weight · payoff + secured`.
    pub(crate) fn whole(&self, environment: &Environment) -> Line {
        let weight = &environment.weight;
        let constant = &environment.secured + &(weight * &environment.payoff[0]);
        self.payoff(environment, &[(0, Rational::ONE)])
            .scaled(weight, &constant)
    }

    /// Returns for each information set the most that a line can gain from it on, per unit of coming there: the agent's best answer, from the end backward.
    pub(crate) fn answers(&self, line: &Line) -> Vec<Rational> {
        let sets = self.tree.information_sets();
        // What is gained after each move from the sets that follow it.
        let mut later = vec![Rational::ZERO; self.columns];
        let mut worth = vec![Rational::ZERO; sets.len()];
        for &set in self.sets.iter().rev() {
            let moves = (0..sets[set].actions.len()).filter_map(|action| self.column(set, action));
            let best = moves
                .map(|column| &line.coefficients[column] + &later[column])
                .max();
            worth[set] = best.unwrap_or_default();
            if let Some(column) = sets[set].after.and_then(|(set, action)| self.column(set, action)) {
                later[column] += &worth[set];
            }
        }
        worth
    }

    /// Returns the tree.
    pub(crate) fn tree(&self) -> &'t DecisionTree {
        self.tree
    }

    /// Returns how many numbers the tableau of a linear program against so many lines holds.
    pub(crate) fn cells(&self, lines: usize) -> usize {
        let rows = self.sets.len() + lines;
        rows.saturating_mul(self.columns + 2 * rows)
    }

    /// Returns the number of moves.
    pub(crate) fn moves(&self) -> usize {
        self.columns
    }

    /// Returns the plan that a policy makes.
    pub(crate) fn plan_of(&self, policy: &BehaviourPolicy) -> Vec<Rational> {
        let mut point = vec![Rational::ZERO; self.columns];
        for &set in &self.sets {
            let before = self.tree.information_sets()[set]
                .after
                .and_then(|(set, action)| self.column(set, action));
            let sent = before.map_or(Rational::ONE, |column| point[column].clone());
            for (action, p) in policy.at(set).iter().enumerate() {
                if let Some(column) = self.column(set, action) {
                    point[column] = &sent * p;
                }
            }
        }
        point
    }

    /// Returns the policy of a plan; where the plan does not come, and off these continuations, it is `otherwise`.
    pub(crate) fn policy_of(
        &self,
        point: &[Rational],
        otherwise: &BehaviourPolicy,
    ) -> Result<BehaviourPolicy, PolicyError> {
        let mut rows = otherwise.probabilities().to_vec();
        for &set in &self.sets {
            let Some(first) = self.first[set] else { continue };
            let moves = &point[first..first + self.tree.information_sets()[set].actions.len()];
            let sent: Rational = moves.iter().sum();
            if sent.is_positive() {
                rows[set] = moves.iter().map(|x| x / &sent).collect();
            }
        }
        BehaviourPolicy::new(self.tree, rows)
    }

    /// As [`Self::maximin`], for plans that begin with an action for sure.
    pub(crate) fn maximin_after(&self, action: usize, groups: &[(Rational, Vec<Line>)]) -> Option<Best> {
        let mut sure = vec![Rational::ZERO; self.columns];
        *sure.get_mut(action)? = Rational::ONE;
        let sure = Constraint {
            coefficients: sure,
            relation: Relation::Equal,
            bound: Rational::ONE,
        };
        self.solve(vec![sure], groups)
    }

    /// Returns the plan of greatest `Σ prior · min lines`; `None` only if a group has no line.
    ///
    /// # Cost
    /// One exact linear program with a column for each move and a row for each information set and line.
    pub(crate) fn maximin(&self, groups: &[(Rational, Vec<Line>)]) -> Option<Best> {
        self.solve(Vec::new(), groups)
    }

    fn solve(&self, mut constraints: Vec<Constraint>, groups: &[(Rational, Vec<Line>)]) -> Option<Best> {
        let width = self.columns + 2 * groups.len();
        let mut costs = vec![Rational::ZERO; width];
        constraints.extend(self.flow());
        for (at, (prior, lines)) in groups.iter().enumerate() {
            let column = self.columns + 2 * at;
            costs[column] = -prior;
            costs[column + 1] = prior.clone();
            for line in lines {
                let mut coefficients: Vec<Rational> = line.coefficients.iter().map(|c| -c).collect();
                coefficients.resize(width, Rational::ZERO);
                coefficients[column] = Rational::ONE;
                coefficients[column + 1] = Rational::from(-1i64);
                constraints.push(Constraint {
                    coefficients,
                    relation: Relation::AtMost,
                    bound: line.constant.clone(),
                });
            }
        }
        let lines: usize = groups.iter().map(|(_, lines)| lines.len()).sum();
        let mut optimum = simplex::minimise(&costs, &constraints).ok()?;
        optimum.point.truncate(self.columns);
        // The rows of the lines come last; the price of a bound from above is not positive.
        let mut prices = optimum.prices.split_off(optimum.prices.len() - lines).into_iter();
        let weights = groups
            .iter()
            .map(|(_, lines)| prices.by_ref().take(lines.len()).map(|price| -price).collect());
        Some(Best {
            value: -optimum.value,
            point: optimum.point,
            weights: weights.collect(),
        })
    }
}

/// Returns `Σ prior · min lines` at a plan.
pub(crate) fn guarantee(groups: &[(Rational, Vec<Line>)], point: &[Rational]) -> Rational {
    let least = |lines: &[Line]| lines.iter().map(|line| line.at(point)).min().unwrap_or_default();
    groups.iter().map(|(prior, lines)| prior * least(lines)).sum()
}
