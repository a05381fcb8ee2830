//! What `murphy value` prints for properties: one JSON object a question, and its exit status.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use std::path::Path;
use std::process::Command;

/// The exit status and standard output.
fn value(arguments: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
        .arg("value")
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"))
        .output()
        .unwrap();
    let status = done.status.code().unwrap();
    let printed = String::from_utf8(done.stdout).unwrap();
    format!("{status} {}", printed.trim_end())
}

fn json(arguments: &[&str]) -> String {
    value(&[arguments, &["--format", "json"]].concat())
}

#[test]
fn the_interval_die_is_one_twenty_first_exactly() {
    let answer = json(&["die.prism", "--property", "Pmin=? [ F \"one\" ]", "--exact"]);
    assert_eq!(
        answer,
        r#"0 {"exact":"1/21","lower":0.047619047619047616,"status":"value","upper":0.04761904761904762}"#
    );
    let answer = json(&[
        "die.prism",
        "--property",
        "R{\"tosses\"}max=? [ F \"done\" ]",
        "--exact",
    ]);
    assert_eq!(
        answer,
        r#"0 {"exact":"23/5","lower":4.6,"status":"value","upper":4.6000000000000005}"#
    );
}

#[test]
fn a_value_is_a_bracket() {
    let answer = json(&["die.prism", "--property", "Pmax=? [ F \"one\" ]"]);
    let object: serde_json::Value = serde_json::from_str(answer.strip_prefix("0 ").unwrap()).unwrap();
    let (lower, upper) = (
        object["lower"].as_f64().unwrap(),
        object["upper"].as_f64().unwrap(),
    );
    assert!(
        lower <= 8.0 / 21.0 && 8.0 / 21.0 <= upper && upper - lower < 1e-6,
        "{answer}"
    );
    assert_eq!(object["status"], "value");
    let answer = json(&["die.prism", "--property", "R{\"tosses\"}max=? [ F \"one\" ]"]);
    assert_eq!(
        answer,
        r#"0 {"exact":null,"lower":"inf","status":"value","upper":"inf"}"#
    );
}

#[test]
fn a_verdict_is_its_exit_status_too() {
    let holds = json(&["die.prism", "--property", "P>=1/21 [ F \"one\" ]"]);
    assert_eq!(holds, r#"0 {"holds":true,"status":"verdict"}"#);
    let fails = json(&["die.prism", "--property", "P>1/21 [ F \"one\" ]"]);
    assert_eq!(fails, r#"1 {"holds":false,"status":"verdict"}"#);
    assert!(value(&["die.prism", "--property", "P>0 [ F d=6 ]"]).ends_with("holds"));
}

#[test]
fn a_file_of_properties_is_asked_by_name() {
    let answer = json(&[
        "die.prism",
        "--property",
        "die.props",
        "--property-name",
        "one",
        "--exact",
    ]);
    assert!(answer.contains(r#""exact":"1/21""#), "{answer}");
    let answer = json(&["die.prism", "--property", "die.props", "--property-name", "quick"]);
    assert_eq!(answer, r#"1 {"holds":false,"status":"verdict"}"#);
    let answer = json(&["die.prism", "--property", "die.props"]);
    assert!(answer.contains("--property-name must pick one"), "{answer}");
}

#[test]
fn a_jani_model_is_asked_by_the_names_of_its_own_properties() {
    let third = ["tosses.jani", "--const", "p=1/3", "--exact", "--property-name"];
    let answer = json(&[&third[..], &["heads"]].concat());
    assert!(answer.contains(r#""exact":"5/9""#), "{answer}");
    let answer = json(&[&third[..], &["cost"]].concat());
    assert!(answer.contains(r#""exact":"9""#), "{answer}");
    let answer = json(&[&third[..], &["head"]].concat());
    assert!(answer.contains("no property named `head`"), "{answer}");
    let answer = json(&["tosses.jani", "--property-name", "heads"]);
    assert!(answer.contains("the constant `p` has no value"), "{answer}");
    let answer = json(&["die.prism", "--property-name", "one"]);
    assert!(answer.contains("does not name its own properties"), "{answer}");
}

#[test]
fn modules_are_combined_as_declared_and_that_is_printed() {
    let ask = |more: &[&str]| {
        value(
            &[
                &["coins.prism", "--property", "Pmin=? [ F \"same\" ]", "--exact"],
                more,
            ]
            .concat(),
        )
    };
    let hull = ask(&[]);
    assert!(
        hull.contains("8/25") && hull.contains("rectangular hull"),
        "{hull}"
    );
    assert_eq!(ask(&["--product", "hull"]), hull);
    let apart = ask(&["--product", "independent"]);
    assert!(
        apart.contains("12/25") && apart.contains("strong product"),
        "{apart}"
    );
    let refused = json(&["good.ron", "home.ron", "--product", "independent"]);
    assert!(
        refused.contains("--product is for models in the PRISM language"),
        "{refused}"
    );
    let refused = json(&[
        "tosses.jani",
        "--property-name",
        "heads",
        "--product",
        "independent",
    ]);
    assert!(
        refused.contains("--product is for models in the PRISM language"),
        "{refused}"
    );
}

#[test]
fn an_exact_number_that_is_not_found_is_refused_with_its_reason() {
    let answer = json(&[
        "die.prism",
        "--property",
        "R{\"tosses\"}max=? [ C<=60000 ]",
        "--exact",
    ]);
    assert!(answer.starts_with("2 "), "{answer}");
    assert!(
        answer.contains("the exact value could not be found: the fractions"),
        "{answer}"
    );
}

#[test]
fn every_refusal_is_json_where_json_is_asked_for() {
    for arguments in [
        &["die.prism", "--property", "P=? [ F \"one\" ]"][..],
        &["die.prism", "--property", "Pmin=? [ F \"oen\" ]"],
        &["die.prism", "--property", "Pmin=? [ F "],
        &["die.prism", "--property", "Pmin=? [ F d=1 ]", "--precision", "2"],
        &["die.prism", "--property", "Pmin=? [ F d=1 ]", "--const", "x"],
        &["die.prism", "--property", "Pmin=? [ F d=1 ]", "--unheard-of"],
        &["die.prism"],
        &["gone.prism", "--property", "Pmin=? [ F d=1 ]"],
        &["die.props", "--property", "Pmin=? [ F d=1 ]"],
    ] {
        let answer = json(arguments);
        let refusal = answer
            .strip_prefix("2 ")
            .unwrap_or_else(|| panic!("{arguments:?}: {answer}"));
        let object: serde_json::Value = serde_json::from_str(refusal).unwrap();
        assert_eq!(object["status"], "refused", "{arguments:?}");
        assert!(!object["reason"].as_str().unwrap().is_empty(), "{arguments:?}");
    }
}
