//! The plan of a decision problem read back: the file, and the world and the spec that it names, as they are now.

use crate::cli::decision::{Decision, supposed};
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::load::LoadedWorld;
use crate::cli::saved::beside;
use murphy_problem::Origin;
use murphy_problem::as_written;
use murphy_problem::decision::{
    DecisionDocument, DecisionProof, PlanText, StageDocument, StageLaw, StageProof, Stages, Supposed,
    stage_law,
};
use murphy_spec::Spec;
use murphy_world::Limits;
use std::path::Path;

/// A plan with everything that it speaks of.
pub(crate) struct SavedDecision {
    pub(crate) decision: Decision,
    pub(crate) document: DecisionDocument,
    pub(crate) proof: DecisionProof,
    /// What is not as it was when the plan was made, each in a sentence.
    pub(crate) changes: Vec<String>,
}

impl SavedDecision {
    /// Reads the text of a plan file, and all that it names.
    pub(crate) fn read(path: &Path, text: &str) -> Result<Self, Failure> {
        let at = |error: &dyn std::fmt::Display| Failure::new(format!("`{}`: {error}", path.display()));
        let document = DecisionDocument::from_text(text).map_err(|error| at(&error))?;
        let constants = document
            .constants
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let world = beside(path, &document.world.path);
        let world = LoadedWorld::read_with(&world, constants, Limits::default())?;
        let (source, spec_origin) = read_source(&beside(path, &document.spec.path))?;
        let decision = Decision::of(world, Spec::parse(&source)?, spec_origin)?;
        let mut changes = Vec::new();
        let mut compare = |what: &str, then: &Origin, now: &Origin| {
            if then.hash != now.hash {
                changes.push(format!(
                    "{what} `{}` was changed after the plan was made",
                    now.path
                ));
            }
        };
        compare("the world", &document.world, &decision.world.origin);
        compare("the spec", &document.spec, &decision.spec_origin);
        for (then, now) in document.files.iter().zip(&decision.world.files) {
            compare("the table", then, now);
        }
        let proof = document.proof(&decision.law).map_err(|error| at(&error))?;
        Ok(Self {
            decision,
            document,
            proof,
            changes,
        })
    }
}

/// A plan file read back, with what it speaks of as it is now.
pub(crate) struct Again<D> {
    pub(crate) document: D,
    pub(crate) world: LoadedWorld,
    pub(crate) spec: Spec,
    /// What is not as it was when the plan was made, each in a sentence.
    pub(crate) changes: Vec<String>,
}

impl<D: PlanText> Again<D> {
    /// Reads the text of a plan file, and all that it names.
    pub(crate) fn read(path: &Path, text: &str) -> Result<Self, Failure> {
        let document = D::from_text(text).map_err(|error| at(path, &error))?;
        let (world_then, constants, spec_then) = document.origins();
        let constants = constants
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let world = LoadedWorld::read_with(&beside(path, &world_then.path), constants, Limits::default())?;
        let (source, spec_now) = read_source(&beside(path, &spec_then.path))?;
        let mut changes = Vec::new();
        let mut compare = |what: &str, then: &Origin, now: &Origin| {
            if then.hash != now.hash {
                changes.push(format!(
                    "{what} `{}` was changed after the plan was made",
                    now.path
                ));
            }
        };
        compare("the world", world_then, &world.origin);
        compare("the spec", spec_then, &spec_now);
        Ok(Self {
            spec: Spec::parse(&source)?,
            document,
            world,
            changes,
        })
    }
}

/// Says what is wrong with a file.
pub(crate) fn at(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("`{}`: {error}", path.display()))
}

/// A plan on states with everything that it speaks of.
pub(crate) struct SavedStages {
    pub(crate) supposed: Vec<Supposed>,
    pub(crate) law: StageLaw,
    pub(crate) proof: StageProof,
    /// The problem that the plan of the proof is for.
    pub(crate) stages: Stages,
    /// The name of the world.
    pub(crate) name: String,
    /// The goal as the spec writes it.
    pub(crate) goal: String,
    /// What is not as it was when the plan was made, each in a sentence.
    pub(crate) changes: Vec<String>,
}

impl SavedStages {
    /// Reads the text of a plan file, and all that it names.
    pub(crate) fn read(path: &Path, text: &str) -> Result<Self, Failure> {
        let again: Again<StageDocument> = Again::read(path, text)?;
        let supposed = supposed(&again.world)?;
        let law = stage_law(&supposed, &again.spec)?;
        let proof = again.document.proof(&law).map_err(|error| at(path, &error))?;
        let stages = law.among(&proof.settlements).map_err(Failure::new)?;
        let name = supposed.first().map(|one| one.world.model.name().to_owned());
        Ok(Self {
            name: name.unwrap_or_default(),
            goal: again.spec.goals.first().map(as_written).unwrap_or_default(),
            supposed,
            law,
            proof,
            stages,
            changes: again.changes,
        })
    }
}
