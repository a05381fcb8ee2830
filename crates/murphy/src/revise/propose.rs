//! Amendments proposed: each planned anew, with its price and its effect.

use crate::answer::solve;
use crate::explain::{ExplainError, Followed, Likelihood, likeliest};
use crate::revise::amend::{Change, amended, quoted};
use crate::revise::predicate::{exactly, separating};
use crate::tiers::{TierError, solve_tiers};
use murphy_notation::{Rational, Source};
use murphy_plan::Settings;
use murphy_problem::{Bracket, Direction, Objective, Policy, Problem, Questions};
use murphy_spec::{Goal, Operator, Spec};
use murphy_world::{Model, StateId, StateSet};
use std::sync::Arc;

/// A state that was marked, and the action, if it was what is done there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The state.
    pub state: StateId,
    /// The action that the plan took there.
    pub action: Option<String>,
}

/// An amendment of a spec.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What it says, in a sentence.
    pub says: String,
    /// How many comparisons its condition is made of.
    pub size: usize,
    /// The change of the text.
    pub change: Change,
    /// What stood there before, if something is replaced.
    pub was: Option<String>,
    /// What comes of it.
    pub outcome: Outcome,
    /// How probably the plan that was looked at does what this is to rule out.
    pub now: Bracket,
}

/// What comes of an amendment.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A plan was made.
    Planned(Box<Effect>),
    /// Provably no plan keeps it: the best that any plan can do.
    Impossible(Bracket),
    /// There is no answer.
    Failed(String),
}

/// What an amendment does.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What each goal of the spec before the change is worth under the new plan.
    pub goals: Vec<Likelihood>,
    /// How probable it is at most that the plan does again what was marked bad.
    pub marked: Bracket,
    /// One run of the plan.
    pub run: Vec<String>,
    /// What the plan does.
    pub policy: Policy,
}

/// How many conditions are planned for.
const CONDITIONS_MAX: usize = 8;
/// How many actions are tried as pins.
const PINS_MAX: usize = 4;

/// What amendments are to rule out together, and how probably the plan that was looked at does it.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// The states, with the action where it is that which was marked.
    pub bad: Vec<Marked>,
    /// How probably the plan comes to one of them.
    pub now: Bracket,
}

/// Returns amendments of a spec that rule out what was marked bad and nothing that was marked good, the smallest and cheapest first; those that
/// change nothing come last. Each ruling is looked at alone; without any, what was marked good is sought.
///
/// # Errors
/// A spec that does not fit the model, or a problem that cannot be solved or proved without the change.
pub fn propose(
    model: &Model,
    source: &Arc<Source>,
    rulings: &[Ruling],
    good: &[Marked],
) -> Result<Vec<Proposal>, ExplainError> {
    let spec = Spec::parse(source)?;
    let nothing = Ruling {
        bad: Vec::new(),
        now: Bracket {
            lower: 0.0,
            upper: 0.0,
        },
    };
    let rulings = if rulings.is_empty() {
        std::slice::from_ref(&nothing)
    } else {
        rulings
    };
    let mut proposals: Vec<Proposal> = Vec::new();
    for ruling in rulings {
        for proposal in proposed(model, source, (ruling, good), &spec)? {
            if proposals.iter().all(|other| other.change != proposal.change) {
                proposals.push(proposal);
            }
        }
    }
    sort(&mut proposals, wants_more(&spec));
    Ok(proposals)
}

/// Returns amendments that rule out one thing, in no order.
fn proposed(
    model: &Model,
    source: &Arc<Source>,
    (ruling, good): (&Ruling, &[Marked]),
    spec: &Spec,
) -> Result<Vec<Proposal>, ExplainError> {
    let bad = ruling.bad.as_slice();
    let steps = Questions::new(model.clone(), spec)?.steps();
    let asked = Asked {
        model,
        source,
        spec,
        ruling,
        bad,
        bound: steps.map_or_else(String::new, |steps| format!("<={steps}")),
    };
    let mut proposals = Vec::new();
    let good_states: Vec<StateId> = good.iter().map(|mark| mark.state).collect();
    let bad_states: Vec<StateId> = bad.iter().map(|mark| mark.state).collect();
    // Where runs start cannot be ruled out.
    let starts = model.initial().iter().map(|(state, _)| *state);
    let fine: Vec<StateId> = good_states.iter().copied().chain(starts).collect();
    let mut conditions = separating(model, &bad_states, &fine, CONDITIONS_MAX);
    let after = asked.after(&fine);
    if after != bad_states {
        for condition in separating(model, &after, &fine, CONDITIONS_MAX) {
            if conditions.iter().all(|other| other.text != condition.text) {
                conditions.push(condition);
            }
        }
    }
    for condition in &conditions {
        proposals.extend(asked.about(&condition.text, condition.size)?);
    }
    if let [mark] = bad {
        proposals.extend(asked.pins(mark)?);
    }
    if bad.is_empty() {
        for condition in separating(model, &good_states, &[], CONDITIONS_MAX) {
            let goal = format!(
                "Maximize(Probability({}))",
                quoted(&format!("F{} ({})", asked.bound, condition.text))
            );
            let says = format!("among plans that are as good, come to where {}", condition.text);
            proposals.extend(asked.proposal((says, condition.size), Change::LastGoal(goal), None)?);
        }
    }
    Ok(proposals)
}

