//! The credal set: one of eight kinds, and the questions that can be put to all of them.

use crate::contamination::Contamination;
use crate::error::{Error, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::imprecise_dirichlet::ImpreciseDirichlet;
use crate::interval::Interval;
use crate::l1_ball::L1Ball;
use crate::number::Number;
use crate::polytope::Polytope;
use crate::precise::Precise;
use crate::semidirect::Semidirect;
use crate::shape::Shape;
use crate::vertices::Vertices;
use murphy_notation::Rational;
use std::borrow::Cow;

/// Defines the enum, the conversions into it, and the passing on of a question to the kind.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident($held:ty),)*) => {
        /// A closed convex set of distributions over the outcomes `0..n`: what Nature may choose from.
        ///
        /// Its data are exact, and a set that exists is valid. The page of [the crate](crate) teaches what it is for.
        ///
        /// # Why
        /// A model holds one for each of its choices, often millions, nearly all of them distributions and intervals. Kinds that
        /// are larger than those are kept in boxes.
        #[derive(Clone, Debug, PartialEq)]
        pub enum CredalSet {
            $($(#[$doc])* $kind($held),)*
        }

        $(impl From<$kind> for CredalSet {
            fn from(set: $kind) -> Self {
                Self::$kind(set.into())
            }
        })*

        macro_rules! each {
            ($set:expr, $inner:ident => $answer:expr) => {
                match $set { $(CredalSet::$kind($inner) => $answer,)* }
            };
        }

        /// Returns the word for the kind of a set.
        fn kind_of(set: &CredalSet) -> &'static str {
            match set { $(CredalSet::$kind(_) => <$kind as Shape>::KIND,)* }
        }
    };
}

kinds! {
    /// A single distribution.
    Precise(Precise),
    /// Bounds on each probability.
    Interval(Interval),
    /// All mixtures of finitely many distributions.
    Vertices(Box<Vertices>),
    /// All distributions within an L1 distance.
    L1Ball(Box<L1Ball>),
    /// A distribution, except with a small probability.
    Contamination(Box<Contamination>),
    /// What counts say under every prior of a given strength.
    ImpreciseDirichlet(Box<ImpreciseDirichlet>),
    /// All distributions under linear constraints.
    Polytope(Box<Polytope>),
    /// One set after another.
    Semidirect(Box<Semidirect>),
}

