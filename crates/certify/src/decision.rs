//! Checking the value of a finite decision problem: a policy's worth from below, Nature's plan from above.
//!
//! *Below*: the policy is multiplied out along the agent's sequences, and Nature answers as badly as she can, her last moves first. *Above*:
//! Nature's plan is multiplied out, and the agent answers as well as it can, its last moves first. Neither needs a search, and the two bracket
//! the value of the game because each fixes one side. Where predictors read the policy, the upper side is proved for each way of acting where
//! they look; where payoffs are polynomials in the agent's probabilities, for boxes that cover them, by Bernstein coefficients.

use crate::hope::check_hoped;
use murphy_notation::{Polynomial, Rational, SymbolRange};
use murphy_problem::decision::{
    Alternative, BehaviourPolicy, Cell, CompileError, Compiled, DecisionProof, Law, PeekedForm, Range,
    SequenceForm, Settlement, Told, UnknownBox,
};
use murphy_world::Reads;
use std::fmt;

/// What was proved of a decision problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionChecked {
    /// What the policy guarantees.
    pub lower: Rational,
    /// What no policy exceeds.
    pub upper: Rational,
    /// How many comparisons that took.
    pub inequalities: u64,
}

impl DecisionChecked {
    /// Returns this, if it is no less than what a plan claims on either side.
    ///
    /// # Errors
    /// The side that was proved to be wider.
    pub(crate) fn holding(self, lower: &Rational, upper: &Rational) -> Result<Self, DecisionRejection> {
        if self.lower < *lower {
            return Err(DecisionRejection::Lower {
                proved: self.lower,
                claimed: lower.clone(),
            });
        }
        if self.upper > *upper {
            return Err(DecisionRejection::Upper {
                proved: self.upper,
                claimed: upper.clone(),
            });
        }
        Ok(self)
    }
}

/// Why a proof is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecisionRejection {
    /// The problem does not come down to what the proof speaks of.
    Problem(CompileError),
    /// The proof is of another kind than the problem needs.
    Kind,
    /// The policy does not fit the problem, or takes what the predictors were told it would not.
    Policy,
    /// What is said to be Nature's plan is none.
    Nature,
    /// The policy is worth less than is claimed.
    Lower {
        /// What it is worth.
        proved: Rational,
        /// What is claimed.
        claimed: Rational,
    },
    /// Some policy may be worth more than is claimed.
    Upper {
        /// What is proved.
        proved: Rational,
        /// What is claimed.
        claimed: Rational,
    },
    /// Some ways of acting are left out.
    Uncovered,
}

impl fmt::Display for DecisionRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Problem(error) => write!(
                f,
                "the problem is not of the kind that the proof speaks of: {error}"
            ),
            Self::Kind => write!(f, "the proof is of another kind than the problem needs"),
            Self::Policy => write!(f, "the policy does not fit the problem"),
            Self::Nature => write!(f, "what is said to be Nature's plan is none"),
            Self::Lower { proved, claimed } => write!(
                f,
                "the policy guarantees {proved}, less than the {claimed} that is claimed"
            ),
            Self::Upper { proved, claimed } => write!(
                f,
                "Nature's plan holds every policy to {proved}, more than the {claimed} that is claimed"
            ),
            Self::Uncovered => write!(f, "the proof leaves some ways of acting out"),
        }
    }
}

impl std::error::Error for DecisionRejection {}

impl From<CompileError> for DecisionRejection {
    fn from(error: CompileError) -> Self {
        Self::Problem(error)
    }
}

