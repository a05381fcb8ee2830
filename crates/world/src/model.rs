//! The explicit model that every world unfolds to: states, choices, and a credal set for each choice.
//!
//! Invariants, established by [`ModelBuilder`](crate::ModelBuilder) and relied upon everywhere: every state has at least one choice; the
//! branches of choice `c` and the outcomes of its credal set are the same in number and order; every branch leads
//! to a state of the model; the initial weights are positive and sum to exactly one.

use crate::ids::{ActionId, ChoiceId, StateId};
use crate::state_set::StateSet;
use murphy_credal::{CredalSet, Precise, SetList, SetView};
use murphy_notation::{Rational, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A finite model with a credal set for each choice. It predicts and does not value.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) name: String,
    pub(crate) about: String,
    pub(crate) kind: ModelKind,
    /// `choice_start[s]..choice_start[s + 1]` are the choices of state `s`.
    pub(crate) choice_start: Vec<u32>,
    pub(crate) choice_action: Vec<ActionId>,
    /// Where the branches lead, in the order of the outcomes of the sets.
    pub(crate) targets: Vec<StateId>,
    /// The set of each choice. Its outcomes are the branches of the choice.
    pub(crate) sets: SetList,
    pub(crate) actions: Vec<String>,
    pub(crate) initial: Vec<(StateId, Rational)>,
    pub(crate) initial_kind: InitialKind,
    pub(crate) labels: BTreeMap<String, StateSet>,
    pub(crate) quantities: BTreeMap<String, Arc<[Rational]>>,
    /// The names of the quantities in the order added.
    pub(crate) quantity_order: Vec<String>,
    /// The part of a quantity that a state has whatever is chosen in it, one value a state.
    pub(crate) state_quantities: BTreeMap<String, Vec<Rational>>,
    pub(crate) constants: Vec<(String, Value)>,
    /// States with the same number look the same to the agent; `None` if it sees the state.
    pub(crate) observations: Option<Vec<u32>>,
    pub(crate) variables: Vec<Variable>,
    /// The value of variable `v` in state `s` is `valuation[s * variables.len() + v]`.
    pub(crate) valuation: Vec<Value>,
    /// What `Value::Symbol(i)` is called.
    pub(crate) symbols: Vec<String>,
    pub(crate) picture: Option<Picture>,
    pub(crate) notes: Vec<String>,
}

/// Whether there is anything for an agent to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModelKind {
    /// Every state has one choice: only Nature picks, so a goal names one direction, hers.
    Chain,
    /// The agent picks among choices, even if each state happens to have only one.
    #[default]
    Decision,
}

/// What several initial states mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InitialKind {
    /// Runs start in each with its weight.
    #[default]
    Weighted,
    /// Runs start in one of them and nothing says which; the weights are equal and mean nothing.
    OneOf,
}

/// A variable that every state gives a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name, `entity.variable` in a world of entities.
    pub name: String,
    /// What values it can have.
    pub kind: VariableKind,
}

/// The type of a [`Variable`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// An exact number that a state was given (a measurement); it does not tell states apart.
    Number,
    /// One of these names.
    Symbol(Vec<String>),
}

/// How a world wants to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picture {
    /// Cells at the values of two variables of kind `Int`, painted by the labels that hold there.
    Grid {
        /// Index of the variable that counts columns.
        x: usize,
        /// Index of the variable that counts rows, downwards.
        y: usize,
        /// Colour by label, in the order written; the first label that holds wins.
        paint: Vec<(String, String)>,
    },
}

impl Model {
    /// Returns the name that the world gives itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the world says it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Says whether there is anything for an agent to choose.
    #[must_use]
    pub fn kind(&self) -> ModelKind {
        self.kind
    }

    /// Returns the number of states.
    #[must_use]
    pub fn state_count(&self) -> usize {
        self.choice_start.len().saturating_sub(1)
    }

    /// Returns the number of choices over all states.
    #[must_use]
    pub fn choice_count(&self) -> usize {
        self.choice_action.len()
    }

