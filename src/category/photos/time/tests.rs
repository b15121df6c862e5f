//! The rules of capture time, a case for each, and what was looked at for it.

use super::{Captured, CapturedFrom, Evidence, Rule, Sources, capture};
use crate::category::photos::media::{Camera, Embedded, LocalTime, Position, Standard};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

const LAKE: Position = Position { latitude: 47.3769, longitude: 8.5417 };

/// One row of the table: what is known, in the letters of the rules, and what follows from it.
#[derive(Default)]
struct Case {
    why: &'static str,
    /// EXIF, with its offset after a blank.
    exif: &'static str,
    quicktime: &'static str,
    utc: &'static str,
    row: &'static str,
    imported: &'static str,
    built: &'static str,
    camera: &'static str,
    place: Option<Position>,
    name: &'static str,
    time: &'static str,
    from: &'static str,
    rule: Option<Rule>,
}

fn local(text: &str) -> Option<LocalTime> {
    let (time, offset) = text.split_once(' ').unwrap_or((text, ""));
    Some(LocalTime { time: time.parse().ok()?, offset: offset.parse().ok() })
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    (!text.is_empty()).then(|| format!("{text}:00Z").parse().unwrap())
}

fn embedded(case: &Case) -> Embedded {
    Embedded {
        exif: local(case.exif),
        quicktime: local(case.quicktime),
        utc: case.utc.parse().ok(),
        position: case.place,
        camera: Camera::new((!case.camera.is_empty()).then(|| case.camera.into()), None),
        ..Embedded::default()
    }
}

fn decide(case: &Case) -> Captured {
    capture(&Sources {
        embedded: &embedded(case),
        row: instant(case.row),
        imported: instant(case.imported),
        built: instant(case.built).map(|built| built.naive_utc()),
        names: &[case.name],
        // Far from everything else, so that a zone taken by mistake shows.
        fallback: Tz::Asia__Tokyo,
    })
}

