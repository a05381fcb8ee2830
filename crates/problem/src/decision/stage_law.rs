//! A decision problem on states as a world and a spec make it: probabilities are polynomials in what Nature settles.
//!
//! Histories that lead to the same state after the same number of steps are one node. Where Nature settles once, and to one of finitely many values, it comes down
//! to [`Stages`].

use crate::decision::goal::{Pursuit, check_pessimistic};
use crate::decision::grow::{Supposed, ranges};
use crate::decision::law::Range;
use crate::decision::proof::Settlement;
use crate::decision::sequence::{CompileError, ENVIRONMENTS_MAX, Values, corners, evaluated, join};
use crate::decision::stages::{Stage, StageChoice, StagePlan, Stages};
use murphy_notation::{Diagnostic, Polynomial, Rational};
use murphy_spec::Spec;
use murphy_world::{Settled, StateId};
use std::collections::{BTreeMap, VecDeque};

/// The most nodes.
pub const NODES_MAX: usize = 200_000;

/// The most terms of what a plan pays as a polynomial in what Nature settles.
pub const TERMS_MAX: usize = 2_048;

/// A decision problem on states; nodes come before those that they lead to, and the first is the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageLaw {
    /// The nodes.
    pub nodes: Vec<LawStage>,
    /// The ways the world may be.
    pub hypotheses: Vec<StageHypothesis>,
    /// Whether the hypotheses have a prior; if not, Nature picks among them.
    pub has_prior: bool,
    /// Whether payoffs are minus what the spec asks for.
    pub negated: bool,
    /// How far what was cut off can move the value, either way.
    pub tail: Rational,
    /// An unknown that may matter more than once in a run, so that, settled once, its worst value need not be an end of its range.
    pub repeated: Option<String>,
}

/// One way the world may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageHypothesis {
    /// Its name; empty if it is the only one.
    pub name: String,
    /// How likely it is held to be; one if there is no prior.
    pub prior: Rational,
    /// How much what happens under it counts.
    pub weight: Rational,
    /// What is secured whatever happens under it.
    pub secured: Rational,
    /// What Nature settles in it.
    pub unknowns: Vec<Range>,
}

/// A state after some steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawStage {
    /// What a person calls it.
    pub name: String,
    /// What arriving pays under each hypothesis.
    pub arrival: Vec<Rational>,
    /// What can be done; nothing where it is over.
    pub choices: Vec<LawChoice>,
}

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawChoice {
    /// What a person calls it.
    pub action: String,
    /// What it pays under each hypothesis.
    pub gain: Vec<Rational>,
    /// Where it leads: the node, and the probability under each hypothesis.
    pub branches: Vec<(usize, Vec<Polynomial>)>,
}

impl StageLaw {
    /// Returns a bracket of payoffs as what the spec asks for, or the other way round: signs and sides turn where payoffs are negated.
    #[must_use]
    pub fn asked(&self, lower: &Rational, upper: &Rational) -> (Rational, Rational) {
        if self.negated {
            (-upper, -lower)
        } else {
            (lower.clone(), upper.clone())
        }
    }

    /// Returns every choice of ends of the unknowns, hypothesis by hypothesis.
    ///
    /// # Errors
    /// If there are too many.
    pub fn ends(&self) -> Result<Vec<Settlement>, CompileError> {
        let mut ends = Vec::new();
        for (number, hypothesis) in self.hypotheses.iter().enumerate() {
            let ranges: Vec<&Range> = hypothesis.unknowns.iter().collect();
            for (_, values) in corners(&ranges).ok_or(CompileError::TooMany)? {
                let value = |range: &Range| values.get(&range.symbol).unwrap_or(&range.low).clone();
                ends.push(Settlement {
                    hypothesis: number,
                    values: hypothesis.unknowns.iter().map(value).collect(),
                });
            }
        }
        if ends.len() > ENVIRONMENTS_MAX {
            return Err(CompileError::TooMany);
        }
        Ok(ends)
    }

