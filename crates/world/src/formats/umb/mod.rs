//! UMB, the unified Markov binary format: a tar archive of an index and flat arrays, compressed or not.
//!
//! A binary number is read as the shortest decimal that rounds to it, so that a model that was written with 0.1 has a tenth again.

mod arrays;
mod blocks;
mod index;
mod tar;

pub(super) use arrays::round_trips;
pub(super) use blocks::Source;
pub(super) use tar::{begin, finish, pad};

use super::Input;
use super::draft::{DEADLOCK, Draft, INITIAL};
use super::row::Sums;
use super::text::{Fault, Line};
use crate::ids::StateId;
use crate::limits::Limits;
use crate::model::{Model, ModelKind, Variable, VariableKind};
use arrays::{Numbers, Parts, unpack};
use blocks::{Blocks, Shared};
use index::{Annotation, Index, Kind, Type};
use murphy_notation::{Diagnostic, Rational};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

/// What the only choice of a state of a chain is called.
const STEP: &str = "step";

/// An archive that has been taken apart.
struct Archive<'a> {
    name: &'a str,
    files: BTreeMap<String, Blocks<'a>>,
    index: Index,
    limits: &'a Limits,
}

/// The rewards of one structure.
struct Reward<'a> {
    states: Option<Numbers<'a>>,
    choices: Option<Numbers<'a>>,
    branches: Option<Numbers<'a>>,
}

/// Reads a model from a stream, which is held whole.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let mut bytes = Vec::new();
    let bytes_max = super::unfolded_max(input.limits);
    let read = input
        .reader
        .take(bytes_max.saturating_add(1))
        .read_to_end(&mut bytes);
    read.map_err(|error| Diagnostic::new(format!("`{}`: {error}", input.name)))?;
    read_in_place(input.name, &mut Cursor::new(bytes), input.limits)
}

/// Reads a model from an archive that is not compressed: of each array a block at a time is held.
pub(super) fn read_in_place(name: &str, source: &mut dyn Source, limits: &Limits) -> Result<Model, Fault> {
    let fault = |message: String| Box::new(Diagnostic::new(format!("`{name}`: {message}")));
    let contents = tar::contents(source, super::unfolded_max(limits));
    let contents = contents.map_err(|error| fault(error.to_string()))?;
    let shared = Shared::new(source);
    let files = contents
        .into_iter()
        .map(|(name, range)| (name, Blocks::new(&shared, range)));
    let files: BTreeMap<String, Blocks<'_>> = files.collect();
    let index = files.get("index.json");
    let index = index.ok_or_else(|| fault("the archive has no index.json".to_owned()))?;
    let bytes = index.all().map_err(|error| fault(error.to_string()))?;
    let index = Index::read(&bytes).map_err(fault)?;
    let archive = Archive {
        name,
        files,
        index,
        limits,
    };
    archive.check_sizes().map_err(fault)?;
    archive.build()
}

