//! The arena: a model, who wants what, and how precisely.

use crate::objective::{Direction, Objective};
use crate::pins::pinned;
use crate::resolve::{reachability, states_where};
use murphy_notation::{Diagnostic, Place, Rational, hint_for};
use murphy_spec::{ExpectedHorizon, Goal, Settled, Spec, Stance};
use murphy_world::Model;

/// A world and a goal, ready to be solved and checked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The model. Under the nominal stance every set in it is a single distribution.
    pub model: Model,
    /// What the resolved objective is.
    pub objective: Objective,
    /// Whether the goal asks for one minus the resolved objective (as `G` does of `F`).
    pub complemented: bool,
    /// What the agent wants of the resolved objective.
    pub agent: Direction,
    /// What Nature wants of the resolved objective.
    pub nature: Direction,
    /// The stance that was declared.
    pub stance: Stance,
    /// When Nature settles.
    pub settled: Settled,
    /// How far apart the two sides of the bracket may be.
    pub precision: f64,
    /// The goal as the spec writes it.
    pub goal: String,
}

impl Problem {
    /// Returns the problem of pursuing the only goal of `spec` in the world that `model` was unfolded from, with its pins followed.
    ///
    /// # Errors
    /// A name that the world does not have, a goal that is not supported yet, several goals or a requirement (which
    /// [`Questions`](crate::Questions) reads), a negative quantity where its sum until a label is asked for, a pin that cannot be followed,
    /// or a nominal stance where a set has no centre.
    pub fn new(model: Model, spec: &Spec) -> Result<Self, Diagnostic> {
        let goal = spec.only_goal()?;
        Self::of_goal(pinned(model, &spec.pins)?, spec, goal)
    }

    /// Returns the problem of pursuing one goal under the Nature and to the precision of `spec`. The pins are those of the model.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn of_goal(model: Model, spec: &Spec, goal: &Goal) -> Result<Self, Diagnostic> {
        spec.check_supported()?;
        let model = match spec.nature.stance {
            Stance::Nominal => nominal(model, spec)?,
            Stance::Pessimistic | Stance::Optimistic => model,
        };
        let (objective, complemented) = resolve(&model, goal)?;
        let agent = if complemented {
            goal.direction.opposite()
        } else {
            goal.direction
        };
        let nature = match spec.nature.stance {
            Stance::Optimistic => agent,
            Stance::Pessimistic | Stance::Nominal => agent.opposite(),
        };
        Ok(Self {
            model,
            objective,
            complemented,
            agent,
            nature,
            stance: spec.nature.stance,
            settled: spec.nature.settled,
            precision: spec.precision.to_f64(),
            goal: as_written(goal),
        })
    }

    /// Returns the same problem with another precision.
    #[must_use]
    pub fn with_precision(mut self, precision: f64) -> Self {
        self.precision = precision;
        self
    }
}

/// Returns the goal's own text, its white space folded.
#[must_use]
pub fn as_written(goal: &Goal) -> String {
    let text = goal
        .place
        .source
        .text
        .get(goal.place.span.start..goal.place.span.end)
        .unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn nominal(model: Model, spec: &Spec) -> Result<Model, Diagnostic> {
    model.nominal().map_err(|choice| {
        let state = (0..)
            .take(model.state_count())
            .find(|state| model.choices(*state).contains(&choice));
        let state = state.map(|state| model.state_name(state)).unwrap_or_default();
        let diagnostic = Diagnostic::new("the nominal stance needs a centre in every set");
        let diagnostic = Diagnostic {
            place: spec.nature.place.clone(),
            ..diagnostic
        };
        diagnostic
            .label(format!(
                "the set of `{}` in state `{state}` is of kind {}, which declares none",
                model.action_name(choice),
                model.set(choice).kind()
            ))
            .hint("ask for the pessimistic or the optimistic stance, or pin the unknowns with --const")
    })
}

fn resolve(model: &Model, goal: &Goal) -> Result<(Objective, bool), Diagnostic> {
    match &goal.objective {
        murphy_spec::Objective::Probability(formula) => {
            let reach = reachability(model, formula)?;
            let (target, avoid) = (reach.target, reach.avoid);
            let objective = match reach.steps {
                None => Objective::Reach { target, avoid },
                Some(steps) => Objective::BoundedReach { target, avoid, steps },
            };
            Ok((objective, reach.complemented))
        }
        murphy_spec::Objective::Expected {
            quantity,
            quantity_place,
            horizon,
        } => {
            let Some(quantity) = model.shared_quantity(quantity) else {
                let names: Vec<&String> = model.quantities().keys().collect();
                let mut diagnostic = Diagnostic::at(
                    quantity_place.clone(),
                    format!("the world has no quantity `{quantity}`"),
                );
                diagnostic.hint = hint_for(quantity, &names);
                return Err(diagnostic);
            };
            let objective = match horizon {
                ExpectedHorizon::Until(condition) => {
                    not_negative(&quantity, quantity_place, "summed until a condition holds")?;
                    Objective::Until {
                        quantity,
                        target: states_where(model, condition)?,
                    }
                }
                ExpectedHorizon::Steps(steps) => Objective::Horizon {
                    quantity,
                    steps: u32::try_from(*steps)
                        .map_err(|_| Diagnostic::at(goal.place.clone(), "the horizon is too long"))?,
                },
                ExpectedHorizon::Discounted(discount) => Objective::Discounted {
                    quantity,
                    discount: discount.clone(),
                },
                ExpectedHorizon::Total => {
                    not_negative(&quantity, quantity_place, "summed for ever")?;
                    Objective::Total { quantity }
                }
                ExpectedHorizon::LongRun => Objective::LongRun { quantity },
            };
            Ok((objective, false))
        }
    }
}

/// Refuses a quantity that is negative somewhere.
fn not_negative(quantity: &[Rational], place: &Place, summed: &str) -> Result<(), Diagnostic> {
    if quantity.iter().any(Rational::is_negative) {
        return Err(Diagnostic::at(
            place.clone(),
            format!("a quantity that is {summed} must not be negative"),
        )
        .label("this one is negative somewhere")
        .hint("ask for it over a horizon, in the long run or discounted"));
    }
    Ok(())
}
