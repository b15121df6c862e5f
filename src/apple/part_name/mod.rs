//! What the name of a zip or a folder tells: which part of which export it is.
//!
//! Never touches the file, and knows no list of words for "part". Apple localises the name of a part and nothing
//! else, and a pair of numbers with a letter between them is right in every language seen:
//! `iCloud-bilder Del 1 av 6`, `iCloud Fotos Teil 1 von 37`, `iCloud 照片 第 3 部分（共 101 部分）`.
//!
//! A name alone may mislead, so the names of parts are read together. Some languages state the total first
//! (`총 3부 중 1부`), which only shows in a part whose number is smaller than the total. Where a name has two pairs,
//! the one whose total the other parts share is meant.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::apple::text;

#[cfg(test)]
mod tests;

/// The zeros of the decimal digits that a localised name may use; nine more follow each.
const ZEROS: [char; 6] = ['0', '０', '٠', '۰', '०', '০'];

/// No larger number counts as a total: the largest seen is 166, and every missing part has to be named.
const MOST_PARTS: u32 = 10_000;

/// Whether a part may have this number, or an export so many parts. What is announced and missing is named part by
/// part, so a number that means nothing must not be believed.
pub fn counts_parts(number: u32) -> bool {
    (1..=MOST_PARTS).contains(&number)
}

/// A name of a part, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartName {
    /// The name that all parts of one export share, in NFC: `iCloud Photos`. Never empty.
    pub base: String,
    /// From 1; `None` where the name has no number, as in `iCloud Photos.zip`.
    pub number: Option<u32>,
    /// How many parts there are; present when the number is.
    pub total: Option<u32>,
}

impl PartName {
    /// Reads the name of a zip or folder on its own, with or without `.zip`, `(1)` or ` 2`.
    pub fn read(name: &str) -> PartName {
        let stem = stem(name);
        let pair = pairs(&stem).into_iter().find(|pair| pair.first <= pair.second);
        PartName::new(&stem, pair.map(|pair| (pair.place, pair.first, pair.second)))
    }

    fn new(stem: &str, counted: Option<(Range<usize>, u32, u32)>) -> PartName {
        let (base, number, total) = match counted {
            Some((place, number, total)) => {
                let before = without_part_word(&stem[..place.start]);
                let base = if before.is_empty() { &stem[place.end..] } else { before };
                (base.trim_matches(is_punctuation), Some(number), Some(total))
            }
            None => (without_copy_marks(stem), None, None),
        };
        let base = base.split_whitespace().collect::<Vec<_>>().join(" ");
        // `1 of 3.zip` leaves nothing: any name will do, so long as the parts share it.
        PartName { base: if base.is_empty() { "export".to_owned() } else { base }, number, total }
    }
}

/// What surrounds the two numbers of a pair, the same in all parts of one export.
type Around = (String, String);

/// Names found side by side, which tell more together than alone.
#[derive(Debug, Default)]
pub struct Siblings {
    /// The two numbers in each name, by what surrounds them.
    pairs: HashMap<Around, BTreeSet<(u32, u32)>>,
    /// How many names have this second number there.
    names_with: HashMap<(Around, u32), u32>,
}

