//! The order of inframeasures, by linear programs: which points say nothing new, and which utilities tell two beliefs apart.

use super::a_measure::AMeasure;
use super::infradistribution::Infradistribution;
use super::inframeasure::Inframeasure;
use crate::constraint::{Constraint, Relation};
use crate::error::{Error, same_length};
use crate::simplex;
use murphy_notation::Rational;

impl Inframeasure {
    /// Returns a utility in `[0, 1]` that the point values below `h`, or `None` if the point lies in `(conv V)↑`.
    ///
    /// # Errors
    /// If the point is over other outcomes.
    ///
    /// # Cost
    /// One exact linear program with as many columns as there are points and outcomes: the largest `h(f) − m·f − b` over utilities, in
    /// its dual form, whose prices are the utility.
    pub fn telling(&self, point: &AMeasure) -> Result<Option<Vec<Rational>>, Error> {
        same_length(self.outcomes(), point.outcomes())?;
        Ok(telling(self.points().iter(), point))
    }

    /// Says whether the point lies in `(conv V)↑`: adding it would change nothing.
    ///
    /// # Errors
    /// If the point is over other outcomes.
    pub fn contains(&self, point: &AMeasure) -> Result<bool, Error> {
        Ok(self.telling(point)?.is_none())
    }

    /// Says whether the other set lies in this one, which is to say that this functional is nowhere greater.
    ///
    /// # Errors
    /// If it is over other outcomes.
    ///
    /// # Source
    /// `B₁ ⊆ B₂ ⇔ E_{B₁} ≥ E_{B₂}`, from the duality of sets and functionals in Appel and Kosoy, "Basic inframeasure theory" (2020).
    pub fn includes(&self, other: &Self) -> Result<bool, Error> {
        for point in other.points() {
            if !self.contains(point)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Says whether both stand for the same set, however they list it.
    ///
    /// # Errors
    /// If they are over different outcomes.
    pub fn same_as(&self, other: &Self) -> Result<bool, Error> {
        Ok(self.includes(other)? && other.includes(self)?)
    }

    /// Returns the shortest list for the same set: its extreme minimal points in ascending order.
    ///
    /// Two inframeasures are the same set exactly if their canonical forms are equal.
    ///
    /// # Why it is unique
    /// An extreme point of `(conv V)↑` is a point of `V`, since the completion adds a pointed cone. Conversely, a point of `V` that is no mixture of
    /// others plus something in the cone is extreme: if it were the middle of `c₁ + s₁` and `c₂ + s₂`, solving for it would write it as a mixture of
    /// the others plus a cone element, or make the two ends equal.
    ///
    /// # Cost
    /// One exact linear program a point.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut points = self.points().to_vec();
        points.sort();
        points.dedup();
        let mut at = 0;
        while at < points.len() && points.len() > 1 {
            let others = points
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at)
                .map(|(_, p)| p);
            if telling(others, &points[at]).is_none() {
                points.remove(at);
            } else {
                at += 1;
            }
        }
        Self::raw(points)
    }
}

impl Infradistribution {
    /// As [`Inframeasure::canonical`].
    #[must_use]
    pub fn canonical(&self) -> Self {
        Self::raw(Inframeasure::canonical(self))
    }
}

/// Returns a utility that `point` values below all mixtures of `others`.
///
/// Minimises `Σ wᵢbᵢ + Σ eₓ` over mixtures `w` and excesses `eₓ ≥ Σ wᵢmᵢ(x) − m(x)`: the point is redundant exactly if `b` is not less. The prices of
/// the excess rows are `−f`.
fn telling<'a>(others: impl Iterator<Item = &'a AMeasure>, point: &AMeasure) -> Option<Vec<Rational>> {
    let others: Vec<&AMeasure> = others.collect();
    let (count, outcomes) = (others.len(), point.outcomes());
    let mut costs: Vec<Rational> = others.iter().map(|other| other.secured().clone()).collect();
    costs.resize(count + outcomes, Rational::ONE);
    let mut constraints = Vec::with_capacity(outcomes + 1);
    for outcome in 0..outcomes {
        let mut coefficients: Vec<Rational> = others
            .iter()
            .map(|other| other.measure()[outcome].clone())
            .collect();
        coefficients.resize(count + outcomes, Rational::ZERO);
        coefficients[count + outcome] = Rational::from(-1i64);
        constraints.push(Constraint {
            coefficients,
            relation: Relation::AtMost,
            bound: point.measure()[outcome].clone(),
        });
    }
    let mut whole = vec![Rational::ONE; count];
    whole.resize(count + outcomes, Rational::ZERO);
    constraints.push(Constraint {
        coefficients: whole,
        relation: Relation::Equal,
        bound: Rational::ONE,
    });
    match simplex::minimise(&costs, &constraints) {
        Ok(optimum) if optimum.value <= *point.secured() => None,
        Ok(optimum) => Some(optimum.prices.iter().take(outcomes).map(|price| -price).collect()),
        // Not reached: any single point with its excess is feasible, and costs are not negative. To keep a point is always right.
        Err(_) => Some(vec![Rational::ZERO; outcomes]),
    }
}
