//! Reading models: the same one as a text and as binary arrays.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a bench may fail where it builds its cases"
)]

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use murphy_benches::write_chain;
use murphy_world::{Limits, NoFiles, formats};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Cursor;

fn reading(criterion: &mut Criterion) {
    let mut text = Vec::new();
    write_chain(&mut text, (20_000, 20, 5), 1).expect("a text");
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
    group.bench_function("umb in place", |bencher| {
        bencher.iter(|| {
            let file = Cursor::new(black_box(&files["bench.umb"]));
            formats::read_file("bench.umb", file, &NoFiles, &Limits::default()).expect("a model")
        });
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
