//! A time as Apple wrote it, as an instant, and on what ground.
//!
//! Lists of notes and of iCloud Drive state no zone, so their instants rest on an assumption: it is always said with
//! them, and what Apple wrote is never lost. An assumption can be wrong; [`trial`](super::trial) looks for proof.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::apple::date::BadDate;
use crate::apple::stamp::{self, Stamp};
use crate::category::photos::time::zone;

/// The Unix and the QuickTime epoch, in Unix seconds: what is written for "never".
const EPOCHS: [i64; 2] = [0, -2_082_844_800];

/// On what ground an instant is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The text names its zone.
    Stated,
    /// The text was read in this zone, which nothing states.
    Assumed(Tz),
    /// There is no instant.
    None,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Basis::Stated => f.write_str("stated"),
            Basis::Assumed(zone) => write!(f, "assumed:{}", zone.name()),
            Basis::None => f.write_str("none"),
        }
    }
}

/// A time as it stands in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Written(Box<str>);

impl Written {
    /// The cell, without the space around it.
    pub fn new(text: &str) -> Self {
        Written(text.trim().into())
    }

    pub fn raw(&self) -> &str {
        &self.0
    }

    /// What it says; `None` if nothing.
    ///
    /// # Errors
    /// If it is no date.
    pub fn says(&self) -> Result<Option<Stamp>, BadDate> {
        stamp::parse(&self.0)
    }

    /// The instant, where a clock is thought to have stood in `zone`. A time that the clock showed twice is the first;
    /// one that it skipped moves forward as far as the clock did.
    pub fn read_in(&self, zone: Tz) -> Dated {
        let (utc, basis) = match self.says() {
            Ok(Some(Stamp::Instant(instant))) => (Some(instant), Basis::Stated),
            Ok(Some(Stamp::Clock(time))) => (Some(zone::local(zone, time).to_utc()), Basis::Assumed(zone)),
            Ok(None) | Err(BadDate) => (None, Basis::None),
        };
        let utc = utc.filter(|utc| !EPOCHS.contains(&utc.timestamp()));
        Dated { raw: self.0.clone(), utc, basis: if utc.is_some() { basis } else { Basis::None } }
    }
}

/// A time with its ground.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dated {
    /// What Apple wrote; may be empty, or no date.
    pub raw: Box<str>,
    pub utc: Option<DateTime<Utc>>,
    pub basis: Basis,
}

impl Dated {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Dated { raw: "".into(), utc: None, basis: Basis::None }
    }

    /// An instant that its text states.
    pub fn stated(raw: &str, utc: DateTime<Utc>) -> Self {
        Dated { raw: raw.into(), utc: Some(utc), basis: Basis::Stated }
    }

    /// As RFC 3339 has it, in UTC and to the second.
    pub fn rfc3339(&self) -> Option<String> {
        self.utc.map(|utc| utc.to_rfc3339_opts(SecondsFormat::Secs, true))
    }
}

#[cfg(test)]
mod tests {
    use super::{Basis, Written};
    use chrono_tz::Tz;

    #[test]
    fn a_stamp_is_read_in_a_zone() {
        let pacific = Tz::America__Los_Angeles;
        for (raw, zone, utc, basis) in [
            ("02-25-2024 18:09:10", pacific, Some("2024-02-26T02:09:10Z"), "assumed:America/Los_Angeles"),
            ("07-25-2024 18:09:10", pacific, Some("2024-07-26T01:09:10Z"), "assumed:America/Los_Angeles"),
            ("07-25-2024 18:09:10", Tz::UTC, Some("2024-07-25T18:09:10Z"), "assumed:UTC"),
            // shown twice: the first; skipped: forward by the hour that was skipped
            ("11-03-2024 01:30:00", pacific, Some("2024-11-03T08:30:00Z"), "assumed:America/Los_Angeles"),
            ("03-10-2024 02:30:00", pacific, Some("2024-03-10T10:30:00Z"), "assumed:America/Los_Angeles"),
            ("2024-02-25T18:09:10Z", pacific, Some("2024-02-25T18:09:10Z"), "stated"),
            ("12-31-1969 16:00:00", pacific, None, "none"),
            ("", pacific, None, "none"),
            ("25-02-2024 18:09:10", pacific, None, "none"),
        ] {
            let dated = Written::new(raw).read_in(zone);
            assert_eq!(dated.rfc3339().as_deref(), utc, "{raw}");
            assert_eq!((dated.basis.to_string().as_str(), dated.raw.as_ref()), (basis, raw));
            assert_eq!(dated.utc.is_none(), dated.basis == Basis::None);
        }
    }
}
