//! The exact number behind a bracket.
//!
//! A plan names a choice in each state; the floats of its certificate suggest what Nature picks. With both fixed the numbers are the solution of linear
//! equations, in rationals. Where some other choice or pick is better by these numbers it is taken, and the equations are solved again, until none is. What
//! comes out is a fixed point `v` of the Bellman operator and what the pair `(σ, ρ)` is worth. That it is the *right* fixed point is
//! decided by sets:
//!
//! - *reach*: both maximise: nothing can be above a fixed point that is attained. Both minimise: the value is above zero wherever it is looked for, so no
//!   optimal pair is trapped, and along it `v` is a submartingale. The agent maximises against Nature: `σ` must reach the target with positive
//!   probability whatever she does. Nature maximises against the agent: she must have, for every choice, a pick that is worth as much as `v` says and
//!   moves on towards the target.
//! - *sum until*: both minimise, or both maximise: nothing more, for missing the target costs infinity. The agent minimises against Nature: `σ` must reach
//!   the target whatever she does. Against an agent who maximises: every choice must add something, so that she cannot wait for ever.
//! - *discounted*: there is one fixed point only. *Step-bounded*: backward, exactly.

use murphy_credal::CredalSet;
use murphy_notation::Rational;
use murphy_plan::possible_and_sure;
use murphy_problem::{Direction, Objective, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId};
use std::collections::{BTreeMap, BTreeSet};

/// How many states the equations may have.
const STATES_MAX: usize = 4_000;
/// How many numbers going backward may compute.
const BACKWARD_MAX: u64 = 200_000;
/// How often choices and picks may be improved.
const ROUNDS: usize = 50;
/// How many entries the equations may have while they are solved.
const ENTRIES_MAX: usize = 400_000;

/// Returns the exact number of each state, `None` for infinity; nothing at all if they cannot be found or are not proved.
pub(super) fn values(problem: &Problem, plan: &Plan) -> Option<Vec<Option<Rational>>> {
    match &problem.objective {
        Objective::BoundedReach { steps, .. } | Objective::Horizon { steps, .. } => {
            backward(problem, *steps).map(|values| values.into_iter().map(Some).collect())
        }
        _ => Game::new(problem, plan)?.solve(),
    }
}

/// A choice as it is solved: what it adds, and where it leads.
struct Row {
    choice: ChoiceId,
    gain: Rational,
    set: CredalSet,
    targets: Vec<StateId>,
}

/// The states that sets do not decide, with their choices.
struct Game<'a> {
    problem: &'a Problem,
    /// What is decided; `Some(None)` is infinite.
    decided: Vec<Option<Option<Rational>>>,
    rows: Vec<Vec<Row>>,
    open: Vec<StateId>,
    discount: Rational,
    /// The choice followed in each open state, as an index into its rows, and what Nature picks there.
    followed: Vec<(usize, Vec<Rational>)>,
}

impl<'a> Game<'a> {
    fn new(problem: &'a Problem, plan: &Plan) -> Option<Self> {
        let model = &problem.model;
        let (Policy::Memoryless(policy), Proof::FixedPoint { lower, upper, .. }) =
            (&plan.certificate.policy, &plan.certificate.proof)
        else {
            return None;
        };
        let decided = decided(problem, lower, upper)?;
        let open: Vec<StateId> = (0..)
            .take(decided.len())
            .filter(|state| decided[*state as usize].is_none())
            .collect();
        if open.len() > STATES_MAX {
            return None;
        }
        let gain = |choice: ChoiceId| match &problem.objective {
            Objective::Until { quantity, .. } | Objective::Discounted { quantity, .. } => {
                quantity[choice as usize].clone()
            }
            _ => Rational::ZERO,
        };
        let mut game = Self {
            problem,
            rows: Vec::with_capacity(open.len()),
            discount: match &problem.objective {
                Objective::Discounted { discount, .. } => discount.clone(),
                _ => Rational::ONE,
            },
            followed: Vec::with_capacity(open.len()),
            decided,
            open,
        };
        let guess: Vec<Rational> = lower
            .iter()
            .map(|x| Rational::from_f64(*x).unwrap_or(Rational::ZERO))
            .collect();
        for &state in &game.open {
            let mut rows = Vec::new();
            for choice in model.choices(state) {
                rows.extend(game.row(choice, gain(choice)));
            }
            let wanted = policy.get(state as usize)?;
            let at = rows.iter().position(|row| row.choice == *wanted)?;
            let pick = game.best_pick(rows.get(at)?, &guess)?.1;
            game.followed.push((at, pick));
            game.rows.push(rows);
        }
        Some(game)
    }

