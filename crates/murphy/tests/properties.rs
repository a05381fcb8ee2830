//! Properties of small models whose answers are known exactly.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

use murphy::notation::{Passage, Rational, Source, Value};
use murphy::property::{Options, Reply, answer};
use murphy::spec::property::{Property, PropertyFile};
use murphy::world::{Limits, Model, prism};

/// A walk: from `s=0` left or right, then on; `s=2` is the goal and `s=3` a trap.
const FORK: &str = "
mdp
module walk
  s : [0..3];
  [left]  s=0 -> 1/2:(s'=1) + 1/2:(s'=3);
  [right] s=0 -> 1/4:(s'=2) + 3/4:(s'=3);
  [on]    s=1 -> 4/5:(s'=2) + 1/5:(s'=3);
  [back]  s=1 -> (s'=0);
  [end]   s>=2 -> true;
endmodule
label \"goal\" = s=2;
rewards \"steps\" s<2 : 1; endrewards
rewards \"left\" [left] true : 3; endrewards
";

/// A die of three coins, each between 0.4 and 0.6.
const COINS: &str = "
dtmc
module coins
  n : [0..3];
  up : [0..3];
  [] n<3 -> [2/5,3/5]:(n'=n+1)&(up'=up+1) + [2/5,3/5]:(n'=n+1);
  [] n=3 -> true;
endmodule
label \"all\" = up=3;
";

/// The policy picks a coin, Nature its bias.
const BIASED: &str = "
mdp
module game
  s : [0..2];
  [safe]  s=0 -> [3/10,4/10]:(s'=1) + [6/10,7/10]:(s'=2);
  [risky] s=0 -> [1/10,9/10]:(s'=1) + [1/10,9/10]:(s'=2);
  [end]   s>0 -> true;
endmodule
label \"won\" = s=1;
rewards \"tries\" s=0 : 1; endrewards
";

/// Two places that alternate, entered or not.
const CYCLE: &str = "
dtmc
module cycle
  s : [0..3];
  [] s=0 -> 1/3:(s'=1) + 2/3:(s'=3);
  [] s=1 -> (s'=2);
  [] s=2 -> 1/2:(s'=1) + 1/2:(s'=2);
  [] s=3 -> true;
endmodule
label \"one\" = s=1;
rewards \"gain\" s=1 : 6; endrewards
";

/// Where to stay is free; leaving and coming back costs.
const STAY: &str = "
mdp
module stay
  s : [0..2];
  [wait] s=0 -> true;
  [work] s=0 -> 1/2:(s'=1) + 1/2:(s'=0);
  [rest] s=1 -> true;
  [quit] s=0 -> (s'=2);
  [loop] s=2 -> (s'=2);
endmodule
rewards \"work\" [work] true : 5; endrewards
rewards \"loop\" [loop] true : 1; endrewards
label \"one\" = s=1;
";

fn model(text: &str) -> Model {
    let program = prism::parse(Source::new("model.prism", text)).unwrap();
    program.unfold(&[], &Limits::default()).unwrap()
}

fn ask(text: &str, property: &str) -> Result<Reply, String> {
    ask_with(text, property, &Options::default())
}

fn ask_with(text: &str, property: &str, options: &Options<'_>) -> Result<Reply, String> {
    let property = Property::parse(&Passage::named("--property", property)).map_err(|error| error.message)?;
    answer(model(text), &property, None, options).map_err(|error| error.message)
}

/// The bracket must hold the number and be narrow, and `exact` must find it.
fn worth(text: &str, property: &str, expected: (i64, i64)) {
    let expected = Rational::new(expected.0, expected.1);
    let Reply::Value(found) = ask(text, property).unwrap() else {
        panic!("{property} is no number");
    };
    let (lower, upper) = (found.bracket.lower, found.bracket.upper);
    let inside =
        Rational::from_f64(lower).unwrap() <= expected && expected <= Rational::from_f64(upper).unwrap();
    assert!(inside, "{property} is {expected}, but found [{lower}, {upper}]");
    assert!(
        upper - lower <= 1e-6 * upper.abs() + 1e-15,
        "{property}: [{lower}, {upper}] is wide"
    );
    let options = Options {
        exact: true,
        ..Options::default()
    };
    let Reply::Value(found) = ask_with(text, property, &options).unwrap() else {
        panic!("{property} is no number");
    };
    assert_eq!(found.exact, Some(expected), "{property}");
}

fn infinite(text: &str, property: &str) {
    let Reply::Value(found) = ask(text, property).unwrap() else {
        panic!("{property} is no number");
    };
    assert!(found.bracket.lower.is_infinite(), "{property}: {found:?}");
}

fn verdict(text: &str, property: &str, expected: bool) {
    assert_eq!(ask(text, property), Ok(Reply::Verdict(expected)), "{property}");
}

fn refused(text: &str, property: &str, reason: &str) {
    let found = ask(text, property).unwrap_err();
    assert!(found.contains(reason), "{property}: {found}");
}

#[test]
fn one_direction_is_the_policys_where_probabilities_are_known() {
    worth(FORK, "Pmax=? [ F \"goal\" ]", (2, 5));
    worth(FORK, "Pmin=? [ F \"goal\" ]", (0, 1));
    worth(FORK, "Pmax=? [ F<=1 s=2 ]", (1, 4));
    worth(FORK, "Pmax=? [ F<3 \"goal\" ]", (2, 5));
    worth(FORK, "Pmax=? [ s!=1 U \"goal\" ]", (1, 4));
    worth(FORK, "Pmin=? [ G !\"goal\" ]", (3, 5));
    worth(FORK, "Pmax=? [ G<=1 s!=3 ]", (1, 2));
    worth(FORK, "Pmax=? [ X s=1 ]", (1, 2));
    worth(FORK, "1 - Pmax=? [ F \"goal\" ]", (3, 5));
}

#[test]
fn one_direction_is_natures_where_nothing_is_to_choose() {
    worth(COINS, "Pmin=? [ F \"all\" ]", (8, 125));
    worth(COINS, "Pmax=? [ F \"all\" ]", (27, 125));
    worth(COINS, "Pmin=? [ F n=3 & up>=2 ]", (44, 125));
    worth(COINS, "Pmax=? [ G up=0 ]", (27, 125));
    refused(COINS, "P=? [ F \"all\" ]", "leaves Nature choices");
    verdict(COINS, "P>=0.064 [ F \"all\" ]", true);
    verdict(COINS, "P>0.064 [ F \"all\" ]", false);
    verdict(COINS, "P<=0.216 [ F \"all\" ]", true);
    verdict(COINS, "P<0.2 [ F \"all\" ]", false);
}

#[test]
fn two_directions_are_the_policys_and_natures() {
    worth(BIASED, "Pmaxmin=? [ F \"won\" ]", (3, 10));
    worth(BIASED, "Pmaxmax=? [ F \"won\" ]", (9, 10));
    worth(BIASED, "Pminmin=? [ F \"won\" ]", (1, 10));
    worth(BIASED, "Pminmax=? [ F \"won\" ]", (2, 5));
    worth(BIASED, "Pmaxmin=? [ X \"won\" ]", (3, 10));
    worth(BIASED, "R{\"tries\"}maxmin=? [ F s>0 ]", (1, 1));
    refused(BIASED, "Pmax=? [ F \"won\" ]", "one direction");
    refused(BIASED, "P=? [ F \"won\" ]", "a direction of each");
    verdict(BIASED, "P>=0.1 [ F \"won\" ]", true);
    verdict(BIASED, "P>0.1 [ F \"won\" ]", false);
    verdict(BIASED, "Pmaxmin>=0.3 [ F \"won\" ]", true);
}

#[test]
fn windows_are_counted_from_the_present() {
    worth(FORK, "Pmax=? [ F>=2 s=2 ]", (2, 5));
    worth(FORK, "Pmax=? [ F[1,1] s=2 ]", (1, 4));
    worth(FORK, "Pmax=? [ true U=2 s=2 ]", (2, 5));
    worth(FORK, "Pmax=? [ (s<2) U[2,3] s=2 ]", (2, 5));
    worth(FORK, "Pmin=? [ (s<2) U[2,3] s=2 ]", (0, 1));
    worth(CYCLE, "P=? [ G[1,2] s>0 ]", (1, 1));
    worth(CYCLE, "P=? [ F[3,3] s=1 ]", (1, 6));
    worth(CYCLE, "P=? [ s=3 R[1,2] s!=1 ]", (2, 3));
    refused(FORK, "Pmax=? [ F[3,2] s=2 ]", "no step lies within");
    refused(FORK, "Pmax=? [ F<0 s=2 ]", "no step lies within");
    refused(FORK, "Pmax=? [ F[-1,2] s=2 ]", "whole number from 0 on");
}

#[test]
fn windows_inside_formulas_are_counted_from_where_they_begin() {
    worth(FORK, "Pmax=? [ X (s=1 & F<=1 s=2) ]", (2, 5));
    refused(FORK, "Pmax=? [ X F<=2 s=2 ]", "directly inside `X`");
    worth(FORK, "Pmax=? [ F[1,3] s=2 ]", (2, 5));
    // Each visit to 2 leads to 1 at once, half of the time: not for ever.
    worth(CYCLE, "P=? [ G (s=2 => F<=1 s=1) ]", (2, 3));
    worth(CYCLE, "P=? [ F (s=2 & G<=1 s=2) ]", (1, 3));
    worth(CYCLE, "P=? [ F G<=1 s=3 ]", (2, 3));
    worth(CYCLE, "P=? [ G F (s=2 & F<=1 s=1) ]", (1, 3));
    worth(CYCLE, "P=? [ F G (s=1 => G<=1 s!=0) ]", (1, 1));
    refused(
        CYCLE,
        "P=? [ G F<=200 s=1 ]",
        "more than 100 steps inside another",
    );
}

/// Each step costs, or is paid for, until the end that is always reached; or there is a place to stay.
#[test]
fn what_is_negative_everywhere_is_turned_around() {
    let paid = |loops: &str| {
        format!(
            "mdp
module errand
  s : [0..2];
  [slow] s=0 -> 1/4:(s'=1) + 3/4:(s'=0);
  [fast] s=0 -> 1/2:(s'=1) + 1/2:(s'=0);
  {loops}
  [end]  s>0 -> true;
endmodule
rewards \"pay\" s=0 : -3; endrewards
rewards \"mixed\" [slow] true : -3; [fast] true : 1; endrewards"
        )
    };
    let sure = paid("");
    worth(&sure, "R{\"pay\"}min=? [ F s=1 ]", (-12, 1));
    worth(&sure, "R{\"pay\"}max=? [ F s=1 ]", (-6, 1));
    verdict(&sure, "R{\"pay\"}<=-6 [ F s=1 ]", true);
    refused(
        &sure,
        "R{\"mixed\"}max=? [ F s=1 ]",
        "positive here and negative there",
    );
    refused(
        &paid("[lost] s=0 -> (s'=2);"),
        "R{\"pay\"}max=? [ F s=1 ]",
        "reached whatever is chosen",
    );
}

#[test]
fn formulas_inside_formulas_run_through_an_automaton() {
    worth(FORK, "Pmax=? [ X F s=2 ]", (2, 5));
    worth(FORK, "Pmax=? [ F (s=1 & X s=2) ]", (2, 5));
    worth(FORK, "Pmax=? [ (X s=1) & (F s=2) ]", (2, 5));
    worth(FORK, "Pmax=? [ (X s=2) | (X X s=2) ]", (2, 5));
    worth(FORK, "Pmax=? [ (X s=1) => (G s!=3) ]", (1, 1));
    worth(FORK, "Pmin=? [ !(X s=1) | (G s!=3) ]", (1, 2));
    worth(BIASED, "Pmaxmin=? [ s=0 & X (\"won\" & X \"won\") ]", (3, 10));
}

#[test]
fn the_end_of_runs_is_decided_by_where_they_can_be_held() {
    worth(CYCLE, "P=? [ G F \"one\" ]", (1, 3));
    worth(CYCLE, "P=? [ F G !\"one\" ]", (2, 3));
    worth(CYCLE, "P=? [ (G F \"one\") & (G s!=3) ]", (1, 3));
    worth(CYCLE, "P=? [ (G F \"one\") | (F G s=3) ]", (1, 1));
    worth(CYCLE, "P=? [ G F (s=2 & X s=2) ]", (1, 3));
    worth(STAY, "Pmax=? [ G F s=0 ]", (1, 1));
    worth(STAY, "Pmin=? [ G F s=0 ]", (0, 1));
    worth(STAY, "Pmax=? [ F G s=1 ]", (1, 1));
    worth(STAY, "Pmin=? [ (F G s=1) | (F G s=2) ]", (0, 1));
    verdict(CYCLE, "P>0.3 [ G F s=2 ]", true);
    verdict(CYCLE, "P>1/3 [ G F s=2 ]", false);
}

#[test]
fn nature_may_hold_a_run_where_she_is_with_the_goal() {
    let leak = "
mdp
module leak
  s : [0..1];
  [a] s=0 -> [0,1/2]:(s'=1) + [1/2,1]:(s'=0);
  [b] s=1 -> true;
endmodule
";
    worth(leak, "Pmaxmax=? [ G F s=0 ]", (1, 1));
    worth(leak, "Pmaxmin=? [ G F s=0 ]", (0, 1));
    worth(leak, "Pminmin=? [ F s=1 ]", (0, 1));
}

#[test]
fn sums_until_over_steps_and_for_ever() {
    worth(CYCLE, "R{\"gain\"}=? [ C<=4 ]", (3, 1));
    worth(CYCLE, "R{\"gain\"}=? [ I=1 ]", (2, 1));
    worth(CYCLE, "R{\"gain\"}=? [ F s>=2 ]", (2, 1));
    worth(CYCLE, "R{\"gain\"}=? [ S ]", (2, 3));
    worth(CYCLE, "R{\"gain\"}=? [ Cdiscount=1/2 ]", (6, 5));
    worth(CYCLE, "R{\"gain\"}=? [ C<=2discount=1/2 ]", (1, 1));
    infinite(CYCLE, "R{\"gain\"}=? [ C ]");
    infinite(CYCLE, "R{\"gain\"}=? [ F s=3 ]");
    infinite(FORK, "R{\"steps\"}max=? [ F \"goal\" ]");
    worth(FORK, "R{\"steps\"}max=? [ F s>=2 ]", (3, 1));
    worth(FORK, "R{\"steps\"}min=? [ F s>=2 ]", (1, 1));
    worth(FORK, "R{\"left\"}min=? [ F s>=2 ]", (0, 1));
    worth(FORK, "Rmin=? [ X X true ]", (1, 1));
    worth(STAY, "R{\"work\"}max=? [ C ]", (10, 1));
    worth(STAY, "R{\"work\"}min=? [ C ]", (0, 1));
    infinite(STAY, "R{\"loop\"}max=? [ C ]");
    worth(STAY, "R{\"loop\"}min=? [ C ]", (0, 1));
    worth(STAY, "R{\"work\"}min=? [ F s=1 ]", (10, 1));
    refused(STAY, "Rmax=? [ F G s=1 ]", "co-safe");
    refused(STAY, "R{\"wrok\"}max=? [ C ]", "no quantity `wrok`");
}

#[test]
fn the_long_run_of_a_chain() {
    worth(CYCLE, "S=? [ s=1 ]", (1, 9));
    worth(CYCLE, "S=? [ s>=2 ]", (8, 9));
    verdict(CYCLE, "S>1/9 [ s=1 ]", false);
    verdict(CYCLE, "S>=1/9 [ s=1 ]", true);
}

#[test]
fn state_formulas_nest() {
    verdict(FORK, "P>=0.25 [ X P<=0 [ F \"goal\" ] ]", true);
    worth(FORK, "Pmax=? [ F P>=0.8 [ X s=2 ] ]", (2, 5));
    worth(FORK, "filter(count, Pmax>=0.4 [ F s=2 ])", (3, 1));
    worth(FORK, "filter(max, Pmax=? [ F s=2 ], s<2)", (4, 5));
    worth(FORK, "filter(min, Pmax=? [ F s=2 ], s<2)", (2, 5));
    worth(FORK, "filter(avg, Pmax=? [ F s=2 ], s<2)", (3, 5));
    worth(FORK, "filter(sum, Pmax=? [ F s=2 ], s>0)", (9, 5));
    worth(FORK, "filter(state, Pmax=? [ F<=1 s=2 ], s=1)", (4, 5));
    worth(FORK, "Pmax=? [ F s=2 {s=1} ]", (4, 5));
    verdict(FORK, "filter(forall, Pmax>0 [ F s=2 ] <=> s!=3)", true);
    verdict(FORK, "filter(exists, Pmax>0.9 [ X s=2 ], s<2)", false);
    verdict(FORK, "\"init\" & !\"deadlock\" & s=0", true);
    refused(FORK, "filter(state, P>0 [ F s=2 ], s<2)", "its states are 2");
    refused(
        FORK,
        "filter(range, Pmax=? [ F s=2 ])",
        "no answer that is one number",
    );
    refused(FORK, "Pmax=? [ F s=2 ] & true", "must be true or false");
}

#[test]
fn conditions_leave_runs_out() {
    // Of the runs that see `s=1` by going left, those that go on to the goal make four fifths; a policy may also turn back.
    worth(FORK, "Pmax=? [ F s=2 || F s=1 ]", (4, 5));
    worth(FORK, "Pmin=? [ F s=2 || F s=1 ]", (0, 1));
    worth(FORK, "Pmax=? [ F s=1 || F s=2 ]", (1, 1));
    worth(FORK, "Pmin=? [ F s=1 || F s=2 ]", (0, 1));
    worth(CYCLE, "P=? [ F[2,2] s=2 || F s=1 ]", (1, 1));
    worth(CYCLE, "P=? [ F[3,3] s=2 || F s=1 ]", (1, 2));
    worth(CYCLE, "P=? [ X s=1 || X s>=0 ]", (1, 3));
    refused(CYCLE, "P=? [ F s=1 || F s>5 ]", "the condition cannot hold");
    refused(
        BIASED,
        "Pmaxmin=? [ F s=1 || F s>0 ]",
        "conditional probabilities",
    );
}

#[test]
fn one_policy_for_several_objectives() {
    // Going left with probability q sees `s=1` with q/2; all who see it may go on.
    worth(FORK, "multi(Pmax=? [ F s=2 ], P>=0.1 [ F s=1 ])", (2, 5));
    worth(FORK, "multi(Pmin=? [ F s=2 ], P>=0.1 [ F s=1 ])", (0, 1));
    worth(FORK, "multi(Pmax=? [ F s=2 ], P<=0.25 [ F s=1 ])", (13, 40));
    worth(FORK, "multi(R{\"left\"}min=? [ C ], P>=0.3 [ F s=2 ])", (1, 1));
    worth(
        STAY,
        "multi(R{\"work\"}max=? [ C<=2 ], P>=0.5 [ F G s=2 ])",
        (5, 1),
    );
    worth(
        STAY,
        "multi(Pmax=? [ G F s=0 ], P>=0.25 [ F G s=2 ], P>=0.25 [ F s=1 ])",
        (1, 2),
    );
    verdict(STAY, "multi(P>=0.5 [ F s=1 ], P>=0.5 [ F s=2 ])", true);
    verdict(STAY, "multi(P>=0.5 [ F s=1 ], P>=0.51 [ F s=2 ])", false);
    refused(
        STAY,
        "multi(Pmax=? [ F s=1 ], P>=0.5 [ F s=1 ], P>=0.6 [ F s=2 ])",
        "no policy",
    );
    refused(
        STAY,
        "multi(R{\"loop\"}max=? [ C ], P>=0.5 [ F s=1 ])",
        "infinite",
    );
}

#[test]
fn paths_of_the_graph() {
    verdict(CYCLE, "E [ G s<3 & F s=2 ]", true);
    verdict(CYCLE, "A [ F s=2 ]", false);
    verdict(CYCLE, "A [ (F s=2) | (F G s=3) ]", true);
    verdict(CYCLE, "E [ F G s=2 ]", true);
    verdict(CYCLE, "P>0 [ F G s=2 ]", false);
    verdict(CYCLE, "A [ (G F s=1) | (F G s!=1) ]", true);
}

#[test]
fn what_is_not_answered_is_refused_by_name() {
    refused(FORK, "multi(Pmax=? [ F s=2 ], Pmax=? [ F s=1 ])", "Pareto");
    refused(FORK, "multi(Pmax=? [ F s=2 ], P>0.1 [ F s=1 ])", "not strict");
    refused(COINS, "multi(Pmax=? [ F n=1 ], P>=0.1 [ F n=2 ])", "known only");
    refused(FORK, "F s=2", "a question of paths");
    refused(FORK, "Pmax=? [ F \"gaol\" ]", "there is no name `\"gaol\"`");
    refused(FORK, "P=? [ F s=2 ]", "a policy choices");
}

/// A prize is behind one of two doors; listening is right two times in three, and may be done once.
const DOORS: &str = "
pomdp
observables h, o endobservables
module doors
  s : [0..5];
  h : [0..3];
  o : [0..2];
  [hide]   s=0 -> 1/2:(s'=1) + 1/2:(s'=2);
  [listen] s=1 & h=0 & o=0 -> 2/3:(h'=1) + 1/3:(h'=2);
  [listen] s=2 & h=0 & o=0 -> 2/3:(h'=2) + 1/3:(h'=1);
  [left]   s=1 & o=0 -> (s'=3)&(o'=1);
  [left]   s=2 & o=0 -> (s'=4)&(o'=1);
  [right]  s=1 & o=0 -> (s'=4)&(o'=1);
  [right]  s=2 & o=0 -> (s'=3)&(o'=1);
  [end]    o=1 -> (o'=2);
  [stay]   o=2 -> true;
endmodule
label \"prize\" = s=3;
rewards \"looks\" [listen] true : 1; [left] true : 2; [right] true : 2; endrewards
";

#[test]
fn a_policy_that_sees_little_acts_on_what_it_believes() {
    worth(DOORS, "Pmax=? [ F \"prize\" ]", (2, 3));
    worth(DOORS, "Pmin=? [ F \"prize\" ]", (1, 3));
    worth(DOORS, "Pmax=? [ F<=2 \"prize\" ]", (1, 2));
    worth(DOORS, "Pmax=? [ F<=3 \"prize\" ]", (2, 3));
    worth(DOORS, "R{\"looks\"}max=? [ F o=2 ]", (3, 1));
    worth(DOORS, "R{\"looks\"}min=? [ F o=2 ]", (2, 1));
    infinite(DOORS, "R{\"looks\"}min=? [ F \"prize\" ]");
    verdict(DOORS, "P<0.7 [ F \"prize\" ]", true);
    refused(DOORS, "Pmax=? [ X X \"prize\" ]", "sees observations");
    refused(
        DOORS,
        "filter(max, Pmax=? [ F \"prize\" ], true)",
        "from one state",
    );
    refused(
        DOORS,
        "multi(Pmax=? [ F \"prize\" ], P>=0.1 [ F o=1 ])",
        "sees the state",
    );
}

#[test]
fn constants_and_files_name_things() {
    let options = Options {
        constants: vec![("k".to_owned(), Value::Int(1))],
        ..Options::default()
    };
    let found = ask_with(FORK, "Pmax=? [ F<=k s=2 ]", &options).unwrap();
    assert!(matches!(found, Reply::Value(worth) if (worth.bracket.lower - 0.25).abs() < 1e-6));
    let text = "const int j = 2; label \"far\" = s>=j;\n\"most\": Pmax=? [ F \"far\" & \"goal\" ];\n\"far\" | \"most\" < 0.5;";
    let file = PropertyFile::parse(&Source::new("a.props", text)).unwrap();
    let last = &file.properties.last().unwrap().property;
    assert_eq!(
        answer(model(FORK), last, Some(&file), &Options::default()),
        Ok(Reply::Verdict(true))
    );
}
