//! Fuzzes the reader of RON documents.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::document(bytes));
