//! Simulation, traces, exports and the page: how a person sees what a plan does.
//!
//! [`simulate`] runs a plan against the Nature of your choice; the same seed gives the same bytes on any number of threads. Its
//! [`Trace`]s tell chosen runs step by step and are kept as JSON Lines ([`jsonl`]). [`Page`] draws a plan, its certificate and its
//! traces as one HTML file that loads nothing.
//!
//! This crate reads plans as data and never sees how they are found. Its values are floats computed for people to look at; what is
//! proved is in the certificate.

mod aims;
mod arena;
mod compiled;
pub mod confidence;
mod error;
pub mod export;
pub mod jsonl;
mod nature;
mod number;
pub mod page;
pub mod philox;
mod record;
mod representative;
pub mod review;
mod sampler;
mod settings;
mod side;
mod simulate;
mod splitting;
mod story;
mod summary;
mod trace;
mod walk;

pub use aims::{Aim, AimSeen};
pub use error::Error;
pub use jsonl::{ReadError, read_jsonl, write_jsonl};
pub use number::Number;
pub use page::{Beside, Checked, Page, PageData, PageExtras, StoryExtras, VariantRow};
pub use review::{Mark, MarkedState, Review, Verdict};
pub use settings::{NatureMode, SimulationSettings};
pub use side::{LabelShare, QuantityMean};
pub use simulate::{Simulation, record_run, record_run_by_all, simulate, simulate_aims, simulate_with};
pub use splitting::{RareEvent, SplittingSettings, rare_event};
pub use story::{Story, Told, label_way, record_decision_run, simulate_decision};
pub use summary::Summary;
pub use trace::{
    AimStep, Alternative, AtStake, Branch, Decision, Fraction, Header, Outcome, Owed, Range, Reading, Rest,
    Role, Step, Trace, WorldAtStake,
};
pub use walk::{shortest_to_failure, shortest_to_label};
