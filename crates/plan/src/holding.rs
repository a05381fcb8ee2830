//! Takes away what a bound owes to plays that are held for ever.
//!
//! Seen from above, a reachability may seem worth more than it is, because whoever maximises can hold the play in an end component and
//! "reach the target later"; seen from below, a sum may seem to cost less than it does, because whoever minimises can hold the play where
//! nothing is counted. Held for ever it is worth nothing in the first case and infinity in the second. So the **holder** (the maximiser, or
//! the minimiser) gets at most the best way out, and the bound of the whole end component moves there at once:
//!
//! | holder | rows that hold | ways out |
//! | --- | --- | --- |
//! | the agent alone | Nature (almost) loses nothing by staying | the worth of each other row |
//! | both | Nature can stay | as above, and each state outside that Nature can go to from a row that holds |
//! | Nature alone | as above, where the agent (almost) loses nothing by the row | each state outside that Nature can go to from them |
//! | nobody | | there is nothing to take away |
//!
//! Moving an end component `C` to the best way out `b` keeps the bound valid, whatever was taken for "almost". Take the upper side; the
//! other is its mirror. A row that leaves is worth at most `b` by choice of `b`, and less when values fall. At a row that holds, if Nature
//! minimises, some distribution stays in `C`, decided exactly, so its least expectation is at most the greatest value in `C`, which is `b`;
//! if she maximises, everything in `C` and every state outside that the row can reach has at most `b`. Where she can go to some states outside
//! only together, as with corners or linear constraints, the row leaves for what they come to on condition that it leaves, `Σ p(s)·v(s) / Σ p(s)` over
//! the states `s` outside at its best; that this is at most `b` is decided exactly.

use crate::bound::Bound;
use crate::end_component::{EndComponent, Marks, Staying, end_components, face_of_row};
use crate::game::{Game, Side};
use murphy_notation::Rational;
use murphy_problem::Direction;

/// The tolerances for "almost", relative to the values at hand, tried in turn.
const TOLERANCES: [f64; 6] = [1e-9, 1e-6, 1e-12, 1e-4, 1e-14, 1e-2];
/// How often the worth of leaving is improved.
const LEAVING_ROUNDS: usize = 60;
/// By which parts the worth of leaving is moved to the safe side, until it is proved.
const SAFER: [f64; 3] = [4.0 * f64::EPSILON, 1e-14, 1e-12];

/// The end components of one component of the graph in which a play could be held.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    /// Who would hold it.
    holder: Direction,
    /// The largest such sets under full cooperation.
    places: Vec<Vec<u32>>,
    /// Which tolerance is next.
    turn: usize,
}

impl Holding {
    /// Returns where in a component of the graph the bound of one side can owe something to held plays, or `None` if nowhere.
    pub(crate) fn find(game: &Game<'_>, states: &[u32], side: Side, marks: &mut Marks) -> Option<Self> {
        let holder = match side {
            Side::Upper => Direction::Maximize,
            Side::Lower => Direction::Minimize,
        };
        if game.agent != holder && game.nature != holder {
            return None;
        }
        let mut stay = |row: u32, inside: &[bool]| {
            if gains_nothing(game, row) {
                face_of_row(game, row, inside)
            } else {
                Staying::Not
            }
        };
        let places: Vec<_> = end_components(game, states, marks, &mut stay)
            .into_iter()
            .map(|found| found.states)
            .collect();
        (!places.is_empty()).then_some(Self {
            holder,
            places,
            turn: 0,
        })
    }

    /// Returns the side of the bracket that owes.
    pub(crate) fn side(&self) -> Side {
        match self.holder {
            Direction::Maximize => Side::Upper,
            Direction::Minimize => Side::Lower,
        }
    }

    /// Returns after how many releases every tolerance has been tried.
    pub(crate) fn round_length(&self) -> u64 {
        TOLERANCES.len() as u64
    }

    /// Moves every end component that seems to be held to its best way out; returns the largest move.
    ///
    /// `guide` is the other side of the bracket, by which it is judged what one loses by staying.
    pub(crate) fn release(
        &mut self,
        game: &Game<'_>,
        (bound, guide): (&mut Bound, &[f64]),
        marks: &mut Marks,
    ) -> f64 {
        let tolerance = TOLERANCES[self.turn];
        self.turn = (self.turn + 1) % TOLERANCES.len();
        let held = self.held(game, (guide, tolerance), marks);
        held.iter()
            .map(|held| held.move_out(game, bound))
            .fold(0.0, f64::max)
    }

