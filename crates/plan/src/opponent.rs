//! The problem that is left when one side of a bracket is defended: whoever is with the claim has answered, the others are free.
//!
//! A lower bound is defended by the maximisers, an upper bound by the minimisers. With their answers fixed (the agent's choice in each state,
//! Nature's distribution at each choice) only opponents are left, and they all want the same, so that it is a problem of one player. Numbers
//! are turned around on the upper side: the opponents always minimise.

use crate::error::Error;
use crate::game::Side;
use crate::policy::iteration::Answers;
use crate::policy::table::Table;
use murphy_credal::{CredalSet, Precise};
use murphy_notation::Rational;
use murphy_problem::{Direction, EndComponent, Problem, end_components_by, equally};
use murphy_world::{ChoiceId, Model, ModelBuilder, StateId, StateSet};

/// A problem of one player, who minimises.
pub(crate) struct Opponent {
    /// The same states, with the choices and sets that are left.
    pub(crate) model: Model,
    /// What each choice of [`Self::model`] adds, turned around on the upper side and rounded down.
    pub(crate) gain: Vec<f64>,
    /// For each choice, which branches can be taken.
    pub(crate) support: Vec<Vec<bool>>,
    /// The states where the play is over.
    end: Vec<bool>,
}

/// Returns the factor by which numbers are turned around.
pub(crate) fn sign(side: Side) -> f64 {
    match side {
        Side::Lower => 1.0,
        Side::Upper => -1.0,
    }
}

/// Says whether a player defends a side.
pub(crate) fn defends(player: Direction, side: Side) -> bool {
    (player == Direction::Maximize) == (side == Side::Lower)
}

impl Opponent {
    /// Leaves the opponents of a side their choices. The others answer: the agent by `policy`, Nature as is best for her at `values`.
    pub(crate) fn new(
        problem: &Problem,
        quantity: &[Rational],
        side: Side,
        (policy, values): (&[ChoiceId], &[f64]),
    ) -> Result<Self, Error> {
        let model = &problem.model;
        let mut draft = Draft::new(model, side);
        for state in (0..).take(model.state_count()) {
            draft.builder.add_state(Vec::new());
            let choices = match policy.get(state as usize) {
                Some(choice) if defends(problem.agent, side) => *choice..*choice + 1,
                _ => model.choices(state),
            };
            for choice in choices {
                let (set, targets) = (model.set(choice), model.targets(choice));
                let set = if defends(problem.nature, side) {
                    let there = targets
                        .iter()
                        .map(|target| Rational::from_f64(values[*target as usize]));
                    let there: Option<Vec<Rational>> = there.collect();
                    CredalSet::from(answer(&set, &there.ok_or(Error::FloatRange)?, problem.nature)?)
                } else {
                    set.into_owned()
                };
                draft.add(set, targets, &quantity[choice as usize])?;
            }
        }
        draft.finish(vec![false; model.state_count()])
    }

    /// The same for the open part of a problem; decided states are where the play is over.
    pub(crate) fn of_table(
        table: &Table<'_>,
        quantity: Option<&[Rational]>,
        answers: &Answers,
        side: Side,
    ) -> Result<Self, Error> {
        let problem = table.problem;
        let sure = CredalSet::from(Precise::new(vec![Rational::ONE]).map_err(|_| Error::Mismatch)?);
        let mut draft = Draft::new(&problem.model, side);
        for (state, rows) in (0u32..).zip(&table.rows) {
            draft.builder.add_state(Vec::new());
            if rows.is_empty() {
                draft.add(sure.clone(), &[state], &Rational::ZERO)?;
            }
            for (index, row) in rows.iter().enumerate() {
                if defends(problem.agent, side) && index != answers.row[state as usize] {
                    continue;
                }
                let set = if defends(problem.nature, side) {
                    CredalSet::from(exactly(&answers.pick[state as usize][index])?)
                } else {
                    row.set.clone().into_owned()
                };
                let gain = quantity.map_or(&Rational::ZERO, |quantity| &quantity[row.choice as usize]);
                draft.add(set, &row.targets, gain)?;
            }
        }
        draft.finish(table.rows.iter().map(Vec::is_empty).collect())
    }

    /// Says whether the play is over in a state.
    pub(crate) fn is_end(&self, state: StateId) -> bool {
        self.end[state as usize]
    }

    /// Returns where the opponents can hold the play for ever.
    pub(crate) fn held(&self, hold: &dyn Fn(ChoiceId) -> bool) -> Vec<EndComponent> {
        let all = StateSet::all(self.model.state_count());
        end_components_by(&self.model, &all, Direction::Maximize, hold)
    }

    /// Returns more than what rounding can do to the expectation of a choice over numbers of this size.
    pub(crate) fn slack(&self, choice: ChoiceId, size: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of branches")]
        let branches = self.model.targets(choice).len() as f64;
        8.0 * (branches + 8.0) * f64::EPSILON * size
    }

    /// Returns the same for any choice.
    pub(crate) fn slack_max(&self, size: f64) -> f64 {
        let choices = 0..u32::try_from(self.gain.len()).unwrap_or(0);
        choices.map(|choice| self.slack(choice, size)).fold(0.0, f64::max)
    }

    /// Returns the states.
    pub(crate) fn states(&self) -> impl Iterator<Item = StateId> {
        (0..).take(self.model.state_count())
    }

