//! Questions about plans: held against hand models whose answers are known exactly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::explain::{Followed, Known, aims, carried, compare, flips, side_effects, tighten, why};
use murphy::prelude::*;
use murphy::problem::Questions;
use murphy::spec::Formula;
use murphy_notation::Passage;

/// Two ways: a ferry that crosses with a probability known within bounds, and a bridge that costs more and always crosses.
const WORLD: &str = r#"World(
    name: "river",
    constants: { "toll": 4 },
    unknowns: { "calm": Unknown(within: "0.25..0.5") },
    entities: {
        "walker": Entity(
            state: { "at": OneOf(["bank", "shore"]), "soaked": Bool },
            start: { "at": "bank", "soaked": false },
            steps: [
                Step(on: "ferry", when: "at == bank", then: Chance([
                    ("calm", { "at": "shore" }),
                    ("1 - calm", { "soaked": true }),
                ])),
                Step(on: "bridge", when: "at == bank", then: { "at": "shore" }),
            ],
        ),
    },
    actions: ["ferry", "bridge"],
    ends: "over",
    labels: { "over": "walker.at == shore", "wet": "walker.soaked" },
    quantities: { "cost": "action == bridge ? toll : 1" },
)"#;

fn model(constants: &[(&str, &str)]) -> Model {
    let constants: Vec<(String, String)> = constants
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    World::parse(Source::new("river.ron", WORLD), &NoFiles, &constants)
        .unwrap()
        .unfold(&Limits::default())
        .unwrap()
}

fn spec(inside: &str) -> Spec {
    Spec::parse(&Source::new("spec", format!("Spec(name: \"cross\", {inside})"))).unwrap()
}

const CHEAP: &str = "goals: [Minimize(Expected(\"cost\", until: \"over\"))]";

fn planned(model: &Model, spec: &Spec) -> (Questions, Followed) {
    let questions = Questions::new(model.clone(), spec).unwrap();
    let answer = solve(&questions.goals[0], &Settings::default()).unwrap();
    let followed = Followed::new(model, &answer.plan.policy).unwrap();
    (questions, followed)
}

#[track_caller]
fn is(bracket: Bracket, value: f64) {
    let Bracket { lower, upper } = bracket;
    assert!(
        lower <= value && value <= upper && upper - lower < 1e-5,
        "[{lower}, {upper}] is not {value}"
    );
}

/// With calm at least 1/4, the ferry costs 1/(1/4) = 4 at worst: as much as the bridge. With a toll of 5 the ferry is the best, with 3 the bridge.
#[test]
fn alternatives_are_worth_what_follows_them() {
    for (toll, best, ferry, bridge) in [
        ("5", "ferry", (4.0, 4.0), (5.0, 5.0)),
        ("3", "bridge", (3.25, 3.25), (3.0, 3.0)),
    ] {
        let model = model(&[("toll", toll)]);
        let (questions, followed) = planned(&model, &spec(CHEAP));
        let start = followed.reached[0];
        let found = why(&followed, &aims(&questions), &[start]).unwrap();
        let of = |action: &str| {
            found[0]
                .iter()
                .find(|alternative| alternative.action == action)
                .unwrap()
        };
        assert!(of(best).chosen);
        // The ferry with toll 3: 1 + 3/4 * 3, for whoever gets wet takes the bridge then.
        for (action, (plan, best)) in [("ferry", ferry), ("bridge", bridge)] {
            is(of(action).worth[0].then_plan, plan);
            is(of(action).worth[0].then_best, best);
        }
    }
}

#[test]
fn likelihoods_are_bracketed_under_both_natures() {
    let model = model(&[("toll", "5")]);
    let (_, followed) = planned(&model, &spec(CHEAP));
    let ask = |text: &str| {
        let formula = Formula::parse(&Passage::named("formula", text)).unwrap();
        followed.probability(&formula, 1e-9).unwrap()
    };
    is(ask("F wet").least, 0.5);
    is(ask("F wet").greatest, 0.75);
    is(ask("F<=2 over").least, 1.0 - 0.75 * 0.75);
    is(ask("F<=2 over").greatest, 0.75);
    is(ask("G !wet").least, 0.25);
    is(ask("F over").least, 1.0);
    // Properties in PRISM's syntax, where nothing is left to choose.
    let property = |text: &str| {
        let property = murphy::spec::property::Property::parse(&Passage::named("property", text)).unwrap();
        followed.property(&property, 1e-9).unwrap()
    };
    let murphy::property::Reply::Value(worth) = property("Pmax=? [ G F \"wet\" ]") else {
        panic!("a number")
    };
    // Whoever is over stays where it is: wet, with probability up to 3/4.
    is(worth.bracket, 0.75);
    assert_eq!(
        property("P>=0.25 [ G !\"wet\" ]"),
        murphy::property::Reply::Verdict(true)
    );
    assert_eq!(
        property("P>0.25 [ G !\"wet\" ]"),
        murphy::property::Reply::Verdict(false)
    );
    let message = followed
        .probability(&Formula::parse(&Passage::named("f", "F wett")).unwrap(), 1e-9)
        .unwrap_err();
    assert!(message.to_string().contains("did you mean"), "{message}");
}

