//! The laws that every kind of set obeys, against all of its vertices found by brute force.
//!
//! A new kind of set needs one generator and one line in `every_set_obeys_the_laws`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod oracle;
mod sets;

use murphy_credal::infra::{Conjunction, corners};
use murphy_credal::{CredalSet, Interval, Multiplier, Rows};
use murphy_notation::Rational;
use oracle::{Point, expectation, probability};
use proptest::collection::vec;
use proptest::prelude::*;
use sets::{Case, ball, contamination, dirichlet, hull, interval, polytope, precise, product, small};

fn least(vertices: &[Point], values: &[Rational]) -> Rational {
    vertices.iter().map(|p| expectation(p, values)).min().unwrap()
}

/// Expectations, against brute force and against each other.
fn check_expectations((set, vertices): &Case, v: &[Rational], w: &[Rational], factor: &Rational) {
    let lower = |v: &[Rational]| set.lower_expectation(v).unwrap();
    let upper = |v: &[Rational]| set.upper_expectation(v).unwrap();
    let map = |v: &[Rational], f: &dyn Fn(&Rational) -> Rational| v.iter().map(f).collect::<Point>();
    let (low, high) = (lower(v), upper(v));
    assert_eq!(low.value, least(vertices, v), "brute force");
    assert!(low.value <= high.value, "lower is not above upper");
    let negated = map(v, &|x| -x);
    assert_eq!(high.value, -lower(&negated).value, "conjugate");
    assert_eq!(
        lower(&map(v, &|x| x + factor)).value,
        &low.value + factor,
        "translation"
    );
    let scale = factor.abs();
    assert_eq!(
        lower(&map(v, &|x| x * &scale)).value,
        &low.value * &scale,
        "positive homogeneity"
    );
    let sum: Point = v.iter().zip(w).map(|(a, b)| a + b).collect();
    assert!(lower(&sum).value >= &low.value + &lower(w).value, "superadditive");
    let above: Point = v.iter().zip(w).map(|(a, b)| a + &b.abs()).collect();
    assert!(lower(&above).value >= low.value, "monotone");
    for (answer, name) in [(&low, "lower"), (&high, "upper")] {
        assert!(set.contains(&answer.witness), "{name} witness belongs to the set");
        assert_eq!(
            expectation(&answer.witness, v),
            answer.value,
            "{name} witness attains"
        );
    }
    assert_eq!(
        set.bound_below(v, &low.multiplier).unwrap(),
        low.value,
        "tight multiplier"
    );
    assert_eq!(
        set.bound_above(v, &high.multiplier).unwrap(),
        high.value,
        "tight multiplier"
    );
    let floats: Vec<f64> = v.iter().map(Rational::to_f64).collect();
    let near = set.lower_expectation(&floats).unwrap().value - low.value.to_f64();
    assert!(near.abs() < 1e-9, "floats come near: {near}");
}

/// Replaces every number of a multiplier by others.
fn disturbed(multiplier: &Multiplier<Rational>, by: &[Rational]) -> Multiplier<Rational> {
    match multiplier {
        Multiplier::ClosedForm => Multiplier::ClosedForm,
        Multiplier::Critical(value) => Multiplier::Critical(value + &by[0]),
        Multiplier::Prices(prices) => {
            Multiplier::Prices(prices.iter().zip(by.iter().cycle()).map(|(p, b)| p + b).collect())
        }
        Multiplier::Nested { first, then } => Multiplier::Nested {
            first: Box::new(disturbed(first, by)),
            then: then.iter().map(|part| disturbed(part, &by[1..])).collect(),
        },
    }
}

fn check_multipliers((set, vertices): &Case, v: &[Rational], by: &[Rational]) {
    let tight = set.lower_expectation(v).unwrap().multiplier;
    let bound = set.bound_below(v, &disturbed(&tight, by)).unwrap();
    assert!(bound <= least(vertices, v), "any multiplier is sound");
    let tight = set.upper_expectation(v).unwrap().multiplier;
    let bound = set.bound_above(v, &disturbed(&tight, by)).unwrap();
    let opposite: Point = v.iter().map(|x| -x).collect();
    assert!(
        bound >= -least(vertices, &opposite),
        "any multiplier is sound above"
    );
    let wrong = Multiplier::Prices(vec![Rational::ONE; 9]);
    assert!(
        set.bound_below(v, &wrong).is_err(),
        "a multiplier of another shape is refused"
    );
}

