//! CRAAM's CSV: a row `idstatefrom, idaction, idstateto, probability, reward` for each branch, in any order, and for models with outcomes a
//! column `idoutcome`: Nature picks among the outcomes of a choice, so that its set is their convex hull.
//!
//! Probabilities of a repeated branch add up. A reward that depends on the successor becomes the expected reward of the choice; one
//! that depends on Nature's pick has no place in a model and is refused.

use super::Input;
use super::draft::Draft;
use super::number::Number;
use super::row::{Sums, scale_to_one};
use super::text::{Fault, Line};
use crate::files::Files;
use crate::ids::StateId;
use crate::limits::Limits;
use crate::model::Model;
use murphy_credal::{CredalSet, Precise, Vertices};
use murphy_notation::{Diagnostic, Rational};
use std::collections::BTreeMap;
use std::io::Read;

/// The columns that are needed, and the one that may be there.
const COLUMNS: [&str; 6] = [
    "idstatefrom",
    "idaction",
    "idstateto",
    "probability",
    "reward",
    "idoutcome",
];
/// What the rewards are called.
const REWARD: &str = "reward";

/// One row of the table.
struct Entry {
    /// State, action and outcome.
    at: (StateId, u32, u32),
    target: StateId,
    line: usize,
    probability: Rational,
    reward: Rational,
}

/// A table with the places of its columns.
struct Table<'a, R> {
    name: &'a str,
    reader: csv::Reader<R>,
    columns: [Option<usize>; 6],
    record: csv::ByteRecord,
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let (name, files, limits) = (input.name, input.files, input.limits);
    let mut table = Table::new(name, input.reader, &COLUMNS, 5)?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut states = 0;
    while let Some(line) = table.next()? {
        let entry = table.entry(line)?;
        states = states.max(entry.at.0 as usize + 1).max(entry.target as usize + 1);
        if states > limits.states_max || entries.len() >= limits.branches_max {
            let (most, branches) = (limits.states_max, limits.branches_max);
            return Err(table.fault(
                line,
                format!("the model has more than {most} states or {branches} branches"),
            ));
        }
        entries.push(entry);
    }
    entries.sort_by_key(|entry| (entry.at, entry.target));
    let mut draft = Draft::new(name, limits);
    refuse_large(name, &entries, limits)?;
    build(name, &entries, states, &mut draft)?;
    companions(files, limits, states, &mut draft)?;
    draft.finish()
}

impl<'a, R: Read> Table<'a, R> {
    /// Reads the header; the first `needed` columns must be there.
    fn new(name: &'a str, reader: R, names: &[&str], needed: usize) -> Result<Self, Fault> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(reader);
        let headers = reader.byte_headers().map_err(|error| broken(name, &error))?;
        let mut columns = [None; 6];
        for (place, header) in headers.iter().enumerate() {
            let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header);
            if let Some(column) = names
                .iter()
                .position(|c| header.eq_ignore_ascii_case(c.as_bytes()))
            {
                columns[column].get_or_insert(place);
            }
        }
        let record = headers.clone();
        let table = Self {
            name,
            reader,
            columns,
            record,
        };
        match columns[..needed].iter().position(Option::is_none) {
            None => Ok(table),
            Some(missing) => Err(table.fault(1, format!("the table has no column `{}`", names[missing]))),
        }
    }

    /// Reads the next record that is not empty, and returns its line.
    fn next(&mut self) -> Result<Option<usize>, Fault> {
        loop {
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.map_err(|error| broken(self.name, &error))? {
                return Ok(None);
            }
            if self.record.iter().any(|field| !field.is_empty()) {
                let line = self.record.position().map_or(0, csv::Position::line);
                return Ok(Some(usize::try_from(line).unwrap_or(usize::MAX)));
            }
        }
    }

    /// Returns an error about the current record.
    #[cold]
    fn fault(&self, line: usize, message: impl Into<String>) -> Fault {
        let shown: Vec<String> = self
            .record
            .iter()
            .take(12)
            .map(|field| String::from_utf8_lossy(field).chars().take(40).collect())
            .collect();
        let shown = shown.join(",");
        let line = Line {
            name: self.name,
            number: line,
            bytes: shown.as_bytes(),
        };
        line.whole_fault(message)
    }

    fn number(&self, column: usize, line: usize, what: &str) -> Result<Rational, Fault> {
        let field = self.columns[column].and_then(|place| self.record.get(place));
        let field = field.unwrap_or_default();
        match Number::from_bytes(field) {
            Some(number) => Ok(number.to_rational()),
            None => {
                let shown: String = String::from_utf8_lossy(field).chars().take(40).collect();
                Err(self.fault(line, format!("{what} must be a finite number, not `{shown}`")))
            }
        }
    }

    fn index(&self, column: usize, line: usize, what: &str) -> Result<u32, Fault> {
        let number = self.number(column, line, what)?;
        let index = number.to_i64().and_then(|index| u32::try_from(index).ok());
        index.ok_or_else(|| {
            self.fault(
                line,
                format!("{what} must be a whole number from 0, not {number}"),
            )
        })
    }

    fn entry(&self, line: usize) -> Result<Entry, Fault> {
        let outcome = match self.columns[5] {
            Some(_) => self.index(5, line, "the outcome")?,
            None => 0,
        };
        let state = self.index(0, line, "the state")?;
        let action = self.index(1, line, "the action")?;
        Ok(Entry {
            at: (state, action, outcome),
            target: self.index(2, line, "the next state")?,
            line,
            probability: self.number(3, line, "the probability")?,
            reward: self.number(4, line, "the reward")?,
        })
    }
}

