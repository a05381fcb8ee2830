//! Exact values: the theorems of `reach`, `until` and `discounted` where both sides of the bracket are one vector of fractions.
//!
//! What differs is that no inequality is strict, so that nothing but ranks shows that the play moves on.
//!
//! - *Reach.* Both theorems of `reach` as they stand, with one vector `y` for both sides.
//! - *Sum until, lower.* As in `until`.
//! - *Sum until, upper.* Let `D(s)` be `T` and the states of smaller rank than `s`. *If `y ≥ 0`, and, where `y(s)` is finite outside `T`, every obliged
//!   choice has `c + nat(y) ≤ y(s)`, with all mass on states of finite `y`, and either strictly so, or `c > 0`, or it also gives `D(s)` positive
//!   probability, then the value is at most `y`.* Against the strategies that the inequalities show, `y` along the play plus what was
//!   added is a non-negative supermartingale, so states that add something or lose something are visited finitely often, almost surely; from
//!   all others the rank falls with a probability that is bounded from below. So `T` is reached almost surely, as in `reach`, and the
//!   expected sum is at most `y(s)`. ∎
//! - *Discounted.* There is one fixed point.
//! - *Step-bounded.* Nothing is claimed; the values are computed here, backward.

use crate::arena::Arena;
use crate::expectation::Failure;
use crate::fractions::Extremes;
use crate::qualitative::finite_region;
use crate::rejection::{Rejection, Side};
use crate::{length, policy_fits, well_posed};
use murphy_notation::Rational;
use murphy_problem::{Direction, Objective, Policy, Problem};
use murphy_world::{ChoiceId, StateId, StateSet};
use std::cmp::Ordering;

/// How many bits beyond the greatest value stand for infinity where a set has to keep off it.
const BEYOND: i64 = 1 << 62;

/// The value of every state as a fraction, and what proves it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactValues {
    /// The value of each state of the resolved objective; `None` for infinity.
    pub values: Vec<Option<Rational>>,
    /// A choice of each state that attains it.
    pub policy: Vec<ChoiceId>,
    /// A rank of each state: where a value is met exactly the play moves, with positive probability, to a smaller one.
    pub rank: Vec<u32>,
}

/// Proves that a vector of fractions is the value of every state, and returns how many inequalities were decided.
///
/// # Errors
/// [`Rejection`]: the first inequality that does not hold, or an objective with a step bound, whose values [`exact_steps`] computes.
///
/// # Cost
/// Each choice is gone through at most twice, in fractions.
///
/// # Example
/// ```
/// use murphy_certify::{ExactValues, check_exact};
/// # use murphy_credal::Interval;
/// # use murphy_notation::Rational;
/// # use murphy_problem::{Direction, Objective, Problem, Settled, Stance};
/// # use murphy_world::{ModelBuilder, StateSet};
/// let third = Rational::new(1, 3);
/// // Play again, win or lose: again with at most a third, each of the others with at least a third.
/// let set = Interval::new(
///     vec![Rational::ZERO, third.clone(), third.clone()],
///     vec![third.clone(), Rational::ONE, Rational::ONE],
/// )?;
/// # let mut builder = ModelBuilder::new("a game", vec!["play".into()]);
/// # builder.add_state(vec![]);
/// # builder.add_choice(0, set.into(), [0, 1, 2])?;
/// # for state in [1, 2] {
/// #     builder.add_state(vec![]);
/// #     builder.add_choice(0, murphy_credal::Precise::new(vec![Rational::ONE])?.into(), [state])?;
/// # }
/// # let model = builder.start(vec![(0, Rational::ONE)]).finish()?;
/// # let target = StateSet::from_flags(vec![false, true, false]);
/// # let avoid = StateSet::from_flags(vec![false, false, true]);
/// # let problem = Problem {
/// #     model,
/// #     objective: Objective::Reach { target, avoid },
/// #     complemented: false,
/// #     agent: Direction::Maximize,
/// #     nature: Direction::Minimize,
/// #     stance: Stance::Pessimistic,
/// #     settled: Settled::EachAction,
/// #     precision: 1e-6,
/// #     goal: String::new(),
/// # };
/// let claim = ExactValues {
///     values: vec![Some(third), Some(Rational::ONE), Some(Rational::ZERO)],
///     policy: vec![0, 1, 2],
///     rank: vec![1, 0, 0],
/// };
/// assert!(check_exact(&problem, &claim).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_exact(problem: &Problem, claim: &ExactValues) -> Result<u64, Rejection> {
    let policy = Policy::Memoryless(claim.policy.clone());
    let arena = Arena {
        problem,
        policy: &policy,
    };
    well_posed(problem)?;
    policy_fits(&arena)?;
    let states = problem.model.state_count();
    length("values", states, claim.values.len())?;
    length("rank", states, claim.rank.len())?;
    let none = StateSet::none(states);
    let (ends, quantity, discount) = match &problem.objective {
        Objective::Reach { target, avoid } => ((target, avoid), None, Rational::ONE),
        Objective::Until { quantity, target } => ((target, &none), Some(quantity), Rational::ONE),
        Objective::Discounted { quantity, discount } => ((&none, &none), Some(quantity), discount.clone()),
        _ => {
            return Err(Rejection::Kind {
                expected: "none, for its exact values are computed backward",
            });
        }
    };
    let checker = Checker {
        arena,
        claim,
        target: ends.0,
        avoid: ends.1,
        quantity: quantity.map(|values| &**values),
        discount: &discount,
        beyond: beyond(&claim.values),
    };
    checker.boundary()?;
    arena.every_state(|state| {
        if checker.is_given(state) {
            return Ok(0);
        }
        let mut count = 0;
        for side in [Side::Lower, Side::Upper] {
            for choice in arena.obliged(side, state, 0) {
                count += checker.choice(side, state, choice)?;
            }
        }
        Ok(count)
    })
}

