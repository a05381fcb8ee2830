//! A distribution with its weights in the open, and how bounds on each probability are filled into one.

use crate::dyadic::{Dyadic, Fraction};
use crate::whole::Whole;
use murphy_credal::SetView;
use murphy_notation::Rational;
use murphy_problem::Direction;

/// The distribution with probability `weights[i] / denominator` for outcome `i`.
pub(crate) struct Member<W> {
    weights: Vec<W>,
    denominator: W,
}

impl<W: Whole> Member<W> {
    pub(crate) fn mean(&self, values: &[Dyadic]) -> Option<Fraction<W>> {
        Fraction::mean(&self.weights, &self.denominator, values)
    }

    /// Says whether the event has mass.
    pub(crate) fn hits(&self, event: &[bool]) -> bool {
        let mut inside = self.weights.iter().zip(event).filter(|(_, inside)| **inside);
        inside.any(|(weight, _)| weight.sign().is_gt())
    }
}

/// Bounds on each probability over their common denominator: `least[i]` up to `least[i] + room[i]`.
pub(crate) struct Bounds<W> {
    denominator: W,
    least: Vec<W>,
    /// Empty where there is no room at all.
    room: Vec<W>,
    /// What the least weights leave to fill.
    left: W,
}

impl<W: Whole> Bounds<W> {
    /// Returns the bounds of a set that has nothing but bounds; `None` for other sets and for numbers that do not fit.
    pub(crate) fn of(set: SetView<'_>) -> Option<Self> {
        match set {
            SetView::Precise(parts) => Self::new(&parts.lower(), &[]),
            SetView::Interval(parts) => Self::new(&parts.lower(), &parts.upper()),
            SetView::Other(_) => None,
        }
    }

    /// Returns the bounds; without upper ones there is no room.
    pub(crate) fn new(lower: &[Rational], upper: &[Rational]) -> Option<Self> {
        let mut denominator = W::from_i64(1);
        for bound in lower.iter().chain(upper) {
            denominator = denominator.common_multiple(&W::denominator(bound)?)?;
        }
        let scaled =
            |bound: &Rational| W::numerator(bound)?.times(&denominator.quotient(&W::denominator(bound)?));
        let least = lower.iter().map(scaled).collect::<Option<Vec<W>>>()?;
        let rooms = upper
            .iter()
            .zip(&least)
            .map(|(upper, least)| scaled(upper)?.minus(least));
        let room = rooms.collect::<Option<Vec<W>>>()?;
        let left = least
            .iter()
            .try_fold(denominator.clone(), |left, weight| left.minus(weight))?;
        Some(Self {
            denominator,
            least,
            room,
            left,
        })
    }

    /// Returns the distribution that is best for Nature: outcomes are filled from her best on until the mass is spent, among equals
    /// the favoured ones first. `None` if the mass does not fit.
    pub(crate) fn filled(
        &self,
        nature: Direction,
        values: &[Dyadic],
        favoured: &[bool],
    ) -> Option<Member<W>> {
        let mut weights = self.least.clone();
        let mut left = self.left.clone();
        for outcome in best_first(nature, values, self.room.len(), favoured) {
            if left.sign().is_le() {
                break;
            }
            let given = (&self.room[outcome]).min(&left).clone();
            left = left.minus(&given)?;
            weights[outcome] = weights[outcome].plus(&given)?;
        }
        let denominator = self.denominator.clone();
        left.sign().is_eq().then_some(Member { weights, denominator })
    }
}

/// Returns the first `count` outcomes as Nature fills them, favoured ones first among equals.
fn best_first(nature: Direction, values: &[Dyadic], count: usize, favoured: &[bool]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count.min(values.len())).collect();
    let last = |outcome: usize| !favoured.get(outcome).copied().unwrap_or(false);
    order.sort_by(|&a, &b| {
        let by_value = match nature {
            Direction::Minimize => values[a].cmp(&values[b]),
            Direction::Maximize => values[b].cmp(&values[a]),
        };
        by_value.then(last(a).cmp(&last(b))).then(a.cmp(&b))
    });
    order
}
