//! Drives both sides of the bracket together, component by component, until the gap at the start is within the precision.

use crate::bound::{Bound, NO_ROW};
use crate::game::{Game, Side};
use crate::graph::{components, sweep_order};
use crate::holding::Holding;
use crate::settings::{Progress, Settings};
use murphy_problem::StopReason;

/// After how many sweeps held plays are looked for again.
const RELEASE_EVERY: u64 = 5;
/// The first round solves each component to this part of the precision, since the gaps of a chain of components may add up.
const FIRST_SHARE: f64 = 1.0 / 16.0;
/// Each later round is more precise by this factor.
const NEXT_SHARE: f64 = 1.0 / 64.0;
/// From this many branches on, the two sides are swept at the same time.
const JOIN_MIN: usize = 1 << 12;

/// A strongly connected component in the making.
struct Component {
    /// Its states in the order of a sweep.
    order: Vec<u32>,
    /// One state that does not lead back to itself: one backup says all.
    single: bool,
    /// Its branches.
    branches: usize,
    /// Where plays can be held, once looked for.
    holding: Option<Holding>,
}

/// Both sides of the bracket, and the components to improve them by.
pub(crate) struct Solver<'a> {
    game: &'a Game<'a>,
    settings: &'a Settings<'a>,
    pub(crate) lower: Bound,
    pub(crate) upper: Bound,
    components: Vec<Component>,
    /// Sweeps made so far.
    pub(crate) sweeps: u64,
    spent: bool,
}

impl<'a> Solver<'a> {
    /// Returns a solver that starts from two valid bounds; `owing` is the side that owes something to held plays.
    pub(crate) fn new(
        game: &'a Game<'a>,
        settings: &'a Settings<'a>,
        (lower, upper): (Bound, Bound),
        owing: Option<Side>,
    ) -> Self {
        let undecided: Vec<bool> = (0u32..)
            .take(game.state_count())
            .map(|state| !game.rows(state).is_empty())
            .collect();
        let found = components(&game.successors, &undecided);
        let components = found.iter().map(|states| {
            let single = matches!(states, [only] if game.successors.get(*only).binary_search(only).is_err());
            let holding = owing
                .filter(|_| !single)
                .and_then(|side| Holding::find(game, states, side));
            Component {
                order: sweep_order(states, &game.successors, &game.predecessors),
                single,
                branches: states.iter().map(|state| game.branches(*state)).sum(),
                holding,
            }
        });
        let components = components.collect();
        Self {
            game,
            settings,
            lower,
            upper,
            components,
            sweeps: 0,
            spent: false,
        }
    }

    /// Improves both sides until `gap` of them is within the precision, or nothing moves any more, or the budget is spent.
    pub(crate) fn solve(&mut self, precision: f64, gap: &dyn Fn(&[f64], &[f64]) -> f64) -> StopReason {
        let mut tolerance = precision * FIRST_SHARE;
        loop {
            let moved = self.round(tolerance);
            if gap(&self.lower.values, &self.upper.values) <= precision {
                return StopReason::Precise;
            }
            if self.spent {
                return StopReason::SweepsSpent;
            }
            if !moved {
                return StopReason::Stalled;
            }
            tolerance *= NEXT_SHARE;
        }
    }

    /// Improves every component once, those that others lead to first; says whether anything moved.
    fn round(&mut self, tolerance: f64) -> bool {
        let mut moved = false;
        for index in 0..self.components.len() {
            let mut component = std::mem::replace(
                &mut self.components[index],
                Component {
                    order: Vec::new(),
                    single: true,
                    branches: 0,
                    holding: None,
                },
            );
            moved |= self.improve(&mut component, index, tolerance);
            self.components[index] = component;
        }
        moved
    }

    /// Improves one component until its gap is not more than `tolerance` above that of what it leads to.
    fn improve(&mut self, component: &mut Component, index: usize, tolerance: f64) -> bool {
        if component.single {
            self.sweeps += 1;
            return self.sweep(component) > 0.0;
        }
        if !self.found(component) {
            self.find_upper(component);
        }
        let inherited = self.inherited_gap(component);
        let (mut moved, mut quiet) = (false, 0);
        for sweep in 1.. {
            let mut change = self.sweep(component);
            self.sweeps += 1;
            if sweep % RELEASE_EVERY == 0
                && let Some(holding) = &mut component.holding
            {
                let (bound, guide) = match holding.side() {
                    Side::Upper => (&mut self.upper, &self.lower),
                    Side::Lower => (&mut self.lower, &self.upper),
                };
                change = change.max(holding.release(self.game, bound, &guide.values));
            }
            moved |= change > 0.0;
            quiet = if change > 0.0 { 0 } else { quiet + 1 };
            let gap = self.gap(component);
            if gap <= inherited + tolerance * self.scale(component) {
                break;
            }
            let rest = component.holding.as_ref().map_or(1, Holding::round_length) * RELEASE_EVERY;
            if quiet >= rest {
                break;
            }
            if sweep >= self.settings.sweeps_max {
                self.spent = true;
                break;
            }
            if sweep.is_power_of_two() || sweep % 1024 == 0 {
                let of = self.components.len();
                self.settings.report(Progress {
                    component: index,
                    of,
                    sweeps: self.sweeps,
                    gap,
                });
            }
        }
        moved
    }

