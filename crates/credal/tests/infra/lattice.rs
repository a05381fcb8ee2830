//! Functionals and sets: duality, the order, unions, mixtures, classes and conversions.

use crate::beliefs::{a_measure, belief, inframeasure, least, unit, utility};
use murphy_credal::infra::{
    AMeasure, Infradistribution, Inframeasure, Supracontribution, mixture, pull_back, push_forward, union,
};
use murphy_credal::{CredalSet, Error};
use murphy_notation::Rational;
use proptest::prelude::*;

const N: usize = 3;

fn mix(p: &Rational, f: &[Rational], g: &[Rational]) -> Vec<Rational> {
    let q = Rational::ONE - p;
    f.iter().zip(g).map(|(f, g)| p * f + &q * g).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_functional_is_concave_and_monotone(
        belief in inframeasure(N), f in utility(N), g in utility(N), p in unit(),
    ) {
        let h = |f: &[Rational]| belief.expectation(f).unwrap().value;
        prop_assert_eq!(h(&f), least(&belief, &f));
        let mixed = h(&mix(&p, &f, &g));
        prop_assert!(mixed >= &p * &h(&f) + (Rational::ONE - &p) * h(&g));
        let more: Vec<Rational> = f.iter().zip(&g).map(|(f, g)| f.max(g).clone()).collect();
        prop_assert!(h(&more) >= h(&f));
        let witness = belief.expectation(&f).unwrap();
        prop_assert_eq!(belief.points()[witness.point].expectation(&f), witness.value);
    }

    /// A point is in the set exactly if no utility tells it apart, and a telling utility does.
    #[test]
    fn sets_and_functionals_are_dual(belief in inframeasure(N), point in a_measure(N), f in utility(N)) {
        match belief.telling(&point).unwrap() {
            None => prop_assert!(point.expectation(&f) >= least(&belief, &f)),
            Some(told) => {
                prop_assert!(told.iter().all(|f| !f.is_negative() && *f <= Rational::ONE));
                prop_assert!(point.expectation(&told) < least(&belief, &told));
            }
        }
    }

    /// The canonical form is the same set, the shortest list, and the same whatever was listed.
    #[test]
    fn the_canonical_form_is_unique(
        belief in inframeasure(N), more in utility(N), bonus in unit(), p in unit(), f in utility(N),
    ) {
        let canonical = belief.canonical();
        prop_assert_eq!(least(&canonical, &f), least(&belief, &f));
        prop_assert!(canonical.same_as(&belief).unwrap());
        // Mixtures, and points above points, say nothing new.
        let first = &belief.points()[0];
        let last = &belief.points()[belief.points().len() - 1];
        let mixed = AMeasure::new(
            mix(&p, first.measure(), last.measure()),
            &p * first.secured() + (Rational::ONE - &p) * last.secured().clone(),
        ).unwrap();
        let above = AMeasure::new(
            first.measure().iter().zip(&more).map(|(m, x)| m + x).collect(),
            first.secured() + &bonus,
        ).unwrap();
        // Mass may be taken away where as much is secured instead.
        let taken: Vec<Rational> = last.measure().iter().map(|m| m * &p).collect();
        let lost = last.weight() - taken.iter().sum::<Rational>();
        let below = AMeasure::new(taken, last.secured() + &lost).unwrap();
        let mut points = vec![mixed, below];
        points.extend(belief.points().iter().rev().cloned());
        points.push(above);
        prop_assert_eq!(Inframeasure::new(points).unwrap().canonical(), canonical.clone());
        for at in 0..canonical.points().len() {
            if canonical.points().len() > 1 {
                let mut shorter = canonical.points().to_vec();
                let left_out = shorter.remove(at);
                prop_assert!(!Inframeasure::new(shorter).unwrap().contains(&left_out).unwrap());
            }
        }
    }

    #[test]
    fn inclusion_is_the_opposite_order_of_functionals(
        one in inframeasure(N), other in inframeasure(N), f in utility(N),
    ) {
        if one.includes(&other).unwrap() {
            prop_assert!(least(&one, &f) <= least(&other, &f));
        } else {
            // Some point of the other is told apart by some utility.
            let told = other.points().iter().find_map(|point| one.telling(point).unwrap()).unwrap();
            prop_assert!(least(&other, &told) < least(&one, &told));
        }
    }

    /// The union is the least set that includes both: `h = min(h₁, h₂)`.
    #[test]
    fn the_union_is_the_least_upper_bound(
        one in belief(N), other in belief(N), third in inframeasure(N), f in utility(N),
    ) {
        let both = one.or(&other).unwrap();
        prop_assert_eq!(least(&both, &f), least(&one, &f).min(least(&other, &f)));
        prop_assert!(both.is_normalised());
        prop_assert!(both.includes(&one).unwrap() && both.includes(&other).unwrap());
        let bounds = third.includes(&one).unwrap() && third.includes(&other).unwrap();
        prop_assert_eq!(bounds, third.includes(&both).unwrap());
        prop_assert!(other.or(&one).unwrap().same_as(&both).unwrap());
        prop_assert!(both.or(&one).unwrap().same_as(&both).unwrap());
    }

    #[test]
    fn the_mixture_is_the_weighted_sum(one in belief(N), other in belief(N), p in unit(), f in utility(N)) {
        let q = Rational::ONE - &p;
        let mixed = Infradistribution::mixture(&[(p.clone(), &one), (q.clone(), &other)]).unwrap();
        prop_assert_eq!(least(&mixed, &f), p * least(&one, &f) + q * least(&other, &f));
        prop_assert!(mixed.is_normalised());
        prop_assert!(least(&mixed, &f) >= least(&one.or(&other).unwrap(), &f));
    }

    #[test]
    fn push_forward_and_pull_back_are_adjoint(
        belief in inframeasure(4), about in inframeasure(2), map in prop::collection::vec(0usize..2, 4),
        f in utility(4), g in utility(2),
    ) {
        let pushed = push_forward(&belief, &map, 2).unwrap();
        let along: Vec<Rational> = map.iter().map(|&y| g[y].clone()).collect();
        prop_assert_eq!(least(&pushed, &g), least(&belief, &along));
        prop_assert_eq!(pushed.secured(), belief.secured());
        match pull_back(&about, &map) {
            Ok(pulled) => {
                let worst = |y: usize| (0..4).filter(|&x| map[x] == y).map(|x| f[x].clone()).min().unwrap();
                prop_assert_eq!(least(&pulled, &f), least(&about, &[worst(0), worst(1)]));
                prop_assert!(push_forward(&pulled, &map, 2).unwrap().same_as(&about).unwrap());
                // The least informative one: it includes whatever pushes forward into it.
                let inside = about.includes(&pushed).unwrap();
                prop_assert_eq!(pulled.includes(&belief).unwrap(), inside);
            }
            Err(error) => {
                let no_preimage = matches!(error, Error::NoPreimage { .. });
                prop_assert!(no_preimage);
            }
        }
    }

    /// Each class against its law, on constants and factors.
    #[test]
    fn the_classes_are_the_laws(belief in belief(N), f in utility(N), c in unit(), a in unit()) {
        let classes = belief.classes();
        let h = |f: &[Rational]| least(&belief, f);
        let scaled: Vec<Rational> = f.iter().map(|f| &a * f).collect();
        let shifted: Vec<Rational> = f.iter().map(|f| &(f - &c) * &a + &c).collect();
        let constant = vec![c.clone(); N];
        if classes.homogeneous {
            prop_assert_eq!(h(&scaled), &a * &h(&f));
        }
        if classes.cohomogeneous {
            let near_one = mix(&a, &f, &vec![Rational::ONE; N]);
            prop_assert_eq!(h(&near_one), Rational::ONE - &a + &a * &h(&f));
        }
        if classes.c_additive {
            prop_assert_eq!(h(&constant), c.clone());
        }
        if classes.crisp {
            prop_assert_eq!(h(&shifted), &c + &(&a * &(h(&f) - &c)));
            prop_assert!(classes.homogeneous && classes.cohomogeneous && classes.c_additive && classes.lipschitz);
        }
        prop_assert!(!classes.sharp || classes.crisp);
        prop_assert_eq!(classes.crisp, belief.to_credal().is_some());
        // Outside a class some utility breaks its law: the middle of the segment to a constant.
        if !classes.homogeneous {
            prop_assert!(belief.points().iter().any(|point| point.secured().is_positive()));
        }
    }

    #[test]
    fn crisp_beliefs_are_credal_sets(case in crate::sets::part(N), f in utility(N)) {
        let belief = Infradistribution::crisp(&case.0).unwrap();
        prop_assert!(belief.is_normalised());
        prop_assert!(belief.classes().crisp);
        prop_assert_eq!(least(&belief, &f), case.0.lower_expectation(&f).unwrap().value);
        let back = belief.to_credal().unwrap();
        prop_assert_eq!(back.upper_expectation(&f).unwrap().value, case.0.upper_expectation(&f).unwrap().value);
        let losses = Supracontribution::crisp(&case.0).unwrap();
        prop_assert!(losses.is_distribution());
        prop_assert_eq!(losses.expected_loss(&f).unwrap(), case.0.upper_expectation(&f).unwrap().value);
        prop_assert!(losses.to_infradistribution().unwrap().same_as(&belief).unwrap());
    }

    /// Losses and utilities tell the same story, before and after an update.
    #[test]
    fn supracontributions_are_cohomogeneous_beliefs(
        case in crate::sets::part(N), likelihood in utility(N), losses in utility(N),
    ) {
        let one = vec![Rational::ONE; N];
        let gains: Vec<Rational> = losses.iter().map(|l| Rational::ONE - l).collect();
        let set = Supracontribution::crisp(&case.0).unwrap().updated(&likelihood).unwrap();
        let belief = set.to_inframeasure();
        prop_assert_eq!(least(&belief, &gains), Rational::ONE - set.expected_loss(&losses).unwrap());
        let update = murphy_credal::infra::Update::new(likelihood, one).unwrap();
        let raw = update.raw(&Inframeasure::crisp(&case.0).unwrap()).unwrap();
        prop_assert!(raw.same_as(&belief).unwrap());
        let back = belief.to_supracontribution().unwrap();
        prop_assert_eq!(back.expected_loss(&losses).unwrap(), set.expected_loss(&losses).unwrap());
    }
}

