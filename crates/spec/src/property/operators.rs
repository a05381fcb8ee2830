//! Reading the operators that ask: `P`, `R`, `S`, `A`, `E`, `filter` and `multi`.

use crate::goal::Direction;
use crate::property::grammar::{Grammar, Tall};
use crate::property::syntax::{
    Accumulation, Comparison, Filter, Limit, PartKind, Question, Reward, Threshold,
};
use murphy_notation::{Diagnostic, Span, TokenKind};

/// The ways of one or two directions.
const DIRECTIONS: [(&str, &[Direction]); 6] = [
    ("min", &[Direction::Minimize]),
    ("max", &[Direction::Maximize]),
    ("minmin", &[Direction::Minimize, Direction::Minimize]),
    ("minmax", &[Direction::Minimize, Direction::Maximize]),
    ("maxmin", &[Direction::Maximize, Direction::Minimize]),
    ("maxmax", &[Direction::Maximize, Direction::Maximize]),
];

/// How each filter is spelt.
const FILTERS: [(&str, Filter); 17] = [
    ("min", Filter::Min),
    ("max", Filter::Max),
    ("sum", Filter::Sum),
    ("+", Filter::Sum),
    ("avg", Filter::Mean),
    ("count", Filter::Count),
    ("first", Filter::First),
    ("range", Filter::Range),
    ("forall", Filter::All),
    ("&&", Filter::All),
    ("exists", Filter::Some),
    ("||", Filter::Some),
    ("state", Filter::State),
    ("argmin", Filter::LeastStates),
    ("argmax", Filter::GreatestStates),
    ("print", Filter::Print),
    ("printall", Filter::Print),
];

fn directions(text: &str) -> Option<Vec<Direction>> {
    let found = DIRECTIONS.iter().find(|entry| entry.0 == text);
    found.map(|entry| entry.1.to_vec())
}

