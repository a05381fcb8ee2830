//! The image of a credal set when some of its outcomes turn out to be the same.

use murphy_credal::{
    Contamination, CredalSet, Error, ImpreciseDirichlet, Interval, L1Ball, Precise, Vertices,
};
use murphy_notation::Rational;

/// Says for each outcome whether any distribution in the set gives it mass.
pub(crate) fn possible(set: &CredalSet) -> Vec<bool> {
    let positive = |list: &[Rational]| list.iter().map(Rational::is_positive).collect();
    match set {
        CredalSet::Precise(set) => positive(&set.probabilities()),
        CredalSet::Interval(set) => positive(&set.upper()),
        CredalSet::Vertices(set) => (0..set.vertices().first().map_or(0, Vec::len))
            .map(|i| set.vertices().iter().any(|vertex| vertex[i].is_positive()))
            .collect(),
        CredalSet::L1Ball(set) if set.radius().is_positive() => set.allowed().to_vec(),
        CredalSet::L1Ball(set) => positive(set.nominal()),
        CredalSet::Contamination(set) if set.epsilon().is_zero() => positive(set.nominal()),
        CredalSet::Polytope(_) => {
            let only = |outcome| (0..set.outcomes()).map(|i| i == outcome).collect::<Vec<bool>>();
            (0..set.outcomes())
                .map(|outcome| set.may_hit(&only(outcome)))
                .collect()
        }
        _ => vec![true; set.outcomes()],
    }
}

/// Returns the image under a map of outcomes, `None` for outcomes without mass; `None` if this kind of set has no exact
/// image of a kind that exists.
///
/// # Why it is exact
/// Bounds: any sums within the summed bounds can be split within the bounds of each group. L1 balls: what a group gains
/// goes to one allowed member, what it loses is taken from its members, and the distance stays the same. Contaminations and
/// imprecise Dirichlet models: the fixed part is summed and the free part goes anywhere. Vertices: the map is linear.
pub(crate) fn push_forward(
    set: &CredalSet,
    group: &[Option<usize>],
    groups: usize,
) -> Result<Option<CredalSet>, Error> {
    if groups == 1 {
        return Precise::new(vec![Rational::ONE]).map(|set| Some(set.into()));
    }
    let sum = |list: &[Rational]| sums(list, group, groups);
    Ok(Some(match set {
        CredalSet::Precise(set) => Precise::new(sum(&set.probabilities()))?.into(),
        CredalSet::Interval(set) => Interval::new(sum(&set.lower()), sum(&set.upper()))?.into(),
        CredalSet::Vertices(set) if groups == 2 => segment(set.vertices().iter().map(|vertex| sum(vertex)))?,
        CredalSet::Vertices(set) => {
            Vertices::new(set.vertices().iter().map(|vertex| sum(vertex)).collect())?.into()
        }
        CredalSet::L1Ball(set) => {
            let mut allowed = vec![false; groups];
            for (to, from) in group.iter().zip(set.allowed()) {
                if let Some(to) = to {
                    allowed[*to] |= *from;
                }
            }
            L1Ball::within(sum(set.nominal()), set.radius(), allowed)?.into()
        }
        CredalSet::Contamination(set) => {
            Contamination::new(sum(set.nominal()), set.epsilon().clone())?.into()
        }
        CredalSet::ImpreciseDirichlet(set) => {
            ImpreciseDirichlet::new(sum(set.counts()), set.strength().clone())?.into()
        }
        _ => return Ok(None),
    }))
}

fn sums(list: &[Rational], group: &[Option<usize>], groups: usize) -> Vec<Rational> {
    let mut sums = vec![Rational::ZERO; groups];
    for (value, to) in list.iter().zip(group) {
        if let Some(to) = to {
            sums[*to] += value;
        }
    }
    sums
}

