//! The characters of a RON text: blanks and comments, words, numbers, and texts in quotes.

use crate::diagnostic::Diagnostic;
use crate::passage::Passage;
use crate::rational::Rational;
use crate::reader::figures;
use crate::source::{Place, Source, Span};
use std::sync::Arc;

/// A position in a text.
pub(crate) struct Scanner {
    source: Arc<Source>,
    at: usize,
}

/// Says whether a bare word may begin with this.
pub(crate) fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl Scanner {
    pub(crate) fn new(source: &Arc<Source>) -> Self {
        let at = if source.text.starts_with('\u{feff}') { 3 } else { 0 };
        Self {
            source: Arc::clone(source),
            at,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.source.text
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn return_to(&mut self, at: usize) {
        self.at = at;
    }

    fn rest(&self) -> &str {
        &self.source.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let eats = self.rest().starts_with(text);
        if eats {
            self.at += text.len();
        }
        eats
    }

    fn eat_while(&mut self, takes: impl Fn(char) -> bool) -> &str {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(|c| !takes(c)).unwrap_or(rest.len());
        &self.source.text[start..self.at]
    }

    pub(crate) fn place(&self, start: usize, end: usize) -> Place {
        Place::new(&self.source, Span::new(start, end))
    }

    /// Returns a mistake at the next character, or at the end of the text.
    pub(crate) fn unexpected(&self, expected: &str) -> Diagnostic {
        let end = self.at + self.peek().map_or(0, char::len_utf8);
        let message = match self.peek() {
            Some(c) if c.is_control() => format!("expected {expected}, found the character {c:?}"),
            Some(c) => format!("expected {expected}, found `{c}`"),
            None => format!("expected {expected}, but the text ends here"),
        };
        let error = Diagnostic::at(self.place(self.at, end), message);
        match self.peek() {
            Some('=') => error.hint("write `:` between a name and its value"),
            Some(';') => error.hint("separate values with `,`"),
            _ => error,
        }
    }

    /// Skips blanks and comments.
    pub(crate) fn skip_blank(&mut self) -> Result<(), Diagnostic> {
        loop {
            self.eat_while(char::is_whitespace);
            if self.rest().starts_with("//") {
                self.eat_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.skip_block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn skip_block_comment(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        let mut depth = 0_usize;
        loop {
            if self.eat("/*") {
                depth += 1;
            } else if self.eat("*/") {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if self.bump().is_none() {
                return Err(
                    Diagnostic::at(self.place(start, start + 2), "the comment is never closed")
                        .label("opened here")
                        .hint("comments in `/* … */` nest"),
                );
            }
        }
    }

    /// Skips `#![…]` lines, which have no meaning here.
    pub(crate) fn skip_headers(&mut self) -> Result<(), Diagnostic> {
        loop {
            self.skip_blank()?;
            let start = self.at;
            if !self.eat("#!") {
                return Ok(());
            }
            self.skip_blank()?;
            if !self.eat("[") {
                return Err(self.unexpected("`[`"));
            }
            loop {
                match self.peek() {
                    Some('"') => {
                        self.quoted()?;
                    }
                    Some(']') => {
                        self.bump();
                        break;
                    }
                    Some(_) => {
                        self.bump();
                    }
                    None => {
                        return Err(
                            Diagnostic::at(self.place(start, start + 2), "`#![` is never closed")
                                .label("opened here"),
                        );
                    }
                }
            }
        }
    }

    /// Reads a bare word, perhaps written `r#word`.
    pub(crate) fn word(&mut self) -> Result<String, Diagnostic> {
        if self.rest().starts_with("r#") {
            self.at += 2;
        }
        if !self.peek().is_some_and(is_word_start) {
            return Err(self.unexpected("a name"));
        }
        Ok(self.eat_while(is_word).to_owned())
    }

    /// Reads a number, exactly.
    pub(crate) fn number(&mut self) -> Result<Rational, Diagnostic> {
        let start = self.at;
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut end = usize::from(rest.starts_with(['+', '-']));
        let hexadecimal = rest[end..].starts_with("0x") || rest[end..].starts_with("0X");
        while let Some(byte) = bytes.get(end) {
            let takes = match byte {
                b'.' => bytes.get(end + 1) != Some(&b'.'),
                b'+' | b'-' => !hexadecimal && end > 0 && matches!(bytes[end - 1], b'e' | b'E'),
                _ => byte.is_ascii_alphanumeric() || *byte == b'_',
            };
            if !takes {
                break;
            }
            end += 1;
        }
        let text = rest[..end].to_owned();
        self.at += end;
        figures(&text).map_err(|why| {
            let error = Diagnostic::at(self.place(start, start + text.len().max(1)), "expected a number");
            error.label(why)
        })
    }

    /// Returns how many `#` a raw text has before its quote, if a raw text begins here.
    pub(crate) fn raw_hashes(&self) -> Option<usize> {
        let after = self.rest().strip_prefix('r')?;
        let hashes = after.len() - after.trim_start_matches('#').len();
        after[hashes..].starts_with('"').then_some(hashes)
    }

    /// Reads `r"…"` or `r#"…"#`.
    pub(crate) fn raw(&mut self) -> Result<Passage, Diagnostic> {
        let start = self.at;
        let hashes = self.raw_hashes().unwrap_or_default();
        self.at += hashes + 2;
        let from = self.at;
        let close = format!("\"{}", "#".repeat(hashes));
        let Some(length) = self.rest().find(&close) else {
            return Err(
                Diagnostic::at(self.place(start, from), "the text in quotes is never closed")
                    .label("opened here")
                    .hint(format!("it ends with `{close}`")),
            );
        };
        self.at += length + close.len();
        Ok(Passage::verbatim(&self.place(from, from + length)))
    }

    /// Reads `"…"` and its escapes.
    pub(crate) fn quoted(&mut self) -> Result<Passage, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        let mut shifts = vec![(0, self.at)];
        loop {
            let plain = self.eat_while(|c| c != '"' && c != '\\');
            text.push_str(plain);
            match self.bump() {
                Some('"') => return Ok(Passage::decoded(&self.source, &text, shifts)),
                Some('\\') => {
                    text.push(self.escape()?);
                    shifts.push((text.len(), self.at));
                }
                _ => {
                    return Err(Diagnostic::at(
                        self.place(start, start + 1),
                        "the text in quotes is never closed",
                    )
                    .label("opened here"));
                }
            }
        }
    }

    /// Reads `'c'`, a text of one character.
    pub(crate) fn character(&mut self) -> Result<Passage, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        let c = match self.bump() {
            Some('\\') => Some(self.escape()?),
            Some('\'') | None => None,
            other => other,
        };
        match c {
            Some(c) if self.eat("'") => Ok(Passage::decoded(
                &self.source,
                &c.to_string(),
                vec![(0, from), (c.len_utf8(), self.at - 1)],
            )),
            _ => Err(Diagnostic::at(
                self.place(start, start + 1),
                "expected one character between single quotes",
            )
            .hint("texts stand in double quotes")),
        }
    }

    /// Reads what follows a backslash.
    fn escape(&mut self) -> Result<char, Diagnostic> {
        let start = self.at - 1;
        let wrong = |scanner: &Self, why: &str| {
            Err(
                Diagnostic::at(scanner.place(start, scanner.at), "this escape means no character")
                    .label(why.to_owned())
                    .hint("a backslash itself is written `\\\\`"),
            )
        };
        match self.bump() {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('0') => Ok('\0'),
            Some(c @ ('\\' | '"' | '\'')) => Ok(c),
            Some('x') => {
                let digits: String = self
                    .rest()
                    .chars()
                    .take(2)
                    .filter(char::is_ascii_hexdigit)
                    .collect();
                self.at += digits.len();
                match u8::from_str_radix(&digits, 16) {
                    Ok(byte) if digits.len() == 2 && byte.is_ascii() => Ok(char::from(byte)),
                    _ => wrong(self, "`\\x` is followed by two hexadecimal digits below 80"),
                }
            }
            Some('u') => {
                if !self.eat("{") {
                    return wrong(self, "`\\u` is followed by `{…}`");
                }
                let digits = self.eat_while(|c| c.is_ascii_hexdigit()).to_owned();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                match code {
                    Some(c) if self.eat("}") => Ok(c),
                    _ => wrong(self, "`\\u{…}` holds the number of a character"),
                }
            }
            _ => wrong(self, "known are `\\n \\r \\t \\0 \\\\ \\\" \\' \\x41 \\u{41}`"),
        }
    }
}
