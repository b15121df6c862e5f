//! Birthdays, of which many have no year.
//!
//! vCard 3 has no way to leave the year out, so Apple writes 1604, a leap year, and says so in a parameter
//! (`X-APPLE-OMIT-YEAR=1604`). Older programs drop the parameter and keep the year, and nobody in an address book
//! was born in 1604, so that the year alone says the same.

use chrono::NaiveDate;

use crate::apple::content_line::Property;

/// The year that means none.
const NO_YEAR: i32 = 1604;

/// A birthday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Birthday {
    /// A day of a year.
    Day(NaiveDate),
    /// A month and a day of every year.
    Anniversary {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// What is no date, as written: `circa 1800`, `1985-04`.
    Other(Box<str>),
}

impl Birthday {
    /// `1985-04-12`, `--04-12` as vCard 4 and ISO 8601 write it, or the text of the card.
    pub fn text(&self) -> String {
        match self {
            Birthday::Day(date) => date.to_string(),
            Birthday::Anniversary { month, day } => format!("--{month:02}-{day:02}"),
            Birthday::Other(text) => text.to_string(),
        }
    }
}

/// Reads `BDAY`; `None` if it is empty.
pub(super) fn read(property: &Property) -> Option<Birthday> {
    let text = property.text();
    let omitted = property.parameter("X-APPLE-OMIT-YEAR").and_then(|year| year.parse().ok());
    if text.is_empty() {
        return None;
    }
    Some(date(&text, omitted).unwrap_or_else(|| Birthday::Other(text.into())))
}

/// `1985-04-12`, `19850412`, `--04-12`, `--0412`, each with a time or without.
fn date(text: &str, omitted: Option<i32>) -> Option<Birthday> {
    let day = text.split(['T', ' ']).next().unwrap_or_default();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let month_and_day = |text: &str| {
        let plain = text.replacen('-', "", 1);
        let (month, day) = plain.split_at_checked(2)?;
        let is_date = plain.len() == 4 && digits(&plain);
        if is_date { Some((month.parse().ok()?, day.parse().ok()?)) } else { None }
    };
    if let Some(rest) = day.strip_prefix("--") {
        let (month, day) = month_and_day(rest)?;
        // a leap year, so that the 29th of February is one
        NaiveDate::from_ymd_opt(NO_YEAR, month, day)?;
        return Some(Birthday::Anniversary { month, day });
    }
    let (year, rest) = day.split_at_checked(4).filter(|(year, _)| digits(year))?;
    let (month, day) = month_and_day(rest.strip_prefix('-').unwrap_or(rest))?;
    let year: i32 = year.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    let is_omitted = year == NO_YEAR || omitted == Some(year);
    Some(if is_omitted { Birthday::Anniversary { month, day } } else { Birthday::Day(date) })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::apple::content_line::Lines;

    #[test]
    fn birthdays_in_every_dialect() {
        let cases = [
            ("BDAY:1985-04-12", Some("1985-04-12")),
            ("BDAY;VALUE=date:1985-04-12", Some("1985-04-12")),
            ("BDAY:19850412", Some("1985-04-12")),
            ("BDAY:1985-04-12T00:00:00Z", Some("1985-04-12")),
            ("BDAY:19850412T230000+0100", Some("1985-04-12")),
            ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-17", Some("--05-17")),
            ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29", Some("--02-29")),
            ("BDAY:1604-05-17", Some("--05-17")),
            ("BDAY;X-APPLE-OMIT-YEAR=1604:1985-05-17", Some("1985-05-17")),
            ("BDAY;X-APPLE-OMIT-YEAR=1904:1904-05-17", Some("--05-17")),
            ("BDAY:--0517", Some("--05-17")),
            ("BDAY:--05-17", Some("--05-17")),
            ("BDAY:--0229", Some("--02-29")),
            ("BDAY;VALUE=text:circa 1800", Some("circa 1800")),
            ("BDAY:1985-04", Some("1985-04")),
            ("BDAY:1985-02-30", Some("1985-02-30")),
            ("BDAY:---17", Some("---17")),
            ("BDAY:--é5", Some("--é5")),
            ("BDAY:１９８５", Some("１９８５")),
            ("BDAY:+985-04-12", Some("+985-04-12")),
            ("BDAY:", None),
        ];
        for (text, expected) in cases {
            let mut lines = Lines::new(text.as_bytes());
            let line = lines.next().unwrap().expect("one line");
            let found = line.property().and_then(|property| read(&property));
            assert_eq!(found.map(|birthday| birthday.text()).as_deref(), expected, "{text}");
        }
    }
}
