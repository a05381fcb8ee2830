//! Better goals: amendments of a spec that rule out what a person marked as bad, each with its price.
//!
//! A person marks states, or actions in states. [`separating`] finds small conditions that hold where something was marked bad and nowhere that
//! something was marked good; [`propose`] plans anew under each and says what it costs by the goal as it was. The person picks; [`amended`] writes
//! the change into the text of the spec and leaves the rest of it alone.
//!
//! Nothing here decides what is good. The planner is given the amended spec, never the marks.

mod amend;
mod predicate;
mod propose;

pub use amend::{Change, amended};
pub use predicate::{Predicate, separating};
pub use propose::{Effect, Marked, Outcome, Proposal, Ruling, comes_to, effect_of, propose};
