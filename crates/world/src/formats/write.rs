//! What a writer is given and what it may say instead of writing.

use crate::model::Model;
use std::fmt;
use std::io::{self, Write};

/// Writes a model under a stem into outputs.
pub(super) type Writer = fn(&Model, &str, &mut dyn Outputs) -> Result<(), WriteError>;

/// Where the files of a model go; a format may need several.
pub trait Outputs {
    /// Begins the file of this name.
    ///
    /// # Errors
    /// Why it cannot be written.
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>>;
}

/// Files held in memory, by name.
impl Outputs for std::collections::BTreeMap<String, Vec<u8>> {
    fn create(&mut self, name: &str) -> io::Result<Box<dyn Write + '_>> {
        let file = self.entry(name.to_owned()).or_default();
        file.clear();
        Ok(Box::new(file))
    }
}

/// Why a model was not written.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// Files of this format are not written.
    ReadOnly {
        /// The name of the format.
        format: &'static str,
    },
    /// The format has no way to say something that the model has.
    Inexpressible {
        /// The name of the format.
        format: &'static str,
        /// What it cannot say, and where in the model that is.
        what: String,
    },
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly { format } => write!(f, "files in the format {format} are read, not written"),
            Self::Inexpressible { format, what } => write!(f, "the format {format} cannot express {what}"),
            Self::Output(error) => write!(f, "writing failed: {error}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
