//! The builder's own tests: what it writes is what Apple writes, read back with other software.
//! Windfall is not used here, for the builder is its judge.
//!
//! The example in `fixtures/example/` is compared with what the builder would write today entry by
//! entry, not byte by byte, since another version of the deflater packs differently.
//! `WINDFALL_WRITE_EXAMPLE=1` writes it anew.

use crate::builder::damage::{download_again, flip_byte, html_page, list, truncate, truncate_inside};
use crate::builder::{
    Details, Exif, Export, List, Movie, Pack, Part, Photo, Row, SharedAlbum, SharedAlbums, Wrapper, Zip64,
    apple_date, avif, bulk, fingerprint, heic, huge_mov, jpeg, jpeg_of_size, mov, mp4, noise, png, tiff,
    webp,
};
use exif::{In, Tag};
use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

mod example;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn media(name: &str) -> Vec<u8> {
    fs::read(fixtures().join("media").join(name)).unwrap_or_else(|error| panic!("`{name}`: {error}"))
}

/// Name and bytes of every entry, as the `zip` crate reads them, CRC-32 checked.
fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let indices = 0..archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).expect("an entry");
        let (name, mut bytes) = (entry.name().expect("a name").into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).expect("sound data");
        (name, bytes)
    };
    indices.map(read).collect()
}

/// The single part's archive in memory.
fn archive(part: Part) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let zips = Export::new("iCloud Photos").wrapper(Wrapper::None).part(part).write_zips(folder.path());
    fs::read(&zips[0]).expect("an archive")
}

/// The text of one entry of the part.
fn text(part: Part, path: &str) -> String {
    let entry = unzip(&archive(part)).into_iter().find(|(name, _)| name == path).expect("the entry");
    String::from_utf8(entry.1).expect("UTF-8")
}