/// Events, faces and restrictions, against the vertices.
fn check_events((set, vertices): &Case, v: &[Rational]) {
    let n = set.outcomes();
    for bits in 0u32..1 << n {
        let event: Vec<bool> = (0..n).map(|i| bits >> i & 1 == 1).collect();
        let masses: Vec<Rational> = vertices.iter().map(|p| probability(p, &event)).collect();
        let (low, high) = (masses.iter().min().unwrap(), masses.iter().max().unwrap());
        assert_eq!(set.lower_probability(&event), *low, "{event:?}");
        assert_eq!(set.upper_probability(&event), *high, "{event:?}");
        assert_eq!(set.must_hit(&event), low.is_positive(), "must hit {event:?}");
        assert_eq!(set.may_hit(&event), high.is_positive(), "may hit {event:?}");
        assert_eq!(
            set.must_stay(&event),
            *low == Rational::ONE,
            "must stay {event:?}"
        );
        let inside: Vec<&Point> = vertices
            .iter()
            .zip(&masses)
            .filter(|(_, m)| **m == Rational::ONE)
            .map(|(p, _)| p)
            .collect();
        let face = (!inside.is_empty()).then(|| {
            (0..n)
                .map(|i| inside.iter().any(|p| p[i].is_positive()))
                .collect::<Vec<_>>()
        });
        assert_eq!(set.face(&event), face, "face {event:?}");
        check_restriction(set, &event, &inside, v);
    }
    assert_eq!(set.face(&vec![true; n]), Some(set.support()));
    let all: Vec<_> = (0..n).map(|i| set.outcome_bounds(i)).collect();
    for (i, (low, high)) in all.iter().enumerate() {
        let each = |p: &Point| p[i].clone();
        assert_eq!(
            (Some(low), Some(high)),
            (
                vertices.iter().map(each).min().as_ref(),
                vertices.iter().map(each).max().as_ref()
            )
        );
    }
}

fn check_restriction(set: &CredalSet, event: &[bool], inside: &[&Point], v: &[Rational]) {
    let kept = |p: &[Rational]| -> Point {
        p.iter()
            .zip(event)
            .filter(|(_, keep)| **keep)
            .map(|(x, _)| x.clone())
            .collect()
    };
    let Some(face) = set.restrict(event) else {
        assert!(inside.is_empty(), "{event:?} has a face");
        return;
    };
    let points: Vec<Point> = inside.iter().map(|p| kept(p)).collect();
    assert_eq!(face.outcomes(), points[0].len());
    let answer = face.lower_expectation(&kept(v)).unwrap();
    assert_eq!(answer.value, least(&points, &kept(v)), "restricted to {event:?}");
    assert!(face.contains(&answer.witness));
    for point in &points {
        assert!(face.contains(point), "{point:?} is in the face {event:?}");
    }
    // A face of a face is a face.
    let all = vec![true; face.outcomes()];
    assert_eq!(
        face.restrict(&all)
            .unwrap()
            .lower_expectation(&kept(v))
            .unwrap()
            .value,
        answer.value
    );
}

/// Membership, against mixtures of vertices and points outside.
fn check_membership((set, vertices): &Case, weights: &[i64], v: &[Rational]) {
    let weights: Vec<i64> = weights.iter().copied().cycle().take(vertices.len()).collect();
    let total = Rational::from(weights.iter().sum::<i64>());
    let mixture: Point = (0..set.outcomes())
        .map(|i| {
            let sum: Rational = vertices
                .iter()
                .zip(&weights)
                .map(|(p, &w)| &p[i] * &Rational::from(w))
                .sum();
            sum / total.clone()
        })
        .collect();
    assert!(set.contains(&mixture), "{mixture:?} is a mixture");
    assert!(!set.contains(&mixture[1..]), "a list that is too short");
    let doubled: Point = mixture.iter().map(|p| p + p).collect();
    assert!(!set.contains(&doubled), "not a distribution");
    if let Some(centre) = set.centre() {
        assert!(set.contains(&centre), "the centre belongs to the set");
    }
    // Beyond the witness, away from the mixture, the value is below what the set allows.
    let worst = set.lower_expectation(v).unwrap();
    let step = Rational::new(1, 1000);
    let beyond: Point = worst
        .witness
        .iter()
        .zip(&mixture)
        .map(|(w, m)| w + &(&(w - m) * &step))
        .collect();
    if expectation(&beyond, v) < worst.value {
        assert!(!set.contains(&beyond), "{beyond:?} is outside");
    }
}

/// The rows enclose what is exact, tightly, and hints change nothing.
fn check_rows((set, vertices): &Case, numbers: &[i64], exponents: &[i32], repeat: bool) {
    let n = set.outcomes();
    let width = if repeat { n.div_ceil(2) } else { n };
    let columns: Vec<u32> = (0..n)
        .map(|i| u32::try_from((i * 7 + 3) % width).unwrap())
        .collect();
    let rows = Rows::compile([(set, columns.as_slice())]).unwrap();
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let floats: Vec<f64> = (0..width)
        .map(|i| numbers[i] as f64 / 7.0 * 10f64.powi(exponents[i % exponents.len()]))
        .collect();
    let exact: Point = columns
        .iter()
        .map(|&c| Rational::from_f64(floats[c as usize]).unwrap())
        .collect();
    let opposite: Point = exact.iter().map(|x| -x).collect();
    let (low, high) = (least(vertices, &exact), -least(vertices, &opposite));
    for (enclosure, value, side) in [
        (rows.lower(0, &floats), low, "lower"),
        (rows.upper(0, &floats), high, "upper"),
    ] {
        assert!(
            Rational::from_f64(enclosure.below).unwrap() <= value,
            "{side} {enclosure:?} {value}"
        );
        assert!(
            Rational::from_f64(enclosure.above).unwrap() >= value,
            "{side} {enclosure:?} {value}"
        );
        let size = if floats.iter().all(|&x| x >= 0.0) {
            value.to_f64()
        } else {
            floats.iter().fold(0.0f64, |m, x| m.max(x.abs()))
        };
        assert!(
            enclosure.above - enclosure.below <= size * 1e-13,
            "{side} {enclosure:?} is wide for {value}"
        );
    }
    for start in 0..=u32::try_from(n).unwrap() {
        let (mut a, mut b) = (start, start);
        assert_eq!(rows.lower_from(0, &floats, &mut a), rows.lower(0, &floats));
        assert_eq!(rows.upper_from(0, &floats, &mut b), rows.upper(0, &floats));
        assert_eq!(rows.lower_from(0, &floats, &mut a), rows.lower(0, &floats));
    }
}

