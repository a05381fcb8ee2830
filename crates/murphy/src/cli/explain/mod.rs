//! `murphy explain`: questions about a plan, answered with proved brackets.

mod decision;
mod text;

use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::saved::Saved;
use crate::cli::story::Tale;
use crate::cli::{Outcome, Terminal};
use clap::Args;
use murphy::explain::{
    Aim, Alternative, Doubt, ExplainError, Flip, Followed, Known, Leaves, Likelihood, SideEffect, Tightened,
    aims, carried, doubts, flips, side_effects, tighten, why,
};
use murphy::property::Reply;
use murphy_notation::{Bounds, Expression, Passage, Rational};
use murphy_problem::{Bracket, Direction, Policy, Problem, Questions, resolve::states_where};
use murphy_spec::Formula;
use murphy_spec::property::Property;
use murphy_world::{Model, StateId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use text::STATES_MAX;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy explain plan.ron
  murphy explain plan.ron --state 'robot.x == 3 && robot.y == 1'
  murphy explain plan.ron --likely 'F lava' --likely 'G<=10 !lava'
  murphy explain plan.ron --unknowns --flip slip --flip slip=0..0.5
  murphy explain newcomb.ron --knows 1

Without any question it says why the first action is taken, what happens besides the goal, and which unknown hurts most.")]
pub(crate) struct ExplainArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// Why this action: in the states where a condition on variables and labels holds
    #[arg(long, value_name = "CONDITION")]
    state: Option<String>,
    /// Why this action, where facts are hidden: at what the agent knows, by its number or its name; may be repeated
    #[arg(long, value_name = "NUMBER or NAME")]
    knows: Vec<String>,
    /// The number of steps made before, where the plan depends on it [default: the first at which the state can be come to]
    #[arg(long, value_name = "N", requires = "state")]
    step: Option<u32>,
    /// How likely is this formula under the plan, at least and at most; or a property in PRISM's syntax, as 'Pmin=? [ G F "goal" ]'; may be repeated
    #[arg(long, value_name = "FORMULA")]
    likely: Vec<String>,
    /// What happens that the goal did not ask for: every label and every quantity of the world
    #[arg(long)]
    side_effects: bool,
    /// Over how many steps quantities are summed, where the plan is not made for a number of steps
    #[arg(long, value_name = "N", default_value_t = 100)]
    horizon: u32,
    /// Which unknown hurts most: plan again with each of them known better, and with single sets made certain
    #[arg(long)]
    unknowns: bool,
    /// How many single sets are made certain
    #[arg(long, value_name = "N", default_value_t = 5)]
    sets: usize,
    /// Where the plan ceases to be the best, as an unknown or a constant goes through a range; may be repeated
    #[arg(long, value_name = "NAME[=LOW..HIGH]")]
    flip: Vec<String>,
    /// In how many parts the range of --flip is looked at
    #[arg(long, value_name = "N", default_value_t = 8)]
    parts: u32,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// States with their alternatives: what is asked at them, and what was found.
type Explained = Vec<(StateId, Vec<Alternative>)>;

/// Plans on larger stages are not compared with others that are as good.
const APART_MAX: usize = 20_000;

pub(crate) fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    if let Some(tale) = Tale::read(&arguments.plan, terminal)? {
        return decision::run(&tale, arguments, terminal);
    }
    if !arguments.knows.is_empty() {
        return Err(
            Failure::new("--knows is for plans in which facts are hidden from the agent")
                .hint("here the agent sees the state: write --state CONDITION"),
        );
    }
    let saved = Saved::read(&arguments.plan)?;
    for change in &saved.changes {
        terminal.remark(&format!("note: {change}"));
    }
    let asked = Asked {
        model: &saved.loaded.problem.model,
        followed: Followed::new(&saved.loaded.problem.model, &saved.plan.policy).map_err(failure)?,
        saved: &saved,
        arguments,
    };
    let anything = arguments.state.is_some()
        || !arguments.likely.is_empty()
        || arguments.side_effects
        || arguments.unknowns
        || !arguments.flip.is_empty();
    let mut answer = Answered {
        worth: asked.worth()?,
        ..Answered::default()
    };
    if arguments.state.is_some() || !anything {
        answer.why = asked.why()?;
    }
    for text in &arguments.likely {
        answer.likely.push((text.clone(), asked.likely(text)?));
    }
    if arguments.side_effects || !anything {
        answer.besides = asked.besides()?;
    }
    let unknowns = asked.unknowns();
    if arguments.unknowns || (!anything && !unknowns.is_empty()) {
        let again = |name: &str, value: &str| asked.again(name, value).map(|(problem, _)| problem);
        answer.unknowns = tighten(&unknowns, &again).map_err(failure)?;
        answer.doubts = doubts(&saved.loaded.problem, &asked.followed, arguments.sets).map_err(failure)?;
        answer.measured_doubt = true;
    }
    for text in &arguments.flip {
        let range = asked.range(text, &unknowns)?;
        let again = |name: &str, value: &str| {
            let (problem, policy) = asked.again(name, value)?;
            Ok((problem, policy))
        };
        let found = flips(&range, arguments.parts, &again).map_err(failure)?;
        answer.flips.push((range, found));
    }
    let text = match arguments.format {
        Format::Json => format!("{}\n", asked.json(&answer)),
        Format::Text => asked.text(&answer),
    };
    terminal.data(&text)?;
    Ok(Outcome::Met)
}

