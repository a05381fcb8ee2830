//! Several objectives of one policy at once.
//!
//! In the product of the model with an automaton for each path formula, a policy is a flow: how often each choice is taken before the play settles, and
//! where it settles, in an end component that satisfies some of the formulas. Probabilities are shares of the settled flow, sums are weighted
//! flow, so the best policy is the solution of a linear program (Etessami, Kwiatkowska, Vardi, Yannakakis: "Multi-objective model checking of
//! Markov decision processes", LMCS 4, 2008). It is solved in exact rationals, and its prices prove that nothing better exists.

use crate::property::end::collapse;
use crate::property::evaluate::{Evaluator, Meaning};
use crate::property::path::letters;
use crate::property::weights::{Goals, Span};
use crate::property::worth::Worth;
use murphy_credal::simplex::{NoOptimum, Optimum, minimise};
use murphy_credal::{Constraint, Precise, Relation};
use murphy_notation::{Diagnostic, Rational};
use murphy_problem::{Direction, Memory, Problem, Product, end_components, end_components_by};
use murphy_spec::automaton::{Pair, Progression, Rabin};
use murphy_spec::property::{Accumulation, Comparison, Part, PartKind, Question};
use murphy_world::{ChoiceId, ModelBuilder, StateId, StateSet};
use std::collections::{BTreeMap, BTreeSet};

/// How many entries the linear program may have.
const ENTRIES_MAX: usize = 300_000;
/// How many choices a model laid out step by step may have.
const COLUMNS_MAX: usize = 2_000;
/// What is said where there is no best policy.
pub(super) const NO_POLICY: &str = "no policy meets all thresholds, so there is no best one";
/// How many objectives there may be.
const OBJECTIVES_MAX: usize = 16;

/// One objective, turned so that more is better.
pub(super) struct Aim {
    pub(super) what: What,
    /// What it must be at least, or nothing if it is to be as large as possible.
    pub(super) least: Option<Rational>,
    /// Whether the question asked for the opposite: one minus a probability, minus a sum.
    turned: bool,
}

impl Aim {
    /// Turns the number of an objective back to how it was asked for.
    pub(super) fn asked(&self, most: Worth) -> Worth {
        match (&self.what, self.turned) {
            (_, false) => most,
            (What::Probability(_), true) => most.complement(),
            (What::Sum(..), true) => most.negated(),
        }
    }
}

/// Returns the number of steps if all objectives are sums over the same one.
fn same_steps(aims: &[Aim]) -> Option<u32> {
    let mut steps = aims.iter().map(|aim| match aim.what {
        What::Sum(_, steps) => steps,
        What::Probability(_) => None,
    });
    let first = steps.next()??;
    steps.all(|steps| steps == Some(first)).then_some(first)
}

pub(super) enum What {
    /// The probability of the formula of this automaton.
    Probability(usize),
    /// A quantity, over a number of steps if there is one.
    Sum(Vec<Rational>, Option<u32>),
}

/// An automaton, by what it can tell.
enum Watcher {
    /// Satisfied once it is won.
    Won(Progression),
    /// Satisfied unless it is lost.
    NotLost(Progression),
    /// Satisfied as its pairs say.
    Pairs(Rabin),
}

/// Several automata and a count of steps.
struct Watchers {
    letters: Vec<Vec<u64>>,
    watchers: Vec<Watcher>,
    steps: u32,
    seen: Vec<(u32, Vec<u32>)>,
    numbers: BTreeMap<(u32, Vec<u32>), u32>,
}

impl Memory for Watchers {
    fn start(&self) -> u32 {
        0
    }

