//! Why there is no answer, as it is printed: every way of failing ends in one of these, and in exit status 2.

use murphy_notation::{Diagnostic, render};
use std::path::Path;

/// A failure, ready to be shown.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A mistake in a text, with its place.
    Written(Box<Diagnostic>),
    /// Anything else, in a sentence, with what to do about it.
    Other { message: String, hint: Option<String> },
}

impl Failure {
    /// Returns a failure that is a sentence.
    pub(crate) fn new(message: impl ToString) -> Self {
        Self::Other {
            message: message.to_string(),
            hint: None,
        }
    }

    /// Adds a way out.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Other { message, .. } => Self::Other {
                message,
                hint: Some(hint.into()),
            },
            Self::Written(diagnostic) => Self::Written(Box::new(diagnostic.hint(hint))),
        }
    }

    /// Returns the failure of an operation on a file.
    pub(crate) fn file(path: &Path, doing: &str, error: &std::io::Error) -> Self {
        Self::new(format!("cannot {doing} `{}`: {error}", path.display()))
    }

    /// Returns it in one line.
    pub(crate) fn reason(&self) -> String {
        let (message, hint) = match self {
            Self::Written(diagnostic) => {
                let message = match &diagnostic.place {
                    Some(place) => {
                        let (line, column) = place.line_and_column();
                        format!("{}:{line}:{column}: {}", place.source.name, diagnostic.message)
                    }
                    None => diagnostic.message.clone(),
                };
                (message, &diagnostic.hint)
            }
            Self::Other { message, hint } => (message.clone(), hint),
        };
        match hint {
            Some(hint) => format!("{message}; {hint}"),
            None => message,
        }
    }

    /// Returns it as it is shown to a person.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Written(diagnostic) => render(diagnostic),
            Self::Other { message, hint: None } => format!("error: {message}\n"),
            Self::Other {
                message,
                hint: Some(hint),
            } => format!("error: {message}\nhint: {hint}\n"),
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Written(Box::new(diagnostic))
    }
}
