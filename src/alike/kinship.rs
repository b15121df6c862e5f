//! What one photo is to another that looks the same: how they came to be two. Rules over what the catalog knows of
//! both, and the words for it.

use chrono::TimeDelta;

use super::look::Part;
use super::{Photo, Sight};
use crate::category::photos::media::Format;
use crate::library::layout::SHARED_ALBUMS;

/// Photos of one camera that follow each other so fast were taken in one go, in seconds.
const ONE_GO: i64 = 10;

/// How a photo came to look like another, the best of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kinship {
    /// Taken by the same camera within seconds.
    Burst,
    /// Edited, beside what it was before.
    Edit,
    /// The same picture with fewer pixels.
    Smaller,
    /// The same picture in another format.
    OtherFormat,
    /// The same picture, saved again.
    Resaved,
    /// The same picture as a shared album had it, with fewer pixels.
    Shared,
    /// A screen that showed it.
    Screenshot,
    /// A part of it.
    Cropped,
    /// The same view, at another time or by another camera.
    Again,
}

impl Kinship {
    /// In words, as JSON, the terminal and the page say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kinship::Burst => "a burst: the same camera within seconds",
            Kinship::Edit => "an edit and its original",
            Kinship::Smaller => "a smaller, re-saved copy",
            Kinship::OtherFormat => "a re-saved copy in another format",
            Kinship::Resaved => "a re-saved copy",
            Kinship::Shared => "a low-resolution copy from a shared album",
            Kinship::Screenshot => "a screenshot of a photo",
            Kinship::Cropped => "a cropped copy",
            Kinship::Again => "the same view, taken again",
        }
    }
}

/// When a photo was taken beside the best of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// In one row of photos that one camera took within seconds of each other.
    InOneGo,
    Another,
}

/// What `photo` is to the `best` of its group.
pub fn kinship(best: &Photo<'_>, photo: &Photo<'_>, sight: Sight, moment: Moment) -> Kinship {
    let is_smaller = area(photo) < area(best);
    let is_as_large = photo.pixels == best.pixels && photo.format == best.format;
    // frames of a burst are as large as each other, and differ a little
    let is_one_shot = is_one_instant(best, photo) && (!is_as_large || sight.is_same());
    if is_edit_of(photo.name, best.name) {
        Kinship::Edit
    } else if is_screenshot(photo) && !is_screenshot(best) {
        Kinship::Screenshot
    } else if is_from_shared_album(photo) {
        if is_smaller { Kinship::Shared } else { Kinship::Resaved }
    } else if moment == Moment::InOneGo && !is_one_shot {
        Kinship::Burst
    } else if sight.part == Part::Crop {
        Kinship::Cropped
    } else if is_taken_apart(best, photo) {
        Kinship::Again
    } else if is_smaller {
        Kinship::Smaller
    } else if photo.format != best.format {
        Kinship::OtherFormat
    } else {
        Kinship::Resaved
    }
}

/// How many pixels a photo has, 0 if nobody knows.
pub fn area(photo: &Photo<'_>) -> u64 {
    photo.pixels.map_or(0, |(width, height)| u64::from(width) * u64::from(height))
}

pub fn is_from_shared_album(photo: &Photo<'_>) -> bool {
    photo.path.strip_prefix(SHARED_ALBUMS).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether one camera took both so soon after each other that they belong to one row.
pub fn follow_each_other(one: &Photo<'_>, other: &Photo<'_>) -> bool {
    let apart = one.captured.zip(other.captured).map(|(one, other)| (one - other).abs());
    has_camera(one)
        && one.camera == other.camera
        && apart.is_some_and(|apart| apart <= TimeDelta::seconds(ONE_GO))
}

/// Whether both say the same time. Programs that save a photo again often drop the fraction of its second.
fn is_one_instant(one: &Photo<'_>, other: &Photo<'_>) -> bool {
    one.captured.zip(other.captured).is_some_and(|(one, other)| {
        let fractions = [one, other].map(|time| time.timestamp_subsec_nanos());
        one.timestamp() == other.timestamp() && (fractions[0] == fractions[1] || fractions.contains(&0))
    })
}

/// Whether it was not one shot: both say when, and by which camera they were taken, or both are of a screen. A copy
/// says the same as what it was made of, or nothing.
pub fn is_taken_apart(one: &Photo<'_>, other: &Photo<'_>) -> bool {
    let are_dated = one.captured.is_some() && other.captured.is_some();
    let are_later = are_dated && !is_one_instant(one, other);
    let are_by_cameras = has_camera(one) && has_camera(other);
    are_by_cameras && one.camera != other.camera
        || are_later && (are_by_cameras || is_screenshot(one) && is_screenshot(other))
}

pub fn has_camera(photo: &Photo<'_>) -> bool {
    photo.camera.make().is_some() || photo.camera.model().is_some()
}

/// Whether a name is that of an edit of what the other names: `IMG_E1853` of `IMG_1853`, `Lake_edited` of `Lake`.
pub fn is_edit_of(edit: &str, original: &str) -> bool {
    original_name(edit).is_some_and(|name| name == stem(original).to_lowercase())
}

/// What an edit's original is called, in lower case and without its ending, if a name is that of an edit.
pub fn original_name(name: &str) -> Option<String> {
    let stem = stem(name).to_lowercase();
    if let Some((before, number)) = stem.split_once("_e")
        && number.len() >= 4
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Some(format!("{before}_{number}"));
    }
    let ends = ["_edited", "-edited", " edited", " (edited)"];
    ends.iter().find_map(|end| stem.strip_suffix(end)).filter(|rest| !rest.is_empty()).map(str::to_owned)
}

