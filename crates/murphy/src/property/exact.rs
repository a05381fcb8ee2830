//! The exact number behind a bracket.
//!
//! A plan names a choice in each state; the floats of its certificate suggest what Nature picks. With both fixed the numbers are the solution of linear
//! equations, in fractions. Where some other choice or pick is better by these numbers it is taken, and the equations are solved again, until none is. What
//! comes out is a fixed point of the Bellman operator that a pair attains. That it is the *right* fixed point is for the checker to say
//! ([`murphy_certify::check_exact`]); ranks are looked for here, which show it that the play moves on.

use crate::property::linear::{Equations, Work};
use murphy_certify::{ExactValues, check_exact, exact_steps};
use murphy_credal::CredalSet;
use murphy_notation::Rational;
use murphy_plan::possible_and_sure;
use murphy_problem::{Direction, Objective, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId, StateSet};
use std::collections::{BTreeMap, BTreeSet};

/// How many states the equations may have.
pub(super) const STATES_MAX: usize = 100_000;
/// How many branches going backward may pass.
const BACKWARD_MAX: u64 = 1_000_000;
/// How often choices and picks may be improved.
const ROUNDS: usize = 50;

/// Why there is no exact number.
const TOO_LARGE: &str = "the fractions, or the equations that they solve, are too large";
const NO_CHOICES: &str = "no choices and picks of Nature were found that attain it";
const NOT_SOUGHT: &str = "exact numbers are not sought for sums for ever and means in the long run";
const UNKNOWN: &str = "it is not known where the sum is finite";

/// Returns the exact number of each state, `None` for infinity, all of them proved by the checker; or why they are not known, within some work.
pub(super) fn values(problem: &Problem, plan: &Plan, work: Work) -> Result<Vec<Option<Rational>>, String> {
    match &problem.objective {
        Objective::BoundedReach { .. } | Objective::Horizon { .. } => {
            let values = exact_steps(problem, BACKWARD_MAX).map_err(|rejection| rejection.to_string())?;
            let values = values.ok_or_else(|| TOO_LARGE.to_owned())?;
            Ok(values.into_iter().map(Some).collect())
        }
        Objective::Reach { .. } | Objective::Until { .. } | Objective::Discounted { .. } => {
            let claim = Game::new(problem, plan, work)?.solve()?;
            check_exact(problem, &claim).map_err(|rejection| format!("it is not proved: {rejection}"))?;
            Ok(claim.values)
        }
        Objective::Total { .. } | Objective::LongRun { .. } => Err(NOT_SOUGHT.to_owned()),
    }
}

/// Solves linear equations exactly; `None` if they have not one solution or grow too large. Row `i` maps columns to their factors.
pub(super) fn solve_linear(
    rows: Vec<BTreeMap<usize, Rational>>,
    right: Vec<Rational>,
) -> Option<Vec<Rational>> {
    Equations { rows, right }.solve(&mut Work::default())
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
    /// The policy and the ranks that the plan has.
    policy: Vec<ChoiceId>,
    rank: &'a [u32],
    /// What is decided; `Some(None)` is infinite.
    decided: Vec<Option<Option<Rational>>>,
    rows: Vec<Vec<Row>>,
    open: Vec<StateId>,
    discount: Rational,
    /// The choice followed in each open state, as an index into its rows, and what Nature picks there.
    followed: Vec<(usize, Vec<Rational>)>,
    work: Work,
}

impl<'a> Game<'a> {
    fn new(problem: &'a Problem, plan: &'a Plan, work: Work) -> Result<Self, String> {
        let (Policy::Memoryless(policy), Proof::FixedPoint { lower, rank, .. }) =
            (&plan.certificate.policy, &plan.certificate.proof)
        else {
            return Err(NO_CHOICES.to_owned());
        };
        let decided = decided(problem);
        let open: Vec<StateId> = (0..)
            .take(decided.len())
            .filter(|state| decided[*state as usize].is_none())
            .collect();
        if open.len() > STATES_MAX {
            return Err(format!("more than {STATES_MAX} states are open"));
        }
        let mut game = Self {
            problem,
            policy: policy.clone(),
            rank,
            rows: Vec::with_capacity(open.len()),
            discount: match &problem.objective {
                Objective::Discounted { discount, .. } => discount.clone(),
                _ => Rational::ONE,
            },
            followed: Vec::with_capacity(open.len()),
            decided,
            open,
            work,
        };
        let guess: Vec<Rational> = lower
            .iter()
            .map(|x| Rational::from_f64(*x).unwrap_or(Rational::ZERO))
            .collect();
        game.follow(&guess).ok_or_else(|| NO_CHOICES.to_owned())?;
        Ok(game)
    }

