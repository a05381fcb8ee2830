//! A finite decision problem as a world and a spec make it: a tree whose probabilities are polynomials in what Nature settles and in
//! what the policy does where it is predicted.

use crate::decision::sequence::CompileError;
use crate::decision::tree::{History, InformationSet, InformationSetId};
use murphy_notation::{Polynomial, Rational};
use murphy_world::{Reads, Settled};

/// A tree of histories, in which one of several hypotheses holds. The agent maximises.
#[derive(Clone, Debug)]
pub struct Law {
    /// The histories, the root first, every one after the one it continues.
    pub histories: Vec<History>,
    /// The name and the actions of each information set.
    pub information_sets: Vec<(String, Vec<String>)>,
    /// The ways the world may be.
    pub hypotheses: Vec<LawHypothesis>,
    /// Whether the hypotheses have a prior; if not, Nature picks among them.
    pub has_prior: bool,
    /// Where predictors look.
    pub queries: Vec<Query>,
    /// Whether the agent remembers all that it saw and did.
    pub remembers: bool,
    /// Whether Nature is with the agent, and not against it.
    pub optimistic: bool,
    /// Whether payoffs are minus what the spec asks to make small.
    pub negated: bool,
    /// How far the payoffs beyond the last step can move the value, either way; zero unless histories were cut.
    pub tail: Rational,
    /// The goal as the spec writes it.
    pub goal: String,
    /// The name of the world.
    pub world: String,
}

/// One way the world may be.
#[derive(Clone, Debug)]
pub struct LawHypothesis {
    /// Its name; empty if it is the only one.
    pub name: String,
    /// How likely it is held to be; one if there is no prior.
    pub prior: Rational,
    /// How much what happens under it counts.
    pub weight: Rational,
    /// What is secured whatever happens under it.
    pub secured: Rational,
    /// What Nature settles in it: every unknown that some probability depends on.
    pub unknowns: Vec<Range>,
    /// For each history, the probability of the chance move that leads to it.
    pub probability: Vec<Polynomial>,
    /// For each history, what is gained on reaching it.
    pub payoff: Vec<Rational>,
}

/// What Nature may settle an unknown to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The symbol that stands for it.
    pub symbol: usize,
    /// Its name.
    pub name: String,
    /// The least it can be.
    pub low: Rational,
    /// The most it can be.
    pub high: Rational,
    /// When it is settled.
    pub settled: Settled,
}

/// A place where a predictor looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The predictor's name.
    pub predictor: String,
    /// What it reads.
    pub reads: Reads,
    /// The information set that it looks at.
    pub information_set: InformationSetId,
    /// For each action there, the symbol of its probability; none for the one that is the rest.
    pub symbols: Vec<Option<usize>>,
}

impl Law {
    /// Returns a bracket of payoffs as what the spec asks for, or the other way round: signs and sides turn where payoffs are negated.
    #[must_use]
    pub fn asked(&self, lower: &Rational, upper: &Rational) -> (Rational, Rational) {
        if self.negated {
            (-upper, -lower)
        } else {
            (lower.clone(), upper.clone())
        }
    }

    /// Returns the law with every unknown settled at another time.
    #[must_use]
    pub fn settled(mut self, settled: Settled) -> Self {
        for hypothesis in &mut self.hypotheses {
            for unknown in &mut hypothesis.unknowns {
                unknown.settled = settled;
            }
        }
        self
    }

    /// Returns the information sets by name and actions alone, without what comes before them: enough to read a policy with.
    #[must_use]
    pub fn bare_sets(&self) -> Vec<InformationSet> {
        let bare = |(name, actions): &(String, Vec<String>)| InformationSet {
            name: name.clone(),
            actions: actions.clone(),
            after: None,
            histories: Vec::new(),
        };
        self.information_sets.iter().map(bare).collect()
    }

    /// Says whether every unknown is settled once for the whole run.
    #[must_use]
    pub fn is_once(&self) -> bool {
        let once = |range: &Range| range.settled == Settled::Once;
        self.hypotheses.iter().all(|one| one.unknowns.iter().all(once))
    }

    /// Returns what predictors read, if there are any.
    ///
    /// # Errors
    /// If they read different things, or anything but the probabilities of an agent that forgets.
    pub fn reading(&self) -> Result<Option<Reads>, CompileError> {
        let mut reads = self.queries.iter().map(|query| query.reads);
        let first = reads.next();
        let alike = reads.all(|other| Some(other) == first);
        if alike && (self.remembers || matches!(first, None | Some(Reads::MixedPolicy))) {
            Ok(first)
        } else {
            Err(CompileError::Reads)
        }
    }

    /// Returns the information sets that predictors look at, each once, ascending.
    #[must_use]
    pub fn queried(&self) -> Vec<InformationSetId> {
        let mut sets: Vec<_> = self.queries.iter().map(|query| query.information_set).collect();
        sets.sort_unstable();
        sets.dedup();
        sets
    }
}
