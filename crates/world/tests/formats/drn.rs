//! Storm's DRN.

use crate::{bounds, fraction, members, message, read};
use murphy_notation::Rational;
use murphy_world::{Limits, ModelKind, NoFiles, formats};
use proptest::prelude::*;
use std::io::Write as _;

const FERRY: &str = "// a ferry
@type: MDP
@value_type: double-interval
@parameters

@reward_models
crossings fuel
@nr_states
3
@nr_choices
4
@model
state 0 init [0, 1]
\taction cross [1, 0.5]
\t\t1 : [0.4, 0.9]
\t\t2 : [0.1, 0.8]
\taction \"wait a while\"
\t\t0 : [1,1]
state 1 [0, 0] \"the other side\" done
\taction 0
\t\t1 : 1
state 2 done // a comment
    action 0 [0, 0]
        2 : [1, 1]";

#[test]
fn a_file_is_read_as_it_is_meant() {
    let model = read("boats/ferry.drn", FERRY).unwrap();
    assert_eq!(model.name(), "ferry");
    assert_eq!(model.kind(), ModelKind::Decision);
    assert_eq!(
        (model.state_count(), model.choice_count(), model.branch_count()),
        (3, 4, 5)
    );
    assert_eq!(model.initial(), [(0, Rational::ONE)]);
    assert_eq!(members(&model, "the other side"), [1]);
    assert_eq!(members(&model, "done"), [1, 2]);
    assert_eq!(model.action_name(1), "wait a while");
    // The upper bound 0.9 leaves 0.1, and the lower bound 0.4 leaves 0.6 for the other branch.
    let half = |n| fraction(n, 10);
    assert_eq!(bounds(&model, 0), [(half(4), half(9)), (half(1), half(6))]);
    assert_eq!(model.set(1).kind(), "precise");
    assert_eq!(model.quantity_order(), ["crossings", "fuel"]);
    let fuel = model.quantity("fuel").unwrap();
    assert_eq!(
        fuel,
        [fraction(3, 2), Rational::ONE, Rational::ZERO, Rational::ZERO]
    );
    assert_eq!(model.state_quantity("fuel").unwrap()[0], Rational::ONE);
    assert!(model.notes().is_empty(), "{:?}", model.notes());
}

#[test]
fn both_orders_of_labels_and_rewards_and_old_headers_are_read() {
    let text = "@type: DTMC\n@reward_models\nsteps\n@nr_states\n2\n@model\nstate 0 [2] init\n1 : 1/3\n0 : 2/3\nstate 1 goal [0]\naction 0\n1 : 1\n";
    let model = read("old.drn", text).unwrap();
    assert_eq!(model.kind(), ModelKind::Chain);
    assert_eq!(bounds(&model, 0)[0].0, fraction(1, 3));
    assert_eq!(model.quantity("steps").unwrap()[0], fraction(2, 1));
}

#[test]
fn rounded_decimals_are_corrected_and_told() {
    let text = |p: &str, kind: &str| {
        format!(
            "@type: DTMC\n@value_type: {kind}\n@nr_states\n2\n@model\nstate 0 init\naction 0\n0 : {p}\n1 : 0.666666667\nstate 1\naction 0\n1 : 1\n"
        )
    };
    let model = read("m.drn", text("0.333333332", "double")).unwrap();
    assert_eq!(bounds(&model, 0)[0].0, fraction(333_333_332, 999_999_999));
    assert_eq!(model.notes().len(), 1, "{:?}", model.notes());
    let error = message(read("m.drn", text("0.333333332", "rational")));
    assert!(
        error.contains("999999999/1000000000") && error.contains("m.drn:7"),
        "{error}"
    );
    assert!(message(read("m.drn", text("0.33", "double"))).contains("sum to"));
}

#[test]
fn partial_observation_is_marked() {
    let text = "@type: POMDP\n@nr_states\n2\n@model\nstate 0 {3} init\naction 0\n1 : 1\nstate 1 {3}\naction 0\n1 : 1\n";
    assert_eq!(
        read("m.drn", text).unwrap().observations(),
        Some([3, 3].as_slice())
    );
}

