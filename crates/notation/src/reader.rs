//! Reading RON: from text to nodes with places.

use crate::diagnostic::Diagnostic;
use crate::document::Node;
use crate::source::Source;
use std::sync::Arc;

/// Reads the one value that the text holds.
pub(crate) fn read(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    Err(Diagnostic::new(format!("`{}` cannot be read yet", source.name)))
}
