//! Which outcomes of a credal set can have mass at all.

use murphy_credal::CredalSet;

/// Says for each outcome whether some distribution of the set gives it mass.
///
/// The kinds that large models are made of answer from their data; the others are asked outcome by outcome.
pub(crate) fn support(set: &CredalSet) -> Vec<bool> {
    match set {
        CredalSet::Precise(precise) => precise.probabilities().iter().map(|p| p.is_positive()).collect(),
        // The bounds are tight, so each upper bound is attained.
        CredalSet::Interval(interval) => interval.upper().iter().map(|u| u.is_positive()).collect(),
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
    use murphy_notation::Rational;

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
