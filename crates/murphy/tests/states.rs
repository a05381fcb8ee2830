//! Decision problems that are not written out in histories, through the command line: a value, a plan, and a proof that holds until it is touched.
#![allow(clippy::unwrap_used, reason = "a test may fail where it builds its cases")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn murphy(arguments: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8(done.stdout).unwrap() + &String::from_utf8(done.stderr).unwrap();
    (done.status.code(), text)
}

fn file(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("states");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A walk over seven places whose only unknown matters at every step.
fn walk(settled: &str) -> String {
    let step = |action: &str, p: &str| {
        format!(
            r#"Step(on: "{action}", then: Chance([("{p}", {{ "x": "max(x - 1, 0)" }}), ("1 - ({p})", {{ "x": "min(x + 1, 6)" }})])),"#
        )
    };
    format!(
        r#"World(name: "walk", unknowns: {{ "p": Unknown(within: "0.2..0.9", settled: {settled}) }},
        entities: {{ "w": Entity(state: {{ "x": Int("0..6") }}, start: {{ "x": 3 }}, steps: [{}{}]) }},
        actions: ["left", "right"], quantities: {{ "payoff": "w.x == 6 ? 3 : w.x == 0 ? 2 : 0" }})"#,
        step("left", "p"),
        step("right", "1 - p")
    )
}

const OVER_STEPS: &str =
    r#"Spec(name: "all", goals: [Maximize(Expected("payoff", horizon: 10))], precision: 0.1)"#;

/// The tiger that is put behind a door anew whenever one is opened.
const TIGER: &str = r#"World(name: "tiger",
    entities: { "doors": Entity(
        state: { "left": Bool, "heard": OneOf(["none", "l", "r"]) },
        start: { "left": false, "heard": "none" },
        steps: [
            Step(on: "listen", then: Chance([("0.85", { "heard": "left ? l : r" }), ("0.15", { "heard": "left ? r : l" })])),
            Step(on: ["open_left", "open_right"], then: Chance([
                ("1/2", { "left": "true", "heard": "none" }), ("1/2", { "left": "false", "heard": "none" })])),
        ],
    ) },
    actions: ["listen", "open_left", "open_right"],
    observe: ["doors.heard"],
    quantities: { "payoff": "action == listen ? -1 : action == open_left ? (doors.left ? -100 : 10) : (doors.left ? 10 : -100)" },
)"#;

/// Plans, checks, and checks again after one number was touched.
fn planned_and_checked(name: &str, world: &str, spec: &str) -> String {
    let world = file(&format!("{name}.ron"), world);
    let spec = file(&format!("{name}_spec.ron"), spec);
    let plan = world.with_file_name(format!("{name}_plan.ron"));
    let (world, spec, out) = (
        world.to_str().unwrap(),
        spec.to_str().unwrap(),
        plan.to_str().unwrap(),
    );
    let (code, said) = murphy(&["plan", world, spec, "--out", out]);
    assert_eq!(code, Some(0), "{said}");
    let (code, text) = murphy(&["check", out]);
    assert!(code == Some(0) && text.contains("accepted"), "{text}");
    let whole = std::fs::read_to_string(&plan).unwrap();
    std::fs::write(&plan, whole.replacen("lower: \"", "lower: \"9", 1)).unwrap();
    let (code, text) = murphy(&["check", out]);
    assert!(code == Some(1) && text.contains("REJECTED"), "{text}");
    std::fs::write(&plan, whole).unwrap();
    std::fs::write(spec, std::fs::read_to_string(spec).unwrap() + "\n// changed\n").unwrap();
    let (code, text) = murphy(&["check", out]);
    assert!(
        code == Some(1) && text.contains("was changed after the plan was made"),
        "{text}"
    );
    said
}

#[test]
fn a_range_settled_once_that_matters_at_every_step_has_a_plan() {
    let said = planned_and_checked("once", &walk("Once"), OVER_STEPS);
    assert!(said.contains("`p` matters again and again"), "{said}");
}

#[test]
fn a_range_settled_before_each_action_has_a_plan_with_lots() {
    let said = planned_and_checked("anew", &walk("EachState"), OVER_STEPS);
    assert!(
        said.contains("settles p in 1/5..9/10 each time, before the action is drawn"),
        "{said}"
    );
    assert!(said.contains("but lots in"), "{said}");
    let world = file("natures.ron", &walk("EachState"));
    let spec = file("natures_spec.ron", OVER_STEPS);
    let (code, text) = murphy(&[
        "value",
        world.to_str().unwrap(),
        spec.to_str().unwrap(),
        "--all-natures",
        "--format",
        "json",
    ]);
    assert_eq!(code, Some(0), "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let bound = |row: usize, side: &str| {
        let text = value["natures"][row][side].as_str().unwrap();
        text.parse::<murphy_notation::Rational>().unwrap()
    };
    assert!(bound(0, "lower") <= bound(1, "upper") && bound(1, "lower") <= bound(2, "upper"));
    assert!(bound(0, "upper") < bound(1, "lower"), "{text}");
}

#[test]
fn what_has_no_end_and_shows_only_signs_has_a_plan() {
    let spec = r#"Spec(name: "all", goals: [Maximize(Expected("payoff", discount: 0.95))], precision: 0.5)"#;
    let said = planned_and_checked("tiger", TIGER, spec);
    assert!(said.contains("ways of going on"), "{said}");
}

#[test]
fn an_optimistic_nature_is_refused_where_there_are_too_many_histories() {
    let world = file("hope.ron", &walk("Once"));
    let spec = file(
        "hope_spec.ron",
        &OVER_STEPS.replace("precision", "nature: Nature(stance: Optimistic), precision"),
    );
    let (code, text) = murphy(&["value", world.to_str().unwrap(), spec.to_str().unwrap()]);
    assert!(
        code == Some(2) && text.contains("only a pessimistic Nature is supported"),
        "{text}"
    );
}
