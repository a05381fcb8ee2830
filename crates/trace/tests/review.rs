//! Review files: what is written is read back, and what cannot be meant is refused with its place.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use murphy_notation::Source;
use murphy_trace::Reading;
use murphy_trace::review::{Mark, MarkedState, Review, Verdict};
use proptest::prelude::*;

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        any::<bool>().prop_map(Reading::Bool),
        any::<i64>().prop_map(Reading::Int),
        any::<String>().prop_map(Reading::Text),
    ]
}

fn mark() -> impl Strategy<Value = Mark> {
    let verdict = prop_oneof![Just(Verdict::Bad), Just(Verdict::Good), Just(Verdict::Note)];
    let state = (
        any::<u32>(),
        prop::collection::btree_map(any::<String>(), reading(), 0..4),
    );
    let about = prop_oneof![Just((true, true)), Just((true, false)), Just((false, true))];
    let action = prop::option::of(any::<String>());
    // Runs are written as RON numbers, which are read into 64 signed bits.
    let run = 0..u64::from(u32::MAX) << 20;
    (verdict, about, run, any::<u32>(), state, action, any::<String>()).prop_map(
        |(verdict, (in_run, at_state), run, step, (number, values), action, note)| Mark {
            verdict,
            run: in_run.then_some(run),
            step: (in_run && at_state).then_some(step),
            state: at_state.then_some(MarkedState { number, values }),
            action,
            note,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        texts in (any::<String>(), any::<String>(), any::<String>(), any::<String>()),
        seed in 0..i64::MAX,
        marks in prop::collection::vec(mark(), 0..6),
    ) {
        let (plan, world, goal, nature) = texts;
        let seed = u64::try_from(seed).unwrap();
        let review = Review { plan, world, goal, seed, nature, marks };
        let text = review.to_text();
        prop_assert_eq!(Review::parse(&Source::new("review.ron", text.clone())).unwrap(), review, "{}", text);
    }
}

fn refused(marks: &str) -> String {
    let text = format!(
        "Review(format: 1, plan: \"a\", world: \"w\", goal: \"g\", seed: 1, nature: \"worst\", marks: [{marks}])"
    );
    Review::parse(&Source::new("review.ron", text))
        .unwrap_err()
        .to_string()
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (marks, said) in [
        ("Terrible(run: 1)", "`Terrible` is not known here"),
        ("Bad(step: 1, number: 0, state: {})", "a step belongs to a run"),
        ("Bad(run: 1, step: 1)", "a mark is about"),
        ("Bad(run: 1, number: 1, state: {})", "a mark is about"),
        ("Bad()", "a mark is about"),
        ("Bad(run: 1, step: 1, number: 1)", "needs the `state`"),
        ("Bad(run: -1)", "expected a whole number from 0 on"),
        ("Bad(number: 99999999999, state: {})", "this number is too large"),
        ("Bad(run: 1, not: \"x\")", "did you mean `note`?"),
        ("Bad(number: 1, state: { \"x\": [] })", "expected a number"),
    ] {
        let message = refused(marks);
        assert!(message.contains(said), "{marks}: {message}");
        assert!(message.contains("review.ron:1:"), "{message}");
    }
    let other = Review::parse(&Source::new("r", "Review(format: 2)"))
        .unwrap_err()
        .to_string();
    assert!(other.contains("another version"), "{other}");
}

/// The page's own tests hold what it exports against this file.
#[test]
fn what_the_page_exports_is_read() {
    let text = include_str!("../page/tests/review.ron");
    let review = Review::parse(&Source::new("review.ron", text)).unwrap();
    assert_eq!(review.world, "a \"world\"");
    assert_eq!(review.seed, 18_446_744_073_709_551);
    let [bad, good, note] = review.marks.as_slice() else {
        panic!("three marks")
    };
    assert_eq!(
        (bad.verdict, bad.run, bad.step),
        (Verdict::Bad, Some(12), Some(3))
    );
    assert_eq!(bad.note, "hugs \\ the \"lava\"\nand\ttabs \u{7} é");
    let values = &bad.state.as_ref().unwrap().values;
    assert_eq!(values["a.x"], Reading::Int(2));
    assert_eq!(values["b.s"], Reading::Text("\"q\"".into()));
    assert_eq!(values["ok"], Reading::Bool(true));
    assert_eq!(
        (good.run, good.step, good.state.as_ref().unwrap().number),
        (None, None, 7)
    );
    assert_eq!((note.run, note.step, &note.state), (Some(12), None, &None));
}
