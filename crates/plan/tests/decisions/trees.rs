//! Decision trees written by hand, and random ones.

use crate::numbers::Random;
use murphy_notation::Rational;
use murphy_problem::decision::{
    BehaviourPolicy, DecisionTree, DecisionTreeBuilder, Environment, History, Hypothesis, Turn,
};

/// A tree as a person writes it: numbers are listed an environment.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// What the agent knows, and what it can do.
    Agent(String, Vec<(String, Node)>),
    /// What may happen, with the probability in each environment.
    Chance(Vec<(Vec<Rational>, Node)>),
    /// What is paid in each environment.
    End(Vec<Rational>),
}

pub(crate) fn q(n: i64, d: i64) -> Rational {
    Rational::new(n, d)
}

pub(crate) fn agent<const N: usize>(knows: &str, acts: [(&str, Node); N]) -> Node {
    Node::Agent(
        knows.to_owned(),
        acts.map(|(name, node)| (name.to_owned(), node)).to_vec(),
    )
}

/// A chance move with the same probabilities in every environment, or one list an environment.
pub(crate) fn chance<const N: usize>(branches: [(Vec<Rational>, Node); N]) -> Node {
    Node::Chance(branches.to_vec())
}

pub(crate) fn pays(environments: usize, amount: Rational) -> Node {
    Node::End(vec![amount; environments])
}

/// Environments and hypotheses, without their probabilities.
#[derive(Clone, Debug)]
pub(crate) struct Worlds {
    pub(crate) names: Vec<&'static str>,
    pub(crate) weights: Vec<Rational>,
    pub(crate) secured: Vec<Rational>,
    /// Each with its prior and environments; none for one that holds all.
    pub(crate) hypotheses: Vec<(Rational, Vec<usize>)>,
}

impl Worlds {
    pub(crate) fn named(names: &[&'static str]) -> Self {
        Self {
            names: names.to_vec(),
            weights: vec![Rational::ONE; names.len()],
            secured: vec![Rational::ZERO; names.len()],
            hypotheses: Vec::new(),
        }
    }

    pub(crate) fn tree(&self, root: &Node) -> DecisionTree {
        let environment = |k: usize| Environment {
            name: self.names[k].to_owned(),
            weight: self.weights[k].clone(),
            secured: self.secured[k].clone(),
            probability: Vec::new(),
            payoff: Vec::new(),
        };
        let mut builder = DecisionTreeBuilder {
            environments: (0..self.names.len()).map(environment).collect(),
            ..DecisionTreeBuilder::default()
        };
        let one = vec![Rational::ONE; self.names.len()];
        grow(&mut builder, root, (None, &one));
        let hypothesis = |(at, (prior, environments)): (usize, &(Rational, Vec<usize>))| Hypothesis {
            name: format!("hypothesis {at}"),
            prior: prior.clone(),
            environments: environments.clone(),
        };
        builder.hypotheses = self.hypotheses.iter().enumerate().map(hypothesis).collect();
        builder.finish().unwrap()
    }
}

fn grow(
    builder: &mut DecisionTreeBuilder,
    node: &Node,
    (parent, odds): (Option<usize>, &[Rational]),
) -> usize {
    let at = builder.histories.len();
    builder.histories.push(History {
        parent,
        turn: Turn::End,
        name: format!("history {at}"),
    });
    for (k, environment) in builder.environments.iter_mut().enumerate() {
        environment.probability.push(odds[k].clone());
        let payoff = if let Node::End(payoff) = node {
            payoff[k].clone()
        } else {
            Rational::ZERO
        };
        environment.payoff.push(payoff);
    }
    let one = vec![Rational::ONE; odds.len()];
    let turn = match node {
        Node::End(_) => Turn::End,
        Node::Chance(branches) => Turn::Chance {
            next: branches
                .iter()
                .map(|(odds, node)| grow(builder, node, (Some(at), odds)))
                .collect(),
        },
        Node::Agent(knows, acts) => {
            let known = builder
                .information_sets
                .iter()
                .position(|(name, _)| name == knows);
            let information_set = known.unwrap_or_else(|| {
                let actions = acts.iter().map(|(name, _)| name.clone()).collect();
                builder.information_sets.push((knows.clone(), actions));
                builder.information_sets.len() - 1
            });
            let next = acts
                .iter()
                .map(|(_, node)| grow(builder, node, (Some(at), &one)))
                .collect();
            Turn::Agent {
                information_set,
                next,
            }
        }
    };
    builder.histories[at].turn = turn;
    at
}

/// The policy that takes, at each information set, the action named.
pub(crate) fn named(tree: &DecisionTree, actions: &[(&str, &str)]) -> BehaviourPolicy {
    let action = |set: &murphy_problem::decision::InformationSet| {
        let wanted = actions.iter().find(|(knows, _)| *knows == set.name).unwrap().1;
        set.actions.iter().position(|action| action == wanted).unwrap()
    };
    let actions: Vec<usize> = tree.information_sets().iter().map(action).collect();
    BehaviourPolicy::pure(tree, &actions).unwrap()
}

/// What random trees are drawn with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Whether payoffs may differ between environments and be gained on the way, weights differ from one, something be secured.
    pub(crate) rich: bool,
    /// Whether there is a prior over hypotheses.
    pub(crate) prior: bool,
}

