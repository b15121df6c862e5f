//! Names: what a file or folder of the library may be called, and when two names are one.
//!
//! In: names as archives, rows, albums and cameras state them, all hostile. Out: portable names,
//! keys to compare names by, and [`LibraryPath`](super::path::LibraryPath), the only way to say where in the library
//! something is written. Never: looks at a file system, decides which of two files gets a suffix.
//!
//! The one decision a newcomer would question: case folding is `lower(upper(lower(c)))` over the
//! standard library's tables, not a crate. `str::to_lowercase` alone is not enough (`ς` and `σ`,
//! `ſ` and `s`, `ẞ` and `ß` are one file somewhere); the three steps reach every class of Unicode's
//! full folding, and were compared with the tables that `mkntfs` and `mkfs.exfat` write and with
//! the one Apple published for HFS+ (Technote 1150): they join all that those join once the old
//! Georgian capitals are added. They join more (`ß` and `ss`, `ı` and `i`), which costs at worst a
//! needless ` (2)`; joining less would cost a file.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
#[cfg(unix)]
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::apple::text::{EXTENSION_MAX, is_extension, joined, match_key, split, without_escapes};
use crate::library::layout::INTERNAL;

#[cfg(test)]
mod tests;

/// What Windows calls that folder too where it makes 8.3 names (as `git~1` was for git,
/// CVE-2014-9390): `WINDFA~1`, or another number.
pub(super) const INTERNAL_SHORT: &str = "windfa~";

/// What a component may take, in UTF-8 bytes and in decomposed UTF-16 units: 255 of either is the
/// limit of every system, and a sidecar's `.xmp` must still fit.
const COMPONENT_MAX: usize = 240;

/// The longest extension that [`LibraryPath::with_added_extension`](super::path::LibraryPath::with_added_extension) adds, in bytes.
pub(super) const ADDED_MAX: usize = 255 - COMPONENT_MAX - 1;
/// Whatever the extension: so the halves of a Live Photo are cut at the same place.
const STEM_MAX: usize = COMPONENT_MAX - 1 - EXTENSION_MAX;

/// The way from a folder to something in it, with `/` on every system. A name that is no text is one all the
/// same: its odd bytes are percent-escaped, and [`path_below`] finds it again.
pub fn text_below(folder: &Path, path: &Path) -> String {
    let way = path.strip_prefix(folder).unwrap_or(path);
    let components: Vec<_> = way.iter().map(text_of).collect();
    components.join("/")
}

/// What stands at the end of such a way.
pub fn path_below(folder: &Path, way: &str) -> PathBuf {
    let path = folder.join(way);
    if !way.contains('%') || path.symlink_metadata().is_ok() {
        return path;
    }
    folder.join(odd(way))
}

/// A file name as text; what is no text in it as `%FF`.
pub fn text_of(name: &OsStr) -> Cow<'_, str> {
    match name.to_str() {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(escaped(name)),
    }
}

#[cfg(unix)]
fn escaped(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("%{byte:02X}")));
    }
    text
}

#[cfg(not(unix))]
fn escaped(name: &OsStr) -> String {
    name.to_string_lossy().into_owned()
}

/// The name whose odd bytes stand as `%80` to `%FF` in a text.
#[cfg(unix)]
fn odd(text: &str) -> OsString {
    OsString::from_vec(without_escapes(text, |value| value >= 0x80))
}

#[cfg(not(unix))]
fn odd(text: &str) -> OsString {
    text.into()
}

/// Rewrites one path component so that Windows, macOS and Linux can hold it, on NTFS, exFAT,
/// FAT32, APFS, HFS+ and SMB shares. The result is NFC, never empty, and portable itself.
///
/// Characters that some system forbids, and invisible ones that make a name look like another,
/// become `_`. Joiners and variation selectors stay, emoji need them. Trailing dots and spaces go:
/// Windows would drop them silently, and `IMG_1.JPG ` keeps its extension that way. Leading spaces
/// stay, every system can hold them. Names that have a meaning (`.windfall`, macOS's `._…`,
/// Windows's `CON`) begin with `_` afterwards. Over-long names lose the end of their stem.
pub fn portable(name: &str) -> Cow<'_, str> {
    if is_plain(name) { Cow::Borrowed(name) } else { rewritten(name) }
}

fn rewritten(name: &str) -> Cow<'_, str> {
    let clean = clean(name);
    let guarded = guard(trim_end(&clean));
    let (stem, extension) = split(&guarded);
    let short = joined(shorten(stem, STEM_MAX), extension);
    // Once more: the cut may have left a name that has a meaning.
    let result = guard(&short);
    if result == name { Cow::Borrowed(name) } else { Cow::Owned(result.into_owned()) }
}

/// Whether a name can stand as it is; another normalisation of the same text is the same name.
pub fn is_portable(name: &str) -> bool {
    match portable(name) {
        Cow::Borrowed(_) => true,
        Cow::Owned(rewritten) => rewritten.chars().eq(name.nfc()),
    }
}

/// The key under which two library paths (or names) are the same file for at least one of APFS,
/// HFS+, NTFS, exFAT and case-insensitive ext4: NFC and case-folded, without what Windows drops at
/// the end of a component and without the invisible characters that HFS+ and ext4 skip.
///
/// Keys of different names may be equal (see the module's documentation); keys are not names.
pub fn fold(path: &str) -> String {
    if path.is_ascii() && !path.split('/').any(|component| component.ends_with(['.', ' '])) {
        return path.to_ascii_lowercase();
    }
    let visible: String = path.chars().filter(|&c| !is_ignorable(c)).collect();
    let folded = match_key(&visible);
    let components: Vec<&str> = folded.split('/').map(trim_end).collect();
    components.join("/")
}

