//! Plans of decision problems that are walked: how they play out, what is told of each step, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail where it builds its cases"
)]

use murphy::decision::{decide, decide_on_states};
use murphy_notation::{Rational, Source};
use murphy_problem::decision::{Deciding, Played, Supposed, law, stage_law};
use murphy_spec::Spec;
use murphy_trace::read_jsonl;
use murphy_world::{Limits, NoFiles, World};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn murphy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_murphy"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let done = murphy(arguments);
    let error = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {error}");
    String::from_utf8(done.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let done = murphy(arguments);
    assert_eq!(done.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(done.stderr).unwrap()
}

/// A folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("murphy-stories-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Worlds of the zoo whose plans are those of decision problems, with the spec that goes with each.
const ZOO: [(&str, &str); 29] = [
    ("absent_minded_driver", "zoo"),
    ("bit_guessing", "zoo"),
    ("box_bandit", "zoo"),
    ("coin_and_urn", "zoo"),
    ("coordination", "zoo"),
    ("copy_or_reverse", "zoo"),
    ("counterfactual_mugging", "zoo"),
    ("death_in_damascus", "zoo"),
    ("death_in_damascus_seen", "zoo"),
    ("dilation", "zoo"),
    ("ellsberg", "zoo"),
    ("linked_bandit", "zoo"),
    ("matching_pennies", "zoo"),
    ("mirrored_actions", "zoo"),
    ("newcomb", "zoo"),
    ("newcomb_doubted", "zoo"),
    ("newcomb_unconstrained", "zoo"),
    ("one_unknown_bit", "zoo"),
    ("sequential_ellsberg", "zoo"),
    ("smoking_lesion", "zoo"),
    ("tiger", "zoo_four_steps"),
    ("transparent_newcomb", "zoo"),
    ("trap_bandit", "zoo"),
    ("trap_bandit_prior", "zoo"),
    ("two_coins", "zoo"),
    ("two_forced_steps", "zoo"),
    ("two_tosses", "zoo"),
    ("two_unknown_bits", "zoo"),
    ("xor_blackmail", "zoo"),
];

fn float(fraction: &Value) -> f64 {
    fraction["value"].as_f64().unwrap()
}

/// What the worlds pay the plan, mixed as Nature mixes them, is the value that is proved; and no world of a hypothesis pays less than its part of it.
#[test]
fn what_worlds_pay_and_what_runs_come_to_is_what_is_proved() {
    let folder = folder("zoo");
    for (world, spec) in ZOO {
        let (world_path, spec) = (format!("worlds/zoo/{world}.ron"), format!("specs/{spec}.ron"));
        let plan = folder.join(format!("{world}.ron"));
        let plan = plan.to_str().unwrap();
        printed(&["plan", &world_path, &spec, "--out", plan]);
        let told: Value = serde_json::from_str(&printed(&["explain", plan, "--format", "json"])).unwrap();
        let (lower, upper) = (
            told["value"]["lower"].as_f64().unwrap(),
            told["value"]["upper"].as_f64().unwrap(),
        );
        let worlds = told["worlds"].as_array().unwrap();
        let mixed: f64 = worlds
            .iter()
            .map(|one| float(&one["nature"]) * float(&one["pays"]))
            .sum();
        let near = 1e-9 * lower.abs().max(1.0);
        assert!(
            lower - near <= mixed && mixed <= upper + near,
            "{world}: {mixed} in [{lower}, {upper}]"
        );
        if world != "trap_bandit_prior" {
            let least = worlds
                .iter()
                .map(|one| float(&one["pays"]))
                .fold(f64::INFINITY, f64::min);
            assert!(
                (least - lower).abs() <= near,
                "{world}: the worst world pays {least}"
            );
        }
        let runs: Value = serde_json::from_str(&printed(&[
            "simulate", plan, "--runs", "4000", "--format", "json",
        ]))
        .unwrap();
        let side = |name: &str| runs["interval"][name].as_f64().unwrap();
        assert!(
            runs["exact"].as_bool().unwrap(),
            "{world}: every total is bounded"
        );
        assert!(
            side("lower") <= upper + near && lower - near <= side("upper"),
            "{world}: {runs}"
        );
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// The audit derives the same beliefs station by station, and says them in its own words.
#[test]
fn what_is_at_stake_is_what_the_audit_derives() {
    let folder = folder("stake");
    for world in [
        "dilation",
        "copy_or_reverse",
        "trap_bandit_prior",
        "sequential_ellsberg",
        "coin_and_urn",
    ] {
        let plan = folder.join(format!("{world}.ron"));
        let plan = plan.to_str().unwrap();
        printed(&[
            "plan",
            &format!("worlds/zoo/{world}.ron"),
            "specs/zoo.ron",
            "--out",
            plan,
        ]);
        let told: Value = serde_json::from_str(&printed(&["explain", plan, "--format", "json"])).unwrap();
        let audit: Value = serde_json::from_str(&printed(&["audit", plan, "--format", "json"])).unwrap();
        let stations = audit["stations"].as_array().unwrap();
        let choices = told["choices"].as_array().unwrap();
        assert_eq!(stations.len(), choices.len(), "{world}");
        for (station, choice) in stations.iter().zip(choices) {
            let stake = &choice["at_stake"];
            assert_eq!(station["knows"], stake["knows"]);
            assert_eq!(station["at_stake"], stake["share"]["exact"]);
            let worlds = station["worlds"]
                .as_array()
                .unwrap()
                .iter()
                .zip(stake["worlds"].as_array().unwrap());
            for (audited, told) in worlds {
                assert_eq!(audited["lambda"], told["lambda"]["exact"], "{world}");
                assert_eq!(audited["b"], told["b"]["exact"], "{world}");
                assert_eq!(audited["secured"], told["secured"]["exact"], "{world}");
            }
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn dilation_is_explained_sight_by_sight() {
    let folder = folder("dilation");
    let plan = folder.join("plan.ron");
    let plan = plan.to_str().unwrap();
    printed(&["plan", "worlds/zoo/dilation.ron", "specs/zoo.ron", "--out", plan]);
    insta::assert_snapshot!(printed(&["explain", plan]));
    let one = printed(&["explain", plan, "--knows", "2"]);
    assert!(one.contains("\n2  ") && !one.contains("\n1  "), "{one}");
    // After the sight, betting is worth nothing to Nature's mixture, and all that speaks for it is what was secured elsewhere.
    assert!(one.contains("y = 1  1/2      3/10     1  1  0.6"), "{one}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_predicted_choice_is_compared_over_whole_policies() {
    let folder = folder("newcomb");
    let plan = folder.join("plan.ron");
    let plan = plan.to_str().unwrap();
    printed(&["plan", "worlds/zoo/newcomb.ron", "specs/zoo.ron", "--out", plan]);
    let told = printed(&["explain", plan]);
    assert!(told.contains("one  990000\n        two  at most 11000"), "{told}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn traces_say_what_was_seen_done_worth_possible_and_at_stake() {
    let folder = folder("traces");
    let (plan, traces) = (folder.join("plan.ron"), folder.join("runs.jsonl"));
    let (plan, traces) = (plan.to_str().unwrap(), traces.to_str().unwrap());
    printed(&[
        "plan",
        "worlds/zoo/mirrored_actions.ron",
        "specs/zoo.ron",
        "--out",
        plan,
    ]);
    printed(&["simulate", plan, "--traces", traces]);
    let read = read_jsonl(&std::fs::read_to_string(traces).unwrap()).unwrap();
    assert!(!read.is_empty());
    for (header, trace) in &read {
        assert!(header.variables.contains(&"machine.won".to_owned()), "{header:?}");
        let chosen = trace.steps.iter().find(|step| step.at_stake.is_some()).unwrap();
        let decision = chosen.decision.as_ref().unwrap();
        assert_eq!(decision.alternatives.len(), 2);
        // She settles it anew before the lot is drawn, and could settle it to anything.
        assert_eq!(decision.set, "settled anew");
        for branch in &decision.branches {
            assert_eq!((branch.lower, branch.upper, branch.nature), (0.0, 1.0, 0.5));
        }
    }
    for out in [
        "runs.csv",
        "runs.itf.json",
        "runs.dot",
        "runs.perfetto.json",
        "runs.svg",
        "runs.png",
        "page.html",
    ] {
        let out = folder.join(out);
        printed(&["view", plan, "--out", out.to_str().unwrap()]);
        assert!(std::fs::metadata(&out).unwrap().len() > 100);
    }
    // The same seed gives the same bytes.
    let before = std::fs::read(traces).unwrap();
    printed(&["simulate", plan, "--traces", traces]);
    assert_eq!(before, std::fs::read(traces).unwrap());
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_histories_do_not_have_is_refused() {
    let folder = folder("refused");
    let plan = folder.join("plan.ron");
    let plan = plan.to_str().unwrap();
    printed(&["plan", "worlds/zoo/dilation.ron", "specs/zoo.ron", "--out", plan]);
    assert!(refused(&["simulate", plan, "--rare"]).contains("this plan has histories"));
    assert!(refused(&["simulate", plan, "--to-label", "ovr"]).contains("did you mean `over`?"));
    assert!(refused(&["view", plan, "--beside", plan]).contains("--beside compares plans state by state"));
    assert!(
        refused(&["view", plan, "--out", "x.csv", "--trace", "shortest"]).contains("no shortest failure")
    );
    assert!(refused(&["explain", plan, "--knows", "9"]).contains("1: coins.at=choice, coins.differ=false"));
    assert!(refused(&["explain", plan, "--likely", "F over"]).contains("--knows NUMBER"));
    assert!(refused(&["diff", plan, plan]).contains("this command is for plans on states"));
    let way = printed(&["simulate", plan, "--to-label", "over"]);
    assert!(way.contains("to `over` in 3 steps"), "{way}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// Two steps that do the same: the plan file must not forget that there are two.
#[test]
fn a_plan_that_repeats_its_last_step_is_still_made_for_all_of_them() {
    let folder = folder("steps");
    let plan = folder.join("plan.ron");
    let plan = plan.to_str().unwrap();
    printed(&[
        "plan",
        "worlds/zoo/o_maximisation.ron",
        "specs/zoo_two_steps.ron",
        "--out",
        plan,
    ]);
    let told = printed(&["explain", plan]);
    assert!(
        told.contains("Maximize(Expected(\"payoff\", horizon: 2)): 0.6"),
        "{told}"
    );
    let both = printed(&["diff", plan, plan]);
    assert!(both.contains("horizon: 2)): 0.6 "), "{both}");
    std::fs::remove_dir_all(folder).unwrap();
}

const RIDGE: &str = r#"World(
    name: "a ridge",
    unknowns: { "wind": Unknown(within: "0.05..0.45", settled: Once) },
    entities: { "walker": Entity(
        state: { "x": Int("0..3"), "gone": Bool }, start: { "x": 0, "gone": false },
        steps: [
            Step(on: ["look", "go"], when: "x == 0", then: Chance([("1/2", { "x": "1" }), ("1/2", { "x": "2" })])),
            Step(on: "go", when: "x > 0", then: Chance([("1 - wind", { "x": "3" }), ("wind", { "x": "0", "gone": "true" })])),
            Step(on: "look", when: "x > 0", then: { "x": "3" }),
        ],
    ) },
    actions: ["look", "go"],
    ends: "over",
    labels: { "over": "walker.x == 3 || walker.gone" },
    quantities: { "payoff": "action == go ? walker.x : 0.7 * walker.x" },
)"#;

/// What the plan is paid counted forward, by how likely each place is: an oracle for what is counted backward.
fn paid_forward(played: &Played) -> Vec<Rational> {
    let reached = played.reached();
    let worlds = played.worlds.iter().enumerate();
    worlds
        .map(|(k, world)| {
            let mut sum = Rational::ZERO;
            for (place, reached) in played.places.iter().zip(&reached) {
                sum += &reached[k] * &place.arrival[k];
                for one in &place.moves {
                    sum += &reached[k] * &(&one.own * &one.gain[k]);
                    let all: Rational = one.ways.iter().map(|way| &way.probability[k]).sum();
                    assert_eq!(all, Rational::ONE);
                }
                let own: Rational = place.moves.iter().map(|one| &one.own).sum();
                assert!(place.moves.is_empty() || own == Rational::ONE);
            }
            &world.weight * sum + &world.secured
        })
        .collect()
}

#[test]
fn histories_and_states_play_out_alike() {
    let world = World::parse(Source::new("ridge.ron", RIDGE), &NoFiles, &[]).unwrap();
    let spec = r#"Spec(name: "all", goals: [Maximize(Expected("payoff", until: "over"))], precision: 1e-6)"#;
    let spec = Spec::parse(&Source::new("spec.ron", spec)).unwrap();
    let supposed = [Supposed::only(world.parametric(&Limits::default()).unwrap())];
    let law = law(&supposed, &spec).unwrap();
    let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
    let by_history = law.played(&answer.proof).unwrap();
    let stages = stage_law(&supposed, &spec).unwrap();
    let (proof, checked) = decide_on_states(&stages, &Rational::new(1, 1000)).unwrap();
    let among = stages.among(&proof.settlements).unwrap();
    let by_state = among.played("ridge", "goal", &proof.plan).unwrap();
    assert_eq!(checked.lower, answer.checked.lower);
    for played in [&by_history, &by_state] {
        assert_eq!(played.pays(), paid_forward(played));
        assert_eq!(played.pays().iter().min(), Some(&checked.lower));
        assert_eq!(played.range, by_state.range);
    }
    assert_eq!(by_history.pays(), by_state.pays());
    assert!(by_history.tree.is_some() && by_state.tree.is_none());
    assert!(
        by_history
            .knowledge
            .iter()
            .all(|one| one.deciding == Deciding::Here)
    );
}
