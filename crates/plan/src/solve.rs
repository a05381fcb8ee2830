//! Drives both sides of the bracket together, component by component, until the gap at the start is within the precision.

use crate::bound::{Bound, Care};
use crate::course::Course;
use crate::evaluate::{Aim, evaluate};
use crate::first_upper::find_upper;
use crate::game::{Game, Side};
use crate::graph::{components, sweep_order};
use crate::holding::Holding;
use crate::leap::{Leap, prove_flat};
use crate::oracle::{Oracle, shyness};
use crate::patience::{EVALUATE_AFTER, Patience, Verdict};
use crate::settings::{Method, Progress, Settings};
use murphy_problem::StopReason;

/// After how many sweeps held plays are looked for again.
const RELEASE_EVERY: u64 = 5;
/// The first round solves each component to this part of the precision, since the gaps of a chain of components may add up; one
/// component alone has nothing to add to.
const FIRST_SHARE: f64 = 1.0 / 16.0;
const ALONE_SHARE: f64 = 1.0 / 2.0;
/// Each later round is more precise by this factor.
const NEXT_SHARE: f64 = 1.0 / 64.0;
/// From this many branches on, the two sides are swept at the same time.
const JOIN_MIN: usize = 1 << 15;
/// One sweep in so many asks all rows also on the side where following the policy would do.
const FULL_EVERY: u64 = 4;
/// How much further off the fixed point a guess is tried, if it does not prove itself.
const WIDER: [f64; 3] = [1.0, 8.0, 64.0];
/// A loss within this part is none when it is asked which plays are held.
const HELD_WITHIN: [f64; 2] = [1e-9, 1e-6];
/// Components of at most so many states are settled to the last figures, in at most so many operations.
const SMALL: usize = 48;
const OPERATIONS_MAX: u64 = 1 << 20;
/// By how much of itself a step small guesses are put off to prove themselves; how much rounding asks for depends on the rows.
const SHY: [f64; 4] = [3e-15, 1e-14, 1e-13, 1e-12];

