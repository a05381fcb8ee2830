//! Decision problems in which Nature is with the agent: neither side needs lots.
//!
//! Each of Nature's plans that draws no lots has a best answer, one backward induction. Where her plans are too many the two sides answer one another in turn until
//! neither gains, which need not be the best that they can do; an agent that sees everything says how much better that could be.

use crate::once::game::best_answers;
use crate::once::law::DecisionError;
use murphy_notation::{Polynomial, Rational};
use murphy_problem::decision::{
    BehaviourPolicy, CompileError, Compiled, DecisionProof, Law, LawHypothesis, PLANS_MAX, Range,
    SequenceForm, Turn,
};
use murphy_world::{Reads, Settled};
use std::collections::BTreeMap;

/// How often the sides answer one another.
const ANSWERS_MAX: usize = 64;

/// A policy and a plan of Nature's with what they are worth together.
struct Together {
    policy: BehaviourPolicy,
    nature: Vec<Rational>,
    worth: Rational,
}

/// Solves a law with an optimistic Nature.
///
/// # Errors
/// If predictors read probabilities, or the agent forgets.
pub(crate) fn solve_hoped(law: &Law) -> Result<DecisionProof, DecisionError> {
    if !law.remembers || law.reading()? == Some(Reads::MixedPolicy) {
        return Err(CompileError::Hope.into());
    }
    let ways = law.ways()?;
    let mut best: Option<Together> = None;
    let mut upper: Option<Rational> = None;
    for way in &ways {
        let compiled = law.kept(way)?;
        let (found, bound) = match compiled.form.pure_plans(PLANS_MAX / ways.len()) {
            Some(plans) => {
                let found = best_of(&compiled, plans)?;
                let worth = found.worth.clone();
                (found, worth)
            }
            None => {
                let (bound, hint) = all_seen(&law.told(way));
                (in_turn(&compiled, hint)?, bound)
            }
        };
        upper = upper.max(Some(bound));
        if best.as_ref().is_none_or(|best| found.worth > best.worth) {
            best = Some(found);
        }
    }
    let (best, upper) = best.zip(upper).ok_or(DecisionError::Unsolved)?;
    Ok(DecisionProof::Hoped {
        policy: best.policy,
        nature: best.nature,
        lower: best.worth,
        upper,
    })
}

/// Returns the best answer to any of some plans.
fn best_of(compiled: &Compiled, plans: Vec<Vec<Rational>>) -> Result<Together, DecisionError> {
    let valued = plans
        .into_iter()
        .map(|nature| (compiled.form.best(&nature), nature));
    let best = valued.reduce(|a, b| if b.0 > a.0 { b } else { a });
    let (worth, nature) = best.ok_or(DecisionError::Unsolved)?;
    Ok(Together {
        policy: answer(compiled, &nature)?,
        nature,
        worth,
    })
}

fn answer(compiled: &Compiled, nature: &[Rational]) -> Result<BehaviourPolicy, DecisionError> {
    always(compiled, best_answers(&compiled.form, nature))
}

/// Returns the policy that always does one thing at each information set; where the rest is ruled out, what is not.
fn always(compiled: &Compiled, does: Vec<usize>) -> Result<BehaviourPolicy, DecisionError> {
    let rows = compiled.form.agent.iter().zip(does).map(|(set, chosen)| {
        let chosen = set.only.unwrap_or(chosen);
        let one = |action| {
            if action == chosen {
                Rational::ONE
            } else {
                Rational::ZERO
            }
        };
        (0..set.actions).map(one).collect()
    });
    BehaviourPolicy::over(&compiled.sets, rows.collect()).map_err(|_| DecisionError::Unsolved)
}

/// Lets the sides answer one another, from an action at each information set on and from each of Nature's first choices on, until neither gains.
fn in_turn(compiled: &Compiled, hint: Vec<usize>) -> Result<Together, DecisionError> {
    let form = &compiled.form;
    let firsts = form.nature.first().map_or(1, |set| set.choices.len());
    let hinted = form.realization(&always(compiled, hint)?);
    let starts = (0..firsts).map(|first| pure(form, |index| if index == 0 { first } else { 0 }));
    let mut best: Option<Together> = None;
    for mut nature in std::iter::once(favour(form, &hinted)).chain(starts) {
        let mut worth = form.best(&nature);
        for _ in 0..ANSWERS_MAX {
            let x = form.realization(&answer(compiled, &nature)?);
            let next = favour(form, &x);
            let better = form.best(&next);
            if better <= worth {
                break;
            }
            (nature, worth) = (next, better);
        }
        if best.as_ref().is_none_or(|best| worth > best.worth) {
            best = Some(Together {
                policy: answer(compiled, &nature)?,
                nature,
                worth,
            });
        }
    }
    best.ok_or(DecisionError::Unsolved)
}

