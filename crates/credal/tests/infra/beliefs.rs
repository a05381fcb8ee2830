//! Random beliefs and utilities.

use murphy_credal::infra::{AMeasure, Infradistribution, Inframeasure, Update};
use murphy_notation::Rational;
use proptest::collection::vec;
use proptest::prelude::*;

/// A number in `[0, 1]`, often an end.
pub(crate) fn unit() -> impl Strategy<Value = Rational> {
    prop_oneof![
        1 => Just(Rational::ZERO),
        1 => Just(Rational::ONE),
        4 => (0i64..=5, 5i64..=6).prop_map(|(n, d)| Rational::new(n, d)),
    ]
}

/// A utility in `[0, 1]`.
pub(crate) fn utility(n: usize) -> impl Strategy<Value = Vec<Rational>> {
    vec(unit(), n)
}

/// An a-measure, often with zeros, its weight up to two or more.
pub(crate) fn a_measure(n: usize) -> impl Strategy<Value = AMeasure> {
    let mass = prop_oneof![1 => Just(0i64), 3 => 1i64..=5];
    let secured = prop_oneof![1 => Just(0i64), 2 => 1i64..=4];
    (vec(mass, n), secured).prop_map(|(masses, secured)| {
        let fourths = |n: i64| Rational::new(n, 4);
        AMeasure::new(masses.into_iter().map(fourths).collect(), fourths(secured)).unwrap()
    })
}

pub(crate) fn inframeasure(n: usize) -> impl Strategy<Value = Inframeasure> {
    vec(a_measure(n), 1..=4).prop_map(|points| Inframeasure::new(points).unwrap())
}

/// A normalised belief; at least one outcome matters in each of its points or it is drawn again.
pub(crate) fn belief(n: usize) -> impl Strategy<Value = Infradistribution> {
    inframeasure(n).prop_filter_map("nothing at stake", |belief| belief.normalised().ok())
}

pub(crate) fn update(n: usize) -> impl Strategy<Value = Update> {
    (utility(n), utility(n)).prop_map(|(likelihood, off)| Update::new(likelihood, off).unwrap())
}

/// Returns `min` over the points, without the library.
pub(crate) fn least(belief: &Inframeasure, f: &[Rational]) -> Rational {
    let value = |point: &AMeasure| -> Rational {
        let on: Rational = point.measure().iter().zip(f).map(|(m, f)| m * f).sum();
        on + point.secured()
    };
    belief.points().iter().map(value).min().unwrap()
}
