//! Histories as places: a move of the agent and the chance that answers it are one step.

use crate::decision::grow::START;
use crate::decision::played::{Deciding, Knowledge, Move, Place, Played, PlayedWorld, Way};
use crate::decision::policy::BehaviourPolicy;
use crate::decision::tree::{DecisionTreeBuilder, Environment, History, HistoryId, Hypothesis, Turn};
use murphy_notation::Rational;

/// A law in which nothing is open any more.
pub(super) struct Told {
    pub(super) histories: Vec<History>,
    /// The name and the actions of each information set, and what its choice depends on.
    pub(super) sets: Vec<(String, Vec<String>)>,
    pub(super) deciding: Vec<Deciding>,
    pub(super) policy: Vec<Vec<Rational>>,
    pub(super) environments: Vec<Environment>,
    pub(super) hypotheses: Vec<Hypothesis>,
    /// The weight of each environment.
    pub(super) nature: Vec<Rational>,
    /// For each history the range of its probability, where it is settled only then.
    pub(super) may: Vec<Option<(Rational, Rational)>>,
    /// Whether the root is a lot of the agent's, after which the states come where runs start.
    pub(super) lot: bool,
}

impl Told {
    /// Says whether a history only stands between a move of the agent and the chance that answers it.
    fn is_between(&self, at: HistoryId) -> bool {
        let history = &self.histories[at];
        let Some(parent) = history.parent.filter(|parent| !(self.lot && *parent == 0)) else {
            return false;
        };
        matches!(history.turn, Turn::Chance { .. })
            && matches!(self.histories[parent].turn, Turn::Agent { .. })
    }

    /// Returns what is played; the parts that the law knows are left as they are in `frame`.
    pub(super) fn played(self, frame: Played) -> Played {
        let mut number = vec![None; self.histories.len()];
        let mut count = 0;
        for (at, number) in number.iter_mut().enumerate() {
            if !self.is_between(at) {
                *number = Some(count);
                count += 1;
            }
        }
        let mut steps = vec![0u32; self.histories.len()];
        let mut places = Vec::with_capacity(count);
        for (at, history) in self.histories.iter().enumerate() {
            let between = self.is_between(at);
            for &next in history.turn.next() {
                // A move and its answer are one step; a lot, and the chance of where runs start, are none.
                let made = !(between || self.starts(at) || self.lot && at == 0);
                steps[next] = steps[at] + u32::from(made);
            }
            if !between {
                places.push(self.place(at, steps[at], &number));
            }
        }
        let knowledge = self.knowledge(&number);
        let worlds = self.environments.iter().zip(&self.nature);
        let worlds = worlds
            .map(|(environment, nature)| PlayedWorld {
                name: environment.name.clone(),
                weight: environment.weight.clone(),
                secured: environment.secured.clone(),
                nature: nature.clone(),
            })
            .collect();
        let mut played = Played {
            places,
            knowledge,
            worlds,
            hypotheses: self.hypotheses.clone(),
            tree: self.tree(),
            ..frame
        };
        played.range = played.extremes();
        played
    }

    /// Says whether a history is the chance of where runs start.
    fn starts(&self, at: HistoryId) -> bool {
        let history = &self.histories[at];
        let first = history.parent.is_none() || self.lot && history.parent == Some(0);
        first && history.name == START
    }

    fn place(&self, at: HistoryId, step: u32, number: &[Option<usize>]) -> Place {
        let history = &self.histories[at];
        let (knows, moves) = match &history.turn {
            Turn::End => (None, Vec::new()),
            Turn::Chance { .. } => {
                let gain = vec![Rational::ZERO; self.environments.len()];
                (
                    None,
                    vec![self.one((String::new(), Rational::ONE, gain), at, number)],
                )
            }
            Turn::Agent {
                information_set,
                next,
            } => {
                let actions = &self.sets[*information_set].1;
                let own = &self.policy[*information_set];
                let moves = next.iter().zip(actions).zip(own).map(|((&next, action), own)| {
                    let gain = if self.is_between(next) {
                        self.paid(next)
                    } else {
                        vec![Rational::ZERO; self.environments.len()]
                    };
                    self.one((action.clone(), own.clone(), gain), next, number)
                });
                (Some(*information_set), moves.collect())
            }
        };
        Place {
            name: history.name.clone(),
            step,
            knows,
            arrival: self.paid(at),
            moves,
        }
    }

    fn paid(&self, at: HistoryId) -> Vec<Rational> {
        let each = self.environments.iter();
        each.map(|environment| environment.payoff[at].clone()).collect()
    }

    /// Returns a move after which the chance of a history answers, or which leads to it for sure.
    fn one(
        &self,
        (action, own, gain): (String, Rational, Vec<Rational>),
        answered: HistoryId,
        number: &[Option<usize>],
    ) -> Move {
        let way = |&to: &HistoryId| Way {
            to: number[to],
            name: self.histories[to].name.clone(),
            from: None,
            probability: self
                .environments
                .iter()
                .map(|environment| environment.probability[to].clone())
                .collect(),
            may: self.may[to].clone(),
        };
        let ways = match &self.histories[answered].turn {
            Turn::Chance { next } if action.is_empty() || self.is_between(answered) => {
                next.iter().map(way).collect()
            }
            _ => vec![way(&answered)],
        };
        Move {
            action,
            own,
            gain,
            ways,
        }
    }

    fn knowledge(&self, number: &[Option<usize>]) -> Vec<Knowledge> {
        let mut knowledge: Vec<Knowledge> = self
            .sets
            .iter()
            .zip(&self.deciding)
            .map(|((name, actions), deciding)| Knowledge {
                name: name.clone(),
                actions: actions.clone(),
                places: Vec::new(),
                deciding: deciding.clone(),
            })
            .collect();
        for (history, place) in self.histories.iter().zip(number) {
            if let (Turn::Agent { information_set, .. }, Some(place)) = (&history.turn, place) {
                knowledge[*information_set].places.push(*place);
            }
        }
        knowledge
    }

    /// Returns the tree with the policy, if the agent forgets nothing.
    fn tree(self) -> Option<(crate::decision::DecisionTree, BehaviourPolicy)> {
        let builder = DecisionTreeBuilder {
            histories: self.histories,
            information_sets: self.sets,
            environments: self.environments,
            hypotheses: self.hypotheses,
        };
        let tree = builder.finish().ok()?;
        let policy = BehaviourPolicy::new(&tree, self.policy).ok()?;
        Some((tree, policy))
    }
}
