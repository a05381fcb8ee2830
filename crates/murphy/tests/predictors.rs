//! Laws whose predictors look at many choices: branch and bound agrees with trying every way of acting, and every proof is checked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail where it builds its cases"
)]

use murphy::decision::decide;
use murphy_certify::{DecisionRejection, check_decision};
use murphy_notation::{Polynomial, Rational};
use murphy_plan::once::solve_game;
use murphy_problem::decision::{
    BehaviourPolicy, DecisionDocument, DecisionProof, History, Law, LawHypothesis, PlanText, Query, Range,
    Turn,
};
use murphy_world::{Reads, Settled};

/// A small generator of its own, so that the cases are the same everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn ratio(&mut self, parts: i64) -> Rational {
        Rational::new(
            i64::try_from(self.below(parts.unsigned_abs() + 1)).unwrap(),
            parts,
        )
    }
}

/// The symbol of the first action of an information set, and that of the unknown.
const READ: usize = 10;
const UNKNOWN: usize = 0;

struct Growing {
    histories: Vec<History>,
    sets: Vec<(String, Vec<String>)>,
}

impl Growing {
    fn add(&mut self, parent: Option<usize>) -> usize {
        let name = self.histories.len().to_string();
        self.histories.push(History {
            parent,
            turn: Turn::End,
            name,
        });
        self.histories.len() - 1
    }

    fn chance(&mut self, at: usize) -> Vec<usize> {
        let next = vec![self.add(Some(at)), self.add(Some(at))];
        self.histories[at].turn = Turn::Chance { next: next.clone() };
        next
    }

    fn agent(&mut self, at: &[usize]) -> Vec<Vec<usize>> {
        let information_set = self.sets.len();
        self.sets.push((
            format!("set {information_set}"),
            vec!["a".to_owned(), "b".to_owned()],
        ));
        let mut after = vec![Vec::new(); 2];
        for &history in at {
            let next = vec![self.add(Some(history)), self.add(Some(history))];
            for (action, &one) in next.iter().enumerate() {
                after[action].push(one);
            }
            self.histories[history].turn = Turn::Agent {
                information_set,
                next,
            };
        }
        after
    }
}

/// Two choices after a sight, then two more each: eight information sets, all of which predictors read.
fn random_law(dice: &mut Dice, count: usize) -> Law {
    let mut grown = Growing {
        histories: Vec::new(),
        sets: Vec::new(),
    };
    let root = grown.add(None);
    for (side, first) in grown.chance(root).into_iter().enumerate() {
        for after in grown.agent(&[first]) {
            let seen: Vec<usize> = after.into_iter().flat_map(|one| grown.chance(one)).collect();
            let groups: Vec<Vec<usize>> = match side {
                0 => seen.iter().map(|one| vec![*one]).collect(),
                _ => vec![seen],
            };
            for group in groups {
                for last in grown.agent(&group).into_iter().flatten() {
                    grown.chance(last);
                }
            }
        }
    }
    let has_prior = dice.below(2) == 0;
    let mut hypotheses: Vec<LawHypothesis> = (0..count)
        .map(|number| random_hypothesis(dice, &grown, number))
        .collect();
    if has_prior {
        for one in &mut hypotheses {
            one.prior = Rational::new(1, i64::try_from(count).unwrap());
        }
    }
    let query = |information_set: usize| Query {
        predictor: format!("omega {information_set}"),
        reads: Reads::Policy,
        information_set,
        symbols: vec![Some(READ + information_set), None],
    };
    Law {
        histories: grown.histories,
        hypotheses,
        has_prior,
        queries: (0..grown.sets.len()).map(query).collect(),
        information_sets: grown.sets,
        remembers: true,
        optimistic: false,
        negated: false,
        tail: Rational::ZERO,
        goal: "all".to_owned(),
        world: "random".to_owned(),
    }
}

