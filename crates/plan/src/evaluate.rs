//! Policy iteration as an oracle: guesses the values of a component by solving chains, for [`crate::leap::prove`] to prove.
//!
//! Both players take what is best at the values at hand, the chain of their answers is solved ([`crate::krylov`]), and again from there, until
//! the operator hardly moves the values. In a game this need not end, and in floats it is never exact: the result is pulled off the
//! fixed point, towards the safe side, by a part of what the precision leaves room for, and then has to prove itself.
//!
//! Where plays can be held on the side in question, every state of an end component takes the best way out of the whole of it
//! ([`crate::holding`]).

use crate::bound::Bound;
use crate::chain::{Branch, Chain};
use crate::game::{Game, Side};
use crate::holding::{Held, WayOut};
use crate::krylov::{Krylov, Task};

/// How often the answers may change.
const ROUNDS: usize = 400;
/// The part of the precision that pulling off may cost.
const SHARE: f64 = 0.4;
/// The least and the most of a value that it is pulled off by a step.
const SHY: (f64, f64) = (3e-15, 1e-3);
/// What a step may be off, as a part of what it is pulled off by.
const ACCURACY: f64 = 0.2;
/// How precisely a chain is solved, as a part of the last move.
const SOLVED: f64 = 0.03;
/// So many operations are spent on a chain that iterating does not solve.
const OPERATIONS_MAX: u64 = 1 << 24;
/// A row whose worth differs by less than this part is as good.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// No state is taken to be smaller than this part of the greatest, and than this one while answers still change much.
const FLOOR: f64 = 1e-6;
const ROUGH: f64 = 1e-2;
const ROUGH_FLOOR: f64 = 0.03;

/// How often players may answer again off the fixed point, and which part of what is given away each step keeps at least.
const LANDINGS: usize = 8;
const SAFE: f64 = 0.3;

/// Moves below this part of a value may be nothing but rounding.
const NOISE: f64 = 1e-10;

/// After so many rounds in which answers still change much, a front is moving through the component, and sweeps between the rounds take it further.
const FRONT_AFTER: usize = 3;
const FRONT_SWEEPS: usize = 3;

/// What a guess has to do.
pub(crate) struct Aim<'a> {
    /// Where plays are held on this side.
    pub(crate) held: &'a [Held],
    /// How far from the fixed point the guess may be.
    pub(crate) tolerance: f64,
}

/// About the fixed point of the operator over the states of a component.
#[derive(Clone, Debug)]
pub(crate) struct Guess {
    values: Vec<f64>,
    /// The row that each state takes.
    pub(crate) rows: Vec<u32>,
    /// What the values of all steps to come are worth.
    slack: Vec<f64>,
    /// The part of `slack` that there is room for.
    shy: f64,
    krylov: Krylov,
}

impl Guess {
    /// Returns the values on the safe side of the fixed point, about `shy` times the slack off it.
    fn off(&self, side: Side, shy: f64) -> Vec<f64> {
        let sign = if side == Side::Lower { -shy } else { shy };
        self.values
            .iter()
            .zip(&self.slack)
            .map(|(value, slack)| value + sign * slack)
            .collect()
    }

    /// Returns the guess that a bound starts with.
    fn new(order: &[u32], bound: &Bound) -> Self {
        Self {
            values: order.iter().map(|state| bound.values[*state as usize]).collect(),
            rows: order.iter().map(|state| bound.row[*state as usize]).collect(),
            slack: vec![0.0; order.len()],
            shy: SHY.0,
            krylov: Krylov::default(),
        }
    }
}

/// Returns about the fixed point of the operator over the states of a component; `start` is where to begin, else the bound.
///
/// `local` has the place of each member in `order`, and the greatest number for all other states.
pub(crate) fn evaluate(
    game: &Game<'_>,
    (order, local): (&[u32], &[u32]),
    (bound, start): (&mut Bound, Option<Guess>),
    aim: &Aim<'_>,
) -> Option<Guess> {
    let known = start.is_some();
    let before: Vec<f64> = order.iter().map(|state| bound.values[*state as usize]).collect();
    let guess = start.unwrap_or_else(|| Guess::new(order, bound));
    // Values are tried out in the vector of the bound, which is put back.
    let mut players = Players::new(game, (order, local), bound, aim.held);
    let found = iterate(&mut players, (guess, known), aim);
    bound.values = players.values;
    for (&state, value) in order.iter().zip(before) {
        bound.values[state as usize] = value;
    }
    found
}

