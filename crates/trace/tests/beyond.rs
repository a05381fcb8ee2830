//! What goes beyond plain runs: mixtures, shortest ways, rare events, what happens beside the goal, and exact intervals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{certain, lava, planned, planned_within, r, reach};
use murphy_credal::{Contamination, CredalSet, Precise};
use murphy_notation::Rational;
use murphy_problem::{Direction, Objective, Plan, Problem, Proof};
use murphy_trace::{
    Error, NatureMode, Outcome, Role, SimulationSettings, SplittingSettings, rare_event, shortest_to_failure,
    shortest_to_label, simulate,
};
use murphy_world::{ModelBuilder, StateSet};

fn settings(nature: NatureMode) -> SimulationSettings {
    SimulationSettings {
        runs: 6_000,
        nature,
        confidence: 0.9999,
        sample: 500,
        ..Default::default()
    }
}

#[test]
fn a_mixture_lies_between_its_parts() {
    let (problem, plan) = &lava_with_centres();
    let mean = |nature| simulate(problem, plan, &settings(nature)).unwrap().summary.mean.0;
    let (worst, nominal) = (mean(NatureMode::Worst), mean(NatureMode::Nominal));
    let half = mean(NatureMode::Mixed { worst: 0.5 });
    assert!(worst < half && half < nominal, "{worst} {half} {nominal}");
    // The ends of the scale are the parts themselves, word by word.
    assert_eq!(mean(NatureMode::Mixed { worst: 1.0 }).to_bits(), worst.to_bits());
    let refused = simulate(problem, plan, &settings(NatureMode::Mixed { worst: 1.5 })).unwrap_err();
    assert_eq!(refused, Error::Share { found: 1.5 });
}

