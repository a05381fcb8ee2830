//! The audit of a plan, station by station.

use super::belief::{Belief, Followed};
use super::continuations::{Continuations, Line, guarantee};
use super::naive::{Naive, naive};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, InformationSetId, PolicyError};
use std::fmt;

/// What was found out about a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// What the plan guarantees, seen from the start.
    pub guarantee: Rational,
    /// What the best plan guarantees.
    pub optimum: Rational,
    /// The least and the greatest payoff at an end: what `at_stake` is a fraction of.
    pub range: (Rational, Rational),
    /// The information sets that the plan and some environment lead to, in the order of the tree.
    pub stations: Vec<Station>,
}

/// One information set that the plan leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// What is believed there.
    pub belief: Belief,
    /// What the best continuation guarantees, all payoffs elsewhere included. The plan is consistent here exactly if that is what it guarantees itself.
    pub best: Rational,
    /// How a strictly better continuation would begin, the probability of each action; none if the plan is consistent here.
    pub better: Option<Vec<Rational>>,
    /// What ordinary conditioning thinks; none if it would have too many posteriors.
    pub naive: Option<Naive>,
}

/// Why a plan cannot be audited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditError {
    /// It is no policy of the tree.
    Policy(PolicyError),
    /// A linear program had no answer; that is a defect of this library.
    Program,
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(error) => error.fmt(f),
            Self::Program => write!(f, "a linear program that must have an answer has none"),
        }
    }
}

impl std::error::Error for AuditError {}

impl From<PolicyError> for AuditError {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}

impl Audit {
    /// Says whether the plan is optimal ex ante.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.guarantee == self.optimum
    }

    /// Returns the stations at which a better continuation exists. There is none if the plan is optimal.
    pub fn inconsistent(&self) -> impl Iterator<Item = &Station> {
        self.stations.iter().filter(|station| !station.is_consistent())
    }

    /// Returns the stations at which ordinary conditioning would leave the plan.
    pub fn alarms(&self) -> impl Iterator<Item = &Station> {
        let deviates = |station: &&Station| station.naive.as_ref().is_some_and(|naive| naive.deviates);
        self.stations.iter().filter(deviates)
    }
}

impl Station {
    /// Says whether no continuation guarantees more than that of the plan.
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        self.better.is_none()
    }

    /// Says whether there is an update: whether anything is at stake.
    #[must_use]
    pub fn is_updatable(&self) -> bool {
        self.belief.at_stake.is_positive()
    }
}

/// Derives the belief at every information set that the plan leads to, and looks for a better continuation there.
///
/// # Errors
/// If the policy is none of the tree.
///
/// # Cost
/// Two exact linear programs for each information set, as large as what may follow it.
///
/// # Example
/// ```
/// use murphy_notation::Rational;
/// use murphy_plan::consistency::audit;
/// use murphy_problem::decision::{BehaviourPolicy, DecisionTreeBuilder, Environment, History, Turn};
/// // One move, two environments: a bet on a coin that Nature may have laid either way.
/// let history = |parent, turn: Turn, name: &str| History { parent, turn, name: name.to_owned() };
/// let bet = Turn::Agent { information_set: 0, next: vec![1, 2] };
/// let environment = |name: &str, wins: [i64; 2]| Environment {
///     name: name.to_owned(),
///     weight: Rational::ONE,
///     secured: Rational::ZERO,
///     probability: vec![Rational::ONE; 3],
///     payoff: vec![Rational::ZERO, wins[0].into(), wins[1].into()],
/// };
/// let tree = DecisionTreeBuilder {
///     histories: vec![history(None, bet, "start"), history(Some(0), Turn::End, "heads"), history(Some(0), Turn::End, "tails")],
///     information_sets: vec![("start".to_owned(), vec!["say heads".to_owned(), "say tails".to_owned()])],
///     environments: vec![environment("heads up", [1, 0]), environment("tails up", [0, 1])],
///     hypotheses: vec![],
/// }
/// .finish()?;
/// let half = Rational::new(1, 2);
/// let lots = BehaviourPolicy::new(&tree, vec![vec![half.clone(), half.clone()]])?;
/// let audit = audit(&tree, &lots)?;
/// assert_eq!(audit.guarantee, half);
/// assert!(audit.is_optimal() && audit.inconsistent().next().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(tree: &DecisionTree, policy: &BehaviourPolicy) -> Result<Audit, AuditError> {
    BehaviourPolicy::new(tree, policy.probabilities().to_vec())?;
    let followed = Followed::new(tree, policy);
    let reached = (0..tree.information_sets().len()).filter(|&set| followed.reaches(set));
    let stations = reached.map(|set| station(&followed, policy, set));
    Ok(Audit {
        guarantee: tree.guarantee(&followed.payoffs),
        optimum: optimum(tree)?,
        stations: stations.collect::<Result<_, _>>()?,
        range: followed.range,
    })
}

/// Returns what the best plan guarantees.
fn optimum(tree: &DecisionTree) -> Result<Rational, AuditError> {
    let continuations = Continuations::from_the_start(tree);
    let groups = by_hypothesis(tree, |k| continuations.whole(&tree.environments()[k]));
    let best = continuations.maximin(&groups).ok_or(AuditError::Program)?;
    Ok(best.value)
}

fn station(
    followed: &Followed<'_>,
    policy: &BehaviourPolicy,
    set: InformationSetId,
) -> Result<Station, AuditError> {
    let tree = followed.tree;
    let belief = followed.belief(set);
    let continuations = Continuations::from(tree, set);
    let groups = by_hypothesis(tree, |k| {
        let environment = &tree.environments()[k];
        let factor = &environment.weight * &belief.own;
        let constant = &belief.remaining[k].secured + &(&factor * &followed.past(k, set));
        continuations
            .payoff(environment, &followed.arrivals(k, set))
            .scaled(&factor, &constant)
    });
    let best = continuations.maximin(&groups).ok_or(AuditError::Program)?;
    let own = guarantee(&groups, &continuations.plan_of(policy));
    let actions = tree.information_sets()[set].actions.len();
    Ok(Station {
        better: (best.value > own).then(|| best.point[..actions].to_vec()),
        naive: naive(followed, policy, set, &groups)?,
        best: best.value,
        belief,
    })
}

/// Returns a line for each environment, by hypotheses.
pub(crate) fn by_hypothesis(tree: &DecisionTree, line: impl Fn(usize) -> Line) -> Vec<(Rational, Vec<Line>)> {
    let group = |hypothesis: &murphy_problem::decision::Hypothesis| {
        let lines = hypothesis.environments.iter().map(|&k| line(k));
        (hypothesis.prior.clone(), lines.collect())
    };
    tree.hypotheses().iter().map(group).collect()
}