#[test]
fn lists_that_do_not_belong_together_are_refused() {
    let (two, three) = (
        Inframeasure::total_ignorance(2).unwrap(),
        Inframeasure::total_ignorance(3).unwrap(),
    );
    let mismatch = Error::LengthMismatch {
        expected: 2,
        found: 3,
    };
    assert_eq!(union(&[&two, &three]), Err(mismatch.clone()));
    let half = Rational::new(1, 2);
    assert_eq!(
        mixture(&[(half.clone(), &two), (half.clone(), &three)]),
        Err(mismatch.clone())
    );
    assert_eq!(mixture(&[(half.clone(), &two)]), Err(Error::NotOne { sum: half }));
    assert_eq!(two.includes(&three), Err(mismatch));
    assert_eq!(Inframeasure::new(vec![]), Err(Error::Empty));
    assert_eq!(union(&[]), Err(Error::Empty));
    assert_eq!(
        push_forward(&two, &[0, 2], 2),
        Err(Error::NoSuchOutcome {
            outcome: 2,
            outcomes: 2
        })
    );
    assert_eq!(pull_back(&two, &[0, 0, 0]), Err(Error::NoPreimage { outcome: 1 }));
    assert_eq!(
        AMeasure::new(vec![Rational::from(-1i64)], Rational::ZERO),
        Err(Error::Negative {
            outcome: 0,
            value: Rational::from(-1i64)
        })
    );
}

#[test]
fn a_belief_that_is_not_crisp_is_no_credal_set() {
    let half = Rational::new(1, 2);
    let points = vec![
        AMeasure::new(vec![half.clone(), Rational::ZERO], half).unwrap(),
        AMeasure::new(vec![Rational::ONE, Rational::ZERO], Rational::ZERO).unwrap(),
    ];
    let belief = Infradistribution::new(points).unwrap();
    // The first point is above the second on utilities below one.
    assert_eq!(belief.canonical().points().len(), 1);
    assert!(matches!(belief.to_credal(), Some(CredalSet::Vertices(_))));
    let losses = Supracontribution::contradiction(2).unwrap();
    assert!(matches!(
        losses.to_infradistribution(),
        Err(Error::NotNormalised { .. })
    ));
}
