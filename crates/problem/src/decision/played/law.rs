//! A law and the proof of its plan as what is played: predictors have read the policy, and Nature plays the plan that the proof holds against the agent.

use crate::decision::law::Law;
use crate::decision::played::histories::Told;
use crate::decision::played::later::later;
use crate::decision::played::{Deciding, Played, PlayedError};
use crate::decision::policy::BehaviourPolicy;
use crate::decision::predicted::all_told;
use crate::decision::proof::{Alternative, Cell, DecisionProof, Settlement};
use crate::decision::sequence::CompileError;
use crate::decision::tree::{Environment, History, Hypothesis, Turn};
use murphy_notation::{Polynomial, Rational};
use std::collections::BTreeMap;

/// Environments with the weight of each in Nature's plan, their hypotheses, and the ranges of what is settled later.
type Worlds = (Vec<Environment>, Vec<Rational>, Vec<Hypothesis>, Ranges);
type Ranges = Vec<Option<(Rational, Rational)>>;

impl Law {
    /// Returns the law as it plays out when the agent follows the policy of a proof and Nature the plan of hers in it.
    ///
    /// # Errors
    /// A proof of another law, or one that is too large to be followed history by history.
    ///
    /// # Cost
    /// Places times worlds, in exact numbers.
    pub fn played(&self, proof: &DecisionProof) -> Result<Played, PlayedError> {
        let told = match proof {
            DecisionProof::Game(game) => self.once(proof.policy(), &game.nature)?,
            DecisionProof::Hoped { policy, nature, .. } => self.once(policy, nature)?,
            DecisionProof::Predicted {
                policy, alternatives, ..
            } => self.foreseen(policy, alternatives)?,
            DecisionProof::Drawn(game) => self.drawn(&game.policy, &game.nature)?,
            DecisionProof::Split {
                policy,
                settlements,
                nature,
                ..
            } => self.among_told(policy, (settlements, nature))?,
            DecisionProof::Peeked { policy, cells, .. } => self.peeked_told(policy, cells)?,
        };
        Played::small(told.histories.len(), told.environments.len())?;
        Ok(told.played(Played {
            world: self.world.clone(),
            goal: self.goal.clone(),
            negated: self.negated,
            tail: self.tail.clone(),
            lower: proof.lower().clone(),
            upper: proof.upper().clone(),
            places: Vec::new(),
            knowledge: Vec::new(),
            worlds: Vec::new(),
            hypotheses: Vec::new(),
            continuations: Vec::new(),
            range: (Rational::ZERO, Rational::ZERO),
            tree: None,
        }))
    }

    /// Returns what a law without predictors comes to.
    fn once(&self, policy: &BehaviourPolicy, plan: &[Rational]) -> Result<Told, PlayedError> {
        let worlds = self.worlds(plan)?;
        self.told_with(policy, worlds, vec![Deciding::Here; self.information_sets.len()])
    }

    fn told_with(
        &self,
        policy: &BehaviourPolicy,
        (environments, nature, hypotheses, may): Worlds,
        deciding: Vec<Deciding>,
    ) -> Result<Told, PlayedError> {
        if policy.probabilities().len() != self.information_sets.len() {
            return Err(PlayedError::Proof);
        }
        Ok(Told {
            histories: self.histories.clone(),
            sets: self.information_sets.clone(),
            deciding,
            policy: policy.probabilities().to_vec(),
            environments,
            hypotheses,
            nature,
            may,
            lot: false,
        })
    }

