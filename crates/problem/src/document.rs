//! The plan as a file that a person reads: where it comes from, what it promises, and what to do in each state by name.

use crate::objective::Direction;
use crate::plan::{Bracket, Plan, Policy, StopReason};
use crate::problem::Problem;
use murphy_world::{ChoiceId, Model, StateId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// A file that something comes from, and what it held then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Its path as it was given.
    pub path: String,
    /// The BLAKE3 hash of its bytes, in hexadecimal.
    pub hash: String,
}

impl Origin {
    /// Returns the origin of `bytes` that were read from `path`.
    #[must_use]
    pub fn of(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self {
            path: path.into(),
            hash: blake3::hash(bytes).to_hex().to_string(),
        }
    }

    /// Returns the origin of the bytes of a stream from `path`, which is read to its end and not kept.
    ///
    /// # Errors
    /// Why the stream cannot be read.
    pub fn of_stream(path: impl Into<String>, stream: impl std::io::Read) -> std::io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(stream)?;
        Ok(Self {
            path: path.into(),
            hash: hasher.finalize().to_hex().to_string(),
        })
    }

    /// Says whether `bytes` are what the file held then.
    #[must_use]
    pub fn holds(&self, bytes: &[u8]) -> bool {
        blake3::hash(bytes).to_hex().as_str() == self.hash
    }
}

/// A policy by the names of states and actions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NamedPolicy {
    /// State by its variables to action.
    Memoryless(BTreeMap<String, String>),
    /// The same for each step made so far; a step that is left out acts like the one before it, and the last is not left out.
    Stepwise(BTreeMap<u32, BTreeMap<String, String>>),
}

/// Everything about a plan but the numbers of its certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// The version of this format.
    pub format: u32,
    /// The world.
    pub world: Origin,
    /// What the world read besides (tables).
    pub files: Vec<Origin>,
    /// Constants of the world that were set from outside.
    pub constants: BTreeMap<String, String>,
    /// The spec.
    pub spec: Origin,
    /// The goal as the spec writes it.
    pub goal: String,
    /// What Nature was taken to want.
    pub stance: String,
    /// When Nature settles.
    pub settled: String,
    /// The precision asked for.
    pub precision: f64,
    /// The bracket of the goal at the start.
    pub bracket: Bracket,
    /// Why the planner stopped.
    pub stop: StopReason,
    /// What to do.
    pub policy: NamedPolicy,
    /// What Nature does against it in each state, where the plan is small enough to say: successor to probability.
    pub nature: BTreeMap<String, BTreeMap<String, String>>,
    /// The certificate beside the plan.
    pub certificate: Origin,
    /// Where there are several goals or requirements, what is claimed of each goal: from what the plan guarantees to what no plan exceeds
    /// that the goals above it leave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goals: Vec<NamedClaim>,
    /// What is claimed of each requirement: between what the plan's value lies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<NamedClaim>,
    /// The proof of both, beside the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Origin>,
}

/// A goal or a requirement, and the bracket claimed of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedClaim {
    /// The goal or the requirement as the spec writes it.
    pub text: String,
    /// The bracket.
    pub bracket: Bracket,
}

/// Where a plan comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// The world.
    pub world: Origin,
    /// What the world read besides.
    pub files: Vec<Origin>,
    /// Constants that were set from outside.
    pub constants: BTreeMap<String, String>,
    /// The spec.
    pub spec: Origin,
    /// The certificate.
    pub certificate: Origin,
}

/// Why a text is not a plan, or a plan does not fit a model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentError {
    /// The text is not a plan file.
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader says.
        message: String,
    },
    /// The plan has another version of the format.
    Version {
        /// The version found.
        found: u32,
    },
    /// The plan could not be written as text.
    Write(String),
    /// The plan names a state that the model does not have.
    UnknownState(String),
    /// The plan says nothing about a state.
    MissingState(String),
    /// The plan takes an action that the state does not have.
    UnknownAction {
        /// The state.
        state: String,
        /// The action.
        action: String,
        /// What it could take.
        available: Vec<String>,
    },
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax {
                line,
                column,
                message,
            } => {
                write!(
                    f,
                    "this is not a plan file: {message} (line {line}, column {column})"
                )
            }
            Self::Version { found } => {
                write!(
                    f,
                    "the plan has format version {found}, but this program reads version {FORMAT}"
                )
            }
            Self::Write(message) => write!(f, "the plan cannot be written: {message}"),
            Self::UnknownState(state) => {
                write!(
                    f,
                    "the plan speaks of state `{state}`, which the world does not have"
                )
            }
            Self::MissingState(state) => write!(f, "the plan does not say what to do in state `{state}`"),
            Self::UnknownAction {
                state,
                action,
                available,
            } => write!(
                f,
                "the plan takes `{action}` in state `{state}`, where only {} can be taken",
                available
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }
}

