//! Exports as Apple writes them, imported whole: what stands where afterwards, and what is said.

use std::path::{Path, PathBuf};

use crate::builder::{
    Details, Exif, Export, List, Movie, Part, Photo, Row, SharedAlbum, SharedAlbums, Wrapper, jpeg, mov,
};
use crate::support::{Scratch, codes, contents};
use windfall::library::settings::{AlbumForm, Hidden, Memories, RecentlyDeleted};
use windfall::problem::{Code, Severity};

/// A photo without any metadata; the seed makes its bytes.
fn bare(seed: u64) -> Vec<u8> {
    jpeg(seed, &Exif::none())
}

/// Writes one part into a folder under Apple's name for it.
fn write_part(export: &Export, number: usize, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let path = folder.join(export.part_name(number) + ".zip");
    export.write_zip(number, &path);
    path
}

#[test]
fn a_small_export_becomes_a_dated_tree() {
    let scratch = Scratch::new();
    let still = jpeg(
        1,
        &Exif::taken("2024:03:03 10:05:17").offset("+01:00").camera("Apple", "iPhone 15").live("AAA"),
    );
    let movie = mov(2, &Movie::new().created("2024-03-03T10:05:17+0100").live("AAA"));
    let plain = jpeg(3, &Exif::none());
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(
                Photo::new("IMG_4821.JPG", still).row(Row::created("2024-03-03 09:05").favorite().views(4)),
            )
            .photo(Photo::new("IMG_4821.MOV", movie).row(Row::created("2024-03-03 09:05")))
            .photo(Photo::new("old.jpg", plain).row(Row::created("2001-12-31 23:30")))
            .album("Lake week", ["IMG_4821.JPG"]),
    );
    let zips = export.write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        [
            "2001/2001-12/old.jpg",
            "2024/2024-03/IMG_4821.JPG",
            "2024/2024-03/IMG_4821.MOV",
            "Albums/Lake week/IMG_4821.JPG -> ../../2024/2024-03/IMG_4821.JPG",
            "Albums/Lake week/IMG_4821.MOV -> ../../2024/2024-03/IMG_4821.MOV",
        ]
    );
    assert_eq!(report.entries.imported, 3);
    assert_eq!(report.media.proved, 3);
    assert_eq!(report.media.live_photos, 1);
    let again = scratch.import(&zips);
    assert_eq!(again.entries.already_present, again.entries.total);
    assert_eq!(again.bytes.read, 0);
}

// Parts, wrappers and languages.

fn one_photo_each() -> Export {
    Export::new("iCloud Photos")
        .part(Part::new().photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00"))))
        .part(
            Part::new()
                .photo(Photo::new("B.jpg", bare(2)).row(Row::created("2020-02-05 10:00")))
                .album("Both", ["A.jpg", "B.jpg"]),
        )
}

const TREE: [&str; 4] = [
    "2020/2020-01/A.jpg",
    "2020/2020-02/B.jpg",
    "Albums/Both/A.jpg -> ../../2020/2020-01/A.jpg",
    "Albums/Both/B.jpg -> ../../2020/2020-02/B.jpg",
];

#[test]
fn any_language_and_any_wrapper_is_one_export() {
    let norwegian = |n: usize, total: usize| format!("iCloud-bilder Del {n} av {total}");
    let german = |n: usize, total: usize| format!("iCloud Fotos Teil {n} von {total}");
    let chinese = |n: usize, total: usize| format!("iCloud 照片 第 {n} 部分（共 {total} 部分）");
    for export in [
        one_photo_each(),
        one_photo_each().localised(norwegian),
        one_photo_each().localised(german),
        one_photo_each().localised(chinese),
        one_photo_each().wrapper(Wrapper::None),
        one_photo_each().wrapper(Wrapper::Named("part1".into())),
    ] {
        let scratch = Scratch::new();
        let report = scratch.import(&export.write_zips(&scratch.parts()));
        assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
        assert_eq!(scratch.tree(), TREE);
        assert_eq!(report.exports.len(), 1, "{:?}", report.exports);
        assert_eq!(report.exports[0].parts_found, [1, 2]);
    }
}

#[test]
fn zips_folders_and_copies_are_one_library() {
    let scratch = Scratch::new();
    let export = one_photo_each();
    write_part(&export, 1, &scratch.parts());
    export.write_folder(2, &scratch.parts().join(export.part_name(2)));
    let zip = write_part(&export, 1, &scratch.path("other"));
    std::fs::copy(&zip, scratch.parts().join("iCloud Photos Part 1 of 2 (1).zip")).unwrap();
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!(report.exports.len(), 1, "{:?}", report.exports);
    assert_eq!((report.entries.imported, report.entries.duplicate, report.entries.details), (2, 2, 3));
}

#[test]
fn a_zip_and_its_folder_side_by_side_import_once() {
    let scratch = Scratch::new();
    let export = one_photo_each();
    export.write_zips(&scratch.parts());
    export.write_folders(&scratch.parts());
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!(report.entries.imported, 2);
}

#[test]
fn a_missing_part_is_named_and_the_rest_imported() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos")
        .part(Part::new().photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00"))))
        .missing_part();
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::MissingPart]);
    assert_eq!(report.exports[0].parts_missing, [2]);
    assert_eq!(scratch.tree(), ["2020/2020-01/A.jpg"]);
}