fn names(entries: &[(String, Vec<u8>)]) -> Vec<&str> {
    entries.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn fingerprints_are_those_that_apple_states() {
    assert_eq!(fingerprint(""), "AW2cWT2PxzWixMKuuNMTHJ8CJ3sH");
    let stated = [
        ("jpeg/A8266C97-9BAF-4AF4-99F3-0013832869B8.jpeg", "AUxIqfurFEEy1m1SphGJRmxID+1g"),
        ("jpeg/3D5E8082-AA3F-4AE3-949F-B5AEFA58C412.jpeg", "AVz9rBg6dj545oO5JYFJqHkczrcc"),
    ];
    for (name, expected) in stated {
        assert_eq!(fingerprint(media(name)), expected, "{name}");
    }
}

#[test]
fn dates_are_in_apples_words() {
    for (gmt, expected) in [
        ("2024-03-03 09:05", "Sunday March 3,2024 9:05 AM GMT"),
        ("2013-09-04 21:10", "Wednesday September 4,2013 9:10 PM GMT"),
        ("2024-10-16 00:05", "Wednesday October 16,2024 12:05 AM GMT"),
        ("2024-10-16 12:05", "Wednesday October 16,2024 12:05 PM GMT"),
        ("1970-01-01 00:00", "Thursday January 1,1970 12:00 AM GMT"),
    ] {
        assert_eq!(apple_date(gmt), expected);
    }
}

#[test]
fn details_are_apples_to_the_letter() {
    let row = Row::created("2024-03-03 09:05").imported("2024-03-03 09:06").favorite().views(4);
    let part = Part::new().photo(Photo::new("IMG_4821.HEIC", "").row(row));
    assert_eq!(
        text(part, "Photos/Photo Details.csv"),
        "imgName,fileChecksum,favorite,hidden,deleted,originalCreationDate,viewCount,importDate\n\
         IMG_4821.HEIC,AW2cWT2PxzWixMKuuNMTHJ8CJ3sH,yes,no,no,\"Sunday March 3,2024 9:05 AM GMT\",4,\"Sunday March 3,2024 9:06 AM GMT\"\n"
    );
}

#[test]
fn rows_read_as_written() {
    let date = "Sunday March 3,2024 9:05 AM GMT";
    let row = || Row::created("2024-03-03 09:05");
    let part = Part::new()
        .photo(Photo::new("a, \"b\" 🐟.JPG", "a").row(row().hidden()))
        .photo(Photo::new("IMG_1-1.MOV", "b").row(row().named("IMG_1.MOV").opaque_checksum()))
        .photo(Photo::new("c.JPG", "c").row(row().no_checksum().created_text("")).row(row().wrong_checksum()))
        .deleted(Photo::new("d.JPG", "d").row(row().checksum("n/a").created_text("garbage")))
        .row("gone.JPG", Row::undated().checksum_of("e"));
    let text = text(part, "Photos/Photo Details.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a sound CSV");
    let column = |index: usize| rows.iter().map(|row| &row[index]).collect::<Vec<_>>();
    assert_eq!(column(0), ["a, \"b\" 🐟.JPG", "IMG_1.MOV", "c.JPG", "c.JPG", "d.JPG", "gone.JPG"]);
    let wrong = fingerprint("another version of this photo");
    let opaque = "BKq0v7mPzR3kLw9sT2yHc5uJdEfA";
    assert_eq!(column(1), [&fingerprint("a"), opaque, "", &wrong, "n/a", &fingerprint("e")]);
    assert_eq!(column(3), ["yes", "no", "no", "no", "no", "no"]);
    assert_eq!(column(4), ["no", "no", "no", "no", "yes", "no"]);
    assert_eq!(column(5), [date, date, "", date, "garbage", ""]);
}

#[test]
fn details_come_in_every_form() {
    let photo =
        |name| Photo::new(name, name).row(Row::created("2021-05-02 23:00").imported("2021-05-03 00:30"));
    let part = |details| Part::new().photo(photo("IMG_1.JPG")).details(details);
    let path = "Photos/Photo Details.csv";
    let date = "\"Sunday May 2,2021 11:00 PM GMT\"";
    let two = || Details::two_columns();
    assert_eq!(text(part(two()), path), format!("imgName,originalCreationDate\nIMG_1.JPG,{date}\n"));
    assert_eq!(text(part(two().no_header()), path), format!("IMG_1.JPG,{date}\n"));
    assert_eq!(
        text(part(two().no_header().no_final_newline().bom()), path),
        format!("\u{feff}IMG_1.JPG,{date}")
    );
    assert_eq!(
        text(part(two().crlf().header("Name,Date")), path),
        format!("Name,Date\r\nIMG_1.JPG,{date}\r\n")
    );
    let other = Details::columns(&["originalCreationDate", "keywords", "imgName"]).renamed("Foto");
    assert_eq!(
        text(part(other), "Photos/Foto.csv"),
        format!("originalCreationDate,keywords,imgName\n{date},unknown,IMG_1.JPG\n")
    );
    let unquoted = Photo::new("IMG_2.JPG", "").row(Row::created("2021-05-02 23:00").unquoted_date());
    let split = text(Part::new().photo(unquoted).details(two().no_header()), path);
    assert_eq!(split, "IMG_2.JPG,Sunday May 2,2021 11:00 PM GMT\n");
    assert_eq!(text(Part::new().details(two()), path), "imgName,originalCreationDate\n", "the header alone");

    let wide = archive(part(two().utf16le()));
    let wide = unzip(&wide).into_iter().find(|(name, _)| name == path).expect("the details").1;
    assert_eq!(wide[..6], [0xff, 0xfe, b'i', 0, b'm', 0]);

    let split = Part::new().photos(["a", "b", "c", "d", "e"].map(photo)).details_split(2);
    let entries = unzip(&archive(split));
    let details: Vec<&str> = names(&entries).into_iter().filter(|name| name.ends_with(".csv")).collect();
    assert_eq!(details, [path, "Photos/Photo Details-1.csv", "Photos/Photo Details-2.csv"]);
    assert!(
        names(&unzip(&archive(Part::new().photo(Photo::new("a.JPG", "a"))))).iter().all(|name| *name != path)
    );
}

#[test]
fn lists_come_in_every_form() {
    let part = Part::new()
        .album("Lake: a/b", ["IMG_1.HEIC", "a,b.JPG"])
        .memory("Nov 4, 20201", ["IMG_1.MOV"])
        .favorites(["IMG_1.HEIC"])
        .hidden([""; 0])
        .list(List::album("Quoted", ["IMG_1.HEIC"]).no_header().quoted().crlf())
        .shared_library([("IMG_1.HEIC", true), ("IMG_2.HEIC", false)])
        .entry("Albums/Empty.csv", "");
    for (path, expected) in [
        ("Albums/Lake: a_b.csv", "Images\nIMG_1.HEIC\n\"a,b.JPG\"\n"),
        ("Memories/Nov 4, 20201.csv", "imageName\nIMG_1.MOV\n"),
        ("Albums/Favorites.csv", "imgName\nIMG_1.HEIC\n"),
        ("Albums/Hidden.csv", "imgName\n"),
        ("Albums/Quoted.csv", "\"IMG_1.HEIC\"\r\n"),
        ("Albums/Empty.csv", ""),
        ("Photos/Shared Library Details.csv", "imgName,contributedByMe\nIMG_1.HEIC,yes\nIMG_2.HEIC,no\n"),
    ] {
        assert_eq!(text(part.clone(), path), expected, "{path}");
    }
}

#[test]
fn shared_albums_stand_in_nested_archives() {
    let trip = SharedAlbum::new("Trip")
        .photo("1.JPG", "one")
        .photo("2.JPG", "two")
        .comment("2.JPG", "nice")
        .like("1.JPG");
    let other =
        SharedAlbum::new("Other").field("owner", serde_json::Value::Null).medium_only("3.JPG", "three");
    let shared = SharedAlbums::new([trip, other]).split(1).subscribed("[]").pack(Pack::stored());
    let entries = unzip(&archive(Part::new().shared_albums(shared)));
    let expected = ["iCloud Shared Albums.zip", "iCloud Shared Albums-1.zip", "iCloud Shared Albums-2.zip"];
    assert_eq!(names(&entries), expected);
    let nested: Vec<_> = entries.iter().map(|(_, bytes)| unzip(bytes)).collect();
    let first = ["My Albums/Trip/1.JPG", "My Albums/Trip/AlbumInfo.json", "Subscribed Albums.json"];
    assert_eq!(names(&nested[0]), first);
    assert_eq!(names(&nested[1]), ["My Albums/Trip/2.JPG"]);
    assert_eq!(names(&nested[2]), ["My Albums/Other/3.JPG", "My Albums/Other/AlbumInfo.json"]);
    let json: serde_json::Value = serde_json::from_slice(&nested[0][1].1).expect("JSON");
    assert_eq!(json["albumName"], "Trip");
    assert_eq!(json["photos"][1]["comments"][0]["comment"], "nice");
    assert_eq!(json["photos"][0]["comments"][0]["isLike"], true);
}

#[test]
fn the_zip_crate_opens_every_sound_variant() {
    let packs = [
        ("deflated", Pack::deflated()),
        ("stored", Pack::stored()),
        ("descriptor", Pack::deflated().descriptor()),
        ("stored with descriptor", Pack::stored().descriptor()),
        ("bare descriptor", Pack::deflated().bare_descriptor()),
        ("zip64", Pack::deflated().zip64()),
        ("zip64 with descriptor", Pack::stored().zip64().descriptor()),
        ("flagged", Pack::stored().utf8_flag().comment("a comment")),
        ("unflagged", Pack::stored().no_utf8_flag().mode(0o100_600)),
    ];
    let part = |pack: &Pack| {
        Part::new()
            .pack(pack.clone())
            .photo(Photo::new("Fête e\u{301}té.HEIC", noise(1, 5000)))
            .entry("Photos/empty.mov", "")
            .folder_entries()
    };
    let expected = vec![
        ("Photos/".to_owned(), Vec::new()),
        ("Photos/Fête e\u{301}té.HEIC".to_owned(), noise(1, 5000)),
        ("Photos/empty.mov".to_owned(), Vec::new()),
    ];
    for (name, pack) in &packs {
        assert_eq!(unzip(&archive(part(pack))), expected, "{name}");
        let forced = part(pack).zip64(Zip64::Forced).unix_times().comment("PK of an archive");
        assert_eq!(unzip(&archive(forced)), expected, "{name}, 64 bits");
        assert_eq!(unzip(&archive(part(pack).prefix(b"#!/bin/sh\n"))), expected, "{name}, prefixed");
    }
}

#[test]
fn lies_are_written_as_told() {
    let open = |pack: Pack| {
        let bytes = archive(Part::new().packed_entry("a", "some data", pack));
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
        let mut data = Vec::new();
        let mut entry = archive.by_index(0).map_err(|error| error.to_string())?;
        entry.read_to_end(&mut data).map_err(|error| error.to_string())?;
        Ok::<_, String>((entry.size(), entry.unix_mode(), data))
    };
    assert_eq!(open(Pack::symlink()), Ok((9, Some(0o120_777), b"some data".to_vec())));
    assert_eq!(open(Pack::deflated()), Ok((9, Some(0o100_664), b"some data".to_vec())));
    assert!(open(Pack::stored().wrong_crc()).is_err());
    assert!(open(Pack::stored().encrypted()).is_err());
    assert!(open(Pack::deflated().method(99)).is_err());
    assert_eq!(open(Pack::deflated().declared_size(1 << 40)).map_or(0, |(size, ..)| size), 1 << 40);

    let folder = tempfile::tempdir().expect("a folder");
    let twice = Part::new()
        .outside("a", "first")
        .outside("a", "second")
        .packed_entry("raw", "x", Pack::stored().raw_name(b"\x82t\x82\0"))
        .packed_entry("overlap", "", Pack::stored().data_of("raw"))
        .packed_entry("true", "x", Pack::stored().local_name("false").local_lies());
    let zips = Export::new("x").wrapper(Wrapper::None).part(twice).write_zips(folder.path());
    let listed = list(&zips[0]);
    let raw: Vec<&[u8]> = listed.iter().map(|entry| entry.name.as_slice()).collect();
    assert_eq!(raw, [&b"\x82t\x82\0"[..], b"overlap", b"true", b"a", b"a"], "both of one name");
    assert_eq!(listed[0].data_at, listed[1].data_at, "one data for two");
    let bytes = fs::read(&zips[0]).expect("an archive");
    assert!(bytes.windows(5).any(|five| five == b"false"));
}

#[test]
fn parts_are_named_as_apple_names_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let three = |export: Export| {
        let part = || Part::new().photo(Photo::new("IMG_1.JPG", "1"));
        export.part(part()).missing_part().part(part())
    };
    let file_names = |paths: Vec<PathBuf>| {
        paths
            .iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect::<Vec<_>>()
    };
    let zips = three(Export::new("iCloud Photos")).write_zips(folder.path());
    assert_eq!(
        names(&unzip(&fs::read(&zips[1]).expect("an archive"))),
        ["iCloud Photos Part 3 of 3/Photos/IMG_1.JPG"]
    );
    assert_eq!(file_names(zips), ["iCloud Photos Part 1 of 3.zip", "iCloud Photos Part 3 of 3.zip"]);
    let norwegian = Export::new("").localised(|n, total| format!("iCloud-bilder Del {n} av {total}"));
    assert_eq!(file_names(three(norwegian).write_zips(folder.path()))[1], "iCloud-bilder Del 3 av 3.zip");
    let single = Export::new("iCloud Photos").wrapper(Wrapper::Named("part1".to_owned()));
    let single = single.part(Part::new().photo(Photo::new("IMG_1.JPG", "1")));
    assert_eq!(single.entries(1)[0].name, "part1/Photos/IMG_1.JPG");
    assert_eq!(file_names(single.write_zips(folder.path())), ["iCloud Photos.zip"]);
    assert_eq!(file_names(single.write_folders(folder.path())), ["part1"]);
}

