//! A discounted decision problem without end, in which the agent sees signs of a state and Nature settled once which world it is in.
//!
//! The states of all environments are put side by side: which environment holds is a part of the state that no sign shows directly. What a way of
//! acting is worth is then one number a state, and what is known is one weight a state.
//!
//! A range is cut into parts. Each part is an environment in which Nature is held to one value of it from above, and may settle anew within the part at every step
//! from below: both are bounds on what she can do who settles once. A range that she does settle anew is one part.

use crate::decision::ENVIRONMENTS_MAX;
use crate::decision::goal::check_pessimistic;
use crate::decision::grow::{Supposed, ranges};
use crate::decision::law::Range;
use crate::decision::sequence::{CompileError, Values, evaluated, join};
use murphy_notation::{Diagnostic, Rational};
use murphy_spec::{Direction, ExpectedHorizon, Objective, Spec};
use murphy_world::{Settled, StateId};
use std::collections::BTreeMap;

/// The most parts that the ranges of one hypothesis are cut into.
const PARTS_MAX: usize = 16;

/// The most states, over all environments.
pub const STATES_MAX: usize = 20_000;

/// A discounted problem of partial observability. Payoffs are to be made large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The names of the actions, all of which can be taken anywhere.
    pub actions: Vec<String>,
    /// The names of what can be seen.
    pub sights: Vec<String>,
    /// For each action and state, what it pays and where it leads: the state and the probability.
    pub rows: Vec<Vec<HiddenRow>>,
    /// For each state, what is seen of it.
    pub seen: Vec<usize>,
    /// How much each step counts of the one before.
    pub discount: Rational,
    /// The environments: name, weight and what is secured.
    pub environments: Vec<(String, Rational, Rational)>,
    /// Where each environment starts.
    pub start: Vec<Vec<(usize, Rational)>>,
    /// The prior of each hypothesis and its environments.
    pub hypotheses: Vec<(Rational, Vec<usize>)>,
    /// Whether payoffs are minus what the spec asks for.
    pub negated: bool,
    /// The name of the world.
    pub world: String,
    /// The goal as the spec writes it.
    pub goal: String,
}

/// An action in a state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HiddenRow {
    /// What it pays.
    pub gain: Rational,
    /// Where it leads.
    pub branches: Vec<(usize, Rational)>,
    /// Where it may lead besides, at the ends of what the environment's unknowns may be; nothing where they are known.
    pub ends: Vec<Vec<(usize, Rational)>>,
}

/// One way of acting for ever: the action now, and which way comes next after each sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenWay {
    /// The action.
    pub action: usize,
    /// For each sight the way that comes next.
    pub next: Vec<usize>,
    /// A number for each state that what it pays is not below.
    pub worth: Vec<Rational>,
}

/// Weights of states, and a number that no way of acting exceeds where that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenPoint {
    /// The weights that are not zero; they need not sum to one, and the bound grows with them.
    pub weights: Vec<(usize, Rational)>,
    /// The bound.
    pub bound: Rational,
}

/// The proof of a bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenProof {
    /// Ways of acting.
    pub ways: Vec<HiddenWay>,
    /// With which probability each is gone after from the start.
    pub mixture: Vec<Rational>,
    /// For each state, a number that no way of acting exceeds where the state is known.
    pub corners: Vec<Rational>,
    /// Further bounds, between which what is known is interpolated.
    pub points: Vec<HiddenPoint>,
    /// Nature's mixture of environments; those of a hypothesis sum to its prior.
    pub nature: Vec<Rational>,
    /// What the mixture of ways guarantees.
    pub lower: Rational,
    /// What nothing exceeds against Nature's mixture.
    pub upper: Rational,
}

impl Hidden {
    /// Returns a bracket of payoffs as what the spec asks for, or the other way round.
    #[must_use]
    pub fn asked(&self, lower: &Rational, upper: &Rational) -> (Rational, Rational) {
        if self.negated {
            (-upper, -lower)
        } else {
            (lower.clone(), upper.clone())
        }
    }
}

