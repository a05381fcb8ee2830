//! Traces as JSON Lines: a header line for each trace, then one line for each of its steps.
//!
//! A file is a sequence of traces, one after another. The format has a version; a reader refuses others. What is read is
//! not trusted: lengths, order and numbers are checked, and every refusal names its line.

use crate::trace::{Header, Step, Trace};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name that every header line carries.
pub const FORMAT: &str = "murphy-trace";
/// The version of the format that is written and read.
pub const VERSION: u32 = 1;

/// The first line of a trace.
#[derive(Serialize, Deserialize)]
struct HeaderLine {
    format: String,
    version: u32,
    #[serde(flatten)]
    header: Header,
    #[serde(flatten)]
    trace: Trace,
    /// How many lines follow.
    steps: u64,
}

/// What every header line of any version has.
#[derive(Deserialize)]
struct VersionLine {
    format: String,
    version: u32,
}

/// Why a text is not a file of traces.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// A line is not the JSON that belongs there.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// A header of something else.
    Format {
        /// Line, from 1.
        line: usize,
        /// The name found.
        found: String,
    },
    /// A header of another version.
    Version {
        /// Line, from 1.
        line: usize,
        /// The version found.
        found: u32,
    },
    /// A step does not have the number that is due.
    Order {
        /// Line, from 1.
        line: usize,
        /// The number that is due.
        expected: u32,
    },
    /// A step is not possible: a probability outside `[0, 1]`, a bracket upside down, an outcome that is not among the branches,
    /// or a decision missing before the last step.
    Impossible {
        /// Line, from 1.
        line: usize,
        /// What is impossible.
        what: &'static str,
    },
    /// The text ends before all the steps that a header announced.
    Short {
        /// How many are missing.
        missing: u64,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, message } => write!(f, "line {line} is not a line of a trace: {message}"),
            Self::Format { line, found } => {
                write!(
                    f,
                    "line {line} has the format `{found}`, but should have `{FORMAT}`"
                )
            }
            Self::Version { line, found } => {
                write!(
                    f,
                    "line {line} has format version {found}, but this program reads {VERSION}"
                )
            }
            Self::Order { line, expected } => write!(f, "line {line} should be step {expected}"),
            Self::Impossible { line, what } => write!(f, "line {line} cannot be: {what}"),
            Self::Short { missing } => write!(f, "the file ends {missing} steps too early"),
        }
    }
}

impl std::error::Error for ReadError {}

/// Returns a trace as lines, the last one ended too.
///
/// # Example
/// ```
/// use murphy_trace::{jsonl, Header, Outcome, Role, Trace};
/// let header = Header {
///     world: "coin".into(), goal: "F heads".into(), stance: "Pessimistic".into(), nature: "worst".into(), seed: 1, variables: vec![], aims: vec![],
/// };
/// let trace = Trace {
///     run: 0, role: Role::Typical, outcome: Outcome::Held, total: None, leads_to: None, settled: None, probability: None, steps: vec![],
/// };
/// let text = jsonl::write_jsonl(&trace, &header);
/// assert_eq!(jsonl::read_jsonl(&text)?, vec![(header, trace)]);
/// # Ok::<(), jsonl::ReadError>(())
/// ```
#[must_use]
pub fn write_jsonl(trace: &Trace, header: &Header) -> String {
    let first = HeaderLine {
        format: FORMAT.to_owned(),
        version: VERSION,
        header: header.clone(),
        trace: Trace {
            steps: Vec::new(),
            ..trace.clone()
        },
        steps: trace.steps.len() as u64,
    };
    let mut text = line(&first);
    for step in &trace.steps {
        text.push_str(&line(step));
    }
    text
}

/// Returns a line of JSON. Plain data with string keys always has one.
fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value)
        .map(|text| text + "\n")
        .unwrap_or_default()
}

/// Reads what [`write_jsonl`] wrote, any number of traces after one another. Blank lines are skipped.
///
/// # Errors
/// [`ReadError`], for any other text.
pub fn read_jsonl(text: &str) -> Result<Vec<(Header, Trace)>, ReadError> {
    let mut traces: Vec<(Header, Trace)> = Vec::new();
    let mut missing: u64 = 0;
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, content)| !content.trim().is_empty());
    for (line, content) in lines {
        if missing == 0 {
            let head = read_header(line, content)?;
            missing = head.steps;
            traces.push((head.header, head.trace));
        } else if let Some((_, trace)) = traces.last_mut() {
            let step: Step = parse(line, content)?;
            let expected = u32::try_from(trace.steps.len()).unwrap_or(u32::MAX);
            if step.step != expected {
                return Err(ReadError::Order { line, expected });
            }
            missing -= 1;
            check(line, &step, missing == 0)?;
            trace.steps.push(step);
        }
    }
    if missing == 0 {
        Ok(traces)
    } else {
        Err(ReadError::Short { missing })
    }
}

fn parse<'a, T: Deserialize<'a>>(line: usize, content: &'a str) -> Result<T, ReadError> {
    serde_json::from_str(content).map_err(|error| ReadError::Syntax {
        line,
        message: error.to_string(),
    })
}

fn read_header(line: usize, content: &str) -> Result<HeaderLine, ReadError> {
    let version: VersionLine = parse(line, content)?;
    if version.format != FORMAT {
        return Err(ReadError::Format {
            line,
            found: version.format.chars().take(40).collect(),
        });
    }
    if version.version != VERSION {
        return Err(ReadError::Version {
            line,
            found: version.version,
        });
    }
    parse(line, content)
}

/// Checks what the types do not say.
fn check(line: usize, step: &Step, last: bool) -> Result<(), ReadError> {
    let impossible = |what| Err(ReadError::Impossible { line, what });
    if step.bracket.lower > step.bracket.upper {
        return impossible("the lower value is above the upper");
    }
    let Some(decision) = &step.decision else {
        return if last {
            Ok(())
        } else {
            impossible("only the last step has no decision")
        };
    };
    if decision.outcome as usize >= decision.branches.len() {
        return impossible("what happened is not among the branches");
    }
    let probability = |p: f64| (0.0..=1.0).contains(&p);
    for branch in &decision.branches {
        if !(probability(branch.lower) && probability(branch.upper) && probability(branch.nature)) {
            return impossible("a probability is not between 0 and 1");
        }
        if branch.lower > branch.upper || branch.value.lower > branch.value.upper {
            return impossible("a lower bound is above the upper");
        }
    }
    if decision.rest.is_some_and(|rest| !probability(rest.nature)) {
        return impossible("a probability is not between 0 and 1");
    }
    let upside_down = |a: &crate::trace::Alternative| a.bracket.lower > a.bracket.upper;
    if decision.alternatives.iter().any(upside_down) {
        return impossible("the lower value is above the upper");
    }
    Ok(())
}
