//! Everything that a spec asks of one world: its requirements and its goals, as problems over the same model.

use crate::objective::Objective;
use crate::pins::pinned;
use crate::problem::Problem;
use murphy_notation::{Diagnostic, Place, Rational};
use murphy_spec::{Direction, Goal, Side, Spec, Stance};
use murphy_world::Model;

/// The requirements and the goals of a spec in one world. Each problem has a model of its own, but all of these are equal.
#[derive(Clone, Debug)]
pub struct Questions {
    /// What must hold, whatever the goals say.
    pub requirements: Vec<Required>,
    /// What is wanted, most important first; never empty.
    pub goals: Vec<Problem>,
}

/// A requirement: a problem whose value must not be on the wrong side of a bound.
#[derive(Clone, Debug)]
pub struct Required {
    /// The problem of doing as well as one can by the requirement.
    pub problem: Problem,
    /// On which side of the bound its value must be.
    pub side: Side,
    /// The bound.
    pub bound: Rational,
}

impl Required {
    /// Says whether a value is on the right side of the bound.
    #[must_use]
    pub fn admits(&self, value: &Rational) -> bool {
        match self.side {
            Side::AtLeast => *value >= self.bound,
            Side::AtMost => *value <= self.bound,
        }
    }

    /// Says whether the requirement asks for certainty: a probability of at least one or of at most zero, whatever Nature picks.
    ///
    /// Only then must a plan that keeps it keep it from every state that it can come to: a Nature that helps would not go where it is broken.
    #[must_use]
    pub fn is_certainty(&self) -> bool {
        let probability = matches!(
            self.problem.objective,
            Objective::Reach { .. } | Objective::BoundedReach { .. }
        );
        let extreme = match self.side {
            Side::AtLeast => self.bound == Rational::ONE,
            Side::AtMost => self.bound.is_zero(),
        };
        probability && extreme && self.problem.stance != Stance::Optimistic
    }
}

impl Questions {
    /// Returns what `spec` asks of the world that `model` was unfolded from, with its pins followed.
    ///
    /// # Errors
    /// As [`Problem::new`]; and goals with a step bound beside goals without one.
    pub fn new(model: Model, spec: &Spec) -> Result<Self, Diagnostic> {
        let model = pinned(model, &spec.pins)?;
        let mut bounded: Option<(bool, Place)> = None;
        let mut alike = |problem: &Problem, place: &Place| match &bounded {
            None => {
                bounded = Some((problem.objective.steps().is_some(), place.clone()));
                Ok(())
            }
            Some((first, _)) if *first == problem.objective.steps().is_some() => Ok(()),
            Some((_, first)) => Err(Diagnostic::at(
                place.clone(),
                "goals over a number of steps and goals without one cannot be planned for together",
            )
            .related(first.clone(), "this one is of the other kind")
            .hint("give all of them a number of steps (`F<=50 goal`, `G<=50 safe`, `horizon: 50`), or none")),
        };
        let mut requirements = Vec::new();
        for requirement in &spec.require {
            let goal = Goal {
                direction: match requirement.side {
                    Side::AtLeast => Direction::Maximize,
                    Side::AtMost => Direction::Minimize,
                },
                objective: requirement.objective.clone(),
                place: requirement.place.clone(),
            };
            let problem = Problem::of_goal(model.clone(), spec, &goal)?;
            alike(&problem, &requirement.place)?;
            requirements.push(Required {
                problem,
                side: requirement.side,
                bound: requirement.bound.clone(),
            });
        }
        let Some((last, before)) = spec.goals.split_last() else {
            return Err(Diagnostic::at(spec.place.clone(), "a spec needs a goal"));
        };
        let mut goals = Vec::new();
        for goal in before {
            let problem = Problem::of_goal(model.clone(), spec, goal)?;
            alike(&problem, &goal.place)?;
            goals.push(problem);
        }
        // The model may be large: the last goal, which is mostly the only one, has it and no copy.
        let problem = Problem::of_goal(model, spec, last)?;
        alike(&problem, &last.place)?;
        goals.push(problem);
        Ok(Self { requirements, goals })
    }

    /// Returns the same questions with another precision.
    #[must_use]
    pub fn with_precision(mut self, precision: f64) -> Self {
        for required in &mut self.requirements {
            required.problem.precision = precision;
        }
        for goal in &mut self.goals {
            goal.precision = precision;
        }
        self
    }

    /// Says whether there is one goal and no requirement.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.goals.len() == 1 && self.requirements.is_empty()
    }

    /// Returns the number of steps after which nothing asked for matters any more, if there is one.
    #[must_use]
    pub fn steps(&self) -> Option<u32> {
        let required = self.requirements.iter().map(|required| &required.problem);
        required
            .chain(&self.goals)
            .map(|problem| problem.objective.steps())
            .try_fold(0, |most, steps| Some(most.max(steps?)))
    }
}
