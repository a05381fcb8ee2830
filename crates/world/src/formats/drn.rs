//! Storm's explicit format DRN: a header, then each state with its choices and their branches.
//!
//! Read are discrete-time models of the value types `double`, `rational` and their intervals. The reader is as lax as the
//! files in circulation need: blanks or tabs, rewards before or after labels, sections left out, no newline at the end.

use super::Input;
use super::draft::Draft;
use super::number::{eight_digits, swift};
use super::row::Sums;
use super::text::{Fault, Hinted, Line, Scan, Text};
use crate::model::{Model, ModelKind};
use murphy_notation::Rational;

/// Where in the file a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Type,
    ValueType,
    Parameters,
    RewardModels,
    StateCount,
    ChoiceCount,
    Model,
}

/// Which numbers the header promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Values {
    Unsaid,
    Precise,
    Interval,
}

struct Reader {
    draft: Draft,
    section: Option<Section>,
    typed: bool,
    values: Values,
    states: Option<u32>,
    choices: Option<u32>,
    states_max: usize,
}

/// Reads a model.
pub(super) fn read(input: Input<'_>) -> Result<Model, Fault> {
    let limits = input.limits;
    let mut text = input.text();
    let mut reader = Reader {
        draft: Draft::new(text.name(), limits),
        section: None,
        typed: false,
        values: Values::Unsaid,
        states: None,
        choices: None,
        states_max: limits.states_max,
    };
    while let Some(line) = text.line()? {
        let mut scan = line.scan();
        if scan.done() || line.bytes[scan.at..].starts_with(b"//") {
            continue;
        }
        if reader.section == Some(Section::Model) {
            reader.body(&line, scan)?;
            if reader.draft.in_choice() {
                reader.branches(&mut text);
            }
        } else {
            reader.header(&line, scan)?;
        }
    }
    reader.finish(&text)
}

impl Reader {
    fn header(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        if scan.peek() != b'@' {
            return match self.section {
                Some(section) => self.entry(section, line, scan),
                None => Err(line.whole_fault("expected `@type:`, which begins a DRN file")),
            };
        }
        let word = scan.word(b":");
        let section = match word {
            b"@type" => Section::Type,
            b"@value_type" => Section::ValueType,
            b"@parameters" => Section::Parameters,
            b"@reward_models" => Section::RewardModels,
            b"@nr_states" => Section::StateCount,
            b"@nr_choices" => Section::ChoiceCount,
            b"@model" => Section::Model,
            b"@placeholders" => return Err(line.whole_fault(PARAMETRIC)),
            _ => {
                return Err(line
                    .whole_fault("this line of the header is not known")
                    .hinted("known are @type, @value_type, @parameters, @reward_models, @nr_states, @nr_choices and @model"));
            }
        };
        self.section = Some(section);
        if section == Section::Model {
            if !self.typed {
                return Err(line.whole_fault("the header has no `@type:`"));
            }
            let (states, choices) = (self.states.unwrap_or(0), self.choices.unwrap_or(0));
            self.draft.expect(states as usize, choices as usize);
        }
        scan.eat(b':');
        if scan.done() {
            Ok(())
        } else {
            self.entry(section, line, scan)
        }
    }

    /// Reads one line of a section of the header.
    fn entry(&mut self, section: Section, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        match section {
            Section::Type => {
                let rest = String::from_utf8_lossy(&line.bytes[scan.at..]).trim().to_owned();
                self.model_type(&rest, &scan)?;
                self.typed = true;
            }
            Section::ValueType => self.value_type(&scan, line)?,
            Section::Parameters => return Err(line.whole_fault(PARAMETRIC)),
            Section::RewardModels => {
                while !scan.done() {
                    let start = scan.at;
                    let name = scan.name("the name of a reward", b"")?;
                    let declared = self.draft.quantity(name);
                    declared.map_err(|message| scan.fault_from(start, message))?;
                }
            }
            Section::StateCount => {
                let count = scan.index("the number of states")?;
                if count as usize > self.states_max {
                    let most = self.states_max;
                    return Err(line.whole_fault(format!("the model has {count} states, more than {most}")));
                }
                self.states = Some(count);
                scan.end()?;
            }
            Section::ChoiceCount => {
                self.choices = Some(scan.index("the number of choices")?);
                scan.end()?;
            }
            Section::Model => scan.end()?,
        }
        Ok(())
    }

