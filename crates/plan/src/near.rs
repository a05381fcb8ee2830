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
use std::ops::Range;

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
    rows: Vec<(u32, f32)>,
}

impl Into {
    fn of(draft: &Draft) -> Self {
        let rows = || (0u32..).take(draft.choice.len());
        let mut start = vec![0usize; draft.state_count() + 2];
        for (state, _) in rows().flat_map(|row| draft.leads(row)) {
            start[state as usize + 2] += 1;
        }
        for state in 2..start.len() {
            start[state] += start[state - 1];
        }
        let mut into = vec![(0, 0.0); draft.branch_count()];
        for row in rows() {
            for (state, weight) in draft.leads(row) {
                let next = &mut start[state as usize + 1];
                into[*next] = (row, weight);
                *next += 1;
            }
        }
        Self { start, rows: into }
    }

    /// Returns the places of the rows that lead into a state.
    fn of_state(&self, state: StateId) -> Range<usize> {
        self.start[state as usize]..self.start[state as usize + 1]
    }
}

/// What a step costs where the agent goes for the best state: as much as a chance of so much to lose all.
const STEP: f64 = 0.01;

/// A row as far as it is known; all but the mass are sums over its near and decided branches.
#[derive(Clone, Copy)]
struct Known {
    mass: f64,
    rating: f64,
    worth: f64,
    steps: f64,
}

/// A state, rated.
#[derive(Clone, Copy)]
struct Rated {
    rating: f64,
    worth: f64,
    steps: f64,
}

/// What is asked for.
pub(crate) struct Aims<'a> {
    pub(crate) agent: Direction,
    /// What decided states are worth.
    pub(crate) known: &'a [f64],
    /// What each choice adds, or nothing.
    pub(crate) gain: &'a [Rational],
}

struct Search<'a> {
    draft: &'a Draft,
    /// The agent pays, so that a small rating is good.
    pays: bool,
    into: Into,
    /// The state of each row.
    owner: Vec<StateId>,
    known: Vec<Known>,
    /// The key of each state that waits in the heap.
    key: Vec<u64>,
    heap: BinaryHeap<Reverse<(u64, StateId)>>,
    steps: Vec<f64>,
    near: Near,
}

impl Near {
    /// Finds the order.
    ///
    /// # Cost
    /// `O(branches + states · log states)`, as far as ratings do not get worse as more becomes known.
    pub(crate) fn find(draft: &Draft, aims: &Aims<'_>) -> Self {
        let gain = |choice: &u32| aims.gain.get(*choice as usize).map_or(0.0, Rational::to_f64);
        let start = draft.choice.iter().map(|choice| Known {
            mass: 0.0,
            rating: gain(choice),
            worth: gain(choice),
            steps: 1.0,
        });
        let states = draft.state_count();
        let owner = (0u32..).take(states);
        let mut search = Search {
            draft,
            pays: aims.agent == Direction::Minimize,
            into: Into::of(draft),
            owner: owner.flat_map(|state| draft.rows(state).map(move |_| state)).collect(),
            known: start.collect(),
            key: vec![u64::MAX; states],
            heap: BinaryHeap::new(),
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
            near.order.sort_by(|a, b| steps[*a as usize].total_cmp(&steps[*b as usize]));
        }
        near
    }
}

impl Search<'_> {
    fn run(&mut self) {
        let states = (0u32..).take(self.draft.state_count());
        for state in states.clone() {
            let value = self.near.values[state as usize];
            if self.draft.rows(state).is_empty() && value.is_finite() {
                let rated = Rated { rating: value, worth: value, steps: 0.0 };
                for at in self.into.of_state(state) {
                    self.add(self.into.rows[at], rated);
                }
            }
        }
        for state in states {
            self.wait(state);
        }
        while let Some(Reverse((key, state))) = self.heap.pop() {
            let at = state as usize;
            if self.near.rows[at] != NONE || self.key[at] != key {
                continue;
            }
            // What came to be known since may have made it worse.
            let Some((rating, row)) = self.best(state) else {
                continue;
            };
            if self.key_of(rating) > key {
                self.wait(state);
                continue;
            }
            let known = self.known[row as usize];
            let (worth, steps) = (known.worth / known.mass, known.steps / known.mass);
            (self.near.values[at], self.near.rows[at]) = (worth, row);
            self.steps[at] = steps;
            self.near.order.push(state);
            self.tell(state, Rated { rating, worth, steps });
        }
    }

    /// Tells the rows that lead to a state how it is rated.
    fn tell(&mut self, state: StateId, rated: Rated) {
        for at in self.into.of_state(state) {
            let (row, weight) = self.into.rows[at];
            self.add((row, weight), rated);
            let owner = self.owner[row as usize] as usize;
            if self.near.rows[owner] == NONE {
                let key = self.key_of(self.rating(row));
                if key < self.key[owner] {
                    self.key[owner] = key;
                    self.heap.push(Reverse((key, self.owner[row as usize])));
                }
            }
        }
    }

    fn add(&mut self, (row, weight): (u32, f32), rated: Rated) {
        let (known, weight) = (&mut self.known[row as usize], f64::from(weight));
        known.mass += weight;
        known.rating += weight * rated.rating;
        known.worth += weight * rated.worth;
        known.steps += weight * rated.steps;
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
    fn rating(&self, row: u32) -> f64 {
        let known = self.known[row as usize];
        let rating = known.rating / known.mass;
        if self.pays { rating } else { rating - STEP * rating.abs() }
    }

    /// Returns the best row of a state with its rating.
    fn best(&self, state: StateId) -> Option<(f64, u32)> {
        let rows = self.draft.rows(state);
        let rows = rows.filter(|row| self.known[*row as usize].mass > 0.0);
        let ratings = rows.map(|row| (self.rating(row), row));
        ratings.reduce(|best, next| {
            let better = if self.pays { next.0 < best.0 } else { next.0 > best.0 };
            if better { next } else { best }
        })
    }

    /// Returns a number that is smaller the better a rating is.
    fn key_of(&self, rating: f64) -> u64 {
        let bits = if self.pays { rating } else { -rating }.to_bits();
        if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
    }
}
