//! Policy iteration as an oracle: guesses the values of a component by solving chains, for [`crate::leap::prove`] to prove.
//!
//! Both players take what is best at the values at hand, the chain of their answers is solved exactly but for rounding
//! ([`crate::elimination`]), and again from there, until nothing changes. In a game this need not end, and in floats it is never exact: the
//! result is pulled off the fixed point, towards the safe side, by a little of what a step is worth, and then has to prove itself.
//!
//! Where plays can be held on the side in question, every state of an end component takes the best way out of the whole of it
//! ([`crate::holding`]).

use crate::bound::Bound;
use crate::elimination::{Chain, Factors};
use crate::game::{Game, Side};
use crate::holding::{Held, WayOut};
use crate::witness::witness;

/// How often the answers may change.
const ROUNDS: usize = 24;
/// Values that change by less than this part are taken for settled.
const SETTLED: f64 = 1e-13;

/// Returns values for the states of a component that are about the fixed point of the operator, on the safe side of it by about `shy` of
/// themselves a step.
pub(crate) fn evaluate(
    game: &Game<'_>,
    order: &[u32],
    bound: &Bound,
    (held, shy, operations_max): (&[Held], f64, u64),
) -> Option<Vec<f64>> {
    let mut local = vec![u32::MAX; game.state_count()];
    for (index, &state) in (0u32..).zip(order) {
        local[state as usize] = index;
    }
    let mut holder = vec![usize::MAX; order.len()];
    for (index, place) in held.iter().enumerate() {
        for state in &place.component.states {
            holder[local[*state as usize] as usize] = index;
        }
    }
    let mut values = bound.values.clone();
    let mut now: Vec<f64> = order.iter().map(|state| values[*state as usize]).collect();
    let mut factors = None;
    for _ in 0..ROUNDS {
        let ways: Vec<Option<WayOut>> = held
            .iter()
            .map(|place| place.best_way_out(game, &values, bound.side))
            .collect();
        let mut chain = Chain::default();
        let mut right = Vec::with_capacity(order.len());
        for (&state, &holder) in order.iter().zip(&holder) {
            let way = match ways.get(holder) {
                Some(way) => (*way)?,
                None => WayOut::Row(game.best(state, &values, bound.side)?.1),
            };
            let (row, exit, gained) = answer(game, way, &values, &local)?;
            chain.push(row, exit);
            right.push(gained);
        }
        let taken = chain.eliminate(operations_max)?;
        let next = taken.solve(&right);
        let scale = next
            .iter()
            .map(|value| value.abs())
            .fold(f64::MIN_POSITIVE, f64::max);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= SETTLED * a.abs().max(b.abs()).max(1e-6 * scale);
        let settled = now.iter().zip(&next).all(close);
        factors = Some(taken);
        now = next;
        for (&state, value) in order.iter().zip(&now) {
            values[state as usize] = *value;
        }
        if settled {
            break;
        }
    }
    Some(pulled_off(now, &factors?, (bound.side, shy)))
}

/// Pulls values off the fixed point by `shy` of themselves a step.
fn pulled_off(values: Vec<f64>, factors: &Factors, (side, shy): (Side, f64)) -> Vec<f64> {
    let scale = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let steps: Vec<f64> = values.iter().map(|value| value.abs() + 1e-9 * scale).collect();
    let slack = factors.solve(&steps);
    let sign = if side == Side::Lower { -shy } else { shy };
    values
        .into_iter()
        .zip(slack)
        .map(|(value, slack)| value + sign * slack)
        .collect()
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