#[test]
fn a_part_imported_later_joins_its_export() {
    let scratch = Scratch::new();
    let export = one_photo_each();
    let second = write_part(&export, 2, &scratch.parts());
    let first = write_part(&export, 1, &scratch.parts());
    let report = scratch.import(&[second]);
    assert_eq!(codes(&report.problems), [Code::MissingPart, Code::UnresolvedAlbumEntry]);
    let report = scratch.import(&[first]);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), TREE);
    assert_eq!(report.exports[0].parts_found, [1, 2]);
}

#[test]
fn last_years_part_does_not_hide_this_years_missing_one() {
    let scratch = Scratch::new();
    let photo = |seed| Photo::new("A.jpg", bare(seed)).row(Row::created("2020-01-05 10:00"));
    let old = Export::new("iCloud Photos")
        .built("2023-05-01 22:03")
        .part(Part::new().photo(photo(1)))
        .part(Part::new().photo(photo(2)));
    let new = Export::new("iCloud Photos")
        .built("2024-05-01 22:03")
        .part(Part::new().photo(photo(3)))
        .missing_part();
    scratch.import(&old.write_zips(&scratch.folder("old")));
    let report = scratch.import(&new.write_zips(&scratch.folder("new")));
    assert_eq!(codes(&report.problems), [Code::MissingPart]);
    assert_eq!(scratch.tree().len(), 3);
}

#[test]
fn a_flat_download_from_icloud_com_has_no_details() {
    let scratch = Scratch::new();
    let exif = Exif::taken("2019:07:01 12:00:00");
    let export = Export::new("iCloud Photos")
        .wrapper(Wrapper::None)
        .part(Part::new().outside("IMG_1.JPG", jpeg(1, &exif)));
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::NoDetails]);
    assert_eq!(scratch.tree(), ["2019/2019-07/IMG_1.JPG"]);
}

#[test]
fn other_archives_in_the_folder_are_left_alone() {
    let scratch = Scratch::new();
    one_photo_each().write_zips(&scratch.parts());
    let holiday = Export::new("holiday").wrapper(Wrapper::None).part(Part::new().outside("notes.txt", "x"));
    let zip = write_part(&holiday, 1, &scratch.path("elsewhere"));
    std::fs::copy(zip, scratch.parts().join("holiday.zip")).unwrap();
    std::fs::write(scratch.parts().join("iCloud Photos Part 3 of 3.zip.crdownload"), "half").unwrap();
    let report = scratch.import(&[scratch.parts()]);
    assert_eq!(report.left_alone.names, ["holiday.zip"]);
    assert_eq!(codes(&report.problems), [Code::UnfinishedDownload]);
}

