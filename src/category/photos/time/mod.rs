//! When a photo or video was taken, decided by one pure function: [`capture`].
//!
//! It weighs everything that claims a time ([`Sources`]) and says what it decided, by which rule and on what
//! evidence ([`Captured`]). It reads no file, no clock and not the machine's zone, and the import date is
//! never a capture time. The rules, which docs/library.md tells owners in fewer words:
//!
//! 1. The file states a local time and its offset: that is the instant, if Apple's row is absent or within 2
//!    minutes.
//! 2. The file states a local time without an offset: the row tells the offset, if some zone of the world had
//!    it at that moment. Without a row it is the zone at the embedded position, else the owner's default zone.
//! 3. File and row contradict each other: the row is right, because Photos puts corrections made by hand
//!    there. But a row that only repeats the minute of the import is an upload day, and then a camera's own date
//!    stands.
//! 4. The file states only an instant in UTC, as movie headers do: that, unless the row contradicts it.
//! 5. Only the row; else a date in the file name; else the file is undated.
//! 6. The movie of a Live Photo, or an adjustment, follows its still.

// bytes from strangers are never indexed into
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod evidence;
pub mod name_date;
mod rule;
pub(crate) mod stamp;
pub mod zone;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::category::photos::media::{Embedded, Format, LocalTime, Standard};
use crate::category::photos::time::name_date::NameZone;
use crate::place;

pub use evidence::{Evidence, EvidenceSource, Stated};
pub(crate) use evidence::{local_text, local_time};
pub use rule::{CapturedFrom, Rule};

/// Rows have minutes only, and the clocks of cameras and phones differ.
const TOLERANCE: TimeDelta = TimeDelta::minutes(2);

/// A photo cannot be taken after it was imported, but one local clock may be 26 hours ahead of another.
const AFTER_IMPORT: TimeDelta = TimeDelta::hours(26);

/// Everything that claims when a photo or video was taken. The letters are those of docs/design.md.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// What the file says (`E`, `O`, `U`, and the position that gives `Z`).
    pub embedded: &'a Embedded,
    /// The row's `originalCreationDate` (`R`), in minutes.
    pub row: Option<DateTime<Utc>>,
    /// The row's `importDate` (`I`), in minutes.
    pub imported: Option<DateTime<Utc>>,
    /// When the first export that holds it was built, on a clock of unknown offset.
    pub built: Option<NaiveDateTime>,
    /// File names to search for a date, in this order.
    pub names: &'a [&'a str],
    /// The zone for whatever carries none (`F`).
    pub fallback: Tz,
}

/// When a photo or video was taken, and why we say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The instant, on a clock where it was taken; `None` if nothing tells.
    pub time: Option<DateTime<FixedOffset>>,
    /// The source that decided.
    pub from: CapturedFrom,
    /// The rule that decided.
    pub rule: Rule,
    /// Whether the clock is that of [`Sources::fallback`].
    pub is_zone_assumed: bool,
    row: Option<DateTime<Utc>>,
    /// The import date, the zone of the position and the file name, where the decision looked at them.
    noted: Box<[Evidence]>,
}

impl Captured {
    /// A decision of an earlier run, as the catalog has it; on what evidence, only its record says.
    pub fn recorded(time: Option<DateTime<FixedOffset>>, from: CapturedFrom, rule: Rule) -> Captured {
        Captured { time, from, rule, is_zone_assumed: false, row: None, noted: Box::default() }
    }

    /// Rule 6: the movie of a Live Photo, or an adjustment, gets the time of its still, even if that is `None`,
    /// and keeps its own evidence.
    pub fn follow_still(self, still: &Captured) -> Captured {
        self.follow(still, CapturedFrom::Still, Rule::FollowsStill)
    }

    /// Rule 6, the other way round: an undated still gets the time of its movie. Decide this first; the movie
    /// then keeps its own time.
    pub fn follow_movie(self, movie: &Captured) -> Captured {
        self.follow(movie, CapturedFrom::Movie, Rule::FollowsMovie)
    }

    fn follow(self, leader: &Captured, from: CapturedFrom, rule: Rule) -> Captured {
        let (from, rule) = match leader.time {
            Some(_) => (from, rule),
            None => (CapturedFrom::None, Rule::Undated),
        };
        let is_zone_assumed = leader.is_zone_assumed;
        Captured { time: leader.time, from, rule, is_zone_assumed, ..self }
    }

