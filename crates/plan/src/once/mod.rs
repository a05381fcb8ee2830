//! Finite decision problems against a Nature that settles once, exactly: linear programs, laws, vector-valued dynamic programming.

pub mod anew;
pub mod belief;
pub mod flip;
pub mod game;
pub mod hope;
pub mod law;
pub mod oracle;
pub mod peeked;
pub mod predicted;
pub mod pure;
mod simplest;
mod split;
pub mod states;
pub mod vector;
pub mod verdict;

pub use anew::solve_anew;
pub use belief::solve_hidden;
pub use flip::{Flip, Moved, flips};
pub use game::solve_game;
pub use law::{DecisionError, solve_law};
pub use oracle::{solve_by_answers, solve_on_grid};
pub use pure::{BestPure, best_pure};
pub use states::solve_on_states;
pub use vector::solve_stages;
pub use verdict::{Causality, FiniteNirvana, Verdict, finite_nirvana, verdict};
