//! Policy iteration as an oracle: guesses the values of a component by solving chains, for [`crate::leap::prove`] to prove.
//!
//! Both players take what is best at the values at hand, the chain of their answers is solved ([`crate::krylov`]), and again from there, until
//! the operator hardly moves the values. In a game this need not end, and in floats it is never exact: the result is pulled off the
//! fixed point, towards the safe side, by a part of what the precision leaves room for, and then has to prove itself.
//!
//! Where plays can be held on the side in question, every state of an end component takes the best way out of the whole of it
//! ([`crate::holding`]).

use crate::bound::Bound;
use crate::chain::Chain;
use crate::game::{Game, Side};
use crate::holding::Held;
use crate::krylov::{Krylov, Task};
use crate::players::{Answers, FLOOR, Players};

/// How often the answers may change.
const ROUNDS: usize = 400;
/// The part of the precision that pulling off may cost.
const SHARE: f64 = 0.4;
/// The least and the most of a value that it is pulled off by a step.
const SHY: (f64, f64) = (3e-15, 1e-3);
/// What a step may be off, as a part of what it is pulled off by.
const ACCURACY: f64 = 0.2;
/// How precisely a chain is solved, as a part of the last move to this power: the fewer answers still change, the more there is to gain by it.
const SOLVED: f64 = 0.03;
const HASTE: f64 = 1.2;
/// Where values move by so many times more than in the round before, the last chain was solved too loosely: chains are then solved so much more precisely.
const BLOWN: f64 = 10.0;
const CARE: f64 = 1e-2;
/// An answer in so many is hardly any; then a chain is solved so much more precisely.
const HARDLY: usize = 1024;
const AT_ONCE: f64 = 1e-3;
/// So many operations are spent on a chain that iterating does not solve.
const OPERATIONS_MAX: u64 = 1 << 24;
/// While answers still change much, no state is taken to be smaller than this part of the greatest.
const ROUGH: f64 = 1e-2;
const ROUGH_FLOOR: f64 = 0.03;

/// How often players may answer again off the fixed point, and which part of what is given away each step keeps at least.
const LANDINGS: usize = 8;
const SAFE: f64 = 0.3;

/// Moves below this part of a value may be nothing but rounding.
const NOISE: f64 = 1e-10;

/// After so many rounds in which answers still change much, a front is moving through the component, and a sweep between the rounds takes it further.
const FRONT_AFTER: usize = 3;
const FRONT_SWEEPS: usize = 1;

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
    answers: Answers,
}

impl Guess {
    /// Returns the values on the safe side of the fixed point, as far off it as there is room for.
    pub(crate) fn at_once(&self, side: Side) -> Vec<f64> {
        self.off(side, self.shy)
    }

    /// Returns the values on the safe side of the fixed point, about `shy` times the slack off it.
    fn off(&self, side: Side, shy: f64) -> Vec<f64> {
        let sign = if side == Side::Lower { -shy } else { shy };
        self.values
            .iter()
            .zip(&self.slack)
            .map(|(value, slack)| value + sign * slack)
            .collect()
    }

    /// Returns the guess that values and rows start with.
    fn new(order: &[u32], (values, rows): (&[f64], &[u32])) -> Self {
        Self {
            values: order.iter().map(|state| values[*state as usize]).collect(),
            rows: order.iter().map(|state| rows[*state as usize]).collect(),
            slack: vec![0.0; order.len()],
            shy: SHY.0,
            krylov: Krylov::default(),
            answers: Answers::default(),
        }
    }
}

/// Where a guess begins.
pub(crate) enum Start<'a> {
    /// Where the other side ended.
    Known(Box<Guess>),
    /// At what states seem to be worth and the rows they seem to take.
    Near(&'a [f64], &'a [u32]),
    /// At the bound.
    Bound,
}

