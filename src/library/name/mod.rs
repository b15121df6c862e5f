//! What a file or folder of a library may be called, and when two names are the same.
//!
//! Names from archives, rows, albums and cameras are all hostile. This module makes them portable and gives keys to
//! compare them by. It looks at no file system and decides nothing about clashes.
//!
//! Case folding is `lower(upper(lower(c)))` over the standard library's tables, not a crate. `str::to_lowercase` alone
//! is not enough (`ς` and `σ`, `ſ` and `s`, `ẞ` and `ß` are one file somewhere). The three steps reach every class of
//! Unicode's full folding. Compared with the tables that `mkntfs` and `mkfs.exfat` write, and with the one that Apple
//! published for HFS+ (Technote 1150), they join all that those join once the old Georgian capitals are added. They join
//! more (`ß` and `ss`, `ı` and `i`), which costs at worst a needless ` (2)`; joining less would cost a file.

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

/// What Windows also calls that folder where it makes 8.3 names: `WINDFA~1`, or another number. `git~1` was an
/// attack on git (CVE-2014-9390).
pub(super) const INTERNAL_SHORT: &str = "windfa~";

/// The longest component, in UTF-8 bytes and in decomposed UTF-16 units. Every system's limit is 255 of one or the
/// other, and a sidecar's `.xmp` must still fit.
const COMPONENT_MAX: usize = 240;

/// The longest extension that [`LibraryPath::with_added_extension`](super::path::LibraryPath::with_added_extension) adds, in bytes.
pub(super) const ADDED_MAX: usize = 255 - COMPONENT_MAX - 1;
/// The longest stem, whatever the extension, so that both halves of a Live Photo are cut at the same place.
const STEM_MAX: usize = COMPONENT_MAX - 1 - EXTENSION_MAX;

/// The path from a folder to something in it as text, with `/` on every system. Bytes of a name that are not text
/// are percent-escaped, and [`path_below`] finds it again.
pub fn text_below(folder: &Path, path: &Path) -> String {
    let way = path.strip_prefix(folder).unwrap_or(path);
    let mut text = String::with_capacity(way.as_os_str().len());
    for component in way {
        if !text.is_empty() {
            text.push('/');
        }
        text.push_str(&text_of(component));
    }
    text
}

/// The path on this machine that [`text_below`] gave this text for.
pub fn path_below(folder: &Path, way: &str) -> PathBuf {
    let path = folder.join(way);
    if !way.contains('%') || path.symlink_metadata().is_ok() {
        return path;
    }
    folder.join(odd(way))
}

/// A file name as text. Bytes that are not text become `%FF`.
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

/// The name whose odd bytes are written `%80` to `%FF`.
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
/// Characters that some system forbids, and invisible ones that make a name look like another, become `_`. Joiners
/// and variation selectors stay, because emoji need them. Trailing dots and spaces are removed: Windows would drop
/// them silently, and without them `IMG_1.JPG ` keeps its extension. Leading spaces stay, because every system can
/// hold them. Names with a meaning (`.windfall`, macOS's `._…`, Windows's `CON`) get a `_` in front. Names that are
/// too long lose the end of their stem.
pub fn portable(name: &str) -> Cow<'_, str> {
    if is_plain(name) { Cow::Borrowed(name) } else { rewritten(name) }
}

fn rewritten(name: &str) -> Cow<'_, str> {
    let clean = clean(name);
    let guarded = guard(trim_end(&clean));
    let (stem, extension) = split(&guarded);
    let short = joined(shorten(stem, STEM_MAX), extension);
    // again, because the cut may have left a name with a meaning
    let result = guard(&short);
    if result == name { Cow::Borrowed(name) } else { Cow::Owned(result.into_owned()) }
}

/// Whether a name is portable as it is, apart from its normalisation.
pub fn is_portable(name: &str) -> bool {
    match portable(name) {
        Cow::Borrowed(_) => true,
        Cow::Owned(rewritten) => rewritten.chars().eq(name.nfc()),
    }
}

/// A key that is equal for two library paths (or names) if they are the same file on APFS, HFS+, NTFS, exFAT or
/// case-insensitive ext4: NFC and case-folded, without what Windows drops at the end of a component and without the
/// invisible characters that HFS+ and ext4 skip.
///
/// Different names may have equal keys (see the module's documentation), and a key is not a name.
pub fn fold(path: &str) -> String {
    if path.is_ascii() && !path.split('/').any(|component| component.ends_with(['.', ' '])) {
        return path.to_ascii_lowercase();
    }
    let visible: String = path.chars().filter(|&c| !is_ignorable(c)).collect();
    let folded = match_key(&visible);
    let components: Vec<&str> = folded.split('/').map(trim_end).collect();
    components.join("/")
}

/// The portable name `stem.extension`, or from `n` = 2 on `stem (n).extension`. For folders the extension is `""`.
/// If the name would be too long, the stem is cut, at the same place whatever the extension, so that the resources
/// of an asset keep one stem.
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
    // guarded before it is cut, or a `_` in front could push the suffix out at the end
    let stem = guard(&stem);
    let stem = shorten(&stem, STEM_MAX - suffix.len());
    portable(&joined(&format!("{stem}{suffix}"), &extension)).into_owned()
}

/// The relative path from a folder of the library to one of its files, with `/` on every system, as symbolic links
/// and `.m3u8` lists have it. The folder `""` is the library itself.
pub fn relative(from_dir: &str, to: &str) -> String {
    let from: Vec<&str> = from_dir.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = to.split('/').filter(|part| !part.is_empty()).collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    let steps: Vec<&str> = up.chain(to.into_iter().skip(shared)).collect();
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// The text for a terminal: control characters (and so escape sequences), bidi controls and other invisible
/// characters are shown as `\u{1b}`.
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

/// Whether a name is of the kind that cameras give, and so portable without a closer look.
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

/// Changes a name that has a special meaning for some system or for this library.
fn guard(name: &str) -> Cow<'_, str> {
    let key = fold(name);
    if name.is_empty() {
        Cow::Borrowed("_")
    } else if name.starts_with("._") || key.starts_with(INTERNAL) {
        // macOS keeps the attributes of `x` in `._x` where the file system has no place for them
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

/// The stem, cut to `limit` if it is longer. It is never cut within what a reader sees as one character, unless
/// that one alone is too long.
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

/// How many bytes of the text that these pieces make up fit into `limit`. A piece counts as long as it is in UTF-8
/// or, as HFS+ stores it, in decomposed UTF-16, whichever is more.
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
        // macOS (on SMB and FAT) and WSL map the forbidden characters to these, and read them back as those
        || matches!(c, '\u{f000}'..='\u{f0ff}')
        // noncharacters, which APFS refuses
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe
}

/// Whether this is a control character, a line separator, or a format character that reorders or hides text.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}'
        )
}

/// Whether it is in Unicode's `Default_Ignorable_Code_Point`. ext4 skips these when it compares names, HFS+ some.
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
