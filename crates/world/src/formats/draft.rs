//! A model as a reader finds it, state by state, before it is known to be whole.
//!
//! What the formats leave open is settled here, once: a state without choices stays where it is, a file without an initial state starts
//! in state 0, several initial states are one of them, and sums that rounding put off by a millionth are corrected. Each of it
//! is told in the notes of the model.

use super::row::{Row, RowError, Sums};
use super::text::{Fault, Line, Mark};
use crate::builder::{BuildError, ModelBuilder};
use crate::ids::{ActionId, StateId};
use crate::limits::Limits;
use crate::model::{InitialKind, Model, ModelKind};
use crate::state_set::StateSet;
use murphy_credal::{CredalSet, Precise};
use murphy_notation::{Diagnostic, Rational};
use std::collections::HashMap;

/// The label that says where runs start.
pub(super) const INITIAL: &str = "init";
/// The label of the states that give no choice.
pub(super) const DEADLOCK: &str = "deadlock";
/// What the agent does in a state that gives it no choice.
pub(super) const STAY: &str = "stay";
/// How many states without choices any file may have; the more branches it has, the more.
const STAYING_MAX: usize = 100_000;
/// No file is believed to have more numbers of quantities than this before they are seen.
const PROMISED_MAX: usize = 1 << 22;
/// The most action names that one file may use.
const ACTIONS_MAX: usize = 1 << 20;

/// A model under construction by a reader.
pub(super) struct Draft {
    file: String,
    limits: Limits,
    builder: ModelBuilder,
    /// How exact the sums of a row must be.
    pub(super) sums: Sums,
    /// The branches of the open choice.
    pub(super) row: Row,
    /// The open choice: its action and the line that opened it.
    open: Option<ActionId>,
    mark: Mark,
    /// Whether the state added last is still open.
    unclosed: bool,
    /// Choices of the open state so far.
    choices: usize,
    branches: usize,
    actions: Actions,
    labels: Labels,
    quantities: Vec<Quantity>,
    initial: Vec<StateId>,
    weights: Vec<(StateId, Rational)>,
    observations: Vec<u32>,
    rounded: usize,
    staying: usize,
    notes: Vec<String>,
}

/// The action names so far.
#[derive(Default)]
struct Actions {
    ids: HashMap<String, ActionId>,
    names: Vec<String>,
    /// The action that the last state with as many choices had at this place: nearly always the right one.
    recent: Vec<ActionId>,
}

/// The labels so far, each with its states in ascending order.
#[derive(Default)]
struct Labels {
    ids: HashMap<String, usize>,
    states: Vec<(String, Vec<StateId>)>,
}

/// A quantity so far.
struct Quantity {
    name: String,
    per_state: Vec<Rational>,
    per_choice: Vec<Rational>,
    /// What the open state and the open choice have of it.
    state: Rational,
    choice: Rational,
}

impl Draft {
    /// Returns a model without states; `file` is the name of the file for messages.
    pub(super) fn new(file: &str, limits: &Limits) -> Self {
        Self {
            file: file.to_owned(),
            limits: *limits,
            builder: ModelBuilder::new(super::stem(file), Vec::new()),
            sums: Sums::Rounded,
            row: Row::default(),
            open: None,
            mark: Mark::default(),
            unclosed: false,
            choices: 0,
            branches: 0,
            actions: Actions::default(),
            labels: Labels::default(),
            quantities: Vec::new(),
            initial: Vec::new(),
            weights: Vec::new(),
            observations: Vec::new(),
            rounded: 0,
            staying: 0,
            notes: Vec::new(),
        }
    }

    /// Says how many states and choices the file promises.
    pub(super) fn expect(&mut self, states: usize, choices: usize) {
        let (states, choices) = (
            states.min(self.limits.states_max),
            choices.min(self.limits.branches_max),
        );
        self.builder.expect(states, choices);
        let most = PROMISED_MAX / self.quantities.len().max(1);
        for quantity in &mut self.quantities {
            quantity.per_state.reserve_exact(states.min(most));
            quantity.per_choice.reserve_exact(choices.min(most));
        }
    }

    /// Sets whether there is anything to choose.
    pub(super) fn kind(&mut self, kind: ModelKind) {
        self.change(|builder| builder.kind(kind));
    }

    /// Applies one of the builder's own steps.
    pub(super) fn change(&mut self, step: impl FnOnce(ModelBuilder) -> ModelBuilder) {
        let builder = std::mem::replace(&mut self.builder, ModelBuilder::new("", Vec::new()));
        self.builder = step(builder);
    }

