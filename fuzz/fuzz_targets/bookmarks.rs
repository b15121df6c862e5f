//! Any bytes as bookmarks of either form: every one is in both files that are made of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::bookmarks::{csv, html, read, united};

fuzz_target!(|bytes: &[u8]| {
    let Some(file) = read("Bookmarks_1.csv", bytes) else { return };
    let count = file.bookmarks.len();
    for bookmark in &file.bookmarks {
        let _ = (bookmark.is_link(), bookmark.folder_text(), bookmark.stamp());
    }
    let files = united(vec![vec![file.clone()], vec![file]]);
    assert_eq!(files.iter().map(|file| file.bookmarks.len()).sum::<usize>(), count);
    let again = read("bookmarks.html", html(&files).as_bytes()).expect("what is written is read");
    assert_eq!(again.bookmarks.len(), count);
    let _ = csv(&files);
});
