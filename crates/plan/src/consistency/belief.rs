//! What is believed at an information set by someone who follows a plan.

use murphy_notation::Rational;
use murphy_problem::decision::{
    BehaviourPolicy, DecisionTree, EnvironmentId, HistoryId, Hypothesis, InformationSetId, PolicyError, Turn,
};

/// One environment as it remains at an information set: the a-measure `(m, b)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The environment.
    pub environment: EnvironmentId,
    /// `m`, the mass of each history of the information set: the environment's weight, times the probability that chance and the plan lead there.
    pub measure: Vec<Rational>,
    /// `b`: what it secures, and what the plan is paid in it where the information set is not reached.
    pub secured: Rational,
    /// The same brought to payoffs between 0 and 1 and normalised, `(λ, b)`; none if nothing is at stake.
    pub normalised: Option<(Rational, Rational)>,
}

/// The belief at an information set, with the plan's payoff elsewhere as off-branch utility.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belief {
    /// The information set.
    pub information_set: InformationSetId,
    /// The histories that it cannot tell apart, with the order that measures use.
    pub histories: Vec<HistoryId>,
    /// The probability that the agent's own moves lead here.
    pub own: Rational,
    /// All environments, in their order.
    pub remaining: Vec<Remaining>,
    /// `P`: how much of the value is still at stake, as a fraction of the range of payoffs. Where it is zero there is no update: whatever follows,
    /// the guarantee is the same.
    pub at_stake: Rational,
    /// For each hypothesis, its prior reweighted by what is at stake in it (the infra-Bayes theorem); none if nothing is.
    pub posterior: Option<Vec<Rational>>,
}

/// What is looked up again and again while a tree is audited.
pub(crate) struct Followed<'t> {
    pub(crate) tree: &'t DecisionTree,
    /// The probability that the agent's own moves lead to each history.
    pub(crate) own: Vec<Rational>,
    /// For each environment, the probability that chance leads to each history.
    pub(crate) chances: Vec<Vec<Rational>>,
    /// For each environment, what was gained on the way to each history, the history included.
    pub(crate) gained: Vec<Vec<Rational>>,
    /// For each environment, what the policy is paid after each history.
    worth: Vec<Vec<Rational>>,
    /// What the policy is paid by each environment in all.
    pub(crate) payoffs: Vec<Rational>,
    /// The least and the greatest payoff at an end.
    pub(crate) range: (Rational, Rational),
}

impl<'t> Followed<'t> {
    pub(crate) fn new(tree: &'t DecisionTree, policy: &BehaviourPolicy) -> Self {
        let environments = tree.environments();
        let chances: Vec<_> = environments.iter().map(|e| tree.chances(e)).collect();
        let gained: Vec<_> = environments.iter().map(|e| gained(tree, &e.payoff)).collect();
        let worth = (0..environments.len()).map(|k| worth(tree, policy, k)).collect();
        let range = range(tree, &chances, &gained);
        Self {
            tree,
            own: tree.realization(policy),
            chances,
            gained,
            worth,
            payoffs: tree.payoffs(policy),
            range,
        }
    }

    /// Says whether some environment and the policy's own moves lead to an information set.
    pub(crate) fn reaches(&self, set: InformationSetId) -> bool {
        let histories = &self.tree.information_sets()[set].histories;
        let reached = |chances: &Vec<Rational>| histories.iter().any(|&h| chances[h].is_positive());
        histories.iter().any(|&h| self.own[h].is_positive()) && self.chances.iter().any(reached)
    }

    /// Returns for an environment the histories of an information set with the probability that chance leads there.
    pub(crate) fn arrivals(
        &self,
        environment: EnvironmentId,
        set: InformationSetId,
    ) -> Vec<(HistoryId, Rational)> {
        let histories = &self.tree.information_sets()[set].histories;
        let each = histories
            .iter()
            .map(|&h| (h, self.chances[environment][h].clone()));
        each.filter(|(_, probability)| probability.is_positive())
            .collect()
    }

    /// Returns what is gained on the way to an information set, weighted by how chance leads there.
    pub(crate) fn past(&self, environment: EnvironmentId, set: InformationSetId) -> Rational {
        let histories = &self.tree.information_sets()[set].histories;
        let each = histories
            .iter()
            .map(|&h| &self.chances[environment][h] * &self.gained[environment][h]);
        each.sum()
    }

    /// Returns the belief at an information set.
    pub(crate) fn belief(&self, set: InformationSetId) -> Belief {
        let histories = self.tree.information_sets()[set].histories.clone();
        let own = histories.first().map_or(Rational::ZERO, |&h| self.own[h].clone());
        let mut remaining: Vec<Remaining> = (0..self.chances.len())
            .map(|k| self.remaining(k, &histories))
            .collect();
        let (at_stake, posterior) = normalise(self.tree.hypotheses(), &mut remaining, &self.range);
        Belief {
            information_set: set,
            histories,
            own,
            remaining,
            posterior,
            at_stake,
        }
    }

