//! Simulations against brackets that were computed another way, against each other, and against wrong input.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{certain, interval, lava, plan, planned, planned_backward, planned_within, r, reach};
use murphy_credal::{CredalSet, Precise};
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Direction, Objective, Plan, Policy, Problem, Proof};
use murphy_trace::{
    Error, NatureMode, Outcome, Page, PageData, PageExtras, Role, SimulationSettings, record_run, simulate,
    simulate_with, write_jsonl,
};
use murphy_world::{Model, ModelBuilder, StateSet};
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// Crossing the lava, with a bracket that is tight.
static CROSSING: LazyLock<(Problem, Plan)> = LazyLock::new(|| {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Minimize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    assert!(plan.bracket.gap() < 0.02, "{:?}", plan.bracket);
    (problem, plan)
});

fn settings(nature: NatureMode) -> SimulationSettings {
    SimulationSettings {
        runs: 6_000,
        nature,
        confidence: 0.9999,
        sample: 500,
        ..Default::default()
    }
}

/// A machine that works, wears, is repaired or breaks; `added` is what each step costs.
fn machine() -> (Model, Vec<Rational>) {
    let mut builder = ModelBuilder::new("machine", vec!["run".into(), "repair".into()]);
    builder.add_state(vec![]);
    builder
        .add_choice(
            0,
            interval(&[("0.7", "0.9"), ("0.05", "0.3"), ("0", "0.1")]),
            vec![0, 1, 2],
        )
        .unwrap();
    builder
        .add_choice(1, interval(&[("0.9", "1"), ("0", "0.1")]), vec![0, 1])
        .unwrap();
    builder.add_state(vec![]);
    builder
        .add_choice(0, interval(&[("0.5", "0.7"), ("0.3", "0.5")]), vec![1, 2])
        .unwrap();
    builder
        .add_choice(1, interval(&[("0.6", "0.8"), ("0.2", "0.4")]), vec![0, 2])
        .unwrap();
    builder.add_state(vec![]);
    builder.add_choice(0, certain(), vec![2]).unwrap();
    let broken = StateSet::from_flags(vec![false, false, true]);
    let model = builder
        .start(vec![(0, r("0.75")), (1, r("0.25"))])
        .label("broken", broken)
        .finish()
        .unwrap();
    (model, vec![r("1"), r("3"), r("2"), r("5"), r("0")])
}

fn machine_problem(
    agent: Direction,
    nature: Direction,
    objective: impl Fn(Vec<Rational>, StateSet) -> Objective,
) -> Problem {
    let (model, quantity) = machine();
    let broken = model.label("broken").unwrap().clone();
    let problem = reach(model, "broken", None, nature);
    Problem {
        objective: objective(quantity, broken),
        agent,
        ..problem
    }
}

#[test]
fn the_bracket_agrees_with_worst_case_runs() {
    let (problem, plan) = &*CROSSING;
    let summary = simulate(problem, plan, &settings(NatureMode::Worst))
        .unwrap()
        .summary;
    assert!(
        summary.agrees_with(&plan.bracket),
        "{summary:?} {:?}",
        plan.bracket
    );
    assert_eq!((summary.runs, summary.unfinished), (6_000, 0));
    assert_eq!(summary.held + summary.failed, summary.runs);
    // The test can fail: a bracket a little beside is found out.
    let beside = Bracket {
        lower: plan.bracket.lower + 0.06,
        upper: plan.bracket.upper + 0.06,
    };
    assert!(!summary.agrees_with(&beside));
}

#[test]
fn optimistic_nature_agrees_with_the_optimistic_bracket() {
    let problem = reach(lava(), "goal", Some("lava"), Direction::Maximize);
    let plan = planned_within(&problem, 1.0, 0.02, 600);
    let summary = simulate(&problem, &plan, &settings(NatureMode::Worst))
        .unwrap()
        .summary;
    assert!(
        summary.agrees_with(&plan.bracket),
        "{summary:?} {:?}",
        plan.bracket
    );
    assert!(plan.bracket.lower > CROSSING.1.bracket.upper + 0.05);
}

