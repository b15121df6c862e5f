//! The names of what decides a capture time: [`CapturedFrom`], which the JSON promises, and [`Rule`], which
//! is finer and tells what `list --explain` needs.
//!
//! Both are stored by their stable names. A rule also has a sentence for the owner, which any version may
//! reword, since nothing is ever recognised by it.

use serde::{Deserialize, Serialize};

/// The source of a capture time: the field `captured_from` in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CapturedFrom {
    /// EXIF alone.
    Exif,
    /// Embedded XMP, whatever gave the offset.
    Xmp,
    /// Embedded records of IPTC, whatever gave the offset.
    Iptc,
    /// An embedded local time (EXIF, or QuickTime without an offset) whose offset the row gave.
    #[serde(rename = "exif+row")]
    ExifAndRow,
    /// A movie's creation date, or its header's UTC time.
    QuickTime,
    /// Apple's row.
    Row,
    /// A date in the file name.
    FileName,
    /// The still that it belongs to.
    Still,
    /// The movie that it belongs to.
    Movie,
    /// Nothing: undated.
    None,
}

impl CapturedFrom {
    const ALL: [CapturedFrom; 10] = [
        CapturedFrom::Exif,
        CapturedFrom::Xmp,
        CapturedFrom::Iptc,
        CapturedFrom::ExifAndRow,
        CapturedFrom::QuickTime,
        CapturedFrom::Row,
        CapturedFrom::FileName,
        CapturedFrom::Still,
        CapturedFrom::Movie,
        CapturedFrom::None,
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|from| from.as_str() == name)
    }

    /// The stable word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            CapturedFrom::Exif => "exif",
            CapturedFrom::Xmp => "xmp",
            CapturedFrom::Iptc => "iptc",
            CapturedFrom::ExifAndRow => "exif+row",
            CapturedFrom::QuickTime => "quicktime",
            CapturedFrom::Row => "row",
            CapturedFrom::FileName => "filename",
            CapturedFrom::Still => "still",
            CapturedFrom::Movie => "movie",
            CapturedFrom::None => "none",
        }
    }
}

/// Which rule decided; the [module](crate::category::photos::time) lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Rule 1, without a row.
    EmbeddedAlone,
    /// Rule 1, confirmed by the row.
    EmbeddedAgrees,
    /// Rule 2: the row tells the offset.
    OffsetFromRow,
    /// Rule 2, without a row: the zone at the position, else the default one.
    OffsetFromZone,
    /// Rule 3: the row is an upload day.
    UploadDay,
    /// Rule 3: the owner corrected the date.
    CorrectedByOwner,
    /// Rule 4: a movie header's UTC time, confirmed by the row or alone.
    MovieHeader,
    /// Rule 5: only the row.
    RowAlone,
    /// Rule 5: only the file name.
    NameAlone,
    /// Rule 5: nothing.
    Undated,
    /// Rule 6: it follows its still.
    FollowsStill,
    /// Rule 6: it follows its movie.
    FollowsMovie,
}

impl Rule {
    const ALL: [Rule; 12] = [
        Rule::EmbeddedAlone,
        Rule::EmbeddedAgrees,
        Rule::OffsetFromRow,
        Rule::OffsetFromZone,
        Rule::UploadDay,
        Rule::CorrectedByOwner,
        Rule::MovieHeader,
        Rule::RowAlone,
        Rule::NameAlone,
        Rule::Undated,
        Rule::FollowsStill,
        Rule::FollowsMovie,
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == name)
    }

    /// The stable name, as in the catalog.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::EmbeddedAlone => "embedded-alone",
            Rule::EmbeddedAgrees => "embedded-agrees",
            Rule::OffsetFromRow => "offset-from-row",
            Rule::OffsetFromZone => "offset-from-zone",
            Rule::UploadDay => "upload-day",
            Rule::CorrectedByOwner => "corrected-by-owner",
            Rule::MovieHeader => "movie-header",
            Rule::RowAlone => "row-alone",
            Rule::NameAlone => "name-alone",
            Rule::Undated => "undated",
            Rule::FollowsStill => "follows-still",
            Rule::FollowsMovie => "follows-movie",
        }
    }

    /// The rule in words for the owner.
    pub fn explain(self) -> &'static str {
        match self {
            Rule::EmbeddedAlone => "the file itself says when it was taken and in which time zone",
            Rule::EmbeddedAgrees => "the file itself says when it was taken, and Apple's list agrees",
            Rule::OffsetFromRow => {
                "the file has the local time but no time zone; the difference to Apple's date tells the zone"
            }
            Rule::OffsetFromZone => {
                "the file has the local time but no time zone; it was read in the zone of its GPS position, or else in the default zone"
            }
            Rule::UploadDay => {
                "Apple's date is only the day of the upload; the camera's own date, which differs, was kept"
            }
            Rule::CorrectedByOwner => {
                "Apple's date differs from the file's, as after a correction in Photos; Apple's date was kept"
            }
            Rule::MovieHeader => "the video's header says when it was recorded",
            Rule::RowAlone => "the file has no date of its own; the date is Apple's",
            Rule::NameAlone => "neither the file nor Apple's list has a date; the file's name has",
            Rule::Undated => "nothing tells when it was taken",
            Rule::FollowsStill => "it belongs to a photo and has that photo's date",
            Rule::FollowsMovie => "it belongs to a Live Photo, and only the movie has a date",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CapturedFrom, Rule};

    #[test]
    fn stable_texts() {
        for from in CapturedFrom::ALL {
            assert_eq!(serde_json::to_string(&from).unwrap(), format!("\"{}\"", from.as_str()));
            assert_eq!(CapturedFrom::from_name(from.as_str()), Some(from));
        }
        for rule in Rule::ALL {
            assert_eq!(serde_json::to_string(&rule).unwrap(), format!("\"{}\"", rule.as_str()));
            assert_eq!(Rule::from_name(rule.as_str()), Some(rule));
        }
        assert_eq!((CapturedFrom::from_name("guess"), Rule::from_name("")), (None, None));
    }
}