#[test]
fn several_initial_states_are_one_of_them_and_none_is_state_0() {
    let text = |a: &str, b: &str| {
        format!(
            "@type: DTMC\n@nr_states\n2\n@model\nstate 0 {a}\naction 0\n1 : 1\nstate 1 {b}\naction 0\n1 : 1\n"
        )
    };
    let model = read("m.drn", text("init", "init")).unwrap();
    assert_eq!(model.initial_kind(), murphy_world::InitialKind::OneOf);
    let model = read("m.drn", text("", "")).unwrap();
    assert_eq!(model.initial(), [(0, Rational::ONE)]);
    assert!(model.notes()[0].contains("no initial state"));
}

#[test]
fn mistakes_are_told_with_their_line() {
    let cases = [
        ("@type: CTMC\n", "continuous time"),
        ("@type: MDP\n@value_type: parametric\n", "parametric"),
        ("@type: MDP\n@parameters\np q\n", "parametric"),
        ("@type: MDP\n@colour\n", "m.drn:2"),
        ("@type: MDP\n@nr_states\n99999999\n", "more than 5000000"),
        ("@type: MDP\n@nr_states\n99999999999\n", "larger than"),
        ("@type: MDP\n@model\nstate 1\n", "expected state 0"),
        ("@type: MDP\n@model\naction 1\n", "before the first state"),
        ("@type: MDP\n@model\nstate 0\n\taction 0\n", "leads nowhere"),
        ("@type: MDP\n@model\nstate 0 !2\n", "exit rates"),
        ("@type: MDP\n@model\nstate 0 [1]\n", "0 that the header names"),
        (
            "@type: MDP\n@nr_states\n2\n@model\nstate 0\naction 0\n0 : 1\n",
            "after 1 of 2 states",
        ),
        (
            "@type: MDP\n@nr_choices\n2\n@model\nstate 0\naction 0\n0 : 1\n",
            "promises 2 choices",
        ),
        (
            "@type: MDP\n@nr_states\n1\n@model\nstate 0\naction 0\n7 : 1\n",
            "state 7 of 1",
        ),
        (
            "@type: MDP\n@model\nstate 0\naction 0\n7 : 1\n",
            "leads to state 7",
        ),
        (
            "@type: MDP\n@model\nstate 0\naction 0\n0 : nan\n",
            "finite number",
        ),
        (
            "@type: MDP\n@model\nstate 0\naction 0\n0 : [0.6, 0.5]\n",
            "above its upper bound",
        ),
        (
            "@type: MDP\n@value_type: double\n@model\nstate 0\naction 0\n0 : [0.5, 1]\n",
            "single numbers",
        ),
        (
            "@type: MDP\n@model\nstate 0\naction 0\n0 : [0.5 1]\n",
            "between the bounds",
        ),
        ("@type: MDP\n@model\nstate 0\naction 0\n0 : -1\n", "negative"),
        ("@type: MDP\n@nr_states\n1\n", "before `@model`"),
        ("hello\n", "expected `@type:`"),
        ("", "is empty"),
        ("@type: MDP\n", "before `@model`"),
    ];
    for (text, expected) in cases {
        let error = message(read("m.drn", text));
        assert!(error.contains(expected), "{text:?} gave {error}");
        assert!(error.lines().count() <= 6, "{error}");
    }
}

#[test]
fn a_wrong_ending_says_what_was_expected() {
    let error = message(read("ferry.tra", FERRY));
    assert!(
        error.contains("PRISM explicit") && error.contains("Storm DRN") && error.contains(".drn"),
        "{error}"
    );
    let error = message(read("ferry.xyz", FERRY));
    assert!(error.contains("Storm DRN") && error.contains(".tra"), "{error}");
    assert!(message(read("m.drn", "mdp\nmodule m\nendmodule\n")).contains("PRISM language"));
}