// Rows to media.

#[test]
fn one_name_in_two_parts_is_two_files_each_with_its_own_date() {
    let scratch = Scratch::new();
    let part = |seed, created| {
        let movie = mov(seed, &Movie::new().size(4000));
        Part::new().photo(Photo::new("IMG_0403.MOV", movie).row(Row::created(created)))
    };
    let export =
        Export::new("iCloud Photos").part(part(1, "2015-06-01 08:00")).part(part(2, "2021-06-01 08:00"));
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2015/2015-06/IMG_0403.MOV", "2021/2021-06/IMG_0403.MOV"]);
}

#[test]
fn scheme_b_is_settled_by_the_fingerprint() {
    let scratch = Scratch::new();
    let video = mov(1, &Movie::new().size(5000));
    let live = mov(2, &Movie::new().size(6000));
    let still = jpeg(3, &Exif::taken("2025:02:01 12:00:10").offset("+00:00"));
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_0861.MOV", video).row(Row::created("2023-02-01 12:00")))
            .photo(Photo::new("IMG_0861.JPG", still).row(Row::created("2025-02-01 12:00")))
            .photo(
                Photo::new("IMG_0861-1.MOV", live)
                    .row(Row::created("2025-02-01 12:00").named("IMG_0861.MOV")),
            ),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        ["2023/2023-02/IMG_0861.MOV", "2025/2025-02/IMG_0861.JPG", "2025/2025-02/IMG_0861.MOV"]
    );
    assert_eq!(report.media.live_photos, 1);
}

#[test]
fn scheme_b_without_checksums_is_settled_by_embedded_dates() {
    let scratch = Scratch::new();
    let video = mov(1, &Movie::new().created("2023-02-01T12:00:30+0000").size(5000));
    let live = mov(2, &Movie::new().created("2025-02-01T12:00:10+0000").size(6000));
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_0861.MOV", video).row(Row::created("2023-02-01 12:00").opaque_checksum()))
            .photo(
                Photo::new("IMG_0861-1.MOV", live)
                    .row(Row::created("2025-02-01 12:00").opaque_checksum().named("IMG_0861.MOV")),
            ),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::OpaqueChecksums], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2023/2023-02/IMG_0861.MOV", "2025/2025-02/IMG_0861.MOV"]);
    assert_eq!(report.media.unproved, 2);
}

#[test]
fn two_rows_that_nothing_tells_apart_go_to_none() {
    let scratch = Scratch::new();
    let row = |created| Row::created(created).opaque_checksum().named("IMG_1.JPG");
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("IMG_1.JPG", bare(1)).row(row("2020-01-01 10:00")))
            .photo(Photo::new("IMG_1-1.JPG", bare(2)).row(row("2021-01-01 10:00"))),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(
        codes(&report.problems),
        [
            Code::UnlistedMedia,
            Code::UnlistedMedia,
            Code::OpaqueChecksums,
            Code::AmbiguousRow,
            Code::AmbiguousRow,
            Code::Undated,
            Code::Undated
        ]
    );
    assert_eq!(scratch.tree(), ["Undated/IMG_1-1.JPG", "Undated/IMG_1.JPG"]);
}

#[test]
fn rows_without_a_file_are_missing_once() {
    let scratch = Scratch::new();
    let gone = Row::created("2020-01-01 10:00").checksum_of(bare(9));
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .row("GONE.JPG", gone.clone())
            .row("GONE.JPG", gone)
            .row("TRASH.JPG", Row::created("2020-01-01 10:00").checksum_of(bare(8)).deleted()),
    );
    let zips = export.write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [Code::MissingMedia, Code::MissingMedia], "{:#?}", report.problems);
    assert!(report.problems.iter().any(|p| p.severity == Severity::Warning));
    let check = scratch.check(&zips);
    assert_eq!(check.media.listed_but_missing, 2);
    assert!(!check.complete);
}