#[cold]
fn broken(name: &str, error: &csv::Error) -> Fault {
    Box::new(Diagnostic::new(format!("`{name}`: {error}")))
}

/// Refuses outcomes that would be more numbers than a model of the largest size has branches.
fn refuse_large(name: &str, entries: &[Entry], limits: &Limits) -> Result<(), Fault> {
    let mut total = 0usize;
    for choice in entries.chunk_by(|a, b| (a.at.0, a.at.1) == (b.at.0, b.at.1)) {
        let outcomes = choice.chunk_by(|a, b| a.at == b.at).count();
        let most = if outcomes > 1 { choice.len() } else { 1 };
        total = total.saturating_add(outcomes.saturating_mul(most));
    }
    if total > limits.branches_max {
        let most = limits.branches_max;
        let message = format!("its outcomes are {total} numbers as a table, more than {most}");
        return Err(Line::nowhere(name).whole_fault(message));
    }
    Ok(())
}

/// Builds the states up to `states` from entries in order.
fn build(name: &str, entries: &[Entry], states: usize, draft: &mut Draft) -> Result<(), Fault> {
    let declared = draft.quantity(REWARD);
    declared.map_err(|message| Box::new(Diagnostic::new(message)))?;
    for choice in entries.chunk_by(|a, b| (a.at.0, a.at.1) == (b.at.0, b.at.1)) {
        let Some(first) = choice.first() else { continue };
        let words = format!("state {}, action {}", first.at.0, first.at.1);
        let line = Line {
            name,
            number: first.line,
            bytes: words.as_bytes(),
        };
        while draft.state_count() <= first.at.0 as usize {
            draft.open_state(&line)?;
        }
        let (set, targets, reward) = self::choice(choice, &line)?;
        draft.choice_reward(0, reward);
        draft.add_set(&first.at.1.to_string(), set, &targets)?;
    }
    while draft.state_count() < states {
        draft.open_state(&Line::nowhere(name))?;
    }
    draft.close_state()
}

/// Returns the set of one choice, where its branches lead, and its reward.
fn choice(entries: &[Entry], line: &Line<'_>) -> Result<(CredalSet, Vec<StateId>, Rational), Fault> {
    let mut targets: Vec<StateId> = entries.iter().map(|entry| entry.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let mut vertices = Vec::new();
    let mut rewards: Vec<Rational> = Vec::new();
    for outcome in entries.chunk_by(|a, b| a.at == b.at) {
        let mut vertex = vec![Rational::ZERO; targets.len()];
        let mut reward = Rational::ZERO;
        for entry in outcome {
            if let Ok(place) = targets.binary_search(&entry.target) {
                vertex[place] += &entry.probability;
            }
            reward += &entry.probability * &entry.reward;
        }
        let sum: Rational = vertex.iter().sum();
        scale_to_one(&mut vertex, &Sums::Rounded.tolerance(), |_| true);
        rewards.push(reward.checked_div(&sum).unwrap_or_default());
        vertices.push(vertex);
    }
    if rewards.iter().any(|reward| *reward != rewards[0]) {
        return Err(line.whole_fault(
            "the outcomes of this choice have different rewards, so that the reward depends on Nature; that is not supported",
        ));
    }
    let reward = rewards.swap_remove(0);
    let set = if vertices.len() == 1 {
        Precise::new(vertices.swap_remove(0)).map(CredalSet::from)
    } else {
        Vertices::new(vertices).map(CredalSet::from)
    };
    match set {
        Ok(set) => Ok((set, targets, reward)),
        Err(error) => Err(line.whole_fault(error.to_string())),
    }
}

/// Reads the discount and the initial distribution from the files that CRAAM keeps beside a model.
fn companions(files: &dyn Files, limits: &Limits, states: usize, draft: &mut Draft) -> Result<(), Fault> {
    if files.exists("parameters.csv") {
        let text = open(files, "parameters.csv")?;
        let mut table = Table::new("parameters.csv", text, &["parameter", "value"], 2)?;
        while let Some(line) = table.next()? {
            if table.columns[0].and_then(|place| table.record.get(place)) == Some(b"discount") {
                let discount = table.number(1, line, "the discount")?;
                draft.note(format!(
                    "parameters.csv sets the discount {discount}; a goal has to name it"
                ));
            }
        }
    }
    if !files.exists("initial.csv") {
        return Ok(());
    }
    let text = open(files, "initial.csv")?;
    let mut table = Table::new("initial.csv", text, &["idstate", "probability"], 2)?;
    let mut weights: BTreeMap<StateId, Rational> = BTreeMap::new();
    while let Some(line) = table.next()? {
        let state = table.index(0, line, "the state")?;
        let probability = table.number(1, line, "the probability")?;
        if state as usize >= states || probability.is_negative() || weights.len() > limits.states_max {
            return Err(table.fault(
                line,
                format!("there is no such state or probability; the model has {states} states"),
            ));
        }
        if probability.is_positive() {
            *weights.entry(state).or_default() += probability;
        }
    }
    let (starts, mut weights): (Vec<StateId>, Vec<Rational>) = weights.into_iter().unzip();
    scale_to_one(&mut weights, &Sums::Rounded.tolerance(), |_| true);
    draft.start_weighted(starts.into_iter().zip(weights).collect());
    Ok(())
}

fn open<'f>(files: &'f dyn Files, name: &str) -> Result<Box<dyn std::io::BufRead + 'f>, Fault> {
    files
        .open(name)
        .map_err(|why| Box::new(Diagnostic::new(format!("`{name}` cannot be read: {why}"))))
}
