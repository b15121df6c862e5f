//! Any bytes as a photo or video.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use windfall::category::photos::media::{is_cut_short, read};

fuzz_target!(|bytes: &[u8]| {
    let mut source = Cursor::new(bytes);
    let embedded = read(&mut source, bytes.len() as u64);
    let _ = is_cut_short(&mut source, bytes.len() as u64, embedded.format);
});
