//! What kind of law a world has: whether it could be had without reading the policy, and whether every lie about the policy would show.
//!
//! - *causal*: what chance does after a history is the same for every policy that can come to it;
//! - *pseudocausal*: wherever two policies agree on all that happens with positive probability under one of them, the other makes the same happen;
//! - *acausal*: neither. Then a planner that only rules out what is contradicted by what happens (the Nirvana construction) does worse.
//!
//! The construction lets Nature pretend to any policy and pays without bound once what happens contradicts the pretence, so that it is worth
//! `max over π of min { what π' pays : nothing that happens under π' contradicts π }`. It is for policies that draw no lots: with lots everything is contradicted.
//!
//! # Source
//! Appel, Kosoy, "Belief functions and decision theory" (causal, pseudocausal, acausal; the Nirvana trick); Gelb, "Formalizing Newcombian problems".

use crate::once::law::DecisionError;
use murphy_notation::Rational;
use murphy_problem::decision::{CompileError, DecisionTree, Environment, Law, Turn};

/// The most policies that are compared with one another.
const POLICIES_MAX: usize = 256;

/// The kind of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Causality {
    /// It need not read the policy at all.
    Causal,
    /// It reads the policy, and whatever it reads shows.
    Pseudocausal,
    /// It reads what may never show.
    Acausal,
}

/// A policy without lots: the action of each information set.
pub type Pure = Vec<usize>;

/// The kind of a law, and what the Nirvana construction makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The kind.
    pub causality: Causality,
    /// For an acausal law, two policies: under the second everything that happens fits the first, and yet the first would make other things happen.
    pub witness: Option<(Pure, Pure)>,
    /// The best policy without lots, and what it is worth.
    pub best: (Pure, Rational),
    /// The best policy after the construction, and what it is worth then.
    pub nirvana: (Pure, Rational),
    /// Where the construction makes the best policy worth less, the policy that Nature pretends.
    pub pretence: Option<Pure>,
}

/// What happens under one policy in one environment.
struct Course {
    /// The information sets that are come to.
    visited: Vec<usize>,
    /// The probability that chance alone gives to each history.
    chances: Vec<Rational>,
    /// Which histories the policy's own moves lead to.
    own: Vec<bool>,
    payoff: Rational,
}

impl Course {
    fn happens(&self, history: usize) -> bool {
        self.own[history] && self.chances[history].is_positive()
    }

    fn fits(&self, pretended: &[usize], policy: &[usize]) -> bool {
        self.visited.iter().all(|&set| pretended[set] == policy[set])
    }
}

/// All policies without lots, and what each makes happen in each environment.
struct Courses {
    policies: Vec<Pure>,
    /// By policy and environment.
    courses: Vec<Vec<Course>>,
    histories: usize,
    ends: Vec<bool>,
}

/// Returns the verdict on a law that reads policies; `None` where there is nothing to read, or a prior, or too many policies.
///
/// # Errors
/// If the law does not come down to finitely many environments.
pub fn verdict(law: &Law) -> Result<Option<Verdict>, DecisionError> {
    if law.has_prior || !law.remembers {
        return Ok(None);
    }
    let Some(all) = Courses::of(law)? else {
        return Ok(None);
    };
    let count = all.policies.len();
    let worth = |policy: usize| least(all.courses[policy].iter().map(|course| &course.payoff));
    // For each policy the least that a pretence can pay, with the pretence.
    let pretended = |policy: usize| {
        let mut least: Option<(Rational, usize)> = None;
        for other in 0..count {
            for course in &all.courses[other] {
                let fits = course.fits(&all.policies[other], &all.policies[policy]);
                if fits && least.as_ref().is_none_or(|(least, _)| course.payoff < *least) {
                    least = Some((course.payoff.clone(), other));
                }
            }
        }
        least.unwrap_or_default()
    };
    let first_best = |value: &dyn Fn(usize) -> Rational| {
        (0..count)
            .map(|policy| (policy, value(policy)))
            .reduce(|a, b| if b.1 > a.1 { b } else { a })
            .unwrap_or_default()
    };
    let best = first_best(&worth);
    let nirvana = first_best(&|policy| pretended(policy).0);
    let mut causality = Causality::Causal;
    let mut witness = None;
    if !all.is_causal() {
        witness = all.hidden_lie();
        causality = if witness.is_some() {
            Causality::Acausal
        } else {
            Causality::Pseudocausal
        };
    }
    let own = pretended(best.0);
    Ok(Some(Verdict {
        causality,
        witness: witness.map(|(a, b)| (all.policies[a].clone(), all.policies[b].clone())),
        pretence: (own.0 < best.1).then(|| all.policies[own.1].clone()),
        best: (all.policies[best.0].clone(), best.1),
        nirvana: (all.policies[nirvana.0].clone(), nirvana.1),
    }))
}

