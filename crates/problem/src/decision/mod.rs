//! Finite decision problems with perfect recall, against a Nature that settles once for the whole run.
//!
//! A [`DecisionTree`] holds what may happen (histories), what the agent can tell apart (information sets), and finitely many
//! [`Environment`]s, each of which gives every chance move its probabilities and every history its payoff. Nature picks an environment
//! before the first move, where the agent does not see it; the agent answers with a [`BehaviourPolicy`], which may draw lots.
//!
//! ```text
//! value  =  max over policies  Σ_h prior(h) · min { weight(k)·E_k[payoff] + secured(k) : k an environment of hypothesis h }
//! ```

pub mod anew;
pub mod anew_document;
pub mod document;
mod goal;
pub mod grow;
pub mod hidden;
pub mod hidden_document;
pub mod law;
pub mod partly;
pub mod peeked;
pub mod plan_text;
pub mod played;
pub mod policy;
pub mod predicted;
pub mod proof;
pub mod sequence;
pub mod stage_document;
pub mod stage_law;
pub mod stages;
pub mod tree;
mod walk;

pub use anew::AnewPlan;
pub use anew_document::AnewDocument;
pub use document::{DecisionDocument, DecisionOrigins, ProofDocument, sets_of};
pub use grow::{Grown, HISTORIES_MAX, Supposed, grow, law};
pub use hidden::{Hidden, HiddenPoint, HiddenProof, HiddenRow, HiddenWay, hidden};
pub use hidden_document::HiddenDocument;
pub use law::{Law, LawHypothesis, Query, Range};
pub use partly::Told;
pub use peeked::PeekedForm;
pub use plan_text::PlanText;
pub use played::{Deciding, Knowledge, Move, Place, Played, PlayedError, PlayedWorld, Way};
pub use policy::{BehaviourPolicy, DecisionPlan, PolicyError};
pub use predicted::PLANS_MAX;
pub use proof::{Alternative, Cell, DecisionProof, GameProof, Settlement, UnknownBox};
pub use sequence::{AgentSet, CompileError, Compiled, ENVIRONMENTS_MAX, NatureSet, SequenceForm};
pub use stage_document::StageDocument;
pub use stage_law::{LawChoice, LawStage, StageHypothesis, StageLaw, stage_law};
pub use stages::{Point, Stage, StageChoice, StagePlan, StageProof, Stages};
pub use tree::{
    DecisionTree, DecisionTreeBuilder, Environment, EnvironmentId, History, HistoryId, Hypothesis,
    InformationSet, InformationSetId, TreeError, Turn,
};
