//! Formulas progressed letter by letter, and the automaton of what is left of one.

use crate::automaton::formulas::{Formula, Formulas, Shape};
use std::collections::BTreeMap;
use std::fmt;

/// How many states an automaton may have.
const STATES_MAX: usize = 1 << 16;
/// How many conjunctions one state may have.
const CONJUNCTIONS_MAX: usize = 1 << 10;

/// An automaton, or one of its states, is larger than is worked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the automaton of this formula is too large")
    }
}

impl std::error::Error for TooLarge {}

/// A positive Boolean combination of formulas about the rest of the run: the least set of conjunctions whose disjunction it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rest(pub(super) Vec<Vec<Formula>>);

impl Rest {
    pub(super) fn truth() -> Self {
        Self(vec![Vec::new()])
    }

    pub(super) fn falsehood() -> Self {
        Self(Vec::new())
    }

    fn only(formula: Formula) -> Self {
        Self(vec![vec![formula]])
    }

    pub(super) fn is_true(&self) -> bool {
        self.0.first().is_some_and(Vec::is_empty)
    }

    pub(super) fn is_false(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps the conjunctions that no smaller one implies.
    fn least(mut conjunctions: Vec<Vec<Formula>>) -> Result<Self, TooLarge> {
        conjunctions.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        conjunctions.dedup();
        let mut kept: Vec<Vec<Formula>> = Vec::new();
        for conjunction in conjunctions {
            let implied = kept
                .iter()
                .any(|smaller| smaller.iter().all(|part| conjunction.binary_search(part).is_ok()));
            if !implied {
                kept.push(conjunction);
            }
        }
        if kept.len() > CONJUNCTIONS_MAX {
            return Err(TooLarge);
        }
        kept.sort_unstable();
        Ok(Self(kept))
    }

    fn or(self, other: Self) -> Result<Self, TooLarge> {
        let mut all = self.0;
        all.extend(other.0);
        Self::least(all)
    }

    fn and(&self, other: &Self) -> Result<Self, TooLarge> {
        if self.0.len() * other.0.len() > CONJUNCTIONS_MAX * CONJUNCTIONS_MAX / 16 {
            return Err(TooLarge);
        }
        let mut all = Vec::with_capacity(self.0.len() * other.0.len());
        for a in &self.0 {
            for b in &other.0 {
                let mut joined: Vec<Formula> = a.iter().chain(b).copied().collect();
                joined.sort_unstable();
                joined.dedup();
                all.push(joined);
            }
        }
        Self::least(all)
    }
}

impl Formulas {
    /// Returns a formula as a combination of the formulas in it that are not Boolean connectives.
    pub(super) fn rest(&self, formula: Formula) -> Result<Rest, TooLarge> {
        Ok(match self.shape(formula) {
            Shape::True => Rest::truth(),
            Shape::False => Rest::falsehood(),
            Shape::And(a, b) => self.rest(a)?.and(&self.rest(b)?)?,
            Shape::Or(a, b) => self.rest(a)?.or(self.rest(b)?)?,
            _ => Rest::only(formula),
        })
    }

    /// Returns what must hold of the rest of a run that begins with a letter, for the whole run to satisfy a formula.
    pub(super) fn after(&mut self, formula: Formula, letter: u64) -> Result<Rest, TooLarge> {
        Ok(match self.shape(formula) {
            Shape::True => Rest::truth(),
            Shape::False => Rest::falsehood(),
            Shape::Proposition(index, sign) => {
                let holds = letter.checked_shr(index).unwrap_or(0) & 1 == 1;
                if holds == sign {
                    Rest::truth()
                } else {
                    Rest::falsehood()
                }
            }
            Shape::And(a, b) => {
                let a = self.after(a, letter)?;
                if a.is_false() {
                    return Ok(a);
                }
                a.and(&self.after(b, letter)?)?
            }
            Shape::Or(a, b) => {
                let a = self.after(a, letter)?;
                if a.is_true() {
                    return Ok(a);
                }
                a.or(self.after(b, letter)?)?
            }
            Shape::Next(a) => self.rest(a)?,
            Shape::Until(a, b, within) => {
                let now = self.after(b, letter)?;
                let later = match within {
                    Some(0) => return Ok(now),
                    Some(steps) => self.until(a, b, Some(steps - 1)),
                    None => formula,
                };
                if now.is_true() {
                    return Ok(now);
                }
                let held = self.after(a, letter)?;
                now.or(held.and(&Rest::only(later))?)?
            }
            Shape::Release(a, b, within) => {
                let now = self.after(b, letter)?;
                let later = match within {
                    Some(0) => return Ok(now),
                    Some(steps) => self.release(a, b, Some(steps - 1)),
                    None => formula,
                };
                if now.is_false() {
                    return Ok(now);
                }
                let freed = self.after(a, letter)?;
                now.and(&freed.or(Rest::only(later))?)?
            }
        })
    }