    /// Sets what the model is called.
    pub(super) fn rename(&mut self, name: &str) {
        self.builder.rename(name);
    }

    /// Takes a label back if no state has it.
    pub(super) fn drop_if_empty(&mut self, name: &str) {
        self.labels
            .states
            .retain(|(label, states)| label != name || !states.is_empty());
        self.labels.ids = (0..)
            .zip(&self.labels.states)
            .map(|(place, (name, _))| (name.clone(), place))
            .collect();
    }

    /// Adds something that the person should know.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Returns the number of states so far.
    pub(super) fn state_count(&self) -> usize {
        self.builder.state_count()
    }

    /// Returns the number of choices so far, the open one included.
    pub(super) fn choice_count(&self) -> usize {
        self.builder.choice_count() + usize::from(self.open.is_some())
    }

    /// Returns the number of states that were given a choice because they had none.
    pub(super) fn staying(&self) -> usize {
        self.staying
    }

    /// Returns the state opened last.
    pub(super) fn state(&self) -> StateId {
        StateId::try_from(self.state_count().saturating_sub(1)).unwrap_or(StateId::MAX)
    }

    /// Says whether a choice is open.
    pub(super) fn in_choice(&self) -> bool {
        self.open.is_some()
    }

    /// Declares a quantity.
    pub(super) fn quantity(&mut self, name: &str) -> Result<(), String> {
        if self.quantities.iter().any(|quantity| quantity.name == name) {
            return Err(format!("there are two rewards called `{name}`"));
        }
        if self.quantities.len() >= 1000 {
            return Err("there are more than 1000 rewards".to_owned());
        }
        self.quantities.push(Quantity {
            name: name.to_owned(),
            per_state: Vec::new(),
            per_choice: Vec::new(),
            state: Rational::ZERO,
            choice: Rational::ZERO,
        });
        Ok(())
    }

    /// Returns the number of quantities.
    pub(super) fn quantity_count(&self) -> usize {
        self.quantities.len()
    }

    /// Sets what the open state has of a quantity.
    pub(super) fn state_reward(&mut self, quantity: usize, value: Rational) {
        if let Some(quantity) = self.quantities.get_mut(quantity) {
            quantity.state = value;
        }
    }

    /// Sets what the open choice has of a quantity, besides what its state has.
    pub(super) fn choice_reward(&mut self, quantity: usize, value: Rational) {
        if let Some(quantity) = self.quantities.get_mut(quantity) {
            quantity.choice = value;
        }
    }

    /// Opens the next state.
    pub(super) fn open_state(&mut self, line: &Line<'_>) -> Result<StateId, Fault> {
        self.close_state()?;
        if self.state_count() >= self.limits.states_max {
            return Err(line.whole_fault(format!(
                "the model has more than {} states",
                self.limits.states_max
            )));
        }
        self.builder.add_state(Vec::new());
        self.unclosed = true;
        self.mark.set(line);
        Ok(self.state())
    }

    /// Says what is seen in the open state.
    pub(super) fn observe(&mut self, observation: u32) {
        self.observations.resize(self.state_count(), 0);
        if let Some(last) = self.observations.last_mut() {
            *last = observation;
        }
    }

    /// Says what is seen in every state.
    pub(super) fn observe_all(&mut self, observations: Vec<u32>) {
        self.observations = observations;
    }

    /// Returns the number of choices of the open state so far.
    pub(super) fn choices_here(&self) -> usize {
        self.choices
    }

    /// Puts a label on a state; `init` says that runs start there.
    pub(super) fn label(&mut self, name: &str, state: StateId) -> Result<(), String> {
        if name == INITIAL && self.initial.last() != Some(&state) {
            self.initial.push(state);
        }
        let index = self.declare_label(name)?;
        let states = &mut self.labels.states[index].1;
        if states.last() != Some(&state) {
            states.push(state);
        }
        Ok(())
    }

    /// Declares a label that may hold nowhere, and returns its place.
    pub(super) fn declare_label(&mut self, name: &str) -> Result<usize, String> {
        if let Some(&index) = self.labels.ids.get(name) {
            return Ok(index);
        }
        let index = self.labels.states.len();
        // Each label costs a byte a state.
        if index.saturating_mul(self.limits.states_max) > self.limits.branches_max.saturating_mul(64) {
            return Err(format!("there are more than {index} labels"));
        }
        self.labels.ids.insert(name.to_owned(), index);
        self.labels.states.push((name.to_owned(), Vec::new()));
        Ok(index)
    }