impl Archive<'_> {
    fn file(&self, name: &str) -> Option<&Blocks<'_>> {
        self.files.get(name)
    }

    /// Refuses sizes beyond the limits, before anything is laid out by them.
    fn check_sizes(&self) -> Result<(), String> {
        let sizes = &self.index.sizes;
        let (states_max, branches_max) = (self.limits.states_max as u64, self.limits.branches_max as u64);
        if sizes.states > states_max || sizes.choices > branches_max || sizes.branches > branches_max {
            return Err(format!(
                "the model has more than {states_max} states or {branches_max} branches"
            ));
        }
        let targets = self.file("branch-to-target.bin").map_or(0, Blocks::len);
        if targets != sizes.branches * 8 {
            return Err(format!(
                "branch-to-target.bin does not have the {} branches of the index",
                sizes.branches
            ));
        }
        Ok(())
    }

    fn build(&self) -> Result<Model, Fault> {
        let fault = |message: String| Box::new(Diagnostic::new(format!("`{}`: {message}", self.name)));
        let mut draft = Draft::new(self.name, self.limits);
        let chain = self.index.sizes.players == 0;
        draft.kind(if chain {
            ModelKind::Chain
        } else {
            ModelKind::Decision
        });
        if matches!(
            self.index.probability,
            Some(Type {
                kind: Kind::Rational | Kind::RationalInterval,
                ..
            })
        ) {
            draft.sums = Sums::Exact;
        }
        if let Some(name) = self.index.name.clone().filter(|name| !name.is_empty()) {
            draft.rename(&name);
        }
        for annotation in &self.index.rewards {
            draft.quantity(&annotation.name).map_err(fault)?;
        }
        self.states(&mut draft)?;
        self.labels(&mut draft).map_err(fault)?;
        self.variables(&mut draft).map_err(fault)?;
        for note in &self.index.notes {
            draft.note(note.clone());
        }
        draft.finish()
    }

    /// Reads all states with their choices and branches.
    fn states(&self, draft: &mut Draft) -> Result<(), Fault> {
        let fault = |message: String| Box::new(Diagnostic::new(format!("`{}`: {message}", self.name)));
        let sizes = self.index.sizes;
        let choices = Parts::new(
            self.file("state-to-choices.bin"),
            "state-to-choices.bin",
            sizes.states,
            sizes.choices,
        );
        let branches = Parts::new(
            self.file("choice-to-branches.bin"),
            "choice-to-branches.bin",
            sizes.choices,
            sizes.branches,
        );
        let (choices, branches) = (choices.map_err(fault)?, branches.map_err(fault)?);
        let probabilities = self.probabilities().map_err(fault)?;
        let targets = self.file("branch-to-target.bin");
        let actions = self.actions().map_err(fault)?;
        let rewards: Result<Vec<Reward<'_>>, String> =
            self.index.rewards.iter().map(|a| self.reward(a)).collect();
        let rewards = rewards.map_err(fault)?;
        let nowhere = Line::nowhere(self.name);
        let observations = self.file("observations/states/values.bin");
        let values = self.file("actions/choices/values.bin");
        for state in 0..sizes.states {
            draft.open_state(&nowhere)?;
            if sizes.observations > 0 {
                let seen = at(observations, state).map_err(fault)?;
                draft.observe(u32::try_from(seen).unwrap_or(u32::MAX));
            }
            for (place, reward) in rewards.iter().enumerate() {
                let value = reward.states.as_ref().map(|numbers| point(numbers, state));
                draft.state_reward(place, value.transpose().map_err(fault)?.unwrap_or_default());
            }
            for (local, choice) in choices.part(state).map_err(fault)?.enumerate() {
                let action = self.action((&actions, values), choice, local).map_err(fault)?;
                draft.open_choice(&action, &nowhere)?;
                let range = branches.part(choice).map_err(fault)?;
                for branch in range.clone() {
                    let target = StateId::try_from(at(targets, branch).map_err(fault)?).ok();
                    let target = target.filter(|target| u64::from(*target) < sizes.states);
                    let target = target.ok_or_else(|| {
                        fault(format!("branch {branch} leads to a state that is not there"))
                    })?;
                    match &probabilities {
                        None => draft.row.precise(
                            target,
                            super::number::Number::Decimal {
                                figures: 1,
                                places: 0,
                            },
                        ),
                        Some(numbers) => match numbers.get(branch).map_err(fault)? {
                            (lower, Some(upper)) => draft.row.bounds(target, lower, upper),
                            (probability, None) => draft.row.precise(target, probability),
                        },
                    }
                }
                for (place, reward) in rewards.iter().enumerate() {
                    let value = reward.of_choice(choice, range.clone(), draft).map_err(fault)?;
                    draft.choice_reward(place, value);
                }
            }
        }
        draft.close_state()
    }

    fn probabilities(&self) -> Result<Option<Numbers<'_>>, String> {
        let name = "branch-to-probability.bin";
        match (self.index.probability, self.file(name)) {
            (Some(of), Some(array)) => Numbers::new(array, of, self.index.sizes.branches, name).map(Some),
            (Some(_), None) => Err(format!("there is no {name}")),
            (None, _) => Ok(None),
        }
    }

    fn reward(&self, annotation: &Annotation) -> Result<Reward<'_>, String> {
        let part = |entity: &str, count: u64| {
            let name = format!("{}/{entity}/values.bin", annotation.folder);
            let array = self.file(&name);
            array
                .map(|array| Numbers::new(array, annotation.of, count, &name))
                .transpose()
        };
        Ok(Reward {
            states: part("states", self.index.sizes.states)?,
            choices: part("choices", self.index.sizes.choices)?,
            branches: part("branches", self.index.sizes.branches)?,
        })
    }

    /// Returns the names of the choice actions, if there are any.
    fn actions(&self) -> Result<Vec<String>, String> {
        let count = self.index.sizes.choice_actions;
        let Some(texts) = self.file("actions/choices/strings.bin") else {
            return Ok(Vec::new());
        };
        let name = "actions/choices/string-mapping.bin";
        let parts = Parts::new(self.file(name), name, count, texts.len())?;
        let texts = texts.all().map_err(|error| error.to_string())?;
        let text = |index| {
            let part = parts.part(index)?;
            let place = |at| usize::try_from(at).unwrap_or(usize::MAX);
            let bytes = texts.get(place(part.start)..place(part.end)).unwrap_or_default();
            let text = std::str::from_utf8(bytes);
            text.map(str::to_owned)
                .map_err(|_| format!("the name of action {index} is not UTF-8"))
        };
        (0..count).map(text).collect()
    }

    /// Returns what a choice is called; `values` has the number of the action of each choice.
    fn action<'n>(
        &self,
        (names, values): (&'n [String], Option<&Blocks<'_>>),
        choice: u64,
        local: usize,
    ) -> Result<Cow<'n, str>, String> {
        if self.index.sizes.players == 0 {
            return Ok(Cow::Borrowed(STEP));
        }
        if self.index.sizes.choice_actions == 0 {
            return Ok(Cow::Owned(local.to_string()));
        }
        let action = values.map_or(Ok(0), |values| values.half_word(choice));
        let action = action.map_err(|error| error.to_string())?;
        Ok(match names.get(action as usize) {
            Some(name) if !name.is_empty() => Cow::Borrowed(name),
            Some(_) => Cow::Owned(local.to_string()),
            None => Cow::Owned(action.to_string()),
        })
    }

    fn labels(&self, draft: &mut Draft) -> Result<(), String> {
        let states = StateId::try_from(self.index.sizes.states).unwrap_or(0);
        let mut sets: Vec<(&str, &Blocks<'_>)> = Vec::new();
        if let Some(bytes) = self.file("state-is-initial.bin") {
            sets.push((INITIAL, bytes));
        }
        for annotation in &self.index.labels {
            draft.declare_label(&annotation.name)?;
            if let Some(bytes) = self.file(&format!("{}/states/values.bin", annotation.folder)) {
                sets.push((&annotation.name, bytes));
            }
        }
        for (name, bytes) in sets {
            if bytes.len() != self.index.sizes.states.div_ceil(64) * 8 {
                return Err(format!(
                    "the set of states `{name}` has another size than the model"
                ));
            }
            for state in 0..states {
                if bytes.bit(state.into()).map_err(|error| error.to_string())? {
                    draft.label(name, state)?;
                }
            }
        }
        // Storm lists the label even where no state has it.
        draft.drop_if_empty(DEADLOCK);
        Ok(())
    }

    fn variables(&self, draft: &mut Draft) -> Result<(), String> {
        let slots = &self.index.slots;
        let Some(bytes) = self
            .file("valuations/states/valuations.bin")
            .filter(|_| !slots.is_empty())
        else {
            return Ok(());
        };
        if self.file("valuations/states/valuation-to-class.bin").is_some() {
            return Err("the variables of the states are of several classes".to_owned());
        }
        let bits: u64 = slots.iter().fold(0, |sum, slot| sum.saturating_add(slot.of.bits));
        let states = self.index.sizes.states;
        if !bits.is_multiple_of(8) || Some(bytes.len()) != states.checked_mul(bits / 8) {
            return Err("valuations/states/valuations.bin has another size than the model".to_owned());
        }
        let count = slots.iter().filter(|slot| slot.name.is_some()).count();
        if states.saturating_mul(count as u64) > self.limits.branches_max as u64 {
            return Err("there are too many values of variables".to_owned());
        }
        let mut values = Vec::new();
        let size = usize::try_from(bits / 8).unwrap_or(usize::MAX);
        for state in (0..states).filter(|_| size > 0) {
            let unpacked = bytes.with(state * (bits / 8), size, |state| {
                unpack(state, slots, &mut values)
            });
            unpacked.map_err(|error| error.to_string())??;
        }
        let variables = slots.iter().filter_map(|slot| {
            let kind = match slot.of.kind {
                Kind::Bool => VariableKind::Bool,
                Kind::Int | Kind::Uint => VariableKind::Int,
                _ => VariableKind::Number,
            };
            let name = slot.name.clone()?;
            Some(Variable { name, kind })
        });
        let variables = variables.collect();
        draft.change(|builder| builder.valuation(variables, values));
        Ok(())
    }
}