/// The portable name `stem.extension`, or from `n` = 2 on `stem (n).extension`. For folders the
/// extension is `""`. The stem gives way if the name would be too long, by the same amount
/// whatever the extension, so that the resources of an asset keep one stem.
pub fn with_suffix(stem: &str, extension: &str, n: u64) -> String {
    let name = joined(stem, extension);
    if n <= 1 && is_plain(&name) { name } else { counted(stem, extension, n) }
}

fn counted(stem: &str, extension: &str, n: u64) -> String {
    let extension = clean(extension);
    let (stem, extension) = if extension.is_empty() || is_extension(&extension) {
        (clean(stem), extension)
    } else {
        (clean(&joined(stem, &extension)), String::new())
    };
    let suffix = match n {
        0 | 1 => String::new(),
        _ => format!(" ({n})"),
    };
    // Guarded before it is cut: a `_` in front must not push the suffix out at the end.
    let stem = guard(&stem);
    let stem = shorten(&stem, STEM_MAX - suffix.len());
    portable(&joined(&format!("{stem}{suffix}"), &extension)).into_owned()
}

/// The way from a folder of the library to one of its files, with `/` on every system, as symbolic
/// links and `.m3u8` lists state it. The folder `""` is the library itself.
pub fn relative(from_dir: &str, to: &str) -> String {
    let from: Vec<&str> = from_dir.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let steps: Vec<&str> = up.chain(to.into_iter().skip(shared)).collect();
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// The text for a terminal: control characters (also those that begin escape sequences), bidi
/// controls and other invisible characters are shown as `\u{1b}`.
pub fn display(name: &str) -> Cow<'_, str> {
    if !name.contains(is_invisible) {
        return Cow::Borrowed(name);
    }
    let mut shown = String::with_capacity(name.len() + 8);
    for c in name.chars() {
        if is_invisible(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Whether a name is of the kind that cameras give, and so portable at a glance.
fn is_plain(name: &str) -> bool {
    let usual = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b' ' | b'.' | b'(' | b')');
    let bounded = !name.is_empty() && name.len() <= STEM_MAX;
    bounded
        && name.bytes().all(usual)
        && !name.starts_with('.')
        && !name.ends_with(['.', ' '])
        && (name.starts_with(|c: char| c.is_ascii_digit()) || !is_device(name))
}

/// NFC, with `_` for each character that some system forbids or that hides what a name says.
fn clean(text: &str) -> String {
    text.nfc().map(|c| if is_forbidden(c) { '_' } else { c }).collect()
}

/// What Windows drops from the end of a name.
fn trim_end(name: &str) -> &str {
    name.trim_end_matches(['.', ' '])
}

/// Takes their meaning from names that some system, or this library, would not treat as a name.
fn guard(name: &str) -> Cow<'_, str> {
    let key = fold(name);
    if name.is_empty() {
        Cow::Borrowed("_")
    } else if name.starts_with("._") || key.starts_with(INTERNAL) {
        // macOS keeps the attributes of `x` in `._x` where the file system has no place for them.
        Cow::Owned(name.replacen('.', "_", 1))
    } else if is_device(name) || key.starts_with(INTERNAL_SHORT) {
        Cow::Owned(format!("_{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// Whether Windows takes the name for a device, as it does with `con`, `NUL.tar.gz`, `COM1 .txt`.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ');
    if stem.len() > "CONOUT$".len() {
        return false;
    }
    let stem = stem.to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or(stem.strip_prefix("LPT"));
    match port {
        Some(number) => number.chars().count() == 1 && "0123456789¹²³".contains(number),
        None => ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str()),
    }
}

/// Whether the component leads one level down and nowhere else, on the system this was built for.
pub(super) fn is_ordinary(component: &str) -> bool {
    let leads_away = component.contains('\0') || cfg!(windows) && component.contains(['\\', ':']);
    !leads_away && !matches!(component, "" | "." | "..")
}

/// The stem, or if it takes more than `limit` its beginning, never ending in the middle of what a
/// reader sees as one character, unless that one alone is too long.
pub(super) fn shorten(stem: &str, limit: usize) -> &str {
    if stem.is_ascii() && stem.len() <= limit {
        return stem;
    }
    let mut end = fitting(stem.graphemes(true), limit);
    if end == 0 {
        end = fitting(stem.split_inclusive(|_| true), limit);
    }
    if end == stem.len() {
        return stem;
    }
    match trim_end(stem.get(..end).unwrap_or_default()) {
        "" => "_",
        short => short,
    }
}

/// How many bytes of the text these pieces make up can be kept. A piece counts what it takes in
/// UTF-8 or, as HFS+ stores it, in decomposed UTF-16: whichever is more.
fn fitting<'a>(pieces: impl Iterator<Item = &'a str>, limit: usize) -> usize {
    let mut room = limit;
    let mut end = 0;
    for piece in pieces {
        let units: usize = piece.nfd().map(char::len_utf16).sum();
        match room.checked_sub(units.max(piece.len())) {
            Some(left) => room = left,
            None => break,
        }
        end += piece.len();
    }
    end
}

fn is_forbidden(c: char) -> bool {
    let code = u32::from(c);
    is_invisible(c)
        || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*')
        // Where macOS (on SMB and FAT) and WSL put the forbidden characters: they come back as those.
        || matches!(c, '\u{f000}'..='\u{f0ff}')
        // Noncharacters, which APFS refuses.
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe
}

/// Control characters, line separators, and format characters that reorder or hide text.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'
        )
}

/// Unicode's `Default_Ignorable_Code_Point`: ext4 skips these when it compares names, HFS+ some.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}
