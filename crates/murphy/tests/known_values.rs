//! The worlds of this repository against values from their sources, every one planned and proved.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files beside the worlds.
struct Worlds;

impl Files for Worlds {
    fn read(&self, name: &str) -> Result<String, String> {
        fs::read_to_string(root().join("worlds").join(name)).map_err(|error| error.to_string())
    }
}

fn source(path: &str) -> std::sync::Arc<Source> {
    Source::new(path, fs::read_to_string(root().join(path)).unwrap())
}

/// Plans and proves; `edit` changes the text of the spec.
fn bracket(world: &str, spec: &str, edit: (&str, &str), constants: &[(&str, &str)]) -> Bracket {
    let constants: Vec<(String, String)> = constants
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let world = World::parse(source(&format!("worlds/{world}.ron")), &Worlds, &constants).unwrap();
    let text = source(&format!("specs/{spec}.ron")).text.clone();
    assert!(text.contains(edit.0), "{text}");
    let spec = Spec::parse(&Source::new("spec", text.replacen(edit.0, edit.1, 1))).unwrap();
    let problem = Problem::new(world.unfold(&Limits::default()).unwrap(), &spec).unwrap();
    let answer = solve(&problem, &Settings::default()).unwrap();
    answer.checked.proves(&answer.plan.bracket).unwrap();
    assert!(answer.plan.bracket.gap() <= problem.precision);
    answer.plan.bracket
}

#[track_caller]
fn holds(bracket: Bracket, value: f64, tolerance: f64) {
    let (lower, upper) = (bracket.lower, bracket.upper);
    assert!(
        lower <= value + tolerance && value - tolerance <= upper,
        "[{lower}, {upper}] misses {value}"
    );
}

/// Values recomputed from the same counts by an independent solver, and for the point estimate the published optimum.
#[test]
fn sepsis_in_intensive_care() {
    let survive = |stance: &str, constants: &[(&str, &str)]| {
        bracket("icu_sepsis", "survive", ("Pessimistic", stance), constants)
    };
    holds(survive("Nominal", &[]), 0.875_141_699_6, 1e-10);
    holds(survive("Pessimistic", &[]), 0.843_826_626_697_778_1, 1e-12);
    holds(survive("Optimistic", &[]), 0.886_343_038_146_026, 1e-12);
    holds(
        survive("Pessimistic", &[("strength", "2")]),
        0.814_183_128_440_538_3,
        1e-12,
    );
    holds(
        survive("Optimistic", &[("strength", "2")]),
        0.894_833_812_529_053_3,
        1e-12,
    );
    holds(
        survive("Pessimistic", &[("strength", "0")]),
        0.875_141_699_6,
        1e-10,
    );
    // More doubt, or doubt that reaches further, never raises the guarantee.
    let observed = survive("Pessimistic", &[]);
    let anywhere = survive("Pessimistic", &[("over", "AllStates")]);
    assert!(anywhere.upper < observed.lower);
}

/// Gymnasium's FrozenLake-v1 where the slip is pinned to a third.
#[test]
fn frozen_lake() {
    let third = [("slip", "1/3")];
    let none = ("Spec", "Spec");
    holds(
        bracket("frozen_lake", "frozen_lake", none, &third),
        14.0 / 17.0,
        1e-15,
    );
    holds(
        bracket("frozen_lake", "frozen_lake_in_time", none, &third),
        0.744_190_287_828_9,
        1e-10,
    );
    // The prize is paid one step later than in Gymnasium.
    holds(
        bracket("frozen_lake", "frozen_lake_discounted", none, &third),
        0.99 * 0.542_025_932_0,
        1e-9,
    );
    // What is known only within bounds is worth no more than the worst of them.
    let lake = bracket("frozen_lake", "frozen_lake", none, &[]);
    for slip in ["0.3", "0.32", "0.35"] {
        assert!(lake.lower <= bracket("frozen_lake", "frozen_lake", none, &[("slip", slip)]).upper);
    }
}

#[test]
fn lava_crossing() {
    let none = ("Spec", "Spec");
    let ever = bracket("lava_crossing", "lava_crossing", none, &[]);
    assert!(ever.lower > 0.98 && ever.upper < 1.0, "{ever:?}");
    let slippery = bracket("lava_crossing", "lava_in_time", none, &[("slip", "0.2")]);
    let firm = bracket("lava_crossing", "lava_in_time", none, &[("slip", "0.05")]);
    let unknown = bracket("lava_crossing", "lava_in_time", none, &[]);
    assert!(unknown.lower <= slippery.upper && unknown.lower <= firm.upper && slippery.lower < firm.upper);
}
