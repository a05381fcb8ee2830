//! PRISM's explicit format: a file of transitions, and beside it files of labels, variables and rewards.
//!
//! Chains, decision processes, their interval kinds, and partially observed ones, branch by branch or row by row. The rewards of
//! branches become rewards of choices: where they differ within a choice, by their expectation.

use super::Input;
use super::companions::{self, Entry, Rewards};
use super::draft::Draft;
use super::number::Number;
use super::text::{Fault, Hinted, Line, Scan, Text};
use crate::files::Files;
use crate::ids::StateId;
use crate::model::ModelKind;
use crate::{Limits, Model};
use murphy_notation::{Diagnostic, Rational};

/// The most numbered reward files that are looked for.
const REWARDS_MAX: usize = 99;
/// What the only choice of a state of a chain is called.
const STEP: &str = "step";

/// What the first line with numbers says.
#[derive(Clone, Copy, Debug)]
struct Counts {
    states: u32,
    choices: Option<u32>,
    branches: u32,
    observations: Option<u32>,
}

/// One structure of rewards.
struct Structure<'r> {
    states: Option<Rewards<'r>>,
    branches: Option<Rewards<'r>>,
}

struct Reader<'r> {
    draft: Draft,
    counts: Counts,
    structures: Vec<Structure<'r>>,
    taken: Vec<Entry>,
    /// What is seen in each state, as far as branches have told; one more than the number.
    seen: Vec<u32>,
    initial: Option<StateId>,
    /// The state and the choice of the line before.
    last: Option<(u32, u32)>,
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let base = super::stem(input.name);
    let (files, limits) = (input.files, input.limits);
    read_beside(Text::new(input.name, input.reader), base, files, limits)
}

/// Reads the transitions from a text and everything else from files called `base` and an ending.
pub(super) fn read_beside(
    mut text: Text<'_>,
    base: &str,
    files: &dyn Files,
    limits: &Limits,
) -> Result<Model, Fault> {
    let counts = counts(&mut text, limits)?;
    let chain = counts.choices.is_none();
    let mut draft = Draft::new(text.name(), limits);
    draft.kind(if chain {
        ModelKind::Chain
    } else {
        ModelKind::Decision
    });
    let structures = structures(base, files, chain, &mut draft)?;
    let mut reader = Reader {
        draft,
        counts,
        structures,
        taken: Vec::new(),
        seen: Vec::new(),
        initial: None,
        last: None,
    };
    let mut branches = 0;
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        if scan.done() || scan.peek() == b'#' {
            continue;
        }
        branches += reader.line(&line, scan)?;
    }
    if branches != counts.branches as usize {
        let promised = counts.branches;
        return Err(text.ended_early(format!(
            "the header promises {promised} transitions, but the file has {branches}"
        )));
    }
    reader.finish(base, files, limits)
}

/// Reads the comments and counts that begin the file.
fn counts(text: &mut Text<'_>, limits: &Limits) -> Result<Counts, Fault> {
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        if scan.done() {
            continue;
        }
        if scan.peek() == b'#' {
            refuse_kind(&line)?;
            continue;
        }
        let mut numbers = Vec::new();
        while numbers.len() < 5 && !scan.done() {
            numbers.push(scan.index("a count")?);
        }
        let counts = match numbers[..] {
            [states, branches] => (states, None, branches, None),
            [states, choices, branches] => (states, Some(choices), branches, None),
            [states, choices, branches, observations] => {
                (states, Some(choices), branches, Some(observations))
            }
            _ => {
                return Err(line
                    .whole_fault("expected the numbers of states and transitions")
                    .hinted("a chain begins with `states transitions`, a decision process with `states choices transitions`"));
            }
        };
        if counts.0 as usize > limits.states_max {
            let most = limits.states_max;
            return Err(line.whole_fault(format!("the model has {} states, more than {most}", counts.0)));
        }
        return Ok(Counts {
            states: counts.0,
            choices: counts.1,
            branches: counts.2,
            observations: counts.3,
        });
    }
    Err(text.ended_early("the file ends before the numbers of states and transitions"))
}

