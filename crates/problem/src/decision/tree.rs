//! The tree of a finite decision problem: histories, information sets of perfect recall, environments.

use murphy_notation::Rational;
use std::fmt;

/// Index of a history; the root is 0, and every history comes after the one it continues.
pub type HistoryId = usize;
/// Index of an information set.
pub type InformationSetId = usize;
/// Index of an environment.
pub type EnvironmentId = usize;

/// What has happened so far, and who moves next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// The history that this one continues by one move; the root has none.
    pub parent: Option<HistoryId>,
    /// Who moves next, and where that leads.
    pub turn: Turn,
    /// What a person calls it: the state that it has led to.
    pub name: String,
}

/// Who moves next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The agent, who cannot tell this history from others of the same information set.
    Agent {
        /// What the agent knows.
        information_set: InformationSetId,
        /// The history after each action, in the order of the information set's actions.
        next: Vec<HistoryId>,
    },
    /// Chance, with the probabilities of the environment that Nature picked.
    Chance {
        /// The histories that may follow.
        next: Vec<HistoryId>,
    },
    /// Nobody: it is over.
    End,
}

/// What the agent knows when it is to move: all it saw and did, so that it never forgets (perfect recall).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InformationSet {
    /// What a person calls it.
    pub name: String,
    /// What can be done, at least two actions.
    pub actions: Vec<String>,
    /// The agent's own last move before it, as information set and index of the action; none if this is its first.
    pub after: Option<(InformationSetId, usize)>,
    /// The histories that it cannot tell apart, ascending.
    pub histories: Vec<HistoryId>,
}

/// One world that Nature may have picked: an a-environment, worth `weight · E[payoff] + secured`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// What a person calls it.
    pub name: String,
    /// How much what happens in it counts, `λ`; one unless it was said.
    pub weight: Rational,
    /// What is secured whatever happens in it, `b`; zero unless it was said.
    pub secured: Rational,
    /// For each history, the probability of the chance move that leads to it; one where the agent's move does, and for the root.
    pub probability: Vec<Rational>,
    /// For each history, what is gained on reaching it.
    pub payoff: Vec<Rational>,
}

/// Environments of which Nature picks the worst; between hypotheses, the prior speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// What a person calls it.
    pub name: String,
    /// Its weight; the weights of all hypotheses sum to one. Without a prior there is one hypothesis that holds all environments.
    pub prior: Rational,
    /// Its environments, ascending; at least one.
    pub environments: Vec<EnvironmentId>,
}

/// A finite decision problem. The agent maximises.
///
/// # Invariants
/// Parents come before children; every environment belongs to one hypothesis; the probabilities out of each chance history sum to one in every
/// environment; the agent has perfect recall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionTree {
    histories: Vec<History>,
    information_sets: Vec<InformationSet>,
    environments: Vec<Environment>,
    hypotheses: Vec<Hypothesis>,
}

/// The parts of a [`DecisionTree`], not yet checked.
#[derive(Clone, Debug, Default)]
pub struct DecisionTreeBuilder {
    /// The histories; the root comes first.
    pub histories: Vec<History>,
    /// The name and the actions of each information set.
    pub information_sets: Vec<(String, Vec<String>)>,
    /// The environments.
    pub environments: Vec<Environment>,
    /// The hypotheses; if there are none, one holds all environments.
    pub hypotheses: Vec<Hypothesis>,
}

