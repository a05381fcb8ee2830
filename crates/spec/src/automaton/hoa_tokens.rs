//! The words of the HOA format.

use murphy_notation::{Diagnostic, Place, Source, Span};
use std::sync::Arc;

/// A word with its place.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    Int(u32),
    /// What stands between quotes.
    Text(String),
    Name(&'t str),
    /// A name right before a colon.
    Header(&'t str),
    /// A name after `@`.
    Alias(&'t str),
    Sign(char),
    /// `--BODY--`
    Body,
    /// `--END--`
    End,
    EndOfFile,
}

impl Token<'_> {
    /// Says whether it may follow a line of the header that means nothing here.
    pub(super) fn is_value(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::Int(_) | TokenKind::Text(_) | TokenKind::Name(_)
        )
    }
}

/// The words of a text, one at a time.
pub(super) struct Tokens<'t> {
    source: &'t Arc<Source>,
    at: usize,
    next: Token<'t>,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(source: &'t Arc<Source>) -> Result<Self, Diagnostic> {
        let next = Token {
            kind: TokenKind::EndOfFile,
            span: Span::new(0, 0),
        };
        let at = source.text.len() - source.text.trim_start_matches('\u{feff}').len();
        let mut tokens = Self { source, at, next };
        tokens.next()?;
        Ok(tokens)
    }

    /// Returns the next word.
    pub(super) fn peek(&self) -> &Token<'t> {
        &self.next
    }

    /// Returns the next word and steps over it.
    pub(super) fn next(&mut self) -> Result<Token<'t>, Diagnostic> {
        let next = self.read()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Steps over the next word if it is this sign.
    pub(super) fn eat(&mut self, sign: char) -> Result<bool, Diagnostic> {
        let found = self.next.kind == TokenKind::Sign(sign);
        if found {
            self.next()?;
        }
        Ok(found)
    }

    /// Steps over this sign.
    pub(super) fn expect(&mut self, sign: char) -> Result<(), Diagnostic> {
        if self.eat(sign)? {
            return Ok(());
        }
        Err(self.unexpected(&self.next, &format!("`{sign}`")))
    }

    /// Returns an error about a place.
    pub(super) fn fault(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(self.source, span), message)
    }

    /// Returns an error about a word that is not what was expected.
    pub(super) fn unexpected(&self, token: &Token<'_>, expected: &str) -> Diagnostic {
        if token.kind == TokenKind::EndOfFile {
            let end = self.source.text.trim_end().len();
            return self.fault(
                Span::new(end, end),
                format!("expected {expected}, but the file ends here"),
            );
        }
        let text = self
            .source
            .text
            .get(token.span.start..token.span.end)
            .unwrap_or_default();
        let short: String = text.chars().take(40).collect();
        self.fault(token.span, format!("expected {expected}, found `{short}`"))
    }

    /// Steps over blanks and comments, which may be nested.
    fn blanks(&mut self) -> Result<(), Diagnostic> {
        let text = self.source.text.as_str();
        loop {
            let rest = &text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            if !text[self.at..].starts_with("/*") {
                return Ok(());
            }
            let (start, mut depth) = (self.at, 0usize);
            loop {
                let rest = &text[self.at..];
                if rest.starts_with("/*") {
                    depth += 1;
                    self.at += 2;
                } else if rest.starts_with("*/") {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                } else if let Some(c) = rest.chars().next() {
                    self.at += c.len_utf8();
                } else {
                    return Err(self.fault(Span::new(start, start + 2), "this comment does not end"));
                }
            }
        }
    }

    fn read(&mut self) -> Result<Token<'t>, Diagnostic> {
        self.blanks()?;
        let start = self.at;
        let rest = &self.source.text[start..];
        let Some(first) = rest.chars().next() else {
            let span = Span::new(start, start);
            return Ok(Token {
                kind: TokenKind::EndOfFile,
                span,
            });
        };
        let (kind, length) = match first {
            '0'..='9' => {
                let length = rest.bytes().take_while(u8::is_ascii_digit).count();
                let span = Span::new(start, start + length);
                let number = rest[..length].parse();
                (
                    TokenKind::Int(number.map_err(|_| self.fault(span, "this number is too large"))?),
                    length,
                )
            }
            '"' => self.quoted(rest, start)?,
            '@' => {
                let length = word_length(&rest[1..]);
                (TokenKind::Alias(&rest[1..=length]), length + 1)
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = word_length(rest);
                let word = &rest[..length];
                if rest[length..].starts_with(':') {
                    (TokenKind::Header(word), length + 1)
                } else {
                    (TokenKind::Name(word), length)
                }
            }
            '-' if rest.starts_with("--BODY--") => (TokenKind::Body, "--BODY--".len()),
            '-' if rest.starts_with("--END--") => (TokenKind::End, "--END--".len()),
            '-' if rest.starts_with("--ABORT--") => {
                let span = Span::new(start, start + "--ABORT--".len());
                return Err(self.fault(span, "whoever wrote this automaton gave it up here"));
            }
            '!' | '&' | '|' | '(' | ')' | '[' | ']' | '{' | '}' => (TokenKind::Sign(first), 1),
            _ => {
                let span = Span::new(start, start + first.len_utf8());
                return Err(self.fault(span, format!("{first:?} has no meaning in an automaton")));
            }
        };
        self.at = start + length;
        Ok(Token {
            kind,
            span: Span::new(start, self.at),
        })
    }

    /// Reads a text in quotes, in which `\` stands before a character that means itself.
    fn quoted(&self, rest: &str, start: usize) -> Result<(TokenKind<'t>, usize), Diagnostic> {
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => return Ok((TokenKind::Text(text), at + 1)),
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                _ => text.push(c),
            }
        }
        Err(self.fault(Span::new(start, start + 1), "this quote does not end"))
    }
}

/// Returns the length of the word that the text begins with.
fn word_length(text: &str) -> usize {
    text.bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
        .count()
}