impl std::error::Error for DocumentError {}

/// The first line of a plan file.
const HEAD: &str = "// A plan made by Murphy. `murphy check` proves its bracket again from the world, the spec and the certificate.\n";

/// Plans with more branches than this do not write Nature's distributions out.
const NATURE_BRANCHES_MAX: usize = 2_000;

impl PlanDocument {
    /// Returns the document of a plan.
    #[must_use]
    pub fn new(problem: &Problem, plan: &Plan, origins: Origins) -> Self {
        let model = &problem.model;
        let policy = match &plan.policy {
            Policy::Memoryless(row) => NamedPolicy::Memoryless(named(model, row)),
            Policy::Stepwise(rows) => {
                let mut steps: BTreeMap<u32, BTreeMap<String, String>> = BTreeMap::new();
                for (step, row) in (0u32..).zip(rows) {
                    let before = step.checked_sub(1).and_then(|s| rows.get(s as usize));
                    // The last one stands there in any case: it says how many steps the plan is made for.
                    if before != Some(row) || step as usize + 1 == rows.len() {
                        steps.insert(step, named(model, row));
                    }
                }
                NamedPolicy::Stepwise(steps)
            }
        };
        Self {
            format: FORMAT,
            world: origins.world,
            files: origins.files,
            constants: origins.constants,
            spec: origins.spec,
            goal: problem.goal.clone(),
            stance: format!("{:?}", problem.stance),
            settled: format!("{:?}", problem.settled),
            precision: problem.precision,
            bracket: plan.bracket,
            stop: plan.stop,
            policy,
            nature: nature(problem, plan),
            certificate: origins.certificate,
            goals: Vec::new(),
            requirements: Vec::new(),
            proof: None,
        }
    }

    /// Returns the text of the plan file.
    ///
    /// # Errors
    /// [`DocumentError::Write`], which no plan is known to cause.
    pub fn to_text(&self) -> Result<String, DocumentError> {
        let mut bytes = Vec::new();
        self.write(&mut bytes)?;
        String::from_utf8(bytes).map_err(|error| DocumentError::Write(error.to_string()))
    }

    /// Writes the text of the plan file, without holding it.
    ///
    /// # Errors
    /// [`DocumentError::Write`], if it cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> Result<(), DocumentError> {
        let failed = |error: String| DocumentError::Write(error);
        out.write_all(HEAD.as_bytes())
            .map_err(|e| failed(e.to_string()))?;
        let style = ron::ser::PrettyConfig::new().struct_names(true);
        ron::Options::default()
            .to_io_writer_pretty(&mut *out, self, style)
            .map_err(|e| failed(e.to_string()))?;
        out.write_all(b"\n").map_err(|e| failed(e.to_string()))
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// [`DocumentError::Syntax`] or [`DocumentError::Version`].
    pub fn from_text(text: &str) -> Result<Self, DocumentError> {
        let document: Self = ron::Options::default()
            .with_recursion_limit(32)
            .from_str(text)
            .map_err(|error| {
                let start = error.span.start;
                DocumentError::Syntax {
                    line: start.line,
                    column: start.col,
                    message: error.code.to_string(),
                }
            })?;
        if document.format == FORMAT {
            Ok(document)
        } else {
            Err(DocumentError::Version {
                found: document.format,
            })
        }
    }

    /// Returns the policy with its names looked up in `model`.
    ///
    /// # Errors
    /// [`DocumentError::UnknownState`], [`DocumentError::MissingState`] or [`DocumentError::UnknownAction`].
    pub fn policy(&self, model: &Model) -> Result<Policy, DocumentError> {
        match &self.policy {
            NamedPolicy::Memoryless(names) => {
                let name = |state| Cow::Owned(model.state_name(state));
                Ok(Policy::Memoryless(looked_up(model, &name, names)?))
            }
            NamedPolicy::Stepwise(steps) => {
                let states = (0..).take(model.state_count());
                let states: Vec<String> = states.map(|state| model.state_name(state)).collect();
                let name = |state: StateId| Cow::Borrowed(states[state as usize].as_str());
                let mut rows: Vec<Vec<ChoiceId>> = Vec::new();
                for (step, names) in steps {
                    if let Some(last) = rows.last().cloned() {
                        // A step that is left out repeats the one before; a certificate bounds how many there can be.
                        let gap = (*step as usize).saturating_sub(rows.len()).min(STEPS_MAX);
                        rows.extend(std::iter::repeat_n(last, gap));
                    }
                    rows.push(looked_up(model, &name, names)?);
                }
                Ok(Policy::Stepwise(rows))
            }
        }
    }
}

