//! A deterministic automaton with Rabin pairs for any temporal formula.
//!
//! The master theorem of Esparza, Křetínský and Sickert ("One theorem to rule them all", LICS 2018): a run satisfies `φ` if and only if there are sets
//! `X` of its until-formulas and `Y` of its release-formulas such that
//!
//! 1. from some moment on, what is left of `φ` holds when the untils in `X` are weakened to `W` and the others are given up: a
//!    formula that can only be lost;
//! 2. each `ψ ∈ X`, with the releases in `Y` taken as true and the others strengthened, holds infinitely often: formulas that are won in time;
//! 3. each `ψ ∈ Y`, with the untils weakened as in 1, holds from some moment on.
//!
//! Each is watched by a tracker that starts afresh when it succeeds (2) or fails (1 and 3). So (1) and (3) hold if their trackers fail
//! finitely often, (2) if its trackers succeed infinitely often: one pair for each choice of `X` and `Y`.

use crate::automaton::formulas::{Formula, Formulas, Shape};
use crate::automaton::progression::{Numbered, Rest, TooLarge};

/// How many until- and release-formulas a formula may have together.
const GUESSES_MAX: usize = 8;
/// How many trackers an automaton may have: the marks of a state are one bit each.
const TRACKERS_MAX: usize = 64;

/// A run is accepted by a pair if it meets states with a mark of `finitely` finitely often, and states with each mark of `infinitely` infinitely often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Marks, one bit each.
    pub finitely: u64,
    /// Marks, one bit each.
    pub infinitely: u64,
}

/// What a tracker watches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Watch {
    /// What is left of the whole formula, the untils in the set weakened: starts afresh from what is left then.
    Whole(Vec<Formula>),
    /// A formula that is won in time, again and again.
    Again(Formula),
    /// A formula that can only be lost.
    Steady(Formula),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    whole: Rest,
    trackers: Vec<Rest>,
    marks: u64,
}

/// A deterministic automaton with pairs.
#[derive(Clone, Debug)]
pub struct Rabin {
    formulas: Formulas,
    watches: Vec<Watch>,
    pairs: Vec<Pair>,
    states: Numbered<State>,
}

impl Rabin {
    /// Returns the automaton of a formula.
    ///
    /// # Errors
    /// If the formula has too many temporal operators.
    pub fn new(mut formulas: Formulas, formula: Formula) -> Result<Self, TooLarge> {
        let below = formulas.below(formula);
        let of = |wanted: fn(&Shape) -> bool| -> Vec<Formula> {
            let parts = below.iter().copied();
            parts.filter(|part| wanted(&formulas.shape(*part))).collect()
        };
        let untils = of(|shape| matches!(shape, Shape::Until(_, _, None)));
        let releases = of(|shape| matches!(shape, Shape::Release(_, _, None)));
        if untils.len() + releases.len() > GUESSES_MAX {
            return Err(TooLarge);
        }
        let mut watches: Vec<Watch> = Vec::new();
        let mut pairs = Vec::new();
        for weakened in subsets(&untils) {
            for granted in subsets(&releases) {
                let pair = pair(&mut formulas, &mut watches, &weakened, &granted)?;
                pairs.extend(pair);
            }
        }
        let whole = formulas.rest(formula)?;
        let mut trackers = Vec::with_capacity(watches.len());
        for watch in &watches {
            trackers.push(begin(&mut formulas, watch, &whole)?);
        }
        let first = State {
            whole,
            trackers,
            marks: 0,
        };
        Ok(Self {
            formulas,
            watches,
            pairs,
            states: Numbered::new(first),
        })
    }

    /// Returns the pairs; a run that one of them accepts is accepted.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }

    /// Returns the state before anything is read.
    #[must_use]
    pub fn start(&self) -> u32 {
        0
    }

    /// Returns the marks of a state, one bit each.
    #[must_use]
    pub fn marks(&self, state: u32) -> u64 {
        self.states.get(state).map_or(0, |state| state.marks)
    }

    /// Returns the state after one more letter, which has bit `i` set if proposition `i` holds.
    ///
    /// # Errors
    /// If the automaton becomes too large.
    pub fn step(&mut self, state: u32, letter: u64) -> Result<u32, TooLarge> {
        if let Some(next) = self.states.seen(state, letter) {
            return Ok(next);
        }
        let State { whole, trackers, .. } = self.states.get(state).cloned().ok_or(TooLarge)?;
        let whole = self.formulas.advance(&whole, letter)?;
        let mut next = State {
            whole,
            trackers: Vec::with_capacity(trackers.len()),
            marks: 0,
        };
        for (index, (watch, tracker)) in self.watches.iter().zip(&trackers).enumerate() {
            let mut tracker = self.formulas.advance(tracker, letter)?;
            let ends = match watch {
                Watch::Again(_) => tracker.is_true(),
                Watch::Whole(_) | Watch::Steady(_) => tracker.is_false(),
            };
            if ends {
                next.marks |= 1 << index;
                tracker = begin(&mut self.formulas, watch, &next.whole)?;
            }
            next.trackers.push(tracker);
        }
        self.states.record(state, letter, next)
    }
}

