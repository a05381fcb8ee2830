//! Both players on a component: which row the agent takes at some values, what Nature answers, and the chain that comes of it.
//!
//! From round to round most answers stay. A row is asked again only if it may have overtaken the best one since all were asked: no worth moves by more than
//! the values do. And a state of the chain is set again only if its row, or which branches Nature fills, is another.

use crate::bound::Bound;
use crate::chain::{self, Branch, Chain};
use crate::game::{Game, Side};
use crate::holding::{Held, WayOut};
use rayon::prelude::*;

/// A row whose worth differs by less than this part is as good.
const ROUNDING: f64 = 16.0 * f64::EPSILON;
/// No state is taken to be smaller than this part of the greatest.
pub(crate) const FLOOR: f64 = 1e-6;
/// Nothing is known about how a state of the chain was set.
const UNKNOWN: (u32, u64) = (u32::MAX, 0);
/// So many members are asked together, and from so many parts on at the same time. Who is asked when does not change an answer.
const PART: usize = 2048;
const PARALLEL_MIN: usize = 8;

/// The chain of the last answers, and what spares asking again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) chain: Chain,
    /// The side whose values the component leads to.
    side: Option<Side>,
    /// The row and [the pattern](Game::pattern) that each state was set by.
    set_by: Vec<(u32, u64)>,
    /// The values that the players last answered at.
    values: Vec<f64>,
    /// How far values have moved, in sum over the rounds.
    way: f64,
    /// Of each state, how long the way may get before another row can be the best.
    stands: Vec<f64>,
    /// In how many states the chain was last changed.
    pub(crate) changed: usize,
}

impl Answers {
    /// Returns the answers of players who were never asked.
    fn unasked(game: &Game<'_>, order: &[u32]) -> Self {
        let rooms = order.iter().map(|state| {
            let rows = game.rows(*state);
            rows.map(|row| game.answered(row).len()).max().unwrap_or(0).max(1)
        });
        Self {
            chain: Chain::with_room(rooms),
            side: None,
            set_by: vec![UNKNOWN; order.len()],
            values: vec![f64::INFINITY; order.len()],
            way: 0.0,
            stands: vec![f64::NEG_INFINITY; order.len()],
            changed: order.len(),
        }
    }

    /// Forgets what depends on the values of the other side, where states lead out of the component.
    fn turn_to(&mut self, side: Side) {
        if self.side == Some(side) {
            return;
        }
        self.side = Some(side);
        self.stands.fill(f64::NEG_INFINITY);
        for (state, set_by) in self.set_by.iter_mut().enumerate() {
            if self.chain.leads_out(state) {
                *set_by = UNKNOWN;
            }
        }
    }

    /// Notes how far the values have moved since the last round.
    fn go_on_to(&mut self, values: &[f64]) {
        let moves = self
            .values
            .iter()
            .zip(values)
            .map(|(before, now)| (now - before).abs());
        let most = moves.fold(0.0, f64::max);
        if most.is_finite() {
            self.way += most;
        } else {
            self.stands.fill(f64::NEG_INFINITY);
        }
        self.values.copy_from_slice(values);
    }
}

/// Both players on a component, and the chain of their answers.
pub(crate) struct Players<'a> {
    game: &'a Game<'a>,
    side: Side,
    order: &'a [u32],
    local: &'a [u32],
    held: &'a [Held],
    /// For each member the end component that holds it, or the greatest number; empty if none is held.
    holder: Vec<usize>,
    /// Values of all states of the model.
    pub(crate) values: Vec<f64>,
    /// By how much the operator moves each member; an endless amount to the safe side where a held play is led out.
    pub(crate) steps: Vec<f64>,
    pub(crate) answers: Answers,
}