/// Proves both sides of the value of a decision problem, as they are claimed.
///
/// # Errors
/// What does not hold.
pub fn check_decision(law: &Law, proof: &DecisionProof) -> Result<DecisionChecked, DecisionRejection> {
    let reading = law.reading()?;
    if law.optimistic != matches!(proof, DecisionProof::Hoped { .. }) {
        return Err(DecisionRejection::Kind);
    }
    let fits = match proof {
        DecisionProof::Game(_) | DecisionProof::Split { .. } => reading.is_none() && law.remembers,
        DecisionProof::Drawn(_) => reading == Some(Reads::Action) && law.remembers,
        DecisionProof::Predicted { .. } => reading == Some(Reads::Policy) && law.remembers,
        DecisionProof::Hoped { .. } => reading != Some(Reads::MixedPolicy) && law.remembers,
        DecisionProof::Peeked { .. } => reading == Some(Reads::MixedPolicy) || !law.remembers,
    };
    if !fits {
        return Err(DecisionRejection::Kind);
    }
    let (lower, upper, inequalities) = match proof {
        DecisionProof::Game(game) => {
            let compiled = law.compile()?;
            let lower = guaranteed(&compiled, &game.policy)?;
            (lower, held(&compiled.form, &game.nature)?, size(&compiled.form))
        }
        DecisionProof::Drawn(game) => {
            let compiled = law.with_lots()?;
            let lower = guaranteed(&compiled, &game.policy)?;
            (lower, held(&compiled.form, &game.nature)?, size(&compiled.form))
        }
        DecisionProof::Predicted {
            policy, alternatives, ..
        } => check_ways(law, policy, alternatives)?,
        DecisionProof::Split {
            policy,
            boxes,
            settlements,
            nature,
            ..
        } => check_split(law, policy, (boxes, settlements, nature))?,
        DecisionProof::Hoped { policy, nature, .. } => check_hoped(law, policy, nature)?,
        DecisionProof::Peeked { policy, cells, .. } => {
            let form = law.peeked()?;
            let rows = policy.probabilities().to_vec();
            let policy =
                &BehaviourPolicy::over(&law.bare_sets(), rows).map_err(|_| DecisionRejection::Policy)?;
            let lower = form_worth(&form, policy)?;
            let (upper, inequalities) = covered(&form, cells)?;
            (lower, upper, inequalities)
        }
    };
    DecisionChecked {
        lower,
        upper,
        inequalities,
    }
    .holding(proof.lower(), proof.upper())
}

/// Returns both sides where predictors are told what the agent does where they look, and how many comparisons that took.
fn check_ways(
    law: &Law,
    policy: &BehaviourPolicy,
    alternatives: &[Alternative],
) -> Result<(Rational, Rational, u64), DecisionRejection> {
    let actions: Vec<usize> = law
        .queried()
        .into_iter()
        .map(|set| {
            law.information_sets
                .get(set)
                .map_or(0, |(_, actions)| actions.len())
        })
        .collect();
    let all: Vec<&Told> = alternatives.iter().map(|one| one.does.as_slice()).collect();
    if !all_ways(&all, &mut vec![false; actions.len()], &actions) {
        return Err(DecisionRejection::Uncovered);
    }
    law.check_readings()?;
    let compiled = law.kept(&chosen_way(law, policy)?)?;
    let lower = guaranteed(&compiled, policy)?;
    let mut upper: Option<Rational> = None;
    let mut inequalities = size(&compiled.form);
    for alternative in alternatives {
        let compiled = law.partly(&alternative.does)?;
        let bound = held(&compiled.form, &alternative.nature)?;
        inequalities += size(&compiled.form);
        upper = Some(upper.map_or_else(|| bound.clone(), |upper| upper.max(bound.clone())));
    }
    Ok((lower, upper.ok_or(DecisionRejection::Uncovered)?, inequalities))
}

/// Says whether parts of the ways of acting are all that there are: one that leaves all the rest open, or, of some choice, all parts for each action.
fn all_ways(parts: &[&Told], known: &mut Vec<bool>, actions: &[usize]) -> bool {
    if parts.iter().any(|part| part.len() != actions.len()) {
        return false;
    }
    if let [only] = parts
        && only
            .iter()
            .zip(known.iter())
            .all(|(told, known)| *known || told.is_none())
    {
        return true;
    }
    let open = |at: &usize| !known[*at] && parts.iter().all(|part| part[*at].is_some());
    let Some(at) = (0..actions.len()).find(open) else {
        return false;
    };
    if parts.is_empty()
        || parts
            .iter()
            .any(|part| part[at].is_none_or(|action| action >= actions[at]))
    {
        return false;
    }
    known[at] = true;
    let covered = (0..actions[at]).all(|action| {
        let own: Vec<&Told> = parts
            .iter()
            .filter(|part| part[at] == Some(action))
            .copied()
            .collect();
        all_ways(&own, known, actions)
    });
    known[at] = false;
    covered
}

