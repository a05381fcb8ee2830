//! The automata of temporal formulas, against the meaning of the formulas on runs that repeat.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_spec::automaton::{Formula, Formulas, Progression, Rabin};
use proptest::prelude::*;

/// A formula as a tree, for the oracle.
#[derive(Clone, Debug)]
enum Tree {
    Proposition(u32),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
    Next(Box<Tree>),
    Until(Box<Tree>, Box<Tree>, Option<u32>),
    Release(Box<Tree>, Box<Tree>, Option<u32>),
}

/// A run: letters, the last `repeated` of which repeat for ever.
#[derive(Clone, Debug)]
struct Run {
    letters: Vec<u64>,
    repeated: usize,
}

impl Run {
    fn next(&self, at: usize) -> usize {
        if at + 1 < self.letters.len() {
            at + 1
        } else {
            self.letters.len() - self.repeated
        }
    }
}

/// Says of each moment of the run whether the formula holds there.
fn holds(tree: &Tree, run: &Run) -> Vec<bool> {
    let count = run.letters.len();
    let step = |inside: &[bool]| -> Vec<bool> { (0..count).map(|at| inside[run.next(at)]).collect() };
    match tree {
        Tree::Proposition(index) => run
            .letters
            .iter()
            .map(|letter| letter >> index & 1 == 1)
            .collect(),
        Tree::Not(a) => holds(a, run).into_iter().map(|flag| !flag).collect(),
        Tree::And(a, b) => {
            let (a, b) = (holds(a, run), holds(b, run));
            a.into_iter().zip(b).map(|(a, b)| a && b).collect()
        }
        Tree::Or(a, b) => {
            let (a, b) = (holds(a, run), holds(b, run));
            a.into_iter().zip(b).map(|(a, b)| a || b).collect()
        }
        Tree::Next(a) => step(&holds(a, run)),
        Tree::Until(a, b, within) => {
            let (a, b) = (holds(a, run), holds(b, run));
            let mut reached = b.clone();
            for _ in 0..within.map_or(count + 1, |within| within as usize) {
                let later = step(&reached);
                reached = (0..count).map(|at| b[at] || (a[at] && later[at])).collect();
            }
            reached
        }
        Tree::Release(a, b, within) => {
            let negation = Tree::Until(
                Box::new(Tree::Not(a.clone())),
                Box::new(Tree::Not(b.clone())),
                *within,
            );
            holds(&negation, run).into_iter().map(|flag| !flag).collect()
        }
    }
}

