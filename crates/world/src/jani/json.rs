//! JSON in which every value knows its place and every number is exact.
//!
//! Duplicate keys are errors, as are texts that are too long or nested too deeply. A byte order mark at the start is passed over.

use murphy_notation::{Diagnostic, Place, Rational, Source, Span};
use std::collections::HashSet;
use std::sync::Arc;

/// The longest text that is read, in bytes.
pub(super) const BYTES_MAX: usize = 64 << 20;
/// How deep brackets may be nested.
pub(super) const DEPTH_MAX: usize = 500;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Json {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Null,
    Truth(bool),
    /// A number without fraction and exponent that 64 bits can hold.
    Whole(i64),
    Number(Rational),
    Text(String),
    List(Vec<Json>),
    /// Keys and values in the order written, no key twice.
    Object(Vec<Member>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) value: Json,
}

/// Reads a whole text.
pub(super) fn read(source: &Arc<Source>) -> Result<Json, Diagnostic> {
    if source.text.len() > BYTES_MAX {
        return Err(Diagnostic::new(format!(
            "the text has more than {} megabytes",
            BYTES_MAX >> 20
        )));
    }
    let mut reader = Reader {
        source,
        text: &source.text,
        at: if source.text.starts_with('\u{feff}') { 3 } else { 0 },
        depth: 0,
    };
    let value = reader.value()?;
    reader.skip_blank();
    if reader.at < reader.text.len() {
        return Err(reader.unexpected("the end of the text"));
    }
    Ok(value)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(self.source, span), message)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        match self.rest().chars().next() {
            None => {
                let end = self.text.len();
                self.error(
                    Span::new(end, end),
                    format!("the text ends where {expected} should be"),
                )
            }
            Some(found) => {
                let span = Span::new(self.at, self.at + found.len_utf8());
                let shown = found.escape_debug();
                self.error(span, format!("`{shown}` stands where {expected} should be"))
            }
        }
    }

    fn expect(&mut self, sign: u8, what: &str) -> Result<(), Diagnostic> {
        self.skip_blank();
        if self.peek() != Some(sign) {
            return Err(self.unexpected(what));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<Json, Diagnostic> {
        self.skip_blank();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Kind::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'a'..=b'z') => self.word()?,
            _ => return Err(self.unexpected("a value")),
        };
        let span = Span::new(start, self.at);
        Ok(Json { kind, span })
    }

    fn nested(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<Kind, Diagnostic>,
    ) -> Result<Kind, Diagnostic> {
        let start = self.at;
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let message = format!("values are nested more than {DEPTH_MAX} levels deep");
            return Err(self.error(Span::new(start, self.at), message));
        }
        let kind = inner(self)?;
        self.depth -= 1;
        Ok(kind)
    }

    fn object(&mut self) -> Result<Kind, Diagnostic> {
        let mut members: Vec<Member> = Vec::new();
        // Only large objects are worth a set.
        const LARGE: usize = 16;
        let mut known: HashSet<String> = HashSet::new();
        self.skip_blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Kind::Object(members));
        }
        loop {
            self.skip_blank();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in quotes"));
            }
            let key = self.text()?;
            let key_span = Span::new(start, self.at);
            let twice = if members.len() < LARGE {
                members.iter().any(|member| member.key == key)
            } else {
                if known.is_empty() {
                    known.extend(members.iter().map(|member| member.key.clone()));
                }
                !known.insert(key.clone())
            };
            if twice {
                return Err(self.error(key_span, format!("the key `{key}` occurs twice")));
            }
            self.expect(b':', "`:`")?;
            let value = self.value()?;
            members.push(Member { key, key_span, value });
            self.skip_blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Kind::Object(members));
                }
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn list(&mut self) -> Result<Kind, Diagnostic> {
        let mut items = Vec::new();
        self.skip_blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Kind::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_blank();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Kind::List(items));
                }
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn word(&mut self) -> Result<Kind, Diagnostic> {
        let length = self
            .rest()
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(self.rest().len());
        let span = Span::new(self.at, self.at + length);
        let kind = match self.text.get(span.start..span.end) {
            Some("true") => Kind::Truth(true),
            Some("false") => Kind::Truth(false),
            Some("null") => Kind::Null,
            _ => {
                return Err(self
                    .error(span, "a word without quotes")
                    .label("only `true`, `false` and `null` stand without"));
            }
        };
        self.at = span.end;
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, Diagnostic> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let figures = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at > from
        };
        let leading_zero = self.peek() == Some(b'0');
        let whole_start = self.at;
        let mut valid = figures(self);
        valid &= !leading_zero || self.at == whole_start + 1;
        let mut whole = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            whole = false;
            valid &= figures(self);
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            whole = false;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            valid &= figures(self);
        }
        let span = Span::new(start, self.at);
        let text = self.text.get(start..self.at).unwrap_or("");
        if !valid {
            return Err(self.error(span, "this is not a number as JSON writes them"));
        }
        if whole {
            let value = text.parse();
            return match value {
                Ok(value) => Ok(Kind::Whole(value)),
                Err(_) => Err(self.error(span, "the whole number has more than 64 bits")),
            };
        }
        // The sign of an exponent may be written; exact numbers do without.
        let value = text.replacen('+', "", 1).parse();
        match value {
            Ok(value) => Ok(Kind::Number(value)),
            Err(error) => Err(self.error(span, format!("{error}"))),
        }
    }

    /// Reads a text in quotes.
    fn text(&mut self) -> Result<String, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let plain = rest
                .find(|c: char| c == '"' || c == '\\' || c < ' ')
                .unwrap_or(rest.len());
            text.push_str(rest.get(..plain).unwrap_or(""));
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                None => {
                    let span = Span::new(start, start + 1);
                    return Err(self.error(span, "the text in quotes does not end"));
                }
                Some(_) => {
                    let span = Span::new(self.at, self.at + 1);
                    return Err(self.error(span, "a control character stands in a text in quotes"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let simple = match self.peek() {
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode(start);
            }
            _ => return Err(self.bad_escape(start)),
        };
        self.at += 1;
        Ok(simple)
    }

    fn bad_escape(&self, start: usize) -> Diagnostic {
        let next = self.rest().chars().next().map_or(0, char::len_utf8);
        self.error(Span::new(start, self.at + next), "JSON has no such escape")
    }

    /// Reads the four figures of a `\u`, and those of a second one where the first is half of a character.
    fn unicode(&mut self, start: usize) -> Result<char, Diagnostic> {
        let first = self.four_figures(start)?;
        let code = if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            self.at += 2;
            let second = self.four_figures(start)?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.bad_escape(start));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.bad_escape(start))
    }

    fn four_figures(&mut self, start: usize) -> Result<u32, Diagnostic> {
        let figures = self.text.get(self.at..self.at + 4);
        let code = figures
            .filter(|figures| figures.bytes().all(|figure| figure.is_ascii_hexdigit()))
            .and_then(|figures| u32::from_str_radix(figures, 16).ok());
        let code = code.ok_or_else(|| self.bad_escape(start))?;
        self.at += 4;
        Ok(code)
    }
}

