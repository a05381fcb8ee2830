//! Worlds with hidden facts or predictors: `value`, `plan` and `check` for finite decision problems, in exact fractions.

use crate::cli::args::{Format, PlanArguments, ValueArguments, WorldArguments};
use crate::cli::decision_states::{Apart, Question};
use crate::cli::failure::Failure;
use crate::cli::files::{read_source, write};
use crate::cli::load::LoadedWorld;
use crate::cli::report::{self, line};
use crate::cli::saved_decision::SavedDecision;
use crate::cli::{Outcome, Terminal};
use crate::cli::{decision_natures, decision_report, decision_states};
use murphy::decision::{DecisionAnswer, DecisionUnproved, decide};
use murphy_certify::check_decision;
use murphy_notation::Rational;
use murphy_plan::once::{DecisionError, FiniteNirvana};
use murphy_problem::Origin;
use murphy_problem::decision::{
    CompileError, DecisionDocument, DecisionOrigins, Grown, Law, PlanText, Supposed, grow, hidden, law,
    stage_law,
};
use murphy_spec::{Settled, Spec};
use serde_json::json;
use std::path::Path;

/// A decision problem with where it comes from.
pub(crate) struct Decision {
    pub(crate) world: LoadedWorld,
    pub(crate) spec: Spec,
    pub(crate) spec_origin: Origin,
    pub(crate) law: Law,
    /// The hypotheses, from which the problem on states is made where that on histories is too large.
    pub(crate) supposed: Vec<Supposed>,
}

/// What a world and a spec come to.
pub(crate) enum Asked {
    /// A problem on histories.
    Histories(Box<Decision>),
    /// One that is not written out in histories.
    Apart(Box<Apart>),
}

impl Decision {
    /// Reads a world and a spec if they make a decision problem: the world has hidden facts, or the spec settles its unknowns otherwise
    /// than at each action, or it is `forced` to be one.
    pub(crate) fn read(
        world: &Path,
        spec: &Path,
        arguments: &WorldArguments,
        forced: bool,
    ) -> Result<Option<Asked>, Failure> {
        if world.extension().is_none_or(|ending| ending != "ron") {
            return if forced {
                Err(Failure::new(
                    "--all-natures and --nirvana are for worlds in RON, whose unknowns have names",
                ))
            } else {
                Ok(None)
            };
        }
        let world = LoadedWorld::read(world, arguments)?;
        let facts = world.world().is_some_and(|world| world.hidden_facts().is_some());
        let (source, spec_origin) = read_source(spec)?;
        let spec = Spec::parse(&source)?;
        if !facts && !forced && spec.nature.settled == Settled::EachAction {
            return Ok(None);
        }
        let supposed = supposed(&world)?;
        match grow(&supposed, &spec)? {
            Grown::Law(law) => Ok(Some(Asked::Histories(Box::new(Self {
                world,
                spec,
                spec_origin,
                law: *law,
                supposed,
            })))),
            Grown::TooMany(error) => {
                // Which of the two says more depends on why states are no way out.
                let sees = supposed
                    .iter()
                    .all(|one| one.world.seen.is_none() && one.world.predictions.is_empty());
                let question = match hidden(&supposed, &spec) {
                    Ok(problem) => Question::Endless(problem),
                    Err(_) if !sees => return Err(error.into()),
                    Err(_) => Question::States(stage_law(&supposed, &spec)?),
                };
                let name = supposed.first().map(|one| one.world.model.name().to_owned());
                Ok(Some(Asked::Apart(Box::new(Apart {
                    origins: origins(&world, &spec_origin),
                    name: name.unwrap_or_default(),
                    question,
                    precision: spec.precision,
                }))))
            }
        }
    }

    /// Returns the problem on states, where the agent sees them.
    fn on_states(&self) -> Result<Apart, Failure> {
        Ok(Apart {
            origins: origins(&self.world, &self.spec_origin),
            name: self.law.world.clone(),
            question: Question::States(stage_law(&self.supposed, &self.spec)?),
            precision: self.spec.precision.clone(),
        })
    }

    pub(crate) fn of(world: LoadedWorld, spec: Spec, spec_origin: Origin) -> Result<Self, Failure> {
        let supposed = supposed(&world)?;
        let law = law(&supposed, &spec)?;
        Ok(Self {
            world,
            spec,
            spec_origin,
            law,
            supposed,
        })
    }
}

