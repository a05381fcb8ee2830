//! A decision problem on states instead of histories: what a Nature that settles once and an agent that sees the state play on.
//!
//! Histories that lead to the same state after the same number of steps are one node. Nature's environments share the nodes and differ in
//! probabilities and gains, so that what a continuation is worth is one number an environment: a vector.

use crate::decision::Range;
use crate::decision::goal::Pursuit;
use crate::decision::grow::Supposed;
use crate::decision::sequence::{CompileError, ENVIRONMENTS_MAX, corners, evaluated};
use murphy_notation::{Diagnostic, Polynomial, Rational};
use murphy_spec::Spec;
use murphy_world::StateId;
use std::collections::{BTreeMap, VecDeque};

/// The most nodes.
pub const NODES_MAX: usize = 200_000;

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

/// One environment: which hypothesis, and what its unknowns are settled to.
struct Settled {
    hypothesis: usize,
    values: BTreeMap<usize, Rational>,
}

/// Returns the decision problem on states, where the agent sees the state, nothing reads the policy, and all unknowns are settled once.
///
/// # Errors
/// Where that is not so, in words.
pub fn stages(supposed: &[Supposed], spec: &Spec) -> Result<Stages, Diagnostic> {
    spec.check_one_goal()?;
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
    let (settled, mut stages) = environments(supposed, spec, negated)?;
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
        settled,
        stages: &mut stages,
        known: BTreeMap::new(),
        open: VecDeque::new(),
        cut: false,
        used: Vec::new(),
    };
    growth.node(start.unwrap_or_default(), 0)?;
    while let Some((node, states, steps)) = growth.open.pop_front() {
        growth.expand(node, &states, steps)?;
    }
    growth.check_powers()?;
    let cut = growth.cut;
    let tail = growth.pursuits.iter().map(|pursuit| pursuit.tail.clone()).max();
    stages.negated = negated;
    stages.tail = if cut {
        tail.unwrap_or_default()
    } else {
        Rational::ZERO
    };
    Ok(stages)
}

fn environments(
    supposed: &[Supposed],
    spec: &Spec,
    negated: bool,
) -> Result<(Vec<Settled>, Stages), Diagnostic> {
    let mut settled = Vec::new();
    let mut stages = Stages::default();
    let mut prior = false;
    for (hypothesis, one) in supposed.iter().enumerate() {
        let ranges = crate::decision::grow::ranges(&one.world, spec, &one.world.probabilities);
        if let Some(range) = ranges
            .iter()
            .find(|range| range.settled != murphy_world::Settled::Once && range.low != range.high)
        {
            return Err(Diagnostic::new(format!(
                "there are too many histories, and without them `{}` must be settled once",
                range.name
            )));
        }
        let refs: Vec<&Range> = ranges.iter().collect();
        let first = settled.len();
        for (text, values) in
            corners(&refs).ok_or_else(|| Diagnostic::new(CompileError::TooMany.to_string()))?
        {
            let named = &one.hypothesis;
            let name = match (named.name.as_str(), text.as_str()) {
                (name, "") => name.to_owned(),
                ("", text) => text.to_owned(),
                (name, text) => format!("{name}, {text}"),
            };
            let secured = if negated {
                -&named.secured
            } else {
                named.secured.clone()
            };
            stages.environments.push((name, named.weight.clone(), secured));
            settled.push(Settled { hypothesis, values });
        }
        if settled.len() > ENVIRONMENTS_MAX {
            return Err(Diagnostic::new(CompileError::TooMany.to_string()));
        }
        prior |= one.hypothesis.prior.is_some();
        let part = one.hypothesis.prior.clone().unwrap_or(Rational::ONE);
        stages.hypotheses.push((part, (first..settled.len()).collect()));
    }
    if !prior {
        stages.hypotheses = vec![(Rational::ONE, (0..settled.len()).collect())];
    }
    Ok((settled, stages))
}

