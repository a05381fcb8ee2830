//! Reading temporal formulas.

use crate::formula::{Bound, Formula, Operand, Operator};
use murphy_notation::{Diagnostic, Expression, Parser, Passage, Span, TermKind, TokenKind};

/// The words that are operators in formulas.
const RESERVED: &[&str] = &["F", "G", "U", "X", "W", "R"];
/// How many temporal and Boolean operators one formula may have.
const OPERATORS_MAX: usize = 1000;

/// Reads a whole formula.
pub(crate) fn parse(passage: &Passage) -> Result<Formula, Diagnostic> {
    let mut grammar = Grammar {
        parser: Parser::new(passage, RESERVED)?,
        operators: 0,
    };
    let root = grammar.implies()?;
    match &grammar.parser.peek().kind {
        TokenKind::End => Ok(Formula {
            root,
            passage: passage.clone(),
        }),
        TokenKind::Sign("<=>") => {
            Err(grammar.parser.unexpected("an operator or the end").hint(
                "between temporal formulas write `(a => b) && (b => a)`; between labels put parentheses around `a <=> b`",
            ))
        }
        TokenKind::Sign("?") => Err(grammar
            .parser
            .unexpected("an operator or the end")
            .hint("put parentheses around `c ? a : b`")),
        _ => Err(grammar.parser.unexpected("an operator or the end")),
    }
}

struct Grammar {
    parser: Parser,
    operators: usize,
}

impl Grammar {
    fn operand(&mut self, kind: Operator, span: Span) -> Result<Operand, Diagnostic> {
        self.operators += 1;
        if self.operators <= OPERATORS_MAX {
            return Ok(Operand { kind, span });
        }
        let place = self.parser.passage().place(span);
        Err(
            Diagnostic::at(place, format!("a formula has at most {OPERATORS_MAX} operators"))
                .hint("name a part of it as a label of the world"),
        )
    }

    fn implies(&mut self) -> Result<Operand, Diagnostic> {
        let a = self.or()?;
        if !self.parser.eat("=>") {
            return Ok(a);
        }
        self.parser.enter()?;
        let b = self.implies()?;
        self.parser.leave();
        let (negated, span) = (a.span, a.span.to(b.span));
        let not = self.operand(Operator::Not(Box::new(a)), negated)?;
        self.operand(Operator::Or(Box::new(not), Box::new(b)), span)
    }

    fn or(&mut self) -> Result<Operand, Diagnostic> {
        let mut items = vec![self.and()?];
        while self.parser.eat("||") {
            items.push(self.and()?);
        }
        self.balanced(items, Operator::Or)
    }

    fn and(&mut self) -> Result<Operand, Diagnostic> {
        let mut items = vec![self.until()?];
        while self.parser.eat("&&") {
            items.push(self.until()?);
        }
        self.balanced(items, Operator::And)
    }

    /// Joins the items in order but with a low tree, so that walking it does not go deep.
    fn balanced(
        &mut self,
        mut items: Vec<Operand>,
        join: fn(Box<Operand>, Box<Operand>) -> Operator,
    ) -> Result<Operand, Diagnostic> {
        while items.len() > 1 {
            let mut joined = Vec::with_capacity(items.len().div_ceil(2));
            let mut rest = items.into_iter();
            while let Some(a) = rest.next() {
                joined.push(match rest.next() {
                    Some(b) => {
                        let span = a.span.to(b.span);
                        self.operand(join(Box::new(a), Box::new(b)), span)?
                    }
                    None => a,
                });
            }
            items = joined;
        }
        items.pop().ok_or_else(|| self.parser.unexpected("a formula"))
    }

    fn until(&mut self) -> Result<Operand, Diagnostic> {
        let a = self.unary()?;
        let join = match &self.parser.peek().kind {
            TokenKind::Word(word) if word == "U" => Operator::Until,
            TokenKind::Word(word) if word == "W" => Operator::WeakUntil,
            TokenKind::Word(word) if word == "R" => Operator::Release,
            _ => return Ok(a),
        };
        self.parser.next_token();
        let bound = self.bound()?;
        self.parser.enter()?;
        let b = self.until()?;
        self.parser.leave();
        let span = a.span.to(b.span);
        self.operand(join(bound, Box::new(a), Box::new(b)), span)
    }