/// Returns the problem of a discounted goal where nothing reads the policy.
///
/// # Errors
/// Where that is not so, in words.
pub fn hidden(supposed: &[Supposed], spec: &Spec) -> Result<Hidden, Diagnostic> {
    spec.check_one_goal()?;
    check_pessimistic(spec)?;
    let goal = spec.only_goal()?;
    let (quantity, discount) = match &goal.objective {
        Objective::Expected {
            quantity,
            horizon: ExpectedHorizon::Discounted(discount),
            ..
        } => (quantity, discount),
        _ => {
            return Err(Diagnostic::new(
                "only discounted sums are answered where there is no end",
            ));
        }
    };
    let first = supposed
        .first()
        .ok_or_else(|| Diagnostic::new("there is no world"))?;
    if supposed
        .iter()
        .any(|one| !one.world.predictions.is_empty() || !one.world.remembers)
    {
        return Err(Diagnostic::new(
            "predictors, and agents that forget, are answered over finitely many steps only",
        ));
    }
    let negated = goal.direction == Direction::Minimize;
    let actions: Vec<String> = first.world.model.actions().to_vec();
    let count = actions.len();
    let mut building = Building {
        offered: vec![false; count],
        missing: vec![false; count],
        problem: Hidden {
            rows: vec![Vec::new(); actions.len()],
            actions,
            sights: Vec::new(),
            seen: Vec::new(),
            discount: discount.clone(),
            environments: Vec::new(),
            start: Vec::new(),
            hypotheses: Vec::new(),
            negated,
            world: first.world.model.name().to_owned(),
            goal: crate::problem::as_written(goal),
        },
        sights: BTreeMap::new(),
    };
    let mut prior = false;
    for one in supposed {
        let before = building.problem.environments.len();
        for part in parts(one, spec)? {
            building.environment(one, quantity, &part)?;
        }
        prior |= one.hypothesis.prior.is_some();
        let part = one.hypothesis.prior.clone().unwrap_or(Rational::ONE);
        let members = (before..building.problem.environments.len()).collect();
        building.problem.hypotheses.push((part, members));
    }
    let count = building.problem.environments.len();
    if count > ENVIRONMENTS_MAX {
        return Err(Diagnostic::new(CompileError::TooMany.to_string()));
    }
    if !prior {
        building.problem.hypotheses = vec![(Rational::ONE, (0..count).collect())];
    }
    building.finish()
}

/// A part of what the unknowns of a hypothesis may be.
struct Part {
    /// What a person calls it.
    name: String,
    /// The values that Nature is held to.
    values: Values,
    /// The ends of the part; nothing where all is known.
    ends: Vec<Values>,
}

/// Cuts the ranges of the unknowns of a hypothesis into parts.
fn parts(one: &Supposed, spec: &Spec) -> Result<Vec<Part>, Diagnostic> {
    let found = ranges(&one.world, spec, &one.world.probabilities);
    let is_open = |range: &&Range| range.low != range.high;
    let again = |range: &&Range| {
        one.world
            .probabilities
            .iter()
            .any(|p| p.degree_in(range.symbol) > 1)
    };
    if let Some(range) = found.iter().filter(is_open).find(again) {
        let unknown = range.name.clone();
        return Err(Diagnostic::new(CompileError::Powers { unknown }.to_string()));
    }
    let anew = |range: &&Range| range.settled != Settled::Once;
    if one.world.seen.is_none() && found.iter().filter(is_open).any(|range| anew(&range)) {
        return Err(Diagnostic::new(
            "where the agent sees the state, what is settled anew needs no environments",
        ));
    }
    let once = found.iter().filter(is_open).filter(|range| !anew(range)).count();
    // As many parts of each range as there is room for.
    let fits = |count: &usize| u32::try_from(once).is_ok_and(|once| count.saturating_pow(once) <= PARTS_MAX);
    let each = (1..=PARTS_MAX).rev().find(fits).unwrap_or(1);
    let mut parts = vec![Part {
        name: String::new(),
        values: Values::new(),
        ends: vec![Values::new()],
    }];
    for range in &found {
        let cut = if range.low == range.high { 1 } else { each };
        let pieces = if anew(&range) {
            vec![(range.low.clone(), range.high.clone())]
        } else {
            pieces(range, cut)
        };
        let mut longer = Vec::new();
        for part in &parts {
            for (low, high) in &pieces {
                for held in held_to(range, low, high) {
                    longer.push(part.with(range, (low, high), held));
                }
            }
        }
        parts = longer;
    }
    for part in &mut parts {
        if part.ends.len() == 1 {
            part.ends.clear();
        }
    }
    Ok(parts)
}

/// Returns a range in pieces of one width.
fn pieces(range: &Range, count: usize) -> Vec<(Rational, Rational)> {
    let whole = i64::try_from(count).unwrap_or(1);
    let at = |step: i64| &range.low + (&range.high - &range.low) * Rational::new(step, whole);
    (0..whole).map(|step| (at(step), at(step + 1))).collect()
}

/// Returns the values in a piece that Nature is held to: an end of the range, where it has one, else the middle; both ends of what is settled anew.
fn held_to(range: &Range, low: &Rational, high: &Rational) -> Vec<Rational> {
    match (*low == range.low, *high == range.high) {
        _ if low == high => vec![low.clone()],
        (true, true) => vec![low.clone(), high.clone()],
        (true, false) => vec![low.clone()],
        (false, true) => vec![high.clone()],
        (false, false) => vec![(low + high) * Rational::new(1, 2)],
    }
}

