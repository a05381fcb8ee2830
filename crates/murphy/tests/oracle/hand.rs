//! Models on which shortcuts are known to go wrong, with the values that a person can compute.

use murphy::notation::{Passage, Rational, Source};
use murphy::property::{Options, Reply, answer};
use murphy::spec::property::Property;
use murphy::world::{Limits, prism};

fn ask(text: &str, property: &str) -> Result<Reply, String> {
    let program = prism::parse(Source::new("model.prism", text)).unwrap();
    let model = program.unfold(&[], &Limits::default()).unwrap();
    let property = Property::parse(&Passage::named("--property", property)).unwrap();
    answer(model, &property, None, &Options::default()).map_err(|error| error.message)
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
        found.bracket.gap() <= 1e-6,
        "{property}: {:?} is wide",
        found.bracket
    );
}

/// Improving the side of the one who minimises stops at 1/2: at first neither leaving nor waiting looks better.
#[test]
fn one_who_minimises_is_not_trapped_by_a_tie() {
    let trap = "mdp module m
        s : [0..4];
        [a] s=0 -> (s'=1);
        [b] s=0 -> 1/2:(s'=3) + 1/2:(s'=4);
        [] s=1 -> [0,1]:(s'=0) + [0,1]:(s'=2);
        [] s=2 -> 3/10:(s'=3) + 7/10:(s'=4);
        [] s>2 -> true;
        endmodule label \"bad\" = s=3;";
    worth(trap, "Pminmax=? [ F \"bad\" ]", 3, 10);
    worth(trap, "Pmaxmin=? [ F \"bad\" ]", 1, 2);
    worth(trap, "Pmaxmax=? [ F \"bad\" ]", 1, 2);
    // Both want it small: they go round for ever.
    worth(trap, "Pminmin=? [ F \"bad\" ]", 0, 1);
}

/// Closed sets: Nature may use the zero, and then the target is never reached.
#[test]
fn a_zero_lower_bound_may_be_attained() {
    let text = "mdp module m s : [0..1]; [] s=0 -> [0,1]:(s'=1) + [0,1]:(s'=0); [] s=1 -> true; endmodule";
    worth(text, "Pmin=? [ F s=1 ]", 0, 1);
    worth(text, "Pmax=? [ F s=1 ]", 1, 1);
    let positive = text.replace("[0,1]:(s'=1)", "[1/1000000,1]:(s'=1)");
    worth(&positive, "Pmin=? [ F s=1 ]", 1, 1);
}

/// In binary ten tenths fall short of one, and the graph looks as if no distribution were left.
#[test]
fn ten_tenths_make_a_whole() {
    let branches: Vec<String> = (1..=10).map(|to| format!("[0,0.1]:(s'={to})")).collect();
    let text = format!(
        "mdp module m s : [0..10]; [] s=0 -> {}; [] s>0 -> true; endmodule",
        branches.join(" + ")
    );
    worth(&text, "Pmin=? [ F s=3 ]", 1, 10);
    worth(&text, "Pmax=? [ F s=3 ]", 1, 10);
    worth(&text, "Pmin=? [ F s>0 ]", 1, 1);
}

/// A ladder that falls back to its foot: iterating to a small last change stops far below the value.
#[test]
fn a_slow_ladder_is_climbed() {
    let text = "mdp module m
        s : [0..26];
        [] s=0 -> 1/2:(s'=1) + 1/2:(s'=13);
        [] s>0 & s<12 -> [45/100,1/2]:(s'=s+1) + [1/2,55/100]:(s'=0);
        [] s>12 & s<25 -> [45/100,1/2]:(s'=s+1) + [1/2,55/100]:(s'=0);
        [] s=12 -> true;
        [] s>=25 -> true;
        endmodule";
    let Reply::Value(least) = ask(text, "Pmin=? [ F s=12 ]").unwrap() else {
        panic!("no number")
    };
    let Reply::Value(most) = ask(text, "Pmax=? [ F s=12 ]").unwrap() else {
        panic!("no number")
    };
    // Up one side with chance a, up the other with chance b, else back to the foot: a / (a + b).
    let (strong, weak) = (0.5f64.powi(11), 0.45f64.powi(11));
    let expected = |a: f64, b: f64| a / (a + b);
    let (low, high) = (expected(weak, 0.5 * strong), expected(strong, 0.45 * weak));
    assert!(
        least.bracket.lower <= low + 1e-12 && low - 1e-12 <= least.bracket.upper,
        "{least:?} {low}"
    );
    assert!(
        most.bracket.lower <= high + 1e-12 && high - 1e-12 <= most.bracket.upper,
        "{most:?} {high}"
    );
    assert!(least.bracket.gap() <= 1e-6 && most.bracket.gap() <= 1e-6);
}

/// Nature may loop for ever through the accepting state, or leave to a coin: reaching what is won almost surely would give her a zero.
#[test]
fn a_loop_through_what_is_accepted_wins() {
    let text = "mdp module m
        s : [0..4];
        [] s=0 -> [0,1]:(s'=1) + [0,1]:(s'=2);
        [] s=1 -> (s'=0);
        [] s=2 -> 1/2:(s'=3) + 1/2:(s'=4);
        [] s>2 -> true;
        endmodule label \"seen\" = s=1 | s=3;";
    worth(text, "Pmax=? [ G F \"seen\" ]", 1, 1);
    match ask(text, "Pmin=? [ G F \"seen\" ]") {
        Ok(_) => worth(text, "Pmin=? [ G F \"seen\" ]", 1, 2),
        Err(refusal) => assert!(refusal.contains("rule branches out"), "{refusal}"),
    }
}

/// One unknown bias for the whole run would give at least 3/16 here; a Nature who picks anew each time gives less.
#[test]
fn nature_picks_anew_each_time() {
    let text = "mdp module m
        s : [0..3];
        [] s=0 -> [1/4,3/4]:(s'=1) + [1/4,3/4]:(s'=3);
        [] s=1 -> [1/4,3/4]:(s'=3) + [1/4,3/4]:(s'=2);
        [] s>1 -> true;
        endmodule";
    // With one bias p throughout: p (1 - p), at least 3/16. Anew each time: 1/4 of 1/4.
    worth(text, "Pmin=? [ F s=2 ]", 1, 16);
    worth(text, "Pmax=? [ F s=2 ]", 9, 16);
}