/// Why parts do not make a decision tree.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TreeError {
    /// There is no history, or no environment.
    Empty,
    /// A history or an information set is named that does not exist, or before one that must come first.
    Index {
        /// The history or the hypothesis at which it happens.
        at: usize,
    },
    /// An information set has other actions than one of its histories has continuations, or fewer than two, or no history.
    Actions {
        /// The information set.
        information_set: InformationSetId,
    },
    /// An environment does not have one probability and one payoff a history, or a negative probability or weight.
    Environment {
        /// The environment.
        environment: EnvironmentId,
    },
    /// The probabilities of a chance move do not sum to one.
    Sum {
        /// The environment.
        environment: EnvironmentId,
        /// The history.
        history: HistoryId,
    },
    /// The prior does not sum to one, or an environment is not in exactly one hypothesis.
    Prior,
    /// The agent forgets what it did or knew: histories of an information set differ in its own last move.
    Recall {
        /// The information set.
        information_set: InformationSetId,
    },
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a decision problem needs a history and an environment"),
            Self::Index { at } => write!(f, "history {at} leads where there is nothing, or backward"),
            Self::Actions { information_set } => write!(
                f,
                "information set {information_set} has other actions than its histories, or fewer than two"
            ),
            Self::Environment { environment } => {
                write!(f, "environment {environment} does not fit the tree")
            }
            Self::Sum { environment, history } => write!(
                f,
                "the probabilities after history {history} do not sum to 1 in environment {environment}"
            ),
            Self::Prior => write!(
                f,
                "the prior does not sum to 1, or an environment is not in exactly one hypothesis"
            ),
            Self::Recall { information_set } => write!(
                f,
                "the agent forgets: histories of information set {information_set} differ in what it did before"
            ),
        }
    }
}

impl std::error::Error for TreeError {}

impl DecisionTreeBuilder {
    /// Returns the tree, checked.
    ///
    /// # Errors
    /// [`TreeError`].
    pub fn finish(self) -> Result<DecisionTree, TreeError> {
        if self.histories.is_empty() || self.environments.is_empty() {
            return Err(TreeError::Empty);
        }
        self.check_links()?;
        let information_sets = recalled(&self.histories, &self.information_sets)?;
        for (index, environment) in self.environments.iter().enumerate() {
            check_environment(index, environment, &self.histories)?;
        }
        let count = self.environments.len();
        let hypotheses = if self.hypotheses.is_empty() {
            vec![Hypothesis {
                name: String::new(),
                prior: Rational::ONE,
                environments: (0..count).collect(),
            }]
        } else {
            self.hypotheses
        };
        check_prior(&hypotheses, count)?;
        Ok(DecisionTree {
            histories: self.histories,
            information_sets,
            environments: self.environments,
            hypotheses,
        })
    }

    /// Sees that parents and children name each other, and that children come later.
    fn check_links(&self) -> Result<(), TreeError> {
        let mut parents = vec![None; self.histories.len()];
        for (at, history) in self.histories.iter().enumerate() {
            for &next in history.turn.next() {
                match parents.get_mut(next) {
                    Some(parent @ None) if next > at => *parent = Some(at),
                    _ => return Err(TreeError::Index { at }),
                }
            }
        }
        match self
            .histories
            .iter()
            .zip(&parents)
            .enumerate()
            .find(|(at, (history, parent))| history.parent != **parent || (parent.is_none() != (*at == 0)))
        {
            Some((at, _)) => Err(TreeError::Index { at }),
            None => Ok(()),
        }
    }
}

/// Returns the information sets with their histories and the agent's last move before them.
pub(crate) fn recalled(
    histories: &[History],
    information_sets: &[(String, Vec<String>)],
) -> Result<Vec<InformationSet>, TreeError> {
    let mut sets: Vec<InformationSet> = information_sets
        .iter()
        .map(|(name, actions)| InformationSet {
            name: name.clone(),
            actions: actions.clone(),
            after: None,
            histories: Vec::new(),
        })
        .collect();
    // The agent's last move before each history.
    let mut last: Vec<Option<(InformationSetId, usize)>> = vec![None; histories.len()];
    for (at, history) in histories.iter().enumerate() {
        let own = last[at];
        if let Turn::Agent {
            information_set,
            next,
        } = &history.turn
        {
            let set = sets.get_mut(*information_set).ok_or(TreeError::Index { at })?;
            if set.actions.len() != next.len() || next.len() < 2 {
                return Err(TreeError::Actions {
                    information_set: *information_set,
                });
            }
            if own.is_some_and(|(before, _)| before >= *information_set) {
                return Err(TreeError::Index { at });
            }
            if set.histories.is_empty() {
                set.after = own;
            } else if set.after != own {
                return Err(TreeError::Recall {
                    information_set: *information_set,
                });
            }
            set.histories.push(at);
            for (action, &next) in next.iter().enumerate() {
                last[next] = Some((*information_set, action));
            }
        } else {
            for &next in history.turn.next() {
                last[next] = own;
            }
        }
    }
    match sets.iter().position(|set| set.histories.is_empty()) {
        Some(information_set) => Err(TreeError::Actions { information_set }),
        None => Ok(sets),
    }
}