impl Part {
    fn with(&self, range: &Range, (low, high): (&Rational, &Rational), held: Rational) -> Self {
        let mut ends = Vec::new();
        for values in &self.ends {
            for end in [low, high] {
                let mut longer = values.clone();
                longer.insert(range.symbol, end.clone());
                if !ends.contains(&longer) {
                    ends.push(longer);
                }
            }
        }
        let name = if range.low == range.high {
            self.name.clone()
        } else {
            join(&self.name, &format!("{} = {held}", range.name))
        };
        let mut values = self.values.clone();
        values.insert(range.symbol, held);
        Self { name, values, ends }
    }
}

struct Building {
    problem: Hidden,
    sights: BTreeMap<String, usize>,
    /// For each action, whether it can be taken somewhere where something can be done, and whether it cannot.
    offered: Vec<bool>,
    missing: Vec<bool>,
}

impl Building {
    fn environment(&mut self, one: &Supposed, quantity: &str, part: &Part) -> Result<(), Diagnostic> {
        let model = &one.world.model;
        let offset = self.problem.seen.len();
        if offset + model.state_count() > STATES_MAX {
            return Err(Diagnostic::new(format!(
                "there are more than {STATES_MAX} states over all environments"
            )));
        }
        let gains = model
            .quantity(quantity)
            .ok_or_else(|| Diagnostic::new(format!("the world has no quantity `{quantity}`")))?;
        for state in (0..).take(model.state_count()) {
            let text = match &one.world.seen {
                Some(seen) => seen.get(state as usize).cloned().unwrap_or_default(),
                None => model.state_name(state),
            };
            let next = self.sights.len();
            let sight = *self.sights.entry(text.clone()).or_insert(next);
            if sight == self.problem.sights.len() {
                self.problem.sights.push(text);
            }
            self.problem.seen.push(sight);
            for action in 0..self.problem.actions.len() {
                let row = self.row(one, (state, offset), (action, gains), part)?;
                self.problem.rows[action].push(row);
            }
        }
        let start = model.initial().iter();
        self.problem.start.push(
            start
                .map(|(state, weight)| (offset + *state as usize, weight.clone()))
                .collect(),
        );
        let named = &one.hypothesis;
        let secured = if self.problem.negated {
            -&named.secured
        } else {
            named.secured.clone()
        };
        self.problem
            .environments
            .push((join(&named.name, &part.name), named.weight.clone(), secured));
        Ok(())
    }

    fn row(
        &mut self,
        one: &Supposed,
        (state, offset): (StateId, usize),
        (action, gains): (usize, &[Rational]),
        part: &Part,
    ) -> Result<HiddenRow, Diagnostic> {
        let model = &one.world.model;
        let name = self.problem.actions[action].clone();
        // Where nothing can be done any more, nothing that is done changes anything.
        let mut choices = model.choices(state);
        let over = choices.all(|choice| {
            model.targets(choice).iter().all(|target| *target == state)
                && gains.get(choice as usize).is_some_and(Rational::is_zero)
        });
        if over {
            return Ok(HiddenRow {
                gain: Rational::ZERO,
                branches: vec![(offset + state as usize, Rational::ONE)],
                ends: Vec::new(),
            });
        }
        let choice = model
            .choices(state)
            .find(|choice| model.action_name(*choice) == name);
        let Some(choice) = choice else {
            self.missing[action] = true;
            return Ok(HiddenRow::default());
        };
        self.offered[action] = true;
        let gain = gains.get(choice as usize).cloned().unwrap_or_default();
        let at = |values: &Values| {
            let all = one.world.branches(choice);
            let all = all.map(|(p, target)| (offset + target as usize, evaluated(p, values)));
            all.filter(|(_, p)| !p.is_zero()).collect::<Vec<_>>()
        };
        let branches = at(&part.values);
        let mut ends: Vec<Vec<(usize, Rational)>> = part.ends.iter().map(at).collect();
        if ends.iter().all(|end| *end == branches) {
            ends.clear();
        }
        Ok(HiddenRow {
            gain: if self.problem.negated { -gain } else { gain },
            branches,
            ends,
        })
    }

    fn finish(mut self) -> Result<Hidden, Diagnostic> {
        let seen = &self.problem.seen;
        let mut first = self.problem.start.iter().flatten().map(|(state, _)| seen[*state]);
        let sight = first.next();
        if first.any(|other| Some(other) != sight) {
            return Err(Diagnostic::new(
                "without an end all states that runs may start in must look alike",
            ));
        }
        // An action that is only there where nothing can be done is none of the agent's.
        let both = |action: &usize| self.offered[*action] && self.missing[*action];
        if let Some(action) = (0..self.offered.len()).find(both) {
            return Err(Diagnostic::new(format!(
                "without an end every action must be possible everywhere, but `{}` is not",
                self.problem.actions[action]
            )));
        }
        let mut keep = self.offered.iter();
        self.problem.rows.retain(|_| *keep.next().unwrap_or(&true));
        let mut keep = self.offered.iter();
        self.problem.actions.retain(|_| *keep.next().unwrap_or(&true));
        if self.problem.actions.is_empty() {
            return Err(Diagnostic::new("nothing can be done"));
        }
        Ok(self.problem)
    }
}
