//! Reading models: the same one as a text and as binary arrays.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench may fail where it builds its cases"
)]

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use murphy_benches::Stream;
use murphy_world::{Limits, NoFiles, formats};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;

/// Returns a DRN file: two choices a state, each with so many branches whose bounds have six digits.
fn drn(states: u32, outcomes: u32) -> String {
    let mut stream = Stream::new(1);
    let mut text = format!(
        "@type: MDP\n@value_type: double-interval\n@parameters\n\n@reward_models\nsteps\n@nr_states\n{states}\n@nr_choices\n{}\n@model\n",
        2 * states
    );
    for state in 0..states {
        let label = if state == 0 { " init" } else { "" };
        writeln!(text, "state {state} [0]{label}").unwrap();
        for action in 0..2 {
            writeln!(text, "\taction {action} [1]").unwrap();
            for _ in 0..outcomes {
                let (target, low) = (stream.below(states), stream.below(100_000));
                let high = 500_000 + stream.below(400_000);
                writeln!(text, "\t\t{target} : [0.{low:06}, 0.{high:06}]").unwrap();
            }
        }
    }
    text
}

fn reading(criterion: &mut Criterion) {
    let text = drn(20_000, 5).into_bytes();
    let read = |name: &str, mut bytes: &[u8]| {
        formats::read(name, &mut bytes, &NoFiles, &Limits::default()).expect("a model")
    };
    let model = read("bench.drn", &text);
    let mut files = BTreeMap::new();
    let umb = formats::by_ending("bench.umb").expect("a format");
    formats::write(umb, &model, "bench", &mut files).expect("a file");
    let mut group = criterion.benchmark_group("read");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(model.branch_count() as u64));
    group.bench_function("drn", |bencher| {
        bencher.iter(|| read("bench.drn", black_box(&text)))
    });
    group.bench_function("umb", |bencher| {
        bencher.iter(|| read("bench.umb", black_box(&files["bench.umb"])))
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
