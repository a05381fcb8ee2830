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
