//! Known traps: decisions that floats get wrong, sums that rounding breaks, and data that is refused.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use murphy_credal::{
    Constraint, Contamination, CredalSet, Error, ImpreciseDirichlet, Interval, L1Ball, Polytope, Precise,
    Relation, Rows, Semidirect, Vertices,
};
use murphy_notation::Rational;
use proptest::collection::vec;
use proptest::prelude::*;

fn read(text: &str) -> Rational {
    text.parse().unwrap()
}

fn list(text: &str) -> Vec<Rational> {
    text.split_whitespace().map(read).collect()
}

/// In binary, ten times 0.1 is less than 1, so that a float says no distribution fits, or that one outcome can be avoided.
#[test]
fn ten_intervals_up_to_a_tenth_are_one_distribution() {
    let set = CredalSet::from(Interval::new(vec![Rational::ZERO; 10], vec![read("0.1"); 10]).unwrap());
    assert_eq!(set.centre(), Some(vec![read("0.1"); 10]));
    let mut first_nine = vec![true; 10];
    first_nine[9] = false;
    assert_eq!(set.upper_probability(&first_nine), read("0.9"));
    let last: Vec<bool> = first_nine.iter().map(|x| !x).collect();
    assert!(set.must_hit(&last) && set.may_hit(&last) && !set.must_stay(&first_nine));
    assert_eq!(set.face(&first_nine), None);
    let columns: Vec<u32> = (0..10).collect();
    let rows = Rows::compile([(&set, columns.as_slice())]).unwrap();
    let mut values = vec![0.0; 10];
    values[9] = 1e-90;
    let enclosure = rows.lower(0, &values);
    assert!(
        0.999e-91 < enclosure.below && enclosure.above < 1.001e-91,
        "{enclosure:?}"
    );
}

/// Nature can avoid any one of three such outcomes, but not two: edges alone do not say what it can do.
#[test]
fn mass_and_not_edges_decides_what_is_hit() {
    let set = CredalSet::from(Interval::new(vec![Rational::ZERO; 3], vec![read("0.6"); 3]).unwrap());
    assert!(!set.must_hit(&[true, false, false]));
    assert!(set.must_hit(&[true, true, false]));
    assert_eq!(set.face(&[true, true, false]), Some(vec![true, true, false]));
    assert_eq!(set.face(&[true, false, false]), None);
}

/// The budget of these bounds is exactly used up by the first two; in floats 0.1 + 0.2 is more than 0.3.
#[test]
fn a_budget_that_is_used_up_exactly_leaves_nothing_for_the_worst() {
    let set = Interval::new(list("0.7 0 0 0"), list("0.7 0.1 0.2 1")).unwrap();
    let set = CredalSet::from(set);
    let rows = Rows::compile([(&set, [0, 1, 2, 3].as_slice())]).unwrap();
    assert_eq!(
        rows.lower(0, &[0.0, 0.0, 0.0, 1.0]).above.to_bits(),
        0.0f64.to_bits()
    );
    let tiny = rows.lower(0, &[0.0, 1e-90, 1e-90, 1.0]);
    assert!(2.99e-91 < tiny.below && tiny.above < 3.01e-91, "{tiny:?}");
}

/// In floats the first two use the budget up; exactly, a sliver is left for the other two.
#[test]
fn a_sliver_that_floats_cannot_see_is_still_enclosed() {
    let sliver = read("1e-18");
    let upper = vec![read("1/3"), read("2/3") - &sliver, Rational::ONE, Rational::ONE];
    let set = CredalSet::from(Interval::new(vec![Rational::ZERO; 4], upper).unwrap());
    let rows = Rows::compile([(&set, [0, 1, 2, 3].as_slice())]).unwrap();
    let enclosure = rows.lower(0, &[0.0, 0.0, 1.0, 1.0]);
    assert!(
        Rational::from_f64(enclosure.above).unwrap() >= sliver,
        "{enclosure:?}"
    );
    assert!(Rational::from_f64(enclosure.below).unwrap() <= sliver && enclosure.above < 1e-13);
}

#[test]
fn underflow_is_enclosed() {
    let set = CredalSet::from(Precise::new(list("1/3 2/3")).unwrap());
    let rows = Rows::compile([(&set, [0, 1].as_slice())]).unwrap();
    for (a, b) in [(1, 0), (0, 1), (1, 2), (2, 1), (7, 0), (0, 0)] {
        let values = [f64::from_bits(a), f64::from_bits(b)];
        let exact = [values[0], values[1]].map(|v| Rational::from_f64(v).unwrap());
        let value = set.lower_expectation(&exact).unwrap().value;
        let enclosure = rows.lower(0, &values);
        assert!(
            Rational::from_f64(enclosure.below).unwrap() <= value,
            "{a} {b} {enclosure:?}"
        );
        assert!(
            Rational::from_f64(enclosure.above).unwrap() >= value,
            "{a} {b} {enclosure:?}"
        );
    }
}

