//! Fuzzes the reader of PRISM's explicit format in one file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::pexp(bytes));
