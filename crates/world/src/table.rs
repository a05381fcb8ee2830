//! Worlds made of a table: transitions in a CSV file, with probabilities, bounds or counts.

use crate::csv_file::{Cell, CsvFile};
use crate::decimal::decimal;
use crate::files::Files;
use crate::ids::StateId;
use crate::learned::Sets;
use crate::limits::Limits;
use crate::measures::Explored;
use crate::model::Variable;
use crate::scope::{Scope, Symbols};
use crate::table_actions;
use crate::table_states::{self, States};
use crate::transitions::{self, Row};
use murphy_credal::{CredalSet, Precise};
use murphy_notation::{Binding, Diagnostic, Kind, Node, Place, Rational, Type, Value};

/// A table that was read.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    states: States,
    pub(crate) actions: Vec<String>,
    /// Ascending by state, then action.
    rows: Vec<Row>,
    sets: Option<Sets>,
    initial: Vec<(StateId, Rational)>,
    normalise: bool,
    file: String,
    /// What messages about all of it point at.
    pub(crate) place: Place,
}

/// How far a sum of probabilities may be from 1 and still count as rounded.
const ROUNDING_MAX: (i64, i64) = (1, 1_000_000);

impl Table {
    /// Reads `Table(file: "counts.csv", sets: …, start: …)` and the files it names, and declares the states' columns as variables.
    pub(crate) fn parse(
        node: &Node,
        files: &dyn Files,
        scope: &mut Scope,
        symbols: &mut Symbols,
    ) -> Result<Self, Diagnostic> {
        let mut fields = node.fields("Table")?;
        let file_node = fields.required("file")?;
        let sets_node = fields.optional("sets");
        let start_node = fields.required("start")?;
        let states_node = fields.optional("states");
        let actions_node = fields.optional("actions");
        let otherwise = table_states::otherwise(fields.optional("otherwise"), symbols)?;
        let normalise = fields.optional("normalise").map_or(Ok(false), Node::boolean)?;
        fields.finish()?;
        let sets = sets_node
            .map(|node| Sets::parse(node, scope, symbols))
            .transpose()?;
        let file = CsvFile::read(file_node, files)?;
        let described = states_node.map(|node| CsvFile::read(node, files)).transpose()?;
        let transitions = transitions::read(&file, sets.as_ref(), sets_node)?;
        let states = table_states::read(described.as_ref(), &otherwise, &file, &transitions, symbols)?;
        let start = start(start_node, files, normalise)?;
        let initial = start
            .into_iter()
            .map(|(number, weight, place)| Ok((states.id(number, || place)?, weight)))
            .collect::<Result<Vec<_>, Diagnostic>>()?;
        let (actions, order) = table_actions::name(actions_node, &file, &transitions, scope)?;
        let rows = transitions::rows(&file, transitions, &states, &order)?;
        for (slot, variable) in states.variables.iter().enumerate() {
            let kind = match states.values(0).get(slot) {
                Some(value) => value.kind(),
                None => Type::Number,
            };
            let binding = Binding::Variable { slot, kind };
            scope.declare(&variable.name, binding, "a column of the states", &node.place)?;
        }
        Ok(Self {
            states,
            actions,
            rows,
            sets,
            initial,
            normalise,
            file: file.name().to_owned(),
            place: file_node.place.clone(),
        })
    }

    /// Returns the variables of its states.
    pub(crate) fn variables(&self) -> &[Variable] {
        &self.states.variables
    }

