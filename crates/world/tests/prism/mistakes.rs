//! What is refused: one message, at its place.

use crate::unfold_with;
use murphy_notation::{Diagnostic, Source};
use murphy_world::{Limits, prism};

/// Returns the mistake of a text, which must have one.
fn mistake(text: &str) -> Diagnostic {
    unfold_with(text, &[]).expect_err(text)
}

/// Checks the message and the underlined text.
fn check(text: &str, message: &str, underlined: &str) {
    let error = mistake(text);
    assert!(error.message.contains(message), "{error}");
    let place = error.place.clone().unwrap_or_else(|| panic!("no place: {error}"));
    assert_eq!(
        &place.source.text[place.span.start..place.span.end],
        underlined,
        "{error}"
    );
}

fn in_module(commands: &str) -> String {
    format!("mdp module m x:[0..5]; b:bool; {commands} endmodule")
}

#[test]
fn all_open_constants_are_named_at_once() {
    let text =
        "mdp const int N; const double p; const int K=2; const bool b; module m [] true -> true; endmodule";
    check(text, "the constants `N`, `p`, `b` have no value", "N");
    let error = unfold_with(text, &[("p", "0.5"), ("b", "true")]).unwrap_err();
    assert!(error.message.contains("the constant `N` has no value"), "{error}");
    assert_eq!(error.hint.as_deref(), Some("set them with --const N=..."));
}

#[test]
fn settings_of_another_type_are_shown_where_they_stand() {
    let text = "mdp const int N; module m [] true -> true; endmodule";
    for (value, message) in [
        ("0.5", "must be a whole number"),
        ("true", "must be a whole number"),
        ("3 4", "expected the end of the value"),
        ("M", "there is no constant, formula or variable `M`"),
        ("1/0", "must be a whole number"),
        ("", "expected an expression"),
    ] {
        let error = unfold_with(text, &[("N", value)]).unwrap_err();
        assert!(error.message.contains(message), "{value}: {error}");
        assert_eq!(error.place.unwrap().source.name, "--const N");
    }
}

#[test]
fn cycles_are_named() {
    let formulas =
        "mdp formula a = b+1; formula b = c; formula c = 2*a; module m x:[0..1]; [] x=a -> true; endmodule";
    let error = mistake(formulas);
    assert!(error.message.contains("`a` is defined through itself"), "{error}");
    assert_eq!(error.label, "a → b → c → a");
    let constants =
        "mdp const int a = f; const int b = a; formula f = b; module m [] true -> true; endmodule";
    let error = mistake(constants);
    assert_eq!(error.label, "a → f → b → a");
    let modules = "mdp module a = b [x=y] endmodule module b = a [y=x] endmodule";
    assert!(mistake(modules).message.contains("copy of itself"));
}

#[test]
fn unused_formulas_with_a_cycle_are_refused_when_read() {
    let text = "mdp formula a = a | true; module m [] true -> true; endmodule";
    let error = prism::parse(Source::new("m", text)).unwrap_err();
    assert!(error.message.contains("`a` is defined through itself"), "{error}");
}

#[test]
fn other_kinds_of_model_are_refused_by_name() {
    let module = "module m [] true -> true; endmodule";
    check(
        &format!("ctmc {module}"),
        "continuous-time Markov chains (`ctmc`) are not supported",
        "ctmc",
    );
    check(&format!("pta {module}"), "timed automata", "pta");
    check(&format!("smg {module}"), "games", "smg");
    check(
        "mdp module m c:clock; [] true -> true; endmodule",
        "clocks are not supported",
        "clock",
    );
    check(&format!("mdp dtmc {module}"), "two types", "dtmc");
    check(&format!("pomdp {module}"), "needs `observables", "pomdp");
    check("mdp", "expected a module, found the end of the file", "");
}

#[test]
fn names_that_do_not_exist_have_a_hint() {
    let error = mistake("mdp const int limit = 3; module m x:[0..1]; [] x<limt -> true; endmodule");
    assert!(error.message.contains("`limt`"), "{error}");
    assert_eq!(error.hint.as_deref(), Some("did you mean `limit`?"));
    check(&in_module("[] true -> (y'=1);"), "there is no variable `y`", "y");
    check("mdp module b = a [x=y] endmodule", "there is no module `a`", "a");
    check(
        &in_module("[] maximum(x, 2)=3 -> true;"),
        "there is no function `maximum`",
        "maximum",
    );
}

