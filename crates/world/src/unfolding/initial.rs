//! The states in which runs start.

use super::code::{Code, Fault, Id, Node};
use super::design::Variable;
use super::expression::Comparison;
use murphy_notation::Diagnostic;

/// How many values may be tried for each state that the model may have.
///
/// A condition that holds everywhere takes fewer than three tries a state: one for itself, and two for values shared with others.
const TRIES_PER_STATE: usize = 4;

/// Why the initial states cannot be listed.
pub(crate) enum Failure {
    Fault(Fault),
    Other(Diagnostic),
}

/// Returns the values of the variables in each initial state.
pub(crate) fn initial_states(
    code: &Code,
    variables: &[Variable],
    wanted: Option<Id>,
    states_max: usize,
) -> Result<Vec<Vec<i64>>, Failure> {
    let Some(wanted) = wanted else {
        return Ok(vec![variables.iter().map(|variable| variable.initial).collect()]);
    };
    let mut search = Search::new(code, variables, wanted);
    search.run(states_max)?;
    if search.found.is_empty() {
        let message = "no state satisfies the condition on initial states";
        return Err(Failure::Other(Diagnostic::new(message)));
    }
    Ok(search.found)
}

/// Tries values variable by variable, and checks each part of the condition as soon as its variables have values.
struct Search<'a> {
    code: &'a Code,
    /// The values that each variable is tried with.
    ranges: Vec<(i64, i64)>,
    /// Parts of the condition whose last variable is this one; at the end those without any.
    checks: Vec<Vec<Id>>,
    found: Vec<Vec<i64>>,
}

impl<'a> Search<'a> {
    fn new(code: &'a Code, variables: &[Variable], wanted: Id) -> Self {
        let parts = match code.node(wanted) {
            Node::All(list) => code.operands(list).to_vec(),
            _ => vec![wanted],
        };
        let mut ranges: Vec<(i64, i64)> = variables
            .iter()
            .map(|variable| (variable.low, variable.high))
            .collect();
        let mut checks = vec![Vec::new(); variables.len() + 1];
        for part in parts {
            // `x = 3` leaves one value to try.
            if let Node::Holds(Comparison::Equal, variable, value) = code.node(part)
                && let Some((low, high)) = ranges.get_mut(variable as usize)
            {
                *low = value.max(*low);
                *high = value.min(*high);
            }
            let last = code
                .last_variable(part)
                .map_or(variables.len(), |last| last as usize);
            if let Some(list) = checks.get_mut(last) {
                list.push(part);
            }
        }
        Self {
            code,
            ranges,
            checks,
            found: Vec::new(),
        }
    }

    fn holds(&self, at: usize, values: &[i64]) -> Result<bool, Failure> {
        for check in self.checks.get(at).map_or(&[][..], Vec::as_slice) {
            if !self.code.truth(*check, values).map_err(Failure::Fault)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn run(&mut self, states_max: usize) -> Result<(), Failure> {
        let count = self.ranges.len();
        let mut values: Vec<i64> = self.ranges.iter().map(|(low, _)| *low).collect();
        if !self.holds(count, &values)? || self.ranges.iter().any(|(low, high)| low > high) {
            return Ok(());
        }
        let tries_max = states_max.saturating_mul(TRIES_PER_STATE);
        let mut tries: usize = 0;
        // The variable being tried; those before it have values that pass.
        let mut at = 0;
        loop {
            // A variable with one value only costs nothing to try.
            tries += usize::from(self.ranges.get(at).is_none_or(|(low, high)| low < high));
            if tries > tries_max || self.found.len() > states_max {
                let message = format!(
                    "the condition on initial states holds in more than {states_max} of them, or takes more than {tries_max} tries to find them"
                );
                let error = Diagnostic::new(message);
                return Err(Failure::Other(
                    error.hint("let the condition say what each variable equals"),
                ));
            }
            if at == count {
                self.found.push(values.clone());
            } else if self.holds(at, &values)? {
                at += 1;
                if let (Some(value), Some((low, _))) = (values.get_mut(at), self.ranges.get(at)) {
                    *value = *low;
                }
                continue;
            }
            // The next value of the last variable that has one left.
            let mut back = at.min(count.saturating_sub(1));
            loop {
                let (Some(value), Some((_, high))) = (values.get_mut(back), self.ranges.get(back)) else {
                    return Ok(());
                };
                if *value < *high {
                    *value += 1;
                    break;
                }
                let Some(before) = back.checked_sub(1) else {
                    return Ok(());
                };
                back = before;
            }
            at = back;
        }
    }
}

impl Code {
    /// Returns the greatest index of a variable that a node reads.
    pub(crate) fn last_variable(&self, id: Id) -> Option<u32> {
        let mut last = None;
        let mut left = vec![id];
        while let Some(next) = left.pop() {
            match self.node(next) {
                Node::Flag(variable) | Node::Variable(variable) | Node::Holds(_, variable, _) => {
                    last = last.max(Some(variable));
                }
                node => left.extend(self.parts(node)),
            }
        }
        last
    }
}
