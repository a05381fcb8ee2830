//! A world and a spec together, names resolved: the arena that is solved and checked, and the plan for it.
//!
//! [`Problem`] is what every algorithm and the checker read. [`Plan`] is what a planner returns: plain data that the
//! checker and the trace crate read without knowing how it was found. [`PlanDocument`] is the plan as a file.

pub mod belief;
pub mod certificate;
pub mod decision;
pub mod document;
pub mod end_component;
mod hashing;
pub mod objective;
pub mod pins;
pub mod plan;
pub mod problem;
pub mod product;
pub mod questions;
pub mod resolve;
pub mod stage;

pub use belief::{BeliefError, Beliefs};
pub use certificate::{Certificate, CertificateError, Proof};
pub use document::{DocumentError, NamedClaim, NamedPolicy, Origin, Origins, PlanDocument};
pub use end_component::{EndComponent, end_components, end_components_by, leads_alike};
pub use hashing::Hashing;
/// What a spec declares of Nature, for those who read problems without reading specs.
pub use murphy_spec::{Settled, Side, Stance};
pub use objective::{Direction, Objective};
pub use plan::{Bracket, Plan, Policy, StopReason};
pub use problem::{Problem, as_written};
pub use product::{Memory, Product, ProductError, equally};
pub use questions::{Questions, Required};
pub use stage::{Stage, StageError, Staged};
