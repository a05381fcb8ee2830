//! Bounds from candidates: one mean for each place where the opponents can hold the play, and a little less for every move.
//!
//! Numbers here are turned around on the upper side, so that what is proved is always a lower bound and the opponents minimise. What comes out satisfies
//! the inequalities of the certificate of a long-run mean for every distribution that is left to the opponents:
//!
//! - within a place all means are the same, and each step that stays makes up for it by gain and bias, because the mean is at most the least of
//!   what such steps come to;
//! - any other step raises the mean strictly in expectation, because what the candidates lack for that is less than what the move pays
//!   ([`crate::quotient`]).

use crate::opponent::Opponent;
use crate::quotient::{FALL, Move, Quotient};
use murphy_notation::Rational;
use murphy_world::{ChoiceId, StateId};

/// How often means are lowered to what moves come to.
const REPAIRS: usize = 64;

/// Returns means and biases that are proved, from candidates.
pub(crate) fn prove(opponent: &Opponent, means: &[f64], values: &[f64]) -> Option<(Vec<f64>, Vec<f64>)> {
    let quotient = Quotient::new(opponent);
    let size = |numbers: &[f64]| numbers.iter().map(|number| number.abs()).fold(0.0, f64::max);
    let scale = size(means) + size(&opponent.gain);
    let spread = size(values) + scale;
    if !spread.is_finite() {
        return None;
    }
    let mut level = means.to_vec();
    for component in &quotient.held {
        let mut least = component
            .states
            .iter()
            .map(|state| means[*state as usize])
            .fold(f64::INFINITY, f64::min);
        for state in &component.states {
            for choice in opponent.model.choices(*state) {
                if component.choices.binary_search(&choice).is_ok() {
                    let inside = |next: StateId| quotient.together(*state, next);
                    let ahead = |next: StateId| values[next as usize] - values[*state as usize];
                    let stays = opponent.least_within(choice, &inside, &ahead)?;
                    least =
                        least.min(opponent.gain[choice as usize] + stays - opponent.slack(choice, spread));
                }
            }
        }
        component
            .states
            .iter()
            .for_each(|state| level[*state as usize] = least);
    }
    repair(&quotient, &mut level);
    let lacking = lacking(&quotient, &level);
    let pay = 4.0 * lacking + 8.0 * opponent.slack_max(scale) + f64::MIN_POSITIVE;
    let count = quotient.moves()?;
    let mean: Vec<f64> = level
        .iter()
        .zip(&count)
        .map(|(level, count)| level - pay / FALL * count)
        .collect();
    holds(opponent, &mean, values, spread).then(|| (mean, values.to_vec()))
}

/// What a move comes to, less what its place has.
fn ahead(quotient: &Quotient<'_>, way: Move, from: StateId, level: &[f64]) -> f64 {
    quotient.least(way, from, &|next| level[next as usize] - level[from as usize])
}

/// Lowers every place to the least of what its moves come to, a few times.
fn repair(quotient: &Quotient<'_>, level: &mut [f64]) {
    for _ in 0..REPAIRS {
        let mut changed = false;
        quotient.each_place(&mut |states, moves| {
            let least = moves
                .iter()
                .map(|way| ahead(quotient, *way, states[0], level))
                .fold(0.0, f64::min);
            if least < 0.0 {
                changed = true;
                states.iter().for_each(|state| level[*state as usize] += least);
            }
        });
        if !changed {
            return;
        }
    }
}

/// Returns by how much the worst move falls short.
fn lacking(quotient: &Quotient<'_>, level: &[f64]) -> f64 {
    let mut worst = 0.0f64;
    quotient.each_place(&mut |states, moves| {
        let least = moves.iter().map(|way| ahead(quotient, *way, states[0], level));
        worst = worst.max(-least.fold(0.0, f64::min));
    });
    worst
}

/// Says whether every inequality of the certificate holds, rounding accounted for.
fn holds(opponent: &Opponent, mean: &[f64], bias: &[f64], spread: f64) -> bool {
    opponent.states().all(|state| {
        let at = state as usize;
        opponent.model.choices(state).all(|choice| {
            let slack = opponent.slack(choice, spread);
            if opponent.leads(choice).all(|next| mean[next as usize] >= mean[at]) {
                let ties = |next: StateId| mean[next as usize].to_bits() == mean[at].to_bits();
                let ahead = |next: StateId| bias[next as usize] - bias[at];
                let stays = opponent.least_within(choice, &ties, &ahead);
                return stays.is_none_or(|stays| opponent.gain[choice as usize] + stays - slack >= mean[at]);
            }
            let gained = |next: StateId| mean[next as usize] - mean[at];
            let largest = opponent
                .leads(choice)
                .map(|next| gained(next).abs())
                .fold(0.0, f64::max);
            opponent.least(choice, &gained) > slack / spread * largest
                || (!opponent.leaves_singly(choice) && together(opponent, choice, state, (mean, bias)))
        })
    })
}

/// Says exactly whether a choice holds up where it can stay and the states outside only come together.
///
/// As the checker does: what means gain counts many times over.
fn together(opponent: &Opponent, choice: ChoiceId, state: StateId, (mean, bias): (&[f64], &[f64])) -> bool {
    const MULTIPLES: [i32; 3] = [20, 50, 90];
    let exact = |number: f64| Rational::from_f64(number).unwrap_or(Rational::ZERO);
    let more =
        |numbers: &[f64], next: StateId| exact(numbers[next as usize]) - exact(numbers[state as usize]);
    let lacking = exact(opponent.gain[choice as usize]) - exact(mean[state as usize]);
    opponent.is_never_negative(choice, &|next| more(mean, next))
        && MULTIPLES.iter().any(|multiple| {
            let multiple = exact(2f64.powi(*multiple));
            opponent.is_never_negative(choice, &|next| {
                &lacking + &(more(bias, next) + &multiple * &more(mean, next))
            })
        })
}
