//! One set after another: Nature settles the second after it has seen the outcome of the first.

use crate::error::{Error, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::number::Number;
use crate::set::CredalSet;
use crate::shape::Shape;
use murphy_notation::Rational;

/// The most joint outcomes of one product.
const OUTCOMES_MAX: usize = 1 << 20;
/// The most products inside one another.
const DEPTH_MAX: usize = 64;

/// The joint distributions of a first part and of what follows each of its outcomes.
///
/// A joint outcome is an outcome `i` of the first part and one of `then[i]`; they are numbered part by part. The lower expectation is that of the
/// first part over the lower expectations of the parts that follow.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Interval, Precise, Semidirect};
/// use murphy_notation::Rational;
/// let (zero, half, one) = (Rational::ZERO, Rational::new(1, 2), Rational::ONE);
/// let coin = CredalSet::from(Precise::new(vec![half.clone(), half.clone()])?);
/// let anything = CredalSet::from(Interval::new(vec![zero.clone(); 2], vec![one; 2])?);
/// let set = CredalSet::from(Semidirect::new(coin, vec![anything.clone(), anything])?);
/// assert_eq!(set.outcomes(), 4);
/// assert_eq!(set.lower_expectation(&[1.0, 3.0, 8.0, 2.0])?.value, 1.5);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Semidirect {
    first: Box<CredalSet>,
    then: Vec<CredalSet>,
    /// The number of joint outcomes.
    outcomes: usize,
    /// Where each outcome of the parts stands among the joint outcomes; the others have no mass.
    place: Vec<usize>,
    depth: usize,
}

impl Semidirect {
    /// Returns the product.
    ///
    /// # Errors
    /// If there is not exactly one set for each outcome of the first, if there are more than 2²⁰ joint outcomes, or if
    /// more than 64 products stand inside one another.
    pub fn new(first: CredalSet, then: Vec<CredalSet>) -> Result<Self, Error> {
        same_length(first.outcomes(), then.len())?;
        let outcomes = then
            .iter()
            .fold(0usize, |sum, set| sum.saturating_add(set.outcomes()));
        if outcomes > OUTCOMES_MAX {
            return Err(Error::TooLarge {
                size: outcomes,
                limit: OUTCOMES_MAX,
                what: "joint outcomes",
            });
        }
        let depth = 1 + then.iter().map(depth).max().unwrap_or(0).max(depth(&first));
        if depth > DEPTH_MAX {
            return Err(Error::TooLarge {
                size: depth,
                limit: DEPTH_MAX,
                what: "products inside one another",
            });
        }
        Ok(Self {
            first: Box::new(first),
            then,
            outcomes,
            place: (0..outcomes).collect(),
            depth,
        })
    }

    /// Returns the first part.
    #[must_use]
    pub fn first(&self) -> &CredalSet {
        &self.first
    }

    /// Returns what follows each outcome of the first part.
    #[must_use]
    pub fn then(&self) -> &[CredalSet] {
        &self.then
    }

    /// Returns the places of the parts among the joint outcomes, part by part.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&CredalSet, &[usize])> {
        let mut start = 0;
        self.then.iter().map(move |set| {
            let end = start + set.outcomes();
            let places = &self.place[start..end];
            start = end;
            (set, places)
        })
    }

    /// Asks each part about its entries of an event.
    fn parts_of<A>(&self, event: &[bool], ask: impl Fn(&CredalSet, &[bool]) -> A) -> Vec<A> {
        let parts = self.then.iter().zip(self.split(event));
        parts.map(|(set, part)| ask(set, &part)).collect()
    }

    /// Returns the entries of each part.
    fn split<T: Clone>(&self, list: &[T]) -> Vec<Vec<T>> {
        self.parts()
            .map(|(_, places)| places.iter().map(|&at| list[at].clone()).collect())
            .collect()
    }
}

fn depth(set: &CredalSet) -> usize {
    match set {
        CredalSet::Semidirect(product) => product.depth,
        _ => 0,
    }
}

impl Shape for Semidirect {
    const KIND: &'static str = "semidirect";

