//! Why this action, and what if that one.

use crate::answer::solve;
use crate::explain::{ExplainError, Followed};
use crate::tiers::chain::{self, Extended, Ruled, decided, ruled_out};
use crate::tiers::proof::following;
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Certificate, Problem, Proof, Questions, Staged};
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
    /// What it is worth by each aim, in the order in which they count.
    pub worth: Vec<Worths>,
}

/// What an action is worth by one aim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worths {
    /// If the plan is followed from then on.
    pub then_plan: Bracket,
    /// If the best is done from then on, among what the aims before this one leave.
    pub then_best: Bracket,
}

/// The values of the states by one aim, proved: of the plan, and of the best.
struct Values {
    staged: Staged,
    plan: (Vec<f64>, Vec<f64>),
    best: (Vec<f64>, Vec<f64>),
}

/// Something that a plan is made for.
#[derive(Clone, Debug)]
pub struct Aim {
    /// What to call it.
    pub name: String,
    /// The problem, on the plan's model.
    pub problem: Problem,
    /// What it leaves to what comes after it.
    pub leaves: Leaves,
}

/// What is left to the aims that come after one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// All choices: it asks for something on one side of a bound, not for the best.
    All,
    /// Those that are certain to succeed, where any is.
    Certain,
    /// Those that are as good as the best.
    AsGood,
}

/// Returns what a spec asks, in the order in which it counts.
#[must_use]
pub fn aims(questions: &Questions) -> Vec<Aim> {
    let several = questions.goals.len() > 1;
    let required = questions.requirements.iter().map(|required| Aim {
        name: "the requirement".to_owned(),
        problem: required.problem.clone(),
        leaves: if required.is_certainty() {
            Leaves::Certain
        } else {
            Leaves::All
        },
    });
    let goals = (1..).zip(&questions.goals).map(|(index, goal)| Aim {
        name: if several {
            format!("goal {index}")
        } else {
            "the goal".to_owned()
        },
        problem: goal.clone(),
        leaves: Leaves::AsGood,
    });
    required.chain(goals).collect()
}

/// Returns what every action in each of `states` (of the plan's stage) is worth by each aim. What is best by one is best among what the ones
/// before it leave.
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn why(
    followed: &Followed,
    aims: &[Aim],
    states: &[StateId],
) -> Result<Vec<Vec<Alternative>>, ExplainError> {
    let mut values = Vec::new();
    let mut ruled = Ruled::nothing(&followed.stage);
    for aim in aims {
        let staged = followed.stage.problem(&aim.problem)?;
        let alone = following(&staged.problem, &followed.row).ok_or(ExplainError::Mismatch)?;
        let left = staged.problem.restricted(|choice| ruled.open[choice as usize]);
        let (left, restricted) = left.ok_or(ExplainError::Mismatch)?;
        let best = solve(&left, &Settings::default())?.plan.certificate;
        if aim.leaves != Leaves::All {
            let open = ruled_out(&left, &best, aim.leaves == Leaves::Certain);
            let mut still = vec![false; ruled.open.len()];
            for (choice, open) in restricted.choices.iter().zip(open) {
                still[*choice as usize] = open;
            }
            ruled.close(&staged.problem, |_, choice| still[choice as usize]);
        }
        values.push(Values {
            plan: vectors(solve(&alone, &Settings::default())?.plan.certificate)?,
            best: vectors(best)?,
            staged,
        });
    }
    let model = &followed.stage.model;
    let alternatives = states.iter().map(|state| {
        let each = model.choices(*state).map(|choice| {
            let step = followed.stage.state(*state).1;
            let worth = values.iter().map(|values| values.worths(*state, choice, step));
            Ok(Alternative {
                choice,
                action: model.action_name(choice).to_owned(),
                chosen: followed.row.get(*state as usize) == Some(&choice),
                worth: worth.collect::<Option<_>>().ok_or_else(not_explained)?,
            })
        });
        each.collect()
    });
    alternatives.collect()
}

fn not_explained() -> ExplainError {
    ExplainError::Other(
        "alternatives are explained for probabilities and for sums until a condition, over a number of steps or discounted; not for this goal"
            .to_owned(),
    )
}

fn vectors(certificate: Certificate) -> Result<(Vec<f64>, Vec<f64>), ExplainError> {
    match certificate.proof {
        Proof::FixedPoint { lower, upper, .. } => Ok((lower, upper)),
        // What a choice adds to a mean in the long run is nothing that two such numbers say.
        Proof::Backward | Proof::LongRun { .. } => Err(not_explained()),
    }
}

impl Values {
    fn worths(&self, state: StateId, choice: ChoiceId, step: u32) -> Option<Worths> {
        let offset = self.staged.offset_after(step);
        Some(Worths {
            then_plan: self.bracket((state, choice), &self.plan, &offset)?,
            then_best: self.bracket((state, choice), &self.best, &offset)?,
        })
    }

    /// Returns the bracket of taking a choice where successors lie between two vectors.
    fn bracket(
        &self,
        (state, choice): (StateId, ChoiceId),
        (lower, upper): &(Vec<f64>, Vec<f64>),
        offset: &Rational,
    ) -> Option<Bracket> {
        let problem = &self.staged.problem;
        // Where nothing matters any more, all actions are worth what the state is.
        let end = |values: &[f64]| -> Option<Extended> {
            if !decided(problem, state) {
                return chain::worth_exactly(problem, choice, values);
            }
            Rational::from_f64(*values.get(state as usize)?).map(Extended::Finite)
        };
        let (low, high) = (end(lower)?, end(upper)?);
        let bracket = Bracket {
            lower: match low {
                Extended::Finite(low) => (low - offset).floor_f64(),
                Extended::Infinite => f64::INFINITY,
            },
            upper: match high {
                Extended::Finite(high) => (high - offset).ceil_f64(),
                Extended::Infinite => f64::INFINITY,
            },
        };
        Some(if problem.complemented {
            bracket.complement()
        } else {
            bracket
        })
    }
}
