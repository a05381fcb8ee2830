//! Drawing a mistake: the headline, the line of text with the part underlined, and the way out.

use crate::diagnostic::Diagnostic;
use crate::source::Place;
use std::fmt::Write as _;

/// The most columns of a line that are shown.
const COLUMNS_MAX: usize = 100;
/// How many columns are shown before the place when a line is cut.
const COLUMNS_BEFORE: usize = 30;
/// What a tab is drawn as.
const TAB: &str = "    ";

/// Returns the whole message as plain text, ending with a newline.
///
/// # Example
/// ```
/// use murphy_notation::{Diagnostic, Passage, Span, render};
/// let text = Passage::named("worlds/ferry.ron", "calm\n  (\"0.5..1\", 3)");
/// let error = Diagnostic::at(text.place(Span::new(9, 15)), "no distribution lies within the bounds")
///     .label("lower bounds sum to 1.25, but must not exceed 1")
///     .hint("lower one of them by at least 0.25");
/// assert_eq!(render(&error), r#"error: no distribution lies within the bounds
///  --> worlds/ferry.ron:2:5
///   |
/// 2 |   ("0.5..1", 3)
///   |     ^^^^^^ lower bounds sum to 1.25, but must not exceed 1
/// hint: lower one of them by at least 0.25
/// "#);
/// ```
#[must_use]
pub fn render(diagnostic: &Diagnostic) -> String {
    let mut text = format!("error: {}\n", one_line(&diagnostic.message));
    let places = diagnostic
        .place
        .iter()
        .chain(diagnostic.related.iter().map(|(place, _)| place));
    let last_line = places.map(|place| place.line_and_column().0).max().unwrap_or(1);
    let width = last_line.to_string().len();
    match &diagnostic.place {
        Some(place) => draw(&mut text, place, &diagnostic.label, ('^', width)),
        None if !diagnostic.label.is_empty() => {
            let _ = writeln!(text, "  {}", one_line(&diagnostic.label));
        }
        None => {}
    }
    for (place, remark) in &diagnostic.related {
        draw(&mut text, place, remark, ('-', width));
    }
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(text, "hint: {}", one_line(hint));
    }
    text
}

/// Draws one place, underlined with `mark`, beside line numbers of `width` figures.
fn draw(text: &mut String, place: &Place, label: &str, (mark, width): (char, usize)) {
    let source = &place.source;
    let (line_number, column) = place.line_and_column();
    let _ = writeln!(
        text,
        "{:width$}--> {}:{line_number}:{column}",
        "",
        one_line(&source.name)
    );
    let _ = writeln!(text, "{:width$} |", "");
    let start = floor_boundary(&source.text, place.span.start);
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source.text[start..]
        .find('\n')
        .map_or(source.text.len(), |at| start + at);
    // The rest of a place over several lines is left out: its beginning says where it is.
    let end = floor_boundary(&source.text, place.span.end).clamp(start, line_end);
    let before = Drawn::new(&source.text[line_start..start]);
    let inside = Drawn::new(&source.text[start..end]);
    let after = Drawn::new(source.text[end..line_end].trim_end_matches('\r'));
    let total = before.width() + inside.width() + after.width();
    let from = if total <= COLUMNS_MAX {
        0
    } else {
        before.width().saturating_sub(COLUMNS_BEFORE)
    };
    let mut line = String::new();
    let (mut at, mut cut) = (0, false);
    for (c, columns) in before.0.iter().chain(&inside.0).chain(&after.0) {
        if at >= from && at + columns <= from + COLUMNS_MAX {
            line.push(*c);
        } else if at >= from {
            cut = true;
        }
        at += columns;
    }
    let (head, tail) = (if from > 0 { "…" } else { "" }, if cut { "…" } else { "" });
    let _ = writeln!(text, "{line_number:>width$} | {head}{}{tail}", line.trim_end());
    let indent = before.width().saturating_sub(from) + usize::from(from > 0);
    let room = (from + COLUMNS_MAX).saturating_sub(before.width()).max(1);
    let marks = mark.to_string().repeat(inside.width().clamp(1, room));
    let underline = format!("{:width$} | {:indent$}{marks} {}", "", "", one_line(label));
    let _ = writeln!(text, "{}", underline.trim_end());
}

/// The characters that are drawn for a text, each with the columns it takes.
struct Drawn(Vec<(char, usize)>);

impl Drawn {
    fn new(text: &str) -> Self {
        let mut characters = Vec::new();
        for c in text.chars() {
            match c {
                '\t' => characters.extend(TAB.chars().map(|blank| (blank, 1))),
                c if is_unsafe(c) => characters.push(('\u{fffd}', 1)),
                c => characters.push((c, columns(c))),
            }
        }
        Self(characters)
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(_, columns)| columns).sum()
    }
}

/// Returns how many columns a terminal gives a character, near enough.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Says whether a character would move the cursor or turn the direction of the text.
fn is_unsafe(c: char) -> bool {
    c.is_control() || matches!(u32::from(c), 0x202a..=0x202e | 0x2066..=0x2069)
}

/// Returns the text without anything that would break the line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' | '\r' => ' ',
            c if is_unsafe(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

fn floor_boundary(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}