/// Returns both sides where unknowns matter more than once in a run, and how many comparisons that took.
fn check_split(
    law: &Law,
    policy: &BehaviourPolicy,
    (boxes, settlements, nature): (&[UnknownBox], &[Settlement], &[Rational]),
) -> Result<(Rational, Rational, u64), DecisionRejection> {
    let spaces: Vec<Space<'_>> = law
        .hypotheses
        .iter()
        .map(|one| Space {
            prior: &one.prior,
            unknowns: &one.unknowns,
        })
        .collect();
    check_settlements(&spaces, settlements)?;
    let compiled = law.among(settlements)?;
    let rows = policy.probabilities().to_vec();
    let policy = BehaviourPolicy::over(&compiled.sets, rows).map_err(|_| DecisionRejection::Policy)?;
    let pays = law.pays(&policy)?;
    let (lower, inequalities) = boxed(&spaces, law.has_prior, (&pays, boxes))?;
    let upper = held(&compiled.form, nature)?;
    Ok((lower, upper, inequalities + size(&compiled.form)))
}

pub(crate) fn size(form: &SequenceForm) -> u64 {
    (form.payoff.len() + form.sequences()) as u64
}

/// Returns what a policy is worth against the worst answers.
fn guaranteed(compiled: &Compiled, policy: &BehaviourPolicy) -> Result<Rational, DecisionRejection> {
    let form = &compiled.form;
    let rows = policy.probabilities().to_vec();
    let policy = BehaviourPolicy::over(&compiled.sets, rows).map_err(|_| DecisionRejection::Policy)?;
    let x = realized(form, &policy)?;
    let mut worth: Vec<Rational> = form
        .payoff
        .iter()
        .map(|row| row.iter().map(|(q, a)| a * &x[*q]).sum())
        .collect();
    for set in form.nature.iter().rev() {
        let mut least: Option<Rational> = None;
        for choice in &worth[set.first..set.first + set.choices.len()] {
            if least.as_ref().is_none_or(|least| choice < least) {
                least = Some(choice.clone());
            }
        }
        worth[set.after] += least.unwrap_or_default();
    }
    Ok(worth[0].clone())
}

/// Returns the weight of each of the agent's sequences under a policy that takes nothing that is ruled out.
pub(crate) fn realized(
    form: &SequenceForm,
    policy: &BehaviourPolicy,
) -> Result<Vec<Rational>, DecisionRejection> {
    let mut x = vec![Rational::ONE; form.sequences()];
    for (index, set) in form.agent.iter().enumerate() {
        for action in 0..set.actions {
            let p = &policy.at(index)[action];
            if set.only.is_some_and(|only| only != action) && !p.is_zero() {
                return Err(DecisionRejection::Policy);
            }
            x[set.first + action] = &x[set.after] * p;
        }
    }
    Ok(x)
}

/// Returns what the best answers to a plan of Nature's are worth.
pub(crate) fn held(form: &SequenceForm, nature: &[Rational]) -> Result<Rational, DecisionRejection> {
    let is_plan = nature.len() == form.payoff.len()
        && nature.first() == Some(&Rational::ONE)
        && nature.iter().all(|weight| !weight.is_negative())
        && form.nature.iter().all(|set| {
            let choices = &nature[set.first..set.first + set.choices.len()];
            choices.iter().sum::<Rational>() == nature[set.after]
        });
    if !is_plan {
        return Err(DecisionRejection::Nature);
    }
    let mut worth = vec![Rational::ZERO; form.sequences()];
    for (row, weight) in form.payoff.iter().zip(nature) {
        for (q, a) in row {
            worth[*q] += weight * a;
        }
    }
    for set in form.agent.iter().rev() {
        let mut most: Option<Rational> = None;
        for action in (0..set.actions).filter(|action| set.only.is_none_or(|only| only == *action)) {
            let one = &worth[set.first + action];
            if most.as_ref().is_none_or(|most| one > most) {
                most = Some(one.clone());
            }
        }
        worth[set.after] += most.unwrap_or_default();
    }
    Ok(worth[0].clone())
}

