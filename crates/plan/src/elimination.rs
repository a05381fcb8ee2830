//! Solves a Markov chain by taking its states out one by one, without a single subtraction.
//!
//! After Grassmann, Taksar and Heyman ("Regenerative analysis and steady state distributions for Markov chains", Operations
//! Research 33, 1985): the diagonal `1 - p(s, s)` is summed from what leaves the state, so every number stays positive and keeps its
//! relative precision, however slowly the chain mixes. States are taken out in the order of least fill.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A chain over local indices: weights to other members, and what leaves them all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// For each member, its successors other than itself, ascending, with positive weights.
    rows: Vec<Vec<(u32, f64)>>,
    /// For each member, the weight that leaves the members, including what a discount takes.
    exit: Vec<f64>,
}

/// A chain taken apart; solves for any right-hand side.
#[derive(Clone, Debug)]
pub(crate) struct Factors {
    order: Vec<u32>,
    diagonal: Vec<f64>,
    /// The successors of each member when it was taken out.
    rows: Vec<Vec<(u32, f64)>>,
    /// The predecessors of each member when it was taken out, with their share.
    shares: Vec<Vec<(u32, f64)>>,
}

impl Chain {
    /// Adds the next member.
    pub(crate) fn push(&mut self, mut row: Vec<(u32, f64)>, exit: f64) {
        let member = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        row.retain(|(to, weight)| *to != member && *weight > 0.0);
        row.sort_unstable_by_key(|(to, _)| *to);
        row.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                kept.1 += later.1;
            }
            same
        });
        self.rows.push(row);
        self.exit.push(exit);
    }

    /// Takes the chain apart, or gives up after so many operations.
    pub(crate) fn eliminate(mut self, operations_max: u64) -> Option<Factors> {
        let count = self.rows.len();
        let mut into: Vec<Vec<u32>> = vec![Vec::new(); count];
        for (member, row) in (0u32..).zip(&self.rows) {
            for (to, _) in row {
                into[*to as usize].push(member);
            }
        }
        let mut entering: Vec<usize> = into.iter().map(Vec::len).collect();
        let fill = |row: &[(u32, f64)], entering: usize| row.len().saturating_mul(entering);
        let mut queue: BinaryHeap<Reverse<(usize, u32)>> = (0u32..)
            .zip(&self.rows)
            .map(|(member, row)| Reverse((fill(row, entering[member as usize]), member)))
            .collect();
        let mut gone = vec![false; count];
        let mut factors = Factors {
            order: Vec::with_capacity(count),
            diagonal: vec![0.0; count],
            rows: vec![Vec::new(); count],
            shares: vec![Vec::new(); count],
        };
        let mut operations = 0u64;
        while let Some(Reverse((estimate, member))) = queue.pop() {
            let at = member as usize;
            if gone[at] {
                continue;
            }
            let now = fill(&self.rows[at], entering[at]);
            if now > estimate {
                queue.push(Reverse((now, member)));
                continue;
            }
            gone[at] = true;
            factors.order.push(member);
            let row = std::mem::take(&mut self.rows[at]);
            let diagonal = self.exit[at] + row.iter().map(|(_, weight)| weight).sum::<f64>();
            for (to, _) in &row {
                entering[*to as usize] -= 1;
            }
            for before in std::mem::take(&mut into[at]) {
                let here = before as usize;
                if gone[here] {
                    continue;
                }
                let Ok(place) = self.rows[here].binary_search_by_key(&member, |(to, _)| *to) else {
                    continue;
                };
                let (_, weight) = self.rows[here].remove(place);
                if diagonal <= 0.0 {
                    // Nothing leaves a member that is worth nothing: what goes there is lost.
                    self.exit[here] += weight;
                    continue;
                }
                let share = weight / diagonal;
                factors.shares[at].push((before, share));
                self.exit[here] += share * self.exit[at];
                operations += (self.rows[here].len() + row.len()) as u64;
                let fresh = |to: u32| {
                    into[to as usize].push(before);
                    entering[to as usize] += 1;
                };
                self.rows[here] = merge(&self.rows[here], &row, (share, before), fresh);
            }
            if operations > operations_max {
                return None;
            }
            factors.diagonal[at] = diagonal;
            factors.rows[at] = row;
        }
        Some(factors)
    }
}