#[test]
fn folders_hold_what_the_archives_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = Export::new("iCloud Photos").built("2024-05-01 22:03").part(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", "1").row(Row::created("2024-03-03 09:05")))
            .deleted(Photo::new("IMG_2.JPG", "2").row(Row::created("2024-03-03 09:05")))
            .details_beside_deleted()
            .folder_entries()
            .packed_entry("link", "/etc/passwd", Pack::symlink())
            .entry("../evil", "x")
            .outside("/tmp/evil", "x"),
    );
    let top = export.write_folders(folder.path()).remove(0);
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&top)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&top).expect("a path below").to_owned())
        .collect();
    files.sort();
    let expected = [
        "Photos/IMG_1.JPG",
        "Photos/Photo Details.csv",
        "Recently Deleted/IMG_2.JPG",
        "Recently Deleted/Photo Details.csv",
    ];
    assert_eq!(files, expected.map(PathBuf::from));
    assert_eq!(fs::read(top.join("Photos/IMG_1.JPG")).expect("a file"), b"1");
    let modified = fs::metadata(top.join("Photos/IMG_1.JPG")).and_then(|metadata| metadata.modified());
    let modified: chrono::DateTime<chrono::Utc> = modified.expect("a time").into();
    assert_eq!(modified.to_rfc3339(), "2024-05-01T22:03:00+00:00");
}

