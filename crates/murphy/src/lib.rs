//! Murphy plans for the worst world you cannot rule out.
//!
//! A *world* predicts: states, actions, and for each choice a credal set, the closed convex set of distributions that cannot be ruled out.
//! A *spec* says what is wanted. A *plan* is a policy with a bracket `[lower, upper]` of its value
//! and a certificate that [`check`](prelude::check) proves in exact arithmetic, without trusting the planner.
//!
//! The whole loop, as a library. Everything here works on texts and values: only the program opens files.
//!
//! ```
#![doc = include_str!("../tests/example/library.rs")]
//! ```
//!
//! # Where to go from here
//!
//! - [`notation`]: exact numbers, RON with places, expressions, errors that point.
//! - [`credal`]: sets of distributions, their expectations, witnesses and multipliers.
//! - [`world`]: the world language and the explicit [`Model`](world::Model) it unfolds to.
//! - [`spec`]: goals and formulas.
//! - [`problem`]: a world and a spec together, and the plan as data and as a file.
//! - [`tiers`]: several goals under requirements. [`explain`]: questions about a plan. [`revise`]: better goals from what a person marked.
//! - [`plan`](mod@plan): the algorithms. [`certify`]: the checker. [`trace`]: simulation, traces and the page.

pub use murphy_certify as certify;
pub use murphy_credal as credal;
pub use murphy_notation as notation;
pub use murphy_plan as plan;
pub use murphy_problem as problem;
pub use murphy_spec as spec;
pub use murphy_trace as trace;
pub use murphy_world as world;

mod answer;
pub mod decision;
pub mod explain;
pub mod property;
pub mod revise;
pub mod story;
pub mod tiers;

pub use answer::{Answer, Unproved, solve};

/// What most programs need.
pub mod prelude {
    pub use crate::answer::{Answer, Unproved, solve};
    pub use murphy_certify::{Checked, Rejection, check};
    pub use murphy_credal::CredalSet;
    pub use murphy_notation::{Diagnostic, Rational, Source, render};
    pub use murphy_plan::{Settings, plan};
    pub use murphy_problem::{Bracket, Certificate, Plan, PlanDocument, Policy, Problem};
    pub use murphy_spec::Spec;
    pub use murphy_trace::{NatureMode, SimulationSettings, simulate};
    pub use murphy_world::{Files, Limits, Model, ModelBuilder, NoFiles, World};
}