/// Returns what a tracker begins with.
fn begin(formulas: &mut Formulas, watch: &Watch, whole: &Rest) -> Result<Rest, TooLarge> {
    match watch {
        Watch::Again(formula) | Watch::Steady(formula) => formulas.rest(*formula),
        Watch::Whole(weakened) => {
            let mut result = formulas.falsehood();
            for conjunction in &whole.0 {
                let mut joined = formulas.truth();
                for part in conjunction {
                    let part = weaken(formulas, *part, weakened);
                    joined = formulas.and(joined, part);
                }
                result = formulas.or(result, joined);
            }
            formulas.rest(result)
        }
    }
}

/// Returns the pair of a guess, if it can accept anything.
fn pair(
    formulas: &mut Formulas,
    watches: &mut Vec<Watch>,
    weakened: &[Formula],
    granted: &[Formula],
) -> Result<Option<Pair>, TooLarge> {
    let mut pair = Pair {
        finitely: mark(watches, Watch::Whole(weakened.to_vec()))?,
        infinitely: 0,
    };
    for until in weakened {
        let strong = strengthen(formulas, *until, granted);
        let again = formulas.eventually(strong, None);
        if formulas.shape(strong) == Shape::False {
            return Ok(None);
        }
        pair.infinitely |= mark(watches, Watch::Again(again))?;
    }
    for release in granted {
        let weak = weaken(formulas, *release, weakened);
        if formulas.shape(weak) == Shape::False {
            return Ok(None);
        }
        let steady = formulas.globally(weak, None);
        pair.finitely |= mark(watches, Watch::Steady(steady))?;
    }
    Ok(Some(pair))
}

/// Returns the mark of a tracker, which is added if it is new.
fn mark(watches: &mut Vec<Watch>, watch: Watch) -> Result<u64, TooLarge> {
    let index = match watches.iter().position(|known| *known == watch) {
        Some(index) => index,
        None if watches.len() >= TRACKERS_MAX => return Err(TooLarge),
        None => {
            watches.push(watch);
            watches.len() - 1
        }
    };
    Ok(1 << index)
}

fn subsets(items: &[Formula]) -> Vec<Vec<Formula>> {
    (0u32..1 << items.len())
        .map(|chosen| {
            let indexed = items.iter().enumerate();
            let kept = indexed.filter(|(index, _)| chosen >> index & 1 == 1);
            kept.map(|(_, item)| *item).collect()
        })
        .collect()
}

/// Weakens the untils in a set to `W`, and gives up the others.
fn weaken(formulas: &mut Formulas, formula: Formula, weakened: &[Formula]) -> Formula {
    let mut substitute = |formulas: &mut Formulas, part: Formula| weaken(formulas, part, weakened);
    if let Shape::Until(a, b, None) = formulas.shape(formula) {
        if !weakened.contains(&formula) {
            return formulas.falsehood();
        }
        let (a, b) = (substitute(formulas, a), substitute(formulas, b));
        let either = formulas.or(a, b);
        return fold_release(formulas, b, either, None);
    }
    rebuild(formulas, formula, &mut substitute)
}

/// Takes the releases in a set as true, and asks of the others that they be released.
fn strengthen(formulas: &mut Formulas, formula: Formula, granted: &[Formula]) -> Formula {
    let mut substitute = |formulas: &mut Formulas, part: Formula| strengthen(formulas, part, granted);
    if let Shape::Release(a, b, None) = formulas.shape(formula) {
        if granted.contains(&formula) {
            return formulas.truth();
        }
        let (a, b) = (substitute(formulas, a), substitute(formulas, b));
        let both = formulas.and(a, b);
        return fold_until(formulas, b, both, None);
    }
    rebuild(formulas, formula, &mut substitute)
}

fn fold_until(formulas: &mut Formulas, a: Formula, b: Formula, within: Option<u32>) -> Formula {
    match formulas.shape(b) {
        Shape::True | Shape::False => b,
        _ => formulas.until(a, b, within),
    }
}

fn fold_release(formulas: &mut Formulas, a: Formula, b: Formula, within: Option<u32>) -> Formula {
    match formulas.shape(b) {
        Shape::True | Shape::False => b,
        _ => formulas.release(a, b, within),
    }
}

/// Puts a formula together from its parts, changed.
fn rebuild(
    formulas: &mut Formulas,
    formula: Formula,
    change: &mut dyn FnMut(&mut Formulas, Formula) -> Formula,
) -> Formula {
    match formulas.shape(formula) {
        Shape::True | Shape::False | Shape::Proposition(..) => formula,
        Shape::And(a, b) => {
            let (a, b) = (change(formulas, a), change(formulas, b));
            formulas.and(a, b)
        }
        Shape::Or(a, b) => {
            let (a, b) = (change(formulas, a), change(formulas, b));
            formulas.or(a, b)
        }
        Shape::Next(a) => match change(formulas, a) {
            a if matches!(formulas.shape(a), Shape::True | Shape::False) => a,
            a => formulas.next(a),
        },
        Shape::Until(a, b, within) => {
            let (a, b) = (change(formulas, a), change(formulas, b));
            fold_until(formulas, a, b, within)
        }
        Shape::Release(a, b, within) => {
            let (a, b) = (change(formulas, a), change(formulas, b));
            fold_release(formulas, a, b, within)
        }
    }
}