/// Returns about the fixed point of the operator over the states of a component.
///
/// `local` has the place of each member in `order`, and the greatest number for all other states.
pub(crate) fn evaluate(
    game: &Game<'_>,
    (order, local): (&[u32], &[u32]),
    (bound, start): (&mut Bound, Start<'_>),
    aim: &Aim<'_>,
) -> Option<Guess> {
    let known = matches!(start, Start::Known(_));
    let before: Vec<f64> = order.iter().map(|state| bound.values[*state as usize]).collect();
    let guess = match start {
        Start::Known(guess) => *guess,
        Start::Near(values, rows) => Guess::new(order, (values, rows)),
        Start::Bound => Guess::new(order, (&bound.values, &bound.row)),
    };
    // Values are tried out in the vector of the bound, which is put back.
    let mut guess = guess;
    let mut players = Players::new(
        game,
        (order, local),
        bound,
        (aim.held, std::mem::take(&mut guess.answers)),
    );
    let found = iterate(&mut players, (guess, known), aim);
    bound.values = players.values;
    let found = found.map(|guess| Guess {
        answers: players.answers,
        ..guess
    });
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
    let answers = std::mem::take(&mut guess.answers);
    let mut players = Players::new(game, (order, local), bound, (aim.held, answers));
    let mut values = guess.off(side, shy);
    for _ in 0..LANDINGS {
        if players.answer((&values, &mut guess.rows)).is_none() {
            break;
        }
        let chain = &players.answers.chain;
        let mut steps = players.steps.iter().zip(&sizes);
        let safe = steps.all(|(step, size)| match side {
            Side::Lower => *step >= SAFE * shy * size,
            Side::Upper => *step <= -SAFE * shy * size,
        });
        if safe {
            break;
        }
        let given = chain.scaled(&sizes);
        let sign = if side == Side::Lower { -shy } else { shy };
        let right = chain.right.iter().zip(given);
        let right: Vec<f64> = right.map(|(right, given)| right + sign * given).collect();
        let task = Task {
            right: &right,
            guess: &values,
            sizes: &sizes,
            tolerance: 0.5 * SAFE * shy,
        };
        match solve(&mut guess.krylov, chain, &task) {
            Some(solved) => values = solved,
            None => break,
        }
    }
    bound.values = players.values;
    guess.answers = players.answers;
    for (&state, value) in order.iter().zip(before) {
        bound.values[state as usize] = value;
    }
    values
}

/// Lets both players answer and solves the chain of their answers, until neither moves.
fn iterate(players: &mut Players<'_>, (mut guess, known): (Guess, bool), aim: &Aim<'_>) -> Option<Guess> {
    let (mut last, mut care) = (f64::INFINITY, 1.0f64);
    for round in 0..ROUNDS {
        let moves = players.answer((&guess.values, &mut guess.rows))?;
        if moves > BLOWN * last {
            care *= CARE;
        }
        // Where rounding is all that still moves, more has to be given away.
        let noise = round > 1 && moves <= NOISE && moves > 0.3 * last;
        let settled = noise || ((known || round > 0) && moves <= ACCURACY * guess.shy);
        last = moves;
        if settled && known && round == 0 {
            break;
        }
        let chain = &players.answers.chain;
        if !settled {
            let floor = if moves > ROUGH { ROUGH_FLOOR } else { FLOOR };
            // Nothing is gained by more than is asked for in the end; where hardly an answer changes any more, most of that may come at once.
            let least = 0.5 * ACCURACY * guess.shy;
            let lasting = players.answers.changed <= 1.max(chain.len() / HARDLY) && guess.shy > SHY.0;
            let care = if lasting { care * AT_ONCE } else { care };
            let enough = care * SOLVED * moves.min(1.0).powf(HASTE);
            let task = Task {
                right: &chain.right,
                guess: &guess.values,
                sizes: &sizes(&guess.values, floor),
                tolerance: enough.max(least),
            };
            guess.values = solve(&mut guess.krylov, chain, &task)?;
            if moves > ROUGH && round >= FRONT_AFTER {
                players.sweep((&mut guess.values, &mut guess.rows), FRONT_SWEEPS)?;
                continue;
            }
        }
        let chain = &players.answers.chain;
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