    /// Returns the end components that seem to be held, if a loss of `tolerance` of the values counts as none.
    pub(crate) fn held(
        &self,
        game: &Game<'_>,
        (guide, tolerance): (&[f64], f64),
        marks: &mut Marks,
    ) -> Vec<Held> {
        let mut all = Vec::new();
        for place in &self.places {
            let scale = place
                .iter()
                .map(|state| guide[*state as usize].abs())
                .fold(0.0, f64::max);
            let slack = tolerance * scale;
            let mut stay = |row: u32, inside: &[bool]| self.stays(game, guide, slack, (row, inside));
            for component in end_components(game, place, marks, &mut stay) {
                let mut members = component.states.clone();
                members.sort_unstable();
                all.push(Held {
                    holder: self.holder,
                    component,
                    members,
                });
            }
        }
        all
    }

    /// Answers whether a row seems to hold the play inside, and where it leads then.
    fn stays(&self, game: &Game<'_>, guide: &[f64], slack: f64, (row, inside): (u32, &[bool])) -> Staying {
        if !gains_nothing(game, row) {
            return Staying::Not;
        }
        if game.nature != self.holder {
            return opposed_face(game, guide, slack, (row, inside)).map_or(Staying::Not, Staying::To);
        }
        if game.agent != self.holder && !nearly_best(game, guide, slack, row) {
            return Staying::Not;
        }
        face_of_row(game, row, inside)
    }
}

/// An end component that seems to be held.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    holder: Direction,
    /// Its states and the rows that hold.
    pub(crate) component: EndComponent,
    /// Its states, ascending.
    members: Vec<u32>,
}

/// How an end component can be left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WayOut {
    /// By a row.
    Row(u32),
    /// By Nature going to a state.
    State(u32),
    /// By Nature leaving from a row, to states that only come together.
    Leaving(u32),
    /// Not at all; it is worth nothing.
    Nothing,
}

impl Held {
    /// Calls `visit` with every way out and what it is worth.
    fn ways_out(&self, game: &Game<'_>, (values, side): (&[f64], Side), visit: &mut dyn FnMut(f64, WayOut)) {
        for (&state, kept) in self.component.states.iter().zip(&self.component.kept) {
            for row in game.rows(state) {
                if !kept.contains(&row) {
                    if game.agent == self.holder {
                        visit(game.end(row, values, side), WayOut::Row(row));
                    }
                } else if game.nature == self.holder {
                    if let Some(worth) = self.worth_of_leaving(game, row, values) {
                        visit(worth, WayOut::Leaving(row));
                        continue;
                    }
                    for to in self.outside(game, row) {
                        visit(values[to as usize], WayOut::State(to));
                    }
                }
            }
        }
    }