/// Refuses what `# Transitions (CTMC)` announces.
fn refuse_kind(line: &Line<'_>) -> Result<(), Fault> {
    let text = String::from_utf8_lossy(line.bytes);
    let Some(kind) = text
        .split_once("Transitions (")
        .and_then(|(_, rest)| rest.split(')').next())
    else {
        return Ok(());
    };
    match kind {
        "DTMC" | "MDP" | "POMDP" | "IDTMC" | "IMDP" | "IPOMDP" => Ok(()),
        _ => Err(line
            .whole_fault(format!("models of kind {kind} are not supported"))
            .hinted("DTMC, MDP, POMDP, IDTMC and IMDP are read")),
    }
}

/// Opens the files of rewards.
fn structures<'r>(
    base: &str,
    files: &'r dyn Files,
    chain: bool,
    draft: &mut Draft,
) -> Result<Vec<Structure<'r>>, Fault> {
    let mut structures = Vec::new();
    for number in 0..=REWARDS_MAX {
        let suffix = if number == 0 {
            String::new()
        } else {
            number.to_string()
        };
        let of_states = companion(&format!("{base}{suffix}.srew"), files)?;
        let of_branches = companion(&format!("{base}{suffix}.trew"), files)?;
        if of_states.is_none() && of_branches.is_none() {
            continue;
        }
        let mut structure = Structure {
            states: of_states.map(Rewards::of_states),
            branches: of_branches.map(|text| Rewards::of_branches(text, chain)),
        };
        let mut name = None;
        for rewards in structure.states.iter_mut().chain(&mut structure.branches) {
            let said = rewards.begin()?;
            name = name.or(said);
        }
        let name = name.unwrap_or_else(|| format!("reward{suffix}"));
        draft
            .quantity(&name)
            .map_err(|message| Box::new(Diagnostic::new(message)))?;
        structures.push(structure);
    }
    Ok(structures)
}

/// Opens a file if there is one.
fn companion<'r>(name: &str, files: &'r dyn Files) -> Result<Option<Text<'r>>, Fault> {
    if !files.exists(name) {
        return Ok(None);
    }
    let opened = files
        .open(name)
        .map_err(|why| Box::new(Diagnostic::new(format!("`{name}` cannot be read: {why}"))))?;
    Ok(Some(Text::new(name, opened)))
}

