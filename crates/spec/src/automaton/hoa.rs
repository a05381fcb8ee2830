//! The Hanoi Omega-Automata format, version 1: deterministic automata with marks on states or on edges.
//!
//! # Source
//! Babiak, Blahoudek, Duret-Lutz, Klein, Křetínský, Müller, Parker, Strejček: "The Hanoi Omega-Automata Format", CAV 2015, and the description of
//! version 1 that they keep.

use crate::automaton::acceptance::Acceptance;
use crate::automaton::guard::{Cube, Guard};
use crate::automaton::hoa_tokens::{Token, TokenKind, Tokens};
use crate::automaton::omega::{Edge, OmegaAutomaton};
use crate::automaton::{PROPOSITIONS_MAX, TooLarge};
use murphy_notation::{Diagnostic, Source, Span};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest file.
const BYTES_MAX: usize = 1 << 24;
/// The most states.
const STATES_MAX: u32 = 1 << 16;
/// The most edges, cubes in conditions on letters, and atoms in the conditions of a file.
const SIZE_MAX: usize = 1 << 20;
/// The most marks, those of complements included.
const MARKS_MAX: u32 = 32;
/// How deep conditions may be nested.
const DEPTH_MAX: usize = 100;
/// How many atoms one condition may have: it is gone through by recursion.
const ATOMS_MAX: usize = 1000;
/// How many steps may go into taking conditions apart and comparing them.
const WORK_MAX: usize = 1 << 26;

impl OmegaAutomaton {
    /// Reads an automaton.
    ///
    /// # Errors
    /// The first mistake in the text, with its place; or that the automaton has more than one run for a word, or is too large.
    pub fn read_hoa(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        if source.text.len() > BYTES_MAX {
            let size = source.text.len();
            return Err(Diagnostic::new(format!(
                "`{}` has {size} bytes, more than the {BYTES_MAX} that an automaton may have",
                source.name
            )));
        }
        let mut reader = Reader {
            tokens: Tokens::new(source)?,
            declared: None,
            start: None,
            propositions: Vec::new(),
            aliases: BTreeMap::new(),
            sets: 0,
            acceptance: None,
            complements: BTreeMap::new(),
            states: Vec::new(),
            known: Vec::new(),
            size: 0,
            depth: 0,
            work: WORK_MAX,
        };
        reader.header()?;
        reader.body()?;
        reader.finish(source)
    }
}

struct Reader<'t> {
    tokens: Tokens<'t>,
    declared: Option<u32>,
    start: Option<(u32, Span)>,
    propositions: Vec<String>,
    aliases: BTreeMap<String, Guard>,
    sets: u32,
    acceptance: Option<Acceptance>,
    /// The mark of what is not in a set, by the set.
    complements: BTreeMap<u32, u32>,
    states: Vec<Vec<Edge>>,
    /// Where each state is written, if it is.
    known: Vec<Option<Span>>,
    /// Edges and cubes so far.
    size: usize,
    depth: usize,
    /// What is left of [`WORK_MAX`].
    work: usize,
}

