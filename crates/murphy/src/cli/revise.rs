//! `murphy revise`: from marks on steps to a better goal, picked by a person and written into the spec.

use crate::cli::args::Format;
use crate::cli::date::today;
use crate::cli::explain::failure;
use crate::cli::failure::Failure;
use crate::cli::files::{read, read_source, write};
use crate::cli::load::LoadedWorld;
use crate::cli::report::{brief, line, number};
use crate::cli::saved::{Saved, beside, on_states};
use crate::cli::whole_runs::WholeRuns;
use crate::cli::{Outcome, Terminal};
use clap::Args;
use murphy::explain::{Followed, Likelihood};
use murphy::revise::{self, Change, Effect, Marked, Proposal, Ruling, amended, comes_to, propose};
use murphy_notation::{Rational, Source};
use murphy_problem::{Origin, PlanDocument};
use murphy_spec::{Direction, Goal, Revision, Spec};
use murphy_trace::{Mark, Review, Verdict};
use murphy_world::{Limits, Model, StateId};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy revise specs/goal.ron --review review.ron
  murphy revise specs/goal.ron --review review.ron --pick 1

The page of a plan writes the review. Each amendment is planned for: its price is what the goal loses by it. Nothing is written without --pick.")]
pub(crate) struct ReviseArguments {
    /// The spec file
    pub(crate) spec: PathBuf,
    /// The review file: what was marked on the runs of the plan
    #[arg(long, value_name = "FILE")]
    review: PathBuf,
    /// The plan that was looked at
    #[arg(long, value_name = "FILE", default_value = "plan.ron")]
    plan: PathBuf,
    /// Write this amendment into the spec
    #[arg(long, value_name = "N")]
    pick: Option<usize>,
    /// Where the amended spec goes [default: the spec file]
    #[arg(long, short, value_name = "FILE", requires = "pick")]
    out: Option<PathBuf>,
    /// The reason that the revision gives [default: the notes of the marks]
    #[arg(long, value_name = "TEXT", requires = "pick")]
    why: Option<String>,
    /// The day of the revision, as 2026-11-22 [default: today]
    #[arg(long, value_name = "DATE", requires = "pick")]
    on: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// A review with the states that it speaks of.
pub(crate) struct Reviewed {
    pub(crate) review: Review,
    pub(crate) bad: Vec<Marked>,
    good: Vec<Marked>,
    /// How many marks are on whole runs, which name no state.
    pub(crate) runs: usize,
}

impl Reviewed {
    /// Reads a review and finds its states in a model.
    pub(crate) fn read(path: &Path, model: &Model) -> Result<Self, Failure> {
        let (source, _) = read_source(path)?;
        let review = Review::parse(&source)?;
        if review.world != model.name() {
            return Err(Failure::new(format!(
                "the review is of the world `{}`, but this world is `{}`",
                review.world,
                model.name()
            )));
        }
        let mut reviewed = Self {
            bad: Vec::new(),
            good: Vec::new(),
            runs: 0,
            review,
        };
        for mark in &reviewed.review.marks {
            let Some(marked) = found(mark, model)? else {
                reviewed.runs += usize::from(mark.verdict != Verdict::Note);
                continue;
            };
            let of = match mark.verdict {
                Verdict::Bad => &mut reviewed.bad,
                Verdict::Good => &mut reviewed.good,
                Verdict::Note => continue,
            };
            if !of.contains(&marked) {
                of.push(marked);
            }
        }
        Ok(reviewed)
    }
}

impl Reviewed {
    /// Returns what amendments are to rule out, each together: the states marked bad, and what sets runs marked bad apart. What runs marked good come by
    /// is added to what is fine.
    fn groups(&mut self, plan: &Path) -> Result<Vec<Vec<Marked>>, Failure> {
        let mut groups: Vec<Vec<Marked>> = Vec::new();
        if !self.bad.is_empty() {
            groups.push(self.bad.clone());
        }
        if self.runs == 0 {
            return Ok(groups);
        }
        let whole = WholeRuns::read(&Saved::read(plan)?, &self.review)?;
        groups.extend(whole.bad);
        if groups.is_empty() {
            self.good.extend(whole.sought);
        } else {
            let bad = |state: &StateId| self.bad.iter().any(|mark| mark.state == *state);
            let fine: Vec<StateId> = whole.fine.into_iter().filter(|state| !bad(state)).collect();
            self.good
                .extend(fine.into_iter().map(|state| Marked { state, action: None }));
        }
        Ok(groups)
    }
}

/// Returns the state that a mark is on; `None` if it is on a whole run.
fn found(mark: &Mark, model: &Model) -> Result<Option<Marked>, Failure> {
    let Some(marked) = &mark.state else {
        return Ok(None);
    };
    let same = |state: StateId| {
        !marked.values.is_empty()
            && model
                .variables()
                .iter()
                .zip(model.values(state))
                .all(|(variable, value)| {
                    marked
                        .values
                        .get(&variable.name)
                        .is_none_or(|reading| reading_text(reading) == model.value_text(value))
                })
    };
    let states = 0..u32::try_from(model.state_count()).unwrap_or(u32::MAX);
    let known = if marked.values.is_empty() {
        states.contains(&marked.number).then_some(marked.number)
    } else if states.contains(&marked.number) && same(marked.number) {
        Some(marked.number)
    } else {
        states.clone().find(|state| same(*state))
    };
    let state = known.ok_or_else(|| {
        let values: Vec<String> = marked
            .values
            .iter()
            .map(|(name, reading)| format!("{name}={}", reading_text(reading)))
            .collect();
        Failure::new(format!(
            "the review marks a state that this world has not: {}",
            values.join(", ")
        ))
    })?;
    Ok(Some(Marked {
        state,
        action: mark.action.clone(),
    }))
}

fn reading_text(reading: &murphy_trace::Reading) -> String {
    use murphy_trace::Reading;
    match reading {
        Reading::Bool(value) => value.to_string(),
        Reading::Int(value) => value.to_string(),
        Reading::Text(text) => text.clone(),
    }
}

/// What is revised, and the plan that was looked at.
struct Desk {
    model: Model,
    source: Arc<Source>,
    spec: Spec,
    reviewed: Reviewed,
    /// What the goals are worth under the plan that was looked at.
    before: Vec<Likelihood>,
    /// What amendments are to rule out, and how surely the plan that was looked at does it.
    rulings: Vec<Ruling>,
}

pub(crate) fn run(arguments: &ReviseArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let desk = Desk::read(arguments, terminal)?;
    if desk.rulings.is_empty() && desk.reviewed.good.is_empty() {
        return Err(Failure::new(
            "the review marks no step, no state and no run as never again or as more of this",
        )
        .hint("mark them on the page: murphy view PLAN"));
    }
    let good = &desk.reviewed.good;
    let proposals = propose(&desk.model, &desk.source, &desk.rulings, good).map_err(failure)?;
    if proposals.is_empty() {
        return Err(Failure::new("no condition tells what was marked bad from what was marked fine")
            .hint("a state that is marked as both, or where runs start, cannot be told apart; mark where it leads"));
    }
    if let Some(pick) = arguments.pick {
        return desk.write(arguments, &proposals, pick, terminal);
    }
    let text = match arguments.format {
        Format::Json => format!("{}\n", desk.json(&proposals)),
        Format::Text => desk.text(arguments, &proposals),
    };
    terminal.data(&text)?;
    Ok(Outcome::Met)
}

impl Desk {
    fn read(arguments: &ReviseArguments, terminal: &Terminal) -> Result<Self, Failure> {
        let bytes = read(&arguments.plan).map_err(|failure| {
            if arguments.plan == Path::new("plan.ron") {
                failure.hint("name the plan that was looked at: --plan FILE")
            } else {
                failure
            }
        })?;
        let (plan_source, _) = read_source(&arguments.plan)?;
        on_states(&arguments.plan, &plan_source.text)?;
        let document = PlanDocument::from_text(&plan_source.text)
            .map_err(|error| Failure::new(format!("`{}`: {error}", arguments.plan.display())))?;
        let constants = document.constants.clone().into_iter().collect();
        let path = beside(&arguments.plan, &document.world.path);
        let world = LoadedWorld::read_with(&path, constants, Limits::default())?;
        if world.origin.hash != document.world.hash {
            terminal.remark("note: the world was changed after the plan was made");
        }
        let (source, origin) = read_source(&arguments.spec)?;
        if origin.hash != document.spec.hash {
            terminal.remark(&format!(
                "note: `{}` is not what the plan was made for, or was changed since",
                arguments.spec.display()
            ));
        }
        let model = world.unfold()?;
        let mut reviewed = Reviewed::read(&arguments.review, &model)?;
        if Origin::of("", &bytes).hash != reviewed.review.plan {
            return Err(Failure::new(format!(
                "the review is not of the plan `{}`: a review says nothing of another plan",
                arguments.plan.display()
            ))
            .hint("name the plan that was looked at: --plan FILE"));
        }
        let policy = document
            .policy(&model)
            .map_err(|error| Failure::new(format!("`{}`: {error}", arguments.plan.display())))?;
        let followed = Followed::new(&model, &policy).map_err(failure)?;
        let spec = Spec::parse(&source)?;
        let precision = spec.precision.to_f64();
        let worth = |goal: &Goal| followed.ask(&goal.objective, &goal.place, precision);
        let goals: Result<Vec<Likelihood>, _> = spec.goals.iter().map(worth).collect();
        let groups = reviewed.groups(&arguments.plan)?;
        let mut rulings = Vec::new();
        for bad in groups {
            let now = comes_to(&followed, &model, &bad, precision).map_err(failure)?;
            rulings.push(Ruling { bad, now });
        }
        Ok(Self {
            before: goals.map_err(failure)?,
            rulings,
            model,
            source,
            spec,
            reviewed,
        })
    }