/// Returns values on the safe side of the fixed point, `times` as far off it as there is room for, where every step moves to the other side.
///
/// Where answers tie at the fixed point they need not tie off it: the players answer again there, with what is given away counted in.
pub(crate) fn land(
    game: &Game<'_>,
    (order, local): (&[u32], &[u32]),
    (bound, guess): (&mut Bound, &mut Guess),
    (aim, times): (&Aim<'_>, f64),
) -> Vec<f64> {
    let before: Vec<f64> = order.iter().map(|state| bound.values[*state as usize]).collect();
    let (side, shy) = (bound.side, times * guess.shy);
    let sizes = sizes(&guess.values, FLOOR);
    let mut players = Players::new(game, (order, local), bound, aim.held);
    let mut off = Guess {
        values: guess.off(side, shy),
        ..guess.clone()
    };
    for _ in 0..LANDINGS {
        if players.answer(&mut off).is_none() {
            break;
        }
        let mut steps = players.steps.iter().zip(&sizes);
        let safe = steps.all(|(step, size)| match side {
            Side::Lower => *step >= SAFE * shy * size,
            Side::Upper => *step <= -SAFE * shy * size,
        });
        if safe {
            break;
        }
        let given = players.chain.scaled(&sizes);
        let sign = if side == Side::Lower { -shy } else { shy };
        let right: Vec<f64> = players
            .chain
            .right
            .iter()
            .zip(given)
            .map(|(right, given)| right + sign * given)
            .collect();
        let task = Task {
            right: &right,
            guess: &off.values,
            sizes: &sizes,
            tolerance: 0.5 * SAFE * shy,
        };
        match solve(&mut off.krylov, &players.chain, &task) {
            Some(values) => off.values = values,
            None => break,
        }
    }
    bound.values = players.values;
    for (&state, value) in order.iter().zip(before) {
        bound.values[state as usize] = value;
    }
    guess.rows = off.rows;
    off.values
}

/// Lets both players answer and solves the chain of their answers, until neither moves.
fn iterate(players: &mut Players<'_>, (mut guess, known): (Guess, bool), aim: &Aim<'_>) -> Option<Guess> {
    let mut last = f64::INFINITY;
    for round in 0..ROUNDS {
        let moves = players.answer(&mut guess)?;
        // Where rounding is all that still moves, more has to be given away.
        let noise = round > 1 && moves <= NOISE && moves > 0.3 * last;
        let settled = noise || ((known || round > 0) && moves <= ACCURACY * guess.shy);
        last = moves;
        if settled && known && round == 0 {
            break;
        }
        let chain = &players.chain;
        if !settled {
            let floor = if moves > ROUGH { ROUGH_FLOOR } else { FLOOR };
            let task = Task {
                right: &chain.right,
                guess: &guess.values,
                sizes: &sizes(&guess.values, floor),
                tolerance: (SOLVED * moves.min(1.0)).max(0.2 * ACCURACY * SHY.0),
            };
            guess.values = solve(&mut guess.krylov, chain, &task)?;
            if moves > ROUGH && round >= FRONT_AFTER {
                players.sweep(&mut guess)?;
                continue;
            }
        }
        let chain = &players.chain;
        if settled || (moves <= 1e-3 && guess.shy <= SHY.0) {
            let sizes = sizes(&guess.values, FLOOR);
            let task = Task {
                right: &chain.scaled(&sizes),
                guess: &guess.slack,
                sizes: &sizes,
                tolerance: ACCURACY,
            };
            guess.slack = solve(&mut guess.krylov, chain, &task)?;
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

/// Solves a chain: by iterating, and where that does not get there by taking states out.
fn solve(krylov: &mut Krylov, chain: &Chain, task: &Task<'_>) -> Option<Vec<f64>> {
    krylov
        .solve(chain, task)
        .or_else(|| chain.taken_out(task.right, OPERATIONS_MAX))
}

/// Returns about how large the value of each state is, none less than a part of the greatest: what it is pulled off by a step is in
/// proportion to it.
fn sizes(values: &[f64], floor: f64) -> Vec<f64> {
    let scale = values
        .iter()
        .fold(f64::MIN_POSITIVE, |scale, value| scale.max(value.abs()));
    values.iter().map(|value| value.abs() + floor * scale).collect()
}

/// Both players on a component, and the chain of their answers.
struct Players<'a> {
    game: &'a Game<'a>,
    side: Side,
    order: &'a [u32],
    local: &'a [u32],
    held: &'a [Held],
    /// For each member the end component that holds it, or the greatest number; empty if none is held.
    holder: Vec<usize>,
    /// Values of all states of the model.
    values: Vec<f64>,
    chances: Vec<f64>,
    /// By how much the operator moves each member; an endless amount to the safe side where a held play is led out.
    steps: Vec<f64>,
    chain: Chain,
}

impl<'a> Players<'a> {
    fn new(
        game: &'a Game<'a>,
        (order, local): (&'a [u32], &'a [u32]),
        bound: &mut Bound,
        held: &'a [Held],
    ) -> Self {
        let mut holder = Vec::new();
        if !held.is_empty() {
            holder = vec![usize::MAX; order.len()];
        }
        for (index, place) in held.iter().enumerate() {
            for state in &place.component.states {
                holder[local[*state as usize] as usize] = index;
            }
        }
        Self {
            game,
            side: bound.side,
            order,
            local,
            held,
            holder,
            values: std::mem::take(&mut bound.values),
            chances: Vec::new(),
            steps: Vec::new(),
            chain: Chain::default(),
        }
    }

    /// Lets both players answer at the values of a guess; returns by how much the operator moves a value at most, as a part of it.
    fn answer(&mut self, guess: &mut Guess) -> Option<f64> {
        let mut scale = f64::MIN_POSITIVE;
        for (&state, value) in self.order.iter().zip(&guess.values) {
            self.values[state as usize] = *value;
            scale = scale.max(value.abs());
        }
        let ways: Vec<Option<WayOut>> = self
            .held
            .iter()
            .map(|place| place.best_way_out(self.game, &self.values, self.side))
            .collect();
        let mut moves = 0.0f64;
        self.chain.clear();
        self.steps.clear();
        let led_out = match self.side {
            Side::Lower => f64::INFINITY,
            Side::Upper => f64::NEG_INFINITY,
        };
        self.steps.resize(guess.rows.len(), led_out);
        for (index, kept) in guess.rows.iter_mut().enumerate() {
            let way = self.holder.get(index).and_then(|holder| ways.get(*holder));
            match way {
                None => {
                    let (worth, row) = self.choose(self.order[index], *kept)?;
                    let value = guess.values[index];
                    self.steps[index] = worth - value;
                    let moved = (worth - value).abs() / (value.abs() + FLOOR * scale);
                    moves = moves.max(if moved.is_nan() { f64::INFINITY } else { moved });
                    *kept = row;
                    self.go_on(row)?;
                }
                Some(None) => return None,
                Some(Some(WayOut::Row(row))) => self.go_on(*row)?,
                Some(Some(WayOut::State(to))) => {
                    let branch = self.branch(*to, 1.0);
                    self.chain.push(std::iter::once(branch), (0.0, 0.0));
                }
                Some(Some(WayOut::Nothing)) => self.chain.push(std::iter::empty(), (1.0, 0.0)),
            }
        }
        Some(moves)
    }

    /// Lets the players answer state by state, each seeing what the ones before it came to.
    fn sweep(&mut self, guess: &mut Guess) -> Option<()> {
        for (&state, value) in self.order.iter().zip(&guess.values) {
            self.values[state as usize] = *value;
        }
        for _ in 0..FRONT_SWEEPS {
            for (index, &state) in self.order.iter().enumerate() {
                if self.holder.get(index).is_some_and(|holder| *holder != usize::MAX) {
                    continue;
                }
                let (worth, row) = self.choose(state, guess.rows[index])?;
                self.values[state as usize] = worth;
                (guess.values[index], guess.rows[index]) = (worth, row);
            }
        }
        Some(())
    }

    /// Returns the agent's best row of a state and its worth; the row kept so far if none is better by more than rounding.
    fn choose(&self, state: u32, kept: u32) -> Option<(f64, u32)> {
        let rows = self.game.rows(state);
        let first = if rows.contains(&kept) { kept } else { rows.start };
        let middle = |row: u32| self.game.about(row, &self.values, self.side);
        let mut best = (middle(first), first);
        for row in rows.filter(|row| *row != first) {
            let worth = middle(row);
            if self.game.prefers(worth, best.0)
                && (worth - best.0).abs() > ROUNDING * worth.abs().max(best.0.abs())
            {
                best = (worth, row);
            }
        }
        best.0.is_finite().then_some(best)
    }

    fn branch(&self, state: u32, weight: f64) -> Branch {
        match self.local[state as usize] {
            u32::MAX => Branch::Outside(weight, self.values[state as usize]),
            index => Branch::Inside(index, weight),
        }
    }

    /// Adds a state that takes a row, by Nature's answer to it.
    fn go_on(&mut self, row: u32) -> Option<()> {
        let (game, discount) = (self.game, self.game.discount().below);
        let mut chances = std::mem::take(&mut self.chances);
        let targets = game.answer((row, self.side), &self.values, &mut chances)?;
        let mut chain = std::mem::take(&mut self.chain);
        let branches = targets.iter().zip(&chances);
        let branches = branches.map(|(state, chance)| self.branch(*state, discount * chance));
        chain.push(branches, (1.0 - discount, game.gain(row).below));
        (self.chain, self.chances) = (chain, chances);
        Some(())
    }
}
