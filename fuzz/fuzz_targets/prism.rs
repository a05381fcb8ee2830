//! Fuzzes the reader of the PRISM language.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::prism(bytes));
