//! What claims a time, and how far a decision is from it.
//!
//! In: times from a file, a row or a name. Out: [`Evidence`], in JSON as three texts.
//! Never: decides. The one surprise: times are kept as values and become text only in JSON, for a
//! library keeps hundreds of thousands of these at once.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::zone;

/// One thing that claims a time. In JSON: `source`, `time` and `offset`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Text", try_from = "Text")]
pub struct Evidence {
    /// Who says it.
    pub source: EvidenceSource,
    /// What it says.
    pub claim: Claim,
}

/// Who claims a time; the words of the JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// The camera's clock, in EXIF.
    Exif,
    /// A movie's creation date, with its offset.
    #[serde(rename = "quicktime")]
    QuickTime,
    /// A movie's header, in UTC.
    #[serde(rename = "quicktime-utc")]
    QuickTimeUtc,
    /// Apple's details.
    Row,
    /// Apple's details: when it came into iCloud.
    Import,
    /// The zone of the embedded position: what the clocks showed there.
    GpsZone,
    /// The file's name.
    #[serde(rename = "filename")]
    FileName,
}

impl EvidenceSource {
    /// The word of the JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceSource::Exif => "exif",
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
pub enum Claim {
    /// An instant.
    Instant(DateTime<Utc>),
    /// What a clock showed, and how far it was from UTC if that is known.
    Clock(NaiveDateTime, Option<FixedOffset>),
    /// What the clocks of a zone showed.
    Zone(NaiveDateTime, Tz),
}

impl Evidence {
    /// RFC 3339 with `Z` for an instant; without a zone for a local time.
    pub fn time(&self) -> String {
        match self.claim {
            Claim::Instant(instant) => format!("{}Z", local_text(instant.naive_utc())),
            Claim::Clock(time, _) | Claim::Zone(time, _) => local_text(time),
        }
    }

    /// The offset that belongs to a local time; of a zone its name.
    pub fn offset(&self) -> Option<String> {
        match self.claim {
            Claim::Instant(_) => None,
            Claim::Clock(_, offset) => offset.map(|offset| offset.to_string()),
            Claim::Zone(_, zone) => Some(zone.name().to_owned()),
        }
    }

    /// How many seconds it is from a decided time, read with its offset if it has none; `None` for
    /// what does not claim to be the time of the capture. A row names a minute; any second of that
    /// minute agrees with it.
    pub fn distance(&self, decided: DateTime<FixedOffset>) -> Option<i64> {
        let claimed = match self.claim {
            _ if self.source == EvidenceSource::Import => return None,
            Claim::Zone(..) => return None,
            Claim::Instant(instant) => instant,
            Claim::Clock(time, offset) => {
                zone::with_offset(time, offset.unwrap_or(*decided.offset())).to_utc()
            }
        };
        let seconds = decided.to_utc().signed_duration_since(claimed).num_seconds();
        let is_same_minute = self.source == EvidenceSource::Row && (0..60).contains(&seconds);
        Some(if is_same_minute { 0 } else { seconds.saturating_abs() })
    }
}

/// `2024-03-03T10:05:17`, with as many decimals as it has: so chrono shows a time to programmers, at a
/// fraction of what the same costs as a format.
pub(crate) fn local_text(time: NaiveDateTime) -> String {
    format!("{time:?}")
}

/// Evidence in JSON.
#[derive(Serialize, Deserialize)]
struct Text {
    source: EvidenceSource,
    time: String,
    offset: Option<String>,
}

impl From<Evidence> for Text {
    fn from(evidence: Evidence) -> Text {
        Text { source: evidence.source, time: evidence.time(), offset: evidence.offset() }
    }
}

impl TryFrom<Text> for Evidence {
    type Error = String;

    fn try_from(Text { source, time, offset }: Text) -> Result<Evidence, String> {
        let parsed = |text: &str| text.parse::<NaiveDateTime>().map_err(|e| format!("`{text}`: {e}"));
        let unknown = |offset: &str| format!("`{offset}` is neither an offset nor a zone");
        let claim = match (time.strip_suffix('Z'), offset) {
            (Some(instant), _) => Claim::Instant(parsed(instant)?.and_utc()),
            (None, None) => Claim::Clock(parsed(&time)?, None),
            (None, Some(offset)) => match offset.parse() {
                Ok(offset) => Claim::Clock(parsed(&time)?, Some(offset)),
                Err(_) => Claim::Zone(parsed(&time)?, offset.parse().map_err(|_| unknown(&offset))?),
            },
        };
        Ok(Evidence { source, claim })
    }
}

#[cfg(test)]
mod tests {
    use super::Evidence;

    #[test]
    fn json_comes_back_as_it_was() {
        for json in [
            r#"{"source":"exif","time":"2024-03-03T10:05:17.250","offset":"+01:00"}"#,
            r#"{"source":"exif","time":"2024-03-03T10:05:17","offset":null}"#,
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