/// Returns the plan of Nature's that makes one choice at each of her sets.
fn pure(form: &SequenceForm, choice: impl Fn(usize) -> usize) -> Vec<Rational> {
    let mut nature = vec![Rational::ZERO; form.payoff.len()];
    nature[0] = Rational::ONE;
    for (index, set) in form.nature.iter().enumerate() {
        let chosen = set.first + choice(index);
        nature[chosen] = nature[set.after].clone();
    }
    nature
}

/// Returns the plan of Nature's that is best for what the agent does.
fn favour(form: &SequenceForm, x: &[Rational]) -> Vec<Rational> {
    let mut worth: Vec<Rational> = form
        .payoff
        .iter()
        .map(|row| row.iter().map(|(q, a)| a * &x[*q]).sum())
        .collect();
    let mut chosen = vec![0; form.nature.len()];
    for (index, set) in form.nature.iter().enumerate().rev() {
        let choices = 0..set.choices.len();
        let best = choices.reduce(|a, b| {
            if worth[set.first + b] > worth[set.first + a] {
                b
            } else {
                a
            }
        });
        chosen[index] = best.unwrap_or(0);
        let most = worth[set.first + chosen[index]].clone();
        worth[set.after] += most;
    }
    pure(form, |index| chosen[index])
}

/// Returns what an agent that sees everything has where Nature settles everything in its favour, and what it does at the first history of each information set.
fn all_seen(law: &Law) -> (Rational, Vec<usize>) {
    let mut sum = Rational::ZERO;
    let mut most: Option<Rational> = None;
    let mut does = vec![0; law.information_sets.len()];
    for hypothesis in &law.hypotheses {
        let once = hypothesis
            .unknowns
            .iter()
            .filter(|range| range.settled == Settled::Once);
        let mut best: Option<Vec<Rational>> = None;
        for settled in corners(&once.collect::<Vec<_>>()) {
            let worth = seen(law, hypothesis, &settled);
            if best.as_ref().is_none_or(|best| worth[0] > best[0]) {
                best = Some(worth);
            }
        }
        let best = best.unwrap_or_else(|| vec![Rational::ZERO; law.histories.len()]);
        let worth = &hypothesis.weight * &best[0] + &hypothesis.secured;
        sum += &hypothesis.prior * &worth;
        if most.as_ref().is_none_or(|most| worth > *most) {
            most = Some(worth);
            does = likes(law, &best);
        }
    }
    let bound = if law.has_prior {
        sum
    } else {
        most.unwrap_or_default()
    };
    (bound, does)
}

/// Returns the best action at the first history of each information set.
fn likes(law: &Law, worth: &[Rational]) -> Vec<usize> {
    let mut does = vec![0; law.information_sets.len()];
    for history in law.histories.iter().rev() {
        if let Turn::Agent {
            information_set,
            next,
        } = &history.turn
        {
            let best = (0..next.len()).reduce(|a, b| if worth[next[b]] > worth[next[a]] { b } else { a });
            does[*information_set] = best.unwrap_or(0);
        }
    }
    does
}

type Values = BTreeMap<usize, Rational>;

fn corners(ranges: &[&Range]) -> Vec<Values> {
    let mut corners = vec![Values::new()];
    for range in ranges {
        let mut longer = corners.clone();
        for values in &mut corners {
            values.insert(range.symbol, range.low.clone());
        }
        if range.low != range.high {
            for values in &mut longer {
                values.insert(range.symbol, range.high.clone());
            }
            corners.append(&mut longer);
        }
    }
    corners
}

/// Returns what each history is worth to an agent that sees everything.
fn seen(law: &Law, hypothesis: &LawHypothesis, settled: &Values) -> Vec<Rational> {
    let mut worth = vec![Rational::ZERO; law.histories.len()];
    for (at, history) in law.histories.iter().enumerate().rev() {
        worth[at] = hypothesis.payoff[at].clone();
        let next = history.turn.next();
        let mut best: Option<Rational> = None;
        if let Turn::Chance { .. } = history.turn {
            let mut open: Vec<&Range> = hypothesis.unknowns.iter().collect();
            open.retain(|range| {
                let matters = |next: &usize| hypothesis.probability[*next].degree_in(range.symbol) > 0;
                !settled.contains_key(&range.symbol) && next.iter().any(matters)
            });
            for mut values in corners(&open) {
                values.extend(settled.clone());
                let value = |symbol: usize| values.get(&symbol).cloned().map(Polynomial::from);
                let mut mean = Rational::ZERO;
                for to in next {
                    let p = hypothesis.probability[*to].substituted(value).as_constant();
                    mean += p.unwrap_or_default() * &worth[*to];
                }
                best = best.max(Some(mean));
            }
        } else {
            best = next.iter().map(|to| worth[*to].clone()).max();
        }
        worth[at] += best.unwrap_or_default();
    }
    worth
}
