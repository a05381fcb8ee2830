//! Every problem of the zoo through the command line: the exact value, the policy, and a plan that `check` accepts.
//!
//! The values are those of the literature and of hand calculation; what each problem teaches stands at the top of its file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

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
    assert!(
        done.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

/// A row: world, settings, exact value, and what the text says besides.
type Row = (
    &'static str,
    &'static [&'static str],
    &'static str,
    &'static [&'static str],
);

const ROWS: &[Row] = &[
    // Problems whose law does not read the policy.
    (
        "matching_pennies",
        &[],
        "1/2",
        &[
            "say_heads 1/2, say_tails 1/2",
            "without drawing lots the most is 0",
        ],
    ),
    (
        "copy_or_reverse",
        &[],
        "5/8",
        &[
            "game.heads=true: say_heads 1/4, say_tails 3/4",
            "game.heads=false: say_tails",
            "without drawing lots the most is 1/2",
            "copy with weight 1/2",
            "reverse with weight 1/2",
        ],
    ),
    ("ellsberg", &[], "1/3", &["urn.ball=none: red"]),
    (
        "ellsberg",
        &["menu=Two"],
        "2/3",
        &["urn.ball=none: black_or_yellow"],
    ),
    ("coin_and_urn", &[], "1/2", &[]),
    ("box_bandit", &[], "2/5", &["second"]),
    (
        "linked_bandit",
        &[],
        "1/2",
        &["first 1/2, second 1/2", "without drawing lots the most is 3/10"],
    ),
    ("bit_guessing", &[], "3", &[]),
    ("sequential_ellsberg", &[], "2/3", &["black_ball"]),
    ("sequential_ellsberg", &["yellow=0"], "1/3", &["red"]),
    (
        "sequential_ellsberg",
        &["yellow=1/2"],
        "1/2",
        &["red 1/2, black_ball 1/2", "without drawing lots the most is 1/3"],
    ),
    (
        "dilation",
        &[],
        "1/10",
        &["differ=false: bet", "differ=true: bet"],
    ),
    ("trap_bandit", &[], "3/10", &["dull"]),
    ("trap_bandit_prior", &[], "2/5", &["bright", "stays under 1/25"]),
    ("two_coins", &[], "12/25", &[]),
    ("two_tosses", &[], "1/2", &[]),
    ("one_unknown_bit", &[], "1", &[]),
    ("two_unknown_bits", &[], "0", &[]),
    ("mirrored_actions", &[], "1/2", &["first 1/2, second 1/2"]),
    ("two_forced_steps", &[], "1", &[]),
    // Laws that read the policy.
    (
        "newcomb",
        &[],
        "990000",
        &[
            "room.at=choice: one",
            "two: at most 11000",
            "`right` stays above 1001/2000",
            "pseudocausal",
        ],
    ),
    ("newcomb", &["right=1"], "1000000", &["room.at=choice: one"]),
    ("newcomb", &["right=0.9"], "900000", &["two: at most 101000"]),
    (
        "newcomb",
        &["right=0.97", "large=10", "small=1"],
        "97/10",
        &["`right` stays above 11/20"],
    ),
    (
        "newcomb_doubted",
        &[],
        "500500",
        &["one 1/2, two 1/2", "without lots the most is 400000"],
    ),
    ("newcomb_unconstrained", &[], "1000", &["room.at=choice: two"]),
    (
        "transparent_newcomb",
        &[],
        "1000000",
        &[
            "room.full=true: one",
            "acausal",
            "after the Nirvana construction it is 1000\n",
        ],
    ),
    (
        "transparent_newcomb",
        &["noise=0.01"],
        "990010",
        &[
            "room.full=true: one",
            "room.full=false: two",
            "`noise` stays under 999/1999",
            "pseudocausal",
            "after the Nirvana construction it is 990010\n",
        ],
    ),
    (
        "counterfactual_mugging",
        &[],
        "4950",
        &[
            "pay",
            "refuse: at most 0",
            "`heads` stays under 100/101",
            "pseudocausal",
            "construction it is 4950\n",
        ],
    ),
    (
        "counterfactual_mugging",
        &["prize=1000000"],
        "499950",
        &["`heads` stays under 10000/10001"],
    ),
    (
        "counterfactual_mugging",
        &["heads=0.4..0.6"],
        "3940",
        &["the upper end of `heads` stays under 100/101"],
    ),
    (
        "counterfactual_mugging",
        &["heads=0.4..0.995"],
        "0",
        &[
            "street.at=asked: refuse",
            "pay: at most -99/2",
            "the upper end of `heads` stays above 100/101",
        ],
    ),
    (
        "rooms_in_a_ring",
        &[],
        "10",
        &["ring.room=0: leave", "ring.room=12: leave"],
    ),
    ("rooms_in_a_ring", &["gift=1"], "3", &["ring.room=7: take"]),
    ("smoking_lesion", &[], "-499000", &["smoke"]),
    (
        "death_in_damascus",
        &[],
        "5",
        &["damascus 1/2, aleppo 1/2", "without lots the most is 0"],
    ),
    (
        "death_in_damascus",
        &["right=0.8"],
        "5",
        &["damascus 1/2, aleppo 1/2", "without lots the most is 2"],
    ),
    ("death_in_damascus_seen", &[], "0", &[]),
    ("coordination", &[], "2", &["game.at=choice: a"]),
    ("coordination", &["alike=0.9"], "9/5", &["game.at=choice: a"]),
    (
        "absent_minded_driver",
        &[],
        "4/3",
        &["drive_on 2/3, leave 1/3", "the agent forgets"],
    ),
    (
        "xor_blackmail",
        &[],
        "-10000",
        &["refuse", "pay: at most -10990", "construction it is -10000\n"],
    ),
];

