//! Answers properties: a tree of state formulas becomes sets of states, path formulas become reachabilities, and the planner and the checker do the rest.
//!
//! Every number comes from [`crate::solve`], so it is a proved bracket. A state formula is decided state by state: a nested `P>=p [ … ]` holds
//! where the whole bracket is on one side of `p`; where it is not, the bracket is made narrower, then the number is
//! sought exactly, and if that does not help either, the property is refused. Thresholds 0 and 1 are decided by sets alone.
//!
//! Each nested operator quantifies over policies and Natures anew.

mod automaton;
mod condition;
mod end;
mod evaluate;
mod exact;
mod filter;
mod linear;
mod names;
mod path;
mod players;
mod several;
mod sum;
mod task;
mod weights;
mod worth;

use murphy_notation::Rational;
use murphy_problem::{Plan, Problem};
use murphy_world::InitialKind;

pub use evaluate::{Options, Reply, answer};
pub use worth::Worth;

/// Returns the exact value of a plan's problem at the start; nothing if it is infinite, cannot be found, or is not proved.
#[must_use]
pub fn exact_value(problem: &Problem, plan: &Plan) -> Option<Rational> {
    let values = exact::values(problem, plan, linear::Work::default()).ok()?;
    if problem.model.initial_kind() != InitialKind::Weighted {
        return None;
    }
    let mut mean = Rational::ZERO;
    for (state, weight) in problem.model.initial() {
        mean += weight * values.get(*state as usize)?.as_ref()?;
    }
    Some(if problem.complemented {
        Rational::ONE - mean
    } else {
        mean
    })
}