    /// Returns the states outside that Nature can go to from a row.
    fn outside<'g>(&'g self, game: &'g Game<'_>, row: u32) -> impl Iterator<Item = u32> + 'g {
        let leads = game.leads(row).iter().copied();
        leads.filter(|to| self.members.binary_search(to).is_err())
    }

    /// Returns at most what leaving from a row is worth to the holder, proved, where she can go to some states outside only together.
    fn worth_of_leaving(&self, game: &Game<'_>, row: u32, values: &[f64]) -> Option<f64> {
        let (about, _) = self.leaving(game, row, values)?;
        let sign = match self.holder {
            Direction::Maximize => 1.0,
            Direction::Minimize => -1.0,
        };
        let safer = SAFER.into_iter().map(|part| about + sign * part * about.abs());
        safer
            .into_iter()
            .find(|level| self.leaves_within(game, row, (values, *level)))
    }

    /// Returns about what leaving from a row is worth to the holder on condition that it is left, and where it leads then; none where she can
    /// go to each state outside alone.
    ///
    /// Dinkelbach's method ("On nonlinear fractional programming", Management Science 13, 1967): the number that makes the best difference zero.
    pub(crate) fn leaving(
        &self,
        game: &Game<'_>,
        row: u32,
        values: &[f64],
    ) -> Option<(f64, Vec<(u32, f64)>)> {
        let set = game.set(row);
        if set.parts().is_some() {
            return None;
        }
        let (set, targets) = (set.to_set(), game.targets(row));
        let outside: Vec<bool> = targets
            .iter()
            .map(|to| self.members.binary_search(to).is_err())
            .collect();
        let worst = match self.holder {
            Direction::Maximize => Side::Lower,
            Direction::Minimize => Side::Upper,
        };
        let mut level = extreme(self.outside(game, row).map(|to| values[to as usize]), worst);
        let mut leads = Vec::new();
        for _ in 0..LEAVING_ROUNDS {
            if !level.is_finite() {
                return None;
            }
            let more = |(to, out): (&u32, &bool)| if *out { values[*to as usize] - level } else { 0.0 };
            let there: Vec<f64> = targets.iter().zip(&outside).map(more).collect();
            let found = match self.holder {
                Direction::Maximize => set.upper_expectation(&there),
                Direction::Minimize => set.lower_expectation(&there),
            }
            .ok()?;
            let taken = targets.iter().zip(&outside).zip(&found.witness);
            let taken = taken.filter(|((_, out), p)| **out && **p > 0.0);
            let taken: Vec<(u32, f64)> = taken.map(|((to, _), p)| (*to, *p)).collect();
            let mass: f64 = taken.iter().map(|(_, p)| p).sum();
            let gained = if mass > 0.0 { found.value / mass } else { 0.0 };
            let better = match self.holder {
                Direction::Maximize => gained > 0.0,
                Direction::Minimize => gained < 0.0,
            };
            if mass > 0.0 && (better || leads.is_empty()) {
                leads = taken.into_iter().map(|(to, p)| (to, p / mass)).collect();
            }
            if !better || gained.abs() <= f64::EPSILON * level.abs() {
                break;
            }
            level += gained;
        }
        (!leads.is_empty()).then_some((level, leads))
    }

    /// Says exactly whether all that leaves by a row comes to no more than a level (no less, if the holder minimises).
    fn leaves_within(&self, game: &Game<'_>, row: u32, (values, level): (&[f64], f64)) -> bool {
        let exact = |number: f64| Rational::from_f64(number);
        let more = |to: &u32| match self.members.binary_search(to) {
            Ok(_) => Some(Rational::ZERO),
            Err(_) => Some(exact(values[*to as usize])? - exact(level)?),
        };
        let there: Option<Vec<Rational>> = game.targets(row).iter().map(more).collect();
        let Some(there) = there else { return false };
        let set = game.set(row).to_set();
        match self.holder {
            Direction::Maximize => set
                .upper_expectation(&there)
                .is_ok_and(|most| !most.value.is_positive()),
            Direction::Minimize => set
                .lower_expectation(&there)
                .is_ok_and(|least| !least.value.is_negative()),
        }
    }

    /// Returns the holder's best way out, or `None` if there is none and staying costs infinitely much.
    pub(crate) fn best_way_out(&self, game: &Game<'_>, values: &[f64], side: Side) -> Option<WayOut> {
        // Held for ever, a reachability is worth nothing and a sum infinitely much.
        let mut best = match self.holder {
            Direction::Maximize => (0.0, Some(WayOut::Nothing)),
            Direction::Minimize => (f64::INFINITY, None),
        };
        self.ways_out(game, (values, side), &mut |worth, way| {
            let better = match self.holder {
                Direction::Maximize => worth > best.0,
                Direction::Minimize => worth < best.0,
            };
            if better {
                best = (worth, Some(way));
            }
        });
        best.1
    }

    /// Moves the end component to its best way out, and returns the largest move.
    fn move_out(&self, game: &Game<'_>, bound: &mut Bound) -> f64 {
        let mut out = if self.holder == Direction::Maximize {
            0.0
        } else {
            f64::INFINITY
        };
        self.ways_out(game, (&bound.values, bound.side), &mut |worth, _| {
            out = if self.holder == Direction::Maximize {
                out.max(worth)
            } else {
                out.min(worth)
            };
        });
        let mut largest = 0.0f64;
        if !out.is_finite() {
            return largest;
        }
        for (&state, kept) in self.component.states.iter().zip(&self.component.kept) {
            let at = state as usize;
            if Bound::tighter(bound.side, out, bound.values[at]) {
                largest = largest.max((out - bound.values[at]).abs());
                bound.values[at] = out;
                if let Some(&row) = kept.first() {
                    bound.row[at] = row;
                }
            }
        }
        largest
    }

    /// Makes values of the members of a component constant on the end component, on the safe side; `local` has the places of states.
    pub(crate) fn flatten(&self, of_members: &mut [f64], local: &[u32], side: Side) {
        let place = |state: &u32| local[*state as usize] as usize;
        let inside = self.members.iter().map(|state| of_members[place(state)]);
        let level = extreme(inside, side);
        for state in &self.members {
            of_members[place(state)] = level;
        }
    }

    /// Returns the greatest value on the end component for the upper side, the least for the lower.
    fn level(&self, values: &[f64], side: Side) -> f64 {
        extreme(self.members.iter().map(|state| values[*state as usize]), side)
    }

    /// Calls `visit` with every row that holds and a bound on its worth that needs no arithmetic (and so no rounding): Nature can stay among
    /// values that are at most the level, or can only go to states whose values are known.
    pub(crate) fn levels(
        &self,
        game: &Game<'_>,
        (values, side): (&[f64], Side),
        visit: &mut dyn FnMut(u32, f64),
    ) {
        let level = self.level(values, side);
        for row in self.component.kept.iter().flatten() {
            let mut worth = level;
            let together =
                || game.set(*row).parts().is_none() && self.leaves_within(game, *row, (values, level));
            if game.nature == self.holder && !together() {
                for to in game.leads(*row) {
                    let there = values[*to as usize];
                    worth = if side == Side::Upper {
                        worth.max(there)
                    } else {
                        worth.min(there)
                    };
                }
            }
            visit(*row, worth);
        }
    }
}

