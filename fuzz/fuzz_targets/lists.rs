//! Any bytes as each of Apple's lists of notes and of iCloud Drive: every line becomes something.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::apple::sheet::Sheet;
use windfall::category::drive;
use windfall::category::notes::{list, sharing};
use windfall::problem::refusal::Refusal;

fn adds_up<R>(read: Result<Sheet<R>, Refusal>) {
    let Ok(sheet) = read else { return };
    assert!(sheet.lines.add_up(), "{:?}", sheet.lines);
    assert_eq!(sheet.rows.len() as u64, sheet.lines.rows);
}

fuzz_target!(|bytes: &[u8]| {
    adds_up(list::read(bytes, usize::MAX));
    adds_up(drive::list::read(bytes, usize::MAX).map(|list| list.sheet));
    adds_up(sharing::read_shared(bytes, usize::MAX));
    adds_up(sharing::read_subscribed(bytes, usize::MAX));
    let _ = list::looks_like(bytes);
});
