//! Any bytes as a details file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::photos::lists::details::{looks_like_details, parse};

fuzz_target!(|bytes: &[u8]| {
    let Ok(details) = parse(bytes, usize::MAX) else { return };
    assert!(details.rows.iter().all(|row| !row.name.trim().is_empty() && row.line > 0));
    assert!(details.rows.windows(2).all(|pair| pair[0].line < pair[1].line));
    let _ = looks_like_details(bytes);
});
