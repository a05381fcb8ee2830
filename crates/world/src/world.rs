//! A world: what a world file says, read and checked, ready to be unfolded.

use crate::files::Files;
use crate::limits::Limits;
use crate::model::Model;
use crate::scope::{Scope, Symbols};
use crate::settings::{Constant, Overrides, Variant};
use murphy_notation::{Diagnostic, Document, Source};
use std::sync::Arc;

/// A predictive model as it is written down.
#[derive(Clone, Debug)]
pub struct World {
    name: String,
    about: String,
    constants: Vec<Constant>,
    variants: Vec<Variant>,
}

impl World {
    /// Reads a world; `constants` are settings of its constants and unknowns, the last for a name holds.
    ///
    /// # Errors
    /// The first mistake in the text, in a file that it names, or in a setting, with its place.
    pub fn parse(
        source: Arc<Source>,
        files: &dyn Files,
        constants: &[(String, String)],
    ) -> Result<Self, Diagnostic> {
        let document = Document::parse(&source)?;
        let overrides = Overrides::new(constants);
        let _ = (files, &overrides, Scope::default(), Symbols::default());
        Err(document.root.error("worlds cannot be read yet"))
    }

    /// Returns the name that the world gives itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns what the world says it is about.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// Returns the constants with the values that hold, in the order written.
    #[must_use]
    pub fn constants(&self) -> &[Constant] {
        &self.constants
    }

    /// Returns the settings that the world wants shown beside its own, in the order written.
    #[must_use]
    pub fn variants(&self) -> &[Variant] {
        &self.variants
    }

    /// Unfolds the world to all states that can be reached.
    ///
    /// # Errors
    /// Where the world says something impossible in a reachable state, or the model outgrows the limits.
    pub fn unfold(&self, limits: &Limits) -> Result<Model, Diagnostic> {
        let _ = limits;
        Err(Diagnostic::new("worlds cannot be unfolded yet"))
    }
}
