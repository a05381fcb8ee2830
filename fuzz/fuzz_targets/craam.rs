//! Fuzzes the reader of CRAAM's tables.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::craam(bytes));
