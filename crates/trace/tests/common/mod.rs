//! Small worlds with their plans, made by hand: this crate must not see the planner.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test file uses a part")]

use murphy_credal::{CredalSet, Interval, Precise};
use murphy_notation::{Rational, Value};
use murphy_problem::{Bracket, Certificate, Direction, Objective, Plan, Policy, Problem, Proof, StopReason};
use murphy_world::{Model, ModelBuilder, Picture, StateId, StateSet, Variable, VariableKind};

pub(crate) const WIDTH: i64 = 8;
pub(crate) const HEIGHT: i64 = 5;

pub(crate) fn r(text: &str) -> Rational {
    text.parse().unwrap()
}

pub(crate) fn interval(bounds: &[(&str, &str)]) -> CredalSet {
    let lower = bounds.iter().map(|(low, _)| r(low)).collect();
    let upper = bounds.iter().map(|(_, high)| r(high)).collect();
    CredalSet::from(Interval::new(lower, upper).unwrap())
}

pub(crate) fn certain() -> CredalSet {
    CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap())
}

fn index(x: i64, y: i64, wet: bool) -> StateId {
    u32::try_from((y * WIDTH + x) * 2 + i64::from(wet)).unwrap()
}

/// A robot crosses a lava field from the lower left to the lower right; its wheels slip sideways, more so when wet,
/// and one column of puddles makes them wet.
pub(crate) fn lava() -> Model {
    let names = ["east", "south", "west", "north"];
    let steps = [(1, 0), (0, 1), (-1, 0), (0, -1)];
    let int = |name: &str| Variable {
        name: name.into(),
        kind: VariableKind::Int,
    };
    let wet = Variable {
        name: "robot.wet".into(),
        kind: VariableKind::Bool,
    };
    let mut builder = ModelBuilder::new("lava crossing", names.map(String::from).to_vec())
        .about("A robot crosses a lava field. Its wheels slip; how often is known only within bounds, and wet wheels slip more.")
        .variables(vec![int("robot.x"), int("robot.y"), wet]);
    let (mut hot, mut home) = (Vec::new(), Vec::new());
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            for wet in [false, true] {
                builder.add_state(vec![Value::Int(x), Value::Int(y), Value::Bool(wet)]);
                let lava = y == 0
                    || y == HEIGHT - 1 && (1..WIDTH - 1).contains(&x)
                    || [(2, 1), (5, 3)].contains(&(x, y));
                let goal = y == HEIGHT - 1 && x == WIDTH - 1;
                hot.push(lava);
                home.push(goal);
                if lava || goal {
                    builder.add_choice(0, certain(), vec![index(x, y, wet)]).unwrap();
                    continue;
                }
                let move_to = |direction: usize| {
                    let (dx, dy) = steps[direction % 4];
                    let (x, y) = ((x + dx).clamp(0, WIDTH - 1), (y + dy).clamp(0, HEIGHT - 1));
                    index(x, y, x == 4 || wet && x > 4)
                };
                let bounds = if wet {
                    ("0.06", "0.2", "0.6")
                } else {
                    ("0.04", "0.1", "0.8")
                };
                for action in 0..4usize {
                    let side = (bounds.0, bounds.1);
                    let set = interval(&[(bounds.2, "0.92"), side, side]);
                    let targets = vec![move_to(action), move_to(action + 1), move_to(action + 3)];
                    builder
                        .add_choice(u32::try_from(action).unwrap(), set, targets)
                        .unwrap();
                }
            }
        }
    }
    let paint = vec![("lava".into(), "orange".into()), ("goal".into(), "green".into())];
    builder
        .start(vec![(index(0, HEIGHT - 1, false), Rational::ONE)])
        .label("lava", StateSet::from_flags(hot))
        .label("goal", StateSet::from_flags(home))
        .picture(Some(Picture::Grid { x: 0, y: 1, paint }))
        .note("Bounds on the slipping were tightened: straight ahead has at least 0.8 when dry.")
        .finish()
        .unwrap()
}

/// The problem of reaching one label and avoiding another with the agent maximising.
pub(crate) fn reach(model: Model, target: &str, avoid: Option<&str>, nature: Direction) -> Problem {
    let none = StateSet::none(model.state_count());
    let objective = Objective::Reach {
        target: model.label(target).unwrap().clone(),
        avoid: avoid.map_or(none, |label| model.label(label).unwrap().clone()),
    };
    let goal = match avoid {
        Some(avoid) => format!("Maximize(Probability(\"!{avoid} U {target}\"))"),
        None => format!("Maximize(Probability(\"F {target}\"))"),
    };
    Problem {
        model,
        objective,
        complemented: false,
        agent: Direction::Maximize,
        nature,
        stance: Default::default(),
        settled: Default::default(),
        precision: 1e-6,
        goal,
    }
}

