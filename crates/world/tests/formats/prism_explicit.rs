//! PRISM's explicit files.

use crate::{bounds, fraction, members, message, read, read_beside};
use murphy_notation::{Rational, Value};
use murphy_world::{ModelKind, VariableKind};

const TRANSITIONS: &str = "# Transitions (IMDP)
3 4 6
0 0 1 [0.4,0.9] east
0 0 2 [0.1,0.6] east
0 1 0 [1,1]
1 0 1 [1,1] stay
2 0 1 [0.5,0.5] east
2 0 2 [0.5,0.5] east
";

#[test]
fn transitions_come_with_their_companions() {
    let files = [
        ("m.lab", "0=\"init\" 1=\"goal\" 2=\"never\"\n2: 0\n1: 1\n"),
        ("m.sta", "(x,b)\n0:(3,false)\n1:(-1,true)\n2:(0,false)\n"),
        (
            "m1.srew",
            "# Reward structure \"time\"\n# State rewards\n3 2\n0 1\n2 0.5\n",
        ),
        (
            "m1.trew",
            "# Reward structure \"time\"\n# Transition rewards\n3 4 2\n2 0 1 2\n2 0 2 4\n",
        ),
        ("m2.trew", "3 4 1\n0 1 0 7\n"),
    ];
    let model = read_beside("somewhere/m.tra", TRANSITIONS, &files).unwrap();
    assert_eq!(model.initial(), [(2, Rational::ONE)]);
    assert_eq!(members(&model, "goal"), [1]);
    assert!(model.label("never").is_some());
    assert_eq!(model.values(1), [Value::Int(-1), Value::Bool(true)]);
    assert_eq!(model.variables()[1].kind, VariableKind::Bool);
    assert_eq!((model.action_name(0), model.action_name(1)), ("east", "1"));
    assert_eq!(bounds(&model, 0)[1], (fraction(1, 10), fraction(3, 5)));
    let (one, half) = (Rational::ONE, fraction(1, 2));
    // 0.5 of the state, and the mean of 2 and 4 of the branches.
    assert_eq!(
        model.quantity("time").unwrap(),
        [one.clone(), one, Rational::ZERO, fraction(7, 2)]
    );
    assert_eq!(model.state_quantity("time").unwrap()[2], half);
    assert_eq!(model.quantity("reward2").unwrap()[1], fraction(7, 1));
}

#[test]
fn rewards_that_depend_on_a_bounded_branch_are_refused() {
    let files = [("m.trew", "3 4 2\n0 0 1 2\n0 0 2 3\n")];
    let error = message(read_beside("m.tra", TRANSITIONS, &files));
    assert!(
        error.contains("depend on where it leads") && error.contains("m.tra:3"),
        "{error}"
    );
    let files = [("m.trew", "3 4 1\n0 0 0 2\n")];
    let error = message(read_beside("m.tra", TRANSITIONS, &files));
    assert!(
        error.contains("no branch") && error.contains("m.trew:2"),
        "{error}"
    );
    let files = [("m.srew", "3 1\n7 2\n")];
    assert!(message(read_beside("m.tra", TRANSITIONS, &files)).contains("belongs to no state"));
}

#[test]
fn chains_are_read_by_branches_and_by_rows() {
    let by_branches = read("a.tra", "2 3\n0 0 0.5\n0 1 0.5\n1 1 1\n").unwrap();
    let by_rows = read("a.tra", "2 3\n0 0.5:0 0.5:1\n1 1:1\n").unwrap();
    for model in [&by_branches, &by_rows] {
        assert_eq!(model.kind(), ModelKind::Chain);
        assert_eq!(bounds(model, 0)[0].0, fraction(1, 2));
        assert_eq!(model.targets(0), [0, 1]);
    }
    let decisions = read(
        "a.tra",
        "2 3 4\n0 0 [0.5,1]:0 [0,0.5]:1 go\n0 1 1:0\n1 0 1:1 go\n",
    )
    .unwrap();
    assert_eq!((decisions.action_name(0), decisions.action_name(1)), ("go", "1"));
}

#[test]
fn a_state_without_lines_stays() {
    let model = read("a.tra", "3 1\n0 1 1\n").unwrap();
    assert_eq!(members(&model, "deadlock"), [1, 2]);
    assert_eq!(model.targets(2), [2]);
    // Not millions of them for nothing.
    assert!(message(read("a.tra", "5000000 1\n0 0 1\n")).contains("no choice"));
}

#[test]
fn observations_belong_to_states() {
    let text = "# Transitions (POMDP)\n2 2 3 2\n- - 1 - 1\n0 0 0 0.5 0 go\n0 0 1 0.5 1 go\n1 0 1 1 1 go\n";
    let model = read("a.tra", text).unwrap();
    assert_eq!(model.observations(), Some([0, 1].as_slice()));
    assert_eq!(model.initial()[0].0, 1);
    assert_eq!(model.action_name(0), "go");
    let text = text.replace("1 0 1 1 1 go", "1 0 1 1 0 go");
    assert!(message(read("a.tra", text)).contains("another observation"));
}

#[test]
fn one_file_may_hold_all_sections() {
    let text = format!(
        "{TRANSITIONS}\n# States\n(x)\n0:(1)\n1:(2)\n2:(3)\n\n# Labels\n0=\"init\" 1=\"goal\"\n0: 0\n1: 1\n\n\
         # Reward structure \"time\"\n# State rewards\n3 1\n0 1\n\n# Reward structure \"time\"\n# Transition rewards\n3 4 0\n\n\
         # Reward structure \"fuel\"\n# State rewards\n3 0\n\n# Reward structure \"fuel\"\n# Transition rewards\n3 4 1\n0 1 0 2\n"
    );
    let model = read("m.pexp", &text).unwrap();
    assert_eq!(model.name(), "m");
    assert_eq!(model.quantity_order(), ["time", "fuel"]);
    assert_eq!(model.quantity("fuel").unwrap()[1], fraction(2, 1));
    assert_eq!(members(&model, "goal"), [1]);
    assert!(message(read("m.pexp", text.replace("2 0 2 [0.5,0.5]", "2 0 2 [0.1,0.2]"))).contains("m.pexp:7"));
    assert!(message(read("m.pexp", format!("{text}\n# Colours\n"))).contains("not known"));
}

#[test]
fn mistakes_are_told_with_their_line() {
    let cases = [
        ("# Transitions (CTMC)\n2 2\n", "CTMC"),
        ("2 2\n0 1 1\n", "promises 2 transitions"),
        ("2 1\n0 5 1\n", "no state 5"),
        ("2 1\n5 0 1\n", "no state 5"),
        ("2 2\n1 0 1\n0 1 1\n", "not in the order"),
        ("2 2 2\n0 1 0 1\n", "expected choice 0"),
        ("2 2 2\n0 0 0 1\n", "promises 2 transitions"),
        ("2 3 2\n0 0 0 1\n1 0 0 1\n", "promises 3 choices"),
        ("2 1\n0 1 0.5\n", "a.tra:2"),
        ("2 1\n0 1 [0.5\n", "between the bounds"),
        ("7\n8\n", "bmdp-tool"),
        ("", "is empty"),
        ("# a remark alone\n", "before the numbers"),
    ];
    for (text, expected) in cases {
        let error = message(read("a.tra", text));
        assert!(error.contains(expected), "{text:?} gave {error}");
    }
}