    /// Returns the environments that a plan of Nature's mixes.
    fn worlds(&self, plan: &[Rational]) -> Result<Worlds, PlayedError> {
        let (found, may) = if self.is_once() {
            Played::small(self.histories.len(), self.corner_count())?;
            let (environments, _) = self.at_ends()?;
            let roots = self.roots()?;
            if roots.len() != environments.len() {
                return Err(PlayedError::Proof);
            }
            let found = roots.into_iter().zip(environments);
            let found =
                found.map(|((sequence, hypothesis, _), environment)| (hypothesis, sequence, environment));
            (found.collect(), vec![None; self.histories.len()])
        } else {
            later(self, plan)?
        };
        let mut hypotheses = vec![Vec::new(); self.hypotheses.len()];
        let (mut environments, mut nature) = (Vec::new(), Vec::new());
        for (hypothesis, sequence, environment) in found {
            hypotheses[hypothesis].push(environments.len());
            let share = plan.get(sequence).ok_or(PlayedError::Proof)?;
            nature.push(&self.hypotheses[hypothesis].prior * share);
            environments.push(environment);
        }
        let hypotheses = self.grouped(hypotheses, environments.len());
        Ok((environments, nature, hypotheses, may))
    }

    fn corner_count(&self) -> usize {
        let open = |one: &crate::decision::LawHypothesis| {
            let open = one
                .unknowns
                .iter()
                .filter(|range| range.low != range.high)
                .count();
            1usize
                .checked_shl(u32::try_from(open).unwrap_or(u32::MAX))
                .unwrap_or(usize::MAX)
        };
        self.hypotheses.iter().map(open).fold(0, usize::saturating_add)
    }

    /// Returns Nature's first choices in the game of this law.
    fn roots(&self) -> Result<Vec<(usize, usize, String)>, CompileError> {
        // Only her first choices are wanted, and they do not depend on what follows.
        let mut bare = self.clone();
        bare.histories.truncate(1);
        if let Some(root) = bare.histories.first_mut() {
            root.turn = Turn::End;
        }
        bare.information_sets.clear();
        Ok(bare.compile_watched(&mut |_, _, _, _| {})?.1)
    }

    /// Returns hypotheses with these environments; one with all of them where there is no prior.
    fn grouped(&self, environments: Vec<Vec<usize>>, count: usize) -> Vec<Hypothesis> {
        if !self.has_prior {
            return vec![Hypothesis {
                name: String::new(),
                prior: Rational::ONE,
                environments: (0..count).collect(),
            }];
        }
        let own = self.hypotheses.iter().zip(environments);
        own.map(|(hypothesis, environments)| Hypothesis {
            name: hypothesis.name.clone(),
            prior: hypothesis.prior.clone(),
            environments,
        })
        .collect()
    }

    /// Returns what becomes of a law whose predictors expect a policy that draws no lots where they look.
    fn foreseen(&self, policy: &BehaviourPolicy, alternatives: &[Alternative]) -> Result<Told, PlayedError> {
        let queried = self.queried();
        let sure = |set: &usize| policy.at(*set).iter().position(|p| *p == Rational::ONE);
        let way: Option<Vec<usize>> = queried.iter().map(sure).collect();
        let way = way.ok_or(PlayedError::Proof)?;
        let agrees = |one: &&Alternative| {
            let pairs = one.does.iter().zip(&way);
            pairs
                .clone()
                .all(|(does, way)| does.is_none_or(|does| does == *way))
        };
        let own = alternatives.iter().find(agrees).ok_or(PlayedError::Proof)?;
        if own.does.contains(&None) {
            return Err(PlayedError::Parts);
        }
        // A plan file keeps only the greatest of the bounds; each follows from Nature's plan against that way of acting.
        let mut bounds = Vec::with_capacity(alternatives.len());
        for one in alternatives {
            bounds.push((&one.does, self.partly(&one.does)?.form.best(&one.nature)));
        }
        let mut deciding = vec![Deciding::Here; self.information_sets.len()];
        for (at, set) in queried.iter().enumerate() {
            let actions = self
                .information_sets
                .get(*set)
                .map_or(0, |(_, actions)| actions.len());
            let most = |action: usize| {
                let may = |does: &[Option<usize>]| {
                    does.get(at)
                        .is_some_and(|does| does.is_none_or(|does| does == action))
                };
                let such = bounds.iter().filter(|(does, _)| may(does));
                such.map(|(_, bound)| bound.clone()).max()
            };
            deciding[*set] = Deciding::Whole((0..actions).map(most).collect());
        }
        let law = self.told(&way);
        let worlds = law.worlds(&own.nature)?;
        law.told_with(policy, worlds, deciding)
    }

