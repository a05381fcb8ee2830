//! Dynamic consistency: does the plan made before anything was seen still look right to the one who follows it?
//!
//! The planner plans ex ante, over whole policies. Whoever follows the plan arrives at an information set `I` and asks again, with a belief about what can still
//! happen: for each environment `k` of weight `λ` the a-measure
//!
//! ```text
//! m = λ · P( · and I),      b = secured + λ · E[ payoff where I is not reached ]
//! ```
//!
//! of which Nature picks the worst. By the identity `E(f ⋆ g) = E(0 ⋆ g) + P·E'(f)` of the update ([`murphy_credal::infra::Update`]) the updated belief, with the plan's own
//! off-branch utility as `g`, ranks continuations as the whole plans were ranked. So **a plan that is optimal ex ante is optimal again
//! wherever it leads**, and [`audit`] proves it station by station with an exact linear program; a station that fails is a defect of the plan.
//!
//! What it does not say: a bad plan may pass, too, at every station, because each continuation is the best answer to the bad rest. An audit is for
//! executing and checking plans, not for finding them.
//!
//! The audit also asks what ordinary conditioning would have done, which conditions each environment on `I` and forgets `b` (the *generalised Bayes rule*), and whether
//! it would have left the plan. That is not an error of the plan: it is the error the a-measures avoid.
//!
//! # Source
//! Appel and Kosoy, "Belief functions and decision theory" (2020), dynamic consistency of the update, as restated by Lorxus, "Untangling Infrabayesianism: A
//! Redistillation" (2023), propositions 5.21 to 5.24. Walley, *Statistical Reasoning with Imprecise Probabilities* (1991), generalised Bayes rule.

mod audit;
mod belief;
mod continuations;
mod naive;

pub use audit::{Audit, AuditError, Station, audit};
pub use belief::{Belief, Remaining, beliefs, normalise};
pub use naive::{Naive, naive_policy};

pub(crate) use audit::{by_hypothesis, small};
pub(crate) use continuations::{Best, Continuations, Line};
