//! Rows of products: the first part over the enclosures of the parts that follow.
//!
//! The lower expectation of the first part is monotone, so its value at the lower ends is below and its value at the upper ends above.

use super::{Enclosure, Node, Rows};
use crate::Semidirect;
use crate::error::Error;

/// Up to this many parts no memory is asked for.
const ON_STACK: usize = 32;

/// For each product: the node of the first part, that of the first following part, and how many follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct NestedRows {
    parts: Vec<(usize, usize, usize)>,
}

impl NestedRows {
    /// Keeps a place for a product whose parts are laid out later.
    pub(crate) fn reserve(&mut self, parts: usize) -> usize {
        self.parts.push((0, 0, parts));
        self.parts.len() - 1
    }
}

/// A product that waits until its parts can be laid out: its place, itself, its columns.
pub(super) type Waiting = (usize, Semidirect, Vec<u32>);

impl Rows<'_> {
    /// Lays the parts of products out, and the parts of products among them, until none is left.
    pub(super) fn lay_out_products(&mut self, mut waiting: Vec<Waiting>) -> Result<(), Error> {
        while let Some((at, product, columns)) = waiting.pop() {
            let mut inner = Vec::new();
            let own: Vec<u32> = (0u32..).take(product.then().len()).collect();
            let first = self.lay_out(product.first(), &own, &mut inner)?;
            let mut nodes: Vec<Node> = vec![first];
            for (set, places) in product.parts() {
                let columns: Vec<u32> = places.iter().map(|&place| columns[place]).collect();
                nodes.push(self.lay_out(set, &columns, &mut inner)?);
            }
            let start = self.nodes.len();
            self.nested.parts[at] = (start, start + 1, product.then().len());
            self.nodes.extend(nodes);
            waiting.extend(inner);
        }
        Ok(())
    }

    pub(super) fn enclose_nested<const UPPER: bool>(&self, at: usize, values: &[f64]) -> Enclosure {
        let Some(&(first, then, count)) = self.nested.parts.get(at) else {
            return Enclosure::EVERYTHING;
        };
        let (mut below, mut above) = ([0.0; ON_STACK], [0.0; ON_STACK]);
        let (mut long_below, mut long_above);
        let (below, above) = if count <= ON_STACK {
            (&mut below[..count], &mut above[..count])
        } else {
            (long_below, long_above) = (vec![0.0; count], vec![0.0; count]);
            (long_below.as_mut_slice(), long_above.as_mut_slice())
        };
        for (part, (below, above)) in below.iter_mut().zip(above.iter_mut()).enumerate() {
            let enclosure = self.enclose::<UPPER>(then + part, values, &mut 0);
            (*below, *above) = (enclosure.below, enclosure.above);
        }
        Enclosure {
            below: self.enclose::<UPPER>(first, below, &mut 0).below,
            above: self.enclose::<UPPER>(first, above, &mut 0).above,
        }
    }
}
