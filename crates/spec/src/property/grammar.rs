//! Reading the expressions and the temporal operators of properties.

use crate::property::syntax::{Automaton, Limit, Part, PartKind, Property, Window};
use murphy_notation::{
    BinaryOperator, Diagnostic, Expression, Function, Parser, Passage, Span, Term, TermKind, TokenKind,
    UnaryOperator,
};

/// The words that are no names in properties.
const RESERVED: &[&str] = &[
    "A",
    "C",
    "Cdiscount",
    "E",
    "F",
    "G",
    "I",
    "P",
    "Pmax",
    "Pmaxmax",
    "Pmaxmin",
    "Pmin",
    "Pminmax",
    "Pminmin",
    "R",
    "Rmax",
    "Rmaxmax",
    "Rmaxmin",
    "Rmin",
    "Rminmax",
    "Rminmin",
    "S",
    "Smax",
    "Smin",
    "Smaxmax",
    "Smaxmin",
    "Sminmax",
    "Sminmin",
    "U",
    "W",
    "X",
];
/// How many parts one property may have.
const PARTS_MAX: usize = 10_000;
/// How many operators may hang on each other.
const HEIGHT_MAX: usize = 200;

impl Property {
    /// Reads a property.
    ///
    /// # Errors
    /// The first mistake in the text, with its place.
    pub fn parse(passage: &Passage) -> Result<Self, Diagnostic> {
        Self::parse_among(passage, &[])
    }

    /// Reads a property that may name others by the names given.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_among(passage: &Passage, others: &[String]) -> Result<Self, Diagnostic> {
        let mut grammar = Grammar {
            parser: Parser::new(passage, RESERVED)?,
            parts: 0,
            in_path: false,
            others,
        };
        let (root, _) = grammar.formula()?;
        grammar.parser.finish()?;
        Ok(Self {
            root,
            passage: passage.clone(),
        })
    }
}

/// A part with the height of its tree.
pub(super) type Tall = (Part, usize);

pub(super) struct Grammar<'a> {
    pub(super) parser: Parser,
    parts: usize,
    /// Whether a path formula is being read, in which `||` asks for a condition.
    in_path: bool,
    others: &'a [String],
}

