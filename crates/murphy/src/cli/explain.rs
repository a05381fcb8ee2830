//! `murphy explain`: questions about a plan, answered with proved brackets.

use crate::cli::args::Format;
use crate::cli::failure::Failure;
use crate::cli::report::{brief, line, number};
use crate::cli::saved::Saved;
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
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy explain plan.ron
  murphy explain plan.ron --state 'robot.x == 3 && robot.y == 1'
  murphy explain plan.ron --likely 'F lava' --likely 'G<=10 !lava'
  murphy explain plan.ron --unknowns --flip slip --flip slip=0..0.5

Without any question it says why the first action is taken, what happens besides the goal, and which unknown hurts most.")]
pub(crate) struct ExplainArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// Why this action: in the states where a condition on variables and labels holds
    #[arg(long, value_name = "CONDITION")]
    state: Option<String>,
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

/// How many states are explained at once.
const STATES_MAX: usize = 5;
/// Plans on larger stages are not compared with others that are as good.
const APART_MAX: usize = 20_000;

pub(crate) fn run(arguments: &ExplainArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
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
    let mut answer = Answered::default();
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

    /// Returns the state by its variables, with the step where the plan depends on it.
    fn state_text(&self, state: StateId) -> String {
        let (of_model, step) = self.followed.stage.state(state);
        let name = self.model.state_name(of_model);
        match self.followed.steps() {
            None => name,
            Some(_) => format!("{name}, after {step} steps"),
        }
    }

    fn text(&self, answer: &Answered) -> String {
        let problem = &self.saved.loaded.problem;
        let mut text = line("World", self.model.name());
        let document = &self.saved.document;
        for claim in &document.requirements {
            text += &line("Require", &format!("{}: {}", claim.text, brief(&claim.bracket)));
        }
        for claim in &document.goals {
            text += &line("Goal", &format!("{}: {}", claim.text, brief(&claim.bracket)));
        }
        if document.goals.is_empty() {
            text += &line(
                "Goal",
                &format!("{}: {}", document.goal, brief(&document.bracket)),
            );
        }
        for (state, alternatives) in &answer.why {
            text += &self.why_text(*state, alternatives);
        }
        let starts = self.model.initial().len();
        if self.arguments.state.is_none() && !answer.why.is_empty() && starts > STATES_MAX {
            text += &format!(
                "\nRuns start in {} more states (--state CONDITION asks about any)\n",
                starts - STATES_MAX
            );
        }
        if !answer.likely.is_empty() {
            text += "\nUnder this plan, whatever Nature picks\n";
            for (formula, likely) in &answer.likely {
                let said = match likely {
                    Likely::Formula(likely) => likelihood(likely),
                    Likely::Property(Reply::Value(worth)) => brief(&worth.bracket),
                    Likely::Property(Reply::Verdict(holds)) => {
                        if *holds { "holds" } else { "does not hold" }.to_owned()
                    }
                };
                text += &format!("  {formula}: {said}\n");
            }
        }
        text += &besides_text(&answer.besides);
        let several = self.saved.loaded.questions.is_some();
        if several && (answer.measured_doubt || !answer.flips.is_empty()) {
            text += "\nWhat follows is about the first goal alone, without the requirements\n";
        }
        if !answer.unknowns.is_empty() {
            text += &unknowns_text(&answer.unknowns, wants_more(problem));
        }
        if answer.measured_doubt {
            text += &doubts_text(&answer.doubts);
        }
        for (range, flips) in &answer.flips {
            text += &flips_text(range, flips);
        }
        text
    }

    fn why_text(&self, state: StateId, alternatives: &[Alternative]) -> String {
        let reached = self.followed.reached.contains(&state);
        let note = if reached {
            ""
        } else {
            " (the plan never comes here)"
        };
        let mut text = format!("\nAt {}{note}\n", self.state_text(state));
        let width = alternatives.iter().map(|a| a.action.len()).max().unwrap_or(0);
        let goals = asked_of(self.saved);
        for alternative in alternatives {
            let mark = if alternative.chosen { "*" } else { " " };
            let worths: Vec<String> = alternative
                .worth
                .iter()
                .map(|worth| {
                    let (plan, best) = (brief(&worth.then_plan), brief(&worth.then_best));
                    let apart = (worth.then_best.lower - worth.then_plan.upper)
                        .max(worth.then_plan.lower - worth.then_best.upper);
                    if plan == best || apart <= self.precision() {
                        plan
                    } else {
                        format!("{plan} then the plan, {best} then the best")
                    }
                })
                .collect();
            text += &format!("  {mark} {:<width$}  {}\n", alternative.action, worths.join("; "));
        }
        if let Some(chosen) = alternatives.iter().find(|alternative| alternative.chosen) {
            text += &format!("  {}\n", verdict(chosen, alternatives, &goals));
        }
        text
    }

    fn json(&self, answer: &Answered) -> Value {
        let why: Vec<Value> = answer
            .why
            .iter()
            .map(|(state, alternatives)| {
                let (of_model, step) = self.followed.stage.state(*state);
                let actions: Vec<Value> = alternatives
                    .iter()
                    .map(|alternative| {
                        let goals: Vec<Value> = alternative
                            .worth
                            .iter()
                            .map(|worth| {
                                json!({ "then_plan": range(&worth.then_plan), "then_best": range(&worth.then_best) })
                            })
                            .collect();
                        json!({ "action": alternative.action, "chosen": alternative.chosen, "goals": goals })
                    })
                    .collect();
                json!({
                    "state": self.model.state_name(of_model),
                    "step": self.followed.steps().map(|_| step),
                    "reached": self.followed.reached.contains(state),
                    "actions": actions,
                })
            })
            .collect();
        let likely: Vec<Value> = answer
            .likely
            .iter()
            .map(|(formula, likely)| match likely {
                Likely::Formula(likely) => json!({ "formula": formula, "probability": both(likely) }),
                Likely::Property(Reply::Value(worth)) => {
                    json!({ "property": formula, "value": range(&worth.bracket) })
                }
                Likely::Property(Reply::Verdict(holds)) => json!({ "property": formula, "holds": holds }),
            })
            .collect();
        json!({
            "status": "explained",
            "why": why,
            "likely": likely,
            "side_effects": answer.besides.iter().map(effect_json).collect::<Vec<_>>(),
            "unknowns": answer.unknowns.iter().map(tightened_json).collect::<Vec<_>>(),
            "sets": answer.doubts.iter().map(|doubt| json!({
                "state": doubt.state, "action": doubt.action, "kind": doubt.kind, "known": range(&doubt.known),
            })).collect::<Vec<_>>(),
            "flips": answer.flips.iter().map(flips_json).collect::<Vec<_>>(),
        })
    }
}