    fn unary(&mut self) -> Result<Operand, Diagnostic> {
        let start = self.parser.peek().span;
        let operator = match &self.parser.peek().kind {
            TokenKind::Sign("!") => '!',
            TokenKind::Word(word) if word == "X" => 'X',
            TokenKind::Word(word) if word == "F" => 'F',
            TokenKind::Word(word) if word == "G" => 'G',
            _ => return self.atom(),
        };
        self.parser.next_token();
        let bound = match operator {
            'F' | 'G' => self.bound()?,
            'X' => self.no_bound()?,
            _ => None,
        };
        self.parser.enter()?;
        let a = self.unary()?;
        self.parser.leave();
        let span = start.to(a.span);
        let a = Box::new(a);
        let kind = match operator {
            'F' => Operator::Eventually(bound, a),
            'G' => Operator::Globally(bound, a),
            'X' => Operator::Next(a),
            _ => Operator::Not(a),
        };
        self.operand(kind, span)
    }

    fn no_bound(&self) -> Result<Option<Bound>, Diagnostic> {
        match self.parser.peek().kind {
            TokenKind::Sign("<" | "<=" | ">" | ">=" | "==" | "[") => Err(Diagnostic::at(
                self.parser.place(),
                "`X` looks exactly one step ahead and takes no bound",
            )),
            _ => Ok(None),
        }
    }

    /// Reads `<=k` or `<k` after a temporal operator.
    fn bound(&mut self) -> Result<Option<Bound>, Diagnostic> {
        let strict = match self.parser.peek().kind {
            TokenKind::Sign("<=") => false,
            TokenKind::Sign("<") => true,
            TokenKind::Sign(">" | ">=" | "==" | "[") => {
                return Err(
                    Diagnostic::at(self.parser.place(), "a bound on steps is `<=k` or `<k`")
                        .label("other bounds are not supported"),
                );
            }
            _ => return Ok(None),
        };
        self.parser.next_token();
        if matches!(self.parser.peek().kind, TokenKind::Sign("-")) {
            return Err(self.parser.unexpected("a number of steps from 0 on"));
        }
        if self.parser.peek().kind == TokenKind::End {
            return Err(self.parser.unexpected("a number of steps"));
        }
        let limit = self.parser.simple()?;
        Ok(Some(Bound { limit, strict }))
    }

    /// Reads an expression of one state, or a formula in parentheses.
    fn atom(&mut self) -> Result<Operand, Diagnostic> {
        let position = self.parser.position();
        let open = self.parser.peek().clone();
        if open.kind != TokenKind::Sign("(") {
            let expression = self.state()?;
            return self.atomic(expression);
        }
        // `(x + 1) > 2` begins like `(a U b) && c`: only reading on tells.
        let mut ahead = self.parser.clone();
        let (error, reached) = match ahead.comparison() {
            Ok(expression) => {
                self.parser = ahead;
                return self.atomic(expression);
            }
            Err(error) => (error, ahead.position()),
        };
        self.parser.return_to(position + 1);
        self.parser.enter()?;
        let inner = self.implies();
        let inner = inner.and_then(|inner| self.parser.close(open.span).map(|()| inner));
        self.parser.leave();
        match inner {
            Ok(inner) => Ok(Operand {
                span: self.parser.span_from(open.span.start),
                kind: inner.kind,
            }),
            // Of two readings, the one that got further is more likely meant.
            Err(_) if reached > self.parser.position() => Err(error),
            Err(other) => Err(other),
        }
    }

    fn state(&mut self) -> Result<Expression, Diagnostic> {
        let token = self.parser.peek();
        let begins = match &token.kind {
            TokenKind::Number(_) | TokenKind::Quoted(_) | TokenKind::Sign("-") => true,
            TokenKind::Word(word) => word != "in" && !RESERVED.contains(&word.as_str()),
            TokenKind::Sign(_) | TokenKind::End => false,
        };
        if begins {
            return self.parser.comparison();
        }
        Err(self.parser.unexpected("a formula"))
    }

    fn atomic(&mut self, expression: Expression) -> Result<Operand, Diagnostic> {
        let span = expression.root.span;
        let kind = match expression.root.kind {
            TermKind::Bool(true) => Operator::True,
            TermKind::Bool(false) => Operator::False,
            _ => Operator::State(expression),
        };
        self.operand(kind, span)
    }
}
