//! Placeholder for a reader that is on its way.
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Stated,
    AssumedUtc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Instant(DateTime<Utc>, Basis),
    Clock(NaiveDateTime),
    Day(NaiveDate),
    Never,
}

pub fn is_null(text: &str) -> bool {
    matches!(text.trim(), "" | "N/A" | "null" | "-")
}

pub fn read(text: &str, _title: &str) -> Option<When> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(When::Instant(at.to_utc(), Basis::Stated));
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S") {
        return Some(When::Instant(at.and_utc(), Basis::AssumedUtc));
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(text, "%m-%d-%Y %H:%M:%S") {
        return Some(When::Clock(at));
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(When::Day)
}
