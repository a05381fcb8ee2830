//! Where a reader of tokens stands, and the mistakes it can meet.

use super::lexer::{Token, TokenKind, tokens};
use crate::unfolding::Name;
use murphy_notation::{Diagnostic, Place, Source, Span};
use std::sync::Arc;

/// Words that cannot be names.
const KEYWORDS: [&str; 42] = [
    "bool",
    "clock",
    "const",
    "csg",
    "ctmc",
    "double",
    "dtmc",
    "endinit",
    "endinvariant",
    "endmodule",
    "endobservables",
    "endplayer",
    "endrewards",
    "endsystem",
    "false",
    "filter",
    "formula",
    "func",
    "global",
    "init",
    "int",
    "invariant",
    "label",
    "max",
    "mdp",
    "min",
    "module",
    "nondeterministic",
    "observable",
    "observables",
    "player",
    "pomdp",
    "popta",
    "prob",
    "probabilistic",
    "pta",
    "rate",
    "rewards",
    "smg",
    "stochastic",
    "system",
    "true",
];

/// A position in a list of tokens.
pub(super) struct Cursor<'a> {
    pub(super) source: &'a Arc<Source>,
    tokens: Vec<Token<'a>>,
    at: usize,
    /// How deeply the expression being read is nested.
    pub(super) depth: u16,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a Arc<Source>) -> Result<Self, Diagnostic> {
        Ok(Self {
            source,
            tokens: tokens(source)?,
            at: 0,
            depth: 0,
        })
    }

    /// Returns the token that is `ahead` of the next one; at and beyond the end, the end.
    pub(super) fn ahead(&self, ahead: usize) -> Token<'a> {
        let end = Token {
            kind: TokenKind::End,
            text: "",
            span: Span::new(self.source.text.len(), self.source.text.len()),
        };
        let at = self
            .at
            .saturating_add(ahead)
            .min(self.tokens.len().saturating_sub(1));
        self.tokens.get(at).copied().unwrap_or(end)
    }

    pub(super) fn peek(&self) -> Token<'a> {
        self.ahead(0)
    }

    pub(super) fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Returns the end of the token read last.
    pub(super) fn last_end(&self) -> usize {
        match self.at.checked_sub(1).and_then(|last| self.tokens.get(last)) {
            Some(token) => token.span.end,
            None => 0,
        }
    }

    pub(super) fn at_sign(&self, sign: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Sign && token.text == sign
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Word && token.text == word
    }

    /// Passes the sign if it comes next, and says whether it did.
    pub(super) fn accept(&mut self, sign: &str) -> bool {
        let found = self.at_sign(sign);
        self.at += usize::from(found);
        found
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), Diagnostic> {
        if self.accept(sign) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{sign}`")))
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), Diagnostic> {
        if self.accept_word(word) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{word}`")))
    }

    /// Reads a name that is no keyword.
    pub(super) fn name(&mut self, what: &str) -> Result<Name, Diagnostic> {
        let token = self.peek();
        if token.kind != TokenKind::Word {
            return Err(self.unexpected(what));
        }
        if KEYWORDS.contains(&token.text) {
            return Err(self
                .unexpected(what)
                .label(format!("`{}` is a keyword", token.text)));
        }
        self.at += 1;
        Ok(owned(token))
    }

    /// Reads a name in quotes.
    pub(super) fn quoted(&mut self, what: &str) -> Result<Name, Diagnostic> {
        let token = self.peek();
        if token.kind != TokenKind::Quoted {
            return Err(self.unexpected(what));
        }
        self.at += 1;
        Ok(owned(token))
    }

    pub(super) fn error(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(Place::new(self.source, span), message)
    }

    /// Returns the mistake that something else stands where `what` should.
    pub(super) fn unexpected(&self, what: &str) -> Diagnostic {
        let token = self.peek();
        let found = match token.kind {
            TokenKind::End => "the end of the file".to_owned(),
            TokenKind::Quoted => format!("\"{}\"", token.text),
            _ => format!("`{}`", shortened(token.text)),
        };
        self.error(token.span, format!("expected {what}, found {found}"))
    }
}

fn owned(token: Token<'_>) -> Name {
    Name {
        text: token.text.to_owned(),
        span: token.span,
    }
}

fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    text.chars().take(SHOWN_MAX).collect()
}