/// The answer to a formula or to a property.
enum Likely {
    /// Between what Nature can bring it.
    Formula(Likelihood),
    /// What the property asks for.
    Property(Reply),
}

/// What was found.
#[derive(Default)]
struct Answered {
    /// What the plan guarantees by all that the spec asks: what it is, how it is written, and what it is worth.
    worth: Vec<(&'static str, String, Bracket)>,
    why: Explained,
    likely: Vec<(String, Likely)>,
    besides: Vec<SideEffect>,
    unknowns: Vec<Tightened>,
    doubts: Vec<Doubt>,
    measured_doubt: bool,
    flips: Vec<(Known, Vec<Flip>)>,
}

/// What is asked, and of what.
struct Asked<'a> {
    model: &'a Model,
    followed: Followed,
    saved: &'a Saved,
    arguments: &'a ExplainArguments,
}

pub(crate) fn failure(error: ExplainError) -> Failure {
    match error {
        ExplainError::Written(diagnostic) => Failure::from(*diagnostic),
        other => Failure::new(other),
    }
}

/// Returns what a plan is made for, in the order in which it counts.
fn asked_of(saved: &Saved) -> Vec<Aim> {
    match &saved.loaded.questions {
        Some(questions) => aims(questions),
        None => vec![Aim {
            name: "the goal".to_owned(),
            problem: saved.loaded.problem.clone(),
            leaves: Leaves::AsGood,
        }],
    }
}

fn wants_more(problem: &Problem) -> bool {
    (problem.agent == Direction::Maximize) != problem.complemented
}

