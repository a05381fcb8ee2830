//! Fuzzes the reader of bmdp-tool's text.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::bmdp(bytes));