    fn see(&mut self, memory: u32, state: StateId) -> Option<u32> {
        let (count, states) = self.seen.get(memory as usize)?.clone();
        let count = if memory == 0 {
            0
        } else {
            (count + 1).min(self.steps)
        };
        let mut next = Vec::with_capacity(states.len());
        for ((watcher, letters), state_of) in self.watchers.iter_mut().zip(&self.letters).zip(states) {
            let letter = *letters.get(state as usize)?;
            next.push(match watcher {
                Watcher::Won(automaton) | Watcher::NotLost(automaton) => match automaton.verdict(state_of) {
                    Some(_) => state_of,
                    None => automaton.step(state_of, letter).ok()?,
                },
                Watcher::Pairs(automaton) => automaton.step(state_of, letter).ok()?,
            });
        }
        let next = (count, next);
        if let Some(number) = self.numbers.get(&next) {
            return Some(*number);
        }
        let number = u32::try_from(self.seen.len()).ok()?;
        self.seen.push(next.clone());
        self.numbers.insert(next, number);
        Some(number)
    }

    fn is_decided(&self, _: u32) -> bool {
        false
    }
}

impl Watchers {
    fn state(&self, memory: u32, watcher: usize) -> u32 {
        let seen = self.seen.get(memory as usize);
        seen.and_then(|(_, states)| states.get(watcher))
            .copied()
            .unwrap_or(0)
    }

    fn count(&self, memory: u32) -> u32 {
        self.seen.get(memory as usize).map_or(0, |seen| seen.0)
    }

    /// Returns which formulas a settled play satisfies by what is won or not lost, one bit each.
    fn settled(&self, memory: u32) -> u32 {
        let mut satisfied = 0;
        for (index, watcher) in self.watchers.iter().enumerate() {
            let state = self.state(memory, index);
            let holds = match watcher {
                Watcher::Won(automaton) => automaton.verdict(state) == Some(true),
                Watcher::NotLost(automaton) => automaton.verdict(state) != Some(false),
                Watcher::Pairs(_) => false,
            };
            satisfied |= u32::from(holds) << index;
        }
        satisfied
    }

    /// Returns every way of picking some automata with pairs and one pair of each.
    fn picks(&self) -> Vec<Vec<(usize, Pair)>> {
        let mut picks: Vec<Vec<(usize, Pair)>> = vec![Vec::new()];
        for (index, watcher) in self.watchers.iter().enumerate() {
            let Watcher::Pairs(automaton) = watcher else {
                continue;
            };
            let mut more = picks.clone();
            for pair in automaton.pairs() {
                for pick in &picks {
                    let mut pick = pick.clone();
                    pick.push((index, pair.clone()));
                    more.push(pick);
                }
            }
            picks = more;
        }
        picks
    }

    fn marks(&self, memory: u32, watcher: usize) -> u64 {
        match self.watchers.get(watcher) {
            Some(Watcher::Pairs(automaton)) => automaton.marks(self.state(memory, watcher)),
            _ => 0,
        }
    }
}

