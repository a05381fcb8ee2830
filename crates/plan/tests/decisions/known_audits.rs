//! Audits of known problems: where ordinary conditioning would leave the plan, and what that would cost.

use crate::examples::{copy_or_reverse_heads, dilation, sequential_ellsberg};
use crate::trees::{named, q};
use murphy_notation::Rational;
use murphy_plan::consistency::audit;
use murphy_plan::rules::{Rule, rule};

#[test]
fn hearing_that_the_ball_is_not_yellow_changes_nothing_but_alarms_the_naive() {
    let tree = sequential_ellsberg(Rational::ONE);
    let plan = named(&tree, &[("not yellow", "blue")]);
    let found = audit(&tree, &plan, None).unwrap();
    assert_eq!(
        (found.guarantee.clone(), found.optimum.clone()),
        (q(2, 3), q(2, 3))
    );
    let [station] = found.stations.as_slice() else {
        unreachable!("one station")
    };
    assert!(station.is_consistent());
    assert_eq!(station.belief.at_stake, Rational::ONE);
    let normalised: Vec<_> = station
        .belief
        .remaining
        .iter()
        .map(|r| r.normalised.clone().unwrap())
        .collect();
    assert_eq!(normalised, [(q(1, 3), q(2, 3)), (Rational::ONE, Rational::ZERO)]);
    let measures: Vec<_> = station
        .belief
        .remaining
        .iter()
        .map(|r| r.measure.clone())
        .collect();
    assert_eq!(measures, [[q(1, 3), Rational::ZERO], [q(1, 3), q(2, 3)]]);
    // Conditioned, red has a probability between a third and one, blue between nothing and two thirds: red is the better bet, and lots are better still.
    let naive = station.naive.as_ref().unwrap();
    assert!(naive.deviates);
    assert_eq!(
        (naive.of_the_plan.clone(), naive.best.clone()),
        (Rational::ZERO, q(1, 2))
    );
    assert_eq!(naive.sure, [q(1, 3), Rational::ZERO]);
    assert_eq!(naive.moves, [q(1, 2), q(1, 2)]);
    assert_eq!(naive.guarantee, q(1, 2));

    // With nothing paid on yellow red is right, and the naive agent would draw the same lots: it does not know the difference.
    let tree = sequential_ellsberg(Rational::ZERO);
    let found = audit(&tree, &named(&tree, &[("not yellow", "red")]), None).unwrap();
    assert!(found.is_optimal() && found.stations[0].is_consistent());
    assert_eq!(found.stations[0].belief.at_stake, q(1, 3));
    assert_eq!(
        found.stations[0].belief.remaining[1].normalised,
        Some((Rational::from(3i64), Rational::ZERO))
    );
    let naive = found.stations[0].naive.as_ref().unwrap();
    assert_eq!(
        (naive.deviates, naive.moves.clone()),
        (true, vec![q(1, 2), q(1, 2)])
    );
    assert_eq!(naive.guarantee, q(1, 6));

    // With a half both bets are as good, a third, and even lots better than either.
    let tree = sequential_ellsberg(q(1, 2));
    for bet in ["red", "blue"] {
        let found = audit(&tree, &named(&tree, &[("not yellow", bet)]), None).unwrap();
        assert_eq!(found.stations[0].belief.at_stake, q(2, 3));
        assert_eq!((found.guarantee, found.optimum), (q(1, 3), q(1, 2)));
        assert_eq!(found.stations[0].better, Some(vec![q(1, 2), q(1, 2)]));
    }
}

#[test]
fn dilation_alarms_the_naive_at_both_observations() {
    let tree = dilation();
    let bet = named(&tree, &[("z = 0", "bet"), ("z = 1", "bet")]);
    let found = audit(&tree, &bet, None).unwrap();
    assert_eq!(
        (found.guarantee.clone(), found.optimum.clone()),
        (q(1, 10), q(1, 10))
    );
    assert_eq!(found.stations.len(), 2);
    assert_eq!(found.alarms().count(), 2);
    for station in &found.stations {
        assert!(station.is_consistent());
        assert_eq!(station.belief.at_stake, q(1, 2));
        let naive = station.naive.as_ref().unwrap();
        assert_eq!(
            (naive.of_the_plan.clone(), naive.best.clone()),
            (q(-2, 5), Rational::ZERO)
        );
        assert_eq!(naive.moves, [Rational::ZERO, Rational::ONE], "decline");
        assert_eq!(naive.guarantee, q(-1, 5));
    }

    // A bad plan that no single station can mend: the audit says that it is not optimal, and that each station is.
    let decline = named(&tree, &[("z = 0", "decline"), ("z = 1", "decline")]);
    let found = audit(&tree, &decline, None).unwrap();
    assert_eq!(
        (found.guarantee.clone(), found.is_optimal()),
        (Rational::ZERO, false)
    );
    assert!(found.inconsistent().next().is_none());
    assert!(found.alarms().next().is_none());

    // An agent who conditions at every step declines, and would pay a tenth not to be told.
    let rulings = rule(&tree, &[Rule::Maximin, Rule::Naive]).unwrap();
    assert_eq!(rulings[0].policy, bet);
    assert_eq!(rulings[1].policy, decline);
    assert_eq!(&rulings[0].worst - &rulings[1].worst, q(1, 10));
}

#[test]
fn the_copy_problem_is_planned_with_lots_and_stays_consistent() {
    let tree = copy_or_reverse_heads();
    let best = rule(&tree, &[Rule::Maximin]).unwrap().remove(0);
    assert_eq!(best.worst, q(5, 8));
    assert_eq!(best.policy.at(0), [q(1, 4), q(3, 4)]);
    assert_eq!(best.policy.at(1), [Rational::ZERO, Rational::ONE]);
    let found = audit(&tree, &best.policy, None).unwrap();
    assert!(found.is_optimal() && found.inconsistent().next().is_none());
    // On heads the naive agent would draw even lots.
    let naive = found.stations[0].naive.as_ref().unwrap();
    assert!(naive.deviates);
    assert_eq!(naive.moves, [q(1, 2), q(1, 2)]);
    assert!(naive.guarantee < q(5, 8));
}
