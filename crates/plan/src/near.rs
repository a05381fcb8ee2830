//! Which states are near to where the agent goes, and about what they are worth: where a sweep should begin, and a first guess.
//!
//! States become near one after another, the best first, as in Dijkstra's algorithm. A row is rated by its branches to states that are near or
//! decided, as if the play came back and tried again by the others: by what it costs and they are rated, over their mass, where the agent pays;
//! else by what they are rated, over their mass, and a little less for the step. That is exact where the play never has to go on
//! to states that are farther; elsewhere it is a guess, which nobody relies on. What is good about it is the order of how many steps are left: in it a
//! sweep goes along with the news, whatever walls the play goes around.
//!
//! # Source
//! Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1, 1959. With all rows sure it is that algorithm; for chances
//! see Bertsekas, *Dynamic Programming and Optimal Control*, vol. II, on stochastic shortest paths for which label setting is right.

use crate::draft::Draft;
use murphy_notation::Rational;
use murphy_problem::Direction;
use murphy_world::StateId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// States in the order in which they became known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Near {
    /// The states that became known, the nearest first.
    pub(crate) order: Vec<StateId>,
    /// About what each state is worth; what was given for those that did not become known.
    pub(crate) values: Vec<f64>,
    /// The row that each state seems to take, [`NONE`] if it did not become known.
    pub(crate) rows: Vec<u32>,
}

/// Which rows lead into each state, and how probably.
struct Into {
    start: Vec<usize>,
    rows: Vec<u32>,
    /// In parts of [`CERTAIN`], at least one.
    chances: Vec<u16>,
}

/// As many parts as make a chance certain: chances need not be precise, and there are as many as branches.
const CERTAIN: f32 = 65_535.0;

impl Into {
    fn of(draft: &Draft<'_>) -> Self {
        let owners = || (0u32..).take(draft.state_count());
        let mut start = vec![0usize; draft.state_count() + 2];
        for state in owners().flat_map(|owner| draft.ahead(owner)) {
            start[*state as usize + 2] += 1;
        }
        for state in 2..start.len() {
            start[state] += start[state - 1];
        }
        let count = draft.branch_count();
        let (mut rows, mut chances) = (vec![0; count], vec![0; count]);
        for owner in owners() {
            for row in draft.rows(owner) {
                for (state, chance) in draft.chances(owner, row) {
                    let next = &mut start[state as usize + 1];
                    (rows[*next], chances[*next]) = (row, parts(chance));
                    *next += 1;
                }
            }
        }
        Self { start, rows, chances }
    }

    /// Returns the numbers of the branches into a state.
    fn branches(&self, state: StateId) -> std::ops::Range<usize> {
        self.start[state as usize]..self.start[state as usize + 1]
    }
}

/// What a step costs where the agent goes for the best state: as much as a chance of so much to lose all.
const STEP: f32 = 0.01;

/// A row as far as it is known; all but the mass are sums over its near and decided branches. Nobody relies on these numbers, so they are short.
#[derive(Clone, Copy)]
struct Known {
    mass: f32,
    rating: f32,
    worth: f32,
    steps: f32,
    /// How many of its branches are neither.
    left: u32,
    /// The state of the row.
    owner: StateId,
}

/// A state, rated.
#[derive(Clone, Copy)]
struct Rated {
    rating: f32,
    worth: f32,
    steps: f32,
}

impl Rated {
    /// Returns the rating of a state that is decided.
    fn known(value: f32) -> Self {
        Self {
            rating: value,
            worth: value,
            steps: 0.0,
        }
    }
}

/// The key of a state that is near.
const SETTLED: u32 = 0;
/// The key of a state of which nothing is known.
const UNSEEN: u32 = u32::MAX;
/// A key that is better by less, about a thousandth of the rating, is not worth a new place in the heap.
const HARDLY: u32 = 1 << 13;

/// What is asked for.
pub(crate) struct Aims<'a> {
    pub(crate) agent: Direction,
    /// What decided states are worth.
    pub(crate) known: &'a [f64],
    /// What each choice adds, or nothing.
    pub(crate) gain: &'a [Rational],
}

struct Search<'a> {
    draft: &'a Draft<'a>,
    /// The agent pays, so that a small rating is good.
    pays: bool,
    into: Into,
    known: Vec<Known>,
    /// The key that each state waits in the heap with.
    key: Vec<u32>,
    /// How many rows of each state have branches left.
    open: Vec<u32>,
    /// States without such rows: all about them is known.
    complete: Vec<StateId>,
    heap: BinaryHeap<Reverse<(u32, StateId)>>,
    steps: Vec<f32>,
    near: Near,
}

