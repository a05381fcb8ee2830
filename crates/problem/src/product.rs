//! A model together with what an automaton remembers of the run.

use murphy_credal::Precise;
use murphy_notation::{Rational, Value};
use murphy_world::{
    BuildError, ChoiceId, InitialKind, Model, ModelBuilder, StateId, StateSet, Variable, VariableKind,
};
use std::collections::HashMap;
use std::fmt;

/// How many states a product may have.
const STATES_MAX: usize = 5_000_000;

/// What watches a run, state by state.
pub trait Memory {
    /// Returns what is remembered before the first state is seen.
    fn start(&self) -> u32;

    /// Returns what is remembered once a state is seen, too; `None` if it would be too much.
    fn see(&mut self, memory: u32, state: StateId) -> Option<u32>;

    /// Says whether nothing that follows matters any more.
    fn is_decided(&self, memory: u32) -> bool;
}

/// A model whose states are those of another with a memory.
///
/// The memory of a state has seen the state itself. Where it is decided, the play stays for ever.
#[derive(Clone, Debug)]
pub struct Product {
    /// The model. It has no labels and no quantities.
    pub model: Model,
    /// The state and the memory that each state stands for.
    pub states: Vec<(StateId, u32)>,
    /// The choice that each choice stands for; `None` where the play stays for ever.
    pub choices: Vec<Option<ChoiceId>>,
    /// Where the runs begin that begin in each of the states asked for, in that order.
    pub starts: Vec<StateId>,
}

/// Why there is no product.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProductError {
    /// It has too many states.
    TooLarge,
    /// The memory is too large.
    Memory,
    /// The model could not be put together.
    Build(BuildError),
}

impl fmt::Display for ProductError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "the product of the model and the formula has more than {STATES_MAX} states"
            ),
            Self::Memory => write!(f, "the automaton of this formula is too large"),
            Self::Build(error) => write!(
                f,
                "the product of the model and the formula cannot be built: {error}"
            ),
        }
    }
}

impl std::error::Error for ProductError {}

impl From<BuildError> for ProductError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

/// The states of a product that are known so far.
struct Known {
    states: Vec<(StateId, u32)>,
    numbers: HashMap<(StateId, u32), StateId>,
}

impl Known {
    fn number(&mut self, state: StateId, memory: u32) -> Result<StateId, ProductError> {
        if let Some(number) = self.numbers.get(&(state, memory)) {
            return Ok(*number);
        }
        if self.states.len() >= STATES_MAX {
            return Err(ProductError::TooLarge);
        }
        let number = StateId::try_from(self.states.len()).map_err(|_| ProductError::TooLarge)?;
        self.states.push((state, memory));
        self.numbers.insert((state, memory), number);
        Ok(number)
    }
}

impl Product {
    /// Returns the part of the product that runs from `starts` can come to.
    ///
    /// # Errors
    /// [`ProductError`], if it is too large.
    pub fn new(model: &Model, starts: &[StateId], memory: &mut dyn Memory) -> Result<Self, ProductError> {
        let mut known = Known {
            states: Vec::new(),
            numbers: HashMap::new(),
        };
        let mut begin = Vec::with_capacity(starts.len());
        for &state in starts {
            let first = memory.see(memory.start(), state).ok_or(ProductError::Memory)?;
            begin.push(known.number(state, first)?);
        }
        let whole = |name: &str| Variable {
            name: name.to_owned(),
            kind: VariableKind::Int,
        };
        let actions = model
            .actions()
            .iter()
            .cloned()
            .chain(["end".to_owned()])
            .collect();
        let mut builder = ModelBuilder::new(model.name(), actions)
            .variables(vec![whole("state"), whole("memory")])
            .kind(model.kind());
        let end = u32::try_from(model.actions().len()).map_err(|_| ProductError::TooLarge)?;
        let stay = Precise::new(vec![Rational::ONE]).map_err(|_| ProductError::TooLarge)?;
        let mut choices = Vec::new();
        let mut at = 0;
        while let Some(&(state, remembered)) = known.states.get(at) {
            builder.add_state(vec![
                Value::Int(i64::from(state)),
                Value::Int(i64::from(remembered)),
            ]);
            if memory.is_decided(remembered) {
                let here = StateId::try_from(at).map_err(|_| ProductError::TooLarge)?;
                builder.add_choice(end, stay.clone().into(), [here])?;
                choices.push(None);
            } else {
                for choice in model.choices(state) {
                    let mut targets = Vec::with_capacity(model.targets(choice).len());
                    for &target in model.targets(choice) {
                        let next = memory.see(remembered, target).ok_or(ProductError::Memory)?;
                        targets.push(known.number(target, next)?);
                    }
                    builder.add_choice(model.action(choice), model.set(choice).into_owned(), targets)?;
                    choices.push(Some(choice));
                }
            }
            at += 1;
        }
        let mut product = Self {
            model: builder
                .start(equally(&begin))
                .initial_kind(InitialKind::OneOf)
                .finish()?,
            states: known.states,
            choices,
            starts: begin,
        };
        product.starts.shrink_to_fit();
        Ok(product)
    }

    /// Returns the states whose state and memory satisfy a condition.
    #[must_use]
    pub fn states_where(&self, condition: impl Fn(StateId, u32) -> bool) -> StateSet {
        StateSet::from_flags(
            self.states
                .iter()
                .map(|(state, memory)| condition(*state, *memory))
                .collect(),
        )
    }

    /// Returns a quantity of the model as one of the product; nothing is gained where the play stays for ever.
    #[must_use]
    pub fn quantity(&self, of_model: &[Rational]) -> Vec<Rational> {
        let value = |choice: &Option<ChoiceId>| {
            let value = choice.and_then(|choice| of_model.get(choice as usize));
            value.cloned().unwrap_or(Rational::ZERO)
        };
        self.choices.iter().map(value).collect()
    }
}

/// Returns equal weights of the states, each counted once.
#[must_use]
pub fn equally(states: &[StateId]) -> Vec<(StateId, Rational)> {
    let mut states = states.to_vec();
    states.sort_unstable();
    states.dedup();
    let share = Rational::ONE.checked_div(&Rational::from(i64::try_from(states.len()).unwrap_or(i64::MAX)));
    let share = share.unwrap_or(Rational::ONE);
    states.into_iter().map(|state| (state, share.clone())).collect()
}
