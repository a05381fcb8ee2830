//! Bounds from the values of policies: a little is taken away for every move, and what comes out is verified.
//!
//! Each side fixes the answers of those who defend it and turns numbers around so that the others minimise ([`crate::opponent`]). Where they can hold the
//! play while nothing is gained the numbers are made equal; any other step pays ([`crate::quotient`]). Where sums are bounded from below the
//! opponents may also go round through gains, as often as they like: there steps that gain pay nothing, the values are scaled down by a
//! little instead, and the gain itself leaves room for what the other steps paid.

use crate::error::Error;
use crate::game::Side;
use crate::opponent::{Opponent, sign};
use crate::policy::iteration::Answers;
use crate::policy::table::{Table, gains};
use crate::quotient::{FALL, Move, Quotient};
use murphy_notation::Rational;
use murphy_problem::Objective;
use murphy_world::{ChoiceId, StateId};

/// How often numbers are lowered to what moves come to.
const REPAIRS: usize = 64;

/// One side of the bracket in the making.
struct Side1<'a> {
    opponent: &'a Opponent,
    discount: f64,
    /// Steps that gain pay nothing.
    gains_are_free: bool,
    /// Equality does not do even where the play is held.
    strict: bool,
}

/// Returns a proved bound of every state, or `None` if what the answers suggest does not prove itself.
pub(crate) fn prove(table: &Table<'_>, answers: &Answers, side: Side) -> Result<Option<Vec<f64>>, Error> {
    let objective = &table.problem.objective;
    let (quantity, _) = gains(objective);
    let opponent = Opponent::of_table(table, quantity, answers, side)?;
    let sums = matches!(objective, Objective::Until { .. } | Objective::Total { .. });
    let work = Side1 {
        opponent: &opponent,
        discount: table.discount,
        gains_are_free: sums && side == Side::Lower,
        strict: matches!(objective, Objective::Until { .. }) && side == Side::Upper,
    };
    let factor = sign(side);
    let open = table.open();
    let turned: Vec<f64> = answers
        .values
        .iter()
        .zip(&open)
        .map(|(value, open)| {
            if *open || value.is_finite() {
                factor * value
            } else {
                0.0
            }
        })
        .collect();
    let found = if table.discount < 1.0 {
        work.shifted(&turned)
    } else {
        work.paid(&turned, &open)
    };
    Ok(found.map(|bound| {
        let clipped = |(at, value): (usize, f64)| match objective {
            _ if !open[at] => table.values[at],
            Objective::Discounted { .. } => factor * value,
            Objective::Reach { .. } if side == Side::Upper => (factor * value).min(1.0),
            _ => (factor * value).max(0.0),
        };
        bound.into_iter().enumerate().map(clipped).collect()
    }))
}