#[test]
fn damage_hits_what_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let part = Part::new()
        .photo(Photo::new("1.JPG", noise(1, 999)).pack(Pack::stored()))
        .photo(Photo::new("2.JPG", noise(2, 999)).pack(Pack::stored()));
    let write = || Export::new("iCloud Photos").part(part.clone()).write_zips(folder.path()).remove(0);
    let path = write();
    flip_byte(&path, "Photos/2.JPG");
    let mut archive = zip::ZipArchive::new(fs::File::open(&path).expect("a file")).expect("an archive");
    let mut sound =
        |index| std::io::copy(&mut archive.by_index(index).expect("an entry"), &mut std::io::sink()).is_ok();
    assert_eq!([sound(0), sound(1)], [true, false]);
    let copy = download_again(&write());
    assert_eq!(copy.file_name().expect("a name"), "iCloud Photos (1).zip");
    let whole = fs::metadata(&copy).expect("a file").len();
    truncate(&copy, 0.4);
    assert_eq!(fs::metadata(&copy).expect("a file").len(), (whole as f64 * 0.4) as u64);
    let path = write();
    let second = list(&path)[1].data_at;
    truncate_inside(&path, "2.JPG");
    assert_eq!(fs::metadata(&path).expect("a file").len(), second + 499);
    html_page(&path);
    assert!(zip::ZipArchive::new(fs::File::open(&path).expect("a file")).is_err());
}