#[test]
fn constants_are_reproduced_exactly() {
    let set = Interval::new(list("0.1 0.2 0"), list("0.9 0.5 1/3")).unwrap();
    let set = CredalSet::from(set);
    let rows = Rows::compile([(&set, [0, 1, 2].as_slice())]).unwrap();
    for constant in [0.0, 1.0, 0.1, -7.3] {
        let enclosure = rows.lower(0, &[constant; 3]);
        assert_eq!((enclosure.below, enclosure.above), (constant, constant));
        let enclosure = rows.upper(0, &[constant; 3]);
        assert_eq!((enclosure.below, enclosure.above), (constant, constant));
    }
}

#[test]
fn what_is_missing_or_infinite_says_nothing() {
    let set = CredalSet::from(Interval::new(list("0 0"), list("1 0.5")).unwrap());
    let single = CredalSet::from(Precise::new(list("1")).unwrap());
    let product = CredalSet::from(Semidirect::new(set.clone(), vec![set.clone(), single.clone()]).unwrap());
    let rows = Rows::compile([
        (&set, [0, 5].as_slice()),
        (&single, [7].as_slice()),
        (&product, [0, 5, 1].as_slice()),
    ])
    .unwrap();
    for values in [
        vec![0.0; 2],
        vec![f64::NAN; 9],
        vec![f64::INFINITY; 9],
        Vec::new(),
    ] {
        for row in 0..4 {
            for enclosure in [rows.lower(row, &values), rows.upper(row, &values)] {
                let says_nothing = enclosure.below == f64::NEG_INFINITY && enclosure.above == f64::INFINITY;
                assert!(says_nothing, "{values:?} row {row}: {enclosure:?}");
            }
        }
    }
    assert!(matches!(
        set.lower_expectation(&[0.0, f64::NAN]),
        Err(Error::NotFinite { outcome: 1 })
    ));
}

#[test]
fn data_that_name_no_distribution_are_refused_with_the_numbers() {
    let refused = |result: Result<CredalSet, Error>| result.unwrap_err().to_string();
    let interval = |l: &str, u: &str| refused(Interval::new(list(l), list(u)).map(CredalSet::from));
    assert!(interval("0.5 0.75", "1 1").contains("sum to 5/4"));
    assert!(interval("0 0", "0.5 0.25").contains("sum to 3/4"));
    assert!(interval("0.5 0", "0.25 1").contains("outcome 0"));
    assert!(interval("-0.5 0", "0.25 1").contains("-1/2"));
    assert!(interval("0", "1 1").contains("2 entries where 1"));
    assert!(interval("", "").contains("at least one"));
    assert!(refused(Precise::new(list("0.1 0.8")).map(CredalSet::from)).contains("9/10"));
    assert!(refused(Vertices::new(Vec::new()).map(CredalSet::from)).contains("at least one"));
    assert!(
        refused(Vertices::new(vec![list("1"), list("0.5 0.5")]).map(CredalSet::from)).contains("2 entries")
    );
    assert!(refused(L1Ball::new(list("1 0"), read("-1"), true).map(CredalSet::from)).contains("-1"));
    assert!(refused(Contamination::new(list("1 0"), read("2")).map(CredalSet::from)).contains('2'));
    assert!(
        refused(ImpreciseDirichlet::new(list("0 0"), read("0")).map(CredalSet::from)).contains("all counts")
    );
    let impossible = Constraint {
        coefficients: list("1 1"),
        relation: Relation::AtMost,
        bound: read("0.5"),
    };
    assert!(refused(Polytope::new(2, vec![impossible]).map(CredalSet::from)).contains("no distribution"));
    assert!(refused(Polytope::new(1000, Vec::new()).map(CredalSet::from)).contains("1000 outcomes"));
}

#[test]
fn products_inside_one_another_are_limited() {
    let single = CredalSet::from(Precise::new(list("1")).unwrap());
    let mut set = single.clone();
    let mut refused = None;
    for depth in 0..100 {
        match Semidirect::new(single.clone(), vec![set.clone()]) {
            Ok(deeper) => set = deeper.into(),
            Err(_) => {
                refused = Some(depth);
                break;
            }
        }
    }
    assert_eq!(refused, Some(64));
    assert_eq!(
        set.lower_expectation(&[Rational::ONE]).unwrap().value,
        Rational::ONE
    );
}

