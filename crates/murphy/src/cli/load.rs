//! From paths to a problem: world, tables and spec are read, and where they came from is remembered.

use crate::cli::args::{GoalArguments, ProductArgument, WorldArguments};
use crate::cli::failure::Failure;
use crate::cli::files::{Beside, origin, read_language};
use crate::cli::model::ReadModel;
use murphy::explain::Known;
use murphy_problem::{Origin, Origins, Problem, Questions};
use murphy_spec::Spec;
use murphy_world::{Limits, Model, Variant, World};
use std::collections::BTreeMap;
use std::path::Path;

/// What stands among the settings of a world for how bounds are combined; no constant is called so.
pub(crate) const PRODUCT: &str = "--product";

/// A world with everything that was read for it.
pub(crate) struct LoadedWorld {
    /// The world, if it is one in RON; models of other formats are read when they are unfolded.
    world: Option<World>,
    pub(crate) origin: Origin,
    pub(crate) files: Vec<Origin>,
    pub(crate) constants: Vec<(String, String)>,
    limits: Limits,
}

/// A world and a spec, resolved.
pub(crate) struct Loaded {
    pub(crate) world: LoadedWorld,
    pub(crate) spec: Spec,
    pub(crate) spec_origin: Origin,
    /// The problem of the first goal.
    pub(crate) problem: Problem,
    /// All that is asked, if that is more than one goal.
    pub(crate) questions: Option<Questions>,
}

impl LoadedWorld {
    /// Reads a world.
    pub(crate) fn read(path: &Path, arguments: &WorldArguments) -> Result<Self, Failure> {
        let constants = chosen(arguments)?;
        let limits = Limits::with_states(arguments.states_max);
        Self::read_with(path, constants, limits)
    }

    /// Reads a world with constants already taken apart.
    pub(crate) fn read_with(
        path: &Path,
        constants: Vec<(String, String)>,
        limits: Limits,
    ) -> Result<Self, Failure> {
        if path.extension().is_none_or(|ending| ending != "ron") {
            let origin = origin(path)?;
            return Ok(Self {
                world: None,
                origin,
                files: Vec::new(),
                constants,
                limits,
            });
        }
        if constants.iter().any(|(name, _)| name == PRODUCT) {
            return Err(no_product());
        }
        let (source, origin) = read_language(path, "Murphy's RON")?;
        let beside = Beside::new(path);
        let world = World::parse(source, &beside, &constants)?;
        Ok(Self {
            world: Some(world),
            origin,
            files: beside.into_origins(),
            constants,
            limits,
        })
    }

    /// Returns the world, if it is one in RON.
    pub(crate) fn world(&self) -> Option<&World> {
        self.world.as_ref()
    }

    /// Returns the limits that it is unfolded within.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Unfolds the world to a model.
    pub(crate) fn unfold(&self) -> Result<Model, Failure> {
        let Some(world) = &self.world else {
            let path = Path::new(&self.origin.path);
            return ReadModel::read_other(path, self.constants.clone(), &self.limits)?.alone();
        };
        Ok(world.unfold(&self.limits)?)
    }

    /// Returns the unknowns of the world with the ranges that hold.
    pub(crate) fn unknowns(&self) -> Vec<Known> {
        let unknowns = self.world.iter().flat_map(World::unknowns);
        unknowns
            .map(|(name, low, high)| Known {
                name: name.to_owned(),
                low: low.clone(),
                high: high.clone(),
            })
            .collect()
    }

    /// Returns the settings that the world itself names.
    pub(crate) fn variants(&self) -> &[Variant] {
        self.world.as_ref().map_or(&[], World::variants)
    }

    /// Reads the same world again with more constants set.
    pub(crate) fn with(&self, more: &[(String, String)]) -> Result<Self, Failure> {
        let mut constants = self.constants.clone();
        for (name, value) in more {
            constants.retain(|(other, _)| other != name);
            constants.push((name.clone(), value.clone()));
        }
        Self::read_with(Path::new(&self.origin.path), constants, self.limits)
    }
}

impl Loaded {
    /// Reads a world and a spec and resolves them.
    pub(crate) fn read(
        world: &Path,
        spec: &Path,
        arguments: &WorldArguments,
        goal: &GoalArguments,
    ) -> Result<Self, Failure> {
        if let Some(precision) = goal.precision
            && !(precision > 0.0 && precision < 1.0)
        {
            return Err(Failure::new(format!(
                "--precision is {precision}, but must lie between 0 and 1"
            )));
        }
        let world = LoadedWorld::read(world, arguments)?;
        Self::resolve(world, spec, goal.precision)
    }

    /// Reads a spec and resolves it in a world.
    pub(crate) fn resolve(world: LoadedWorld, spec: &Path, precision: Option<f64>) -> Result<Self, Failure> {
        let (source, spec_origin) = read_language(spec, "Murphy's RON")?;
        let spec = Spec::parse(&source)?;
        let mut questions = Questions::new(world.unfold()?, &spec)?;
        if let Some(precision) = precision {
            questions = questions.with_precision(precision);
        }
        let single = questions.is_single();
        let problem = if single {
            questions.goals.pop()
        } else {
            questions.goals.first().cloned()
        };
        let Some(problem) = problem else {
            return Err(Failure::new("the spec has no goal"));
        };
        Ok(Self {
            world,
            spec,
            spec_origin,
            problem,
            questions: (!single).then_some(questions),
        })
    }

    /// Returns where everything came from, for the plan file.
    pub(crate) fn origins(&self, certificate: Origin) -> Origins {
        Origins {
            world: self.world.origin.clone(),
            files: self.world.files.clone(),
            constants: self.world.constants.iter().cloned().collect::<BTreeMap<_, _>>(),
            spec: self.spec_origin.clone(),
            certificate,
        }
    }
}

/// Returns all that was set in a world, as plans remember it.
pub(crate) fn chosen(arguments: &WorldArguments) -> Result<Vec<(String, String)>, Failure> {
    let mut chosen = settings(&arguments.constants)?;
    if arguments.product == Some(ProductArgument::Independent) {
        chosen.push((PRODUCT.to_owned(), "independent".to_owned()));
    }
    Ok(chosen)
}

/// Refuses to combine what is no PRISM model.
pub(crate) fn no_product() -> Failure {
    Failure::new("--product is for models in the PRISM language")
        .hint("a world in RON says itself how its entities are combined, and other formats have no modules")
}

/// Takes `name=value` apart.
pub(crate) fn settings(texts: &[String]) -> Result<Vec<(String, String)>, Failure> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok((name.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(Failure::new(format!("`{text}` sets no constant"))
                .hint("write --const NAME=VALUE, for example --const strength=2")),
        })
        .collect()
}
