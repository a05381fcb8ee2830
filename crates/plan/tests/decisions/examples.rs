//! Decision problems with known answers, as trees.

use crate::trees::{Node, Worlds, agent, chance, pays, q};
use murphy_notation::Rational;
use murphy_problem::decision::DecisionTree;

/// 30 red balls, 60 blue or yellow. Yellow pays `yellow` at once; otherwise bet on red or on blue.
pub(crate) fn sequential_ellsberg(yellow: Rational) -> DecisionTree {
    let bet = |red: i64, blue: i64| {
        agent(
            "not yellow",
            [("red", pays(2, red.into())), ("blue", pays(2, blue.into()))],
        )
    };
    let third = vec![q(1, 3); 2];
    let blue = vec![Rational::ZERO, q(2, 3)];
    let yellow_drawn = vec![q(2, 3), Rational::ZERO];
    let root = chance([
        (third, bet(1, 0)),
        (blue, bet(0, 1)),
        (yellow_drawn, pays(2, yellow)),
    ]);
    Worlds::named(&["no blue", "no yellow"]).tree(&root)
}

/// X is fair, Y is anything and independent, Z = X xor Y is seen; a bet on X wins 0.6 or loses 0.4.
pub(crate) fn dilation() -> DecisionTree {
    let seen = |z: usize, x: bool| {
        let wins = if x { q(3, 5) } else { q(-2, 5) };
        agent(
            ["z = 0", "z = 1"][z],
            [("bet", pays(2, wins)), ("decline", pays(2, Rational::ZERO))],
        )
    };
    // Environments: Y is 0, Y is 1.
    let half = |y: usize| -> Vec<Rational> {
        (0..2)
            .map(|k| if k == y { q(1, 2) } else { Rational::ZERO })
            .collect()
    };
    let root = chance([
        (half(0), seen(0, false)),
        (half(0), seen(1, true)),
        (half(1), seen(1, false)),
        (half(1), seen(0, true)),
    ]);
    Worlds::named(&["Y = 0", "Y = 1"]).tree(&root)
}

/// A fair coin is shown, then one says heads or tails: to copy it, or to say tails if it shows heads.
pub(crate) fn copy_or_reverse_heads() -> DecisionTree {
    let shown = |coin: &str, heads: [Rational; 2], tails: [Rational; 2]| {
        agent(
            coin,
            [
                ("say heads", Node::End(heads.to_vec())),
                ("say tails", Node::End(tails.to_vec())),
            ],
        )
    };
    let (zero, half, one) = (Rational::ZERO, q(1, 2), Rational::ONE);
    let on_heads = shown("heads", [one.clone(), zero.clone()], [zero.clone(), one.clone()]);
    let on_tails = shown("tails", [zero, half.clone()], [one, half.clone()]);
    let even = vec![half; 2];
    let root = chance([(even.clone(), on_heads), (even, on_tails)]);
    Worlds::named(&["copy", "reverse heads"]).tree(&root)
}

/// A safe arm that pays with probability 0.3, a high one with 0.7 that in the risky world loses 1000 with probability 0.01.
pub(crate) fn trap_bandit() -> DecisionTree {
    let arm = |odds: [[i64; 3]; 2]| {
        let column = |i: usize| odds.iter().map(|row| q(row[i], 100)).collect();
        chance([
            (column(0), pays(2, Rational::ZERO)),
            (column(1), pays(2, Rational::ONE)),
            (column(2), pays(2, Rational::from(-1000i64))),
        ])
    };
    let safe = arm([[70, 30, 0], [70, 30, 0]]);
    let high = arm([[30, 70, 0], [29, 70, 1]]);
    Worlds::named(&["safe", "risky"]).tree(&agent("start", [("safe arm", safe), ("high arm", high)]))
}

/// Two arms; each environment says with which probability each pays.
pub(crate) fn two_arms(names: &[&'static str], odds: &[[Rational; 2]]) -> DecisionTree {
    let arm = |i: usize| {
        let wins: Vec<Rational> = odds.iter().map(|row| row[i].clone()).collect();
        let loses = wins.iter().map(|p| Rational::ONE - p).collect();
        chance([
            (wins, pays(odds.len(), Rational::ONE)),
            (loses, pays(odds.len(), Rational::ZERO)),
        ])
    };
    Worlds::named(names).tree(&agent("start", [("arm 1", arm(0)), ("arm 2", arm(1))]))
}
