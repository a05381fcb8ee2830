//! Exact values: what brute force finds is accepted with some ranks, and nothing else is with any.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

mod support;

use murphy_certify::{ExactValues, Rejection, check_exact, exact_steps};
use murphy_credal::Precise;
use murphy_notation::Rational;
use murphy_problem::{Direction, Objective, Problem, Settled, Stance};
use murphy_world::{ModelBuilder, StateSet};
use support::*;

/// A problem, its values under every policy, and the best of them.
struct Case {
    sample: Sample,
    by_policy: Vec<(Vec<usize>, Vec<Value>)>,
    values: Vec<Value>,
}

fn gains(sample: &Sample) -> impl Fn(usize, usize) -> Rational + '_ {
    |s, i| match &sample.problem.objective {
        Objective::Until { quantity, .. } | Objective::Discounted { quantity, .. } => {
            quantity[sample.problem.model.choices(u32::try_from(s).unwrap()).start as usize + i].clone()
        }
        _ => panic!("not a sum"),
    }
}

fn discounted(random: &mut Random, choices: usize) -> Objective {
    let quantity = (0..choices)
        .map(|_| ratio(i64::try_from(random.below(7)).unwrap() - 3, 3))
        .collect();
    Objective::Discounted {
        quantity,
        discount: ratio(2, 3),
    }
}

/// Cases of one objective in all modes, in fifths: nothing about them fits a float.
fn cases(kind: fn(&mut Random, usize) -> Objective, seeds: u64) -> Vec<Case> {
    let mut all = Vec::new();
    for mode in MODES {
        for seed in 0..seeds {
            let sample = sample(seed, mode, 5, kind);
            let by_policy = match &sample.problem.objective {
                Objective::Reach { .. } => values_by_policy(&sample, reach_chain),
                Objective::Until { .. } => {
                    values_by_policy(&sample, |rows| until_chain(rows, gains(&sample)))
                }
                _ => values_by_policy(&sample, |rows| {
                    discounted_chain(rows, &ratio(2, 3), gains(&sample))
                }),
            };
            let values = optimum(&sample, &by_policy);
            all.push(Case {
                sample,
                by_policy,
                values,
            });
        }
    }
    all
}

/// Every way to give the open states ranks; the target has rank zero.
fn all_ranks() -> Vec<Vec<u32>> {
    selections(&[OPEN; OPEN])
        .into_iter()
        .map(|pick| {
            let mut rank: Vec<u32> = pick
                .iter()
                .map(|rank| u32::try_from(*rank).unwrap() + 1)
                .collect();
            rank.resize(STATES, 0);
            rank
        })
        .collect()
}

/// Returns a claim of these values that is accepted, by some policy and ranks.
fn accepted(case: &Case, values: &[Value]) -> Option<ExactValues> {
    for (policy, _) in &case.by_policy {
        for rank in all_ranks() {
            let claim = ExactValues {
                values: values.to_vec(),
                policy: choices(&case.sample, policy),
                rank,
            };
            if check_exact(&case.sample.problem, &claim).is_ok() {
                return Some(claim);
            }
        }
    }
    None
}

#[test]
fn what_brute_force_finds_is_accepted() {
    for kind in [reach, until, discounted] {
        let mut infinite = 0;
        for case in cases(kind, 60) {
            infinite += usize::from(case.values.iter().any(Option::is_none));
            let claim = accepted(&case, &case.values);
            assert!(claim.is_some(), "{:?}\n{:?}", case.values, case.sample);
        }
        let sums = matches!(kind(&mut Random::new(1), 1), Objective::Until { .. });
        assert_eq!(infinite > 20, sums, "{infinite}");
    }
}

#[test]
fn nothing_else_is_accepted_with_any_policy_or_ranks() {
    for kind in [reach, until, discounted] {
        for case in cases(kind, 8) {
            for s in 0..STATES {
                let mut others = Vec::new();
                match &case.values[s] {
                    Some(value) => {
                        others.push(Some(value + &ratio(1, 97)));
                        others.push(Some(value - &ratio(1, 97)));
                        others.push(None);
                    }
                    None => others.push(Some(ratio(1000, 1))),
                }
                for other in others {
                    let mut values = case.values.clone();
                    values[s] = other;
                    let claim = accepted(&case, &values);
                    assert!(
                        claim.is_none(),
                        "{claim:?}\nwhere {:?} is true\n{:?}",
                        case.values,
                        case.sample
                    );
                }
            }
            // What keeps up by itself is no proof: every open state as good as the best, or as cheap as the cheapest.
            let open: Vec<Rational> = case.values[..OPEN].iter().flatten().cloned().collect();
            for level in [open.iter().max(), open.iter().min()].into_iter().flatten() {
                let mut values = case.values.clone();
                values[..OPEN].fill(Some(level.clone()));
                assert!(values == case.values || accepted(&case, &values).is_none());
            }
        }
    }
}