    /// Returns what a goal guarantees: the worst that Nature can make of it.
    fn guaranteed(goal: &Goal, likely: &Likelihood) -> murphy_problem::Bracket {
        match goal.direction {
            Direction::Maximize => likely.least,
            Direction::Minimize => likely.greatest,
        }
    }

    /// Returns what a goal loses between two plans: at least and at most.
    fn price(goal: &Goal, before: &Likelihood, after: &Likelihood) -> murphy_problem::Bracket {
        let (before, after) = (Self::guaranteed(goal, before), Self::guaranteed(goal, after));
        let (more, less) = match goal.direction {
            Direction::Maximize => (before, after),
            Direction::Minimize => (after, before),
        };
        let apart = |a: f64, b: f64| {
            Rational::from_f64(a)
                .zip(Rational::from_f64(b))
                .map(|(a, b)| a - b)
        };
        let infinite =
            |bracket: &murphy_problem::Bracket| bracket.lower.is_infinite() && bracket.upper.is_infinite();
        let same = infinite(&more) && infinite(&less);
        murphy_problem::Bracket {
            lower: if same {
                0.0
            } else {
                apart(more.lower, less.upper).map_or(f64::NEG_INFINITY, |low| low.floor_f64())
            },
            upper: if same {
                0.0
            } else {
                apart(more.upper, less.lower).map_or(f64::INFINITY, |high| high.ceil_f64())
            },
        }
    }

