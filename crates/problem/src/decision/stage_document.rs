//! The plan of a decision problem on states as a file: ways of going on from each state, with what each is worth in every environment.

use crate::decision::document::{
    BoxTexts, DecisionOrigins, SettlementTexts, box_texts, number, numbers, read_boxes, read_settlements,
    settlement_texts, texts,
};
use crate::decision::plan_text::{FORMAT, PlanText};
use crate::decision::sequence::CompileError;
use crate::decision::stage_law::StageLaw;
use crate::decision::stages::{Point, StagePlan, StageProof};
use crate::document::{DocumentError, Origin};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan of a decision problem on states with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageDocument {
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
    /// The value is not below this, but for what was cut off.
    pub lower: String,
    /// The value is not above this, but for what was cut off.
    pub upper: String,
    /// The names of the environments, in the order of all vectors.
    pub environments: Vec<String>,
    /// Nature's mixture of them.
    pub nature: Vec<String>,
    /// If there is one, what is known along the way is bounded between weights that are multiples of one over this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<u32>,
    /// Where an unknown matters more than once in a run, what Nature picks among: the hypothesis and the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settlements: Vec<SettlementTexts>,
    /// There too, boxes of what the unknowns may be: the hypothesis and the ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<BoxTexts>,
    /// With which probability each way of going on from the start is taken.
    pub start: Vec<String>,
    /// For each state and step, in order: its name, and the ways of going on from it.
    pub states: Vec<(String, Vec<Way>)>,
}

/// One way of going on from a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// The action; none where it is over.
    pub act: String,
    /// For each branch, which way of going on comes next.
    pub next: Vec<usize>,
    /// What it is worth in each environment, as payoffs to be made large; nothing where an unknown matters more than once in a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worth: Vec<String>,
}

impl PlanText for StageDocument {
    const NAME: &'static str = "StageDocument";

    fn format(&self) -> u32 {
        self.format
    }

    fn origins(&self) -> (&Origin, &BTreeMap<String, String>, &Origin) {
        (&self.world, &self.constants, &self.spec)
    }
}

impl StageDocument {
    /// Returns the document of a plan.
    ///
    /// # Errors
    /// If the plan does not speak of the problem.
    pub fn new(law: &StageLaw, proof: &StageProof, origins: DecisionOrigins) -> Result<Self, CompileError> {
        let (world, files, constants, spec) = origins;
        let plan = &proof.plan;
        let stages = law.among(&proof.settlements)?;
        let states = law.nodes.iter().zip(&plan.points).map(|(stage, points)| {
            let ways = points.iter().map(|point| Way {
                act: stage
                    .choices
                    .get(point.choice)
                    .map(|choice| choice.action.clone())
                    .unwrap_or_default(),
                next: point.next.clone(),
                worth: texts(&point.value),
            });
            (stage.name.clone(), ways.collect())
        });
        let (lower, upper) = law.asked(&plan.lower, &plan.upper);
        Ok(Self {
            format: FORMAT,
            world,
            files,
            constants,
            spec,
            lower: lower.to_string(),
            upper: upper.to_string(),
            environments: stages
                .environments
                .iter()
                .map(|(name, ..)| name.clone())
                .collect(),
            nature: texts(&plan.nature),
            grid: plan.grid,
            settlements: match law.repeated {
                Some(_) => settlement_texts(&proof.settlements),
                None => Vec::new(),
            },
            boxes: box_texts(&proof.boxes),
            start: texts(&plan.mixture),
            states: states.collect(),
        })
    }

    /// Returns the plan that the document states, its names looked up.
    ///
    /// # Errors
    /// If a name or a number does not fit.
    pub fn proof(&self, law: &StageLaw) -> Result<StageProof, DocumentError> {
        let (lower, upper) = law.asked(&number(&self.lower)?, &number(&self.upper)?);
        let settlements = match law.repeated {
            Some(_) => read_settlements(&self.settlements)?,
            None => law
                .ends()
                .map_err(|error| DocumentError::Write(error.to_string()))?,
        };
        let mut points = Vec::with_capacity(self.states.len());
        for (stage, (name, ways)) in law.nodes.iter().zip(&self.states) {
            if stage.name != *name {
                return Err(DocumentError::UnknownState(name.clone()));
            }
            let mut own = Vec::with_capacity(ways.len());
            for way in ways {
                let choice = stage.choices.iter().position(|choice| choice.action == way.act);
                if choice.is_none() && !stage.choices.is_empty() {
                    return Err(DocumentError::UnknownAction {
                        state: name.clone(),
                        action: way.act.clone(),
                        available: stage.choices.iter().map(|choice| choice.action.clone()).collect(),
                    });
                }
                own.push(Point {
                    value: numbers(&way.worth)?,
                    choice: choice.unwrap_or(0),
                    next: way.next.clone(),
                });
            }
            points.push(own);
        }
        Ok(StageProof {
            plan: StagePlan {
                points,
                mixture: numbers(&self.start)?,
                nature: numbers(&self.nature)?,
                grid: self.grid,
                lower,
                upper,
            },
            settlements,
            boxes: read_boxes(&self.boxes)?,
        })
    }
}
