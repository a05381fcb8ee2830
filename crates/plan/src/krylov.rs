//! Solves a large Markov chain by iterating in a Krylov space (van der Vorst, "Bi-CGSTAB", SIAM Journal on Scientific and Statistical
//! Computing 13, 1992), helped by one sweep through the states and, where the chain drifts slowly, by a small chain of lumps.
//!
//! A sweep in the order of the component settles what flows along it. What it cannot settle is what the whole component has in common, slowly
//! leaking out: for that, states are lumped together, some hundreds next to each other in the order, and the chain of lumps is solved directly
//! (aggregation as in Koury, McAllister, Stewart, "Iterative methods for computing stationary distributions of nearly completely decomposable
//! Markov chains", SIAM Journal on Algebraic Discrete Methods 5, 1984). Which of the two is worth its price is found by trying.
//!
//! The result is a guess without any promise; who uses it proves it.

use crate::chain::Chain;
use crate::vectors::{self, dot};

/// More iterations than this help no further.
const ITERATIONS_MAX: usize = 2_000;
/// How often the iteration may begin anew from where it broke down.
const RESTARTS: usize = 16;
/// So many iterations are given to one way before the other was ever tried; then as many as the other takes, and at least so many.
const TRIAL: usize = 24;
const LEAST: usize = 3;
/// A solution is kept aside where it is better by this factor.
const GAIN: f64 = 0.5;
/// A solution that is worse than that by this factor is given up; a little worse it may still be nearer.
const ASTRAY: f64 = 1e3;
/// What remains of a cost each time that the other way is taken.
const FADING: f64 = 0.85;
/// What an iteration with lumps costs, in iterations without.
const LUMPS_COST: f64 = 1.7;

/// What is known about which help serves a component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Krylov {
    /// What a solution last cost without lumps and with them, in iterations without; it fades, so that each is tried again.
    cost: [f64; 2],
    room: Room,
}

/// Vectors that iterations work in, kept from one to the next.
#[derive(Clone, Debug, Default)]
struct Room {
    residual: Vec<f64>,
    shadow: Vec<f64>,
    direction: Vec<f64>,
    image: Vec<f64>,
    helped: Vec<f64>,
    second: Vec<f64>,
    /// About the best solution of the run: iterations stray before they break down.
    best: Vec<f64>,
}

impl Room {
    /// Makes all vectors as long as a chain; what stands in them is left over.
    fn fit(&mut self, count: usize) {
        let Self {
            residual,
            shadow,
            direction,
            image,
            helped,
            second,
            best,
        } = self;
        for vector in [residual, shadow, direction, image, helped, second, best] {
            vector.resize(count, 0.0);
        }
    }
}

/// What is to be solved, and how well.
pub(crate) struct Task<'a> {
    /// What is gained, scaled as in the chain.
    pub(crate) right: &'a [f64],
    /// Where to begin.
    pub(crate) guess: &'a [f64],
    /// About how large a number each state has; positive.
    pub(crate) sizes: &'a [f64],
    /// What one step of the chain may be off, as a part of the size of its state.
    pub(crate) tolerance: f64,
}

/// The chain of lumps, factored.
struct Lumps {
    size: usize,
    /// Where each lump begins, and the end of the last one.
    start: Vec<usize>,
    factors: Vec<f64>,
}

/// How one run of the iteration ended.
enum Ended {
    Found,
    /// It broke down, or has had the iterations it was given.
    Not,
}

