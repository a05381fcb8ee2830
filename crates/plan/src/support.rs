//! Which outcomes of a credal set can have mass at all.

use murphy_credal::{CredalSet, Parts, SetView};
use murphy_notation::Rational;

/// Says for each outcome whether some distribution of the set gives it mass.
///
/// The kinds that large models are made of answer from their data; the others are asked outcome by outcome.
pub(crate) fn support<'s>(set: impl Into<SetView<'s>>) -> Vec<bool> {
    let set = match set.into() {
        SetView::Precise(parts) | SetView::Interval(parts) => return attained(parts),
        SetView::Other(set) => set,
    };
    match set {
        CredalSet::ImpreciseDirichlet(learnt) if learnt.strength().is_positive() => {
            vec![true; set.outcomes()]
        }
        CredalSet::Contamination(mixed) if mixed.epsilon().is_positive() => vec![true; set.outcomes()],
        _ => {
            let mut event = vec![false; set.outcomes()];
            (0..event.len())
                .map(|outcome| {
                    event[outcome] = true;
                    let may = set.may_hit(&event);
                    event[outcome] = false;
                    may
                })
                .collect()
        }
    }
}

/// Says of each outcome whether it may have mass: the bounds are tight, so that each upper bound is attained.
fn attained(parts: Parts<'_>) -> Vec<bool> {
    match parts {
        Parts::Short { upper, .. } => upper.iter().map(|part| *part > 0).collect(),
        Parts::Long { upper, .. } => upper.iter().map(|part| *part > 0).collect(),
        Parts::Exact { upper, .. } => upper.iter().map(Rational::is_positive).collect(),
    }
}

/// Adds the targets of the outcomes that may have mass.
pub(crate) fn add_support(set: SetView<'_>, targets: &[u32], to: &mut Vec<u32>) {
    if let Some(Parts::Short { upper, .. }) = set.parts() {
        let pairs = targets.iter().zip(upper);
        to.extend(pairs.filter(|(_, part)| **part > 0).map(|(target, _)| *target));
        return;
    }
    let pairs = targets.iter().zip(support(set));
    to.extend(pairs.filter(|(_, carries)| *carries).map(|(target, _)| *target));
}

/// A choice as a question: its set, where its outcomes lead, and which states count.
#[derive(Clone, Copy)]
pub(crate) struct Event<'a> {
    pub(crate) set: SetView<'a>,
    pub(crate) targets: &'a [u32],
    pub(crate) inside: &'a [bool],
}

impl Event<'_> {
    /// Returns the bounds of the set, if it has nothing else.
    fn parts(&self) -> Option<Parts<'_>> {
        self.set.parts()
    }

    fn flags(&self) -> Vec<bool> {
        self.targets
            .iter()
            .map(|state| self.inside[*state as usize])
            .collect()
    }

    /// Says whether every distribution gives the states mass.
    pub(crate) fn must_hit(&self) -> bool {
        match self.parts() {
            Some(Parts::Short { whole, lower, upper }) => {
                let mut off = 0u64;
                for ((target, lower), upper) in self.targets.iter().zip(lower).zip(upper) {
                    if !self.inside[*target as usize] {
                        off += u64::from(*upper);
                    } else if *lower > 0 {
                        return true;
                    }
                }
                off < u64::from(whole)
            }
            _ => self.set.to_set().must_hit(&self.flags()),
        }
    }

    /// Says whether some distribution gives the states mass.
    pub(crate) fn may_hit(&self) -> bool {
        match self.parts() {
            Some(Parts::Short { upper, .. }) => {
                let mut pairs = self.targets.iter().zip(upper);
                pairs.any(|(target, upper)| *upper > 0 && self.inside[*target as usize])
            }
            _ => self.set.to_set().may_hit(&self.flags()),
        }
    }

    /// Says whether every distribution gives the states all its mass.
    pub(crate) fn must_stay(&self) -> bool {
        match self.parts() {
            Some(Parts::Short { upper, .. }) => {
                let mut pairs = self.targets.iter().zip(upper);
                pairs.all(|(target, upper)| *upper == 0 || self.inside[*target as usize])
            }
            _ => self.set.to_set().must_stay(&self.flags()),
        }
    }

    /// Returns the distributions that give the states all mass, over the outcomes that lead to them.
    pub(crate) fn restrict(&self) -> Option<CredalSet> {
        if self.must_leave_some() {
            return None;
        }
        self.set.to_set().restrict(&self.flags())
    }

    /// Says which outcomes can have mass while the states have all of it, or `None` if they cannot have all of it.
    pub(crate) fn face(&self) -> Option<Vec<bool>> {
        if self.must_leave_some() {
            return None;
        }
        face(&self.set.to_set(), &self.flags())
    }

    /// Says that some mass is elsewhere for sure, where that is seen at once.
    fn must_leave_some(&self) -> bool {
        match self.parts() {
            Some(Parts::Short { lower, .. }) => {
                let mut pairs = self.targets.iter().zip(lower);
                pairs.any(|(target, lower)| *lower > 0 && !self.inside[*target as usize])
            }
            _ => false,
        }
    }
}