    /// Says whether the upper side of a component has a vector to start from.
    fn found(&self, component: &Component) -> bool {
        component
            .order
            .iter()
            .all(|state| self.upper.values[*state as usize].is_finite())
    }

    /// Looks for a first vector that is strictly above the operator, on a component of a sum without one.
    ///
    /// Something extra is counted on every step, so that nobody gains by going round for ever, and the operator is iterated from below. Once no
    /// value moves by as much as the extra, what was iterated is strictly above the operator without it.
    fn find_upper(&mut self, component: &Component) {
        let (game, upper) = (self.game, &mut self.upper);
        let rows = component.order.iter().flat_map(|state| game.rows(*state));
        let extra = rows.map(|row| game.gain(row).above).fold(1.0, f64::max);
        for &state in &component.order {
            upper.values[state as usize] = self.lower.values[state as usize];
        }
        for _ in 0..self.settings.sweeps_max {
            self.sweeps += 1;
            let mut largest = 0.0f64;
            for &state in &component.order {
                if let Some((worth, row)) = game.best(state, &upper.values, Side::Upper) {
                    let value = worth + extra;
                    largest = largest.max(value - upper.values[state as usize]);
                    upper.values[state as usize] = value;
                    upper.row[state as usize] = row;
                }
            }
            if !largest.is_finite() {
                break;
            }
            let holds = |state: &u32| {
                let worth = game.best(*state, &upper.values, Side::Upper);
                worth.is_some_and(|(worth, _)| worth.next_up() <= upper.values[*state as usize])
            };
            if largest < 0.75 * extra && component.order.iter().all(holds) {
                for &state in &component.order {
                    if let Some((_, row)) = game.best(state, &upper.values, Side::Upper) {
                        upper.row[state as usize] = row;
                    }
                }
                return;
            }
        }
        self.spent = true;
        for &state in &component.order {
            upper.values[state as usize] = f64::INFINITY;
            upper.row[state as usize] = NO_ROW;
        }
    }

    /// Sweeps both sides of a component once and returns the largest move.
    fn sweep(&mut self, component: &Component) -> f64 {
        let (game, order) = (self.game, &component.order);
        let (lower, upper) = (&mut self.lower, &mut self.upper);
        let (a, b) = if component.branches >= JOIN_MIN {
            rayon::join(|| lower.sweep(game, order), || upper.sweep(game, order))
        } else {
            (lower.sweep(game, order), upper.sweep(game, order))
        };
        a.max(b)
    }

    fn gap_of(&self, state: u32) -> f64 {
        let (lower, upper) = (
            self.lower.values[state as usize],
            self.upper.values[state as usize],
        );
        if lower.is_infinite() && upper.is_infinite() {
            0.0
        } else {
            upper - lower
        }
    }

    /// Returns the widest bracket in a component.
    fn gap(&self, component: &Component) -> f64 {
        component
            .order
            .iter()
            .map(|state| self.gap_of(*state))
            .fold(0.0, f64::max)
    }

    /// Returns the widest bracket among the states outside that a component leads to.
    fn inherited_gap(&self, component: &Component) -> f64 {
        let mut members = component.order.clone();
        members.sort_unstable();
        let leads = component
            .order
            .iter()
            .flat_map(|state| self.game.successors.get(*state));
        let outside = leads.filter(|state| members.binary_search(state).is_err());
        outside.map(|state| self.gap_of(*state)).fold(0.0, f64::max)
    }

    /// Returns the magnitude of the values of a component, at most one: small values deserve a small gap.
    fn scale(&self, component: &Component) -> f64 {
        component
            .order
            .iter()
            .map(|state| self.upper.values[*state as usize].abs())
            .fold(0.0, f64::max)
            .min(1.0)
    }
}
