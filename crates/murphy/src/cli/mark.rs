//! `murphy mark`: a mark on a state that a plan comes to, written into a review, for those who do not use the page.

use crate::cli::diff::Planned;
use crate::cli::failure::Failure;
use crate::cli::files::{read, read_source, write};
use crate::cli::report::line;
use crate::cli::{Outcome, Terminal};
use clap::Args;
use murphy_notation::{Expression, Passage, Value};
use murphy_problem::{Origin, resolve::states_where};
use murphy_trace::{Mark, MarkedState, Reading, Review, Verdict};
use murphy_world::{Model, StateId};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  murphy mark plan.ron --bad 'box.x == 1 && box.y == 2' --note 'nobody gets the box out again'
  murphy mark plan.ron --bad 'robot.x == 1 && robot.y == 0' --action
  murphy mark plan.ron --good 'box.x == 2'")]
pub(crate) struct MarkArguments {
    /// The plan file
    pub(crate) plan: PathBuf,
    /// Never again: the states that the plan comes to where this condition on variables and labels holds
    #[arg(
        long,
        value_name = "CONDITION",
        required_unless_present = "good",
        conflicts_with = "good"
    )]
    bad: Option<String>,
    /// More of this: the same
    #[arg(long, value_name = "CONDITION")]
    good: Option<String>,
    /// Mark what the plan does there, not that it is there
    #[arg(long)]
    action: bool,
    /// What you think of it
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// The review file; a mark is added to what is there
    #[arg(long, short, value_name = "FILE", default_value = "review.ron")]
    out: PathBuf,
}

/// How many states one condition marks.
const MARKS_MAX: usize = 20;

pub(crate) fn run(arguments: &MarkArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let planned = Planned::read(&arguments.plan, terminal)?;
    let (verdict, text) = match (&arguments.bad, &arguments.good) {
        (Some(text), _) => (Verdict::Bad, text),
        (None, Some(text)) => (Verdict::Good, text),
        (None, None) => return Err(Failure::new("a mark needs --bad or --good")),
    };
    let condition = Expression::parse(&Passage::named("condition", text.clone()))?;
    let wanted = states_where(&planned.model, &condition)?;
    let followed = &planned.followed;
    let mut states: Vec<(StateId, String)> = Vec::new();
    for state in &followed.reached {
        let (of_model, _) = followed.stage.state(*state);
        let choice = followed.row.get(*state as usize).copied().unwrap_or(0);
        let action = followed.stage.model.action_name(choice).to_owned();
        if wanted.contains(of_model) && !states.iter().any(|(known, _)| *known == of_model) {
            states.push((of_model, action));
        }
    }
    if states.is_empty() {
        return Err(
            Failure::new(format!("the plan never comes to a state with `{text}`"))
                .hint("murphy explain PLAN --state says what it does anywhere"),
        );
    }
    if states.len() > MARKS_MAX {
        return Err(Failure::new(format!(
            "the plan comes to {} states with `{text}`, more than the {MARKS_MAX} that are marked at once",
            states.len()
        )));
    }
    let mut review = review(arguments, &planned)?;
    let mut said = String::new();
    for (state, action) in states {
        let mark = Mark {
            verdict,
            run: None,
            step: None,
            state: Some(MarkedState {
                number: state,
                values: readings(&planned.model, state),
            }),
            action: arguments.action.then_some(action),
            note: arguments.note.clone(),
        };
        let heading = if said.is_empty() { "Marked" } else { "" };
        said += &line(
            heading,
            &format!("{} {}", verdict.word(), planned.model.state_name(state)),
        );
        review.marks.push(mark);
    }
    write(&arguments.out, review.to_text().as_bytes())?;
    said += &line("Review", &arguments.out.display().to_string());
    terminal.data(&said)?;
    Ok(Outcome::Met)
}

/// Returns the review that is there, or an empty one of this plan.
fn review(arguments: &MarkArguments, planned: &Planned) -> Result<Review, Failure> {
    let hash = Origin::of("", &read(&arguments.plan)?).hash;
    if !arguments.out.exists() {
        return Ok(Review {
            plan: hash,
            world: planned.model.name().to_owned(),
            goal: planned.goal().to_owned(),
            seed: 1,
            nature: "worst".to_owned(),
            marks: Vec::new(),
        });
    }
    let (source, _) = read_source(&arguments.out)?;
    let review = Review::parse(&source)?;
    if review.plan == hash {
        return Ok(review);
    }
    Err(Failure::new(format!(
        "`{}` is a review of another plan than `{}`",
        arguments.out.display(),
        arguments.plan.display()
    ))
    .hint("name another file: --out FILE"))
}

fn readings(model: &Model, state: StateId) -> BTreeMap<String, Reading> {
    let reading = |value: &Value| match value {
        Value::Bool(value) => Reading::Bool(*value),
        Value::Int(value) => Reading::Int(*value),
        other => Reading::Text(model.value_text(other)),
    };
    let variables = model.variables().iter().zip(model.values(state));
    variables
        .map(|(variable, value)| (variable.name.clone(), reading(value)))
        .collect()
}
