//! Step-bounded objectives, against exact backward induction.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_range_loop,
    reason = "a test may fail where it builds its cases"
)]

mod common;

use common::{DIRECTIONS, Random, model_from, problem, random_table, states, table};
use murphy_notation::Rational;
use murphy_plan::{Error, Settings, plan};
use murphy_problem::{Direction, Objective, Policy, Problem};

/// Goes back `steps` steps exactly, along a policy if there is one (in the order of the steps).
fn induced(
    problem: &Problem,
    gain: &[Rational],
    start: &[Rational],
    policy: Option<&Policy>,
) -> Vec<Rational> {
    let (fixed, steps) = match &problem.objective {
        Objective::BoundedReach { target, avoid, steps } => (target.union(avoid), *steps),
        Objective::Horizon { steps, .. } => (states(start.len(), &[]), *steps),
        _ => panic!("no step bound"),
    };
    let mut values = start.to_vec();
    for back in 1..=steps {
        let one = |state: u32| {
            if fixed.contains(state) {
                return values[state as usize].clone();
            }
            let worth = |choice: u32| {
                let targets = problem.model.targets(choice).iter();
                let ahead: Vec<Rational> = targets.map(|t| values[*t as usize].clone()).collect();
                let set = problem.model.set(choice);
                let nature = match problem.nature {
                    Direction::Minimize => set.lower_expectation(&ahead),
                    Direction::Maximize => set.upper_expectation(&ahead),
                };
                nature.unwrap().value + &gain[choice as usize]
            };
            let step = (steps - back) as usize;
            let worths: Vec<Rational> = match policy {
                Some(policy) => vec![worth(policy.choice(state, step).unwrap())],
                None => problem.model.choices(state).map(worth).collect(),
            };
            match problem.agent {
                Direction::Maximize => worths.into_iter().max().unwrap(),
                Direction::Minimize => worths.into_iter().min().unwrap(),
            }
        };
        values = (0..u32::try_from(values.len()).unwrap()).map(one).collect();
    }
    values
}

fn assert_induced(problem: &Problem, gain: &[Rational], start: &[Rational]) {
    let plan = plan(problem, &Settings::default()).unwrap();
    let (low, high) = (
        Rational::from_f64(plan.bracket.lower).unwrap(),
        Rational::from_f64(plan.bracket.upper).unwrap(),
    );
    let value = induced(problem, gain, start, None)[0].clone();
    assert!(
        low <= value && value <= high && plan.bracket.gap() < 1e-12,
        "{:?} {value}",
        plan.bracket
    );
    let own = induced(problem, gain, start, Some(&plan.policy))[0].clone();
    match problem.agent {
        Direction::Maximize => assert!(own >= low),
        Direction::Minimize => assert!(own <= high),
    }
}

#[test]
fn random_models_agree_with_exact_induction() {
    let mut random = Random(4);
    for _ in 0..100 {
        let table = random_table(&mut random, 6, 3);
        for modes in DIRECTIONS {
            let model = model_from(&table, 0);
            let gain = vec![Rational::ZERO; model.choice_count()];
            let mut start = vec![Rational::ZERO; 6];
            start[5] = Rational::ONE;
            let (target, avoid) = (states(6, &[5]), states(6, &[3]));
            let objective = Objective::BoundedReach {
                target,
                avoid,
                steps: 7,
            };
            assert_induced(&problem(model.clone(), objective, modes), &gain, &start);
            let gain: Vec<Rational> = (0..model.choice_count())
                .map(|_| Rational::new(i64::try_from(random.below(9)).unwrap() - 4, 3))
                .collect();
            let objective = Objective::Horizon {
                quantity: gain.clone().into(),
                steps: 5,
            };
            assert_induced(&problem(model, objective, modes), &gain, &vec![Rational::ZERO; 6]);
        }
    }
}

#[test]
fn no_steps_leave_what_is_there() {
    let model = model_from(&table(&[&["1"], &["1"]]), 0);
    let (target, avoid) = (states(2, &[1]), states(2, &[]));
    let objective = Objective::BoundedReach {
        target,
        avoid,
        steps: 0,
    };
    let plan = plan(&problem(model, objective, DIRECTIONS[0]), &Settings::default()).unwrap();
    assert_eq!((plan.bracket.lower, plan.bracket.upper), (0.0, 0.0));
    assert!(plan.policy.choice(0, 0).is_some());
}

#[test]
fn too_many_steps_are_refused() {
    let model = model_from(&table(&[&["1"], &["1"]]), 0);
    let quantity = vec![Rational::ONE; 2];
    let problem = problem(
        model,
        Objective::Horizon {
            quantity: quantity.into(),
            steps: u32::MAX,
        },
        DIRECTIONS[0],
    );
    assert!(matches!(
        plan(&problem, &Settings::default()),
        Err(Error::TooManySteps { .. })
    ));
}
