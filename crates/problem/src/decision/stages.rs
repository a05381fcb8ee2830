//! A decision problem on states instead of histories: what a Nature that settles once and an agent that sees the state play on.
//!
//! Histories that lead to the same state after the same number of steps are one node. Nature's environments share the nodes and differ in
//! probabilities and gains, so that what a continuation is worth is one number an environment: a vector.

use crate::decision::proof::{Settlement, UnknownBox};
use murphy_notation::Rational;

/// A decision problem on states; nodes come before those that they lead to, and the first is the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// The nodes.
    pub nodes: Vec<Stage>,
    /// The environments: name, weight and what is secured.
    pub environments: Vec<(String, Rational, Rational)>,
    /// The prior of each hypothesis and its environments.
    pub hypotheses: Vec<(Rational, Vec<usize>)>,
    /// Whether payoffs are minus what the spec asks for.
    pub negated: bool,
    /// How far what was cut off can move the value, either way.
    pub tail: Rational,
}

/// A state after some steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stage {
    /// What a person calls it.
    pub name: String,
    /// What arriving pays in each environment.
    pub arrival: Vec<Rational>,
    /// What can be done; nothing where it is over.
    pub choices: Vec<StageChoice>,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageChoice {
    /// What a person calls it.
    pub action: String,
    /// What it pays in each environment.
    pub gain: Vec<Rational>,
    /// Where it leads: the node, and the probability in each environment.
    pub branches: Vec<(usize, Vec<Rational>)>,
}

impl Stages {
    /// Returns a bracket of payoffs as what the spec asks for, or the other way round: signs and sides turn where payoffs are negated.
    #[must_use]
    pub fn asked(&self, lower: &Rational, upper: &Rational) -> (Rational, Rational) {
        if self.negated {
            (-upper, -lower)
        } else {
            (lower.clone(), upper.clone())
        }
    }
}

/// What one way of acting from a node on is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// In each environment, arriving included; at least this.
    pub value: Vec<Rational>,
    /// The choice.
    pub choice: usize,
    /// For each branch of the choice, which point of the node there is gone on with.
    pub next: Vec<usize>,
}

/// A plan of a decision problem on states, with Nature's mixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagePlan {
    /// For each node, ways of acting from it on.
    pub points: Vec<Vec<Point>>,
    /// With which probability each point of the first node is gone after.
    pub mixture: Vec<Rational>,
    /// The weight of each environment; those of a hypothesis sum to its prior.
    pub nature: Vec<Rational>,
    /// If there is one, what is known along the way is bounded between weights that are multiples of one over this.
    pub grid: Option<u32>,
    /// What the plan guarantees.
    pub lower: Rational,
    /// What no plan exceeds against the mixture.
    pub upper: Rational,
}

/// A plan of a decision problem on states together with what makes it one of the law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageProof {
    /// The plan, in the problem of [`StageLaw::among`](crate::decision::StageLaw::among).
    pub plan: StagePlan,
    /// The values that Nature picks among.
    pub settlements: Vec<Settlement>,
    /// Where an unknown matters more than once in a run, boxes that cover the ranges of all unknowns, in each of which what the plan pays is bounded from below.
    /// Its points say nothing of what they are worth then.
    pub boxes: Vec<UnknownBox>,
}
