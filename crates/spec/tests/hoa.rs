//! Automata in the HOA format: what they accept, against runs followed by hand, and how mistakes in them read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_notation::{Diagnostic, Source};
use murphy_spec::automaton::OmegaAutomaton;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write as _;

fn read(text: &str) -> Result<OmegaAutomaton, Diagnostic> {
    OmegaAutomaton::read_hoa(&Source::new("test.hoa", text))
}

/// Says whether the automaton accepts a run whose last `repeated` letters repeat for ever, by its marks and by its verdicts.
fn accepts(automaton: &OmegaAutomaton, letters: &[u64], repeated: usize) -> bool {
    let mut automaton = automaton.clone();
    let (prefix, cycle) = letters.split_at(letters.len() - repeated);
    let mut at = automaton.start();
    for letter in prefix {
        at = automaton.step(at, *letter).unwrap();
    }
    // After as many rounds as there are memories, the same ones come again.
    let mut met = Vec::new();
    let mut begun = Vec::new();
    loop {
        if let Some(first) = begun.iter().position(|known| *known == at) {
            let marks: Vec<u64> = met[first * repeated..].to_vec();
            let held = |pair: &murphy_spec::automaton::Pair| {
                let some = |mark: u64| marks.iter().any(|marks| marks & mark != 0);
                let bits = |set: u64| (0..64).map(|bit| 1u64 << bit).filter(move |bit| set & bit != 0);
                bits(pair.finitely).all(|bit| !some(bit)) && bits(pair.infinitely).all(some)
            };
            let accepted = automaton.pairs().iter().any(held);
            match automaton.verdict(at) {
                Some(verdict) => assert_eq!(verdict, accepted),
                None => {
                    if let Some(ends) = automaton.undecided() {
                        assert_eq!(ends, accepted);
                    }
                }
            }
            return accepted;
        }
        begun.push(at);
        for letter in cycle {
            at = automaton.step(at, *letter).unwrap();
            met.push(automaton.marks(at));
        }
    }
}

const HEAD: &str = "HOA: v1 States: 2 Start: 0 AP: 1 \"a\"";

#[test]
fn infinitely_often_with_marks_on_states_and_on_edges() {
    let on_states = format!(
        "{HEAD} Acceptance: 1 Inf(0) --BODY-- State: 0 [!0] 0 [0] 1 State: 1 {{0}} [!0] 0 [0] 1 --END--"
    );
    let on_edges =
        "HOA: v1 Start: 0 AP: 1 \"a\" acc-name: Buchi Acceptance: 1 Inf(0) properties: deterministic
        --BODY-- State: 0 \"only\" [0] 0 {0} [!0] 0 --END--";
    for text in [on_states.as_str(), on_edges] {
        let automaton = read(text).unwrap();
        assert_eq!(automaton.propositions(), ["a"]);
        assert!(accepts(&automaton, &[0, 0, 1, 0], 2));
        assert!(!accepts(&automaton, &[1, 1, 0], 1));
        assert_eq!(automaton.undecided(), None);
        let negated = automaton.negated().unwrap();
        assert!(!accepts(&negated, &[0, 0, 1, 0], 2));
        assert!(accepts(&negated, &[1, 1, 0], 1));
    }
}

#[test]
fn what_is_missing_is_lost() {
    // `a` for ever: there is no edge without it.
    let automaton =
        read("HOA: v1 States: 1 Start: 0 AP: 1 \"a\" Acceptance: 0 t --BODY-- State: 0 [0] 0 --END--")
            .unwrap();
    assert!(accepts(&automaton, &[1], 1));
    assert!(!accepts(&automaton, &[1, 0, 1], 1));
    assert_eq!(automaton.undecided(), Some(true));
    assert!(accepts(&automaton.negated().unwrap(), &[1, 0, 1], 1));
}

#[test]
fn labels_on_states_letters_in_order_aliases_and_comments() {
    let implicit = "HOA: v1 States: 2 Start: 0 AP: 2 \"a\" \"b\" Acceptance: 1 Inf(0) --BODY--
        /* letters 00, a, b, ab /* nested */ */ State: 0 0 1 0 1 State: 1 {0} 1 1 1 1 --END--";
    let aliases = "HOA: v1 States: 2 Start: 0 AP: 2 \"a\" \"b\" Alias: @x 0&1 | 0&!1 Acceptance: 1 Inf(0) tool: \"x\" \"1\"
        --BODY-- State: 0 [!@x] 0 [@x] 1 State: [t] 1 {0} 1 --END--";
    for text in [implicit, aliases] {
        let automaton = read(text).unwrap();
        assert_eq!(automaton.undecided(), Some(false));
        assert!(accepts(&automaton, &[0, 2, 3, 0], 1));
        assert!(!accepts(&automaton, &[0, 2, 2], 1));
    }
}

