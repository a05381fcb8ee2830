//! Several credal sets that all hold, and the proof when they cannot.

use super::corners::extreme;
use super::lifted::{Lifted, SIZE_MAX};
use super::maps::images_exist;
use crate::constraint::{Constraint, Relation};
use crate::error::{Error, not_empty, same_length};
use crate::set::CredalSet;
use crate::simplex::{self, Tableau};
use crate::vertices::Vertices;
use murphy_notation::Rational;

/// The most corners that are listed.
const CORNERS_MAX: usize = 4096;
/// The most bases that are visited to find them.
const BASES_MAX: usize = 1 << 15;

/// The distributions `p` whose images all lie in given credal sets: `{ p : (gᵢ)_* p ∈ Cᵢ for all i }`.
///
/// With the identity for each `gᵢ` it is the intersection of the sets: learning that both hold. With projections it is the set of
/// joint distributions with given marginals. It is never empty: sets that contradict one another are refused with a [`Conflict`] that proves it.
///
/// # Why not the conjunction of inframeasures
/// As sets of a-measures, two beliefs that contradict one another still have common points. *Certainly heads* and *certainly tails* meet in
/// `h(f) = min(1, f(heads) + f(tails))`, with the points `((1, 1), 0)` and `(0, 1)`: normalised, but with weight two, and worth more than either. A model that
/// fell into that lattice would turn a contradiction in its data into optimism. So credal sets are intersected as credal sets, and
/// emptiness is an answer.
///
/// # Example
/// ```
/// use murphy_credal::infra::Conjunction;
/// use murphy_credal::{CredalSet, Error, Interval};
/// use murphy_notation::Rational;
/// // Two studies of one rate.
/// let rate = |low: i64, high: i64| {
///     let tenths = |n| Rational::new(n, 10);
///     Interval::new(vec![tenths(10 - high), tenths(low)], vec![tenths(10 - low), tenths(high)]).map(CredalSet::from)
/// };
/// let both = Conjunction::of(&[&rate(2, 6)?, &rate(5, 9)?])?;
/// let success = [Rational::ZERO, Rational::ONE];
/// assert_eq!(both.lower_expectation(&success)?.value, Rational::new(1, 2));
/// // A third that contradicts the second.
/// let sets = [&rate(5, 10)?, &rate(0, 3)?];
/// let Err(Error::Contradiction(conflict)) = Conjunction::of(&sets) else { panic!() };
/// assert!(conflict.proves(&sets)?);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Conjunction {
    outcomes: usize,
    parts: Vec<Part>,
}

/// One set and where each outcome goes in it.
#[derive(Clone, Debug)]
struct Part {
    map: Vec<usize>,
    lifted: Lifted,
}

/// The proof that credal sets contradict one another: a book of bets that loses for sure.
///
/// Whoever accepts the set `Cᵢ` pays the lower expectation `Eᵢ(fᵢ)` for the bet `fᵢ`. The prices sum to more than nothing, the bets
/// to at most nothing at every outcome: no distribution can satisfy all sets. By linear duality (Farkas) there is such a book exactly if they
/// have nothing in common.
///
/// # Source
/// Walley, *Statistical Reasoning with Imprecise Probabilities* (1991), avoiding sure loss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The bet on each set, a value for each of its outcomes.
    pub bets: Vec<Vec<Rational>>,
    /// Where each outcome goes in each set.
    pub maps: Vec<Vec<usize>>,
}

/// A lower expectation over a conjunction with both halves of its proof.
///
/// The witness lies in all sets and attains the value. The bets, one on each set, sum to at most the values at every outcome, and their lower expectations
/// sum to the value, so nothing in all sets can be below: `h(f) = sup { Σ hᵢ(fᵢ) : Σ fᵢ ≤ f }`.
///
/// # Source
/// Walley, *Statistical Reasoning with Imprecise Probabilities* (1991), natural extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NaturalExtension {
    /// The least expected value.
    pub value: Rational,
    /// A distribution in all sets that attains it.
    pub witness: Vec<Rational>,
    /// A bet on each set.
    pub bets: Vec<Vec<Rational>>,
}

