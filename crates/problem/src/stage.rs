//! Problems with a step bound as problems without one: on the same model with a clock.
//!
//! Where only what happens within `n` steps matters, a state of the stage is a state of the model with the number of steps made. Policies that
//! depend on the step are then policies without memory, and every state has a value that can be proved. Without a step bound the
//! stage is the model itself.

use crate::objective::Objective;
use crate::plan::Policy;
use crate::problem::Problem;
use murphy_credal::Precise;
use murphy_notation::{Rational, Value};
use murphy_world::{
    BuildError, ChoiceId, Model, ModelBuilder, Restricted, StateId, StateSet, Variable, VariableKind,
};
use std::collections::HashMap;
use std::fmt;

/// How many states a stage may have.
const STATES_MAX: usize = 2_000_000;

/// The model on which problems are asked, with a clock if they have a step bound.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The model.
    pub model: Model,
    clock: Option<Clock>,
}

/// What the states and the choices of a model with a clock stand for.
#[derive(Clone, Debug)]
struct Clock {
    /// The state, and how many steps were made before.
    states: Vec<(StateId, u32)>,
    /// The choice; `None` where the time is over.
    choices: Vec<Option<ChoiceId>>,
    last: u32,
    whole: Model,
}

/// A problem on a stage: the value of the one it stands for is its own, less `offset`.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The problem, without a step bound.
    pub problem: Problem,
    /// What was added to make a quantity that may be negative one that is not.
    pub offset: Rational,
    /// How much of that was added to each of the steps.
    shift: Rational,
    steps: u32,
}

impl Staged {
    /// Returns what of [`Self::offset`] is in the value of a state that is come to after `step` steps.
    #[must_use]
    pub fn offset_after(&self, step: u32) -> Rational {
        &self.shift * Rational::from(i64::from(self.steps.saturating_sub(step)))
    }
}

/// Why there is no stage.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageError {
    /// The model with its clock has too many states.
    TooLarge {
        /// The number of steps.
        steps: u32,
    },
    /// The model could not be put together.
    Build(BuildError),
    /// The problem has a step bound where the stage has none, or the other way round.
    Kind,
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { steps } => write!(
                f,
                "the states that can be reached in each of {steps} steps are more than {STATES_MAX}"
            ),
            Self::Build(error) => write!(f, "the model with a clock cannot be built: {error}"),
            Self::Kind => write!(
                f,
                "questions over a number of steps and questions without one cannot be answered together"
            ),
        }
    }
}

impl std::error::Error for StageError {}

impl From<BuildError> for StageError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl Stage {
    /// Returns the stage of problems on `model` that end after `steps`, if they do.
    ///
    /// # Errors
    /// [`StageError`], if it is too large.
    pub fn new(model: &Model, steps: Option<u32>) -> Result<Self, StageError> {
        match steps {
            None => Ok(Self {
                model: model.clone(),
                clock: None,
            }),
            Some(last) => clocked(model, last),
        }
    }

    /// Returns the number of steps after which the time is over, if it ends.
    #[must_use]
    pub fn last(&self) -> Option<u32> {
        self.clock.as_ref().map(|clock| clock.last)
    }

    /// Returns the state of the model that a state of the stage stands for, and the number of steps made.
    #[must_use]
    pub fn state(&self, state: StateId) -> (StateId, u32) {
        match &self.clock {
            None => (state, 0),
            Some(clock) => clock.states.get(state as usize).copied().unwrap_or((state, 0)),
        }
    }

    /// Returns the choice of the model that a choice of the stage stands for; `None` where the time is over.
    #[must_use]
    pub fn choice(&self, choice: ChoiceId) -> Option<ChoiceId> {
        match &self.clock {
            None => Some(choice),
            Some(clock) => clock.choices.get(choice as usize).copied().flatten(),
        }
    }

    /// Returns a problem on the model as one on the stage.
    ///
    /// # Errors
    /// [`StageError::Kind`], if the problem has a step bound and the stage none, or the other way round, or the bound is later than the stage's end.
    pub fn problem(&self, of_model: &Problem) -> Result<Staged, StageError> {
        let (objective, shift, steps) = match (&self.clock, of_model.objective.steps()) {
            (None, None) => (of_model.objective.clone(), Rational::ZERO, 0),
            (Some(clock), Some(steps)) if steps <= clock.last => {
                let (objective, shift) = clock.objective(&of_model.objective, steps);
                (objective, shift, steps)
            }
            _ => return Err(StageError::Kind),
        };
        let problem = Problem {
            model: self.model.clone(),
            objective,
            complemented: of_model.complemented,
            agent: of_model.agent,
            nature: of_model.nature,
            stance: of_model.stance,
            settled: of_model.settled,
            precision: of_model.precision,
            goal: of_model.goal.clone(),
        };
        Ok(Staged {
            problem,
            offset: &shift * Rational::from(i64::from(steps)),
            shift,
            steps,
        })
    }

