//! The files beside a PRISM transition file: labels, the values of variables, and rewards.

use super::draft::Draft;
use super::text::{Fault, Line, Scan, Text};
use crate::ids::StateId;
use crate::limits::Limits;
use crate::model::{Variable, VariableKind};
use murphy_notation::{Rational, Value};

/// Reads `.lab`: `0="init" 1="goal"`, then `3: 1 0`.
pub(super) fn labels(mut text: Text<'_>, states: usize, draft: &mut Draft) -> Result<(), Fault> {
    let mut names: Vec<(u32, String)> = Vec::new();
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        if scan.done() || scan.peek() == b'#' {
            continue;
        }
        if names.is_empty() {
            names = declared(&mut scan, draft)?;
            continue;
        }
        let start = scan.at;
        let state = scan.index("the number of a state")?;
        if state as usize >= states {
            return Err(scan.fault_from(start, format!("there is no state {state}, only {states} states")));
        }
        scan.expect(b':', "after the state")?;
        while !scan.done() {
            let start = scan.at;
            let label = scan.index("the number of a label")?;
            let name = names.iter().find(|(id, _)| *id == label).map(|(_, name)| name);
            let Some(name) = name else {
                return Err(scan.fault_from(start, format!("label {label} is not declared")));
            };
            draft
                .label(name, state)
                .map_err(|message| scan.fault_from(start, message))?;
        }
    }
    Ok(())
}

/// Reads `0="init" 1="goal"`.
fn declared(scan: &mut Scan<'_>, draft: &mut Draft) -> Result<Vec<(u32, String)>, Fault> {
    let mut names = Vec::new();
    while !scan.done() {
        let start = scan.at;
        let id = scan.index("the number of a label")?;
        scan.expect(b'=', "between the label's number and its name")?;
        let name = scan.name("the name of a label", b"")?;
        let declared = draft.declare_label(name);
        declared.map_err(|message| scan.fault_from(start, message))?;
        names.push((id, name.to_owned()));
    }
    Ok(names)
}

/// Reads `.sta`: `(x,y)`, then `0:(1,false)`.
pub(super) fn states(
    mut text: Text<'_>,
    states: usize,
    limits: &Limits,
) -> Result<(Vec<Variable>, Vec<Value>), Fault> {
    let mut names: Option<Vec<String>> = None;
    let mut values = Vec::new();
    let mut next = 0;
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        if scan.done() || scan.peek() == b'#' {
            continue;
        }
        let Some(names) = &names else {
            names = Some(entries(&mut scan, |scan| {
                scan.name("the name of a variable", b",)").map(str::to_owned)
            })?);
            continue;
        };
        let start = scan.at;
        let state = scan.index("the number of a state")?;
        if state as usize != next || next >= states {
            return Err(scan.fault_from(
                start,
                format!("expected state {next} of {states} states, in order"),
            ));
        }
        next += 1;
        scan.expect(b':', "after the state")?;
        let here = entries(&mut scan, value)?;
        if here.len() != names.len() {
            let (found, needed) = (here.len(), names.len());
            return Err(line.whole_fault(format!("there are {found} values for {needed} variables")));
        }
        values.extend(here);
        if values.len() > limits.branches_max {
            return Err(line.whole_fault("there are too many values of variables"));
        }
    }
    if next != states {
        return Err(text.ended_early(format!("the file ends after {next} of {states} states")));
    }
    let names = names.unwrap_or_default();
    let variables = (0..).zip(names.iter()).map(|(place, name)| Variable {
        name: name.clone(),
        kind: kind_of(values.iter().skip(place).step_by(names.len())),
    });
    Ok((variables.collect(), values))
}

/// Returns the narrowest kind that fits all values of a variable.
fn kind_of<'v>(mut values: impl Iterator<Item = &'v Value> + Clone) -> VariableKind {
    if values.clone().all(|value| matches!(value, Value::Bool(_))) {
        VariableKind::Bool
    } else if values.all(|value| matches!(value, Value::Int(_))) {
        VariableKind::Int
    } else {
        VariableKind::Number
    }
}

