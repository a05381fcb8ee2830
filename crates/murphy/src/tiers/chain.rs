//! Which choices a proof rules out, and what is left for the goals below.

use murphy_certify::Checked;
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Direction, Objective, Problem, Proof, Questions, Stage, Staged};
use murphy_world::{ChoiceId, StateId};

/// The choices of a stage that are still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled {
    /// One flag a choice of the stage.
    pub open: Vec<bool>,
}

/// A question of the chain: it is solved among the choices that the ones before it leave open.
pub(crate) struct Link {
    pub(crate) staged: Staged,
    /// Whether it is a goal; else it is a requirement of certainty.
    pub(crate) is_goal: bool,
}

/// Returns the chain: the requirements of certainty, then the goals.
pub(crate) fn links(questions: &Questions, stage: &Stage) -> Result<Vec<Link>, murphy_problem::StageError> {
    let certain = questions
        .requirements
        .iter()
        .filter(|required| required.is_certainty());
    let certain = certain.map(|required| (&required.problem, false));
    let goals = questions.goals.iter().map(|goal| (goal, true));
    certain
        .chain(goals)
        .map(|(problem, is_goal)| {
            Ok(Link {
                staged: stage.problem(problem)?,
                is_goal,
            })
        })
        .collect()
}

impl Ruled {
    /// Rules nothing out.
    #[must_use]
    pub fn nothing(stage: &Stage) -> Self {
        Self {
            open: vec![true; stage.model.choice_count()],
        }
    }

    /// Closes choices; in a state that would be left without any, none.
    pub(crate) fn close(&mut self, problem: &Problem, keep: impl Fn(StateId, ChoiceId) -> bool) {
        let model = &problem.model;
        for state in (0..).take(model.state_count()) {
            let left = |choice: &ChoiceId| self.open[*choice as usize] && keep(state, *choice);
            let kept: Vec<ChoiceId> = model.choices(state).filter(left).collect();
            if kept.is_empty() {
                continue;
            }
            for choice in model.choices(state) {
                self.open[choice as usize] = kept.contains(&choice);
            }
        }
    }
}

/// Returns which choices of `problem` its certificate does not show to be worse than the best in their state. `certain` restricts that
/// to states where the best is certain: there every policy that is certain to succeed must avoid what is worse.
///
/// A choice is worse where its value, computed from the bounds that favour it, is beyond the bound of the state that does not. Everything is
/// exact; the bounds are those that the checker accepted.
#[must_use]
pub fn ruled_out(problem: &Problem, certificate: &Certificate, certain: bool) -> Vec<bool> {
    open_within(problem, certificate, certain, &Rational::ZERO)
}

/// Returns which choices are not shown to lose more than `slack` in their state.
pub(crate) fn open_within(
    problem: &Problem,
    certificate: &Certificate,
    certain: bool,
    slack: &Rational,
) -> Vec<bool> {
    let model = &problem.model;
    let mut open = vec![true; model.choice_count()];
    let Proof::FixedPoint { lower, upper, .. } = &certificate.proof else {
        return open;
    };
    let (favours, against) = match problem.agent {
        Direction::Maximize => (upper, lower),
        Direction::Minimize => (lower, upper),
    };
    let sure = match problem.agent {
        Direction::Maximize => 1.0,
        Direction::Minimize => 0.0,
    };
    for state in (0..).take(model.state_count()) {
        let choices = model.choices(state);
        if choices.len() < 2 || decided(problem, state) {
            continue;
        }
        let here = against[state as usize];
        #[expect(
            clippy::float_cmp,
            reason = "certainty is a bound that is exactly one or zero"
        )]
        if certain && here != sure {
            continue;
        }
        let Some(here) = Rational::from_f64(here) else {
            continue;
        };
        for choice in choices {
            if let Some(worth) = worth(problem, choice, favours) {
                open[choice as usize] = match problem.agent {
                    Direction::Maximize => worth + slack >= here,
                    Direction::Minimize => worth <= &here + slack,
                };
            }
        }
    }
    open
}

/// Says whether the objective's value in a state does not depend on what is done there.
pub(crate) fn decided(problem: &Problem, state: StateId) -> bool {
    match &problem.objective {
        Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
            target.contains(state) || avoid.contains(state)
        }
        Objective::Until { target, .. } => target.contains(state),
        _ => false,
    }
}