/// Every chance move reads some choice; what is read first in the first hypothesis is believed only so far, and how far is not known.
fn random_hypothesis(dice: &mut Dice, grown: &Growing, number: usize) -> LawHypothesis {
    let one = Polynomial::from(Rational::ONE);
    let mut probability = vec![one.clone(); grown.histories.len()];
    for history in &grown.histories {
        let Turn::Chance { next } = &history.turn else {
            continue;
        };
        let set = usize::try_from(dice.below(u64::try_from(grown.sets.len()).unwrap())).unwrap();
        let (low, high) = (dice.ratio(4), dice.ratio(4));
        let mut p = Polynomial::from(low.clone()).plus(&Polynomial::symbol(READ + set).scaled(&(high - low)));
        if history.parent.is_none() && number == 0 {
            let doubt = Polynomial::symbol(UNKNOWN);
            p = p
                .times(&one.minus(&doubt))
                .plus(&doubt.scaled(&Rational::new(1, 2)));
        }
        probability[next[1]] = one.minus(&p);
        probability[next[0]] = p;
    }
    let doubt = Range {
        symbol: UNKNOWN,
        name: "doubt".to_owned(),
        low: Rational::new(1, 4),
        high: Rational::new(3, 4),
        settled: Settled::Once,
    };
    LawHypothesis {
        name: format!("hypothesis {number}"),
        prior: Rational::ONE,
        weight: Rational::ONE,
        secured: dice.ratio(5),
        unknowns: if number == 0 { vec![doubt] } else { Vec::new() },
        probability,
        payoff: grown
            .histories
            .iter()
            .map(|_| dice.ratio(6) - Rational::new(1, 3))
            .collect(),
    }
}

#[test]
fn branch_and_bound_is_the_best_of_all_ways() {
    let mut dice = Dice(3);
    let mut spared = 0;
    for round in 0..6 {
        let law = random_law(&mut dice, 1 + round % 3);
        let ways = law.ways().unwrap();
        assert_eq!(ways.len(), 256);
        let value = |way: &Vec<usize>| solve_game(&law.kept(way).unwrap()).unwrap().lower;
        let best = ways.iter().map(value).max().unwrap();
        let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
        assert_eq!(answer.checked.lower, best, "round {round}");
        assert_eq!(answer.checked.upper, best, "round {round}");
        let DecisionProof::Predicted { alternatives, .. } = &answer.proof else {
            panic!("predictors read the policy")
        };
        spared += ways.len() - alternatives.len();
    }
    assert!(
        spared > 600,
        "only {spared} ways were ruled out together with others"
    );
}

#[test]
fn a_part_is_worth_at_least_what_every_way_in_it_is() {
    let mut dice = Dice(8);
    let law = random_law(&mut dice, 2);
    for _ in 0..20 {
        let does: Vec<Option<usize>> = (0..8)
            .map(|_| [None, Some(0), Some(1)][usize::try_from(dice.below(3)).unwrap()])
            .collect();
        let bound = solve_game(&law.partly(&does).unwrap()).unwrap();
        let agrees = |way: &&Vec<usize>| {
            does.iter()
                .zip(way.iter())
                .all(|(told, does)| told.is_none_or(|told| told == *does))
        };
        for way in law.ways().unwrap().iter().filter(agrees) {
            let compiled = law.kept(way).unwrap();
            assert!(
                solve_game(&compiled).unwrap().lower <= bound.upper,
                "{does:?} {way:?}"
            );
        }
    }
}

