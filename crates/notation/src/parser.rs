//! Parsing expressions, token by token; formulas use the same parser for the expressions in them.

use crate::diagnostic::Diagnostic;
use crate::expression::{BinaryOperator, Bounds, Expression, Function, Term, TermKind, UnaryOperator};
use crate::lexer::{Token, TokenKind, tokens};
use crate::passage::Passage;
use crate::source::{Place, Span};
use crate::suggest::hint_for;
use std::sync::Arc;

/// A position in the tokens of a passage.
///
/// # Example
/// ```
/// use murphy_notation::{Parser, Passage};
/// let mut parser = Parser::new(&Passage::named("formula", "x < 3 U goal"), &["U"])?;
/// assert_eq!(parser.comparison()?.text(), "x < 3");
/// assert!(parser.eat_word("U"));
/// assert_eq!(parser.comparison()?.as_name(), Some("goal"));
/// parser.finish()?;
/// # Ok::<(), murphy_notation::Diagnostic>(())
/// ```
#[derive(Clone, Debug)]
pub struct Parser {
    passage: Passage,
    tokens: Arc<[Token]>,
    at: usize,
    depth: usize,
    reserved: &'static [&'static str],
}

const END: Token = Token {
    kind: TokenKind::End,
    span: Span { start: 0, end: 0 },
};

