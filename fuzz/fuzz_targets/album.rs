//! Any bytes as each of the lists that Apple writes beside the media.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::photos::lists::albums::{parse_album_info, parse_subscribed};
use windfall::category::photos::lists::names::{parse_contributions, parse_names};

fuzz_target!(|bytes: &[u8]| {
    let _ = parse_contributions(bytes, usize::MAX);
    let _ = parse_subscribed(bytes, usize::MAX);
    let Ok(names) = parse_names(bytes, usize::MAX) else { return };
    let distinct: std::collections::HashSet<&String> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    if let Ok(info) = parse_album_info(bytes, usize::MAX) {
        assert!(!format!("{info:?}").is_empty());
    }
});