impl CredalSet {
    /// Returns the number of outcomes, at least one.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        each!(self, set => set.outcomes())
    }

    /// Returns the word for its kind, like `interval`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        kind_of(self)
    }

    /// Says whether some distribution of the set gives the outcome mass.
    #[must_use]
    pub fn may_have(&self, outcome: usize) -> bool {
        outcome < self.outcomes() && each!(self, set => set.may_have(outcome))
    }

    /// Returns `min { Σ p·values : p ∈ C }`, a distribution that attains it and a multiplier that proves it.
    ///
    /// With exact values the answer is exact. With floats it is as good as floats are; [`crate::Rows`] gives enclosures.
    ///
    /// # Errors
    /// If there is not one finite value for each outcome.
    pub fn lower_expectation<T: Number>(&self, values: &[T]) -> Result<Expectation<T>, Error> {
        self.check(values)?;
        Ok(self.lower_unchecked(values))
    }

    /// Returns `max { Σ p·values : p ∈ C }`, a distribution that attains it and a multiplier that proves it.
    ///
    /// # Errors
    /// As for [`Self::lower_expectation`].
    pub fn upper_expectation<T: Number>(&self, values: &[T]) -> Result<Expectation<T>, Error> {
        self.check(values)?;
        let opposite: Vec<T> = values.iter().map(|v| -v.clone()).collect();
        let lower = self.lower_unchecked(&opposite);
        Ok(Expectation {
            value: -lower.value,
            witness: lower.witness,
            multiplier: lower.multiplier.negated(),
        })
    }

    fn check<T: Number>(&self, values: &[T]) -> Result<(), Error> {
        same_length(self.outcomes(), values.len())?;
        match values.iter().position(|v| !v.is_finite()) {
            Some(outcome) => Err(Error::NotFinite { outcome }),
            None => Ok(()),
        }
    }

    pub(crate) fn lower_unchecked<T: Number>(&self, values: &[T]) -> Expectation<T> {
        each!(self, set => set.least(values))
    }

    pub(crate) fn bound_unchecked(&self, values: &[Rational], m: &Multiplier<Rational>) -> Option<Rational> {
        each!(self, set => set.bound(values, m))
    }

    /// Returns a number that the lower expectation is not below, proved by the multiplier alone.
    ///
    /// Every multiplier of the right shape gives a true bound (weak duality); that of [`Self::lower_expectation`] gives the lower expectation
    /// itself. Nothing is searched or sorted, so that a checker can trust it.
    ///
    /// # Errors
    /// If there is not one value for each outcome, or the multiplier is of another shape than the set needs.
    pub fn bound_below(
        &self,
        values: &[Rational],
        multiplier: &Multiplier<Rational>,
    ) -> Result<Rational, Error> {
        same_length(self.outcomes(), values.len())?;
        self.bound_unchecked(values, multiplier)
            .ok_or(Error::WrongMultiplier { kind: self.kind() })
    }

    /// Returns a number that the upper expectation is not above, proved by the multiplier alone.
    ///
    /// # Errors
    /// As for [`Self::bound_below`].
    pub fn bound_above(
        &self,
        values: &[Rational],
        multiplier: &Multiplier<Rational>,
    ) -> Result<Rational, Error> {
        let opposite: Vec<Rational> = values.iter().map(|v| -v).collect();
        self.bound_below(&opposite, &multiplier.negated())
            .map(|bound| -bound)
    }

    /// Says whether a distribution belongs to the set, exactly.
    #[must_use]
    pub fn contains(&self, p: &[Rational]) -> bool {
        p.len() == self.outcomes() && each!(self, set => set.contains(p))
    }

    /// Returns the least probability of an event; outcomes that the list does not reach are outside.
    #[must_use]
    pub fn lower_probability(&self, event: &[bool]) -> Rational {
        let event = self.fitted(event, false);
        each!(self, set => set.lower_probability(&event))
    }

    /// Returns the greatest probability of an event.
    #[must_use]
    pub fn upper_probability(&self, event: &[bool]) -> Rational {
        Rational::ONE - each!(self, set => set.lower_probability(&self.fitted(event, true)))
    }

    /// Says whether the event has mass under every distribution in the set.
    #[must_use]
    pub fn must_hit(&self, event: &[bool]) -> bool {
        let event = self.fitted(event, false);
        each!(self, set => set.must_hit(&event))
    }

    /// Says whether the event has mass under some distribution in the set.
    #[must_use]
    pub fn may_hit(&self, event: &[bool]) -> bool {
        let event = self.fitted(event, false);
        each!(self, set => set.may_hit(&event))
    }

    /// Says whether the event has all the mass under every distribution in the set.
    #[must_use]
    pub fn must_stay(&self, event: &[bool]) -> bool {
        let event = self.fitted(event, false);
        each!(self, set => set.must_stay(&event))
    }

    /// Says which outcomes can have mass while the event has all of it; `None` if the event cannot have all of it.
    #[must_use]
    pub fn face(&self, event: &[bool]) -> Option<Vec<bool>> {
        let event = self.fitted(event, false);
        let face = self.restrict(&event)?;
        let mut support = face.support().into_iter();
        let mut carried = |inside: &bool| *inside && support.next().unwrap_or(false);
        Some(event.iter().map(&mut carried).collect())
    }

    /// Says for each outcome whether some distribution in the set gives it mass.
    #[must_use]
    pub fn support(&self) -> Vec<bool> {
        each!(self, set => set.support())
    }

    /// Returns the distributions in the set that put all their mass on `keep`, as a set over the kept outcomes in their order.
    ///
    /// `None` if there is none. The kind may change.
    #[must_use]
    pub fn restrict(&self, keep: &[bool]) -> Option<Self> {
        let keep = self.fitted(keep, false);
        if !keep.contains(&true) {
            return None;
        }
        each!(self, set => set.restrict(&keep))
    }

    /// Returns the distribution that the set is built around, which belongs to it.
    ///
    /// That is the distribution itself, the nominal one of a ball or a contamination, the observed frequencies of a Dirichlet model,
    /// or, for a product, the product of the centres. Other sets have a centre only if they are a single distribution: a midpoint
    /// would be an opinion that nobody stated.
    #[must_use]
    pub fn centre(&self) -> Option<Vec<Rational>> {
        each!(self, set => set.centre())
    }

    /// Returns the least and the greatest probability of one outcome.
    #[must_use]
    pub fn outcome_bounds(&self, outcome: usize) -> (Rational, Rational) {
        let event: Vec<bool> = (0..self.outcomes()).map(|i| i == outcome).collect();
        (self.lower_probability(&event), self.upper_probability(&event))
    }

    /// Returns the event, or its complement, with exactly one entry for each outcome.
    fn fitted<'a>(&self, event: &'a [bool], complement: bool) -> Cow<'a, [bool]> {
        if event.len() == self.outcomes() && !complement {
            return Cow::Borrowed(event);
        }
        (0..self.outcomes())
            .map(|i| event.get(i).copied().unwrap_or(false) != complement)
            .collect()
    }
}
