//! Audits on random trees: optimal plans pass everywhere, others are caught where they can be mended, and the beliefs are those of the update.

use crate::brute::{following, game, pure_payoffs};
use crate::numbers::Random;
use crate::trees::{Shape, Worlds, agent, pays, random, random_policy};
use murphy_credal::infra::{AMeasure, Inframeasure, Update};
use murphy_notation::Rational;
use murphy_plan::consistency::{AuditError, Station, audit};
use murphy_plan::rules::{Rule, RuleError, rule};
use murphy_problem::decision::{BehaviourPolicy, DecisionTree, PolicyError, Turn};

const SHAPES: [Shape; 4] = [
    Shape {
        rich: false,
        prior: false,
    },
    Shape {
        rich: true,
        prior: false,
    },
    Shape {
        rich: false,
        prior: true,
    },
    Shape {
        rich: true,
        prior: true,
    },
];

fn trees(seed: u64, count: usize) -> impl Iterator<Item = (DecisionTree, Random)> {
    (0..count).map(move |at| {
        let mut numbers = Random(seed + u64::try_from(at).unwrap());
        (random(&mut numbers, SHAPES[at % SHAPES.len()]), numbers)
    })
}

fn optimal(tree: &DecisionTree) -> BehaviourPolicy {
    rule(tree, &[Rule::Maximin]).unwrap().remove(0).policy
}

/// Dynamic consistency, in exact arithmetic.
#[test]
fn a_plan_that_is_optimal_from_the_start_is_optimal_wherever_it_leads() {
    let (mut stations, mut alarms, mut mixed) = (0, 0, 0);
    for (tree, _) in trees(1000, 300) {
        let policy = optimal(&tree);
        let sets: Vec<usize> = (0..tree.information_sets().len()).collect();
        let found = audit(&tree, &policy, None).unwrap();
        assert_eq!(
            found.optimum,
            game(&tree, &pure_payoffs(&tree, &policy, &sets)),
            "normal form"
        );
        assert!(found.is_optimal());
        for station in &found.stations {
            assert!(station.is_consistent());
            assert_eq!(station.best, found.guarantee);
            stations += 1;
        }
        alarms += found.alarms().count();
        mixed += usize::from(!policy.is_pure());
        for alarm in found.alarms() {
            let naive = alarm.naive.as_ref().unwrap();
            assert!(naive.best > naive.of_the_plan);
            assert!(
                naive.guarantee <= found.guarantee,
                "leaving an optimal plan never helps"
            );
        }
    }
    assert!(
        stations > 600 && alarms > 50 && mixed > 50,
        "{stations} {alarms} {mixed}"
    );
}

/// A better continuation is found exactly where brute force finds one.
#[test]
fn a_plan_is_mended_where_it_can_be() {
    let (mut caught, mut passed) = (0, 0);
    for (tree, mut numbers) in trees(2000, 200) {
        let policy = random_policy(&mut numbers, &tree);
        let found = audit(&tree, &policy, None).unwrap();
        assert_eq!(found.guarantee, tree.guarantee(&tree.payoffs(&policy)));
        for station in &found.stations {
            let sets = following(&tree, station.belief.information_set);
            let best = game(&tree, &pure_payoffs(&tree, &policy, &sets));
            assert_eq!(station.best, best, "brute force");
            assert!(found.guarantee <= best && best <= found.optimum);
            assert_eq!(station.is_consistent(), best == found.guarantee);
            if let Some(moves) = &station.better {
                assert_eq!(moves.iter().sum::<Rational>(), Rational::ONE);
            }
            if station.is_consistent() {
                passed += 1
            } else {
                caught += 1
            }
        }
        assert!(!found.is_optimal() || found.inconsistent().next().is_none());
    }
    assert!(caught > 50 && passed > 50, "{caught} {passed}");
}

/// The belief at a station is the update of the belief before, with the plan's payoffs as the off-branch utility.
#[test]
fn beliefs_are_updates() {
    let mut updatable = 0;
    for (tree, mut numbers) in trees(3000, 200) {
        // Outcomes with the same payoff everywhere: a utility is then a function of the outcome.
        if tree
            .environments()
            .iter()
            .any(|e| e.payoff != tree.environments()[0].payoff)
        {
            continue;
        }
        let policy = random_policy(&mut numbers, &tree);
        let found = audit(&tree, &policy, None).unwrap();
        let (low, high) = found.range.clone();
        if low == high {
            continue;
        }
        for station in &found.stations {
            updatable += usize::from(check_belief(&tree, &policy, (&low, &high), station));
        }
    }
    assert!(updatable > 100, "{updatable}");
}