impl Evaluator<'_> {
    /// Answers `multi(…)`: the best value of the one objective without a threshold, or whether all thresholds can be met.
    pub(super) fn several(
        &mut self,
        part: &Part,
        items: &[Part],
        wanted: &[StateId],
    ) -> Result<Meaning, Diagnostic> {
        let start = self.one_start(part, items, wanted)?;
        let (aims, mut watchers) = self.aims(part, items)?;
        if let Some(steps) = same_steps(&aims)
            && self.model().choice_count().saturating_mul(steps as usize) > COLUMNS_MAX
        {
            let gains = aims.iter().map(|aim| match &aim.what {
                What::Sum(quantity, _) => quantity.clone(),
                What::Probability(_) => Vec::new(),
            });
            let goals = self.step_goals(start, steps, gains.collect());
            return self.by_weights(part, &aims, goals);
        }
        watchers.seen.push((0, vec![0; watchers.watchers.len()]));
        let product = Product::new(self.model(), &[start], &mut watchers);
        let product = product.map_err(|error| self.refusal(part, error.to_string()))?;
        let ends = self.ends(part, &product, &watchers, &aims)?;
        let columns = product.model.choice_count() + ends.len();
        if columns.saturating_mul(product.model.state_count() + aims.len()) > ENTRIES_MAX {
            let gains = aims
                .iter()
                .map(|aim| coefficients(aim, &product, &watchers, &ends));
            let goals = self.stopping_goals(part, &product, (&ends, gains.collect()))?;
            return self.by_weights(part, &aims, goals);
        }
        let flow = Flow::new(&product, &watchers, &aims, &ends);
        self.optimum(part, &aims, &flow)
    }

    /// Returns the one state in which several objectives are asked for; refuses questions that are not answered.
    fn one_start(&self, part: &Part, items: &[Part], wanted: &[StateId]) -> Result<StateId, Diagnostic> {
        let refuse = |message: &str| Err(self.refusal(part, message));
        if self.freedom.nature {
            return refuse(
                "several objectives at once (`multi`) are supported where probabilities are known only",
            );
        }
        if self.partial {
            return refuse("several objectives at once (`multi`) need a policy that sees the state");
        }
        if items.len() > OBJECTIVES_MAX {
            return refuse(&format!(
                "at most {OBJECTIVES_MAX} objectives are supported at once"
            ));
        }
        match wanted {
            [start] => Ok(*start),
            _ => refuse("several objectives (`multi`) are asked for in one state at a time"),
        }
    }

    /// Reads the objectives, with the automata that watch them.
    fn aims(&mut self, part: &Part, items: &[Part]) -> Result<(Vec<Aim>, Watchers), Diagnostic> {
        let mut watchers = Watchers {
            letters: Vec::new(),
            watchers: Vec::new(),
            steps: 0,
            seen: Vec::new(),
            numbers: BTreeMap::new(),
        };
        let mut aims = Vec::new();
        for item in items {
            let aim = self.aim(item, &mut watchers)?;
            if let What::Sum(_, Some(steps)) = aim.what {
                watchers.steps = watchers.steps.max(steps);
            }
            aims.push(aim);
        }
        if aims.iter().filter(|aim| aim.least.is_none()).count() > 1 {
            return Err(self.refusal(
                part,
                "the Pareto curve of several objectives is not supported; give all but one a threshold",
            ));
        }
        Ok((aims, watchers))
    }

    /// Returns the goals of a play that may settle at the ends, gaining there what they are worth.
    fn stopping_goals(
        &self,
        part: &Part,
        product: &Product,
        (ends, gains): (&[(StateId, u32)], Vec<Vec<Rational>>),
    ) -> Result<Goals, Diagnostic> {
        if gains.iter().flatten().any(Rational::is_negative) {
            return Err(self.refusal(
                part,
                "in a model of this size, several objectives at once (`multi`) are probabilities and sums that are to be large, \
                 or all of them sums over the same number of steps",
            ));
        }
        let failed = |error: murphy_world::BuildError| self.refusal(part, error.to_string());
        let model = &product.model;
        let sure =
            || Precise::new(vec![Rational::ONE]).map_err(|error| self.refusal(part, error.to_string()));
        let settled = StateId::try_from(model.state_count()).unwrap_or(StateId::MAX);
        let settle = u32::try_from(model.actions().len()).unwrap_or(u32::MAX);
        let actions = model.actions().iter().cloned().chain(["settle".to_owned()]);
        let mut builder = ModelBuilder::new(model.name(), actions.collect());
        // Where each choice stands among the gains.
        let mut places: Vec<Option<usize>> = Vec::new();
        let mut rest = ends.iter().enumerate().peekable();
        for state in (0..).take(model.state_count()) {
            builder.add_state(Vec::new());
            for choice in model.choices(state) {
                builder
                    .add_choice(
                        model.action(choice),
                        model.set(choice).into_owned(),
                        model.targets(choice),
                    )
                    .map_err(failed)?;
                places.push(Some(choice as usize));
            }
            while let Some((end, _)) = rest.next_if(|(_, (at, _))| *at == state) {
                builder
                    .add_choice(settle, sure()?.into(), [settled])
                    .map_err(failed)?;
                places.push(Some(model.choice_count() + end));
            }
        }
        builder.add_state(Vec::new());
        builder
            .add_choice(settle, sure()?.into(), [settled])
            .map_err(failed)?;
        places.push(None);
        let model = builder.start(model.initial().to_vec()).finish().map_err(failed)?;
        let components = end_components(&model, &StateSet::all(model.state_count()), Direction::Minimize);
        let none = StateSet::none(model.state_count());
        let mut collapsed = None;
        let mut all = Vec::with_capacity(gains.len());
        for gains in gains {
            let gain = |place: &Option<usize>| place.map_or(Rational::ZERO, |place| gains[place].clone());
            let quantity: Vec<Rational> = places.iter().map(gain).collect();
            let (model, quantity, target) = collapse(&model, &quantity, &components, &none)?;
            all.push(quantity);
            collapsed = Some((model, target));
        }
        let Some((model, target)) = collapsed else {
            return Err(self.refusal(part, "there is no objective"));
        };
        let problem = Problem {
            model,
            objective: self.problem.objective.clone(),
            goal: self.problem.goal.clone(),
            ..self.problem
        };
        Ok(Goals::new(problem, all, Span::Target(target)))
    }

    /// Solves the linear program of a flow and reads the answer off.
    fn optimum(&self, part: &Part, aims: &[Aim], flow: &Flow) -> Result<Meaning, Diagnostic> {
        let open = aims.iter().find(|aim| aim.least.is_none());
        match (minimise(&flow.costs, &flow.constraints), open) {
            (Err(NoOptimum::Infeasible), None) => Ok(Meaning::Truth(vec![false])),
            (Err(NoOptimum::Infeasible), Some(_)) => Err(self.refusal(part, NO_POLICY)),
            (Err(NoOptimum::Unbounded), _) => {
                Err(self.refusal(part, "a sum of several objectives has no bound"))
            }
            (Ok(optimum), _) if !is_proved(flow, &optimum) => {
                Err(self.refusal(part, "the best policy could not be proved to be best"))
            }
            (Ok(_), None) => Ok(Meaning::Truth(vec![true])),
            (Ok(optimum), Some(aim)) => {
                let most = Worth::exactly(-optimum.value);
                Ok(Meaning::Numbers(vec![aim.asked(most)]))
            }
        }
    }

    /// Reads one objective, turned so that more is better.
    fn aim(&mut self, item: &Part, watchers: &mut Watchers) -> Result<Aim, Diagnostic> {
        let (question, lower) = match &item.kind {
            PartKind::Probability(question, _) | PartKind::Expected(question, ..) => {
                (question, self.wants_more(item, question)?)
            }
            _ => return Err(self.refusal(item, "an objective of `multi` is a probability or a sum")),
        };
        let number = match &question.threshold {
            None => None,
            Some(threshold) => Some(self.vocabulary.number(&threshold.number, "a threshold")?),
        };
        let (what, least) = match &item.kind {
            PartKind::Probability(_, formula) => {
                let mut path = self.path(formula)?;
                if !lower {
                    path.root = path.formulas.not(path.root);
                }
                watchers
                    .letters
                    .push(letters(&path.propositions, self.model().state_count()));
                let watcher = if path.formulas.is_won_in_time(path.root) {
                    Watcher::Won(Progression::new(path.formulas, path.root))
                } else if path.formulas.is_lost_in_time(path.root) {
                    Watcher::NotLost(Progression::new(path.formulas, path.root))
                } else {
                    let automaton = Rabin::new(path.formulas, path.root);
                    Watcher::Pairs(automaton.map_err(|error| self.refusal(formula, error.to_string()))?)
                };
                watchers.watchers.push(watcher);
                let least = number.map(|number| if lower { number } else { Rational::ONE - number });
                (What::Probability(watchers.watchers.len() - 1), least)
            }
            PartKind::Expected(_, reward, sum) => {
                let name = self.quantity_name(item, reward)?;
                let quantity = self.quantity(item, &name)?;
                let steps = match &**sum {
                    Accumulation::Total(None) => None,
                    Accumulation::Steps(limit, None) => Some(self.sum_steps(item, limit)?),
                    _ => return Err(self.refusal(item, "sums of `multi` are `C` or `C<=k`")),
                };
                let quantity = if lower {
                    quantity
                } else {
                    quantity.iter().map(|value| -value).collect()
                };
                (
                    What::Sum(quantity.to_vec(), steps),
                    number.map(|number| if lower { number } else { -number }),
                )
            }
            _ => return Err(self.refusal(item, "an objective of `multi` is a probability or a sum")),
        };
        Ok(Aim {
            what,
            least,
            turned: !lower,
        })
    }

    /// Says whether an objective wants more rather than less.
    fn wants_more(&self, item: &Part, question: &Question) -> Result<bool, Diagnostic> {
        match (&question.threshold, question.directions.as_slice()) {
            (Some(threshold), _) => match threshold.comparison {
                Comparison::GreaterOrEqual => Ok(true),
                Comparison::LessOrEqual => Ok(false),
                Comparison::Less | Comparison::Greater => Err(self
                    .refusal(item, "thresholds of `multi` are not strict")
                    .hint("write >= or <=")),
            },
            (None, [direction]) => Ok(*direction == Direction::Maximize),
            (None, _) => Err(self.refusal(
                item,
                "an objective of `multi` without a threshold needs one direction",
            )),
        }
    }

    /// Returns where a play can settle, and which formulas it satisfies then, one bit each.
    fn ends(
        &self,
        part: &Part,
        product: &Product,
        watchers: &Watchers,
        aims: &[Aim],
    ) -> Result<Vec<(StateId, u32)>, Diagnostic> {
        let model = &product.model;
        let free = |choice: ChoiceId| {
            let original = product.choices.get(choice as usize).copied().flatten();
            aims.iter().all(|aim| match (&aim.what, original) {
                (What::Sum(quantity, None), Some(original)) => quantity[original as usize].is_zero(),
                _ => true,
            })
        };
        let all = StateSet::all(model.state_count());
        for component in end_components_by(model, &all, Direction::Maximize, &|_| true) {
            let more = |choice: &ChoiceId| {
                let original = product.choices.get(*choice as usize).copied().flatten();
                aims.iter().any(|aim| match (&aim.what, original) {
                    (What::Sum(quantity, None), Some(original)) => quantity[original as usize].is_positive(),
                    _ => false,
                })
            };
            if component.choices.iter().any(more) {
                return Err(self.refusal(
                    part,
                    "a sum of several objectives may be infinite, which is not supported",
                ));
            }
        }
        let mut ends: BTreeSet<(StateId, u32)> = BTreeSet::new();
        let remembered = |state: StateId| product.states.get(state as usize).map_or(0, |entry| entry.1);
        for pick in watchers.picks() {
            let within = product.states_where(|_, memory| {
                pick.iter()
                    .all(|(watcher, pair)| watchers.marks(memory, *watcher) & pair.finitely == 0)
            });
            for component in end_components_by(model, &within, Direction::Maximize, &free) {
                let meets = |(watcher, pair): &(usize, Pair)| {
                    let states = component.states.iter();
                    let marks = states.fold(0, |marks, state| {
                        marks | watchers.marks(remembered(*state), *watcher)
                    });
                    marks & pair.infinitely == pair.infinitely
                };
                if !pick.iter().all(meets) {
                    continue;
                }
                let picked = pick.iter().fold(0, |bits, (watcher, _)| bits | 1 << watcher);
                for state in &component.states {
                    ends.insert((*state, picked | watchers.settled(remembered(*state))));
                }
            }
        }
        Ok(ends.into_iter().collect())
    }
}

