//! The text of Apple's CSV files, cut into records.
//!
//! Takes bytes in whatever encoding a spreadsheet left them and knows nothing of columns. It never looks further
//! ahead than its [`Reach`].
//!
//! This is not a CSV crate because to every one of them a lone quote opens a field that ends with the file. Here a
//! quoted field that breaks the rules is read again line by line, so that a damaged row costs itself and not the
//! rows after it.

pub mod stacked;
pub mod windows;

use std::borrow::Cow;

/// How much one record may take, and so the farthest that a lone quote is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    pub lines: u64,
    pub bytes: usize,
    pub fields: usize,
}

impl Reach {
    /// For lists of names and dates, which have no line breaks of their own.
    pub const NEAR: Reach = Reach { lines: 8, bytes: 1 << 20, fields: 1024 };
    /// For cells that hold whole texts, such as reviews.
    pub const FAR: Reach = Reach { lines: 1000, bytes: 1 << 20, fields: 16_384 };
}

/// How the bytes of a table were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark; ASCII is that too.
    Utf8,
    Utf16Le,
    Utf16Be,
    /// As spreadsheets in China write it.
    Gb18030,
    /// UTF-8, but for lines that are none and were read as Windows-1252.
    Windows1252,
}

impl Encoding {
    /// Its name as people and programs know it.
    pub fn as_str(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Gb18030 => "gb18030",
            Encoding::Windows1252 => "windows-1252",
        }
    }

    /// The bytes that letters come in, at least.
    fn unit(self) -> usize {
        match self {
            Encoding::Utf16Le | Encoding::Utf16Be => 2,
            Encoding::Utf8 | Encoding::Gb18030 | Encoding::Windows1252 => 1,
        }
    }
}

/// The text alone of [`decoded`].
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    decoded(bytes).0
}

/// Reads UTF-8 and UTF-16, with or without a byte order mark, and GB18030 where nothing else fits. A line that is
/// not UTF-8 is otherwise read as Windows-1252, each on its own, so that one odd name does not spoil the others.
/// NUL bytes are dropped.
pub fn decoded(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    let (text, encoding) = match (utf16_of(bytes), bytes) {
        (Some(Encoding::Utf16Be), _) => {
            (encoding_rs::UTF_16BE.decode_with_bom_removal(bytes).0, Encoding::Utf16Be)
        }
        (Some(_), _) => (encoding_rs::UTF_16LE.decode_with_bom_removal(bytes).0, Encoding::Utf16Le),
        (None, [0xef, 0xbb, 0xbf, rest @ ..]) => utf8(rest),
        (None, _) => utf8(bytes),
    };
    let text = if text.contains('\0') { Cow::Owned(text.replace('\0', "")) } else { text };
    (text, encoding)
}

/// Which UTF-16 it is, if it is that.
fn utf16_of(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xff, 0xfe, ..] | [1..=255, 0, 1..=255, 0, ..] => Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] | [0, 1..=255, 0, 1..=255, ..] => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn utf8(bytes: &[u8]) -> (Cow<'_, str>, Encoding) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), Encoding::Utf8);
    }
    let lines = || bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r'));
    let is_utf8 = |line: &[u8]| !line.is_ascii() && std::str::from_utf8(line).is_ok();
    if looks_chinese(bytes)
        && !lines().any(is_utf8)
        && let Some(text) = encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)
    {
        return (text, Encoding::Gb18030);
    }
    let text = lines()
        .map(|line| match std::str::from_utf8(line) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0,
        })
        .collect();
    (Cow::Owned(text), Encoding::Windows1252)
}

/// Whether the high bytes come as Chinese words do: two for each letter, and several letters side by side. In
/// Windows-1252 accented letters stand alone, and GB18030 would take the letter after each of them as well.
fn looks_chinese(bytes: &[u8]) -> bool {
    const WORD: usize = 4;
    let runs = || bytes.split(|byte| *byte < 0x80).map(<[u8]>::len).filter(|length| *length > 0);
    let (even, odd) =
        runs().fold((0, 0), |(even, odd), run| if run % 2 == 0 { (even + 1, odd) } else { (even, odd + 1) });
    even > odd && runs().any(|length| length >= WORD)
}

/// How many lines a text has. What ends the last one begins none.
pub fn lines_of(text: &str) -> u64 {
    line_breaks(text) + u64::from(!text.is_empty() && !text.ends_with(['\n', '\r']))
}

/// The letters and digits of a column's title in lower case, so that ` Created On` and `createdOn` are the same.
pub fn column_key(title: &str) -> String {
    const LONGEST: usize = 64;
    let mut key = String::with_capacity(title.len().min(LONGEST));
    let letters = title.chars().take(LONGEST).filter(|c| c.is_alphanumeric());
    key.extend(letters.map(|c| c.to_ascii_lowercase()));
    key
}

