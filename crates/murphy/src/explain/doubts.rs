//! Which doubt hurts most: the credal sets of single choices, each made certain in turn.

use crate::answer::solve;
use crate::explain::{ExplainError, Followed};
use crate::tiers::proof::following;
use murphy_credal::{CredalSet, Precise};
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Direction, Problem, Proof};
use murphy_world::{ChoiceId, StateId};
use std::collections::BTreeMap;

/// A choice of the plan whose set is not a single distribution, and what the goal would be worth if it were.
#[derive(Clone, Debug, PartialEq)]
pub struct Doubt {
    /// The state.
    pub state: String,
    /// The action.
    pub action: String,
    /// The kind of its set.
    pub kind: &'static str,
    /// What the goal is worth, planned anew, if the middle of this set is what happens: its centre, or what lies between what is worst and what is
    /// best for the plan where it has none.
    pub known: Bracket,
}

/// How many sweeps the estimate of visits makes.
const SWEEPS_MAX: usize = 2000;

/// Returns the `most` choices of the plan whose doubt hurts most, by an estimate: how often the worst Nature lets the plan come there, times what the
/// middle of the set would bring. What each would really bring is then solved and proved.
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn doubts(problem: &Problem, followed: &Followed, most: usize) -> Result<Vec<Doubt>, ExplainError> {
    let staged = followed.stage.problem(problem)?;
    let alone = following(&staged.problem, &followed.row).ok_or(ExplainError::Mismatch)?;
    let proof = solve(&alone, &Settings::default())?.plan.certificate.proof;
    let Proof::FixedPoint { lower, upper, .. } = proof else {
        return Err(ExplainError::Mismatch);
    };
    let values = if problem.agent == Direction::Maximize {
        lower
    } else {
        upper
    };
    let hurts = hurts(&staged.problem, followed, &values);
    let mut order: Vec<(ChoiceId, f64)> = hurts.into_iter().filter(|(_, hurt)| *hurt > 0.0).collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut found = Vec::new();
    for (choice, _) in order.into_iter().take(most) {
        found.push(made_certain(
            problem,
            &staged.problem,
            followed,
            (choice, &values),
        )?);
    }
    let more = (problem.agent == Direction::Maximize) != problem.complemented;
    found.sort_by(|a, b| {
        let order = a.known.lower.total_cmp(&b.known.lower);
        if more { order.reverse() } else { order }
    });
    Ok(found)
}

/// Returns the worst and the middle distribution of a set for a vector of values; `None` if a value is infinite.
fn ends(set: &CredalSet, nature: Direction, values: &[Rational]) -> Option<(Vec<Rational>, Vec<Rational>)> {
    let low = set.lower_expectation(values).ok()?.witness;
    let high = set.upper_expectation(values).ok()?.witness;
    let half = Rational::new(1, 2);
    let middle = set.centre().unwrap_or_else(|| {
        low.iter()
            .zip(&high)
            .map(|(low, high)| (low + high) * &half)
            .collect()
    });
    let worst = match nature {
        Direction::Minimize => low,
        Direction::Maximize => high,
    };
    Some((worst, middle))
}

fn at(problem: &Problem, choice: ChoiceId, values: &[f64]) -> Option<Vec<Rational>> {
    let targets = problem.model.targets(choice).iter();
    targets
        .map(|target| Rational::from_f64(*values.get(*target as usize)?))
        .collect()
}

/// Returns an estimate of what each choice of the plan's model would bring if it were certain. Floats, and only to say what to look at first.
fn hurts(staged: &Problem, followed: &Followed, values: &[f64]) -> BTreeMap<ChoiceId, f64> {
    let mut chain: Vec<(StateId, Vec<(StateId, f64)>, f64)> = Vec::new();
    for &state in &followed.reached {
        let Some(&choice) = followed.row.get(state as usize) else {
            continue;
        };
        let set = staged.model.set(choice);
        let Some(after) = at(staged, choice, values) else {
            continue;
        };
        let Some((worst, middle)) = ends(&set, staged.nature, &after) else {
            continue;
        };
        let mean = |p: &[Rational]| -> f64 {
            let sum: Rational = p.iter().zip(&after).map(|(p, value)| p * value).sum();
            sum.to_f64()
        };
        let gain = (mean(&middle) - mean(&worst)).abs();
        let branches = staged.model.targets(choice).iter().zip(&worst);
        let branches = branches.map(|(target, p)| (*target, p.to_f64())).collect();
        chain.push((state, branches, gain));
    }
    let mut visits = vec![0.0; staged.model.state_count()];
    let mut mass = vec![0.0; staged.model.state_count()];
    for (state, weight) in staged.model.initial() {
        mass[*state as usize] += weight.to_f64();
    }
    for _ in 0..SWEEPS_MAX {
        let mut next = vec![0.0; mass.len()];
        let mut moved = 0.0;
        for (state, branches, _) in &chain {
            let here = mass[*state as usize];
            visits[*state as usize] += here;
            for (target, p) in branches {
                if target != state {
                    next[*target as usize] += here * p;
                    moved += here * p;
                }
            }
        }
        mass = next;
        if moved < 1e-9 {
            break;
        }
    }
    let mut hurts = BTreeMap::new();
    for (state, _, gain) in &chain {
        if let Some(choice) = of_model(followed, *state) {
            *hurts.entry(choice).or_insert(0.0) += visits[*state as usize] * gain;
        }
    }
    hurts
}

/// Returns the choice of the plan's model that is taken in a state of the stage.
fn of_model(followed: &Followed, state: StateId) -> Option<ChoiceId> {
    let choice = *followed.row.get(state as usize)?;
    followed.stage.choice(choice)
}

fn made_certain(
    problem: &Problem,
    staged: &Problem,
    followed: &Followed,
    (choice, values): (ChoiceId, &[f64]),
) -> Result<Doubt, ExplainError> {
    let here = |state: &&StateId| of_model(followed, **state) == Some(choice);
    let state = *followed.reached.iter().find(here).ok_or(ExplainError::Mismatch)?;
    let staged_choice = followed.row[state as usize];
    let after = at(staged, staged_choice, values).ok_or(ExplainError::Mismatch)?;
    let set = problem.model.set(choice);
    let (_, middle) = ends(&set, problem.nature, &after).ok_or(ExplainError::Mismatch)?;
    let certain = Precise::new(middle).map_err(|_| ExplainError::Mismatch)?;
    let model = problem
        .model
        .with_set(choice, certain.into())
        .ok_or(ExplainError::Mismatch)?;
    let changed = Problem {
        model,
        ..problem.clone()
    };
    Ok(Doubt {
        state: followed.name(followed.stage.state(state).0),
        action: problem.model.action_name(choice).to_owned(),
        kind: set.kind(),
        known: solve(&changed, &Settings::default())?.plan.bracket,
    })
}
