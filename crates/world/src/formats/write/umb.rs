//! Writes UMB: a plain tar archive with exact numbers. What grows with the model is written as it is gone through, and never held.

use super::bounds::{Bounds, bounds};
use super::{Outputs, WriteError, cannot, initial, left_out, of_choice, of_states};
use crate::formats::umb::{begin, finish, pad, round_trips};
use crate::ids::{ChoiceId, StateId};
use crate::model::{Model, ModelKind, VariableKind};
use crate::state_set::StateSet;
use dashu_int::ops::BitTest as _;
use murphy_credal::{Parts, SetView};
use murphy_notation::{Rational, Value};
use serde_json::{Map, Value as Json, json};
use std::io::{self, BufWriter, Write};

const FORMAT: &str = "UMB";

/// How numbers are written.
#[derive(Clone, Copy)]
enum Numbers {
    /// As floats: every number is the shortest decimal of one.
    Double,
    /// As fractions with so many bytes a side.
    Rational(usize),
}

/// The files of the archive, the index first.
#[derive(Default)]
struct Archive<'m> {
    index: Map<String, Json>,
    files: Vec<File<'m>>,
}

/// A file that is written when its turn comes.
struct File<'m> {
    name: String,
    size: u64,
    write: Box<dyn Fn(&mut dyn Write) -> io::Result<()> + 'm>,
}

/// Writes `stem.umb`.
pub(in super::super) fn write(
    model: &Model,
    stem: &str,
    outputs: &mut dyn Outputs,
) -> Result<Vec<String>, WriteError> {
    let starts = initial(model, FORMAT)?;
    let mut archive = Archive::default();
    let probability = archive.transitions(model)?;
    archive.push("state-is-initial.bin", bits(&starts));
    archive.actions(model);
    let (labels, rewards) = (archive.labels(model), archive.rewards(model));
    let variables = archive.variables(model);
    let observations = model
        .observations()
        .map_or(0, |seen| seen.iter().max().map_or(0, |most| u64::from(*most) + 1));
    let mut system = json!({
        "time": "discrete",
        "#players": u8::from(model.kind() == ModelKind::Decision),
        "#states": model.state_count(),
        "#initial-states": starts.len(),
        "#choices": model.choice_count(),
        "#choice-actions": model.actions().len(),
        "#branches": model.branch_count(),
        "#branch-actions": 0,
        "#observations": observations,
        "branch-probability-type": probability,
    });
    if let Some(seen) = model.observations() {
        system["observations-apply-to"] = json!("states");
        let name = "observations/states/values.bin";
        archive.words(name, seen.len(), || seen.iter().map(|seen| u64::from(*seen)));
    }
    archive.index.insert("format-version".to_owned(), json!(1));
    archive.index.insert("format-revision".to_owned(), json!(0));
    archive
        .index
        .insert("model-data".to_owned(), json!({ "name": model.name() }));
    archive
        .index
        .insert("file-data".to_owned(), json!({ "tool": "Murphy" }));
    archive.index.insert("transition-system".to_owned(), system);
    archive.index.insert(
        "annotations".to_owned(),
        json!({ "aps": labels, "rewards": rewards }),
    );
    let mut out = BufWriter::new(outputs.create(&format!("{stem}.umb"))?);
    let index = serde_json::to_vec_pretty(&Json::Object(archive.index)).map_err(std::io::Error::other)?;
    archive.files.insert(0, File::of("index.json", index));
    for file in &archive.files {
        begin(&mut out, &file.name, file.size)?;
        (file.write)(&mut out)?;
        pad(&mut out, file.size)?;
    }
    finish(&mut out)?;
    out.flush()?;
    Ok(left_out(model, variables))
}

impl<'m> File<'m> {
    /// Returns a file of bytes that are held.
    fn of(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            size: bytes.len() as u64,
            write: Box::new(move |out| out.write_all(&bytes)),
        }
    }
}

