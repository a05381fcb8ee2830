//! The oracle: every policy without memory against every corner of every set, each chain solved in exact rationals.
//!
//! Both players of a finite stochastic game have optimal strategies without memory for all of these objectives, so the extremes over all
//! pairs are the values.

use crate::models::{DIRECTIONS, Distribution, Sample};
use murphy::prelude::*;
use murphy::problem::{Direction, Objective};

/// A value that may be infinite; `None` is infinity.
pub(crate) type Extended = Option<Rational>;

fn less(a: &Extended, b: &Extended) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a < b,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

pub(crate) fn at_most(a: &Extended, b: &Extended) -> bool {
    !less(b, a)
}

fn better(direction: Direction, a: Extended, b: Extended) -> Extended {
    if (direction == Direction::Minimize) == less(&a, &b) {
        a
    } else {
        b
    }
}

/// Solves `matrix · x = right` by elimination, if there is one solution.
pub(crate) fn linear(mut matrix: Vec<Vec<Rational>>, mut right: Vec<Rational>) -> Option<Vec<Rational>> {
    let count = right.len();
    for column in 0..count {
        let pivot = (column..count).find(|row| !matrix[*row][column].is_zero())?;
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in 0..count {
            if row != column && !matrix[row][column].is_zero() {
                let factor = &matrix[row][column] / &matrix[column][column];
                for at in column..count {
                    let taken = &factor * &matrix[column][at];
                    matrix[row][at] -= taken;
                }
                let taken = &factor * &right[column];
                right[row] -= taken;
            }
        }
    }
    Some((0..count).map(|row| &right[row] / &matrix[row][row]).collect())
}

/// A chain: the distribution over all states in each state, and what each adds.
struct Chain {
    rows: Vec<Distribution>,
    gain: Vec<Rational>,
}

impl Chain {
    fn count(&self) -> usize {
        self.rows.len()
    }

    /// Returns from where `target` can be reached without passing through `blocked`.
    fn reaches(&self, target: &[bool], blocked: &[bool]) -> Vec<bool> {
        let mut can = target.to_vec();
        for _ in 0..self.count() {
            for state in 0..self.count() {
                let leads = |to: usize| can[to] && self.rows[state][to].is_positive();
                can[state] |= !blocked[state] && (0..self.count()).any(leads);
            }
        }
        can
    }

    /// Solves `v = discount (row · v) + gain` where it is open; elsewhere `v` is `fixed`.
    fn solve(
        &self,
        open: &[bool],
        fixed: &[Extended],
        (discount, counts): (&Rational, bool),
    ) -> Vec<Extended> {
        let members: Vec<usize> = (0..self.count()).filter(|state| open[*state]).collect();
        let (mut matrix, mut right) = (Vec::new(), Vec::new());
        for &state in &members {
            let mut known = if counts {
                self.gain[state].clone()
            } else {
                Rational::ZERO
            };
            for to in (0..self.count()).filter(|to| !open[*to] && self.rows[state][*to].is_positive()) {
                known += &self.rows[state][to] * discount * fixed[to].clone().unwrap();
            }
            right.push(known);
            matrix.push(
                members
                    .iter()
                    .map(|to| {
                        let stay = if *to == state {
                            Rational::ONE
                        } else {
                            Rational::ZERO
                        };
                        stay - &self.rows[state][*to] * discount
                    })
                    .collect(),
            );
        }
        let mut values = fixed.to_vec();
        for (state, value) in members.iter().zip(linear(matrix, right).unwrap()) {
            values[*state] = Some(value);
        }
        values
    }

    fn leads(&self, from: usize, to: usize) -> bool {
        let target: Vec<bool> = (0..self.count()).map(|state| state == to).collect();
        self.reaches(&target, &vec![false; self.count()])[from]
    }

    /// Says whether the play comes back for sure.
    fn recurs(&self, state: usize) -> bool {
        (0..self.count()).all(|to| !self.leads(state, to) || self.leads(to, state))
    }

