//! What models mean: every transition as the language defines it, exactly.

use crate::{choices, labelled, state_called, unfold, unfold_with, worth};
use murphy_notation::{Rational, Value};
use murphy_world::{InitialKind, ModelKind};

#[test]
fn a_die_from_coins_has_thirteen_states_and_exact_halves() {
    // Knuth and Yao's die, as seven nodes and six faces.
    let model = unfold(
        "dtmc
         module die
             s : [0..7];  face : [0..6];
             [] s=0 -> 0.5:(s'=1) + 0.5:(s'=2);
             [] s=1 -> 0.5:(s'=3) + 0.5:(s'=4);
             [] s=2 -> 0.5:(s'=5) + 0.5:(s'=6);
             [] s=3 -> 0.5:(s'=1) + 0.5:(s'=7)&(face'=1);
             [] s=4 -> 0.5:(s'=7)&(face'=2) + 0.5:(s'=7)&(face'=3);
             [] s=5 -> 0.5:(s'=7)&(face'=4) + 0.5:(s'=7)&(face'=5);
             [] s=6 -> 0.5:(s'=2) + 0.5:(s'=7)&(face'=6);
             [] s=7 -> true;
         endmodule
         label \"six\" = face=6;
         rewards \"flips\" s<7 : 1; endrewards",
    );
    assert_eq!(model.kind(), ModelKind::Chain);
    assert_eq!((model.state_count(), model.branch_count()), (13, 20));
    assert_eq!(model.name(), "test");
    assert_eq!(
        choices(&model, "s=3, face=0"),
        ["die#4: 1/2 s=1, face=0 | 1/2 s=7, face=1"]
    );
    assert_eq!(labelled(&model, "six"), ["s=7, face=6"]);
    assert_eq!(labelled(&model, "init"), ["s=0, face=0"]);
    assert_eq!(worth(&model, "flips", "s=6, face=0"), ["1"]);
    assert_eq!(worth(&model, "flips", "s=7, face=6"), ["0"]);
    assert!(model.notes().is_empty());
}

#[test]
fn states_are_numbered_breadth_first() {
    let model = unfold(
        "mdp module m x:[0..9];
            [a] x=0 -> (x'=4); [b] x=0 -> (x'=2); [c] x=4 -> (x'=9); [d] x=2 -> (x'=7); [] x>6 -> true;
         endmodule",
    );
    let names: Vec<String> = (0..5).map(|state| model.state_name(state)).collect();
    assert_eq!(names, ["x=0", "x=4", "x=2", "x=9", "x=7"]);
}

#[test]
fn modules_move_together_on_shared_actions_only() {
    let model = unfold(
        "mdp
         module left  x:[0..2]; [go] x=0 -> 1/3:(x'=1) + 2/3:(x'=2); [x] x=0 -> (x'=1); [only] x=2 -> true; endmodule
         module right y:[0..2]; [go] y=0 -> 1/4:(y'=1) + 3/4:(y'=2); [go] y=0 -> (y'=2); [] y=0 -> (y'=1);
                                [only] y=1 -> true; endmodule",
    );
    // Commands without an action first, then the actions in the order of their first use.
    assert_eq!(
        choices(&model, "x=0, y=0"),
        [
            "right#3: 1 x=0, y=1",
            "go: 1/12 x=1, y=1 | 1/4 x=1, y=2 | 1/6 x=2, y=1 | 1/2 x=2, y=2",
            "go: 1/3 x=1, y=2 | 2/3 x=2, y=2",
            "x: 1 x=1, y=0",
        ]
    );
    // `go` is known to the right module, so the left one waits for it in vain.
    assert_eq!(choices(&model, "x=0, y=1"), ["x: 1 x=1, y=1"]);
    assert_eq!(choices(&model, "x=2, y=1"), ["only: 1 x=2, y=1"]);
    assert_eq!(labelled(&model, "deadlock"), ["x=1, y=1", "x=1, y=2", "x=2, y=2"]);
    assert_eq!(choices(&model, "x=1, y=1"), ["#deadlock: 1 x=1, y=1"]);
    assert!(
        model
            .notes()
            .iter()
            .any(|note| note.contains("3 states have no way to move"))
    );
}

#[test]
fn updates_read_the_old_values() {
    let model = unfold(
        "mdp global g:[0..3]; module m x:[0..3] init 1; y:[0..3] init 2;
           [swap] g<3 -> (x'=y) & (y'=x) & (g'=g+1);
         endmodule",
    );
    assert_eq!(choices(&model, "g=0, x=1, y=2"), ["swap: 1 g=1, x=2, y=1"]);
    assert_eq!(model.state_count(), 4);
}

#[test]
fn equal_targets_fall_together_and_impossible_ones_away() {
    let model = unfold(
        "dtmc const double p = 0; module m x:[0..3];
           [] x=0 -> 0.1:(x'=1) + 0.2:(x'=1) + p:(x'=9) + 0.7:(x'=2); [] x>0 -> true;
         endmodule",
    );
    assert_eq!(choices(&model, "x=0"), ["m#1: 3/10 x=1 | 7/10 x=2"]);
}

#[test]
fn a_chain_with_several_enabled_commands_shares_evenly() {
    let model = unfold(
        "dtmc module m x:[0..3];
           [a] x=0 -> (x'=1); [b] x=0 -> 1/2:(x'=1) + 1/2:(x'=2); [] x=0 -> (x'=3); [] x>0 -> true;
         endmodule
         rewards \"r\" x=0 : 1; [a] true : 6; [b] true : 9; [] true : 12; endrewards",
    );
    assert_eq!(choices(&model, "x=0"), ["#mixture: 1/3 x=3 | 1/2 x=1 | 1/6 x=2"]);
    assert_eq!(worth(&model, "r", "x=0"), ["10"]);
    assert!(model.notes().iter().any(|note| note.contains("same probability")));
}

#[test]
fn two_interval_coins_give_the_hull_and_say_so() {
    let model = unfold(
        "mdp
         module c1 x:[0..2]; [t] x=0 -> [0.4,0.6]:(x'=1) + [0.4,0.6]:(x'=2); endmodule
         module c2 y:[0..2]; [t] y=0 -> [0.4,0.6]:(y'=1) + [0.4,0.6]:(y'=2); endmodule",
    );
    assert_eq!(
        choices(&model, "x=0, y=0"),
        ["t: [4/25,9/25] x=1, y=1 | [4/25,9/25] x=1, y=2 | [4/25,9/25] x=2, y=1 | [4/25,9/25] x=2, y=2"]
    );
    assert!(model.notes().iter().any(|note| note.contains("hull")));
}

#[test]
fn an_interval_beside_a_sure_move_is_no_hull() {
    let model = unfold(
        "mdp
         module c1 x:[0..2]; [t] x=0 -> [0.4,0.6]:(x'=1) + [0.3,0.7]:(x'=2); endmodule
         module c2 y:[0..2]; [t] y=0 -> (y'=1); endmodule",
    );
    // Tightened: the second can have at most 0.6 and at least 0.4.
    assert_eq!(
        choices(&model, "x=0, y=0"),
        ["t: [2/5,3/5] x=1, y=1 | [2/5,3/5] x=2, y=1"]
    );
    assert!(!model.notes().iter().any(|note| note.contains("hull")));
}

#[test]
fn a_chain_that_mixes_intervals_says_that_it_is_a_hull() {
    let mixed = |second: &str| {
        unfold(&format!(
            "dtmc module m x:[0..4];
               [] x=0 -> [0.2,0.6]:(x'=1) + [0.4,0.8]:(x'=2); [] x=0 -> {second}; [] x>0 -> true; endmodule"
        ))
    };
    let hull = mixed("[0.1,0.3]:(x'=3) + [0.7,0.9]:(x'=4)");
    assert_eq!(
        choices(&hull, "x=0"),
        ["#mixture: [1/10,3/10] x=1 | [1/5,2/5] x=2 | [1/20,3/20] x=3 | [7/20,9/20] x=4"]
    );
    assert!(hull.notes().iter().any(|note| note.contains("hull")));
    // One movement with bounds leaves the sum of the other where it is.
    let exact = mixed("(x'=1)");
    assert_eq!(
        choices(&exact, "x=0"),
        ["#mixture: [3/5,4/5] x=1 | [1/5,2/5] x=2"]
    );
    assert!(!exact.notes().iter().any(|note| note.contains("hull")));
}

#[test]
fn intervals_of_equal_targets_add_and_points_are_precise() {
    let model = unfold(
        "dtmc const double e; module m x:[0..3];
           [] x=0 -> [0.1,0.2]:(x'=1) + [0.1,0.3]:(x'=1) + [0,1]:(x'=2) + [0,0]:(x'=3);
           [] x=1 -> [0.5-e,0.5+e]:(x'=2) + [0.5-e,0.5+e]:(x'=3);
           [] x>1 -> true;
         endmodule"
            .replace("const double e;", "const double e = 0;")
            .as_str(),
    );
    assert_eq!(choices(&model, "x=0"), ["m#1: [1/5,1/2] x=1 | [1/2,4/5] x=2"]);
    assert_eq!(choices(&model, "x=1"), ["m#2: 1/2 x=2 | 1/2 x=3"]);
}

#[test]
fn copies_replace_names_everywhere_also_inside_formulas() {
    let model = unfold(
        "mdp
         const int me = 1; const int you = 2;
         formula free = other=0;
         formula ahead = free & pos<me;
         module one pos:[0..2]; other:[0..1]; [step] ahead -> (pos'=pos+1); [done1] pos=me -> true; endmodule
         module two = one [pos=pos2, other=other2, me=you, done1=done2, step=step2] endmodule
         label \"end\" = pos=me & pos2=you;",
    );
    // The first may go to 1, its copy to 2.
    assert_eq!(model.state_count(), 6);
    assert_eq!(labelled(&model, "end"), ["pos=1, other=0, pos2=2, other2=0"]);
    assert_eq!(
        choices(&model, "pos=0, other=0, pos2=1, other2=0"),
        [
            "step: 1 pos=1, other=0, pos2=1, other2=0",
            "step2: 1 pos=0, other=0, pos2=2, other2=0"
        ]
    );
    assert!(choices(&model, "pos=1, other=0, pos2=2, other2=0").len() == 2);
}

#[test]
fn copies_of_copies_and_swaps_replace_at_once() {
    let model = unfold(
        "mdp
         module a x:[0..1]; [t] x=0 & y=0 -> (x'=1); endmodule
         module b = a [x=y, y=x, t=u] endmodule
         module c = b [y=z, u=v] endmodule",
    );
    // `c` is `a` with x as z, y as x and t as v: it moves while z=0 and x=0.
    assert_eq!(
        choices(&model, "x=0, y=0, z=0"),
        ["t: 1 x=1, y=0, z=0", "u: 1 x=0, y=1, z=0", "v: 1 x=0, y=0, z=1"]
    );
    assert_eq!(choices(&model, "x=1, y=0, z=0"), ["#deadlock: 1 x=1, y=0, z=0"]);
}

#[test]
fn quantities_count_states_and_actions_and_keep_their_order() {
    let model = unfold(
        "mdp module m x:[0..2];
           [a] x=0 -> (x'=1); [] x=0 -> (x'=2); [b] x>0 -> true;
         endmodule
         rewards \"z\" x=0 : 2; true : 0.5; [a] true : 0.1; [] x<2 : x+3; endrewards
         rewards [b] true : -1/3; [nowhere] true : 100; endrewards",
    );
    assert_eq!(model.quantity_order(), ["z", "2"]);
    assert_eq!(
        worth(&model, "z", "x=0"),
        ["11/2", "13/5"],
        "the command without action comes first"
    );
    assert_eq!(worth(&model, "z", "x=1"), ["1/2"]);
    assert_eq!(worth(&model, "2", "x=1"), ["-1/3"]);
    let at_state = model.state_quantity("z").unwrap();
    assert_eq!(
        at_state[state_called(&model, "x=0") as usize],
        Rational::new(5, 2)
    );
    assert!(model.state_quantity("2").unwrap().iter().all(Rational::is_zero));
}

#[test]
fn a_deadlock_keeps_what_its_state_is_worth() {
    let model = unfold(
        "mdp module m x:[0..1]; [a] x=0 -> (x'=1); endmodule rewards true : 3; [] true : 5; [a] true : 7; endrewards",
    );
    assert_eq!(worth(&model, "1", "x=1"), ["3"]);
    assert_eq!(worth(&model, "1", "x=0"), ["10"]);
}

#[test]
fn several_initial_states_are_one_of_them() {
    let model = unfold(
        "mdp module m x:[0..9]; y:[-2..2]; b:bool; [] true -> true; endmodule
         init y>=0 & x=2*y & (b | y=1) endinit",
    );
    assert_eq!(model.initial_kind(), InitialKind::OneOf);
    assert_eq!(
        labelled(&model, "init"),
        [
            "x=0, y=0, b=true",
            "x=2, y=1, b=false",
            "x=2, y=1, b=true",
            "x=4, y=2, b=true"
        ]
    );
    assert!(
        model
            .initial()
            .iter()
            .all(|(_, weight)| *weight == Rational::new(1, 4))
    );
}

#[test]
fn initial_predicates_need_no_walk_through_long_ranges() {
    let model = unfold(
        "mdp module m x:[0..1000000000]; y:[0..1000000000]; z:[0..3]; [] true -> true; endmodule
         init x=7 & 123456789=y & z!=2 endinit",
    );
    assert_eq!(model.state_count(), 3);
}

#[test]
fn constants_are_set_in_any_order_and_kept_for_goals() {
    let text = "mdp const int M = 2*N; const int N; const double p = 1/3; const bool b = N>2; const double q;
                module m x:[0..M]; [] x<M -> (x'=x+1); endmodule";
    let model = unfold_with(text, &[("N", "1+2"), ("q", "0.25"), ("k", "5")]).unwrap();
    assert_eq!(model.state_count(), 7);
    assert_eq!(
        model.constants(),
        [
            ("M".to_owned(), Value::Int(6)),
            ("N".to_owned(), Value::Int(3)),
            ("p".to_owned(), Value::Number(Rational::new(1, 3))),
            ("b".to_owned(), Value::Bool(true)),
            ("q".to_owned(), Value::Number(Rational::new(1, 4))),
        ]
    );
    assert!(model.notes().iter().any(|note| note.contains("no constant `k`")));
    let other = unfold_with(text, &[("N", "1"), ("q", "0"), ("M", "4")]).unwrap();
    assert_eq!(other.state_count(), 5);
    assert!(other.notes().iter().any(|note| note.contains("`M` is set to 4")));
}

#[test]
fn a_pomdp_says_what_is_seen() {
    let model = unfold(
        "pomdp observables s, \"far\" = h>1 endobservables
         module m s:[0..1]; h:[0..3];
           [pick] s=0 -> 1/4:(s'=1)&(h'=0) + 1/4:(s'=1)&(h'=1) + 1/4:(s'=1)&(h'=2) + 1/4:(s'=1)&(h'=3);
           [] s=1 -> true; endmodule",
    );
    assert_eq!(model.observations(), Some(&[0, 1, 1, 2, 2][..]));
    assert!(
        model
            .notes()
            .iter()
            .any(|note| note.contains("partial observability"))
    );
    assert!(
        unfold("mdp module m x:[0..1]; [] true -> true; endmodule")
            .observations()
            .is_none()
    );
}

#[test]
fn compositions_hide_rename_and_interleave() {
    let modules = "mdp
         module a x:[0..1]; [t] x=0 -> (x'=1); endmodule
         module b y:[0..1]; [t] y=0 -> (y'=1); [u] y=0 -> (y'=1); endmodule
         module c z:[0..1]; [u] z=0 -> (z'=1); endmodule\n";
    let first = |system: &str| {
        let model = unfold(&format!(
            "{modules}system {system} endsystem rewards [t] true:1; [] true:5; endrewards"
        ));
        let worth = worth(&model, "1", "x=0, y=0, z=0");
        let choices = choices(&model, "x=0, y=0, z=0");
        choices
            .into_iter()
            .zip(worth)
            .map(|(choice, worth)| format!("{choice} ({worth})"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        first("a || b || c"),
        ["t: 1 x=1, y=1, z=0 (1)", "u: 1 x=0, y=1, z=1 (0)"]
    );
    assert_eq!(
        first("a ||| b ||| c"),
        [
            "t: 1 x=1, y=0, z=0 (1)",
            "t: 1 x=0, y=1, z=0 (1)",
            "u: 1 x=0, y=1, z=0 (0)",
            "u: 1 x=0, y=0, z=1 (0)"
        ]
    );
    assert_eq!(
        first("(a |[t]| b) ||| c"),
        [
            "t: 1 x=1, y=1, z=0 (1)",
            "u: 1 x=0, y=1, z=0 (0)",
            "u: 1 x=0, y=0, z=1 (0)"
        ]
    );
    assert_eq!(
        first("(a || b) / {t} || c"),
        ["#hidden: 1 x=1, y=1, z=0 (5)", "u: 1 x=0, y=1, z=1 (0)"]
    );
    assert_eq!(
        first("(a {t <- u}) || b || c"),
        ["t: 1 x=0, y=1, z=0 (1)", "u: 1 x=1, y=1, z=1 (0)"]
    );
    // On an action that one side lacks, nothing moves.
    assert_eq!(
        first("a |[t]| c ||| b"),
        [
            "t: 1 x=0, y=1, z=0 (1)",
            "u: 1 x=0, y=0, z=1 (0)",
            "u: 1 x=0, y=1, z=0 (0)"
        ]
    );
}

#[test]
fn rounded_decimals_are_scaled_and_reported() {
    let model = unfold(
        "dtmc module m x:[0..2];
           [] x=0 -> 0.3333333333:(x'=0) + 0.3333333333:(x'=1) + 0.3333333333:(x'=2); [] x>0 -> true; endmodule",
    );
    assert_eq!(choices(&model, "x=0"), ["m#1: 1/3 x=0 | 1/3 x=1 | 1/3 x=2"]);
    assert!(model.notes().iter().any(|note| note.contains("scaled")));
}

#[test]
fn tiny_probabilities_stay_exact() {
    let model = unfold(
        "dtmc const double p = pow(0.001, 30); module m x:[0..2]; [] x=0 -> p:(x'=1) + 1-p:(x'=2); [] x>0 -> true;
         endmodule",
    );
    let centre = model.set(0).centre().unwrap();
    assert_eq!(centre[0], "1e-90".parse().unwrap());
    assert_eq!(&centre[0] + &centre[1], Rational::ONE);
}

#[test]
fn old_spellings_are_read() {
    let model = unfold(
        "probabilistic
         rate r = 0.5; const N = 2; prob q = 0.5;
         module m x : [0..N] init 1; b : bool init true; i : int;
           [] b & x=1 -> r:(x'=func(max, 0, 2)) + q:true; [] !b | x!=1 -> (b'=false); endmodule",
    );
    assert_eq!(
        choices(&model, "x=1, b=true, i=0"),
        ["m#1: 1/2 x=2, b=true, i=0 | 1/2 x=1, b=true, i=0"]
    );
    assert_eq!(model.kind(), ModelKind::Chain);
}

#[test]
fn a_model_without_a_type_is_a_decision() {
    assert_eq!(
        unfold("module m x:[0..1]; [] true -> true; endmodule").kind(),
        ModelKind::Decision
    );
    assert_eq!(
        unfold("module m [] true -> true; endmodule").state_count(),
        1,
        "without variables"
    );
}
