//! The transitions of a table: `state, action, next_state` and what is known of the probability.

use crate::csv_file::{Cell, CsvFile};
use crate::ids::{ActionId, StateId};
use crate::learned::Sets;
use crate::table_states::States;
use murphy_credal::{CredalSet, Error, Interval};
use murphy_notation::{Diagnostic, Node, Place, Rational};

/// One line of the file.
#[derive(Clone, Debug)]
pub(crate) struct Transition {
    pub(crate) state: i64,
    /// The text of the action, empty if the file has no such column.
    pub(crate) action: String,
    pub(crate) next: i64,
    lower: Rational,
    upper: Option<Rational>,
    pub(crate) record: usize,
}

/// All transitions of one action in one state.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) state: StateId,
    pub(crate) action: ActionId,
    /// Ascending.
    pub(crate) targets: Vec<StateId>,
    pub(crate) weights: Weights,
    pub(crate) place: Place,
}

/// What a row says of each of its targets.
#[derive(Clone, Debug)]
pub(crate) enum Weights {
    /// Probabilities or counts.
    Single(Vec<Rational>),
    /// Lower and upper bounds.
    Bounds(Vec<Rational>, Vec<Rational>),
}

impl Weights {
    pub(crate) fn as_probabilities(&self) -> Option<&[Rational]> {
        match self {
            Self::Single(weights) => Some(weights),
            Self::Bounds(..) => None,
        }
    }

    pub(crate) fn interval(&self) -> Result<CredalSet, Error> {
        let (lower, upper) = match self {
            Self::Single(weights) => (weights, weights),
            Self::Bounds(lower, upper) => (lower, upper),
        };
        Interval::new(lower.clone(), upper.clone()).map(CredalSet::from)
    }
}

/// The columns that hold the weights.
enum Columns {
    Single(usize),
    Bounds(usize, usize),
}

/// Reads all lines.
pub(crate) fn read(
    file: &CsvFile,
    sets: Option<&Sets>,
    sets_node: Option<&Node>,
) -> Result<Vec<Transition>, Diagnostic> {
    let (state, next) = (file.required("state")?, file.required("next_state")?);
    let action = file.column("action");
    let columns = columns(file, sets, sets_node)?;
    let mut transitions = Vec::with_capacity(file.len());
    for record in 0..file.len() {
        let cell = |column| Cell { record, column };
        let (lower, upper) = match columns {
            Columns::Single(column) => (file.non_negative(cell(column))?, None),
            Columns::Bounds(low, high) => {
                let (lower, upper) = (file.non_negative(cell(low))?, file.non_negative(cell(high))?);
                if lower > upper {
                    return Err(file
                        .error(cell(low), "a range must not end before it begins")
                        .label("the lower bound is above the upper bound"));
                }
                (lower, Some(upper))
            }
        };
        transitions.push(Transition {
            state: file.integer(cell(state))?,
            action: action.map_or_else(String::new, |column| file.text(cell(column)).to_owned()),
            next: file.integer(cell(next))?,
            lower,
            upper,
            record,
        });
    }
    if transitions.is_empty() {
        return Err(file.header_error(format!("`{}` holds no transitions", file.name())));
    }
    Ok(transitions)
}

/// Returns which columns are read: counts where sets are learned from them, else probabilities or bounds.
fn columns(file: &CsvFile, sets: Option<&Sets>, sets_node: Option<&Node>) -> Result<Columns, Diagnostic> {
    let probability = file.column("probability").or_else(|| file.column("prob"));
    let count = file.column("count");
    match (sets, sets_node) {
        (Some(sets), _) if sets.takes_counts() => file.required("count").map(Columns::Single),
        (Some(_), Some(node)) => probability.map(Columns::Single).ok_or_else(|| {
            node.error("this is a set around probabilities, and the file has none")
                .label(format!("`{}` lacks the column `probability`", file.name()))
                .hint("for counts, write `Learned(by: Imprecise(strength: 1), over: Observed)`")
        }),
        _ => match (probability, file.column("lower"), file.column("upper")) {
            (Some(column), None, None) => Ok(Columns::Single(column)),
            (None, Some(low), Some(high)) => Ok(Columns::Bounds(low, high)),
            (Some(_), _, _) => Err(file
                .header_error("the file has both probabilities and bounds".to_owned())
                .hint("leave one of them out")),
            (None, Some(_), None) => file.required("upper").map(Columns::Single),
            (None, None, Some(_)) => file.required("lower").map(Columns::Single),
            (None, None, None) if count.is_some() => Err(file
                .header_error("counts become credal sets by a rule, and the table names none".to_owned())
                .hint("add `sets: Learned(by: Imprecise(strength: 1), over: Observed)` to the table")),
            (None, None, None) => file.required("probability").map(Columns::Single),
        },
    }
}

/// Groups the lines by state and action; `order` gives each line its action.
pub(crate) fn rows(
    file: &CsvFile,
    transitions: Vec<Transition>,
    states: &States,
    order: &[ActionId],
) -> Result<Vec<Row>, Diagnostic> {
    let mut lines = Vec::with_capacity(transitions.len());
    for (transition, action) in transitions.into_iter().zip(order) {
        let place = || file.record_place(transition.record);
        let (state, next) = (
            states.id(transition.state, place)?,
            states.id(transition.next, place)?,
        );
        lines.push((state, *action, next, transition));
    }
    lines.sort_by_key(|(state, action, next, transition)| (*state, *action, *next, transition.record));
    let same = lines
        .windows(2)
        .find(|pair| (pair[0].0, pair[0].1, pair[0].2) == (pair[1].0, pair[1].1, pair[1].2));
    if let Some([first, second]) = same {
        return Err(
            Diagnostic::at(file.record_place(second.3.record), "this transition occurs twice")
                .related(file.record_place(first.3.record), "here for the first time")
                .hint("add the two up, or leave one out"),
        );
    }
    let mut rows: Vec<Row> = Vec::new();
    for (state, action, next, transition) in lines {
        match rows.last_mut() {
            Some(row) if (row.state, row.action) == (state, action) => {
                row.targets.push(next);
                match (&mut row.weights, transition.upper) {
                    (Weights::Bounds(lower, upper), Some(high)) => {
                        lower.push(transition.lower);
                        upper.push(high);
                    }
                    (Weights::Single(weights) | Weights::Bounds(weights, _), _) => {
                        weights.push(transition.lower)
                    }
                }
            }
            _ => rows.push(Row {
                state,
                action,
                targets: vec![next],
                weights: match transition.upper {
                    Some(upper) => Weights::Bounds(vec![transition.lower], vec![upper]),
                    None => Weights::Single(vec![transition.lower]),
                },
                place: file.record_place(transition.record),
            }),
        }
    }
    Ok(rows)
}
