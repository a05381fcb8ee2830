//! Fuzzes the reader of traces.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::trace(bytes));
