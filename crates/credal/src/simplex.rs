//! A small dense simplex method in exact rationals: value, vertex and prices of `min c·x` over `x ≥ 0` and linear constraints.
//!
//! Two phases; Bland's rule after a quicker start, so that it ends on every input; each row has an artificial column, which
//! afterwards shows the prices.
//! It is meant for the rows of a model (tens of columns), not for models.
//!
//! # Source
//! Bland, "New finite pivoting rules for the simplex method", Math. of OR 2, 1977.

use crate::constraint::{Constraint, Relation};
use murphy_notation::Rational;
use std::collections::BTreeSet;

/// A solved program.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum {
    /// The least cost.
    pub value: Rational,
    /// A vertex that attains it.
    pub point: Vec<Rational>,
    /// What one unit more of each bound would cost: not positive for `≤`, not negative for `≥`.
    pub prices: Vec<Rational>,
}

/// Why a program has no optimum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoOptimum {
    /// No point satisfies all constraints.
    Infeasible,
    /// The cost has no lower bound.
    Unbounded,
}

/// Minimises `costs·x` over `x ≥ 0` subject to the constraints; missing coefficients are zero, those too many are ignored.
///
/// # Errors
/// If there is no feasible point or no optimum.
pub fn minimise(costs: &[Rational], constraints: &[Constraint]) -> Result<Optimum, NoOptimum> {
    let mut tableau = Tableau::feasible(costs.len(), constraints).ok_or(NoOptimum::Infeasible)?;
    if !tableau.minimise(costs) {
        return Err(NoOptimum::Unbounded);
    }
    let point = tableau.point();
    Ok(Optimum {
        value: crate::number::dot(costs, &point),
        prices: tableau.prices(costs),
        point,
    })
}

/// Says whether `p` is a mixture of the given points.
pub(crate) fn is_mixture(points: &[Vec<Rational>], p: &[Rational]) -> bool {
    let equal = |coefficients, bound: &Rational| Constraint {
        coefficients,
        relation: Relation::Equal,
        bound: bound.clone(),
    };
    let mut constraints = vec![equal(vec![Rational::ONE; points.len()], &Rational::ONE)];
    for (i, mass) in p.iter().enumerate() {
        let row = points.iter().map(|point| point[i].clone()).collect();
        constraints.push(equal(row, mass));
    }
    Tableau::feasible(points.len(), &constraints).is_some()
}

/// A basis and everything expressed in it. Columns: variables, slacks, artificials, right-hand side.
#[derive(Clone, Debug)]
pub(crate) struct Tableau {
    rows: Vec<Vec<Rational>>,
    pub(crate) basis: Vec<usize>,
    variables: usize,
    /// The first artificial column; those before it may enter the basis.
    artificial: usize,
    /// Whether a row was multiplied by minus one to make its right-hand side non-negative.
    flipped: Vec<bool>,
}

impl Tableau {
    /// Returns a feasible basis, or `None` if no point satisfies the constraints.
    pub(crate) fn feasible(variables: usize, constraints: &[Constraint]) -> Option<Self> {
        let slacks = constraints
            .iter()
            .filter(|c| c.relation != Relation::Equal)
            .count();
        let artificial = variables + slacks;
        let width = artificial + constraints.len() + 1;
        let mut rows = Vec::with_capacity(constraints.len());
        let mut flipped = Vec::with_capacity(constraints.len());
        let mut slack = variables;
        for (k, constraint) in constraints.iter().enumerate() {
            let mut row = vec![Rational::ZERO; width];
            for (cell, coefficient) in row[..variables].iter_mut().zip(&constraint.coefficients) {
                *cell = coefficient.clone();
            }
            if constraint.relation != Relation::Equal {
                let sign: i64 = if constraint.relation == Relation::AtMost {
                    1
                } else {
                    -1
                };
                row[slack] = Rational::from(sign);
                slack += 1;
            }
            row[width - 1] = constraint.bound.clone();
            let flip = constraint.bound.is_negative();
            if flip {
                for cell in &mut row {
                    *cell = -&*cell;
                }
            }
            row[artificial + k] = Rational::ONE;
            rows.push(row);
            flipped.push(flip);
        }
        let mut tableau = Self {
            rows,
            basis: (artificial..artificial + constraints.len()).collect(),
            variables,
            artificial,
            flipped,
        };
        tableau.first_phase().then_some(tableau)
    }

    /// Drives the artificial variables to zero and, where possible, out of the basis.
    fn first_phase(&mut self) -> bool {
        let width = self.artificial + self.rows.len();
        let costs: Vec<Rational> = (0..width)
            .map(|j| {
                if j < self.artificial {
                    Rational::ZERO
                } else {
                    Rational::ONE
                }
            })
            .collect();
        self.minimise(&costs);
        for row in 0..self.rows.len() {
            if self.basis[row] < self.artificial {
                continue;
            }
            if !self.right(row).is_zero() {
                return false;
            }
            // A row without such a column says nothing that the others do not.
            if let Some(column) = (0..self.artificial).find(|&j| !self.rows[row][j].is_zero()) {
                self.pivot(row, column);
            }
        }
        true
    }

    fn right(&self, row: usize) -> &Rational {
        &self.rows[row][self.artificial + self.rows.len()]
    }