/// The linear program of a flow.
struct Flow {
    costs: Vec<Rational>,
    constraints: Vec<Constraint>,
}

impl Flow {
    fn new(product: &Product, watchers: &Watchers, aims: &[Aim], ends: &[(StateId, u32)]) -> Self {
        let model = &product.model;
        let choices = model.choice_count();
        let columns = choices + ends.len();
        let mut balance = vec![vec![Rational::ZERO; columns]; model.state_count()];
        for state in (0..).take(model.state_count()) {
            for choice in model.choices(state) {
                balance[state as usize][choice as usize] += Rational::ONE;
                for (outcome, target) in model.targets(choice).iter().enumerate() {
                    let (probability, _) = model.set(choice).outcome_bounds(outcome);
                    balance[*target as usize][choice as usize] -= probability;
                }
            }
        }
        for (index, (state, _)) in ends.iter().enumerate() {
            balance[*state as usize][choices + index] += Rational::ONE;
        }
        let mut constraints: Vec<Constraint> = balance
            .into_iter()
            .zip(0..)
            .map(|(coefficients, state)| Constraint {
                coefficients,
                relation: Relation::Equal,
                bound: if product.starts.first() == Some(&state) {
                    Rational::ONE
                } else {
                    Rational::ZERO
                },
            })
            .collect();
        let mut costs = vec![Rational::ZERO; columns];
        for aim in aims {
            let coefficients = coefficients(aim, product, watchers, ends);
            match &aim.least {
                Some(least) => constraints.push(Constraint {
                    coefficients,
                    relation: Relation::AtLeast,
                    bound: least.clone(),
                }),
                None => costs = coefficients.into_iter().map(|value| -value).collect(),
            }
        }
        Self { costs, constraints }
    }
}