impl<'a> Players<'a> {
    /// Returns players who go on from these answers; the values of the bound are lent.
    pub(crate) fn new(
        game: &'a Game<'a>,
        (order, local): (&'a [u32], &'a [u32]),
        bound: &mut Bound,
        (held, answers): (&'a [Held], Answers),
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
        let mut answers = if answers.set_by.len() == order.len() {
            answers
        } else {
            Answers::unasked(game, order)
        };
        answers.turn_to(bound.side);
        Self {
            game,
            side: bound.side,
            order,
            local,
            held,
            holder,
            values: std::mem::take(&mut bound.values),
            steps: Vec::new(),
            answers,
        }
    }

    /// Lets both players answer at some values; returns by how much the operator moves a value at most, as a part of it.
    pub(crate) fn answer(&mut self, (values, rows): (&[f64], &mut [u32])) -> Option<f64> {
        let mut scale = f64::MIN_POSITIVE;
        for (&state, value) in self.order.iter().zip(values) {
            self.values[state as usize] = *value;
            scale = scale.max(value.abs());
        }
        self.answers.go_on_to(values);
        let ways = self.held.iter();
        let ways = ways.map(|place| place.best_way_out(self.game, &self.values, self.side));
        let led_out = match self.side {
            Side::Lower => f64::INFINITY,
            Side::Upper => f64::NEG_INFINITY,
        };
        self.steps.clear();
        self.steps.resize(rows.len(), led_out);
        let asker = Asker {
            game: self.game,
            order: self.order,
            local: self.local,
            holder: &self.holder,
            ways: &ways.collect::<Vec<_>>(),
            all: &self.values,
            given: values,
            floor: FLOOR * scale,
            way: self.answers.way,
        };
        let parts = self
            .answers
            .chain
            .parts(PART)
            .into_iter()
            .zip(rows.chunks_mut(PART));
        let parts = parts.zip(self.steps.chunks_mut(PART));
        let parts = parts.zip(self.answers.set_by.chunks_mut(PART));
        let parts = parts.zip(self.answers.stands.chunks_mut(PART));
        let parts = parts.map(|((((chain, rows), steps), set_by), stands)| Part {
            chain,
            rows,
            steps,
            set_by,
            stands,
            chances: Vec::new(),
            changed: 0,
        });
        let mut parts: Vec<Part<'_>> = parts.collect();
        let ask = |(index, part): (usize, &mut Part<'_>)| asker.answer(index * PART, part);
        let moves: Option<Vec<f64>> = if parts.len() < PARALLEL_MIN {
            parts.iter_mut().enumerate().map(ask).collect()
        } else {
            parts.par_iter_mut().enumerate().map(ask).collect()
        };
        let changed = parts.iter().map(|part| part.changed).sum();
        drop(parts);
        self.answers.changed = changed;
        Some(moves?.into_iter().fold(0.0, f64::max))
    }

    /// Lets the players answer state by state so many times, each seeing what the ones before it came to.
    pub(crate) fn sweep(&mut self, (values, rows): (&mut [f64], &mut [u32]), times: usize) -> Option<()> {
        for (&state, value) in self.order.iter().zip(&*values) {
            self.values[state as usize] = *value;
        }
        self.answers.stands.fill(f64::NEG_INFINITY);
        for _ in 0..times {
            for (index, &state) in self.order.iter().enumerate() {
                if self.holder.get(index).is_some_and(|holder| *holder != usize::MAX) {
                    continue;
                }
                let (worth, row, _) = best(self.game, state, (&self.values, rows[index]))?;
                self.values[state as usize] = worth;
                (values[index], rows[index]) = (worth, row);
            }
        }
        Some(())
    }
}

/// What players answer to.
struct Asker<'a> {
    game: &'a Game<'a>,
    order: &'a [u32],
    local: &'a [u32],
    holder: &'a [usize],
    /// How each end component is left that holds the play; none if it is not.
    ways: &'a [Option<WayOut>],
    /// Values of all states of the model, and of the members.
    all: &'a [f64],
    given: &'a [f64],
    /// No state is taken to be smaller.
    floor: f64,
    /// How far values have moved.
    way: f64,
}

/// What the answers of some members are written to.
struct Part<'a> {
    chain: chain::Part<'a>,
    rows: &'a mut [u32],
    steps: &'a mut [f64],
    set_by: &'a mut [(u32, u64)],
    stands: &'a mut [f64],
    chances: Vec<f64>,
    /// How many states of the chain were set.
    changed: usize,
}

