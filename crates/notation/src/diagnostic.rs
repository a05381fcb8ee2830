//! What is wrong with something a person wrote: what was found, where, the rule, and a way out.

use crate::source::Place;
use std::error::Error;
use std::fmt;

/// One mistake in a text, with its place.
///
/// Displayed, it is the whole message: the headline, the line of the text with the part underlined, and the hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one line without a final full stop.
    pub message: String,
    /// Where, if it has a place.
    pub place: Option<Place>,
    /// What stands under the underlined text: what was found and the rule it breaks. May be empty.
    pub label: String,
    /// Other places that matter, each with its remark.
    pub related: Vec<(Place, String)>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// Returns a mistake without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            hint: None,
        }
    }

    /// Returns a mistake at a place.
    #[must_use]
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self {
            place: Some(place),
            ..Self::new(message)
        }
    }

    /// Sets what stands under the underlined text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place with its remark.
    #[must_use]
    pub fn related(mut self, place: Place, remark: impl Into<String>) -> Self {
        self.related.push((place, remark.into()));
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::render::render(self).trim_end())
    }
}

impl Error for Diagnostic {}
