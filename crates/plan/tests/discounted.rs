//! Discounted sums, against brute force.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_range_loop,
    reason = "a test may fail where it builds its cases"
)]

mod common;

use common::brute::{Question, values};
use common::{DIRECTIONS, Random, assert_value, discounted, random_table, ratio, solved, table};
use murphy_notation::Rational;
use murphy_plan::{Error, Settings, plan};
use murphy_problem::Direction::{Maximize, Minimize};

#[test]
fn random_models_agree_with_brute_force() {
    let mut random = Random(3);
    for round in 0..200 {
        let table = random_table(&mut random, 5, 2);
        let gain: Vec<Rational> = (0..32)
            .map(|_| Rational::new(i64::try_from(random.below(9)).unwrap() - 4, 2))
            .collect();
        let choices: usize = table.iter().map(Vec::len).sum();
        let discount = ["1/3", "9/10", "0"][round % 3];
        let question = Question::Discounted {
            discount: ratio(discount),
        };
        let truth = values(&table, &gain, &question, None);
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let problem = discounted(&table, &gain[..choices], discount, modes);
            assert_value(&problem, &solved(&problem), truth[index][0].as_ref().unwrap());
        }
    }
}

#[test]
fn a_loop_is_a_geometric_series() {
    let table = table(&[&["0"]]);
    let problem = discounted(&table, &[ratio("1")], "0.999", (Maximize, Minimize));
    assert_value(&problem, &solved(&problem), &ratio("1000"));
}

#[test]
fn a_discount_of_one_is_refused() {
    let table = table(&[&["0"]]);
    let problem = discounted(&table, &[ratio("1")], "1", (Minimize, Maximize));
    assert!(matches!(
        plan(&problem, &Settings::default()),
        Err(Error::Discount { .. })
    ));
}