    /// Returns the mean of the part that a recurrent state is of, by its stationary distribution.
    fn mean(&self, state: usize) -> Rational {
        let part: Vec<usize> = (0..self.count()).filter(|to| self.leads(state, *to)).collect();
        let balance = |to: &usize| -> Distribution {
            let own = |from: &usize| if from == to { Rational::ONE } else { Rational::ZERO };
            part.iter()
                .map(|from| own(from) - &self.rows[*from][*to])
                .collect()
        };
        // One of the balances says nothing new; that all is one takes its place.
        let mut matrix: Vec<Distribution> = part.iter().skip(1).map(balance).collect();
        matrix.push(vec![Rational::ONE; part.len()]);
        let mut right = vec![Rational::ZERO; part.len()];
        right[part.len() - 1] = Rational::ONE;
        let shares = linear(matrix, right).unwrap();
        part.iter()
            .zip(shares)
            .map(|(state, share)| &self.gain[*state] * &share)
            .sum()
    }

    fn values(&self, objective: &Objective) -> Vec<Extended> {
        let (count, one) = (self.count(), Rational::ONE);
        let nowhere = vec![false; count];
        match objective {
            Objective::Reach { target, avoid } => {
                let can = self.reaches(target.flags(), avoid.flags());
                let open: Vec<bool> = (0..count).map(|s| can[s] && !target.flags()[s]).collect();
                let won = |s: usize| {
                    if target.flags()[s] {
                        Rational::ONE
                    } else {
                        Rational::ZERO
                    }
                };
                let fixed: Vec<Extended> = (0..count).map(|s| Some(won(s))).collect();
                self.solve(&open, &fixed, (&one, false))
            }
            Objective::Until { target, .. } => {
                let can = self.reaches(target.flags(), &nowhere);
                let never: Vec<bool> = can.iter().map(|can| !can).collect();
                let misses = self.reaches(&never, target.flags());
                let open: Vec<bool> = (0..count).map(|s| !misses[s] && !target.flags()[s]).collect();
                let fixed: Vec<Extended> = misses.iter().map(|m| (!m).then_some(Rational::ZERO)).collect();
                self.solve(&open, &fixed, (&one, true))
            }
            Objective::Discounted { discount, .. } => {
                self.solve(&vec![true; count], &vec![None; count], (discount, true))
            }
            Objective::Total { .. } => {
                let fixed: Vec<Extended> = (0..count)
                    .map(|s| {
                        let endless =
                            |to: usize| self.leads(s, to) && self.recurs(to) && self.gain[to].is_positive();
                        (!(0..count).any(endless)).then_some(Rational::ZERO)
                    })
                    .collect();
                let open: Vec<bool> = (0..count)
                    .map(|s| fixed[s].is_some() && !self.recurs(s))
                    .collect();
                self.solve(&open, &fixed, (&one, true))
            }
            Objective::LongRun { .. } => {
                let fixed: Vec<Extended> = (0..count).map(|s| self.recurs(s).then(|| self.mean(s))).collect();
                let open: Vec<bool> = fixed.iter().map(Option::is_none).collect();
                self.solve(&open, &fixed, (&one, false))
            }
            _ => panic!("not an objective of a chain"),
        }
    }
}

/// Calls `visit` with every way to pick one of `counts[i]` for each `i`.
fn each_pick(counts: &[usize], visit: &mut dyn FnMut(&[usize])) {
    let mut pick = vec![0; counts.len()];
    loop {
        visit(&pick);
        let Some(at) = (0..counts.len()).find(|at| pick[*at] + 1 < counts[*at]) else {
            return;
        };
        pick[at] += 1;
        pick[..at].fill(0);
    }
}

fn gains(objective: &Objective) -> Option<&[Rational]> {
    match objective {
        Objective::Until { quantity, .. }
        | Objective::Discounted { quantity, .. }
        | Objective::Total { quantity }
        | Objective::LongRun { quantity }
        | Objective::Horizon { quantity, .. } => Some(quantity),
        _ => None,
    }
}

