//! Where the clock of Apple's lists stood, as far as their stamps refute it. Counted, never told.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use serde::Serialize;

use crate::apple::stamp::{self, Stamp};
use crate::apple::table::{Records, decode};
use crate::category::trial::{Proof, Trial};

/// Zips state when they were built on a clock that is at most so far from UTC.
const FARTHEST: TimeDelta = TimeDelta::hours(14);

/// Stamps without a zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// How many there are.
    pub stamps: u64,
    /// Stamps of an hour that clocks in Los Angeles skip: with more than one of them Apple's clock stood elsewhere.
    pub skipped_in_los_angeles: u64,
    /// Stamps that, read as Los Angeles', lie after the archive was built.
    pub after_it_was_built: u64,
}

impl Clock {
    /// Adds the stamps of a list.
    pub fn add(&mut self, list: &[u8], built: Option<NaiveDateTime>) {
        let mut trial = Trial::of(Tz::America__Los_Angeles);
        let built = built.and_then(|built| built.checked_add_signed(FARTHEST)).map(|built| built.and_utc());
        let text = decode(list);
        for record in Records::new(&text, ',').flatten() {
            for cell in &record.fields {
                if let Ok(Some(Stamp::Clock(time))) = stamp::parse(cell) {
                    trial.stamp(time, built);
                }
            }
        }
        self.stamps += trial.stamps;
        let count =
            |proof: Proof| trial.refuted.iter().filter(|refuted| refuted.proof == proof).count() as u64;
        self.skipped_in_los_angeles += count(Proof::Skipped);
        self.after_it_was_built += count(Proof::AfterBuilt);
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn stamps_that_no_clock_there_showed() {
        let mut clock = Clock::default();
        let list = b"Title, Created On\na,03-10-2024 02:30:00\nb,02-25-2024 18:09:10\n";
        clock.add(list, "2024-03-01T00:00:00".parse().ok());
        assert_eq!((clock.stamps, clock.skipped_in_los_angeles, clock.after_it_was_built), (2, 1, 0));
        clock.add(b"a,02-25-2024 18:09:10\n", "2024-02-01T00:00:00".parse().ok());
        assert_eq!((clock.stamps, clock.after_it_was_built), (3, 1));
    }
}
