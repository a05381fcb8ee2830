//! The problem with the policy of its certificate: who must obey what on which side.

use crate::checked::Proved;
use crate::dyadic::Dyadic;
use crate::expectation::{Failure, Question, Step};
use crate::quick::{self, Branches};
use crate::rejection::{Place, Rejection, Side};
use murphy_notation::Rational;
use murphy_problem::{Direction, Policy, Problem};
use murphy_world::{ChoiceId, Model, StateId};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;

/// States of one block of parallel work: fixed, so that nothing depends on the number of threads.
const BLOCK: u32 = 1024;
/// From so many branches on blocks are checked at the same time.
const PARALLEL_MIN: usize = 1 << 15;

/// A problem and a policy for it.
#[derive(Clone, Copy)]
pub(crate) struct Arena<'a> {
    pub(crate) problem: &'a Problem,
    pub(crate) policy: &'a Policy,
}

impl<'a> Arena<'a> {
    pub(crate) fn model(&self) -> &'a Model {
        &self.problem.model
    }

    /// Returns the choices whose inequality is needed: on the side that the agent guarantees that of its policy, on the other side all.
    pub(crate) fn obliged(&self, side: Side, state: StateId, step: usize) -> Range<ChoiceId> {
        let guaranteed = match self.problem.agent {
            Direction::Maximize => Side::Lower,
            Direction::Minimize => Side::Upper,
        };
        match self.policy.choice(state, step) {
            Some(choice) if side == guaranteed => choice..choice + 1,
            _ => self.model().choices(state),
        }
    }

    /// Returns the question whose answer bounds Nature's value of a choice on one side.
    pub(crate) fn question(&self, side: Side, choice: ChoiceId) -> Question<'a> {
        Question {
            set: self.model().view(choice),
            nature: self.problem.nature,
            side,
        }
    }

    /// Compares a proved bound of `gain + discount·nat(values)` with `with`.
    pub(crate) fn compare(
        &self,
        (side, choice): (Side, ChoiceId),
        values: &[Dyadic],
        step: Step<'_>,
        with: Dyadic,
    ) -> Result<Ordering, Failure> {
        let branches = Branches {
            set: self.model().view(choice),
            targets: self.model().targets(choice),
            nature: self.problem.nature,
        };
        match quick::compare(branches, values, step, with) {
            Some(order) => Ok(order),
            None => self
                .question(side, choice)
                .compare(&self.gather(choice, values), step, with),
        }
    }

    /// Returns what `vector` has at the branches of a choice.
    pub(crate) fn gather<T: Copy>(&self, choice: ChoiceId, vector: &[T]) -> Vec<T> {
        self.model()
            .targets(choice)
            .iter()
            .map(|&target| vector[target as usize])
            .collect()
    }

    pub(crate) fn place(&self, side: Side, state: StateId, choice: Option<ChoiceId>) -> Place {
        let model = self.model();
        let choice = choice.map(|choice| (choice, model.action_name(choice).to_owned()));
        Place {
            side,
            state,
            name: model.state_name(state),
            choice,
        }
    }

    /// Returns the conversion of a set's failure at a place.
    pub(crate) fn failed(
        &self,
        side: Side,
        state: StateId,
        choice: ChoiceId,
    ) -> impl Fn(Failure) -> Rejection {
        move |failure| Rejection::Evaluation {
            place: self.place(side, state, Some(choice)),
            failure,
        }
    }

    /// Says that the inequality of a choice fails, with both numbers.
    pub(crate) fn unequal(
        &self,
        side: Side,
        (state, choice): (StateId, ChoiceId),
        (values, step): (&[Dyadic], Step<'_>),
        value: Dyadic,
    ) -> Rejection {
        let (place, value) = (self.place(side, state, Some(choice)), value.to_rational());
        match (self.question(side, choice).exact(values, step), side) {
            (Ok(proved), Side::Lower) => Rejection::LowerInequality { place, value, proved },
            (Ok(proved), Side::Upper) => Rejection::UpperInequality { place, value, proved },
            (Err(failure), _) => Rejection::Evaluation { place, failure },
        }
    }

    /// Applies `check` to every state and returns the sum of its answers, or the first rejection.
    pub(crate) fn every_state(
        &self,
        check: impl Fn(StateId) -> Result<u64, Rejection> + Sync,
    ) -> Result<u64, Rejection> {
        let blocks = self.blocks(|states| states.map(&check).try_fold(0, |total, count| Ok(total + count?)));
        blocks.into_iter().try_fold(0, |total, block| Ok(total + block?))
    }

    /// Applies `make` to every state and returns the answers in order, or the first rejection.
    pub(crate) fn for_states<T: Send>(
        &self,
        make: impl Fn(StateId) -> Result<T, Rejection> + Sync,
    ) -> Result<Vec<T>, Rejection> {
        let mut all = Vec::with_capacity(self.model().state_count());
        for block in self.blocks(|states| states.map(&make).collect::<Result<Vec<T>, Rejection>>()) {
            all.extend(block?);
        }
        Ok(all)
    }

    fn blocks<T: Send>(&self, work: impl Fn(Range<StateId>) -> T + Sync) -> Vec<T> {
        let count = u32::try_from(self.model().state_count()).unwrap_or(u32::MAX);
        let block = |index: u32| index * BLOCK..(index * BLOCK).saturating_add(BLOCK).min(count);
        let blocks = 0..count.div_ceil(BLOCK);
        // To wake other threads takes longer than to check a small model.
        if self.model().branch_count() < PARALLEL_MIN {
            return blocks.map(|index| work(block(index))).collect();
        }
        blocks.into_par_iter().map(|index| work(block(index))).collect()
    }

    /// Returns what a vector of bounds proves at the start; `infinite` flags where the bound is infinite.
    pub(crate) fn at_start(&self, values: &[Dyadic], infinite: &[bool], inequalities: u64) -> Proved {
        let initial = self.model().initial();
        let unbounded = initial
            .iter()
            .any(|(state, _)| infinite.get(*state as usize) == Some(&true));
        let sum = || {
            initial
                .iter()
                .map(|(state, weight)| weight * &values[*state as usize].to_rational())
                .sum()
        };
        Proved {
            start: (!unbounded).then(sum),
            inequalities,
        }
    }

    /// Returns the numbers of a vector that must be finite.
    pub(crate) fn finite(&self, side: Side, vector: &[f64]) -> Result<Vec<Dyadic>, Rejection> {
        let number = |(state, value): (StateId, &f64)| {
            Dyadic::from_f64(*value).ok_or_else(|| Rejection::NotFinite {
                place: self.place(side, state, None),
            })
        };
        (0..).zip(vector).map(number).collect()
    }

    /// Says that a value breaks a limit fixed beforehand.
    pub(crate) fn beyond(&self, side: Side, state: StateId, value: Dyadic, limit: Rational) -> Rejection {
        Rejection::Boundary {
            place: self.place(side, state, None),
            value: value.to_rational(),
            limit,
        }
    }
}
