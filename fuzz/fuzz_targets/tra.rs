//! Fuzzes the reader of PRISM's explicit files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::tra(bytes));
