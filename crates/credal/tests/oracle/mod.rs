//! Brute force in exact rationals: all vertices of a small set, by trying every set of active constraints.

use murphy_credal::{Constraint, Relation};
use murphy_notation::Rational;

/// A point, a distribution or a list of values.
pub(crate) type Point = Vec<Rational>;

/// Returns all vertices of `{ p ≥ 0, Σ p = 1, constraints }`.
pub(crate) fn vertices(n: usize, constraints: &[Constraint]) -> Vec<Point> {
    let mut walls: Vec<Constraint> = (0..n)
        .map(|i| constraint(unit(n, i), Relation::AtLeast, Rational::ZERO))
        .collect();
    walls.extend_from_slice(constraints);
    let everything = constraint(vec![Rational::ONE; n], Relation::Equal, Rational::ONE);
    let mut found: Vec<Point> = Vec::new();
    let mut chosen = Vec::new();
    choose(walls.len(), n - 1, 0, &mut chosen, &mut |active| {
        let mut system: Vec<&Constraint> = active.iter().map(|&k| &walls[k]).collect();
        system.push(&everything);
        if let Some(p) = solve(&system, n)
            && walls.iter().all(|wall| wall.holds(&p))
            && !found.contains(&p)
        {
            found.push(p);
        }
    });
    found
}

/// Returns all vertices of the distributions within bounds.
pub(crate) fn interval_vertices(lower: &[Rational], upper: &[Rational]) -> Vec<Point> {
    let n = lower.len();
    let mut walls = Vec::new();
    for i in 0..n {
        walls.push(constraint(unit(n, i), Relation::AtLeast, lower[i].clone()));
        walls.push(constraint(unit(n, i), Relation::AtMost, upper[i].clone()));
    }
    vertices(n, &walls)
}

/// Returns all vertices of an L1 ball, by its `2ⁿ` sides.
pub(crate) fn l1_vertices(nominal: &[Rational], radius: &Rational, restricted: bool) -> Vec<Point> {
    let n = nominal.len();
    let mut walls = Vec::new();
    for signs in 0u32..1 << n {
        let side: Point = (0..n)
            .map(|i| Rational::from(if signs >> i & 1 == 1 { 1i64 } else { -1 }))
            .collect();
        let bound = radius + &expectation(&side, nominal);
        walls.push(constraint(side, Relation::AtMost, bound));
    }
    if restricted {
        for i in (0..n).filter(|&i| nominal[i].is_zero()) {
            walls.push(constraint(unit(n, i), Relation::Equal, Rational::ZERO));
        }
    }
    vertices(n, &walls)
}

/// Returns all vertices of a product, by every choice of a vertex for each part.
pub(crate) fn product_vertices(first: &[Point], then: &[Vec<Point>]) -> Vec<Point> {
    let mut found: Vec<Point> = Vec::new();
    for weights in first {
        let mut partial: Vec<Point> = vec![Vec::new()];
        for (weight, options) in weights.iter().zip(then) {
            let mut longer = Vec::new();
            for start in &partial {
                for option in options {
                    let mut joint = start.clone();
                    joint.extend(option.iter().map(|p| p * weight));
                    if !longer.contains(&joint) {
                        longer.push(joint);
                    }
                }
            }
            partial = longer;
        }
        found.extend(partial);
    }
    found
}

/// Returns the expected value.
pub(crate) fn expectation(p: &[Rational], values: &[Rational]) -> Rational {
    p.iter().zip(values).map(|(p, v)| p * v).sum()
}

/// Returns the probability of an event.
pub(crate) fn probability(p: &[Rational], event: &[bool]) -> Rational {
    p.iter()
        .zip(event)
        .filter(|(_, inside)| **inside)
        .map(|(p, _)| p)
        .sum()
}

pub(crate) fn constraint(coefficients: Point, relation: Relation, bound: Rational) -> Constraint {
    Constraint {
        coefficients,
        relation,
        bound,
    }
}

pub(crate) fn unit(n: usize, i: usize) -> Point {
    (0..n)
        .map(|j| if i == j { Rational::ONE } else { Rational::ZERO })
        .collect()
}

fn choose(n: usize, k: usize, from: usize, chosen: &mut Vec<usize>, each: &mut impl FnMut(&[usize])) {
    if chosen.len() == k {
        each(chosen);
        return;
    }
    for next in from..n {
        chosen.push(next);
        choose(n, k, next + 1, chosen, each);
        chosen.pop();
    }
}

/// Solves the constraints as equations; `None` unless the solution is unique.
fn solve(system: &[&Constraint], n: usize) -> Option<Point> {
    let mut rows: Vec<Point> = system
        .iter()
        .map(|c| c.coefficients.iter().chain([&c.bound]).cloned().collect())
        .collect();
    for column in 0..n {
        let pivot = (column..n).find(|&row| !rows[row][column].is_zero())?;
        rows.swap(column, pivot);
        let scale = rows[column][column].clone();
        rows[column].iter_mut().for_each(|cell| *cell = &*cell / &scale);
        let leading = rows[column].clone();
        for (other, row) in rows.iter_mut().enumerate() {
            let factor = row[column].clone();
            if other != column && !factor.is_zero() {
                row.iter_mut()
                    .zip(&leading)
                    .for_each(|(cell, above)| *cell -= &factor * above);
            }
        }
    }
    Some(rows.iter().take(n).map(|row| row[n].clone()).collect())
}