/// Sorts amendments: those that help first, then the smallest, then the cheapest.
fn sort(proposals: &mut [Proposal], wants_more: bool) {
    let order = |proposal: &Proposal| match &proposal.outcome {
        Outcome::Planned(effect) if effect.marked.upper == 0.0 => 0,
        Outcome::Planned(effect) if effect.marked.upper < proposal.now.lower => 1,
        Outcome::Impossible(_) => 2,
        Outcome::Planned(_) => 3,
        Outcome::Failed(_) => 4,
    };
    proposals.sort_by(|a, b| {
        let price = |proposal: &Proposal| match &proposal.outcome {
            Outcome::Planned(effect) => effect.goals.first().map_or(0.0, |likely| {
                if wants_more {
                    -likely.least.lower
                } else {
                    likely.greatest.upper
                }
            }),
            _ => f64::INFINITY,
        };
        // Prices that differ by rounding alone do not order conditions.
        let coarse = |price: f64| (price * 1e6).round();
        (order(a), a.size)
            .cmp(&(order(b), b.size))
            .then(coarse(price(a)).total_cmp(&coarse(price(b))))
    });
}

fn wants_more(spec: &Spec) -> bool {
    spec.goals
        .first()
        .is_none_or(|goal| goal.direction == Direction::Maximize)
}

struct Asked<'a> {
    model: &'a Model,
    source: &'a Arc<Source>,
    spec: &'a Spec,
    ruling: &'a Ruling,
    bad: &'a [Marked],
    /// The step bound of the goals, as formulas write it.
    bound: String,
}

impl Asked<'_> {
    /// Returns where the marked actions lead, as far as that is not fine.
    fn after(&self, fine: &[StateId]) -> Vec<StateId> {
        let mut states = Vec::new();
        for mark in self.bad {
            let Some(action) = &mark.action else {
                states.push(mark.state);
                continue;
            };
            let mut choices = self.model.choices(mark.state);
            let taken = choices.find(|choice| self.model.action_name(*choice) == action);
            let targets = taken.map_or(&[][..], |choice| self.model.targets(choice));
            states.extend(targets.iter().filter(|target| **target != mark.state));
        }
        states.retain(|state| !fine.contains(state));
        states.sort_unstable();
        states.dedup();
        states
    }

    /// Returns the amendments that keep a condition from coming about.
    fn about(&self, condition: &str, size: usize) -> Result<Vec<Proposal>, ExplainError> {
        let never = match condition.strip_prefix('!').filter(|rest| !rest.contains(' ')) {
            Some(opposite) => opposite.to_owned(),
            None if condition.contains(' ') => format!("!({condition})"),
            None => format!("!{condition}"),
        };
        let always = format!("G{} {never}", self.bound);
        let mut proposals = Vec::new();
        let says = format!("never come to where {condition}");
        let change = Change::Require(format!("AtLeast(1, Probability({}))", quoted(&always)));
        let required = self.proposal((says, size), change, None)?;
        let impossible = required
            .iter()
            .any(|proposal| matches!(proposal.outcome, Outcome::Impossible(_)));
        proposals.extend(required);
        if impossible {
            let goal = format!("Maximize(Probability({}))", quoted(&always));
            let says = format!("before all else, come as seldom as can be to where {condition}");
            proposals.extend(self.proposal((says, size), Change::FirstGoal(goal), None)?);
        }
        if let Some((goal, was)) = self.strengthened(&never) {
            let says = format!("count only what comes without {condition}");
            proposals.extend(self.proposal((says, size + 1), Change::ReplaceGoal(goal), Some(was))?);
        }
        Ok(proposals)
    }

    /// Returns the first goal with a condition that must hold on the way, if it is one of coming somewhere.
    fn strengthened(&self, never: &str) -> Option<(String, String)> {
        let goal = self.spec.goals.first()?;
        let murphy_spec::Objective::Probability(formula) = &goal.objective else {
            return None;
        };
        let bound = |bound: &Option<murphy_spec::Bound>| {
            let bound = bound.as_ref()?;
            let sign = if bound.strict { "<" } else { "<=" };
            let span = bound.limit.root.span;
            Some(format!(
                "{sign}{}",
                bound.limit.passage.as_str().get(span.start..span.end)?
            ))
        };
        let text = match &formula.root.kind {
            Operator::Eventually(within, a) => {
                format!("{never} U{} ({a})", bound(within).unwrap_or_default())
            }
            Operator::Until(within, a, b) => {
                format!("({a} && {never}) U{} ({b})", bound(within).unwrap_or_default())
            }
            _ => return None,
        };
        let word = match goal.direction {
            Direction::Maximize => "Maximize",
            Direction::Minimize => return None,
        };
        Some((format!("{word}(Probability({}))", quoted(&text)), written(goal)))
    }

    /// Returns pins of other actions where one was marked.
    fn pins(&self, mark: &Marked) -> Result<Vec<Proposal>, ExplainError> {
        let Some(action) = &mark.action else {
            return Ok(Vec::new());
        };
        let mut names: Vec<&str> = self
            .model
            .choices(mark.state)
            .map(|choice| self.model.action_name(choice))
            .filter(|name| name != action)
            .collect();
        names.dedup();
        let when = exactly(self.model, mark.state);
        let mut proposals = Vec::new();
        for name in names.into_iter().take(PINS_MAX) {
            let pin = format!("Pin(when: {}, act: {})", quoted(&when), quoted(name));
            let says = format!("in this one state, `{name}`");
            // A pin speaks of one state only: any condition says more.
            proposals.extend(self.proposal((says, usize::MAX), Change::Pin(pin), None)?);
        }
        Ok(proposals)
    }

    fn proposal(
        &self,
        (says, size): (String, usize),
        change: Change,
        was: Option<String>,
    ) -> Result<Option<Proposal>, ExplainError> {
        let text = amended(self.source, &change, None)?;
        let outcome = match Spec::parse(&Source::new(self.source.name.clone(), text)) {
            Ok(spec) => effect_of(self.model, &spec, (&self.spec.goals, self.bad)),
            Err(error) => Outcome::Failed(error.message),
        };
        Ok(Some(Proposal {
            says,
            size,
            change,
            was,
            outcome,
            now: self.ruling.now,
        }))
    }
}

