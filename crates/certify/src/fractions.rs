//! The local obligations of [`crate::expectation`] where the values are fractions of any size: slower, and without anything to round.

use crate::expectation::Failure;
use crate::rejection::Side;
use murphy_credal::{Expectation, SetView};
use murphy_notation::Rational;
use murphy_problem::Direction;

/// A set and what Nature wants of it.
#[derive(Clone, Copy)]
pub(crate) struct Extremes<'a> {
    pub(crate) set: SetView<'a>,
    pub(crate) nature: Direction,
}

impl Extremes<'_> {
    /// Returns a bound of Nature's value that is proved on the side asked for.
    pub(crate) fn bound(&self, side: Side, values: &[Rational]) -> Result<Rational, Failure> {
        let every = (self.nature == Direction::Minimize) == (side == Side::Lower);
        if !every || self.bounds().is_some() {
            return Ok(mean(&self.member(values, &[])?, values));
        }
        let multiplier = self.searched(values)?.multiplier;
        match self.nature {
            Direction::Minimize => self.set.to_set().bound_below(values, &multiplier),
            Direction::Maximize => self.set.to_set().bound_above(values, &multiplier),
        }
        .map_err(Failure::Set)
    }

    /// Returns a distribution of the set that is as extreme for Nature as the set knows; among equals, one that favours an event where
    /// outcomes are filled in order.
    pub(crate) fn member(&self, values: &[Rational], favoured: &[bool]) -> Result<Vec<Rational>, Failure> {
        if let Some((lower, upper)) = self.bounds() {
            return self.filled((lower, &upper), values, favoured);
        }
        let witness = self.searched(values)?.witness;
        if self.set.to_set().contains(&witness) {
            Ok(witness)
        } else {
            Err(Failure::NotAMember)
        }
    }

    /// Says whether every distribution gives an event mass.
    pub(crate) fn all_hit(&self, event: &[bool]) -> Result<bool, Failure> {
        let least = Self {
            nature: Direction::Minimize,
            ..*self
        };
        Ok(least.bound(Side::Lower, &indicator(event))?.is_positive())
    }

    /// Says whether no distribution gives an event mass.
    pub(crate) fn none_hits(&self, event: &[bool]) -> Result<bool, Failure> {
        let most = Self {
            nature: Direction::Maximize,
            ..*self
        };
        Ok(!most.bound(Side::Upper, &indicator(event))?.is_positive())
    }

    /// Says whether some distribution that is as good for Nature as `enough` gives `event` mass and `barred` none, as far as extreme
    /// distributions show it.
    pub(crate) fn some_hits(
        &self,
        values: &[Rational],
        enough: &Rational,
        (event, barred): (&[bool], &[bool]),
    ) -> Result<bool, Failure> {
        let serves = |p: &[Rational]| {
            let worth = mean(p, values);
            let good = match self.nature {
                Direction::Minimize => worth <= *enough,
                Direction::Maximize => worth >= *enough,
            };
            good && has_mass(p, event) && !has_mass(p, barred)
        };
        if serves(&self.member(values, event)?) {
            return Ok(true);
        }
        if self.bounds().is_some() {
            return Ok(false);
        }
        // A bonus for the event breaks ties; if it is too large, what it leads to is not good enough and shows nothing.
        for bonus in [Rational::new(1, 1 << 32), Rational::new(1, 1 << 62)] {
            let bonus = match self.nature {
                Direction::Minimize => -bonus,
                Direction::Maximize => bonus,
            };
            let pushed: Vec<Rational> = values
                .iter()
                .zip(event)
                .map(
                    |(value, inside)| {
                        if *inside { value + &bonus } else { value.clone() }
                    },
                )
                .collect();
            if serves(&self.member(&pushed, event)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the bounds of a set that has nothing else.
    fn bounds(&self) -> Option<(Vec<Rational>, Vec<Rational>)> {
        self.set.parts().map(|parts| (parts.lower(), parts.upper()))
    }

    /// Fills outcomes from Nature's best on until the mass is spent, favoured ones first among equals.
    fn filled(
        &self,
        (mut p, upper): (Vec<Rational>, &[Rational]),
        values: &[Rational],
        favoured: &[bool],
    ) -> Result<Vec<Rational>, Failure> {
        let mut left = Rational::ONE - p.iter().sum::<Rational>();
        let mut order: Vec<usize> = (0..p.len().min(values.len())).collect();
        let last = |outcome: usize| !favoured.get(outcome).copied().unwrap_or(false);
        order.sort_by(|&a, &b| {
            let by_value = match self.nature {
                Direction::Minimize => values[a].cmp(&values[b]),
                Direction::Maximize => values[b].cmp(&values[a]),
            };
            by_value.then(last(a).cmp(&last(b))).then(a.cmp(&b))
        });
        for outcome in order {
            if !left.is_positive() {
                break;
            }
            let given = (&upper[outcome] - &p[outcome]).min(left.clone());
            left -= &given;
            p[outcome] += given;
        }
        if left.is_zero() {
            Ok(p)
        } else {
            Err(Failure::NoDistribution)
        }
    }

    fn searched(&self, values: &[Rational]) -> Result<Expectation<Rational>, Failure> {
        match self.nature {
            Direction::Minimize => self.set.to_set().lower_expectation(values),
            Direction::Maximize => self.set.to_set().upper_expectation(values),
        }
        .map_err(Failure::Set)
    }
}

fn indicator(event: &[bool]) -> Vec<Rational> {
    let one = |inside: &bool| if *inside { Rational::ONE } else { Rational::ZERO };
    event.iter().map(one).collect()
}

fn mean(p: &[Rational], values: &[Rational]) -> Rational {
    let mut mean = Rational::ZERO;
    for (weight, value) in p.iter().zip(values).filter(|(weight, _)| !weight.is_zero()) {
        mean += weight * value;
    }
    mean
}

/// Says whether a distribution gives an event mass.
pub(crate) fn has_mass(p: &[Rational], event: &[bool]) -> bool {
    let mut inside = p.iter().zip(event).filter(|(_, inside)| **inside);
    inside.any(|(weight, _)| weight.is_positive())
}
