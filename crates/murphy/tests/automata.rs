//! Automata in files as goals: the same answers as the temporal formulas that they stand for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy::notation::{Passage, Source};
use murphy::property::{Options, Reply, answer};
use murphy::spec::automaton::OmegaAutomaton;
use murphy::spec::property::Property;
use murphy::world::{Limits, prism};
use std::collections::BTreeMap;

/// The policy may rest in 1, go round by 2, or try for 3, where the play ends.
const ROUNDS: &str = "
mdp
module rounds
  s : [0..3];
  [rest]  s=1 -> true;
  [round] s=0 -> 1/3:(s'=1) + 2/3:(s'=2);
  [try]   s=0 -> 1/4:(s'=3) + 3/4:(s'=0);
  [back]  s=1|s=2 -> (s'=0);
  [end]   s=3 -> true;
endmodule
label \"home\" = s=0;
label \"one\" = s=1;
";

/// Nature may never let a policy pass that pushes; one that waits stays.
const GATE: &str = "
mdp
module gate
  s : [0..2];
  [wait] s=0 -> true;
  [push] s=0 -> [0,1/2]:(s'=1) + [1/4,1]:(s'=0) + [0,1/2]:(s'=2);
  [end]  s>0 -> true;
endmodule
";

/// Infinitely often `a`, with marks on edges.
const AGAIN: &str = "HOA: v1 States: 1 Start: 0 AP: 1 \"a\" acc-name: Buchi Acceptance: 1 Inf(0) --BODY-- State: 0 [0] 0 {0} [!0] 0 --END--";
/// In the end always `a`, by a Rabin pair on states.
const STEADY: &str = "HOA: v1 States: 2 Start: 0 AP: 1 \"a\" acc-name: Rabin 1 Acceptance: 2 Fin(0) & Inf(1)
--BODY-- State: 0 {0} [!0] 0 [0] 1 State: 1 {1} [!0] 0 [0] 1 --END--";
/// `a` again and again, and `b` in the end never: a Streett condition.
const BOTH: &str = "HOA: v1 States: 1 Start: 0 AP: 2 \"a\" \"b\" Acceptance: 2 Inf(0) & Fin(1)
--BODY-- State: 0 [0&1] 0 {0 1} [0&!1] 0 {0} [!0&1] 0 {1} [!0&!1] 0 --END--";
/// `a U b`; nothing is said of runs that fail.
const UNTIL: &str = "HOA: v1 States: 2 Start: 0 AP: 2 \"a\" \"b\" acc-name: Buchi Acceptance: 1 Inf(0)
--BODY-- State: 0 [1] 1 [0&!1] 0 State: 1 {0} [t] 1 --END--";

fn ask(model: &str, property: &str) -> Result<Reply, String> {
    let read = |text: &str| OmegaAutomaton::read_hoa(&Source::new("test.hoa", text)).unwrap();
    let automata = [
        ("again.hoa", AGAIN),
        ("steady.hoa", STEADY),
        ("both.hoa", BOTH),
        ("until.hoa", UNTIL),
    ];
    let options = Options {
        automata: BTreeMap::from(automata.map(|(name, text)| (name.to_owned(), read(text)))),
        exact: true,
        ..Options::default()
    };
    let program = prism::parse(Source::new("model.prism", model)).unwrap();
    let model = program.unfold(&[], &Limits::default()).unwrap();
    let property = Property::parse(&Passage::named("--property", property)).map_err(|error| error.message)?;
    answer(model, &property, None, &options).map_err(|error| error.message)
}

/// Asks for the same by a formula and by an automaton.
fn same(model: &str, formula: &str, automaton: &str) {
    for letter in ["Pmax=?", "Pmin=?", "P>=1", "P<1", "P>0.7"] {
        for negation in ["", "!"] {
            let by_formula = ask(model, &format!("{letter} [ {negation}({formula}) ]")).unwrap();
            let by_automaton = ask(model, &format!("{letter} [ {negation}{automaton} ]")).unwrap();
            let exact = |reply: &Reply| match reply {
                Reply::Value(worth) => worth.exact.as_ref().unwrap().to_string(),
                Reply::Verdict(holds) => holds.to_string(),
            };
            assert_eq!(
                exact(&by_automaton),
                exact(&by_formula),
                "{letter} [ {negation}{automaton} ]"
            );
        }
    }
}

#[test]
fn an_automaton_asks_what_its_formula_asks() {
    same(ROUNDS, "G F s=1", r#"HOA: {"again.hoa", "a" <- s=1}"#);
    same(ROUNDS, "G F \"home\"", r#"HOA: {"again.hoa", "a" <- "home"}"#);
    same(ROUNDS, "G F s>=2", r#"HOA: {"again.hoa", "a" -> s>=2}"#);
    same(ROUNDS, "F G s=1", r#"HOA: {"steady.hoa", "a" <- s=1}"#);
    same(ROUNDS, "F G s=3", r#"HOA: {"steady.hoa", "a" <- s=3}"#);
    same(ROUNDS, "F G s!=2", r#"HOA: {"steady.hoa", "a" <- s!=2}"#);
    same(
        ROUNDS,
        "(G F s=1) & (F G s!=2)",
        r#"HOA: {"both.hoa", "a" <- s=1, "b" <- s=2}"#,
    );
    same(
        ROUNDS,
        "s!=2 U s=1",
        r#"HOA: {"until.hoa", "a" <- s!=2, "b" <- s=1}"#,
    );
    same(
        ROUNDS,
        "s!=1 U s=3",
        r#"HOA: {"until.hoa", "a" <- s!=1, "b" <- P>=1 [ F s=3 ] & s=3}"#,
    );
}

#[test]
fn what_is_decided_in_time_is_answered_where_nature_can_rule_branches_out() {
    let exact = |property: &str| match ask(GATE, property).unwrap() {
        Reply::Value(worth) => worth.exact.unwrap().to_string(),
        Reply::Verdict(holds) => holds.to_string(),
    };
    let until = r#"HOA: {"until.hoa", "a" <- true, "b" <- s=1}"#;
    assert_eq!(exact(&format!("Pmaxmin=? [ {until} ]")), "0");
    assert_eq!(exact(&format!("Pmaxmax=? [ {until} ]")), "1");
    assert_eq!(exact(&format!("Pmaxmin=? [ !{until} ]")), "1");
    assert_eq!(exact(&format!("Pminmax=? [ !{until} ]")), "1");
    assert_eq!(exact(&format!("Pmaxmax=? [ !{until} ]")), "1");
    let endless = ask(GATE, r#"Pmaxmin=? [ HOA: {"again.hoa", "a" <- s=0} ]"#).unwrap_err();
    assert!(endless.contains("rule branches out"), "{endless}");
}

#[test]
fn mistakes_in_the_use_of_automata() {
    let mistakes = [
        (
            r#"P>0 [ HOA: {"again.hoa", "b" <- s=1} ]"#,
            "the automaton has no proposition `b`",
        ),
        (
            r#"P>0 [ HOA: {"again.hoa"} ]"#,
            "the automaton asks for `a`, which is no label of the model",
        ),
        (
            r#"P>0 [ HOA: {"gone.hoa"} ]"#,
            "the automaton `gone.hoa` was not read",
        ),
        (
            r#"P>0 [ X HOA: {"again.hoa", "a" <- s=1} ]"#,
            "an automaton is supported as the whole of a path formula, or what `!` applies to",
        ),
        (
            r#"HOA: {"again.hoa", "a" <- s=1}"#,
            "a temporal formula is a question of paths, not of states",
        ),
    ];
    for (property, message) in mistakes {
        assert_eq!(ask(ROUNDS, property).unwrap_err(), message, "{property}");
    }
}
