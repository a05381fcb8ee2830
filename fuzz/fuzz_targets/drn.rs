//! Fuzzes the reader of Storm's DRN.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::drn(bytes));
