//! Finite decision problems with perfect recall, against a Nature that settles once for the whole run.
//!
//! A [`DecisionTree`] holds what may happen (histories), what the agent can tell apart (information sets), and finitely many
//! [`Environment`]s, each of which gives every chance move its probabilities and every history its payoff. Nature picks an environment
//! before the first move, where the agent does not see it; the agent answers with a [`BehaviourPolicy`], which may draw lots.
//!
//! ```text
//! value  =  max over policies  Σ_h prior(h) · min { weight(k)·E_k[payoff] + secured(k) : k an environment of hypothesis h }
//! ```

pub mod document;
mod goal;
pub mod grow;
pub mod hidden;
pub mod law;
pub mod peeked;
pub mod played;
pub mod policy;
pub mod predicted;
pub mod proof;
pub mod sequence;
pub mod stage_document;
pub mod stages;
pub mod tree;

pub use document::{DecisionDocument, ProofDocument, sets_of};
pub use grow::{Grown, HISTORIES_MAX, Supposed, grow, law};
pub use hidden::{Hidden, HiddenPoint, HiddenProof, HiddenRow, HiddenWay, hidden};
pub use law::{Law, LawHypothesis, Query, Range};
pub use peeked::PeekedForm;
pub use played::{Deciding, Knowledge, Move, Place, Played, PlayedError, PlayedWorld, Way};
pub use policy::{BehaviourPolicy, DecisionPlan, PolicyError};
pub use proof::{Alternative, Cell, DecisionProof, GameProof, Settlement, UnknownBox};
pub use sequence::{AgentSet, CompileError, Compiled, ENVIRONMENTS_MAX, NatureSet, SequenceForm};
pub use stage_document::StageDocument;
pub use stages::{Point, Stage, StageChoice, StagePlan, Stages, stages};
pub use tree::{
    DecisionTree, DecisionTreeBuilder, Environment, EnvironmentId, History, HistoryId, Hypothesis,
    InformationSet, InformationSetId, TreeError, Turn,
};
