//! Discounted sums, sums and probabilities over a number of steps.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

mod support;

use murphy_certify::{Checked, Rejection, Side, check};
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Objective, Policy, Problem, Proof};
use support::*;

fn signed(random: &mut Random, choices: usize) -> Vec<Rational> {
    (0..choices)
        .map(|_| ratio(i64::try_from(random.below(13)).unwrap() - 6, 3))
        .collect()
}

fn first_choice(sample: &Sample, s: usize) -> usize {
    sample.problem.model.choices(u32::try_from(s).unwrap()).start as usize
}

fn discounted_case(seed: u64, mode: (Direction, Direction)) -> (Sample, Vec<Rational>, Certificate) {
    let discount = ratio(3, 4);
    let weight = discount.clone();
    let sample = sample(seed, mode, 5, |random, n| Objective::Discounted {
        quantity: signed(random, n).into(),
        discount: weight,
    });
    let Objective::Discounted { quantity, .. } = &sample.problem.objective else {
        unreachable!()
    };
    let gain = |s: usize, i: usize| quantity[first_choice(&sample, s) + i].clone();
    let by_policy = values_by_policy(&sample, |rows| discounted_chain(rows, &discount, gain));
    let best = optimum(&sample, &by_policy);
    let (policy, _) = by_policy.iter().find(|(_, own)| *own == best).unwrap();
    let values: Vec<Rational> = best.into_iter().map(Option::unwrap).collect();
    let slack = ratio(1, 1 << 20);
    let lower = values.iter().map(|v| (v - &slack).floor_f64()).collect();
    let upper = values.iter().map(|v| (v + &slack).ceil_f64()).collect();
    let certificate = fixed_point(choices(&sample, policy), lower, upper, vec![0; STATES]);
    (sample, values, certificate)
}

fn encloses(checked: &Checked, truth: &Rational, width: &Rational) {
    let (lower, upper) = (
        checked.exact_lower.as_ref().unwrap(),
        checked.exact_upper.as_ref().unwrap(),
    );
    assert!(
        lower <= truth && truth <= upper && upper - lower <= *width,
        "{lower} {truth} {upper}"
    );
}

#[test]
fn shifted_discounted_values_are_accepted_and_mutations_are_not() {
    for (mode, seed) in MODES
        .into_iter()
        .flat_map(|mode| (0..40).map(move |seed| (mode, seed)))
    {
        let (sample, values, certificate) = discounted_case(seed, mode);
        let checked = check(&sample.problem, &certificate).unwrap();
        encloses(
            &checked,
            &(ratio(1, 3) * &values[0] + ratio(2, 3) * &values[1]),
            &ratio(1, 1 << 18),
        );
        for s in 0..STATES {
            let mut raised = certificate.clone();
            parts(&mut raised).1[s] += 1.0 / 16.0;
            let verdict = check(&sample.problem, &raised);
            assert!(
                matches!(verdict, Err(Rejection::LowerInequality { .. })),
                "{verdict:?}"
            );
            let mut lowered = certificate.clone();
            parts(&mut lowered).2[s] -= 1.0 / 16.0;
            let verdict = check(&sample.problem, &lowered);
            assert!(
                matches!(verdict, Err(Rejection::UpperInequality { .. })),
                "{verdict:?}"
            );
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                let mut broken = certificate.clone();
                parts(&mut broken).2[s] = bad;
                let Err(Rejection::NotFinite { place }) = check(&sample.problem, &broken) else {
                    panic!("{bad}")
                };
                assert_eq!((place.side, place.state as usize), (Side::Upper, s));
            }
        }
    }
}

/// Exact backward induction; the agent follows `policy` where it is given.
fn backward(sample: &Sample, steps: usize, policy: Option<&[Vec<u32>]>) -> Vec<Rational> {
    let end = |s: usize| match &sample.problem.objective {
        Objective::BoundedReach { .. } if s == TARGET => Rational::ONE,
        _ => Rational::ZERO,
    };
    let mut values: Vec<Rational> = (0..STATES).map(end).collect();
    for made in (0..steps).rev() {
        let worth = |s: usize, i: usize| {
            let later = nature_value(sample, &sample.options[s][i], &values);
            match &sample.problem.objective {
                Objective::Horizon { quantity, .. } => later + &quantity[first_choice(sample, s) + i],
                _ if s < OPEN => later,
                _ => end(s),
            }
        };
        values = (0..STATES)
            .map(|s| {
                let all = (0..sample.options[s].len()).map(|i| worth(s, i));
                match (policy, sample.problem.agent) {
                    (Some(policy), _) => worth(s, policy[made][s] as usize - first_choice(sample, s)),
                    (None, Direction::Maximize) => all.max().unwrap(),
                    (None, Direction::Minimize) => all.min().unwrap(),
                }
            })
            .collect();
    }
    values
}

