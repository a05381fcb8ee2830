//! The tokens of the PRISM language.

use murphy_notation::{Diagnostic, Place, Source, Span};
use std::sync::Arc;

/// What a token is; its text says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// Digits without point or exponent.
    Whole,
    /// A number with a point or an exponent.
    Decimal,
    /// A name in quotes; the text has none.
    Quoted,
    /// A sign.
    Sign,
    /// The end of the file.
    End,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    pub(super) span: Span,
}

/// Signs of several characters, longer ones first. `<-` is none: `x<-1` compares.
const LONG_SIGNS: [&str; 7] = ["<=>", "->", "..", "<=", ">=", "!=", "=>"];
const SHORT_SIGNS: &str = "=<>!&|+-*/?:;,()[]{}'^";

/// The longest name.
const NAME_MAX: usize = 500;

/// Splits a text into tokens, the last of which is the end.
pub(super) fn tokens(source: &Arc<Source>) -> Result<Vec<Token<'_>>, Diagnostic> {
    let text = source.text.as_str();
    let mut tokens = Vec::new();
    let mut at = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
            continue;
        }
        let (kind, length) = scan(&text[at..], first).map_err(|(length, message)| {
            Diagnostic::at(Place::new(source, Span::new(at, at + length)), message)
        })?;
        let span = Span::new(at, at + length);
        if matches!(kind, TokenKind::Word | TokenKind::Quoted) && length > NAME_MAX {
            let message = format!("the name has more than {NAME_MAX} characters");
            return Err(Diagnostic::at(Place::new(source, span), message));
        }
        let text = match kind {
            TokenKind::Quoted => &text[at + 1..at + length - 1],
            _ => &text[at..at + length],
        };
        tokens.push(Token { kind, text, span });
        at += length;
    }
    tokens.push(Token {
        kind: TokenKind::End,
        text: "",
        span: Span::new(text.len(), text.len()),
    });
    Ok(tokens)
}

/// Returns the kind and the length of the token that begins with `first`; or how much of the text is no token, and why.
fn scan(rest: &str, first: char) -> Result<(TokenKind, usize), (usize, String)> {
    if first.is_ascii_alphabetic() || first == '_' {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        return Ok((TokenKind::Word, rest.find(|c| !part(c)).unwrap_or(rest.len())));
    }
    if first.is_ascii_digit() || first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(number(rest));
    }
    if first == '"' {
        let line = rest[1..].find('\n').map_or(rest.len(), |end| end + 1);
        return match rest[1..line].find('"') {
            Some(end) => Ok((TokenKind::Quoted, end + 2)),
            None => Err((line, "this name has no closing quote".into())),
        };
    }
    if let Some(sign) = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((TokenKind::Sign, sign.len()));
    }
    if SHORT_SIGNS.contains(first) {
        return Ok((TokenKind::Sign, 1));
    }
    Err((
        first.len_utf8(),
        format!("`{}` has no meaning in the PRISM language", first.escape_debug()),
    ))
}

/// Returns the extent of a number. `0..5` begins with the number `0`.
fn number(rest: &str) -> (TokenKind, usize) {
    let digits = |from: usize| {
        let digits = rest[from..].bytes().take_while(u8::is_ascii_digit);
        from + digits.count()
    };
    let mut kind = TokenKind::Whole;
    let mut end = digits(0);
    if rest[end..].starts_with('.') && digits(end + 1) > end + 1 {
        kind = TokenKind::Decimal;
        end = digits(end + 1);
    }
    if rest[end..].starts_with(['e', 'E']) {
        let signed = usize::from(rest[end + 1..].starts_with(['+', '-']));
        let exponent = digits(end + 1 + signed);
        if exponent > end + 1 + signed {
            kind = TokenKind::Decimal;
            end = exponent;
        }
    }
    (kind, end)
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, tokens};
    use murphy_notation::Source;

    #[test]
    fn ranges_decimals_and_comments_come_apart() {
        let source = Source::new("m", "x:[0..5]; 1.5e-3.2 // \"x\n<=>'\"goal\"");
        let texts: Vec<&str> = tokens(&source).unwrap().iter().map(|token| token.text).collect();
        assert_eq!(
            texts,
            [
                "x", ":", "[", "0", "..", "5", "]", ";", "1.5e-3", ".2", "<=>", "'", "goal", ""
            ]
        );
    }

    #[test]
    fn what_is_no_token_is_shown() {
        let bad = tokens(&Source::new("m", "a § b")).unwrap_err();
        assert!(bad.message.contains('§'));
        let open = tokens(&Source::new("m", "label \"goal = s=1;\n")).unwrap_err();
        assert_eq!(open.place.unwrap().line_and_column(), (1, 7));
        let nothing = Source::new("m", "");
        assert_eq!(tokens(&nothing).unwrap()[0].kind, TokenKind::End);
    }
}
