//! Several goals and requirements on the command line: solved, printed, written beside the plan, and proved again.

use crate::cli::args::{Format, GoalArguments};
use crate::cli::failure::Failure;
use crate::cli::files::{read, write};
use crate::cli::load::Loaded;
use crate::cli::report::{bracket_text, count, line, narrow_text, nature, number, size};
use crate::cli::saved::{Saved, note_change};
use crate::cli::{Outcome, Terminal, progress};
use murphy::Answer;
use murphy::tiers::{
    AimPlan, Claims, RequirementClaim, TierError, TierProof, Tiered, aim_plans, check_tiers, first_goal,
    solve_tiers,
};
use murphy_notation::Rational;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Direction, NamedClaim, Origin, PlanDocument, Side};
use serde_json::{Value, json};
use std::path::Path;

/// What was found.
pub(crate) enum Solution {
    /// The answer to the only goal.
    One(Answer),
    /// A plan for several goals: as one for the first, and as it is.
    Several(Answer, Box<Tiered>),
    /// A requirement that provably no plan keeps.
    Impossible(Impossible),
}

/// A requirement that provably no plan keeps, and the best that one could do.
pub(crate) struct Impossible {
    text: String,
    best: Bracket,
}

/// Plans and proves whatever the spec asks.
pub(crate) fn solve(loaded: &Loaded, goal: &GoalArguments, terminal: &Terminal) -> Result<Solution, Failure> {
    let Some(questions) = &loaded.questions else {
        return progress::solve(&loaded.problem, Some(goal), terminal).map(Solution::One);
    };
    let mut settings = Settings::default();
    goal.adjust(&mut settings);
    let found = solve_tiers(questions, &settings)
        .and_then(|tiered| Ok((first_goal(questions, &tiered, &settings)?, tiered)));
    match found {
        Ok((answer, tiered)) => Ok(Solution::Several(answer, Box::new(tiered))),
        Err(TierError::Impossible { text, best }) => Ok(Solution::Impossible(Impossible { text, best })),
        Err(error @ TierError::Undecided { .. }) => {
            Err(Failure::new(error).hint("loosen the bound, or make the requirement the first goal"))
        }
        Err(error) => Err(Failure::new(error)),
    }
}

/// Says that no plan keeps a requirement.
pub(crate) fn impossible(
    impossible: &Impossible,
    format: Format,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let Impossible { text, best } = impossible;
    let said = match format {
        Format::Json => format!(
            "{}\n",
            json!({
                "status": "verdict",
                "holds": false,
                "requirement": text,
                "best": { "lower": number(best.lower), "upper": number(best.upper) },
            })
        ),
        Format::Text => {
            line("Require", text)
                + &line("Verdict", "no plan keeps this requirement, which is proved")
                + &line(
                    "Best",
                    &format!("{}: the best that any plan can do", bracket_text(best)),
                )
        }
    };
    terminal.data(&said)?;
    Ok(Outcome::NotMet)
}

/// Returns an answer to several goals in full. `first` is what the first goal is worth to whoever has no requirement.
pub(crate) fn report(loaded: &Loaded, tiered: &Tiered, first: &Bracket) -> String {
    let problem = &loaded.problem;
    let model = &problem.model;
    let mut text = line("World", &format!("{}: {}", model.name(), size(model)));
    for note in model.notes() {
        text += &line("", note);
    }
    if !loaded.spec.pins.is_empty() {
        text += &line("Pins", &format!("{} followed", loaded.spec.pins.len()));
    }
    text += &claims(&tiered.claims);
    if let Some(goal) = tiered.claims.goals.first() {
        let wants_more = (problem.agent == Direction::Maximize) != problem.complemented;
        let (free, bound) = if wants_more {
            (first.upper, goal.bracket.upper)
        } else {
            (first.lower, goal.bracket.lower)
        };
        if (free - bound).abs() > problem.precision {
            let limit = if wants_more { "at most" } else { "at least" };
            text += &line(
                "",
                &format!("without the requirements the first goal would be worth {limit} {free}"),
            );
        }
    }
    for note in &tiered.notes {
        text += &line("", note);
    }
    text += &line("Nature", &nature(problem));
    text + &line(
        "Proof",
        &format!(
            "all of these hold: {} inequalities checked in exact arithmetic",
            count(tiered.claims.inequalities)
        ),
    )
}

/// Returns what is proved of each goal and each requirement.
pub(crate) fn claims(claims: &Claims) -> String {
    let mut text = String::new();
    for (index, goal) in (1..).zip(&claims.goals) {
        let heading = if claims.goals.len() == 1 {
            "Goal".to_owned()
        } else {
            format!("Goal {index}")
        };
        text += &line(&heading, &goal.text);
        let gap = match goal.bracket.gap() {
            0.0 => "exactly".to_owned(),
            gap => format!("gap {gap:.1e}"),
        };
        text += &line("Value", &format!("{}, {gap}", narrow_text(&goal.bracket)));
    }
    for requirement in &claims.requirements {
        text += &line("Require", &requirement.text);
        let verdict = match requirement.holds {
            Some(true) => "holds",
            Some(false) => "DOES NOT HOLD",
            None => "not decided",
        };
        text += &line(
            "",
            &format!("{verdict}: under this plan {}", narrow_text(&requirement.value)),
        );
    }
    text
}

