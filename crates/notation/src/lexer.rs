//! The tokens of expressions and formulas.

use crate::diagnostic::Diagnostic;
use crate::expression::Expression;
use crate::passage::Passage;
use crate::rational::Rational;
use crate::source::Span;

/// One token with its place in the passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Which part of the passage it is.
    pub span: Span,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A number, read exactly.
    Number(Rational),
    /// A bare word, perhaps with dots: `robot.x`.
    Word(String),
    /// A name in quotes.
    Quoted(String),
    /// A sign, in its first spelling: `=` is `==`, `&` is `&&`, `|` is `||`, `..=` is `..`.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// Each spelling of a sign with the sign it is; longer ones come first.
const SIGNS: [(&str, &str); 34] = [
    ("<=>", "<=>"),
    ("..=", ".."),
    ("==", "=="),
    ("=>", "=>"),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("&&", "&&"),
    ("||", "||"),
    ("..", ".."),
    ("→", "=>"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("∧", "&&"),
    ("∨", "||"),
    ("¬", "!"),
    ("−", "-"),
    ("=", "=="),
    ("&", "&&"),
    ("|", "||"),
    ("!", "!"),
    ("<", "<"),
    (">", ">"),
    ("+", "+"),
    ("-", "-"),
    ("*", "*"),
    ("/", "/"),
    ("%", "%"),
    ("?", "?"),
    (":", ":"),
    ("(", "("),
    (")", ")"),
    (",", ","),
];
const BRACKETS: [(&str, &str); 4] = [("{", "{"), ("}", "}"), ("[", "["), ("]", "]")];
const WORDS: [(&str, &str); 3] = [("and", "&&"), ("or", "||"), ("not", "!")];

/// Splits a passage into tokens; the last one is the end.
pub(crate) fn tokens(passage: &Passage) -> Result<Vec<Token>, Diagnostic> {
    let text = passage.as_str();
    if text.len() > Expression::BYTES_MAX {
        let most = Expression::BYTES_MAX;
        let place = passage.whole_place();
        return Err(Diagnostic::at(
            place,
            format!("an expression has at most {most} bytes"),
        ));
    }
    let mut tokens = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let (kind, length) = token(passage, at)?;
        let ends = kind == TokenKind::End;
        tokens.push(Token {
            kind,
            span: Span::new(at, at + length),
        });
        if ends {
            return Ok(tokens);
        }
        at += length;
    }
}

/// Returns the token at an offset, and its length.
fn token(passage: &Passage, at: usize) -> Result<(TokenKind, usize), Diagnostic> {
    let rest = &passage.as_str()[at..];
    let Some(first) = rest.chars().next() else {
        return Ok((TokenKind::End, 0));
    };
    let digit_follows = rest[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
    if first.is_ascii_digit() || (first == '.' && digit_follows) {
        let length = number_length(rest);
        let value = rest[..length]
            .parse::<Rational>()
            .map_err(|error| Diagnostic::at(passage.place(Span::new(at, at + length)), error.to_string()))?;
        return Ok((TokenKind::Number(value), length));
    }
    if first.is_alphabetic() || first == '_' {
        let length = word_length(rest);
        let word = &rest[..length];
        let sign = WORDS.iter().find(|(spelling, _)| *spelling == word);
        return Ok(match sign {
            Some((_, sign)) => (TokenKind::Sign(sign), length),
            None => (TokenKind::Word(word.to_owned()), length),
        });
    }
    if first == '"' {
        return match rest[1..].find('"') {
            Some(0) => {
                let place = passage.place(Span::new(at, at + 2));
                Err(Diagnostic::at(place, "a name in quotes is empty"))
            }
            Some(length) => Ok((TokenKind::Quoted(rest[1..=length].to_owned()), length + 2)),
            None => {
                let place = passage.place(Span::new(at, at + 1));
                Err(Diagnostic::at(place, "the name in quotes is never closed").label("opened here"))
            }
        };
    }
    let mut signs = SIGNS.iter().chain(&BRACKETS);
    if let Some((spelling, sign)) = signs.find(|(spelling, _)| rest.starts_with(spelling)) {
        return Ok((TokenKind::Sign(sign), spelling.len()));
    }
    let place = passage.place(Span::new(at, at + first.len_utf8()));
    Err(match first {
        '\'' => {
            Diagnostic::at(place, "`'` has no meaning in an expression").hint("names are quoted with `\"`")
        }
        c if c.is_control() => Diagnostic::at(place, format!("{c:?} has no meaning in an expression")),
        c => Diagnostic::at(place, format!("`{c}` has no meaning in an expression")),
    })
}

/// Returns the length of the number that the text begins with; `1..5` begins with `1`.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut length = digits(0);
    if text[length..].starts_with('.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if text[length..].starts_with(['e', 'E']) {
        let sign = usize::from(text[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// Returns the length of the word that the text begins with: letters, digits, `_`, and dots between words.
fn word_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        length += rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let after = text[length..].strip_prefix('.');
        if !after.is_some_and(|after| after.starts_with(|c: char| c.is_alphanumeric() || c == '_')) {
            return length;
        }
        length += 1;
    }
}