#[test]
fn the_rules() {
    let none = Case::default;
    #[rustfmt::skip]
        let cases = [
            // Rule 1: E and O.
            Case { why: "no R", exif: "2024-03-03T10:05:17 +01:00", time: "2024-03-03T10:05:17+01:00", from: "exif", rule: Some(Rule::EmbeddedAlone), ..none() },
            Case { why: "R is truncated to minutes", exif: "2024-03-03T10:05:59 +01:00", row: "2024-03-03T09:05", time: "2024-03-03T10:05:59+01:00", from: "exif", rule: Some(Rule::EmbeddedAgrees), ..none() },
            Case { why: "2 minutes inclusive", exif: "2024-03-03T10:07:00 +01:00", row: "2024-03-03T09:05", time: "2024-03-03T10:07:00+01:00", from: "exif", ..none() },
            Case { why: "2 minutes before", exif: "2024-03-03T10:03:00 +01:00", row: "2024-03-03T09:05", time: "2024-03-03T10:03:00+01:00", from: "exif", ..none() },
            Case { why: "2 minutes and a second", exif: "2024-03-03T10:07:01 +01:00", row: "2024-03-03T09:05", time: "2024-03-03T10:05:00+01:00", from: "row", rule: Some(Rule::CorrectedByOwner), ..none() },
            Case { why: "sub-seconds stay", exif: "2024-03-03T10:05:17.603 +01:00", row: "2024-03-03T09:05", time: "2024-03-03T10:05:17.603+01:00", from: "exif", ..none() },
            Case { why: "O outranks Z", exif: "2024-03-03T10:05:17 -05:00", place: Some(LAKE), time: "2024-03-03T10:05:17-05:00", from: "exif", ..none() },
            Case { why: "creationdate (46)", quicktime: "2024-07-03T11:05:17 +02:00", utc: "2024-07-03T09:05:19", row: "2024-07-03T09:05", time: "2024-07-03T11:05:17+02:00", from: "quicktime", rule: Some(Rule::EmbeddedAgrees), ..none() },
            Case { why: "E decides, not U of a re-save", quicktime: "2019-02-12T15:27:12 +08:00", utc: "2024-02-02T08:09:57", time: "2019-02-12T15:27:12+08:00", from: "quicktime", ..none() },
            Case { why: "EXIF before QuickTime", exif: "2024-03-03T10:05:17 +01:00", quicktime: "2024-03-03T10:05:20 +01:00", time: "2024-03-03T10:05:17+01:00", from: "exif", ..none() },
            // Rule 2: E without O.
            Case { why: "a screenshot's local month stays (45)", exif: "2024-01-31T23:30:11", row: "2024-02-01T05:30", time: "2024-01-31T23:30:11-06:00", from: "exif+row", rule: Some(Rule::OffsetFromRow), ..none() },
            Case { why: "a quarter of an hour", exif: "2024-01-31T15:15:40", row: "2024-01-31T09:30", time: "2024-01-31T15:15:40+05:45", from: "exif+row", ..none() },
            Case { why: "the same clock", exif: "2024-01-31T09:30:40", row: "2024-01-31T09:30", time: "2024-01-31T09:30:40+00:00", from: "exif+row", ..none() },
            Case { why: "2 minutes past a quarter", exif: "2024-01-31T10:32:00", row: "2024-01-31T09:30", time: "2024-01-31T10:32:00+01:00", from: "exif+row", ..none() },
            Case { why: "2 minutes before a quarter", exif: "2024-01-31T10:28:00", row: "2024-01-31T09:30", time: "2024-01-31T10:28:00+01:00", from: "exif+row", ..none() },
            Case { why: "2 minutes and a second past", exif: "2024-01-31T10:32:01", row: "2024-01-31T09:30", time: "2024-01-31T18:30:00+09:00", from: "row", ..none() },
            Case { why: "easternmost", exif: "2024-01-31T23:30:05", row: "2024-01-31T09:30", time: "2024-01-31T23:30:05+14:00", from: "exif+row", ..none() },
            Case { why: "further east is no zone", exif: "2024-01-31T23:45:05", row: "2024-01-31T09:30", time: "2024-01-31T18:30:00+09:00", from: "row", rule: Some(Rule::CorrectedByOwner), ..none() },
            Case { why: "westernmost", exif: "2024-01-30T21:30:05", row: "2024-01-31T09:30", time: "2024-01-30T21:30:05-12:00", from: "exif+row", ..none() },
            Case { why: "further west is no zone", exif: "2024-01-30T21:15:05", row: "2024-01-31T09:30", time: "2024-01-31T18:30:00+09:00", from: "row", ..none() },
            Case { why: "the row outranks Z", exif: "2024-01-31T09:30:05", row: "2024-01-31T15:30", place: Some(LAKE), time: "2024-01-31T09:30:05-06:00", from: "exif+row", ..none() },
            Case { why: "without R: Z", exif: "2024-07-01T09:30:05", place: Some(LAKE), time: "2024-07-01T09:30:05+02:00", from: "exif", rule: Some(Rule::OffsetFromZone), ..none() },
            Case { why: "without R and Z: F", exif: "2024-07-01T09:30:05", time: "2024-07-01T09:30:05+09:00", from: "exif", ..none() },
            Case { why: "at sea: F", exif: "2024-07-01T09:30:05", place: Some(Position { latitude: 30.0, longitude: -40.0 }), time: "2024-07-01T09:30:05+09:00", from: "exif", ..none() },
            Case { why: "ambiguous: the earlier offset", exif: "2024-10-27T02:30:00", place: Some(LAKE), time: "2024-10-27T02:30:00+02:00", from: "exif", ..none() },
            Case { why: "skipped: forward", exif: "2024-03-31T02:30:00", place: Some(LAKE), time: "2024-03-31T03:30:00+02:00", from: "exif", ..none() },
            Case { why: "creationdate without offset", quicktime: "2024-01-31T10:30:05", row: "2024-01-31T09:30", time: "2024-01-31T10:30:05+01:00", from: "exif+row", ..none() },
            Case { why: "creationdate alone", quicktime: "2024-01-31T10:30:05", time: "2024-01-31T10:30:05+09:00", from: "quicktime", ..none() },
            // Rule 3: E (or U) and R contradict each other.
            Case { why: "an upload day, O (47)", exif: "2019-03-03T10:05:17 +01:00", camera: "Canon", row: "2024-03-03T09:05", imported: "2024-03-03T09:07", time: "2019-03-03T10:05:17+01:00", from: "exif", rule: Some(Rule::UploadDay), ..none() },
            Case { why: "an upload day, Z (47)", exif: "2019-03-03T10:07:33", camera: "Canon", place: Some(LAKE), row: "2024-03-03T09:05", imported: "2024-03-03T09:04", time: "2019-03-03T10:07:33+01:00", from: "exif", ..none() },
            Case { why: "an upload day, F (47)", exif: "2019-03-03T10:07:33", camera: "Canon", row: "2024-03-03T09:05", imported: "2024-03-03T09:05", time: "2019-03-03T10:07:33+09:00", from: "exif", ..none() },
            Case { why: "no camera: a save from a messenger (47)", exif: "2019-03-03T10:07:33", row: "2024-03-03T09:05", imported: "2024-03-03T09:05", time: "2024-03-03T18:05:00+09:00", from: "row", rule: Some(Rule::CorrectedByOwner), ..none() },
            Case { why: "imported 3 minutes later: no upload day", exif: "2019-03-03T10:07:33", camera: "Canon", row: "2024-03-03T09:05", imported: "2024-03-03T09:08", time: "2024-03-03T18:05:00+09:00", from: "row", ..none() },
            Case { why: "a scan dated by hand (48)", exif: "2019-05-05T12:00:00", camera: "EPSON", row: "1987-06-01T12:00", imported: "2019-05-06T08:00", time: "1987-06-01T21:00:00+09:00", from: "row", ..none() },
            Case { why: "R seen in O", exif: "2019-05-05T12:00:00 -04:00", place: Some(LAKE), row: "1987-06-01T12:00", imported: "2019-05-06T08:00", time: "1987-06-01T08:00:00-04:00", from: "row", ..none() },
            Case { why: "R seen in Z", exif: "2019-05-05T12:00:00", place: Some(LAKE), row: "1987-06-01T12:00", imported: "2019-05-06T08:00", time: "1987-06-01T14:00:00+02:00", from: "row", ..none() },
            Case { why: "O contradicts, however plausible E−R", exif: "2024-03-03T10:05:17 +01:00", row: "2024-03-03T10:05", time: "2024-03-03T11:05:00+01:00", from: "row", ..none() },
            // Rule 4: U only.
            Case { why: "without R", utc: "2024-07-03T09:05:19", time: "2024-07-03T18:05:19+09:00", from: "quicktime", rule: Some(Rule::MovieHeader), ..none() },
            Case { why: "R agrees; Z", utc: "2024-07-03T09:06:59", row: "2024-07-03T09:05", place: Some(LAKE), time: "2024-07-03T11:06:59+02:00", from: "quicktime", ..none() },
            Case { why: "local time in U", utc: "2024-07-03T11:05:19", row: "2024-07-03T09:05", time: "2024-07-03T18:05:00+09:00", from: "row", rule: Some(Rule::CorrectedByOwner), ..none() },
            Case { why: "U and an upload day", utc: "2019-07-03T11:05:19", camera: "Apple", row: "2024-07-03T09:05", imported: "2024-07-03T09:05", time: "2019-07-03T20:05:19+09:00", from: "quicktime", rule: Some(Rule::UploadDay), ..none() },
            // Rule 5.
            Case { why: "R in Z", row: "2024-07-03T09:05", place: Some(LAKE), name: "IMG_20190102_030405.jpg", time: "2024-07-03T11:05:00+02:00", from: "row", rule: Some(Rule::RowAlone), ..none() },
            Case { why: "R in F", row: "2024-07-03T09:05", time: "2024-07-03T18:05:00+09:00", from: "row", ..none() },
            Case { why: "the name, never I", name: "IMG_20190102_030405.jpg", imported: "2024-07-03T09:05", time: "2019-01-02T03:04:05+09:00", from: "filename", rule: Some(Rule::NameAlone), ..none() },
            Case { why: "a name in UTC", name: "PXL_20190102_030405123.jpg", time: "2019-01-02T12:04:05.123+09:00", from: "filename", ..none() },
            Case { why: "nothing (49)", name: "IMG_4821.JPG", imported: "2024-07-03T09:05", time: "", from: "none", rule: Some(Rule::Undated), ..none() },
            // What counts as absent.
            Case { why: "E at an epoch", exif: "1970-01-01T00:00:00", row: "2024-07-03T09:05", time: "2024-07-03T18:05:00+09:00", from: "row", rule: Some(Rule::RowAlone), ..none() },
            Case { why: "E at an epoch by its offset", exif: "1970-01-01T01:00:00 +01:00", time: "", from: "none", ..none() },
            Case { why: "U at an epoch", utc: "1904-01-01T00:00:00", time: "", from: "none", ..none() },
            Case { why: "R at an epoch", exif: "2024-07-03T09:05:11 +02:00", row: "1970-01-01T00:00", time: "2024-07-03T09:05:11+02:00", from: "exif", rule: Some(Rule::EmbeddedAlone), ..none() },
            Case { why: "E 26 h after I", exif: "2024-07-04T11:05:00", imported: "2024-07-03T09:05", time: "2024-07-04T11:05:00+09:00", from: "exif", ..none() },
            Case { why: "E over 26 h after I", exif: "2024-07-04T11:05:01", imported: "2024-07-03T09:05", time: "", from: "none", ..none() },
            Case { why: "E in the future, U sound", quicktime: "2099-07-04T11:05:01 +02:00", utc: "2024-07-03T09:00:00", imported: "2024-07-03T09:05", time: "2024-07-03T18:00:00+09:00", from: "quicktime", rule: Some(Rule::MovieHeader), ..none() },
            Case { why: "EXIF in the future, QuickTime sound", exif: "2099-07-04T11:05:01", quicktime: "2024-07-03T09:00:00 +02:00", imported: "2024-07-03T09:05", time: "2024-07-03T09:00:00+02:00", from: "quicktime", ..none() },
            Case { why: "E at the epoch of FAT", exif: "1980-01-01T00:00:00", row: "2024-07-03T09:05", time: "2024-07-03T18:05:00+09:00", from: "row", ..none() },
            Case { why: "U at the epoch of FAT", utc: "1980-01-01T00:00:00", time: "", from: "none", ..none() },
            Case { why: "E 26 h after the export was built", exif: "2024-07-04T11:05:00", built: "2024-07-03T09:05", time: "2024-07-04T11:05:00+09:00", from: "exif", ..none() },
            Case { why: "E over 26 h after the export was built", exif: "2024-07-04T11:05:01", built: "2024-07-03T09:05", name: "2019-01-02.jpg", time: "2019-01-02T00:00:00+09:00", from: "filename", ..none() },
            Case { why: "U over 26 h after the export was built", utc: "2031-07-04T11:05:01", built: "2024-07-03T09:05", time: "", from: "none", ..none() },
            Case { why: "a name over 26 h after the import", name: "IMG_20310704_110501.jpg", imported: "2024-07-03T09:05", time: "", from: "none", rule: Some(Rule::Undated), ..none() },
            Case { why: "a name over 26 h after the export was built", name: "PXL_20310704_110501123.jpg", built: "2024-07-03T09:05", time: "", from: "none", ..none() },
            Case { why: "a name 26 h after the import", name: "IMG_20240704_110500.jpg", imported: "2024-07-03T09:05", time: "2024-07-04T11:05:00+09:00", from: "filename", ..none() },
            // No zone has the difference: the owner corrected the date by it.
            Case { why: "corrected by 1:15", exif: "2023-07-31T23:50:10", row: "2023-07-31T20:35", time: "2023-08-01T05:35:00+09:00", from: "row", rule: Some(Rule::CorrectedByOwner), ..none() },
            Case { why: "13:15", exif: "2023-07-31T23:50:10", row: "2023-07-31T10:35", time: "2023-07-31T19:35:00+09:00", from: "row", ..none() },
            Case { why: "Chatham in summer", exif: "2024-01-10T23:50:10", row: "2024-01-10T10:05", time: "2024-01-10T23:50:10+13:45", from: "exif+row", ..none() },
            Case { why: "Chatham's summer in its winter", exif: "2024-07-10T23:50:10", row: "2024-07-10T10:05", time: "2024-07-10T19:05:00+09:00", from: "row", ..none() },
        ];
    for case in &cases {
        let captured = decide(case);
        let time = captured.time.map(|time| time.to_rfc3339()).unwrap_or_default();
        assert_eq!((time.as_str(), captured.from.as_str()), (case.time, case.from), "{}", case.why);
        // Tokyo is the zone for what carries none; no case has its offset from elsewhere
        assert_eq!(captured.is_zone_assumed, case.time.ends_with("+09:00"), "{}", case.why);
        if let Some(rule) = case.rule {
            assert_eq!(captured.rule, rule, "{}", case.why);
        }
    }
}