    /// Returns the problem in which Nature settles all unknowns at the start, and only to one of these: one environment each.
    ///
    /// # Errors
    /// If a settlement does not fit, or a hypothesis of a prior has none.
    pub fn among(&self, settlements: &[Settlement]) -> Result<Stages, CompileError> {
        let mut values: Vec<Values> = Vec::with_capacity(settlements.len());
        for one in settlements {
            let hypothesis = self.hypotheses.get(one.hypothesis).ok_or(CompileError::TooMany)?;
            if hypothesis.unknowns.len() != one.values.len() {
                return Err(CompileError::TooMany);
            }
            let symbols = hypothesis.unknowns.iter().map(|range| range.symbol);
            values.push(symbols.zip(one.values.iter().cloned()).collect());
        }
        let of = |each: &[Rational]| {
            settlements
                .iter()
                .map(|one| each[one.hypothesis].clone())
                .collect()
        };
        let choice = |choice: &LawChoice| StageChoice {
            action: choice.action.clone(),
            gain: of(&choice.gain),
            branches: choice
                .branches
                .iter()
                .map(|(to, probability)| {
                    let settled = settlements.iter().zip(&values);
                    let own = settled.map(|(one, values)| evaluated(&probability[one.hypothesis], values));
                    (*to, own.collect())
                })
                .collect(),
        };
        let nodes = self.nodes.iter().map(|stage| Stage {
            name: stage.name.clone(),
            arrival: of(&stage.arrival),
            choices: stage.choices.iter().map(choice).collect(),
        });
        let environment = |one: &Settlement| {
            let hypothesis = &self.hypotheses[one.hypothesis];
            let open = hypothesis.unknowns.iter().zip(&one.values);
            let texts: Vec<String> = open
                .filter(|(range, _)| range.low != range.high)
                .map(|(range, value)| format!("{} = {value}", range.name))
                .collect();
            let name = join(&hypothesis.name, &texts.join(", "));
            (name, hypothesis.weight.clone(), hypothesis.secured.clone())
        };
        let own =
            |number: usize| (0..settlements.len()).filter(move |k| settlements[*k].hypothesis == number);
        let hypotheses: Vec<(Rational, Vec<usize>)> = if self.has_prior {
            let each = self.hypotheses.iter().enumerate();
            each.map(|(number, one)| (one.prior.clone(), own(number).collect()))
                .collect()
        } else {
            vec![(Rational::ONE, (0..settlements.len()).collect())]
        };
        if hypotheses.iter().any(|(_, members)| members.is_empty()) {
            return Err(CompileError::TooMany);
        }
        Ok(Stages {
            nodes: nodes.collect(),
            environments: settlements.iter().map(environment).collect(),
            hypotheses,
            negated: self.negated,
            tail: self.tail.clone(),
        })
    }

    /// Returns what a plan pays under each hypothesis, weight and what is secured included, as a polynomial in the symbols of its unknowns.
    ///
    /// # Errors
    /// If the plan does not fit, or the polynomials become too long.
    pub fn pays(&self, plan: &StagePlan) -> Result<Vec<Polynomial>, CompileError> {
        if plan.points.len() != self.nodes.len() {
            return Err(CompileError::Plan);
        }
        let first = plan.points.first().ok_or(CompileError::Plan)?;
        if plan.mixture.len() != first.len() {
            return Err(CompileError::Plan);
        }
        let mut all = Vec::with_capacity(self.hypotheses.len());
        for (number, hypothesis) in self.hypotheses.iter().enumerate() {
            let worth = self.worth(plan, number)?;
            let mixed = plan
                .mixture
                .iter()
                .zip(worth.first().into_iter().flatten())
                .fold(Polynomial::default(), |sum, (share, one)| {
                    sum.plus(&one.scaled(share))
                });
            let secured = Polynomial::from(hypothesis.secured.clone());
            all.push(mixed.scaled(&hypothesis.weight).plus(&secured));
        }
        Ok(all)
    }

    /// Returns what each point of each node is worth under a hypothesis.
    fn worth(&self, plan: &StagePlan, hypothesis: usize) -> Result<Vec<Vec<Polynomial>>, CompileError> {
        let mut worth: Vec<Vec<Polynomial>> = vec![Vec::new(); self.nodes.len()];
        for (node, stage) in self.nodes.iter().enumerate().rev() {
            for point in &plan.points[node] {
                let mut sum = stage.arrival[hypothesis].clone();
                let mut then = Polynomial::default();
                if let Some(choice) = stage.choices.get(point.choice) {
                    if choice.branches.len() != point.next.len() {
                        return Err(CompileError::Plan);
                    }
                    sum += &choice.gain[hypothesis];
                    for ((to, probability), next) in choice.branches.iter().zip(&point.next) {
                        let next = worth[*to].get(*next).ok_or(CompileError::Plan)?;
                        then = then.plus(&probability[hypothesis].times(next));
                        if then.terms().count() > TERMS_MAX {
                            return Err(CompileError::Long);
                        }
                    }
                } else if !stage.choices.is_empty() {
                    return Err(CompileError::Plan);
                }
                worth[node].push(then.plus(&Polynomial::from(sum)));
            }
        }
        Ok(worth)
    }
}

