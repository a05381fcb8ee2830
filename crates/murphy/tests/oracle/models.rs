//! Small random models, whose sets are known twice: as the library has them, and as lists of corners found here by other means.

use murphy::credal::{
    Constraint, Contamination, CredalSet, ImpreciseDirichlet, Interval, L1Ball, Polytope, Precise, Relation,
    Semidirect, Vertices,
};
use murphy::prelude::*;
use murphy::problem::{Direction, Objective};
use murphy::spec::{Settled, Stance};
use murphy::world::StateSet;

pub(crate) const DIRECTIONS: [(Direction, Direction); 4] = [
    (Direction::Maximize, Direction::Minimize),
    (Direction::Maximize, Direction::Maximize),
    (Direction::Minimize, Direction::Maximize),
    (Direction::Minimize, Direction::Minimize),
];

/// How many chains the brute force may go through for one model.
const CHAINS_MAX: usize = 1500;

/// SplitMix64 (Steele, Lea and Flood 2014): small, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        u32::try_from(z % u64::from(limit)).unwrap()
    }

    fn quarters(&mut self, outcomes: usize) -> Vec<Rational> {
        let mut parts = vec![0; outcomes];
        for _ in 0..4 {
            parts[self.below(u32::try_from(outcomes).unwrap()) as usize] += 1;
        }
        parts.into_iter().map(|part| Rational::new(part, 4)).collect()
    }
}

pub(crate) type Distribution = Vec<Rational>;

/// One choice of a sample.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) set: CredalSet,
    pub(crate) corners: Vec<Distribution>,
    pub(crate) targets: Vec<u32>,
}

/// A model as a list of choices of each state.
pub(crate) type Sample = Vec<Vec<Way>>;

/// Which sets a sample has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// Bounds on each probability, six in ten of the lower ones zero.
    Intervals,
    /// Sets of every kind.
    All,
}

/// Returns a sample of four to six states with up to three choices of up to four branches; with `ends`, the last two stay where they are.
pub(crate) fn sample(random: &mut Random, kinds: Kinds, ends: bool) -> Sample {
    loop {
        let states = 4 + random.below(3);
        let free = if ends { states - 2 } else { states };
        let mut sample: Sample = Vec::new();
        for _ in 0..free {
            let mut ways = Vec::new();
            for _ in 0..=random.below(3).min(random.below(3)) {
                ways.push(way(random, kinds, states));
            }
            sample.push(ways);
        }
        sample.extend((free..states).map(|state| vec![stay(state)]));
        let chains = sample
            .iter()
            .map(|ways| ways.iter().map(|way| way.corners.len()).sum::<usize>());
        if (2..=CHAINS_MAX).contains(&chains.product()) {
            return sample;
        }
    }
}

pub(crate) fn stay(state: u32) -> Way {
    let one = vec![Rational::ONE];
    Way {
        set: Precise::new(one.clone()).unwrap().into(),
        corners: vec![one],
        targets: vec![state],
    }
}

fn way(random: &mut Random, kinds: Kinds, states: u32) -> Way {
    let outcomes = match random.below(8) {
        0 => 1,
        1..4 => 2,
        4..7 => 3,
        _ => 4,
    };
    let targets = (0..outcomes).map(|_| random.below(states)).collect();
    let (set, corners) = match kinds {
        Kinds::Intervals => interval(random, outcomes),
        Kinds::All => any_set(random, outcomes),
    };
    Way {
        set,
        corners,
        targets,
    }
}

/// Returns bounds in quarters; six in ten lower bounds are zero.
fn interval(random: &mut Random, outcomes: usize) -> (CredalSet, Vec<Distribution>) {
    loop {
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for _ in 0..outcomes {
            let low = if random.below(10) < 6 {
                0
            } else {
                1 + random.below(2)
            };
            lower.push(Rational::new(low.into(), 4));
            upper.push(Rational::new(
                (low.max(1) + random.below(5 - low.max(1))).into(),
                4,
            ));
        }
        let Ok(set) = Interval::new(lower.clone(), upper.clone()) else {
            continue;
        };
        let least = lower.iter().map(|bound| (Relation::AtLeast, bound)).enumerate();
        let most = upper.iter().map(|bound| (Relation::AtMost, bound)).enumerate();
        let bounds = least.chain(most).map(|(outcome, (relation, bound))| Constraint {
            coefficients: unit(outcome, outcomes),
            relation,
            bound: bound.clone(),
        });
        return (set.into(), corners(outcomes, &bounds.collect::<Vec<_>>()));
    }
}

