//! Many sets at once, in floats, each answer enclosed rigorously: what the sweeps of a planner call.
//!
//! The sets are laid out by what their expectation costs: [`fixed`] sums, [`greedy`] budgets, [`hull`]s of vertices, [`nested`]
//! products, and linear programs solved exactly where nothing cheaper is right. No call sorts or hashes, and none of the first three
//! allocates. Rounding is accounted for in [`enclosure`].

mod enclosure;
mod fixed;
mod greedy;
mod hull;
mod nested;
mod programs;
mod scale;

pub use enclosure::Enclosure;

use crate::error::{Error, same_length};
use crate::interval::Interval;
use crate::polytope::Polytope;
use crate::semidirect::Semidirect;
use crate::set::CredalSet;
use fixed::FixedRows;
use greedy::{Greedy, GreedyRows};
use hull::HullRows;
use murphy_notation::Rational;
use nested::NestedRows;
use programs::ProgramRows;

/// Which layout a row has, and its place there.
#[derive(Clone, Copy, Debug)]
enum Node {
    Fixed(u32),
    Greedy(u32),
    Hull(u32),
    Nested(u32),
    Program(u32),
}

/// Credal sets laid out for repeated expectations of one long vector of values.
///
/// # Example
/// ```
/// use murphy_credal::{CredalSet, Interval, Rows};
/// use murphy_notation::Rational;
/// let set = CredalSet::from(Interval::new(
///     vec![Rational::new(1, 10), Rational::new(2, 10)],
///     vec![Rational::new(8, 10), Rational::new(9, 10)],
/// )?);
/// let rows = Rows::compile([(&set, [2, 0].as_slice())])?;
/// // The first outcome has its value in column 2, the second in column 0.
/// let enclosure = rows.lower(0, &[1.0, 7.0, 0.0]);
/// assert!(enclosure.below <= 0.2 && 0.2 <= enclosure.above && enclosure.above - enclosure.below < 1e-14);
/// # Ok::<(), murphy_credal::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rows {
    nodes: Vec<Node>,
    len: usize,
    fixed: FixedRows,
    greedy: GreedyRows,
    hulls: HullRows,
    nested: NestedRows,
    programs: ProgramRows,
}

/// The value in a column, with the opposite sign for upper expectations; not a number if there is no such column.
#[inline]
fn value_at<const UPPER: bool>(values: &[f64], column: u32) -> f64 {
    let value = values.get(column as usize).copied().unwrap_or(f64::NAN);
    if UPPER { -value } else { value }
}

impl Rows {
    /// Lays the sets out; the outcomes of each have their values at its columns, which may repeat.
    ///
    /// # Errors
    /// If a set has another number of outcomes than columns, or there are more than 2³² rows.
    pub fn compile<'a>(rows: impl IntoIterator<Item = (&'a CredalSet, &'a [u32])>) -> Result<Self, Error> {
        let mut compiled = Self::default();
        let mut products = Vec::new();
        for (set, columns) in rows {
            same_length(set.outcomes(), columns.len())?;
            let node = compiled.lay_out(set, columns, &mut products)?;
            compiled.nodes.push(node);
        }
        compiled.len = compiled.nodes.len();
        compiled.lay_out_products(products)?;
        compiled.programs.forget();
        Ok(compiled)
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Says whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Encloses the lower expectation of the exact set at exactly these values.
    ///
    /// Finite values of any sign will do. With values that are not negative the enclosure is relatively tight, however
    /// small they are. A row, column or finite value that is missing gives [`Enclosure::EVERYTHING`].
    #[must_use]
    pub fn lower(&self, row: usize, values: &[f64]) -> Enclosure {
        self.lower_from(row, values, &mut 0)
    }

    /// Encloses the upper expectation of the exact set at exactly these values.
    #[must_use]
    pub fn upper(&self, row: usize, values: &[f64]) -> Enclosure {
        self.upper_from(row, values, &mut 0)
    }

    /// As [`Self::lower`], with a hint where to look first: keep one per row and side, starting at zero.
    ///
    /// The hint is a place in the row (the critical outcome of the last call) and saves time when values hardly change. It never changes the answer, not
    /// even its last bit.
    #[must_use]
    #[inline]
    pub fn lower_from(&self, row: usize, values: &[f64], hint: &mut u32) -> Enclosure {
        // The nodes after the rows are parts of products.
        if row < self.len {
            self.enclose::<false>(row, values, hint)
        } else {
            Enclosure::EVERYTHING
        }
    }

