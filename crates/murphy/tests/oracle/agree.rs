//! Values, sets and policies against brute force.

use crate::brute::{Extended, at_most, values};
use crate::cases::{Kind, case, choice_numbers, solved, vectors};
use crate::models::{DIRECTIONS, Sample, problem};
use murphy::plan::possible_and_sure;
use murphy::prelude::*;
use murphy::problem::{Direction, Objective, StopReason};

/// Says whether a float is a lower (or upper) bound; infinity is one of infinity alone.
fn bounds(low: f64, value: &Extended, high: f64) -> bool {
    let below = match Rational::from_f64(low) {
        Some(low) => value.as_ref().is_none_or(|value| low <= *value),
        None => low == f64::NEG_INFINITY || value.is_none(),
    };
    let above = match Rational::from_f64(high) {
        Some(high) => value.as_ref().is_some_and(|value| *value <= high),
        None => high == f64::INFINITY,
    };
    below && above
}

fn agrees(kind: Kind, seeds: std::ops::Range<u64>) {
    let mut infinite = 0;
    for seed in seeds {
        let (sample, objective) = case(kind, seed);
        let truth = values(&sample, &objective, None);
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let (problem, plan) = solved(&sample, &objective, modes);
            let told = || {
                format!(
                    "{kind:?} {seed} {modes:?} {:?} {:?} {sample:?} {objective:?}",
                    truth[index], plan
                )
            };
            assert!(
                bounds(plan.bracket.lower, &truth[index][0], plan.bracket.upper),
                "{}",
                told()
            );
            assert!(plan.bracket.gap() <= problem.precision, "{}", told());
            assert_eq!(plan.stop, StopReason::Precise, "{}", told());
            infinite += u32::from(truth[index][0].is_none());
            let Some((lower, upper)) = vectors(&plan) else {
                continue;
            };
            for (state, value) in truth[index].iter().enumerate() {
                assert!(
                    bounds(lower[state], value, upper[state]),
                    "state {state} {}",
                    told()
                );
                assert_eq!(
                    value.is_none(),
                    lower[state] == f64::INFINITY,
                    "state {state} {}",
                    told()
                );
                if matches!(objective, Objective::Reach { .. }) {
                    let exactly = |number| *value == Some(number);
                    assert_eq!(
                        exactly(Rational::ZERO),
                        upper[state] == 0.0,
                        "state {state} {}",
                        told()
                    );
                    assert_eq!(
                        exactly(Rational::ONE),
                        lower[state] == 1.0,
                        "state {state} {}",
                        told()
                    );
                }
            }
            keeps_its_word(&sample, &objective, (&problem, &plan), index);
        }
    }
    assert_eq!(
        infinite > 0,
        matches!(kind, Kind::Until | Kind::Total),
        "{infinite} infinite"
    );
}

/// What is returned is worth what the bracket says, not only what it was computed with.
fn keeps_its_word(sample: &Sample, objective: &Objective, (problem, plan): (&Problem, &Plan), index: usize) {
    let (Some(policy), Some((lower, upper))) = (choice_numbers(problem, plan), vectors(plan)) else {
        return;
    };
    for (state, own) in values(sample, objective, Some(&policy))[index].iter().enumerate() {
        let holds = match problem.agent {
            Direction::Maximize => at_most(&Rational::from_f64(lower[state]), own),
            Direction::Minimize => at_most(own, &Rational::from_f64(upper[state])),
        };
        assert!(
            holds,
            "the policy in state {state}: {own:?} {plan:?} {sample:?} {objective:?}"
        );
    }
}

#[test]
fn reaching() {
    agrees(Kind::Reach, 0..300);
}

#[test]
fn reaching_and_avoiding() {
    agrees(Kind::ReachAvoid, 0..300);
}

#[test]
fn reaching_in_time() {
    agrees(Kind::BoundedReach, 0..300);
}

#[test]
fn sums_until_a_target() {
    agrees(Kind::Until, 0..300);
}

#[test]
fn sums_over_steps() {
    agrees(Kind::Horizon, 0..300);
}

#[test]
fn discounted_sums() {
    agrees(Kind::Discounted, 0..300);
}

#[test]
fn sums_for_ever() {
    agrees(Kind::Total, 0..150);
}

#[test]
fn long_run_means() {
    agrees(Kind::LongRun, 0..150);
}

/// The sets where the value is zero, and where it is one, are those of the values themselves.
#[test]
fn qualitative_sets() {
    for seed in 0..400 {
        let (sample, objective) = case(Kind::ReachAvoid, seed);
        let truth = values(&sample, &objective, None);
        let Objective::Reach { target, avoid } = &objective else {
            unreachable!()
        };
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let problem = problem(&sample, objective.clone(), modes);
            let (possible, sure) = possible_and_sure(&problem, target, avoid);
            for (state, value) in truth[index].iter().enumerate() {
                let value = value.as_ref().unwrap();
                assert_eq!(
                    value.is_positive(),
                    possible.flags()[state],
                    "{seed} {modes:?} state {state} {sample:?}"
                );
                assert_eq!(
                    *value == Rational::ONE,
                    sure.flags()[state],
                    "{seed} {modes:?} state {state} {sample:?}"
                );
            }
        }
    }
}
