//! The format of bmdp-tool: counts, terminal states, and a line `state action target lower upper` for each branch, in any order.

use super::Input;
use super::draft::Draft;
use super::number::Number;
use super::text::{Fault, Line, Scan, Text};
use crate::ids::StateId;
use crate::model::Model;

/// The label of the states that the tool counts as reached.
const TERMINAL: &str = "terminal";

/// One branch, where the file has it.
struct Branch {
    state: StateId,
    action: u32,
    /// The line it stands in.
    line: usize,
    target: StateId,
    lower: Number,
    upper: Number,
}

struct Reader {
    draft: Draft,
    states: Option<u32>,
    actions: Option<u32>,
    terminals: Option<u32>,
    terminal: Vec<StateId>,
    branches: Vec<Branch>,
    branches_max: usize,
    states_max: usize,
    /// The numbers of a branch that are not complete yet.
    open: (Vec<u32>, Option<Number>),
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let (name, limits) = (input.name, input.limits);
    let mut reader = Reader {
        draft: Draft::new(name, limits),
        states: None,
        actions: None,
        terminals: None,
        terminal: Vec::new(),
        branches: Vec::new(),
        branches_max: limits.branches_max,
        states_max: limits.states_max,
        open: (Vec::new(), None),
    };
    let mut text = input.text();
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        while !scan.done() {
            reader.number(&line, &mut scan)?;
        }
    }
    reader.finish(name, &text)
}

impl Reader {
    /// Reads the next number; line ends mean nothing.
    fn number(&mut self, line: &Line<'_>, scan: &mut Scan<'_>) -> Result<(), Fault> {
        let start = scan.at;
        let Some(states) = self.states else {
            let states = scan.index("the number of states")?;
            if states as usize > self.states_max {
                let most = self.states_max;
                return Err(
                    scan.fault_from(start, format!("the model has {states} states, more than {most}"))
                );
            }
            self.states = Some(states);
            return Ok(());
        };
        if self.actions.is_none() {
            self.actions = Some(scan.index("the number of actions")?);
            return Ok(());
        }
        let Some(terminals) = self.terminals else {
            self.terminals = Some(scan.index("the number of terminal states")?);
            return Ok(());
        };
        let (indices, lower) = &mut self.open;
        if self.terminal.len() < terminals as usize || indices.is_empty() || indices.len() == 2 {
            let state = scan.index("the number of a state")?;
            if state >= states {
                return Err(
                    scan.fault_from(start, format!("there is no state {state}, only {states} states"))
                );
            }
            if self.terminal.len() < terminals as usize {
                self.terminal.push(state);
            } else {
                indices.push(state);
            }
            return Ok(());
        }
        if indices.len() == 1 {
            indices.push(scan.index("the number of an action")?);
            return Ok(());
        }
        let bound = scan.number("a bound", b"")?;
        let Some(lower) = lower.take() else {
            *lower = Some(bound);
            return Ok(());
        };
        if self.branches.len() >= self.branches_max {
            let most = self.branches_max;
            return Err(line.whole_fault(format!("the model has more than {most} branches")));
        }
        self.branches.push(Branch {
            state: indices[0],
            action: indices[1],
            line: line.number,
            target: indices[2],
            lower,
            upper: bound,
        });
        indices.clear();
        Ok(())
    }

    fn finish(mut self, name: &str, text: &Text<'_>) -> Result<Model, Fault> {
        let complete = self.open.0.is_empty() && self.open.1.is_none();
        let Some(states) = self.states.filter(|_| complete) else {
            return Err(text.ended_early("the file ends within its counts or within a branch"));
        };
        if self
            .terminals
            .is_none_or(|count| count as usize != self.terminal.len())
        {
            return Err(text.ended_early("the file ends before its terminal states"));
        }
        self.terminal.sort_unstable();
        let terminal = &self.terminal;
        self.branches
            .retain(|branch| terminal.binary_search(&branch.state).is_err());
        self.branches.sort_by_key(|branch| (branch.state, branch.action));
        let mut last = None;
        for branch in self.branches {
            let at = (branch.state, branch.action);
            if last != Some(at) {
                let words = format!("{} {} {}", branch.state, branch.action, branch.target);
                let line = Line {
                    name,
                    number: branch.line,
                    bytes: words.as_bytes(),
                };
                self.draft.close_choice()?;
                while self.draft.state_count() <= branch.state as usize {
                    self.draft.open_state(&line)?;
                }
                self.draft.open_choice(&branch.action.to_string(), &line)?;
                last = Some(at);
            }
            self.draft.row.bounds(branch.target, branch.lower, branch.upper);
        }
        self.draft.close_choice()?;
        while self.draft.state_count() < states as usize {
            self.draft.open_state(&Line::nowhere(name))?;
        }
        let labelled = self.draft.declare_label(TERMINAL).and_then(|_| {
            self.terminal
                .iter()
                .try_for_each(|state| self.draft.label(TERMINAL, *state))
        });
        labelled.map_err(|message| text.ended_early(message))?;
        self.draft.finish()
    }
}