/// Returns one 64-bit word of an array, or 0 where there is none.
fn at(array: Option<&Blocks<'_>>, index: u64) -> Result<u64, String> {
    let word = array.map_or(Ok(0), |array| array.word(index));
    word.map_err(|error| error.to_string())
}

/// Returns a number that is not, or need not be, an interval.
fn point(numbers: &Numbers<'_>, index: u64) -> Result<Rational, String> {
    let (lower, upper) = numbers.get(index)?;
    let value = lower.to_rational();
    match upper.map(|upper| upper.to_rational()) {
        Some(upper) if upper != value => Err(format!(
            "a reward lies between {value} and {upper}; bounds on rewards are not supported"
        )),
        _ => Ok(value),
    }
}

impl Reward<'_> {
    /// Returns what a choice is worth besides what its state is: its branches stand in the open row of the draft.
    fn of_choice(
        &self,
        choice: u64,
        branches: std::ops::Range<u64>,
        draft: &Draft,
    ) -> Result<Rational, String> {
        let mut value = match &self.choices {
            Some(numbers) => point(numbers, choice)?,
            None => Rational::ZERO,
        };
        if let Some(numbers) = &self.branches {
            let worths: Result<Vec<Rational>, String> =
                branches.map(|branch| point(numbers, branch)).collect();
            value += draft.row.worth(&worths?).ok_or(
                "the rewards of a choice depend on where it leads, and its probabilities have bounds; that is not supported",
            )?;
        }
        Ok(value)
    }
}
