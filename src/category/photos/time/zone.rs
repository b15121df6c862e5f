//! Time zones: what a clock there showed. Where they are, [`place::zone`](crate::place::zone) knows.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// The longest stretch of local time that a zone ever skipped is a day (Samoa, 2011).
const LONGEST_GAP: TimeDelta = TimeDelta::hours(25);

/// The instant at which a clock in this zone showed this time: the first, if it showed it twice. A time that was
/// skipped moves forward as far as the clock did.
pub fn local(zone: Tz, time: NaiveDateTime) -> DateTime<FixedOffset> {
    match zone.offset_from_local_datetime(&time) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => {
            with_offset(time, whole_minutes(offset.fix()))
        }
        LocalResult::None => {
            let before = zone.offset_from_local_datetime(&(time - LONGEST_GAP));
            let offset = before.earliest().map_or(Utc.fix(), |offset| offset.fix());
            seen_in(zone, with_offset(time, offset).to_utc())
        }
    }
}

/// An instant as a clock in this zone showed it.
pub fn seen_in(zone: Tz, instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = zone.offset_from_utc_datetime(&instant.naive_utc()).fix();
    whole_minutes(offset).from_utc_datetime(&instant.naive_utc())
}

/// The instant at which a clock with this offset showed this time.
pub fn with_offset(time: NaiveDateTime, offset: FixedOffset) -> DateTime<FixedOffset> {
    // only times beyond chrono's range overflow, and those are refused long before
    DateTime::from_naive_utc_and_offset(time.checked_sub_offset(offset).unwrap_or(time), offset)
}

/// The offset nearest to `difference`, a local time less UTC, among those that some zone of the world had at this
/// instant; `None` if it is further away than `most`.
pub fn offset_near(instant: DateTime<Utc>, difference: TimeDelta, most: TimeDelta) -> Option<FixedOffset> {
    let day = instant.timestamp().div_euclid(DAY);
    let known = Day::of(day);
    let changing = known.changing.iter().map(|zone| seconds_east(*zone, instant));
    let distance = |seconds: i32| (difference - TimeDelta::seconds(seconds.into())).abs();
    let all = known.steady.iter().copied().chain(changing);
    let near = all.filter(|seconds| distance(*seconds) <= most);
    let nearest = near.min_by_key(|seconds| (distance(*seconds), *seconds))?;
    FixedOffset::east_opt(nearest).map(whole_minutes)
}

/// Rounds an offset to minutes, as it is written. Before zones were agreed upon, clocks in Berlin were 53 minutes
/// and 28 seconds ahead of Greenwich.
fn whole_minutes(offset: FixedOffset) -> FixedOffset {
    let minutes = (offset.local_minus_utc() + 30).div_euclid(60);
    FixedOffset::east_opt(minutes * 60).unwrap_or(offset)
}

/// In seconds.
const DAY: i64 = 24 * 3600;

/// How many days are remembered; a hundred years have 36,525.
const MOST_DAYS: usize = 50_000;

/// The offsets in use on one day of UTC, remembered because asking all zones takes a tenth of a millisecond, and
/// half a million photos are of a few thousand days.
struct Day {
    /// The offsets, in seconds, of zones that have one offset all day; sorted, each once.
    steady: Vec<i32>,
    /// Zones whose clocks change on this day.
    changing: Vec<Tz>,
}

static DAYS: LazyLock<Mutex<HashMap<i64, Arc<Day>>>> = LazyLock::new(Mutex::default);

impl Day {
    fn of(day: i64) -> Arc<Day> {
        let mut days = DAYS.lock().unwrap_or_else(PoisonError::into_inner);
        if days.len() >= MOST_DAYS {
            days.clear();
        }
        Arc::clone(days.entry(day).or_insert_with(|| Arc::new(Day::ask(day))))
    }

