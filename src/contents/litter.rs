//! What no person ever made: files and folders that systems, network drives and browsers put beside others.
//!
//! Judges by names only, and never by what lies in a file.

/// What no person ever made and nobody misses: what systems, network drives and browsers put beside
/// files of their own accord.
pub fn is_ignored(path: &str) -> bool {
    const NAMES: [&str; 4] = [".ds_store", "thumbs.db", "desktop.ini", ".localized"];
    const STREAM: &str = ":zone.identifier";
    let file = path.rsplit('/').next().unwrap_or(path);
    let begins = |start: &str| file.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
    let ends = |end: &str| {
        let from = file.len().checked_sub(end.len());
        from.and_then(|from| file.get(from..)).is_some_and(|s| s.eq_ignore_ascii_case(end))
    };
    file.starts_with("._")
        || NAMES.iter().any(|name| file.eq_ignore_ascii_case(name))
        || begins("synofile_thumb_")
        || ends(STREAM)
        || path.rsplit('/').skip(1).any(is_litter)
}

/// A folder of a kind that only systems and network drives make.
pub fn is_litter(folder: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        "__macosx",
        "@eadir",
        "@__thumb",
        ".@__thumb",
        "#recycle",
        "$recycle.bin",
        "system volume information",
        ".trashes",
    ];
    FOLDERS.iter().any(|name| folder.eq_ignore_ascii_case(name))
}
