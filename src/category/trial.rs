//! Whether the zone in which Apple's stamps are read can be the right one.
//!
//! No list of Apple's states a zone, and no public source settles it. But a request refutes a wrong zone by itself:
//! a stamp of an hour that its clocks skipped, one after the export was built, the same time stated elsewhere. Nothing here corrects a date; it counts, and says which zone it cannot be.

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::category::photos::time::zone;

/// Refutations beyond this number are counted, not kept.
const MOST_KEPT: usize = 100;

/// Zips state times on a clock that may be as many hours behind UTC.
const BEHIND: TimeDelta = TimeDelta::hours(12);

/// The same moment, written by two of Apple's servers.
const SAME: TimeDelta = TimeDelta::seconds(2);

/// What refutes a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proof {
    /// No clock there showed this time.
    Skipped,
    /// It lies after the export was built.
    AfterBuilt,
    /// Another export states the same time as an instant, and so the offset.
    OtherExport,
}

/// One stamp that cannot be of this zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refuted {
    pub proof: Proof,
    /// What the clock showed.
    pub time: NaiveDateTime,
    /// The clock's offset, where the proof tells it.
    pub offset: Option<FixedOffset>,
}

/// A zone on trial.
#[derive(Debug, Clone)]
pub struct Trial {
    zone: Tz,
    /// How many stamps were looked at.
    pub stamps: u64,
    /// How many stamps another export stated as an instant, with the offset of this zone.
    pub confirmed: u64,
    /// How many refute the zone.
    pub against: u64,
    /// The first 100 of those.
    pub refuted: Vec<Refuted>,
}

/// The instant after which nothing can be in an export whose archives were `built` at this time of an unknown clock.
pub fn latest(built: NaiveDateTime) -> DateTime<Utc> {
    built.and_utc() + BEHIND
}

impl Trial {
    /// In which it was read.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    pub fn of(zone: Tz) -> Self {
        Trial { zone, stamps: 0, confirmed: 0, against: 0, refuted: Vec::new() }
    }

    /// Looks at one stamp. `built` is the instant after which nothing can be in the export, as [`latest`] has it.
    pub fn stamp(&mut self, time: NaiveDateTime, built: Option<DateTime<Utc>>) {
        self.stamps += 1;
        if matches!(self.zone.offset_from_local_datetime(&time), LocalResult::None) {
            self.refute(Proof::Skipped, time, None);
        } else if built.is_some_and(|built| zone::local(self.zone, time).to_utc() > built) {
            self.refute(Proof::AfterBuilt, time, None);
        }
    }

    /// Looks at a stamp whose instant another export states. Says nothing if they are no such pair: if no clock in the
    /// world was that far from UTC then.
    pub fn stated(&mut self, time: NaiveDateTime, instant: DateTime<Utc>) {
        let Some(offset) = zone::offset_near(instant, time - instant.naive_utc(), SAME) else { return };
        let here = self.zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
        if here == offset {
            self.confirmed += 1;
        } else {
            self.refute(Proof::OtherExport, time, Some(offset));
        }
    }

    /// What this and another trial of the same zone show together.
    pub fn and(mut self, other: Trial) -> Self {
        self.stamps += other.stamps;
        self.confirmed += other.confirmed;
        self.against += other.against;
        let room = MOST_KEPT.saturating_sub(self.refuted.len());
        self.refuted.extend(other.refuted.into_iter().take(room));
        self
    }

    fn refute(&mut self, proof: Proof, time: NaiveDateTime, offset: Option<FixedOffset>) {
        self.against += 1;
        if self.refuted.len() < MOST_KEPT {
            self.refuted.push(Refuted { proof, time, offset });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Proof, Trial};
    use chrono::{DateTime, NaiveDateTime, Utc};
    use chrono_tz::Tz;

    fn clock(text: &str) -> NaiveDateTime {
        text.parse().expect("a time of the table")
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant of the table")
    }

    #[test]
    fn each_proof() {
        let mut trial = Trial::of(Tz::America__Los_Angeles);
        let built = Some(instant("2024-07-01T12:00:00Z"));
        trial.stamp(clock("2024-03-10T01:59:59"), built);
        trial.stamp(clock("2024-03-10T02:00:00"), built);
        trial.stamp(clock("2024-07-01T05:00:00"), built);
        trial.stamp(clock("2024-07-01T05:00:01"), built);
        trial.stamp(clock("2030-07-01T05:00:01"), None);
        trial.stated(clock("2024-07-01T05:00:00"), instant("2024-07-01T12:00:00Z"));
        trial.stated(clock("2024-07-01T05:00:00"), instant("2024-07-01T05:00:01Z"));
        trial.stated(clock("2024-07-01T05:00:00"), instant("2024-07-01T05:07:00Z"));
        trial.stated(clock("2024-07-01T05:00:00"), instant("2021-07-01T05:00:00Z"));
        assert_eq!((trial.stamps, trial.confirmed, trial.against), (5, 1, 3));
        let proofs: Vec<_> = trial.refuted.iter().map(|refuted| refuted.proof).collect();
        assert_eq!(proofs, [Proof::Skipped, Proof::AfterBuilt, Proof::OtherExport]);
        assert_eq!(trial.refuted[2].offset.map(|offset| offset.local_minus_utc()), Some(0));
    }

    #[test]
    fn two_trials_are_one() {
        let tried = |times: &[&str]| {
            let mut trial = Trial::of(Tz::America__Los_Angeles);
            times.iter().for_each(|time| trial.stamp(clock(time), None));
            trial
        };
        let both =
            tried(&["2024-03-10T02:00:00"]).and(tried(&["2024-03-10T02:30:00", "2024-03-10T03:00:00"]));
        assert_eq!((both.stamps, both.against, both.refuted.len()), (3, 2, 2));
        let many = tried(&["2024-03-10T02:00:00"; 70]).and(tried(&["2024-03-10T02:00:00"; 70]));
        assert_eq!((many.against, many.refuted.len()), (140, 100));
    }
}
