//! What a credal set proves about a vector of values: the two local obligations that every certificate comes down to.
//!
//! - *Some* distribution `p` of the set has `p·x ≥ y` (or `≤ y`): shown by a `p` whose membership and sum are computed here ([`Member`]).
//! - *Every* distribution has it: shown by weak duality. For bounds on each probability the set's own extreme is known in closed form: fill
//!   outcomes from the best on until the mass is spent. Any other distribution in the set becomes this one by moving mass from worse
//!   outcomes to better ones, so none is more extreme. For other sets a multiplier is asked for, and only the bound that the multiplier
//!   proves is believed.
//!
//! Who searched for `p` or for the multiplier does not matter; a wrong one proves less, never something false.

use crate::dyadic::{Dyadic, Fraction};
use crate::member::{Bounds, Member};
use crate::rejection::Side;
use crate::whole::{Whole, exactly};
use murphy_credal::SetView;
use murphy_notation::Rational;
use murphy_problem::Direction;
use std::cmp::Ordering;

/// Why a set does not answer.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Failure {
    /// The set refuses the question.
    Set(murphy_credal::Error),
    /// The distribution that the set offers as extreme does not belong to it.
    NotAMember,
    /// Bounds on each probability that no distribution meets.
    NoDistribution,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Set(error) => write!(f, "{error}"),
            Self::NotAMember => write!(f, "its extreme distribution does not belong to it"),
            Self::NoDistribution => write!(f, "no distribution meets its bounds"),
        }
    }
}

type Attempt<T> = Result<Option<T>, Failure>;

/// The immediate gain of a step and the weight of what follows.
#[derive(Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) gain: &'a Rational,
    pub(crate) discount: &'a Rational,
}

impl Step<'static> {
    /// Nothing is gained and nothing discounted.
    pub(crate) const PLAIN: Self = Self {
        gain: &Rational::ZERO,
        discount: &Rational::ONE,
    };
}

/// A set, what Nature wants of it, and which side of her value is to be proved.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) set: SetView<'a>,
    pub(crate) nature: Direction,
    pub(crate) side: Side,
}

impl Question<'_> {
    /// Compares a proved bound of `gain + discount·nat(values)` with `with`.
    pub(crate) fn compare(
        &self,
        values: &[Dyadic],
        step: Step<'_>,
        with: Dyadic,
    ) -> Result<Ordering, Failure> {
        exactly!(compare(self, values, step, with))
    }

    /// Returns a proved bound of `gain + discount·nat(values)`, rounded to its side.
    ///
    /// `bounds` are those of the set, if it has nothing else and they were prepared: most of the work where they are asked often.
    pub(crate) fn rounded(
        &self,
        bounds: Option<&Bounds<i128>>,
        values: &[Dyadic],
        step: Step<'_>,
    ) -> Result<Dyadic, Failure> {
        let prepared = bounds
            .and_then(|bounds| bounds.filled(self.nature, values, &[])?.mean(values))
            .and_then(|q| q.stepped(step.gain, step.discount)?.rounded(self.side));
        match prepared {
            Some(value) => Ok(value),
            None => exactly!(rounded(self, values, step)),
        }
    }

    /// Returns a proved bound of `gain + discount·nat(values)` as it is.
    pub(crate) fn exact(&self, values: &[Dyadic], step: Step<'_>) -> Result<Rational, Failure> {
        exactly!(exact(self, values, step))
    }

    /// Returns the sign of a proved bound of the extreme probability of an event.
    pub(crate) fn probability_sign(&self, event: &[bool]) -> Result<Ordering, Failure> {
        let values: Vec<Dyadic> = event
            .iter()
            .map(|&inside| if inside { Dyadic::ONE } else { Dyadic::ZERO })
            .collect();
        self.compare(&values, Step::PLAIN, Dyadic::ZERO)
    }

    /// Says whether some distribution with `p·values ≥ least` gives the event mass, as far as extreme distributions show it.
    pub(crate) fn some_hits(
        &self,
        values: &[Dyadic],
        least: Dyadic,
        event: &[bool],
    ) -> Result<bool, Failure> {
        exactly!(some_hits(self, values, least, event))
    }

    /// Returns `gain + p·values` for an extreme distribution that keeps off the event, compared with `with`; `None` if none does.
    pub(crate) fn compare_off(
        &self,
        values: &[Dyadic],
        step: Step<'_>,
        with: Dyadic,
        event: &[bool],
    ) -> Result<Option<Ordering>, Failure> {
        exactly!(compare_off(self, values, step, with, event))
    }
}

fn compare<W: Whole>(
    question: &Question<'_>,
    values: &[Dyadic],
    step: Step<'_>,
    with: Dyadic,
) -> Attempt<Ordering> {
    let bound = bound::<W>(question, values)?;
    Ok(bound.and_then(|q| q.stepped(step.gain, step.discount)?.compare(with)))
}

fn rounded<W: Whole>(question: &Question<'_>, values: &[Dyadic], step: Step<'_>) -> Attempt<Dyadic> {
    let bound = bound::<W>(question, values)?;
    Ok(bound.and_then(|q| q.stepped(step.gain, step.discount)?.rounded(question.side)))
}

