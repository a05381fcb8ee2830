//! Random decision problems against a Nature that settles once: two algorithms and brute force agree exactly, and every proof is checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy::decision::{decide, decide_anew, decide_on_states};
use murphy::prelude::*;
use murphy_certify::{DecisionRejection, check_anew, check_decision, check_on_states, check_stages};
use murphy_plan::once::{solve_by_answers, solve_game, solve_on_grid, solve_stages};
use murphy_problem::decision::{
    BehaviourPolicy, Compiled, DecisionProof, DecisionTree, DecisionTreeBuilder, Environment, History,
    Hypothesis, Stage, StageChoice, Stages, Supposed, Turn, law, stage_law,
};
use murphy_world::Settled;

/// A small generator of its own, so that the cases are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn ratio(&mut self, parts: i64) -> Rational {
        Rational::new(
            i64::try_from(self.below(parts.unsigned_abs() + 1)).unwrap(),
            parts,
        )
    }

    fn distribution(&mut self, count: usize) -> Vec<Rational> {
        let weights: Vec<i64> = (0..count)
            .map(|_| i64::try_from(self.below(5)).unwrap())
            .collect();
        let sum: i64 = weights.iter().sum();
        if sum == 0 {
            return self.distribution(count);
        }
        weights
            .into_iter()
            .map(|weight| Rational::new(weight, sum))
            .collect()
    }
}

/// Two states over `steps` steps, with two actions each.
fn random_stages(dice: &mut Dice, steps: usize, environments: usize) -> Stages {
    let (states, actions) = (2, 2);
    let payoff = |dice: &mut Dice| -> Vec<Rational> {
        let one = dice.ratio(6);
        (0..environments).map(|_| one.clone()).collect()
    };
    let mut nodes = vec![Stage::default(); 1 + steps * states];
    for (node, stage) in nodes.iter_mut().enumerate() {
        let step = node.div_ceil(states);
        stage.name = format!("{node}");
        stage.arrival = if step == steps {
            payoff(dice)
        } else {
            vec![Rational::ZERO; environments]
        };
        if step == steps {
            continue;
        }
        for action in 0..actions {
            let rows: Vec<Vec<Rational>> = (0..environments).map(|_| dice.distribution(states)).collect();
            stage.choices.push(StageChoice {
                action: action.to_string(),
                gain: payoff(dice),
                branches: (0..states)
                    .map(|state| {
                        (
                            1 + step * states + state,
                            rows.iter().map(|row| row[state].clone()).collect(),
                        )
                    })
                    .collect(),
            });
        }
    }
    let hypotheses = match dice.below(2) {
        1 if environments > 2 => vec![
            (Rational::new(1, 3), vec![0]),
            (Rational::new(2, 3), (1..environments).collect()),
        ],
        _ => vec![(Rational::ONE, (0..environments).collect())],
    };
    Stages {
        nodes,
        environments: (0..environments)
            .map(|k| (k.to_string(), Rational::new(1, 2) + dice.ratio(4), dice.ratio(5)))
            .collect(),
        hypotheses,
        negated: false,
        tail: Rational::ZERO,
    }
}

