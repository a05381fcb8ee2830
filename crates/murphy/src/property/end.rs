//! What happens in the long run: shares of the time, means, and sums that never stop.

use crate::property::evaluate::Evaluator;
use crate::property::exact::solve_linear;
use crate::property::players::{Players, is_single};
use crate::property::task::Task;
use crate::property::worth::Worth;
use murphy_credal::Precise;
use murphy_notation::{Diagnostic, Rational};
use murphy_plan::possible_and_sure;
use murphy_problem::{Direction, EndComponent, Objective, end_components, equally};
use murphy_spec::property::Part;
use murphy_world::{ChoiceId, Model, ModelBuilder, StateId, StateSet};
use std::collections::BTreeMap;

/// The largest recurrent part whose long-run mean is computed.
const RECURRENT_MAX: usize = 600;

impl Evaluator<'_> {
    /// Returns the task of the long-run share of the time in a set of states.
    pub(super) fn long_run_share(
        &mut self,
        part: &Part,
        share: &StateSet,
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let model = self.model();
        let quantity = (0..).take(model.state_count()).flat_map(|state| {
            let worth = if share.contains(state) {
                Rational::ONE
            } else {
                Rational::ZERO
            };
            vec![worth; model.choices(state).len()]
        });
        let quantity: Vec<Rational> = quantity.collect();
        self.long_run_mean(part, &quantity, (players, wanted))
    }

    /// Returns the task of the long-run mean of a quantity.
    ///
    /// In a chain whose recurrent parts are small, each mean is known exactly: it is to reach such a part, and then to gain its mean once.
    pub(super) fn long_run_mean(
        &mut self,
        part: &Part,
        quantity: &[Rational],
        (players, wanted): (Players, &[StateId]),
    ) -> Result<Task, Diagnostic> {
        let chain = !self.freedom.agent && !self.freedom.nature;
        let known = if chain && !quantity.iter().any(Rational::is_negative) {
            stationary_means(self.model(), quantity)
        } else {
            None
        };
        let Some(means) = known else {
            let quantity = quantity.to_vec();
            let objective = Objective::LongRun {
                quantity: quantity.into(),
            };
            return Ok(Task::new(objective, players, wanted, self.place(part)));
        };
        let model = self.model();
        let mut draft = Draft::new(model);
        for state in (0..).take(model.state_count()) {
            match means.get(&state) {
                Some(mean) => draft.add_ending(model, mean.clone())?,
                None => draft.add(model, state, |_| Rational::ZERO, Some)?,
            }
        }
        let (model, quantity, target) = draft.finish(model)?;
        let objective = Objective::Until {
            quantity: quantity.into(),
            target,
        };
        let task = Task::new(
            objective,
            Players::both(Direction::Maximize),
            wanted,
            self.place(part),
        );
        Ok(task.within(&self.problem, model, wanted.to_vec()))
    }

    /// Returns the task of the greatest sum for ever.
    ///
    /// It is infinite wherever the play may come to where it can be held while something is added again and again. Elsewhere, where it can be held
    /// adds nothing: each such place becomes one state, which may also be the end.
    pub(super) fn greatest_total(
        &mut self,
        part: &Part,
        quantity: &[Rational],
        players: Players,
        wanted: &[StateId],
    ) -> Result<Task, Diagnostic> {
        let model = self.model();
        let components = end_components(model, &StateSet::all(model.state_count()), Direction::Minimize);
        let gains = |component: &EndComponent| {
            let mut choices = component.choices.iter();
            choices.any(|choice| quantity[*choice as usize].is_positive())
        };
        let mut endless = StateSet::none(model.state_count());
        for component in components.iter().filter(|component| gains(component)) {
            for state in &component.states {
                endless.insert(*state);
            }
        }
        let none = StateSet::none(model.state_count());
        (self.problem.agent, self.problem.nature) = (players.agent, players.nature);
        let (infinite, _) = possible_and_sure(&self.problem, &endless, &none);
        let free: Vec<EndComponent> = components
            .into_iter()
            .filter(|component| !gains(component))
            .collect();
        let model = self.model();
        let (model, quantity, target) = collapse(model, quantity, &free, &infinite)?;
        let objective = Objective::Until {
            quantity: quantity.into(),
            target,
        };
        let mut task = Task::new(objective, players, wanted, self.place(part));
        for (known, state) in task.known.iter_mut().zip(wanted) {
            if infinite.contains(*state) {
                *known = Some(Worth::infinite());
            }
        }
        Ok(task.within(&self.problem, model, wanted.to_vec()))
    }
}

/// Returns the model in which each component behaves as one state, and may also end; states where the sum is infinite just end.
pub(super) fn collapse(
    model: &Model,
    quantity: &[Rational],
    components: &[EndComponent],
    infinite: &StateSet,
) -> Result<(Model, Vec<Rational>, StateSet), Diagnostic> {
    let mut member: BTreeMap<StateId, usize> = BTreeMap::new();
    for (index, component) in components.iter().enumerate() {
        member.extend(component.states.iter().map(|state| (*state, index)));
    }
    // The first state of a component stands for all of it; the others lead there for free.
    let front = |state: StateId| match member.get(&state) {
        Some(index) => components[*index].states[0],
        None => state,
    };
    let mut draft = Draft::new(model);
    for state in (0..).take(model.state_count()) {
        match member.get(&state) {
            _ if infinite.contains(state) => draft.add_ending(model, Rational::ZERO)?,
            None => draft.add(
                model,
                state,
                |choice| quantity[choice as usize].clone(),
                |target| Some(front(target)),
            )?,
            Some(index) if components[*index].states[0] == state => {
                draft.add_ending(model, Rational::ZERO)?;
                let component = &components[*index];
                for choice in component.states.iter().flat_map(|state| model.choices(*state)) {
                    if component.choices.binary_search(&choice).is_err() {
                        draft.add_choice(model, choice, quantity[choice as usize].clone(), |target| {
                            Some(front(target))
                        })?;
                    }
                }
            }
            Some(_) => draft.add_leading(front(state))?,
        }
    }
    draft.finish(model)
}

