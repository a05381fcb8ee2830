//! Sets of distributions: expectations, witnesses, multipliers.

mod constraint;
mod contamination;
mod core_measure;
mod error;
mod expectation;
mod imprecise_dirichlet;
mod interval;
mod l1_ball;
mod number;
mod polytope;
mod precise;
mod rows;
mod semidirect;
mod set;
mod shape;
pub mod simplex;
mod vertices;

pub use constraint::{Constraint, Relation};
pub use contamination::Contamination;
pub use error::Error;
pub use expectation::{Expectation, Multiplier};
pub use imprecise_dirichlet::ImpreciseDirichlet;
pub use interval::Interval;
pub use l1_ball::L1Ball;
pub use number::Number;
pub use polytope::Polytope;
pub use precise::Precise;
pub use rows::{Enclosure, Rows};
pub use semidirect::Semidirect;
pub use set::CredalSet;
pub use vertices::Vertices;
