//! Products: nested minima are the minimum over all selections, and the three products are ordered.

use crate::beliefs::{inframeasure, least, utility};
use crate::sets::part;
use murphy_credal::CredalSet;
use murphy_credal::infra::{
    Infrakernel, Inframeasure, Semidirect, free_product, push_forward, strong_product,
};
use murphy_notation::Rational;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nested_minima_are_the_points(
        first in inframeasure(2), images in prop::collection::vec(inframeasure(2), 2),
        f in utility(4), g in utility(2),
    ) {
        let kernel = Infrakernel::new(images.clone()).unwrap();
        let product = Semidirect::new(first.clone(), kernel.clone()).unwrap();
        let inner = [least(&images[0], &f[..2]), least(&images[1], &f[2..])];
        prop_assert_eq!(product.expectation(&f).unwrap(), least(&first, &inner));
        let points = product.points().unwrap();
        prop_assert_eq!(least(&points, &f), least(&first, &inner));
        // Forgetting the first outcome is the push-forward along the kernel.
        let second = kernel.push_forward(&first).unwrap();
        let along = kernel.expectations(&g).unwrap();
        prop_assert_eq!(second.expectation(&g).unwrap(), least(&first, &along));
        prop_assert!(second.points().unwrap().same_as(&push_forward(&points, &[0, 1, 0, 1], 2).unwrap()).unwrap());
        // Forgetting the second gives the first back, if the kernel preserves constants.
        let marginal = push_forward(&points, &[0, 0, 1, 1], 2).unwrap();
        if kernel.preserves_constants() {
            prop_assert!(marginal.same_as(&first).unwrap());
        }
    }

    #[test]
    fn products_of_credal_sets_are_ordered(one in part(2), other in part(2), f in utility(4)) {
        let crisp = |set: &CredalSet| Inframeasure::crisp(set).unwrap();
        let strong = strong_product(&one.0, &other.0).unwrap();
        let kernel = Infrakernel::new(vec![crisp(&other.0); 2]).unwrap();
        prop_assert!(kernel.preserves_constants());
        let semidirect = Semidirect::new(crisp(&one.0), kernel).unwrap().points().unwrap();
        let free = free_product(&one.0, &other.0).unwrap();
        let values = [
            free.lower_expectation(&f).unwrap().value,
            least(&semidirect, &f),
            strong.lower_expectation(&f).unwrap().value,
        ];
        prop_assert!(values.is_sorted(), "{values:?}");
        prop_assert!(semidirect.includes(&crisp(&strong)).unwrap());
        prop_assert!(push_forward(&semidirect, &[0, 0, 1, 1], 2).unwrap().same_as(&crisp(&one.0)).unwrap());
        let marginal: Vec<Rational> = [0, 0, 1, 1].iter().map(|&x| f[x].clone()).collect();
        let expected = one.0.lower_expectation(&f[..2]).unwrap().value;
        prop_assert_eq!(free.lower_expectation(&marginal).unwrap().value, expected);
    }
}

/// A kernel that secures something in one of its images takes from a constant, so the first marginal is another belief.
#[test]
fn the_first_marginal_is_the_first_belief_only_where_constants_are_preserved() {
    use murphy_credal::infra::AMeasure;
    let half = Rational::new(1, 2);
    let capped = Inframeasure::new(vec![
        AMeasure::new(vec![half.clone(), half.clone()], Rational::ZERO).unwrap(),
        AMeasure::new(vec![Rational::ZERO; 2], half).unwrap(),
    ])
    .unwrap();
    let kernel = Infrakernel::new(vec![capped.clone(), capped]).unwrap();
    assert!(!kernel.preserves_constants());
    let first = Inframeasure::total_ignorance(2).unwrap();
    let product = Semidirect::new(first.clone(), kernel).unwrap().points().unwrap();
    let marginal = push_forward(&product, &[0, 0, 1, 1], 2).unwrap();
    assert!(!marginal.same_as(&first).unwrap());
}
