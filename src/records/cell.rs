//! What goes into a cell: texts that are something, numbers that SQLite holds, times as three columns.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use rusqlite::ToSql;
use rusqlite::types::ToSqlOutput;

use crate::apple::when::{self, When};
use crate::category::photos::time::zone;

/// A text, or NULL where it is empty. SQLite's own functions end a text at the first NUL, so that each of them is
/// U+FFFD here.
pub struct Text<'t>(Option<Cow<'t, str>>);

impl<'t> Text<'t> {
    pub fn new(text: &'t str) -> Self {
        let shown = if text.contains('\0') {
            Cow::Owned(text.replace('\0', "\u{fffd}"))
        } else {
            Cow::Borrowed(text)
        };
        Text(Some(shown).filter(|text| !text.is_empty()))
    }

    pub fn of(text: Option<&'t str>) -> Self {
        Text::new(text.unwrap_or_default())
    }

    /// The text where a table must have one, be it empty.
    pub fn required(self) -> Self {
        Text(Some(self.0.unwrap_or_default()))
    }
}

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

/// A number as SQLite holds it. What Apple's lists state may be any number, and no real size is beyond.
pub fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// An instant as RFC 3339 has it, in UTC and to the second.
pub fn instant(utc: DateTime<Utc>) -> String {
    utc.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The columns of a time.
pub struct Time<'t> {
    pub utc: Option<String>,
    pub raw: Text<'t>,
    pub basis: String,
}

impl<'t> Time<'t> {
    /// What a cell says in the column of this title, where a clock of no stated zone stood in `zone`.
    pub fn read(text: &'t str, title: &str, zone: Tz) -> Self {
        let (utc, basis) = match when::read(text, title) {
            Some(When::Instant(utc, when::Basis::Stated)) => (instant(utc), "stated".to_owned()),
            Some(When::Instant(utc, _)) => (instant(utc), "assumed:UTC".to_owned()),
            Some(When::Clock(time)) => {
                (instant(zone::local(zone, time).to_utc()), format!("assumed:{}", zone.name()))
            }
            Some(When::Day(day)) => (day.to_string(), "date-only".to_owned()),
            Some(When::Never) | None => return Time::new(None, text, "none".to_owned()),
        };
        Time::new(Some(utc), text, basis)
    }

    pub fn new(utc: Option<String>, raw: &'t str, basis: String) -> Self {
        Time { utc, raw: Text::new(raw), basis }
    }

    /// Nothing is known.
    pub fn none() -> Self {
        Time::new(None, "", "none".to_owned())
    }
}