    /// Opens the next choice of the open state.
    pub(super) fn open_choice(&mut self, action: &str, line: &Line<'_>) -> Result<(), Fault> {
        self.close_choice()?;
        let Some(action) = self.actions.id(action, self.choices, &mut self.builder) else {
            return Err(line.whole_fault(format!("there are more than {ACTIONS_MAX} action names")));
        };
        self.open = Some(action);
        self.choices += 1;
        self.mark.set(line);
        Ok(())
    }

    /// Returns an error about the line that opened the open choice or state.
    pub(super) fn mark_fault(&self, message: impl Into<String>) -> Fault {
        self.mark.fault(&self.file, message)
    }

    /// Closes the open choice, if there is one.
    pub(super) fn close_choice(&mut self) -> Result<(), Fault> {
        let Some(action) = self.open.take() else {
            return Ok(());
        };
        let (set, corrected) = match self.row.set(self.sums) {
            Ok(made) => made,
            Err(error) => return Err(self.row_fault(&error)),
        };
        self.rounded += usize::from(corrected);
        let row = std::mem::take(&mut self.row);
        let added = self.add(action, set, row.targets());
        self.row = row;
        self.row.clear();
        added
    }

    fn add(&mut self, action: ActionId, set: CredalSet, targets: &[StateId]) -> Result<(), Fault> {
        self.branches += targets.len();
        if self.branches > self.limits.branches_max {
            let most = self.limits.branches_max;
            return Err(self.mark_fault(format!("the model has more than {most} branches")));
        }
        if let Err(error) = self.builder.add_choice(action, set, targets) {
            return Err(self.mark_fault(error.to_string()));
        }
        self.push_rewards();
        if self.quantities.len().saturating_mul(self.builder.choice_count()) > self.limits.branches_max {
            return Err(self.mark_fault("the model has too many rewards for its size"));
        }
        Ok(())
    }

    fn push_rewards(&mut self) {
        for quantity in &mut self.quantities {
            let choice = std::mem::take(&mut quantity.choice);
            quantity.per_choice.push(if quantity.state.is_zero() {
                choice
            } else if choice.is_zero() {
                quantity.state.clone()
            } else {
                choice + &quantity.state
            });
        }
    }

    #[cold]
    fn row_fault(&self, error: &RowError) -> Fault {
        let state = self.state();
        match error {
            RowError::Empty => self.mark_fault(format!("this choice of state {state} leads nowhere")),
            RowError::Set(error) => {
                let mut fault = self.mark_fault(format!("in a choice of state {state}, {error}"));
                let tolerance = self.sums.tolerance();
                if tolerance.is_positive() {
                    let hint = format!("sums may be off by {tolerance}, for decimals that were rounded");
                    fault.hint = Some(hint);
                }
                fault
            }
        }
    }

    /// Closes the open state, if there is one.
    pub(super) fn close_state(&mut self) -> Result<(), Fault> {
        self.close_choice()?;
        if !std::mem::take(&mut self.unclosed) {
            return Ok(());
        }
        if self.choices == 0 {
            self.stay()?;
        }
        self.choices = 0;
        for quantity in &mut self.quantities {
            quantity.per_state.push(std::mem::take(&mut quantity.state));
        }
        Ok(())
    }

    /// Lets the open state stay where it is.
    fn stay(&mut self) -> Result<(), Fault> {
        let state = self.state();
        // A header may promise millions of states that the file does not describe.
        if self.staying > STAYING_MAX + 16 * (self.branches - self.staying) {
            let staying = self.staying;
            return Err(self.mark_fault(format!("more than {staying} states have no choice")));
        }
        let added = Precise::new(vec![Rational::ONE])
            .map_err(|error| error.to_string())
            .and_then(|set| {
                let action = self.actions.id(STAY, 0, &mut self.builder).unwrap_or_default();
                let added = self.builder.add_choice(action, CredalSet::from(set), [state]);
                added.map_err(|error: BuildError| error.to_string())
            });
        let labelled = added.and_then(|()| self.label(DEADLOCK, state));
        labelled.map_err(|error| self.mark_fault(error))?;
        self.branches += 1;
        self.staying += 1;
        self.push_rewards();
        Ok(())
    }