#[test]
fn every_row_is_reproduced_exactly_and_its_plan_is_proved() {
    let folder = std::env::temp_dir().join(format!("murphy-zoo-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let plan = folder.join("plan.ron");
    let plan = plan.to_str().unwrap();
    for (world, settings, exact, says) in ROWS {
        let path = format!("worlds/zoo/{world}.ron");
        let mut arguments = vec!["value", &path, "specs/zoo.ron", "--exact"];
        for setting in *settings {
            arguments.extend(["--const", setting]);
        }
        let text = printed(&arguments);
        for say in *says {
            assert!(
                text.contains(say),
                "{world} {settings:?} does not say `{say}`:\n{text}"
            );
        }
        arguments.extend(["--format", "json"]);
        let object: serde_json::Value = serde_json::from_str(&printed(&arguments)).unwrap();
        assert_eq!(object["exact"], *exact, "{world} {settings:?}\n{text}");
        arguments[0] = "plan";
        arguments.retain(|argument| *argument != "--exact");
        arguments.extend(["--out", plan]);
        printed(&arguments);
        let checked = printed(&["check", plan]);
        assert!(checked.contains("accepted"), "{world}: {checked}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn every_world_of_the_zoo_has_a_row_and_says_what_it_teaches() {
    for entry in std::fs::read_dir(root().join("worlds/zoo")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().unwrap() != "ron" {
            continue;
        }
        let apart = ["tiger", "infra_mdp", "o_maximisation", "arrival"];
        assert!(
            ROWS.iter().any(|row| row.0 == name) || apart.contains(&name.as_str()),
            "{name} has no row"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("// What it teaches:"),
            "{name} does not say what it teaches"
        );
    }
}

#[test]
fn a_nature_that_settles_later_never_helps() {
    let rows = [
        ("matching_pennies", "0", "1/2", "1/2"),
        ("coin_and_urn", "0", "0", "1/2"),
        ("two_coins", "2/5", "2/5", "12/25"),
        ("mirrored_actions", "0", "1/2", "1/2"),
        ("two_forced_steps", "0", "0", "1"),
        ("linked_bandit", "3/10", "1/2", "1/2"),
        ("box_bandit", "2/5", "2/5", "2/5"),
        // A bet that is settled after it is seen is settled against whatever was chosen.
        ("ellsberg", "1/3", "1/3", "1/3"),
        ("dilation", "1/10", "1/10", "1/10"),
    ];
    for (world, action, state, once) in rows {
        let path = format!("worlds/zoo/{world}.ron");
        let text = printed(&[
            "value",
            &path,
            "specs/zoo.ron",
            "--all-natures",
            "--format",
            "json",
        ]);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        let values: Vec<&str> = object["natures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                assert_eq!(row["lower"], row["upper"], "{world}");
                row["lower"].as_str().unwrap()
            })
            .collect();
        assert_eq!(values, [action, state, once], "{world}");
    }
}

#[test]
fn a_finite_reward_for_exposing_pretences_needs_patience() {
    let value = |patience: &str| {
        let text = printed(&[
            "value",
            "worlds/zoo/transparent_newcomb.ron",
            "specs/zoo.ron",
            "--const",
            "noise=0.01",
            "--nirvana",
            "1001000",
            "--patience",
            patience,
            "--format",
            "json",
        ]);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["nirvana"]["patience"], "9790100/9791199");
        object["nirvana"]["value"].as_str().unwrap().to_owned()
    };
    let near = |text: &str| {
        let (above, below) = text.split_once('/').unwrap_or((text, "1"));
        above.parse::<f64>().unwrap() / below.parse::<f64>().unwrap()
    };
    assert_eq!(value("0"), "11000");
    assert!((near(&value("0.99")) - 503_512.56).abs() < 0.01);
    assert!((near(&value("0.999")) - 910_918.11).abs() < 0.01);
    assert!((near(&value("0.9998")) - 981_584.43).abs() < 0.01);
    assert_eq!(value("9790100/9791199"), "990010");
    // Once is enough where every pretence shows at once.
    for (world, exact) in [
        ("newcomb", "1000000"),
        ("counterfactual_mugging", "4950"),
        ("xor_blackmail", "-10000"),
    ] {
        let path = format!("worlds/zoo/{world}.ron");
        let mut arguments = vec![
            "value",
            &path,
            "specs/zoo.ron",
            "--nirvana",
            "1001000",
            "--patience",
            "0",
            "--format",
            "json",
        ];
        if world == "newcomb" {
            arguments.extend(["--const", "right=1"]);
        }
        let object: serde_json::Value = serde_json::from_str(&printed(&arguments)).unwrap();
        assert_eq!(object["nirvana"]["value"], exact, "{world}");
    }
}

#[test]
fn worlds_without_hidden_facts_are_exact_too() {
    let rows = [
        ("infra_mdp", "zoo_discounted", "27/64"),
        ("infra_mdp", "zoo_optimistic", "54/73"),
        ("arrival", "zoo_discounted", "10"),
        ("o_maximisation", "zoo_two_steps", "3/5"),
    ];
    for (world, spec, exact) in rows {
        let (world, spec) = (format!("worlds/zoo/{world}.ron"), format!("specs/{spec}.ron"));
        let text = printed(&["value", &world, &spec, "--exact", "--format", "json"]);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["exact"], exact, "{world}");
    }
}

#[test]
fn from_the_start_listening_is_better_than_opening_either_door() {
    let text = printed(&[
        "value",
        "worlds/zoo/tiger.ron",
        "specs/zoo_four_steps.ron",
        "--exact",
    ]);
    assert!(text.contains("doors.heard=nothing: listen"), "{text}");
    assert!(text.contains("68/25"), "{text}");
}

/// Changes a plan file and returns what `check` says.
fn tampered(world: &str, edit: (&str, &str)) -> (bool, String) {
    let folder = std::env::temp_dir().join(format!("murphy-zoo-{world}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let plan = folder.join("plan.ron");
    let path = format!("worlds/zoo/{world}.ron");
    printed(&["plan", &path, "specs/zoo.ron", "--out", plan.to_str().unwrap()]);
    let text = std::fs::read_to_string(&plan).unwrap();
    assert!(text.contains(edit.0), "{text}");
    std::fs::write(&plan, text.replacen(edit.0, edit.1, 1)).unwrap();
    let done = murphy(&["check", plan.to_str().unwrap()]);
    std::fs::remove_dir_all(&folder).unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    (done.status.success(), said)
}

#[test]
fn what_is_not_proved_is_rejected() {
    let (holds, said) = tampered("copy_or_reverse", ("lower: \"5/8\"", "lower: \"2/3\""));
    assert!(
        !holds && said.contains("the policy guarantees 5/8, less than the 2/3"),
        "{said}"
    );
    let (holds, said) = tampered("copy_or_reverse", ("upper: \"5/8\"", "upper: \"3/5\""));
    assert!(
        !holds && said.contains("Nature's plan holds every policy to 5/8, more than the 3/5"),
        "{said}"
    );
    let (holds, said) = tampered(
        "copy_or_reverse",
        (
            "nature: [\"1\", \"1/2\", \"1/2\"]",
            "nature: [\"1\", \"3/4\", \"1/4\"]",
        ),
    );
    assert!(
        !holds && said.contains("Nature's plan holds every policy to"),
        "{said}"
    );
    let (holds, said) = tampered(
        "copy_or_reverse",
        (
            "nature: [\"1\", \"1/2\", \"1/2\"]",
            "nature: [\"1\", \"1/2\", \"1/4\"]",
        ),
    );
    assert!(!holds && said.contains("Nature's plan is none"), "{said}");
    let (holds, said) = tampered(
        "counterfactual_mugging",
        ("\"refuse\": \"0\"", "\"refuse\": \"1/2\""),
    );
    assert!(!holds && said.contains("not a distribution"), "{said}");
    let (holds, said) = tampered("absent_minded_driver", ("(\"0\", \"2/3\")", "(\"0\", \"1/3\")"));
    assert!(
        !holds && said.contains("leaves some ways of acting out"),
        "{said}"
    );
}