    /// Returns a choice as it is solved, unless it must not be taken: infinity is not risked.
    fn row(&self, choice: ChoiceId, gain: Rational) -> Option<Row> {
        let model = &self.problem.model;
        let targets = model.targets(choice);
        let finite: Vec<bool> = targets
            .iter()
            .map(|target| self.decided[*target as usize] != Some(None))
            .collect();
        let set = if finite.iter().all(|finite| *finite) {
            model.set(choice).clone()
        } else if self.problem.nature == Direction::Minimize || model.set(choice).must_stay(&finite) {
            model.set(choice).restrict(&finite)?
        } else {
            return None;
        };
        let kept = targets.iter().zip(&finite).filter(|(_, finite)| **finite);
        Some(Row {
            choice,
            gain,
            set,
            targets: kept.map(|(target, _)| *target).collect(),
        })
    }

    fn targets_worth(row: &Row, values: &[Rational]) -> Vec<Rational> {
        row.targets
            .iter()
            .map(|target| values[*target as usize].clone())
            .collect()
    }

    /// Returns what Nature makes of a choice, and how.
    fn best_pick(&self, row: &Row, values: &[Rational]) -> Option<(Rational, Vec<Rational>)> {
        let there = Self::targets_worth(row, values);
        let found = match self.problem.nature {
            Direction::Minimize => row.set.lower_expectation(&there),
            Direction::Maximize => row.set.upper_expectation(&there),
        }
        .ok()?;
        Some((found.value, found.witness))
    }

    fn total(&self, row: &Row, expected: &Rational) -> Rational {
        &row.gain + &(&self.discount * expected)
    }

    fn solve(mut self) -> Option<Vec<Option<Rational>>> {
        for _ in 0..ROUNDS {
            let values = self.evaluate()?;
            if !self.improve(&values)? {
                if !self.is_the_right_one(&values)? {
                    return None;
                }
                let result = values.into_iter().zip(&self.decided);
                return Some(
                    result
                        .map(|(value, decided)| decided.clone().unwrap_or(Some(value)))
                        .collect(),
                );
            }
        }
        None
    }

    /// Solves the equations of the choices and picks followed.
    fn evaluate(&self) -> Option<Vec<Rational>> {
        let mut place = vec![usize::MAX; self.decided.len()];
        for (index, state) in self.open.iter().enumerate() {
            place[*state as usize] = index;
        }
        let (mut rows, mut right) = (
            Vec::with_capacity(self.open.len()),
            Vec::with_capacity(self.open.len()),
        );
        for (index, (at, pick)) in self.followed.iter().enumerate() {
            let row = self.rows.get(index)?.get(*at)?;
            let mut equation = BTreeMap::from([(index, Rational::ONE)]);
            let mut known = row.gain.clone();
            for (p, target) in pick.iter().zip(&row.targets) {
                let p = &self.discount * p;
                match &self.decided[*target as usize] {
                    Some(value) => known += &p * value.as_ref()?,
                    None => *equation.entry(place[*target as usize]).or_insert(Rational::ZERO) -= p,
                }
            }
            equation.retain(|_, value| !value.is_zero());
            rows.push(equation);
            right.push(known);
        }
        let solution = solve_linear(rows, right)?;
        let mut values: Vec<Rational> = self
            .decided
            .iter()
            .map(|decided| decided.clone().flatten().unwrap_or(Rational::ZERO))
            .collect();
        for (state, value) in self.open.iter().zip(solution) {
            values[*state as usize] = value;
        }
        Some(values)
    }

    /// Takes better choices and picks where there are some, and says whether there were.
    fn improve(&mut self, values: &[Rational]) -> Option<bool> {
        let mut changed = false;
        for index in 0..self.open.len() {
            let now = &values[self.open[index] as usize];
            let mut best: Option<(Rational, usize, Vec<Rational>)> = None;
            for (at, row) in self.rows[index].iter().enumerate() {
                let (expected, pick) = self.best_pick(row, values)?;
                let total = self.total(row, &expected);
                let followed = at == self.followed[index].0;
                let better = best
                    .as_ref()
                    .is_none_or(|(incumbent, _, _)| match self.problem.agent {
                        Direction::Maximize => total > *incumbent || (followed && total == *incumbent),
                        Direction::Minimize => total < *incumbent || (followed && total == *incumbent),
                    });
                if better {
                    best = Some((total, at, pick));
                }
            }
            let (total, at, pick) = best?;
            if total != *now {
                changed = true;
                self.followed[index] = (at, pick);
            }
        }
        Some(changed)
    }

