//! What an agent does in a finite decision problem, and a plan for one: with what every environment pays, and Nature's mixture.

use crate::decision::tree::{DecisionTree, Environment, HistoryId, InformationSet, InformationSetId, Turn};
use murphy_notation::Rational;
use std::fmt;

/// For each information set, the exact probability of each of its actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BehaviourPolicy {
    probabilities: Vec<Vec<Rational>>,
}

/// Why numbers are not a policy of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// There are more or fewer rows than information sets.
    Rows {
        /// The number of information sets.
        expected: usize,
        /// The number of rows.
        found: usize,
    },
    /// A row is not a distribution over the actions of its information set.
    Row {
        /// The information set.
        information_set: InformationSetId,
    },
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { expected, found } => {
                write!(
                    f,
                    "the policy speaks of {found} information sets, but there are {expected}"
                )
            }
            Self::Row { information_set } => write!(
                f,
                "what the policy says of information set {information_set} is not a distribution over its actions"
            ),
        }
    }
}

impl std::error::Error for PolicyError {}

impl BehaviourPolicy {
    /// Returns the policy with these probabilities, one row an information set, one number an action.
    ///
    /// # Errors
    /// If they do not fit the tree, are negative, or do not sum to one.
    pub fn new(tree: &DecisionTree, probabilities: Vec<Vec<Rational>>) -> Result<Self, PolicyError> {
        Self::over(tree.information_sets(), probabilities)
    }

    /// Returns the policy with these probabilities over information sets.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn over(sets: &[InformationSet], probabilities: Vec<Vec<Rational>>) -> Result<Self, PolicyError> {
        if sets.len() != probabilities.len() {
            return Err(PolicyError::Rows {
                expected: sets.len(),
                found: probabilities.len(),
            });
        }
        for (information_set, (set, row)) in sets.iter().zip(&probabilities).enumerate() {
            let sum: Rational = row.iter().sum();
            if row.len() != set.actions.len() || row.iter().any(Rational::is_negative) || sum != Rational::ONE
            {
                return Err(PolicyError::Row { information_set });
            }
        }
        Ok(Self { probabilities })
    }

    /// Returns the policy that always does one thing: the action of each information set.
    ///
    /// # Errors
    /// If there is not one action of each information set.
    pub fn pure(tree: &DecisionTree, actions: &[usize]) -> Result<Self, PolicyError> {
        let rows = tree
            .information_sets()
            .iter()
            .zip(actions)
            .map(|(set, &chosen)| {
                let one = |action| {
                    if action == chosen {
                        Rational::ONE
                    } else {
                        Rational::ZERO
                    }
                };
                (0..set.actions.len()).map(one).collect()
            })
            .collect();
        Self::new(tree, rows)
    }

    /// Returns the probabilities, one row an information set.
    #[must_use]
    pub fn probabilities(&self) -> &[Vec<Rational>] {
        &self.probabilities
    }

    /// Returns the probability of each action of an information set.
    #[must_use]
    pub fn at(&self, information_set: InformationSetId) -> &[Rational] {
        self.probabilities.get(information_set).map_or(&[], Vec::as_slice)
    }

    /// Says whether it never draws lots.
    #[must_use]
    pub fn is_pure(&self) -> bool {
        self.probabilities
            .iter()
            .flatten()
            .all(|p| p.is_zero() || *p == Rational::ONE)
    }
}

/// A policy, proved from both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionPlan {
    /// What the agent does.
    pub policy: BehaviourPolicy,
    /// What every environment pays it, `weight · E[payoff] + secured`. Their mixture of minima is `lower`.
    pub payoffs: Vec<Rational>,
    /// Nature's least favourable mixture: one weight an environment; those of a hypothesis sum to its prior.
    pub mixture: Vec<Rational>,
    /// What the policy guarantees.
    pub lower: Rational,
    /// What no policy can exceed against the mixture. The plan is optimal where both are equal.
    pub upper: Rational,
}

impl DecisionTree {
    /// Returns for each history the probability that the policy itself leads to it: the product of its own moves.
    #[must_use]
    pub fn realization(&self, policy: &BehaviourPolicy) -> Vec<Rational> {
        let mut weight = vec![Rational::ONE; self.histories().len()];
        for (at, history) in self.histories().iter().enumerate() {
            if let Turn::Agent {
                information_set,
                next,
            } = &history.turn
            {
                for (&next, p) in next.iter().zip(policy.at(*information_set)) {
                    weight[next] = &weight[at] * p;
                }
            } else {
                for &next in history.turn.next() {
                    weight[next] = weight[at].clone();
                }
            }
        }
        weight
    }

    /// Returns what an environment pays a policy from a history on, per unit of reaching it and without what was gained on the way;
    /// neither `weight` nor `secured` counts.
    #[must_use]
    pub fn continuation(
        &self,
        policy: &BehaviourPolicy,
        environment: &Environment,
        from: HistoryId,
    ) -> Rational {
        let histories = self.histories();
        let mut worth = vec![Rational::ZERO; histories.len()];
        for (at, history) in histories.iter().enumerate().skip(from).rev() {
            let after = |next: &usize| &environment.payoff[*next] + &worth[*next];
            worth[at] = match &history.turn {
                Turn::End => Rational::ZERO,
                Turn::Chance { next } => next
                    .iter()
                    .map(|next| &environment.probability[*next] * after(next))
                    .sum(),
                Turn::Agent {
                    information_set,
                    next,
                } => next
                    .iter()
                    .zip(policy.at(*information_set))
                    .map(|(next, p)| p * after(next))
                    .sum(),
            };
        }
        worth.get(from).cloned().unwrap_or_default()
    }

    /// Returns what every environment pays a policy: `weight · E[payoff] + secured`.
    #[must_use]
    pub fn payoffs(&self, policy: &BehaviourPolicy) -> Vec<Rational> {
        self.environments()
            .iter()
            .map(|environment| {
                let gained = &environment.payoff[0] + self.continuation(policy, environment, 0);
                &environment.weight * gained + &environment.secured
            })
            .collect()
    }

    /// Returns what payoffs of all environments are worth against a Nature that picks the worst: `Σ prior · min`.
    #[must_use]
    pub fn guarantee(&self, payoffs: &[Rational]) -> Rational {
        self.hypotheses()
            .iter()
            .map(|hypothesis| {
                let least = hypothesis.environments.iter().map(|&k| &payoffs[k]).min();
                &hypothesis.prior * least.cloned().unwrap_or_default()
            })
            .sum()
    }
}
