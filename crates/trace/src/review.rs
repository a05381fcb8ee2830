//! A review: what a person said of the steps of a plan's traces. The page exports it, and revising reads it.
//!
//! The file is RON:
//!
//! ```ron
//! Review(
//!     format: 1,
//!     plan: "3f0c…",                        // the BLAKE3 hash of the plan file that was looked at
//!     world: "lava crossing",
//!     goal: "Maximize(Probability(\"F goal\"))",
//!     seed: 1, nature: "worst",             // which simulation its runs are of
//!     marks: [
//!         Bad(run: 12, step: 3, number: 17, state: { "robot.x": 2, "robot.y": 1 }, action: "east", note: "hugs the lava"),
//!         Good(run: 12, step: 9, number: 4, state: { "robot.x": 5, "robot.y": 4 }, action: "north"),
//!         Note(number: 4, state: { "robot.x": 5, "robot.y": 4 }, note: "a state looked up, in no run"),
//!         Bad(run: 40, note: "the whole run"),
//!     ],
//! )
//! ```
//!
//! A review is bound to its plan by the hash: said of one plan, it says nothing of another. No crate that plans depends on this one, so a
//! planner cannot read what people say of its traces.

use crate::trace::Reading;
use murphy_notation::{Diagnostic, Document, Kind, Node, Source};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// The version of the format that is written and read.
pub const FORMAT: u64 = 1;

/// What a person said of a plan's traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The BLAKE3 hash of the plan file, in hexadecimal.
    pub plan: String,
    /// The name of the world.
    pub world: String,
    /// The goal as the spec writes it.
    pub goal: String,
    /// The seed of the simulation whose runs were looked at.
    pub seed: u64,
    /// Which Nature it played.
    pub nature: String,
    /// The marks, in the order they were made.
    pub marks: Vec<Mark>,
}

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Never this.
    Bad,
    /// More of this.
    Good,
    /// Only a remark.
    Note,
}

/// A mark on a step of a run, on a whole run (no `state`), or on a state in no run (no `run`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What it says.
    pub verdict: Verdict,
    /// The run, if it is about one.
    pub run: Option<u64>,
    /// How many steps of the run were made before; `None` for a whole run.
    pub step: Option<u32>,
    /// The state; `None` for a whole run.
    pub state: Option<MarkedState>,
    /// What the plan does there, if it does anything.
    pub action: Option<String>,
    /// What the person wrote; may be empty.
    pub note: String,
}

/// A state that a mark is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedState {
    /// Its index in the model that the plan was made in.
    pub number: u32,
    /// Its variables; empty in models that have none.
    pub values: BTreeMap<String, Reading>,
}

impl Verdict {
    /// Returns the word for it in a file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bad => "Bad",
            Self::Good => "Good",
            Self::Note => "Note",
        }
    }
}

impl Review {
    /// Reads a review.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::Source;
    /// use murphy_trace::review::{Review, Verdict};
    /// let text = r#"Review(format: 1, plan: "ab", world: "w", goal: "g", seed: 1, nature: "worst", marks: [
    ///     Bad(run: 3, step: 0, number: 7, state: { "x": 2 }, action: "east"),
    /// ])"#;
    /// let review = Review::parse(&Source::new("review.ron", text))?;
    /// assert_eq!(review.marks[0].verdict, Verdict::Bad);
    /// assert_eq!(Review::parse(&Source::new("again", review.to_text()))?, review);
    /// # Ok::<(), murphy_notation::Diagnostic>(())
    /// ```
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        let document = Document::parse(source)?;
        let mut fields = document.root.fields("Review")?;
        let format = fields.required("format")?;
        if format.count()? != FORMAT {
            return Err(format
                .error("this review has another version of the format")
                .label(format!("this program reads version {FORMAT}")));
        }
        let review = Self {
            plan: words(fields.required("plan")?)?,
            world: words(fields.required("world")?)?,
            goal: words(fields.required("goal")?)?,
            seed: fields.required("seed")?.count()?,
            nature: words(fields.required("nature")?)?,
            marks: fields
                .required("marks")?
                .list()?
                .iter()
                .map(mark)
                .collect::<Result<_, _>>()?,
        };
        fields.finish()?;
        Ok(review)
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "Review(\n    format: {FORMAT},\n    plan: {},\n    world: {},\n    goal: {},\n    seed: {},\n    nature: {},\n    marks: [\n",
            quoted(&self.plan),
            quoted(&self.world),
            quoted(&self.goal),
            self.seed,
            quoted(&self.nature),
        );
        for mark in &self.marks {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "        {},", mark.to_text());
        }
        text.push_str("    ],\n)\n");
        text
    }
}

