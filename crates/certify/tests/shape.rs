//! What is wrong with a certificate before any inequality: lengths, kinds, policies, numbers, and problems nothing can be proved of.

mod support;

use murphy_certify::{Rejection, Side, check};
use murphy_notation::Rational;
use murphy_problem::{Bracket, Certificate, Objective, Policy, Problem, Proof, Settled, Stance};
use support::*;

fn trivial() -> (Sample, Certificate) {
    let sample = sample(1, MODES[0], 4, reach);
    let certificate = fixed_point(
        choices(&sample, &[0; STATES]),
        vec![0.0; STATES],
        vec![1.0; STATES],
        vec![0; STATES],
    );
    (sample, certificate)
}

#[test]
fn zero_and_one_enclose_every_probability() {
    let (sample, certificate) = trivial();
    let checked = check(&sample.problem, &certificate).unwrap();
    assert_eq!(
        checked.bracket,
        Bracket {
            lower: 0.0,
            upper: 1.0
        }
    );
    checked
        .proves(&Bracket {
            lower: -1.0,
            upper: f64::INFINITY,
        })
        .unwrap();
    for (claimed, side) in [
        (
            Bracket {
                lower: 0.5,
                upper: 1.0,
            },
            Side::Lower,
        ),
        (
            Bracket {
                lower: f64::NAN,
                upper: 1.0,
            },
            Side::Lower,
        ),
        (
            Bracket {
                lower: f64::INFINITY,
                upper: 1.0,
            },
            Side::Lower,
        ),
        (
            Bracket {
                lower: 0.0,
                upper: 0.5,
            },
            Side::Upper,
        ),
        (
            Bracket {
                lower: 0.0,
                upper: f64::NAN,
            },
            Side::Upper,
        ),
        (
            Bracket {
                lower: 0.0,
                upper: f64::NEG_INFINITY,
            },
            Side::Upper,
        ),
    ] {
        let Err(Rejection::BracketNotProved { side: found, .. }) = checked.proves(&claimed) else {
            panic!("{claimed:?}")
        };
        assert_eq!(found, side);
    }
}

#[test]
fn lengths_must_fit() {
    for (at, name) in (0..4).zip(["policy", "lower", "upper", "rank"]) {
        let (sample, mut certificate) = trivial();
        let (policy, lower, upper, rank) = parts(&mut certificate);
        match at {
            0 => policy.truncate(2),
            1 => lower.push(0.0),
            2 => upper.clear(),
            _ => rank.truncate(1),
        }
        let Err(Rejection::Length { what, expected, .. }) = check(&sample.problem, &certificate) else {
            panic!("{name}")
        };
        assert_eq!((what, expected), (name, STATES));
    }
}

#[test]
fn kinds_must_fit() {
    let (sample, certificate) = trivial();
    let backward = Certificate {
        proof: Proof::Backward,
        ..certificate.clone()
    };
    assert!(matches!(
        check(&sample.problem, &backward),
        Err(Rejection::Kind { .. })
    ));
    let stepwise = Certificate {
        policy: Policy::Stepwise(vec![]),
        ..certificate.clone()
    };
    assert!(matches!(
        check(&sample.problem, &stepwise),
        Err(Rejection::Kind { .. })
    ));
    let objective = Objective::BoundedReach {
        target: flags(TARGET),
        avoid: flags(AVOID),
        steps: 2,
    };
    let bounded = Problem {
        objective,
        ..sample.problem.clone()
    };
    assert!(matches!(
        check(&bounded, &certificate),
        Err(Rejection::Kind { .. })
    ));
    let empty = Certificate {
        policy: Policy::Stepwise(vec![]),
        proof: Proof::Backward,
    };
    assert!(matches!(
        check(&bounded, &empty),
        Err(Rejection::Length { what: "policy", .. })
    ));
}

#[test]
fn a_policy_must_name_choices_of_its_states() {
    let (sample, certificate) = trivial();
    for s in 0..STATES {
        for foreign in [
            u32::MAX,
            u32::try_from(sample.problem.model.choice_count()).unwrap(),
        ] {
            let mut changed = certificate.clone();
            parts(&mut changed).0[s] = foreign;
            let Err(Rejection::ForeignChoice { state, choice, .. }) = check(&sample.problem, &changed) else {
                panic!("choice {foreign} in state {s}")
            };
            assert_eq!((state as usize, choice), (s, foreign));
        }
    }
}

#[test]
fn what_is_not_a_number_is_refused() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for side in [Side::Lower, Side::Upper] {
            for s in 0..STATES {
                let (sample, mut certificate) = trivial();
                let (_, lower, upper, _) = parts(&mut certificate);
                let vector = if side == Side::Lower { lower } else { upper };
                vector[s] = bad;
                let Err(Rejection::NotFinite { place }) = check(&sample.problem, &certificate) else {
                    panic!("{bad}")
                };
                assert_eq!((place.side, place.state as usize), (side, s));
            }
        }
    }
}

#[test]
fn problems_outside_the_theorems_are_refused() {
    let (sample, certificate) = trivial();
    let refused = |problem: Problem| {
        let verdict = check(&problem, &certificate);
        assert!(matches!(verdict, Err(Rejection::Problem { .. })), "{verdict:?}");
    };
    let base = || sample.problem.clone();
    let with = |objective| Problem { objective, ..base() };
    let choices = base().model.choice_count();
    refused(Problem {
        settled: Settled::Once,
        ..base()
    });
    refused(Problem {
        settled: Settled::EachState,
        ..base()
    });
    check(
        &Problem {
            settled: Settled::Once,
            stance: Stance::Nominal,
            ..base()
        },
        &certificate,
    )
    .unwrap();
    refused(with(Objective::Reach {
        target: flags(TARGET),
        avoid: flags(TARGET),
    }));
    let short = murphy_world::StateSet::none(1);
    refused(with(Objective::Reach {
        target: short,
        avoid: flags(AVOID),
    }));
    let discounted = |quantity, discount| Objective::Discounted { quantity, discount };
    refused(with(discounted(
        vec![Rational::ONE; choices].into(),
        Rational::ONE,
    )));
    refused(with(discounted(
        vec![Rational::ONE; choices].into(),
        ratio(-1, 2),
    )));
    refused(with(discounted(vec![Rational::ONE; 1].into(), ratio(1, 2))));
    refused(with(Objective::Until {
        quantity: vec![ratio(-1, 2); choices].into(),
        target: flags(TARGET),
    }));
    let objective = Objective::Until {
        quantity: vec![Rational::ONE; choices].into(),
        target: flags(TARGET),
    };
    refused(Problem {
        complemented: true,
        ..with(objective)
    });
}

#[test]
fn rejections_read_as_sentences() {
    let (sample, mut certificate) = trivial();
    parts(&mut certificate).1[AVOID] = 0.25;
    let rejection = check(&sample.problem, &certificate).unwrap_err();
    assert_eq!(
        rejection.to_string(),
        "the lower side fails in state 4 (4): the value is 1/4, but must not be above 0"
    );
    let (_, mut certificate) = trivial();
    parts(&mut certificate).2[..OPEN].fill(0.0);
    let rejection = check(&sample.problem, &certificate).unwrap_err().to_string();
    assert!(
        rejection.contains("at most 0 is claimed, but the next states allow "),
        "{rejection}"
    );
}