#[test]
fn complements_of_sets_are_sets_of_edges() {
    let text = |condition: &str| {
        format!(
            "HOA: v1 Start: 0 AP: 1 \"a\" Acceptance: 1 {condition} --BODY-- State: 0 [0] 0 {{0}} [!0] 0 --END--"
        )
    };
    // In the end always `a`.
    let steady = read(&text("Fin(!0)")).unwrap();
    assert!(accepts(&steady, &[0, 1], 1));
    assert!(!accepts(&steady, &[0, 1], 2));
    let both = read(&text("Inf(!0) & Inf(0)")).unwrap();
    assert!(accepts(&both, &[0, 1], 2));
    assert!(!accepts(&both, &[0, 1], 1));
}

#[test]
fn mistakes() {
    let cases = [
        (
            "never",
            "expected `HOA: v1`, which begins an automaton, found `never`",
        ),
        (
            "",
            "expected `HOA: v1`, which begins an automaton, but the file ends here",
        ),
        (
            "HOA: v2",
            "expected the version `v1`, which is the one that is read, found `v2`",
        ),
        ("HOA: v1 --BODY--", "the header has no `Acceptance:`"),
        (
            "HOA: v1 Acceptance: 0 t Magic: 3",
            "`Magic:` is not known, and its capital says that the meaning depends on it",
        ),
        (
            "HOA: v1 Acceptance: 1 Inf(1)",
            "the number of an acceptance set is 1, but must be below 1",
        ),
        ("HOA: v1 Start: 0&1", "alternating automata are not supported"),
        (
            "HOA: v1 Start: 0 Start: 1",
            "the automaton is not deterministic: a second initial state",
        ),
        (
            "HOA: v1 Start: 0 AP: 2 \"a\" \"b\" Acceptance: 0 t --BODY-- State: 0 [0] 0 [1] 0 --END--",
            "the automaton is not deterministic: two edges of a state can be taken at once",
        ),
        (
            "HOA: v1 Start: 0 AP: 1 \"a\" Acceptance: 0 t --BODY-- State: 0 [1] 0 --END--",
            "proposition 1 of 1: they are counted from 0",
        ),
        (
            "HOA: v1 Start: 0 AP: 1 \"a\" Acceptance: 0 t --BODY-- State: 0 0 --END--",
            "state 0 has 1 edges without labels, not one for each letter",
        ),
        (
            "HOA: v1 Start: 0 Acceptance: 0 t --BODY-- State: 0 [t] 3 --END--",
            "an edge leads to state 3, but there are 1 states",
        ),
        (
            "HOA: v1 Acceptance: 0 t --BODY-- State: 0 --END--",
            "`test.hoa` has no `Start:`, so it accepts no run",
        ),
        (
            "HOA: v1 Acceptance: 0 t --BODY-- State: 0 --END-- HOA: v1",
            "the file holds more than one automaton",
        ),
        (
            "HOA: v1 --ABORT--",
            "whoever wrote this automaton gave it up here",
        ),
        ("HOA: v1 /* Acceptance: 0 t", "this comment does not end"),
        ("HOA: v1 name: \"x", "this quote does not end"),
        ("HOA: v1 States: 99999999999", "this number is too large"),
        (
            "HOA: v1 States: 70000",
            "the number of states is 70000, but must be below 65537",
        ),
    ];
    for (text, message) in cases {
        assert_eq!(read(text).unwrap_err().message, message, "{text}");
    }
}

#[test]
fn what_would_take_too_long_is_refused() {
    let refused = |text: String| {
        let message = read(&text).unwrap_err().message;
        assert!(
            message.contains("too large") || message.contains("too deep"),
            "{message}"
        );
    };
    let head = "HOA: v1 Start: 0 AP: 40";
    let names: String = (0..40).fold(String::new(), |mut names, name| {
        let _ = write!(names, " \"p{name}\"");
        names
    });
    let parity: Vec<String> = (0..20)
        .map(|pair| format!("({}|{})", 2 * pair, 2 * pair + 1))
        .collect();
    let label = parity.join("&");
    refused(format!(
        "{head}{names} Acceptance: 0 t --BODY-- State: 0 [{label}] 0 --END--"
    ));
    refused(format!(
        "{head}{names} Alias: @a {}0{}",
        "(".repeat(200),
        ")".repeat(200)
    ));
    let doubled: String = (1..40).fold("Alias: @a0 0&1".to_owned(), |mut text, next| {
        let _ = write!(text, " Alias: @a{next} @a{0}&@a{0}", next - 1);
        text
    });
    refused(format!("{head}{names} {doubled}"));
    let clauses: Vec<String> = (0..15)
        .map(|pair| format!("(Inf({})|Inf({}))", 2 * pair, 2 * pair + 1))
        .collect();
    refused(format!(
        "HOA: v1 Start: 0 Acceptance: 30 {} --BODY-- State: 0 [t] 0 --END--",
        clauses.join("&")
    ));
}

