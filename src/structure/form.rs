//! What a value looks like, without the value: `MM-DD-YYYY HH:MM:SS`, a whole number, a link, a text of some length.
//!
//! Every form is put together from words of this file alone, so that a value which is taken for something else gives
//! nothing away either.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::apple::stamp::is_nothing;
use crate::apple::table::yes_or_no;

/// Forms of one column that are told apart.
const MOST_FORMS: usize = 16;

/// Bytes of a value that is looked at more closely than for its length.
const LONGEST: usize = 256;

/// Digits that a number may have and still be one for every program.
const SAFE_DIGITS: usize = 15;

/// What stands in one column, or below one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forms {
    /// Values that are there.
    pub filled: u64,
    /// Cells with nothing in them.
    pub empty: u64,
    /// How many values have which form.
    pub forms: BTreeMap<Cow<'static, str>, u64>,
    /// Values of further forms.
    pub more_forms: u64,
    /// Characters of the shortest and the longest text.
    pub text_length: Option<(u64, u64)>,
}

impl Forms {
    /// Adds a value.
    pub fn add(&mut self, value: &str) {
        let value = value.trim();
        if value.is_empty() {
            self.empty += 1;
            return;
        }
        self.filled += 1;
        let form = form(value);
        if form.starts_with("text") {
            let length = value.chars().count() as u64;
            let (shortest, longest) = self.text_length.unwrap_or((length, length));
            self.text_length = Some((shortest.min(length), longest.max(length)));
        }
        self.count(form, 1);
    }

    /// Counts a value of which nothing is told.
    pub fn add_unseen(&mut self, value: &str) {
        *(if value.trim().is_empty() { &mut self.empty } else { &mut self.filled }) += 1;
    }

    /// Adds a value that is no text.
    pub fn add_form(&mut self, form: &'static str) {
        self.filled += 1;
        self.count(Cow::Borrowed(form), 1);
    }

    /// Joins what stands in another column of the same title.
    pub fn join(&mut self, other: Forms) {
        self.filled += other.filled;
        self.empty += other.empty;
        self.more_forms += other.more_forms;
        for (form, times) in other.forms {
            self.count(form, times);
        }
        let lengths = [self.text_length, other.text_length].into_iter().flatten();
        self.text_length = lengths.reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)));
    }

    fn count(&mut self, form: Cow<'static, str>, times: u64) {
        if self.forms.len() >= MOST_FORMS && !self.forms.contains_key(&form) {
            self.more_forms += times;
        } else {
            *self.forms.entry(form).or_default() += times;
        }
    }
}

/// The form of a value that is not empty.
pub fn form(value: &str) -> Cow<'static, str> {
    if is_nothing(value) {
        return "a word for nothing".into();
    }
    if let Some(words) = flag(value) {
        return words.into();
    }
    if value.len() > LONGEST {
        return long(value).into();
    }
    if let Some(form) = number(value) {
        return form.into();
    }
    if let Some(pattern) = date(value) {
        return pattern.into();
    }
    text(value).into()
}

fn flag(value: &str) -> Option<&'static str> {
    yes_or_no(value)?;
    Some(match value {
        "Yes" | "No" => "Yes or No",
        "yes" | "no" => "yes or no",
        "true" | "false" => "true or false",
        "1" | "0" => "1 or 0",
        "Y" | "N" => "Y or N",
        _ => "yes or no, otherwise written",
    })
}

fn number(value: &str) -> Option<&'static str> {
    let (digits, is_negative) = value.strip_prefix('-').map_or((value, false), |digits| (digits, true));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(digits) {
        let year = digits.get(..4).filter(|_| digits.len() == 8);
        return Some(match digits.len() {
            _ if is_negative => "negative integer",
            8 if year.is_some_and(|year| ("1900".."2100").contains(&year)) => "YYYYMMDD",
            10 => "integer of 10 digits",
            13 => "integer of 13 digits",
            length if length > SAFE_DIGITS => "integer of more than 15 digits",
            _ => "integer",
        });
    }
    let (whole, rest) = digits.split_once('.')?;
    if !is_digits(whole) {
        return None;
    }
    if is_digits(rest) {
        return Some("decimal");
    }
    let (fraction, exponent) = rest.split_once(['E', 'e'])?;
    (is_digits(fraction) && is_digits(exponent.trim_start_matches(['+', '-'])))
        .then_some("number with an exponent")
}

fn long(value: &str) -> &'static str {
    match value.trim_start().as_bytes() {
        [b'{', ..] | [b'[', ..] => "JSON",
        _ if value.contains(['\n', '\r']) => "text of several lines",
        _ => "text",
    }
}