impl Siblings {
    /// Takes each name once; a second copy of a part tells nothing more.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut siblings = Siblings::default();
        let stems: BTreeSet<String> = names.into_iter().map(stem).collect();
        for stem in stems {
            for pair in pairs(&stem) {
                *siblings.names_with.entry((pair.around.clone(), pair.second)).or_default() += 1;
                siblings.pairs.entry(pair.around).or_default().insert((pair.first, pair.second));
            }
        }
        siblings
    }

    /// Reads one of the names that this was made from.
    pub fn read(&self, name: &str) -> PartName {
        let stem = stem(name);
        let pairs = pairs(&stem);
        let is_shared = |pair: &&Pair| {
            self.names_with.get(&(pair.around.clone(), pair.second)).is_some_and(|names| *names > 1)
        };
        let forward: Vec<&Pair> =
            pairs.iter().filter(|p| p.first <= p.second && !self.states_total_first(&p.around)).collect();
        let forward = forward.iter().find(|p| is_shared(p)).or(forward.first());
        let counted = match forward {
            Some(pair) => Some((pair.place.clone(), pair.first, pair.second)),
            None => pairs
                .iter()
                .find(|p| self.states_total_first(&p.around))
                .map(|p| (p.place.clone(), p.second, p.first)),
        };
        PartName::new(&stem, counted)
    }

    /// Whether no part here has its smaller number first, and at least one of several has its larger one first.
    fn states_total_first(&self, around: &Around) -> bool {
        self.pairs.get(around).is_some_and(|pairs| {
            pairs.len() > 1
                && pairs.iter().all(|(first, second)| first >= second)
                && pairs.iter().any(|(first, second)| first > second)
        })
    }
}

/// Two neighbouring numbers of a name that may be a part and a total, in whichever order.
#[derive(Debug, Clone)]
struct Pair {
    place: Range<usize>,
    first: u32,
    second: u32,
    around: Around,
}

/// The pairs of a name. Both numbers are from 1 to 10,000, with a letter between them; the first stands at the
/// beginning, or after a space, a bracket, an underscore or a letter of a script without spaces.
fn pairs(stem: &str) -> Vec<Pair> {
    let numbers = numbers(stem);
    let shape = |text: &str| text::match_key(&text.replace(|c| digit(c).is_some(), "#"));
    let pair = |one: &(Range<usize>, Option<u32>), other: &(Range<usize>, Option<u32>)| {
        let (before, between) = (&stem[..one.0.start], &stem[one.0.end..other.0.start]);
        let (first, second) = (one.1?, other.1?);
        let stands_apart = before.chars().next_back().is_none_or(may_precede_a_number);
        let fits = counts_parts(first)
            && counts_parts(second)
            && stands_apart
            && between.contains(|c: char| c.is_alphabetic() && digit(c).is_none());
        let around = (shape(before), shape(between));
        fits.then_some(Pair { place: one.0.start..other.0.end, first, second, around })
    };
    numbers.windows(2).filter_map(|two| pair(two.first()?, two.get(1)?)).collect()
}

fn may_precede_a_number(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '_' | '(' | '[' | '{' | '（' | '［' | '【' | '〔' | '「' | '《' | '<')
        || is_of_a_script_without_spaces(c)
}

/// Thai, Lao, Tibetan, Burmese, Khmer, kana and ideographs. Korean is written with spaces.
fn is_of_a_script_without_spaces(c: char) -> bool {
    matches!(c,
            '\u{0e00}'..='\u{0fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{312f}' | '\u{31a0}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}')
}

/// The name without `.zip` and what browsers add, decoded and in NFC.
fn stem(name: &str) -> String {
    let decoded: String = decoded(name).nfc().collect();
    without_browser_marks(without_zip(&decoded)).to_owned()
}

/// The name with its percent-escapes resolved: browsers that take the name from a link leave them in. A name
/// whose escapes are not text stays as it is.
fn decoded(name: &str) -> String {
    if !name.contains('%') {
        return name.to_owned();
    }
    let bytes = text::without_escapes(name, |_| true);
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).unwrap_or_else(|| name.to_owned())
}

/// What a name tells about whether a file is an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveName {
    /// It ends in `.zip`.
    Plain,
    /// It has `.zip` inside (`x.zip.1`, `x.zip?o=2`), no extension, or a name that Apple gives: the first
    /// bytes tell.
    Perhaps,
    /// It has another extension, as documents have.
    No,
}

pub fn archive_name(name: &str) -> ArchiveName {
    if is_zip(name) {
        return ArchiveName::Plain;
    }
    let name = name.to_lowercase();
    if name.contains(".zip") || text::split(&name).1.is_empty() || is_apple_name(&name) {
        ArchiveName::Perhaps
    } else {
        ArchiveName::No
    }
}