    fn text(&self, arguments: &ReviseArguments, proposals: &[Proposal]) -> String {
        let Reviewed {
            bad, review, runs, ..
        } = &self.reviewed;
        let good = review
            .marks
            .iter()
            .filter(|mark| mark.verdict == Verdict::Good && mark.state.is_some());
        let mut text = line(
            "Spec",
            &format!("{}: {}", arguments.spec.display(), self.spec.name),
        );
        text += &line(
            "Marks",
            &format!("{} never again, {} more of this", bad.len(), good.count()),
        );
        let whole = review
            .marks
            .iter()
            .filter(|mark| mark.state.is_none() && mark.verdict != Verdict::Note);
        for mark in whole.take(*runs) {
            let word = if mark.verdict == Verdict::Bad {
                "never"
            } else {
                "more of"
            };
            let run = mark.run.unwrap_or_default();
            text += &line("", &format!("{word} what sets run {run} apart"));
        }
        for mark in bad {
            let action = mark
                .action
                .as_ref()
                .map_or_else(String::new, |action| format!(": {action}"));
            text += &line(
                "",
                &format!("never {}{action}", self.model.state_name(mark.state)),
            );
        }
        for (goal, likely) in self.spec.goals.iter().zip(&self.before) {
            let value = brief(&Self::guaranteed(goal, likely));
            text += &line("Now", &format!("{value} by {}", goal_text(goal)));
        }
        if !bad.is_empty() {
            text += &line(
                "",
                &format!(
                    "does what was marked with probability up to {}",
                    brief(&self.rulings[0].now)
                ),
            );
        }
        for (index, proposal) in (1..).zip(proposals) {
            text += &format!("\n{index:>2}. {}\n    {}\n", proposal.says, change_text(proposal));
            text += &self.outcome_text(proposal);
        }
        text + &format!(
            "\nTo write one into {}: murphy revise {} --review {} --plan {} --pick N\n",
            arguments.spec.display(),
            arguments.spec.display(),
            arguments.review.display(),
            arguments.plan.display()
        )
    }

    fn outcome_text(&self, proposal: &Proposal) -> String {
        let effect = match &proposal.outcome {
            revise::Outcome::Impossible(best) => {
                return format!("    no plan keeps it: at best {}\n", brief(best));
            }
            revise::Outcome::Failed(why) => return format!("    no answer: {why}\n"),
            revise::Outcome::Planned(effect) => effect,
        };
        let mut text = String::new();
        for ((goal, before), after) in self.spec.goals.iter().zip(&self.before).zip(&effect.goals) {
            text += &format!(
                "    price {}: {} -> {} by {}\n",
                brief(&Self::price(goal, before, after)),
                brief(&Self::guaranteed(goal, before)),
                brief(&Self::guaranteed(goal, after)),
                goal_text(goal)
            );
        }
        if !self.rulings.is_empty() {
            let less = effect.marked.upper < proposal.now.lower;
            let helps = match self.rulings.as_slice() {
                [_] if less => String::new(),
                _ if less => format!("; now {}", brief(&proposal.now)),
                _ => ": no less than now".to_owned(),
            };
            let what = if self.rulings.len() == 1 {
                "does what was marked"
            } else {
                "comes there"
            };
            text += &format!(
                "    {what} with probability up to {}{helps}\n",
                brief(&effect.marked)
            );
        }
        text + &format!("    one run: {}\n", effect.run.join(", "))
    }

