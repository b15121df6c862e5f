//! What claims a time, and how far a decision is from it.
//!
//! Times are kept as values and become text only in JSON, because hundreds of thousands of them are in memory
//! at once. Nothing is decided here.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::category::photos::time::zone;

/// One claim of a time. In JSON: `source`, `time` and `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    pub source: EvidenceSource,
    pub stated: Stated,
}

/// Who claims a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// The camera's clock, as in EXIF.
    Exif,
    /// The camera's clock, as in XMP.
    Xmp,
    /// The camera's clock, as in IPTC.
    Iptc,
    /// A movie's creation date, mostly with its offset.
    #[serde(rename = "quicktime")]
    QuickTime,
    /// A movie's header, in UTC.
    #[serde(rename = "quicktime-utc")]
    QuickTimeUtc,
    /// Apple's details: when it was taken.
    Row,
    /// Apple's details: when it came into iCloud.
    Import,
    /// The zone of the embedded position: what the clocks showed there.
    GpsZone,
    #[serde(rename = "filename")]
    FileName,
}

impl EvidenceSource {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceSource::Exif => "exif",
            EvidenceSource::Xmp => "xmp",
            EvidenceSource::Iptc => "iptc",
            EvidenceSource::QuickTime => "quicktime",
            EvidenceSource::QuickTimeUtc => "quicktime-utc",
            EvidenceSource::Row => "row",
            EvidenceSource::Import => "import",
            EvidenceSource::GpsZone => "gps-zone",
            EvidenceSource::FileName => "filename",
        }
    }
}

/// A time, as it was claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stated {
    Instant(DateTime<Utc>),
    /// What a clock showed, and its offset from UTC if that is known.
    Clock(NaiveDateTime, Option<FixedOffset>),
    /// What the clocks of a zone showed.
    Zone(NaiveDateTime, Tz),
}

impl Evidence {
    /// RFC 3339, with `Z` for an instant and without a zone for a local time.
    pub fn time(&self) -> String {
        match self.stated {
            Stated::Instant(instant) => local_text(instant.naive_utc()) + "Z",
            Stated::Clock(time, _) | Stated::Zone(time, _) => local_text(time),
        }
    }

    /// The offset of a local time, or the name of its zone.
    pub fn offset(&self) -> Option<String> {
        match self.stated {
            Stated::Instant(_) => None,
            Stated::Clock(_, offset) => offset.map(|offset| offset.to_string()),
            Stated::Zone(_, zone) => Some(zone.name().to_owned()),
        }
    }

    /// How many seconds it is from a decided time, whose offset it gets if it has none; `None` if it does not
    /// claim to be the time of the capture. A row names a minute, and any second of that minute agrees with it.
    pub fn distance(&self, decided: DateTime<FixedOffset>) -> Option<i64> {
        let claimed = match self.stated {
            _ if self.source == EvidenceSource::Import => return None,
            Stated::Zone(..) => return None,
            Stated::Instant(instant) => instant,
            Stated::Clock(time, offset) => {
                zone::with_offset(time, offset.unwrap_or(*decided.offset())).to_utc()
            }
        };
        let seconds = decided.to_utc().signed_duration_since(claimed).num_seconds();
        let is_same_minute = self.source == EvidenceSource::Row && (0..60).contains(&seconds);
        Some(if is_same_minute { 0 } else { seconds.saturating_abs() })
    }
}

/// `2024-03-03T10:05:17`, with as many decimals as there are. This is chrono's `Debug`, which costs a fraction of
/// the same as a format string.
pub(crate) fn local_text(time: NaiveDateTime) -> String {
    let mut text = String::with_capacity("2024-03-03T10:05:17.123456789Z".len());
    // writing to a `String` cannot fail
    let _ = write!(text, "{time:?}");
    text
}

/// Reads what [`local_text`] wrote. A library has hundreds of thousands of these, so a time without decimals is
/// read by position, without a parser.
pub(crate) fn local_time(text: &str) -> Result<NaiveDateTime, chrono::ParseError> {
    by_places(text).map_or_else(|| text.parse(), Ok)
}