#[test]
fn types_must_fit() {
    check(&in_module("[] x -> true;"), "a guard must be a truth value", "x");
    check(
        &in_module("[] true -> (x'=x/2);"),
        "must be a whole number",
        "x/2",
    );
    check(
        &in_module("[] true -> (x'=true);"),
        "must be a whole number",
        "true",
    );
    check(&in_module("[] true -> (b'=x);"), "must be a truth value", "x");
    check(&in_module("[] b<true -> true;"), "must be a number", "b");
    check(
        &in_module("[] b & x -> true;"),
        "each side of `&` must be a truth value",
        "x",
    );
    check(
        &in_module("[] (b ? 1 : false) -> true;"),
        "partly truth values",
        "(b ? 1 : false)",
    );
    check(
        "mdp const int c = 1/2; module m [] true -> true; endmodule",
        "must be a whole number",
        "1/2",
    );
    check(
        &in_module("[] mod(x, 0.5)=0 -> true;"),
        "each argument of `mod`",
        "mod(x, 0.5)",
    );
    check(
        &in_module("[] true -> b:(x'=1);"),
        "a probability must be a number",
        "b",
    );
}

#[test]
fn variables_have_one_owner_and_one_declaration() {
    let two = |second: &str| format!("mdp module m x:[0..1]; [] true -> true; endmodule {second}");
    check(&two("module n x:[0..1]; endmodule"), "`x` is declared twice", "x");
    check(&two("const int x = 1;"), "`x` is declared twice", "x");
    check(&two("module m endmodule"), "`m` is declared twice", "m");
    check(&two("module n = m [z=y] endmodule"), "`x` is declared twice", "x");
    check(
        &two("module n [] true -> (x'=1); endmodule"),
        "belongs to another module",
        "x",
    );
    check(&in_module("[] true -> (x'=1)&(x'=2);"), "assigned twice", "x");
    check(
        &two("label \"l\"=true; label \"l\"=false;"),
        "declared twice",
        "\"l\"",
    );
    check(&two("label \"deadlock\"=true;"), "always exists", "\"deadlock\"");
    check(
        &two("rewards \"r\" endrewards rewards \"r\" endrewards"),
        "declared twice",
        "\"r\"",
    );
    check(
        "mdp const int N=1; const int N=2; module m endmodule",
        "`N` is declared twice",
        "N",
    );
    let writers =
        "mdp global g:[0..3]; module m [a] true -> (g'=1); endmodule module n [a] true -> (g'=2); endmodule";
    check(writers, "both set the global variable `g`", "(g'=2)");
}

#[test]
fn conditions_on_initial_states_are_tried_as_long_as_the_limit_of_states_allows() {
    use std::fmt::Write;
    let limits = Limits {
        states_max: 1 << 10,
        ..Limits::default()
    };
    let all = |condition: &str, count: usize| {
        let mut text = "mdp module m ".to_owned();
        for variable in 0..count {
            write!(text, "x{variable}:[0..1]; c{variable}:[3..3]; ").unwrap();
        }
        write!(text, "endmodule init {condition} endinit").unwrap();
        prism::parse(Source::new("test.prism", text))
            .unwrap()
            .unfold(&[], &limits)
    };
    assert_eq!(all("true", 10).unwrap().state_count(), 1 << 10);
    // Nothing is known of the sum until the last variable has its value: 2^40 tries.
    let sum = (0..40).map(|variable| format!("x{variable}")).collect::<Vec<_>>();
    let error = all(&format!("{} > 40", sum.join("+")), 40).unwrap_err();
    assert!(error.message.contains("takes more than 4096 tries"), "{error}");
    let error = all("true", 11).unwrap_err();
    assert!(error.message.contains("in more than 1024 of them"), "{error}");
}

#[test]
fn ranges_hold() {
    check(
        "mdp module m x:[3..2]; endmodule",
        "the range of `x` is 3 to 2",
        "x",
    );
    check(
        "mdp module m x:[0..2] init 3; endmodule",
        "starts at 3, outside its range 0 to 2",
        "3",
    );
    let grows = "mdp module m x:[0..2]; y:bool; [] true -> (x'=x+1); endmodule";
    check(grows, "`x` becomes 3, outside its range 0 to 2", "x+1");
    assert_eq!(mistake(grows).label, "in the state x=2, y=false");
    check(
        "mdp module m x:[0..y]; y:[0..1]; endmodule",
        "depends on variables",
        "y",
    );
    check(
        "mdp const int N = x; module m x:[0..1]; endmodule",
        "depends on variables",
        "x",
    );
    let both = "mdp module m x:[0..2] init 1; [] true -> true; endmodule init x=2 endinit";
    check(both, "has a start of its own", "x");
    check(
        "mdp module m x:[0..2]; endmodule init x>5 endinit",
        "no state satisfies",
        "x>5",
    );
}