    /// Says whether a fixed point that is attained is the value.
    fn is_the_right_one(&self, values: &[Rational]) -> Option<bool> {
        use Direction::{Maximize, Minimize};
        Some(
            match (&self.problem.objective, self.problem.agent, self.problem.nature) {
                (Objective::Discounted { .. }, _, _) => true,
                (_, Maximize, Maximize) | (_, Minimize, Minimize) => true,
                (Objective::Reach { .. }, Maximize, Minimize) => self.followed_is_safe(),
                (Objective::Reach { .. }, Minimize, Maximize) => self.nature_moves_on(values)?,
                (Objective::Until { .. }, Minimize, Maximize) => self.followed_is_safe(),
                (Objective::Until { .. }, Maximize, Minimize) => {
                    let mut rows = self.rows.iter().flatten();
                    rows.all(|row| row.gain.is_positive())
                }
                _ => false,
            },
        )
    }

    /// Says whether, by the choices followed, every distribution at every open state moves on to what is decided, in the end.
    fn followed_is_safe(&self) -> bool {
        self.attract(&|game, index, reached| {
            let row = &game.rows[index][game.followed[index].0];
            let event: Vec<bool> = row
                .targets
                .iter()
                .map(|target| reached[*target as usize])
                .collect();
            row.set.must_hit(&event)
        })
    }

    /// Says whether Nature, whatever the choice, has a pick worth what the values say that moves on, in the end.
    fn nature_moves_on(&self, values: &[Rational]) -> Option<bool> {
        let known = self
            .rows
            .iter()
            .flatten()
            .all(|row| matches!(row.set, CredalSet::Precise(_) | CredalSet::Interval(_)));
        if !known {
            return None;
        }
        Some(self.attract(&|game, index, reached| {
            game.rows[index].iter().all(|row| {
                let now = &values[game.open[index] as usize];
                let beyond = game
                    .best_pick(row, values)
                    .is_some_and(|(expected, _)| game.total(row, &expected) > *now);
                beyond || hits_with_most(row, values, reached)
            })
        }))
    }

    /// Says whether the open states can be added one after the other to what is decided as worth something.
    fn attract(&self, joins: &dyn Fn(&Self, usize, &[bool]) -> bool) -> bool {
        let worth_something = |decided: &Option<Option<Rational>>| match (&self.problem.objective, decided) {
            (_, None) => false,
            (Objective::Reach { .. }, Some(Some(value))) => value.is_positive(),
            (_, Some(value)) => value.is_some(),
        };
        let mut reached: Vec<bool> = self.decided.iter().map(worth_something).collect();
        let mut left: BTreeSet<usize> = (0..self.open.len()).collect();
        loop {
            let joining: Vec<usize> = left
                .iter()
                .copied()
                .filter(|index| joins(self, *index, &reached))
                .collect();
            if joining.is_empty() {
                return left.is_empty();
            }
            for index in joining {
                left.remove(&index);
                reached[self.open[index] as usize] = true;
            }
        }
    }
}

/// Says whether some distribution that is worth most has mass on a set.
fn hits_with_most(row: &Row, values: &[Rational], reached: &[bool]) -> bool {
    match &row.set {
        CredalSet::Precise(set) => {
            let mut outcomes = set.probabilities().into_iter().zip(&row.targets);
            outcomes.any(|(p, target)| p.is_positive() && reached[*target as usize])
        }
        CredalSet::Interval(set) => {
            // Mass goes to the best outcomes first, and among equals to those in the set.
            let mut order: Vec<usize> = (0..row.targets.len()).collect();
            order.sort_by(|a, b| {
                let (a, b) = (row.targets[*a] as usize, row.targets[*b] as usize);
                values[b].cmp(&values[a]).then(reached[b].cmp(&reached[a]))
            });
            let (mut budget, lower, upper) = (set.budget(), set.lower(), set.upper());
            order.into_iter().any(|outcome| {
                let room = &upper[outcome] - &lower[outcome];
                let more = room.min(budget.clone());
                budget -= more.clone();
                let mass = &lower[outcome] + &more;
                mass.is_positive() && reached[row.targets[outcome] as usize]
            })
        }
        _ => false,
    }
}

/// Returns what sets decide of each state.
fn decided(problem: &Problem, lower: &[f64], upper: &[f64]) -> Option<Vec<Option<Option<Rational>>>> {
    let states = problem.model.state_count();
    Some(match &problem.objective {
        Objective::Reach { target, avoid } => {
            let (possible, sure) = possible_and_sure(problem, target, avoid);
            let of = |state: StateId| match (possible.contains(state), sure.contains(state)) {
                (_, true) => Some(Some(Rational::ONE)),
                (false, _) => Some(Some(Rational::ZERO)),
                _ => None,
            };
            (0..).take(states).map(of).collect()
        }
        Objective::Until { target, .. } => {
            let of = |state: StateId| {
                let at = state as usize;
                if target.contains(state) {
                    return Some(Some(Some(Rational::ZERO)));
                }
                // The checker accepts an infinite bound only where it finds the value infinite itself.
                match (lower.get(at)?.is_infinite(), upper.get(at)?.is_infinite()) {
                    (true, _) => Some(Some(None)),
                    (false, false) => Some(None),
                    (false, true) => None,
                }
            };
            (0..).take(states).map(of).collect::<Option<Vec<_>>>()?
        }
        _ => vec![None; states],
    })
}