/// Returns a goal as it is written.
fn written(goal: &Goal) -> String {
    let span = goal.place.span;
    let text = goal
        .place
        .source
        .text
        .get(span.start..span.end)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plans by `spec`, and returns what the plan is worth by `goals` and whether it does again what was marked bad.
#[must_use]
pub fn effect_of(model: &Model, spec: &Spec, (goals, bad): (&[Goal], &[Marked])) -> Outcome {
    match planned(model, spec, goals, bad) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Failed(match error {
            ExplainError::Written(diagnostic) => diagnostic.message,
            other => other.to_string(),
        }),
    }
}

fn planned(model: &Model, spec: &Spec, goals: &[Goal], bad: &[Marked]) -> Result<Outcome, ExplainError> {
    let questions = Questions::new(model.clone(), spec)?;
    let settings = Settings::default();
    let found = if questions.is_single() {
        solve(&questions.goals[0], &settings)?.plan.policy
    } else {
        match solve_tiers(&questions, &settings) {
            Ok(tiered) => tiered.policy,
            Err(TierError::Impossible { best, .. }) => return Ok(Outcome::Impossible(best)),
            Err(error) => return Err(error.into()),
        }
    };
    // The choices of a model with pins are not numbered as those of the model.
    let (policy, _) = crate::explain::carried(&found, &questions.goals[0].model, model);
    let followed = Followed::new(model, &policy)?;
    let precision = spec.precision.to_f64();
    let worth = |goal: &Goal| followed.ask(&goal.objective, &goal.place, precision);
    Ok(Outcome::Planned(Box::new(Effect {
        goals: goals.iter().map(worth).collect::<Result<_, _>>()?,
        marked: comes_to(&followed, model, bad, precision)?,
        run: likeliest(&followed, 12)
            .into_iter()
            .map(|(_, action)| action)
            .collect(),
        policy,
    })))
}

/// Returns the greatest probability that Nature can give it that the plan does what was marked: it comes to a marked state, and does there the
/// marked action if one was marked.
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn comes_to(
    followed: &Followed,
    model: &Model,
    marks: &[Marked],
    precision: f64,
) -> Result<Bracket, ExplainError> {
    let names: Vec<(String, &Option<String>)> = marks
        .iter()
        .map(|mark| (model.state_name(mark.state), &mark.action))
        .collect();
    let flags = (0..)
        .zip(&followed.reached)
        .map(|(own, state): (StateId, &StateId)| {
            let (of_model, step) = followed.stage.state(*state);
            let over = followed.steps().is_some_and(|last| step >= last);
            let name = followed.name(of_model);
            let action = followed.model.action_name(followed.model.choices(own).start);
            names.iter().any(|(marked, wanted)| {
                *marked == name && wanted.as_ref().is_none_or(|wanted| wanted == action && !over)
            })
        });
    let target = StateSet::from_flags(flags.collect());
    if target.is_empty() {
        return Ok(Bracket {
            lower: 0.0,
            upper: 0.0,
        });
    }
    let avoid = StateSet::none(target.state_count());
    let problem = Problem {
        model: followed.model.clone(),
        objective: Objective::Reach { target, avoid },
        complemented: false,
        agent: Direction::Maximize,
        nature: Direction::Maximize,
        stance: murphy_spec::Stance::Optimistic,
        settled: murphy_spec::Settled::EachAction,
        precision: precision.min(Rational::new(1, 1_000_000).to_f64()),
        goal: "what was marked".to_owned(),
    };
    Ok(solve(&problem, &Settings::default())?.plan.bracket)
}
