//! The oracle: every memoryless policy against every vertex of every set, each chain solved exactly.

use super::{Branches, Table, interval};
use murphy_notation::Rational;
use murphy_problem::Direction;

/// A value that may be infinite; `None` is infinity.
pub(crate) type Extended = Option<Rational>;
/// One distribution.
type Chances = Vec<(usize, Rational)>;

fn less(a: &Extended, b: &Extended) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a < b,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

fn better(direction: Direction, a: Extended, b: Extended) -> Extended {
    if (direction == Direction::Minimize) == less(&a, &b) {
        a
    } else {
        b
    }
}

/// Returns the vertices of an interval set.
pub(crate) fn vertices(choice: &Branches) -> Vec<Chances> {
    let set = interval(choice);
    let (lower, upper) = (set.lower(), set.upper());
    let count = lower.len();
    let mut found: Vec<Vec<Rational>> = Vec::new();
    for free in 0..count {
        for bits in 0..1u32 << (count - 1) {
            let mut point: Vec<Rational> = Vec::with_capacity(count);
            let mut bit = 0;
            for outcome in 0..count {
                if outcome == free {
                    point.push(Rational::ZERO);
                    continue;
                }
                point.push(if bits >> bit & 1 == 1 {
                    upper[outcome].clone()
                } else {
                    lower[outcome].clone()
                });
                bit += 1;
            }
            let rest = Rational::ONE - point.iter().sum::<Rational>();
            if rest >= lower[free] && rest <= upper[free] {
                point[free] = rest;
                if !found.contains(&point) {
                    found.push(point);
                }
            }
        }
    }
    let named = |point: Vec<Rational>| {
        let pairs = choice.iter().zip(point).filter(|(_, p)| p.is_positive());
        pairs.map(|((target, ..), p)| (*target as usize, p)).collect()
    };
    found.into_iter().map(named).collect()
}

/// Solves `matrix · x = right` by elimination.
pub(crate) fn linear(mut matrix: Vec<Vec<Rational>>, mut right: Vec<Rational>) -> Vec<Rational> {
    let count = right.len();
    for column in 0..count {
        let pivot = (column..count)
            .find(|row| !matrix[*row][column].is_zero())
            .unwrap();
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in 0..count {
            if row != column && !matrix[row][column].is_zero() {
                let factor = &matrix[row][column] / &matrix[column][column];
                for at in column..count {
                    let taken = &factor * &matrix[column][at];
                    matrix[row][at] = &matrix[row][at] - &taken;
                }
                right[row] = &right[row] - &(&factor * &right[column]);
            }
        }
    }
    (0..count).map(|row| &right[row] / &matrix[row][row]).collect()
}

/// What is asked of a chain.
pub(crate) enum Question<'a> {
    Reach { target: &'a [bool], avoid: &'a [bool] },
    Until { target: &'a [bool] },
    Discounted { discount: Rational },
}

fn can_reach(chain: &[&Chances], target: &[bool], blocked: &[bool]) -> Vec<bool> {
    let mut can = target.to_vec();
    loop {
        let mut grown = false;
        for state in 0..chain.len() {
            if !can[state] && !blocked[state] && chain[state].iter().any(|(to, _)| can[*to]) {
                can[state] = true;
                grown = true;
            }
        }
        if !grown {
            return can;
        }
    }
}

/// Returns the value of every state of a chain.
fn chain_values(chain: &[&Chances], gain: &[Rational], question: &Question<'_>) -> Vec<Extended> {
    let count = chain.len();
    let (mut open, mut fixed) = (vec![true; count], vec![Some(Rational::ZERO); count]);
    let mut discount = Rational::ONE;
    match question {
        Question::Reach { target, avoid } => {
            let can = can_reach(chain, target, avoid);
            for state in 0..count {
                open[state] = can[state] && !target[state];
                fixed[state] = Some(if target[state] {
                    Rational::ONE
                } else {
                    Rational::ZERO
                });
            }
        }
        Question::Until { target } => {
            let can = can_reach(chain, target, &vec![false; count]);
            let never: Vec<bool> = can.iter().map(|can| !can).collect();
            let misses = can_reach(chain, &never, target);
            for state in 0..count {
                open[state] = !misses[state] && !target[state];
                fixed[state] = if misses[state] { None } else { Some(Rational::ZERO) };
            }
        }
        Question::Discounted { discount: factor } => discount = factor.clone(),
    }
    let members: Vec<usize> = (0..count).filter(|state| open[*state]).collect();
    let mut matrix = vec![vec![Rational::ZERO; members.len()]; members.len()];
    let mut right = vec![Rational::ZERO; members.len()];
    for (row, &state) in members.iter().enumerate() {
        matrix[row][row] = Rational::ONE;
        if !matches!(question, Question::Reach { .. }) {
            right[row] = gain[state].clone();
        }
        for (to, p) in chain[state] {
            let weight = p * &discount;
            match members.iter().position(|member| member == to) {
                Some(column) => matrix[row][column] = &matrix[row][column] - &weight,
                None => right[row] += weight * fixed[*to].clone().unwrap(),
            }
        }
    }
    for (state, value) in members.iter().zip(linear(matrix, right)) {
        fixed[*state] = Some(value);
    }
    fixed
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

/// Returns the exact values of all states in the four modes of [`super::DIRECTIONS`]; `only` fixes the policy (choice numbers in each state).
pub(crate) fn values(
    table: &Table,
    gain: &[Rational],
    question: &Question<'_>,
    only: Option<&[usize]>,
) -> Vec<Vec<Extended>> {
    let corners: Vec<Vec<Vec<Chances>>> = table
        .iter()
        .map(|choices| choices.iter().map(vertices).collect())
        .collect();
    let mut first = vec![0];
    for choices in table {
        first.push(first.last().unwrap() + choices.len());
    }
    let mut best: Vec<Option<Vec<Extended>>> = vec![None; 4];
    let counts: Vec<usize> = table.iter().map(Vec::len).collect();
    let mut visit = |policy: &[usize]| {
        let gains: Vec<Rational> = policy
            .iter()
            .enumerate()
            .map(|(s, a)| gain[first[s] + a].clone())
            .collect();
        let sizes: Vec<usize> = policy
            .iter()
            .enumerate()
            .map(|(s, a)| corners[s][*a].len())
            .collect();
        let mut extremes: [Option<Vec<Extended>>; 2] = [None, None];
        each_pick(&sizes, &mut |nature| {
            let chain: Vec<&Chances> = nature
                .iter()
                .enumerate()
                .map(|(s, corner)| &corners[s][policy[s]][*corner])
                .collect();
            let found = chain_values(&chain, &gains, question);
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
        for (slot, (agent, nature)) in best.iter_mut().zip(super::DIRECTIONS) {
            let found = extremes[usize::from(nature == Direction::Maximize)]
                .clone()
                .unwrap();
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
        None => each_pick(&counts, &mut visit),
    }
    best.into_iter().map(Option::unwrap).collect()
}