    /// The embedded times and the row, always; then what else the decision looked at. `embedded` must be what it
    /// was made from. It is not kept here too, since there is a decision for every photo.
    pub fn evidence(&self, embedded: &Embedded) -> Box<[Evidence]> {
        let clock = |source, local: Option<LocalTime>| {
            local.map(|local| Evidence { source, stated: Stated::Clock(local.time, local.offset) })
        };
        let instant = |source, instant: Option<DateTime<Utc>>| {
            instant.map(|instant| Evidence { source, stated: Stated::Instant(instant) })
        };
        let standard = match embedded.standard {
            Standard::Exif => EvidenceSource::Exif,
            Standard::Xmp => EvidenceSource::Xmp,
            Standard::Iptc => EvidenceSource::Iptc,
        };
        let always = [
            clock(standard, embedded.exif),
            clock(EvidenceSource::QuickTime, embedded.quicktime),
            instant(EvidenceSource::QuickTimeUtc, embedded.utc.map(|utc| utc.and_utc())),
            instant(EvidenceSource::Row, self.row),
        ];
        always.into_iter().flatten().chain(self.noted.iter().copied()).collect()
    }
}

/// Decides by rules 1 to 5 when a photo or video was taken.
pub fn capture(sources: &Sources) -> Captured {
    let mut decision = Decision { sources, noted: Vec::new(), is_zone_assumed: false };
    let (time, from, rule) = decision.decide();
    let Decision { noted, is_zone_assumed, .. } = decision;
    Captured { time, from, rule, is_zone_assumed, row: sources.row, noted: noted.into() }
}

type Outcome = (Option<DateTime<FixedOffset>>, CapturedFrom, Rule);

/// A decision in the making, and what it has looked at besides the embedded times and the row.
struct Decision<'a> {
    sources: &'a Sources<'a>,
    noted: Vec<Evidence>,
    is_zone_assumed: bool,
}