/// Returns a number that is larger than what any finite value has to do with.
fn beyond(values: &[Option<Rational>]) -> Rational {
    let most = values.iter().flatten().max().cloned().unwrap_or_default();
    (most + Rational::ONE) * Rational::from(BEYOND)
}

struct Checker<'a> {
    arena: Arena<'a>,
    claim: &'a ExactValues,
    target: &'a StateSet,
    avoid: &'a StateSet,
    quantity: Option<&'a [Rational]>,
    discount: &'a Rational,
    /// What stands for infinity.
    beyond: Rational,
}

/// What the branches of a choice are worth.
struct Branches {
    values: Vec<Rational>,
    infinite: Vec<bool>,
}

impl Checker<'_> {
    fn is_discounted(&self) -> bool {
        matches!(self.arena.problem.objective, Objective::Discounted { .. })
    }

    fn is_reach(&self) -> bool {
        matches!(self.arena.problem.objective, Objective::Reach { .. })
    }

    /// Says whether the value of a state is fixed beforehand.
    fn is_given(&self, state: StateId) -> bool {
        self.target.contains(state) || self.avoid.contains(state)
    }

    fn value(&self, state: StateId) -> Option<&Rational> {
        self.claim.values.get(state as usize).and_then(Option::as_ref)
    }

    /// Checks what the objective fixes beforehand: the values at the ends, the signs, and where infinity may be claimed.
    fn boundary(&self) -> Result<(), Rejection> {
        let one_at_target = if self.is_reach() {
            Rational::ONE
        } else {
            Rational::ZERO
        };
        let mut region: Option<StateSet> = None;
        for (state, value) in (0..).zip(&self.claim.values) {
            let place = |side| self.arena.place(side, state, None);
            let Some(value) = value else {
                let Objective::Until { target, .. } = &self.arena.problem.objective else {
                    return Err(Rejection::NotFinite {
                        place: place(Side::Upper),
                    });
                };
                let region = match &mut region {
                    Some(region) => region,
                    None => region.insert(finite_region(&self.arena, target)?),
                };
                if region.contains(state) {
                    return Err(Rejection::InfiniteClaimed {
                        place: place(Side::Lower),
                    });
                }
                continue;
            };
            let given = match (self.target.contains(state), self.avoid.contains(state)) {
                (true, _) => Some(&one_at_target),
                (_, true) => Some(&Rational::ZERO),
                _ => None,
            };
            let side = match given.map(|given| value.cmp(given)) {
                Some(Ordering::Greater) => Side::Lower,
                Some(Ordering::Less) => Side::Upper,
                None if value.is_negative() && !self.is_discounted() => Side::Upper,
                _ => continue,
            };
            return Err(Rejection::Boundary {
                place: place(side),
                value: value.clone(),
                limit: given.cloned().unwrap_or_default(),
            });
        }
        Ok(())
    }

    fn branches(&self, choice: ChoiceId) -> Branches {
        let targets = self.arena.model().targets(choice);
        let infinite: Vec<bool> = targets.iter().map(|next| self.value(*next).is_none()).collect();
        let value = |next: &StateId| self.value(*next).unwrap_or(&self.beyond).clone();
        Branches {
            values: targets.iter().map(value).collect(),
            infinite,
        }
    }

    fn extremes(&self, choice: ChoiceId) -> Extremes<'_> {
        Extremes {
            set: self.arena.model().view(choice),
            nature: self.arena.problem.nature,
        }
    }

    /// Checks the inequality of a choice on one side, and that the play moves on where that is needed; returns how much was decided.
    fn choice(&self, side: Side, state: StateId, choice: ChoiceId) -> Result<u64, Rejection> {
        let Some(value) = self.value(state) else {
            return Ok(0);
        };
        // A probability and a sum are not negative, so that nothing is claimed by zero from below.
        if side == Side::Lower && value.is_zero() && !self.is_discounted() {
            return Ok(0);
        }
        let failed = self.arena.failed(side, state, choice);
        let (set, mut branches) = (self.extremes(choice), self.branches(choice));
        if side == Side::Upper && branches.infinite.contains(&true) {
            let place = self.arena.place(side, state, Some(choice));
            self.keeps_off(&set, &mut branches)
                .map_err(&failed)?
                .then_some(())
                .ok_or(Rejection::ReachesInfinite { place })?;
        }
        let gain = self
            .quantity
            .map_or(&Rational::ZERO, |gains| &gains[choice as usize]);
        let after = set.bound(side, &branches.values).map_err(&failed)?;
        let proved = gain + &(self.discount * &after);
        let place = || self.arena.place(side, state, Some(choice));
        let (place, value) = match (side, proved.cmp(value)) {
            (Side::Lower, Ordering::Less) => {
                let (place, value) = (place(), value.clone());
                return Err(Rejection::LowerInequality { place, value, proved });
            }
            (Side::Upper, Ordering::Greater) => {
                let (place, value) = (place(), value.clone());
                return Err(Rejection::UpperInequality { place, value, proved });
            }
            (_, Ordering::Equal) if self.must_move(side) && !gain.is_positive() => (place, value),
            _ => return Ok(1),
        };
        match self.moves(state, choice, (&set, &branches)).map_err(&failed)? {
            true => Ok(2),
            false => Err(Rejection::NoProgress {
                place: place(),
                value: value.clone(),
            }),
        }
    }

    /// Says whether a value met exactly proves something on a side only where the play moves on.
    fn must_move(&self, side: Side) -> bool {
        match &self.arena.problem.objective {
            Objective::Reach { .. } => side == Side::Lower,
            Objective::Until { .. } => side == Side::Upper,
            _ => false,
        }
    }

    /// Says whether Nature can (or, where she wants much, must) keep off infinity, whose branches then do not matter.
    fn keeps_off(&self, set: &Extremes<'_>, branches: &mut Branches) -> Result<bool, Failure> {
        match set.nature {
            Direction::Minimize => {
                let member = set.member(&branches.values, &[])?;
                Ok(!crate::fractions::has_mass(&member, &branches.infinite))
            }
            Direction::Maximize => {
                let keeps_off = set.none_hits(&branches.infinite)?;
                let infinite = branches.values.iter_mut().zip(&branches.infinite);
                for (value, _) in infinite.filter(|(_, infinite)| **infinite) {
                    *value = Rational::ZERO;
                }
                Ok(keeps_off)
            }
        }
    }

    /// Says whether the play moves to an end, to where nothing is to be lost, or to a smaller rank.
    fn moves(
        &self,
        state: StateId,
        choice: ChoiceId,
        (set, branches): (&Extremes<'_>, &Branches),
    ) -> Result<bool, Failure> {
        let rank = |state: StateId| self.claim.rank[state as usize];
        let onward = |&next: &StateId| {
            let nothing = self.is_reach() && self.value(next).is_some_and(Rational::is_zero);
            self.is_given(next) || nothing || rank(next) < rank(state)
        };
        let targets = self.arena.model().targets(choice);
        let onward: Vec<bool> = targets.iter().map(onward).collect();
        // Nature may be the one who wants the play to move on, or the one who does not.
        let wants = match &self.arena.problem.objective {
            Objective::Reach { .. } => Direction::Maximize,
            _ => Direction::Minimize,
        };
        if set.nature != wants {
            return set.all_hit(&onward);
        }
        match self.value(state) {
            Some(value) => set.some_hits(&branches.values, value, (&onward, &branches.infinite)),
            None => Ok(false),
        }
    }
}