#[test]
fn another_checksum_is_a_warning_and_the_file_is_imported() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00").wrong_checksum())),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::ChecksumMismatch]);
    assert_eq!(report.problems[0].severity, Severity::Warning);
    assert_eq!(scratch.tree(), ["2020/2020-01/A.jpg"]);
}

#[test]
fn every_form_of_details_is_read() {
    for details in [
        Details::apple(),
        Details::two_columns(),
        Details::apple().bom(),
        Details::apple().utf16le(),
        Details::apple().crlf(),
        Details::apple().no_final_newline(),
        Details::apple().renamed("Fotodetails"),
        Details::apple().rows_per_file(1),
    ] {
        let scratch = Scratch::new();
        let export = Export::new("iCloud Photos").part(
            Part::new()
                .details(details)
                .photo(Photo::new("A, \"b\" 😀.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
                .photo(Photo::new("B.jpg", bare(2)).row(Row::created("2020-02-05 10:00"))),
        );
        let report = scratch.import(&export.write_zips(&scratch.parts()));
        let mut found = codes(&report.problems);
        found.retain(|code| *code != Code::Renamed);
        assert_eq!(found, [], "{:#?}", report.problems);
        assert_eq!(scratch.tree(), ["2020/2020-01/A, _b_ 😀.jpg", "2020/2020-02/B.jpg"]);
    }
}

#[test]
fn a_placeholder_leaves_its_row_to_the_real_file() {
    let scratch = Scratch::new();
    let row = Row::created("2020-01-05 10:00").opaque_checksum();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("clip.mp4", Vec::new()))
            .photo(Photo::new("clip-1.mp4", mov(1, &Movie::new().size(4000))).row(row.named("clip.mp4"))),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::OpaqueChecksums, Code::Placeholder], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2020/2020-01/clip.mp4"]);
    assert_eq!(report.entries.ignored, 1);
}

// The same bytes more than once.

#[test]
fn a_copy_passes_its_flags_and_memberships_on() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos")
        .part(
            Part::new()
                .photo(Photo::new("IMG_0514.JPG", bare(1)).row(Row::created("2020-05-05 07:29").hidden()))
                .photo(Photo::new("IMG_05141.JPG", bare(1)).row(Row::created("2020-05-05 04:29").favorite()))
                .album("One", ["IMG_0514.JPG"]),
        )
        .part(Part::new().photo(Photo::new("IMG_0514.JPG", bare(1))).album("Two", ["IMG_05141.JPG"]));
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!((report.entries.imported, report.entries.duplicate), (1, 2));
    let record = scratch.record("2020/2020-05/IMG_05141.JPG");
    assert!(record.favorite && !record.hidden);
    let albums: Vec<String> =
        scratch.titles("2020/2020-05/IMG_05141.JPG").into_iter().map(|(_, t)| t).collect();
    assert_eq!(albums, ["One", "Two"]);
}

#[test]
fn rows_a_day_apart_conflict_aloud() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.JPG", bare(1)).row(Row::created("2020-05-05 07:29")))
            .photo(Photo::new("B.JPG", bare(1)).row(Row::created("2021-05-05 07:29"))),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::ConflictingRows]);
    assert_eq!(scratch.tree(), ["2020/2020-05/A.JPG"]);
}

