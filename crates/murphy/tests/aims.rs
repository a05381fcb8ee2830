//! Plans for several goals and requirements as they are looked at: every one of them along every run, and what is still owed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail where it builds its cases"
)]

use murphy_trace::{Outcome, Trace, read_jsonl};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder for the files of one test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("murphy-aims-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn printed(&self, arguments: &[&str]) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
            .args(arguments)
            .current_dir(root)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{arguments:?}: {error}");
        String::from_utf8(done.stdout).unwrap()
    }

    fn traces(&self, plan: &str) -> Vec<Trace> {
        let out = self.path("runs.jsonl");
        self.printed(&["simulate", plan, "--traces", &out]);
        let read = read_jsonl(&std::fs::read_to_string(out).unwrap()).unwrap();
        read.into_iter().map(|(_, trace)| trace).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SPEC: &str = r#"Spec(
    name: "goal first, few moves, no lava",
    goals: [Maximize(Probability("F goal")), Minimize(Expected("moves", until: "goal || lava"))],
    require: [AtLeast(0.9, Probability("G !lava"))],
    pins: [Pin(when: "robot.x == 6 && robot.y == 3", act: "north", why: "straight up")],
    precision: 1e-6,
)"#;

/// Where Nature has nothing to pick, every mean that is seen must agree with what is proved of it.
#[test]
fn what_is_seen_of_each_goal_is_what_is_proved_where_nothing_is_open() {
    let folder = Folder::new("seen");
    let (spec, plan) = (folder.write("spec.ron", SPEC), folder.path("plan.ron"));
    folder.printed(&[
        "plan",
        "worlds/lava_crossing.ron",
        &spec,
        "--const",
        "slip=0.15",
        "--out",
        &plan,
    ]);
    let told: Value =
        serde_json::from_str(&folder.printed(&["simulate", &plan, "--format", "json"])).unwrap();
    let aims = told["aims"].as_array().unwrap();
    let names: Vec<&str> = aims.iter().map(|aim| aim["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Goal 1", "Goal 2", "Require"]);
    for aim in aims {
        let number = |range: &str, side: &str| aim[range][side].as_f64().unwrap();
        assert!(number("interval", "lower") <= number("bracket", "upper"), "{aim}");
        assert!(number("bracket", "lower") <= number("interval", "upper"), "{aim}");
    }
    assert_eq!(aims[2]["holds"], Value::Bool(true));
    let text = folder.printed(&["simulate", &plan, "--runs", "100"]);
    assert!(
        text.contains("Goal 2   Minimize(Expected(\"moves\", until: \"goal || lava\"))"),
        "{text}"
    );
    assert!(text.contains(", which is enough"), "{text}");
}

#[test]
fn every_step_says_what_each_goal_is_worth_and_still_owes() {
    let folder = Folder::new("owed");
    let (spec, plan) = (folder.write("spec.ron", SPEC), folder.path("plan.ron"));
    let page = folder.path("page.html");
    folder.printed(&[
        "plan",
        "worlds/lava_crossing.ron",
        &spec,
        "--out",
        &plan,
        "--view",
        &page,
    ]);
    for trace in folder.traces(&plan) {
        for step in &trace.steps {
            let [first, moves, kept] = step.aims.as_slice() else {
                panic!("{step:?}")
            };
            assert_eq!((first.bracket, first.owed), (step.bracket, step.owed));
            let so_far = moves.owed.so_far.unwrap().0;
            assert!((so_far - f64::from(step.step)).abs() < 1e-9);
            let lava = step.labels.contains(&"lava".to_owned());
            assert_eq!(kept.ended == Some(Outcome::Failed), lava);
        }
        let last = trace.steps.last().unwrap();
        assert!(last.aims.iter().all(|aim| aim.ended.is_some() && !aim.owed.open));
    }
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains(r#""pins":["`north` where `robot.x == 6 \u0026\u0026 robot.y == 3`: straight up"]"#)
    );
    assert!(page.contains(r#""bound":"at least 9/10","holds":true"#));
}

#[test]
fn a_run_goes_on_until_all_that_is_asked_is_settled() {
    let folder = Folder::new("on");
    let spec = folder.write(
        "spec.ron",
        r#"Spec(name: "off the edge, then home", goals: [Maximize(Probability("F<=3 robot.y == 1")), Maximize(Probability("F<=40 goal"))], precision: 1e-6)"#,
    );
    let plan = folder.path("plan.ron");
    folder.printed(&["plan", "worlds/lava_crossing.ron", &spec, "--out", &plan]);
    let traces = folder.traces(&plan);
    let settled_early = traces
        .iter()
        .flat_map(|trace| &trace.steps)
        .filter(|step| step.aims[0].ended.is_some() && step.aims[1].ended.is_none());
    let mut seen = 0;
    for step in settled_early {
        seen += 1;
        // What is told of the choice is told by the goal that is still open.
        assert_eq!(step.decision.as_ref().unwrap().aim, Some(1));
        assert!(step.bracket.upper.0 - step.bracket.lower.0 <= 0.0);
    }
    assert!(seen > 3, "{seen}");
    assert!(
        traces
            .iter()
            .any(|trace| trace.steps.last().unwrap().aims[1].ended == Some(Outcome::Held))
    );
}
