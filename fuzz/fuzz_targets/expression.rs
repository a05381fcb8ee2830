//! Fuzzes the reader of expressions.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::expression(bytes));
