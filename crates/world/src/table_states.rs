//! The states of a table: their numbers, and the columns that describe them.

use crate::csv_file::{Cell, CsvFile};
use crate::ids::StateId;
use crate::model::{Variable, VariableKind};
use crate::scope::Symbols;
use crate::settings::identifier;
use crate::table::cell_value;
use crate::transitions::Transition;
use murphy_notation::{Diagnostic, Kind, Node, Passage, Place, Value};
use std::collections::BTreeSet;

/// The states in ascending order of their numbers.
#[derive(Clone, Debug)]
pub(crate) struct States {
    numbers: Vec<i64>,
    /// `state`, then the other columns of the file of states.
    pub(crate) variables: Vec<Variable>,
    pub(crate) valuation: Vec<Value>,
    described_in: Option<String>,
}

impl States {
    pub(crate) fn count(&self) -> usize {
        self.numbers.len()
    }

    /// Returns the values of a state.
    pub(crate) fn values(&self, state: usize) -> &[Value] {
        let width = self.variables.len();
        self.valuation
            .get(state * width..(state + 1) * width)
            .unwrap_or_default()
    }

    /// Returns the state of that number; `place` is where the number is written.
    pub(crate) fn id(&self, number: i64, place: impl FnOnce() -> Place) -> Result<StateId, Diagnostic> {
        let found = self.numbers.binary_search(&number).ok();
        found.and_then(|index| u32::try_from(index).ok()).ok_or_else(|| {
            let error = Diagnostic::at(place(), format!("there is no state {number}"));
            match &self.described_in {
                Some(file) => error.label(format!("`{file}` does not list it")).hint(
                    "list it, or say what such states are: `otherwise: { \"column\": 0 }` in the table",
                ),
                None => error.label("no transition comes from it or leads to it"),
            }
        })
    }
}

/// What states are that the file of states does not list: a value for each column.
pub(crate) type Otherwise = Vec<(String, Value)>;

/// Reads `otherwise: {"sofa": 0}`.
pub(crate) fn otherwise(node: Option<&Node>, symbols: &mut Symbols) -> Result<Otherwise, Diagnostic> {
    let mut values = Vec::new();
    for entry in node.map_or_else(|| Ok(Vec::new()), Node::entries)? {
        let value = match &entry.value.kind {
            Kind::Number(number) => Value::from(number.clone()),
            Kind::Name(name) => symbols.intern(name),
            _ => symbols.intern(entry.value.text()?.as_str()),
        };
        values.push((entry.key.as_str().to_owned(), value));
    }
    Ok(values)
}

/// Returns the states that the transitions mention and that a file describes.
pub(crate) fn read(
    described: Option<&CsvFile>,
    otherwise: &Otherwise,
    file: &CsvFile,
    transitions: &[Transition],
    symbols: &mut Symbols,
) -> Result<States, Diagnostic> {
    let mut mentioned: Vec<i64> = transitions.iter().flat_map(|t| [t.state, t.next]).collect();
    mentioned.sort_unstable();
    mentioned.dedup();
    let states = match described {
        Some(described) => from_file(described, otherwise, mentioned, symbols)?,
        None => States {
            valuation: mentioned.iter().map(|&number| Value::Int(number)).collect(),
            numbers: mentioned,
            variables: vec![numbered()],
            described_in: None,
        },
    };
    if u32::try_from(states.count()).is_err() {
        return Err(file.header_error("the table has more states than 32 bits can count".to_owned()));
    }
    Ok(states)
}

fn numbered() -> Variable {
    Variable {
        name: "state".to_owned(),
        kind: VariableKind::Int,
    }
}

