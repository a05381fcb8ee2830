//! Peak memory of each phase from file to proof, in bytes a branch, on Linux: `cargo bench -p murphy-benches --bench memory -- 100000 1000000` (numbers of states).
//!
//! One number is what was resident at most during the phase; what a phase leaves behind is part of the next. Nothing is timed by a clock on the wall.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and may fail where it builds its cases"
)]

use murphy::prelude::*;
use murphy_benches::write_chain;
use murphy_world::{NoFiles, formats};
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

/// The goals that are planned for.
const GOALS: [(&str, &str); 2] = [
    ("probability", r#"Maximize(Probability("F goal"))"#),
    ("cost", r#"Minimize(Expected("cost", until: "end"))"#),
];

/// Forgets the peak so far.
fn reset() {
    fs::write("/proc/self/clear_refs", "5").expect("a kernel that forgets peaks");
}

/// Returns the most bytes resident since the peak was forgotten.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    1024 * kilobytes.expect("a peak")
}

/// Prints a line of the table.
fn tell(phase: &str, branches: u64) {
    let bytes = peak();
    println!("| {phase} | {} MB | {} |", bytes / 1_000_000, bytes / branches);
    reset();
}

fn read(path: &Path) -> Model {
    let name = path.display().to_string();
    let limits = Limits {
        states_max: 1 << 30,
        branches_max: 1 << 32,
    };
    formats::read_file(&name, File::open(path).expect("a file"), &NoFiles, &limits).expect("a model")
}

/// Prints the table of one goal.
fn measure(path: &Path, (name, goal): (&str, &str)) {
    reset();
    let model = read(path);
    let branches = model.branch_count() as u64;
    println!(
        "\n{name}, {} states, {branches} branches\n\n| phase | peak | bytes a branch |\n| --- | --- | --- |",
        model.state_count()
    );
    tell("reading DRN", branches);
    let spec = Source::new("goal", format!("Spec(name: \"goal\", goals: [ {goal} ])"));
    let problem = Problem::new(model, &Spec::parse(&spec).expect("a spec")).expect("a problem");
    let laid_out = AtomicBool::new(false);
    let progress = |_| {
        if !laid_out.swap(true, Ordering::Relaxed) {
            tell("laying out", branches);
        }
    };
    let settings = Settings {
        progress: Some(&progress),
        ..Settings::default()
    };
    let found = plan(&problem, &settings).expect("a plan");
    tell("solving", branches);
    let checked = check(&problem, &found.certificate).expect("a proof");
    assert!(checked.inequalities > 0, "a proof is more than nothing");
    tell("checking", branches);
}

fn main() {
    let words: Vec<String> = std::env::args().collect();
    if let [_, file, goal] = words.as_slice()
        && let Some(asked) = GOALS.iter().find(|(name, _)| name == goal)
    {
        return measure(Path::new(file), *asked);
    }
    let mut sizes: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(100_000);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("chain.drn");
    for states in sizes {
        let mut out = BufWriter::new(File::create(&path).expect("a file"));
        write_chain(&mut out, (states, 20, 5), 1).expect("written");
        out.flush().expect("written");
        drop(out);
        for (goal, _) in GOALS {
            // Each in a process of its own: what one has freed would count for the next.
            let own = std::env::current_exe().expect("a program");
            let ended = Command::new(own)
                .arg(&path)
                .arg(goal)
                .status()
                .expect("a process");
            assert!(ended.success(), "{goal} failed");
        }
    }
}
