//! What `murphy audit` and `murphy value --rules` print, as one block a case.
#![allow(clippy::unwrap_used, reason = "a test may fail where it builds its cases")]

use std::path::Path;
use std::process::{Command, Output};

fn murphy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_murphy"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"))
        .output()
        .unwrap()
}

/// Exit status, standard output and standard error in one block.
fn block(arguments: &[&str]) -> String {
    let done = murphy(arguments);
    format!(
        "$ murphy {}\nexit {}\n-- out\n{}-- err\n{}",
        arguments.join(" "),
        done.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

#[test]
fn a_good_plan_passes_and_the_naive_alarm_rings() {
    insta::assert_snapshot!(
        "audit_ellsberg",
        block(&["audit", "ellsberg_in_steps.ron", "win.ron"])
    );
    insta::assert_snapshot!("audit_dilation", block(&["audit", "dilation.ron", "gain.ron"]));
    insta::assert_snapshot!("audit_doctors", block(&["audit", "doctors.ron", "healthy.ron"]));
}

#[test]
fn a_plan_that_could_be_better_is_told_where() {
    let one_only = ["audit", "dilation.ron", "gain.ron", "--act", "2=decline"];
    insta::assert_snapshot!("audit_one_only", block(&one_only));
    let neither = [
        "audit",
        "dilation.ron",
        "loss.ron",
        "--act",
        "1=decline",
        "--act",
        "coins.z=1=decline",
    ];
    insta::assert_snapshot!("audit_neither", block(&neither));
}

#[test]
fn an_audit_for_programs_holds_all_numbers_exactly() {
    let value = json(&["audit", "ellsberg_in_steps.ron", "win.ron", "--format", "json"]);
    assert_eq!(value["guarantee"], "2/3");
    assert_eq!(value["alarms"], 1);
    let station = &value["stations"][0];
    assert_eq!(station["at_stake"], "1");
    assert_eq!(station["worlds"][0]["lambda"], "1/3");
    assert_eq!(station["worlds"][0]["b"], "2/3");
    assert_eq!(station["worlds"][1]["measure"][1], "2/3");
    assert_eq!(station["conditioning"]["sure"]["red"], "1/3");
    assert_eq!(station["conditioning"]["moves"]["blue"], "1/2");
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_slice(&murphy(arguments).stdout).unwrap()
}

/// A plan file is audited as it is; one that somebody edited is told where it errs.
#[test]
fn plan_files_are_audited() {
    let path = std::env::temp_dir().join(format!("murphy-audited-{}.ron", std::process::id()));
    let plan = path.to_str().unwrap();
    assert!(
        murphy(&["plan", "ellsberg_in_steps.ron", "win.ron", "--out", plan])
            .status
            .success()
    );
    let found = json(&["audit", plan, "--format", "json"]);
    assert_eq!(
        (&found["guarantee"], &found["holds"]),
        (&"2/3".into(), &true.into())
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let (blue, red) = ("\"blue\": \"1\"", "\"red\": \"0\"");
    assert!(text.contains(blue) && text.contains(red), "{text}");
    let edited = text
        .replace(blue, "\"blue\": \"0\"")
        .replace(red, "\"red\": \"1\"");
    std::fs::write(&path, edited).unwrap();
    let found = json(&["audit", plan, "--format", "json"]);
    assert_eq!(
        (&found["guarantee"], &found["holds"]),
        (&"1/3".into(), &false.into())
    );
    assert_eq!(found["stations"][0]["better"]["blue"], "1");
    assert_eq!(murphy(&["audit", plan]).status.code(), Some(1));
    std::fs::remove_file(&path).unwrap();
}

/// The best plans of the zoo are consistent wherever they lead; the naive alarm rings where hedging or what is paid elsewhere matters.
#[test]
fn the_best_plans_of_the_zoo_are_consistent() {
    let zoo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../worlds/zoo");
    let spec = zoo.join("../../specs/zoo.ron");
    let ringing = ["copy_or_reverse", "dilation", "sequential_ellsberg"];
    let quiet = [
        "box_bandit",
        "ellsberg",
        "linked_bandit",
        "matching_pennies",
        "newcomb_unconstrained",
        "smoking_lesion",
        "trap_bandit",
        "trap_bandit_prior",
    ];
    for name in ringing.iter().chain(&quiet) {
        let world = zoo.join(format!("{name}.ron"));
        let found = json(&[
            "audit",
            world.to_str().unwrap(),
            spec.to_str().unwrap(),
            "--format",
            "json",
        ]);
        assert_eq!(found["holds"], true, "{name}");
        assert_eq!(found["alarms"] != 0, ringing.contains(name), "{name}");
    }
}

#[test]
fn rules_are_compared_in_one_table() {
    insta::assert_snapshot!(
        "rules_ellsberg",
        block(&["value", "ellsberg_in_steps.ron", "win.ron", "--rules"])
    );
    let stated = [
        "value",
        "dilation.ron",
        "loss.ron",
        "--rules",
        "--prior",
        "y = 0=1/4",
        "--prior",
        "2=3/4",
        "--pessimism",
        "1/3",
    ];
    insta::assert_snapshot!("rules_dilation", block(&stated));
    insta::assert_snapshot!(
        "rules_doctors",
        block(&["value", "doctors.ron", "healthy.ron", "--rules"])
    );
    insta::assert_snapshot!(
        "rules_each_time",
        block(&["value", "good.ron", "home.ron", "--rules"])
    );
}

#[test]
fn mistakes_are_told_with_a_way_out() {
    let world = ["ellsberg_in_steps.ron", "win.ron"];
    let with = |command: &'static str, more: &[&'static str]| {
        let mut arguments = vec![command];
        arguments.extend(world);
        arguments.extend(more);
        block(&arguments)
    };
    let blocks = [
        with("audit", &["--act", "1=green"]),
        with("audit", &["--act", "7=red"]),
        with("audit", &["--act", "1=red 1/2, blue 1/3"]),
        with("audit", &["--act", "red"]),
        block(&["audit", "ellsberg_in_steps.ron"]),
        block(&["audit", "win.ron"]),
        block(&["audit", "good.ron", "home.ron"]),
        with("value", &["--rules", "--prior", "shar=1"]),
        with("value", &["--rules", "--prior", "1=1/2"]),
        with("value", &["--rules", "--prior", "half"]),
        with("value", &["--rules", "--pessimism", "2"]),
        with("value", &["--rules", "--pessimism", "much"]),
        with("value", &["--pessimism", "1/2"]),
    ];
    insta::assert_snapshot!("decision_mistakes", blocks.join("\n"));
}
