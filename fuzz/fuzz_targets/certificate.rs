//! Fuzzes the reader of certificates.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::certificate(bytes));
