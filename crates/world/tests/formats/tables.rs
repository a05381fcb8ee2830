//! bmdp-tool, CRAAM and Cassandra.

use crate::{bounds, fraction, members, message, read, read_beside};
use murphy_notation::Rational;
use murphy_world::{Limits, NoFiles, formats};

#[test]
fn bmdp_lines_come_in_any_order() {
    let text = "4 2 1\n3\n2 5 3 0.5 1.0\n 0 1 0 1.0\n1.0\n0 0 1 0.25 0.75\n0 0 3 0.25 0.75\n2 5 0 0 0.5\n3 0 0 1 1\n";
    let model = read("robot.txt", text).unwrap();
    assert_eq!((model.state_count(), model.choice_count()), (4, 5));
    assert_eq!(members(&model, "terminal"), [3]);
    assert_eq!(members(&model, "deadlock"), [1, 3]);
    assert_eq!(bounds(&model, 0)[0], (fraction(1, 4), fraction(3, 4)));
    assert_eq!(model.action_name(3), "5");
    for (text, expected) in [
        ("4 2 1\n", "terminal"),
        ("4 2 1\n9\n", "no state 9"),
        ("4\n2\n0\n0 0 1 0.5\n", "within a branch"),
        ("4 2 0\n0 0 1 0.5 0.5\n", "robot.txt:2"),
        ("4", "terminal"),
        ("", "is empty"),
    ] {
        let error = message(read("robot.txt", text));
        assert!(error.contains(expected), "{text:?} gave {error}");
    }
}

#[test]
fn craam_rows_become_choices_with_expected_rewards() {
    let text = "idstatefrom, idaction, idstateto, probability, reward, colour\n1,0,1,1.0,0,red\n0,0,1,0.25,4,\n0,0,0,0.5,0,x\n0,0,1,\"0.25\",8,x\n";
    let model = read("mdp.csv", text).unwrap();
    assert_eq!(model.targets(0), [0, 1]);
    assert_eq!(bounds(&model, 0)[1].0, fraction(1, 2));
    assert_eq!(model.quantity("reward").unwrap()[0], fraction(3, 1));
    let files = [
        ("initial.csv", "idstate,probability\n1,0.75\n0,0.25\n"),
        ("parameters.csv", "parameter,value\ndiscount,0.95\n"),
    ];
    let model = read_beside("mdp.csv", text, &files).unwrap();
    assert_eq!(model.initial(), [(0, fraction(1, 4)), (1, fraction(3, 4))]);
    assert!(model.notes().iter().any(|note| note.contains("19/20")));
}

#[test]
fn craam_outcomes_are_vertices() {
    let text = "idstatefrom,idaction,idoutcome,idstateto,probability,reward\n0,0,0,1,1,2\n0,0,1,2,0.5,2\n0,0,1,0,0.5,2\n";
    let model = read("mdpo.csv", text).unwrap();
    assert_eq!(model.set(0).kind(), "vertices");
    assert_eq!(model.targets(0), [0, 1, 2]);
    let value = model.set(0).lower_expectation(&[0.0, 1.0, 2.0]).unwrap().value;
    assert!((value - 1.0).abs() < 1e-12);
    assert_eq!(model.state_count(), 3);
    let error = message(read("mdpo.csv", text.replace("0.5,2\n", "0.5,3\n")));
    assert!(error.contains("depends on Nature"), "{error}");
    assert!(message(read("mdpo.csv", text.replace("0.5,2\n", "0.9,2\n"))).contains("sum to"));
    assert!(message(read("m.csv", "a,b\n1,2\n")).contains("idstatefrom"));
    assert!(message(read("m.csv", text.replace("0,0,0,1,1,2", "-1,0,0,1,1,2"))).contains("m.csv:2"));
}

const TIGER: &str = "# a tiger behind one of two doors
discount: 0.95
values: reward
states: left right
actions: listen open-left open-right
observations: hear-left
   hear-right