/// The same problem on histories.
fn unrolled(stages: &Stages) -> DecisionTree {
    let count = stages.environments.len();
    let mut builder = DecisionTreeBuilder::default();
    for (name, weight, secured) in &stages.environments {
        builder.environments.push(Environment {
            name: name.clone(),
            weight: weight.clone(),
            secured: secured.clone(),
            probability: Vec::new(),
            payoff: Vec::new(),
        });
    }
    if stages.hypotheses.len() > 1 {
        builder.hypotheses = stages
            .hypotheses
            .iter()
            .map(|(prior, members)| Hypothesis {
                name: String::new(),
                prior: prior.clone(),
                environments: members.clone(),
            })
            .collect();
    }
    let add = |builder: &mut DecisionTreeBuilder, parent, probability: &[Rational], payoff: &[Rational]| {
        builder.histories.push(History {
            parent,
            turn: Turn::End,
            name: String::new(),
        });
        for k in 0..count {
            builder.environments[k].probability.push(probability[k].clone());
            builder.environments[k].payoff.push(payoff[k].clone());
        }
        builder.histories.len() - 1
    };
    let sure = vec![Rational::ONE; count];
    add(&mut builder, None, &sure, &stages.nodes[0].arrival);
    let mut open = std::collections::VecDeque::from([(0, 0)]);
    while let Some((history, node)) = open.pop_front() {
        let stage = &stages.nodes[node];
        if stage.choices.is_empty() {
            continue;
        }
        let information_set = builder.information_sets.len();
        let actions = stage.choices.iter().map(|choice| choice.action.clone()).collect();
        builder.information_sets.push((history.to_string(), actions));
        let mut next = Vec::new();
        for choice in &stage.choices {
            let middle = add(&mut builder, Some(history), &sure, &choice.gain);
            next.push(middle);
            let mut after = Vec::new();
            for (to, probability) in &choice.branches {
                let child = add(
                    &mut builder,
                    Some(middle),
                    probability,
                    &stages.nodes[*to].arrival,
                );
                after.push(child);
                open.push_back((child, *to));
            }
            builder.histories[middle].turn = Turn::Chance { next: after };
        }
        builder.histories[history].turn = Turn::Agent {
            information_set,
            next,
        };
    }
    builder.finish().unwrap()
}

fn compiled(tree: &DecisionTree) -> Compiled {
    Compiled {
        form: tree.sequence_form(),
        sets: tree.information_sets().to_vec(),
    }
}

#[test]
fn vectors_on_states_and_the_program_on_histories_agree_exactly() {
    let mut dice = Dice(7);
    for round in 0..12 {
        let environments = 2 + usize::try_from(dice.below(2)).unwrap();
        let stages = random_stages(&mut dice, 2, environments);
        let plan = solve_stages(&stages).unwrap();
        assert_eq!(plan.lower, plan.upper, "round {round}");
        check_stages(&stages, &plan).unwrap();
        let tree = unrolled(&stages);
        let proof = solve_game(&compiled(&tree)).unwrap();
        assert_eq!(proof.lower, proof.upper, "round {round}");
        assert_eq!(proof.lower, plan.lower, "round {round}");
        // The policy pays what it says in every environment of the tree.
        assert_eq!(tree.guarantee(&tree.payoffs(&proof.policy)), proof.lower);
    }
}

#[test]
fn answers_and_counter_answers_come_to_what_vectors_and_programs_do() {
    let mut dice = Dice(19);
    for round in 0..12 {
        let environments = 2 + usize::try_from(dice.below(3)).unwrap();
        let stages = random_stages(&mut dice, 2 + round % 2, environments);
        let exact = solve_stages(&stages).unwrap();
        let plan = solve_by_answers(&stages, &Rational::new(1, 1_000_000_000)).unwrap();
        check_stages(&stages, &plan).unwrap();
        assert!(plan.grid.is_none() && &plan.upper - &plan.lower <= Rational::new(1, 1_000_000_000));
        assert!(
            plan.lower <= exact.lower && exact.upper <= plan.upper,
            "round {round}"
        );
        if round % 2 == 0 {
            let proof = solve_game(&compiled(&unrolled(&stages))).unwrap();
            assert!(
                plan.lower <= proof.lower && proof.upper <= plan.upper,
                "round {round}"
            );
        }
    }
}

#[test]
fn weights_on_a_grid_bracket_what_vectors_find() {
    let mut dice = Dice(31);
    for round in 0..4 {
        let stages = random_stages(&mut dice, 3, 2 + round % 2);
        let exact = solve_stages(&stages).unwrap();
        let mut gaps = Vec::new();
        for parts in [1, 4, 64] {
            let plan = solve_on_grid(&stages, parts).unwrap();
            assert_eq!(plan.grid, Some(parts));
            check_stages(&stages, &plan).unwrap();
            assert!(
                plan.lower <= exact.lower && exact.upper <= plan.upper,
                "round {round}"
            );
            gaps.push(&plan.upper - &plan.lower);
        }
        assert!(
            gaps[2] < Rational::new(1, 50) && gaps[2] <= gaps[0],
            "round {round}: {gaps:?}"
        );
        let mut wrong = solve_on_grid(&stages, 4).unwrap();
        wrong.upper -= Rational::new(1, 1_000_000);
        assert!(matches!(
            check_stages(&stages, &wrong),
            Err(DecisionRejection::Upper { .. })
        ));
        wrong.grid = Some(0);
        assert_eq!(check_stages(&stages, &wrong), Err(DecisionRejection::Nature));
    }
}

