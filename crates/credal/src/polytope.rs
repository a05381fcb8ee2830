//! The distributions that satisfy linear constraints.

use crate::constraint::{Constraint, Relation};
use crate::error::{Error, same_length};
use crate::expectation::{Expectation, Multiplier};
use crate::interval::Interval;
use crate::number::{Number, dot};
use crate::set::CredalSet;
use crate::shape::{Shape, kept};
use crate::simplex::{self, Tableau};
use murphy_notation::Rational;

/// The most outcomes of one polytope.
const OUTCOMES_MAX: usize = 256;
/// The most constraints of one polytope.
const CONSTRAINTS_MAX: usize = 64;
/// The most vertices that are listed.
const VERTICES_MAX: usize = 64;
/// The most bases that are visited to find them; a degenerate vertex has many.
const BASES_MAX: usize = 512;

/// The distributions over `n` outcomes that satisfy linear constraints; `p ≥ 0` and `Σ p = 1` go without saying.
///
/// # Example
/// ```
/// use murphy_credal::{Constraint, CredalSet, Polytope, Relation};
/// use murphy_notation::Rational;
/// // The first outcome is at least as likely as the second.
/// let likelier = Constraint {
///     coefficients: vec![Rational::ONE, Rational::from(-1i64)],
///     relation: Relation::AtLeast,
///     bound: Rational::ZERO,
/// };
/// let set = CredalSet::from(Polytope::new(2, vec![likelier])?);
/// assert_eq!(set.lower_expectation(&[1.0, 0.0])?.value, 0.5);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Polytope {
    outcomes: usize,
    constraints: Vec<Constraint>,
}

impl Polytope {
    /// Returns the distributions that satisfy all constraints.
    ///
    /// # Errors
    /// If there is no outcome, a constraint has a wrong number of coefficients, no distribution satisfies them all, or
    /// there are more than 256 outcomes or 64 constraints.
    pub fn new(outcomes: usize, constraints: Vec<Constraint>) -> Result<Self, Error> {
        if outcomes == 0 {
            return Err(Error::Empty);
        }
        for (size, limit, what) in [
            (outcomes, OUTCOMES_MAX, "outcomes"),
            (constraints.len(), CONSTRAINTS_MAX, "constraints"),
        ] {
            if size > limit {
                return Err(Error::TooLarge { size, limit, what });
            }
        }
        for constraint in &constraints {
            same_length(outcomes, constraint.coefficients.len())?;
        }
        let set = Self {
            outcomes,
            constraints,
        };
        match simplex::minimise(&vec![Rational::ZERO; outcomes], &set.program()) {
            Ok(_) => Ok(set),
            Err(_) => Err(Error::Infeasible),
        }
    }

    /// Returns the constraints as they were given.
    #[must_use]
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// Returns the constraints with the one on the sum, last.
    pub(crate) fn program(&self) -> Vec<Constraint> {
        let mut program = self.constraints.clone();
        program.push(Constraint {
            coefficients: vec![Rational::ONE; self.outcomes],
            relation: Relation::Equal,
            bound: Rational::ONE,
        });
        program
    }

    /// Returns a feasible basis.
    pub(crate) fn tableau(&self) -> Option<Tableau> {
        Tableau::feasible(self.outcomes, &self.program())
    }

    /// Returns all vertices, if they are few.
    #[must_use]
    pub fn vertices(&self) -> Option<Vec<Vec<Rational>>> {
        self.tableau()?.vertices(VERTICES_MAX, BASES_MAX)
    }

    /// Returns the same set as bounds on each probability, if every constraint is about one outcome.
    pub(crate) fn as_interval(&self) -> Option<Interval> {
        let mut lower = vec![Rational::ZERO; self.outcomes];
        let mut upper = vec![Rational::ONE; self.outcomes];
        for constraint in &self.constraints {
            let mut named = (0..self.outcomes).filter(|&i| !constraint.coefficients[i].is_zero());
            let (Some(i), None) = (named.next(), named.next()) else {
                return None;
            };
            let weight = &constraint.coefficients[i];
            let bound = &constraint.bound / weight;
            let upwards = (constraint.relation == Relation::AtLeast) != weight.is_negative();
            let equal = constraint.relation == Relation::Equal;
            if (upwards || equal) && bound > lower[i] {
                lower[i] = bound.clone();
            }
            if (!upwards || equal) && bound < upper[i] {
                upper[i] = bound;
            }
        }
        Interval::new(lower, upper).ok()
    }

