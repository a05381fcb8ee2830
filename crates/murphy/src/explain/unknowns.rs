//! Which unknown hurts most, and what would have to be true for the plan to change.

use crate::answer::solve;
use crate::explain::ExplainError;
use crate::tiers::chain::{decided, less, worth_exactly};
use crate::tiers::proof::following;
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Direction, Plan, Policy, Problem, Proof, Stage};
use murphy_world::{ChoiceId, StateId};
use std::collections::VecDeque;

/// Makes the problem again with an unknown or a constant set: its name, and the value or the range as a person writes it.
pub type Again<'a> = dyn Fn(&str, &str) -> Result<Problem, ExplainError> + 'a;

/// An unknown with the range that it lies in.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Its least value.
    pub low: Rational,
    /// Its greatest value.
    pub high: Rational,
}

/// What the goal would be worth if an unknown were known better; a plan is made anew for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Tightened {
    /// The unknown, with the range that it lies in now.
    pub unknown: Known,
    /// If it lay in the middle half of its range.
    pub halved: Bracket,
    /// If it were known, and were its least value, the middle, or its greatest value.
    pub at: [Bracket; 3],
}

impl Tightened {
    /// Returns the bracket of the least that knowing the unknown would bring beyond `now`, over the three values asked for.
    #[must_use]
    pub fn worst(&self, wants_more: bool) -> Bracket {
        let least = |ends: [f64; 3]| {
            ends.into_iter().fold(
                if wants_more {
                    f64::INFINITY
                } else {
                    f64::NEG_INFINITY
                },
                |a, b| {
                    if wants_more { a.min(b) } else { a.max(b) }
                },
            )
        };
        Bracket {
            lower: least(self.at.map(|bracket| bracket.lower)),
            upper: least(self.at.map(|bracket| bracket.upper)),
        }
    }
}

/// Returns what the goal would be worth if each unknown were known better, those first that help most when halved.
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn tighten(unknowns: &[Known], again: &Again<'_>) -> Result<Vec<Tightened>, ExplainError> {
    let mut all = Vec::new();
    let mut wants_more = true;
    for unknown in unknowns {
        if unknown.low == unknown.high {
            continue;
        }
        let quarter = (&unknown.high - &unknown.low) * Rational::new(1, 4);
        let middle = (&unknown.high + &unknown.low) * Rational::new(1, 2);
        let mut value = |text: &str| -> Result<Bracket, ExplainError> {
            let problem = again(&unknown.name, text)?;
            wants_more = (problem.agent == Direction::Maximize) != problem.complemented;
            Ok(solve(&problem, &Settings::default())?.plan.bracket)
        };
        all.push(Tightened {
            halved: value(&format!(
                "{}..{}",
                &unknown.low + &quarter,
                &unknown.high - &quarter
            ))?,
            at: [
                value(&unknown.low.to_string())?,
                value(&middle.to_string())?,
                value(&unknown.high.to_string())?,
            ],
            unknown: unknown.clone(),
        });
    }
    all.sort_by(|a, b| {
        let order = a.halved.lower.total_cmp(&b.halved.lower);
        if wants_more { order.reverse() } else { order }
    });
    Ok(all)
}

/// A place between two settings of an unknown or a constant where the plan ceases, or begins, to be the best.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// Up to here the plan is as good as any, within the precision of the spec.
    pub best_at: Rational,
    /// Here another plan is provably better.
    pub beaten_at: Rational,
    /// What the plan is worth there.
    pub plan: Bracket,
    /// What the best plan is worth there.
    pub best: Bracket,
    /// The first state that the plan comes to where another action is provably better there.
    pub change: Option<Change>,
}

/// An action that is no longer the best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The state, with the clock where the plan depends on the step.
    pub state: String,
    /// What the plan does.
    pub from: String,
    /// What is better.
    pub to: String,
}

/// How a plan does at one setting.
enum Standing {
    Best,
    Beaten {
        plan: Bracket,
        best: Bracket,
        change: Option<Change>,
    },
    Open,
}

/// Makes the problem again as [`Again`] does, with the policy carried into its model.
pub type Carried<'a> = dyn Fn(&str, &str) -> Result<(Problem, Policy), ExplainError> + 'a;

