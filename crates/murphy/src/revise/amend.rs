//! A change written into the text of a spec, with the rest of it, comments and layout, left as it is.

use murphy_notation::{Diagnostic, Document, Kind, Node, Source};
use murphy_spec::{Revision, Spec};
use std::fmt::Write as _;
use std::sync::Arc;

/// A change of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds a requirement.
    Require(String),
    /// Adds a goal before all others.
    FirstGoal(String),
    /// Adds a goal after all others.
    LastGoal(String),
    /// Puts another goal in the place of the first.
    ReplaceGoal(String),
    /// Adds a pin.
    Pin(String),
}

/// Returns the text of a spec with a change and, if there is one, a revision that says why.
///
/// # Errors
/// A text that is not a spec, before or after.
pub fn amended(
    source: &Arc<Source>,
    change: &Change,
    revision: Option<&Revision>,
) -> Result<String, Diagnostic> {
    let mut text = match change {
        Change::Require(item) => with_item(source, "require", item, false)?,
        Change::LastGoal(item) => with_item(source, "goals", item, false)?,
        Change::FirstGoal(item) => with_item(source, "goals", item, true)?,
        Change::Pin(item) => with_item(source, "pins", item, false)?,
        Change::ReplaceGoal(item) => {
            let spec = Spec::parse(source)?;
            let span = spec.goals[0].place.span;
            let mut text = source.text.to_string();
            text.replace_range(span.start..span.end, item);
            text
        }
    };
    if let Some(revision) = revision {
        let source = Source::new(source.name.clone(), text);
        text = with_item(&source, "revisions", &revision_text(revision), false)?;
    }
    Spec::parse(&Source::new(source.name.clone(), text.clone()))?;
    Ok(text)
}

fn revision_text(revision: &Revision) -> String {
    let mut fields = Vec::new();
    fields.extend(revision.on.as_ref().map(|on| format!("on: {}", quoted(on))));
    fields.push(format!("why: {}", quoted(&revision.why)));
    fields.extend(revision.was.as_ref().map(|was| format!("was: {}", quoted(was))));
    format!("Revision({})", fields.join(", "))
}

/// Returns a text as RON writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => {
                // Writing into a text cannot fail.
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns the text with an item added to the list `field` of the spec, which is added, too, if it is not there.
fn with_item(source: &Arc<Source>, field: &str, item: &str, first: bool) -> Result<String, Diagnostic> {
    let document = Document::parse(source)?;
    let root = &document.root;
    let Kind::Record(record) = &root.kind else {
        return Err(root.error("this is not a spec"));
    };
    if let Some(found) = record.fields.iter().find(|found| found.name == field) {
        let items = found.value.list()?;
        return Ok(added(&source.text, &found.value, items, (item, first)));
    }
    // All fields of a spec have names, so its fields are its items in the order written.
    let values: Vec<Node> = record.fields.iter().map(|field| field.value.clone()).collect();
    let multiline = source.text[root.place.span.start..root.place.span.end].contains('\n');
    let new = if multiline {
        format!("{field}: [\n        {item},\n    ]")
    } else {
        format!("{field}: [{item}]")
    };
    Ok(added(&source.text, root, &values, (&new, false)))
}

/// Returns the text with an item added to something in brackets that holds `items`.
fn added(text: &str, whole: &Node, items: &[Node], (item, first): (&str, bool)) -> String {
    let close = whole.place.span.end - 1;
    let mut out = text.to_owned();
    let Some(last) = items.last() else {
        out.insert_str(close, item);
        return out;
    };
    let first_start = items[0].place.span.start;
    if first {
        let separator = match indent_before(text, first_start) {
            Some(indent) => format!(",\n{indent}"),
            None => ", ".to_owned(),
        };
        out.insert_str(first_start, &format!("{item}{separator}"));
        return out;
    }
    let end = last.place.span.end;
    let comma = comma_after(&text[end..close]).map(|offset| end + offset);
    let line = text[..close].rfind('\n').map_or(0, |at| at + 1);
    let on_own_line = text[line..close].trim().is_empty() && line > end;
    if on_own_line {
        let indent = indent_before(text, field_start(text, first_start)).unwrap_or_else(|| {
            let close_indent: String = text[line..close].to_owned();
            format!("{close_indent}    ")
        });
        out.insert_str(line, &format!("{indent}{item},\n"));
        if comma.is_none() {
            out.insert(end, ',');
        }
    } else {
        match comma {
            Some(comma) => out.insert_str(comma + 1, &format!(" {item}")),
            None => out.insert_str(end, &format!(", {item}")),
        }
    }
    out
}

/// Returns where the line of a value begins its writing: a value of a record has its name before it.
fn field_start(text: &str, value: usize) -> usize {
    let line = text[..value].rfind('\n').map_or(0, |at| at + 1);
    let written = text[line..value].len() - text[line..value].trim_start().len();
    line + written
}

/// Returns the white space before a place, if nothing else stands before it in its line.
fn indent_before(text: &str, at: usize) -> Option<String> {
    let line = text[..at].rfind('\n')? + 1;
    let before = &text[line..at];
    before.chars().all(char::is_whitespace).then(|| before.to_owned())
}

/// Returns where the comma is in what stands between the last item and the closing bracket, comments left out.
fn comma_after(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else if text[at..].starts_with("/*") {
            at += text[at..].find("*/").map_or(text.len() - at, |end| end + 2);
        } else if bytes[at] == b',' {
            return Some(at);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}
