//! Small problems with known answers.

use crate::beliefs::least;
use murphy_credal::infra::{
    AMeasure, Conjunction, Infradistribution, Infrakernel, Inframeasure, Semidirect, Update, free_product,
    mixture, push_forward, strong_product, union,
};
use murphy_credal::{CredalSet, Error, Interval, Precise, Vertices};
use murphy_notation::Rational;

fn q(n: i64, d: i64) -> Rational {
    Rational::new(n, d)
}

fn list<const N: usize>(numbers: [(i64, i64); N]) -> Vec<Rational> {
    numbers.map(|(n, d)| q(n, d)).to_vec()
}

fn ones<const N: usize>(numbers: [i64; N]) -> Vec<Rational> {
    numbers.map(Rational::from).to_vec()
}

fn point(measure: Vec<Rational>, secured: Rational) -> AMeasure {
    AMeasure::new(measure, secured).unwrap()
}

/// Says whether two lists stand for the same set.
fn same(belief: &Inframeasure, points: Vec<AMeasure>) -> bool {
    belief.same_as(&Inframeasure::new(points).unwrap()).unwrap()
}

/// 30 red balls, 60 blue or yellow. One hears "not yellow" and bets on red or on blue, having planned what yellow pays.
#[test]
fn sequential_ellsberg() {
    let corners = vec![list([(1, 3), (0, 1), (2, 3)]), list([(1, 3), (2, 3), (0, 1)])];
    let urn = Infradistribution::crisp(&Vertices::new(corners).unwrap().into()).unwrap();
    let (red, blue) = (ones([1, 0, 0]), ones([0, 1, 0]));
    let heard = |yellow: Rational| {
        let off = vec![Rational::ZERO, Rational::ZERO, yellow];
        urn.update(&Update::event(&[true, true, false], off).unwrap())
            .unwrap()
    };
    // Ex ante: blue-or-yellow two thirds, red-or-yellow one third.
    assert_eq!(least(&urn, &ones([0, 1, 1])), q(2, 3));
    assert_eq!(least(&urn, &ones([1, 0, 1])), q(1, 3));

    let after = heard(Rational::ONE);
    assert_eq!(after.at_stake, Rational::ONE);
    let third = list([(1, 3), (0, 1), (0, 1)]);
    assert!(same(
        &after.belief,
        vec![
            point(third, q(2, 3)),
            point(list([(1, 3), (2, 3), (0, 1)]), Rational::ZERO)
        ]
    ));
    assert_eq!(least(&after.belief, &red), q(1, 3));
    assert_eq!(least(&after.belief, &blue), q(2, 3));
    assert!(after.belief.classes().cohomogeneous);

    let after = heard(Rational::ZERO);
    assert_eq!(after.at_stake, q(1, 3));
    assert!(same(
        &after.belief,
        vec![
            point(ones([1, 0, 0]), Rational::ZERO),
            point(ones([1, 2, 0]), Rational::ZERO)
        ]
    ));
    assert_eq!(least(&after.belief, &red), Rational::ONE);
    assert_eq!(least(&after.belief, &blue), Rational::ZERO);
    assert!(after.belief.classes().homogeneous);

    let after = heard(q(1, 2));
    assert_eq!(after.at_stake, q(2, 3));
    assert_eq!(least(&after.belief, &red), q(1, 2));
    assert_eq!(least(&after.belief, &blue), q(1, 2));
}

