//! `murphy check`: a plan's bracket proved again, or the reason why it does not hold.

use crate::cli::args::{CheckArguments, Format};
use crate::cli::explain::failure;
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::report::{self, bracket_text, line};
use crate::cli::revise::Reviewed;
use crate::cli::saved::Saved;
use crate::cli::several;
use crate::cli::{Outcome, Terminal};
use crate::cli::{decision, decision_states};
use murphy::explain::Followed;
use murphy::revise::comes_to;
use murphy::tiers::Claims;
use murphy_certify::{Checked, check};
use murphy_problem::decision::{DecisionDocument, PlanText};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (source, _) = read_source(&arguments.plan)?;
    if DecisionDocument::recognises(&source.text) {
        return decision::check(&arguments.plan, &source.text, (arguments.format, terminal));
    }
    if decision_states::recognises(&source.text) {
        return decision_states::check(&arguments.plan, &source.text, (arguments.format, terminal));
    }
    // A plan of millions of states is long, and read again.
    drop(source);
    let saved = Saved::read(&arguments.plan)?;
    let mut proved = verdict(&saved).and_then(|checked| Ok((checked, several::verdict(&saved)?)));
    let mut never = 0;
    for review in &arguments.never {
        let (marks, back) = regressions(&saved, review)?;
        never += marks;
        if !back.is_empty() {
            proved = Err(back);
        }
    }
    match proved {
        Ok((checked, claims)) => {
            accepted(&saved, (&checked, claims.as_ref()), arguments.format, terminal)?;
            if never > 0 && arguments.format == Format::Text {
                let text = format!(
                    "none of what is marked as never again ({never}) is done: it has probability 0, whatever Nature picks"
                );
                terminal.data(&line("Never", &text))?;
            }
            Ok(Outcome::Met)
        }
        Err(reasons) => {
            match arguments.format {
                Format::Json => {
                    let object = json!({ "status": "verdict", "holds": false, "reasons": reasons });
                    terminal.data(&format!("{object}\n"))?;
                }
                Format::Text => {
                    let what = if arguments.never.is_empty() {
                        "the bracket of this plan is not proved"
                    } else {
                        "not all that was asked is proved"
                    };
                    terminal.data(&line("Check", &format!("REJECTED: {what}")))?;
                    for reason in &reasons {
                        terminal.data(&line("", reason))?;
                    }
                }
            }
            Ok(Outcome::NotMet)
        }
    }
}

/// Returns how many things a review marks as never again, and which of them the plan does.
fn regressions(saved: &Saved, review: &Path) -> Result<(usize, Vec<String>), Failure> {
    let model = &saved.loaded.problem.model;
    let reviewed = Reviewed::read(review, model)?;
    let followed = Followed::new(model, &saved.plan.policy).map_err(failure)?;
    if reviewed.bad.is_empty() && reviewed.runs > 0 {
        return Err(Failure::new(
            "the review marks whole runs only, which name no state that a plan could be held to",
        )
        .hint("mark the step that must not come again, and check against that"));
    }
    let mut back = Vec::new();
    for mark in &reviewed.bad {
        let marked = std::slice::from_ref(mark);
        let likely = comes_to(&followed, model, marked, saved.document.precision).map_err(failure)?;
        if likely.upper > 0.0 {
            let does = match &mark.action {
                Some(action) => format!("does `{action}`"),
                None => "comes".to_owned(),
            };
            back.push(format!(
                "the plan {does} again where {}, marked as never again, with probability up to {}",
                model.state_name(mark.state),
                report::brief(&likely)
            ));
        }
    }
    Ok((reviewed.bad.len(), back))
}

/// Proves the plan's own bracket, with nothing changed since it was made.
fn verdict(saved: &Saved) -> Result<Checked, Vec<String>> {
    let mut reasons = saved.changes.clone();
    let claimed = saved.document.bracket;
    match check(&saved.loaded.problem, &saved.plan.certificate) {
        Err(rejection) => reasons.push(rejection.to_string()),
        Ok(checked) => {
            let proved = checked.bracket;
            if claimed.lower <= proved.lower && proved.upper <= claimed.upper {
                if reasons.is_empty() {
                    return Ok(checked);
                }
            } else {
                reasons.push(format!(
                    "the plan claims the bracket [{}, {}], but only [{}, {}] is proved",
                    claimed.lower, claimed.upper, proved.lower, proved.upper
                ));
            }
        }
    }
    Err(reasons)
}

fn accepted(
    saved: &Saved,
    (checked, claims): (&Checked, Option<&Claims>),
    format: Format,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let bracket = saved.document.bracket;
    let more = claims.map_or(0, |claims| claims.inequalities);
    if format == Format::Json {
        let mut object = json!({
            "status": "verdict",
            "holds": true,
            "lower": report::number(bracket.lower),
            "upper": report::number(bracket.upper),
            "inequalities": checked.inequalities + more,
        });
        if let Some(claims) = claims {
            several::add_json(&mut object, claims);
        }
        return terminal.data(&format!("{object}\n"));
    }
    terminal.data(&line("World", saved.loaded.problem.model.name()))?;
    match claims {
        None => terminal.data(&line("Goal", &saved.loaded.problem.goal))?,
        Some(claims) => terminal.data(&several::claims(claims))?,
    }
    terminal.data(&line("Nature", &report::nature(&saved.loaded.problem)))?;
    if claims.is_none() {
        terminal.data(&line("Value", &bracket_text(&bracket)))?;
    }
    let proof = format!(
        "accepted: {} inequalities hold in exact arithmetic",
        report::count(checked.inequalities + more)
    );
    terminal.data(&line("Check", &proof))
}
