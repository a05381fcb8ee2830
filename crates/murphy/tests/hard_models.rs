//! Small models on which plain value iteration, fixed graphs or the interval hull go wrong, with their true values.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::notation::{Passage, Rational, Source};
use murphy::property::{Options, Reply, answer};
use murphy::spec::property::Property;
use murphy::world::{Limits, NoFiles, Product, World, prism};

#[track_caller]
fn worth(text: &str, property: &str, expected: &str) {
    let model = prism::parse(Source::new("model.prism", text))
        .unwrap()
        .unfold(&[], &Limits::default())
        .unwrap();
    let parsed = Property::parse(&Passage::named("--property", property)).unwrap();
    let Ok(Reply::Value(found)) = answer(model, &parsed, None, &Options::default()) else {
        panic!("{property} has no value");
    };
    let expected: Rational = expected.parse().unwrap();
    let (lower, upper) = (found.bracket.lower, found.bracket.upper);
    let holds =
        Rational::from_f64(lower).unwrap() <= expected && expected <= Rational::from_f64(upper).unwrap();
    assert!(holds, "{property} is {expected}, not in [{lower}, {upper}]");
    assert!(
        upper - lower <= 1e-6 * upper.abs(),
        "{property}: [{lower}, {upper}] is wide"
    );
}

