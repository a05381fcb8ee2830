//! What is known of updates, on random beliefs in exact arithmetic.

use crate::beliefs::{belief, inframeasure, least, unit, update, utility};
use murphy_credal::infra::{Infradistribution, Update};
use murphy_credal::{CredalSet, Error, Precise};
use murphy_notation::Rational;
use proptest::prelude::*;

const N: usize = 3;

fn constant(value: &Rational) -> Vec<Rational> {
    vec![value.clone(); N]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// `E(f ⋆ g) = E(0 ⋆ g) + P·E'(f)`, and "not updatable" exactly if `P = 0`.
    #[test]
    fn the_updated_value_is_the_old_value_of_the_whole_plan(
        belief in belief(N), update in update(N), f in utility(N),
    ) {
        let whole = least(&belief, &update.glued(&f));
        let lost = least(&belief, &update.glued(&constant(&Rational::ZERO)));
        let won = least(&belief, &update.glued(&constant(&Rational::ONE)));
        match belief.update(&update) {
            Ok(after) => {
                prop_assert_eq!(&after.at_stake, &(&won - &lost));
                prop_assert_eq!(&after.secured, &lost);
                prop_assert_eq!(whole, lost + after.at_stake * least(&after.belief, &f));
                prop_assert!(after.belief.is_normalised());
            }
            Err(error) => {
                prop_assert_eq!(error, Error::NotUpdatable { secured: lost.clone() });
                prop_assert_eq!(&won, &lost);
                prop_assert_eq!(whole, lost, "where nothing is at stake every continuation is worth the same");
            }
        }
    }

    /// Two updates are one, and what is at stake multiplies.
    #[test]
    fn updates_compose(belief in belief(N), first in update(N), second in update(N), f in utility(N)) {
        let both = first.then(&second).unwrap();
        // The raw updates compose whatever is at stake.
        let raw = second.raw(&first.raw(&belief).unwrap()).unwrap();
        prop_assert_eq!(least(&raw, &f), least(&both.raw(&belief).unwrap(), &f));
        if let Ok(once) = belief.update(&first) {
            match (once.belief.update(&second), belief.update(&both)) {
                (Ok(twice), Ok(at_once)) => {
                    prop_assert_eq!(least(&twice.belief, &f), least(&at_once.belief, &f));
                    prop_assert!(twice.belief.same_as(&at_once.belief).unwrap());
                    prop_assert_eq!(once.at_stake * twice.at_stake, at_once.at_stake);
                }
                (one, other) => prop_assert!(one.is_err() && other.is_err()),
            }
        }
    }

    /// For a single distribution every off-branch utility gives what Bayes gives.
    #[test]
    fn one_distribution_is_updated_as_by_bayes(
        weights in prop::collection::vec(1i64..=5, N), update in update(N), f in utility(N),
    ) {
        let total = weights.iter().sum::<i64>();
        let p: Vec<Rational> = weights.iter().map(|&w| Rational::new(w, total)).collect();
        let belief = Infradistribution::crisp(&CredalSet::from(Precise::new(p.clone()).unwrap())).unwrap();
        let joint: Vec<Rational> = p.iter().zip(update.likelihood()).map(|(p, l)| p * l).collect();
        let evidence: Rational = joint.iter().sum();
        match belief.update(&update) {
            Ok(after) => {
                let posterior: Rational = joint.iter().zip(&f).map(|(j, f)| j * f).sum::<Rational>() / &evidence;
                prop_assert_eq!(least(&after.belief, &f), posterior);
                prop_assert_eq!(after.at_stake, evidence);
            }
            Err(_) => prop_assert!(evidence.is_zero()),
        }
    }

    /// The infra-Bayes theorem: a prior is updated by what is at stake in each of its parts.
    #[test]
    fn a_prior_is_updated_by_what_is_at_stake(
        beliefs in prop::collection::vec(belief(N), 2..=3), update in update(N), f in utility(N),
        weights in prop::collection::vec(1i64..=4, 3),
    ) {
        let weights = &weights[..beliefs.len()];
        let total = weights.iter().sum::<i64>();
        let prior: Vec<Rational> = weights.iter().map(|&w| Rational::new(w, total)).collect();
        let parts: Vec<_> = prior.iter().cloned().zip(&beliefs).collect();
        let mixed = Infradistribution::mixture(&parts).unwrap();
        let each: Vec<_> = beliefs.iter().map(|part| part.update(&update)).collect();
        if each.iter().any(Result::is_err) {
            return Ok(());
        }
        let each: Vec<_> = each.into_iter().map(Result::unwrap).collect();
        let posterior: Vec<Rational> = prior.iter().zip(&each).map(|(z, part)| z * &part.at_stake).collect();
        let evidence: Rational = posterior.iter().sum();
        let after = mixed.update(&update).unwrap();
        prop_assert_eq!(&after.at_stake, &evidence);
        let value: Rational = posterior.iter().zip(&each).map(|(z, part)| z * &least(&part.belief, &f)).sum();
        prop_assert_eq!(least(&after.belief, &f), value / &evidence);
    }

    /// With `g = 0` nothing is secured after the update, with `g = 1` everything that is not at stake is.
    #[test]
    fn constant_off_branch_utilities_give_the_extreme_classes(belief in belief(N), likelihood in utility(N)) {
        let zero = Update::new(likelihood.clone(), constant(&Rational::ZERO)).unwrap();
        if let Ok(after) = belief.update(&zero) {
            // E(0) = 0 is then min b, and b is not moved by the update.
            for (new, old) in after.belief.points().iter().zip(belief.points()) {
                prop_assert_eq!(new.secured(), &(old.secured() / &after.at_stake));
            }
            if belief.classes().homogeneous {
                prop_assert!(after.belief.classes().homogeneous);
            }
        }
        let one = Update::new(likelihood, constant(&Rational::ONE)).unwrap();
        if let Ok(after) = belief.update(&one)
            && belief.classes().cohomogeneous
        {
            prop_assert!(after.belief.classes().cohomogeneous);
        }
    }

    /// From a credal set, `g = 0` gives `b = 0` and `g = 1` gives `λ + b = 1`; with `g = 0` the lower probability is at stake.
    #[test]
    fn credal_sets_are_updated_into_the_extreme_classes(
        case in crate::sets::part(N), likelihood in utility(N),
    ) {
        let belief = Infradistribution::crisp(&case.0).unwrap();
        let zero = Update::new(likelihood.clone(), constant(&Rational::ZERO)).unwrap();
        let lower = least(&belief, &likelihood);
        match belief.update(&zero) {
            Ok(after) => {
                prop_assert_eq!(&after.at_stake, &lower);
                prop_assert!(after.belief.points().iter().all(|point| point.secured().is_zero()));
            }
            Err(_) => prop_assert!(lower.is_zero()),
        }
        let one = Update::new(likelihood, constant(&Rational::ONE)).unwrap();
        if let Ok(after) = belief.update(&one) {
            prop_assert!(after.belief.points().iter().all(|p| p.weight() + p.secured() == Rational::ONE));
        }
    }

    /// Normalising changes no preference.
    #[test]
    fn normalising_is_affine(belief in inframeasure(N), f in utility(N), by in unit()) {
        let (zero, stake) = (belief.secured(), belief.at_stake());
        match belief.normalised() {
            Ok(normal) => {
                prop_assert!(normal.is_normalised());
                prop_assert_eq!(least(&belief, &f), zero + stake * least(&normal, &f));
            }
            Err(error) => {
                prop_assert_eq!(error, Error::NothingAtStake { secured: zero.clone() });
                prop_assert_eq!(least(&belief, &constant(&by)), zero);
            }
        }
    }
}