#[test]
fn every_kind_of_goal_agrees_with_its_bracket() {
    use Direction::{Maximize, Minimize};
    for (agent, nature) in [
        (Maximize, Minimize),
        (Minimize, Maximize),
        (Maximize, Maximize),
        (Minimize, Minimize),
    ] {
        let until = machine_problem(agent, nature, |quantity, target| Objective::Until {
            quantity: quantity.into(),
            target,
        });
        // Running wears the machine out whatever anyone does but for the agent who may repair for ever: leave him only `run`.
        let until = if agent == Maximize {
            without_repair(&until)
        } else {
            until
        };
        // From above, the iteration starts above every cost that occurs.
        let plan_until = planned(&until, 2_000.0, 3_000);
        check(&until, &plan_until);
        let discount = r("0.9");
        let discounted = machine_problem(agent, nature, |quantity, _| Objective::Discounted {
            quantity: quantity.into(),
            discount: discount.clone(),
        });
        check(&discounted, &planned_around(&discounted));
        let horizon = machine_problem(agent, nature, |quantity, _| Objective::Horizon {
            quantity: quantity.into(),
            steps: 12,
        });
        check(&horizon, &planned_backward(&horizon, 12));
        for complemented in [false, true] {
            let bounded = machine_problem(agent, nature, |_, target| Objective::BoundedReach {
                avoid: StateSet::none(target.state_count()),
                target,
                steps: 9,
            });
            let bounded = Problem {
                complemented,
                ..bounded
            };
            check(&bounded, &planned_backward(&bounded, 9));
        }
    }
}

fn check(problem: &Problem, plan: &Plan) {
    let simulation = simulate(problem, plan, &settings(NatureMode::Worst)).unwrap();
    let summary = &simulation.summary;
    assert!(
        summary.agrees_with(&plan.bracket),
        "{:?}\n{summary:?}\n{:?}",
        problem.objective,
        plan.bracket
    );
    assert!(!summary.agrees_with(&Bracket {
        lower: plan.bracket.upper + 2.0,
        upper: plan.bracket.upper + 3.0
    }));
    for trace in &simulation.traces {
        let total = trace.total.map(|total| total.0);
        let added: f64 = trace
            .steps
            .iter()
            .filter_map(|s| s.decision.as_ref()?.quantity)
            .map(|q| q.0)
            .sum();
        let plain = matches!(
            problem.objective,
            Objective::Until { .. } | Objective::Horizon { .. }
        );
        assert!(!plain || total.is_some_and(|total| (total - added).abs() < 1e-9));
    }
}

/// The same machine whose states have only their first choice.
fn without_repair(problem: &Problem) -> Problem {
    let model = &problem.model;
    let mut builder = ModelBuilder::new("machine", vec!["run".into()]);
    let mut quantity = Vec::new();
    let Objective::Until {
        quantity: all,
        target,
    } = &problem.objective
    else {
        panic!("an until goal")
    };
    for state in (0..).take(model.state_count()) {
        let choice = model.choices(state).start;
        builder.add_state(vec![]);
        builder
            .add_choice(0, model.set(choice).into_owned(), model.targets(choice))
            .unwrap();
        quantity.push(all[choice as usize].clone());
    }
    let model = builder.start(model.initial().to_vec()).finish().unwrap();
    Problem {
        model,
        objective: Objective::Until {
            quantity: quantity.into(),
            target: target.clone(),
        },
        ..problem.clone()
    }
}

/// A plan for a discounted goal, by value iteration long enough for the rest not to matter.
fn planned_around(problem: &Problem) -> Plan {
    let found = planned(problem, 0.0, 400);
    let bracket = Bracket {
        lower: found.bracket.lower - 1e-9,
        upper: found.bracket.upper + 1e-9,
    };
    plan(
        problem,
        found.policy.clone(),
        found.certificate.proof.clone(),
        bracket,
        400,
    )
}

#[test]
fn threads_do_not_matter() {
    let (problem, plan) = &*CROSSING;
    for nature in [NatureMode::Worst, NatureMode::Sampled] {
        let settings = SimulationSettings {
            runs: 5_000,
            seed: 99,
            nature,
            ..Default::default()
        };
        let bytes = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let simulation = simulate(problem, plan, &settings).unwrap();
                let lines: String = simulation
                    .traces
                    .iter()
                    .map(|t| write_jsonl(t, &simulation.header))
                    .collect();
                let extras = PageExtras {
                    simulation: Some(&simulation),
                    ..Default::default()
                };
                let page = Page::render(&PageData::new(problem, plan, extras).unwrap());
                (simulation, lines, page)
            })
        };
        let one = bytes(1);
        assert_eq!(one.0.traces.len(), 3);
        assert_eq!(one, bytes(2));
        assert_eq!(one, bytes(3));
        let other = SimulationSettings {
            seed: 100,
            ..settings
        };
        assert_ne!(
            simulate(problem, plan, &other).unwrap().summary.visits,
            one.0.summary.visits
        );
    }
}

