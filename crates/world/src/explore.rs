//! Unfolding entities: breadth first from the start, states numbered in the order in which they are met.

use crate::compose::{Composer, outcomes_max, too_many};
use crate::entity::{Entities, Entity, new_slot};
use crate::ids::{ActionId, StateId};
use crate::limits::Limits;
use crate::measures::{Explored, in_state, state_text};
use crate::parametric::{Meaning, anything};
use crate::rule::impossible;
use crate::scope::Symbols;
use crate::step::Step;
use crate::unknown::Unknown;
use crate::variable::{Declared, Packing};
use murphy_credal::{CredalSet, Precise};
use murphy_notation::{Diagnostic, Polynomial, Rational, Value};
use std::collections::HashMap;

/// The state of an exploration.
struct Explorer<'a> {
    entities: &'a Entities,
    unknowns: &'a [Unknown],
    symbols: &'a Symbols,
    limits: &'a Limits,
    packing: Packing,
    /// Looked up and never iterated over, so its order does not matter.
    known: HashMap<Box<[u64]>, StateId>,
    explored: Explored,
    /// What the numbers that are not known mean, if probabilities are to be polynomials.
    meaning: Option<&'a Meaning>,
    /// One polynomial a branch, if so.
    polynomials: Vec<Polynomial>,
    branches: usize,
    stuck: usize,
    stays: bool,
}

/// What there is to explore.
#[derive(Clone, Copy)]
pub(crate) struct Territory<'a> {
    pub(crate) entities: &'a Entities,
    pub(crate) unknowns: &'a [Unknown],
    pub(crate) symbols: &'a Symbols,
}

/// Returns all states that can be reached, with their choices; with a meaning, also a polynomial for each branch, and sets that say nothing.
pub(crate) fn explore(
    territory: Territory<'_>,
    meaning: Option<&Meaning>,
    limits: &Limits,
) -> Result<(Explored, Vec<Polynomial>), Diagnostic> {
    let Territory {
        entities,
        unknowns,
        symbols,
    } = territory;
    let mut actions = entities.actions.clone();
    let stay = actions
        .iter()
        .position(|action| action == "stay")
        .unwrap_or(actions.len());
    if stay == actions.len() {
        actions.push("stay".to_owned());
    }
    let mut explorer = Explorer {
        entities,
        unknowns,
        symbols,
        limits,
        packing: Packing::new(&entities.variables),
        known: HashMap::new(),
        explored: Explored {
            variables: entities
                .variables
                .iter()
                .map(|variable| variable.variable(symbols))
                .collect(),
            actions,
            valuation: Vec::new(),
            choice_counts: Vec::new(),
            choices: Vec::new(),
            ended: Vec::new(),
            initial: vec![(0, Rational::ONE)],
            notes: Vec::new(),
        },
        meaning,
        polynomials: Vec::new(),
        branches: 0,
        stuck: 0,
        stays: false,
    };
    explorer.state(&entities.start)?;
    let mut state: usize = 0;
    while state < explorer.known.len() {
        explorer.expand(state, stay)?;
        state += 1;
    }
    let polynomials = std::mem::take(&mut explorer.polynomials);
    Ok((explorer.finish(stay), polynomials))
}

impl<'a> Explorer<'a> {
    /// Returns the number of a state, a new one if it was not met before.
    fn state(&mut self, values: &[Value]) -> Result<StateId, Diagnostic> {
        let key = self.packing.pack(&self.entities.variables, values);
        if let Some(&id) = self.known.get(&key) {
            return Ok(id);
        }
        let count = self.known.len();
        let id = u32::try_from(count)
            .ok()
            .filter(|_| count < self.limits.states_max);
        let id = id.ok_or_else(|| {
            let message = format!("the model has more than {} states", self.limits.states_max);
            Diagnostic::at(self.entities.place.clone(), message)
                .label(format!("{} of them were expanded", self.explored.choice_counts.len()))
                .hint("narrow the ranges of the variables, end runs earlier with `ends`, or raise the limit on states (`--states-max`)")
        })?;
        self.known.insert(key, id);
        self.explored.valuation.extend_from_slice(values);
        Ok(id)
    }

