//! What must not matter, what must only help, and models that are large or slow.
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
    Branches, DIRECTIONS, Random, Table, check, discounted, model_from, problem, random_table, ratio, reach,
    solved, states, until,
};
use murphy_credal::{CredalSet, L1Ball, Precise, Vertices};
use murphy_notation::Rational;
use murphy_plan::{Progress, Settings, plan};
use murphy_problem::{
    Direction, Direction::Maximize, Direction::Minimize, Objective, Problem, Proof, StopReason,
};
use murphy_world::{Model, ModelBuilder};
use std::sync::Mutex;

/// Returns a table in which every state can go to a few others near it, and some to the end.
fn wide_table(random: &mut Random, count: u32, reach: u64) -> Table {
    let mut table: Table = (0..count - 2)
        .map(|state| {
            let mut choice = || -> Branches {
                let mut targets: Vec<u32> = (0..4)
                    .map(|_| {
                        let step = u32::try_from(random.below(2 * reach)).unwrap();
                        (state + step)
                            .saturating_sub(u32::try_from(reach).unwrap())
                            .min(count - 3)
                    })
                    .collect();
                if random.below(4) == 0 {
                    targets.push(count - 1 - u32::try_from(random.below(2)).unwrap());
                }
                targets.sort_unstable();
                targets.dedup();
                let even = Rational::new(1, i64::try_from(targets.len()).unwrap());
                let low = if random.below(2) == 0 {
                    ratio("0")
                } else {
                    &even / &ratio("2")
                };
                let high = (&even * &ratio("3/2")).min(Rational::ONE).max(even);
                targets
                    .into_iter()
                    .map(|target| (target, low.clone(), high.clone()))
                    .collect()
            };
            vec![choice(), choice(), choice()]
        })
        .collect();
    for absorbing in [count - 2, count - 1] {
        table.push(vec![vec![(absorbing, Rational::ONE, Rational::ONE)]]);
    }
    table
}

fn problems(table: &Table, modes: (Direction, Direction)) -> Vec<Problem> {
    let last = u32::try_from(table.len()).unwrap() - 1;
    let choices: i64 = table
        .iter()
        .map(|choices| i64::try_from(choices.len()).unwrap())
        .sum();
    let gain: Vec<Rational> = (0..choices).map(|choice| Rational::from(choice % 3)).collect();
    vec![
        reach(table, &[last], &[], modes),
        until(table, &gain, &[last - 1, last], modes),
        discounted(table, &gain, "0.95", modes),
    ]
}

#[test]
fn large_models_are_solved() {
    let table = wide_table(&mut Random(5), 600, 30);
    for modes in DIRECTIONS {
        for problem in problems(&table, modes) {
            let problem = problem.with_precision(1e-6);
            let plan = plan(&problem, &Settings::default()).unwrap();
            assert!(
                plan.stop == StopReason::Precise && plan.bracket.gap() <= problem.precision,
                "{modes:?} {:?} {:?} {}",
                plan.bracket,
                plan.stop,
                plan.sweeps
            );
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    // Large enough to be swept in blocks, and precise only so far.
    let table = wide_table(&mut Random(6), (1 << 16) + 500, 2000);
    let problem = reach(&table, &[65_535 + 500], &[], (Maximize, Minimize)).with_precision(1e-2);
    let mut answers = (1..=3).map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let plan = pool.install(|| plan(&problem, &Settings::default())).unwrap();
        plan.certificate.to_bytes()
    });
    let first = answers.next().unwrap();
    assert!(answers.all(|bytes| bytes == first));
}

/// Asserts that brackets of two values that must be ordered are.
fn assert_below(low: &Problem, high: &Problem) {
    let (low, high) = (solved(low).bracket, solved(high).bracket);
    assert!(low.lower <= high.upper, "{low:?} {high:?}");
}