    fn ask(day: i64) -> Day {
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let (begin, end) = (instant(day.saturating_mul(DAY)), instant((day + 1).saturating_mul(DAY)));
        let (mut steady, mut changing) = (Vec::new(), Vec::new());
        for &zone in &TZ_VARIANTS {
            let offset = seconds_east(zone, begin);
            match offset == seconds_east(zone, end) {
                true => steady.push(offset),
                false => changing.push(zone),
            }
        }
        steady.sort_unstable();
        steady.dedup();
        Day { steady, changing }
    }
}

fn seconds_east(zone: Tz, instant: DateTime<Utc>) -> i32 {
    zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::{local, offset_near, seen_in};
    use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
    use chrono_tz::Tz;

    #[test]
    fn only_offsets_that_some_zone_had_then() {
        let cases = [
            ("2023-08-01T12:00:00Z", "+05:30", true),
            ("2023-08-01T12:00:00Z", "+05:45", true),
            ("2023-08-01T12:00:00Z", "+08:45", true),
            ("2023-08-01T12:00:00Z", "+12:45", true),
            ("2024-01-10T12:00:00Z", "+13:45", true),
            ("2024-01-10T12:00:00Z", "+10:30", true),
            ("2024-01-10T12:00:00Z", "-03:30", true),
            ("2024-01-10T12:00:00Z", "-09:30", true),
            ("2024-01-10T12:00:00Z", "+14:00", true),
            ("2024-01-10T12:00:00Z", "-12:00", true),
            // Chatham has it in its summer only, Caracas had it for nine years, Kathmandu until 1986
            ("2023-08-01T12:00:00Z", "+13:45", false),
            ("2010-08-01T12:00:00Z", "-04:30", true),
            ("2020-08-01T12:00:00Z", "-04:30", false),
            ("2024-01-10T12:00:00Z", "-02:30", false),
            ("2024-07-10T12:00:00Z", "-02:30", true),
            ("2024-01-10T12:00:00Z", "+03:15", false),
            ("2024-01-10T12:00:00Z", "-01:15", false),
            ("2024-01-10T12:00:00Z", "+13:15", false),
            ("2024-01-10T12:00:00Z", "+00:45", false),
            ("2024-01-10T12:00:00Z", "+02:45", false),
            ("2024-01-10T12:00:00Z", "+14:15", false),
            // the hour in which Chatham's clocks went forward: 2024-09-28T14:00Z
            ("2024-09-28T13:59:00Z", "+13:45", false),
            ("2024-09-28T14:00:00Z", "+13:45", true),
            ("2024-09-28T14:00:00Z", "+12:45", false),
            // Liberia's was -00:44:30 until 1972
            ("1971-08-01T12:00:00Z", "-00:44", true),
            ("1973-08-01T12:00:00Z", "-00:44", false),
        ];
        for (instant, offset, is_real) in cases {
            let (sign, minutes) = (&offset[..1], &offset[1..]);
            let minutes: i64 =
                minutes[..2].parse::<i64>().unwrap() * 60 + minutes[3..].parse::<i64>().unwrap();
            let difference = TimeDelta::minutes(if sign == "-" { -minutes } else { minutes });
            let instant: DateTime<Utc> = instant.parse().unwrap();
            for late in [-90, 0, 90] {
                let near = offset_near(instant, difference + TimeDelta::seconds(late), TimeDelta::minutes(2));
                let expected = is_real.then(|| offset.to_owned());
                assert_eq!(near.map(|near| near.to_string()), expected, "{instant} {late}");
            }
            assert_eq!(
                offset_near(instant, difference + TimeDelta::seconds(151), TimeDelta::minutes(2)),
                None
            );
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

    #[test]
    fn offsets_are_whole_minutes_also_before_there_were_zones() {
        let noon: NaiveDateTime = "1890-07-01T12:00:00".parse().unwrap();
        let here = local(Tz::Europe__Berlin, noon);
        assert_eq!(here.to_rfc3339(), "1890-07-01T12:00:00+00:53", "a clock is kept");
        let seen = seen_in(Tz::Europe__Berlin, noon.and_utc());
        assert_eq!(seen.to_rfc3339(), "1890-07-01T12:53:00+00:53", "an instant is kept");
    }
}