/// Returns the sum of a row and `share` times another, without the entry of the row's own member.
fn merge(
    row: &[(u32, f64)],
    other: &[(u32, f64)],
    (share, own): (f64, u32),
    mut fresh: impl FnMut(u32),
) -> Vec<(u32, f64)> {
    let mut merged = Vec::with_capacity(row.len() + other.len());
    let mut left = row.iter().copied().peekable();
    for &(to, weight) in other {
        while let Some(entry) = left.next_if(|entry| entry.0 < to) {
            merged.push(entry);
        }
        if to == own {
            continue;
        }
        if let Some(entry) = left.next_if(|entry| entry.0 == to) {
            merged.push((to, entry.1 + share * weight));
        } else {
            fresh(to);
            merged.push((to, share * weight));
        }
    }
    merged.extend(left);
    merged
}

impl Factors {
    /// Returns `x` with `x = right + weights · x`; zero where nothing ever leaves.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut sums = right.to_vec();
        for &member in &self.order {
            let own = sums[member as usize];
            for &(before, share) in &self.shares[member as usize] {
                sums[before as usize] += share * own;
            }
        }
        let mut solution = vec![0.0; right.len()];
        for &member in self.order.iter().rev() {
            let at = member as usize;
            if self.diagonal[at] > 0.0 {
                let ahead = self.rows[at]
                    .iter()
                    .map(|(to, weight)| weight * solution[*to as usize]);
                solution[at] = (sums[at] + ahead.sum::<f64>()) / self.diagonal[at];
            }
        }
        solution
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gamblers_ruin_is_solved_to_the_last_figures() {
        // Up with 1/4, down with 3/4: the chance to arrive above from `s` is (3^(s+1) - 1) / (3^(n+1) - 1).
        let count = 30i32;
        let mut chain = Chain::default();
        let mut right = vec![0.0; 30];
        right[29] = 0.25;
        for state in 0..count {
            let row = [(state - 1, 0.75), (state + 1, 0.25)];
            let (inside, outside): (Vec<_>, Vec<_>) =
                row.into_iter().partition(|(to, _)| (0..count).contains(to));
            let inside = inside
                .into_iter()
                .map(|(to, p)| (u32::try_from(to).unwrap(), p))
                .collect();
            chain.push(inside, outside.iter().map(|(_, p)| p).sum());
        }
        let solution = chain.eliminate(1 << 20).unwrap().solve(&right);
        for (state, found) in (0..count).zip(solution) {
            let truth = (3f64.powi(state + 1) - 1.0) / (3f64.powi(count + 1) - 1.0);
            assert!((found / truth - 1.0).abs() < 1e-14, "{state}: {found} {truth}");
        }
    }

    #[test]
    fn a_slow_leak_keeps_its_precision() {
        let mut chain = Chain::default();
        chain.push(vec![(0, 1.0 - 3e-13), (1, 1e-13)], 2e-13);
        chain.push(vec![(0, 1.0)], 0.0);
        let solution = chain.eliminate(100).unwrap().solve(&[1e-13, 0.0]);
        assert!(
            (solution[0] - 0.5).abs() < 1e-15 && (solution[1] - 0.5).abs() < 1e-15,
            "{solution:?}"
        );
    }

    #[test]
    fn what_never_leaves_is_worth_nothing() {
        let mut chain = Chain::default();
        chain.push(vec![(1, 0.5)], 0.5);
        chain.push(vec![(2, 1.0)], 0.0);
        chain.push(vec![(1, 1.0)], 0.0);
        assert_eq!(
            chain.eliminate(100).unwrap().solve(&[0.5, 0.0, 0.0]),
            [0.5, 0.0, 0.0]
        );
    }

    #[test]
    fn too_much_work_is_not_begun() {
        let mut chain = Chain::default();
        for state in 0..50u32 {
            chain.push(
                (0..50).map(|to| (to, 0.01 + f64::from(state) * 1e-4)).collect(),
                0.1,
            );
        }
        assert!(chain.eliminate(1000).is_none());
    }
}