#[test]
fn what_nobody_asked_for_is_listed_with_what_could_be_avoided() {
    // At a toll of 4 both ways cost the same at worst: getting wet can be avoided for nothing.
    let spec = spec(CHEAP);
    let model = model(&[]);
    let (_, followed) = planned(&model, &spec);
    let effects = side_effects((&model, &followed), &spec, 50, true).unwrap();
    let of = |name: &str| effects.iter().find(|effect| effect.name == name).unwrap();
    assert!(of("over").asked && of("cost").asked && !of("wet").asked);
    let wet = of("wet");
    if wet.under_plan.greatest.upper > 0.0 {
        is(wet.under_plan.greatest, 0.75);
        is(wet.apart.least.unwrap(), 0.0);
    }
}

#[test]
fn knowing_an_unknown_better_is_worth_what_planning_anew_says() {
    let spec = spec(CHEAP);
    let again = |name: &str, value: &str| {
        let model = model(&[("toll", "5"), (name, value)]);
        Ok(Problem::new(model, &spec).unwrap())
    };
    let calm = Known {
        name: "calm".to_owned(),
        low: Rational::new(1, 4),
        high: Rational::new(1, 2),
    };
    let found = tighten(&[calm], &again).unwrap();
    // The middle half is 5/16..7/16, where the ferry costs 16/5 at worst.
    is(found[0].halved, 3.2);
    for (bracket, value) in found[0].at.iter().zip([4.0, 8.0 / 3.0, 2.0]) {
        is(*bracket, value);
    }
    is(found[0].worst(false), 4.0);
}

/// The ferry is the best while 1/calm <= toll: at a toll of 5 down to 1/5, at calm = 1/4 from a toll of 4 on.
#[test]
fn a_plan_flips_where_it_must() {
    let spec = spec(CHEAP);
    let base = model(&[("toll", "5")]);
    let (questions, _) = planned(&base, &spec);
    let policy = solve(&questions.goals[0], &Settings::default())
        .unwrap()
        .plan
        .policy;
    let range = |name: &str, low: Rational, high: Rational| Known {
        name: name.to_owned(),
        low,
        high,
    };
    let again = |name: &str, value: &str| {
        let model = model(&[("toll", "5"), (name, value)]);
        let (policy, unknown) = carried(&policy, &base, &model);
        assert_eq!(unknown, 0);
        Ok((Problem::new(model, &spec).unwrap(), policy))
    };
    let calm = flips(
        &range("calm", Rational::new(1, 10), Rational::new(9, 10)),
        8,
        &again,
    )
    .unwrap();
    assert_eq!(calm.len(), 1, "{calm:?}");
    assert!((calm[0].best_at.to_f64() - 0.2).abs() < 1e-5 && (calm[0].beaten_at.to_f64() - 0.2).abs() < 1e-5);
    assert!(calm[0].beaten_at < Rational::new(1, 5));
    let change = calm[0].change.as_ref().unwrap();
    assert_eq!((change.from.as_str(), change.to.as_str()), ("ferry", "bridge"));
    let toll = flips(&range("toll", Rational::ONE, Rational::from(9i64)), 5, &again).unwrap();
    assert_eq!(toll.len(), 1, "{toll:?}");
    assert!((toll[0].beaten_at.to_f64() - 4.0).abs() < 1e-4 && toll[0].beaten_at < Rational::from(4i64));
    // Within a range where nothing changes, nothing is found.
    assert!(
        flips(
            &range("calm", Rational::new(3, 10), Rational::new(5, 10)),
            4,
            &again
        )
        .unwrap()
        .is_empty()
    );
}

