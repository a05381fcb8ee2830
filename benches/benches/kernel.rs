//! The row kernel: one lower expectation of an interval set, for rows of several lengths.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a bench may fail where it builds its cases"
)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use murphy_benches::{Stream, interval};
use murphy_credal::Rows;
use std::hint::black_box;

const ROWS: u32 = 2_000;
const COLUMNS: u32 = 10_000;

fn kernel(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("kernel");
    for outcomes in [4u32, 10, 100] {
        let mut stream = Stream::new(7);
        let sets: Vec<_> = (0..ROWS).map(|_| interval(outcomes, &mut stream)).collect();
        let columns: Vec<Vec<u32>> = (0..ROWS)
            .map(|_| (0..outcomes).map(|_| stream.below(COLUMNS)).collect())
            .collect();
        let rows = Rows::compile(sets.iter().zip(columns.iter().map(Vec::as_slice))).expect("rows compile");
        let values: Vec<f64> = (0..COLUMNS)
            .map(|_| f64::from(stream.below(1 << 20)) / f64::from(1 << 20))
            .collect();
        group.throughput(Throughput::Elements(u64::from(ROWS) * u64::from(outcomes)));
        group.bench_with_input(BenchmarkId::from_parameter(outcomes), &rows, |bencher, rows| {
            bencher.iter(|| {
                (0..ROWS as usize)
                    .map(|row| rows.lower(row, black_box(&values)).below)
                    .sum::<f64>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, kernel);
criterion_main!(benches);
