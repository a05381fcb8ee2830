//! The plan of a discounted problem without end, in which the agent sees signs of the state, as a file: ways of acting that go on with one another.

use crate::decision::document::{DecisionOrigins, number, numbers, texts};
use crate::decision::hidden::{Hidden, HiddenPoint, HiddenProof, HiddenWay};
use crate::decision::plan_text::{FORMAT, PlanText};
use crate::document::{DocumentError, Origin};
use murphy_notation::Rational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenDocument {
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
    /// The precision that was asked for.
    pub precision: String,
    /// The value is not below this.
    pub lower: String,
    /// The value is not above this.
    pub upper: String,
    /// What can be seen, in the order that ways go on by.
    pub sights: Vec<String>,
    /// Ways of acting for ever.
    pub ways: Vec<HiddenWayText>,
    /// With which probability each way is gone after from the start.
    pub start: Vec<String>,
    /// The names of the environments.
    pub environments: Vec<String>,
    /// Nature's mixture of them.
    pub nature: Vec<String>,
    /// For each state, a number that no way of acting exceeds where it is known.
    pub corners: Vec<String>,
    /// Further bounds: weights of states, and a number that no way of acting exceeds where that is known.
    pub points: Vec<(Vec<(usize, String)>, String)>,
}

/// One way of acting for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenWayText {
    /// The action.
    pub act: String,
    /// For each sight the way that comes next.
    pub next: Vec<usize>,
    /// For each state a number that what it pays is not below.
    pub worth: Vec<String>,
}

impl PlanText for HiddenDocument {
    const NAME: &'static str = "HiddenDocument";

    fn format(&self) -> u32 {
        self.format
    }

    fn origins(&self) -> (&Origin, &BTreeMap<String, String>, &Origin) {
        (&self.world, &self.constants, &self.spec)
    }
}

impl HiddenDocument {
    /// Returns the document of a proof.
    #[must_use]
    pub fn new(
        problem: &Hidden,
        proof: &HiddenProof,
        precision: &Rational,
        origins: DecisionOrigins,
    ) -> Self {
        let (world, files, constants, spec) = origins;
        let way = |way: &HiddenWay| HiddenWayText {
            act: problem.actions.get(way.action).cloned().unwrap_or_default(),
            next: way.next.clone(),
            worth: texts(&way.worth),
        };
        let point = |point: &HiddenPoint| {
            let weights = point.weights.iter().map(|(state, w)| (*state, w.to_string()));
            (weights.collect(), point.bound.to_string())
        };
        let (lower, upper) = problem.asked(&proof.lower, &proof.upper);
        Self {
            format: FORMAT,
            world,
            files,
            constants,
            spec,
            goal: problem.goal.clone(),
            precision: precision.to_string(),
            lower: lower.to_string(),
            upper: upper.to_string(),
            sights: problem.sights.clone(),
            ways: proof.ways.iter().map(way).collect(),
            start: texts(&proof.mixture),
            environments: problem
                .environments
                .iter()
                .map(|(name, ..)| name.clone())
                .collect(),
            nature: texts(&proof.nature),
            corners: texts(&proof.corners),
            points: proof.points.iter().map(point).collect(),
        }
    }

    /// Returns the proof that the document states, its names looked up.
    ///
    /// # Errors
    /// If a name or a number does not fit.
    pub fn proof(&self, problem: &Hidden) -> Result<HiddenProof, DocumentError> {
        let (lower, upper) = problem.asked(&number(&self.lower)?, &number(&self.upper)?);
        if let Some(sight) = self.sights.iter().find(|sight| !problem.sights.contains(sight)) {
            return Err(DocumentError::UnknownState(sight.clone()));
        }
        if let Some(sight) = problem.sights.iter().find(|sight| !self.sights.contains(sight)) {
            return Err(DocumentError::MissingState(sight.clone()));
        }
        let mut ways = Vec::with_capacity(self.ways.len());
        for way in &self.ways {
            let action = problem.actions.iter().position(|action| *action == way.act);
            // The file lists sights in its own order.
            let next = problem.sights.iter().map(|sight| {
                let at = self.sights.iter().position(|own| own == sight);
                at.and_then(|at| way.next.get(at)).copied().unwrap_or(usize::MAX)
            });
            ways.push(HiddenWay {
                action: action.ok_or_else(|| DocumentError::UnknownAction {
                    state: String::new(),
                    action: way.act.clone(),
                    available: problem.actions.clone(),
                })?,
                next: next.collect(),
                worth: numbers(&way.worth)?,
            });
        }
        let mut points = Vec::with_capacity(self.points.len());
        for (weights, bound) in &self.points {
            let mut read = Vec::with_capacity(weights.len());
            for (state, weight) in weights {
                read.push((*state, number(weight)?));
            }
            points.push(HiddenPoint {
                weights: read,
                bound: number(bound)?,
            });
        }
        Ok(HiddenProof {
            ways,
            mixture: numbers(&self.start)?,
            corners: numbers(&self.corners)?,
            points,
            nature: numbers(&self.nature)?,
            lower,
            upper,
        })
    }
}
