//! Finite decision problems: audits of plans, and many rules on one problem, against brute force and known answers.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may fail where it builds its cases"
)]

#[path = "../common/random.rs"]
mod numbers;

mod audits;
mod brute;
mod examples;
mod known_audits;
mod rules;
mod trees;