impl<'m> Archive<'m> {
    fn push(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.push(File::of(name, bytes));
    }

    /// Adds a file of so many words.
    fn words<I: Iterator<Item = u64>>(&mut self, name: &str, count: usize, words: impl Fn() -> I + 'm) {
        self.files.push(File {
            name: name.to_owned(),
            size: 8 * count as u64,
            write: Box::new(move |out| words().try_for_each(|word| out.write_all(&word.to_le_bytes()))),
        });
    }

    /// Adds states, choices and branches, and returns the type of the probabilities.
    fn transitions(&mut self, model: &'m Model) -> Result<Json, WriteError> {
        let (numbers, intervals) = survey(model)?;
        let (states, choices) = (model.state_count(), model.choice_count());
        let choice_ends = move || states_of(model).map(|state| u64::from(model.choices(state).end));
        let branch_ends = move || choices_of(model).map(|choice| model.branches(choice).end as u64);
        self.words("state-to-choices.bin", states + 1, move || {
            std::iter::once(0).chain(choice_ends())
        });
        self.words("choice-to-branches.bin", choices + 1, move || {
            std::iter::once(0).chain(branch_ends())
        });
        self.words("branch-to-target.bin", model.branch_count(), move || {
            choices_of(model).flat_map(|choice| model.targets(choice).iter().map(|target| u64::from(*target)))
        });
        let width = numbers.width() * if intervals { 2 } else { 1 };
        self.files.push(File {
            name: "branch-to-probability.bin".to_owned(),
            size: width * model.branch_count() as u64,
            write: Box::new(move |out| probabilities(model, (numbers, intervals), out)),
        });
        Ok(numbers.type_of(intervals))
    }

    fn actions(&mut self, model: &'m Model) {
        let mut starts = vec![0u64];
        let mut texts = Vec::new();
        for name in model.actions() {
            texts.extend_from_slice(name.as_bytes());
            starts.push(texts.len() as u64);
        }
        self.files.push(File {
            name: "actions/choices/values.bin".to_owned(),
            size: 4 * model.choice_count() as u64,
            write: Box::new(move |out| {
                choices_of(model).try_for_each(|choice| out.write_all(&model.action(choice).to_le_bytes()))
            }),
        });
        let starts = starts.iter().flat_map(|start| start.to_le_bytes()).collect();
        self.push("actions/choices/string-mapping.bin", starts);
        self.push("actions/choices/strings.bin", texts);
    }

    fn labels(&mut self, model: &Model) -> Json {
        let mut map = Map::new();
        for (number, (name, states)) in model.labels().iter().enumerate() {
            let id = identifier(name).unwrap_or_else(|| format!("label-{number}"));
            let about =
                json!({ "alias": name, "applies-to": ["states"], "type": { "type": "bool", "size": 1 } });
            self.push(&format!("annotations/aps/{id}/states/values.bin"), bits(states));
            map.insert(id, about);
        }
        Json::Object(map)
    }

    fn rewards(&mut self, model: &'m Model) -> Json {
        let mut map = Map::new();
        for (number, name) in model.quantity_order().iter().enumerate() {
            let Some(values) = model.quantity(name) else {
                continue;
            };
            let per_state = of_states(model, name);
            // The index lists rewards by their folders, which keep the order of the model.
            let id = format!("reward-{number:03}");
            let own = move || {
                states_of(model).flat_map(move |state| {
                    let choices = model.choices(state);
                    choices.map(move |choice| of_choice(values, per_state, state, choice))
                })
            };
            let numbers = own().fold(Numbers::Double, |numbers, value| numbers.with(&value));
            let all = per_state.into_iter().flatten();
            let numbers = all.fold(numbers, Numbers::with);
            let mut entities = vec!["choices"];
            self.files.push(File {
                name: format!("annotations/rewards/{id}/choices/values.bin"),
                size: numbers.width() * values.len() as u64,
                write: Box::new(move |out| own().try_for_each(|value| numbers.write(&value, out))),
            });
            if let Some(list) = per_state {
                self.files.push(File {
                    name: format!("annotations/rewards/{id}/states/values.bin"),
                    size: numbers.width() * list.len() as u64,
                    write: Box::new(move |out| list.iter().try_for_each(|value| numbers.write(value, out))),
                });
                entities.push("states");
            }
            let about = json!({ "alias": name, "applies-to": entities, "type": numbers.type_of(false) });
            map.insert(id, about);
        }
        Json::Object(map)
    }

