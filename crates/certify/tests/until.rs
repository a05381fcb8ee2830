//! Sums until a target: finite and infinite regions, strictness, and mutations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

mod support;

use murphy_certify::{Rejection, Side, check};
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Objective};
use support::*;

/// A problem whose exact values are floats or infinite, with a certificate: exact below, a little more above.
struct Case {
    sample: Sample,
    values: Vec<Value>,
    certificate: Certificate,
}

fn quantity(sample: &Sample) -> &[Rational] {
    let Objective::Until { quantity, .. } = &sample.problem.objective else {
        panic!("not a sum")
    };
    quantity
}

/// Exact values where every step costs a bit more, under every policy.
fn solved(sample: &Sample, extra: &Rational) -> Vec<(Vec<usize>, Vec<Value>)> {
    let first = |s: usize| sample.problem.model.choices(u32::try_from(s).unwrap()).start as usize;
    let gain = |s: usize, i: usize| &quantity(sample)[first(s) + i] + extra;
    values_by_policy(sample, |rows| until_chain(rows, gain))
}

fn float_or_infinity(value: &Value) -> Option<f64> {
    value.as_ref().map_or(Some(f64::INFINITY), float)
}

fn case(seed: u64, mode: (Direction, Direction)) -> Option<Case> {
    let sample = sample(seed, mode, 4, until);
    let by_policy = solved(&sample, &Rational::ZERO);
    let values = optimum(&sample, &by_policy);
    let lower: Vec<f64> = values.iter().map(float_or_infinity).collect::<Option<_>>()?;
    let dearer = solved(&sample, &ratio(1, 1 << 20));
    let above = optimum(&sample, &dearer);
    let upper = above
        .iter()
        .map(|v| v.as_ref().map_or(f64::INFINITY, Rational::ceil_f64))
        .collect();
    // The side that the agent guarantees decides which policy the certificate needs.
    let (table, best) = match mode.0 {
        Direction::Maximize => (&by_policy, &values),
        Direction::Minimize => (&dearer, &above),
    };
    let policy = table
        .iter()
        .find(|(_, own)| own == best)
        .map(|(policy, _)| policy);
    let policy = choices(&sample, policy.expect("some policy is optimal everywhere"));
    let certificate = fixed_point(policy, lower, upper, vec![]);
    Some(Case {
        sample,
        values,
        certificate,
    })
}

fn cases() -> impl Iterator<Item = Case> {
    MODES
        .into_iter()
        .flat_map(|mode| (0..150).filter_map(move |seed| case(seed, mode)))
}

