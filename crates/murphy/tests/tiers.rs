//! Several goals under requirements: held against backward induction in exact rationals, against hand models, and against tampering.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::credal::{CredalSet, Interval};
use murphy::prelude::*;
use murphy::problem::{Questions, Stage};
use murphy::tiers::{TierError, TierProof, check_tiers, first_goal, solve_tiers};

/// Numbers that look random and are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

const STATES: u32 = 4;
const STEPS: usize = 3;

/// A model of four states and two actions, with small whole quantities, so that ties are frequent, and bounds of which many are zero.
fn model(numbers: &mut Numbers) -> Model {
    let mut builder = ModelBuilder::new("random", vec!["a".into(), "b".into()]);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..STATES {
        builder.add_state(vec![]);
        for action in 0..2 {
            let targets = [numbers.below(4) as u32, numbers.below(4) as u32];
            let low = Rational::new(numbers.below(3) as i64, 4);
            let high = &Rational::ONE - &Rational::new(numbers.below(2) as i64, 4);
            let set = Interval::new(vec![low, Rational::ZERO], vec![high, Rational::ONE]).unwrap();
            builder.add_choice(action, CredalSet::from(set), targets).unwrap();
            first.push(Rational::from(numbers.below(3) as i64 - 1));
            second.push(Rational::from(numbers.below(4) as i64));
        }
    }
    builder
        .start(vec![(0, Rational::ONE)])
        .quantity("first", first)
        .quantity("second", second)
        .finish()
        .unwrap()
}

fn spec(inside: &str) -> Spec {
    let text = format!("Spec(name: \"tiers\", {inside})");
    Spec::parse(&Source::new("spec", text)).unwrap()
}

/// The value at the start of maximising the first quantity and then the second, each against its own worst Nature, by exact backward induction among
/// the actions that are best by the first in each state and step.
fn lexicographic(model: &Model) -> (Rational, Rational) {
    let zero = || vec![Rational::ZERO; STATES as usize];
    let (mut first, mut second) = (zero(), zero());
    for _ in 0..STEPS {
        let (mut new_first, mut new_second) = (zero(), zero());
        for state in 0..STATES {
            let worth = |quantity: &str, choice: u32, after: &[Rational]| {
                let values: Vec<Rational> = model
                    .targets(choice)
                    .iter()
                    .map(|target| after[*target as usize].clone())
                    .collect();
                let picked = model.set(choice).lower_expectation(&values).unwrap().value;
                picked + &model.quantity(quantity).unwrap()[choice as usize]
            };
            let best = model
                .choices(state)
                .map(|choice| worth("first", choice, &first))
                .max()
                .unwrap();
            let ties = model
                .choices(state)
                .filter(|choice| worth("first", *choice, &first) == best);
            new_second[state as usize] = ties.map(|choice| worth("second", choice, &second)).max().unwrap();
            new_first[state as usize] = best;
        }
        (first, second) = (new_first, new_second);
    }
    (first[0].clone(), second[0].clone())
}

#[track_caller]
fn holds(bracket: Bracket, value: &Rational) {
    let (low, high) = (
        Rational::from_f64(bracket.lower).unwrap(),
        Rational::from_f64(bracket.upper).unwrap(),
    );
    assert!(low <= *value && *value <= high, "[{low}, {high}] misses {value}");
    assert!(bracket.gap() < 1e-6, "{bracket:?}");
}

#[test]
fn a_second_tier_breaks_the_ties_of_the_first() {
    let mut numbers = Numbers(7);
    let goals = spec(
        "goals: [Maximize(Expected(\"first\", horizon: 3)), Maximize(Expected(\"second\", horizon: 3))]",
    );
    let mut broken = 0;
    for _ in 0..120 {
        let model = model(&mut numbers);
        let questions = Questions::new(model.clone(), &goals).unwrap();
        let tiered = solve_tiers(&questions, &Settings::default()).unwrap();
        let (first, second) = lexicographic(&model);
        holds(tiered.claims.goals[0].bracket, &first);
        holds(tiered.claims.goals[1].bracket, &second);
        let again = check_tiers(&questions, &tiered.policy, &tiered.proof).unwrap();
        assert_eq!(again, tiered.claims);
        // For everything that reads plans, it is a plan for the first goal.
        let answer = first_goal(&questions, &tiered, &Settings::default()).unwrap();
        holds(answer.plan.bracket, &first);
        let alone = spec("goals: [Maximize(Expected(\"second\", horizon: 3))]");
        let alone = Problem::new(model, &alone).unwrap();
        let most = solve(&alone, &Settings::default()).unwrap().plan.bracket;
        broken += usize::from(tiered.claims.goals[1].bracket.upper < most.lower - 1e-6);
    }
    assert!(
        broken > 20,
        "only in {broken} models the first goal costs the second something"
    );
}