    /// Returns a policy of the stage as one of the model. A state that cannot be come to in a step does there what it does the time before, or else the
    /// next time, that it can be; so that steps differ only where they must.
    #[must_use]
    pub fn policy(&self, row: &[ChoiceId]) -> Policy {
        let Some(clock) = &self.clock else {
            return Policy::Memoryless(row.to_vec());
        };
        let states = clock.whole.state_count();
        let mut known: Vec<Vec<Option<ChoiceId>>> = vec![vec![None; states]; (clock.last as usize).max(1)];
        for (choice, (state, step)) in row.iter().zip(&clock.states) {
            let of_model = clock.choices.get(*choice as usize).copied().flatten();
            if let (Some(choice), Some(row)) = (of_model, known.get_mut(*step as usize)) {
                row[*state as usize] = Some(choice);
            }
        }
        let first = |state: usize| {
            let soonest = known.iter().find_map(|row| row[state]);
            let state = StateId::try_from(state).unwrap_or(StateId::MAX);
            soonest.unwrap_or_else(|| clock.whole.choices(state).start)
        };
        let mut last: Vec<ChoiceId> = (0..states).map(first).collect();
        let rows = known.iter().map(|row| {
            for (last, now) in last.iter_mut().zip(row) {
                *last = now.unwrap_or(*last);
            }
            last.clone()
        });
        Policy::Stepwise(rows.collect())
    }

    /// Returns a policy of the model as one of the stage: a choice for each of its states.
    #[must_use]
    pub fn row(&self, policy: &Policy) -> Vec<ChoiceId> {
        let row = (0..).take(self.model.state_count()).map(|state| {
            let choices = self.model.choices(state);
            let (of_model, step) = self.state(state);
            let whole = self.clock.as_ref().map_or(&self.model, |clock| &clock.whole);
            let choice = policy.choice(of_model, step as usize);
            let place = choice.and_then(|choice| choice.checked_sub(whole.choices(of_model).start));
            let choice = choices.start + place.unwrap_or(0);
            if choices.contains(&choice) {
                choice
            } else {
                choices.start
            }
        });
        row.collect()
    }
}

impl Objective {
    /// Returns the number of steps after which nothing matters any more, if there is one.
    #[must_use]
    pub fn steps(&self) -> Option<u32> {
        match self {
            Self::BoundedReach { steps, .. } | Self::Horizon { steps, .. } => Some(*steps),
            _ => None,
        }
    }

    /// Returns the objective on a model with fewer choices.
    #[must_use]
    pub fn restricted(&self, to: &Restricted) -> Self {
        match self {
            Self::Until { quantity, target } => Self::Until {
                quantity: to.quantity(quantity).into(),
                target: target.clone(),
            },
            Self::Horizon { quantity, steps } => Self::Horizon {
                quantity: to.quantity(quantity).into(),
                steps: *steps,
            },
            Self::Discounted { quantity, discount } => Self::Discounted {
                quantity: to.quantity(quantity).into(),
                discount: discount.clone(),
            },
            Self::Total { quantity } => Self::Total {
                quantity: to.quantity(quantity).into(),
            },
            Self::LongRun { quantity } => Self::LongRun {
                quantity: to.quantity(quantity).into(),
            },
            Self::Reach { .. } | Self::BoundedReach { .. } => self.clone(),
        }
    }
}

impl Problem {
    /// Returns the problem in which only the choices that `keep` says can be taken, and which ones they are; `None` if a state has none left.
    #[must_use]
    pub fn restricted(&self, keep: impl Fn(ChoiceId) -> bool) -> Option<(Self, Restricted)> {
        let restricted = self.model.restricted(keep)?;
        let problem = Self {
            model: restricted.model.clone(),
            objective: self.objective.restricted(&restricted),
            complemented: self.complemented,
            agent: self.agent,
            nature: self.nature,
            stance: self.stance,
            settled: self.settled,
            precision: self.precision,
            goal: self.goal.clone(),
        };
        Some((problem, restricted))
    }
}

impl Clock {
    fn where_(&self, condition: impl Fn(StateId, u32) -> bool) -> StateSet {
        StateSet::from_flags(
            self.states
                .iter()
                .map(|(state, step)| condition(*state, *step))
                .collect(),
        )
    }