/// Returns what a policy does where predictors look, if it draws no lots there.
pub(crate) fn chosen_way(law: &Law, policy: &BehaviourPolicy) -> Result<Vec<usize>, DecisionRejection> {
    law.queried()
        .into_iter()
        .map(|set| {
            let sure = policy.at(set).iter().position(|p| *p == Rational::ONE);
            sure.ok_or(DecisionRejection::Policy)
        })
        .collect()
}

/// Returns what a policy is worth where payoffs are polynomials.
fn form_worth(form: &PeekedForm, policy: &BehaviourPolicy) -> Result<Rational, DecisionRejection> {
    let mut at = Vec::with_capacity(form.free.len());
    for (set, action) in &form.free {
        let p = policy.at(*set).get(*action).ok_or(DecisionRejection::Policy)?;
        at.push(p.clone());
    }
    let worth = form.hypotheses.iter().map(|(prior, members)| {
        let payoffs = members.iter().map(|&k| form.environments[k].1.value(&at));
        prior * payoffs.min().unwrap_or_default()
    });
    Ok(worth.sum())
}

/// What Nature may settle under one hypothesis, and how likely that is held to be.
pub(crate) struct Space<'a> {
    pub(crate) prior: &'a Rational,
    pub(crate) unknowns: &'a [Range],
}

