//! Fuzzes the reader of plan documents.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::plan(bytes));
