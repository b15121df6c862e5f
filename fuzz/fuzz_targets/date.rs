//! Any text as one of Apple's dates, and as a file name with a date in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::date::parse;
use windfall::category::photos::time::name_date::from_name;

fuzz_target!(|text: &str| {
    if let Ok(Some(date)) = parse(text) {
        // what was understood can be written and read again
        assert!(date.to_rfc3339().parse::<chrono::DateTime<chrono::Utc>>().is_ok());
    }
    let _ = from_name(text);
});