    /// Returns the exact lower expectation with witness and prices.
    fn lower_exact(&self, values: &[Rational]) -> Option<simplex::Optimum> {
        let mut optimum = simplex::minimise(values, &self.program()).ok()?;
        optimum.prices.pop();
        Some(optimum)
    }
}

impl Shape for Polytope {
    const KIND: &'static str = "polytope";

    fn outcomes(&self) -> usize {
        self.outcomes
    }

    fn least<T: Number>(&self, values: &[T]) -> Expectation<T> {
        if let Some(answer) = T::solve(&self.constraints, values) {
            return answer;
        }
        let exact: Vec<Rational> = values.iter().filter_map(T::to_rational).collect();
        let convert = |list: &[Rational]| list.iter().map(T::from_rational).collect::<Vec<T>>();
        match self.lower_exact(&exact) {
            Some(optimum) => Expectation {
                value: T::from_rational(&optimum.value),
                witness: convert(&optimum.point),
                multiplier: Multiplier::Prices(convert(&optimum.prices)),
            },
            // Not reached: the set is bounded and was found not to be empty. A vacuous answer is still a true bound.
            None => Expectation {
                value: values
                    .iter()
                    .cloned()
                    .reduce(crate::number::smaller)
                    .unwrap_or(T::ZERO),
                witness: vec![T::ZERO; self.outcomes],
                multiplier: Multiplier::Prices(vec![T::ZERO; self.constraints.len()]),
            },
        }
    }

    /// `Σ priceₖ·boundₖ + minᵢ (vᵢ − Σ priceₖ·coefficientₖᵢ)`; a price with the wrong sign counts as zero.
    fn bound(&self, values: &[Rational], multiplier: &Multiplier<Rational>) -> Option<Rational> {
        let Multiplier::Prices(prices) = multiplier else {
            return None;
        };
        if prices.len() != self.constraints.len() {
            return None;
        }
        let mut total = Rational::ZERO;
        let mut rest = values.to_vec();
        for (constraint, price) in self.constraints.iter().zip(prices) {
            let wrong = match constraint.relation {
                Relation::AtMost => price.is_positive(),
                Relation::AtLeast => price.is_negative(),
                Relation::Equal => false,
            };
            if wrong || price.is_zero() {
                continue;
            }
            total += price * &constraint.bound;
            for (rest, coefficient) in rest.iter_mut().zip(&constraint.coefficients) {
                *rest -= price * coefficient;
            }
        }
        rest.into_iter().min().map(|least| total + least)
    }

    fn contains(&self, p: &[Rational]) -> bool {
        crate::error::is_distribution(p) && self.constraints.iter().all(|constraint| constraint.holds(p))
    }

    fn restrict(&self, keep: &[bool]) -> Option<CredalSet> {
        let constraints = self
            .constraints
            .iter()
            .map(|constraint| Constraint {
                coefficients: kept(&constraint.coefficients, keep),
                ..constraint.clone()
            })
            .collect();
        let outcomes = keep.iter().filter(|&&keep| keep).count();
        Self::new(outcomes, constraints).ok().map(CredalSet::from)
    }

    fn may_have(&self, outcome: usize) -> bool {
        let alone: Vec<bool> = (0..self.outcomes).map(|i| i == outcome).collect();
        self.may_hit(&alone)
    }

    fn may_hit(&self, event: &[bool]) -> bool {
        let off: Vec<bool> = event.iter().map(|inside| !inside).collect();
        !self.must_stay(&off)
    }

    fn must_stay(&self, event: &[bool]) -> bool {
        self.lower_probability(event) == Rational::ONE
    }

    fn centre(&self) -> Option<Vec<Rational>> {
        let corners: Option<Vec<Rational>> = (0..self.outcomes)
            .map(|i| {
                let mut unit = vec![Rational::ZERO; self.outcomes];
                unit[i] = Rational::ONE;
                let least = dot(&self.lower_exact(&unit)?.point, &unit);
                unit[i] = Rational::from(-1i64);
                let most = -dot(&self.lower_exact(&unit)?.point, &unit);
                (least == most).then_some(least)
            })
            .collect();
        corners
    }
}