impl Asker<'_> {
    /// Lets the players answer in the members from `first` on; returns by how much the operator moves a value at most, as a part of it.
    fn answer(&self, first: usize, part: &mut Part<'_>) -> Option<f64> {
        let mut moves = 0.0f64;
        for own in 0..part.rows.len() {
            let index = first + own;
            self.game.bring(self.order, index);
            let way = self.holder.get(index).and_then(|holder| self.ways.get(*holder));
            match way {
                None => {
                    let worth = self.choose(index, (part, own))?;
                    let value = self.given[index];
                    part.steps[own] = worth - value;
                    let moved = (worth - value).abs() / (value.abs() + self.floor);
                    moves = moves.max(if moved.is_nan() { f64::INFINITY } else { moved });
                    self.go_on(index, (part, own))?;
                }
                Some(None) => return None,
                Some(Some(way)) => self.lead_out(index, (part, own), *way)?,
            }
        }
        Some(moves)
    }

    /// Sets the chain where a held play is led out.
    fn lead_out(&self, index: usize, (part, own): (&mut Part<'_>, usize), way: WayOut) -> Option<()> {
        part.set_by[own] = UNKNOWN;
        match way {
            WayOut::Row(row) => return self.set_by_row(index, part, row),
            WayOut::State(to) => {
                let branch = self.branch(to, 1.0);
                part.chain.set(index, std::iter::once(branch), (0.0, 0.0));
            }
            WayOut::Leaving(_) => return None,
            WayOut::Nothing => part.chain.set(index, std::iter::empty(), (1.0, 0.0)),
        }
        Some(())
    }

    /// Returns what the agent's best row of a member is worth; asks only the one it has where no other can be better.
    fn choose(&self, index: usize, (part, own): (&mut Part<'_>, usize)) -> Option<f64> {
        let kept = part.rows[own];
        if self.way < part.stands[own] {
            let worth = self.game.about(kept, self.all);
            return worth.is_finite().then_some(worth);
        }
        let (worth, row, lead) = best(self.game, self.order[index], (self.all, kept))?;
        part.rows[own] = row;
        // Either may come half of the way.
        part.stands[own] = self.way + 0.5 * lead;
        Some(worth)
    }

    fn branch(&self, state: u32, weight: f64) -> Branch {
        match self.local[state as usize] {
            u32::MAX => Branch::Outside(weight, self.all[state as usize]),
            index => Branch::Inside(index, weight),
        }
    }

    /// Sets a member in the chain by its row, which was just asked, if it is not set so already.
    fn go_on(&self, index: usize, (part, own): (&mut Part<'_>, usize)) -> Option<()> {
        let row = part.rows[own];
        let set_by = match self.game.pattern(row, self.all) {
            Some(pattern) if part.set_by[own] == (row, pattern) => return Some(()),
            Some(pattern) => (row, pattern),
            None => UNKNOWN,
        };
        part.set_by[own] = set_by;
        self.set_by_row(index, part, row)
    }

    /// Sets a member in the chain by a row and Nature's answer to it.
    fn set_by_row(&self, index: usize, part: &mut Part<'_>, row: u32) -> Option<()> {
        let discount = self.game.discount().below;
        let targets = self.game.answer(row, self.all, &mut part.chances)?;
        let branches = targets.iter().zip(&part.chances);
        let branches = branches.map(|(state, chance)| self.branch(*state, discount * chance));
        let beside = (1.0 - discount, self.game.gain(row).below);
        part.changed += 1;
        part.chain.set(index, branches, beside);
        Some(())
    }
}

/// Returns the worth of the agent's best row of a state, the row, and by how much it leads; the row kept so far if none is better by more than rounding.
fn best(game: &Game<'_>, state: u32, (values, kept): (&[f64], u32)) -> Option<(f64, u32, f64)> {
    let rows = game.rows(state);
    let first = if rows.contains(&kept) { kept } else { rows.start };
    let (mut best, mut lead) = ((game.about(first, values), first), f64::INFINITY);
    for row in rows.filter(|row| *row != first) {
        let worth = game.about(row, values);
        let apart = (worth - best.0).abs();
        if game.prefers(worth, best.0) && apart > ROUNDING * worth.abs().max(best.0.abs()) {
            best = (worth, row);
            lead = apart;
        } else {
            lead = lead.min(apart);
        }
    }
    best.0.is_finite().then_some((best.0, best.1, lead))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Row;
    use crate::game::Terms;
    use murphy_credal::{CredalSet, Interval};
    use murphy_notation::Rational;
    use murphy_problem::Direction;
    use murphy_world::{Model, ModelBuilder};

    /// A generator of the kind of Knuth's MMIX.
    fn next(seed: &mut u64) -> u64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    }

    /// Builds a model of 12 states with three choices each, of three outcomes each; the last state is the prize.
    fn random_model(seed: &mut u64) -> Model {
        let mut builder = ModelBuilder::new("test", ["a", "b", "c"].map(String::from).to_vec());
        for state in 0..12 {
            builder.add_state(vec![]);
            for action in 0..3 {
                let mut targets = vec![state, (state + 1) % 12, (state + 5) % 12];
                if state < 11 {
                    targets[0] = (state + 2 + u32::try_from(next(seed) % 3).unwrap()) % 12;
                }
                targets.sort_unstable();
                let tenth = |part: u64| Rational::new(i64::try_from(part).unwrap(), 10);
                let lower = (0..3).map(|_| tenth(next(seed) % 4)).collect();
                let upper = (0..3).map(|_| tenth(4 + next(seed) % 6)).collect();
                let set = CredalSet::from(Interval::new(lower, upper).unwrap());
                builder.add_choice(action, set, targets).unwrap();
            }
        }
        builder.start(vec![(0, Rational::ONE)]).finish().unwrap()
    }

    #[test]
    fn what_is_spared_does_not_change_the_answers() {
        let mut seed = 7;
        for (agent, nature) in [
            (Direction::Maximize, Direction::Minimize),
            (Direction::Minimize, Direction::Maximize),
            (Direction::Maximize, Direction::Maximize),
        ] {
            let model = random_model(&mut seed);
            let terms = Terms {
                agent,
                nature,
                known: &{
                    let mut known = vec![0.0; 12];
                    known[11] = 1.0;
                    known
                },
                gains: None,
                goes: false,
            };
            let game = Game::new(&model, &terms, |state, rows| {
                if state < 11 {
                    rows.extend(model.choices(state).map(Row::whole));
                }
            })
            .unwrap();
            // The prize stands last.
            let order: Vec<u32> = (0..11).collect();
            let mut local = order.clone();
            local.push(u32::MAX);
            let mut bound = Bound::new(Side::Lower, false, game.layout.by_place(terms.known));
            let start: Vec<f64> = order.iter().map(|_| 0.5).collect();
            let (mut values, mut rows) = (start, vec![u32::MAX; 11]);
            let mut answers = Answers::default();
            // The moves get small, so that ever fewer rows are asked.
            for round in 0..40 {
                let asked = |answers: Answers, rows: &mut Vec<u32>, bound: &mut Bound| {
                    let mut players = Players::new(&game, (&order, &local), bound, (&[], answers));
                    let moves = players.answer((&values, rows)).unwrap();
                    bound.values = std::mem::take(&mut players.values);
                    (moves, players.steps, players.answers)
                };
                let mut fresh_rows = rows.clone();
                let (moves, steps, kept) = asked(answers, &mut rows, &mut bound);
                let (fresh_moves, fresh_steps, fresh) =
                    asked(Answers::default(), &mut fresh_rows, &mut bound);
                assert_eq!(rows, fresh_rows, "round {round}");
                assert_eq!((moves, &steps), (fresh_moves, &fresh_steps));
                for state in 0..11 {
                    let row = |answers: &Answers| answers.chain.row(state).collect::<Vec<_>>();
                    assert_eq!(row(&kept), row(&fresh));
                }
                assert_eq!(kept.chain.right, fresh.chain.right);
                answers = kept;
                let part = 1.0 / f64::from(1 << round.min(20));
                for (value, step) in values.iter_mut().zip(&steps) {
                    #[expect(clippy::cast_precision_loss, reason = "a small number")]
                    let wobble = (next(&mut seed) % 100) as f64 / 100.0 - 0.5;
                    *value += step + 0.1 * part * wobble;
                }
            }
        }
    }
}
