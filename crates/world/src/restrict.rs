//! A model with fewer choices: what is left when some actions are not to be taken.

use crate::ids::ChoiceId;
use crate::model::Model;
use murphy_credal::{CredalSet, SetList};
use murphy_notation::Rational;
use std::sync::Arc;

/// A model with some of the choices of another, and which ones.
#[derive(Clone, Debug)]
pub struct Restricted {
    /// The model. Its states are those of the other, with the same numbers.
    pub model: Model,
    /// The number that each choice has in the other model.
    pub choices: Vec<ChoiceId>,
}

impl Restricted {
    /// Returns one value a choice of this model, from one value a choice of the other.
    #[must_use]
    pub fn quantity(&self, of_whole: &[Rational]) -> Vec<Rational> {
        let value = |choice: &ChoiceId| of_whole.get(*choice as usize).cloned().unwrap_or(Rational::ZERO);
        self.choices.iter().map(value).collect()
    }

    /// Returns choices of this model as choices of the other.
    #[must_use]
    pub fn in_whole(&self, row: &[ChoiceId]) -> Vec<ChoiceId> {
        let whole = |choice: &ChoiceId| self.choices.get(*choice as usize).copied();
        row.iter().filter_map(whole).collect()
    }
}

impl Model {
    /// Returns the model in which one choice has another set over its branches; `None` if the set has another number of outcomes.
    #[must_use]
    pub fn with_set(&self, choice: ChoiceId, set: CredalSet) -> Option<Self> {
        let mut model = self.clone();
        model.sets.replace(choice as usize, set).then_some(model)
    }

    /// Returns the model whose choices are those that `keep` says; `None` if it leaves a state without any.
    #[must_use]
    pub fn restricted(&self, keep: impl Fn(ChoiceId) -> bool) -> Option<Restricted> {
        let mut choices = Vec::new();
        let mut choice_start = Vec::with_capacity(self.choice_start.len());
        choice_start.push(0);
        for state in (0..).take(self.state_count()) {
            let before = choices.len();
            choices.extend(self.choices(state).filter(|choice| keep(*choice)));
            if choices.len() == before {
                return None;
            }
            choice_start.push(u32::try_from(choices.len()).ok()?);
        }
        let (mut targets, mut sets) = (Vec::new(), SetList::default());
        for &choice in &choices {
            targets.extend_from_slice(self.targets(choice));
            sets.push(self.set(choice).into_owned()).ok()?;
        }
        let of = |values: &[Rational]| -> Arc<[Rational]> {
            let value = |choice: &ChoiceId| values.get(*choice as usize).cloned().unwrap_or(Rational::ZERO);
            choices.iter().map(value).collect()
        };
        let quantities = self.quantities.iter();
        let model = Self {
            choice_start,
            choice_action: choices.iter().map(|choice| self.action(*choice)).collect(),
            targets,
            sets,
            quantities: quantities
                .map(|(name, values)| (name.clone(), of(values)))
                .collect(),
            name: self.name.clone(),
            about: self.about.clone(),
            kind: self.kind,
            actions: self.actions.clone(),
            initial: self.initial.clone(),
            initial_kind: self.initial_kind,
            labels: self.labels.clone(),
            quantity_order: self.quantity_order.clone(),
            state_quantities: self.state_quantities.clone(),
            constants: self.constants.clone(),
            observations: self.observations.clone(),
            variables: self.variables.clone(),
            valuation: self.valuation.clone(),
            symbols: self.symbols.clone(),
            picture: self.picture.clone(),
            notes: self.notes.clone(),
        };
        Some(Restricted { model, choices })
    }
}