    fn outcomes(&self) -> usize {
        self.outcomes
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        let inner: Vec<Expectation<T>> = self
            .then
            .iter()
            .zip(self.split(values))
            .map(|(set, part)| set.lower_unchecked(&part))
            .collect();
        let outer_values: Vec<T> = inner.iter().map(|part| part.value.clone()).collect();
        let outer = self.first.lower_unchecked(&outer_values);
        let mut witness = vec![T::ZERO; self.outcomes];
        for (((_, places), part), weight) in self.parts().zip(&inner).zip(&outer.witness) {
            for (&at, p) in places.iter().zip(&part.witness) {
                witness[at] = weight.clone() * p.clone();
            }
        }
        Expectation {
            value: outer.value,
            witness,
            multiplier: Multiplier::Nested {
                first: Box::new(outer.multiplier),
                then: inner.into_iter().map(|part| part.multiplier).collect(),
            },
        }
    }

    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        let Multiplier::Nested { first, then } = multiplier else {
            return None;
        };
        if then.len() != self.then.len() {
            return None;
        }
        let inner: Option<Vec<Rational>> = self
            .then
            .iter()
            .zip(self.split(values))
            .zip(then)
            .map(|((set, part), multiplier)| set.bound_unchecked(&part, multiplier))
            .collect();
        self.first.bound_unchecked(&inner?, first)
    }

    fn contains(&self, p: &[Rational]) -> bool {
        let parts = self.split(p);
        let weights: Vec<Rational> = parts.iter().map(|part| part.iter().sum()).collect();
        let follows = |set: &CredalSet, part: &[Rational], weight: &Rational| {
            // What follows an outcome without mass may be anything.
            let conditional = || part.iter().map(|p| p / weight).collect::<Vec<_>>();
            weight.is_zero() || set.contains(&conditional())
        };
        crate::error::is_distribution(p)
            && weights.iter().sum::<Rational>() == Rational::ONE
            && self.first.contains(&weights)
            && self
                .then
                .iter()
                .zip(&parts)
                .zip(&weights)
                .all(|((set, part), weight)| follows(set, part, weight))
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        // Kept outcomes after a part that cannot stay within `keep` remain outcomes, but have no mass.
        let mut new_place = vec![0; self.outcomes];
        let mut outcomes = 0;
        for (place, _) in new_place.iter_mut().zip(keep).filter(|(_, keep)| **keep) {
            *place = outcomes;
            outcomes += 1;
        }
        let mut then = Vec::new();
        let mut place = Vec::new();
        let mut stays = Vec::new();
        for ((set, places), part) in self.parts().zip(self.split(keep)) {
            let face = set.restrict(&part);
            stays.push(face.is_some());
            if let Some(face) = face {
                then.push(face);
                place.extend(
                    places
                        .iter()
                        .zip(&part)
                        .filter(|(_, keep)| **keep)
                        .map(|(&at, _)| new_place[at]),
                );
            }
        }
        let first = self.first.restrict(&stays)?;
        Some(CredalSet::from(Self {
            first: Box::new(first),
            then,
            outcomes,
            place,
            depth: self.depth,
        }))
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        let weights = self.first.centre()?;
        let mut centre = vec![Rational::ZERO; self.outcomes];
        for ((set, places), weight) in self.parts().zip(&weights) {
            if weight.is_zero() {
                continue;
            }
            for (&at, p) in places.iter().zip(&set.centre()?) {
                centre[at] = weight * p;
            }
        }
        Some(centre)
    }

    fn lower_probability(&self, event: &[bool]) -> Rational {
        let inner: Vec<Rational> = self.parts_of(event, |set, part| set.lower_probability(part));
        self.first.lower_unchecked(&inner).value
    }

    fn must_hit(&self, event: &[bool]) -> bool {
        let hits: Vec<bool> = self.parts_of(event, |set, part| set.must_hit(part));
        self.first.must_hit(&hits)
    }

    fn may_have(&self, outcome: usize) -> bool {
        self.support()[outcome]
    }

    fn support(&self) -> Vec<bool> {
        let mut support = vec![false; self.outcomes];
        for ((set, places), reached) in self.parts().zip(self.first.support()) {
            for (&at, inside) in places.iter().zip(set.support()) {
                support[at] = reached && inside;
            }
        }
        support
    }

    fn may_hit(&self, event: &[bool]) -> bool {
        let hits: Vec<bool> = self.parts_of(event, |set, part| set.may_hit(part));
        self.first.may_hit(&hits)
    }

    fn must_stay(&self, event: &[bool]) -> bool {
        let stays: Vec<bool> = self.parts_of(event, |set, part| set.must_stay(part));
        self.first.must_stay(&stays)
    }
}
