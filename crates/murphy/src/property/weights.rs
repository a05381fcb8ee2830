//! Several objectives at once where the linear program of all flows is too large: they are weighed against each other.
//!
//! Two facts enclose the answer. *Whatever weights `w ≥ 0` are given*, no policy is worth more than `max Σ wᵢ·fᵢ`, which is one ordinary problem:
//! where every objective but the first has a threshold `bᵢ`, the first is at most `(max Σ wᵢ·fᵢ − Σ wᵢ·bᵢ) / w₁`. *Whatever policies are known*, a mixture
//! of them is worth the mixture of what they are worth. The best mixture is a linear program with a column for each policy; its prices
//! are the next weights, and the policy that is best for these is the next column (Dantzig and Wolfe). Every number on either side is proved by the checker.

use crate::answer::solve;
use crate::property::evaluate::{Evaluator, Meaning};
use crate::property::several::{Aim, NO_POLICY};
use crate::property::worth::Worth;
use murphy_certify::check;
use murphy_credal::simplex::{Optimum, minimise};
use murphy_credal::{Constraint, Relation};
use murphy_notation::{Diagnostic, Rational};
use murphy_plan::Settings;
use murphy_problem::{Certificate, Direction, Objective, Policy, Problem, Proof};
use murphy_spec::property::Part;
use murphy_world::{BuildError, ChoiceId, Model, ModelBuilder, StateId, StateSet};

/// How many policies may be mixed.
const ROUNDS: usize = 80;
/// How wide the bracket of the answer may be, as a part of it, and what counts as nothing.
const RELATIVE: f64 = 2e-7;
const NOTHING: f64 = 1e-9;

/// Several sums over the choices of one model, all of which are to be large.
pub(super) struct Goals {
    problem: Problem,
    /// For each objective what each choice gains.
    gains: Vec<Vec<Rational>>,
    span: Span,
}

/// How long is summed.
pub(super) enum Span {
    /// So many steps.
    Steps(u32),
    /// Until a target that every policy reaches; no gain is negative.
    Target(StateSet),
}

/// A policy: what is best for some weights at most, and what it is worth for each objective at least.
struct Found {
    most: Rational,
    point: Vec<Rational>,
}

impl Goals {
    /// Puts the objectives of a problem together, of which the model, the start and the stance count.
    pub(super) fn new(problem: Problem, gains: Vec<Vec<Rational>>, span: Span) -> Self {
        let problem = Problem {
            complemented: false,
            agent: Direction::Maximize,
            nature: Direction::Maximize,
            ..problem
        };
        Self { problem, gains, span }
    }

    fn objective(&self, quantity: Vec<Rational>) -> Objective {
        match &self.span {
            Span::Steps(steps) => Objective::Horizon {
                quantity: quantity.into(),
                steps: *steps,
            },
            Span::Target(target) => Objective::Until {
                quantity: quantity.into(),
                target: target.clone(),
            },
        }
    }

    /// Finds a policy that is best for some weights.
    fn best(
        &mut self,
        weights: &[Rational],
        precision: f64,
        settings: &Settings<'_>,
    ) -> Result<Found, String> {
        let mut quantity = vec![Rational::ZERO; self.problem.model.choice_count()];
        for (weight, gains) in weights.iter().zip(&self.gains).filter(|(w, _)| !w.is_zero()) {
            for (total, gain) in quantity.iter_mut().zip(gains).filter(|(_, gain)| !gain.is_zero()) {
                *total += weight * gain;
            }
        }
        self.problem.objective = self.objective(quantity);
        self.problem.precision = precision;
        let answer = solve(&self.problem, settings).map_err(|error| error.to_string())?;
        let most = answer
            .checked
            .exact_upper
            .ok_or("a sum of several objectives has no bound")?;
        let policy = answer.plan.certificate.policy;
        let point = match &self.span {
            Span::Steps(_) => self.worth_of_steps(&policy)?,
            Span::Target(target) => self.worth_until(&policy, target, settings)?,
        };
        Ok(Found { most, point })
    }

    /// Returns what a policy is worth step by step: the checker goes backward along it.
    fn worth_of_steps(&self, policy: &Policy) -> Result<Vec<Rational>, String> {
        let certificate = Certificate {
            policy: policy.clone(),
            proof: Proof::Backward,
        };
        let mut problem = self.problem.clone();
        let worth = |gains: &Vec<Rational>| {
            problem.objective = self.objective(gains.clone());
            let checked = check(&problem, &certificate).map_err(|rejection| rejection.to_string())?;
            checked.exact_lower.ok_or_else(|| "a sum has no bound".to_owned())
        };
        self.gains.iter().map(worth).collect()
    }