fn from_file(
    file: &CsvFile,
    otherwise: &Otherwise,
    mentioned: Vec<i64>,
    symbols: &mut Symbols,
) -> Result<States, Diagnostic> {
    let state = file.required("state")?;
    let columns: Vec<usize> = (0..file.header().len())
        .filter(|&column| column != state)
        .collect();
    check_names(file, &columns)?;
    let mut order = Vec::with_capacity(file.len());
    for record in 0..file.len() {
        order.push((
            file.integer(Cell {
                record,
                column: state,
            })?,
            Some(record),
        ));
    }
    order.sort_unstable();
    if let Some([first, second]) = order.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let place = |at: &(i64, Option<usize>)| file.record_place(at.1.unwrap_or(0));
        return Err(
            Diagnostic::at(place(second), format!("the state {} occurs twice", second.0))
                .related(place(first), "here for the first time"),
        );
    }
    let defaults: Vec<Option<&Value>> = columns
        .iter()
        .map(|&column| {
            otherwise
                .iter()
                .find(|(name, _)| *name == file.header()[column])
                .map(|(_, value)| value)
        })
        .collect();
    if !columns.is_empty() && defaults.iter().all(Option::is_some) || columns.is_empty() {
        let listed: Vec<i64> = order.iter().map(|(number, _)| *number).collect();
        let missing = mentioned
            .into_iter()
            .filter(|number| listed.binary_search(number).is_err());
        order.extend(missing.map(|number| (number, None)));
        order.sort_unstable();
    }
    let mut valuation = Vec::with_capacity(order.len() * (1 + columns.len()));
    for &(number, record) in &order {
        valuation.push(Value::Int(number));
        for (&column, default) in columns.iter().zip(&defaults) {
            valuation.push(match (record, default) {
                (None, Some(value)) => (*value).clone(),
                (record, _) => {
                    let record = record.unwrap_or(usize::MAX);
                    cell_value(file.text(Cell { record, column }), symbols)
                }
            });
        }
    }
    let mut variables = vec![numbered()];
    for (index, &column) in columns.iter().enumerate() {
        let width = 1 + columns.len();
        let values: Vec<&Value> = valuation.iter().skip(1 + index).step_by(width).collect();
        let records: Vec<Option<usize>> = order.iter().map(|(_, record)| *record).collect();
        variables.push(Variable {
            name: file.header()[column].clone(),
            kind: kind(&values, file, &records, column, symbols)?,
        });
    }
    Ok(States {
        numbers: order.into_iter().map(|(number, _)| number).collect(),
        variables,
        valuation,
        described_in: Some(file.name().to_owned()),
    })
}

/// Refuses columns whose names could not be written in an expression.
fn check_names(file: &CsvFile, columns: &[usize]) -> Result<(), Diagnostic> {
    for &column in columns {
        let name = &file.header()[column];
        if identifier(&Passage::named(file.name(), name.as_str())).is_err() {
            return Err(file
                .header_error(format!("the column `{name}` cannot be a variable"))
                .hint("a name is a letter followed by letters, digits and `_`"));
        }
    }
    Ok(())
}

/// Returns what a column holds; a column of numbers must not hold words.
fn kind(
    values: &[&Value],
    file: &CsvFile,
    records: &[Option<usize>],
    column: usize,
    symbols: &Symbols,
) -> Result<VariableKind, Diagnostic> {
    let word = |value: &&Value| matches!(value, Value::Symbol(_));
    let words = values.iter().filter(|value| word(value)).count();
    if words == 0 {
        let whole = values.iter().all(|value| matches!(value, Value::Int(_)));
        return Ok(if whole {
            VariableKind::Int
        } else {
            VariableKind::Number
        });
    }
    let other = values.iter().position(|value| word(value) != word(&values[0]));
    if let Some(index) = other {
        let record = records.get(index).copied().flatten().unwrap_or(0);
        return Err(file
            .error(
                Cell { record, column },
                format!("the column `{}` mixes numbers and words", file.header()[column]),
            )
            .label(format!("this is `{}`", file.text(Cell { record, column }))));
    }
    let mut names: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for value in values {
        let name = symbols.text(value);
        if seen.insert(name.clone()) {
            names.push(name);
        }
    }
    Ok(VariableKind::Symbol(names))
}
