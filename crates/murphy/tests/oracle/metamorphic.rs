//! What must not matter, what must only help, and what must scale.

use crate::cases::{KINDS, Kind, case, proved, solved};
use crate::models::{DIRECTIONS, Random, Sample, Way, problem};
use murphy::credal::Vertices;
use murphy::prelude::*;
use murphy::problem::{Direction, Objective};
use murphy::world::StateSet;

const SEEDS: std::ops::Range<u64> = 1000..1024;

/// Asserts that two brackets can be of one value.
fn meet(one: Bracket, other: Bracket, what: &str) {
    assert!(
        one.lower <= other.upper && other.lower <= one.upper,
        "{what}: {one:?} {other:?}"
    );
}

/// Returns the objective with every set of states changed by one function and every quantity by another.
fn mapped(
    objective: &Objective,
    set: &dyn Fn(&StateSet) -> StateSet,
    sum: &dyn Fn(&[Rational]) -> Vec<Rational>,
) -> Objective {
    match objective {
        Objective::Reach { target, avoid } => Objective::Reach {
            target: set(target),
            avoid: set(avoid),
        },
        Objective::BoundedReach { target, avoid, steps } => Objective::BoundedReach {
            target: set(target),
            avoid: set(avoid),
            steps: *steps,
        },
        Objective::Until { quantity, target } => Objective::Until {
            quantity: sum(quantity).into(),
            target: set(target),
        },
        Objective::Horizon { quantity, steps } => Objective::Horizon {
            quantity: sum(quantity).into(),
            steps: *steps,
        },
        Objective::Total { quantity } => Objective::Total {
            quantity: sum(quantity).into(),
        },
        Objective::LongRun { quantity } => Objective::LongRun {
            quantity: sum(quantity).into(),
        },
        Objective::Discounted { quantity, discount } => Objective::Discounted {
            quantity: sum(quantity).into(),
            discount: discount.clone(),
        },
    }
}

/// Returns the way with its set replaced by the hull of these distributions.
fn hull(way: &Way, corners: Vec<Vec<Rational>>) -> Way {
    Way {
        set: Vertices::new(corners.clone()).unwrap().into(),
        corners,
        targets: way.targets.clone(),
    }
}

#[test]
fn a_set_is_its_corners() {
    for kind in KINDS {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            let by_corners: Sample = sample
                .iter()
                .map(|ways| ways.iter().map(|way| hull(way, way.corners.clone())).collect())
                .collect();
            for modes in DIRECTIONS {
                let (one, other) = (
                    solved(&sample, &objective, modes).1,
                    solved(&by_corners, &objective, modes).1,
                );
                meet(one.bracket, other.bracket, &format!("{kind:?} {seed} {modes:?}"));
            }
        }
    }
}

#[test]
fn a_wider_set_helps_nature_alone() {
    for kind in KINDS {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            let mut random = Random(seed);
            let mut wider = |way: &Way| {
                let mut corners = way.corners.clone();
                let outcomes = way.targets.len();
                let sure = random.below(u32::try_from(outcomes).unwrap()) as usize;
                let all = (0..outcomes).map(|at| if at == sure { Rational::ONE } else { Rational::ZERO });
                corners.push(all.collect());
                hull(way, corners)
            };
            let wide: Sample = sample
                .iter()
                .map(|ways| ways.iter().map(&mut wider).collect())
                .collect();
            for modes in DIRECTIONS {
                let (tight, wide) = (
                    solved(&sample, &objective, modes).1.bracket,
                    solved(&wide, &objective, modes).1.bracket,
                );
                let (small, large) = match modes.1 {
                    Direction::Minimize => (wide, tight),
                    Direction::Maximize => (tight, wide),
                };
                assert!(
                    small.lower <= large.upper,
                    "{kind:?} {seed} {modes:?}: {small:?} {large:?}"
                );
            }
        }
    }
}

#[test]
fn the_order_of_states_and_choices_does_not_matter() {
    for kind in KINDS {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            let count = sample.len();
            // State 0 stays where it is, for it is where runs begin; the others go round, and choices are listed backward.
            let renamed = |state: usize| if state == 0 { 0 } else { 1 + state % (count - 1) };
            let mut mixed: Sample = vec![Vec::new(); count];
            let mut sums: Vec<Vec<usize>> = vec![Vec::new(); count];
            let mut first = 0;
            for (state, ways) in sample.iter().enumerate() {
                let rename = |way: &Way| Way {
                    targets: way
                        .targets
                        .iter()
                        .map(|t| u32::try_from(renamed(*t as usize)).unwrap())
                        .collect(),
                    ..way.clone()
                };
                mixed[renamed(state)] = ways.iter().rev().map(rename).collect();
                sums[renamed(state)] = (first..first + ways.len()).rev().collect();
                first += ways.len();
            }
            let set = |set: &StateSet| {
                let mut flags = vec![false; count];
                (0..count).for_each(|state| flags[renamed(state)] = set.flags()[state]);
                StateSet::from_flags(flags)
            };
            let sum = |quantity: &[Rational]| sums.iter().flatten().map(|at| quantity[*at].clone()).collect();
            let moved = mapped(&objective, &set, &sum);
            for modes in DIRECTIONS {
                let (one, other) = (
                    solved(&sample, &objective, modes).1,
                    solved(&mixed, &moved, modes).1,
                );
                meet(one.bracket, other.bracket, &format!("{kind:?} {seed} {modes:?}"));
            }
        }
    }
}

