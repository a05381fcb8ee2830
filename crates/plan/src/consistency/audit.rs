//! The audit of a plan, station by station.

use super::belief::{Belief, Followed};
use super::continuations::{Continuations, Line, guarantee};
use super::naive::{Naive, naive};
use murphy_notation::Rational;
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, PolicyError};
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
    /// What ordinary conditioning thinks; none if it would have too many posteriors, or too much may follow.
    pub naive: Option<Naive>,
}

/// The most numbers in the tableau of an exact linear program.
const CELLS_MAX: usize = 1_000_000;
/// The most moves that may follow where the plan is compared with ordinary conditioning.
const COMPARED_MAX: usize = 200;

/// Why a plan cannot be audited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditError {
    /// It is no policy of the tree.
    Policy(PolicyError),
    /// The weights given are no mixture of Nature's: not one an environment, or not summing to the prior of each hypothesis.
    Mixture,
    /// The tree is too large to look for a better plan in it exactly.
    TooLarge {
        /// How many numbers the tableau of the linear program would hold.
        cells: usize,
        /// How many it may hold.
        limit: usize,
    },
    /// A linear program had no answer; that is a defect of this library.
    Program,
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Policy(error) => error.fmt(f),
            Self::Mixture => write!(
                f,
                "Nature's mixture does not give every environment a weight, those of each hypothesis summing to its prior"
            ),
            Self::TooLarge { cells, limit } => write!(
                f,
                "the tree is too large to look for a better plan exactly: a tableau of {cells} numbers, where at most {limit} are supported"
            ),
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
/// Of an optimal plan, Nature's mixture proves everything at once: against it, the plan is a best answer, and so is each of its continuations. Only where that proves
/// nothing is a linear program solved for a station. `mixture` gives each environment a weight, those of a hypothesis summing to its prior, as
/// [`DecisionPlan`](murphy_problem::decision::DecisionPlan) does; without it, one is found.
///
/// # Errors
/// [`AuditError`].
///
/// # Cost
/// One pass over the histories for each environment and, for stations that the mixture proves nothing of, an exact linear program as large as what may follow. What ordinary conditioning would
/// do is a small exact linear program for each station and action, and left out where more than 200 moves may follow.
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
/// let audit = audit(&tree, &lots, None)?;
/// assert_eq!(audit.guarantee, half);
/// assert!(audit.is_optimal() && audit.inconsistent().next().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn audit(
    tree: &DecisionTree,
    policy: &BehaviourPolicy,
    mixture: Option<&[Rational]>,
) -> Result<Audit, AuditError> {
    BehaviourPolicy::new(tree, policy.probabilities().to_vec())?;
    let whole = Continuations::from_the_start(tree);
    let (mixture, known) = match mixture {
        Some(mixture) => (checked(tree, mixture)?, None),
        None => solved(&whole)?,
    };
    let followed = Followed::new(tree, policy);
    let guarantee = tree.guarantee(&followed.payoffs);
    // What the agent gains against the mixture, as a function of its plan, and the most it can gain from each information set on.
    let weighted = tree.environments().iter().zip(&mixture);
    let against = weighted
        .map(|(environment, weight)| whole.whole(environment).scaled(weight, &Rational::ZERO))
        .reduce(|sum, line| sum.plus(&line))
        .ok_or(AuditError::Program)?;
    let answers = whole.answers(&against);
    let firsts = tree.information_sets().iter().zip(&answers);
    let firsts = firsts
        .filter(|(set, _)| set.after.is_none())
        .map(|(_, answer)| answer);
    let upper = &against.constant + &firsts.sum::<Rational>();
    let optimum = match known {
        Some(optimum) => optimum,
        None if upper == guarantee => upper,
        None => solved(&whole)?.1.ok_or(AuditError::Program)?,
    };
    let reached = (0..tree.information_sets().len()).filter(|&set| followed.reaches(set));
    let stations = reached.map(|set| {
        let belief = followed.belief(set);
        let off = belief.remaining.iter().zip(tree.environments()).zip(&mixture);
        let off = off.map(|((part, environment), weight)| {
            let past = &environment.weight * &belief.own * followed.past(part.environment, set);
            weight * &(&part.secured + &past)
        });
        let bound = off.sum::<Rational>() + &belief.own * &answers[set];
        station(
            &followed,
            policy,
            belief,
            (bound == guarantee).then_some(&guarantee),
        )
    });
    Ok(Audit {
        stations: stations.collect::<Result<_, _>>()?,
        range: followed.range.clone(),
        guarantee,
        optimum,
    })
}