impl Decision<'_> {
    fn decide(&mut self) -> Outcome {
        let Embedded { exif, standard, quicktime, utc, .. } = self.sources.embedded;
        let row = self.sources.row.filter(|row| stamp::is_possible(row.naive_utc()));
        let standard = match standard {
            Standard::Exif => CapturedFrom::Exif,
            Standard::Xmp => CapturedFrom::Xmp,
            Standard::Iptc => CapturedFrom::Iptc,
        };
        let exif = exif.filter(|time| self.is_credible(*time)).map(|time| (time, standard));
        let quicktime =
            quicktime.filter(|time| self.is_credible(*time)).map(|time| (time, CapturedFrom::QuickTime));
        let utc = utc.filter(|time| self.is_credible(LocalTime { time: *time, offset: None }));
        match (exif.or(quicktime), utc, row) {
            (Some((local, from)), _, row) => self.by_local_time(local, from, row),
            (None, Some(utc), row) => self.by_instant(utc.and_utc(), row),
            (None, None, Some(row)) => (Some(self.seen(row, None)), CapturedFrom::Row, Rule::RowAlone),
            (None, None, None) => self.by_name(),
        }
    }

    /// Rules 1 and 2: a local time is embedded.
    fn by_local_time(&mut self, local: LocalTime, from: CapturedFrom, row: Option<DateTime<Utc>>) -> Outcome {
        match (local.offset, row) {
            (Some(offset), None) => (Some(zone::with_offset(local.time, offset)), from, Rule::EmbeddedAlone),
            (Some(offset), Some(row)) => {
                let time = zone::with_offset(local.time, offset);
                if is_near(time.to_utc(), row) {
                    (Some(time), from, Rule::EmbeddedAgrees)
                } else {
                    self.by_contradiction(row, Some(offset), from, |_| time)
                }
            }
            (None, Some(row)) => match recovered_offset(local.time, row) {
                Some(offset) => {
                    let from = match from {
                        CapturedFrom::Xmp | CapturedFrom::Iptc => from,
                        _ => CapturedFrom::ExifAndRow,
                    };
                    (Some(zone::with_offset(local.time, offset)), from, Rule::OffsetFromRow)
                }
                None => self.by_contradiction(row, None, from, |here| here.local(local.time)),
            },
            (None, None) => (Some(self.local(local.time)), from, Rule::OffsetFromZone),
        }
    }

    /// Rule 4: only a movie header's instant is embedded.
    fn by_instant(&mut self, utc: DateTime<Utc>, row: Option<DateTime<Utc>>) -> Outcome {
        match row {
            Some(row) if !is_near(utc, row) => {
                self.by_contradiction(row, None, CapturedFrom::QuickTime, |here| here.seen(utc, None))
            }
            _ => (Some(self.seen(utc, None)), CapturedFrom::QuickTime, Rule::MovieHeader),
        }
    }

    /// Rule 3: the file and the row contradict each other.
    fn by_contradiction(
        &mut self,
        row: DateTime<Utc>,
        offset: Option<FixedOffset>,
        from: CapturedFrom,
        embedded: impl FnOnce(&mut Self) -> DateTime<FixedOffset>,
    ) -> Outcome {
        self.note_import();
        let is_upload_day = self.sources.imported.is_some_and(|imported| is_near(imported, row));
        if is_upload_day && self.names_camera() {
            (Some(embedded(self)), from, Rule::UploadDay)
        } else {
            (Some(self.seen(row, offset)), CapturedFrom::Row, Rule::CorrectedByOwner)
        }
    }

    /// Whether the file says that a camera wrote it. An AVI has no place for a make, but only cameras write its
    /// date.
    fn names_camera(&self) -> bool {
        let Embedded { camera, format, exif, standard, .. } = self.sources.embedded;
        let is_dated_avi = *format == Format::Avi && exif.is_some() && *standard == Standard::Exif;
        camera.make().is_some() || is_dated_avi
    }

    /// Rule 5, the last resort.
    fn by_name(&mut self) -> Outcome {
        let names = self.sources.names;
        let named = |name: &&str| {
            let found = name_date::from_name(name)?;
            let offset = (found.zone == NameZone::Utc).then(|| Utc.fix());
            self.is_credible(LocalTime { time: found.time, offset }).then_some(found)
        };
        let Some(found) = names.iter().find_map(named) else {
            return (None, CapturedFrom::None, Rule::Undated);
        };
        let time = match found.zone {
            NameZone::Local => {
                self.note(EvidenceSource::FileName, Stated::Clock(found.time, None));
                self.is_zone_assumed = true;
                zone::local(self.sources.fallback, found.time)
            }
            NameZone::Utc => {
                self.note(EvidenceSource::FileName, Stated::Instant(found.time.and_utc()));
                self.seen(found.time.and_utc(), None)
            }
        };
        (Some(time), CapturedFrom::FileName, Rule::NameAlone)
    }

    /// Whether a time can be true: no epoch, and not after the file was imported or the export was built. A local
    /// time without an offset is compared as if it were UTC; the 26 hours cover the difference.
    fn is_credible(&mut self, local: LocalTime) -> bool {
        let instant = match local.offset {
            Some(offset) => zone::with_offset(local.time, offset).to_utc(),
            None => local.time.and_utc(),
        };
        let is_after = |known: Option<DateTime<Utc>>| {
            known.is_some_and(|known| instant.signed_duration_since(known) > AFTER_IMPORT)
        };
        let is_after_import = is_after(self.sources.imported);
        let is_after_export = is_after(self.sources.built.map(|built| built.and_utc()));
        if is_after_import {
            self.note_import();
        }
        stamp::is_possible(local.time)
            && stamp::is_possible(instant.naive_utc())
            && !is_after_import
            && !is_after_export
    }

    /// An instant as seen in `O`, else `Z`, else `F`.
    fn seen(&mut self, instant: DateTime<Utc>, offset: Option<FixedOffset>) -> DateTime<FixedOffset> {
        match offset {
            Some(offset) => offset.from_utc_datetime(&instant.naive_utc()),
            None => self.in_zone(|zone| zone::seen_in(zone, instant)),
        }
    }

    /// A local time as of `Z`, else `F`.
    fn local(&mut self, time: NaiveDateTime) -> DateTime<FixedOffset> {
        self.in_zone(|zone| zone::local(zone, time))
    }

    fn in_zone(&mut self, time: impl FnOnce(Tz) -> DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        let Some(zone) = self.sources.embedded.position.and_then(place::zone) else {
            self.is_zone_assumed = true;
            return time(self.sources.fallback);
        };
        let time = time(zone);
        self.note(EvidenceSource::GpsZone, Stated::Zone(time.naive_local(), zone));
        time
    }

    fn note(&mut self, source: EvidenceSource, stated: Stated) {
        let evidence = Evidence { source, stated };
        if !self.noted.contains(&evidence) {
            self.noted.push(evidence);
        }
    }

    fn note_import(&mut self) {
        if let Some(imported) = self.sources.imported {
            self.note(EvidenceSource::Import, Stated::Instant(imported));
        }
    }
}

fn is_near(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    one.signed_duration_since(other).abs() <= TOLERANCE
}

/// Rule 2: the offset that turns this local time into the row's instant, if some zone had that offset then.
fn recovered_offset(local: NaiveDateTime, row: DateTime<Utc>) -> Option<FixedOffset> {
    let difference = local.signed_duration_since(row.naive_utc());
    zone::offset_near(row, difference, TOLERANCE)
}

#[cfg(test)]
mod tests;