#[test]
fn probabilities_must_sum_to_one() {
    check(
        &in_module("[] x=0 -> 0.5:(x'=1) + 0.4:(x'=2);"),
        "sum to 0.9, but must sum to 1",
        "[] x=0 -> 0.5:(x'=1) + 0.4:(x'=2);",
    );
    check(
        &in_module("[] true -> 1.5:(x'=1) + -0.5:(x'=2);"),
        "the probability is -0.5",
        "-0.5",
    );
    check(
        &in_module("[] true -> [0.6,0.4]:(x'=1) + [0,1]:true;"),
        "is above the upper bound",
        "0.6,0.4",
    );
    check(
        &in_module("[] true -> [0.6,0.8]:(x'=1) + [0.5,1]:true;"),
        "the lower bounds sum to 1.1",
        "[] true -> [0.6,0.8]:(x'=1) + [0.5,1]:true;",
    );
    check(
        &in_module("[] true -> [0.1,0.2]:(x'=1) + 0.5:true;"),
        "the upper bounds sum to 0.7",
        "[] true -> [0.1,0.2]:(x'=1) + 0.5:true;",
    );
    let hidden = in_module("[] x=1 -> 0.5:(x'=1); [] x=0 -> true;");
    assert!(
        unfold_with(&hidden, &[]).is_ok(),
        "a state that nothing leads to is not looked at"
    );
}

#[test]
fn values_that_do_not_exist_are_faults_where_they_are_needed() {
    check(&in_module("[] 1/x>2 -> true;"), "division by zero", "1/x");
    check(
        &in_module("[] mod(3,x)>2 -> true;"),
        "`mod` is not positive",
        "mod(3,x)",
    );
    check(
        &in_module("[] pow(2,x-1)>2 -> true;"),
        "negative exponent",
        "pow(2,x-1)",
    );
    check(
        &in_module("[] log(x,2)>2 -> true;"),
        "not a real number",
        "log(x,2)",
    );
    check(
        &in_module("[] pow(10,19)>x -> true;"),
        "more than 64 bits",
        "pow(10,19)",
    );
    check(
        &in_module("[] pow(10.5,100000)>x -> true;"),
        "too many digits",
        "pow(10.5,100000)",
    );
    check(
        &in_module("[] 9223372036854775807+1>x -> true;"),
        "more than 64 bits",
        "9223372036854775807+1",
    );
    assert!(
        unfold_with(&in_module("[] x=0 | 1/x>2 -> true;"), &[]).is_ok(),
        "what is not needed is not asked"
    );
}

#[test]
fn texts_cut_short_say_what_is_missing() {
    check("mdp module m x:[0..1]; [] x=0 -> (x'=1)", "expected `;`", "");
    check(
        "mdp module m x:[0..1]; [] x=0 - (x'=1); endmodule",
        "expected",
        "'",
    );
    check(
        "mdp module m x:[0..1]; [] x= -> true; endmodule",
        "expected an expression",
        "->",
    );
    check(
        "mdp module m x:[0..1]; [] true -> x'=1; endmodule",
        "expected `:`",
        "'",
    );
    check(
        "mdp label goal = true;",
        "expected the name of a label, in quotes",
        "goal",
    );
    check(
        "mdp module init endmodule",
        "expected the name of a module",
        "init",
    );
    check("mdp 5", "expected `dtmc`, `mdp`", "5");
}

#[test]
fn limits_are_kept() {
    let program = prism::parse(Source::new(
        "m",
        "mdp module m x:[0..1000000]; y:[0..1000000]; [] x<1000000 -> (x'=x+1); [] y<1000000 -> (y'=y+1); endmodule",
    ))
    .unwrap();
    let limits = Limits {
        states_max: 1000,
        branches_max: 1_000_000,
    };
    let error = program.unfold(&[], &limits).unwrap_err();
    assert!(error.message.contains("more than 1000 states"), "{error}");
    let few = Limits {
        states_max: 1_000_000,
        branches_max: 1000,
    };
    assert!(program.unfold(&[], &few).is_err());
}

#[test]
fn products_that_explode_end_early() {
    // 9^30 combinations that all lead to one state.
    let commands = "[a] true -> true; ".repeat(9);
    let modules: String = (0..30)
        .map(|index| format!("module m{index} {commands} endmodule\n"))
        .collect();
    for kind in ["dtmc", "mdp"] {
        assert!(
            mistake(&format!("{kind} {modules}"))
                .message
                .contains("more than"),
            "{kind}"
        );
    }
    let split = "[a] true -> 0.5:true + 0.5:true; ";
    let modules: String = (0..60)
        .map(|index| format!("module m{index} {split} endmodule\n"))
        .collect();
    assert!(mistake(&format!("dtmc {modules}")).message.contains("more than"));
}