/// Sees that what Nature picks among lies in the ranges of the unknowns.
pub(crate) fn check_settlements(
    spaces: &[Space<'_>],
    settlements: &[Settlement],
) -> Result<(), DecisionRejection> {
    let sound = settlements.iter().all(|one| {
        spaces.get(one.hypothesis).is_some_and(|hypothesis| {
            hypothesis.unknowns.len() == one.values.len()
                && hypothesis
                    .unknowns
                    .iter()
                    .zip(&one.values)
                    .all(|(range, value)| range.low <= *value && *value <= range.high)
        })
    });
    if sound {
        Ok(())
    } else {
        Err(DecisionRejection::Nature)
    }
}

/// Returns what is worth at least what polynomials say, after seeing that boxes cover the ranges of the unknowns of every hypothesis.
pub(crate) fn boxed(
    spaces: &[Space<'_>],
    has_prior: bool,
    (pays, boxes): (&[Polynomial], &[UnknownBox]),
) -> Result<(Rational, u64), DecisionRejection> {
    let (mut mean, mut least, mut inequalities) = (Rational::ZERO, None::<Rational>, 0);
    for (index, (hypothesis, pays)) in spaces.iter().zip(pays).enumerate() {
        let open: Vec<usize> = (0..hypothesis.unknowns.len())
            .filter(|side| hypothesis.unknowns[*side].low != hypothesis.unknowns[*side].high)
            .collect();
        let own: Vec<&UnknownBox> = boxes.iter().filter(|one| one.hypothesis == index).collect();
        let mut volume = Rational::ZERO;
        let mut worth: Option<Rational> = None;
        for (number, one) in own.iter().enumerate() {
            let within = one.ranges.len() == hypothesis.unknowns.len()
                && hypothesis
                    .unknowns
                    .iter()
                    .zip(&one.ranges)
                    .all(|(range, (low, high))| range.low <= *low && low <= high && *high <= range.high);
            let apart = |other: &UnknownBox| {
                open.iter().any(|&side| {
                    let (a, b) = (&one.ranges[side], &other.ranges[side]);
                    a.1 <= b.0 || b.1 <= a.0
                })
            };
            if !within || !own[..number].iter().all(|other| apart(other)) {
                return Err(DecisionRejection::Uncovered);
            }
            volume += open.iter().fold(Rational::ONE, |product, &side| {
                product * (&one.ranges[side].1 - &one.ranges[side].0)
            });
            let ranges: Vec<SymbolRange> = hypothesis
                .unknowns
                .iter()
                .zip(&one.ranges)
                .map(|(range, (low, high))| (range.symbol, low.clone(), high.clone()))
                .collect();
            let coefficients = pays.bernstein(&ranges, &[]);
            inequalities += coefficients.len() as u64;
            let bound = coefficients.into_iter().min().unwrap_or_default();
            worth = Some(worth.map_or_else(|| bound.clone(), |worth| worth.min(bound.clone())));
        }
        let whole = open.iter().fold(Rational::ONE, |product, &side| {
            product * (&hypothesis.unknowns[side].high - &hypothesis.unknowns[side].low)
        });
        let worth = worth
            .filter(|_| volume == whole)
            .ok_or(DecisionRejection::Uncovered)?;
        mean += hypothesis.prior * &worth;
        least = Some(least.map_or_else(|| worth.clone(), |least| least.min(worth.clone())));
    }
    let lower = if has_prior {
        mean
    } else {
        least.unwrap_or_default()
    };
    Ok((lower, inequalities))
}

/// Returns the greatest bound of boxes, after seeing that they cover all policies: they do not overlap, and their volumes sum to one.
fn covered(form: &PeekedForm, cells: &[Cell]) -> Result<(Rational, u64), DecisionRejection> {
    let sides = form.free.len();
    let mut volume = Rational::ZERO;
    for (index, cell) in cells.iter().enumerate() {
        let sound = cell.ranges.len() == sides
            && cell
                .ranges
                .iter()
                .all(|(low, high)| !low.is_negative() && low < high && *high <= Rational::ONE);
        let apart = |other: &Cell| {
            cell.ranges
                .iter()
                .zip(&other.ranges)
                .any(|(a, b)| a.1 <= b.0 || b.1 <= a.0)
        };
        if !sound || !cells[..index].iter().all(apart) {
            return Err(DecisionRejection::Uncovered);
        }
        volume += cell
            .ranges
            .iter()
            .fold(Rational::ONE, |product, (low, high)| product * (high - low));
    }
    if volume != Rational::ONE {
        return Err(DecisionRejection::Uncovered);
    }
    let mut greatest: Option<Rational> = None;
    let mut inequalities = 0;
    for cell in cells {
        if let Some((bound, count)) = bound(form, cell)? {
            inequalities += count;
            greatest = Some(greatest.map_or_else(|| bound.clone(), |most| most.max(bound.clone())));
        }
    }
    Ok((greatest.ok_or(DecisionRejection::Uncovered)?, inequalities))
}

/// Returns what a box's mixture holds every policy in it to; none if the box holds no policy.
fn bound(form: &PeekedForm, cell: &Cell) -> Result<Option<(Rational, u64)>, DecisionRejection> {
    let mut least: std::collections::BTreeMap<usize, Rational> = std::collections::BTreeMap::new();
    for ((set, _), (low, _)) in form.free.iter().zip(&cell.ranges) {
        *least.entry(*set).or_insert(Rational::ZERO) += low;
    }
    if least.values().any(|sum| *sum > Rational::ONE) {
        return Ok(None);
    }
    let sound = cell.mixture.len() == form.environments.len()
        && cell.mixture.iter().all(|weight| !weight.is_negative())
        && form.hypotheses.iter().all(|(prior, members)| {
            let sum: Rational = members.iter().map(|&k| &cell.mixture[k]).sum();
            sum == *prior
        });
    if !sound {
        return Err(DecisionRejection::Nature);
    }
    let ranges: Vec<SymbolRange> = cell
        .ranges
        .iter()
        .enumerate()
        .map(|(symbol, (low, high))| (symbol, low.clone(), high.clone()))
        .collect();
    let mixed = form
        .environments
        .iter()
        .zip(&cell.mixture)
        .fold(Polynomial::default(), |sum, ((_, payoff), weight)| {
            sum.plus(&payoff.scaled(weight))
        });
    let coefficients = mixed.bernstein(&ranges, &form.degrees());
    let count = coefficients.len() as u64;
    Ok(coefficients.into_iter().max().map(|most| (most, count)))
}
