//! Sets made from whole numbers over a common denominator are those made from the same fractions.

use murphy_credal::{Interval, Precise};
use murphy_notation::Rational;
use proptest::prelude::*;
use std::num::NonZeroU64;

fn fractions(parts: &[u64], whole: NonZeroU64) -> Vec<Rational> {
    let whole = Rational::from(whole.get());
    parts.iter().map(|part| Rational::from(*part) / &whole).collect()
}

fn denominators() -> impl Strategy<Value = NonZeroU64> {
    let whole = prop_oneof![Just(10), Just(100), Just(12), 1u64..30, Just(u64::MAX)];
    whole.prop_map(|whole| NonZeroU64::new(whole).unwrap_or(NonZeroU64::MIN))
}

proptest! {
    #[test]
    fn distributions_agree(whole in denominators(), mut parts in prop::collection::vec(0u64..40, 0..5)) {
        // Half of the time the last part makes the sum right.
        if let (Some(rest), 0) = (whole.get().checked_sub(parts.iter().sum()), whole.get() % 2) {
            parts.push(rest);
        }
        prop_assert_eq!(Precise::over(whole, &parts), Precise::new(fractions(&parts, whole)));
    }

    #[test]
    fn bounds_agree(whole in denominators(), bounds in prop::collection::vec((0u64..12, 0u64..40), 0..5)) {
        let lower: Vec<u64> = bounds.iter().map(|(l, _)| *l).collect();
        let upper: Vec<u64> = bounds.iter().map(|(l, u)| if u % 7 == 0 { *u } else { l + u }).collect();
        prop_assert_eq!(
            Interval::over(whole, &lower, &upper),
            Interval::new(fractions(&lower, whole), fractions(&upper, whole))
        );
    }
}
