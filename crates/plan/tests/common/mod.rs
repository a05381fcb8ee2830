//! What the tests share: small models, a brute-force oracle in exact rationals, and an exact check of certificates of its own.
#![allow(
    dead_code,
    reason = "every test file is a crate of its own and uses a part of this"
)]

pub(crate) mod brute;
pub(crate) mod check;
pub(crate) mod random;

pub(crate) use random::Random;

use murphy_credal::{CredalSet, Interval, Precise};
use murphy_notation::Rational;
use murphy_plan::{Settings, plan};
use murphy_problem::{Direction, Objective, Plan, Policy, Problem, StopReason};
use murphy_problem::{Settled, Stance};
use murphy_world::{Model, ModelBuilder, StateSet};

pub(crate) const DIRECTIONS: [(Direction, Direction); 4] = [
    (Direction::Maximize, Direction::Minimize),
    (Direction::Maximize, Direction::Maximize),
    (Direction::Minimize, Direction::Maximize),
    (Direction::Minimize, Direction::Minimize),
];

/// One choice as bounds on branches.
pub(crate) type Branches = Vec<(u32, Rational, Rational)>;
/// The choices of each state.
pub(crate) type Table = Vec<Vec<Branches>>;

pub(crate) fn ratio(text: &str) -> Rational {
    text.parse().unwrap()
}

/// Reads `"1 0.2 0.5, 2 0.5 0.8"`: target and bounds; `"1 0.2"` is exact; `"1"` is sure.
pub(crate) fn branches(text: &str) -> Branches {
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let target = words.next().unwrap().parse().unwrap();
        let lower = words.next().map_or(Rational::ONE, ratio);
        let upper = words.next().map_or(lower.clone(), ratio);
        (target, lower, upper)
    };
    text.split(',').map(one).collect()
}

/// Reads a table: one list of choices a state.
pub(crate) fn table(states: &[&[&str]]) -> Table {
    states
        .iter()
        .map(|choices| choices.iter().map(|choice| branches(choice)).collect())
        .collect()
}

pub(crate) fn interval(choice: &Branches) -> Interval {
    let lower = choice.iter().map(|(_, l, _)| l.clone()).collect();
    Interval::new(lower, choice.iter().map(|(_, _, u)| u.clone()).collect()).unwrap()
}

pub(crate) fn set(choice: &Branches) -> CredalSet {
    if choice.iter().all(|(_, l, u)| l == u) {
        CredalSet::from(Precise::new(choice.iter().map(|(_, l, _)| l.clone()).collect()).unwrap())
    } else {
        CredalSet::from(interval(choice))
    }
}

pub(crate) fn model_from(table: &Table, start: u32) -> Model {
    let mut builder = ModelBuilder::new("test", (0..8).map(|i| format!("a{i}")).collect());
    for choices in table {
        builder.add_state(vec![]);
        for (action, choice) in (0..).zip(choices) {
            let targets: Vec<u32> = choice.iter().map(|(target, ..)| *target).collect();
            builder.add_choice(action, set(choice), targets).unwrap();
        }
    }
    builder.start(vec![(start, Rational::ONE)]).finish().unwrap()
}

pub(crate) fn states(count: usize, members: &[u32]) -> StateSet {
    let mut set = StateSet::none(count);
    for &state in members {
        set.insert(state);
    }
    set
}

pub(crate) fn problem(
    model: Model,
    objective: Objective,
    (agent, nature): (Direction, Direction),
) -> Problem {
    Problem {
        model,
        objective,
        complemented: false,
        agent,
        nature,
        stance: if agent == nature {
            Stance::Optimistic
        } else {
            Stance::Pessimistic
        },
        settled: Settled::EachAction,
        precision: 1e-8,
        goal: String::new(),
    }
}

pub(crate) fn reach(table: &Table, target: &[u32], avoid: &[u32], modes: (Direction, Direction)) -> Problem {
    let count = table.len();
    let objective = Objective::Reach {
        target: states(count, target),
        avoid: states(count, avoid),
    };
    problem(model_from(table, 0), objective, modes)
}

pub(crate) fn until(
    table: &Table,
    quantity: &[Rational],
    target: &[u32],
    modes: (Direction, Direction),
) -> Problem {
    let objective = Objective::Until {
        quantity: quantity.to_vec().into(),
        target: states(table.len(), target),
    };
    problem(model_from(table, 0), objective, modes)
}

pub(crate) fn discounted(
    table: &Table,
    quantity: &[Rational],
    discount: &str,
    modes: (Direction, Direction),
) -> Problem {
    let objective = Objective::Discounted {
        quantity: quantity.to_vec().into(),
        discount: ratio(discount),
    };
    problem(model_from(table, 0), objective, modes)
}

/// Plans with the default settings and checks the certificate exactly.
pub(crate) fn solved(problem: &Problem) -> Plan {
    let found = plan(problem, &Settings::default()).unwrap();
    check::certificate(problem, &found).unwrap();
    found
}

/// Returns a random model of `count` states, the last two absorbing; six in ten lower bounds are zero.
pub(crate) fn random_table(random: &mut Random, count: u32, choices_max: u64) -> Table {
    let mut table: Table = (0..count - 2)
        .map(|_| {
            (0..=random.below(choices_max))
                .map(|_| random_branches(random, count))
                .collect()
        })
        .collect();
    for absorbing in [count - 2, count - 1] {
        table.push(vec![vec![(absorbing, Rational::ONE, Rational::ONE)]]);
    }
    table
}

fn random_branches(random: &mut Random, count: u32) -> Branches {
    loop {
        let mut choice = Branches::new();
        for _ in 0..=random.below(3) {
            let target = u32::try_from(random.below(u64::from(count))).unwrap();
            let low = if random.below(10) < 6 { 0 } else { random.below(3) };
            let high = low.max(1) + random.below(5 - low.max(1));
            if choice.iter().all(|(known, ..)| *known != target) {
                let quarter = |n: u64| Rational::new(i64::try_from(n).unwrap(), 4);
                choice.push((target, quarter(low), quarter(high)));
            }
        }
        let sum =
            |pick: fn(&(u32, Rational, Rational)) -> &Rational| choice.iter().map(pick).sum::<Rational>();
        if sum(|branch| &branch.1) <= Rational::ONE && sum(|branch| &branch.2) >= Rational::ONE {
            return choice;
        }
    }
}

/// Asserts that the bracket holds `value` and is as narrow as asked.
pub(crate) fn assert_value(problem: &Problem, plan: &Plan, value: &Rational) {
    let (lower, upper) = (
        Rational::from_f64(plan.bracket.lower),
        Rational::from_f64(plan.bracket.upper),
    );
    assert!(
        lower.unwrap() <= *value && upper.unwrap() >= *value,
        "{:?} misses {value}",
        plan.bracket
    );
    assert!(
        plan.bracket.gap() <= problem.precision,
        "{:?} is wide ({:?})",
        plan.bracket,
        plan.stop
    );
    assert_eq!(plan.stop, StopReason::Precise);
}

pub(crate) fn choice_numbers(problem: &Problem, plan: &Plan) -> Vec<usize> {
    let Policy::Memoryless(policy) = &plan.policy else {
        panic!("not memoryless")
    };
    let number = |(state, choice): (u32, &u32)| (choice - problem.model.choices(state).start) as usize;
    (0..).zip(policy).map(number).collect()
}