/// A strongly connected component in the making.
#[derive(Default)]
struct Component {
    /// Its states in the order of a sweep.
    order: Vec<u32>,
    /// The same, backwards; empty if there is but one.
    reverse: Vec<u32>,
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
    /// A component cannot be narrowed any more.
    stuck: bool,
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
            let order = sweep_order(states, &game.successors, &game.predecessors);
            Component {
                reverse: order.iter().rev().copied().filter(|_| !single).collect(),
                order,
                single,
                branches: states.iter().map(|state| game.branches(*state)).sum(),
                holding,
            }
        });
        let components = components.collect();
        let (mut lower, mut upper) = (lower, upper);
        lower.prepare(game);
        upper.prepare(game);
        Self {
            game,
            settings,
            lower,
            upper,
            components,
            sweeps: 0,
            spent: false,
            stuck: false,
        }
    }

    /// Improves both sides until `gap` of them is within the precision, or nothing moves any more, or the budget is spent.
    pub(crate) fn solve(&mut self, precision: f64, gap: &dyn Fn(&[f64], &[f64]) -> f64) -> StopReason {
        let several = self
            .components
            .iter()
            .filter(|component| !component.single)
            .nth(1)
            .is_some();
        let mut tolerance = precision * if several { FIRST_SHARE } else { ALONE_SHARE };
        let mut last = f64::INFINITY;
        loop {
            let moved = self.round(tolerance);
            let gap = gap(&self.lower.values, &self.upper.values);
            if gap <= precision {
                return StopReason::Precise;
            }
            if self.spent {
                return StopReason::SweepsSpent;
            }
            if !moved || (self.stuck && gap > 0.9 * last) {
                return StopReason::Stalled;
            }
            (last, self.stuck) = (gap, false);
            tolerance *= NEXT_SHARE;
        }
    }

    /// Improves every component once, those that others lead to first; says whether anything moved.
    fn round(&mut self, tolerance: f64) -> bool {
        let mut moved = false;
        for index in 0..self.components.len() {
            let mut component = std::mem::take(&mut self.components[index]);
            moved |= self.improve(&mut component, index, tolerance);
            self.components[index] = component;
        }
        moved
    }

    /// Improves one component until its gap is not more than `tolerance` above that of what it leads to.
    fn improve(&mut self, component: &mut Component, index: usize, tolerance: f64) -> bool {
        let mut leaps = [Leap::default(), Leap::default()];
        if component.single {
            return self.sweep(component, &mut leaps, (1, Care::Full, false)) > 0.0;
        }
        if !self.found(component) && component.holding.is_none() {
            // A guess that proves itself is a cheaper upper side to start from than iterating to one.
            for _ in 0..EVALUATE_AFTER {
                self.lower.sweep(self.game, &component.order, Care::Full);
            }
            self.sweeps += EVALUATE_AFTER;
            let aim = tolerance * self.scale(component);
            self.evaluate(component, aim);
        }
        if !self.found(component) {
            let (bounds, limit) = ((&self.lower, &mut self.upper), self.settings.sweeps_max);
            match find_upper(self.game, &component.order, bounds, limit) {
                Some(sweeps) => self.sweeps += sweeps,
                None => self.spent = true,
            }
        }
        let aim = self.inherited_gap(component) + tolerance;
        let quiet = component
            .holding
            .as_ref()
            .map_or(1, |holding| holding.round_length() * RELEASE_EVERY);
        let mut patience = Patience::new(aim, quiet, self.settings.sweeps_max);
        let mut course = Course::new(self.gaps(component).1);
        let mut moved = false;
        for sweep in 1.. {
            let full = patience.is_quiet() || sweep <= 2 || sweep % FULL_EVERY == 0;
            let care = if full { Care::Full } else { Care::Follow };
            let mut change = self.sweep(component, &mut leaps, (sweep, care, course.back()));
            if sweep % RELEASE_EVERY == 0 {
                change = change.max(self.release(component));
            }
            let mut verdict = Verdict::GoOn;
            if patience.evaluates(sweep) {
                let answer = self.evaluate(component, tolerance * self.scale(component));
                change = change.max(answer.unwrap_or(0.0));
                verdict = patience.evaluated(sweep, answer.is_some(), self.gaps(component).0);
            }
            moved |= change > 0.0;
            let (gap, total) = self.gaps(component);
            course.learn(sweep, total);
            if verdict == Verdict::GoOn {
                verdict = patience.after(sweep, (change, full), (gap, self.scale(component)));
            }
            if sweep.is_power_of_two() || sweep % 256 == 0 {
                let (of, sweeps) = (self.components.len(), self.sweeps);
                self.settings.report(Progress {
                    component: index,
                    of,
                    sweeps,
                    gap,
                });
            }
            self.spent |= verdict == Verdict::Spent;
            self.stuck |= verdict == Verdict::Stuck;
            if verdict != Verdict::GoOn {
                break;
            }
        }
        moved
    }

    /// Takes what is owed to held plays away and returns the largest move.
    fn release(&mut self, component: &mut Component) -> f64 {
        let Some(holding) = &mut component.holding else {
            return 0.0;
        };
        let (bound, guide) = match holding.side() {
            Side::Upper => (&mut self.upper, &self.lower),
            Side::Lower => (&mut self.lower, &self.upper),
        };
        holding.release(self.game, bound, &guide.values)
    }

    /// Guesses the values of a component by policy iteration, proves what can be proved and returns the largest move.
    ///
    /// The side that owes nothing to held plays goes first: it says which plays are held on the other, and where that one may start.
    /// Returns none if nothing was proved on some side.
    fn evaluate(&mut self, component: &Component, aim: f64) -> Option<f64> {
        if self.settings.method == Method::ValueIteration {
            return None;
        }
        let owing = component.holding.as_ref().map(Holding::side);
        let sides = if owing == Some(Side::Lower) {
            [Side::Upper, Side::Lower]
        } else {
            [Side::Lower, Side::Upper]
        };
        if component.order.len() <= SMALL {
            self.settle(component, sides)
        } else {
            self.guess(component, sides, aim)
        }
    }

    /// Does so for a small component, to the last figures.
    fn settle(&mut self, component: &Component, sides: [Side; 2]) -> Option<f64> {
        let (game, order) = (self.game, &component.order);
        let mut largest = 0.0f64;
        let mut start: Option<Vec<f64>> = None;
        for side in sides {
            let (bound, guide) = match side {
                Side::Lower => (&mut self.lower, &self.upper),
                Side::Upper => (&mut self.upper, &self.lower),
            };
            let held = match &component.holding {
                Some(holding) if holding.side() == side => holding.held(game, &guide.values, HELD_WITHIN[0]),
                _ => Vec::new(),
            };
            let aids = (start.as_deref(), held.as_slice(), OPERATIONS_MAX);
            let mut oracle = Oracle::new(game, order, bound, aids);
            let values = oracle.settle(&vec![0.0; order.len()])?;
            let proved = SHY.into_iter().find_map(|shy| {
                let landing = oracle.settle(&shyness(&values, side, shy))?;
                let (change, sweeps) = prove_flat(bound, game, order, (landing, &held));
                self.sweeps += sweeps;
                change
            });
            largest = largest.max(proved?);
            start = Some(values);
        }
        Some(largest)
    }

    /// Does so for a large component, as precisely as it has to be.
    fn guess(&mut self, component: &Component, sides: [Side; 2], aim: f64) -> Option<f64> {
        let (game, order) = (self.game, &component.order);
        let (mut largest, mut proved, mut guess) = (0.0f64, 0, None);
        for side in sides {
            let (bound, guide) = match side {
                Side::Lower => (&mut self.lower, &self.upper),
                Side::Upper => (&mut self.upper, &self.lower),
            };
            for tolerance in HELD_WITHIN {
                let held = match &component.holding {
                    Some(holding) if holding.side() == side => holding.held(game, &guide.values, tolerance),
                    _ => Vec::new(),
                };
                let aim = Aim {
                    held: &held,
                    tolerance: aim,
                };
                let Some(found) = evaluate(game, order, (bound, guess.take()), &aim) else {
                    break;
                };
                let change = WIDER.iter().find_map(|times| {
                    let (change, sweeps) =
                        prove_flat(bound, game, order, (found.landing(side, *times), &held));
                    self.sweeps += sweeps;
                    change
                });
                // The other side is not far.
                guess = Some(found);
                if let Some(change) = change {
                    largest = largest.max(change);
                    proved += 1;
                    break;
                }
            }
        }
        (proved == 2).then_some(largest)
    }

    /// Says whether the upper side of a component has a vector to start from.
    fn found(&self, component: &Component) -> bool {
        component
            .order
            .iter()
            .all(|state| self.upper.values[*state as usize].is_finite())
    }

    /// Sweeps both sides of a component once, leaps where it is time, and returns the largest move of the sweep.
    fn sweep(
        &mut self,
        component: &Component,
        leaps: &mut [Leap; 2],
        (sweep, care, back): (u64, Care, bool),
    ) -> f64 {
        let game = self.game;
        let order = if back {
            &component.reverse
        } else {
            &component.order
        };
        let improve = |bound: &mut Bound, leap: &mut Leap| {
            let change = bound.sweep(game, order, care);
            let more = if component.single {
                0
            } else {
                leap.after(sweep, game, &component.order, bound)
            };
            (change, more)
        };
        let [low, high] = leaps;
        let (lower, upper) = (&mut self.lower, &mut self.upper);
        let (a, b) = if component.branches >= JOIN_MIN {
            rayon::join(|| improve(lower, low), || improve(upper, high))
        } else {
            (improve(lower, low), improve(upper, high))
        };
        self.sweeps += 1 + a.1.max(b.1);
        a.0.max(b.0)
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

    /// Returns the widest bracket in a component, and the sum of all.
    fn gaps(&self, component: &Component) -> (f64, f64) {
        let gaps = component.order.iter().map(|state| self.gap_of(*state));
        gaps.fold((0.0, 0.0), |(widest, sum), gap| (gap.max(widest), sum + gap))
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