#[test]
fn names_that_clash_are_counted_by_instant_for_the_whole_asset() {
    let scratch = Scratch::new();
    let live = |seed, minute: &str, id: &str| {
        let taken = format!("2024:03:03 10:{minute}:00");
        let still = jpeg(seed, &Exif::taken(&taken).offset("+00:00").live(id));
        let movie = mov(seed + 100, &Movie::new().live(id));
        let row = format!("2024-03-03 10:{minute}");
        Part::new()
            .photo(Photo::new("IMG_1.JPG", still).row(Row::created(&row)))
            .photo(Photo::new("IMG_1.MOV", movie).row(Row::created(&row)))
    };
    let export = Export::new("iCloud Photos").part(live(1, "30", "B")).part(live(2, "10", "A")).part(
        Part::new().photo(
            Photo::new("img_1.mov", mov(50, &Movie::new().size(4000))).row(Row::created("2024-03-01 10:00")),
        ),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    let folder = "2024/2024-03";
    let names = ["IMG_1 (2).JPG", "IMG_1 (2).MOV", "IMG_1 (3).JPG", "IMG_1 (3).MOV", "img_1.mov"];
    assert_eq!(scratch.tree(), names.map(|n| format!("{folder}/{n}")));
    assert!(
        scratch.record("2024/2024-03/IMG_1 (2).JPG").captured.unwrap().to_rfc3339().contains("T10:10:00")
    );
}

// Flags and what they do to the tree.

fn export() -> Export {
    Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("H.jpg", bare(1)).row(Row::created("2020-01-05 10:00").hidden()))
            .deleted(Photo::new("D.jpg", bare(2)).row(Row::created("2020-01-05 10:00")))
            .deleted(Photo::new("E.jpg", bare(3)))
            .photo(Photo::new("P.jpg", bare(4)).row(Row::created("2020-01-05 10:00")))
            .album("All", ["H.jpg", "D.jpg", "P.jpg"]),
    )
}

#[test]
fn hidden_and_deleted_stand_apart_and_out_of_albums() {
    let scratch = Scratch::new();
    let report = scratch.import(&export().write_zips(&scratch.parts()));
    assert_eq!(
        scratch.tree(),
        [
            "2020/2020-01/P.jpg",
            "Albums/All/P.jpg -> ../../2020/2020-01/P.jpg",
            "Hidden/2020/2020-01/H.jpg",
            "Recently Deleted/2020/2020-01/D.jpg",
            "Recently Deleted/Undated/E.jpg",
        ]
    );
    assert_eq!(codes(&report.problems), [Code::UnlistedMedia, Code::Undated], "{:#?}", report.problems);
}

#[test]
fn what_is_skipped_is_excluded_and_can_be_had_later() {
    let mut scratch = Scratch::new();
    let zips = export().write_zips(&scratch.parts());
    scratch.settings.hidden = Hidden::Skip;
    scratch.settings.recently_deleted = RecentlyDeleted::Skip;
    let report = scratch.import(&zips);
    assert_eq!((report.entries.imported, report.entries.excluded), (1, 3));
    assert_eq!(scratch.tree().len(), 2);
    let again = scratch.import(&zips);
    assert_eq!((again.entries.already_present, again.entries.excluded), (report.entries.total - 3, 3));
    scratch.settings.hidden = Hidden::Mixed;
    scratch.settings.recently_deleted = RecentlyDeleted::Apart;
    let report = scratch.import(&zips);
    assert_eq!((report.entries.imported, report.entries.excluded), (3, 0));
    assert!(scratch.tree().contains(&"2020/2020-01/H.jpg".to_owned()));
    assert!(scratch.tree().contains(&"Albums/All/H.jpg -> ../../2020/2020-01/H.jpg".to_owned()));
}

#[test]
fn lists_decide_only_where_no_row_does() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", jpeg(1, &Exif::taken("2020:01:05 10:00:00"))))
            .photo(Photo::new("B.jpg", bare(2)).row(Row::created("2020-01-05 10:00")))
            .favorites(["A.jpg", "B.jpg"])
            .hidden(["B.jpg"]),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::UnlistedMedia]);
    assert!(scratch.record("2020/2020-01/A.jpg").favorite);
    assert!(!scratch.record("2020/2020-01/B.jpg").favorite);
    assert_eq!(report.albums.albums, 0);
}

// Albums.