fn exact<W: Whole>(question: &Question<'_>, values: &[Dyadic], step: Step<'_>) -> Attempt<Rational> {
    let bound = bound::<W>(question, values)?;
    Ok(bound
        .and_then(|q| q.stepped(step.gain, step.discount))
        .map(|q| q.to_rational()))
}

fn some_hits<W: Whole>(
    question: &Question<'_>,
    values: &[Dyadic],
    least: Dyadic,
    event: &[bool],
) -> Attempt<bool> {
    // Among equally good distributions one that hits the event is wanted: exactly by ties where outcomes are filled in order,
    // and otherwise by a bonus for the event, too small to matter or a little larger.
    for bonus in [None, Some(-64), Some(-1100)] {
        if bonus.is_some() && is_bounded(question.set) {
            break;
        }
        let Some(member) = member::<W>(question, values, event, bonus)? else {
            return Ok(None);
        };
        let Some(order) = member.mean(values).and_then(|q| q.compare(least)) else {
            return Ok(None);
        };
        if order.is_ge() && member.hits(event) {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}

fn compare_off<W: Whole>(
    question: &Question<'_>,
    values: &[Dyadic],
    step: Step<'_>,
    with: Dyadic,
    event: &[bool],
) -> Attempt<Option<Ordering>> {
    let Some(member) = member::<W>(question, values, &[], None)? else {
        return Ok(None);
    };
    if member.hits(event) {
        return Ok(Some(None));
    }
    // Where there is no mass the value does not matter, and small numbers are faster than huge ones.
    let values: Vec<Dyadic> = values
        .iter()
        .zip(event)
        .map(|(v, &off)| if off { Dyadic::ZERO } else { *v })
        .collect();
    let mean = member
        .mean(&values)
        .and_then(|q| q.stepped(step.gain, step.discount)?.compare(with));
    Ok(mean.map(Some))
}

/// Says whether a set has nothing but bounds on each probability.
fn is_bounded(set: SetView<'_>) -> bool {
    set.parts().is_some()
}

/// Returns a distribution of the set that is as extreme for Nature as the set knows; ties go to `favoured`, by a bonus of `2^bonus` in
/// sets that are not filled in order.
fn member<W: Whole>(
    question: &Question<'_>,
    values: &[Dyadic],
    favoured: &[bool],
    bonus: Option<i32>,
) -> Attempt<Member<W>> {
    if is_bounded(question.set) {
        let bounds = Bounds::of(question.set);
        return Ok(bounds.and_then(|bounds| bounds.filled(question.nature, values, favoured)));
    }
    if !W::UNBOUNDED {
        return Ok(None);
    }
    let mut values = rationals(values);
    if let Some(exponent) = bonus {
        let bonus = Dyadic::power_of_two(exponent).to_rational();
        let bonus = if question.nature == Direction::Maximize {
            bonus
        } else {
            -bonus
        };
        for (value, _) in values.iter_mut().zip(favoured).filter(|(_, favoured)| **favoured) {
            *value += &bonus;
        }
    }
    let witness = extreme(question, &values)?.witness;
    if question.set.to_set().contains(&witness) {
        Ok(Bounds::new(&witness, &[]).and_then(|bounds| bounds.filled(question.nature, &[], &[])))
    } else {
        Err(Failure::NotAMember)
    }
}

/// Returns a bound of Nature's value that is proved on the side asked for.
fn bound<W: Whole>(question: &Question<'_>, values: &[Dyadic]) -> Attempt<Fraction<W>> {
    let every = (question.nature == Direction::Minimize) == (question.side == Side::Lower);
    if !every || is_bounded(question.set) {
        return Ok(member::<W>(question, values, &[], None)?.and_then(|member| member.mean(values)));
    }
    if !W::UNBOUNDED {
        return Ok(None);
    }
    let values = rationals(values);
    let multiplier = extreme(question, &values)?.multiplier;
    let bound = match question.nature {
        Direction::Minimize => question.set.to_set().bound_below(&values, &multiplier),
        Direction::Maximize => question.set.to_set().bound_above(&values, &multiplier),
    };
    Ok(Fraction::from_rational(&bound.map_err(Failure::Set)?))
}

fn extreme(
    question: &Question<'_>,
    values: &[Rational],
) -> Result<murphy_credal::Expectation<Rational>, Failure> {
    match question.nature {
        Direction::Minimize => question.set.to_set().lower_expectation(values),
        Direction::Maximize => question.set.to_set().upper_expectation(values),
    }
    .map_err(Failure::Set)
}

fn rationals(values: &[Dyadic]) -> Vec<Rational> {
    values.iter().map(|value| value.to_rational()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use dashu_int::IBig;
    use murphy_credal::{Constraint, CredalSet, Interval, Polytope, Relation};
    use proptest::prelude::*;

    /// The same set by constraints, which takes the general road.
    fn by_constraints(set: &Interval) -> CredalSet {
        let outcomes = set.lower().len();
        let constraint = |(i, (relation, bound)): (usize, (Relation, Rational))| {
            let unit = |j| if i == j { Rational::ONE } else { Rational::ZERO };
            Constraint {
                coefficients: (0..outcomes).map(unit).collect(),
                relation,
                bound,
            }
        };
        let least = set
            .lower()
            .into_iter()
            .map(|bound| (Relation::AtLeast, bound))
            .enumerate();
        let most = set
            .upper()
            .into_iter()
            .map(|bound| (Relation::AtMost, bound))
            .enumerate();
        Polytope::new(outcomes, least.chain(most).map(constraint).collect())
            .unwrap()
            .into()
    }

    /// Bounds around a distribution in hundredths, zero lower bounds among them.
    fn interval() -> impl Strategy<Value = Interval> {
        prop::collection::vec((0i64..30, 0i64..30, 0i64..30), 1..5).prop_map(|parts| {
            let total = parts.iter().map(|(p, ..)| p).sum::<i64>().max(1);
            let mut lower: Vec<Rational> = parts
                .iter()
                .map(|(p, l, _)| Rational::new((p - l).max(0), total))
                .collect();
            let mut upper: Vec<Rational> = parts
                .iter()
                .map(|(p, _, u)| Rational::new((p + u).min(total), total))
                .collect();
            if parts.iter().all(|(p, ..)| *p == 0) {
                (lower[0], upper[0]) = (Rational::ZERO, Rational::ONE);
            }
            Interval::new(lower, upper).unwrap()
        })
    }

    fn values() -> impl Strategy<Value = Vec<Dyadic>> {
        let wild = any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |value| value.is_finite());
        let tame = (-4i8..4).prop_map(|value| f64::from(value) / 2.0);
        let value = prop_oneof![4 => tame, 1 => wild].prop_map(|value| Dyadic::from_f64(value).unwrap());
        prop::collection::vec(value, 4)
    }

    proptest! {
        #[test]
        fn the_direct_road_is_the_general_one(set in interval(), values in values(), with in -4i8..4) {
            let values = &values[..set.lower().len()];
            let with = Dyadic::from_f64(f64::from(with) / 2.0).unwrap();
            let (direct, general) = (CredalSet::from(set.clone()), by_constraints(&set));
            for nature in [Direction::Minimize, Direction::Maximize] {
                for side in [Side::Lower, Side::Upper] {
                    let ask = |set| Question { set: SetView::from(set), nature, side };
                    let exact = ask(&direct).exact(values, Step::PLAIN).unwrap();
                    prop_assert_eq!(&exact, &ask(&general).exact(values, Step::PLAIN).unwrap());
                    let order = exact.cmp(&with.to_rational());
                    prop_assert_eq!(ask(&direct).compare(values, Step::PLAIN, with).unwrap(), order);
                    prop_assert_eq!(ask(&general).compare(values, Step::PLAIN, with).unwrap(), order);
                    let machine = compare::<i128>(&ask(&direct), values, Step::PLAIN, with).unwrap();
                    prop_assert!(machine.is_none_or(|machine| machine == order));
                    prop_assert_eq!(compare::<IBig>(&ask(&direct), values, Step::PLAIN, with).unwrap(), Some(order));
                }
            }
        }

        #[test]
        fn both_roads_find_the_same_ways_onward(set in interval(), values in values(), event in prop::collection::vec(any::<bool>(), 4)) {
            let count = set.lower().len();
            // Tame values only: the bonus of the general road is small, not infinitesimal.
            let values: Vec<Dyadic> = values[..count].iter().map(|v| (*v).clamp(Dyadic::ZERO, Dyadic::ONE)).collect();
            let (direct, general) = (CredalSet::from(set.clone()), by_constraints(&set));
            let ask = |set| Question { set: SetView::from(set), nature: Direction::Maximize, side: Side::Lower };
            for least in [0.0, 0.25, 0.5, 1.0].map(|least| Dyadic::from_f64(least).unwrap()) {
                let hits = ask(&direct).some_hits(&values, least, &event[..count]).unwrap();
                if ask(&direct).compare(&values, Step::PLAIN, least).unwrap().is_le() {
                    prop_assert_eq!(hits, ask(&general).some_hits(&values, least, &event[..count]).unwrap());
                }
            }
            for nature in [Direction::Minimize, Direction::Maximize] {
                let off = |set| {
                    let question = Question { set: SetView::from(set), nature, side: Side::Upper };
                    let worst = if nature == Direction::Minimize { Dyadic::HUGE } else { Dyadic::MINUS_HUGE };
                    let values: Vec<Dyadic> =
                        values.iter().zip(&event).map(|(v, off)| if *off { worst } else { *v }).collect();
                    question.compare_off(&values, Step::PLAIN, Dyadic::ONE, &event[..count]).unwrap()
                };
                prop_assert_eq!(off(&direct), off(&general));
                let inside: Vec<bool> = event[..count].iter().map(|off| !off).collect();
                prop_assert_eq!(off(&direct).is_some(), direct.restrict(&inside).is_some());
            }
        }
    }
}
