//! A trace: one run told step by step, with what it was worth, what could have been done, and what Nature picked.
//!
//! Plain data, in the words of the goal: where the goal is `G safe`, brackets are of staying safe. The canonical file is that
//! of [`crate::jsonl`]; everything else is made from it.

use crate::number::Number;
use murphy_notation::Rational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the traces of one file come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The name of the world.
    pub world: String,
    /// The goal as the spec writes it.
    pub goal: String,
    /// What Nature was declared to want.
    pub stance: String,
    /// Which Nature was played.
    pub nature: String,
    /// The seed of the simulation.
    pub seed: u64,
    /// The names of the variables, in the order that the world declares them.
    pub variables: Vec<String>,
    /// What all the goals and requirements are called, where there are several; steps tell them in this order.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub aims: Vec<String>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Which run of the simulation it is.
    pub run: u64,
    /// Why it was chosen.
    pub role: Role,
    /// How it ended.
    pub outcome: Outcome,
    /// What the goal's quantity came to, if the goal is about one.
    pub total: Option<Number>,
    /// What a shortest trace leads to: the name of a label, or how the goal ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub leads_to: Option<String>,
    /// What Nature settled the world to for this run, where she settles once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub settled: Option<String>,
    /// How likely exactly this run is against the Nature that was played, where that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub probability: Option<f64>,
    /// One entry for each state that was visited.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// Why a trace was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Of the sample, the one that went worst for the agent.
    Worst,
    /// The one in the middle.
    Typical,
    /// The one that went best.
    Best,
    /// It was asked for by its number.
    Asked,
    /// The most likely of the shortest ways to what it leads to. No run of the simulation; its number means nothing.
    Shortest,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The formula of the goal held.
    Held,
    /// It did not.
    Failed,
    /// The quantity of the goal came to its total.
    Summed,
    /// The quantity goes on for ever: the run can no longer reach where it would end.
    Endless,
    /// The run was cut at the longest length allowed, before any of these.
    Unfinished,
}

/// The value of a variable in a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reading {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A symbol, or another number written exactly.
    Text(String),
}

impl Reading {
    /// Returns the value as text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// Two numbers between which a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Not above it.
    pub lower: Number,
    /// Not below it. May be infinite.
    pub upper: Number,
}

/// A visited state, and what was decided there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// How many steps were made before.
    pub step: u32,
    /// The index of the state.
    pub state: u32,
    /// The state by its variables.
    pub values: BTreeMap<String, Reading>,
    /// The labels that hold there.
    pub labels: Vec<String>,
    /// What the goal is worth from here.
    pub bracket: Range,
    /// What the goal still asks for here.
    #[serde(default)]
    pub owed: Owed,
    /// The same of every goal and requirement, the first goal among them, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub aims: Vec<AimStep>,
    /// What is still at stake, where Nature settles once and the agent has a choice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at_stake: Option<AtStake>,
    /// What was decided; `None` in the last state.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decision: Option<Decision>,
}

/// What the goal still asks for after some steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Owed {
    /// Whether the goal is still open: neither kept, nor broken, nor summed up.
    pub open: bool,
    /// How many steps the goal still counts, if it has a step bound.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub steps_left: Option<u32>,
    /// What the goal's quantity came to so far, if the goal is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub so_far: Option<Number>,
}

/// What one of several goals or requirements is worth after some steps, and what it still asks for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AimStep {
    /// What it is worth from here under the plan; what it came to, once that is settled.
    pub bracket: Range,
    /// What it still asks for.
    #[serde(default)]
    pub owed: Owed,
    /// How it ended, if it did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended: Option<Outcome>,
}

/// What is believed where a choice is made: for each world that Nature may have settled, how much it still counts and what is secured in it elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtStake {
    /// What the agent knows.
    pub knows: String,
    /// How many histories look alike to it here; one if it knows which it is in.
    pub alike: u32,
    /// How much of the range between the worst and the best payoff still depends on what follows. Where it is zero nothing does.
    pub share: Fraction,
    /// The worlds, in their order.
    pub worlds: Vec<WorldAtStake>,
    /// How many more worlds there are than are shown.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub more: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A world as it remains where a choice is made: the a-measure `(m, b)`, and the same brought to payoffs between 0 and 1, `(λ, b)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorldAtStake {
    /// The world.
    pub world: String,
    /// The mass with which it leads here: its weight, times the probability of chance and of the plan's own moves.
    pub reached: Fraction,
    /// What is secured in it, and what the plan is paid in it where this is not come to, in the words of the goal.
    pub secured: Fraction,
    /// How much it still counts, `λ`; none if nothing is at stake.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub lambda: Option<Fraction>,
    /// What is secured in it, `b`, on the same scale.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub b: Option<Fraction>,
    /// What its hypothesis weighs by now, if the hypotheses have a prior.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub posterior: Option<Fraction>,
    /// What its weight in Nature's least favourable mixture comes to, given what is known; none where her mixture does not lead.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nature: Option<f64>,
}

/// An exact number as it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fraction {
    /// The nearest float.
    pub value: Number,
    /// The number exactly, if it is short.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exact: Option<String>,
}

impl Fraction {
    /// The most characters of a number that is written out.
    const WRITTEN_MAX: usize = 24;

    /// Returns a number as it is read.
    #[must_use]
    pub fn new(number: &Rational) -> Self {
        let text = number.to_string();
        Self {
            value: Number(number.to_f64()),
            exact: (text.len() <= Self::WRITTEN_MAX).then_some(text),
        }
    }
}

/// A choice of the agent, the set it left to Nature, and what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The action taken.
    pub action: String,
    /// Of which of several goals and requirements the values below speak, by its place among them: the first that is still open. None if that is the first goal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub aim: Option<u32>,
    /// What every action of the state is worth, the one taken among them, in the order of the model.
    pub alternatives: Vec<Alternative>,
    /// The kind of the credal set.
    pub set: String,
    /// What can happen next. Where there is more than is shown, the heaviest branches and the one that happened.
    pub branches: Vec<Branch>,
    /// What is not shown.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rest: Option<Rest>,
    /// Which of `branches` happened.
    pub outcome: u32,
    /// What the step added to the goal's quantity, if the goal is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quantity: Option<Number>,
    /// What the step adds to each quantity of the world, whether the goal speaks of it or not.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub measured: BTreeMap<String, Number>,
}

/// An action that could be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The action.
    pub action: String,
    /// What the goal is worth if it is taken now and the plan is followed from then on (lower), and if the best is done from then on (upper).
    pub bracket: Range,
}

/// A possible successor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// The index of the successor.
    pub state: u32,
    /// The successor by its variables.
    pub target: String,
    /// The least probability that the set allows.
    pub lower: f64,
    /// The greatest.
    pub upper: f64,
    /// The probability that Nature picked.
    pub nature: f64,
    /// What the goal is worth from there.
    pub value: Range,
}

/// The branches that a decision does not show.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    /// How many.
    pub branches: u64,
    /// What Nature gave them together.
    pub nature: f64,
}