    /// As [`Self::upper`], with a hint where to look first.
    #[must_use]
    #[inline]
    pub fn upper_from(&self, row: usize, values: &[f64], hint: &mut u32) -> Enclosure {
        // The nodes after the rows are parts of products.
        if row < self.len {
            self.enclose::<true>(row, values, hint)
        } else {
            Enclosure::EVERYTHING
        }
    }

    #[inline]
    fn enclose<const UPPER: bool>(&self, row: usize, values: &[f64], hint: &mut u32) -> Enclosure {
        match self.nodes.get(row) {
            None => Enclosure::EVERYTHING,
            Some(&Node::Fixed(at)) => self.fixed.enclose::<UPPER>(at as usize, values),
            Some(&Node::Greedy(at)) => self.greedy.enclose::<UPPER>(at as usize, values, hint),
            Some(&Node::Hull(at)) => self.hulls.enclose::<UPPER>(at as usize, values),
            Some(&Node::Nested(at)) => self.enclose_nested::<UPPER>(at as usize, values),
            Some(&Node::Program(at)) => self.programs.enclose::<UPPER>(at as usize, values),
        }
    }

    /// Finds a place for a set in the layout that fits it.
    fn lay_out(
        &mut self,
        set: &CredalSet,
        columns: &[u32],
        products: &mut Vec<nested::Waiting>,
    ) -> Result<Node, Error> {
        Ok(match set {
            CredalSet::Precise(set) => {
                let at = self.fixed.push(columns, &set.probabilities(), &Rational::ZERO);
                Node::Fixed(place(at)?)
            }
            CredalSet::Contamination(set) => {
                Node::Fixed(place(self.fixed.push(columns, &set.core.fixed, &set.core.free))?)
            }
            CredalSet::ImpreciseDirichlet(set) => {
                Node::Fixed(place(self.fixed.push(columns, &set.core.fixed, &set.core.free))?)
            }
            CredalSet::Interval(set) => self.lay_out_greedy(columns, &bounds(set))?,
            CredalSet::L1Ball(set) => {
                let (columns, row) = ball(set, columns);
                self.lay_out_greedy(&columns, &row)?
            }
            CredalSet::Vertices(set) => Node::Hull(place(self.hulls.push(columns, set.vertices()))?),
            CredalSet::Polytope(set) => self.lay_out_polytope(columns, set)?,
            CredalSet::Semidirect(set) => {
                let at = self.nested.reserve(set.first().outcomes());
                products.push((at, Semidirect::clone(set), columns.to_vec()));
                Node::Nested(place(at)?)
            }
        })
    }

    /// Reads a polytope as intervals or vertices, where it can be, and as a linear program otherwise.
    fn lay_out_polytope(&mut self, columns: &[u32], set: &Polytope) -> Result<Node, Error> {
        if let Some(interval) = set.as_interval() {
            return self.lay_out_greedy(columns, &bounds(&interval));
        }
        Ok(match self.programs.vertices(set) {
            Some(vertices) => Node::Hull(place(self.hulls.push(columns, &vertices))?),
            None => Node::Program(place(self.programs.push(columns, set))?),
        })
    }

    fn lay_out_greedy(&mut self, columns: &[u32], row: &Greedy) -> Result<Node, Error> {
        Ok(if row.budget.is_positive() {
            Node::Greedy(place(self.greedy.push(columns, row))?)
        } else {
            Node::Fixed(place(self.fixed.push(columns, &row.lower, &row.loose))?)
        })
    }
}

/// Reads bounds as a greedy row.
fn bounds(set: &Interval) -> Greedy {
    Greedy {
        lower: set.lower(),
        gap: set
            .upper()
            .into_iter()
            .zip(set.lower())
            .map(|(u, l)| u - l)
            .collect(),
        budget: set.budget(),
        loose: Rational::ZERO,
    }
}

/// Reads an L1 ball as a greedy row over the outcomes that are allowed.
fn ball(set: &crate::L1Ball, columns: &[u32]) -> (Vec<u32>, Greedy) {
    let core = &set.core;
    let total: Rational = core.fixed.iter().sum();
    let moved = if core.movable < total {
        &core.movable
    } else {
        &total
    };
    let gap = crate::shape::kept(&core.fixed, &core.allowed);
    let row = Greedy {
        lower: vec![Rational::ZERO; gap.len()],
        gap,
        budget: &total - moved,
        loose: &core.free + moved,
    };
    (crate::shape::kept(columns, &core.allowed), row)
}

/// Returns a place as it is stored.
fn place(at: usize) -> Result<u32, Error> {
    u32::try_from(at).map_err(|_| Error::TooLarge {
        size: at,
        limit: u32::MAX as usize,
        what: "rows",
    })
}
