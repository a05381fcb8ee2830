//! The probability of reaching a target, at any time.
//!
//! Sets first: where the value is exactly zero or one ([`crate::qualitative`]). Between them the value is the least fixed point of
//! the Bellman operator `B`, and both sides approach it so that they are certificates at every moment:
//!
//! - *from below*, `x ← max(x, B x)` with a little taken off, so that the exact `B x` stays strictly above `x`. Along any play against the policy
//!   the value then never falls in expectation, and it cannot stay for ever among states of positive value: of a set of states that
//!   traps the play, those of the greatest value can only lead to each other, but strictly none of them may. So the target
//!   is reached, or the value falls to zero, and the probability of the former is at least the value at the start. Where the value is exactly one
//!   there is no room for strictness, and the ranks of the qualitative rounds take its place.
//! - *from above*, `y ← min(y, B y)` from one, so that `B y ≤ y`; [`crate::holding`] takes care of plays that are held for ever.

use crate::bound::Bound;
use crate::draft::Row;
use crate::error::Error;
use crate::game::{Game, Side, Terms};
use crate::plan::assemble;
use crate::qualitative::{Arena, OUTSIDE, Region};
use crate::settings::Settings;
use crate::solve::Solver;
use murphy_problem::{Certificate, Direction, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId, StateSet};

/// What the sets say.
struct Decided {
    positive: Region,
    sure: Region,
    target: Vec<bool>,
}

impl Decided {
    fn value(&self, state: usize) -> Option<f64> {
        if self.sure.inside[state] {
            Some(1.0)
        } else if self.positive.inside[state] {
            None
        } else {
            Some(0.0)
        }
    }
}

/// Plans for a probability of reaching `target` outside `avoid`.
pub(crate) fn plan_reach(
    problem: &Problem,
    (target, avoid): (&StateSet, &StateSet),
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    let model = &problem.model;
    let arena = Arena::new(model, problem.agent, problem.nature);
    let positive = arena.positive(target.flags(), avoid.flags());
    let decided = Decided {
        sure: arena.almost_sure_within(&positive, (target.flags(), avoid.flags())),
        positive,
        target: target.flags().to_vec(),
    };
    // What follows needs the memory.
    drop(arena);
    let states = model.state_count();
    let start = |undecided: f64| -> Vec<f64> {
        (0..states)
            .map(|s| decided.value(s).unwrap_or(undecided))
            .collect()
    };
    let known = start(0.0);
    let terms = Terms {
        agent: problem.agent,
        nature: problem.nature,
        known: &known,
        gains: None,
        goes: problem.agent == Direction::Maximize,
    };
    let game = Game::new(model, &terms, |state, rows| {
        if decided.value(state as usize).is_none() {
            rows.extend(model.choices(state).map(Row::whole));
        }
    })?;
    let bounds = (
        Bound::new(Side::Lower, true, known),
        Bound::new(Side::Upper, false, start(1.0)),
    );
    let mut solver = Solver::new(&game, settings, bounds, Some(Side::Upper));
    let stop = solver.solve(problem);
    let (lower, upper, sweeps) = solver.finish();
    let followed = if problem.agent == Direction::Maximize {
        &lower.choices
    } else {
        &upper.choices
    };
    let policy = policy(problem, &decided, followed);
    let rank = decided
        .sure
        .rank
        .iter()
        .map(|rank| if *rank == OUTSIDE { 0 } else { *rank })
        .collect();
    let proof = Proof::FixedPoint {
        lower: lower.values,
        upper: upper.values,
        rank,
    };
    let policy = Policy::Memoryless(policy);
    assemble(problem, Certificate { policy, proof }, stop, sweeps)
}

/// Returns a choice for every state: by the sets where they decide, else the row behind the bound.
fn policy(problem: &Problem, decided: &Decided, followed: &[Option<ChoiceId>]) -> Vec<ChoiceId> {
    let choice = |state: StateId| {
        let at = state as usize;
        let region = match decided.value(at) {
            _ if decided.target[at] => return problem.model.choices(state).start,
            // An agent who maximises moves on to the target; there is nothing to spoil for one who minimises.
            Some(worth) if worth > 0.0 => &decided.sure,
            // An agent who minimises keeps out of the positive states.
            Some(_) => &decided.positive,
            None => match followed[at] {
                Some(choice) => return choice,
                None => &decided.positive,
            },
        };
        region.choice[at]
    };
    (0u32..).take(problem.model.state_count()).map(choice).collect()
}
