//! Builds a [`Model`] state by state and checks its invariants.

use crate::ids::{ActionId, StateId};
use crate::model::{InitialKind, Model, ModelKind, Picture, Variable};
use crate::state_set::StateSet;
use murphy_credal::{CredalSet, SetList};
use murphy_notation::{Rational, Value};
use std::collections::BTreeMap;
use std::fmt;

/// A model under construction. States are added in order; each is closed by the next or by [`Self::finish`].
///
/// # Example
/// ```
/// use murphy_credal::Precise;
/// use murphy_notation::Rational;
/// use murphy_world::ModelBuilder;
///
/// let mut builder = ModelBuilder::new("a coin", vec!["toss".into(), "stay".into()]);
/// let half = || Rational::new(1, 2);
/// builder.add_state(vec![]);
/// builder.add_choice(0, Precise::new(vec![half(), half()])?.into(), vec![1, 2])?;
/// for state in [1, 2] {
///     builder.add_state(vec![]);
///     builder.add_choice(1, Precise::new(vec![Rational::ONE])?.into(), vec![state])?;
/// }
/// let model = builder.start(vec![(0, Rational::ONE)]).finish()?;
/// assert_eq!((model.state_count(), model.branch_count()), (3, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ModelBuilder {
    model: Model,
    /// How many choices there will be, if somebody said so.
    expected: usize,
}

/// Nobody's word is good for more room than this many choices and branches: memory that is not needed is not touched, but it must be there.
const CHOICES_MAX: usize = 1 << 24;
const BRANCHES_MAX: usize = 1 << 28;
/// After so many choices it is known about how many branches they have.
const SAMPLE: usize = 256;

/// Why a model cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildError {
    /// A choice was added before any state.
    NoState,
    /// A state has no choice: give it one that leads back to it.
    NoChoice {
        /// The state.
        state: StateId,
    },
    /// A state of a chain has several choices.
    NotAChain {
        /// The state.
        state: StateId,
    },
    /// A set has another number of outcomes than there are branches.
    BranchCount {
        /// Outcomes of the set.
        outcomes: usize,
        /// Branches given.
        branches: usize,
    },
    /// A branch leads to a state that does not exist.
    UnknownTarget {
        /// The state it leads to.
        target: StateId,
    },
    /// A choice has an action that does not exist.
    UnknownAction {
        /// The action.
        action: ActionId,
    },
    /// A state gives another number of values than there are variables.
    ValueCount {
        /// The state.
        state: StateId,
    },
    /// The initial weights are not positive, name an unknown state, or do not sum to one.
    Initial {
        /// Their sum.
        sum: Rational,
    },
    /// A label or a quantity has another length than the model, or the picture names an unknown variable.
    Length {
        /// Its name.
        name: String,
    },
    /// More states, choices or branches than 32 bits count.
    TooLarge,
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoState => write!(f, "a choice was added before any state"),
            Self::NoChoice { state } => write!(f, "state {state} has no choice"),
            Self::NotAChain { state } => write!(f, "state {state} of a chain has several choices"),
            Self::BranchCount { outcomes, branches } => {
                write!(
                    f,
                    "a credal set over {outcomes} outcomes was given {branches} branches"
                )
            }
            Self::UnknownTarget { target } => {
                write!(f, "a branch leads to state {target}, which does not exist")
            }
            Self::UnknownAction { action } => write!(f, "a choice has action {action}, which does not exist"),
            Self::ValueCount { state } => write!(f, "state {state} does not give every variable one value"),
            Self::Initial { sum } => {
                write!(
                    f,
                    "the initial weights must be positive, of known states, and sum to 1; they sum to {sum}"
                )
            }
            Self::Length { name } => write!(f, "`{name}` does not fit the model"),
            Self::TooLarge => write!(
                f,
                "the model has more states, choices or branches than 32 bits can count"
            ),
        }
    }
}

impl std::error::Error for BuildError {}

impl ModelBuilder {
    /// Returns a model without states.
    #[must_use]
    pub fn new(name: impl Into<String>, actions: Vec<String>) -> Self {
        Self {
            model: Model {
                name: name.into(),
                about: String::new(),
                kind: ModelKind::default(),
                choice_start: vec![0],
                choice_action: Vec::new(),
                targets: Vec::new(),
                sets: SetList::default(),
                actions,
                initial: Vec::new(),
                initial_kind: InitialKind::default(),
                labels: BTreeMap::new(),
                quantities: BTreeMap::new(),
                quantity_order: Vec::new(),
                state_quantities: BTreeMap::new(),
                constants: Vec::new(),
                observations: None,
                variables: Vec::new(),
                valuation: Vec::new(),
                symbols: Vec::new(),
                picture: None,
                notes: Vec::new(),
            },
            expected: 0,
        }
    }

    /// Says how many states and choices there will be, so that the model need not be moved as it grows; a mistake does no harm.
    pub fn expect(&mut self, states: usize, choices: usize) {
        self.model.choice_start.reserve_exact(states.min(CHOICES_MAX));
        self.expected = choices.min(CHOICES_MAX);
        self.model.choice_action.reserve_exact(self.expected);
    }