    /// Follows the policy of the plan, and what Nature picks by a guess of the values.
    fn follow(&mut self, guess: &[Rational]) -> Option<()> {
        let quantity: Option<&[Rational]> = match &self.problem.objective {
            Objective::Until { quantity, .. } | Objective::Discounted { quantity, .. } => Some(quantity),
            _ => None,
        };
        for index in 0..self.open.len() {
            let state = self.open[index];
            let mut rows = Vec::new();
            for choice in self.problem.model.choices(state) {
                let gain = quantity.map_or(Rational::ZERO, |quantity| quantity[choice as usize].clone());
                rows.extend(self.row(choice, gain));
            }
            let wanted = self.policy.get(state as usize)?;
            let at = rows.iter().position(|row| row.choice == *wanted)?;
            let pick = self.best_pick(rows.get(at)?, guess)?.1;
            self.followed.push((at, pick));
            self.rows.push(rows);
        }
        Some(())
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
            model.set(choice).into_owned()
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

    /// Returns what Nature makes of a choice, and how.
    fn best_pick(&self, row: &Row, values: &[Rational]) -> Option<(Rational, Vec<Rational>)> {
        let there: Vec<Rational> = row
            .targets
            .iter()
            .map(|target| values[*target as usize].clone())
            .collect();
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

    fn solve(mut self) -> Result<ExactValues, String> {
        for _ in 0..ROUNDS {
            let values = self.evaluate().ok_or_else(|| TOO_LARGE.to_owned())?;
            if !self.improve(&values).ok_or_else(|| TOO_LARGE.to_owned())? {
                return self.claim(values).ok_or_else(|| UNKNOWN.to_owned());
            }
        }
        Err(NO_CHOICES.to_owned())
    }

    /// Solves the equations of the choices and picks followed.
    fn evaluate(&mut self) -> Option<Vec<Rational>> {
        let mut place = vec![usize::MAX; self.decided.len()];
        for (index, state) in self.open.iter().enumerate() {
            place[*state as usize] = index;
        }
        let mut equations = Equations {
            rows: Vec::with_capacity(self.open.len()),
            right: Vec::with_capacity(self.open.len()),
        };
        for (index, (at, pick)) in self.followed.iter().enumerate() {
            let row = self.rows.get(index)?.get(*at)?;
            let mut equation = BTreeMap::from([(index, Rational::ONE)]);
            let mut known = row.gain.clone();
            for (p, target) in pick.iter().zip(&row.targets).filter(|(p, _)| !p.is_zero()) {
                let p = &self.discount * p;
                match &self.decided[*target as usize] {
                    Some(value) => known += &p * value.as_ref()?,
                    None => *equation.entry(place[*target as usize]).or_insert(Rational::ZERO) -= p,
                }
            }
            equations.rows.push(equation);
            equations.right.push(known);
        }
        let solution = equations.solve(&mut self.work)?;
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
                for target in &row.targets {
                    self.work.pay(now, &values[*target as usize])?;
                }
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

    /// Puts the values together with the choices followed and with ranks.
    fn claim(mut self, values: Vec<Rational>) -> Option<ExactValues> {
        let rank = self.ranks(&values)?;
        let followed = self.rows.iter().zip(&self.followed);
        for (state, (rows, (at, _))) in self.open.iter().zip(followed) {
            self.policy[*state as usize] = rows.get(*at)?.choice;
        }
        let exact = values.into_iter().zip(&self.decided);
        Some(ExactValues {
            values: exact
                .map(|(value, decided)| decided.clone().unwrap_or(Some(value)))
                .collect(),
            policy: self.policy,
            rank,
        })
    }

    /// Returns ranks that fall as the play moves to an end, or to where nothing is to be lost: layer by layer, as far as there are some.
    fn ranks(&self, values: &[Rational]) -> Option<Vec<u32>> {
        let settled = |state: &StateId| match &self.decided[*state as usize] {
            None => false,
            Some(value) => value.is_some(),
        };
        let states = u32::try_from(self.decided.len()).ok()?;
        let mut reached: Vec<bool> = (0..states).map(|state| settled(&state)).collect();
        let mut rank = vec![0; self.decided.len()];
        if matches!(self.problem.objective, Objective::Reach { .. }) {
            // Where the target is reached for sure, the plan shows how.
            rank.copy_from_slice(self.rank);
        }
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.decided.len()];
        for (index, rows) in self.rows.iter().enumerate() {
            for target in rows.iter().flat_map(|row| &row.targets) {
                if before[*target as usize].last() != Some(&index) {
                    before[*target as usize].push(index);
                }
            }
        }
        let mut layer = rank.iter().max().copied().unwrap_or(0);
        let mut look: BTreeSet<usize> = (0..self.open.len()).collect();
        while !look.is_empty() {
            layer = layer.checked_add(1)?;
            let joining: Vec<usize> = look
                .into_iter()
                .filter(|index| {
                    !reached[self.open[*index] as usize] && self.moves_on(*index, values, &reached)
                })
                .collect();
            look = BTreeSet::new();
            for index in joining {
                let at = self.open[index] as usize;
                (reached[at], rank[at]) = (true, layer);
                look.extend(&before[at]);
            }
        }
        Some(rank)
    }

    /// Says whether the play moves on from an open state, on the side where a value that is met exactly does not suffice.
    fn moves_on(&self, index: usize, values: &[Rational], reached: &[bool]) -> bool {
        let (wants, guaranteed) = match &self.problem.objective {
            Objective::Reach { .. } => (Direction::Maximize, Direction::Maximize),
            Objective::Until { .. } => (Direction::Minimize, Direction::Minimize),
            _ => return true,
        };
        let now = &values[self.open[index] as usize];
        let all = self.rows[index].iter().enumerate();
        let mut obliged =
            all.filter(|(at, _)| self.problem.agent != guaranteed || *at == self.followed[index].0);
        obliged.all(|(_, row)| {
            let Some((expected, _)) = self.best_pick(row, values) else {
                return false;
            };
            let event: Vec<bool> = row
                .targets
                .iter()
                .map(|target| reached[*target as usize])
                .collect();
            row.gain.is_positive()
                || self.total(row, &expected) != *now
                || if self.problem.nature == wants {
                    self.best_hits(row, values, &event)
                } else {
                    row.set.must_hit(&event)
                }
        })
    }

    /// Says whether some distribution that is best for Nature gives an event mass.
    fn best_hits(&self, row: &Row, values: &[Rational], event: &[bool]) -> bool {
        let bounds = match &row.set {
            CredalSet::Precise(set) => (set.probabilities(), set.probabilities()),
            CredalSet::Interval(set) => (set.lower(), set.upper()),
            _ => {
                let hit = |(_, pick): (Rational, Vec<Rational>)| {
                    pick.iter()
                        .zip(event)
                        .any(|(p, inside)| *inside && p.is_positive())
                };
                return self.best_pick(row, values).is_some_and(hit);
            }
        };
        // Mass goes to the best outcomes first, and among equals to those in the event.
        let (mut p, upper) = bounds;
        let mut left = Rational::ONE - p.iter().sum::<Rational>();
        let mut order: Vec<usize> = (0..row.targets.len()).collect();
        order.sort_by(|a, b| {
            let (x, y) = (
                &values[row.targets[*a] as usize],
                &values[row.targets[*b] as usize],
            );
            let by_value = match self.problem.nature {
                Direction::Minimize => x.cmp(y),
                Direction::Maximize => y.cmp(x),
            };
            by_value.then(event[*b].cmp(&event[*a]))
        });
        for outcome in order {
            let given = (&upper[outcome] - &p[outcome]).min(left.clone());
            left -= &given;
            p[outcome] += given;
        }
        p.iter().zip(event).any(|(p, inside)| *inside && p.is_positive())
    }
}

/// Returns what sets decide of each state.
fn decided(problem: &Problem) -> Vec<Option<Option<Rational>>> {
    let states = problem.model.state_count();
    let all = (0..).take(states);
    match &problem.objective {
        Objective::Reach { target, avoid } => {
            let (possible, sure) = possible_and_sure(problem, target, avoid);
            let of = |state: StateId| match (possible.contains(state), sure.contains(state)) {
                (_, true) => Some(Some(Rational::ONE)),
                (false, _) => Some(Some(Rational::ZERO)),
                _ => None,
            };
            all.map(of).collect()
        }
        Objective::Until { target, .. } => {
            // Whoever wants the sum small wants the target reached.
            let reach = Problem {
                agent: problem.agent.opposite(),
                nature: problem.nature.opposite(),
                ..problem.clone()
            };
            let (_, sure) = possible_and_sure(&reach, target, &StateSet::none(states));
            let of = |state: StateId| match (target.contains(state), sure.contains(state)) {
                (true, _) => Some(Some(Rational::ZERO)),
                (_, false) => Some(None),
                _ => None,
            };
            all.map(of).collect()
        }
        _ => vec![None; states],
    }
}
