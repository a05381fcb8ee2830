//! What the goal did not ask for that will happen anyway: labels and quantities under the plan, beyond the goal.

use crate::explain::followed::nowhere;
use crate::explain::{ExplainError, Followed, Likelihood};
use crate::tiers::{TierError, solve_tiers};
use murphy_notation::Passage;
use murphy_plan::Settings;
use murphy_problem::{Bracket, Questions};
use murphy_spec::{Direction, ExpectedHorizon, Formula, Goal, Objective, Spec};
use murphy_world::Model;

/// A label or a quantity of the world, and what becomes of it under a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct SideEffect {
    /// The name of the label or the quantity.
    pub name: String,
    /// What was measured, as a goal would say it.
    pub measure: String,
    /// Whether it is a quantity; else it is a label.
    pub is_quantity: bool,
    /// Whether the spec names it.
    pub asked: bool,
    /// What it comes to under the plan.
    pub under_plan: Likelihood,
    /// Where else it could be without any loss by the goals, if that was asked.
    pub apart: Apart,
}

/// Where plans could bring it that are as good by all goals, whatever Nature picks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Apart {
    /// The value that a plan as good can keep it down to.
    pub least: Option<Bracket>,
    /// The value that a plan as good can bring it up to; asked of quantities only.
    pub greatest: Option<Bracket>,
}

/// Returns what becomes of every label and every quantity under the plan. Quantities are summed over the steps of the plan, or over `horizon`.
///
/// With `apart`, it is also asked where each of them could be under other plans that are as good by all the goals of `spec`.
///
/// # Errors
/// A problem that cannot be solved or proved.
pub fn side_effects(
    (model, followed): (&Model, &Followed),
    spec: &Spec,
    horizon: u32,
    apart: bool,
) -> Result<Vec<SideEffect>, ExplainError> {
    let steps = followed.steps();
    let precision = spec.precision.to_f64();
    let horizon = steps.unwrap_or(horizon);
    let labels = model.labels().keys().map(|name| {
        let formula = match steps {
            Some(steps) => format!("F<={steps} \"{name}\""),
            None => format!("F \"{name}\""),
        };
        let objective = Objective::Probability(formula_of(&formula)?);
        Ok::<_, ExplainError>((name.clone(), objective, formula))
    });
    let quantities = model.quantity_order().iter().map(|name| {
        let objective = Objective::Expected {
            quantity: name.clone(),
            quantity_place: nowhere(name),
            horizon: ExpectedHorizon::Steps(u64::from(horizon)),
        };
        Ok((name.clone(), objective, format!("{name} over {horizon} steps")))
    });
    let mut effects = Vec::new();
    for (is_quantity, measured) in labels
        .map(|label| (false, label))
        .chain(quantities.map(|quantity| (true, quantity)))
    {
        let (name, objective, measure): (String, Objective, String) = measured?;
        let place = nowhere(&measure);
        let under_plan = followed.ask(&objective, &place, precision)?;
        let happens = is_quantity || under_plan.greatest.upper > 0.0;
        let apart = if apart && happens {
            let goal = (&objective, measure.as_str());
            Apart {
                least: as_good(model, spec, goal, Direction::Minimize)?,
                greatest: match is_quantity {
                    true => as_good(model, spec, goal, Direction::Maximize)?,
                    false => None,
                },
            }
        } else {
            Apart::default()
        };
        effects.push(SideEffect {
            asked: is_named(spec, &name),
            apart,
            name,
            measure,
            is_quantity,
            under_plan,
        });
    }
    Ok(effects)
}

pub(crate) fn formula_of(text: &str) -> Result<Formula, ExplainError> {
    Ok(Formula::parse(&Passage::named("question", text))?)
}

/// Returns where a plan could bring `objective` that is as good by all goals; `None` where these cannot be asked together.
fn as_good(
    model: &Model,
    spec: &Spec,
    (objective, measure): (&Objective, &str),
    direction: Direction,
) -> Result<Option<Bracket>, ExplainError> {
    let mut spec = spec.clone();
    spec.goals.push(Goal {
        direction,
        objective: objective.clone(),
        place: nowhere(measure),
    });
    // Goals with and without a step bound cannot be asked together: then there is no answer, which is no mistake.
    let Ok(questions) = Questions::new(model.clone(), &spec) else {
        return Ok(None);
    };
    match solve_tiers(&questions, &Settings::default()) {
        Ok(tiered) => Ok(tiered.claims.goals.last().map(|goal| goal.achieved)),
        Err(TierError::Unproved(_) | TierError::Stage(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Says whether a goal or a requirement of the spec names something, as a word of its text.
fn is_named(spec: &Spec, name: &str) -> bool {
    let places = spec.goals.iter().map(|goal| &goal.place);
    let mut texts = places
        .chain(spec.require.iter().map(|requirement| &requirement.place))
        .filter_map(|place| place.source.text.get(place.span.start..place.span.end));
    texts.any(|text| {
        text.match_indices(name).any(|(at, _)| {
            let inside = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            !before.is_some_and(inside) && !after.is_some_and(inside)
        })
    })
}
