//! Reads expressions of the PRISM language.
//!
//! From the loosest to the tightest: `? :`, `=>`, `<=>`, `|`, `&`, `!`, `= !=`, `< <= > >=`, `+ -`, `* /`, unary `-`.

use super::cursor::Cursor;
use super::lexer::{Token, TokenKind};
use crate::unfolding::{Comparison, DEPTH_MAX, Expr, ExprKind, Function};
use murphy_notation::{Diagnostic, Rational, Span};

/// How tightly an operator binds.
type Level = u8;
const IMPLIES: Level = 1;
const IFF: Level = 2;
const ANY: Level = 3;
const ALL: Level = 4;
const EQUAL: Level = 6;
const LESS: Level = 7;
const SUM: Level = 8;
const PRODUCT: Level = 9;

fn binary_level(token: Token<'_>) -> Option<Level> {
    if token.kind != TokenKind::Sign {
        return None;
    }
    Some(match token.text {
        "=>" => IMPLIES,
        "<=>" => IFF,
        "|" => ANY,
        "&" => ALL,
        "=" | "!=" => EQUAL,
        "<" | "<=" | ">" | ">=" => LESS,
        "+" | "-" => SUM,
        "*" | "/" => PRODUCT,
        _ => return None,
    })
}

impl Cursor<'_> {
    /// Reads one expression.
    pub(super) fn expression(&mut self) -> Result<Expr, Diagnostic> {
        self.enter()?;
        let first = self.binary(IMPLIES)?;
        let expression = if self.at_sign("?") {
            self.cases(first)
        } else {
            Ok(first)
        };
        self.depth -= 1;
        expression
    }

    fn enter(&mut self) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.too_deep(self.peek().span));
        }
        Ok(())
    }

    fn too_deep(&self, span: Span) -> Diagnostic {
        self.error(
            span,
            format!("the expression is nested more than {DEPTH_MAX} levels deep"),
        )
        .hint("give parts of it a name with `formula`")
    }

    /// Reads `? a : b` after its condition, and further cases in `b`.
    fn cases(&mut self, first: Expr) -> Result<Expr, Diagnostic> {
        let start = first.span;
        let mut condition = first;
        let mut cases = Vec::new();
        loop {
            self.expect("?")?;
            let then = self.expression()?;
            self.expect(":")?;
            cases.push((condition, then));
            let next = self.binary(IMPLIES)?;
            if !self.at_sign("?") {
                let span = start.to(next.span);
                let deepest = cases.iter().map(|(c, t)| c.depth.max(t.depth)).max().unwrap_or(0);
                let depth = deepest.max(next.depth);
                return self.node(ExprKind::Case(cases, Box::new(next)), span, depth);
            }
            condition = next;
        }
    }

    /// Reads operands joined by operators of at least this level.
    fn binary(&mut self, least: Level) -> Result<Expr, Diagnostic> {
        let mut left = self.prefix()?;
        loop {
            let operator = self.peek();
            match binary_level(operator) {
                Some(level) if level >= least => {
                    self.next();
                    let right = self.binary(level + 1)?;
                    left = self.join(operator.text, left, right)?;
                }
                _ => return Ok(left),
            }
        }
    }

    fn join(&self, operator: &str, left: Expr, right: Expr) -> Result<Expr, Diagnostic> {
        let span = left.span.to(right.span);
        let depth = left.depth.max(right.depth);
        let longer = |mut list: Expr, added: u16| {
            list.span = span;
            list.depth = list.depth.max(added.saturating_add(1));
            list
        };
        let right_depth = right.depth;
        let kind = match (operator, left) {
            // Chains are one node, so that a long one is not a deep one.
            (
                "&",
                mut list @ Expr {
                    kind: ExprKind::All(_),
                    ..
                },
            ) => {
                if let ExprKind::All(items) = &mut list.kind {
                    items.push(right);
                }
                return self.checked(longer(list, right_depth));
            }
            (
                "|",
                mut list @ Expr {
                    kind: ExprKind::Any(_),
                    ..
                },
            ) => {
                if let ExprKind::Any(items) = &mut list.kind {
                    items.push(right);
                }
                return self.checked(longer(list, right_depth));
            }
            (
                "+" | "-",
                mut list @ Expr {
                    kind: ExprKind::Sum(_),
                    ..
                },
            ) => {
                if let ExprKind::Sum(items) = &mut list.kind {
                    items.push((operator == "-", right));
                }
                return self.checked(longer(list, right_depth));
            }
            ("&", left) => ExprKind::All(vec![left, right]),
            ("|", left) => ExprKind::Any(vec![left, right]),
            ("+" | "-", left) => ExprKind::Sum(vec![(false, left), (operator == "-", right)]),
            ("*", left) => ExprKind::Product(Box::new([left, right])),
            ("/", left) => ExprKind::Quotient(Box::new([left, right])),
            ("=>", left) => ExprKind::Implies(Box::new([left, right])),
            ("<=>", left) => ExprKind::Iff(Box::new([left, right])),
            (_, left) => ExprKind::Compare(comparison(operator), Box::new([left, right])),
        };
        self.node(kind, span, depth)
    }

    fn prefix(&mut self) -> Result<Expr, Diagnostic> {
        let start = self.peek().span;
        let not = self.at_sign("!");
        if not || self.at_sign("-") {
            self.next();
            self.enter()?;
            let operand = if not { self.binary(EQUAL)? } else { self.prefix()? };
            self.depth -= 1;
            let (span, depth) = (start.to(operand.span), operand.depth);
            let operand = Box::new(operand);
            let kind = if not {
                ExprKind::Not(operand)
            } else {
                ExprKind::Negate(operand)
            };
            return self.node(kind, span, depth);
        }
        self.atom()
    }

    fn atom(&mut self) -> Result<Expr, Diagnostic> {
        let token = self.peek();
        match token.kind {
            TokenKind::Whole | TokenKind::Decimal => self.number(),
            TokenKind::Word => self.word(),
            TokenKind::Sign if token.text == "(" => {
                self.next();
                let mut inner = self.expression()?;
                self.expect(")")?;
                inner.span = token.span.to(Span::new(token.span.end, self.last_end()));
                // In brackets it is one operand, also of an operator like its own.
                Ok(inner)
            }
            TokenKind::Quoted => Err(self
                .unexpected("an expression")
                .hint("labels stand in properties; inside the model, use a `formula`")),
            _ => Err(self.unexpected("an expression")),
        }
    }

    fn number(&mut self) -> Result<Expr, Diagnostic> {
        let token = self.next();
        let kind = if token.kind == TokenKind::Whole {
            let value = token
                .text
                .parse()
                .map_err(|_| self.error(token.span, "the whole number has more than 64 bits"))?;
            ExprKind::Whole(value)
        } else {
            let value: Rational = token
                .text
                .parse()
                .map_err(|error| self.error(token.span, format!("{error}")))?;
            ExprKind::Number(value)
        };
        self.node(kind, token.span, 0)
    }

    fn word(&mut self) -> Result<Expr, Diagnostic> {
        let token = self.peek();
        match token.text {
            "true" | "false" => {
                self.next();
                self.node(ExprKind::Truth(token.text == "true"), token.span, 0)
            }
            "func" => {
                self.next();
                self.expect("(")?;
                let name = self.next();
                self.expect(",")?;
                self.call(name, token.span)
            }
            _ if self.ahead(1).text == "(" && self.ahead(1).kind == TokenKind::Sign => {
                self.next();
                self.next();
                self.call(token, token.span)
            }
            _ => {
                let name = self.name("an expression")?;
                self.node(ExprKind::Name(name.text), name.span, 0)
            }
        }
    }

    /// Reads the arguments of a function, after the opening bracket.
    fn call(&mut self, name: Token<'_>, start: Span) -> Result<Expr, Diagnostic> {
        const FUNCTIONS: [&str; 8] = ["min", "max", "floor", "ceil", "round", "pow", "mod", "log"];
        let Some(function) = Function::named(name.text) else {
            let error = self.error(name.span, format!("there is no function `{}`", name.text));
            return Err(match murphy_notation::hint_for(name.text, &FUNCTIONS) {
                Some(hint) => error.hint(hint),
                None => error,
            });
        };
        let mut arguments = vec![self.expression()?];
        while self.accept(",") {
            arguments.push(self.expression()?);
        }
        self.expect(")")?;
        let span = Span::new(start.start, self.last_end());
        if !function.takes(arguments.len()) {
            let message = format!("`{}` does not take {} arguments", name.text, arguments.len());
            return Err(self.error(span, message));
        }
        let depth = arguments.iter().map(|a| a.depth).max().unwrap_or(0);
        self.node(ExprKind::Call(function, arguments), span, depth)
    }

    /// Returns an expression over parts of at most this depth.
    fn node(&self, kind: ExprKind, span: Span, parts: u16) -> Result<Expr, Diagnostic> {
        let depth = parts.saturating_add(1);
        self.checked(Expr { kind, span, depth })
    }

    fn checked(&self, expression: Expr) -> Result<Expr, Diagnostic> {
        if expression.depth > DEPTH_MAX {
            return Err(self.too_deep(expression.span));
        }
        Ok(expression)
    }
}

fn comparison(operator: &str) -> Comparison {
    match operator {
        "=" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::Greater,
        _ => Comparison::AtLeast,
    }
}