#[test]
fn a_nature_that_is_with_the_agent_gives_the_best_of_all_pairs() {
    let mut dice = Dice(14);
    for round in 0..4 {
        let mut law = random_law(&mut dice, 1 + round % 3);
        law.optimistic = true;
        let mut best: Option<Rational> = None;
        for way in law.ways().unwrap() {
            let compiled = law.kept(&way).unwrap();
            // All choices are looked at, so that a way is a policy.
            let rows = way
                .iter()
                .map(|&does| {
                    (0..2)
                        .map(|action| Rational::from(i64::from(action == does)))
                        .collect()
                })
                .collect();
            let policy = BehaviourPolicy::over(&compiled.sets, rows).unwrap();
            let x = compiled.form.realization(&policy);
            for plan in compiled.form.pure_plans(100).unwrap() {
                let pays = |row: &std::collections::BTreeMap<usize, Rational>| {
                    row.iter().map(|(q, a)| a * &x[*q]).sum::<Rational>()
                };
                let worth = compiled
                    .form
                    .payoff
                    .iter()
                    .zip(&plan)
                    .map(|(row, weight)| weight * pays(row))
                    .sum();
                best = best.max(Some(worth));
            }
        }
        let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
        assert_eq!(Some(&answer.checked.lower), best.as_ref(), "round {round}");
        assert_eq!(Some(&answer.checked.upper), best.as_ref(), "round {round}");
        let mut wrong = answer.proof.clone();
        if let DecisionProof::Hoped { upper, .. } = &mut wrong {
            *upper -= Rational::new(1, 16);
        }
        assert!(matches!(
            check_decision(&law, &wrong),
            Err(DecisionRejection::Upper { .. })
        ));
        law.optimistic = false;
        assert_eq!(check_decision(&law, &answer.proof), Err(DecisionRejection::Kind));
    }
}

#[test]
fn a_proof_that_leaves_ways_out_is_rejected() {
    let mut dice = Dice(5);
    let law = random_law(&mut dice, 2);
    let proof = decide(&law, &Rational::new(1, 1000)).unwrap().proof;
    let changed = |change: &dyn Fn(&mut DecisionProof)| {
        let mut proof = proof.clone();
        change(&mut proof);
        check_decision(&law, &proof)
    };
    let part = |proof: &mut DecisionProof,
                change: &dyn Fn(&mut Vec<murphy_problem::decision::Alternative>)| {
        if let DecisionProof::Predicted { alternatives, .. } = proof {
            change(alternatives);
        }
    };
    let left_out = changed(&|proof| part(proof, &|all| drop(all.remove(1))));
    assert_eq!(left_out, Err(DecisionRejection::Uncovered));
    let widened = changed(&|proof| {
        part(proof, &|all| {
            // The way that is best, said to be left open in its last choice: the other half of it is told twice.
            let at = all
                .iter()
                .position(|one| one.does.iter().all(Option::is_some))
                .unwrap();
            all[at].does[7] = None;
        });
    });
    assert_eq!(widened, Err(DecisionRejection::Uncovered));
    let lower = changed(&|proof| {
        if let DecisionProof::Predicted { lower, .. } = proof {
            *lower += Rational::new(1, 16);
        }
    });
    assert!(matches!(lower, Err(DecisionRejection::Lower { .. })));
    let upper = changed(&|proof| {
        if let DecisionProof::Predicted { upper, .. } = proof {
            *upper -= Rational::new(1, 16);
        }
    });
    assert!(matches!(upper, Err(DecisionRejection::Upper { .. })));
}

#[test]
fn a_plan_of_parts_is_read_back_as_it_was_written() {
    let mut dice = Dice(5);
    let law = random_law(&mut dice, 2);
    let answer = decide(&law, &Rational::new(1, 1000)).unwrap();
    let origin = || murphy_problem::Origin {
        path: "x.ron".to_owned(),
        hash: "0".to_owned(),
    };
    let origins = (origin(), Vec::new(), std::collections::BTreeMap::new(), origin());
    let text = DecisionDocument::new(&law, &answer.proof, origins)
        .unwrap()
        .to_text()
        .unwrap();
    let read = DecisionDocument::from_text(&text).unwrap().proof(&law).unwrap();
    check_decision(&law, &read).unwrap();
    assert!(text.contains("None"), "{text}");
    assert!(!text.contains("Some"), "{text}");
}
