//! Fuzzes the reader of automata in the HOA format.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::hoa(bytes));