fn unit(outcome: usize, outcomes: usize) -> Distribution {
    (0..outcomes)
        .map(|other| {
            if other == outcome {
                Rational::ONE
            } else {
                Rational::ZERO
            }
        })
        .collect()
}

fn any_set(random: &mut Random, outcomes: usize) -> (CredalSet, Vec<Distribution>) {
    let nominal = random.quarters(outcomes);
    match random.below(8) {
        0 => (Precise::new(nominal.clone()).unwrap().into(), vec![nominal]),
        1 => {
            let listed = vec![nominal, random.quarters(outcomes), random.quarters(outcomes)];
            (Vertices::new(listed.clone()).unwrap().into(), distinct(listed))
        }
        2 if outcomes < 4 => {
            let (radius, restricted) = (Rational::new(random.below(6).into(), 4), random.below(2) == 0);
            let set = L1Ball::new(nominal.clone(), radius.clone(), restricted).unwrap();
            (
                set.into(),
                corners(outcomes, &ball(&nominal, &radius, restricted)),
            )
        }
        3 => {
            let epsilon = Rational::new(random.below(4).into(), 4);
            let set = Contamination::new(nominal.clone(), epsilon.clone()).unwrap();
            (
                set.into(),
                distinct(
                    (0..outcomes)
                        .map(|at| mixed(&nominal, &unit(at, outcomes), &epsilon))
                        .collect(),
                ),
            )
        }
        4 => {
            let counts: Vec<Rational> = nominal.iter().map(|p| p * &Rational::from(4i64)).collect();
            let set = ImpreciseDirichlet::new(counts, Rational::from(4i64)).unwrap();
            let half = Rational::new(1, 2);
            (
                set.into(),
                distinct(
                    (0..outcomes)
                        .map(|at| mixed(&nominal, &unit(at, outcomes), &half))
                        .collect(),
                ),
            )
        }
        5 => {
            let constraints = around(random, &nominal);
            let set = Polytope::new(outcomes, constraints.clone()).unwrap();
            (set.into(), corners(outcomes, &constraints))
        }
        6 if outcomes > 1 => {
            let ((first, heads), (rest, tails)) = (interval(random, 2), interval(random, outcomes - 1));
            let sure = CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap());
            let set = Semidirect::new(first, vec![sure, rest]).unwrap();
            let joint = |head: &Distribution, tail: &Distribution| {
                let scaled = tail.iter().map(|p| p * &head[1]);
                std::iter::once(head[0].clone())
                    .chain(scaled)
                    .collect::<Distribution>()
            };
            (
                set.into(),
                distinct(
                    heads
                        .iter()
                        .flat_map(|head| tails.iter().map(|tail| joint(head, tail)))
                        .collect(),
                ),
            )
        }
        _ => interval(random, outcomes),
    }
}

/// Returns `(1 - epsilon) a + epsilon b`.
fn mixed(a: &[Rational], b: &[Rational], epsilon: &Rational) -> Distribution {
    let rest = Rational::ONE - epsilon;
    a.iter().zip(b).map(|(a, b)| &rest * a + epsilon * b).collect()
}

/// The constraints of an L1 ball: every signed sum of the differences is at most the radius.
fn ball(nominal: &[Rational], radius: &Rational, restricted: bool) -> Vec<Constraint> {
    let outcomes = nominal.len();
    let signed = |signs: u32| {
        let sign = |at: usize| {
            if signs >> at & 1 == 1 {
                Rational::ONE
            } else {
                -Rational::ONE
            }
        };
        let coefficients: Distribution = (0..outcomes).map(sign).collect();
        let centre: Rational = coefficients.iter().zip(nominal).map(|(c, p)| c * p).sum();
        Constraint {
            coefficients,
            relation: Relation::AtMost,
            bound: centre + radius,
        }
    };
    let closed = (0..outcomes)
        .filter(|at| restricted && nominal[*at].is_zero())
        .map(|at| Constraint {
            coefficients: unit(at, outcomes),
            relation: Relation::AtMost,
            bound: Rational::ZERO,
        });
    (0..1u32 << outcomes).map(signed).chain(closed).collect()
}