    fn json(&self, proposals: &[Proposal]) -> Value {
        let range = |bracket: &murphy_problem::Bracket| json!({ "lower": number(bracket.lower), "upper": number(bracket.upper) });
        let goals = |effect: &Effect| -> Vec<Value> {
            let all = self.spec.goals.iter().zip(&self.before).zip(&effect.goals);
            all.map(|((goal, before), after)| {
                json!({
                    "goal": goal_text(goal),
                    "before": range(&Self::guaranteed(goal, before)),
                    "after": range(&Self::guaranteed(goal, after)),
                    "price": range(&Self::price(goal, before, after)),
                })
            })
            .collect()
        };
        let proposals: Vec<Value> = (1..)
            .zip(proposals)
            .map(|(index, proposal): (u32, &Proposal)| {
                let outcome = match &proposal.outcome {
                    revise::Outcome::Planned(effect) => json!({
                        "planned": true, "goals": goals(effect), "marked": range(&effect.marked), "run": effect.run,
                    }),
                    revise::Outcome::Impossible(best) => json!({ "planned": false, "best": range(best) }),
                    revise::Outcome::Failed(why) => json!({ "planned": false, "reason": why }),
                };
                json!({ "number": index, "says": proposal.says, "change": change_text(proposal), "outcome": outcome })
            })
            .collect();
        let marked = self.rulings.first().map(|ruling| range(&ruling.now));
        json!({ "status": "proposed", "marked": marked, "proposals": proposals })
    }

    /// Writes the amendment that was picked into the spec.
    fn write(
        &self,
        arguments: &ReviseArguments,
        proposals: &[Proposal],
        pick: usize,
        terminal: &Terminal,
    ) -> Result<Outcome, Failure> {
        let picked = pick.checked_sub(1).and_then(|index| proposals.get(index));
        let proposal = picked.ok_or_else(|| {
            Failure::new(format!(
                "--pick is {pick}, but there are {} amendments",
                proposals.len()
            ))
        })?;
        if let revise::Outcome::Impossible(best) = &proposal.outcome {
            return Err(Failure::new(format!(
                "amendment {pick} would leave no plan: at best {}",
                brief(best)
            )));
        }
        let revision = Revision {
            on: Some(arguments.on.clone().unwrap_or_else(today)),
            why: arguments.why.clone().unwrap_or_else(|| self.reason()),
            was: proposal.was.clone(),
        };
        let text = amended(&self.source, &proposal.change, Some(&revision))?;
        let out = arguments.out.as_ref().unwrap_or(&arguments.spec);
        write(out, text.as_bytes())?;
        let said = match arguments.format {
            Format::Json => format!(
                "{}\n",
                json!({ "status": "revised", "spec": out.display().to_string(), "change": change_text(proposal) })
            ),
            Format::Text => {
                line("Change", &change_text(proposal)) + &line("Spec", &out.display().to_string())
            }
        };
        terminal.data(&said)?;
        Ok(Outcome::Met)
    }

    /// Returns the notes of the marks, or else what they are on.
    fn reason(&self) -> String {
        let marks = self.reviewed.review.marks.iter();
        let notes: Vec<&str> = marks
            .filter(|mark| mark.verdict != Verdict::Note && !mark.note.is_empty())
            .map(|mark| mark.note.as_str())
            .collect();
        if !notes.is_empty() {
            return notes.join("; ");
        }
        let states = |marks: &[Marked]| {
            let names: Vec<String> = marks
                .iter()
                .map(|mark| self.model.state_name(mark.state))
                .collect();
            names.join("; ")
        };
        match self.reviewed.bad.as_slice() {
            [] if !self.rulings.is_empty() => "a whole run was marked as never again".to_owned(),
            [] => format!("more of this: {}", states(&self.reviewed.good)),
            bad => format!("never again: {}", states(bad)),
        }
    }
}

fn goal_text(goal: &Goal) -> String {
    let span = goal.place.span;
    let text = goal
        .place
        .source
        .text
        .get(span.start..span.end)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn change_text(proposal: &Proposal) -> String {
    match &proposal.change {
        Change::Require(item) => format!("require: {item}"),
        Change::FirstGoal(item) => format!("a first goal: {item}"),
        Change::LastGoal(item) => format!("a last goal: {item}"),
        Change::ReplaceGoal(item) => format!("the first goal: {item}"),
        Change::Pin(item) => format!("pins: {item}"),
    }
}
