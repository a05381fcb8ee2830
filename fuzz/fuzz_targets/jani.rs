//! Fuzzes the reader of models in JANI, and their properties.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::jani(bytes));
