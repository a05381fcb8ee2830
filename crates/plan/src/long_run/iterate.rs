//! Value iteration without a discount: candidates for means and biases, in plain floats.

use crate::error::Error;
use crate::game::enclose;
use murphy_credal::{Rows, RowsCompiler};
use murphy_notation::Rational;
use murphy_problem::{Direction, Problem};
use murphy_world::{ChoiceId, StateId};
use rayon::prelude::*;

/// How much of each step is made; the rest is staying, which keeps the mean in proportion and takes periods away.
const SHARE: f64 = 0.9;
/// How many states one task goes through.
const BLOCK: usize = 1 << 10;

/// An iteration in progress.
pub(crate) struct Iteration<'a> {
    problem: &'a Problem,
    rows: Rows<'a>,
    pub(crate) gain: Vec<f64>,
    /// What has been added by now: the bias, up to a constant on each part that keeps to itself.
    pub(crate) values: Vec<f64>,
    /// What one more step would add: about the mean.
    pub(crate) means: Vec<f64>,
    /// The agent's best choices at the values.
    pub(crate) policy: Vec<ChoiceId>,
}

impl<'a> Iteration<'a> {
    pub(crate) fn new(problem: &'a Problem, quantity: &[Rational]) -> Result<Self, Error> {
        let model = &problem.model;
        let choices = 0..ChoiceId::try_from(model.choice_count()).map_err(|_| Error::Mismatch)?;
        let room = (model.choice_count(), model.branch_count());
        let mut compiler = RowsCompiler::over(model.sets(), room);
        for choice in choices {
            let laid_out = compiler.push_listed(choice as usize, model.targets(choice));
            laid_out.map_err(|_| Error::Mismatch)?;
        }
        let gain: Result<Vec<f64>, Error> = quantity
            .iter()
            .map(|value| enclose(value).map(|enclosure| f64::midpoint(enclosure.below, enclosure.above)))
            .collect();
        let states = model.state_count();
        let mut iteration = Self {
            problem,
            rows: compiler.finish().map_err(|_| Error::Mismatch)?,
            gain: gain?,
            values: vec![0.0; states],
            means: vec![0.0; states],
            policy: vec![0; states],
        };
        iteration.look();
        Ok(iteration)
    }

    /// Makes one step.
    pub(crate) fn sweep(&mut self) {
        for (value, mean) in self.values.iter_mut().zip(&self.means) {
            *value += SHARE * mean;
        }
        self.look();
    }

    /// Goes on from other means and biases, as if so many steps had been made.
    pub(crate) fn restart(&mut self, means: Vec<f64>, biases: Vec<f64>, steps: u64) {
        self.stand(means, biases, steps);
        self.choose();
    }

    /// Takes what is best here, and leaves the means as they are.
    pub(crate) fn choose(&mut self) {
        let means = self.means.clone();
        self.look();
        self.means = means;
    }

    /// Stands at other means and biases, with the policy at hand.
    pub(crate) fn stand(&mut self, means: Vec<f64>, biases: Vec<f64>, steps: u64) {
        #[expect(clippy::cast_precision_loss, reason = "only where to go on from")]
        let steps = steps as f64;
        let ahead = means.iter().zip(&biases).map(|(mean, bias)| steps * mean + bias);
        self.values = ahead.collect();
        self.means = means;
    }

    /// Looks what one more step would add, and what the agent's best choices are.
    fn look(&mut self) {
        let one = |state: usize| self.best(StateId::try_from(state).unwrap_or(StateId::MAX));
        let states = 0..self.values.len();
        let looked: Vec<(f64, ChoiceId)> = if states.len() <= BLOCK {
            states.map(one).collect()
        } else {
            states.into_par_iter().with_min_len(BLOCK).map(one).collect()
        };
        for (state, (worth, choice)) in looked.into_iter().enumerate() {
            self.means[state] = worth - self.values[state];
            self.policy[state] = choice;
        }
    }

    /// Returns what the agent's best choice comes to, and the choice.
    fn best(&self, state: StateId) -> (f64, ChoiceId) {
        let mut best: Option<(f64, ChoiceId)> = None;
        for choice in self.problem.model.choices(state) {
            let row = choice as usize;
            let found = match self.problem.nature {
                Direction::Minimize => self.rows.lower(row, &self.values),
                Direction::Maximize => self.rows.upper(row, &self.values),
            };
            let worth = self.gain[row] + f64::midpoint(found.below, found.above);
            let better = |incumbent: f64| match self.problem.agent {
                Direction::Maximize => worth > incumbent,
                Direction::Minimize => worth < incumbent,
            };
            if best.is_none_or(|(incumbent, _)| better(incumbent)) {
                best = Some((worth, choice));
            }
        }
        best.unwrap_or((0.0, 0))
    }
}
