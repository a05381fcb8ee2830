//! Solves a large Markov chain by iterating in a Krylov space (van der Vorst, "Bi-CGSTAB", SIAM Journal on Scientific and Statistical
//! Computing 13, 1992), scaled by what leaves each state.
//!
//! The result is a guess without any promise; who uses it proves it.

use crate::elimination::Chain;

/// More iterations than this help no further.
const ITERATIONS_MAX: usize = 3_000;
/// How often the iteration may begin anew from where it broke down.
const RESTARTS: usize = 6;

/// A chain in rows, each divided by what leaves its state.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    start: Vec<usize>,
    to: Vec<u32>,
    weight: Vec<f64>,
    /// What leaves each state, zero where nothing does: such a state is worth nothing.
    diagonal: Vec<f64>,
}

impl Flow {
    /// Lays a chain out.
    pub(crate) fn new(chain: &Chain) -> Self {
        let mut flow = Self {
            start: vec![0],
            to: Vec::new(),
            weight: Vec::new(),
            diagonal: Vec::new(),
        };
        for (row, exit) in chain.rows() {
            let leaves = exit + row.iter().map(|(_, weight)| weight).sum::<f64>();
            if leaves > 0.0 {
                flow.to.extend(row.iter().map(|(to, _)| *to));
                flow.weight.extend(row.iter().map(|(_, weight)| weight / leaves));
            }
            flow.start.push(flow.to.len());
            flow.diagonal.push(leaves.max(0.0));
        }
        flow
    }

    /// Returns about `x` with `x = right + weights · x`, starting from `guess`, or `None` if the iteration does not get there.
    ///
    /// `tolerance` bounds what one step may be off, as a part of the greatest value.
    pub(crate) fn solve(&self, right: &[f64], guess: &[f64], tolerance: f64) -> Option<Vec<f64>> {
        let scaled: Vec<f64> = right
            .iter()
            .zip(&self.diagonal)
            .map(|(right, diagonal)| if *diagonal > 0.0 { right / diagonal } else { 0.0 })
            .collect();
        let mut x: Vec<f64> = guess.to_vec();
        let mut used = 0;
        for _ in 0..RESTARTS {
            if self.run(&scaled, &mut x, (tolerance, &mut used)) {
                return Some(x);
            }
            if used >= ITERATIONS_MAX || !x.iter().all(|value| value.is_finite()) {
                return None;
            }
        }
        None
    }

    /// Sets `out` to `x` minus what it leads to.
    fn apply(&self, x: &[f64], out: &mut [f64]) {
        for (state, out) in out.iter_mut().enumerate() {
            let range = self.start[state]..self.start[state + 1];
            let mut ahead = 0.0;
            for (to, weight) in self.to[range.clone()].iter().zip(&self.weight[range]) {
                ahead += weight * x[*to as usize];
            }
            *out = x[state] - ahead;
        }
    }

    /// Returns the most that one step is off, in units of the chain and not of the scaled one.
    fn off(&self, residual: &[f64]) -> f64 {
        let steps = residual.iter().zip(&self.diagonal);
        steps
            .map(|(residual, diagonal)| (residual * diagonal).abs())
            .fold(0.0, f64::max)
    }

    /// Iterates from `x` until one step is off by little enough (then says so) or the recurrence breaks down.
    fn run(&self, right: &[f64], x: &mut [f64], (tolerance, used): (f64, &mut usize)) -> bool {
        let count = x.len();
        let mut residual = vec![0.0; count];
        self.apply(x, &mut residual);
        for (residual, right) in residual.iter_mut().zip(right) {
            *residual = right - *residual;
        }
        let shadow = residual.clone();
        let (mut rho, mut alpha, mut omega) = (1.0f64, 1.0f64, 1.0f64);
        let (mut direction, mut image) = (vec![0.0; count], vec![0.0; count]);
        let mut second = vec![0.0; count];
        while *used < ITERATIONS_MAX {
            let scale = x
                .iter()
                .fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
            if self.off(&residual) <= tolerance * scale {
                return true;
            }
            *used += 1;
            let next = dot(&shadow, &residual);
            let beta = next / rho * (alpha / omega);
            if next == 0.0 || !beta.is_finite() {
                return false;
            }
            for ((direction, image), residual) in direction.iter_mut().zip(&image).zip(&residual) {
                *direction = residual + beta * (*direction - omega * image);
            }
            self.apply(&direction, &mut image);
            alpha = next / dot(&shadow, &image);
            if !alpha.is_finite() {
                return false;
            }
            for (residual, image) in residual.iter_mut().zip(&image) {
                *residual -= alpha * image;
            }
            self.apply(&residual, &mut second);
            let square = dot(&second, &second);
            omega = if square > 0.0 {
                dot(&second, &residual) / square
            } else {
                0.0
            };
            for (index, value) in x.iter_mut().enumerate() {
                *value += alpha * direction[index] + omega * residual[index];
                residual[index] -= omega * second[index];
            }
            if omega == 0.0 {
                return self.off(&residual) <= tolerance * scale;
            }
            rho = next;
        }
        false
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_agrees_with_taking_states_out() {
        let mut chain = Chain::default();
        let mut right = Vec::new();
        for state in 0..200u32 {
            let row = [(state + 7) % 200, (state * 13 + 5) % 200, (state * 29 + 1) % 200];
            chain.push(row.iter().map(|to| (*to, 0.33)).collect(), 0.01);
            right.push(f64::from(state % 3));
        }
        let found = Flow::new(&chain).solve(&right, &vec![0.0; 200], 1e-14).unwrap();
        let truth = chain.eliminate(1 << 40).unwrap().solve(&right);
        for (found, truth) in found.iter().zip(truth) {
            assert!((found / truth - 1.0).abs() < 1e-10, "{found} {truth}");
        }
    }

    #[test]
    fn what_never_leaves_is_worth_nothing() {
        let mut chain = Chain::default();
        chain.push(vec![(1, 0.5)], 0.5);
        chain.push(vec![], 0.0);
        let found = Flow::new(&chain).solve(&[0.25, 3.0], &[0.0, 0.0], 1e-15).unwrap();
        assert_eq!(found, [0.25, 0.0]);
    }
}
