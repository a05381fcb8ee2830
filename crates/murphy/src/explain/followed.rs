//! A plan followed: the model in which the agent does what the plan says and only Nature picks.

use crate::answer::solve;
use crate::explain::ExplainError;
use crate::property::{Options, Reply, answer};
use murphy_notation::{Place, Source, Span};
use murphy_plan::Settings;
use murphy_problem::{Bracket, Policy, Problem, Stage};
use murphy_spec::property::Property;
use murphy_spec::{Direction, Formula, Goal, Objective, Spec, Stance};
use murphy_world::{ChoiceId, Model, ModelBuilder, ModelKind, StateId};
use std::collections::BTreeMap;
use std::collections::HashMap;

/// A plan followed from the start: the states that can be come to, each with the one choice of the plan.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The names of the states of the model.
    names: Vec<String>,
    /// The stage of the plan: the model, with a clock if the plan depends on the step.
    pub stage: Stage,
    /// The choice of the plan in each state of the stage.
    pub row: Vec<ChoiceId>,
    /// The states of the stage that can be come to, nearest first.
    pub reached: Vec<StateId>,
    /// The model of the states that can be come to.
    pub model: Model,
}

/// What the value of something lies between, whatever Nature picks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihood {
    /// The least that Nature can make it.
    pub least: Bracket,
    /// The greatest.
    pub greatest: Bracket,
}

impl Followed {
    /// Returns the plan `policy` followed in the model `whole`.
    ///
    /// # Errors
    /// [`ExplainError::Mismatch`], if the policy is not one of the model, or [`ExplainError::Stage`], if it has too many steps.
    pub fn new(whole: &Model, policy: &Policy) -> Result<Self, ExplainError> {
        let steps = match policy {
            Policy::Memoryless(_) => None,
            Policy::Stepwise(rows) => Some(u32::try_from(rows.len()).map_err(|_| ExplainError::Mismatch)?),
        };
        let stage = Stage::new(whole, steps)?;
        let row = stage.row(policy);
        let (model, reached) = trimmed(&stage.model, &row).ok_or(ExplainError::Mismatch)?;
        Ok(Self {
            names: (0..)
                .take(whole.state_count())
                .map(|state| whole.state_name(state))
                .collect(),
            stage,
            row,
            reached,
            model,
        })
    }

    /// Returns the name of a state of the model.
    #[must_use]
    pub fn name(&self, state: StateId) -> String {
        self.names.get(state as usize).cloned().unwrap_or_default()
    }

    /// Returns the number of steps that the plan is made for, if it is.
    #[must_use]
    pub fn steps(&self) -> Option<u32> {
        self.stage.last()
    }

    /// Returns the probability of a formula under the plan. Where the plan is made for a number of steps, only these count.
    ///
    /// # Errors
    /// A name that the model does not have, or a formula that is not supported.
    pub fn probability(&self, formula: &Formula, precision: f64) -> Result<Likelihood, ExplainError> {
        let place = formula.place_of(&formula.root);
        self.ask(&Objective::Probability(formula.clone()), &place, precision)
    }

    /// Returns the answer to a property in PRISM's syntax under the plan: nothing is left to choose, so its direction is that of Nature.
    ///
    /// # Errors
    /// As [`crate::property::answer`].
    pub fn property(&self, property: &Property, precision: f64) -> Result<Reply, ExplainError> {
        let options = Options {
            precision: Some(precision),
            exact: false,
            constants: Vec::new(),
            automata: BTreeMap::new(),
            settings: Settings::default(),
        };
        Ok(answer(self.model.clone(), property, None, &options)?)
    }

    /// Returns what an objective is worth under the plan.
    ///
    /// # Errors
    /// A name that the model does not have, or an objective that is not supported.
    pub fn ask(
        &self,
        objective: &Objective,
        place: &Place,
        precision: f64,
    ) -> Result<Likelihood, ExplainError> {
        let goal = Goal {
            direction: Direction::Maximize,
            objective: objective.clone(),
            place: place.clone(),
        };
        let value = |stance: Stance| -> Result<Bracket, ExplainError> {
            let mut spec = question(place);
            spec.nature.stance = stance;
            let problem = Problem::of_goal(self.model.clone(), &spec, &goal)?;
            let answer = solve(&problem.with_precision(precision), &Settings::default())?;
            Ok(answer.plan.bracket)
        };
        Ok(Likelihood {
            least: value(Stance::Pessimistic)?,
            greatest: value(Stance::Optimistic)?,
        })
    }
}

/// Returns a spec without goals, for questions that no spec asks.
pub(crate) fn question(place: &Place) -> Spec {
    Spec {
        name: "a question".to_owned(),
        about: None,
        goals: Vec::new(),
        require: Vec::new(),
        nature: murphy_spec::Nature::default(),
        precision: Spec::default_precision(),
        pins: Vec::new(),
        revisions: Vec::new(),
        place: place.clone(),
    }
}

/// Returns the place of a text that nobody wrote into a file.
#[must_use]
pub(crate) fn nowhere(text: &str) -> Place {
    Place::new(&Source::new("question", text), Span::new(0, text.len()))
}

/// Returns the model of the states that can be come to under `row`, with the one choice of each, and which states they are.
fn trimmed(whole: &Model, row: &[ChoiceId]) -> Option<(Model, Vec<StateId>)> {
    let mut reached: Vec<StateId> = Vec::new();
    let mut numbers: HashMap<StateId, StateId> = HashMap::new();
    let mut number = |reached: &mut Vec<StateId>, state: StateId| -> Option<StateId> {
        if let Some(number) = numbers.get(&state) {
            return Some(*number);
        }
        let new = StateId::try_from(reached.len()).ok()?;
        reached.push(state);
        numbers.insert(state, new);
        Some(new)
    };
    let mut initial = Vec::new();
    for (state, weight) in whole.initial() {
        initial.push((number(&mut reached, *state)?, weight.clone()));
    }
    let mut builder = ModelBuilder::new(whole.name(), whole.actions().to_vec())
        .about(whole.about())
        .variables(whole.variables().to_vec())
        .symbols(whole.symbols().to_vec())
        .constants(whole.constants().to_vec())
        .kind(ModelKind::Chain);
    let mut choices = Vec::new();
    let mut at = 0;
    while let Some(&state) = reached.get(at) {
        let choice = *row.get(state as usize)?;
        builder.add_state(whole.values(state).to_vec());
        let mut targets = Vec::new();
        for target in whole.targets(choice) {
            targets.push(number(&mut reached, *target)?);
        }
        builder
            .add_choice(whole.action(choice), whole.set(choice).into_owned(), targets)
            .ok()?;
        choices.push(choice);
        at += 1;
    }
    for (name, set) in whole.labels() {
        let flags = reached.iter().map(|state| set.contains(*state)).collect();
        builder = builder.label(name, murphy_world::StateSet::from_flags(flags));
    }
    for name in whole.quantity_order() {
        let values = whole.quantity(name).unwrap_or_default();
        let of = |choice: &ChoiceId| values.get(*choice as usize).cloned().unwrap_or_default();
        builder = builder.quantity(name, choices.iter().map(of).collect());
    }
    let model = builder
        .start(initial)
        .initial_kind(whole.initial_kind())
        .picture(whole.picture().cloned())
        .finish()
        .ok()?;
    Some((model, reached))
}