    /// Returns the number of branches over all choices.
    #[must_use]
    pub fn branch_count(&self) -> usize {
        self.targets.len()
    }

    /// Returns the choices of a state.
    #[must_use]
    #[inline]
    pub fn choices(&self, state: StateId) -> Range<ChoiceId> {
        self.choice_start[state as usize]..self.choice_start[state as usize + 1]
    }

    /// Returns the action of a choice.
    #[must_use]
    pub fn action(&self, choice: ChoiceId) -> ActionId {
        self.choice_action[choice as usize]
    }

    /// Returns the name of the action of a choice.
    #[must_use]
    pub fn action_name(&self, choice: ChoiceId) -> &str {
        &self.actions[self.choice_action[choice as usize] as usize]
    }

    /// Returns the names of all actions.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// Returns where the branches of a choice lead, in the order of the outcomes of its set. A state may occur twice.
    #[must_use]
    #[inline]
    pub fn targets(&self, choice: ChoiceId) -> &[StateId] {
        &self.targets[self.sets.outcomes(choice as usize)]
    }

    /// Returns where the branches of some consecutive choices lead, one choice after another.
    #[must_use]
    #[inline]
    pub fn targets_between(&self, choices: Range<ChoiceId>) -> &[StateId] {
        match choices.clone().next_back() {
            Some(last) => {
                let start = self.branches(choices.start).start;
                &self.targets[start..self.branches(last).end]
            }
            None => &[],
        }
    }

    /// Returns the numbers of a choice's branches among all branches.
    #[must_use]
    pub fn branches(&self, choice: ChoiceId) -> Range<usize> {
        self.sets.outcomes(choice as usize)
    }

