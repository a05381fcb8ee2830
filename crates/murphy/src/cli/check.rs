//! `murphy check`: a plan's bracket proved again, or the reason why it does not hold.

use crate::cli::args::{CheckArguments, Format};
use crate::cli::decision;
use crate::cli::failure::Failure;
use crate::cli::files::read_source;
use crate::cli::report::{self, bracket_text, line};
use crate::cli::saved::Saved;
use crate::cli::{Outcome, Terminal};
use murphy_certify::{Checked, check};
use murphy_problem::decision::{DecisionDocument, StageDocument};
use serde_json::json;

pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Outcome, Failure> {
    let (source, _) = read_source(&arguments.plan)?;
    if DecisionDocument::recognises(&source.text) {
        return decision::check(&arguments.plan, &source.text, (arguments.format, terminal));
    }
    if StageDocument::recognises(&source.text) {
        return decision::check_on_states(&arguments.plan, &source.text, (arguments.format, terminal));
    }
    let saved = Saved::read(&arguments.plan)?;
    match verdict(&saved) {
        Ok(checked) => {
            accepted(&saved, &checked, arguments.format, terminal)?;
            Ok(Outcome::Met)
        }
        Err(reasons) => {
            match arguments.format {
                Format::Json => {
                    let object = json!({ "status": "verdict", "holds": false, "reasons": reasons });
                    terminal.data(&format!("{object}\n"))?;
                }
                Format::Text => {
                    terminal.data(&line("Check", "REJECTED: the bracket of this plan is not proved"))?;
                    for reason in &reasons {
                        terminal.data(&line("", reason))?;
                    }
                }
            }
            Ok(Outcome::NotMet)
        }
    }
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

fn accepted(saved: &Saved, checked: &Checked, format: Format, terminal: &Terminal) -> Result<(), Failure> {
    let bracket = saved.document.bracket;
    if format == Format::Json {
        let object = json!({
            "status": "verdict",
            "holds": true,
            "lower": report::number(bracket.lower),
            "upper": report::number(bracket.upper),
            "inequalities": checked.inequalities,
        });
        return terminal.data(&format!("{object}\n"));
    }
    terminal.data(&line("World", saved.loaded.problem.model.name()))?;
    terminal.data(&line("Goal", &saved.loaded.problem.goal))?;
    terminal.data(&line("Nature", &report::nature(&saved.loaded.problem)))?;
    terminal.data(&line("Value", &bracket_text(&bracket)))?;
    let proof = format!(
        "accepted: {} inequalities hold in exact arithmetic",
        report::count(checked.inequalities)
    );
    terminal.data(&line("Check", &proof))
}
