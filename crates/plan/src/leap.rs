//! Jumps ahead of a slow iteration, and keeps a jump only if it proves itself.
//!
//! Where a component mixes slowly the moves of a sweep shrink by nearly the same factor `ρ` each time, and what is still missing is
//! about the last move times `ρ / (1 - ρ)`. A leap goes most of that way at once. Nothing is believed: the vector reached is
//! swept against the direction of the leap until every state satisfies the invariant of [`Bound`], and dropped if that takes too long.

use crate::bound::Bound;
use crate::game::Game;
use crate::holding::Held;
use std::collections::BTreeMap;

/// How many sweeps a leap may take to come to rest.
pub(crate) const PASSES: usize = 6;
/// After how many sweeps the first leap is tried.
const FIRST: u64 = 12;
/// Values whose moves are below this part of them do not tell their factor.
const NOISE: f64 = 1e-14;

/// When to leap, and how far.
#[derive(Clone, Debug)]
pub(crate) struct Leap {
    /// The values two sweeps and one sweep ago.
    before: [Vec<f64>; 2],
    /// The sweep after which to leap.
    next: u64,
    /// The sweeps to wait until then.
    wait: u64,
    /// The part of the way that is left out.
    shy: f64,
}

impl Default for Leap {
    fn default() -> Self {
        Self {
            before: [Vec::new(), Vec::new()],
            next: FIRST,
            wait: FIRST,
            shy: 0.1,
        }
    }
}

impl Leap {
    /// Notes the values after a sweep; at its time, leaps and returns how many sweeps that cost.
    pub(crate) fn after(&mut self, sweep: u64, game: &Game<'_>, order: &[u32], bound: &mut Bound) -> u64 {
        if sweep + 2 < self.next {
            return 0;
        }
        let now: Vec<f64> = order.iter().map(|state| bound.values[*state as usize]).collect();
        if sweep < self.next {
            self.before.rotate_left(1);
            self.before[1] = now;
            return 0;
        }
        let cost = match self.landing(&now) {
            Some(landing) => {
                let (holds, passes) = prove(bound, game, order, &Landing::at(&landing));
                if holds {
                    self.shy = (self.shy / 2.0).max(1e-3);
                    self.wait = FIRST;
                } else {
                    self.shy = (self.shy * 2.0).min(0.5);
                    self.wait += self.wait / 2;
                }
                passes
            }
            None => 0,
        };
        self.before = [Vec::new(), Vec::new()];
        self.next = sweep + self.wait;
        cost
    }

    /// Returns where a leap would land, or `None` if the moves do not tell.
    fn landing(&self, now: &[f64]) -> Option<Vec<f64>> {
        let [first, second] = &self.before;
        if first.len() != now.len() || second.len() != now.len() {
            return None;
        }
        let moved = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (b - a).abs()).sum::<f64>();
        let (earlier, later) = (moved(first, second), moved(second, now));
        let size: f64 = now.iter().map(|value| value.abs()).sum();
        if !earlier.is_finite() || later <= NOISE * size || later >= earlier {
            return None;
        }
        let ahead = (1.0 - self.shy) * later / (earlier - later);
        if ahead < 2.0 {
            return None;
        }
        Some(
            second
                .iter()
                .zip(now)
                .map(|(second, now)| now + (now - second) * ahead)
                .collect(),
        )
    }
}

/// Where to move a bound.
#[derive(Clone, Copy)]
pub(crate) struct Landing<'a> {
    /// The values of the members.
    pub(crate) values: &'a [f64],
    /// The rows that are thought to justify them; may be empty.
    pub(crate) rows: &'a [u32],
    /// Where plays are held.
    pub(crate) held: &'a [Held],
    /// In how many sweeps it has to hold.
    pub(crate) passes: usize,
}

impl<'a> Landing<'a> {
    /// Returns the landing at these values, of which nothing else is known.
    fn at(values: &'a [f64]) -> Self {
        Self {
            values,
            rows: &[],
            held: &[],
            passes: PASSES,
        }
    }
}

