//! Two linear-programming codes that share nothing, the exact simplex and `good_lp`, must agree.

use murphy_credal::{Constraint, CredalSet, Multiplier, Polytope, Relation, Rows, simplex};
use murphy_notation::Rational;
use proptest::collection::vec;
use proptest::prelude::*;

fn sum(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Constraints that a random distribution satisfies, some of them tightly, and costs with ties.
fn program(
    sizes: std::ops::Range<usize>,
    sides: usize,
) -> impl Strategy<Value = (Vec<Constraint>, Vec<Rational>)> {
    sizes.prop_flat_map(move |n| {
        let side = (vec(-3i64..=3, n), 0u32..5, prop_oneof![Just(0i64), 0i64..=5]);
        let costs = vec((-9i64..=9).prop_map(|c| Rational::new(c, 3)), n);
        (vec(1i64..=5, n), vec(side, 0..=sides), costs).prop_map(|(weights, sides, costs)| {
            let total = weights.iter().sum();
            let inside: Vec<Rational> = weights.into_iter().map(|w| Rational::new(w, total)).collect();
            let constraint = |(coefficients, relation, slack): (Vec<i64>, u32, i64)| {
                let coefficients: Vec<Rational> = coefficients.into_iter().map(Rational::from).collect();
                let (at, slack) = (sum(&coefficients, &inside), Rational::new(slack, 5));
                let (relation, bound) = match relation {
                    0 | 1 => (Relation::AtMost, at + slack),
                    2 | 3 => (Relation::AtLeast, at - slack),
                    _ => (Relation::Equal, at),
                };
                Constraint {
                    coefficients,
                    relation,
                    bound,
                }
            };
            (sides.into_iter().map(constraint).collect(), costs)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_exact_simplex_and_good_lp_agree((constraints, costs) in program(1..12, 8)) {
        let set = CredalSet::from(Polytope::new(costs.len(), constraints).unwrap());
        let exact = set.lower_expectation(&costs).unwrap();
        prop_assert!(set.contains(&exact.witness));
        prop_assert_eq!(set.bound_below(&costs, &exact.multiplier).unwrap(), exact.value.clone());
        let floats: Vec<f64> = costs.iter().map(Rational::to_f64).collect();
        let float = set.lower_expectation(&floats).unwrap();
        prop_assert!((float.value - exact.value.to_f64()).abs() < 1e-8);
        // Rounded prices are still a proof, and a nearly tight one.
        let Multiplier::Prices(prices) = float.multiplier else { unreachable!() };
        let prices = prices.iter().map(|&price| Rational::from_f64(price).unwrap()).collect();
        let bound = set.bound_below(&costs, &Multiplier::Prices(prices)).unwrap();
        prop_assert!(bound <= exact.value);
        prop_assert!((bound - exact.value).to_f64() > -1e-8);
    }

    #[test]
    fn rows_enclose_programs_whose_vertices_are_many((constraints, costs) in program(10..14, 4), tiny in any::<bool>()) {
        let set = CredalSet::from(Polytope::new(costs.len(), constraints).unwrap());
        let columns: Vec<u32> = (0u32..).take(costs.len()).collect();
        let rows = Rows::compile([(&set, columns.as_slice()), (&set, columns.as_slice())]).unwrap();
        let scale = if tiny { 1e-90 } else { 1.0 };
        let floats: Vec<f64> = costs.iter().map(|c| c.to_f64() * scale).collect();
        let exact: Vec<Rational> = floats.iter().map(|&v| Rational::from_f64(v).unwrap()).collect();
        let low = set.lower_expectation(&exact).unwrap().value;
        let enclosure = rows.lower(1, &floats);
        prop_assert!(Rational::from_f64(enclosure.below).unwrap() <= low);
        prop_assert!(Rational::from_f64(enclosure.above).unwrap() >= low);
        prop_assert!(enclosure.above - enclosure.below <= 1e-13 * 3.0 * scale);
    }
}

#[test]
fn a_program_without_optimum_says_why() {
    let constraint = |coefficients: [i64; 2], relation, bound: i64| Constraint {
        coefficients: coefficients.map(Rational::from).to_vec(),
        relation,
        bound: Rational::from(bound),
    };
    let costs = [-1i64, 0].map(Rational::from);
    let free = [constraint([0, 1], Relation::AtMost, 1)];
    assert_eq!(
        simplex::minimise(&costs, &free),
        Err(simplex::NoOptimum::Unbounded)
    );
    let none = [constraint([1, 1], Relation::AtMost, -1)];
    assert_eq!(
        simplex::minimise(&costs, &none),
        Err(simplex::NoOptimum::Infeasible)
    );
}

/// Beale's program, on which the simplex method cycles without a rule against it. The optimum is −1/20.
///
/// # Source
/// Beale, "Cycling in the dual simplex algorithm", Naval Research Logistics Quarterly 2, 1955.
#[test]
fn bland_ends_where_others_cycle() {
    let read = |text: &str| {
        text.split_whitespace()
            .map(|x| x.parse().unwrap())
            .collect::<Vec<Rational>>()
    };
    let costs = read("-3/4 150 -1/50 6");
    let rows = [("1/4 -60 -1/25 9", 0i64), ("1/2 -90 -1/50 3", 0), ("0 0 1 0", 1)];
    let constraints = rows.map(|(coefficients, bound)| Constraint {
        coefficients: read(coefficients),
        relation: Relation::AtMost,
        bound: Rational::from(bound),
    });
    let optimum = simplex::minimise(&costs, &constraints).unwrap();
    assert_eq!(optimum.value, Rational::new(-1, 20));
    assert_eq!(optimum.point, read("1/25 0 1 0"));
    let dual: Rational = optimum
        .prices
        .iter()
        .zip(&constraints)
        .map(|(y, c)| y * &c.bound)
        .sum();
    assert_eq!(dual, optimum.value);
}
