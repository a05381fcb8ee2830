//! What becomes of a law when what its predictors read is fixed: ordinary games, one for each thing the agent may do where they look.

use crate::decision::law::Law;
use crate::decision::partly::Told;
use crate::decision::sequence::{AgentSet, CompileError, Compiled, SequenceForm};
use crate::decision::tree::{InformationSet, InformationSetId};

/// The most ways of acting where predictors look.
pub const WAYS_MAX: usize = 4096;

/// The most plans of an optimistic Nature that are answered one by one, over all ways of acting.
pub const PLANS_MAX: usize = 4096;

impl Law {
    /// Returns every way of acting where predictors look: one action for each of [`Law::queried`], in the order of a dictionary.
    ///
    /// # Errors
    /// If there are more than [`WAYS_MAX`].
    pub fn ways(&self) -> Result<Vec<Vec<usize>>, CompileError> {
        let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
        for set in self.queried() {
            let actions = self
                .information_sets
                .get(set)
                .map_or(0, |(_, actions)| actions.len());
            if ways.len().saturating_mul(actions) > WAYS_MAX {
                return Err(CompileError::TooMany);
            }
            ways = ways
                .into_iter()
                .flat_map(|way| {
                    (0..actions).map(move |action| {
                        let mut way = way.clone();
                        way.push(action);
                        way
                    })
                })
                .collect();
        }
        Ok(ways)
    }

    /// Returns the law without predictors, where the policy does this at each of [`Law::queried`].
    #[must_use]
    pub fn told(&self, way: &[usize]) -> Self {
        self.told_partly(&all_told(way))
    }

    /// Returns the game in which predictors are told that the agent does this, and the agent does it.
    ///
    /// # Errors
    /// As [`Law::compile`].
    pub fn kept(&self, way: &[usize]) -> Result<Compiled, CompileError> {
        self.partly(&all_told(way))
    }

    /// Returns the game in which the agent first draws a lot that the predictors see and Nature does not: which of [`Law::ways`] it will act.
    ///
    /// The lot is the first information set; those of each way follow, in their order.
    ///
    /// # Errors
    /// As [`Law::compile`], or if the games do not give Nature the same moves.
    pub fn with_lots(&self) -> Result<Compiled, CompileError> {
        let ways = self.ways()?;
        let games: Result<Vec<Compiled>, CompileError> = ways.iter().map(|way| self.kept(way)).collect();
        let games = games?;
        let first = games.first().ok_or(CompileError::TooMany)?;
        let mut form = SequenceForm {
            agent: vec![AgentSet {
                after: 0,
                first: 1,
                actions: ways.len(),
                only: None,
            }],
            nature: first.form.nature.clone(),
            payoff: vec![std::collections::BTreeMap::new(); first.form.payoff.len()],
        };
        let mut sets = vec![InformationSet {
            name: "the lot".to_owned(),
            actions: ways.iter().map(|way| self.way_name(&all_told(way))).collect(),
            after: None,
            histories: vec![0],
        }];
        for (lot, game) in games.iter().enumerate() {
            if game.form.nature != form.nature {
                return Err(CompileError::Predicted);
            }
            let (shift, offset): (usize, InformationSetId) = (form.sequences() - 1, sets.len());
            let moved = |q: usize| if q == 0 { 1 + lot } else { q + shift };
            for (set, own) in game.sets.iter().zip(&game.form.agent) {
                form.agent.push(AgentSet {
                    after: moved(own.after),
                    first: moved(own.first),
                    ..own.clone()
                });
                sets.push(InformationSet {
                    after: Some(
                        set.after
                            .map_or((0, lot), |(before, action)| (before + offset, action)),
                    ),
                    ..set.clone()
                });
            }
            for (row, own) in form.payoff.iter_mut().zip(&game.form.payoff) {
                row.extend(own.iter().map(|(q, a)| (moved(*q), a.clone())));
            }
        }
        Ok(Compiled { form, sets })
    }

    /// Returns what a person calls a way of acting.
    #[must_use]
    pub fn way_name(&self, way: &Told) -> String {
        let sets = self.queried();
        let parts: Vec<String> = sets
            .iter()
            .zip(way)
            .filter_map(|(set, action)| {
                let (name, actions) = self.information_sets.get(*set)?;
                let action = actions.get((*action)?)?;
                Some(if sets.len() == 1 {
                    action.clone()
                } else {
                    format!("{action} at {name}")
                })
            })
            .collect();
        if parts.is_empty() {
            "anything".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// Returns a way of acting as what predictors are told of it: all.
pub(crate) fn all_told(way: &[usize]) -> Vec<Option<usize>> {
    way.iter().copied().map(Some).collect()
}