/// A name without its ending.
pub fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// What telephones and computers call a picture of their screen, in lower case.
const NAMES_OF_SCREENSHOTS: [&str; 9] = [
    "screenshot",
    "screen shot",
    "bildschirmfoto",
    "capture d",
    "captura de pantalla",
    "captura de ecr",
    "schermata",
    "skjermbilde",
    "schermafbeelding",
];

/// Screens in pixels, the shorter side first.
const SCREENS: [(u32, u32); 42] = [
    (640, 960),
    (640, 1136),
    (720, 1280),
    (750, 1334),
    (768, 1024),
    (800, 1280),
    (828, 1792),
    (900, 1440),
    (1080, 1920),
    (1080, 2220),
    (1080, 2340),
    (1080, 2400),
    (1125, 2436),
    (1170, 2532),
    (1179, 2556),
    (1200, 1920),
    (1206, 2622),
    (1242, 2208),
    (1242, 2688),
    (1260, 2736),
    (1284, 2778),
    (1290, 2796),
    (1320, 2868),
    (1440, 2560),
    (1440, 3120),
    (1440, 3200),
    (1488, 2266),
    (1536, 2048),
    (1600, 2560),
    (1620, 2160),
    (1640, 2360),
    (1664, 2560),
    (1668, 2224),
    (1668, 2388),
    (1668, 2420),
    (1800, 2880),
    (1964, 3024),
    (2048, 2732),
    (2064, 2752),
    (2160, 3840),
    (2234, 3456),
    (2880, 5120),
];

/// Whether a picture shows a screen: no camera took it, and it is called so, or is as large as a screen, or is a PNG
/// with a border around something.
pub fn is_screenshot(photo: &Photo<'_>) -> bool {
    let name = photo.name.to_lowercase();
    let is_called_so = || NAMES_OF_SCREENSHOTS.iter().any(|word| name.starts_with(word));
    let is_as_large = || {
        let sides = photo.pixels.map(|(width, height)| (width.min(height), width.max(height)));
        // small copies of photos are as large as a tablet's screen, but never as narrow as a telephone's
        sides.is_some_and(|sides| {
            SCREENS.contains(&sides) && (photo.format == Format::Png || sides.1 >= 2 * sides.0)
        })
    };
    let is_framed = || photo.format == Format::Png && photo.look.is_framed();
    !has_camera(photo) && (is_called_so() || is_as_large() || is_framed())
}

#[cfg(test)]
mod tests {
    use super::{is_edit_of, original_name};

    #[test]
    fn names_of_edits() {
        for (edit, original) in [
            ("IMG_E1853.HEIC", "IMG_1853.HEIC"),
            ("IMG_E1853.JPG", "img_1853.heic"),
            ("wedding_edited.jpg", "wedding.jpg"),
            ("Lake (edited).jpg", "LAKE.png"),
        ] {
            assert!(is_edit_of(edit, original), "{edit}");
            assert!(!is_edit_of(original, edit), "{edit}");
        }
        assert!(!is_edit_of("IMG_E1853.HEIC", "IMG_1854.HEIC"));
        for name in ["IMG_1853.HEIC", "IMG_E.HEIC", "IMG_E18x3.HEIC", "_edited.jpg", "", ".", "the_end.jpg"] {
            assert_eq!(original_name(name), None, "{name}");
        }
    }
}