/// Reads `(a,b,c)`, each entry in its way.
fn entries<T>(
    scan: &mut Scan<'_>,
    mut entry: impl FnMut(&mut Scan<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    scan.expect(b'(', "before the list")?;
    let mut list = Vec::new();
    while !scan.eat(b')') {
        if !list.is_empty() {
            scan.expect(b',', "between the entries")?;
        }
        list.push(entry(scan)?);
    }
    scan.end()?;
    Ok(list)
}

fn value(scan: &mut Scan<'_>) -> Result<Value, Fault> {
    scan.blanks();
    for (word, value) in [("true", true), ("false", false)] {
        if scan.line.bytes[scan.at..].starts_with(word.as_bytes()) {
            scan.at += word.len();
            return Ok(Value::Bool(value));
        }
    }
    let number = scan.number("a value", b",)")?.to_rational();
    Ok(number.to_i64().map_or(Value::Number(number), Value::Int))
}

/// A file of rewards, read as far as the states and choices beside it have come.
pub(super) struct Rewards<'r> {
    text: Text<'r>,
    /// How many of the numbers `i`, `k` and `j` come before the reward.
    indices: usize,
    next: Option<Entry>,
}

/// One line of a file of rewards.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    line: usize,
    /// The state and the choice within it (0 where the file names none).
    at: (StateId, u32),
    /// Where the branch leads (0 for a reward of a state).
    pub(super) target: StateId,
    /// What it is worth.
    pub(super) value: Rational,
}

impl<'r> Rewards<'r> {
    /// Returns the rewards of states: lines `i r`.
    pub(super) fn of_states(text: Text<'r>) -> Self {
        Self::new(text, 1)
    }

    /// Returns the rewards of branches: lines `i k j r`, or `i j r` in a chain.
    pub(super) fn of_branches(text: Text<'r>, chain: bool) -> Self {
        Self::new(text, if chain { 2 } else { 3 })
    }

    fn new(text: Text<'r>, indices: usize) -> Self {
        Self {
            text,
            indices,
            next: None,
        }
    }

    /// Reads on to the first entry, and returns the name of the structure if the file says it.
    pub(super) fn begin(&mut self) -> Result<Option<String>, Fault> {
        let mut name = None;
        while let Some(line) = self.text.line()? {
            let mut scan = line.scan();
            if scan.done() {
                continue;
            }
            if scan.eat(b'#') {
                name = name.or_else(|| structure_name(&line));
                continue;
            }
            // The counts: as many as indices, and the number of entries.
            for _ in 0..self.indices.max(2) {
                scan.index("a count")?;
            }
            scan.end()?;
            break;
        }
        self.advance()?;
        Ok(name)
    }

    fn advance(&mut self) -> Result<(), Fault> {
        let last = self.next.take().map(|entry| entry.at);
        while let Some(line) = self.text.line()? {
            let mut scan = line.scan();
            if scan.done() || scan.peek() == b'#' {
                continue;
            }
            let state = scan.index("the number of a state")?;
            let choice = if self.indices == 3 {
                scan.index("the number of a choice")?
            } else {
                0
            };
            let target = if self.indices > 1 {
                scan.index("the number of a state")?
            } else {
                0
            };
            let value = scan.number("the reward", b"")?.to_rational();
            scan.end()?;
            let at = (state, choice);
            if last.is_some_and(|last| at < last) {
                return Err(line.whole_fault("the rewards are not in the order of the states"));
            }
            self.next = Some(Entry {
                line: line.number,
                at,
                target,
                value,
            });
            break;
        }
        Ok(())
    }

    /// Moves the entries of this state and choice to the end of a list.
    pub(super) fn take(&mut self, at: (StateId, u32), list: &mut Vec<Entry>) -> Result<(), Fault> {
        while let Some(entry) = self.next.take_if(|entry| entry.at == at) {
            self.next = Some(Entry {
                at: entry.at,
                ..Entry::default()
            });
            list.push(entry);
            self.advance()?;
        }
        Ok(())
    }

    /// Returns an error about an entry.
    #[cold]
    pub(super) fn fault(&self, entry: &Entry, message: impl Into<String>) -> Fault {
        let (state, choice) = entry.at;
        let text = match self.indices {
            1 => format!("{state} {}", entry.value),
            2 => format!("{state} {} {}", entry.target, entry.value),
            _ => format!("{state} {choice} {} {}", entry.target, entry.value),
        };
        let line = Line {
            name: self.text.name(),
            number: entry.line,
            bytes: text.as_bytes(),
        };
        line.whole_fault(message)
    }

    /// Refuses entries that no state or choice has claimed.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        match &self.next {
            Some(entry) => Err(self.fault(entry, "this reward belongs to no state or choice of the model")),
            None => Ok(()),
        }
    }
}

/// Reads the name in `# Reward structure "steps"`.
pub(super) fn structure_name(line: &Line<'_>) -> Option<String> {
    let text = std::str::from_utf8(line.bytes).ok()?;
    let rest = text
        .trim_start_matches(['#', ' '])
        .strip_prefix("Reward structure")?;
    let name = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
    (!name.is_empty()).then(|| name.to_owned())
}
