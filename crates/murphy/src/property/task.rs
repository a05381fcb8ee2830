//! A number asked for in several states at once, and how precisely.

use crate::answer::solve;
use crate::property::evaluate::Evaluator;
use crate::property::exact;
use crate::property::linear::{SPENT_MAX, Work};
use crate::property::players::Players;
use crate::property::worth::Worth;
use murphy_notation::{Diagnostic, Place, Rational};
use murphy_plan::{Settings, possible_and_sure};
use murphy_problem::{Beliefs, Bracket, Objective, Plan, Problem, Proof, StopReason, equally};
use murphy_world::{Model, StateId, StateSet};
use std::cmp::Ordering;

/// An objective with the states where it is asked for.
pub(super) struct Task {
    /// The model, if it is another one than the property speaks of.
    pub(super) model: Option<Box<Problem>>,
    pub(super) objective: Objective,
    pub(super) players: Players,
    /// What the answer does to the number.
    pub(super) turn: Turn,
    /// Where each run begins.
    pub(super) at: Vec<StateId>,
    /// What is known without solving.
    pub(super) known: Vec<Option<Worth>>,
    /// What asks.
    pub(super) place: Place,
}

/// What is made of the number of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    Plain,
    /// One minus it.
    Complement,
    /// Minus it.
    Negative,
}

impl Turn {
    fn apply(self, worth: Worth) -> Worth {
        match self {
            Self::Plain => worth,
            Self::Complement => worth.complement(),
            Self::Negative => worth.negated(),
        }
    }
}

/// How wide a bracket may be, as a part of its number, where nothing else is asked.
const RELATIVE: f64 = 2.5e-7;
/// Below this, a number that may be zero is not asked for more precisely.
const NEXT_TO_NOTHING: f64 = 1e-15;
/// How often a number is asked for more precisely.
const ROUNDS: usize = 5;
/// Up to how many states are asked for one by one.
const SINGLES_MAX: usize = 64;
/// Models of at most so many states are solved exactly where sweeps do not come to the precision asked for: floats may never do.
const SMALL: usize = 4_000;
/// When that is, and what it may cost: soon, if it is cheap, and where so many branches have been passed at any price.
const STAGES: [Stage; 2] = [
    Stage {
        sweeps: 2_000,
        branches: 0,
        spent: SPENT_MAX / 50,
    },
    Stage {
        sweeps: 2_000,
        branches: 30_000_000,
        spent: SPENT_MAX,
    },
];
/// How precise the bracket is from whose policy exact numbers are sought.
const EXACT_FROM: f64 = 1e-6;

/// How long floats are given before exact numbers are sought, and how much may be spent on these.
struct Stage {
    sweeps: u64,
    branches: u64,
    spent: u64,
}

impl Stage {
    fn sweeps(&self, model: &Model) -> u64 {
        self.sweeps
            .max(self.branches / (model.branch_count() as u64).max(1))
    }
}

impl Task {
    /// Returns a task in the model that the property speaks of.
    pub(super) fn new(objective: Objective, players: Players, at: &[StateId], place: Place) -> Self {
        Self {
            model: None,
            objective,
            players,
            turn: Turn::Plain,
            at: at.to_vec(),
            known: vec![None; at.len()],
            place,
        }
    }

    pub(super) fn turned(mut self, turn: Turn) -> Self {
        self.turn = turn;
        self
    }

    /// Moves it to another model.
    pub(super) fn within(mut self, problem: &Problem, model: Model, at: Vec<StateId>) -> Self {
        self.model = Some(Box::new(Problem {
            model,
            objective: self.objective.clone(),
            goal: problem.goal.clone(),
            ..*problem
        }));
        self.at = at;
        self
    }

    /// Fills in what needs no solving: a probability where the run begins at an end.
    fn settle(&mut self) {
        let (Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. }) =
            &self.objective
        else {
            return;
        };
        for (known, state) in self.known.iter_mut().zip(&self.at) {
            let value = match (target.contains(*state), avoid.contains(*state)) {
                (true, _) => Rational::ONE,
                (_, true) => Rational::ZERO,
                _ => continue,
            };
            known.get_or_insert_with(|| self.turn.apply(Worth::exactly(value)));
        }
    }

    pub(super) fn place(&self) -> Place {
        self.place.clone()
    }

    fn refuse(&self, reason: impl ToString) -> Diagnostic {
        Diagnostic::at(self.place.clone(), reason.to_string())
    }
}