impl Conjunction {
    /// Returns the distributions that lie in all sets.
    ///
    /// # Errors
    /// If there is no set, they are over different outcomes or too large, and [`Error::Contradiction`] with its proof if they have nothing in common.
    pub fn of(sets: &[&CredalSet]) -> Result<Self, Error> {
        not_empty(sets)?;
        let outcomes = sets[0].outcomes();
        for set in sets {
            same_length(outcomes, set.outcomes())?;
        }
        let identity: Vec<usize> = (0..outcomes).collect();
        Self::of_images(
            outcomes,
            sets.iter().map(|&set| (identity.clone(), set)).collect(),
        )
    }

    /// Returns the distributions over `outcomes` outcomes whose image along each map lies in the set beside it.
    ///
    /// # Errors
    /// As for [`Self::of`], and if a map is not one outcome of its set for each outcome.
    pub fn of_images(outcomes: usize, parts: Vec<(Vec<usize>, &CredalSet)>) -> Result<Self, Error> {
        not_empty(&parts)?;
        if outcomes == 0 {
            return Err(Error::Empty);
        }
        if outcomes > SIZE_MAX {
            return Err(Error::TooLarge {
                size: outcomes,
                limit: SIZE_MAX,
                what: "outcomes",
            });
        }
        let mut conjunction = Self {
            outcomes,
            parts: Vec::with_capacity(parts.len()),
        };
        for (map, set) in parts {
            same_length(outcomes, map.len())?;
            images_exist(&map, set.outcomes())?;
            let lifted = Lifted::of(set)?;
            conjunction.parts.push(Part { map, lifted });
        }
        match conjunction.conflict() {
            Some(conflict) => Err(Error::Contradiction(Box::new(conflict))),
            None => Ok(conjunction),
        }
    }

    /// Returns the number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// Returns the least expected value with its proof.
    ///
    /// # Errors
    /// If there is not one value for each outcome.
    ///
    /// # Cost
    /// One exact linear program.
    pub fn lower_expectation(&self, values: &[Rational]) -> Result<NaturalExtension, Error> {
        same_length(self.outcomes, values.len())?;
        let mut costs = values.to_vec();
        costs.resize(self.columns(), Rational::ZERO);
        let optimum = simplex::minimise(&costs, &self.program()).map_err(|_| Error::Infeasible)?;
        Ok(NaturalExtension {
            bets: self.bets(&optimum.prices),
            witness: optimum.point.into_iter().take(self.outcomes).collect(),
            value: optimum.value,
        })
    }

    /// Returns the extreme distributions, in ascending order.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if they are too many to list.
    pub fn corners(&self) -> Result<Vec<Vec<Rational>>, Error> {
        let columns = self.columns();
        let tableau = Tableau::feasible(columns, &self.program()).ok_or(Error::Infeasible)?;
        let lifted = tableau.vertices(CORNERS_MAX, BASES_MAX).ok_or(Error::TooLarge {
            size: CORNERS_MAX,
            limit: CORNERS_MAX,
            what: "corners or more",
        })?;
        let project = |point: Vec<Rational>| point.into_iter().take(self.outcomes).collect();
        Ok(extreme(lifted.into_iter().map(project).collect()))
    }

    /// Returns the same set by its extreme distributions.
    ///
    /// # Errors
    /// As for [`Self::corners`].
    pub fn to_credal(&self) -> Result<CredalSet, Error> {
        Vertices::new(self.corners()?).map(CredalSet::from)
    }

    fn columns(&self) -> usize {
        self.outcomes + self.parts.iter().map(|part| part.lifted.helpers).sum::<usize>()
    }