/// X is fair, Y is anything, Z = X xor Y is seen; a bet on X wins 0.6 or loses 0.4. Utilities are shifted up by 0.4.
#[test]
fn dilation() {
    // Outcomes (X, Y) = 00, 01, 10, 11.
    let corners = vec![
        list([(1, 2), (0, 1), (1, 2), (0, 1)]),
        list([(0, 1), (1, 2), (0, 1), (1, 2)]),
    ];
    let belief = Infradistribution::crisp(&Vertices::new(corners).unwrap().into()).unwrap();
    let bet = ones([0, 0, 1, 1]);
    let decline = vec![q(2, 5); 4];
    let zero_seen = [true, false, false, true];
    let seen = |off: &[Rational]| {
        belief
            .update(&Update::event(&zero_seen, off.to_vec()).unwrap())
            .unwrap()
    };

    assert_eq!(least(&belief, &bet) - q(2, 5), q(1, 10));
    let one_only: Vec<Rational> = bet
        .iter()
        .zip(zero_seen)
        .map(|(b, z)| if z { b.clone() } else { q(2, 5) })
        .collect();
    assert_eq!(least(&belief, &one_only) - q(2, 5), q(-1, 5));

    let after = seen(&bet);
    assert_eq!((after.at_stake, after.secured), (q(1, 2), Rational::ZERO));
    assert_eq!(least(&after.belief, &bet), Rational::ONE);
    assert_eq!(least(&after.belief, &decline), q(2, 5));

    // With the worse plan off the branch the worse continuation is best: updating executes plans, it does not find them.
    let after = seen(&decline);
    assert_eq!((after.at_stake, after.secured), (q(1, 2), q(1, 5)));
    assert_eq!(least(&after.belief, &bet), Rational::ZERO);
    assert_eq!(least(&after.belief, &decline), q(2, 5));
}

/// Two hypotheses about one rate; a success is seen.
#[test]
fn two_rates_after_a_success() {
    let corners = vec![list([(1, 3), (2, 3)]), list([(2, 3), (1, 3)])];
    let belief = Infradistribution::crisp(&Vertices::new(corners).unwrap().into()).unwrap();
    let after = |g: Rational| {
        belief
            .update(&Update::event(&[true, false], vec![g.clone(), g]).unwrap())
            .unwrap()
    };
    let shape = |points: &[AMeasure]| -> Vec<(Rational, Rational)> {
        points.iter().map(|p| (p.weight(), p.secured().clone())).collect()
    };
    let one = after(Rational::ONE);
    assert_eq!(one.at_stake, q(2, 3));
    assert_eq!(
        shape(one.belief.points()),
        [(q(1, 2), q(1, 2)), (Rational::ONE, Rational::ZERO)]
    );
    let none = after(Rational::ZERO);
    assert_eq!(none.at_stake, q(1, 3));
    assert_eq!(
        shape(none.belief.points()),
        [(Rational::ONE, Rational::ZERO), (q(2, 1), Rational::ZERO)]
    );
    let half = after(q(1, 2));
    assert_eq!(half.at_stake, q(1, 2));
    assert_eq!(
        shape(half.belief.points()),
        [(q(2, 3), q(1, 3)), (q(4, 3), Rational::ZERO)]
    );
}

fn rate(low: i64, high: i64) -> CredalSet {
    let tenths = |n| q(n, 10);
    let bounds = Interval::new(
        vec![tenths(10 - high), tenths(low)],
        vec![tenths(10 - low), tenths(high)],
    );
    bounds.unwrap().into()
}

/// Two intervals for one rate: each alone, either, both, an even prior.
#[test]
fn two_intervals() {
    let success = ones([0, 1]);
    let (first, second) = (rate(2, 6), rate(5, 9));
    let (h1, h2) = (
        Inframeasure::crisp(&first).unwrap(),
        Inframeasure::crisp(&second).unwrap(),
    );
    assert_eq!(least(&h1, &success), q(1, 5));
    assert_eq!(least(&h2, &success), q(1, 2));
    assert_eq!(least(&union(&[&h1, &h2]).unwrap(), &success), q(1, 5));
    let both = Conjunction::of(&[&first, &second]).unwrap();
    assert_eq!(
        both.corners().unwrap(),
        [list([(4, 10), (6, 10)]), list([(1, 2), (1, 2)])]
    );
    assert_eq!(both.lower_expectation(&success).unwrap().value, q(1, 2));
    let even = mixture(&[(q(1, 2), &h1), (q(1, 2), &h2)]).unwrap();
    assert_eq!(least(&even, &success), q(7, 20));
    assert_eq!(least(&even, &ones([1, 0])), q(1, 4), "the upper end is 3/4");

    let sets = [&rate(0, 3), &rate(5, 10)];
    let Err(Error::Contradiction(conflict)) = Conjunction::of(&sets) else {
        unreachable!("[0, 0.3] and [0.5, 1] have nothing in common")
    };
    assert!(conflict.proves(&sets).unwrap());
    assert!(!conflict.proves(&[&first, &second]).unwrap());
}

