//! Writes UMB: a plain tar archive with exact numbers.

use super::bounds::{Bounds, bounds};
use super::{Outputs, WriteError, cannot, initial, left_out, of_choice, of_states};
use crate::formats::umb::{append, finish, round_trips};
use crate::ids::StateId;
use crate::model::{Model, ModelKind, VariableKind};
use crate::state_set::StateSet;
use dashu_int::ops::BitTest as _;
use murphy_notation::{Rational, Value};
use serde_json::{Map, Value as Json, json};
use std::io::{BufWriter, Write};

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
struct Archive {
    index: Map<String, Json>,
    files: Vec<(String, Vec<u8>)>,
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
        let bytes = seen
            .iter()
            .flat_map(|seen| u64::from(*seen).to_le_bytes())
            .collect();
        archive.push("observations/states/values.bin", bytes);
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
    append(&mut out, "index.json", &index)?;
    for (name, bytes) in &archive.files {
        append(&mut out, name, bytes)?;
    }
    finish(&mut out)?;
    out.flush()?;
    Ok(left_out(model, variables))
}

impl Archive {
    fn push(&mut self, name: &str, bytes: Vec<u8>) {
        self.files.push((name.to_owned(), bytes));
    }

    /// Adds states, choices and branches, and returns the type of the probabilities.
    fn transitions(&mut self, model: &Model) -> Result<Json, WriteError> {
        let mut numbers = Numbers::Double;
        let mut intervals = false;
        let (mut choices, mut branches) = (vec![0u64], vec![0u64]);
        let mut targets = Vec::new();
        for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
            for choice in model.choices(state) {
                let set = model.set(choice);
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
                targets.extend(
                    model
                        .targets(choice)
                        .iter()
                        .flat_map(|t| u64::from(*t).to_le_bytes()),
                );
                branches.push(targets.len() as u64 / 8);
            }
            choices.push(branches.len() as u64 - 1);
        }
        let mut probabilities = Vec::new();
        for choice in 0..u32::try_from(model.choice_count()).unwrap_or(u32::MAX) {
            let set = model.set(choice);
            let Some(row) = bounds(&set) else {
                continue;
            };
            for branch in 0..model.targets(choice).len() {
                let Some((lower, upper)) = row.at(branch) else {
                    continue;
                };
                numbers.write(lower, &mut probabilities);
                if intervals {
                    numbers.write(upper.unwrap_or(lower), &mut probabilities);
                }
            }
        }
        let flat = |list: &[u64]| list.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.push("state-to-choices.bin", flat(&choices));
        self.push("choice-to-branches.bin", flat(&branches));
        self.push("branch-to-target.bin", targets);
        self.push("branch-to-probability.bin", probabilities);
        Ok(numbers.type_of(intervals))
    }

    fn actions(&mut self, model: &Model) {
        let mut starts = vec![0u64];
        let mut texts = Vec::new();
        for name in model.actions() {
            texts.extend_from_slice(name.as_bytes());
            starts.push(texts.len() as u64);
        }
        let choices = 0..u32::try_from(model.choice_count()).unwrap_or(u32::MAX);
        let values = choices
            .flat_map(|choice| model.action(choice).to_le_bytes())
            .collect();
        self.push("actions/choices/values.bin", values);
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

    fn rewards(&mut self, model: &Model) -> Json {
        let mut map = Map::new();
        for (number, name) in model.quantity_order().iter().enumerate() {
            let Some(values) = model.quantity(name) else {
                continue;
            };
            let per_state = of_states(model, name);
            // The index lists rewards by their folders, which keep the order of the model.
            let id = format!("reward-{number:03}");
            let mut own = Vec::with_capacity(values.len());
            for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
                own.extend(
                    model
                        .choices(state)
                        .map(|choice| of_choice(values, per_state, state, choice)),
                );
            }
            let all = own.iter().chain(per_state.unwrap_or_default());
            let numbers = all.fold(Numbers::Double, |numbers, value| numbers.with(value));
            let mut entities = vec!["choices"];
            for (entity, list) in [("choices", Some(own.as_slice())), ("states", per_state)] {
                let Some(list) = list else { continue };
                let mut bytes = Vec::new();
                for value in list {
                    numbers.write(value, &mut bytes);
                }
                self.push(&format!("annotations/rewards/{id}/{entity}/values.bin"), bytes);
                if entity == "states" {
                    entities.push(entity);
                }
            }
            let about = json!({ "alias": name, "applies-to": entities, "type": numbers.type_of(false) });
            map.insert(id, about);
        }
        Json::Object(map)
    }

    /// Adds the variables, if all are numbers or truth values, and says whether it did.
    fn variables(&mut self, model: &Model) -> bool {
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
        let mut bytes = Vec::new();
        for state in 0..StateId::try_from(model.state_count()).unwrap_or(StateId::MAX) {
            for value in model.values(state) {
                match value {
                    Value::Bool(value) => bytes.push(u8::from(*value)),
                    Value::Int(value) => bytes.extend(value.to_le_bytes()),
                    _ => return false,
                }
            }
        }
        self.push("valuations/states/valuations.bin", bytes);
        let states = json!({ "unique": true, "classes": [{ "variables": slots }] });
        self.index
            .insert("valuations".to_owned(), json!({ "states": states }));
        true
    }
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

    fn write(self, value: &Rational, out: &mut Vec<u8>) {
        match self {
            Self::Double => out.extend(value.to_f64().to_le_bytes()),
            Self::Rational(8) => {
                let (numerator, denominator) = value.as_small().unwrap_or((0, 1));
                out.extend(numerator.to_le_bytes());
                out.extend(denominator.to_le_bytes());
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
                out.extend(side);
                let mut side = denominator.to_le_bytes().to_vec();
                side.resize(bytes, 0);
                out.extend(side);
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