fn stored(tree: &Tree, formulas: &mut Formulas) -> Formula {
    match tree {
        Tree::Proposition(index) => formulas.proposition(*index),
        Tree::Not(a) => {
            let a = stored(a, formulas);
            formulas.not(a)
        }
        Tree::And(a, b) => {
            let (a, b) = (stored(a, formulas), stored(b, formulas));
            formulas.and(a, b)
        }
        Tree::Or(a, b) => {
            let (a, b) = (stored(a, formulas), stored(b, formulas));
            formulas.or(a, b)
        }
        Tree::Next(a) => {
            let a = stored(a, formulas);
            formulas.next(a)
        }
        Tree::Until(a, b, within) => {
            let (a, b) = (stored(a, formulas), stored(b, formulas));
            formulas.until(a, b, *within)
        }
        Tree::Release(a, b, within) => {
            let (a, b) = (stored(a, formulas), stored(b, formulas));
            formulas.release(a, b, *within)
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![(0u32..2).prop_map(Tree::Proposition)];
    leaf.prop_recursive(4, 10, 2, |inner| {
        let within = prop_oneof![4 => Just(None), 1 => (0u32..3).prop_map(Some)];
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
            two.clone().prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            two.prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
            inner.clone().prop_map(|a| Tree::Next(Box::new(a))),
            (inner.clone(), inner.clone(), within.clone()).prop_map(|(a, b, within)| Tree::Until(
                Box::new(a),
                Box::new(b),
                within
            )),
            (inner.clone(), inner, within).prop_map(|(a, b, within)| Tree::Release(
                Box::new(a),
                Box::new(b),
                within
            )),
        ]
    })
}

fn run() -> impl Strategy<Value = Run> {
    (prop::collection::vec(0u64..4, 1..7), 1usize..4).prop_map(|(letters, repeated)| Run {
        repeated: repeated.min(letters.len()),
        letters,
    })
}

/// Says whether the automaton accepts: it is run until a moment of the loop comes back with the same state.
fn accepts(automaton: &mut Rabin, run: &Run) -> bool {
    let (mut state, mut at) = (automaton.start(), 0);
    let mut seen: Vec<(u32, usize)> = Vec::new();
    let mut marks = Vec::new();
    loop {
        state = automaton
            .step(state, run.letters[at])
            .unwrap_or_else(|error| unreachable!("{error}"));
        at = run.next(at);
        if let Some(first) = seen.iter().position(|entry| *entry == (state, at)) {
            let again = marks[first + 1..]
                .iter()
                .fold(automaton.marks(state), |all, marks| all | marks);
            return automaton
                .pairs()
                .iter()
                .any(|pair| again & pair.finitely == 0 && again & pair.infinitely == pair.infinitely);
        }
        seen.push((state, at));
        marks.push(automaton.marks(state));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn pairs_accept_what_the_formula_means(tree in tree(), runs in prop::collection::vec(run(), 12)) {
        let mut formulas = Formulas::default();
        let formula = stored(&tree, &mut formulas);
        let Ok(mut automaton) = Rabin::new(formulas, formula) else {
            return Err(TestCaseError::reject("too many guesses"));
        };
        for run in runs {
            prop_assert_eq!(accepts(&mut automaton, &run), holds(&tree, &run)[0], "{:?} on {:?}", tree, run);
        }
    }

    #[test]
    fn a_verdict_is_what_the_formula_means(tree in tree(), runs in prop::collection::vec(run(), 12)) {
        let mut formulas = Formulas::default();
        let formula = stored(&tree, &mut formulas);
        let (won_in_time, lost_in_time) = (formulas.is_won_in_time(formula), formulas.is_lost_in_time(formula));
        let mut automaton = Progression::new(formulas, formula);
        for run in runs {
            let meaning = holds(&tree, &run)[0];
            let (mut state, mut at, mut verdict) = (automaton.start(), 0, None);
            for _ in 0..200 {
                state = automaton
            .step(state, run.letters[at])
            .unwrap_or_else(|error| unreachable!("{error}"));
                at = run.next(at);
                verdict = automaton.verdict(state);
                if verdict.is_some() {
                    break;
                }
            }
            match verdict {
                Some(verdict) => prop_assert_eq!(verdict, meaning, "{:?} on {:?}", tree, run),
                None => {
                    prop_assert!(!(won_in_time && meaning), "{:?} is won on {:?} and this is never seen", tree, run);
                    prop_assert!(!lost_in_time || meaning, "{:?} is lost on {:?} and this is never seen", tree, run);
                }
            }
        }
    }
}

#[test]
fn next_waits_for_the_next_state_even_if_anything_will_do() {
    // `X X a` with `a` true everywhere is known to hold once the third state is there: sums until it count two steps.
    let mut formulas = Formulas::default();
    let anything = formulas.proposition(0);
    let one = formulas.next(anything);
    let two = formulas.next(one);
    let mut automaton = Progression::new(formulas, two);
    let mut state = automaton.start();
    let mut verdicts = Vec::new();
    for _ in 0..3 {
        state = automaton.step(state, 1).unwrap();
        verdicts.push(automaton.verdict(state));
    }
    assert_eq!(verdicts, [None, None, Some(true)]);
}

#[test]
fn a_formula_with_too_many_operators_is_refused() {
    let mut formulas = Formulas::default();
    let mut all = formulas.truth();
    for index in 0..12 {
        let a = formulas.proposition(index);
        let some = formulas.eventually(a, None);
        let again = formulas.globally(some, None);
        all = formulas.and(all, again);
    }
    assert!(Rabin::new(formulas, all).is_err());
}