start: uniform
T: listen identity
T: open-left
uniform
T: open-right : *
0.5 0.5
O: listen
0.85 0.15
0.15 0.85
O: * uniform
O: listen : left : hear-left 0.9
O: listen : left : hear-right 0.1
R: listen : * : * : * -1
R: open-left : left : * : * -100
R: open-left : right : * : hear-left 6
R: open-left : right : * : hear-right 10
R: open-right : * : left : * 4
R: open-right : left : right : * 2
";

#[test]
fn a_pomdp_is_read_and_marked() {
    let model = read("tiger.pomdp", TIGER).unwrap();
    assert_eq!((model.state_count(), model.choice_count()), (2, 6));
    assert_eq!(model.observations(), Some([0, 0].as_slice()));
    assert_eq!(model.state_name(1), "state=right");
    assert_eq!(model.initial(), [(0, fraction(1, 2)), (1, fraction(1, 2))]);
    assert_eq!(model.targets(0), [0]);
    assert_eq!(model.action_name(1), "open-left");
    let reward = model.quantity("reward").unwrap();
    // Hearing is uniform after opening, so that 6 and 10 count half each; arriving is uniform, so that 4 and 2 do.
    let expected = [-1i64, -100, 3, -1, 8, 2].map(Rational::from);
    assert_eq!(reward, expected.as_slice());
}

#[test]
fn without_observations_it_is_an_ordinary_process() {
    let text = "values: cost\nstates: 2\nactions: 1\nstart: 1\nT: 0 : 0 : 1 : 1.0\nT: 0 : 1 : 1 1.000004\nR: 0 : 0 : 1 5\nR: 0 : 1 : * : * 2\n";
    let model = read("m.pomdp", text).unwrap();
    assert_eq!(model.observations(), None);
    assert_eq!(
        model.quantity("cost").unwrap(),
        [5i64, 2].map(Rational::from).as_slice()
    );
    assert_eq!(model.initial(), [(1, Rational::ONE)]);
    assert_eq!(bounds(&model, 1), [(Rational::ONE, Rational::ONE)]);
}

#[test]
fn pomdp_mistakes_are_told_with_their_line() {
    for (from, to, expected) in [
        ("T: listen identity", "T: lisen identity", "did you mean `listen`"),
        ("T: open-right : *\n0.5 0.5\n", "", "leads nowhere"),
        ("0.5 0.5\n", "0.5\n", "1 numbers where 2"),
        ("0.5 0.5\n", "0.5 x\n", "expected a number"),
        ("0.5 0.5\n", "0.5 0.6\n", "sum to"),
        ("states: left right", "states: 0", "at least one"),
        ("states: left right", "states: left left", "twice"),
        ("values: reward", "values: both", "`cost`"),
        ("discount: 0.95", "hello: 3", "expected a statement"),
    ] {
        let error = message(read("tiger.pomdp", TIGER.replace(from, to)));
        assert!(error.contains(expected), "{to:?} gave {error}");
    }
    assert!(message(read("m.pomdp", "states: 3\n")).contains("no states or no actions"));
    assert!(message(read("m.pomdp", "states: 16000000\nactions: 1\nT: 0 uniform\n")).contains("more than"));
}

#[test]
fn wildcards_over_nothing_and_hidden_rules_are_counted_too() {
    let limits = Limits {
        states_max: 1000,
        branches_max: 1000,
    };
    let matrices = format!("actions: 900\n{}", "T: *\n".repeat(20));
    let hidden = "R: * : * : 1 5\n".repeat(400);
    let rules = format!("states: 300\nactions: 1\nT: 0 identity\n{hidden}R: 0 : * : * 1\n");
    for (text, expected) in [(matrices, "stands for more than"), (rules, "too long to add up")] {
        let error = message(formats::read("m.pomdp", &mut text.as_bytes(), &NoFiles, &limits));
        assert!(error.contains(expected), "{error}");
    }
}