/// A copy of a model with changes, and one more state at its end.
struct Draft {
    builder: ModelBuilder,
    quantity: Vec<Rational>,
    end: StateId,
}

fn failed(error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new(format!("the changed model cannot be built: {error}"))
}

impl Draft {
    fn new(model: &Model) -> Self {
        let actions = model
            .actions()
            .iter()
            .cloned()
            .chain(["end".to_owned()])
            .collect();
        Self {
            builder: ModelBuilder::new(model.name(), actions),
            quantity: Vec::new(),
            end: StateId::try_from(model.state_count()).unwrap_or(StateId::MAX),
        }
    }

    fn sure() -> Result<Precise, Diagnostic> {
        Precise::new(vec![Rational::ONE]).map_err(failed)
    }

    /// Adds a state that gains something and ends.
    fn add_ending(&mut self, model: &Model, gain: Rational) -> Result<(), Diagnostic> {
        let action = u32::try_from(model.actions().len()).unwrap_or(u32::MAX);
        self.builder.add_state(Vec::new());
        self.builder
            .add_choice(action, Self::sure()?.into(), [self.end])
            .map_err(failed)?;
        self.quantity.push(gain);
        Ok(())
    }

    /// Adds a state that leads to another for free.
    fn add_leading(&mut self, to: StateId) -> Result<(), Diagnostic> {
        self.builder.add_state(Vec::new());
        self.builder
            .add_choice(0, Self::sure()?.into(), [to])
            .map_err(failed)?;
        self.quantity.push(Rational::ZERO);
        Ok(())
    }

    /// Adds a state with its choices.
    fn add(
        &mut self,
        model: &Model,
        state: StateId,
        gain: impl Fn(ChoiceId) -> Rational,
        lead: impl Fn(StateId) -> Option<StateId>,
    ) -> Result<(), Diagnostic> {
        self.builder.add_state(Vec::new());
        for choice in model.choices(state) {
            self.add_choice(model, choice, gain(choice), &lead)?;
        }
        Ok(())
    }

    fn add_choice(
        &mut self,
        model: &Model,
        choice: ChoiceId,
        gain: Rational,
        lead: impl Fn(StateId) -> Option<StateId>,
    ) -> Result<(), Diagnostic> {
        let targets: Vec<StateId> = model
            .targets(choice)
            .iter()
            .filter_map(|target| lead(*target))
            .collect();
        self.builder
            .add_choice(model.action(choice), model.set(choice).into_owned(), targets)
            .map_err(failed)?;
        self.quantity.push(gain);
        Ok(())
    }

    /// Adds the end, and returns the model, its quantity and its end.
    fn finish(mut self, model: &Model) -> Result<(Model, Vec<Rational>, StateSet), Diagnostic> {
        self.add_leading(self.end)?;
        let first: Vec<StateId> = model.initial().iter().map(|(state, _)| *state).collect();
        let built = self.builder.start(equally(&first)).finish().map_err(failed)?;
        let mut target = StateSet::none(built.state_count());
        target.insert(self.end);
        Ok((built, self.quantity, target))
    }
}

/// Returns the mean of every recurrent state of a chain; `None` if some recurrent part is too large.
fn stationary_means(model: &Model, quantity: &[Rational]) -> Option<BTreeMap<StateId, Rational>> {
    let all = StateSet::all(model.state_count());
    let mut means = BTreeMap::new();
    for component in end_components(model, &all, Direction::Maximize) {
        let mean = stationary_mean(model, &component, quantity)?;
        means.extend(component.states.iter().map(|state| (*state, mean.clone())));
    }
    Some(means)
}

/// Returns the mean of a quantity over the stationary distribution of a recurrent part of a chain; `None` if it is too large.
fn stationary_mean(model: &Model, component: &EndComponent, quantity: &[Rational]) -> Option<Rational> {
    let states = &component.states;
    let count = states.len();
    if count > RECURRENT_MAX {
        return None;
    }
    let place = |state: StateId| states.binary_search(&state).ok();
    // One unknown a state: the flow out equals the flow in, and all of it is one. One of the flow equations says nothing new.
    let mut rows: Vec<BTreeMap<usize, Rational>> = vec![BTreeMap::new(); count];
    let mut right = vec![Rational::ZERO; count];
    for (from, state) in states.iter().enumerate() {
        let choice = model.choices(*state).start;
        let set = model.set(choice);
        if !is_single(&set) {
            return None;
        }
        for (outcome, target) in model.targets(choice).iter().enumerate() {
            let to = place(*target)?;
            let (probability, _) = set.outcome_bounds(outcome);
            *rows[to].entry(from).or_insert(Rational::ZERO) -= probability;
        }
        *rows[from].entry(from).or_insert(Rational::ZERO) += Rational::ONE;
    }
    rows[0] = (0..count).map(|column| (column, Rational::ONE)).collect();
    right[0] = Rational::ONE;
    let shares = solve_linear(rows, right)?;
    let gains = states
        .iter()
        .map(|state| quantity.get(model.choices(*state).start as usize).cloned());
    let mut mean = Rational::ZERO;
    for (share, gain) in shares.iter().zip(gains) {
        mean += share * &gain?;
    }
    Some(mean)
}