/// A fork: a sure way that costs 3, a way that costs 1 and is lost with a probability between 0 and 0.2, and waiting, which is free.
fn fork() -> Model {
    let mut builder = ModelBuilder::new(
        "fork",
        vec!["sure".into(), "risky".into(), "wait".into(), "stay".into()],
    );
    let certain = || Interval::new(vec![Rational::ONE], vec![Rational::ONE]).unwrap();
    builder.add_state(vec![]);
    builder.add_choice(0, certain().into(), [1]).unwrap();
    let risk = Interval::new(
        vec![Rational::new(8, 10), Rational::ZERO],
        vec![Rational::ONE, Rational::new(2, 10)],
    );
    builder.add_choice(1, risk.unwrap().into(), [1, 2]).unwrap();
    builder.add_choice(2, certain().into(), [0]).unwrap();
    for state in [1, 2] {
        builder.add_state(vec![]);
        builder.add_choice(3, certain().into(), [state]).unwrap();
    }
    let set = |states: [bool; 3]| murphy::world::StateSet::from_flags(states.to_vec());
    let cost = [3, 1, 0, 0, 0].map(|cost: i64| Rational::from(cost)).to_vec();
    builder
        .start(vec![(0, Rational::ONE)])
        .label("home", set([false, true, false]))
        .label("lost", set([false, false, true]))
        .quantity("cost", cost)
        .finish()
        .unwrap()
}

fn solved(inside: &str) -> Result<murphy::tiers::Tiered, TierError> {
    let questions = Questions::new(fork(), &spec(inside)).unwrap();
    solve_tiers(&questions, &Settings::default())
}

#[test]
fn waiting_for_ever_is_no_tie() {
    // Waiting keeps the probability of coming home at one, and costs nothing, but never comes home.
    let tiered =
        solved("goals: [Maximize(Probability(\"F home\")), Minimize(Expected(\"cost\", discount: 0.5))]")
            .unwrap();
    assert_eq!(tiered.policy, Policy::Memoryless(vec![0, 3, 4]));
    holds(tiered.claims.goals[0].bracket, &Rational::ONE);
    // The best that the first goal leaves includes waiting, so the proved end is open.
    assert!(tiered.claims.goals[1].achieved.lower > 2.9 && tiered.claims.goals[1].bracket.lower < 1e-6);
    assert_eq!(tiered.notes.len(), 1);
}

#[test]
fn a_requirement_of_certainty_leaves_what_keeps_it() {
    let goal = "goals: [Minimize(Expected(\"cost\", until: \"home || lost\"))]";
    let alone = Problem::new(fork(), &spec(goal)).unwrap();
    holds(
        solve(&alone, &Settings::default()).unwrap().plan.bracket,
        &Rational::ONE,
    );
    let tiered = solved(&format!(
        "{goal}, require: [AtLeast(1, Probability(\"G !lost\"))]"
    ))
    .unwrap();
    assert_eq!(tiered.policy, Policy::Memoryless(vec![0, 3, 4]));
    // Both ends: no plan that is certain not to be lost costs less.
    holds(tiered.claims.goals[0].bracket, &Rational::from(3i64));
    assert_eq!(tiered.claims.requirements[0].holds, Some(true));
}

