//! The extreme points of one choice, as independent parts make them.

use murphy_credal::{CredalSet, Error, Interval, Precise, Vertices, independent};
use murphy_notation::Rational;
use std::collections::BTreeSet;

/// How many numbers the extreme points of one choice may have together.
const ENTRIES_MAX: usize = 1 << 16;

/// Distributions over the branches of a choice, of which its set is all mixtures.
///
/// They are shorter than there are branches where the later ones have no mass.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread {
    points: Vec<Vec<Rational>>,
}

impl Spread {
    pub(crate) fn clear(&mut self) {
        self.points.clear();
    }

    /// Says whether no movement was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Says whether Nature has a choice.
    pub(crate) fn is_open(&self) -> bool {
        self.points.len() > 1
    }

    /// Adds a movement that is this share of the choice: its factors by their bounds, and the branch that each joint outcome has.
    pub(crate) fn add(
        &mut self,
        share: &Rational,
        factors: impl Iterator<Item = (Vec<Rational>, Vec<Rational>)>,
        branches: &[usize],
    ) -> Result<(), Error> {
        let mut taken_apart = Vec::new();
        for (lower, upper) in factors {
            let set = CredalSet::from(Interval::new(lower, upper)?);
            taken_apart.extend(set.extreme_points()?);
        }
        let joint = independent(&taken_apart)?;
        let width = branches.iter().max().map_or(0, |last| last + 1);
        if self.points.is_empty() {
            self.points.push(Vec::new());
        }
        let size = self.points.len().saturating_mul(joint.vertices().len());
        if size.saturating_mul(width) > ENTRIES_MAX {
            return Err(Error::TooLarge {
                size: size.saturating_mul(width),
                limit: ENTRIES_MAX,
                what: "numbers in the extreme points of one choice",
            });
        }
        let mut sums = BTreeSet::new();
        for before in &self.points {
            for point in joint.vertices() {
                let mut sum = before.clone();
                sum.resize(before.len().max(width), Rational::ZERO);
                for (branch, p) in branches.iter().zip(point) {
                    if let Some(entry) = sum.get_mut(*branch) {
                        *entry += share * p;
                    }
                }
                sums.insert(sum);
            }
        }
        self.points = sums.into_iter().collect();
        Ok(())
    }

    /// Returns the set over so many branches.
    pub(crate) fn set(&mut self, branches: usize) -> Result<CredalSet, Error> {
        let mut points = std::mem::take(&mut self.points);
        for point in &mut points {
            point.resize(branches, Rational::ZERO);
        }
        match (points.as_slice(), branches) {
            ([only], _) => Ok(Precise::new(only.clone())?.into()),
            // Distributions over two outcomes lie on a line.
            (_, 2) => {
                let end = |branch: usize, most: bool| {
                    let entries = points.iter().filter_map(|point| point.get(branch));
                    let end = if most { entries.max() } else { entries.min() };
                    end.cloned().unwrap_or_default()
                };
                let lower = vec![end(0, false), end(1, false)];
                Ok(Interval::new(lower, vec![end(0, true), end(1, true)])?.into())
            }
            _ => Ok(Vertices::new(points)?.into()),
        }
    }
}
