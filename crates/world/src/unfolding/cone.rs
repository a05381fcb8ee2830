//! Which variables matter to a question: those that a guard, a probability, a label or a quantity reads, and those that the values of these come from.
//!
//! States that differ in nothing that matters behave alike for ever, so that leaving the others out answers the same question in a smaller
//! model. A variable stays all the same unless it is plain that none of its assignments can fail: a mistake of the model is still found.

use super::code::{Code, Id, List, Node};
use super::design::{Design, Variable};

/// Leaves out what does not matter, and returns the names of the variables left out.
///
/// What a variable is left out of must not count states or ask whether a state is one of the first.
pub(crate) fn leave_out(design: &mut Design) -> Vec<String> {
    let mut matters = vec![false; design.variables.len()];
    let mut open = roots(design);
    let assignments: Vec<(u32, Id)> = design
        .commands
        .iter()
        .flat_map(|command| &command.branches)
        .flat_map(|branch| branch.assignments.iter().copied())
        .collect();
    for (variable, value) in &assignments {
        let range = Ranges {
            code: &design.code,
            variables: &design.variables,
        };
        let fits = design
            .variables
            .get(*variable as usize)
            .zip(range.of(*value))
            .is_some_and(|(variable, (low, high))| variable.low <= low && high <= variable.high);
        if !fits && let Some(flag) = matters.get_mut(*variable as usize) {
            *flag = true;
        }
    }
    loop {
        while let Some(id) = open.pop() {
            design.code.mark_variables(id, &mut matters);
        }
        let before = matters.clone();
        for (variable, value) in &assignments {
            if matters.get(*variable as usize) == Some(&true) {
                design.code.mark_variables(*value, &mut matters);
            }
        }
        if matters == before {
            break;
        }
    }
    for branch in design
        .commands
        .iter_mut()
        .flat_map(|command| &mut command.branches)
    {
        branch
            .assignments
            .retain(|(variable, _)| matters.get(*variable as usize) == Some(&true));
    }
    let mut left_out = Vec::new();
    for (variable, matters) in design.variables.iter_mut().zip(matters) {
        if !matters && variable.low < variable.high {
            (variable.low, variable.high) = (variable.initial, variable.initial);
            left_out.push(variable.name.clone());
        }
    }
    left_out
}

/// Returns everything that is asked in every state.
fn roots(design: &Design) -> Vec<Id> {
    let mut roots: Vec<Id> = design.initial.into_iter().collect();
    roots.extend(&design.observables);
    roots.extend(design.labels.iter().map(|(_, id)| *id));
    for command in &design.commands {
        roots.push(command.guard);
        roots.extend(command.gains.iter().map(|(_, id)| *id));
        for branch in &command.branches {
            roots.push(branch.lower);
            roots.extend(branch.upper);
        }
    }
    for item in design.quantities.iter().flat_map(|quantity| &quantity.items) {
        roots.extend([item.guard, item.value]);
    }
    roots
}

impl Code {
    /// Flags the variables that a node reads.
    fn mark_variables(&self, id: Id, flags: &mut [bool]) {
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            match self.node(next) {
                Node::Flag(variable) | Node::Variable(variable) | Node::Holds(_, variable, _) => {
                    if let Some(flag) = flags.get_mut(variable as usize) {
                        *flag = true;
                    }
                }
                node => open.extend(self.parts(node)),
            }
        }
    }
}

/// What whole numbers can come to, by the ranges of the variables alone.
struct Ranges<'a> {
    code: &'a Code,
    variables: &'a [Variable],
}

impl Ranges<'_> {
    /// Returns the least and the greatest value of a node, truth values as 0 and 1; `None` where it might have none, or it is not plain.
    fn of(&self, id: Id) -> Option<(i64, i64)> {
        let variable = |index: u32| {
            let variable = self.variables.get(index as usize)?;
            Some((variable.low, variable.high))
        };
        match self.code.node(id) {
            Node::Int(value) => Some((value, value)),
            Node::Variable(index) | Node::Flag(index) => variable(index),
            Node::Truth(value) => Some((i64::from(value), i64::from(value))),
            Node::Holds(..) => Some((0, 1)),
            Node::Not(a) => self.of(a).map(|_| (0, 1)),
            Node::Iff(a, b) | Node::CompareInt(_, a, b) => self.of(a).and(self.of(b)).map(|_| (0, 1)),
            Node::All(list) | Node::Any(list) => self.each(list).map(|_| (0, 1)),
            Node::NegateInt(a) => {
                let (low, high) = self.of(a)?;
                Some((high.checked_neg()?, low.checked_neg()?))
            }
            Node::SumInt(plus, minus) => {
                let (mut low, mut high) = (0i64, 0i64);
                for (a, b) in self.each(plus)? {
                    (low, high) = (low.checked_add(a)?, high.checked_add(b)?);
                }
                for (a, b) in self.each(minus)? {
                    (low, high) = (low.checked_sub(b)?, high.checked_sub(a)?);
                }
                Some((low, high))
            }
            Node::LeastInt(list) => {
                let parts = self.each(list)?;
                let least = |end: fn(&(i64, i64)) -> i64| parts.iter().map(end).min();
                Some((least(|part| part.0)?, least(|part| part.1)?))
            }
            Node::GreatestInt(list) => {
                let parts = self.each(list)?;
                let most = |end: fn(&(i64, i64)) -> i64| parts.iter().map(end).max();
                Some((most(|part| part.0)?, most(|part| part.1)?))
            }
            Node::Case(_, list) => self.case(list),
            _ => None,
        }
    }

    fn each(&self, list: List) -> Option<Vec<(i64, i64)>> {
        let parts = self.code.operands(list);
        parts.iter().map(|part| self.of(*part)).collect()
    }

    /// Returns what the values of a case distinction span; its conditions must have values, too.
    fn case(&self, list: List) -> Option<(i64, i64)> {
        let parts = self.each(list)?;
        let pairs = parts.len() / 2;
        let values = parts
            .iter()
            .enumerate()
            .filter(|(at, _)| at % 2 == 1 || *at == 2 * pairs);
        values
            .map(|(_, range)| *range)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}