    fn model_type(&mut self, text: &str, scan: &Scan<'_>) -> Result<(), Fault> {
        match text.to_ascii_lowercase().as_str() {
            "dtmc" => self.draft.kind(ModelKind::Chain),
            "mdp" | "pomdp" => self.draft.kind(ModelKind::Decision),
            "ctmc" | "markov automaton" | "ma" => {
                return Err(scan
                    .here(format!(
                        "models of type {text} run in continuous time, which is not supported"
                    ))
                    .hinted("DTMC, MDP and POMDP are read"));
            }
            _ => {
                return Err(scan
                    .here(format!("models of type `{text}` are not supported"))
                    .hinted("DTMC, MDP and POMDP are read"));
            }
        }
        Ok(())
    }

    fn value_type(&mut self, scan: &Scan<'_>, line: &Line<'_>) -> Result<(), Fault> {
        let rest = String::from_utf8_lossy(&line.bytes[scan.at..])
            .trim()
            .to_ascii_lowercase();
        (self.values, self.draft.sums) = match rest.as_str() {
            "double" => (Values::Precise, Sums::Rounded),
            "double-interval" => (Values::Interval, Sums::Rounded),
            "rational" => (Values::Precise, Sums::Exact),
            "rational-interval" => (Values::Interval, Sums::Exact),
            "parametric" => return Err(line.whole_fault(PARAMETRIC)),
            _ => {
                return Err(scan
                    .here("this value type is not known")
                    .hinted("double, double-interval, rational and rational-interval are read"));
            }
        };
        Ok(())
    }

    /// Reads one line of the model.
    fn body(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        match scan.peek() {
            b'0'..=b'9' => self.branch(line, scan),
            b's' => {
                if scan.word(b"") == b"state" {
                    return self.state(line, scan);
                }
                Err(line.whole_fault(LINES))
            }
            b'a' => {
                if scan.word(b"") == b"action" {
                    return self.action(line, scan);
                }
                Err(line.whole_fault(LINES))
            }
            _ => Err(line.whole_fault(LINES)),
        }
    }

    /// Reads branches in the shapes in which tools write them, straight from the buffer, up to the first line that is something else.
    fn branches(&mut self, text: &mut Text<'_>) {
        let (mut bytes, mut lines) = (0, 0);
        let ahead = text.ahead();
        let states = self.states.unwrap_or(0);
        while let Some(branch) = plain(&ahead[bytes..]) {
            if branch.target >= states || branch.upper.is_some() && self.values == Values::Precise {
                break;
            }
            match branch.upper {
                Some(upper) => self.draft.row.decimals(branch.target, branch.lower, upper),
                None => self.draft.row.decimal(branch.target, branch.lower),
            }
            bytes += branch.length;
            lines += 1;
        }
        text.step_over(bytes, lines);
    }

    fn branch(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        if !self.draft.in_choice() {
            // Old files leave the action of a chain out.
            if self.draft.state_count() == 0 {
                return Err(line.whole_fault("a branch stands before the first state"));
            }
            self.draft.open_choice("0", line)?;
        }
        let start = scan.at;
        let target = scan.index("a state")?;
        if self.states.is_some_and(|states| target >= states) {
            let states = self.states.unwrap_or_default();
            return Err(scan.fault_from(
                start,
                format!("this branch leads to state {target} of {states} states"),
            ));
        }
        scan.expect(b':', "between the state and its probability")?;
        if scan.eat(b'[') {
            if self.values == Values::Precise {
                return Err(scan.here("an interval stands in a file of single numbers"));
            }
            let lower = scan.number("the lower bound", b",]")?;
            scan.expect(b',', "between the bounds")?;
            let upper = scan.number("the upper bound", b",]")?;
            scan.expect(b']', "after the bounds")?;
            self.draft.row.bounds(target, lower, upper);
        } else {
            let probability = scan.number("the probability", b"")?;
            self.draft.row.precise(target, probability);
        }
        scan.end()
    }

    fn state(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        scan.blanks();
        let start = scan.at;
        let id = scan.index("the number of the state")?;
        if id as usize != self.draft.state_count() {
            let next = self.draft.state_count();
            return Err(scan.fault_from(
                start,
                format!("expected state {next}: states are numbered from 0 in order"),
            ));
        }
        if self.states.is_some_and(|states| id >= states) {
            return Err(scan.fault_from(start, "the header promises fewer states"));
        }
        let state = self.draft.open_state(line)?;
        while !scan.done() {
            let start = scan.at;
            match scan.peek() {
                b'[' => self.rewards(&mut scan, true)?,
                b'{' => {
                    scan.eat(b'{');
                    let observation = scan.index("the observation")?;
                    scan.expect(b'}', "after the observation")?;
                    self.draft.observe(observation);
                }
                b'!' => return Err(scan.here("exit rates belong to continuous time, which is not supported")),
                b'/' if line.bytes[scan.at..].starts_with(b"//") => break,
                _ => {
                    let name = scan.name("a label", b"")?;
                    let labelled = self.draft.label(name, state);
                    labelled.map_err(|message| scan.fault_from(start, message))?;
                }
            }
        }
        Ok(())
    }

