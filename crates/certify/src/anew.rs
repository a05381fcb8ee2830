//! Checking a plan on states where Nature settles anew: one backward induction for what the policy guarantees, and one for what Nature's answers hold every policy to.

use crate::decision::{DecisionChecked, DecisionRejection};
use murphy_notation::{Polynomial, Rational};
use murphy_problem::decision::{AnewPlan, LawChoice, LawStage, StageLaw};
use std::collections::BTreeMap;

/// Fractions with more bits than this are rounded, away from what is claimed.
const BITS_MAX: usize = 192;

/// Proves both sides of a plan.
///
/// # Errors
/// What does not hold.
pub fn check_anew(law: &StageLaw, plan: &AnewPlan) -> Result<DecisionChecked, DecisionRejection> {
    let count = law.nodes.len();
    let [one] = law.hypotheses.as_slice() else {
        return Err(DecisionRejection::Kind);
    };
    if plan.policy.len() != count {
        return Err(DecisionRejection::Policy);
    }
    if plan.nature.len() != count {
        return Err(DecisionRejection::Nature);
    }
    let mut lower = vec![Rational::ZERO; count];
    let mut upper = vec![Rational::ZERO; count];
    let mut inequalities = 0;
    for node in (0..count).rev() {
        let stage = &law.nodes[node];
        let arrival = stage.arrival.first().cloned().unwrap_or_default();
        let (mut low, mut high) = (arrival.clone(), arrival);
        if !stage.choices.is_empty() {
            let settled = law.before(stage)?;
            is_distribution(&plan.policy[node], stage.choices.len()).ok_or(DecisionRejection::Policy)?;
            is_distribution(&plan.nature[node], settled.len()).ok_or(DecisionRejection::Nature)?;
            low += guaranteed(law, stage, (&plan.policy[node], &lower))?;
            high += held(law, stage, (&plan.nature[node], &upper))?;
            inequalities += (settled.len() * stage.choices.len()) as u64;
        }
        lower[node] = if low.bit_length() > BITS_MAX {
            Rational::from_f64(low.floor_f64()).unwrap_or(low)
        } else {
            low
        };
        upper[node] = if high.bit_length() > BITS_MAX {
            Rational::from_f64(high.ceil_f64()).unwrap_or(high)
        } else {
            high
        };
    }
    let total = |worth: &[Rational]| {
        let first = worth.first().cloned().unwrap_or_default();
        &one.prior * (&one.weight * first + &one.secured)
    };
    let (lower, upper) = (total(&lower), total(&upper));
    DecisionChecked {
        lower,
        upper,
        inequalities,
    }
    .holding(&plan.lower, &plan.upper)
}

fn is_distribution(weights: &[Rational], count: usize) -> Option<()> {
    let sum: Rational = weights.iter().sum();
    let sound = weights.len() == count && sum == Rational::ONE && !weights.iter().any(Rational::is_negative);
    sound.then_some(())
}

/// Returns the least that a draw of actions pays, over all that Nature may settle before it.
fn guaranteed(
    law: &StageLaw,
    stage: &LawStage,
    (policy, worth): (&[Rational], &[Rational]),
) -> Result<Rational, DecisionRejection> {
    let mut least: Option<Rational> = None;
    for (_, settled) in law.before(stage)? {
        let mut sum = Rational::ZERO;
        for (choice, p) in stage.choices.iter().zip(policy) {
            if p.is_positive() {
                sum += p * follow(law, choice, &settled, worth)?;
            }
        }
        least = Some(least.map_or_else(|| sum.clone(), |least| least.min(sum.clone())));
    }
    Ok(least.unwrap_or_default())
}

/// Returns the most that an action pays against a draw of what Nature settles before it.
fn held(
    law: &StageLaw,
    stage: &LawStage,
    (nature, worth): (&[Rational], &[Rational]),
) -> Result<Rational, DecisionRejection> {
    let before = law.before(stage)?;
    let mut most: Option<Rational> = None;
    for choice in &stage.choices {
        let mut sum = Rational::ZERO;
        for ((_, settled), weight) in before.iter().zip(nature) {
            if weight.is_positive() {
                sum += weight * follow(law, choice, settled, worth)?;
            }
        }
        most = Some(most.map_or_else(|| sum.clone(), |most| most.max(sum.clone())));
    }
    Ok(most.unwrap_or_default())
}

/// Returns what a choice pays where Nature settles what is left, after seeing it, as badly as she can.
fn follow(
    law: &StageLaw,
    choice: &LawChoice,
    settled: &BTreeMap<usize, Rational>,
    worth: &[Rational],
) -> Result<Rational, DecisionRejection> {
    let mut means = Vec::new();
    for (_, rest) in law.after(choice)? {
        let at = |symbol: usize| {
            let value = settled.get(&symbol).or_else(|| rest.get(&symbol));
            value.cloned().map(Polynomial::from)
        };
        let mut sum = Rational::ZERO;
        for (to, probability) in &choice.branches {
            let [p] = probability.as_slice() else {
                return Err(DecisionRejection::Kind);
            };
            let p = p.substituted(at).as_constant().ok_or(DecisionRejection::Kind)?;
            sum += p * worth.get(*to).ok_or(DecisionRejection::Kind)?;
        }
        means.push(sum);
    }
    let gain = choice.gain.first().cloned().unwrap_or_default();
    Ok(gain + means.into_iter().min().unwrap_or_default())
}
