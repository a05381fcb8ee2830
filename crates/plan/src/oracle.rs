//! Policy iteration on a small component, however slowly it mixes: guesses its values for [`crate::leap::prove`] to prove.
//!
//! Both players keep their answers until something is better by more than rounding, the chain of their answers is solved to the last
//! figures ([`crate::elimination`]), and again from there, until nothing changes. In a game this need not end, and in floats it is never
//! exact. So it is settled once more with a little gained (or lost) on every step, which puts the result off the fixed point, on the
//! safe side, even where answers tie; and then it has to prove itself. Large components are for [`crate::evaluate`].
//!
//! Where plays can be held on the side in question, every state of an end component takes the best way out of the whole of it
//! ([`crate::holding`]).

use crate::bound::Bound;
use crate::elimination::{Chain, Factors};
use crate::game::{Game, Side};
use crate::holding::{Held, WayOut};

/// How often the answers may change.
const ROUNDS: usize = 24;
/// Answers whose worth differs by less than this part are as good as each other.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// Policy iteration on one component and one side of the bracket.
///
/// It tries its values out in the vector of a bound, and has to be [closed](Self::close) so that the bound is what it was.
pub(crate) struct Oracle<'a> {
    game: &'a Game<'a>,
    side: Side,
    order: &'a [u32],
    held: &'a [Held],
    /// For each state of the model its place in the component, or the greatest number.
    local: &'a [u32],
    /// For each member the end component that holds it, or the greatest number.
    holder: Vec<usize>,
    values: Vec<f64>,
    /// The values of the members before.
    before: Vec<f64>,
    answers: Vec<Answer>,
    /// The chain of the answers, and what each member gains directly.
    solved: Option<(Factors, Vec<f64>)>,
    operations_max: u64,
}

impl<'a> Oracle<'a> {
    /// Returns an oracle that starts from the values of a bound, or from `start` if there is one; it takes them until it is closed.
    pub(crate) fn new(
        game: &'a Game<'a>,
        (order, local): (&'a [u32], &'a [u32]),
        bound: &mut Bound,
        (start, held, operations_max): (Option<&[f64]>, &'a [Held], u64),
    ) -> Self {
        let mut holder = vec![usize::MAX; order.len()];
        for (index, place) in held.iter().enumerate() {
            for state in &place.component.states {
                holder[local[*state as usize] as usize] = index;
            }
        }
        let before = order.iter().map(|state| bound.values[*state as usize]).collect();
        let mut values = std::mem::take(&mut bound.values);
        if let Some(start) = start {
            spread(&mut values, order, start);
        }
        let answers = order
            .iter()
            .map(|state| Answer::new(bound.row[*state as usize]))
            .collect();
        Self {
            game,
            side: bound.side,
            order,
            held,
            local,
            holder,
            values,
            before,
            answers,
            solved: None,
            operations_max,
        }
    }

    /// Gives the bound its values back.
    pub(crate) fn close(mut self, bound: &mut Bound) {
        spread(&mut self.values, self.order, &self.before);
        bound.values = self.values;
    }

    /// Iterates until no answer changes, with `extra` gained on every step, and returns the values of the members.
    pub(crate) fn settle(&mut self, extra: &[f64]) -> Option<Vec<f64>> {
        let mut settled: Option<Vec<f64>> = None;
        for _ in 0..ROUNDS {
            let changed = self.improve()?;
            if let Some(settled) = settled.take_if(|_| !changed) {
                return Some(settled);
            }
            if changed || self.solved.is_none() {
                self.solved = Some(self.solve()?);
            }
            let (factors, gained) = self.solved.as_ref()?;
            let right: Vec<f64> = gained
                .iter()
                .zip(extra)
                .map(|(gained, extra)| gained + extra)
                .collect();
            let now = factors.solve(&right);
            spread(&mut self.values, self.order, &now);
            settled = Some(now);
        }
        settled
    }

    /// Improves all answers and says whether one changed.
    fn improve(&mut self) -> Option<bool> {
        let Self {
            game, side, values, ..
        } = self;
        let way_of = |place: &Held| {
            let way = place.best_way_out(game, values, *side);
            let leads = match way {
                Some(WayOut::Leaving(row)) => place.leaving(game, row, values).map(|(_, leads)| leads),
                _ => None,
            };
            (way, leads.unwrap_or_default())
        };
        let ways: Vec<(Option<WayOut>, Vec<(u32, f64)>)> = self.held.iter().map(way_of).collect();
        let mut changed = false;
        for ((&state, &holder), answer) in self.order.iter().zip(&self.holder).zip(&mut self.answers) {
            changed |= answer.improve(game, values, (state, ways.get(holder)))?;
        }
        Some(changed)
    }

    /// Takes the chain of the answers apart.
    fn solve(&self) -> Option<(Factors, Vec<f64>)> {
        let mut chain = Chain::default();
        let mut gained = Vec::with_capacity(self.order.len());
        for answer in &self.answers {
            let (row, exit, gain) = answer.split(self.game, &self.values, self.local);
            chain.push(row, exit);
            gained.push(gain);
        }
        Some((chain.eliminate(self.operations_max)?, gained))
    }
}

/// Returns what is gained on every step so that values come to lie off the fixed point, on the safe side, by `shy` of themselves a step.
pub(crate) fn shyness(values: &[f64], side: Side, shy: f64) -> Vec<f64> {
    let scale = values.iter().map(|value| value.abs()).fold(0.0, f64::max);
    let sign = if side == Side::Lower { -shy } else { shy };
    values
        .iter()
        .map(|value| sign * (value.abs() + 1e-9 * scale))
        .collect()
}

/// Writes the values of the members of a component into a vector over all states.
fn spread(values: &mut [f64], order: &[u32], of_members: &[f64]) {
    for (&state, value) in order.iter().zip(of_members) {
        values[state as usize] = *value;
    }
}

/// What the players answer in one state, kept until something is better by more than rounding: in floats, going round for ever and going
/// on look the same.
struct Answer {
    row: u32,
    /// Where Nature goes, by the branches of the row.
    chances: Vec<f64>,
    /// Where a held play leaves to, if not by a row.
    leaves: Option<WayOut>,
    /// The states that it leaves to together.
    leads: Vec<(u32, f64)>,
}

impl Answer {
    fn new(row: u32) -> Self {
        Self {
            row,
            chances: Vec::new(),
            leaves: None,
            leads: Vec::new(),
        }
    }