fn evidence(source: &str, time: &str, offset: Option<&str>) -> Evidence {
    serde_json::from_value(serde_json::json!({ "source": source, "time": time, "offset": offset })).unwrap()
}

#[test]
fn evidence_is_what_was_looked_at() {
    let case = Case {
        exif: "2024-03-03T10:05:17.25 +01:00",
        row: "2024-03-03T09:05",
        imported: "2024-03-03T09:06",
        place: Some(LAKE),
        name: "IMG_20190102_030405.jpg",
        ..Case::default()
    };
    let agreed = decide(&case);
    let expected = [
        evidence("exif", "2024-03-03T10:05:17.250", Some("+01:00")),
        evidence("row", "2024-03-03T09:05:00Z", None),
    ];
    assert_eq!(*agreed.evidence(&embedded(&case)), expected);
    let distances = expected.map(|evidence| evidence.distance(agreed.time.unwrap()));
    assert_eq!(distances, [Some(0); 2], "any second of the row's minute agrees");

    let case = Case { exif: "2024-03-03T11:10:00", row: "2024-03-03T09:05", ..case };
    let corrected = decide(&case);
    let expected = [
        evidence("exif", "2024-03-03T11:10:00", None),
        evidence("row", "2024-03-03T09:05:00Z", None),
        evidence("import", "2024-03-03T09:06:00Z", None),
        evidence("gps-zone", "2024-03-03T10:05:00", Some("Europe/Zurich")),
    ];
    assert_eq!(*corrected.evidence(&embedded(&case)), expected);
    let distances = expected.map(|evidence| evidence.distance(corrected.time.unwrap()));
    assert_eq!(distances, [Some(65 * 60), Some(0), None, None]);
}

