//! The predictive model: the world language, and the explicit model that a world unfolds to.

pub mod builder;
mod decimal;
pub mod files;
pub mod formats;
pub mod ids;
pub mod limits;
pub mod model;
mod scope;
pub mod settings;
pub mod state_set;
mod unknown;
pub mod world;

pub use builder::{BuildError, ModelBuilder};
pub use files::{Files, NoFiles};
pub use ids::{ActionId, ChoiceId, StateId};
pub use limits::Limits;
pub use model::{InitialKind, Model, ModelKind, Picture, Variable, VariableKind};
pub use settings::{Constant, Variant};
pub use state_set::StateSet;
pub use world::World;