#[test]
fn a_sampled_nature_is_neither_worst_nor_best() {
    let (problem, plan) = &*CROSSING;
    let worst = simulate(problem, plan, &settings(NatureMode::Worst))
        .unwrap()
        .summary;
    let sampled = simulate(problem, plan, &settings(NatureMode::Sampled))
        .unwrap()
        .summary;
    let best = reach(lava(), "goal", Some("lava"), Direction::Maximize);
    let best = planned_within(&best, 1.0, 0.02, 300).bracket;
    assert!(sampled.interval.lower.0 > worst.interval.upper.0, "{sampled:?}");
    assert!(sampled.interval.upper.0 < best.upper, "{sampled:?} {best:?}");
}

#[test]
fn nominal_nature_needs_centres() {
    let (problem, plan) = &*CROSSING;
    let error = simulate(problem, plan, &settings(NatureMode::Nominal)).unwrap_err();
    let Error::NoCentre { state, action, kind } = &error else {
        panic!("{error}")
    };
    assert_eq!(*kind, "interval");
    assert!(state.contains("robot.x=") && !action.is_empty());

    let mut builder = ModelBuilder::new("coin", vec!["toss".into()]);
    builder.add_state(vec![]);
    let toss = CredalSet::from(Precise::new(vec![r("0.3"), r("0.7")]).unwrap());
    builder.add_choice(0, toss, vec![1, 2]).unwrap();
    for state in [1, 2] {
        builder.add_state(vec![]);
        builder.add_choice(0, certain(), vec![state]).unwrap();
    }
    let heads = StateSet::from_flags(vec![false, true, false]);
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label("heads", heads)
        .finish()
        .unwrap();
    let problem = reach(model, "heads", None, Direction::Minimize);
    let plan = planned(&problem, 1.0, 3);
    for nature in [NatureMode::Nominal, NatureMode::Worst, NatureMode::Sampled] {
        let summary = simulate(&problem, &plan, &settings(nature)).unwrap().summary;
        assert!(
            summary.interval.lower.0 < 0.3 && 0.3 < summary.interval.upper.0,
            "{summary:?}"
        );
        // Tails can never become heads, so every run ends after one step.
        assert_eq!((summary.unfinished, summary.steps_longest), (0, 1));
        assert_eq!(summary.visits, [6_000, summary.held, summary.failed]);
    }
}

#[test]
fn traces_tell_what_happened() {
    let (problem, plan) = &*CROSSING;
    let settings = settings(NatureMode::Worst);
    let simulation = simulate(problem, plan, &settings).unwrap();
    let roles: Vec<(Role, Outcome)> = simulation.traces.iter().map(|t| (t.role, t.outcome)).collect();
    assert_eq!(roles[0], (Role::Worst, Outcome::Failed));
    assert_eq!(roles[2], (Role::Best, Outcome::Held));
    for trace in &simulation.traces {
        let again = record_run(problem, plan, &settings, trace.run).unwrap();
        assert_eq!((again.role, &again.steps), (Role::Asked, &trace.steps));
        for pair in trace.steps.windows(2) {
            let decision = pair[0].decision.as_ref().unwrap();
            assert_eq!(decision.branches[decision.outcome as usize].state, pair[1].state);
            assert!((decision.branches.iter().map(|b| b.nature).sum::<f64>() - 1.0).abs() < 1e-12);
            let choice = plan.policy.choice(pair[0].state, 0).unwrap();
            assert_eq!(problem.model.action_name(choice), decision.action);
            let taken = decision
                .alternatives
                .iter()
                .find(|a| a.action == decision.action)
                .unwrap();
            // Nothing promises more than what the plan does.
            let best = decision
                .alternatives
                .iter()
                .map(|a| a.bracket.lower.0)
                .fold(0.0, f64::max);
            assert!(taken.bracket.lower.0 > best - 1e-3);
            for branch in &decision.branches {
                assert!(branch.lower <= branch.nature + 1e-12 && branch.nature <= branch.upper + 1e-12);
            }
        }
        assert!(trace.steps.last().unwrap().decision.is_none());
    }
}

#[test]
fn a_stopped_simulation_keeps_what_it_has() {
    let (problem, plan) = &*CROSSING;
    let stopped = simulate_with(problem, plan, &settings(NatureMode::Worst), &|_| {
        ControlFlow::Break(())
    })
    .unwrap();
    assert!(stopped.summary.runs > 0 && stopped.summary.runs < 6_000);
    assert!(stopped.summary.agrees_with(&plan.bracket));
}

#[test]
fn runs_that_are_cut_widen_the_interval() {
    let (problem, plan) = &*CROSSING;
    let cut = SimulationSettings {
        steps_max: 12,
        ..settings(NatureMode::Worst)
    };
    let summary = simulate(problem, plan, &cut).unwrap().summary;
    assert!(summary.unfinished > 300);
    assert!(summary.agrees_with(&plan.bracket), "{summary:?}");
    assert_eq!(summary.steps_longest, 12);
    assert_eq!(summary.held + summary.failed + summary.unfinished, summary.runs);
}