/// Refuses weights that are no mixture of Nature's.
fn checked(tree: &DecisionTree, mixture: &[Rational]) -> Result<Vec<Rational>, AuditError> {
    let sum = |environments: &[usize]| environments.iter().map(|&k| &mixture[k]).sum::<Rational>();
    let sound = mixture.len() == tree.environments().len()
        && !mixture.iter().any(Rational::is_negative)
        && tree
            .hypotheses()
            .iter()
            .all(|hypothesis| sum(&hypothesis.environments) == hypothesis.prior);
    if sound {
        Ok(mixture.to_vec())
    } else {
        Err(AuditError::Mixture)
    }
}

/// Returns Nature's mixture, and what the best plan guarantees.
fn solved(whole: &Continuations<'_>) -> Result<(Vec<Rational>, Option<Rational>), AuditError> {
    small(whole)?;
    let tree = whole.tree();
    let groups = by_hypothesis(tree, |k| whole.whole(&tree.environments()[k]));
    let best = whole.maximin(&groups).ok_or(AuditError::Program)?;
    let mut mixture = vec![Rational::ZERO; tree.environments().len()];
    for (hypothesis, weights) in tree.hypotheses().iter().zip(best.weights) {
        for (&k, weight) in hypothesis.environments.iter().zip(weights) {
            mixture[k] = weight;
        }
    }
    Ok((mixture, Some(best.value)))
}

/// Refuses linear programs that exact arithmetic would not end in good time.
pub(crate) fn small(continuations: &Continuations<'_>) -> Result<(), AuditError> {
    match continuations.cells(continuations.tree().environments().len()) {
        cells if cells > CELLS_MAX => Err(AuditError::TooLarge {
            cells,
            limit: CELLS_MAX,
        }),
        _ => Ok(()),
    }
}

/// Looks for a better continuation, unless it is known that none guarantees more than so much.
fn station(
    followed: &Followed<'_>,
    policy: &BehaviourPolicy,
    belief: Belief,
    most: Option<&Rational>,
) -> Result<Station, AuditError> {
    let (tree, set) = (followed.tree, belief.information_set);
    let continuations = Continuations::from(tree, set);
    let compared = continuations.moves() <= COMPARED_MAX;
    if let Some(most) = most.filter(|_| !compared) {
        return Ok(Station {
            best: most.clone(),
            better: None,
            naive: None,
            belief,
        });
    }
    let groups = by_hypothesis(tree, |k| {
        let environment = &tree.environments()[k];
        let factor = &environment.weight * &belief.own;
        let constant = &belief.remaining[k].secured + &(&factor * &followed.past(k, set));
        continuations
            .payoff(environment, &followed.arrivals(k, set))
            .scaled(&factor, &constant)
    });
    let naive = if compared {
        naive(followed, policy, set, &groups)?
    } else {
        None
    };
    if let Some(most) = most {
        return Ok(Station {
            best: most.clone(),
            better: None,
            naive,
            belief,
        });
    }
    small(&continuations)?;
    let best = continuations.maximin(&groups).ok_or(AuditError::Program)?;
    let own = guarantee(&groups, &continuations.plan_of(policy));
    let actions = tree.information_sets()[set].actions.len();
    Ok(Station {
        better: (best.value > own).then(|| best.point[..actions].to_vec()),
        naive,
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