fn text(value: &str) -> &'static str {
    let is_uuid = || {
        let lengths = value.split('-').map(str::len).collect::<Vec<_>>();
        lengths == [8, 4, 4, 4, 12] && value.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let is_address = || {
        let (before, after) = value.split_once('@')?;
        (!before.is_empty() && after.contains('.') && !value.contains(char::is_whitespace)).then_some(())
    };
    let numbers = || value.split('.').filter(|part| part.parse::<u8>().is_ok()).count();
    if let Some(scheme) = scheme(value) {
        scheme
    } else if is_uuid() {
        "UUID"
    } else if value.len() == 44 && value.ends_with('=') && value.bytes().all(is_base64) {
        "base64 of 32 bytes"
    } else if is_address().is_some() {
        if value.contains('*') { "e-mail address, masked" } else { "e-mail address" }
    } else if numbers() == 4 && value.split('.').count() == 4 {
        "IP address"
    } else if value.starts_with(['{', '[']) && value.ends_with(['}', ']']) {
        "JSON"
    } else if is_money(value) {
        "money with its currency"
    } else if value.contains(" | ") {
        "list parted by ` | `"
    } else if value.contains('|') {
        "list parted by `|`"
    } else if value.contains(['\n', '\r']) {
        "text of several lines"
    } else {
        "text"
    }
}

fn scheme(value: &str) -> Option<&'static str> {
    const SCHEMES: [(&str, &str); 9] = [
        ("https:", "https: link"),
        ("http:", "http: link"),
        ("mailto:", "mailto: link"),
        ("tel:", "tel: link"),
        ("file:", "file: link"),
        ("feed:", "feed: link"),
        ("data:", "data: link"),
        ("javascript:", "javascript: link"),
        ("urn:", "urn: link"),
    ];
    let begins =
        |scheme: &str| value.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let known = SCHEMES.iter().find(|(scheme, _)| begins(scheme)).map(|(_, form)| *form);
    known.or_else(|| value.contains("://").then_some("link of another scheme"))
}

fn is_money(value: &str) -> bool {
    const SIGNS: [char; 6] = ['$', '€', '£', '¥', '₩', '₹'];
    value.contains(SIGNS)
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().all(|c| SIGNS.contains(&c) || c.is_ascii_digit() || ".,- \u{a0}\u{202f}".contains(c))
}

/// Hours, minutes and seconds of a pattern.
const CLOCK: [&str; 3] = ["H", "M", "S"];

/// A piece of a written date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'t> {
    Digits(&'t str),
    Month(&'static str),
    /// Anything else that dates are written with.
    Mark(&'static str),
}

/// How a date is written; `None` if it is no date.
fn date(value: &str) -> Option<String> {
    let pieces = pieces(value)?;
    let is_clock = |at: usize| {
        let colon = |at: Option<usize>| at.and_then(|at| pieces.get(at)) == Some(&Piece::Mark(":"));
        colon(Some(at + 1)) || colon(at.checked_sub(1))
    };
    let has_month = pieces.iter().any(|piece| matches!(piece, Piece::Month(_)));
    let dated: Vec<&str> = pieces
        .iter()
        .enumerate()
        .filter_map(|(at, piece)| match piece {
            Piece::Digits(digits) if !is_clock(at) => Some(*digits),
            _ => None,
        })
        .take(3)
        .collect();
    let parts: Vec<String> = match (has_month, dated.as_slice()) {
        (true, [day, year, ..]) if year.len() == 4 && day.len() <= 2 => {
            vec!["D".repeat(day.len()), "YYYY".into()]
        }
        (true, [year, day, ..]) if year.len() == 4 && day.len() <= 2 => {
            vec!["YYYY".into(), "D".repeat(day.len())]
        }
        (false, [year, month, day]) if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            vec!["YYYY".into(), "M".repeat(month.len()), "D".repeat(day.len())]
        }
        (false, [first, second, year]) if year.len() == 4 && first.len() <= 2 && second.len() <= 2 => {
            order(first, second)
        }
        _ => return None,
    };
    let year = dated.iter().find(|digits| digits.len() == 4);
    let mut parts = parts.into_iter();
    let (mut clock, mut is_timed) = (CLOCK.iter(), false);
    let mut pattern = String::with_capacity(32);
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Month(word) | Piece::Mark(word) => {
                // what follows the sign is an offset
                if is_timed && matches!(*word, "+" | "-") {
                    clock = CLOCK.iter();
                }
                pattern.push_str(word);
            }
            Piece::Digits(digits) if is_clock(at) => {
                is_timed = true;
                pattern.push_str(&clock.next()?.repeat(digits.len().min(2)));
            }
            Piece::Digits(digits) => match parts.next() {
                Some(part) => pattern.push_str(&part),
                // the decimals of a second, or an offset
                None if pattern.ends_with('.') => pattern.push_str("fff"),
                None => pattern.push_str(&"0".repeat(digits.len().min(4))),
            },
        }
    }
    let is_never = year.is_some_and(|year| matches!(*year, "0001" | "1904" | "1970"));
    Some(if is_never { format!("{pattern}, of a year that means never") } else { pattern })
}

/// Which of two numbers before a year is the month, as far as they tell.
fn order(first: &str, second: &str) -> Vec<String> {
    let is_day = |digits: &str| digits.parse::<u8>().is_ok_and(|number| number > 12);
    let (one, other) = match (is_day(first), is_day(second)) {
        (true, _) => ("D", "M"),
        (false, true) => ("M", "D"),
        (false, false) => ("?", "?"),
    };
    vec![one.repeat(first.len()), other.repeat(second.len()), "YYYY".to_owned()]
}

