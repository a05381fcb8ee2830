//! Fuzzes the reader of Cassandra's POMDPs.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::pomdp(bytes));