/// Adds what is proved of each goal and each requirement to an answer in JSON.
pub(crate) fn add_json(object: &mut Value, claims: &Claims) {
    let range = |bracket: &Bracket| json!({ "lower": number(bracket.lower), "upper": number(bracket.upper) });
    let goals: Vec<Value> = claims
        .goals
        .iter()
        .map(|goal| json!({ "goal": goal.text, "value": range(&goal.bracket), "achieved": range(&goal.achieved) }))
        .collect();
    let requirements: Vec<Value> = claims
        .requirements
        .iter()
        .map(|claim| json!({ "requirement": claim.text, "value": range(&claim.value), "holds": claim.holds }))
        .collect();
    if let Some(first) = claims.goals.first() {
        object["lower"] = number(first.bracket.lower);
        object["upper"] = number(first.bracket.upper);
    }
    object["goals"] = Value::Array(goals);
    object["requirements"] = Value::Array(requirements);
}

/// Writes the proof beside the plan, and what it proves into the plan.
pub(crate) fn write_proof(document: &mut PlanDocument, tiered: &Tiered, out: &Path) -> Result<(), Failure> {
    let path = out.with_extension("goals.cert");
    let bytes = tiered.proof.to_bytes();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let claim = |text: &String, bracket: &Bracket| NamedClaim {
        text: text.clone(),
        bracket: *bracket,
    };
    let claims = &tiered.claims;
    document.goals = claims
        .goals
        .iter()
        .map(|goal| claim(&goal.text, &goal.bracket))
        .collect();
    let requirements = claims.requirements.iter();
    document.requirements = requirements
        .map(|found| claim(&found.text, &found.value))
        .collect();
    document.proof = Some(Origin::of(name.unwrap_or_default(), &bytes));
    write(&path, &bytes)
}

/// Reads the proof beside a plan, if it has one.
pub(crate) fn read_proof(
    plan: &Path,
    document: &PlanDocument,
    changes: &mut Vec<String>,
) -> Result<Option<TierProof>, Failure> {
    let Some(origin) = &document.proof else {
        return Ok(None);
    };
    let path = plan.with_file_name(&origin.path);
    let bytes = read(&path)?;
    note_change(changes, "the proof of the goals", origin, &bytes);
    let proof = TierProof::from_bytes(&bytes)
        .map_err(|error| Failure::new(format!("`{}`: {error}", path.display())))?;
    Ok(Some(proof))
}

/// Returns a plan that was just made by each of several goals and requirements.
pub(crate) fn aims_of(loaded: &Loaded, tiered: Option<&Tiered>) -> Vec<AimPlan> {
    match (&loaded.questions, tiered) {
        (Some(questions), Some(tiered)) => {
            aim_plans(questions, &tiered.policy, &tiered.proof, &tiered.claims)
        }
        _ => Vec::new(),
    }
}

/// Returns the plan by each of several goals and requirements; nothing if there is one goal, or its proof does not hold.
pub(crate) fn aims(saved: &Saved) -> Vec<AimPlan> {
    match (&saved.loaded.questions, &saved.proof) {
        (Some(questions), Some(proof)) => check_tiers(questions, &saved.plan.policy, proof)
            .map(|claims| aim_plans(questions, &saved.plan.policy, proof, &claims))
            .unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Proves again what a plan claims of several goals and requirements.
pub(crate) fn verdict(saved: &Saved) -> Result<Option<Claims>, Vec<String>> {
    let (questions, proof) = match (&saved.loaded.questions, &saved.proof) {
        (None, None) if saved.document.goals.is_empty() && saved.document.requirements.is_empty() => {
            return Ok(None);
        }
        (None, None) => {
            return Err(vec![
                "the plan claims several goals, and has no proof of them".to_owned(),
            ]);
        }
        (Some(questions), Some(proof)) => (questions, proof),
        (Some(_), None) => {
            return Err(vec![
                "the spec has several goals or a requirement, but the plan has a proof of one goal only"
                    .to_owned(),
            ]);
        }
        (None, Some(_)) => {
            return Err(vec![
                "the plan has a proof of several goals, but the spec has one".to_owned(),
            ]);
        }
    };
    let claims =
        check_tiers(questions, &saved.plan.policy, proof).map_err(|error| vec![error.to_string()])?;
    let proved = claims.goals.iter().map(|goal| (&goal.text, &goal.bracket));
    let required = claims
        .requirements
        .iter()
        .map(|claim| (&claim.text, &claim.value));
    let claimed = saved.document.goals.iter().chain(&saved.document.requirements);
    let mut reasons = Vec::new();
    let count = saved.document.goals.len() + saved.document.requirements.len();
    if count != claims.goals.len() + claims.requirements.len() {
        reasons.push("the plan does not claim what the spec asks".to_owned());
    }
    for ((text, proved), claimed) in proved.chain(required).zip(claimed) {
        let Bracket { lower, upper } = claimed.bracket;
        if *text != claimed.text || !(lower <= proved.lower && proved.upper <= upper) {
            reasons.push(format!(
                "the plan claims [{lower}, {upper}] of `{}`, but only [{}, {}] is proved of `{text}`",
                claimed.text, proved.lower, proved.upper
            ));
        }
    }
    reasons.extend(claims.requirements.iter().filter_map(broken));
    if reasons.is_empty() {
        Ok(Some(claims))
    } else {
        Err(reasons)
    }
}

fn broken(claim: &RequirementClaim) -> Option<String> {
    let side = match claim.side {
        Side::AtLeast => "at least",
        Side::AtMost => "at most",
    };
    let bound: &Rational = &claim.bound;
    (claim.holds != Some(true)).then(|| {
        format!(
            "the requirement `{}` is not proved: it asks for {side} {bound}, and the plan has [{}, {}]",
            claim.text, claim.value.lower, claim.value.upper
        )
    })
}