/// Whether a file of this name has to be an archive, whatever its bytes are: the name is Apple's, and has `.zip`
/// in it or counts a part and has no extension.
pub fn counts_an_archive(name: &str) -> bool {
    is_apple_name(name)
        && (name.to_lowercase().contains(".zip") || text::split(name).1.is_empty() && is_part_of_icloud(name))
}

/// Whether a name ends in `.zip`.
pub fn is_zip(name: &str) -> bool {
    text::ends_ascii(name, ".zip")
}

/// Whether this is a download that the browser has not finished. Safari's `.download` is a folder.
pub fn is_unfinished_download(name: &str) -> bool {
    const ENDINGS: [&str; 19] = [
        ".crdownload",
        ".download",
        ".downloading",
        ".part",
        ".partial",
        ".opdownload",
        ".!ut",
        ".ut!",
        ".!qb",
        ".jc!",
        ".bc!",
        ".dtapart",
        ".filepart",
        ".fdmdownload",
        ".aria2",
        ".dlpart",
        ".td",
        ".xltd",
        ".incomplete",
    ];
    let name = name.trim().to_lowercase();
    // every program writes `.tmp`; it means a download only after the name of an archive
    let archive_in_progress =
        name.strip_suffix(".tmp").is_some_and(|stem| stem.ends_with(".zip") || is_apple_name(stem));
    archive_in_progress || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The name of a file that iCloud Drive has removed from this computer, leaving `.NAME.icloud`.
pub fn icloud_placeholder(name: &str) -> Option<&str> {
    let name = name.strip_prefix('.')?.strip_suffix(".icloud")?;
    (!name.is_empty()).then_some(name)
}

/// Whether Apple gives a delivery such a name: `iCloud …`, or in languages that put the word elsewhere
/// (`Photos iCloud partie 1 sur 3`) a counted part with the word iCloud in it. The usage log
/// `icloudUsageData….zip`, which comes with exports, does not count.
pub fn is_apple_name(name: &str) -> bool {
    let name = decoded(name.trim()).to_lowercase();
    let ends_word =
        |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.') && !rest.is_empty();
    if name.contains("usagedata") {
        return false;
    }
    match name.strip_prefix("icloud") {
        Some(rest) => ends_word(rest),
        None => {
            let begins_word = |before: &str| !before.ends_with(|c: char| c.is_ascii_alphanumeric());
            let is_word = |(before, rest): (&str, &str)| begins_word(before) && ends_word(rest);
            name.split_once("icloud").is_some_and(is_word) && is_part_of_icloud(&name)
        }
    }
}

/// Whether a name has the word iCloud and counts a part, in whichever order. Together with one of Apple's
/// folders inside, that is evidence.
pub fn is_part_of_icloud(name: &str) -> bool {
    has_icloud(name) && !pairs(&stem(name)).is_empty()
}

/// Whether a name has these letters in it, in capitals or not.
fn has_icloud(name: &str) -> bool {
    const ICLOUD: &[u8] = b"icloud";
    name.as_bytes().windows(ICLOUD.len()).any(|letters| letters.eq_ignore_ascii_case(ICLOUD))
}

/// Whether this is `iCloud Photos`, perhaps with the mark of a copy. Downloads from icloud.com have that name,
/// and so do exports of a single part.
pub fn is_icloud_photos(name: &str) -> bool {
    let name = PartName::read(name);
    name.number.is_none() && text::match_key(&name.base) == "icloud photos"
}

/// Whether this is an archive of shared albums, nested in a part: `iCloud Shared Albums-1.zip`.
pub fn is_shared_albums(name: &str) -> bool {
    let is_icloud =
        name.as_bytes().get(.."icloud".len()).is_some_and(|start| start.eq_ignore_ascii_case(b"icloud"));
    is_icloud && name.to_lowercase().contains("shared albums")
}

/// The stem without what systems append to the name of a copy: `(1)`, ` 2`, ` copy`, ` - Copy`.
pub(crate) fn without_copy_marks(stem: &str) -> &str {
    let stem = without_browser_marks(stem);
    let numbered =
        stem.rsplit_once(' ').filter(|(_, number)| is_copy_number(number)).map_or(stem, |(rest, _)| rest);
    let shorter = [" - copy", " copy"]
        .iter()
        .find_map(|mark| {
            let (rest, end) = numbered.split_at_checked(numbered.len().checked_sub(mark.len())?)?;
            end.eq_ignore_ascii_case(mark).then_some(rest)
        })
        .unwrap_or(numbered)
        .trim_end();
    if shorter == stem || shorter.is_empty() { stem } else { without_copy_marks(shorter) }
}

/// The stem without the `(1)` or ` (1)` of browsers, which is unambiguous. Finder's ` 2` could be the total in
/// `Part 1 of 2`.
fn without_browser_marks(stem: &str) -> &str {
    let mut stem = stem.trim();
    while let Some((rest, number)) = stem.strip_suffix(')').and_then(|stem| stem.rsplit_once('(')) {
        if !is_copy_number(number) || rest.trim().is_empty() {
            break;
        }
        stem = rest.trim_end();
    }
    stem
}

/// One or two digits; `Photos 2024` is not a copy of `Photos`.
fn is_copy_number(text: &str) -> bool {
    matches!(text.len(), 1..=2) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name without `.zip` and what a browser put after it: `.zip.1`, `.zip?o=2`.
fn without_zip(name: &str) -> &str {
    let name = name.trim();
    let lower = name.to_ascii_lowercase();
    let Some(at) = lower.rfind(".zip") else { return name };
    let (stem, rest) = (&name[..at], &name[at + ".zip".len()..]);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_ending =
        rest.is_empty() || rest.starts_with(['?', '&', ';']) || rest.strip_prefix('.').is_some_and(is_number);
    if is_ending { stem } else { name }
}

/// The runs of digits. One that is too long for a number is kept, without value, so that it still separates others.
fn numbers(text: &str) -> Vec<(Range<usize>, Option<u32>)> {
    let mut found: Vec<(Range<usize>, Option<u32>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let Some(digit) = digit(c) else { continue };
        let end = at + c.len_utf8();
        match found.last_mut() {
            Some((place, value)) if place.end == at => {
                place.end = end;
                *value = value.and_then(|value| value.checked_mul(10)?.checked_add(digit));
            }
            _ => found.push((at..end, Some(digit))),
        }
    }
    found
}

fn digit(c: char) -> Option<u32> {
    ZEROS.iter().map(|&zero| u32::from(c).wrapping_sub(u32::from(zero))).find(|&digit| digit < 10)
}

/// `iCloud Photos Part ` without its last word, unless what remains could no longer be a name:
/// in `iCloud Photos 1 of 3` and `iCloud-fotók 1. rész` no word stands before the number.
fn without_part_word(before: &str) -> &str {
    let before = before.trim_end_matches(is_punctuation);
    if let Some(shorter) = before.strip_suffix('第') {
        return shorter;
    }
    match before.char_indices().rev().find(|(_, c)| c.is_whitespace() || *c == '_') {
        Some((gap, _)) if is_two_words(before[..gap].trim_matches(is_punctuation)) => &before[..gap],
        _ => before,
    }
}

/// Counts `iCloud-bilder` and `iCloud写真` as two, as they are.
fn is_two_words(text: &str) -> bool {
    let is_east_asian = |c: char| c >= '\u{2e80}';
    text.contains(|c: char| c.is_whitespace() || matches!(c, '-' | '_'))
        || text.contains(is_east_asian) && !text.starts_with(is_east_asian)
}

fn is_punctuation(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '+' | '.' | ',' | ':' | '#' | '(' | '[' | '（' | '–' | '—' | ')' | ']' | '）' | '/'
        )
}
