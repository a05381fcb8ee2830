//! Finite decision problems against a Nature that settles once, exactly: linear programs, laws, vector-valued dynamic programming.

pub mod game;
pub mod law;
pub mod peeked;
pub mod pure;

pub use game::solve_game;
pub use law::{DecisionError, solve_law};
pub use pure::{BestPure, best_pure};