    fn remaining(&self, k: EnvironmentId, histories: &[HistoryId]) -> Remaining {
        let weight = &self.tree.environments()[k].weight;
        let reach = |&h: &HistoryId| weight * &self.own[h] * self.chances[k][h].clone();
        let through: Rational = histories
            .iter()
            .map(|h| reach(h) * (&self.gained[k][*h] + &self.worth[k][*h]))
            .sum();
        Remaining {
            environment: k,
            measure: histories.iter().map(reach).collect(),
            secured: &self.payoffs[k] - &through,
            normalised: None,
        }
    }
}

/// Returns the belief of someone who follows a policy, at each information set that it and some environment lead to.
///
/// # Errors
/// If it is no policy of the tree.
///
/// # Cost
/// One pass over the histories for each environment and information set; no linear program, unlike [`super::audit`].
pub fn beliefs(tree: &DecisionTree, policy: &BehaviourPolicy) -> Result<Vec<Option<Belief>>, PolicyError> {
    BehaviourPolicy::new(tree, policy.probabilities().to_vec())?;
    let followed = Followed::new(tree, policy);
    let sets = 0..tree.information_sets().len();
    Ok(sets
        .map(|set| followed.reaches(set).then(|| followed.belief(set)))
        .collect())
}

/// Brings a-measures `(m, b)` to payoffs between 0 and 1, given the least and the greatest payoff: fills in `(λ, b)`, and returns how much is still at stake and
/// the prior of each hypothesis reweighted by what is at stake in it, if anything is.
pub fn normalise(
    hypotheses: &[Hypothesis],
    remaining: &mut [Remaining],
    (low, high): &(Rational, Rational),
) -> (Rational, Option<Vec<Rational>>) {
    let width = high - low;
    let at = |part: &Remaining, payoff: &Rational| {
        &part.secured + part.measure.iter().sum::<Rational>() * payoff.clone()
    };
    let mut weighted = Vec::with_capacity(hypotheses.len());
    for hypothesis in hypotheses {
        let least = |payoff: &Rational| {
            let own = hypothesis.environments.iter().filter_map(|&k| remaining.get(k));
            own.map(|part| at(part, payoff)).min().unwrap_or_default()
        };
        // What the hypothesis guarantees if the worst follows, and how much more if the best does.
        let floor = least(low);
        let stake = (least(high) - &floor).checked_div(&width).unwrap_or_default();
        weighted.push(&hypothesis.prior * &stake);
        for &k in &hypothesis.environments {
            if let Some(part) = remaining.get_mut(k) {
                let weight = part.measure.iter().sum::<Rational>().checked_div(&stake);
                let secured = (at(part, low) - &floor).checked_div(&(&stake * &width));
                part.normalised = weight.zip(secured);
            }
        }
    }
    let at_stake: Rational = weighted.iter().sum();
    let posterior = at_stake
        .is_positive()
        .then(|| weighted.iter().map(|w| w / &at_stake).collect());
    (at_stake, posterior)
}

/// Returns what was gained on the way to each history.
fn gained(tree: &DecisionTree, payoff: &[Rational]) -> Vec<Rational> {
    let mut gained = payoff.to_vec();
    for (at, history) in tree.histories().iter().enumerate() {
        if let Some(parent) = history.parent {
            gained[at] = &gained[parent] + &payoff[at];
        }
    }
    gained
}

/// Returns what an environment pays a policy after each history.
fn worth(tree: &DecisionTree, policy: &BehaviourPolicy, environment: EnvironmentId) -> Vec<Rational> {
    let environment = &tree.environments()[environment];
    let histories = tree.histories();
    let mut worth = vec![Rational::ZERO; histories.len()];
    for (at, history) in histories.iter().enumerate().rev() {
        let after = |next: usize| &environment.payoff[next] + &worth[next];
        worth[at] = match &history.turn {
            Turn::End => Rational::ZERO,
            Turn::Chance { next } => {
                let each = next
                    .iter()
                    .map(|&next| &environment.probability[next] * &after(next));
                each.sum()
            }
            Turn::Agent {
                information_set,
                next,
            } => {
                let each = next.iter().zip(policy.at(*information_set));
                each.map(|(&next, p)| p * &after(next)).sum()
            }
        };
    }
    worth
}

/// Returns the least and the greatest total payoff at an end that some environment can come to.
fn range(tree: &DecisionTree, chances: &[Vec<Rational>], gained: &[Vec<Rational>]) -> (Rational, Rational) {
    let ends = || {
        let histories = tree.histories().iter().enumerate();
        let ends = histories.filter(|(_, history)| matches!(history.turn, Turn::End));
        ends.flat_map(|(at, _)| (0..chances.len()).map(move |k| (at, k)))
            .filter(|&(at, k)| chances[k][at].is_positive())
            .map(|(at, k)| &gained[k][at])
    };
    let least = ends().min().cloned().unwrap_or_default();
    let greatest = ends().max().cloned().unwrap_or_default();
    (least, greatest)
}