#[test]
fn splitting_a_state_does_not_matter() {
    for kind in KINDS {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            let count = sample.len();
            let copied = 1 + (seed as usize) % (count - 1);
            let twin = u32::try_from(count).unwrap();
            let mut split = sample.clone();
            split.push(sample[copied].clone());
            for way in split.iter_mut().flatten() {
                // Every second branch leads to the copy.
                for target in way
                    .targets
                    .iter_mut()
                    .skip(1)
                    .step_by(2)
                    .filter(|t| **t as usize == copied)
                {
                    *target = twin;
                }
            }
            let first: usize = sample[..copied].iter().map(Vec::len).sum();
            let set = |set: &StateSet| {
                let flags = set.flags().iter().copied().chain([set.flags()[copied]]);
                StateSet::from_flags(flags.collect())
            };
            let sum = |quantity: &[Rational]| {
                let twins = &quantity[first..first + sample[copied].len()];
                quantity.iter().chain(twins).cloned().collect()
            };
            let moved = mapped(&objective, &set, &sum);
            for modes in DIRECTIONS {
                let (one, other) = (
                    solved(&sample, &objective, modes).1,
                    solved(&split, &moved, modes).1,
                );
                meet(one.bracket, other.bracket, &format!("{kind:?} {seed} {modes:?}"));
            }
        }
    }
}

#[test]
fn sums_scale_with_their_quantity() {
    for kind in [Kind::Until, Kind::Horizon, Kind::Discounted, Kind::LongRun] {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            for factor in [Rational::new(3, 1 << 20), Rational::new(1 << 20, 3)] {
                let sum = |quantity: &[Rational]| quantity.iter().map(|value| value * &factor).collect();
                let scaled = mapped(&objective, &StateSet::clone, &sum);
                for modes in DIRECTIONS {
                    let (one, other) = (
                        solved(&sample, &objective, modes).1,
                        // As many figures as without the factor.
                        proved(
                            problem(&sample, scaled.clone(), modes).with_precision(1e-7 * factor.to_f64()),
                        )
                        .1,
                    );
                    let times = |x: f64, outward: fn(f64) -> f64| outward(x * factor.to_f64());
                    let grown = Bracket {
                        lower: times(one.bracket.lower, |x| {
                            if x.is_finite() {
                                x - x.abs() * 1e-12 - 1e-300
                            } else {
                                x
                            }
                        }),
                        upper: times(one.bracket.upper, |x| {
                            if x.is_finite() {
                                x + x.abs() * 1e-12 + 1e-300
                            } else {
                                x
                            }
                        }),
                    };
                    meet(grown, other.bracket, &format!("{kind:?} {seed} {modes:?}"));
                }
            }
        }
    }
}

#[test]
fn a_quantity_that_is_worth_nothing_adds_nothing() {
    for kind in [Kind::Until, Kind::Horizon, Kind::Discounted, Kind::LongRun] {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            let sum = |quantity: &[Rational]| vec![Rational::ZERO; quantity.len()];
            let empty = mapped(&objective, &StateSet::clone, &sum);
            for modes in DIRECTIONS {
                let bracket = solved(&sample, &empty, modes).1.bracket;
                // Infinite is a sum until a target that may be missed, whatever the quantity.
                let infinite = kind == Kind::Until && bracket.lower == f64::INFINITY;
                assert!(
                    infinite || (bracket.lower <= 0.0 && bracket.upper >= 0.0),
                    "{kind:?} {seed} {bracket:?}"
                );
                assert!(infinite || bracket.gap() <= 1e-7, "{kind:?} {seed} {bracket:?}");
            }
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for kind in KINDS {
        for seed in SEEDS {
            let (sample, objective) = case(kind, seed);
            for modes in DIRECTIONS {
                let problem = problem(&sample, objective.clone(), modes);
                let mut bytes = (1..=3).map(|threads| {
                    let pool = rayon::ThreadPoolBuilder::new()
                        .num_threads(threads)
                        .build()
                        .unwrap();
                    let plan = pool.install(|| plan(&problem, &Settings::default())).unwrap();
                    plan.certificate.to_bytes()
                });
                let first = bytes.next().unwrap();
                assert!(bytes.all(|other| other == first), "{kind:?} {seed} {modes:?}");
            }
        }
    }
}
