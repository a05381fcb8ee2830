//! Fuzzes the reader of worlds and their tables.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| murphy_fuzz::world(bytes));
