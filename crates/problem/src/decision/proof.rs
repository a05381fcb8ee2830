//! What proves the value of a finite decision problem, as data that a checker reads without knowing how it was found.

use crate::decision::policy::BehaviourPolicy;
use murphy_notation::Rational;

/// A policy, and a plan of Nature, each proving one side of the value of a game.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GameProof {
    /// What the agent does.
    pub policy: BehaviourPolicy,
    /// Nature's realization plan: one number for each of her sequences.
    pub nature: Vec<Rational>,
    /// What the policy is worth against Nature's best answers.
    pub lower: Rational,
    /// What the best answer to Nature's plan is worth. Both are equal where the proof is of an optimum.
    pub upper: Rational,
}

/// What the agent could have done where predictors look, and why it is worth no more than the bound: one way of acting, or all that agree in a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The action at each information set that predictors look at, ascending; nothing where it is left open.
    pub does: Vec<Option<usize>>,
    /// Nature's realization plan in the game where the predictors are told so ([`Law::partly`](crate::decision::Law::partly)).
    pub nature: Vec<Rational>,
    /// What the best answer to it is worth.
    pub upper: Rational,
}

/// A box of behaviour probabilities, and a mixture of environments against which no policy in it is worth more than the bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// For each free probability the range.
    pub ranges: Vec<(Rational, Rational)>,
    /// The weight of each environment; within a hypothesis they sum to its prior.
    pub mixture: Vec<Rational>,
}

/// What Nature may settle the unknowns of a hypothesis to, in the order of [`LawHypothesis::unknowns`](crate::decision::LawHypothesis).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The hypothesis.
    pub hypothesis: usize,
    /// The value of each unknown.
    pub values: Vec<Rational>,
}

/// A box of what Nature may settle the unknowns of a hypothesis to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownBox {
    /// The hypothesis.
    pub hypothesis: usize,
    /// The range of each unknown.
    pub ranges: Vec<(Rational, Rational)>,
}

/// The proof of the value of a decision problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecisionProof {
    /// Nothing reads the policy.
    Game(GameProof),
    /// Predictors read the policy, which does not draw lots where they look.
    Predicted {
        /// What the agent does.
        policy: BehaviourPolicy,
        /// What it is worth.
        lower: Rational,
        /// Ways of acting where predictors look, each with a bound, which together are all that there are.
        alternatives: Vec<Alternative>,
        /// The greatest of the bounds.
        upper: Rational,
    },
    /// Predictors know what the agent will do: it may draw a lot, at the start, that they see and Nature does not. The game is that of
    /// [`Law::with_lots`](crate::decision::Law::with_lots).
    Drawn(GameProof),
    /// Unknowns that are settled once matter more than once in a run, so that the worst values may lie inside their ranges.
    Split {
        /// What the agent does.
        policy: BehaviourPolicy,
        /// What it is worth at least, by bounds on every box.
        lower: Rational,
        /// Boxes that cover the ranges of all unknowns, in each of which what the policy pays is bounded from below.
        boxes: Vec<UnknownBox>,
        /// The values that Nature's plan picks among.
        settlements: Vec<Settlement>,
        /// Nature's plan in the game of [`Law::among`](crate::decision::Law::among).
        nature: Vec<Rational>,
        /// What no policy exceeds against it.
        upper: Rational,
    },
    /// Nature is with the agent: neither needs lots.
    Hoped {
        /// What the agent does.
        policy: BehaviourPolicy,
        /// Nature's plan.
        nature: Vec<Rational>,
        /// What both are worth together.
        lower: Rational,
        /// What no policy exceeds with any plan of Nature's.
        upper: Rational,
    },
    /// Predictors know the probabilities with which the agent draws, or the agent forgets: payoffs are polynomials in them.
    Peeked {
        /// What the agent does.
        policy: BehaviourPolicy,
        /// What it is worth.
        lower: Rational,
        /// Boxes that cover all policies.
        cells: Vec<Cell>,
        /// What no policy exceeds.
        upper: Rational,
    },
}

impl DecisionProof {
    /// Returns what the policy guarantees.
    #[must_use]
    pub fn lower(&self) -> &Rational {
        match self {
            Self::Game(proof) | Self::Drawn(proof) => &proof.lower,
            Self::Predicted { lower, .. }
            | Self::Split { lower, .. }
            | Self::Hoped { lower, .. }
            | Self::Peeked { lower, .. } => lower,
        }
    }

    /// Returns what no policy exceeds.
    #[must_use]
    pub fn upper(&self) -> &Rational {
        match self {
            Self::Game(proof) | Self::Drawn(proof) => &proof.upper,
            Self::Predicted { upper, .. }
            | Self::Split { upper, .. }
            | Self::Hoped { upper, .. }
            | Self::Peeked { upper, .. } => upper,
        }
    }

    /// Returns the policy; of [`Self::Drawn`], that of the game with lots.
    #[must_use]
    pub fn policy(&self) -> &BehaviourPolicy {
        match self {
            Self::Game(proof) | Self::Drawn(proof) => &proof.policy,
            Self::Predicted { policy, .. }
            | Self::Split { policy, .. }
            | Self::Hoped { policy, .. }
            | Self::Peeked { policy, .. } => policy,
        }
    }
}