#[test]
fn exact_values_are_accepted() {
    let (mut finite, mut infinite) = ([0; 4], [0; 4]);
    for case in cases() {
        let checked = check(&case.sample.problem, &case.certificate).unwrap();
        let start = start(&case.values);
        assert_eq!(checked.exact_lower, start);
        let mode = (case.sample.problem.agent, case.sample.problem.nature);
        let mode = MODES.iter().position(|m| *m == mode).unwrap();
        match (&start, &checked.exact_upper) {
            (Some(start), Some(upper)) => {
                assert!(start <= upper && upper - start < ratio(1, 1000));
                finite[mode] += 1;
            }
            (None, None) => {
                assert!(checked.bracket.lower.is_infinite());
                infinite[mode] += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(
        finite.iter().chain(&infinite).all(|count| *count >= 5),
        "{finite:?} {infinite:?}"
    );
}

#[test]
fn too_much_below_is_rejected() {
    for case in cases() {
        for s in 0..STATES {
            let mut changed = case.certificate.clone();
            parts(&mut changed).1[s] += 1.0 / 16.0;
            match (check(&case.sample.problem, &changed), &case.values[s]) {
                (Ok(checked), None) => assert_eq!(checked.exact_lower, start(&case.values)),
                (Err(Rejection::Boundary { place, .. }), Some(_)) => {
                    assert_eq!(
                        (place.state as usize, s, place.side),
                        (TARGET, TARGET, Side::Lower)
                    );
                }
                (Err(Rejection::LowerInequality { place, value, proved }), Some(_)) => {
                    assert!(s < OPEN && place.side == Side::Lower && value > proved);
                }
                other => panic!("{other:?}"),
            }
            if case.values[s].is_some() {
                let mut changed = case.certificate.clone();
                parts(&mut changed).1[s] = f64::INFINITY;
                let Err(Rejection::InfiniteClaimed { place }) = check(&case.sample.problem, &changed) else {
                    panic!("infinity claimed in state {s}")
                };
                assert_eq!(place.state as usize, s);
            } else {
                let mut changed = case.certificate.clone();
                parts(&mut changed).1[s] = 1e9;
                assert!(
                    check(&case.sample.problem, &changed).is_ok(),
                    "any number is below infinity"
                );
            }
        }
    }
}

#[test]
fn too_little_above_is_rejected() {
    let (mut equal, mut leaving) = (0, 0);
    for case in cases() {
        for s in 0..STATES {
            let mut changed = case.certificate.clone();
            let upper = parts(&mut changed).2;
            upper[s] = if upper[s].is_infinite() {
                1000.0
            } else {
                upper[s] - 1.0 / 16.0
            };
            match (check(&case.sample.problem, &changed), &case.values[s]) {
                (Err(Rejection::ReachesInfinite { place }), None) => {
                    assert_eq!(place.state as usize, s);
                    leaving += 1;
                }
                (Err(Rejection::NotStrict { place, .. } | Rejection::UpperInequality { place, .. }), _) => {
                    assert_eq!(place.side, Side::Upper);
                }
                (Err(Rejection::Boundary { value, .. }), Some(_)) => assert!(value.is_negative()),
                other => panic!("{other:?}"),
            }
        }
        // The exact values are a super-solution, but no strict one: a free loop would satisfy any.
        let mut exact = case.certificate.clone();
        let lower = parts(&mut exact).1.clone();
        parts(&mut exact).2.clone_from(&lower);
        if case.values[..OPEN].iter().any(Option::is_some) {
            let verdict = check(&case.sample.problem, &exact);
            let not_strict = matches!(verdict, Err(Rejection::NotStrict { .. }));
            // The policy for dearer steps may be another one, and then undercuts nothing.
            assert!(
                not_strict || matches!(verdict, Err(Rejection::UpperInequality { .. })),
                "{verdict:?}"
            );
            equal += usize::from(not_strict);
        }
    }
    assert!(equal >= 50 && leaving >= 50, "{equal} {leaving}");
}

/// Whatever is accepted is true: random vectors and policies around the right ones.
#[test]
fn nothing_false_is_accepted() {
    let mut accepted = 0;
    for (seed, case) in (0..).zip(cases()) {
        let mut random = Random::new(seed);
        let truth = start(&case.values);
        for _ in 0..12 {
            let mut certificate = case.certificate.clone();
            let (policy, lower, upper, _) = parts(&mut certificate);
            for s in 0..STATES {
                let change = (f64::from(u32::try_from(random.below(5)).unwrap()) - 3.0) / 4.0;
                match random.below(8) {
                    0 => {
                        lower[s] = if lower[s].is_infinite() {
                            7.0
                        } else {
                            f64::INFINITY
                        }
                    }
                    1 => {
                        upper[s] = if upper[s].is_infinite() {
                            7.0
                        } else {
                            f64::INFINITY
                        }
                    }
                    2 => lower[s] += change,
                    3 => upper[s] = (upper[s] - change).max(0.0),
                    _ => {}
                }
                let range = case.sample.problem.model.choices(u32::try_from(s).unwrap());
                if random.below(4) == 0 {
                    policy[s] = range.start + u32::try_from(random.index(range.len())).unwrap();
                }
            }
            if let Ok(checked) = check(&case.sample.problem, &certificate) {
                accepted += 1;
                assert!(!better(Direction::Maximize, &checked.exact_lower, &truth));
                assert!(!better(Direction::Minimize, &checked.exact_upper, &truth));
            }
        }
    }
    assert!(accepted >= 100, "{accepted}");
}
