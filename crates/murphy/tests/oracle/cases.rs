//! Objectives on random samples, solved and proved.

use crate::models::{Kinds, Random, Sample, problem, quantity, sample, states};
use murphy::prelude::*;
use murphy::problem::{Direction, Objective};

/// The objectives, one of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Reach,
    ReachAvoid,
    BoundedReach,
    Until,
    Horizon,
    Discounted,
    Total,
    LongRun,
}

pub(crate) const KINDS: [Kind; 8] = [
    Kind::Reach,
    Kind::ReachAvoid,
    Kind::BoundedReach,
    Kind::Until,
    Kind::Horizon,
    Kind::Discounted,
    Kind::Total,
    Kind::LongRun,
];

/// Returns a random objective of a kind in a sample.
pub(crate) fn objective(random: &mut Random, kind: Kind, sample: &Sample) -> Objective {
    let last = sample.len() - 1;
    let target = states(sample, &[last]);
    match kind {
        Kind::Reach => Objective::Reach {
            target,
            avoid: states(sample, &[]),
        },
        Kind::ReachAvoid => Objective::Reach {
            target,
            avoid: states(sample, &[1]),
        },
        Kind::BoundedReach => Objective::BoundedReach {
            target,
            avoid: states(sample, &[1]),
            steps: random.below(6),
        },
        // Otherwise few samples have a finite value.
        Kind::Until if random.below(3) > 0 => Objective::Until {
            quantity: costs(random, sample).into(),
            target: states(sample, &[last - 1, last]),
        },
        Kind::Until => Objective::Until {
            quantity: costs(random, sample).into(),
            target,
        },
        Kind::Horizon => Objective::Horizon {
            quantity: quantity(random, sample, (-2, 2)).into(),
            steps: random.below(6),
        },
        Kind::Total => Objective::Total {
            quantity: costs(random, sample).into(),
        },
        Kind::LongRun => Objective::LongRun {
            quantity: quantity(random, sample, (-2, 2)).into(),
        },
        Kind::Discounted => Objective::Discounted {
            quantity: quantity(random, sample, (-2, 2)).into(),
            discount: [Rational::ZERO, Rational::new(1, 3), Rational::new(9, 10)][random.below(3) as usize]
                .clone(),
        },
    }
}

/// Returns a quantity that is often zero.
fn costs(random: &mut Random, sample: &Sample) -> Vec<Rational> {
    let mut costs = quantity(random, sample, (-2, 3));
    for cost in costs.iter_mut().filter(|cost| cost.is_negative()) {
        *cost = Rational::ZERO;
    }
    costs
}

/// Returns a sample with an objective of a kind, the same for the same seed.
pub(crate) fn case(kind: Kind, seed: u64) -> (Sample, Objective) {
    let mut random = Random(seed.wrapping_mul(0x5851_f42d_4c95_7f2d) ^ kind as u64);
    let kinds = if seed.is_multiple_of(2) {
        Kinds::Intervals
    } else {
        Kinds::All
    };
    let ends = !matches!(kind, Kind::Horizon | Kind::Discounted)
        && (!matches!(kind, Kind::Total | Kind::LongRun) || seed.is_multiple_of(3));
    let sample = sample(&mut random, kinds, ends);
    let objective = objective(&mut random, kind, &sample);
    (sample, objective)
}

/// Plans and checks as a stranger would: from the bytes of the certificate.
pub(crate) fn solved(
    sample: &Sample,
    objective: &Objective,
    modes: (Direction, Direction),
) -> (Problem, Plan) {
    proved(problem(sample, objective.clone(), modes))
}

/// The same for a problem at hand.
pub(crate) fn proved(problem: Problem) -> (Problem, Plan) {
    let plan = plan(&problem, &Settings::default()).unwrap();
    let certificate = Certificate::from_bytes(&plan.certificate.to_bytes()).unwrap();
    assert_eq!(certificate, plan.certificate);
    let checked =
        check(&problem, &certificate).unwrap_or_else(|rejection| panic!("{rejection}\n{problem:?}"));
    checked.proves(&plan.bracket).unwrap();
    (problem, plan)
}

/// Returns the bracket of every state, where the certificate has one.
pub(crate) fn vectors(plan: &Plan) -> Option<(&[f64], &[f64])> {
    plan.certificate.proof.bounds()
}

/// Returns which choice of each state a policy takes; `None` for one that counts steps.
pub(crate) fn choice_numbers(problem: &Problem, plan: &Plan) -> Option<Vec<usize>> {
    let Policy::Memoryless(policy) = &plan.policy else {
        return None;
    };
    let number = |(state, choice): (u32, &u32)| (choice - problem.model.choices(state).start) as usize;
    Some((0..).zip(policy).map(number).collect())
}