    fn action(&mut self, line: &Line<'_>, mut scan: Scan<'_>) -> Result<(), Fault> {
        if self.draft.state_count() == 0 {
            return Err(line.whole_fault("an action stands before the first state"));
        }
        let name = scan.name("the name of the action", b"[")?;
        self.draft.open_choice(name, line)?;
        while !scan.done() {
            if scan.peek() == b'[' {
                self.rewards(&mut scan, false)?;
            } else if line.bytes[scan.at..].starts_with(b"//") {
                break;
            } else {
                // Labels of choices are no part of the model.
                scan.name("a label", b"[")?;
            }
        }
        Ok(())
    }

    /// Reads `[1, 2.5]`: one number for each reward.
    fn rewards(&mut self, scan: &mut Scan<'_>, of_state: bool) -> Result<(), Fault> {
        let start = scan.at;
        scan.expect(b'[', "before the rewards")?;
        let mut count = 0;
        while !scan.eat(b']') {
            if count > 0 {
                scan.expect(b',', "between the rewards")?;
            }
            scan.blanks();
            if scan.peek() == b'[' {
                return Err(scan.here("rewards with bounds are not supported"));
            }
            let value = scan.number("a reward", b",]")?.to_rational();
            self.reward(count, value, of_state)
                .map_err(|message| scan.fault_from(start, message))?;
            count += 1;
        }
        Ok(())
    }

    fn reward(&mut self, index: usize, value: Rational, of_state: bool) -> Result<(), String> {
        let declared = self.draft.quantity_count();
        if index >= declared {
            return Err(format!(
                "there are more rewards than the {declared} that the header names"
            ));
        }
        if of_state {
            self.draft.state_reward(index, value);
        } else {
            self.draft.choice_reward(index, value);
        }
        Ok(())
    }

    fn finish(mut self, text: &Text<'_>) -> Result<Model, Fault> {
        if self.section != Some(Section::Model) {
            return Err(text.ended_early("the file ends before `@model`"));
        }
        self.draft.close_state()?;
        let (states, choices) = (self.draft.state_count(), self.draft.choice_count());
        if let Some(promised) = self.states.filter(|promised| *promised as usize != states) {
            return Err(text.ended_early(format!("the file ends after {states} of {promised} states")));
        }
        // A state without choices has been given one.
        let own = choices - self.draft.staying();
        if let Some(promised) = self.choices.filter(|promised| {
            let promised = *promised as usize;
            promised != own && promised != choices
        }) {
            return Err(text.ended_early(format!(
                "the header promises {promised} choices, but the file has {own}"
            )));
        }
        self.draft.finish()
    }
}

/// A branch with the bytes that it took; numbers are figures and how many of them stand after the point.
struct Plain {
    target: u32,
    lower: (u64, u32),
    upper: Option<(u64, u32)>,
    length: usize,
}

/// Reads a line like `3 : [0.25, 0.5]` or `3 : 0.25`, its end included; most lines of most files are such. `None` for any other.
#[inline(always)]
fn plain(bytes: &[u8]) -> Option<Plain> {
    let indent = if bytes.starts_with(b"\t\t") {
        2
    } else {
        bytes
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count()
    };
    let (high, count) = eight_digits(bytes, indent)?;
    let (mut target, mut at) = (high, indent + count);
    if count == 8 {
        let (low, count) = eight_digits(bytes, at)?;
        if count > 2 {
            return None;
        }
        target = target * [1, 10, 100][count] + low;
        at += count;
    }
    let target = u32::try_from(target).ok().filter(|_| count > 0)?;
    let rest = bytes.get(at..)?.strip_prefix(b" : ")?;
    at += 3;
    let Some(bounds) = rest.strip_prefix(b"[") else {
        let (figures, places, length) = swift(rest)?;
        return (rest.get(length) == Some(&b'\n')).then_some(Plain {
            target,
            lower: (figures, places),
            upper: None,
            length: at + length + 1,
        });
    };
    let (lower, lower_places, length) = swift(bounds)?;
    let rest = bounds[length..].strip_prefix(b",")?;
    let blank = usize::from(rest.first() == Some(&b' '));
    let (upper, upper_places, more) = swift(&rest[blank..])?;
    rest[blank + more..].starts_with(b"]\n").then_some(Plain {
        target,
        lower: (lower, lower_places),
        upper: Some((upper, upper_places)),
        length: at + 1 + length + 1 + blank + more + 2,
    })
}

const PARAMETRIC: &str = "parametric models are not supported; give the parameters their values first";
const LINES: &str = "expected `state`, `action` or a branch like `3 : 0.5`";
