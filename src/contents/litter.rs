//! Files and folders that no person ever made: systems, network drives and browsers put them beside others.
//!
//! Judges by names alone, never by what a file contains.

/// Whether nobody misses what has this path: it or a folder that it lies in was put there by a program.
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

/// Whether only systems, network drives and this program make folders of this name.
pub fn is_litter(folder: &str) -> bool {
    const FOLDERS: [&str; 9] = [
        "__macosx",
        "@eadir",
        "@__thumb",
        ".@__thumb",
        "#recycle",
        "$recycle.bin",
        "system volume information",
        ".trashes",
        // small pictures of what was copied from a library
        ".windfall-copy",
    ];
    FOLDERS.iter().any(|name| folder.eq_ignore_ascii_case(name))
}