/// A random tree with perfect recall and something hidden, with at most seven information sets.
pub(crate) fn random(random: &mut Random, shape: Shape) -> DecisionTree {
    loop {
        let environments = 2 + usize::try_from(random.below(2)).unwrap() + usize::from(shape.prior);
        let mut worlds = Worlds::named(&["first", "second", "third", "fourth"][..environments]);
        if shape.rich {
            worlds.weights = (0..environments).map(|_| q(1 + below(random, 4), 4)).collect();
            worlds.secured = (0..environments).map(|_| q(below(random, 5) - 1, 4)).collect();
        }
        if shape.prior {
            let prior = q(1 + below(random, 3), 4);
            let rest = Rational::ONE - &prior;
            worlds.hypotheses = vec![
                (prior, vec![0, 2]),
                (rest, (0..environments).filter(|k| k % 2 == 1).collect()),
            ];
            worlds.hypotheses[0].1.retain(|&k| k < environments);
        }
        let mut drawing = Drawing {
            random,
            environments,
            rich: shape.rich,
        };
        let root = drawing.chance("", 2);
        let tree = worlds.tree(&root);
        if (1..=7).contains(&tree.information_sets().len()) {
            return tree;
        }
    }
}

fn below(random: &mut Random, limit: u64) -> i64 {
    i64::try_from(random.below(limit)).unwrap()
}

struct Drawing<'r> {
    random: &'r mut Random,
    environments: usize,
    rich: bool,
}

impl Drawing<'_> {
    /// Two things that may be seen, each of which may hide one of two.
    fn chance(&mut self, seen: &str, depth: u32) -> Node {
        let seeds: Vec<u64> = (0..2).map(|_| self.random.next()).collect();
        let hides = self.random.below(2) == 0;
        let count = if hides { 4 } else { 2 };
        let odds: Vec<Vec<Rational>> = (0..self.environments).map(|_| self.distribution(count)).collect();
        let branch = |at: usize| {
            let what = at % 2;
            // What is hidden changes payoffs and later odds, not what can be done.
            let shape = Random(seeds[what]);
            let probabilities = odds.iter().map(|row| row[at].clone()).collect();
            (probabilities, what, shape)
        };
        let branches: Vec<_> = (0..count).map(branch).collect();
        let grown = branches
            .into_iter()
            .map(|(odds, what, shape)| (odds, self.agent(&format!("{seen}{what}"), depth, shape)));
        Node::Chance(grown.collect())
    }

    /// The shape depends on what is seen alone, so that information sets fit.
    fn agent(&mut self, seen: &str, depth: u32, mut shape: Random) -> Node {
        if depth == 0 || shape.below(5) == 0 {
            return self.end();
        }
        let goes_on = [shape.below(2) == 0, shape.below(2) == 0];
        let act = |drawing: &mut Self, action: usize| {
            let seen = format!("{seen}{}", ["a", "b"][action]);
            let node = if depth > 1 && goes_on[action] {
                drawing.seen_again(&seen, depth - 1, shape.0 ^ u64::try_from(action).unwrap())
            } else {
                drawing.end()
            };
            (["a", "b"][action].to_owned(), node)
        };
        Node::Agent(seen.to_owned(), (0..2).map(|action| act(self, action)).collect())
    }

    /// One of two things is seen after a move; what can then be done depends on what was seen alone.
    fn seen_again(&mut self, seen: &str, depth: u32, shape: u64) -> Node {
        let odds: Vec<Vec<Rational>> = (0..self.environments).map(|_| self.distribution(2)).collect();
        let branch = |drawing: &mut Self, what: usize| {
            let probabilities = odds.iter().map(|row| row[what].clone()).collect();
            let shape = Random(shape.wrapping_add(u64::try_from(what).unwrap()));
            (
                probabilities,
                drawing.agent(&format!("{seen}{what}"), depth, shape),
            )
        };
        Node::Chance((0..2).map(|what| branch(self, what)).collect())
    }

    fn end(&mut self) -> Node {
        let common = q(below(self.random, 7) - 1, 4);
        let rich = self.rich;
        let payoff = |_| {
            if rich {
                q(below(self.random, 7) - 1, 4)
            } else {
                common.clone()
            }
        };
        Node::End((0..self.environments).map(payoff).collect())
    }

    fn distribution(&mut self, count: usize) -> Vec<Rational> {
        loop {
            let weights: Vec<i64> = (0..count).map(|_| below(self.random, 4)).collect();
            let total: i64 = weights.iter().sum();
            if total > 0 {
                return weights.into_iter().map(|w| q(w, total)).collect();
            }
        }
    }
}

/// A random policy, often with lots.
pub(crate) fn random_policy(random: &mut Random, tree: &DecisionTree) -> BehaviourPolicy {
    let row = |set: &murphy_problem::decision::InformationSet| {
        let p = q(below(random, 4), 3);
        assert_eq!(set.actions.len(), 2);
        vec![p.clone(), Rational::ONE - p]
    };
    BehaviourPolicy::new(tree, tree.information_sets().iter().map(row).collect()).unwrap()
}
