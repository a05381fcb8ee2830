//! The Markov chain of both players' answers on a component, laid out for solving.

use crate::elimination;

/// States under local numbers, each with its weights to the others, what leaves them all, and what is gained directly.
///
/// The equation is `x = right + weights·x`; it is held scaled by what leaves each state for other states or for good, which is summed and
/// never subtracted, so that a slow state keeps its relative precision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    start: Vec<u32>,
    /// Of each state, where the successors with greater numbers begin; those with smaller ones stand before them.
    middle: Vec<u32>,
    to: Vec<u32>,
    /// Divided by the diagonal of its state.
    weight: Vec<f64>,
    /// Room for the successors with greater numbers of the state that is added.
    later: Vec<(u32, f64)>,
    /// What leaves each state, zero where nothing does: such a state is worth nothing.
    pub(crate) diagonal: Vec<f64>,
    /// What leaves each state for good.
    exit: Vec<f64>,
    /// Divided by the diagonal.
    pub(crate) right: Vec<f64>,
}

/// A branch of a chain, as its state is added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Branch {
    /// To a member, by its local number.
    Inside(u32, f64),
    /// Out of the component, with the value there.
    Outside(f64, f64),
}

impl Chain {
    /// Forgets all states and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.start.clear();
        self.start.push(0);
        self.middle.clear();
        self.to.clear();
        self.weight.clear();
        self.diagonal.clear();
        self.exit.clear();
        self.right.clear();
    }

    /// Adds the next state: its branches, the weight that is lost on the way, and what is gained.
    pub(crate) fn push(&mut self, branches: impl Iterator<Item = Branch>, (lost, gain): (f64, f64)) {
        let own = self.diagonal.len() as u64;
        let first = self.to.len();
        let (mut leaves, mut exit, mut right) = (lost, lost, gain);
        for branch in branches {
            match branch {
                Branch::Inside(to, weight) => {
                    if u64::from(to) != own && weight > 0.0 {
                        leaves += weight;
                        if u64::from(to) < own {
                            self.to.push(to);
                            self.weight.push(weight);
                        } else {
                            self.later.push((to, weight));
                        }
                    }
                }
                Branch::Outside(weight, value) => {
                    if weight > 0.0 {
                        leaves += weight;
                        exit += weight;
                        right += weight * value;
                    }
                }
            }
        }
        self.middle.push(u32::try_from(self.to.len()).unwrap_or(u32::MAX));
        for (to, weight) in self.later.drain(..) {
            self.to.push(to);
            self.weight.push(weight);
        }
        let scale = if leaves > 0.0 { 1.0 / leaves } else { 0.0 };
        for weight in &mut self.weight[first..] {
            *weight *= scale;
        }
        self.diagonal.push(leaves.max(0.0));
        self.exit.push(exit.max(0.0));
        self.right.push(right * scale);
        self.start.push(u32::try_from(self.to.len()).unwrap_or(u32::MAX));
    }

    /// Returns the number of states.
    pub(crate) fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Returns where a state goes, with scaled weights.
    #[inline]
    pub(crate) fn row(&self, state: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.entries(self.start[state], self.start[state + 1])
    }

    #[inline]
    fn entries(&self, from: u32, until: u32) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = from as usize..until as usize;
        let to = self.to[range.clone()].iter().map(|to| *to as usize);
        to.zip(self.weight[range].iter().copied())
    }

    /// Solves for `right` as if states went to smaller ones only: one sweep.
    pub(crate) fn sweep(&self, right: &[f64], out: &mut [f64]) {
        for (state, right) in right.iter().enumerate() {
            let before = self.entries(self.start[state], self.middle[state]);
            out[state] = right + before.map(|(to, weight)| weight * out[to]).sum::<f64>();
        }
    }

    /// Sets `out` to `right` minus what `x` leads to at greater states: `x` minus what it leads to, if `x` is [swept](Self::sweep) for `right`.
    pub(crate) fn apply_swept(&self, (right, x): (&[f64], &[f64]), out: &mut [f64]) {
        for (state, out) in out.iter_mut().enumerate() {
            let after = self.entries(self.middle[state], self.start[state + 1]);
            *out = right[state] - after.map(|(to, weight)| weight * x[to]).sum::<f64>();
        }
    }

    /// Solves the chain for a scaled right-hand side by taking its states out, or gives up after so many operations.
    pub(crate) fn taken_out(&self, right: &[f64], operations_max: u64) -> Option<Vec<f64>> {
        let mut chain = elimination::Chain::default();
        for (state, (leaves, exit)) in self.diagonal.iter().zip(&self.exit).enumerate() {
            let row = self
                .row(state)
                .map(|(to, weight)| Some((u32::try_from(to).ok()?, weight * leaves)));
            chain.push(row.collect::<Option<Vec<_>>>()?, *exit);
        }
        let gains: Vec<f64> = right
            .iter()
            .zip(&self.diagonal)
            .map(|(gain, leaves)| gain * leaves)
            .collect();
        let found = chain.eliminate(operations_max)?.solve(&gains);
        found.iter().all(|value| value.is_finite()).then_some(found)
    }

    /// Returns what is gained in each state, scaled as the chain is.
    pub(crate) fn scaled(&self, gains: &[f64]) -> Vec<f64> {
        let scaled = |(gain, diagonal): (&f64, &f64)| if *diagonal > 0.0 { gain / diagonal } else { 0.0 };
        gains.iter().zip(&self.diagonal).map(scaled).collect()
    }

    /// Sets `out` to `x` minus what it leads to.
    pub(crate) fn apply(&self, x: &[f64], out: &mut [f64]) {
        for (state, out) in out.iter_mut().enumerate() {
            let ahead: f64 = self.row(state).map(|(to, weight)| weight * x[to]).sum();
            *out = x[state] - ahead;
        }
    }
}
