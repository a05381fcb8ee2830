//! Long-run means and sums for ever on models whose values a person can compute, as properties and as specs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy::notation::{Passage, Rational, Source};
use murphy::prelude::*;
use murphy::property::{Options, Reply, answer};
use murphy::spec::property::Property;
use murphy::world::prism;

/// Two places, each left with a probability between a quarter and a half.
const SWITCH: &str = "
dtmc
module switch
  s : [0..1];
  [] s=0 -> [1/4,1/2]:(s'=1) + [1/2,3/4]:(s'=0);
  [] s=1 -> [1/4,1/2]:(s'=0) + [1/2,3/4]:(s'=1);
endmodule
rewards \"cold\" s=0 : -3; s=1 : 3; endrewards
";

/// A machine that earns while it works, breaks now and then, and is mended fast and dearly or slowly and for nothing. It may also be sold.
const MACHINE: &str = "
mdp
module machine
  s : [0..3];
  [work] s=0 -> [0,1/5]:(s'=1) + [4/5,1]:(s'=0);
  [fast] s=1 -> (s'=0);
  [slow] s=1 -> [1/4,1/2]:(s'=0) + [1/2,3/4]:(s'=1);
  [sell] s=0 -> 1/2:(s'=2) + 1/2:(s'=3);
  [rest] s>1 -> true;
endmodule
rewards \"profit\" [work] true : 10; [fast] true : -5; s=2 : 4; s=3 : 20; endrewards
rewards \"mended\" [fast] true : 1; endrewards
rewards \"sold\" [sell] true : 3; endrewards
label \"working\" = s=0;
";

fn model(text: &str) -> Model {
    let program = prism::parse(Source::new("model.prism", text)).unwrap();
    program.unfold(&[], &Limits::default()).unwrap()
}

fn ask(text: &str, property: &str) -> Result<Reply, String> {
    let property = Property::parse(&Passage::named("--property", property)).unwrap();
    answer(model(text), &property, None, &Options::default()).map_err(|error| error.message)
}

fn worth(text: &str, property: &str, numerator: i64, denominator: i64) {
    let expected = Rational::new(numerator, denominator);
    let Reply::Value(found) = ask(text, property).unwrap() else {
        panic!("{property} is no number")
    };
    let ends = [found.bracket.lower, found.bracket.upper].map(|end| Rational::from_f64(end).unwrap());
    assert!(
        ends[0] <= expected && expected <= ends[1],
        "{property} is {expected}, not {:?}",
        found.bracket
    );
    assert!(
        found.bracket.gap() <= 1e-6 * found.bracket.upper.abs().max(1.0),
        "{property}: {:?}",
        found.bracket
    );
}

#[test]
fn an_interval_chain_in_the_long_run() {
    // The share of the first place is b / (a + b), where a and b are the chances to leave them.
    worth(SWITCH, "Smin=? [ s=0 ]", 1, 3);
    worth(SWITCH, "Smax=? [ s=0 ]", 2, 3);
    worth(SWITCH, "R{\"cold\"}min=? [ S ]", -1, 1);
    worth(SWITCH, "R{\"cold\"}max=? [ S ]", 1, 1);
    assert_eq!(ask(SWITCH, "S>=0.3 [ s=0 ]"), Ok(Reply::Verdict(true)));
    assert_eq!(ask(SWITCH, "S>=0.5 [ s=0 ]"), Ok(Reply::Verdict(false)));
}

#[test]
fn a_machine_in_the_long_run() {
    // Fast: a round is 5 steps of work and one of mending, at worst: (50 - 5) / 6. Selling is worth 12 on average.
    worth(MACHINE, "R{\"profit\"}maxmin=? [ S ]", 12, 1);
    worth(MACHINE, "R{\"profit\"}maxmax=? [ S ]", 12, 1);
    // Slow: five steps of work and four of mending; she who wants little never sells the worth of 12.
    worth(MACHINE, "R{\"profit\"}minmin=? [ S ]", 50, 9);
    worth(MACHINE, "R{\"profit\"}minmax=? [ S ]", 10, 1);
    worth(MACHINE, "Smaxmin=? [ \"working\" ]", 5, 6);
    worth(MACHINE, "Smaxmax=? [ \"working\" ]", 1, 1);
    worth(MACHINE, "Sminmax=? [ \"working\" ]", 0, 1);
}

#[test]
fn sums_for_ever_where_nature_may_rule_branches_out() {
    // She may let the machine never break, or break again and again.
    worth(MACHINE, "R{\"mended\"}maxmin=? [ C ]", 0, 1);
    let Ok(Reply::Value(found)) = ask(MACHINE, "R{\"mended\"}maxmax=? [ C ]") else {
        panic!("no number")
    };
    assert!(found.bracket.lower.is_infinite());
    worth(MACHINE, "R{\"mended\"}minmax=? [ C ]", 0, 1);
    worth(MACHINE, "R{\"sold\"}maxmin=? [ C ]", 3, 1);
    worth(MACHINE, "R{\"sold\"}minmax=? [ C ]", 0, 1);
}

/// The same, written as a spec.
#[test]
fn a_spec_asks_for_the_long_run() {
    for (goal, value) in [
        ("Maximize(Expected(\"profit\", horizon: LongRun))", 12.0),
        ("Maximize(Expected(\"sold\", horizon: Total))", 3.0),
        ("Minimize(Expected(\"mended\", horizon: Total))", 0.0),
    ] {
        let spec = Spec::parse(&Source::new(
            "goal.ron",
            format!("Spec(name: \"g\", goals: [{goal}])"),
        ))
        .unwrap();
        let problem = Problem::new(model(MACHINE), &spec).unwrap();
        let answer = solve(&problem, &Settings::default()).unwrap();
        let bracket = answer.plan.bracket;
        assert!(
            bracket.lower <= value && value <= bracket.upper && bracket.gap() <= 1e-6,
            "{goal}: {bracket:?}"
        );
    }
    let wrong = |horizon: &str| {
        let text = format!("Spec(name: \"g\", goals: [Maximize(Expected(\"profit\", horizon: {horizon}))])");
        let spec = Spec::parse(&Source::new("goal.ron", text));
        match spec {
            Ok(spec) => Problem::new(model(MACHINE), &spec).unwrap_err().message,
            Err(error) => error.message,
        }
    };
    assert!(
        wrong("Total").contains("must not be negative"),
        "{}",
        wrong("Total")
    );
    assert!(wrong("Longrun").contains("Longrun"), "{}", wrong("Longrun"));
}
