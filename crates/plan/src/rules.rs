//! One problem under many decision rules: what each of them would do, and what that is worth to the others.
//!
//! | rule | it maximises |
//! | --- | --- |
//! | maximin | the payoff in the worst environment: the rule of the planner |
//! | Bayes | the mean payoff under a prior over environments |
//! | maximax | the payoff in the best environment |
//! | Hurwicz | a weighted sum of the worst and the best |
//! | regret | minus the most that is missed in any environment for not having known it |
//! | naive | the worst payoff among the distributions conditioned on what was seen, anew at every step |
//!
//! All plans may draw lots, all numbers are exact. Where the problem has a prior over hypotheses, worst, best and regret are taken within each hypothesis and
//! averaged by the prior.
//!
//! # Source
//! Luce and Raiffa, *Games and Decisions* (1957), chapter 13, for the rules without a prior; [`crate::consistency`] for the last.

use crate::consistency::{AuditError, Best, Continuations, Line, by_hypothesis, naive_policy, small};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, PolicyError};
use std::fmt;

/// The most choices of one environment for each hypothesis that are tried for the best case.
const SELECTIONS_MAX: usize = 1024;

/// A decision rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The greatest worst case.
    Maximin,
    /// The greatest mean.
    Bayes {
        /// The weight of each environment; they sum to one.
        prior: Vec<Rational>,
    },
    /// The greatest best case.
    Maximax,
    /// The greatest `pessimism · worst + (1 − pessimism) · best`.
    Hurwicz {
        /// Between zero, which is maximax, and one, which is maximin.
        pessimism: Rational,
    },
    /// The least greatest regret.
    Regret,
    /// Ordinary conditioning at every information set ([`naive_policy`]).
    Naive,
}

/// What a rule does and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The rule.
    pub rule: Rule,
    /// What it does.
    pub policy: BehaviourPolicy,
    /// The number that the rule makes as great as can be (for regret, as small); none for the naive rule, which maximises another number at every step.
    pub score: Option<Rational>,
    /// What every environment pays.
    pub payoffs: Vec<Rational>,
    /// The payoff in the worst environment.
    pub worst: Rational,
    /// The payoff in the best environment.
    pub best: Rational,
    /// The most that is missed for not having known the environment.
    pub regret: Rational,
}

/// Why a rule cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleError {
    /// The prior is not one weight an environment, summing to one.
    Prior {
        /// How many environments there are.
        environments: usize,
    },
    /// The pessimism is not between zero and one.
    Pessimism {
        /// What it is.
        found: Rational,
    },
    /// There are too many choices of one environment for each hypothesis to look at the best case of each.
    TooMany {
        /// The most that are tried.
        limit: usize,
    },
    /// The problem could not be solved.
    Audit(AuditError),
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prior { environments } => write!(
                f,
                "the prior must give each of the {environments} environments a weight that is not negative, and sum to 1"
            ),
            Self::Pessimism { found } => write!(f, "the pessimism is {found}, but must lie between 0 and 1"),
            Self::TooMany { limit } => write!(
                f,
                "the best case would have to be sought among more than {limit} choices of an environment for each hypothesis"
            ),
            Self::Audit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RuleError {}

impl From<PolicyError> for RuleError {
    fn from(error: PolicyError) -> Self {
        Self::Audit(AuditError::Policy(error))
    }
}

impl From<AuditError> for RuleError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error)
    }
}

/// The problem as linear functions of the plan.
struct Lines<'t> {
    tree: &'t DecisionTree,
    continuations: Continuations<'t>,
    /// One for each environment, by hypotheses.
    groups: Vec<(Rational, Vec<Line>)>,
    /// What could be had in each environment by who knows it.
    known: Vec<Rational>,
}

/// Returns the weights that share the prior of each hypothesis evenly among its environments.
#[must_use]
pub fn even_prior(tree: &DecisionTree) -> Vec<Rational> {
    let mut prior = vec![Rational::ZERO; tree.environments().len()];
    for hypothesis in tree.hypotheses() {
        let count = Rational::from(u64::try_from(hypothesis.environments.len()).unwrap_or(u64::MAX));
        for &k in &hypothesis.environments {
            prior[k] = &hypothesis.prior / &count;
        }
    }
    prior
}

/// Returns what each rule does, in the order asked for.
///
/// # Errors
/// [`RuleError`].
///
/// # Cost
/// A few exact linear programs each; maximax and Hurwicz one for each environment (with a prior, for each choice of one for each hypothesis).
pub fn rule(tree: &DecisionTree, rules: &[Rule]) -> Result<Vec<Ruling>, RuleError> {
    let lines = Lines::of(tree)?;
    rules.iter().map(|rule| lines.ruling(rule)).collect()
}

impl<'t> Lines<'t> {
    fn of(tree: &'t DecisionTree) -> Result<Self, RuleError> {
        let continuations = Continuations::from_the_start(tree);
        small(&continuations)?;
        let groups = by_hypothesis(tree, |k| continuations.whole(&tree.environments()[k]));
        let known = tree.environments().iter().map(|environment| {
            let alone = [(Rational::ONE, vec![continuations.whole(environment)])];
            let best = continuations.maximin(&alone).ok_or(AuditError::Program)?;
            Ok(best.value)
        });
        let known = known.collect::<Result<_, AuditError>>()?;
        Ok(Self {
            tree,
            continuations,
            groups,
            known,
        })
    }