    /// Returns what must hold after one more letter.
    pub(super) fn advance(&mut self, rest: &Rest, letter: u64) -> Result<Rest, TooLarge> {
        let mut result = Rest::falsehood();
        for conjunction in &rest.0 {
            let mut joined = Rest::truth();
            for &part in conjunction {
                joined = joined.and(&self.after(part, letter)?)?;
                if joined.is_false() {
                    break;
                }
            }
            result = result.or(joined)?;
        }
        Ok(result)
    }
}

/// States numbered in the order in which they are met.
#[derive(Clone, Debug)]
pub(super) struct Numbered<T> {
    pub(super) items: Vec<T>,
    known: BTreeMap<T, u32>,
    steps: BTreeMap<(u32, u64), u32>,
}

impl<T: Clone + Ord> Numbered<T> {
    pub(super) fn new(first: T) -> Self {
        Self {
            items: vec![first.clone()],
            known: BTreeMap::from([(first, 0)]),
            steps: BTreeMap::new(),
        }
    }

    pub(super) fn seen(&self, state: u32, letter: u64) -> Option<u32> {
        self.steps.get(&(state, letter)).copied()
    }

    pub(super) fn get(&self, state: u32) -> Option<&T> {
        self.items.get(state as usize)
    }

    /// Remembers where a state goes by a letter, and returns its number.
    pub(super) fn record(&mut self, state: u32, letter: u64, next: T) -> Result<u32, TooLarge> {
        let number = match self.known.get(&next) {
            Some(number) => *number,
            None if self.items.len() >= STATES_MAX => return Err(TooLarge),
            None => {
                let number = u32::try_from(self.items.len()).map_err(|_| TooLarge)?;
                self.items.push(next.clone());
                self.known.insert(next, number);
                number
            }
        };
        self.steps.insert((state, letter), number);
        Ok(number)
    }
}

/// The automaton whose states say what is left of a formula.
#[derive(Clone, Debug)]
pub struct Progression {
    formulas: Formulas,
    states: Numbered<Rest>,
}

impl Progression {
    /// Returns the automaton of a formula.
    #[must_use]
    pub fn new(formulas: Formulas, formula: Formula) -> Self {
        // The formula itself is the first state, whole: nothing of it has been looked at.
        Self {
            states: Numbered::new(Rest::only(formula)),
            formulas,
        }
    }

    /// Returns the state before anything is read.
    #[must_use]
    pub fn start(&self) -> u32 {
        0
    }

    /// Returns the state after one more letter, which has bit `i` set if proposition `i` holds.
    ///
    /// # Errors
    /// If the automaton becomes too large.
    pub fn step(&mut self, state: u32, letter: u64) -> Result<u32, TooLarge> {
        if let Some(next) = self.states.seen(state, letter) {
            return Ok(next);
        }
        let rest = self.states.get(state).cloned().ok_or(TooLarge)?;
        let next = self.formulas.advance(&rest, letter)?;
        self.states.record(state, letter, next)
    }

    /// Says whether the formula is won or lost for good in a state, or neither.
    #[must_use]
    pub fn verdict(&self, state: u32) -> Option<bool> {
        let rest = self.states.get(state)?;
        if rest.is_true() {
            Some(true)
        } else {
            rest.is_false().then_some(false)
        }
    }
}
