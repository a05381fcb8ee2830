//! Policy iteration as an oracle: guesses the values of a component by solving chains, for [`crate::leap::prove`] to prove.
//!
//! Both players take what is best at the values at hand, the chain of their answers is solved ([`crate::krylov`]), and again from there, until
//! the operator hardly moves the values. In a game this need not end, and in floats it is never exact: the result is pulled off the
//! fixed point, towards the safe side, by a part of what the precision leaves room for, and then has to prove itself.
//!
//! Where plays can be held on the side in question, every state of an end component takes the best way out of the whole of it
//! ([`crate::holding`]).

use crate::bound::Bound;
use crate::elimination::Chain;
use crate::game::{Game, Side};
use crate::holding::{Held, WayOut};
use crate::krylov::Flow;
use crate::witness::witness;

/// How often the answers may change.
const ROUNDS: usize = 24;
/// The part of the precision that pulling off may cost.
const SHARE: f64 = 0.25;
/// The least and the most of a value that it is pulled off by a step.
const SHY: (f64, f64) = (3e-15, 1e-3);
/// What a step may be off, as a part of what it is pulled off by.
const ACCURACY: f64 = 0.1;

/// Moves below this part of a value may be nothing but rounding.
const NOISE: f64 = 1e-10;

/// What a guess has to do.
pub(crate) struct Aim<'a> {
    /// Where plays are held on this side.
    pub(crate) held: &'a [Held],
    /// How far from the fixed point the guess may be.
    pub(crate) tolerance: f64,
}

/// The answers of both players at some values, as a chain.
struct Answers {
    chain: Chain,
    right: Vec<f64>,
    /// By how much the operator moves a value at most, as a part of it.
    moves: f64,
}

/// About the fixed point of the operator over the states of a component.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    values: Vec<f64>,
    /// What the values of all steps to come are worth.
    slack: Vec<f64>,
    /// The part of `slack` that there is room for.
    shy: f64,
}

impl Guess {
    /// Returns the values on the safe side of the fixed point, `times` as far off it as there is room for.
    pub(crate) fn landing(&self, side: Side, times: f64) -> Vec<f64> {
        let shy = times * self.shy;
        let sign = if side == Side::Lower { -shy } else { shy };
        self.values
            .iter()
            .zip(&self.slack)
            .map(|(value, slack)| value + sign * slack)
            .collect()
    }
}

/// Returns about the fixed point of the operator over the states of a component; `start` is where to begin, else the bound.
pub(crate) fn evaluate(
    game: &Game<'_>,
    order: &[u32],
    (bound, start): (&Bound, Option<Guess>),
    aim: &Aim<'_>,
) -> Option<Guess> {
    let mut local = vec![u32::MAX; game.state_count()];
    for (index, &state) in (0u32..).zip(order) {
        local[state as usize] = index;
    }
    let mut holder = vec![usize::MAX; order.len()];
    for (index, place) in aim.held.iter().enumerate() {
        for state in &place.component.states {
            holder[local[*state as usize] as usize] = index;
        }
    }
    let mut values = bound.values.clone();
    let known = start.is_some();
    let mut guess = start.unwrap_or_else(|| Guess {
        values: order.iter().map(|state| bound.values[*state as usize]).collect(),
        slack: vec![0.0; order.len()],
        shy: SHY.0,
    });
    let mut last = f64::INFINITY;
    for round in 0..ROUNDS {
        for (&state, value) in order.iter().zip(&guess.values) {
            values[state as usize] = *value;
        }
        let answers = answers(game, (order, &local, &holder), (&values, bound.side), aim)?;
        // Where rounding is all that still moves, more has to be given away.
        let noise = round > 1 && answers.moves <= NOISE && answers.moves > 0.3 * last;
        let settled = noise || ((known || round > 0) && answers.moves <= ACCURACY * guess.shy);
        last = answers.moves;
        if settled && known && round == 0 {
            break;
        }
        let moves = answers.moves;
        let flow = Flow::new(&answers.chain);
        if !settled {
            let tolerance = (0.03 * moves).min(1e-3).max(0.2 * ACCURACY * SHY.0);
            guess.values = flow.solve(&answers.right, &guess.values, tolerance)?;
        }
        if settled || moves <= 1e-3 {
            guess.slack = flow.solve(&steps(&guess.values), &guess.slack, 1e-3)?;
            let most = guess.slack.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
            guess.shy = (SHARE * aim.tolerance / most).clamp(SHY.0, SHY.1);
            if noise {
                guess.shy = guess.shy.max(moves);
            }
        }
        if settled {
            break;
        }
    }
    Some(guess)
}