    /// Returns the states with their choices; a state without rows stays as it is.
    pub(crate) fn explore(&self, limits: &Limits) -> Result<Explored, Diagnostic> {
        let count = self.states.count();
        if count > limits.states_max {
            let message = format!("the table has {count} states; the limit is {}", limits.states_max);
            return Err(Diagnostic::at(self.place.clone(), message).hint("raise the limit on states"));
        }
        let mut explored = Explored {
            variables: self.states.variables.clone(),
            actions: self.actions.clone(),
            valuation: self.states.valuation.clone(),
            choice_counts: vec![0; count],
            choices: Vec::with_capacity(self.rows.len()),
            ended: Vec::new(),
            initial: self.initial.clone(),
            notes: Vec::new(),
        };
        let learning = self.sets.as_ref().map(|sets| sets.prepare(&self.rows, count));
        let (mut branches, mut normalised, mut stays) = (0usize, 0usize, 0usize);
        let mut rows = self.rows.iter().peekable();
        let stay = self
            .actions
            .iter()
            .position(|action| action == "stay")
            .unwrap_or(self.actions.len());
        for state in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let before = explored.choices.len();
            while let Some(row) = rows.next_if(|row| row.state == state) {
                let (set, targets) = match &learning {
                    Some(learning) => learning.set(row)?,
                    None => self.written(row, &mut normalised)?,
                };
                branches = branches.saturating_add(targets.len());
                self.check_branches(branches, limits)?;
                explored.choices.push((row.action, set, targets));
            }
            if explored.choices.len() == before {
                stays += 1;
                let set =
                    Precise::new(vec![Rational::ONE]).map_err(|error| Diagnostic::new(error.to_string()))?;
                let action = u32::try_from(stay).unwrap_or(u32::MAX);
                explored.choices.push((action, CredalSet::from(set), vec![state]));
            }
            explored.choice_counts[state as usize] = explored.choices.len() - before;
        }
        if stays > 0 && stay == explored.actions.len() {
            explored.actions.push("stay".to_owned());
        }
        if let Some(learning) = &learning {
            explored.notes.push(learning.note());
        }
        self.notes(&mut explored.notes, normalised, stays);
        Ok(explored)
    }

    fn check_branches(&self, branches: usize, limits: &Limits) -> Result<(), Diagnostic> {
        if branches <= limits.branches_max {
            return Ok(());
        }
        let message = format!("the model has more than {} branches", limits.branches_max);
        Err(Diagnostic::at(self.place.clone(), message).hint(
            "let the free mass go to observed states only (`over: Observed`), or raise the limit on branches",
        ))
    }

    fn notes(&self, notes: &mut Vec<String>, normalised: usize, stays: usize) {
        if normalised > 0 {
            notes.push(format!(
                "{normalised} rows of `{}` were rounded and are divided by their sums",
                self.file
            ));
        }
        match stays {
            0 => {}
            1 => notes.push("1 state has no rows and stays as it is".to_owned()),
            _ => notes.push(format!("{stays} states have no rows and stay as they are")),
        }
    }

    /// Returns the set of a row whose probabilities or bounds are written down.
    fn written(&self, row: &Row, normalised: &mut usize) -> Result<(CredalSet, Vec<StateId>), Diagnostic> {
        let set = match row.weights.as_probabilities() {
            Some(weights) => {
                let weights = self.distribution(weights.to_vec(), &row.place, normalised)?;
                Precise::new(weights).map(CredalSet::from)
            }
            None => row.weights.interval(),
        };
        let set = set.map_err(|error| crate::rule::impossible(&error, &row.place))?;
        let possible = crate::push_forward::possible(&set);
        if possible.iter().all(|possible| *possible) {
            return Ok((set, row.targets.clone()));
        }
        let targets: Vec<StateId> = row
            .targets
            .iter()
            .zip(&possible)
            .filter(|(_, possible)| **possible)
            .map(|(to, _)| *to)
            .collect();
        let mut next = 0..targets.len();
        let group: Vec<Option<usize>> = possible
            .iter()
            .map(|possible| if *possible { next.next() } else { None })
            .collect();
        let smaller = crate::push_forward::push_forward(&set, &group, targets.len());
        match smaller.map_err(|error| crate::rule::impossible(&error, &row.place))? {
            Some(smaller) => Ok((smaller, targets)),
            None => Ok((set, row.targets.clone())),
        }
    }

    fn distribution(
        &self,
        weights: Vec<Rational>,
        place: &Place,
        normalised: &mut usize,
    ) -> Result<Vec<Rational>, Diagnostic> {
        let sum: Rational = weights.iter().sum();
        if sum == Rational::ONE {
            return Ok(weights);
        }
        *normalised += 1;
        normal(weights, &sum, place, self.normalise)
    }
}

/// Returns weights divided by their sum, if that is asked for and the sum is off by rounding only.
fn normal(
    weights: Vec<Rational>,
    sum: &Rational,
    place: &Place,
    normalise: bool,
) -> Result<Vec<Rational>, Diagnostic> {
    let off = (sum - &Rational::ONE).abs();
    let rounding = off <= Rational::new(ROUNDING_MAX.0, ROUNDING_MAX.1);
    if normalise && rounding {
        return Ok(weights.iter().map(|weight| weight / sum).collect());
    }
    let label = format!(
        "from here on they sum to {}, which is {} off",
        decimal(sum),
        decimal(&off)
    );
    let error = Diagnostic::at(place.clone(), "the probabilities do not sum to 1").label(label);
    Err(if rounding {
        error.hint(
            "if they were rounded, write `normalise: true` in the table, and they are divided by their sum",
        )
    } else {
        error
    })
}

/// Returns the states in which runs start, by number, with their weights and places.
fn start(node: &Node, files: &dyn Files, normalise: bool) -> Result<Vec<(i64, Rational, Place)>, Diagnostic> {
    if let Kind::Number(_) = node.kind {
        return Ok(vec![(node.integer()?, Rational::ONE, node.place.clone())]);
    }
    let file = CsvFile::read(node, files)?;
    let state = file.required("state")?;
    let column = ["count", "probability", "prob"]
        .iter()
        .find_map(|name| file.column(name));
    let column = column.ok_or_else(|| {
        file.header_error(format!(
            "`{}` lacks a column `probability` or `count`",
            file.name()
        ))
    })?;
    let mut start: Vec<(i64, Rational, Place)> = Vec::new();
    for record in 0..file.len() {
        let cell = Cell {
            record,
            column: state,
        };
        let weight = file.non_negative(Cell { record, column })?;
        if weight.is_positive() {
            start.push((file.integer(cell)?, weight, file.place(cell)));
        }
    }
    start.sort_by_key(|(number, ..)| *number);
    if let Some(pair) = start.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(
            Diagnostic::at(pair[1].2.clone(), format!("the state {} occurs twice", pair[1].0))
                .related(pair[0].2.clone(), "here for the first time"),
        );
    }
    let weights: Vec<Rational> = start.iter().map(|(_, weight, _)| weight.clone()).collect();
    let sum: Rational = weights.iter().sum();
    let place = file.record_place(0);
    let weights = if sum.is_zero() {
        return Err(Diagnostic::at(
            place,
            "no state has a positive weight at the start",
        ));
    } else if file.header()[column] == "count" {
        weights.iter().map(|weight| weight / &sum).collect()
    } else if sum == Rational::ONE {
        weights
    } else {
        normal(weights, &sum, &place, normalise)?
    };
    Ok(start
        .into_iter()
        .zip(weights)
        .map(|((number, _, place), weight)| (number, weight, place))
        .collect())
}

/// Returns the value of a text in a table: a number if it is one, and a symbol otherwise.
pub(crate) fn cell_value(text: &str, symbols: &mut Symbols) -> Value {
    match text.parse::<Rational>() {
        Ok(number) => Value::from(number),
        Err(_) => symbols.intern(text),
    }
}
