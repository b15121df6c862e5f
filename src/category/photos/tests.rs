//! Rows by name, pairs, companions and albums, as tables of cases over contents made of a few words.

use chrono_tz::Tz;

use crate::category::photos::build::{Built, row, shown};
use crate::category::photos::rows::match_rows;
use crate::category::photos::{AssetId, Matched, Role, matched};
use crate::contents::{ContentId, Contents};
use crate::problem::{Code, Severity};

/// Which file each row speaks of, and what is said of the others.
fn claims(built: Built) -> Vec<String> {
    let (contents, heard) = built.done();
    let rows = match_rows(&contents, &heard);
    let mut told = Vec::new();
    for content in contents.distinct.ids() {
        let path = contents.entries.iter().find(|e| e.content() == Some(content)).map(|e| &e.path);
        for at in rows.of(content) {
            let date = at.row.created.map_or_else(String::new, shown);
            told.push(format!("{} {date} is {}", &*at.row.name, path.unwrap()));
        }
    }
    let problems = rows.problems.into_problems();
    told.extend(problems.iter().map(|p| match p.severity {
        Severity::Error => p.code.as_str().to_owned(),
        Severity::Warning => format!("{}?", p.code.as_str()),
    }));
    told.sort();
    told
}

const DETAILS: &str = "Photos/Photo Details.csv";

