//! Plans of decision problems as text: what all kinds of them share.

use crate::document::{DocumentError, Origin};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// The version of the formats that this program writes and reads.
pub const FORMAT: u32 = 1;

/// A plan file: a struct in RON, with where it comes from.
pub trait PlanText: Serialize + DeserializeOwned {
    /// The name that the struct has in the file.
    const NAME: &'static str;

    /// Returns the version of the format.
    fn format(&self) -> u32;

    /// Returns the world, the constants that were set from outside, and the spec.
    fn origins(&self) -> (&Origin, &BTreeMap<String, String>, &Origin);

    /// Returns the text of the plan file.
    ///
    /// # Errors
    /// [`DocumentError::Write`], which no plan is known to cause.
    fn to_text(&self) -> Result<String, DocumentError> {
        let style = ron::ser::PrettyConfig::new()
            .struct_names(true)
            .compact_arrays(true);
        let body = options()
            .to_string_pretty(self, style)
            .map_err(|error| DocumentError::Write(error.to_string()))?;
        Ok(format!(
            "// A plan made by Murphy. `murphy check` proves it again from the world and the spec.\n{body}\n"
        ))
    }

    /// Says whether a text looks like a plan of this kind.
    #[must_use]
    fn recognises(text: &str) -> bool {
        let mut lines = text.lines().map(str::trim);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
        first.is_some_and(|line| line.starts_with(Self::NAME))
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// [`DocumentError::Syntax`] or [`DocumentError::Version`].
    fn from_text(text: &str) -> Result<Self, DocumentError> {
        let document: Self = options().from_str(text).map_err(|error| DocumentError::Syntax {
            line: error.span.start.line,
            column: error.span.start.col,
            message: error.code.to_string(),
        })?;
        if document.format() == FORMAT {
            Ok(document)
        } else {
            Err(DocumentError::Version {
                found: document.format(),
            })
        }
    }
}

/// What is there is written without saying so.
fn options() -> ron::Options {
    ron::Options::default()
        .with_recursion_limit(32)
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
}
