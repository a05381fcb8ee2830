//! Credal sets that hold together: expectations against brute force, and both proofs checked.

use crate::beliefs::utility;
use crate::oracle::{self, Point, constraint, expectation, unit};
use crate::sets::{hull, part, product};
use murphy_credal::infra::{Conflict, Conjunction, corners, free_product};
use murphy_credal::{Constraint, CredalSet, Error, Interval, Polytope, Precise, Relation};
use murphy_notation::Rational;
use proptest::prelude::*;

const N: usize = 3;

/// Bounds on each probability as constraints.
fn as_constraints(set: &CredalSet) -> Vec<Constraint> {
    let bounds = (0..set.outcomes()).map(|i| (i, set.outcome_bounds(i)));
    bounds
        .flat_map(|(i, (low, high))| {
            let row = |relation, bound| constraint(unit(set.outcomes(), i), relation, bound);
            [row(Relation::AtLeast, low), row(Relation::AtMost, high)]
        })
        .collect()
}

fn least(vertices: &[Point], f: &[Rational]) -> Option<Rational> {
    vertices.iter().map(|p| expectation(p, f)).min()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Two interval sets: the intersection has the vertices that brute force finds, or none and a proof.
    #[test]
    fn bounds_are_intersected(
        one in crate::sets::interval(N), other in crate::sets::interval(N), f in utility(N),
    ) {
        let sets = [&one.0, &other.0];
        let rows: Vec<Constraint> = sets.iter().flat_map(|set| as_constraints(set)).collect();
        let mut brute = oracle::vertices(N, &rows);
        brute.sort();
        match Conjunction::of(&sets) {
            Ok(both) => {
                prop_assert_eq!(both.corners().unwrap(), brute.clone());
                prop_assert_eq!(Some(both.lower_expectation(&f).unwrap().value), least(&brute, &f));
            }
            Err(Error::Contradiction(conflict)) => {
                prop_assert!(brute.is_empty());
                prop_assert!(conflict.proves(&sets).unwrap());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    /// Sets of any kinds: the witness lies in all of them, the bets prove the value, the corners span it.
    #[test]
    fn sets_of_any_kind_are_intersected(one in part(N), other in part(N), f in utility(N)) {
        let sets = [&one.0, &other.0];
        match Conjunction::of(&sets) {
            Ok(both) => {
                let answer = both.lower_expectation(&f).unwrap();
                prop_assert!(sets.iter().all(|set| set.contains(&answer.witness)));
                prop_assert_eq!(expectation(&answer.witness, &f), answer.value.clone());
                let mut prices = Rational::ZERO;
                for (bet, set) in answer.bets.iter().zip(sets) {
                    prices += set.lower_expectation(bet).unwrap().value;
                }
                prop_assert_eq!(&prices, &answer.value);
                let sum = |x: usize| answer.bets.iter().map(|bet| &bet[x]).sum::<Rational>();
                prop_assert!((0..N).all(|x| sum(x) <= f[x]));
                let hull = both.to_credal().unwrap();
                prop_assert_eq!(hull.lower_expectation(&f).unwrap().value, answer.value);
                prop_assert!(corners(&hull).unwrap().iter().all(|p| sets.iter().all(|set| set.contains(p))));
            }
            Err(Error::Contradiction(conflict)) => {
                prop_assert!(conflict.proves(&sets).unwrap());
                // No vertex of one is in the other, and mixtures of all vertices of both do not meet.
                prop_assert!(!one.1.iter().any(|p| other.0.contains(p)));
                prop_assert!(!other.1.iter().any(|p| one.0.contains(p)));
                let nothing = Conflict { bets: vec![vec![Rational::ZERO; N]; 2], maps: conflict.maps.clone() };
                prop_assert!(!nothing.proves(&sets).unwrap());
                prop_assert!(!conflict.proves(&[&one.0, &one.0]).unwrap());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    /// A product is lifted too.
    #[test]
    fn products_are_intersected(one in product(), f in utility(4)) {
        let n = one.0.outcomes();
        let fair = vec![Rational::new(1, i64::try_from(n).unwrap()); n];
        let point = CredalSet::from(Precise::new(fair.clone()).unwrap());
        match Conjunction::of(&[&one.0, &point]) {
            Ok(both) => {
                prop_assert!(one.0.contains(&fair));
                prop_assert_eq!(both.lower_expectation(&f[..n]).unwrap().witness, fair);
            }
            Err(Error::Contradiction(conflict)) => {
                prop_assert!(!one.0.contains(&fair));
                prop_assert!(conflict.proves(&[&one.0, &point]).unwrap());
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    /// A distribution that lies in a mixture of hypotheses and satisfies a constraint.
    #[test]
    fn hypotheses_are_constrained(one in hull(N), side in utility(N), bound in crate::beliefs::unit(), f in utility(N)) {
        let row = constraint(side.clone(), Relation::AtLeast, bound.clone());
        let Ok(constrained) = Polytope::new(N, vec![row]) else { return Ok(()); };
        let constrained = CredalSet::from(constrained);
        let met = Conjunction::of(&[&one.0, &constrained]);
        prop_assert_eq!(met.is_ok(), one.0.upper_expectation(&side).unwrap().value >= bound);
        if let Ok(met) = met {
            let value = met.lower_expectation(&f).unwrap().value;
            prop_assert!(value >= one.0.lower_expectation(&f).unwrap().value);
        }
    }
}

#[test]
fn what_cannot_be_joined_is_refused() {
    let two = CredalSet::from(Interval::new(vec![Rational::ZERO; 2], vec![Rational::ONE; 2]).unwrap());
    let three = CredalSet::from(Interval::new(vec![Rational::ZERO; 3], vec![Rational::ONE; 3]).unwrap());
    assert!(matches!(Conjunction::of(&[]), Err(Error::Empty)));
    assert!(matches!(
        Conjunction::of(&[&two, &three]),
        Err(Error::NoSuchOutcome { .. } | Error::LengthMismatch { .. })
    ));
    let wide = CredalSet::from(Interval::new(vec![Rational::ZERO; 2000], vec![Rational::ONE; 2000]).unwrap());
    assert!(matches!(
        Conjunction::of(&[&wide]),
        Err(Error::TooLarge { size: 2000, .. })
    ));
    assert!(matches!(
        free_product(&wide, &two),
        Err(Error::TooLarge { size: 4000, .. })
    ));
    // A proof that somebody made up proves nothing, whatever its shape.
    let one = vec![Rational::ONE; 2];
    for maps in [vec![], vec![vec![0, 5]], vec![vec![], vec![]]] {
        let forged = Conflict {
            bets: vec![one.clone(), one.clone()],
            maps,
        };
        assert!(!forged.proves(&[&two, &two]).unwrap());
    }
    let both = Conjunction::of(&[&two, &two]).unwrap();
    assert!(both.lower_expectation(&[Rational::ONE]).is_err());
}