struct Growth<'a> {
    supposed: &'a [Supposed],
    /// For each hypothesis, the state of each name.
    numbers: Vec<BTreeMap<String, StateId>>,
    pursuits: Vec<Pursuit>,
    settled: Vec<Settled>,
    stages: &'a mut Stages,
    /// Nodes by steps and state, with how often each unknown mattered on the way there at most.
    known: BTreeMap<(u32, String), usize>,
    open: VecDeque<(usize, Vec<Option<StateId>>, u32)>,
    cut: bool,
    /// For each edge, which unknowns matter: hypothesis and symbol.
    used: Vec<(usize, usize, Vec<(usize, usize)>)>,
}

impl Growth<'_> {
    /// Refuses problems in which an unknown matters twice in one run: its worst value need not be an end of its range then.
    fn check_powers(&self) -> Result<(), Diagnostic> {
        let mut before: Vec<BTreeMap<(usize, usize), u32>> = vec![BTreeMap::new(); self.stages.nodes.len()];
        let mut edges = self.used.clone();
        edges.sort_unstable();
        for (from, to, symbols) in edges {
            let mut sum = before[from].clone();
            for symbol in symbols {
                let power = sum.entry(symbol).or_insert(0);
                *power += 1;
                if *power > 1 {
                    return Err(Diagnostic::new(
                        "there are too many histories, and an unknown matters more than once in a run, so that its worst value need not be an end of its range",
                    ));
                }
            }
            for (symbol, power) in sum {
                let most = before[to].entry(symbol).or_insert(0);
                *most = power.max(*most);
            }
        }
        Ok(())
    }

    fn node(&mut self, name: String, steps: u32) -> Result<usize, Diagnostic> {
        if let Some(&node) = self.known.get(&(steps, name.clone())) {
            return Ok(node);
        }
        let node = self.stages.nodes.len();
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
        let arrival = self.settled.iter().map(|one| {
            let state = states[one.hypothesis];
            state.map_or(Rational::ZERO, |state| {
                self.pursuits[one.hypothesis].arrival(state, steps)
            })
        });
        self.stages.nodes.push(Stage {
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
            self.stages.nodes[node].choices.push(choice);
        }
        Ok(())
    }

    fn choice(
        &mut self,
        (node, live): (usize, &[(usize, StateId)]),
        action: &str,
        steps: u32,
    ) -> Result<StageChoice, Diagnostic> {
        let count = self.settled.len();
        let mut gain = vec![Rational::ZERO; count];
        // By the name of the state, the probability in each environment.
        let mut targets: Vec<(String, Vec<Rational>)> = Vec::new();
        let mut symbols: Vec<(usize, usize)> = Vec::new();
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
            let members: Vec<usize> = (0..count).filter(|k| self.settled[*k].hypothesis == h).collect();
            let paid = self.pursuits[h].gain(choice, steps);
            for &k in &members {
                gain[k] = paid.clone();
            }
            let branches: Vec<(Polynomial, u32)> =
                world.branches(choice).map(|(p, s)| (p.clone(), s)).collect();
            for (probability, target) in branches {
                symbols.extend(probability.symbols().into_iter().map(|symbol| (h, symbol)));
                let name = world.model.state_name(target);
                let at = targets.iter().position(|(known, ..)| *known == name);
                let at = at.unwrap_or_else(|| {
                    targets.push((name, vec![Rational::ZERO; count]));
                    targets.len() - 1
                });
                for &k in &members {
                    targets[at].1[k] += evaluated(&probability, &self.settled[k].values);
                }
            }
        }
        let mut branches = Vec::with_capacity(targets.len());
        symbols.sort_unstable();
        symbols.dedup();
        symbols.retain(|(h, symbol)| self.is_open(*h, *symbol));
        for (name, probability) in targets {
            let to = self.node(name, steps + 1)?;
            self.used.push((node, to, symbols.clone()));
            branches.push((to, probability));
        }
        Ok(StageChoice {
            action: action.to_owned(),
            gain,
            branches,
        })
    }

    /// Says whether a symbol has more than one value among the environments of its hypothesis.
    fn is_open(&self, hypothesis: usize, symbol: usize) -> bool {
        let own = self.settled.iter().filter(|one| one.hypothesis == hypothesis);
        let mut values = own.map(|one| one.values.get(&symbol));
        let first = values.next();
        values.any(|other| Some(other) != first)
    }
}
