//! The expected sum of a quantity until a target, infinite where the target may be missed.
//!
//! Sets first: the sum is finite exactly where the one who wants it small can make sure that the target is reached, which is where reaching
//! it, both sides wanting the opposite, is worth one. From there on only rows and faces count that stay in that region. In it,
//!
//! - *from above*, a vector with `c + B y < y` strictly is above the values: along any play by the policy the sum so far plus
//!   `y` falls in expectation by at least some fixed amount a step, so the target is reached almost surely and the whole sum is
//!   at most `y` at the start. A first such vector comes from counting something extra on every step, which leaves no free loops
//!   ([`crate::solve::Solver`]); from it the operator goes down, and strictness stays.
//! - *from below*, `x ← max(x, c + B x)` from zero, so that `c + B x ≥ x`: where the target is reached the bounded `x` has
//!   faded, and where it is missed the sum is infinite. [`crate::holding`] takes care of plays held where nothing is counted.

use crate::bound::Bound;
use crate::draft::Row;
use crate::error::Error;
use crate::game::{Game, Side, Terms};
use crate::plan::assemble;
use crate::qualitative::{Arena, Region};
use crate::settings::Settings;
use crate::solve::Solver;
use murphy_notation::Rational;
use murphy_problem::{Certificate, Direction, Plan, Policy, Problem, Proof};
use murphy_world::{ChoiceId, StateId, StateSet};

/// Plans for a sum of `quantity` until `target`.
pub(crate) fn plan_until(
    problem: &Problem,
    quantity: &[Rational],
    target: &StateSet,
    settings: &Settings<'_>,
) -> Result<Plan, Error> {
    if let Some((choice, value)) = (0u32..).zip(quantity).find(|(_, value)| value.is_negative()) {
        return Err(Error::NegativeQuantity {
            choice,
            value: value.clone(),
        });
    }
    let model = &problem.model;
    let states = model.state_count();
    let arena = Arena::new(model, problem.agent.opposite(), problem.nature.opposite());
    let finite = arena.almost_sure(target.flags(), &vec![false; states]);
    // What follows needs the memory.
    drop(arena);
    let start = |inside: f64| -> Vec<f64> {
        let value = |state: StateId| match finite.inside[state as usize] {
            _ if target.contains(state) => 0.0,
            true => inside,
            false => f64::INFINITY,
        };
        (0u32..).take(states).map(value).collect()
    };
    let known = start(0.0);
    let terms = Terms {
        agent: problem.agent,
        nature: problem.nature,
        known: &known,
        gains: Some((quantity, &Rational::ONE)),
        goes: problem.agent == Direction::Minimize,
    };
    let game = Game::new(model, &terms, |state, rows| {
        if !target.contains(state) && finite.inside[state as usize] {
            let choices = model.choices(state);
            rows.extend(choices.filter_map(|choice| kept_row(problem, choice, &finite.inside)));
        }
    })?;
    let bounds = (
        Bound::new(Side::Lower, false, known),
        Bound::new(Side::Upper, true, start(f64::INFINITY)),
    );
    let mut solver = Solver::new(&game, settings, bounds, Some(Side::Lower));
    let stop = solver.solve(problem);
    let (lower, upper, sweeps) = solver.finish();
    let followed = if problem.agent == Direction::Maximize {
        &lower.choices
    } else {
        &upper.choices
    };
    let policy = policy(problem, &game, &finite, followed);
    let proof = Proof::FixedPoint {
        lower: lower.values,
        upper: upper.values,
        rank: vec![0; states],
    };
    assemble(
        problem,
        Certificate {
            policy: Policy::Memoryless(policy),
            proof,
        },
        stop,
        sweeps,
    )
}

/// Returns the row of a choice without the branches that lead out of the finite region, or `None` if it may (or must) lead out.
fn kept_row(problem: &Problem, choice: ChoiceId, finite: &[bool]) -> Option<Row> {
    let targets = problem.model.targets(choice);
    if targets.iter().all(|state| finite[*state as usize]) {
        return Some(Row::whole(choice));
    }
    let set = problem.model.set(choice);
    let event: Vec<bool> = targets.iter().map(|state| finite[*state as usize]).collect();
    if problem.nature == Direction::Maximize && !set.must_stay(&event) {
        return None;
    }
    let kept = targets
        .iter()
        .copied()
        .filter(|state| finite[*state as usize])
        .collect();
    Some(Row {
        choice,
        face: Some(Box::new((set.restrict(&event)?, kept))),
    })
}

/// Returns a choice for every state: where the sum is infinite, one that makes (or cannot help) it so.
fn policy(
    problem: &Problem,
    game: &Game<'_>,
    finite: &Region,
    followed: &[Option<ChoiceId>],
) -> Vec<ChoiceId> {
    let states = problem.model.state_count();
    let choice = |state: StateId| {
        let at = state as usize;
        match followed[at] {
            None => {
                let place = game.layout.places[at];
                let first = game.rows(place).next().map(|row| game.choice(row));
                // One who minimises moves on to the target; for one who maximises, every choice is worth the nothing it is known for.
                first
                    .filter(|_| problem.agent == Direction::Maximize)
                    .unwrap_or(finite.choice[at])
            }
            Some(choice) => choice,
        }
    };
    (0u32..).take(states).map(choice).collect()
}
