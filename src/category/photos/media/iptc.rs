//! The capture date in IPTC records, and the Photoshop image resources that hold them.
//!
//! Lengths are not trusted, and resources without metadata are not read. A date without a time means
//! midnight, because press photos are often dated by the day.

use std::io::{Read, Seek};

use chrono::{NaiveDate, NaiveTime};

use crate::category::photos::media::LocalTime;
use crate::category::photos::media::blocks::Blocks;
use crate::category::photos::media::window::{Window, big_endian};
use crate::category::photos::time::stamp;

/// Resources of one file; a sane file has thirty.
const MOST_RESOURCES: u32 = 4096;

/// Records of one block.
const MOST_RECORDS: u32 = 1 << 14;

/// The date of record 2:55 with the time of 2:60.
pub(super) fn time(records: &[u8]) -> Option<LocalTime> {
    // a TIFF may call the records numbers, and a program that copied it may have swapped the bytes of each
    let turned: Vec<u8>;
    let records = match records {
        [first, _, _, 0x1c, ..] if *first != 0x1c => {
            turned = records.chunks(4).flat_map(|number| number.iter().rev().copied()).collect();
            &turned
        }
        _ => records,
    };
    let (mut date, mut clock) = (None, None);
    let mut rest = records;
    for _ in 0..MOST_RECORDS {
        let [0x1c, record, number, high, low, after @ ..] = rest else { break };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some((value, after)) = after.split_at_checked(length) else { break };
        match (record, number) {
            (2, 55) if date.is_none() => date = day(value),
            (2, 60) if clock.is_none() => clock = time_of_day(value),
            _ => (),
        }
        rest = after;
    }
    let (clock, offset) = clock.unwrap_or_default();
    let time = date?.and_time(clock);
    let instant = offset.map_or(Some(time), |offset| time.checked_sub_offset(offset))?;
    (stamp::is_possible(time) && stamp::is_possible(instant)).then_some(LocalTime { time, offset })
}

/// `20120910`; some programs write `2012-09-10` or `2012:09:10`.
fn day(value: &[u8]) -> Option<NaiveDate> {
    let text: String = String::from_utf8_lossy(value).chars().filter(|c| !matches!(c, '-' | ':')).collect();
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let number = |places: std::ops::Range<usize>| text.get(places)?.parse::<u32>().ok();
    let is_date = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = i32::try_from(number(0..4)?).ok().filter(|_| is_date)?;
    NaiveDate::from_ymd_opt(year, number(4..6)?, number(6..8)?)
}

/// `205200`, or with an offset `205200+0200`; some programs write colons.
fn time_of_day(value: &[u8]) -> Option<(NaiveTime, Option<chrono::FixedOffset>)> {
    let text: String = String::from_utf8_lossy(value).chars().filter(|&c| c != ':').collect();
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let (digits, offset) = text.split_at_checked(6)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |places: std::ops::Range<usize>| digits.get(places)?.parse::<u32>().ok();
    let time = NaiveTime::from_hms_opt(stamp::hour(number(0..2)?), number(2..4)?, number(4..6)?)?;
    Some((time, stamp::offset(offset)))
}

/// EXIF, XMP and IPTC among the resources of a window.
pub(super) fn resources(window: &mut Window<'_, impl Read + Seek>, blocks: &mut Blocks) {
    let mut at = 0u64;
    for _ in 0..MOST_RESOURCES {
        let head = window.bytes(at, 4 + 2 + 256 + 4);
        let known = [b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"];
        let Some(name) = head.get(6).filter(|_| known.iter().any(|kind| head.starts_with(*kind))) else {
            break;
        };
        // a name follows its length, and together they are padded to an even number of bytes
        let size_at = 6 + (usize::from(*name) + 2) / 2 * 2;
        let (Some(number), Some(size)) = (head.get(4..6), head.get(size_at..size_at + 4)) else { break };
        let (body, size) = (at + size_at as u64 + 4, big_endian(size));
        match big_endian(number) {
            1028 => blocks.add_iptc(|| window.bytes(body, blocks_limit(size))),
            1058 => blocks.add_tiff(|| window.bytes(body, blocks_limit(size))),
            1060 => blocks.add_xmp(|| window.bytes(body, blocks_limit(size))),
            _ => (),
        }
        at = body + size + size % 2;
    }
}

fn blocks_limit(size: u64) -> u64 {
    size.min(super::blocks::LARGEST_BLOCK)
}

#[cfg(test)]
mod tests {
    use super::time;

    fn record(number: u8, value: &str) -> Vec<u8> {
        [&[0x1c, 2, number, 0, value.len() as u8][..], value.as_bytes()].concat()
    }

    #[test]
    fn dates_and_times() {
        let cases = [
            ("20120910", "205200+0200", Some("2012-09-10T20:52:00 +02:00")),
            ("20120910", "205200", Some("2012-09-10T20:52:00")),
            ("2012:09:10", "20:52:00-03:30", Some("2012-09-10T20:52:00 -03:30")),
            ("20120910", "240819", Some("2012-09-10T00:08:19")),
            ("20120910", "", Some("2012-09-10T00:00:00")),
            ("20120910", "      ", Some("2012-09-10T00:00:00")),
            ("00000000", "205200", None),
            ("20120931", "205200", None),
            ("201209", "205200", None),
            ("19700101", "000000+0000", None),
            ("", "205200", None),
        ];
        for (date, clock, expected) in cases {
            let records = [record(0, "\u{2}"), record(60, clock), record(55, date)].concat();
            let told = time(&records).map(|found| match found.offset {
                Some(offset) => format!("{:?} {offset}", found.time),
                None => format!("{:?}", found.time),
            });
            assert_eq!(told.as_deref(), expected, "{date} {clock}");
        }
        let mut turned = [record(0, "\u{2}"), record(55, "20120910"), vec![0; 2]].concat();
        turned.resize(turned.len().next_multiple_of(4), 0);
        turned.chunks_mut(4).for_each(<[u8]>::reverse);
        assert!(time(&turned).is_some(), "a TIFF's numbers, turned");
        assert_eq!(time(&[0x1c, 2, 55, 0xff, 0xff, b'2']), None);
        assert_eq!(time(&record(55, "20120910")[..9]), None);
    }
}