/// Says in a sentence why the chosen action is taken: by the first of the goals that leaves no other as good.
fn verdict(chosen: &Alternative, all: &[Alternative], aims: &[Aim]) -> String {
    let action = &chosen.action;
    let mut ties: Vec<&Alternative> = all.iter().filter(|alternative| !alternative.chosen).collect();
    if ties.is_empty() {
        return "there is nothing else to do".to_owned();
    }
    for (
        index,
        Aim {
            name, problem: goal, ..
        },
    ) in aims.iter().enumerate()
    {
        let Some(own) = chosen.worth.get(index) else {
            continue;
        };
        let loss = |other: &Alternative| -> f64 {
            let best = other
                .worth
                .get(index)
                .map_or(own.then_plan, |worth| worth.then_best);
            if wants_more(goal) {
                own.then_plan.lower - best.upper
            } else {
                best.lower - own.then_plan.upper
            }
        };
        let tolerance = 4.0 * goal.precision;
        let losses: Vec<f64> = ties.iter().map(|other| loss(other)).collect();
        let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
        if least > tolerance {
            return match (least.is_finite(), index) {
                (false, _) => format!("`{action}` is the only action that gets there, by {name}"),
                (true, 0) => format!(
                    "`{action}` is the best by {name}: any other action loses at least {}",
                    short(least)
                ),
                (true, _) => format!(
                    "`{action}` is the best by {name}: any other that is as good by what comes before loses at least {}",
                    short(least)
                ),
            };
        }
        ties.retain(|other| loss(other) <= tolerance);
    }
    let names: Vec<String> = ties.iter().map(|other| format!("`{}`", other.action)).collect();
    let them = if aims.len() == 1 {
        "the goal does"
    } else {
        "the goals do"
    };
    format!(
        "{} could be as good: {them} not decide between them",
        names.join(", ")
    )
}

