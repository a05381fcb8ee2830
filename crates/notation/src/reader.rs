//! Reading RON: from text to nodes with places.

use crate::diagnostic::Diagnostic;
use crate::document::{Document, Field, Kind, Node, Record};
use crate::rational::Rational;
use crate::scanner::{Scanner, is_word_start};
use crate::source::{Place, Source, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the one value that the text holds.
pub(crate) fn read(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    if source.text.len() > Document::BYTES_MAX {
        let most = Document::BYTES_MAX;
        return Err(Diagnostic::new(format!(
            "`{}` has more than {most} bytes",
            source.name
        )));
    }
    let mut reader = Reader {
        scanner: Scanner::new(source),
        depth: 0,
    };
    reader.scanner.skip_headers()?;
    let root = reader.value()?;
    reader.scanner.skip_blank()?;
    match reader.scanner.peek() {
        None => Ok(root),
        Some(_) => Err(reader
            .scanner
            .unexpected("the end of the text")
            .related(root.place, "the document ends with this value")),
    }
}

struct Reader {
    scanner: Scanner,
    depth: usize,
}

/// What stands between a pair of parentheses, before it is known whether a name belongs to it.
#[derive(Default)]
struct Contents {
    items: Vec<Node>,
    fields: Vec<Field>,
}

impl Reader {
    fn node(&self, kind: Kind, start: usize) -> Node {
        Node {
            kind,
            place: self.scanner.place(start, self.scanner.at()),
        }
    }

    fn value(&mut self) -> Result<Node, Diagnostic> {
        self.scanner.skip_blank()?;
        let start = self.scanner.at();
        let kind = match self.scanner.peek() {
            Some('[') => Kind::List(self.list()?),
            Some('{') => Kind::Map(self.map()?),
            Some('(') => {
                let contents = self.parentheses()?;
                Kind::Record(Record {
                    name: None,
                    items: contents.items,
                    fields: contents.fields,
                })
            }
            Some('"') => Kind::Text(self.scanner.quoted()?),
            Some('\'') => Kind::Text(self.scanner.character()?),
            Some('r') if self.scanner.raw_hashes().is_some() => Kind::Text(self.scanner.raw()?),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => self.number()?,
            Some(c) if is_word_start(c) => return self.word(start),
            _ => return Err(self.scanner.unexpected("a value")),
        };
        Ok(self.node(kind, start))
    }

    fn number(&mut self) -> Result<Kind, Diagnostic> {
        let low = self.scanner.number()?;
        if !self.scanner.eat("..") {
            return Ok(Kind::Number(low));
        }
        // RON has `..=` for a range that includes its end; ours always does.
        self.scanner.eat("=");
        let high = self.scanner.number()?;
        Ok(Kind::Range(low, high))
    }

    fn word(&mut self, start: usize) -> Result<Node, Diagnostic> {
        let word = self.scanner.word()?;
        let place = self.scanner.place(start, self.scanner.at());
        let end = self.scanner.at();
        self.scanner.skip_blank()?;
        let kind = match (word.as_str(), self.scanner.peek()) {
            ("Some", Some('(')) => return self.some(start),
            (_, Some('(')) => {
                let contents = self.parentheses()?;
                Kind::Record(Record {
                    name: Some((word, place)),
                    items: contents.items,
                    fields: contents.fields,
                })
            }
            (name, _) => {
                self.scanner.return_to(end);
                match name {
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    "inf" | "NaN" => {
                        return Err(Diagnostic::at(place, format!("`{name}` is not a number here"))
                            .hint("numbers are finite and exact"));
                    }
                    _ => Kind::Name(word),
                }
            }
        };
        Ok(self.node(kind, start))
    }

    /// `Some(x)` is `x`, at the place of the whole.
    fn some(&mut self, start: usize) -> Result<Node, Diagnostic> {
        let mut contents = self.parentheses()?;
        match (contents.items.pop(), contents.items.len(), contents.fields.len()) {
            (Some(value), 0, 0) => Ok(value),
            _ => Err(Diagnostic::at(
                self.scanner.place(start, self.scanner.at()),
                "`Some(…)` holds exactly one value",
            )),
        }
    }

    /// Enters a bracket; returns where it opened.
    fn open(&mut self) -> Result<usize, Diagnostic> {
        let start = self.scanner.at();
        if self.depth >= Document::DEPTH_MAX {
            let most = Document::DEPTH_MAX;
            return Err(Diagnostic::at(
                self.scanner.place(start, start + 1),
                "brackets are nested too deep",
            )
            .label(format!("at most {most} may be open at once")));
        }
        self.depth += 1;
        self.scanner.bump();
        Ok(start)
    }

    /// Says whether the bracket that opened at `open` closes here, and if so leaves it.
    fn closes(&mut self, open: usize, close: char) -> Result<bool, Diagnostic> {
        self.scanner.skip_blank()?;
        match self.scanner.peek() {
            Some(c) if c == close => {
                self.scanner.bump();
                self.depth -= 1;
                Ok(true)
            }
            None => Err(self.unclosed(open)),
            Some(c @ (')' | ']' | '}')) => Err(Diagnostic::at(
                self.scanner.place(self.scanner.at(), self.scanner.at() + 1),
                format!("`{c}` closes nothing"),
            )
            .label(format!("expected `{close}`"))
            .related(
                self.scanner.place(open, open + 1),
                format!("`{close}` would close this"),
            )),
            Some(_) => Ok(false),
        }
    }

    fn unclosed(&self, open: usize) -> Diagnostic {
        let bracket = self.scanner.text()[open..].chars().next().unwrap_or('(');
        Diagnostic::at(
            self.scanner.place(open, open + 1),
            format!("`{bracket}` is never closed"),
        )
        .label("opened here")
    }

    /// Reads the comma after an item, unless the bracket closes there.
    fn comma(&mut self, open: usize, close: char, item_end: usize) -> Result<(), Diagnostic> {
        self.scanner.skip_blank()?;
        match self.scanner.peek() {
            Some(',') => {
                self.scanner.bump();
                Ok(())
            }
            Some(')' | ']' | '}') => Ok(()),
            None => Err(self.unclosed(open)),
            Some(':' | '=') => Err(self.scanner.unexpected(&format!("`,` or `{close}`"))),
            Some(_) => Err(
                Diagnostic::at(self.scanner.place(item_end, item_end), "a comma is missing")
                    .label(format!("expected `,` or `{close}` after this")),
            ),
        }
    }

    fn list(&mut self) -> Result<Vec<Node>, Diagnostic> {
        let open = self.open()?;
        let mut items = Vec::new();
        while !self.closes(open, ']')? {
            let item = self.value()?;
            let end = item.place.span.end;
            items.push(item);
            self.comma(open, ']', end)?;
        }
        Ok(items)
    }

    fn map(&mut self) -> Result<Vec<(Node, Node)>, Diagnostic> {
        let open = self.open()?;
        let mut entries: Vec<(Node, Node)> = Vec::new();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        while !self.closes(open, '}')? {
            let key = self.value()?;
            self.scanner.skip_blank()?;
            if !self.scanner.eat(":") {
                return Err(self.scanner.unexpected("`:` after the key"));
            }
            let first = seen.insert(identity(&key), key.place.clone());
            if let Some(first) = first {
                return Err(Diagnostic::at(
                    key.place.clone(),
                    format!("the key {} comes twice", written(&key)),
                )
                .label("second time")
                .related(first, "first time")
                .hint("remove one of them, or rename it"));
            }
            let value = self.value()?;
            let end = value.place.span.end;
            entries.push((key, value));
            self.comma(open, '}', end)?;
        }
        Ok(entries)
    }

    fn parentheses(&mut self) -> Result<Contents, Diagnostic> {
        let open = self.open()?;
        let mut contents = Contents::default();
        let mut seen: BTreeMap<String, Place> = BTreeMap::new();
        while !self.closes(open, ')')? {
            let end = match self.field_name()? {
                Some((name, place)) => {
                    if let Some(first) = seen.insert(name.clone(), place.clone()) {
                        return Err(Diagnostic::at(place, format!("the field `{name}` comes twice"))
                            .label("second time")
                            .related(first, "first time")
                            .hint("remove one of them"));
                    }
                    let value = self.value()?;
                    let end = value.place.span.end;
                    contents.fields.push(Field { name, place, value });
                    end
                }
                None => {
                    let item = self.value()?;
                    if let Some(field) = contents.fields.last() {
                        return Err(item
                            .error("a value without a name follows one with a name")
                            .label("this needs a name, or must come first")
                            .related(field.place.clone(), "this one has a name"));
                    }
                    let end = item.place.span.end;
                    contents.items.push(item);
                    end
                }
            };
            self.comma(open, ')', end)?;
        }
        Ok(contents)
    }

    /// Reads `name:` if that is what comes next.
    fn field_name(&mut self) -> Result<Option<(String, Place)>, Diagnostic> {
        self.scanner.skip_blank()?;
        let start = self.scanner.at();
        if !self.scanner.peek().is_some_and(is_word_start) || self.scanner.raw_hashes().is_some() {
            return Ok(None);
        }
        let name = self.scanner.word()?;
        let place = self.scanner.place(start, self.scanner.at());
        self.scanner.skip_blank()?;
        if self.scanner.eat(":") {
            return Ok(Some((name, place)));
        }
        self.scanner.return_to(start);
        Ok(None)
    }
}

/// Returns a text that two keys share exactly if they are equal.
fn identity(node: &Node) -> String {
    let all = |nodes: &[Node]| nodes.iter().map(identity).collect::<Vec<_>>().join(",");
    match &node.kind {
        Kind::Bool(value) => value.to_string(),
        Kind::Number(value) => value.to_string(),
        Kind::Range(low, high) => format!("{low}..{high}"),
        Kind::Text(text) => format!("{:?}", text.as_str()),
        Kind::Name(name) => name.clone(),
        Kind::List(items) => format!("[{}]", all(items)),
        Kind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}:{}", identity(key), identity(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Kind::Record(record) => {
            let name = record.name.as_ref().map_or("", |(name, _)| name.as_str());
            let fields: Vec<String> = record
                .fields
                .iter()
                .map(|field| format!("{}:{}", field.name, identity(&field.value)))
                .collect();
            format!("{name}({};{})", all(&record.items), fields.join(","))
        }
    }
}

/// Returns a key as it is written, cut short if it is long.
fn written(node: &Node) -> String {
    let Span { start, end } = node.place.span;
    let text = node.place.source.text.get(start..end).unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    format!("`{short}`")
}

/// Reads the figures of a number as they are written in RON.
pub(crate) fn figures(text: &str) -> Result<Rational, String> {
    let plain = text.replace('_', "");
    let (sign, magnitude) = match plain.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let radix = match magnitude.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => return plain.parse::<Rational>().map_err(|error| error.to_string()),
    };
    match i64::from_str_radix(&format!("{sign}{}", &magnitude[2..]), radix) {
        Ok(value) if !magnitude[2..].starts_with(['+', '-']) => Ok(Rational::from(value)),
        _ => Err(format!("`{text}` is not a whole number of 64 bits")),
    }
}
