//! The joint step of all entities: one after the other, each settled after the outcomes before it.

use crate::entity::{Entities, new_slot, out_of_range};
use crate::outcomes::Update;
use crate::push_forward::{possible, push_forward};
use crate::rule::impossible;
use crate::scope::Symbols;
use crate::step::Step;
use crate::unknown::Unknown;
use murphy_credal::{CredalSet, Precise, Semidirect};
use murphy_notation::{Diagnostic, Rational, Value};

/// What one action may lead to.
#[derive(Clone, Debug)]
pub(crate) struct Joint {
    pub(crate) spread: Spread,
    /// The new values of all variables, one list an outcome.
    pub(crate) targets: Vec<Vec<Value>>,
}

/// The set over the outcomes of a joint step.
#[derive(Clone, Debug)]
pub(crate) enum Spread {
    Precise(Vec<Rational>),
    Credal(CredalSet),
}

/// What stays the same while the steps of one choice are composed.
#[derive(Debug)]
pub(crate) struct Composer<'a> {
    pub(crate) entities: &'a Entities,
    pub(crate) unknowns: &'a [Unknown],
    pub(crate) symbols: &'a Symbols,
    /// The step of each entity, if it makes one.
    pub(crate) chosen: &'a [Option<&'a Step>],
    /// How many branches there may still be.
    pub(crate) branches_left: usize,
    /// How many outcomes this choice may still have: they are held in memory together, with the values of all variables.
    pub(crate) outcomes_left: usize,
}

/// The most values that the outcomes of one choice may hold together.
const VALUES_MAX: usize = 1 << 24;

/// Returns the most outcomes that one choice may have.
pub(crate) fn outcomes_max(entities: &Entities) -> usize {
    VALUES_MAX / entities.variables.len().max(1)
}

/// The set of one entity's step, and its own new values in each outcome.
struct Own {
    set: CredalSet,
    values: Vec<Vec<Value>>,
}

impl Composer<'_> {
    /// Returns what the entities from `entity` on lead to; `slots` holds the old values, the action, and the new
    /// values of the entities before it (and the old ones of the rest).
    pub(crate) fn joint(&mut self, entity: usize, slots: &mut Vec<Value>) -> Result<Joint, Diagnostic> {
        let width = self.entities.variables.len();
        let Some(own) = self.entities.entities.get(entity) else {
            let left = self.branches_left.checked_sub(1);
            self.branches_left = left.ok_or_else(|| too_many(self.entities))?;
            let left = self.outcomes_left.checked_sub(1);
            self.outcomes_left = left.ok_or_else(|| too_many_at_once(self.entities))?;
            return Ok(Joint {
                spread: Spread::Precise(vec![Rational::ONE]),
                targets: vec![slots[new_slot(0, width)..].to_vec()],
            });
        };
        let variables = own.variables.clone();
        let Some(step) = self.chosen.get(entity).copied().flatten() else {
            return self.joint(entity + 1, slots);
        };
        let part = self.own(entity, step, slots)?;
        let first = new_slot(variables.start, width);
        let before = slots[first..first + variables.len()].to_vec();
        let mut joints = Vec::with_capacity(part.values.len());
        for values in part.values {
            slots[first..first + values.len()].clone_from_slice(&values);
            joints.push(self.joint(entity + 1, slots)?);
        }
        slots[first..first + before.len()].clone_from_slice(&before);
        combine(part.set, joints).map_err(|error| impossible(&error, &step.then.place))
    }

    /// Returns the set of one entity's step with outcomes that lead to the same values merged.
    fn own(&self, entity: usize, step: &Step, slots: &[Value]) -> Result<Own, Diagnostic> {
        let set = step.then.set(slots, self.unknowns)?;
        let mut values: Vec<Vec<Value>> = Vec::new();
        let mut group = Vec::with_capacity(step.then.updates.len());
        let mut plain = true;
        for (updates, possible) in step.then.updates.iter().zip(possible(&set)) {
            if !possible {
                group.push(None);
                plain = false;
                continue;
            }
            let new = self.updated(entity, updates, slots)?;
            let known = values.iter().position(|values| *values == new);
            plain &= known.is_none();
            group.push(Some(known.unwrap_or(values.len())));
            if known.is_none() {
                values.push(new);
            }
        }
        if plain {
            return Ok(Own { set, values });
        }
        let merged =
            push_forward(&set, &group, values.len()).map_err(|error| impossible(&error, &step.then.place))?;
        if let Some(set) = merged {
            return Ok(Own { set, values });
        }
        // No exact image of a kind that exists: the same values then simply occur more than once.
        let keep: Vec<bool> = group.iter().map(Option::is_some).collect();
        let set = set.restrict(&keep).unwrap_or(set);
        Ok(Own {
            set,
            values: group.iter().flatten().map(|&at| values[at].clone()).collect(),
        })
    }

    /// Returns the entity's own values after an outcome.
    pub(crate) fn updated(
        &self,
        entity: usize,
        updates: &[Update],
        slots: &[Value],
    ) -> Result<Vec<Value>, Diagnostic> {
        let variables = self.entities.entities[entity].variables.clone();
        let mut values = slots[variables.clone()].to_vec();
        for update in updates {
            let value = update.value.evaluate(slots)?;
            let declared = &self.entities.variables[variables.start + update.variable];
            if declared.domain.code(&value).is_none() {
                return Err(out_of_range(
                    declared,
                    &value,
                    &update.value.place(),
                    self.symbols,
                ));
            }
            values[update.variable] = value;
        }
        Ok(values)
    }
}