impl Krylov {
    /// Returns about `x` with `x = right + weights·x`, or `None` if the iteration does not get there.
    pub(crate) fn solve(&mut self, chain: &Chain, task: &Task<'_>) -> Option<Vec<f64>> {
        let mut x = task.guess.to_vec();
        let mut left = ITERATIONS_MAX;
        let mut lumps: Option<Lumps> = None;
        for _ in 0..RESTARTS {
            let mut lumped = self.cost[1] <= self.cost[0];
            if lumped && lumps.is_none() {
                lumps = Lumps::of(chain);
                lumped = lumps.is_some();
            }
            // As long as the other way may be better, this one is not given all there is.
            let price = if lumped { LUMPS_COST } else { 1.0 };
            let other = self.cost[usize::from(!lumped)];
            let most = if other < 1e3 {
                // Beginning anew costs more the longer an iteration takes: then it may take longer than the other before it is given up.
                let known = whole(other / price);
                let known = known.max(LEAST) + 2 * known.saturating_sub(TRIAL);
                left.min(if other > 0.0 { known } else { TRIAL })
            } else {
                left
            };
            let mut run = Run {
                chain,
                lumps: lumps.as_ref().filter(|_| lumped),
                used: 0,
                strayed: false,
            };
            let ended = run.go(task, (&mut x, &mut self.room), most);
            left = left.saturating_sub(run.used.max(1));
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            let cost = run.used as f64 * price;
            self.cost[usize::from(!lumped)] *= FADING;
            self.cost[usize::from(lumped)] = match ended {
                Ended::Found => cost,
                Ended::Not => 2.0 * cost,
            };
            match ended {
                Ended::Found => return Some(x),
                Ended::Not if left == 0 => return None,
                Ended::Not if run.strayed => x.copy_from_slice(&self.room.best),
                Ended::Not => {}
            }
        }
        None
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small count, and saturating"
)]
fn whole(count: f64) -> usize {
    count as usize
}

/// Returns the most that one step of the chain is off, as a part of the size of its state.
fn off(chain: &Chain, task: &Task<'_>, residual: &[f64]) -> f64 {
    vectors::greatest(residual.len(), |state| {
        (residual[state] * chain.diagonal[state]).abs() / task.sizes[state]
    })
}

/// One run of the iteration.
struct Run<'a> {
    chain: &'a Chain,
    lumps: Option<&'a Lumps>,
    used: usize,
    /// It ended much farther off than its best solution.
    strayed: bool,
}

impl Run<'_> {
    /// Sets `residual` to what one step from `x` gains or loses.
    fn residual(&self, (right, x): (&[f64], &[f64]), residual: &mut [f64]) {
        self.chain.apply(x, residual);
        vectors::set(residual, |first, residual| {
            for (residual, right) in residual.iter_mut().zip(&right[first..]) {
                *residual = right - *residual;
            }
        });
    }

    /// Sets `out` to about the solution for `right`: one sweep, and what the lumps make of what it leaves; `image` to it minus what it leads to.
    fn help(&self, right: &[f64], out: &mut [f64], image: &mut [f64]) {
        self.chain.sweep(right, out);
        self.chain.apply_swept((right, out), image);
        if let Some(lumps) = self.lumps {
            lumps.correct(self.chain, (right, image), out);
            self.chain.apply(out, image);
        }
    }

    /// Iterates from `x` until one step is off by little enough, the recurrence breaks down, or there have been `most` iterations.
    fn go(&mut self, task: &Task<'_>, (x, room): (&mut [f64], &mut Room), most: usize) -> Ended {
        room.fit(x.len());
        let Room {
            residual,
            shadow,
            direction,
            image,
            helped,
            second,
            best,
        } = room;
        self.residual((task.right, x), residual);
        shadow.copy_from_slice(residual);
        direction.fill(0.0);
        image.fill(0.0);
        let (mut rho, mut alpha, mut omega) = (1.0f64, 1.0f64, 1.0f64);
        let mut least = f64::INFINITY;
        loop {
            let now = off(self.chain, task, residual);
            if now <= task.tolerance {
                return Ended::Found;
            }
            if now <= GAIN * least {
                least = now;
                best.copy_from_slice(x);
            }
            self.strayed = now.is_nan() || now > ASTRAY * least;
            if self.used >= most {
                return Ended::Not;
            }
            self.used += 1;
            let next = dot(shadow, residual);
            let beta = next / rho * (alpha / omega);
            if next == 0.0 || !beta.is_finite() {
                return Ended::Not;
            }
            vectors::set(direction, |first, direction| {
                let given = image[first..].iter().zip(&residual[first..]);
                for (direction, (image, residual)) in direction.iter_mut().zip(given) {
                    *direction = residual + beta * (*direction - omega * image);
                }
            });
            self.help(direction, helped, image);
            alpha = next / dot(shadow, image);
            if !alpha.is_finite() {
                return Ended::Not;
            }
            less(residual, (alpha, image));
            less(x, (-alpha, helped));
            self.help(residual, helped, second);
            let square = dot(second, second);
            omega = if square > 0.0 {
                dot(second, residual) / square
            } else {
                0.0
            };
            less(x, (-omega, helped));
            less(residual, (omega, second));
            // Where `omega` is zero, the next round ends.
            rho = next;
        }
    }
}