    /// Adds the variables, if all are numbers or truth values, and says whether it did.
    fn variables(&mut self, model: &'m Model) -> bool {
        let variables = model.variables();
        if variables.is_empty()
            || variables
                .iter()
                .any(|v| !matches!(v.kind, VariableKind::Bool | VariableKind::Int))
        {
            return false;
        }
        let mut slots = Vec::new();
        for variable in variables {
            if variable.kind == VariableKind::Bool {
                slots.push(json!({ "name": variable.name, "type": { "type": "bool", "size": 1 } }));
                slots.push(json!({ "padding": 7 }));
            } else {
                slots.push(json!({ "name": variable.name, "type": { "type": "int", "size": 64 } }));
            }
        }
        let width = |kind: &VariableKind| if *kind == VariableKind::Bool { 1 } else { 8 };
        let size: u64 = variables.iter().map(|variable| width(&variable.kind)).sum();
        let values = move || states_of(model).flat_map(|state| model.values(state));
        if values().any(|value| !matches!(value, Value::Bool(_) | Value::Int(_))) {
            return false;
        }
        self.files.push(File {
            name: "valuations/states/valuations.bin".to_owned(),
            size: size * model.state_count() as u64,
            write: Box::new(move |out| {
                values().try_for_each(|value| match value {
                    Value::Bool(value) => out.write_all(&[u8::from(*value)]),
                    Value::Int(value) => out.write_all(&value.to_le_bytes()),
                    _ => Ok(()),
                })
            }),
        });
        let states = json!({ "unique": true, "classes": [{ "variables": slots }] });
        self.index
            .insert("valuations".to_owned(), json!({ "states": states }));
        true
    }
}

fn states_of(model: &Model) -> impl Iterator<Item = StateId> + use<> {
    0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX)
}

fn choices_of(model: &Model) -> impl Iterator<Item = ChoiceId> + use<> {
    0..ChoiceId::try_from(model.choice_count()).unwrap_or(ChoiceId::MAX)
}

/// Returns how the probabilities of a model are written, and whether some are bounds; refuses sets that bounds do not describe.
fn survey(model: &Model) -> Result<(Numbers, bool), WriteError> {
    let (mut numbers, mut intervals) = (Numbers::Double, false);
    for state in states_of(model) {
        for choice in model.choices(state) {
            let view = model.view(choice);
            if let Some(Parts::Short { whole, .. }) = view.parts()
                && is_decimal(whole)
            {
                intervals |= matches!(view, SetView::Interval(_));
                continue;
            }
            let set = view.to_set();
            let Some(row) = bounds(&set) else {
                let (kind, state) = (set.kind(), model.state_name(state));
                return Err(cannot(
                    FORMAT,
                    format!("a set of the kind {kind}, in state {state}"),
                ));
            };
            intervals |= matches!(row, Bounds::Interval(..));
            row.all(|value| {
                numbers = numbers.with(value);
                true
            });
        }
    }
    Ok((numbers, intervals))
}

/// Says whether all parts of a whole are decimals of at most 15 places: the only ones of so few figures that round to their floats.
fn is_decimal(whole: u32) -> bool {
    10u64.pow(15).is_multiple_of(u64::from(whole).max(1))
}

