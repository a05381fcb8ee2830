//! Whatever is planned is proved, and what is changed afterwards is not: random problems with every kind of set and of objective.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test may fail where it builds its cases"
)]

use murphy::certify::{Rejection, Side};
use murphy::credal::{
    Constraint, Contamination, CredalSet, ImpreciseDirichlet, Interval, L1Ball, Polytope, Precise, Relation,
    Semidirect, Vertices,
};
use murphy::prelude::*;
use murphy::problem::{Direction, Objective, Proof};
use murphy::spec::{Settled, Stance};
use murphy::world::StateSet;

const DIRECTIONS: [Direction; 2] = [Direction::Maximize, Direction::Minimize];

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        u32::try_from(z % u64::from(limit)).unwrap()
    }

    fn ratio(&mut self, limit: u32, denominator: i64) -> Rational {
        Rational::new(self.below(limit).into(), denominator)
    }

    /// A distribution in tenths, zeros among them.
    fn distribution(&mut self, outcomes: u32) -> Vec<Rational> {
        let mut parts = vec![0; outcomes as usize];
        for _ in 0..10 {
            parts[self.below(outcomes) as usize] += 1;
        }
        parts.into_iter().map(|part| Rational::new(part, 10)).collect()
    }

    fn interval(&mut self, outcomes: u32) -> Interval {
        let (p, q) = (self.distribution(outcomes), self.distribution(outcomes));
        let lower = p.iter().zip(&q).map(|(p, q)| p.min(q).clone()).collect();
        Interval::new(lower, p.iter().zip(&q).map(|(p, q)| p.max(q).clone()).collect()).unwrap()
    }

    fn set(&mut self, outcomes: u32) -> CredalSet {
        match self.below(9) {
            0 => Precise::new(self.distribution(outcomes)).unwrap().into(),
            1 => Vertices::new((0..3).map(|_| self.distribution(outcomes)).collect())
                .unwrap()
                .into(),
            2 => L1Ball::new(self.distribution(outcomes), self.ratio(8, 10), self.below(2) == 0)
                .unwrap()
                .into(),
            3 => Contamination::new(self.distribution(outcomes), self.ratio(6, 10))
                .unwrap()
                .into(),
            4 => {
                let counts = (0..outcomes).map(|_| self.ratio(9, 1)).collect();
                ImpreciseDirichlet::new(counts, Rational::new(2, 1))
                    .unwrap()
                    .into()
            }
            5 => self.polytope(outcomes).into(),
            6 if outcomes >= 2 => {
                let (first, rest) = (self.interval(2).into(), self.interval(outcomes - 1).into());
                Semidirect::new(
                    first,
                    vec![Precise::new(vec![Rational::ONE]).unwrap().into(), rest],
                )
                .unwrap()
                .into()
            }
            _ => self.interval(outcomes).into(),
        }
    }

    /// A distribution and what a random weighted sum of it allows.
    fn polytope(&mut self, outcomes: u32) -> Polytope {
        let inside = self.distribution(outcomes);
        let constraint = |coefficients: Vec<Rational>, relation| {
            let bound = coefficients.iter().zip(&inside).map(|(c, p)| c * p).sum();
            Constraint {
                coefficients,
                relation,
                bound,
            }
        };
        let mut weights = || (0..outcomes).map(|_| self.ratio(5, 1)).collect::<Vec<_>>();
        let constraints = vec![
            constraint(weights(), Relation::AtLeast),
            constraint(weights(), Relation::AtMost),
        ];
        Polytope::new(outcomes as usize, constraints).unwrap()
    }

    /// Some states with up to three choices of up to four branches; the last two stay where they are.
    fn model(&mut self) -> Model {
        let states = 4 + self.below(12);
        let mut builder = ModelBuilder::new("random", vec!["a".into(), "b".into(), "c".into()]);
        for state in 0..states {
            builder.add_state(vec![]);
            if state + 2 >= states {
                let stay = Precise::new(vec![Rational::ONE]).unwrap().into();
                builder.add_choice(0, stay, vec![state]).unwrap();
                continue;
            }
            for action in 0..=self.below(3) {
                let outcomes = 1 + self.below(4);
                let targets: Vec<u32> = (0..outcomes).map(|_| self.below(states)).collect();
                builder.add_choice(action, self.set(outcomes), targets).unwrap();
            }
        }
        builder
            .start(vec![(0, Rational::new(3, 4)), (1, Rational::new(1, 4))])
            .finish()
            .unwrap()
    }
}

