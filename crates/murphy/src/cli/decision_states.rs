//! Decision problems that are not written out in histories: on states after some steps, or for ever, with `value`, `plan` and `check`.

use crate::cli::args::{Format, PlanArguments, ValueArguments};
use crate::cli::decision::{precise, rejected, supposed};
use crate::cli::decision_report::{self, fraction};
use crate::cli::failure::Failure;
use crate::cli::files::write;
use crate::cli::report::{self, line};
use crate::cli::saved_decision::{Again, at};
use crate::cli::{Outcome, Terminal};
use murphy::decision::{DecisionUnproved, decide_anew, decide_hidden, decide_on_states};
use murphy_certify::{DecisionChecked, DecisionRejection, check_anew, check_hidden, check_on_states};
use murphy_notation::Rational;
use murphy_problem::decision::{
    AnewDocument, DecisionOrigins, Hidden, HiddenDocument, PlanText, StageDocument, StageLaw, hidden,
    stage_law,
};
use murphy_world::Settled;
use serde_json::{Value, json};
use std::path::Path;

/// A problem without histories, with where it comes from.
pub(crate) struct Apart {
    pub(crate) origins: DecisionOrigins,
    pub(crate) name: String,
    pub(crate) question: Question,
    /// The precision that the spec asks for.
    pub(crate) precision: Rational,
}

/// What such a problem is.
pub(crate) enum Question {
    /// The agent sees the state, and there is an end, or what comes late hardly counts.
    States(StageLaw),
    /// A discounted problem without an end, in which the agent sees signs of the state.
    Endless(Hidden),
}

/// A proved answer.
struct Found {
    lower: Rational,
    upper: Rational,
    inequalities: u64,
    text: String,
    /// The text of the plan file.
    plan: String,
}

impl Apart {
    fn find(&self, precision: &Rational) -> Result<Found, Failure> {
        let origins = self.origins.clone();
        let (checked, text, plan) = match &self.question {
            Question::Endless(problem) => {
                let (proof, checked) = decide_hidden(problem, precision).map_err(Failure::new)?;
                let text = decision_report::on_hidden(problem, (&proof, &checked));
                let document = HiddenDocument::new(problem, &proof, precision, origins);
                (checked, text, document.to_text())
            }
            Question::States(law) if law.is_anew() => {
                let (plan, checked) = decide_anew(law).map_err(Failure::new)?;
                let text = decision_report::anew(law, &self.name, (&plan, &checked));
                (checked, text, AnewDocument::new(law, &plan, origins).to_text())
            }
            Question::States(law) => {
                let (proof, checked) = decide_on_states(law, precision).map_err(Failure::new)?;
                let text = decision_report::on_states(law, &self.name, (&proof, &checked))?;
                let document = StageDocument::new(law, &proof, origins).map_err(Failure::new)?;
                (checked, text, document.to_text())
            }
        };
        let (lower, upper) = self.asked(&checked);
        Ok(Found {
            lower,
            upper,
            inequalities: checked.inequalities,
            text,
            plan: plan.map_err(Failure::new)?,
        })
    }

    /// Returns the bracket as the spec asks for it, with what was cut off.
    fn asked(&self, checked: &DecisionChecked) -> (Rational, Rational) {
        match &self.question {
            Question::Endless(problem) => problem.asked(&checked.lower, &checked.upper),
            Question::States(law) => {
                let (lower, upper) = law.asked(&checked.lower, &checked.upper);
                (&lower - &law.tail, &upper + &law.tail)
            }
        }
    }

    /// Returns the bracket for each time at which Nature may settle, the most cautious first.
    fn natures(&self, precision: &Rational) -> Result<Vec<ByNature>, Failure> {
        let Question::States(law) = &self.question else {
            return Err(Failure::new("without an end different Natures are not compared"));
        };
        if law.hypotheses.len() > 1 {
            return Err(Failure::new(
                "different Natures are compared where there are not too many histories, or no hypotheses",
            ));
        }
        let mut found: Vec<ByNature> = Vec::new();
        for settled in [Settled::EachAction, Settled::EachState, Settled::Once] {
            let law = law.settled(settled);
            let checked = if law.is_anew() {
                decide_anew(&law).map(|(_, checked)| checked)
            } else {
                decide_on_states(&law, precision).map(|(_, checked)| checked)
            };
            let value = checked.map(|checked| self.asked(&checked));
            found.push((
                settled,
                value.map_err(|error: DecisionUnproved| error.to_string()),
            ));
        }
        Ok(found)
    }
}

type ByNature = (Settled, Result<(Rational, Rational), String>);

/// `murphy value`.
pub(crate) fn value(
    apart: &Apart,
    arguments: &ValueArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    if arguments.nirvana.is_some() {
        return Err(Failure::new(
            "there are too many histories to compare policies one by one, so that --nirvana does not apply",
        ));
    }
    let precision = precise(&apart.precision, arguments.goal.precision)?;
    let natures = if arguments.all_natures {
        apart.natures(&precision)?
    } else {
        Vec::new()
    };
    let found = apart.find(&precision)?;
    let exact = (found.lower == found.upper).then(|| found.lower.to_string());
    if arguments.exact && exact.is_none() {
        return Err(Failure::new("the exact value could not be found")
            .hint("leave --exact out for a bracket, and make it narrow with --precision"));
    }
    if arguments.format == Format::Json {
        let mut object = json!({
            "status": "value",
            "lower": report::number(found.lower.floor_f64()),
            "upper": report::number(found.upper.ceil_f64()),
            "exact": exact,
        });
        if arguments.all_natures {
            object["natures"] = natures_json(&natures);
        }
        terminal.data(&format!("{object}\n"))?;
    } else {
        terminal.data(&found.text)?;
        terminal.data(&natures_text(&natures))?;
    }
    Ok(Outcome::Met)
}

