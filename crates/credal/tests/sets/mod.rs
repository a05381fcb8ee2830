//! Random sets of every kind, each with all of its vertices found by brute force.

#![allow(dead_code, reason = "each test file uses some of them")]

use crate::oracle::{self, Point, expectation};
use murphy_credal::{
    Contamination, CredalSet, ImpreciseDirichlet, Interval, L1Ball, Polytope, Precise, Relation, Semidirect,
    Vertices,
};
use murphy_notation::Rational;
use proptest::collection::vec;
use proptest::prelude::*;

/// A set and all of its vertices.
pub(crate) type Case = (CredalSet, Vec<Point>);

pub(crate) fn small() -> impl Strategy<Value = Rational> {
    (-6i64..=6, 1i64..=3).prop_map(|(n, d)| Rational::new(n, d))
}

pub(crate) fn fraction() -> impl Strategy<Value = Rational> {
    (0i64..=5, 5i64..=7).prop_map(|(n, d)| Rational::new(n, d))
}

/// A distribution, often with zeros.
pub(crate) fn distribution(n: usize) -> impl Strategy<Value = Point> {
    vec(prop_oneof![2 => Just(0i64), 3 => 1i64..=6], n).prop_map(|mut weights| {
        if weights.iter().all(|&w| w == 0) {
            weights[0] = 1;
        }
        let total = weights.iter().sum();
        weights.into_iter().map(|w| Rational::new(w, total)).collect()
    })
}

pub(crate) fn precise(n: usize) -> impl Strategy<Value = Case> {
    distribution(n).prop_map(|p| (Precise::new(p.clone()).unwrap().into(), vec![p]))
}

/// Bounds around a distribution; 60 % of the lower bounds are zero.
pub(crate) fn interval(n: usize) -> impl Strategy<Value = Case> {
    let below = prop_oneof![6 => Just(Rational::ZERO), 4 => fraction()];
    (distribution(n), vec(below, n), vec(fraction(), n)).prop_map(|(p, below, above)| {
        let lower: Point = p.iter().zip(&below).map(|(p, b)| p * b).collect();
        let upper: Point = p
            .iter()
            .zip(&above)
            .map(|(p, a)| p + &((Rational::ONE - p) * a.clone()))
            .collect();
        let vertices = oracle::interval_vertices(&lower, &upper);
        (Interval::new(lower, upper).unwrap().into(), vertices)
    })
}

pub(crate) fn hull(n: usize) -> impl Strategy<Value = Case> {
    vec(distribution(n), 1..=4).prop_map(|points| (Vertices::new(points.clone()).unwrap().into(), points))
}

pub(crate) fn ball(n: usize) -> impl Strategy<Value = Case> {
    (distribution(n), fraction(), 0i64..=4, any::<bool>()).prop_map(|(p, radius, scale, restricted)| {
        let radius = radius * Rational::from(scale);
        let vertices = oracle::l1_vertices(&p, &radius, restricted);
        (L1Ball::new(p, radius, restricted).unwrap().into(), vertices)
    })
}

pub(crate) fn contamination(n: usize) -> impl Strategy<Value = Case> {
    (distribution(n), fraction()).prop_map(|(p, epsilon)| {
        let rest = Rational::ONE - &epsilon;
        let mix = |corner: Point| -> Point {
            p.iter()
                .zip(corner)
                .map(|(p, c)| p * &rest + c * epsilon.clone())
                .collect()
        };
        let vertices = (0..p.len()).map(|i| mix(oracle::unit(p.len(), i))).collect();
        (
            Contamination::new(p.clone(), epsilon.clone()).unwrap().into(),
            vertices,
        )
    })
}

pub(crate) fn dirichlet(n: usize) -> impl Strategy<Value = Case> {
    (vec(prop_oneof![1 => Just(0i64), 2 => 1i64..=9], n), 1i64..=3).prop_map(|(counts, strength)| {
        let total = Rational::from(counts.iter().sum::<i64>() + strength);
        let at = |i: usize, j: usize| {
            Rational::from(counts[j] + if i == j { strength } else { 0 }) / total.clone()
        };
        let vertices = (0..counts.len())
            .map(|i| (0..counts.len()).map(|j| at(i, j)).collect())
            .collect();
        let counts: Point = counts.iter().map(|&n| Rational::from(n)).collect();
        (
            ImpreciseDirichlet::new(counts, Rational::from(strength))
                .unwrap()
                .into(),
            vertices,
        )
    })
}

/// Random constraints that a random distribution satisfies.
pub(crate) fn polytope(n: usize) -> impl Strategy<Value = Case> {
    let sides = vec((vec(-3i64..=3, n), 0usize..=4, fraction()), 0..=3);
    (distribution(n), sides).prop_map(move |(inside, sides)| {
        let constraints: Vec<_> = sides
            .into_iter()
            .map(|(coefficients, relation, slack)| {
                let coefficients: Point = coefficients.into_iter().map(Rational::from).collect();
                let at = expectation(&coefficients, &inside);
                match relation {
                    0 | 1 => oracle::constraint(coefficients, Relation::AtMost, at + slack),
                    2 | 3 => oracle::constraint(coefficients, Relation::AtLeast, at - slack),
                    _ => oracle::constraint(coefficients, Relation::Equal, at),
                }
            })
            .collect();
        let vertices = oracle::vertices(n, &constraints);
        (Polytope::new(n, constraints).unwrap().into(), vertices)
    })
}

pub(crate) fn part(n: usize) -> BoxedStrategy<Case> {
    prop_oneof![
        precise(n),
        interval(n),
        hull(n),
        ball(n),
        contamination(n),
        dirichlet(n),
        polytope(n)
    ]
    .boxed()
}

pub(crate) fn product() -> impl Strategy<Value = Case> {
    let then = prop_oneof![1 => vec(part(2), 2), 1 => (part(1), part(3)).prop_map(|(a, b)| vec![a, b])];
    (part(2), then).prop_map(|(first, then)| {
        let parts: Vec<Vec<Point>> = then.iter().map(|(_, vertices)| vertices.clone()).collect();
        let vertices = oracle::product_vertices(&first.1, &parts);
        let set = Semidirect::new(first.0, then.into_iter().map(|(set, _)| set).collect()).unwrap();
        (set.into(), vertices)
    })
}