#[test]
fn step_bounded_values_are_recomputed_for_the_policy_and_for_the_best_one() {
    let start = |values: &[Rational]| ratio(1, 3) * &values[0] + ratio(2, 3) * &values[1];
    let tiny = ratio(1, 1 << 45);
    for (mode, seed) in MODES
        .into_iter()
        .flat_map(|mode| (0..40).map(move |seed| (mode, seed)))
    {
        let steps = 6;
        let sample = sample(seed, mode, 5, |random, n| {
            if seed % 2 == 0 {
                Objective::Horizon {
                    quantity: signed(random, n).into(),
                    steps,
                }
            } else {
                Objective::BoundedReach {
                    target: flags(TARGET),
                    avoid: flags(AVOID),
                    steps,
                }
            }
        });
        let mut random = Random::new(seed);
        let mut row = || -> Vec<u32> {
            let pick =
                |range: std::ops::Range<u32>| range.start + u32::try_from(random.index(range.len())).unwrap();
            (0..u32::try_from(STATES).unwrap())
                .map(|s| sample.problem.model.choices(s))
                .map(pick)
                .collect()
        };
        let rows: Vec<Vec<u32>> = (0..steps).map(|_| row()).collect();
        let own = start(&backward(&sample, steps as usize, Some(&rows)));
        let best = start(&backward(&sample, steps as usize, None));
        let certificate = Certificate {
            policy: Policy::Stepwise(rows),
            proof: Proof::Backward,
        };
        let checked = check(&sample.problem, &certificate).unwrap();
        let (low, high) = if mode.0 == Direction::Maximize {
            (own, best)
        } else {
            (best, own)
        };
        let (lower, upper) = (
            checked.exact_lower.clone().unwrap(),
            checked.exact_upper.clone().unwrap(),
        );
        assert!(lower <= low && &low - &lower <= tiny, "{lower} {low}");
        assert!(high <= upper && &upper - &high <= tiny, "{upper} {high}");
        checked.proves(&checked.bracket).unwrap();
        let mut bold = checked.bracket;
        bold.lower += 1.0 / 16.0;
        let verdict = checked.proves(&bold);
        assert!(
            matches!(
                verdict,
                Err(Rejection::BracketNotProved {
                    side: Side::Lower,
                    ..
                })
            ),
            "{verdict:?}"
        );
    }
}

#[test]
fn long_horizons_stay_tight_and_tiny_probabilities_stay_positive() {
    let two = |p: Rational| vec![p.clone(), Rational::ONE - p];
    let set = |p: Rational| murphy_credal::CredalSet::from(murphy_credal::Precise::new(two(p)).unwrap());
    let one = || murphy_credal::CredalSet::from(murphy_credal::Precise::new(vec![Rational::ONE]).unwrap());
    let tiny: Rational = "1e-90".parse().unwrap();
    for (p, steps) in [(ratio(1, 3), 3), (tiny.clone(), 2000)] {
        let mut builder = murphy_world::ModelBuilder::new("chain", vec!["go".into()]);
        for s in 0..2 {
            builder.add_state(vec![]);
            let (set, targets) = if s == 0 {
                (set(p.clone()), vec![1, 0])
            } else {
                (one(), vec![1])
            };
            builder.add_choice(0, set, targets).unwrap();
        }
        let model = builder.start(vec![(0, Rational::ONE)]).finish().unwrap();
        let flags = |s: usize| murphy_world::StateSet::from_flags((0..2).map(|t| t == s).collect());
        let objective = Objective::BoundedReach {
            target: flags(1),
            avoid: murphy_world::StateSet::none(2),
            steps,
        };
        let problem = Problem {
            model,
            objective,
            ..sample(0, MODES[0], 4, reach).problem
        };
        let certificate = Certificate {
            policy: Policy::Memoryless(vec![0, 1]),
            proof: Proof::Backward,
        };
        let checked = check(&problem, &certificate).unwrap();
        let (lower, upper) = (
            checked.exact_lower.clone().unwrap(),
            checked.exact_upper.clone().unwrap(),
        );
        assert!(lower.is_positive() && (&upper - &lower) / lower < ratio(1, 1 << 40));
        if steps == 3 {
            encloses(&checked, &ratio(19, 27), &ratio(1, 1 << 50));
        }
    }
}

#[test]
fn steps_beyond_all_bounds_are_refused() {
    let sample = sample(0, MODES[0], 4, |_, n| Objective::Horizon {
        quantity: vec![Rational::ONE; n].into(),
        steps: u32::MAX,
    });
    let certificate = Certificate {
        policy: Policy::Memoryless(choices(&sample, &[0; STATES])),
        proof: Proof::Backward,
    };
    let verdict = check(&sample.problem, &certificate);
    assert!(matches!(verdict, Err(Rejection::TooLarge { .. })), "{verdict:?}");
}
