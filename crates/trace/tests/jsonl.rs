//! JSON Lines: what is written is read back, and what is not a trace is refused with its line.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{lava, planned, reach};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_trace::{
    AimStep, Alternative, AtStake, Branch, Decision, Fraction, Header, Number, Outcome, Owed, Range,
    ReadError, Reading, Rest, Role, SimulationSettings, Step, Trace, WorldAtStake, read_jsonl, simulate,
    write_jsonl,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -1e9..1e9f64,
        1 => Just(f64::INFINITY),
        1 => Just(0.0),
        1 => Just(5e-324),
        1 => Just(0.1 + 0.2),
    ]
}

fn range() -> impl Strategy<Value = Range> {
    (number(), number()).prop_map(|(a, b)| Range {
        lower: Number(a.min(b)),
        upper: Number(a.max(b)),
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        any::<bool>().prop_map(Reading::Bool),
        any::<i64>().prop_map(Reading::Int),
        "[ -~é\n\"]{0,8}".prop_map(Reading::Text),
    ]
}

fn branch() -> impl Strategy<Value = Branch> {
    (any::<u32>(), ".{0,6}", 0.0..=1.0f64, 0.0..=1.0f64, range()).prop_map(|(state, target, a, b, value)| {
        let (lower, upper) = (a.min(b), a.max(b));
        Branch {
            state,
            target,
            lower,
            upper,
            nature: lower,
            value,
        }
    })
}

fn decision() -> impl Strategy<Value = Decision> {
    let alternative = (".{0,6}", range()).prop_map(|(action, bracket)| Alternative { action, bracket });
    let alternatives = proptest::collection::vec(alternative, 0..3);
    let rest = proptest::option::of(
        (any::<u64>(), 0.0..=1.0f64).prop_map(|(branches, nature)| Rest { branches, nature }),
    );
    let quantity = proptest::option::of(number().prop_map(Number));
    let measured = proptest::collection::btree_map("[a-z]{1,4}", number().prop_map(Number), 0..3);
    (
        ".{0,6}",
        alternatives,
        proptest::collection::vec(branch(), 1..4),
        rest,
        (quantity, measured),
    )
        .prop_map(
            |(action, alternatives, branches, rest, (quantity, measured))| Decision {
                aim: rest.as_ref().map(|_| 1),
                action,
                alternatives,
                set: "interval".into(),
                outcome: u32::try_from(branches.len()).unwrap() - 1,
                branches,
                rest,
                quantity,
                measured,
            },
        )
}

fn owed() -> impl Strategy<Value = Owed> {
    let so_far = proptest::option::of(number().prop_map(Number));
    (any::<bool>(), proptest::option::of(any::<u32>()), so_far).prop_map(|(open, steps_left, so_far)| Owed {
        open,
        steps_left,
        so_far,
    })
}

fn fraction() -> impl Strategy<Value = Fraction> {
    (-99i64..99, 1i64..99).prop_map(|(top, bottom)| Fraction::new(&Rational::new(top, bottom)))
}

fn stake() -> impl Strategy<Value = Option<AtStake>> {
    let world = (
        ".{0,4}",
        fraction(),
        proptest::option::of(fraction()),
        proptest::option::of(0.0..=1.0f64),
    );
    let world = world.prop_map(|(world, reached, pair, nature)| WorldAtStake {
        world,
        secured: reached.clone(),
        reached,
        lambda: pair.clone(),
        b: pair.clone(),
        posterior: pair,
        nature,
    });
    let stake = (
        ".{0,6}",
        any::<u32>(),
        fraction(),
        proptest::collection::vec(world, 0..3),
    );
    proptest::option::of(stake.prop_map(|(knows, more, share, worlds)| AtStake {
        knows,
        alike: 2,
        share,
        worlds,
        more,
    }))
}

fn trace() -> impl Strategy<Value = Trace> {
    let values = proptest::collection::btree_map("[a-z.]{1,6}", reading(), 0..3);
    let step = (
        any::<u32>(),
        values,
        proptest::collection::vec(".{0,4}", 0..2),
        range(),
        owed(),
        decision(),
    );
    let steps = proptest::collection::vec(step, 0..5);
    let told = (proptest::option::of(".{0,6}"), proptest::option::of(0.0..=1.0f64));
    let total = proptest::option::of(number());
    (any::<u64>(), total, told, stake(), steps).prop_map(
        |(run, total, (leads_to, probability), stake, steps)| {
            let last = steps.len().saturating_sub(1);
            let steps =
                (0u32..)
                    .zip(steps)
                    .map(|(step, (state, values, labels, bracket, owed, decision))| Step {
                        step,
                        state,
                        values,
                        labels,
                        bracket,
                        owed,
                        aims: vec![
                            AimStep {
                                bracket,
                                owed,
                                ended: None
                            };
                            step as usize % 3
                        ],
                        at_stake: stake.clone().filter(|_| step % 2 == 0),
                        decision: (step as usize != last).then_some(decision),
                    });
            Trace {
                run,
                role: Role::Typical,
                outcome: Outcome::Unfinished,
                total: total.map(Number),
                settled: leads_to.clone(),
                leads_to,
                probability,
                steps: steps.collect(),
            }
        },
    )
}

fn header() -> Header {
    Header {
        world: "a \"world\"\n</script>".into(),
        goal: "F ✓".into(),
        stance: "Pessimistic".into(),
        nature: "worst".into(),
        seed: u64::MAX,
        variables: vec!["x".into()],
        aims: vec!["Goal".into(), "Require".into()],
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(traces in proptest::collection::vec(trace(), 0..3)) {
        let text: String = traces.iter().map(|trace| write_jsonl(trace, &header())).collect();
        let expected: Vec<(Header, Trace)> = traces.into_iter().map(|trace| (header(), trace)).collect();
        prop_assert_eq!(read_jsonl(&text).unwrap(), expected);
    }

    /// No damage makes the reader panic, and damage to the structure does not pass unseen as the same traces.
    #[test]
    fn damaged_files_never_crash(trace in trace(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let text = write_jsonl(&trace, &header());
        let characters: Vec<char> = text.chars().collect();
        let place = at.index(characters.len());
        let mut damaged: Vec<char> = characters.clone();
        damaged[place] = with;
        let _ = read_jsonl(&damaged.iter().collect::<String>());
        let cut: String = characters[..place].iter().collect();
        prop_assert!(cut.trim().is_empty() || cut.trim() == text.trim() || read_jsonl(&cut).is_err());
    }
}

#[test]
fn a_simulated_trace_comes_back() {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned(&problem, 1.0, 50);
    let settings = SimulationSettings {
        runs: 100,
        ..Default::default()
    };
    let simulation = simulate(&problem, &plan, &settings).unwrap();
    let text: String = simulation
        .traces
        .iter()
        .map(|trace| write_jsonl(trace, &simulation.header))
        .collect();
    let lines: usize = simulation.traces.iter().map(|trace| trace.steps.len() + 1).sum();
    assert_eq!(text.lines().count(), lines);
    assert!(text.starts_with("{\"format\":\"murphy-trace\",\"version\":1,\"world\":\"lava crossing\""));
    let read: Vec<Trace> = read_jsonl(&text)
        .unwrap()
        .into_iter()
        .map(|(_, trace)| trace)
        .collect();
    assert!(read == simulation.traces);
}

#[test]
fn each_fault_is_named_with_its_line() {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned(&problem, 1.0, 50);
    let settings = SimulationSettings {
        runs: 100,
        ..Default::default()
    };
    let simulation = simulate(&problem, &plan, &settings).unwrap();
    let good = write_jsonl(&simulation.traces[0], &simulation.header);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        read_jsonl(&good.replacen(from, to, 1)).unwrap_err()
    };
    assert_eq!(
        with("murphy-trace", "other"),
        ReadError::Format {
            line: 1,
            found: "other".into()
        }
    );
    assert_eq!(
        with("\"version\":1", "\"version\":2"),
        ReadError::Version { line: 1, found: 2 }
    );
    assert_eq!(
        with("{\"step\":0", "{\"step\":7"),
        ReadError::Order { line: 2, expected: 0 }
    );
    assert!(matches!(
        with("\"outcome\":", "\"outcome\":9"),
        ReadError::Syntax { line: 1, .. }
    ));
    assert!(matches!(
        with("\"set\":", "\"sett\":"),
        ReadError::Syntax { line: 2, .. }
    ));
    assert!(matches!(
        with("\"nature\":0.", "\"nature\":7."),
        ReadError::Impossible { line: 2, .. }
    ));
    let steps = simulation.traces[0].steps.len();
    let cut: String = good.lines().take(steps).map(|line| format!("{line}\n")).collect();
    assert_eq!(read_jsonl(&cut).unwrap_err(), ReadError::Short { missing: 1 });
    for garbage in ["{", "[]", "nonsense", "\u{0}", &"[".repeat(10_000)] {
        assert!(matches!(
            read_jsonl(garbage),
            Err(ReadError::Syntax { line: 1, .. })
        ));
    }
    assert_eq!(read_jsonl(""), Ok(vec![]));
}
