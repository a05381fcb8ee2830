//! What a goal pays along a history: on taking a choice, and on reaching a state.

use crate::problem::as_written;
use crate::resolve::{reachability, states_where};
use murphy_notation::{Diagnostic, Rational, hint_for};
use murphy_spec::{Direction, ExpectedHorizon, Goal, Objective};
use murphy_world::{ChoiceId, Model, StateId, StateSet};

/// A goal resolved in one world. Payoffs are to be made large.
#[derive(Clone, Debug)]
pub(crate) struct Pursuit {
    /// One value a choice; empty if choices pay nothing.
    quantity: Vec<Rational>,
    discount: Rational,
    /// Where it is over, and what reaching it pays.
    ends: Vec<(StateSet, Rational)>,
    /// What the start pays.
    start: Rational,
    steps: Option<u32>,
    /// After how many steps histories are cut although they would go on.
    cut: Option<u32>,
    /// How far what comes after the cut can move the value.
    pub(crate) tail: Rational,
    /// Whether payoffs are minus what is asked for.
    pub(crate) negated: bool,
    /// The goal's own text.
    pub(crate) goal: String,
}

/// Sees that Nature is pessimistic, where nothing else is answered.
pub(crate) fn check_pessimistic(spec: &murphy_spec::Spec) -> Result<(), Diagnostic> {
    if spec.nature.stance == murphy_spec::Stance::Pessimistic {
        return Ok(());
    }
    let message = "where there are too many histories only a pessimistic Nature is supported";
    Err(match &spec.nature.place {
        Some(place) => Diagnostic::at(place.clone(), message),
        None => Diagnostic::new(message),
    })
}

impl Pursuit {
    pub(crate) fn new(model: &Model, goal: &Goal, precision: &Rational) -> Result<Self, Diagnostic> {
        let negated = goal.direction == Direction::Minimize;
        let mut pursuit = Self {
            quantity: Vec::new(),
            discount: Rational::ONE,
            ends: Vec::new(),
            start: Rational::ZERO,
            steps: None,
            cut: None,
            tail: Rational::ZERO,
            negated,
            goal: as_written(goal),
        };
        let sign = |value: &Rational| if negated { -value } else { value.clone() };
        match &goal.objective {
            Objective::Probability(formula) => {
                let reach = reachability(model, formula)?;
                let one = sign(&Rational::ONE);
                let prize = if reach.complemented {
                    pursuit.start = one.clone();
                    -one
                } else {
                    one
                };
                pursuit.ends = vec![(reach.target, prize), (reach.avoid, Rational::ZERO)];
                pursuit.steps = reach.steps;
            }
            Objective::Expected {
                quantity,
                quantity_place,
                horizon,
            } => {
                let Some(values) = model.quantity(quantity) else {
                    let names: Vec<&String> = model.quantities().keys().collect();
                    let mut diagnostic = Diagnostic::at(
                        quantity_place.clone(),
                        format!("the world has no quantity `{quantity}`"),
                    );
                    diagnostic.hint = hint_for(quantity, &names);
                    return Err(diagnostic);
                };
                pursuit.quantity = values.iter().map(sign).collect();
                match horizon {
                    ExpectedHorizon::Until(condition) => {
                        pursuit.ends = vec![(states_where(model, condition)?, Rational::ZERO)];
                    }
                    ExpectedHorizon::Steps(steps) => {
                        let steps = u32::try_from(*steps)
                            .map_err(|_| Diagnostic::at(goal.place.clone(), "the horizon is too long"))?;
                        pursuit.steps = Some(steps);
                    }
                    ExpectedHorizon::Discounted(discount) => {
                        pursuit.discount = discount.clone();
                        pursuit.cut_discounted(values, precision);
                    }
                    ExpectedHorizon::Total | ExpectedHorizon::LongRun => {
                        return Err(Diagnostic::at(
                            goal.place.clone(),
                            "sums for ever and means in the long run are not planned for where facts are hidden",
                        )
                        .hint("ask for the quantity until a condition, over a number of steps, or discounted"));
                    }
                }
            }
        }
        Ok(pursuit)
    }

    /// Cuts where what comes later, discounted, is within half the precision either way.
    fn cut_discounted(&mut self, values: &[Rational], precision: &Rational) {
        let largest = values.iter().map(Rational::abs).max().unwrap_or_default();
        let mut tail = &largest / &(Rational::ONE - &self.discount);
        let enough = precision * &Rational::new(1, 2);
        let mut steps = 0;
        while tail > enough && steps < 10_000 {
            tail *= &self.discount;
            steps += 1;
        }
        self.cut = Some(steps);
        self.tail = tail;
    }

    /// Returns what reaching a state after some steps pays.
    pub(crate) fn arrival(&self, state: StateId, steps: u32) -> Rational {
        let start = if steps == 0 {
            self.start.clone()
        } else {
            Rational::ZERO
        };
        let prize = self.ends.iter().find(|(states, _)| states.contains(state));
        match prize {
            Some((_, prize)) => start + prize,
            None => start,
        }
    }

    /// Returns what a choice pays after some steps.
    pub(crate) fn gain(&self, choice: ChoiceId, steps: u32) -> Rational {
        let value = self.quantity.get(choice as usize).cloned().unwrap_or_default();
        if self.discount == Rational::ONE || value.is_zero() {
            return value;
        }
        (0..steps).fold(value, |value, _| value * &self.discount)
    }

    /// Says whether nothing more can be gained or lost.
    pub(crate) fn is_over(&self, model: &Model, state: StateId, steps: u32) -> bool {
        if self.steps.is_some_and(|most| steps >= most)
            || self.ends.iter().any(|(states, _)| states.contains(state))
        {
            return true;
        }
        model.choices(state).all(|choice| {
            let pays = self.quantity.get(choice as usize).is_some_and(|q| !q.is_zero());
            !pays && model.targets(choice).iter().all(|target| *target == state)
        })
    }

    /// Says whether histories of so many steps are cut.
    pub(crate) fn is_cut(&self, steps: u32) -> bool {
        self.cut.is_some_and(|cut| steps >= cut)
    }
}