    /// Makes room for the branches that are still to come, as far as that can be told.
    fn make_room(&mut self) {
        let (choices, branches) = (self.model.choice_count(), self.model.targets.len());
        let left = self.expected.saturating_sub(choices);
        if choices < SAMPLE || left == 0 {
            return;
        }
        // A third more than there would be by what was seen so far: room that is not needed is never touched, and given back.
        let more = branches.saturating_mul(left) / choices * 4 / 3 + SAMPLE;
        let more = more.min(BRANCHES_MAX);
        self.model.targets.reserve_exact(more);
        self.model.sets.reserve(left, more);
    }

    /// Sets what the world says it is about.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.model.about = about.into();
        self
    }

    /// Sets the name that the world gives itself.
    pub fn rename(&mut self, name: impl Into<String>) {
        self.model.name = name.into();
    }

    /// Sets whether there is anything for an agent to choose; by default there is.
    #[must_use]
    pub fn kind(mut self, kind: ModelKind) -> Self {
        self.model.kind = kind;
        self
    }

    /// Sets the variables; before the first state.
    #[must_use]
    pub fn variables(mut self, variables: Vec<Variable>) -> Self {
        self.model.variables = variables;
        self
    }

    /// Sets the variables and all their values at once, state by state; instead of values given with each state.
    #[must_use]
    pub fn valuation(mut self, variables: Vec<Variable>, values: Vec<Value>) -> Self {
        self.model.variables = variables;
        self.model.valuation = values;
        self
    }

    /// Sets what `Value::Symbol(i)` is called.
    #[must_use]
    pub fn symbols(mut self, symbols: Vec<String>) -> Self {
        self.model.symbols = symbols;
        self
    }

    /// Adds an action that was not known at the start, and returns it.
    pub fn add_action(&mut self, name: impl Into<String>) -> ActionId {
        let action = ActionId::try_from(self.model.actions.len()).unwrap_or(ActionId::MAX);
        self.model.actions.push(name.into());
        action
    }

    /// Opens the next state with the values of its variables.
    pub fn add_state(&mut self, values: Vec<Value>) {
        let model = &mut self.model;
        model.valuation.extend(values);
        let choices = model.choice_start.last().copied().unwrap_or(0);
        model.choice_start.push(choices);
    }

    /// Adds a choice to the state opened last.
    ///
    /// # Errors
    /// [`BuildError::BranchCount`], [`BuildError::UnknownAction`], [`BuildError::NoState`] or [`BuildError::TooLarge`].
    pub fn add_choice(
        &mut self,
        action: ActionId,
        set: CredalSet,
        targets: impl AsRef<[StateId]>,
    ) -> Result<(), BuildError> {
        let targets = targets.as_ref();
        if self.model.targets.capacity() - self.model.targets.len() < targets.len() {
            self.make_room();
        }
        let model = &mut self.model;
        if model.choice_start.len() < 2 {
            return Err(BuildError::NoState);
        }
        if set.outcomes() != targets.len() {
            return Err(BuildError::BranchCount {
                outcomes: set.outcomes(),
                branches: targets.len(),
            });
        }
        if action as usize >= model.actions.len() {
            return Err(BuildError::UnknownAction { action });
        }
        let last = model.choice_start.len() - 1;
        model.choice_start[last] = model.choice_start[last]
            .checked_add(1)
            .ok_or(BuildError::TooLarge)?;
        model.sets.push(set).map_err(|_| BuildError::TooLarge)?;
        model.choice_action.push(action);
        model.targets.extend_from_slice(targets);
        Ok(())
    }

    /// Sets where runs start.
    #[must_use]
    pub fn start(mut self, initial: Vec<(StateId, Rational)>) -> Self {
        self.model.initial = initial;
        self
    }

    /// Sets what several initial states mean; by default the weights hold.
    #[must_use]
    pub fn initial_kind(mut self, kind: InitialKind) -> Self {
        self.model.initial_kind = kind;
        self
    }

    /// Sets the constants that goals may name.
    #[must_use]
    pub fn constants(mut self, constants: Vec<(String, Value)>) -> Self {
        self.model.constants = constants;
        self
    }

    /// Sets what the agent sees, one number a state: states with the same number look the same.
    #[must_use]
    pub fn observations(mut self, observations: Vec<u32>) -> Self {
        self.model.observations = Some(observations);
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, states: StateSet) -> Self {
        self.model.labels.insert(name.into(), states);
        self
    }

    /// Adds a quantity, one value a choice.
    #[must_use]
    pub fn quantity(mut self, name: impl Into<String>, per_choice: Vec<Rational>) -> Self {
        let name = name.into();
        if !self.model.quantity_order.contains(&name) {
            self.model.quantity_order.push(name.clone());
        }
        self.model.quantities.insert(name, per_choice.into());
        self
    }

    /// Says which part of a quantity a state has whatever is chosen in it, one value a state.
    #[must_use]
    pub fn state_quantity(mut self, name: impl Into<String>, per_state: Vec<Rational>) -> Self {
        self.model.state_quantities.insert(name.into(), per_state);
        self
    }

    /// Sets how the world wants to be drawn.
    #[must_use]
    pub fn picture(mut self, picture: Option<Picture>) -> Self {
        self.model.picture = picture;
        self
    }

    /// Adds something that the person should know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.model.notes.push(note.into());
        self
    }

    /// Returns the number of states opened so far.
    #[must_use]
    pub fn state_count(&self) -> usize {
        self.model.state_count()
    }

    /// Returns the number of choices added so far.
    #[must_use]
    pub fn choice_count(&self) -> usize {
        self.model.choice_count()
    }

    /// Checks the invariants and returns the model.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn finish(self) -> Result<Model, BuildError> {
        let mut model = self.model;
        model.shrink();
        let states = model.state_count();
        if u32::try_from(states).is_err() || u32::try_from(model.choice_count()).is_err() {
            return Err(BuildError::TooLarge);
        }
        let ends = model.choice_start.windows(2).position(|pair| pair[0] == pair[1]);
        if let Some(state) = ends.and_then(|state| u32::try_from(state).ok()) {
            return Err(BuildError::NoChoice { state });
        }
        let forks = match model.kind {
            ModelKind::Chain => model
                .choice_start
                .windows(2)
                .position(|pair| pair[1] - pair[0] > 1),
            ModelKind::Decision => None,
        };
        if let Some(state) = forks.and_then(|state| u32::try_from(state).ok()) {
            return Err(BuildError::NotAChain { state });
        }
        if let Some(&target) = model.targets.iter().find(|target| **target as usize >= states) {
            return Err(BuildError::UnknownTarget { target });
        }
        if model.valuation.len() != states * model.variables.len() {
            let filled = model.valuation.len() / model.variables.len().max(1);
            return Err(BuildError::ValueCount {
                state: u32::try_from(filled).unwrap_or(u32::MAX),
            });
        }
        let sum: Rational = model.initial.iter().map(|(_, weight)| weight).sum();
        let known = model
            .initial
            .iter()
            .all(|(state, weight)| (*state as usize) < states && weight.is_positive());
        if !known || sum != Rational::ONE {
            return Err(BuildError::Initial { sum });
        }
        check_lengths(&model)?;
        Ok(model)
    }
}

