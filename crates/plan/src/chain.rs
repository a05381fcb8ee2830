//! The Markov chain of both players' answers on a component, laid out for solving.

use crate::elimination;
use crate::vectors;

/// States under local numbers, each with its weights to the others, what leaves them all, and what is gained directly.
///
/// The equation is `x = right + weights·x`; it is held scaled by what leaves each state for other states or for good, which is summed and
/// never subtracted, so that a slow state keeps its relative precision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// Where the room of each state begins.
    start: Vec<u32>,
    /// Of each state, where the successors begin that a sweep has not come to before: those with smaller numbers in its stretch stand before them. And
    /// where they end.
    middle: Vec<u32>,
    end: Vec<u32>,
    to: Vec<u32>,
    /// Divided by the diagonal of its state.
    weight: Vec<f64>,
    /// What leaves each state, zero where nothing does: such a state is worth nothing.
    pub(crate) diagonal: Vec<f64>,
    /// What leaves each state for good.
    exit: Vec<f64>,
    /// Divided by the diagonal.
    pub(crate) right: Vec<f64>,
}

/// A large chain is swept in so many stretches at the same time.
const STRETCHES: usize = 8;

/// A branch of a chain, as its state is added.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Branch {
    /// To a member, by its local number.
    Inside(u32, f64),
    /// Out of the component, with the value there.
    Outside(f64, f64),
}

/// Some states of a chain, to be set.
pub(crate) struct Part<'a> {
    /// The first of them.
    first: usize,
    /// Where its room begins in the chain.
    base: usize,
    /// How many states a sweep goes through one after another.
    stretch: usize,
    start: &'a [u32],
    middle: &'a mut [u32],
    end: &'a mut [u32],
    to: &'a mut [u32],
    weight: &'a mut [f64],
    diagonal: &'a mut [f64],
    exit: &'a mut [f64],
    right: &'a mut [f64],
}