    fn objective(&self, of_model: &Objective, steps: u32) -> (Objective, Rational) {
        match of_model {
            Objective::BoundedReach { target, avoid, .. } => {
                let won = self.where_(|state, step| step <= steps && target.contains(state));
                let lost = self.where_(|state, step| step >= steps || avoid.contains(state));
                let avoid = lost.intersection(&won.complement());
                (Objective::Reach { target: won, avoid }, Rational::ZERO)
            }
            Objective::Horizon { quantity, .. } => {
                let least = quantity.iter().min().cloned().unwrap_or(Rational::ZERO);
                let shift = if least.is_negative() {
                    -least
                } else {
                    Rational::ZERO
                };
                let mut shifted = Vec::with_capacity(self.choices.len());
                for choice in &self.choices {
                    let value = choice.and_then(|choice| quantity.get(choice as usize));
                    shifted.push(value.map_or(Rational::ZERO, |value| value + &shift));
                }
                let objective = Objective::Until {
                    quantity: shifted.into(),
                    target: self.where_(|_, step| step >= steps),
                };
                (objective, shift)
            }
            other => (other.clone(), Rational::ZERO),
        }
    }
}

/// Returns the name of the clock: `clock`, unless a variable of the model is called so.
fn clock_name(model: &Model) -> String {
    let taken = |name: &str| model.variables().iter().any(|variable| variable.name == name);
    let mut name = "clock".to_owned();
    while taken(&name) {
        name.push('\'');
    }
    name
}

/// The states of a stage that are known so far, with their numbers.
#[derive(Default)]
struct Known {
    states: Vec<(StateId, u32)>,
    numbers: HashMap<(StateId, u32), StateId>,
}

impl Known {
    fn number(&mut self, state: StateId, step: u32) -> Option<StateId> {
        if let Some(number) = self.numbers.get(&(state, step)) {
            return Some(*number);
        }
        if self.states.len() >= STATES_MAX {
            return None;
        }
        let new = StateId::try_from(self.states.len()).ok()?;
        self.states.push((state, step));
        self.numbers.insert((state, step), new);
        Some(new)
    }
}

fn clocked(model: &Model, last: u32) -> Result<Stage, StageError> {
    let too_large = || StageError::TooLarge { steps: last };
    let mut known = Known::default();
    let mut initial = Vec::new();
    for (state, weight) in model.initial() {
        initial.push((known.number(*state, 0).ok_or_else(too_large)?, weight.clone()));
    }
    let over = u32::try_from(model.actions().len()).map_err(|_| too_large())?;
    let stay = Precise::new(vec![Rational::ONE]).map_err(|_| too_large())?;
    let mut builder = bare(model);
    let mut choices = Vec::new();
    let mut at = 0;
    while let Some(&(state, step)) = known.states.get(at) {
        let mut values = model.values(state).to_vec();
        values.push(Value::Int(i64::from(step)));
        builder.add_state(values);
        if step >= last {
            let here = StateId::try_from(at).map_err(|_| too_large())?;
            builder.add_choice(over, stay.clone().into(), [here])?;
            choices.push(None);
        } else {
            for choice in model.choices(state) {
                let targets = model.targets(choice).iter();
                let targets: Option<Vec<StateId>> =
                    targets.map(|target| known.number(*target, step + 1)).collect();
                let targets = targets.ok_or_else(too_large)?;
                builder.add_choice(model.action(choice), model.set(choice).into_owned(), targets)?;
                choices.push(Some(choice));
            }
        }
        at += 1;
    }
    let clock = Clock {
        states: known.states,
        choices,
        last,
        whole: model.clone(),
    };
    let model = measured(builder, &clock)
        .start(initial)
        .initial_kind(model.initial_kind())
        .finish()?;
    Ok(Stage {
        model,
        clock: Some(clock),
    })
}

/// Returns a stage without states: the variables of the model with the clock after them, and its actions with one for when the time is over.
fn bare(model: &Model) -> ModelBuilder {
    let mut variables = model.variables().to_vec();
    variables.push(Variable {
        name: clock_name(model),
        kind: VariableKind::Int,
    });
    let over = ["the time is over".to_owned()];
    let actions = model.actions().iter().cloned().chain(over).collect();
    ModelBuilder::new(model.name(), actions)
        .about(model.about())
        .variables(variables)
        .symbols(model.symbols().to_vec())
        .constants(model.constants().to_vec())
        .kind(model.kind())
        .picture(model.picture().cloned())
}

/// Adds the labels and the quantities of the model to its stage. Nothing is gained once the time is over.
fn measured(mut builder: ModelBuilder, clock: &Clock) -> ModelBuilder {
    let model = &clock.whole;
    for (name, set) in model.labels() {
        builder = builder.label(name, clock.where_(|state, _| set.contains(state)));
    }
    for name in model.quantity_order() {
        let values = model.quantity(name).unwrap_or_default();
        let value = |choice: &Option<ChoiceId>| {
            let value = choice.and_then(|choice| values.get(choice as usize));
            value.cloned().unwrap_or(Rational::ZERO)
        };
        builder = builder.quantity(name, clock.choices.iter().map(value).collect());
    }
    builder
}