    /// Improves the answer at the values at hand, and says whether it changed; `way` is set where plays are held.
    fn improve(
        &mut self,
        game: &Game<'_>,
        values: &[f64],
        (state, way): (u32, Option<&(Option<WayOut>, Vec<(u32, f64)>)>),
    ) -> Option<bool> {
        let rows = match way {
            None => game.rows(state),
            Some((None, _)) => return None,
            Some((Some(WayOut::Row(row)), _)) => *row..*row + 1,
            Some((leaves, leads)) => {
                let changed = self.leaves != *leaves || self.leads != *leads;
                (self.leaves, self.leads) = (*leaves, leads.clone());
                return Some(changed);
            }
        };
        let mut changed = std::mem::take(&mut self.leaves).is_some();
        let kept = if rows.contains(&self.row) {
            self.row
        } else {
            rows.start
        };
        // The middle of an enclosure: its ends would favour rows with few branches.
        let middle = |row: u32| {
            let worth = game.value(row, values);
            f64::midpoint(worth.below, worth.above)
        };
        let mut best = (middle(kept), kept);
        for row in rows.filter(|row| *row != kept) {
            let worth = middle(row);
            if game.prefers(worth, best.0) && differ(worth, best.0) {
                best = (worth, row);
            }
        }
        if best.1 != self.row {
            *self = Self::new(best.1);
        }
        let mut fresh = Vec::new();
        let targets = game.answer(self.row, values, &mut fresh)?;
        let ahead: Vec<f64> = targets.iter().map(|state| values[*state as usize]).collect();
        if !ahead.iter().all(|value| value.is_finite()) {
            return None;
        }
        let worth = |chances: &[f64]| {
            chances
                .iter()
                .zip(&ahead)
                .map(|(p, value)| p * value)
                .sum::<f64>()
        };
        if self.chances.is_empty() || differ(worth(&fresh), worth(&self.chances)) {
            self.chances = fresh;
            changed = true;
        }
        Some(changed)
    }

    /// Returns the weighted successors inside the component, the weight of what leaves it, and what is gained directly and by leaving.
    fn split(&self, game: &Game<'_>, values: &[f64], local: &[u32]) -> (Vec<(u32, f64)>, f64, f64) {
        let (to_state, together): ([u32; 1], (Vec<u32>, Vec<f64>));
        let (targets, chances, discount, gain): (&[u32], &[f64], f64, f64) = match self.leaves {
            Some(WayOut::State(to)) => {
                to_state = [to];
                (&to_state, &[1.0], 1.0, 0.0)
            }
            Some(WayOut::Leaving(_)) => {
                together = self.leads.iter().copied().unzip();
                (&together.0, &together.1, 1.0, 0.0)
            }
            Some(_) => return (Vec::new(), 1.0, 0.0),
            None => (
                game.answered(self.row),
                &self.chances,
                game.discount().below,
                game.gain(self.row).below,
            ),
        };
        let (mut inside, mut exit, mut gained) = (Vec::new(), 1.0 - discount, gain);
        for (&state, chance) in targets.iter().zip(chances) {
            let weight = discount * chance;
            match local[state as usize] {
                u32::MAX => {
                    exit += weight;
                    gained += if weight > 0.0 {
                        weight * values[state as usize]
                    } else {
                        0.0
                    };
                }
                index => inside.push((index, weight)),
            }
        }
        (inside, exit, gained)
    }
}

/// Says whether two worths differ by more than rounding.
fn differ(a: f64, b: f64) -> bool {
    (a - b).abs() > ROUNDING * a.abs().max(b.abs())
}