/// Returns what a choice is worth if its successors are worth `values`, against the Nature of the problem; `None` if that is beyond numbers.
///
/// A lower bound that is infinite counts as the largest finite one, which is a lower bound, too.
fn worth(problem: &Problem, choice: ChoiceId, values: &[f64]) -> Option<Rational> {
    worth_by(problem, choice, &|target| {
        let value = values.get(target as usize).copied()?;
        match problem.agent {
            Direction::Minimize if value == f64::INFINITY => Rational::from_f64(f64::MAX),
            _ => Rational::from_f64(value),
        }
    })
}

/// What a choice is worth, where that may be infinite.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extended {
    /// A number.
    Finite(Rational),
    /// More than any number.
    Infinite,
}

/// The same where values may be infinite: exactly, for Nature avoids or seeks what is infinite as she wants. `None` if the objective is of
/// another kind or the set refuses.
pub(crate) fn worth_exactly(problem: &Problem, choice: ChoiceId, values: &[f64]) -> Option<Extended> {
    let model = &problem.model;
    let value = |target: &StateId| values.get(*target as usize).copied();
    let targets = model.targets(choice).iter();
    let after = targets.map(value).collect::<Option<Vec<f64>>>()?;
    let endless: Vec<bool> = after.iter().map(|value| value.is_infinite()).collect();
    if !endless.contains(&true) {
        let finite = worth_by(problem, choice, &|target| Rational::from_f64(value(&target)?))?;
        return Some(Extended::Finite(finite));
    }
    let set = model.set(choice);
    let met = match problem.nature {
        Direction::Maximize => set.may_hit(&endless),
        Direction::Minimize => set.must_hit(&endless),
    };
    if met {
        return Some(Extended::Infinite);
    }
    // Nature stays off what is infinite, and can.
    let keep: Vec<bool> = endless.iter().map(|endless| !endless).collect();
    let face = set.restrict(&keep)?;
    let kept = after.iter().filter(|value| value.is_finite());
    let kept = kept
        .map(|value| Rational::from_f64(*value))
        .collect::<Option<Vec<Rational>>>()?;
    let picked = match problem.nature {
        Direction::Minimize => face.lower_expectation(&kept),
        Direction::Maximize => face.upper_expectation(&kept),
    };
    gained(problem, choice, picked.ok()?.value).map(Extended::Finite)
}

fn worth_by(
    problem: &Problem,
    choice: ChoiceId,
    of: &dyn Fn(StateId) -> Option<Rational>,
) -> Option<Rational> {
    let model = &problem.model;
    let targets = model.targets(choice).iter();
    let values = targets
        .map(|target| of(*target))
        .collect::<Option<Vec<Rational>>>()?;
    let set = model.set(choice);
    let picked = match problem.nature {
        Direction::Minimize => set.lower_expectation(&values),
        Direction::Maximize => set.upper_expectation(&values),
    };
    gained(problem, choice, picked.ok()?.value)
}

/// Returns what is gained with a choice and after it; `None` for objectives whose values are not of this form.
fn gained(problem: &Problem, choice: ChoiceId, picked: Rational) -> Option<Rational> {
    match &problem.objective {
        Objective::Reach { .. } => Some(picked),
        Objective::Until { quantity, .. } => Some(picked + quantity.get(choice as usize)?),
        Objective::Discounted { quantity, discount } => {
            Some(picked * discount + quantity.get(choice as usize)?)
        }
        _ => None,
    }
}

/// Returns a bracket with `offset` taken off, rounded outward.
pub(crate) fn less(checked: &Checked, offset: &Rational) -> Bracket {
    if offset.is_zero() {
        return checked.bracket;
    }
    let lower = checked
        .exact_lower
        .as_ref()
        .map(|value| (value - offset).floor_f64());
    let upper = checked
        .exact_upper
        .as_ref()
        .map(|value| (value - offset).ceil_f64());
    Bracket {
        lower: lower.unwrap_or(f64::INFINITY),
        upper: upper.unwrap_or(f64::INFINITY),
    }
}