/// Returns the hull of distributions over two outcomes, which is a segment, as bounds.
fn segment(points: impl Iterator<Item = Vec<Rational>>) -> Result<CredalSet, Error> {
    let (mut lower, mut upper): (Vec<Rational>, Vec<Rational>) = (Vec::new(), Vec::new());
    for point in points {
        if lower.is_empty() {
            (lower, upper) = (point.clone(), point);
            continue;
        }
        for ((low, high), p) in lower.iter_mut().zip(&mut upper).zip(point) {
            if p < *low {
                low.clone_from(&p);
            }
            if p > *high {
                *high = p;
            }
        }
    }
    Interval::new(lower, upper).map(CredalSet::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const N: usize = 5;

    fn distribution() -> impl Strategy<Value = Vec<Rational>> {
        prop::collection::vec(0i64..4, N).prop_filter_map("some mass", |weights| {
            let total: i64 = weights.iter().sum();
            (total > 0).then(|| {
                weights
                    .iter()
                    .map(|&weight| Rational::new(weight, total))
                    .collect()
            })
        })
    }

    fn set() -> impl Strategy<Value = CredalSet> {
        let small = || (0i64..5).prop_map(|n| Rational::new(n, 8));
        prop_oneof![
            distribution().prop_filter_map("valid", |p| Precise::new(p).ok().map(CredalSet::from)),
            (distribution(), prop::collection::vec((0i64..3, 0i64..3), N)).prop_filter_map(
                "valid",
                |(p, slack)| {
                    let below = p.iter().zip(&slack).map(|(p, s)| p * &Rational::new(s.0, 2));
                    let lower: Vec<Rational> = below
                        .map(|l| if l > Rational::ONE { Rational::ONE } else { l })
                        .collect();
                    let upper = lower.iter().zip(&p).zip(&slack).map(|((l, p), s)| {
                        let most = if l > p { l } else { p };
                        most + &Rational::new(s.1, 8)
                    });
                    let upper = upper.collect();
                    Interval::new(lower, upper).ok().map(CredalSet::from)
                }
            ),
            prop::collection::vec(distribution(), 1..4).prop_filter_map("valid", |points| Vertices::new(
                points
            )
            .ok()
            .map(CredalSet::from)),
            (distribution(), small(), any::<bool>()).prop_filter_map("valid", |(p, r, near)| L1Ball::new(
                p, r, near
            )
            .ok()
            .map(CredalSet::from)),
            (distribution(), small()).prop_filter_map("valid", |(p, e)| Contamination::new(p, e)
                .ok()
                .map(CredalSet::from)),
            (prop::collection::vec(0i64..4, N), 0i64..3).prop_filter_map("valid", |(counts, strength)| {
                let counts = counts.into_iter().map(Rational::from).collect();
                ImpreciseDirichlet::new(counts, Rational::from(strength))
                    .ok()
                    .map(CredalSet::from)
            }),
        ]
    }

    proptest! {
        /// The image expects of a function what the set expects of the function after the map.
        #[test]
        fn the_image_answers_as_the_set_does(
            set in set(),
            map in prop::collection::vec(0usize..3, N),
            values in prop::collection::vec(-5i64..6, 3),
        ) {
            let possible = possible(&set);
            let mut seen: Vec<usize> = Vec::new();
            let mut group = Vec::new();
            for (to, possible) in map.iter().zip(&possible) {
                if possible & !seen.contains(to) {
                    seen.push(*to);
                }
                group.push(possible.then(|| seen.iter().position(|known| known == to)).flatten());
            }
            let image = push_forward(&set, &group, seen.len()).unwrap().unwrap();
            let after: Vec<Rational> = seen.iter().map(|&to| Rational::from(values[to])).collect();
            let before: Vec<Rational> =
                map.iter().map(|&to| Rational::from(values[to])).collect();
            let lower = |set: &CredalSet, v: &[Rational]| set.lower_expectation(v).unwrap().value;
            prop_assert_eq!(lower(&image, &after), lower(&set, &before));
            let upper = |set: &CredalSet, v: &[Rational]| set.upper_expectation(v).unwrap().value;
            prop_assert_eq!(upper(&image, &after), upper(&set, &before));
        }
    }
}
