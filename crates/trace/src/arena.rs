//! A problem and its plan made ready to be walked: where runs end, what states and choices are worth, what steps cost.

use crate::error::Error;
use crate::trace::Outcome;
use murphy_credal::CredalSet;
use murphy_problem::{Bracket, Direction, Objective, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId, StateSet};
use rayon::prelude::*;
use std::ops::Range;

/// The most (step, state) pairs that are kept for plans with a step bound.
pub(crate) const PAIRS_MAX: u64 = 1 << 25;

/// What a problem and a plan say of every state, in the form that walking needs.
pub(crate) struct Arena<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) plan: &'a Plan,
    values: Values,
    /// What each choice adds to the goal's quantity; empty for goals about probabilities.
    quantity: Vec<f64>,
    /// States from which the policy can no longer reach the target, whatever Nature does; for sums without a target, states after
    /// which nothing is added.
    lost: StateSet,
    /// After how many steps a run ends by itself, if the goal has such a bound.
    pub(crate) horizon: Option<u32>,
    /// What Nature looks at where the values alone do not tell her.
    guide: Option<Vec<f64>>,
}

/// The value of the resolved objective in every state.
enum Values {
    /// What the certificate proves, whenever a state is reached.
    Fixed { lower: Vec<f64>, upper: Vec<f64> },
    /// What the plan is worth after each number of steps, computed backward in floats.
    Backward(Vec<Vec<f64>>),
}