#[test]
fn expansions_that_explode_end_early() {
    let mut doubling = String::from("mdp formula f0 = x;\n");
    for index in 1..64 {
        doubling += &format!("formula f{index} = f{0} + f{0};\n", index - 1);
    }
    doubling += "module m x:[0..1]; [] f63=0 -> true; endmodule";
    assert!(mistake(&doubling).message.contains("operators"));
    let mut squaring = String::from("mdp const double c0 = 1.5;\n");
    for index in 1..64 {
        squaring += &format!("const double c{index} = c{0} * c{0};\n", index - 1);
    }
    squaring += "module m [] true -> true; endmodule";
    assert!(mistake(&squaring).message.contains("too many digits"));
    let chain: String = (0..5000)
        .map(|index| format!("formula g{index} = !g{};\n", index + 1))
        .collect();
    let long = format!("mdp {chain} formula g5000 = true; module m [] g0 -> true; endmodule");
    assert!(mistake(&long).message.contains("levels"));
    let constants: String = (0..5000)
        .map(|index| format!("const int k{index} = k{}+1;\n", index + 1))
        .collect();
    let long = format!("mdp {constants} const int k5000 = 1; module m [] true -> true; endmodule");
    assert!(mistake(&long).message.contains("levels"));
}

#[test]
fn copies_that_explode_end_early() {
    let mut copies = String::from("mdp module m0 x0:[0..1]; [] true -> true; endmodule\n");
    for index in 1..3000 {
        copies += &format!(
            "module m{index} = m{0} [x{0}=x{index}, y{index}=z{index}] endmodule\n",
            index - 1
        );
    }
    assert!(mistake(&copies).message.contains("replace too many names"));
    let commands = "[] true -> true; ".repeat(2000);
    let mut copies = format!("mdp module m {commands} endmodule\n");
    for index in 0..2000 {
        copies += &format!("module m{index} = m [a=b] endmodule\n");
    }
    assert!(mistake(&copies).message.contains("commands"));
    let name = "n".repeat(100_000);
    assert!(
        mistake(&in_module(&format!("[] {name} -> true;")))
            .message
            .contains("500 characters")
    );
}

#[test]
fn deep_nesting_is_refused_and_long_chains_are_not() {
    for (open, close) in [
        ("(", ")"),
        ("!", ""),
        ("-", ""),
        ("min(", ")"),
        ("true ? true : (", ")"),
        ("true => (false | (", "))"),
    ] {
        let text = in_module(&format!(
            "[] {}true{} -> true;",
            open.repeat(20_000),
            close.repeat(20_000)
        ));
        assert!(mistake(&text).message.contains("levels deep"), "{open}");
    }
    for operator in ["*", "/", "=>", "<=>", "="] {
        let text = in_module(&format!("[] 1{} -> true;", format!("{operator}1").repeat(20_000)));
        assert!(mistake(&text).message.contains("levels deep"), "{operator}");
    }
    for (first, more) in [
        ("x=0", " & x=0"),
        ("x=1", " | x=0"),
        ("1", "+1"),
        ("x=9 ? true", ": x=8 ? true"),
    ] {
        let end = match first {
            "1" => " > x",
            "x=9 ? true" => " : false",
            _ => "",
        };
        let text = in_module(&format!("[] {first}{}{end} -> true;", more.repeat(5000)));
        assert!(unfold_with(&text, &[]).is_ok(), "{more}");
    }
    let system = format!(
        "mdp module a [] true -> true; endmodule system {}a{} endsystem",
        "(".repeat(20_000),
        ")".repeat(20_000)
    );
    assert!(mistake(&system).message.contains("nests too many"));
}

#[test]
fn initial_states_are_sought_as_long_as_the_state_limit_is_large() {
    // 810,000 assignments, of which one is right, and is the last to be tried.
    let text = "mdp module m a:[0..29]; b:[0..29]; c:[0..29]; d:[0..29]; [] true -> true; endmodule
        init a+b+c+d = 116 endinit";
    let program = prism::parse(Source::new("m.prism", text)).unwrap();
    let usual = program.unfold(&[], &Limits::default()).unwrap();
    assert_eq!(usual.state_count(), 1);
    let few = Limits {
        states_max: 200,
        branches_max: 2000,
    };
    let error = program.unfold(&[], &few).unwrap_err();
    assert!(error.message.contains("takes more than 800 tries"), "{error}");
}
