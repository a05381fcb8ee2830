//! Every kind of credal set as linear constraints, with helper columns where the kind is a hull.

use crate::constraint::Relation;
use crate::core_measure::CoreMeasure;
use crate::error::Error;
use crate::set::CredalSet;
use murphy_notation::Rational;

/// The most rows or columns of a lifted set.
pub(crate) const SIZE_MAX: usize = 1024;

/// One constraint on a distribution and the helper columns, all of which are non-negative.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The coefficients of the outcomes.
    pub(crate) outcomes: Vec<Rational>,
    /// The coefficients of some helpers.
    pub(crate) helpers: Vec<(usize, Rational)>,
    pub(crate) relation: Relation,
    pub(crate) bound: Rational,
}

/// A credal set as `{ p ≥ 0, Σp = 1 : some helpers ≥ 0 satisfy the rows }`.
#[derive(Clone, Debug)]
pub(crate) struct Lifted {
    pub(crate) outcomes: usize,
    pub(crate) helpers: usize,
    pub(crate) rows: Vec<Row>,
}

impl Lifted {
    /// Returns the constraints of a set.
    pub(crate) fn of(set: &CredalSet) -> Result<Self, Error> {
        let mut lifted = Self {
            outcomes: set.outcomes(),
            helpers: 0,
            rows: Vec::new(),
        };
        lifted.fill(set)?;
        let size = lifted.rows.len().max(lifted.helpers + lifted.outcomes);
        if size > SIZE_MAX {
            return Err(Error::TooLarge {
                size,
                limit: SIZE_MAX,
                what: "constraints",
            });
        }
        Ok(lifted)
    }

    fn fill(&mut self, set: &CredalSet) -> Result<(), Error> {
        match set {
            CredalSet::Precise(set) => {
                for (i, p) in set.probabilities().iter().enumerate() {
                    self.bound(i, Relation::Equal, p);
                }
            }
            CredalSet::Interval(set) => {
                for (i, (lower, upper)) in set.lower().iter().zip(&set.upper()).enumerate() {
                    if lower == upper {
                        self.bound(i, Relation::Equal, lower);
                        continue;
                    }
                    if lower.is_positive() {
                        self.bound(i, Relation::AtLeast, lower);
                    }
                    if *upper < Rational::ONE {
                        self.bound(i, Relation::AtMost, upper);
                    }
                }
            }
            CredalSet::Vertices(set) => self.hull(set.vertices()),
            CredalSet::L1Ball(set) => self.core(&set.core),
            CredalSet::Contamination(set) => self.core(&set.core),
            CredalSet::ImpreciseDirichlet(set) => self.core(&set.core),
            CredalSet::Polytope(set) => {
                for constraint in set.constraints() {
                    self.rows.push(Row {
                        outcomes: constraint.coefficients.clone(),
                        helpers: Vec::new(),
                        relation: constraint.relation,
                        bound: constraint.bound.clone(),
                    });
                }
            }
            CredalSet::Semidirect(set) => self.nested(set)?,
        }
        Ok(())
    }

    /// `p(outcome) relation bound`.
    fn bound(&mut self, outcome: usize, relation: Relation, bound: &Rational) {
        self.row(outcome, Vec::new(), relation, bound.clone());
    }

    fn row(&mut self, outcome: usize, helpers: Vec<(usize, Rational)>, relation: Relation, bound: Rational) {
        let mut outcomes = vec![Rational::ZERO; self.outcomes];
        outcomes[outcome] = Rational::ONE;
        self.rows.push(Row {
            outcomes,
            helpers,
            relation,
            bound,
        });
    }

    /// Constrains helpers alone.
    fn helper_row(&mut self, helpers: Vec<(usize, Rational)>, relation: Relation, bound: Rational) {
        self.rows.push(Row {
            outcomes: vec![Rational::ZERO; self.outcomes],
            helpers,
            relation,
            bound,
        });
    }

    /// `p = Σ wₖ·vₖ` with `Σ w = 1`.
    fn hull(&mut self, vertices: &[Vec<Rational>]) {
        let first = self.helpers;
        self.helpers += vertices.len();
        for i in 0..self.outcomes {
            let weights = vertices
                .iter()
                .enumerate()
                .filter(|(_, vertex)| !vertex[i].is_zero());
            let weights = weights.map(|(k, vertex)| (first + k, -&vertex[i])).collect();
            self.row(i, weights, Relation::Equal, Rational::ZERO);
        }
        let whole = (0..vertices.len()).map(|k| (first + k, Rational::ONE)).collect();
        self.helper_row(whole, Relation::Equal, Rational::ONE);
    }

    /// `p ≥ fixed − taken`, with equality where nothing may be given.
    fn core(&mut self, core: &CoreMeasure) {
        let moves = core.movable.is_positive();
        let first = self.helpers;
        if moves {
            self.helpers += self.outcomes;
        }
        for (i, fixed) in core.fixed.iter().enumerate() {
            let relation = if core.allowed[i] {
                Relation::AtLeast
            } else {
                Relation::Equal
            };
            let taken = if moves {
                vec![(first + i, Rational::ONE)]
            } else {
                Vec::new()
            };
            self.row(i, taken, relation, fixed.clone());
            if moves {
                self.helper_row(vec![(first + i, Rational::ONE)], Relation::AtMost, fixed.clone());
            }
        }
        if moves {
            let all = (0..self.outcomes).map(|i| (first + i, Rational::ONE)).collect();
            self.helper_row(all, Relation::AtMost, core.movable.clone());
        }
    }

    /// The first set holds of the masses of the parts; each following set holds of its part, scaled by its mass.
    fn nested(&mut self, set: &crate::semidirect::Semidirect) -> Result<(), Error> {
        let parts: Vec<(&CredalSet, &[usize])> = set.parts().collect();
        let mut reached = vec![false; self.outcomes];
        self.absorb(&Self::of(set.first())?, |outcomes, cells, _| {
            for (coefficient, (_, places)) in outcomes.iter().zip(&parts) {
                places.iter().for_each(|&at| cells[at] += coefficient);
            }
            true
        });
        for (then, places) in &parts {
            places.iter().for_each(|&at| reached[at] = true);
            self.absorb(&Self::of(then)?, |outcomes, cells, bound| {
                for (coefficient, &at) in outcomes.iter().zip(*places) {
                    cells[at] += coefficient;
                }
                places.iter().for_each(|&at| cells[at] -= bound);
                false
            });
        }
        for at in (0..self.outcomes).filter(|&at| !reached[at]) {
            self.bound(at, Relation::Equal, &Rational::ZERO);
        }
        Ok(())
    }

    /// Adds the rows of another set, whose outcomes `place` puts among ours; it says whether the bound stays where it is.
    fn absorb(&mut self, other: &Self, place: impl Fn(&[Rational], &mut [Rational], &Rational) -> bool) {
        let shift = self.helpers;
        self.helpers += other.helpers;
        for row in &other.rows {
            let mut outcomes = vec![Rational::ZERO; self.outcomes];
            let stays = place(&row.outcomes, &mut outcomes, &row.bound);
            self.rows.push(Row {
                outcomes,
                helpers: row
                    .helpers
                    .iter()
                    .map(|(at, c)| (at + shift, c.clone()))
                    .collect(),
                relation: row.relation,
                bound: if stays { row.bound.clone() } else { Rational::ZERO },
            });
        }
    }
}