/// A condition on sets, for the oracle.
#[derive(Clone, Debug)]
enum Condition {
    Inf(u32, bool),
    Fin(u32, bool),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Condition {
    fn text(&self) -> String {
        let sign = |outside: bool| if outside { "!" } else { "" };
        match self {
            Self::Inf(set, outside) => format!("Inf({}{set})", sign(*outside)),
            Self::Fin(set, outside) => format!("Fin({}{set})", sign(*outside)),
            Self::And(a, b) => format!("({} & {})", a.text(), b.text()),
            Self::Or(a, b) => format!("({} | {})", a.text(), b.text()),
        }
    }

    /// Says whether a run satisfies it whose edges have these sets again and again.
    fn holds(&self, met: &[BTreeSet<u32>]) -> bool {
        let comes = |set: &u32, outside: bool| met.iter().any(|sets| sets.contains(set) != outside);
        match self {
            Self::Inf(set, outside) => comes(set, *outside),
            Self::Fin(set, outside) => !comes(set, *outside),
            Self::And(a, b) => a.holds(met) && b.holds(met),
            Self::Or(a, b) => a.holds(met) || b.holds(met),
        }
    }
}

fn condition() -> impl Strategy<Value = Condition> {
    let leaf = (0u32..3, any::<bool>(), any::<bool>()).prop_map(|(set, outside, often)| {
        if often {
            Condition::Inf(set, outside)
        } else {
            Condition::Fin(set, outside)
        }
    });
    leaf.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, both)| {
            let (a, b) = (Box::new(a), Box::new(b));
            if both {
                Condition::And(a, b)
            } else {
                Condition::Or(a, b)
            }
        })
    })
}

/// For each state and letter, where it leads, if anywhere, and with which sets.
type Edges = Vec<Vec<Option<(usize, BTreeSet<u32>)>>>;

fn edges(by_state: bool) -> impl Strategy<Value = Edges> {
    let sets = || prop::collection::btree_set(0u32..3, 0..3);
    let edge = (0usize..4, sets());
    let edge = prop::option::weighted(0.9, edge);
    let states = prop::collection::vec((sets(), prop::collection::vec(edge, 4)), 4);
    states.prop_map(move |states| {
        let marked = |(own, edges): (BTreeSet<u32>, Vec<Option<(usize, BTreeSet<u32>)>>)| {
            let edges = edges.into_iter();
            edges
                .map(|edge| edge.map(|(target, sets)| (target, if by_state { own.clone() } else { sets })))
                .collect()
        };
        states.into_iter().map(marked).collect()
    })
}

fn text(edges: &Edges, condition: &Condition) -> String {
    let mut text = format!(
        "HOA: v1\nStates: 4\nStart: 0\nAP: 2 \"a\" \"b\"\nAcceptance: 3 {}\n--BODY--\n",
        condition.text()
    );
    for (state, edges) in edges.iter().enumerate() {
        let _ = writeln!(text, "State: {state}");
        for (letter, edge) in edges.iter().enumerate() {
            if let Some((target, sets)) = edge {
                let sign = |bit: usize| if letter >> bit & 1 == 1 { "" } else { "!" };
                let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
                let _ = writeln!(
                    text,
                    "[{}0&{}1] {target} {{{}}}",
                    sign(0),
                    sign(1),
                    sets.join(" ")
                );
            }
        }
    }
    text + "--END--\n"
}

/// Follows a run by hand.
fn by_hand(edges: &Edges, condition: &Condition, letters: &[u64], repeated: usize) -> bool {
    let mut at = 0;
    let mut met = Vec::new();
    let cycle = &letters[letters.len() - repeated..];
    // Long after the transient part; the last half is many rounds of what repeats.
    let rounds = 64;
    let whole = letters.iter().chain(cycle.iter().cycle().take(repeated * rounds));
    for letter in whole {
        let Some((target, sets)) = &edges[at][usize::try_from(*letter).unwrap()] else {
            return false;
        };
        at = *target;
        met.push(sets.clone());
    }
    condition.holds(&met[met.len() - repeated * rounds / 2..])
}

proptest! {
    #[test]
    fn an_automaton_accepts_what_its_condition_says(
        by_state in any::<bool>(),
        (on_edges, on_states) in (edges(false), edges(true)),
        condition in condition(),
        letters in prop::collection::vec(0u64..4, 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let edges = if by_state { on_states } else { on_edges };
        let repeated = cut.index(letters.len()) + 1;
        let expected = by_hand(&edges, &condition, &letters, repeated);
        let automaton = read(&text(&edges, &condition)).unwrap();
        prop_assert_eq!(accepts(&automaton, &letters, repeated), expected);
        prop_assert_eq!(accepts(&automaton.negated().unwrap(), &letters, repeated), !expected);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(HOA: v1|Start: 0|AP: 1 \"a\"|Acceptance: 1 Inf\\(0\\)|--BODY--|State: 0|\\[0\\]|\\[t\\]|0|\\{0\\}|--END--|[ @!&|/*\"-]){0,12}") {
        let _ = read(&text);
    }
}