fn check_lengths(model: &Model) -> Result<(), BuildError> {
    let states = model.state_count();
    let labels = model
        .labels
        .iter()
        .map(|(name, set)| (name, set.state_count() == states));
    let at_states = model
        .state_quantities
        .iter()
        .map(|(name, values)| (name, values.len() == states));
    let quantities = model
        .quantities
        .iter()
        .map(|(name, values)| (name, values.len() == model.choice_count()));
    if let Some((name, _)) = labels.chain(quantities).chain(at_states).find(|(_, fits)| !fits) {
        return Err(BuildError::Length { name: name.clone() });
    }
    if model
        .observations
        .as_ref()
        .is_some_and(|seen| seen.len() != states)
    {
        return Err(BuildError::Length {
            name: "observations".into(),
        });
    }
    if let Some(Picture::Grid { x, y, .. }) = &model.picture
        && *x.max(y) >= model.variables.len()
    {
        return Err(BuildError::Length {
            name: "picture".into(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use murphy_credal::{Interval, Precise};

    /// Builds a model whose choices get more branches as it grows.
    fn grown(promised: Option<(usize, usize)>) -> Model {
        let states = 600u32;
        let mut builder = ModelBuilder::new("grown", vec!["go".into()]);
        if let Some((states, choices)) = promised {
            builder.expect(states, choices);
        }
        for state in 0..states {
            let count = 1 + state / 100;
            let share = Rational::new(1, i64::from(count));
            let shares = vec![share; count as usize];
            let set = if state % 7 == 3 && count > 1 {
                Interval::new(
                    vec![Rational::ZERO; shares.len()],
                    vec![Rational::ONE; shares.len()],
                )
                .unwrap()
                .into()
            } else {
                CredalSet::from(Precise::new(shares).unwrap())
            };
            builder.add_state(vec![]);
            let targets: Vec<StateId> = (0..count).map(|branch| (state + branch) % states).collect();
            builder.add_choice(0, set, targets).unwrap();
        }
        builder.start(vec![(0, Rational::ONE)]).finish().unwrap()
    }

    #[test]
    fn a_model_is_the_same_whatever_was_promised() {
        let plain = grown(None);
        for promised in [(600, 600), (3, 1), (0, 5_000), (usize::MAX, usize::MAX)] {
            let model = grown(Some(promised));
            assert_eq!(model.branch_count(), plain.branch_count());
            for choice in 0..600 {
                assert_eq!(model.targets(choice), plain.targets(choice));
                assert_eq!(*model.set(choice), *plain.set(choice));
            }
            assert_eq!(model.targets_between(250..260), plain.targets_between(250..260));
        }
        assert_eq!(
            plain.targets_between(250..252),
            [plain.targets(250), plain.targets(251)].concat()
        );
        assert!(plain.targets_between(7..7).is_empty());
    }
}