    /// Returns what becomes of a law whose predictors see a lot that the agent draws first: a copy of the histories for each way the lot can fall.
    fn drawn(&self, policy: &BehaviourPolicy, plan: &[Rational]) -> Result<Told, PlayedError> {
        let (ways, own) = (self.ways()?, self.information_sets.len());
        let rows = policy.probabilities();
        if rows.len() != 1 + ways.len() * own || rows[0].len() != ways.len() {
            return Err(PlayedError::Proof);
        }
        let names: Vec<String> = ways.iter().map(|way| self.way_name(&all_told(way))).collect();
        let root = History {
            parent: None,
            turn: Turn::Agent {
                information_set: 0,
                next: Vec::new(),
            },
            name: "the lot".to_owned(),
        };
        let mut told = Told {
            histories: vec![root],
            sets: vec![("the lot".to_owned(), names.clone())],
            deciding: vec![Deciding::Here],
            policy: rows.to_vec(),
            environments: Vec::new(),
            hypotheses: Vec::new(),
            nature: Vec::new(),
            may: vec![None],
            lot: true,
        };
        for (lot, way) in ways.iter().enumerate() {
            let copy = self.told(way);
            let worlds = copy.worlds(plan)?;
            Played::small(told.histories.len() + self.histories.len(), worlds.0.len())?;
            self.copied(&mut told, (way, &names[lot]), worlds)?;
        }
        Ok(told)
    }

    /// Adds a copy of the histories to those of a lot.
    fn copied(
        &self,
        told: &mut Told,
        (way, name): (&[usize], &str),
        worlds: Worlds,
    ) -> Result<(), PlayedError> {
        let (environments, nature, hypotheses, may) = worlds;
        let (shift, offset) = (told.histories.len(), told.sets.len());
        if told.environments.is_empty() {
            for environment in &environments {
                told.environments.push(Environment {
                    probability: vec![Rational::ONE],
                    payoff: vec![Rational::ZERO],
                    ..environment.clone()
                });
            }
            told.hypotheses = hypotheses;
            told.nature = nature;
        }
        if told.environments.len() != environments.len() {
            return Err(PlayedError::Proof);
        }
        for (all, own) in told.environments.iter_mut().zip(environments) {
            all.probability.extend(own.probability);
            all.payoff.extend(own.payoff);
        }
        told.may.extend(may);
        let moved = |next: &[usize]| next.iter().map(|at| at + shift).collect::<Vec<_>>();
        told.histories
            .extend(self.histories.iter().map(|history| History {
                parent: Some(history.parent.map_or(0, |parent| parent + shift)),
                turn: match &history.turn {
                    Turn::End => Turn::End,
                    Turn::Chance { next } => Turn::Chance { next: moved(next) },
                    Turn::Agent {
                        information_set,
                        next,
                    } => Turn::Agent {
                        information_set: information_set + offset,
                        next: moved(next),
                    },
                },
                name: history.name.clone(),
            }));
        if let Some(Turn::Agent { next, .. }) = told.histories.first_mut().map(|root| &mut root.turn) {
            next.push(shift);
        }
        let queried = self.queried();
        for (set, (text, actions)) in self.information_sets.iter().enumerate() {
            told.sets.push((format!("{text} (lot: {name})"), actions.clone()));
            let by_lot = queried
                .iter()
                .position(|one| *one == set)
                .and_then(|at| way.get(at));
            told.deciding
                .push(by_lot.map_or(Deciding::Here, |action| Deciding::ByLot(*action)));
        }
        Ok(())
    }