/// Writes the probabilities of all branches, or the bounds on them.
fn probabilities(
    model: &Model,
    (numbers, intervals): (Numbers, bool),
    out: &mut dyn Write,
) -> io::Result<()> {
    for choice in choices_of(model) {
        let view = model.view(choice);
        if let (Numbers::Double, Some(Parts::Short { whole, lower, upper })) = (numbers, view.parts()) {
            // A quotient of small whole numbers is the float nearest to the fraction.
            let float = |part: &u32| (f64::from(*part) / f64::from(whole)).to_le_bytes();
            for (lower, upper) in lower.iter().zip(upper) {
                out.write_all(&float(lower))?;
                if intervals {
                    out.write_all(&float(upper))?;
                }
            }
            continue;
        }
        let set = view.to_set();
        let Some(row) = bounds(&set) else { continue };
        for branch in 0..model.targets(choice).len() {
            let Some((lower, upper)) = row.at(branch) else {
                continue;
            };
            numbers.write(lower, out)?;
            if intervals {
                numbers.write(upper.unwrap_or(lower), out)?;
            }
        }
    }
    Ok(())
}

/// Returns a set of states as bits, padded to 64.
fn bits(states: &StateSet) -> Vec<u8> {
    let mut bytes = vec![0u8; states.state_count().div_ceil(64) * 8];
    for state in states.iter() {
        bytes[state as usize / 8] |= 1 << (state % 8);
    }
    bytes
}

/// Returns a name as a folder, if it can be one.
fn identifier(name: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (!name.is_empty() && name.len() <= 40 && name.bytes().all(fits)).then(|| name.to_owned())
}

impl Numbers {
    /// Returns a way that fits one more number.
    fn with(self, value: &Rational) -> Self {
        let needed = || match value.as_small() {
            Some(_) => 8,
            None => {
                let bits = value.numerator().bit_len().max(value.denominator().bit_len()) + 1;
                bits.div_ceil(64) * 8
            }
        };
        match self {
            Self::Double if round_trips(value) => self,
            Self::Double => Self::Rational(needed()),
            Self::Rational(bytes) => Self::Rational(bytes.max(needed())),
        }
    }

    /// Returns how many bytes a number takes.
    fn width(self) -> u64 {
        match self {
            Self::Double => 8,
            Self::Rational(bytes) => 2 * bytes as u64,
        }
    }

    fn type_of(self, interval: bool) -> Json {
        let (name, bits) = match self {
            Self::Double => ("double", 64),
            Self::Rational(bytes) => ("rational", 16 * bytes),
        };
        if interval {
            json!({ "type": format!("{name}-interval"), "size": 2 * bits })
        } else {
            json!({ "type": name, "size": bits })
        }
    }

    fn write(self, value: &Rational, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Double => out.write_all(&value.to_f64().to_le_bytes()),
            Self::Rational(8) => {
                let (numerator, denominator) = value.as_small().unwrap_or((0, 1));
                out.write_all(&numerator.to_le_bytes())?;
                out.write_all(&denominator.to_le_bytes())
            }
            Self::Rational(bytes) => {
                let (numerator, denominator) = (value.numerator(), value.denominator());
                let negative = value.is_negative();
                let magnitude = value.abs().numerator();
                let magnitude: dashu_int::UBig = magnitude.try_into().unwrap_or_default();
                let mut side = magnitude.to_le_bytes().to_vec();
                side.resize(bytes, 0);
                if negative {
                    complement(&mut side);
                }
                debug_assert!(numerator.bit_len() < 8 * bytes, "the width was chosen to fit");
                out.write_all(&side)?;
                let mut side = denominator.to_le_bytes().to_vec();
                side.resize(bytes, 0);
                out.write_all(&side)
            }
        }
    }
}

/// Replaces a number by its two's complement.
fn complement(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        let (flipped, over) = (!*byte).overflowing_add(u8::from(carry));
        (*byte, carry) = (flipped, over);
    }
}
