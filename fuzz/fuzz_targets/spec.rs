//! Fuzzes the reader of specs and temporal formulas.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::spec(bytes));
