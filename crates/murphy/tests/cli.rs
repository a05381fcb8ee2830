//! What the program prints, writes and returns, as one block a case; and that tampering is found out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for a test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    /// A folder with a copy of the test data.
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("murphy-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")).unwrap() {
            let from = entry.unwrap().path();
            fs::copy(&from, path.join(from.file_name().unwrap())).unwrap();
        }
        Self(path)
    }

    fn murphy(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_murphy"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap()
    }

    /// Exit status, standard output and standard error in one block.
    fn block(&self, arguments: &[&str]) -> String {
        let done = self.murphy(arguments);
        format!(
            "$ murphy {}\nexit {}\n-- out\n{}-- err\n{}",
            arguments.join(" "),
            done.status.code().unwrap_or(-1),
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        )
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`:\n{text}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn mistakes_in_worlds_are_shown_with_place_and_hint() {
    let folder = Folder::new("worlds");
    for world in [
        "misspelt.ron",
        "heavy.ron",
        "overlap.ron",
        "table_missing.ron",
        "goood.ron",
    ] {
        insta::assert_snapshot!(
            format!("world_{world}"),
            folder.block(&["value", world, "home.ron"])
        );
    }
}

#[test]
fn mistakes_in_specs_are_shown_with_place_and_hint() {
    let folder = Folder::new("specs");
    for spec in ["unknown_label.ron", "cut_short.ron", "unknown_field.ron"] {
        insta::assert_snapshot!(format!("spec_{spec}"), folder.block(&["value", "good.ron", spec]));
    }
}

#[test]
fn answers_read_as_sentences_or_as_json() {
    let folder = Folder::new("answers");
    for (name, arguments) in [
        ("value", &["value", "good.ron", "home.ron"][..]),
        ("json", &["value", "good.ron", "home.ron", "--format", "json"]),
        (
            "pinned",
            &[
                "value", "good.ron", "home.ron", "--const", "gust=1/4", "--format", "json",
            ],
        ),
        (
            "refused",
            &[
                "value", "good.ron", "home.ron", "--const", "gsut=1/4", "--format", "json",
            ],
        ),
        (
            "precision",
            &["value", "good.ron", "home.ron", "--precision", "2"],
        ),
        ("plan", &["plan", "good.ron", "home.ron"]),
        ("check", &["check", "plan.ron"]),
        ("info", &["info", "good.ron", "home.ron"]),
        ("info_json", &["info", "good.ron", "--format", "json"]),
        (
            "simulate",
            &[
                "simulate",
                "plan.ron",
                "--runs",
                "1000",
                "--traces",
                "traces.jsonl",
            ],
        ),
    ] {
        insta::assert_snapshot!(format!("answer_{name}"), folder.block(arguments));
    }
    let plan = fs::read_to_string(folder.0.join("plan.ron")).unwrap();
    insta::assert_snapshot!("plan_file", plan);
    let traces = fs::read_to_string(folder.0.join("traces.jsonl")).unwrap();
    assert!(traces.lines().count() >= 2, "{traces}");
}

/// Plans, applies one edit, and returns what `check` then says.
fn tampered(name: &str, file: &str, from: &str, to: &str) -> String {
    let folder = Folder::new(name);
    assert_eq!(
        folder.murphy(&["plan", "good.ron", "home.ron"]).status.code(),
        Some(0)
    );
    assert_eq!(folder.murphy(&["check", "plan.ron"]).status.code(), Some(0));
    folder.edit(file, from, to);
    folder.block(&["check", "plan.ron"])
}

#[test]
fn an_edit_of_world_spec_policy_or_bracket_is_found_out() {
    for (name, file, from, to) in [
        ("world", "good.ron", "0.1..0.3", "0.1..0.4"),
        ("spec", "home.ron", "F home", "F<=9 home"),
        ("policy", "plan.ron", "\"cross\"", "\"wait\""),
        ("action", "plan.ron", "\"cross\"", "\"swim\""),
        ("bracket", "plan.ron", "lower: 0.69", "lower: 0.79"),
        ("version", "plan.ron", "format: 1", "format: 9"),
    ] {
        let block = tampered(name, file, from, to);
        assert!(!block.contains("exit 0"), "{block}");
        insta::assert_snapshot!(format!("tampered_{name}"), block);
    }
}

#[test]
fn a_changed_certificate_is_found_out_whatever_byte_it_is() {
    let folder = Folder::new("bytes");
    folder.murphy(&["plan", "good.ron", "home.ron"]);
    let path = folder.0.join("plan.cert");
    let bytes = fs::read(&path).unwrap();
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        fs::write(&path, changed).unwrap();
        let status = folder.murphy(&["check", "plan.ron"]).status.code();
        assert!(status == Some(1) || status == Some(2), "byte {at}: {status:?}");
    }
}

/// Choices of one state may share their action in models of other tools; the plan still says which is meant.
#[test]
fn a_plan_for_a_foreign_model_checks_though_its_actions_share_a_name() {
    let folder = Folder::new("foreign");
    let model = "mdp\nmodule m\n  s : [0..2];\n  [go] s=0 -> 0.3:(s'=1) + 0.7:(s'=2);\n  [go] s=0 -> 0.6:(s'=1) + 0.4:(s'=2);\n  [] s>0 -> true;\nendmodule\nlabel \"home\" = s=1;\n";
    fs::write(folder.0.join("twice.prism"), model).unwrap();
    let done = folder.murphy(&["plan", "twice.prism", "home.ron"]);
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let plan = fs::read_to_string(folder.0.join("plan.ron")).unwrap();
    assert!(plan.contains("\"s=0\": \"go (2)\""), "{plan}");
    let check = folder.murphy(&["check", "plan.ron"]);
    assert_eq!(
        check.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&check.stdout)
    );
}

#[test]
fn threads_change_no_byte() {
    let written = |threads: &str| {
        let folder = Folder::new(&format!("threads-{threads}"));
        let arguments = [
            "plan",
            "good.ron",
            "home.ron",
            "--view",
            "page.html",
            "--threads",
            threads,
        ];
        let done = folder.murphy(&arguments);
        assert_eq!(
            done.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        ["plan.cert", "plan.ron", "page.html"].map(|name| fs::read(folder.0.join(name)).unwrap())
    };
    let one = written("1");
    assert_eq!(one, written("2"));
    assert_eq!(one, written("3"));
}

#[test]
fn a_page_loads_nothing_from_the_network() {
    let folder = Folder::new("page");
    folder.murphy(&["plan", "good.ron", "home.ron", "--view", "plan.html"]);
    let page = fs::read_to_string(folder.0.join("plan.html")).unwrap();
    assert!(page.contains("<html") && !page.contains("src=\"http") && !page.contains("href=\"http"));
}