#[test]
fn no_policy_without_lots_beats_the_program_and_nature_holds_all_of_them() {
    let mut dice = Dice(23);
    for _ in 0..8 {
        let stages = random_stages(&mut dice, 2, 3);
        let tree = unrolled(&stages);
        let game = compiled(&tree);
        let proof = solve_game(&game).unwrap();
        let sets = tree.information_sets().len();
        for number in 0..1usize << sets {
            let actions: Vec<usize> = (0..sets).map(|set| number >> set & 1).collect();
            let policy = BehaviourPolicy::pure(&tree, &actions).unwrap();
            let payoffs = tree.payoffs(&policy);
            assert!(tree.guarantee(&payoffs) <= proof.lower);
            // Against Nature's mixture even the best of them has no more than the value.
            let mut weights = proof.nature.iter().skip(1);
            let mean: Rational = tree
                .hypotheses()
                .iter()
                .flat_map(|one| {
                    one.environments
                        .iter()
                        .map(|&k| &one.prior * &payoffs[k])
                        .collect::<Vec<_>>()
                })
                .map(|payoff| weights.next().unwrap() * payoff)
                .sum();
            assert!(mean <= proof.upper);
        }
    }
}

#[test]
fn a_stage_plan_that_was_changed_is_rejected() {
    let mut dice = Dice(5);
    let stages = random_stages(&mut dice, 2, 2);
    let plan = solve_stages(&stages).unwrap();
    let sixteenth = Rational::new(1, 16);
    let mut wrong = plan.clone();
    wrong.lower += &sixteenth;
    assert!(matches!(
        check_stages(&stages, &wrong),
        Err(DecisionRejection::Lower { .. })
    ));
    let mut wrong = plan.clone();
    wrong.upper -= &sixteenth;
    assert!(matches!(
        check_stages(&stages, &wrong),
        Err(DecisionRejection::Upper { .. })
    ));
    let mut wrong = plan.clone();
    wrong.points[0][0].value[0] += &sixteenth;
    assert_eq!(check_stages(&stages, &wrong), Err(DecisionRejection::Policy));
    let mut wrong = plan;
    wrong.nature[0] += &sixteenth;
    assert_eq!(check_stages(&stages, &wrong), Err(DecisionRejection::Nature));
}

