//! Several objectives at once in models too large for one linear program: answers that are known by hand.
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
use murphy::world::{Limits, prism};

fn ask(text: &str, property: &str) -> Result<Reply, String> {
    let model = prism::parse(Source::new("model.prism", text))
        .and_then(|program| program.unfold(&[], &Limits::default()))
        .unwrap();
    let parsed = Property::parse(&Passage::named("--property", property)).unwrap();
    answer(model, &parsed, None, &Options::default()).map_err(|error| error.message)
}

#[track_caller]
fn worth(text: &str, property: &str, expected: &str) {
    let Ok(Reply::Value(found)) = ask(text, property) else {
        panic!("{property}: {:?}", ask(text, property));
    };
    let expected: Rational = expected.parse().unwrap();
    let (lower, upper) = (found.bracket.lower, found.bracket.upper);
    let holds =
        Rational::from_f64(lower).unwrap() <= expected && expected <= Rational::from_f64(upper).unwrap();
    assert!(holds, "{property} is {expected}, not in [{lower}, {upper}]");
    assert!(
        upper - lower <= 1e-6 * upper.abs().max(1.0),
        "{property}: [{lower}, {upper}]"
    );
}

/// A long way, and at its end a bet: half a chance of gold, or a small one of gold with silver otherwise. Waiting is free.
const BET: &str = "mdp
module way
  at : [0..600];
  prize : [0..3];
  [go]    at<600 -> (at'=at+1);
  [wait]  at=600 & prize=0 -> true;
  [risky] at=600 & prize=0 -> 1/2:(prize'=1) + 1/2:(prize'=3);
  [safe]  at=600 & prize=0 -> 1/10:(prize'=1) + 9/10:(prize'=2);
  [end]   prize>0 -> true;
endmodule
label \"gold\" = prize=1;
label \"silver\" = prize=2;
rewards \"coins\" [risky] true : 3; [safe] true : 1; endrewards";

/// Each step pays into one of two purses; forty states, so that the steps cannot be laid out one by one.
const PURSES: &str = "mdp
module purses
  c : [0..39];
  [left]  true -> (c'=mod(c+1, 40));
  [right] true -> (c'=mod(c+1, 40));
endmodule
rewards \"left\" [left] true : 1; endrewards
rewards \"right\" [right] true : 1; endrewards";

#[test]
fn probabilities_are_traded_by_mixing() {
    // Half of the time the safe bet, half of the time the other.
    worth(
        BET,
        "multi(Pmax=? [ F \"gold\" ], P>=0.45 [ F \"silver\" ])",
        "0.3",
    );
    worth(
        BET,
        "multi(P>=0.45 [ F \"silver\" ], Pmax=? [ F \"gold\" ])",
        "0.3",
    );
    // Gold without silver is always the risky bet, and no bet at all has neither.
    worth(BET, "multi(Pmax=? [ F \"gold\" ], P<=0 [ F \"silver\" ])", "0.5");
    worth(BET, "multi(Pmin=? [ F \"silver\" ], P>=0.1 [ F \"gold\" ])", "0");
    worth(
        BET,
        "multi(Pmin=? [ F prize>0 ], P>=0.9 [ F prize<3 & prize>0 | prize=0 ])",
        "0",
    );
    worth(
        BET,
        "multi(R{\"coins\"}max=? [ C ], P>=0.45 [ F \"silver\" ])",
        "2",
    );
    assert_eq!(
        ask(BET, "multi(P>=0.3 [ F \"gold\" ], P>=0.44 [ F \"silver\" ])"),
        Ok(Reply::Verdict(true))
    );
    assert_eq!(
        ask(BET, "multi(P>=0.3 [ F \"gold\" ], P>=0.46 [ F \"silver\" ])"),
        Ok(Reply::Verdict(false))
    );
    let none = ask(BET, "multi(Pmax=? [ F \"gold\" ], P>=0.95 [ F \"silver\" ])").unwrap_err();
    assert!(none.contains("no policy meets all thresholds"), "{none}");
    let small = ask(BET, "multi(R{\"coins\"}min=? [ C ], P>=0.45 [ F \"silver\" ])").unwrap_err();
    assert!(small.contains("sums that are to be large"), "{small}");
}

#[test]
fn sums_over_steps_are_traded_by_mixing() {
    worth(
        PURSES,
        "multi(R{\"left\"}max=? [ C<=60 ], R{\"right\"}>=22.5 [ C<=60 ])",
        "37.5",
    );
    worth(
        PURSES,
        "multi(R{\"left\"}min=? [ C<=60 ], R{\"right\"}<=22.5 [ C<=60 ])",
        "37.5",
    );
    assert_eq!(
        ask(
            PURSES,
            "multi(R{\"left\"}>=29 [ C<=60 ], R{\"right\"}>=30 [ C<=60 ])"
        ),
        Ok(Reply::Verdict(true))
    );
    assert_eq!(
        ask(
            PURSES,
            "multi(R{\"left\"}>=31 [ C<=60 ], R{\"right\"}>=30 [ C<=60 ])"
        ),
        Ok(Reply::Verdict(false))
    );
}