/// As sets of a-measures, two beliefs that contradict one another still meet, at a belief that is better than both.
#[test]
fn the_big_lattice_turns_a_contradiction_into_optimism() {
    let heads = Inframeasure::crisp(&Precise::new(ones([1, 0])).unwrap().into()).unwrap();
    let tails = Inframeasure::crisp(&Precise::new(ones([0, 1])).unwrap().into()).unwrap();
    let meet = Infradistribution::new(vec![
        point(ones([1, 1]), Rational::ZERO),
        point(ones([0, 0]), Rational::ONE),
    ])
    .unwrap();
    assert!(heads.includes(&meet).unwrap() && tails.includes(&meet).unwrap());
    // Better than either on a utility that neither likes fully.
    let half = vec![q(1, 2); 2];
    assert_eq!(least(&meet, &half), Rational::ONE);
    assert_eq!(least(&heads, &half), q(1, 2));
    assert!(!meet.classes().lipschitz);
}

/// Two coins with a bias within [0.4, 0.6]: how probable is it that they agree?
#[test]
fn three_products() {
    let coin = rate(4, 6);
    let belief = Inframeasure::crisp(&coin).unwrap();
    let (agree, heads) = (ones([1, 0, 0, 1]), ones([1, 0, 0, 0]));
    let strong = strong_product(&coin, &coin).unwrap();
    assert_eq!(strong.lower_expectation(&agree).unwrap().value, q(12, 25));
    assert_eq!(strong.lower_expectation(&heads).unwrap().value, q(4, 25));
    let kernel = Infrakernel::new(vec![belief.clone(), belief.clone()]).unwrap();
    let semidirect = Semidirect::new(belief, kernel).unwrap();
    assert_eq!(semidirect.expectation(&agree).unwrap(), q(2, 5));
    assert_eq!(semidirect.expectation(&heads).unwrap(), q(4, 25));
    let free = free_product(&coin, &coin).unwrap();
    assert_eq!(free.lower_expectation(&agree).unwrap().value, Rational::ZERO);
}

/// The same unknown bit twice, and two unknown bits.
#[test]
fn named_and_anonymous_choices() {
    let bit = Inframeasure::total_ignorance(2).unwrap();
    let agree = ones([1, 0, 0, 1]);
    // Outputs (b, b): both read the same name.
    let same_name = push_forward(&bit, &[0, 3], 4).unwrap();
    assert_eq!(least(&same_name, &agree), Rational::ONE);
    let two_names = Semidirect::new(bit.clone(), Infrakernel::new(vec![bit.clone(); 2]).unwrap()).unwrap();
    assert_eq!(two_names.expectation(&agree).unwrap(), Rational::ZERO);

    // An unknown bit xor a fair coin: settled before the coin it does no harm, after the coin it may do any.
    let coin = Inframeasure::crisp(&Precise::new(vec![q(1, 2); 2]).unwrap().into()).unwrap();
    let odd = ones([0, 1, 1, 0]);
    let before = Semidirect::new(bit.clone(), Infrakernel::new(vec![coin.clone(); 2]).unwrap()).unwrap();
    assert_eq!(before.expectation(&odd).unwrap(), q(1, 2));
    assert_eq!(
        before.expectation(&agree).unwrap(),
        q(1, 2),
        "the upper end is one half, too"
    );
    let after = Semidirect::new(coin, Infrakernel::new(vec![bit; 2]).unwrap()).unwrap();
    assert_eq!(after.expectation(&odd).unwrap(), Rational::ZERO);
    assert_eq!(
        after.expectation(&agree).unwrap(),
        Rational::ZERO,
        "the upper end is one"
    );
}
