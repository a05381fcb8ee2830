//! The sequence form: what each pair of the agent's and Nature's own moves pays, as one sparse matrix.
//!
//! A *sequence* is what one side has done so far, numbered; 0 is the empty one. The agent's policy is a realization plan `x` (the product of
//! its own probabilities along each sequence), Nature's is one `y` of the same kind, and the payoff is `Σ y(s)·A(s, q)·x(q)`.
//! Nature sees everything but the agent's coin, so that each of her sets is a single history; against a fixed `x` she answers bottom up, and so
//! does the agent against a fixed `y`.
//!
//! # Source
//! Koller, Megiddo, von Stengel, "Fast algorithms for finding randomized strategies in game trees", STOC 1994.

use crate::decision::law::{Law, LawHypothesis, Range};
use crate::decision::policy::BehaviourPolicy;
use crate::decision::proof::Settlement;
use crate::decision::tree::{
    DecisionTree, DecisionTreeBuilder, Environment, History, HistoryId, Hypothesis, InformationSet,
    TreeError, Turn, recalled,
};
use murphy_notation::{Polynomial, Rational};
use murphy_world::Settled;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most environments that Nature may choose among at once.
pub const ENVIRONMENTS_MAX: usize = 4096;

/// The most moves of Nature in one game.
pub const MOVES_MAX: usize = 1_000_000;

/// A two-player game in sequence form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceForm {
    /// The agent's information sets; a set comes after the one it follows.
    pub agent: Vec<AgentSet>,
    /// Nature's; a set comes after the one it follows.
    pub nature: Vec<NatureSet>,
    /// For each of Nature's sequences, what each of the agent's pays with it.
    pub payoff: Vec<BTreeMap<usize, Rational>>,
}

/// An information set of the agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentSet {
    /// The agent's sequence that it follows.
    pub after: usize,
    /// The sequence of its first action; those of the others come next.
    pub first: usize,
    /// How many actions there are.
    pub actions: usize,
    /// The only action that may be taken, if the rest is ruled out.
    pub only: Option<usize>,
}

/// A place where Nature moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NatureSet {
    /// What a person calls it.
    pub name: String,
    /// Nature's sequence that it follows.
    pub after: usize,
    /// The sequence of her first choice; those of the others come next.
    pub first: usize,
    /// What a person calls each choice.
    pub choices: Vec<String>,
}

/// Why a law is not a game between the agent and Nature that is linear in both.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompileError {
    /// A predictor reads the policy.
    Predicted,
    /// The agent forgets, or the tree is no tree.
    Tree(TreeError),
    /// An unknown occurs twice in one run, so that its ends need not be the worst.
    Powers {
        /// The unknown.
        unknown: String,
    },
    /// Nature has more to choose from than the limit.
    TooMany,
    /// Predictors read different things, or read a policy that forgets.
    Reads,
    /// A prior, a weight or something secured, where every hypothesis is to be settled anew.
    Prior,
}

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Predicted => write!(f, "a predictor reads the policy"),
            Self::Tree(error) => error.fmt(f),
            Self::Powers { unknown } => write!(
                f,
                "the unknown `{unknown}` matters more than once in a run, so that its worst value need not be an end of its range"
            ),
            Self::TooMany => write!(
                f,
                "Nature has more than {ENVIRONMENTS_MAX} environments or {MOVES_MAX} moves to choose from"
            ),
            Self::Reads => write!(
                f,
                "all predictors must read the same (`Action`, `Policy` or `MixedPolicy`), and of an agent that forgets only `MixedPolicy`"
            ),
            Self::Prior => write!(
                f,
                "hypotheses with a prior, weights or something secured cannot be settled anew at each step"
            ),
        }
    }
}

impl std::error::Error for CompileError {}

impl From<TreeError> for CompileError {
    fn from(error: TreeError) -> Self {
        Self::Tree(error)
    }
}

/// A law as a game, with the agent's information sets.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The game.
    pub form: SequenceForm,
    /// The agent's information sets, in the order of [`SequenceForm::agent`].
    pub sets: Vec<InformationSet>,
}