/// A finite reward for exposing a pretence, paid instead of one without bound, in a problem that is played over and over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiniteNirvana {
    /// What a policy is worth, on average, at the given patience.
    pub value: Rational,
    /// The least patience from which on it is worth what the law says; none if no patience below one is enough.
    pub patience: Option<Rational>,
}

/// Returns what the best policy without lots is worth when exposing a pretence pays `reward` for ever after, each round counting `patience` times the one before.
///
/// Against a pretence that is contradicted with probability `c` and otherwise pays `u` in all, the worth is `((1-β)u + c·reward)/(1 - β(1-c))`.
///
/// # Errors
/// As [`verdict`].
pub fn finite_nirvana(
    law: &Law,
    reward: &Rational,
    patience: &Rational,
) -> Result<Option<FiniteNirvana>, DecisionError> {
    let Some(verdict) = verdict(law)? else {
        return Ok(None);
    };
    let Some(all) = Courses::of(law)? else {
        return Ok(None);
    };
    let (policy, value) = verdict.best;
    let mut worth = value.clone();
    let mut needed = Some(Rational::ZERO);
    for (pretence, courses) in all.policies.iter().zip(&all.courses) {
        for (k, course) in courses.iter().enumerate() {
            let (exposed, unexposed) = all.exposed(law, (pretence, k), course, &policy)?;
            let impatience = Rational::ONE - patience;
            let above = &impatience * &unexposed + &exposed * reward;
            let below = Rational::ONE - patience * (Rational::ONE - &exposed);
            if let Some(one) = above.checked_div(&below) {
                worth = worth.min(one);
            }
            // It is worth at least the law's value where β·(value·(1-c) - u) >= value - u - c·reward.
            let slope = &value * (Rational::ONE - &exposed) - &unexposed;
            let short = &value - &unexposed - &exposed * reward;
            if short.is_positive() {
                let threshold = short
                    .checked_div(&slope)
                    .filter(|b| slope.is_positive() && *b < Rational::ONE);
                needed = needed.zip(threshold).map(|(a, b)| a.max(b));
            }
        }
    }
    Ok(Some(FiniteNirvana {
        value: worth,
        patience: needed,
    }))
}

fn least<'a>(values: impl Iterator<Item = &'a Rational>) -> Rational {
    values.min().cloned().unwrap_or_default()
}

impl Courses {
    fn of(law: &Law) -> Result<Option<Self>, DecisionError> {
        let mut policies: Vec<Pure> = vec![Vec::new()];
        for (_, actions) in &law.information_sets {
            if policies.len() * actions.len() > POLICIES_MAX {
                return Ok(None);
            }
            policies = policies
                .into_iter()
                .flat_map(|policy| {
                    (0..actions.len()).map(move |action| {
                        let mut policy = policy.clone();
                        policy.push(action);
                        policy
                    })
                })
                .collect();
        }
        let mut courses = Vec::new();
        for policy in &policies {
            let tree = told(law, policy)?;
            let own = own_moves(&tree, policy);
            let environments = tree.environments().iter();
            courses.push(environments.map(|one| course(&tree, one, own.clone())).collect());
        }
        let ends = law.histories.iter().map(|one| one.turn == Turn::End).collect();
        Ok(Some(Self {
            policies,
            courses,
            histories: law.histories.len(),
            ends,
        }))
    }