/// Says which outcomes can have mass while `event` has all of it, or `None` if it cannot have all of it.
pub(crate) fn face(set: &CredalSet, event: &[bool]) -> Option<Vec<bool>> {
    if event.iter().all(|inside| *inside) {
        return Some(support(set));
    }
    let mut carries = support(&set.restrict(event)?).into_iter();
    Some(
        event
            .iter()
            .map(|inside| *inside && carries.next().unwrap_or(false))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use murphy_credal::{Contamination, ImpreciseDirichlet, Interval, L1Ball, Precise, Vertices};

    fn tenths(list: &[i64]) -> Vec<Rational> {
        list.iter().map(|n| Rational::new(*n, 10)).collect()
    }

    #[test]
    fn faces_agree_with_the_sets_own() {
        let sets = [
            CredalSet::from(Interval::new(tenths(&[0, 0, 0]), tenths(&[6, 6, 6])).unwrap()),
            CredalSet::from(Interval::new(tenths(&[0, 0, 0]), tenths(&[0, 10, 10])).unwrap()),
            CredalSet::from(Precise::new(tenths(&[0, 5, 5])).unwrap()),
            CredalSet::from(ImpreciseDirichlet::new(tenths(&[0, 20, 10]), tenths(&[10]).remove(0)).unwrap()),
            CredalSet::from(ImpreciseDirichlet::new(tenths(&[0, 20, 10]), Rational::ZERO).unwrap()),
            CredalSet::from(Contamination::new(tenths(&[0, 0, 10]), tenths(&[1]).remove(0)).unwrap()),
            CredalSet::from(Contamination::new(tenths(&[0, 5, 5]), Rational::ZERO).unwrap()),
            CredalSet::from(L1Ball::new(tenths(&[0, 5, 5]), tenths(&[2]).remove(0), true).unwrap()),
            CredalSet::from(Vertices::new(vec![tenths(&[0, 10, 0]), tenths(&[0, 2, 8])]).unwrap()),
        ];
        for set in sets {
            for bits in 0..8u32 {
                let event: Vec<bool> = (0..3).map(|i| bits >> i & 1 == 1).collect();
                assert_eq!(face(&set, &event), set.face(&event), "{set:?} {event:?}");
            }
        }
    }

    #[test]
    fn ten_tenths_make_one() {
        // In binary floats ten times 0.1 falls short of one, and the face would seem empty.
        let set = CredalSet::from(
            Interval::new(tenths(&[0; 11]), tenths(&[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 10])).unwrap(),
        );
        let mut event = vec![true; 11];
        event[10] = false;
        assert_eq!(
            face(&set, &event).map(|face| face.iter().filter(|c| **c).count()),
            Some(10)
        );
    }
}