impl Reader<'_> {
    fn header(&mut self) -> Result<(), Diagnostic> {
        let first = self.tokens.next()?;
        if first.kind != TokenKind::Header("HOA") {
            return Err(self
                .tokens
                .unexpected(&first, "`HOA: v1`, which begins an automaton"));
        }
        let version = self.tokens.next()?;
        if version.kind != TokenKind::Name("v1") {
            return Err(self
                .tokens
                .unexpected(&version, "the version `v1`, which is the one that is read"));
        }
        loop {
            let item = self.tokens.next()?;
            match item.kind {
                TokenKind::Header(name) => self.item(name, &item)?,
                TokenKind::Body if self.acceptance.is_some() => return Ok(()),
                TokenKind::Body => {
                    return Err(self.tokens.fault(item.span, "the header has no `Acceptance:`"));
                }
                _ => {
                    return Err(self
                        .tokens
                        .unexpected(&item, "a line of the header or `--BODY--`"));
                }
            }
        }
    }

    fn item(&mut self, name: &str, item: &Token<'_>) -> Result<(), Diagnostic> {
        let twice = match name {
            "States" => self.declared.is_some(),
            "AP" => !self.propositions.is_empty(),
            "Acceptance" => self.acceptance.is_some(),
            _ => false,
        };
        if twice {
            return Err(self
                .tokens
                .fault(item.span, format!("`{name}:` stands here for the second time")));
        }
        match name {
            "States" => self.declared = Some(self.number("the number of states", STATES_MAX + 1)?),
            "Start" => {
                let (state, span) = self.one_state()?;
                if self.start.is_some() {
                    return Err(self.nondeterministic(span, "a second initial state"));
                }
                self.start = Some((state, span));
            }
            "AP" => self.propositions()?,
            "Alias" => {
                let token = self.tokens.next()?;
                let TokenKind::Alias(alias) = token.kind else {
                    return Err(self.tokens.unexpected(&token, "a name like `@a`"));
                };
                let guard = self.guard()?;
                if self.aliases.insert(alias.to_owned(), guard).is_some() {
                    return Err(self
                        .tokens
                        .fault(token.span, format!("`@{alias}` is named twice")));
                }
            }
            "Acceptance" => {
                self.sets = self.number("the number of acceptance sets", MARKS_MAX + 1)?;
                self.acceptance = Some(self.acceptance()?);
            }
            _ if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
                let message =
                    format!("`{name}:` is not known, and its capital says that the meaning depends on it");
                return Err(self.tokens.fault(item.span, message));
            }
            _ => {
                while self.tokens.peek().is_value() {
                    self.tokens.next()?;
                }
            }
        }
        Ok(())
    }

    fn propositions(&mut self) -> Result<(), Diagnostic> {
        let count = self.number("the number of propositions", PROPOSITIONS_MAX + 1)?;
        for _ in 0..count {
            let token = self.tokens.next()?;
            let TokenKind::Text(name) = token.kind else {
                return Err(self
                    .tokens
                    .unexpected(&token, "the name of a proposition in quotes"));
            };
            if self.propositions.contains(&name) {
                return Err(self
                    .tokens
                    .fault(token.span, format!("there are two propositions `{name}`")));
            }
            self.propositions.push(name);
        }
        Ok(())
    }

    /// Reads a whole number below a limit.
    fn number(&mut self, what: &str, limit: u32) -> Result<u32, Diagnostic> {
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::Int(number) if number < limit => Ok(number),
            TokenKind::Int(number) => {
                let message = format!("{what} is {number}, but must be below {limit}");
                Err(self.tokens.fault(token.span, message))
            }
            _ => Err(self.tokens.unexpected(&token, what)),
        }
    }

    /// Reads a state; several joined by `&` are refused.
    fn one_state(&mut self) -> Result<(u32, Span), Diagnostic> {
        let span = self.tokens.peek().span;
        let limit = self.declared.unwrap_or(STATES_MAX);
        let state = self.number("a state", limit)?;
        let joined = self.tokens.peek().clone();
        if joined.kind == TokenKind::Sign('&') {
            let error = self
                .tokens
                .fault(joined.span, "alternating automata are not supported");
            return Err(error.hint("make it deterministic first, for example with Spot: autfilt -D -G"));
        }
        Ok((state, span))
    }

    fn nondeterministic(&self, span: Span, what: &str) -> Diagnostic {
        let error = self
            .tokens
            .fault(span, format!("the automaton is not deterministic: {what}"));
        error.hint("against Nature only deterministic automata are right; Spot makes them: autfilt -D -G")
    }

    fn enter(&mut self, span: Span) -> Result<(), Diagnostic> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(self.tokens.fault(span, "this is nested too deep"));
        }
        Ok(())
    }

    /// Counts what the automaton takes.
    fn count(&mut self, more: usize, span: Span) -> Result<(), Diagnostic> {
        self.size += more;
        if self.size > SIZE_MAX {
            return Err(self.tokens.fault(span, TooLarge.to_string()));
        }
        Ok(())
    }

    /// Reads a condition on letters: `|` binds loosest, `!` tightest.
    fn guard(&mut self) -> Result<Guard, Diagnostic> {
        let mut guard = self.guard_and()?;
        while self.tokens.eat('|')? {
            let other = self.guard_and()?;
            guard = self.bounded(guard.or(other))?;
        }
        Ok(guard)
    }

    fn guard_and(&mut self) -> Result<Guard, Diagnostic> {
        let mut guard = self.guard_atom()?;
        while self.tokens.eat('&')? {
            let other = self.guard_atom()?;
            guard = self.bounded(guard.and(other))?;
        }
        Ok(guard)
    }

    fn bounded(&mut self, guard: Guard) -> Result<Guard, Diagnostic> {
        let size = guard.size();
        let left = self.work.checked_sub(size).filter(|_| size <= ATOMS_MAX);
        self.work = left.ok_or_else(|| self.tokens.fault(self.tokens.peek().span, TooLarge.to_string()))?;
        Ok(guard)
    }

    fn guard_atom(&mut self) -> Result<Guard, Diagnostic> {
        let token = self.tokens.next()?;
        self.enter(token.span)?;
        let guard = match token.kind {
            TokenKind::Name("t") => Guard::Constant(true),
            TokenKind::Name("f") => Guard::Constant(false),
            TokenKind::Int(number) if (number as usize) < self.propositions.len() => {
                Guard::Proposition(number)
            }
            TokenKind::Int(number) => {
                let count = self.propositions.len();
                let message = format!("proposition {number} of {count}: they are counted from 0");
                return Err(self.tokens.fault(token.span, message));
            }
            TokenKind::Alias(alias) => match self.aliases.get(alias).cloned() {
                Some(guard) => guard,
                None => {
                    let message = format!("`@{alias}` is not named before");
                    return Err(self.tokens.fault(token.span, message));
                }
            },
            TokenKind::Sign('!') => self.guard_atom()?.not(),
            TokenKind::Sign('(') => {
                let guard = self.guard()?;
                self.tokens.expect(')')?;
                guard
            }
            _ => return Err(self.tokens.unexpected(&token, "a condition on propositions")),
        };
        self.depth -= 1;
        Ok(guard)
    }

    fn acceptance(&mut self) -> Result<Acceptance, Diagnostic> {
        let mut condition = self.acceptance_and()?;
        while self.tokens.eat('|')? {
            condition = Acceptance::Or(Box::new(condition), Box::new(self.acceptance_and()?));
        }
        Ok(condition)
    }

    fn acceptance_and(&mut self) -> Result<Acceptance, Diagnostic> {
        let mut condition = self.acceptance_atom()?;
        while self.tokens.eat('&')? {
            condition = Acceptance::And(Box::new(condition), Box::new(self.acceptance_atom()?));
        }
        Ok(condition)
    }

    fn acceptance_atom(&mut self) -> Result<Acceptance, Diagnostic> {
        let token = self.tokens.next()?;
        self.enter(token.span)?;
        let condition = match token.kind {
            TokenKind::Name("t") => Acceptance::Constant(true),
            TokenKind::Name("f") => Acceptance::Constant(false),
            TokenKind::Name(name @ ("Fin" | "Inf")) => {
                self.tokens.expect('(')?;
                let outside = self.tokens.eat('!')?;
                let set = self.number("the number of an acceptance set", self.sets)?;
                self.tokens.expect(')')?;
                let mark = if outside {
                    self.complement(set, token.span)?
                } else {
                    set
                };
                if name == "Fin" {
                    Acceptance::Finitely(1 << mark)
                } else {
                    Acceptance::Infinitely(1 << mark)
                }
            }
            TokenKind::Sign('(') => {
                let condition = self.acceptance()?;
                self.tokens.expect(')')?;
                condition
            }
            _ => return Err(self.tokens.unexpected(&token, "`Fin(…)`, `Inf(…)`, `t` or `f`")),
        };
        self.depth -= 1;
        self.count(SIZE_MAX / ATOMS_MAX, token.span)?;
        Ok(condition)
    }

    /// Returns the mark of what is outside of a set.
    fn complement(&mut self, set: u32, span: Span) -> Result<u32, Diagnostic> {
        let next = self.sets + u32::try_from(self.complements.len()).unwrap_or(MARKS_MAX);
        let mark = *self.complements.entry(set).or_insert(next);
        if mark >= 2 * MARKS_MAX - 1 {
            return Err(self.tokens.fault(span, TooLarge.to_string()));
        }
        Ok(mark)
    }

    fn body(&mut self) -> Result<(), Diagnostic> {
        if let Some(states) = self.declared {
            self.states.resize(states as usize, Vec::new());
            self.known.resize(states as usize, None);
        }
        loop {
            let token = self.tokens.next()?;
            match token.kind {
                TokenKind::Header("State") => self.state(token.span)?,
                TokenKind::End => break,
                _ => return Err(self.tokens.unexpected(&token, "`State:` or `--END--`")),
            }
        }
        let token = self.tokens.next()?;
        match token.kind {
            TokenKind::EndOfFile => Ok(()),
            TokenKind::Header("HOA") => Err(self
                .tokens
                .fault(token.span, "the file holds more than one automaton")),
            _ => Err(self.tokens.unexpected(&token, "the end of the file")),
        }
    }

    fn state(&mut self, span: Span) -> Result<(), Diagnostic> {
        let label = self.label()?;
        let limit = self.declared.unwrap_or(STATES_MAX);
        let state = self.number("the number of the state", limit)? as usize;
        if state >= self.states.len() {
            self.states.resize(state + 1, Vec::new());
            self.known.resize(state + 1, None);
        }
        if self
            .known
            .get_mut(state)
            .and_then(|known| known.replace(span))
            .is_some()
        {
            return Err(self
                .tokens
                .fault(span, format!("state {state} stands here for the second time")));
        }
        if matches!(self.tokens.peek().kind, TokenKind::Text(_)) {
            self.tokens.next()?;
        }
        let marks = self.marks()?;
        let mut edges = Vec::new();
        // Where edges have no labels, they stand in the order of the letters.
        let (mut implicit, mut explicit) = (0u64, label.is_some());
        while matches!(self.tokens.peek().kind, TokenKind::Sign('[') | TokenKind::Int(_)) {
            let at = self.tokens.peek().span;
            let own = self.label()?;
            if own.is_some() && (label.is_some() || implicit > 0)
                || own.is_none() && explicit && label.is_none()
            {
                let message = "labels stand on a state, on each of its edges, or on none";
                return Err(self.tokens.fault(at, message));
            }
            explicit |= own.is_some();
            let letters = match own.or_else(|| label.clone()) {
                Some(letters) => letters,
                None => vec![self.letter(&mut implicit, at)?],
            };
            let (target, _) = self.one_state()?;
            let set = marks | self.marks()?;
            self.count(1 + letters.len(), at)?;
            if !letters.is_empty() {
                let marks = self.with_complements(set);
                edges.push((
                    at,
                    Edge {
                        letters,
                        target,
                        marks,
                    },
                ));
            }
        }
        if implicit > 0 && u128::from(implicit) != 1 << self.propositions.len() {
            let message =
                format!("state {state} has {implicit} edges without labels, not one for each letter");
            return Err(self.tokens.fault(span, message));
        }
        if implicit == 0 {
            self.deterministic(&edges)?;
        }
        self.states[state] = edges.into_iter().map(|(_, edge)| edge).collect();
        Ok(())
    }

    /// Returns the next letter of a state whose edges have no labels.
    fn letter(&mut self, implicit: &mut u64, at: Span) -> Result<Cube, Diagnostic> {
        let value = *implicit;
        if u128::from(value) >= 1 << self.propositions.len() {
            return Err(self
                .tokens
                .fault(at, "there are more edges without labels than letters"));
        }
        *implicit += 1;
        let care = u64::MAX.checked_shr(64 - u32::try_from(self.propositions.len()).unwrap_or(64));
        Ok(Cube {
            care: care.unwrap_or(0),
            value,
        })
    }

    /// Reads a label in brackets, if there is one.
    fn label(&mut self) -> Result<Option<Vec<Cube>>, Diagnostic> {
        let span = self.tokens.peek().span;
        if !self.tokens.eat('[')? {
            return Ok(None);
        }
        let guard = self.guard()?;
        self.tokens.expect(']')?;
        let cubes = guard.cubes(&mut self.work);
        let cubes = cubes.map_err(|error| self.tokens.fault(span, error.to_string()))?;
        self.count(cubes.len(), span)?;
        Ok(Some(cubes))
    }

    /// Reads acceptance sets in braces, if there are some.
    fn marks(&mut self) -> Result<u64, Diagnostic> {
        let mut marks = 0;
        if self.tokens.eat('{')? {
            while !self.tokens.eat('}')? {
                marks |= 1 << self.number("the number of an acceptance set", self.sets)?;
            }
        }
        Ok(marks)
    }

    fn with_complements(&self, marks: u64) -> u64 {
        let outside = self.complements.iter().filter(|(set, _)| marks >> **set & 1 == 0);
        outside.fold(marks, |all, (_, mark)| all | 1 << mark)
    }

    /// Checks that no two edges of a state can be taken at once.
    fn deterministic(&mut self, edges: &[(Span, Edge)]) -> Result<(), Diagnostic> {
        for (index, (span, edge)) in edges.iter().enumerate() {
            for (_, other) in &edges[..index] {
                let pairs = edge.letters.len() * other.letters.len();
                let left = self.work.checked_sub(pairs);
                self.work = left.ok_or_else(|| self.tokens.fault(*span, TooLarge.to_string()))?;
                let meets = |cube: &Cube| other.letters.iter().any(|earlier| earlier.meets(*cube));
                if edge.letters.iter().any(meets) {
                    return Err(self.nondeterministic(*span, "two edges of a state can be taken at once"));
                }
            }
        }
        Ok(())
    }

    fn finish(self, source: &Arc<Source>) -> Result<OmegaAutomaton, Diagnostic> {
        let Some((start, span)) = self.start else {
            let message = format!("`{}` has no `Start:`, so it accepts no run", source.name);
            return Err(Diagnostic::new(message).hint("write where runs begin, like `Start: 0`"));
        };
        let count = self.states.len();
        let lost = self
            .states
            .iter()
            .flatten()
            .find(|edge| edge.target as usize >= count);
        if let Some(edge) = lost {
            let message = format!(
                "an edge leads to state {}, but there are {count} states",
                edge.target
            );
            return Err(self.tokens.fault(span, message));
        }
        if start as usize >= count {
            return Err(self
                .tokens
                .fault(span, format!("state {start} is not among the {count} states")));
        }
        let acceptance = self.acceptance.unwrap_or(Acceptance::Constant(false));
        let made = OmegaAutomaton::new(self.propositions, self.states, start, acceptance);
        made.map_err(|error| Diagnostic::new(format!("`{}`: {error}", source.name)))
    }
}