/// Returns what an objective gains by each choice of the product, and then by settling at each end.
fn coefficients(aim: &Aim, product: &Product, watchers: &Watchers, ends: &[(StateId, u32)]) -> Vec<Rational> {
    let model = &product.model;
    let mut coefficients = vec![Rational::ZERO; model.choice_count()];
    match &aim.what {
        What::Probability(watcher) => {
            let settled = ends.iter().map(|(_, satisfied)| {
                if satisfied >> watcher & 1 == 1 {
                    Rational::ONE
                } else {
                    Rational::ZERO
                }
            });
            coefficients.extend(settled);
        }
        What::Sum(quantity, steps) => {
            for state in (0..).take(model.state_count()) {
                let memory = product.states.get(state as usize).map_or(0, |entry| entry.1);
                if steps.is_some_and(|steps| watchers.count(memory) >= steps) {
                    continue;
                }
                for choice in model.choices(state) {
                    if let Some(original) = product.choices.get(choice as usize).copied().flatten() {
                        coefficients[choice as usize] = quantity[original as usize].clone();
                    }
                }
            }
            coefficients.resize(coefficients.len() + ends.len(), Rational::ZERO);
        }
    }
    coefficients
}

/// Says whether the point is feasible and the prices prove that nothing costs less.
fn is_proved(flow: &Flow, optimum: &Optimum) -> bool {
    let sum = |row: &Constraint| {
        let mut total = Rational::ZERO;
        for (factor, value) in row.coefficients.iter().zip(&optimum.point) {
            total += factor * value;
        }
        total
    };
    let feasible = optimum.point.iter().all(|value| !value.is_negative())
        && flow.constraints.iter().all(|row| match row.relation {
            Relation::Equal => sum(row) == row.bound,
            Relation::AtLeast => sum(row) >= row.bound,
            Relation::AtMost => sum(row) <= row.bound,
        });
    let mut reduced = flow.costs.clone();
    let mut bound = Rational::ZERO;
    let mut signs = true;
    for (row, price) in flow.constraints.iter().zip(&optimum.prices) {
        signs &= match row.relation {
            Relation::Equal => true,
            Relation::AtLeast => !price.is_negative(),
            Relation::AtMost => !price.is_positive(),
        };
        bound += price * &row.bound;
        for (cost, factor) in reduced.iter_mut().zip(&row.coefficients) {
            *cost -= price * factor;
        }
    }
    feasible && signs && bound == optimum.value && reduced.iter().all(|cost| !cost.is_negative())
}