/// A world of two steps whose chances are affine in two unknowns, each of which matters at most once in a run.
fn random_world(dice: &mut Dice, second: &str) -> String {
    let mut steps = String::new();
    for (state, unknown) in [(0, "p"), (1, second), (2, second)] {
        for action in ["a", "b"] {
            let (base, slope) = (dice.ratio(4), dice.ratio(4));
            // base·(1 - u) + slope·u lies between base and slope.
            let (x, y) = (1 + 2 * state, 2 + 2 * state);
            steps += &format!(
                "Step(on: \"{action}\", when: \"at == {state}\", then: Chance([(\"{base} * (1 - {unknown}) + {slope} * {unknown}\", {{ \"at\": \"{x}\" }}), (\"1 - ({base} * (1 - {unknown}) + {slope} * {unknown})\", {{ \"at\": \"{y}\" }})])),\n"
            );
        }
    }
    let pays: Vec<String> = (3..7)
        .map(|at| format!("w.at == {at} ? {} : ", dice.ratio(6)))
        .collect();
    format!(
        "World(name: \"random\", unknowns: {{ \"p\": Unknown(within: \"0..1\", settled: Once), \"q\": Unknown(within: \"1/4..1\", settled: Once) }},
        entities: {{ \"w\": Entity(state: {{ \"at\": Int(\"0..7\") }}, start: {{ \"at\": 0 }}, steps: [{steps}
        Step(on: \"wait\", when: \"at in 3..6\", then: {{ \"at\": \"7\" }})]) }},
        actions: [\"a\", \"b\", \"wait\"], ends: \"w.at == 7\", labels: {{ \"over\": \"w.at == 7\" }},
        quantities: {{ \"payoff\": \"{}0\" }})",
        pays.concat()
    )
}

const SPEC: &str =
    "Spec(name: \"all\", goals: [Maximize(Expected(\"payoff\", until: \"over\"))], precision: 1e-6)";

fn supposed(world: &str) -> Supposed {
    let world = World::parse(Source::new("world.ron", world), &NoFiles, &[]).unwrap();
    Supposed::only(world.parametric(&Limits::default()).unwrap())
}

fn spec_of(text: &str) -> Spec {
    Spec::parse(&Source::new("spec.ron", text)).unwrap()
}

fn read(world: &str, spec: &str) -> murphy_problem::decision::Law {
    law(&[supposed(world)], &spec_of(spec)).unwrap()
}

#[test]
fn what_is_secured_counts_on_states_as_on_histories() {
    let mut dice = Dice(53);
    for direction in ["Maximize", "Minimize"] {
        let spec = spec_of(&SPEC.replace("Maximize", direction));
        let worlds = [random_world(&mut dice, "q"), random_world(&mut dice, "q")];
        let mut hypotheses: Vec<Supposed> = worlds.iter().map(|world| supposed(world)).collect();
        for (number, one) in hypotheses.iter_mut().enumerate() {
            one.hypothesis.name = number.to_string();
            one.hypothesis.weight = Rational::new(1, 2) + dice.ratio(3);
            one.hypothesis.secured = dice.ratio(3) + Rational::new(i64::try_from(number).unwrap(), 5);
        }
        let precision = Rational::new(1, 1000);
        let trees = law(&hypotheses, &spec).unwrap();
        let trees = decide(&trees, &precision).unwrap().checked;
        let (_, states) = decide_on_states(&stage_law(&hypotheses, &spec).unwrap(), &precision).unwrap();
        assert_eq!(
            (trees.lower, trees.upper),
            (states.lower, states.upper),
            "{direction}"
        );
    }
}

#[test]
fn the_later_nature_settles_the_less_is_guaranteed() {
    let mut dice = Dice(3);
    let mut strict = 0;
    for _ in 0..20 {
        let law = read(&random_world(&mut dice, "q"), SPEC);
        let value = |settled| {
            let answer = decide(&law.clone().settled(settled), &Rational::new(1, 1000)).unwrap();
            assert_eq!(answer.checked.lower, answer.checked.upper);
            answer.checked.lower
        };
        let values = [Settled::EachAction, Settled::EachState, Settled::Once].map(value);
        assert!(values[0] <= values[1] && values[1] <= values[2], "{values:?}");
        strict += usize::from(values[0] < values[2]);
    }
    assert!(strict > 0, "no case tells the natures apart");
}

#[test]
fn an_optimistic_nature_gains_by_changing_her_mind_and_is_the_best_case() {
    let mut dice = Dice(61);
    let mut strict = 0;
    for _ in 0..12 {
        let spec = SPEC.replace("precision", "nature: Nature(stance: Optimistic), precision");
        let law = read(&random_world(&mut dice, "q"), &spec);
        assert!(law.optimistic);
        let answer =
            |law: &murphy_problem::decision::Law| decide(law, &Rational::new(1, 1000)).unwrap().checked;
        let values = [Settled::EachAction, Settled::EachState, Settled::Once]
            .map(|settled| answer(&law.clone().settled(settled)));
        for value in &values {
            assert_eq!(value.lower, value.upper);
        }
        assert!(values[0].lower >= values[1].lower && values[1].lower >= values[2].lower);
        strict += usize::from(values[0].lower > values[2].lower);
        // Where facts are settled once, it is the greatest of what any policy without lots has in any world.
        let once = law.clone().settled(Settled::Once);
        let tree = once.tree().unwrap();
        let sets = tree.information_sets().len();
        let payoffs = (0..1usize << sets).flat_map(|number| {
            let actions: Vec<usize> = (0..sets).map(|set| number >> set & 1).collect();
            tree.payoffs(&BehaviourPolicy::pure(&tree, &actions).unwrap())
        });
        assert_eq!(Some(values[2].lower.clone()), payoffs.max());
        let mut other = law.clone();
        other.optimistic = false;
        assert!(answer(&other).upper <= values[2].lower);
    }
    assert!(strict > 0, "no case tells the natures apart");
}

#[test]
fn each_action_on_a_tree_is_backward_induction() {
    let mut dice = Dice(11);
    for _ in 0..10 {
        let text = random_world(&mut dice, "q");
        let law = read(&text, SPEC).settled(Settled::EachAction);
        let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
        // The engine for models, whose sets are settled after the action, brackets the same number.
        let plain = text.replace(", settled: Once", "");
        let world = World::parse(Source::new("world.ron", plain), &NoFiles, &[]).unwrap();
        let spec = Spec::parse(&Source::new(
            "spec.ron",
            SPEC.replace("until: \\\"over\\\"", "horizon: 3")
                .replace("until: \"over\"", "horizon: 3"),
        ))
        .unwrap();
        let problem = Problem::new(world.unfold(&Limits::default()).unwrap(), &spec).unwrap();
        let bracket = murphy::solve(&problem, &Settings::default())
            .unwrap()
            .plan
            .bracket;
        let value = answer.checked.lower.to_f64();
        assert!(
            bracket.lower <= value + 1e-12 && value - 1e-12 <= bracket.upper,
            "{value} {bracket:?}"
        );
    }
}

#[test]
fn an_unknown_that_matters_again_and_again_is_bracketed() {
    let mut dice = Dice(41);
    for _ in 0..6 {
        // The same unknown in both steps.
        let law = read(&random_world(&mut dice, "p"), SPEC);
        let precision = Rational::new(1, 10_000);
        let answer = decide(&law, &precision).unwrap();
        let (lower, upper) = (&answer.checked.lower, &answer.checked.upper);
        assert!(lower <= upper && upper - lower <= precision, "{lower} {upper}");
        // A policy's worst among many values of the unknown is not below what it guarantees.
        for (hypothesis, pays) in law
            .hypotheses
            .iter()
            .zip(law.pays(answer.proof.policy()).unwrap())
        {
            let range = &hypothesis.unknowns[0];
            for i in 0..=16i64 {
                let at = &range.low + (&range.high - &range.low) * Rational::new(i, 16);
                assert!(pays.value(&vec![at; range.symbol + 1]) >= *lower);
            }
        }
    }
}

/// A walk whose only unknown matters at every step.
fn drift(places: u32, within: &str) -> String {
    format!(
        r#"World(name: "drift", unknowns: {{ "p": Unknown(within: "{within}", settled: Once) }},
        entities: {{ "w": Entity(state: {{ "x": Int("0..{places}") }}, start: {{ "x": {} }}, steps: [
            Step(on: "left", then: Chance([("p", {{ "x": "max(x - 1, 0)" }}), ("1 - p", {{ "x": "min(x + 1, {places})" }})])),
            Step(on: "right", then: Chance([("p", {{ "x": "min(x + 1, {places})" }}), ("1 - p", {{ "x": "max(x - 1, 0)" }})])),
        ]) }}, actions: ["left", "right"],
        quantities: {{ "payoff": "w.x == {places} ? 3 : w.x == 0 ? 2 : 0" }})"#,
        places / 2
    )
}

fn over_steps(steps: u32) -> Spec {
    spec_of(&format!(
        r#"Spec(name: "all", goals: [Maximize(Expected("payoff", horizon: {steps}))], precision: 1e-3)"#
    ))
}

#[test]
fn an_unknown_that_matters_at_every_step_is_bracketed_on_states_as_on_histories() {
    let precision = Rational::new(1, 1_000);
    for (steps, within) in [(3, "0.2..0.9"), (4, "0.35..0.6")] {
        let spec = over_steps(steps);
        let hypotheses = [supposed(&drift(4, within))];
        let states = stage_law(&hypotheses, &spec).unwrap();
        assert_eq!(states.repeated.as_deref(), Some("p"));
        let (proof, on_states) = decide_on_states(&states, &precision).unwrap();
        let on_histories = decide(&law(&hypotheses, &spec).unwrap(), &precision)
            .unwrap()
            .checked;
        assert!(on_states.lower <= on_histories.upper && on_histories.lower <= on_states.upper);
        assert!(&on_states.upper - &on_states.lower <= &precision * &Rational::from(2i64));
        // In every world of the range, the plan pays at least what it says, and no plan pays more than the bound in all that Nature picks among.
        let range = &states.hypotheses[0].unknowns[0];
        let pays = states.pays(&proof.plan).unwrap().remove(0);
        for i in 0..=40i64 {
            let at = &range.low + (&range.high - &range.low) * Rational::new(i, 40);
            assert!(pays.value(&vec![at; range.symbol + 1]) >= on_states.lower);
        }
        let mut wrong = proof.clone();
        wrong.boxes.pop();
        assert_eq!(
            check_on_states(&states, &wrong),
            Err(DecisionRejection::Uncovered)
        );
        let mut wrong = proof.clone();
        wrong.settlements[0].values[0] = &range.low - Rational::new(1, 100);
        assert_eq!(check_on_states(&states, &wrong), Err(DecisionRejection::Nature));
        let mut wrong = proof;
        wrong.plan.lower += Rational::new(1, 10);
        assert!(matches!(
            check_on_states(&states, &wrong),
            Err(DecisionRejection::Lower { .. })
        ));
    }
}

#[test]
fn what_plans_pay_over_very_many_steps_in_many_unknowns_is_refused_by_name() {
    let unknowns = r#"settled: Once), "q": Unknown(within: "0.1..0.2", settled: Once), "r": Unknown(within: "0.1..0.2", settled: Once) }"#;
    let text = drift(6, "0.2..0.9")
        .replace("settled: Once) }", unknowns)
        .replace("(\"p\", {", "(\"p - q / 2 - r / 2\", {")
        .replace("(\"1 - p\", {", "(\"1 - p + q / 2 + r / 2\", {");
    let spec = over_steps(12);
    let states = stage_law(&[supposed(&text)], &spec).unwrap();
    let even = solve_on_grid(&states.among(&states.ends().unwrap()).unwrap(), 1).unwrap();
    assert_eq!(states.pays(&even).map(drop), Ok(()));
    let longer = over_steps(30);
    let states = stage_law(&[supposed(&text)], &longer).unwrap();
    let even = solve_on_grid(&states.among(&states.ends().unwrap()).unwrap(), 1).unwrap();
    let refusal = states.pays(&even).unwrap_err().to_string();
    assert!(refusal.contains("more than 2048 terms"), "{refusal}");
}

#[test]
fn a_nature_with_too_many_plans_is_bounded_by_an_agent_that_sees_everything() {
    let spec = r#"Spec(name: "all", goals: [Maximize(Expected("payoff", horizon: 4))], nature: Nature(stance: Optimistic), precision: 1e-6)"#;
    let world = drift(4, "0.2..0.9");
    let law = read(&world, spec).settled(Settled::EachAction);
    let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
    assert!(law.compile().unwrap().form.pure_plans(4096).is_none());
    // The agent does see everything, so that the bound is the value, and it is that of the engine for models.
    assert_eq!(answer.checked.lower, answer.checked.upper);
    let plain = World::parse(
        Source::new("world.ron", world.replace(", settled: Once", "")),
        &NoFiles,
        &[],
    )
    .unwrap();
    let problem = Problem::new(plain.unfold(&Limits::default()).unwrap(), &spec_of(spec)).unwrap();
    let bracket = murphy::solve(&problem, &Settings::default())
        .unwrap()
        .plan
        .bracket;
    let value = answer.checked.lower.to_f64();
    assert!(
        bracket.lower <= value + 1e-12 && value - 1e-12 <= bracket.upper,
        "{value} {bracket:?}"
    );
    let mut wrong = answer.proof;
    if let DecisionProof::Hoped { lower, .. } = &mut wrong {
        *lower += Rational::new(1, 16);
    }
    assert!(matches!(
        check_decision(&law, &wrong),
        Err(DecisionRejection::Lower { .. })
    ));
}

#[test]
fn settling_anew_is_worth_the_same_on_states_as_on_histories() {
    let mut dice = Dice(67);
    let (mut lots, mut strict) = (0, 0);
    for round in 0..16 {
        // A walk comes back to states, a random world does not.
        let (text, spec) = if round % 4 == 0 {
            (drift(4, ["0.2..0.9", "0.35..0.6"][round / 4 % 2]), over_steps(3))
        } else {
            (random_world(&mut dice, "q"), spec_of(SPEC))
        };
        let hypotheses = [supposed(&text)];
        let histories = law(&hypotheses, &spec).unwrap();
        let states = stage_law(&hypotheses, &spec).unwrap();
        let mut values = Vec::new();
        for settled in [Settled::EachAction, Settled::EachState] {
            let exact = decide(&histories.clone().settled(settled), &Rational::new(1, 1000))
                .unwrap()
                .checked;
            let anew = states.settled(settled);
            let (plan, checked) = decide_anew(&anew).unwrap();
            assert_eq!(exact.lower, checked.lower, "{round} {settled:?}");
            assert_eq!(exact.upper, checked.upper, "{round} {settled:?}");
            lots += plan
                .policy
                .iter()
                .filter(|row| row.iter().filter(|p| p.is_positive()).count() > 1)
                .count();
            values.push(checked.lower);
            let mut wrong = plan.clone();
            wrong.lower += Rational::new(1, 1_000_000);
            assert!(matches!(
                check_anew(&anew, &wrong),
                Err(DecisionRejection::Lower { .. })
            ));
            let mut wrong = plan.clone();
            wrong.upper -= Rational::new(1, 1_000_000);
            assert!(matches!(
                check_anew(&anew, &wrong),
                Err(DecisionRejection::Upper { .. })
            ));
            let mut wrong = plan.clone();
            wrong.policy[0].pop();
            assert_eq!(check_anew(&anew, &wrong), Err(DecisionRejection::Policy));
            // A plan for one time of settling proves nothing of another.
            assert!(check_anew(&states.settled(Settled::Once), &plan).is_err());
        }
        strict += usize::from(values[0] < values[1]);
    }
    assert!(lots > 0 && strict > 0, "no case needs lots");
}

#[test]
fn many_steps_of_settling_anew_stay_in_a_narrow_bracket_in_order() {
    let states = stage_law(&[supposed(&drift(6, "0.3..0.7"))], &over_steps(60)).unwrap();
    let [action, state] = [Settled::EachAction, Settled::EachState]
        .map(|settled| decide_anew(&states.settled(settled)).unwrap().1);
    let narrow = Rational::new(1, 1_000_000_000);
    for checked in [&action, &state] {
        assert!(checked.lower <= checked.upper && &checked.upper - &checked.lower <= narrow);
    }
    assert!(action.upper < state.lower);
}

#[test]
fn minimising_is_maximising_what_is_lost() {
    let mut dice = Dice(17);
    for _ in 0..6 {
        let text = random_world(&mut dice, "q");
        let most = decide(&read(&text, SPEC), &Rational::new(1, 1000)).unwrap();
        let spec = SPEC.replace("Maximize", "Minimize");
        let turned = text
            .replace("\"payoff\": \"", "\"payoff\": \"-1 * (")
            .replace("0\" })", "0)\" })");
        let law = read(&turned, &spec);
        assert!(law.negated);
        let least = decide(&law, &Rational::new(1, 1000)).unwrap();
        assert_eq!(
            law.asked(&least.checked.lower, &least.checked.upper).0,
            -&most.checked.upper
        );
    }
}

#[test]
fn a_proof_of_another_problem_is_rejected() {
    let mut dice = Dice(29);
    let law = read(&random_world(&mut dice, "q"), SPEC);
    let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
    check_decision(&law, &answer.proof).unwrap();
    let DecisionProof::Game(game) = &answer.proof else {
        panic!("nothing reads the policy")
    };
    assert_eq!(
        check_decision(&law, &DecisionProof::Drawn(game.clone())),
        Err(DecisionRejection::Kind)
    );
    let other = read(&random_world(&mut dice, "q"), SPEC);
    assert!(check_decision(&other, &answer.proof).is_err());
}
