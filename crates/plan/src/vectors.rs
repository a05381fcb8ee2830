//! Work on long vectors, cut into blocks of fixed size and folded in order: the same figures for any number of threads.

use rayon::prelude::*;
use std::ops::Range;

/// So many numbers are worked on together.
const BLOCK: usize = 1 << 14;
/// Vectors from this length on are worked on at the same time.
pub(crate) const LARGE: usize = 100_000;

/// Lets `work` set each part of a vector, given where it begins.
pub(crate) fn set(out: &mut [f64], work: impl Fn(usize, &mut [f64]) + Sync) {
    set_by(BLOCK, out, work);
}

/// Does so in parts of a given size.
pub(crate) fn set_by(size: usize, out: &mut [f64], work: impl Fn(usize, &mut [f64]) + Sync) {
    if out.len() < LARGE {
        let parts = out.chunks_mut(size).enumerate();
        parts.for_each(|(index, part)| work(index * size, part));
    } else {
        let parts = out.par_chunks_mut(size).enumerate();
        parts.for_each(|(index, part)| work(index * size, part));
    }
}

/// Returns what `work` makes of each part of so many numbers, in order.
fn parts<T: Send>(count: usize, work: impl Fn(Range<usize>) -> T + Sync + Send) -> Vec<T> {
    let range = |index: usize| index * BLOCK..count.min((index + 1) * BLOCK);
    each(count, count.div_ceil(BLOCK), |index| work(range(index)))
}

/// Returns what `work` makes of each of some indices, in order, where there are so many numbers to go through altogether.
pub(crate) fn each<T: Send>(
    numbers: usize,
    indices: usize,
    work: impl Fn(usize) -> T + Sync + Send,
) -> Vec<T> {
    if numbers < LARGE {
        (0..indices).map(work).collect()
    } else {
        (0..indices).into_par_iter().map(work).collect()
    }
}

/// Returns the sum of the products.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let sums = parts(a.len(), |range| short_dot(&a[range.clone()], &b[range]));
    sums.into_iter().sum()
}

/// Returns the greatest of what `measure` says of each index, or zero.
pub(crate) fn greatest(count: usize, measure: impl Fn(usize) -> f64 + Sync + Send) -> f64 {
    let greatest = parts(count, |range| range.map(&measure).fold(0.0, f64::max));
    greatest.into_iter().fold(0.0, f64::max)
}

/// Four sums at a time, always the same ones.
fn short_dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0f64; 4];
    for (a, b) in a.zip(b) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}
