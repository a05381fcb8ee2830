//! A piece of text that stands in a source, so that an error inside it can point at the right characters.

use crate::source::{Place, Source, Span};
use std::sync::Arc;

/// A decoded text and the way back to the bytes it was written with.
///
/// Strings in a file may hold escapes, so offset 3 of the text need not be byte 3 after the opening quote. Cloning is
/// cheap.
///
/// # Example
/// ```
/// use murphy_notation::{Passage, Span};
/// let passage = Passage::named("--property", "F goal");
/// assert_eq!(passage.as_str(), "F goal");
/// assert_eq!(passage.place(Span::new(2, 6)).line_and_column(), (1, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    source: Arc<Source>,
    text: Arc<str>,
    /// `(offset in the text, byte in the source)`: from each entry on, both advance together. Never empty.
    shifts: Arc<[(usize, usize)]>,
}

impl Passage {
    /// Returns a whole text under the name that messages give it.
    #[must_use]
    pub fn named(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::whole(&Source::new(name, text))
    }

    /// Returns all of a source.
    #[must_use]
    pub fn whole(source: &Arc<Source>) -> Self {
        Self {
            source: Arc::clone(source),
            text: Arc::from(source.text.as_str()),
            shifts: Arc::from([(0, 0)]),
        }
    }

    /// Returns the part of a source that a place covers, as it is written; empty if the place does not fit the text.
    #[must_use]
    pub fn verbatim(place: &Place) -> Self {
        let text = place.source.text.get(place.span.start..place.span.end);
        Self {
            source: Arc::clone(&place.source),
            text: Arc::from(text.unwrap_or_default()),
            shifts: Arc::from([(0, place.span.start)]),
        }
    }

    /// Returns a decoded text; `shifts` says from which offset on the text runs along which byte of the source.
    pub(crate) fn decoded(source: &Arc<Source>, text: &str, shifts: Vec<(usize, usize)>) -> Self {
        debug_assert!(
            shifts.first().is_some_and(|first| first.0 == 0),
            "the first character has a place"
        );
        Self {
            source: Arc::clone(source),
            text: Arc::from(text),
            shifts: Arc::from(shifts),
        }
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns where a part of the text stands in its source.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Place::new(
            &self.source,
            Span::new(self.byte(span.start), self.byte(span.end)),
        )
    }

    /// Returns where the whole text stands in its source.
    #[must_use]
    pub fn whole_place(&self) -> Place {
        self.place(Span::new(0, self.text.len()))
    }

    fn byte(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|shift| shift.0 <= offset);
        let (from, byte) = after
            .checked_sub(1)
            .and_then(|at| self.shifts.get(at))
            .copied()
            .unwrap_or_default();
        byte + (offset - from.min(offset))
    }
}