impl<'a> Arena<'a> {
    /// Returns the arena of a plan. `precision` is how much a run cut by discounting may miss.
    pub(crate) fn new(problem: &'a Problem, plan: &'a Plan) -> Result<Self, Error> {
        check_policy(problem, &plan.policy)?;
        let model = &problem.model;
        let quantity: Vec<f64> = match &problem.objective {
            Objective::Reach { .. } | Objective::BoundedReach { .. } => Vec::new(),
            Objective::Until { quantity, .. }
            | Objective::Horizon { quantity, .. }
            | Objective::Total { quantity }
            | Objective::LongRun { quantity }
            | Objective::Discounted { quantity, .. } => {
                quantity.iter().map(murphy_notation::Rational::to_f64).collect()
            }
        };
        if !quantity.is_empty() && quantity.len() != model.choice_count() {
            return Err(Error::Length {
                what: "the quantity of the goal",
            });
        }
        let horizon = match &problem.objective {
            Objective::BoundedReach { steps, .. } | Objective::Horizon { steps, .. } => Some(*steps),
            _ => None,
        };
        let lost = match &problem.objective {
            Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
                lost(problem, plan, target, Some(avoid))
            }
            Objective::Until { target, .. } => lost(problem, plan, target, None),
            Objective::Horizon { .. }
            | Objective::Total { .. }
            | Objective::LongRun { .. }
            | Objective::Discounted { .. } => lost(problem, plan, &adding(problem, plan, &quantity), None),
        };
        let empty = Values::Backward(Vec::new());
        let mut arena = Self {
            problem,
            plan,
            values: empty,
            quantity,
            lost,
            horizon,
            guide: match plan_proof(plan) {
                proof @ Proof::LongRun { .. } => proof.guide(problem.agent),
                _ => None,
            },
        };
        arena.values = arena.values()?;
        Ok(arena)
    }

    fn values(&self) -> Result<Values, Error> {
        let states = self.problem.model.state_count();
        match (&plan_proof(self.plan), self.horizon) {
            (Proof::FixedPoint { lower, upper, .. } | Proof::LongRun { lower, upper, .. }, None) => {
                if lower.len() != states || upper.len() != states {
                    return Err(Error::Length {
                        what: "the certificate",
                    });
                }
                let clipped = |vector: &[f64]| -> Vec<f64> {
                    (0..)
                        .zip(vector)
                        .map(|(state, x)| self.terminal(state).unwrap_or(*x))
                        .collect()
                };
                Ok(Values::Fixed {
                    lower: clipped(lower),
                    upper: clipped(upper),
                })
            }
            (_, Some(steps)) => self.backward(steps),
            (Proof::Backward, None) => Err(Error::Length {
                what: "the certificate",
            }),
        }
    }

    /// Returns the value of the resolved objective where it is settled on arrival.
    fn terminal(&self, state: StateId) -> Option<f64> {
        match &self.problem.objective {
            Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
                if target.contains(state) {
                    Some(1.0)
                } else {
                    avoid.contains(state).then_some(0.0)
                }
            }
            Objective::Until { target, .. } => target.contains(state).then_some(0.0),
            Objective::Horizon { .. }
            | Objective::Total { .. }
            | Objective::LongRun { .. }
            | Objective::Discounted { .. } => None,
        }
    }

    /// Goes backward from the last step, following the policy.
    fn backward(&self, steps: u32) -> Result<Values, Error> {
        let states = self.problem.model.state_count();
        let pairs = (u64::from(steps) + 1).saturating_mul(states as u64);
        if pairs > PAIRS_MAX {
            return Err(Error::TooLarge {
                pairs,
                limit: PAIRS_MAX,
            });
        }
        let ids = 0..u32::try_from(states).unwrap_or(u32::MAX);
        let mut next: Vec<f64> = ids
            .clone()
            .map(|state| self.terminal(state).unwrap_or(0.0))
            .collect();
        let mut layers = vec![next.clone()];
        for step in (0..steps).rev() {
            let layer: Result<Vec<f64>, Error> = ids
                .clone()
                .into_par_iter()
                .map(|state| match self.terminal(state) {
                    Some(value) => Ok(value),
                    None => self.worth(self.choice(state, step)?, &next),
                })
                .collect();
            next = layer?;
            layers.push(next.clone());
        }
        layers.reverse();
        Ok(Values::Backward(layers))
    }

    /// Returns the choice of the policy.
    pub(crate) fn choice(&self, state: StateId, step: u32) -> Result<ChoiceId, Error> {
        self.plan
            .policy
            .choice(state, step as usize)
            .ok_or(Error::Policy { state })
    }

    /// Says whether the policy changes with the step.
    pub(crate) fn is_stepwise(&self) -> bool {
        matches!(self.plan.policy, Policy::Stepwise(_))
    }

    /// Returns between which two numbers the goal's quantity of every run lies, where that is known.
    pub(crate) fn total_range(&self) -> Option<(f64, f64)> {
        let low = self
            .quantity
            .iter()
            .copied()
            .fold(f64::INFINITY, f64::min)
            .min(0.0);
        let high = self
            .quantity
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
            .max(0.0);
        let steps = match &self.problem.objective {
            Objective::Horizon { steps, .. } => f64::from(*steps),
            Objective::Discounted { .. } => 1.0 / (1.0 - self.discount()),
            _ => return None,
        };
        Some((low * steps, high * steps))
    }

    /// Returns what a step by this choice adds to the quantity of the goal.
    pub(crate) fn added(&self, choice: ChoiceId) -> f64 {
        self.quantity.get(choice as usize).copied().unwrap_or(0.0)
    }

    /// Says whether the goal is about a quantity.
    pub(crate) fn is_quantity(&self) -> bool {
        !matches!(
            self.problem.objective,
            Objective::Reach { .. } | Objective::BoundedReach { .. }
        )
    }

    /// Says whether the goal is about what a step adds on average, in the long run.
    pub(crate) fn is_mean(&self) -> bool {
        matches!(self.problem.objective, Objective::LongRun { .. })
    }

    /// Returns how much the next step weighs against this one.
    pub(crate) fn discount(&self) -> f64 {
        match &self.problem.objective {
            Objective::Discounted { discount, .. } => discount.to_f64(),
            _ => 1.0,
        }
    }

    /// Returns the largest quantity of a step, in absolute value.
    pub(crate) fn added_max(&self) -> f64 {
        self.quantity.iter().fold(0.0, |most, x| most.max(x.abs()))
    }

    /// Returns how the run has ended, if it ends on having reached this state.
    pub(crate) fn end(&self, state: StateId, step: u32) -> Option<Outcome> {
        let reached = |yes: bool| {
            if yes == self.problem.complemented {
                Outcome::Failed
            } else {
                Outcome::Held
            }
        };
        let over = self.horizon.is_some_and(|horizon| step >= horizon);
        match &self.problem.objective {
            Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
                if target.contains(state) {
                    Some(reached(true))
                } else {
                    let missed = over || avoid.contains(state) || self.lost.contains(state);
                    missed.then(|| reached(false))
                }
            }
            Objective::Until { target, .. } => {
                let lost = self.lost.contains(state).then_some(Outcome::Endless);
                if target.contains(state) {
                    Some(Outcome::Summed)
                } else {
                    lost
                }
            }
            Objective::Horizon { .. }
            | Objective::Total { .. }
            | Objective::LongRun { .. }
            | Objective::Discounted { .. } => (over || self.lost.contains(state)).then_some(Outcome::Summed),
        }
    }

    /// Returns the values of the resolved objective after `step` steps that Nature answers to.
    pub(crate) fn faced(&self, step: u32) -> &[f64] {
        if let Some(guide) = &self.guide {
            return guide;
        }
        match &self.values {
            Values::Fixed { lower, upper } => match self.problem.nature {
                Direction::Minimize => upper,
                Direction::Maximize => lower,
            },
            Values::Backward(layers) => layer(layers, step),
        }
    }

    /// Returns what the goal is worth in a state after `step` steps, in the words of the goal.
    pub(crate) fn bracket(&self, state: StateId, step: u32) -> Bracket {
        let at = |vector: &[f64]| vector.get(state as usize).copied().unwrap_or(f64::NAN);
        let bracket = match &self.values {
            Values::Fixed { lower, upper } => Bracket {
                lower: at(lower),
                upper: at(upper),
            },
            Values::Backward(layers) => {
                let value = at(layer(layers, step));
                Bracket {
                    lower: value,
                    upper: value,
                }
            }
        };
        self.in_words_of_goal(bracket)
    }

    /// Returns what a choice is worth after `step` steps, in the words of the goal.
    pub(crate) fn choice_bracket(&self, choice: ChoiceId, step: u32) -> Result<Bracket, Error> {
        let bracket = match &self.values {
            Values::Fixed { lower, upper } => Bracket {
                lower: self.worth(choice, lower)?,
                upper: self.worth(choice, upper)?,
            },
            Values::Backward(layers) => {
                let value = self.worth(choice, layer(layers, step.saturating_add(1)))?;
                Bracket {
                    lower: value,
                    upper: value,
                }
            }
        };
        // Two roundings can cross where the bracket is a point.
        let ordered = Bracket {
            lower: bracket.lower.min(bracket.upper),
            upper: bracket.upper.max(bracket.lower),
        };
        Ok(self.in_words_of_goal(ordered))
    }

    fn in_words_of_goal(&self, bracket: Bracket) -> Bracket {
        if self.problem.complemented {
            bracket.complement()
        } else {
            bracket
        }
    }

    /// Returns what a choice is worth when its successors are worth `values` and Nature answers as declared.
    fn worth(&self, choice: ChoiceId, values: &[f64]) -> Result<f64, Error> {
        let targets = self.problem.model.targets(choice);
        let faced: Vec<f64> = targets.iter().map(|t| values[*t as usize]).collect();
        let set = self.problem.model.set(choice);
        let expected = answer(&set, &faced, self.problem.nature)?.0;
        Ok(self.added(choice) + self.discount() * expected)
    }

    /// Returns Nature's declared answer to a choice after `step` steps.
    pub(crate) fn witness(&self, choice: ChoiceId, step: u32) -> Result<Vec<f64>, Error> {
        let step = if self.horizon.is_some() {
            step.saturating_add(1)
        } else {
            step
        };
        let values = self.faced(step);
        let targets = self.problem.model.targets(choice);
        let faced: Vec<f64> = targets.iter().map(|t| values[*t as usize]).collect();
        let set = self.problem.model.set(choice);
        let (expected, witness) = answer(&set, &faced, self.problem.nature)?;
        match self.drawn_out(choice, &faced, expected) {
            Some(hurried) => Ok(answer(&set, &hurried, self.problem.nature)?.1),
            None => Ok(witness),
        }
    }

    /// Returns values that break ties towards smaller ranks, where a maximising Nature could otherwise keep the play going for ever.
    ///
    /// The lower side of a reachability asks for progress where the inequality is not strict, and the ranks say which
    /// successors make it.
    fn drawn_out(&self, choice: ChoiceId, faced: &[f64], expected: f64) -> Option<Vec<f64>> {
        let Proof::FixedPoint { rank, .. } = plan_proof(self.plan) else {
            return None;
        };
        let reach = matches!(self.problem.objective, Objective::Reach { .. });
        if !reach || self.problem.nature == Direction::Minimize {
            return None;
        }
        let best = faced.iter().copied().fold(0.0, f64::max);
        if expected < best * (1.0 - 1e-9) {
            return None;
        }
        let ranks: Vec<f64> = self
            .problem
            .model
            .targets(choice)
            .iter()
            .map(|t| f64::from(rank.get(*t as usize).copied().unwrap_or(0)))
            .collect();
        let most = ranks.iter().copied().fold(1.0, f64::max);
        Some(
            faced
                .iter()
                .zip(ranks)
                .map(|(value, rank)| value - best * 1e-9 * (rank / most))
                .collect(),
        )
    }
}