    /// Returns how the cost changes with one column. Costs that are not listed are zero.
    fn reduced(&self, costs: &[Rational], column: usize) -> Rational {
        let mut total = costs.get(column).cloned().unwrap_or_default();
        for (row, &basic) in self.rows.iter().zip(&self.basis) {
            if let Some(cost) = costs.get(basic)
                && !cost.is_zero()
                && !row[column].is_zero()
            {
                total -= cost * &row[column];
            }
        }
        total
    }

    /// Pivots until no column improves; false if the cost falls without bound.
    pub(crate) fn minimise(&mut self, costs: &[Rational]) -> bool {
        let mut reduced: Vec<Rational> = (0..self.artificial).map(|j| self.reduced(costs, j)).collect();
        // The steepest column is quicker, Bland's rule ends: it takes over when the other has had its chance.
        let mut quick = 4 * self.rows.len() + 16;
        loop {
            let improving = (0..self.artificial).filter(|&j| reduced[j].is_negative());
            let entering = if quick > 0 {
                quick -= 1;
                improving.reduce(|a, b| if reduced[b] < reduced[a] { b } else { a })
            } else {
                improving.min()
            };
            let Some(column) = entering else { return true };
            let Some(row) = self.leaving(column) else {
                return false;
            };
            self.pivot(row, column);
            let factor = reduced[column].clone();
            for (reduced, cell) in reduced.iter_mut().zip(&self.rows[row]) {
                if !cell.is_zero() {
                    *reduced -= &factor * cell;
                }
            }
        }
    }

    /// Returns the row that limits the increase of a column, the least basic variable among equals.
    pub(crate) fn leaving(&self, column: usize) -> Option<usize> {
        let mut best: Option<(Rational, usize)> = None;
        for row in 0..self.rows.len() {
            let cell = &self.rows[row][column];
            if !cell.is_positive() {
                continue;
            }
            let ratio = self.right(row) / cell;
            let better = match &best {
                None => true,
                Some((least, at)) => ratio < *least || (ratio == *least && self.basis[row] < self.basis[*at]),
            };
            if better {
                best = Some((ratio, row));
            }
        }
        best.map(|(_, row)| row)
    }

    /// Makes `column` basic in `row`.
    pub(crate) fn pivot(&mut self, row: usize, column: usize) {
        let scale = self.rows[row][column].clone();
        for cell in &mut self.rows[row] {
            if !cell.is_zero() {
                *cell = &*cell / &scale;
            }
        }
        let pivot = self.rows[row].clone();
        for (other, cells) in self.rows.iter_mut().enumerate() {
            if other == row || cells[column].is_zero() {
                continue;
            }
            let factor = cells[column].clone();
            for (cell, above) in cells.iter_mut().zip(&pivot) {
                if !above.is_zero() {
                    *cell -= &factor * above;
                }
            }
        }
        self.basis[row] = column;
    }

    /// Returns the variables at this basis.
    pub(crate) fn point(&self) -> Vec<Rational> {
        let mut point = vec![Rational::ZERO; self.variables];
        for (row, &basic) in self.basis.iter().enumerate() {
            if basic < self.variables {
                point[basic] = self.right(row).clone();
            }
        }
        point
    }

    /// Returns the prices of the bounds at this basis.
    fn prices(&self, costs: &[Rational]) -> Vec<Rational> {
        // An artificial column is the unit vector of its row, so its reduced cost is minus the price.
        (0..self.rows.len())
            .map(|k| {
                let costs = &costs[..costs.len().min(self.variables)];
                let reduced = self.reduced(costs, self.artificial + k);
                if self.flipped[k] { reduced } else { -reduced }
            })
            .collect()
    }

    /// Returns all vertices by walking over adjacent bases, or `None` if there are too many of either.
    pub(crate) fn vertices(&self, vertices_max: usize, bases_max: usize) -> Option<Vec<Vec<Rational>>> {
        let mut own = self.basis.clone();
        own.sort_unstable();
        let mut seen = BTreeSet::from([own]);
        let mut found = BTreeSet::new();
        let mut waiting = vec![self.clone()];
        while let Some(tableau) = waiting.pop() {
            found.insert(tableau.point());
            if found.len() > vertices_max {
                return None;
            }
            for column in (0..self.artificial).filter(|j| !tableau.basis.contains(j)) {
                for row in tableau.leaving_all(column) {
                    let mut basis = tableau.basis.clone();
                    basis[row] = column;
                    basis.sort_unstable();
                    if seen.insert(basis) {
                        let mut next = tableau.clone();
                        next.pivot(row, column);
                        waiting.push(next);
                    }
                }
                if seen.len() > bases_max {
                    return None;
                }
            }
        }
        Some(found.into_iter().collect())
    }

    /// Returns every row that may leave when a column enters.
    fn leaving_all(&self, column: usize) -> Vec<usize> {
        let Some(row) = self.leaving(column) else {
            return Vec::new();
        };
        let ratio = |row: usize| self.right(row) / &self.rows[row][column];
        let least = ratio(row);
        (0..self.rows.len())
            .filter(|&row| self.rows[row][column].is_positive() && ratio(row) == least)
            .collect()
    }
}