/// Moves a bound to `landing` where that is tighter, backs off until the invariant holds everywhere, and says whether it came to that (else
/// the bound is as before) and in how many sweeps.
pub(crate) fn prove(bound: &mut Bound, game: &Game<'_>, order: &[u32], landing: &Landing<'_>) -> (bool, u64) {
    let old: Vec<(f64, u32)> = order
        .iter()
        .map(|state| (bound.values[*state as usize], bound.row[*state as usize]))
        .collect();
    for (index, (&state, &value)) in order.iter().zip(landing.values).enumerate() {
        let at = state as usize;
        if value.is_finite() && Bound::tighter(bound.side, value, bound.values[at]) {
            bound.values[at] = value;
            if let Some(row) = landing.rows.get(index) {
                bound.row[at] = *row;
            }
        }
    }
    for pass in 1..=landing.passes {
        if back_off(bound, game, (order, &old), landing.held) {
            return (true, pass as u64);
        }
    }
    for (&state, (value, row)) in order.iter().zip(old) {
        bound.values[state as usize] = value;
        bound.row[state as usize] = row;
    }
    (false, PASSES as u64)
}

/// As [`prove`], after making the landing constant where plays are held; returns the largest move if it holds, and the sweeps it took.
pub(crate) fn prove_flat(
    bound: &mut Bound,
    game: &Game<'_>,
    (order, local): (&[u32], &[u32]),
    landing: Landing<'_>,
) -> (Option<f64>, u64) {
    let mut values = landing.values.to_vec();
    for place in landing.held {
        place.flatten(&mut values, local, bound.side);
    }
    let landing = Landing {
        values: &values,
        ..landing
    };
    let before: Vec<f64> = order.iter().map(|state| bound.values[*state as usize]).collect();
    let (holds, sweeps) = prove(bound, game, order, &landing);
    let moves = order
        .iter()
        .zip(before)
        .map(|(state, before)| (bound.values[*state as usize] - before).abs());
    (holds.then(|| moves.fold(0.0, f64::max)), sweeps)
}

/// Sweeps once against the direction of the leap, but not behind `old`; says whether the invariant held everywhere.
fn back_off(
    bound: &mut Bound,
    game: &Game<'_>,
    (order, old): (&[u32], &[(f64, u32)]),
    held: &[Held],
) -> bool {
    // Levels are those before this sweep; they are right if it changes nothing, and else there is another.
    let mut levels: BTreeMap<u32, f64> = BTreeMap::new();
    for place in held {
        place.levels(game, (&bound.values, bound.side), &mut |row, worth| {
            levels.insert(row, worth);
        });
    }
    let (guaranteed, mut rests) = (bound.guaranteed(game), true);
    for (index, (&state, &(value, row))) in order.iter().zip(old).enumerate() {
        let at = state as usize;
        game.bring(order, index);
        if !Bound::tighter(bound.side, bound.values[at], value) {
            continue;
        }
        let mut best: Option<(f64, u32)> = None;
        let rows = game.rows(state);
        // Where the agent's guarantee is on this side, the row at hand may do.
        let kept = (guaranteed && rows.contains(&bound.row[at])).then_some(bound.row[at]);
        for row in kept.into_iter().chain(rows) {
            let mut worth = game.end(row, &bound.values, bound.side);
            if let Some(&level) = levels.get(&row)
                && Bound::tighter(bound.side, level, worth)
            {
                worth = level;
            }
            if best.is_none_or(|(incumbent, _)| game.prefers(worth, incumbent)) {
                best = Some((worth, row));
            }
            if guaranteed && !Bound::tighter(bound.side, bound.values[at], bound.admissible(worth)) {
                break;
            }
        }
        let Some((worth, best)) = best else {
            continue;
        };
        bound.row[at] = best;
        let admissible = bound.admissible(worth);
        if Bound::tighter(bound.side, bound.values[at], admissible) {
            rests = false;
            if Bound::tighter(bound.side, admissible, value) {
                bound.values[at] = admissible;
            } else {
                (bound.values[at], bound.row[at]) = (value, row);
            }
        }
    }
    rests
}
