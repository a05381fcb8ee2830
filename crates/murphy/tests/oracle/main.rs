//! The engine and the checker held to the truth: small random models with every kind of set, every objective, all four directions.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::needless_range_loop,
    clippy::float_cmp,
    reason = "a test may fail where it builds its cases"
)]

mod agree;
mod brute;
mod cases;
mod hand;
mod metamorphic;
mod methods;
mod models;
mod tamper;
