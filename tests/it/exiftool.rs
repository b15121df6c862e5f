//! Differential test: what Windfall reads from media is what exiftool reads, or the difference is
//! explained in [`EXPLAINED`].
//!
//! The media are those of `fixtures/media` and, if the variable `WINDFALL_MEDIA` names one, of another folder.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::tool;
use chrono::NaiveDateTime;
use serde_json::Value;
use windfall::category::photos::media::{self, Embedded, Format, Kind, LocalTime, Pixels};
use windfall::picture::{self, Encoding, Limits};

/// Differences that are meant: file name, field, and why Windfall is right to differ.
const EXPLAINED: &[(&str, &str, &str)] = &[
    ("exif-no-tz.jpg", "*", "a JPEG cut out of its file: exiftool gives up, its EXIF block is whole"),
    ("canon-r6.cr3", "duration", "a photo, although it is built like a movie of one second"),
];

/// What is compared, as texts, so that a difference can be read.
type Findings = Vec<(&'static str, Option<String>)>;

#[test]
#[ignore = "needs exiftool"]
fn media_say_the_same_to_exiftool() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media");
    let folders = [Some(fixtures), std::env::var_os("WINDFALL_MEDIA").map(PathBuf::from)];
    let mut differences = Vec::new();
    for folder in folders.into_iter().flatten() {
        let stated = ask_exiftool(&folder);
        assert!(stated.len() > 10, "{} holds no media", folder.display());
        for tags in stated {
            let path = PathBuf::from(text(&tags, &["SourceFile"]).unwrap());
            let size = path.metadata().unwrap().len();
            let embedded = media::read(&mut File::open(&path).unwrap(), size);
            for ((field, ours), (other, theirs)) in findings(&embedded).into_iter().zip(expected(&tags)) {
                assert_eq!(field, other);
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let is_explained =
                    |(file, what, _): &(&str, &str, &str)| *file == name && ["*", field].contains(what);
                if ours != theirs && !EXPLAINED.iter().any(is_explained) {
                    differences.push(format!("{name}: {field}: ours {ours:?}, exiftool's {theirs:?}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// All tags of all files below a folder: numeric, with the group each tag stands in.
fn ask_exiftool(folder: &Path) -> Vec<Value> {
    let arguments = ["-j", "-n", "-G1", "-q", "-r", "-i", "SYMLINKS", "-ext", "*"];
    let mut exiftool = Command::new("exiftool");
    exiftool.args(arguments).arg(folder);
    let output = tool(exiftool);
    let all: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let is_medium = |tags: &Value| {
        let name = text(tags, &["SourceFile"]).unwrap_or_default();
        ![".md", ".tsv", ".txt"].iter().any(|extension| name.ends_with(extension))
    };
    all.into_iter().filter(is_medium).collect()
}

fn findings(embedded: &Embedded) -> Findings {
    let time = |local: Option<LocalTime>| local.map(|local| local.time.to_string());
    let offset =
        |local: Option<LocalTime>| local.and_then(|local| local.offset).map(|offset| offset.to_string());
    vec![
        ("exif time", time(embedded.exif)),
        ("exif offset", offset(embedded.exif)),
        ("creation date", time(embedded.quicktime)),
        ("creation date offset", offset(embedded.quicktime)),
        ("utc", embedded.utc.map(|utc| utc.to_string())),
        ("position", embedded.position.map(|at| format!("{:.4} {:.4}", at.latitude, at.longitude))),
        ("make", embedded.camera.make().map(str::to_owned)),
        ("model", embedded.camera.model().map(str::to_owned)),
        ("content identifier", embedded.content_identifier.as_deref().map(str::to_owned)),
        ("pixels", embedded.pixels.map(|Pixels { width, height }| format!("{width} {height}"))),
        ("duration", embedded.duration.map(|seconds| format!("{seconds:.3}"))),
    ]
}

/// The same, by the rules of docs/library.md, from exiftool's tags.
fn expected(tags: &Value) -> Findings {
    let exif = ["DateTimeOriginal", "CreateDate"].into_iter().zip(["Original", "Digitized"]).find_map(
        |(tag, of)| {
            let in_exif = |tag: &str| text(tags, &[&format!("ExifIFD:{tag}"), &format!("IFD0:{tag}")]);
            let time = date_time(&in_exif(tag)?)?;
            let fraction = in_exif(&format!("SubSecTime{of}")).filter(|digits| digits.parse::<u32>().is_ok());
            let offset =
                in_exif(&format!("OffsetTime{of}")).filter(|offset| offset.len() == 6 || offset == "Z");
            Some((
                with_fraction(time, fraction.as_deref().unwrap_or("0")),
                offset.map(|o| o.replace('Z', "+00:00")),
            ))
        },
    );
    let exif = exif.or_else(|| {
        let xmp = ["XMP-exif:DateTimeOriginal", "XMP-photoshop:DateCreated", "XMP-xmp:CreateDate"];
        let (time, offset) = xmp.iter().find_map(|tag| {
            let text = text(tags, &[tag])?.replace('Z', "+00:00");
            let (time, offset) = text.split_at_checked(19)?;
            Some((date_time(time)?, Some(offset.to_owned()).filter(|offset| offset.len() == 6)))
        })?;
        Some((time.to_string(), offset))
    });
    let creation =
        text(tags, &["Keys:CreationDate", "UserData:ContentCreateDate", "ItemList:ContentCreateDate"]);
    let creation = creation.filter(|text| text.len() >= 19);
    let split = |text: &String| {
        let (time, offset) = text.split_at(19);
        Some((date_time(time)?.to_string(), Some(offset.to_owned()).filter(|offset| offset.len() == 6)))
    };
    let creation = creation.as_ref().and_then(split);
    let utc = text(tags, &["QuickTime:CreateDate"]).and_then(|utc| date_time(utc.trim_end_matches("+00:00")));
    let degrees = |tag: &str| text(tags, &[tag])?.parse::<f64>().ok();
    let position = degrees("Composite:GPSLatitude").zip(degrees("Composite:GPSLongitude"));
    let position = position.filter(|at| *at != (0.0, 0.0)).map(|(lat, lon)| format!("{lat:.4} {lon:.4}"));
    vec![
        ("exif time", exif.as_ref().map(|(time, _)| time.clone())),
        ("exif offset", exif.and_then(|(_, offset)| offset)),
        ("creation date", creation.as_ref().map(|(time, _)| time.clone())),
        ("creation date offset", creation.and_then(|(_, offset)| offset)),
        ("utc", utc.map(|utc| utc.to_string())),
        ("position", position),
        ("make", text(tags, &["IFD0:Make", "Keys:Make", "UserData:Make", "Keys:AndroidMake"])),
        ("model", text(tags, &["IFD0:Model", "Keys:Model", "UserData:Model", "Keys:AndroidModel"])),
        (
            "content identifier",
            text(tags, &["Apple:ContentIdentifier", "Apple:MediaGroupUUID", "Keys:ContentIdentifier"]),
        ),
        ("pixels", pixels(tags)),
        ("duration", duration(tags)),
    ]
}

/// Width and height, swapped where the picture or the movie is turned.
fn pixels(tags: &Value) -> Option<String> {
    let size = text(tags, &["Composite:ImageSize"])?;
    let (width, height) = size.split_once(' ')?;
    let number = |tag: &str| text(tags, &[tag]).and_then(|number| number.parse::<u32>().ok());
    let is_turned = number("IFD0:Orientation").is_some_and(|orientation| orientation >= 5)
        || number("Composite:Rotation").is_some_and(|degrees| degrees % 180 == 90);
    Some(if is_turned { format!("{height} {width}") } else { format!("{width} {height}") })
}

fn duration(tags: &Value) -> Option<String> {
    let seconds: f64 = text(tags, &["QuickTime:Duration", "Composite:Duration"])?.parse().ok()?;
    Some(format!("{seconds:.3}")).filter(|text| text != "0.000")
}

/// The first of these tags that has a value.
fn text(tags: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match tags.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

fn date_time(text: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, "%Y:%m:%d %H:%M:%S").ok()
}

fn with_fraction(time: NaiveDateTime, digits: &str) -> String {
    format!("{time:?}.{digits}").parse::<NaiveDateTime>().unwrap().to_string()
}

/// What the EXIF of a copy says as that of its photo does, as exiftool names it.
const CARRIED: [&str; 9] = [
    "DateTimeOriginal",
    "OffsetTimeOriginal",
    "SubSecTimeOriginal",
    "GPSLatitude",
    "GPSLatitudeRef",
    "GPSLongitude",
    "GPSLongitudeRef",
    "Make",
    "Model",
];
const PROFILE: &str = "ProfileDescription";

#[test]
#[ignore = "needs exiftool"]
fn copies_as_jpeg_say_to_exiftool_what_their_photos_say() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/media");
    let folders = [Some(fixtures), std::env::var_os("WINDFALL_MEDIA").map(PathBuf::from)];
    let limits = Limits::of_this_machine();
    let (mut copied, mut differences) = (0, Vec::new());
    let scratch = tempfile::tempdir().unwrap();
    for entry in folders.into_iter().flatten().flat_map(|folder| walkdir::WalkDir::new(folder).into_iter()) {
        let path = entry.unwrap().into_path();
        let Ok(mut file) = File::open(&path) else { continue };
        let size = file.metadata().unwrap().len();
        let format = media::read(&mut file, size).format;
        if format.kind("") != Kind::Photo {
            continue;
        }
        let Ok(jpeg) = picture::jpeg(&path, format, &Encoding::default(), &limits) else { continue };
        let copy = scratch.path().join("copy.jpg");
        std::fs::write(&copy, jpeg).unwrap();
        let (before, after) = (carried(&path), carried(&copy));
        copied += 1;
        for tag in CARRIED.into_iter().filter(|tag| before[tag] != after[tag]) {
            differences.push(format!("{}: {tag}: {} {}", path.display(), before[tag], after[tag]));
        }
        if format == Format::Heic {
            // exiftool names the last profile of several, which is that of another picture in the file
            let (of_photo, of_copy) = (text(&before, &[PROFILE]), text(&after, &[PROFILE]));
            let name = path.display();
            assert!(of_photo.unwrap().starts_with(&of_copy.unwrap_or_else(|| "none".to_owned())), "{name}");
        }
        assert!(after["Orientation"].is_null() || after["Orientation"] == 1, "{}", path.display());
        assert!(after["Warning"].is_null() || !before["Warning"].is_null(), "{}: {after}", path.display());
    }
    assert!(copied >= 20, "{copied}");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn carried(path: &Path) -> Value {
    let mut exiftool = Command::new("exiftool");
    exiftool.args(["-j", "-n", "-Orientation", "-Warning", "-ProfileDescription"]);
    exiftool.args(CARRIED.map(|tag| format!("-EXIF:{tag}"))).arg(path);
    let all: Value = serde_json::from_slice(&tool(exiftool).stdout).unwrap();
    all[0].clone()
}