/// No policy by steps is longer.
const STEPS_MAX: usize = 1_000_000;

/// Returns the name of a choice among those of its state: the action, and from the second choice of that name on its number.
fn choice_name(model: &Model, state: StateId, choice: ChoiceId) -> String {
    let name = model.action_name(choice);
    match model
        .choices(state)
        .take_while(|other| *other < choice)
        .filter(|other| model.action_name(*other) == name)
        .count()
    {
        0 => name.to_owned(),
        before => format!("{name} ({})", before + 1),
    }
}

fn named(model: &Model, row: &[ChoiceId]) -> BTreeMap<String, String> {
    (0..)
        .zip(row)
        .map(|(state, choice)| (model.state_name(state), choice_name(model, state, *choice)))
        .collect()
}

/// Returns the choices that a plan names, one a state; `name` says what a state is called.
///
/// # Why
/// Plans of large models name millions of states, so that no second table of names is made unless one of them is wrong.
fn looked_up<'n>(
    model: &Model,
    name: &dyn Fn(StateId) -> Cow<'n, str>,
    names: &BTreeMap<String, String>,
) -> Result<Vec<ChoiceId>, DocumentError> {
    let states = || (0..).take(model.state_count());
    let choice = |state: StateId| {
        let name = name(state);
        let action = names
            .get(&*name)
            .ok_or_else(|| DocumentError::MissingState(name.to_string()))?;
        let found = model
            .choices(state)
            .find(|choice| choice_name(model, state, *choice) == *action);
        found.ok_or_else(|| DocumentError::UnknownAction {
            state: name.to_string(),
            action: action.clone(),
            available: model
                .choices(state)
                .map(|choice| choice_name(model, state, choice))
                .collect(),
        })
    };
    let row: Result<Vec<ChoiceId>, DocumentError> = states().map(choice).collect();
    // Names of states are unique: as many as there are states, all of them found, leave none over.
    if row.is_ok() && names.len() == model.state_count() {
        return row;
    }
    let known: BTreeSet<Cow<'n, str>> = states().map(name).collect();
    match names.keys().find(|name| !known.contains(name.as_str())) {
        Some(unknown) => Err(DocumentError::UnknownState(unknown.clone())),
        None => row,
    }
}

/// Returns Nature's distributions against a memoryless policy, evaluated at the vector that proves the policy's side.
fn nature(problem: &Problem, plan: &Plan) -> BTreeMap<String, BTreeMap<String, String>> {
    let model = &problem.model;
    let Policy::Memoryless(row) = &plan.policy else {
        return BTreeMap::new();
    };
    let Some(vector) = plan.certificate.proof.guide(problem.agent) else {
        return BTreeMap::new();
    };
    let branches: usize = row.iter().map(|choice| model.targets(*choice).len()).sum();
    if branches > NATURE_BRANCHES_MAX {
        return BTreeMap::new();
    }
    let mut all = BTreeMap::new();
    for (state, choice) in (0..).zip(row) {
        let targets = model.targets(*choice);
        let values: Vec<f64> = targets
            .iter()
            .map(|t| vector[*t as usize].min(f64::MAX))
            .collect();
        let set = model.set(*choice);
        let picked = match problem.nature {
            Direction::Minimize => set.lower_expectation(&values),
            Direction::Maximize => set.upper_expectation(&values),
        };
        let Ok(expectation) = picked else { continue };
        let mut distribution: BTreeMap<String, f64> = BTreeMap::new();
        for (target, weight) in targets.iter().zip(&expectation.witness) {
            if *weight > 0.0 {
                *distribution.entry(model.state_name(*target)).or_default() += weight;
            }
        }
        let distribution = distribution
            .into_iter()
            .map(|(name, weight)| (name, weight.to_string()))
            .collect();
        all.insert(model.state_name(state), distribution);
    }
    all
}
