//! The dependency rule of ARCHITECTURE.md, held against the manifests and the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every crate with every crate of ours that it may use.
const EDGES: &[(&str, &[&str])] = &[
    ("notation", &[]),
    ("credal", &["notation"]),
    ("world", &["notation", "credal"]),
    ("spec", &["notation"]),
    ("problem", &["notation", "credal", "world", "spec"]),
    ("plan", &["notation", "credal", "world", "problem"]),
    ("certify", &["notation", "credal", "world", "problem"]),
    ("trace", &["notation", "credal", "world", "problem"]),
    (
        "murphy",
        &[
            "notation", "credal", "world", "spec", "problem", "plan", "certify", "trace",
        ],
    ),
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The crates of ours that a manifest names, whatever the table.
fn named_in(manifest: &str) -> BTreeSet<String> {
    manifest
        .lines()
        .filter_map(|line| line.trim().strip_prefix("murphy-"))
        .filter_map(|rest| rest.split(['.', ' ', '=']).next())
        .map(str::to_owned)
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_crate_is_listed_and_uses_only_what_it_may() {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(crates()).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let (_, allowed) = EDGES
            .iter()
            .find(|(listed, _)| *listed == name)
            .unwrap_or_else(|| panic!("crate `{name}` is not in the picture"));
        for used in named_in(&manifest) {
            let is_description = used == name;
            assert!(
                is_description || allowed.contains(&used.as_str()),
                "`{name}` must not use `{used}`"
            );
        }
        found.insert(name);
    }
    assert_eq!(
        found.len(),
        EDGES.len(),
        "a crate of the picture is missing: {found:?}"
    );
}

#[test]
fn a_forbidden_edge_would_be_found() {
    let manifest =
        "[dependencies]\nmurphy-plan.workspace = true\nmurphy-world = { path = \"x\" }\nmurphy = \"1\"\n";
    assert_eq!(
        named_in(manifest),
        BTreeSet::from(["plan".to_owned(), "world".to_owned()])
    );
}

/// Returns the crates that one uses, whatever lies between.
fn reaches(name: &str) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        let (_, used) = EDGES.iter().find(|(listed, _)| *listed == next).unwrap();
        open.extend(
            used.iter()
                .filter(|name| reached.insert(**name))
                .map(|name| (*name).to_owned()),
        );
    }
    reached
}

/// What a person says of a plan is for the person who writes the goal, never for the planner: an optimiser that reads it would press on it.
#[test]
fn no_planner_reads_what_people_say_of_its_plans() {
    // Reviews are read by the crate of traces alone, and nothing that plans, proves or defines what is planned comes near it.
    let readers: Vec<&str> = EDGES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name == "trace" || reaches(name).contains("trace"))
        .collect();
    assert_eq!(readers, ["trace", "murphy"]);
    assert!(crates().join("trace/src/review.rs").exists());
    // In the crate that holds both, only what proposes amendments to a person touches a review.
    const MAY: &[&str] = &[
        "cli/revise.rs",
        "cli/whole_runs.rs",
        "cli/mark.rs",
        "cli/check.rs",
        "cli/args.rs",
        "cli/mod.rs",
    ];
    let source = crates().join("murphy/src");
    let mut found = BTreeSet::new();
    for path in sources(&source) {
        let text = fs::read_to_string(&path).unwrap();
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        if code.into_iter().any(reads_reviews) {
            found.insert(path.strip_prefix(&source).unwrap().to_string_lossy().into_owned());
        }
    }
    let stray: Vec<&String> = found
        .iter()
        .filter(|path| !MAY.contains(&path.as_str()))
        .collect();
    assert!(stray.is_empty(), "{stray:?} read reviews");
    assert!(found.contains("cli/revise.rs"), "the search finds what is there");
}

/// Says whether a line of code names the reviews of the crate of traces.
fn reads_reviews(code: &str) -> bool {
    ["Review", "murphy_trace::review", "MarkedState"]
        .iter()
        .any(|word| code.contains(word))
}

/// Libraries compute on texts and bytes; only the program knows paths, clocks, streams and how to end.
#[test]
fn only_the_program_touches_the_outside() {
    const OUTSIDE: &[&str] = &[
        "std::fs",
        "std::process",
        "std::env",
        "std::time",
        "std::net",
        "println!",
        "eprintln!",
        "File::open",
    ];
    for (name, _) in EDGES.iter().filter(|(name, _)| *name != "murphy") {
        for path in sources(&crates().join(name).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            for (number, line) in text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for word in OUTSIDE {
                    assert!(
                        !code.contains(word),
                        "{}:{}: {word} in a library",
                        path.display(),
                        number + 1
                    );
                }
            }
        }
    }
}

/// A file is one concept; 800 lines is where it has become two.
#[test]
fn no_source_file_is_longer_than_800_lines() {
    for (name, _) in EDGES {
        for path in sources(&crates().join(name)) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 800, "{} has {lines} lines", path.display());
        }
    }
}