impl Side1<'_> {
    fn gain(&self, choice: ChoiceId) -> f64 {
        self.opponent.gain[choice as usize]
    }

    fn is_free(&self, choice: ChoiceId) -> bool {
        self.gains_are_free && self.gain(choice) > 0.0
    }

    /// What a step comes to, less what its state has.
    fn ahead(&self, choice: ChoiceId, from: StateId, level: &[f64]) -> f64 {
        let here = level[from as usize];
        let gained = |next: StateId| self.discount * level[next as usize] - here;
        self.gain(choice) + self.opponent.least(choice, &gained)
    }

    /// Where a discount makes everything fade, one shift does.
    fn shifted(&self, values: &[f64]) -> Option<Vec<f64>> {
        let size = values
            .iter()
            .chain(&self.opponent.gain)
            .map(|x| x.abs())
            .fold(0.0, f64::max);
        let steps = self
            .opponent
            .states()
            .flat_map(|s| self.opponent.model.choices(s).map(move |c| (s, c)));
        let lacking = steps.map(|(s, c)| -self.ahead(c, s, values)).fold(0.0, f64::max);
        let shift = (2.0 * lacking + 4.0 * self.opponent.slack_max(size)) / (1.0 - self.discount);
        let bound: Vec<f64> = values.iter().map(|value| value - shift).collect();
        self.holds(&bound).then_some(bound)
    }

    /// Takes a little away for every move.
    fn paid(&self, values: &[f64], open: &[bool]) -> Option<Vec<f64>> {
        let quotient = Quotient::of_steps(
            self.opponent,
            &|choice| self.gain(choice).abs() <= 0.0,
            &|choice| !self.is_free(choice),
        );
        let mut level = values.to_vec();
        for component in &quotient.held {
            let members = component.states.iter().map(|state| values[*state as usize]);
            let least = members.fold(f64::INFINITY, f64::min);
            component
                .states
                .iter()
                .for_each(|state| level[*state as usize] = least);
        }
        self.repair(&quotient, open, &mut level);
        let count = quotient.moves()?;
        let size = level
            .iter()
            .chain(&self.opponent.gain)
            .map(|x| x.abs())
            .fold(0.0, f64::max);
        let mut lacking = 0.0f64;
        quotient.each_place(&mut |states, moves| {
            if open[states[0] as usize] {
                let least = moves
                    .iter()
                    .map(|way| self.ahead_of(&quotient, *way, states[0], &level))
                    .fold(0.0, f64::min);
                lacking = lacking.max(-least);
            }
        });
        let pay = (4.0 * lacking + 4.0 * self.opponent.slack_max(size) + f64::MIN_POSITIVE) / FALL;
        let mut bound: Vec<f64> = level
            .iter()
            .zip(&count)
            .map(|(level, count)| level - pay * count)
            .collect();
        if self.gains_are_free {
            let room = self.room_for_gains(&level, pay * count.iter().copied().fold(0.0, f64::max), size)?;
            for ((bound, level), open) in bound.iter_mut().zip(&level).zip(open) {
                *bound -= if *open { room * level } else { 0.0 };
            }
        }
        self.holds(&bound).then_some(bound)
    }

    /// Returns by which part values are scaled down so that every gain leaves room for what was paid.
    fn room_for_gains(&self, level: &[f64], paid: f64, size: f64) -> Option<f64> {
        let mut part = 0.0f64;
        for state in self.opponent.states() {
            for choice in self
                .opponent
                .model
                .choices(state)
                .filter(|choice| self.is_free(*choice))
            {
                let lacking = (-self.ahead(choice, state, level)).max(0.0);
                part = part
                    .max((2.0 * (paid + lacking) + 4.0 * self.opponent.slack_max(size)) / self.gain(choice));
            }
        }
        (part < 0.5).then_some(part)
    }

    fn ahead_of(&self, quotient: &Quotient<'_>, way: Move, from: StateId, level: &[f64]) -> f64 {
        match way {
            Move::By(choice) => self.ahead(choice, from, level),
            Move::To(_) | Move::Leaving(_) => {
                quotient.least(way, from, &|next| level[next as usize] - level[from as usize])
            }
        }
    }

    /// Lowers every place to the least of what its moves come to, a few times.
    fn repair(&self, quotient: &Quotient<'_>, open: &[bool], level: &mut [f64]) {
        for _ in 0..REPAIRS {
            let mut changed = false;
            quotient.each_place(&mut |states, moves| {
                let least = moves
                    .iter()
                    .map(|way| self.ahead_of(quotient, *way, states[0], level))
                    .fold(0.0, f64::min);
                if least < 0.0 && open[states[0] as usize] {
                    changed = true;
                    states.iter().for_each(|state| level[*state as usize] += least);
                }
            });
            if !changed {
                return;
            }
        }
    }

    /// Says whether every inequality holds, rounding accounted for.
    fn holds(&self, bound: &[f64]) -> bool {
        self.opponent.states().all(|state| {
            let here = bound[state as usize];
            self.opponent.model.choices(state).all(|choice| {
                if self.opponent.is_end(state) {
                    return true;
                }
                let tie = |next: StateId| bound[next as usize].to_bits() == here.to_bits();
                let gain = self.gain(choice);
                if self.discount >= 1.0 && gain.abs() <= 0.0 && self.opponent.leads(choice).all(tie) {
                    return !self.strict;
                }
                let leads = self.opponent.leads(choice).map(|next| bound[next as usize].abs());
                let size = leads.fold(here.abs().max(gain.abs()), f64::max);
                if self.holds_within_place(choice, here, bound) {
                    return true;
                }
                self.ahead(choice, state, bound) > self.opponent.slack(choice, size)
            })
        })
    }

    /// Says whether a step that gains nothing can only stay among equal numbers or go to greater ones, which needs no arithmetic but
    /// where states outside only come together.
    fn holds_within_place(&self, choice: ChoiceId, here: f64, bound: &[f64]) -> bool {
        if self.strict || self.discount < 1.0 || self.gain(choice) < 0.0 {
            return false;
        }
        if self
            .opponent
            .leads(choice)
            .all(|next| bound[next as usize] >= here)
        {
            return true;
        }
        let exact = |number: f64| Rational::from_f64(number).unwrap_or(Rational::ZERO);
        let gained = |next: StateId| exact(bound[next as usize]) - exact(here);
        !self.opponent.leaves_singly(choice) && self.opponent.is_never_negative(choice, &gained)
    }
}