#[test]
fn titles_that_clash_or_cannot_stand_get_other_folders() {
    let mut scratch = Scratch::new();
    scratch.settings.memories = Memories::Folders;
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .list(List::album("Trip", ["A.jpg"]).header("imgName"))
            .list(List::album("trip", ["A.jpg"]).no_header())
            .list(List::album("Trip1", ["a.JPG"]).crlf().bom())
            .list(List::album("CON", ["A.jpg"]).quoted())
            .album("Empty", Vec::<&str>::new())
            .memory("Nov 4, 20201", ["A.jpg"]),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    let links: Vec<String> =
        scratch.tree().into_iter().filter_map(|l| Some(l.split_once(" -> ")?.0.to_owned())).collect();
    assert_eq!(
        links,
        [
            "Albums/Trip/A.jpg",
            "Albums/Trip1/A.jpg",
            "Albums/_CON/A.jpg",
            "Albums/trip (2)/A.jpg",
            "Memories/Nov 4, 20201/A.jpg"
        ]
    );
    assert_eq!((report.albums.albums, report.albums.memories, report.albums.memberships), (5, 1, 4));
}

#[test]
fn ambiguous_and_unresolved_entries_are_said() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos")
        .part(Part::new().photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00"))))
        .part(
            Part::new()
                .photo(Photo::new("A.jpg", bare(2)).row(Row::created("2021-01-05 10:00")))
                .album("X", ["A.jpg", "B.jpg"]),
        );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::AmbiguousAlbumEntry, Code::UnresolvedAlbumEntry]);
    assert_eq!(report.albums.memberships, 2);
}

#[test]
fn every_form_of_album() {
    for (form, expected) in [
        (AlbumForm::Symlink, vec!["Albums/X/A.jpg -> ../../2020/2020-01/A.jpg"]),
        (AlbumForm::Hardlink, vec!["Albums/X/A.jpg"]),
        (AlbumForm::Copy, vec!["Albums/X/A.jpg"]),
        (AlbumForm::List, vec!["Albums/X.m3u8"]),
        (AlbumForm::None, vec![]),
    ] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let export = Export::new("iCloud Photos").part(
            Part::new()
                .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
                .album("X", ["A.jpg"]),
        );
        let zips = export.write_zips(&scratch.parts());
        scratch.import(&zips);
        let mut tree = scratch.tree();
        tree.retain(|path| path.starts_with("Albums"));
        assert_eq!(tree, expected, "{form:?}");
        let before = contents(&scratch.library());
        scratch.import(&zips);
        assert_eq!(contents(&scratch.library()), before, "{form:?}");
        if form == AlbumForm::List {
            let list = std::fs::read_to_string(scratch.library().join("Albums/X.m3u8")).unwrap();
            assert_eq!(list, "#EXTM3U\n../2020/2020-01/A.jpg\n");
        }
    }
}

#[test]
fn shared_albums_link_what_the_library_has_and_keep_the_rest() {
    let scratch = Scratch::new();
    let own = bare(1);
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", own.clone()).row(Row::created("2020-01-05 10:00")))
            .shared_albums(
                SharedAlbums::new([
                    SharedAlbum::new("Lake")
                        .photo("A.jpg", own)
                        .photo("B.jpg", bare(2))
                        .comment("B.jpg", "nice"),
                    SharedAlbum::new("Abroad").photo("B.jpg", bare(2)),
                ])
                .split(2),
            ),
    );
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::Undated], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        [
            "2020/2020-01/A.jpg",
            "Shared Albums/Abroad/B.jpg",
            "Shared Albums/Lake/A.jpg -> ../../2020/2020-01/A.jpg",
            "Shared Albums/Lake/B.jpg -> ../Abroad/B.jpg",
        ]
    );
    assert_eq!((report.albums.shared, report.albums.memberships), (2, 3));
}

// Everything else that Apple delivers.

#[test]
fn other_files_keep_their_path_and_are_never_merged() {
    let scratch = Scratch::new();
    let part = |text: &'static str| {
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .entry("icloud-photos/guide.pdf", text)
            .entry("icloudUsageData.zip", "usage")
            .entry("icloud-photos/copy.pdf", "one")
            .entry("Photos/.DS_Store", "x")
    };
    let export = Export::new("iCloud Photos").part(part("one")).part(part("two"));
    let zips = export.write_zips(&scratch.parts());
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(
        scratch.tree(),
        [
            "2020/2020-01/A.jpg",
            "Other/icloud-photos/copy.pdf",
            "Other/icloud-photos/guide (2).pdf",
            "Other/icloud-photos/guide.pdf",
            "Other/icloudUsageData.zip",
        ]
    );
    assert_eq!(report.entries.ignored, 2);
    assert_eq!(report.entries.duplicate, 3);
    let again = scratch.import(&zips);
    assert_eq!((again.entries.already_present, again.entries.ignored), (again.entries.total - 2, 2));
}