    /// Returns the branches of a choice that can be taken.
    pub(crate) fn leads(&self, choice: ChoiceId) -> impl Iterator<Item = StateId> + '_ {
        let branches = self
            .model
            .targets(choice)
            .iter()
            .zip(&self.support[choice as usize]);
        branches.filter(|(_, taken)| **taken).map(|(target, _)| *target)
    }

    /// Returns about the least expectation of a number of each state.
    pub(crate) fn least(&self, choice: ChoiceId, number: &dyn Fn(StateId) -> f64) -> f64 {
        let there: Vec<f64> = self
            .model
            .targets(choice)
            .iter()
            .map(|target| number(*target))
            .collect();
        let found = self.model.set(choice).lower_expectation(&there);
        found.map_or(f64::NEG_INFINITY, |found| found.value)
    }

    /// Says exactly whether the least expectation is at least zero.
    pub(crate) fn is_never_negative(&self, choice: ChoiceId, number: &dyn Fn(StateId) -> Rational) -> bool {
        let there: Vec<Rational> = self
            .model
            .targets(choice)
            .iter()
            .map(|target| number(*target))
            .collect();
        let found = self.model.set(choice).lower_expectation(&there);
        found.is_ok_and(|found| !found.value.is_negative())
    }

    /// Says whether a choice that can stay can also go to each single state outside alone, as with bounds on each probability.
    pub(crate) fn leaves_singly(&self, choice: ChoiceId) -> bool {
        self.model.view(choice).parts().is_some()
    }

    /// Returns about the least expectation of a number of each state on condition that the play leaves some states, by a choice that can stay.
    ///
    /// Dinkelbach's method ("On nonlinear fractional programming", Management Science 13, 1967): the number that makes the best difference zero.
    pub(crate) fn least_leaving(
        &self,
        choice: ChoiceId,
        inside: &dyn Fn(StateId) -> bool,
        number: &dyn Fn(StateId) -> f64,
    ) -> f64 {
        const ROUNDS: usize = 60;
        let outside = self.leads(choice).filter(|to| !inside(*to));
        let mut level = outside.map(number).fold(f64::NEG_INFINITY, f64::max);
        for _ in 0..ROUNDS {
            let less = |to: StateId| if inside(to) { 0.0 } else { number(to) - level };
            let there: Vec<f64> = self.model.targets(choice).iter().map(|to| less(*to)).collect();
            let Ok(found) = self.model.set(choice).lower_expectation(&there) else {
                return f64::NEG_INFINITY;
            };
            let taken = self.model.targets(choice).iter().zip(&found.witness);
            let leaving: f64 = taken.filter(|(to, _)| !inside(**to)).map(|(_, p)| *p).sum();
            if leaving <= 0.0 || found.value >= 0.0 {
                break;
            }
            level += found.value / leaving;
        }
        level
    }

    /// Returns about the least expectation among the distributions that keep to some states; `None` if there are none.
    pub(crate) fn least_within(
        &self,
        choice: ChoiceId,
        inside: &dyn Fn(StateId) -> bool,
        number: &dyn Fn(StateId) -> f64,
    ) -> Option<f64> {
        let targets = self.model.targets(choice);
        let keep: Vec<bool> = targets.iter().map(|target| inside(*target)).collect();
        if keep.iter().all(|keep| *keep) {
            return Some(self.least(choice, number));
        }
        let face = self.model.set(choice).restrict(&keep)?;
        let kept = targets.iter().zip(&keep).filter(|(_, keep)| **keep);
        let there: Vec<f64> = kept.map(|(target, _)| number(*target)).collect();
        face.lower_expectation(&there).ok().map(|found| found.value)
    }
}

/// An opponent in the making.
struct Draft {
    builder: ModelBuilder,
    gain: Vec<f64>,
    side: Side,
}

impl Draft {
    fn new(model: &Model, side: Side) -> Self {
        Self {
            builder: ModelBuilder::new(model.name(), vec![String::from("go")]),
            gain: Vec::new(),
            side,
        }
    }

    fn add(&mut self, set: CredalSet, targets: &[StateId], gain: &Rational) -> Result<(), Error> {
        self.builder
            .add_choice(0, set, targets)
            .map_err(|_| Error::Mismatch)?;
        self.gain.push(match self.side {
            Side::Lower => gain.floor_f64(),
            Side::Upper => -gain.ceil_f64(),
        });
        Ok(())
    }

    fn finish(self, end: Vec<bool>) -> Result<Opponent, Error> {
        let model = self
            .builder
            .start(equally(&[0]))
            .finish()
            .map_err(|_| Error::Mismatch)?;
        let choices = 0..u32::try_from(model.choice_count()).unwrap_or(0);
        let support = choices.map(|choice| model.set(choice).support()).collect();
        Ok(Opponent {
            model,
            gain: self.gain,
            support,
            end,
        })
    }
}

/// Returns a distribution in rationals next to one in floats.
fn exactly(pick: &[f64]) -> Result<Precise, Error> {
    let mut exact: Vec<Rational> = pick
        .iter()
        .map(|p| Rational::from_f64(p.max(0.0)).unwrap_or(Rational::ZERO))
        .collect();
    let total: Rational = exact.iter().sum();
    if !total.is_positive() {
        return Err(Error::Mismatch);
    }
    for p in &mut exact {
        *p = &*p / &total;
    }
    Precise::new(exact).map_err(|_| Error::Mismatch)
}

/// Returns Nature's best distribution.
fn answer(set: &CredalSet, values: &[Rational], nature: Direction) -> Result<Precise, Error> {
    let found = match nature {
        Direction::Minimize => set.lower_expectation(values),
        Direction::Maximize => set.upper_expectation(values),
    };
    let witness = found.map_err(|_| Error::Mismatch)?.witness;
    Precise::new(witness).map_err(|_| Error::Mismatch)
}
