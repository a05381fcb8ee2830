//! A RON document in which every part knows its place.
//!
//! The syntax is RON with three liberties: positional arguments may be followed by named ones
//! (`Expected("moves", until: "goal")`), ranges of numbers may be written (`0.1..0.2`, both ends included), and
//! `Some(x)` is just `x`. Numbers are kept exactly. Duplicate fields and keys are errors.

use crate::diagnostic::Diagnostic;
use crate::passage::Passage;
use crate::rational::Rational;
use crate::source::{Place, Source};
use std::sync::Arc;

/// A whole document.
///
/// # Example
/// ```
/// use murphy_notation::{Document, Source};
/// let text = r#"World(name: "ferry", labels: { "goal": "x == 3" })"#;
/// let document = Document::parse(&Source::new("worlds/ferry.ron", text))?;
/// let mut fields = document.root.fields("World")?;
/// assert_eq!(fields.required("name")?.text()?.as_str(), "ferry");
/// for entry in fields.required("labels")?.entries()? {
///     assert_eq!(entry.key.as_str(), "goal");
/// }
/// fields.finish()?;
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    /// The one value that it holds.
    pub root: Node,
}

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it is written.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `true` or `false`.
    Bool(bool),
    /// A number, read exactly.
    Number(Rational),
    /// A range of numbers with both ends, `0.1..0.2`.
    Range(Rational, Rational),
    /// A text in quotes, decoded.
    Text(Passage),
    /// A bare word, `EachAction`.
    Name(String),
    /// Values in square brackets.
    List(Vec<Node>),
    /// Keys and values in braces, in the order written, no key twice.
    Map(Vec<(Node, Node)>),
    /// Parentheses, perhaps with a name before them.
    Record(Record),
}

/// A tuple, a struct, or both: `Expected("moves", until: "goal")`.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name before the parenthesis, if there is one, and its place.
    pub name: Option<(String, Place)>,
    /// The values without a name, which come first.
    pub items: Vec<Node>,
    /// The values with a name, in the order written, no name twice.
    pub fields: Vec<Field>,
}

/// A named value.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Where the name is written.
    pub place: Place,
    /// Its value.
    pub value: Node,
}

impl Document {
    /// The longest text that is read, in bytes; callers that read files should not load more.
    pub const BYTES_MAX: usize = 64 << 20;
    /// How deep brackets may be nested.
    pub const DEPTH_MAX: usize = 64;

    /// Reads a document.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        crate::reader::read(source).map(|root| Self { root })
    }
}
