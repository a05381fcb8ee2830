//! Revising: conditions that tell marks apart, changes of texts that leave the rest alone, and the whole loop through the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::prelude::*;
use murphy::revise::{Change, amended, separating};
use murphy::spec::Revision;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn gridworld(name: &str) -> Model {
    let path = root().join(format!("worlds/gridworlds/{name}.ron"));
    let source = Source::new(name, fs::read_to_string(path).unwrap());
    World::parse(source, &NoFiles, &[])
        .unwrap()
        .unfold(&Limits::default())
        .unwrap()
}

/// Whatever is marked: what is found holds on all that is bad, on nothing that is fine, and says where it holds.
#[test]
fn conditions_hold_on_what_is_bad_and_not_on_what_is_fine() {
    let mut seed = 11_u64;
    let mut below = |most: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most
    };
    let mut found_any = 0;
    for name in ["boat_race", "side_effects", "absent_supervisor"] {
        let model = gridworld(name);
        for _ in 0..60 {
            let mut pick = |count: usize| -> Vec<u32> {
                (0..count).map(|_| below(model.state_count()) as u32).collect()
            };
            let bad_count = 1 + pick(1)[0] as usize % 3;
            let bad = pick(bad_count);
            let mut good = pick(3);
            good.retain(|state| !bad.contains(state));
            for condition in separating(&model, &bad, &good, 6) {
                found_any += 1;
                assert!(bad.iter().all(|state| condition.states.contains(*state)));
                assert!(good.iter().all(|state| !condition.states.contains(*state)));
                // Its text means what it says.
                let expression = murphy_notation::Expression::parse(&murphy_notation::Passage::named(
                    "condition",
                    condition.text.clone(),
                ))
                .unwrap();
                assert_eq!(
                    murphy::problem::resolve::states_where(&model, &expression).unwrap(),
                    condition.states
                );
            }
        }
    }
    assert!(found_any > 300, "{found_any}");
    let model = gridworld("side_effects");
    assert!(
        separating(&model, &[3], &[3], 6).is_empty(),
        "nothing is bad and fine at once"
    );
    assert!(separating(&model, &[], &[3], 6).is_empty());
}

/// States that no conjunction covers are covered by a disjunction.
#[test]
fn what_no_conjunction_covers_a_disjunction_does() {
    let model = gridworld("side_effects");
    // The robot in one of two opposite corners is bad; everywhere else is fine.
    let robot = |state: u32| -> Vec<String> {
        model.values(state)[..2]
            .iter()
            .map(|value| model.value_text(value))
            .collect()
    };
    let corner = |state: &u32| robot(*state) == ["0", "0"] || robot(*state) == ["3", "3"];
    let (bad, fine): (Vec<u32>, Vec<u32>) = (0..model.state_count() as u32).partition(corner);
    let found = separating(&model, &bad, &fine, 6);
    assert_eq!(found.len(), 1);
    assert!(found[0].text.contains(" || "), "{}", found[0].text);
    assert_eq!(found[0].states.len(), bad.len());
}

const WRITTEN: &str = r#"// Written by hand.
Spec(
    name: "go",   // a name
    goals: [
        Maximize(Probability("F goal")),  // the only one
        /* and no other */
    ],
    nature: Nature(stance: Pessimistic),
    revisions: [ Revision(why: "a \"first\" try") ]  // the history
    // the end
)
"#;

#[test]
fn a_change_leaves_the_rest_of_the_text_alone() {
    let source = Source::new("spec.ron", WRITTEN);
    let revision = Revision {
        on: Some("2026-11-22".into()),
        why: "it \\ \"burnt\"".into(),
        was: Some("F goal".into()),
    };
    for (change, part) in [
        (
            Change::Require("AtLeast(1, Probability(\"G !lava\"))".into()),
            "AtLeast(1, ",
        ),
        (
            Change::FirstGoal("Maximize(Probability(\"G !lava\"))".into()),
            "G !lava",
        ),
        (
            Change::LastGoal("Minimize(Expected(\"moves\", until: \"goal\"))".into()),
            "until: ",
        ),
        (
            Change::ReplaceGoal("Maximize(Probability(\"!lava U goal\"))".into()),
            "!lava U goal",
        ),
        (Change::Pin("Pin(when: \"x == 0\", act: \"east\")".into()), "Pin("),
    ] {
        let text = amended(&source, &change, Some(&revision)).unwrap();
        let spec = Spec::parse(&Source::new("again", text.clone())).unwrap();
        assert!(text.contains(part), "{text}");
        assert_eq!(spec.revisions.len(), 2);
        assert_eq!(spec.revisions[1].why, revision.why);
        assert_eq!(spec.revisions[1].was, revision.was);
        // Every line that was there is there, but for a comma and for the goal that was replaced.
        for line in WRITTEN
            .lines()
            .filter(|line| !line.contains("F goal") && !line.contains("revisions:"))
        {
            assert!(text.contains(line), "lost `{line}` in\n{text}");
        }
        assert!(
            text.contains("// the only one")
                && text.contains("// the history")
                && text.contains("// the end"),
            "{text}"
        );
    }
    // A spec in one line stays one.
    let short = Source::new(
        "short.ron",
        "Spec(name: \"go\", goals: [Maximize(Probability(\"F goal\"))])",
    );
    let text = amended(
        &short,
        &Change::Require("AtMost(3, Expected(\"moves\", until: \"goal\"))".into()),
        Some(&revision),
    )
    .unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    // Goals in order: first and last.
    let first = amended(
        &source,
        &Change::FirstGoal("Maximize(Probability(\"G !lava\"))".into()),
        None,
    )
    .unwrap();
    let spec = Spec::parse(&Source::new("again", first)).unwrap();
    assert_eq!(spec.goals.len(), 2);
    assert!(
        matches!(&spec.goals[0].objective, murphy::spec::Objective::Probability(formula) if formula.to_string() == "G !lava")
    );
    // What would be no spec is not written.
    assert!(amended(&source, &Change::Require("AtLeast(1)".into()), None).is_err());
}

