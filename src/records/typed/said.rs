//! What a cell of a raw table says: a text, a number, yes or no, or nothing.
//!
//! Apple's words for nothing (`N/A`, `null`, `-` …) say nothing here; the raw table keeps them.

use rusqlite::Row;

use crate::apple::when;

/// The text of a cell, or `None` where it says nothing.
///
/// # Errors
/// If there is no such column, or it holds no text.
pub fn text<'r>(row: &'r Row<'_>, at: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(row.get_ref(at)?.as_str_or_null()?.and_then(something))
}

/// The text without the space around it, if it says something.
pub fn something(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !when::is_null(text))
}

/// A number that is none of a program's own (`inf`, `NaN`).
pub fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A number from nought on: a count, a duration, a position.
pub fn amount(text: &str) -> Option<f64> {
    number(text).filter(|number| *number >= 0.0)
}

/// A whole number from 1 on, as of a season; Apple writes `3.0`, and 0 where there is none.
pub fn ordinal(text: &str) -> Option<i64> {
    const LARGEST: f64 = 1_000_000.0;
    let number = amount(text).filter(|number| (1.0..LARGEST).contains(number) && number.fract() == 0.0)?;
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small")]
    Some(number as i64)
}

/// Yes or no, in any of Apple's words for it.
pub fn flag(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is(["yes", "true", "1", "y"]), is(["no", "false", "0", "n"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{amount, flag, number, ordinal, something};

    #[test]
    fn texts_numbers_and_flags() {
        assert_eq!((something(" a "), something("N/A"), something("")), (Some("a"), None, None));
        assert_eq!((number("-1.5"), number("inf"), number("1,5")), (Some(-1.5), None, None));
        assert_eq!((amount("0"), amount("-1")), (Some(0.0), None));
        assert_eq!(
            (ordinal("3.0"), ordinal("0.0"), ordinal("1.5"), ordinal("1e9")),
            (Some(3), None, None, None)
        );
        assert_eq!(
            (flag("Yes"), flag("N"), flag("1"), flag("maybe")),
            (Some(true), Some(false), Some(true), None)
        );
    }
}