impl Near {
    /// Finds the order.
    ///
    /// # Cost
    /// `O(branches + states · log states)`, as far as ratings do not get worse as more becomes known.
    pub(crate) fn find(draft: &Draft<'_>, aims: &Aims<'_>) -> Self {
        let states = draft.state_count();
        let mut search = Search {
            draft,
            pays: aims.agent == Direction::Minimize,
            into: Into::of(draft),
            known: aims.nothing_known(draft),
            key: vec![UNSEEN; states],
            open: (0u32..)
                .take(states)
                .map(|state| u32::try_from(draft.rows(state).len()).unwrap_or(0))
                .collect(),
            complete: Vec::new(),
            heap: BinaryHeap::with_capacity(states),
            steps: vec![0.0; states],
            near: Self {
                order: Vec::with_capacity(states),
                values: aims.known.to_vec(),
                rows: vec![NONE; states],
            },
        };
        search.run();
        let (mut near, steps) = (search.near, search.steps);
        if search.pays {
            near.order
                .sort_by(|a, b| steps[*a as usize].total_cmp(&steps[*b as usize]));
        }
        near
    }
}

impl Aims<'_> {
    /// Returns the rows before anything is known.
    fn nothing_known(&self, draft: &Draft<'_>) -> Vec<Known> {
        let mut known = Vec::with_capacity(draft.choice.len());
        for owner in (0u32..).take(draft.state_count()) {
            for row in draft.rows(owner) {
                let choice = draft.choice[row as usize] as usize;
                let gain = self.gain.get(choice).map_or(0.0, |gain| short(gain.to_f64()));
                known.push(Known {
                    mass: 0.0,
                    rating: gain,
                    worth: gain,
                    steps: 1.0,
                    left: u32::try_from(draft.leads(owner, row).len()).unwrap_or(u32::MAX),
                    owner,
                });
            }
        }
        known
    }
}

impl Search<'_> {
    fn run(&mut self) {
        let states = (0u32..).take(self.draft.state_count());
        for state in states.clone() {
            let value = short(self.near.values[state as usize]);
            if self.draft.rows(state).is_empty() && value.is_finite() {
                self.tell(state, Rated::known(value), false);
            }
        }
        self.finish_complete();
        for state in states {
            if self.key[state as usize] != SETTLED {
                self.wait(state);
            }
        }
        while let Some(Reverse((key, state))) = self.heap.pop() {
            if self.key[state as usize] != key {
                continue;
            }
            // What came to be known since may have made it worse.
            match self.best(state) {
                Some((rating, row)) if self.key_of(rating) <= key => {
                    self.settle(state, (rating, row));
                    self.finish_complete();
                }
                _ => self.wait(state),
            }
        }
    }

    /// Settles the states about which all is known, wherever they would come.
    fn finish_complete(&mut self) {
        while let Some(state) = self.complete.pop() {
            if self.key[state as usize] != SETTLED
                && let Some(best) = self.best(state)
            {
                self.settle(state, best);
            }
        }
    }

    /// Makes a state near, and tells the rows that lead to it.
    fn settle(&mut self, state: StateId, (rating, row): (f32, u32)) {
        let (at, known) = (state as usize, self.known[row as usize]);
        let rated = Rated {
            rating,
            worth: known.worth / known.mass,
            steps: known.steps / known.mass,
        };
        self.key[at] = SETTLED;
        self.steps[at] = rated.steps;
        (self.near.values[at], self.near.rows[at]) = (rated.worth.into(), row);
        self.near.order.push(state);
        self.tell(state, rated, true);
    }

    /// Tells the rows that lead to a state how it is rated, and puts their states into the heap where they get better by it.
    fn tell(&mut self, state: StateId, rated: Rated, push: bool) {
        for at in self.into.branches(state) {
            let known = &mut self.known[self.into.rows[at] as usize];
            known.add(f32::from(self.into.chances[at]) / CERTAIN, rated);
            let (known, owner) = (*known, known.owner as usize);
            let waiting = self.key[owner];
            if waiting == SETTLED {
                continue;
            }
            if known.left == 0 {
                self.open[owner] -= 1;
                if self.open[owner] == 0 {
                    self.complete.push(known.owner);
                    continue;
                }
            }
            if push {
                let key = self.key_of(self.rating(known));
                if key < waiting.saturating_sub(HARDLY) {
                    self.key[owner] = key;
                    self.heap.push(Reverse((key, known.owner)));
                }
            }
        }
    }

    /// Puts a state into the heap as it is known now, if it is.
    fn wait(&mut self, state: StateId) {
        if let Some((rating, _)) = self.best(state) {
            let key = self.key_of(rating);
            self.key[state as usize] = key;
            self.heap.push(Reverse((key, state)));
        }
    }

    /// Rates a row that has near or decided branches.
    fn rating(&self, known: Known) -> f32 {
        let rating = known.rating / known.mass;
        if self.pays {
            rating
        } else {
            rating - STEP * rating.abs()
        }
    }

    /// Returns the best row of a state with its rating.
    fn best(&self, state: StateId) -> Option<(f32, u32)> {
        let rows = self.draft.rows(state);
        let known = rows.map(|row| (self.known[row as usize], row));
        let ratings = known.filter(|(known, _)| known.mass > 0.0);
        let ratings = ratings.map(|(known, row)| (self.rating(known), row));
        ratings.reduce(|best, next| {
            let better = if self.pays {
                next.0 < best.0
            } else {
                next.0 > best.0
            };
            if better { next } else { best }
        })
    }

    /// Returns a number that is smaller the better a rating is; that of a number is neither [`SETTLED`] nor [`UNSEEN`].
    fn key_of(&self, rating: f32) -> u32 {
        let bits = if self.pays { rating } else { -rating }.to_bits();
        let key = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
        key.clamp(SETTLED + 1, UNSEEN - 1)
    }
}