/// Returns where the plan flips as `name` goes through the range `low..high`, each place narrowed down to a part `1/2^20` of it.
///
/// The range is looked at in `parts` equal parts: a plan that flips and flips back within one part is not noticed.
///
/// # Errors
/// A setting that the world refuses, or a problem that cannot be solved or proved.
pub fn flips(range: &Known, parts: u32, again: &Carried<'_>) -> Result<Vec<Flip>, ExplainError> {
    let width = &range.high - &range.low;
    let at = |part: u32| &range.low + &width * Rational::new(i64::from(part), i64::from(parts.max(1)));
    let standing = |value: &Rational| {
        let (problem, policy) = again(&range.name, &value.to_string())?;
        stands(&problem, &policy)
    };
    let mut flips = Vec::new();
    let mut last = (at(0), standing(&at(0))?);
    for part in 1..=parts.max(1) {
        let value = at(part);
        let next = standing(&value)?;
        let ends = match (&last.1, &next) {
            (Standing::Best, Standing::Beaten { .. }) => Some((last.0.clone(), value.clone())),
            (Standing::Beaten { .. }, Standing::Best) => Some((value.clone(), last.0.clone())),
            _ => None,
        };
        if let Some((best_at, beaten_at)) = ends {
            flips.push(narrow((best_at, beaten_at), &width, &standing)?);
        }
        if !matches!(next, Standing::Open) {
            last = (value, next);
        }
    }
    Ok(flips)
}

fn narrow(
    (mut best_at, mut beaten_at): (Rational, Rational),
    width: &Rational,
    standing: &dyn Fn(&Rational) -> Result<Standing, ExplainError>,
) -> Result<Flip, ExplainError> {
    let enough = width * Rational::new(1, 1 << 20);
    while (&best_at - &beaten_at).abs() > enough {
        let middle = (&best_at + &beaten_at) * Rational::new(1, 2);
        match standing(&middle)? {
            Standing::Best => best_at = middle,
            Standing::Beaten { .. } => beaten_at = middle,
            Standing::Open => break,
        }
    }
    match standing(&beaten_at)? {
        Standing::Beaten { plan, best, change } => Ok(Flip {
            best_at,
            beaten_at,
            plan,
            best,
            change,
        }),
        _ => Err(ExplainError::Mismatch),
    }
}

/// Says how a policy does in a problem: as well as any within the precision, or provably worse.
fn stands(problem: &Problem, policy: &Policy) -> Result<Standing, ExplainError> {
    let steps = problem.objective.steps();
    let stage = Stage::new(&problem.model, steps)?;
    let staged = stage.problem(problem)?;
    let row: Vec<ChoiceId> = stage.row(policy);
    let settings = Settings::default();
    let alone = following(&staged.problem, &row).ok_or(ExplainError::Mismatch)?;
    let plan = solve(&alone, &settings)?.checked;
    let found = solve(&staged.problem, &settings)?;
    let (plan, best) = (less(&plan, &staged.offset), less(&found.checked, &staged.offset));
    let wants_more = (problem.agent == Direction::Maximize) != problem.complemented;
    let (short, certain) = if wants_more {
        (best.upper - plan.lower, best.lower > plan.upper)
    } else {
        (plan.upper - best.lower, best.upper < plan.lower)
    };
    Ok(if short <= 2.0 * problem.precision {
        Standing::Best
    } else if certain {
        let change = change(&staged.problem, &row, &found.plan);
        Standing::Beaten { plan, best, change }
    } else {
        Standing::Open
    })
}

/// Returns the first state that `row` comes to where what it does is provably worse than what the best plan does.
fn change(problem: &Problem, row: &[ChoiceId], best: &Plan) -> Option<Change> {
    let (Policy::Memoryless(better), Proof::FixedPoint { lower, upper, .. }) =
        (&best.policy, &best.certificate.proof)
    else {
        return None;
    };
    let model = &problem.model;
    let mut seen = vec![false; model.state_count()];
    let mut queue: VecDeque<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
    while let Some(state) = queue.pop_front() {
        if std::mem::replace(seen.get_mut(state as usize)?, true) || decided(problem, state) {
            continue;
        }
        let (from, to) = (*row.get(state as usize)?, *better.get(state as usize)?);
        let (own, other) = match problem.agent {
            Direction::Maximize => (
                worth_exactly(problem, from, upper),
                worth_exactly(problem, to, lower),
            ),
            Direction::Minimize => (
                worth_exactly(problem, to, upper),
                worth_exactly(problem, from, lower),
            ),
        };
        if own.zip(other).is_some_and(|(own, other)| own < other) {
            return Some(Change {
                state: model.state_name(state),
                from: model.action_name(from).to_owned(),
                to: model.action_name(to).to_owned(),
            });
        }
        queue.extend(model.targets(from));
    }
    None
}