/// An event that splits in two: what is at stake in the parts need not sum to what is at stake in the whole.
#[test]
fn what_is_at_stake_is_not_additive() {
    let belief = Infradistribution::total_ignorance(2).unwrap();
    let zero = vec![Rational::ZERO; 2];
    for event in [[true, false], [false, true]] {
        let update = Update::event(&event, zero.clone()).unwrap();
        assert!(matches!(belief.update(&update), Err(Error::NotUpdatable { .. })));
    }
    let all = Update::event(&[true, true], zero).unwrap();
    assert_eq!(belief.update(&all).unwrap().at_stake, Rational::ONE);
}

#[test]
fn likelihoods_and_utilities_outside_zero_and_one_are_refused() {
    let two = Rational::from(2i64);
    let zero = Rational::ZERO;
    let refused = Error::NotAWeight { value: two.clone() };
    assert_eq!(
        Update::new(vec![two.clone()], vec![zero.clone()]),
        Err(refused.clone())
    );
    assert_eq!(Update::new(vec![zero.clone()], vec![two]), Err(refused));
    assert_eq!(
        Update::new(vec![zero.clone()], vec![]),
        Err(Error::LengthMismatch {
            expected: 1,
            found: 0
        })
    );
    let update = Update::new(vec![zero.clone()], vec![zero]).unwrap();
    let belief = Infradistribution::total_ignorance(2).unwrap();
    assert_eq!(
        belief.update(&update),
        Err(Error::LengthMismatch {
            expected: 1,
            found: 2
        })
    );
}