/// Returns the decision problem on states, where the agent sees the state, nothing reads the policy, and all unknowns are settled once, or all anew.
///
/// # Errors
/// Where that is not so, in words.
pub fn stage_law(supposed: &[Supposed], spec: &Spec) -> Result<StageLaw, Diagnostic> {
    spec.check_one_goal()?;
    check_pessimistic(spec)?;
    let goal = spec.only_goal()?;
    let plain = |one: &Supposed| one.world.seen.is_none() && one.world.predictions.is_empty();
    if !supposed.iter().all(plain) {
        return Err(Diagnostic::new(
            "there are too many histories, and only where the agent sees the state are they not needed",
        ));
    }
    let pursuits: Result<Vec<Pursuit>, Diagnostic> = supposed
        .iter()
        .map(|one| Pursuit::new(&one.world.model, goal, &spec.precision))
        .collect();
    let pursuits = pursuits?;
    let negated = pursuits.iter().any(|pursuit| pursuit.negated);
    let hypotheses: Result<Vec<StageHypothesis>, Diagnostic> = supposed
        .iter()
        .map(|one| hypothesis(one, spec, negated))
        .collect();
    let hypotheses = hypotheses?;
    check_times(&hypotheses)?;
    let mut start = None;
    let mut numbers = Vec::new();
    for one in supposed {
        let model = &one.world.model;
        let [(state, _)] = model.initial() else {
            return Err(Diagnostic::new("runs must start in one state"));
        };
        let name = model.state_name(*state);
        if *start.get_or_insert_with(|| name.clone()) != name {
            return Err(Diagnostic::new("all hypotheses must start in the same state"));
        }
        let states = (0..).take(model.state_count());
        numbers.push(states.map(|state| (model.state_name(state), state)).collect());
    }
    let mut growth = Growth {
        supposed,
        numbers,
        pursuits,
        law: StageLaw {
            nodes: Vec::new(),
            hypotheses,
            has_prior: supposed.iter().any(|one| one.hypothesis.prior.is_some()),
            negated,
            tail: Rational::ZERO,
            repeated: None,
        },
        known: BTreeMap::new(),
        open: VecDeque::new(),
        cut: false,
        used: Vec::new(),
    };
    growth.node(start.unwrap_or_default(), 0)?;
    while let Some((node, states, steps)) = growth.open.pop_front() {
        growth.expand(node, &states, steps)?;
    }
    Ok(growth.finish())
}

fn hypothesis(one: &Supposed, spec: &Spec, negated: bool) -> Result<StageHypothesis, Diagnostic> {
    let unknowns = ranges(&one.world, spec, &one.world.probabilities);
    let named = &one.hypothesis;
    Ok(StageHypothesis {
        name: named.name.clone(),
        prior: named.prior.clone().unwrap_or(Rational::ONE),
        weight: named.weight.clone(),
        secured: if negated {
            -&named.secured
        } else {
            named.secured.clone()
        },
        unknowns,
    })
}

/// Sees that Nature settles everything once, or everything anew in the only way that the world may be.
fn check_times(hypotheses: &[StageHypothesis]) -> Result<(), Diagnostic> {
    let mut open = hypotheses
        .iter()
        .flat_map(|one| &one.unknowns)
        .filter(|range| range.low != range.high);
    let once = open.clone().any(|range| range.settled == Settled::Once);
    match open.find(|range| range.settled != Settled::Once) {
        Some(range) if once || hypotheses.len() > 1 => Err(Diagnostic::new(format!(
            "there are too many histories, and without them `{}` must be settled once like all that is hidden, or everything anew",
            range.name
        ))),
        _ => Ok(()),
    }
}

/// How often an unknown matters: hypothesis, symbol and power.
type Power = (usize, usize, u32);

struct Growth<'a> {
    supposed: &'a [Supposed],
    /// For each hypothesis, the state of each name.
    numbers: Vec<BTreeMap<String, StateId>>,
    pursuits: Vec<Pursuit>,
    law: StageLaw,
    /// Nodes by steps and state.
    known: BTreeMap<(u32, String), usize>,
    open: VecDeque<(usize, Vec<Option<StateId>>, u32)>,
    cut: bool,
    /// For each edge, which unknowns matter.
    used: Vec<(usize, usize, Vec<Power>)>,
}

