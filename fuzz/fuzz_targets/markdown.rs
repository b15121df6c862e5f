//! Any text as a note: its Markdown gives every line of it back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use windfall::category::notes::body;
use windfall::category::notes::markdown::{Files, FrontMatter, TitleFrom, lines, render, strip, title_of};

fuzz_target!(|bytes: &[u8]| {
    let text = body::text(bytes);
    let _ = (body::gist(bytes), strip(&text));
    let has_title = lines(&text).first().and_then(|line| title_of(line)).is_some();
    let title_from = if has_title { TitleFrom::Text } else { TitleFrom::Elsewhere };
    let front = FrontMatter { title: "Folder", ..FrontMatter::default() };
    let found = strip(&render(&front, title_from, &text, Files::AtEnd(&[])));
    let found: Vec<&str> = match has_title {
        true => std::iter::once(&found.title).chain(&found.lines).map(|line| line.trim_end()).collect(),
        false => found.lines.iter().skip(1).map(|line| line.trim_end()).collect(),
    };
    let given: Vec<&str> = lines(&text).into_iter().map(str::trim_end).collect();
    assert_eq!(found, given);
});