    /// Returns what becomes of a law in which Nature picks among settlements of unknowns.
    fn among_told(
        &self,
        policy: &BehaviourPolicy,
        (settlements, plan): (&[Settlement], &[Rational]),
    ) -> Result<Told, PlayedError> {
        Played::small(self.histories.len(), settlements.len())?;
        let groups: Vec<Option<usize>> = if self.has_prior {
            (0..self.hypotheses.len()).map(Some).collect()
        } else {
            vec![None]
        };
        let (mut environments, mut nature) = (Vec::new(), Vec::new());
        let mut grouped = vec![Vec::new(); self.hypotheses.len()];
        // Her plan lists the settlements group by group, after the empty sequence.
        let mut shares = plan.iter().skip(1);
        for group in groups {
            for one in settlements
                .iter()
                .filter(|one| group.is_none_or(|group| one.hypothesis == group))
            {
                let hypothesis = self.hypotheses.get(one.hypothesis).ok_or(PlayedError::Proof)?;
                let symbols = hypothesis.unknowns.iter().map(|range| range.symbol);
                let values: BTreeMap<usize, Rational> = symbols.zip(one.values.iter().cloned()).collect();
                grouped[one.hypothesis].push(environments.len());
                let share = shares.next().ok_or(PlayedError::Proof)?;
                nature.push(&hypothesis.prior * share);
                environments.push(Environment {
                    name: self.settlement_name(one),
                    ..hypothesis.settled_to("", &values)
                });
            }
        }
        let hypotheses = self.grouped(grouped, environments.len());
        let may = vec![None; self.histories.len()];
        let deciding = vec![Deciding::Here; self.information_sets.len()];
        self.told_with(policy, (environments, nature, hypotheses, may), deciding)
    }

    /// Returns the law in which predictors read these probabilities, for each of its queries.
    fn predicted(&self, does: &[Vec<Rational>]) -> Self {
        let mut values: BTreeMap<usize, Polynomial> = BTreeMap::new();
        for (query, does) in self.queries.iter().zip(does) {
            for (symbol, p) in query.symbols.iter().zip(does) {
                if let Some(symbol) = symbol {
                    values.insert(*symbol, Polynomial::from(p.clone()));
                }
            }
        }
        let mut law = self.clone();
        law.queries.clear();
        for probability in law.hypotheses.iter_mut().flat_map(|one| &mut one.probability) {
            if probability.as_constant().is_none() {
                *probability = probability.substituted(|symbol| values.get(&symbol).cloned());
            }
        }
        law
    }

    /// Returns what becomes of a law whose predictors know the agent's probabilities, or whose agent forgets.
    fn peeked_told(&self, policy: &BehaviourPolicy, cells: &[Cell]) -> Result<Told, PlayedError> {
        let does: Vec<Vec<Rational>> = self
            .queries
            .iter()
            .map(|query| policy.at(query.information_set).to_vec())
            .collect();
        let law = self.predicted(&does);
        Played::small(law.histories.len(), law.corner_count())?;
        let (environments, hypotheses) = law.at_ends()?;
        let free = policy
            .probabilities()
            .iter()
            .flat_map(|row| &row[..row.len().saturating_sub(1)]);
        let free: Vec<&Rational> = free.collect();
        let holds = |cell: &&Cell| {
            let inside = cell.ranges.iter().zip(&free);
            cell.ranges.len() == free.len()
                && inside.into_iter().all(|((low, high), p)| low <= *p && *p <= high)
        };
        let nature = cells
            .iter()
            .find(holds)
            .ok_or(PlayedError::Proof)?
            .mixture
            .clone();
        if nature.len() != environments.len() {
            return Err(PlayedError::Proof);
        }
        let hypotheses = if law.has_prior {
            hypotheses
        } else {
            law.grouped(Vec::new(), environments.len())
        };
        let queried = self.queried();
        let deciding = (0..self.information_sets.len()).map(|set| {
            let actions = self.information_sets[set].1.len();
            if self.remembers && !queried.contains(&set) {
                Deciding::Here
            } else {
                Deciding::Whole(vec![None; actions])
            }
        });
        let may = vec![None; law.histories.len()];
        law.told_with(
            policy,
            (environments, nature, hypotheses, may),
            deciding.collect(),
        )
    }
}