impl SequenceForm {
    fn of_agent(sets: &[InformationSet]) -> Self {
        let mut agent: Vec<AgentSet> = Vec::with_capacity(sets.len());
        let mut next = 1;
        for set in sets {
            agent.push(AgentSet {
                after: set
                    .after
                    .map_or(0, |(before, action)| agent[before].first + action),
                first: next,
                actions: set.actions.len(),
                only: None,
            });
            next += set.actions.len();
        }
        Self {
            agent,
            nature: Vec::new(),
            payoff: vec![BTreeMap::new()],
        }
    }

    /// Returns the number of the agent's sequences.
    #[must_use]
    pub fn sequences(&self) -> usize {
        self.agent.last().map_or(1, |set| set.first + set.actions)
    }

    fn add(&mut self, nature: usize, agent: usize, payoff: Rational) {
        if payoff.is_zero() {
            return;
        }
        let row = &mut self.payoff[nature];
        let sum = row.remove(&agent).unwrap_or_default() + payoff;
        if !sum.is_zero() {
            row.insert(agent, sum);
        }
    }

    fn nature_moves(&mut self, name: String, after: usize, choices: Vec<String>) -> usize {
        let first = self.payoff.len();
        self.payoff.resize(first + choices.len(), BTreeMap::new());
        self.nature.push(NatureSet {
            name,
            after,
            first,
            choices,
        });
        first
    }

    /// Returns the game in which a set of the agent's has only one action left.
    #[must_use]
    pub fn with_only(mut self, set: usize, action: usize) -> Self {
        if let Some(set) = self.agent.get_mut(set)
            && action < set.actions
        {
            set.only = Some(action);
        }
        self
    }

    /// Says whether a policy takes no action that is ruled out.
    #[must_use]
    pub fn allows(&self, policy: &BehaviourPolicy) -> bool {
        self.agent.iter().enumerate().all(|(index, set)| {
            set.only
                .is_none_or(|only| policy.at(index).get(only) == Some(&Rational::ONE))
        })
    }

    /// Returns the realization plan of a policy: one number a sequence.
    #[must_use]
    pub fn realization(&self, policy: &BehaviourPolicy) -> Vec<Rational> {
        let mut x = vec![Rational::ONE; self.sequences()];
        for (index, set) in self.agent.iter().enumerate() {
            for (action, p) in policy.at(index).iter().enumerate() {
                x[set.first + action] = &x[set.after] * p;
            }
        }
        x
    }

    /// Returns what Nature's best answers leave of a realization plan, and the worth of each of her sequences below its own payoff.
    #[must_use]
    pub fn worst(&self, x: &[Rational]) -> (Rational, Vec<Rational>) {
        let mut worth: Vec<Rational> = self
            .payoff
            .iter()
            .map(|row| row.iter().map(|(q, a)| a * &x[*q]).sum())
            .collect();
        for set in self.nature.iter().rev() {
            let choices = &worth[set.first..set.first + set.choices.len()];
            let least = choices.iter().min().cloned().unwrap_or_default();
            worth[set.after] += least;
        }
        (worth[0].clone(), worth)
    }

    /// Returns the most that any policy can have against a plan of Nature, one number for each of her sequences.
    #[must_use]
    pub fn best(&self, y: &[Rational]) -> Rational {
        let mut worth = vec![Rational::ZERO; self.sequences()];
        for (row, weight) in self.payoff.iter().zip(y) {
            if !weight.is_zero() {
                for (q, a) in row {
                    worth[*q] += weight * a;
                }
            }
        }
        for set in self.agent.iter().rev() {
            let allowed = match set.only {
                Some(action) => set.first + action..set.first + action + 1,
                None => set.first..set.first + set.actions,
            };
            let most = worth[allowed].iter().max().cloned().unwrap_or_default();
            worth[set.after] += most;
        }
        worth[0].clone()
    }