fn plan_proof(plan: &Plan) -> &Proof {
    &plan.certificate.proof
}

/// Returns the layer of a step; past the last one, the last.
fn layer(layers: &[Vec<f64>], step: u32) -> &[f64] {
    layers
        .get(step as usize)
        .or(layers.last())
        .map_or(&[], Vec::as_slice)
}

/// Returns the expectation that Nature makes of `values`, which may be infinite, and the distribution she makes it with.
pub(crate) fn answer(set: &CredalSet, values: &[f64], nature: Direction) -> Result<(f64, Vec<f64>), Error> {
    let ask = |set: &CredalSet, values: &[f64]| match nature {
        Direction::Minimize => set.lower_expectation(values),
        Direction::Maximize => set.upper_expectation(values),
    };
    let finite: Vec<bool> = values.iter().map(|v| v.is_finite()).collect();
    if !finite.contains(&false) {
        let expectation = ask(set, values)?;
        return Ok((expectation.value, expectation.witness));
    }
    // Nature avoids the infinite values if she minimises and can, and has them if she maximises and can.
    let can_hit = set.may_hit(&finite.iter().map(|f| !f).collect::<Vec<_>>());
    let face = set.restrict(&finite);
    let inside = match nature {
        Direction::Minimize => face,
        Direction::Maximize => face.filter(|_| !can_hit),
    };
    if let Some(face) = inside {
        let kept: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let expectation = ask(&face, &kept)?;
        let mut rest = expectation.witness.into_iter();
        let witness = finite
            .iter()
            .map(|f| if *f { rest.next().unwrap_or(0.0) } else { 0.0 })
            .collect();
        return Ok((expectation.value, witness));
    }
    let indicator: Vec<f64> = finite.iter().map(|f| if *f { 0.0 } else { 1.0 }).collect();
    Ok((f64::INFINITY, ask(set, &indicator)?.witness))
}

