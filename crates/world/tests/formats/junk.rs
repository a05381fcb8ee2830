//! Whatever bytes a reader is given, it answers, and in a bounded time.

use crate::round_trips::{sample, written};
use murphy_world::{Limits, formats};
use proptest::prelude::*;
use std::collections::BTreeMap;

const ENDINGS: [&str; 9] = [
    ".drn", ".tra", ".pexp", ".umb", ".txt", ".csv", ".pomdp", ".nc", ".drn.gz",
];

const SEEDS: [&str; 6] = [
    "@type: MDP\n@reward_models\nr\n@nr_states\n2\n@nr_choices\n3\n@model\nstate 0 {1} [1] init \"a b\"\n\taction x [2]\n\t\t0 : [0.1, 1/3]\n\t\t1 : [0.5, 1e0]\n\taction y\n\t\t1 : 1\nstate 1\n\taction x\n\t\t1 : 1\n",
    "# Transitions (IMDP)\n2 2 3\n0 0 0 [0.5,1] go\n0 0 1 [0,0.5] go\n1 0 1 1\n",
    "# Transitions (DTMC)\n2 3\n0 0 0.5\n0 1 0.5\n1 1 1\n\n# States\n(x)\n0:(1)\n1:(2)\n\n# Labels\n0=\"init\"\n0: 0\n\n# Reward structure \"r\"\n# State rewards\n2 1\n0 1\n",
    "3 2 1\n2\n0 0 1 0.1 0.5\n0 0 2 0.5 0.9\n0 1 0 1.0 1.0\n1 0 1 1.0 1.0\n",
    "idstatefrom,idaction,idoutcome,idstateto,probability,reward\n0,0,0,1,1.0,0.0\n0,0,1,2,1.0,0.0\n",
    "discount: 0.95\nvalues: reward\nstates: a b\nactions: 2\nobservations: 2\nstart: 0.5 0.5\nT: * identity\nT: 0 : a\n0.5 0.5\nO: * : * uniform\nR: 0 : a : * : * 3\nR: 1 : * : b\n1 2\n",
];

/// Small limits, so that no input can take long.
fn limits() -> Limits {
    Limits {
        states_max: 1000,
        branches_max: 10_000,
    }
}

fn feed(ending: &str, bytes: &[u8]) {
    let beside: BTreeMap<String, String> = [".lab", ".sta", ".srew", ".trew"]
        .into_iter()
        .map(|companion| {
            (
                format!("m{companion}"),
                String::from_utf8_lossy(bytes).into_owned(),
            )
        })
        .collect();
    for files in [BTreeMap::new(), beside] {
        let name = format!("m{ending}");
        if let Err(error) = formats::read(&name, &mut &bytes[..], &files, &limits()) {
            let text = error.to_string();
            assert!(text.lines().count() <= 8, "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn mutated_texts_are_answered(
        seed in 0..SEEDS.len(),
        ending in prop::sample::select(ENDINGS.to_vec()),
        own in prop::bool::weighted(0.7),
        edits in prop::collection::vec((any::<prop::sample::Index>(), "[ -~\n]{0,3}", 0usize..6), 0..6),
    ) {
        let mut text = SEEDS[seed].as_bytes().to_vec();
        for (place, insert, remove) in edits {
            let at = place.index(text.len() + 1);
            let end = (at + remove).min(text.len());
            text.splice(at..end, insert.bytes());
        }
        let own_ending = [".drn", ".tra", ".pexp", ".txt", ".csv", ".pomdp"][seed];
        feed(if own { own_ending } else { ending }, &text);
    }

    #[test]
    fn mutated_archives_are_answered(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        keep in prop::bool::ANY,
    ) {
        let mut bytes = written("UMB", &sample()).unwrap().remove("m.umb").unwrap();
        for (place, byte) in edits {
            let at = place.index(bytes.len());
            // Headers carry sums, so that most edits are aimed at the contents.
            bytes[at] = byte;
        }
        if !keep {
            bytes.truncate(cut.index(bytes.len()));
        }
        feed(".umb", &bytes);
    }

    #[test]
    fn random_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300), ending in 0..ENDINGS.len()) {
        feed(ENDINGS[ending], &bytes);
    }

    #[test]
    fn digits_and_marks_are_answered(text in "[0-9 \n:.\\[\\],@a-z\"-]{0,200}", ending in 0..ENDINGS.len()) {
        feed(ENDINGS[ending], text.as_bytes());
    }
}