fn natures_json(natures: &[ByNature]) -> Value {
    let rows = natures.iter().map(|(settled, value)| match value {
        Ok((lower, upper)) => {
            json!({ "settled": format!("{settled:?}"), "lower": lower.to_string(), "upper": upper.to_string() })
        }
        Err(reason) => json!({ "settled": format!("{settled:?}"), "reason": reason }),
    });
    Value::Array(rows.collect())
}

fn natures_text(natures: &[ByNature]) -> String {
    let mut text = String::new();
    for (index, (settled, value)) in natures.iter().enumerate() {
        let value = match value {
            Ok((lower, upper)) if lower == upper => format!("{}, exactly", fraction(lower)),
            Ok((lower, upper)) => format!("[{}, {}]", lower.floor_f64(), upper.ceil_f64()),
            Err(reason) => format!("no answer: {reason}"),
        };
        text += &line(
            if index == 0 { "Natures" } else { "" },
            &format!("{settled:?}: {value}"),
        );
    }
    text
}

/// `murphy plan`.
pub(crate) fn plan(
    apart: &Apart,
    arguments: &PlanArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let precision = precise(&apart.precision, arguments.goal.precision)?;
    let found = apart.find(&precision)?;
    write(&arguments.out, found.plan.as_bytes())?;
    if arguments.format == Format::Json {
        let object = json!({
            "status": "value",
            "lower": report::number(found.lower.floor_f64()),
            "upper": report::number(found.upper.ceil_f64()),
            "plan": arguments.out.display().to_string(),
            "inequalities": found.inequalities,
        });
        return terminal.data(&format!("{object}\n")).map(|()| Outcome::Met);
    }
    terminal.data(&found.text)?;
    terminal.data(&line(
        "Plan",
        &format!("{}, with its proof", arguments.out.display()),
    ))?;
    Ok(Outcome::Met)
}

/// Says whether a text is a plan of this kind.
pub(crate) fn recognises(text: &str) -> bool {
    StageDocument::recognises(text) || AnewDocument::recognises(text) || HiddenDocument::recognises(text)
}

/// `murphy check`.
pub(crate) fn check(
    path: &Path,
    text: &str,
    (format, terminal): (Format, &Terminal),
) -> Result<Outcome, Failure> {
    let (changes, bracket, checked) = if StageDocument::recognises(text) {
        let again: Again<StageDocument> = Again::read(path, text)?;
        let law = stage_law(&supposed(&again.world)?, &again.spec)?;
        let proof = again.document.proof(&law).map_err(|error| at(path, &error))?;
        let bracket = (again.document.lower, again.document.upper);
        (again.changes, bracket, check_on_states(&law, &proof))
    } else if AnewDocument::recognises(text) {
        let again: Again<AnewDocument> = Again::read(path, text)?;
        let law = stage_law(&supposed(&again.world)?, &again.spec)?;
        let plan = again.document.plan(&law).map_err(|error| at(path, &error))?;
        let bracket = (again.document.lower, again.document.upper);
        (again.changes, bracket, check_anew(&law, &plan))
    } else {
        let again: Again<HiddenDocument> = Again::read(path, text)?;
        let problem = hidden(&supposed(&again.world)?, &again.spec)?;
        let proof = again.document.proof(&problem).map_err(|error| at(path, &error))?;
        let bracket = (again.document.lower, again.document.upper);
        (again.changes, bracket, check_hidden(&problem, &proof))
    };
    said(changes, &bracket, checked, (format, terminal))
}

/// Says whether a proof holds.
fn said(
    mut reasons: Vec<String>,
    (lower, upper): &(String, String),
    checked: Result<DecisionChecked, DecisionRejection>,
    (format, terminal): (Format, &Terminal),
) -> Result<Outcome, Failure> {
    let checked = match checked {
        Ok(checked) if reasons.is_empty() => checked,
        Ok(_) => return rejected(&reasons, format, terminal),
        Err(rejection) => {
            reasons.push(rejection.to_string());
            return rejected(&reasons, format, terminal);
        }
    };
    if format == Format::Json {
        let object = json!({
            "status": "verdict",
            "holds": true,
            "lower": lower,
            "upper": upper,
            "inequalities": checked.inequalities,
        });
        terminal.data(&format!("{object}\n"))?;
    } else {
        let number = |text: &str| text.parse::<Rational>().ok();
        let value = match number(lower).zip(number(upper)) {
            Some((low, high)) if low != high => format!("[{}, {}]", low.floor_f64(), high.ceil_f64()),
            _ => format!("{lower}, exactly"),
        };
        let proof = format!(
            "accepted: {} comparisons hold in exact arithmetic",
            report::count(checked.inequalities)
        );
        terminal.data(&(line("Value", &value) + &line("Check", &proof)))?;
    }
    Ok(Outcome::Met)
}
