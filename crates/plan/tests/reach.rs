//! Reaching, against brute force and on models whose values are known.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_range_loop,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

mod common;

use common::brute::{Question, values};
use common::{
    DIRECTIONS, Random, Table, assert_value, branches, choice_numbers, random_table, ratio, reach, solved,
    table,
};
use murphy_notation::Rational;
use murphy_problem::{Direction::Maximize, Direction::Minimize, Policy, Proof, StopReason};

#[test]
fn random_models_agree_with_brute_force() {
    let mut random = Random(1);
    let none = [Rational::ZERO; 32];
    for round in 0..600 {
        let count = 5;
        let table = random_table(&mut random, count, 2);
        let target = [false, false, false, false, true];
        let avoid = [false, false, round % 4 == 3, false, false];
        let lost: &[u32] = if round % 4 == 3 { &[2] } else { &[] };
        let question = Question::Reach {
            target: &target,
            avoid: &avoid,
        };
        let truth = values(&table, &none, &question, None);
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let problem = reach(&table, &[4], lost, modes);
            let plan = solved(&problem);
            let Proof::FixedPoint { lower, upper, .. } = &plan.certificate.proof else {
                panic!("no vectors")
            };
            for (state, value) in truth[index].iter().enumerate() {
                let value = value.as_ref().unwrap();
                let (low, high) = (lower[state], upper[state]);
                assert!(
                    Rational::from_f64(low).unwrap() <= *value && *value <= Rational::from_f64(high).unwrap()
                );
                assert_eq!(value.is_zero(), high == 0.0, "{table:?} {modes:?} state {state}");
                assert_eq!(
                    *value == Rational::ONE,
                    low == 1.0,
                    "{table:?} {modes:?} state {state}"
                );
            }
            assert_value(&problem, &plan, truth[index][0].as_ref().unwrap());
            // What is returned is worth what the bracket says, not only what it was computed with.
            let alone = values(&table, &none, &question, Some(&choice_numbers(&problem, &plan)));
            for (state, own) in alone[index].iter().enumerate() {
                let own = own.as_ref().unwrap();
                match modes.0 {
                    Maximize => assert!(*own >= Rational::from_f64(lower[state]).unwrap()),
                    Minimize => assert!(*own <= Rational::from_f64(upper[state]).unwrap()),
                }
            }
        }
    }
}

/// Asserts the value of state 0 in a mode.
fn known(
    table: &Table,
    target: u32,
    modes: (murphy_problem::Direction, murphy_problem::Direction),
    value: &str,
) {
    let problem = reach(table, &[target], &[], modes);
    assert_value(&problem, &solved(&problem), &ratio(value));
}

#[test]
fn zero_lower_bounds_are_closed() {
    let table = table(&[&["1 0 0.5, 0 0.5 1"], &["1"], &["2"]]);
    known(&table, 1, (Maximize, Minimize), "0");
    known(&table, 1, (Maximize, Maximize), "1");
    known(
        &common::table(&[&["1 0 1, 0 0 1"], &["1"]]),
        1,
        (Maximize, Minimize),
        "0",
    );
}

#[test]
fn an_end_component_does_not_hold_the_upper_side_up() {
    let table = table(&[
        &["1 0.3 0.7, 0 0.3 0.7"],
        &["0", "2 0.1 0.3, 3 0.7 0.9"],
        &["2"],
        &["3"],
    ]);
    for (modes, value) in DIRECTIONS.into_iter().zip(["1/10", "3/10", "0", "0"]) {
        known(&table, 2, modes, value);
    }
}

#[test]
fn a_policy_makes_progress_where_values_tie() {
    // Cycling in state 1 looks as good as going on for as long as one looks one step ahead.
    let table = table(&[
        &["1"],
        &["1", "2"],
        &["3 1/3 1/2, 4 1/2 2/3", "4"],
        &["3"],
        &["4"],
    ]);
    known(&table, 3, (Maximize, Minimize), "1/3");
    let plan = solved(&reach(&table, &[3], &[], (Maximize, Minimize)));
    let Policy::Memoryless(policy) = plan.policy else {
        panic!("not memoryless")
    };
    assert_eq!((policy[1], policy[2]), (2, 3));
}