impl Evaluator<'_> {
    /// Returns the task of a policy that sees observations: the same one in the model of what it can believe.
    pub(super) fn believed(&mut self, task: Task) -> Result<Task, Diagnostic> {
        let (&[start], None) = (task.at.as_slice(), &task.model) else {
            return Err(task.refuse(
                "the policy of this model sees observations instead of states: only F, G, U, W, R and sums are supported, from one state",
            ));
        };
        let model = &self.problem.model;
        let none = StateSet::none(model.state_count());
        let (target, avoid, quantity) = match &task.objective {
            Objective::Reach { target, avoid } | Objective::BoundedReach { target, avoid, .. } => {
                (target, avoid, &[][..])
            }
            Objective::Until { quantity, target } => (target, &none, &**quantity),
            Objective::Horizon { quantity, .. }
            | Objective::Total { quantity }
            | Objective::LongRun { quantity }
            | Objective::Discounted { quantity, .. } => (&none, &none, &**quantity),
        };
        let beliefs =
            Beliefs::new(model, start, (target, avoid), quantity).map_err(|error| task.refuse(error))?;
        let (target, avoid, quantity) = (beliefs.won, beliefs.lost, beliefs.quantity);
        let objective = match &task.objective {
            Objective::Reach { .. } => Objective::Reach { target, avoid },
            Objective::BoundedReach { steps, .. } => Objective::BoundedReach {
                target,
                avoid,
                steps: *steps,
            },
            Objective::Until { .. } => Objective::Until {
                quantity: quantity.into(),
                target,
            },
            Objective::Horizon { steps, .. } => Objective::Horizon {
                quantity: quantity.into(),
                steps: *steps,
            },
            Objective::Total { .. } => Objective::Total {
                quantity: quantity.into(),
            },
            Objective::LongRun { .. } => Objective::LongRun {
                quantity: quantity.into(),
            },
            Objective::Discounted { discount, .. } => Objective::Discounted {
                quantity: quantity.into(),
                discount: discount.clone(),
            },
        };
        let first = beliefs.model.initial().iter().map(|(state, _)| *state).collect();
        let believed = Task::new(objective, task.players, &task.at, task.place).turned(task.turn);
        Ok(believed.within(&self.problem, beliefs.model, first))
    }

    /// Returns the number in every state asked for.
    pub(super) fn worths(&mut self, task: &mut Task) -> Result<Vec<Worth>, Diagnostic> {
        task.settle();
        let mut found = task.known.clone();
        let mut pending: Vec<usize> = (0..found.len()).filter(|index| found[*index].is_none()).collect();
        let absolute = self.options.precision;
        let sums = !matches!(
            task.objective,
            Objective::Reach { .. } | Objective::BoundedReach { .. }
        );
        // Sums are often large, so that a coarse bracket is narrow enough already.
        let mut precision = absolute.unwrap_or(if sums { 1e-4 } else { 1e-6 });
        let model = &task.model.as_deref().unwrap_or(&self.problem).model;
        let all: &[Stage] = if model.state_count() <= SMALL {
            &STAGES
        } else {
            &[]
        };
        let mut stages: Vec<(u64, u64)> = all
            .iter()
            .rev()
            .map(|stage| (stage.sweeps(model), stage.spent))
            .collect();
        let mut settings = self.options.settings;
        for _ in 0..ROUNDS + all.len() {
            if pending.is_empty() {
                break;
            }
            let sweeps = stages.last().map_or(u64::MAX, |stage| stage.0);
            settings.sweeps_max = self.options.settings.sweeps_max.min(sweeps);
            let precise = self.round(task, &pending, (precision, &settings), &mut found)?;
            let wide = |worth: &Worth| {
                let gap = worth.bracket.gap();
                let size = worth.bracket.lower.abs().min(worth.bracket.upper.abs());
                match absolute {
                    Some(absolute) => gap > absolute,
                    // What may be zero cannot be told from it by narrower brackets for ever.
                    None => gap > 2.0 * RELATIVE * size && (size > 0.0 || gap > NEXT_TO_NOTHING),
                }
            };
            pending.retain(|index| found[*index].as_ref().is_none_or(wide));
            // What came to the precision asked for will come to the next one: that is cheaper than fractions.
            if !precise
                && !pending.is_empty()
                && let Some((_, spent)) = stages.pop()
            {
                let limits = (&settings, Work::up_to(spent));
                if let Ok(exact) = self.exact_worths(task, &pending, limits) {
                    for (index, worth) in pending.drain(..).zip(exact) {
                        found[index] = Some(worth);
                    }
                }
                continue;
            }
            let sizes = pending.iter().filter_map(|index| found[*index].as_ref());
            let least = sizes
                .map(|worth| worth.bracket.lower.abs().max(worth.bracket.upper.abs() * 1e-6))
                .fold(f64::INFINITY, f64::min);
            let next = match absolute {
                Some(_) => precision / 64.0,
                None => (least * RELATIVE).min(precision / 64.0).max(1e-300),
            };
            precision = next;
        }
        Ok(found
            .into_iter()
            .map(|worth| worth.unwrap_or_else(|| Worth::between(f64::NEG_INFINITY, f64::INFINITY)))
            .collect())
    }

    /// Says of every state asked for on which side of a threshold its number is.
    pub(super) fn sides(
        &mut self,
        task: &mut Task,
        threshold: &Rational,
    ) -> Result<Vec<Ordering>, Diagnostic> {
        task.settle();
        let threshold_worth = Worth::exactly(threshold.clone());
        let mut found = task.known.clone();
        let mut sides: Vec<Option<Ordering>> = found
            .iter()
            .map(|worth| worth.as_ref().and_then(|worth| worth.compare(&threshold_worth)))
            .collect();
        self.sides_by_sets(task, threshold, &mut sides);
        let (mut precision, settings) = (1e-3, self.options.settings);
        for _ in 0..ROUNDS {
            let pending: Vec<usize> = (0..sides.len()).filter(|index| sides[*index].is_none()).collect();
            if pending.is_empty() {
                break;
            }
            self.round(task, &pending, (precision, &settings), &mut found)?;
            for index in pending {
                sides[index] = found[index]
                    .as_ref()
                    .and_then(|worth| worth.compare(&threshold_worth));
            }
            precision *= 1e-3;
        }
        let pending: Vec<usize> = (0..sides.len()).filter(|index| sides[*index].is_none()).collect();
        if !pending.is_empty() {
            let exact = self
                .exact_worths(task, &pending, (&settings, Work::default()))
                .unwrap_or_default();
            for (index, worth) in pending.iter().zip(exact) {
                sides[*index] = worth.compare(&threshold_worth);
            }
        }
        let known = sides.iter().copied().collect::<Option<Vec<Ordering>>>();
        known.ok_or_else(|| {
            task.refuse(format!(
                "undecided: the value is too close to {threshold} to tell on which side it is"
            ))
        })
    }

    /// Decides by sets of states whether a probability is above zero or below one.
    fn sides_by_sets(&mut self, task: &mut Task, threshold: &Rational, sides: &mut [Option<Ordering>]) {
        let extreme = threshold.is_zero() || *threshold == Rational::ONE;
        if !extreme || task.turn == Turn::Negative {
            return;
        }
        let Objective::Reach { target, avoid } = task.objective.clone() else {
            return;
        };
        let zero = threshold.is_zero() != (task.turn == Turn::Complement);
        let problem = self.prepare(task, 1e-6);
        let (possible, sure) = possible_and_sure(problem, &target, &avoid);
        for (side, state) in sides.iter_mut().zip(&task.at) {
            if side.is_some() {
                continue;
            }
            let ordering = match zero {
                true if possible.contains(*state) => Ordering::Greater,
                false if !sure.contains(*state) => Ordering::Less,
                _ => Ordering::Equal,
            };
            *side = Some(match task.turn {
                Turn::Complement => ordering.reverse(),
                _ => ordering,
            });
        }
    }

    /// Returns the problem of a task, ready to be solved.
    fn prepare<'t>(&'t mut self, task: &'t mut Task, precision: f64) -> &'t mut Problem {
        let problem = match &mut task.model {
            Some(problem) => &mut **problem,
            None => &mut self.problem,
        };
        problem.objective.clone_from(&task.objective);
        (problem.agent, problem.nature) = (task.players.agent, task.players.nature);
        problem.precision = precision;
        problem
    }

    /// Solves for some of the states, and says whether all came to the precision.
    fn round(
        &mut self,
        task: &mut Task,
        pending: &[usize],
        (precision, settings): (f64, &Settings<'_>),
        found: &mut [Option<Worth>],
    ) -> Result<bool, Diagnostic> {
        let stepwise = matches!(
            task.objective,
            Objective::BoundedReach { .. } | Objective::Horizon { .. }
        );
        if stepwise && pending.len() > SINGLES_MAX {
            return Err(task.refuse(format!(
                "a number over a given count of steps is asked for in {} states at once, more than {SINGLES_MAX}",
                pending.len()
            )));
        }
        let groups: Vec<&[usize]> = if stepwise {
            pending.chunks(1).collect()
        } else {
            vec![pending]
        };
        let mut precise = true;
        for group in groups {
            let starts: Vec<StateId> = group.iter().map(|index| task.at[*index]).collect();
            let problem = self.prepare(task, precision);
            problem.model.restart(equally(&starts));
            let answer = solve(problem, settings).map_err(|error| task.refuse(error))?;
            precise &= answer.plan.stop == StopReason::Precise;
            for &index in group {
                let bracket = bracket_of(&answer.plan, &task.objective, task.at[index]);
                let worth = task.turn.apply(Worth::between(bracket.lower, bracket.upper));
                let tighter = found[index]
                    .as_ref()
                    .is_none_or(|before| worth.bracket.gap() <= before.bracket.gap());
                if tighter {
                    found[index] = Some(worth);
                }
            }
        }
        Ok(precise)
    }

    /// Returns the exact numbers, or why they cannot be found.
    pub(super) fn exact_worths(
        &mut self,
        task: &mut Task,
        pending: &[usize],
        (settings, work): (&Settings<'_>, Work),
    ) -> Result<Vec<Worth>, String> {
        let starts: Vec<StateId> = pending.iter().map(|index| task.at[*index]).collect();
        let known: Vec<Option<Worth>> = pending.iter().map(|index| task.known[*index].clone()).collect();
        let turn = task.turn;
        let problem = self.prepare(task, EXACT_FROM);
        problem.model.restart(equally(&starts));
        let answer = solve(problem, settings).map_err(|error| error.to_string())?;
        let values = exact::values(problem, &answer.plan, work)?;
        let worth = |(state, known): (&StateId, Option<Worth>)| {
            known.unwrap_or_else(|| match values.get(*state as usize) {
                Some(Some(value)) => turn.apply(Worth::exactly(value.clone())),
                _ => turn.apply(Worth::infinite()),
            })
        };
        Ok(starts.iter().zip(known).map(worth).collect())
    }
}

/// Returns the bracket that a plan proves in a state.
fn bracket_of(plan: &Plan, objective: &Objective, state: StateId) -> Bracket {
    let mut bracket = match &plan.certificate.proof {
        Proof::FixedPoint { lower, upper, .. } | Proof::LongRun { lower, upper, .. } => {
            let at = state as usize;
            Bracket {
                lower: lower.get(at).copied().unwrap_or(f64::NEG_INFINITY),
                upper: upper.get(at).copied().unwrap_or(f64::INFINITY),
            }
        }
        Proof::Backward => plan.bracket,
    };
    if matches!(
        objective,
        Objective::Reach { .. } | Objective::BoundedReach { .. }
    ) {
        bracket.lower = bracket.lower.clamp(0.0, 1.0);
        bracket.upper = bracket.upper.clamp(0.0, 1.0);
    }
    if matches!(objective, Objective::Until { .. } | Objective::Total { .. }) {
        bracket.lower = bracket.lower.max(0.0);
    }
    bracket
}
