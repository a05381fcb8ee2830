//! Fuzzes the reader of UMB archives.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::umb(bytes));