/// Waiting costs nothing, but who waits for ever never arrives, which costs infinitely much.
#[test]
fn a_free_loop_is_no_way_to_arrive() {
    let shop = "mdp
module errand
  at : [0..2];
  [wait] at=0 -> (at'=0);
  [walk] at=0 -> [2/5,3/5]:(at'=2) + [2/5,3/5]:(at'=1);
  [taxi] at=1 -> (at'=2);
  [home] at=2 -> true;
endmodule
rewards \"coins\" [walk] true:1; [taxi] true:3; endrewards";
    worth(shop, "R{\"coins\"}minmin=? [ F at=2 ]", "11/5");
    worth(shop, "R{\"coins\"}minmax=? [ F at=2 ]", "14/5");
}

/// Three steps in ten million leave the loop: a change below the tolerance is no proof of having arrived.
#[test]
fn a_loop_that_is_hardly_ever_left() {
    let leak = "dtmc
module leak
  at : [0..2];
  [] at=0 -> 0.9999997:(at'=0) + [1e-7,2e-7]:(at'=1) + [1e-7,2e-7]:(at'=2);
  [] at>0 -> true;
endmodule";
    worth(leak, "Pmin=? [ F at=1 ]", "1/3");
    worth(leak, "Pmax=? [ F at=1 ]", "2/3");
}

/// A lower bound of zero lets Nature take the edge away for good.
#[test]
fn a_zero_lower_bound_is_ordinary() {
    let door = "dtmc
module door
  open : bool;
  [] !open -> [0,1/2]:(open'=true) + [1/2,1]:true;
  [] open -> true;
endmodule";
    let ask = |property: &str| {
        let model = prism::parse(Source::new("door", door))
            .unwrap()
            .unfold(&[], &Limits::default())
            .unwrap();
        let parsed = Property::parse(&Passage::named("--property", property)).unwrap();
        match answer(model, &parsed, None, &Options::default()).unwrap() {
            Reply::Value(found) => (found.bracket.lower, found.bracket.upper),
            Reply::Verdict(_) => panic!("a value was asked for"),
        }
    };
    assert_eq!(ask("Pmin=? [ F open ]"), (0.0, 0.0));
    assert_eq!(ask("Pmax=? [ F open ]"), (1.0, 1.0));
}

/// PRISM multiplies the bounds of synchronising modules: the hull of the product, which is wider.
#[test]
fn synchronised_intervals_are_the_hull_of_their_product() {
    let coins = "dtmc
module one
  a : [0..2];
  [toss] a=0 -> [2/5,3/5]:(a'=1) + [2/5,3/5]:(a'=2);
  [] a>0 -> true;
endmodule
module two = one [ a=b ] endmodule";
    worth(coins, "Pmin=? [ F a>0 & a=b ]", "8/25");
    worth(coins, "Pmax=? [ F a>0 & a=b ]", "17/25");
}

/// Where the modules are declared to be independent, the product is no wider than they are.
#[test]
fn independent_modules_keep_their_product() {
    let coins = "dtmc
module one
  a : [0..2];
  [toss] a=0 -> [2/5,3/5]:(a'=1) + [2/5,3/5]:(a'=2);
  [] a>0 -> true;
endmodule
module two = one [ a=b ] endmodule";
    for (property, expected) in [
        ("Pmin=? [ F a>0 & a=b ]", "12/25"),
        ("Pmax=? [ F a>0 & a=b ]", "13/25"),
    ] {
        let program = prism::parse(Source::new("model.prism", coins)).unwrap();
        let model = program
            .product(Product::Independent)
            .unfold(&[], &Limits::default())
            .unwrap();
        let parsed = Property::parse(&Passage::named("--property", property)).unwrap();
        let options = Options {
            exact: true,
            ..Options::default()
        };
        let Ok(Reply::Value(found)) = answer(model, &parsed, None, &options) else {
            panic!("{property} has no value");
        };
        assert_eq!(found.exact, Some(expected.parse().unwrap()));
    }
}

/// No float comes near: the value is a fraction of numbers of more than a hundred digits, and is found as one.
#[test]
fn a_gambler_who_hardly_ever_gets_anywhere() {
    // Haddad and Monmege: up with one part in three, and back to the start with two.
    let climb = "dtmc
module climb
  at : [0..200];
  [] at<200 -> 1/3:(at'=at+1) + 2/3:(at'=0);
  [] at=200 -> true;
endmodule
rewards \"steps\" at<200 : 1; endrewards";
    // From the start to the top: (3^200 - 1) / (1 - 1/3).
    let expected =
        "398420983313812154008171983053669440243850178980091743961862442608638736351953274491577048566000";
    let model = prism::parse(Source::new("climb", climb))
        .unwrap()
        .unfold(&[], &Limits::default())
        .unwrap();
    let parsed = Property::parse(&Passage::named("--property", "R=? [ F at=200 ]")).unwrap();
    let Ok(Reply::Value(found)) = answer(model, &parsed, None, &Options::default()) else {
        panic!("no value");
    };
    assert_eq!(found.exact, Some(expected.parse().unwrap()));
}

#[test]
fn a_bracket_that_the_next_round_makes_narrow_is_not_turned_into_fractions() {
    let mut ring = String::from(
        "dtmc
module p1
  x1 : [0..1] init 1;
  [step] x1=x7 -> 0.5:(x1'=0) + 0.5:(x1'=1);
  [step] !(x1=x7) -> (x1'=x7);
endmodule
",
    );
    for own in 2..=7 {
        ring += &format!("module p{own} = p1 [ x1=x{own}, x7=x{} ] endmodule\n", own - 1);
    }
    let alike: Vec<String> = (1..=7)
        .map(|own| format!("(x{own}=x{}?1:0)", own % 7 + 1))
        .collect();
    ring += &format!(
        "rewards true : 1; endrewards label \"stable\" = {} = 1;",
        alike.join("+")
    );
    let model = prism::parse(Source::new("ring", ring))
        .unwrap()
        .unfold(&[], &Limits::default())
        .unwrap();
    let parsed = Property::parse(&Passage::named("--property", "R=? [ F \"stable\" ]")).unwrap();
    let Ok(Reply::Value(found)) = answer(model, &parsed, None, &Options::default()) else {
        panic!("no value");
    };
    let (bracket, expected) = (found.bracket, 130_472.0 / 23_751.0);
    assert!(
        bracket.lower <= expected && expected <= bracket.upper && bracket.gap() <= 5e-7 * expected,
        "{bracket:?}"
    );
    assert_eq!(found.exact, None);
}

/// In the world language entities keep their product: no hull is taken. A second coin that Nature may choose after seeing the first lies between 2/5 and 3/5,
/// one that is the same whatever the first shows between 12/25 and 13/25.
#[test]
fn entities_keep_their_product() {
    let joint = |steps: &str| {
        let text = format!(
            r#"World(
                name: "two coins",
                unknowns: {{ "p": Unknown(within: "0.4..0.6", settled: EachAction) }},
                entities: {{ "pair": Entity(
                    state: {{ "a": Int("0..2"), "b": Int("0..2") }}, start: {{ "a": 0, "b": 0 }},
                    steps: [ Step(on: "toss", when: "a == 0", then: {steps}) ],
                ) }},
                actions: ["toss"],
                labels: {{ "same": "pair.a > 0 && pair.a == pair.b" }},
            )"#
        );
        let spec = |stance: &str| {
            let text = format!(
                r#"Spec(name: "same", goals: [ Maximize(Probability("F same")) ], nature: Nature(stance: {stance}))"#
            );
            murphy::spec::Spec::parse(&Source::new("spec", text)).unwrap()
        };
        let value = |stance: &str| {
            let world = World::parse(Source::new("world", text.clone()), &NoFiles, &[]).unwrap();
            let problem =
                murphy::problem::Problem::new(world.unfold(&Limits::default()).unwrap(), &spec(stance))
                    .unwrap();
            murphy::solve(&problem, &murphy::plan::Settings::default())
                .unwrap()
                .plan
                .bracket
        };
        (value("Pessimistic"), value("Optimistic"))
    };
    // The first coin at one of its extremes, the second with probability `p` of heads, whatever the first shows.
    let product = |first: &str, second: &str| {
        format!(
            r#"("{first} * p", {{ "a": 1, "b": 1 }}), ("{first} * (1 - p)", {{ "a": 1, "b": 2 }}),
               ("{second} * p", {{ "a": 2, "b": 1 }}), ("{second} * (1 - p)", {{ "a": 2, "b": 2 }}),"#
        )
    };
    let mut least = f64::INFINITY;
    let mut most = f64::NEG_INFINITY;
    for (first, second) in [("0.4", "0.6"), ("0.6", "0.4")] {
        let (low, high) = joint(&format!("Chance([{}])", product(first, second)));
        least = least.min(low.upper);
        most = most.max(high.lower);
    }
    assert!(
        (least - 12.0 / 25.0).abs() < 1e-6 && (most - 13.0 / 25.0).abs() < 1e-6,
        "{least} {most}"
    );
}

/// Thirty steps of one in a thousand: far below any absolute tolerance, and still told apart from zero.
#[test]
fn tiny_probabilities_keep_their_figures() {
    let ladder = "dtmc
module ladder
  rung : [0..31];
  [] rung<30 -> [0.001,0.002]:(rung'=rung+1) + [0.998,0.999]:(rung'=31);
  [] rung>=30 -> true;
endmodule";
    worth(ladder, "Pmin=? [ F rung=30 ]", "1e-90");
    worth(ladder, "Pmax=? [ F rung=30 ]", "1.073741824e-81");
}

/// Every action of the circle looks as good as the way out, but only the way out arrives: the policy must make progress.
#[test]
fn a_policy_arrives_and_does_not_only_promise_to() {
    let spec = r#"Spec(name: "arrive", goals: [ Maximize(Probability("F won")) ])"#;
    let world = r#"World(
        name: "a circle with a way out",
        entities: { "p": Entity(
            state: { "at": Int("0..4") }, start: { "at": 0 },
            steps: [
                Step(on: "go", when: "at == 0", then: { "at": "1" }),
                Step(on: "circle", when: "at == 1", then: { "at": "1" }),
                Step(on: "go", when: "at == 1", then: { "at": "2" }),
                Step(on: "play", when: "at == 2", then: Interval([("1/3..1/2", { "at": "3" }), ("1/2..2/3", { "at": "4" })])),
            ],
        ) },
        actions: ["circle", "go", "play"],
        labels: { "won": "p.at == 3" },
    )"#;
    let model = World::parse(Source::new("w", world), &NoFiles, &[])
        .unwrap()
        .unfold(&Limits::default())
        .unwrap();
    let spec = murphy::spec::Spec::parse(&Source::new("s", spec)).unwrap();
    let problem = murphy::problem::Problem::new(model, &spec).unwrap();
    let answer = murphy::solve(&problem, &murphy::plan::Settings::default()).unwrap();
    let bracket = answer.plan.bracket;
    assert!(bracket.lower <= 1.0 / 3.0 + 1e-15 && bracket.upper >= 1.0 / 3.0 - 1e-15 && bracket.gap() < 1e-6);
    let taken = answer.plan.policy.choice(1, 0).unwrap();
    assert_eq!(problem.model.action_name(taken), "go");
}