const LIVE: &str = "242684F6-0839-44E0-8E39-A8FE43182C29";

#[test]
fn stills_say_what_they_were_told() {
    let said =
        Exif::taken("2024:03:03 10:05:17").offset("+01:00").subsec("123").camera("Apple", "iPhone 15 Pro");
    let said = said.gps(59.913868, -10.752245).live(LIVE);
    let stills = [
        ("jpeg", jpeg(1, &said)),
        ("large jpeg", jpeg_of_size(1, &said, 70_000)),
        ("heic", heic(1, &said)),
        ("avif", avif(1, &said)),
        ("png", png(1, &said, &[("Title", "a title")])),
        ("webp", webp(1, &said)),
        ("tiff", tiff(1, &said)),
    ];
    for (name, bytes) in stills {
        let exif = exif::Reader::new().read_from_container(&mut Cursor::new(&bytes)).expect(name);
        let text = |tag| exif.get_field(tag, In::PRIMARY).expect(name).display_value().to_string();
        assert_eq!(text(Tag::DateTimeOriginal), "2024-03-03 10:05:17", "{name}");
        assert_eq!(text(Tag::OffsetTimeOriginal), "\"+01:00\"", "{name}");
        assert_eq!(text(Tag::SubSecTimeOriginal), "\"123\"", "{name}");
        assert_eq!(text(Tag::Make), "\"Apple\"", "{name}");
        assert_eq!(text(Tag::GPSLatitude), "59 deg 54 min 49.92 sec", "{name}");
        assert_eq!(text(Tag::GPSLongitudeRef), "W", "{name}");
        let note = exif.get_field(Tag::MakerNote, In::PRIMARY).expect(name);
        let exif::Value::Undefined(note, _) = &note.value else {
            panic!("{name}: another kind of maker note")
        };
        assert!(
            note.starts_with(b"Apple iOS\0\0\x01MM") && note.windows(36).any(|id| id == LIVE.as_bytes()),
            "{name}"
        );
    }
    for (one, other) in [
        (jpeg(1, &said), jpeg(2, &said)),
        (heic(1, &said), heic(2, &said)),
        (png(1, &said, &[]), png(2, &said, &[])),
    ] {
        assert_ne!(one, other, "the seed makes the bytes");
    }
    let bare = jpeg(1, &Exif::none());
    assert!(
        bare.ends_with(&[0xff, 0xd9])
            && exif::Reader::new().read_from_container(&mut Cursor::new(&bare)).is_err()
    );
}

