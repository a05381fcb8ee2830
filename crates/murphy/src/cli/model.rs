//! From a path to a model, whatever its format, and what was set from outside that the model does not know.

use crate::cli::args::{ProductArgument, WorldArguments};
use crate::cli::failure::Failure;
use crate::cli::files::{Beside, missing, read_language};
use crate::cli::load::{LoadedWorld, PRODUCT, chosen, no_product, settings};
use murphy_notation::{Expression, Passage, Value};
use murphy_spec::property::Property;
use murphy_world::{Limits, Model, Product, formats, jani, prism};
use std::collections::BTreeMap;
use std::path::Path;

/// How files of the PRISM language end.
const PRISM_ENDINGS: [&str; 4] = ["prism", "pm", "nm", "sm"];

/// How files of JANI end.
const JANI_ENDING: &str = "jani";

/// A model with the constants that are left for its properties.
pub(crate) struct ReadModel {
    pub(crate) model: Model,
    pub(crate) constants: Vec<(String, Value)>,
}

impl ReadModel {
    /// Reads a model; the ending says what format it is in.
    pub(crate) fn read(path: &Path, arguments: &WorldArguments) -> Result<Self, Failure> {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if ending == "ron" {
            let model = LoadedWorld::read(path, arguments)?.unfold()?;
            return Ok(Self {
                model,
                constants: Vec::new(),
            });
        }
        let limits = Limits::with_states(arguments.states_max);
        Self::read_other(path, chosen(arguments)?, &limits)
    }

    /// Reads a model with what one of its own properties needs, and that property.
    pub(crate) fn ask(
        path: &Path,
        name: &str,
        arguments: &WorldArguments,
    ) -> Result<(Self, Property), Failure> {
        if path.extension().is_none_or(|ending| ending != JANI_ENDING) {
            let failure = Failure::new(format!("`{}` does not name its own properties", path.display()));
            return Err(failure.hint("JANI models do; otherwise write the property out with --property, or name a file of properties there"));
        }
        let limits = Limits::with_states(arguments.states_max);
        if arguments.product == Some(ProductArgument::Independent) {
            return Err(no_product());
        }
        let (source, _) = read_language(path, "JANI")?;
        let program = jani::parse(source)?;
        let (known, rest) = told_apart(&program, settings(&arguments.constants)?);
        let asked = program.ask(name, &known, &limits)?;
        let passage = Passage::named(format!("the property `{name}`"), asked.property);
        let property = Property::parse(&passage)?;
        let read = Self {
            model: asked.model,
            constants: values(rest)?,
        };
        Ok((read, property))
    }

    /// Reads a model that is not a world in RON.
    pub(crate) fn read_other(
        path: &Path,
        mut constants: Vec<(String, String)>,
        limits: &Limits,
    ) -> Result<Self, Failure> {
        let given = constants.len();
        constants.retain(|(name, _)| name != PRODUCT);
        let product = if constants.len() < given {
            Product::Independent
        } else {
            Product::Hull
        };
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        if PRISM_ENDINGS.contains(&ending) {
            let (source, _) = read_language(path, "the PRISM language")?;
            let program = prism::parse(source)?.product(product);
            let (known, rest): (Vec<_>, Vec<_>) = constants
                .into_iter()
                .partition(|(name, _)| program.constants().any(|constant| constant == name));
            return Ok(Self {
                model: program.unfold(&known, limits)?,
                constants: values(rest)?,
            });
        }
        if product != Product::Hull {
            return Err(no_product());
        }
        if ending == JANI_ENDING {
            let (source, _) = read_language(path, "JANI")?;
            let program = jani::parse(source)?;
            let (known, rest) = told_apart(&program, constants);
            return Ok(Self {
                model: program.unfold(&known, limits)?,
                constants: values(rest)?,
            });
        }
        let file = std::fs::File::open(path).map_err(|error| missing(path, &error))?;
        if path.is_dir() {
            return Err(missing(path, &std::io::ErrorKind::IsADirectory.into()));
        }
        let name = path.display().to_string();
        let model = formats::read_file(&name, file, &Beside::new(path), limits)?;
        Ok(Self {
            model,
            constants: values(constants)?,
        })
    }

    /// Returns the model, where there is no property that could need the constants that it does not know.
    pub(crate) fn alone(self) -> Result<Model, Failure> {
        match self.constants.first() {
            None => Ok(self.model),
            Some((name, _)) => Err(Failure::new(format!("the model has no constant `{name}` to set"))),
        }
    }
}

/// Tells the settings of a model's constants from others.
fn told_apart(
    program: &jani::Program,
    settings: Vec<(String, String)>,
) -> (Vec<(String, String)>, Vec<(String, String)>) {
    settings
        .into_iter()
        .partition(|(name, _)| program.constants().any(|constant| constant == name))
}

/// Returns the values that were set from outside.
fn values(settings: Vec<(String, String)>) -> Result<Vec<(String, Value)>, Failure> {
    settings
        .into_iter()
        .map(|(name, text)| {
            let passage = Passage::named(format!("--const {name}"), text);
            let value = Expression::parse(&passage)?
                .resolve(&BTreeMap::new())?
                .evaluate(&[])?;
            Ok((name, value))
        })
        .collect()
}