/// Returns what each state is pulled off by a step, in units of [`SHY`]: in proportion to its value.
fn steps(values: &[f64]) -> Vec<f64> {
    let scale = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    values.iter().map(|value| value.abs() + 1e-6 * scale).collect()
}

/// Returns what both players answer at these values.
fn answers(
    game: &Game<'_>,
    (order, local, holder): (&[u32], &[u32], &[usize]),
    (values, side): (&[f64], Side),
    aim: &Aim<'_>,
) -> Option<Answers> {
    let ways: Vec<Option<WayOut>> = aim
        .held
        .iter()
        .map(|place| place.best_way_out(game, values, side))
        .collect();
    let scale = order
        .iter()
        .map(|state| values[*state as usize].abs())
        .fold(f64::MIN_POSITIVE, f64::max);
    let mut answers = Answers {
        chain: Chain::default(),
        right: Vec::with_capacity(order.len()),
        moves: 0.0,
    };
    for (&state, &holder) in order.iter().zip(holder) {
        let way = match ways.get(holder) {
            Some(way) => (*way)?,
            None => {
                let (worth, row) = game.best(state, values, side)?;
                let value = values[state as usize];
                let moved = (worth - value).abs() / (value.abs() + 1e-6 * scale);
                answers.moves = answers
                    .moves
                    .max(if moved.is_nan() { f64::INFINITY } else { moved });
                WayOut::Row(row)
            }
        };
        let (row, exit, gained) = answer(game, way, values, local)?;
        answers.chain.push(row, exit);
        answers.right.push(gained);
    }
    Some(answers)
}

/// Returns where a state goes inside the component, what leaves, and what is gained directly.
fn answer(
    game: &Game<'_>,
    way: WayOut,
    values: &[f64],
    local: &[u32],
) -> Option<(Vec<(u32, f64)>, f64, f64)> {
    let row = match way {
        WayOut::Row(row) => row,
        WayOut::State(to) => return Some(split(&[(to, 1.0)], values, local)),
        WayOut::Nothing => return Some((Vec::new(), 1.0, 0.0)),
    };
    let (set, targets) = (&game.row(row).set, &game.row(row).targets);
    let ahead: Vec<f64> = targets.iter().map(|state| values[*state as usize]).collect();
    if !ahead.iter().all(|value| value.is_finite()) {
        return None;
    }
    let discount = game.discount().below;
    let chances = witness(set, &ahead, game.nature)?;
    let branches: Vec<(u32, f64)> = targets
        .iter()
        .zip(chances)
        .map(|(state, p)| (*state, discount * p))
        .collect();
    let (inside, exit, gained) = split(&branches, values, local);
    Some((inside, exit + (1.0 - discount), gained + game.gain(row).below))
}

/// Splits weighted successors into those inside the component, the weight of the others, and what the others bring.
fn split(branches: &[(u32, f64)], values: &[f64], local: &[u32]) -> (Vec<(u32, f64)>, f64, f64) {
    let (mut inside, mut exit, mut gained) = (Vec::new(), 0.0, 0.0);
    for &(state, weight) in branches {
        match local[state as usize] {
            u32::MAX => {
                exit += weight;
                gained += weight * values[state as usize];
            }
            index => inside.push((index, weight)),
        }
    }
    (inside, exit, gained)
}