#[test]
fn where_the_target_may_be_missed_the_cost_is_infinite() {
    let mut builder = ModelBuilder::new("trap", vec!["go".into()]);
    builder.add_state(vec![]);
    builder
        .add_choice(0, interval(&[("0.5", "1"), ("0", "0.5")]), vec![1, 2])
        .unwrap();
    for state in [1, 2] {
        builder.add_state(vec![]);
        builder.add_choice(0, certain(), vec![state]).unwrap();
    }
    let home = StateSet::from_flags(vec![false, true, false]);
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label("home", home.clone())
        .finish()
        .unwrap();
    let base = reach(model, "home", None, Direction::Maximize);
    let objective = Objective::Until {
        quantity: vec![r("1"); 3].into(),
        target: home,
    };
    let problem = Problem {
        objective,
        agent: Direction::Minimize,
        ..base
    };
    let infinite = vec![f64::INFINITY, 0.0, f64::INFINITY];
    let proof = Proof::FixedPoint {
        lower: infinite.clone(),
        upper: infinite,
        rank: vec![0; 3],
    };
    let bracket = Bracket {
        lower: f64::INFINITY,
        upper: f64::INFINITY,
    };
    let plan = plan(&problem, Policy::Memoryless(vec![0, 1, 2]), proof, bracket, 1);
    let simulation = simulate(&problem, &plan, &settings(NatureMode::Worst)).unwrap();
    assert!(simulation.summary.endless > 0 && simulation.summary.agrees_with(&bracket));
    assert_eq!(simulation.traces[0].outcome, Outcome::Endless);
    let text = write_jsonl(&simulation.traces[0], &simulation.header);
    let read = murphy_trace::read_jsonl(&text).unwrap();
    assert_eq!(read, [(simulation.header.clone(), simulation.traces[0].clone())]);
    let extras = PageExtras {
        simulation: Some(&simulation),
        ..Default::default()
    };
    assert!(Page::render(&PageData::new(&problem, &plan, extras).unwrap()).contains("\"inf\""));
}

#[test]
fn plans_that_do_not_fit_are_refused() {
    let (problem, plan) = &*CROSSING;
    let with_policy = |policy: Policy| Plan {
        policy,
        ..plan.clone()
    };
    let run = |plan: &Plan| {
        simulate(problem, plan, &settings(NatureMode::Worst))
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(
        run(&with_policy(Policy::Memoryless(vec![0; 3]))),
        Error::Length { what: "the policy" }
    );
    assert_eq!(
        run(&with_policy(Policy::Memoryless(vec![u32::MAX; 80]))),
        Error::Policy { state: 0 }
    );
    assert_eq!(
        run(&with_policy(Policy::Stepwise(vec![]))),
        Error::Policy { state: 0 }
    );
    let short = Proof::FixedPoint {
        lower: vec![0.0],
        upper: vec![1.0],
        rank: vec![],
    };
    let certificate = Certificate {
        proof: short,
        ..plan.certificate.clone()
    };
    let error = run(&Plan {
        certificate,
        ..plan.clone()
    });
    assert_eq!(
        error,
        Error::Length {
            what: "the certificate"
        }
    );
    let certificate = Certificate {
        proof: Proof::Backward,
        ..plan.certificate.clone()
    };
    assert_eq!(
        run(&Plan {
            certificate,
            ..plan.clone()
        }),
        Error::Length {
            what: "the certificate"
        }
    );
    let settings = SimulationSettings {
        confidence: f64::NAN,
        ..Default::default()
    };
    assert!(matches!(
        simulate(problem, plan, &settings),
        Err(Error::Confidence { .. })
    ));
    let settings = SimulationSettings {
        runs: 0,
        ..Default::default()
    };
    let none = simulate(problem, plan, &settings).unwrap();
    assert!(none.traces.is_empty() && none.summary.agrees_with(&plan.bracket));
}

#[test]
fn runs_end_where_nothing_is_added_any_more() {
    let discounted = machine_problem(Direction::Minimize, Direction::Maximize, |quantity, _| {
        Objective::Discounted {
            quantity: quantity.into(),
            discount: r("0.999"),
        }
    });
    // The first choices only: whoever runs and never repairs ends with a broken machine, which costs nothing.
    let found = planned(&discounted, 0.0, 50);
    let policy = Policy::Memoryless(vec![0, 2, 4]);
    let plan = Plan { policy, ..found };
    let summary = simulate(&discounted, &plan, &settings(NatureMode::Worst))
        .unwrap()
        .summary;
    assert!(
        summary.steps_mean < 30.0 && summary.unfinished == 0,
        "{summary:?}"
    );
}
