//! Cassandra's POMDP format: a preamble of names, then transitions, observations and rewards by numbers, rows, matrices and wildcards.
//!
//! Without observations the file is an ordinary decision process. With observations it is read as one whose states all look the same,
//! which is not its meaning: it is marked as partially observed, so that no goal is planned for it.

mod rules;
mod words;

use super::Input;
use super::draft::Draft;
use super::row::{Sums, scale_to_one};
use super::text::{Fault, Hinted, Line};
use crate::ids::StateId;
use crate::model::{Model, Variable, VariableKind};
use murphy_notation::{Rational, Value};
use rules::Rewards;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use words::{Names, Statement, Words};

/// The variable that holds the name of a state.
const STATE: &str = "state";
/// The most numbers that wildcards and matrices may stand for.
const ENTRIES_MAX: usize = 100_000_000;

/// A file as far as it has been read.
struct Reader<'a> {
    file: &'a str,
    states: Names,
    actions: Names,
    observations: Names,
    discount: Option<Rational>,
    costs: bool,
    start: Vec<(StateId, Rational)>,
    /// What is written of `T`, by action and state: the probability of each next state.
    transitions: HashMap<(u32, u32), BTreeMap<u32, Rational>>,
    /// What is written of `O`, by action and next state.
    sights: HashMap<(u32, u32), BTreeMap<u32, Rational>>,
    rewards: Rewards,
    entries: usize,
    entries_max: usize,
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let (name, limits) = (input.name, input.limits);
    let mut words = Words::new(input.text());
    let mut reader = Reader {
        file: name,
        states: Names::default(),
        actions: Names::default(),
        observations: Names::default(),
        discount: None,
        costs: false,
        start: Vec::new(),
        transitions: HashMap::new(),
        sights: HashMap::new(),
        rewards: Rewards::default(),
        entries: 0,
        entries_max: limits.branches_max.min(ENTRIES_MAX),
    };
    while let Some(statement) = words.statement(limits.branches_max)? {
        reader.statement(&statement)?;
        if reader.states.len() > limits.states_max {
            let most = limits.states_max;
            return Err(statement.fault(0, format!("the model has more than {most} states")));
        }
    }
    if reader.states.len() == 0 || reader.actions.len() == 0 {
        return Err(words.ended_early("the file names no states or no actions"));
    }
    reader.build(Draft::new(name, limits))
}

