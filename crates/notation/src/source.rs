//! A text with a name, and places in it.

use std::fmt;
use std::sync::Arc;

/// A range of bytes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A text that a person wrote, and the name that messages give it (a path, or `--property`).
#[derive(PartialEq, Eq)]
pub struct Source {
    /// The name shown in messages.
    pub name: String,
    /// The text.
    pub text: String,
    /// The number of its first line: 1, unless only an excerpt of a long file is kept.
    pub first_line: usize,
}

/// A range of a [`Source`]: what a message underlines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the text is.
    pub source: Arc<Source>,
    /// Which part of it.
    pub span: Span,
}

impl Span {
    /// Returns the range from `start` to `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Returns the smallest range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

impl fmt::Debug for Source {
    /// Leaves the text out: every place holds its source, and a file printed a thousand times explains nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({:?}, {} bytes)", self.name, self.text.len())
    }
}

impl Source {
    /// Returns a text with its name, ready to be shared.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::excerpt(name, text, 1)
    }

    /// Returns a part of a long file that begins at line `first_line`, ready to be shared.
    ///
    /// # Example
    /// ```
    /// use murphy_notation::Source;
    /// let source = Source::excerpt("huge.drn", "\t3 : 0.5", 1_000_000);
    /// assert_eq!(source.line_and_column(1), (1_000_000, 2));
    /// ```
    #[must_use]
    pub fn excerpt(name: impl Into<String>, text: impl Into<String>, first_line: usize) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            first_line,
        })
    }

    /// Returns the line and the column (both from 1, columns in characters) of a byte.
    #[must_use]
    pub fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let before = &self.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (
            before.matches('\n').count() + self.first_line,
            before[line_start..].chars().count() + 1,
        )
    }
}

impl Place {
    /// Returns the place of `span` in `source`.
    #[must_use]
    pub fn new(source: &Arc<Source>, span: Span) -> Self {
        Self {
            source: Arc::clone(source),
            span,
        }
    }

    /// Returns the line and the column, both from 1, where it begins.
    #[must_use]
    pub fn line_and_column(&self) -> (usize, usize) {
        self.source.line_and_column(self.span.start)
    }
}
