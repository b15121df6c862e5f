//! Any bytes as a property list.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::plist::parse;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = parse(bytes) {
        let _ = (value.get("flags"), value.integer(), value.text());
    }
});