impl Grammar<'_> {
    /// Makes a part, within the limits on size and height.
    pub(super) fn part(&mut self, kind: PartKind, span: Span, height: usize) -> Result<Tall, Diagnostic> {
        self.parts += 1;
        if self.parts <= PARTS_MAX && height < HEIGHT_MAX {
            return Ok((Part { kind, span }, height + 1));
        }
        let place = self.parser.passage().place(span);
        Err(Diagnostic::at(place, "this property is too large")
            .label(format!(
                "at most {PARTS_MAX} operators, {HEIGHT_MAX} inside one another"
            ))
            .hint("name parts of it as labels of the model"))
    }

    /// Reads a formula: `U`, `W` and `R` bind loosest.
    pub(super) fn formula(&mut self) -> Result<Tall, Diagnostic> {
        let (a, height) = self.choice()?;
        type Join = fn(Window, Box<Part>, Box<Part>) -> PartKind;
        let join: Join = match &self.parser.peek().kind {
            TokenKind::Word(word) if word == "U" => PartKind::Until,
            TokenKind::Word(word) if word == "W" => PartKind::WeakUntil,
            TokenKind::Word(word) if word == "R" => PartKind::Release,
            _ => return Ok((a, height)),
        };
        self.parser.next_token();
        let window = self.window()?;
        self.parser.enter()?;
        let (b, other) = self.formula()?;
        self.parser.leave();
        let span = a.span.to(b.span);
        self.part(join(window, Box::new(a), Box::new(b)), span, height.max(other))
    }

    /// Reads the bound after a temporal operator, if there is one.
    fn window(&mut self) -> Result<Window, Diagnostic> {
        let limit = |number, strict| Some(Limit { number, strict });
        for (sign, strict, upper) in [
            ("<=", false, true),
            ("<", true, true),
            (">=", false, false),
            (">", true, false),
        ] {
            if self.parser.eat(sign) {
                let number = limit(self.bound_number()?, strict);
                return Ok(match upper {
                    true => Window {
                        from: None,
                        to: number,
                    },
                    false => Window {
                        from: number,
                        to: None,
                    },
                });
            }
        }
        if self.parser.eat("==") {
            let number = self.bound_number()?;
            return Ok(Window {
                from: limit(number.clone(), false),
                to: limit(number, false),
            });
        }
        if self.parser.eat("[") {
            let from = self.parser.expression()?;
            self.parser.expect(",")?;
            let to = self.parser.expression()?;
            self.parser.expect("]")?;
            return Ok(Window {
                from: limit(from, false),
                to: limit(to, false),
            });
        }
        Ok(Window::default())
    }

    /// Reads a number, a name or something in parentheses: what follows it belongs to the formula.
    pub(super) fn bound_number(&mut self) -> Result<Expression, Diagnostic> {
        self.parser.simple()
    }

    /// Says whether the `||` that comes next asks for a condition: it is written with two bars in a path formula, and a temporal operator is on
    /// either side.
    fn conditions(&self, before: &[Tall]) -> bool {
        let span = self.parser.peek().span;
        if !self.in_path || span.end - span.start < 2 {
            return false;
        }
        let mut ahead = self.parser.clone();
        ahead.next_token();
        while ahead.eat("!") || ahead.eat("(") {}
        let follows =
            matches!(&ahead.peek().kind, TokenKind::Word(word) if matches!(word.as_str(), "X" | "F" | "G"));
        follows || before.iter().any(|(part, _)| part.is_temporal())
    }

    /// Reads the formula in the brackets of `P`: perhaps one on the condition of another.
    pub(super) fn path_formula(&mut self) -> Result<Tall, Diagnostic> {
        let outside = std::mem::replace(&mut self.in_path, true);
        let (mut a, mut height) = self.formula()?;
        if self.parser.sees("||") {
            self.parser.next_token();
            let (b, other) = self.formula()?;
            let span = a.span.to(b.span);
            let kind = PartKind::OnCondition(Box::new(a), Box::new(b));
            (a, height) = self.part(kind, span, height.max(other))?;
        }
        self.in_path = outside;
        Ok((a, height))
    }

    fn choice(&mut self) -> Result<Tall, Diagnostic> {
        let condition = self.implies()?;
        if !self.parser.eat("?") {
            return Ok(condition);
        }
        self.parser.enter()?;
        let then = self.choice()?;
        self.parser.expect(":")?;
        let otherwise = self.choice()?;
        self.parser.leave();
        let span = condition.0.span.to(otherwise.0.span);
        let height = condition.1.max(then.1).max(otherwise.1);
        let parts = [condition.0, then.0, otherwise.0];
        match take_plain(parts) {
            Ok(terms) => self.plain(TermKind::Choice(Box::new(terms)), span),
            Err(parts) => self.part(PartKind::Choice(parts), span, height),
        }
    }

    fn implies(&mut self) -> Result<Tall, Diagnostic> {
        let a = self.iff()?;
        if !self.parser.eat("=>") {
            return Ok(a);
        }
        self.parser.enter()?;
        let b = self.implies()?;
        self.parser.leave();
        self.binary(BinaryOperator::Implies, a, b)
    }

    fn iff(&mut self) -> Result<Tall, Diagnostic> {
        let mut a = self.or()?;
        while self.parser.eat("<=>") {
            let b = self.or()?;
            a = self.binary(BinaryOperator::Iff, a, b)?;
        }
        Ok(a)
    }

    fn or(&mut self) -> Result<Tall, Diagnostic> {
        let mut items = vec![self.and()?];
        while self.parser.sees("||") && !self.conditions(&items) {
            self.parser.next_token();
            items.push(self.and()?);
        }
        self.balanced(BinaryOperator::Or, items)
    }

    fn and(&mut self) -> Result<Tall, Diagnostic> {
        let mut items = vec![self.negation()?];
        while self.parser.eat("&&") {
            items.push(self.negation()?);
        }
        self.balanced(BinaryOperator::And, items)
    }

    /// Joins the items in order but with a low tree.
    fn balanced(&mut self, operator: BinaryOperator, mut items: Vec<Tall>) -> Result<Tall, Diagnostic> {
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
        items.pop().ok_or_else(|| self.parser.unexpected("a formula"))
    }

    fn negation(&mut self) -> Result<Tall, Diagnostic> {
        let start = self.parser.peek().span;
        if !self.parser.eat("!") {
            return self.equality();
        }
        self.parser.enter()?;
        let (a, height) = self.negation()?;
        self.parser.leave();
        let span = start.to(a.span);
        self.unary(UnaryOperator::Not, (a, height), span)
    }

    fn unary(&mut self, operator: UnaryOperator, (a, height): Tall, span: Span) -> Result<Tall, Diagnostic> {
        match (a.kind, operator) {
            (PartKind::Plain(a), _) => self.plain(TermKind::Unary(operator, Box::new(a.root)), span),
            (kind, operator) => {
                let a = Box::new(Part { kind, span: a.span });
                let kind = match operator {
                    UnaryOperator::Not => PartKind::Not(a),
                    UnaryOperator::Negate => PartKind::Negate(a),
                };
                self.part(kind, span, height)
            }
        }
    }

    fn equality(&mut self) -> Result<Tall, Diagnostic> {
        let a = self.comparison()?;
        for (sign, operator) in [("==", BinaryOperator::Equal), ("!=", BinaryOperator::Differs)] {
            if self.parser.eat(sign) {
                let b = self.comparison()?;
                return self.binary(operator, a, b);
            }
        }
        Ok(a)
    }

    fn comparison(&mut self) -> Result<Tall, Diagnostic> {
        let a = self.sum()?;
        for operator in [
            BinaryOperator::LessOrEqual,
            BinaryOperator::Less,
            BinaryOperator::GreaterOrEqual,
            BinaryOperator::Greater,
        ] {
            if self.parser.eat(operator.sign()) {
                let b = self.sum()?;
                return self.binary(operator, a, b);
            }
        }
        Ok(a)
    }

    fn sum(&mut self) -> Result<Tall, Diagnostic> {
        let mut a = self.product()?;
        loop {
            let operator = match self.parser.peek().kind {
                TokenKind::Sign("+") => BinaryOperator::Add,
                TokenKind::Sign("-") => BinaryOperator::Subtract,
                _ => return Ok(a),
            };
            self.parser.next_token();
            let b = self.product()?;
            a = self.binary(operator, a, b)?;
        }
    }

    fn product(&mut self) -> Result<Tall, Diagnostic> {
        let mut a = self.minus()?;
        loop {
            let operator = match self.parser.peek().kind {
                TokenKind::Sign("*") => BinaryOperator::Multiply,
                TokenKind::Sign("/") => BinaryOperator::Divide,
                TokenKind::Sign("%") => BinaryOperator::Remainder,
                _ => return Ok(a),
            };
            self.parser.next_token();
            let b = self.minus()?;
            a = self.binary(operator, a, b)?;
        }
    }

    fn minus(&mut self) -> Result<Tall, Diagnostic> {
        let start = self.parser.peek().span;
        if !self.parser.eat("-") {
            return self.operand();
        }
        self.parser.enter()?;
        let (a, height) = self.minus()?;
        self.parser.leave();
        let span = start.to(a.span);
        self.unary(UnaryOperator::Negate, (a, height), span)
    }

    fn operand(&mut self) -> Result<Tall, Diagnostic> {
        let token = self.parser.peek().clone();
        match token.kind {
            TokenKind::Word(word) => self.word(&word, token.span),
            TokenKind::Quoted(name) if self.others.contains(&name) => {
                self.parser.next_token();
                self.part(PartKind::Reference(name), token.span, 0)
            }
            TokenKind::Quoted(name) => {
                self.parser.next_token();
                self.plain(TermKind::Name(format!("\"{name}\"")), token.span)
            }
            TokenKind::Sign("(") => {
                self.parser.next_token();
                self.parser.enter()?;
                let (mut inner, height) = self.formula()?;
                self.parser.close(token.span)?;
                self.parser.leave();
                inner.span = self.parser.span_from(token.span.start);
                if let PartKind::Plain(expression) = &mut inner.kind {
                    expression.root.span = inner.span;
                }
                Ok((inner, height))
            }
            _ => {
                let expression = self.parser.simple()?;
                self.plain(expression.root.kind, expression.root.span)
            }
        }
    }

    fn word(&mut self, word: &str, span: Span) -> Result<Tall, Diagnostic> {
        match word {
            "X" | "F" | "G" => self.temporal(word, span),
            "HOA" if self.names_automaton() => self.automaton(span),
            "A" | "E" | "filter" | "multi" => self.whole(word, span),
            _ if word.starts_with(['P', 'R', 'S']) && RESERVED.contains(&word) => self.question(word, span),
            _ => match FUNCTIONS.iter().find(|entry| entry.0 == word) {
                Some((_, function, least, most))
                    if matches!(self.parser.peek_second().kind, TokenKind::Sign("(")) =>
                {
                    self.call(*function, (*least, *most), span)
                }
                _ => {
                    let expression = self.parser.simple()?;
                    self.plain(expression.root.kind, expression.root.span)
                }
            },
        }
    }

    /// Says whether `HOA` begins an automaton; else it is a name like any other.
    fn names_automaton(&self) -> bool {
        let mut ahead = self.parser.clone();
        ahead.next_token();
        ahead.eat(":") && ahead.sees("{")
    }

    /// Reads `HOA: {"file.hoa", "a" <- x=1, …}`; Storm writes the arrows the other way round.
    fn automaton(&mut self, span: Span) -> Result<Tall, Diagnostic> {
        self.parser.next_token();
        self.parser.expect(":")?;
        self.parser.expect("{")?;
        self.parser.enter()?;
        let (file, place) = self.quoted("the name of a file in quotes")?;
        let (mut propositions, mut height) = (Vec::new(), 0);
        while self.parser.eat(",") {
            let (name, at) = self.quoted("the name of a proposition in quotes")?;
            let arrow =
                self.parser.eat("<") && self.parser.eat("-") || self.parser.eat("-") && self.parser.eat(">");
            if !arrow {
                return Err(self.parser.unexpected("`<-` and what the proposition stands for"));
            }
            if propositions.iter().any(|(known, _)| *known == name) {
                let place = self.parser.passage().place(at);
                return Err(Diagnostic::at(
                    place,
                    format!("the proposition `{name}` stands for two things"),
                ));
            }
            let (part, tall) = self.formula()?;
            height = height.max(tall);
            propositions.push((name, part));
        }
        self.parser.expect("}")?;
        self.parser.leave();
        let span = self.parser.span_from(span.start);
        let automaton = Automaton {
            file,
            place,
            propositions,
        };
        self.part(PartKind::Automaton(automaton), span, height)
    }

    fn quoted(&mut self, what: &str) -> Result<(String, Span), Diagnostic> {
        let token = self.parser.peek().clone();
        let TokenKind::Quoted(name) = token.kind else {
            return Err(self.parser.unexpected(what));
        };
        self.parser.next_token();
        Ok((name, token.span))
    }

    /// Reads `X`, `F` or `G` and what it applies to: all that follows, except `U`, `W` and `R`.
    fn temporal(&mut self, word: &str, span: Span) -> Result<Tall, Diagnostic> {
        self.parser.next_token();
        let window = self.window()?;
        self.parser.enter()?;
        let next = self.parser.peek().clone();
        let (a, height) = match &next.kind {
            TokenKind::Word(word) if matches!(word.as_str(), "X" | "F" | "G") => {
                self.temporal(word, next.span)?
            }
            _ => self.choice()?,
        };
        self.parser.leave();
        let span = span.to(a.span);
        let a = Box::new(a);
        let kind = match word {
            "X" => PartKind::Next(window, a),
            "F" => PartKind::Eventually(window, a),
            _ => PartKind::Globally(window, a),
        };
        self.part(kind, span, height)
    }

    fn call(
        &mut self,
        function: Function,
        (least, most): (usize, usize),
        name: Span,
    ) -> Result<Tall, Diagnostic> {
        self.parser.next_token();
        let open = self.parser.peek().span;
        self.parser.expect("(")?;
        self.parser.enter()?;
        let (mut items, mut height) = (Vec::new(), 0);
        loop {
            let (item, tall) = self.formula()?;
            items.push(item);
            height = height.max(tall);
            if !self.parser.eat(",") {
                break;
            }
        }
        self.parser.close(open)?;
        self.parser.leave();
        let span = self.parser.span_from(name.start);
        if items.len() < least || items.len() > most {
            let place = self.parser.passage().place(span);
            let message = format!("`{}` does not take {} arguments", function.name(), items.len());
            return Err(Diagnostic::at(place, message));
        }
        if items.iter().all(|item| matches!(item.kind, PartKind::Plain(_))) {
            let terms = items.into_iter().filter_map(|item| match item.kind {
                PartKind::Plain(expression) => Some(expression.root),
                _ => None,
            });
            let kind = TermKind::Call(function, terms.collect());
            return self.plain(kind, span);
        }
        self.part(PartKind::Call(function, items), span, height)
    }

    fn binary(&mut self, operator: BinaryOperator, a: Tall, b: Tall) -> Result<Tall, Diagnostic> {
        let span = a.0.span.to(b.0.span);
        let height = a.1.max(b.1);
        match take_plain([a.0, b.0]) {
            Ok([a, b]) => self.plain(TermKind::Binary(operator, Box::new(a), Box::new(b)), span),
            Err(parts) => {
                let [a, b] = *parts;
                self.part(PartKind::Binary(operator, Box::new(a), Box::new(b)), span, height)
            }
        }
    }

    /// Makes an expression, which must not be too tall: whoever walks it does so by recursion.
    fn plain(&mut self, kind: TermKind, span: Span) -> Result<Tall, Diagnostic> {
        let root = Term::new(kind, span);
        if root.height() > Expression::HEIGHT_MAX {
            let place = self.parser.passage().place(span);
            return Err(Diagnostic::at(place, "this expression has too many operators"));
        }
        let expression = Expression {
            root,
            passage: self.parser.passage().clone(),
        };
        Ok((
            Part {
                kind: PartKind::Plain(expression),
                span,
            },
            0,
        ))
    }
}

/// Takes the terms out of parts that are all plain, or gives the parts back.
fn take_plain<const N: usize>(parts: [Part; N]) -> Result<[Term; N], Box<[Part; N]>> {
    if !parts.iter().all(|part| matches!(part.kind, PartKind::Plain(_))) {
        return Err(Box::new(parts));
    }
    Ok(parts.map(|part| match part.kind {
        PartKind::Plain(expression) => expression.root,
        // Every part is plain: it was asked above.
        _ => Term::new(TermKind::Bool(false), part.span),
    }))
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