impl Json {
    /// Returns the way to the innermost value that covers a place, as in `automata[1].edges[3].guard`.
    pub(super) fn path_to(&self, span: Span) -> String {
        let covers = |inner: &Self| inner.span.start <= span.start && span.end <= inner.span.end;
        let mut path = String::new();
        let mut here = self;
        loop {
            let next = match &here.kind {
                Kind::List(items) => {
                    items
                        .iter()
                        .zip(0usize..)
                        .find(|(item, _)| covers(item))
                        .map(|(item, index)| {
                            path.push_str(&format!("[{index}]"));
                            item
                        })
                }
                Kind::Object(members) => members.iter().find(|member| covers(&member.value)).map(|member| {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&member.key);
                    &member.value
                }),
                _ => None,
            };
            match next {
                Some(inner) => here = inner,
                None => return path,
            }
        }
    }

    /// Returns what the value is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Truth(_) => "a truth value",
            Kind::Whole(_) | Kind::Number(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Object(_) => "an object",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DEPTH_MAX, Json, Kind, read};
    use murphy_notation::{Diagnostic, Rational, Source};

    fn parsed(text: &str) -> Result<Json, Diagnostic> {
        read(&Source::new("m.jani", text))
    }

    #[test]
    fn numbers_are_what_they_say() {
        let number = |text: &str| match parsed(text).unwrap().kind {
            Kind::Number(value) => value,
            Kind::Whole(value) => Rational::from(value),
            _ => panic!("{text} is a number"),
        };
        assert_eq!(number("0.1"), Rational::new(1, 10));
        assert_eq!(number("-2.50e-1"), Rational::new(-1, 4));
        assert_eq!(number("1E+2"), Rational::new(100, 1));
        assert!(matches!(parsed("7").unwrap().kind, Kind::Whole(7)));
        assert!(matches!(parsed("7.0").unwrap().kind, Kind::Number(_)));
        for bad in [
            "01",
            "1.",
            ".5",
            "-",
            "1e",
            "+1",
            "0x1",
            "1e999999999",
            "123456789012345678901",
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn texts_are_decoded() {
        let text = |text: &str| match parsed(text).unwrap().kind {
            Kind::Text(text) => text,
            _ => panic!("{text} is a text"),
        };
        assert_eq!(text(r#""≤ \"\\\/\n""#), "≤ \"\\/\n");
        assert_eq!(text(r#""\u2264\ud83d\ude00""#), "≤😀");
        for bad in [
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\u12g4""#,
            r#""\x""#,
            "\"a\nb\"",
            "\"a",
            r#""\"#,
            "\"\\u\u{e9}",
        ] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn mistakes_have_a_line_and_a_column() {
        let place = |text: &str| parsed(text).unwrap_err().place.unwrap().line_and_column();
        assert_eq!(place("{\"a\": 1,\n \"a\": 2}"), (2, 2));
        assert_eq!(place("[1,\n2"), (2, 2));
        assert_eq!(place("[1] 2"), (1, 5));
        assert_eq!(place("[nul]"), (1, 2));
        assert_eq!(place("{\"a\" 1}"), (1, 6));
        let many: Vec<String> = (0..100).map(|key| format!("\"{}\": 0", key % 99)).collect();
        assert!(
            parsed(&format!("{{{}}}", many.join(",")))
                .unwrap_err()
                .message
                .contains("`0`")
        );
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parsed(&nested(DEPTH_MAX)).is_ok());
        assert!(parsed(&nested(DEPTH_MAX + 1)).is_err());
        assert!(parsed(&"[".repeat(1 << 20)).is_err());
    }

    #[test]
    fn paths_lead_to_values() {
        let text = "\u{feff}{\"automata\": [{}, {\"edges\": [1, 2, {\"guard\": true}]}]}";
        let json = parsed(text).unwrap();
        let at = text.find("true").unwrap();
        assert_eq!(
            json.path_to(murphy_notation::Span::new(at, at + 4)),
            "automata[1].edges[2].guard"
        );
    }
}