    /// Returns the credal set of a choice, over its branches.
    ///
    /// # Cost
    /// A copy of its numbers if they are bounds; [`Self::view`] shows them as they lie.
    #[must_use]
    pub fn set(&self, choice: ChoiceId) -> Cow<'_, CredalSet> {
        self.view(choice).to_set()
    }

    /// Returns the credal sets of all choices, by choice.
    #[must_use]
    pub fn sets(&self) -> &SetList {
        &self.sets
    }

    /// Returns the credal set of a choice as it lies in the model.
    #[must_use]
    #[inline]
    pub fn view(&self, choice: ChoiceId) -> SetView<'_> {
        self.sets.view(choice as usize)
    }

    /// Returns where runs start, with exact weights that sum to one.
    #[must_use]
    pub fn initial(&self) -> &[(StateId, Rational)] {
        &self.initial
    }

    /// Lets runs start elsewhere; says whether it could: the states must be known and the weights positive, with sum one.
    pub fn restart(&mut self, initial: Vec<(StateId, Rational)>) -> bool {
        let known = |(state, weight): &(StateId, Rational)| {
            (*state as usize) < self.state_count() && weight.is_positive()
        };
        let sum: Rational = initial.iter().map(|(_, weight)| weight).sum();
        let fits = initial.iter().all(known) && sum == Rational::ONE;
        if fits {
            self.initial = initial;
        }
        fits
    }

    /// Says what it means that there are several initial states.
    #[must_use]
    pub fn initial_kind(&self) -> InitialKind {
        self.initial_kind
    }

    /// Returns the states that carry a label, if the world has it.
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&StateSet> {
        self.labels.get(name)
    }

    /// Gives the states of a set a label, in the place of one of this name; says whether the set is one of this model.
    pub fn set_label(&mut self, name: impl Into<String>, states: StateSet) -> bool {
        let fits = states.state_count() == self.state_count();
        if fits {
            self.labels.insert(name.into(), states);
        }
        fits
    }

    /// Returns all labels by name.
    #[must_use]
    pub fn labels(&self) -> &BTreeMap<String, StateSet> {
        &self.labels
    }

    /// Returns a quantity, one value a choice, if the world has it.
    #[must_use]
    pub fn quantity(&self, name: &str) -> Option<&[Rational]> {
        self.quantities.get(name).map(|values| &**values)
    }

    /// Returns a quantity to keep, without a copy of its values.
    #[must_use]
    pub fn shared_quantity(&self, name: &str) -> Option<Arc<[Rational]>> {
        self.quantities.get(name).cloned()
    }

    /// Returns all quantities by name.
    #[must_use]
    pub fn quantities(&self) -> &BTreeMap<String, Arc<[Rational]>> {
        &self.quantities
    }

    /// Returns the names of the quantities in the order in which the world declares them.
    #[must_use]
    pub fn quantity_order(&self) -> &[String] {
        &self.quantity_order
    }

    /// Returns the part of a quantity that a state has whatever is chosen in it, one value a state, if the world says which part that is.
    ///
    /// It is contained in [`Self::quantity`]; what a quantity is worth *at* a step counts only this part.
    #[must_use]
    pub fn state_quantity(&self, name: &str) -> Option<&[Rational]> {
        self.state_quantities.get(name).map(Vec::as_slice)
    }

    /// Returns the constants of the world with the values that hold, for goals that name them.
    #[must_use]
    pub fn constants(&self) -> &[(String, Value)] {
        &self.constants
    }

    /// Returns what the agent sees, one number a state: states with the same number look the same. `None` if it sees the state itself.
    #[must_use]
    pub fn observations(&self) -> Option<&[u32]> {
        self.observations.as_deref()
    }

    /// Returns the variables, in the order of [`Self::values`].
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Returns the values of the variables in a state.
    #[must_use]
    pub fn values(&self, state: StateId) -> &[Value] {
        let width = self.variables.len();
        let start = state as usize * width;
        &self.valuation[start..start + width]
    }

    /// Returns the names of the symbols that enumerated variables range over: what `Value::Symbol(i)` is called.
    #[must_use]
    pub fn symbols(&self) -> &[String] {
        &self.symbols
    }

    /// Returns a value as a person writes it.
    #[must_use]
    pub fn value_text(&self, value: &Value) -> String {
        match value {
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::Symbol(index) => self
                .symbols
                .get(*index as usize)
                .cloned()
                .unwrap_or_else(|| format!("symbol {index}")),
        }
    }

    /// Returns the state by its variables, as `x=1, y=2`; unique within a model.
    ///
    /// Variables of kind [`VariableKind::Number`] are measurements of a state and no part of its name.
    #[must_use]
    pub fn state_name(&self, state: StateId) -> String {
        let pairs: Vec<String> = self
            .variables
            .iter()
            .zip(self.values(state))
            .filter(|(variable, _)| variable.kind != VariableKind::Number)
            .map(|(variable, value)| format!("{}={}", variable.name, self.value_text(value)))
            .collect();
        if pairs.is_empty() {
            state.to_string()
        } else {
            pairs.join(", ")
        }
    }

    /// Returns how the world wants to be drawn.
    #[must_use]
    pub fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()
    }

    /// Returns what the person should know about how the model was made (error probability spent, states that end).
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Gives back the memory that was taken for what might have come.
    pub(crate) fn shrink(&mut self) {
        self.choice_start.shrink_to_fit();
        self.choice_action.shrink_to_fit();
        self.targets.shrink_to_fit();
        self.sets.shrink();
    }

    /// Returns the model in which every credal set is replaced by its centre, or the first choice whose set has none.
    ///
    /// # Errors
    /// The choice whose set has no declared centre (an interval, a list of vertices, a polytope).
    pub fn nominal(&self) -> Result<Self, ChoiceId> {
        let mut sets = SetList::default();
        for choice in (0 as ChoiceId..).take(self.choice_count()) {
            let centre = self.set(choice).centre().ok_or(choice)?;
            let precise = Precise::new(centre).map_err(|_| choice)?;
            sets.push(precise.into()).map_err(|_| choice)?;
        }
        Ok(Self { sets, ..self.clone() })
    }
}