/// Returns the exact values of all states in the four modes of [`DIRECTIONS`]; `only` fixes the policy (choice numbers in each state).
pub(crate) fn values(sample: &Sample, objective: &Objective, only: Option<&[usize]>) -> Vec<Vec<Extended>> {
    if let Objective::BoundedReach { steps, .. } | Objective::Horizon { steps, .. } = objective {
        return DIRECTIONS
            .iter()
            .map(|modes| backward(sample, objective, *steps, *modes))
            .collect();
    }
    let mut first = vec![0];
    for ways in sample {
        first.push(first.last().unwrap() + ways.len());
    }
    let mut best: Vec<Option<Vec<Extended>>> = vec![None; 4];
    let mut visit = |policy: &[usize]| {
        let gain =
            |s: usize| gains(objective).map_or(Rational::ZERO, |all| all[first[s] + policy[s]].clone());
        let gain: Vec<Rational> = (0..sample.len()).map(gain).collect();
        let extremes = against(sample, policy, &gain, objective);
        for (slot, (agent, nature)) in best.iter_mut().zip(DIRECTIONS) {
            let found = extremes[usize::from(nature == Direction::Maximize)].clone();
            let old = slot.take().unwrap_or_else(|| found.clone());
            *slot = Some(
                old.into_iter()
                    .zip(found)
                    .map(|(a, b)| better(agent, a, b))
                    .collect(),
            );
        }
    };
    match only {
        Some(policy) => visit(policy),
        None => each_pick(&sample.iter().map(Vec::len).collect::<Vec<_>>(), &mut visit),
    }
    best.into_iter().map(Option::unwrap).collect()
}

/// Returns the least and the greatest value of a policy.
fn against(
    sample: &Sample,
    policy: &[usize],
    gain: &[Rational],
    objective: &Objective,
) -> [Vec<Extended>; 2] {
    let sizes: Vec<usize> = policy
        .iter()
        .zip(sample)
        .map(|(a, ways)| ways[*a].corners.len())
        .collect();
    let mut extremes: [Option<Vec<Extended>>; 2] = [None, None];
    each_pick(&sizes, &mut |nature| {
        let row = |state: usize| {
            let way = &sample[state][policy[state]];
            let mut row = vec![Rational::ZERO; sample.len()];
            for (target, p) in way.targets.iter().zip(&way.corners[nature[state]]) {
                row[*target as usize] += p;
            }
            row
        };
        let chain = Chain {
            rows: (0..sample.len()).map(row).collect(),
            gain: gain.to_vec(),
        };
        let found = chain.values(objective);
        for (extreme, direction) in extremes
            .iter_mut()
            .zip([Direction::Minimize, Direction::Maximize])
        {
            let old = extreme.take().unwrap_or_else(|| found.clone());
            *extreme = Some(
                old.into_iter()
                    .zip(&found)
                    .map(|(a, b)| better(direction, a, b.clone()))
                    .collect(),
            );
        }
    });
    extremes.map(Option::unwrap)
}

/// Goes backward from the last step.
fn backward(
    sample: &Sample,
    objective: &Objective,
    steps: u32,
    (agent, nature): (Direction, Direction),
) -> Vec<Extended> {
    let ends = match objective {
        Objective::BoundedReach { target, avoid, .. } => Some((target, avoid)),
        _ => None,
    };
    let won = |s: usize| ends.is_some_and(|(target, _)| target.flags()[s]);
    let start = (0..sample.len()).map(|s| if won(s) { Rational::ONE } else { Rational::ZERO });
    let mut values: Vec<Rational> = start.collect();
    for _ in 0..steps {
        let mut choice = 0;
        let mut next = values.clone();
        for (state, ways) in sample.iter().enumerate() {
            let mut worths = Vec::new();
            for way in ways {
                let mean = |corner: &Distribution| -> Extended {
                    let there = way.targets.iter().map(|target| &values[*target as usize]);
                    Some(corner.iter().zip(there).map(|(p, v)| p * v).sum())
                };
                let picked = way
                    .corners
                    .iter()
                    .map(mean)
                    .reduce(|a, b| better(nature, a, b))
                    .unwrap()
                    .unwrap();
                worths.push(Some(
                    picked + gains(objective).map_or(Rational::ZERO, |all| all[choice].clone()),
                ));
                choice += 1;
            }
            if ends.is_none_or(|(target, avoid)| !target.flags()[state] && !avoid.flags()[state]) {
                next[state] = worths
                    .into_iter()
                    .reduce(|a, b| better(agent, a, b))
                    .unwrap()
                    .unwrap();
            }
        }
        values = next;
    }
    values.into_iter().map(Some).collect()
}
