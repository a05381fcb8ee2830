//! Why this action, and what if that one.

use crate::answer::solve;
use crate::explain::{ExplainError, Followed};
use crate::tiers::chain::{self, decided};
use crate::tiers::proof::following;
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Problem, Proof, Staged};
use murphy_world::{ChoiceId, StateId};

/// An action that could be taken in a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Alternative {
    /// The choice on the stage of the plan.
    pub choice: ChoiceId,
    /// The action.
    pub action: String,
    /// Whether it is the plan's.
    pub chosen: bool,
    /// What it is worth by each goal, most important first.
    pub worth: Vec<Worths>,
}

/// What an action is worth by one goal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worths {
    /// If the plan is followed from then on.
    pub then_plan: Bracket,
    /// If the best is done from then on.
    pub then_best: Bracket,
}

/// The values of the states by one goal, proved: of the plan, and of the best.
struct Values {
    staged: Staged,
    plan: (Vec<f64>, Vec<f64>),
    best: (Vec<f64>, Vec<f64>),
}

/// Returns what every action in each of `states` (of the plan's stage) is worth by each of `goals` (problems on the plan's model).
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn why(
    followed: &Followed,
    goals: &[Problem],
    states: &[StateId],
) -> Result<Vec<Vec<Alternative>>, ExplainError> {
    let mut values = Vec::new();
    for goal in goals {
        let staged = followed.stage.problem(goal)?;
        let alone = following(&staged.problem, &followed.row).ok_or(ExplainError::Mismatch)?;
        values.push(Values {
            plan: vectors(&alone)?,
            best: vectors(&staged.problem)?,
            staged,
        });
    }
    let model = &followed.stage.model;
    let alternatives = states.iter().map(|state| {
        let each = model.choices(*state).map(|choice| Alternative {
            choice,
            action: model.action_name(choice).to_owned(),
            chosen: followed.row.get(*state as usize) == Some(&choice),
            worth: values
                .iter()
                .map(|values| values.worths(*state, choice, followed.stage.state(*state).1))
                .collect(),
        });
        each.collect()
    });
    Ok(alternatives.collect())
}

fn vectors(problem: &Problem) -> Result<(Vec<f64>, Vec<f64>), ExplainError> {
    match solve(problem, &Settings::default())?.plan.certificate.proof {
        Proof::FixedPoint { lower, upper, .. } => Ok((lower, upper)),
        Proof::Backward => Err(ExplainError::Mismatch),
    }
}

impl Values {
    fn worths(&self, state: StateId, choice: ChoiceId, step: u32) -> Worths {
        let offset = self.staged.offset_after(step);
        Worths {
            then_plan: self.bracket((state, choice), &self.plan, &offset),
            then_best: self.bracket((state, choice), &self.best, &offset),
        }
    }

    /// Returns the bracket of taking a choice where successors lie between two vectors.
    fn bracket(
        &self,
        (state, choice): (StateId, ChoiceId),
        (lower, upper): &(Vec<f64>, Vec<f64>),
        offset: &Rational,
    ) -> Bracket {
        let problem = &self.staged.problem;
        // Where nothing matters any more, all actions are worth what the state is.
        let ends = if decided(problem, state) {
            let end = |values: &[f64]| Rational::from_f64(values[state as usize]);
            [end(lower), end(upper)]
        } else {
            [lower, upper].map(|values| chain::worth_exactly(problem, choice, values))
        };
        let [low, high] = ends.map(|end| end.map(|end| end - offset));
        let bracket = Bracket {
            lower: low.map_or(f64::INFINITY, |low| low.floor_f64()),
            upper: high.map_or(f64::INFINITY, |high| high.ceil_f64()),
        };
        if problem.complemented {
            bracket.complement()
        } else {
            bracket
        }
    }
}