    /// Says whether numbers are a plan of Nature: not negative, one for the empty sequence, and each set's choices sum to what leads to it.
    #[must_use]
    pub fn is_plan_of_nature(&self, y: &[Rational]) -> bool {
        y.len() == self.payoff.len()
            && y.first() == Some(&Rational::ONE)
            && y.iter().all(|weight| !weight.is_negative())
            && self.nature.iter().all(|set| {
                let sum: Rational = y[set.first..set.first + set.choices.len()].iter().sum();
                sum == y[set.after]
            })
    }
}

/// Returns every choice of ends of the ranges: texts and values by symbol.
pub(crate) fn corners(ranges: &[&Range]) -> Option<Vec<(String, BTreeMap<usize, Rational>)>> {
    let (open, fixed): (Vec<&Range>, Vec<&Range>) = ranges.iter().partition(|range| range.low != range.high);
    if open.len() >= usize::BITS as usize || 1usize << open.len() > ENVIRONMENTS_MAX {
        return None;
    }
    let corner = |bits: usize| {
        let mut values: BTreeMap<usize, Rational> = fixed
            .iter()
            .map(|range| (range.symbol, range.low.clone()))
            .collect();
        let mut texts = Vec::new();
        for (bit, range) in open.iter().enumerate() {
            let value = if bits >> bit & 1 == 0 {
                &range.low
            } else {
                &range.high
            };
            texts.push(format!("{} = {value}", range.name));
            values.insert(range.symbol, value.clone());
        }
        (texts.join(", "), values)
    };
    Some((0..1usize << open.len()).map(corner).collect())
}

pub(crate) fn join(a: &str, b: &str) -> String {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.to_owned(),
        (_, true) => a.to_owned(),
        _ => format!("{a}, {b}"),
    }
}

impl Law {
    /// Returns the law as a tree with finitely many environments, if all unknowns are settled once.
    ///
    /// # Errors
    /// If the law is not of that kind.
    pub fn tree(&self) -> Result<DecisionTree, CompileError> {
        if !self.queries.is_empty() {
            return Err(CompileError::Predicted);
        }
        let sets = recalled(&self.histories, &self.information_sets)?;
        for hypothesis in &self.hypotheses {
            self.multilinear(hypothesis, &sets)?;
        }
        let (environments, hypotheses) = self.at_ends()?;
        Ok(DecisionTreeBuilder {
            histories: self.histories.clone(),
            information_sets: self.information_sets.clone(),
            environments,
            hypotheses,
        }
        .finish()?)
    }

    /// Returns an environment for every choice of ends of all unknowns, and the hypotheses if they have a prior.
    pub(crate) fn at_ends(&self) -> Result<(Vec<Environment>, Vec<Hypothesis>), CompileError> {
        let (mut environments, mut hypotheses) = (Vec::new(), Vec::new());
        for hypothesis in &self.hypotheses {
            let first = environments.len();
            let unknowns: Vec<&Range> = hypothesis.unknowns.iter().collect();
            for (text, values) in corners(&unknowns).ok_or(CompileError::TooMany)? {
                environments.push(hypothesis.settled_to(&text, &values));
            }
            if environments.len() > ENVIRONMENTS_MAX {
                return Err(CompileError::TooMany);
            }
            if self.has_prior {
                hypotheses.push(Hypothesis {
                    name: hypothesis.name.clone(),
                    prior: hypothesis.prior.clone(),
                    environments: (first..environments.len()).collect(),
                });
            }
        }
        Ok((environments, hypotheses))
    }