#[test]
fn movies_say_what_they_were_told() {
    let said = Movie::new()
        .created("2024-03-03T10:05:17+0100")
        .utc("2024-03-03 09:05:17")
        .live(LIVE)
        .gps(59.9139, 10.7522);
    let contains = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let movie = mov(1, &said);
    for text in [
        "ftypqt  ",
        "com.apple.quicktime.creationdate",
        "2024-03-03T10:05:17+0100",
        LIVE,
        "+59.9139+010.7522",
    ] {
        assert!(contains(&movie, text.as_bytes()), "{text}");
    }
    let seconds = 2_082_844_800u32 + 1_709_456_717; // from 1904 to 1970, from there to the movie
    assert!(contains(&mp4(1, &said), &seconds.to_be_bytes()) && !contains(&mp4(1, &said), b"mdta"));
    // Top-level boxes must add up to the file.
    for bytes in [movie, mp4(1, &said), mov(1, &said.clone().moov_last().size(999)), heic(1, &Exif::none())] {
        let mut at = 0;
        while at < bytes.len() {
            at += u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes")) as usize;
        }
        assert_eq!(at, bytes.len());
    }
}

#[test]
fn a_huge_movie_is_a_hole_on_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let movie = huge_mov(&Movie::new().moov_last(), 5 << 30);
    let part = Part::new().pack(Pack::stored()).photo(Photo::new("IMG_1.MOV", movie)).entry("after", "all");
    let zips = Export::new("iCloud Photos").part(part).write_zips(folder.path());
    let mut archive = zip::ZipArchive::new(fs::File::open(&zips[0]).expect("a file")).expect("an archive");
    assert!(archive.by_index(0).expect("the movie").size() > 5 << 30);
    let mut text = String::new();
    archive.by_index(1).and_then(|mut entry| Ok(entry.read_to_string(&mut text)?)).expect("the entry behind");
    assert_eq!(text, "all");
}

#[test]
fn bulk_is_the_same_every_time() {
    let export = || Export::bulk(7, 40, 500..2000, 2);
    let bytes = |export: Export| [1, 2].map(|part| export.entries(part)).concat();
    let (one, other) = (bytes(export()), bytes(export()));
    assert!(one.iter().zip(&other).all(|(a, b)| a.name == b.name && a.content.bytes() == b.content.bytes()));
    let all: Vec<&str> = one.iter().map(|entry| entry.name.rsplit('/').next().unwrap_or_default()).collect();
    assert!(
        ["IMG_0000.HEIC", "IMG_0000.MOV", "IMG_0006.JPG", "IMG_0010.HEIC", "Photo Details.csv"]
            .iter()
            .all(|name| all.contains(name))
    );
    assert_eq!((one.len(), bulk(7, 40, 500..2000).len()), (42, 40));
    let jpeg = jpeg_of_size(1, &Exif::none(), 100_000);
    let packed = archive(Part::new().entry("a.JPG", jpeg)).len();
    assert!((96_500..99_500).contains(&packed), "deflates by about 2 %: {packed}");
}

#[test]
fn the_example_is_what_the_builder_writes() {
    if std::env::var_os("WINDFALL_WRITE_EXAMPLE").is_some() {
        fs::create_dir_all(fixtures().join("example")).expect("a folder");
        example::request().iter().for_each(|export| _ = export.write_zips(&fixtures().join("example")));
    }
    let written = tempfile::tempdir().expect("a folder");
    example::request().iter().for_each(|export| _ = export.write_zips(written.path()));
    let zips = |folder: &Path| {
        let names = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").file_name());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(zips(&fixtures().join("example")), zips(written.path()));
    let mut size = 0;
    for name in zips(written.path()) {
        let bytes = fs::read(fixtures().join("example").join(&name)).expect("the checked-in example");
        size += bytes.len();
        let (found, expected) =
            (unzip(&bytes), unzip(&fs::read(written.path().join(&name)).expect("an archive")));
        assert_eq!(names(&found), names(&expected));
        for ((name, bytes), (_, expected)) in found.iter().zip(&expected) {
            match name.ends_with(".zip") {
                true => assert_eq!(unzip(bytes), unzip(expected), "{name}"),
                false => assert!(bytes == expected, "{name}"),
            }
        }
    }
    assert!(size < 1_500_000, "{size} bytes are too many for a checked-in example");
}
