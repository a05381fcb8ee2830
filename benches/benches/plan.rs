//! The whole plan, and the proof of it, on one slowly mixing component.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a bench may fail where it builds its cases"
)]

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use murphy::prelude::*;
use murphy_benches::ring;
use std::hint::black_box;

fn problem(states: u32) -> Problem {
    let model = ring(states, 5, 1).expect("a model");
    let spec = Source::new(
        "goal",
        r#"Spec(name: "goal", goals: [ Minimize(Expected("steps", until: "goal || trap")) ])"#,
    );
    Problem::new(model, &Spec::parse(&spec).expect("a spec")).expect("a problem")
}

fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ring");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    for states in [1_000u32, 10_000] {
        let problem = problem(states);
        group.throughput(Throughput::Elements(problem.model.branch_count() as u64));
        group.bench_with_input(BenchmarkId::new("sweep", states), &problem, |bencher, problem| {
            let settings = Settings {
                sweeps_max: 1,
                ..Settings::default()
            };
            bencher.iter(|| plan(black_box(problem), &settings).expect("a plan").sweeps);
        });
        group.bench_with_input(BenchmarkId::new("plan", states), &problem, |bencher, problem| {
            bencher.iter(|| {
                plan(black_box(problem), &Settings::default())
                    .expect("a plan")
                    .sweeps
            });
        });
        let found = plan(&problem, &Settings::default()).expect("a plan");
        group.bench_with_input(BenchmarkId::new("check", states), &problem, |bencher, problem| {
            bencher.iter(|| {
                check(black_box(problem), &found.certificate)
                    .expect("a proof")
                    .inequalities
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole);
criterion_main!(benches);
