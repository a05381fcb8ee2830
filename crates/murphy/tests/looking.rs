//! `murphy view` and `murphy simulate` as commands: exports by their endings, two plans beside each other, and what is not understood.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder with a plan in it, removed at the end.
struct Planned(PathBuf);

impl Planned {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("murphy-looking-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for file in ["worlds/lava_crossing.ron", "specs/lava_crossing.ron"] {
            let name = file.replace('/', "-");
            fs::copy(root.join(file), path.join(name)).unwrap();
        }
        let planned = Self(path);
        planned.good(&["plan", "worlds-lava_crossing.ron", "specs-lava_crossing.ron"]);
        planned
    }

    fn murphy(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_murphy"));
        command.args(arguments).current_dir(&self.0).output().unwrap()
    }

    /// Runs a command that must succeed, and returns what it prints.
    fn good(&self, arguments: &[&str]) -> String {
        let done = self.murphy(arguments);
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}: {said}");
        String::from_utf8(done.stdout).unwrap()
    }

    /// Runs a command that must be refused, and returns what it says.
    fn refused(&self, arguments: &[&str]) -> String {
        let done = self.murphy(arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        String::from_utf8(done.stderr).unwrap()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Planned {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_ending_says_what_is_exported() {
    let planned = Planned::new("exports");
    for (name, begins) in [
        ("runs.jsonl", "{\"format\":\"murphy-trace\""),
        ("runs.csv", "role,run,step,state,robot.x,robot.y,labels,"),
        ("run.itf.json", "{\n  \"#meta\""),
        ("policy.dot", "digraph \"lava crossing\""),
        ("line.perfetto.json", "{\"displayTimeUnit\""),
        ("plot.svg", "<svg xmlns="),
    ] {
        let said = planned.good(&["view", "plan.ron", "--out", name, "--runs", "500"]);
        assert!(said.starts_with("Export") && said.contains(name), "{said}");
        let text = planned.read(name);
        assert!(
            text.starts_with(begins),
            "{name}: {}",
            text.chars().take(80).collect::<String>()
        );
    }
    for which in ["worst", "typical", "best", "shortest", "17"] {
        let out = format!("{which}.dot");
        planned.good(&[
            "view", "plan.ron", "--out", &out, "--trace", which, "--runs", "500",
        ]);
        assert!(planned.read(&out).contains("style=bold"));
    }
    let said = planned.refused(&["view", "plan.ron", "--out", "x.dot", "--trace", "middling"]);
    assert!(
        said.contains("worst, typical, best, shortest, or the number of a run"),
        "{said}"
    );
}

#[test]
fn two_plans_are_put_beside_each_other() {
    let planned = Planned::new("beside");
    let plan = ["plan", "worlds-lava_crossing.ron", "specs-lava_crossing.ron"];
    planned.good(&[&plan[..], &["--const", "slip=0.4..0.5", "--out", "slippery.ron"]].concat());
    planned.good(&["view", "plan.ron", "--beside", "slippery.ron", "--runs", "500"]);
    let page = planned.read("plan.html");
    assert!(page.contains("\"name\":\"slippery\"") && page.contains("\"only_there\":0"));
    // The page knows the plan that reviews are bound to.
    let hash = blake3_of(&planned, "plan.ron");
    assert!(page.contains(&format!("\"plan_hash\":\"{hash}\"")));
}

/// Returns the hash that the program itself would name a file by.
fn blake3_of(planned: &Planned, name: &str) -> String {
    let bytes = fs::read(planned.0.join(name)).unwrap();
    murphy::problem::Origin::of(name, &bytes).hash
}

#[test]
fn simulations_say_more_when_asked() {
    let planned = Planned::new("simulate");
    let text = planned.good(&[
        "simulate",
        "plan.ron",
        "--runs",
        "2000",
        "--to-label",
        "lava",
        "--rare",
    ]);
    assert!(
        text.contains("to `lava` in 9 steps, exactly this way with probability"),
        "{text}"
    );
    assert!(
        text.contains("Rare     the goal is missed with probability 1."),
        "{text}"
    );
    let json = planned.good(&[
        "simulate",
        "plan.ron",
        "--runs",
        "2000",
        "--to-label",
        "lava",
        "--rare",
        "--format",
        "json",
    ]);
    let object: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(object["shortest"][0]["steps"], 9);
    let (mean, error) = (
        object["rare"]["mean"].as_f64().unwrap(),
        object["rare"]["standard_error"].as_f64().unwrap(),
    );
    // The proved value of the goal is 0.987666821757.
    assert!((mean - 0.012_333_178).abs() < 5.0 * error, "{mean} {error}");
    assert_eq!(object["labels"][0]["label"], "goal");
    assert_eq!(object["quantities"][0]["quantity"], "moves");
    let said = planned.refused(&["simulate", "plan.ron", "--to-label", "larva"]);
    assert!(said.contains("did you mean `lava`?"), "{said}");
    let said = planned.refused(&["simulate", "plan.ron", "--nature", "mixed"]);
    assert!(said.contains("has none"), "{said}");
}

#[test]
fn the_number_of_threads_changes_no_byte_of_a_simulation() {
    let planned = Planned::new("threads");
    let told = |threads: &str, nature: &str| {
        planned.good(&[
            "simulate",
            "plan.ron",
            "--runs",
            "20000",
            "--nature",
            nature,
            "--format",
            "json",
            "--threads",
            threads,
        ])
    };
    for nature in ["worst", "sampled"] {
        let one = told("1", nature);
        assert_eq!(one, told("2", nature));
        assert_eq!(one, told("3", nature));
    }
}
