//! Many sets at once, in floats, each answer enclosed rigorously: what the sweeps of a planner call.
//!
//! The sets are laid out by what their expectation costs: [`fixed`] sums and [`greedy`] budgets in one [`flat`] list, [`hull`]s of vertices,
//! [`nested`] products, and linear programs solved exactly where nothing cheaper is right. No call sorts or hashes, and none of the first three
//! allocates. Rounding is accounted for in [`enclosure`].

mod enclosure;
mod fixed;
mod flat;
mod greedy;
mod hull;
mod nested;
mod programs;
mod scale;

pub use enclosure::Enclosure;

use crate::error::{Error, same_length};
use crate::list::{SetList, SetView};
use crate::masses::Parts;
use crate::polytope::Polytope;
use crate::semidirect::Semidirect;
use crate::set::CredalSet;
use flat::{FlatRows, place};
use greedy::Greedy;
use hull::HullRows;
use murphy_notation::Rational;
use nested::NestedRows;
use programs::ProgramRows;
use std::ops::Range;

/// Which layout a row has, and its place there.
#[derive(Clone, Copy, Debug)]
enum Node {
    Flat(u32),
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
pub struct Rows<'w> {
    /// Empty as long as each row is the flat row with its number.
    nodes: Vec<Node>,
    len: usize,
    /// How many of the flat rows are rows of their own; those after them are parts of products.
    own: u32,
    flat: FlatRows<'w>,
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

/// Lays sets out one after another.
#[derive(Clone, Debug, Default)]
pub struct RowsCompiler<'w> {
    rows: Rows<'w>,
    products: Vec<nested::Waiting>,
    list: Option<&'w SetList>,
}

impl<'w> RowsCompiler<'w> {
    /// Returns a compiler with room for so many rows and branches, for sets of a list. If there are many, rows are lent the numbers of the list.
    #[must_use]
    pub fn over(list: &'w SetList, room: (usize, usize)) -> Self {
        let mut compiler = Self {
            list: Some(list),
            ..Self::default()
        };
        compiler.rows.flat = FlatRows::over(list, room);
        compiler
    }

    /// Adds a set of the list, as [`Self::push`] does; its numbers stay where they are, if they can.
    ///
    /// # Errors
    /// As for [`Rows::compile`], and if there is no list or no such set in it.
    pub fn push_listed(&mut self, index: usize, columns: &[u32]) -> Result<(), Error> {
        let limit = self.list.map_or(0, SetList::len);
        let list = self.list.filter(|_| index < limit).ok_or(Error::TooLarge {
            size: index,
            limit,
            what: "sets of the list",
        })?;
        same_length(list.outcomes(index).len(), columns.len())?;
        match self.rows.flat.push_lent(list, index, columns)? {
            Some(at) => {
                self.add(Node::Flat(at));
                Ok(())
            }
            None => self.push(list.view(index), columns),
        }
    }

    /// Adds a set whose outcomes have their values at these columns, which may repeat.
    ///
    /// # Errors
    /// As for [`Rows::compile`].
    pub fn push<'s>(&mut self, set: impl Into<SetView<'s>>, columns: &[u32]) -> Result<(), Error> {
        let set = set.into();
        same_length(set.outcomes(), columns.len())?;
        let node = match set {
            SetView::Precise(parts) => self.rows.lay_out_precise(parts, columns)?,
            SetView::Interval(parts) => self.rows.lay_out_interval(parts, columns)?,
            SetView::Other(set) => self.rows.lay_out(set, columns, &mut self.products)?,
        };
        self.add(node);
        Ok(())
    }

    /// Adds a row that is laid out.
    fn add(&mut self, node: Node) {
        let rows = &mut self.rows;
        if rows.nodes.is_empty() {
            if matches!(node, Node::Flat(at) if at as usize == rows.len) {
                rows.len += 1;
                return;
            }
            rows.nodes.extend((0u32..).take(rows.len).map(Node::Flat));
        }
        rows.nodes.push(node);
        rows.len += 1;
    }

    /// Returns the rows in the order added.
    ///
    /// # Errors
    /// As for [`Rows::compile`].
    pub fn finish(mut self) -> Result<Rows<'w>, Error> {
        self.rows.own = self.rows.flat.count()?;
        self.rows.lay_out_products(self.products)?;
        self.rows.programs.forget();
        Ok(self.rows)
    }
}