fn check_environment(
    index: EnvironmentId,
    environment: &Environment,
    histories: &[History],
) -> Result<(), TreeError> {
    let fits = environment.probability.len() == histories.len()
        && environment.payoff.len() == histories.len()
        && !environment.weight.is_negative()
        && environment.probability.iter().all(|p| !p.is_negative())
        && environment.probability.first() == Some(&Rational::ONE);
    if !fits {
        return Err(TreeError::Environment { environment: index });
    }
    for (at, history) in histories.iter().enumerate() {
        let sound = match &history.turn {
            Turn::End => true,
            Turn::Agent { next, .. } => next
                .iter()
                .all(|&next| environment.probability[next] == Rational::ONE),
            Turn::Chance { next } => {
                let sum: Rational = next.iter().map(|&next| &environment.probability[next]).sum();
                sum == Rational::ONE
            }
        };
        if !sound {
            return Err(TreeError::Sum {
                environment: index,
                history: at,
            });
        }
    }
    Ok(())
}

fn check_prior(hypotheses: &[Hypothesis], environments: usize) -> Result<(), TreeError> {
    let mut all: Vec<EnvironmentId> = hypotheses
        .iter()
        .flat_map(|hypothesis| hypothesis.environments.iter().copied())
        .collect();
    all.sort_unstable();
    let sum: Rational = hypotheses.iter().map(|hypothesis| &hypothesis.prior).sum();
    let sound = all == (0..environments).collect::<Vec<_>>()
        && sum == Rational::ONE
        && hypotheses
            .iter()
            .all(|hypothesis| !hypothesis.prior.is_negative() && !hypothesis.environments.is_empty());
    if sound { Ok(()) } else { Err(TreeError::Prior) }
}

impl Turn {
    /// Returns the histories that may follow.
    #[must_use]
    pub fn next(&self) -> &[HistoryId] {
        match self {
            Self::Agent { next, .. } | Self::Chance { next } => next,
            Self::End => &[],
        }
    }
}

impl DecisionTree {
    /// Returns the histories, the root first, every one after the one it continues.
    #[must_use]
    pub fn histories(&self) -> &[History] {
        &self.histories
    }

    /// Returns what the agent can know when it is to move. A set comes before those that its own moves lead to.
    #[must_use]
    pub fn information_sets(&self) -> &[InformationSet] {
        &self.information_sets
    }

    /// Returns the worlds that Nature may have picked.
    #[must_use]
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// Returns the hypotheses with their prior; one that holds all environments if there is no prior.
    #[must_use]
    pub fn hypotheses(&self) -> &[Hypothesis] {
        &self.hypotheses
    }

    /// Returns which hypothesis an environment belongs to.
    #[must_use]
    pub fn hypothesis_of(&self, environment: EnvironmentId) -> Option<usize> {
        self.hypotheses
            .iter()
            .position(|hypothesis| hypothesis.environments.contains(&environment))
    }

    /// Returns for each history the probability that `environment` gives to its chance moves alone: that of reaching it if the agent leads there.
    #[must_use]
    pub fn chances(&self, environment: &Environment) -> Vec<Rational> {
        let mut reach = vec![Rational::ONE; self.histories.len()];
        for (at, history) in self.histories.iter().enumerate() {
            for &next in history.turn.next() {
                reach[next] = &reach[at] * &environment.probability[next];
            }
        }
        reach
    }
}