#[test]
fn a_users_own_file_is_never_overwritten_and_the_same_bytes_are_adopted() {
    let scratch = Scratch::new();
    let folder = scratch.library().join("2020/2020-01");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("A.jpg"), "mine").unwrap();
    std::fs::write(folder.join("B.jpg"), bare(2)).unwrap();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .photo(Photo::new("B.jpg", bare(2)).row(Row::created("2020-01-05 10:00"))),
    );
    scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(scratch.tree(), ["2020/2020-01/A (2).jpg", "2020/2020-01/A.jpg", "2020/2020-01/B.jpg"]);
    assert_eq!(std::fs::read(folder.join("A.jpg")).unwrap(), b"mine");
}

#[test]
fn a_deleted_file_is_restored_and_a_moved_one_followed() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .photo(Photo::new("B.jpg", bare(2)).row(Row::created("2020-01-05 10:00"))),
    );
    let zips = export.write_zips(&scratch.parts());
    scratch.import(&zips);
    let folder = scratch.library().join("2020/2020-01");
    std::fs::remove_file(folder.join("A.jpg")).unwrap();
    std::fs::rename(folder.join("B.jpg"), scratch.library().join("favourite.jpg")).unwrap();
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2020/2020-01/A.jpg", "favourite.jpg"]);
    assert_eq!(report.entries.imported, 1);
}

#[test]
fn what_a_later_export_says_is_hidden_leaves_its_albums_and_lists() {
    const FILE: &str = "2020/2020-01/A.jpg";
    for (form, before, after) in [
        (AlbumForm::Symlink, vec![FILE, "Albums/Lake/A.jpg -> ../../2020/2020-01/A.jpg"], vec![FILE]),
        (AlbumForm::Hardlink, vec![FILE, "Albums/Lake/A.jpg"], vec![FILE]),
        (AlbumForm::Copy, vec![FILE, "Albums/Lake/A.jpg"], vec![FILE]),
        (AlbumForm::List, vec![FILE, "Albums/Lake.m3u8"], vec![FILE, "Albums/Lake.m3u8"]),
    ] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let export = |built: &str, row: Row, names: &[&str]| {
            let photo = Photo::new("A.jpg", bare(1)).row(row);
            let part = Part::new().photo(photo).album("Lake", names);
            let export = Export::new("iCloud Photos").built(built).part(part);
            export.write_zips(&scratch.folder(&built[..4]))
        };
        let row = || Row::created("2020-01-05 10:00");
        let old = export("2021-01-01 10:00", row(), &["A.jpg"]);
        let new = export("2022-01-01 10:00", row().hidden(), &[]);
        scratch.import(&old);
        assert_eq!(scratch.tree(), before, "{form:?}");
        scratch.import(&new);
        assert_eq!(scratch.tree(), after, "{form:?}");
        if form == AlbumForm::List {
            let list = std::fs::read_to_string(scratch.library().join("Albums/Lake.m3u8")).unwrap();
            assert_eq!(list, "#EXTM3U\n");
        }
    }
}

#[test]
fn a_path_in_other_that_had_to_be_rewritten_is_named() {
    let scratch = Scratch::new();
    let part = Part::new().photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")));
    let export =
        Export::new("iCloud Photos").part(part.entry("docs/what?/a.txt", "1").entry("docs/b.txt", "2"));
    let report = scratch.import(&export.write_zips(&scratch.parts()));
    assert_eq!(codes(&report.problems), [Code::Renamed], "{:#?}", report.problems);
    assert_eq!(scratch.tree(), ["2020/2020-01/A.jpg", "Other/docs/b.txt", "Other/docs/what_/a.txt"]);
}