impl Reader<'_> {
    /// Reads a line and returns how many branches it has.
    fn line(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<usize, Fault> {
        if scan.peek() == b'-' {
            return self.initial(scan).map(|()| 0);
        }
        let start = scan.at;
        let state = scan.index("the number of a state")?;
        if state >= self.counts.states {
            let count = self.counts.states;
            return Err(scan.fault_from(start, format!("there is no state {state}, only {count} states")));
        }
        let choice = if self.counts.choices.is_some() {
            scan.index("the number of a choice")?
        } else {
            0
        };
        if self.last != Some((state, choice)) {
            self.open((state, choice), line, scan)?;
        }
        scan.blanks();
        let mut ahead = scan;
        if ahead.word(b"").contains(&b':') {
            return self.row(scan);
        }
        let target = self.target(&mut scan)?;
        self.probability(&mut scan, target, b"")?;
        if self.counts.observations.is_some() {
            let start = scan.at;
            let observation = scan.index("the observation")?;
            if !self.see(target, observation) {
                return Err(scan.fault_from(
                    start,
                    format!("state {target} was seen as another observation before"),
                ));
            }
        }
        Ok(1)
    }

    /// Reads `- - 3 - 1`: the initial state and what is seen in it.
    fn initial(&mut self, mut scan: Scan<'_>) -> Result<(), Fault> {
        scan.expect(b'-', "twice before the initial state")?;
        scan.expect(b'-', "twice before the initial state")?;
        let state = self.target(&mut scan)?;
        scan.expect(b'-', "after the initial state")?;
        let observation = scan.index("the observation")?;
        self.see(state, observation);
        self.initial = Some(state);
        scan.end()
    }

    fn see(&mut self, state: StateId, observation: u32) -> bool {
        let place = state as usize;
        if self.seen.len() <= place {
            self.seen.resize(place + 1, 0);
        }
        let told = observation.saturating_add(1);
        let before = std::mem::replace(&mut self.seen[place], told);
        before == 0 || before == told
    }

    fn target(&self, scan: &mut Scan<'_>) -> Result<StateId, Fault> {
        scan.blanks();
        let start = scan.at;
        let target = scan.index("the number of a state")?;
        if target >= self.counts.states {
            let count = self.counts.states;
            return Err(scan.fault_from(start, format!("there is no state {target}, only {count} states")));
        }
        Ok(target)
    }

    /// Reads `0.5` or `[0.4,0.6]`.
    fn probability(&mut self, scan: &mut Scan<'_>, target: StateId, stops: &[u8]) -> Result<(), Fault> {
        let (lower, upper) = probability(scan, stops)?;
        match upper {
            Some(upper) => self.draft.row.bounds(target, lower, upper),
            None => self.draft.row.precise(target, lower),
        }
        Ok(())
    }

    /// Reads the rest of `0 0.5:1 0.5:3`.
    fn row(&mut self, mut scan: Scan<'_>) -> Result<usize, Fault> {
        let mut count = 0;
        while !scan.done() && (scan.peek() == b'[' || scan.peek().is_ascii_digit()) {
            let (lower, upper) = probability(&mut scan, b":")?;
            scan.expect(b':', "between the probability and the state")?;
            let target = self.target(&mut scan)?;
            match upper {
                Some(upper) => self.draft.row.bounds(target, lower, upper),
                None => self.draft.row.precise(target, lower),
            }
            count += 1;
        }
        Ok(count)
    }

    /// Opens the choice of a line that is not the choice of the line before.
    fn open(&mut self, at: (u32, u32), line: &Line<'_>, scan: Scan<'_>) -> Result<(), Fault> {
        self.close_choice()?;
        if self.last.is_some_and(|last| at < last) {
            return Err(line.whole_fault("the lines are not in the order of states and choices"));
        }
        self.open_states(at.0, line)?;
        if at.1 as usize != self.draft.choices_here() {
            let next = self.draft.choices_here();
            return Err(line.whole_fault(format!("expected choice {next} of state {}", at.0)));
        }
        if self.counts.choices.is_none() {
            self.draft.open_choice(STEP, line)?;
        } else {
            match action(scan, self.counts.observations.is_some()) {
                Some(name) => self.draft.open_choice(&name, line)?,
                None => self.draft.open_choice(&at.1.to_string(), line)?,
            }
        }
        self.last = Some(at);
        Ok(())
    }

    /// Opens states up to this one.
    fn open_states(&mut self, state: StateId, line: &Line<'_>) -> Result<(), Fault> {
        while self.draft.state_count() <= state as usize {
            let opened = self.draft.open_state(line)?;
            for (index, structure) in self.structures.iter_mut().enumerate() {
                let Some(rewards) = &mut structure.states else {
                    continue;
                };
                self.taken.clear();
                rewards.take((opened, 0), &mut self.taken)?;
                let sum: Rational = self.taken.iter().map(|entry| &entry.value).sum();
                self.draft.state_reward(index, sum);
            }
        }
        Ok(())
    }

    /// Gives the open choice its rewards and closes it.
    fn close_choice(&mut self) -> Result<(), Fault> {
        let Some(at) = self.last.filter(|_| self.draft.in_choice()) else {
            return Ok(());
        };
        for (index, structure) in self.structures.iter_mut().enumerate() {
            let Some(rewards) = &mut structure.branches else {
                continue;
            };
            self.taken.clear();
            rewards.take(at, &mut self.taken)?;
            if self.taken.is_empty() {
                continue;
            }
            let values = match values_of(&mut self.taken, self.draft.row.targets()) {
                Ok(values) => values,
                Err(entry) => {
                    return Err(rewards.fault(entry, "this reward belongs to no branch of its choice"));
                }
            };
            let worth = self.draft.row.worth(&values);
            match worth {
                Some(worth) => self.draft.choice_reward(index, worth),
                None => return Err(self.draft.mark_fault(BRANCH_REWARDS)),
            }
        }
        self.draft.close_choice()
    }

    fn finish(mut self, base: &str, files: &dyn Files, limits: &Limits) -> Result<Model, Fault> {
        self.close_choice()?;
        let states = self.counts.states as usize;
        if states > 0 {
            let nowhere = Line::nowhere(base);
            self.open_states(self.counts.states - 1, &nowhere)?;
        }
        self.draft.close_state()?;
        for structure in &self.structures {
            for rewards in structure.states.iter().chain(&structure.branches) {
                rewards.finish()?;
            }
        }
        let mut draft = self.draft;
        if let Some(promised) = self.counts.choices {
            let own = draft.choice_count() - draft.staying();
            // Both numbers are in use for models whose deadlocks were mended.
            if promised as usize != own && promised as usize != draft.choice_count() {
                return Err(Box::new(Diagnostic::new(format!(
                    "the header promises {promised} choices, but the file has {own}"
                ))));
            }
        }
        match companion(&format!("{base}.lab"), files)? {
            Some(text) => companions::labels(text, states, &mut draft)?,
            None => draft.note("there is no file of labels beside the transitions"),
        }
        if let Some(text) = companion(&format!("{base}.sta"), files)? {
            let (variables, values) = companions::states(text, states, limits)?;
            draft.change(|builder| builder.valuation(variables, values));
        }
        if self.counts.observations.is_some() {
            let mut seen: Vec<u32> = self.seen.iter().map(|told| told.saturating_sub(1)).collect();
            seen.resize(states, 0);
            draft.observe_all(seen);
        }
        draft.start_unless_known(self.initial);
        draft.finish()
    }
}