    /// Returns what a policy is worth in the chain that it makes of the model.
    fn worth_until(
        &self,
        policy: &Policy,
        target: &StateSet,
        settings: &Settings<'_>,
    ) -> Result<Vec<Rational>, String> {
        let (chain, kept) = followed(&self.problem.model, policy).map_err(|error| error.to_string())?;
        let mut ends = StateSet::none(kept.len());
        for (state, (original, _)) in (0..).zip(&kept) {
            if target.contains(*original) {
                ends.insert(state);
            }
        }
        let mut problem = Problem {
            model: chain,
            objective: self.problem.objective.clone(),
            goal: String::new(),
            ..self.problem
        };
        let worth = |gains: &Vec<Rational>| {
            problem.objective = Objective::Until {
                quantity: kept
                    .iter()
                    .map(|(_, choice)| gains[*choice as usize].clone())
                    .collect(),
                target: ends.clone(),
            };
            let answer = solve(&problem, settings).map_err(|error| error.to_string())?;
            let lower = answer.checked.exact_lower;
            lower.ok_or_else(|| "a sum of several objectives may be infinite".to_owned())
        };
        self.gains.iter().map(worth).collect()
    }
}

/// Returns the chain of the states that a policy comes to, with the state and the choice that each of its states is.
fn followed(model: &Model, policy: &Policy) -> Result<(Model, Vec<(StateId, ChoiceId)>), BuildError> {
    let mut numbers: Vec<Option<StateId>> = vec![None; model.state_count()];
    let mut kept: Vec<(StateId, ChoiceId)> = Vec::new();
    let mut number = |state: StateId, kept: &mut Vec<(StateId, ChoiceId)>| -> Result<StateId, BuildError> {
        if let Some(known) = numbers[state as usize] {
            return Ok(known);
        }
        let next = StateId::try_from(kept.len()).map_err(|_| BuildError::TooLarge)?;
        numbers[state as usize] = Some(next);
        kept.push((
            state,
            policy.choice(state, 0).ok_or(BuildError::NoChoice { state })?,
        ));
        Ok(next)
    };
    let mut initial = Vec::new();
    for (state, weight) in model.initial() {
        initial.push((number(*state, &mut kept)?, weight.clone()));
    }
    let mut builder = ModelBuilder::new(model.name(), model.actions().to_vec());
    let mut at = 0;
    while let Some(&(_, choice)) = kept.get(at) {
        let targets = model.targets(choice).iter();
        let targets = targets
            .map(|target| number(*target, &mut kept))
            .collect::<Result<Vec<_>, _>>()?;
        builder.add_state(Vec::new());
        builder.add_choice(model.action(choice), model.set(choice).into_owned(), targets)?;
        at += 1;
    }
    Ok((builder.start(initial).finish()?, kept))
}

/// What is known so far: what some policies are worth, and what no policy exceeds.
struct Enclosure<'a> {
    aims: &'a [Aim],
    points: Vec<Vec<Rational>>,
    most: Option<Rational>,
}

impl Enclosure<'_> {
    fn open(&self) -> Option<usize> {
        self.aims.iter().position(|aim| aim.least.is_none())
    }

    /// Returns the best mixture: with `slack`, the one that misses the thresholds by the least sum.
    fn mixture(&self, slack: bool) -> Option<Optimum> {
        let (points, count) = (self.points.len(), self.aims.len());
        let columns = points + if slack { count } else { 0 };
        let mut whole = vec![Rational::ZERO; columns];
        whole[..points].fill(Rational::ONE);
        let mut constraints = vec![Constraint {
            coefficients: whole,
            relation: Relation::Equal,
            bound: Rational::ONE,
        }];
        let mut costs = vec![Rational::ZERO; columns];
        for (index, aim) in self.aims.iter().enumerate() {
            let mut coefficients: Vec<Rational> =
                self.points.iter().map(|point| point[index].clone()).collect();
            match &aim.least {
                Some(least) => {
                    coefficients.resize(columns, Rational::ZERO);
                    if slack {
                        coefficients[points + index] = Rational::ONE;
                        costs[points + index] = Rational::ONE;
                    }
                    constraints.push(Constraint {
                        coefficients,
                        relation: Relation::AtLeast,
                        bound: least.clone(),
                    });
                }
                None if !slack => costs = coefficients.into_iter().map(|value| -value).collect(),
                None => {}
            }
        }
        minimise(&costs, &constraints).ok()
    }

    /// Returns what a mixture is worth for the objective without a threshold, if it is a mixture and meets all thresholds.
    fn worth(&self, mixture: &Optimum) -> Option<Rational> {
        let shares = mixture.point.get(..self.points.len())?;
        let one: Rational = shares.iter().sum();
        if shares.iter().any(Rational::is_negative) || one != Rational::ONE {
            return None;
        }
        let mut worth = Rational::ZERO;
        for (index, aim) in self.aims.iter().enumerate() {
            let mut mean = Rational::ZERO;
            for (share, point) in shares.iter().zip(&self.points) {
                mean += share * &point[index];
            }
            match &aim.least {
                Some(least) if mean < *least => return None,
                Some(_) => {}
                None => worth = mean,
            }
        }
        Some(worth)
    }

    /// Returns the weights that the prices of a mixture are, the largest of them one.
    fn weights(&self, mixture: &Optimum, with_open: bool) -> Vec<Rational> {
        let mut prices = mixture.prices.iter().skip(1);
        let price = |aim: &Aim| match &aim.least {
            None if with_open => Rational::ONE,
            None => Rational::ZERO,
            // Any weight that is not negative will do, so short ones are taken.
            Some(_) => prices
                .next()
                .and_then(|price| Rational::from_f64(price.to_f64()))
                .filter(Rational::is_positive)
                .unwrap_or_default(),
        };
        let weights: Vec<Rational> = self.aims.iter().map(price).collect();
        let largest = weights.iter().max().cloned().unwrap_or_default();
        let scale = Rational::from_f64(largest.to_f64()).filter(Rational::is_positive);
        let scale = scale.unwrap_or(Rational::ONE);
        let rounded = |weight: Rational| Rational::from_f64((&weight / &scale).to_f64()).unwrap_or_default();
        weights.into_iter().map(rounded).collect()
    }

    /// Returns what the thresholds come to with some weights.
    fn thresholds(&self, weights: &[Rational]) -> Rational {
        let mut sum = Rational::ZERO;
        for (weight, aim) in weights.iter().zip(self.aims) {
            if let Some(least) = &aim.least {
                sum += weight * least;
            }
        }
        sum
    }
}