impl Grammar<'_> {
    /// Reads `P`, `R` or `S` with its directions, comparison and brackets.
    pub(super) fn question(&mut self, word: &str, start: Span) -> Result<Tall, Diagnostic> {
        self.parser.next_token();
        self.parser.enter()?;
        let (letter, joined) = word.split_at(1);
        let reward = if letter == "R" && joined.is_empty() {
            self.reward()?
        } else {
            Reward::First
        };
        let directions = self.directions(joined);
        let threshold = self.threshold()?;
        let open = self.parser.peek().span;
        self.parser.expect("[")?;
        let (kind, height): (Box<dyn FnOnce(Question) -> PartKind>, usize) = if letter == "R" {
            let (sum, height) = self.accumulation()?;
            (
                Box::new(|question| PartKind::Expected(question, reward, Box::new(sum))),
                height,
            )
        } else {
            let (inside, height) = if letter == "P" {
                self.path_formula()?
            } else {
                self.formula()?
            };
            let inside = Box::new(inside);
            match letter {
                "P" => (
                    Box::new(|question| PartKind::Probability(question, inside)),
                    height,
                ),
                _ => (Box::new(|question| PartKind::LongRun(question, inside)), height),
            }
        };
        let (state, other) = self.old_filter()?;
        if !self.parser.eat("]") {
            let place = self.parser.passage().place(open);
            return Err(self
                .parser
                .unexpected("an operator or `]`")
                .related(place, "`]` would close this"));
        }
        self.parser.leave();
        let span = self.parser.span_from(start.start);
        let question = Question {
            directions,
            threshold,
            state,
        };
        self.part(kind(question), span, height.max(other))
    }

    /// Reads the name or number of a quantity in braces, if there is one.
    fn reward(&mut self) -> Result<Reward, Diagnostic> {
        if !self.parser.eat("{") {
            return Ok(Reward::First);
        }
        let token = self.parser.peek().clone();
        let reward = match token.kind {
            TokenKind::Quoted(name) => {
                self.parser.next_token();
                Reward::Named(name, token.span)
            }
            _ => Reward::Numbered(self.parser.expression()?),
        };
        self.parser.expect("}")?;
        Ok(reward)
    }

    /// Reads the directions, unless they are joined to the letter already.
    fn directions(&mut self, joined: &str) -> Vec<Direction> {
        if let Some(found) = directions(joined) {
            return found;
        }
        let TokenKind::Word(word) = &self.parser.peek().kind else {
            return Vec::new();
        };
        let found = directions(word).unwrap_or_default();
        if !found.is_empty() {
            self.parser.next_token();
        }
        found
    }

    /// Reads `=?`, or a comparison with a number.
    fn threshold(&mut self) -> Result<Option<Threshold>, Diagnostic> {
        if self.parser.eat("==") {
            self.parser.expect("?")?;
            return Ok(None);
        }
        for (sign, comparison) in [
            ("<=", Comparison::LessOrEqual),
            ("<", Comparison::Less),
            (">=", Comparison::GreaterOrEqual),
            (">", Comparison::Greater),
        ] {
            if self.parser.eat(sign) {
                let number = self.parser.expression()?;
                return Ok(Some(Threshold { comparison, number }));
            }
        }
        Err(self.parser.unexpected("`=?` or a comparison such as `>=0.5`"))
    }

    /// Reads what stands in the brackets of `R`.
    fn accumulation(&mut self) -> Result<(Accumulation, usize), Diagnostic> {
        let word = match &self.parser.peek().kind {
            TokenKind::Word(word) => word.clone(),
            _ => String::new(),
        };
        let sum = match word.as_str() {
            "Cdiscount" => {
                self.parser.next_token();
                self.parser.expect("==")?;
                Accumulation::Total(Some(self.parser.expression()?))
            }
            "C" => {
                self.parser.next_token();
                self.cumulative()?
            }
            "I" => {
                self.parser.next_token();
                self.parser.expect("==")?;
                Accumulation::At(self.bound_number()?)
            }
            "S" if matches!(self.parser.peek_second().kind, TokenKind::Sign("]" | "{")) => {
                self.parser.next_token();
                Accumulation::LongRun
            }
            _ => {
                let (formula, height) = self.formula()?;
                return Ok((Accumulation::Until(formula), height));
            }
        };
        Ok((sum, 0))
    }

    fn cumulative(&mut self) -> Result<Accumulation, Diagnostic> {
        let limit = if self.parser.eat("<=") {
            Some(false)
        } else if self.parser.eat("<") {
            Some(true)
        } else {
            None
        };
        let limit = match limit {
            Some(strict) => Some(Limit {
                number: self.bound_number()?,
                strict,
            }),
            None => None,
        };
        let discount = if self.parser.eat_word("discount") {
            self.parser.expect("==")?;
            Some(self.parser.expression()?)
        } else {
            None
        };
        Ok(match limit {
            Some(limit) => Accumulation::Steps(limit, discount),
            None => Accumulation::Total(discount),
        })
    }

    /// Reads `{state}` before the closing bracket.
    fn old_filter(&mut self) -> Result<(Option<Box<crate::property::Part>>, usize), Diagnostic> {
        if !self.parser.eat("{") {
            return Ok((None, 0));
        }
        let (state, height) = self.formula()?;
        self.parser.expect("}")?;
        if self.parser.sees("{") {
            let place = self.parser.place();
            return Err(Diagnostic::at(place, "`{min}` and `{max}` are not supported")
                .hint("write filter(min, …, states) or filter(max, …, states)"));
        }
        Ok((Some(Box::new(state)), height))
    }

    /// Reads `A [ … ]`, `E [ … ]`, `filter(…)` or `multi(…)`.
    pub(super) fn whole(&mut self, word: &str, start: Span) -> Result<Tall, Diagnostic> {
        self.parser.next_token();
        self.parser.enter()?;
        let open = self.parser.peek().span;
        let paths = matches!(word, "A" | "E");
        self.parser.expect(if paths { "[" } else { "(" })?;
        let (kind, height) = match word {
            "filter" => self.filter()?,
            "multi" => {
                let (first, mut height) = self.formula()?;
                let mut items = vec![first];
                while self.parser.eat(",") {
                    let (item, tall) = self.formula()?;
                    items.push(item);
                    height = height.max(tall);
                }
                (PartKind::Several(items), height)
            }
            _ => {
                let (inside, height) = self.formula()?;
                let inside = Box::new(inside);
                let kind = if word == "A" {
                    PartKind::EveryPath(inside)
                } else {
                    PartKind::SomePath(inside)
                };
                (kind, height)
            }
        };
        if paths {
            self.parser.expect("]")?;
        } else {
            self.parser.close(open)?;
        }
        self.parser.leave();
        let span = self.parser.span_from(start.start);
        self.part(kind, span, height)
    }

    fn filter(&mut self) -> Result<(PartKind, usize), Diagnostic> {
        let token = self.parser.peek().clone();
        let spelt = match &token.kind {
            TokenKind::Word(word) => word.as_str(),
            TokenKind::Sign(sign) => sign,
            _ => "",
        };
        let Some((_, filter)) = FILTERS.iter().find(|entry| entry.0 == spelt) else {
            let error = self.parser.unexpected("the name of a filter");
            return Err(error.hint("there are min, max, sum, avg, count, first, range, forall, exists, state, print, argmin, argmax"));
        };
        self.parser.next_token();
        self.parser.expect(",")?;
        let (property, mut height) = self.formula()?;
        let mut states = None;
        if self.parser.eat(",") {
            let (part, tall) = self.formula()?;
            states = Some(Box::new(part));
            height = height.max(tall);
        }
        Ok((PartKind::Filter(*filter, Box::new(property), states), height))
    }
}
