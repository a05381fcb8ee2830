//! Expected sums: which quantity, for how long, and what it comes to.

use crate::property::evaluate::Evaluator;
use crate::property::players::Players;
use crate::property::task::{Task, Turn};
use crate::property::worth::Worth;
use murphy_notation::{Diagnostic, Rational, hint_for};
use murphy_plan::possible_and_sure;
use murphy_problem::{Direction, Memory, Objective, Problem, Product};
use murphy_spec::property::{Accumulation, Limit, Part, PartKind, Reward};
use murphy_world::{Model, StateId, StateSet};
use std::sync::Arc;

/// The most steps that are laid out one after the other.
const LAYERS_MAX: u32 = 10_000;

impl Evaluator<'_> {
    /// Returns the task of an expected sum.
    pub(super) fn sum_task(
        &mut self,
        part: &Part,
        reward: &Reward,
        sum: &Accumulation,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let name = self.quantity_name(part, reward)?;
        let quantity = self.quantity(part, &name)?;
        let place = self.place(part);
        match sum {
            Accumulation::Until(formula) => self.sum_until(formula, quantity, (players, wanted)),
            Accumulation::Total(None) => self.total(part, quantity, players, wanted),
            Accumulation::Total(Some(discount)) => {
                let discount = self.vocabulary.number(discount, "a discount")?;
                if discount.is_negative() || discount >= Rational::ONE {
                    return Err(self.refusal(part, "a discount is not below 0 and is below 1"));
                }
                let objective = Objective::Discounted { quantity, discount };
                Ok(Task::new(objective, players, wanted, place))
            }
            Accumulation::Steps(limit, discount) => {
                let steps = self.sum_steps(part, limit)?;
                match discount {
                    None => {
                        let objective = Objective::Horizon { quantity, steps };
                        Ok(Task::new(objective, players, wanted, place))
                    }
                    Some(discount) => {
                        let discount = self.vocabulary.number(discount, "a discount")?;
                        self.discounted_steps(part, (&quantity, &discount), steps, (players, wanted))
                    }
                }
            }
            Accumulation::At(step) => {
                let step = self.vocabulary.steps(step)?;
                self.worth_at(part, &name, step, (players, wanted))
            }
            Accumulation::LongRun => self.long_run_mean(part, &quantity, (players, wanted)),
        }
    }

    pub(super) fn sum_steps(&self, part: &Part, limit: &Limit) -> Result<u32, Diagnostic> {
        let steps = self.vocabulary.steps(&limit.number)?;
        let steps = steps.checked_sub(u32::from(limit.strict));
        steps.ok_or_else(|| self.refusal(part, "no step lies within this bound"))
    }

    pub(super) fn quantity_name(&self, part: &Part, reward: &Reward) -> Result<String, Diagnostic> {
        let order = self.model().quantity_order();
        let missing = |message: String, found: &str| {
            let error = self.refusal(part, message);
            match hint_for(found, order) {
                Some(hint) => error.hint(hint),
                None => error.hint("the model has no quantities"),
            }
        };
        match reward {
            Reward::First => match order.first() {
                Some(name) => Ok(name.clone()),
                None => Err(self.refusal(part, "the model has no quantity to sum")),
            },
            Reward::Named(name, _) if self.model().quantity(name).is_some() => Ok(name.clone()),
            Reward::Named(name, _) => Err(missing(format!("the model has no quantity `{name}`"), name)),
            Reward::Numbered(number) => {
                let number = self.vocabulary.steps(number)?;
                let index = (number as usize).checked_sub(1);
                let name = index.and_then(|index| order.get(index)).cloned();
                name.ok_or_else(|| missing(format!("the model has no quantity number {number}"), ""))
            }
        }
    }

    pub(super) fn quantity(&self, part: &Part, name: &str) -> Result<Arc<[Rational]>, Diagnostic> {
        let values = self.model().shared_quantity(name);
        values.ok_or_else(|| self.refusal(part, format!("the model has no quantity `{name}`")))
    }

    /// Returns the task of a sum until a formula is satisfied.
    fn sum_until(
        &mut self,
        formula: &Part,
        quantity: Arc<[Rational]>,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        if let PartKind::Eventually(window, a) = &formula.kind
            && window.is_unbounded()
            && !a.is_temporal()
        {
            let target = self.states(a)?;
            let (quantity, players, turn) =
                self.not_negative(formula, (quantity, &target), (players, wanted), None)?;
            let objective = Objective::Until { quantity, target };
            return Ok(Task::new(objective, players, wanted, self.place(formula)).turned(turn));
        }
        let path = self.path(formula)?;
        if !path.formulas.is_won_in_time(path.root) {
            return Err(self.refusal(
                formula,
                "a sum is taken until a formula that is satisfied at some moment: a co-safe one, without unbounded G, R or W",
            ));
        }
        let (product, memory) = self.deciding_product(formula, path, wanted)?;
        let target = product.states_where(|_, remembered| memory.automaton.verdict(remembered) == Some(true));
        let sum = (product.quantity(&quantity).into(), &target);
        let asked = (players, product.starts.as_slice());
        let (quantity, players, turn) = self.not_negative(formula, sum, asked, Some(&product.model))?;
        let objective = Objective::Until { quantity, target };
        let task = Task::new(objective, players, wanted, self.place(formula)).turned(turn);
        Ok(task.within(&self.problem, product.model, product.starts))
    }

    /// Turns a quantity that is nowhere positive around; refuses one that is positive here and negative there.
    ///
    /// The sum is infinite where the target may be missed, which turning around would change; so it must be reached whatever anybody does.
    fn not_negative(
        &mut self,
        part: &Part,
        (quantity, target): (Arc<[Rational]>, &StateSet),
        (players, starts): (Players, &[StateId]),
        model: Option<&Model>,
    ) -> Result<(Arc<[Rational]>, Players, Turn), Diagnostic> {
        if !quantity.iter().any(Rational::is_negative) {
            return Ok((quantity, players, Turn::Plain));
        }
        if quantity.iter().any(Rational::is_positive) {
            return Err(self.refusal(
                part,
                "a quantity that is summed without a bound on steps must not be positive here and negative there",
            ));
        }
        let both = Problem {
            model: model.unwrap_or(&self.problem.model).clone(),
            agent: Direction::Minimize,
            nature: Direction::Minimize,
            ..self.problem.clone()
        };
        let none = StateSet::none(both.model.state_count());
        let (_, sure) = possible_and_sure(&both, target, &none);
        if starts.iter().any(|state| !sure.contains(*state)) {
            return Err(self.refusal(
                part,
                "a negative quantity is summed only until a target that is reached whatever is chosen",
            ));
        }
        let turned = quantity.iter().map(|value| -value).collect();
        Ok((turned, players.opposite(), Turn::Negative))
    }

    /// Returns the task of the worth of the state after some steps.
    fn worth_at(
        &mut self,
        part: &Part,
        name: &str,
        step: u32,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let Some(worth) = self.model().state_quantity(name).map(<[Rational]>::to_vec) else {
            let message =
                format!("the model does not say which part of `{name}` a state has whatever is chosen");
            return Err(self.refusal(part, message));
        };
        let product = self.layers(part, step, wanted)?;
        let quantity =
            product
                .states
                .iter()
                .zip(product_choices(&product))
                .flat_map(|((state, made), choices)| {
                    let worth = if *made == step {
                        worth.get(*state as usize).cloned().unwrap_or(Rational::ZERO)
                    } else {
                        Rational::ZERO
                    };
                    vec![worth; choices]
                });
        let objective = Objective::Horizon {
            quantity: quantity.collect(),
            steps: step + 1,
        };
        let task = Task::new(objective, players, wanted, self.place(part));
        Ok(task.within(&self.problem, product.model, product.starts))
    }

    /// Returns the task of a discounted sum over some steps: each layer of the model has its own discount.
    fn discounted_steps(
        &mut self,
        part: &Part,
        (quantity, discount): (&[Rational], &Rational),
        steps: u32,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let product = self.layers(part, steps, wanted)?;
        let mut powers = vec![Rational::ONE];
        for _ in 0..steps {
            let next = powers.last().map_or(Rational::ONE, |last| last * discount);
            powers.push(next);
        }
        let plain = product.quantity(quantity);
        let mut weighted = Vec::with_capacity(plain.len());
        let mut rest = plain.into_iter();
        for ((_, made), choices) in product.states.iter().zip(product_choices(&product)) {
            let power = powers.get(*made as usize).cloned().unwrap_or(Rational::ZERO);
            weighted.extend(rest.by_ref().take(choices).map(|value| value * power.clone()));
        }
        let objective = Objective::Horizon {
            quantity: weighted.into(),
            steps,
        };
        let task = Task::new(objective, players, wanted, self.place(part));
        Ok(task.within(&self.problem, product.model, product.starts))
    }

    /// Returns the model with a count of the steps made; the play stays where all are made.
    fn layers(&self, part: &Part, steps: u32, wanted: &[StateId]) -> Result<Product, Diagnostic> {
        if steps > LAYERS_MAX {
            return Err(self.refusal(
                part,
                format!("more than {LAYERS_MAX} steps are not supported here"),
            ));
        }
        let product = Product::new(self.model(), wanted, &mut Steps { last: steps });
        product.map_err(|error| self.refusal(part, error.to_string()))
    }

    /// Returns the task of a sum for ever.
    fn total(
        &mut self,
        part: &Part,
        quantity: Arc<[Rational]>,
        players: Players,
        wanted: &[StateId],
    ) -> Result<Task, Diagnostic> {
        if quantity.iter().any(Rational::is_negative) {
            return Err(self.refusal(
                part,
                "a quantity that is summed for ever must not be negative, but this one is somewhere",
            ));
        }
        if !murphy_problem::leads_alike(self.model()) {
            let objective = Objective::Total { quantity };
            return Ok(Task::new(objective, players, wanted, self.place(part)));
        }
        if players.agent == Direction::Maximize && self.freedom.agent {
            return self.greatest_total(part, &quantity, players, wanted);
        }
        // Where the quantity can be kept at zero for ever, nothing more is added; wherever that is missed, something is added again and again.
        let mut rest = StateSet::all(self.model().state_count());
        loop {
            let model = self.model();
            let leaves = |state: StateId| {
                !model.choices(state).any(|choice| {
                    let event: Vec<bool> = model
                        .targets(choice)
                        .iter()
                        .map(|target| rest.contains(*target))
                        .collect();
                    quantity[choice as usize].is_zero() && model.set(choice).must_stay(&event)
                })
            };
            let leaving: Vec<StateId> = rest.iter().filter(|state| leaves(*state)).collect();
            if leaving.is_empty() {
                break;
            }
            for state in leaving {
                rest.remove(state);
            }
        }
        let objective = Objective::Until {
            quantity,
            target: rest,
        };
        Ok(Task::new(objective, players, wanted, self.place(part)))
    }
}

/// Returns how many choices each state of a product has.
fn product_choices(product: &Product) -> impl Iterator<Item = usize> + '_ {
    (0..)
        .take(product.states.len())
        .map(|state| product.model.choices(state).len())
}

/// Counts the steps made, up to a last one; before anything is seen the count is one less than none.
struct Steps {
    last: u32,
}

impl Memory for Steps {
    fn start(&self) -> u32 {
        u32::MAX
    }

    fn see(&mut self, memory: u32, _: StateId) -> Option<u32> {
        Some(memory.wrapping_add(1).min(self.last))
    }

    fn is_decided(&self, memory: u32) -> bool {
        memory == self.last
    }
}

impl Worth {
    /// Returns zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::exactly(Rational::ZERO)
    }
}