/// The known example for an L1 ball that may reach an outcome without nominal mass.
#[test]
fn an_unrestricted_ball_reaches_what_was_never_seen() {
    let nominal = list("0.5 0.5 0");
    let restricted = CredalSet::from(L1Ball::new(nominal.clone(), read("0.2"), true).unwrap());
    let anywhere = CredalSet::from(L1Ball::new(nominal, read("0.2"), false).unwrap());
    assert!(!restricted.may_hit(&[false, false, true]) && anywhere.may_hit(&[false, false, true]));
    assert_eq!(anywhere.outcome_bounds(2), (Rational::ZERO, read("0.1")));
}

/// A budget with a large denominator cannot be kept exact in floats, and yet the answer is enclosed.
fn wide_interval() -> impl Strategy<Value = CredalSet> {
    let entry = (0u64..1_000_000_007, any::<bool>(), 0u64..998_244_353);
    (vec(entry, 2..40), any::<bool>()).prop_map(|(entries, coarse)| {
        let n = i64::try_from(entries.len()).unwrap();
        let (below, above) = if coarse {
            (100, 10)
        } else {
            (1_000_000_007, 998_244_353)
        };
        let mut lower = Vec::new();
        let mut upper = Vec::new();
        for (l, zero, u) in entries {
            let l = if zero {
                0
            } else {
                i64::try_from(l).unwrap() % below
            };
            lower.push(Rational::new(l, below) / Rational::from(2 * n));
            upper
                .push(lower.last().unwrap() + &(Rational::new(1 + i64::try_from(u).unwrap() % above, above)));
        }
        // What is lacking to one is added where it fits.
        let sum: Rational = upper.iter().sum();
        if sum < Rational::ONE {
            upper[0] += Rational::ONE - sum;
        }
        Interval::new(lower, upper).unwrap().into()
    })
}

fn wide_ball() -> impl Strategy<Value = CredalSet> {
    (vec(0i64..1_000_003, 2..40), 0i64..2_000_000, any::<bool>()).prop_map(
        |(mut weights, radius, restricted)| {
            weights[0] += 1;
            let total = weights.iter().sum();
            let nominal = weights.into_iter().map(|w| Rational::new(w, total)).collect();
            L1Ball::new(nominal, Rational::new(radius, 1_000_000), restricted)
                .unwrap()
                .into()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_enclose_long_sets(
        set in prop_oneof![wide_interval(), wide_ball()],
        values in vec(prop_oneof![1 => Just(0.0f64), 2 => (0i32..30).prop_map(|k| f64::from(k) / 10.0), 3 => -1.0f64..1.0], 40),
        exponent in prop_oneof![Just(0i32), Just(-90), Just(100)],
        positive in any::<bool>(),
        start in 0u32..50,
    ) {
        let n = set.outcomes();
        let columns: Vec<u32> = (0u32..).take(n).collect();
        let rows = Rows::compile([(&set, columns.as_slice())]).unwrap();
        let values: Vec<f64> = values
            .iter()
            .map(|v| if positive { v.abs() } else { *v } * 10f64.powi(exponent))
            .collect();
        let exact: Vec<Rational> = values[..n].iter().map(|&v| Rational::from_f64(v).unwrap()).collect();
        let low = set.lower_expectation(&exact).unwrap();
        let high = set.upper_expectation(&exact).unwrap();
        prop_assert_eq!(set.bound_below(&exact, &low.multiplier).unwrap(), low.value.clone());
        prop_assert_eq!(set.bound_above(&exact, &high.multiplier).unwrap(), high.value.clone());
        let largest = values[..n].iter().fold(0.0f64, |m, v| m.max(v.abs()));
        let mut hint = start;
        for (enclosure, value) in [
            (rows.lower_from(0, &values, &mut hint), low.value),
            (rows.upper_from(0, &values, &mut hint), high.value),
        ] {
            prop_assert!(Rational::from_f64(enclosure.below).unwrap() <= value);
            prop_assert!(Rational::from_f64(enclosure.above).unwrap() >= value);
            prop_assert!(enclosure.above - enclosure.below <= largest * 2e-13);
        }
        prop_assert_eq!(rows.lower(0, &values), rows.lower_from(0, &values, &mut hint));
        prop_assert_eq!(rows.upper(0, &values), rows.upper_from(0, &values, &mut hint));
    }
}