const BRANCH_REWARDS: &str = "the rewards of this choice depend on where it leads, and its probabilities have bounds; that is not supported";

/// Returns the value of each branch, or the entry that belongs to none.
fn values_of<'e>(entries: &'e mut [Entry], targets: &[StateId]) -> Result<Vec<Rational>, &'e Entry> {
    entries.sort_by_key(|entry| entry.target);
    let mut sorted = targets.to_vec();
    sorted.sort_unstable();
    let foreign = |entry: &&Entry| sorted.binary_search(&entry.target).is_err();
    if let Some(entry) = entries.iter().find(foreign) {
        return Err(entry);
    }
    let value = |target: &StateId| {
        let found = entries.binary_search_by_key(target, |entry| entry.target);
        found.map_or(Rational::ZERO, |place| entries[place].value.clone())
    };
    Ok(targets.iter().map(value).collect())
}

/// Reads `0.5` or `[0.4,0.6]`.
fn probability(scan: &mut Scan<'_>, stops: &[u8]) -> Result<(Number, Option<Number>), Fault> {
    if !scan.eat(b'[') {
        return Ok((scan.number("the probability", stops)?, None));
    }
    let lower = scan.number("the lower bound", b",]")?;
    scan.expect(b',', "between the bounds")?;
    let upper = scan.number("the upper bound", b",]")?;
    scan.expect(b']', "after the bounds")?;
    Ok((lower, Some(upper)))
}

/// Returns the action at the end of a line `j x [o] [action]` or `x:j x:j [action]`, if there is one.
fn action(mut scan: Scan<'_>, observed: bool) -> Option<String> {
    let mut words: Vec<&[u8]> = Vec::new();
    let mut rows = false;
    while !scan.done() {
        let word = scan.word(b"");
        rows |= words.is_empty() && word.contains(&b':');
        if words.len() < 3 || !rows {
            words.push(word);
        } else {
            words[2] = word;
        }
        if words.len() > 16 {
            break;
        }
    }
    let word = if rows {
        words.last().filter(|word| !word.contains(&b':'))
    } else {
        words.get(2 + usize::from(observed))
    }?;
    let word = word
        .strip_prefix(b"\"")
        .and_then(|w| w.strip_suffix(b"\""))
        .unwrap_or(word);
    String::from_utf8(word.to_vec())
        .ok()
        .filter(|word| !word.is_empty())
}
