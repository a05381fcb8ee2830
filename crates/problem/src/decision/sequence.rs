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
use crate::decision::stage_law::TERMS_MAX;
use crate::decision::tree::{
    DecisionTree, DecisionTreeBuilder, Environment, Hypothesis, InformationSet, TreeError, Turn, recalled,
};
use crate::decision::walk::Walk;
use murphy_notation::{Polynomial, Rational};
use murphy_world::Settled;
use std::collections::BTreeMap;
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
    /// Nature is optimistic, and predictors read probabilities, or the agent forgets.
    Hope,
    /// A plan does not fit the problem.
    Plan,
    /// What a plan pays is too long a polynomial.
    Long,
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
            Self::Hope => write!(
                f,
                "an optimistic Nature is not supported where predictors read probabilities or the agent forgets"
            ),
            Self::Plan => write!(f, "the plan does not fit the problem"),
            Self::Long => write!(
                f,
                "what a plan pays is a polynomial with more than {TERMS_MAX} terms in what is settled once: too many steps, or too many unknowns that matter again and again"
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
    pub(crate) fn of_agent(sets: &[InformationSet]) -> Self {
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

    pub(crate) fn add(&mut self, nature: usize, agent: usize, payoff: Rational) {
        if payoff.is_zero() {
            return;
        }
        let row = &mut self.payoff[nature];
        let sum = row.remove(&agent).unwrap_or_default() + payoff;
        if !sum.is_zero() {
            row.insert(agent, sum);
        }
    }

    pub(crate) fn pay(&mut self, paid: Vec<(usize, usize, Rational)>) {
        for (nature, agent, payoff) in paid {
            self.add(nature, agent, payoff);
        }
    }

    pub(crate) fn nature_moves(&mut self, name: String, after: usize, choices: Vec<String>) -> usize {
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

    /// Returns every plan of Nature that draws no lots; none if there are more than `most`.
    #[must_use]
    pub fn pure_plans(&self, most: usize) -> Option<Vec<Vec<Rational>>> {
        let mut begun = vec![Rational::ZERO; self.payoff.len()];
        *begun.first_mut()? = Rational::ONE;
        let mut plans = vec![begun];
        for set in &self.nature {
            let mut longer = Vec::with_capacity(plans.len());
            for plan in plans {
                if plan[set.after].is_zero() {
                    longer.push(plan);
                    continue;
                }
                for choice in 0..set.choices.len() {
                    let mut next = plan.clone();
                    next[set.first + choice] = Rational::ONE;
                    longer.push(next);
                }
                if longer.len() > most {
                    return None;
                }
            }
            plans = longer;
        }
        Some(plans)
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
    pub(crate) fn repeated<'a>(&self, hypothesis: &LawHypothesis, ranges: &[&'a Range]) -> Option<&'a Range> {
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
                let scale = &hypothesis.prior * &hypothesis.weight;
                let mut nobody = |_: usize, _: usize, _: &Rational| {};
                let walk = Walk::of((self, hypothesis), &mut form, &mut nobody);
                let paid = walk.go(first + choice, scale, values)?;
                form.pay(paid);
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

pub(crate) type Values = BTreeMap<usize, Rational>;

pub(crate) fn evaluated(p: &Polynomial, values: &Values) -> Rational {
    match p.as_constant() {
        Some(constant) => constant,
        None => p
            .substituted(|symbol| values.get(&symbol).map(|value| Polynomial::from(value.clone())))
            .as_constant()
            .unwrap_or_default(),
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