impl Parser {
    /// Splits a passage into tokens; the `reserved` words are not names.
    ///
    /// # Errors
    /// A character that begins no token.
    pub fn new(passage: &Passage, reserved: &'static [&'static str]) -> Result<Self, Diagnostic> {
        Ok(Self {
            passage: passage.clone(),
            tokens: Arc::from(tokens(passage)?),
            at: 0,
            depth: 0,
            reserved,
        })
    }

    /// Returns the passage.
    #[must_use]
    pub fn passage(&self) -> &Passage {
        &self.passage
    }

    /// Returns the next token, which is the end when all are read.
    #[must_use]
    pub fn peek(&self) -> &Token {
        self.tokens.get(self.at).or(self.tokens.last()).unwrap_or(&END)
    }

    /// Returns the token after the next one.
    #[must_use]
    pub fn peek_second(&self) -> &Token {
        self.tokens
            .get(self.at + 1)
            .or(self.tokens.last())
            .unwrap_or(&END)
    }

    /// Returns the next token and steps over it.
    pub fn next_token(&mut self) -> Token {
        let token = self.peek().clone();
        if token.kind != TokenKind::End {
            self.at += 1;
        }
        token
    }

    /// Returns how many tokens are read, for [`Self::return_to`].
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes back to a position.
    pub fn return_to(&mut self, position: usize) {
        self.at = position;
    }

    /// Returns the offset where the last token that was read ends.
    #[must_use]
    pub fn last_end(&self) -> usize {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(0, |token| token.span.end)
    }

    /// Returns the part of the passage from an offset to the last token that was read.
    #[must_use]
    pub fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.last_end().max(start))
    }

    /// Says whether the next token is this sign.
    #[must_use]
    pub fn sees(&self, sign: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Sign(next) if *next == sign)
    }

    /// Says whether the next token is this word.
    #[must_use]
    pub fn sees_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Word(next) if next == word)
    }

    /// Steps over the next token if it is this sign.
    pub fn eat(&mut self, sign: &str) -> bool {
        let eats = self.sees(sign);
        self.at += usize::from(eats);
        eats
    }

    /// Steps over the next token if it is this word.
    pub fn eat_word(&mut self, word: &str) -> bool {
        let eats = self.sees_word(word);
        self.at += usize::from(eats);
        eats
    }

    /// Steps over this sign.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn expect(&mut self, sign: &str) -> Result<(), Diagnostic> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}`")))
        }
    }

    /// Returns where the next token is.
    #[must_use]
    pub fn place(&self) -> Place {
        self.passage.place(self.peek().span)
    }

    /// Returns a mistake at the next token: what was expected, and what stands there.
    #[must_use]
    pub fn unexpected(&self, expected: &str) -> Diagnostic {
        let token = self.peek();
        if token.kind == TokenKind::End {
            let message = format!("expected {expected}, but the text ends here");
            // After trailing blanks the mark would stand far from what is cut short.
            let end = self.passage.as_str().trim_end().len();
            return Diagnostic::at(self.passage.place(Span::new(end, end)), message);
        }
        let text = self
            .passage
            .as_str()
            .get(token.span.start..token.span.end)
            .unwrap_or_default();
        let short: String = text.chars().take(40).collect();
        let error = Diagnostic::at(self.place(), format!("expected {expected}, found `{short}`"));
        match &token.kind {
            TokenKind::Word(word) if self.reserved.contains(&word.as_str()) => error.label(format!(
                "`{word}` is a word of the language; as a name, put it in quotes"
            )),
            _ => error,
        }
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// What is left.
    pub fn finish(&self) -> Result<(), Diagnostic> {
        match &self.peek().kind {
            TokenKind::End => Ok(()),
            TokenKind::Sign(".." | "(" | "[" | "{" | ")" | "]" | "}") | TokenKind::Sign(",") => {
                Err(self.unexpected("the end"))
            }
            _ => Err(self.unexpected("an operator or the end")),
        }
    }

    /// Enters a bracket or an operator before its operand; call [`Self::leave`] afterwards.
    ///
    /// # Errors
    /// If they are nested too deep.
    pub fn enter(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth <= Expression::DEPTH_MAX {
            return Ok(());
        }
        let most = Expression::DEPTH_MAX;
        Err(Diagnostic::at(self.place(), "this is nested too deep").label(format!("at most {most} levels")))
    }

    /// Leaves it again.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Reads a whole expression.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn expression(&mut self) -> Result<Expression, Diagnostic> {
        self.choice().map(|root| self.wrap(root))
    }

    /// Reads a comparison, or anything that binds tighter; stops before `&&`, `||` and `?`, and does not begin with `!`.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn comparison(&mut self) -> Result<Expression, Diagnostic> {
        self.equality().map(|root| self.wrap(root))
    }

    /// Reads a number, a name or an expression in parentheses, and no more.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn simple(&mut self) -> Result<Expression, Diagnostic> {
        self.primary(false).map(|root| self.wrap(root))
    }

    /// Reads two expressions with `..` between them, or one.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn bounds(&mut self) -> Result<Bounds, Diagnostic> {
        let low = self.expression()?;
        let high = if self.eat("..") {
            self.expression()?
        } else {
            low.clone()
        };
        Ok(Bounds { low, high })
    }

    fn wrap(&self, root: Term) -> Expression {
        Expression {
            root,
            passage: self.passage.clone(),
        }
    }

    /// Builds a term, which must not be too tall: whoever walks it does so by recursion.
    fn term(&self, kind: TermKind, span: Span) -> Result<Term, Diagnostic> {
        let term = Term::new(kind, span);
        if term.height() <= Expression::HEIGHT_MAX {
            return Ok(term);
        }
        Err(
            Diagnostic::at(self.passage.place(span), "this expression has too many operators").label(
                format!("at most {} may hang on each other", Expression::HEIGHT_MAX),
            ),
        )
    }

    fn binary(&self, operator: BinaryOperator, a: Term, b: Term) -> Result<Term, Diagnostic> {
        let span = a.span.to(b.span);
        self.term(TermKind::Binary(operator, Box::new(a), Box::new(b)), span)
    }

    fn choice(&mut self) -> Result<Term, Diagnostic> {
        let condition = self.iff()?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.enter()?;
        let then = self.choice()?;
        self.expect(":")?;
        let otherwise = self.choice()?;
        self.leave();
        let span = condition.span.to(otherwise.span);
        self.term(TermKind::Choice(Box::new([condition, then, otherwise])), span)
    }

    fn iff(&mut self) -> Result<Term, Diagnostic> {
        let mut a = self.implies()?;
        while self.eat("<=>") {
            let b = self.implies()?;
            a = self.binary(BinaryOperator::Iff, a, b)?;
        }
        Ok(a)
    }

    fn implies(&mut self) -> Result<Term, Diagnostic> {
        let a = self.or()?;
        if !self.eat("=>") {
            return Ok(a);
        }
        self.enter()?;
        let b = self.implies()?;
        self.leave();
        self.binary(BinaryOperator::Implies, a, b)
    }

    fn or(&mut self) -> Result<Term, Diagnostic> {
        let mut items = vec![self.and()?];
        while self.eat("||") {
            items.push(self.and()?);
        }
        self.balanced(BinaryOperator::Or, items)
    }

    fn and(&mut self) -> Result<Term, Diagnostic> {
        let mut items = vec![self.negation()?];
        while self.eat("&&") {
            items.push(self.negation()?);
        }
        self.balanced(BinaryOperator::And, items)
    }

    /// Joins the items in order but with a low tree: a list of a thousand states is no deep expression.
    fn balanced(&self, operator: BinaryOperator, mut items: Vec<Term>) -> Result<Term, Diagnostic> {
        while items.len() > 1 {
            let mut joined = Vec::with_capacity(items.len().div_ceil(2));
            let mut rest = items.into_iter();
            while let Some(a) = rest.next() {
                joined.push(match rest.next() {
                    Some(b) => self.binary(operator, a, b)?,
                    None => a,
                });
            }
            items = joined;
        }
        items.pop().ok_or_else(|| self.unexpected("an expression"))
    }

    fn negation(&mut self) -> Result<Term, Diagnostic> {
        let start = self.peek().span;
        if !self.eat("!") {
            return self.equality();
        }
        self.enter()?;
        let a = self.negation()?;
        self.leave();
        let span = start.to(a.span);
        self.term(TermKind::Unary(UnaryOperator::Not, Box::new(a)), span)
    }

    fn equality(&mut self) -> Result<Term, Diagnostic> {
        let a = self.relation()?;
        let Some(operator) = self.equality_sign() else {
            return Ok(a);
        };
        self.next_token();
        let b = self.relation()?;
        match self.equality_sign() {
            Some(_) => Err(self.chained()),
            None => self.binary(operator, a, b),
        }
    }

    fn equality_sign(&self) -> Option<BinaryOperator> {
        match self.peek().kind {
            TokenKind::Sign("==") => Some(BinaryOperator::Equal),
            TokenKind::Sign("!=") => Some(BinaryOperator::Differs),
            _ => None,
        }
    }

    fn relation_sign(&self) -> Option<BinaryOperator> {
        match self.peek().kind {
            TokenKind::Sign("<") => Some(BinaryOperator::Less),
            TokenKind::Sign("<=") => Some(BinaryOperator::LessOrEqual),
            TokenKind::Sign(">") => Some(BinaryOperator::Greater),
            TokenKind::Sign(">=") => Some(BinaryOperator::GreaterOrEqual),
            _ => None,
        }
    }

    fn chained(&self) -> Diagnostic {
        Diagnostic::at(self.place(), "comparisons do not chain")
            .hint("write `a < b && b < c`, or `x in 1..5` for a range with both ends")
    }

    fn relation(&mut self) -> Result<Term, Diagnostic> {
        let a = self.sum()?;
        if self.eat_word("in") {
            return self.membership(a);
        }
        let Some(operator) = self.relation_sign() else {
            return Ok(a);
        };
        self.next_token();
        let b = self.sum()?;
        match self.relation_sign() {
            Some(_) => Err(self.chained()),
            None => self.binary(operator, a, b),
        }
    }

    /// Reads what follows `x in`.
    fn membership(&mut self, a: Term) -> Result<Term, Diagnostic> {
        let start = a.span.start;
        if !self.eat("{") {
            let low = self.sum()?;
            self.expect("..")?;
            let high = self.sum()?;
            let span = self.span_from(start);
            return self.term(TermKind::Between(Box::new([a, low, high])), span);
        }
        self.enter()?;
        let mut items = Vec::new();
        while !self.eat("}") {
            items.push(self.choice()?);
            if !self.sees("}") && !self.eat(",") {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
        self.leave();
        self.term(TermKind::Among(Box::new(a), items), self.span_from(start))
    }

    fn sum(&mut self) -> Result<Term, Diagnostic> {
        let mut a = self.product()?;
        loop {
            let operator = match self.peek().kind {
                TokenKind::Sign("+") => BinaryOperator::Add,
                TokenKind::Sign("-") => BinaryOperator::Subtract,
                _ => return Ok(a),
            };
            self.next_token();
            let b = self.product()?;
            a = self.binary(operator, a, b)?;
        }
    }

    fn product(&mut self) -> Result<Term, Diagnostic> {
        let mut a = self.unary()?;
        loop {
            let operator = match self.peek().kind {
                TokenKind::Sign("*") => BinaryOperator::Multiply,
                TokenKind::Sign("/") => BinaryOperator::Divide,
                TokenKind::Sign("%") => BinaryOperator::Remainder,
                _ => return Ok(a),
            };
            self.next_token();
            let b = self.unary()?;
            a = self.binary(operator, a, b)?;
        }
    }

    fn unary(&mut self) -> Result<Term, Diagnostic> {
        let start = self.peek().span;
        let operator = match self.peek().kind {
            TokenKind::Sign("-") => UnaryOperator::Negate,
            // Only after another operator, `a == !b`: at the front of a comparison it negates all of it.
            TokenKind::Sign("!") => UnaryOperator::Not,
            _ => return self.primary(true),
        };
        self.next_token();
        self.enter()?;
        let a = self.unary()?;
        self.leave();
        let span = start.to(a.span);
        self.term(TermKind::Unary(operator, Box::new(a)), span)
    }

    fn primary(&mut self, may_call: bool) -> Result<Term, Diagnostic> {
        let token = self.peek().clone();
        let kind = match token.kind {
            TokenKind::Number(value) => TermKind::Number(value),
            TokenKind::Quoted(name) => TermKind::Name(name),
            TokenKind::Word(word) if word == "true" || word == "false" => TermKind::Bool(word == "true"),
            TokenKind::Word(word) if word != "in" && !self.reserved.contains(&word.as_str()) => {
                self.next_token();
                if may_call && self.sees("(") {
                    return self.call(&word, token.span);
                }
                return self.term(TermKind::Name(word), token.span);
            }
            TokenKind::Sign("(") => {
                self.next_token();
                return self.parenthesised(token.span);
            }
            _ => return Err(self.unexpected("a number, a name or `(`")),
        };
        self.next_token();
        self.term(kind, token.span)
    }

    /// Reads the rest of `( … )`; the parentheses belong to the place of what is in them.
    fn parenthesised(&mut self, open: Span) -> Result<Term, Diagnostic> {
        self.enter()?;
        let mut inner = self.choice()?;
        self.close(open)?;
        self.leave();
        inner.span = self.span_from(open.start);
        Ok(inner)
    }

    /// Steps over the `)` that closes the parenthesis at `open`.
    ///
    /// # Errors
    /// What stands there instead.
    pub fn close(&mut self, open: Span) -> Result<(), Diagnostic> {
        if self.eat(")") {
            return Ok(());
        }
        let error = self.unexpected("an operator or `)`");
        Err(error.related(self.passage.place(open), "`)` would close this"))
    }

    fn call(&mut self, word: &str, name: Span) -> Result<Term, Diagnostic> {
        let Some((_, function, least, most)) = FUNCTIONS.iter().find(|entry| entry.0 == word) else {
            let known = FUNCTIONS.map(|entry| entry.0);
            let error = Diagnostic::at(self.passage.place(name), format!("there is no function `{word}`"));
            return Err(error.hint(hint_for(word, &known).unwrap_or_default()));
        };
        let open = self.peek().span;
        self.expect("(")?;
        self.enter()?;
        let mut items = Vec::new();
        while !self.sees(")") {
            items.push(self.choice()?);
            if !self.eat(",") {
                break;
            }
        }
        self.close(open)?;
        self.leave();
        let span = self.span_from(name.start);
        if items.len() < *least || items.len() > *most {
            let takes = match (*least, *most) {
                (1, 1) => "one argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                _ => "at least one argument".to_owned(),
            };
            return Err(
                Diagnostic::at(self.passage.place(span), format!("`{word}` takes {takes}"))
                    .label(format!("this has {}", items.len())),
            );
        }
        self.term(TermKind::Call(*function, items), span)
    }
}

/// Each function with its name and how many arguments it takes.
const FUNCTIONS: [(&str, Function, usize, usize); 7] = [
    ("min", Function::Min, 1, usize::MAX),
    ("max", Function::Max, 1, usize::MAX),
    ("abs", Function::Abs, 1, 1),
    ("floor", Function::Floor, 1, 1),
    ("ceil", Function::Ceil, 1, 1),
    ("mod", Function::Mod, 2, 2),
    ("pow", Function::Pow, 2, 2),
];