/// `yes` and `no` as Apple writes them, and what spreadsheets make of them.
pub fn yes_or_no(text: &str) -> Option<bool> {
    let text = text.trim();
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is_one_of(["yes", "true", "1", "y"]), is_one_of(["no", "false", "0", "n"])) {
        (false, false) => None,
        (yes, _) => Some(yes),
    }
}

/// One record: a line, or several where a quoted field holds line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'t> {
    /// The number of its first line, from 1.
    pub line: u64,
    /// How many lines it spans.
    pub lines: u64,
    /// At least one. Quotes are removed, spaces are not.
    pub fields: Vec<Cow<'t, str>>,
    /// What stands there, without the last line break.
    pub raw: &'t str,
    first_line: &'t str,
    after_first_line: usize,
}

/// A record of more bytes or fields than its [`Reach`], which is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oversized {
    /// The number of its line, from 1.
    pub line: u64,
}

/// The records of a text; blank lines are none.
#[derive(Debug, Clone)]
pub struct Records<'t> {
    text: &'t str,
    separator: char,
    reach: Reach,
    at: usize,
    line: u64,
}

impl<'t> Records<'t> {
    pub fn new(text: &'t str, separator: char) -> Self {
        Records::within(Reach::NEAR, text, separator)
    }

    /// No record takes more than this reach.
    pub fn within(reach: Reach, text: &'t str, separator: char) -> Self {
        Records { text, separator, reach, at: 0, line: 1 }
    }