/// Computes the exact value of every state of an objective with a step bound, backward; `None` if more than `work_max` branches
/// would have to be gone through.
///
/// # Errors
/// [`Rejection`]: another objective, or a set whose two proofs of its extreme do not meet.
pub fn exact_steps(problem: &Problem, work_max: u64) -> Result<Option<Vec<Rational>>, Rejection> {
    well_posed(problem)?;
    let model = &problem.model;
    let (steps, ends, quantity) = match &problem.objective {
        Objective::BoundedReach { target, avoid, steps } => (*steps, Some((target, avoid)), None),
        Objective::Horizon { quantity, steps } => (*steps, None, Some(quantity)),
        _ => {
            return Err(Rejection::Kind {
                expected: "a vector of values, for it has no step bound",
            });
        }
    };
    if u64::from(steps).saturating_mul(model.branch_count() as u64) > work_max {
        return Ok(None);
    }
    let none = Policy::Memoryless(Vec::new());
    let arena = Arena {
        problem,
        policy: &none,
    };
    let given = |state: StateId| match ends {
        Some((target, _)) if target.contains(state) => Some(Rational::ONE),
        Some((_, avoid)) if avoid.contains(state) => Some(Rational::ZERO),
        _ => None,
    };
    let mut values = arena.for_states(|state| Ok(given(state).unwrap_or(Rational::ZERO)))?;
    for _ in 0..steps {
        values = arena.for_states(|state| {
            if let Some(value) = given(state) {
                return Ok(value);
            }
            let worth = |choice| {
                let gain = quantity.map_or(&Rational::ZERO, |gains| &gains[choice as usize]);
                exactly(&arena, (state, choice), &values).map(|after| gain + &after)
            };
            let worths = model.choices(state).map(worth).collect::<Result<Vec<_>, _>>()?;
            let best = match problem.agent {
                Direction::Maximize => worths.into_iter().max(),
                Direction::Minimize => worths.into_iter().min(),
            };
            Ok(best.unwrap_or(Rational::ZERO))
        })?;
    }
    Ok(Some(values))
}

/// Returns Nature's value of a choice, which both sides must prove.
fn exactly(
    arena: &Arena<'_>,
    (state, choice): (StateId, ChoiceId),
    values: &[Rational],
) -> Result<Rational, Rejection> {
    let set = Extremes {
        set: arena.model().view(choice),
        nature: arena.problem.nature,
    };
    let there: Vec<Rational> = arena
        .model()
        .targets(choice)
        .iter()
        .map(|next| values[*next as usize].clone())
        .collect();
    let failed = arena.failed(Side::Lower, state, choice);
    let lower = set.bound(Side::Lower, &there).map_err(&failed)?;
    let upper = set.bound(Side::Upper, &there).map_err(&failed)?;
    if lower == upper {
        return Ok(lower);
    }
    Err(Rejection::UpperInequality {
        place: arena.place(Side::Upper, state, Some(choice)),
        value: lower,
        proved: upper,
    })
}