/// The lava world with every interval replaced by a contaminated distribution, which has a centre.
fn lava_with_centres() -> (Problem, Plan) {
    let model = lava();
    let mut builder = ModelBuilder::new("lava", model.actions().to_vec());
    for state in (0..).take(model.state_count()) {
        builder.add_state(vec![]);
        for choice in model.choices(state) {
            let targets = model.targets(choice).to_vec();
            let set: CredalSet = if targets.len() == 1 {
                certain()
            } else {
                let nominal = vec![r("0.9"), r("0.05"), r("0.05")];
                Contamination::new(nominal, r("0.1")).unwrap().into()
            };
            builder.add_choice(model.action(choice), set, targets).unwrap();
        }
    }
    let label = |name: &str| model.label(name).unwrap().clone();
    let model = builder
        .start(model.initial().to_vec())
        .label("goal", label("goal"))
        .label("lava", label("lava"))
        .finish()
        .unwrap();
    let problem = reach(model, "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    (problem, plan)
}

#[test]
fn the_shortest_way_is_the_likeliest_of_its_length() {
    let (problem, plan) = &lava_problem();
    let settings = settings(NatureMode::Worst);
    let way = shortest_to_failure(problem, plan, &settings).unwrap().unwrap();
    assert_eq!((way.role, way.outcome), (Role::Shortest, Outcome::Failed));
    let probability: f64 = way
        .steps
        .iter()
        .filter_map(|step| step.decision.as_ref())
        .map(|decision| decision.branches[decision.outcome as usize].nature)
        .product();
    assert!((probability - way.probability.unwrap()).abs() < 1e-12);
    // By brute force: the greatest probability of reaching lava in exactly this many steps along one path, and in fewer none.
    let model = &problem.model;
    let hot = model.label("lava").unwrap();
    let mut layer = vec![0.0f64; model.state_count()];
    for (state, weight) in model.initial() {
        layer[*state as usize] = weight.to_f64();
    }
    let length = way.steps.len() - 1;
    for step in 0..=length {
        let best = hot.iter().map(|state| layer[state as usize]).fold(0.0, f64::max);
        assert_eq!(best > 0.0, step == length, "step {step}");
        if step == length {
            assert!((best - probability).abs() < 1e-12);
            break;
        }
        let mut next = vec![0.0f64; model.state_count()];
        for state in (0..).take(model.state_count()) {
            let mass = layer[state as usize];
            if mass == 0.0 || hot.contains(state) || model.label("goal").unwrap().contains(state) {
                continue;
            }
            let choice = plan.policy.choice(state, step).unwrap();
            let Proof::FixedPoint { upper, .. } = &plan.certificate.proof else {
                panic!("a fixed point")
            };
            let values: Vec<f64> = model.targets(choice).iter().map(|t| upper[*t as usize]).collect();
            let pick = model.set(choice).lower_expectation(&values).unwrap().witness;
            for (target, share) in model.targets(choice).iter().zip(pick) {
                let cell = &mut next[*target as usize];
                *cell = cell.max(mass * share);
            }
        }
        layer = next;
    }
    let goal = shortest_to_label(problem, plan, &settings, "goal")
        .unwrap()
        .unwrap();
    assert_eq!(goal.leads_to.as_deref(), Some("goal"));
    assert!(goal.steps.last().unwrap().labels.contains(&"goal".to_owned()));
    let unknown = shortest_to_label(problem, plan, &settings, "gaol")
        .unwrap_err()
        .to_string();
    assert!(unknown.contains("did you mean `goal`?"), "{unknown}");
}

fn lava_problem() -> (Problem, Plan) {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    (problem, plan)
}

/// A ladder on which every step up succeeds with a tenth and otherwise ends the run: the top is reached with 10^-12.
#[test]
fn splitting_sees_what_plain_runs_never_would() {
    let rungs = 12u32;
    let mut builder = ModelBuilder::new("ladder", vec!["climb".into()]);
    for state in 0..rungs + 2 {
        builder.add_state(vec![]);
        if state < rungs {
            let set = CredalSet::from(Precise::new(vec![r("0.1"), r("0.9")]).unwrap());
            builder.add_choice(0, set, vec![state + 1, rungs + 1]).unwrap();
        } else {
            builder.add_choice(0, certain(), vec![state]).unwrap();
        }
    }
    let mut top = StateSet::none(rungs as usize + 2);
    top.insert(rungs);
    let mut fallen = StateSet::none(rungs as usize + 2);
    fallen.insert(rungs + 1);
    let builder = builder.start(vec![(0, Rational::ONE)]);
    let model = builder
        .label("top", top)
        .label("fallen", fallen)
        .finish()
        .unwrap();
    let problem = reach(model, "top", Some("fallen"), Direction::Minimize);
    let plan = planned(&problem, 1.0, 40);
    let settings = settings(NatureMode::Worst);
    let plain = simulate(&problem, &plan, &settings).unwrap();
    assert_eq!(plain.summary.held, 0);
    let rare = rare_event(&problem, &plan, &settings, &SplittingSettings::default()).unwrap();
    assert_eq!(rare.event, Outcome::Held);
    assert!(rare.seen > 0.99 && rare.levels.len() >= 12, "{rare:?}");
    assert!(
        (rare.mean - 1e-12).abs() < 5.0 * rare.error && rare.error < 0.2e-12,
        "{rare:?}"
    );
    // The same numbers again, on any number of threads.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let again = pool.install(|| rare_event(&problem, &plan, &settings, &SplittingSettings::default()));
    assert_eq!(again.unwrap(), rare);
}

#[test]
fn splitting_agrees_with_the_certificate() {
    let (problem, plan) = &lava_problem();
    let rare = rare_event(
        problem,
        plan,
        &settings(NatureMode::Worst),
        &SplittingSettings::default(),
    )
    .unwrap();
    let (low, high) = match rare.event {
        Outcome::Failed => (1.0 - plan.bracket.upper, 1.0 - plan.bracket.lower),
        _ => (plan.bracket.lower, plan.bracket.upper),
    };
    let room = 5.0 * rare.error;
    assert!(
        rare.mean > low - room && rare.mean < high + room,
        "{rare:?} {low} {high}"
    );
    let quantity = until_problem();
    let refused = rare_event(
        &quantity.0,
        &quantity.1,
        &settings(NatureMode::Worst),
        &SplittingSettings::default(),
    );
    assert_eq!(refused.unwrap_err(), Error::NotRare);
}

fn until_problem() -> (Problem, Plan) {
    let model = lava();
    let quantity = vec![Rational::ONE; model.choice_count()];
    let target = model.label("goal").unwrap().union(model.label("lava").unwrap());
    let problem = Problem {
        objective: Objective::Until {
            quantity: quantity.into(),
            target,
        },
        agent: Direction::Minimize,
        nature: Direction::Maximize,
        ..reach(model, "goal", Some("lava"), Direction::Maximize)
    };
    let plan = planned(&problem, 1000.0, 400);
    (problem, plan)
}

#[test]
fn what_happens_beside_the_goal_is_counted() {
    let (problem, plan) = &lava_problem();
    let summary = simulate(problem, plan, &settings(NatureMode::Worst))
        .unwrap()
        .summary;
    let share = |name: &str| {
        summary
            .labels
            .iter()
            .find(|label| label.label == name)
            .unwrap()
            .runs
    };
    assert_eq!(share("goal"), summary.held);
    assert_eq!(share("lava"), summary.failed);
}

/// For totals that are bounded the interval is a guarantee, so it is wider than the normal estimate and still shrinks.
#[test]
fn bounded_totals_have_exact_intervals() {
    let model = lava();
    let quantity = vec![Rational::ONE; model.choice_count()];
    let problem = Problem {
        objective: Objective::Discounted {
            quantity: quantity.into(),
            discount: r("0.9"),
        },
        agent: Direction::Minimize,
        nature: Direction::Maximize,
        ..reach(model, "goal", Some("lava"), Direction::Maximize)
    };
    let plan = planned(&problem, 10.0, 400);
    let summary = |runs| {
        let settings = SimulationSettings {
            runs,
            ..settings(NatureMode::Worst)
        };
        simulate(&problem, &plan, &settings).unwrap().summary
    };
    let (few, many) = (summary(500), summary(50_000));
    assert!(few.exact && many.exact);
    let width = |s: &murphy_trace::Summary| s.interval.upper.0 - s.interval.lower.0;
    assert!(
        width(&many) < width(&few) / 5.0,
        "{} {}",
        width(&few),
        width(&many)
    );
    assert!(many.agrees_with(&plan.bracket));
}