impl Mark {
    fn to_text(&self) -> String {
        let mut fields = Vec::new();
        fields.extend(self.run.map(|run| format!("run: {run}")));
        fields.extend(self.step.map(|step| format!("step: {step}")));
        if let Some(state) = &self.state {
            let values: Vec<String> = state
                .values
                .iter()
                .map(|(name, value)| format!("{}: {}", quoted(name), reading_text(value)))
                .collect();
            fields.push(format!("number: {}", state.number));
            fields.push(match values.as_slice() {
                [] => "state: {}".to_owned(),
                _ => format!("state: {{ {} }}", values.join(", ")),
            });
        }
        fields.extend(
            self.action
                .as_ref()
                .map(|action| format!("action: {}", quoted(action))),
        );
        if !self.note.is_empty() {
            fields.push(format!("note: {}", quoted(&self.note)));
        }
        format!("{}({})", self.verdict.word(), fields.join(", "))
    }
}

fn mark(node: &Node) -> Result<Mark, Diagnostic> {
    let name = node.variant(&["Bad", "Good", "Note"])?;
    let mut fields = node.fields(name)?;
    let run_node = fields.optional("run");
    let step_node = fields.optional("step");
    let number = fields.optional("number");
    let state = fields.optional("state");
    let action = fields.optional("action").map(words).transpose()?;
    let note = fields.optional("note").map(words).transpose()?;
    fields.finish()?;
    let state = match (number, state) {
        (Some(number), Some(state)) => Some(MarkedState {
            number: small(number)?,
            values: values(state)?,
        }),
        (None, None) => None,
        (Some(_), None) => return Err(node.error("a mark with a `number` needs the `state`, too")),
        (None, Some(_)) => return Err(node.error("a mark with a `state` needs its `number`, too")),
    };
    if let (Some(step), None) = (step_node, run_node) {
        return Err(step
            .error("a step belongs to a run")
            .hint("add `run: …`, or leave `step` out"));
    }
    let about = (run_node.is_some(), step_node.is_some(), state.is_some());
    if !matches!(
        about,
        (true, true, true) | (true, false, false) | (false, false, true)
    ) {
        return Err(node.error("a mark is about a step of a run, a whole run or a state").hint(
            "write `run`, `step`, `number` and `state`, or `run` alone, or `number` and `state` without `run`",
        ));
    }
    Ok(Mark {
        verdict: match name {
            "Bad" => Verdict::Bad,
            "Good" => Verdict::Good,
            _ => Verdict::Note,
        },
        run: run_node.map(Node::count).transpose()?,
        step: step_node.map(small).transpose()?,
        state,
        action,
        note: note.unwrap_or_default(),
    })
}

fn words(node: &Node) -> Result<String, Diagnostic> {
    Ok(node.text()?.as_str().to_owned())
}

fn small(node: &Node) -> Result<u32, Diagnostic> {
    u32::try_from(node.count()?).map_err(|_| node.error("this number is too large"))
}

fn values(node: &Node) -> Result<BTreeMap<String, Reading>, Diagnostic> {
    if let Kind::Record(record) = &node.kind
        && record.name.is_none()
        && record.items.is_empty()
        && record.fields.is_empty()
    {
        return Ok(BTreeMap::new());
    }
    let mut values = BTreeMap::new();
    for entry in node.entries()? {
        let reading = match &entry.value.kind {
            Kind::Bool(value) => Reading::Bool(*value),
            Kind::Text(text) => Reading::Text(text.as_str().to_owned()),
            _ => Reading::Int(entry.value.integer()?),
        };
        values.insert(entry.key.as_str().to_owned(), reading);
    }
    Ok(values)
}

fn reading_text(reading: &Reading) -> String {
    match reading {
        Reading::Bool(value) => value.to_string(),
        Reading::Int(value) => value.to_string(),
        Reading::Text(text) => quoted(text),
    }
}

/// Returns a text as RON writes it.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => {
                // Writing into a text cannot fail.
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