impl Asked<'_> {
    fn precision(&self) -> f64 {
        self.saved.document.precision
    }

    /// Returns what the plan guarantees by each requirement and each goal of the spec.
    fn worth(&self) -> Result<Vec<(&'static str, String, Bracket)>, Failure> {
        let spec = &self.saved.loaded.spec;
        let required = spec.require.iter().map(|requirement| {
            let most = requirement.side == murphy_spec::Side::AtLeast;
            ("Require", &requirement.objective, &requirement.place, most)
        });
        let goals = spec.goals.iter().map(|goal| {
            let most = goal.direction == Direction::Maximize;
            ("Goal", &goal.objective, &goal.place, most)
        });
        let helps = spec.nature.stance == murphy_spec::Stance::Optimistic;
        let worth = required.chain(goals).map(|(heading, objective, place, most)| {
            let likely = self
                .followed
                .ask(objective, place, self.precision())
                .map_err(failure)?;
            let value = if most == helps {
                likely.greatest
            } else {
                likely.least
            };
            let written = place
                .source
                .text
                .get(place.span.start..place.span.end)
                .unwrap_or_default();
            let text = written.split_whitespace().collect::<Vec<_>>().join(" ");
            Ok((heading, text, value))
        });
        worth.collect()
    }

    /// Returns the states asked about, nearest first.
    fn states(&self) -> Result<Vec<StateId>, Failure> {
        let stage = &self.followed.stage;
        let Some(text) = &self.arguments.state else {
            // The likeliest of the states in which runs start.
            let mut initial = self.model.initial().to_vec();
            initial.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
            let starts = initial.iter().filter_map(|(start, _)| {
                let mut reached = self.followed.reached.iter().copied();
                reached.find(|state| stage.state(*state) == (*start, 0))
            });
            return Ok(starts.take(STATES_MAX).collect());
        };
        let condition = Expression::parse(&Passage::named("--state", text.clone()))?;
        let wanted = states_where(self.model, &condition)?;
        if wanted.is_empty() {
            return Err(Failure::new(format!("no state of this world has `{text}`")));
        }
        let fits = |state: &StateId| {
            let (of_model, step) = stage.state(*state);
            wanted.contains(of_model) && self.arguments.step.is_none_or(|asked| asked == step)
        };
        let reached = self.followed.reached.iter().copied().filter(fits);
        let mut states = self.apart(reached);
        if states.is_empty() {
            states = self.apart((0..).take(stage.model.state_count()).filter(fits));
        }
        if states.is_empty() {
            return Err(Failure::new(format!(
                "no state with `{text}` can be come to in that many steps"
            )));
        }
        Ok(states)
    }

    /// Returns the first few of the states, one for each state of the model.
    fn apart(&self, states: impl Iterator<Item = StateId>) -> Vec<StateId> {
        let mut seen = Vec::new();
        let mut apart = Vec::new();
        for state in states {
            let of_model = self.followed.stage.state(state).0;
            if !seen.contains(&of_model) {
                seen.push(of_model);
                apart.push(state);
            }
            if apart.len() == STATES_MAX {
                break;
            }
        }
        apart
    }

    fn why(&self) -> Result<Explained, Failure> {
        let states = self.states()?;
        let found = why(&self.followed, &asked_of(self.saved), &states).map_err(failure)?;
        Ok(states.into_iter().zip(found).collect())
    }

    fn likely(&self, text: &str) -> Result<Likely, Failure> {
        let passage = Passage::named("--likely", text.to_owned());
        // `=?`, `[` and quotes: what no formula of a spec has at its beginning.
        let begins = text.trim_start().trim_start_matches(['P', 'R', 'S']);
        let is_property = begins.len() < text.trim_start().len() && text.contains('[');
        if is_property {
            let property = Property::parse(&passage)?;
            let reply = self.followed.property(&property, self.precision());
            return reply.map(Likely::Property).map_err(failure);
        }
        let formula = Formula::parse(&passage)?;
        let likely = self.followed.probability(&formula, self.precision());
        likely.map(Likely::Formula).map_err(failure)
    }

    fn besides(&self) -> Result<Vec<SideEffect>, Failure> {
        let apart = self.followed.stage.model.state_count() <= APART_MAX;
        side_effects(
            (self.model, &self.followed),
            &self.saved.loaded.spec,
            self.arguments.horizon,
            apart,
        )
        .map_err(failure)
    }

    fn unknowns(&self) -> Vec<Known> {
        self.saved.loaded.world.unknowns()
    }

    /// Returns the range that `--flip` asks for.
    fn range(&self, text: &str, unknowns: &[Known]) -> Result<Known, Failure> {
        let Some((name, range)) = text.split_once('=') else {
            let known = unknowns.iter().find(|unknown| unknown.name == text);
            return known.cloned().ok_or_else(|| {
                Failure::new(format!("the world has no unknown `{text}`"))
                    .hint("of a constant, say the range: --flip NAME=LOW..HIGH")
            });
        };
        let bounds = Bounds::parse(&Passage::named("--flip", range.to_owned()))?;
        let number = |expression: &Expression| -> Result<Rational, Failure> {
            let names: BTreeMap<String, murphy_notation::Binding> = BTreeMap::new();
            Ok(expression.resolve(&names)?.number(&[])?)
        };
        let (low, high) = (number(&bounds.low)?, number(&bounds.high)?);
        if low >= high {
            return Err(Failure::new(format!("the range `{range}` of --flip is empty")));
        }
        Ok(Known {
            name: name.trim().to_owned(),
            low,
            high,
        })
    }

    /// Returns the problem of the first goal with a name set otherwise, and the plan carried into it.
    fn again(&self, name: &str, value: &str) -> Result<(Problem, Policy), ExplainError> {
        let other = |failure: Failure| ExplainError::Other(failure.reason());
        let world = self
            .saved
            .loaded
            .world
            .with(&[(name.to_owned(), value.to_owned())])
            .map_err(other)?;
        let questions = Questions::new(world.unfold().map_err(other)?, &self.saved.loaded.spec)?;
        let questions = questions.with_precision(self.precision());
        let problem = questions.goals.into_iter().next().ok_or(ExplainError::Mismatch)?;
        let (policy, _) = carried(&self.saved.plan.policy, self.model, &problem.model);
        Ok((problem, policy))
    }
}