/// Returns where a plan comes from.
fn origins(world: &LoadedWorld, spec: &Origin) -> DecisionOrigins {
    (
        world.origin.clone(),
        world.files.clone(),
        world.constants.iter().cloned().collect(),
        spec.clone(),
    )
}

/// Returns the hypotheses of a world, each with the world that it makes.
pub(crate) fn supposed(world: &LoadedWorld) -> Result<Vec<Supposed>, Failure> {
    let Some(read) = world.world() else {
        return Err(Failure::new("only worlds in RON have hidden facts"));
    };
    if read.hypotheses().is_empty() {
        return Ok(vec![Supposed::only(read.parametric(world.limits())?)]);
    }
    let mut supposed = Vec::new();
    for hypothesis in read.hypotheses() {
        let set = world.with(&hypothesis.constants)?;
        let Some(one) = set.world() else { continue };
        supposed.push(Supposed {
            hypothesis: hypothesis.clone(),
            world: one.parametric(world.limits())?,
        });
    }
    Ok(supposed)
}

/// `murphy value` for a decision problem.
pub(crate) fn value(
    asked: &Asked,
    arguments: &ValueArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let decision = match asked {
        Asked::Histories(decision) => decision,
        Asked::Apart(apart) => return decision_states::value(apart, arguments, terminal),
    };
    let answer = match solved(decision, arguments.goal.precision)? {
        Ok(answer) => answer,
        Err(too_large) => match decision.on_states() {
            Ok(apart) => return decision_states::value(&apart, arguments, terminal),
            Err(_) => return Err(Failure::new(too_large)),
        },
    };
    let natures = if arguments.all_natures {
        decision_natures::all(decision, arguments.goal.precision)?
    } else {
        Vec::new()
    };
    let nirvana = finite_nirvana(decision, arguments)?;
    let (lower, upper) = decision.law.asked(&answer.checked.lower, &answer.checked.upper);
    let (lower, upper) = (&lower - &decision.law.tail, &upper + &decision.law.tail);
    let exact = (lower == upper).then(|| lower.to_string());
    if arguments.exact && exact.is_none() {
        return Err(Failure::new("the exact value could not be found")
            .hint("leave --exact out for a bracket, and make it narrow with --precision"));
    }
    if arguments.format == Format::Json {
        let mut object = json!({
            "status": "value",
            "lower": report::number(lower.floor_f64()),
            "upper": report::number(upper.ceil_f64()),
            "exact": exact,
        });
        if arguments.all_natures {
            object["natures"] = decision_natures::json(decision, &natures);
        }
        if let Some(nirvana) = &nirvana {
            object["nirvana"] = json!({
                "value": nirvana.value.to_string(),
                "patience": nirvana.patience.as_ref().map(ToString::to_string),
            });
        }
        terminal.data(&format!("{object}\n"))?;
    } else {
        terminal.data(&decision_report::answer(decision, &answer)?)?;
        terminal.data(&decision_natures::text(decision, &natures))?;
        if let Some(nirvana) = &nirvana {
            terminal.data(&decision_report::nirvana(decision, nirvana))?;
        }
    }
    Ok(Outcome::Met)
}

/// Returns what a finite reward for exposing pretences makes of the problem, if it is asked for.
fn finite_nirvana(decision: &Decision, arguments: &ValueArguments) -> Result<Option<FiniteNirvana>, Failure> {
    let (Some(reward), Some(patience)) = (&arguments.nirvana, &arguments.patience) else {
        return Ok(None);
    };
    let number = |name: &str, text: &str| {
        text.parse::<Rational>()
            .map_err(|error| Failure::new(format!("--{name} is `{text}`, which is not a number: {error}")))
    };
    let (reward, patience) = (number("nirvana", reward)?, number("patience", patience)?);
    if patience.is_negative() || patience >= Rational::ONE {
        return Err(Failure::new(format!(
            "--patience is {patience}, but must be at least 0 and less than 1"
        )));
    }
    let found = murphy_plan::once::finite_nirvana(&decision.law, &reward, &patience).map_err(Failure::new)?;
    found.map(Some).ok_or_else(|| {
        Failure::new(
            "this problem has too many policies to compare, or a prior, so that --nirvana does not apply",
        )
    })
}