/// Takes so many times another vector from a vector.
fn less(vector: &mut [f64], (times, other): (f64, &[f64])) {
    vectors::set(vector, |first, vector| {
        for (value, other) in vector.iter_mut().zip(&other[first..]) {
            *value -= times * other;
        }
    });
}

impl Lumps {
    /// Lumps the states of a chain together and factors the chain of lumps, or returns `None` if that makes no sense.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a size within narrow bounds"
    )]
    fn of(chain: &Chain) -> Option<Self> {
        let count = chain.len();
        let size = (count as f64).sqrt().clamp(4.0, 384.0) as usize;
        let lump = |state: usize| state * size / count;
        let mut matrix = vec![0.0; size * size];
        for state in 0..count {
            let (from, leaves) = (lump(state), chain.diagonal[state]);
            matrix[from * size + from] += leaves;
            for (to, weight) in chain.row(state) {
                matrix[from * size + lump(to)] -= leaves * weight;
            }
        }
        // An M-matrix needs no pivoting.
        for pivot in 0..size {
            let (above, below) = matrix.split_at_mut((pivot + 1) * size);
            let row = &above[pivot * size..];
            let diagonal = row[pivot];
            if diagonal.abs() < f64::MIN_POSITIVE {
                return None;
            }
            for other in below.chunks_exact_mut(size) {
                if other[pivot] != 0.0 {
                    let factor = other[pivot] / diagonal;
                    other[pivot] = factor;
                    for (entry, above) in other[pivot + 1..].iter_mut().zip(&row[pivot + 1..]) {
                        *entry -= factor * above;
                    }
                }
            }
        }
        Some(Self {
            size,
            start: (0..=size).map(|lump| (lump * count).div_ceil(size)).collect(),
            factors: matrix,
        })
    }

    /// Adds to `out` what the lumps make of what its image leaves of `right`.
    fn correct(&self, chain: &Chain, (right, image): (&[f64], &[f64]), out: &mut [f64]) {
        let mut sums = vectors::each(out.len(), self.size, |lump| {
            let states = self.start[lump]..self.start[lump + 1];
            let left = states.map(|state| chain.diagonal[state] * (right[state] - image[state]));
            left.sum::<f64>()
        });
        for at in 0..self.size {
            let row = &self.factors[at * self.size..at * self.size + at];
            let ahead: f64 = row.iter().zip(&sums).map(|(factor, sum)| factor * sum).sum();
            sums[at] -= ahead;
        }
        for at in (0..self.size).rev() {
            let row = &self.factors[at * self.size + at..(at + 1) * self.size];
            let ahead: f64 = row[1..]
                .iter()
                .zip(&sums[at + 1..])
                .map(|(entry, sum)| entry * sum)
                .sum();
            sums[at] = (sums[at] - ahead) / row[0];
        }
        vectors::set(out, |first, out| {
            let mut lump = self.start.partition_point(|start| *start <= first) - 1;
            for (state, out) in (first..).zip(out) {
                if state == self.start[lump + 1] {
                    lump += 1;
                }
                *out += sums[lump];
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Branch;
    use crate::elimination;

    fn solution(krylov: &mut Krylov, chain: &Chain, tolerance: f64) -> Vec<f64> {
        let count = chain.len();
        let task = Task {
            right: &chain.right,
            guess: &vec![0.0; count],
            sizes: &vec![1.0; count],
            tolerance,
        };
        krylov.solve(chain, &task).unwrap()
    }

    #[test]
    fn it_agrees_with_taking_states_out() {
        let mut chain = Chain::with_room(std::iter::repeat_n(3, 200));
        let mut by_elimination = elimination::Chain::default();
        let mut right = Vec::new();
        for state in 0..200u32 {
            let row = [(state + 7) % 200, (state * 13 + 5) % 200, (state * 29 + 1) % 200];
            let gain = f64::from(state % 3);
            let branches = row.into_iter().map(|to| Branch::Inside(to, 0.33));
            chain.parts(200)[0].set(state as usize, branches, (0.01, gain));
            by_elimination.push(row.iter().map(|to| (*to, 0.33)).collect(), 0.01);
            right.push(gain);
        }
        let found = solution(&mut Krylov::default(), &chain, 1e-14);
        let truth = by_elimination.eliminate(1 << 40).unwrap().solve(&right);
        for (found, truth) in found.iter().zip(truth) {
            assert!((found / truth - 1.0).abs() < 1e-10, "{found} {truth}");
        }
    }

    #[test]
    fn a_slow_drift_is_solved_with_lumps() {
        // A walk on a line, a little more down than up: it takes long to come to the end, and everything depends on that.
        let count = 4000u32;
        let mut chain = Chain::with_room(std::iter::repeat_n(2, count as usize));
        let mut parts = chain.parts(1000);
        for state in 0..count {
            let down = match state.checked_sub(1) {
                Some(next) => Branch::Inside(next, 0.51),
                None => Branch::Outside(0.51, 0.0),
            };
            let up = Branch::Inside((state + 1).min(count - 1), 0.49);
            let part = &mut parts[state as usize / 1000];
            part.set(state as usize, [up, down].into_iter(), (0.0, 1.0));
        }
        let mut krylov = Krylov::default();
        let found = solution(&mut krylov, &chain, 1e-9);
        assert!(krylov.cost[1] > 0.0);
        // From far below the steps to the end are about the distance over the drift.
        assert!(
            (found[count as usize - 1] / (f64::from(count) / 0.02) - 1.0).abs() < 0.02,
            "{}",
            found[count as usize - 1]
        );
    }

    #[test]
    fn what_never_leaves_is_worth_nothing() {
        let mut chain = Chain::with_room([1, 0].into_iter());
        let mut parts = chain.parts(1);
        parts[0].set(0, [Branch::Inside(1, 0.5)].into_iter(), (0.5, 0.25));
        parts[1].set(1, std::iter::empty(), (0.0, 3.0));
        assert_eq!(solution(&mut Krylov::default(), &chain, 1e-15), [0.25, 0.0]);
    }

    #[test]
    fn a_large_chain_comes_out_the_same_for_any_number_of_threads() {
        // Swept in stretches, so that most states lead out of their own.
        let count = u32::try_from(crate::vectors::LARGE).unwrap() + 10_001;
        let mut chain = Chain::with_room(std::iter::repeat_n(2, count as usize));
        let mut parts = chain.parts(count as usize);
        for state in 0..count {
            let far = u64::from(state) * 48_271 % u64::from(count);
            let row = [(state + count - 1) % count, u32::try_from(far).unwrap()];
            let branches = row.into_iter().map(|to| Branch::Inside(to, 0.48));
            parts[0].set(state as usize, branches, (0.04, f64::from(state % 5)));
        }
        let solved = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.unwrap()
                .install(|| solution(&mut Krylov::default(), &chain, 1e-10))
        };
        let found = solved(1);
        assert_eq!(found, solved(3));
        let mut left = vec![0.0; count as usize];
        chain.apply(&found, &mut left);
        for (state, left) in left.iter().enumerate() {
            let off = (left - chain.right[state]) * chain.diagonal[state];
            assert!(off.abs() < 1e-9, "{state}: {off}");
        }
    }
}
