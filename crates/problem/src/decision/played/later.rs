//! Unknowns that are settled anew: what Nature's plan makes of them is one number a chance.
//!
//! Nature sees everything but the agent's coin and forgets nothing, so that a plan over her sequences comes to the same as giving each chance its mean
//! over the sequences that led there, whatever the agent does (Kuhn's theorem).

use crate::decision::law::{Law, LawHypothesis};
use crate::decision::sequence::{CompileError, SequenceForm, corners, evaluated};
use crate::decision::tree::{Environment, HistoryId, Turn};
use murphy_notation::{Polynomial, Rational};

/// The environments of a plan of Nature's, with the sequence that each begins with, and the range of every chance that is settled only then.
pub(super) type Later = (
    Vec<(usize, usize, Environment)>,
    Vec<Option<(Rational, Rational)>>,
);

/// Returns what a plan of Nature's makes of a law in which she moves again and again: environments, each with its hypothesis and her sequence before it.
pub(super) fn later(law: &Law, plan: &[Rational]) -> Result<Later, CompileError> {
    // Weights would hide what counts nothing.
    let mut plain = law.clone();
    for hypothesis in &mut plain.hypotheses {
        hypothesis.prior = Rational::ONE;
        hypothesis.weight = Rational::ONE;
        hypothesis.secured = Rational::ZERO;
    }
    let mut visits: Vec<(usize, HistoryId, usize, Rational)> = Vec::new();
    let (compiled, roots) = plain.compile_watched(&mut |root, history, nature, weight| {
        visits.push((root, history, nature, weight.clone()));
    })?;
    let behaviour = [shares(&compiled.form, Some(plan)), shares(&compiled.form, None)];
    let mut environments = Vec::with_capacity(roots.len());
    for (root, (sequence, hypothesis, name)) in roots.into_iter().enumerate() {
        let own = &law.hypotheses[hypothesis];
        let masses = behaviour.each_ref().map(|shares| {
            let mut mass = vec![Rational::ZERO; law.histories.len()];
            for (_, history, nature, weight) in visits.iter().filter(|visit| visit.0 == root) {
                mass[*history] += weight * &share(shares, *nature, sequence);
            }
            mass
        });
        let environment = Environment {
            name,
            weight: own.weight.clone(),
            secured: own.secured.clone(),
            probability: probabilities(law, &masses),
            payoff: own.payoff.clone(),
        };
        environments.push((hypothesis, sequence, environment));
    }
    Ok((environments, ranges(law)?))
}

/// What Nature does at each of her sequences, given the ones before: her share of the choice, and the sequence before it.
fn shares(form: &SequenceForm, plan: Option<&[Rational]>) -> Vec<Option<(Rational, usize)>> {
    let mut shares = vec![None; form.payoff.len()];
    for set in &form.nature {
        let count = u64::try_from(set.choices.len()).unwrap_or(u64::MAX);
        let even = Rational::ONE / &Rational::from(count);
        let choices = shares
            .iter_mut()
            .enumerate()
            .skip(set.first)
            .take(set.choices.len());
        for (choice, share) in choices {
            let said = plan.and_then(|plan| plan.get(choice)?.checked_div(plan.get(set.after)?));
            *share = Some((said.unwrap_or_else(|| even.clone()), set.after));
        }
    }
    shares
}

/// Returns how likely Nature comes to a sequence once she has come to `root`.
fn share(shares: &[Option<(Rational, usize)>], mut sequence: usize, root: usize) -> Rational {
    let mut product = Rational::ONE;
    while sequence != root {
        let Some((share, before)) = &shares[sequence] else {
            break;
        };
        product *= share;
        sequence = *before;
    }
    product
}

/// Returns the probability of every chance move: by the first masses, or by the next where those do not come.
fn probabilities(law: &Law, masses: &[Vec<Rational>; 2]) -> Vec<Rational> {
    let mut probability = vec![Rational::ONE; law.histories.len()];
    for (at, history) in law.histories.iter().enumerate() {
        let Turn::Chance { next } = &history.turn else {
            continue;
        };
        let mass = masses.iter().find(|mass| mass[at].is_positive());
        for (index, &to) in next.iter().enumerate() {
            probability[to] = match mass {
                Some(mass) => mass[to].checked_div(&mass[at]).unwrap_or_default(),
                // Where nothing leads, the numbers mean nothing and need only sum to one.
                None if index == 0 => Rational::ONE,
                None => Rational::ZERO,
            };
        }
    }
    probability
}

/// Returns between which probabilities each chance move may lie that depends on an unknown.
fn ranges(law: &Law) -> Result<Vec<Option<(Rational, Rational)>>, CompileError> {
    let mut ranges: Vec<Option<(Rational, Rational)>> = vec![None; law.histories.len()];
    for hypothesis in &law.hypotheses {
        for (range, probability) in ranges.iter_mut().zip(&hypothesis.probability) {
            if probability.as_constant().is_some() {
                continue;
            }
            for value in at_corners(hypothesis, probability)? {
                let (low, high) = range.take().unwrap_or_else(|| (value.clone(), value.clone()));
                *range = Some((low.min(value.clone()), high.max(value)));
            }
        }
    }
    Ok(ranges)
}

fn at_corners(hypothesis: &LawHypothesis, probability: &Polynomial) -> Result<Vec<Rational>, CompileError> {
    let used = probability.symbols();
    let unknowns = hypothesis
        .unknowns
        .iter()
        .filter(|range| used.contains(&range.symbol));
    let corners = corners(&unknowns.collect::<Vec<_>>()).ok_or(CompileError::TooMany)?;
    Ok(corners
        .iter()
        .map(|(_, values)| evaluated(probability, values))
        .collect())
}