#[test]
fn more_freedom_helps_whoever_has_it() {
    let mut random = Random(7);
    for _ in 0..40 {
        let table = random_table(&mut random, 8, 2);
        let half = ratio("1/2");
        let wider: Table = table
            .iter()
            .map(|choices| {
                let widen = |choice: &Branches| {
                    choice
                        .iter()
                        .map(|(to, l, u)| (*to, l * &half, (u + &half).min(Rational::ONE)))
                        .collect()
                };
                choices.iter().map(widen).collect()
            })
            .collect();
        for agent in [Maximize, Minimize] {
            let pairs = problems(&table, (agent, Minimize))
                .into_iter()
                .zip(problems(&wider, (agent, Minimize)));
            pairs.for_each(|(tight, wide)| assert_below(&wide, &tight));
            let pairs = problems(&table, (agent, Maximize))
                .into_iter()
                .zip(problems(&wider, (agent, Maximize)));
            pairs.for_each(|(tight, wide)| assert_below(&tight, &wide));
        }
    }
}

#[test]
fn the_order_of_states_does_not_matter() {
    let mut random = Random(8);
    for _ in 0..40 {
        let count = 8u32;
        let table = random_table(&mut random, count, 2);
        let renamed = |state: u32| (state * 3 + 5) % count;
        let mut mixed: Table = vec![Vec::new(); 8];
        for (state, choices) in (0..count).zip(&table) {
            let rename = |choice: &Branches| {
                choice
                    .iter()
                    .rev()
                    .map(|(to, l, u)| (renamed(*to), l.clone(), u.clone()))
                    .collect()
            };
            mixed[renamed(state) as usize] = choices.iter().rev().map(rename).collect();
        }
        for modes in DIRECTIONS {
            let objective = Objective::Reach {
                target: states(8, &[renamed(7)]),
                avoid: states(8, &[renamed(2)]),
            };
            let one = solved(&reach(&table, &[7], &[2], modes)).bracket;
            let other = solved(&problem(model_from(&mixed, renamed(0)), objective, modes)).bracket;
            assert!(
                one.lower <= other.upper && other.lower <= one.upper,
                "{one:?} {other:?}"
            );
        }
    }
}

/// Returns a random choice that mostly goes to one state and to two others with chances of up to one in a hundred.
fn slow_branches(random: &mut Random, count: u64) -> Branches {
    let mut targets: Vec<u32> = (0..3)
        .map(|_| u32::try_from(random.below(count)).unwrap())
        .collect();
    targets.dedup();
    if targets.first() == targets.last() {
        targets.truncate(1);
    }
    let rare = ["0", "1e-3", "5e-3", "1e-2"];
    let mut choice = vec![(targets[0], ratio("0.9"), Rational::ONE)];
    for target in &targets[1..] {
        let low = usize::try_from(random.below(3)).unwrap();
        choice.push((*target, ratio(rare[low]), ratio(rare[low.max(1)])));
    }
    choice
}

#[test]
fn slow_random_models_agree_with_brute_force() {
    let mut random = Random(9);
    let mut wide = 0;
    for _ in 0..120 {
        let mut table: Table = (0..3)
            .map(|_| {
                (0..=random.below(2))
                    .map(|_| slow_branches(&mut random, 5))
                    .collect()
            })
            .collect();
        table.push(vec![vec![(3, Rational::ONE, Rational::ONE)]]);
        table.push(vec![vec![(4, Rational::ONE, Rational::ONE)]]);
        let none = [Rational::ZERO; 16];
        let question = Question::Reach {
            target: &[false, false, false, false, true],
            avoid: &[false; 5],
        };
        let truth = values(&table, &none, &question, None);
        for (index, modes) in DIRECTIONS.into_iter().enumerate() {
            let problem = reach(&table, &[4], &[], modes).with_precision(1e-6);
            let plan = solved(&problem);
            let value = truth[index][0].as_ref().unwrap();
            let low = Rational::from_f64(plan.bracket.lower).unwrap();
            let high = Rational::from_f64(plan.bracket.upper).unwrap();
            assert!(
                low <= *value && *value <= high,
                "{table:?} {modes:?} {:?} {value}",
                plan.bracket
            );
            if plan.stop != StopReason::Precise {
                wide += 1;
                eprintln!("{modes:?} {:?} {:?} {value} {table:?}", plan.stop, plan.bracket);
            }
        }
    }
    assert_eq!(wide, 0);
}