impl Rows<'_> {
    /// Lays the sets out; the outcomes of each have their values at its columns, which may repeat.
    ///
    /// # Errors
    /// If a set has another number of outcomes than columns, or there are more than 2³² rows.
    pub fn compile<'a, S: Into<SetView<'a>>>(
        rows: impl IntoIterator<Item = (S, &'a [u32])>,
    ) -> Result<Self, Error> {
        let mut compiler = RowsCompiler::default();
        for (set, columns) in rows {
            compiler.push(set, columns)?;
        }
        compiler.finish()
    }

    /// Returns the layout of a row or of a part of one.
    #[inline]
    fn node(&self, row: usize) -> Option<Node> {
        if self.nodes.is_empty() {
            let at = u32::try_from(row).ok()?;
            return (row < self.len).then_some(Node::Flat(at));
        }
        self.nodes.get(row).copied()
    }

    /// Reads where the numbers of some rows lie, if that is far apart: rows that are asked soon are asked sooner so, since memory is waited for once and
    /// not row by row. Changes nothing else.
    #[inline]
    pub fn bring(&self, rows: Range<usize>) {
        if self.nodes.is_empty() && self.flat.borrows() {
            std::hint::black_box(self.flat.first_weights(rows));
        }
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

    /// Says whether the rows are of the kinds whose answers are at hand: all but vertices, products and linear programs.
    #[must_use]
    pub fn is_flat(&self, row: usize) -> bool {
        row < self.len && matches!(self.node(row), Some(Node::Flat(_)))
    }

    /// Returns where a flat row can lead: the columns of its outcomes that may have mass. Empty for other rows.
    #[must_use]
    #[inline]
    pub fn columns(&self, row: usize) -> &[u32] {
        match self.node(row) {
            Some(Node::Flat(at)) => self.flat.columns(at),
            _ => &[],
        }
    }

    /// Returns where a flat row leads in any case: the columns that have mass whatever the distribution. None for other rows.
    pub fn sure(&self, row: usize) -> impl Iterator<Item = u32> + '_ {
        let at = match self.node(row) {
            Some(Node::Flat(at)) => Some(at),
            _ => None,
        };
        at.into_iter().flat_map(|at| self.flat.sure(at))
    }

    /// Returns where the flat rows from one to before another lead, one row after another.
    #[must_use]
    pub fn columns_between(&self, from: usize, to: usize) -> &[u32] {
        if self.nodes.is_empty() {
            let place = |row: usize| u32::try_from(row).unwrap_or(self.own).min(self.own);
            return self.flat.columns_between(place(from), place(to));
        }
        let place = |row: usize| {
            let later = self.nodes.get(row..self.len).into_iter().flatten();
            let mut flat = later.filter_map(|node| match node {
                Node::Flat(at) => Some(*at),
                _ => None,
            });
            flat.next().unwrap_or(self.own)
        };
        self.flat.columns_between(place(from), place(to))
    }

    /// Returns about the lower expectation: quick, and without a promise of how near it is.
    #[must_use]
    #[inline]
    pub fn about_lower(&self, row: usize, values: &[f64], hint: &mut u32) -> f64 {
        self.about::<false>(row, values, hint)
    }

    /// Returns about the upper expectation: quick, and without a promise of how near it is.
    #[must_use]
    #[inline]
    pub fn about_upper(&self, row: usize, values: &[f64], hint: &mut u32) -> f64 {
        self.about::<true>(row, values, hint)
    }

    #[inline]
    fn about<const UPPER: bool>(&self, row: usize, values: &[f64], hint: &mut u32) -> f64 {
        match self.node(row) {
            Some(Node::Flat(at)) => self.flat.about::<UPPER>(at, values, hint),
            _ => {
                let enclosure = self.enclose::<UPPER>(row, values, hint);
                f64::midpoint(enclosure.below, enclosure.above)
            }
        }
    }

    /// Returns a number that stands for [`Self::lower_answer`] at these values: where it is the same again, so is the answer. The hint is as the last
    /// call for the row at these values left it. `None` where no such number is at hand.
    #[must_use]
    #[inline]
    pub fn lower_pattern(&self, row: usize, values: &[f64], hint: u32) -> Option<u64> {
        self.pattern::<false>(row, values, hint)
    }

    /// As [`Self::lower_pattern`], for the upper expectation.
    #[must_use]
    #[inline]
    pub fn upper_pattern(&self, row: usize, values: &[f64], hint: u32) -> Option<u64> {
        self.pattern::<true>(row, values, hint)
    }

    #[inline]
    fn pattern<const UPPER: bool>(&self, row: usize, values: &[f64], hint: u32) -> Option<u64> {
        match self.node(row) {
            Some(Node::Flat(at)) if row < self.len => self.flat.pattern::<UPPER>(at, values, hint),
            _ => None,
        }
    }

    /// Writes a distribution of a flat row that about attains its lower expectation, one probability for each of [`Self::columns`], and says whether
    /// the row is flat. In floats: it proposes and proves nothing.
    pub fn lower_answer(&self, row: usize, values: &[f64], hint: &mut u32, out: &mut Vec<f64>) -> bool {
        self.answer::<false>(row, values, hint, out)
    }

    /// As [`Self::lower_answer`], for the upper expectation.
    pub fn upper_answer(&self, row: usize, values: &[f64], hint: &mut u32, out: &mut Vec<f64>) -> bool {
        self.answer::<true>(row, values, hint, out)
    }

    fn answer<const UPPER: bool>(
        &self,
        row: usize,
        values: &[f64],
        hint: &mut u32,
        out: &mut Vec<f64>,
    ) -> bool {
        match self.node(row) {
            Some(Node::Flat(at)) if row < self.len => {
                self.flat.answer::<UPPER>(at, values, hint, out);
                true
            }
            _ => false,
        }
    }

    #[inline]
    fn enclose<const UPPER: bool>(&self, row: usize, values: &[f64], hint: &mut u32) -> Enclosure {
        match self.node(row) {
            None => Enclosure::EVERYTHING,
            Some(Node::Flat(at)) => self.flat.enclose::<UPPER>(at, values, hint),
            Some(Node::Hull(at)) => self.hulls.enclose::<UPPER>(at as usize, values),
            Some(Node::Nested(at)) => self.enclose_nested::<UPPER>(at as usize, values),
            Some(Node::Program(at)) => self.programs.enclose::<UPPER>(at as usize, values),
        }
    }

    fn lay_out_precise(&mut self, parts: Parts<'_>, columns: &[u32]) -> Result<Node, Error> {
        Ok(Node::Flat(match self.flat.push_parts(columns, parts)? {
            Some(at) => at,
            None => self.flat.push_fixed(columns, &parts.lower(), &Rational::ZERO)?,
        }))
    }

    fn lay_out_interval(&mut self, parts: Parts<'_>, columns: &[u32]) -> Result<Node, Error> {
        Ok(Node::Flat(match self.flat.push_parts(columns, parts)? {
            Some(at) => at,
            None => self.flat.push_greedy(columns, &bounds(parts))?,
        }))
    }

    /// Finds a place for a set in the layout that fits it.
    fn lay_out(
        &mut self,
        set: &CredalSet,
        columns: &[u32],
        products: &mut Vec<nested::Waiting>,
    ) -> Result<Node, Error> {
        Ok(match set {
            CredalSet::Precise(set) => self.lay_out_precise(set.parts(), columns)?,
            CredalSet::Contamination(set) => {
                Node::Flat(self.flat.push_fixed(columns, &set.core.fixed, &set.core.free)?)
            }
            CredalSet::ImpreciseDirichlet(set) => {
                Node::Flat(self.flat.push_fixed(columns, &set.core.fixed, &set.core.free)?)
            }
            CredalSet::Interval(set) => self.lay_out_interval(set.parts(), columns)?,
            CredalSet::L1Ball(set) => {
                let (columns, row) = ball(set, columns);
                Node::Flat(self.flat.push_greedy(&columns, &row)?)
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
            return Ok(Node::Flat(
                self.flat.push_greedy(columns, &bounds(interval.parts()))?,
            ));
        }
        Ok(match self.programs.vertices(set) {
            Some(vertices) => Node::Hull(place(self.hulls.push(columns, &vertices))?),
            None => Node::Program(place(self.programs.push(columns, set))?),
        })
    }
}

/// Reads bounds as a greedy row.
fn bounds(parts: Parts<'_>) -> Greedy {
    let lower = parts.lower();
    let gap = parts.upper().into_iter().zip(&lower).map(|(u, l)| u - l);
    Greedy {
        gap: gap.collect(),
        budget: Rational::ONE - lower.iter().sum::<Rational>(),
        lower,
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
