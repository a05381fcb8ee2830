//! The model of what a policy can believe when it sees observations instead of states.
//!
//! A belief is a distribution over the states that look alike, given all that was seen and done. Where finitely many beliefs can be come to,
//! they make a model whose policies see all they may use, and whose values are those of the policies that see observations only.
//!
//! Plays that have ended, at a target or where it is lost, are taken out of the belief at once. The policy does not see that, but nothing
//! that it does matters to them any more, so it may act as if it knew.

use murphy_credal::{CredalSet, Precise};
use murphy_notation::{Rational, Value};
use murphy_world::{
    ActionId, BuildError, ChoiceId, Model, ModelBuilder, StateId, StateSet, Variable, VariableKind,
};
use std::collections::BTreeMap;
use std::fmt;

/// How many beliefs there may be.
const BELIEFS_MAX: usize = 20_000;

/// A distribution over states, in ascending order.
type Belief = Vec<(StateId, Rational)>;

/// A model of beliefs.
#[derive(Clone, Debug)]
pub struct Beliefs {
    /// The model; it starts in its first state.
    pub model: Model,
    /// Where plays end that come to a target.
    pub won: StateSet,
    /// Where plays end that are lost.
    pub lost: StateSet,
    /// The quantity asked for, one expected value a choice.
    pub quantity: Vec<Rational>,
}

/// Why there is no model of beliefs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeliefError {
    /// The model does not say what is seen.
    NothingSeen,
    /// There are too many beliefs, perhaps infinitely many.
    TooMany,
    /// States that look alike offer different actions, or one action several times.
    Actions,
    /// A choice has more than one distribution.
    Imprecise,
    /// The model could not be put together.
    Build(BuildError),
}

impl fmt::Display for BeliefError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingSeen => write!(f, "the model does not say what the policy sees"),
            Self::TooMany => write!(
                f,
                "the policy of this model sees observations instead of states, and there are more than {BELIEFS_MAX} things it can \
                 believe, perhaps infinitely many"
            ),
            Self::Actions => write!(f, "states that look alike to the policy offer different actions"),
            Self::Imprecise => write!(
                f,
                "a policy that sees observations instead of states is supported where probabilities are known only"
            ),
            Self::Build(error) => write!(f, "the model of beliefs cannot be built: {error}"),
        }
    }
}

impl std::error::Error for BeliefError {}

impl From<BuildError> for BeliefError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

/// Beliefs numbered as they are met. The first two numbers are those of the ends.
struct Known<'a> {
    beliefs: Vec<Belief>,
    numbers: BTreeMap<Belief, StateId>,
    /// What is seen in each state.
    observations: &'a [u32],
    /// Where plays are won and where they are lost.
    ends: (&'a StateSet, &'a StateSet),
}

const WON: StateId = 0;
const LOST: StateId = 1;
const ENDS: usize = 2;

impl Known<'_> {
    fn number(&mut self, belief: Belief) -> Result<StateId, BeliefError> {
        if let Some(number) = self.numbers.get(&belief) {
            return Ok(*number);
        }
        if self.beliefs.len() >= BELIEFS_MAX {
            return Err(BeliefError::TooMany);
        }
        let number = StateId::try_from(self.beliefs.len() + ENDS).map_err(|_| BeliefError::TooMany)?;
        self.beliefs.push(belief.clone());
        self.numbers.insert(belief, number);
        Ok(number)
    }

    /// Returns what is believed after an action, one outcome for each thing that may be seen, and for each way in which the play may have ended.
    fn outcomes(
        &mut self,
        mass: BTreeMap<StateId, Rational>,
    ) -> Result<BTreeMap<StateId, Rational>, BeliefError> {
        let (target, avoid) = self.ends;
        let mut outcomes: BTreeMap<StateId, Rational> = BTreeMap::new();
        let mut seen: BTreeMap<u32, Belief> = BTreeMap::new();
        for (state, share) in mass {
            match (target.contains(state), avoid.contains(state)) {
                (true, _) => *outcomes.entry(WON).or_insert(Rational::ZERO) += share,
                (_, true) => *outcomes.entry(LOST).or_insert(Rational::ZERO) += share,
                _ => seen
                    .entry(self.observations[state as usize])
                    .or_default()
                    .push((state, share)),
            }
        }
        for part in seen.into_values() {
            let total: Rational = part.iter().map(|(_, share)| share).sum();
            let belief = part
                .into_iter()
                .map(|(state, share)| Some((state, share.checked_div(&total)?)))
                .collect::<Option<Belief>>();
            let number = self.number(belief.ok_or(BeliefError::Imprecise)?)?;
            *outcomes.entry(number).or_insert(Rational::ZERO) += total;
        }
        Ok(outcomes)
    }
}