/// Plans for a random problem and checks the plan as a stranger would: from the bytes of its certificate.
fn planned(seed: u64, objective: impl FnOnce(&mut Random, &Model) -> Objective) -> (Problem, Plan) {
    let mut random = Random(seed);
    let model = random.model();
    let objective = objective(&mut random, &model);
    let probability = matches!(
        objective,
        Objective::Reach { .. } | Objective::BoundedReach { .. }
    );
    let problem = Problem {
        model,
        objective,
        complemented: probability && seed.is_multiple_of(3),
        agent: DIRECTIONS[usize::from(seed & 1 == 0)],
        nature: DIRECTIONS[usize::from(seed & 2 == 0)],
        stance: Stance::Pessimistic,
        settled: Settled::EachAction,
        precision: 1e-6,
        goal: String::new(),
    };
    let plan = plan(&problem, &Settings::default()).unwrap();
    let certificate = Certificate::from_bytes(&plan.certificate.to_bytes()).unwrap();
    let checked =
        check(&problem, &certificate).unwrap_or_else(|rejection| panic!("seed {seed}: {rejection}"));
    checked
        .proves(&plan.bracket)
        .unwrap_or_else(|rejection| panic!("seed {seed}: {rejection}"));
    boasts_are_rejected(&checked, &plan.bracket);
    (problem, plan)
}

/// A bracket that is narrower than what is proved is not proved.
fn boasts_are_rejected(checked: &Checked, bracket: &Bracket) {
    for (side, boast) in [
        (
            Side::Lower,
            Bracket {
                lower: checked.bracket.upper.next_up(),
                ..*bracket
            },
        ),
        (
            Side::Upper,
            Bracket {
                upper: checked.bracket.lower.next_down(),
                ..*bracket
            },
        ),
    ] {
        if checked.bracket.lower.is_finite() && checked.bracket.upper.is_finite() {
            let Err(Rejection::BracketNotProved { side: found, .. }) = checked.proves(&boast) else {
                panic!("{boast:?} is not proved")
            };
            assert_eq!(found, side);
        }
    }
}

/// In every state, a lower value above the upper one (or the reverse) is false, so nothing may prove it.
fn contradictions_are_rejected(problem: &Problem, plan: &Plan) {
    let Proof::FixedPoint { lower, upper, .. } = &plan.certificate.proof else {
        panic!("no vectors")
    };
    for (state, (low, high)) in lower.iter().zip(upper).enumerate() {
        let step = (high - low).abs().max(1.0) / 16.0;
        if high.is_finite() {
            let mut certificate = plan.certificate.clone();
            let Proof::FixedPoint { lower, .. } = &mut certificate.proof else {
                unreachable!()
            };
            lower[state] = high + step;
            let rejection = check(problem, &certificate).unwrap_err();
            let expected = matches!(
                rejection,
                Rejection::LowerInequality { .. } | Rejection::NoProgress { .. } | Rejection::Boundary { .. }
            );
            assert!(expected, "{rejection}");
        }
        let mut certificate = plan.certificate.clone();
        let Proof::FixedPoint { upper, .. } = &mut certificate.proof else {
            unreachable!()
        };
        upper[state] = if low.is_finite() { low - step } else { 1e6 };
        let rejection = check(problem, &certificate).unwrap_err();
        let expected = matches!(
            rejection,
            Rejection::UpperInequality { .. }
                | Rejection::NotStrict { .. }
                | Rejection::ReachesInfinite { .. }
                | Rejection::Boundary { .. }
        );
        assert!(expected, "{rejection}");
        let mut certificate = plan.certificate.clone();
        let Proof::FixedPoint { lower, .. } = &mut certificate.proof else {
            unreachable!()
        };
        lower[state] = f64::NAN;
        assert!(matches!(
            check(problem, &certificate),
            Err(Rejection::NotFinite { .. })
        ));
    }
}

fn last(model: &Model, back: usize) -> StateSet {
    let count = model.state_count();
    StateSet::from_flags((0..count).map(|state| state + back == count).collect())
}

fn quantity(random: &mut Random, model: &Model, least: i64) -> Vec<Rational> {
    (0..model.choice_count())
        .map(|_| random.ratio(9, 2) + Rational::from(least))
        .collect()
}

#[test]
fn plans_for_reaching_are_proved() {
    for seed in 0..200 {
        let (problem, plan) = planned(seed, |_, model| Objective::Reach {
            target: last(model, 1),
            avoid: last(model, 2),
        });
        contradictions_are_rejected(&problem, &plan);
    }
}

#[test]
fn plans_for_sums_until_a_target_are_proved() {
    for seed in 0..200 {
        let (problem, plan) = planned(seed, |random, model| Objective::Until {
            quantity: quantity(random, model, 0).into(),
            target: last(model, 1),
        });
        contradictions_are_rejected(&problem, &plan);
    }
}

#[test]
fn plans_for_discounted_sums_are_proved() {
    for seed in 0..200 {
        let (problem, plan) = planned(seed, |random, model| Objective::Discounted {
            quantity: quantity(random, model, -2).into(),
            discount: Rational::new(9, 10),
        });
        contradictions_are_rejected(&problem, &plan);
    }
}

#[test]
fn plans_for_some_steps_are_proved() {
    for seed in 0..200 {
        planned(seed, |random, model| {
            let steps = random.below(30);
            if random.below(2) == 0 {
                Objective::BoundedReach {
                    target: last(model, 1),
                    avoid: last(model, 2),
                    steps,
                }
            } else {
                Objective::Horizon {
                    quantity: quantity(random, model, -2).into(),
                    steps,
                }
            }
        });
    }
}
