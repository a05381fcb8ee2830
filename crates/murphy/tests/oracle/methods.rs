//! Every method is a second opinion on the others.

use crate::brute::values;
use crate::cases::{Kind, case};
use crate::models::{DIRECTIONS, problem};
use murphy::plan::Method;
use murphy::prelude::*;
use murphy::problem::StopReason;

const METHODS: [Method; 4] = [
    Method::Auto,
    Method::ValueIteration,
    Method::PolicyIteration,
    Method::LinearProgram,
];

/// Plans by a method and checks the certificate.
fn by(method: Method, problem: &Problem) -> Plan {
    let settings = Settings {
        method,
        ..Settings::default()
    };
    let found = plan(problem, &settings).unwrap();
    let checked =
        check(problem, &found.certificate).unwrap_or_else(|rejection| panic!("{method:?}: {rejection}"));
    checked.proves(&found.bracket).unwrap();
    found
}

#[test]
fn all_methods_agree_with_brute_force() {
    for kind in [
        Kind::Reach,
        Kind::ReachAvoid,
        Kind::Until,
        Kind::Discounted,
        Kind::Total,
        Kind::LongRun,
    ] {
        let (mut wide, mut all) = ([0; 4], 0);
        for seed in 2000..2030 {
            let (sample, objective) = case(kind, seed);
            let truth = values(&sample, &objective, None);
            for (index, modes) in DIRECTIONS.into_iter().enumerate() {
                let problem = problem(&sample, objective.clone(), modes);
                all += 1;
                for (count, method) in wide.iter_mut().zip(METHODS) {
                    let found = by(method, &problem);
                    let (low, high) = (found.bracket.lower, found.bracket.upper);
                    let told = format!(
                        "{kind:?} {seed} {modes:?} {method:?} [{low}, {high}] {:?}",
                        truth[index][0]
                    );
                    match &truth[index][0] {
                        Some(value) => {
                            assert!(Rational::from_f64(low).is_some_and(|low| low <= *value), "{told}");
                            assert!(
                                Rational::from_f64(high).is_none_or(|high| high >= *value),
                                "{told}"
                            );
                        }
                        None => assert_eq!(high, f64::INFINITY, "{told}"),
                    }
                    // Sweeps alone may be slow where Nature can only leave to several states at once; the others make up for it.
                    if found.stop != StopReason::Precise && method != Method::ValueIteration {
                        *count += 1;
                        eprintln!("{told}");
                    }
                }
            }
        }
        assert_eq!(wide, [0; 4], "of {all}, {kind:?}");
    }
}

/// Solves the four directions of a case by a method, and says which of them are not narrow.
fn wide(kind: Kind, seed: u64, method: Method) -> Vec<String> {
    let (sample, objective) = case(kind, seed);
    let truth = values(&sample, &objective, None);
    let mut wide = Vec::new();
    for (index, modes) in DIRECTIONS.into_iter().enumerate() {
        let problem = problem(&sample, objective.clone(), modes);
        let found = by(method, &problem);
        let told = format!("{kind:?} {seed} {modes:?} {method:?} {:?}", found.bracket);
        if let Some(value) = &truth[index][0] {
            let within = Rational::from_f64(found.bracket.lower).is_some_and(|low| low <= *value)
                && Rational::from_f64(found.bracket.upper).is_none_or(|high| high >= *value);
            assert!(within, "{told} {value}");
        }
        if found.stop != StopReason::Precise {
            wide.push(told);
        }
    }
    wide
}

#[test]
fn held_plays_are_led_out_to_states_that_only_come_together() {
    let cases = [
        (Kind::ReachAvoid, 2085),
        (Kind::ReachAvoid, 2209),
        (Kind::ReachAvoid, 2397),
        (Kind::Until, 2025),
        (Kind::Until, 2143),
    ];
    let found: Vec<String> = cases
        .into_iter()
        .flat_map(|(kind, seed)| wide(kind, seed, Method::ValueIteration))
        .collect();
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn sums_without_a_bound_from_above_come_to_an_end() {
    assert_eq!(wide(Kind::Until, 2345, Method::Auto), Vec::<String>::new());
}

#[test]
fn linear_programs_find_their_way_out_of_ties() {
    for seed in [2003, 2018, 2097, 2297] {
        assert_eq!(
            wide(Kind::LongRun, seed, Method::LinearProgram),
            Vec::<String>::new()
        );
    }
}
