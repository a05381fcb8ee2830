//! What an L1 ball, a contamination and an imprecise Dirichlet model have in common: a measure, of which some mass may be
//! moved, and free mass beside it.
//!
//! The set is `{ fixed − taken + given }` with `0 ≤ taken ≤ fixed`, `Σ taken ≤ movable`, `given ≥ 0` on the allowed outcomes and
//! `Σ given = free + Σ taken`. The invariant: `Σ fixed + free = 1`, all parts are non-negative, outcomes with fixed mass
//! are allowed, and some outcome is allowed. Restricting such a set to a face gives such a set again.

use crate::number::{Number, dot};
use crate::shape::{kept, mass};
use murphy_notation::Rational;

/// A measure, mass of it that may be moved, and mass that may go anywhere allowed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CoreMeasure {
    pub(crate) fixed: Vec<Rational>,
    pub(crate) free: Rational,
    pub(crate) movable: Rational,
    pub(crate) allowed: Vec<bool>,
}

impl CoreMeasure {
    /// Returns the least value, where it is attained, and the value at which taking stops.
    pub(crate) fn lower<T: Number>(&self, values: &[T]) -> (T, Vec<Rational>, T) {
        let least = self.least(values);
        let mut witness = self.fixed.clone();
        let mut left = self.movable.clone();
        let mut order = crate::number::ascending(values);
        order.reverse();
        // Where nothing can be moved, the price of moving is as high as can be.
        let mut critical = values[order[0]].clone();
        if left.is_positive() {
            critical = values[least].clone();
            for i in order {
                if values[i] <= values[least] {
                    break;
                }
                if witness[i] >= left {
                    critical = values[i].clone();
                    witness[i] -= &left;
                    left = Rational::ZERO;
                    break;
                }
                left -= std::mem::take(&mut witness[i]);
            }
        }
        let given = &self.free + &(&self.movable - &left);
        witness[least] += given;
        (dot(&witness, values), witness, critical)
    }

    /// Returns the allowed outcome with the least value.
    fn least<T: Number>(&self, values: &[T]) -> usize {
        let mut least = self.allowed.iter().position(|&allowed| allowed).unwrap_or(0);
        for (i, value) in values.iter().enumerate() {
            if self.allowed[i] && *value < values[least] {
                least = i;
            }
        }
        least
    }

    /// Returns the bound of weak duality, `fixed·v + free·m − movable·θ − Σ fixedᵢ·max(0, vᵢ − m − θ)`.
    ///
    /// Here `m` is the least allowed value and `θ = max(0, critical − m)`, the price of moved mass.
    pub(crate) fn bound(&self, values: &[Rational], critical: &Rational) -> Rational {
        let least = &values[self.least(values)];
        let stop = if critical > least { critical } else { least };
        let mut total = &self.free * least - &self.movable * &(stop - least);
        for (fixed, value) in self.fixed.iter().zip(values) {
            total += fixed * if value < stop { value } else { stop };
        }
        total
    }

    pub(crate) fn contains(&self, p: &[Rational]) -> bool {
        let taken: Rational = self
            .fixed
            .iter()
            .zip(p)
            .filter(|(fixed, p)| fixed > p)
            .map(|(fixed, p)| fixed - p)
            .sum();
        crate::error::is_distribution(p)
            && taken <= self.movable
            && p.iter()
                .zip(&self.allowed)
                .all(|(p, &allowed)| allowed || p.is_zero())
    }

    pub(crate) fn restrict(&self, keep: &[bool]) -> Option<Self> {
        let dropped = mass(&self.fixed, keep, false);
        let allowed = kept(&self.allowed, keep);
        if dropped > self.movable || !allowed.contains(&true) {
            return None;
        }
        Some(Self {
            fixed: kept(&self.fixed, keep),
            free: &self.free + &dropped,
            movable: &self.movable - &dropped,
            allowed,
        })
    }

    pub(crate) fn may_have(&self, outcome: usize) -> bool {
        // What is moved to an outcome comes from another: the core is not all free, or there would be nothing to move.
        let given = self.free.is_positive() || self.movable.is_positive();
        self.fixed[outcome].is_positive() || (given && self.allowed[outcome])
    }

    pub(crate) fn lower_probability(&self, event: &[bool]) -> Rational {
        // Everything free goes off the event if anything there is allowed, and so does what can be moved.
        if self
            .allowed
            .iter()
            .zip(event)
            .all(|(&allowed, &inside)| inside || !allowed)
        {
            return Rational::ONE;
        }
        let inside = mass(&self.fixed, event, true);
        if inside > self.movable {
            inside - &self.movable
        } else {
            Rational::ZERO
        }
    }
}