/// What a set is asked with.
#[derive(Clone, Debug)]
struct Questions {
    v: Point,
    w: Point,
    factor: Rational,
    by: Point,
    weights: Vec<i64>,
    numbers: Vec<i64>,
    exponents: Vec<i32>,
    repeat: bool,
}

fn questions() -> impl Strategy<Value = Questions> {
    let number = prop_oneof![1 => Just(0i64), 3 => 1i64..1000, 1 => -1000i64..0];
    let exponent = prop_oneof![3 => Just(0), 2 => Just(-90), 1 => -295..=200];
    (
        (vec(small(), 6), vec(small(), 6), small(), vec(small(), 8)),
        (
            vec(1i64..=4, 5),
            vec(number, 6),
            vec(exponent, 1..=3),
            any::<bool>(),
        ),
    )
        .prop_map(
            |((v, w, factor, by), (weights, numbers, exponents, repeat))| Questions {
                v,
                w,
                factor,
                by,
                weights,
                numbers,
                exponents,
                repeat,
            },
        )
}

/// The corners are the vertices that are no mixtures of others; a set that holds twice is that set.
fn check_corners((set, vertices): &Case, v: &[Rational]) {
    let corners = corners(set).unwrap();
    let hull = CredalSet::from(murphy_credal::Vertices::new(corners.clone()).unwrap());
    for vertex in vertices {
        assert!(hull.contains(vertex), "{vertex:?} is a mixture of corners");
    }
    for corner in &corners {
        assert!(vertices.contains(corner), "{corner:?} is a vertex");
    }
    let twice = Conjunction::of(&[set, &hull])
        .unwrap()
        .lower_expectation(v)
        .unwrap();
    assert_eq!(twice.value, least(vertices, v), "a set and itself");
    assert!(set.contains(&twice.witness));
}

fn check_laws(case: &Case, q: &Questions) {
    let n = case.0.outcomes();
    check_expectations(case, &q.v[..n], &q.w[..n], &q.factor);
    check_multipliers(case, &q.v[..n], &q.by);
    check_events(case, &q.v[..n]);
    check_membership(case, &q.weights, &q.v[..n]);
    check_corners(case, &q.v[..n]);
    check_rows(case, &q.numbers, &q.exponents, q.repeat);
    let positive: Vec<i64> = q.numbers.iter().map(|x| x.abs()).collect();
    check_rows(case, &positive, &q.exponents, q.repeat);
}

macro_rules! laws {
    ($($name:ident: $case:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]
            $(#[test]
            fn $name(case in $case, questions in questions()) {
                check_laws(&case, &questions);
            })*
        }
    };
}

laws! {
    precise_obeys_the_laws: (1usize..=4).prop_flat_map(precise);
    interval_obeys_the_laws: (1usize..=4).prop_flat_map(interval);
    vertices_obey_the_laws: (1usize..=4).prop_flat_map(hull);
    l1_ball_obeys_the_laws: (1usize..=4).prop_flat_map(ball);
    contamination_obeys_the_laws: (1usize..=4).prop_flat_map(contamination);
    imprecise_dirichlet_obeys_the_laws: (1usize..=4).prop_flat_map(dirichlet);
    polytope_obeys_the_laws: (1usize..=4).prop_flat_map(polytope);
    semidirect_obeys_the_laws: product();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_interval_bound_is_attained(case in (1usize..=4).prop_flat_map(interval)) {
        let CredalSet::Interval(set) = &case.0 else { unreachable!() };
        for i in 0..set.lower().len() {
            prop_assert!(case.1.iter().any(|p| p[i] == set.lower()[i]));
            prop_assert!(case.1.iter().any(|p| p[i] == set.upper()[i]));
        }
        let again = Interval::new(set.lower().to_vec(), set.upper().to_vec()).unwrap();
        prop_assert_eq!(&again, set);
    }

    #[test]
    fn a_polytope_lists_exactly_its_vertices(case in (1usize..=4).prop_flat_map(polytope)) {
        let CredalSet::Polytope(set) = &case.0 else { unreachable!() };
        let mut brute = case.1.clone();
        brute.sort();
        prop_assert_eq!(set.vertices().unwrap(), brute);
    }
}
