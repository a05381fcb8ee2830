//! Problems on states in which Nature settles her unknowns anew at every state: before the action is drawn, or after she has seen it.
//!
//! What is to come depends on the state and the step alone then, so that each node is a small game of its own, solved from the last one backward.

use crate::decision::law::Range;
use crate::decision::sequence::{CompileError, Values, corners};
use crate::decision::stage_law::{LawChoice, LawStage, StageLaw};
use murphy_notation::Rational;
use murphy_world::Settled;
use std::collections::BTreeSet;

/// A plan where Nature settles anew, with her answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnewPlan {
    /// For each node the probability of each action; nothing where it is over.
    pub policy: Vec<Vec<Rational>>,
    /// For each node the weight of each of [`StageLaw::before`]; nothing where it is over.
    pub nature: Vec<Vec<Rational>>,
    /// What the policy guarantees.
    pub lower: Rational,
    /// What no policy exceeds.
    pub upper: Rational,
}

impl StageLaw {
    /// Says whether some unknown that matters is settled anew.
    #[must_use]
    pub fn is_anew(&self) -> bool {
        let mut all = self.hypotheses.iter().flat_map(|one| &one.unknowns);
        all.any(|range| range.settled != Settled::Once && range.low != range.high)
    }

    /// Returns the law with every unknown settled at another time.
    #[must_use]
    pub fn settled(&self, settled: Settled) -> Self {
        let mut law = self.clone();
        for range in law.hypotheses.iter_mut().flat_map(|one| &mut one.unknowns) {
            range.settled = settled;
        }
        law
    }

    /// Returns what Nature may settle before the action is drawn in a state: texts and values.
    ///
    /// # Errors
    /// If an unknown matters with a power, or there are too many.
    pub fn before(&self, stage: &LawStage) -> Result<Vec<(String, Values)>, CompileError> {
        let all: Vec<&LawChoice> = stage.choices.iter().collect();
        corners(&self.settled_in(&all, Settled::EachState)?).ok_or(CompileError::TooMany)
    }

    /// Returns what Nature may settle after she has seen an action.
    ///
    /// # Errors
    /// As [`Self::before`].
    pub fn after(&self, choice: &LawChoice) -> Result<Vec<(String, Values)>, CompileError> {
        corners(&self.settled_in(&[choice], Settled::EachAction)?).ok_or(CompileError::TooMany)
    }

    fn settled_in(&self, choices: &[&LawChoice], when: Settled) -> Result<Vec<&Range>, CompileError> {
        let Some(hypothesis) = self.hypotheses.first() else {
            return Ok(Vec::new());
        };
        let probabilities = || {
            let branches = choices.iter().flat_map(|choice| &choice.branches);
            branches.filter_map(|(_, probability)| probability.first())
        };
        let used: BTreeSet<usize> = probabilities().flat_map(|p| p.symbols()).collect();
        let mut ranges = Vec::new();
        for range in &hypothesis.unknowns {
            let powers = probabilities().any(|p| p.degree_in(range.symbol) > 1);
            if powers && range.low != range.high {
                return Err(CompileError::Powers {
                    unknown: range.name.clone(),
                });
            }
            // What has one value only is known at once, whenever it is said to be settled.
            let now = range.settled == when || (range.low == range.high && when == Settled::EachAction);
            if used.contains(&range.symbol) && now {
                ranges.push(range);
            }
        }
        Ok(ranges)
    }
}