#[test]
fn a_requirement_below_certainty_is_kept_or_refused_with_a_proof() {
    let goal = "goals: [Minimize(Expected(\"cost\", until: \"home || lost\"))]";
    let with = |bound: &str| {
        solved(&format!(
            "{goal}, require: [AtMost({bound}, Probability(\"F lost\"))]"
        ))
    };
    // The risky way keeps it as it is.
    let loose = with("0.25").unwrap();
    assert_eq!(loose.policy, Policy::Memoryless(vec![1, 3, 4]));
    holds(loose.claims.goals[0].bracket, &Rational::ONE);
    // At 0.1 it does not: the sure way does, and the bracket stays open towards plans that mix.
    let tight = with("0.1").unwrap();
    assert_eq!(tight.policy, Policy::Memoryless(vec![0, 3, 4]));
    let bracket = tight.claims.goals[0].bracket;
    assert!(
        bracket.lower <= 1.0 && (3.0..3.001).contains(&bracket.upper),
        "{bracket:?}"
    );
    assert_eq!(tight.claims.requirements[0].holds, Some(true));
    // Coming home with more than certainty is impossible, and so is a cost below the least.
    let impossible = solved(&format!(
        "{goal}, require: [AtMost(0.5, Expected(\"cost\", until: \"home || lost\"))]"
    ));
    assert!(
        matches!(impossible, Err(TierError::Impossible { .. })),
        "{impossible:?}"
    );
}

/// Ten doors, one after another: a slow one costs 3, a quick one 1 and is lost with probability up to 1/50. At most 1/10 may be lost: some are quick.
#[test]
fn a_requirement_is_spent_where_it_can_be() {
    let mut builder = ModelBuilder::new("doors", vec!["slow".into(), "quick".into(), "stay".into()]);
    let certain = || Interval::new(vec![Rational::ONE], vec![Rational::ONE]).unwrap();
    let mut cost = Vec::new();
    for door in 0..10 {
        builder.add_state(vec![]);
        builder.add_choice(0, certain().into(), [door + 1]).unwrap();
        let risk = Interval::new(
            vec![Rational::new(49, 50), Rational::ZERO],
            vec![Rational::ONE, Rational::new(1, 50)],
        );
        builder
            .add_choice(1, risk.unwrap().into(), [door + 1, 11])
            .unwrap();
        cost.extend([Rational::from(3i64), Rational::ONE]);
    }
    for state in [10, 11] {
        builder.add_state(vec![]);
        builder.add_choice(2, certain().into(), [state]).unwrap();
        cost.push(Rational::ZERO);
    }
    let only =
        |state: usize| murphy::world::StateSet::from_flags((0..12).map(|other| other == state).collect());
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label("through", only(10))
        .label("lost", only(11))
        .quantity("cost", cost)
        .finish()
        .unwrap();
    let spec = spec(
        "goals: [Minimize(Expected(\"cost\", until: \"through || lost\"))], require: [AtMost(0.1, Probability(\"F lost\"))]",
    );
    let questions = Questions::new(model, &spec).unwrap();
    let tiered = solve_tiers(&questions, &Settings::default()).unwrap();
    let bracket = tiered.claims.goals[0].bracket;
    // All slow costs 30, all quick about 10; five quick ones keep the requirement.
    assert!(bracket.upper < 22.0, "{bracket:?}");
    assert_eq!(tiered.claims.requirements[0].holds, Some(true));
    assert!(tiered.claims.requirements[0].value.upper <= 0.1);
}