/// A value in pieces; `None` if it has one that no date has.
fn pieces(value: &str) -> Option<Vec<Piece<'_>>> {
    const MOST_PIECES: usize = 32;
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let is_alike = |other: char| {
            c.is_ascii_digit() && other.is_ascii_digit() || c.is_alphabetic() && other.is_alphabetic()
        };
        let end = rest.find(|other| !is_alike(other)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(if end == 0 { c.len_utf8() } else { end });
        pieces.push(if c.is_ascii_digit() { Piece::Digits(piece) } else { word(piece)? });
        if pieces.len() > MOST_PIECES {
            return None;
        }
        rest = after;
    }
    Some(pieces)
}

fn word(piece: &str) -> Option<Piece<'static>> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    const MARKS: [&str; 15] =
        ["-", "/", ".", ":", ",", " ", "+", "T", "Z", "GMT", "UTC", "AM", "PM", "at", "PST"];
    if let Some(mark) = MARKS.iter().find(|mark| **mark == piece) {
        return Some(Piece::Mark(if *mark == "PM" { "AM" } else { mark }));
    }
    if piece.chars().all(char::is_whitespace) {
        return Some(Piece::Mark(" "));
    }
    let piece = piece.to_lowercase();
    let is_short = |name: &str| name.get(..3) == Some(piece.as_str());
    if MONTHS.contains(&piece.as_str()) && piece != "may" {
        Some(Piece::Month("Month"))
    } else if MONTHS.iter().any(|month| is_short(month)) {
        Some(Piece::Month("Mon"))
    } else if DAYS.contains(&piece.as_str()) {
        Some(Piece::Mark("Weekday"))
    } else if DAYS.iter().any(|day| is_short(day)) {
        Some(Piece::Mark("Wkd"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Forms, form};
    use proptest::prelude::{any, prop, proptest};

    #[test]
    fn what_values_look_like() {
        for (value, expected) in [
            ("02-25-2024 18:09:10", "MM-DD-YYYY HH:MM:SS"),
            ("25-02-2024 18:09:10", "DD-MM-YYYY HH:MM:SS"),
            ("05-07-2025 10:11:12", "??-??-YYYY HH:MM:SS"),
            ("7/24/2022  9:05:06 PM", "M/DD/YYYY  H:MM:SS AM"),
            ("2025-02-11T08:09:10.123Z", "YYYY-MM-DDTHH:MM:SS.fffZ"),
            ("2025-02-11T08:09:10+01:00", "YYYY-MM-DDTHH:MM:SS+HH:MM"),
            ("2025-02-11", "YYYY-MM-DD"),
            ("Monday March 4,2019 7:08 PM GMT", "Weekday Month D,YYYY H:MM AM GMT"),
            ("Feb 25 2022 18:09:10", "Mon DD YYYY HH:MM:SS"),
            ("1904-01-01T00:00:00Z", "YYYY-MM-DDTHH:MM:SSZ, of a year that means never"),
            ("20190304", "YYYYMMDD"),
            ("1700000000123", "integer of 13 digits"),
            ("1600000000", "integer of 10 digits"),
            ("48213", "integer"),
            ("-3", "negative integer"),
            ("12345678901234567890", "integer of more than 15 digits"),
            ("-1.23456E+18", "number with an exponent"),
            ("3.50", "decimal"),
            ("Yes", "Yes or No"),
            ("N/A", "a word for nothing"),
            ("3D5E8082-AA3F-4AE3-949F-B5AEFA58C412", "UUID"),
            ("3q2+7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "base64 of 32 bytes"),
            ("https://example.org/a", "https: link"),
            ("zzz://example.org/a", "link of another scheme"),
            ("ann@example.org", "e-mail address"),
            ("a*****@example.com", "e-mail address, masked"),
            ("192.0.2.7", "IP address"),
            ("3,99 €", "money with its currency"),
            ("{\"a\":1}", "JSON"),
            ("Name:Ann | Name:Bo", "list parted by ` | `"),
            ("Garden plan", "text"),
            ("Sun and Mon", "text"),
        ] {
            assert_eq!(form(value), expected, "{value}");
        }
        let mut forms = Forms::default();
        for value in ["Leeks", "", "Garden plan"] {
            forms.add(value);
        }
        assert_eq!((forms.filled, forms.empty, forms.text_length), (2, 1, Some((5, 11))));
    }

    proptest! {
        #[test]
        fn no_form_has_a_piece_of_its_value(
            words in prop::collection::vec("[qxzj]{2,8}|[3-9]{2,6}", 1..5),
            marks in prop::collection::vec("[-/:., @|+TZ\n]", 5),
        ) {
            let value: String = words.iter().zip(&marks).flat_map(|(word, mark)| [word.as_str(), mark]).collect();
            let form = form(value.trim());
            // `32`, `10`, `13` and `15` are of the words for forms
            assert!(words.iter().all(|word| !form.contains(word.as_str()) || word == "32"), "{value:?}: {form}");
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let mut forms = Forms::default();
            forms.add(&text);
            assert_eq!(forms.filled + forms.empty, 1);
        }
    }
}