impl Growth<'_> {
    fn finish(mut self) -> StageLaw {
        self.law.repeated = self.repeated();
        if self.cut {
            let tail = self.pursuits.iter().map(|pursuit| pursuit.tail.clone()).max();
            self.law.tail = tail.unwrap_or_default();
        }
        self.law
    }

    /// Returns an unknown that may matter twice in one run.
    fn repeated(&self) -> Option<String> {
        let mut before: Vec<BTreeMap<(usize, usize), u32>> = vec![BTreeMap::new(); self.law.nodes.len()];
        let mut edges: Vec<&(usize, usize, Vec<Power>)> = self.used.iter().collect();
        edges.sort_unstable();
        for (from, to, powers) in edges {
            let mut sum = before[*from].clone();
            for (hypothesis, symbol, own) in powers {
                let power = sum.entry((*hypothesis, *symbol)).or_insert(0);
                *power += own;
                if *power > 1 {
                    let unknowns = &self.law.hypotheses[*hypothesis].unknowns;
                    let range = unknowns.iter().find(|range| range.symbol == *symbol);
                    return range.map(|range| range.name.clone());
                }
            }
            for (symbol, power) in sum {
                let most = before[*to].entry(symbol).or_insert(0);
                *most = power.max(*most);
            }
        }
        None
    }

    fn node(&mut self, name: String, steps: u32) -> Result<usize, Diagnostic> {
        if let Some(&node) = self.known.get(&(steps, name.clone())) {
            return Ok(node);
        }
        let node = self.law.nodes.len();
        if node >= NODES_MAX {
            return Err(
                Diagnostic::new(format!("there are more than {NODES_MAX} states and steps"))
                    .hint("end runs earlier with `ends`, or ask over fewer steps"),
            );
        }
        let states: Vec<Option<StateId>> = self
            .numbers
            .iter()
            .map(|numbers| numbers.get(&name).copied())
            .collect();
        let arrival = states
            .iter()
            .zip(&self.pursuits)
            .map(|(state, pursuit)| state.map_or(Rational::ZERO, |state| pursuit.arrival(state, steps)));
        self.law.nodes.push(LawStage {
            name: name.clone(),
            arrival: arrival.collect(),
            choices: Vec::new(),
        });
        self.known.insert((steps, name), node);
        self.open.push_back((node, states, steps));
        Ok(node)
    }

    fn expand(&mut self, node: usize, states: &[Option<StateId>], steps: u32) -> Result<(), Diagnostic> {
        let mut live = Vec::new();
        for (h, state) in states.iter().enumerate() {
            let Some(state) = *state else { continue };
            let over = self.pursuits[h].is_over(&self.supposed[h].world.model, state, steps);
            let cut = !over && self.pursuits[h].is_cut(steps);
            self.cut |= cut;
            if !over && !cut {
                live.push((h, state));
            }
        }
        let Some(&(first, state)) = live.first() else {
            return Ok(());
        };
        let model = &self.supposed[first].world.model;
        let actions: Vec<String> = model
            .choices(state)
            .map(|choice| model.action_name(choice).to_owned())
            .collect();
        for action in actions {
            let choice = self.choice((node, &live), &action, steps)?;
            self.law.nodes[node].choices.push(choice);
        }
        Ok(())
    }

    fn choice(
        &mut self,
        (node, live): (usize, &[(usize, StateId)]),
        action: &str,
        steps: u32,
    ) -> Result<LawChoice, Diagnostic> {
        let count = self.supposed.len();
        let mut gain = vec![Rational::ZERO; count];
        // By the name of the state, the probability under each hypothesis.
        let mut targets: Vec<(String, Vec<Polynomial>)> = Vec::new();
        let mut powers: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for &(h, state) in live {
            let world = &self.supposed[h].world;
            let choice = world
                .model
                .choices(state)
                .find(|choice| world.model.action_name(*choice) == action)
                .ok_or_else(|| {
                    Diagnostic::at(
                        world.place.clone(),
                        "hypotheses offer different actions in one state",
                    )
                })?;
            gain[h] = self.pursuits[h].gain(choice, steps);
            for (probability, target) in world.branches(choice) {
                for symbol in probability
                    .symbols()
                    .into_iter()
                    .filter(|symbol| self.is_open(h, *symbol))
                {
                    let most = powers.entry((h, symbol)).or_insert(0);
                    *most = probability.degree_in(symbol).max(*most);
                }
                let name = world.model.state_name(target);
                let at = targets.iter().position(|(known, ..)| *known == name);
                let at = at.unwrap_or_else(|| {
                    targets.push((name, vec![Polynomial::default(); count]));
                    targets.len() - 1
                });
                targets[at].1[h] = targets[at].1[h].plus(probability);
            }
        }
        let powers: Vec<Power> = powers
            .into_iter()
            .map(|((h, symbol), power)| (h, symbol, power))
            .collect();
        let mut branches = Vec::with_capacity(targets.len());
        for (name, probability) in targets {
            let to = self.node(name, steps + 1)?;
            self.used.push((node, to, powers.clone()));
            branches.push((to, probability));
        }
        Ok(LawChoice {
            action: action.to_owned(),
            gain,
            branches,
        })
    }

    /// Says whether a symbol has more than one value under its hypothesis.
    fn is_open(&self, hypothesis: usize, symbol: usize) -> bool {
        let mut own = self.law.hypotheses[hypothesis].unknowns.iter();
        own.any(|range| range.symbol == symbol && range.low != range.high)
    }
}
