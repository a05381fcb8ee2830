//! What is false is rejected, and for its reason.

use crate::brute::{Extended, at_most, values};
use crate::cases::{Kind, case, choice_numbers, solved, vectors};
use crate::models::{DIRECTIONS, Sample};
use murphy::certify::{Place, Rejection, Side};
use murphy::prelude::*;
use murphy::problem::{Direction, Objective, Proof};

const FIXED_POINTS: [Kind; 6] = [
    Kind::Reach,
    Kind::ReachAvoid,
    Kind::Until,
    Kind::Discounted,
    Kind::Total,
    Kind::LongRun,
];

/// Returns the certificate with one entry of one vector replaced.
fn with(certificate: &Certificate, side: Side, state: usize, value: f64) -> Certificate {
    let mut changed = certificate.clone();
    if let Proof::FixedPoint { lower, upper, .. } | Proof::LongRun { lower, upper, .. } = &mut changed.proof {
        match side {
            Side::Lower => lower[state] = value,
            Side::Upper => upper[state] = value,
        }
    }
    changed
}

/// Returns the side that a rejection speaks of, if it is about the numbers of a state.
fn side_of(rejection: &Rejection) -> Option<Side> {
    let place: &Place = match rejection {
        Rejection::Boundary { place, .. }
        | Rejection::NotFinite { place }
        | Rejection::LowerInequality { place, .. }
        | Rejection::NoProgress { place, .. }
        | Rejection::UpperInequality { place, .. }
        | Rejection::NotStrict { place, .. }
        | Rejection::InfiniteClaimed { place }
        | Rejection::EndlessClaimed { place }
        | Rejection::Bias { place, .. }
        | Rejection::ReachesInfinite { place } => place,
        _ => return None,
    };
    Some(place.side)
}

#[test]
fn one_sixteenth_too_much_is_rejected_in_every_state() {
    for kind in FIXED_POINTS {
        for seed in 0..30 {
            let (sample, objective) = case(kind, seed);
            let truth = values(&sample, &objective, None);
            for (index, modes) in DIRECTIONS.into_iter().enumerate() {
                let (problem, plan) = solved(&sample, &objective, modes);
                for (state, value) in truth[index].iter().enumerate() {
                    for (side, claim) in false_claims(value) {
                        let changed = with(&plan.certificate, side, state, claim);
                        let told = || {
                            format!("{kind:?} {seed} {modes:?} state {state}: {claim} instead of {value:?}")
                        };
                        let rejection = check(&problem, &changed).expect_err(&told());
                        assert_eq!(side_of(&rejection), Some(side), "{}: {rejection}", told());
                    }
                }
            }
        }
    }
}

fn false_claims(value: &Extended) -> Vec<(Side, f64)> {
    let Some(value) = value else {
        return vec![(Side::Upper, 1e6)];
    };
    let sixteenth = Rational::new(1, 16);
    vec![
        (Side::Lower, (value + &sixteenth).ceil_f64()),
        (Side::Lower, f64::INFINITY),
        (Side::Upper, (value - &sixteenth).floor_f64()),
    ]
}

/// Says whether a certificate claims nothing false of the side that a policy guarantees.
fn is_true(sample: &Sample, objective: &Objective, policy: &[usize], index: usize, plan: &Plan) -> bool {
    let (lower, upper) = vectors(plan).unwrap();
    let own = &values(sample, objective, Some(policy))[index];
    own.iter()
        .enumerate()
        .all(|(state, own)| match DIRECTIONS[index].0 {
            Direction::Maximize => at_most(&Rational::from_f64(lower[state]), own),
            Direction::Minimize => at_most(own, &Rational::from_f64(upper[state])),
        })
}

#[test]
fn a_policy_that_is_not_worth_it_is_rejected() {
    let mut rejected = 0;
    for kind in FIXED_POINTS {
        for seed in 0..30 {
            let (sample, objective) = case(kind, seed);
            for (index, modes) in DIRECTIONS.into_iter().enumerate() {
                let (problem, plan) = solved(&sample, &objective, modes);
                let numbers = choice_numbers(&problem, &plan).unwrap();
                for (state, ways) in sample.iter().enumerate() {
                    for other in (0..ways.len()).filter(|other| *other != numbers[state]) {
                        let mut policy = numbers.clone();
                        policy[state] = other;
                        if is_true(&sample, &objective, &policy, index, &plan) {
                            continue;
                        }
                        let mut changed = plan.certificate.clone();
                        let at = u32::try_from(state).unwrap();
                        let choice = problem.model.choices(at).start + u32::try_from(other).unwrap();
                        let Policy::Memoryless(row) = &mut changed.policy else {
                            unreachable!()
                        };
                        row[state] = choice;
                        let rejection = check(&problem, &changed).expect_err("a false claim");
                        let guaranteed = if modes.0 == Direction::Maximize {
                            Side::Lower
                        } else {
                            Side::Upper
                        };
                        assert_eq!(side_of(&rejection), Some(guaranteed), "{rejection}");
                        rejected += 1;
                    }
                }
            }
        }
    }
    assert!(rejected > 150, "{rejected}");
}

#[test]
fn a_certificate_of_another_question_is_rejected_where_it_lies() {
    let mut rejected = 0;
    for kind in FIXED_POINTS {
        for seed in 0..30 {
            let (sample, objective) = case(kind, seed);
            let truth = values(&sample, &objective, None);
            for modes in DIRECTIONS {
                let (mut problem, plan) = solved(&sample, &objective, modes);
                let (lower, upper) = vectors(&plan).unwrap();
                for (index, others) in DIRECTIONS.into_iter().enumerate() {
                    let lies = truth[index].iter().enumerate().any(|(state, value)| {
                        !at_most(&Rational::from_f64(lower[state]), value)
                            || !at_most(value, &Rational::from_f64(upper[state]))
                    });
                    if lies {
                        (problem.agent, problem.nature) = others;
                        let rejection = check(&problem, &plan.certificate).expect_err("a false claim");
                        assert!(side_of(&rejection).is_some(), "{rejection}");
                        rejected += 1;
                    }
                }
            }
        }
    }
    assert!(rejected > 150, "{rejected}");
}
