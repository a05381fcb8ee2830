//! What reward structures say: the quantities of states and choices.

use super::design::{ActionIndex, Counted, Design, Item};
use super::outcomes::From;
use crate::builder::ModelBuilder;
use murphy_notation::{Diagnostic, Rational};
use std::collections::HashMap;

/// One quantity while the model grows.
#[derive(Debug)]
struct Measure {
    in_state: Vec<Item>,
    /// Items of choices without an action.
    silent: Vec<Item>,
    /// Items of choices by action.
    by_action: HashMap<ActionIndex, Vec<Item>>,
    /// Items of all choices.
    always: Vec<Item>,
    per_state: Vec<Rational>,
    per_choice: Vec<Rational>,
}

/// All quantities while the model grows.
#[derive(Debug)]
pub(crate) struct Measures {
    names: Vec<String>,
    measures: Vec<Measure>,
}

impl Measure {
    fn add(&mut self, worth: Rational, share: &Rational) {
        if let Some(choice) = self.per_choice.last_mut()
            && !worth.is_zero()
        {
            *choice += worth * share.clone();
        }
    }
}

impl Measures {
    pub(crate) fn new(design: &Design) -> Self {
        let mut names = Vec::new();
        let mut measures = Vec::new();
        for quantity in &design.quantities {
            let mut measure = Measure {
                in_state: Vec::new(),
                silent: Vec::new(),
                by_action: HashMap::new(),
                always: Vec::new(),
                per_state: Vec::new(),
                per_choice: Vec::new(),
            };
            for item in &quantity.items {
                match item.counted {
                    Counted::InState => measure.in_state.push(*item),
                    Counted::WithChoice(None) => measure.silent.push(*item),
                    Counted::WithChoice(Some(action)) => {
                        measure.by_action.entry(action).or_default().push(*item);
                    }
                    Counted::Always => measure.always.push(*item),
                    Counted::Never => {}
                }
            }
            names.push(quantity.name.clone());
            measures.push(measure);
        }
        Self { names, measures }
    }

    /// Measures the next state.
    pub(crate) fn state(&mut self, from: &From<'_>) -> Result<(), Diagnostic> {
        for measure in &mut self.measures {
            let total = total(&measure.in_state, from)?;
            measure.per_state.push(total);
        }
        Ok(())
    }

    /// Opens the next choice of the state measured last, with what the state itself is worth.
    pub(crate) fn open_choice(&mut self) {
        for measure in &mut self.measures {
            let state = measure.per_state.last().cloned().unwrap_or_default();
            measure.per_choice.push(state);
        }
    }

    /// Adds what an action and the commands that take part are worth to the choice opened last, scaled by `share`.
    pub(crate) fn act(
        &mut self,
        action: Option<ActionIndex>,
        commands: &[usize],
        share: &Rational,
        from: &From<'_>,
    ) -> Result<(), Diagnostic> {
        for measure in &mut self.measures {
            let items = match action {
                None => Some(&measure.silent),
                Some(action) => measure.by_action.get(&action),
            };
            let mut worth = Rational::ZERO;
            for items in items.into_iter().chain([&measure.always]) {
                worth += total(items, from)?;
            }
            measure.add(worth, share);
        }
        for command in commands
            .iter()
            .filter_map(|index| from.design.commands.get(*index))
        {
            for (quantity, gain) in &command.gains {
                let gain = from.design.code.rational(*gain, from.values);
                let worth = gain.map_err(|fault| from.fault(fault))?;
                if let Some(measure) = self.measures.get_mut(*quantity as usize) {
                    measure.add(worth, share);
                }
            }
        }
        Ok(())
    }

    /// Gives the quantities to the model.
    pub(crate) fn finish(self, mut builder: ModelBuilder) -> ModelBuilder {
        for (name, measure) in self.names.into_iter().zip(self.measures) {
            builder = builder
                .quantity(name.clone(), measure.per_choice)
                .state_quantity(name, measure.per_state);
        }
        builder
    }
}

/// Returns the sum of the items whose guards hold.
fn total(items: &[Item], from: &From<'_>) -> Result<Rational, Diagnostic> {
    let code = &from.design.code;
    let mut total = Rational::ZERO;
    for item in items {
        let counts = code
            .truth(item.guard, from.values)
            .map_err(|fault| from.fault(fault))?;
        if counts {
            total += code
                .rational(item.value, from.values)
                .map_err(|fault| from.fault(fault))?;
        }
    }
    Ok(total)
}
