//! Whatever the bytes, the answer is a model or a message.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy_notation::{Source, render};
use murphy_world::{Limits, World};
use proptest::prelude::*;
use std::collections::BTreeMap;

const LIMITS: Limits = Limits {
    states_max: 200,
    branches_max: 2000,
};

fn read(world: &str, csv: &str, states: &str) {
    let files = BTreeMap::from([
        ("t.csv".to_owned(), csv.to_owned()),
        ("s.csv".to_owned(), states.to_owned()),
    ]);
    let world = World::parse(
        Source::new("w.ron", world),
        &files,
        &[("k".to_owned(), "1".to_owned())],
    );
    if let Err(error) = world.and_then(|world| world.unfold(&LIMITS)) {
        assert!(!render(&error).is_empty());
    }
}

const ENTITIES: &str = r#"World(name: "w", constants: { "k": 3 }, unknowns: { "u": Unknown(within: "0.1..0.2") },
    variants: { "v": { "u": 0.1 } },
    entities: { "a": Entity(state: { "x": Int("0..k"), "b": Bool, "c": OneOf(["p", "q"]) }, start: { "x": 0, "b": false, "c": "p" },
        steps: [
            Step(on: "go", when: "x < 2", then: Chance([("u", { "x": "x + 1" }), ("0.5 - u", {}), (0.5, { "b": "!b" })])),
            Step(on: ["go", "no"], when: "x >= 2", then: Near(radius: 0.1, of: [(0.5, { "c": "q" }), (0.5, { "x": 0 })])),
        ]),
      "d": Entity(state: { "y": Int("-1..1") }, start: { "y": 0 }, sees: ["a"],
        steps: [Step(then: Such(outcomes: { "h": { "y": "a.b ? 1 : 0" }, "m": {} }, that: ["h <= 2 * m"]))]) },
    actions: ["go", "no"], ends: "d.y == 1 && a.x > 1", labels: { "l": "a.c == q" }, quantities: { "n": "action == go ? a.x : 1/2" },
    picture: Grid(x: "a.x", y: "d.y", paint: { "l": "red" }))"#;

const TABLE: &str = r#"World(name: "w", constants: { "k": 1, "o": "Observed" }, variants: { "v": { "o": "AllStates" } },
    table: Table(file: "t.csv", sets: Learned(by: Imprecise(strength: "k"), over: "o"), start: 0, states: "s.csv",
        actions: "a {action % 5}", otherwise: { "level": 0, "kind": none }, normalise: true),
    labels: { "l": "state == 1" })"#;

const STATES: &str = "state,level,kind\n0,1,a\n1,0.5,b\n";

const CSV: &str = "state,action,next_state,count\n0,0,1,3\n1,0,0,2\n2,1,2,5\n";

/// Replaces, removes or repeats a part of a text.
fn edited(text: &str, at: usize, length: usize, with: &str) -> String {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (boundary(at), boundary(at + length));
    format!("{}{with}{}", &text[..start], &text[end..])
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[-+*/%(){}\\[\\]\",:.0-9a-z]{0,6}",
        Just("\"9223372036854775807\"".to_owned()),
        Just("1e400".to_owned()),
        Just("1/0".to_owned()),
        Just("-1".to_owned()),
        Just("\u{feff}é\r\n".to_owned()),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_texts(world in any::<String>(), csv in any::<String>()) {
        read(&world, &csv, STATES);
        read(TABLE, &csv, &csv);
    }

    #[test]
    fn edited_worlds(at in 0usize..1300, length in 0usize..12, with in piece()) {
        read(&edited(ENTITIES, at, length, &with), "", "");
        read(&edited(TABLE, at, length, &with), CSV, STATES);
    }

    #[test]
    fn edited_tables(at in 0usize..60, length in 0usize..8, with in piece()) {
        read(TABLE, &edited(CSV, at, length, &with), STATES);
        read(TABLE, CSV, &edited(STATES, at, length, &with));
    }
}

#[test]
fn the_texts_that_are_edited_are_right_to_begin_with() {
    let files = BTreeMap::from([
        ("t.csv".to_owned(), CSV.to_owned()),
        ("s.csv".to_owned(), STATES.to_owned()),
    ]);
    for text in [ENTITIES, TABLE] {
        let world = World::parse(Source::new("w.ron", text), &files, &[]).expect("right");
        assert!(world.unfold(&LIMITS).expect("right").state_count() > 2);
    }
}