/// Checks that the policy takes, everywhere, a choice that is there.
fn check_policy(problem: &Problem, policy: &Policy) -> Result<(), Error> {
    let model = &problem.model;
    let rows: &[Vec<ChoiceId>] = match policy {
        Policy::Memoryless(row) => std::slice::from_ref(row),
        Policy::Stepwise(rows) => rows,
    };
    if rows.is_empty() {
        return Err(Error::Policy { state: 0 });
    }
    for row in rows {
        if row.len() != model.state_count() {
            return Err(Error::Length { what: "the policy" });
        }
        if let Some((state, _)) = (0..)
            .zip(row)
            .find(|(state, c)| !model.choices(*state).contains(c))
        {
            return Err(Error::Policy { state });
        }
    }
    Ok(())
}

/// Says which branches can have mass, where that is cheap to know; the others are taken to.
pub(crate) fn possible(set: &CredalSet, outcome: usize) -> bool {
    match set {
        CredalSet::Precise(_) | CredalSet::Interval(_) => set.may_have(outcome),
        _ => true,
    }
}

/// Returns the choices that the policy can take in a state, whatever the step.
fn taken(problem: &Problem, plan: &Plan, state: StateId) -> Range<ChoiceId> {
    match &plan.policy {
        Policy::Memoryless(row) => row[state as usize]..row[state as usize] + 1,
        Policy::Stepwise(_) => problem.model.choices(state),
    }
}

/// Returns the states where a step can add something to the quantity.
fn adding(problem: &Problem, plan: &Plan, quantity: &[f64]) -> StateSet {
    let adds = |choice: ChoiceId| quantity.get(choice as usize).is_some_and(|added| *added != 0.0);
    let states = (0..).take(problem.model.state_count());
    StateSet::from_flags(
        states
            .map(|state| taken(problem, plan, state).any(adds))
            .collect(),
    )
}

/// Returns the states from which the policy cannot reach the target, whatever Nature does.
///
/// A policy by steps is taken to be able to do anything, so that a state is lost whatever the step.
fn lost(problem: &Problem, plan: &Plan, target: &StateSet, avoid: Option<&StateSet>) -> StateSet {
    let model = &problem.model;
    let mut sources: Vec<Vec<StateId>> = vec![Vec::new(); model.state_count()];
    for state in (0..).take(model.state_count()) {
        if target.contains(state) || avoid.is_some_and(|avoid| avoid.contains(state)) {
            continue;
        }
        for choice in taken(problem, plan, state) {
            let set = model.set(choice);
            for (outcome, next) in model.targets(choice).iter().enumerate() {
                if possible(&set, outcome) {
                    sources[*next as usize].push(state);
                }
            }
        }
    }
    let mut lost = StateSet::all(model.state_count());
    let mut open: Vec<StateId> = target.iter().collect();
    for state in &open {
        lost.remove(*state);
    }
    while let Some(state) = open.pop() {
        for source in &sources[state as usize] {
            if lost.contains(*source) {
                lost.remove(*source);
                open.push(*source);
            }
        }
    }
    lost
}