#[test]
fn compressed_files_are_unfolded_up_to_a_limit() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(FERRY.as_bytes()).unwrap();
    assert_eq!(
        read("ferry.drn.gz", gz.finish().unwrap()).unwrap().state_count(),
        3
    );
    // A bomb: millions of blank lines in a few thousand bytes.
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(b"@type: MDP\n").unwrap();
    gz.write_all(&vec![b'\n'; 20_000_000]).unwrap();
    let bomb = gz.finish().unwrap();
    assert!(bomb.len() < 30_000);
    let limits = Limits {
        states_max: 10,
        branches_max: 10,
    };
    let error = formats::read("bomb.drn.gz", &mut bomb.as_slice(), &NoFiles, &limits).unwrap_err();
    assert!(error.to_string().contains("unfolds to more"), "{error}");
    let cut = &bomb[..bomb.len() / 2];
    assert!(message(read("cut.drn.gz", cut)).contains("cannot be read"));
}

#[test]
fn xz_is_read() {
    // `printf '@type: DTMC\n@nr_states\n1\n@model\nstate 0 init\n\taction 0\n\t\t0 : 1\n' | xz | xxd -p`
    let hex = XZ.bytes().filter(u8::is_ascii_hexdigit).collect::<Vec<_>>();
    let bytes: Vec<u8> = hex
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    assert_eq!(read("loop.drn.xz", bytes).unwrap().state_count(), 1);
}

const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a301003e40747970653a2044544d430a406e725f7374617465730a310a406d6f64656c0a7374617465203020696e69740a09616374696f6e20300a090930203a20310a0000a67a517a4cb2f96f0001573f85531a631fb6f37d010000000004595a";

/// A number of a branch as somebody might write it: decimals of every length, exponents, fractions, and what is no number.
fn written_number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "0[.][0-9]{1,20}",
        2 => Just("0.5".to_owned()),
        1 => Just("1".to_owned()),
        1 => Just("0".to_owned()),
        1 => "[0-9]{1,3}e-[0-9]{1,2}",
        1 => "[1-9]/[1-9][0-9]{0,12}",
        1 => "[.0-9x-]{1,12}",
    ]
}

/// Two numbers of a branch: mostly bounds with which a row is a set.
fn written_bounds() -> impl Strategy<Value = (String, String)> {
    let wide = (
        "0[.]0[0-9]{1,17}",
        prop_oneof!["0[.]9[0-9]{1,17}", Just("1".to_owned())],
    );
    prop_oneof![4 => wide, 1 => (written_number(), written_number())]
}

proptest! {
    /// Lines in the shape in which tools write them are read by another way than all others, which must come to the same.
    #[test]
    fn both_ways_of_reading_branches_agree(
        branches in prop::collection::vec((prop_oneof![30 => 0u64..9, 1 => any::<u64>()], written_bounds(), prop_oneof![9 => 1u8..3, 1 => Just(0u8)]), 2..6),
        last_line in any::<bool>(),
    ) {
        let text = |usual: bool| {
            let mut text = "@type: MDP\n@nr_states\n9\n@model\n".to_owned();
            for state in 0..9 {
                text += &format!("state {state}\n\taction 0\n");
                for (target, (lower, upper), shape) in branches.iter().filter(|_| state == 4) {
                    let (blank, end) = if usual { (" ", "") } else { ("  ", " ") };
                    text += &match shape {
                        0 => format!("\t\t{target}{blank}: {lower}{end}\n"),
                        1 => format!("\t\t{target}{blank}: [{lower},{upper}]{end}\n"),
                        _ => format!("\t\t{target}{blank}: [{lower}, {upper}]{end}\n"),
                    };
                }
                if state != 4 {
                    text += "\t\t0 : 1\n";
                }
            }
            if last_line {
                text.truncate(text.len() - 1);
            }
            text
        };
        match (read("m.drn", text(true)), read("m.drn", text(false))) {
            (Ok(a), Ok(b)) => {
                for choice in 0..9 {
                    prop_assert_eq!(a.targets(choice), b.targets(choice));
                    prop_assert_eq!(a.set(choice), b.set(choice));
                }
            }
            (Err(a), Err(b)) => {
                prop_assert_eq!(&a.message, &b.message);
                let line = |error: &murphy_notation::Diagnostic| error.place.as_ref().map(|place| place.line_and_column().0);
                prop_assert_eq!(line(&a), line(&b));
            }
            (a, b) => prop_assert!(false, "{:?}\n{:?}", a.map(|_| ()), b.map(|_| ())),
        }
    }
}