impl Part<'_> {
    /// Sets a state: its branches, the weight that is lost on the way, and what is gained. Branches beyond its room are forgotten.
    pub(crate) fn set(
        &mut self,
        state: usize,
        branches: impl Iterator<Item = Branch>,
        (lost, gain): (f64, f64),
    ) {
        let own = state - self.first;
        let place = |start: &u32| *start as usize - self.base;
        let first = place(&self.start[own]);
        let room = self.start.get(own + 1).map_or(self.to.len(), place);
        let (mut leaves, mut exit, mut right) = (lost, lost, gain);
        let swept = state - state % self.stretch..state;
        // Those that a sweep has come to stand in front; what they take the place of goes to the end.
        let (mut middle, mut end) = (first, first);
        for branch in branches {
            match branch {
                Branch::Inside(to, weight) => {
                    if to as usize != state && weight > 0.0 && end < room {
                        leaves += weight;
                        self.to[end] = to;
                        self.weight[end] = weight;
                        if swept.contains(&(to as usize)) {
                            self.to.swap(middle, end);
                            self.weight.swap(middle, end);
                            middle += 1;
                        }
                        end += 1;
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
        let scale = if leaves > 0.0 { 1.0 / leaves } else { 0.0 };
        for weight in &mut self.weight[first..end] {
            *weight *= scale;
        }
        let place = |at: usize| u32::try_from(at + self.base).unwrap_or(u32::MAX);
        (self.middle[own], self.end[own]) = (place(middle), place(end));
        (self.diagonal[own], self.exit[own]) = (leaves.max(0.0), exit.max(0.0));
        self.right[own] = right * scale;
    }
}

impl Chain {
    /// Returns a chain of states that are worth nothing, with room for so many branches of each.
    pub(crate) fn with_room(rooms: impl Iterator<Item = usize>) -> Self {
        let (mut start, mut next) = (Vec::new(), 0usize);
        for room in rooms {
            start.push(u32::try_from(next).unwrap_or(u32::MAX));
            next += room;
        }
        let count = start.len();
        Self {
            middle: start.clone(),
            end: start.clone(),
            start,
            to: vec![0; next],
            weight: vec![0.0; next],
            diagonal: vec![0.0; count],
            exit: vec![0.0; count],
            right: vec![0.0; count],
        }
    }

    /// Returns the chain in parts of so many states each, to be set at the same time.
    pub(crate) fn parts(&mut self, size: usize) -> Vec<Part<'_>> {
        let (size, stretch) = (size.max(1), self.stretch());
        let (mut to, mut weight) = (self.to.as_mut_slice(), self.weight.as_mut_slice());
        let states = self.start.chunks(size).zip(self.middle.chunks_mut(size));
        let states = states
            .zip(self.end.chunks_mut(size))
            .zip(self.diagonal.chunks_mut(size));
        let states = states
            .zip(self.exit.chunks_mut(size))
            .zip(self.right.chunks_mut(size));
        let (mut parts, mut first) = (Vec::new(), 0);
        for (((((start, middle), end), diagonal), exit), right) in states {
            let base = start[0] as usize;
            let until = match self.start.get(first + start.len()) {
                Some(next) => *next as usize - base,
                None => to.len(),
            };
            let (own_to, rest_to) = std::mem::take(&mut to).split_at_mut(until);
            let (own_weight, rest_weight) = std::mem::take(&mut weight).split_at_mut(until);
            (to, weight) = (rest_to, rest_weight);
            parts.push(Part {
                first,
                base,
                stretch,
                start,
                middle,
                end,
                to: own_to,
                weight: own_weight,
                diagonal,
                exit,
                right,
            });
            first += start.len();
        }
        parts
    }

    /// Returns the number of states.
    pub(crate) fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Says whether something leaves a state for good.
    pub(crate) fn leads_out(&self, state: usize) -> bool {
        self.exit[state] > 0.0
    }

    /// Returns where a state goes, with scaled weights.
    #[inline]
    pub(crate) fn row(&self, state: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.entries(self.start[state], self.end[state])
    }

    #[inline]
    fn entries(&self, from: u32, until: u32) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = from as usize..until as usize;
        let to = self.to[range.clone()].iter().map(|to| *to as usize);
        to.zip(self.weight[range].iter().copied())
    }

    /// Returns how many states a sweep goes through one after another: all, or a part of a large chain, to be swept beside the others.
    fn stretch(&self) -> usize {
        if self.len() < vectors::LARGE {
            self.len().max(1)
        } else {
            self.len().div_ceil(STRETCHES)
        }
    }

    /// Solves for `right` as if states went to smaller ones of their stretch only: one sweep.
    pub(crate) fn sweep(&self, right: &[f64], out: &mut [f64]) {
        vectors::set_by(self.stretch(), out, |first, out| {
            for own in 0..out.len() {
                let state = first + own;
                let before = self.entries(self.start[state], self.middle[state]);
                out[own] = right[state] + before.map(|(to, weight)| weight * out[to - first]).sum::<f64>();
            }
        });
    }

    /// Sets `out` to `right` minus what `x` leads to and a sweep has not come to before: `x` minus what it leads to, if `x` is [swept](Self::sweep) for
    /// `right`.
    pub(crate) fn apply_swept(&self, (right, x): (&[f64], &[f64]), out: &mut [f64]) {
        vectors::set(out, |first, out| {
            for (state, out) in (first..).zip(out) {
                let after = self.entries(self.middle[state], self.end[state]);
                *out = right[state] - after.map(|(to, weight)| weight * x[to]).sum::<f64>();
            }
        });
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
        vectors::set(out, |first, out| {
            for (state, out) in (first..).zip(out) {
                let ahead: f64 = self.row(state).map(|(to, weight)| weight * x[to]).sum();
                *out = x[state] - ahead;
            }
        });
    }
}
