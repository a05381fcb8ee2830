//! What ordinary conditioning would do: the generalised Bayes rule.
//!
//! It conditions every distribution on what was seen, drops those that excluded it, and takes the worst of what is left. What was secured off the branch is forgotten, so
//! that it is not dynamically consistent: it is here to be compared with, not to be followed.

use super::belief::Followed;
use super::continuations::{Best, Continuations, Line};
use super::{AuditError, continuations, small};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, InformationSetId};

/// The most posteriors of one information set: with a prior there is one for each choice of an environment of each hypothesis.
const POSTERIORS_MAX: usize = 4096;

/// What ordinary conditioning thinks at an information set. Values are of the total payoff, given that it was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naive {
    /// What it thinks the plan is worth from here.
    pub of_the_plan: Rational,
    /// What it thinks it could have instead.
    pub best: Rational,
    /// For each action, the most that it thinks it could have if it began with that for sure: how it would bet without lots.
    pub sure: Vec<Rational>,
    /// What it would do here: the probability of each action. The plan's own where it has nothing better.
    pub moves: Vec<Rational>,
    /// Whether it would leave the plan: whether it thinks that it could have strictly more.
    pub deviates: bool,
    /// What the agent guarantees ex ante if it leaves the plan here, and only here, as it would; the plan's own guarantee if it stays.
    pub guarantee: Rational,
}

/// Returns what each posterior pays in total, as a function of the continuation; `None` if there are too many.
pub(crate) fn posteriors(
    followed: &Followed<'_>,
    continuations: &Continuations<'_>,
    set: InformationSetId,
) -> Option<Vec<Line>> {
    let hypotheses = followed.tree.hypotheses();
    let count = hypotheses
        .iter()
        .filter(|hypothesis| hypothesis.prior.is_positive())
        .try_fold(1usize, |count, hypothesis| {
            count.checked_mul(hypothesis.environments.len())
        })?;
    if count > POSTERIORS_MAX {
        return None;
    }
    // The joint payoff and the probability of arriving, one pair for each choice so far.
    let mut joint: Vec<Option<(Line, Rational)>> = vec![None];
    for hypothesis in hypotheses
        .iter()
        .filter(|hypothesis| hypothesis.prior.is_positive())
    {
        let parts: Vec<(Line, Rational)> = hypothesis
            .environments
            .iter()
            .map(|&k| {
                let environment = &followed.tree.environments()[k];
                let arrivals = followed.arrivals(k, set);
                let factor = &hypothesis.prior * &environment.weight;
                let past = &factor * &followed.past(k, set);
                let reached: Rational = arrivals.iter().map(|(_, p)| p).sum();
                let line = continuations
                    .payoff(environment, &arrivals)
                    .scaled(&factor, &past);
                (line, &factor * &reached)
            })
            .collect();
        joint = joint
            .iter()
            .flat_map(|start| parts.iter().map(move |part| add(start.as_ref(), part)))
            .map(Some)
            .collect();
    }
    let conditional = |(line, reached): (Line, Rational)| {
        reached
            .is_positive()
            .then(|| line.scaled(&(Rational::ONE / &reached), &Rational::ZERO))
    };
    Some(joint.into_iter().flatten().filter_map(conditional).collect())
}

fn add(start: Option<&(Line, Rational)>, part: &(Line, Rational)) -> (Line, Rational) {
    match start {
        None => part.clone(),
        Some((line, reached)) => (line.plus(&part.0), reached + &part.1),
    }
}

/// Returns the continuation that ordinary conditioning likes best, with what it thinks it is worth.
pub(crate) fn best(
    continuations: &Continuations<'_>,
    posteriors: Vec<Line>,
) -> Option<(Best, Vec<(Rational, Vec<Line>)>)> {
    let groups = vec![(Rational::ONE, posteriors)];
    Some((continuations.maximin(&groups)?, groups))
}

/// Returns the policy of an agent who plans again by ordinary conditioning at every information set, and makes the first move of each such plan.
///
/// Where several continuations are equally good in its eyes, it makes the first move, in the order of the actions, that begins one of them, and draws lots only if none does.
/// Where it thinks that it cannot come, and where there are too many posteriors, it is `otherwise`.
///
/// # Errors
/// If `otherwise` is no policy of the tree.
///
/// # Cost
/// One exact linear program for each information set and action.
pub fn naive_policy(tree: &DecisionTree, otherwise: &BehaviourPolicy) -> Result<BehaviourPolicy, AuditError> {
    let mut rows = BehaviourPolicy::new(tree, otherwise.probabilities().to_vec())?
        .probabilities()
        .to_vec();
    let followed = Followed::new(tree, otherwise);
    for (set, row) in rows.iter_mut().enumerate() {
        let continuations = Continuations::from(tree, set);
        small(&continuations)?;
        let lines = match posteriors(&followed, &continuations, set) {
            Some(lines) if !lines.is_empty() => lines,
            _ => continue,
        };
        let (best, groups) = best(&continuations, lines).ok_or(AuditError::Program)?;
        let actions = tree.information_sets()[set].actions.len();
        let first = (0..actions).find(|&action| {
            let sure = continuations.maximin_after(action, &groups);
            sure.is_some_and(|sure| sure.value == best.value)
        });
        *row = match first {
            Some(sure) => (0..actions)
                .map(|action| {
                    if action == sure {
                        Rational::ONE
                    } else {
                        Rational::ZERO
                    }
                })
                .collect(),
            None => best.point[..actions].to_vec(),
        };
    }
    Ok(BehaviourPolicy::new(tree, rows)?)
}

/// Returns what ordinary conditioning thinks of a plan at an information set, and what following it there would guarantee; `None` if there are too many posteriors.
pub(crate) fn naive(
    followed: &Followed<'_>,
    policy: &BehaviourPolicy,
    set: InformationSetId,
    ex_ante: &[(Rational, Vec<Line>)],
) -> Result<Option<Naive>, AuditError> {
    let continuations = Continuations::from(followed.tree, set);
    let lines = match posteriors(followed, &continuations, set) {
        Some(lines) if !lines.is_empty() => lines,
        _ => return Ok(None),
    };
    let plan = continuations.plan_of(policy);
    let (best, groups) = best(&continuations, lines).ok_or(AuditError::Program)?;
    let of_the_plan = continuations::guarantee(&groups, &plan);
    let deviates = best.value > of_the_plan;
    let chosen = if deviates { &best.point } else { &plan };
    let actions = followed.tree.information_sets()[set].actions.len();
    let sure = (0..actions).map(|action| {
        continuations
            .maximin_after(action, &groups)
            .map(|best| best.value)
    });
    Ok(Some(Naive {
        sure: sure.collect::<Option<_>>().ok_or(AuditError::Program)?,
        moves: chosen[..actions].to_vec(),
        guarantee: continuations::guarantee(ex_ante, chosen),
        of_the_plan,
        best: best.value,
        deviates,
    }))
}
