//! Property files: constants, labels, and properties with or without names.

use crate::property::syntax::Property;
use murphy_notation::{Diagnostic, Expression, Passage, Place, Source, Span};
use std::sync::Arc;

/// What a property file holds.
#[derive(Clone, Debug, Default)]
pub struct PropertyFile {
    /// Its constants, in order; one without a value is set from outside.
    pub constants: Vec<Definition<Option<Expression>>>,
    /// Its labels, in order.
    pub labels: Vec<Definition<Expression>>,
    /// Its properties, in order.
    pub properties: Vec<NamedProperty>,
}

/// A name with what it stands for.
#[derive(Clone, Debug)]
pub struct Definition<T> {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub value: T,
    /// Where it is written.
    pub place: Place,
}

/// A property of a file.
#[derive(Clone, Debug)]
pub struct NamedProperty {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The property.
    pub property: Property,
}

impl PropertyFile {
    /// Reads a property file: statements that end with `;` or with the line, and comments from `//` to the end of the line.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        let source = &without_comments(source);
        let statements = statements(source);
        let mut names = Vec::new();
        for span in &statements {
            let (name, _) = named(source, *span);
            names.extend(name);
        }
        let mut file = Self::default();
        for span in statements {
            file.statement(source, span, &names)?;
        }
        Ok(file)
    }

    fn statement(&mut self, source: &Arc<Source>, span: Span, names: &[String]) -> Result<(), Diagnostic> {
        let text = text(source, span);
        if let Some(rest) = after_word(text, "const") {
            let kinds = ["int", "double", "bool"];
            let rest = kinds
                .iter()
                .find_map(|kind| after_word(rest, kind))
                .unwrap_or(rest);
            let (name, value) = definition(source, rest, span)?;
            let place = Place::new(source, span);
            self.constants.push(Definition { name, value, place });
            return Ok(());
        }
        if let Some(rest) = after_word(text, "label") {
            let place = Place::new(source, span);
            let (name, value) = definition(source, rest, span)?;
            let Some(value) = value else {
                return Err(Diagnostic::at(place, "a label needs a formula")
                    .hint("for example label \"goal\" = x=3;"));
            };
            let name = name.trim_matches('"').to_owned();
            self.labels.push(Definition { name, value, place });
            return Ok(());
        }
        let (name, span) = named(source, span);
        let passage = Passage::verbatim(&Place::new(source, span));
        let property = Property::parse_among(&passage, names)?;
        self.properties.push(NamedProperty { name, property });
        Ok(())
    }

    /// Returns the property of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&NamedProperty> {
        let mut properties = self.properties.iter();
        properties.find(|property| property.name.as_deref() == Some(name))
    }
}

fn text(source: &Source, span: Span) -> &str {
    source.text.get(span.start..span.end).unwrap_or_default()
}

/// Returns the text after a word that it begins with.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(word)?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim_start())
}

/// Takes `name = value` apart.
fn definition(
    source: &Arc<Source>,
    rest: &str,
    whole: Span,
) -> Result<(String, Option<Expression>), Diagnostic> {
    let Some((name, value)) = rest.split_once('=') else {
        return Ok((rest.trim().to_owned(), None));
    };
    let start = whole.end - value.len();
    let passage = Passage::verbatim(&Place::new(source, Span::new(start, whole.end)));
    // Labels in quotes are other names than variables: the property grammar marks them.
    let property = Property::parse(&passage)?;
    match property.root.kind {
        crate::property::PartKind::Plain(expression) => Ok((name.trim().to_owned(), Some(expression))),
        _ => Err(Diagnostic::at(
            passage.whole_place(),
            "a definition cannot hold a property",
        )),
    }
}

/// Splits `"name": property`.
fn named(source: &Source, span: Span) -> (Option<String>, Span) {
    let text = text(source, span);
    let split = text.strip_prefix('"').and_then(|rest| {
        let (name, after) = rest.split_once('"')?;
        let after = after.trim_start().strip_prefix(':')?.trim_start();
        Some((name.to_owned(), Span::new(span.end - after.len(), span.end)))
    });
    match split {
        Some((name, span)) => (Some(name), span),
        None => (None, span),
    }
}

/// Returns the same text with blanks in the place of comments, so that places stay where they are.
fn without_comments(source: &Source) -> Arc<Source> {
    let mut lines = Vec::new();
    for line in source.text.split('\n') {
        let mut quoted = false;
        let comment = line.char_indices().find(|(at, character)| {
            quoted ^= *character == '"';
            !quoted && line[*at..].starts_with("//")
        });
        let kept = comment.map_or(line.len(), |(at, _)| at);
        lines.push(format!("{}{}", &line[..kept], " ".repeat(line.len() - kept)));
    }
    Source::excerpt(source.name.clone(), lines.join("\n"), source.first_line)
}

/// Returns where each statement is, without the blanks around it.
fn statements(source: &Source) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut depth, mut quoted) = (0, 0usize, false);
    let characters = source.text.char_indices();
    let mut push = |from: usize, to: usize| {
        let text = source.text.get(from..to).unwrap_or_default();
        let from = from + (text.len() - text.trim_start().len());
        let to = from + text.trim().len();
        if from < to {
            spans.push(Span::new(from, to));
        }
    };
    for (at, character) in characters {
        match character {
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ';' | '\n' if depth == 0 || character == ';' => {
                push(start, at);
                start = at + 1;
                (depth, quoted) = (0, false);
            }
            _ => {}
        }
    }
    push(start, source.text.len());
    spans
}
