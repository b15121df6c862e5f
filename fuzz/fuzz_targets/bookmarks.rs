//! Any bytes as bookmarks of either form: every one is in both files that are made of them.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use windfall::category::bookmarks::{csv, html, read, united};

const ROOM: usize = 256 << 20;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = read("Bookmarks_1.csv", bytes, ROOM) else { return };
    let count = file.bookmarks.len();
    for bookmark in &file.bookmarks {
        let _ = (bookmark.is_link(), bookmark.folder_text(), bookmark.stamp());
    }
    let file = Arc::new(file);
    let files = united(vec![vec![Arc::clone(&file)], vec![file]]);
    assert_eq!(files.iter().map(|file| file.bookmarks.len()).sum::<usize>(), count);
    let mut written = Vec::new();
    html(&files, &mut written).expect("memory takes everything");
    let again = read("bookmarks.html", written.as_slice(), ROOM).expect("what is written is read");
    assert_eq!(again.bookmarks.len(), count);
    csv(&files, &mut std::io::sink()).expect("nothing refuses");
});