#[test]
fn plans_are_compared_where_either_comes() {
    let spec = spec(CHEAP);
    let (one, other) = (model(&[("toll", "5")]), model(&[("toll", "3")]));
    let (ferry, bridge) = (planned(&one, &spec).1, planned(&other, &spec).1);
    let found = compare(&ferry, &bridge);
    assert_eq!(
        (found.both, found.only_first, found.only_second, found.foreign),
        (2, 2, 0, 0)
    );
    assert!(found.partings[0].first_comes && found.partings[0].second_comes);
    assert_eq!(
        (
            found.partings[0].first.as_str(),
            found.partings[0].second.as_str()
        ),
        ("ferry", "bridge")
    );
    assert!(compare(&ferry, &ferry).partings.is_empty());
}

/// Of two rows with a doubt, the one that the plan meets more surely hurts more; made certain, its middle is what happens.
#[test]
fn the_set_that_hurts_most_comes_first() {
    use murphy::credal::{CredalSet, Interval};
    let mut builder = ModelBuilder::new("doubts", vec!["go".into(), "stay".into()]);
    let doubt = |low: i64| -> CredalSet {
        let low = Rational::new(low, 10);
        let rest = &Rational::ONE - &low;
        Interval::new(vec![low, Rational::ZERO], vec![Rational::ONE, rest])
            .unwrap()
            .into()
    };
    for (low, targets) in [(4, [1, 3]), (8, [2, 3])] {
        builder.add_state(vec![]);
        builder.add_choice(0, doubt(low), targets).unwrap();
    }
    for state in [2, 3] {
        builder.add_state(vec![]);
        let stay = Interval::new(vec![Rational::ONE], vec![Rational::ONE]).unwrap();
        builder.add_choice(1, stay.into(), [state]).unwrap();
    }
    let goal = murphy::world::StateSet::from_flags(vec![false, false, true, false]);
    let model = builder
        .start(vec![(0, Rational::ONE)])
        .label("goal", goal)
        .finish()
        .unwrap();
    let problem = Problem::new(model.clone(), &spec("goals: [Maximize(Probability(\"F goal\"))]")).unwrap();
    let policy = solve(&problem, &Settings::default()).unwrap().plan.policy;
    let followed = Followed::new(&model, &policy).unwrap();
    let found = murphy::explain::doubts(&problem, &followed, 5).unwrap();
    // Worst: 0.4 * 0.8. The first at its middle: 0.7 * 0.8; the second: 0.4 * 0.9.
    let known: Vec<(&str, f64)> = found
        .iter()
        .map(|doubt| (doubt.state.as_str(), doubt.known.lower))
        .collect();
    assert_eq!(known.len(), 2);
    assert!(known[0].0 == "0" && (known[0].1 - 0.56).abs() < 1e-6, "{known:?}");
    assert!(known[1].0 == "1" && (known[1].1 - 0.36).abs() < 1e-6, "{known:?}");
}

/// What is infinite where Nature can make it so, and finite where she cannot or does not want to.
#[test]
fn an_action_that_may_never_arrive_is_worth_infinity() {
    use murphy::credal::{CredalSet, Interval};
    for (stance, costs) in [("Pessimistic", [1.0, f64::INFINITY]), ("Optimistic", [1.0, 1.0])] {
        let mut builder = ModelBuilder::new("trap", vec!["sure".into(), "risky".into(), "stay".into()]);
        let sure = || -> CredalSet {
            Interval::new(vec![Rational::ONE], vec![Rational::ONE])
                .unwrap()
                .into()
        };
        let risky = Interval::new(vec![Rational::ZERO; 2], vec![Rational::ONE; 2]).unwrap();
        builder.add_state(vec![]);
        builder.add_choice(0, sure(), [1]).unwrap();
        builder.add_choice(1, risky.into(), [1, 2]).unwrap();
        for state in [1, 2] {
            builder.add_state(vec![]);
            builder.add_choice(2, sure(), [state]).unwrap();
        }
        let home = murphy::world::StateSet::from_flags(vec![false, true, false]);
        let model = builder
            .start(vec![(0, Rational::ONE)])
            .label("over", home)
            .quantity("cost", vec![Rational::ONE; 4])
            .finish()
            .unwrap();
        let spec = spec(&format!("{CHEAP}, nature: Nature(stance: {stance})"));
        let (questions, followed) = planned(&model, &spec);
        let found = why(&followed, &aims(&questions), &[0]).unwrap();
        for (alternative, cost) in found[0].iter().zip(costs) {
            let Bracket { lower, upper } = alternative.worth[0].then_best;
            assert!(
                lower <= cost && cost <= upper,
                "{}: [{lower}, {upper}] is not {cost}",
                alternative.action
            );
            assert!(cost.is_finite() || lower == f64::INFINITY);
        }
    }
}