#[test]
fn one_who_minimises_does_not_trust_a_tie() {
    // Policy iteration on the side of the minimiser stays at 1/2 here: Nature in state 1 must not be believed to go round for ever.
    let table = table(&[
        &["1", "4 1/2, 3 1/2"],
        &["0 0 1, 2 0 1"],
        &["4 0.3, 3 0.7"],
        &["3"],
        &["4"],
    ]);
    known(&table, 4, (Minimize, Maximize), "3/10");
}

#[test]
fn ten_tenths_are_one() {
    let mut first: Vec<String> = (1..=10).map(|i| format!("{i} 0 0.1")).collect();
    first.push("11 0 1".into());
    let mut states = vec![vec![branches(&first.join(", "))]];
    states.extend((1..=10).map(|_| vec![branches("12")]));
    states.push(vec![branches("11")]);
    states.push(vec![branches("12")]);
    known(&states, 12, (Maximize, Maximize), "1");
    known(&states, 12, (Maximize, Minimize), "0");
}

#[test]
fn tiny_products_keep_their_figures() {
    let mut states: Table = (0..30)
        .map(|i| vec![branches(&format!("{} 0.001 0.002, 31 0.998 0.999", i + 1))])
        .collect();
    states.extend([vec![branches("30")], vec![branches("31")]]);
    for (nature, value) in [(Minimize, 1e-90), (Maximize, 1.073_741_824e-81)] {
        let plan = solved(&reach(&states, &[30], &[], (Maximize, nature)));
        assert!(plan.bracket.gap() <= 1e-12 * value, "{:?}", plan.bracket);
        assert!(plan.bracket.lower <= value && value <= plan.bracket.upper);
    }
}

#[test]
fn slow_loops_are_solved() {
    // Three in ten million leave, a third to half of which get there: plain iteration would need fifty million sweeps.
    let table = table(&[&["0 0.9999997, 1 1e-7 1.5e-7, 2 1.5e-7 2e-7"], &["1"], &["2"]]);
    for (nature, value) in [(Minimize, "1/3"), (Maximize, "1/2")] {
        let problem = reach(&table, &[1], &[], (Maximize, nature)).with_precision(1e-6);
        assert_value(&problem, &solved(&problem), &ratio(value));
    }
}

#[test]
fn what_rounding_forbids_is_not_tried_for_ever() {
    let table = table(&[&["0 0.9999997, 1 1e-7 1.5e-7, 2 1.5e-7 2e-7"], &["1"], &["2"]]);
    let plan = solved(&reach(&table, &[1], &[], (Maximize, Minimize)).with_precision(1e-12));
    assert_eq!(plan.stop, StopReason::Stalled);
    assert!(
        plan.sweeps < 10_000 && plan.bracket.gap() < 1e-7,
        "{} {:?}",
        plan.sweeps,
        plan.bracket
    );
}

#[test]
fn slow_loops_under_choice_are_solved() {
    // As above, but the agent may also step aside, from where it falls back, at 1e-7 a try to the goal and Nature's pleasure.
    let table = table(&[
        &["0 0.9999997, 3 1e-7 1.5e-7, 4 1.5e-7 2e-7", "1"],
        &["0 0.5 1, 2 0 0.5", "0"],
        &["0 0.4, 1 0.5999999, 3 1e-7"],
        &["3"],
        &["4"],
    ]);
    for (modes, value) in DIRECTIONS.into_iter().zip(["1/3", "1", "0", "0"]) {
        let problem = reach(&table, &[3], &[], modes).with_precision(1e-6);
        let plan = solved(&problem);
        if modes.0 == Maximize {
            assert_value(&problem, &plan, &ratio(value));
        } else {
            assert!(
                plan.bracket.gap() <= problem.precision,
                "{modes:?} {:?}",
                plan.bracket
            );
        }
    }
}

#[test]
fn a_ladder_of_halves_is_climbed() {
    // Haddad and Monmege's example: up with a half, else back to the bottom; a step from the top decides by a fair coin. Iteration that stops
    // when values hardly move stops near zero.
    let count = 20;
    let mut states: Table = (0..count)
        .map(|i| vec![branches(&format!("{} 0.5, 0 0.5", i + 1))])
        .collect();
    states.push(vec![branches(&format!("{} 0.5, {} 0.5", count + 1, count + 2))]);
    states.push(vec![branches(&format!("{}", count + 1))]);
    states.push(vec![branches(&format!("{}", count + 2))]);
    for modes in DIRECTIONS {
        known(&states, count + 1, modes, "1/2");
    }
}