#[test]
fn xmp_and_iptc_are_named_whatever_gave_the_offset() {
    for (standard, word) in [(Standard::Xmp, "xmp"), (Standard::Iptc, "iptc")] {
        for exif in ["2024-03-03T10:05:17", "2024-03-03T10:05:17 +01:00"] {
            for row in [None, instant("2024-03-03T09:05")] {
                let embedded =
                    Embedded { exif: local(exif), standard, position: Some(LAKE), ..Embedded::default() };
                let sources = Sources {
                    embedded: &embedded,
                    row,
                    imported: None,
                    built: None,
                    names: &[],
                    fallback: Tz::Asia__Tokyo,
                };
                let captured = capture(&sources);
                assert_eq!(captured.time.unwrap().to_rfc3339(), "2024-03-03T10:05:17+01:00");
                assert_eq!(captured.from.as_str(), word);
                assert_eq!(captured.evidence(&embedded)[0].source.as_str(), word);
            }
        }
    }
}

#[test]
fn companions_follow_and_keep_their_evidence() {
    let still = decide(&Case { exif: "2024-03-03T10:05:17 +01:00", ..Case::default() });
    let case = Case { quicktime: "2024-03-03T10:05:16 +01:00", ..Case::default() };
    let movie = decide(&case);
    let undated = decide(&Case::default());

    let followed = movie.clone().follow_still(&still);
    assert_eq!(
        (followed.time, followed.from, followed.rule),
        (still.time, CapturedFrom::Still, Rule::FollowsStill)
    );
    let own = [evidence("quicktime", "2024-03-03T10:05:16", Some("+01:00"))];
    assert_eq!(*followed.evidence(&embedded(&case)), own);
    assert_eq!(own[0].distance(followed.time.unwrap()), Some(1));
    let followed = undated.clone().follow_movie(&movie);
    assert_eq!((followed.time, followed.from), (movie.time, CapturedFrom::Movie));
    assert_eq!(movie.follow_still(&undated).from, CapturedFrom::None);
}