#[test]
fn what_two_exports_of_one_name_lack_is_said_of_each() {
    let scratch = Scratch::new();
    let export = |n: u64, built: &str| {
        let part = Part::new().photo(Photo::new("A.jpg", bare(n)));
        let export = Export::new("iCloud Photos").built(built).part(part).missing_part();
        export.write_zips(&scratch.folder(&built[..4])).remove(0)
    };
    let zips = [export(1, "2021-01-01 10:00"), export(2, "2022-01-01 10:00")];
    let twice = [Code::MissingPart, Code::NoDetails, Code::Undated].map(|code| [code; 2]).concat();
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), twice, "{:#?}", report.problems);
    assert_eq!(codes(&scratch.check(&zips).problems), twice[..4]);
}

#[test]
fn rows_without_checksums_find_files_that_a_later_export_proves() {
    let scratch = Scratch::new();
    let a = |row: Row| Part::new().photo(Photo::new("A.jpg", bare(1)).row(row));
    let old = Export::new("iCloud Photos")
        .built("2021-01-01 10:00")
        .part(a(Row::created("2020-01-05 10:00")).details(Details::two_columns()));
    let edited = Export::new("iCloud Photos")
        .built("2022-01-01 10:00")
        .part(a(Row::created("2020-01-05 10:00").wrong_checksum()));
    let new =
        Export::new("iCloud Photos").built("2024-01-01 10:00").part(a(Row::created("2020-01-05 10:00")));
    let zips: Vec<PathBuf> = [("old", old), ("edited", edited), ("new", new)]
        .into_iter()
        .flat_map(|(name, export)| export.write_zips(&scratch.folder(name)))
        .collect();
    let report = scratch.import(&zips);
    assert_eq!(codes(&report.problems), [Code::ChecksumMismatch], "{:#?}", report.problems);
    assert_eq!(report.problems[0].severity, Severity::Warning);
    assert_eq!(scratch.tree(), ["2020/2020-01/A.jpg"]);
    assert_eq!(report.media.proved, 1);
}

#[test]
fn an_albums_link_or_copy_follows_the_file_that_its_owner_moved() {
    for (form, expected) in [
        (AlbumForm::Symlink, "Albums/Lake/A.jpg -> ../../favourite.jpg"),
        (AlbumForm::Copy, "Albums/Lake/A.jpg"),
    ] {
        let mut scratch = Scratch::new();
        scratch.settings.albums = form;
        let export = Export::new("iCloud Photos").part(
            Part::new()
                .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
                .album("Lake", ["A.jpg"]),
        );
        let zips = export.write_zips(&scratch.parts());
        scratch.import(&zips);
        let library = scratch.library();
        std::fs::rename(library.join("2020/2020-01/A.jpg"), library.join("favourite.jpg")).unwrap();
        for run in 1..=2 {
            scratch.import(&zips);
            assert_eq!(scratch.tree(), [expected, "favourite.jpg"], "run {run}");
        }
    }
}

#[test]
fn a_dry_run_gives_the_same_numbers_and_creates_nothing() {
    let scratch = Scratch::new();
    let export = Export::new("iCloud Photos").part(
        Part::new()
            .photo(Photo::new("A.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .photo(Photo::new("B.jpg", bare(1)).row(Row::created("2020-01-05 10:00")))
            .shared_album(SharedAlbum::new("Lake").photo("C.jpg", bare(3)))
            .album("X", ["A.jpg"])
            .entry("guide.pdf", "x"),
    );
    let zips = export.write_zips(&scratch.parts());
    let mut dry = scratch.dry_run(&zips);
    assert!(!scratch.library().exists());
    let mut real = scratch.import(&zips);
    assert!(dry.dry_run && !real.dry_run);
    real.dry_run = true;
    (dry.elapsed_seconds, real.elapsed_seconds) = (0.0, 0.0);
    assert_eq!(dry, real);
}
