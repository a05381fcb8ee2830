//! Fuzzes the reader of compressed models.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::compressed(bytes));