#[test]
fn names_are_tried_in_order() {
    let nothing = Embedded::default();
    let names = ["IMG_4821.JPG", "2019-01-02.jpg", "2020-01-02.jpg"];
    let sources = Sources {
        embedded: &nothing,
        row: None,
        imported: None,
        built: None,
        names: &names,
        fallback: Tz::UTC,
    };
    assert_eq!(*capture(&sources).evidence(&nothing), [evidence("filename", "2019-01-02T00:00:00", None)]);
}

#[test]
fn extreme_times_do_not_panic() {
    let ends = [chrono::NaiveDateTime::MIN, chrono::NaiveDateTime::MAX];
    for time in ends {
        for offset in [None, chrono::FixedOffset::east_opt(50_400), chrono::FixedOffset::east_opt(-43_200)] {
            let exif = Some(LocalTime { time, offset });
            let embedded = Embedded { exif, utc: Some(time), ..Embedded::default() };
            for row in [None, Some(DateTime::<Utc>::MIN_UTC), Some(DateTime::<Utc>::MAX_UTC)] {
                let sources = Sources {
                    embedded: &embedded,
                    row,
                    imported: row,
                    built: row.map(|row| row.naive_utc()),
                    names: &[],
                    fallback: Tz::Asia__Tokyo,
                };
                assert_eq!(capture(&sources).time, None);
            }
        }
    }
}
