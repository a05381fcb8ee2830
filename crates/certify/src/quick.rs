//! The comparison that nearly every inequality comes down to, without a detour: bounds in parts of a whole, a few branches, machine integers.
//!
//! It is the computation of [`crate::expectation`] for such sets, step by step in integers of 128 bits on the stack. Where a number might not fit it
//! says so before it computes, and the general road is taken.

use crate::dyadic::Dyadic;
use crate::expectation::Step;
use murphy_credal::{Parts, SetView};
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::StateId;
use std::cmp::Ordering;

/// Rows with more branches take the general road.
const BRANCHES: usize = 16;
/// Aligned values have at most so many bits: times a part of 32 bits, over all branches, they stay below 2^127.
const BITS: u32 = 88;

/// A set with its branches, and what Nature wants of it.
#[derive(Clone, Copy)]
pub(crate) struct Branches<'a> {
    pub(crate) set: SetView<'a>,
    pub(crate) targets: &'a [StateId],
    pub(crate) nature: Direction,
}

/// Compares `gain + nat(values)` with a number, or returns `None` where that is not quick.
pub(crate) fn compare(
    branches: Branches<'_>,
    values: &[Dyadic],
    step: Step<'_>,
    with: Dyadic,
) -> Option<Ordering> {
    let Some(Parts::Short { whole, lower, upper }) = branches.set.parts() else {
        return None;
    };
    let count = branches.targets.len();
    if count > BRANCHES || *step.discount != Rational::ONE {
        return None;
    }
    let gathered = branches.targets.iter().map(|target| values[*target as usize]);
    let base = gathered
        .clone()
        .chain([with])
        .filter_map(Dyadic::exponent)
        .min()
        .unwrap_or(0);
    let mut aligned = [0i128; BRANCHES];
    for (aligned, value) in aligned.iter_mut().zip(gathered) {
        *aligned = value.aligned(base, BITS)?;
    }
    let aligned = &aligned[..count];
    let sum = extreme(aligned, (whole, lower, upper), branches.nature)?;
    // Σ over `whole`, and `with`, on the grid of 2^base.
    let with = with.aligned(base, BITS)?.checked_mul(i128::from(whole))?;
    if step.gain.is_zero() {
        return Some(sum.cmp(&with));
    }
    let (numerator, denominator) = step.gain.as_small()?;
    let gain = Dyadic::whole(numerator).aligned(base.min(0), BITS)?;
    // A grid coarser than whole numbers would lose the gain.
    let (sum, with) = if base > 0 {
        let shift = u32::try_from(base).ok().filter(|shift| *shift < 30)?;
        (sum.checked_mul(1 << shift)?, with.checked_mul(1 << shift)?)
    } else {
        (sum, with)
    };
    let denominator = i128::from(denominator);
    let gained = gain.checked_mul(i128::from(whole))?;
    let total = sum.checked_mul(denominator)?.checked_add(gained)?;
    Some(total.cmp(&with.checked_mul(denominator)?))
}

/// Returns `whole` times Nature's extreme expectation: the least parts, and the rest to her best outcomes on.
fn extreme(values: &[i128], (whole, lower, upper): (u32, &[u32], &[u32]), nature: Direction) -> Option<i128> {
    let (mut sum, mut left) = (0i128, i64::from(whole));
    for (value, part) in values.iter().zip(lower) {
        sum += value * i128::from(*part);
        left -= i64::from(*part);
    }
    if left <= 0 {
        return (left == 0).then_some(sum);
    }
    let mut order = [0u8; BRANCHES];
    for (place, slot) in (0u8..).zip(order.iter_mut().take(values.len())) {
        *slot = place;
    }
    let order = &mut order[..values.len()];
    let better = |a: i128, b: i128| match nature {
        Direction::Minimize => a < b,
        Direction::Maximize => a > b,
    };
    for end in 1..order.len() {
        let (moved, mut at) = (order[end], end);
        while at > 0 && better(values[moved as usize], values[order[at - 1] as usize]) {
            order[at] = order[at - 1];
            at -= 1;
        }
        order[at] = moved;
    }
    for &outcome in order.iter() {
        let outcome = outcome as usize;
        let room = i64::from(upper[outcome]) - i64::from(lower[outcome]);
        let given = room.min(left);
        sum += values[outcome] * i128::from(given);
        left -= given;
        if left == 0 {
            return Some(sum);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expectation::Question;
    use crate::rejection::Side;
    use murphy_credal::{CredalSet, Interval};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_says_what_the_general_road_says(
            parts in prop::collection::vec((0i64..30, 0i64..30, 0i64..30), 1..6),
            values in prop::collection::vec((-3i32..30, any::<u32>()), 6),
            (with, gain, denominator) in (any::<u32>(), -5i64..5, 1i64..4),
        ) {
            let total = parts.iter().map(|(p, ..)| p).sum::<i64>().max(1);
            let mut lower: Vec<Rational> = parts.iter().map(|(p, l, _)| Rational::new((p - l).max(0), total)).collect();
            let mut upper: Vec<Rational> = parts.iter().map(|(p, _, u)| Rational::new((p + u).min(total), total)).collect();
            if parts.iter().all(|(p, ..)| *p == 0) {
                (lower[0], upper[0]) = (Rational::ZERO, Rational::ONE);
            }
            let set = CredalSet::from(Interval::new(lower, upper).unwrap());
            let values: Vec<Dyadic> = values
                .iter()
                .map(|(scale, value)| Dyadic::from_f64(f64::from(*value) * 2f64.powi(-scale)).unwrap())
                .collect();
            let with = Dyadic::from_f64(f64::from(with) / 1024.0).unwrap();
            let gain = Rational::new(gain, denominator);
            let step = Step { gain: &gain, discount: &Rational::ONE };
            let targets: Vec<StateId> = (0u32..).take(set.outcomes()).collect();
            for nature in [Direction::Minimize, Direction::Maximize] {
                for with in [with, values[0]] {
                    let quick = compare(Branches { set: SetView::from(&set), targets: &targets, nature }, &values, step, with);
                    let question = Question { set: SetView::from(&set), nature, side: Side::Lower };
                    let truth = question.compare(&values[..set.outcomes()], step, with).unwrap();
                    prop_assert_eq!(quick, Some(truth));
                }
            }
        }
    }
}
