//! Infra-Bayes on finite spaces: theorems on random exact instances, and the known small examples.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "each test file uses some of it")]
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../sets/mod.rs"]
mod sets;

mod beliefs;
mod conjunctions;
mod examples;
mod lattice;
mod products;
mod updates;