    /// Adds the choices of a state.
    fn expand(&mut self, state: usize, stay: usize) -> Result<(), Diagnostic> {
        let (entities, symbols) = (self.entities, self.symbols);
        let width = self.entities.variables.len();
        let mut slots = self.explored.valuation[state * width..(state + 1) * width].to_vec();
        slots.push(Value::Bool(false));
        slots.extend_from_within(..width);
        let text = |slots: &[Value]| {
            let names = self
                .entities
                .variables
                .iter()
                .map(|variable: &Declared| variable.name.as_str());
            state_text(names, &slots[..width], symbols)
        };
        let over = match &self.entities.ends {
            Some(ends) => ends
                .holds(&slots)
                .map_err(|error| in_state(error, &text(&slots)))?,
            None => false,
        };
        self.explored.ended.push(over);
        let mut count = 0;
        if !over {
            let open = self
                .open(&slots)
                .map_err(|error| in_state(error, &text(&slots)))?;
            for (action, name) in entities.actions.iter().enumerate() {
                let chosen = self
                    .chosen(action, &open)
                    .map_err(|error| in_state(error, &text(&slots)))?;
                if let Some(chosen) = chosen {
                    slots.truncate(2 * width + 1);
                    self.choose(action, &chosen, &mut slots).map_err(|mut error| {
                        error.message = format!("{}, on `{name}`", error.message);
                        in_state(error, &text(&slots))
                    })?;
                    count += 1;
                }
            }
        }
        if count == 0 {
            self.stuck += usize::from(!over);
            self.stays = true;
            let state = id(state)?;
            self.polynomials
                .extend(self.meaning.map(|_| Polynomial::from(Rational::ONE)));
            self.add(stay, certain()?, vec![state])?;
            count = 1;
        }
        self.explored.choice_counts.push(count);
        Ok(())
    }

    /// Returns for each entity and step whether its guard holds.
    fn open(&self, slots: &[Value]) -> Result<Vec<Vec<bool>>, Diagnostic> {
        let guard = |step: &Step| step.when.as_ref().map_or(Ok(true), |when| when.holds(slots));
        let entity = |entity: &Entity| entity.steps.iter().map(guard).collect();
        self.entities.entities.iter().map(entity).collect()
    }

