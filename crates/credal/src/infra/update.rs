//! The update: what a belief becomes when something is seen, and the plan off that branch is known.

use super::a_measure::AMeasure;
use super::infradistribution::Infradistribution;
use super::inframeasure::Inframeasure;
use crate::error::{Error, not_empty, same_length};
use crate::number::dot;
use crate::shape::indicator;
use murphy_notation::Rational;

/// What was seen, and what happens otherwise: a likelihood `L` and an off-branch utility `g`, both in `[0, 1]`.
///
/// Gluing them to a utility, `f ⋆ g = L·f + (1 − L)·g`, says what is got in total: `f` where the observation is made, `g` where it is not. The update of
/// `h` is `h(f ⋆ g)` seen as a functional of `f` alone, and the normalised update is that brought to `[0, 1]`:
///
/// ```text
/// (h |ᵍ L)(f) = ( h(f ⋆ g) − h(0 ⋆ g) ) / ( h(1 ⋆ g) − h(0 ⋆ g) )
/// ```
///
/// `g` is not a taste: it is the utility of the plan being followed, wherever the observation is not made. With that `g` the updated belief ranks continuations as the
/// belief before ranked the whole plans; with another it may not. For a single distribution it makes no difference, and the update is that of Bayes.
///
/// # Source
/// Appel and Kosoy, "Basic inframeasure theory" (2020), raw and renormalised update; "Belief functions and decision theory" (2020) for
/// dynamic consistency.
///
/// # Example
/// ```
/// use murphy_credal::infra::{Infradistribution, Update};
/// use murphy_credal::{CredalSet, Error, Precise, Vertices};
/// use murphy_notation::Rational;
/// let (zero, one) = (Rational::ZERO, Rational::ONE);
/// let coin = |n| vec![Rational::new(n, 3), Rational::new(3 - n, 3)];
/// let seen = Update::event(&[true, false], vec![zero.clone(); 2])?;
/// // Bayes, for one distribution.
/// let fair = Infradistribution::crisp(&CredalSet::from(Precise::new(coin(1))?))?;
/// let after = fair.update(&seen)?;
/// assert_eq!(after.at_stake, Rational::new(1, 3));
/// assert_eq!(after.belief.points()[0].measure(), [one, zero]);
/// // What Nature can rule out cannot be learned from.
/// let anything = Infradistribution::total_ignorance(2)?;
/// assert!(matches!(anything.update(&seen), Err(Error::NotUpdatable { .. })));
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    likelihood: Vec<Rational>,
    off_branch: Vec<Rational>,
}

/// A normalised update with the two numbers that normalising hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The belief after the update.
    pub belief: Infradistribution,
    /// `P = h(1 ⋆ g) − h(0 ⋆ g)`: how much of the value is still at stake on this branch. With `g = 0` it is the lower probability of the event.
    pub at_stake: Rational,
    /// `h(0 ⋆ g)`: what the plan secures even if everything is lost on this branch.
    pub secured: Rational,
}

impl Update {
    /// Returns the update on a fuzzy event: `likelihood[x]` is the probability that the observation is made at outcome `x`.
    ///
    /// # Errors
    /// If the lists are empty, differ in length, or have entries outside `[0, 1]`.
    pub fn new(likelihood: Vec<Rational>, off_branch: Vec<Rational>) -> Result<Self, Error> {
        not_empty(&likelihood)?;
        same_length(likelihood.len(), off_branch.len())?;
        let outside = |v: &&Rational| v.is_negative() || **v > Rational::ONE;
        match likelihood.iter().chain(&off_branch).find(outside) {
            Some(value) => Err(Error::NotAWeight { value: value.clone() }),
            None => Ok(Self {
                likelihood,
                off_branch,
            }),
        }
    }

    /// Returns the update on an event.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn event(event: &[bool], off_branch: Vec<Rational>) -> Result<Self, Error> {
        Self::new(indicator(event), off_branch)
    }

    /// Returns the likelihood `L`.
    #[must_use]
    pub fn likelihood(&self) -> &[Rational] {
        &self.likelihood
    }

    /// Returns the off-branch utility `g`.
    #[must_use]
    pub fn off_branch(&self) -> &[Rational] {
        &self.off_branch
    }

    /// Returns `f ⋆ g = L·f + (1 − L)·g`; values that the list does not reach count as zero.
    #[must_use]
    pub fn glued(&self, values: &[Rational]) -> Vec<Rational> {
        let off = self.likelihood.iter().zip(&self.off_branch);
        let with = |(at, (likelihood, off)): (usize, (&Rational, &Rational))| {
            let on = values.get(at).cloned().unwrap_or_default();
            likelihood * &on + (Rational::ONE - likelihood) * off.clone()
        };
        off.enumerate().map(with).collect()
    }

    /// Returns the raw update: `(L·m, b + m·(1 − L)g)` for each point.
    ///
    /// Nothing is divided, so nothing can fail and nothing cancels: this is the form to compute with.
    ///
    /// # Errors
    /// If the belief is over other outcomes.
    pub fn raw(&self, belief: &Inframeasure) -> Result<Inframeasure, Error> {
        same_length(self.likelihood.len(), belief.outcomes())?;
        let lost = self.glued(&[]);
        let updated = |point: &AMeasure| {
            let measure = point.measure().iter().zip(&self.likelihood).map(|(m, l)| m * l);
            AMeasure::raw(measure.collect(), point.secured() + &dot(point.measure(), &lost))
        };
        Ok(Inframeasure::raw(belief.points().iter().map(updated).collect()))
    }

    /// Returns the normalised update and what was at stake.
    ///
    /// # Errors
    /// If the belief is over other outcomes; [`Error::NotUpdatable`] if `P = 0`, which says that Nature can rule the event out, or hold a world in
    /// which nothing is at stake in it. No point is dropped to make the update possible: that would be another belief.
    pub fn of(&self, belief: &Inframeasure) -> Result<Updated, Error> {
        let raw = self.raw(belief)?;
        let (secured, at_stake) = (raw.secured(), raw.at_stake());
        match raw.normalised() {
            Ok(belief) => Ok(Updated {
                belief,
                at_stake,
                secured,
            }),
            Err(_) => Err(Error::NotUpdatable { secured }),
        }
    }

    /// Returns the single update that does the same as this one and then the other.
    ///
    /// Its likelihood is `L·L'`, and its off-branch utility `g''` satisfies `(1 − LL')g'' = L(1 − L')g' + (1 − L)g`; where `LL' = 1` it does not
    /// matter, and is 0.
    ///
    /// # Errors
    /// If the other is over other outcomes.
    ///
    /// # Source
    /// Appel and Kosoy, "Belief functions and decision theory" (2020), composition of updates.
    pub fn then(&self, next: &Self) -> Result<Self, Error> {
        same_length(self.likelihood.len(), next.likelihood.len())?;
        let mut both = Self {
            likelihood: Vec::new(),
            off_branch: Vec::new(),
        };
        for at in 0..self.likelihood.len() {
            let (first, second) = (&self.likelihood[at], &next.likelihood[at]);
            let likelihood = first * second;
            let missed = Rational::ONE - &likelihood;
            let off = first * &(Rational::ONE - second) * next.off_branch[at].clone()
                + (Rational::ONE - first) * self.off_branch[at].clone();
            both.off_branch.push(off.checked_div(&missed).unwrap_or_default());
            both.likelihood.push(likelihood);
        }
        Ok(both)
    }
}