    /// Adds a choice with any credal set to the open state.
    pub(super) fn add_set(&mut self, action: &str, set: CredalSet, targets: &[StateId]) -> Result<(), Fault> {
        let Some(action) = self.actions.id(action, self.choices, &mut self.builder) else {
            return Err(self.mark_fault(format!("there are more than {ACTIONS_MAX} action names")));
        };
        self.choices += 1;
        self.add(action, set, targets)
    }

    /// Lets runs start with these weights.
    pub(super) fn start_weighted(&mut self, weights: Vec<(StateId, Rational)>) {
        self.weights = weights;
    }

    /// Lets runs start in a state, if no label has said where they do.
    pub(super) fn start_unless_known(&mut self, state: Option<StateId>) {
        if self.initial.is_empty() {
            self.initial.extend(state);
        }
    }

    /// Closes everything and returns the model.
    pub(super) fn finish(mut self) -> Result<Model, Fault> {
        self.close_state()?;
        let states = self.state_count();
        let fault = |message: String| Box::new(Diagnostic::new(format!("`{}`: {message}", self.file)));
        if states == 0 {
            return Err(fault("the model has no states".to_owned()));
        }
        let labels = self.labels.states.len();
        if labels.saturating_mul(states) > self.limits.branches_max.saturating_mul(64) {
            return Err(fault(format!("{labels} labels are too many for {states} states")));
        }
        let mut builder = self.builder;
        for (name, members) in self.labels.states {
            let mut set = StateSet::none(states);
            for state in members {
                set.insert(state);
            }
            builder = builder.label(name, set);
        }
        for quantity in self.quantities {
            builder = builder
                .quantity(quantity.name.clone(), quantity.per_choice)
                .state_quantity(quantity.name, quantity.per_state);
        }
        if !self.observations.is_empty() {
            self.observations.resize(states, 0);
            builder = builder.observations(self.observations);
        }
        for note in notes(self.rounded, self.staying).into_iter().chain(self.notes) {
            builder = builder.note(note);
        }
        start(builder, self.initial, self.weights)
            .and_then(ModelBuilder::finish)
            .map_err(|error| fault(error.to_string()))
    }
}

/// Says where runs start.
fn start(
    builder: ModelBuilder,
    mut initial: Vec<StateId>,
    weights: Vec<(StateId, Rational)>,
) -> Result<ModelBuilder, BuildError> {
    if !weights.is_empty() {
        return Ok(builder.start(weights));
    }
    initial.sort_unstable();
    initial.dedup();
    if initial.is_empty() {
        let builder = builder.note("the file names no initial state; runs start in state 0");
        return Ok(builder.start(vec![(0, Rational::ONE)]));
    }
    let count = u32::try_from(initial.len()).map_err(|_| BuildError::TooLarge)?;
    let weight = Rational::ONE / Rational::from(count);
    let kind = if count == 1 {
        InitialKind::Weighted
    } else {
        InitialKind::OneOf
    };
    let initial = initial.into_iter().map(|state| (state, weight.clone())).collect();
    Ok(builder.start(initial).initial_kind(kind))
}

fn notes(rounded: usize, staying: usize) -> Vec<String> {
    let mut notes = Vec::new();
    match rounded {
        0 => {}
        1 => notes.push(
            "the numbers of 1 choice missed the sum 1 by rounding and were divided by their sum".to_owned(),
        ),
        n => notes.push(format!(
            "the numbers of {n} choices missed the sum 1 by rounding and were divided by their sums"
        )),
    }
    match staying {
        0 => {}
        1 => notes.push("1 state has no choice in the file; runs stay in it".to_owned()),
        n => notes.push(format!(
            "{n} states have no choice in the file; runs stay in them"
        )),
    }
    notes
}

impl Actions {
    /// Returns the action of this name, which is new if it has not been seen; `place` is a guess where it was seen last.
    fn id(&mut self, name: &str, place: usize, builder: &mut ModelBuilder) -> Option<ActionId> {
        if let Some(&recent) = self.recent.get(place)
            && self.names[recent as usize] == name
        {
            return Some(recent);
        }
        let id = match self.ids.get(name) {
            Some(&id) => id,
            None if self.names.len() >= ACTIONS_MAX => return None,
            None => {
                let id = builder.add_action(name);
                self.ids.insert(name.to_owned(), id);
                self.names.push(name.to_owned());
                id
            }
        };
        if place < self.recent.len() {
            self.recent[place] = id;
        } else if place == self.recent.len() {
            self.recent.push(id);
        }
        Some(id)
    }
}
