//! The predictive model: the world language, and the explicit model that a world unfolds to.

pub mod builder;
pub mod ids;
pub mod model;
pub mod state_set;

pub use builder::{BuildError, ModelBuilder};
pub use ids::{ActionId, ChoiceId, StateId};
pub use model::{Model, Picture, Variable, VariableKind};
pub use state_set::StateSet;