    /// Returns the step of each entity on an action, or `None` if the action is not available.
    fn chosen(&self, action: usize, open: &[Vec<bool>]) -> Result<Option<Vec<Option<&'a Step>>>, Diagnostic> {
        let entities: &'a Entities = self.entities;
        let named = entities.entities.iter().any(|entity| entity.named[action]);
        let mut available = true;
        let mut chosen = Vec::with_capacity(open.len());
        for (entity, open) in entities.entities.iter().zip(open) {
            let mut enabled = entity.answers[action].iter().filter(|&&step| open[step]);
            let step = enabled.next().map(|&step| &entity.steps[step]);
            if let (Some(first), Some(&second)) = (step, enabled.next()) {
                let message = format!(
                    "guards overlap: two steps of `{}` are possible on `{}`",
                    entity.name, self.entities.actions[action]
                );
                return Err(Diagnostic::at(entity.steps[second].place.clone(), message)
                    .label("this step is possible")
                    .related(first.place.clone(), "and so is this one")
                    .hint("make the guards exclude one another"));
            }
            available &= step.is_some() || !entity.named[action];
            chosen.push(step);
        }
        // An action that nobody names is there while anything happens at all.
        let happens = named || chosen.iter().any(Option::is_some);
        if !available || !happens {
            return Ok(None);
        }
        if self.meaning.is_none() {
            self.check_unknowns(&chosen)?;
        }
        Ok(Some(chosen))
    }

    /// Refuses two entities that depend on the same unknown.
    fn check_unknowns(&self, chosen: &[Option<&Step>]) -> Result<(), Diagnostic> {
        let mut user: Vec<Option<(usize, &Step)>> = vec![None; self.unknowns.len()];
        for (entity, step) in chosen.iter().enumerate() {
            let Some(step) = step else { continue };
            for unknown in step.then.unknowns() {
                if self.unknowns[unknown].low == self.unknowns[unknown].high {
                    continue;
                }
                if let Some((other, first)) = user[unknown] {
                    let name = |entity: usize| &self.entities.entities[entity].name;
                    let message = format!(
                        "`{}` and `{}` depend on the same unknown `{}` in one step, which is not supported",
                        name(other),
                        name(entity),
                        self.unknowns[unknown].name
                    );
                    return Err(Diagnostic::at(step.then.place.clone(), message)
                        .related(first.then.place.clone(), "the other one")
                        .hint("give each entity its own unknown, or draw both in one entity"));
                }
                user[unknown] = Some((entity, step));
            }
        }
        Ok(())
    }

    fn choose(
        &mut self,
        action: usize,
        chosen: &[Option<&Step>],
        slots: &mut Vec<Value>,
    ) -> Result<(), Diagnostic> {
        let width = self.entities.variables.len();
        debug_assert_eq!(
            slots.len(),
            new_slot(width, width),
            "old values, the action, new values"
        );
        let mut composer = Composer {
            entities: self.entities,
            unknowns: self.unknowns,
            symbols: self.symbols,
            chosen,
            branches_left: self.limits.branches_max.saturating_sub(self.branches),
            outcomes_left: outcomes_max(self.entities),
        };
        if let Some(meaning) = self.meaning {
            let outcomes = composer.polynomials(0, slots, meaning)?;
            let mut targets = Vec::with_capacity(outcomes.len());
            for (probability, values) in outcomes {
                self.polynomials.push(probability);
                targets.push(self.state(&values)?);
            }
            return self.add(action, anything(targets.len())?, targets);
        }
        let joint = composer.joint(0, slots)?;
        let place = &self.entities.place;
        let set = joint
            .spread
            .into_set()
            .map_err(|error| impossible(&error, place))?;
        let targets: Result<Vec<StateId>, _> =
            joint.targets.iter().map(|values| self.state(values)).collect();
        self.add(action, set, targets?)
    }

    fn add(&mut self, action: usize, set: CredalSet, targets: Vec<StateId>) -> Result<(), Diagnostic> {
        self.branches += targets.len();
        if self.branches > self.limits.branches_max {
            return Err(too_many(self.entities));
        }
        self.explored.choices.push((id(action)?, set, targets));
        Ok(())
    }

    fn finish(mut self, stay: usize) -> Explored {
        if !self.stays && stay == self.entities.actions.len() {
            self.explored.actions.pop();
        }
        if self.stuck > 0 {
            let note = match self.stuck {
                1 => "1 state has no available action and stays as it is".to_owned(),
                stuck => format!("{stuck} states have no available action and stay as they are"),
            };
            self.explored.notes.push(note);
        }
        let joint =
            |(_, set, _): &(ActionId, CredalSet, Vec<StateId>)| matches!(set, CredalSet::Semidirect(_));
        if self.explored.choices.iter().any(joint) {
            let names: Vec<String> = self
                .entities
                .entities
                .iter()
                .map(|entity| format!("`{}`", entity.name))
                .collect();
            self.explored.notes.push(format!(
                "within a step Nature settles the entities in the order written ({}), each after the outcomes before it",
                names.join(", ")
            ));
        }
        self.explored
    }
}

fn id(index: usize) -> Result<u32, Diagnostic> {
    u32::try_from(index).map_err(|_| Diagnostic::new("the model is larger than 32 bits can count"))
}

fn certain() -> Result<CredalSet, Diagnostic> {
    Precise::new(vec![Rational::ONE])
        .map(CredalSet::from)
        .map_err(|error| Diagnostic::new(error.to_string()))
}
