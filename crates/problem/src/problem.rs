//! The arena: a model, who wants what, and how precisely.

use crate::objective::{Direction, Objective};
use murphy_spec::{Settled, Stance};
use murphy_world::Model;

/// A world and a goal, ready to be solved and checked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The model. Under the nominal stance every set in it is a single distribution.
    pub model: Model,
    /// What the resolved objective is.
    pub objective: Objective,
    /// Whether the goal asks for one minus the resolved objective (as `G` does of `F`).
    pub complemented: bool,
    /// What the agent wants of the resolved objective.
    pub agent: Direction,
    /// What Nature wants of the resolved objective.
    pub nature: Direction,
    /// The stance that was declared.
    pub stance: Stance,
    /// When Nature settles.
    pub settled: Settled,
    /// How far apart the two sides of the bracket may be.
    pub precision: f64,
    /// The goal as the spec writes it.
    pub goal: String,
}