fn short(value: f64) -> String {
    let rounded = format!("{value:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn likelihood(likely: &Likelihood) -> String {
    let (least, greatest) = (brief(&likely.least), brief(&likely.greatest));
    if least == greatest {
        least
    } else {
        format!("at least {least}, at most {greatest}")
    }
}

fn besides_text(effects: &[SideEffect]) -> String {
    if effects.is_empty() {
        return String::new();
    }
    let mut text = "\nWhat the goal does not ask for, under this plan\n".to_owned();
    let (mut never, mut always) = (Vec::new(), Vec::new());
    for effect in effects.iter().filter(|effect| !effect.asked) {
        let avoidable = |least: &Bracket| least.upper < effect.under_plan.greatest.upper - 1e-6;
        let name = effect.name.as_str();
        if effect.is_quantity {
            text += &format!(
                "  expected {}: {}",
                effect.measure,
                likelihood(&effect.under_plan)
            );
            if let (Some(least), Some(greatest)) = (&effect.apart.least, &effect.apart.greatest) {
                let (least, greatest) = (brief(least), brief(greatest));
                text += "; plans that are as good have ";
                text += &if least == greatest {
                    least
                } else {
                    format!("from {least} to {greatest}")
                };
            }
            text.push('\n');
        } else if effect.under_plan.greatest.upper == 0.0 {
            never.push(name);
        } else if let Some(least) = effect.apart.least.as_ref().filter(|least| avoidable(least)) {
            let (measure, likely) = (&effect.measure, likelihood(&effect.under_plan));
            text += &format!(
                "  probability of {measure}: {likely}; a plan that is as good keeps it down to {}\n",
                brief(least)
            );
        } else if effect.under_plan.least.lower >= 1.0 {
            always.push(name);
        } else {
            text += &format!(
                "  probability of {}: {}\n",
                effect.measure,
                likelihood(&effect.under_plan)
            );
        }
    }
    for (heading, names) in [("in any case", always), ("never", never)] {
        if !names.is_empty() {
            text += &format!("  {heading}: {}\n", names.join(", "));
        }
    }
    text
}

fn unknowns_text(all: &[Tightened], more: bool) -> String {
    let mut text =
        "\nWhich unknown hurts most (the goal's value, planned anew, if it were known better)\n".to_owned();
    for tightened in all {
        let Known { name, low, high } = &tightened.unknown;
        text += &format!("  {name} in {}..{}\n", low.to_f64(), high.to_f64());
        text += &format!("    in the middle half of that: {}\n", brief(&tightened.halved));
        let [least, middle, greatest] = &tightened.at;
        text += &format!(
            "    known to be least, middle, greatest: {}, {}, {}\n",
            brief(least),
            brief(middle),
            brief(greatest)
        );
        let worst = brief(&tightened.worst(more));
        text += &format!("    known, and the worst of these three: {worst}\n");
    }
    text
}

fn doubts_text(doubts: &[Doubt]) -> String {
    if doubts.is_empty() {
        return "\nNo set that the plan comes to leaves anything to Nature that matters\n".to_owned();
    }
    let mut text =
        "\nWhich single set hurts most (the goal's value, planned anew, if its middle were certain)\n"
            .to_owned();
    for doubt in doubts {
        text += &format!(
            "  {}: `{}` ({}): {}\n",
            doubt.state,
            doubt.action,
            doubt.kind,
            brief(&doubt.known)
        );
    }
    text
}

fn flips_text(range: &Known, flips: &[Flip]) -> String {
    let Known { name, low, high } = range;
    let mut text = format!(
        "\nIf `{name}` were known, from {} to {}\n",
        low.to_f64(),
        high.to_f64()
    );
    for flip in flips {
        text += &format!(
            "  at {} this plan is still as good as any; at {} it is worth {}, and the best plan {}\n",
            figures(&flip.best_at),
            figures(&flip.beaten_at),
            brief(&flip.plan),
            brief(&flip.best)
        );
        if let Some(change) = &flip.change {
            text += &format!(
                "    there, at {}, not `{}` but `{}`\n",
                change.state, change.from, change.to
            );
        }
    }
    if flips.is_empty() {
        text += "  no flip was found: the plan stays the best, or never is\n";
    }
    text
}

/// Returns a number with the figures that tell it from its neighbours here.
fn figures(value: &Rational) -> String {
    let text = format!("{:.8}", value.to_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn range(bracket: &Bracket) -> Value {
    json!({ "lower": number(bracket.lower), "upper": number(bracket.upper) })
}

fn both(likely: &Likelihood) -> Value {
    json!({ "least": range(&likely.least), "greatest": range(&likely.greatest) })
}

fn effect_json(effect: &SideEffect) -> Value {
    json!({
        "name": effect.name,
        "measure": effect.measure,
        "kind": if effect.is_quantity { "quantity" } else { "label" },
        "asked": effect.asked,
        "under_plan": both(&effect.under_plan),
        "as_good": {
            "least": effect.apart.least.as_ref().map(range),
            "greatest": effect.apart.greatest.as_ref().map(range),
        },
    })
}

fn tightened_json(tightened: &Tightened) -> Value {
    json!({
        "unknown": tightened.unknown.name,
        "low": tightened.unknown.low.to_string(),
        "high": tightened.unknown.high.to_string(),
        "halved": range(&tightened.halved),
        "known": tightened.at.iter().map(range).collect::<Vec<_>>(),
    })
}

fn flips_json((range_of, flips): &(Known, Vec<Flip>)) -> Value {
    let flips: Vec<Value> = flips
        .iter()
        .map(|flip| {
            json!({
                "best_at": flip.best_at.to_string(),
                "beaten_at": flip.beaten_at.to_string(),
                "plan": range(&flip.plan),
                "best": range(&flip.best),
                "change": flip.change.as_ref().map(|change| {
                    json!({ "state": change.state, "from": change.from, "to": change.to })
                }),
            })
        })
        .collect();
    json!({
        "name": range_of.name,
        "low": range_of.low.to_string(),
        "high": range_of.high.to_string(),
        "flips": flips,
    })
}