#[test]
fn pins_are_followed_and_planned_around() {
    let goal = "goals: [Minimize(Expected(\"cost\", until: \"home || lost\"))]";
    let with = |pins: &str| Problem::new(fork(), &spec(&format!("{goal}, pins: [{pins}]")));
    let pinned = with("Pin(when: \"!home && !lost\", act: \"sure\")").unwrap();
    holds(
        solve(&pinned, &Settings::default()).unwrap().plan.bracket,
        &Rational::from(3i64),
    );
    for (pins, part) in [
        (
            "Pin(when: \"!home\", act: \"fly\")",
            "the world has no action `fly`",
        ),
        (
            "Pin(when: \"!home\", act: \"stay\")",
            "`stay` is not available in state",
        ),
        ("Pin(when: \"hom\", act: \"sure\")", "did you mean `home`?"),
        (
            "Pin(when: \"!home\", act: \"sure\"), Pin(when: \"!lost\", act: \"wait\")",
            "two pins contradict each other",
        ),
    ] {
        let message = render(&with(pins).unwrap_err());
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn goals_with_and_without_a_step_bound_do_not_mix() {
    let mixed = spec("goals: [Maximize(Probability(\"F home\")), Minimize(Expected(\"cost\", horizon: 4))]");
    let message = render(&Questions::new(fork(), &mixed).unwrap_err());
    assert!(
        message.contains("cannot be planned for together") && message.contains("or none"),
        "{message}"
    );
}

/// A stage with a clock has the values of backward induction.
#[test]
fn a_clock_changes_no_value() {
    let mut numbers = Numbers(3);
    for inside in [
        "goals: [Maximize(Expected(\"first\", horizon: 3))]",
        "goals: [Minimize(Expected(\"first\", horizon: 3))], nature: Nature(stance: Optimistic)",
    ] {
        for _ in 0..40 {
            let problem = Problem::new(model(&mut numbers), &spec(inside)).unwrap();
            let backward = solve(&problem, &Settings::default()).unwrap();
            let stage = Stage::new(&problem.model, problem.objective.steps()).unwrap();
            let staged = stage.problem(&problem).unwrap();
            let clocked = solve(&staged.problem, &Settings::default()).unwrap();
            let exact = backward.checked.exact_lower.unwrap();
            let (low, high) = (
                clocked.checked.exact_lower.unwrap(),
                clocked.checked.exact_upper.unwrap(),
            );
            assert!(low <= &exact + &staged.offset && &exact + &staged.offset <= high);
            // There and back again, the policy is worth the same.
            let Policy::Memoryless(row) = &clocked.plan.policy else {
                panic!("a stage has no steps")
            };
            assert_eq!(&stage.row(&stage.policy(row)), row);
        }
    }
}

#[test]
fn a_proof_that_was_changed_is_refused() {
    let goal = "goals: [Minimize(Expected(\"cost\", until: \"home || lost\"))], require: [AtLeast(1, Probability(\"G !lost\"))]";
    let questions = Questions::new(fork(), &spec(goal)).unwrap();
    let tiered = solve_tiers(&questions, &Settings::default()).unwrap();
    let bytes = tiered.proof.to_bytes();
    assert_eq!(TierProof::from_bytes(&bytes).unwrap(), tiered.proof);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(
            TierProof::from_bytes(&changed).is_err(),
            "byte {at} was changed and not noticed"
        );
        assert!(TierProof::from_bytes(&bytes[..at]).is_err());
    }
    // Another policy: what it achieves is not what was proved.
    let risky = Policy::Memoryless(vec![1, 3, 4]);
    assert!(check_tiers(&questions, &risky, &tiered.proof).is_err());
    // Certificates in the wrong places, or too few of them.
    let mut swapped = tiered.proof.clone();
    swapped.achieved.swap(0, 1);
    assert!(check_tiers(&questions, &tiered.policy, &swapped).is_err());
    let mut short = tiered.proof.clone();
    short.best.pop();
    assert!(matches!(
        check_tiers(&questions, &tiered.policy, &short),
        Err(TierError::Shape)
    ));
    // A lower vector that is too good to be true.
    let mut raised = tiered.proof.clone();
    for certificate in raised.best.iter_mut().chain(&mut raised.achieved) {
        if let murphy::problem::Proof::FixedPoint { lower, .. } = &mut certificate.proof {
            lower.iter_mut().for_each(|value| *value += 0.0625);
        }
    }
    assert!(check_tiers(&questions, &tiered.policy, &raised).is_err());
}

/// Ties of a long-run mean are not told from losses by its proof: the goal below gives way, and the plan says so.
#[test]
fn a_goal_below_a_long_run_mean_gives_way() {
    let mut builder = ModelBuilder::new("job", vec!["work".into(), "rest".into()]);
    builder.add_state(vec![]);
    for action in [0, 1] {
        let certain = Interval::new(vec![Rational::ONE], vec![Rational::ONE]).unwrap();
        builder.add_choice(action, certain.into(), [0]).unwrap();
    }
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .quantity("effort", vec![Rational::from(2i64), Rational::ONE])
        .finish()
        .unwrap();
    let goals = spec(
        "goals: [Maximize(Expected(\"effort\", horizon: LongRun)), Minimize(Expected(\"effort\", discount: 0.5))]",
    );
    let questions = Questions::new(model, &goals).unwrap();
    let tiered = solve_tiers(&questions, &Settings::default()).unwrap();
    assert_eq!(tiered.policy, Policy::Memoryless(vec![0]));
    holds(tiered.claims.goals[0].bracket, &Rational::from(2i64));
    assert_eq!(tiered.notes.len(), 1);
    let answer = first_goal(&questions, &tiered, &Settings::default()).unwrap();
    holds(answer.plan.bracket, &Rational::from(2i64));
}
