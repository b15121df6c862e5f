//! Files and folders that no person ever made: systems, network drives and browsers put them beside others.
//!
//! Judges by names alone, never by what a file contains.

/// Whether nobody misses what has this path: it or a folder that it lies in was put there by a program.
pub fn is_ignored(path: &str) -> bool {
    const NAMES: [&str; 4] = [".ds_store", "thumbs.db", "desktop.ini", ".localized"];
    const STREAM: &[u8] = b":zone.identifier";
    let mut components = path.as_bytes().rsplit(|&byte| byte == b'/');
    let file = components.next().unwrap_or_default();
    let begins = |start: &[u8]| file.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
    let ends = |end: &[u8]| {
        let from = file.len().checked_sub(end.len());
        from.and_then(|from| file.get(from..)).is_some_and(|s| s.eq_ignore_ascii_case(end))
    };
    file.starts_with(b"._")
        || NAMES.iter().any(|name| file.eq_ignore_ascii_case(name.as_bytes()))
        || begins(b"synofile_thumb_")
        || ends(STREAM)
        || components.any(is_made_by_programs)
}

/// Whether only systems, network drives and this program make folders of this name.
pub fn is_litter(folder: &str) -> bool {
    is_made_by_programs(folder.as_bytes())
}

fn is_made_by_programs(folder: &[u8]) -> bool {
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
    FOLDERS.iter().any(|name| folder.eq_ignore_ascii_case(name.as_bytes()))
}

/// Whether systems keep a folder of this name at the top of a drive.
pub fn is_of_a_drive(folder: &str) -> bool {
    const FOLDERS: [&str; 8] = [
        ".spotlight-v100",
        ".trashes",
        ".fseventsd",
        ".temporaryitems",
        ".documentrevisions-v100",
        "system volume information",
        "$recycle.bin",
        "lost+found",
    ];
    FOLDERS.iter().any(|name| folder.eq_ignore_ascii_case(name))
}