impl Evaluator<'_> {
    /// Answers several objectives by mixing policies that are best for some weights.
    pub(super) fn by_weights(
        &self,
        part: &Part,
        aims: &[Aim],
        mut goals: Goals,
    ) -> Result<Meaning, Diagnostic> {
        let settings = self.options.settings;
        let refuse = |reason: String| self.refusal(part, reason);
        let mut known = Enclosure {
            aims,
            points: Vec::new(),
            most: None,
        };
        let mut precision = 1e-7;
        for index in 0..aims.len() {
            let mut weights = vec![Rational::ZERO; aims.len()];
            weights[index] = Rational::ONE;
            known
                .points
                .push(goals.best(&weights, precision, &settings).map_err(refuse)?.point);
        }
        for _ in 0..ROUNDS {
            let lost = || refuse("no mixture of policies was found".to_owned());
            let missing = known.mixture(true).ok_or_else(lost)?;
            let (mixture, least) = match (known.worth(&missing), known.open()) {
                (Some(_), None) => return Ok(Meaning::Truth(vec![true])),
                (Some(_), Some(_)) => {
                    let best = known.mixture(false).ok_or_else(lost)?;
                    let least = known.worth(&best).ok_or_else(lost)?;
                    (best, Some(least))
                }
                (None, _) => (missing, None),
            };
            let feasible = least.is_some();
            let weights = known.weights(&mixture, feasible);
            let found = goals.best(&weights, precision, &settings).map_err(refuse)?;
            let rest = &found.most - &known.thresholds(&weights);
            let new = !known.points.contains(&found.point);
            match (feasible, known.open()) {
                (false, None) if rest.is_negative() => return Ok(Meaning::Truth(vec![false])),
                (false, Some(_)) if rest.is_negative() => return Err(refuse(NO_POLICY.to_owned())),
                (true, Some(open)) if weights[open].is_positive() => {
                    let most = &rest / &weights[open];
                    known.most = Some(known.most.take().map_or(most.clone(), |before| before.min(most)));
                }
                _ => {}
            }
            if let (Some(least), Some(open), Some(most)) = (least, known.open(), &known.most) {
                let wide = self
                    .options
                    .precision
                    .unwrap_or((RELATIVE * least.to_f64().abs()).max(NOTHING));
                precision = (wide / 8.0).max(1e-12);
                if (most - &least).to_f64() <= wide || !new {
                    let worth = Worth::between(least.floor_f64(), most.ceil_f64());
                    return Ok(Meaning::Numbers(vec![aims[open].asked(worth)]));
                }
            }
            if !new {
                return Err(refuse(
                    "undecided: the thresholds are too close to what can be met".to_owned(),
                ));
            }
            known.points.push(found.point);
        }
        Err(refuse(format!(
            "the best mixture was not found with {ROUNDS} policies"
        )))
    }

    /// Returns sums over the same number of steps as goals.
    pub(super) fn step_goals(&self, start: StateId, steps: u32, gains: Vec<Vec<Rational>>) -> Goals {
        let mut problem = self.problem.clone();
        problem.model.restart(vec![(start, Rational::ONE)]);
        Goals::new(problem, gains, Span::Steps(steps))
    }
}
