//! Files whose endings say something else than what they hold: each is told in one error what it should be and what it is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const DRN: &[u8] = b"@type: DTMC\n@nr_states\n1\n@model\nstate 0 init\n\taction 0\n\t\t0 : 1\n";
const PRISM: &[u8] = b"dtmc\nmodule m\n x:[0..1];\n [] true -> (x'=1);\nendmodule\n";
const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";

/// What the files hold.
const CONTENTS: [(&str, &[u8]); 18] = [
    ("nothing", b""),
    ("blanks", b" \n\t\n"),
    ("prose", b"Dear reader, this is prose.\n"),
    ("bytes", b"\x00\x01\x02\x03\xff\xfe\x00\x00"),
    ("UTF-16", b"\xff\xfem\x00d\x00p\x00"),
    ("a program", b"\x7fELF\x02\x01\x01\x00"),
    ("a zip archive", b"PK\x03\x04\x00\x00"),
    ("gzip of nothing", GZIP),
    ("DRN", DRN),
    ("PRISM", PRISM),
    ("JANI", b"{\"jani-version\": 1, \"name\": \"m\"}"),
    (
        "CRAAM",
        b"idstatefrom,idaction,idstateto,probability,reward\n0,0,0,1,0\n",
    ),
    ("POMDP", b"discount: 0.9\nvalues: reward\nstates: 1\nactions: 1\n"),
    ("bmdp", b"3\n2\n1\n2\n0 0 1 0.1 0.5\n"),
    ("tra", b"2 2\n0 1 1\n1 1 1\n"),
    ("RON", b"World(\n    name: \"x\",\n)\n"),
    ("HOA", b"HOA: v1\nStates: 1\n"),
    ("properties", b"Pmax=? [ F \"goal\" ]\n"),
];

const ENDINGS: [&str; 12] = [
    "drn", "prism", "jani", "csv", "pomdp", "txt", "tra", "pexp", "umb", "nc", "ron", "xyz",
];

/// Returns what the program says of a file in a folder of its own.
fn told(name: &str, bytes: &[u8]) -> (i32, String) {
    let folder: PathBuf = std::env::temp_dir().join(format!("murphy-endings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), bytes).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
        .args(["value", name, "--property", "1"])
        .current_dir(&folder)
        .output()
        .unwrap();
    fs::remove_file(folder.join(name)).unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    (done.status.code().unwrap_or(-1), told)
}

#[test]
fn each_format_by_the_ending_of_each_other() {
    let mut all = String::new();
    for ending in ENDINGS {
        for (what, bytes) in CONTENTS {
            let (status, text) = told(&format!("m.{ending}"), bytes);
            let first = text.lines().next().unwrap_or("no error");
            let hint = text.lines().find(|line| line.starts_with("hint")).unwrap_or("");
            let lines = text.lines().filter(|line| line.starts_with("error")).count();
            assert!(
                lines <= 1 && (status == 0 || status == 2),
                "{what} as .{ending}: {text}"
            );
            writeln!(all, ".{ending} holds {what}\n    {first}").unwrap();
            if !hint.is_empty() {
                writeln!(all, "    {hint}").unwrap();
            }
        }
    }
    insta::assert_snapshot!("each_format_by_each_ending", all);
}

#[test]
fn compressed_languages_folders_and_what_is_not_there() {
    let (_, text) = told("m.prism.gz", GZIP);
    assert_eq!(
        text,
        "error: files in the PRISM language are read as they are, not compressed\nhint: unpack it first, with gunzip or unxz\n"
    );
    let folder = std::env::temp_dir().join(format!("murphy-folders-{}", std::process::id()));
    for name in ["a.drn", "b.prism", "c.ron", "d.jani"] {
        fs::create_dir_all(folder.join(name)).unwrap();
        let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
            .args(["value", name, "--property", "1"])
            .current_dir(&folder)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(told, format!("error: `{name}` is a folder, not a file\n"));
    }
    let done = Command::new(env!("CARGO_BIN_EXE_murphy"))
        .args(["info", "a.drm"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(told.contains("hint: did you mean `a.drn`?"), "{told}");
    fs::remove_dir_all(&folder).unwrap();
}