impl Beliefs {
    /// Returns the model of what can be believed when a play starts in a state. `quantity` may be empty.
    ///
    /// # Errors
    /// [`BeliefError`].
    pub fn new(
        model: &Model,
        start: StateId,
        (target, avoid): (&StateSet, &StateSet),
        quantity: &[Rational],
    ) -> Result<Self, BeliefError> {
        let mut known = Known {
            beliefs: Vec::new(),
            numbers: BTreeMap::new(),
            observations: model.observations().ok_or(BeliefError::NothingSeen)?,
            ends: (target, avoid),
        };
        let first = match (target.contains(start), avoid.contains(start)) {
            (true, _) => WON,
            (_, true) => LOST,
            _ => known.number(vec![(start, Rational::ONE)])?,
        };
        let mut builder =
            ModelBuilder::new(model.name(), model.actions().to_vec()).variables(vec![Variable {
                name: "belief".to_owned(),
                kind: VariableKind::Int,
            }]);
        let sure: CredalSet = Precise::new(vec![Rational::ONE])
            .map_err(|_| BeliefError::Imprecise)?
            .into();
        let mut expected = Vec::new();
        for end in [WON, LOST] {
            builder.add_state(vec![Value::Int(i64::from(end))]);
            builder.add_choice(0, sure.clone(), [end])?;
            expected.push(Rational::ZERO);
        }
        let mut at = 0;
        while let Some(belief) = known.beliefs.get(at).cloned() {
            builder.add_state(vec![Value::Int(i64::try_from(at + ENDS).unwrap_or(i64::MAX))]);
            for (action, choices) in offered(model, &belief)? {
                let mut gain = Rational::ZERO;
                let mut mass: BTreeMap<StateId, Rational> = BTreeMap::new();
                for ((_, share), choice) in belief.iter().zip(choices) {
                    if let Some(value) = quantity.get(choice as usize) {
                        gain += share * value;
                    }
                    spread(model, choice, share, &mut mass)?;
                }
                let (targets, probabilities): (Vec<StateId>, Vec<Rational>) =
                    known.outcomes(mass)?.into_iter().unzip();
                let set = Precise::new(probabilities).map_err(|_| BeliefError::Imprecise)?;
                builder.add_choice(action, set.into(), targets)?;
                expected.push(gain);
            }
            at += 1;
        }
        let model = builder.start(vec![(first, Rational::ONE)]).finish()?;
        let only = |end: StateId| {
            let mut set = StateSet::none(model.state_count());
            set.insert(end);
            set
        };
        Ok(Self {
            won: only(WON),
            lost: only(LOST),
            quantity: expected,
            model,
        })
    }
}

/// Returns the actions that every state of a belief offers, each with the choice it is in each of them.
fn offered(model: &Model, belief: &Belief) -> Result<Vec<(ActionId, Vec<ChoiceId>)>, BeliefError> {
    let of = |state: StateId| {
        let mut choices: Vec<(ActionId, ChoiceId)> = model
            .choices(state)
            .map(|choice| (model.action(choice), choice))
            .collect();
        choices.sort_unstable();
        choices
    };
    let mut offered: Vec<(ActionId, Vec<ChoiceId>)> = Vec::new();
    for (index, (state, _)) in belief.iter().enumerate() {
        let choices = of(*state);
        if choices.windows(2).any(|pair| pair[0].0 == pair[1].0) && belief.len() > 1 {
            return Err(BeliefError::Actions);
        }
        if index == 0 {
            offered = choices
                .into_iter()
                .map(|(action, choice)| (action, vec![choice]))
                .collect();
            continue;
        }
        let alike = choices.len() == offered.len()
            && choices
                .iter()
                .zip(&offered)
                .all(|((action, _), (known, _))| action == known);
        if !alike {
            return Err(BeliefError::Actions);
        }
        for ((_, choice), (_, known)) in choices.into_iter().zip(&mut offered) {
            known.push(choice);
        }
    }
    Ok(offered)
}

/// Adds where a choice leads, times a share.
fn spread(
    model: &Model,
    choice: ChoiceId,
    share: &Rational,
    mass: &mut BTreeMap<StateId, Rational>,
) -> Result<(), BeliefError> {
    let set = model.set(choice);
    for (outcome, target) in model.targets(choice).iter().enumerate() {
        let (low, high) = set.outcome_bounds(outcome);
        if low != high {
            return Err(BeliefError::Imprecise);
        }
        if low.is_positive() {
            *mass.entry(*target).or_insert(Rational::ZERO) += share * &low;
        }
    }
    Ok(())
}
