//! Checking the value of a decision problem in which Nature is with the agent.
//!
//! *Below*: the policy and Nature's plan are multiplied out together. *Above*: against each plan of Nature's that draws no lots the agent answers as well as it can,
//! which is enough because payoffs are linear in her plan; where there are too many of them, an agent that sees everything, and a Nature that settles everything
//! anew, are a bound.

use crate::decision::{DecisionRejection, chosen_way, held, realized, size};
use murphy_notation::{Polynomial, Rational};
use murphy_problem::decision::{BehaviourPolicy, Law, LawHypothesis, PLANS_MAX, Range, Turn};
use murphy_world::Settled;
use std::collections::BTreeMap;

/// Returns both sides, and how many comparisons that took.
pub(crate) fn check_hoped(
    law: &Law,
    policy: &BehaviourPolicy,
    nature: &[Rational],
) -> Result<(Rational, Rational, u64), DecisionRejection> {
    let compiled = law.kept(&chosen_way(law, policy)?)?;
    let form = &compiled.form;
    let rows = policy.probabilities().to_vec();
    let policy = BehaviourPolicy::over(&compiled.sets, rows).map_err(|_| DecisionRejection::Policy)?;
    // Nothing of the answer is used here but that Nature's plan is one.
    held(form, nature)?;
    let x = realized(form, &policy)?;
    let lower = form
        .payoff
        .iter()
        .zip(nature)
        .map(|(row, weight)| {
            let pays: Rational = row.iter().map(|(q, a)| a * &x[*q]).sum();
            weight * pays
        })
        .sum();
    let ways = law.ways()?;
    let mut upper: Option<Rational> = None;
    let mut inequalities = 0;
    for way in &ways {
        let form = law.kept(way)?.form;
        let mut most: Option<Rational> = None;
        match form.pure_plans(PLANS_MAX / ways.len()) {
            Some(plans) => {
                for plan in plans {
                    let worth = held(&form, &plan)?;
                    inequalities += size(&form);
                    most = Some(most.map_or_else(|| worth.clone(), |most| most.max(worth.clone())));
                }
            }
            None => {
                most = Some(all_seen(&law.told(way)));
                inequalities += law.histories.len() as u64;
            }
        }
        upper = upper.max(most);
    }
    Ok((lower, upper.ok_or(DecisionRejection::Uncovered)?, inequalities))
}

/// Returns what an agent that sees everything has at most where Nature settles everything in its favour.
fn all_seen(law: &Law) -> Rational {
    let worths = law.hypotheses.iter().map(|hypothesis| {
        let once: Vec<&Range> = hypothesis
            .unknowns
            .iter()
            .filter(|range| range.settled == Settled::Once)
            .collect();
        let best = ends(&once)
            .into_iter()
            .map(|settled| from_root(law, hypothesis, &settled));
        let worth = &hypothesis.weight * best.max().unwrap_or_default() + &hypothesis.secured;
        &hypothesis.prior * worth
    });
    if law.has_prior {
        worths.sum()
    } else {
        worths.max().unwrap_or_default()
    }
}

type Values = BTreeMap<usize, Rational>;

fn from_root(law: &Law, hypothesis: &LawHypothesis, settled: &Values) -> Rational {
    let mut worth = hypothesis.payoff.clone();
    for (at, history) in law.histories.iter().enumerate().rev() {
        let then = match &history.turn {
            Turn::End => continue,
            Turn::Agent { next, .. } => next.iter().map(|next| worth[*next].clone()).max(),
            Turn::Chance { next } => {
                let used: Vec<usize> = next
                    .iter()
                    .flat_map(|next| hypothesis.probability[*next].symbols())
                    .collect();
                let open: Vec<&Range> = hypothesis
                    .unknowns
                    .iter()
                    .filter(|range| used.contains(&range.symbol) && !settled.contains_key(&range.symbol))
                    .collect();
                let means = ends(&open).into_iter().map(|now| {
                    let at = |symbol: usize| {
                        let value = settled.get(&symbol).or_else(|| now.get(&symbol));
                        value.cloned().map(Polynomial::from)
                    };
                    let means = next.iter().map(|next| {
                        let p = hypothesis.probability[*next].substituted(at).as_constant();
                        p.unwrap_or_default() * &worth[*next]
                    });
                    means.sum::<Rational>()
                });
                means.max()
            }
        };
        worth[at] += then.unwrap_or_default();
    }
    worth.first().cloned().unwrap_or_default()
}

/// Returns every choice of ends of ranges.
fn ends(ranges: &[&Range]) -> Vec<Values> {
    ranges.iter().fold(vec![Values::new()], |begun, range| {
        let both = if range.low == range.high {
            vec![&range.low]
        } else {
            vec![&range.low, &range.high]
        };
        let each = begun.iter().flat_map(|values| {
            both.iter().map(move |end| {
                let mut longer = values.clone();
                longer.insert(range.symbol, (*end).clone());
                longer
            })
        });
        each.collect()
    })
}
