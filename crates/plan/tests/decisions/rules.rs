//! Many rules on one problem: known answers, and what holds of all.

use crate::brute::{game, pure_payoffs};
use crate::examples::{copy_or_reverse_heads, trap_bandit, two_arms};
use crate::numbers::Random;
use crate::trees::{Shape, q, random};
use murphy_notation::Rational;
use murphy_plan::rules::{Rule, RuleError, Ruling, even_prior, rule};
use murphy_problem::decision::DecisionTree;

fn one(tree: &DecisionTree, which: Rule) -> Ruling {
    rule(tree, &[which]).unwrap().remove(0)
}

#[test]
fn the_trap_bandit_is_avoided_by_caution_and_taken_by_the_confident() {
    let tree = trap_bandit();
    let cautious = one(&tree, Rule::Maximin);
    assert_eq!(cautious.policy.at(0), [Rational::ONE, Rational::ZERO]);
    assert_eq!((cautious.worst, cautious.best), (q(3, 10), q(3, 10)));
    assert_eq!(cautious.regret, q(2, 5));
    let bayes = |risky: Rational| {
        one(
            &tree,
            Rule::Bayes {
                prior: vec![Rational::ONE - &risky, risky],
            },
        )
    };
    let high = [Rational::ZERO, Rational::ONE];
    // The high arm exactly while the risky world is less probable than 1/25.
    assert_eq!(bayes(q(39, 1000)).policy.at(0), high);
    assert_eq!(bayes(q(41, 1000)).policy.at(0), [Rational::ONE, Rational::ZERO]);
    assert_eq!(bayes(q(1, 25)).score, Some(q(3, 10)));
    let greedy = one(&tree, Rule::Maximax);
    assert_eq!(greedy.policy.at(0), high);
    assert_eq!(
        (greedy.score, greedy.worst, greedy.regret),
        (Some(q(7, 10)), q(-93, 10), q(48, 5))
    );
}

#[test]
fn two_arms_in_a_box_are_chosen_by_the_worst_case_and_mixed_by_regret() {
    let (low, high) = ([q(3, 10), q(7, 10)], [q(4, 10), q(8, 10)]);
    let corner = |i: usize, j: usize| [low[i].clone(), high[j].clone()];
    let corners = [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)];
    let tree = two_arms(&["low low", "low high", "high low", "high high"], &corners);
    let cautious = one(&tree, Rule::Maximin);
    assert_eq!((cautious.worst, cautious.regret), (q(2, 5), q(3, 10)));
    assert_eq!(cautious.policy.at(0), [Rational::ZERO, Rational::ONE]);
    let sorry = one(&tree, Rule::Regret);
    assert_eq!(sorry.score, Some(q(3, 16)));
    assert_eq!(sorry.regret, q(3, 16));
    assert_eq!(sorry.policy.at(0), [q(3, 8), q(5, 8)]);
}

#[test]
fn linked_arms_are_hedged() {
    let tree = two_arms(
        &["first good", "second good"],
        &[[q(7, 10), q(3, 10)], [q(3, 10), q(7, 10)]],
    );
    let cautious = one(&tree, Rule::Maximin);
    assert_eq!(
        (cautious.worst, cautious.policy.at(0)),
        (q(1, 2), [q(1, 2), q(1, 2)].as_slice())
    );
}

#[test]
fn the_rules_disagree_on_the_copy_problem() {
    let tree = copy_or_reverse_heads();
    let prior = even_prior(&tree);
    assert_eq!(prior, [q(1, 2), q(1, 2)]);
    let bayes = one(&tree, Rule::Bayes { prior });
    assert_eq!(bayes.score, Some(q(5, 8)), "this prior is Nature's own mixture");
    assert_eq!(one(&tree, Rule::Maximax).score, Some(Rational::ONE));
    // Halfway between the worst and the best.
    let half = one(&tree, Rule::Hurwicz { pessimism: q(1, 2) });
    assert_eq!(
        half.score,
        Some((half.worst.clone() + half.best.clone()) / Rational::from(2i64))
    );
    assert!(half.score.unwrap() >= q(5, 8));
}

#[test]
fn what_holds_of_all_rules_holds_on_random_trees() {
    for seed in 0..120u64 {
        let mut numbers = Random(seed + 70_000);
        let shape = Shape {
            rich: seed % 2 == 0,
            prior: seed % 3 == 0,
        };
        let tree = random(&mut numbers, shape);
        let prior = even_prior(&tree);
        let third = q(1, 3);
        let rules = [
            Rule::Maximin,
            Rule::Bayes { prior },
            Rule::Maximax,
            Rule::Hurwicz {
                pessimism: third.clone(),
            },
            Rule::Regret,
            Rule::Naive,
            Rule::Hurwicz {
                pessimism: Rational::ONE,
            },
        ];
        let found = rule(&tree, &rules).unwrap();
        let mean = |ruling: &Ruling| -> Rational {
            even_prior(&tree)
                .iter()
                .zip(&ruling.payoffs)
                .map(|(w, payoff)| w * payoff)
                .sum()
        };
        let hurwicz = |r: &Ruling| &third * &r.worst + (Rational::ONE - &third) * r.best.clone();
        for ruling in &found {
            assert_eq!(ruling.payoffs, tree.payoffs(&ruling.policy));
            assert!(ruling.worst <= found[0].worst, "maximin has the best worst case");
            assert!(mean(ruling) <= mean(&found[1]));
            assert!(ruling.best <= found[2].best);
            assert!(hurwicz(ruling) <= hurwicz(&found[3]));
            assert!(ruling.regret >= found[4].regret && !ruling.regret.is_negative());
        }
        assert_eq!(found[0].score, Some(found[0].worst.clone()));
        assert_eq!(found[1].score, Some(mean(&found[1])));
        assert_eq!(found[2].score, Some(found[2].best.clone()));
        assert_eq!(found[3].score, Some(hurwicz(&found[3])));
        assert_eq!(found[4].score, Some(found[4].regret.clone()));
        assert_eq!(found[6].score, found[0].score);
        let sets: Vec<usize> = (0..tree.information_sets().len()).collect();
        let pure = pure_payoffs(&tree, &found[0].policy, &sets);
        assert_eq!(found[0].worst, game(&tree, &pure));
        // In hindsight: what is missed, environment by environment, over all pure plans.
        let known = |k: usize| pure.iter().map(|row| row[k].clone()).max().unwrap();
        let missed: Vec<Vec<Rational>> = pure
            .iter()
            .map(|row| {
                row.iter()
                    .enumerate()
                    .map(|(k, payoff)| payoff - &known(k))
                    .collect()
            })
            .collect();
        assert_eq!(found[4].regret, -game(&tree, &missed));
    }
}

#[test]
fn rules_with_bad_numbers_are_refused() {
    let tree = trap_bandit();
    let refusal = |which| rule(&tree, &[which]).unwrap_err();
    let prior = vec![q(1, 2), q(1, 3)];
    assert_eq!(
        refusal(Rule::Bayes { prior }),
        RuleError::Prior { environments: 2 }
    );
    assert_eq!(
        refusal(Rule::Bayes {
            prior: vec![Rational::ONE]
        }),
        RuleError::Prior { environments: 2 }
    );
    let found = q(3, 2);
    assert_eq!(
        refusal(Rule::Hurwicz {
            pessimism: found.clone()
        }),
        RuleError::Pessimism { found }
    );
}
