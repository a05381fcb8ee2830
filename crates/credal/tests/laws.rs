//! The laws that every kind of set obeys, against all of its vertices found by brute force.
//!
//! A new kind of set needs one generator and one line in `every_set_obeys_the_laws`.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod oracle;

use murphy_credal::{
    Contamination, CredalSet, ImpreciseDirichlet, Interval, L1Ball, Multiplier, Polytope, Precise, Relation,
    Rows, Semidirect, Vertices,
};
use murphy_notation::Rational;
use oracle::{Point, expectation, probability};
use proptest::collection::vec;
use proptest::prelude::*;

/// A set and all of its vertices.
type Case = (CredalSet, Vec<Point>);

fn small() -> impl Strategy<Value = Rational> {
    (-6i64..=6, 1i64..=3).prop_map(|(n, d)| Rational::new(n, d))
}

fn fraction() -> impl Strategy<Value = Rational> {
    (0i64..=5, 5i64..=7).prop_map(|(n, d)| Rational::new(n, d))
}

/// A distribution, often with zeros.
fn distribution(n: usize) -> impl Strategy<Value = Point> {
    vec(prop_oneof![2 => Just(0i64), 3 => 1i64..=6], n).prop_map(|mut weights| {
        if weights.iter().all(|&w| w == 0) {
            weights[0] = 1;
        }
        let total = weights.iter().sum();
        weights.into_iter().map(|w| Rational::new(w, total)).collect()
    })
}

fn precise(n: usize) -> impl Strategy<Value = Case> {
    distribution(n).prop_map(|p| (Precise::new(p.clone()).unwrap().into(), vec![p]))
}

/// Bounds around a distribution; 60 % of the lower bounds are zero.
fn interval(n: usize) -> impl Strategy<Value = Case> {
    let below = prop_oneof![6 => Just(Rational::ZERO), 4 => fraction()];
    (distribution(n), vec(below, n), vec(fraction(), n)).prop_map(|(p, below, above)| {
        let lower: Point = p.iter().zip(&below).map(|(p, b)| p * b).collect();
        let upper: Point = p
            .iter()
            .zip(&above)
            .map(|(p, a)| p + &((Rational::ONE - p) * a.clone()))
            .collect();
        let vertices = oracle::interval_vertices(&lower, &upper);
        (Interval::new(lower, upper).unwrap().into(), vertices)
    })
}

fn hull(n: usize) -> impl Strategy<Value = Case> {
    vec(distribution(n), 1..=4).prop_map(|points| (Vertices::new(points.clone()).unwrap().into(), points))
}

fn ball(n: usize) -> impl Strategy<Value = Case> {
    (distribution(n), fraction(), 0i64..=4, any::<bool>()).prop_map(|(p, radius, scale, restricted)| {
        let radius = radius * Rational::from(scale);
        let vertices = oracle::l1_vertices(&p, &radius, restricted);
        (L1Ball::new(p, radius, restricted).unwrap().into(), vertices)
    })
}

fn contamination(n: usize) -> impl Strategy<Value = Case> {
    (distribution(n), fraction()).prop_map(|(p, epsilon)| {
        let rest = Rational::ONE - &epsilon;
        let mix = |corner: Point| -> Point {
            p.iter()
                .zip(corner)
                .map(|(p, c)| p * &rest + c * epsilon.clone())
                .collect()
        };
        let vertices = (0..p.len()).map(|i| mix(oracle::unit(p.len(), i))).collect();
        (
            Contamination::new(p.clone(), epsilon.clone()).unwrap().into(),
            vertices,
        )
    })
}

fn dirichlet(n: usize) -> impl Strategy<Value = Case> {
    (vec(prop_oneof![1 => Just(0i64), 2 => 1i64..=9], n), 1i64..=3).prop_map(|(counts, strength)| {
        let total = Rational::from(counts.iter().sum::<i64>() + strength);
        let at = |i: usize, j: usize| {
            Rational::from(counts[j] + if i == j { strength } else { 0 }) / total.clone()
        };
        let vertices = (0..counts.len())
            .map(|i| (0..counts.len()).map(|j| at(i, j)).collect())
            .collect();
        let counts: Point = counts.iter().map(|&n| Rational::from(n)).collect();
        (
            ImpreciseDirichlet::new(counts, Rational::from(strength))
                .unwrap()
                .into(),
            vertices,
        )
    })
}

/// Random constraints that a random distribution satisfies.
fn polytope(n: usize) -> impl Strategy<Value = Case> {
    let sides = vec((vec(-3i64..=3, n), 0usize..=4, fraction()), 0..=3);
    (distribution(n), sides).prop_map(move |(inside, sides)| {
        let constraints: Vec<_> = sides
            .into_iter()
            .map(|(coefficients, relation, slack)| {
                let coefficients: Point = coefficients.into_iter().map(Rational::from).collect();
                let at = expectation(&coefficients, &inside);
                match relation {
                    0 | 1 => oracle::constraint(coefficients, Relation::AtMost, at + slack),
                    2 | 3 => oracle::constraint(coefficients, Relation::AtLeast, at - slack),
                    _ => oracle::constraint(coefficients, Relation::Equal, at),
                }
            })
            .collect();
        let vertices = oracle::vertices(n, &constraints);
        (Polytope::new(n, constraints).unwrap().into(), vertices)
    })
}

fn part(n: usize) -> BoxedStrategy<Case> {
    prop_oneof![
        precise(n),
        interval(n),
        hull(n),
        ball(n),
        contamination(n),
        dirichlet(n),
        polytope(n)
    ]
    .boxed()
}

fn product() -> impl Strategy<Value = Case> {
    let then = prop_oneof![1 => vec(part(2), 2), 1 => (part(1), part(3)).prop_map(|(a, b)| vec![a, b])];
    (part(2), then).prop_map(|(first, then)| {
        let parts: Vec<Vec<Point>> = then.iter().map(|(_, vertices)| vertices.clone()).collect();
        let vertices = oracle::product_vertices(&first.1, &parts);
        let set = Semidirect::new(first.0, then.into_iter().map(|(set, _)| set).collect()).unwrap();
        (set.into(), vertices)
    })
}

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

fn check_laws(case: &Case, q: &Questions) {
    let n = case.0.outcomes();
    check_expectations(case, &q.v[..n], &q.w[..n], &q.factor);
    check_multipliers(case, &q.v[..n], &q.by);
    check_events(case, &q.v[..n]);
    check_membership(case, &q.weights, &q.v[..n]);
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