    /// Returns all rows, part by part, and the one on the sum last.
    fn program(&self) -> Vec<Constraint> {
        let columns = self.columns();
        let mut program = Vec::new();
        let mut shift = self.outcomes;
        for part in &self.parts {
            for row in &part.lifted.rows {
                let mut coefficients = vec![Rational::ZERO; columns];
                for (cell, &image) in coefficients.iter_mut().zip(&part.map) {
                    *cell = row.outcomes[image].clone();
                }
                for (helper, coefficient) in &row.helpers {
                    coefficients[shift + helper] = coefficient.clone();
                }
                program.push(Constraint {
                    coefficients,
                    relation: row.relation,
                    bound: row.bound.clone(),
                });
            }
            shift += part.lifted.helpers;
        }
        let mut whole = vec![Rational::ONE; self.outcomes];
        whole.resize(columns, Rational::ZERO);
        program.push(Constraint {
            coefficients: whole,
            relation: Relation::Equal,
            bound: Rational::ONE,
        });
        program
    }

    /// Turns prices of the rows into bets; the price of the sum is a sure amount, and goes to the first.
    fn bets(&self, prices: &[Rational]) -> Vec<Vec<Rational>> {
        let mut prices = prices.iter();
        let mut bets: Vec<Vec<Rational>> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut bet = vec![Rational::ZERO; part.lifted.outcomes];
            for (row, price) in part.lifted.rows.iter().zip(prices.by_ref()) {
                for (cell, coefficient) in bet.iter_mut().zip(&row.outcomes) {
                    *cell += price * coefficient;
                }
            }
            bets.push(bet);
        }
        if let (Some(sure), Some(first)) = (prices.next(), bets.first_mut()) {
            first.iter_mut().for_each(|cell| *cell += sure);
        }
        bets
    }

    /// Returns the proof of emptiness, if the sets have nothing in common.
    ///
    /// Every row may be missed for the price of one a unit; the prices of the cheapest way to miss some are the bets.
    fn conflict(&self) -> Option<Conflict> {
        let mut program = self.program();
        let columns = self.columns();
        let slacks = 2 * program.len();
        for (k, row) in program.iter_mut().enumerate() {
            row.coefficients.resize(columns + slacks, Rational::ZERO);
            if row.relation != Relation::AtMost {
                row.coefficients[columns + 2 * k] = Rational::ONE;
            }
            if row.relation != Relation::AtLeast {
                row.coefficients[columns + 2 * k + 1] = Rational::from(-1i64);
            }
        }
        if Tableau::feasible(columns, &self.program()).is_some() {
            return None;
        }
        let mut costs = vec![Rational::ZERO; columns];
        costs.resize(columns + slacks, Rational::ONE);
        let optimum = simplex::minimise(&costs, &program).ok()?;
        Some(Conflict {
            bets: self.bets(&optimum.prices),
            maps: self.parts.iter().map(|part| part.map.clone()).collect(),
        })
    }
}

impl Conflict {
    /// Proves again, from the sets alone, that they contradict one another; false if the bets prove nothing.
    ///
    /// The maps are part of what is proved: that no distribution over the outcomes they start from has its images in the sets.
    ///
    /// # Errors
    /// If there are not as many sets as bets, or one is over other outcomes.
    pub fn proves(&self, sets: &[&CredalSet]) -> Result<bool, Error> {
        same_length(self.bets.len(), sets.len())?;
        let mut prices = Rational::ZERO;
        for (bet, set) in self.bets.iter().zip(sets) {
            let expectation = set.lower_expectation(bet)?;
            prices += set.bound_below(bet, &expectation.multiplier)?;
        }
        let outcomes = self.maps.first().map_or(0, Vec::len);
        // What all bets come to at an outcome; none if a map leads outside.
        let total = |outcome: usize| -> Option<Rational> {
            let mut total = Rational::ZERO;
            for (bet, map) in self.bets.iter().zip(&self.maps) {
                total += bet.get(*map.get(outcome)?)?;
            }
            Some(total)
        };
        let loses = |outcome| total(outcome).is_some_and(|total| !total.is_positive());
        let complete = outcomes > 0 && self.maps.len() == sets.len();
        Ok(complete && prices.is_positive() && (0..outcomes).all(loses))
    }
}