/// Returns the greatest value for the upper side, the least for the lower.
fn extreme(values: impl Iterator<Item = f64>, side: Side) -> f64 {
    match side {
        Side::Upper => values.fold(f64::NEG_INFINITY, f64::max),
        Side::Lower => values.fold(f64::INFINITY, f64::min),
    }
}

/// Says whether a row counts exactly nothing.
fn gains_nothing(game: &Game<'_>, row: u32) -> bool {
    let gain = game.gain(row);
    gain.below == 0.0 && gain.above == 0.0
}

/// Answers for a Nature who would rather end the play: she stays only if that (almost) costs her nothing.
fn opposed_face(
    game: &Game<'_>,
    guide: &[f64],
    slack: f64,
    (row, inside): (u32, &[bool]),
) -> Option<Vec<u32>> {
    let targets = game.targets(row);
    let event: Vec<bool> = targets.iter().map(|state| inside[*state as usize]).collect();
    let face = game.set(row).to_set().restrict(&event)?;
    let stayers: Vec<u32> = targets
        .iter()
        .copied()
        .filter(|state| inside[*state as usize])
        .collect();
    let values: Vec<f64> = stayers.iter().map(|state| guide[*state as usize]).collect();
    let free = game.expectation(row, guide);
    let (bound_by_face, loses) = match game.nature {
        Direction::Minimize => {
            let bound = face.lower_expectation(&values).ok()?;
            let loses = bound.value - free.above;
            (bound, loses)
        }
        Direction::Maximize => {
            let bound = face.upper_expectation(&values).ok()?;
            let loses = free.below - bound.value;
            (bound, loses)
        }
    };
    if loses > slack {
        return None;
    }
    let leads = stayers
        .iter()
        .zip(&bound_by_face.witness)
        .filter(|(_, p)| **p > 0.0);
    Some(leads.map(|(state, _)| *state).collect())
}

/// Says whether the agent (almost) loses nothing by a row.
fn nearly_best(game: &Game<'_>, guide: &[f64], slack: f64, row: u32) -> bool {
    let owner = game.owner(row);
    let Some((best, _)) = game.best(owner, guide, Side::Lower) else {
        return false;
    };
    (game.value(row, guide).below - best).abs() <= slack
}