/// A folder of its own with the side-effects world and its naive goal.
struct Walk(PathBuf);

impl Walk {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("murphy-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        for (from, to) in [
            ("worlds/gridworlds/side_effects.ron", "world.ron"),
            ("specs/gridworlds/side_effects.ron", "spec.ron"),
        ] {
            fs::copy(root().join(from), path.join(to)).unwrap();
        }
        Self(path)
    }

    fn block(&self, arguments: &[&str]) -> String {
        let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        format!(
            "$ murphy {}\nexit {}\n-- out\n{}-- err\n{}",
            arguments.join(" "),
            done.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        )
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The walk of the README, with mistakes on the way: what a step is called, and what is typed.
const STEPS: &[(&str, &str)] = &[
    ("plan", "plan world.ron spec.ron --out before.ron"),
    ("explain", "explain before.ron"),
    (
        "mark",
        "mark before.ron --bad robot.x==1&&robot.y==0 --action --note stuck",
    ),
    ("revise", "revise spec.ron --review review.ron --plan before.ron"),
    (
        "pick",
        "revise spec.ron --review review.ron --plan before.ron --pick 1 --on 2026-11-22",
    ),
    ("plan_again", "plan world.ron spec.ron --out after.ron"),
    ("check", "check after.ron --never review.ron"),
    ("check_before", "check before.ron --never review.ron"),
    ("diff", "diff before.ron after.ron"),
    (
        "explain_after",
        "explain after.ron --state robot.x==1&&robot.y==0 --likely F<=100(cornered)",
    ),
    (
        "other_plan",
        "revise spec.ron --review review.ron --plan after.ron",
    ),
    (
        "no_such_pick",
        "revise spec.ron --review review.ron --plan before.ron --pick 99",
    ),
    ("never_there", "mark after.ron --bad cornered"),
    (
        "explain_json",
        "explain after.ron --likely F<=100(cornered) --format json",
    ),
    ("diff_json", "diff before.ron before.ron --format json"),
];

#[test]
fn plan_mark_revise_plan_again_and_compare() {
    let walk = Walk::new("walk");
    for (name, typed) in STEPS {
        let arguments: Vec<&str> = typed.split(' ').collect();
        insta::assert_snapshot!(format!("walk_{name}"), walk.block(&arguments));
        if *name == "pick" {
            insta::assert_snapshot!("walk_spec", fs::read_to_string(walk.0.join("spec.ron")).unwrap());
        }
    }
    // A plan for several goals is found out, too, when it is tampered with.
    let text = fs::read_to_string(walk.0.join("after.ron")).unwrap();
    for (from, to) in [
        ("lower: 42.9", "lower: 43.9"),
        ("G<=100 !cornered", "G<=99 !cornered"),
        ("\"left\"", "\"up\""),
    ] {
        assert!(text.contains(from), "{from}");
        fs::write(walk.0.join("after.ron"), text.replace(from, to)).unwrap();
        assert!(walk.block(&["check", "after.ron"]).contains("exit 1"), "{from}");
    }
}

#[test]
fn what_cannot_be_required_is_said_with_its_proof() {
    let walk = Walk::new("impossible");
    let spec = "Spec(name: \"no\", goals: [Maximize(Expected(\"reward\", horizon: 100))], require: [AtLeast(1, Probability(\"G<=100 !(robot.y == 0)\"))])";
    fs::write(walk.0.join("spec.ron"), spec).unwrap();
    insta::assert_snapshot!("impossible", walk.block(&["plan", "world.ron", "spec.ron"]));
    insta::assert_snapshot!(
        "impossible_json",
        walk.block(&["value", "world.ron", "spec.ron", "--format", "json"])
    );
}

/// A folder with the side effects world planned for, and its review of a whole run.
fn whole_run(name: &str, marks: &str, nature: &str) -> (PathBuf, impl Fn(&[&str]) -> std::process::Output) {
    let folder = std::env::temp_dir().join(format!("murphy-whole-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for file in [
        "worlds/gridworlds/side_effects.ron",
        "specs/gridworlds/side_effects.ron",
    ] {
        fs::copy(root().join(file), folder.join(file.replace('/', "-"))).unwrap();
    }
    let run = {
        let folder = folder.clone();
        move |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_murphy"));
            command.args(arguments).current_dir(&folder).output().unwrap()
        }
    };
    let (world, spec) = (
        "worlds-gridworlds-side_effects.ron",
        "specs-gridworlds-side_effects.ron",
    );
    assert!(run(&["plan", world, spec]).status.success());
    let hash = murphy_problem::Origin::of("", &fs::read(folder.join("plan.ron")).unwrap()).hash;
    let review = format!(
        "Review(format: 1, plan: \"{hash}\", world: \"side effects\", goal: \"\", seed: 1, nature: \"{nature}\", marks: [{marks}])"
    );
    fs::write(folder.join("review.ron"), review).unwrap();
    (folder, run)
}

#[test]
fn a_whole_run_marked_bad_is_told_apart_and_ruled_out() {
    let (folder, run) = whole_run(
        "bad",
        "Bad(run: 0, note: \"the box ends in the corner\")",
        "worst",
    );
    let spec = "specs-gridworlds-side_effects.ron";
    let done = run(&["revise", spec, "--review", "review.ron", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let proposals = told["proposals"].as_array().unwrap();
    // What nobody asked for is among what sets the run apart, at the price that is known.
    let cornered = proposals
        .iter()
        .find(|one| one["says"] == "never come to where cornered")
        .unwrap();
    assert_eq!(cornered["outcome"]["goals"][0]["price"]["lower"], 2.0);
    assert_eq!(cornered["outcome"]["marked"]["upper"], 0.0);
    let mut changes: Vec<&str> = proposals
        .iter()
        .map(|one| one["change"].as_str().unwrap())
        .collect();
    let count = changes.len();
    changes.sort_unstable();
    changes.dedup();
    assert_eq!(changes.len(), count, "each amendment is proposed once");
    let number = cornered["number"].to_string();
    let picked = run(&["revise", spec, "--review", "review.ron", "--pick", &number]);
    assert!(picked.status.success());
    let text = fs::read_to_string(folder.join(spec)).unwrap();
    assert!(
        text.contains("the box ends in the corner") && text.contains("!cornered"),
        "{text}"
    );
    // A run names no state, so that there is nothing to hold another plan to.
    let check = run(&["check", "plan.ron", "--never", "review.ron"]);
    let said = String::from_utf8(check.stderr).unwrap();
    assert!(said.contains("marks whole runs only"), "{said}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_nothing_sets_apart_or_that_cannot_be_made_again_is_refused() {
    for (name, marks, nature, why) in [
        (
            "both",
            "Bad(run: 0), Good(run: 1)",
            "worst",
            "nothing sets it apart",
        ),
        ("mixed", "Bad(run: 0)", "mixed", "cannot be made again"),
        (
            "note",
            "Note(run: 0, note: \"hm\")",
            "worst",
            "marks no step, no state and no run",
        ),
    ] {
        let (folder, run) = whole_run(name, marks, nature);
        let done = run(&[
            "revise",
            "specs-gridworlds-side_effects.ron",
            "--review",
            "review.ron",
        ]);
        assert_eq!(done.status.code(), Some(2));
        let said = String::from_utf8(done.stderr).unwrap();
        assert!(said.contains(why), "{name}: {said}");
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn what_is_no_plan_is_called_by_its_name() {
    let (folder, run) = whole_run("names", "", "worst");
    let spec = "specs-gridworlds-side_effects.ron";
    let said = |arguments: &[&str]| String::from_utf8(run(arguments).stderr).unwrap();
    assert!(said(&["diff", "plan.ron", spec]).contains("holds a Spec, not a plan"));
    assert!(said(&["view", "review.ron"]).contains("`review.ron` holds a Review, not a plan"));
    assert!(
        said(&[
            "revise",
            spec,
            "--review",
            "review.ron",
            "--plan",
            "worlds-gridworlds-side_effects.ron"
        ])
        .contains("holds a World, not a plan")
    );
    fs::rename(folder.join("plan.ron"), folder.join("before.ron")).unwrap();
    assert!(
        said(&["revise", spec, "--review", "review.ron"])
            .contains("hint: name the plan that was looked at: --plan FILE")
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_whole_run_marked_good_is_sought() {
    let (folder, run) = whole_run("good", "Good(run: 0)", "worst");
    let done = run(&[
        "revise",
        "specs-gridworlds-side_effects.ron",
        "--review",
        "review.ron",
    ]);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.contains("among plans that are as good, come to where"),
        "{said}"
    );
    fs::remove_dir_all(folder).unwrap();
}