/// Two random weighted sums that the distribution meets.
fn around(random: &mut Random, inside: &[Rational]) -> Vec<Constraint> {
    let mut constraint = |relation| {
        let coefficients: Distribution = inside
            .iter()
            .map(|_| Rational::from(i64::from(random.below(4))))
            .collect();
        let bound = coefficients.iter().zip(inside).map(|(c, p)| c * p).sum();
        Constraint {
            coefficients,
            relation,
            bound,
        }
    };
    vec![constraint(Relation::AtLeast), constraint(Relation::AtMost)]
}

fn distinct(mut corners: Vec<Distribution>) -> Vec<Distribution> {
    corners.sort();
    corners.dedup();
    corners
}

/// Returns the extreme distributions under constraints: wherever as many of them as there are outcomes, less one, are tight.
fn corners(outcomes: usize, constraints: &[Constraint]) -> Vec<Distribution> {
    let mut planes: Vec<(Distribution, Rational)> = constraints
        .iter()
        .map(|c| (c.coefficients.clone(), c.bound.clone()))
        .collect();
    planes.extend((0..outcomes).map(|outcome| (unit(outcome, outcomes), Rational::ZERO)));
    planes.sort();
    planes.dedup();
    let holds = |p: &Distribution| {
        p.iter().all(|p| !p.is_negative())
            && constraints.iter().all(|c| {
                let sum: Rational = c.coefficients.iter().zip(p).map(|(c, p)| c * p).sum();
                match c.relation {
                    Relation::AtLeast => sum >= c.bound,
                    Relation::AtMost => sum <= c.bound,
                    Relation::Equal => sum == c.bound,
                }
            })
    };
    let mut found = Vec::new();
    for subset in 0u32..1 << planes.len() {
        if subset.count_ones() as usize != outcomes - 1 {
            continue;
        }
        let tight = planes.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1);
        let (mut matrix, mut right) = (vec![vec![Rational::ONE; outcomes]], vec![Rational::ONE]);
        for (_, (coefficients, bound)) in tight {
            matrix.push(coefficients.clone());
            right.push(bound.clone());
        }
        found.extend(crate::brute::linear(matrix, right).filter(holds));
    }
    distinct(found)
}

/// Builds the model of a sample that starts in state 0.
pub(crate) fn model(sample: &Sample) -> Model {
    let mut builder = ModelBuilder::new("sample", vec!["a".into(), "b".into(), "c".into()]);
    for ways in sample {
        builder.add_state(vec![]);
        for (action, way) in (0..).zip(ways) {
            builder.add_choice(action, way.set.clone(), &way.targets).unwrap();
        }
    }
    builder.start(vec![(0, Rational::ONE)]).finish().unwrap()
}

/// Returns the problem of an objective in a sample.
pub(crate) fn problem(
    sample: &Sample,
    objective: Objective,
    (agent, nature): (Direction, Direction),
) -> Problem {
    Problem {
        model: model(sample),
        objective,
        complemented: false,
        agent,
        nature,
        stance: if agent == nature {
            Stance::Optimistic
        } else {
            Stance::Pessimistic
        },
        settled: Settled::EachAction,
        precision: 1e-7,
        goal: String::new(),
    }
}

pub(crate) fn choice_count(sample: &Sample) -> usize {
    sample.iter().map(Vec::len).sum()
}

/// Returns the set of the states with these numbers.
pub(crate) fn states(sample: &Sample, members: &[usize]) -> StateSet {
    StateSet::from_flags((0..sample.len()).map(|state| members.contains(&state)).collect())
}

/// Returns a quantity of each choice between `least` and `most`.
pub(crate) fn quantity(random: &mut Random, sample: &Sample, (least, most): (i64, i64)) -> Vec<Rational> {
    let width = u32::try_from(most - least + 1).unwrap();
    (0..choice_count(sample))
        .map(|_| Rational::from(least + i64::from(random.below(width))))
        .collect()
}