    /// Sees that Nature's worst is at the ends of the unknowns.
    fn multilinear(&self, hypothesis: &LawHypothesis, sets: &[InformationSet]) -> Result<(), CompileError> {
        let once: Vec<&Range> = hypothesis.unknowns.iter().collect();
        if self.repeated(hypothesis, &once).is_some() {
            let sums = self.sequence_polynomials(hypothesis, sets);
            if let Some(range) = once.iter().find(|range| {
                range.low != range.high && sums.iter().any(|sum| sum.degree_in(range.symbol) > 1)
            }) {
                return Err(CompileError::Powers {
                    unknown: range.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Returns an unknown that occurs twice in one run, if there is one.
    fn repeated<'a>(&self, hypothesis: &LawHypothesis, ranges: &[&'a Range]) -> Option<&'a Range> {
        let mut powers: Vec<BTreeMap<usize, u32>> = vec![BTreeMap::new(); self.histories.len()];
        for (at, history) in self.histories.iter().enumerate() {
            for &next in history.turn.next() {
                let mut sum = powers[at].clone();
                let probability = &hypothesis.probability[next];
                for symbol in probability.symbols() {
                    *sum.entry(symbol).or_insert(0) += probability.degree_in(symbol);
                }
                powers[next] = sum;
            }
        }
        ranges
            .iter()
            .find(|range| {
                range.low != range.high
                    && powers
                        .iter()
                        .any(|sum| sum.get(&range.symbol).is_some_and(|power| *power > 1))
            })
            .copied()
    }

    /// Returns what each of the agent's sequences pays under a hypothesis, as a polynomial; the empty sequence comes first.
    #[must_use]
    pub fn sequence_polynomials(
        &self,
        hypothesis: &LawHypothesis,
        sets: &[InformationSet],
    ) -> Vec<Polynomial> {
        let form = SequenceForm::of_agent(sets);
        let mut sums = vec![Polynomial::default(); form.sequences()];
        let mut reach = vec![(Polynomial::from(Rational::ONE), 0usize); self.histories.len()];
        for (at, history) in self.histories.iter().enumerate() {
            let (chance, own) = reach[at].clone();
            if !hypothesis.payoff[at].is_zero() {
                sums[own] = sums[own].plus(&chance.scaled(&hypothesis.payoff[at]));
            }
            for (action, &next) in history.turn.next().iter().enumerate() {
                let own = match &history.turn {
                    Turn::Agent { information_set, .. } => form.agent[*information_set].first + action,
                    _ => own,
                };
                reach[next] = (chance.times(&hypothesis.probability[next]), own);
            }
        }
        sums
    }

    /// Returns the law as a game in which Nature settles all unknowns at the start, and only to one of these.
    ///
    /// Without a prior she picks among all of them, with one among those of each hypothesis.
    ///
    /// # Errors
    /// If a predictor reads the policy, the agent forgets, or an unknown is not settled once.
    pub fn among(&self, settlements: &[Settlement]) -> Result<Compiled, CompileError> {
        let once = |range: &Range| range.settled == Settled::Once;
        if !self.queries.is_empty() || !self.hypotheses.iter().all(|one| one.unknowns.iter().all(once)) {
            return Err(CompileError::Predicted);
        }
        let sets = recalled(&self.histories, &self.information_sets)?;
        let mut form = SequenceForm::of_agent(&sets);
        let groups: Vec<Option<usize>> = if self.has_prior {
            (0..self.hypotheses.len()).map(Some).collect()
        } else {
            vec![None]
        };
        for group in groups {
            let own: Vec<&Settlement> = settlements
                .iter()
                .filter(|one| group.is_none_or(|group| one.hypothesis == group))
                .collect();
            let names = own.iter().map(|one| self.settlement_name(one)).collect();
            let name = match group.and_then(|group| self.hypotheses.get(group)) {
                Some(hypothesis) => hypothesis.name.clone(),
                None => "once for the whole run".to_owned(),
            };
            let first = form.nature_moves(name, 0, names);
            for (choice, one) in own.into_iter().enumerate() {
                let hypothesis = self.hypotheses.get(one.hypothesis).ok_or(CompileError::TooMany)?;
                let symbols = hypothesis.unknowns.iter().map(|range| range.symbol);
                let values = symbols.zip(one.values.iter().cloned()).collect();
                form.add(first + choice, 0, &hypothesis.prior * &hypothesis.secured);
                Walk {
                    law: self,
                    hypothesis,
                    form: &mut form,
                    watch: &mut |_, _, _| {},
                }
                .go(first + choice, &hypothesis.prior * &hypothesis.weight, values)?;
            }
        }
        Ok(Compiled { form, sets })
    }

    pub(crate) fn settlement_name(&self, settlement: &Settlement) -> String {
        let Some(hypothesis) = self.hypotheses.get(settlement.hypothesis) else {
            return String::new();
        };
        let open = hypothesis.unknowns.iter().zip(&settlement.values);
        let texts: Vec<String> = open
            .filter(|(range, _)| range.low != range.high)
            .map(|(range, value)| format!("{} = {value}", range.name))
            .collect();
        join(&hypothesis.name, &texts.join(", "))
    }

    /// Returns what a policy pays under each hypothesis, weight and what is secured included, as a polynomial in the symbols of its unknowns.
    ///
    /// # Errors
    /// If the agent forgets.
    pub fn pays(&self, policy: &BehaviourPolicy) -> Result<Vec<Polynomial>, CompileError> {
        let sets = recalled(&self.histories, &self.information_sets)?;
        let x = SequenceForm::of_agent(&sets).realization(policy);
        let pays = |hypothesis: &LawHypothesis| {
            let sums = self.sequence_polynomials(hypothesis, &sets);
            let total = sums
                .iter()
                .zip(&x)
                .fold(Polynomial::default(), |total, (sum, x)| {
                    total.plus(&sum.scaled(x))
                });
            total
                .scaled(&hypothesis.weight)
                .plus(&Polynomial::from(hypothesis.secured.clone()))
        };
        Ok(self.hypotheses.iter().map(pays).collect())
    }

    /// Returns the law as a game in which Nature moves when the unknowns are settled.
    ///
    /// # Errors
    /// If a predictor reads the policy, the agent forgets, an unknown matters more than once where it is settled, or the game is too large.
    pub fn compile(&self) -> Result<Compiled, CompileError> {
        Ok(self.compile_watched(&mut |_, _, _, _| {})?.0)
    }

    /// As [`Self::compile`], and says what is come by: which of Nature's first choices it was, the history, her sequence, and with which weight. Returns the
    /// first choices, too: her sequence, the hypothesis and the name.
    pub(crate) fn compile_watched(
        &self,
        watch: &mut dyn FnMut(usize, HistoryId, usize, &Rational),
    ) -> Result<(Compiled, Vec<(usize, usize, String)>), CompileError> {
        if !self.queries.is_empty() {
            return Err(CompileError::Predicted);
        }
        let sets = recalled(&self.histories, &self.information_sets)?;
        let mut form = SequenceForm::of_agent(&sets);
        let shared = (!self.has_prior)
            .then(|| self.first_moves(&mut form, None))
            .transpose()?;
        let mut roots = Vec::new();
        for (index, hypothesis) in self.hypotheses.iter().enumerate() {
            let moves = match &shared {
                Some(moves) => moves.clone(),
                None => self.first_moves(&mut form, Some(index))?,
            };
            for (sequence, of, values, name) in moves {
                if of == index {
                    let scale = &hypothesis.prior * &hypothesis.weight;
                    form.add(sequence, 0, &hypothesis.prior * &hypothesis.secured);
                    let root = roots.len();
                    roots.push((sequence, index, name));
                    Walk {
                        law: self,
                        hypothesis,
                        form: &mut form,
                        watch: &mut |history, nature, weight| watch(root, history, nature, weight),
                    }
                    .go(sequence, scale, values)?;
                }
            }
        }
        Ok((Compiled { form, sets }, roots))
    }

    /// Lets Nature settle what is settled once, within one hypothesis or among all: each choice with its hypothesis and values.
    fn first_moves(&self, form: &mut SequenceForm, only: Option<usize>) -> Result<FirstMoves, CompileError> {
        let mut all = Vec::new();
        for (index, hypothesis) in self.hypotheses.iter().enumerate() {
            if only.is_none_or(|only| only == index) {
                let once: Vec<&Range> = hypothesis
                    .unknowns
                    .iter()
                    .filter(|range| range.settled == Settled::Once)
                    .collect();
                if let Some(range) = self.repeated(hypothesis, &once) {
                    let sets = recalled(&self.histories, &self.information_sets)?;
                    let alone = once.len() == hypothesis.unknowns.len();
                    let sums = self.sequence_polynomials(hypothesis, &sets);
                    if !alone
                        || sums
                            .iter()
                            .any(|sum| once.iter().any(|range| sum.degree_in(range.symbol) > 1))
                    {
                        return Err(CompileError::Powers {
                            unknown: range.name.clone(),
                        });
                    }
                }
                for (text, values) in corners(&once).ok_or(CompileError::TooMany)? {
                    all.push((join(&hypothesis.name, &text), index, values));
                }
            }
        }
        if all.len() > ENVIRONMENTS_MAX {
            return Err(CompileError::TooMany);
        }
        if all.len() == 1 {
            return Ok(all
                .into_iter()
                .map(|(name, index, values)| (0, index, values, name))
                .collect());
        }
        let names = all.iter().map(|(name, ..)| name.clone()).collect();
        let name = match only {
            Some(index) => self.hypotheses[index].name.clone(),
            None => "once for the whole run".to_owned(),
        };
        let first = form.nature_moves(name, 0, names);
        Ok(all
            .into_iter()
            .enumerate()
            .map(|(choice, (name, index, values))| (first + choice, index, values, name))
            .collect())
    }
}

impl LawHypothesis {
    /// Returns the environment in which the unknowns have these values.
    pub(crate) fn settled_to(&self, values_text: &str, values: &BTreeMap<usize, Rational>) -> Environment {
        let at = |p: &Polynomial| evaluated(p, values);
        Environment {
            name: join(&self.name, values_text),
            weight: self.weight.clone(),
            secured: self.secured.clone(),
            probability: self.probability.iter().map(at).collect(),
            payoff: self.payoff.clone(),
        }
    }
}

type Values = BTreeMap<usize, Rational>;
/// Nature's sequence, the hypothesis, the values and a name for each first choice.
type FirstMoves = Vec<(usize, usize, Values, String)>;

pub(crate) fn evaluated(p: &Polynomial, values: &Values) -> Rational {
    match p.as_constant() {
        Some(constant) => constant,
        None => p
            .substituted(|symbol| values.get(&symbol).map(|value| Polynomial::from(value.clone())))
            .as_constant()
            .unwrap_or_default(),
    }
}

/// Adds what one hypothesis pays to a game.
struct Walk<'a> {
    law: &'a Law,
    hypothesis: &'a LawHypothesis,
    form: &'a mut SequenceForm,
    /// Is told each history that is come by, Nature's sequence and the weight.
    watch: &'a mut dyn FnMut(HistoryId, usize, &Rational),
}

/// A history reached: with which weight, own and Nature's sequences, and values that hold for the next chance move.
struct Reached {
    history: HistoryId,
    weight: Rational,
    own: usize,
    nature: usize,
    now: Values,
}

impl Walk<'_> {
    fn go(&mut self, nature: usize, weight: Rational, once: Values) -> Result<(), CompileError> {
        let mut stack = vec![Reached {
            history: 0,
            weight,
            own: 0,
            nature,
            now: Values::new(),
        }];
        while let Some(at) = stack.pop() {
            (self.watch)(at.history, at.nature, &at.weight);
            let gained = &at.weight * &self.hypothesis.payoff[at.history];
            self.form.add(at.nature, at.own, gained);
            let history = &self.law.histories[at.history];
            match &history.turn {
                Turn::End => {}
                Turn::Agent {
                    information_set,
                    next,
                } => {
                    let unknown = self.settled_now(next, Settled::EachState, &once);
                    let first = self.form.agent[*information_set].first;
                    for (sequence, now) in self.moves(history, at.nature, &unknown)? {
                        for (action, &history) in next.iter().enumerate() {
                            stack.push(Reached {
                                history,
                                weight: at.weight.clone(),
                                own: first + action,
                                nature: sequence,
                                now: now.clone(),
                            });
                        }
                    }
                }
                Turn::Chance { next } => {
                    let mut known = once.clone();
                    known.extend(at.now.clone());
                    let unknown = self.unsettled(next, &known);
                    for (sequence, now) in self.moves(history, at.nature, &unknown)? {
                        let mut values = known.clone();
                        values.extend(now);
                        for &history in next {
                            let p = evaluated(&self.hypothesis.probability[history], &values);
                            if p.is_negative() {
                                return Err(TreeError::Environment { environment: 0 }.into());
                            }
                            if !p.is_zero() {
                                stack.push(Reached {
                                    history,
                                    weight: &at.weight * p,
                                    own: at.own,
                                    nature: sequence,
                                    now: Values::new(),
                                });
                            }
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Returns the unknowns of chance moves right after these histories that are settled then and not known yet.
    fn settled_now(&self, histories: &[HistoryId], when: Settled, known: &Values) -> Vec<Range> {
        let moves: Vec<HistoryId> = histories
            .iter()
            .flat_map(|&history| match &self.law.histories[history].turn {
                Turn::Chance { next } => next.as_slice(),
                _ => &[],
            })
            .copied()
            .collect();
        let mut unknown = self.unsettled(&moves, known);
        unknown.retain(|range| range.settled == when);
        unknown
    }

    fn unsettled(&self, moves: &[HistoryId], known: &Values) -> Vec<Range> {
        let used: BTreeSet<usize> = moves
            .iter()
            .flat_map(|&history| self.hypothesis.probability[history].symbols())
            .collect();
        self.hypothesis
            .unknowns
            .iter()
            .filter(|range| used.contains(&range.symbol) && !known.contains_key(&range.symbol))
            .cloned()
            .collect()
    }

    /// Lets Nature settle unknowns at a history: each of her sequences with the values.
    fn moves(
        &mut self,
        history: &History,
        nature: usize,
        unknown: &[Range],
    ) -> Result<Vec<(usize, Values)>, CompileError> {
        for &next in history.turn.next() {
            for range in unknown {
                let powers = self.hypothesis.probability[next].degree_in(range.symbol);
                if range.low != range.high && powers > 1 {
                    return Err(CompileError::Powers {
                        unknown: range.name.clone(),
                    });
                }
            }
        }
        let ranges: Vec<&Range> = unknown.iter().collect();
        let corners = corners(&ranges).ok_or(CompileError::TooMany)?;
        if self.form.payoff.len() + corners.len() > MOVES_MAX {
            return Err(CompileError::TooMany);
        }
        let (names, values): (Vec<String>, Vec<Values>) = corners.into_iter().unzip();
        if let [only] = values.as_slice() {
            return Ok(vec![(nature, only.clone())]);
        }
        let first = self.form.nature_moves(history.name.clone(), nature, names);
        Ok(values
            .into_iter()
            .enumerate()
            .map(|(choice, values)| (first + choice, values))
            .collect())
    }
}

impl DecisionTree {
    /// Returns the tree as a game in which Nature moves once, first: one set a hypothesis, in the order of the hypotheses.
    #[must_use]
    pub fn sequence_form(&self) -> SequenceForm {
        let mut form = SequenceForm::of_agent(self.information_sets());
        for hypothesis in self.hypotheses() {
            let names = hypothesis
                .environments
                .iter()
                .map(|&k| self.environments()[k].name.clone())
                .collect();
            let first = form.nature_moves(hypothesis.name.clone(), 0, names);
            for (choice, &k) in hypothesis.environments.iter().enumerate() {
                let environment = &self.environments()[k];
                form.add(first + choice, 0, &hypothesis.prior * &environment.secured);
                let scale = &hypothesis.prior * &environment.weight;
                let mut own = vec![0usize; self.histories().len()];
                for ((at, history), chance) in
                    self.histories().iter().enumerate().zip(self.chances(environment))
                {
                    for (action, &next) in history.turn.next().iter().enumerate() {
                        own[next] = match &history.turn {
                            Turn::Agent { information_set, .. } => {
                                form.agent[*information_set].first + action
                            }
                            _ => own[at],
                        };
                    }
                    let gained = &scale * chance * &environment.payoff[at];
                    form.add(first + choice, own[at], gained);
                }
            }
        }
        form
    }
}
