//! What is wanted: the spec language, its goals and its temporal formulas.
//!
//! A spec says what to make large or small and what is assumed of Nature; it knows no world. Names of labels, variables and
//! quantities stay names with places, and are looked up when a spec meets a world.

pub mod formula;
pub mod goal;
mod grammar;
pub mod nature;
mod read;
pub mod spec;

pub use formula::{Bound, Formula, Operand, Operator};
pub use goal::{Direction, ExpectedHorizon, Goal, Objective};
pub use nature::{Nature, Settled, Stance};
pub use spec::{Pin, Requirement, Revision, Side, Spec};