    fn ruling(&self, rule: &Rule) -> Result<Ruling, RuleError> {
        let (policy, score) = match rule {
            Rule::Maximin => self.best(&self.groups)?,
            Rule::Bayes { prior } => self.best(&[(Rational::ONE, vec![self.mean(prior)?])])?,
            Rule::Maximax => self.hurwicz(&Rational::ZERO)?,
            Rule::Hurwicz { pessimism } => self.hurwicz(pessimism)?,
            Rule::Regret => {
                let (policy, least) = self.best(&self.missed())?;
                (policy, least.map(|least| -least))
            }
            Rule::Naive => (naive_policy(self.tree, &self.best(&self.groups)?.0)?, None),
        };
        let payoffs = self.tree.payoffs(&policy);
        let averaged = |worth: &dyn Fn(usize) -> Rational| -> Rational {
            let hypotheses = self.tree.hypotheses().iter();
            let each = hypotheses.map(|hypothesis| {
                let greatest = hypothesis.environments.iter().map(|&k| worth(k)).max();
                &hypothesis.prior * greatest.unwrap_or_default()
            });
            each.sum()
        };
        Ok(Ruling {
            worst: self.tree.guarantee(&payoffs),
            best: averaged(&|k| payoffs[k].clone()),
            regret: averaged(&|k| &self.known[k] - &payoffs[k]),
            rule: rule.clone(),
            policy,
            score,
            payoffs,
        })
    }

    fn policy(&self, best: &Best) -> Result<BehaviourPolicy, RuleError> {
        let first = BehaviourPolicy::pure(self.tree, &vec![0; self.tree.information_sets().len()])?;
        Ok(self.continuations.policy_of(&best.point, &first)?)
    }

    fn best(
        &self,
        groups: &[(Rational, Vec<Line>)],
    ) -> Result<(BehaviourPolicy, Option<Rational>), RuleError> {
        let best = self.continuations.maximin(groups).ok_or(AuditError::Program)?;
        Ok((self.policy(&best)?, Some(best.value)))
    }

    /// Returns the mean payoff under a prior.
    fn mean(&self, prior: &[Rational]) -> Result<Line, RuleError> {
        let environments = self.tree.environments();
        let sound = prior.len() == environments.len()
            && prior.iter().sum::<Rational>() == Rational::ONE
            && !prior.iter().any(Rational::is_negative);
        if !sound {
            return Err(RuleError::Prior {
                environments: environments.len(),
            });
        }
        let weighted = environments.iter().zip(prior);
        let each = weighted.map(|(e, weight)| self.continuations.whole(e).scaled(weight, &Rational::ZERO));
        each.reduce(|sum, line| sum.plus(&line))
            .ok_or(RuleError::Audit(AuditError::Program))
    }

    /// Returns minus the regret in each environment.
    fn missed(&self) -> Vec<(Rational, Vec<Line>)> {
        by_hypothesis(self.tree, |k| {
            let line = self.continuations.whole(&self.tree.environments()[k]);
            line.scaled(&Rational::ONE, &-&self.known[k])
        })
    }

    /// The best case is convex in the plan, so one environment for each hypothesis is taken to be the best, in every possible way.
    fn hurwicz(&self, pessimism: &Rational) -> Result<(BehaviourPolicy, Option<Rational>), RuleError> {
        if pessimism.is_negative() || *pessimism > Rational::ONE {
            return Err(RuleError::Pessimism {
                found: pessimism.clone(),
            });
        }
        let optimism = Rational::ONE - pessimism;
        let cautious = self
            .groups
            .iter()
            .map(|(prior, lines)| (prior * pessimism, lines.clone()));
        let cautious: Vec<_> = cautious.filter(|(weight, _)| weight.is_positive()).collect();
        let mut best: Option<Best> = None;
        for hopeful in self.selections()? {
            let mut groups = cautious.clone();
            groups.push((optimism.clone(), vec![hopeful]));
            let found = self.continuations.maximin(&groups).ok_or(AuditError::Program)?;
            if best.as_ref().is_none_or(|best| found.value > best.value) {
                best = Some(found);
            }
        }
        let best = best.ok_or(AuditError::Program)?;
        Ok((self.policy(&best)?, Some(best.value)))
    }

    /// Returns the mean payoff for every choice of one environment for each hypothesis.
    fn selections(&self) -> Result<Vec<Line>, RuleError> {
        let mut sums: Vec<Line> = Vec::new();
        for (prior, lines) in self.groups.iter().filter(|(prior, _)| prior.is_positive()) {
            let weighted: Vec<Line> = lines
                .iter()
                .map(|line| line.scaled(prior, &Rational::ZERO))
                .collect();
            if sums.len().max(1).saturating_mul(weighted.len()) > SELECTIONS_MAX {
                return Err(RuleError::TooMany {
                    limit: SELECTIONS_MAX,
                });
            }
            sums = if sums.is_empty() {
                weighted
            } else {
                sums.iter()
                    .flat_map(|sum| weighted.iter().map(|line| sum.plus(line)))
                    .collect()
            };
        }
        Ok(sums)
    }
}
