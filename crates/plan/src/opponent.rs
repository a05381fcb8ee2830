//! The problem that is left when one side of a bracket is defended: whoever is with the claim has answered, the others are free.
//!
//! A lower bound is defended by the maximisers, an upper bound by the minimisers. With their answers fixed (the agent's choice in each state,
//! Nature's distribution at each choice) only opponents are left, and they all want the same, so that it is a problem of one player. Numbers
//! are turned around on the upper side: the opponents always minimise.

use crate::error::Error;
use crate::game::Side;
use murphy_credal::{CredalSet, Precise};
use murphy_notation::Rational;
use murphy_problem::{Direction, EndComponent, Problem, end_components, equally};
use murphy_world::{ChoiceId, Model, ModelBuilder, StateId, StateSet};

/// A problem of one player, who minimises.
pub(crate) struct Opponent {
    /// The same states, with the choices and sets that are left.
    pub(crate) model: Model,
    /// What each choice of [`Self::model`] adds, turned around on the upper side and rounded down.
    pub(crate) gain: Vec<f64>,
    /// For each choice, which branches can be taken.
    pub(crate) support: Vec<Vec<bool>>,
}

/// Returns the factor by which numbers are turned around.
pub(crate) fn sign(side: Side) -> f64 {
    match side {
        Side::Lower => 1.0,
        Side::Upper => -1.0,
    }
}

/// Says whether a player defends a side.
pub(crate) fn defends(player: Direction, side: Side) -> bool {
    (player == Direction::Maximize) == (side == Side::Lower)
}

impl Opponent {
    /// Leaves the opponents of a side their choices. The others answer: the agent by `policy`, Nature as is best for her at `values`.
    ///
    /// States that are `decided` stay where they are.
    pub(crate) fn new(
        problem: &Problem,
        quantity: Option<&[Rational]>,
        side: Side,
        (policy, values): (&[ChoiceId], &[f64]),
        decided: &StateSet,
    ) -> Result<Self, Error> {
        let (model, built) = (&problem.model, |_| Error::Mismatch);
        let mut builder = ModelBuilder::new("", model.actions().to_vec());
        let mut gain = Vec::new();
        let sure = CredalSet::from(Precise::new(vec![Rational::ONE]).map_err(|_| Error::Mismatch)?);
        for state in (0..).take(model.state_count()) {
            builder.add_state(Vec::new());
            if decided.contains(state) {
                builder.add_choice(0, sure.clone(), [state]).map_err(built)?;
                gain.push(0.0);
                continue;
            }
            let choices = match policy.get(state as usize) {
                Some(choice) if defends(problem.agent, side) => *choice..*choice + 1,
                _ => model.choices(state),
            };
            for choice in choices {
                let (set, targets) = (model.set(choice), model.targets(choice));
                let set = if defends(problem.nature, side) {
                    let there = targets
                        .iter()
                        .map(|target| Rational::from_f64(values[*target as usize]));
                    let there: Option<Vec<Rational>> = there.collect();
                    CredalSet::from(answer(set, &there.ok_or(Error::FloatRange)?, problem.nature)?)
                } else {
                    set.clone()
                };
                builder
                    .add_choice(model.action(choice), set, targets)
                    .map_err(built)?;
                let added = quantity.map_or(&Rational::ZERO, |quantity| &quantity[choice as usize]);
                gain.push(match side {
                    Side::Lower => added.floor_f64(),
                    Side::Upper => -added.ceil_f64(),
                });
            }
        }
        let model = builder.start(equally(&[0])).finish().map_err(built)?;
        let choices = 0..u32::try_from(model.choice_count()).unwrap_or(0);
        let support = choices.map(|choice| model.set(choice).support()).collect();
        Ok(Self { model, gain, support })
    }

    /// Returns where the opponents can hold the play for ever.
    pub(crate) fn held(&self) -> Vec<EndComponent> {
        let all = StateSet::all(self.model.state_count());
        end_components(&self.model, &all, Direction::Maximize)
    }

    /// Returns the states.
    pub(crate) fn states(&self) -> impl Iterator<Item = StateId> {
        (0..).take(self.model.state_count())
    }

    /// Returns the branches of a choice that can be taken.
    pub(crate) fn leads(&self, choice: ChoiceId) -> impl Iterator<Item = StateId> + '_ {
        let branches = self
            .model
            .targets(choice)
            .iter()
            .zip(&self.support[choice as usize]);
        branches.filter(|(_, taken)| **taken).map(|(target, _)| *target)
    }

    /// Returns about the least expectation of a number of each state.
    pub(crate) fn least(&self, choice: ChoiceId, number: &dyn Fn(StateId) -> f64) -> f64 {
        let there: Vec<f64> = self
            .model
            .targets(choice)
            .iter()
            .map(|target| number(*target))
            .collect();
        let found = self.model.set(choice).lower_expectation(&there);
        found.map_or(f64::NEG_INFINITY, |found| found.value)
    }

    /// Returns about the least expectation among the distributions that keep to some states; `None` if there are none.
    pub(crate) fn least_within(
        &self,
        choice: ChoiceId,
        inside: &dyn Fn(StateId) -> bool,
        number: &dyn Fn(StateId) -> f64,
    ) -> Option<f64> {
        let targets = self.model.targets(choice);
        let keep: Vec<bool> = targets.iter().map(|target| inside(*target)).collect();
        if keep.iter().all(|keep| *keep) {
            return Some(self.least(choice, number));
        }
        let face = self.model.set(choice).restrict(&keep)?;
        let kept = targets.iter().zip(&keep).filter(|(_, keep)| **keep);
        let there: Vec<f64> = kept.map(|(target, _)| number(*target)).collect();
        face.lower_expectation(&there).ok().map(|found| found.value)
    }
}

/// Returns Nature's best distribution.
fn answer(set: &CredalSet, values: &[Rational], nature: Direction) -> Result<Precise, Error> {
    let found = match nature {
        Direction::Minimize => set.lower_expectation(values),
        Direction::Maximize => set.upper_expectation(values),
    };
    let witness = found.map_err(|_| Error::Mismatch)?.witness;
    Precise::new(witness).map_err(|_| Error::Mismatch)
}
