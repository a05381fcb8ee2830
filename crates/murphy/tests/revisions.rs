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
