//! Reachability: certificates made from brute-force values are accepted, and each mutation is rejected for its own reason.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

mod support;

use murphy_certify::{Rejection, Side, check};
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction};
use support::*;

/// A problem whose exact values are floats, with the exact certificate.
struct Exact {
    sample: Sample,
    values: Vec<Rational>,
    certificate: Certificate,
}

/// Ranks for a policy, or `None` where some state cannot make progress.
fn ranks(sample: &Sample, policy: &[usize], values: &[Rational]) -> Option<Vec<u32>> {
    let mut rank = vec![u32::MAX; STATES];
    for s in 0..STATES {
        if s == TARGET || values[s].is_zero() {
            rank[s] = 0;
        }
    }
    for round in 1..=u32::try_from(OPEN).unwrap() {
        for s in 0..OPEN {
            let obliged = |i: &usize| sample.problem.agent == Direction::Minimize || *i == policy[s];
            let moves = |i: usize| {
                let option = &sample.options[s][i];
                let hits = |p: &[Rational]| {
                    p.iter()
                        .zip(&option.targets)
                        .any(|(p, &t)| p.is_positive() && rank[t as usize] < round)
                };
                if nature_value(sample, option, values) > values[s] {
                    return true;
                }
                let mut vertices = option.vertices.iter();
                match sample.problem.nature {
                    Direction::Minimize => vertices.all(|p| hits(p)),
                    Direction::Maximize => vertices.any(|p| mean(p, option, values) >= values[s] && hits(p)),
                }
            };
            if rank[s] == u32::MAX && (0..sample.options[s].len()).filter(obliged).all(moves) {
                rank[s] = round;
            }
        }
    }
    rank.iter().all(|r| *r < u32::MAX).then_some(rank)
}

/// Returns the exact certificate if all values are floats.
fn exact(seed: u64, mode: (Direction, Direction)) -> Option<Exact> {
    let sample = sample(seed, mode, 4, reach);
    let by_policy = values_by_policy(&sample, reach_chain);
    let best = optimum(&sample, &by_policy);
    let values: Vec<Rational> = best.iter().map(|v| v.clone().unwrap()).collect();
    let floats: Vec<f64> = values.iter().map(float).collect::<Option<_>>()?;
    let (policy, rank) = by_policy
        .iter()
        .filter(|(_, own)| *own == best)
        .find_map(|(policy, _)| Some((policy, ranks(&sample, policy, &values)?)))
        .expect("some optimal policy makes progress everywhere");
    let certificate = fixed_point(choices(&sample, policy), floats.clone(), floats, rank);
    Some(Exact {
        sample,
        values,
        certificate,
    })
}

fn cases() -> impl Iterator<Item = Exact> {
    MODES
        .into_iter()
        .flat_map(|mode| (0..120).filter_map(move |seed| exact(seed, mode)))
}

#[test]
fn exact_values_are_accepted_and_proved_exactly() {
    let mut count = [0; 4];
    for case in cases() {
        let checked = check(&case.sample.problem, &case.certificate).unwrap();
        let start = ratio(1, 3) * &case.values[0] + ratio(2, 3) * &case.values[1];
        assert_eq!(checked.exact_lower.as_ref(), Some(&start));
        assert_eq!(checked.exact_upper.as_ref(), Some(&start));
        let mode = (case.sample.problem.agent, case.sample.problem.nature);
        count[MODES.iter().position(|m| *m == mode).unwrap()] += 1;
        // Nothing is claimed below: the complement has nothing above.
        let complement = murphy_problem::Problem {
            complemented: true,
            ..case.sample.problem
        };
        let mut modest = case.certificate.clone();
        parts(&mut modest).1.fill(0.0);
        parts(&mut modest).1[TARGET] = 1.0;
        let checked = check(&complement, &modest).unwrap();
        assert_eq!(checked.exact_lower, Some(Rational::ONE - &start));
        assert_eq!(checked.exact_upper, Some(Rational::ONE));
    }
    assert!(count.iter().all(|count| *count >= 30), "{count:?}");
}