/// Goes backward in exact numbers.
fn backward(problem: &Problem, steps: u32) -> Option<Vec<Rational>> {
    let model = &problem.model;
    if u64::from(steps) * model.branch_count() as u64 > BACKWARD_MAX {
        return None;
    }
    let (ends, quantity) = match &problem.objective {
        Objective::BoundedReach { target, avoid, .. } => (Some((target, avoid)), None),
        Objective::Horizon { quantity, .. } => (None, Some(quantity)),
        _ => return None,
    };
    let fixed = |state: StateId| match ends {
        Some((target, _)) if target.contains(state) => Some(Rational::ONE),
        Some((_, avoid)) if avoid.contains(state) => Some(Rational::ZERO),
        _ => None,
    };
    let mut values: Vec<Rational> = (0..)
        .take(model.state_count())
        .map(|state| fixed(state).unwrap_or(Rational::ZERO))
        .collect();
    for _ in 0..steps {
        let mut next = Vec::with_capacity(values.len());
        for state in (0..).take(model.state_count()) {
            if let Some(value) = fixed(state) {
                next.push(value);
                continue;
            }
            let mut worths = Vec::new();
            for choice in model.choices(state) {
                let there: Vec<Rational> = model
                    .targets(choice)
                    .iter()
                    .map(|target| values[*target as usize].clone())
                    .collect();
                let found = match problem.nature {
                    Direction::Minimize => model.set(choice).lower_expectation(&there),
                    Direction::Maximize => model.set(choice).upper_expectation(&there),
                };
                let gain = quantity.map_or(Rational::ZERO, |quantity| quantity[choice as usize].clone());
                worths.push(gain + found.ok()?.value);
            }
            next.push(match problem.agent {
                Direction::Minimize => worths.into_iter().min()?,
                Direction::Maximize => worths.into_iter().max()?,
            });
        }
        values = next;
    }
    Some(values)
}

/// Solves linear equations exactly; `None` if they have not one solution or grow too large. Row `i` maps columns to their factors.
pub(super) fn solve_linear(
    mut rows: Vec<BTreeMap<usize, Rational>>,
    mut right: Vec<Rational>,
) -> Option<Vec<Rational>> {
    let count = rows.len();
    let mut columns: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for (row, entries) in rows.iter_mut().enumerate() {
        entries.retain(|_, value| !value.is_zero());
        for column in entries.keys() {
            columns.get_mut(*column)?.insert(row);
        }
    }
    let mut entries: usize = rows.iter().map(BTreeMap::len).sum();
    let mut open: BTreeSet<(usize, usize)> = rows
        .iter()
        .enumerate()
        .map(|(row, entries)| (entries.len(), row))
        .collect();
    let mut order = Vec::with_capacity(count);
    while let Some((_, row)) = open.pop_first() {
        // The column that the fewest other rows share makes the least new entries.
        let column = *rows[row].keys().min_by_key(|column| columns[**column].len())?;
        let pivot = rows[row].get(&column)?.clone();
        let pivot_row = rows[row].clone();
        for used in pivot_row.keys() {
            columns[*used].remove(&row);
        }
        let others: Vec<usize> = columns[column].iter().copied().collect();
        for other in others {
            open.remove(&(rows[other].len(), other));
            let before = rows[other].len();
            let factor = rows[other].get(&column)?.checked_div(&pivot)?;
            for (used, value) in &pivot_row {
                let entry = rows[other].entry(*used).or_insert(Rational::ZERO);
                *entry -= &factor * value;
                if entry.is_zero() {
                    rows[other].remove(used);
                    columns[*used].remove(&other);
                } else {
                    columns[*used].insert(other);
                }
            }
            let part = &factor * &right[row];
            right[other] -= part;
            entries = entries + rows[other].len() - before;
            open.insert((rows[other].len(), other));
        }
        if entries > ENTRIES_MAX {
            return None;
        }
        order.push((row, column));
    }
    let mut solution = vec![Rational::ZERO; count];
    for (row, column) in order.into_iter().rev() {
        let mut rest = right[row].clone();
        for (used, value) in &rows[row] {
            if *used != column {
                rest -= value * &solution[*used];
            }
        }
        solution[column] = rest.checked_div(rows[row].get(&column)?)?;
    }
    Some(solution)
}