/// Joins the outcomes of one entity with what follows each of them.
fn combine(set: CredalSet, joints: Vec<Joint>) -> Result<Joint, murphy_credal::Error> {
    let certain = joints.iter().all(|joint| joint.targets.len() == 1);
    let mut targets = Vec::new();
    let mut spreads = Vec::with_capacity(joints.len());
    for joint in joints {
        targets.extend(joint.targets);
        spreads.push(joint.spread);
    }
    let spread = match set {
        // One outcome: only what follows it counts.
        _ if spreads.len() == 1 => match spreads.pop() {
            Some(spread) => spread,
            None => Spread::Credal(set),
        },
        CredalSet::Precise(first) if spreads.iter().all(|s| matches!(s, Spread::Precise(_))) => {
            let mut weights = Vec::with_capacity(targets.len());
            for (p, spread) in first.probabilities().iter().zip(&spreads) {
                if let Spread::Precise(then) = spread {
                    weights.extend(then.iter().map(|q| p * q));
                }
            }
            Spread::Precise(weights)
        }
        set if certain => Spread::Credal(set),
        set => {
            let then: Result<Vec<CredalSet>, _> = spreads.into_iter().map(Spread::into_set).collect();
            Spread::Credal(Semidirect::new(set, then?)?.into())
        }
    };
    Ok(Joint { spread, targets })
}

impl Spread {
    pub(crate) fn into_set(self) -> Result<CredalSet, murphy_credal::Error> {
        match self {
            Self::Precise(weights) => Precise::new(weights).map(CredalSet::from),
            Self::Credal(set) => Ok(set),
        }
    }
}

/// Returns the error for a model with more branches than the limit.
pub(crate) fn too_many(entities: &Entities) -> Diagnostic {
    Diagnostic::at(
        entities.place.clone(),
        "the model has more branches than the limit",
    )
    .hint("give the steps fewer outcomes, narrow the ranges of the variables, or raise the limit on branches")
}

fn too_many_at_once(entities: &Entities) -> Diagnostic {
    let most = outcomes_max(entities);
    Diagnostic::at(
        entities.place.clone(),
        format!("one action leads to more than {most} outcomes at once"),
    )
    .label("the outcomes of all entities multiply")
    .hint("let the entities move in turns, or give their steps fewer outcomes")
}