/// `2024-03-03T10:05:17`, and nothing else.
fn by_places(text: &str) -> Option<NaiveDateTime> {
    let bytes: &[u8; 19] = text.as_bytes().try_into().ok()?;
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !marks.iter().all(|&(at, mark)| bytes.get(at) == Some(&mark)) {
        return None;
    }
    let number = |places: std::ops::Range<usize>| {
        let digits = bytes.get(places)?;
        let value = digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit.wrapping_sub(b'0')));
        digits.iter().all(u8::is_ascii_digit).then_some(value)
    };
    let date = NaiveDate::from_ymd_opt(number(0..4)?.cast_signed(), number(5..7)?, number(8..10)?)?;
    date.and_hms_opt(number(11..13)?, number(14..16)?, number(17..19)?)
}

/// Evidence in JSON.
#[derive(Serialize, Deserialize)]
struct Text<'a> {
    source: EvidenceSource,
    #[serde(borrow)]
    time: Cow<'a, str>,
    #[serde(borrow)]
    offset: Option<Cow<'a, str>>,
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (time, offset) = (self.time().into(), self.offset().map(Cow::from));
        Text { source: self.source, time, offset }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Evidence, D::Error> {
        Evidence::try_from(Text::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl TryFrom<Text<'_>> for Evidence {
    type Error = String;

    fn try_from(Text { source, time, offset }: Text<'_>) -> Result<Evidence, String> {
        let parsed = |text: &str| local_time(text).map_err(|e| format!("`{text}`: {e}"));
        let unknown = |offset: &str| format!("`{offset}` is neither an offset nor a zone");
        let stated = match (time.strip_suffix('Z'), offset) {
            (Some(instant), _) => Stated::Instant(parsed(instant)?.and_utc()),
            (None, None) => Stated::Clock(parsed(&time)?, None),
            (None, Some(offset)) => match offset.parse() {
                Ok(offset) => Stated::Clock(parsed(&time)?, Some(offset)),
                Err(_) => Stated::Zone(parsed(&time)?, offset.parse().map_err(|_| unknown(&offset))?),
            },
        };
        Ok(Evidence { source, stated })
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn times_come_back_as_they_were() {
        for text in [
            "2024-03-03T10:05:17",
            "2024-02-29T23:59:59",
            "0001-01-01T00:00:00",
            "2024-03-03T10:05:17.250",
            "2024-03-03T10:05:17.000000001",
            "+12024-03-03T10:05:17",
            "-0044-03-15T12:00:00",
            "2016-12-31T23:59:60",
        ] {
            let time = super::local_time(text).unwrap();
            assert_eq!(time, text.parse().unwrap());
            assert_eq!(super::local_text(time), text);
        }
        for text in
            ["2023-02-29T00:00:00", "2024-03-03 10:05:17", "2024-03-03T10:5x:17", "2024-03-03T24:00:00", ""]
        {
            assert_eq!(super::local_time(text).ok(), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn json_comes_back_as_it_was() {
        for json in [
            r#"{"source":"exif","time":"2024-03-03T10:05:17.250","offset":"+01:00"}"#,
            r#"{"source":"exif","time":"2024-03-03T10:05:17","offset":null}"#,
            r#"{"source":"xmp","time":"2024-03-03T10:05:17","offset":null}"#,
            r#"{"source":"iptc","time":"2024-03-03T00:00:00","offset":null}"#,
            r#"{"source":"quicktime","time":"2024-03-03T10:05:17","offset":"-03:30"}"#,
            r#"{"source":"quicktime-utc","time":"2024-03-03T09:05:17Z","offset":null}"#,
            r#"{"source":"row","time":"2024-03-03T09:05:00Z","offset":null}"#,
            r#"{"source":"import","time":"2024-03-03T09:06:00Z","offset":null}"#,
            r#"{"source":"gps-zone","time":"2024-03-03T10:05:00","offset":"Europe/Zurich"}"#,
            r#"{"source":"filename","time":"2019-01-02T00:00:00","offset":null}"#,
        ] {
            let evidence: Evidence = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&evidence).unwrap(), json);
            assert!(json.contains(&format!("\"source\":\"{}\"", evidence.source.as_str())), "{json}");
        }
        assert!(
            serde_json::from_str::<Evidence>(r#"{"source":"row","time":"yesterday","offset":null}"#).is_err()
        );
    }
}