/// A coin of unknown bias that must come up heads twice, by sets of other kinds.
fn coins(set: &dyn Fn() -> CredalSet) -> Model {
    let mut builder = ModelBuilder::new("coins", vec!["toss".into()]);
    for targets in [[1u32, 3], [2, 0], [2, 2], [3, 3]] {
        builder.add_state(vec![]);
        if targets[0] == targets[1] {
            let sure = CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap());
            builder.add_choice(0, sure, vec![targets[0]]).unwrap();
        } else {
            builder.add_choice(0, set(), targets).unwrap();
        }
    }
    let weights = vec![(0, ratio("1/3")), (1, ratio("2/3"))];
    builder.start(weights).finish().unwrap()
}

#[test]
fn other_sets_and_several_starts() {
    // With heads at p: v1 = p + (1 - p) v0 and v0 = p v1, least at p = 1/4, where v1 = 4/13 and v0 = 1/13, and greatest at 3/4.
    let half = || vec![ratio("1/2"); 2];
    let sets: [&dyn Fn() -> CredalSet; 2] = [
        &|| CredalSet::from(L1Ball::new(half(), ratio("1/2"), true).unwrap()),
        &|| {
            let corner = |p: &str, q: &str| vec![ratio(p), ratio(q)];
            CredalSet::from(Vertices::new(vec![corner("1/4", "3/4"), corner("3/4", "1/4"), half()]).unwrap())
        },
    ];
    for set in sets {
        for (nature, value) in [(Minimize, "3/13"), (Maximize, "11/13")] {
            let objective = Objective::Reach {
                target: states(4, &[2]),
                avoid: states(4, &[]),
            };
            let problem = problem(coins(set), objective, (Maximize, nature));
            common::assert_value(&problem, &solved(&problem), &ratio(value));
            let complement = Problem {
                complemented: true,
                ..problem
            };
            let other = Rational::ONE - ratio(value);
            common::assert_value(&complement, &solved(&complement), &other);
        }
    }
}

#[test]
fn a_small_budget_leaves_a_wide_bracket_that_holds() {
    let table = wide_table(&mut Random(10), 300, 20);
    let ladder: Table = (0..300u32)
        .map(|state| match state {
            298.. => vec![vec![(state, Rational::ONE, Rational::ONE)]],
            _ => vec![common::branches(&format!(
                "{} 1/3 2/3, {} 1/3 2/3",
                state + 1,
                state.max(1) - 1
            ))],
        })
        .collect();
    let reports: Mutex<Vec<Progress>> = Mutex::new(Vec::new());
    let note = |progress: Progress| reports.lock().unwrap().push(progress);
    let one = vec![Rational::ONE; 300];
    for problem in [
        problems(&table, (Maximize, Minimize)).remove(2),
        until(&ladder, &one, &[298], (Minimize, Minimize)),
    ] {
        let settings = Settings {
            sweeps_max: 3,
            progress: Some(&note),
            ..Settings::default()
        };
        let hasty = plan(&problem, &settings).unwrap();
        check::certificate(&problem, &hasty).unwrap();
        let slow = plan(&problem, &Settings::default()).unwrap();
        assert_eq!(hasty.stop, StopReason::SweepsSpent);
        assert!(hasty.bracket.lower <= slow.bracket.lower && hasty.bracket.upper >= slow.bracket.upper);
        assert!(hasty.bracket.gap() > slow.bracket.gap());
        let Proof::FixedPoint { lower, .. } = hasty.certificate.proof else {
            panic!("no vectors")
        };
        assert_eq!(lower.len(), 300);
    }
    assert!(!reports.into_inner().unwrap().is_empty());
}