fn check_belief(
    tree: &DecisionTree,
    policy: &BehaviourPolicy,
    (low, high): (&Rational, &Rational),
    station: &Station,
) -> bool {
    let width = high - low;
    let histories = tree.histories();
    let ends: Vec<usize> = (0..histories.len())
        .filter(|&h| matches!(histories[h].turn, Turn::End))
        .collect();
    let passes = |mut at: usize| loop {
        if station.belief.histories.contains(&at) {
            return true;
        }
        match histories[at].parent {
            Some(parent) => at = parent,
            None => return false,
        }
    };
    let own = tree.realization(policy);
    let payoff = &tree.environments()[0].payoff;
    // Ends that no environment comes to may pay beyond the range; they have no mass.
    let utility = |&end: &usize| payoff[end].clone().clamp(low.clone(), high.clone());
    let utility = |end: &usize| (utility(end) - low) / &width;
    let event: Vec<bool> = ends.iter().map(|&end| passes(end)).collect();
    let off: Vec<Rational> = ends
        .iter()
        .zip(&event)
        .map(|(end, on)| if *on { Rational::ZERO } else { utility(end) })
        .collect();
    let update = Update::event(&event, off).unwrap();
    let mut stakes = Vec::new();
    for hypothesis in tree.hypotheses() {
        let point = |&k: &usize| {
            let environment = &tree.environments()[k];
            let chances = tree.chances(environment);
            let measure: Vec<Rational> = ends
                .iter()
                .map(|&end| &environment.weight * &chances[end] * own[end].clone())
                .collect();
            // What a payoff in the range is worth, and two more so that nothing secured is negative.
            let secured =
                (&environment.secured + &(&environment.weight * low)) / &width + Rational::from(4i64);
            AMeasure::new(measure, secured).unwrap()
        };
        let before = Inframeasure::new(hypothesis.environments.iter().map(point).collect()).unwrap();
        match update.of(&before) {
            Ok(after) => {
                for (point, &k) in after.belief.points().iter().zip(&hypothesis.environments) {
                    let normalised = station.belief.remaining[k].normalised.clone();
                    assert_eq!(normalised, Some((point.weight(), point.secured().clone())));
                }
                stakes.push(after.at_stake);
            }
            Err(_) => {
                assert!(
                    hypothesis
                        .environments
                        .iter()
                        .all(|&k| station.belief.remaining[k].normalised.is_none())
                );
                stakes.push(Rational::ZERO);
            }
        }
    }
    let priors = tree.hypotheses().iter().map(|hypothesis| &hypothesis.prior);
    let weighted: Vec<Rational> = priors.zip(&stakes).map(|(prior, stake)| prior * stake).collect();
    let total: Rational = weighted.iter().sum();
    assert_eq!(station.belief.at_stake, total);
    assert_eq!(station.is_updatable(), total.is_positive());
    let posterior = total
        .is_positive()
        .then(|| weighted.iter().map(|w| w / &total).collect::<Vec<_>>());
    assert_eq!(station.belief.posterior, posterior);
    station.is_updatable()
}

/// Whatever mixture is given, good or bad, the answer is the same; only how it is proved differs.
#[test]
fn the_mixture_changes_no_answer() {
    for (tree, mut numbers) in trees(4000, 100) {
        let best = optimal(&tree);
        let policy = if numbers.below(2) == 0 {
            best
        } else {
            random_policy(&mut numbers, &tree)
        };
        let without = audit(&tree, &policy, None).unwrap();
        let mut mixture = vec![Rational::ZERO; tree.environments().len()];
        for hypothesis in tree.hypotheses() {
            let at = usize::try_from(numbers.below(8)).unwrap() % hypothesis.environments.len();
            mixture[hypothesis.environments[at]] = hypothesis.prior.clone();
        }
        assert_eq!(audit(&tree, &policy, Some(&mixture)).unwrap(), without);
    }
}

/// Where a linear program would be too large, Nature's mixture still proves an optimal plan, and nothing is claimed of another.
#[test]
fn large_trees_are_proved_by_the_mixture_or_refused() {
    let chain = (0..600).rev().fold(pays(1, Rational::ZERO), |next, at| {
        let stop = pays(1, Rational::new(at, 600));
        agent(&format!("step {at}"), [("on", next), ("stop", stop)])
    });
    let tree = Worlds::named(&["only"]).tree(&chain);
    let mixture = [Rational::ONE];
    // On and on, and stop at the last step.
    let last = |set: usize| usize::from(set == 599);
    let best = BehaviourPolicy::pure(&tree, &(0..600).map(last).collect::<Vec<_>>()).unwrap();
    let found = audit(&tree, &best, Some(&mixture)).unwrap();
    assert!(found.is_optimal() && found.inconsistent().next().is_none());
    assert_eq!(found.stations.len(), 600);
    assert!(found.stations[0].naive.is_none() && found.stations[599].naive.is_some());
    let worse = BehaviourPolicy::pure(&tree, &[1; 600]).unwrap();
    assert!(matches!(
        audit(&tree, &worse, Some(&mixture)),
        Err(AuditError::TooLarge { .. })
    ));
    assert!(matches!(
        audit(&tree, &best, None),
        Err(AuditError::TooLarge { .. })
    ));
    let refused = rule(&tree, &[Rule::Maximin]).unwrap_err();
    assert!(matches!(refused, RuleError::Audit(AuditError::TooLarge { .. })));
}

#[test]
fn weights_that_are_no_mixture_are_refused() {
    let tree = random(&mut Random(5), SHAPES[2]);
    let policy = optimal(&tree);
    let refused = |mixture: &[Rational]| audit(&tree, &policy, Some(mixture)).unwrap_err();
    assert_eq!(refused(&[Rational::ONE]), AuditError::Mixture);
    let count = tree.environments().len();
    assert_eq!(refused(&vec![Rational::ZERO; count]), AuditError::Mixture);
    let mut negative = vec![Rational::ZERO; count];
    let environments = &tree.hypotheses()[0].environments;
    negative[environments[0]] = Rational::from(-1i64);
    assert_eq!(refused(&negative), AuditError::Mixture);
}

#[test]
fn a_policy_of_another_tree_is_refused() {
    let small = random(&mut Random(1), SHAPES[0]);
    let other = (2..).map(|seed| random(&mut Random(seed), SHAPES[0]));
    let other = other
        .into_iter()
        .find(|other| other.information_sets().len() != small.information_sets().len());
    let other = other.unwrap();
    let policy = optimal(&other);
    let refusal = audit(&small, &policy, None).unwrap_err();
    let expected = PolicyError::Rows {
        expected: small.information_sets().len(),
        found: other.information_sets().len(),
    };
    assert_eq!(refusal.to_string(), expected.to_string());
}