/// One sweep of the Bellman operator; returns the new vector and the best choices.
pub(crate) fn sweep(problem: &Problem, x: &[f64]) -> (Vec<f64>, Vec<u32>) {
    let model = &problem.model;
    let (quantity, discount) = match &problem.objective {
        Objective::Until { quantity, .. } | Objective::Horizon { quantity, .. } => (Some(quantity), 1.0),
        Objective::Discounted { quantity, discount } => (Some(quantity), discount.to_f64()),
        _ => (None, 1.0),
    };
    let mut next = Vec::new();
    let mut policy = Vec::new();
    for state in (0..).take(model.state_count()) {
        let mut best: Option<(f64, u32)> = None;
        for choice in model.choices(state) {
            let values: Vec<f64> = model.targets(choice).iter().map(|t| x[*t as usize]).collect();
            let expected = match problem.nature {
                Direction::Minimize => model.set(choice).lower_expectation(&values),
                Direction::Maximize => model.set(choice).upper_expectation(&values),
            };
            let added = quantity.map_or(0.0, |q| q[choice as usize].to_f64());
            let worth = added + discount * expected.unwrap().value;
            let better = |best: f64| match problem.agent {
                Direction::Maximize => worth > best,
                Direction::Minimize => worth < best,
            };
            if best.is_none_or(|(value, _)| better(value)) {
                best = Some((worth, choice));
            }
        }
        let (value, choice) = best.unwrap();
        let value = match &problem.objective {
            Objective::Reach { target, .. } | Objective::BoundedReach { target, .. }
                if target.contains(state) =>
            {
                1.0
            }
            Objective::Reach { avoid, .. } | Objective::BoundedReach { avoid, .. }
                if avoid.contains(state) =>
            {
                0.0
            }
            Objective::Until { target, .. } if target.contains(state) => 0.0,
            _ => value,
        };
        next.push(value);
        policy.push(choice);
    }
    (next, policy)
}

/// A plan by value iteration from both sides; right only where no set of states can be held for ever.
pub(crate) fn planned(problem: &Problem, top: f64, sweeps: u64) -> Plan {
    planned_within(problem, top, top, sweeps)
}

/// The same, but the upper side starts no more than `margin` above the lower one, and is checked to be inductive.
pub(crate) fn planned_within(problem: &Problem, top: f64, margin: f64, sweeps: u64) -> Plan {
    let count = problem.model.state_count();
    let (mut lower, mut policy) = (vec![0.0; count], Vec::new());
    for _ in 0..sweeps {
        (lower, policy) = sweep(problem, &lower);
    }
    let mut upper: Vec<f64> = lower.iter().map(|x| (x + margin).min(top)).collect();
    for _ in 0..sweeps {
        upper = sweep(problem, &upper).0;
    }
    if margin < top {
        let again = sweep(problem, &upper).0;
        assert!(
            again.iter().zip(&upper).all(|(next, now)| *next <= now + 1e-12),
            "not an upper bound"
        );
    }
    let at_start = |vector: &[f64]| -> f64 {
        problem
            .model
            .initial()
            .iter()
            .map(|(s, weight)| weight.to_f64() * vector[*s as usize])
            .sum()
    };
    let bracket = Bracket {
        lower: at_start(&lower) - 1e-12,
        upper: at_start(&upper) + 1e-12,
    };
    let policy = Policy::Memoryless(policy);
    let proof = Proof::FixedPoint {
        lower,
        upper,
        rank: vec![0; count],
    };
    plan(problem, policy, proof, bracket, sweeps)
}

pub(crate) fn plan(problem: &Problem, policy: Policy, proof: Proof, bracket: Bracket, sweeps: u64) -> Plan {
    let bracket = if problem.complemented {
        bracket.complement()
    } else {
        bracket
    };
    let certificate = Certificate {
        policy: policy.clone(),
        proof,
    };
    Plan {
        policy,
        bracket,
        certificate,
        stop: StopReason::Precise,
        sweeps,
    }
}

/// A plan for a goal with a step bound, by going backward.
pub(crate) fn planned_backward(problem: &Problem, steps: u32) -> Plan {
    let model = &problem.model;
    let settled: Vec<f64> = match &problem.objective {
        Objective::BoundedReach { target, .. } => {
            target.flags().iter().map(|t| f64::from(u8::from(*t))).collect()
        }
        _ => vec![0.0; model.state_count()],
    };
    let (mut x, mut rows) = (settled, Vec::new());
    for _ in 0..steps {
        let (next, row) = sweep(problem, &x);
        x = next;
        rows.push(row);
    }
    rows.reverse();
    let value: f64 = model
        .initial()
        .iter()
        .map(|(s, weight)| weight.to_f64() * x[*s as usize])
        .sum();
    let bracket = Bracket {
        lower: value - 1e-12,
        upper: value + 1e-12,
    };
    plan(
        problem,
        Policy::Stepwise(rows),
        Proof::Backward,
        bracket,
        u64::from(steps),
    )
}