#[test]
fn rows_find_their_files_by_name() {
    let (a, b) = ("2020-01-01 10:00", "2021-01-01 10:00");
    let cases: [(&str, Built, &[&str]); 24] = [
        (
            "exact",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Photos/B.JPG", "2")
                .rows(DETAILS, [row("A.JPG").at(a)]),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "case and normalisation",
            Built::new().file("Photos/Cafe\u{301}.jpg", "1").rows(DETAILS, [row("CAFÉ.JPG").at(a)]),
            &["CAFÉ.JPG 2020-01-01 10:00 is Photos/Cafe\u{301}.jpg"],
        ),
        (
            "each spelling its own",
            Built::new()
                .file("Photos/a.jpg", "1")
                .file("Photos/A.JPG", "2")
                .rows(DETAILS, [row("A.JPG").at(a), row("a.jpg").at(b)]),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG", "a.jpg 2021-01-01 10:00 is Photos/a.jpg"],
        ),
        (
            "of two spellings and one file the exact one",
            Built::new().file("Photos/A.JPG", "1").rows(DETAILS, [row("a.jpg").at(a), row("A.JPG").at(b)]),
            &["A.JPG 2021-01-01 10:00 is Photos/A.JPG", "missing-media"],
        ),
        (
            "the same folder first",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Photos/More/A.JPG", "2")
                .rows("Photos/More/Photo Details.csv", [row("A.JPG").at(a)]),
            &["A.JPG 2020-01-01 10:00 is Photos/More/A.JPG"],
        ),
        (
            "then the same part",
            Built::new()
                .rows("Photo Details.csv", [row("A.JPG").at(a)])
                .file("Photos/A.JPG", "1")
                .part(2)
                .file("Photos/A.JPG", "2"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "then the whole export",
            Built::new().rows(DETAILS, [row("A.JPG").at(a)]).part(2).file("Photos/A.JPG", "1"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "if unique there",
            Built::new()
                .rows(DETAILS, [row("A.JPG").at(a)])
                .part(2)
                .file("Photos/A.JPG", "1")
                .part(3)
                .file("Photos/A.JPG", "2"),
            &["ambiguous-row?"],
        ),
        (
            "copies are one",
            Built::new()
                .rows(DETAILS, [row("A.JPG").at(a)])
                .part(2)
                .file("Photos/A.JPG", "1")
                .part(3)
                .file("Photos/A.JPG", "1"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "another export has its own",
            Built::new()
                .rows(DETAILS, [row("A.JPG").at(a)])
                .export("iCloud Photos", 1)
                .file("Photos/A.JPG", "1"),
            &["missing-media"],
        ),
        (
            "a deleted row looks into Recently Deleted first",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Recently Deleted/A.JPG", "2")
                .rows(DETAILS, [row("A.JPG").at(a).gone()]),
            &["A.JPG 2020-01-01 10:00 is Recently Deleted/A.JPG"],
        ),
        (
            "and any other there last",
            Built::new()
                .file("Recently Deleted/A.JPG", "2")
                .rows("Photo Details.csv", [row("A.JPG").at(a)])
                .file("Photos/A.JPG", "1"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "two rows, each in the folder that it speaks of, whatever the dates",
            Built::new()
                .file("Photos/A.JPG", "1")
                .taken(a)
                .file("Recently Deleted/A.JPG", "2")
                .taken(b)
                .rows(DETAILS, [row("A.JPG").at(a).gone(), row("A.JPG").at(b)]),
            &["A.JPG 2020-01-01 10:00 is Recently Deleted/A.JPG", "A.JPG 2021-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "in the other folder if there is none in its own",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Recently Deleted/B.JPG", "2")
                .rows(DETAILS, [row("A.JPG").at(a).gone(), row("B.JPG").at(b)]),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG", "B.JPG 2021-01-01 10:00 is Recently Deleted/B.JPG"],
        ),
        (
            "inside each scope: the own part's photo before another part's deleted one",
            Built::new()
                .file("Photos/A.JPG", "1")
                .rows(DETAILS, [row("A.JPG").at(a).gone()])
                .part(2)
                .file("Recently Deleted/A.JPG", "2"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "in the whole export the photo before the deleted ones",
            Built::new()
                .rows(DETAILS, [row("A.JPG").at(a)])
                .part(2)
                .file("Recently Deleted/A.JPG", "2")
                .part(3)
                .file("Recently Deleted/A.JPG", "3")
                .file("Photos/A.JPG", "1"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG"],
        ),
        (
            "scheme B by date",
            Built::new()
                .file("Photos/A.MOV", "1")
                .taken(a)
                .file("Photos/A-1.MOV", "2")
                .taken(b)
                .rows(DETAILS, [row("A.MOV").at(b), row("A.MOV").at(a)]),
            &["A.MOV 2020-01-01 10:00 is Photos/A.MOV", "A.MOV 2021-01-01 10:00 is Photos/A-1.MOV"],
        ),
        (
            "scheme B, one date of two",
            Built::new()
                .file("Photos/A.MOV", "1")
                .file("Photos/A-1.MOV", "2")
                .taken(b)
                .rows(DETAILS, [row("A.MOV").at(a), row("A.MOV").at(b)]),
            &["A.MOV 2020-01-01 10:00 is Photos/A.MOV", "A.MOV 2021-01-01 10:00 is Photos/A-1.MOV"],
        ),
        (
            "scheme B without dates",
            Built::new()
                .file("Photos/A.MOV", "1")
                .file("Photos/A-1.MOV", "2")
                .rows(DETAILS, [row("A.MOV").at(a), row("A.MOV").at(b)]),
            &["ambiguous-row?", "ambiguous-row?"],
        ),
        (
            "a name that is listed was not renamed",
            Built::new()
                .file("Photos/A-1.MOV", "2")
                .rows(DETAILS, [row("A.MOV").at(a), row("A-1.MOV").at(b)]),
            &["A-1.MOV 2021-01-01 10:00 is Photos/A-1.MOV", "missing-media"],
        ),
        (
            "what is empty satisfies no row",
            Built::new()
                .file("Photos/A.JPG", "")
                .file("Photos/B.JPG", "")
                .rows(DETAILS, [row("A.JPG").at(a), row("B.JPG").at(a).gone()])
                .part(2)
                .file("Photos/A.JPG", "1"),
            &["A.JPG 2020-01-01 10:00 is Photos/A.JPG", "missing-media?"],
        ),
        (
            "what failed is said already",
            Built::new().file("Photos/A.JPG", "!").rows(DETAILS, [row("A.JPG").at(a)]),
            &[],
        ),
        (
            "missing once, and only a warning if all that say so call it deleted",
            Built::new().rows(
                DETAILS,
                [
                    row("A.JPG").of("x").gone(),
                    row("A.JPG").of("x"),
                    row("A.JPG").of("y").gone(),
                    row("A.JPG").of("y").gone(),
                ],
            ),
            &["missing-media", "missing-media?"],
        ),
        (
            "two rows of two copies miss nothing",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Photos/A-1.JPG", "1")
                .rows(DETAILS, [row("A.JPG").at(a), row("A.JPG").at(b)]),
            &["A.JPG 2020-01-01 10:00 is Photos/A-1.JPG", "A.JPG 2021-01-01 10:00 is Photos/A-1.JPG"],
        ),
    ];
    for (label, built, expected) in cases {
        assert_eq!(claims(built), expected, "{label}");
    }
}

fn everything(built: Built) -> (Contents, Matched) {
    let (contents, heard) = built.done();
    let matched = matched(&contents, &heard, Tz::UTC);
    (contents, matched)
}

/// Each asset with several files: the names of its files, a movie with a `+`, a companion with a `&`.
fn assets(built: Built) -> Vec<String> {
    let (contents, matched) = everything(built);
    let name = |content: ContentId| {
        let path = contents.entries.iter().find(|e| e.content() == Some(content)).map(|e| e.path.as_ref());
        path.unwrap_or_default().trim_start_matches("Photos/").to_owned()
    };
    let mut told: Vec<String> = Vec::new();
    for asset in matched.assets.iter().filter(|asset| !asset.others.is_empty()) {
        let role = |role| match role {
            Role::Primary => "",
            Role::Movie => " +",
            Role::Companion => " &",
        };
        told.push(asset.resources().map(|r| format!("{}{}", role(r.role), name(r.content))).collect());
    }
    let shared = matched.shared_movies.iter();
    told.extend(shared.map(|(still, movie)| format!("{} ={}", name(*still), name(*movie))));
    told.sort();
    told
}

#[test]
fn halves_and_companions_find_their_still() {
    let cases: [(&str, Built, &[&str]); 13] = [
        (
            "an identifier, wherever they are",
            Built::new()
                .file("Photos/A.HEIC", "1")
                .live("X")
                .file("Photos/A.MOV", "2")
                .part(2)
                .file("Photos/B.MOV", "3")
                .live("X"),
            &["A.HEIC +B.MOV"],
        ),
        (
            "of several of one identifier the one beside, then the one of its stem",
            Built::new()
                .file("Photos/A.HEIC", "1")
                .live("X")
                .file("Photos/B.HEIC", "2")
                .live("X")
                .file("Photos/C.HEIC", "3")
                .live("X")
                .file("Photos/D.MOV", "4")
                .live("X")
                .file("Photos/B.MOV", "5")
                .live("X")
                .part(2)
                .file("Photos/C.MOV", "6")
                .live("X"),
            &["A.HEIC +D.MOV", "B.HEIC +B.MOV", "C.HEIC +C.MOV"],
        ),
        (
            "of several stills the same stem, then HEIC, then order",
            Built::new()
                .file("Photos/A.JPG", "1")
                .live("X")
                .file("Photos/B.JPG", "2")
                .live("X")
                .file("Photos/C.HEIC", "3")
                .live("X")
                .file("Photos/D.MOV", "4")
                .live("X"),
            &["C.HEIC +D.MOV"],
        ),
        (
            "identifiers that differ are never one",
            Built::new().file("Photos/A.JPG", "1").live("X").file("Photos/A.MOV", "2").live("Y"),
            &[],
        ),
        (
            "by name, HEIC first",
            Built::new().file("Photos/A.JPG", "1").file("Photos/A.HEIC", "2").file("Photos/A.MOV", "3"),
            &["A.HEIC +A.MOV"],
        ),
        (
            "by name with both halves twice in one folder, by their times",
            Built::new()
                .file("Photos/A.JPG", "1")
                .taken("2020-01-01 10:00")
                .file("Photos/A.JPG", "2")
                .taken("2021-01-01 10:00")
                .file("Photos/A.MOV", "3")
                .taken("2021-01-01 10:01")
                .file("Photos/A.MOV", "4")
                .taken("2020-01-01 10:01"),
            &["A.JPG +A.MOV", "A.JPG +A.MOV"],
        ),
        (
            "no still of another time",
            Built::new()
                .file("Photos/A.JPG", "1")
                .taken("2020-01-01 10:00")
                .file("Photos/A.MOV", "2")
                .taken("2020-01-01 10:03"),
            &[],
        ),
        (
            "one movie, byte-identical, of two stills",
            Built::new()
                .file("Photos/A.JPG", "1")
                .file("Photos/A.MOV", "m")
                .file("Photos/B.JPG", "2")
                .file("Photos/B.MOV", "m"),
            &["A.JPG +A.MOV", "B.JPG =A.MOV"],
        ),
        (
            "a copy of the part makes no second half",
            Built::new()
                .file("Photos/A.HEIC", "1")
                .live("X")
                .file("Photos/A.JPG", "2")
                .live("X")
                .file("Photos/A.MOV", "3")
                .live("X")
                .file("Photos/A.HEIC", "1")
                .file("Photos/A.JPG", "2")
                .file("Photos/A.MOV", "3"),
            &["A.HEIC +A.MOV"],
        ),
        (
            "companions go with the HEIC of their stem",
            Built::new()
                .file("Photos/IMG_1.HEIC", "1")
                .file("Photos/IMG_1.JPG", "2")
                .file("Photos/IMG_1.DNG", "3")
                .file("Photos/IMG_1.AAE", "4")
                .file("Photos/IMG_O1.AAE", "5"),
            &["IMG_1.HEIC &IMG_1.DNG &IMG_1.AAE &IMG_O1.AAE"],
        ),
        (
            "a RAW of its own has the adjustment",
            Built::new().file("Photos/A.DNG", "1").file("Photos/A.AAE", "2").file("Photos/A.MOV", "3"),
            &["A.DNG &A.AAE"],
        ),
        (
            "a video has an adjustment, and no RAW",
            Built::new()
                .file("Photos/A.MOV", "1")
                .file("Photos/A.AAE", "2")
                .file("Photos/B.MOV", "3")
                .file("Photos/B.DNG", "4"),
            &["A.MOV &A.AAE"],
        ),
        (
            "of another folder nothing",
            Built::new()
                .file("Photos/A.HEIC", "1")
                .file("Photos/Others/A.AAE", "2")
                .file("Photos/More/A.MOV", "3"),
            &[],
        ),
    ];
    for (label, built, expected) in cases {
        assert_eq!(assets(built), expected, "{label}");
    }
}

/// The members of the one album, and what is said of it.
fn album(built: Built) -> Vec<String> {
    let (contents, matched) = everything(built.album("Lake", &["A.MOV"]));
    let album = matched.albums.first().unwrap();
    let path = |member: &AssetId| {
        let content = matched.assets[*member].primary.content;
        let entry = contents.entries.iter().find(|e| e.content() == Some(content));
        entry.map(|e| e.path.to_string()).unwrap()
    };
    let mut told: Vec<String> = album.members.iter().map(path).collect();
    let doubts = [Code::AmbiguousAlbumEntry, Code::UnresolvedAlbumEntry];
    let doubts = matched.problems.iter().filter(|p| doubts.contains(&p.code));
    told.extend(doubts.map(|p| p.code.as_str().to_owned()));
    told
}

#[test]
fn an_album_names_the_media_that_an_owner_would_mean() {
    let live = |built: Built| {
        built.file("Photos/A.HEIC", "1").live("X").file("Photos/A-1.MOV", "2").live("X").rows(
            DETAILS,
            [
                row("A.HEIC").of("1"),
                row("A.MOV").of("2"),
                row("A.MOV").of("video"),
                row("A.MOV").of("gone").gone(),
            ],
        )
    };
    let cases: [(&str, Built, &[&str]); 8] = [
        ("none", Built::new().file("Photos/B.MOV", "1"), &["unresolved-album-entry"]),
        (
            "the exact name",
            Built::new().file("Photos/A.MOV", "1").file("Photos/a.mov", "2"),
            &["Photos/A.MOV"],
        ),
        ("another case", Built::new().file("Photos/a.mov", "2"), &["Photos/a.mov"]),
        (
            "all of several, aloud",
            Built::new().file("Photos/A.MOV", "1").part(2).file("Photos/A.MOV", "2"),
            &["Photos/A.MOV", "Photos/A.MOV", "ambiguous-album-entry"],
        ),
        (
            "no deleted one beside another",
            Built::new().file("Photos/A.MOV", "1").file("Recently Deleted/A.MOV", "2"),
            &["Photos/A.MOV"],
        ),
        (
            "the deleted one if there is no other",
            Built::new().file("Recently Deleted/A.MOV", "2"),
            &["Recently Deleted/A.MOV"],
        ),
        (
            "no movie of a Live Photo beside a video",
            live(Built::new()).file("Photos/A.MOV", "video").file("Recently Deleted/A.MOV", "gone"),
            &["Photos/A.MOV"],
        ),
        ("the Live Photo if there is no other", live(Built::new()), &["Photos/A.HEIC"]),
    ];
    for (label, built, expected) in cases {
        assert_eq!(album(built), expected, "{label}");
    }
}

#[test]
fn the_list_of_the_same_part_says_who_contributed() {
    let names =
        |part: Built, mine: &[bool]| part.contributions(mine.iter().map(|m| ("A.JPG".to_owned(), *m)));
    let mine = |built: Built| {
        let (_, matched) = everything(built);
        matched.assets.iter().map(|a| a.primary.contributed_by_me).collect::<Vec<_>>()
    };
    let file = || Built::new().file("Photos/A.JPG", "1");
    assert_eq!(mine(names(file(), &[true, false])), [Some(true)], "the first line counts");
    assert_eq!(mine(names(names(file(), &[false]).part(2), &[true])), [Some(false)]);
    assert_eq!(mine(names(file().part(2), &[true, true])), [Some(true)]);
    assert_eq!(mine(names(file().part(2), &[true, false])), [None], "no part of its own, and two answers");
}