    /// Takes back a record of several lines and reads its first line alone, ignoring quotes; the other
    /// lines come next. For callers who know that no column may hold a line break.
    pub fn first_line_alone(&mut self, record: Record<'t>) -> Result<Record<'t>, Oversized> {
        self.at = record.after_first_line;
        self.line = record.line + 1;
        self.loose(record.line, record.first_line)
    }

    fn loose(&self, line: u64, text: &'t str) -> Result<Record<'t>, Oversized> {
        let most = self.reach.fields;
        let fields: Vec<_> = text
            .split(self.separator)
            .take(most + 1)
            .map(|field| without_quotes(field, self.reach))
            .collect();
        if fields.len() > most {
            return Err(Oversized { line });
        }
        Ok(Record { line, lines: 1, fields, raw: text, first_line: text, after_first_line: self.at })
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Result<Record<'t>, Oversized>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let (first_line, ending) = line_of(rest);
            let line = self.line;
            self.at += first_line.len() + ending;
            self.line += 1;
            if first_line.trim().is_empty() {
                continue;
            }
            if first_line.len() > self.reach.bytes {
                return Some(Err(Oversized { line }));
            }
            let record = strict(first_line, self.separator, self.reach);
            let record = match record {
                None if first_line.contains('"') => strict(rest, self.separator, self.reach),
                record => record,
            };
            let Some((fields, length, lines)) = record else {
                return Some(self.loose(line, first_line));
            };
            let after_first_line = self.at;
            self.at += length.saturating_sub(first_line.len() + ending);
            self.line += lines - 1;
            let raw = rest.get(..length).unwrap_or(first_line).trim_end_matches(['\n', '\r']);
            return Some(Ok(Record { line, lines, fields, raw, first_line, after_first_line }));
        }
    }
}

/// The first line, and the length of the line break after it: LF, CR LF, CR or none.
fn line_of(text: &str) -> (&str, usize) {
    let end = text.bytes().position(|byte| matches!(byte, b'\n' | b'\r'));
    let line = end.map_or(text, |end| &text[..end]);
    let ending = match text.as_bytes().get(line.len()..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([_, ..]) => 1,
        _ => 0,
    };
    (line, ending)
}

/// The fields of the first record, its length with the line break, and how many lines it spans. `None` if a
/// quoted field does not end within reach, or does not end before a separator or a line break, or if there are too
/// many fields.
fn strict(whole: &str, separator: char, reach: Reach) -> Option<(Vec<Cow<'_, str>>, usize, u64)> {
    // not cut into lines first: a quote that breaks the rules mostly shows it within a few bytes
    let text = &whole[..whole.floor_char_boundary(reach.bytes)];
    let mut fields = Vec::with_capacity(8);
    let mut lines = 1;
    let mut rest = text;
    loop {
        let (field, after) = match spaces_before(rest, separator).strip_prefix('"') {
            Some(body) => {
                let (field, after) = quoted_field(body)?;
                lines += line_breaks(&field);
                if lines > reach.lines {
                    return None;
                }
                (field, spaces_before(after, separator))
            }
            None => {
                let (field, after) = rest.split_at(end_of_field(rest, separator));
                (without_quotes(field, reach), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(separator) {
            Some(next) if fields.len() < reach.fields => rest = next,
            None if after.is_empty() && text.len() < whole.len() => return None,
            None if after.is_empty() || after.starts_with(['\n', '\r']) => {
                let length = text.len() - after.len();
                return Some((fields, length + line_of(&whole[length..]).1, lines));
            }
            _ => return None,
        }
    }
}

/// Where a field without quotes ends.
fn end_of_field(text: &str, separator: char) -> usize {
    let end = match u8::try_from(separator) {
        Ok(byte) if byte.is_ascii() => {
            text.bytes().position(|found| found == byte || matches!(found, b'\n' | b'\r'))
        }
        _ => text.find([separator, '\n', '\r']),
    };
    end.unwrap_or(text.len())
}

/// The text up to the quote that ends the field, and what follows that quote.
fn quoted_field(body: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    loop {
        let end = from + body.get(from..)?.find('"')?;
        let after = &body[end + 1..];
        if !after.starts_with('"') {
            let field = &body[..end];
            let field = if from == 0 { field.into() } else { field.replace("\"\"", "\"").into() };
            return Some((field, after));
        }
        from = end + 2;
    }
}

fn spaces_before(text: &str, separator: char) -> &str {
    text.trim_start_matches(|c| matches!(c, ' ' | '\t') && c != separator)
}

fn line_breaks(mut text: &str) -> u64 {
    let mut breaks = 0;
    loop {
        let (line, ending) = line_of(text);
        if ending == 0 {
            return breaks;
        }
        breaks += 1;
        text = &text[line.len() + ending..];
    }
}

/// A field that breaks the rules, without the quotes at its ends, which belong to no name of a file. In a title, `North
/// "Window"`, they are its own.
fn without_quotes(field: &str, reach: Reach) -> Cow<'_, str> {
    if !field.contains('"') {
        return field.into();
    }
    let trimmed = field.trim();
    if reach == Reach::FAR && !trimmed.starts_with('"') && trimmed.matches('"').count() > 1 {
        return field.into();
    }
    let bare = field.trim_start().strip_prefix('"').unwrap_or(field);
    let bare = bare.trim_end().strip_suffix('"').unwrap_or(bare);
    bare.replace("\"\"", "\"").into()
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Oversized, Reach, Records, decode, decoded, lines_of, yes_or_no};
    use proptest::prelude::{any, prop, proptest};

    fn read(text: &str) -> Vec<(u64, Vec<String>)> {
        Records::new(text, ',')
            .map(|record| record.expect("no record of the table is too large"))
            .map(|record| (record.line, record.fields.into_iter().map(String::from).collect()))
            .collect()
    }

    #[test]
    fn records_with_their_lines() {
        type Expected<'e> = &'e [(u64, &'e [&'e str])];
        let table: &[(&str, Expected)] = &[
            ("", &[]),
            ("\n\r\n \r\t\n", &[]),
            ("a,b", &[(1, &["a", "b"])]),
            ("a,b\n", &[(1, &["a", "b"])]),
            ("a\r\nb\rc\nd", &[(1, &["a"]), (2, &["b"]), (3, &["c"]), (4, &["d"])]),
            ("a,\n,b\n,\n", &[(1, &["a", ""]), (2, &["", "b"]), (3, &["", ""])]),
            ("\n\na\n\nb", &[(3, &["a"]), (5, &["b"])]),
            (" a , b", &[(1, &[" a ", " b"])]),
            ("\"a,b\",\"c\"\"d\",\"\"\ne", &[(1, &["a,b", "c\"d", ""]), (2, &["e"])]),
            ("\"a\nb\r\nc\rd\",e\nf", &[(1, &["a\nb\r\nc\rd", "e"]), (5, &["f"])]),
            ("a, \"b\" ,c", &[(1, &["a", "b", "c"])]),
            ("5\" tv,b", &[(1, &["5\" tv", "b"])]),
            ("a\",b", &[(1, &["a", "b"])]),
            ("\"5\" tv\",b\nc", &[(1, &["5\" tv", "b"]), (2, &["c"])]),
            ("\"a,b\nc,d\ne", &[(1, &["a", "b"]), (2, &["c", "d"]), (3, &["e"])]),
            ("\"a,b\n\"c\",d", &[(1, &["a", "b"]), (2, &["c", "d"])]),
            ("\"\n\"\"\n", &[(1, &[""]), (2, &[""])]),
            (
                "a,\"b\n1\n2\n3\n4\n5\n6\n7\n8\n9\"",
                &[
                    (1, &["a", "b"]),
                    (2, &["1"]),
                    (3, &["2"]),
                    (4, &["3"]),
                    (5, &["4"]),
                    (6, &["5"]),
                    (7, &["6"]),
                    (8, &["7"]),
                    (9, &["8"]),
                    (10, &["9"]),
                ],
            ),
        ];
        for (text, expected) in table {
            let expected: Vec<(u64, Vec<String>)> = expected
                .iter()
                .map(|(line, fields)| (*line, fields.iter().map(|f| f.to_string()).collect()))
                .collect();
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_of_several_lines_can_be_taken_back() {
        let mut records = Records::new("\"a\r\nb\",c\nd", ',');
        let record = records.next().expect("a record").expect("small");
        assert_eq!((record.lines, record.fields[0].as_ref()), (2, "a\r\nb"));
        assert_eq!(records.first_line_alone(record).expect("small").fields, ["a"]);
        let lines: Vec<_> =
            records.map(|record| record.expect("small")).map(|record| (record.line, record.fields)).collect();
        assert_eq!(lines, [(2, vec!["b".into(), "c".into()]), (3, vec!["d".into()])]);
    }

    #[test]
    fn records_out_of_all_proportion_are_skipped() {
        let long = "x".repeat(Reach::NEAR.bytes + 1);
        let wide = ",".repeat(Reach::NEAR.fields);
        let wide_and_quoted = "\"a\",".repeat(Reach::NEAR.fields);
        let text = format!("{long}\n\"{long}\"\n{wide}\n{wide_and_quoted}\n{}\na", &wide[1..]);
        let records: Vec<_> =
            Records::new(&text, ',').map(|record| record.map(|record| record.fields.len())).collect();
        let too_large = |line| Err(Oversized { line });
        assert_eq!(
            records,
            [too_large(1), too_large(2), too_large(3), too_large(4), Ok(Reach::NEAR.fields), Ok(1)]
        );
    }

    #[test]
    fn encodings() {
        let utf16 = |text: &str, to_bytes: fn(u16) -> [u8; 2]| {
            text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>()
        };
        let text = "imgName,é照\u{1f3d4}\n";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(&format!("\u{feff}{text}"), u16::to_le_bytes),
            utf16(&format!("\u{feff}{text}"), u16::to_be_bytes),
            utf16(text, u16::to_le_bytes),
            utf16(text, u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes), text, "{bytes:?}");
        }
        assert_eq!(decode(b"\xc3\xa9\nf\xeate\r\n\xc3\xa9"), "é\nfête\r\né", "line by line");
        assert_eq!(decoded(b"\xb2\xcb\xb5\xa5,\xb4\xac\n"), ("菜单,船\n".into(), Encoding::Gb18030));
        assert_eq!(decoded(b"cr\xe9\xe9e,Z\xfcrich").1, Encoding::Windows1252, "accents are no Chinese");
        assert_eq!(decode(b"abc\0d\0\0"), "abcd");
        assert_eq!(decode(b"\xff\xfe"), "");
        assert_eq!(decode(b"\xff\xfea"), "\u{fffd}", "cut in the middle");
    }

    #[test]
    fn lines_are_counted_by_their_ends() {
        for (text, lines) in
            [("", 0), ("a", 1), ("a\n", 1), ("a\r\nb", 2), ("\n\n", 2), ("a\rb\r", 2), ("\r\n\r\na", 3)]
        {
            assert_eq!(lines_of(text), lines, "{text:?}");
        }
    }

    #[test]
    fn flags() {
        for (text, flag) in [
            ("yes", Some(true)),
            ("no", Some(false)),
            (" YES ", Some(true)),
            ("No", Some(false)),
            ("true", Some(true)),
            ("FALSE", Some(false)),
            ("1", Some(true)),
            ("0", Some(false)),
            ("", None),
            ("maybe", None),
            ("2", None),
        ] {
            assert_eq!(yes_or_no(text), flag, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_yield_records_with_fields_and_rising_lines(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut before = 0;
            for record in Records::new(&decode(&bytes), ',').flatten() {
                assert!(record.line > before && !record.fields.is_empty());
                before = record.line + record.lines - 1;
            }
        }

        #[test]
        fn lines_are_counted_right(text in "[ab,\" \n\r]{0,80}") {
            let breaks = text.replace("\r\n", "\n").replace('\r', "\n").matches('\n').count() as u64;
            for record in Records::new(&text, ',').flatten() {
                assert!(record.line + record.lines - 1 <= breaks + 1);
            }
        }
    }
}
