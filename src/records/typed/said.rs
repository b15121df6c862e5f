//! What a cell of a raw table says, or a member of the JSON in it: a text, a number, or nothing.
//!
//! Apple's words for nothing (`N/A`, `null`, `-` …) say nothing here; the raw table keeps them.

use serde_json::Value;

use crate::apple::when;

/// The text without the space around it, if it says something.
pub fn something(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !when::is_null(text))
}

/// A number that is none of a program's own (`inf`, `NaN`).
pub fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
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

/// A member of a JSON object word for word, a text or a number with its digits, if it says something.
pub fn member(object: &Value, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| something(text).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{amount, member, number, ordinal, something};

    #[test]
    fn texts_numbers_and_members() {
        assert_eq!((something(" a "), something("N/A"), something("")), (Some("a"), None, None));
        assert_eq!((number("-1.5"), number("inf"), number("1,5")), (Some(-1.5), None, None));
        assert_eq!((amount("0"), amount("-1")), (Some(0.0), None));
        assert_eq!(
            (ordinal("3.0"), ordinal("0.0"), ordinal("1.5"), ordinal("1e9")),
            (Some(3), None, None, None)
        );
        let object = json!({"a": " x ", "b": 1.50, "c": "N/A", "d": [1], "e": null});
        let members = ["a", "b", "c", "d", "e", "f"].map(|name| member(&object, name));
        assert_eq!(members, [Some(" x ".to_owned()), Some("1.5".to_owned()), None, None, None, None]);
    }
}
