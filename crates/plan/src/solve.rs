//! Drives both sides of the bracket together, component by component, until the gap at the start is within the precision.

use crate::bound::NO_ROW;
use crate::bound::{Bound, Care};
use crate::course::Course;
use crate::end_component::Marks;
use crate::evaluate::{Aim, Guess, Start, evaluate, land};
use crate::first_upper::find_upper;
use crate::game::{Game, Side};
use crate::holding::Holding;
use crate::leap::{Landing, Leap, PASSES, prove_flat};
use crate::oracle::{Oracle, shyness};
use crate::patience::{EVALUATE_AFTER, Patience, Verdict};
use crate::plan::gap_at_start;
use crate::settings::{Method, Progress, Settings};
use murphy_problem::{Problem, StopReason};
use murphy_world::ChoiceId;

/// After how many sweeps held plays are looked for again.
const RELEASE_EVERY: u64 = 5;
/// The first round solves each component to a part of the precision, since the gaps of a chain of components may add up: as many parts
/// as there are components, but no smaller ones than this.
const FIRST_SHARE: f64 = 1.0 / 64.0;
/// A component that has all the states gets this part of the precision, whatever small ones are beside it; others in proportion.
const LARGE_SHARE: f64 = 0.5;
/// Each later round is more precise by this factor.
const NEXT_SHARE: f64 = 1.0 / 64.0;
/// How many rounds in a row may leave the gap at the start as it is.
const IDLE_MAX: u32 = 4;
/// From this many branches on, the two sides are swept at the same time.
const JOIN_MIN: usize = 1 << 15;
/// One sweep in so many asks all rows also on the side where following the policy would do.
const FULL_EVERY: u64 = 4;
/// How much further off the fixed point a guess is tried, if it does not prove itself.
const WIDER: [f64; 3] = [1.0, 8.0, 64.0];
/// What a component leads to is the same on both sides where it differs by no more than this part of the precision.
const ALIKE: f64 = 1e-6;
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
    /// Nothing has been done yet.
    fresh: bool,
}

/// One side of the bracket of every state, in the end.
pub(crate) struct Solved {
    pub(crate) values: Vec<f64>,
    /// The choice that the last move of each state followed, if it moved.
    pub(crate) choices: Vec<Option<ChoiceId>>,
}

/// Both sides of the bracket, and the components to improve them by.
pub(crate) struct Solver<'a> {
    game: &'a Game<'a>,
    settings: &'a Settings<'a>,
    lower: Bound,
    upper: Bound,
    components: Vec<Component>,
    /// The place of each state in the component at work, the greatest number for all others.
    local: Vec<u32>,
    marks: Marks,
    /// Sweeps made so far.
    sweeps: u64,
    spent: bool,
    /// A component cannot be narrowed any more.
    stuck: bool,
}

impl<'a> Solver<'a> {
    /// Returns a solver that starts from two valid bounds, by state; `owing` is the side that owes something to held plays.
    pub(crate) fn new(
        game: &'a Game<'a>,
        settings: &'a Settings<'a>,
        (lower, upper): (Bound, Bound),
        owing: Option<Side>,
    ) -> Self {
        let mut marks = Marks::new(game.state_count());
        let components = game.layout.components.iter().map(|span| {
            let order: Vec<u32> = span.places.clone().collect();
            let holding = owing
                .filter(|_| !span.single)
                .and_then(|side| Holding::find(game, &order, side, &mut marks));
            Component {
                reverse: if span.single {
                    Vec::new()
                } else {
                    span.places.clone().rev().collect()
                },
                branches: order.iter().map(|state| game.successors(*state).len()).sum(),
                single: span.single,
                order,
                holding,
                fresh: true,
            }
        });
        let components = components.collect();
        let (mut lower, mut upper) = (lower, upper);
        lower.values = game.layout.by_place(&lower.values);
        upper.values = game.layout.by_place(&upper.values);
        Self {
            game,
            settings,
            lower,
            upper,
            components,
            local: vec![u32::MAX; game.state_count()],
            marks,
            sweeps: 0,
            spent: false,
            stuck: false,
        }
    }

    /// Returns both bounds, by state, with the choice behind the last move of each, and the sweeps made.
    pub(crate) fn finish(self) -> (Solved, Solved, u64) {
        let layout = &self.game.layout;
        let solved = |bound: &Bound| {
            let choice = |row: &u32| (*row != NO_ROW).then(|| self.game.choice(*row));
            let choices: Vec<Option<ChoiceId>> = bound.row.iter().map(choice).collect();
            Solved {
                values: layout.by_state(&bound.values),
                choices: layout.by_state(&choices),
            }
        };
        (solved(&self.lower), solved(&self.upper), self.sweeps)
    }

