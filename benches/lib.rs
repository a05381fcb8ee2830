//! Generators of models for the benches.