    fn environments(&self) -> usize {
        self.courses.first().map_or(0, Vec::len)
    }

    /// Says whether chance gives every history the same probability under all policies that can come to it.
    fn is_causal(&self) -> bool {
        (0..self.environments()).all(|k| {
            (0..self.histories).all(|history| {
                let able = self.courses.iter().map(|courses| &courses[k]);
                let mut chances = able
                    .filter(|course| course.own[history])
                    .map(|course| &course.chances[history]);
                let first = chances.next();
                chances.all(|other| Some(other) == first)
            })
        })
    }

    /// Returns two policies such that all that happens under the second fits the first, under which other things would happen.
    fn hidden_lie(&self) -> Option<(usize, usize)> {
        for second in 0..self.policies.len() {
            for first in 0..self.policies.len() {
                for k in 0..self.environments() {
                    let (course, other) = (&self.courses[second][k], &self.courses[first][k]);
                    if !course.fits(&self.policies[second], &self.policies[first]) {
                        continue;
                    }
                    let differs = |history: usize| {
                        self.ends[history]
                            && (course.happens(history) != other.happens(history)
                                || (course.happens(history)
                                    && course.chances[history] != other.chances[history]))
                    };
                    if (0..self.histories).any(differs) {
                        return Some((first, second));
                    }
                }
            }
        }
        None
    }

    /// Returns with which probability a pretence is contradicted by a policy, and what is paid in all where it is not.
    fn exposed(
        &self,
        law: &Law,
        (pretence, k): (&Pure, usize),
        course: &Course,
        policy: &Pure,
    ) -> Result<(Rational, Rational), DecisionError> {
        let tree = told(law, pretence)?;
        let environment = &tree.environments()[k];
        let mut fits = vec![true; self.histories];
        let mut gained = vec![Rational::ZERO; self.histories];
        let (mut exposed, mut paid) = (Rational::ZERO, Rational::ZERO);
        for (at, history) in tree.histories().iter().enumerate() {
            if let Some(parent) = history.parent {
                gained[at] = gained[parent].clone();
            }
            gained[at] += &environment.payoff[at];
            let still = match &history.turn {
                Turn::Agent { information_set, .. } => pretence[*information_set] == policy[*information_set],
                _ => true,
            };
            for &next in history.turn.next() {
                fits[next] = fits[at] && still;
            }
            if self.ends[at] && course.happens(at) {
                if fits[at] {
                    let payoff = &environment.weight * &gained[at] + &environment.secured;
                    paid += &course.chances[at] * payoff;
                } else {
                    exposed += &course.chances[at];
                }
            }
        }
        Ok((exposed, paid))
    }
}

/// Returns the tree where predictors are told of a policy.
fn told(law: &Law, policy: &[usize]) -> Result<DecisionTree, CompileError> {
    let way: Vec<usize> = law.queried().into_iter().map(|set| policy[set]).collect();
    law.told(&way).tree()
}

fn own_moves(tree: &DecisionTree, policy: &[usize]) -> Vec<bool> {
    let mut own = vec![true; tree.histories().len()];
    for (at, history) in tree.histories().iter().enumerate() {
        for (action, &next) in history.turn.next().iter().enumerate() {
            own[next] = own[at]
                && match &history.turn {
                    Turn::Agent { information_set, .. } => policy[*information_set] == action,
                    _ => true,
                };
        }
    }
    own
}

fn course(tree: &DecisionTree, environment: &Environment, own: Vec<bool>) -> Course {
    let chances = tree.chances(environment);
    let mut visited = Vec::new();
    let mut paid = Rational::ZERO;
    for (at, history) in tree.histories().iter().enumerate() {
        if own[at] && chances[at].is_positive() {
            paid += &chances[at] * &environment.payoff[at];
            if let Turn::Agent { information_set, .. } = &history.turn {
                visited.push(*information_set);
            }
        }
    }
    visited.sort_unstable();
    visited.dedup();
    Course {
        visited,
        chances,
        own,
        payoff: &environment.weight * paid + &environment.secured,
    }
}