impl Reader<'_> {
    fn statement(&mut self, statement: &Statement) -> Result<(), Fault> {
        match statement.word(0) {
            "discount" => self.discount = Some(statement.number(1)?),
            "values" => {
                self.costs = match statement.word(1).to_ascii_lowercase().as_str() {
                    "reward" => false,
                    "cost" => true,
                    _ => return Err(statement.fault(1, "expected `reward` or `cost`")),
                }
            }
            "states" => self.states = statement.names(1)?,
            "actions" => self.actions = statement.names(1)?,
            "observations" => self.observations = statement.names(1)?,
            "start" => self.start = self.starts(statement)?,
            "T" => self.transition(statement)?,
            "O" => self.sight(statement)?,
            "R" => self.reward(statement)?,
            _ => return Err(statement.fault(0, "this statement is not known")),
        }
        Ok(())
    }

    fn starts(&self, statement: &Statement) -> Result<Vec<(StateId, Rational)>, Fault> {
        let count = self.states.len();
        let listed = |from: usize| -> Result<Vec<u32>, Fault> {
            (from..statement.len())
                .map(|place| statement.one(place, &self.states, "state"))
                .collect()
        };
        let chosen: Vec<u32> = match statement.word(1) {
            "include" => listed(2)?,
            "exclude" => {
                let out: BTreeSet<u32> = listed(2)?.into_iter().collect();
                (0..).take(count).filter(|state| !out.contains(state)).collect()
            }
            "uniform" => (0..).take(count).collect(),
            _ if statement.len() == 2 && count != 1 => listed(1)?,
            _ => {
                let mut weights = statement.numbers(1, count)?;
                scale_to_one(&mut weights, &Sums::Coarse.tolerance(), |_| true);
                let weights = (0..).zip(weights).filter(|(_, weight)| !weight.is_zero());
                return Ok(weights.collect());
            }
        };
        let Ok(number) = u32::try_from(chosen.len()) else {
            return Err(statement.fault(1, "there are too many initial states"));
        };
        if number == 0 {
            return Err(statement.fault(1, "no state is left to start in"));
        }
        let weight = Rational::ONE / Rational::from(number);
        Ok(chosen.into_iter().map(|state| (state, weight.clone())).collect())
    }

    /// Counts numbers that are about to be stored.
    fn count(&mut self, numbers: usize, statement: &Statement) -> Result<(), Fault> {
        self.entries = self.entries.saturating_add(numbers);
        if self.entries > self.entries_max {
            let most = self.entries_max;
            return Err(statement.fault(0, format!("the file stands for more than {most} numbers")));
        }
        Ok(())
    }

    /// Reads `T: a : s : t p`, `T: a : s` and a row, or `T: a` and a matrix.
    fn transition(&mut self, statement: &Statement) -> Result<(), Fault> {
        let actions = statement.some(1, &self.actions, "action")?;
        let columns = (self.states.len(), "state");
        let table = statement.table(2, &self.states, &self.states, columns)?;
        self.count(actions.len().saturating_mul(table.size().max(1)), statement)?;
        for action in actions {
            table.write(action, &mut self.transitions);
        }
        Ok(())
    }

    /// Reads `O: a : t : o p`, `O: a : t` and a row, or `O: a` and a matrix.
    fn sight(&mut self, statement: &Statement) -> Result<(), Fault> {
        let actions = statement.some(1, &self.actions, "action")?;
        let columns = (self.observations.len(), "observation");
        let table = statement.table(2, &self.states, &self.observations, columns)?;
        self.count(actions.len().saturating_mul(table.size().max(1)), statement)?;
        for action in actions {
            table.write(action, &mut self.sights);
        }
        Ok(())
    }

    fn reward(&mut self, statement: &Statement) -> Result<(), Fault> {
        let before = self.rewards.len();
        self.rewards
            .read(statement, (&self.actions, &self.states, &self.observations))?;
        self.count(self.rewards.len() - before, statement)
    }

    fn build(mut self, mut draft: Draft) -> Result<Model, Fault> {
        draft.sums = Sums::Coarse;
        let nowhere = Line::nowhere(self.file);
        let name = if self.costs { "cost" } else { "reward" };
        draft
            .quantity(name)
            .map_err(|message| nowhere.whole_fault(message))?;
        self.rewards.settle();
        let mut work = self.entries_max.saturating_mul(16);
        for state in (0..).take(self.states.len()) {
            draft.open_state(&nowhere)?;
            for action in (0..).take(self.actions.len()) {
                let action_name = self.actions.name(action);
                draft.open_choice(&action_name, &nowhere)?;
                let row = self.transitions.remove(&(action, state)).unwrap_or_default();
                let row: Vec<(u32, Rational)> = row.into_iter().filter(|(_, p)| !p.is_zero()).collect();
                if row.is_empty() {
                    let state = self.states.name(state);
                    let message = format!("action `{action_name}` leads nowhere from state `{state}`");
                    return Err(nowhere.whole_fault(message));
                }
                let reward = self
                    .rewards
                    .expected((action, state), &row, &self.sights, &mut work);
                let Some(reward) = reward else {
                    return Err(nowhere.whole_fault("its rewards take too long to add up"));
                };
                draft.choice_reward(0, reward);
                for (target, probability) in row {
                    draft
                        .row
                        .precise(target, super::number::Number::Exact(probability));
                }
            }
        }
        draft.close_state()?;
        self.describe(&mut draft);
        let start = std::mem::take(&mut self.start);
        if start.is_empty() {
            let count = u32::try_from(self.states.len()).unwrap_or(u32::MAX);
            let weight = Rational::ONE / Rational::from(count);
            draft.start_weighted((0..count).map(|state| (state, weight.clone())).collect());
            draft.note("the file names no start; runs start in every state with the same probability");
        } else {
            draft.start_weighted(start);
        }
        draft.finish()
    }

    /// Says what the states are called, what is seen of them, and what the file says besides.
    fn describe(&self, draft: &mut Draft) {
        let count = self.states.len();
        if let Some(names) = self.states.names() {
            let names = names.to_vec();
            draft.change(|builder| {
                let variable = Variable {
                    name: STATE.to_owned(),
                    kind: VariableKind::Symbol(names.clone()),
                };
                let values = (0..).take(count).map(Value::Symbol).collect();
                builder.symbols(names).valuation(vec![variable], values)
            });
        }
        if self.observations.len() > 0 {
            draft.observe_all(vec![0; count]);
            draft.note("what is seen of a state is random in this format and is not part of the model");
        }
        if let Some(discount) = &self.discount {
            draft.note(format!(
                "the file sets the discount {discount}; a goal has to name it"
            ));
        }
    }
}

/// Returns an error with the names that are known.
fn unknown(statement: &Statement, place: usize, what: &str, names: &Names) -> Fault {
    let word = statement.word(place);
    let fault = statement.fault(place, format!("there is no {what} `{word}`"));
    match names.near(word) {
        Some(near) => fault.hinted(&format!("did you mean `{near}`?")),
        None => fault,
    }
}
