//! Time zones: which one a place lies in, and what a clock there showed.
//!
//! In: a position, or a zone and a local time. Out: a zone, or an instant with its offset. Never:
//! asks the network or the machine. The one decision a newcomer would question: the nautical zones
//! at sea (`Etc/GMT+3`) count as no zone, because no photo's clock was ever set by them.
//!
//! The zone boundaries (crate `tzf-rs`) are made from OpenStreetMap and are under the Open Database
//! License (ODbL) 1.0: whatever ships them must say "© OpenStreetMap contributors, ODbL 1.0".

use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use tzf_rs::EmbeddedFinder;

use crate::media::Position;

/// Opened by the first photo that needs it: about 10 ms and 6 MB.
static BOUNDARIES: LazyLock<EmbeddedFinder> = LazyLock::new(EmbeddedFinder::new);

/// The longest stretch of local time that a zone ever skipped is a day (Samoa, 2011).
const LONGEST_GAP: TimeDelta = TimeDelta::hours(25);

/// The zone at a position, if it is on land or in territorial waters.
pub fn at(position: Position) -> Option<Tz> {
    let name = BOUNDARIES.get_tz_name(position.longitude, position.latitude);
    if name.starts_with("Etc/") { None } else { name.parse().ok() }
}

/// The instant at which a clock in this zone showed this time. A time that came twice is the first
/// of the two; one that was skipped moves forward by as much as the clock did.
pub fn local(zone: Tz, time: NaiveDateTime) -> DateTime<FixedOffset> {
    match zone.offset_from_local_datetime(&time) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => with_offset(time, offset.fix()),
        LocalResult::None => {
            let before = zone.offset_from_local_datetime(&(time - LONGEST_GAP));
            let offset = before.earliest().map_or(Utc.fix(), |offset| offset.fix());
            seen_in(zone, with_offset(time, offset).to_utc())
        }
    }
}

/// An instant as a clock in this zone showed it.
pub fn seen_in(zone: Tz, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    instant.with_timezone(&zone).fixed_offset()
}

/// The instant at which a clock with this offset showed this time.
pub fn with_offset(time: NaiveDateTime, offset: FixedOffset) -> DateTime<FixedOffset> {
    // Only times beyond chrono's range overflow, and those are refused long before.
    DateTime::from_naive_utc_and_offset(time.checked_sub_offset(offset).unwrap_or(time), offset)
}

#[cfg(test)]
mod tests {
    use super::{at, local};
    use crate::media::Position;
    use chrono::NaiveDateTime;
    use chrono_tz::Tz;

    #[test]
    fn places() {
        let cases = [
            (47.3769, 8.5417, Some(Tz::Europe__Zurich)),
            (34.6648, -86.4704, Some(Tz::America__Chicago)),
            (-33.8688, 151.2093, Some(Tz::Australia__Sydney)),
            (30.0, -40.0, None),
        ];
        for (latitude, longitude, zone) in cases {
            assert_eq!(at(Position { latitude, longitude }), zone, "{latitude}, {longitude}");
        }
    }

    #[test]
    fn twice_is_the_first_and_skipped_moves_forward() {
        let cases = [
            (Tz::Europe__Zurich, "2024-07-01T12:00:00", "2024-07-01T12:00:00+02:00"),
            (Tz::Europe__Zurich, "2024-10-27T02:30:00", "2024-10-27T02:30:00+02:00"),
            (Tz::Europe__Zurich, "2024-03-31T02:30:00", "2024-03-31T03:30:00+02:00"),
            (Tz::Australia__Lord_Howe, "2024-10-06T02:15:00", "2024-10-06T02:45:00+11:00"),
            (Tz::Pacific__Apia, "2011-12-30T12:00:00", "2011-12-31T12:00:00+14:00"),
            (Tz::UTC, "2024-03-31T02:30:00.5", "2024-03-31T02:30:00.500+00:00"),
        ];
        for (zone, time, expected) in cases {
            let time: NaiveDateTime = time.parse().unwrap();
            assert_eq!(local(zone, time).to_rfc3339(), expected, "{zone}");
        }
    }
}
