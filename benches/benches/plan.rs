//! One sweep, the whole plan, and the proof of it, on one slowly mixing component and on a chain of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a bench may fail where it builds its cases"
)]

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use murphy::prelude::*;
use murphy_benches::{ring, write_chain};
use murphy_world::{NoFiles, formats};
use std::hint::black_box;

/// Returns a model with the goal that is asked of it.
fn problem(model: Model, goal: &str) -> Problem {
    let spec = Source::new("goal", format!("Spec(name: \"goal\", goals: [ {goal} ])"));
    Problem::new(model, &Spec::parse(&spec).expect("a spec")).expect("a problem")
}

/// Returns a chain of components, read from what is written of it.
fn chain(states: u32) -> Model {
    let mut text = Vec::new();
    write_chain(&mut text, (states, 20, 5), 1).expect("a text");
    formats::read("chain.drn", &mut text.as_slice(), &NoFiles, &Limits::default()).expect("a model")
}

/// Returns what is solved: one slowly mixing component, and a chain of them, with names.
fn problems() -> Vec<(String, Problem)> {
    let mut all = Vec::new();
    for states in [1_000u32, 10_000] {
        let ring = ring(states, 5, 1).expect("a model");
        let goal = r#"Minimize(Expected("steps", until: "goal || trap"))"#;
        all.push((format!("ring/{states}"), problem(ring, goal)));
        let goal = r#"Maximize(Probability("F goal"))"#;
        all.push((format!("chain/{states}"), problem(chain(states), goal)));
    }
    all
}

/// Measures one piece of work on all problems.
fn measure<T>(criterion: &mut Criterion, name: &str, work: impl Fn(&Problem) -> T) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for (name, problem) in problems() {
        group.throughput(Throughput::Elements(problem.model.branch_count() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &problem, |bencher, problem| {
            bencher.iter(|| work(black_box(problem)));
        });
    }
    group.finish();
}

fn sweep(criterion: &mut Criterion) {
    let settings = Settings {
        sweeps_max: 1,
        ..Settings::default()
    };
    measure(criterion, "sweep", |problem| {
        plan(problem, &settings).expect("a plan").sweeps
    });
}

fn solve(criterion: &mut Criterion) {
    let settings = Settings::default();
    measure(criterion, "solve", |problem| {
        plan(problem, &settings).expect("a plan").sweeps
    });
}

fn certify(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("certify");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for (name, problem) in problems() {
        let found = plan(&problem, &Settings::default()).expect("a plan");
        group.throughput(Throughput::Elements(problem.model.branch_count() as u64));
        group.bench_with_input(BenchmarkId::from_parameter(name), &problem, |bencher, problem| {
            bencher.iter(|| {
                let checked = check(black_box(problem), &found.certificate).expect("a proof");
                checked.inequalities
            });
        });
    }
    group.finish();
}

criterion_group!(benches, sweep, solve, certify);
criterion_main!(benches);