#[test]
fn rejections_say_why() {
    let stay = || Precise::new(vec![Rational::ONE]).unwrap();
    let mut builder = ModelBuilder::new("wait or go", vec!["wait".into(), "go".into()]);
    builder.add_state(vec![]);
    builder.add_choice(0, stay().into(), [0]).unwrap();
    builder
        .add_choice(
            1,
            Precise::new(vec![ratio(1, 3), ratio(2, 3)]).unwrap().into(),
            [1, 2],
        )
        .unwrap();
    for state in [1, 2] {
        builder.add_state(vec![]);
        builder.add_choice(0, stay().into(), [state]).unwrap();
    }
    let model = builder.start(vec![(0, Rational::ONE)]).finish().unwrap();
    let problem = Problem {
        model,
        objective: Objective::Reach {
            target: StateSet::from_flags(vec![false, true, false]),
            avoid: StateSet::from_flags(vec![false, false, true]),
        },
        complemented: false,
        agent: Direction::Maximize,
        nature: Direction::Minimize,
        stance: Stance::Pessimistic,
        settled: Settled::EachAction,
        precision: 1e-6,
        goal: String::new(),
    };
    let claim = |value: Rational, choice| ExactValues {
        values: vec![Some(value), Some(Rational::ONE), Some(Rational::ZERO)],
        policy: vec![choice, 2, 3],
        rank: vec![1, 0, 0],
    };
    assert_eq!(check_exact(&problem, &claim(ratio(1, 3), 1)), Ok(4));
    let rejected = |claim: ExactValues| check_exact(&problem, &claim).unwrap_err();
    assert!(matches!(
        rejected(claim(ratio(1, 3), 0)),
        Rejection::NoProgress { .. }
    ));
    assert!(matches!(
        rejected(claim(ratio(1, 2), 1)),
        Rejection::LowerInequality { .. }
    ));
    assert!(matches!(
        rejected(claim(ratio(1, 4), 1)),
        Rejection::UpperInequality { .. }
    ));
    assert!(matches!(
        rejected(claim(ratio(1, 3), 7)),
        Rejection::ForeignChoice { .. }
    ));
    let mut endless = claim(ratio(1, 3), 1);
    endless.values[2] = None;
    assert!(matches!(rejected(endless), Rejection::NotFinite { .. }));
    let mut lost = claim(ratio(1, 3), 1);
    lost.values[2] = Some(ratio(1, 9));
    assert!(matches!(rejected(lost), Rejection::Boundary { .. }));
    let mut short = claim(ratio(1, 3), 1);
    short.rank.pop();
    assert!(matches!(rejected(short), Rejection::Length { what: "rank", .. }));
}

#[test]
fn steps_are_counted_exactly() {
    for mode in MODES {
        for seed in 0..40 {
            let unbounded = sample(seed, mode, 5, reach);
            let Objective::Reach { target, avoid } = unbounded.problem.objective.clone() else {
                panic!("not a reach")
            };
            let mut values = vec![Rational::ZERO; STATES];
            values[TARGET] = Rational::ONE;
            for steps in 0..4 {
                let problem = Problem {
                    objective: Objective::BoundedReach {
                        target: target.clone(),
                        avoid: avoid.clone(),
                        steps,
                    },
                    ..unbounded.problem.clone()
                };
                assert_eq!(exact_steps(&problem, 1000), Ok(Some(values.clone())));
                let next = |s: usize| {
                    let worths = unbounded.options[s].iter();
                    let worths = worths.map(|option| nature_value(&unbounded, option, &values));
                    match mode.0 {
                        Direction::Maximize => worths.max().unwrap(),
                        Direction::Minimize => worths.min().unwrap(),
                    }
                };
                let open: Vec<Rational> = (0..OPEN).map(next).collect();
                values[..OPEN].clone_from_slice(&open);
                assert_eq!(exact_steps(&problem, 0).unwrap().is_none(), steps > 0);
            }
        }
    }
}
