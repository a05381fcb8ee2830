//! Sums until a target, against brute force and on models whose values are known.
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
    DIRECTIONS, Random, Table, assert_value, choice_numbers, random_table, ratio, solved, table, until,
};
use murphy_notation::Rational;
use murphy_plan::{Error, Settings, plan};
use murphy_problem::{Direction, Direction::Maximize, Direction::Minimize, Proof};

fn numbers(list: &[&str]) -> Vec<Rational> {
    list.iter().map(|text| ratio(text)).collect()
}

#[test]
fn random_models_agree_with_brute_force() {
    let mut random = Random(2);
    let (mut finite, mut infinite) = (0, 0);
    for _ in 0..400 {
        let mut table = random_table(&mut random, 5, 2);
        // Otherwise few models have a finite value.
        if random.below(2) == 0 {
            table[3] = vec![common::branches("4")];
        }
        let gain: Vec<Rational> = (0..32)
            .map(|_| Rational::from(i64::try_from(random.below(5).saturating_sub(1)).unwrap()))
            .collect();
        let choices: usize = table.iter().map(Vec::len).sum();
        let target = [false, false, false, false, true];
        let question = Question::Until { target: &target };
        let truth = values(&table, &gain, &question, None);
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let problem = until(&table, &gain[..choices], &[4], modes);
            let plan = solved(&problem);
            let Proof::FixedPoint { lower, upper, .. } = &plan.certificate.proof else {
                panic!("no vectors")
            };
            for (state, value) in truth[index].iter().enumerate() {
                let (low, high) = (Rational::from_f64(lower[state]), Rational::from_f64(upper[state]));
                match value {
                    None => assert!(low.is_none() && high.is_none(), "{table:?} {modes:?} {state}"),
                    Some(value) => assert!(low.unwrap() <= *value && *value <= high.unwrap()),
                }
            }
            match &truth[index][0] {
                Some(value) => {
                    finite += 1;
                    assert_value(&problem, &plan, value);
                }
                None => {
                    infinite += 1;
                    assert_eq!(
                        (plan.bracket.lower, plan.bracket.upper),
                        (f64::INFINITY, f64::INFINITY)
                    );
                }
            }
            let alone = values(&table, &gain, &question, Some(&choice_numbers(&problem, &plan)));
            for (state, own) in alone[index].iter().enumerate() {
                let (low, high) = (Rational::from_f64(lower[state]), Rational::from_f64(upper[state]));
                match modes.0 {
                    Maximize => {
                        assert!(low.is_some_and(|low| own.is_none() || own >= &Some(low)) || own.is_none())
                    }
                    Minimize => assert!(high.is_none_or(|high| own.as_ref().is_some_and(|own| *own <= high))),
                }
            }
        }
    }
    assert!(
        finite > 400 && infinite > 200,
        "{finite} finite, {infinite} infinite"
    );
}

/// Asserts the value of state 0 in a mode.
fn known(table: &Table, gain: &[&str], target: u32, modes: (Direction, Direction), value: &str) {
    let problem = until(table, &numbers(gain), &[target], modes);
    assert_value(&problem, &solved(&problem), &ratio(value));
}

#[test]
fn waiting_for_free_is_no_way_out() {
    // Staying costs nothing, and never gets there.
    let table = table(&[&["0", "1 0.4 0.6, 2 0.4 0.6"], &["1"], &["1"]]);
    let gain = ["0", "1", "0", "3"];
    known(&table, &gain, 1, (Minimize, Minimize), "11/5");
    known(&table, &gain, 1, (Minimize, Maximize), "14/5");
    for nature in [Minimize, Maximize] {
        let plan = solved(&until(&table, &numbers(&gain), &[1], (Maximize, nature)));
        assert_eq!(plan.bracket.lower, f64::INFINITY);
    }
}

#[test]
fn nature_may_keep_the_target_away_for_ever() {
    let table = table(&[&["1 0 0.5, 0 0.5 1"], &["1"], &["2"]]);
    known(&table, &["1", "0", "0"], 1, (Maximize, Minimize), "2");
    let plan = solved(&until(
        &table,
        &numbers(&["1", "0", "0"]),
        &[1],
        (Minimize, Maximize),
    ));
    assert_eq!(
        (plan.bracket.lower, plan.bracket.upper),
        (f64::INFINITY, f64::INFINITY)
    );
}

#[test]
fn nature_does_not_wait_either() {
    // Nature minimises and could go round between 0 and 1 for nothing; she has to pay 2 by way of state 2, not 5 by way of 3.
    let table = table(&[&["1 0 1, 3 0 1"], &["0 0 1, 2 0 1"], &["4"], &["4"], &["4"]]);
    for agent in [Minimize, Maximize] {
        known(&table, &["0", "0", "2", "5", "0"], 4, (agent, Minimize), "2");
    }
}

#[test]
fn a_negative_quantity_is_refused() {
    let table = table(&[&["1"], &["1"]]);
    let problem = until(&table, &numbers(&["-1", "0"]), &[1], (Minimize, Maximize));
    let refusal = plan(&problem, &Settings::default());
    assert!(
        matches!(refusal, Err(Error::NegativeQuantity { choice: 0, .. })),
        "{refusal:?}"
    );
}

#[test]
fn slow_loops_are_summed() {
    let table = table(&[&["0 0.9999998 0.9999999, 1 1e-7 2e-7"], &["1"]]);
    for (nature, value) in [(Minimize, 5e6), (Maximize, 1e7)] {
        let plan = solved(&until(&table, &numbers(&["1", "0"]), &[1], (Minimize, nature)));
        assert!(plan.bracket.lower <= value && value <= plan.bracket.upper);
        assert!(
            plan.bracket.gap() <= 1e-7 * value,
            "{:?} {:?}",
            plan.bracket,
            plan.stop
        );
    }
}

#[test]
fn a_ladder_of_halves_takes_long() {
    // 2 (2^n - 1) steps to climb n rungs.
    let count = 20;
    let mut states: Table = (0..count)
        .map(|i| vec![common::branches(&format!("{} 0.5, 0 0.5", i + 1))])
        .collect();
    states.push(vec![common::branches(&format!("{count}"))]);
    let gain = vec![Rational::ONE; states.len()];
    let value = 2_097_150.0f64;
    for modes in DIRECTIONS {
        let plan = solved(&until(&states, &gain, &[count], modes));
        assert!(
            plan.bracket.lower <= value && value <= plan.bracket.upper,
            "{:?}",
            plan.bracket
        );
        assert!(
            plan.bracket.gap() <= 1e-7 * value,
            "{:?} {:?}",
            plan.bracket,
            plan.stop
        );
    }
}
