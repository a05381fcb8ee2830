//! Fuzzes the reader of properties and property files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::property(bytes));