    /// Improves both sides until the gap at the start is within the precision, or nothing moves any more, or the budget is spent.
    pub(crate) fn solve(&mut self, problem: &Problem) -> StopReason {
        let precision = problem.precision;
        let mut tolerance = precision;
        let (mut last, mut idle) = (f64::INFINITY, 0);
        loop {
            let moved = self.round(tolerance);
            let values = (self.lower.values.as_slice(), self.upper.values.as_slice());
            let gap = gap_at_start(problem, values, |state| self.game.layout.places[state as usize]);
            if gap <= precision {
                return StopReason::Precise;
            }
            if self.spent {
                return StopReason::SweepsSpent;
            }
            if !moved || (self.stuck && gap > 0.9 * last) {
                return StopReason::Stalled;
            }
            // Components that are done may say so for ever, where those they lead to have no vector from above.
            idle = if gap < last { 0 } else { idle + 1 };
            if idle > IDLE_MAX {
                return StopReason::Stalled;
            }
            (last, self.stuck) = (gap, false);
            tolerance *= NEXT_SHARE;
        }
    }

    /// Improves every component once, those that others lead to first, each to its share of a tolerance; says whether anything moved.
    #[expect(clippy::cast_precision_loss, reason = "counts of states")]
    fn round(&mut self, tolerance: f64) -> bool {
        let mut moved = false;
        let several = self.components.iter().filter(|component| !component.single);
        let least = (1.0 / several.count().max(1) as f64).max(FIRST_SHARE);
        let states = self.local.len() as f64;
        for index in 0..self.components.len() {
            let mut component = std::mem::take(&mut self.components[index]);
            if !component.single {
                for (place, state) in (0u32..).zip(&component.order) {
                    self.local[*state as usize] = place;
                }
            }
            let share = (LARGE_SHARE * component.order.len() as f64 / states).max(least);
            moved |= self.improve(&mut component, index, share * tolerance);
            if !component.single {
                for state in &component.order {
                    self.local[*state as usize] = u32::MAX;
                }
            }
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
        let may_guess = self.settings.sweeps_max > EVALUATE_AFTER
            && (self.found(component) || component.holding.is_none());
        let done = may_guess && self.guess_early(component, tolerance);
        component.fresh = false;
        if done {
            return true;
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

    /// Sweeps a little from one side and guesses: if that proves itself, it is cheaper than iterating to it. Says whether the component is done.
    fn guess_early(&mut self, component: &mut Component, tolerance: f64) -> bool {
        let first = match self.sides(component)[0] {
            Side::Lower => &mut self.lower,
            Side::Upper => &mut self.upper,
        };
        let near = component.fresh && self.game.first.is_some() && component.order.len() > SMALL;
        for sweep in 0..if near { 0 } else { EVALUATE_AFTER } {
            let care = if sweep % FULL_EVERY == 0 {
                Care::Full
            } else {
                Care::Follow
            };
            first.sweep(self.game, &component.order, care);
        }
        self.sweeps += EVALUATE_AFTER;
        let inherited = self.inherited_gap(component);
        // The second time the magnitude of the values is known: small values deserve a small gap. It goes on from what was proved.
        let mut aim = tolerance * self.scale(component);
        for _ in 0..2 {
            if self.evaluate(component, aim).is_none() {
                return false;
            }
            component.fresh = false;
            let next = tolerance * self.scale(component);
            if self.gaps(component).0 <= inherited + next {
                return true;
            }
            if next >= aim {
                return false;
            }
            aim = next;
        }
        false
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
        holding.release(self.game, (bound, &guide.values), &mut self.marks)
    }

    /// Guesses the values of a component by policy iteration, proves what can be proved and returns the largest move.
    ///
    /// The side that owes nothing to held plays goes first: it says which plays are held on the other, and where that one may start.
    /// Returns none if nothing was proved on some side.
    fn evaluate(&mut self, component: &Component, aim: f64) -> Option<f64> {
        if self.settings.method == Method::ValueIteration {
            return None;
        }
        let sides = self.sides(component);
        if component.order.len() <= SMALL {
            self.settle(component, sides)
        } else {
            self.guess(component, sides, aim)
        }
    }

    /// Returns the sides in the order in which they are guessed.
    fn sides(&self, component: &Component) -> [Side; 2] {
        match component.holding.as_ref().map(Holding::side) {
            Some(Side::Lower) => [Side::Upper, Side::Lower],
            _ => [Side::Lower, Side::Upper],
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
                Some(holding) if holding.side() == side => {
                    holding.held(game, (&guide.values, HELD_WITHIN[0]), &mut self.marks)
                }
                _ => Vec::new(),
            };
            let local = self.local.as_slice();
            let settle = |bound: &mut Bound, from: Option<&[f64]>, extra: &dyn Fn(&[f64]) -> Vec<f64>| {
                let mut oracle = Oracle::new(game, (order, local), bound, (from, &held, OPERATIONS_MAX));
                let values = oracle.settle(&vec![0.0; order.len()]);
                let landing = values.as_ref().and_then(|values| oracle.settle(&extra(values)));
                oracle.close(bound);
                values.zip(landing)
            };
            let mut from = start.take();
            let proved = SHY.into_iter().find_map(|shy| {
                let (values, landing) = settle(bound, from.as_deref(), &|values| shyness(values, side, shy))?;
                from = Some(values);
                let landing = Landing {
                    values: &landing,
                    rows: &[],
                    held: &held,
                    passes: PASSES,
                };
                let (change, sweeps) = prove_flat(bound, game, (order, local), landing);
                self.sweeps += sweeps;
                change
            });
            largest = largest.max(proved?);
            start = from;
        }
        Some(largest)
    }

    /// Does so for a large component, as precisely as it has to be.
    fn guess(&mut self, component: &Component, sides: [Side; 2], aim: f64) -> Option<f64> {
        let (game, order) = (self.game, &component.order);
        let near = component.fresh.then_some(game.first.as_ref()).flatten();
        // Both sides then have about the same fixed point, unless plays are held on one.
        let alike = self.inherited_gap(component) <= ALIKE * aim && component.holding.is_none();
        let (mut largest, mut proved, mut guess) = (0.0f64, 0, None);
        for side in sides {
            let (bound, guide) = match side {
                Side::Lower => (&mut self.lower, &self.upper),
                Side::Upper => (&mut self.upper, &self.lower),
            };
            for (attempt, tolerance) in HELD_WITHIN.into_iter().enumerate() {
                let held = match &component.holding {
                    Some(holding) if holding.side() == side => {
                        holding.held(game, (&guide.values, tolerance), &mut self.marks)
                    }
                    _ => Vec::new(),
                };
                let places = (order.as_slice(), self.local.as_slice());
                let aim = Aim {
                    held: &held,
                    tolerance: aim,
                };
                let found = match (guess.take(), near) {
                    // What was found for the other side; the same again would fail again.
                    (Some(guess), _) if alike && attempt == 0 => Some(guess),
                    (Some(guess), _) => evaluate(game, places, (bound, Start::Known(Box::new(guess))), &aim),
                    (None, Some((values, rows))) => {
                        evaluate(game, places, (bound, Start::Near(values, rows)), &aim)
                    }
                    (None, None) => evaluate(game, places, (bound, Start::Bound), &aim),
                };
                let Some(mut found) = found else {
                    break;
                };
                let (change, sweeps) = land_and_prove(game, places, (bound, &mut found), &aim);
                self.sweeps += sweeps;
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
        let leads = component
            .order
            .iter()
            .flat_map(|state| self.game.successors(*state));
        let outside = leads.filter(|state| self.local[**state as usize] == u32::MAX);
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

/// Moves a bound to the safe side of a guess and proves it; returns the largest move if that holds, and the sweeps it took.
///
/// It is tried at once, and where that does not hold the players answer again where it is tried next.
fn land_and_prove(
    game: &Game<'_>,
    places: (&[u32], &[u32]),
    (bound, found): (&mut Bound, &mut Guess),
    aim: &Aim<'_>,
) -> (Option<f64>, u64) {
    let mut spent = 0;
    let mut prove = |bound: &mut Bound, (values, rows): (&[f64], &[u32]), passes| {
        let landing = Landing {
            values,
            rows,
            held: aim.held,
            passes,
        };
        let (change, sweeps) = prove_flat(bound, game, places, landing);
        spent += sweeps;
        change
    };
    let values = found.at_once(bound.side);
    let at_once = prove(bound, (&values, &found.rows), 1);
    let change = at_once.or_else(|| {
        WIDER.iter().find_map(|times| {
            let values = land(game, places, (bound, found), (aim, *times));
            prove(bound, (&values, &found.rows), PASSES)
        })
    });
    (change, spent)
}
