//! The sets that formats of intervals can express: one distribution, or bounds on each outcome that say all there is to say.

use murphy_credal::CredalSet;
use murphy_notation::Rational;
use std::borrow::Cow;

/// The numbers of one choice.
pub(super) enum Bounds<'s> {
    /// A probability for each branch.
    Precise(Cow<'s, [Rational]>),
    /// A lower and an upper bound for each branch.
    Interval(Cow<'s, [Rational]>, Cow<'s, [Rational]>),
}

/// Returns the numbers of a set that bounds on its outcomes describe completely, or `None` if they do not.
///
/// A Dirichlet model and a contamination are such sets: beside fixed parts they leave one amount that may go anywhere. So is every set over two outcomes,
/// which is an interval.
pub(super) fn bounds(set: &CredalSet) -> Option<Bounds<'_>> {
    match set {
        CredalSet::Precise(set) => return Some(Bounds::Precise(Cow::Owned(set.probabilities()))),
        CredalSet::Interval(set) => {
            return Some(Bounds::Interval(Cow::Owned(set.lower()), Cow::Owned(set.upper())));
        }
        _ => {}
    }
    let bounded = matches!(
        set,
        CredalSet::ImpreciseDirichlet(_) | CredalSet::Contamination(_)
    );
    if !bounded && set.outcomes() > 2 {
        return None;
    }
    let (lower, upper): (Vec<Rational>, Vec<Rational>) = (0..set.outcomes())
        .map(|outcome| set.outcome_bounds(outcome))
        .unzip();
    if lower == upper {
        return Some(Bounds::Precise(Cow::Owned(lower)));
    }
    Some(Bounds::Interval(Cow::Owned(lower), Cow::Owned(upper)))
}

impl Bounds<'_> {
    /// Returns the probability or the bounds of a branch.
    pub(super) fn at(&self, branch: usize) -> Option<(&Rational, Option<&Rational>)> {
        match self {
            Self::Precise(list) => Some((list.get(branch)?, None)),
            Self::Interval(lower, upper) => Some((lower.get(branch)?, Some(upper.get(branch)?))),
        }
    }

    /// Says whether all numbers pass a test.
    pub(super) fn all(&self, mut test: impl FnMut(&Rational) -> bool) -> bool {
        match self {
            Self::Precise(list) => list.iter().all(test),
            Self::Interval(lower, upper) => lower.iter().chain(upper.iter()).all(&mut test),
        }
    }
}