impl Known {
    fn add(&mut self, weight: f32, rated: Rated) {
        self.mass += weight;
        self.rating += weight * rated.rating;
        self.worth += weight * rated.worth;
        self.steps += weight * rated.steps;
        self.left = self.left.saturating_sub(1);
    }
}

/// Returns a chance in parts of [`CERTAIN`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between one and as many as are certain"
)]
fn parts(chance: f32) -> u16 {
    (chance * CERTAIN + 0.5).clamp(1.0, CERTAIN) as u16
}

#[expect(clippy::cast_possible_truncation, reason = "nobody relies on these numbers")]
fn short(number: f64) -> f32 {
    number as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Row;
    use murphy_credal::{CredalSet, Interval, Precise};
    use murphy_world::{Model, ModelBuilder};

    /// Builds a model: of each state the choices, of each choice where it leads and its bounds in tenths.
    fn model(states: &[&[&[(StateId, i64, i64)]]]) -> Model {
        let mut builder = ModelBuilder::new("test", (0..4).map(|index| index.to_string()).collect());
        for choices in states {
            builder.add_state(vec![]);
            for (action, choice) in (0..).zip(*choices) {
                let tenths = |end: fn(&(StateId, i64, i64)) -> i64| {
                    choice
                        .iter()
                        .map(|branch| Rational::new(end(branch), 10))
                        .collect()
                };
                let set = if let [_] = choice {
                    CredalSet::from(Precise::new(vec![Rational::ONE]).unwrap())
                } else {
                    CredalSet::from(
                        Interval::new(tenths(|branch| branch.1), tenths(|branch| branch.2)).unwrap(),
                    )
                };
                let targets: Vec<StateId> = choice.iter().map(|branch| branch.0).collect();
                builder.add_choice(action, set, targets).unwrap();
            }
        }
        builder.start(vec![(0, Rational::ONE)]).finish().unwrap()
    }

    /// Drafts all choices of the states before `decided`.
    fn draft(model: &Model, decided: StateId) -> Draft<'_> {
        Draft::new(model, |state, rows| {
            if state < decided {
                rows.extend(model.choices(state).map(Row::whole));
            }
        })
        .unwrap()
    }

    #[test]
    fn sure_ways_are_the_shortest() {
        // 0 goes to 1 for 1 or to 3 for 9; 1 goes to 2 for 5; 2 goes to 3 for 1.
        let model = model(&[
            &[&[(1, 10, 10)], &[(3, 10, 10)]],
            &[&[(2, 10, 10)]],
            &[&[(3, 10, 10)]],
            &[&[(3, 10, 10)]],
        ]);
        let aims = Aims {
            agent: Direction::Minimize,
            known: &[0.0, 0.0, 0.0, 0.0],
            gain: &[1i64, 9, 5, 1, 0].map(Rational::from),
        };
        let near = Near::find(&draft(&model, 3), &aims);
        assert_eq!(near.values, [7.0, 6.0, 1.0, 0.0]);
        assert_eq!(near.order, [2, 1, 0]);
        assert_eq!(near.rows, [0, 2, 3, NONE]);
    }

    #[test]
    fn a_slip_back_counts_as_trying_again() {
        // 0 comes to 1 by about 8 in 10 and else slips to 2, from where one comes back; 1 is the prize, 3 is lost.
        let model = model(&[
            &[&[(1, 7, 9), (2, 1, 3)], &[(1, 5, 5), (3, 5, 5)]],
            &[&[(1, 10, 10)]],
            &[&[(0, 10, 10)]],
            &[&[(3, 10, 10)]],
        ]);
        let draft = Draft::new(&model, |state, rows| {
            if state % 2 == 0 {
                rows.extend(model.choices(state).map(Row::whole));
            }
        });
        let aims = Aims {
            agent: Direction::Maximize,
            known: &[0.0, 1.0, 0.0, 0.0],
            gain: &[],
        };
        let near = Near::find(&draft.unwrap(), &aims);
        assert_eq!(near.order, [0, 2]);
        assert_eq!(near.rows[0], 0);
        assert!((near.values[0] - 1.0).abs() < 1e-6 && (near.values[2] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn states_that_lead_nowhere_known_are_left_out() {
        let model = model(&[&[&[(1, 10, 10)]], &[&[(0, 10, 10)]], &[&[(2, 10, 10)]]]);
        let aims = Aims {
            agent: Direction::Maximize,
            known: &[0.0, 0.0, 1.0],
            gain: &[],
        };
        let near = Near::find(&draft(&model, 2), &aims);
        assert!(near.order.is_empty());
        assert_eq!(near.rows, [NONE; 3]);
    }
}