#[test]
fn one_sixteenth_too_much_is_rejected_in_every_state() {
    for case in cases() {
        for s in 0..STATES {
            let mut raised = case.certificate.clone();
            parts(&mut raised).1[s] += 1.0 / 16.0;
            match check(&case.sample.problem, &raised).unwrap_err() {
                Rejection::Boundary { place, .. } => {
                    assert!(s >= OPEN && place.state as usize == s && place.side == Side::Lower);
                }
                Rejection::LowerInequality { place, value, proved } => {
                    assert!(s < OPEN && place.side == Side::Lower && value > proved);
                }
                Rejection::NoProgress { place, .. } => assert!(s < OPEN && place.side == Side::Lower),
                other => panic!("{other}"),
            }
            let mut lowered = case.certificate.clone();
            parts(&mut lowered).2[s] -= 1.0 / 16.0;
            let rejection = check(&case.sample.problem, &lowered).map(|_| ());
            match rejection {
                Err(Rejection::Boundary { place, value, limit }) => {
                    assert!(place.side == Side::Upper && value < limit && place.state as usize == s);
                    assert!(s >= OPEN || value.is_negative());
                }
                Err(Rejection::UpperInequality { place, value, proved }) => {
                    assert!(s < OPEN && place.side == Side::Upper && value < proved);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn ranks_that_say_nothing_are_rejected_where_progress_needs_them() {
    let mut count = 0;
    for case in cases() {
        let mut flat = case.certificate.clone();
        let deep = parts(&mut flat).3.iter().any(|rank| *rank >= 2);
        parts(&mut flat).3.fill(7);
        let verdict = check(&case.sample.problem, &flat);
        if deep {
            count += 1;
            assert!(
                matches!(verdict, Err(Rejection::NoProgress { .. })),
                "{verdict:?}"
            );
        } else {
            assert!(verdict.is_ok(), "{verdict:?}");
        }
    }
    assert!(count >= 20, "{count}");
}

#[test]
fn a_loop_does_not_prove_itself() {
    // Every state worth as much as the best: each play may meet it exactly for ever.
    let mut count = 0;
    for case in cases() {
        let top = case.values[..OPEN].iter().max().unwrap().clone();
        let loops = case.values[..OPEN].iter().any(|v| *v < top);
        let mut flat = case.certificate.clone();
        parts(&mut flat).1[..OPEN].fill(float(&top).unwrap());
        if loops {
            count += 1;
            assert!(check(&case.sample.problem, &flat).is_err());
        }
    }
    assert!(count >= 30, "{count}");
}

#[test]
fn a_worse_choice_is_rejected_on_the_side_that_the_agent_guarantees() {
    let mut count = 0;
    for case in cases() {
        for s in 0..OPEN {
            for (i, option) in case.sample.options[s].iter().enumerate() {
                let worth = nature_value(&case.sample, option, &case.values);
                let mut changed = case.certificate.clone();
                parts(&mut changed).0[s] = choices(&case.sample, &[0; STATES])[s] + u32::try_from(i).unwrap();
                let verdict = check(&case.sample.problem, &changed);
                if worth < case.values[s] && case.sample.problem.agent == Direction::Maximize {
                    count += 1;
                    let Err(Rejection::LowerInequality { place, value, proved }) = verdict else {
                        panic!("{verdict:?}")
                    };
                    assert_eq!(
                        (place.state as usize, value, proved),
                        (s, case.values[s].clone(), worth)
                    );
                } else if worth > case.values[s] && case.sample.problem.agent == Direction::Minimize {
                    count += 1;
                    let Err(Rejection::UpperInequality { place, value, proved }) = verdict else {
                        panic!("{verdict:?}")
                    };
                    assert_eq!(
                        (place.state as usize, value, proved),
                        (s, case.values[s].clone(), worth)
                    );
                }
            }
        }
    }
    assert!(count >= 40, "{count}");
}

#[test]
fn another_model_is_rejected() {
    let mut count = 0;
    for (case, other) in cases().zip(cases().skip(1)) {
        let mut problem = case.sample.problem.clone();
        problem.model = other.sample.problem.model.clone();
        if problem.model.choice_count() != case.sample.problem.model.choice_count() {
            continue;
        }
        // It may hold by chance, but then what it proves is true of the other model.
        match check(&problem, &case.certificate) {
            Err(
                Rejection::LowerInequality { .. }
                | Rejection::UpperInequality { .. }
                | Rejection::NoProgress { .. }
                | Rejection::ForeignChoice { .. },
            ) => count += 1,
            Err(other) => panic!("{other}"),
            Ok(checked) => {
                let foreign = Sample {
                    options: other.sample.options.clone(),
                    problem,
                };
                let truth = start(&optimum(&foreign, &values_by_policy(&foreign, reach_chain)));
                assert!(checked.exact_lower <= truth && truth <= checked.exact_upper);
            }
        }
    }
    assert!(count >= 50, "{count}");
}

/// Whatever is accepted is true: random vectors, ranks and policies around the exact ones.
#[test]
fn nothing_false_is_accepted() {
    let mut accepted = 0;
    for (seed, case) in (0..).zip(cases()) {
        let mut random = Random::new(seed);
        let start = ratio(1, 3) * &case.values[0] + ratio(2, 3) * &case.values[1];
        for _ in 0..12 {
            let mut certificate = case.certificate.clone();
            let (policy, lower, upper, rank) = parts(&mut certificate);
            for s in 0..OPEN {
                let mut change = || (f64::from(u32::try_from(random.below(5)).unwrap()) - 3.0) / 8.0;
                lower[s] = (lower[s] + change()).min(1.0);
                upper[s] = (upper[s] - change()).max(0.0);
                rank[s] = u32::try_from(random.below(4)).unwrap();
                let range = case.sample.problem.model.choices(u32::try_from(s).unwrap());
                policy[s] = range.start + u32::try_from(random.index(range.len())).unwrap();
            }
            if let Ok(checked) = check(&case.sample.problem, &certificate) {
                accepted += 1;
                assert!(checked.exact_lower.unwrap() <= start && start <= checked.exact_upper.unwrap());
            }
        }
    }
    assert!(accepted >= 30, "{accepted}");
}