/// Returns the precision that is asked for: that of the spec, unless another one is given.
pub(crate) fn precise(spec: &Rational, given: Option<f64>) -> Result<Rational, Failure> {
    let Some(given) = given else {
        return Ok(spec.clone());
    };
    Rational::from_f64(given)
        .filter(|given| given.is_positive() && *given < Rational::ONE)
        .ok_or_else(|| Failure::new(format!("--precision is {given}, but must lie between 0 and 1")))
}

/// Returns the answer, or why the problem on histories is too large for one.
fn solved(decision: &Decision, precision: Option<f64>) -> Result<Result<DecisionAnswer, String>, Failure> {
    let precision = precise(&decision.spec.precision, precision)?;
    match decide(&decision.law, &precision) {
        Ok(answer) => Ok(Ok(answer)),
        Err(DecisionUnproved::Planning(
            error @ (DecisionError::TooLarge { .. } | DecisionError::Compile(CompileError::TooMany)),
        )) => Ok(Err(error.to_string())),
        Err(error) => Err(Failure::new(error)),
    }
}

/// `murphy plan` for a decision problem.
pub(crate) fn plan(
    asked: &Asked,
    arguments: &PlanArguments,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let decision = match asked {
        Asked::Histories(decision) => decision,
        Asked::Apart(apart) => return decision_states::plan(apart, arguments, terminal),
    };
    let answer = match solved(decision, arguments.goal.precision)? {
        Ok(answer) => answer,
        Err(too_large) => match decision.on_states() {
            Ok(apart) => return decision_states::plan(&apart, arguments, terminal),
            Err(_) => return Err(Failure::new(too_large)),
        },
    };
    let origins = origins(&decision.world, &decision.spec_origin);
    let document = DecisionDocument::new(&decision.law, &answer.proof, origins).map_err(Failure::new)?;
    let text = document.to_text().map_err(Failure::new)?;
    write(&arguments.out, text.as_bytes())?;
    if arguments.format == Format::Json {
        let (lower, upper) = decision.law.asked(&answer.checked.lower, &answer.checked.upper);
        let object = json!({
            "status": "value",
            "lower": report::number((&lower - &decision.law.tail).floor_f64()),
            "upper": report::number((&upper + &decision.law.tail).ceil_f64()),
            "plan": arguments.out.display().to_string(),
            "inequalities": answer.checked.inequalities,
        });
        terminal.data(&format!("{object}\n"))?;
    } else {
        terminal.data(&decision_report::answer(decision, &answer)?)?;
        terminal.data(&line(
            "Plan",
            &format!("{}, with its proof", arguments.out.display()),
        ))?;
    }
    Ok(Outcome::Met)
}

/// `murphy check` for the plan of a decision problem, if the text is one.
pub(crate) fn check(
    path: &Path,
    text: &str,
    (format, terminal): (Format, &Terminal),
) -> Result<Outcome, Failure> {
    let SavedDecision {
        decision,
        document,
        proof,
        changes: mut reasons,
    } = SavedDecision::read(path, text)?;
    let checked = match check_decision(&decision.law, &proof) {
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
            "lower": document.lower,
            "upper": document.upper,
            "inequalities": checked.inequalities,
        });
        terminal.data(&format!("{object}\n"))?;
    } else {
        let mut text = line("World", &decision.law.world);
        text += &line("Goal", &decision.law.goal);
        text += &line(
            "Value",
            &decision_report::bracket(&decision.law, &checked.lower, &checked.upper),
        );
        text += &line(
            "Check",
            &format!(
                "accepted: {} comparisons hold in exact arithmetic",
                report::count(checked.inequalities)
            ),
        );
        terminal.data(&text)?;
    }
    Ok(Outcome::Met)
}

pub(crate) fn rejected(reasons: &[String], format: Format, terminal: &Terminal) -> Result<Outcome, Failure> {
    match format {
        Format::Json => {
            let object = json!({ "status": "verdict", "holds": false, "reasons": reasons });
            terminal.data(&format!("{object}\n"))?;
        }
        Format::Text => {
            terminal.data(&line("Check", "REJECTED: the value of this plan is not proved"))?;
            for reason in reasons {
                terminal.data(&line("", reason))?;
            }
        }
    }
    Ok(Outcome::NotMet)
}
