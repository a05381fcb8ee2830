//! The plan of a decision problem on states in which Nature settles anew, as a file.

use crate::decision::anew::AnewPlan;
use crate::decision::document::{DecisionOrigins, number, numbers, texts};
use crate::decision::plan_text::{FORMAT, PlanText};
use crate::decision::stage_law::StageLaw;
use crate::document::{DocumentError, Origin};
use murphy_notation::Rational;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnewDocument {
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
    /// For each state and step, in order.
    pub states: Vec<StateText>,
}

/// What is done in a state after some steps, and Nature's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateText {
    /// Its name.
    pub state: String,
    /// Action to probability; those that are not taken are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub act: BTreeMap<String, String>,
    /// The weight of each thing that Nature may settle before the action is drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nature: Vec<String>,
}

impl PlanText for AnewDocument {
    const NAME: &'static str = "AnewDocument";

    fn format(&self) -> u32 {
        self.format
    }

    fn origins(&self) -> (&Origin, &BTreeMap<String, String>, &Origin) {
        (&self.world, &self.constants, &self.spec)
    }
}

impl AnewDocument {
    /// Returns the document of a plan.
    #[must_use]
    pub fn new(law: &StageLaw, plan: &AnewPlan, origins: DecisionOrigins) -> Self {
        let (world, files, constants, spec) = origins;
        let rows = law.nodes.iter().zip(&plan.policy).zip(&plan.nature);
        let states = rows.map(|((stage, policy), nature)| {
            let taken = stage.choices.iter().zip(policy).filter(|(_, p)| p.is_positive());
            StateText {
                state: stage.name.clone(),
                act: taken
                    .map(|(choice, p)| (choice.action.clone(), p.to_string()))
                    .collect(),
                nature: texts(nature),
            }
        });
        let (lower, upper) = law.asked(&plan.lower, &plan.upper);
        Self {
            format: FORMAT,
            world,
            files,
            constants,
            spec,
            lower: lower.to_string(),
            upper: upper.to_string(),
            states: states.collect(),
        }
    }

    /// Returns the plan that the document states, its names looked up.
    ///
    /// # Errors
    /// If a name or a number does not fit.
    pub fn plan(&self, law: &StageLaw) -> Result<AnewPlan, DocumentError> {
        let (lower, upper) = law.asked(&number(&self.lower)?, &number(&self.upper)?);
        let (mut policy, mut nature) = (Vec::new(), Vec::new());
        for (stage, text) in law.nodes.iter().zip(&self.states) {
            if stage.name != text.state {
                return Err(DocumentError::UnknownState(text.state.clone()));
            }
            let known = |action: &String| stage.choices.iter().any(|choice| choice.action == *action);
            if let Some(action) = text.act.keys().find(|action| !known(action)) {
                return Err(DocumentError::UnknownAction {
                    state: text.state.clone(),
                    action: action.clone(),
                    available: stage.choices.iter().map(|choice| choice.action.clone()).collect(),
                });
            }
            let row: Result<Vec<Rational>, DocumentError> = stage
                .choices
                .iter()
                .map(|choice| {
                    text.act
                        .get(&choice.action)
                        .map_or(Ok(Rational::ZERO), |p| number(p))
                })
                .collect();
            policy.push(row?);
            nature.push(numbers(&text.nature)?);
        }
        Ok(AnewPlan {
            policy,
            nature,
            lower,
            upper,
        })
    }
}
